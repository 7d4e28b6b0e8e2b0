"""What is chosen: a region's file with what is changed, checked and written as a file is."""

from __future__ import annotations

from typing import Any

import pytest

from clusterkit import params
from clusterkit.controls.choice import Choice, EuropeChoice, flat, nested
from clusterkit.errors import ParamError
from clusterkit.paths import Project


def started(place: Project, region: str = "piemonte", **values: Any) -> Choice:
    """A choice for the mapping page, as its notebook starts with a region."""
    (p,) = params.load_regions(place, [region])
    return Choice(place, params.check({**params.mapping_parameters(p), **values}))


def text_of(place: Project, region: str) -> str:
    return (place.params / "regions" / f"{region}.yaml").read_text("utf-8")


def test_values_side_by_side_and_back(place: Project) -> None:
    (p,) = params.load_regions(place, ["saxony"])
    values = flat(p)
    assert values["strong_lq"] == p.mapping.strong_lq
    assert {"mapping", "scoreboard", "stress_test", "schema_version"}.isdisjoint(values)
    assert params.RegionParams.model_validate(nested(values)) == p
    declared = flat(params.check(params.scoreboard_parameters(p)), declared=True)
    assert set(declared) == set(params.scoreboard_parameters(p))


def test_it_starts_with_what_the_notebook_has(place: Project) -> None:
    choice = started(place)
    assert (choice.source, choice.changed) == ("piemonte", {})
    assert set(choice.check()) == set(choice.declared)
    other = started(place, strong_lq=2.0, seed=7)
    assert (other.source, other.changed) == ("piemonte", {"strong_lq": 2.0, "seed": 7})
    assert other.check()["strong_lq"] == 2.0


def test_a_region_that_is_not_as_its_file_is_a_set_of_ones_own(place: Project) -> None:
    choice = started(place, nuts_ids=["ITC1", "ITC2"])
    assert choice.source is None
    assert choice.changed == {"highlight": ["C13", "C29"]}  # beside the defaults
    assert choice.check()["nuts_ids"] == ["ITC1", "ITC2"]
    assert started(place, name="Turin").source is None


def test_another_region_brings_its_own_values_and_changes_stay(place: Project) -> None:
    choice = started(place)
    choice.change("strong_lq", 2.0)
    choice.take_region("saxony")
    declared = choice.check()
    assert (declared["name"], declared["highlight"], declared["strong_lq"]) == ("Saxony", ["C26"], 2.0)
    choice.change("strong_lq", 1.5)
    assert choice.changed == {}


def test_what_one_region_hands_in_does_not_go_with_another(place: Project) -> None:
    (p,) = params.load_regions(place, ["piemonte"])
    values = {**params.stress_test_parameters(p), "programmes": "some.csv", "draws": 200}
    choice = Choice(place, params.check(values))
    assert choice.changed == {"programmes": "some.csv", "draws": 200}
    choice.take_region("saxony")
    assert choice.changed == {"draws": 200}


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("strong_lq", 0.0, "input should be greater than 0"),
        ("base_year", 2014, "base_year 2014 is not before reference_year 2014"),
        ("base_year", 1990, "the tables hold 2011 to 2015"),
        ("highlight", ["C99"], "'C99' is not a division"),
        ("star_scheme", "eco-2008", "There is no star scheme"),
        ("highlight", [], "list should have at least 1 item"),
    ],
)
def test_what_is_wrong_is_said_by_the_rules_of_a_file_with_its_parameter(
    place: Project, name: str, value: Any, what: str
) -> None:
    choice = started(place)
    choice.change(name, value)
    with pytest.raises(ParamError, match=what) as caught:
        choice.check()
    (problem,) = caught.value.problems
    assert problem.where == ("" if value == 2014 else name)


def test_a_set_of_ones_own_is_checked_too(place: Project) -> None:
    choice = started(place)
    choice.take_own({"region": "tyrol", "name": "Tirol", "nuts_ids": ["AT33", "AT99"]})
    with pytest.raises(ParamError, match="'AT99' is not a NUTS 2 code"):
        choice.check()
    choice.take_own({"region": "Tyrol!", "name": "Tirol", "nuts_ids": ["AT33"]})
    with pytest.raises(ParamError, match="region is 'Tyrol!'"):
        choice.check()


def test_writing_changes_only_what_was_changed(place: Project) -> None:
    path = place.params / "regions" / "piemonte.yaml"
    path.write_text(f"{path.read_text('utf-8')}# a comment\n", "utf-8")
    choice = started(place)
    path.write_text(path.read_text("utf-8").replace("mapping:", "seed: 99\nmapping:"), "utf-8")  # somebody else
    choice.change("strong_lq", 1.75)
    assert choice.needs_leave("piemonte").what == "Somebody has changed piemonte.yaml since it was read."
    assert choice.write("piemonte") == path
    assert "seed: 99\n" in path.read_text("utf-8")
    assert "strong_lq: 1.75\n" in path.read_text("utf-8")
    assert "# a comment\n" in path.read_text("utf-8")
    assert choice.changed == {}
    assert choice.base["strong_lq"] == 1.75
    assert choice.needs_leave("piemonte") is None


def test_a_new_name_gets_all_but_what_the_region_handed_in(place: Project) -> None:
    programmes = sorted((place.params / "stress_test" / "example").glob("*programmes*"))[0]
    path = place.params / "regions" / "piemonte.yaml"
    added = f"stress_test:\n  programmes: {programmes.relative_to(place.root).as_posix()}\n"
    path.write_text(path.read_text("utf-8") + added, "utf-8")
    choice = started(place)
    choice.change("min_share_pct", 2.0)
    assert choice.needs_leave("piemonte-2") is None
    choice.write("piemonte-2")
    assert text_of(place, "piemonte-2") == (
        "# yaml-language-server: $schema=../schema.json\n"
        'region: piemonte-2\nname: "Piemonte"\nnuts_ids: ["ITC1"]\n'
        'mapping:\n  min_share_pct: 2.0\n  highlight: ["C13", "C29"]\n'
    )
    assert choice.source == "piemonte-2"
    assert text_of(place, "piemonte").endswith(added)


def test_another_regions_file_needs_leave(place: Project) -> None:
    choice = started(place)
    assert choice.needs_leave("saxony").what == "There is already a file saxony.yaml, of another region."
    with pytest.raises(ParamError, match="is no identifier of a region"):
        choice.needs_leave("../saxony")


def test_a_step_is_the_choice_that_it_would_be(place: Project) -> None:
    choice = started(place, strong_lq=2.0)
    step = choice.step("saxony")
    there = Choice.of(place, step, choice.declared)
    choice.take_region("saxony")
    assert there.check() == choice.check()
    choice.take_own({"region": "tyrol", "name": "Tirol", "nuts_ids": ["AT33"]})
    step = choice.step(star_scheme="eco-2007")
    there = Choice.of(place, step, choice.declared)
    choice.change("star_scheme", "eco-2007")
    assert there.check() == choice.check()
    assert choice.check()["strong_lq"] == 2.0


def test_the_page_of_all_regions_has_years_and_a_scheme(place: Project) -> None:
    choice = EuropeChoice(place, params.load_europe(place))
    choice.change("star_scheme", "eco-2007")
    assert choice.check()["star_scheme"] == "eco-2007"
    choice.change("base_year", 2014)
    with pytest.raises(ParamError) as caught:
        choice.check()
    assert [problem.where for problem in caught.value.problems] == ["base_year"]
