"""Profile: verdicts, penalties, gains and drivers by hand; null cases; what may never change; errors."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterkit.data.frameworks import Framework, check_framework
from clusterkit.errors import ParamError
from clusterkit.scoreboard.bottleneck import bottleneck_penalty, weakest_link
from clusterkit.scoreboard.profile import areas_for_action, bottlenecks, change, drivers, profile, strengths

NAN = float("nan")
REGIONS = [f"{country}0{i}" for country in ("AA", "BB", "CC") for i in (1, 2, 3)]  # nine: thirds of three


def tree(weights: dict[str, float] | None = None) -> Framework:
    rows = [
        ("all", "index", "", NAN), ("skills", "dimension", "all", NAN), ("finance", "dimension", "all", NAN),
        ("schools", "sub-dimension", "skills", NAN), ("training", "sub-dimension", "skills", NAN),
        ("banks", "sub-dimension", "finance", NAN), ("funds", "sub-dimension", "finance", NAN),
        ("s1", "indicator", "schools", 1), ("s2", "indicator", "schools", 1), ("t1", "indicator", "training", 1),
        ("b1", "indicator", "banks", -1),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["code", "level", "parent", "direction"])
    table["name"] = table["code"].str.upper()
    table["weight"] = table["code"].map(weights or {}).fillna(1.0)
    return check_framework(table)


FRAMEWORK = tree()
PARTS = ["skills", "schools", "training", "finance", "banks", "funds"]  # in the order of the tree


def board(**columns: list[float]) -> pd.DataFrame:
    return pd.DataFrame(columns, index=pd.Index(REGIONS, name="nuts_id"), dtype=float)


def margins(region: str, **of_part: tuple[float, float]) -> pd.DataFrame:
    """Rank intervals of a region by part; the scores' are 10 points on each side of 50."""
    rows = {(region, part): [low, (low + high) / 2, high, 40.0, 60.0] for part, (low, high) in of_part.items()}
    table = pd.DataFrame.from_dict(
        rows, orient="index", columns=["rank_low", "rank_median", "rank_high", "score_low", "score_high"]
    )
    return table.set_index(pd.MultiIndex.from_tuples(rows, names=["nuts_id", "part"]))


NINE = [90.0, 80.0, 70.0, 60.0, 50.0, 40.0, 30.0, 20.0, 10.0]
SCORES = board(skills=NINE, schools=NINE[::-1], training=NINE, finance=[*NINE[1:], 95.0])


# Verdicts


def test_verdicts_by_hand():
    found = {
        region: profile(SCORES, region=region, framework=FRAMEWORK).loc["skills", ["rank", "n_ranked", "verdict"]]
        for region in REGIONS
    }
    assert [row["rank"] for row in found.values()] == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert [row["verdict"] for row in found.values()] == ["strength"] * 3 + ["middle"] * 3 + ["bottleneck"] * 3


def test_rows_and_differences():
    references = pd.DataFrame({"skills": [55.0, 65.0]}, index=["EU-28", "BB"])
    found = profile(SCORES, region="BB02", framework=FRAMEWORK, references=references, peers=["AA01", "CC03"],
                    country="BB")  # fmt: skip
    assert list(found.index) == PARTS
    assert found["level"].to_list() == ["dimension", *["sub-dimension"] * 2] * 2
    assert found["is_empty"].to_list() == [False] * 5 + [True]
    row = found.loc["skills"]
    assert row[["name", "parent", "score"]].to_list() == ["SKILLS", "all", 50.0]
    assert row[["eu", "country_mean", "peers_mean", "peers_low", "peers_high", "n_peers"]].to_list() == [
        55, 65, 50, 10, 90, 2,
    ]  # fmt: skip
    assert row[["over_eu", "over_country", "over_peers"]].to_list() == [-5, -15, 0]
    assert found.loc["schools", ["eu", "over_country"]].isna().all()
    assert found.loc[["banks", "funds"], "verdict"].to_list() == ["unknown", "unknown"]
    assert found.loc["funds", ["score", "rank", "peers_mean"]].isna().all()


