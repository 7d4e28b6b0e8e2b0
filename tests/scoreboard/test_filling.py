"""Coverage, denominators and the filling of unknown figures: each by hand, each marked."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterkit.data.frameworks import check_framework
from clusterkit.errors import ContractError, ParamError
from clusterkit.scoreboard import coverage, denominate, impute, imputed_cells, screen
from clusterkit.scoreboard.imputation import _distances

NAN = float("nan")
REGIONS = ["DED2", "DED4", "FRB0", "FRE1", "SI03"]
X = pd.DataFrame({"a": [8.0, NAN, 12.0, 20.0, NAN], "b": [1.0, 2, 3, NAN, 5], "c": [NAN] * 5}, index=REGIONS)
COUNTRY = pd.Series(["DE", "DE", "FR", "FR", "SI"], index=REGIONS)


def test_nothing_is_filled_unless_asked_for() -> None:
    pd.testing.assert_frame_equal(impute(X), X)
    assert impute(X) is not X
    full = X[["a"]].dropna()
    assert impute(full, method="mean") is not full


def test_means_and_medians_of_all_and_of_groups() -> None:
    assert impute(X, method="mean")["a"].tolist() == pytest.approx([8, 40 / 3, 12, 20, 40 / 3])
    assert impute(X, method="median")["a"].tolist() == [8, 12, 12, 20, 12]
    by_group = impute(X, method="group_mean", groups=COUNTRY)
    assert by_group["a"].tolist()[:4] == [8, 8, 12, 20]
    assert np.isnan(by_group.loc["SI03", "a"])  # a group without any figure has no mean
    assert by_group.loc["FRE1", "b"] == 3
    assert impute(X, method="group_median", groups=COUNTRY).loc["DED4", "a"] == 8


def test_a_region_without_a_group_is_not_filled_from_one() -> None:
    some = COUNTRY.where(COUNTRY != "DE")
    found = impute(X, method="group_mean", groups=some)
    assert np.isnan(found.loc["DED4", "a"])
    assert found.loc["FRE1", "b"] == 3
    none = pd.Series([None] * 5, index=REGIONS, dtype=object)
    for method in ("group_mean", "group_median", "country"):
        pd.testing.assert_frame_equal(
            impute(X, method=method, groups=none, values=pd.DataFrame(columns=list("abc"))), X
        )


def test_figures_of_the_country_or_the_parent() -> None:
    above = pd.DataFrame({"a": [9.0, 90.0], "b": [0.5, NAN], "c": [NAN, NAN]}, index=["DE", "SI"])
    found = impute(X, method="country", groups=COUNTRY, values=above)
    assert found["a"].tolist() == [8, 9, 12, 20, 90]
    assert np.isnan(found.loc["FRE1", "b"])
    pd.testing.assert_frame_equal(found, impute(X, method="parent", groups=COUNTRY, values=above))


def test_the_nearest_neighbours_in_what_both_have() -> None:
    x = pd.DataFrame({"a": [1.0, 1.1, 9.0, 9.1, NAN], "b": [10.0, 20, 30, 40, 39]}, index=REGIONS)
    # In b, SI03 is nearest to FRE1, then to FRB0.
    assert impute(x, method="nearest", n_neighbours=1).loc["SI03", "a"] == pytest.approx(9.1)
    assert impute(x, method="nearest", n_neighbours=2).loc["SI03", "a"] == pytest.approx(9.05)
    empty = x.assign(c=NAN)
    empty.loc["DED2"] = NAN
    found = impute(empty, method="nearest", n_neighbours=2)
    assert found["c"].isna().all()
    assert found.loc["DED2"].isna().all()  # a region without a figure is like no other


def test_who_shares_nothing_with_anybody_has_no_neighbours() -> None:
    x = pd.DataFrame({"a": [NAN, 1.0, 2, 9], "b": [NAN, 3.0, 4, 5], "same": [7.0] * 4}, index=REGIONS[:4])
    assert impute(x, method="nearest", n_neighbours=1).loc["DED2", ["a", "b"]].isna().all()
    # FRB0 shares b with DED4 and nothing with DED2: its a is that of DED4, though two neighbours are allowed.
    apart = pd.DataFrame({"a": [1.0, 2, NAN, NAN], "b": [NAN, 5, 5, 6]}, index=REGIONS[:4])
    found = impute(apart, method="nearest", n_neighbours=2)
    assert found.loc["FRB0", "a"] == 2


@pytest.mark.parametrize("seed", range(3))
def test_the_nearest_neighbours_by_a_slow_loop(seed: int) -> None:
    random = np.random.default_rng(seed)
    x = pd.DataFrame(random.normal(size=(12, 4)) * [1, 10, 100, 1000], columns=list("abcd"))
    x = x.mask(random.random(x.shape) < 0.3)
    standard = ((x - x.mean()) / x.std(ddof=0)).to_numpy()
    expected = x.copy()
    for row, column in zip(*np.where(x.isna()), strict=True):
        donors = []
        for other in range(len(x)):
            shared = ~np.isnan(standard[row]) & ~np.isnan(standard[other])
            if shared.any() and not np.isnan(standard[other, column]):
                square = ((standard[row] - standard[other])[shared] ** 2).sum() * 4 / shared.sum()
                donors.append((square, x.iloc[other, column]))
        if donors:
            expected.iloc[row, column] = np.mean([value for _, value in sorted(donors)[:3]])
    pd.testing.assert_frame_equal(impute(x, method="nearest", n_neighbours=3), expected)


@pytest.mark.parametrize("method", ["mean", "median", "group_mean", "nearest"])
def test_known_figures_stay_filled_ones_are_marked_and_the_table_is_not_changed(method: str) -> None:
    before = X.copy()
    found = impute(X, method=method, groups=COUNTRY)
    pd.testing.assert_frame_equal(X, before)
    assert found.where(X.notna()).equals(X)
    assert imputed_cells(X, found).equals(X.isna() & found.notna())
    assert found["c"].isna().all()


def test_what_a_method_needs_and_does_not_get_is_told_at_once() -> None:
    with pytest.raises(ParamError, match=r"(?s)2 problems:.*'country' needs groups.*'country' needs values"):
        impute(X, method="country")
    with pytest.raises(ParamError, match=r"1 regions have no entry in groups, for instance SI03\."):
        impute(X, method="group_mean", groups=COUNTRY.iloc[:4])
    with pytest.raises(ParamError, match=r"values has no column b, c\."):
        impute(X, method="country", groups=COUNTRY, values=pd.DataFrame({"a": [1.0]}, index=["DE"]))
    with pytest.raises(ParamError, match=r"method is 'knn'\."):
        impute(X, method="knn")
    with pytest.raises(ParamError, match=r"n_neighbours is 6\.[^$]*a whole number from 1 to 5"):
        impute(X, method="nearest", n_neighbours=6)


def test_a_region_or_country_that_stands_twice_is_refused() -> None:
    twice = pd.concat([COUNTRY, pd.Series({"SI03": "IT"})])
    with pytest.raises(ParamError, match=r"SI03 stands twice in groups\.[^$]*give each region one group"):
        impute(X, method="group_mean", groups=twice)
    above = pd.DataFrame({"a": [1.0, 2], "b": [1.0, 2], "c": [1.0, 2]}, index=["DE", "DE"])
    with pytest.raises(ContractError, match=r"The table of countries or parents has a row twice: DE\."):
        impute(X, method="country", groups=COUNTRY, values=above)
    text = above.iloc[:1].assign(a="about nine")
    with pytest.raises(
        ContractError, match=r"The table of countries or parents holds cells that are no numbers in a\."
    ):
        impute(X, method="country", groups=COUNTRY, values=text)


def test_coverage_by_region_and_indicator() -> None:
    by_region, by_indicator = coverage(X)
    assert by_region.tolist() == pytest.approx([2 / 3, 1 / 3, 2 / 3, 1 / 3, 1 / 3])
    assert by_indicator.tolist() == pytest.approx([0.6, 0.8, 0.0])


def test_indicators_are_screened_before_regions_and_equality_passes() -> None:
    found = screen(X, min_indicator=0.6, min_region=0.5)
    assert list(found) == ["a", "b"]
    assert list(found.index) == REGIONS
    assert list(screen(X, min_indicator=0.6, min_region=0.51).index) == ["DED2", "FRB0"]
    assert list(screen(X, min_indicator=0.61)) == ["b"]
    with pytest.raises(ParamError, match=r"min_region is 2\."):
        screen(X, min_region=2)
    with pytest.raises(ParamError, match=r"min_indicator is nan\.[^$]*a number from 0 to 1"):
        screen(X, min_indicator=NAN)


def test_two_thirds_pass_two_thirds_and_the_table_is_not_changed() -> None:
    before = X.copy()
    assert list(screen(X, min_region=2 / 3).index) == ["DED2", "FRB0"]
    three = pd.DataFrame({"a": [1.0, NAN, 3], "b": [1.0, NAN, NAN]}, index=REGIONS[:3])
    assert list(screen(three, min_indicator=2 / 3)) == ["a"]
    pd.testing.assert_frame_equal(screen(X), X)
    pd.testing.assert_frame_equal(X, before)


def test_amounts_are_divided_and_rates_are_not() -> None:
    rows = [("g", "group", "", None, ""), ("a", "indicator", "g", 1, "people"), ("b", "indicator", "g", 1, "")]
    table = pd.DataFrame(rows, columns=["code", "level", "parent", "direction", "denominator"])
    framework = check_framework(table, levels=["group", "indicator"])
    people = pd.DataFrame({"people": [2.0, 1, 0, NAN, 1]}, index=REGIONS)
    found = denominate(X, people, framework)
    assert found["a"].tolist()[0] == 4.0
    assert found["a"].isna().tolist() == [False, True, True, True, True]  # by zero, by unknown
    assert found["b"].equals(X["b"])
    assert list(found) == list(X)
    assert X["a"].tolist()[0] == 8.0
    # Rows are matched by name.
    turned = people.iloc[::-1]
    assert denominate(X, turned, framework).equals(found)
    rates = framework.without(["a"])
    assert denominate(X, None, rates).equals(X)
    assert denominate(X, None, rates) is not X
    with pytest.raises(ParamError, match=r"The denominator 'people' of a is not in the table of denominators\."):
        denominate(X, None, framework)
    with pytest.raises(ParamError, match=r"1 regions have no row in denominators, for instance SI03\."):
        denominate(X, people.iloc[:4], framework)


@pytest.mark.parametrize("share_unknown", [0.0, 0.1, 0.8])
def test_distances_are_those_of_scikit_learn_to_the_last_bit(share_unknown: float) -> None:
    from sklearn.metrics.pairwise import nan_euclidean_distances

    random = np.random.default_rng(3)
    x = random.normal(size=(60, 12))
    x[random.random(x.shape) < share_unknown] = NAN
    assert np.array_equal(_distances(x[:20], x), nan_euclidean_distances(x[:20], x), equal_nan=True)
