"""Shift-share adds up, by hand and on the embedded tables; the four quadrants."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from clusterkit import mapping
from clusterkit.errors import ContractError

PARTS = ["national", "industry_mix", "regional"]
START = pd.DataFrame({"C29": [100.0, 100.0], "J62": [100.0, 200.0]}, index=["AT31", "BE10"])
END = pd.DataFrame({"C29": [90.0, 90.0], "J62": [170.0, 250.0]}, index=["AT31", "BE10"])


def test_the_three_components_by_hand():
    """The area grows by 20 %, C29 by -10 %, J62 by 40 %."""
    table = mapping.shift_share(START, END)
    expected = {
        ("AT31", "C29"): [20, -30, 0],
        ("AT31", "J62"): [20, 20, 30],
        ("BE10", "C29"): [20, -30, 0],
        ("BE10", "J62"): [40, 40, -30],
    }
    for cell, parts in expected.items():
        np.testing.assert_allclose(table.loc[cell, PARTS].astype(float), parts, atol=1e-9)
    assert table.columns.tolist() == ["persons_start", "persons_end", "change", *PARTS]


def test_competition_and_allocation_by_hand():
    """AT31 has 200 of 500 jobs; with the area's structure 120 in J62, where it gains 0.7 - 0.4."""
    table = mapping.shift_share(START, END, method="esteban")
    row = table.loc[("AT31", "J62")]
    assert row["competition"] == pytest.approx(120 * 0.3)
    assert row["allocation"] == pytest.approx((100 - 120) * 0.3)


def test_a_region_with_the_structure_of_the_area_has_no_mix_and_no_allocation():
    start = pd.DataFrame({"C29": [10.0, 20.0], "J62": [30.0, 60.0]}, index=["A", "B"])
    end = pd.DataFrame({"C29": [12.0, 19.0], "J62": [33.0, 70.0]}, index=["A", "B"])
    table = mapping.shift_share(start, end, method="esteban").groupby("nuts_id").sum()
    np.testing.assert_allclose(table[["industry_mix", "allocation"]], 0, atol=1e-9)


def test_the_yearly_steps_are_added():
    middle = (START + END) / 2
    table = mapping.shift_share(START, END, method="dynamic", between=[middle])
    steps = mapping.shift_share(START, middle)[PARTS] + mapping.shift_share(middle, END)[PARTS]
    pd.testing.assert_frame_equal(table[PARTS], steps)
    assert not np.allclose(table[PARTS], mapping.shift_share(START, END)[PARTS])
    np.testing.assert_allclose(table[PARTS].sum(axis=1), table["change"], atol=1e-9)


def test_a_constant_area_and_equal_steps_leave_only_the_regional_part():
    start = pd.DataFrame({"C29": [50.0, 50.0]}, index=["A", "B"])
    end = pd.DataFrame({"C29": [60.0, 40.0]}, index=["A", "B"])
    table = mapping.shift_share(start, end)
    assert table[PARTS].to_numpy().tolist() == [[0, 0, 10], [0, 0, -10]]


def test_a_new_sector_is_all_regional_and_its_split_unknown():
    start, end = START.copy(), END.copy()
    start.loc["AT31", "J62"] = 0
    row = mapping.shift_share(start, end, method="esteban").loc[("AT31", "J62")]
    assert row[PARTS].tolist() == [0, 0, 170]
    assert row[["competition", "allocation"]].isna().all()
    end.loc["AT31", "J62"] = 0
    row = mapping.shift_share(start, end, method="esteban").loc[("AT31", "J62")]
    assert row[[*PARTS, "competition", "allocation"]].tolist() == [0, 0, 0, 0, 0]


def test_an_unknown_cell_counts_in_no_rate():
    end = END.copy()
    end.loc["BE10", "J62"] = np.nan
    table = mapping.shift_share(START, end)
    assert table.loc[("BE10", "J62"), [*PARTS, "change"]].isna().all()
    without = mapping.shift_share(
        START, end, benchmarks=[pd.Series({"C29": 200, "J62": 100}), pd.Series({"C29": 180, "J62": 170})]
    )
    pd.testing.assert_frame_equal(table, without)
    assert table.drop(("BE10", "J62")).notna().all(axis=None)


