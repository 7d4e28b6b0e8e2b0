"""The cells of half of the notebooks as plain functions in one warm process: what no engine can beat.

Started by ``bench.bench_batch`` with the project, the number of regions (0: all) and which half. It says "warm" when
all imports are done and one of each notebook has run, then waits for a line, then runs its half.
"""

from __future__ import annotations

import ast
import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

from bench.bench_batch import all_jobs
from clusterkit.batch.jobs import Job
from clusterkit.paths import ROOT_VARIABLE, Project
from clusterkit.results import KEPT, SHARED


def cells(job: Job) -> list[tuple[Any, Any]]:
    """Each code cell, compiled: its statements, and the expression at its end."""
    found = []
    for cell in nbformat.read(job.notebook, as_version=4).cells:
        tags = cell.metadata.get("tags", [])
        if cell.cell_type != "code" or "by-hand" in tags:
            continue
        tree = ast.parse(cell.source)
        last = None
        if tree.body and isinstance(tree.body[-1], ast.Expr):
            last = compile(ast.Expression(tree.body.pop().value), "cell", "eval")
        found.append((compile(tree, "cell", "exec"), last, "parameters" in tags))
    return found


def run(job: Job, folder: str) -> None:
    """All cells in one namespace; what a cell ends with is put into words and pictures, as a page shows it."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for statements, last, is_parameters in cells(job):
        exec(statements, names)
        if is_parameters:
            names.update({**job.parameters, "output_dir": folder})
        shown = eval(last, names) if last is not None else None
        if hasattr(shown, "_repr_markdown_"):
            shown._repr_markdown_()


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Without the folders of shared results: warming up must not do the work ahead."""
    saved = {name: os.environ.pop(name) for name in (SHARED, KEPT) if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(saved)


def main() -> None:
    place, n_regions, half = Project(Path(sys.argv[1])), int(sys.argv[2]) or None, int(sys.argv[3])
    os.environ[ROOT_VARIABLE] = str(place.root)
    jobs = all_jobs(place, n_regions)
    with tempfile.TemporaryDirectory() as folder:
        with _alone():
            for notebook in dict.fromkeys(job.notebook for job in jobs if job.turn < 2):
                run(next(job for job in jobs if job.notebook == notebook), folder)
        sys.stdout.write("warm\n")
        sys.stdout.flush()
        sys.stdin.readline()
        # One to each process in turn: as even as two halves can be.
        for job in jobs[half::2]:
            run(job, folder)


if __name__ == "__main__":
    main()
