"""The comparison of two runs, page by page: what their cells show, and the data beside them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from clusterkit.batch.diff.causes import Causes, causes_of_page, causes_of_runs, is_foot, is_parameters
from clusterkit.batch.diff.pieces import Picture, Piece, Text, picture_differences, pieces_of, pieces_of_html
from clusterkit.batch.diff.runs import Cells, Run
from clusterkit.batch.diff.values import (
    ABSENT,
    Difference,
    Grid,
    Kind,
    Tolerance,
    around,
    grid_differences,
    json_differences,
    same_text,
)
from clusterkit.errors import ParamError, Problem

KINDS: tuple[Kind, ...] = ("page", "text", "table", "picture", "data")
TITLE_FIELDS = ("heading", "description")  # of a page's first cell, that say what the page is
_SCRIPT = re.compile(r"\s*window\.\w+\s*=\s*(.*?);?\s*", re.DOTALL)  # a script that is nothing but data

Found = Iterator[tuple[Kind, str, str, str]]  # kind, place, and the value of each run


@dataclass(frozen=True)
class Page:
    """What became of one page.

    Parameters
    ----------
    name
        Of the page.
    differences
        In the order of the page, then of the files beside it.
    causes
        What it was made from differently.
    """

    name: str
    differences: tuple[Difference, ...]
    causes: Causes

    def count(self, kind: Kind) -> int:
        """Number of differences of a kind."""
        return sum(one.kind == kind for one in self.differences)


@dataclass(frozen=True)
class Comparison:
    """Two runs side by side.

    Parameters
    ----------
    pages
        Every page of either run, in alphabetical order.
    compared
        How many pages, cells with outputs, and data files stood in both.
    causes
        What the manifests of the runs say differently.
    notes
        What could not be compared.
    """

    pages: tuple[Page, ...]
    compared: dict[str, int]
    causes: Causes
    notes: tuple[str, ...]

    @property
    def different(self) -> list[Page]:
        """Pages with differences."""
        return [page for page in self.pages if page.differences]


def compare(a: Run, b: Run, tolerance: Tolerance | None = None) -> Comparison:
    """Everything that two runs say differently.

    Texts are compared word by word with their numbers, tables cell by cell, pictures by their alternative text, the
    words and the number of marks in them, and then by how the marks are drawn, data files value by value. Workbooks
    and documents are not: they are made of the same. What a page was made from is no difference but a cause.

    Parameters
    ----------
    a, b
        The runs; where one is a notebook alone, the other has a page of that name or is a notebook, too.
    tolerance
        Of numbers; default :class:`Tolerance`.

    Raises
    ------
    ParamError
        A notebook stands beside a folder that has no page of its name.
    """
    a, b = _paired(a, b)
    within = tolerance or Tolerance()
    compared: Counter[str] = Counter(pages=0, outputs=0, files=0)
    pages = []
    for name in sorted({*a.pages, *b.pages}):
        if name in a.pages and name in b.pages:
            compared["pages"] += 1
            found = [*_cell_differences(a.pages[name], b.pages[name], within, compared)]
            if not (a.is_notebook or b.is_notebook):
                found += _data_differences(a.data.get(name, {}), b.data.get(name, {}), within, compared)
            causes = causes_of_page(name, a, b)
        else:
            missing = b if name in a.pages else a
            absent = f"{ABSENT[:-1]}: it failed)" if name in missing.failed else ABSENT
            found = [("page", "page", *(("there", absent) if missing is b else (absent, "there")))]
            causes = {}
        pages.append(Page(name, tuple(Difference(name, *one) for one in found), causes))
    alone = a.is_notebook or b.is_notebook
    notes = ("the data beside the page were not compared: a notebook has none",) if alone else ()
    return Comparison(tuple(pages), dict(compared), causes_of_runs(a, b), notes)


def _paired(a: Run, b: Run) -> tuple[Run, Run]:
    """Two runs whose pages have the same names where a notebook is compared."""
    if not (a.is_notebook or b.is_notebook):
        return a, b
    if a.is_notebook and b.is_notebook:
        ((name, _),), ((_, cells),) = a.pages.items(), b.pages.items()
        return a, Run(b.path, {name: cells}, is_notebook=True)
    notebook, folder = (a, b) if a.is_notebook else (b, a)
    (name,) = notebook.pages
    if name not in folder.pages:
        raise ParamError(
            Problem(
                what=f"There is no page {name!r} in {folder.path}.",
                where=str(notebook.path),
                rule="a notebook is compared with the page of its name, or with another notebook",
                fix="name the two notebooks",
            )
        )
    only = Run(
        folder.path,
        {name: folder.pages[name]},
        {},
        {name: folder.records.get(name, {})},
        folder.manifest,
    )
    return (notebook, only) if a.is_notebook else (only, notebook)


# Cells


def _cell_differences(a: Cells, b: Cells, tolerance: Tolerance, compared: Counter[str]) -> Found:
    for i, j in _aligned([_name(cell) for cell in a], [_name(cell) for cell in b]):
        where = _where(a, b, i, j)
        if i is None or j is None:
            cell = a[i] if i is not None else b[j or 0]
            if _pieces(cell):
                yield "text", where, *(("there", ABSENT) if j is None else (ABSENT, "there"))
            continue
        if a[i]["cell_type"] == "raw":
            yield from _title_differences(a[i]["source"], b[j]["source"], where, tolerance)
            continue
        compared["outputs"] += len(a[i].get("outputs", ()))
        if _shown(a[i]) != _shown(b[j]):
            yield from _piece_differences(_pieces(a[i]), _pieces(b[j]), where, tolerance)


def _aligned(a: Sequence[Any], b: Sequence[Any]) -> Iterator[tuple[int | None, int | None]]:
    """Positions that belong together; None where one side has nothing to it."""
    if list(a) == list(b):
        yield from ((position, position) for position in range(len(a)))
        return
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        width = min(i2 - i1, j2 - j1) if tag in ("equal", "replace") else 0
        yield from zip(range(i1, i1 + width), range(j1, j1 + width), strict=True)
        yield from ((i, None) for i in range(i1 + width, i2))
        yield from ((None, j) for j in range(j1 + width, j2))


def _name(cell: dict[str, Any]) -> str:
    """What a cell is recognised by in the other notebook."""
    if cell["cell_type"] == "raw" or is_parameters(cell):
        return f"{cell['cell_type']}: {cell['metadata'].get('tags')}"
    return f"{cell['cell_type']}: {cell['source']}"


def _where(a: Cells, b: Cells, i: int | None, j: int | None) -> str:
    cell = a[i] if i is not None else b[j or 0]
    number = f"cell {(j or 0) + 1} of the second" if i is None else f"cell {i + 1}"
    number += f" ({j + 1} in the second)" if i is not None and j is not None and i != j else ""
    lines = cell["source"].strip().splitlines()
    said = lines[-1].strip() if cell["cell_type"] == "code" and lines else ""  # what shows something stands last
    return f"{number}, {said[:50]}{'…' if len(said) > 50 else ''}" if said else number


def _title_differences(a: str, b: str, where: str, tolerance: Tolerance) -> Found:
    one, other = _fields(a), _fields(b)
    for name in TITLE_FIELDS:
        if not same_text(one.get(name, ""), other.get(name, ""), tolerance):
            yield "text", f"{where}, {name}", *around(one.get(name, ABSENT), other.get(name, ABSENT))


def _fields(source: str) -> dict[str, str]:
    lines = (line.partition(": ") for line in source.splitlines() if ": " in line)
    return {key: value.strip().strip('"') for key, _, value in lines}


def _shown(cell: dict[str, Any]) -> Any:
    """What a reader sees of a cell: code shows its outputs, a text itself."""
    if cell["cell_type"] == "code":
        return [{key: value for key, value in output.items() if key != "execution_count"} for output in cell["outputs"]]
    return cell["source"]


def _pieces(cell: dict[str, Any]) -> list[Piece]:
    """Texts, tables and pictures of a cell, without what the page was made from."""
    if cell["cell_type"] == "code":
        found = [piece for output in cell["outputs"] for piece in pieces_of(output)]
        return [piece for piece in found if not is_foot(piece)]
    if cell["cell_type"] == "raw":
        return []
    return [piece for part in re.split(r"\n\s*\n", cell["source"]) for piece in pieces_of_html(part)]


def _piece_differences(a: Sequence[Piece], b: Sequence[Piece], where: str, tolerance: Tolerance) -> Found:
    for kind, of, compare_two in _OF_PIECES:
        one, other = ([piece for piece in pieces if isinstance(piece, of)] for pieces in (a, b))
        # As many on both sides: one by one. Else by their titles.
        names = (
            [i if len(one) == len(other) else _title(piece) for i, piece in enumerate(side)] for side in (one, other)
        )
        for i, j in _aligned(*names):
            if i is None or j is None:
                said = _title(one[i] if i is not None else other[j or 0])[:80]
                yield kind, where, *((said, ABSENT) if j is None else (ABSENT, said))
            else:
                yield from ((kind, f"{where}{at}", x, y) for at, x, y in compare_two(one[i], other[j], tolerance))


def _title(piece: Any) -> str:
    return piece.text if isinstance(piece, Text) else piece.name if isinstance(piece, Grid) else piece.alt


def _texts(a: Text, b: Text, tolerance: Tolerance) -> Iterator[tuple[str, str, str]]:
    if not same_text(a.text, b.text, tolerance):
        yield "", *around(a.text, b.text)


def _tables(a: Grid, b: Grid, tolerance: Tolerance) -> Iterator[tuple[str, str, str]]:
    if not same_text(a.name, b.name, tolerance):
        yield ", title of the table", *around(a.name, b.name)
    at = f", table “{a.name[:60]}{'…' if len(a.name) > 60 else ''}”, "
    for place, x, y in grid_differences(a, b, tolerance, as_read=True):
        yield at + place, x, y


def _pictures(a: Picture, b: Picture, tolerance: Tolerance) -> Iterator[tuple[str, str, str]]:
    if not same_text(a.alt, b.alt, tolerance):
        yield ", alternative text", *around(a.alt, b.alt)
    for place, x, y in picture_differences(a, b):
        yield f", {place}", *around(x, y)


_Compare = Callable[[Any, Any, Tolerance], Iterator[tuple[str, str, str]]]
_OF_PIECES: tuple[tuple[Kind, type, _Compare], ...] = (
    ("text", Text, _texts),
    ("table", Grid, _tables),
    ("picture", Picture, _pictures),
)


# Data


def _data_differences(
    a: Mapping[str, Path], b: Mapping[str, Path], tolerance: Tolerance, compared: Counter[str]
) -> Found:
    for name in sorted({*a, *b}):
        if name not in a or name not in b:
            yield "data", name, *(("there", ABSENT) if name in a else (ABSENT, "there"))
            continue
        compared["files"] += 1
        one, other = a[name].read_bytes(), b[name].read_bytes()
        if one != other:
            yield from (("data", f"{name}{at}", x, y) for at, x, y in _file_differences(name, one, other, tolerance))


def _file_differences(name: str, a: bytes, b: bytes, tolerance: Tolerance) -> Iterator[tuple[str, str, str]]:
    try:
        one, other = a.decode("utf-8-sig"), b.decode("utf-8-sig")
        if name.endswith(".csv"):
            found = list(grid_differences(_grid(name, one), _grid(name, other), tolerance, as_read=False))
        else:
            if name.endswith(".js"):
                one, other = (data[1] if (data := _SCRIPT.fullmatch(text)) else text for text in (one, other))
            found = list(json_differences(json.loads(one), json.loads(other), tolerance))
    except (ValueError, csv.Error):
        # Not a table and not JSON, such as the library of the explorer: whole or not at all.
        yield "", f"{len(a):,} bytes", f"{len(b):,} bytes of other content"
        return
    yield from ((f", {at}", x, y) for at, x, y in found)


def _grid(name: str, text: str) -> Grid:
    head, *rows = list(csv.reader(io.StringIO(text, newline=""), strict=True)) or [[]]
    return Grid(name, tuple(head), tuple(tuple(row) for row in rows))
