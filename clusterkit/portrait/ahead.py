"""What a page needs of many regions, worked out in several processes that leave it where the page finds it."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from multiprocessing.connection import wait
from multiprocessing.context import ForkProcess
from typing import TypeVar

from clusterkit.forking import can_fork, end_with_the_parent, threads
from clusterkit.results import KEPT, WORKERS

AT_ONCE = 8  # items that one process works out: its memory grows with each, and goes when it ends

_Item = TypeVar("_Item")


def make(items: Sequence[_Item], keep: Callable[[_Item], object]) -> None:
    """Call a function for every item in forked processes, as many at a time as the run has workers.

    Parameters
    ----------
    items
        What is missing.
    keep
        Works one out and leaves it through :func:`clusterkit.results.kept`, where the caller then finds it. What it
        raises is not told: the caller, who asks for the same afterwards, meets it itself.

    Notes
    -----
    Nothing is done where nobody keeps results (a notebook run by hand), with one worker or one item, and where this
    process cannot be forked safely, because it has a second thread (a stock kernel) or runs on another system than
    Linux: the caller then works all out itself, one after the other.
    """
    workers = min(int(os.environ.get(WORKERS, "1")), len(items))
    if workers < 2 or not os.environ.get(KEPT) or can_fork() or threads() > 1:
        return
    fork = multiprocessing.get_context("fork")
    size = min(AT_ONCE, -(-len(items) // workers))
    waiting = [items[first : first + size] for first in range(0, len(items), size)]
    running: list[ForkProcess] = []
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                process = fork.Process(target=_each, args=(waiting.pop(0), keep))
                process.start()
                running.append(process)
            wait([process.sentinel for process in running])
            running = [process for process in running if process.is_alive()]
    finally:
        for process in running:
            process.kill()
            process.join()


def _each(items: Sequence[_Item], keep: Callable[[_Item], object]) -> None:
    end_with_the_parent(signal.SIGKILL)
    for item in items:
        with contextlib.suppress(Exception):  # the caller asks again, and tells what it meets
            keep(item)
