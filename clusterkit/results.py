"""Results that pages leave for one another: large ones within a run, small ones from run to run.

Each page runs in a process of its own, and several need the same: the scoreboard and the stress test the same six
dimensions, the brief what the longer pages found, the comparison a little of every region. A run of
``clusterkit report`` names two folders. That of :func:`shared` is empty at the start of the run and gone at its end.
That of :func:`kept` stays; its name changes with the code, the versions and the tables, so that nothing old can be
taken for new. Without them, in a notebook run by hand, everything is worked out where it is needed.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from clusterkit.files import write_whole

SHARED, KEPT = "CLUSTERKIT_SHARED", "CLUSTERKIT_KEPT"  # environment variables that name the folders
WORKERS = "CLUSTERKIT_WORKERS"  # environment variable: notebooks of the run at a time

_Value = TypeVar("_Value")


def shared(name: str, key: object, make: Callable[[], _Value]) -> _Value:
    """What ``make`` returns, or what another page of this run got for the same key.

    Parameters
    ----------
    name
        Of what is made.
    key
        All that it depends on and that can differ between the pages of a run, as JSON can write it. Not the tables:
        they are the same for a whole run.
    make
        Makes it; its result can be pickled.

    Returns
    -------
    object
        A value of the caller's own.
    """
    return _found(os.environ.get(SHARED), name, key, make)


@contextmanager
def sharing(folder: Path) -> Iterator[None]:
    """Within, :func:`shared` leaves results in a folder, and finds those that are there.

    Parameters
    ----------
    folder
        Made where it is absent. Whoever names it sees to it that its results are of the same tables and code.
    """
    before = os.environ.get(SHARED)
    folder.mkdir(parents=True, exist_ok=True)
    os.environ[SHARED] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ[SHARED]
        else:
            os.environ[SHARED] = before


def kept(name: str, key: object, make: Callable[[], _Value]) -> _Value:
    """What ``make`` returns, or what a page of this or an earlier run got for the same key, tables and code.

    Parameters
    ----------
    name
        Of what is made; small, some hundred kilobytes, for there is one for each key.
    key
        All that it depends on besides code, versions, tables and the files that all regions share, as JSON can write
        it.
    make
        Makes it; its result can be pickled.

    Returns
    -------
    object
        A value of the caller's own.
    """
    return _found(os.environ.get(KEPT), name, key, make)


def is_kept(name: str, key: object) -> bool:
    """Whether :func:`kept` has something under this name and key.

    Parameters
    ----------
    name
        Of the result.
    key
        What it was made from.
    """
    path = _path(os.environ.get(KEPT), name, key)
    return path is not None and path.is_file()


def _path(folder: str | None, name: str, key: object) -> Path | None:
    if not folder or not Path(folder).is_dir():
        return None
    digest = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()
    return Path(folder) / f"{name}-{digest[:32]}.pickle"


def _found(folder: str | None, name: str, key: object, make: Callable[[], _Value]) -> _Value:
    path = _path(folder, name, key)
    if path is None:
        return make()
    try:
        # Written by a page of this project, in a folder of this project that is not published.
        return pickle.loads(path.read_bytes())
    except FileNotFoundError:
        value = make()
    write_whole(path, pickle.dumps(value, pickle.HIGHEST_PROTOCOL), lasting=False)
    return value
