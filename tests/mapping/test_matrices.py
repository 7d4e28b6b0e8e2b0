"""Matrices from the industry table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterkit import mapping


@pytest.fixture
def table() -> pd.DataFrame:
    rows = [
        ("AT", "C10", 2014, 100.0, np.nan, np.nan, np.nan),
        ("AT11", "C10", 2014, 60.0, np.nan, np.nan, np.nan),
        ("AT12", "C10", 2014, np.nan, 40.0, 30.0, 45.0),
        ("AT11", "C11", 2014, 5.0, np.nan, np.nan, np.nan),
        ("AT12", "C11", 2014, 7.0, np.nan, np.nan, np.nan),
        ("AT", "C11", 2014, np.nan, 12.0, 11.0, 13.0),
        ("AT13", "C10", 2014, np.nan, 3.0, 0.0, 9.0),
        ("AT13", "C11", 2014, np.nan, 3.0, 0.0, 9.0),
        ("AT11", "C", 2014, 65.0, np.nan, np.nan, np.nan),
        ("AT11", "C10", 2013, 61.0, np.nan, np.nan, np.nan),
    ]
    names = ["persons_employed", *(f"persons_employed_estimate{end}" for end in ("", "_low", "_high"))]
    return pd.DataFrame(rows, columns=["nuts_id", "nace_code", "year", *names])


def test_a_hidden_cell_is_its_estimate_an_end_or_unknown(table: pd.DataFrame) -> None:
    found = {
        hidden: mapping.employment_matrix(table, year=2014, hidden=hidden).loc["AT12", "C10"]
        for hidden in ("estimate", "low", "high", "unknown")
    }
    assert found["estimate"] == 40
    assert found["low"] == 30
    assert found["high"] == 45
    assert np.isnan(found["unknown"])


def test_a_region_of_which_nothing_is_published_stays_unknown(table: pd.DataFrame) -> None:
    matrix = mapping.employment_matrix(table, year=2014)
    assert matrix.loc["AT13"].isna().all()
    assert list(matrix.columns) == ["C10", "C11"]


def test_a_territory_is_the_sum_of_its_codes_and_unknown_with_one_of_them(table: pd.DataFrame) -> None:
    before = table.copy()
    matrix = mapping.employment_matrix(table, year=2014, territories={"east": ["AT11", "AT12"]})
    assert matrix.loc["east"].tolist() == [100, 12]
    assert "AT11" not in matrix.index
    unknown = mapping.employment_matrix(table, year=2014, territories={"east": ["AT11", "AT12"]}, hidden="unknown")
    assert unknown.loc["east"].isna().tolist() == [True, False]
    pd.testing.assert_frame_equal(table, before)


def test_the_benchmark_is_of_country_rows_with_estimates(table: pd.DataFrame) -> None:
    assert mapping.benchmark_totals(table, year=2014).to_dict() == {"C10": 100, "C11": 12}
