"""CSV files and workbooks that people fill in: read as plain values, refused in words, written without formulas."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import re
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from clusterkit.errors import ParamError, Problem, did_you_mean, some

CSV_ENDINGS, BOOK_ENDINGS = (".csv", ".tsv"), (".xlsx",)
MAX_BYTES = 5_000_000  # of a file; a full answer sheet has 60 kB
MAX_UNPACKED = 50_000_000  # bytes of a workbook as it is unpacked
MAX_ROWS = 200_000  # rows of a table: more than 3,000 respondents
MAX_COLUMNS = 200  # of a sheet; what stands farther to the right belongs to no table
_FORMULA = re.compile(r"'*[=+\-@\t\r]")  # what a spreadsheet would take for a formula, or was guarded against it
_STAMP = dt.datetime(2000, 1, 1)  # the same content gives the same file

_ADDRESS = re.compile(r"https?://[^\s<>\"']+")

Grid = list[tuple[str, list[Any]]]  # where a row stands, and its values


def refused(path: Path, what: str, fix: str, rule: str = "docs/stress-test.md#files") -> ParamError:
    """The error for a file that cannot be read as a whole."""
    return ParamError(Problem(f"{what}.", str(path), rule, fix))


def check_size(path: Path) -> None:
    """Refuse a file that is absent, or too large to be what it should be, before it is read."""
    try:
        size = path.stat().st_size
    except OSError as exc:
        raise refused(path, f"The file {path.name} cannot be read: {exc.strerror or exc}", "check the name") from exc
    if not path.is_file():
        raise refused(path, f"{path.name} is no file", "name a file")
    if size > MAX_BYTES:
        fix = "take out pictures, split it, or export it anew"
        raise refused(path, f"The file {path.name} has {size / 1e6:,.0f} MB", fix, f"at most {MAX_BYTES / 1e6:.0f} MB")


def csv_grid(path: Path) -> Grid:
    """Rows of a CSV file as texts, the heading first; empty lines are left out.

    Raises
    ------
    ParamError
        It is not text in UTF-8, no CSV, empty, or has too many rows.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as exc:
        raise refused(path, f"The file {path.name} is not text in UTF-8: {exc}", "save it as CSV UTF-8") from exc
    if "\x00" in text:
        raise refused(path, f"The file {path.name} is not text: it holds zero bytes", "save it as CSV UTF-8")
    separator = max(",;\t", key=text.partition("\n")[0].count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        found = [
            (f"{path}, line {rows.line_num}", [unguarded(cell) for cell in row])
            for row in rows
            if any(cell.strip() for cell in row)
        ]
    except csv.Error as exc:
        raise refused(path, f"The file {path.name} is no CSV: {exc}, line {rows.line_num}", "export it anew") from exc
    if not found:
        raise refused(path, f"The file {path.name} is empty", "export it anew")
    if len(found) > MAX_ROWS:
        raise refused(path, f"The file {path.name} has {len(found):,} rows", "split it", f"at most {MAX_ROWS:,} rows")
    return found


def open_book(path: Path) -> Workbook:
    """A workbook as it stands, formulas as formulas.

    Raises
    ------
    ParamError
        It is no workbook, is damaged, or unpacks to too much.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(info.file_size for info in packed.infolist())
        if unpacked > MAX_UNPACKED:
            what = f"The workbook {path.name} unpacks to {unpacked / 1e6:,.0f} MB"
            raise refused(path, what, "take out pictures and other sheets, or export it anew")
        return load_workbook(path, data_only=False, keep_links=False)
    except SyntaxError as exc:  # broken XML inside
        raise refused(path, f"The file {path.name} is damaged: {exc}", "save it anew as .xlsx") from exc
    except _UNREADABLE as exc:
        raise refused(path, f"The file {path.name} is no workbook that can be read: {exc}", "save it as .xlsx") from exc


_UNREADABLE = (  # what zipfile, zlib and openpyxl raise for a file that is damaged, locked, or no workbook
    ArithmeticError,
    AttributeError,
    EOFError,
    InvalidFileException,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


def sheet_grid(path: Path, sheet: Worksheet) -> tuple[Grid, list[Problem]]:
    """Rows of a sheet as values, empty ones left out; a formula or an error becomes a problem and an empty cell."""
    grid: Grid = []
    problems: list[Problem] = []
    # Not by iter_rows: a single mark at the far end of a sheet would make it walk through 17 billion cells.
    filled = [(*place, cell) for place, cell in sorted(sheet._cells.items()) if cell.value not in (None, "")]
    width = min(max((column for _, column, _ in filled), default=0), MAX_COLUMNS)
    for row, cells in itertools.groupby(filled, key=lambda each: each[0]):
        values: list[Any] = [None] * width
        where = f"{path}, sheet {sheet.title}, row {row}"
        for _, column, cell in cells:
            if column > MAX_COLUMNS:
                what, fix = f"The cell {cell.coordinate} stands far from the table.", "clear it"
            elif cell.data_type == "f":
                formula = str(getattr(cell.value, "text", cell.value))[:60]
                what, fix = (
                    f"The cell {cell.coordinate} holds a formula: {formula!r}.",
                    "replace it by its value, or start the text with an apostrophe",
                )
            elif cell.data_type == "e":
                what, fix = f"The cell {cell.coordinate} holds the error {cell.value}.", "clear it"
            else:
                values[column - 1] = cell.value
                continue
            problems.append(Problem(what, where, "cells hold values, so that everyone reads the same", fix))
        if any(value is not None for value in values):
            grid.append((where, values))
    return grid, problems


def heading_problems(where: object, names: Sequence[str], needed: Sequence[str], known: Sequence[str]) -> list[Problem]:
    """What is wrong with the headings of a table."""
    problems = [
        Problem(
            f"There is no column {name}.",
            str(where),
            f"needed are {', '.join(needed)}",
            f"add it; the columns are {', '.join(known)}",
        )
        for name in needed
        if name not in names
    ]
    problems += [
        Problem(
            f"Unknown column {name!r}.",
            str(where),
            f"the columns are {', '.join(known)}",
            did_you_mean(name, known, "remove it"),
        )
        for name in dict.fromkeys(names)
        if name not in known
    ]
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        problems.append(
            Problem(
                f"Columns stand twice: {some(twice)}.", str(where), "each column stands once", "remove one of the two"
            )
        )
    return problems


def is_address(text: str) -> bool:
    """Whether a text is an address that a page may show as one."""
    return _ADDRESS.fullmatch(text) is not None


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would take a text for a formula, or for one that was guarded.

    >>> is_formula("=1+1"), is_formula("'-2"), is_formula("plain")
    (True, True, False)
    """
    return _FORMULA.match(text) is not None


def guarded(value: Any) -> Any:
    """A text that no spreadsheet takes for a formula: with an apostrophe before it where one would.

    >>> guarded("=1+1"), guarded("plain"), guarded(3)
    ("'=1+1", 'plain', 3)
    """
    return f"'{value}" if isinstance(value, str) and is_formula(value) else value


def unguarded(text: str) -> str:
    """The text itself."""
    return text[1:] if text[:1] == "'" and is_formula(text) else text


def put(out: Worksheet, row: int, column: int, value: Any) -> Any:
    """A value as a value: a text that starts like a formula stays a text."""
    cell = out.cell(row, column)
    cell.value = value if value != "" else None
    if isinstance(value, str) and value:
        cell.data_type = "s"
        if is_formula(value):
            cell.quotePrefix = True
    return cell


def saved(book: Workbook) -> bytes:
    """A workbook as the bytes of its file; the same content gives the same bytes."""
    book.properties.created = book.properties.modified = _STAMP
    book.properties.creator = "clusterkit"
    out = io.BytesIO()
    book.save(out)
    packed, fixed = zipfile.ZipFile(io.BytesIO(out.getvalue())), io.BytesIO()
    with packed, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as again:
        for info in packed.infolist():
            content = packed.read(info)
            if info.filename == "docProps/core.xml":  # openpyxl sets the time of saving here
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", content)
            entry = zipfile.ZipInfo(info.filename, _STAMP.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            again.writestr(entry, content)
    return fixed.getvalue()
