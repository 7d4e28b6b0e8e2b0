"""What a run shows: a table in a terminal, plain lines elsewhere."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from clusterkit.batch import progress
from clusterkit.batch.jobs import Failure, Job, Result

WIDTH = 100


def job(region: str, label: str) -> Job:
    name = f"{region}-{label.lower()}"
    return Job(region, label, name, Path("none.ipynb"), name, name, name, name, {})


def told(jobs: Sequence[Job], *, is_terminal: bool) -> str:
    """All that a console got while the first job was made, the second failed, and the third began."""
    console = Console(file=io.StringIO(), force_terminal=is_terminal, width=WIDTH, height=60, color_system=None)
    with progress.shown(console, jobs, workers=2) as watch:
        for one in jobs[:3]:
            watch.on_start(one)
        watch.on_result(Result(jobs[0], 2.0))
        watch.on_result(Result(jobs[1], 4.0, Failure("b.ipynb", "cell 3", "ValueError: no [figures]")))
        watch.on_remark("The stock kernel is used: [why].")
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


JOBS = [job("alps", "Brief"), job("alps", "Scoreboard"), job("coast", "Brief"), job("coast", "Scoreboard")]
LINES = (
    "alps-brief: done (2.0 s)",
    "alps-scoreboard: failed: notebook b.ipynb, cell 3: ValueError: no [figures] (4.0 s)",
)


def test_elsewhere_each_page_is_a_line_with_its_number() -> None:
    assert told(JOBS, is_terminal=False).splitlines() == [
        f"[1/4] {LINES[0]}",
        f"[2/4] {LINES[1]}",
        "The stock kernel is used: [why].",
    ]


def test_a_terminal_gets_the_lines_above_a_table_that_goes_in_the_end() -> None:
    text = told(JOBS, is_terminal=True)
    assert all(line in text.replace("\r", "") for line in LINES)
    for sign in (" of 4 pages", "✓", "✗", "coast"):
        assert sign in text
    assert text.rindex("\x1b[2K") > text.rindex("coast")  # the table is wiped


def rows(table: progress._Table) -> list[str]:
    console = Console(file=io.StringIO(), width=WIDTH, color_system=None)
    console.print(table.render())
    assert isinstance(console.file, io.StringIO)
    return [" ".join(line.split()) for line in console.file.getvalue().splitlines()]


def test_the_table_has_a_sign_for_each_page_of_each_region() -> None:
    table = progress._Table(JOBS, workers=2)
    table.states[JOBS[2].page] = progress.RUNNING
    table.end(Result(JOBS[0], 2.0))
    table.end(Result(JOBS[1], 4.0, Failure("b.ipynb", "cell 3", "ValueError")))
    found = rows(table)
    text = " ".join(found)  # title and legend are as wide as the table
    assert "2 of 4 pages, 0 s, about 3 s left" in text  # two of 3 s, two at a time
    assert "✓ done ✗ failed … running · waiting" in text
    at = found.index("Brief Scoreboard")
    assert found[at + 1 : at + 3] == ["alps ✓ ✗", "coast … ·"]


def test_regions_at_work_are_shown_of_more_than_fit() -> None:
    many = [job(f"r{number:02}", "Brief") for number in range(progress.MAX_ROWS + 6)]
    table = progress._Table(many, workers=1)
    table.states[many[-1].page] = progress.RUNNING
    shown = rows(table)
    assert "and 6 more" in shown
    assert f"r{progress.MAX_ROWS + 5} …" in shown
    assert f"r{progress.MAX_ROWS - 1} ·" not in shown  # made room
