"""``clusterkit data``: the raw files and the tables made of them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clusterkit.commands.answers import RUN_FAILED, refuse_wrong_input, say, warn
from clusterkit.errors import ClusterkitError
from clusterkit.paths import project

if TYPE_CHECKING:
    import pandas as pd

    from clusterkit.data.fetch import Fetched
    from clusterkit.data.raw_folder import Held
    from clusterkit.data.sources import Source
    from clusterkit.errors import Problem

# pandas, pandera and requests take a second that `--help` should not cost: each command imports its own.

STATES = {
    "absent": "absent",
    "known": "known edition",
    "changed": "changed edition",
    "unknown": "unknown checksum",
    "damaged": "damaged",
}
OUTCOMES = {
    "new": "fetched",
    "same": "as it was",
    "replaced": "fetched, put in place of another edition",
    "beside": "another edition, kept beside",
    "failed": "failed",
}

raw_option = click.option(
    "--raw", type=click.Path(path_type=Path), default=None, help="Folder with the raw files; default data/raw."
)


@click.group()
def data() -> None:
    """The raw files, and the tables that every report reads."""


@data.command("build")
@raw_option
@click.option("--accept-changed", is_flag=True, help="Read raw files of no known edition; the provenance names them.")
@click.pass_obj
@refuse_wrong_input
def build(root: Path | None, raw: Path | None, accept_changed: bool) -> None:
    """Build data/processed from the raw files: all tables, or none."""
    place = project(root)
    from clusterkit.data.build import build as build_tables
    from clusterkit.data.indicators import reasons

    rows = build_tables(raw or place.raw, place.processed, accept_changed=accept_changed)
    for name, count in rows.items():
        say(f"{name}: {count:,} rows")
    provenance = json.loads((place.processed / "provenance.json").read_text(encoding="utf-8"))
    for line in reasons(provenance["indicators_left_out"]):
        say(line)


@data.command("status")
@raw_option
@click.pass_obj
@refuse_wrong_input
def status(root: Path | None, raw: Path | None) -> None:
    """List every source: present or not, which edition, size, date, licence."""
    folder = raw or project(root).raw
    from clusterkit.data import raw_folder

    found = raw_folder.status(folder)
    for line in table_status(found):
        say(line)
    present = sum(one.state != "absent" for one in found)
    say(f"{present} of {len(found)} sources are in {folder}.")


def table_status(found: list[Held]) -> list[str]:
    """Lines of the table of sources; size in bytes, date of the download (UTC)."""
    rows = [("source", "state", "edition", "bytes", "fetched", "licence")]
    for one in found:
        size = "" if one.size is None else f"{one.size:,}"
        rows.append(
            (one.source.key, STATES[one.state], one.edition, size, (one.downloaded or "")[:10], one.source.licence)
        )
        rows += [(f"  {path.name}", "kept, not in use", "", f"{path.stat().st_size:,}", "", "") for path in one.beside]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(cell.rjust(width) if column == 3 else cell.ljust(width) for column, (cell, width) in cells).rstrip()
        for cells in (list(enumerate(zip(row, widths, strict=True))) for row in rows)
    ]


@data.command("fetch")
@click.argument("keys", nargs=-1, metavar="[KEY]...")
@click.option("--all", "everything", is_flag=True, help="Every source of the register, not only what the tables need.")
@click.option("--mirror", default=None, metavar="FOLDER|ADDRESS", help="Take the files from here, not from producers.")
@click.option("--newest", is_flag=True, help="Put a changed edition in place; the old file is kept beside it.")
@click.option("--retries", type=click.IntRange(0, 20), default=None, help="Further tries for each file; default 6.")
@raw_option
@click.pass_obj
@refuse_wrong_input
def fetch(
    root: Path | None,
    keys: tuple[str, ...],
    everything: bool,
    mirror: str | None,
    newest: bool,
    retries: int | None,
    raw: Path | None,
) -> None:
    """Download raw files: those named, or all that the tables are built from.

    A file that fails does not stop the others. A file that differs from the known edition is kept
    beside it and not used, unless you say --newest. `clusterkit data status` lists the keys.
    """
    if keys and everything:
        message = "Name the sources, or say --all, not both."
        raise click.UsageError(message)
    folder = raw or project(root).raw
    from clusterkit.data import download
    from clusterkit.data.fetch import fetch as fetch_files

    wanted, skipped = _wanted(keys, everything, has_mirror=mirror is not None)
    with _Bars() as bars:
        results = fetch_files(
            wanted,
            folder,
            mirror=mirror,
            newest=newest,
            retries=download.RETRIES if retries is None else retries,
            progress=bars,
        )
    _report(results, skipped, folder)


def _wanted(keys: tuple[str, ...], everything: bool, *, has_mirror: bool) -> tuple[list[Source], list[Source]]:
    """What to fetch, and what is left out because only a mirror has it (never of the keys named)."""
    from clusterkit.data import sources

    if keys:
        return list(sources.select(keys, "command line")), []
    chosen = sources.REGISTERED.values() if everything else sources.SOURCES
    wanted = [source for source in chosen if has_mirror or source.address]
    return wanted, [source for source in chosen if not (has_mirror or source.address)]


def _report(results: list[Fetched], skipped: list[Source], folder: Path) -> None:
    for one in results:
        say(f"{one.source.key}: {OUTCOMES[one.outcome]}")
        if one.kept is not None:
            say(f"  the file that was there: {one.kept}")
    if skipped:
        names = ", ".join(source.key for source in skipped)
        say(f"Not fetched, because only a mirror has them (--mirror): {names}")
    for one in results:
        if one.problem is not None:
            warn(str(one.problem))
    failed = sum(one.outcome == "failed" for one in results)
    say(f"{len(results) - failed} of {len(results)} files fetched into {folder}.")
    if failed:
        sys.exit(RUN_FAILED)


class _Bars:
    """Progress on a terminal: one bar for the file that comes in, one line for each wait."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console, transient=True) if console.is_terminal else None

    def __enter__(self) -> _Bars:
        if self._progress:
            self._progress.start()
        return self

    def __exit__(self, *exc: object) -> None:
        if self._progress:
            self._progress.stop()

    def start(self, source: Source) -> Any:
        return _Bar(self._progress, source.key) if self._progress else False

    def wait(self, source: Source, seconds: float, why: str) -> None:
        text = f"{source.key}: {why} Next try in {seconds:,.0f} s."
        if self._progress:
            self._progress.console.print(text, markup=False, highlight=False)
        else:
            warn(text)


