"""What a page was made from: parameters, code, versions, and the checksums of its data."""

from __future__ import annotations

import json
import platform
import subprocess
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import clusterkit
from clusterkit import cached
from clusterkit.data.sources import sha256
from clusterkit.params import EuropeParams, RegionParams, as_table
from clusterkit.paths import Project

if TYPE_CHECKING:
    from clusterkit.data.industries import Taxonomy

PACKAGES = ("pandas", "geopandas", "shapely", "matplotlib", "seaborn")  # whose version can change a page
DIGITS = 12  # hexadecimal digits of a checksum, or of a commit, that are shown

RECORD = "provenance.json"  # beside the tables: years, rows, and the raw files behind them
MAIN = "sbs"  # how the datasets of business statistics are named
UNKNOWN = "unknown (not a git checkout)"
HEAD, NO_COMMIT = "# branch.oid ", "(initial)"  # in what git says

_checksum = cached.by_file(sha256)


def commit(root: Path) -> str:
    """Commit of the code, with a mark when files were changed since; "unknown" outside git.

    Parameters
    ----------
    root
        Folder of the code.
    """
    command = ["git", "-C", str(root), "status", "--porcelain=v2", "--branch", "--untracked-files=no"]
    try:
        lines = subprocess.run(
            command, check=True, capture_output=True, encoding="utf-8", errors="replace"
        ).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        return UNKNOWN
    head = next((line.removeprefix(HEAD) for line in lines if line.startswith(HEAD)), NO_COMMIT)
    if head == NO_COMMIT:
        return UNKNOWN
    changed = any(not line.startswith("#") for line in lines)
    return f"{head[:DIGITS]}, with changes that are not committed" if changed else head[:DIGITS]


def versions() -> str:
    """Version of clusterkit, Python and the packages that draw and compute."""
    packages = ", ".join(f"{name} {metadata.version(name)}" for name in PACKAGES)
    return f"clusterkit {clusterkit.__version__}, Python {platform.python_version()}, {packages}"


def data_rows(project: Project) -> list[tuple[str, str]]:
    """The project's tables and the raw files behind them, each with the start of its SHA-256."""
    rows = []
    for path in sorted(project.processed.glob("*.parquet")):
        rows.append((f"Table {path.stem}", f"SHA-256 {_checksum(path)[:DIGITS]}…"))
    record = project.processed / RECORD
    if record.is_file():
        for source in json.loads(record.read_text(encoding="utf-8"))["sources"]:
            where = source["file"].rpartition("/")[2]
            rows.append(
                (f"{source['dataset']}, edition {source['edition']}", f"{where}, SHA-256 {source['sha256'][:DIGITS]}…")
            )
    return rows


def rows(
    p: RegionParams | EuropeParams, project: Project, *, taxonomy: Taxonomy | None = None
) -> list[tuple[str, str]]:
    """Name and value of everything that a page of one region, or of all, depends on; sectors named by a taxonomy."""
    parameters = []
    for name, value in as_table(p):
        if name == "mapping.highlight" and taxonomy is not None:
            value = [taxonomy.label(code) for code in value]
        parameters.append((f"Parameter {name}", _shown(value)))
    return [
        *parameters,
        *_handed_in(p, project),
        ("Code", f"commit {commit(project.root)}"),
        ("Versions", versions()),
        *data_rows(project),
    ]


def _handed_in(p: RegionParams | EuropeParams, project: Project) -> list[tuple[str, str]]:
    """Files that the parameters name, each with the start of its SHA-256."""
    files = p.handed_in(project) if isinstance(p, RegionParams) else []
    return [
        (f"File {path.relative_to(project.root).as_posix()}", f"SHA-256 {sha256(path)[:DIGITS]}…") for path in files
    ]


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(value)
    return "none" if value is None else str(value)


def site_rows(listed: list[RegionParams], project: Project) -> list[tuple[str, str]]:
    """Name and value of everything that the home page depends on."""
    regions = ", ".join(p.region for p in listed)
    return [
        ("Regions", regions),
        ("Code", f"commit {commit(project.root)}"),
        ("Versions", versions()),
        *data_rows(project),
    ]


def in_short(project: Project) -> str:
    """One line for the foot of a page: which business statistics, which version, which commit."""
    parts = [f"clusterkit {clusterkit.__version__}"]
    known = commit(project.root)
    if known != UNKNOWN:
        parts.append(f"commit {known}")
    record = project.processed / RECORD
    if not record.is_file():
        return f"{', '.join(parts)}."
    found = json.loads(record.read_text(encoding="utf-8"))
    editions = [source["edition"] for source in found["sources"] if source["dataset"].startswith(MAIN)]
    spans = _spans(found["years"])
    data = f"Business statistics of {spans}" + (
        f" (editions: {'; '.join(dict.fromkeys(editions))})" if editions else ""
    )
    return f"{data}. {', '.join(parts)}."


def _spans(years: list[int]) -> str:
    """Years in words, those that follow one another as a span."""
    spans: list[list[int]] = []
    for year in sorted(years):
        if spans and year == spans[-1][1] + 1:
            spans[-1][1] = year
        else:
            spans.append([year, year])
    return _listed([str(first) if first == last else f"{first}–{last}" for first, last in spans])


def _listed(parts: list[str]) -> str:
    *others, last = parts
    return f"{', '.join(others)} and {last}" if others else last
