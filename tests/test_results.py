"""What one page of a run worked out, another takes; outside a run nothing is kept."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from clusterkit import params, portrait
from clusterkit.paths import project
from clusterkit.results import KEPT, SHARED, kept, shared


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(SHARED, str(tmp_path))
    return tmp_path


def test_the_same_key_is_worked_out_once_and_each_caller_gets_a_value_of_its_own(folder: Path) -> None:
    calls = []

    def make() -> dict[str, list[int]]:
        calls.append(1)
        return {"a": [1]}

    first = shared("x", {"k": 1}, make)
    first["a"].append(2)
    assert shared("x", {"k": 1}, make) == {"a": [1]}
    assert len(calls) == 1
    assert [path.suffix for path in folder.iterdir()] == [".pickle"]


@pytest.mark.parametrize(("name", "key"), [("x", {"k": 2}), ("y", {"k": 1}), ("x", {"k": "1"})])
def test_another_key_or_name_is_another_result(folder: Path, name: str, key: object) -> None:
    shared("x", {"k": 1}, lambda: "old")
    assert shared(name, key, lambda: "new") == "new"


def test_another_process_takes_it(folder: Path) -> None:
    shared("table", ["a"], lambda: pd.DataFrame({"v": [1.5]}))
    program = "from clusterkit.results import shared; print(shared('table', ['a'], lambda: 1 / 0)['v'][0])"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, env=os.environ)
    assert done.stdout.strip() == "1.5"


@pytest.mark.parametrize("value", ["", "/no/such/folder"])
def test_without_a_folder_it_is_worked_out_each_time(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(SHARED, value)
    calls: list[int] = []
    for _ in range(2):
        shared("x", 1, lambda: calls.append(1))
    assert len(calls) == 2


def test_what_fails_is_raised_and_not_kept(folder: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        shared("x", 1, lambda: 1 / 0)
    assert list(folder.iterdir()) == []
    assert shared("x", 1, lambda: 2) == 2


def test_a_portrait_taken_from_another_page_is_the_one_worked_out_here(folder: Path, monkeypatch) -> None:
    (p,) = params.load_regions(project(), ["cantabria"])
    made, taken = portrait.economy(p), portrait.economy(p)
    board, taken_board = (portrait.board(p, p.older_framework_path(project())) for _ in range(2))
    assert len(list(folder.iterdir())) == 2
    pd.testing.assert_frame_equal(made.ranked, taken.ranked)
    pd.testing.assert_frame_equal(made.within.candidates, taken.within.candidates)
    pd.testing.assert_frame_equal(board.profile, taken_board.profile)
    monkeypatch.setenv(SHARED, "")
    pd.testing.assert_frame_equal(portrait.board(p, p.older_framework_path(project())).profile, board.profile)


def test_an_outline_is_taken_again_until_parameters_or_answers_change(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv(KEPT, str(tmp_path))
    p = params.load_example(project())
    p = p.model_copy(update={"scoreboard": p.scoreboard.model_copy(update={"draws": 100})})
    first = portrait.outline(p)
    module = sys.modules["clusterkit.portrait.outline"]  # the package has a function of that name
    monkeypatch.setattr(module, "_outline", lambda *_: pytest.fail("was worked out again"))
    again = portrait.outline(p)
    pd.testing.assert_frame_equal(first.conditions, again.conditions)
    assert again.is_illustrative
    (file,) = tmp_path.iterdir()
    assert file.stat().st_size < 300_000
    with pytest.raises(pytest.fail.Exception, match="again"):
        portrait.outline(p.model_copy(update={"seed": p.seed + 1}))


def test_what_is_kept_is_not_what_is_shared(folder: Path, tmp_path_factory, monkeypatch) -> None:
    other = tmp_path_factory.mktemp("kept")
    monkeypatch.setenv(KEPT, str(other))
    assert (shared("x", 1, lambda: "run"), kept("x", 1, lambda: "always")) == ("run", "always")
    assert (shared("x", 1, lambda: None), kept("x", 1, lambda: None)) == ("run", "always")
