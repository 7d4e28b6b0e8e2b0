"""Coverage, denominators and the filling of unknown figures: each by hand, each marked."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterkit.data.frameworks import check_framework
from clusterkit.errors import ParamError
from clusterkit.scoreboard import coverage, denominate, impute, imputed_cells, screen

NAN = float("nan")
REGIONS = ["DED2", "DED4", "FRB0", "FRE1", "SI03"]
X = pd.DataFrame({"a": [8.0, NAN, 12.0, 20.0, NAN], "b": [1.0, 2, 3, NAN, 5], "c": [NAN] * 5}, index=REGIONS)
COUNTRY = pd.Series(["DE", "DE", "FR", "FR", "SI"], index=REGIONS)


def test_nothing_is_filled_unless_asked_for() -> None:
    pd.testing.assert_frame_equal(impute(X), X)


def test_means_and_medians_of_all_and_of_groups() -> None:
    assert impute(X, method="mean")["a"].tolist() == pytest.approx([8, 40 / 3, 12, 20, 40 / 3])
    assert impute(X, method="median")["a"].tolist() == [8, 12, 12, 20, 12]
    by_group = impute(X, method="group_mean", groups=COUNTRY)
    assert by_group["a"].tolist()[:4] == [8, 8, 12, 20]
    assert np.isnan(by_group.loc["SI03", "a"])  # a group without any figure has no mean
    assert by_group.loc["FRE1", "b"] == 3
    assert impute(X, method="group_median", groups=COUNTRY).loc["DED4", "a"] == 8


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


def test_amounts_are_divided_and_rates_are_not() -> None:
    rows = [("g", "group", "", None, ""), ("a", "indicator", "g", 1, "people"), ("b", "indicator", "g", 1, "")]
    table = pd.DataFrame(rows, columns=["code", "level", "parent", "direction", "denominator"])
    framework = check_framework(table, levels=["group", "indicator"])
    people = pd.DataFrame({"people": [2.0, 1, 0, NAN, 1]}, index=REGIONS)
    found = denominate(X, people, framework)
    assert found["a"].tolist()[0] == 4.0
    assert found["a"].isna().tolist() == [False, True, True, True, True]  # by zero, by unknown
    assert found["b"].equals(X["b"])
    with pytest.raises(ParamError, match=r"The denominator 'people' of a is not in the table of denominators\."):
        denominate(X, None, framework)
    with pytest.raises(ParamError, match=r"1 regions have no row in denominators, for instance SI03\."):
        denominate(X, people.iloc[:4], framework)
