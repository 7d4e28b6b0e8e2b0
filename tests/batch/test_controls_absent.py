"""Controls are for those who run a notebook by hand: nothing of them is in what a batch makes."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import nbformat
import pytest

from clusterkit.batch import documents
from clusterkit.batch.execute import WIDGET
from clusterkit.controls.panel import AS_NOW, LABELS, RUN
from clusterkit.paths import Project

Run = Callable[..., CompletedProcess[str]]
OF_CONTROLS = (
    "clusterkit.controls", "controls(locals()", "ck-form", "ck-controls", "Choose, look, write", "Write parameters",
    "Back to the file", AS_NOW, RUN, LABELS["strong_lq"],
)  # fmt: skip
OF_WIDGETS = (WIDGET, "application/vnd.jupyter.widget-state+json", "ipywidgets", "@jupyter-widgets", "jupyter-widgets")


def check_is_clean(project: Project) -> list[str]:
    """Names of the pages that were looked through."""
    written = {document.name for document in documents.existing(project)}  # these may say what controls are
    notebooks = [path for path in sorted(project.reports.glob("*.ipynb")) if path.stem not in written]
    assert notebooks
    pages = [project.site / f"{path.stem}.html" for path in notebooks]
    for path in [*notebooks, *(page for page in pages if page.is_file())]:
        text = html.unescape(path.read_text(encoding="utf-8"))
        for word in (*OF_CONTROLS, *OF_WIDGETS):
            assert word not in text, f"{word} in {path.name}"
    for path in notebooks:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        assert "widgets" not in notebook["metadata"]
        assert not [cell for cell in notebook["cells"] if "by-hand" in cell["metadata"].get("tags", [])]
    return [path.stem for path in notebooks]


@pytest.mark.slow
def test_no_page_has_anything_of_controls(two_regions: Project) -> None:
    pages = check_is_clean(two_regions)
    for kind in ("brief", "cluster-mapping", "scoreboard", "stress-test"):
        assert f"piemonte-{kind}" in pages
    assert {"europe", "compare", "synthesis", "explorer", "index"} <= set(pages)


def keep_the_top(project: Project, *, tag: bool = True) -> Path:
    """Leave the mapping notebook its controls and one output; ``tag``: whether the controls are marked as by hand."""
    path = project.notebooks / "cluster_mapping.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [*notebook.cells[:5], nbformat.v4.new_code_cell("p.name")]
    assert notebook.cells[4]["id"] == "controls"
    if not tag:
        notebook.cells[4].metadata.tags = []
    nbformat.write(notebook, path)
    return path


@pytest.mark.slow
@pytest.mark.parametrize("kernel", ["forked", "stock"])
def test_neither_kernel_runs_the_controls(project_copy: Project, clusterkit: Run, kernel: str) -> None:
    path = keep_the_top(project_copy)
    before = path.read_bytes()
    wanted = ("report", "piemonte", "--page", "cluster-mapping", "--renderer", "nbconvert", "--kernel", kernel)
    done = clusterkit(project_copy, *wanted)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "piemonte-cluster-mapping" in check_is_clean(project_copy)
    assert path.read_bytes() == before


@pytest.mark.slow
def test_the_state_of_controls_that_nobody_tagged_is_left_out(project_copy: Project, clusterkit: Run) -> None:
    keep_the_top(project_copy, tag=False)
    wanted = ("report", "piemonte", "--page", "cluster-mapping", "--renderer", "nbconvert", "--kernel", "stock")
    done = clusterkit(project_copy, *wanted)
    assert done.returncode == 0, done.stdout + done.stderr
    made = project_copy.reports / "piemonte-cluster-mapping.ipynb"
    text = made.read_text(encoding="utf-8")
    assert "Controls: cluster-mapping, Piemonte" in text  # it ran: the words of its output are there
    assert not [word for word in OF_WIDGETS if word in text]
    assert "widgets" not in json.loads(text)["metadata"]
