"""What a cell shows, taken apart: texts, tables and pictures, in their order."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

from clusterkit.batch.diff.values import Grid, Tolerance
from clusterkit.show.output import SVG_DATA

SAME_PLACE = Tolerance(rtol=0, atol=0.11)  # pixels: paths are written to a tenth of one
BLOCKS = ("p", "li", "div", "figure", "figcaption", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "br", "table")
SHOWN_OF_MARK = 60  # characters of how a mark is drawn
CELLS = ("td", "th")
_REFERENCE = re.compile(r"url\(#([^)]*)\)")
_CLASS = re.compile(r"\.(s\d+)\{([^}]*)\}")
_DRAWN = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


@dataclass(frozen=True)
class Text:
    """A paragraph, an item of a list, a title or a note."""

    text: str


@dataclass(frozen=True)
class Picture:
    """A picture: what it is, and its source.

    Parameters
    ----------
    alt
        Alternative text.
    source
        SVG, or the address of another kind of picture.
    is_svg
        Which of both.
    """

    alt: str
    source: str
    is_svg: bool


Piece = Text | Grid | Picture


def pieces_of(output: Mapping[str, Any]) -> list[Piece]:
    """Texts, tables and pictures of one output of a cell."""
    if output["output_type"] == "error":
        return [Text(f"{output.get('ename')}: {output.get('evalue')}")]
    if output["output_type"] == "stream":
        return [Text(_joined(output.get("text", "")))]
    data = output.get("data", {})
    for kind in ("text/markdown", "text/html"):
        if kind in data:
            return pieces_of_html(_joined(data[kind]))
    if "image/svg+xml" in data:
        return [Picture("", _joined(data["image/svg+xml"]), is_svg=True)]
    pictures = [kind for kind in data if kind.startswith("image/")]
    if pictures:
        return [Picture("", _joined(data[kind]), is_svg=False) for kind in pictures]
    return [Text(_joined(data["text/plain"]))] if "text/plain" in data else []


def _joined(text: str | Sequence[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def pieces_of_html(text: str) -> list[Piece]:
    """Texts, tables and pictures of HTML, or of Markdown that holds HTML."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    reader.end_text()
    return reader.pieces


