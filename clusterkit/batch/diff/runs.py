"""An executed run as it lies on the disk: its pages, the data beside them, and what was recorded of it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clusterkit.batch.jobs import HOME, INDEX
from clusterkit.batch.site import FAILED
from clusterkit.batch.state import FOLDER as OF_STATE
from clusterkit.batch.state import MANIFEST
from clusterkit.errors import ParamError, Problem, did_you_mean
from clusterkit.show.output import FOLDER as OF_PAGES
from clusterkit.show.output import OF_DATA

REPORTS = "reports"  # folder of a project that holds a run
RULE = "a run is a folder of reports that `clusterkit report` made, a copy of one, or one executed notebook"

Cells = list[dict[str, Any]]


@dataclass(frozen=True)
class Run:
    """One side of a comparison.

    Parameters
    ----------
    path
        Folder or notebook.
    pages
        Cells of each executed page, by its name, in alphabetical order.
    data
        Files beside each page, by page and name.
    records
        What was recorded of each page when it was made; a page without record is not in it.
    manifest
        What was recorded of the whole run; empty where there is no manifest.
    failed
        Pages that failed.
    is_notebook
        Whether it is one notebook alone, without data or record.
    """

    path: Path
    pages: Mapping[str, Cells]
    data: Mapping[str, Mapping[str, Path]] = field(default_factory=dict)
    records: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    manifest: Mapping[str, Any] = field(default_factory=dict)
    failed: tuple[str, ...] = ()
    is_notebook: bool = False


def load_run(path: Path, pages: Collection[str] = ()) -> Run:
    """Read a run.

    Parameters
    ----------
    path
        Folder of reports, a project folder with one, or an executed notebook.
    pages
        Names of the pages to read; none named: all.

    Raises
    ------
    ParamError
        There is no run, it has not the pages that were named, or a notebook cannot be read or was never executed; all
        at once.
    """
    if path.is_file():
        return Run(path, {path.stem: _cells(path)}, is_notebook=True)
    folder = path / REPORTS if (path / REPORTS).is_dir() and not _notebooks(path) else path
    found = _notebooks(folder) if folder.is_dir() else {}
    if not found:
        what = f"There is no executed page in {path}." if path.is_dir() else f"There is no file or folder {path}."
        raise ParamError(Problem(what, "command line", RULE, "run `clusterkit report` first, or name another folder"))
    problems = [
        Problem(f"There is no page {name!r} in {path}.", "--page", RULE, did_you_mean(name, list(found)))
        for name in pages
        if name not in found
    ]
    read: dict[str, Cells] = {}
    for name, file in found.items():
        if pages and name not in pages:
            continue
        try:
            read[name] = _cells(file)
        except ParamError as exc:
            problems += exc.problems
    if problems:
        raise ParamError(problems)
    manifest = _json(folder / MANIFEST)
    of_run = {record["page"]: record for record in _records(manifest) if "page" in record}
    records = {name: _json(folder / OF_STATE / f"{name}.json") or of_run.get(name, {}) for name in read}
    data = {name: files for name, files in _data(folder / OF_PAGES).items() if not pages or name in pages}
    failed = tuple(sorted(file.stem for file in (folder / FAILED).glob("*.ipynb")))
    return Run(folder, read, data, records, manifest, failed)


def _notebooks(folder: Path) -> dict[str, Path]:
    return {path.stem: path for path in sorted(folder.glob("*.ipynb"))} if folder.is_dir() else {}


def _records(manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    pages = manifest.get("pages", [])
    return [record for record in pages if isinstance(record, dict)] if isinstance(pages, list) else []


def _cells(path: Path) -> Cells:
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        for cell in cells:
            cell["source"] = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
            cell.setdefault("metadata", {})
        code = [cell for cell in cells if cell["cell_type"] == "code"]
        executed = any(cell.get("outputs") for cell in code)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
        why = exc.strerror if isinstance(exc, OSError) else exc
        what = f"{path.name} cannot be read as a notebook: {why}."
        raise ParamError(Problem(what, str(path), RULE, "restore it, or make it again")) from exc
    if code and not executed:
        what = f"The notebook {path.name} was never executed: none of its cells shows anything."
        raise ParamError(Problem(what, str(path), RULE, "compare pages in reports, or run the notebook and save it"))
    return cells


def _json(path: Path) -> dict[str, Any]:
    """What a record holds; nothing where there is none, or none that can be read: a copy may come without."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _data(folder: Path) -> dict[str, dict[str, Path]]:
    """Files beside each page: in a folder of the page's name, or in one of its kind below that of its region."""
    found: dict[str, dict[str, Path]] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in OF_DATA and not path.name.startswith("."):
            parts = path.parent.relative_to(folder).parts
            page = INDEX if parts == (HOME,) else "-".join(parts)
            found.setdefault(page, {})[path.name] = path
    return found
