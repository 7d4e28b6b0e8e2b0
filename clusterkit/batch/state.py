"""What is there already and from what it was made: which pages are stale, and the manifest of a run."""

from __future__ import annotations

import contextlib
import hashlib
import json
import platform
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

import clusterkit
from clusterkit.batch.documents import targets
from clusterkit.batch.jobs import Job, Result
from clusterkit.batch.pages import OF_ALL, input_files
from clusterkit.files import write_whole
from clusterkit.paths import Project
from clusterkit.show.output import FOLDER as OF_PAGES
from clusterkit.show.output import OF_DATA

FOLDER = ".state"  # in reports: a file per page that was made
OF_RESULTS = "results"  # in that folder: what pages leave for later runs, see clusterkit.results
MANIFEST = "manifest.json"
VERSIONS = (
    "pandas",
    "numpy",
    "scipy",
    "geopandas",
    "shapely",
    "matplotlib",
    "seaborn",
    "esda",
    "SALib",
    "nbconvert",
    "vl-convert-python",
)
DIGITS = 16  # hexadecimal digits of a checksum in the record of a page
OF_CODE = (".py", ".csv", ".j2", ".html")  # files of the package and the page skeleton that can change a page


@dataclass(frozen=True)
class Fingerprints:
    """Content hashes of everything that a page is made from; each file is read once."""

    project: Project

    @cached_property
    def code(self) -> str:
        """Of the package's source, and of the page skeleton that puts a page's text into HTML."""
        package = Path(clusterkit.__file__).parent
        files = [*package.rglob("*"), *(self.project.reports / "theme").rglob("*.j2")]
        chosen = sorted(path for path in files if path.suffix in OF_CODE)
        return _digest(f"{path.name}:{_of_file(path)}" for path in chosen)

    @cached_property
    def targets(self) -> dict[str, tuple[str, str]]:
        """Assumptions and documents that a page can lead to."""
        return targets(self.project)

    @cached_property
    def versions(self) -> dict[str, str]:
        """Of Python and of the packages that compute and draw."""
        found = {"clusterkit": clusterkit.__version__, "python": platform.python_version()}
        for name in VERSIONS:
            with contextlib.suppress(metadata.PackageNotFoundError):
                found[name] = metadata.version(name)
        return found

    @cached_property
    def _files(self) -> dict[str, str]:
        return {}

    def file(self, name: str) -> str:
        """Of a file of the project; of one that is not there, a text that says so.

        Parameters
        ----------
        name
            Path from the project folder.
        """
        if name not in self._files:
            path = self.project.root / name
            self._files[name] = _of_file(path) if path.is_file() else "absent"
        return self._files[name]

    def notebook(self, path: Path) -> str:
        """Of a notebook's cells, whatever outputs it was saved with.

        Parameters
        ----------
        path
            Of the notebook.
        """
        key = f"notebook:{path}"
        if key not in self._files:
            try:
                cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
                kept = [(cell["cell_type"], cell["source"], cell["metadata"].get("tags")) for cell in cells]
                self._files[key] = _digest([json.dumps(kept)])
            except (OSError, ValueError, KeyError, AttributeError):
                self._files[key] = _of_file(path) if path.is_file() else "absent"
        return self._files[key]

    @cached_property
    def common(self) -> str:
        """Of all that the results of a region rest on besides its own parameters and files: code, versions, tables."""
        names = [name for name in input_files(self.project, OF_ALL) if not name.startswith("params/regions/")]
        parts = {"files": {name: self.file(name) for name in names}, "code": self.code, "versions": self.versions}
        return _digest([json.dumps(parts, sort_keys=True)])

    def key(self, job: Job) -> str:
        """Of a job: the same key, the same page."""
        parts = {
            "notebook": self.notebook(job.notebook),
            "parameters": job.parameters,
            "title": [job.title, job.description],
            "scripts": job.scripts,
            "targets": self.targets,
            "files": {name: self.file(name) for name in job.reads},
            "code": self.code,
            "versions": self.versions,
        }
        return _digest([json.dumps(parts, sort_keys=True, ensure_ascii=False)])

    def made_from(self, job: Job) -> dict[str, str]:
        """Of each thing that a page is made from besides its parameters, so that a later run can tell what changed."""
        files = {name: self.file(name) for name in job.reads}
        parts = {
            "data": {name: digest for name, digest in files.items() if name.startswith("data/")},
            "files": {name: digest for name, digest in files.items() if not name.startswith("data/")},
            "notebook": self.notebook(job.notebook),
            "code": self.code,
            "versions": self.versions,
        }
        return {what: _digest([json.dumps(part, sort_keys=True)])[:DIGITS] for what, part in parts.items()}


