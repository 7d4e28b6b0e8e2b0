"""When two values are the same: numbers within a tolerance, texts word by word, tables cell by cell."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Literal

ABSENT = "(not there)"  # in the place of a value that only the other run has
MAX_KEY = 4  # columns at the front of a table that may have to be read together to tell its rows apart
SHOWN = 80  # characters of a text that are shown around the first difference

# A number in a sentence or a cell: not one within a word (C13), a code (2014-B) or a checksum.
_NUMBER = re.compile(r"(?<![\w.,])[-−+]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w])")
_FRACTION = re.compile(r"[-−+]?\d[\d,]*\.\d+(?:[eE][-+]?\d+)?")
_SPACE = re.compile(r"\s+")

Kind = Literal["page", "text", "table", "picture", "data"]


@dataclass(frozen=True)
class Tolerance:
    """How far two numbers may be apart and still be the same: ``|a - b| <= atol + rtol · max(|a|, |b|)``.

    Parameters
    ----------
    rtol
        Share of the larger one (no unit).
    atol
        In the unit of the numbers.
    """

    rtol: float = 1e-9
    atol: float = 1e-12

    def same(self, a: float, b: float) -> bool:
        """Whether two numbers are the same; NaN is the same as NaN alone."""
        if math.isnan(a) or math.isnan(b):
            return math.isnan(a) and math.isnan(b)
        if math.isinf(a) or math.isinf(b):
            return a == b
        return abs(a - b) <= self.atol + self.rtol * max(abs(a), abs(b))


@dataclass(frozen=True)
class Difference:
    """One thing that two runs say differently.

    Parameters
    ----------
    page
        Name of the page.
    kind
        ``page``: it is there in one run alone; ``text``; ``table``: one that the page shows; ``picture``; ``data``: a
        file beside the page.
    where
        Place on the page: cell and table, or file, with row and column.
    a, b
        What the first and the second run have there.
    """

    page: str
    kind: Kind
    where: str
    a: str
    b: str


def number(text: str) -> float | None:
    """A text as a number, as the pages write it (``−6.6``, ``18,176``); None where it is none.

    >>> number("−1,234.5"), number("C13"), number("")
    (-1234.5, None, None)
    """
    if not re.fullmatch(_NUMBER, text):
        return None
    return float(text.replace("−", "-").replace(",", ""))


def same_text(a: str, b: str, tolerance: Tolerance) -> bool:
    """Whether two texts have the same words, and numbers within the tolerance; the kind of space does not matter.

    >>> same_text("18,176 jobs in C13", "18,177 jobs in C13", Tolerance(rtol=0.001))
    True
    >>> same_text("18,176 jobs in C13", "18,176 jobs in C14", Tolerance(rtol=0.1))
    False
    """
    if a == b:
        return True
    a, b = _SPACE.sub(" ", a).strip(), _SPACE.sub(" ", b).strip()
    if _NUMBER.split(a) != _NUMBER.split(b):
        return False
    pairs = zip(_NUMBER.findall(a), _NUMBER.findall(b), strict=True)
    return all(x == y or tolerance.same(number(x) or 0.0, number(y) or 0.0) for x, y in pairs)


def around(a: str, b: str) -> tuple[str, str]:
    """Two texts cut down to where they first differ.

    >>> around("the same " * 20 + "one end", "the same " * 20 + "other end")[1][-9:]
    'other end'
    """
    a, b = _SPACE.sub(" ", a).strip(), _SPACE.sub(" ", b).strip()
    first = next((i for i, (x, y) in enumerate(zip_longest(a, b)) if x != y), 0)
    # From the beginning of a word, some words before.
    start = a.rfind(" ", 0, max(first - 20, 0)) + 1 if first > 30 else 0
    return _cut(a, start), _cut(b, start)


def _cut(text: str, start: int) -> str:
    end = start + SHOWN
    return f"{'… ' if start else ''}{text[start:end]}{' …' if len(text) > end else ''}"


@dataclass(frozen=True)
class Grid:
    """A table of texts.

    Parameters
    ----------
    name
        Its title, or the name of its file.
    columns
        Headings.
    rows
        Texts of the cells.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def grid_differences(a: Grid, b: Grid, tolerance: Tolerance, *, as_read: bool) -> Iterator[tuple[str, str, str]]:
    """What two tables have differently: place, and the value of each.

    Columns are set side by side by heading, rows by what stands in as many columns at the front as are needed to tell
    them apart; rows of one name are taken in their order.

    Parameters
    ----------
    a, b
        The tables.
    tolerance
        Of numbers.
    as_read
        Cells are texts for readers, with words around their numbers; else each is a number or a text.
    """
    names_a, names_b = _unlike(a.columns), _unlike(b.columns)
    yield from _only(names_a, names_b, "column")
    key = _key(a, b, names_a, names_b)
    rows_a, rows_b = _by_key(a, key), _by_key(b, key)
    yield from _only(list(rows_a), list(rows_b), "row")
    shared = [(name, names_a.index(name), names_b.index(name)) for name in names_a if name in names_b]
    for row, cells in rows_a.items():
        other = rows_b.get(row)
        for name, i, j in shared if other is not None else ():
            x, y = _cell(cells, i), _cell(other or (), j)
            if not _same_cell(x, y, tolerance, as_read=as_read):
                yield f"row {row}, column {name}", *around(x, y)


