"""``clusterkit diff``: two executed runs side by side."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clusterkit.commands.answers import RUN_FAILED, aligned, refuse_wrong_input, say

if TYPE_CHECKING:
    from clusterkit.batch.diff import Comparison, Difference, Page

DIFFERENT = RUN_FAILED  # exit status where the runs are not the same
LIST = ", "


@click.command("diff")
@click.argument("first", type=click.Path(path_type=Path))
@click.argument("second", type=click.Path(path_type=Path))
@click.option("--rtol", type=click.FloatRange(0), default=1e-9, show_default=True, help="Share that numbers may differ")
@click.option("--atol", type=click.FloatRange(0), default=1e-12, show_default=True, help="and how much, in their unit.")
@click.option("--page", "pages", multiple=True, help="Compare this page only; repeat it for several.")
@click.option("--show", type=click.IntRange(0), default=5, show_default=True, help="Differences to show of each page.")
@click.option("--json", "as_json", is_flag=True, help="Print every difference as JSON, for programs.")
@refuse_wrong_input
def diff(first: Path, second: Path, rtol: float, atol: float, pages: tuple[str, ...], show: int, as_json: bool) -> None:
    """Compare two executed runs: folders of reports, copies of them, or single executed notebooks.

    Compared are: the words and numbers of every output; tables cell by cell; of pictures the alternative text, the
    words and marks in them, and how these are drawn, to a tenth of a pixel; the CSV and JSON files beside the pages,
    value by value. Not compared: workbooks, DOCX and PDF, which are made of the same, link addresses and the frame of
    the site. What a page was made from (parameters, data, code, versions) is told as the cause, not as a difference.

    Exit status: 0 the same, 1 differences, 2 wrong input.
    """
    # Imported here: pandas comes along and takes half a second that `--help` should not cost.
    from clusterkit.batch.diff import Tolerance, compare, load_run

    compared = compare(load_run(first, pages), load_run(second, pages), Tolerance(rtol, atol))
    if as_json:
        say(json.dumps(_as_json(first, second, rtol, atol, compared), indent=1))
    else:
        for line in lines(compared, show):
            say(line)
    if compared.different:
        sys.exit(DIFFERENT)


def _as_json(first: Path, second: Path, rtol: float, atol: float, compared: Comparison) -> dict[str, Any]:
    return {
        "first": str(first),
        "second": str(second),
        "rtol": rtol,
        "atol": atol,
        "same": not compared.different,
        "compared": compared.compared,
        "notes": list(compared.notes),
        "causes": compared.causes,
        "pages": [
            {"page": page.name, "causes": page.causes, "differences": [asdict(one) for one in page.differences]}
            for page in compared.pages
        ],
    }


def lines(compared: Comparison, show: int) -> list[str]:
    """What a comparison found, to read: a summary by page, then the first differences of each."""
    from clusterkit.batch.diff import KINDS

    different, n = compared.different, compared.compared
    total = sum(len(page.differences) for page in different)
    what = (
        f"{_count(n['pages'], 'page')}, {_count(n['outputs'], 'output')} and {_count(n['files'], 'data file')} compared"
    )
    outcome = f"{_count(total, 'difference')} on {len(different)} of {_count(len(compared.pages), 'page')}"
    outcome = outcome if total else "the same"
    found = [f"{what}: {outcome}."]
    found += [f"Note: {note}." for note in compared.notes]
    if compared.causes:
        found += ["", "The manifests of the runs differ in:", *_indented(compared.causes)]
    if not different:
        return found
    rows = [("page", *KINDS[1:], "made from other")]
    for page in different:
        counts = [str(page.count(kind) or "–") for kind in KINDS[1:]]
        only = next((one for one in page.differences if one.kind == "page"), None)
        because = _only(only) if only else LIST.join(page.causes) or "nothing that was recorded"
        rows.append((page.name, *counts, because))
    found += ["", *aligned(rows)]
    for page in different:
        found += _first(page, show)
    return found


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' if number != 1 else ''}"


def _only(one: Difference) -> str:
    """Which run alone has a page."""
    return f"in the {'first' if one.a == 'there' else 'second'} run alone"


def _indented(causes: dict[str, tuple[str, ...]]) -> list[str]:
    return [f"  {cause}: {'; '.join(details)}" for cause, details in causes.items()]


def _first(page: Page, show: int) -> list[str]:
    shown = [one for one in page.differences if one.kind != "page"][:show]
    if not shown:
        return []
    found = ["", page.name, *_indented(page.causes)]
    for one in shown:
        found += [f"  {one.kind}: {one.where}", f"    - {one.a}", f"    + {one.b}"]
    left = len(page.differences) - len(shown)
    return [*found, f"  and {left:,} more (--show, --json)"] if left else found
