"""Files that are there whole or not at all."""

from __future__ import annotations

import contextlib
import glob
import os
import shutil
import threading
import time
from pathlib import Path

from clusterkit.errors import Problem, RunError

STALE = 3600  # seconds after which a part that a killed process left is cleared away


def write_whole(path: Path, data: bytes, *, lasting: bool = True) -> None:
    """Put ``data`` in the place of a file so that a reader sees the old file or the new one, whatever happens.

    Written beside it, forced to the disk, then renamed: a process that is killed, or a full disk, leaves the old file.

    Parameters
    ----------
    path
        The file.
    data
        What it is to hold.
    lasting
        Whether it is to outlast a loss of power; without, it is not forced to the disk, which takes its time: for
        what the next run makes again.

    Raises
    ------
    RunError
        The folder cannot be written, or the disk is full; the old file is as it was.
    """
    target = Path(os.path.realpath(path))  # a link stays a link
    part = target.with_name(f".{target.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _clear_stale_parts(target)
        with part.open("wb") as file:
            if target.exists():
                shutil.copymode(target, part)  # what was private stays private
            file.write(data)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        os.replace(part, target)
        if lasting:
            _sync_folder(target.parent)
    except OSError as exc:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise RunError(
            Problem(
                what=f"The file {path.name} cannot be written: {exc.strerror or exc}.",
                where=str(path),
                rule="a file is written whole or not at all; what was there before is as it was",
                fix="check the rights of the folder and the room on the disk, or name another place",
            )
        ) from exc


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a loss of power, where folders can be opened (not on Windows) and forced out."""
    if os.name != "posix":
        return
    with contextlib.suppress(OSError):  # some network drives cannot; the new file is in its place all the same
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _clear_stale_parts(path: Path) -> None:
    for part in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
        with contextlib.suppress(OSError):  # another process was quicker
            if time.time() - part.stat().st_mtime > STALE:
                part.unlink()
