"""Project folders to try things in: nothing that a test does reaches this checkout's reports."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from tiny_raw import write_tiny_raw

from clusterkit.batch.pages import WHOLE_PAGES
from clusterkit.paths import ROOT_VARIABLE, Project

ROOT = Path(__file__).resolve().parent.parent
COMMAND = shutil.which("clusterkit", path=str(Path(sys.executable).parent))  # the one of this environment
TINY_REGIONS = {
    "estonia": {"name": "Eesti", "nuts_ids": ["EE00"], "mapping": {"highlight": ["C31"]}},
    "slovenia": {"name": "Slovenija", "nuts_ids": ["SI03", "SI04"], "mapping": {"highlight": ["C27", "C21"]}},
}  # of the invented Europe of tiny_raw.py

# How long one example takes says more about what else the machine does than about the example.
settings.register_profile("clusterkit", deadline=None)
settings.load_profile("clusterkit")

Run = Callable[..., subprocess.CompletedProcess[str]]
CopyProject = Callable[[Path], Project]
SITES = ("full_site", "two_regions", "tiny_project")  # fixtures that make one


def pytest_configure(config: pytest.Config) -> None:
    """No test may see another project folder through the environment."""
    os.environ.pop(ROOT_VARIABLE, None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What shares a site that takes a minute to make stays in one process of ``make test``; else a file does."""
    for item in items:
        needs = [name for name in SITES if name in getattr(item, "fixturenames", ())]
        item.add_marker(pytest.mark.xdist_group(needs[0] if needs else str(item.path)))


@pytest.fixture(scope="session")
def raw() -> Path:
    """Folder with the published raw files."""
    folder = Path(os.environ.get("CLUSTERKIT_RAW") or ROOT.parent / "shared" / "data")
    if not (folder / "eurostat").is_dir():
        pytest.skip(f"no raw files: there is no folder {folder / 'eurostat'}; set CLUSTERKIT_RAW")
    return folder


@pytest.fixture(scope="session")
def clusterkit() -> Run:
    """The command of this environment, run in a process of its own on a project folder."""

    def run(project: Project, *arguments: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
        assert COMMAND, "the command clusterkit is not installed beside this Python: pip install --editable ."
        env = {**os.environ, "PATH": path or os.environ["PATH"]}
        command = [COMMAND, "--project", str(project.root), *arguments]
        return subprocess.run(
            command, check=False, capture_output=True, text=True, env=env, cwd=project.root, timeout=1800
        )

    return run


@pytest.fixture(scope="session")
def copy_project() -> CopyProject:
    """Makes a clusterkit project with this checkout's parameters, notebooks, tables and theme, without pages."""

    def copy_project(target: Path) -> Project:
        kept_out = shutil.ignore_patterns(".ipynb_checkpoints", "*.part")
        for folder in ("params", "notebooks", "data/processed", "reports/theme"):
            shutil.copytree(ROOT / folder, target / folder, ignore=kept_out)
        shutil.copy(ROOT / "reports" / "_quarto.yml", target / "reports" / "_quarto.yml")
        return Project(target)

    return copy_project


def add_documents(project: Project) -> None:
    """Give a project this checkout's documents, of which its site makes pages."""
    shutil.copytree(ROOT / "docs", project.docs)
    shutil.copy(ROOT / "CITATION.cff", project.root / "CITATION.cff")


@pytest.fixture
def project_copy(tmp_path: Path, copy_project: CopyProject) -> Project:
    return copy_project(tmp_path / "project")


@pytest.fixture(scope="session")
def full_site(tmp_path_factory: pytest.TempPathFactory, copy_project: CopyProject, clusterkit: Run) -> Project:
    """All pages by nbconvert, made once for all tests; warnings.txt has what the run warned of."""
    project = copy_project(tmp_path_factory.mktemp("full"))
    add_documents(project)
    done = clusterkit(project, "report", "--all", "--renderer", "nbconvert")
    assert done.returncode == 0, done.stdout + done.stderr
    (project.root / "warnings.txt").write_text(done.stderr, encoding="utf-8")
    return project


@pytest.fixture(scope="session")
def two_regions(tmp_path_factory: pytest.TempPathFactory, copy_project: CopyProject, clusterkit: Run) -> Project:
    """A site with every kind of page: two regions, Europe, the example, home and documents, by nbconvert."""
    project = copy_project(tmp_path_factory.mktemp("two"))
    add_documents(project)
    wanted = ["piemonte", "saxony", *(page.name for page in WHOLE_PAGES)]
    done = clusterkit(project, "report", *wanted, "--renderer", "nbconvert")
    assert done.returncode == 0, done.stdout + done.stderr
    return project


@pytest.fixture(scope="session")
def tiny_project(tmp_path_factory: pytest.TempPathFactory, copy_project: CopyProject, clusterkit: Run) -> Project:
    """Two invented countries, built from raw files; do not change it, copy it."""
    folder = tmp_path_factory.mktemp("tiny")
    project = copy_project(folder / "project")
    shutil.rmtree(project.processed)
    for path in (project.params / "regions").iterdir():
        path.unlink()
    (project.params / "stress_test" / "example.yaml").unlink()  # its evidence is that of a real region
    for region, values in TINY_REGIONS.items():
        text = json.dumps({"region": region, **values}, ensure_ascii=False, indent=2)  # JSON is YAML 1.2
        (project.params / "regions" / f"{region}.yaml").write_text(text + "\n", encoding="utf-8")
    done = clusterkit(project, "data", "build", "--accept-changed", "--raw", str(write_tiny_raw(folder / "raw")))
    assert done.returncode == 0, done.stdout + done.stderr
    return project
