"""Processes that run one job each: forked from a warm process, or started anew; watched, and ended as a whole group."""

from __future__ import annotations

import json
import os
import pickle
import select
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol

from clusterkit.batch.execute import STOCK
from clusterkit.batch.jobs import Job
from clusterkit.batch.warm import ENVIRONMENT, JOB, LOG, can_fork

PAGE_KB = os.sysconf("SC_PAGE_SIZE") // 1024 if hasattr(os, "sysconf") else 4


@dataclass
class Child:
    """A process that runs a job; ``status`` is its exit code once it has ended, negative for a signal."""

    work: Path
    pid: int = 0
    status: int | None = None
    process: subprocess.Popen[bytes] | None = None
    first_kb: int = 0  # resident when first seen: what a forked child shares with its parent

    def kill(self) -> None:
        """End the process and all that it started."""
        if not self.pid:
            return
        try:
            if hasattr(os, "killpg"):
                os.killpg(self.pid, signal.SIGKILL)
            elif self.process is not None:
                self.process.kill()
        except (ProcessLookupError, PermissionError):
            return  # it has just ended by itself

    def memory_mb(self) -> float:
        """Memory of the process beyond what it shared at its start (megabytes); 0 where nobody can tell."""
        try:
            resident = int(Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1]) * PAGE_KB
        except (OSError, IndexError, ValueError):
            return 0.0
        self.first_kb = self.first_kb or resident
        return max(resident - self.first_kb, 0) / 1000


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
    (work / JOB).write_bytes(pickle.dumps(job))


@dataclass
class Fresh:
    """A new Python for every job, which starts a kernel: slower, works everywhere."""

    root: Path
    theme: Path

    def start(self, job: Job, work: Path) -> Child:
        stage(job, work)
        command = [sys.executable, "-m", "clusterkit.batch.processes", str(self.root), str(work), str(self.theme)]
        with (work / LOG).open("wb") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=os.name == "posix"
            )
        return Child(work, process.pid, process=process)

    def wait(self, children: list[Child], seconds: float) -> None:
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
    _server: subprocess.Popen[bytes] | None = None
    _children: dict[int, Child] = field(default_factory=dict)
    _number: int = 0
    _said: bytes = b""

    def open(self) -> None:
        """Start the warm process.

        Raises
        ------
        Refused
            It cannot fork.
        """
        reason = can_fork()
        if reason:
            raise Refused(reason)
        command = [sys.executable, "-m", "clusterkit.batch.warm", str(self.root)]
        self._server = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C reaches the command alone, which ends the rest in order
            env={**os.environ, **ENVIRONMENT},
        )
        first = self._out.readline()
        answer = json.loads(first) if first else {"refused": "the warm process ended at its start"}
        if "refused" in answer:
            self.close()
            raise Refused(answer["refused"])
        os.set_blocking(self._out.fileno(), False)

    @property
    def _out(self) -> IO[bytes]:
        assert self._server is not None and self._server.stdout is not None  # noqa: PT018
        return self._server.stdout

    def start(self, job: Job, work: Path) -> Child:
        stage(job, work)
        self._number += 1
        child = Child(work)
        self._children[self._number] = child
        self._ask({"job": self._number, "work": str(work), "theme": str(self.theme)})
        return child

    def _ask(self, order: dict[str, Any]) -> None:
        if self._server is None or self._server.stdin is None:
            message = "the warm process is not open"
            raise OSError(message)
        self._server.stdin.write(json.dumps(order).encode() + b"\n")
        self._server.stdin.flush()

    def wait(self, children: list[Child], seconds: float) -> None:
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
        server, self._server = self._server, None
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


def _run_fresh(root: Path, work: Path, theme: Path) -> None:
    from clusterkit.batch.execute import execute

    execute(root, pickle.loads((work / JOB).read_bytes()), work, engine=STOCK, theme=theme)


if __name__ == "__main__":
    _run_fresh(*map(Path, sys.argv[1:4]))
