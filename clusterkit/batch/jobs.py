"""Jobs of a run: which notebook makes which page, from which parameters and files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from clusterkit.batch.pages import OF_ALL, WHOLE_PAGES, RegionPage, input_files, pages_of
from clusterkit.params import (
    COMPARE_ID,
    EUROPE_ID,
    EXAMPLE_ID,
    EXPLORER_ID,
    RESERVED_ID,
    SYNTHESIS_ID,
    EuropeParams,
    RegionParams,
    stress_test_parameters,
)
from clusterkit.paths import Project

HOME = RESERVED_ID  # the home page's place among the regions
EUROPE = EUROPE_ID  # and that of the page of all regions
EXPLORER = EXPLORER_ID  # that of the explorer
EXAMPLE = EXAMPLE_ID  # and that of the example of a stress test
WHOLE = tuple(page.name for page in WHOLE_PAGES)  # pages on no single region
INDEX = "index"  # name of the home page
EUROPE_NAME = "Europe"  # in what the command says
EXPLORER_NAME = "Explorer"
EXAMPLE_NAME = "Example of a stress test"  # the same of the page with illustrative answers
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


def existing(project: Project) -> list[str]:
    """Pages on no single region that were executed."""
    return [name for name in WHOLE if (project.reports / f"{name}.ipynb").is_file()]


def region_job(project: Project, params: RegionParams, page: RegionPage, listed: Sequence[RegionParams] = ()) -> Job:
    """One page of one region; ``listed`` are all regions, whose programmes can stand beside its own."""
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
        reads=input_files(project, page.reads, params, listed if "stress_test" in page.reads else ()),
        turn=page.turn,
    )


def europe_job(project: Project, params: EuropeParams) -> Job:
    """The page of all regions of Europe; it depends on no region file."""
    return Job(
        region=EUROPE,
        label="",
        name=EUROPE_NAME,
        notebook=project.notebooks / "europe.ipynb",
        page=EUROPE,
        downloads=EUROPE,
        title="Clusters of Europe",
        description="Clusters of Europe: how many there are, what they employ and pay, where, and how sure that is.",
        parameters=params.model_dump(),
        reads=input_files(project, ("taxonomies", "star_schemes")),
    )


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
    title = "Regions compared"
    made = pages_of(project, [p.region for p in listed]) if made is None else made
    pages = {p.region: f"{made[p.region][0].name(p.region)}.html" for p in listed if made.get(p.region)}
    if EXPLORER in (existing(project) if whole is None else whole):
        pages[EXPLORER] = f"{EXPLORER}.html"
    return Job(
        region=COMPARE_ID,
        label="",
        name="Comparison",
        notebook=project.notebooks / "compare.ipynb",
        page=COMPARE_ID,
        downloads=COMPARE_ID,
        title=title,
        description=f"{title}: strong sectors, conditions and emerging industries of all regions side by side.",
        parameters={"regions": [p.region for p in listed], "pages": pages},
        reads=_of_all(project, listed),
        turn=2,
    )


def synthesis_job(project: Project, listed: Sequence[RegionParams]) -> Job:
    """The page of what the regions of the site share, where they differ, and who could work with whom."""
    title = "What the regions share"
    return Job(
        region=SYNTHESIS_ID,
        label="",
        name="Synthesis",
        notebook=project.notebooks / "synthesis.ipynb",
        page=SYNTHESIS_ID,
        downloads=SYNTHESIS_ID,
        title=title,
        description=f"{title}: common bottlenecks, shared clusters, and who could work with whom on what.",
        parameters={"regions": [p.region for p in listed]},
        reads=_of_all(project, listed),
        turn=2,
    )


def _of_all(project: Project, listed: Sequence[RegionParams]) -> tuple[str, ...]:
    """Files that a page of all regions is made from: those of each."""
    found = {name for p in listed for name in input_files(project, OF_ALL, p)}
    return tuple(sorted(found or input_files(project, OF_ALL)))


def explorer_job(project: Project, params: EuropeParams, listed: Sequence[RegionParams]) -> Job:
    """The page to look up and compare all regions; ``listed`` are those that have reports."""
    title = "Explorer of sectors and regions"
    return Job(
        region=EXPLORER,
        label="",
        name=EXPLORER_NAME,
        notebook=project.notebooks / "explorer.ipynb",
        page=EXPLORER,
        downloads=EXPLORER,
        title=title,
        description=f"{title}: a sector on a map of Europe, a region with its sectors, regions side by side.",
        parameters={
            **params.model_dump(include={"base_year", "reference_year", "nuts_version", "star_scheme"}),
            "regions": [p.region for p in listed],
        },
        reads=input_files(
            project,
            ("taxonomies", "star_schemes", "frameworks", "indicators.yaml", "default.yaml", "regions"),
        ),
        scripts=("theme/explorer.js",),
    )


def example_job(project: Project, params: RegionParams) -> Job:
    """The stress test with illustrative answers; it depends on no region file."""
    title = "Illustrative example: stress test for cluster policy"
    return Job(
        region=EXAMPLE,
        label="",
        name=EXAMPLE_NAME,
        notebook=project.notebooks / "stress_test.ipynb",
        page=EXAMPLE,
        downloads=EXAMPLE,
        title=title,
        description=f"{title}, with answers that are made up to show how the tool works.",
        parameters=stress_test_parameters(params),
        reads=input_files(project, ("taxonomies", "frameworks", "indicators.yaml", "stress_test"), params),
    )


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
    made = pages_of(project, [p.region for p in listed]) if made is None else made
    pages = {p.region: {page.label: f"{page.name(p.region)}.html" for page in made.get(p.region, ())} for p in listed}
    pages |= {name: {"": f"{name}.html"} for name in (existing(project) if whole is None else whole)}
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
