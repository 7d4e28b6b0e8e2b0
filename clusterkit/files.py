"""Files that are there whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import glob
import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from clusterkit.errors import Problem, RunError

# Names that Windows keeps for devices, in any folder and with any ending.
DEVICES = ("con", "prn", "aux", "nul", *(f"{name}{number}" for name in ("com", "lpt") for number in range(10)))
RULE = "a file is written whole or not at all; what was there before is as it was"
FIX = "check the rights of the folder and the room on the disk, or name another place"
FULL = (errno.ENOSPC, errno.EDQUOT)  # of the disk, and of what one user may have of it
LEAST_FREE = 1_000_000  # bytes; a disk with less counts as full when something could not be written
STALE = 3600  # seconds after which a part that a killed process left is cleared away


class WriteError(RunError):
    """The file system refused: no room, no right, no such place."""


@contextlib.contextmanager
def writing(place: Path, what: str, *, rule: str = RULE, fix: str = FIX) -> Iterator[None]:
    """Say in words what the file system refuses.

    Parameters
    ----------
    place
        Where it is to be written.
    what
        What is to be written, as the sentence begins: ``The page x``.
    rule, fix
        Of the message.

    Raises
    ------
    WriteError
        In the place of an ``OSError``.
    """
    try:
        yield
    except OSError as exc:
        raise WriteError(Problem(f"{what} cannot be written: {_reason(exc)}.", str(place), rule, fix)) from exc


def _reason(exc: OSError) -> str:
    if isinstance(exc, shutil.Error) and exc.args and isinstance(exc.args[0], list) and exc.args[0]:
        return str(exc.args[0][0][-1])  # of the first of the files that could not be copied
    return exc.strerror or str(exc)


def is_full(folder: Path, said: str = "") -> bool:
    """Whether a disk is full, by what it has left or by what was said when something could not be written.

    Parameters
    ----------
    folder
        Where the file was to be.
    said
        What the system said, or another program; "" for nothing.
    """
    if any(os.strerror(number) in said for number in FULL):
        return True
    try:
        return shutil.disk_usage(folder).free < LEAST_FREE
    except OSError:
        return False  # it cannot be asked; what went wrong is said as it is


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
    WriteError
        The folder cannot be written, or the disk is full; the old file is as it was.
    """
    target = Path(os.path.realpath(path))  # a link stays a link
    part = target.with_name(f".{target.name}.{os.getpid()}-{threading.get_ident()}.part")
    with writing(path, f"The file {path.name}"):
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
        except OSError:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise


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