def test_robust_only_where_the_whole_interval_is_on_one_side():
    intervals = margins("AA01", skills=(1, 3), training=(1, 4), schools=(7, 9))
    found = profile(SCORES, region="AA01", framework=FRAMEWORK, intervals=intervals)
    assert found.loc[["skills", "schools", "training"], "verdict"].to_list() == ["strength", "bottleneck", "strength"]
    assert found.loc[["skills", "schools", "training"], "is_robust"].to_list() == [True, True, False]
    assert found.loc["finance", "is_robust"] is pd.NA
    middle = margins("BB02", skills=(4, 6), training=(3, 6), schools=(4, 7))
    found = profile(SCORES, region="BB02", framework=FRAMEWORK, intervals=middle)
    assert found.loc[["skills", "training", "schools"], "verdict"].to_list() == ["middle"] * 3
    assert found.loc[["skills", "training", "schools"], "is_robust"].to_list() == [True, False, False]


def test_an_interval_on_the_other_side_makes_nothing_sure():
    found = profile(SCORES, region="AA01", framework=FRAMEWORK, intervals=margins("AA01", skills=(7, 9)))
    assert found.loc["skills", ["verdict", "is_robust"]].to_list() == ["strength", False]


def test_where_all_are_equal_none_is_strong_or_weak():
    flat = board(skills=[50.0] * 9)
    found = profile(flat, region="AA01", framework=FRAMEWORK)
    assert found.loc["skills", ["rank", "verdict"]].to_list() == [1, "middle"]


def test_everything_unknown():
    found = profile(SCORES * NAN, region="AA01", framework=FRAMEWORK, peers=["AA02"], intervals=margins("AA01"))
    assert found["verdict"].eq("unknown").all()
    assert found["is_robust"].isna().all()
    assert strengths(found).empty
    assert bottlenecks(found).empty
    assert (found["n_ranked"] == 0).all()


def test_unknown_regions_are_not_ranked():
    scores = SCORES.copy()
    scores.loc["AA01", "skills"] = NAN
    found = profile(scores, region="AA02", framework=FRAMEWORK, peers=["AA01", "AA03"])
    assert found.loc["skills", ["rank", "n_ranked", "peers_mean", "n_peers"]].to_list() == [1, 8, 70, 1]


def test_shares_and_levels_are_parameters():
    found = profile(SCORES, region="AA03", framework=FRAMEWORK, best_share=0.2, worst_share=0.2, levels=["index"])
    assert list(found.index) == ["all"]
    found = profile(SCORES, region="AA03", framework=FRAMEWORK, best_share=0.2, worst_share=0.2)
    assert found.loc["skills", "verdict"] == "middle"


def test_strengths_and_bottlenecks_in_order():
    scores = board(skills=NINE, schools=[*NINE[1:3], 95.0, *NINE[3:], 5.0][:9], training=[20.0, *NINE[2:], 95.0][:9])
    intervals = margins("AA01", skills=(1, 5), schools=(1, 3), training=(8, 9))
    found = profile(scores, region="AA01", framework=FRAMEWORK, intervals=intervals)
    # Skills is first but not sure; schools is second and sure: sure ones come first.
    assert found.loc[["skills", "schools"], "rank"].to_list() == [1, 2]
    assert list(strengths(found).index) == ["schools", "skills"]
    assert list(strengths(found, robust_only=True).index) == ["schools"]
    assert list(strengths(found, level="dimension").index) == ["skills"]
    assert list(bottlenecks(found).index) == ["training"]


# Penalty for bottlenecks


def test_penalty_by_hand():
    scores = pd.DataFrame({"a": [60.0, 90.0], "b": [60.0, 30.0], "c": [60.0, 50.0]}, index=["AA01", "BB01"])
    found = bottleneck_penalty(scores, ["a", "b", "c"], equalise=False)
    a, c = 30 + 100 * (1 - math.exp(-0.6)), 30 + 100 * (1 - math.exp(-0.2))
    assert found.parts.loc["BB01"].to_list() == pytest.approx([a, 30, c])
    assert found.overall.to_list() == pytest.approx([60, (a + 30 + c) / 3])
    assert found.bottleneck.to_list() == ["a", "b"]  # the first of equal ones
    log = bottleneck_penalty(scores, ["a", "b", "c"], equalise=False, form="logarithmic")
    assert log.parts.loc["BB01", "a"] == pytest.approx(30 + 100 * math.log(1.6))
    heavy = bottleneck_penalty(scores, ["a", "b", "c"], equalise=False, weights={"b": 2, "c": 0})
    assert heavy.overall["BB01"] == pytest.approx((a + 2 * 30) / 3)
    assert list(heavy.parts) == ["a", "b"]


