"""Concentration: by hand, second ways, what is unknown or empty, and what may never change the values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterkit.errors import ContractError, ParamError
from clusterkit.mapping import (
    ellison_glaeser,
    entropy,
    gini,
    herfindahl,
    hoover_index,
    krugman_index,
    locational_gini,
    theil,
)

INDICES = [herfindahl, entropy, theil, gini, krugman_index, hoover_index, locational_gini]
AGAINST = [krugman_index, hoover_index, locational_gini]

TOY = pd.DataFrame(
    {"C13": [30.0, 10.0, 0.0], "C29": [10.0, 50.0, 40.0], "J62": [60.0, 40.0, 160.0]}, index=["AA01", "AA02", "BB01"]
)
# Totals by hand: regions 100, 100, 200; sectors 40, 100, 260; all 400. Shares of the area: 0.1, 0.25, 0.65.

employments = (
    st.integers(2, 5)
    .flatmap(
        lambda n_sectors: st.lists(
            st.lists(st.integers(0, 10_000), min_size=n_sectors, max_size=n_sectors), min_size=2, max_size=6
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


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        (herfindahl, [0.46, 0.42, 0.68]),  # 0.3² + 0.1² + 0.6²; 0.1² + 0.5² + 0.4²; 0.2² + 0.8²
        (entropy, [1.295461844238322, 1.360964047443681, 0.721928094887362]),
        (theil, [np.log(3) - 0.897945725, np.log(3) - 0.943348393, np.log(3) - 0.500402424]),
        (gini, [1 / 3, 4 / 15, 8 / 15]),  # (0.5 + 0.3 + 0.2) / 3; (0.4 + 0.1 + 0.3) / 3; (0.2 + 0.6 + 0.8) / 3
        (krugman_index, [0.4, 0.5, 0.3]),  # 0.2 + 0.15 + 0.05; 0 + 0.25 + 0.25; 0.1 + 0.05 + 0.15
        (hoover_index, [0.2, 0.25, 0.15]),
    ],
)
def test_regions_by_hand(index, expected):
    result = index(TOY)
    np.testing.assert_allclose(result, expected, rtol=1e-8)
    assert result.name == index.__name__
    assert list(result.index) == list(TOY.index)


def test_locational_gini_by_hand():
    """C29 has shares 0.1, 0.5, 0.4 in regions that hold 0.25, 0.25, 0.5 of all persons.

    In ascending order of the ratio (0.4, 0.8, 2): 1 - (0.25 * 0.1 + 0.5 * (0.1 + 0.5) + 0.25 * (0.5 + 1)) = 0.3.
    C13: 0.75, 0.25, 0 (ratios 3, 1, 0): 1 - (0.5 * 0 + 0.25 * 0.25 + 0.25 * 1.25) = 0.625.
    J62: 60, 40, 160 of 260: 1 - (0.25 * 40 + 0.25 * (40 + 100) + 0.5 * (100 + 260)) / 260 = 35 / 260.
    """
    np.testing.assert_allclose(locational_gini(TOY), [0.625, 0.3, 35 / 260], rtol=1e-12)


def test_hoover_of_sectors_is_the_coefficient_of_localisation():
    """C29: half of |0.1 - 0.25| + |0.5 - 0.25| + |0.4 - 0.5|."""
    assert hoover_index(TOY, of="sectors")["C29"] == pytest.approx(0.25)


def test_the_published_benchmark_counts_instead_of_the_sums():
    """Shares 0.2, 0.3, 0.5 of the area: 0.1 + 0.2 + 0.1 for AA01."""
    result = krugman_index(TOY, benchmark=pd.Series({"J62": 500.0, "C13": 200.0, "C29": 300.0}))
    assert result["AA01"] == pytest.approx(0.4)
    assert result["BB01"] == pytest.approx(0.2 + 0.1 + 0.3)


def test_locational_gini_with_a_region_that_the_benchmark_gives_no_persons():
    """All of the sector where nobody is counted: the whole triangle."""
    table = pd.DataFrame({"C29": [0.0, 10.0]}, index=["AA01", "AA02"])
    assert locational_gini(table, benchmark=pd.Series({"AA01": 5.0, "AA02": 0.0}))["C29"] == pytest.approx(1.0)


def test_equal_cells():
    uniform = pd.DataFrame(5.0, index=["AA01", "AA02"], columns=["C10", "C13", "C29", "J62"])
    for index, value in [
        (herfindahl, 0.25),
        (entropy, 2),
        (theil, 0),
        (gini, 0),
        (krugman_index, 0),
        (hoover_index, 0),
    ]:
        np.testing.assert_allclose(index(uniform), value, atol=1e-12)
    np.testing.assert_allclose(locational_gini(uniform), 0, atol=1e-12)


def test_one_cell_has_all():
    lone = pd.DataFrame([[0.0, 7.0, 0.0, 0.0]], index=["AA01"], columns=["C10", "C13", "C29", "J62"])
    for index, value in [(herfindahl, 1), (entropy, 0), (theil, np.log(4)), (gini, 0.75)]:
        np.testing.assert_allclose(index(lone), value, atol=1e-12)


def test_regions_with_nothing_in_common():
    apart = pd.DataFrame([[10.0, 0.0], [0.0, 1e-9]], index=["AA01", "AA02"], columns=["C10", "J62"])
    np.testing.assert_allclose(krugman_index(apart), [0, 2], atol=1e-9)


@pytest.mark.parametrize("index", INDICES)
def test_one_region_and_one_sector(index):
    one = pd.DataFrame({"C29": [12.0]}, index=["AA01"])
    expected = 1.0 if index is herfindahl else 0.0
    assert index(one, of="regions").to_dict() == {"AA01": expected}
    assert index(one, of="sectors").to_dict() == {"C29": expected}


# What is unknown or empty


@pytest.mark.parametrize("of", ["regions", "sectors"])
@pytest.mark.parametrize("index", INDICES)
def test_an_unknown_cell_makes_its_own_row_unknown_and_no_other(index, of):
    options = {"of": of}
    if index in AGAINST:
        options["benchmark"] = TOY.sum() if of == "regions" else TOY.sum(axis=1)
    hidden = TOY.copy()
    hidden.loc["AA01", "C29"] = np.nan
    expected = index(TOY, **options)
    expected["AA01" if of == "regions" else "C29"] = np.nan
    pd.testing.assert_series_equal(index(hidden, **options), expected)


@pytest.mark.parametrize("index", INDICES)
def test_left_out_means_as_if_the_classification_lacked_it(index):
    options = {"benchmark": TOY.sum()} if index in AGAINST else {}
    hidden = TOY.copy()
    hidden.loc["AA01", "C29"] = np.nan
    result = index(hidden, of="regions", nan_policy="omit", **options)
    assert result["AA01"] == pytest.approx(index(TOY.drop(columns="C29"), of="regions", **options)["AA01"])
    assert result["AA02"] == pytest.approx(index(TOY, of="regions", **options)["AA02"])


@pytest.mark.parametrize("index", INDICES)
def test_nothing_known_is_nan_under_both_rules(index):
    hidden = TOY.copy()
    hidden.loc["AA01"] = np.nan
    for nan_policy in ("propagate", "omit"):
        result = index(hidden, of="regions", nan_policy=nan_policy)
        assert np.isnan(result["AA01"])
        assert result.drop("AA01").notna().all()


@pytest.mark.parametrize("index", INDICES)
def test_an_empty_region_and_an_empty_sector(index):
    """An empty sector is a cell like another to n, but no share; the empty region itself is NaN."""
    table = TOY.assign(B05=0.0)
    table.loc["CC01"] = 0.0
    by_region, by_sector = index(table, of="regions"), index(table, of="sectors")
    assert np.isnan(by_region["CC01"])
    assert np.isnan(by_sector["B05"])
    assert by_region.notna().sum() == 3
    assert by_sector.notna().sum() == 3
    if index not in (theil, gini):  # these two depend on the number of cells
        pd.testing.assert_series_equal(by_region[TOY.index], index(TOY, of="regions"))
        pd.testing.assert_series_equal(by_sector[TOY.columns], index(TOY, of="sectors"))


@pytest.mark.parametrize("index", AGAINST)
def test_what_the_benchmark_lacks_is_unknown(index):
    area = TOY.sum().drop("C13")
    assert index(TOY, of="regions", benchmark=area).isna().all()
    left = index(TOY, of="regions", benchmark=area, nan_policy="omit")
    pd.testing.assert_series_equal(left, index(TOY.drop(columns="C13"), of="regions", benchmark=area))


@pytest.mark.parametrize("index", AGAINST)
def test_a_benchmark_of_zero_persons_is_nan(index):
    assert index(TOY, of="regions", benchmark=TOY.sum() * 0).isna().all()


@pytest.mark.parametrize("index", INDICES)
def test_a_misspelt_option_is_refused(index):
    with pytest.raises(ParamError, match=r"(?s)'region' is not a value of of\..*fix:   write of='regions'"):
        index(TOY, of="region")
    with pytest.raises(ParamError, match="one of propagate, omit"):
        index(TOY, nan_policy="drop")


# Second ways and properties


@settings(max_examples=40, deadline=None)
@given(table=employments)
def test_second_ways_by_slow_loops(table):
    results = {index: index(table, of="regions") for index in INDICES}
    area = [sum(table[sector]) for sector in table]
    for region in table.index:
        row = list(table.loc[region])
        n, total, everything = len(row), sum(row), sum(area)
        if not total:
            assert all(np.isnan(result[region]) for result in results.values())
            continue
        p, b = [cell / total for cell in row], [cell / everything for cell in area]
        expected = {
            herfindahl: sum(x * x for x in p),
            entropy: sum(x * np.log2(1 / x) for x in p if x),
            theil: sum(x * np.log(n * x) for x in p if x),
            gini: sum(abs(x - y) for x in p for y in p) / (2 * n),
            krugman_index: sum(abs(x - y) for x, y in zip(p, b, strict=True)),
            hoover_index: sum(max(x - y, 0) for x, y in zip(p, b, strict=True)),
            # Mean difference of location quotients, weighted by the benchmark.
            locational_gini: sum(abs(p[i] * b[j] - p[j] * b[i]) for i in range(n) for j in range(n)) / 2,
        }
        for index, value in expected.items():
            assert results[index][region] == pytest.approx(value, abs=1e-9), index.__name__


@settings(max_examples=30, deadline=None)
@given(table=employments, factor=st.floats(1e-3, 1e3), data=st.data())
def test_order_unit_and_names_do_not_matter_and_inputs_stay(table, factor, data):
    rows, columns = (data.draw(st.permutations(list(labels))) for labels in (table.index, table.columns))
    names = {sector: f"Z{i}" for i, sector in enumerate(table.columns)}
    before = table.copy()
    for index in INDICES:
        plain = index(table, of="regions")
        other = index(table.loc[rows, columns].rename(columns=names) * factor, of="regions")
        pd.testing.assert_series_equal(other[table.index], plain, atol=1e-9)
        pd.testing.assert_series_equal(index(table.T, of="sectors"), plain)
    pd.testing.assert_frame_equal(table, before)


# Ellison and Glaeser


def plants_of(rows: list[tuple[str, str, float]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["nuts_id", "nace_code", "persons_employed"])


PLANTS = plants_of(
    [("AA", "C13", 10), ("AA", "C13", 10), ("AA", "C13", 20), ("BB", "C13", 10), ("AA", "J62", 20), ("BB", "J62", 30)]
)


def test_ellison_glaeser_by_hand():
    """All: 60 and 40 persons, x = 0.6, 0.4, 1 - sum x² = 0.48.

    C13: s = 0.8, 0.2, G = 0.08, H = (1 + 1 + 4 + 1) / 25 = 0.28; (0.08 / 0.48 - 0.28) / 0.72 = -0.157407...
    J62: s = 0.4, 0.6, G = 0.08, H = 0.16 + 0.36 = 0.52; (0.08 / 0.48 - 0.52) / 0.48 = -0.736111...
    """
    result = ellison_glaeser(PLANTS)
    np.testing.assert_allclose(result[["C13", "J62"]], [(1 / 6 - 0.28) / 0.72, (1 / 6 - 0.52) / 0.48], rtol=1e-12)
    assert result.name == "ellison_glaeser"


def test_ellison_glaeser_with_a_benchmark():
    """x = 0.5, 0.25, 0.25, a region without plants: G = 0.09 + 0.0025 + 0.0625, 1 - sum x² = 0.625."""
    result = ellison_glaeser(PLANTS, benchmark=pd.Series({"AA": 200.0, "BB": 100.0, "CC": 100.0}))
    assert result["C13"] == pytest.approx((0.155 / 0.625 - 0.28) / 0.72)


def test_ellison_glaeser_is_near_zero_where_plants_choose_by_chance():
    random = np.random.default_rng(20141)
    regions, odds = [f"AA{i:02}" for i in range(20)], random.dirichlet(np.ones(20))
    rows = pd.DataFrame(
        {
            "nuts_id": random.choice(regions, 40_000, p=odds),
            "nace_code": random.choice([f"C{i}" for i in range(10, 30)], 40_000),
            "persons_employed": random.lognormal(3, 1, 40_000),
        }
    )
    assert ellison_glaeser(rows).abs().max() < 0.005


def test_ellison_glaeser_is_nan_for_one_plant_and_in_one_region():
    result = ellison_glaeser(pd.concat([PLANTS, plants_of([("BB", "B05", 9)])]))
    assert np.isnan(result["B05"])
    assert result.drop("B05").notna().all()
    assert ellison_glaeser(PLANTS.assign(nuts_id="AA")).isna().all()


def test_a_plant_of_unknown_size():
    hidden = pd.concat([PLANTS, plants_of([("BB", "C13", np.nan)])])
    area = pd.Series({"AA": 60.0, "BB": 40.0})
    whole = ellison_glaeser(PLANTS, benchmark=area)
    result = ellison_glaeser(hidden, benchmark=area)
    assert np.isnan(result["C13"])
    assert result["J62"] == pytest.approx(whole["J62"])
    pd.testing.assert_series_equal(ellison_glaeser(hidden, benchmark=area, nan_policy="omit"), whole)
    only_unknown = plants_of([("AA", "B05", np.nan)])
    assert np.isnan(ellison_glaeser(pd.concat([PLANTS, only_unknown]), nan_policy="omit")["B05"])


def test_plants_order_and_unit_do_not_matter_and_inputs_stay():
    before = PLANTS.copy()
    shuffled = PLANTS.iloc[::-1].assign(persons_employed=PLANTS["persons_employed"] * 7)
    pd.testing.assert_series_equal(ellison_glaeser(shuffled), ellison_glaeser(PLANTS))
    pd.testing.assert_frame_equal(PLANTS, before)


def test_bad_plants_are_refused():
    with pytest.raises(ContractError, match=r"(?s)Columns missing: persons_employed.*fix:   rename or add the columns"):
        ellison_glaeser(PLANTS.rename(columns={"persons_employed": "jobs"}))
    with pytest.raises(ContractError, match=r"(?s)1 regions have plants .* BB\..*fix:   add the regions"):
        ellison_glaeser(PLANTS, benchmark=pd.Series({"AA": 1.0, "BB": np.nan}))
