"""A copy of the project to try the documents in: nothing that they say to do reaches this checkout."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from clusterkit.paths import ROOT_VARIABLE, Project

ROOT = Path(__file__).resolve().parents[2]
# What a fresh checkout has and the session's site lacks: all but what is made, and what no document speaks of.
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", ".*_cache", ".hypothesis", "*.egg-info", "__pycache__", ".ipynb_checkpoints", "*.part",
    "_site", "downloads", "failed", ".state", ".work-*", ".site-*", ".quarto", ".lock", "manifest.json",
    "search-index.js", "raw",
)  # fmt: skip
STAMPS = (".report", ".test", ".lab")  # by which make knows what it has installed


@pytest.fixture
def checkout(full_site: Project, tmp_path: Path) -> Iterator[Path]:
    """A copy of this checkout in which the report was made, with this environment as its own; gone afterwards.

    One run makes the pages for all tests of the session. In the copy nothing has changed since, so that a document that
    makes the report costs what a second run costs.
    """
    copy = tmp_path / "clusterkit"
    shutil.copytree(ROOT, copy, ignore=lambda folder, names: _left_out(Path(folder), names))
    for made in full_site.reports.iterdir():
        target = copy / "reports" / made.name
        if made.is_dir() and not target.exists():
            shutil.copytree(made, target)
        elif made.is_file():
            shutil.copy2(made, target)
    _with_environment(copy)
    yield copy
    shutil.rmtree(copy)


def _left_out(folder: Path, names: list[str]) -> set[str]:
    found = set(LEFT_OUT(str(folder), names))
    if folder == ROOT / "reports":
        found |= {name for name in names if name.endswith(".ipynb")}
    return found


def _with_environment(copy: Path) -> None:
    """An environment folder that make takes for one that it has installed: this one under another name."""
    folder = copy / ".venv"
    folder.mkdir()
    for part in Path(sys.prefix).iterdir():  # also pyvenv.cfg, by which Python finds its packages
        if part.name not in STAMPS:
            (folder / part.name).symlink_to(part)
    for stamp in STAMPS:
        (folder / stamp).touch()


@pytest.fixture
def shell(checkout: Path) -> dict[str, str]:
    """Variables of a shell in the copy: its commands first on the path, its folder the project, no terminal."""
    bin_folder = checkout / ".venv" / "bin"
    return {
        **os.environ,
        "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        ROOT_VARIABLE: str(checkout),
        "HOME": str(checkout.parent),
        "COLUMNS": "200",
        "MPLBACKEND": "agg",
        "BROWSER": "true",
    }
