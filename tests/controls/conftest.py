"""A project to choose in: its tables are those of this checkout, its parameters a copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from clusterkit.paths import Project, project

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def place(tmp_path: Path) -> Project:
    """A project whose parameters can be written."""
    root = tmp_path / "project"
    shutil.copytree(ROOT / "params", root / "params")
    (root / "notebooks").mkdir()
    (root / "data").mkdir()
    (root / "data" / "processed").symlink_to(ROOT / "data" / "processed")
    return project(root)
