"""The frameworks that ship, and every way a framework file or table can be wrong."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from ruamel.yaml import YAML

from clusterkit.data.frameworks import (
    COLUMNS,
    LEVELS,
    Framework,
    check_framework,
    list_frameworks,
    load_framework,
)
from clusterkit.data.indicator_register import read_register
from clusterkit.data.nuts import EU28
from clusterkit.data.tables import load_indicator, load_region
from clusterkit.errors import ClusterkitError, ParamError

ROOT = Path(__file__).resolve().parents[2]
FRAMEWORKS = ROOT / "params" / "frameworks"
GOOD = """schema_version: 1
id: own
title: "Own"
source: "this test"
years: [2010, 2020]
groups:
  - {code: all, level: index, name: "All"}
  - {code: people, level: dimension, parent: all}
  - {code: skills, level: sub-dimension, parent: people, rating: green, reason: "Surveyed."}
  - {code: links, level: sub-dimension, parent: people, rating: red, reason: "No figures."}
indicators:
  - {code: tertiary, parent: skills, direction: 1, unit: "percent"}
  - {code: dropouts, parent: skills, direction: -1, weight: 0.5, years: [2012, 2012]}
"""
KNOWN = {"tertiary": "percent", "dropouts": "percent"}
ROWS = [
    ("all", "index", "", np.nan),
    ("people", "dimension", "all", np.nan),
    ("skills", "sub-dimension", "people", np.nan),
    ("tertiary", "indicator", "skills", 1),
    ("dropouts", "indicator", "skills", -1),
]


def as_table(**columns: list[object]) -> pd.DataFrame:
    table = pd.DataFrame(ROWS, columns=["code", "level", "parent", "direction"]).astype({"direction": object})
    return table.assign(**{name: pd.Series(values, dtype=object) for name, values in columns.items()})


def refused_file(folder: Path, text: str, name: str = "own") -> ParamError:
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ParamError) as caught:
        load_framework(path, known=KNOWN)
    return caught.value


def refused_table(table: object, **options: object) -> ParamError:
    with pytest.raises(ParamError) as caught:
        check_framework(table, **options)
    return caught.value


@pytest.fixture(scope="module")
def units() -> dict[str, str]:
    table = load_indicator(ROOT / "data" / "processed")
    return table.groupby("indicator")["unit"].first().to_dict()


@pytest.fixture
def own(tmp_path: Path) -> Framework:
    (tmp_path / "own.yaml").write_text(GOOD, encoding="utf-8")
    return load_framework(tmp_path / "own.yaml", known=KNOWN)


# What ships


@pytest.mark.parametrize(("name", "n_dimensions", "n_sub_dimensions"), [("eocic-8", 8, 19), ("res-6", 6, 17)])
def test_the_two_that_ship(name: str, n_dimensions: int, n_sub_dimensions: int, units: dict[str, str]):
    framework = load_framework(FRAMEWORKS / f"{name}.yaml", known=units)
    assert framework.levels == LEVELS
    assert framework.roots == ["index"]
    assert len(framework.at("dimension")) == n_dimensions
    assert len(framework.at("sub-dimension")) == n_sub_dimensions
    parts = framework.table
    assert (parts.loc[framework.empty, "rating"] == "red").all()
    assert parts.loc[framework.empty, "reason"].str.contains("Needed: ").all()
    assert (parts.loc[framework.at("sub-dimension"), ["rating", "reason"]] != "").all(axis=None)
    assert "reading aid of this project" in parts.loc["index", "reason"]
    assert framework.source


def test_both_are_listed():
    assert list(list_frameworks(FRAMEWORKS)) == ["eocic-8", "res-6"]


def test_every_indicator_says_what_it_is(units: dict[str, str]):
    register = {item.code: item for item in read_register(ROOT / "params" / "indicators.yaml").indicators}
    for framework in list_frameworks(FRAMEWORKS).values():
        for code in framework.indicators:
            part = framework.table.loc[code]
            assert part["name"] == register[code].name, code
            assert part["unit"] == units[code], code
            assert part["source"], code
            assert part["rating"], code
            assert part["last_year"] <= 2024, code
            assert part["reason"] or part["rating"] == "green", code


def test_a_weight_other_than_one_has_a_reason():
    for framework in list_frameworks(FRAMEWORKS).values():
        other = framework.table[framework.table["weight"] != 1]
        assert (other["reason"] != "").all()
        assert set(other["weight"]) == {0.5}


def test_names_of_the_originals():
    eocic, res = list_frameworks(FRAMEWORKS).values()
    assert [eocic.name(code) for code in eocic.at("dimension")] == [
        "Conditions for innovation",
        "New and emerging technologies",
        "Digitisation",
        "Entrepreneurship, start-ups and scale-ups",
        "Firm investments",
        "Internationalisation",
        "Creativity",
        "Eco-efficiency",
    ]
    assert [len(res.children(code)) for code in res.at("dimension")] == [3, 3, 4, 4, 2, 1]
    ours = res.table[res.table["reason"].str.startswith("Heading not legible in the stored page; our reading")]
    assert list(ours["parent"]) == ["knowledge-and-skills", "collaboration"]
    assert (ours["rating"] == "red").all()


def test_enough_regions_have_figures():
    """At least 120 regions, unless a part would be empty otherwise."""
    processed = ROOT / "data" / "processed"
    regions = load_region(processed)
    ours = regions.loc[(regions["level"] == 2) & regions["country"].isin(EU28), "nuts_id"]
    table = load_indicator(processed)
    table = table[table["nuts_id"].isin(ours) & table["value"].notna()]
    for framework in list_frameworks(FRAMEWORKS).values():
        for code in framework.indicators:
            part = framework.table.loc[code]
            is_his = table["indicator"].eq(code) & table["year"].between(part["first_year"], part["last_year"])
            assert table.loc[is_his, "nuts_id"].nunique() >= 120, code


def test_assumptions_are_registered():
    register = (ROOT / "docs" / "assumptions.md").read_text(encoding="utf-8")
    for assumption in ("A90", "A91"):
        assert f"| {assumption} |" in register
    assert "(A90)" in load_framework(FRAMEWORKS / "eocic-8.yaml").source
    assert "(A91)" in load_framework(FRAMEWORKS / "res-6.yaml").source


# A framework as an object


def test_what_a_file_gives(own: Framework):
    assert own.indicators == ["tertiary", "dropouts"]
    assert own.groups == ["skills", "links", "people", "all"]
    assert own.roots == ["all"]
    assert own.empty == ["links"]
    assert own.children("people") == ["skills", "links"]
    assert own.leaves("all") == ["tertiary", "dropouts"]
    assert own.leaves("links") == []
    assert own.leaves("tertiary") == ["tertiary"]
    assert (own.name("all"), own.name("people")) == ("All", "people")
    assert own.table.loc["tertiary", ["first_year", "last_year"]].tolist() == [2010, 2020]
    assert own.table.loc["dropouts", ["weight", "direction", "first_year"]].tolist() == [0.5, -1, 2012]
    assert own.table.loc["skills", ["rating", "reason", "weight"]].tolist() == ["green", "Surveyed.", 1]


@pytest.mark.parametrize("name", ["eocic-8", "res-6"])
def test_file_and_table_are_the_same(name: str, tmp_path: Path, units: dict[str, str]):
    read = load_framework(FRAMEWORKS / f"{name}.yaml", known=units)
    about = {"levels": read.levels, "id": read.id, "title": read.title, "source": read.source}
    for table in (read.table, read.table.reset_index()):
        again = check_framework(table, known=units, **about)
        pd.testing.assert_frame_equal(again.table, read.table)
        assert (again.id, again.title, again.source, again.levels) == (read.id, read.title, read.source, read.levels)
    read.table.to_csv(tmp_path / "parts.csv")
    again = check_framework(pd.read_csv(tmp_path / "parts.csv"), known=units, **about)
    pd.testing.assert_frame_equal(again.table, read.table)


def test_a_table_may_be_short():
    framework = check_framework(as_table(), known=["tertiary", "dropouts", "more"])
    assert framework.table.loc["tertiary", "weight"] == 1
    assert framework.table["first_year"].isna().all()
    assert check_framework(as_table().set_index("code")).indicators == framework.indicators


def test_the_callers_table_stays_as_it_was():
    given = as_table()
    before = given.copy(deep=True)
    check_framework(given)
    pd.testing.assert_frame_equal(given, before)


def test_without_gives_a_new_framework(own: Framework):
    before = own.table.copy(deep=True)
    less = own.without(["skills"])
    assert less.indicators == []
    assert less.empty == ["links"]
    assert own.without(["tertiary", "dropouts"]).empty == ["skills", "links"]
    assert own.without([]).indicators == own.indicators
    pd.testing.assert_frame_equal(own.table, before)
    assert (less.id, less.levels) == (own.id, own.levels)


@pytest.mark.parametrize("kind", [dict, pd.Series])
def test_with_weights_gives_a_new_framework(own: Framework, kind: Callable):
    before = own.table.copy(deep=True)
    other = own.with_weights(kind({"tertiary": 3, "people": 0.25}))
    assert other.table.loc[["tertiary", "people", "dropouts"], "weight"].tolist() == [3, 0.25, 0.5]
    assert other.table["weight"].dtype == float
    pd.testing.assert_frame_equal(own.table, before)


def test_codes_that_are_not_there(own: Framework):
    with pytest.raises(ParamError) as caught:
        own.without(["tertary", "x", ["skills"]])
    assert len(caught.value.problems) == 3
    text = str(caught.value)
    assert "The framework own has no part 'tertary'." in text
    assert "fix:   did you mean tertiary?" in text
    assert "fix:   use one of: all, people, skills, links, tertiary and 1 more" in text


@pytest.mark.parametrize("value", [-1, np.nan, np.inf, None, True, "1", 10**400, [1]])
def test_weights_that_are_none(own: Framework, value: object):
    with pytest.raises(ParamError) as caught:
        own.with_weights({"tertiary": value, "peple": 1})
    text = str(caught.value)
    assert "The framework own has no part 'peple'." in text
    assert f"The weight of tertiary is {value!r}." in text
    assert "fix:   write 1 for an ordinary part, 0 to leave it out of the score" in text


def test_weights_that_leave_nothing(own: Framework):
    with pytest.raises(ParamError) as caught:
        own.with_weights({"tertiary": 0, "dropouts": 0})
    assert "All parts of skills weigh nothing." in str(caught.value)
    assert "fix:   give at least one of them a weight" in str(caught.value)
    assert own.with_weights({"tertiary": 0}).table.loc["tertiary", "weight"] == 0


def test_a_weight_given_twice(own: Framework):
    with pytest.raises(ParamError) as caught:
        own.with_weights(pd.Series([1, 2], index=["tertiary", "tertiary"]))
    assert "The code tertiary stands twice." in str(caught.value)
    assert "fix:   remove one of the two" in str(caught.value)


# Bad files: what is wrong, where, by which rule, how to mend it


@pytest.mark.parametrize(
    ("old", "new", "what", "line", "fix"),
    [
        ("schema_version: 1", "schema_version: 2", "schema_version is 2.", 1, "write schema_version: 1"),
        ('title: "Own"', "title: 8", "title is 8, not a text.", 3, "write a text in quotes"),
        ('source: "this test"', "source:", "source is empty.", 4, "write a text in quotes"),
        ("id: own", "id: other", "The file own.yaml says id: 'other'.", 2, "write id: own, or rename the file"),
        ("groups:", "group:", "The framework has an unknown key 'group'.", 6, "did you mean groups?"),
        ("years: [2010, 2020]", "years: 2010", "years is 2010.", 5, "such as [2012, 2019]"),
        ("years: [2010, 2020]", "years: [201, 2020]", "years is [201, 2020].", 5, "such as [2012, 2019]"),
        (
            "years: [2010, 2020]",
            "years: [2020, 2010]",
            "The years run from 2020 to 2010.",
            5,
            "write the earlier year first",
        ),
        (
            "years: [2010, 2020]",
            "levels: [index, index]",
            "levels is ['index', 'index'].",
            5,
            "list at least two different names",
        ),
        (
            "parent: people, rating: green",
            "parent: poeple, rating: green",
            "The parent of skills is 'poeple', which the framework does not have.",
            9,
            "did you mean people?",
        ),
        (
            "parent: people, rating: red",
            "parent: all, rating: red",
            "The parent of links is all, a part of level 'index'.",
            10,
            "name a part of level 'dimension'",
        ),
        (
            "code: all, level: index",
            "code: all, level: index, parent: people",
            "all is at the top level and has the parent 'people'.",
            7,
            "remove the parent",
        ),
        (
            "level: dimension, parent: all",
            "level: dimension",
            "people has no parent.",
            8,
            "name the index that it belongs to",
        ),
        (
            "level: dimension, parent: all",
            "level: dimension, parent: links",
            "The parents go round in a circle: people → links → people.",
            8,
            "give one of them another parent",
        ),
        (
            "level: dimension",
            "level: dimensoin",
            "The level of people is 'dimensoin'.",
            8,
            "did you mean dimension?",
        ),
        ("rating: green", "rating: gren", "The rating of skills is 'gren'.", 9, "did you mean green?"),
        ("rating: green", "ratting: green", "The part skills has an unknown key 'ratting'.", 9, "did you mean rating?"),
        (
            "rating: green",
            "direction: 1",
            "The part skills has an unknown key 'direction'.",
            9,
            "remove it; the keys are code, level, parent, name, weight, rating, reason",
        ),
        ('reason: "Surveyed."', "reason: [1]", "reason of skills is [1], not a text.", 9, "write a text in quotes"),
        ("code: links, level", "level", "The part 4 has no code.", 10, "add code; see params/frameworks/res-6.yaml"),
        (
            "code: links",
            "code: 01",
            "A code is 1.",
            10,
            "write a text, in quotes where it looks like a number",
        ),
        ("code: links", "code: skills", "The code skills stands twice.", 10, "rename or remove one of the two"),
        ("code: dropouts", "code: tertiary", "The code tertiary stands twice.", 13, "rename or remove one of the two"),
        (
            "direction: -1",
            "direction: 0",
            "The direction of dropouts is 0.",
            13,
            "write 1 where more is better, -1 where less is",
        ),
        (
            "direction: -1",
            "direction: down",
            "The direction of dropouts is 'down'.",
            13,
            "write 1 where more is better, -1 where less is",
        ),
        (
            "direction: -1",
            "directon: -1",
            "The part dropouts has an unknown key 'directon'.",
            13,
            "did you mean direction?",
        ),
        (
            "parent: skills, direction: -1, weight: 0.5",
            "parent: skills",
            "The part dropouts has no direction.",
            13,
            "add direction; see",
        ),
        (
            "weight: 0.5",
            "weight: -0.5",
            "The weight of dropouts is -0.5.",
            13,
            "write 1 for an ordinary part, 0 to leave it out of the score",
        ),
        ("weight: 0.5", "weight: half", "The weight of dropouts is 'half'.", 13, "write 1 for an ordinary part"),
        ("weight: 0.5", "weight: .inf", "The weight of dropouts is inf.", 13, "write 1 for an ordinary part"),
        ("weight: 0.5", "target: high", "target of dropouts is 'high', not a number.", 13, "write a number"),
        ("years: [2012, 2012]", "years: [2012]", "years is [2012].", 13, "such as [2012, 2019]"),
        ("years: [2012, 2012]", "years: [true, 2012]", "years is [True, 2012].", 13, "such as [2012, 2019]"),
        (
            "years: [2012, 2012]",
            "years: [2013, 2012]",
            "The years run from 2013 to 2012.",
            13,
            "write the earlier year first",
        ),
        (
            "code: tertiary",
            "code: tertary",
            "The indicator tertary is not in the table of indicators.",
            12,
            "did you mean tertiary?",
        ),
        (
            "code: tertiary",
            "code: zzz",
            "The indicator zzz is not in the table of indicators.",
            12,
            "take one of docs/indicators.md, or name the file that has it under own_indicators of the region",
        ),
        (
            'unit: "percent"',
            'unit: "per head"',
            "The unit of tertiary is 'per head'; the table has 'percent'.",
            12,
            "write the unit of the table",
        ),
        (
            "groups:",
            "groups:\n  - [all, index]",
            "['all', 'index'] is not keys and values.",
            7,
            "see params/frameworks/res-6.yaml",
        ),
    ],
)
def test_a_bad_file(tmp_path: Path, old: str, new: str, what: str, line: int, fix: str):
    assert old in GOOD
    problems = refused_file(tmp_path, GOOD.replace(old, new, 1)).problems
    (found,) = [problem for problem in problems if problem.what == what]
    assert found.where == f"{tmp_path / 'own.yaml'}, line {line}"
    assert fix in found.fix
    assert found.rule


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("rating: green", "ratting: green"),
        GOOD.replace("direction: -1", "directon: -1"),
        GOOD.replace("parent: skills, direction: -1", "parnt: skills, direction: -1"),
        GOOD.replace("code: links", "cod: links"),
        GOOD.replace("level: dimension", "level: dimensoin"),
        GOOD.replace("years: [2010, 2020]", "years: [2020, 2010]"),
        GOOD.replace('reason: "Surveyed."', "reason: {a: 1}"),
        GOOD.replace("parent: people, rating: green", "parent: [people], rating: green"),
        GOOD.replace("level: dimension, parent: all", "level: dimension, parent: al"),
    ],
)
def test_one_mistake_is_one_problem(tmp_path: Path, text: str):
    assert len(refused_file(tmp_path, text).problems) == 1


def test_all_problems_at_once_with_their_lines(tmp_path: Path):
    text = (
        GOOD.replace("id: own", "id: owm")
        .replace("parent: all", "parent: al")
        .replace("rating: green", "wieght: 1")
        .replace("direction: 1", "direction: 2")
        .replace("weight: 0.5", "weight: -1")
        .replace("code: dropouts", "code: dropout")
    )
    error = refused_file(tmp_path, text)
    lines = [int(problem.where.rsplit(" ", 1)[1]) for problem in error.problems]
    assert sorted(lines) == [2, 8, 9, 12, 13, 13]
    assert str(error).startswith("6 problems:\n")
    assert "... and 1 more problem." in str(error)


def test_no_indicator(tmp_path: Path):
    start = GOOD[: GOOD.index("indicators:")]
    text = str(refused_file(tmp_path, start + "indicators: []\n"))
    assert "The framework has no indicator." in text
    assert "fix:   add one; see params/frameworks/res-6.yaml" in text
    assert "The framework has no indicators." in str(refused_file(tmp_path, start))
    both = refused_file(tmp_path, GOOD[: GOOD.index("years")] + "groups: []\nindicators: []\n")
    assert [problem.what for problem in both.problems] == ["The framework has no indicator."]


def test_only_the_lowest_group_may_be_empty(tmp_path: Path):
    text = GOOD.replace(
        "  - {code: links, level: sub-dimension, parent: people", "  - {code: links, level: dimension, parent: all"
    )
    found = refused_file(tmp_path, text).problems
    assert [problem.what for problem in found] == ["links has no parts."]
    assert found[0].fix == "add one, or remove it; only a sub-dimension may be empty"


def test_all_weights_zero(tmp_path: Path):
    text = GOOD.replace("direction: 1,", "direction: 1, weight: 0,").replace("weight: 0.5", "weight: 0")
    (found,) = refused_file(tmp_path, text).problems
    assert (found.what, found.fix) == ("All parts of skills weigh nothing.", "give at least one of them a weight")
    assert found.where.endswith("line 9")


@pytest.mark.parametrize("kind", ["{a: 1}", "text", "3", "null", "true"])
@pytest.mark.parametrize("key", ["groups", "indicators"])
def test_parts_that_are_no_list(tmp_path: Path, key: str, kind: str):
    text = GOOD[: GOOD.index("groups:")] + f"groups: {kind}\nindicators: {kind}\n"
    text_of_error = str(refused_file(tmp_path, text))
    assert f"{key} is not a list." in text_of_error
    assert "fix:   write one entry per part; see params/frameworks/res-6.yaml" in text_of_error


def test_an_indicator_without_years_of_its_own_has_those_of_the_file(tmp_path: Path):
    (tmp_path / "own.yaml").write_text(GOOD.replace("years: [2012, 2012]", "years: null"), encoding="utf-8")
    assert load_framework(tmp_path / "own.yaml").table.loc["dropouts", "first_year"] == 2010


def test_a_folder_tells_of_all_its_files(tmp_path: Path):
    (tmp_path / "own.yaml").write_text(GOOD.replace("direction: -1", "direction: 0"), encoding="utf-8")
    (tmp_path / "two.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "three.yaml").write_text("- a list", encoding="utf-8")
    with pytest.raises(ParamError) as caught:
        list_frameworks(tmp_path)
    assert [problem.where.split("/")[-1] for problem in caught.value.problems] == [
        "own.yaml, line 13",
        "three.yaml",
        "two.yaml, line 2",
    ]


# Bad tables


@pytest.mark.parametrize(
    ("table", "what", "fix"),
    [
        (as_table(wieght=[1] * 5), "The framework has an unknown column 'wieght'.", "did you mean weight?"),
        (as_table(colour=[1] * 5), "The framework has an unknown column 'colour'.", "remove it; the columns are code,"),
        (as_table().drop(columns="level"), "The framework has no column level.", "add level"),
        (as_table().drop(columns="code"), "The framework has no column code.", "add code"),
        (as_table().drop(columns="direction"), "The direction of tertiary is missing.", "write 1 where more is better"),
        (as_table(weight=[1, 1, 1, True, 1]), "The weight of tertiary is True.", "write 1 for an ordinary part"),
        (as_table(weight=[1, 1, 1, "2", 1]), "The weight of tertiary is '2'.", "write 1 for an ordinary part"),
        (as_table(weight=[1, -1, 1, 1, 1]), "The weight of people is -1.", "write 1 for an ordinary part"),
        (as_table(direction=[None, None, None, True, 1]), "The direction of tertiary is True.", "write 1 where more"),
        (as_table(direction=[None, None, None, "1", 1]), "The direction of tertiary is '1'.", "write 1 where more"),
        (as_table(direction=[1, None, None, 1, 1]), "all is no indicator and has direction: 1.", "remove direction"),
        (as_table(name=["a", "b", "c", 4, "e"]), "name of tertiary is 4, not a text.", "write a text in quotes"),
        (as_table(code=["all", "people", "skills", None, "dropouts"]), "A code is None.", "write a text, in quotes"),
        (as_table(code=["all", "people", "skills", " ", "dropouts"]), "A code is ' '.", "write a text, in quotes"),
        (as_table(code=["all", "people", "skills", 7, "dropouts"]), "A code is 7.", "write a text, in quotes"),
        (as_table(level=["index", "dimension", None, "indicator", "indicator"]), "The level of skills is None.", "use"),
        (
            as_table(first_year=[None, None, None, 2014, None], last_year=[None, None, None, 2012, None]),
            "The years of tertiary run from 2014 to 2012.",
            "write the earlier year first",
        ),
        (
            as_table(first_year=[None, None, None, "2014", None]),
            "first_year of tertiary is '2014', not a year.",
            "write a year such as 2014",
        ),
        (
            as_table(last_year=[None, None, None, 2014.5, None]),
            "last_year of tertiary is 2014.5, not a year.",
            "write a year such as 2014",
        ),
        (
            as_table(parent=["", "all", "people", ["skills"], "skills"]),
            "parent of tertiary is ['skills'], not a text.",
            "write a text in quotes",
        ),
        (pd.concat([as_table(), as_table()[["code"]]], axis=1), "The framework has the column code twice.", "remove"),
        (None, "The framework is a NoneType, not a DataFrame.", "give one row per part"),
        ([{"code": "all"}], "The framework is a list, not a DataFrame.", "give one row per part"),
        (as_table().iloc[:3], "The framework has no indicator.", "add one; see"),
        (pd.DataFrame(), "The framework has no column code and no column level.", "add code and level"),
        (pd.DataFrame(columns=["code", "level"]), "The framework has no indicator.", "add one; see"),
    ],
)
def test_a_bad_table(table: object, what: str, fix: str):
    (found,) = [problem for problem in refused_table(table).problems if problem.what == what]
    assert found.fix.startswith(fix)
    assert found.where
    assert found.rule


def test_a_row_is_named():
    (found,) = refused_table(as_table(direction=[None, None, None, 0, 1])).problems
    assert found.where == "row 4 of the framework table (tertiary), column direction"


@pytest.mark.parametrize("levels", ["index", [], ["index"], ["a", "a"], [1, 2], ["a", " "], None, 4])
def test_bad_levels(levels: object):
    error = refused_table(as_table(), levels=levels)
    assert f"levels is {levels!r}." in str(error)
    assert "fix:   list at least two different names, from the top to the indicators" in str(error)


def test_blank_cells_are_nothing():
    """NaN, None, NA and an empty text say nothing: the default holds."""
    for blank in (np.nan, None, pd.NA, ""):
        cells = [blank] * 5
        framework = check_framework(as_table(weight=cells, first_year=cells, target=cells, name=cells, rating=cells))
        assert framework.table["weight"].eq(1).all()
        assert framework.table["target"].isna().all()
        assert framework.table["name"].eq("").all()


def test_odd_cells_never_crash():
    """Any value in any cell is accepted or refused in words."""
    odd = [
        *(None, np.nan, pd.NA, pd.NaT, True, 0, -1, 2.5, 10**400, np.inf, "", " ", "all", "indicator", b"x"),
        *([], [1], {}, {"a": 1}, (1,), set(), 1j, object(), np.array([]), np.array([1, 2]), np.bool_(True)),
        *(pd.Series([1, 2]), pd.Timestamp("2020-01-01")),
    ]
    draw = random.Random(20141)
    n_refused = 0
    for _ in range(300):
        table = as_table(
            **{name: [None] * 5 for name in COLUMNS if name not in ("code", "level", "parent", "direction")}
        )
        for _ in range(draw.randint(1, 3)):
            column = draw.choice(list(COLUMNS))
            cells = np.empty(len(table), dtype=object)
            cells[:] = table[column]
            cells[draw.randrange(len(cells))] = draw.choice(odd)
            table[column] = pd.Series(cells, dtype=object)
        try:
            check_framework(table, known=draw.choice([None, KNOWN, list(KNOWN)]))
        except ClusterkitError as exc:
            n_refused += bool(str(exc))
    assert n_refused > 150


def test_odd_values_in_a_file_never_crash(tmp_path: Path):
    """Any value under any key is accepted or refused in words."""
    yaml = YAML(typ="safe")
    good = yaml.load(GOOD)
    odd = [None, True, 0, -1, 1.5, 10**400, float("nan"), float("inf"), "x", [], [1, [2]], {}, {"a": [1]}, [2019, 2012]]
    draw = random.Random(20141)
    path = tmp_path / "own.yaml"
    n_refused = 0
    for _ in range(120):
        data = copy.deepcopy(good)
        entry = draw.choice([data, *data["groups"], *data["indicators"]])
        key = draw.choice(list(entry))
        if draw.random() < 0.7:
            entry[key] = draw.choice(odd)
        else:
            entry[f"{key}x"] = entry.pop(key)
        with path.open("w", encoding="utf-8") as file:
            yaml.dump(data, file)
        try:
            load_framework(path, known=KNOWN)
        except ClusterkitError as exc:
            n_refused += bool(str(exc))
    assert n_refused > 60
