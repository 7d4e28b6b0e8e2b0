"""What may be chosen next is worked out before it is chosen, by a process of its own, in a folder that both read.

The kernel stays free: it neither forks, which would be unsafe beside its threads, nor shares its time with a thread of
its own. Without that process, or before it has come to a choice, the kernel works the choice out itself.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from clusterkit.controls.choice import Choice, Step
from clusterkit.paths import ROOT_VARIABLE, Project, project
from clusterkit.results import SHARED, sharing

REST = 300  # seconds without a wish after which the process ends, and its memory is free; the next wish starts one
NICE = 5  # how far it steps back behind the kernel, on a scale of the system


def state(place: Project) -> str:
    """Changes with every file that leads are made from: tables, and all below ``params``."""
    files = [*place.processed.glob("*.parquet"), *place.params.rglob("*.*")]
    found = hash(tuple((str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(files)))
    return f"{found & (2**64 - 1):016x}"


class Beforehand:
    """A folder of leads that are worked out already, and the process that fills it.

    Parameters
    ----------
    place
        Project whose files are read.
    page
        The page.
    is_attended
        Whether a process is to be started: not where nobody looks.
    """

    def __init__(self, place: Project, page: str, *, is_attended: bool) -> None:
        self._place, self._page, self._is_attended = place, page, is_attended
        self._process: subprocess.Popen[bytes] | None = None
        self._root = Path(tempfile.mkdtemp(prefix="clusterkit-controls-"))
        self._end: weakref.finalize[..., Any] = weakref.finalize(self, shutil.rmtree, self._root, ignore_errors=True)

    @property
    def folder(self) -> Path:
        """Where the leads lie that are made from the files as they are now."""
        return self._root / state(self._place)

    def wish(self, steps: Sequence[Step], declared: Sequence[str]) -> None:
        """Have the leads of these choices worked out, the first one first; what was wished before is dropped.

        Parameters
        ----------
        steps
            What may be chosen next.
        declared
            Parameters of the page.
        """
        if not self._is_attended or not steps:
            return
        wish = {"page": self._page, "folder": str(self.folder), "declared": list(declared), "steps": list(steps)}
        message = json.dumps(wish) + "\n"
        for _ in range(2):  # one that rested is started anew
            process = self._process or self._start()
            try:
                process.stdin.write(message.encode())  # type: ignore[union-attr]  # a pipe, as it was started with
                process.stdin.flush()  # type: ignore[union-attr]  # as above
            except OSError:
                self._process = None
            else:
                return

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {key: value for key, value in os.environ.items() if key != SHARED}
        command = [sys.executable, "-m", __name__, str(self._root)]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**environment, ROOT_VARIABLE: str(self._place.root)},
        )
        self._end.detach()
        self._end = weakref.finalize(self, _stop, self._process, self._root)
        return self._process

    def close(self) -> None:
        """End the process and clear the folder."""
        self._end()


def _stop(process: subprocess.Popen[bytes], folder: Path) -> None:
    process.kill()
    process.wait()
    with contextlib.suppress(OSError):  # what was not written any more
        process.stdin.close()  # type: ignore[union-attr]  # as above
    shutil.rmtree(folder, ignore_errors=True)


def main(root: Path) -> None:
    """Work out what comes in on standard input until it ends, as it does with the kernel; then clear the folder."""
    with contextlib.suppress(AttributeError, OSError):  # not on every system
        os.nice(NICE)
    messages: queue.Queue[dict[str, Any]] = queue.Queue()
    threading.Thread(target=_listen, args=(messages, root), daemon=True).start()
    place = project()
    while True:
        try:
            message = messages.get(timeout=REST)
        except queue.Empty:
            return
        _work(message, messages, place)


def _work(message: dict[str, Any], messages: queue.Queue[dict[str, Any]], place: Project) -> None:
    from clusterkit.controls import leads  # takes seconds; the next wish can be heard meanwhile

    for step in message["steps"]:
        if not messages.empty():  # something else is wished now
            return
        # What is wrong with a choice is said when it is made.
        with contextlib.suppress(Exception), sharing(Path(message["folder"])):
            choice = Choice.of(place, Step(*step), message["declared"])
            leads.lead(message["page"], leads.checked(message["page"], choice.check()), place)


def _listen(messages: queue.Queue[dict[str, Any]], root: Path) -> None:
    for line in sys.stdin.buffer:
        messages.put(json.loads(line))
    shutil.rmtree(root, ignore_errors=True)  # the kernel has gone, however it went
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