def test_a_framework_gives_its_dimensions_and_weights():
    framework = tree({"skills": 3.0})
    found = bottleneck_penalty(SCORES, framework, equalise=False)
    assert list(found.parts) == ["skills", "finance"]
    assert found.overall["AA01"] == pytest.approx((3 * (80 + 100 * (1 - math.exp(-0.1))) + 80) / 4)


def test_equalised_dimensions_have_the_same_mean():
    scores = pd.DataFrame({"a": [20.0, 40.0, 60.0, 80.0], "b": [1.0, 4.0, 9.0, 36.0]})
    found = bottleneck_penalty(scores, ["a", "b"])
    y = (scores / 100) ** found.powers
    assert y.mean().to_list() == pytest.approx([(0.5 + 0.125) / 2] * 2)
    assert found.powers["a"] > 1 > found.powers["b"]
    # A dimension that no power can lift stays as it is.
    stuck = bottleneck_penalty(pd.DataFrame({"a": [0.0, 0.0], "b": [50.0, 50.0]}), ["a", "b"])
    assert stuck.powers["a"] == 1
    same = bottleneck_penalty(pd.DataFrame({"a": [20.0, 60.0], "b": [60.0, 20.0]}), ["a", "b"])
    assert same.powers.to_list() == pytest.approx([1, 1])


def test_an_unknown_dimension_leaves_the_others():
    scores = pd.DataFrame(
        {"a": [60.0, NAN, NAN], "b": [NAN, 30.0, NAN], "c": [80.0, NAN, NAN]}, index=["AA01", "BB01", "CC01"]
    )
    found = bottleneck_penalty(scores, ["a", "b", "c"], equalise=False)
    assert found.overall["AA01"] == pytest.approx((60 + 60 + 100 * (1 - math.exp(-0.2))) / 2)
    assert np.isnan(found.overall[["BB01", "CC01"]]).all()  # one of three, none
    assert found.bottleneck.to_list() == ["a", "b", ""]
    assert np.isnan(found.parts.loc["AA01", "b"])
    loose = bottleneck_penalty(scores, ["a", "b", "c"], equalise=False, min_coverage=0)
    assert loose.overall["BB01"] == pytest.approx(30)
    assert np.isnan(loose.overall["CC01"])


def test_the_weakest_link_by_hand():
    scores = pd.DataFrame(
        {"a": [80.0, 50.0], "b": [30.0, 50.0], "c": [50.0, 50.0]}, index=["AA01", "BB01"]
    )  # fmt: skip
    references = pd.DataFrame({"a": [60.0], "b": [45.0]}, index=["EU-28"])
    found = weakest_link(scores, ["a", "b", "c"], region="AA01", references=references, peers=["BB01"], equalise=False)
    a, c = 30 + 100 * (1 - math.exp(-0.5)), 30 + 100 * (1 - math.exp(-0.2))
    now = (a + 30 + c) / 3
    assert found["overall"].to_list() == pytest.approx([now] * 3)
    assert list(found.index) == ["b", "c", "a"]  # one point more is worth most in the weakest, least in the best
    assert found["is_weakest"].to_list() == [True, False, False]

    def overall(b: float) -> float:
        others = [(b + 100 * (1 - math.exp(-(x - b) / 100))) for x in (80, 50)]
        return (b + sum(others)) / 3

    assert found.loc["b", "gain_step"] == pytest.approx(overall(31) - now)
    assert found.loc["b", "gain_eu"] == pytest.approx(overall(45) - now)
    assert found.loc["b", "gain_peers"] == pytest.approx(overall(50) - now)
    assert found.loc["b", ["next_weakest", "gain_next"]].to_list() == pytest.approx([50, overall(50) - now])
    assert found.loc[["a", "c"], "next_weakest"].isna().all()
    assert found.loc["a", "gain_eu"] == 0  # already above
    assert np.isnan(found.loc["c", "gain_eu"])  # the EU is unknown


