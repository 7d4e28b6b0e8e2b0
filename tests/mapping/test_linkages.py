"""Rank correlation against scipy, country effects against plain matrices, and data without any association."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg, stats

from clusterkit import mapping
from clusterkit.data import tables
from clusterkit.errors import ContractError
from clusterkit.mapping.linkages import _weighted_correlation

REGIONS = pd.Index([f"{country}{n:02}" for country in ("AA", "BB", "CC", "DD", "EE") for n in range(6)])
COUNTRY = pd.Series(REGIONS.str[:2], REGIONS)


def noise(seed: int) -> pd.Series:
    return pd.Series(np.random.default_rng(seed).normal(size=len(REGIONS)), REGIONS)


@given(
    pairs=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3, max_size=12),
    times=st.lists(st.integers(1, 3), min_size=12, max_size=12),
)
def test_repeated_regions_count_as_if_they_were_there_again(pairs: list[tuple[int, int]], times: list[int]) -> None:
    x, y = np.array(pairs, dtype=float).T
    weights = np.array(times[: len(pairs)])
    repeated = np.repeat(x, weights), np.repeat(y, weights)
    found = _weighted_correlation(weights[:, None].astype(float), np.arange(len(x)), x, y)[0]
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        assert np.isnan(found)
    else:
        assert found == pytest.approx(stats.spearmanr(*repeated).statistic)


def test_the_estimate_is_that_of_scipy_over_the_regions_known_in_both() -> None:
    x, y = noise(1), noise(1) + noise(2)
    x.iloc[3], y.iloc[7] = np.nan, np.nan
    found = mapping.rank_correlation(x, y, seed=1, groups=COUNTRY)
    known = x.notna() & y.notna()
    assert found["estimate"] == pytest.approx(stats.spearmanr(x[known], y[known]).statistic)
    assert (found["n_regions"], found["n_countries"]) == (28, 5)
    assert found["low"] < found["estimate"] < found["high"]


def test_the_interval_covers_as_often_as_it_says() -> None:
    rng = np.random.default_rng(5)
    covered = 0
    for _ in range(200):
        values = rng.normal(size=(60, 2))
        frame = pd.DataFrame(values, index=[f"R{n}" for n in range(60)])
        found = mapping.rank_correlation(frame[0], frame[1], seed=1, draws=300)
        covered += found["low"] <= 0 <= found["high"]
    assert 0.90 <= covered / 200 <= 0.99


def test_alike_regions_of_a_country_make_the_interval_wider() -> None:
    level = COUNTRY.map({"AA": 0.0, "BB": 1.0, "CC": 2.0, "DD": 3.0, "EE": 4.0})
    x, y = level + 0.1 * noise(1), level.map({0: 1.0, 1: 3.0, 2: 0.0, 3: 4.0, 4: 2.0}) + 0.1 * noise(2)
    alone = mapping.rank_correlation(x, y, seed=1)
    whole = mapping.rank_correlation(x, y, seed=1, groups=COUNTRY)
    assert whole["estimate"] == alone["estimate"]
    assert whole["high"] - whole["low"] > 1.5 * (alone["high"] - alone["low"])


@settings(max_examples=20, deadline=None)
@given(order=st.permutations(range(len(REGIONS))), power=st.sampled_from([1.0, 3.0]))
def test_neither_order_nor_scale_changes_a_rank_correlation(order: list[int], power: float) -> None:
    x, y = noise(1), noise(1) + noise(2)
    before = x.copy()
    first = mapping.rank_correlation(x, y, seed=3, groups=COUNTRY, draws=50)
    second = mapping.rank_correlation(np.exp(power * x).iloc[order], y, seed=3, groups=COUNTRY, draws=50)
    pd.testing.assert_series_equal(first, second)
    pd.testing.assert_series_equal(x, before)


def test_too_few_or_constant_values_have_no_correlation() -> None:
    x = noise(1)
    few = mapping.rank_correlation(x.iloc[:2], x.iloc[:2], seed=1)
    assert few[["estimate", "low", "high"]].isna().all()
    assert few["n_regions"] == 2
    assert np.isnan(mapping.rank_correlation(x, x * 0, seed=1)["estimate"])
    one_country = mapping.rank_correlation(x.iloc[:6], x.iloc[:6], seed=1, groups=COUNTRY)
    assert one_country["estimate"] == 1
    assert one_country[["low", "high"]].isna().all()


def dummies(country: pd.Series) -> np.ndarray:
    return pd.get_dummies(country).to_numpy(dtype=float)


def by_matrices(y: pd.Series, x: pd.Series, country: pd.Series) -> dict[str, float]:
    """The same regression with a dummy for each country, CR2 and Satterthwaite, all matrices written out."""
    design = np.column_stack([x, dummies(country)])
    bread = np.linalg.inv(design.T @ design)
    beta = bread @ design.T @ y.to_numpy()
    residual = y.to_numpy() - design @ beta
    within = x - x.groupby(country).transform("mean")
    hat = design @ bread @ design.T
    maker = np.eye(len(y)) - hat
    variance, vectors = 0.0, []
    for name in country.unique():
        rows = np.flatnonzero(country == name)
        own = within.to_numpy()[rows]
        block = np.eye(len(rows)) - np.outer(own, own) / (within**2).sum()
        adjust = linalg.inv(linalg.sqrtm(block)).real
        weights = own @ adjust / (within**2).sum()
        variance += (weights @ residual[rows]) ** 2
        vectors.append(maker[:, rows] @ weights)
    products = np.array([[a @ b for b in vectors] for a in vectors])
    freedom = np.trace(products) ** 2 / (products**2).sum()
    return {"estimate": beta[0], "std_error": np.sqrt(variance), "degrees_of_freedom": freedom}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_country_effects_against_plain_matrices(seed: int) -> None:
    drop = REGIONS[[1, 8, 9, 10, 20]]  # countries of different size
    x, y = noise(seed).drop(drop), (noise(seed) + 3 * noise(seed + 10)).drop(drop)
    country = COUNTRY.drop(drop)
    y = y + country.map({"AA": 5.0, "BB": 0.0, "CC": -4.0, "DD": 9.0, "EE": 1.0})
    found = mapping.with_country_effects(y, x, country=country, standardise=False)
    expected = by_matrices(y, x, country)
    assert found[list(expected)].to_dict() == pytest.approx(expected)
    reach = stats.t.ppf(0.975, expected["degrees_of_freedom"]) * expected["std_error"]
    assert found["high"] - found["low"] == pytest.approx(2 * reach)


def test_the_level_of_a_country_does_not_matter_and_the_unit_only_without_standardising() -> None:
    x, y = noise(1), noise(1) + noise(2)
    plain = mapping.with_country_effects(y, x, country=COUNTRY, standardise=False)
    moved = mapping.with_country_effects(
        y + 100 * (COUNTRY == "CC"), x - 7 * (COUNTRY == "AA"), country=COUNTRY, standardise=False
    )
    pd.testing.assert_series_equal(plain, moved)
    scaled = mapping.with_country_effects(1000 * y, x, country=COUNTRY, standardise=False)
    assert scaled["estimate"] == pytest.approx(1000 * plain["estimate"])
    own, other = (mapping.with_country_effects(k * y, x / k, country=COUNTRY) for k in (1, 1000))
    pd.testing.assert_series_equal(own, other)


def test_an_exact_line_inside_countries_is_found_though_countries_point_the_other_way() -> None:
    x = noise(1) + COUNTRY.map({"AA": 0.0, "BB": 9.0, "CC": 18.0, "DD": 27.0, "EE": 36.0})
    y = 2 * x - COUNTRY.map({"AA": 0.0, "BB": 36.0, "CC": 72.0, "DD": 108.0, "EE": 144.0})
    found = mapping.with_country_effects(y, x, country=COUNTRY, standardise=False)
    assert found["estimate"] == pytest.approx(2)
    assert found["r2_within"] == pytest.approx(1)
    assert mapping.rank_correlation(x, y, seed=1)["estimate"] < -0.8


def test_the_only_region_of_a_country_takes_no_part() -> None:
    x, y = noise(1), noise(2)
    country = COUNTRY.copy()
    country.iloc[0] = "ZZ"
    found = mapping.with_country_effects(y, x, country=country)
    assert (found["n_regions"], found["n_countries"]) == (29, 5)
    pd.testing.assert_series_equal(
        found, mapping.with_country_effects(y.iloc[1:], x.iloc[1:], country=country.iloc[1:])
    )


def test_without_differences_inside_countries_nothing_is_said() -> None:
    level = COUNTRY.map({"AA": 0.1, "BB": 0.2, "CC": 0.3, "DD": 0.4, "EE": 0.5})
    assert mapping.with_country_effects(noise(1), level, country=COUNTRY)[["estimate", "low"]].isna().all()
    lone = mapping.with_country_effects(noise(1).iloc[:6], noise(2).iloc[:6], country=COUNTRY)
    assert not np.isnan(lone["estimate"])
    assert lone[["std_error", "low", "high"]].isna().all()
    unique = pd.Series(REGIONS, REGIONS)
    empty = mapping.with_country_effects(noise(1), noise(2), country=unique)
    assert empty["n_regions"] == 0
    assert np.isnan(empty["estimate"])


def test_what_cannot_be_used_is_refused_all_at_once() -> None:
    x = pd.Series([1.0, 2.0], index=["AA01", "AA01"])
    with pytest.raises(ContractError) as caught:
        mapping.rank_correlation(x, x, seed=0, confidence=95)
    text = str(caught.value)
    assert text.startswith("4 problems")
    for part in ("AA01 stand more than once in x", "in y", "seed is 0", "confidence is 95", "fix:   give another seed"):
        assert part in text


# The embedded tables


@pytest.fixture(scope="module")
def indicator() -> pd.DataFrame:
    return tables.load_indicator()


def test_every_indicator_of_the_linkages_is_in_the_table(indicator: pd.DataFrame) -> None:
    values = mapping.outcome_table(indicator)
    assert list(values.columns) == [outcome.key for outcome in mapping.OUTCOMES]
    assert values.notna().sum().min() > 130
    assert {outcome.theme for outcome in mapping.OUTCOMES} >= {"Innovation", "Entrepreneurship", "Growth"}


def test_growth_and_the_mean_of_a_territory_by_hand() -> None:
    rows = [
        ("AA01", "population", 2014, 100.0), ("AA02", "population", 2014, 300.0),
        ("AA01", "gdp", 2010, 10.0), ("AA02", "gdp", 2010, 20.0), ("BB01", "gdp", 2010, 50.0),
        ("AA01", "gdp", 2014, 20.0), ("AA02", "gdp", 2014, 20.0), ("BB01", "gdp", 2014, 40.0),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["nuts_id", "indicator", "year", "value"])
    level = mapping.Outcome("level", "gdp", 2014, "Test", "Level", "the level")
    growth = mapping.Outcome("growth", "gdp", 2014, "Test", "Growth", "growth", 2010)
    absent = mapping.Outcome("absent", "none", 2014, "Test", "Absent", "nothing")
    found = mapping.outcome_table(table, [level, growth, absent], territories={"both": ["AA01", "AA02"]})
    assert set(found.index) == {"both", "BB01"}
    assert found.loc["both", "level"] == 20
    assert found.loc["both", "growth"] == pytest.approx(100 * (20 / 17.5 - 1))  # 10 and 20, weighted 1 to 3
    assert found.loc["BB01", "growth"] == pytest.approx(-20)
    assert found["absent"].isna().all()
    lacking = mapping.outcome_table(table, [level], territories={"both": ["AA01", "CC01"]})
    assert np.isnan(lacking.loc["both", "level"])


def test_zeros_take_no_part_where_the_logarithm_is_taken() -> None:
    strength = pd.DataFrame({"share_in_clusters_pct": noise(1), "country": COUNTRY})
    skewed = mapping.Outcome("patents", "patents", 2012, "Test", "Patents", "patenting", is_log=True)
    values = pd.DataFrame({"patents": np.exp(noise(2))})
    values.iloc[:4] = 0.0
    found = mapping.linkages(strength, values, [skewed], seed=1, measures=["share_in_clusters_pct"], draws=50)
    assert found.index.tolist() == [("share_in_clusters_pct", "patents")]
    row = found.iloc[0]
    assert (row["rank_n_regions"], row["within_n_regions"]) == (30, 26)
    expected = mapping.with_country_effects(noise(2).iloc[4:], noise(1), country=COUNTRY)
    assert row["within_estimate"] == pytest.approx(expected["estimate"])
