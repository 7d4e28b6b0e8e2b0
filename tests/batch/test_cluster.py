"""The same jobs on a dask scheduler with two worker processes, one of which is killed in the middle."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest
from batch_killed import jobs_of, write_notebooks

from clusterkit.batch import cluster, runner
from clusterkit.batch.jobs import Result
from clusterkit.batch.runner import Options, Watch
from clusterkit.batch.state import Fingerprints
from clusterkit.errors import RunError
from clusterkit.paths import Project

distributed = pytest.importorskip("distributed", reason="dask.distributed is not installed")
pytestmark = pytest.mark.slow


@pytest.fixture
def place(tmp_path: Path) -> Project:
    project = Project(tmp_path / "project")
    for folder in ("notebooks", "params", "data/processed", "reports/theme/nbconvert"):
        (project.root / folder).mkdir(parents=True)
    theme = Path(__file__).resolve().parents[2] / "reports" / "theme"
    for path in theme.rglob("*"):
        if path.is_file():
            target = project.reports / "theme" / path.relative_to(theme)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    write_notebooks(project)
    return project


@pytest.fixture
def two_workers():
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as found:
        yield found


def run(project: Project, address: str, *, shared: bool, watch: Watch | None = None) -> list[Result]:
    options = Options(scheduler=address, shared=shared, timeout=60)
    with runner.alone(project):
        return runner.run(project, jobs_of(project), options=options, fingerprints=Fingerprints(project), watch=watch)


@pytest.mark.parametrize("shared", [True, False], ids=["shared path", "tables sent"])
def test_pages_come_back_from_the_workers(place: Project, two_workers, shared: bool) -> None:
    remarks: list[str] = []
    results = run(place, two_workers.scheduler_address, shared=shared, watch=Watch(on_remark=remarks.append))
    assert [str(result.failure or "") for result in results] == [""] * 12
    assert sorted(path.stem for path in place.reports.glob("*.ipynb")) == sorted(f"p{n}" for n in range(12))
    assert (place.reports / "downloads" / "p3" / "numbers.csv").stat().st_size == 6000
    assert remarks == [f"2 notebooks at a time on the workers of {two_workers.scheduler_address}."]


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_worker_that_is_killed_costs_no_page(place: Project, two_workers) -> None:
    killed: list[int] = []

    def kill_one(result: Result) -> None:
        if not killed:
            worker = next(iter(two_workers.workers.values()))
            killed.append(worker.pid)
            os.kill(worker.pid, signal.SIGKILL)

    results = run(place, two_workers.scheduler_address, shared=True, watch=Watch(on_result=kill_one))
    assert killed
    assert [str(result.failure or "") for result in results] == [""] * 12
    assert len(list(place.reports.glob("p*.ipynb"))) == 12
    assert not list(place.reports.glob(".work-*"))


def test_a_scheduler_that_does_not_answer_is_said_in_words(place: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    start = time.monotonic()
    with pytest.raises(
        RunError, match=r"The jobs cannot be run on a cluster: the scheduler does not answer[\s\S]*fix: "
    ):
        run(place, "tcp://127.0.0.1:9", shared=True)
    assert time.monotonic() - start < 20


def test_a_scheduler_without_workers_is_refused(place: Project) -> None:
    with (
        distributed.LocalCluster(n_workers=0, processes=True, dashboard_address=None, silence_logs=50) as empty,
        pytest.raises(RunError, match="the scheduler has no worker"),
    ):
        run(place, empty.scheduler_address, shared=True)


def test_the_same_project_packs_to_the_same_bytes_and_unpacks_once(place: Project) -> None:
    archive = cluster.pack(place)
    assert cluster.pack(place) == archive
    folder = cluster.unpack(archive)
    assert (folder / "notebooks" / "number.ipynb").read_bytes() == (place.notebooks / "number.ipynb").read_bytes()
    assert cluster.unpack(archive) == folder
