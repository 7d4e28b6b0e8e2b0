"""What the data say of a framework: alpha, axes, correlations, flags, and what leaving a part out changes."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from clusterkit.data.frameworks import Framework, check_framework
from clusterkit.errors import ParamError
from clusterkit.scoreboard import Scoreboard, audit, cronbach_alpha, principal_axes, removals


def framework() -> Framework:
    rows = [
        ("all", "index", "", None),
        ("d", "dimension", "all", None),
        ("e", "dimension", "all", None),
        ("s", "sub-dimension", "d", None),
        ("t", "sub-dimension", "e", None),
        *((code, "indicator", "s", 1) for code in ("one", "same", "other")),
        *((code, "indicator", "t", 1) for code in ("up", "higher", "down", "noise", "echo")),
    ]
    return check_framework(pd.DataFrame(rows, columns=["code", "level", "parent", "direction"]))


def board() -> Scoreboard:
    random = np.random.default_rng(2)
    common, noise = random.normal(size=(2, 60))
    table = pd.DataFrame(
        {
            "one": common,
            "same": common + 0.01 * random.normal(size=60),
            "other": common + random.normal(size=60),
            "up": common,
            "higher": common + 0.5 * random.normal(size=60),
            "down": -2 * common + 0.2 * random.normal(size=60),
            "noise": noise,
            "echo": noise + 0.3 * random.normal(size=60),
        },
        index=[f"R{n:02}" for n in range(60)],
    )
    table.loc["R00":"R24", "other"] = np.nan
    return Scoreboard.build(table, framework())


def test_alpha_by_hand() -> None:
    # Variances 5/3 and 5/3; the sums 3, 3, 7, 7 have 16/3: 2 (1 - (10/3) / (16/3)) = 3/4.
    x = pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [2.0, 1, 4, 3]})
    assert cronbach_alpha(x) == pytest.approx(0.75)
    assert cronbach_alpha(pd.DataFrame({"a": [1.0, 2, 3], "b": [1.0, 2, 3]})) == pytest.approx(1.0)


def test_alpha_takes_complete_regions_and_knows_when_it_cannot_be_told() -> None:
    x = pd.DataFrame({"a": [1.0, 2, 3, 4, 99], "b": [2.0, 1, 4, 3, np.nan]})
    assert cronbach_alpha(x) == pytest.approx(0.75)
    assert np.isnan(cronbach_alpha(x[["a"]]))
    assert np.isnan(cronbach_alpha(x.iloc[:2]))
    assert np.isnan(cronbach_alpha(pd.DataFrame({"a": [1.0, 2, 3], "b": [3.0, 2, 1]})))


def test_a_sum_that_varies_by_rounding_alone_has_no_alpha() -> None:
    one, other = np.random.default_rng(0).uniform(0, 100, (2, 30))
    against = pd.DataFrame({"a": one, "b": other, "c": 33.3 - one - other})
    sums = against.to_numpy().sum(axis=1)
    assert sums.min() < sums.max()  # in the last bits
    assert np.isnan(cronbach_alpha(against))


def test_axes_by_hand() -> None:
    # Two indicators with correlation r have the eigenvalues 1 + r and 1 - r.
    x = pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [2.0, 1, 4, 3]})
    assert principal_axes(x).tolist() == pytest.approx([(1 + 0.6) / 2, (1 - 0.6) / 2])
    # b = a + c with a and c uncorrelated and alike in spread: correlations r = 1/√2, r and 0, eigenvalues 1 + √2 r = 2,
    # 1 and 1 - √2 r = 0.
    chain = pd.DataFrame({"a": [1.0, 1, -1, -1], "b": [2.0, 0, 0, -2], "c": [1.0, -1, 1, -1]})
    assert principal_axes(chain * [1, 10, -100]).tolist() == pytest.approx([2 / 3, 1 / 3, 0.0])
    assert principal_axes(x[["a"]]).size == 0
    assert principal_axes(x.assign(b=1.0)).size == 0


def test_flags_name_what_needs_a_look() -> None:
    found = audit(board())
    flags = set(zip(found.flags["part"], found.flags["flag"], strict=True))
    assert {("one", "redundant"), ("same", "redundant"), ("other", "thin")} <= flags
    assert ("down", "against its parent") in flags
    assert ("t", "low alpha") in flags
    assert ("t", "several axes") in flags
    assert not {flag for part, flag in flags if part == "s"}
    assert found.flags["meaning"].str.len().gt(10).all()


def test_tables_of_indicators_and_groups() -> None:
    found = audit(board())
    assert found.indicators.loc["one", "closest"] == "same"
    assert found.indicators.loc["one", "with_closest"] > 0.99
    assert found.indicators.loc["other", "coverage"] == pytest.approx(35 / 60)
    assert found.indicators.loc["down", "with_parent"] < 0 < found.indicators.loc["one", "with_top"]
    assert found.groups.loc["s", "n_parts"] == 3
    assert found.groups.loc["s", "first_axis"] > found.groups.loc["t", "first_axis"]
    assert found.groups.loc["all", "coverage"] == 1.0
    assert found.correlations.loc["one", "down"] < -0.9
    assert list(found.correlations) == board().framework.indicators


def test_correlations_by_another_way() -> None:
    made = board()
    found = audit(made)
    x, scores = made.normalised, made.scores
    pairs = [
        (found.indicators.loc["other", "with_parent"], x["other"], scores["s"]),
        (found.indicators.loc["noise", "with_top"], x["noise"], scores["all"]),
        (found.indicators.loc["noise", "with_closest"], x["noise"], x["echo"]),
        (found.correlations.loc["other", "up"], x["other"], x["up"]),
    ]
    for mine, one, other in pairs:
        both = one.notna() & other.notna()
        assert mine == pytest.approx(np.corrcoef(one[both], other[both])[0, 1])
    for part in ("s", "t"):
        for code in made.framework.children(part):
            near = {other: x[code].corr(x[other]) for other in made.framework.children(part) if other != code}
            assert found.indicators.loc[code, "closest"] == max(near, key=near.get)
            assert found.indicators.loc[code, "with_closest"] == pytest.approx(max(near.values()))
    eigenvalues = np.linalg.eigvalsh(np.corrcoef(x[["up", "higher", "down", "noise", "echo"]].T))
    assert found.groups.loc["t", "first_axis"] == pytest.approx(eigenvalues[-1] / 5)
    assert found.groups.loc["t", "n_axes"] == (eigenvalues > 1).sum() == 2


def test_flags_hold_at_their_thresholds() -> None:
    made = board()
    base = audit(made)
    at = base.indicators.loc["noise", "with_closest"]
    for redundant, is_flagged in ((at, True), (at + 1e-9, False)):
        flags = audit(made, redundant=redundant).flags
        assert ("noise" in set(flags.loc[flags["flag"] == "redundant", "part"])) == is_flagged
    for thin, is_flagged in ((35 / 60, False), (35 / 60 + 1e-9, True)):
        flags = audit(made, thin=thin).flags
        assert ("other" in set(flags.loc[flags["flag"] == "thin", "part"])) == is_flagged
    with pytest.raises(ParamError, match=r"(?s)2 problems:.*thin is 2\..*from 0 to 1.*against is -3\."):
        audit(made, thin=2, against=-3)


def test_an_empty_part_and_an_indicator_that_screening_leaves_constant_are_no_trouble() -> None:
    rows = [
        ("all", "index", "", None), ("g", "dimension", "all", None), ("none", "dimension", "all", None),
        ("a", "indicator", "g", 1), ("b", "indicator", "g", 1), ("c", "indicator", "g", 1),
    ]  # fmt: skip
    tree = check_framework(
        pd.DataFrame(rows, columns=["code", "level", "parent", "direction"]), levels=["index", "dimension", "indicator"]
    )
    x = pd.DataFrame({"a": [1.0, 2, 3, 5, 9], "b": [1.0, 3, 2, 4, np.nan], "c": [7.0, 7, 7, 7, 8]})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for method in ("minmax", "rank"):
            found = audit(Scoreboard.build(x, tree, screen={"min_region": 1.0}, normalise={"method": method}))
            assert np.isnan(found.indicators.loc["c", "with_parent"])
            assert found.groups.loc["none", ["n_parts", "coverage", "n_axes"]].tolist() == [0, 0, 0]
            assert np.isnan(found.groups.loc["none", "alpha"])


def test_thresholds_are_parameters() -> None:
    strict = audit(board(), thin=0.0, redundant=1.0, against=-1.0, least_alpha=0.0)
    assert set(strict.flags["flag"]) <= {"several axes", "low alpha", "skewed"}


def test_what_an_element_changes_is_what_a_build_without_it_changes() -> None:
    made = board()
    table = removals(made, ["noise", "t", "one"], part="all")
    before, after = made.ranks["all"], made.without(["noise"]).ranks["all"]
    assert table.loc["noise", "mean_shift"] == pytest.approx((before - after).abs().mean())
    assert table.loc["noise", "largest_shift"] == (before - after).abs().max()
    assert table.loc["t", "n_ranked"] == 60
    assert table.loc["t", "mean_shift"] > table.loc["one", "mean_shift"]
    nothing = removals(made, ["s"], part="d")
    assert nothing.loc["s", "n_ranked"] == 0
    assert np.isnan(nothing.loc["s", "mean_shift"])


@pytest.mark.parametrize("code", ["one", "other", "down", "noise", "s", "t", "d"])
def test_removals_are_plain_builds_without_the_element(code: str) -> None:
    made = board()
    found = removals(made, [code], part="all").loc[code]
    tree = framework().without([code])
    anew = Scoreboard.build(made.values, tree).ranks["all"]
    shift = (made.ranks["all"] - anew).abs()
    assert found["mean_shift"] == pytest.approx(shift.mean())
    assert found["largest_shift"] == shift.max()
    assert found["spearman"] == pytest.approx(spearmanr(made.ranks["all"], anew).statistic)
    assert "all" in made.scores  # and the board is as it was
    assert list(made.framework.indicators) == list(framework().indicators)


def small(rows: list[list[float]], index: object = None) -> Scoreboard:
    """Figures from 0 to 4 of a, b and c in one part."""
    table = [("g", "group", "", None), *((code, "indicator", "g", 1) for code in "abc")]
    tree = check_framework(
        pd.DataFrame(table, columns=["code", "level", "parent", "direction"]), levels=["group", "indicator"]
    )
    return Scoreboard.build(pd.DataFrame(rows, columns=list("abc"), index=index, dtype=float), tree)


def test_shifts_are_places_also_where_regions_share_one() -> None:
    # Sums 12, 6, 6, 0: places 1, 2, 2, 4. Without c: 8, 3, 4, 0: places 1, 3, 2, 4: one region moves, by one place.
    made = small([[4, 4, 4], [2, 1, 3], [1, 3, 2], [0, 0, 0]])
    assert made.ranks["g"].tolist() == [1, 2, 2, 4]
    found = removals(made, ["c"], part="g").loc["c"]
    assert (found["mean_shift"], found["largest_shift"], found["n_ranked"]) == (0.25, 1.0, 4)


def test_only_regions_with_both_ranks_are_placed() -> None:
    # The second region has c alone, and no score without it: the others are first and second before and after.
    made = small([[4, 3, 2], [np.nan, np.nan, 4], [1, 1, 0], [0, 0, 1]])
    assert made.ranks["g"].tolist() == [2, 1, 3, 4]
    found = removals(made, ["c"], part="g").loc["c"]
    assert (found["mean_shift"], found["largest_shift"], found["n_ranked"]) == (0.0, 0.0, 3)


def test_the_periods_of_a_panel_are_ranked_each_by_itself() -> None:
    index = pd.MultiIndex.from_product([[2012, 2017], ["AT31", "BE10", "FI1D"]])
    # Sums 0, 5, 4 and 12, 7, 9; without a 0, 3, 4 and 8, 6, 5: in both periods two regions change places.
    made = small([[0, 0, 0], [2, 2, 1], [0, 2, 2], [4, 4, 4], [1, 2, 4], [4, 2, 3]], index)
    found = removals(made, ["a"], part="g").loc["a"]
    assert found["mean_shift"] == pytest.approx(4 / 6)
    assert (found["largest_shift"], found["n_ranked"]) == (1.0, 6)


def test_unknown_elements_and_parts_are_told_at_once() -> None:
    with pytest.raises(ParamError) as caught:
        removals(board(), ["noises", "tt"], part="one")
    text = str(caught.value)
    assert "3 problems:" in text
    assert "has no part 'noises'." in text
    assert "did you mean noise?" in text
    assert "has no part 'tt'." in text
    assert "There is no part 'one'." in text
    assert "choose from s, t, d, e, all" in text
