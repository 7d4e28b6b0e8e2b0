"""A run of ``clusterkit report``, whole: check, plan, run what is stale, render, and say what was done."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from rich.console import Console

from clusterkit import params as parameters
from clusterkit.batch import documents, site, takeaway
from clusterkit.batch.jobs import (
    HOME,
    Job,
    Options,
    Result,
    compare_job,
    europe_job,
    example_job,
    explorer_job,
    home_job,
    region_job,
    synthesis_job,
)
from clusterkit.batch.pages import REGION_PAGES, RegionPage, has_page, pages_for, pages_of
from clusterkit.batch.state import Fingerprints, State, write_manifest
from clusterkit.commands.answers import say, warn
from clusterkit.errors import ClusterkitError, ParamError, Problem
from clusterkit.files import WriteError, writing
from clusterkit.params import RegionParams
from clusterkit.paths import Project

if TYPE_CHECKING:
    from clusterkit.batch.processes import Warm
    from clusterkit.batch.runner import Watch


@dataclass(frozen=True)
class Wanted:
    """Which pages a run is to make.

    Parameters
    ----------
    regions
        Identifiers; None: all.
    kinds
        Kinds of pages; none named: all.
    whole
        Pages on no single region; None: all there are.
    """

    regions: tuple[str, ...] | None
    kinds: tuple[str, ...] = ()
    whole: tuple[str, ...] | None = None


@dataclass(frozen=True)
class How:
    """How a run is to make them.

    Parameters
    ----------
    force
        Pages are made although nothing that they are made from has changed.
    renderer
        ``quarto``, ``nbconvert``, or ``auto``: Quarto where it is.
    options
        How the notebooks are run.
    pdf
        Whether the briefs that are asked for are printed too.
    docx
        Whether they are written as DOCX too.
    """

    force: bool
    renderer: str
    options: Options
    pdf: bool = False
    docx: bool = False


@dataclass(frozen=True)
class Plan:
    """What a run has to do.

    Parameters
    ----------
    wanted
        Regions whose pages are asked for.
    listed
        All regions of the site.
    jobs
        Of all pages asked for, the home page among them.
    stale
        Those that must run, in the order of their turns, those that take longest first.
    """

    wanted: list[RegionParams]
    listed: list[RegionParams]
    jobs: list[Job]
    stale: list[Job]


def make(project: Project, wanted: Wanted, how: How, *, console: Console, warm: Warm | None = None) -> bool:
    """Make the pages that are asked for, and the site.

    Parameters
    ----------
    wanted, how
        Which pages, and how they are made.
    console
        Where progress is shown.
    warm
        As :func:`clusterkit.batch.processes.warming` gives it; it begins here where something is stale.

    Returns
    -------
    bool
        Whether all went well.

    Raises
    ------
    ClusterkitError
        What is wrong with the input; nothing has run then.
    """
    start = time.monotonic()
    if how.docx:
        from clusterkit.batch import wordfile

        wordfile.quarto()
    if how.pdf:
        # Imported here: nothing else of a run needs it. A browser that is missing is said before anything runs.
        from clusterkit.batch import printing

        printing.browser()
    fingerprints = Fingerprints(project)
    planned = plan(project, wanted, fingerprints, force=how.force)
    if planned.stale:
        return _run(_Going(project, planned, how, fingerprints, warm, start), console)
    ok = _render(project, planned, how, changed=False)
    _say_done(planned, [], start)
    return ok


def plan(project: Project, wanted: Wanted, fingerprints: Fingerprints, *, force: bool = False) -> Plan:
    """What is asked for, and what of it is stale."""
    listed = parameters.load_regions(project, wanted.regions or None)
    if wanted.regions is None:
        regions = listed
    else:
        regions = [p for p in listed if p.region in wanted.regions]
        listed = parameters.load_regions(project)
    chosen = [page for page in REGION_PAGES if not wanted.kinds or page.kind in wanted.kinds]
    _refuse_absent(regions, chosen if wanted.kinds else [])
    jobs = [region_job(project, p, page, listed) for p in regions for page in chosen if page.is_of(p)]
    whole = wanted.whole
    if whole is None:
        example = parameters.has_example(project)
        whole = tuple(name for name in parameters.WHOLE_IDS if name != parameters.EXAMPLE_ID or example)
    # Pages of regions, and on no single one, as they will be when all goes well.
    made = _expected(project, regions, chosen, listed)
    there = [name for name in parameters.WHOLE_IDS if name in whole or has_page(project, name)]
    if parameters.COMPARE_ID in whole:
        jobs.append(compare_job(project, listed, made, there))
    if parameters.SYNTHESIS_ID in whole:
        jobs.append(synthesis_job(project, listed))
    if parameters.EUROPE_ID in whole:
        jobs.append(europe_job(project, parameters.load_europe(project)))
    if parameters.EXPLORER_ID in whole:
        jobs.append(explorer_job(project, parameters.load_europe(project), listed))
    if parameters.EXAMPLE_ID in whole:
        jobs.append(example_job(project, parameters.load_example(project)))
    jobs.append(home_job(project, listed, made, there))
    state = State(project)
    stale = [job for job in jobs if force or not state.is_fresh(job, fingerprints.key(job))]
    return Plan(regions, listed, jobs, sorted(stale, key=lambda job: (job.turn, -_seconds(state, job))))


def _refuse_absent(regions: Sequence[RegionParams], asked: Sequence[RegionPage]) -> None:
    """Refuse a kind of page that none of the regions has, and say what it needs."""
    problems = [
        Problem(
            f"No page “{page.label}” can be made of {' or '.join(p.region for p in regions[:3]) or 'no region'}"
            f"{' or others' if len(regions) > 3 else ''}: {page.needs} is not given.",
            f"--page {page.kind}",
            f"the page shows what a region hands in under {page.needs}",
            "name a file there in params/regions; `clusterkit own list` says how to make one",
        )
        for page in asked
        if not any(page.is_of(p) for p in regions)
    ]
    if problems:
        raise ParamError(problems)


def _seconds(state: State, job: Job) -> float:
    """How long a job took last time; those never seen come first."""
    known = state.of(job.page).get("seconds")
    return float(known) if isinstance(known, int | float) else 1e6


def _expected(
    project: Project, regions: Sequence[RegionParams], chosen: Sequence[RegionPage], listed: Sequence[RegionParams]
) -> dict[str, list[RegionPage]]:
    """Pages of each region as they will be when all goes well."""
    made = pages_of(project, listed)
    for p in regions:
        made[p.region] = [page for page in pages_for(p) if page in chosen or page in made.get(p.region, [])]
    return made


@dataclass(frozen=True)
class _Going:
    """A run that has work: where, what, how, and since when (seconds of the monotonic clock)."""

    project: Project
    planned: Plan
    how: How
    fingerprints: Fingerprints
    warm: Warm | None
    start: float


def _run(of: _Going, console: Console) -> bool:
    # Imported here: a run without work should not pay for what runs the work.
    from clusterkit.batch import runner

    if of.warm is not None:
        of.warm.begin()
    runner.check_parameters(of.planned.stale)
    with runner.alone(of.project):
        try:
            ok, results = _run_stale(of, console)
        except WriteError as exc:  # what was published so far is there, and the next run goes on from it
            warn(str(exc))
            return False
    _say_done(of.planned, results, of.start)
    return ok and not any(result.failure for result in results)


def _run_stale(of: _Going, console: Console) -> tuple[bool, list[Result]]:
    """Run what is stale, and make the site; whether home and site are there, and what became of each job."""
    from clusterkit.batch import progress

    project, planned = of.project, of.planned
    if of.how.force:
        State(project).forget_results()
    with writing(project.reports, "The documents of the site"):
        documents.write(project, State(project))  # needs no page: while notebooks get a warm process to start from
    with progress.shown(console, planned.stale, workers=of.how.options.workers) as watch:
        run = _made(of, planned.stale, watch)
    # In the order of the site: that of the run depends on how long pages took last time.
    places = {job.page: number for number, job in enumerate(planned.jobs)}
    run.sort(key=lambda result: places[result.job.page])
    results = _with_true_links(of, run)
    _summary(project, results)
    home_failed = any(result.failure for result in results if result.job.region == HOME)
    ok = not home_failed and _render(project, planned, of.how, changed=True)
    said = {**asdict(of.how), "seconds": round(time.monotonic() - of.start, 1)}
    write_manifest(project, of.fingerprints, results, _unchanged(planned, results), said)
    return ok, results


def _made(of: _Going, jobs: Sequence[Job], watch: Watch | None = None) -> list[Result]:
    from clusterkit.batch import runner

    return runner.run(of.project, jobs, options=of.how.options, fingerprints=of.fingerprints, watch=watch, warm=of.warm)


def _with_true_links(of: _Going, results: list[Result]) -> list[Result]:
    """The results, with a comparison and a home page that link to what there is, and a home page that says what is not.

    Both were planned for the pages that were to be there.
    """
    project, planned = of.project, of.planned

    def with_true(true: Job) -> list[Result]:
        if State(project).is_fresh(true, of.fingerprints.key(true)):
            return results
        return [*(result for result in results if result.job.page != true.page), *_made(of, [true])]

    # Of a region that is no longer listed the pages go, too.
    compare = compare_job(project, planned.listed)
    known = State(project).of(compare.page).get("parameters", {}).get("pages", {})
    if has_page(project, compare.page) and not known.items() <= compare.parameters["pages"].items():
        results = with_true(compare)
    failed = [result for result in results if result.failure and result.job.region != HOME]
    return with_true(home_job(project, planned.listed, failed=failed))


def _render(project: Project, planned: Plan, how: How, *, changed: bool) -> bool:
    try:
        with writing(project.reports, "The site", rule="the site that was there stays until the new one is whole"):
            return _render_all(project, planned, how, changed=changed)
    except WriteError as exc:
        warn(str(exc))
        return False


def _render_all(project: Project, planned: Plan, how: How, *, changed: bool) -> bool:
    renderer = how.renderer
    if renderer == "auto":
        renderer = "quarto" if site.quarto() else "nbconvert"
        if renderer == "nbconvert" and changed:
            say("Quarto is not on the PATH: rendering the same pages with nbconvert.")
    state = State(project)
    ok = _copies(project, planned, how, state)
    rendered = site.prepare(project, planned.listed)
    key = site.key(project, rendered, state, renderer)
    if state.of("site").get("key") == key and (project.site / "index.html").is_file():
        index = project.site / "index.html"
    else:
        try:
            index = site.render(project, rendered, renderer=renderer, bodies=state.body)
        except ClusterkitError as exc:
            warn(str(exc))
            return False
        state.keep("site", {"key": key})
    size = sum(path.stat().st_size for path in project.site.rglob("*") if path.is_file())
    say(f"{_count(len(rendered), 'page')}, {size / 1e6:.1f} MB. Open {index}")
    return ok


def _copies(project: Project, planned: Plan, how: How, state: State) -> bool:
    """Copy the briefs that were asked for, before the pages say what they offer; whether all went well."""
    briefs = [job.region for job in planned.jobs if job.page == f"{job.region}-{takeaway.BRIEF}"]
    failures = []
    if how.pdf:
        from clusterkit.batch import printing

        failures += printing.print_briefs(project, briefs, bodies=state.body, workers=how.options.workers)
    if how.docx:
        from clusterkit.batch import wordfile

        failures += wordfile.write_briefs(project, briefs, bodies=state.body)
    for failure in failures:
        warn(str(failure))
    return not failures


def _unchanged(planned: Plan, results: Sequence[Result]) -> list[Job]:
    """Jobs whose page was there already, and was not made again for its links."""
    ran = {result.job.page for result in results}
    return [job for job in planned.jobs if job not in planned.stale and job.page not in ran]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number != 1 else ''}"


def _summary(project: Project, results: Sequence[Result]) -> None:
    for result in results:
        for warning in result.warnings:
            warn(f"warning from {result.job.name}: {warning}")
        if result.failure:
            warn(f"failed: {result.job.name}: {result.failure}")
            kept = project.reports / site.FAILED / f"{result.job.page}.ipynb"
            if kept.is_file():
                warn(f"  the notebook as far as it came: {kept}")


def _say_done(planned: Plan, results: Sequence[Result], start: float) -> None:
    kept = len(_unchanged(planned, results))
    same = (
        ""
        if not kept
        else "; nothing had changed"
        if not planned.stale
        else f"; {_count(kept, 'page')} had not changed"
    )
    took = f"in {time.monotonic() - start:.0f} s{same}"
    failed = {result.job.page for result in results if result.failure}
    own = [job for job in planned.jobs if job.region not in (*parameters.WHOLE_IDS, HOME)]
    if own:
        done = sum(job.page not in failed for job in own)
        say(f"{done} of {_count(len(own), 'page')} of {_count(len(planned.wanted), 'region')} {took}.")
    elif not failed:
        names = [job.name for job in planned.jobs if job.region in parameters.WHOLE_IDS]
        say(f"{' and '.join(names)} {took}.")
