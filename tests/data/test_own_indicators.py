"""Indicators of the analyst's own: what is read, what is refused, what is left out and said."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from clusterkit.data.nuts import UNION
from clusterkit.data.own import KINDS, Owner, indicators
from clusterkit.data.own.indicators import OwnIndicators, load_own_indicators
from clusterkit.errors import ParamError, Problem
from clusterkit.paths import project
from clusterkit.table_files import table_bytes

PIEMONTE = Owner("piemonte", ("ITC1",))
LITHUANIA = Owner("lithuania", ("LT01", "LT02"))
FIRST = {
    "nuts_id": "ITC1", "indicator": "port_jobs", "year": 2021, "value": 4.5, "name": "Port jobs",
    "unit": "percent of employment", "merged_by": "employment", "source": "own survey, 2024", "status": "",
}  # fmt: skip

Write = Callable[..., Path]


def row(**changes: object) -> dict[str, object]:
    """The first row, with what an indicator is; changed."""
    return {**FIRST, **changes}


def more(nuts_id: str, value: object = 1.0, **changes: object) -> dict[str, object]:
    """Another row of the same indicator, which says no more of it."""
    empty = dict.fromkeys(("name", "unit", "merged_by", "source"), "")
    return {**FIRST, **empty, "nuts_id": nuts_id, "value": value, **changes}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(*rows: dict[str, object], name: str = "own.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(table_bytes(path, indicators.COLUMNS, rows, indicators.NOTES))
        return path

    return write


def read(path: Path, owner: Owner | None = PIEMONTE) -> OwnIndicators:
    return load_own_indicators(path, project(), owner)


def problems(path: Path, owner: Owner | None = PIEMONTE) -> list[Problem]:
    with pytest.raises(ParamError) as caught:
        read(path, owner)
    return list(caught.value.problems)


@pytest.mark.parametrize("name", ["own.csv", "own.tsv", "own.xlsx"])
def test_what_an_indicator_is_stands_in_one_of_its_rows(write: Write, name: str) -> None:
    found = read(write(row(), more("ITC4", 2.25, status="estimated"), more("EU28", 3), more("ITF3", ""), name=name))
    assert found.rows.to_dict("list") == {
        "nuts_id": ["ITC1", "ITC4", UNION],
        "indicator": ["port_jobs"] * 3,
        "year": [2021] * 3,
        "value": [4.5, 2.25, 3.0],
        "status": ["reported", "estimated", "reported"],
        "unit": ["percent of employment"] * 3,
    }
    assert found.definitions.loc["port_jobs"].tolist() == [
        "Port jobs", "percent of employment", "employment", "own survey, 2024",
    ]  # fmt: skip
    assert found.units == {"port_jobs": "percent of employment"}


def test_a_file_of_excel_is_read_with_its_semicolons_mark_and_commas(tmp_path: Path) -> None:
    path = tmp_path / "excel.csv"
    head = "nuts_id;indicator;year;value;name;unit;merged_by;source"
    lines = [head, 'ITC1;port_jobs;2021;4,5;"Port; jobs";percent;employment;ISTAT', "ITC4;port_jobs;2021;1 234,25;;;;"]
    path.write_text("\r\n".join(lines), encoding="utf-8-sig")
    found = read(path)
    assert found.rows["value"].tolist() == [4.5, 1234.25]
    assert found.definitions.loc["port_jobs", "name"] == "Port; jobs"


def test_the_identifier_of_the_region_stands_for_its_one_code(write: Write) -> None:
    assert read(write(row(nuts_id="piemonte"))).rows["nuts_id"].tolist() == ["ITC1"]
    (problem,) = problems(write(row(), more("piemonte", 4.5)))
    assert problem.what == "1 figure stands twice: ITC1 port_jobs 2021."
    assert problem.where.endswith("own.csv, line 3")


def test_of_a_region_of_several_codes_it_stands_for_the_whole(write: Write) -> None:
    path = write(row(nuts_id="lithuania"), more("LT01", 2))
    assert read(path, LITHUANIA).rows["nuts_id"].tolist() == ["lithuania", "LT01"]
    assert read(path, None).rows["nuts_id"].tolist() == ["lithuania", "LT01"]
    (problem,) = problems(path)
    assert problem.what.startswith("1 code is of another region than the one that this file is for: 'lithuania' (write")


def test_sources_of_the_rows_stand_side_by_side(write: Write) -> None:
    found = read(write(row(), more("EU28", source="Eurostat")))
    assert found.definitions.loc["port_jobs", "source"] == "own survey, 2024; Eurostat"


def test_what_the_pages_have_no_place_for_is_left_out_and_said(write: Write) -> None:
    rows = [more(code) for code in ("ITC", "ITC11", "ITC12", "NO01", "CH01", "EU27_2020", "EA19", "IT")]
    found = read(write(row(), *rows))
    assert found.rows["nuts_id"].tolist() == ["ITC1", "IT"]
    assert found.notes[:3] == (
        "3 rows are left out: NUTS 1 or NUTS 3, and the scoreboard compares NUTS 2.",
        "2 rows are left out: regions outside of the 28 EU members of 2014, which the scoreboard does not compare.",
        "2 rows are left out: a union of countries other than EU28, the members of 2014 with which the pages compare.",
    )


@pytest.mark.parametrize(
    ("code", "what", "rule"),
    [
        ("FR24", "1 code is of another NUTS version than 2016: 'FR24' (write FRB0 in its place).", "docs/methods.md"),
        (
            "LT00",
            "1 code is of another NUTS version than 2016: 'LT00' "
            "(write LT01 and LT02 in its place, each with its own figure).",
            "docs/methods",
        ),
        ("GR30", "1 code is not known: 'GR30' (write EL30).", indicators.RULE),
        ("ITC9", "1 code is not known: 'ITC9' (did you mean ITC4?).", indicators.RULE),
        ("", "1 code is not known: '' (check the code).", indicators.RULE),
    ],
)
def test_a_code_of_another_version_or_of_none_is_refused(write: Write, code: str, what: str, rule: str) -> None:
    (problem,) = problems(write(row(), more(code)))
    assert problem.what == what
    assert problem.rule.startswith(rule)
    assert problem.where.endswith("own.csv, column nuts_id")


WRONG = {
    "a code that is none": (
        {"indicator": "Port Jobs"}, "The code of an indicator is 'Port Jobs'.", "write port_jobs",
    ),
    "a code of the project": (
        {"indicator": "population"}, "The project has an indicator population already.", "call yours own_population",
    ),
    "a year that is none": ({"year": "2021-22"}, "year is '2021-22'.", "write the year alone, such as 2021"),
    "a year too early": ({"year": 1998}, "year is '1998'.", "write the year alone, such as 2021"),
    "no number": ({"value": "many"}, "value is 'many', no number.", "leave the cell empty where there is none"),
    "another status": ({"status": "p"}, "status is 'p'.", "leave it empty"),
    "no unit": ({"unit": ""}, "No row of port_jobs has its unit.", "write it in one of them: such as"),
    "no source": ({"source": ""}, "No row of port_jobs has its source.", "who published it, and when"),
    "another base": ({"merged_by": "mean"}, "merged_by of port_jobs is 'mean'.", "write population where nothing"),
    "a base misspelt": ({"merged_by": "populaton"}, "merged_by of port_jobs is 'populaton'.", "mean population?"),
    "a name too long": ({"name": "x" * 201}, "The name of port_jobs has 201 characters.", "shorten it"),
    "nothing known": ({"value": ":"}, "port_jobs has no figure of a region that the scoreboard compares.", "add one"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_with_its_line_and_what_to_do(write: Write, case: str) -> None:
    changes, what, fix = WRONG[case]
    (problem,) = problems(write(row(**changes)))
    assert problem.what == what
    assert fix in problem.fix
    assert "own.csv" in problem.where


def test_two_texts_for_one_thing_are_refused(write: Write) -> None:
    (problem,) = problems(write(row(), more("ITC4", unit="per 1,000 inhabitants")))
    assert problem.what == "port_jobs has two texts as its unit: 'percent of employment' and 'per 1,000 inhabitants'."
    assert problem.where.endswith("line 3")


def test_everything_is_said_at_once(write: Write) -> None:
    found = problems(write(row(unit="", year="x"), more("FR24", "many"), more("ITC4", status="?")))
    assert len(found) == 5


def test_a_table_with_a_column_for_each_indicator_is_answered_with_how_to_turn_it(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text("nuts_id,year,port_jobs,yards\nITC1,2021,4.5,3\n", encoding="utf-8")
    (problem,) = problems(path)
    assert problem.what == "The table wide.csv has a column for each indicator."
    turn = re.search(r"table(\.melt\(.*?\))", problem.fix)
    assert turn
    table = pd.read_csv(path)
    assert list(eval(f"table{turn[1]}", {"table": table})) == ["nuts_id", "year", "indicator", "value"]


def test_a_column_that_is_absent_or_unknown_is_named(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("nuts_id,indicator,yaer,value,name,unit,merged_by,source\n", encoding="utf-8")
    found = problems(path)
    assert [problem.what for problem in found] == ["There is no column year.", "Unknown column 'yaer'."]
    assert found[1].fix == "did you mean year?"


def test_how_far_an_indicator_compares_is_said(write: Write) -> None:
    alone = read(write(row())).notes
    assert alone == ("port_jobs is known for piemonte alone: it is shown, without a rank.",)
    few = read(write(row(), more("ITC4"), more("ITF3"))).notes
    assert few == ("port_jobs has figures of 3 regions: from 5 on there are ranks.",)
    codes = ("ITC4", "ITF3", "ITH1", "ITH2")
    assert read(write(row(), *map(more, codes))).notes == ()
    assert read(write(row(nuts_id="ITI1"), *map(more, codes))).notes == ("port_jobs has no figure of piemonte.",)
    half = read(write(row(nuts_id="LT01"), *map(more, codes)), LITHUANIA).notes
    assert half == ("port_jobs has no figure of lithuania: none of LT02.",)
    over = read(write(row(value=104), *map(more, codes))).notes
    assert over == ("port_jobs has values outside of 0 to 100 percent.",)


@pytest.mark.parametrize("name", ["own.csv", "own.xlsx"])
@pytest.mark.parametrize("owner", [None, PIEMONTE, LITHUANIA])
def test_the_template_is_in_order_and_says_what_each_column_holds(tmp_path: Path, name: str, owner: Owner) -> None:
    path = tmp_path / name
    path.write_bytes(indicators.template(path, project(), owner))
    said = indicators.check(path, project(), owner)
    assert said[0].endswith(f"{name}: 1 indicator.")
    assert "example_apprentices: Example: apprentices, per 1,000 employed" in said[1]


def test_the_guide_has_every_column() -> None:
    guide = (project().root / KINDS["indicators"].guide).read_text(encoding="utf-8")
    columns = re.findall(r"^\| `(\w+)` \|", guide.partition("## Columns")[2].partition("## What")[0], re.MULTILINE)
    assert tuple(columns) == indicators.COLUMNS
