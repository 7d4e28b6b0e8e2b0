"""A warm process that is forked for every notebook: imports, tables and fonts are there before the first cell runs.

Started as ``python -m clusterkit.batch.warm ROOT``, it reads one line of JSON per job on standard input and answers on
standard output when a child starts and ends. It has one thread, always: a child forked beside a second thread can hang
for ever on a lock that nobody holds. Where that cannot be had it says so and ends, and every notebook gets a kernel of
its own. When its standard input closes, because the run is over or was killed, it ends all its children with it.
"""

from __future__ import annotations

import gc
import json
import os
import pickle
import random
import select
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

from clusterkit.forking import can_fork, end_with_the_parent, threads

JOB = "job.pickle"  # in the folder of a job
LOG = "output.log"  # what the process itself writes, beside what the cells do


def warm_up(root: Path) -> None:
    """Import what notebooks import, and read and draw what all of them read and draw."""
    from clusterkit.batch import rehearsal

    rehearsal.rehearse(root)


def serve(root: Path) -> int:
    """Fork a child for every job that is asked for, until standard input closes."""
    end_with_the_parent(signal.SIGTERM)
    say = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8", newline="\n")
    os.dup2(2, 1)  # nothing that a library prints can be taken for an answer
    reason = can_fork()
    if not reason:
        warm_up(root)
        found = threads()
        reason = f"{found} threads are running after the imports" if found > 1 else ""
    if reason:
        say.write(json.dumps({"refused": reason}) + "\n")
        return 1
    gc.collect()
    gc.freeze()  # what is there now is never collected: pages stay shared with the children
    wake_read, wake_write = os.pipe()
    for end in (wake_read, wake_write):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(wake_write)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # by way of the end of this function: children first
    say.write(json.dumps({"ready": os.getpid()}) + "\n")
    children: dict[int, int] = {}
    asked = b""
    try:
        while True:
            ready, _, _ = select.select([0, wake_read], [], [])
            if wake_read in ready:
                os.read(wake_read, 4096)
                _reap(children, say)
            if 0 in ready:
                more = os.read(0, 65536)
                if not more:
                    return 0
                *lines, asked = (asked + more).split(b"\n")
                for line in lines:
                    order = json.loads(line)
                    pid = os.fork()
                    if pid == 0:
                        say.close()
                        os.close(wake_read)
                        os.close(wake_write)
                        _child(root, order)
                    children[pid] = order["job"]
                    say.write(json.dumps({"started": order["job"], "pid": pid}) + "\n")
    except BrokenPipeError:
        return 0  # nobody listens any more
    finally:
        for pid in children:
            _kill_group(pid)


def _reap(children: dict[int, int], say: Any) -> None:
    while children:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        _kill_group(pid)  # what the notebook itself started
        say.write(json.dumps({"ended": children.pop(pid), "status": os.waitstatus_to_exitcode(status)}) + "\n")


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _child(root: Path, order: dict[str, Any]) -> None:
    """Run one job in this forked process and end it; never returns."""
    status = 1
    try:
        os.setsid()  # a group of its own, to be ended as a whole
        end_with_the_parent(signal.SIGKILL)
        signal.set_wakeup_fd(-1)
        for one in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(one, signal.SIG_DFL)
        work = Path(order["work"])
        _take_over(work)
        os.environ.update(order["environment"])
        from clusterkit.batch.execute import execute
        from clusterkit.batch.inprocess import ENGINE

        job = pickle.loads((work / JOB).read_bytes())  # written by this run, in its own folder
        execute(root, job, work, engine=ENGINE, theme=Path(order["theme"]))
        status = 0
    except BaseException:  # the last frame of the process: what went wrong belongs into its log
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _take_over(work: Path) -> None:
    """Make this process its own: input, output, temporary files and chance, none of them the parent's."""
    import numpy as np

    null, log = os.open(os.devnull, os.O_RDONLY), os.open(work / LOG, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(null, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    own = work / "tmp"
    own.mkdir(exist_ok=True)
    os.environ["TMPDIR"] = str(own)
    tempfile.tempdir = None
    tempfile._name_sequence = None  # type: ignore[attr-defined]  # else two children draw the same names
    random.seed()
    np.random.seed()  # noqa: NPY002 - the state that a library may still draw from


if __name__ == "__main__":
    sys.exit(serve(Path(sys.argv[1])))
