"""The analyst's own table of industries: what is read, and everything that can be wrong with it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from clusterkit.data.own import BENCHMARK, Owner, OwnIndustry, read_own_industry
from clusterkit.data.own.industry import COLUMNS, GUIDE, check, template
from clusterkit.errors import ClusterkitError, ParamError, Problem
from clusterkit.paths import Project

ROOT = Path(__file__).resolve().parents[2]
OWNER = Owner("piemonte", ("ITC1",))
RULE = f"{GUIDE}#columns"
# area, area_name, nace_code, name, year, persons_employed, local_units, wages_meur, flag, source
ROWS = [
    ["piemonte", "", "C13", "Textiles", "2014", "100", "", "2.5", "", "Office"],
    ["piemonte", "", "C13.1", "Spinning", "2014", "60", "", "", "", ""],
    ["piemonte", "", "C13.2", "", "2014", "", "", "", "c", ""],
    ["benchmark", "Italy", "C13", "", "2014", "1000", "", "", "", ""],
    ["benchmark", "", "C13.1", "", "2014", "300", "", "", "", ""],
]

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a table: the rows above, changed."""

    def write(
        rows: list[list[Any]], *, name: str = "own.csv", heading: tuple[str, ...] = COLUMNS, sep: str = ","
    ) -> Path:
        path = tmp_path / name
        if path.suffix == ".xlsx":
            book = Workbook()
            for row in [heading, *rows]:
                book.active.append([value if value != "" else None for value in row])
            book.save(path)
        else:
            out = io.StringIO()
            csv.writer(out, delimiter=sep, lineterminator="\n").writerows([heading, *rows])
            path.write_text(out.getvalue(), encoding="utf-8")
        return path

    return write


def changed(row: int, **values: Any) -> list[list[Any]]:
    rows = [list(one) for one in ROWS]
    for name, value in values.items():
        rows[row][COLUMNS.index(name)] = value
    return rows


def problems(path: Path, owner: Owner | None = OWNER) -> list[Problem]:
    with pytest.raises(ParamError) as caught:
        read_own_industry(path, owner)
    return list(caught.value.problems)


def only(found: list[Problem]) -> Problem:
    assert len(found) == 1, found
    return found[0]


def same(one: OwnIndustry, other: OwnIndustry) -> bool:
    return one.table.equals(other.table) and one.names == other.names and one.benchmark == other.benchmark


def test_a_table_is_read(write: Write) -> None:
    found = read_own_industry(write(ROWS), OWNER)
    assert (found.region, found.benchmark, found.sources, found.years) == ("piemonte", "Italy", ("Office",), [2014])
    assert found.names == {"C13": "Textiles", "C13.1": "Spinning"}
    persons = found.table["persons_employed"].xs(2014, level="year")
    assert persons["piemonte", "C13"] == 100
    assert np.isnan(persons["piemonte", "C13.2"])
    statuses = found.table["persons_employed_status"].xs(2014, level="year")
    assert statuses["piemonte", "C13.2"] == "hidden"
    assert statuses[BENCHMARK, "C13"] == "reported"
    assert found.table.loc[("piemonte", "C13", 2014), "wages_meur"] == 2.5
    labels = found.label("C13.1"), found.phrase("C13.1"), found.label("C13.2")
    assert labels == ("Spinning (C13.1)", "spinning (C13.1)", "C13.2")


@pytest.mark.parametrize(("name", "sep"), [("own.csv", ";"), ("own.tsv", "\t"), ("own.xlsx", "")])
def test_the_same_table_in_another_kind_of_file_is_the_same(write: Write, name: str, sep: str) -> None:
    kinds = {4: int, 5: int, 7: float}
    as_numbers = [[kinds.get(i, str)(value) if value else value for i, value in enumerate(row)] for row in ROWS]
    rows = as_numbers if name.endswith("xlsx") else ROWS
    assert same(read_own_industry(write(rows, name=name, sep=sep), OWNER), read_own_industry(write(ROWS), OWNER))