def test_next_weakest_is_a_score_before_equalising():
    scores = pd.DataFrame({"a": [30.0, 60.0, 90.0], "b": [5.0, 10.0, 60.0]}, index=["AA01", "BB01", "CC01"])
    found = weakest_link(scores, ["a", "b"], region="AA01")
    weakest = found.index[found["is_weakest"]][0]
    lifted = scores.copy()
    lifted.loc["AA01", weakest] = found.loc[weakest, "next_weakest"]
    powers = bottleneck_penalty(scores, ["a", "b"]).powers
    y = (lifted.loc["AA01"] / 100) ** powers
    assert y["a"] == pytest.approx(y["b"])


def test_the_weakest_link_of_nothing():
    scores = pd.DataFrame({"a": [NAN, 50.0], "b": [NAN, 40.0]}, index=["AA01", "BB01"])
    found = weakest_link(scores, ["a", "b"], region="AA01", peers=["BB01"])
    assert not found["is_weakest"].any()
    assert found[["overall", "gain_step", "gain_peers", "gain_next"]].isna().all(axis=None)


# Drivers and areas for action


def toy_normalised() -> pd.DataFrame:
    return board(
        s1=[10.0, 50, 50, 50, 50, 50, 50, 50, 50],
        s2=[40.0, 60, 60, 60, 60, 60, 60, 60, 60],
        t1=[90.0, 50, 50, 50, 50, 50, 50, 50, 50],
        b1=[50.0, 50, 50, 50, 50, 50, 50, 50, 50],
    )


PEERS = ["BB01", "BB02", "BB03"]


def test_drivers_by_hand():
    found = drivers(toy_normalised(), FRAMEWORK, region="AA01", peers=PEERS, part="skills")
    # Schools and training ½ each, S1 and S2 half of schools: ¼ of 10 less 50, ¼ of 40 less 60, ½ of 90 less 50.
    assert list(found.index) == ["s1", "s2", "t1"]
    assert found["weight"].to_list() == [0.25, 0.25, 0.5]
    assert found["contribution"].to_list() == [-10, -5, 20]
    assert found["name"].to_list() == ["S1", "S2", "T1"]
    heavy = drivers(toy_normalised(), tree({"s2": 3.0}), region="AA01", peers=PEERS, part="schools")
    assert heavy["weight"].to_list() == [0.75, 0.25]
    assert heavy["contribution"].to_list() == [-15, -10]


def test_an_unknown_indicator_gives_its_weight_to_its_siblings():
    normalised = toy_normalised()
    normalised.loc["AA01", "s1"] = NAN
    found = drivers(normalised, FRAMEWORK, region="AA01", peers=PEERS, part="skills")
    assert found.loc[["s2", "t1"], "weight"].to_list() == [0.5, 0.5]
    assert list(found.index) == ["s2", "t1", "s1"]
    assert found.loc["s1", ["weight", "contribution"]].isna().all()
    assert drivers(normalised, FRAMEWORK, region="AA01", peers=PEERS, part="funds").empty


def toy_scores(normalised: pd.DataFrame) -> pd.DataFrame:
    scores = pd.DataFrame({"schools": normalised[["s1", "s2"]].mean(axis=1), "training": normalised["t1"],
                           "banks": normalised["b1"]})  # fmt: skip
    scores["skills"] = scores[["schools", "training"]].mean(axis=1)
    scores["finance"] = scores["banks"]
    return scores


