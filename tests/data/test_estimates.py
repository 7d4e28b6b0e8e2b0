"""Estimates of hidden cells: they add up, learn from evidence, hold the truth as often as they say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from clusterkit.data import hidden, nuts, tables
from clusterkit.data.hidden import raking

KEYS = ["nuts_id", "nace_code", "year"]
ROUNDING = 0.5  # persons; half of what a published total may be rounded by


@pytest.fixture(scope="module")
def industry(processed) -> pd.DataFrame:
    return tables.load_industry(processed)


# Raking


def one_total(group: list[int], total: list[float], sign: list[float] | None = None) -> raking.Margin:
    return raking.Margin(np.array(group), np.array(sign or [1.0] * len(group)), np.array(total))


def test_one_total_is_shared_out_in_proportion() -> None:
    cells = raking.rake(np.array([1.0, 3.0]), np.ones(2), [one_total([0, 0], [40.0])], np.zeros(2, int))
    np.testing.assert_allclose(cells, [10, 30], rtol=1e-6)


def test_a_loose_cell_takes_up_more_of_the_misfit() -> None:
    cells = raking.rake(np.array([10.0, 10.0]), np.array([1.0, 0.1]), [one_total([0, 0], [30.0])], np.zeros(2, int))
    assert cells.sum() == pytest.approx(30, abs=raking.TOLERANCE)
    assert cells[0] > cells[1] > 10
    # x_i = m_i exp(v_i lambda), with one lambda for the total
    np.testing.assert_allclose(np.log(cells / 10) / [1.0, 0.1], np.log(cells[0] / 10), rtol=1e-6)


def test_two_margins_are_iterative_proportional_fitting() -> None:
    start = np.array([[1.0, 2.0], [3.0, 4.0]])
    rows, columns = np.array([5.0, 6.0]), np.array([4.0, 7.0])
    fitted = start.copy()
    for _ in range(500):
        fitted *= (rows / fitted.sum(axis=1))[:, None]
        fitted *= columns / fitted.sum(axis=0)
    margins = [one_total([0, 0, 1, 1], rows.tolist()), one_total([0, 1, 0, 1], columns.tolist())]
    cells = raking.rake(start.ravel(), np.ones(4), margins, np.zeros(4, int))
    np.testing.assert_allclose(cells.reshape(2, 2), fitted, atol=raking.TOLERANCE)


def test_an_unknown_total_is_the_sum_of_its_parts() -> None:
    # Two unknown parts, ten persons published beside them, and their unknown total.
    margin = one_total([0, 0, 0], [-10.0], [1.0, 1.0, -1.0])
    cells = raking.rake(np.array([4.0, 6.0, 30.0]), np.ones(3), [margin], np.zeros(3, int))
    assert cells[0] + cells[1] + 10 == pytest.approx(cells[2], abs=raking.TOLERANCE)
    assert 20 < cells[2] < 30


def test_nothing_left_of_a_total_is_zero() -> None:
    margins = [one_total([0, 0, 1], [0.0, 5.0]), one_total([0, 1, 0], [5.0, 0.0])]
    cells = raking.rake(np.ones(3), np.ones(3), margins, np.zeros(3, int))
    np.testing.assert_allclose(cells, [0, 0, 5], atol=2 * raking.TOLERANCE)


def test_contradicting_totals_share_the_difference() -> None:
    margins = [one_total([0, 0], [10.0]), one_total([0, 0], [13.0])]
    cells = raking.rake(np.ones(2), np.ones(2), margins, np.zeros(2, int))
    np.testing.assert_allclose(cells, [5.75, 5.75], atol=2 * raking.TOLERANCE)


def test_blocks_are_fitted_apart() -> None:
    both = raking.rake(
        np.array([1.0, 3.0, 2.0, 2.0]), np.ones(4), [one_total([0, 1, 0, 1], [8.0, 30.0])], np.array([0, 1, 0, 1])
    )
    np.testing.assert_allclose(both, [8 / 3, 18, 16 / 3, 12], rtol=1e-4)


# Estimates


@st.composite
def tables_with_gaps(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.Series]:
    """A consistent country of three regions in two NUTS 1 regions over two years, with gaps; and the truth."""
    random = np.random.default_rng(draw(st.integers(1, 2**32 - 1)))
    hidden_share = draw(st.sampled_from([0.1, 0.4, 0.9]))
    cells: dict[tuple[str, str, int], float] = {}
    for region in ("AA11", "AA12", "AA21"):
        for code in ("C10", "C11", "C12", "G45", "G46"):
            for year in (2013, 2014):
                persons = float(random.integers(0, 500))
                for place in (region, region[:3], region[:2]):
                    for sector in (code, code[0]):
                        cells[place, sector, year] = cells.get((place, sector, year), 0.0) + persons
    table = pd.DataFrame([(*key, value) for key, value in cells.items()], columns=[*KEYS, "persons_employed"])
    truth = table["persons_employed"]
    is_hidden = random.random(len(table)) < hidden_share
    table = table.assign(
        local_units=(truth / 5).round().mask(random.random(len(table)) < 0.3),
        wages_meur=(truth * 0.03).mask(is_hidden),
        persons_employed=truth.mask(is_hidden),
    )
    return table.sample(frac=1, random_state=int(random.integers(1, 2**31))), truth


@settings(max_examples=25, deadline=None)
@given(tables_with_gaps())
def test_estimates_of_a_consistent_table_add_up_and_published_cells_stay(drawn: tuple[pd.DataFrame, pd.Series]) -> None:
    table, truth = drawn
    before = table.copy()
    found = hidden.estimate(table, amount="persons_employed")
    pd.testing.assert_frame_equal(table, before)
    assert found.index.equals(table.index)
    assert found.notna().all(axis=None)
    known = table["persons_employed"].notna()
    pd.testing.assert_series_equal(found.loc[known, "estimate"], truth[table.index][known], check_names=False)
    assert (found["low"] <= found["estimate"]).all()
    assert (found["estimate"] <= found["high"]).all()
    full = table.assign(value=found["estimate"]).set_index(KEYS)["value"].unstack("year")
    for place, parts in (("AA", ("AA11", "AA12", "AA21")), ("AA1", ("AA11", "AA12"))):
        np.testing.assert_allclose(sum(full.loc[part] for part in parts), full.loc[place], atol=0.2)
    for section in ("C", "G"):
        divisions = [code for code in full.index.unique("nace_code") if len(code) == 3 and code[0] == section]
        sums = sum(full.xs(code, level="nace_code") for code in divisions)
        np.testing.assert_allclose(sums, full.xs(section, level="nace_code"), atol=0.2)


@settings(max_examples=10, deadline=None)
@given(tables_with_gaps())
def test_the_order_of_rows_and_the_names_of_regions_do_not_matter(drawn: tuple[pd.DataFrame, pd.Series]) -> None:
    table, _ = drawn
    found = hidden.estimate(table, amount="persons_employed")
    shuffled = hidden.estimate(table.sort_values(KEYS, ascending=False), amount="persons_employed")
    pd.testing.assert_frame_equal(shuffled.loc[found.index], found, rtol=1e-3, atol=0.1)


def test_a_cell_that_totals_give_away_is_known() -> None:
    rows = [("AA", "C10", 90.0), ("AA11", "C10", np.nan), ("AA12", "C10", 40.0)]
    table = pd.DataFrame([(place, code, 2014, persons, np.nan, np.nan) for place, code, persons in rows],
                         columns=[*KEYS, "persons_employed", "wages_meur", "local_units"])  # fmt: skip
    found = hidden.estimate(table, amount="persons_employed").iloc[1]
    np.testing.assert_allclose(found, [50, 50, 50], atol=0.1)


# The embedded table


def blocks(industry: pd.DataFrame, country: str, amount: str):
    """Cells of a country by section and year, with every total that touches an unknown cell, as (parts, total)."""
    rows = industry[industry["nuts_id"].str.startswith(country) & (industry["series"] == "2008-2020")]
    full = rows[amount].fillna(rows[f"{amount}_estimate"])
    section = rows["nace_code"].where(rows["nace_code"] == "S95", rows["nace_code"].str[0])
    for _, block in rows.assign(full=full).groupby([section, "year"]):
        block = block.reset_index(drop=True)
        place = {key: row for row, key in enumerate(zip(block["nuts_id"], block["nace_code"], strict=True))}
        totals = []
        regions = block[block["nuts_id"].str.len() == 4]
        for size in (2, 3):
            for (owner, code), part in regions.groupby([regions["nuts_id"].str[:size], "nace_code"]):
                if (owner, code) in place:
                    totals.append((list(part.index), place[owner, code]))
        for region, part in block[block["nace_code"].str.len() == 3].groupby("nuts_id"):
            if (region, part["nace_code"].iloc[0][0]) in place:
                totals.append((list(part.index), place[region, part["nace_code"].iloc[0][0]]))
        unknown = block[amount].isna().to_numpy()
        yield block, [(parts, total) for parts, total in totals if unknown[[*parts, total]].any()], unknown


def least_deviation(values: np.ndarray, unknown: np.ndarray, totals: list) -> float:
    """By how much published totals contradict each other: the least sum of differences that any cells leave."""
    places = np.flatnonzero(unknown)
    column = {place: number for number, place in enumerate(places)}
    n, m = len(places), len(totals)
    matrix, right = np.zeros((m, n + 2 * m)), np.zeros(m)
    for row, (parts, total) in enumerate(totals):
        for place, sign in [*((part, 1.0) for part in parts), (total, -1.0)]:
            if unknown[place]:
                matrix[row, column[place]] += sign
            else:
                right[row] -= sign * values[place]
        matrix[row, n + row], matrix[row, n + m + row] = 1, -1
    return linprog(np.r_[np.zeros(n), np.ones(2 * m)], A_eq=matrix, b_eq=right, method="highs").fun


# Estimates also add up to regions of NUTS 1 that version 2016 has given up; these contradict the country by a share.
OTHER_NUTS1 = {"FR": 0.01}
# Published totals contradict each other here (linear programmes say so below), by more than rounding.
CONTRADICTIONS = {"BE", "ES", "FI", "FR", "IE", "LT", "NL", "UK", "AT", "DE", "DK", "EL", "CZ", "IT", "PL", "SK"}


@pytest.mark.parametrize("country", [*nuts.EU28, "NO"])
def test_estimated_and_visible_cells_add_up_to_the_published_totals(industry: pd.DataFrame, country: str) -> None:
    off = 0.0
    for block, totals, unknown in blocks(industry, country, "persons_employed"):
        full = block["full"].to_numpy()
        deviation = [abs(full[parts].sum() - full[total]) for parts, total in totals]
        n_parts = max((len(parts) for parts, _ in totals), default=1)
        if max(deviation, default=0.0) > 1 + 0.01 * n_parts:  # the estimates are rounded to hundredths
            off += max(deviation)
            values = block["persons_employed"].to_numpy()
            if country in OTHER_NUTS1:
                assert max(deviation) < OTHER_NUTS1[country] * full.max(), (block["nace_code"].iloc[0], max(deviation))
                continue
            least = least_deviation(values, unknown, totals)
            assert least > ROUNDING, (block["nace_code"].iloc[0], block["year"].iloc[0], max(deviation))
    assert off == 0 or country in CONTRADICTIONS