@pytest.mark.parametrize("code", ["13.1", "C131", "131", "c13,1", '"C13.1"'])
def test_codes_of_offices_are_the_same_codes(write: Write, code: str) -> None:
    rows = changed(1, nace_code=code)
    assert same(read_own_industry(write(rows), OWNER), read_own_industry(write(ROWS), OWNER))


@pytest.mark.parametrize(
    ("text", "value"), [("60", 60), ("60,5", 60.5), ("60.5", 60.5), ("1 060", 1060), ("1\u00a0060,5", 1060.5), ("0", 0)]
)
def test_numbers_are_read_as_people_write_them(write: Write, text: str, value: float) -> None:
    rows = changed(1, persons_employed=text)
    rows[0][5], rows[3][5], rows[4][5] = "2000", "9000", "3000"
    found = read_own_industry(write(rows, sep=";"), OWNER)
    assert found.table.loc[("piemonte", "C13.1", 2014), "persons_employed"] == value


@pytest.mark.parametrize(
    ("text", "flag", "status"),
    [
        ("", "c", "hidden"),
        ("c", "", "hidden"),
        (":c", "", "hidden"),
        (":", "", "missing"),
        ("..", "", "missing"),
        ("-", "", "missing"),
        ("", "", "missing"),
    ],
)
def test_what_is_hidden_or_missing_is_no_zero(write: Write, text: str, flag: str, status: str) -> None:
    found = read_own_industry(write(changed(1, persons_employed=text, flag=flag)), OWNER)
    row = found.table.loc[("piemonte", "C13.1", 2014)]
    assert np.isnan(row["persons_employed"])
    assert row["persons_employed_status"] == status


@pytest.mark.parametrize(
    ("flag", "status"),
    [("e", "estimated"), ("u", "unreliable"), ("p", "reported"), ("b", "reported"), ("be", "estimated")],
)
def test_flags_are_kept(write: Write, flag: str, status: str) -> None:
    row = read_own_industry(write(changed(1, flag=flag)), OWNER).table.loc[("piemonte", "C13.1", 2014)]
    assert (row["flag"], row["persons_employed_status"]) == (flag, status)


def test_numbers_in_the_place_of_codes_are_refused(write: Write) -> None:
    rows = changed(1, nace_code=13.1)
    rows[2][2] = 13.2
    problem = only(problems(write(rows, name="own.xlsx")))
    assert problem.what == "2 codes are numbers, not text: 13.1, 13.2."
    assert problem.rule == "a code is text: as numbers, the class 13.10 and the group 13.1 are the same"
    assert problem.fix.startswith(
        "write the section letter before each code, C13.1 for the group and C13.10 for the class"
    )


def test_codes_that_lost_a_zero_in_a_spreadsheet_are_refused(write: Write) -> None:
    rows = [
        ["piemonte", "", code, "", "2014", "5", "", "", "", "Office"] for code in ("13.1", "13.2", "13.91", "13.92")
    ]
    problem = only(problems(write([*rows, *ROWS[3:]])))
    assert problem.what == "2 codes may have lost a zero at their end: 13.1, 13.2."


def test_groups_alone_and_letters_are_no_lost_zeros(write: Write) -> None:
    rows = changed(1, nace_code="13.1")
    rows[2][2], rows[4][2] = "13.2", "13.1"
    assert read_own_industry(write(rows), OWNER).codes("piemonte") == ["C13", "C13.1", "C13.2"]
    with_letters = [*ROWS, ["piemonte", "", "C13.91", "", "2014", "5", "", "", "", ""]]
    assert "C13.91" in read_own_industry(write(with_letters), OWNER).codes("piemonte")