class _Reader(HTMLParser):
    """Collects the pieces; links and marks of emphasis leave their text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[Piece] = []
        self._text: list[str] = []
        self._rows: list[list[str]] | None = None
        self._caption = ""
        self._svg: list[str] = []
        self._depth = 0  # of svg elements that stand in the text

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "svg" or self._depth:
            self._depth += tag == "svg"
            self._svg.append(self.get_starttag_text() or "")
            return
        given = {name: value or "" for name, value in attrs}
        if tag == "img":
            self.end_text()
            source = given.get("src", "")
            is_svg = source.startswith(SVG_DATA)
            svg = unquote(source.removeprefix(SVG_DATA)) if is_svg else source
            self.pieces.append(Picture(given.get("alt", ""), svg, is_svg))
        elif tag == "tr" and self._rows is not None:
            self._rows.append([])
        elif tag in CELLS or tag == "caption":
            self._text.clear()
        elif tag == "br" and self._rows is not None:
            self._text.append(" ")
        elif tag in BLOCKS and self._rows is None:
            self.end_text()
        if tag == "table":
            self._rows, self._caption = [], ""

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._depth:
            self._svg.append(self.get_starttag_text() or "")
        else:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self._depth:
            self._svg.append(f"</{tag}>")
            self._depth -= tag == "svg"
            if not self._depth:
                self.end_text()
                self.pieces.append(Picture("", "".join(self._svg), is_svg=True))
                self._svg.clear()
        elif tag in CELLS and self._rows:
            self._rows[-1].append(self._taken())
        elif tag == "caption":
            self._caption = self._taken()
        elif tag == "table" and self._rows is not None:
            head, *rows = self._rows or [[]]
            self.pieces.append(Grid(self._caption, tuple(head), tuple(tuple(row) for row in rows)))
            self._rows = None
        elif tag in BLOCKS and self._rows is None:
            self.end_text()

    def handle_data(self, data: str) -> None:
        if self._depth:
            self._svg.append(html.escape(data))
        else:
            self._text.append(data)

    def end_text(self) -> None:
        """What was read up to here is one text."""
        if text := self._taken():
            self.pieces.append(Text(text))

    def _taken(self) -> str:
        text = re.sub(r"\s+", " ", "".join(self._text)).strip()
        self._text.clear()
        return text


def picture_differences(a: Picture, b: Picture) -> Iterator[tuple[str, str, str]]:
    """What two pictures have differently: their texts, the number of their marks, else how those are drawn.

    Words that a picture draws as outlines are marks; so their change is told as one of drawing. Places are the same to
    a tenth of a pixel.
    """
    if a.source == b.source:
        return
    if not (a.is_svg and b.is_svg):
        yield "picture", f"{len(a.source):,} characters", f"{len(b.source):,} characters"
        return
    try:
        one, other = _Drawing(a.source), _Drawing(b.source)
    except ElementTree.ParseError as exc:
        yield "picture", "cannot be read as SVG", str(exc)
        return
    found = False
    if one.texts != other.texts:
        found = True
        yield "words", " | ".join(one.texts), " | ".join(other.texts)
    for tag in sorted(set(one.counts) | set(other.counts)):
        if one.counts[tag] != other.counts[tag]:
            found = True
            yield f"number of marks <{tag}>", str(one.counts[tag]), str(other.counts[tag])
    if found:
        return
    changed = [(x, y) for x, y in zip(one.marks, other.marks, strict=True) if not _same_mark(x, y)]
    if changed:
        (tag, x), (_, y) = changed[0]
        name = next(name for name in _names(x, y) if not _same_drawn(x.get(name, ""), y.get(name, "")))
        at = f"{len(changed)} of {len(one.marks)} marks drawn otherwise, the first <{tag}> in {name}"
        yield at, x.get(name, "")[:SHOWN_OF_MARK], y.get(name, "")[:SHOWN_OF_MARK]


class _Drawing:
    """The marks of an SVG with what they look like: names of styles and shared shapes are put in their place."""

    def __init__(self, svg: str) -> None:
        root = ElementTree.fromstring(svg)
        parents = {child: parent for parent in root.iter() for child in parent}
        styles: dict[str, str] = {}
        shapes: dict[str, str] = {}
        for element in root.iter():
            if _tag(element) == "style":
                styles.update(_CLASS.findall(element.text or ""))
            if "id" in element.attrib:
                shapes[element.attrib["id"]] = element.attrib.get("d", "")
        self.texts: list[str] = []
        self.counts: Counter[str] = Counter()
        self.marks: list[tuple[str, dict[str, str]]] = []
        for element in root.iter():
            tag = _tag(element)
            if tag in ("style", "defs") or _is_within(element, parents, "defs"):
                continue
            if (text := (element.text or "").strip()) and tag in ("text", "tspan", "title", "desc"):
                self.texts.append(text)
            self.counts[tag] += 1
            self.marks.append((tag, _looks(element, styles, shapes)))


def _is_within(element: ElementTree.Element, parents: Mapping[Any, Any], tag: str) -> bool:
    while (parent := parents.get(element)) is not None:
        if _tag(parent) == tag:
            return True
        element = parent
    return False


def _tag(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _looks(element: ElementTree.Element, styles: Mapping[str, str], shapes: Mapping[str, str]) -> dict[str, str]:
    looks = {}
    for name, value in element.attrib.items():
        short = name.rpartition("}")[2]
        if short == "id":
            continue
        if short == "class":
            value = "; ".join(styles.get(one, one) for one in value.split())
        elif short == "href" and value.startswith("#"):
            value = shapes.get(value[1:], "")
        looks[short] = _REFERENCE.sub("url", value)
    return looks


def _same_mark(a: tuple[str, dict[str, str]], b: tuple[str, dict[str, str]]) -> bool:
    if a == b:
        return True
    (tag, x), (other, y) = a, b
    return tag == other and all(_same_drawn(x.get(name, ""), y.get(name, "")) for name in _names(x, y))


def _names(a: Mapping[str, str], b: Mapping[str, str]) -> list[str]:
    return [*a, *(name for name in b if name not in a)]


def _same_drawn(a: str, b: str) -> bool:
    if a == b:
        return True
    if _DRAWN.split(a) != _DRAWN.split(b):
        return False
    return all(SAME_PLACE.same(float(x), float(y)) for x, y in zip(_DRAWN.findall(a), _DRAWN.findall(b), strict=True))
