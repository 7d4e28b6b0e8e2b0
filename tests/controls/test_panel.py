"""The controls, driven as the browser drives them: by the values of their fields."""

from __future__ import annotations

import html
import re
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ipywidgets
import pytest

from clusterkit import params
from clusterkit.batch.pages import REGION_PAGES
from clusterkit.controls import controls, leads, panel
from clusterkit.controls.panel import AS_NOW, LABELS, OWN, RUN, Controls
from clusterkit.errors import CoverageError, Problem
from clusterkit.paths import Project
from clusterkit.show.output import Downloads, Text

NATIVE = ("Dropdown", "Text", "FloatText", "Button")
PARAMETERS = {page.kind: page.parameters for page in REGION_PAGES if page.kind in leads.PAGES}
WIDEST = {  # parameters that a page declares and that have no control: what the region hands in, and what only the YAML has
    "nuts_version", "seed", "draws", "sobol_base", "older_framework", "min_coverage", "answers", "earlier_answers",
    "programmes", "domains", "earlier_scoreboard", "own_industry", "own_indicators", "own_geometry", "own_organisations",
}  # fmt: skip

Make = Callable[..., Controls]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The choices that a lead was drawn of; nothing is worked out."""
    choices: list[Any] = []

    def lead(page: str, p: Any, place: Project, tell: leads.Tell) -> tuple[Any, ...]:
        choices.append(p)
        return (Text((f"Lead of {getattr(p, 'name', 'Europe')}, {len(choices)}.",)), None)

    monkeypatch.setattr(leads, "lead", lead)
    return choices


@pytest.fixture
def make(place: Project, drawn: list[Any]) -> Iterator[Make]:
    def make(page: str = "cluster-mapping", region: str = "piemonte", **values: Any) -> Controls:
        if page == "europe":
            notebook = {**params.load_europe(place).model_dump(), **values}
            notebook["p"] = params.check_europe(notebook)
        else:
            (p,) = params.load_regions(place, [region])
            notebook = {**PARAMETERS[page](p), **values}
            notebook["p"] = params.check(notebook)
        notebook["downloads"] = Downloads(region, None, page)
        made = controls(notebook, page, place=place)
        assert isinstance(made, Controls)
        made.notebook = notebook
        return made

    yield make
    panel._current = panel._below = None


def within(widget: ipywidgets.Widget) -> Iterator[ipywidgets.Widget]:
    """All widgets that are shown, in reading order."""
    if widget.layout.display == "none":
        return
    yield widget
    for child in getattr(widget, "children", ()):
        yield from within(child)


def field(made: Controls, label: str) -> Any:
    """The control whose label starts so."""
    (found,) = [
        each for each in within(made.widget) if type(each).__name__ in NATIVE and each.description.startswith(label)
    ]
    return found


def source(made: Controls) -> str:
    return "\n".join(each.value for each in within(made.widget) if isinstance(each, ipywidgets.HTML))


def shown(made: Controls) -> str:
    """All words that can be read."""
    plain = re.sub(r"<style>.*?</style>|<[^>]*>", " ", source(made), flags=re.DOTALL)
    return " ".join(html.unescape(plain).split())


def file_of(place: Project, region: str) -> Path:
    return place.params / "regions" / f"{region}.yaml"


# What is offered


@pytest.mark.parametrize("page", [*PARAMETERS, "europe"])
def test_each_page_has_the_controls_of_what_it_declares(page: str, make: Make) -> None:
    made = make(page)
    assert set(made._fields) == {name for name in made.choice.declared if name in LABELS}
    assert set(made.choice.declared) - set(made._fields) <= WIDEST


def test_lists_offer_what_the_project_has(make: Make, place: Project) -> None:
    shutil.copy(place.params / "star_schemes" / "eco-2007.yaml", place.params / "star_schemes" / "mine.yaml")
    made = make()
    assert [value for _, value in field(made, "Region").options] == [*params.region_ids(place), OWN]
    assert dict(field(made, "Region").options)["Saxony (saxony)"] == "saxony"
    assert [value for _, value in field(made, "Year of").options] == list(params.known_codes(place).years)
    assert "mine" in dict(field(made, "Star scheme").options)
    taxonomies = [value for _, value in field(made, "Taxonomy").options]
    assert taxonomies == [path.stem for path in sorted((place.params / "taxonomies").glob("*.yaml"))]
    assert [value for _, value in field(make("scoreboard"), "Framework").options] == ["eocic-8", "res-6"]


def test_every_control_is_native_and_has_its_label(make: Make) -> None:
    for page in (*PARAMETERS, "europe"):
        made = make(page)
        found = {type(each).__name__ for each in within(made.widget)}
        assert found <= {*NATIVE, "HTML", "VBox", "Box"}
        for each in within(made.widget):
            if type(each).__name__ in NATIVE:
                assert each.description
                assert each.tooltip


def test_what_the_notebook_gets(make: Make) -> None:
    made = make()
    bundle = made._repr_mimebundle_()
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == made.widget.model_id
    assert bundle["text/plain"] == "Controls: cluster-mapping, Piemonte (ITC1), as in params/regions/piemonte.yaml"


# A change


def test_nothing_is_changed_before_the_first_change(make: Make, place: Project, drawn: list[Any]) -> None:
    before = file_of(place, "piemonte").stat().st_mtime_ns
    made = make()
    assert AS_NOW in shown(made)
    assert "Lead of Piemonte, 1." in shown(made)
    assert made.notebook["region"] == "piemonte"
    assert file_of(place, "piemonte").stat().st_mtime_ns == before
    assert drawn == [made.notebook["p"]]


def test_another_region_is_set_in_the_notebook_as_its_file_has_it(make: Make, place: Project, drawn: list[Any]) -> None:
    made = make()
    field(made, "Region").value = "saxony"
    (saxony,) = params.load_regions(place, ["saxony"])
    expected = params.mapping_parameters(saxony)
    assert {name: made.notebook[name] for name in expected} == expected
    assert made.notebook["p"] == params.check(expected) == drawn[-1]
    assert made.notebook["p"].model_fields_set == params.check(expected).model_fields_set
    assert made.notebook["downloads"].region == "saxony"
    assert "Lead of Saxony, 2." in shown(made)
    assert "Set in this notebook: Saxony (DED2, DED4, DED5), as in params/regions/saxony.yaml." in shown(made)
    assert RUN in shown(made)
    assert field(made, "One or two sectors").value == "C26"
    assert len(drawn) == 2  # one change, one redraw


@pytest.mark.parametrize(
    ("page", "label", "entered", "name", "value"),
    [
        ("cluster-mapping", "Strong: location", 2.0, "strong_lq", 2.0),
        ("cluster-mapping", "Strong: percent", 0.5, "min_share_pct", 0.5),
        ("cluster-mapping", "Year of", 2013, "reference_year", 2013),
        ("cluster-mapping", "Growth", 2012, "base_year", 2012),
        ("cluster-mapping", "Star scheme", "eco-2007", "star_scheme", "eco-2007"),
        ("cluster-mapping", "One or two", "c13; 'I55'", "highlight", ["C13", "I55"]),
        ("scoreboard", "Framework", "res-6", "framework", "res-6"),
        ("scoreboard", "Peers", "saxony, itc4", "peers", ["saxony", "ITC4"]),
        ("scoreboard", "Scale", "rank", "normalisation", "rank"),
        ("scoreboard", "Mean", "geometric", "aggregation", "geometric"),
        ("europe", "Star scheme", "eco-2007", "star_scheme", "eco-2007"),
    ],
)
def test_each_control_sets_its_parameter(
    make: Make, drawn: list[Any], page: str, label: str, entered: Any, name: str, value: Any
) -> None:
    made = make(page)
    field(made, label).value = entered
    assert made.notebook[name] == value
    p = made.notebook["p"]
    assert {**p.model_dump(), **getattr(p, "mapping", p).model_dump(), **getattr(p, "scoreboard", p).model_dump()}[
        name
    ] == value
    assert drawn[-1] == p
    assert f"{name} " in shown(made)


def test_peers_that_are_left_empty_are_found_by_structure(make: Make) -> None:
    made = make("scoreboard", peers=["saxony"])
    assert field(made, "Peers").value == "saxony"
    field(made, "Peers").value = " "
    assert made.notebook["peers"] == "auto"


def test_what_is_changed_stays_with_another_region_until_it_is_dropped(make: Make) -> None:
    made = make()
    field(made, "Strong: location").value = 2.0
    field(made, "Region").value = "saxony"
    assert made.notebook["strong_lq"] == 2.0
    assert "as in params/regions/saxony.yaml, but strong_lq 2." in shown(made)
    field(made, "Back to the file").click()
    assert made.notebook["strong_lq"] == 1.5
    assert field(made, "Strong: location").value == 1.5


def test_a_choice_is_drawn_once(make: Make, drawn: list[Any]) -> None:
    made = make()
    for region in ("saxony", "piemonte", "saxony"):
        field(made, "Region").value = region
    assert len(drawn) == 2
    assert "Lead of Saxony, 2." in shown(made)


def test_a_choice_is_drawn_anew_once_a_file_has_changed(make: Make, place: Project, drawn: list[Any]) -> None:
    made = make()
    field(made, "Region").value = "saxony"
    (place.params / "taxonomies" / "new.yaml").write_text("", "utf-8")
    field(made, "Region").value = "piemonte"
    assert len(drawn) == 3


def test_what_the_notebook_has_in_the_place_of_a_parameter_stays(make: Make) -> None:
    made = make()
    table = made.notebook["region"] = {"any": "table"}  # as cells below do
    field(made, "Region").value = "saxony"
    assert made.notebook["region"] is table
    assert made.notebook["p"].region == "saxony"
    assert made.notebook["name"] == "Saxony"


# A set of codes of one's own


def test_a_set_of_codes_can_be_written_in(make: Make) -> None:
    made = make()
    field(made, "Region").value = OWN
    assert field(made, "Name of the set").value == "Piemonte"
    assert field(made, "Identifier").value == "piemonte-2"
    field(made, "Its NUTS 2 codes").value = "at33 AT32"
    field(made, "Name of the set").value = "Tirol und Salzburg"
    field(made, "Identifier").value = "tirol"
    p = made.notebook["p"]
    assert (p.region, p.name, p.nuts_ids) == ("tirol", "Tirol und Salzburg", ["AT33", "AT32"])
    assert p.mapping.highlight == ["C29"]  # the default: the codes have no file
    assert made.notebook["downloads"].region == "tirol"
    assert "Tirol und Salzburg (AT33, AT32), codes of your own" in shown(made)
    field(made, "Region").value = "saxony"
    assert not [each for each in within(made.widget) if getattr(each, "description", "").startswith("Its NUTS 2")]


def test_a_notebook_can_start_with_codes_that_have_no_file(make: Make) -> None:
    made = make(region="piemonte", nuts_ids=["AT33"], name="Tirol")
    assert field(made, "Region").value == OWN
    assert field(made, "Its NUTS 2 codes").value == "AT33"


# What is wrong


@pytest.mark.parametrize(
    ("page", "label", "entered", "name", "what"),
    [
        ("cluster-mapping", "Strong: location", 0.0, "strong_lq", "input should be greater than 0"),
        ("cluster-mapping", "Growth", 2014, "base_year", "base_year 2014 is not before reference_year 2014"),
        ("cluster-mapping", "One or two", "C13 C14 C15", "highlight", "at most 2 items"),
        ("scoreboard", "Peers", "piemonte", "peers", "is the region itself"),
        ("scoreboard", "Peers", "atlantis", "peers", "is neither a region nor a NUTS 2 code"),
        ("europe", "Growth", 2014, "base_year", "base_year 2014 is not before reference_year 2014"),
    ],
)
def test_what_is_wrong_is_said_below_its_field_and_reaches_nothing(
    make: Make, drawn: list[Any], page: str, label: str, entered: Any, name: str, what: str
) -> None:
    made = make(page)
    before = dict(made.notebook)
    field(made, label).value = entered
    assert what in html.unescape(made._marks[name].value)
    assert made._marks[name].layout.display == ""
    assert shown(made).count("Not taken.") == 1
    assert "The notebook and the picture keep the last choice that was right." in shown(made)
    assert made.notebook == before
    assert len(drawn) == 1
    made._fields[name].value = made._fields[name].options[0][1] if hasattr(made._fields[name], "options") else {"strong_lq": 3.0, "highlight": "C13", "peers": "auto"}[name]  # fmt: skip
    assert "Not taken." not in shown(made)
    assert "keep the last choice" not in shown(made)


def test_wrong_codes_of_a_set_are_said_below_them(make: Make) -> None:
    made = make()
    field(made, "Region").value = OWN
    field(made, "Its NUTS 2 codes").value = "AT33 ITC9"
    assert "'ITC9' is not a NUTS 2 code of NUTS 2016" in html.unescape(made._marks["nuts_ids"].value)
    assert made.notebook["nuts_ids"] == ["ITC1"]


def test_a_broken_file_of_a_region_is_said(make: Make, place: Project) -> None:
    file_of(place, "saxony").write_text("region: saxony\nname: [", "utf-8")
    made = make()
    field(made, "Region").value = "saxony"
    assert "Saxony" not in dict(field(made, "Region").options)
    assert "saxony.yaml is not valid YAML" in html.unescape(made._marks["region"].value)
    assert made.notebook["region"] == "piemonte"


def test_a_page_that_can_say_nothing_of_a_choice_says_why(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make()

    def fail(*arguments: Any) -> Any:
        raise CoverageError(Problem("Nothing is published of <b>Saxony</b>.", "x", "y", "choose another"))

    monkeypatch.setattr(leads, "lead", fail)
    field(made, "Region").value = "saxony"
    assert "This choice is valid, but the page can say nothing of it." in shown(made)
    assert "Nothing is published of" in shown(made)
    assert "<b>Saxony" not in source(made)


def test_whatever_else_stops_a_page_is_said_too(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make()
    monkeypatch.setattr(leads, "lead", lambda *arguments: {}["<b>"])
    field(made, "Region").value = "saxony"
    assert "the page can say nothing of it. KeyError: '<b>'" in shown(made)
    assert made._frame._dom_classes == ("ck-lead",)  # no more pale, as while it is worked out
    assert made._busy.value == ""


def test_what_is_known_early_is_shown_until_the_whole_is_there(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    made, meanwhile = make(), []

    def lead(page: str, p: Any, place: Project, tell: leads.Tell) -> leads.Shown:
        meanwhile.append((shown(made), made._frame._dom_classes))
        tell((Text((f"First words of {p.name}.",)), None))
        meanwhile.append((shown(made), made._frame._dom_classes))
        return (Text((f"All of {p.name}.",)),)

    monkeypatch.setattr(leads, "lead", lead)
    field(made, "Region").value = "saxony"
    (before, pale), (early, clear) = meanwhile
    assert "Working it out" in before
    assert "Lead of Piemonte" in before
    assert "ck-older" in pale
    assert "First words of Saxony. " in early + " "
    assert "Working out the rest" in early
    assert "Piemonte, 1" not in early
    assert "ck-older" not in clear
    after = shown(made)
    assert "All of Saxony." in after
    assert "First words" not in after
    assert "Working" not in after
    assert made._frame._dom_classes == ("ck-lead",)
    assert 0 < made.seconds_to_first <= made.seconds
    meanwhile.clear()
    field(made, "Region").value = "piemonte"
    field(made, "Region").value = "saxony"  # at hand: nothing of it is shown early
    assert len(meanwhile) == 0
    assert made.seconds_to_first == made.seconds


def test_what_comes_in_through_two_threads_is_drawn_one_after_the_other(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, at_work, most = make(), [], []

    def lead(page: str, p: Any, place: Project, tell: leads.Tell) -> leads.Shown:
        at_work.append(p)
        time.sleep(0.2)
        most.append(len(at_work))
        at_work.remove(p)
        return (Text((f"{p.name}, {p.mapping.strong_lq}.",)),)

    monkeypatch.setattr(leads, "lead", lead)
    region, threshold = field(made, "Region"), field(made, "Strong: location")
    threads = [
        threading.Thread(target=setattr, args=(one, "value", value))
        for one, value in ((region, "saxony"), (threshold, 2.5))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1, 1]
    assert "Saxony, 2.5." in shown(made)
    assert (made.notebook["region"], made.notebook["strong_lq"]) == ("saxony", 2.5)


def test_hostile_names_are_shown_as_they_are_written(make: Make) -> None:
    made = make(name="<script>alert(1)</script>")
    field(made, "Identifier").value = "<b>x"
    field(made, "Write parameters").click()
    for each in within(made.widget):
        if isinstance(each, ipywidgets.HTML):
            assert "<script" not in each.value
            assert "<b>x" not in each.value
        assert not getattr(each, "description_allow_html", False)


# The file


def test_parameters_are_written_and_the_command_is_said(make: Make, place: Project) -> None:
    before = file_of(place, "piemonte").read_text("utf-8")
    made = make()
    field(made, "Strong: location").value = 1.75
    assert file_of(place, "piemonte").read_text("utf-8") == before
    field(made, "Write parameters").click()
    assert "Written to params/regions/piemonte.yaml. clusterkit report piemonte makes its report." in shown(made)
    assert file_of(place, "piemonte").read_text("utf-8") == before.replace(
        "mapping:\n", "mapping:\n  strong_lq: 1.75\n"
    )
    assert params.load_regions(place, ["piemonte"])[0].mapping.strong_lq == 1.75
    assert "as in params/regions/piemonte.yaml." in shown(made)


def test_a_new_region_is_written_and_offered(make: Make, place: Project) -> None:
    made = make()
    field(made, "Region").value = OWN
    field(made, "Its NUTS 2 codes").value = "AT33"
    field(made, "Name of the set").value = "Tirol"
    field(made, "Identifier").value = "tirol"
    field(made, "Write parameters").click()
    assert "Written to params/regions/tirol.yaml" in shown(made)
    (tirol,) = params.load_regions(place, ["tirol"])
    assert (tirol.name, tirol.nuts_ids) == ("Tirol", ["AT33"])
    assert field(made, "Region").value == "tirol"
    assert dict(field(made, "Region").options)["Tirol (tirol)"] == "tirol"
    assert made.notebook["p"].region == "tirol"
    assert "as in params/regions/tirol.yaml" in shown(made)


def test_another_regions_file_is_written_only_at_the_second_press(make: Make, place: Project) -> None:
    before = file_of(place, "saxony").read_bytes()
    made = make()
    field(made, "Identifier").value = "saxony"
    field(made, "Write parameters").click()
    assert file_of(place, "saxony").read_bytes() == before
    assert "Not written yet. There is already a file saxony.yaml, of another region." in shown(made)
    assert "press again" in shown(made)
    field(made, "Identifier").value = "wallonia"  # the leave was asked for another one
    field(made, "Write parameters").click()
    assert "wallonia.yaml, of another region" in shown(made)
    assert params.load_regions(place, ["wallonia"])[0].name == "Wallonia"
    field(made, "Identifier").value = "saxony"
    field(made, "Write parameters").click()
    field(made, "Write over saxony.yaml").click()
    assert params.load_regions(place, ["saxony"])[0].nuts_ids == ["ITC1"]
    assert field(made, "Write parameters")


def test_a_file_that_somebody_changed_meanwhile_needs_a_second_press(make: Make, place: Project) -> None:
    made = make()
    field(made, "Strong: location").value = 1.75
    path = file_of(place, "piemonte")
    path.write_text(path.read_text("utf-8") + "seed: 5\n", "utf-8")
    field(made, "Write parameters").click()
    assert "Somebody has changed piemonte.yaml" in shown(made)
    field(made, "Write over").click()
    assert "seed: 5" in path.read_text("utf-8")
    assert "strong_lq: 1.75" in path.read_text("utf-8")


def test_what_is_wrong_is_not_written(make: Make, place: Project) -> None:
    before = {path: path.read_bytes() for path in (place.params / "regions").iterdir()}
    made = make()
    field(made, "Strong: location").value = 0.0
    field(made, "Write parameters").click()
    assert "Not written. mapping.strong_lq is 0.0" in shown(made)
    field(made, "Strong: location").value = 2.0
    for name in ("../x", "Tirol", "", "home", "stress-test-example"):
        field(made, "Identifier").value = name
        field(made, "Write parameters").click()
        assert "Not written." in shown(made)
    assert {path: path.read_bytes() for path in (place.params / "regions").iterdir()} == before


def test_a_folder_that_cannot_be_written_is_said(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make()
    field(made, "Strong: location").value = 2.0

    def refuse(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("clusterkit.files.os.replace", refuse)
    field(made, "Write parameters").click()
    assert "Not written. The file piemonte.yaml cannot be written: No space left on device." in shown(made)
    assert made.choice.changed == {"strong_lq": 2.0}


def test_the_page_of_all_regions_writes_nothing(make: Make) -> None:
    made = make("europe")
    assert not [each for each in within(made.widget) if getattr(each, "description", "").startswith("Write")]


# Cells below


class _Shell:
    """An IPython that tells of cells as they run."""

    def __init__(self) -> None:
        self.events, self.kernel, self._tell = self, None, lambda result: None

    def register(self, event: str, tell: Callable[[Any], None]) -> None:
        assert event == "post_run_cell"
        self._tell = tell

    def ran(self, cell: str, shown: Any = "something", *, success: bool = True) -> None:
        info = type("Info", (), {"cell_id": cell, "raw_cell": cell})()
        self._tell(type("Result", (), {"result": shown, "success": success, "info": info})())


def test_it_says_when_cells_below_show_an_older_choice(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    shell = _Shell()
    monkeypatch.setattr("clusterkit.controls.below._shell", lambda: shell)
    made = make()
    shell.ran("controls", made)
    shell.ran("loads", None)
    shell.ran("fails", success=False)
    assert "older choice" not in shown(made)
    assert RUN in shown(made)
    shell.ran("a"), shell.ran("b")
    assert "The cells below that have run show this choice." in shown(made)
    field(made, "Region").value = "saxony"
    assert "2 cells below still show an older choice." in shown(made)
    assert RUN in shown(made)
    shell.ran("a")
    assert "1 cell below still shows an older choice." in shown(made)
    field(made, "Region").value = "piemonte"  # what b shows
    assert "1 cell below still shows an older choice." in shown(made)
    shell.ran("a")
    assert "The cells below that have run show this choice." in shown(made)


def test_controls_that_are_made_again_take_the_place_of_the_first(make: Make) -> None:
    first = make()
    field(first, "Region").value = "saxony"
    second = controls(first.notebook, "cluster-mapping", place=first._place)
    assert second.choice.source == "saxony"
    assert first.widget.comm is None  # closed
    assert not first._beforehand._root.exists()


# Without


def test_without_ipywidgets_it_says_how_to_get_it(place: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    said = controls({}, "cluster-mapping", place=place)
    assert isinstance(said, Text)
    assert "The controls need **ipywidgets**" in repr(said)
    assert "make lab" in repr(said)
    assert "params/regions" in repr(said)


def test_importing_the_module_imports_no_ipywidgets() -> None:
    assert not hasattr(panel, "ipywidgets")
