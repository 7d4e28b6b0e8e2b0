"""Clusters counted by hand, wages beside three levels, and what hidden cells, thresholds and slips do to the count."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterkit import mapping
from clusterkit.data import published_clusters
from clusterkit.data.industries import Category, Taxonomy
from clusterkit.data.star_schemes import Scheme, list_schemes, scaled
from clusterkit.errors import ParamError

SCHEMES = list_schemes(Path(__file__).resolve().parents[2] / "params" / "star_schemes")
RULE = SCHEMES["eccp-2021"]


def cells(rows: list[tuple[str, str, float, float | None, bool]]) -> pd.DataFrame:
    """Region, sector, persons employed, wages (million euro), whether it is a cluster."""
    table = pd.DataFrame(rows, columns=["nuts_id", "nace_code", "persons_employed", "wages_meur", "is_cluster"])
    table = table.assign(country=table["nuts_id"].str[:2], is_published=True, lq=1.0)
    return table.set_index(["nuts_id", "nace_code"])


EXAMPLE = cells(
    [
        ("AA01", "C10", 100, 5.0, True),
        ("AA02", "C10", 100, 4.0, False),
        ("AA01", "C11", 300, 3.0, False),
        ("AA02", "C11", 100, 1.0, True),
        ("BB01", "C10", 200, 2.0, True),
        ("BB02", "C10", 200, 1.0, False),
    ]
)


def test_clusters_by_hand():
    row = mapping.count_clusters(EXAMPLE).loc["Europe"]
    assert row.to_dict() == {
        "n_clusters": 3, "n_regions": 3, "n_all_regions": 4, "persons_employed": 400, "share_pct": 40,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("nace_code", {"C10": (2, 300, 50.0), "C11": (1, 100, 25.0)}),
        ("country", {"AA": (2, 200, 100 * 200 / 600), "BB": (1, 200, 50.0)}),
        ("nuts_id", {"AA01": (1, 100, 25.0), "AA02": (1, 100, 50.0), "BB01": (1, 200, 100.0), "BB02": (0, 0, 0.0)}),
    ],
)
def test_clusters_by_group(by: str, expected: dict[str, tuple[int, float, float]]):
    table = mapping.count_clusters(EXAMPLE, by=by)
    found = {key: tuple(row) for key, row in table[["n_clusters", "persons_employed", "share_pct"]].iterrows()}
    assert found == {key: pytest.approx(values) for key, values in expected.items()}
    assert table["n_clusters"].sum() == mapping.count_clusters(EXAMPLE).loc["Europe", "n_clusters"]


def test_a_group_that_is_none_is_refused():
    with pytest.raises(ParamError, match="'sector' is not a value of by"):
        mapping.count_clusters(EXAMPLE, by="sector")


def test_the_wage_premium_by_hand():
    premium = {
        beside: mapping.wage_premium(EXAMPLE, beside=beside).loc["Europe"]
        for beside in ("others", "sector", "sector and country")
    }
    # 8 million for 400 persons in clusters; 8 million for 600 beside them
    assert premium["others"]["premium_pct"] == pytest.approx(100 * ((8 / 400) / (8 / 600) - 1))
    # elsewhere C10 pays 5 / 300 million, C11 3 / 300
    assert premium["sector"]["premium_pct"] == pytest.approx(100 * (8 / (300 * 5 / 300 + 100 * 3 / 300) - 1))
    # elsewhere in the country: 40,000, 10,000 and 5,000 euro
    assert premium["sector and country"]["premium_pct"] == pytest.approx(100 * (8 / (4 + 1 + 1) - 1))
    assert premium["sector and country"]["beside_eur_per_person"] == pytest.approx(6e6 / 400)
    assert [row["n_compared"] for row in premium.values()] == [3, 3, 3]


def test_the_wage_premium_by_country():
    table = mapping.wage_premium(EXAMPLE, beside="sector and country", by="country")
    assert table["premium_pct"].to_dict() == pytest.approx({"AA": 20.0, "BB": 100.0})


def test_a_cluster_with_nothing_beside_it_or_without_wages_takes_no_part():
    alone = EXAMPLE.drop(index=("BB02", "C10"))
    assert mapping.wage_premium(alone, beside="sector and country").loc["Europe", "n_compared"] == 2
    table = mapping.wage_premium(alone, beside="sector and country", by="country")
    assert table.loc["BB", "n_compared"] == 0
    assert np.isnan(table.loc["BB", "premium_pct"])
    hidden = EXAMPLE.assign(wages_meur=EXAMPLE["wages_meur"].where(EXAMPLE.index != ("AA01", "C10")))
    assert mapping.wage_premium(hidden, beside="others").loc["Europe", "n_compared"] == 2
    estimated = EXAMPLE.assign(is_published=EXAMPLE.index != ("AA01", "C10"))
    pd.testing.assert_frame_equal(
        mapping.wage_premium(estimated, beside="others"), mapping.wage_premium(hidden, beside="others")
    )


def test_leaving_out_each_country_gives_the_range():
    table = mapping.premium_range(EXAMPLE)
    row = table.loc["sector and country"]
    assert (row["premium_low_pct"], row["premium_high_pct"]) == pytest.approx((20.0, 100.0))
    single = mapping.premium_range(EXAMPLE[EXAMPLE["country"] == "AA"])
    assert single[["premium_low_pct", "premium_high_pct"]].isna().all(axis=None)
    assert single.loc["sector and country", "premium_pct"] == pytest.approx(20.0)


@given(factor=st.floats(0.01, 1000), order=st.permutations(range(len(EXAMPLE))))
def test_neither_currency_nor_order_changes_the_premium(factor: float, order: list[int]):
    before = EXAMPLE.copy()
    other = EXAMPLE.iloc[order].assign(wages_meur=lambda t: factor * t["wages_meur"])
    found, own = (mapping.wage_premium(table, beside="sector") for table in (other, EXAMPLE))
    assert found["premium_pct"].item() == pytest.approx(own["premium_pct"].item())
    pd.testing.assert_frame_equal(EXAMPLE, before)


def test_where_all_is_paid_alike_there_is_no_premium():
    same = EXAMPLE.assign(wages_meur=0.03 * EXAMPLE["persons_employed"])
    assert mapping.premium_range(same)[["premium_pct", "premium_low_pct"]].to_numpy() == pytest.approx(0)


def test_region_strength_by_hand():
    table = EXAMPLE.assign(lq=[2.0, 1.0, 0.5, 4.0, 3.0, 1.0])
    strength = mapping.region_strength(table)
    assert strength.loc["AA01", ["share_in_clusters_pct", "n_clusters"]].tolist() == [25.0, 1]
    assert strength.loc["AA01", "mean_lq"] == pytest.approx((2.0**100 * 0.5**300) ** (1 / 400))
    assert strength["country"].tolist() == ["AA", "AA", "BB", "BB"]


def test_a_region_as_europe_has_a_mean_specialisation_of_one(industry: pd.DataFrame):
    found = mapping.europe_strength(industry, scheme=RULE, year=2014)
    assert mapping.region_strength(found)["mean_lq"].min() >= 1 - 1e-6  # jobs-weighted, so never below


def test_leading_regions_by_hand():
    employment = pd.DataFrame(
        {"C10": [50.0, 30.0, 20.0, None], "C11": [0.0, 0.0, 0.0, 0.0]}, index=["AA01", "AA02", "BB01", "BB02"]
    )
    table = mapping.leading_regions(employment, first=2)
    assert table.loc["C10"].to_dict() == {"share_first_pct": 80.0, "region": "AA01", "region_pct": 50.0}
    assert np.isnan(table.loc["C11", "share_first_pct"])


def test_two_years_agree_by_hand():
    then = EXAMPLE.assign(lq=[3.0, 1.0, 1.0, 2.0, 2.0, 0.5])
    now = then.assign(is_cluster=[True, True, False, False, True, False])
    both = mapping.both_years(then, now.drop(index=("BB02", "C10")))
    assert len(both) == 5
    assert both.loc[("AA01", "C10"), ["rank_before", "rank_after"]].tolist() == [1.0, 1.0]
    found = mapping.years_agree(both)
    assert found[["n_before", "n_after", "n_both", "n_regions"]].tolist() == [3, 3, 2, 3]
    assert found["stayed_pct"] == pytest.approx(100 * 2 / 3)
    assert found["rank_correlation"] == 1


def test_nothing_agrees_where_nothing_can_be_compared(industry: pd.DataFrame):
    nothing = mapping.europe_strength(industry, scheme=RULE, year=2001)
    assert nothing.empty
    found = mapping.years_agree(mapping.both_years(nothing, nothing))
    assert found[["n_before", "n_both", "n_regions"]].tolist() == [0, 0, 0]
    assert found[["stayed_pct", "rank_correlation"]].isna().all()
    assert mapping.count_clusters(nothing).empty


# Thresholds of a scheme


def test_a_scaled_scheme_has_other_thresholds_and_the_first_is_unchanged():
    both, one = scaled(RULE, 0.9), scaled(RULE, 1.1, measure="lq")
    assert [test.at_least for test in both.stars["specialised"]] == pytest.approx([1.35, 0.9])
    assert [test.at_least for test in one.stars["specialised"]] == pytest.approx([1.65, 1.0])
    assert [test.at_least for test in RULE.stars["specialised"]] == [1.5, 1.0]
    panorama = scaled(SCHEMES["panorama-2014"], 0.5, measure="growth_pct")
    shares = {name: tests[0].top_share for name, tests in panorama.stars.items()}
    assert shares == {"size": 0.2, "specialisation": 0.2, "productivity": 0.2, "growth": 0.1}


# The embedded tables


@pytest.fixture(scope="module")
def europe(industry: pd.DataFrame) -> pd.DataFrame:
    return mapping.europe_strength(industry, scheme=RULE, year=2014, base_year=2011)


def test_every_cluster_reaches_the_rule(europe: pd.DataFrame):
    found = europe[europe["is_cluster"]]
    assert (found["lq"] >= 1.5 - 1e-9).all()
    assert (found["focus_pct"] >= 1 - 1e-9).all()
    others = europe[~europe["is_cluster"] & europe["lq"].notna()]
    assert ((others["lq"] < 1.5) | (others["focus_pct"] < 1)).all()


def test_the_second_way_counts_the_same(industry: pd.DataFrame, europe: pd.DataFrame):
    jobs = mapping.employment_matrix(industry, year=2014).dropna(how="all")
    total = mapping.benchmark_totals(industry, year=2014)
    n = sum(
        row[code] / row.sum() >= 1.5 * total[code] / total.sum() and row[code] >= 0.01 * row.sum()
        for _, row in jobs.iterrows()
        for code in jobs.columns
    )
    assert int(mapping.count_clusters(europe).loc["Europe", "n_clusters"]) == n
    assert europe["persons_employed"].sum() == pytest.approx(jobs.sum().sum())


def test_a_territory_stands_in_the_place_of_its_parts(industry: pd.DataFrame, europe: pd.DataFrame):
    parts = ["BE31", "BE32", "BE33", "BE34", "BE35"]
    whole = mapping.europe_strength(industry, scheme=RULE, year=2014, territories={"wallonia": parts})
    assert not set(parts) & set(whole.index.unique("nuts_id"))
    assert set(whole.loc["wallonia", "country"]) == {"BE"}
    separate = europe["persons_employed"].loc[parts].groupby("nace_code").sum()
    pd.testing.assert_series_equal(whole["persons_employed"].loc["wallonia"], separate, check_names=False)


def test_norway_of_2014_cannot_be_right_and_leaves_without_a_trace(industry: pd.DataFrame):
    assert [mapping.misplaced_countries(industry, year=year) for year in (2013, 2014, 2015)] == [[], ["NO"], []]
    before = len(industry)
    left = mapping.without_countries(industry, ["NO"])
    assert mapping.misplaced_countries(left, year=2014) == []
    assert not left["nuts_id"].str.startswith("NO").any()
    assert len(industry) == before


def test_hidden_cells_and_thresholds_move_the_count_the_right_way(industry: pd.DataFrame, europe: pd.DataFrame):
    table = mapping.threshold_variants(industry, scheme=RULE, year=2014)["n_clusters"]
    own = mapping.count_clusters(europe).loc["Europe", "n_clusters"]
    assert table["hidden", "estimate"] == own
    assert table["hidden", "certain"] < own < table["hidden", "possible"]
    for measure in ("lq", "focus_pct", "all"):
        assert table[measure, "1.1"] < own < table[measure, "0.9"]
    assert table["all", "0.9"] > max(table["lq", "0.9"], table["focus_pct", "0.9"])


def test_more_stars_are_fewer_clusters(industry: pd.DataFrame, europe: pd.DataFrame):
    table = mapping.scheme_counts(industry, SCHEMES, year=2014, base_year=2011)
    for name, scheme in SCHEMES.items():
        counts = table.loc[name, "n_clusters"]
        assert list(counts.index) == list(range(1, len(scheme.stars) + 1))
        assert counts.is_monotonic_decreasing
    assert table.loc[("eccp-2021", 1), "n_clusters"] == mapping.count_clusters(europe).loc["Europe", "n_clusters"]


def test_other_definitions(industry: pd.DataFrame, context: pd.DataFrame, europe: pd.DataFrame):
    toy = Taxonomy("toy", "Toy", {}, {"cars": "Cars"}, {"cars": Category("exact", "", {"C29": 1.0})})
    table = mapping.definition_variants(
        industry, context, scheme=RULE, categories=toy, countries=["IT", "ES"], year=2014
    )
    cars = mapping.count_clusters(europe, by="nace_code").loc["C29"]
    assert table.loc["categories", "n_clusters"] == cars["n_clusters"]
    assert table.loc["categories", "persons_employed"] == pytest.approx(cars["persons_employed"])
    assert table.loc["categories", "n_sectors"] == 1
    by_country = mapping.count_clusters(europe, by="country")["n_clusters"]
    assert table.loc["countries", "n_clusters"] == by_country[["IT", "ES"]].sum()
    assert table.loc["as here", "n_clusters"] == by_country.sum()
    assert table.loc["all jobs", "n_clusters"] < by_country.sum()  # one percent of more jobs is a higher bar
    late = mapping.definition_variants(industry, context, scheme=RULE, categories=toy, countries=["IT"], year=2011)
    assert np.isnan(late.loc["year before", "n_clusters"])


def test_the_probability_that_a_cell_is_a_cluster(industry: pd.DataFrame, europe: pd.DataFrame):
    robust = mapping.europe_robustness(industry, scheme=RULE, year=2014, seed=1, draws=40)
    sure = mapping.sure_clusters(europe, robust)
    assert sure[["certain", "likely", "doubtful"]].sum() == europe["is_cluster"].sum()
    assert sure["certain"] > sure["likely"] > sure["doubtful"]
    far = europe["is_published"] & (europe["lq"] > 3) & (europe["focus_pct"] > 3)
    assert (robust.loc[far[far].index, "p_any_star"] == 1).all()
    assert (robust.loc[europe.index[europe["lq"] < 0.5], "p_any_star"] <= 0.5).all()


def test_the_published_counts_are_those_of_their_sources():
    table = published_clusters.load_published_clusters()
    assert table.loc["panorama-2020", ["clusters", "jobs_million", "share_pct", "premium_pct"]].tolist() == [
        2950, 61.8, 23.4, 25,
    ]  # fmt: skip
    assert table.loc["commission-2020", ["clusters", "jobs_million"]].tolist() == [3000, 54]
    assert table.loc["panorama-2021", ["clusters", "regions"]].tolist() == [1501, 201]


def test_a_scheme_of_ones_own_works_as_well(industry: pd.DataFrame):
    values = {"schema_version": 1, "id": "own", "title": "Own", "source": "none"}
    mass = {"persons_employed": 0, "confirmed": True}
    rule = [{"measure": "persons_employed", "at_least": 50_000, "confirmed": True}]
    own = Scheme.model_validate({**values, "critical_mass": mass, "stars": {"large": rule}})
    found = mapping.europe_strength(industry, scheme=own, year=2014)
    assert (found["is_cluster"] == (found["persons_employed"] >= 50_000)).all()