def test_a_sector_without_benchmark_is_unknown_and_alone():
    table = mapping.shift_share(START, END, benchmarks=[pd.Series({"J62": 300}), pd.Series({"J62": 420})])
    assert table.xs("C29", level=1)[PARTS].isna().all(axis=None)
    assert table.loc[("AT31", "J62"), PARTS].tolist() == pytest.approx([40, 0, 30])


tables = arrays(float, (4, 3), elements=st.integers(0, 10_000).map(float) | st.just(np.nan))


@settings(max_examples=40, deadline=None)
@given(tables, tables, tables, st.permutations(range(4)))
def test_it_always_adds_up_in_any_order_and_unit(first, second, third, order):
    index, columns = list("ABCD"), ["C10", "C11", "C12"]
    start, middle, end = (pd.DataFrame(values, index, columns) for values in (first, second, third))
    before = start.copy(), end.copy()
    for options in ({}, {"method": "esteban"}, {"method": "dynamic", "between": [middle]}):
        table = mapping.shift_share(start, end, **options)
        parts = table[PARTS].sum(axis=1, skipna=False)
        known = parts.notna()
        assert np.abs(parts - table["change"])[known].max() < 1e-9 or not known.any()
        if "competition" in table:
            both = (table["competition"] + table["allocation"] - table["regional"]).abs()
            assert both.dropna().lt(1e-7).all()
        moved = {"between": [middle.iloc[list(order)]]} if "between" in options else {}
        turned = mapping.shift_share(start.iloc[list(order)], end.iloc[list(order)], **{**options, **moved})
        pd.testing.assert_frame_equal(turned.loc[table.index], table, rtol=1e-9, atol=1e-6)
        scaled = {"between": [middle / 1000]} if "between" in options else {}
        thousand = mapping.shift_share(start / 1000, end / 1000, **{**options, **scaled})
        pd.testing.assert_frame_equal(thousand * 1000, table, rtol=1e-9, atol=1e-6)
    pd.testing.assert_frame_equal(start, before[0])
    pd.testing.assert_frame_equal(end, before[1])


@pytest.mark.parametrize("method", ["dunn", "esteban", "dynamic"])
def test_it_adds_up_on_the_embedded_tables(industry, area, method):
    rows = industry[(industry["nuts_id"].str.len() == 4) & (industry["nace_code"].str.len() == 3)]
    years = [
        rows[rows["year"] == year].pivot(index="nuts_id", columns="nace_code", values="persons_employed")
        for year in range(2011, 2015)
    ]
    totals = [area.xs(year, level="year")["persons_employed"] for year in range(2011, 2015)]
    chosen = slice(None) if method == "dynamic" else slice(None, None, 3)
    between = years[1:3] if method == "dynamic" else None
    table = mapping.shift_share(years[0], years[-1], method=method, between=between, benchmarks=totals[chosen])
    difference = (table[PARTS].sum(axis=1, skipna=False) - table["change"]).dropna()
    assert len(difference) > 14_000
    assert difference.abs().max() < 1e-9


def test_the_four_quadrants_and_both_thresholds():
    lq = pd.DataFrame({"C29": [1.0, 2.0, 0.9, 0.5, np.nan, 1.0]}, index=list("ABCDEF"))
    growth = pd.DataFrame({"C29": [3.0, 2.9, 3.0, -1.0, 5.0, np.nan]}, index=list("ABCDEF"))
    table = mapping.growth_portfolio(lq, growth, growth_threshold_pct=pd.Series({"C29": 3.0}))
    assert table["quadrant"].tolist()[:4] == [mapping.QUADRANTS[n] for n in (0, 1, 2, 3)]
    assert table["quadrant"].isna().tolist() == [False] * 4 + [True] * 2
    assert mapping.growth_portfolio(lq, growth, growth_threshold_pct=pd.Series(dtype=float))["quadrant"].isna().all()


def test_wrong_tables_are_refused_at_once():
    with pytest.raises(ContractError) as caught:
        mapping.shift_share(START, END.rename(index={"BE10": "BE20"}), between=[START], benchmarks=[])
    message = str(caught.value)
    assert "Table 3 has other regions or sectors than the first: BE10, BE20." in message
    assert "method is 'dunn' and between is given." in message
    assert "There are 0 benchmarks for 3 tables." in message
    with pytest.raises(ContractError, match="fix:   give between="):
        mapping.shift_share(START, END, method="dynamic")
