"""What the search of the site looks through: titles, headings, captions, names of sectors, and where they stand.

The index is a script that assigns one global, so that it can be read without a server and under a strict policy of
content. It is read when the field is first used.
"""

from __future__ import annotations

import html
import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence

NAME = "search-index.js"
GLOBAL = "clusterkitIndex"
Entry = tuple[str, str, int]  # anchor of the section ("" before the first), text, kind
HEADING, CAPTION, SECTOR = 0, 1, 2  # kinds of a text, in the order in which results are shown
MAX_BYTES = 250_000
CAPTIONS = (140, 80, 50, 0)  # characters of a caption; the first with which the index is small enough
_PARTS = re.compile(
    r'<h[23] id="(?P<anchor>[^"]+)">(?P<heading>.*?)</h[23]>'
    r"|<(?:fig)?caption\b(?P<hidden> class=\"sr-only\")?[^>]*>(?P<caption>.*?)</(?:fig)?caption>"
    r'|<th scope="row">(?P<row>.*?)</th>',
    re.DOTALL,
)
_SECTOR = re.compile(r"\([A-Z]\d\d\)$")  # how a sector's name ends


def script(titles: Mapping[str, str], texts: Mapping[str, Mapping[str, str]]) -> str:
    """The index as a script; where it would be too large captions are cut, or left out.

    Parameters
    ----------
    titles
        Title of each page, in the order of the site.
    texts
        Text of each page as HTML (``html``).
    """
    found = {page: list(_entries(texts[page]["html"])) for page in titles}
    made = ""
    for longest in CAPTIONS:
        made = _script(titles, {page: list(_cut(entries, longest)) for page, entries in found.items()})
        if len(made.encode()) <= MAX_BYTES:
            break
    return made


def _cut(entries: Sequence[Entry], longest: int) -> Iterator[Entry]:
    """The same entries with captions of at most so many characters, cut between words; without captions for 0."""
    for anchor, text, kind in entries:
        if kind != CAPTION:
            yield anchor, text, kind
        elif longest:
            yield anchor, textwrap.shorten(text, longest, placeholder=" …"), kind


def _entries(text: str) -> Iterator[Entry]:
    """Anchor of the section, text and kind of everything that can be found on a page; each text once in a section."""
    anchor, seen = "", set()
    for part in _PARTS.finditer(re.sub(r"<img\b[^>]*>", "", text)):
        if part["anchor"]:
            anchor = html.unescape(part["anchor"])
            entry = (anchor, _words(part["heading"]), HEADING)
        elif part["caption"] is not None:
            entry = (anchor, _words(part["caption"]), CAPTION)
        else:
            entry = (anchor, _words(part["row"]), SECTOR)
            if not _SECTOR.search(entry[1]) or entry[1] in seen:  # the first mention on a page is enough
                continue
        if part["hidden"] or entry[1] in seen:
            continue
        seen.add(entry[1])
        yield entry


def _words(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", text)).split())


def _script(titles: Mapping[str, str], found: Mapping[str, Sequence[Entry]]) -> str:
    """Texts and anchors that several pages share stand once; each page has runs of three numbers."""
    texts: dict[str, int] = {}
    anchors: dict[str, int] = {}
    pages = []
    for page, title in titles.items():
        numbers = [
            number
            for anchor, text, kind in found[page]
            for number in (anchors.setdefault(anchor, len(anchors)), texts.setdefault(text, len(texts)), kind)
        ]
        pages.append([page, title, numbers])
    index = {"pages": pages, "anchors": list(anchors), "texts": list(texts)}
    # The escapes keep the script whole wherever it is put, in HTML too.
    text = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return f"window.{GLOBAL}={text};\n"
