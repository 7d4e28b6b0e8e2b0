"""Location quotients: by hand, a second way, published figures, and what may never change them."""

from __future__ import annotations

import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterkit.mapping import location_quotient, location_quotient_range, presence

TOY = pd.DataFrame(
    {"C13": [30.0, 10.0, 0.0], "C29": [10.0, 50.0, 40.0], "J62": [60.0, 40.0, 160.0]}, index=["AA01", "AA02", "BB01"]
)
# Totals by hand: regions 100, 100, 200; sectors 40, 100, 260; all 400. Shares of the area: 0.1, 0.25, 0.65.
TOY_LQ = pd.DataFrame(
    {"C13": [3.0, 1.0, 0.0], "C29": [0.4, 2.0, 0.8], "J62": [60 / 65, 40 / 65, 80 / 65]}, index=["AA01", "AA02", "BB01"]
)

PILOTS = {
    "SE31": ["SE31"],
    "ITC1": ["ITC1"],
    "BE3": ["BE31", "BE32", "BE33", "BE34", "BE35"],
    "FRB0": ["FRB0"],
    "FI1D": ["FI1D"],
    "LT": ["LT01", "LT02"],
    "SI": ["SI03", "SI04"],
    "DED": ["DED2", "DED4", "DED5"],
    "ES13": ["ES13"],
    "ITH5": ["ITH5"],
}

employments = (
    st.integers(2, 5)
    .flatmap(
        lambda n_sectors: st.lists(
            st.lists(st.integers(1, 10_000), min_size=n_sectors, max_size=n_sectors), min_size=2, max_size=6
        )
    )
    .map(
        lambda rows: pd.DataFrame(
            np.array(rows, dtype=float),
            index=[f"AA{i:02}" for i in range(len(rows))],
            columns=[f"C{10 + j}" for j in range(len(rows[0]))],
        )
    )
)


# Known answers


def test_by_hand():
    pd.testing.assert_frame_equal(location_quotient(TOY), TOY_LQ)


def test_by_hand_with_published_totals():
    """C29: (10 / 200) / (80 / 800) = 0.5; the sums of the table play no part."""
    result = location_quotient(
        TOY,
        benchmark=pd.Series({"C29": 80.0, "C13": 80.0, "K64": 999.0}),
        region_total=pd.Series({"AA01": 200.0, "AA02": 100.0, "BB01": 400.0}),
        benchmark_total=800.0,
    )
    np.testing.assert_allclose(result["C29"], [0.5, 5.0, 1.0], rtol=1e-12)
    assert result.loc["AA01", "C13"] == pytest.approx(1.5)
    assert result["J62"].isna().all()  # not in the benchmark


def test_the_total_of_the_benchmark_is_its_sum_unless_given():
    result = location_quotient(TOY, benchmark=pd.Series({"C13": 50.0, "C29": 50.0, "K64": 100.0}))
    assert result.loc["AA01", "C13"] == pytest.approx(0.3 / 0.25)


def test_a_region_like_the_whole_area_has_one_everywhere():
    area = pd.Series({"C13": 10.0, "C29": 25.0, "J62": 65.0})
    uniform = pd.DataFrame([area * factor for factor in (1, 7, 0.5)], index=["AA01", "AA02", "BB01"])
    np.testing.assert_allclose(location_quotient(uniform), 1, rtol=1e-12)


def test_a_region_that_is_the_whole_area_has_one_everywhere():
    assert location_quotient(TOY.iloc[:1]).to_numpy().tolist() == [[1, 1, 1]]


def test_the_share_weighted_mean_of_a_sector_is_one():
    weights = TOY.sum(axis=1) / TOY.to_numpy().sum()
    np.testing.assert_allclose(location_quotient(TOY).mul(weights, axis=0).sum(), 1, rtol=1e-12)


# What is unknown or empty


def test_an_unknown_cell_is_unknown_and_spoils_nothing_else():
    totals = {
        "benchmark": TOY.sum(),
        "region_total": TOY.sum(axis=1),
        "benchmark_total": TOY.to_numpy().sum(),
    }
    hidden = TOY.copy()
    hidden.loc["AA01", "C29"] = np.nan
    expected = TOY_LQ.copy()
    expected.loc["AA01", "C29"] = np.nan
    pd.testing.assert_frame_equal(location_quotient(hidden, **totals), expected)


def test_an_unknown_cell_without_totals_counts_in_no_sum():
    hidden = TOY.copy()
    hidden.loc["AA01", "C29"] = np.nan
    result = location_quotient(hidden)
    assert result.isna().sum().sum() == 1
    assert result.loc["AA02", "C29"] == pytest.approx((50 / 100) / (90 / 390))