def _of_file(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _digest(parts: Iterable[str]) -> str:
    found = hashlib.sha256()
    for part in parts:
        found.update(part.encode())
        found.update(b"\0")
    return found.hexdigest()


class State:
    """The record of the pages that were made, one file each beside the pages."""

    def __init__(self, project: Project) -> None:
        self.project, self.folder = project, project.reports / FOLDER

    def of(self, page: str) -> dict[str, Any]:
        """What is recorded of a page; nothing where it was never made, or the record cannot be read.

        Parameters
        ----------
        page
            Name of the page, without ending.
        """
        try:
            return json.loads((self.folder / f"{page}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}

    def is_fresh(self, job: Job, key: str) -> bool:
        """Whether the page of a job is there, whole, and made from the same.

        Parameters
        ----------
        job
            Of the page.
        key
            What the page would be made from now, as :meth:`Fingerprints.key` gives it.
        """
        known = self.of(job.page)
        notebook = self.project.reports / f"{job.page}.ipynb"
        if known.get("key") != key or not notebook.is_file() or not self.body(job.page).is_file():
            return False
        return _names(self.project, job) == known.get("downloads")

    def body(self, page: str) -> Path:
        """Where the text of a page is kept as HTML.

        Parameters
        ----------
        page
            Name of the page, without ending.
        """
        return self.folder / f"{page}.body.json"

    def record(self, job: Job, key: str, result: Result, made_from: Mapping[str, str]) -> None:
        """Keep that a page was made, and from what, when it is all in its place.

        Parameters
        ----------
        job
            Of the page.
        key
            What it was made from.
        result
            How it went.
        made_from
            Hashes of what the key is made from, by name.
        """
        entry = {
            "page": job.page,
            "name": job.name,
            "region": job.region,
            "notebook": job.notebook.name,
            "key": key,
            "downloads": _names(self.project, job),
            "seconds": round(result.seconds, 3),
            "cpu_seconds": round(result.cpu_seconds, 3),
            "warnings": list(result.warnings),
            "made_from": dict(made_from),
            "parameters": job.parameters,
        }
        write_json(self.folder / f"{job.page}.json", entry)

    def keep(self, name: str, entry: Mapping[str, Any]) -> None:
        """Record something else of the site.

        Parameters
        ----------
        name
            Of the record.
        entry
            What it holds.
        """
        write_json(self.folder / f"{name}.json", entry)

    def forget_results(self) -> None:
        """Remove what pages left for later runs."""
        shutil.rmtree(self.folder / OF_RESULTS, ignore_errors=True)

    def forget(self, page: str) -> None:
        """Take a page out of the record.

        Parameters
        ----------
        page
            Name of the page, without ending.
        """
        for path in (self.folder / f"{page}.json", self.body(page)):
            path.unlink(missing_ok=True)


def _names(project: Project, job: Job) -> list[list[Any]]:
    """Names and sizes of the data of a page."""
    folder = project.reports / OF_PAGES / job.downloads
    return [[path.name, path.stat().st_size] for path in sorted(folder.glob("*")) if path.suffix in OF_DATA]


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write JSON so that a reader sees the old file or the new one.

    Parameters
    ----------
    path
        File to write.
    value
        What it is to hold.
    """
    write_whole(path, (json.dumps(value, indent=1, ensure_ascii=False, default=str) + "\n").encode())


def write_manifest(
    project: Project,
    fingerprints: Fingerprints,
    results: Iterable[Result],
    reused: Iterable[Job],
    how: Mapping[str, Any],
) -> Path:
    """``manifest.json``: what every page of the site was made from, and what this run did.

    Parameters
    ----------
    results
        Of the jobs that ran.
    reused
        Jobs whose page was there already.
    how
        Of the run: kernel, workers, renderer, seconds.
    """
    state = State(project)
    ran = {
        result.job.page: {
            "page": result.job.page,
            "state": "failed" if result.failure else "made",
            "error": str(result.failure) if result.failure else None,
        }
        for result in results
    }
    pages = [{**state.of(page), **outcome} for page, outcome in ran.items()]
    pages += [{**state.of(job.page), "state": "unchanged"} for job in reused]
    path = project.reports / MANIFEST
    write_json(
        path,
        {
            "run": dict(how),
            "versions": fingerprints.versions,
            "code": fingerprints.code,
            "files": dict(sorted(_shown(fingerprints).items())),
            "pages": pages,
        },
    )
    return path


def _shown(fingerprints: Fingerprints) -> dict[str, str]:
    return {name: digest for name, digest in fingerprints._files.items() if not name.startswith("notebook:")}
