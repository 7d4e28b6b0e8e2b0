"""Run the notebooks of many regions in parallel; one that fails does not stop the others."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import nbformat
import papermill
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from clusterkit.batch import site
from clusterkit.batch.pages import RegionPage
from clusterkit.errors import Problem, RunError, some
from clusterkit.params import EUROPE_ID, EXAMPLE_ID, RESERVED_ID, EuropeParams, RegionParams, stress_test_parameters
from clusterkit.paths import ROOT_VARIABLE, Project

HOME = RESERVED_ID  # the home page's place among the regions
EUROPE = EUROPE_ID  # and that of the page of all regions
EXAMPLE = EXAMPLE_ID  # and that of the example of a stress test
WHOLE = (EUROPE, EXAMPLE)  # pages on no single region
IF_ANY = "if-any"  # tag of a heading that is published only where something stands under it
BY_HAND = "by-hand"  # tag of a cell for those who run the notebook themselves
KERNEL = "python3"
# Every kernel runs one thread: the regions are what runs in parallel.
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}


@dataclass(frozen=True)
class Job:
    """One notebook for one region (or for all, or for the home page).

    Parameters
    ----------
    region
        Identifier of the region.
    label
        Which page of the region it is, as the navigation calls it; "" where there is only one.
    name
        What the command calls it.
    notebook
        File to run.
    page
        Name of the page, without ending.
    downloads
        Folder of the page's data, below the folder of all data.
    title, description
        Of the page.
    parameters
        What the notebook is given.
    """

    region: str
    label: str
    name: str
    notebook: Path
    page: str
    downloads: str
    title: str
    description: str
    parameters: dict[str, Any]


@dataclass(frozen=True)
class Failure:
    """Where and why a notebook stopped."""

    notebook: str
    cell: str
    error: str

    def __str__(self) -> str:
        return f"notebook {self.notebook}, {self.cell}: {self.error}"


@dataclass(frozen=True)
class Result:
    """What became of a job."""

    job: Job
    seconds: float
    failure: Failure | None = None
    warnings: tuple[str, ...] = field(default=())


def region_job(project: Project, params: RegionParams, page: RegionPage) -> Job:
    """One page of one region."""
    title = page.title.format(name=params.name)
    return Job(
        region=params.region,
        label=page.label,
        name=f"{params.name}, {page.kind}",
        notebook=page.path(project),
        page=page.name(params.region),
        downloads=f"{params.region}/{page.kind}",
        title=title,
        description=f"{title}: {page.description}",
        parameters=page.parameters(params),
    )


def europe_job(project: Project, params: EuropeParams) -> Job:
    """The page of all regions of Europe; it depends on no region file."""
    return Job(
        region=EUROPE,
        label="",
        name=site.EUROPE_NAME,
        notebook=project.notebooks / "europe.ipynb",
        page=EUROPE,
        downloads=EUROPE,
        title="Clusters of Europe",
        description="Clusters of Europe: how many there are, what they employ and pay, where, and how sure that is.",
        parameters=params.model_dump(),
    )


def example_job(project: Project, params: RegionParams) -> Job:
    """The stress test with illustrative answers; it depends on no region file."""
    title = "Illustrative example: stress test for cluster policy"
    return Job(
        region=EXAMPLE,
        label="",
        name=site.EXAMPLE_NAME,
        notebook=project.notebooks / "stress_test.ipynb",
        page=EXAMPLE,
        downloads=EXAMPLE,
        title=title,
        description=f"{title}, with answers that are made up to show how the tool works.",
        parameters=stress_test_parameters(params),
    )


def home_job(project: Project, listed: Sequence[RegionParams], failed: Sequence[Result] = ()) -> Job:
    """The home page of all regions, with links to the pages that exist and the reasons of those that do not."""
    pages = {
        p.region: {page.label: f"{page.name(p.region)}.html" for page in site.pages_of(project, p.region)}
        for p in listed
    }
    pages |= {name: {"": f"{name}.html"} for name in WHOLE if site.has_page(project, name)}
    failures: dict[str, dict[str, str]] = {}
    for result in failed:
        failures.setdefault(result.job.region, {})[result.job.label] = str(result.failure)
    return Job(
        region=HOME,
        label="",
        name="Home",
        notebook=project.notebooks / "home.ipynb",
        page=site.INDEX,
        downloads=HOME,
        title="Clusters in European regions",
        description="Clusters in European regions: what each region is strong in, and where to read on.",
        parameters={"regions": [p.region for p in listed], "pages": pages, "failures": failures},
    )


def check_parameters(jobs: Sequence[Job]) -> None:
    """Refuse a parameter that a notebook does not declare: papermill would only warn.

    Raises
    ------
    RunError
        Every notebook that cannot be read, has no cell tagged ``parameters``, or does not
        declare what it would be given; all at once.
    """
    problems = []
    for notebook in sorted({job.notebook for job in jobs}):
        given = {name for job in jobs if job.notebook == notebook for name in job.parameters} | {"output_dir"}
        try:
            declared = set(papermill.inspect_notebook(str(notebook)))
        except (OSError, ValueError, nbformat.reader.NotJSONError) as exc:
            problems.append(_notebook_problem(notebook, f"cannot be read: {exc}", "restore it from git"))
            continue
        missing = sorted(given - declared)
        if missing:
            fix = "declare them, one per line with a literal value, in the cell tagged 'parameters'"
            problems.append(_notebook_problem(notebook, f"does not declare the parameters {some(missing)}", fix))
    if problems:
        raise RunError(problems)


def _notebook_problem(notebook: Path, what: str, fix: str) -> Problem:
    rule = "each parameter is declared in the one cell tagged 'parameters'"
    return Problem(what=f"The notebook {notebook.name} {what}.", where=str(notebook), rule=rule, fix=fix)


def run(project: Project, jobs: Sequence[Job], *, workers: int, on_result: Callable[[Result], None]) -> list[Result]:
    """Run jobs in parallel processes and publish each page that succeeds.

    Parameters
    ----------
    workers
        Processes at a time.
    on_result
        Called in this process after each job, in the order they end.

    Returns
    -------
    list of Result
        One per job, in the order of ``jobs``. A failing job is a result, not an exception.
    """
    results: dict[int, Result] = {}
    with ProcessPoolExecutor(max_workers=max(1, min(workers, len(jobs))), mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(run_job, project, job): number for number, job in enumerate(jobs)}
        for future in as_completed(waiting):
            job = jobs[waiting[future]]
            try:
                result = future.result()
            except (BrokenProcessPool, OSError) as exc:
                result = Result(
                    job, 0.0, Failure(job.notebook.name, "before its first cell", f"{type(exc).__name__}: {exc}")
                )
            results[waiting[future]] = result
            on_result(result)
    return [results[number] for number in range(len(jobs))]


def run_job(project: Project, job: Job) -> Result:
    """Execute one notebook aside and move page and data into ``reports`` when it is whole.

    A page that fails loses its older version too: a stale page would look like a fresh one.
    The failed notebook is kept in ``reports/failed``. Other pages of the region stay as they are.
    """
    start = time.monotonic()
    os.environ.update({**ONE_THREAD, ROOT_VARIABLE: str(project.root)})  # the kernel reads the same project
    project.reports.mkdir(exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".work-{job.page}-", dir=project.reports))
    executed = work / f"{job.page}.ipynb"
    downloads = work / "downloads"
    downloads.mkdir()
    failure = None
    try:
        try:
            papermill.execute_notebook(
                str(_for_batch(job.notebook, work)),
                str(executed),
                parameters={**job.parameters, "output_dir": str(downloads)},
                kernel_name=KERNEL,
                cwd=str(work),
                progress_bar=False,
                config=_kernel_config(),
                extra_arguments=["--IPKernelApp.log_level=50"],  # its "KeyboardInterrupt" on leaving is no news
            )
        except PapermillExecutionError as exc:
            cell = f"cell {exc.exec_count or exc.cell_index}"
            failure = Failure(job.notebook.name, cell, f"{exc.ename}: {_first_line(exc.evalue)}")
        except (OSError, RuntimeError, ValueError) as exc:
            # papermill writes the notebook as it goes: without a file it never began.
            when = "while it ran" if executed.is_file() else "before its first cell"
            failure = Failure(job.notebook.name, when, f"{type(exc).__name__}: {_first_line(str(exc))}")
        warnings = _finish_notebook(executed, job, str(downloads)) if executed.is_file() else ()
        if failure is None:
            site.publish(project, executed, downloads, job.downloads)
        else:
            site.keep_failed(project, executed, job.downloads)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Result(job, time.monotonic() - start, failure, warnings)


def _for_batch(notebook: Path, work: Path) -> Path:
    """A copy without the cells for those who run the notebook by hand: no control is made, no state of one is kept."""
    loaded = nbformat.read(notebook, as_version=4)
    loaded.cells = [cell for cell in loaded.cells if BY_HAND not in _tags(cell)]
    path = work / f".{notebook.name}"
    nbformat.write(loaded, path)
    return path


def _kernel_config() -> Config:
    # Sockets in the file system: no port is opened, and ipykernel has nothing to warn about.
    transport = "tcp" if sys.platform == "win32" else "ipc"
    return Config({"KernelManager": {"transport": transport}})


def _first_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()] or ["no message"]
    return " ".join(lines[:2]) if re.fullmatch(r"\d+ problems:", lines[0]) else lines[0]


def _finish_notebook(path: Path, job: Job, folder: str) -> tuple[str, ...]:
    """Take out what differs from run to run; return what the notebook wrote to standard error."""
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata.pop("papermill", None)
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
            warnings += [_first_line(output.text) for output in streams]
            cell.outputs = [output for output in cell.outputs if output not in streams]
    for position, cell in enumerate(notebook.cells):
        cell["id"] = f"{job.region}-{position}"[-64:]
    site.set_front_matter(notebook, title=job.title, description=job.description, nav="")
    nbformat.write(notebook, path)
    return tuple(warnings)


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
