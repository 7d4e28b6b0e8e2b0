"""Means of what is known, wins against every other region, and weights from the data."""

from __future__ import annotations

import warnings
from fractions import Fraction
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterkit.data.frameworks import Framework, check_framework
from clusterkit.errors import ContractError, ParamError
from clusterkit.scoreboard import aggregate, benefit_of_the_doubt, principal_weights, weigh
from clusterkit.scoreboard.aggregation import METHODS, combine

NAN = float("nan")
REGIONS = ["AT31", "BE10", "FI1D", "ITC1"]


def flat(*weights: float) -> Framework:
    """One group of indicators a, b, c … with these weights."""
    rows = [("g", "group", "", None, 1.0)]
    rows += [(chr(97 + n), "indicator", "g", 1, weight) for n, weight in enumerate(weights)]
    columns = ["code", "level", "parent", "direction", "weight"]
    return check_framework(pd.DataFrame(rows, columns=columns), levels=["group", "indicator"])


def table(*columns: list[float]) -> pd.DataFrame:
    return pd.DataFrame({chr(97 + n): values for n, values in enumerate(columns)}, index=REGIONS[: len(columns[0])])


def test_weights_of_unknown_parts_go_to_their_siblings() -> None:
    x = table([80.0, 80, NAN, NAN], [40.0, NAN, 40, NAN], [10.0, 20, 30, NAN])
    found = aggregate(x, flat(3, 1, 1))["g"]
    # (3·80 + 40 + 10)/5, (3·80 + 20)/4, (40 + 30)/2
    assert found.tolist()[:3] == [58.0, 65.0, 35.0]
    assert np.isnan(found.iloc[3])


@pytest.mark.parametrize(("threshold", "n_known"), [(0.0, 3), (1 / 3, 3), (0.5, 2), (2 / 3, 2), (0.67, 1), (1.0, 1)])
def test_the_data_threshold_lets_equality_pass(threshold: float, n_known: int) -> None:
    x = table([1.0, 1, 1, NAN], [1.0, 1, NAN, NAN], [1.0, NAN, NAN, NAN])
    assert aggregate(x, flat(1, 1, 1), min_coverage=threshold)["g"].count() == n_known


def test_coverage_counts_parts_not_weights_and_only_those_that_weigh() -> None:
    x = table([1.0, NAN], [NAN, 5.0], [NAN, 7.0])
    assert aggregate(x, flat(98, 1, 1), min_coverage=0.5)["g"].isna().tolist() == [True, False]
    assert aggregate(x, flat(1, 0, 0), min_coverage=1.0)["g"].tolist()[0] == 1.0


def test_means_by_hand() -> None:
    x = table([2.0, 9], [8.0, NAN])
    weights = flat(1, 3)
    assert aggregate(x, weights)["g"].tolist() == pytest.approx([6.5, 9.0])
    assert aggregate(x, weights, method="geometric")["g"].tolist() == pytest.approx([2**0.25 * 8**0.75, 9.0])
    assert aggregate(x, weights, method="harmonic")["g"].tolist() == pytest.approx([4 / (1 / 2 + 3 / 8), 9.0])
    half = ((2**0.5 + 3 * 8**0.5) / 4) ** 2
    assert aggregate(x, weights, method="generalised_mean")["g"].tolist() == pytest.approx([half, 9.0])
    square = ((4 + 3 * 64) / 4) ** 0.5
    assert aggregate(x, weights, method="generalised_mean", power=2)["g"].tolist() == pytest.approx([square, 9.0])


def test_copeland_by_hand() -> None:
    # a (weight 2) and b (1). AT31 beats BE10 and FI1D through a; BE10 and FI1D: a is equal (1 : 1), b decides for FI1D.
    # ITC1 knows a alone: it beats all three there.
    x = table([5.0, 3, 3, 9], [1.0, 2, 4, NAN])
    found = aggregate(x, flat(2, 1), method="copeland")["g"]
    assert found.tolist() == [1.0, -3.0, -1.0, 3.0]
    assert found.sum() == 0


