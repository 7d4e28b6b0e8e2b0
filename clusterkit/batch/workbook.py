"""The data of pages as one workbook: what each table shows, readable headings, numbers as numbers, and the sources.

XlsxWriter writes them, in half the time of openpyxl; what is filled in by hand and read again is openpyxl's.
"""

from __future__ import annotations

import csv
import datetime
import html
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from clusterkit.batch.takeaway import Source
from clusterkit.show.columns import heading
from clusterkit.spreadsheets import is_formula

CONTENTS, COLUMNS, SOURCES = "Contents", "Columns", "Sources"
MAX_NAME = 31  # characters of a sheet's name, in Excel
MAX_EXACT = 15  # digits that a number in a workbook holds
WIDTHS = (9, 46)  # least and most width of a column, in characters
HEAD_ROW = 5  # of the headings of a data sheet; the data follow
MAX_TEXT = 32_767  # characters of a cell, in Excel
ILLUSTRATIVE = "Illustrative"
SAYS_ILLUSTRATIVE = "Illustrative: made-up answers that show how the tool works; not the view of any region."
NO_VALUE = "An empty cell is not known or does not apply; it is never zero."

_FORBIDDEN = re.compile(r"[\\/*?:\[\]'\x00-\x1f]")  # in the name of a sheet
_HEADING = "heading: "  # where the first cell of a page has its title
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")
_CODE = re.compile(r"(^|_)(code|codes|id|ids)$")  # columns whose numbers are names
_YEAR = re.compile(r"(^|_)(year|oldest|newest)$")
_BOOLEANS = {"True": "yes", "False": "no"}
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # what XML has no place for
_WRAPPED = {"text_wrap": True, "valign": "top"}
_BOLD, _TITLE = {"bold": True}, {"bold": True, "font_size": 13}
_MUTED, _LINK = {"font_color": "#57606A"}, {"font_color": "#0B5C9E", "underline": 1}
_STAMP = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)  # of every workbook: the same content, the same bytes


@dataclass(frozen=True)
class Shown:
    """What a page says of the data behind one figure or table.

    Parameters
    ----------
    titles
        Of the figures and tables that link to the data; more than one where they share them.
    notes
        What stands under them.
    """

    titles: tuple[str, ...]
    notes: tuple[str, ...]


