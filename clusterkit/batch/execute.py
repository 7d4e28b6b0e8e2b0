"""One job in one process: the notebook executed and cleaned, its data, and its text as HTML, all in a folder aside."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import nbformat
import papermill
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from clusterkit import provenance
from clusterkit.batch import documents, page_html, site
from clusterkit.batch.jobs import BODY, DOWNLOADS, RESULT, Failure, Job
from clusterkit.forking import ONE_THREAD
from clusterkit.paths import ROOT_VARIABLE, Project

KERNEL = "python3"
STOCK = "nbclient"  # papermill's engine for a kernel of its own
IF_ANY = "if-any"  # tag of a heading that is published only where something stands under it
BY_HAND = "by-hand"  # tag of a cell for those who run the notebook themselves
WIDGET = "application/vnd.jupyter.widget-view+json"  # output that is nothing without a kernel


def execute(root: Path, job: Job, work: Path, *, engine: str, theme: Path) -> None:
    """Run a notebook in this process and leave page, data and what became of it in a folder.

    Parameters
    ----------
    root
        Folder of the project.
    job
        What to run.
    work
        Folder of the job: gets ``PAGE.ipynb``, ``downloads``, ``body.json`` where the page was made, and, last,
        ``result.json``.
    engine
        Of papermill.
    theme
        Folder of the page skeleton and style.
    """
    start, cpu = time.monotonic(), time.process_time()
    os.environ.update({**ONE_THREAD, ROOT_VARIABLE: str(root)})  # the notebook reads the same project
    executed = work / f"{job.page}.ipynb"
    downloads = work / DOWNLOADS
    downloads.mkdir(exist_ok=True)
    failure = None
    try:
        papermill.execute_notebook(
            str(_for_batch(job.notebook, work)),
            str(executed),
            parameters={**job.parameters, "output_dir": str(downloads)},
            engine_name=engine,
            kernel_name=KERNEL,
            cwd=str(work),
            progress_bar=False,
            request_save_on_cell_execute=False,  # twice a cell, the whole notebook each time
            **(_stock_options() if engine == STOCK else {}),
        )
    except PapermillExecutionError as exc:
        cell = f"cell {exc.exec_count or exc.cell_index}"
        failure = Failure(job.notebook.name, cell, f"{exc.ename}: {first_line(exc.evalue)}")
    except (OSError, RuntimeError, ValueError) as exc:
        error = f"{type(exc).__name__}: {first_line(str(exc))}"
        failure = Failure(job.notebook.name, "before its first cell", error, is_infrastructure=True)
    warnings: tuple[str, ...] = ()
    if executed.is_file():
        page, warnings = _finish_notebook(executed, job, str(downloads), Project(root))
    if failure is None:
        html, headings = page_html.body(page, theme)
        (work / BODY).write_text(json.dumps({"html": html, "toc": headings}), encoding="utf-8", newline="\n")
    result = {
        "failure": asdict(failure) if failure else None,
        "warnings": list(warnings),
        "seconds": time.monotonic() - start,
        "cpu_seconds": time.process_time() - cpu,
    }
    # Read only when this process has ended; what a killed one began is no whole JSON, and is taken as nothing.
    (work / RESULT).write_text(json.dumps(result), encoding="utf-8", newline="\n")


def _stock_options() -> dict[str, object]:
    # Sockets in the file system: no port is opened, and ipykernel has nothing to warn about.
    transport = "tcp" if sys.platform == "win32" else "ipc"
    return {
        "config": Config({"KernelManager": {"transport": transport}}),
        "extra_arguments": ["--IPKernelApp.log_level=50"],  # its "KeyboardInterrupt" on leaving is no news
    }


def _for_batch(notebook: Path, work: Path) -> Path:
    """A copy without the cells for those who run the notebook by hand: no control is made, no state of one is kept."""
    loaded = nbformat.read(notebook, as_version=4)
    loaded.cells = [cell for cell in loaded.cells if BY_HAND not in _tags(cell)]
    path = work / f".{notebook.name}"
    nbformat.write(loaded, path)
    return path


def first_line(text: str) -> str:
    """The line of a message that says what is wrong."""
    lines = [line.strip() for line in text.splitlines() if line.strip()] or ["no message"]
    return " ".join(lines[:2]) if re.fullmatch(r"\d+ problems:", lines[0]) else lines[0]


def _finish_notebook(
    path: Path, job: Job, folder: str, project: Project
) -> tuple[nbformat.NotebookNode, tuple[str, ...]]:
    """Take out what differs from run to run; return the page, and what the notebook wrote to standard error."""
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata.pop("papermill", None)
    notebook.metadata.pop("widgets", None)  # the state of controls in a cell that is not tagged
    notebook.cells = _without_empty_sections(notebook.cells)
    warnings: list[str] = []
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if "injected-parameters" in _tags(cell):
            cell.metadata["tags"] = [*_tags(cell), "remove-cell"]
            cell.source = cell.source.replace(repr(folder), "None").replace(f'"{folder}"', "None")
        if cell.cell_type == "code":
            streams = [output for output in cell.outputs if output.output_type == "stream" and output.name == "stderr"]
            warnings += [first_line(output.text) for output in streams]
            cell.outputs = [output for output in cell.outputs if output not in streams]
            for output in cell.outputs:
                output.get("data", {}).pop(WIDGET, None)
    for position, cell in enumerate(notebook.cells):
        cell["id"] = f"{job.region}-{position}"[-64:]
    _link_mentions(notebook, documents.targets(project))
    made = provenance.in_short(project)
    scripts = " ".join(job.scripts)
    site.set_front_matter(notebook, title=job.title, description=job.description, made=made, scripts=scripts)
    nbformat.write(notebook, path)
    return notebook, tuple(warnings)


def _link_mentions(notebook: nbformat.NotebookNode, targets: Mapping[str, tuple[str, str]]) -> None:
    """Make a link of every assumption and document that the page names, in its texts and in what its cells show."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = documents.link_mentions(cell.source, targets)
        for output in cell.get("outputs", ()):
            if "text/markdown" in output.get("data", {}):
                output["data"]["text/markdown"] = documents.link_mentions(output["data"]["text/markdown"], targets)


def _tags(cell: nbformat.NotebookNode) -> list[str]:
    return cell.metadata.get("tags", [])


def _without_empty_sections(cells: Sequence[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """All cells but the headings tagged ``if-any`` under which no cell shows anything, and those cells.

    A section ends at the next heading of the same level or above; one with a section below it that is kept is kept.
    """
    kept: list[nbformat.NotebookNode] = []
    position = 0
    while position < len(cells):
        cell = cells[position]
        end = position + 1
        while IF_ANY in _tags(cell) and end < len(cells) and _level(cells[end]) > _level(cell):
            end += 1
        section = cells[position + 1 : end]
        if IF_ANY in _tags(cell) and not any(_shows(inner) for inner in section):
            position = end
            continue
        kept.append(cell)
        position += 1
    return kept


def _level(cell: nbformat.NotebookNode) -> int:
    """Level of the heading that a cell starts with; below all headings where it starts with none."""
    marks = re.match(r"(#+) ", cell.source) if cell.cell_type == "markdown" else None
    return len(marks[1]) if marks else 7


def _shows(cell: nbformat.NotebookNode) -> bool:
    if cell.cell_type == "markdown":
        return bool(re.sub(r"^#+ .*$", "", cell.source, flags=re.MULTILINE).strip())
    return any(output.output_type != "stream" for output in cell.get("outputs", ()))
