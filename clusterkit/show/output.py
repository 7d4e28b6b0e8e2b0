"""What a notebook cell shows: text, figure or table, as Markdown that holds safe HTML.

Markdown and not ``text/html``: Quarto adds scripts from other hosts to pages with HTML outputs.
All text is escaped, so that a name with ``<`` or ``*`` is shown as it is written.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import pandas as pd

from clusterkit.files import write_whole

LANGUAGE = "en"  # of the pages
LONG = 40  # characters of a cell; more are rather wide than tall on a narrow screen
_SPECIAL = str.maketrans({char: f"&#{ord(char)};" for char in "&<>\"'\\`*_{}[]#+!|~^$@"})
_INTERVAL = re.compile(r"\(\d[\d.,]*–\d[\d.,]*\)")
SVG_DATA = "data:image/svg+xml,"  # how the address of a picture begins that is in the page itself
_PLAIN = " ,;:()=+/"  # of what is not a letter or digit, all that stands as it is in such an address
FOLDER = "downloads"  # beside the pages
OF_DATA = (".csv", ".json", ".js")  # endings of what is saved there


def escape(text: object) -> str:
    """Text safe in HTML inside Markdown, for every renderer.

    Parameters
    ----------
    text
        Anything; shown as its text.
    """
    return str(text).replace("\r", "").replace("\n", " ").translate(_SPECIAL)


@dataclass(frozen=True)
class Text:
    """Paragraphs; in each, ``**bold**`` is kept and all else is shown as written."""

    paragraphs: tuple[str, ...]
    role: str = ""

    def _repr_markdown_(self) -> str:
        css = f' class="{self.role}"' if self.role else ""
        return "".join(f"<p{css}>{_bold(paragraph)}</p>\n" for paragraph in self.paragraphs if paragraph)

    def __repr__(self) -> str:
        return "\n".join(self.paragraphs)


@dataclass(frozen=True)
class Heading:
    """A heading of the third level, of a part that not every page has."""

    text: str

    def _repr_markdown_(self) -> str:
        return f"### {escape(self.text)}\n"

    def __repr__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Listing:
    """A list, with ``**bold**`` in it, below a sentence where there is one.

    Parameters
    ----------
    items
        In their order; empty ones are left out.
    intro
        What stands above; "" for nothing.
    role
        Class of the list in the style sheet.
    """

    items: tuple[str, ...]
    intro: str = ""
    role: str = ""

    def _repr_markdown_(self) -> str:
        css = f' class="{self.role}"' if self.role else ""
        items = "".join(f"<li>{_bold(item)}</li>\n" for item in self.items if item)
        intro = f"<p>{_bold(self.intro)}</p>\n" if self.intro else ""
        return f"{intro}<ol{css}>\n{items}</ol>\n"

    def __repr__(self) -> str:
        return "\n".join((self.intro, *self.items)).strip()


@dataclass(frozen=True)
class Tiles:
    """A few large numbers, each with what it counts."""

    numbers: tuple[tuple[str, str], ...]

    def _repr_markdown_(self) -> str:
        parts = "".join(f"<li><strong>{escape(number)}</strong> {escape(what)}</li>\n" for number, what in self.numbers)
        return f'<ul class="tiles">\n{parts}</ul>\n'

    def __repr__(self) -> str:
        return "; ".join(f"{number} {what}" for number, what in self.numbers)


@dataclass(frozen=True)
class Pointer:
    """A sentence that leads to another page of the site; nothing where that page does not exist (no ``href``)."""

    before: str
    label: str
    after: str
    href: str

    def _repr_markdown_(self) -> str:
        if not self.href:
            return ""
        link = f'<a href="{escape(self.href)}">{escape(self.label)}</a>'
        return f"<p>{escape(self.before)}{link}{escape(self.after)}</p>\n"

    def __repr__(self) -> str:
        return f"{self.before}{self.label}{self.after}" if self.href else ""


def inline(svg: str) -> str:
    """A picture as an address that holds it: a fifth shorter than base64, and no character that Markdown reads.

    Parameters
    ----------
    svg
        The picture, as text.

    Examples
    --------
    >>> inline('<svg fill="#fff"/>')
    'data:image/svg+xml,%3Csvg fill=%22%23fff%22/%3E'
    """
    return f"{SVG_DATA}{quote(svg, safe=_PLAIN)}"


def _bold(text: str) -> str:
    parts = text.split("**")
    return "".join(f"<strong>{_shown(p)}</strong>" if i % 2 else _shown(p) for i, p in enumerate(parts))


def _shown(text: object) -> str:
    """Text safe in HTML, with no line that ends within an interval in brackets."""
    return _INTERVAL.sub(r'<span class="whole">\g<0></span>', escape(text))


@dataclass(frozen=True)
class Downloads:
    """Where a page puts the data behind its figures and tables, and how it links there.

    Without a folder (a notebook run by hand) nothing is written and no link is shown.

    Parameters
    ----------
    region
        Identifier of the region, or of the page of all regions, or of the home page.
    folder
        Where to write.
    kind
        Which page of the region it is, as ``clusterkit report --page`` calls it; "" where there is only one.
    """

    region: str
    folder: str | None = None
    kind: str = ""

    def save(self, name: str, table: pd.DataFrame) -> str:
        """Write ``table`` as CSV and return the link to it, "" when there is no folder.

        Parameters
        ----------
        name
            Of the file, without ending.
        table
            With its index, which is written too.
        """
        text = table.to_csv(lineterminator="\n", float_format="%.10g") if self.folder is not None else ""
        return self._write(f"{name}.csv", text.encode("utf-8-sig"))

    def save_json(self, name: str, value: Mapping[str, object]) -> str:
        """Write ``value`` as JSON and return the link to it, "" when there is no folder.

        Parameters
        ----------
        name
            Of the file, without ending.
        value
            Texts, numbers, lists and dicts of them.
        """
        return self._write(f"{name}.json", (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode())

    def write(self, name: str, text: str) -> str:
        """Write a file that the page itself loads and return its address, "" when there is no folder.

        Parameters
        ----------
        name
            Of the file, with ending.
        text
            All that it holds.
        """
        return self._write(name, text.encode())

    def _write(self, name: str, data: bytes) -> str:
        if self.folder is None:
            return ""
        write_whole(Path(self.folder) / name, data, lasting=False)
        return "/".join(part for part in (FOLDER, self.region, self.kind, name) if part)


@dataclass(frozen=True)
class Figure:
    """A picture with its finding as title, its alternative text, source and data.

    Parameters
    ----------
    svg
        The picture.
    title
        The finding.
    alt
        What the picture shows, for those who do not see it.
    note
        Source, year, NUTS version, marks.
    link
        Relative address of the data as CSV; "" for none.
    width, height
        Size of the picture (CSS pixels).
    """

    svg: str
    title: str
    alt: str
    note: str
    link: str
    width: int
    height: int

    def _repr_markdown_(self) -> str:
        return (
            '<figure class="figure">\n'
            f"<figcaption><span>{escape(self.title)}</span></figcaption>\n"
            f'<img src="{inline(self.svg)}" alt="{escape(self.alt)}" '
            f'width="{self.width}" height="{self.height}">\n'
            f'<p class="note">{escape(self.note)}{_data_link(self.link, self.title)}</p>\n'
            "</figure>\n"
        )

    def __repr__(self) -> str:
        return f"Figure: {self.title}"


@dataclass(frozen=True)
class Several:
    """Outputs shown one after the other, or side by side where there is room (``beside``)."""

    parts: tuple[Text | Figure | Table | Listing | Heading | None, ...]
    beside: bool = False

    def _repr_markdown_(self) -> str:
        shown = [part._repr_markdown_() for part in self.parts if part is not None]
        if self.beside:
            return '<div class="beside">\n' + "".join(f"<div>\n{part}</div>\n" for part in shown) + "</div>\n"
        return "\n".join(shown)

    def __repr__(self) -> str:
        return "; ".join(repr(part) for part in self.parts)


@dataclass(frozen=True)
class Column:
    """A column of a shown table: its heading and whether it holds numbers."""

    heading: str
    numeric: bool = True


@dataclass(frozen=True)
class Links:
    """A cell of a table with links to the pages of one thing, one below the other; "–" without any.

    Parameters
    ----------
    pages
        Label of each page and its address.
    of
        The thing. It is read out after each label, so that no two links of a table sound the same.
    """

    pages: Mapping[str, str]
    of: str

    def _html(self) -> str:
        links = [
            f'<a href="{escape(href)}">{escape(label)}<span class="sr-only"> of {escape(self.of)}</span></a>'
            for label, href in self.pages.items()
        ]
        return f'<span class="links">{"<br>".join(links)}</span>' if links else "–"


@dataclass(frozen=True)
class Quoted:
    """A cell of a table with words as somebody wrote them; what reads them aloud is told their language.

    Parameters
    ----------
    text
        The words.
    language
        Code of their language, as ``fr``.
    """

    text: str
    language: str

    def _html(self) -> str:
        if self.language == LANGUAGE:
            return escape(self.text)
        return f'<span lang="{escape(self.language)}">{escape(self.text)}</span>'


@dataclass(frozen=True)
class Table:
    """A table with caption, headings and texts ready to read; the first column names the row."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str | Links | Quoted]]
    note: str = ""
    link: str = ""
    hrefs: Sequence[str | None] = ()
    headings: Sequence[int] = ()  # numbers of the rows that head those below them, over all columns
    classes: Sequence[Sequence[str]] = ()  # of the cells, row by row, for the style sheet; "" for none
    is_wide: bool = False  # may be wider than the text where the window is
    is_folded: bool = False  # under its title, which unfolds it: for what few readers look at

    def _repr_markdown_(self) -> str:
        head = "".join(f'<th scope="col"{_numeric(column)}>{escape(column.heading)}</th>' for column in self.columns)
        body = "\n".join(self._row(position, row) for position, row in enumerate(self.rows))
        note = f'<p class="note">{escape(self.note)}{_data_link(self.link, self.title)}</p>\n' if self.note else ""
        css = "table wide" if self.is_wide else "table"
        hidden = ' class="sr-only"' if self.is_folded else ""
        table = (
            f'<div class="{css}" role="region" aria-label="{escape(self.title)}" tabindex="0">\n<table>\n'
            f"<caption{hidden}><span>{escape(self.title)}</span></caption>\n<thead><tr>{head}</tr></thead>\n"
            f"<tbody>\n{body}\n</tbody>\n</table>\n</div>\n{note}"
        )
        if not self.is_folded:
            return table
        return f'<details class="folded">\n<summary>{escape(self.title)}</summary>\n{table}</details>\n'

    def _row(self, position: int, row: Sequence[str | Links | Quoted]) -> str:
        first = escape(row[0])
        if position in self.headings:
            rest = "".join(f" <span>{escape(text)}</span>" for text in row[1:] if text)
            return f'<tr class="group"><th scope="rowgroup" colspan="{len(self.columns)}">{first}{rest}</th></tr>'
        href = self.hrefs[position] if position < len(self.hrefs) else None
        if href:
            first = f'<a href="{escape(href)}">{first}</a>'
        own = self.classes[position][1:] if position < len(self.classes) else [""] * (len(row) - 1)
        cells = "".join(
            f"<td{_numeric(column, f'{css} {length}'.strip())}>{cell._html() if isinstance(cell, Links | Quoted) else _shown(cell)}</td>"
            for column, cell, css, length in zip(self.columns[1:], row[1:], own, self._lengths, strict=True)
        )
        return f'<tr><th scope="row">{first}</th>{cells}</tr>'

    @cached_property
    def _lengths(self) -> list[str]:
        """Of each column but the first: whether it holds texts of several lines, for the style sheet."""
        rows = [row for position, row in enumerate(self.rows) if position not in self.headings]
        cells = zip(*(row[1:] for row in rows), strict=True) if rows else ((),) * len(self.columns[1:])
        return ["long" if any(len(_text_of(cell)) > LONG for cell in column) else "" for column in cells]

    def __repr__(self) -> str:
        return f"Table: {self.title}, {len(self.rows)} rows"


def _text_of(cell: object) -> str:
    return cell.text if isinstance(cell, Quoted) else "" if isinstance(cell, Links) else str(cell)


def _numeric(column: Column, css: str = "") -> str:
    names = " ".join(name for name in ("number" if column.numeric else "", css) if name)
    return f' class="{names}"' if names else ""


def _data_link(link: str, title: str) -> str:
    if not link:
        return ""
    return f' <a href="{html.escape(link)}" download>Data (CSV)<span class="sr-only"> of “{escape(title)}”</span></a>'