class _Reader(HTMLParser):
    """Titles and notes beside the links to data, in the order of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []
        self._title, self._note, self._into = "", "", ""
        self._links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in ("figcaption", "caption"):
            self._title, self._into = "", "title"
        elif tag == "p" and values.get("class") == "note":
            self._note, self._links, self._into = "", [], "note"
        elif tag == "a" and str(values.get("href", "")).endswith(".csv"):
            self._links.append(str(values["href"]))
            self._into = "link"  # its words are not the note's

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._into == "link":
            self._into = "note"
        elif tag in ("figcaption", "caption"):
            self._into = ""
        elif tag == "p" and self._into == "note":
            self.found += [(link, _plain(self._title), _plain(self._note)) for link in self._links]
            self._into = ""

    def handle_data(self, data: str) -> None:
        if self._into == "title":
            self._title += data
        elif self._into == "note":
            self._note += data


def _plain(text: str) -> str:
    return " ".join(text.split())


def page_title(cells: Sequence[dict[str, Any]]) -> str:
    """Title of a page, from the first of its cells; "" where it has none."""
    lines = "".join(cells[0]["source"]).split("\n")
    heads = [json.loads(line.removeprefix(_HEADING)) for line in lines if line.startswith(_HEADING)]
    return html.unescape(heads[0]) if heads else ""


def shown(cells: Sequence[dict[str, Any]]) -> dict[str, Shown]:
    """Name of each file of data that a page links to, and what the page says of it; in the order of the page.

    Parameters
    ----------
    cells
        Of the executed notebook.
    """
    found: dict[str, Shown] = {}
    for cell in cells:
        for output in cell.get("outputs", []):
            text = "".join(output.get("data", {}).get("text/markdown", ""))
            if ".csv" not in text:
                continue
            reader = _Reader()
            reader.feed(re.sub(r'src="data:[^"]*"', "", text))  # pictures say nothing here
            for link, title, note in reader.found:
                name = link.rpartition("/")[2]
                known = found.get(name, Shown((), ()))
                found[name] = Shown(_with(known.titles, title), _with(known.notes, note))
    return found


def _with(known: tuple[str, ...], text: str) -> tuple[str, ...]:
    return known if not text or text in known else (*known, text)


def sheet_name(label: str, stem: str, taken: Iterable[str]) -> str:
    """Name of the sheet of a table: short, allowed, and unlike all others whatever the case of their letters.

    >>> sheet_name("Scoreboard", "older-sub-dimensions", [])
    'Scoreboard older sub dimensions'
    >>> sheet_name("", "a/b: [c]?", ["a b c"])
    'A b c 2'
    """
    words = _plain(_FORBIDDEN.sub(" ", f"{label} {stem.replace('-', ' ')}")).strip()
    name = f"{words[:1].upper()}{words[1:]}"[:MAX_NAME].strip() or "Table"
    used = {other.casefold() for other in taken}
    number, unique = 1, name
    while unique.casefold() in used:
        number += 1
        unique = f"{name[: MAX_NAME - len(str(number)) - 1].strip()} {number}"
    return unique


def write(title: str, intro: Sequence[str], sources: Sequence[Source], origin: Sequence[Sequence[str]]) -> bytes:
    """A workbook of all data of some pages; the same pages and data give the same bytes.

    Parameters
    ----------
    title
        Of the workbook; "" for that of its first page.
    intro
        What stands below it, line by line.
    sources
        The pages, in the order of the workbook.
    origin
        Rows of the sheet on where the figures come from.

    Returns
    -------
    bytes
        The file, XLSX. Unknown values are empty cells; codes are text; no cell holds a formula.
    """
    out = io.BytesIO()
    book = _Book(out)
    contents = book.sheet(CONTENTS)
    names, rows, columns = [CONTENTS, COLUMNS, SOURCES], [], {}
    for source in sources:
        cells = json.loads(source.notebook.read_text(encoding="utf-8"))["cells"]
        said, page = shown(cells), page_title(cells)
        files = {path.name: path for path in sorted(source.folder.glob("*.csv"))}
        title = title or page
        of_page = ILLUSTRATIVE.casefold() in page.casefold()
        for file in [*(name for name in said if name in files), *(name for name in files if name not in said)]:
            head, table = _read(files[file])
            of = said.get(file, Shown((), ()))
            name = sheet_name(source.label, files[file].stem, names)
            names.append(name)
            is_illustrative = of_page or _is_illustrative(of, head, table)
            what = "; ".join(of.titles) or files[file].stem.replace("-", " ").capitalize()
            _data_sheet(book, name, what, of, page, file, head, table, is_illustrative=is_illustrative)
            mark = ILLUSTRATIVE if is_illustrative else ""
            rows.append((name, what, page, " ".join(of.notes), len(table), file, mark))
            columns.update({column: heading(column) for column in head if column and heading(column) != column})
    _contents_sheet(book, contents, title, intro, rows)
    _plain_sheet(book, COLUMNS, "Headings, and the names of the same columns in the CSV files",
                 [("Name in the CSV files", "Heading"), *sorted(columns.items())], (34, 60))  # fmt: skip
    _plain_sheet(book, SOURCES, "Where the figures come from", origin, (38, 90))
    book.close(title)
    return out.getvalue()


class _Book:
    """A workbook that is written, with every look it uses made once."""

    def __init__(self, out: io.BytesIO) -> None:
        self._file = Workbook(out, {"in_memory": True})
        self._looks: dict[tuple[tuple[str, Any], ...], Format] = {}

    def sheet(self, name: str) -> Worksheet:
        """A new sheet behind those that there are."""
        return self._file.add_worksheet(name)

    def look(self, **properties: Any) -> Format | None:
        """A format, by the names that XlsxWriter gives properties; None: as a cell looks by itself."""
        key = tuple(sorted(properties.items()))
        if key and key not in self._looks:
            self._looks[key] = self._file.add_format(properties)
        return self._looks.get(key)

    def put(self, sheet: Worksheet, row: int, column: int, value: object, **properties: Any) -> None:
        """A text as a text, whatever it starts with, or a number; row and column counted from 1. "" is left out."""
        if isinstance(value, int | float):
            sheet.write_number(row - 1, column - 1, value, self.look(**properties))
        elif text := _clean(str(value)):
            quoted = {"quote_prefix": True} if is_formula(text) else {}
            sheet.write_string(row - 1, column - 1, text, self.look(**properties, **quoted))

    def lead(self, sheet: Worksheet, row: int, text: str, to: str, **properties: Any) -> None:
        """A text in the first column that leads to another sheet."""
        target = f"internal:'{to}'!A1"
        sheet.write_url(row - 1, 0, target, self.look(**_LINK, **properties), _clean(text))

    def close(self, title: str) -> None:
        """Write all of it."""
        self._file.set_properties({"title": _clean(title), "author": "clusterkit", "created": _STAMP})
        self._file.close()


def _is_illustrative(of: Shown, head: Sequence[str], table: Sequence[Sequence[str]]) -> bool:
    """Whether a table rests on illustrative answers: its words say so, or its own column does."""
    said = " ".join((*of.titles, *of.notes)).casefold()
    place = head.index("illustrative") if "illustrative" in head else -1
    return ILLUSTRATIVE.casefold() in said or (place >= 0 and any(row[place] == "True" for row in table))


def _read(path: Path) -> tuple[list[str], list[list[str]]]:
    """Headings and rows of a table as they are written."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = list(csv.reader(file)) or [[]]
    return head, rows


def _clean(text: str) -> str:
    """Text without the characters that no workbook can hold, and no longer than a cell."""
    return _NO_TEXT.sub(" ", text)[:MAX_TEXT]


