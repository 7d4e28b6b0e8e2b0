"""How far a run is: a live table of regions and pages in a terminal, one line per page elsewhere."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from clusterkit.batch.jobs import Job, Result
from clusterkit.batch.runner import Watch

WAITING, RUNNING, DONE, FAILED = "·", "…", "✓", "✗"  # each with its word in the heading of the table
MAX_ROWS = 24  # regions that a terminal shows; those that are done make room first


def line(result: Result) -> str:
    """A job that has ended, in one line."""
    state = f"failed: {result.failure}" if result.failure else "done"
    return f"{result.job.name}: {state} ({result.seconds:.1f} s)"


def remaining(seconds: Sequence[float], n_left: int, workers: int) -> float | None:
    """Seconds that a run still takes, from the jobs that have ended; None before the first.

    >>> remaining([2.0, 4.0], 10, 2)
    15.0
    """
    return statistics.fmean(seconds) * n_left / workers if seconds else None


@contextmanager
def shown(console: Console, jobs: Sequence[Job], *, workers: int) -> Iterator[Watch]:
    """Show a run while it goes on; what it yields is to be told."""
    if not console.is_terminal:
        yield _plain(console, len(jobs))
        return
    table = _Table(jobs, workers)
    with Live(get_renderable=table.render, console=console, refresh_per_second=4, transient=True) as live:

        def on_start(job: Job) -> None:
            table.states[job.page] = RUNNING

        def on_result(result: Result) -> None:
            table.end(result)
            live.console.print(line(result), markup=False, highlight=False)

        yield Watch(on_start, on_result, lambda text: live.console.print(text, markup=False, highlight=False))


def _plain(console: Console, total: int) -> Watch:
    done = iter(range(1, total + 1))

    def say(text: str) -> None:
        console.print(text, markup=False, highlight=False, soft_wrap=True)

    return Watch(on_result=lambda result: say(f"[{next(done)}/{total}] {line(result)}"), on_remark=say)


class _Table:
    """Regions in rows, pages in columns, a sign for the state of each."""

    def __init__(self, jobs: Sequence[Job], workers: int) -> None:
        self.jobs, self.workers = list(jobs), workers
        self.states = {job.page: WAITING for job in jobs}
        self.seconds: list[float] = []
        self.start = time.monotonic()

    def end(self, result: Result) -> None:
        self.states[result.job.page] = FAILED if result.failure else DONE
        self.seconds.append(result.seconds)

    def render(self) -> Table:
        left = sum(state in (WAITING, RUNNING) for state in self.states.values())
        rest = remaining(self.seconds, left, self.workers)
        gone = f"{time.monotonic() - self.start:.0f} s"
        title = f"{len(self.jobs) - left} of {len(self.jobs)} pages, {gone}"
        title += f", about {rest:.0f} s left" if rest is not None and left else ""
        labels = list(dict.fromkeys(job.label for job in self.jobs))
        table = Table(title=title, title_justify="left", box=None, pad_edge=False, caption_justify="left",
                      caption=f"{DONE} done  {FAILED} failed  {RUNNING} running  {WAITING} waiting")  # fmt: skip
        table.add_column("")
        for label in labels:
            table.add_column(label or "Page", justify="center")
        rows: dict[str, dict[str, str]] = {}
        for job in self.jobs:
            rows.setdefault(job.region, {})[job.label] = self.states[job.page]
        busy = [region for region, own in rows.items() if RUNNING in own.values() or FAILED in own.values()]
        others = [region for region in rows if region not in busy]
        for region in sorted((busy + others)[:MAX_ROWS], key=list(rows).index):
            table.add_row(
                region,
                *(Text(rows[region].get(label, ""), style=_style(rows[region].get(label, ""))) for label in labels),
            )
        hidden = len(rows) - MAX_ROWS
        if hidden > 0:
            table.add_row(f"and {hidden} more")
        return table


def _style(state: str) -> str:
    return {DONE: "green", FAILED: "bold red", RUNNING: "cyan"}.get(state, "dim")