class _Bar:
    """One rich bar behind the four names that pooch calls."""

    def __init__(self, progress: Any, name: str) -> None:
        for task in progress.task_ids:
            progress.remove_task(task)
        self._progress, self._task, self._total = progress, progress.add_task(name, total=None), 0

    @property
    def total(self) -> int:
        return self._total

    @total.setter
    def total(self, size: int) -> None:
        self._total = size
        self._progress.update(self._task, total=size or None, completed=0)

    def update(self, size: int) -> None:
        self._progress.advance(self._task, size)

    def reset(self) -> None:
        self._progress.update(self._task, completed=0)

    def close(self) -> None:
        self._progress.refresh()


@data.command("check")
@raw_option
@click.pass_obj
@refuse_wrong_input
def check(root: Path | None, raw: Path | None) -> None:
    """Check the raw files against their checksums, the tables against their contracts and each other."""
    place = project(root)
    folder = raw or place.raw
    from clusterkit.data import raw_folder, sanity, tables

    problems: list[Problem] = []
    found: list[Held] = []
    loaded: dict[str, pd.DataFrame] = {}
    try:
        found = raw_folder.check(folder)
    except ClusterkitError as exc:
        problems += exc.problems
    for name in tables.CONTRACTS:
        try:
            loaded[name] = tables.load_table(name, place.processed)
        except ClusterkitError as exc:
            problems += exc.problems
    results = sanity.examine(loaded)
    try:
        sanity.require(results, str(place.processed))
    except ClusterkitError as exc:
        problems += exc.problems
    if problems:
        raise ClusterkitError(problems)
    for line in sanity.lines(results):
        say(line)
    changed = [one.source.key for one in found if one.state == "changed"]
    if changed:
        say(f"Not the known edition, but as the producer sent it: {', '.join(changed)}")
    present = sum(one.state != "absent" for one in found)
    say(f"In order: {present} of {len(found)} raw files (the others are absent), {len(tables.CONTRACTS)} tables.")
