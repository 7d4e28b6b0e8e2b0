"""Every notebook is run through nbval with another choice than its defaults, which the suite runs by themselves.

The pages of a region are run for Slovenia: another country, two NUTS 2 codes, other neighbours than the default's.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import nbformat
import pytest
from conftest import ROOT
from papermill import execute_notebook

from clusterkit.batch.pages import REGION_PAGES
from clusterkit.params import load_regions
from clusterkit.paths import ROOT_VARIABLE, project

REGION, BESIDE = "slovenia", "saxony"
REFUSED = "refused"  # a run that has to fail, so that the others can
YEARS = {"base_year": 2012, "reference_year": 2013}
OF_ALL: dict[str, dict[str, Any]] = {
    "compare": {"regions": [REGION, BESIDE]},
    "europe": {**YEARS, "star_scheme": "eocic-2019", "seed": 7},
    "explorer": {**YEARS, "star_scheme": "panorama-2014", "regions": [REGION, BESIDE]},
    "home": {"regions": [REGION, BESIDE], "failures": {BESIDE: {"Scoreboard": "it stopped"}}},
    "synthesis": {"regions": [REGION, BESIDE]},
}
OF_OWN: dict[str, dict[str, Any]] = {
    "sectors_in_detail": {
        "taxonomy": "industrial-ecosystems",
        "strong_lq": 2.5,
        "min_share_pct": 0.5,
        "base_year": 2012,
    },
}
NOTEBOOKS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))


@dataclass
class Run:
    """What nbval says of one notebook, and the folder that the notebook wrote into."""

    folder: Path
    n_cells: int
    passed: int = 0
    failed: list[str] = field(default_factory=list)


def chosen(name: str) -> dict[str, Any]:
    """The parameters of a notebook, each of them declared in it."""
    for page in REGION_PAGES:
        if page.notebook == name:
            (params,) = load_regions(project(ROOT), [REGION])
            if not page.is_of(params):  # it shows what a region hands in: the project has an example of one region
                return OF_OWN[name]
            return page.parameters(params)
    return OF_ALL[name]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """All notebooks in one nbval run, each with a kernel of its own."""
    folder = tmp_path_factory.mktemp("other")
    found = {}
    for name, values in [*((name, chosen(name)) for name in NOTEBOOKS), (REFUSED, {"nuts_ids": ["XX00"]})]:
        source = ROOT / "notebooks" / f"{'cluster_mapping' if name == REFUSED else name}.ipynb"
        given, data = folder / f"{name}.ipynb", folder / f"data-{name}"
        execute_notebook(source, given, {**values, "output_dir": str(data)}, prepare_only=True, progress_bar=False)
        cells = nbformat.read(given, as_version=4).cells
        found[name] = Run(data, sum(cell.cell_type == "code" for cell in cells))
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")  # else the settings of a folder above
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval-lax", "--nbval-current-env"]
    done = subprocess.run(
        [*command, "--junitxml=cells.xml", "."],
        check=False,
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, ROOT_VARIABLE: str(ROOT)},
        timeout=1800,
    )
    assert done.returncode == 1, done.stdout + done.stderr  # 1: some failed, here the one that has to
    for cell in ElementTree.parse(folder / "cells.xml").iter("testcase"):
        run = found[Path(cell.attrib["classname"]).stem]
        wrong = [part.text or "" for part in cell if part.tag in ("failure", "error")]
        run.failed += wrong
        run.passed += not wrong
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_it_runs_with_another_choice(runs: dict[str, Run], name: str) -> None:
    run = runs[name]
    assert not run.failed, "\n".join(run.failed)
    assert run.passed == run.n_cells
    assert list(run.folder.rglob("*.*")), "it wrote no data"


@pytest.mark.slow
def test_what_is_wrong_with_a_choice_fails(runs: dict[str, Run]) -> None:
    """The mapping of a code that does not exist: refused where the parameters are checked."""
    assert any("XX00" in text for text in runs[REFUSED].failed)
