"""What was read from a file is kept in the process, and read anew once the file has changed."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

MOST = 64  # results that one function keeps; those read first go first
SETTLED_NS = 2_000_000_000  # nanoseconds; the coarsest clock of a file system, that of FAT, counts in two seconds

_Rest = ParamSpec("_Rest")
_Value = TypeVar("_Value")


def as_it_is(value: _Value) -> _Value:
    """What is kept itself, for what nobody can change.

    Parameters
    ----------
    value
        What was kept.
    """
    return value


def by_file(
    read: Callable[Concatenate[Path, _Rest], _Value], *, own: Callable[[_Value], _Value] = as_it_is
) -> Callable[Concatenate[Path, _Rest], _Value]:
    """The function ``read``, which reads a file that seldom changes only once.

    Parameters
    ----------
    read
        Its first argument is the path of the file, its result depends on nothing else than the file
        and the other arguments. These can be told apart (hashable).
    own
        Makes the copy that a caller may change without changing what is kept; not needed for what
        cannot be changed.

    Returns
    -------
    callable
        Takes the same arguments. The file is read again when its place on the disk, size or time of
        change is another one, and as long as it is younger than two seconds, because a second change could
        then go unseen. What ``read`` raises is raised, and not kept.

    Examples
    --------
    >>> words = by_file(lambda path: path.read_text(encoding="utf-8").split(), own=list)
    >>> words(Path(__file__)) is words(Path(__file__))
    False
    """
    kept: dict[tuple[object, ...], tuple[tuple[int, ...], _Value]] = {}

    @functools.wraps(read)
    def cached(path: Path, /, *args: _Rest.args, **kwargs: _Rest.kwargs) -> _Value:
        key = (str(path), args, tuple(sorted(kwargs.items())))
        before = _state(path)
        found = kept.get(key)
        if before is not None and found is not None and found[0] == before:
            return own(found[1])
        value = read(path, *args, **kwargs)
        if before is not None and before == _state(path):  # not changed while it was read
            kept.pop(key, None)
            while len(kept) >= MOST:
                kept.pop(next(iter(kept)))
            kept[key] = (before, value)
        return own(value)

    return cached


def _state(path: Path) -> tuple[int, ...] | None:
    """What tells one state of a file from another; None where it is absent or too young to tell."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    if time.time_ns() - found.st_mtime_ns < SETTLED_NS:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
