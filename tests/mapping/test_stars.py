"""Stars by hand, unknown cells, ties, and what must not change them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from clusterkit import mapping
from clusterkit.data.star_schemes import Scheme, list_schemes
from clusterkit.errors import ContractError

SCHEMES = list_schemes(Path(__file__).resolve().parents[2] / "params" / "star_schemes")
REGIONS = [f"{country}{number:02}" for country in ("AA", "BB") for number in range(5)]


def scheme(mass: float = 0, **stars: Any) -> Scheme:
    """A scheme in which every threshold counts as confirmed."""
    conditions = {
        name: [{"confirmed": True, **test} for test in (tests if isinstance(tests, list) else [tests])]
        for name, tests in stars.items()
    }
    head = {"schema_version": 1, "id": "toy", "title": "Toy", "source": "none"}
    critical = {"persons_employed": mass, "confirmed": True}
    return Scheme.model_validate({**head, "critical_mass": critical, "stars": conditions})


SIZE = {"measure": "persons_employed", "top_share": 0.2}
LARGE = {"measure": "persons_employed", "at_least": 100}


def jobs(*columns: list[float | None], regions: list[str] = REGIONS) -> pd.DataFrame:
    index = regions[: len(columns[0])]
    return pd.DataFrame({f"C{10 + n}": column for n, column in enumerate(columns)}, index=index, dtype=float)


def stars(table: pd.DataFrame, name: str) -> list[Any]:
    return [None if pd.isna(value) else bool(value) for value in table[f"star_{name}"]]


# By hand


def test_every_measure_by_hand():
    employment, start = jobs([30, 10], [10, 50]), jobs([20, 20], [10, 0])
    wages = jobs([0.9, 0.1], [0.2, 1.0])
    table = mapping.cluster_strength(employment, wages, scheme=scheme(size=LARGE), employment_start=start)
    row = table.loc[("AA00", "C10")]
    assert row["lq"] == pytest.approx((30 / 40) / (40 / 100))
    assert row["focus_pct"] == 75
    assert row["wages_eur_per_person"] == pytest.approx(30_000)
    assert row["wages_to_country"] == pytest.approx(30_000 / 25_000)  # 1.0 million for 40 persons in AA
    assert row["wages_to_area"] == pytest.approx(30_000 / 25_000)
    assert row["growth_pct"] == pytest.approx(50)
    assert pd.isna(table.loc[("AA01", "C11"), "growth_pct"])  # nothing grows from zero


def test_wage_levels_may_be_given():
    employment, wages = jobs([10, 10]), jobs([0.2, 0.4])
    levels = pd.DataFrame({"C10": [40_000.0]}, index=["AA"])
    table = mapping.cluster_strength(
        employment, wages, scheme=scheme(size=LARGE), country_wages_eur_per_person=levels,
        area_wages_eur_per_person=pd.Series({"C10": 10_000.0}),
    )  # fmt: skip
    assert table["wages_to_country"].tolist() == [0.5, 1.0]
    assert table["wages_to_area"].tolist() == [2.0, 4.0]


def test_the_top_fifth_of_ten_regions_are_two():
    table = mapping.cluster_strength(jobs(list(range(1, 11))), None, scheme=scheme(size=SIZE))
    assert stars(table, "size") == [False] * 8 + [True] * 2


def test_regions_tied_at_the_threshold_all_have_the_star():
    table = mapping.cluster_strength(jobs([1, 2, 3, 4, 5, 6, 7, 9, 9, 10]), None, scheme=scheme(size=SIZE))
    assert stars(table, "size") == [False] * 7 + [True] * 3


def test_equality_reaches_a_threshold():
    table = mapping.cluster_strength(jobs([99, 100, 101]), None, scheme=scheme(size=LARGE))
    assert stars(table, "size") == [False, True, True]


def test_of_one_region_alone_none_is_top():
    table = mapping.cluster_strength(jobs([500]), None, scheme=scheme(size=SIZE))
    assert stars(table, "size") == [False]
    assert table["lq"].item() == 1.0


def test_among_the_area_all_cells_compete():
    focus = {"measure": "persons_employed", "top_share": 0.1, "among": "area"}
    table = mapping.cluster_strength(jobs([1, 2, 3, 4, 50], [10, 20, 30, 40, 5]), None, scheme=scheme(focus=focus))
    assert table.index[table["star_focus"]].tolist() == [("AA04", "C10")]


def test_a_cell_below_the_critical_mass_has_no_star():
    table = mapping.cluster_strength(
        jobs([60, 160], [1, 1]), None, scheme=scheme(100, lq={"measure": "lq", "at_least": 0.5})
    )
    assert stars(table, "lq") == [False, False, True, False]


def test_a_star_of_two_conditions_needs_both():
    both = [{"measure": "lq", "at_least": 1.5}, {"measure": "focus_pct", "at_least": 1.0}]
    employment = jobs([5, 1], [995, 9_999])  # C10 in AA00: quotient 9.17 and 0.5 % of its jobs
    assert stars(mapping.cluster_strength(employment, None, scheme=scheme(specialised=both)), "specialised")[0] is False
    assert (
        stars(mapping.cluster_strength(employment, None, scheme=scheme(specialised=both[0])), "specialised")[0] is True
    )


# Unknown


def test_unknown_stays_unknown_and_spoils_no_other_cell():
    employment = jobs([*range(1, 10), None], [1.0] * 10)
    table = mapping.cluster_strength(employment, None, scheme=scheme(size=SIZE, large=LARGE))
    assert stars(table.xs("C10", level=1), "size") == [False] * 8 + [True, None]  # 20 % of nine known: one
    assert pd.isna(table.loc[("BB04", "C10"), "n_stars"])
    assert table.loc[("BB04", "C10"), ["n_stars_low", "n_stars_high"]].tolist() == [0, 2]
    assert table.xs("C11", level=1)["n_stars"].notna().all()


def test_bounds_on_one_side_of_the_threshold_decide_a_star():
    employment = jobs([None, None, None, None])
    low, high = jobs([120, 20, 20, 20]), jobs([200, 80, 150, None])
    table = mapping.cluster_strength(employment, None, scheme=scheme(size=LARGE), low=low, high=high)
    assert stars(table, "size") == [True, False, None, None]
    assert table["persons_employed"].isna().all()
    assert table["persons_employed_high"].tolist()[:3] == [200, 80, 150]


def test_productivity_of_a_hidden_cell_is_least_where_most_persons_share_the_wages():
    employment, wages = jobs([None, 10]), jobs([0.4, 0.2])
    table = mapping.cluster_strength(
        employment, wages, scheme=scheme(p={"measure": "wages_to_area", "at_least": 1.5}),
        low=employment.fillna(10), high=employment.fillna(20),
    )  # fmt: skip
    assert table.loc[("AA00", "C10"), ["wages_to_area_low", "wages_to_area_high"]].tolist() == [1.0, 2.0]
    assert stars(table, "p") == [None, False]


def test_a_failed_condition_decides_although_another_is_unknown():
    both = scheme(both=[{"measure": "growth_pct", "at_least": 0}, LARGE])
    assert stars(mapping.cluster_strength(jobs([50, 150]), None, scheme=both), "both") == [False, None]


# Robustness


def test_probability_by_hand():
    """Uniform between 50 and 150, threshold 100 without spread: half of the draws."""
    employment = jobs([300, None, 20])
    ends = {"low": employment.fillna(50), "high": employment.fillna(150)}
    p = mapping.star_robustness(
        employment,
        None,
        scheme=scheme(size=LARGE),
        seed=1,
        draws=1500,
        distribution="uniform",
        threshold_spread=0,
        **ends,
    )
    np.testing.assert_allclose(p["p_size"], [1, 0.5, 0], atol=0.05)
    assert p["expected_stars"].tolist() == p["p_any_star"].tolist() == p["p_size"].tolist()


def test_probability_of_a_triangular_draw_by_hand():
    """Between 0 and 100 with the peak at 100, above 50: 1 - 0.5² = 3/4."""
    employment = jobs([100.0])
    p = mapping.star_robustness(
        employment, None, scheme=scheme(size={**LARGE, "at_least": 50}), seed=1, draws=1500, threshold_spread=0,
        low=employment * 0, high=employment,
    )  # fmt: skip
    assert p["p_size"].item() == pytest.approx(0.75, abs=0.05)


def test_a_threshold_within_its_spread_is_reached_in_half_of_the_draws():
    employment = jobs([100, 111, 89])
    p = mapping.star_robustness(
        employment, None, scheme=scheme(size=LARGE), seed=1, draws=2000, low=employment, high=employment
    )
    np.testing.assert_allclose(p["p_size"], [0.5, 1, 0], atol=0.04)


@pytest.mark.parametrize("name", SCHEMES)
def test_without_doubt_and_spread_the_probability_is_the_star(name):
    rng = np.random.default_rng(5)
    employment = pd.DataFrame(rng.integers(0, 5_000, (40, 6)), index=[f"A{c}{n:02}" for c in "AB" for n in range(20)])
    employment = employment.astype(float).rename(columns=lambda n: f"C{n + 10}")
    wages, start = (
        employment * rng.uniform(0.01, 0.05, employment.shape),
        employment * rng.uniform(0.5, 2, employment.shape),
    )
    table = mapping.cluster_strength(employment, wages, scheme=SCHEMES[name], employment_start=start)
    p = mapping.star_robustness(
        employment, wages, scheme=SCHEMES[name], employment_start=start, low=employment, high=employment,
        seed=1, draws=2, threshold_spread=0,
    )  # fmt: skip
    for star in SCHEMES[name].stars:
        expected = table[f"star_{star}"].astype("Float64")
        pd.testing.assert_series_equal(p[f"p_{star}"].astype("Float64"), expected, check_names=False)
    assert table["n_stars"].max() > 0


def test_a_cell_without_bounds_stays_unknown_in_the_draws():
    employment = jobs([None, 200])
    p = mapping.star_robustness(
        employment, None, scheme=scheme(size=LARGE), seed=1, draws=5, low=employment.fillna(0), high=employment
    )
    assert p["p_size"].isna().tolist() == [True, False]
    assert p["p_any_star"].isna().tolist() == [True, False]


def test_draws_follow_the_cell_whatever_the_order_of_the_rows():
    employment = jobs([None, None, 80, 500], [None, 90, None, 10])
    low, high = employment.fillna(20), employment.fillna(180)
    options = {"scheme": scheme(size=LARGE), "seed": 3, "draws": 50}
    straight = mapping.star_robustness(employment, None, low=low, high=high, **options)
    turned = mapping.star_robustness(
        employment.iloc[::-1, ::-1], None, low=low.iloc[::-1, ::-1], high=high.iloc[::-1, ::-1], **options
    )
    pd.testing.assert_frame_equal(turned.reindex(straight.index), straight)
    assert not mapping.star_robustness(employment, None, low=low, high=high, **{**options, "seed": 4}).equals(straight)


# Properties

matrices = arrays(float, (8, 3), elements=st.integers(0, 50).map(float) | st.just(np.nan))
columns = ["star_size", "star_specialisation", "star_productivity", "star_growth", "n_stars_low", "n_stars_high"]


@settings(max_examples=25, deadline=None)
@given(matrices, st.permutations(range(8)), st.sampled_from([1000.0, 0.5]))
def test_order_unit_and_names_do_not_change_stars(values, order, unit):
    employment = pd.DataFrame(values, index=REGIONS[:8], columns=["C10", "C11", "C12"])
    wages, start = employment * 0.03 + 0.01, employment.iloc[::-1].set_axis(employment.index)
    before = employment.copy(), wages.copy(), start.copy()
    rule = SCHEMES["panorama-2014"]
    table = mapping.cluster_strength(employment, wages, scheme=rule, employment_start=start)
    shuffled = [frame.iloc[list(order)] for frame in (employment, wages, start)]
    turned = mapping.cluster_strength(*shuffled[:2], scheme=rule, employment_start=shuffled[2])
    pd.testing.assert_frame_equal(turned.loc[table.index, columns], table[columns])
    scaled = mapping.cluster_strength(employment * unit, wages * unit, scheme=rule, employment_start=start * unit)
    pd.testing.assert_frame_equal(scaled[columns], table[columns])
    names = {old: old.replace("0", "X") for old in employment.index}
    renamed = [frame.rename(index=names) for frame in (employment, wages, start)]
    other = mapping.cluster_strength(*renamed[:2], scheme=rule, employment_start=renamed[2])
    assert other[columns].to_numpy().tolist() == table[columns].to_numpy().tolist()
    for frame, old in zip((employment, wages, start), before, strict=True):
        pd.testing.assert_frame_equal(frame, old)


def test_an_empty_region_and_an_empty_sector_change_nothing():
    employment = jobs([*range(1, 10), 30], [5, *range(9)])
    rule = scheme(size=SIZE, lq={"measure": "lq", "top_share": 0.3})
    table = mapping.cluster_strength(employment, None, scheme=rule)
    wider = employment.assign(C99=0.0)
    wider.loc["ZZ99"] = 0.0
    more = mapping.cluster_strength(wider, None, scheme=rule)
    pd.testing.assert_frame_equal(more.loc[table.index], table)
    assert not more.xs("C99", level=1)["star_size"].any()


# The embedded tables


def test_specialised_divisions_of_the_pilots(industry, area):
    """Second way: the same rule by slow loops over the published cells."""
    rows = industry[(industry["year"] == 2014) & (industry["nuts_id"].str.len() == 4)]
    employment = rows[rows["nace_code"].str.len() == 3].pivot(
        index="nuts_id", columns="nace_code", values="persons_employed"
    )
    whole = area.xs(2014, level="year")["persons_employed"]
    total = mapping.region_total(rows, by="nuts_id")["size"]
    european = mapping.region_total(area).loc[2014, "low"]
    table = mapping.cluster_strength(
        employment, None, scheme=SCHEMES["eccp-2021"], benchmark=whole.reindex(employment.columns),
        region_total=total, benchmark_total=european,
    )  # fmt: skip
    for region in ("ITC1", "SE31", "DED4", "FI1D", "LT01"):
        for sector, persons in employment.loc[region].items():
            star = table.loc[(region, sector), "star_specialised"]
            if np.isnan(persons):
                assert pd.isna(star)
                continue
            lq = (persons / total[region]) / (whole[sector] / european)
            assert bool(star) == (lq >= 1.5 and persons >= 0.01 * total[region])
    assert table.loc[("ITC1", "C13"), "star_specialised"]


# Refused


def test_all_wrong_tables_are_named_at_once():
    employment = jobs([1, 2])
    with pytest.raises(ContractError) as caught:
        mapping.cluster_strength(employment, employment.iloc[:1], scheme=scheme(size=SIZE), low=employment)
    assert "wages has other rows or columns than employment." in str(caught.value)
    assert "Only low is given." in str(caught.value)
    assert "fix:   use wages.reindex_like(employment)" in str(caught.value)


def test_a_region_twice_is_refused():
    with pytest.raises(ContractError, match="The index of employment has AA00 more than once"):
        mapping.cluster_strength(pd.concat([jobs([1])] * 2), None, scheme=scheme(size=SIZE))


def test_an_estimate_outside_its_ends_and_a_zero_seed_are_refused():
    employment = jobs([5])
    with pytest.raises(ContractError) as caught:
        mapping.star_robustness(employment, None, scheme=scheme(size=SIZE), low=employment + 1, high=employment, seed=0)
    assert "1 cells are not between their ends: AA00 C10." in str(caught.value)
    assert "seed is 0." in str(caught.value)
