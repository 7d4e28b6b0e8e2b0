"""``clusterkit describe``: the parameters in effect for a region, where each comes from, and the files behind it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from clusterkit.commands.answers import aligned, refuse_wrong_input, say, warn
from clusterkit.commands.completion import complete_regions
from clusterkit.paths import project

if TYPE_CHECKING:
    from clusterkit.batch.effective import Dependence, Effective

LEAST_ROOM = 40  # characters that the last column needs beside the others; with less it stands below them
BUILT_IN = "built in"
STYLES = {"region": "bold", "default": "", "built-in": "dim"}  # of the name; where it is from stands in words, too


@click.command("describe")
@click.argument("region", required=False, shell_complete=complete_regions)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@click.pass_obj
@refuse_wrong_input
def describe(root: Path | None, region: str | None, as_json: bool) -> None:
    """Print every parameter of a region: its value, where that comes from, and what it means.

    A value comes from the region's file, from params/default.yaml, or is built in. Below stand the files that the
    pages of the region are made from. Without a region: what all regions start from.
    """
    place = project(root)
    from clusterkit.batch.effective import dependences, effective

    found = effective(place, region)
    files, left_out = dependences(place, region) if region else ([], [])
    if as_json:
        value = {
            "project": str(place.root),
            "region": region,
            "parameters": [asdict(one) for one in found],
            "files": [asdict(one) for one in files],
        }
        say(json.dumps(value, indent=1))
    else:
        console = Console()
        rows = [_row(one, short=console.is_terminal) for one in found]
        _show(console, region or "All regions", PARAMETERS, rows, [one.source for one in found], FOLDERS)
        if files:
            rows = [_file_row(one) for one in files]
            _show(console, "Files", FILES, rows, ["region" if one.parameter else "default" for one in files])
    if left_out:
        names = ", ".join(left_out)
        warn(f"Without the programmes of {names}: `clusterkit params check` says what is wrong with their files.")


PARAMETERS = ("parameter", "value", "from", "meaning")
FOLDERS = "default.yaml is in params, the files of regions are in params/regions."
FILES = ("file", "what", "chosen by", "pages")


def _row(one: Effective, *, short: bool) -> tuple[str, str, str, str]:
    """Texts of a parameter; ``short``: where it stands as ``piemonte.yaml:4``."""
    file = one.file and (one.file.rpartition("/")[2] if short else one.file)
    line = "" if one.line is None else f":{one.line}" if short else f", line {one.line}"
    where = BUILT_IN if file is None else f"{file}{line}"
    return one.name, shown(one.value), where, one.meaning + (f" Allowed: {one.allowed}." if one.allowed else "")


def _file_row(one: Dependence) -> tuple[str, str, str, str]:
    return one.file, one.what, one.parameter or "–", ", ".join(one.pages)


def shown(value: Any) -> str:
    """A value as the files write it.

    >>> shown(["C13", "C29"]), shown(None), shown("auto"), shown(1.5)
    ('["C13", "C29"]', 'null', 'auto', '1.5')
    """
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _show(
    console: Console,
    title: str,
    heading: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
    sources: list[str],
    caption: str | None = None,
) -> None:
    """In a terminal a table, or where that is too narrow each row with its end below; elsewhere a line for each row."""
    if not console.is_terminal:
        for line in (title, *aligned([heading, *rows]), ""):
            say(line)
        return
    console.print(Text(title, style="bold"))
    widths = [max(len(row[column]) for row in (heading, *rows)) for column in range(len(heading) - 1)]
    styled = [Text(row[0], style=STYLES[source]) for row, source in zip(rows, sources, strict=True)]
    if console.width - sum(widths) - 2 * len(widths) < LEAST_ROOM:
        for name, row in zip(styled, rows, strict=True):
            console.print(Text("  ").join([name, *(Text(cell) for cell in row[1:-1])]), overflow="fold")
            console.print(Padding(Text(row[-1], style="dim"), (0, 0, 0, 4)))
    else:
        table = Table(box=None, pad_edge=False)
        for number, title_of in enumerate(heading):
            table.add_column(title_of, no_wrap=number < len(widths))
        for name, row in zip(styled, rows, strict=True):
            table.add_row(name, *(Text(cell) for cell in row[1:]))
        console.print(table)
    if caption:
        console.print(Text(caption, style="dim"))
    console.print()
