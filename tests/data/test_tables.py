"""The contracts of the embedded tables: each violation is refused with its four parts."""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clusterkit.data import tables
from clusterkit.errors import ContractError, Problem

BUILD_AGAIN = "build the tables again with `clusterkit data build --raw FOLDER`, or restore them from git"
RULE = "docs/methods.md#tables"


@pytest.fixture
def good(industry) -> pd.DataFrame:
    """A part of the table ``industry`` that keeps its contract; safe to change."""
    return industry[industry["nuts_id"].isin(["SI03", "SI04"]) & (industry["year"] == 2014)].reset_index(drop=True)


def problems_of(table: pd.DataFrame, name: str = "industry") -> tuple[Problem, ...]:
    with pytest.raises(ContractError) as caught:
        tables.check_table(table, name, "the file")
    for problem in caught.value.problems:
        assert problem.rule == RULE
        assert problem.fix == BUILD_AGAIN
        assert problem.where.startswith("the file, ")
        assert problem.where.endswith(f", {len(table):,} rows")
    return caught.value.problems


def test_a_good_table_is_given_back_unchanged(good):
    before = good.copy()
    assert tables.check_table(good, "industry", "the file") is good
    pd.testing.assert_frame_equal(good, before)


def test_a_missing_column(good):
    (problem,) = problems_of(good.drop(columns=["local_units", "source"]))
    assert str(problem) == (
        "The table industry has no column local_units, source.\n"
        "  where: the file, the whole table, 160 rows\n"
        f"  rule:  {RULE}\n"
        f"  fix:   {BUILD_AGAIN}"
    )


def test_an_extra_column(good):
    (problem,) = problems_of(good.assign(jobs=1))
    assert problem.what == "The table industry has columns that its contract does not know: jobs."
    assert problem.where == "the file, the whole table, 160 rows"


@pytest.mark.parametrize("column", ["persons_employed_low", "local_units", "wages_meur"])
def test_a_negative_amount(good, column):
    good.loc[7, column] = -1.5
    (problem,) = problems_of(good)
    assert problem.what == "The table industry breaks 'greater_than_or_equal_to(0)' in 1 cells, for instance -1.5."
    assert problem.where == f"the file, column {column}, 160 rows"


def test_a_key_that_stands_twice(good):
    found = problems_of(pd.concat([good, good.iloc[:1]], ignore_index=True))
    assert all("uniqueness' in 2 cells" in problem.what for problem in found)
    assert any("SI03" in problem.what for problem in found)


def test_another_nuts_version(good):
    good["nuts_version"] = np.int16(2013)
    (problem,) = problems_of(good)
    assert problem.what.startswith("The table industry breaks 'equal_to(2016)' in 160 cells, for instance 2013, 2013")
    assert problem.where == "the file, column nuts_version, 160 rows"


def test_a_hidden_cell_with_a_value(good):
    row = good["persons_employed"].isna().idxmax()
    good.loc[row, "persons_employed"] = 5.0
    found = problems_of(good)
    assert all("a hidden or missing cell has no value, a reported or estimated one has" in p.what for p in found)
    assert "the file, column persons_employed, 160 rows" in [problem.where for problem in found]


def test_a_reported_cell_without_a_value(good):
    row = (good["persons_employed_status"] == "reported").idxmax()
    good.loc[row, "persons_employed"] = np.nan
    assert all("a hidden or missing cell has no value" in problem.what for problem in problems_of(good))


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("nuts_id", "si03", "for instance si03"),
        ("nace_code", "C291", "for instance C291"),
        ("persons_employed_status", "secret", "for instance secret"),
        ("wages_meur_status", "", "isin"),
        ("year", 1999, "in_range(2000, 2035)"),
        ("source", None, "not_nullable"),
        ("persons_employed_flag", None, "not_nullable"),
    ],
)
def test_a_value_that_is_not_allowed(good, column, value, words):
    good.loc[3, column] = value
    good["year"] = good["year"].astype("int16")
    (problem,) = problems_of(good)
    assert words in problem.what
    assert "in 1 cells" in problem.what
    assert problem.where == f"the file, column {column}, 160 rows"


