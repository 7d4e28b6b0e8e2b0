"""Jobs of a run: which notebook makes which page, from which parameters and files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from clusterkit.batch.pages import OF_ALL, RegionPage, has_page, input_files, pages_of, whole_page
from clusterkit.params import (
    COMPARE_ID,
    EUROPE_ID,
    EXAMPLE_ID,
    EXPLORER_ID,
    RESERVED_ID,
    SYNTHESIS_ID,
    WHOLE_IDS,
    EuropeParams,
    RegionParams,
    stress_test_parameters,
)
from clusterkit.paths import Project

HOME = RESERVED_ID  # the home page's place among the regions
INDEX = "index"  # name of the home page
DOWNLOADS, RESULT, BODY = "downloads", "result.json", "body.json"  # in the folder of a job
Kernel = Literal["auto", "forked", "stock"]
TIMEOUT = 900.0  # seconds that a job may take
MEMORY_MB = 6000.0  # that a job may use


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
    reads
        Files of the project that the notebook reads, from the project folder; the page is stale when one changes.
    turn
        Jobs of a later turn start when those of the earlier ones have.
    scripts
        Scripts of the page, from the folder of the site: in ``theme``, or among the page's data.
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
    reads: tuple[str, ...] = ()
    turn: int = 0
    scripts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Failure:
    """Where and why a notebook stopped.

    Parameters
    ----------
    notebook, cell
        Where.
    error
        Why, in one line.
    is_infrastructure
        Whether the process failed and not the notebook: worth a second try.
    """

    notebook: str
    cell: str
    error: str
    is_infrastructure: bool = False

    def __str__(self) -> str:
        return f"notebook {self.notebook}, {self.cell}: {self.error}"


@dataclass(frozen=True)
class Result:
    """What became of a job.

    Parameters
    ----------
    job
        The job.
    seconds, cpu_seconds
        How long it took, and how much of a processor.
    failure
        None where the page was made.
    warnings
        What the notebook wrote to standard error.
    """

    job: Job
    seconds: float
    failure: Failure | None = None
    warnings: tuple[str, ...] = field(default=())
    cpu_seconds: float = 0.0


@dataclass(frozen=True)
class Options:
    """How a run is done.

    Parameters
    ----------
    workers
        Processes at a time.
    kernel
        ``forked`` from a warm process, ``stock`` kernels, or ``auto``: forked where that is safe.
    timeout
        Seconds that one job may take.
    memory_mb
        Megabytes that one job may use, beyond what it shares with the warm process.
    fail_fast
        Whether the first failure ends the run.
    scheduler
        Address of a dask scheduler whose workers run the jobs; None: this machine does.
    shared
        Whether these workers see the project under the same path.
    """

    workers: int = 1
    kernel: Kernel = "auto"
    timeout: float = TIMEOUT
    memory_mb: float = MEMORY_MB
    fail_fast: bool = False
    scheduler: str | None = None
    shared: bool = False


def region_job(project: Project, params: RegionParams, page: RegionPage, listed: Sequence[RegionParams] = ()) -> Job:
    """One page of one region; ``listed`` are all regions, whose programmes can stand beside its own."""
    title = page.title.format(name=params.name)
    parameters = page.parameters(params)
    return Job(
        region=params.region,
        label=page.label,
        name=f"{params.name}, {page.kind}",
        notebook=page.path(project),
        page=page.name(params.region),
        downloads=f"{params.region}/{page.kind}",
        title=title,
        description=f"{title}: {page.description}",
        parameters=parameters,
        reads=input_files(project, page.reads, params, listed if "stress_test" in page.reads else (), takes=parameters),
        turn=page.turn,
    )


def _whole_job(project: Project, name: str, parameters: dict[str, Any], reads: tuple[str, ...] | None = None) -> Job:
    """A page on no single region; ``reads`` are its files where these are not those of its kind alone."""
    page = whole_page(name)
    return Job(
        region=name,
        label="",
        name=page.said,
        notebook=project.notebooks / f"{page.notebook}.ipynb",
        page=name,
        downloads=name,
        title=page.title,
        description=page.description,
        parameters=parameters,
        reads=input_files(project, page.reads) if reads is None else reads,
        turn=page.turn,
        scripts=page.scripts,
    )


def europe_job(project: Project, params: EuropeParams) -> Job:
    """The page of all regions of Europe; it depends on no region file."""
    return _whole_job(project, EUROPE_ID, params.model_dump())


def compare_job(
    project: Project,
    listed: Sequence[RegionParams],
    made: Mapping[str, Sequence[RegionPage]] | None = None,
    whole: Sequence[str] | None = None,
) -> Job:
    """The page of all regions of the site side by side.

    Parameters
    ----------
    listed
        Regions of the site.
    made
        Pages of each region, to the first of which its name leads; default those that exist.
    whole
        Pages on no single region, of which the explorer is linked; default those that exist.
    """
    made = pages_of(project, listed) if made is None else made
    pages = {p.region: f"{made[p.region][0].name(p.region)}.html" for p in listed if made.get(p.region)}
    if EXPLORER_ID in (_existing(project) if whole is None else whole):
        pages[EXPLORER_ID] = f"{EXPLORER_ID}.html"
    parameters = {"regions": [p.region for p in listed], "pages": pages}
    return _whole_job(project, COMPARE_ID, parameters, _of_all(project, listed))


def synthesis_job(project: Project, listed: Sequence[RegionParams]) -> Job:
    """The page of what the regions of the site share, where they differ, and who could work with whom."""
    return _whole_job(project, SYNTHESIS_ID, {"regions": [p.region for p in listed]}, _of_all(project, listed))


def _existing(project: Project) -> list[str]:
    """Pages on no single region that were executed."""
    return [name for name in WHOLE_IDS if has_page(project, name)]


def _of_all(project: Project, listed: Sequence[RegionParams]) -> tuple[str, ...]:
    """Files that a page of all regions is made from: those of each."""
    found = {name for p in listed for name in input_files(project, OF_ALL, p)}
    return tuple(sorted(found or input_files(project, OF_ALL)))


def explorer_job(project: Project, params: EuropeParams, listed: Sequence[RegionParams]) -> Job:
    """The page to look up and compare all regions; ``listed`` are those that have reports."""
    own = params.model_dump(include={"base_year", "reference_year", "nuts_version", "star_scheme"})
    return _whole_job(project, EXPLORER_ID, {**own, "regions": [p.region for p in listed]})


def example_job(project: Project, params: RegionParams) -> Job:
    """The stress test with illustrative answers; it depends on no region file."""
    reads = input_files(project, whole_page(EXAMPLE_ID).reads, params)
    return _whole_job(project, EXAMPLE_ID, stress_test_parameters(params), reads)


def home_job(
    project: Project,
    listed: Sequence[RegionParams],
    made: Mapping[str, Sequence[RegionPage]] | None = None,
    whole: Sequence[str] | None = None,
    failed: Sequence[Result] = (),
) -> Job:
    """The home page of all regions, with links to the pages that exist and the reasons of those that do not.

    Parameters
    ----------
    listed
        Regions of the site.
    made, whole
        Pages of each region, and pages on no single region; default those that exist.
    failed
        Jobs that failed.
    """
    made = pages_of(project, listed) if made is None else made
    pages = {p.region: {page.label: f"{page.name(p.region)}.html" for page in made.get(p.region, ())} for p in listed}
    pages |= {name: {"": f"{name}.html"} for name in (_existing(project) if whole is None else whole)}
    failures: dict[str, dict[str, str]] = {}
    for result in failed:
        failures.setdefault(result.job.region, {})[result.job.label] = str(result.failure)
    return Job(
        region=HOME,
        label="",
        name="Home",
        notebook=project.notebooks / "home.ipynb",
        page=INDEX,
        downloads=HOME,
        title="Clusters in European regions",
        description="Clusters in European regions: what each region is strong in, and where to read on.",
        parameters={"regions": [p.region for p in listed], "pages": pages, "failures": failures},
        reads=_of_all(project, listed),
        turn=2,
    )
