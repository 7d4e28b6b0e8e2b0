"""Ranges of hidden cells: the truth always lies inside, and nothing known is left out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from clusterkit.data import hidden

YEAR = 2014


def consistent_table(regions: dict[str, list[list[int]]], sectors: dict[str, int], values: list[int]) -> pd.DataFrame:
    """Every cell of invented countries, totals included.

    ``regions``: country to the number of NUTS 2 regions in each NUTS 1 region; ``sectors``:
    section to the number of its divisions; ``values``: persons of NUTS 2 regions by division, used in turn.
    """
    divisions = {letter: [f"{letter}{10 + i}" for i in range(n)] for letter, n in sectors.items()}
    cells: dict[tuple[str, str], int] = {}
    supply = iter(values * 1000)
    for country, sizes in regions.items():
        for i, n_regions in enumerate(sizes):
            for j in range(n_regions):
                for letter, codes in divisions.items():
                    for code in codes:
                        persons = next(supply)
                        for place in (country, f"{country}{i}", f"{country}{i}{j}"):
                            for sector in (letter, code):
                                cells[place, sector] = cells.get((place, sector), 0) + persons
    rows = [(place, sector, YEAR, float(value)) for (place, sector), value in cells.items()]
    return pd.DataFrame(rows, columns=["nuts_id", "nace_code", "year", "value"])


@st.composite
def consistent_tables(draw: st.DrawFn) -> pd.DataFrame:
    sizes = st.lists(st.integers(1, 3), min_size=1, max_size=2)
    regions = {"AA": draw(sizes), "BB": draw(sizes)}
    sectors = {"C": draw(st.integers(2, 4)), "G": draw(st.integers(2, 4))}
    values = draw(st.lists(st.integers(0, 500), min_size=7, max_size=40))
    return consistent_table(regions, sectors, values)


@st.composite
def hidden_tables(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.Series]:
    """A table with some cells hidden, and the truth."""
    truth = draw(consistent_tables())
    share = draw(st.sampled_from([0.05, 0.2, 0.5, 0.8]))
    of_sections = draw(st.sampled_from([0.0, 0.1, 0.5]))
    rng = np.random.default_rng(draw(st.integers(1, 2**32 - 1)))
    is_section = truth["nace_code"].str.len() == 1
    hide = rng.random(len(truth)) < np.where(is_section, of_sections, share)
    cells = truth.assign(value=truth["value"].mask(hide))
    return cells.sample(frac=1, random_state=int(rng.integers(1, 2**31))), truth["value"]


@settings(max_examples=100, deadline=None)
@given(case=hidden_tables())
def test_the_range_holds_the_truth(case):
    cells, truth = case
    limits = hidden.bounds(cells)
    actual = truth.loc[cells.index]
    assert (limits["low"] <= actual).all()
    assert (limits["high"].fillna(np.inf) >= actual).all()
    known = cells["value"].notna()
    assert (limits.loc[known, "low"] == cells.loc[known, "value"]).all()
    assert (limits.loc[known, "high"] == cells.loc[known, "value"]).all()
    assert (limits["low"] >= 0).all()


@settings(max_examples=40, deadline=None)
@given(truth=consistent_tables(), data=st.data())
def test_a_single_hidden_cell_is_found_exactly(truth, data):
    chosen = data.draw(st.sampled_from(list(truth.index)))
    limits = hidden.bounds(truth.assign(value=truth["value"].mask(truth.index == chosen)))
    assert limits.loc[chosen].tolist() == [truth.loc[chosen, "value"]] * 2


@settings(max_examples=40, deadline=None)
@given(case=hidden_tables(), seed=st.integers(1, 2**31))
def test_the_order_of_rows_does_not_matter(case, seed):
    cells, _ = case
    shuffled = cells.sample(frac=1, random_state=seed)
    pd.testing.assert_frame_equal(hidden.bounds(shuffled).loc[cells.index], hidden.bounds(cells))


@settings(max_examples=40, deadline=None)
@given(case=hidden_tables())
def test_without_published_totals_no_hidden_division_is_bounded(case):
    cells, _ = case
    is_total = (cells["nuts_id"].str.len() == 2) | (cells["nace_code"].str.len() == 1)
    limits = hidden.bounds(cells.assign(value=cells["value"].mask(is_total | (cells["nuts_id"].str.len() == 3))))
    is_hidden = (cells["value"].isna() | is_total | (cells["nuts_id"].str.len() == 3)).to_numpy()
    is_division = (cells["nace_code"].str.len() == 3).to_numpy()
    assert limits.loc[is_hidden & is_division, "high"].isna().all()
    assert limits.loc[~is_hidden, "high"].notna().all()


def test_a_hidden_section_whose_divisions_are_all_published_is_their_sum():
    cells = pd.DataFrame(
        [("AA", "C", 2014, np.nan), ("AA", "C10", 2014, 4.0), ("AA", "C11", 2014, 5.0)],
        columns=["nuts_id", "nace_code", "year", "value"],
    )
    assert hidden.bounds(cells).iloc[0].tolist() == [9.0, 9.0]


@settings(max_examples=40, deadline=None)
@given(case=hidden_tables(), noise=st.floats(0, 0.3), seed=st.integers(1, 2**31))
def test_margins_that_do_not_add_up_never_turn_a_range_around(case, noise, seed):
    cells, _ = case
    factor = 1 + noise * np.random.default_rng(seed).uniform(-1, 1, len(cells))
    limits = hidden.bounds(cells.assign(value=(cells["value"] * factor).round()))
    assert (limits["low"] <= limits["high"].fillna(np.inf)).all()
    assert limits["low"].notna().all()


@settings(max_examples=20, deadline=None)
@given(case=hidden_tables())
def test_the_callers_table_is_not_changed_and_its_index_is_kept(case):
    cells, _ = case
    before = cells.copy()
    limits = hidden.bounds(cells)
    pd.testing.assert_frame_equal(cells, before)
    assert limits.index.equals(cells.index)
    assert limits.columns.tolist() == ["low", "high"]


@settings(max_examples=20, deadline=None)
@given(case=hidden_tables())
def test_years_do_not_mix(case):
    cells, _ = case
    assume(cells["value"].isna().any())
    other = cells.assign(year=YEAR - 1, value=cells["value"] * 3)
    both = hidden.bounds(pd.concat([cells, other], ignore_index=True)).iloc[: len(cells)]
    alone = hidden.bounds(cells.reset_index(drop=True))
    pd.testing.assert_frame_equal(both, alone)


# Small cases that can be done in the head

BASE = consistent_table({"AA": [2]}, {"C": 3}, [10, 20, 30, 1, 2, 3])  # AA00: 10, 20, 30; AA01: 1, 2, 3


def limits_of(hide: set[tuple[str, str]], table: pd.DataFrame = BASE) -> pd.DataFrame:
    pairs = pd.Series(list(zip(table["nuts_id"], table["nace_code"], strict=True)), index=table.index)
    cells = table.assign(value=table["value"].mask(pairs.isin(list(hide))))
    return hidden.bounds(cells).set_index(pd.MultiIndex.from_tuples(list(pairs)))


COLUMN = {(place, sector) for place in ("AA", "AA0", "AA00", "AA01") for sector in ("C10", "C11")}


def test_two_hidden_cells_of_one_total_share_what_is_left():
    """C10 and C11 are hidden everywhere: each can hold the section less the third division."""
    limits = limits_of(COLUMN)
    assert limits.loc[("AA00", "C10")].tolist() == [0, 30]
    assert limits.loc[("AA01", "C11")].tolist() == [0, 3]
    assert limits.loc[("AA", "C10")].tolist() == [0, 33]


def test_a_published_territory_narrows_what_the_section_leaves_open():
    """C10 of the country is 11, of which AA01 can hold 3 at most."""
    limits = limits_of(COLUMN - {("AA", "C10"), ("AA0", "C10"), ("AA", "C11"), ("AA0", "C11")})
    assert limits.loc[("AA00", "C10")].tolist() == [8, 11]
    assert limits.loc[("AA01", "C10")].tolist() == [0, 3]


def test_a_hidden_section_is_at_least_what_is_visible_of_it():
    everywhere = {(place, "C") for place in ("AA", "AA0", "AA00", "AA01")}
    limits = limits_of(everywhere | {(place, "C12") for place in ("AA", "AA0", "AA00", "AA01")})
    assert limits.loc[("AA00", "C"), "low"] == 30
    assert limits.loc[("AA", "C"), "low"] == 33
    assert limits["high"].isna().sum() == 8


def test_a_hidden_section_is_at_most_what_its_divisions_can_hold():
    everywhere = {(place, "C") for place in ("AA", "AA0", "AA00", "AA01")}
    limits = limits_of(everywhere | {("AA00", "C10"), ("AA01", "C10")})
    assert limits.loc[("AA", "C")].tolist() == [66, 66]
    assert limits.loc[("AA00", "C")].tolist() == [50, 61]  # C10 of the country is 11


def test_regions_may_leave_out_activity_that_belongs_to_none():
    """A hidden country is not bounded by its regions from above."""
    table = pd.DataFrame(
        {"nuts_id": ["AA", "AA0", "AA00"], "nace_code": "S95", "year": YEAR, "value": [np.nan, 5.0, 5.0]}
    )
    country = hidden.bounds(table).loc[0]
    assert country["low"] == 5
    assert pd.isna(country["high"])


def test_the_country_bounds_nuts_2_where_nuts_1_is_hidden():
    """20 = 3 + 5 + 12, and both regions of level 1 are hidden."""
    table = pd.DataFrame(
        [("AA", 20.0), ("AA0", np.nan), ("AA1", np.nan), ("AA00", np.nan), ("AA01", 5.0), ("AA10", 12.0)],
        columns=["nuts_id", "value"],
    ).assign(nace_code="S95", year=YEAR)
    assert hidden.bounds(table).loc[3].tolist() == [3, 3]


def test_what_one_margin_gives_away_is_used_in_the_next():
    """Its section gives C10 of AA00 away, and that gives C10 of AA01 away."""
    limits = limits_of({("AA00", "C10"), ("AA01", "C10"), ("AA01", "C11"), ("AA0", "C11"), ("AA", "C11")})
    assert limits.loc[("AA00", "C10")].tolist() == [10, 10]
    assert limits.loc[("AA01", "C10")].tolist() == [1, 1]
    assert limits.loc[("AA", "C11")].tolist() == [22, 22]


def test_a_division_without_its_section_in_the_table():
    """S95 stands for its section in these statistics."""
    table = pd.DataFrame(
        {"nuts_id": ["AA", "AA0", "AA00"], "nace_code": "S95", "year": YEAR, "value": [5.0, np.nan, np.nan]}
    )
    assert hidden.bounds(table).to_numpy().tolist() == [[5, 5], [5, 5], [5, 5]]


def test_a_range_is_never_below_zero():
    """Parts that add up to more than their total, as rounding makes them."""
    table = BASE[BASE["nuts_id"] == "AA00"].set_index("nace_code", drop=False).assign(year=YEAR)
    table.loc[["C12", "C"], "value"] = [np.nan, 29.0]  # C10 and C11 hold 30
    assert hidden.bounds(table).loc["C12"].tolist() == [0, 0]


# The embedded table


def test_every_hidden_cell_of_the_embedded_table_has_an_ordered_range(industry):
    table = industry[industry["year"] == 2014]
    unknown = table["persons_employed"].isna()
    assert unknown.sum() > 3000
    low, high = table["persons_employed_low"], table["persons_employed_high"]
    assert low.notna().all()
    assert (low <= high.fillna(np.inf)).all()
    reported = table[~unknown]
    assert (reported["persons_employed_low"] == reported["persons_employed"]).all()
    assert (reported["persons_employed_high"] == reported["persons_employed"]).all()
    assert set(table.loc[high.isna(), "nuts_id"].str[:2]) == {"CY", "MT"}  # docs/assumptions.md#A4


@pytest.mark.parametrize("year", [2011, 2012, 2013])
def test_the_ranges_of_earlier_years_are_ordered(industry, year):
    table = industry[industry["year"] == year]
    assert (table["persons_employed_low"] <= table["persons_employed_high"].fillna(np.inf)).all()
