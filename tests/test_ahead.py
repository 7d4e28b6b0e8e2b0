"""Results made ahead in several processes: which there are afterwards, and what happens where that cannot be done."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from clusterkit.forking import ENVIRONMENT

linux = pytest.mark.skipif(sys.platform != "linux", reason="forking is for Linux")
# In a process of its own: that of the tests may have threads.
SCRIPT = """
import json, os, sys, threading
from clusterkit.portrait import ahead
from clusterkit.results import is_kept, kept

def keep(item):
    if item == "bad":
        raise ValueError(item)
    kept("number", item, lambda: os.getpid())

items = [*"abcdefghijklmnopqrst", "bad"]
{before}
ahead.make(items, keep)
print(json.dumps({{item: kept("number", item, lambda: 0) for item in items if is_kept("number", item)}}))
print(os.getpid())
"""


def made(folder: Path, before: str = "", **environment: str) -> tuple[dict[str, int], int]:
    """Process of each item that is kept, and that of the caller."""
    script = SCRIPT.format(before=textwrap.dedent(before))
    known = {key: value for key, value in os.environ.items() if not key.startswith("CLUSTERKIT_")}
    known |= {**ENVIRONMENT, "CLUSTERKIT_KEPT": str(folder), **environment}
    done = subprocess.run([sys.executable, "-c", script], env=known, capture_output=True, text=True, check=True)
    first, second = done.stdout.splitlines()
    return json.loads(first), int(second)


@linux
def test_every_item_is_kept_by_another_process_and_one_that_fails_stops_no_other(tmp_path: Path) -> None:
    found, caller = made(tmp_path, CLUSTERKIT_WORKERS="2")
    assert sorted(found) == [*"abcdefghijklmnopqrst"]
    assert caller not in found.values()
    # 21 items, 8 in a process: none grows with all of them.
    assert len(set(found.values())) == 3


@linux
@pytest.mark.parametrize(
    ("before", "environment"),
    [
        ("", {"CLUSTERKIT_WORKERS": "1"}),
        ("", {}),
        ("", {"CLUSTERKIT_WORKERS": "2", "CLUSTERKIT_KEPT": ""}),
        (
            "pause = threading.Event(); threading.Thread(target=pause.wait, daemon=True).start()",
            {"CLUSTERKIT_WORKERS": "2"},
        ),
    ],
    ids=["one worker", "no run", "nothing kept", "a second thread"],
)
def test_nothing_is_forked_where_that_is_of_no_use_or_not_safe(
    tmp_path: Path, before: str, environment: dict[str, str]
) -> None:
    found, _ = made(tmp_path, before, **environment)
    assert found == {}
    assert list(tmp_path.iterdir()) == []
