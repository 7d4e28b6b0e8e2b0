"""Choices that are worked out before they are made, by a process that ends with the kernel."""

from __future__ import annotations

import os
import pickle
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from clusterkit import params
from clusterkit.batch.pages import REGION_PAGES
from clusterkit.controls import leads
from clusterkit.controls.beforehand import Beforehand, state
from clusterkit.controls.choice import Choice
from clusterkit.paths import ROOT_VARIABLE, Project
from clusterkit.results import SHARED, shared, sharing
from clusterkit.show.scoreboard.phrases import NOT_SURE_YET

WAIT = 120  # seconds for the process, on a machine that does much else
PARAMETERS = {page.kind: page.parameters for page in REGION_PAGES}


def started(place: Project, page: str) -> Choice:
    (p,) = params.load_regions(place, ["piemonte"])
    return Choice(place, params.check(PARAMETERS[page](p)))


def wait_for(there: Any) -> None:
    end = time.monotonic() + WAIT
    while not there():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_what_is_shared_in_a_folder_is_found_there(tmp_path: Path) -> None:
    made = []

    def make() -> int:
        made.append(1)
        return 7

    for _ in range(2):
        with sharing(tmp_path / "new"):
            assert shared("x", {"a": 1}, make) == 7
    assert made == [1]
    assert SHARED not in os.environ
    assert shared("x", {"a": 1}, make) == 7
    assert made == [1, 1]


def test_the_folder_is_left_as_it_was_named_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SHARED, "before")
    with pytest.raises(ZeroDivisionError), sharing(tmp_path):
        _ = 1 / 0
    assert os.environ[SHARED] == "before"


def test_every_file_of_a_choice_makes_another_folder(place: Project) -> None:
    ahead = Beforehand(place, "scoreboard", is_attended=False)
    first = ahead.folder
    assert ahead.folder == first
    path = place.params / "frameworks" / "eocic-8.yaml"
    path.write_text(path.read_text("utf-8") + "# a comment\n", "utf-8")
    assert ahead.folder != first
    assert state(place) == ahead.folder.name
    ahead.close()
    assert not first.parent.exists()


@pytest.mark.slow
def test_a_wish_is_worked_out_as_the_kernel_would(place: Project) -> None:
    choice = started(place, "cluster-mapping")
    ahead = Beforehand(place, "cluster-mapping", is_attended=True)
    ahead.wish([choice.step("no-such-region"), choice.step("saxony"), choice.step(strong_lq=2.0)], choice.declared)
    wait_for(lambda: len(list(ahead.folder.glob("lead-*.pickle"))) == 2)
    choice.take_region("saxony")
    p = leads.checked("cluster-mapping", choice.check())
    expected = leads.lead("cluster-mapping", p, place)
    with sharing(ahead.folder):
        found = shared("lead-cluster-mapping", leads.key(p, place), lambda: pytest.fail("it is not there"))
    assert found == expected
    process = ahead._process
    ahead.close()
    assert process.poll() is not None
    assert not ahead._root.exists()


def test_nobody_there_means_no_process(place: Project) -> None:
    ahead = Beforehand(place, "scoreboard", is_attended=False)
    ahead.wish([started(place, "scoreboard").step("saxony")], ("region",))
    assert ahead._process is None


@pytest.mark.slow
def test_it_ends_and_clears_up_when_the_kernel_is_killed(place: Project, tmp_path: Path) -> None:
    said = tmp_path / "said"
    code = (
        "import os, pickle, sys, time\n"
        "from pathlib import Path\n"
        "from clusterkit.controls.beforehand import Beforehand\n"
        "from clusterkit.controls.choice import Step\n"
        "from clusterkit.paths import project\n"
        "ahead = Beforehand(project(), 'cluster-mapping', is_attended=True)\n"
        "ahead.wish([Step('no-such-region', None, {})], ['region'])\n"
        f"Path({str(said)!r}).write_bytes(pickle.dumps((ahead._process.pid, str(ahead._root))))\n"
        "time.sleep(600)\n"
    )
    env = {**os.environ, ROOT_VARIABLE: str(place.root)}
    with subprocess.Popen([sys.executable, "-c", code], env=env) as kernel:
        wait_for(lambda: said.is_file() and said.stat().st_size)
        pid, folder = pickle.loads(said.read_bytes())
        assert Path(folder).is_dir()
        kernel.kill()
    wait_for(lambda: not Path(folder).exists())
    wait_for(lambda: not _runs(pid))


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not (status.is_file() and status.read_text("utf-8").rpartition(")")[2].split()[0] == "Z")


@pytest.mark.slow
@pytest.mark.parametrize("page", leads.PAGES)
def test_each_page_has_a_lead_of_words_and_a_picture(page: str, place: Project) -> None:
    if page == "detail":  # of a region that hands in a table
        with (place.params / "regions" / "piemonte.yaml").open("a", encoding="utf-8") as file:
            file.write("own:\n  own_industry: params/own/example/industry.csv\n")
    if page == "europe":
        p: Any = params.load_europe(place)
    else:
        p = leads.checked(page, started(place, page).check())
    early: list[leads.Shown] = []
    shown = [part for part in leads.lead(page, p, place, early.append) if part is not None]
    text = "".join(part._repr_markdown_() for part in shown)
    assert "Piemonte" in text or page == "europe"
    assert ("<img " in text) == (page != "brief")
    # What takes longest says something early, and nothing else than what is said in the end.
    assert bool(early) == (page in ("brief", "scoreboard", "stress-test"))
    # Perhaps in another order: the surest come first, once that is known.
    told = " ".join(repr(part) for (part,) in early).replace(NOT_SURE_YET, "")
    assert set(re.findall(r"\w+", told)) <= set(re.findall(r"\w+", " ".join(map(repr, shown))))
    assert "downloads/" not in text  # nothing is saved, so nothing is linked
    assert not list(place.reports.glob("**/*.csv"))
