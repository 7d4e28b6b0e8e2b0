"""What two runs of a page were made from differently: parameters, data, files, notebook, code or versions."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeGuard

from clusterkit.batch.diff.pieces import Piece, pieces_of
from clusterkit.batch.diff.runs import Cells, Run
from clusterkit.batch.diff.values import Grid
from clusterkit.show.tables import MADE_FROM

CAUSES = ("parameters", "data", "files", "notebook", "code", "versions")  # in the order in which they are told
INJECTED, DECLARED = "injected-parameters", "parameters"  # tags of cells
FOLDER_OF_OUTPUT = "output_dir"  # where a page left its data; no parameter of what it says
_ROWS = {"Code": "code", "Versions": "versions"}  # of the table at the foot of a page

Causes = dict[str, tuple[str, ...]]


def causes_of_page(name: str, a: Run, b: Run) -> Causes:
    """Each cause with what differs in it, as far as the two runs recorded it.

    The record of a page tells all six. A notebook alone tells parameters, its code cells, and what the table at its
    foot names.
    """
    cells = a.pages[name], b.pages[name]
    found: dict[str, list[str]] = {cause: [] for cause in CAUSES}
    found["parameters"] += _changed(parameters_of(cells[0]), parameters_of(cells[1]))
    if not _sources(cells[0]) and not _sources(cells[1]):  # nothing runs there: the page is its document
        return {"files": ("its document",)} if _texts(cells[0]) != _texts(cells[1]) else {}
    if _sources(cells[0]) != _sources(cells[1]):
        found["notebook"].append("its cells")
    for item, before, after in _foot_differences(cells[0], cells[1]):
        if item.startswith(("Parameter ", "Regions")):
            continue  # said by the values that were given
        found[_ROWS.get(item, "files" if item.startswith("File ") else "data")].append(_step(item, before, after))
    made_a, made_b = (run.records.get(name, {}).get("made_from", {}) for run in (a, b))
    for cause in ("data", "files", "notebook", "code", "versions"):
        before, after = made_a.get(cause), made_b.get(cause)
        if before and after and before != after and not found[cause]:
            found[cause].append(_step("checksum", before, after))
    return {cause: tuple(details) for cause, details in found.items() if details}


def causes_of_runs(a: Run, b: Run) -> Causes:
    """What the manifests of two runs say differently: versions, code and files; nothing where one has no manifest."""
    if not (a.manifest and b.manifest):
        return {}
    found: dict[str, list[str]] = {cause: [] for cause in CAUSES}
    found["versions"] += _changed(a.manifest.get("versions", {}), b.manifest.get("versions", {}))
    codes = [str(run.manifest.get("code", "")) for run in (a, b)]
    if codes[0] != codes[1]:
        found["code"].append(_step("checksum", codes[0][:12], codes[1][:12]))
    files_a, files_b = a.manifest.get("files", {}), b.manifest.get("files", {})
    for name in sorted({**files_a, **files_b}):
        if files_a.get(name) != files_b.get(name):
            cause = "data" if name.startswith("data/") else "files"
            alone = "" if name in files_a and name in files_b else "first" if name in files_a else "second"
            found[cause].append(f"{name} (in the {alone} alone)" if alone else name)
    return {cause: tuple(details) for cause, details in found.items() if details}


def parameters_of(cells: Cells) -> dict[str, Any]:
    """The parameters that a notebook ran with: those that it declares, under those that it was given."""
    values: dict[str, Any] = {}
    for tag in (DECLARED, INJECTED):
        for cell in cells:
            if tag in cell["metadata"].get("tags", []):
                values.update(_assigned(cell["source"]))
    values.pop(FOLDER_OF_OUTPUT, None)
    return values


def _assigned(source: str) -> Iterator[tuple[str, Any]]:
    try:
        statements = ast.parse(source).body
    except SyntaxError:
        return
    for statement in statements:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        value = getattr(statement, "value", None)
        if value is not None and isinstance(targets[0], ast.Name):
            try:
                yield targets[0].id, ast.literal_eval(value)
            except ValueError:
                yield targets[0].id, ast.unparse(value)


def is_parameters(cell: Mapping[str, Any]) -> bool:
    """Whether a cell holds parameters."""
    return bool({INJECTED, DECLARED} & set(cell["metadata"].get("tags", [])))


def _sources(cells: Cells) -> list[str]:
    return [cell["source"] for cell in cells if cell["cell_type"] == "code" and not is_parameters(cell)]


def _texts(cells: Cells) -> list[str]:
    return [cell["source"] for cell in cells if cell["cell_type"] == "markdown"]


def is_foot(piece: Piece) -> TypeGuard[Grid]:
    """Whether a piece is the table of what a page was made from; an example says before its title what it is."""
    return isinstance(piece, Grid) and piece.name.endswith(MADE_FROM)


def _foot(cells: Cells) -> list[tuple[str, str]]:
    pieces = [
        piece
        for cell in reversed(cells)
        for output in cell.get("outputs", ())
        if MADE_FROM in str(output)  # the others need not be taken apart
        for piece in pieces_of(output)
        if isinstance(piece, Grid) and is_foot(piece)
    ]
    return [(row[0], row[1]) for row in pieces[0].rows if len(row) > 1] if pieces else []


def _foot_differences(a: Cells, b: Cells) -> Iterator[tuple[str, str, str]]:
    before, after = _numbered(_foot(a)), _numbered(_foot(b))
    if not (before and after):
        return
    for item in [*before, *(item for item in after if item not in before)]:
        if before.get(item) != after.get(item):
            yield item[0], before.get(item, ""), after.get(item, "")


def _numbered(rows: Sequence[tuple[str, str]]) -> dict[tuple[str, int], str]:
    """Values by item; one that stands several times has a number."""
    found: dict[tuple[str, int], str] = {}
    for item, value in rows:
        found[item, sum(item == other for other, _ in found)] = value
    return found


def _changed(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[str]:
    names = [*a, *(name for name in b if name not in a)]
    return [_step(name, a.get(name, "–"), b.get(name, "–")) for name in names if a.get(name, "–") != b.get(name, "–")]


def _step(name: str, before: object, after: object) -> str:
    return f"{name}: {_short(before)} → {_short(after)}"


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