def test_areas_for_action_by_hand():
    normalised = toy_normalised()
    scores = toy_scores(normalised)
    scores["banks"] = [40.0, 45, 46, 50, 51, 52, 10, 11, 12]  # 6th of 9: middle, but behind all three peers
    options = {"framework": FRAMEWORK, "region": "AA01", "peers": PEERS}
    found = profile(scores, intervals=margins("AA01", schools=(8, 9), banks=(4, 7)), **options)
    areas = areas_for_action(found, normalised, **options)
    assert list(areas.index) == ["schools", "banks"]
    assert areas["why"].to_list() == ["bottleneck", "behind all peers"]
    assert areas["certainty"].to_list() == ["sure", "likely"]
    assert areas["parent_name"].to_list() == ["SKILLS", "FINANCE"]
    assert areas.loc["schools", ["score", "peers_mean", "over_peers"]].to_list() == [25, 55, -30]
    assert areas.loc["schools", "drivers"] == (("s1", -20.0), ("s2", -10.0))
    assert areas.loc["schools", "unexplained"] == pytest.approx(0)
    assert areas.loc["banks", "drivers"] == ()
    assert areas.loc["banks", "unexplained"] == pytest.approx(-11)  # 40 against 51, and the indicator is level
    short = areas_for_action(found, normalised, n_drivers=1, **options)
    assert short.loc["schools", "drivers"] == (("s1", -20.0),)
    untested = areas_for_action(profile(scores, **options), normalised, **options)
    assert untested["certainty"].to_list() == ["not tested", "not tested"]
    assert areas_for_action(found, normalised, level="dimension", **options).empty


def test_sure_bottlenecks_come_first_and_the_worst_of_them():
    scores = board(skills=NINE, schools=NINE, training=NINE, finance=NINE, banks=[*NINE[:6], 10.0, 20, 30])
    options = {"framework": FRAMEWORK, "region": "CC03", "peers": PEERS}
    intervals = margins("CC03", schools=(6, 9), training=(7, 9), banks=(7, 9))
    areas = areas_for_action(profile(scores, intervals=intervals, **options), toy_normalised(), **options)
    assert list(areas.index) == ["training", "banks", "schools"]  # ranks 9, 7, and 9 but not sure
    assert areas["certainty"].to_list() == ["sure", "sure", "likely"]


def test_nothing_to_do():
    options = {"framework": FRAMEWORK, "region": "AA01", "peers": PEERS}
    found = areas_for_action(profile(board(skills=NINE, schools=NINE), **options), toy_normalised(), **options)
    assert found.empty
    assert "drivers" in found
    unknown = areas_for_action(profile(SCORES * NAN, **options), toy_normalised() * NAN, **options)
    assert unknown.empty


# Change


def test_change_by_hand():
    then = board(skills=NINE, schools=NINE, training=NINE)
    now = board(skills=[20.0, *NINE[1:]], schools=[85.0, *NINE[1:]], training=[NAN, *NINE[1:]])
    before, after = margins("AA01", skills=(1, 2), schools=(1, 2)), margins("AA01", skills=(7, 9), schools=(1, 2))
    options = {"region": "AA01", "framework": FRAMEWORK, "intervals_then": before, "intervals_now": after}
    found = change(then, now, by="rank", **options)
    assert found.loc["skills", ["score_then", "score_now", "score_change"]].to_list() == [90, 20, -70]
    assert found.loc["skills", ["rank_then", "rank_now", "places_gained"]].to_list() == [1, 7, -6]
    assert found["verdict"].to_list() == ["worse", "within the margin", "unknown", *["unknown"] * 3]
    back = change(now, then, by="rank", **(options | {"intervals_then": after, "intervals_now": before}))
    assert back.loc["skills", ["verdict", "places_gained"]].to_list() == ["better", 6]
    # By score the toy intervals are the same in both years.
    assert change(then, now, **options).loc["skills", "verdict"] == "within the margin"
    assert change(then, now, region="AA01", framework=FRAMEWORK).loc["skills", "verdict"] == "not tested"
    after[["score_low", "score_high"]] = [10.0, 30.0]
    assert change(then, now, **options).loc["skills", "verdict"] == "worse"


def test_no_change():
    found = change(SCORES, SCORES, region="AA01", framework=FRAMEWORK, intervals_then=margins("AA01", skills=(1, 3)),
                   intervals_now=margins("AA01", skills=(1, 3)))  # fmt: skip
    assert found["score_change"].dropna().eq(0).all()
    assert found.loc["skills", "verdict"] == "within the margin"


# Properties


