"""Tables of cluster programmes: read from CSV and workbooks, refused in words, counted side by side."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook

from clusterkit.errors import ParamError, Problem
from clusterkit.stress_test.inputs import load_instrument
from clusterkit.stress_test.programmes import (
    COLUMNS,
    NEEDED,
    NOTES,
    compare_programmes,
    is_across,
    load_vocabulary,
    read_programmes,
)
from clusterkit.table_files import table_bytes

ROOT = Path(__file__).resolve().parents[2]
INSTRUMENT = load_instrument(ROOT / "params")
WORDS, PARTS = INSTRUMENT.vocabulary, INSTRUMENT.parts
ENDINGS = [".csv", ".tsv", ".xlsx"]

PLAIN = {"id": "P1", "name": "Skills for cars", "level": "regional", "first_year": 2021, "objectives": "skills"}
FULL = {
    "id": "ERDF-1",
    "name": "Clusters, first call",
    "level": "cross-border",
    "first_year": 2021,
    "last_year": 2027,
    "budget_meur": 12.5,
    "objectives": "innovation; cross-sector",
    "instruments": "joint-projects; equity",
    "target_groups": "start-ups; research",
    "sectors": "C29; J",
    "serves": "human-resources; openness",
    "source": "Plan 2021, p. 4",
    "link": "https://example.org/plan",
}


def read(path: Path) -> pd.DataFrame:
    return read_programmes(path, WORDS, parts=PARTS)


def written(folder: Path, *rows: dict[str, Any], ending: str = ".csv") -> Path:
    """A table as the project writes it; what is not given is empty."""
    path = folder / f"programmes{ending}"
    path.write_bytes(table_bytes(path, COLUMNS, rows, NOTES))
    return path


def book(folder: Path, *rows: dict[str, Any]) -> Path:
    """A workbook as a person makes it: values of any kind, formulas among them."""
    path = folder / "programmes.xlsx"
    made = Workbook()
    made.active.append(list(COLUMNS))
    for row in rows:
        made.active.append([row.get(name) for name in COLUMNS])
    made.save(path)
    return path


def problems(path: Path) -> tuple[Problem, ...]:
    with pytest.raises(ParamError) as caught:
        read(path)
    for problem in caught.value.problems:
        assert problem.where.startswith(str(path))
        assert problem.rule
        assert problem.fix
    return caught.value.problems


# Good files


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_is_written_is_read_back(tmp_path: Path, ending: str):
    found = read(written(tmp_path, FULL, PLAIN, ending=ending))
    assert list(found.index) == ["ERDF-1", "P1"]
    assert list(found.columns) == [name for name in COLUMNS if name != "id"]
    assert found.loc["ERDF-1"].to_dict() == {
        "name": "Clusters, first call", "level": "cross-border", "first_year": 2021, "last_year": 2027,
        "budget_meur": 12.5, "objectives": ("innovation", "cross-sector"), "instruments": ("joint-projects", "equity"),
        "target_groups": ("start-ups", "research"), "sectors": ("C29", "J58", "J59", "J60", "J61", "J62", "J63"),
        "serves": ("human-resources", "openness"), "source": "Plan 2021, p. 4", "link": "https://example.org/plan",
    }  # fmt: skip
    plain = found.loc["P1"]
    assert (plain["name"], plain["level"], plain["first_year"]) == ("Skills for cars", "regional", 2021)
    assert plain[["last_year", "budget_meur"]].isna().all()
    assert [plain[name] for name in ("objectives", "instruments", "target_groups", "sectors", "serves")] == [
        ("skills",), (), (), (), (),
    ]  # fmt: skip
    assert (plain["source"], plain["link"]) == ("", "")


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_table_to_fill_in_is_read_as_no_programme_yet(tmp_path: Path, ending: str):
    found = read(written(tmp_path, ending=ending))
    assert found.empty
    assert found.index.name == "id"


def test_the_workbook_to_fill_in_says_what_each_column_holds(tmp_path: Path):
    sheets = load_workbook(written(tmp_path, ending=".xlsx"))
    assert [cell.value for cell in sheets["Table"][1]] == list(COLUMNS)
    assert {row[0].value: row[1].value for row in sheets["Columns"]} == NOTES
    assert NOTES["level"].endswith(", ".join(WORDS.levels))


@pytest.mark.parametrize(
    ("given", "column", "value"),
    [
        ({"sectors": "all"}, "sectors", ("all",)),
        ({"sectors": " ALL "}, "sectors", ("all",)),
        ({"sectors": "c29;C29"}, "sectors", ("C29",)),
        ({"objectives": "Innovation; Links across sectors"}, "objectives", ("innovation", "cross-sector")),  # by name
        ({"objectives": "skills;skills"}, "objectives", ("skills",)),
        ({"level": "Across borders"}, "level", "cross-border"),
        ({"serves": "Human resources"}, "serves", ("human-resources",)),
        ({"budget_meur": 0}, "budget_meur", 0.0),
        ({"budget_meur": "1 200.5"}, "budget_meur", 1200.5),
        ({"budget_meur": "1\u00a0200"}, "budget_meur", 1200.0),
        ({"budget_meur": 999999}, "budget_meur", 999999.0),
        ({"first_year": 1980}, "first_year", 1980),
        ({"first_year": 2021, "last_year": 2021}, "last_year", 2021),  # one year long
        ({"last_year": 2060}, "last_year", 2060),
        ({"id": "a" * 40}, "name", "Skills for cars"),
        ({"name": "=Skills"}, "name", "=Skills"),
        ({"name": "x" * 200}, "name", "x" * 200),
    ],
)
@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_a_value_is_read_however_a_person_writes_it(
    tmp_path: Path, ending: str, given: dict[str, Any], column: str, value: Any
):
    found = read(written(tmp_path, {**PLAIN, **given}, ending=ending))
    assert found[column].iloc[0] == value


# Wrong files

LEVELS = "local, regional, cross-border, national, european"
ADDRESS = "an address that starts with https:// or http://"


@pytest.mark.parametrize(
    ("given", "what", "rule", "fix"),
    [
        ({"id": ""}, "The id is ''.", "letters, digits and hyphens, at most 40", "write a short identifier"),
        ({"id": "My programme"}, "The id is 'My programme'.", "letters, digits and", "write a short identifier"),
        ({"id": "a" * 41}, f"The id is '{'a' * 41}'.", "letters, digits and", "write a short identifier"),
        ({"name": ""}, "The name of P1 has 0 characters.", "1 to 200 characters", "write its name as published"),
        ({"name": "x" * 201}, "The name of P1 has 201 characters.", "1 to 200", "write its name as published"),
        ({"level": ""}, "P1 has 0 levels.", "one level", f"write one of: {LEVELS}"),
        ({"level": "regional; national"}, "P1 has 2 levels.", "one level", f"write one of: {LEVELS}"),
        ({"level": "regonal"}, "level has 'regonal'.", f"one of: {LEVELS}", "did you mean regional?"),
        ({"first_year": ""}, "The first year of P1 is missing.", "a calendar year", "write the year it began"),
        *(
            (
                {"first_year": year},
                f"first_year is {year!r}.",
                "a calendar year from 1980 to 2060",
                "correct it, or leave",
            )
            for year in ("21", "1979", "2061", "2021-27", "soon", "20210", "2021.5")
        ),
        (
            {"last_year": "open"},
            "last_year is 'open'.",
            "a calendar year from 1980 to 2060",
            "correct it, or leave it empty",
        ),
        (
            {"last_year": 2020},
            "P1 ends in 2020, before it begins in 2021.",
            "last_year is not before first_year",
            "swap them, or correct one",
        ),
        *(
            (
                {"budget_meur": budget},
                f"budget_meur is {budget!r}.",
                "million euro, a number from 0 with a decimal point",
                "write 12.5, for instance, or leave it empty",
            )
            for budget in ("12,5", "-3", "12m", "nan", "inf", "1e6", "€5")
        ),
        ({"objectives": ""}, "P1 has no objectives.", "at least one", "write some of: networking, innovation, skills"),
        ({"objectives": "skils"}, "objectives has 'skils'.", "one of: networking, innovation", "did you mean skills?"),
        (
            {"objectives": "skills; inovation"},
            "objectives has 'inovation'.",
            "one of: networking, innovation",
            "did you mean innovation?",
        ),
        (
            {"objectives": "skills, green"},
            "objectives has 'skills, green'.",
            "one of: networking",
            "put semicolons between them",
        ),
        ({"instruments": "loan"}, "instruments has 'loan'.", "one of: cluster-management", "use one of: cluster-"),
        (
            {"instruments": "xyz"},
            "instruments has 'xyz'.",
            "one of: cluster-management",
            "use one of: cluster-management",
        ),
        ({"target_groups": "startups"}, "target_groups has 'startups'.", "one of: cluster-", "did you mean start-ups?"),
        ({"serves": "skills"}, "serves has 'skills'.", "one of: starting-a-business", ""),
        ({"serves": "human-resource"}, "serves has 'human-resource'.", "one of: ", "did you mean human-resources?"),
        (
            {"sectors": "C29.31"},
            "sectors has 'C29.31'.",
            "divisions or sections",
            "write C29, the division it belongs to",
        ),
        ({"sectors": "all; C29"}, "sectors has 'all'.", "divisions or sections", "write a division such as C29"),
        ({"link": "example.org"}, "The link of P1 is 'example.org'.", ADDRESS, "write the whole address"),
        ({"link": 'https://x"y'}, "The link of P1 is 'https://x\"y'.", ADDRESS, "write the whole address"),
    ],
)
@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_a_wrong_value_is_named_with_its_place_and_its_mending(
    tmp_path: Path, ending: str, given: dict[str, Any], what: str, rule: str, fix: str
):
    (problem,) = problems(written(tmp_path, {**PLAIN, "id": "P0"}, {**PLAIN, **given}, ending=ending))
    assert problem.what == what
    assert problem.where.endswith({".csv": ", line 3", ".xlsx": ", sheet Table, row 3"}[ending])
    assert problem.rule.startswith(rule)
    assert problem.fix.startswith(fix)


def test_programmes_that_stand_twice_are_refused(tmp_path: Path):
    rows = [{**PLAIN, "id": code} for code in ("P1", "P2", "P1", "P3", "P2")]
    (problem,) = problems(written(tmp_path, *rows))
    assert problem.what == "Identifiers stand twice: P1, P2."
    assert (problem.rule, problem.fix) == ("each programme has its own", "rename one of the two")


def test_formulas_and_errors_of_a_workbook_are_refused(tmp_path: Path):
    found = problems(book(tmp_path, {**PLAIN, "budget_meur": "=SUM(A1:A9)"}, {**PLAIN, "id": "P2", "name": "#REF!"}))
    assert [problem.what for problem in found] == [
        "The cell F2 holds a formula: '=SUM(A1:A9)'.",
        "The cell B3 holds the error #REF!.",
    ]
    assert {problem.rule for problem in found} == {"cells hold values, so that everyone reads the same"}
    assert found[0].fix.startswith("replace it by its value")


def test_a_workbook_may_hold_whole_numbers_with_decimals(tmp_path: Path):
    found = read(book(tmp_path, {**PLAIN, "id": 17.0, "first_year": 2021.0, "last_year": 2027.0}))
    assert (found.index[0], found["first_year"].iloc[0], found["last_year"].iloc[0]) == ("17", 2021, 2027)


def test_a_date_is_no_year(tmp_path: Path):
    (problem,) = problems(book(tmp_path, {**PLAIN, "first_year": pd.Timestamp("2021-01-01").to_pydatetime()}))
    assert problem.what == "first_year is '2021-01-01 00:00:00'."


@pytest.mark.parametrize("missing", NEEDED)
def test_a_missing_column_is_named(tmp_path: Path, missing: str):
    path = tmp_path / "programmes.csv"
    path.write_text(",".join(name for name in COLUMNS if name != missing) + "\n", encoding="utf-8")
    (problem,) = problems(path)
    assert problem.what == f"There is no column {missing}."
    assert problem.rule == f"needed are {', '.join(NEEDED)}"
    assert problem.fix == f"add it; the columns are {', '.join(COLUMNS)}"


def test_an_unknown_column_is_named(tmp_path: Path):
    path = tmp_path / "programmes.csv"
    path.write_text(f"{','.join(COLUMNS)},objektives,comment\n", encoding="utf-8")
    found = problems(path)
    assert [problem.what for problem in found] == ["Unknown column 'objektives'.", "Unknown column 'comment'."]
    assert [problem.fix for problem in found] == ["did you mean objectives?", "remove it"]


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("programmes.csv", b"", "The file programmes.csv is empty."),
        ("programmes.xls", b"x", "The file programmes.xls is of no kind that holds a table."),
        ("programmes.csv", b"id\x00", "The file programmes.csv is not text: it holds zero bytes."),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, name: str, content: bytes, what: str):
    path = tmp_path / name
    path.write_bytes(content)
    (problem,) = problems(path)
    assert problem.what == what
    assert problem.rule.startswith("docs/stress-test.md")


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path):
    wrong = {"id": "P 1", "level": "regional; national", "first_year": 2027, "last_year": 2021, "budget_meur": "1,5"}
    found = problems(written(tmp_path, {**PLAIN, **wrong, "sectors": "C29.1; X"}, {"id": "P2"}))
    assert [problem.what for problem in found] == [
        "The id is 'P 1'.",
        "P 1 ends in 2021, before it begins in 2027.",
        "P 1 has 2 levels.",
        "sectors has 'C29.1'.",
        "sectors has 'X'.",
        "budget_meur is '1,5'.",
        "The name of P2 has 0 characters.",
        "The first year of P2 is missing.",
        "P2 has 0 levels.",
        "P2 has no objectives.",
    ]


# Side by side


def programme(objectives: str = "", sectors: str = "", **others: Any) -> dict[str, Any]:
    row = {"objectives": tuple(objectives.split()), "sectors": tuple(sectors.split()), "budget_meur": math.nan}
    return {**row, "instruments": (), "target_groups": (), **others}


@pytest.mark.parametrize(
    ("objectives", "sectors", "across"),
    [
        ("cross-sector", "C29", True),  # by its objective
        ("skills cross-sector", "", True),
        ("skills", "all", True),  # open to every sector
        ("skills", "C29 J62", True),  # several sections
        ("skills", "C29 C10", False),  # one section
        ("skills", "C29", False),
        ("skills", "", False),  # not known
        ("", "", False),
    ],
)
def test_which_programmes_join_sectors(objectives: str, sectors: str, across: bool):
    assert is_across(pd.Series(programme(objectives, sectors))) is across


def test_programmes_side_by_side_by_hand():
    ours = pd.DataFrame(
        [
            programme("skills innovation", "C10 C29", budget_meur=10.0, instruments=("training",)),
            programme("skills", "all", budget_meur=2.5, target_groups=("start-ups", "research")),
            programme("innovation cross-sector", "J62", instruments=("training", "equity")),
            programme("green", "", target_groups=("start-ups",)),
        ]
    )
    theirs = pd.DataFrame([programme("skills", "C13 J62")])
    found = compare_programmes({"piemonte": ours, "saxony": theirs})
    assert found.index.name == "region"
    assert list(found.index) == ["piemonte", "saxony"]
    counts = ["n_programmes", "n_with_budget", "budget_meur", "n_across", "n_one_section"]
    assert found.loc["piemonte", counts].tolist() == [4, 2, 12.5, 2, 2]  # across: all, cross-sector; one: C, J
    assert found.loc["saxony", counts].tolist()[:2] == [1, 0]
    assert np.isnan(found.loc["saxony", "budget_meur"])
    assert found.loc["saxony", counts].tolist()[3:] == [1, 0]
    shares = found[[name for name in found if ":" in name]]
    assert shares.loc["piemonte"].to_dict() == {
        "objective:skills": 50, "objective:innovation": 50, "objective:cross-sector": 25, "objective:green": 25,
        "instrument:training": 50, "instrument:equity": 25, "target_group:start-ups": 50, "target_group:research": 25,
    }  # fmt: skip
    assert shares.loc["saxony"].to_dict() == {name: 100 if name == "objective:skills" else 0 for name in shares}


def test_the_columns_stand_in_the_same_order_in_every_run():
    rows = [programme(objective) for objective in sorted(WORDS.objectives)]
    found = compare_programmes({"x": pd.DataFrame(rows)})
    assert [name for name in found if ":" in name] == [f"objective:{code}" for code in sorted(WORDS.objectives)]


def test_a_region_without_programmes_stands_with_none():
    empty = pd.DataFrame([programme("skills")]).iloc[:0]
    found = compare_programmes({"x": empty, "y": pd.DataFrame([programme("skills")])})
    assert found.loc["x", ["n_programmes", "n_across", "objective:skills"]].tolist() == [0, 0, 0]
    assert compare_programmes({"x": empty}).loc["x", "n_programmes"] == 0
    assert compare_programmes({}).empty


def test_comparing_changes_no_table():
    table = pd.DataFrame([programme("skills", "C29"), programme("green", "all")])
    before = table.copy(deep=True)
    compare_programmes({"x": table})
    pd.testing.assert_frame_equal(table, before)


# Words of the table


def vocabulary(folder: Path, **changes: Any) -> Path:
    good = {"levels": {"local": "Local"}, "objectives": {"skills": "Skills"}, "instruments": {"equity": "Equity"}}
    raw = {"schema_version": 1, **good, "target_groups": {"research": "Research"}, **changes}
    path = folder / "programmes.yaml"
    kept = {key: value for key, value in raw.items() if value is not None}
    path.write_text(json.dumps(kept, indent=1), encoding="utf-8")  # JSON is YAML
    return path


def test_words_that_are_right_are_read(tmp_path: Path):
    found = load_vocabulary(vocabulary(tmp_path))
    assert (found.levels, found.target_groups) == ({"local": "Local"}, {"research": "Research"})
    assert set(WORDS.levels) == {"local", "regional", "cross-border", "national", "european"}
    assert "cross-sector" in WORDS.objectives  # which is_across knows by this code


@pytest.mark.parametrize(
    ("changes", "what", "fix"),
    [
        ({"levels": None}, "The key levels is missing.", "add levels; see git’s version of the file"),
        ({"objectives": {}}, "objectives is {}: dictionary should have at least 1 item", "see docs/"),
        ({"objektives": {"a": "A"}}, "Unknown key objektives.", "did you mean objectives?"),
        ({"schema_version": 2}, "schema_version is 2: input should be 1.", "see docs/stress-test.md#programmes"),
        ({"instruments": {"Equity Funds": "x"}}, "instruments.Equity Funds", "see docs/stress-test.md#programmes"),
        ({"instruments": {"equity": ""}}, "instruments.equity is ''", "see docs/stress-test.md#programmes"),
        ({"instruments": {"equity": 3}}, "instruments.equity is 3", "see docs/stress-test.md#programmes"),
        ({"levels": ["local"]}, "levels is ['local']: input should be a valid dictionary.", "see docs/"),
    ],
)
def test_words_that_are_wrong_are_refused(tmp_path: Path, changes: dict[str, Any], what: str, fix: str):
    path = vocabulary(tmp_path, **changes)
    with pytest.raises(ParamError) as caught:
        load_vocabulary(path)
    (problem,) = caught.value.problems
    assert problem.what.startswith(what)
    assert problem.where.startswith(str(path))
    assert problem.rule == "docs/stress-test.md#programmes"
    assert problem.fix.startswith(fix)


def test_everything_that_is_wrong_with_the_words_is_said_at_once(tmp_path: Path):
    path = vocabulary(tmp_path, levels=None, objectives={}, colours={}, schema_version="1")
    with pytest.raises(ParamError) as caught:
        load_vocabulary(path)
    assert len(caught.value.problems) == 4
