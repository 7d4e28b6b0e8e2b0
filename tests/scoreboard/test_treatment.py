"""Outliers: moments, winsorising and the logarithm, each worked out by hand."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterkit.errors import ContractError, ParamError
from clusterkit.scoreboard import kurtosis, skewness, treat, treatment_table, winsorise

OUTLIERS = [1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 30, 100]


def test_bias_corrected_moments_by_hand() -> None:
    # 1, 2, 3, 10: mean 4, deviations -3, -2, -1, 6; sums of squares 50, of cubes 180, of fourth powers 1394.
    # g1 = sqrt(4) * 180 / 50**1.5 = 1.018234, G1 = g1 * sqrt(4 * 3) / 2 = 1.763633.
    # g2 = 4 * 1394 / 50**2 - 3 = -0.7696, G2 = (5 * g2 + 6) * 3 / (2 * 1) = 3.228.
    x = pd.Series([1.0, 2, 3, 10])
    assert skewness(x) == pytest.approx(2 * 180 / 50**1.5 * np.sqrt(12) / 2)
    assert round(float(skewness(x)), 6) == 1.763633
    assert kurtosis(x) == pytest.approx(3.228)
    found = treatment_table(x.to_frame("x"))
    assert found.loc["x", ["skewness", "kurtosis"]].tolist() == pytest.approx([1.763633, 3.228], abs=1e-6)


def test_unknown_values_take_no_part_in_the_moments() -> None:
    x = pd.Series([1.0, np.nan, 2, 3, 10, np.nan])
    assert skewness(x) == pytest.approx(skewness(x.dropna()))
    assert kurtosis(x) == pytest.approx(kurtosis(x.dropna()))


def test_one_value_is_moved_at_a_time() -> None:
    # The moments of OUTLIERS are 3.06 and 9.74: it fails, and is skewed to the right. 100 moves to 30: 1.71 and 1.82,
    # which passes.
    x = pd.Series(OUTLIERS)
    found = treatment_table(x.to_frame("x")).loc["x"]
    assert [round(float(found[name]), 2) for name in ("skewness", "kurtosis")] == [3.06, 9.74]
    assert [round(float(found[f"{name}_after"]), 2) for name in ("skewness", "kurtosis")] == [1.71, 1.82]
    assert (found["treatment"], found["n_moved"], found["passes"]) == ("winsorised", 1, True)
    assert winsorise(x).tolist() == [*OUTLIERS[:-1], 30.0]


def test_equal_values_move_together_and_may_pass_the_limit() -> None:
    x = pd.Series([*range(1, 30), 500.0, 500.0, 800.0])
    # 800 joins the two of 500 (one moved); then all three move to 29, although two were allowed.
    assert winsorise(x, up_to=1).tolist()[-3:] == [500.0, 500.0, 500.0]
    assert winsorise(x, up_to=2).tolist()[-3:] == [29.0, 29.0, 29.0]
    assert winsorise(x, up_to=0).equals(x)


def test_the_side_is_chosen_anew_at_each_step() -> None:
    x = pd.Series([-1500.0, *range(1, 40), 5000.0])
    # 5000 is the further out: it moves to 39. Then the tail is on the left: -1500 moves to 1.
    moved = winsorise(x)
    assert moved.iloc[-1] == 39.0
    assert moved.iloc[0] == 1.0
    assert treatment_table(x.to_frame("x")).loc["x", "n_moved"] == 2


def test_a_tail_that_winsorising_cannot_mend_goes_on_a_logarithmic_scale() -> None:
    x = pd.DataFrame({"x": [float(2**n) for n in range(40)]})
    found = treatment_table(x, winsorise_up_to=2).loc["x"]
    assert (found["treatment"], found["n_moved"]) == ("log", 0)
    low, high = 1.0, 2.0**39
    expected = np.log(x["x"] - low + 0.01 * (high - low))
    np.testing.assert_allclose(treat(x, winsorise_up_to=2)["x"], expected)


def test_a_tail_of_low_values_is_mirrored_first() -> None:
    x = pd.DataFrame({"x": [-float(2**n) for n in range(40)]})
    mirrored = treat(x, winsorise_up_to=0)["x"]
    np.testing.assert_allclose(mirrored, -np.log(-x["x"] - 1 + 0.01 * (2.0**39 - 1)))
    assert mirrored.is_monotonic_decreasing
    assert treatment_table(x, winsorise_up_to=0).loc["x", "treatment"] == "log of the mirror image"
    shifted = treat(x, winsorise_up_to=0, log="shifted")["x"]
    np.testing.assert_allclose(shifted, np.log(x["x"] + 2.0**39 + 0.01 * (2.0**39 - 1)))
    assert treat(x, winsorise_up_to=0, log="none")["x"].equals(x["x"])


def test_what_has_nothing_to_treat_stays() -> None:
    x = pd.DataFrame({
        "constant": [4.0] * 6,
        "three": [1.0, 2, 900, np.nan, np.nan, np.nan],
        "unknown": [np.nan] * 6,
        "even": [1.0, 2, 3, 4, 5, np.nan],
    })  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pd.testing.assert_frame_equal(treat(x), x)
    assert treatment_table(x)["treatment"].eq("none").all()


def test_an_indicator_is_never_winsorised_to_a_constant() -> None:
    rare = pd.DataFrame({"x": [0.0] * 39 + [1.0]})
    found = treatment_table(rare).loc["x"]
    assert found["n_moved"] == 0
    assert not found["passes"]
    assert treat(rare, log="none")["x"].tolist() == rare["x"].tolist()
    assert treat(rare)["x"].nunique() == 2


def test_either_limit_suffices() -> None:
    x = pd.DataFrame({"x": OUTLIERS})
    assert treat(x, skewness_limit=3.1)["x"].tolist() == OUTLIERS
    assert treat(x, kurtosis_limit=9.8)["x"].tolist() == OUTLIERS
    assert treat(x, skewness_limit=3.0, kurtosis_limit=9.7)["x"].tolist() != OUTLIERS


@given(st.lists(st.floats(-1e3, 1e3), min_size=4, max_size=30), st.integers(0, 5))
def test_order_is_kept_and_the_table_is_not_changed(values: list[float], up_to: int) -> None:
    x = pd.DataFrame({"x": values})
    before = x.copy()
    treated = treat(x, winsorise_up_to=up_to)["x"]
    pd.testing.assert_frame_equal(x, before)
    assert treated.iloc[np.argsort(values, kind="stable")].is_monotonic_increasing


def test_wrong_options_and_tables_are_refused() -> None:
    x = pd.DataFrame({"x": OUTLIERS})
    with pytest.raises(ParamError, match=r"winsorise_up_to is -1\.[^$]*a whole number from 0 to 12"):
        treat(x, winsorise_up_to=-1)
    with pytest.raises(ParamError, match=r"log is 'mirror'\.[^$]*did you mean mirrored\?"):
        treat(x, log="mirror")
    with pytest.raises(ContractError, match="cells that are no numbers in x"):
        treat(pd.DataFrame({"x": ["a", 1.0]}))