tables_of_scores = st.integers(2, 6).flatmap(
    lambda n: st.lists(
        st.lists(st.one_of(st.integers(0, 100).map(float), st.just(NAN)), min_size=4, max_size=4),
        min_size=n,
        max_size=n,
    ).map(lambda rows: pd.DataFrame(rows, index=[f"AA{i:02}" for i in range(len(rows))], columns=list("abcd")))
)


@given(tables_of_scores, st.booleans(), st.sampled_from(["exponential", "logarithmic"]))
@settings(max_examples=50, deadline=None)
def test_a_penalised_part_lies_between_the_weakest_and_itself(scores, equalise, form):
    before = scores.copy()
    found = bottleneck_penalty(scores, list("abcd"), equalise=equalise, form=form, min_coverage=0)
    y = (scores / 100) ** found.powers * 100
    assert (found.parts <= y + 1e-9).where(y.notna(), True).all(axis=None)
    assert (found.parts.ge(y.min(axis=1) - 1e-9, axis=0)).where(y.notna(), True).all(axis=None)
    assert (found.parts.isna() == scores.isna()).all(axis=None)
    known = found.overall.dropna()
    assert (known <= y.mean(axis=1)[known.index] + 1e-9).all()
    pd.testing.assert_frame_equal(scores, before)


@given(tables_of_scores)
@settings(max_examples=20, deadline=None)
def test_one_point_more_is_worth_most_in_the_weakest(scores):
    scores = scores.fillna(50.0) * 0.9  # room for a whole point everywhere
    found = weakest_link(scores, list("abcd"), region="AA00", equalise=False, step=0.01)
    assert found["gain_step"].iloc[0] == pytest.approx(found.loc[found["is_weakest"], "gain_step"].iloc[0], abs=1e-6)
    assert (found["gain_step"] > -1e-9).all()
    assert found["is_weakest"].sum() == 1


@given(tables_of_scores, st.randoms(), st.floats(0.1, 10))
@settings(max_examples=20, deadline=None)
def test_order_and_scale_do_not_matter(scores, random, factor):
    rows, columns = list(scores.index), list(scores.columns)
    random.shuffle(rows)
    random.shuffle(columns)
    first = bottleneck_penalty(scores, list("abcd"))
    second = bottleneck_penalty(scores.loc[rows, columns] * factor, columns, scale=100 * factor)
    np.testing.assert_allclose(second.overall[scores.index] / factor, first.overall, atol=1e-6)
    framework = check_framework(
        pd.DataFrame(
            {
                "code": [*"abcd", *"wxyz"],
                "level": ["dimension"] * 4 + ["indicator"] * 4,
                "parent": [""] * 4 + list("abcd"),
                "direction": [NAN] * 4 + [1] * 4,
            }
        ),
        levels=("dimension", "indicator"),
    )
    one = profile(scores, region="AA00", framework=framework)
    two = profile(scores.loc[rows, columns] * factor, region="AA00", framework=framework)
    assert one["verdict"].to_list() == two["verdict"].to_list()
    pd.testing.assert_series_equal(one["rank"], two["rank"])


@given(
    st.lists(st.lists(st.integers(0, 100), min_size=4, max_size=4), min_size=9, max_size=9),
    st.lists(st.integers(1, 9), min_size=4, max_size=4),
)
@settings(max_examples=20, deadline=None)
def test_drivers_add_up_to_the_distance_to_the_peers(rows, weights):
    normalised = pd.DataFrame(rows, index=REGIONS, columns=["s1", "s2", "t1", "b1"], dtype=float)
    framework = tree(dict(zip(["s1", "s2", "schools", "training"], map(float, weights), strict=True)))
    weight = framework.table["weight"]
    schools = (normalised["s1"] * weight["s1"] + normalised["s2"] * weight["s2"]) / (weight["s1"] + weight["s2"])
    skills = (schools * weight["schools"] + normalised["t1"] * weight["training"]) / (
        weight["schools"] + weight["training"]
    )
    found = drivers(normalised, framework, region="AA01", peers=PEERS, part="skills")
    assert found["weight"].sum() == pytest.approx(1)
    assert found["contribution"].sum() == pytest.approx(skills["AA01"] - skills[PEERS].mean(), abs=1e-9)