def test_an_empty_sector_and_an_empty_region_are_unknown_not_infinite():
    table = TOY.assign(B05=0.0)
    table.loc["CC01"] = 0.0
    result = location_quotient(table)
    assert result["B05"].isna().all()
    assert result.loc["CC01"].isna().all()
    pd.testing.assert_frame_equal(result.loc[TOY.index, TOY.columns], TOY_LQ)
    assert not np.isinf(result).any().any()


def test_a_published_total_of_zero_is_unknown_not_infinite():
    nothing = {"benchmark": TOY.sum().replace(40.0, 0.0), "region_total": TOY.sum(axis=1).replace(200.0, 0.0)}
    result = location_quotient(TOY, **nothing, benchmark_total=400.0)
    assert result["C13"].isna().all()
    assert result.loc["BB01"].isna().all()
    assert result.loc["AA02", "C29"] == pytest.approx(2.0)


def test_an_empty_area():
    assert location_quotient(TOY * 0).isna().all().all()
    assert location_quotient(TOY, benchmark=TOY.sum(), benchmark_total=0.0).isna().all().all()


def test_a_region_without_a_published_total_is_unknown():
    result = location_quotient(TOY, region_total=TOY.sum(axis=1).drop("AA02"))
    assert result.loc["AA02"].isna().all()
    pd.testing.assert_frame_equal(result.drop("AA02"), TOY_LQ.drop("AA02"))


# Second way and properties


@settings(max_examples=40, deadline=None)
@given(table=employments)
def test_second_way_by_a_slow_loop(table):
    result = location_quotient(table)
    everything = sum(sum(row) for row in table.to_numpy())
    for region in table.index:
        for sector in table.columns:
            region_sum = sum(table.loc[region, other] for other in table.columns)
            sector_sum = sum(table.loc[other, sector] for other in table.index)
            expected = (table.loc[region, sector] / region_sum) / (sector_sum / everything)
            assert result.loc[region, sector] == pytest.approx(expected, rel=1e-12)


@settings(max_examples=30, deadline=None)
@given(table=employments, data=st.data())
def test_the_order_of_rows_and_columns_does_not_matter(table, data):
    rows = data.draw(st.permutations(list(table.index)))
    columns = data.draw(st.permutations(list(table.columns)))
    pd.testing.assert_frame_equal(
        location_quotient(table.loc[rows, columns]), location_quotient(table).loc[rows, columns]
    )


@settings(max_examples=30, deadline=None)
@given(table=employments, factor=st.floats(1e-3, 1e3))
def test_the_unit_does_not_matter(table, factor):
    pd.testing.assert_frame_equal(location_quotient(table * factor), location_quotient(table), rtol=1e-9)


@settings(max_examples=30, deadline=None)
@given(table=employments)
def test_names_do_not_matter(table):
    names = {sector: f"Z{i}" for i, sector in enumerate(table.columns)}
    places = {region: f"XX{i}" for i, region in enumerate(table.index)}
    renamed = location_quotient(table.rename(index=places, columns=names))
    pd.testing.assert_frame_equal(renamed, location_quotient(table).rename(index=places, columns=names))


@settings(max_examples=20, deadline=None)
@given(table=employments)
def test_the_callers_tables_are_not_changed(table):
    benchmark, total = table.sum(), table.sum(axis=1)
    before = (table.copy(), benchmark.copy(), total.copy())
    lq = location_quotient(table, benchmark=benchmark, region_total=total)
    lq_before = lq.copy()
    presence(lq)
    pd.testing.assert_frame_equal(table, before[0])
    pd.testing.assert_series_equal(benchmark, before[1])
    pd.testing.assert_series_equal(total, before[2])
    pd.testing.assert_frame_equal(lq, lq_before)


# Presence


def test_presence_at_and_beside_the_threshold():
    lq = pd.DataFrame({"C13": [1.5, np.nextafter(1.5, 0), np.nan], "C29": [0.0, 1.0, np.inf]})
    expected = pd.DataFrame({"C13": [1.0, 0.0, np.nan], "C29": [0.0, 0.0, 1.0]})
    pd.testing.assert_frame_equal(presence(lq, threshold=1.5), expected)


def test_presence_counts_one_by_default():
    assert presence(pd.DataFrame({"C13": [1.0, 0.999, None]}))["C13"].fillna(-1).tolist() == [1, 0, -1]


# Ranges


