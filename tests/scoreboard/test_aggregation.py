"""Means of what is known, wins against every other region, and weights from the data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterkit.data.frameworks import Framework, check_framework
from clusterkit.errors import ContractError, ParamError
from clusterkit.scoreboard import aggregate, benefit_of_the_doubt, principal_weights, weigh

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


def test_copeland_ties_count_for_nobody() -> None:
    x = table([5.0, 3, NAN], [3.0, 5, NAN])
    found = aggregate(x, flat(1, 1), method="copeland")["g"]
    assert found.tolist()[:2] == [0.0, 0.0]
    assert np.isnan(found.iloc[2])
    decimal = table([5.0, 3], [3.0, 5], [3.0, 5])
    # 0.3 against 0.1 + 0.2: equal, whatever the last bit says.
    assert aggregate(decimal, flat(0.3, 0.1, 0.2), method="copeland")["g"].tolist() == [0.0, 0.0]


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


def test_wrong_options_are_refused() -> None:
    x = table([1.0, 2], [3.0, 4])
    with pytest.raises(ParamError, match=r"method of group is 'geometrical'\.[^$]*did you mean geometric\?"):
        aggregate(x, flat(1, 1), method="geometrical")
    with pytest.raises(ParamError, match=r"min_coverage of group is 1\.5\."):
        aggregate(x, flat(1, 1), min_coverage=1.5)
    with pytest.raises(ParamError, match=r"power is 0\."):
        aggregate(x, flat(1, 1), method="generalised_mean", power=0)
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


def test_squared_loadings_are_weights() -> None:
    # b is twice a, c is apart: the first component is a and b in equal parts.
    x = pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [2.0, 4, 6, 8], "c": [1.0, -1, -1, 1]})
    assert principal_weights(x).tolist() == pytest.approx([0.5, 0.5, 0.0], abs=1e-12)
    assert principal_weights(x[["a", "b"]]).tolist() == [0.5, 0.5]
    weighed = weigh(x, flat(1, 2, 3), method="pca").table["weight"]
    assert weighed[["a", "b", "c"]].tolist() == pytest.approx([0.5, 0.5, 0.0], abs=1e-12)
    assert weigh(x, flat(1, 2, 3), method="equal").table["weight"].tolist() == [1.0] * 4
    assert weigh(x, flat(1, 2, 3)).table["weight"].tolist() == [1.0, 1.0, 2.0, 3.0]