def test_a_column_of_another_type(good):
    found = problems_of(good.assign(year=good["year"].astype(str), wages_meur=good["wages_meur"].astype("float32")))
    whats = " ".join(problem.what for problem in found)
    assert "breaks 'dtype('int16')'" in whats
    assert "breaks 'dtype('float64')' in 1 cells, for instance float32" in whats


def test_several_problems_at_once(good):
    good.loc[:7, "wages_meur"] = -1.5
    good.loc[3, "persons_employed_status"] = "secret"
    found = problems_of(good.drop(columns="source").assign(jobs=1, year=np.int16(1990)))
    assert len(found) == 5
    text = str(ContractError(found))
    assert text.startswith("5 problems:\n")
    for words in (
        "has no column source.",
        "contract does not know: jobs.",
        "in_range(2000, 2035)' in 160 cells, for instance 1990, 1990, 1990, 1990, 1990.",
        "'greater_than_or_equal_to(0)' in 8 cells, for instance -1.5, -1.5, -1.5, -1.5, -1.5.",
        "in 1 cells, for instance secret.",
    ):
        assert words in text


def test_an_error_survives_a_worker_process(good):
    with pytest.raises(ContractError) as caught:
        tables.check_table(good.drop(columns="source"), "industry", "the file")
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value)
    assert again.problems == caught.value.problems


@pytest.mark.parametrize(
    ("name", "column", "value"),
    [
        ("region", "area_km2", 0.0),
        ("region", "level", 3),
        ("region", "name", ""),
        ("region", "geometry", None),
        ("context", "unemployment_rate_pct", 101.0),
        ("context", "population", -1.0),
        ("crosswalk", "weight_population", 1.5),
        ("crosswalk", "to_id", "?"),
    ],
)
def test_the_other_tables_have_contracts_too(processed, name, column, value):
    table = tables.load_table(name, processed).head(40).copy()
    tables.check_table(table, name, "the file")
    dtype = table[column].dtype
    table.loc[5, column] = value
    if column != "geometry":
        table[column] = table[column].astype(dtype)
    (problem,) = problems_of(table, name)
    assert problem.what.startswith(f"The table {name} breaks '")
    assert problem.where == f"the file, column {column}, 40 rows"


# Files


@pytest.mark.parametrize(
    ("load", "name"),
    [
        (tables.load_industry, "industry"),
        (tables.load_region, "region"),
        (tables.load_context, "context"),
        (tables.load_crosswalk, "crosswalk"),
    ],
)
def test_the_embedded_tables_are_read(processed, load, name):
    table = load(processed)
    assert list(table.columns) == list(tables.CONTRACTS[name].columns)
    assert len(table) > 400


@pytest.mark.parametrize("name", sorted(tables.CONTRACTS))
@pytest.mark.parametrize("content", [None, b"nuts_id,year\nSI03,2014\n", b""])
def test_a_file_that_is_absent_or_not_parquet(tmp_path, name, content):
    path = tmp_path / f"{name}.parquet"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ContractError) as caught:
        tables.load_table(name, tmp_path)
    text = str(caught.value)
    assert text.startswith(f"The table {name} cannot be read: ")
    assert text.endswith(
        f"\n  where: {path}\n  rule:  {RULE}\n"
        "  fix:   restore it from git, or build it with `clusterkit data build --raw FOLDER`"
    )
    assert caught.value.__cause__ is not None


def test_a_file_that_is_cut_off(tmp_path, processed):
    path = tmp_path / "context.parquet"
    whole = (processed / "context.parquet").read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ContractError, match="The table context cannot be read"):
        tables.load_context(tmp_path)


def test_a_table_in_the_place_of_another(tmp_path: Path, processed: Path):
    shutil.copy(processed / "crosswalk.parquet", tmp_path / "context.parquet")
    with pytest.raises(ContractError) as caught:
        tables.load_context(tmp_path)
    text = str(caught.value)
    assert "The table context has no column nuts_version, nuts_id, year, population, gdp_meur" in text
    assert "The table context has columns that its contract does not know: from_version, from_id" in text
    assert f"where: {tmp_path / 'context.parquet'}, the whole table" in text


def test_a_region_table_without_geometry(tmp_path, processed):
    tables.load_crosswalk(processed).to_parquet(tmp_path / "region.parquet")
    with pytest.raises(ContractError, match="The table region cannot be read: Missing geo metadata"):
        tables.load_region(tmp_path)
