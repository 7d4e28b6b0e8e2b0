"""The command line: ``clusterkit report``, ``clusterkit data``, ``clusterkit params``.

Exit status: 0 all done; 1 something failed while it ran; 2 the input is wrong and nothing ran.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

import clusterkit
from clusterkit import params as parameters
from clusterkit.batch import pages
from clusterkit.commands.answers import RUN_FAILED, refuse_wrong_input, say
from clusterkit.commands.data import data
from clusterkit.commands.definitions import definitions
from clusterkit.commands.stress_test import stress_test
from clusterkit.errors import ClusterkitError
from clusterkit.paths import Project, project

if TYPE_CHECKING:
    from clusterkit.batch.runner import Job, Result


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(clusterkit.__version__)
@click.option(
    "--project", "root", type=click.Path(path_type=Path), default=None, help="Project folder; default this checkout."
)
@click.pass_context
def main(context: click.Context, root: Path | None) -> None:
    """Map the industrial clusters of European regions, and publish what was found."""
    context.obj = root


@main.command()
@click.argument("regions", nargs=-1, metavar="[REGION]...")
@click.option("--all", "everything", is_flag=True, help="All regions in params/regions, and the pages on no region.")
@click.option(
    "--page",
    "kinds",
    type=click.Choice(pages.KINDS),
    multiple=True,
    help="Make this kind of page only; repeat it for several. Default all kinds.",
)
@click.option(
    "--workers", type=click.IntRange(1, 64), default=None, help="Notebooks at a time; default one per processor."
)
@click.option(
    "--renderer",
    type=click.Choice(["auto", "quarto", "nbconvert"]),
    default="auto",
    show_default=True,
    help="auto: Quarto where it is on the PATH, else nbconvert.",
)
@click.pass_obj
@refuse_wrong_input
def report(
    root: Path | None,
    regions: tuple[str, ...],
    everything: bool,
    kinds: tuple[str, ...],
    workers: int | None,
    renderer: str,
) -> None:
    """Run the notebooks of each region and make the website.

    Every parameter is checked before anything runs. A page that fails does not stop the
    others; it is named at the end, and the exit status is 1. The pages on no single region are made
    with --all, or under their names, europe and stress-test-example; other runs, and --all with --page,
    leave them as they are.
    """
    if bool(regions) == everything:
        message = "Name the regions, or say --all."
        raise click.UsageError(message)
    place = project(root)
    names = [name for name in regions if name not in (parameters.EUROPE_ID, parameters.EXAMPLE_ID)]
    if kinds and not (everything or names):
        message = "--page chooses among the pages of a region: name one, or say --all."
        raise click.UsageError(message)
    wanted = parameters.load_regions(place, None if everything else names) if everything or names else []
    listed = wanted if everything else parameters.load_regions(place)

    # Imported here: pandas, papermill and nbconvert take a second that `--help` should not cost.
    from clusterkit.batch import runner

    chosen = [page for page in pages.REGION_PAGES if not kinds or page.kind in kinds]
    jobs = [runner.region_job(place, params, page) for params in wanted for page in chosen]
    total = len(jobs)
    whole_site = everything and not kinds
    if parameters.EXAMPLE_ID in regions or (whole_site and parameters.has_example(place)):
        jobs.insert(0, runner.example_job(place, parameters.load_example(place)))
    if parameters.EUROPE_ID in regions or whole_site:
        jobs.insert(0, runner.europe_job(place, parameters.load_europe(place)))  # the longest first
    runner.check_parameters([*jobs, runner.home_job(place, listed)])
    start = time.monotonic()
    results = _run(place, jobs, workers or os.cpu_count() or 1)
    failed = [result for result in results if result.failure]
    home = runner.run_job(place, runner.home_job(place, listed, failed))
    _summary(place, [*results, home])
    if home.failure is None:
        _render(place, listed, renderer)
        took = f"in {time.monotonic() - start:.0f} s."
        if wanted:
            done = total - sum(result.job.region not in runner.WHOLE for result in failed)
            say(f"{done} of {_count(total, 'page')} of {_count(len(wanted), 'region')} {took}")
        elif not failed:
            say(f"{' and '.join(result.job.name for result in results)} {took}")
    if failed or home.failure:
        sys.exit(RUN_FAILED)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number != 1 else ''}"


def _run(place: Project, jobs: list[Job], workers: int) -> list[Result]:
    from clusterkit.batch import runner

    console = Console()
    if not console.is_terminal:
        done = iter(range(1, len(jobs) + 1))
        return runner.run(
            place, jobs, workers=workers, on_result=lambda result: say(f"[{next(done)}/{len(jobs)}] {_line(result)}")
        )
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("pages", total=len(jobs))

        def show(result: Result) -> None:
            progress.console.print(_line(result), markup=False, highlight=False)
            progress.advance(task)

        return runner.run(place, jobs, workers=workers, on_result=show)


def _line(result: Result) -> str:
    state = f"failed: {result.failure}" if result.failure else "done"
    return f"{result.job.name}: {state} ({result.seconds:.1f} s)"


def _summary(place: Project, results: list[Result]) -> None:
    for result in results:
        for warning in result.warnings:
            click.echo(f"warning from {result.job.name}: {warning}", err=True)
        if result.failure:
            click.echo(f"failed: {result.job.name}: {result.failure}", err=True)
            kept = place.reports / "failed" / f"{result.job.page}.ipynb"
            if kept.is_file():
                click.echo(f"  the notebook as far as it came: {kept}", err=True)


def _render(place: Project, listed: list[parameters.RegionParams], renderer: str) -> None:
    from clusterkit.batch import site

    rendered = site.prepare(place, listed)
    if renderer == "auto":
        renderer = "quarto" if site.quarto() else "nbconvert"
        if renderer == "nbconvert":
            say("Quarto is not on the PATH: rendering the same pages with nbconvert.")
    try:
        index = site.render(place, rendered, renderer=renderer)
    except ClusterkitError as exc:
        click.echo(str(exc), err=True)
        sys.exit(RUN_FAILED)
    size = sum(path.stat().st_size for path in place.site.rglob("*") if path.is_file())
    say(f"{_count(len(rendered), 'page')}, {size / 1e6:.1f} MB. Open {index}")


main.add_command(data)
main.add_command(definitions)
main.add_command(stress_test)


@main.group("params")
def params_group() -> None:
    """The parameter files."""


@params_group.command("check")
@click.argument("regions", nargs=-1, metavar="[REGION]...")
@click.pass_obj
@refuse_wrong_input
def params_check(root: Path | None, regions: tuple[str, ...]) -> None:
    """Check the parameter files of some or all regions; run nothing."""
    checked = parameters.load_regions(project(root), regions or None)
    names = ", ".join(params.region for params in checked)
    say(f"{_count(len(checked), 'parameter file')} in order: {names}")


@params_group.command("schema")
def params_schema() -> None:
    """Print the JSON schema of a region file (kept in params/schema.json)."""
    say(parameters.schema().rstrip("\n"))