def _unlike(columns: Sequence[str]) -> list[str]:
    """Headings, those that stand twice with a number behind."""
    found: list[str] = []
    for name in columns:
        found.append(name if name not in found else f"{name} ({sum(name == other for other in columns)})")
    return found


def _only(a: Sequence[str], b: Sequence[str], what: str) -> Iterator[tuple[str, str, str]]:
    in_a, in_b = set(a), set(b)
    yield from ((f"{what} {name}", "there", ABSENT) for name in a if name not in in_b)
    yield from ((f"{what} {name}", ABSENT, "there") for name in b if name not in in_a)


def _key(a: Grid, b: Grid, names_a: Sequence[str], names_b: Sequence[str]) -> int:
    """How many columns at the front name a row; 0: the two tables begin with different columns.

    As many as tell the rows of both apart, none of them with fractions: those are values, not names. Else one.
    """
    widest = 0
    for width in range(1, min(MAX_KEY, len(a.columns), len(b.columns)) + 1):
        values = [row[width - 1] for grid in (a, b) for row in grid.rows if len(row) >= width]
        if list(names_a[:width]) != list(names_b[:width]) or any(map(_FRACTION.fullmatch, values)):
            break
        widest = width
        if all(len({row[:width] for row in grid.rows}) == len(grid.rows) for grid in (a, b)):
            return width
    return min(widest, 1)


def _by_key(grid: Grid, width: int) -> dict[str, tuple[str, ...]]:
    """Rows by what names them; those of one name, or of none, are numbered."""
    found: dict[str, tuple[str, ...]] = {}
    seen: Counter[str] = Counter()
    for row in grid.rows:
        name = " / ".join(row[:width])
        seen[name] += 1
        found[name if width and seen[name] == 1 else f"{name} {seen[name]}".strip()] = row
    return found


def _cell(row: Sequence[str], position: int) -> str:
    return row[position] if position < len(row) else ""


def _same_cell(a: str, b: str, tolerance: Tolerance, *, as_read: bool) -> bool:
    if a == b:
        return True
    if as_read:
        return same_text(a, b, tolerance)
    try:
        return bool(a) and bool(b) and tolerance.same(float(a), float(b))
    except ValueError:
        return False


def json_differences(a: Any, b: Any, tolerance: Tolerance, at: str = "") -> Iterator[tuple[str, str, str]]:
    """What two values of JSON have differently: the way to it, and both values."""
    if isinstance(a, dict) and isinstance(b, dict):
        for name in [*a, *(name for name in b if name not in a)]:
            yield from _json_part(a, b, name, name in a, name in b, tolerance, f"{at}.{name}" if at else str(name))
    elif isinstance(a, list) and isinstance(b, list):
        for position in range(max(len(a), len(b))):
            has_a, has_b = position < len(a), position < len(b)
            yield from _json_part(a, b, position, has_a, has_b, tolerance, f"{at}[{position}]")
    elif _is_number(a) and _is_number(b):
        if not tolerance.same(float(a), float(b)):
            yield at, str(a), str(b)
    elif isinstance(a, str) and isinstance(b, str):
        if not same_text(a, b, tolerance):
            yield at, *around(a, b)
    elif a != b or type(a) is not type(b):
        yield at, *around(str(a), str(b))


def _json_part(
    a: Any, b: Any, key: Any, has_a: bool, has_b: bool, tolerance: Tolerance, at: str
) -> Iterator[tuple[str, str, str]]:
    if has_a and has_b:
        yield from json_differences(a[key], b[key], tolerance, at)
    else:
        yield at, "there" if has_a else ABSENT, "there" if has_b else ABSENT


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