def _typed(name: str, cells: Sequence[str]) -> tuple[list[Any], str]:
    """The values of a column, and how its numbers are to look ("General" for text)."""
    known = [cell for cell in cells if cell != ""]
    if known and all(cell in _BOOLEANS for cell in known):
        return [_BOOLEANS.get(cell) for cell in cells], "General"
    if not known or _CODE.search(name) or not all(_is_number(cell) for cell in known):
        return [_clean(cell) if cell else None for cell in cells], "General"
    numbers = [None if cell == "" else _number(cell) for cell in cells]
    largest = max(abs(value) for value in numbers if value is not None)
    if all(value is None or isinstance(value, int) for value in numbers):
        return numbers, "0" if _YEAR.search(name) else "#,##0"
    return numbers, "#,##0.00" if largest >= 1 else "0.0000"


def _is_number(cell: str) -> bool:
    return _NUMBER.fullmatch(cell) is not None and sum(char.isdigit() for char in cell) <= MAX_EXACT + 3


def _number(cell: str) -> int | float:
    return int(cell) if cell.lstrip("-").isdigit() and len(cell.lstrip("-")) <= MAX_EXACT else float(cell)


def _data_sheet(
    book: _Book,
    name: str,
    what: str,
    of: Shown,
    page: str,
    file: str,
    head: Sequence[str],
    table: Sequence[Sequence[str]],
    *,
    is_illustrative: bool,
) -> None:
    sheet = book.sheet(name)
    book.put(sheet, 1, 1, what, **_TITLE)
    book.put(sheet, 2, 1, " ".join(of.notes), **_MUTED)
    book.put(sheet, 3, 1, SAYS_ILLUSTRATIVE if is_illustrative else "", **_BOLD)
    book.lead(sheet, 4, f"Page “{page}”, file {file}. {NO_VALUE} Back to the contents", CONTENTS)
    for column, column_name in enumerate(head, start=1):
        book.put(sheet, HEAD_ROW, column, heading(column_name) if column_name else "Row", **_BOLD, **_WRAPPED)
        values, look = _typed(column_name, [row[column - 1] if column <= len(row) else "" for row in table])
        number = {} if look == "General" else {"num_format": look}
        longest = 0
        for row, value in enumerate(values, start=HEAD_ROW + 1):
            if isinstance(value, str):
                book.put(sheet, row, column, value)
                longest = max(longest, len(value))
            elif value is not None:
                book.put(sheet, row, column, value, **number)
                longest = max(longest, 11)
        widest = max(longest, min(len(heading(column_name)), 18)) + 2
        sheet.set_column(column - 1, column - 1, min(max(widest, WIDTHS[0]), WIDTHS[1]))
    sheet.freeze_panes(HEAD_ROW, 1)
    if head and table:
        sheet.autofilter(HEAD_ROW - 1, 0, HEAD_ROW + len(table) - 1, len(head) - 1)


def _contents_sheet(
    book: _Book, sheet: Worksheet, title: str, intro: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    book.put(sheet, 1, 1, title, **_TITLE)
    for number, line in enumerate([*intro, NO_VALUE], start=2):
        book.put(sheet, number, 1, line)
    first = len(intro) + 4
    headings = ("Sheet", "What it shows", "Page", "Note", "Rows (number)", "CSV file", "Remark")
    for column, text in enumerate(headings, start=1):
        book.put(sheet, first, column, text, **_BOLD)
    for number, (name, *said) in enumerate(rows, start=first + 1):
        book.lead(sheet, number, name, name, **_WRAPPED)
        for column, value in enumerate(said, start=2):
            book.put(sheet, number, column, value, **_WRAPPED)
    for column, width in enumerate((34, 60, 32, 70, 10, 26, 14)):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(first, 1)


def _plain_sheet(book: _Book, name: str, title: str, rows: Iterable[Sequence[str]], widths: tuple[int, int]) -> None:
    sheet = book.sheet(name)
    book.put(sheet, 1, 1, title, **_TITLE)
    for number, row in enumerate(rows, start=3):
        for column, value in enumerate(row, start=1):
            book.put(sheet, number, column, value, **_WRAPPED, **(_BOLD if number == 3 else {}))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)


def origin_rows(record: Path, parameters: Iterable[tuple[str, str]]) -> Iterator[tuple[str, ...]]:
    """Where the figures of a workbook come from: acknowledgements, editions, licences, NUTS version and years.

    Parameters
    ----------
    record
        What ``clusterkit data build`` keeps of its sources; a project without it names none.
    parameters
        Name and value of what else the figures rest on.
    """
    yield ("What", "Which")
    yield ("Acknowledgement", "Source: Eurostat; own calculations.")
    yield ("Acknowledgement", "© EuroGeographics for the administrative boundaries.")
    yield (
        "Licence",
        "Figures: reuse with acknowledgement of Eurostat and of this project; the licence of each dataset is below. "
        "Boundaries: not for commercial use. Code and words: MIT.",
    )
    yield from parameters
    if not record.is_file():
        return
    for source in json.loads(record.read_text(encoding="utf-8"))["sources"]:
        edition, checksum = f"edition {source['edition']}", f"SHA-256 {source['sha256']}"
        said = (edition, source["licence"], source["acknowledgement"], checksum)
        yield (f"Dataset {source['dataset']}", "; ".join(said))
