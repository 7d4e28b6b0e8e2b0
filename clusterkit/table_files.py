"""Small tables that analysts keep in CSV or a workbook: programmes, priority domains, an earlier scoreboard."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill

from clusterkit import spreadsheets as files
from clusterkit.errors import ParamError, Problem, did_you_mean

TABLE_ENDINGS = (*files.CSV_ENDINGS, *files.BOOK_ENDINGS)


@dataclass(frozen=True)
class Row:
    """A row of a file: its values by column, as text or number, and where it stands."""

    values: Mapping[str, Any]
    where: str

    def raw(self, name: str) -> Any:
        """The value as the file has it; None where it is absent."""
        return self.values.get(name)

    def text(self, name: str) -> str:
        """The value as text; "" where it is absent."""
        value = self.values.get(name)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return "" if value is None else str(value).strip()

    def several(self, name: str) -> list[str]:
        """Values that a semicolon separates, each once."""
        return list(dict.fromkeys(part.strip() for part in self.text(name).split(";") if part.strip()))


def read_rows(path: Path, *, columns: Sequence[str], needed: Sequence[str], rule: str) -> list[Row]:
    """Rows of a small table, CSV or the first sheet of a workbook.

    Parameters
    ----------
    columns
        What may stand there; another column is refused.
    needed
        What must.
    rule
        Where the columns are explained.

    Raises
    ------
    ParamError
        Everything that is wrong with the file itself, at once: absent, too large, no table, an unknown, doubled or
        missing column, a formula, a row of another length.
    """
    if path.suffix.lower() not in TABLE_ENDINGS:
        raise ParamError(
            Problem(
                f"The file {path.name} is of no kind that holds a table.",
                str(path),
                f"{rule}: .csv or .xlsx",
                "save it as one of these",
            )
        )
    files.check_size(path)
    if path.suffix.lower() in files.BOOK_ENDINGS:
        sheets = files.open_book(path).worksheets
        grid, problems = files.sheet_grid(path, sheets[0]) if sheets else ([], [])
    else:
        grid, problems = files.csv_grid(path), []
    if not grid:
        raise files.refused(path, f"The file {path.name} is empty", "write the headings and a row", rule)
    (where, heading), *rows = grid
    names = [str(name or "").strip().lower() for name in heading]
    while names and not names[-1]:
        names.pop()
    problems += files.heading_problems(where, names, needed, columns)
    for place, row in rows:
        if any(value not in (None, "") for value in row[len(names) :]) or len(row) < len(names):
            what = f"The row has {len(row)} values, the heading {len(names)}."
            problems.append(Problem(what, place, "one value per column", "check quotes and separators of the row"))
    if problems:
        raise ParamError(problems)
    return [Row(dict(zip(names, row, strict=False)), place) for place, row in rows]


def choose(row: Row, name: str, known: Mapping[str, str], problems: list[Problem]) -> list[str]:
    """Codes from a closed list in one cell; what is not in it becomes a problem."""
    by_label = {label.lower(): code for code, label in known.items()}
    found = []
    for text in row.several(name):
        code = by_label.get(text.lower(), text)
        if code in known:
            found.append(code)
        else:
            what = f"{name} has {text!r}."
            fix = "put semicolons between them" if "," in text else did_you_mean(text, list(known))
            problems.append(Problem(what, row.where, f"one of: {', '.join(known)}", fix))
    return found


def table_bytes(
    path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, Any]], notes: Mapping[str, str]
) -> bytes:
    """A table as the bytes of a file of that name, with what each column holds where the kind has room for it."""
    if path.suffix.lower() in files.BOOK_ENDINGS:
        return _book(columns, rows, notes)
    if path.suffix.lower() not in TABLE_ENDINGS:
        raise ParamError(
            Problem(
                f"The name {path.name} says no kind of table.",
                str(path),
                "a table ends in .csv or .xlsx",
                "let the name end in one of these",
            )
        )
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n", delimiter="\t" if path.suffix.lower() == ".tsv" else ",")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: files.guarded(row.get(name, "")) for name in columns})
    return out.getvalue().encode("utf-8-sig")


def _book(columns: Sequence[str], rows: Sequence[Mapping[str, Any]], notes: Mapping[str, str]) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = "Table"
    for column, name in enumerate(columns, start=1):
        cell = files.put(sheet, 1, column, name)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E4E7EA")
        sheet.column_dimensions[cell.column_letter].width = 24
        for line, row in enumerate(rows, start=2):
            files.put(sheet, line, column, row.get(name, "")).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A2"
    about = book.create_sheet("Columns")
    about.column_dimensions["A"].width, about.column_dimensions["B"].width = 20, 100
    for line, (name, text) in enumerate(notes.items(), start=1):
        files.put(about, line, 1, name).font = Font(bold=True)
        files.put(about, line, 2, text).alignment = Alignment(wrap_text=True, vertical="top")
    return files.saved(book)