def test_copeland_of_four_with_a_tie_and_an_unknown_cell() -> None:
    # Weights 1, 1, 2. AT31 : BE10 = 1 + 1 : 2, a draw. AT31 : FI1D = 1 : 1 + 2, lost (a is equal, c decides, b is
    # ahead). AT31 : ITC1 = 1 + 2 : 1, won. BE10 : FI1D, c is unknown for neither: 0 : 1 + 1 + 2, lost. BE10 : ITC1
    # through a and b, lost, and c, won: 2 : 2, a draw. FI1D : ITC1 = 2 : 1 (a is equal), won.
    x = table([5.0, 3, 5, 5], [4.0, 1, 3, 9], [2.0, 3, 4, 1])
    found = aggregate(x, flat(1, 1, 2), method="copeland")["g"]
    assert found.tolist() == [0.0, -1.0, 3.0, -2.0]
    # c of FI1D unknown: it draws with AT31 no more (b: lost 0 : 1), still beats BE10 (2 : 0), loses to ITC1 (b: 0 : 1).
    x.loc["FI1D", "c"] = NAN
    assert aggregate(x, flat(1, 1, 2), method="copeland")["g"].tolist() == [2.0, -1.0, -1.0, 0.0]


@pytest.mark.parametrize("seed", range(5))
def test_copeland_in_exact_fractions_gives_the_same(seed: int) -> None:
    random = np.random.default_rng(seed)
    weights = random.integers(1, 5, 6)
    x = pd.DataFrame(random.integers(0, 6, (15, 6)), columns=list("abcdef"), dtype=float)
    x = x.mask(random.random(x.shape) < 0.15)

    def won(own: pd.Series, other: pd.Series) -> int:
        margin = sum(
            Fraction(int(w), int(weights.sum())) * (int(p > q) - int(p < q))
            for w, p, q in zip(weights, own, other, strict=True)
        )
        return (margin > 0) - (margin < 0)

    expected = [sum(won(own, other) for _, other in x.iterrows()) for _, own in x.iterrows()]
    assert aggregate(x, flat(*weights / 3), method="copeland")["g"].tolist() == expected


def test_copeland_ties_count_for_nobody() -> None:
    x = table([5.0, 3, NAN], [3.0, 5, NAN])
    found = aggregate(x, flat(1, 1), method="copeland")["g"]
    assert found.tolist()[:2] == [0.0, 0.0]
    assert np.isnan(found.iloc[2])
    decimal = table([5.0, 3], [3.0, 5], [3.0, 5])
    # 0.3 against 0.1 + 0.2: equal, whatever the last bit says.
    assert aggregate(decimal, flat(0.3, 0.1, 0.2), method="copeland")["g"].tolist() == [0.0, 0.0]


def test_parts_of_weight_zero_take_no_part_in_any_method() -> None:
    x, alone = table([10.0, 20, NAN, 5], [90.0, 1, 50, NAN]), table([10.0, 20, NAN, 5])
    for method in METHODS:
        found = aggregate(x, flat(1, 0), method=method)["g"]
        pd.testing.assert_series_equal(found, aggregate(alone, flat(1), method=method)["g"])


@pytest.mark.parametrize("method", METHODS)
def test_sets_of_weights_at_once_give_what_one_at_a_time_gives(method: str) -> None:
    random = np.random.default_rng(7)
    parts = np.where(random.random((9, 3)) < 0.2, NAN, random.uniform(1, 100, (9, 3)))
    weights = np.array([[1.0, 2, 3], [1, 0, 1], [0, 0, 0], [0, 0, 2]])
    layers = random.uniform(1, 100, (4, 9, 3))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = combine(parts, weights, method, 0.5)
        deep = combine(layers, weights, method, 0.5)
    assert np.isnan(found[2]).all()  # nothing weighs anything: no score, and no division by zero
    for number in (0, 1, 3):
        weigh_on = weights[number] > 0
        alone = combine(parts[:, weigh_on], weights[[number]][:, weigh_on], method, 0.5)[0]
        np.testing.assert_allclose(found[number], alone)
        np.testing.assert_allclose(deep[number], combine(layers[number], weights[[number]], method, 0.5)[0])


