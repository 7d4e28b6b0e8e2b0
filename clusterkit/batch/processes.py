"""Processes that run one job each: forked from a warm process, or started anew; watched, and ended as a whole group."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol

import psutil

from clusterkit.batch.jobs import Job, Options
from clusterkit.batch.warm import JOB, LOG
from clusterkit.files import writing
from clusterkit.forking import ENVIRONMENT, adopt_orphans, can_fork
from clusterkit.paths import Project


@dataclass
class Child:
    """A process that runs a job; ``status`` is its exit code once it has ended, negative for a signal."""

    work: Path
    pid: int = 0
    status: int | None = None
    process: subprocess.Popen[bytes] | None = None
    first: int = 0  # bytes
    used_mb: float = 0.0
    looked: float = 0.0

    def kill(self) -> None:
        """End the process and all that it started, whatever session that is in."""
        if not self.pid:
            return
        below = descendants(self.pid)  # before their parent is gone
        with contextlib.suppress(OSError):  # it has just ended by itself
            if hasattr(os, "killpg"):
                os.killpg(self.pid, signal.SIGKILL)
            elif self.process is not None:
                self.process.kill()
        for one in below:
            with contextlib.suppress(psutil.Error):
                one.kill()

    def memory_mb(self) -> float:
        """Memory of the process and of all that it started (megabytes), beyond what it shared at its start.

        Looked up once a second: it means reading the whole list of processes.
        """
        if not self.pid or time.monotonic() - self.looked < 1:
            return self.used_mb
        self.looked = time.monotonic()
        with contextlib.suppress(psutil.Error):
            resident = psutil.Process(self.pid).memory_info().rss
            if self.process is None and not self.first:
                self.first = resident  # what a forked child shares with its parent
            for one in descendants(self.pid):
                with contextlib.suppress(psutil.Error):
                    resident += one.memory_info().rss
            self.used_mb = max(resident - self.first, 0) / 1e6
        return self.used_mb


def descendants(pid: int) -> list[psutil.Process]:
    """Processes that a process started, and those that they started; none where it has gone."""
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []


class Launcher(Protocol):
    """Starts processes for jobs."""

    def start(self, job: Job, work: Path) -> Child:
        """Start a process for a job whose folder is ``work``."""

    def wait(self, children: list[Child], seconds: float) -> None:
        """Wait until a child ends, or so long; set ``status`` of those that ended."""

    def close(self) -> None:
        """End what is left."""


def stage(job: Job, work: Path) -> None:
    """Put a job into its folder, for the process that will run it."""
    with writing(work, f"The job of the page {job.page}"):
        (work / JOB).write_bytes(pickle.dumps(job))


@dataclass
class Fresh:
    """A new Python for every job, which starts a kernel: slower, works everywhere."""

    root: Path
    theme: Path
    environment: Mapping[str, str] = field(default_factory=dict)  # of every child, beside that of this process

    def start(self, job: Job, work: Path) -> Child:
        """Start a process that runs a job."""
        stage(job, work)
        command = [sys.executable, "-m", "clusterkit.batch.processes", str(self.root), str(work), str(self.theme)]
        with (work / LOG).open("wb") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=os.name == "posix",
                env={**os.environ, **self.environment},
            )
        return Child(work, process.pid, process=process)

    def wait(self, children: list[Child], seconds: float) -> None:
        """Wait until one of them has ended, or so many seconds."""
        for child in children:
            if child.process is not None and child.status is None:
                try:
                    child.status = child.process.wait(seconds / max(len(children), 1))
                except subprocess.TimeoutExpired:
                    continue
                child.kill()

    def close(self) -> None:
        """Every process is its own."""


class Refused(Exception):
    """The warm process cannot fork, and says why."""


@dataclass
class Warm:
    """Children of one warm process, which is started with the first of them."""

    root: Path
    theme: Path
    environment: Mapping[str, str] = field(default_factory=dict)  # of every child, beside that of this process
    _server: subprocess.Popen[bytes] | None = None
    _children: dict[int, Child] = field(default_factory=dict)
    _number: int = 0
    _said: bytes = b""
    _is_open: bool = False

    def begin(self) -> None:
        """Start the warm process where it is not there yet, and do not wait until it is warm."""
        if self._server is not None:
            return
        command = [sys.executable, "-m", "clusterkit.batch.warm", str(self.root)]
        self._server = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C reaches the command alone, which ends the rest in order
            env={**os.environ, **ENVIRONMENT},
        )

    def open(self) -> None:
        """Wait until the warm process is warm; start it where that is still to be done.

        Raises
        ------
        Refused
            It cannot fork.
        """
        reason = can_fork()
        if reason:
            raise Refused(reason)
        if self._is_open:
            return
        self.begin()
        first = self._out.readline()
        answer = json.loads(first) if first else {"refused": "the warm process ended at its start"}
        if "refused" in answer:
            self.close()
            raise Refused(answer["refused"])
        os.set_blocking(self._out.fileno(), False)
        self._is_open = True

    @property
    def _out(self) -> IO[bytes]:
        assert self._server is not None and self._server.stdout is not None  # noqa: PT018
        return self._server.stdout

    def start(self, job: Job, work: Path) -> Child:
        """Have the warm process fork a child that runs a job."""
        stage(job, work)
        self._number += 1
        child = Child(work)
        self._children[self._number] = child
        where = {"work": str(work), "theme": str(self.theme)}
        self._ask({"job": self._number, **where, "environment": dict(self.environment)})
        return child

    def _ask(self, order: dict[str, Any]) -> None:
        if self._server is None or self._server.stdin is None:
            message = "the warm process is not open"
            raise OSError(message)
        self._server.stdin.write(json.dumps(order).encode() + b"\n")
        self._server.stdin.flush()

    def wait(self, children: list[Child], seconds: float) -> None:
        """Wait until one of them has ended, or so many seconds."""
        ready, _, _ = select.select([self._out], [], [], seconds)
        if not ready:
            return
        more = self._out.read(65536)
        if not more:  # the warm process has gone, and its children with it
            for child in children:
                child.status = -signal.SIGKILL if child.status is None else child.status
            self.close()
            self.open()
            return
        *lines, self._said = (self._said + more).split(b"\n")
        for line in lines:
            answer = json.loads(line)
            if "started" in answer:
                self._children[answer["started"]].pid = answer["pid"]
            elif "ended" in answer:
                self._children.pop(answer["ended"]).status = answer["status"]

    def close(self) -> None:
        """End the warm process and with it all of its children."""
        if self._server is None:
            return
        if not self._is_open:
            self._server.kill()  # it has no children yet, and nobody is to wait until it is warm
        server, self._server, self._is_open = self._server, None, False
        self._children.clear()
        self._said = b""
        for stream in (server.stdin, server.stdout):
            if stream is not None:
                stream.close()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@contextlib.contextmanager
def warming(project: Project, options: Options, *, now: bool) -> Iterator[Warm | None]:
    """A warm process for all that is run, ended at the end; None where notebooks are not to be forked.

    Parameters
    ----------
    project, options
        Of the run.
    now
        Whether it is to begin at once, because something will run for certain; else whoever knows lets it begin.
    """
    if options.scheduler is not None or options.kernel == "stock" or can_fork():
        yield None
        return
    warm = Warm(project.root, project.reports / "theme")
    if now:
        warm.begin()
    try:
        yield warm
    finally:
        warm.close()


def _run_fresh(root: Path, work: Path, theme: Path) -> None:
    from clusterkit.batch.execute import STOCK, execute

    adopt_orphans()
    execute(root, pickle.loads((work / JOB).read_bytes()), work, engine=STOCK, theme=theme)
    for left in descendants(os.getpid()):  # what the notebook started and did not end
        with contextlib.suppress(psutil.Error):
            left.kill()


if __name__ == "__main__":
    _run_fresh(*map(Path, sys.argv[1:4]))
