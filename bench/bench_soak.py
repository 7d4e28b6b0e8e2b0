"""Many small notebooks through the batch engine: whether one fails or hangs, and what is left behind.

Run with ``python -m bench.bench_soak``; ``--jobs`` says how many. Every notebook starts a process of its own, writes a
file and shows a table. Ends with status 1 where a page failed, a process or a folder is left, or a page is not there.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import psutil

from bench.bench_regions import memory_mb
from clusterkit.batch import runner
from clusterkit.batch.jobs import Job, Options
from clusterkit.batch.runner import Watch
from clusterkit.batch.state import Fingerprints
from clusterkit.paths import Project, project

CODE = """import subprocess
from pathlib import Path
import pandas as pd
subprocess.run(["sleep", "0"], check=True)
Path(output_dir, "numbers.csv").write_text("number\\n1\\n")
pd.DataFrame({"number": [number, number + 1]})"""


def small_jobs(place: Project, many: int) -> list[Job]:
    """So many pages of one small notebook."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [
        nbformat.v4.new_raw_cell("---\ntitle: Numbers\n---"),
        nbformat.v4.new_code_cell("number = None\noutput_dir = None", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(CODE),
    ]
    notebook = place.notebooks / "numbers.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), notebook)
    names = [f"page-{number}" for number in range(many)]
    return [
        Job(name, "", name, notebook, name, name, name, name, {"number": number}, ())
        for number, name in enumerate(names)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=1000)
    many = parser.parse_args().jobs
    used: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        place = Project(Path(folder) / "project")
        for name in ("notebooks", "params/regions", "data/processed", "reports"):
            (place.root / name).mkdir(parents=True)
        shutil.copytree(project().reports / "theme", place.reports / "theme")
        jobs = small_jobs(place, many)
        # Own memory of this process and of all that it started.
        watch = Watch(on_result=lambda _: used.append(memory_mb(os.getpid())))
        start = time.monotonic()
        with runner.alone(place):
            results = runner.run(
                place, jobs, options=Options(workers=os.cpu_count() or 1), fingerprints=Fingerprints(place), watch=watch
            )
        seconds = time.monotonic() - start
        failed = [result.job.page for result in results if result.failure]
        absent = [job.page for job in jobs if not (place.reports / f"{job.page}.ipynb").is_file()]
        left = [path.name for pattern in runner.LEFTOVERS for path in place.reports.rglob(pattern)]
        processes = left_processes(folder)
    third = max(len(used) // 3, 1)
    print(
        f"{many} jobs, {seconds:.0f} s; failed {len(failed)}, absent {len(absent)}; memory first third "
        f"{statistics.median(used[:third]):.0f} MB, last third {statistics.median(used[-third:]):.0f} MB; "
        f"processes left {len(processes)}, folders left {len(left)}"
    )
    sys.exit(bool(failed or absent or left or processes))


def left_processes(folder: str, seconds: float = 10) -> list[int]:
    """Processes that this one started, and any that work in the folder or name it; given some time to end."""
    end = time.monotonic() + seconds
    while True:
        found = [child.pid for child in psutil.Process().children(recursive=True)]
        for process in psutil.process_iter(["cwd", "cmdline"]):
            about = [process.info["cwd"] or "", *(process.info["cmdline"] or [])]
            if any(folder in text for text in about):
                found.append(process.pid)
        if not found or time.monotonic() > end:
            return found
        time.sleep(0.1)


if __name__ == "__main__":
    main()
