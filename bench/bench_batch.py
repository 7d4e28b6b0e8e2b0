"""How fast all pages of all regions are made, beside a loop of papermill and nbconvert commands, and beside the limit.

Run with ``python -m bench.bench_batch``; ``--pairs``, ``--regions`` and ``--only`` make it shorter. Four ways, one
after the other in each round, so that all see the same machine:

- loop: for each notebook the command ``papermill``, then the command ``jupyter nbconvert``, one notebook at a time;
- loop, two at a time: the same on both cores;
- clusterkit: ``clusterkit report --all --force --renderer nbconvert``, which also assembles the site;
- limit: the same cells as plain functions in two warm processes, without papermill, notebooks or HTML; they leave
  results for one another as the pages of a run do (clusterkit.results).

Wall time, and CPU time of all processes. Medians over the rounds; ratios within a round.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from clusterkit.batch.jobs import (
    Job,
    compare_job,
    europe_job,
    example_job,
    explorer_job,
    region_job,
    synthesis_job,
)
from clusterkit.batch.pages import COMMON_PAGES
from clusterkit.forking import ONE_THREAD
from clusterkit.params import has_example, load_europe, load_example, load_regions
from clusterkit.paths import Project, project
from clusterkit.results import KEPT, SHARED

BIN = Path(sys.executable).parent


def all_jobs(place: Project, n_regions: int | None) -> list[Job]:
    """Every page but the home page, which only a site has; in turns, so that what pages share is there in time."""
    regions = load_regions(place)[:n_regions]
    jobs = [region_job(place, p, page, regions) for p in regions for page in COMMON_PAGES]
    if n_regions is None:
        made = {p.region: list(COMMON_PAGES) for p in regions}
        jobs += [compare_job(place, regions, made), synthesis_job(place, regions)]
        jobs += [explorer_job(place, load_europe(place), regions), europe_job(place, load_europe(place))]
        if has_example(place):
            jobs.append(example_job(place, load_example(place)))
    return sorted(jobs, key=lambda job: job.turn)


def loop(jobs: list[Job], folder: Path, *, at_a_time: int) -> None:
    """A papermill and an nbconvert command for each notebook."""

    def one(job: Job) -> None:
        out, parameters = folder / f"{job.page}.ipynb", folder / f"{job.page}.yaml"
        own = folder / job.page
        own.mkdir()
        parameters.write_text(json.dumps({**job.parameters, "output_dir": str(own)}), encoding="utf-8", newline="\n")
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run([BIN / "papermill", "--no-progress-bar", "-f", parameters, job.notebook, out], **quiet)
        subprocess.run([BIN / "jupyter", "nbconvert", "--to", "html", out], **quiet)

    with ThreadPoolExecutor(at_a_time) as pool:
        list(pool.map(one, jobs))


def clusterkit(place: Project, regions: list[str]) -> None:
    """The command itself."""
    command = [str(BIN / "clusterkit"), "--project", str(place.root), "report", *(regions or ["--all"]), "--force"]
    subprocess.run(
        [*command, "--renderer", "nbconvert"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def limit(place: Project, n_regions: int | None) -> float:
    """The cells alone in two warm processes; seconds from when both are warm."""
    command = [sys.executable, "-m", "bench.plain_cells", str(place.root), str(n_regions or 0)]
    with tempfile.TemporaryDirectory() as shared, tempfile.TemporaryDirectory() as kept:
        environment = {**os.environ, **ONE_THREAD, SHARED: shared, KEPT: kept}
        return _limit(command, environment)


def _limit(command: list[str], environment: dict[str, str]) -> float:
    processes = [
        subprocess.Popen([*command, str(half)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        for half in (0, 1)
    ]
    for process in processes:
        process.stdout.readline()  # warm
    start = time.monotonic()
    for process in processes:
        process.stdin.write(b"go\n")
        process.stdin.flush()
    for process in processes:
        process.wait()
    return time.monotonic() - start


def measured(way: object) -> tuple[float, float]:
    """Wall and CPU seconds of a way, of all processes that it starts."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    own = way()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return own if isinstance(own, float) else time.monotonic() - start, cpu


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=3, help="rounds")
    parser.add_argument("--regions", type=int, default=None, help="the first so many regions only")
    parser.add_argument("--only", nargs="*", default=[], help="some of: loop loop2 clusterkit limit")
    chosen = parser.parse_args()
    place = project()
    jobs = all_jobs(place, chosen.regions)
    regions = [p.region for p in load_regions(place)[: chosen.regions]] if chosen.regions else []
    found: dict[str, list[tuple[float, float]]] = {}
    for number in range(chosen.pairs):
        with tempfile.TemporaryDirectory() as folder:
            copy = Project(Path(folder) / "project")
            for name in ("params", "notebooks", "data/processed", "reports/theme", "docs"):
                shutil.copytree(place.root / name, copy.root / name)
            shutil.copy(place.reports / "_quarto.yml", copy.reports / "_quarto.yml")
            ways = {
                "loop": partial(loop, jobs, _new(Path(folder) / "loop"), at_a_time=1),
                "loop2": partial(loop, jobs, _new(Path(folder) / "loop2"), at_a_time=2),
                "clusterkit": partial(clusterkit, copy, regions),
                "limit": partial(limit, copy, chosen.regions),
            }
            for name, way in ways.items():
                if not chosen.only or name in chosen.only:
                    found.setdefault(name, []).append(measured(way))
                    wall, cpu = found[name][-1]
                    print(f"round {number + 1}, {name}: {wall:.1f} s, CPU {cpu:.1f} s", flush=True)
    print(f"\n{len(jobs)} notebooks, medians of {chosen.pairs} rounds")
    for name, figures in found.items():
        wall, cpu = (statistics.median(column) for column in zip(*figures, strict=True))
        print(f"  {name:<11} {wall:7.1f} s wall {cpu:7.1f} s CPU")
    if "clusterkit" in found:
        for name in found:
            if name != "clusterkit":
                pairs = list(zip(found[name], found["clusterkit"], strict=True))
                wall, cpu = (statistics.median(a[i] / b[i] for a, b in pairs) for i in (0, 1))
                print(f"  {name} / clusterkit: {wall:.2f} wall, {cpu:.2f} CPU")


def _new(path: Path) -> Path:
    path.mkdir()
    return path


if __name__ == "__main__":
    main()
