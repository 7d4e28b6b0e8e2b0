"""Forking a process that has one thread: where it is safe, and that nothing is left when the parent dies.

A child forked beside a second thread can hang for ever on a lock that nobody holds.
"""

from __future__ import annotations

import ctypes
import signal
import sys
from pathlib import Path

# Every notebook runs one thread: the regions are what runs in parallel.
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
ENVIRONMENT = {  # of a process that is to be forked, before its first import
    **ONE_THREAD,
    "NUMEXPR_NUM_THREADS": "1",
    "ARROW_IO_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "MPLBACKEND": "agg",
}
_TASKS = Path("/proc/self/task")
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36  # prctl(2)


def can_fork() -> str:
    """Why notebooks cannot be forked on this platform; "" where they can."""
    if sys.platform != "linux":
        return f"forking one thread is checked on Linux only, this is {sys.platform}"
    return "" if _TASKS.is_dir() else "there is no /proc to count threads in"


def threads() -> int:
    """Threads of this process, those of libraries included."""
    return sum(1 for _ in _TASKS.iterdir())


def end_with_the_parent(how: signal.Signals) -> None:
    """Ask the system to end this process when its parent dies, however that dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, how)


def adopt_orphans() -> None:
    """Make processes whose parent ends children of this one, where the system can: so that none is lost sight of."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
