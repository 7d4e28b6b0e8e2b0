"""What the data say of a framework: alpha, axes, correlations, flags, and what leaving a part out changes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterkit.data.frameworks import Framework, check_framework
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


def test_axes_by_hand() -> None:
    # Two indicators with correlation r have the eigenvalues 1 + r and 1 - r.
    x = pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [2.0, 1, 4, 3]})
    assert principal_axes(x).tolist() == pytest.approx([(1 + 0.6) / 2, (1 - 0.6) / 2])
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