def test_inputs_stay_as_they_are():
    scores, normalised = SCORES.copy(), toy_normalised()
    references = pd.DataFrame({"skills": [55.0]}, index=["EU-28"])
    intervals = margins("AA01", skills=(1, 3))
    copies = [table.copy() for table in (scores, normalised, references, intervals, FRAMEWORK.table)]
    options = {"framework": FRAMEWORK, "region": "AA01", "peers": PEERS}
    found = profile(scores, references=references, intervals=intervals, **options)
    shown = found.copy()
    strengths(found)
    bottlenecks(found)
    areas_for_action(found, normalised, **options)
    weakest_link(scores, FRAMEWORK, region="AA01", references=references, peers=PEERS)
    change(scores, scores, region="AA01", framework=FRAMEWORK, intervals_then=intervals)
    pd.testing.assert_frame_equal(found, shown)
    for after, before in zip((scores, normalised, references, intervals, FRAMEWORK.table), copies, strict=True):
        pd.testing.assert_frame_equal(after, before)


# Errors


def test_all_problems_of_a_profile_at_once():
    with pytest.raises(ParamError) as caught:
        profile(
            SCORES,
            region="AA09",
            framework=FRAMEWORK,
            references=pd.DataFrame({"skills": [1.0]}, index=["BB"]),
            country="AA",
            peers=["XX", "AA09"],
            intervals=margins("AA01", skills=(1, 3)).drop(columns="rank_low"),
            levels=["dimensions", "indicator"],
            best_share=0.8,
            worst_share=0.5,
        )
    assert [problem.what for problem in caught.value.problems] == [
        "There is no region 'AA09'.",
        "There is no region 'XX' to compare with.",
        "There is no region 'AA09' to compare with.",
        "The intervals have no column rank_low.",
        "The framework has no level 'dimensions'.",
        "The framework has no level 'indicator'.",
        "The references have no country 'AA'.",
        "The shares of the best and of the worst regions are 0.8 and 0.5.",
    ]
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_an_error_in_four_parts():
    with pytest.raises(ParamError) as caught:
        profile(SCORES, region="AA01", framework=FRAMEWORK, peers=["AA01"])
    assert str(caught.value).splitlines() == [
        "AA01 is its own peer.",
        "  where: the peers",
        "  rule:  docs/methods.md#profile",
        "  fix:   remove it; a peer is another region",
    ]


def test_all_problems_of_a_penalty_at_once():
    with pytest.raises(ParamError) as caught:
        bottleneck_penalty(SCORES * 2, ["skills", "finances"], weights={"skills": -1, "skill": 1}, min_coverage=1.5)
    problems = caught.value.problems
    assert [problem.what for problem in problems] == [
        "The scores have no dimension 'finances'.",
        "The weights name a dimension 'skill' that is not among them.",
        "The weight of skills is -1.0.",
        "The least coverage is 1.5.",
        "4 scores of skills are outside 0 to 100: AA01 180, AA02 160, AA03 140, BB01 120.",
    ]
    assert problems[0].fix == "did you mean finance?"
    assert problems[-1].fix == 'normalise with method="minmax", or name another scale'


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (lambda: bottleneck_penalty(SCORES, []), "There is no dimension with a weight above 0."),
        (lambda: weakest_link(SCORES, FRAMEWORK, region="AA1"), "There is no region 'AA1'."),
        (lambda: weakest_link(SCORES, FRAMEWORK, region="AA01", step=0), "The step is 0 points."),
        (
            lambda: drivers(toy_normalised(), FRAMEWORK, region="AA01", peers=[], part="skill"),
            "The framework has no part 'skill'.",
        ),
        (
            lambda: areas_for_action(
                profile(SCORES, region="AA01", framework=FRAMEWORK),
                toy_normalised(),
                FRAMEWORK,
                region="AA01",
                peers=[],
                level="index",
            ),
            "The profile has no level 'index'.",
        ),
        (
            lambda: change(SCORES, SCORES.drop(index="AA01"), region="AA01", framework=FRAMEWORK),
            "There is no region 'AA01'.\n  where: the scores now",
        ),
    ],
)
def test_one_problem(call, what):
    with pytest.raises(ParamError) as caught:
        call()
    assert what in str(caught.value)
    assert "fix:" in str(caught.value)
