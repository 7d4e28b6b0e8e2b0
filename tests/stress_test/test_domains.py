"""Priority domains as files, what footing each sector has, and what a domain stands on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook

from clusterkit.data.industries.nace import NACE_DIVISIONS
from clusterkit.errors import ParamError, Problem
from clusterkit.mapping import growth_quadrants
from clusterkit.stress_test.domains import (
    CLASSES,
    COLUMNS,
    FOOTINGS,
    NOTES,
    check_domains,
    outside_domains,
    read_domains,
    sector_classes,
)
from clusterkit.table_files import table_bytes

RULE = "docs/stress-test.md#smart-specialisation"
HEAD = "name,sectors,source,link"


def written(folder: Path, text: str, name: str = "domains.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def book(folder: Path, *rows: list[Any]) -> Path:
    path = folder / "domains.xlsx"
    made = Workbook()
    for row in rows:
        made.active.append(row)
    made.save(path)
    return path


def problems(path: Path) -> tuple[Problem, ...]:
    with pytest.raises(ParamError) as caught:
        read_domains(path)
    for problem in caught.value.problems:
        assert problem.where.startswith(str(path))
        assert problem.rule
        assert problem.fix
    return caught.value.problems


# Files

GOOD = {
    "Cars and parts": (("C29",), "S3 2021, p. 12", "https://example.org/s3"),
    "Food, from field to table": (("C10", "C11", "A01"), "", ""),
    "Energy": (("D35",), "S3 2021", ""),
}


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".xlsx"])
def test_what_is_written_is_read_back(tmp_path: Path, ending: str):
    path = tmp_path / f"domains{ending}"
    rows = [
        {"name": name, "sectors": "; ".join(sectors), "source": source, "link": link}
        for name, (sectors, source, link) in GOOD.items()
    ]
    path.write_bytes(table_bytes(path, COLUMNS, rows, NOTES))
    found = read_domains(path)
    assert {name: tuple(row) for name, *row in found.itertuples()} == GOOD
    assert list(found.columns) == ["sectors", "source", "link"]
    assert found.index.name == "name"


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".xlsx"])
def test_the_file_to_fill_in_is_read_as_no_domain_yet(tmp_path: Path, ending: str):
    path = tmp_path / f"domains{ending}"
    path.write_bytes(table_bytes(path, COLUMNS, [], NOTES))
    found = read_domains(path)
    assert found.empty
    assert list(found.columns) == ["sectors", "source", "link"]


def test_the_workbook_to_fill_in_says_what_each_column_holds(tmp_path: Path):
    path = tmp_path / "domains.xlsx"
    path.write_bytes(table_bytes(path, COLUMNS, [], NOTES))
    sheets = load_workbook(path)
    assert sheets.sheetnames == ["Table", "Columns"]
    assert {row[0].value: row[1].value for row in sheets["Columns"]} == NOTES


@pytest.mark.parametrize(
    ("cell", "sectors"),
    [
        ("C29", ("C29",)),
        ("c29 ; j62", ("C29", "J62")),
        ("C29;C29; c29", ("C29",)),
        ("B", ("B05", "B06", "B07", "B08", "B09")),
        ("J; J62", ("J58", "J59", "J60", "J61", "J62", "J63")),
        ("J63; J", ("J63", "J58", "J59", "J60", "J61", "J62")),
        ("d", ("D35",)),
        ("Q86;;", ("Q86",)),
    ],
)
def test_a_section_stands_for_its_divisions_and_each_counts_once(tmp_path: Path, cell: str, sectors: tuple[str, ...]):
    found = read_domains(written(tmp_path, f"{HEAD}\nx,{cell},,\n"))
    assert found.loc["x", "sectors"] == sectors


def test_headings_may_stand_in_another_order_and_size_and_some_may_be_left_out(tmp_path: Path):
    found = read_domains(written(tmp_path, "Sectors , NAME\nC29,Cars\n\nJ62,Software\n"))
    assert found["sectors"].to_dict() == {"Cars": ("C29",), "Software": ("J62",)}
    semicolons = read_domains(written(tmp_path, 'name;sectors;source;link\nCars;"C29;C30";;\n'))
    assert semicolons["sectors"].to_dict() == {"Cars": ("C29", "C30")}


@pytest.mark.parametrize(
    ("code", "fix"),
    [
        ("C29.31", "write C29, the division it belongs to"),
        ("C29.3", "write C29, the division it belongs to"),
        ("c2931", "write C29, the division it belongs to"),
        ("J6201", "write J62, the division it belongs to"),
        ("C34", "did you mean C"),  # the division 34 is not in use
        ("C34.1", "did you mean C"),
        ("29", "did you mean C29?"),
        ("D29", "did you mean "),
        ("cars", "write a division such as C29, or a section such as C"),
        ("C29, C30", "put semicolons between the codes"),
        ("X", "write a division such as C29, or a section such as C"),
        ("all", "write a division such as C29, or a section such as C"),
    ],
)
def test_a_code_that_is_no_division_is_named_with_the_one_it_belongs_to(tmp_path: Path, code: str, fix: str):
    (problem,) = problems(book(tmp_path, HEAD.split(","), ["Cars", f"C28; {code}"]))
    assert problem.what == f"sectors has {code!r}."
    assert problem.where.endswith("sheet Sheet, row 2")
    assert problem.rule == "divisions or sections of NACE Rev. 2, the finest that the figures carry"
    assert problem.fix.startswith(fix)


@pytest.mark.parametrize(
    ("row", "what", "rule", "fix"),
    [
        (",C29,,", "The name has 0 characters.", "1 to 200 characters", "write the name of the domain"),
        (f"{'x' * 201},C29,,", "The name has 201 characters.", "1 to 200 characters", "write the name of the domain"),
        ("Cars,,,", "'Cars' has no sectors.", "at least one NACE division", "write those that the domain works in"),
        ("Cars, ; ,,", "'Cars' has no sectors.", "at least one NACE division", "write those that the domain works in"),
        (
            "Cars,C29,,example.org",
            "The link is 'example.org'.",
            "an address that starts with https:// or http://",
            "write the whole address",
        ),
        (
            "Cars,C29,,javascript:alert(1)",
            "The link is 'javascript:alert(1)'.",
            "an address that starts with https:// or http://",
            "write the whole address",
        ),
        ("Cars,C29", "The row has 2 values, the heading 4.", "one value per column", "check quotes and separators of"),
        ("Cars,C29,,,x", "The row has 5 values, the heading 4.", "one value per column", "check quotes and separators"),
    ],
)
def test_a_wrong_row_is_named_with_its_place_and_its_mending(tmp_path: Path, row: str, what: str, rule: str, fix: str):
    (problem,) = problems(written(tmp_path, f"{HEAD}\nFood,C10,,\n{row}\n"))
    assert problem.what == what
    assert problem.where.endswith("domains.csv, line 3")
    assert problem.rule == rule
    assert problem.fix.startswith(fix)


@pytest.mark.parametrize(
    ("head", "what", "fix"),
    [
        ("name,sector", ["There is no column sectors.", "Unknown column 'sector'."], "did you mean sectors?"),
        ("sectors", ["There is no column name."], "add it; the columns are name, sectors, source, link"),
        ("name,sectors,budget", ["Unknown column 'budget'."], "remove it"),
        ("name,sectors,name", ["Columns stand twice: name."], "remove one of the two"),
        ("name,sectors,,link", ["Unknown column ''."], "remove it"),
    ],
)
def test_wrong_headings_are_named(tmp_path: Path, head: str, what: list[str], fix: str):
    found = problems(written(tmp_path, f"{head}\n{','.join(['C29'] * len(head.split(',')))}\n"))
    assert [problem.what for problem in found] == what
    assert found[-1].fix == fix


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("domains.csv", b"", "The file domains.csv is empty."),
        ("domains.csv", b"\n \n", "The file domains.csv is empty."),
        ("domains.csv", b"name,sectors\nCaf\xe9,C10\n", "The file domains.csv is not text in UTF-8"),
        ("domains.xlsx", b"name,sectors\nx,C10\n", "The workbook domains.xlsx"),
        ("domains.yaml", b"name: x\n", "The file domains.yaml is of no kind that holds a table."),
        ("domains.csv", None, "The file domains.csv cannot be read: No such file or directory."),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, name: str, content: bytes | None, what: str):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    (problem,) = problems(path)
    assert what in problem.what or problem.what.startswith("The file domains.xlsx is no workbook")


def test_an_empty_workbook_is_refused(tmp_path: Path):
    (problem,) = problems(book(tmp_path))
    assert problem.what == "The file domains.xlsx is empty."
    assert (problem.rule, problem.fix) == (RULE, "write the headings and a row")


def test_a_formula_is_refused_and_a_text_that_looks_like_one_is_kept(tmp_path: Path):
    found = problems(book(tmp_path, HEAD.split(","), ['="Ca"&"rs"', "C29"], ["Food", "=A1"]))
    assert [problem.what for problem in found[:2]] == [
        'The cell A2 holds a formula: \'="Ca"&"rs"\'.',
        "The cell B3 holds a formula: '=A1'.",
    ]
    assert found[0].fix.startswith("replace it by its value")
    for ending in (".csv", ".xlsx"):
        path = tmp_path / f"kept{ending}"
        rows = [{"name": "=1+1", "sectors": "C29", "source": "-", "link": ""}]
        path.write_bytes(table_bytes(path, COLUMNS, rows, NOTES))
        assert [tuple(row) for row in read_domains(path).itertuples()] == [("=1+1", ("C29",), "-", "")]


def test_a_domain_that_stands_twice_is_refused(tmp_path: Path):
    (problem,) = problems(written(tmp_path, f"{HEAD}\nCars,C29,,\nFood,C10,,\nCars,C30,,\n"))
    assert problem.what == "Domains stand twice: Cars."
    assert (problem.rule, problem.fix) == ("each domain stands once", "join the two")


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path):
    found = problems(written(tmp_path, f"{HEAD}\nCars,C29.31; C99,,\n,,,www\nFood,,,\nCars,C10,,\n,C10,,\n"))
    assert [problem.what for problem in found] == [
        "sectors has 'C29.31'.",
        "sectors has 'C99'.",
        "The name has 0 characters.",
        "'' has no sectors.",
        "The link is 'www'.",
        "'Food' has no sectors.",
        "The name has 0 characters.",
        "Domains stand twice: Cars.",
    ]


# Sectors


def portfolio(**sectors: tuple[float, float, float, float]) -> pd.DataFrame:
    """Sectors of a region: persons employed, location quotient, growth there and in Europe (percent)."""
    names = ["persons_employed", "lq", "growth_pct", "growth_europe_pct"]
    table = pd.DataFrame.from_dict(sectors, orient="index", columns=names).rename_axis("nace_code")
    return table.assign(share_pct=100 * table["persons_employed"] / table["persons_employed"].sum())


NAN = np.nan
SECTORS = portfolio(
    C29=(500, 2.0, 5.0, 1.0),  # strong
    C28=(300, 1.2, 5.0, 1.0),  # gains ground: present, grows, faster than Europe
    C27=(200, 1.0, 5.0, 1.0),  # the quotient exactly 1
    C26=(200, 0.99, 5.0, 1.0),  # not present
    C25=(150, 1.2, 0.0, -3.0),  # no more jobs than in the base year, though Europe has fewer
    C24=(150, 1.2, 0.1, -3.0),  # a few more
    C23=(100, 1.2, 5.0, 5.0),  # exactly as fast as Europe
    C22=(100, 1.2, 4.9, 5.0),  # slower
    C21=(100, 1.4, NAN, 5.0),  # growth unknown
    C20=(80, 0.8, -5.0, 1.0),  # close to what the region is strong in
    C19=(NAN, NAN, NAN, 1.0),  # hidden
    C18=(60, 1.3, -2.0, 1.0),  # might be strong, hidden cells leave it open
    C17=(60, 0.2, -2.0, 1.0),  # nothing of all this
    C16=(60, 3.0, 9.0, 1.0),  # strong by its quotient, but too small: not among the strong
)
STRONG = ["C29"]
CLOSE = ["C20", "C28", "C29"]  # candidates never are strong, but emerging sectors can be close


def classes() -> pd.DataFrame:
    quadrants = growth_quadrants(SECTORS, strong_lq=1.5)
    return sector_classes(SECTORS, STRONG, quadrants, CLOSE, ["C18"])


@pytest.mark.parametrize(
    ("code", "footing"),
    [
        ("C29", "strong"),
        ("C28", "emerging"),  # close too, but that comes after
        ("C27", "emerging"),
        ("C26", "other"),
        ("C25", "other"),
        ("C24", "emerging"),
        ("C23", "emerging"),  # equality counts, as in the quadrants of the mapping
        ("C22", "other"),
        ("C21", "other"),
        ("C20", "related"),
        ("C19", "hidden"),
        ("C18", "hidden"),
        ("C17", "other"),
        ("C16", "other"),
        ("Q86", "not observed"),
        ("A01", "not observed"),
    ],
)
def test_the_footing_of_each_sector(code: str, footing: str):
    assert classes().loc[code, "footing"] == footing


def test_every_division_of_nace_has_a_footing_and_the_figures_of_its_sector():
    found = classes()
    assert list(found.index) == list(NACE_DIVISIONS)
    assert found.index.name == "nace_code"
    assert set(found["footing"]) == set(CLASSES)
    columns = ["persons_employed", "share_pct", "lq", "growth_pct"]
    pd.testing.assert_frame_equal(found.loc[SECTORS.index, columns], SECTORS[columns])
    assert found.loc[found["footing"] == "not observed", columns].isna().all(axis=None)
    assert (found["footing"] == "not observed").sum() == len(NACE_DIVISIONS) - len(SECTORS)


def test_a_hidden_sector_that_is_close_counts_as_close():
    found = sector_classes(SECTORS, ["C19"], growth_quadrants(SECTORS, strong_lq=1.5), ["C18"], ["C18", "C17"])
    assert found["footing"][["C19", "C18", "C17"]].tolist() == ["strong", "related", "hidden"]


def test_classifying_changes_no_table():
    quadrants = growth_quadrants(SECTORS, strong_lq=1.5)
    before = SECTORS.copy(), quadrants.copy()
    sector_classes(SECTORS, STRONG, quadrants, CLOSE, ["C18"])
    pd.testing.assert_frame_equal(SECTORS, before[0])
    pd.testing.assert_frame_equal(quadrants, before[1])


# Domains


def domains(**sectors: list[str]) -> pd.DataFrame:
    rows = {name.replace("_", " "): {"sectors": tuple(codes)} for name, codes in sectors.items()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("name")


WORST_FIRST = ["Q86", "C17", "C19", "C20", "C28", "C29"]  # not observed, other, hidden, related, emerging, strong


@pytest.mark.parametrize("best", range(6))
def test_a_domain_stands_on_the_best_of_its_sectors(best: int):
    found = check_domains(domains(x=WORST_FIRST[: best + 1]), classes()).loc["x"]
    assert found["footing"] == FOOTINGS[5 - best]
    assert found[["n_sectors", "n_observed"]].tolist() == [best + 1, best]


def test_the_footings_are_in_the_order_of_the_classes():
    assert dict(zip(CLASSES, FOOTINGS, strict=True)) == {
        "strong": "strength",
        "emerging": "growth",
        "related": "within reach",
        "hidden": "hidden",
        "other": "none",
        "not observed": "not observed",
    }


def test_domains_by_hand():
    found = check_domains(domains(cars=["C29", "C28", "C22"], oil=["C19", "C20"], care=["Q86", "Q87"]), classes())
    total = 2060  # persons employed where they are known
    cars = found.loc["cars"]
    assert (cars["footing"], cars["strong"], cars["emerging"]) == ("strength", ("C29",), ("C28",))
    assert (cars["related"], cars["hidden"], cars["other"], cars["not_observed"]) == ((), (), ("C22",), ())
    assert (cars["persons_employed"], cars["share_pct"]) == (900, pytest.approx(100 * 900 / total))
    oil = found.loc["oil"]
    assert (oil["footing"], oil["related"], oil["hidden"]) == ("within reach", ("C20",), ("C19",))
    assert (oil["persons_employed"], oil["n_sectors"], oil["n_observed"]) == (80, 2, 2)  # of those known
    care = found.loc["care"]
    assert (care["footing"], care["not_observed"]) == ("not observed", ("Q86", "Q87"))
    assert np.isnan(care["persons_employed"])
    assert np.isnan(care["share_pct"])
    assert list(found.index) == ["cars", "oil", "care"]


def test_no_domains_give_no_rows():
    found = check_domains(domains(x=["C29"]).iloc[:0], classes())
    assert found.empty
    assert "footing" in found
    assert list(outside_domains(domains(x=["C29"]).iloc[:0], classes()).index[:1]) == ["C29"]


def test_strong_and_emerging_sectors_that_no_domain_covers():
    found = outside_domains(domains(a=["C28", "C10"], b=["C17"]), classes())  # C20 is within reach only
    assert list(found.index) == ["C29", "C27", "C24", "C23"]  # strong first, then the largest
    assert found["footing"].tolist() == ["strong", "emerging", "emerging", "emerging"]
    everything = outside_domains(domains(a=list(NACE_DIVISIONS)), classes())
    assert everything.empty


def test_checking_domains_changes_no_table():
    given = domains(a=["C28", "C10"]), classes()
    before = [table.copy(deep=True) for table in given]
    check_domains(*given)
    outside_domains(*given)
    for table, copy in zip(given, before, strict=True):
        pd.testing.assert_frame_equal(table, copy)
