"""The same jobs on the workers of a dask scheduler, which run them as one machine does and send the pages back.

The workers need clusterkit of the same version. What they do not have of the project, its notebooks, parameters,
tables and page skeleton, is sent to each once, or read under the same path where they share it.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tempfile
import threading
import time
import zipfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import clusterkit
from clusterkit.batch.jobs import BODY, DOWNLOADS, RESULT, Job
from clusterkit.batch.processes import Child, Fresh, Launcher, Refused, Warm
from clusterkit.batch.warm import LOG
from clusterkit.errors import Problem, RunError
from clusterkit.paths import Project
from clusterkit.show.output import OF_DATA

if TYPE_CHECKING:
    import distributed

SENT = ("notebooks", "params", "data/processed", "reports/theme", "docs")  # folders of the project that a job reads
RETRIES = 3  # of a job whose worker was lost
CONNECT_SECONDS = 20  # to reach the scheduler
_here = threading.local()  # a worker's own warm process, for each of its threads
_unpacking = threading.Lock()


def pack(project: Project) -> bytes:
    """The parts of a project that jobs read, as one archive; the same content gives the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for folder in SENT:
            for path in sorted((project.root / folder).rglob("*")):
                if path.is_file() and not path.name.endswith(".part"):
                    entry = zipfile.ZipInfo(path.relative_to(project.root).as_posix())
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    archive.writestr(entry, path.read_bytes())
    return out.getvalue()


def unpack(archive: bytes) -> Path:
    """The project behind an archive, in a folder of this machine that is made once for each content."""
    digest = hashlib.sha256(archive).hexdigest()[:24]
    folder = Path(tempfile.gettempdir()) / f"clusterkit-{os.getuid() if hasattr(os, 'getuid') else 0}" / digest
    with _unpacking:
        if not folder.is_dir():
            folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            aside = Path(tempfile.mkdtemp(dir=folder.parent))
            with zipfile.ZipFile(io.BytesIO(archive)) as packed:
                packed.extractall(aside)
            try:
                os.replace(aside, folder)
            except OSError:  # another worker of this machine was quicker
                shutil.rmtree(aside, ignore_errors=True)
    return folder


def run_here(job: Job, version: str, root: str | None, archive: bytes | None, timeout: float) -> dict[str, Any]:
    """Run a job on this worker and give back its files.

    Returns
    -------
    dict
        ``files``: name in the folder of the job to its content; ``status`` of the process.

    Raises
    ------
    RuntimeError
        The worker has another version of clusterkit.
    """
    if version != clusterkit.__version__:
        message = f"the worker has clusterkit {clusterkit.__version__}, the command {version}"
        raise RuntimeError(message)
    place = Path(root) if root is not None else unpack(archive or b"")
    launcher = _launcher(place)
    job = replace(job, notebook=place / "notebooks" / job.notebook.name)
    with tempfile.TemporaryDirectory(prefix="clusterkit-job-") as folder:
        work = Path(folder)
        child = launcher.start(job, work)
        since = time.monotonic()
        while child.status is None:
            launcher.wait([child], 0.25)
            if time.monotonic() - since > timeout:
                child.kill()
        kept = [
            work / f"{job.page}.ipynb",
            work / BODY,
            work / RESULT,
            work / LOG,
            *(path for path in (work / DOWNLOADS).glob("*") if path.suffix in OF_DATA),
        ]
        files = {path.relative_to(work).as_posix(): path.read_bytes() for path in kept if path.is_file()}
    return {"files": files, "status": child.status}


def _launcher(root: Path) -> Launcher:
    """How processes are started for a project on this worker; one for each of its threads, kept."""
    known: dict[Path, Launcher] = _here.__dict__.setdefault("launchers", {})
    if root not in known:
        warm = Warm(root, root / "reports" / "theme")
        try:
            warm.open()
            known[root] = warm
        except Refused:
            known[root] = Fresh(root, root / "reports" / "theme")
    return known[root]


@dataclass
class Cluster:
    """Starts jobs on the workers of a scheduler.

    Parameters
    ----------
    project
        The project.
    address
        Of the scheduler.
    shared
        Whether the workers see the project under the same path.
    timeout
        Seconds that one job may take.
    """

    project: Project
    address: str
    shared: bool
    timeout: float
    _client: distributed.Client | None = None
    _archive: Any = None
    _futures: dict[int, tuple[Child, distributed.Future[Any]]] = field(default_factory=dict)
    _number: int = 0

    def open(self) -> int:
        """Reach the scheduler; the number of jobs that its workers can run at a time.

        Raises
        ------
        RunError
            dask is not installed, nobody answers, or there is no worker.
        """
        try:
            import distributed
        except ImportError as exc:
            what, fix = "dask.distributed is not installed", "install it: pip install 'clusterkit[cluster]'"
            raise self._problem(what, fix) from exc
        try:
            self._client = distributed.Client(self.address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as exc:
            what, fix = f"the scheduler does not answer: {exc}", "check the address, start it with `dask scheduler`"
            raise self._problem(what, fix) from exc
        threads = self._client.nthreads()
        if not threads:
            self.close()
            what, fix = "the scheduler has no worker", "start some: `dask worker ADDRESS --nthreads 1`"
            raise self._problem(what, fix)
        if not self.shared:
            self._archive = self._client.scatter(pack(self.project), broadcast=True, hash=True)
        return sum(threads.values())

    def _problem(self, what: str, fix: str) -> RunError:
        rule = "docs/how-to-run-on-a-cluster.md"
        return RunError(
            Problem(f"The jobs cannot be run on a cluster: {what}.", f"--scheduler {self.address}", rule, fix)
        )

    def start(self, job: Job, work: Path) -> Child:
        """Send a job to the scheduler."""
        assert self._client is not None
        self._number += 1
        child = Child(work)
        root = str(self.project.root) if self.shared else None
        future = self._client.submit(
            run_here, job, clusterkit.__version__, root, self._archive, self.timeout,
            key=f"{job.page}-{self._number}-{os.getpid()}", retries=RETRIES, pure=False,
        )  # fmt: skip
        self._futures[self._number] = (child, future)
        return child

    def wait(self, children: list[Child], seconds: float) -> None:  # noqa: ARG002
        """Wait until a job is done, and put its files into its folder."""
        end = time.monotonic() + seconds
        while not (done := [number for number, (_, future) in self._futures.items() if future.done()]):
            if time.monotonic() > end:
                return
            time.sleep(0.02)
        for number in done:
            child, future = self._futures.pop(number)
            try:
                found = future.result()
            except Exception as exc:
                # Whatever a worker failed with, the run goes on: it is that job's outcome.
                (child.work / LOG).write_text(f"{type(exc).__name__}: {exc}\n", encoding="utf-8", newline="\n")
                child.status = 1
                continue
            for name, content in found["files"].items():
                path = child.work / name
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(content)
            child.status = found["status"]

    def close(self) -> None:
        """Take back what has not ended, and leave the scheduler to others."""
        if self._client is None:
            return
        self._client.cancel([future for _, future in self._futures.values()], force=True)
        self._client.close(timeout=10)
        self._client = None
