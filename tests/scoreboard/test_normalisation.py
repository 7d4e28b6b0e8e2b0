"""Indicators on one scale: every method by hand, and what never changes."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterkit.data.frameworks import check_framework
from clusterkit.errors import ParamError
from clusterkit.scoreboard import Scoreboard, normalise
from clusterkit.scoreboard.normalisation import METHODS

NAN = float("nan")
X = pd.DataFrame(
    {"graduates": [20.0, 30, 60, NAN, 30], "waste": [500.0, 400, 300, 450, NAN]},
    index=["AT31", "BE10", "FI1D", "ITC1", "SE31"],
)
UP_DOWN = {"graduates": 1, "waste": -1}


def column(name: str, **options: object) -> list[float]:
    found = normalise(X, directions=UP_DOWN, **options)[name]
    assert found.isna().equals(X[name].isna())
    return found.dropna().tolist()


def test_minmax_with_directions() -> None:
    assert column("graduates") == [0.0, 25.0, 100.0, 25.0]
    assert column("waste") == [0.0, 50.0, 100.0, 25.0]
    assert column("waste", scale=(1.0, 100.0)) == [1.0, 50.5, 100.0, 25.75]


def test_zscore() -> None:
    # waste turned over: -500, -400, -300, -450; mean -412.5, sum of squares 21875, s = sqrt(21875 / 3).
    s = np.sqrt(21875 / 3)
    assert column("waste", method="zscore") == pytest.approx([-87.5 / s, 12.5 / s, 112.5 / s, -37.5 / s])
    scaled = column("waste", method="zscore", mean=50.0, sd=15.0, floor=45.0)
    assert scaled == pytest.approx([45.0, 50 + 15 * 12.5 / s, 50 + 15 * 112.5 / s, 45.0])


def test_ranks_share_the_lowest_place() -> None:
    assert column("graduates", method="rank") == [1.0, 2.0, 4.0, 2.0]
    assert column("graduates", method="borda") == [0.0, 1.0, 3.0, 1.0]
    assert column("graduates", method="percentile_rank") == pytest.approx([0.0, 100 / 3, 100.0, 100 / 3])
    assert column("waste", method="rank") == [1.0, 3.0, 4.0, 2.0]


def test_distances_in_points_of_the_range() -> None:
    # The reference has 100, the lowest 0: (30 - 20) / (30 - 20), (60 - 20) / (30 - 20).
    assert column("graduates", method="distance_to_reference", reference="BE10") == [0.0, 100.0, 400.0, 100.0]
    assert column("waste", method="distance_to_reference", reference="BE10") == [0.0, 100.0, 200.0, 50.0]
    capped = column("waste", method="distance_to_reference", reference={"graduates": 30, "waste": 400}, cap=True)
    assert capped == [0.0, 100.0, 100.0, 50.0]
    assert column("waste", method="distance_to_best") == [0.0, 50.0, 100.0, 25.0]
    assert column("waste", method="distance_to_target", targets={"graduates": 60, "waste": 250}) == [
        0.0,
        40.0,
        80.0,
        20.0,
    ]


def test_distances_as_ratios() -> None:
    ratio = {"method": "distance_to_reference", "reference": "BE10", "distance": "ratio"}
    assert column("graduates", **ratio) == pytest.approx([200 / 3, 100.0, 200.0, 100.0])
    assert column("waste", **ratio) == pytest.approx([80.0, 100.0, 400 / 3, 100 * 400 / 450])
    with pytest.raises(ParamError, match=r"graduates has values that are not positive[^$]*use distance=\"range\""):
        normalise(X - 20, directions=UP_DOWN, **{**ratio, "reference": {"graduates": 30, "waste": 400}})


def test_goalposts_cut_off_at_both_ends() -> None:
    posts = {"graduates": (25.0, 45.0), "waste": (350.0, 450.0)}
    assert column("graduates", method="goalposts", goalposts=posts) == [0.0, 25.0, 100.0, 25.0]
    assert column("waste", method="goalposts", goalposts=posts) == [0.0, 50.0, 100.0, 0.0]
    assert column("waste", method="goalposts", goalposts=posts, scale=(1.0, 3.0)) == [1.0, 2.0, 3.0, 1.0]
    same = normalise(pd.DataFrame({"same": [7.0, NAN]}), method="goalposts", goalposts={"same": (0.0, 10.0)})
    assert same["same"].tolist()[0] == 70.0  # ends that are given tell where it stands, though all stand there


def test_a_reference_no_better_than_the_lowest_leaves_no_range() -> None:
    assert normalise(X, directions=UP_DOWN, method="distance_to_reference", reference="AT31").isna().all(axis=None)
    aims = {"graduates": 10, "waste": 400}
    found = normalise(X, directions=UP_DOWN, method="distance_to_target", targets=aims)
    assert found["graduates"].isna().all()
    assert found["waste"].dropna().tolist() == [0.0, 100.0, 200.0, 50.0]


@pytest.mark.parametrize("method", [method for method in METHODS if method != "goalposts"])
def test_a_constant_indicator_never_divides_by_zero(method: str) -> None:
    x = pd.DataFrame({"same": [7.0, 7.0, NAN, 7.0], "none": [NAN] * 4})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = normalise(x, method=method, reference={"same": 7, "none": 1}, targets={"same": 7, "none": 1})
    assert np.isfinite(found["same"].dropna()).all()
    if method in ("rank", "borda"):
        assert found["same"].dropna().eq(found["same"].iloc[0]).all()
    else:
        assert found["same"].isna().all()
    assert found["none"].isna().all()


@pytest.mark.parametrize("method", ["minmax", "zscore", "percentile_rank", "distance_to_best"])
def test_rounding_in_the_last_bit_is_no_difference(method: str) -> None:
    x = pd.DataFrame({"same": [0.1 + 0.2, 0.3, 0.3, NAN], "least": [0.0, 0.0, 5e-324, NAN]})
    assert normalise(x, method=method).isna().all(axis=None)
    small = pd.DataFrame({"small": [1e-12, 2e-12, 3e-12, NAN]})
    assert normalise(small, method=method)["small"].notna().sum() == 3
    rows = [("g", "group", "", None), ("same", "indicator", "g", 1)]
    framework = check_framework(
        pd.DataFrame(rows, columns=["code", "level", "parent", "direction"]), levels=["group", "indicator"]
    )
    with pytest.raises(ParamError, match=r"The indicator same is 0\.3 in all 3 regions that have a figure\."):
        Scoreboard.build(x, framework)


FLOATS = st.lists(st.integers(-1000, 1000).map(float), min_size=3, max_size=20)


@settings(max_examples=30, deadline=None)
@given(FLOATS, st.sampled_from(["minmax", "zscore", "rank", "percentile_rank"]))
def test_reversing_the_direction_reverses_the_order(values: list[float], method: str) -> None:
    x = pd.DataFrame({"x": values})
    up, down = (normalise(x, method=method, directions={"x": sign})["x"] for sign in (1, -1))
    assert up.rank().equals(down.rank(ascending=False))


@settings(max_examples=30, deadline=None)
@given(FLOATS, st.floats(0.01, 100), st.floats(-50, 50), st.sampled_from(["minmax", "zscore", "rank"]))
def test_another_unit_changes_nothing(values: list[float], factor: float, shift: float, method: str) -> None:
    x = pd.DataFrame({"x": values})
    np.testing.assert_allclose(
        normalise(x * factor + shift, method=method)["x"], normalise(x, method=method)["x"], atol=1e-6
    )


@settings(max_examples=30, deadline=None)
@given(FLOATS.flatmap(lambda values: st.tuples(st.just(values), st.permutations(range(len(values))))))
def test_the_order_of_rows_does_not_matter(drawn: tuple[list[float], list[int]]) -> None:
    values, order = drawn
    x = pd.DataFrame({"x": values})
    for method in ("minmax", "zscore", "rank"):
        found = normalise(x.loc[order], method=method).sort_index()
        pd.testing.assert_frame_equal(found, normalise(x, method=method))


@pytest.mark.parametrize("method", METHODS)
def test_the_table_is_not_changed(method: str) -> None:
    before = X.copy()
    aims = {"graduates": 45.0, "waste": 350.0}
    posts = {"graduates": (0.0, 60.0), "waste": (300.0, 500.0)}
    found = normalise(X, method=method, directions=UP_DOWN, reference=aims, targets=aims, goalposts=posts, floor=0.5)
    pd.testing.assert_frame_equal(X, before)
    assert found.min().min() >= 0.5


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"method": "min-max"}, r"method is 'min-max'\.[^$]*did you mean minmax\?"),
        ({"directions": {"graduates": 1}}, r"The direction of waste is missing\."),
        ({"directions": {"graduates": 0, "waste": 2}}, r"(?s)2 problems:.*of graduates is not 1 or -1.*waste is not"),
        ({"directions": {"graduates": 0, "waste": -1}}, r"(?s)^The direction of graduates is not 1 or -1\.(?!.*waste)"),
        ({"scale": (100, 0)}, r"scale is \(100, 0\)\.[^$]*write the low end, then the high end"),
        ({"scale": 100}, r"scale is 100\."),
        ({"scale": (0, float("inf"))}, r"scale is \(0, inf\)\."),
        ({"mean": NAN, "floor": "1"}, r"(?s)2 problems:.*mean is nan\..*floor is '1'\..*write a number"),
        ({"method": "zscore", "sd": 0}, r"sd is 0\."),
        ({"method": "distance_to_reference"}, r"(?s)2 problems:.*There is no reference for graduates"),
        ({"method": "distance_to_reference", "reference": "XX"}, r"The reference 'XX' is no row of the table\."),
        ({"method": "distance_to_target", "targets": {"waste": 1}}, r"There is no target for graduates\."),
        ({"method": "goalposts", "goalposts": {"waste": (9, 1)}}, r"(?s)posts for graduates.*of waste are \(9, 1\)"),
    ],
)  # fmt: skip
def test_wrong_options_are_refused(options: dict, text: str) -> None:
    with pytest.raises(ParamError, match=text):
        normalise(X, **options)