VALUES = st.lists(st.tuples(*[st.integers(1, 100).map(float)] * 3), min_size=2, max_size=8)


@settings(max_examples=20, deadline=None)
@given(VALUES, st.tuples(*[st.integers(1, 9).map(float)] * 3))
def test_the_more_a_mean_forgives_the_higher_it_is(values: list[tuple], weights: tuple) -> None:
    x, framework = pd.DataFrame(values, columns=list("abc")), flat(*weights)
    scores = [
        aggregate(x, framework, method=method)["g"]
        for method in ("harmonic", "geometric", "generalised_mean", "arithmetic")
    ]
    for low, high in zip([x.min(axis=1), *scores], [*scores, x.max(axis=1)], strict=True):
        assert (low <= high + 1e-9).all()
    for power, score in ((-1, scores[0]), (1e-6, scores[1]), (1, scores[3])):
        found = aggregate(x, framework, method="generalised_mean", power=power)["g"]
        np.testing.assert_allclose(found, score, rtol=1e-3 if power == 1e-6 else 1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_order_of_rows_unit_of_weights_and_the_caller(method: str) -> None:
    x = pd.DataFrame(np.random.default_rng(3).uniform(1, 100, (6, 3)), columns=list("abc"), index=list("uvwxyz"))
    x.iloc[1, 1] = NAN
    before = x.copy()
    found = aggregate(x, flat(1, 2, 3), method=method)
    pd.testing.assert_frame_equal(x, before)
    pd.testing.assert_frame_equal(aggregate(x.iloc[::-1], flat(1, 2, 3), method=method).iloc[::-1], found)
    pd.testing.assert_frame_equal(aggregate(x[["c", "a", "b"]], flat(10, 20, 30), method=method), found)


def tree() -> Framework:
    rows = [
        ("all", "index", "", None), ("d", "dimension", "all", None), ("e", "dimension", "all", None),
        ("s", "sub-dimension", "d", None), ("t", "sub-dimension", "d", None), ("empty", "sub-dimension", "e", None),
        ("u", "sub-dimension", "e", None), ("a", "indicator", "s", 1), ("b", "indicator", "s", 1),
        ("c", "indicator", "t", 1), ("f", "indicator", "u", 1),
    ]  # fmt: skip
    return check_framework(pd.DataFrame(rows, columns=["code", "level", "parent", "direction"]))


def test_an_empty_part_counts_for_nobody() -> None:
    x = pd.DataFrame({"a": [10.0], "b": [30.0], "c": [60.0], "f": [50.0]}, index=["AT31"])
    found = aggregate(x, tree(), min_coverage=1.0).loc["AT31"]
    assert np.isnan(found["empty"])
    assert found[["s", "t", "d", "e", "all"]].tolist() == [20.0, 60.0, 40.0, 50.0, 45.0]


def test_methods_and_thresholds_by_level() -> None:
    x = pd.DataFrame({"a": [10.0, 10], "b": [30.0, NAN], "c": [80.0, 80], "f": [40.0, 40]}, index=["AT31", "BE10"])
    found = aggregate(x, tree(), method={"dimension": "geometric"}, min_coverage={"sub-dimension": 1.0})
    assert found.loc["AT31", "d"] == pytest.approx(40.0)  # the square root of 20 · 80
    assert found.loc["AT31", "all"] == pytest.approx(40.0)
    assert np.isnan(found.loc["BE10", "s"])
    assert found.loc["BE10", "d"] == pytest.approx(80.0)
    with pytest.raises(ParamError, match=r"method names the level 'dimensions'\.[^$]*index, dimension, sub-dimension"):
        aggregate(x, tree(), method={"dimensions": "geometric"})


@pytest.mark.parametrize("seed", range(5))
def test_a_slow_loop_over_random_trees_gives_the_same(seed: int) -> None:
    random = np.random.default_rng(seed)
    rows = [("all", "index", "", None, 1.0)]
    rows += [(f"d{n}", "dimension", "all", None, random.random() + 0.1) for n in range(3)]
    rows += [(f"s{n}", "sub-dimension", f"d{n % 3}", None, random.random() + 0.1) for n in range(6)]
    rows += [(f"i{n}", "indicator", f"s{random.integers(6)}", 1, random.random()) for n in range(15)]
    framework = check_framework(pd.DataFrame(rows, columns=["code", "level", "parent", "direction", "weight"]))
    x = pd.DataFrame(random.uniform(1, 100, (12, 15)), columns=framework.indicators)
    x = x.mask(random.random(x.shape) < 0.3)
    before = x.copy()
    found = aggregate(x, framework, method="geometric", min_coverage=0.5)
    pd.testing.assert_frame_equal(x, before)

    def slow(code: str, row: pd.Series) -> float:
        if code in row:
            return row[code]
        children = [child for child in framework.children(code) if framework.leaves(child)]
        parts = [(slow(child, row), framework.table.loc[child, "weight"]) for child in children]
        known = [(value, weight) for value, weight in parts if not np.isnan(value)]
        if not known or len(known) < 0.5 * len(children):
            return NAN
        return float(np.exp(sum(w * np.log(v) for v, w in known) / sum(w for _, w in known)))

    for code in framework.groups:
        np.testing.assert_allclose(found[code], [slow(code, row) for _, row in x.iterrows()], rtol=1e-12)


@pytest.mark.parametrize("method", ["geometric", "harmonic"])
def test_values_that_a_mean_cannot_take_are_refused(method: str) -> None:
    text = rf"The {method} score of g meets values that are not above 0 in b\.[^$]*scale=\(1, 100\)"
    with pytest.raises(ContractError, match=text):
        aggregate(table([1.0, 2], [0.0, 3]), flat(1, 1), method=method)


def test_a_generalised_mean_of_negative_values_is_refused() -> None:
    x = table([-1.0, 2], [3.0, 4])
    text = r"The generalised mean score of g meets values that are below 0 in a\.[^$]*normalise to a positive scale"
    for power in (0.5, 2):
        with pytest.raises(ContractError, match=text):
            aggregate(x, flat(1, 1), method="generalised_mean", power=power)
    assert aggregate(x, flat(1, 1), method="generalised_mean", power=1)["g"].tolist() == [1.0, 3.0]
    assert aggregate(x + 1, flat(1, 1), method="generalised_mean")["g"].tolist()[0] == 1.0  # (0 + 2) / 2, squared
    with pytest.raises(ContractError, match=r"meets values that are not above 0 in a\."):
        aggregate(x + 1, flat(1, 1), method="generalised_mean", power=-1)
    with pytest.raises(ContractError, match=r"benefit of the doubt score of g meets values that are below 0 in a\."):
        aggregate(x, flat(1, 1), method="benefit_of_the_doubt")
    assert aggregate(x + 1, flat(1, 1), method="benefit_of_the_doubt")["g"].tolist() == pytest.approx([80.0, 100.0])


def test_wrong_options_are_refused() -> None:
    x = table([1.0, 2], [3.0, 4])
    with pytest.raises(ParamError, match=r"method of group is 'geometrical'\.[^$]*did you mean geometric\?"):
        aggregate(x, flat(1, 1), method="geometrical")
    with pytest.raises(ParamError, match=r"min_coverage of group is 1\.5\."):
        aggregate(x, flat(1, 1), min_coverage=1.5)
    for power in (0, 1000, NAN, "2"):
        with pytest.raises(ParamError, match=rf"power is {power!r}\."):
            aggregate(x, flat(1, 1), method="generalised_mean", power=power)
    with pytest.raises(ContractError, match=r"has no column for c\."):
        aggregate(x, flat(1, 1, 1))


def test_benefit_of_the_doubt_by_hand() -> None:
    # Each region takes the part in which it is best; the third lies under the line between the two.
    x = pd.DataFrame({"a": [100.0, 20, 40], "b": [10.0, 80, 30]}, index=REGIONS[:3])
    found = benefit_of_the_doubt(x)
    # On the line w_a·100 + w_b·10 = 1 and w_a·20 + w_b·80 = 1: w_a = 0.7/78, w_b = 0.8/78.
    assert found.scores.tolist() == pytest.approx([100.0, 100.0, 100 * (40 * 0.7 + 30 * 0.8) / 78])
    assert found.weights.loc["FI1D"].tolist() == pytest.approx([70 / 78, 80 / 78])


def test_shares_bound_the_benefit_and_unknown_parts_take_no_part() -> None:
    x = pd.DataFrame({"a": [100.0, 50, 60], "b": [0.0, 50, NAN]}, index=REGIONS[:3])
    free, half = benefit_of_the_doubt(x), benefit_of_the_doubt(x, min_share=0.5, max_share=0.5)
    assert free.scores.tolist() == pytest.approx([100.0, 100.0, 60.0])
    assert half.scores["BE10"] <= free.scores["BE10"]
    own = (half.weights.loc["BE10"] * x.loc["BE10"]).tolist()
    assert own[0] == pytest.approx(own[1])
    with pytest.raises(ContractError, match=r"Parts hold values below 0: a, b\."):
        benefit_of_the_doubt(x - 60)
    with pytest.raises(ParamError, match=r"max_share is 0\.2\.[^$]*from 0\.4 to 1"):
        benefit_of_the_doubt(x, min_share=0.4, max_share=0.2)


def test_benefit_of_the_doubt_of_two_by_two() -> None:
    # BE10 is ahead in both parts: 3/4 in a, 1/2 in b. AT31 puts all weight on a, and has 75.
    x = pd.DataFrame({"a": [3.0, 4], "b": [1.0, 2]}, index=REGIONS[:2])
    found = benefit_of_the_doubt(x)
    assert found.scores.tolist() == pytest.approx([75.0, 100.0])
    assert found.weights.loc["AT31"].tolist() == pytest.approx([25.0, 0.0])
    # Half of its score s from each: w_a = s/6, w_b = s/2; BE10 allows 4 s/6 + 2 s/2 = 1, so s = 3/5.
    half = benefit_of_the_doubt(x, min_share=0.5, max_share=0.5)
    assert half.scores["AT31"] == pytest.approx(60.0)
    assert half.weights.loc["AT31"].tolist() == pytest.approx([10.0, 30.0])
    # At least a fifth from each: w_a = 4 s/15, w_b = s/5, 16 s/15 + 2 s/5 = 1, so s = 15/22.
    assert benefit_of_the_doubt(x, min_share=0.2).scores["AT31"] == pytest.approx(1500 / 22)
    assert benefit_of_the_doubt(x, max_share=0.8).scores["AT31"] == pytest.approx(1500 / 22)


def test_no_weights_is_no_score_but_nothing_scored_is_zero() -> None:
    x = pd.DataFrame({"a": [100.0, 50, 0, NAN], "b": [50.0, NAN, 0, NAN]}, index=REGIONS)
    assert benefit_of_the_doubt(x).scores.round(9).tolist()[:3] == [100.0, 50.0, 0.0]
    assert np.isnan(benefit_of_the_doubt(x).scores["ITC1"])
    # One part known: its share is all, more than allowed. Three parts cannot have half each.
    most = benefit_of_the_doubt(x, max_share=0.8)
    assert most.scores.isna().tolist() == [False, True, False, True]
    thirds = benefit_of_the_doubt(x.assign(c=1.0), min_share=0.5).scores
    assert thirds.isna().tolist() == [True, False, True, False]  # of two known parts each can have half


@pytest.mark.parametrize("shares", [(0.0, 1.0), (0.2, 0.6)])
def test_no_other_weights_do_better_than_the_benefit_of_the_doubt(shares: tuple[float, float]) -> None:
    x = pd.DataFrame(np.random.default_rng(5).uniform(1, 100, (6, 3)), columns=list("abc"))
    found = benefit_of_the_doubt(x, min_share=shares[0], max_share=shares[1])
    steps = np.linspace(0, 1, 51)
    for region, own in x.iterrows():
        best = 0.0
        for first, second in product(steps, steps):
            share = np.array([first, second, 1 - first - second])
            if (share >= shares[0] - 1e-9).all() and (share <= shares[1] + 1e-9).all():
                best = max(best, 100 / (x.to_numpy() @ (share / own.to_numpy())).max())
        assert best <= found.scores[region] + 1e-6
        assert best == pytest.approx(found.scores[region], rel=0.05)  # the grid is coarse
    assert found.scores.max() == pytest.approx(100.0)


def test_squared_loadings_are_weights() -> None:
    # b is twice a, c is apart: the first component is a and b in equal parts.
    x = pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [2.0, 4, 6, 8], "c": [1.0, -1, -1, 1]})
    assert principal_weights(x).tolist() == pytest.approx([0.5, 0.5, 0.0], abs=1e-12)
    assert principal_weights(x[["a", "b"]]).tolist() == [0.5, 0.5]
    # b = a + c, a and c uncorrelated and alike in spread: correlations r = 1/√2, r and 0; the first axis is
    # (1, √2, 1)/2 with variance 1 + √2 r = 2.
    chain = pd.DataFrame({"a": [1.0, 1, -1, -1], "b": [2.0, 0, 0, -2], "c": [1.0, -1, 1, -1]})
    assert principal_weights(chain).tolist() == pytest.approx([0.25, 0.5, 0.25])
    assert principal_weights(-chain * [1, 10, 100]).tolist() == pytest.approx([0.25, 0.5, 0.25])
    weighed = weigh(x, flat(1, 2, 3), method="pca").table["weight"]
    assert weighed[["a", "b", "c"]].tolist() == pytest.approx([0.5, 0.5, 0.0], abs=1e-12)
    assert weigh(x, flat(1, 2, 3), method="equal").table["weight"].tolist() == [1.0] * 4
    assert weigh(x, flat(1, 2, 3)).table["weight"].tolist() == [1.0, 1.0, 2.0, 3.0]


def test_without_a_first_axis_all_weigh_the_same() -> None:
    # Three indicators that have nothing in common: any axis is as good, and the order of columns must not choose.
    signs = pd.DataFrame(list(product([1.0, -1], repeat=3)), columns=list("abc"))
    assert principal_weights(signs).tolist() == pytest.approx([1 / 3] * 3)
    assert principal_weights(signs.assign(c=4.0)).tolist() == pytest.approx([1 / 3] * 3)
    # Two regions always lie on a line: their correlation of 1 or -1 says nothing.
    chain = pd.DataFrame({"a": [1.0, 1, -1, -1], "b": [2.0, 0, 0, -2], "c": [1.0, -1, 1, -1]})
    assert principal_weights(chain.assign(c=chain["c"].where(chain.index > 0))).tolist() != [1 / 3] * 3
    assert principal_weights(chain.assign(c=chain["c"].where(chain.index > 1))).tolist() == [1 / 3] * 3
    with pytest.raises(ParamError, match=r"method is 'pcs'\.[^$]*did you mean pca\?"):
        weigh(signs, flat(1, 1, 1), method="pcs")
