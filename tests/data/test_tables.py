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


def test_a_key_that_stands_twice_is_shown_with_its_key(good):
    (problem,) = problems_of(pd.concat([good, good.iloc[:1]], ignore_index=True))
    assert problem.what == "The table industry breaks 'one row per key' in 2 rows, for instance SI03 B 2014."
    assert problem.where == "the file, columns nuts_id, nace_code, year, 161 rows"


def test_another_nuts_version(good):
    good["nuts_version"] = np.int16(2013)
    (problem,) = problems_of(good)
    assert problem.what.startswith("The table industry breaks 'equal_to(2016)' in 160 cells, for instance 2013, 2013")
    assert problem.where == "the file, column nuts_version, 160 rows"


def test_a_hidden_cell_with_a_value(good):
    row = good["persons_employed"].isna().idxmax()
    good.loc[row, "persons_employed"] = good.loc[row, "persons_employed_low"]
    good.loc[row, good.filter(like="persons_employed_estimate").columns] = np.nan
    (problem,) = problems_of(good)
    assert problem.what == (
        "The table industry breaks 'a hidden or missing cell has no value, a reported or estimated one has' in 1 rows, "
        f"for instance {good.loc[row, 'nuts_id']} {good.loc[row, 'nace_code']} 2014."
    )


def test_a_reported_cell_without_a_value(good):
    row = (good["persons_employed_status"] == "reported").idxmax()
    good.loc[row, ["persons_employed", "persons_employed_estimate"]] = [np.nan, 1.0]
    (problem,) = problems_of(good)
    assert "a hidden or missing cell has no value" in problem.what
    assert "in 1 rows" in problem.what


def test_an_estimate_beside_a_published_figure_and_a_hidden_cell_without_one(good):
    published, hidden = good["persons_employed"].notna().idxmax(), good["persons_employed"].isna().idxmax()
    good.loc[published, "persons_employed_estimate"] = 5.0
    good.loc[hidden, "persons_employed_estimate"] = np.nan
    (problem,) = problems_of(good)
    assert "persons_employed has an estimate where it has no value, and only there' in 2 rows" in problem.what


@pytest.mark.parametrize(
    "cells",
    [
        {"persons_employed_low": 11.0, "persons_employed": 10.0, "persons_employed_high": 12.0},
        {"persons_employed_low": 9.0, "persons_employed": 10.0, "persons_employed_high": 9.5},
    ],
)
def test_a_value_outside_its_range(good, cells):
    row = (good["persons_employed_status"] == "reported").idxmax()
    good.loc[row, list(cells)] = list(cells.values())
    (problem,) = problems_of(good)
    assert problem.what.startswith("The table industry breaks 'low <= value <= high' in 1 rows, for instance SI03 ")


def test_a_range_of_a_hidden_cell_the_wrong_way_round(good):
    row = good["persons_employed"].isna().idxmax()
    good.loc[row, ["persons_employed_low", "persons_employed_high"]] = [5.0, 4.0]
    (problem,) = problems_of(good)
    assert "'low <= value <= high' in 1 rows" in problem.what
    good.loc[row, "persons_employed_high"] = np.nan  # nothing bounds it from above
    tables.check_table(good, "industry", "the file")


@pytest.mark.parametrize(("amount", "rule"), [(np.inf, "finite"), (-np.inf, "greater_than_or_equal_to(0)")])
def test_an_infinite_amount(good, amount, rule):
    good.loc[7, "wages_meur"] = amount
    (problem,) = problems_of(good)
    assert problem.what == f"The table industry breaks '{rule}' in 1 cells, for instance {amount}."


def test_a_fault_that_breaks_several_rules_is_counted_once(good):
    row = (good["persons_employed_status"] == "reported").idxmax()
    good.loc[row, "persons_employed"] = -5.0  # below zero, and outside its range
    (problem,) = problems_of(good)
    assert "greater_than_or_equal_to(0)' in 1 cells" in problem.what


def test_rows_are_found_whatever_the_index(good):
    good.loc[7, "persons_employed_low"] = -1.0
    (problem,) = problems_of(good.set_index(pd.Index([3] * len(good))))
    assert "in 1 cells, for instance -1.0." in problem.what


@pytest.mark.parametrize("crs", ["EPSG:4326", None])
def test_boundaries_in_another_system(processed, crs):
    region = tables.load_region(processed).head(10)
    with pytest.raises(ContractError) as caught:
        tables.check_table(region.set_crs(crs, allow_override=True), "region", "the file")
    assert str(caught.value) == (
        f"The coordinates of the table region are in {crs or 'no stated system'}, not EPSG:3035.\n"
        "  where: the file, column geometry\n"
        f"  rule:  {RULE}\n"
        f"  fix:   {BUILD_AGAIN}"
    )


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
    assert len(found) == 2  # a text is not compared with numbers as well
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
def test_a_table_that_is_absent(tmp_path, name):
    with pytest.raises(ContractError) as caught:
        tables.load_table(name, tmp_path)
    assert str(caught.value) == (
        f"The table {name} is absent.\n"
        f"  where: {tmp_path / name}.parquet\n"
        f"  rule:  {RULE}\n"
        "  fix:   restore it from git, or build it with `clusterkit data build --raw FOLDER`"
    )


@pytest.mark.parametrize("name", sorted(tables.CONTRACTS))
@pytest.mark.parametrize("content", [b"nuts_id,year\nSI03,2014\n", b""])
def test_a_file_that_is_not_parquet(tmp_path, name, content):
    path = tmp_path / f"{name}.parquet"
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
    assert "The table context has no column nuts_version, nuts_id, year, gdp_meur, gdp_mpps" in text
    assert "The table context has columns that its contract does not know: from_version, from_id" in text
    assert f"where: {tmp_path / 'context.parquet'}, the whole table" in text


def test_a_region_table_without_geometry(tmp_path, processed):
    tables.load_crosswalk(processed).to_parquet(tmp_path / "region.parquet")
    with pytest.raises(ContractError, match="The table region cannot be read: it has no geometry"):
        tables.load_region(tmp_path)