def cells(low: float, high: float, total_low: float, total_high: float) -> pd.DataFrame:
    return pd.DataFrame(
        {"low": [low], "high": [high], "total_low": [total_low], "total_high": [total_high]}, index=["C29"]
    )


def test_the_range_by_hand():
    """Low: (20 / 100) / (50 / 200); high: (30 / 80) / (40 / 250)."""
    result = location_quotient_range(cells(20.0, 30.0, 80.0, 100.0), cells(40.0, 50.0, 200.0, 250.0)).loc["C29"]
    assert result["low"] == pytest.approx(0.8)
    assert result["high"] == pytest.approx(0.375 / 0.16)


def test_the_range_of_published_figures_is_a_point():
    result = location_quotient_range(cells(30.0, 30.0, 40.0, 40.0), cells(40.0, 40.0, 100.0, 100.0)).loc["C29"]
    assert result.tolist() == [1.875, 1.875]


@pytest.mark.parametrize(
    ("region", "area"),
    [
        (cells(5.0, np.nan, 80.0, 100.0), cells(40.0, 50.0, 200.0, 250.0)),
        (cells(5.0, 6.0, 80.0, 100.0), cells(40.0, 50.0, 200.0, np.nan)),
        (cells(5.0, 6.0, 80.0, 100.0), cells(0.0, 50.0, 200.0, 250.0)),
    ],
)
def test_a_range_that_nothing_bounds_has_no_upper_end(region, area):
    result = location_quotient_range(region, area).loc["C29"]
    assert pd.isna(result["high"])
    assert result["low"] > 0


@pytest.mark.parametrize(
    ("region", "area"),
    [
        (cells(5.0, 6.0, 80.0, 100.0), cells(40.0, np.nan, 200.0, 250.0)),
        (cells(5.0, 6.0, 80.0, np.nan), cells(40.0, 50.0, 200.0, 250.0)),
    ],
)
def test_without_an_upper_end_in_the_denominator_the_low_end_is_zero(region, area):
    assert location_quotient_range(region, area).loc["C29", "low"] == 0


def test_a_cell_that_is_not_there_has_no_range():
    result = location_quotient_range(cells(np.nan, np.nan, 80.0, 100.0), cells(40.0, 50.0, 200.0, 250.0))
    assert result.isna().all().all()


ends = st.tuples(st.floats(0.1, 1e6), st.floats(1, 5), st.floats(0, 1))  # low, high / low, place of the truth


@settings(max_examples=100, deadline=None)
@given(cell=ends, total=ends, sector=ends, everything=ends)
def test_the_range_holds_every_quotient_that_is_possible(cell, total, sector, everything):
    def low_high(end: tuple[float, float, float]) -> tuple[float, float]:
        return end[0], end[0] * end[1]

    def truth(end: tuple[float, float, float]) -> float:
        low, high = low_high(end)
        return low + end[2] * (high - low)

    region = cells(*low_high(cell), *low_high(total))
    area = cells(*low_high(sector), *low_high(everything))
    before = (region.copy(), area.copy())
    result = location_quotient_range(region, area).loc["C29"]
    lq = (truth(cell) / truth(total)) / (truth(sector) / truth(everything))
    assert result["low"] <= lq * (1 + 1e-12)
    assert result["high"] >= lq * (1 - 1e-12)
    pd.testing.assert_frame_equal(region, before[0])
    pd.testing.assert_frame_equal(area, before[1])


# Golden values


def golden_values(golden) -> pd.DataFrame:
    table = pd.read_csv(golden / "location_quotients_2014.csv", comment="#")
    assert len(table) == 12
    return table


def test_the_portfolio_gives_the_golden_values(golden, portfolio_of):
    for row in golden_values(golden).itertuples():
        found = portfolio_of(PILOTS[row.region]).loc[row.nace_code]
        assert found["persons_employed"] == row.persons_employed, row
        assert found["lq"] == pytest.approx(row.location_quotient, rel=1e-6), row
        assert found["lq_low"] <= found["lq"] <= found["lq_high"], row


@pytest.mark.raw
def test_the_golden_values_come_from_the_raw_files_by_their_own_script(golden, raw, tmp_path):
    text = (golden / "README.md").read_text(encoding="utf-8")
    script = tmp_path / "script.py"
    script.write_text(re.search(r"```python\n(.*?)```", text, re.DOTALL)[1], encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script), str(raw)], check=True, capture_output=True, text=True, timeout=120
    )
    values = (golden / "location_quotients_2014.csv").read_text(encoding="utf-8").splitlines()
    assert done.stdout.splitlines() == [line for line in values if not line.startswith("#")]
