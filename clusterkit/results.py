"""Results that the pages of one run leave for one another.

Each page runs in a process of its own, and several need the same: the scoreboard and the stress test the same six
dimensions, the brief and the comparison what the longer pages found. A run of ``clusterkit report`` names a folder for
them, empty at its start and gone at its end, so that nothing old can be taken for new. Without one, in a notebook run
by hand, everything is worked out where it is needed.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

VARIABLE = "CLUSTERKIT_RESULTS"  # environment variable that names the folder

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
    folder = os.environ.get(VARIABLE)
    if not folder or not Path(folder).is_dir():
        return make()
    digest = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()
    path = Path(folder) / f"{name}-{digest[:32]}.pickle"
    try:
        # Written by a page of this run, in the run's own folder.
        return pickle.loads(path.read_bytes())
    except FileNotFoundError:
        value = make()
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_bytes(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
    os.replace(part, path)
    return value