WRONG = {
    "unknown code": (1, {"nace_code": "13.7"}, "'13.7': NACE Rev. 2 has no group C13.7.", "did you mean C13.9?"),
    "national code": (
        1,
        {"nace_code": "13.10.00"},
        "'13.10.00' is deeper than NACE, or of a national version of it.",
        "add up the figures of each class of NACE, the first four digits",
    ),
    "no year": (1, {"year": ""}, "The year is ''.", "correct it"),
    "year in words": (1, {"year": "2014/15"}, "The year is '2014/15'.", "correct it"),
    "negative": (
        1,
        {"persons_employed": "-3"},
        "persons_employed is -3.",
        "correct it, or leave it empty where not known",
    ),
    "no number": (
        1,
        {"persons_employed": "many"},
        "persons_employed is 'many', no number.",
        "write the number alone; leave the cell empty where there is none",
    ),
    "two meanings": (
        0,
        {"wages_meur": "1.234"},
        "wages_meur is '1.234': that can be 1234 or 1.234.",
        "write numbers with a decimal point, and no sign for thousands",
    ),
    "unknown flag": (1, {"flag": "x"}, "The flag has 'x'.", "write one of these letters, or leave it empty"),
    "hidden with a figure": (
        1,
        {"flag": "c"},
        "C13.1 of 2014 is flagged c, hidden, but has a figure.",
        "empty the figure; or take the flag away, if the figure may be published",
    ),
    "no area": (2, {"area": ""}, "The row has no area.", "write the identifier of the region, or benchmark"),
    "another region": (
        2,
        {"area": "saxony"},
        "The table is for piemonte, but has rows of saxony.",
        "correct the area, or name the file for that region",
    ),
    "no name of the benchmark": (
        3,
        {"area_name": ""},
        "The benchmark has no name.",
        "write it under area_name in one of its rows, such as Italy",
    ),
    "two benchmarks": (4, {"area_name": "France"}, "The benchmark has 2 names: Italy, France.", "keep one of them"),
    "no source": (0, {"source": ""}, "No row names a source.", "write the office, the table and the date"),
    "two names": (
        4,
        {"name": "Weaving"},
        "C13.1 is called 'Spinning' and 'Weaving'.",
        "write the same name, or write it once",
    ),
    "twice": (2, {"nace_code": "C13.1"}, "C13.1 of piemonte in 2014 stands twice.", "remove one of them"),
    "parts above the whole": (
        1,
        {"persons_employed": "160"},
        "The parts of C13 have 160 persons, C13 itself 100: C13.1.",
        "correct the one or the other; they may be of two sources or definitions",
    ),
    "benchmark smaller": (
        4,
        {"persons_employed": "50"},
        "C13.1 has 60 persons in piemonte and 50 in Italy.",
        "correct the figures, or take a benchmark that holds the region",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_every_error_says_what_is_wrong_and_how_to_mend_it(write: Write, case: str) -> None:
    row, values, what, fix = WRONG[case]
    path = write(changed(row, **values), sep=";")
    problem = only(problems(path))
    assert (problem.what, problem.fix) == (what, fix)
    assert problem.where.startswith(str(path))
    assert problem.rule


def test_all_that_is_wrong_is_told_at_once(write: Write) -> None:
    rows = changed(0, nace_code="99.9")
    rows[1][5], rows[2][8], rows[4][4] = "-1", "q", "20"
    assert len(problems(write(rows))) == 4


def test_parts_that_are_all_given_must_reach_their_whole(write: Write) -> None:
    parts = [["piemonte", "", f"C13.{n}", "", "2014", "10", "", "", "", ""] for n in "1239"]
    problem = only(problems(write([ROWS[0], *parts, *ROWS[3:]])))
    assert problem.what == "All parts of C13 have 40 persons, C13 itself 100: C13.1, C13.2, C13.3, C13.9."
    close = [[*row[:5], "24", *row[6:]] for row in parts]  # 96 of 100: offices round
    assert read_own_industry(write([ROWS[0], *close, *ROWS[3:]]), OWNER).years == [2014]
    hidden = [*close[:3], [*close[3][:5], "", "", "", "c", ""]]
    hidden[0][5] = "5"  # with a hidden part nothing can be said
    assert read_own_industry(write([ROWS[0], *hidden, *ROWS[3:]]), OWNER).years == [2014]


def test_without_benchmark_or_region_nothing_can_be_compared(write: Write) -> None:
    assert only(problems(write(ROWS[:3]))).what == "There is no row of the benchmark."
    assert only(problems(write([[*ROWS[3][:-1], "Office"]]))).what == "There is no row of the region."
    later = [[*row[:4], "2015", *row[5:]] for row in ROWS[3:]]
    assert only(problems(write([*ROWS[:3], *later]))).what == (
        "The region has figures of 2014, Italy of 2015: no common year."
    )


def test_headings_are_compared_with_those_that_there_are(write: Write) -> None:
    heading = tuple("persons" if name == "persons_employed" else name for name in COLUMNS)
    found = [problem.what for problem in problems(write(ROWS, heading=heading))]
    assert found == ["There is no column persons_employed.", "Unknown column 'persons'."]
    assert only(problems(write([]))).what == "The file own.csv has headings, but no rows."


def test_for_any_region_one_is_enough(write: Write) -> None:
    assert read_own_industry(write(ROWS)).region == "piemonte"
    rows = changed(2, area="saxony")
    assert only(problems(write(rows), None)).what == "There are rows of 2 regions: piemonte, saxony."


def test_the_check_says_what_was_read(write: Write) -> None:
    lines = check(write(ROWS), Project(ROOT), OWNER)
    assert lines == [
        "piemonte: 3 rows of 2014; 1 division, 2 groups; 2 reported, 1 hidden.",
        "Italy: 2 rows of 2014; 1 division, 1 group; 2 reported.",
        "Years with both: 2014. Source: Office.",
    ]


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_a_template_filled_in_is_in_order(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"own{ending}"
    path.write_bytes(template(path, Project(ROOT), OWNER))
    wanted = {"There is no row of the region.", "There is no row of the benchmark.", "No row names a source."}
    assert wanted & {problem.what for problem in problems(path)} == {"No row names a source."}  # it shows both areas
    rows = [
        [area, name, code, "", "2014", str(value), "", "", "", "Office"]
        for area, name, factor in (("piemonte", "", 1), ("benchmark", "Italy", 10))
        for code, value in (("total", 900 * factor), ("C13", 100 * factor), ("C13.1", 60 * factor))
    ]
    filled = tmp_path / "filled.csv"
    filled.write_text("\n".join(",".join(row) for row in [list(COLUMNS), *rows]), encoding="utf-8")
    assert read_own_industry(filled, OWNER).codes("piemonte") == ["C13", "C13.1", "TOTAL"]


def test_the_example_of_the_project_is_in_order_and_says_that_it_is_illustrative() -> None:
    found = read_own_industry(ROOT / "params" / "own" / "example" / "industry.csv", OWNER)
    assert found.years == [2011, 2014]
    assert found.sources == ("Illustrative figures of this project, of no office",)
    hidden = found.table["persons_employed_status"].eq("hidden")
    assert hidden.xs(2014, level="year").sum() == 4
    assert found.table["persons_employed"][hidden].isna().all()


CELLS = st.one_of(
    st.sampled_from(["piemonte", "benchmark", "C13", "13.1", "total", "2014", "60", "", "c", "1,5", "Italy", "Office"]),
    st.text(max_size=8),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(CELLS, min_size=len(COLUMNS), max_size=len(COLUMNS)), max_size=4))
def test_whatever_stands_in_a_file_is_read_or_refused_in_words(tmp_path: Path, rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([COLUMNS, *rows])
    path = tmp_path / "fuzz.csv"
    path.write_text(out.getvalue(), encoding="utf-8", errors="replace")
    refused: tuple[Problem, ...] = ()
    years: list[int] = []
    try:
        years = read_own_industry(path, OWNER).years
    except ClusterkitError as exc:
        refused = exc.problems
    assert years or refused
    assert all(problem.what and problem.fix for problem in refused)
