"""The scoreboard seen from one region: by hand, on a small invented Europe, and on the embedded tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from clusterkit.data import indicator_register, tables
from clusterkit.data.frameworks import Framework, check_framework, load_framework
from clusterkit.errors import ContractError, CoverageError, ParamError
from clusterkit.params import RegionParams, load_regions
from clusterkit.paths import project
from clusterkit.scoreboard.observations import UNION, Observations, observe
from clusterkit.scoreboard.profile import is_sure
from clusterkit.scoreboard.region import (
    LEAST_TESTED,
    PERIODS,
    Evidence,
    RegionChange,
    RegionScoreboard,
    build_scoreboard,
    coverage_by_part,
    gather,
    indicator_table,
    inhabitants,
    other_choices,
    reference_scores,
    region_change,
    region_scoreboard,
    top_of_scale,
    why_these_peers,
)

ROOT = Path(__file__).resolve().parents[2]
NAN = float("nan")
CODES = [
    "AT11", "AT12", "AT13", "AT21", "BE10", "BE21", "BE22", "BE23", "CZ01", "CZ02", "CZ03", "CZ04",
    "SE11", "SE12", "SE21", "SE22",
]  # fmt: skip
TERRITORIES = {"north": ["SE11", "SE12"], "coast": ["BE21", "BE22"]}
INDICATORS = ["s1", "s2", "t1", "b1", "b2", "i1"]
DIMENSIONS = {"skills": ["s1", "s2", "t1"], "money": ["b1", "b2"], "ideas": ["i1"]}
OPTIONS: dict[str, Any] = {"draws": 40, "seed": 7}


def tree() -> Framework:
    """Three dimensions; ``funds`` is empty, ``ideas`` has one indicator, of ``b2`` less is better."""
    rows = [
        ("all", "index", "", NAN), ("skills", "dimension", "all", NAN), ("money", "dimension", "all", NAN),
        ("ideas", "dimension", "all", NAN), ("schools", "sub-dimension", "skills", NAN),
        ("training", "sub-dimension", "skills", NAN), ("banks", "sub-dimension", "money", NAN),
        ("funds", "sub-dimension", "money", NAN), ("invention", "sub-dimension", "ideas", NAN),
        ("s1", "indicator", "schools", 1), ("s2", "indicator", "schools", 1), ("t1", "indicator", "training", 1),
        ("b1", "indicator", "banks", 1), ("b2", "indicator", "banks", -1), ("i1", "indicator", "invention", 1),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["code", "level", "parent", "direction"])
    table["name"] = table["code"].str.upper()
    table["unit"] = np.where(table["level"] == "indicator", "percent", "")
    return check_framework(table, id="toy")


FRAMEWORK = tree()


def figures() -> pd.DataFrame:
    """Table ``indicator``: each figure in 2012 and 2017; b2 in 2017 only, i1 unknown in four regions, few of CZ04."""
    rng = np.random.default_rng(5)
    rows = [(code, "population", year, 100.0 * (n + 1)) for n, code in enumerate(CODES) for year in (2012, 2014)]
    for name in INDICATORS:
        for year in (2012, 2017):
            rows += [(code, name, year, value) for code, value in zip(CODES, rng.uniform(10, 90, 16), strict=True)]
    rows += [
        (code, name, 2014, value)
        for name in ("tertiary_attainment", "medium_attainment", "gdp_pps_index", "agriculture_employment")
        for code, value in zip(CODES, rng.uniform(10, 60, 16), strict=True)
    ]
    rows += [(code, "industry_employment", 2014, 20.0 + n) for n, code in enumerate(CODES)]
    table = pd.DataFrame(rows, columns=["nuts_id", "indicator", "year", "value"]).assign(status="reported")
    is_gone = table["indicator"].eq("b2") & table["year"].eq(2012)
    is_gone |= table["indicator"].eq("i1") & table["nuts_id"].isin(["BE10", "CZ02", "SE21", "CZ04"])
    is_gone |= table["nuts_id"].eq("CZ04") & table["indicator"].isin(["s1", "s2", "b1", "b2"])
    table = table[~is_gone].reset_index(drop=True)
    # From the last to the first in all of skills.
    moved = table["nuts_id"].eq("AT11") & table["indicator"].isin(DIMENSIONS["skills"])
    table.loc[moved & table["year"].eq(2012), "value"] = 5.0
    table.loc[moved & table["year"].eq(2017), "value"] = 95.0
    table.loc[table["nuts_id"].eq("AT12") & table["indicator"].eq("t1"), "status"] = "estimated"
    return table


def world(**options: Any) -> Evidence:
    rng = np.random.default_rng(6)
    industry = pd.DataFrame(
        [(code, nace, 2014, rng.uniform(10, 90)) for code in CODES for nace in ("C", "J", "C13", "C29")],
        columns=["nuts_id", "nace_code", "year", "persons_employed"],
    ).assign(persons_employed_estimate=NAN)
    region = pd.DataFrame({"nuts_id": CODES, "level": 2, "area_km2": 1000.0 + 10 * np.arange(16)})
    region["country"] = region["nuts_id"].str[:2]
    context = pd.DataFrame({"nuts_id": CODES, "year": 2014, "employment_thousand": 50.0})
    bases = dict.fromkeys(INDICATORS, "population") | {"b1": "sum"}
    given = {"denominators": bases, "territories": TERRITORIES, "year": 2014} | options
    return gather(figures(), industry, region, context, **given)


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return world()


@pytest.fixture(scope="module")
def observed(evidence: Evidence) -> Observations:
    return evidence.observe(FRAMEWORK)


@pytest.fixture(scope="module")
def north(evidence: Evidence) -> RegionScoreboard:
    return region_scoreboard(evidence, FRAMEWORK, region="north", **OPTIONS)


def test_the_scoreboard_is_told_before_its_intervals_are_there(evidence: Evidence, north: RegionScoreboard) -> None:
    told: list[RegionScoreboard] = []
    found = region_scoreboard(evidence, FRAMEWORK, region="north", tell=told.append, **OPTIONS)
    (first,) = told
    assert first.doubt is None
    assert first.n_draws == 0
    assert found.n_draws == OPTIONS["draws"]
    same = ["score", "rank", "n_ranked", "verdict", "eu", "peers_mean", "n_known"]
    assert_frame_equal(first.profile[same], north.profile[same])
    assert_frame_equal(found.profile, north.profile)
    assert first.profile["rank_low"].isna().all()
    assert first.profile["is_robust"].isna().all()
    assert not is_sure(first.profile).any()


# References


def test_references_are_means_weighted_by_inhabitants_where_four_of_five_are_known():
    regions = ["AT11", "AT12", "BE10", "BE21", "CZ01", "CZ02", "coast"]
    people = pd.Series([1.0, 2, 1, 4, 4, 1, 2], regions)
    country = pd.Series([*(code[:2] for code in regions[:6]), "BE+FR"], regions)
    scores = pd.DataFrame(
        {"some": [40.0, 70, 10, NAN, 20, NAN, 1], "whole": [40.0, 70, 10, 60, 20, 45, 1], "none": NAN}, index=regions
    )
    before = scores.copy()
    found = reference_scores(scores, people, country)
    assert list(found.index) == [UNION, "AT", "BE", "BE+FR", "CZ"]
    # Of Belgium 1 of 5 is known; of the Czech Republic 4 of 5, just enough; of the Union 10 of 15.
    assert found["some"].tolist() == pytest.approx([NAN, 60, NAN, 1, 20], nan_ok=True)
    union = (40 + 140 + 10 + 240 + 80 + 45 + 2) / 15
    assert found["whole"].tolist() == pytest.approx([union, 60, 50, 1, 25])
    assert found["none"].isna().all()
    assert_frame_equal(scores, before)


def test_a_region_whose_inhabitants_are_unknown_has_no_part_in_a_mean():
    scores = pd.DataFrame({"a": [40.0, 70, 10]}, index=["AT11", "AT12", "AT13"])
    found = reference_scores(scores, pd.Series({"AT11": 1.0, "AT12": 2.0}), pd.Series("AT", scores.index))
    assert found["a"].tolist() == pytest.approx([60.0, 60.0])


def test_inhabitants_are_those_of_the_newest_year_and_those_of_a_territory_added_up(evidence, observed):
    found = inhabitants(evidence.indicator, observed, TERRITORIES)
    assert list(found.index) == list(observed.values.index)
    assert found["AT12"] == 200.0
    assert found["north"] == 1300.0 + 1400.0
    newer = pd.DataFrame({"nuts_id": ["AT11", "AT12"], "indicator": "population", "year": 2019, "value": [9.0, NAN]})
    found = inhabitants(pd.concat([evidence.indicator, newer]), observed, TERRITORIES)
    assert found[["AT11", "AT12"]].tolist() == [9.0, 200.0]
    gone = evidence.indicator[evidence.indicator["nuts_id"] != "SE12"]
    assert np.isnan(inhabitants(gone, observed, TERRITORIES)["north"])


# Figures


def test_the_figures_of_a_territory_are_weighted_means_and_an_amount_its_sum(evidence, observed):
    newest = evidence.indicator[evidence.indicator["year"] == 2017].set_index(["indicator", "nuts_id"])["value"]
    expected = (1300 * newest["s1", "SE11"] + 1400 * newest["s1", "SE12"]) / 2700
    assert observed.values.loc["north", "s1"] == pytest.approx(expected)
    assert observed.values.loc["north", "b1"] == pytest.approx(newest["b1", "SE11"] + newest["b1", "SE12"])
    assert not {"SE11", "SE12", "BE21", "BE22"} & set(observed.values.index)
    assert observed.country[["north", "coast"]].tolist() == ["SE", "BE"]


def test_coverage_counts_parts_indicators_and_years(observed):
    found = coverage_by_part(observed, FRAMEWORK, "CZ04", "dimension")
    assert list(found.index) == list(DIMENSIONS)
    assert found["n_parts"].tolist() == [2, 2, 1]
    assert found["n_empty"].tolist() == [0, 1, 0]
    assert found["n_indicators"].tolist() == [3, 2, 1]
    assert found["n_known"].tolist() == [1, 0, 0]
    assert found[["oldest", "newest", "median_year"]].loc["skills"].tolist() == [2017] * 3
    assert found[["oldest", "newest", "median_year"]].loc[["money", "ideas"]].isna().all(axis=None)
    lower = coverage_by_part(observed, FRAMEWORK, "AT12", "sub-dimension")
    assert lower["n_estimated"].to_dict() == {"schools": 0, "training": 1, "banks": 0, "funds": 0, "invention": 0}
    assert lower["n_empty"].to_dict() == {"schools": 0, "training": 0, "banks": 0, "funds": 1, "invention": 0}
    assert lower["n_parts"].eq(1).all()


def test_the_indicators_stand_beside_the_union_the_country_and_the_median_of_the_peers(observed):
    board = build_scoreboard(observed, FRAMEWORK)
    found = indicator_table(observed, board, region="AT11", peers=["BE10", "CZ01", "CZ02"], country="AT")
    assert list(found.index) == INDICATORS
    assert found["name"].tolist() == [code.upper() for code in INDICATORS]
    assert found["part"].tolist() == ["schools", "schools", "training", "banks", "banks", "invention"]
    assert found.loc["s1", ["value", "normalised", "rank", "n_ranked"]].tolist() == [95.0, 100.0, 1, 13]
    for code in INDICATORS:
        values = observed.values[code]
        sign = FRAMEWORK.table.loc[code, "direction"]
        assert found.loc[code, "rank"] == 1 + (sign * values > sign * values["AT11"]).sum()
        assert found.loc[code, "n_ranked"] == values.notna().sum()
        assert found.loc[code, "peers"] == pytest.approx(values[["BE10", "CZ01", "CZ02"]].median())
        assert found.loc[code, "eu"] == pytest.approx(observed.references.loc[UNION, code], nan_ok=True)
        assert found.loc[code, "country"] == pytest.approx(observed.references.loc["AT", code], nan_ok=True)
    across = indicator_table(observed, board, region="AT11", peers=["BE10"], country="AT+DE")
    assert across["country"].isna().all()


# Options of the build


def test_scores_are_points_from_0_to_100(observed):
    board = build_scoreboard(observed, FRAMEWORK)
    assert board.steps["normalise"] == {"method": "minmax", "scale": (0.0, 100.0)}
    assert (board.normalised.min() == 0).all()
    assert (board.normalised.max() == 100).all()
    assert board.steps["impute"] == {}
    assert not board.is_imputed.any(axis=None)
    assert top_of_scale(board) == 100.0


def test_zscores_have_their_mean_at_50_and_stop_at_0(observed):
    board = build_scoreboard(observed, FRAMEWORK, normalisation="zscore")
    assert board.steps["normalise"] == {"method": "zscore", "mean": 50.0, "sd": 15.0, "floor": 0.0}
    assert board.normalised.mean().tolist() == pytest.approx([50.0] * 6, abs=0.5)
    assert board.normalised.min(axis=None) >= 0
    assert top_of_scale(board) == 100.0


@pytest.mark.parametrize("normalisation", ["minmax", "zscore", "percentile_rank", "rank"])
def test_a_geometric_mean_has_a_positive_scale(observed, normalisation):
    board = build_scoreboard(observed, FRAMEWORK, normalisation=normalisation, aggregation="geometric")
    assert board.normalised.min(axis=None) >= 1.0
    own = board.scores["schools"]
    expected = np.sqrt(board.normalised["s1"] * board.normalised["s2"])
    assert own.dropna().tolist() == pytest.approx(expected.dropna().tolist())


def test_ranks_go_up_to_the_number_of_regions(observed):
    board = build_scoreboard(observed, FRAMEWORK, normalisation="rank")
    assert board.steps["normalise"] == {"method": "rank"}
    assert top_of_scale(board) == len(observed.values) == 14
    assert board.normalised["t1"].max() == 14


def test_the_coverage_threshold_counts_parts_directly_below(observed):
    strict, kind = (build_scoreboard(observed, FRAMEWORK, min_coverage=share) for share in (1.0, 0.5))
    # CZ04 has training, and nothing of schools: one of the two parts of skills, of which one of three indicators.
    assert np.isnan(strict.scores.loc["CZ04", "skills"])
    assert kind.scores.loc["CZ04", "skills"] == kind.scores.loc["CZ04", "training"]
    # A part that nobody has figures for does not count: money is known from banks alone.
    assert strict.scores.loc["AT11", "money"] == strict.scores.loc["AT11", "banks"]
    assert strict.scores["funds"].isna().all()


@pytest.mark.parametrize("normalisation", ["minmax", "zscore", "percentile_rank", "rank"])
def test_other_choices_begin_with_the_boards_own_scale(observed, normalisation):
    choices = other_choices(build_scoreboard(observed, FRAMEWORK, normalisation=normalisation)).normalise
    names = [option["method"] for option in choices]
    assert names[0] == normalisation
    assert sorted(set(names)) == sorted(names)
    assert {"minmax", "zscore", "percentile_rank"} <= set(names)
    # Geometric means are among the choices, so that every scale is positive.
    assert all(option.get("scale", (1.0,))[0] == option.get("floor", 1.0) == 1.0 for option in choices)


# One region among all


def test_the_profile_has_every_part_with_interval_comparison_and_counts(north):
    found = north.profile
    assert list(found.index) == ["skills", "schools", "training", "money", "banks", "funds", "ideas", "invention"]
    wanted = {
        "level", "parent", "name", "is_empty", "score", "rank", "n_ranked", "rank_low", "rank_median", "rank_high",
        "eu", "country_mean", "peers_mean", "n_peers", "over_eu", "over_country", "over_peers", "verdict", "is_robust",
        "n_indicators", "n_known",
    }  # fmt: skip
    assert wanted <= set(found.columns)
    assert found["n_indicators"].tolist() == [3, 2, 1, 2, 2, 0, 1, 1]
    assert found["n_known"].tolist() == [3, 2, 1, 2, 2, 0, 1, 1]
    assert found.index[found["is_empty"]].tolist() == ["funds"]
    assert found.loc["funds", ["score", "rank", "rank_low", "eu", "over_peers"]].isna().all()
    assert found.loc["funds", "verdict"] == "unknown"
    known = found.drop(index="funds")
    assert known["rank"].tolist() == north.board.ranks.loc["north", known.index].tolist()
    assert (known["rank_low"] <= known["rank_high"]).all()
    assert known["eu"].tolist() == pytest.approx(north.references.loc[UNION, known.index].tolist(), nan_ok=True)
    assert known["country_mean"].tolist() == pytest.approx(
        north.references.loc["SE", known.index].tolist(), nan_ok=True
    )
    assert list(north.dimensions.index) == list(DIMENSIONS)
    assert list(north.parts.index) == ["schools", "training", "banks", "funds", "invention"]


def test_figures_that_are_unknown_are_not_counted(evidence):
    found = region_scoreboard(evidence, FRAMEWORK, region="CZ04", **OPTIONS)
    assert found.profile["n_known"].tolist() == [1, 0, 1, 0, 0, 0, 0, 0]
    assert found.dimensions["verdict"].eq("unknown").tolist() == [False, True, True]
    assert found.coverage()["n_known"].tolist() == [1, 0, 0]
    assert found.country == "CZ"


def test_a_dimension_of_one_indicator_is_never_the_weakest_link(north):
    assert north.narrow == ["ideas"]
    found = north.weakest_link
    assert set(found.index) == {"skills", "money"}
    assert found["is_weakest"].sum() == 1
    # Also for a region that is last in it.
    last = north.board.scores["ideas"].idxmin()
    of_last = RegionScoreboard(
        last, north.observed, north.board, north.doubt, north.peers.iloc[:0], north.references, north.seed
    )
    assert "ideas" not in of_last.weakest_link.index


def test_where_all_dimensions_have_one_indicator_there_is_no_weakest_link(evidence):
    few = FRAMEWORK.without(["s2", "t1", "b2"])
    found = region_scoreboard(evidence, few, region="north", **OPTIONS)
    assert found.narrow == list(DIMENSIONS)
    assert found.weakest_link.empty
    assert {"overall", "is_weakest", "gain_step"} <= set(found.weakest_link.columns)


def test_areas_for_action_are_weak_sub_dimensions_with_their_indicators_known(evidence, north):
    every = [region_scoreboard(evidence, FRAMEWORK, region=name, **OPTIONS) for name in ("AT13", "CZ03", "SE22")]
    seen = 0
    for board in [north, *every]:
        found, parts = board.actions, board.parts
        seen += len(found)
        weak = parts.index[parts["verdict"] == "bottleneck"]
        behind = parts.index[(parts["score"] < parts["peers_low"]) & (parts["n_peers"] >= 3)]
        assert set(found.index) == set(weak) | set(behind)
        assert found["why"].eq("bottleneck").tolist() == [part in weak for part in found.index]
        assert found["n_known"].tolist() == parts.loc[found.index, "n_known"].tolist()
        for part, row in found.iterrows():
            assert all(code in FRAMEWORK.leaves(part) and value < 0 for code, value in row["drivers"])
    assert seen


def test_the_indicators_of_the_board_are_those_of_its_region_and_peers(north):
    found = north.indicators()
    expected = indicator_table(
        north.observed, north.board, region="north", peers=list(north.peers.index), country="SE"
    )  # fmt: skip
    assert_frame_equal(found, expected)


def test_dependence_is_of_all_regions_and_of_this_one_and_its_shares_add_up(north):
    found = north.dependence(base=128)
    whom, parts, choices = (found.index.unique(level) for level in range(3))
    assert set(whom) == {"mean shift", "north"}
    assert set(parts) == {"all", *DIMENSIONS}
    assert set(choices) == {"impute", "treat", "normalise", "weights", "aggregate", "leave_out"}
    sums = found.groupby(level=[0, 1])[["first_order", "total"]].sum()
    moved = sums[sums["total"] > 0]
    assert len(moved) >= 4
    # What each does alone is at most all there is; with interactions it is at least all.
    assert (moved["first_order"] < 1.15).all()
    assert (moved["total"] > 0.85).all()
    # One indicator on one scale: neither weights nor means can move it.
    for choice in ("weights", "aggregate"):
        assert found.loc[("north", "ideas", choice), "total"] == pytest.approx(0, abs=1e-6)


def test_a_region_that_does_not_exist_is_told(evidence):
    with pytest.raises((ParamError, ContractError), match="norht"):
        region_scoreboard(evidence, FRAMEWORK, region="norht", **OPTIONS)


# Peers


def test_peers_come_from_structure_and_say_how_firm_they_are(evidence, north):
    assert len(north.peers) == 5
    assert north.peers["distance"].is_monotonic_increasing
    assert north.peers["own_country"].sum() <= 2
    assert "north" not in north.peers.index
    stability = why_these_peers(evidence, north)
    assert stability.index[stability["is_peer"]].tolist() == north.peers.index.tolist()
    assert stability["share"].between(0, 1).all()


def test_peers_of_several_codes_can_be_chosen(evidence):
    found = region_scoreboard(evidence, FRAMEWORK, region="north", chosen_peers=["coast", "CZ01"], **OPTIONS)
    assert sorted(found.peers.index) == ["CZ01", "coast"]
    assert found.peers.loc["coast", "country"] == "BE"
    means = found.board.scores.loc[["coast", "CZ01"]].mean()
    assert found.profile["peers_mean"].tolist() == pytest.approx(means[found.profile.index].tolist(), nan_ok=True)
    assert found.profile["n_peers"].max() == 2
    median = found.observed.values.loc[["coast", "CZ01"]].median()
    assert found.indicators()["peers"].tolist() == pytest.approx(median[INDICATORS].tolist())


def test_gather_works_the_structure_out_with_the_territories():
    found = world(territories={"north": ["SE11", "SE12"]})
    assert "north" in found.structure.index
    assert "BE21" in found.structure.index
    assert "SE11" not in found.structure.index
    assert {"population", "employment"} <= set(found.bases.columns)


# Change


@pytest.fixture(scope="module")
def moved(evidence: Evidence) -> RegionChange:
    return region_change(evidence, FRAMEWORK, region="AT11", **OPTIONS)


def test_change_compares_what_both_periods_have(moved):
    assert moved.periods == tuple(PERIODS) == ("2010–2013", "2015–2018")
    assert moved.framework.indicators == ["s1", "s2", "t1", "b1", "i1"]
    assert moved.table["n_indicators"].to_dict() == {
        "skills": 3, "schools": 2, "training": 1, "money": 1, "banks": 1, "funds": 0, "ideas": 1, "invention": 1,
    }  # fmt: skip


def test_from_the_last_to_the_first_is_better_and_few_indicators_are_not_tested(moved):
    skills = moved.table.loc["skills"]
    assert skills[["rank_then", "rank_now", "places_gained", "verdict"]].tolist() == [14, 1, 13, "better"]
    known = moved.table[moved.table["score_change"].notna()]
    few = known["n_indicators"] < LEAST_TESTED
    assert known.loc[few, "verdict"].eq("not tested").all()
    assert few.sum() == 6
    assert moved.table.loc["funds", "verdict"] == "unknown"


def test_a_region_without_a_figure_of_both_periods_has_no_change(evidence):
    found = region_change(evidence, FRAMEWORK, region="CZ04", **OPTIONS).table
    assert found.loc[["schools", "banks", "ideas"], "verdict"].eq("unknown").all()


def test_other_periods_and_the_options_of_the_build(evidence):
    periods = {"then": (2011, 2012), "now": (2016, 2017)}
    found = region_change(
        evidence, FRAMEWORK, region="AT11", periods=periods, normalisation="zscore", aggregation="geometric", **OPTIONS
    )
    assert found.periods == ("then", "now")
    assert found.table.loc["skills", "verdict"] == "better"
    back = {"now": (2016, 2017), "then": (2011, 2012)}
    with pytest.raises(CoverageError, match="No indicator has figures in every period"):
        region_change(evidence, FRAMEWORK, region="AT11", periods={"a": (1990, 1991), "b": (2016, 2017)}, **OPTIONS)
    reverse = region_change(evidence, FRAMEWORK, region="AT11", periods=back, **OPTIONS)
    assert reverse.table.loc["skills", "verdict"] == "worse"


# The same again


def all_tables(evidence: Evidence, seed: int) -> list[pd.DataFrame]:
    options = {"region": "north", "draws": 40, "seed": seed}
    board = region_scoreboard(evidence, FRAMEWORK, **options)
    changed = region_change(evidence, FRAMEWORK, **options).table
    return [
        board.profile, board.actions, board.weakest_link, board.indicators(), board.coverage(),
        board.dependence(base=8), board.doubt.intervals, board.peers, changed,
    ]  # fmt: skip


def test_the_same_seed_gives_the_same_tables_and_another_one_other_intervals(evidence):
    first, again, other = (all_tables(evidence, seed) for seed in (7, 7, 8))
    for one, two in zip(first, again, strict=True):
        assert_frame_equal(one, two, check_exact=True)
    assert not first[0][["rank_low", "rank_high"]].equals(other[0][["rank_low", "rank_high"]])
    assert_frame_equal(first[0][["score", "rank"]], other[0][["score", "rank"]])


def test_the_tables_given_stay_as_they_are(evidence):
    before = [part.copy() for part in (evidence.indicator, evidence.bases, evidence.structure)]
    all_tables(evidence, 3)
    for one, two in zip(before, (evidence.indicator, evidence.bases, evidence.structure), strict=True):
        assert_frame_equal(one, two)


# The embedded tables

Build = Callable[[str], tuple[RegionParams, Evidence, RegionScoreboard, RegionChange]]


@pytest.fixture(scope="module")
def pilot() -> Build:
    place = project(ROOT)
    given = [tables.load_indicator(place.processed), tables.load_industry(place.processed)]
    given += [tables.load_region(place.processed), tables.load_context(place.processed)]
    register = indicator_register.read_register(place.params / "indicators.yaml")
    built: dict[str, tuple[RegionParams, Evidence, RegionScoreboard, RegionChange]] = {}

    def build(region: str) -> tuple[RegionParams, Evidence, RegionScoreboard, RegionChange]:
        if region not in built:
            (p,) = load_regions(place, [region])
            framework = load_framework(p.framework_path(place))
            evidence = gather(
                *given,
                denominators=indicator_register.merging_rules(register),
                inexact=indicator_register.without_true_base(register),
                territories={p.region: p.nuts_ids},
                year=p.reference_year,
            )
            options = {"region": p.region, "draws": 50, "seed": p.seed, **p.score_options}
            board = region_scoreboard(evidence, framework, **options)
            built[region] = (p, evidence, board, region_change(evidence, framework, **options))
        return built[region]

    return build


def test_saxony_is_the_weighted_mean_of_its_three_codes(pilot):
    p, evidence, board, _ = pilot("saxony")
    assert board.country == "DE"
    assert not set(p.nuts_ids) & set(board.board.scores.index)
    alone = observe(evidence.indicator, board.framework, denominators=evidence.denominators, bases=evidence.bases)
    seen = 0
    for code in board.framework.indicators:
        parts = alone.values.loc[p.nuts_ids, code]
        own, years = board.observed.values.loc["saxony", code], board.observed.years.loc["saxony", code]
        if parts.isna().any() or not alone.years.loc[p.nuts_ids, code].eq(years).all():
            continue
        if board.observed.weighted_by.loc[code, "base"] == "sum":
            assert own == pytest.approx(parts.sum())
        else:
            weights = board.observed.weights.loc[p.nuts_ids, code]
            total = sum(weights[nuts_id] * parts[nuts_id] for nuts_id in p.nuts_ids)
            assert own == pytest.approx(total / sum(weights))
        seen += 1
    assert seen > 25


def test_the_inhabitants_of_saxony_are_those_of_its_codes(pilot):
    p, evidence, board, _ = pilot("saxony")
    found = inhabitants(evidence.indicator, board.observed, evidence.territories)
    rows = evidence.indicator[(evidence.indicator["indicator"] == "population") & evidence.indicator["value"].notna()]
    newest = rows[rows["year"] == rows["year"].max()].set_index("nuts_id")["value"]
    assert found["saxony"] == sum(newest[code] for code in p.nuts_ids)
    assert 4.0e6 < found["saxony"] < 4.2e6  # persons; Saxony had 4.05 to 4.09 million from 2015 to 2023


@pytest.mark.parametrize("region", ["saxony", "wallonia"])
def test_the_page_of_a_pilot_counts_and_ranks_what_is_known(pilot, region):
    _, _, board, changed = pilot(region)
    found = board.profile
    assert len(board.dimensions) == 8
    assert len(board.parts) == 19
    assert found["is_empty"].sum() == 4
    known = board.observed.values.loc[region].notna()
    assert board.coverage()["n_known"].sum() == known.sum() == board.indicators()["value"].notna().sum()
    assert board.coverage()["n_indicators"].sum() == 42
    ranked = found[found["rank"].notna()]
    assert ranked["rank"].between(1, ranked["n_ranked"]).all()
    assert (ranked["rank_low"] <= ranked["rank_high"]).all()
    assert ranked[["rank_low", "rank_high"]].notna().all(axis=None)
    assert ranked["n_known"].gt(0).all()
    assert found.loc[found["rank"].isna(), "rank_low"].isna().all()
    assert len(board.peers) == 5
    assert board.narrow == [part for part in board.dimensions.index if board.dimensions.loc[part, "n_indicators"] == 1]
    assert board.narrow
    assert not set(board.narrow) & set(board.weakest_link.index)
    assert board.actions["why"].isin(["bottleneck", "behind all peers"]).all()
    tested = changed.table["verdict"].isin(["better", "worse", "within the margin"])
    assert changed.table.loc[tested, "n_indicators"].ge(LEAST_TESTED).all()
    assert tested.any()


def test_wallonia_has_gaps_that_stay_gaps(pilot):
    _, evidence, board, _ = pilot("wallonia")
    assert board.country == "BE"
    missing = board.observed.values.loc["wallonia"].isna()
    assert 10 < missing.sum() < 30
    assert board.board.normalised.loc["wallonia", missing].isna().all()
    unknown = board.dimensions.index[board.dimensions["score"].isna()]
    assert len(unknown)
    assert board.dimensions.loc[unknown, "verdict"].eq("unknown").all()
    assert board.weakest_link.loc[board.weakest_link.index.isin(unknown), "gain_step"].isna().all()
    # Unknown in one of its parts is unknown in the whole.
    alone = observe(evidence.indicator, board.framework, denominators=evidence.denominators, bases=evidence.bases)
    for code in missing.index[missing]:
        years = [
            set(rows["year"])
            for _, rows in evidence.indicator[
                evidence.indicator["indicator"].eq(code)
                & evidence.indicator["nuts_id"].isin(evidence.territories["wallonia"])
                & evidence.indicator["value"].notna()
            ].groupby("nuts_id")
        ]
        whole = set.intersection(*years) if len(years) == 5 else set()
        reference = alone.reference_year[code]
        assert not [year for year in whole if abs(year - reference) <= 3], code
