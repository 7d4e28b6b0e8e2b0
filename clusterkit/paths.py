"""Where a project keeps its things: one place that knows the folder names."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from clusterkit.errors import Problem, RunError

ROOT_VARIABLE = "CLUSTERKIT_ROOT"  # environment variable that names another project folder


@dataclass(frozen=True)
class Project:
    """A clusterkit project folder and the folders inside it."""

    root: Path

    @property
    def params(self) -> Path:
        """Parameter files."""
        return self.root / "params"

    @property
    def notebooks(self) -> Path:
        """Notebooks, one for each kind of page."""
        return self.root / "notebooks"

    @property
    def docs(self) -> Path:
        """Documents."""
        return self.root / "docs"

    @property
    def raw(self) -> Path:
        """Raw files as published; not in git."""
        return self.root / "data" / "raw"

    @property
    def processed(self) -> Path:
        """The project's own tables."""
        return self.root / "data" / "processed"

    @property
    def reports(self) -> Path:
        """Executed notebooks, their data, and the look of the site."""
        return self.root / "reports"

    @property
    def site(self) -> Path:
        """The website, once made."""
        return self.reports / "_site"


def project(root: str | Path | None = None) -> Project:
    """The project folder in use: ``root``, else ``CLUSTERKIT_ROOT``, else this checkout.

    Raises
    ------
    RunError
        The folder has no ``params`` and ``notebooks`` inside.
    """
    chosen = Path(root or os.environ.get(ROOT_VARIABLE) or Path(__file__).parent.parent).resolve()
    missing = [name for name in ("params", "notebooks") if not (chosen / name).is_dir()]
    if missing:
        raise RunError(
            Problem(
                what=f"{chosen} is not a clusterkit project: no folder {' and '.join(missing)}.",
                where=f"--project, or the environment variable {ROOT_VARIABLE}",
                rule="a project folder holds params/, notebooks/, data/ and reports/",
                fix="run the command inside a checkout of clusterkit, or name one with --project",
            )
        )
    return Project(chosen)
