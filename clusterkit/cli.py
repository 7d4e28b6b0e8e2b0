"""The command line: ``clusterkit report``, ``clusterkit data``, ``clusterkit params``.

Exit status: 0 all done; 1 something failed while it ran; 2 the input is wrong and nothing ran.
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import click
from rich.console import Console

import clusterkit
from clusterkit import params as parameters
from clusterkit.batch import pages, processes
from clusterkit.batch.jobs import MEMORY_MB, TIMEOUT, Kernel, Options
from clusterkit.commands.answers import RUN_FAILED, STOPPED, refuse_wrong_input, say, warn
from clusterkit.commands.completion import complete_regions, complete_reports, completion
from clusterkit.commands.data import data
from clusterkit.commands.definitions import definitions
from clusterkit.commands.describe import describe
from clusterkit.commands.diff import diff
from clusterkit.commands.new_region import new_region
from clusterkit.commands.own import own
from clusterkit.commands.stress_test import stress_test
from clusterkit.forking import ENVIRONMENT
from clusterkit.paths import project


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(clusterkit.__version__)
@click.option(
    "--project", "root", type=click.Path(path_type=Path), default=None, help="Project folder; default this checkout."
)
@click.pass_context
def main(context: click.Context, root: Path | None) -> None:
    """Map the industrial clusters of European regions, and publish what was found."""
    context.obj = root
    for stream in (sys.stdout, sys.stderr):
        # A terminal or file of an old encoding shows ? for a letter that it lacks, and the command goes on.
        if isinstance(stream, io.TextIOWrapper) and stream.encoding.lower() not in ("utf-8", "utf8"):
            stream.reconfigure(errors="replace")


@main.command()
@click.argument("regions", nargs=-1, metavar="[REGION]...", shell_complete=complete_reports)
@click.option("--all", "everything", is_flag=True, help="All regions in params/regions, and the pages on no region.")
@click.option(
    "--page",
    "kinds",
    type=click.Choice(pages.KINDS),
    multiple=True,
    help="Make this kind of page only; repeat it for several. Default all kinds.",
)
@click.option("--force", is_flag=True, help="Make pages anew although nothing that they are made from has changed.")
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
@click.option(
    "--kernel",
    type=click.Choice(["auto", "forked", "stock"]),
    default="auto",
    show_default=True,
    help="forked: from a warm process; stock: a new kernel for every notebook; auto: forked where that is safe.",
)
@click.option("--timeout", type=click.FloatRange(1), default=TIMEOUT, help="Seconds that one notebook may take.")
@click.option("--memory", type=click.FloatRange(100), default=MEMORY_MB, help="Megabytes that one notebook may use.")
@click.option("--fail-fast", is_flag=True, help="Stop at the first page that fails.")
@click.option("--scheduler", default=None, help="Address of a dask scheduler whose workers are to run the notebooks.")
@click.option("--pdf", is_flag=True, help="Print each brief on one sheet too; needs Chromium, Chrome or Edge.")
@click.option("--docx", is_flag=True, help="Write each brief as DOCX too, to be edited; needs Quarto.")
@click.option("--shared", is_flag=True, help="The workers of the scheduler see this project under the same path.")
@click.pass_obj
@refuse_wrong_input
def report(
    root: Path | None,
    regions: tuple[str, ...],
    everything: bool,
    kinds: tuple[str, ...],
    force: bool,
    workers: int | None,
    renderer: str,
    kernel: Kernel,
    timeout: float,
    memory: float,
    fail_fast: bool,
    scheduler: str | None,
    pdf: bool,
    docx: bool,
    shared: bool,
) -> None:
    """Run the notebooks of each region and make the website.

    Every parameter is checked before anything runs, and only what has changed is run: pages whose notebook,
    parameters, tables, code and versions are as they were stay as they are. A page that fails does not stop the
    others; it is named at the end, and the exit status is 1. The pages on no single region are made with
    --all, or under their names: compare, explorer, synthesis, europe and stress-test-example; other runs,
    and --all with --page, leave them as they are. A run that was stopped goes on where it was when it is started again.
    """
    if bool(regions) == everything:
        message = "Name the regions, or say --all."
        raise click.UsageError(message)
    names = [name for name in regions if name not in parameters.WHOLE_IDS]
    if kinds and not (everything or names):
        message = "--page chooses among the pages of a region: name one, or say --all."
        raise click.UsageError(message)
    if (pdf or docx) and (not (everything or names) or (kinds and "brief" not in kinds)):
        option = "--pdf prints" if pdf else "--docx writes"
        message = f"{option} the briefs of regions: name a region or say --all, with --page brief or without --page."
        raise click.UsageError(message)
    if shared and not scheduler:
        message = "--shared says how the workers of --scheduler see the project."
        raise click.UsageError(message)
    place = project(root)
    # Read when numpy and arrow are imported: a run has one thread, so that it can be forked for the workbooks.
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    options = Options(
        workers=workers or os.cpu_count() or 1,
        kernel=kernel,
        timeout=timeout,
        memory_mb=memory,
        fail_fast=fail_fast,
        scheduler=scheduler,
        shared=shared,
    )
    try:
        # Where no page is kept the notebooks can get warm while the parameters are read and checked.
        is_certain = force or not any(place.reports.glob("*.ipynb"))
        with processes.warming(place, options, now=is_certain) as warm:
            # Imported here: pandas takes half a second that `--help` should not cost.
            from clusterkit.commands import report as reports

            # Named ones; with --all those that there are, but for a choice of kinds, which is one of a region's pages.
            whole: tuple[str, ...] | None = () if kinds else None
            if not everything:
                whole = tuple(name for name in parameters.WHOLE_IDS if name in regions)
            wanted = reports.Wanted(None if everything else tuple(names), kinds, whole)
            how = reports.How(force, renderer, options, pdf, docx)
            ended = reports.make(place, wanted, how, console=Console(), warm=warm)
    except KeyboardInterrupt:
        warn("Stopped. The pages that were done are kept; the same command goes on from there.")
        sys.exit(STOPPED)
    if not ended:
        sys.exit(RUN_FAILED)


main.add_command(completion)
main.add_command(data)
main.add_command(definitions)
main.add_command(describe)
main.add_command(diff)
main.add_command(new_region)
main.add_command(own)
main.add_command(stress_test)


@main.group("params")
def params_group() -> None:
    """The parameter files."""


@params_group.command("check")
@click.argument("regions", nargs=-1, metavar="[REGION]...", shell_complete=complete_regions)
@click.pass_obj
@refuse_wrong_input
def params_check(root: Path | None, regions: tuple[str, ...]) -> None:
    """Check the parameter files of some or all regions; run nothing."""
    checked = parameters.load_regions(project(root), regions or None)
    names = ", ".join(params.region for params in checked)
    say(f"{len(checked)} parameter file{'s' if len(checked) != 1 else ''} in order: {names}")


@params_group.command("schema")
def params_schema() -> None:
    """Print the JSON schema of a region file (kept in params/schema.json)."""
    say(parameters.schema().rstrip("\n"))
