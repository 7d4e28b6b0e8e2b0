"""Outliers: moments, winsorising and the logarithm, each worked out by hand."""

from __future__ import annotations

import warnings
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
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


def test_bias_corrected_moments_in_exact_fractions() -> None:
    # 0, 0, 0, 0, 1: mean 1/5, deviations -1/5 (four times) and 4/5; sums of squares 4/5, of cubes 12/25, of fourth
    # powers 52/125. g1² = 5 (12/25)² / (4/5)³ = 9/4, G1² = g1² · 5 · 4 / 3² = 5.
    # g2 = 5 · 52/125 / (4/5)² - 3 = 1/4, G2 = (6/4 + 6) · 4 / (3 · 2) = 5.
    for values, square_of_skewness, excess in (
        ([0, 0, 0, 0, 1], Fraction(5), Fraction(5)),
        ([1, 2, 3, 10], Fraction(1944, 625), Fraction(807, 250)),
        ([-10, -3, -2, -1], Fraction(1944, 625), Fraction(807, 250)),
    ):
        n = len(values)
        mean = Fraction(sum(values), n)
        m2, m3, m4 = (sum((value - mean) ** power for value in values) for power in (2, 3, 4))
        assert n * m3**2 / m2**3 * n * (n - 1) / (n - 2) ** 2 == square_of_skewness
        assert ((n + 1) * (n * m4 / m2**2 - 3) + 6) * (n - 1) / ((n - 2) * (n - 3)) == excess
        x = pd.Series(values, dtype=float)
        assert skewness(x) == pytest.approx(np.sign(m3) * np.sqrt(float(square_of_skewness)))
        assert kurtosis(x) == pytest.approx(float(excess))


@pytest.mark.parametrize("unit", [1e-15, 1e-9, 1e-5, 1.0, 1e12])
def test_the_unit_does_not_matter(unit: float) -> None:
    # Patents per euro are small numbers, not equal ones.
    x = pd.DataFrame({"x": OUTLIERS})
    assert skewness(x["x"] * unit) == pytest.approx(skewness(x["x"]))
    assert kurtosis(x["x"] * unit) == pytest.approx(kurtosis(x["x"]))
    assert skewness(x * unit)["x"] == pytest.approx(skewness(x["x"]))
    found = treatment_table(x * unit).loc["x"]
    assert (found["treatment"], found["n_moved"]) == ("winsorised", 1)
    assert found["kurtosis_after"] == pytest.approx(treatment_table(x).loc["x", "kurtosis_after"])


def test_moments_of_too_few_or_equal_values() -> None:
    assert np.isnan(skewness(pd.Series([1.0, 2, np.nan])))
    assert skewness(pd.Series([0.0, 0, 1])) == pytest.approx(np.sqrt(3))
    assert np.isnan(kurtosis(pd.Series([0.0, 0, 1])))
    # They differ in the last bit, or by the least number there is, which has no square.
    for alike in ([0.3, 0.1 + 0.2, 0.3, 0.3, 0.3], [0.0] * 9 + [5e-324]):
        x = pd.Series(alike)
        assert (skewness(x), kurtosis(x)) == (0, 0)
        assert treatment_table(x.to_frame("x")).loc["x", "treatment"] == "none"


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


@pytest.mark.parametrize(
    ("up_to", "expected"),
    [
        (0, [1, 2, 3, 20, 50]),
        (1, [1, 2, 3, 20, 20]),  # skewed to the right: 50 moves to 20; one moved
        (2, [1, 2, 3, 3, 3]),  # still to the right (cubes of -8.2, -7.2, -6.2, 10.8, 10.8): both 20 move; two moved
        (3, [2, 2, 3, 3, 3]),  # to the left now (cubes of -1.4, -0.4, 0.6, 0.6, 0.6): 1 moves to 2; three moved
        (4, [2, 2, 3, 3, 3]),  # still to the left, but moving both 2 would leave one value only
        (50, [2, 2, 3, 3, 3]),
    ],
)
def test_winsorising_step_by_step(up_to: int, expected: list[float]) -> None:
    never = {"skewness_limit": 0.0, "kurtosis_limit": -10.0}  # no indicator passes, so that only the steps end it
    x = pd.Series([20.0, 1, np.nan, 50, 2, 3], index=list("dbxeac"), name="jobs")
    found = winsorise(x, up_to=up_to, **never)
    assert sorted(found.dropna()) == expected
    assert found.index.equals(x.index)
    assert np.isnan(found["x"])
    assert found.name == "jobs"
    assert x.tolist()[:2] == [20.0, 1.0]


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


def test_a_rare_indicator_keeps_two_values() -> None:
    # 2 moves to 1; moving both 1 to 0 would leave nothing to compare.
    rare = pd.Series([0.0] * 38 + [1, 2])
    assert winsorise(rare).tolist() == [0.0] * 38 + [1, 1]


def test_either_limit_suffices() -> None:
    x = pd.DataFrame({"x": OUTLIERS})
    assert treat(x, skewness_limit=3.1)["x"].tolist() == OUTLIERS
    assert treat(x, kurtosis_limit=9.8)["x"].tolist() == OUTLIERS
    assert treat(x, skewness_limit=3.0, kurtosis_limit=9.7)["x"].tolist() != OUTLIERS


@settings(max_examples=50, deadline=None)
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
    with pytest.raises(ParamError, match=r"skewness_limit is nan\.[^$]*a number from 0 up"):
        treat(x, skewness_limit=np.nan)
    with pytest.raises(ParamError, match=r"kurtosis_limit is -3\.[^$]*a number from -2 up"):
        treat(x, kurtosis_limit=-3)
    twice = pd.DataFrame([["a", np.inf], [1.0, 2.0]], columns=["x", "y"], index=["AT31", "AT31"])
    with pytest.raises(
        ContractError, match=r"(?s)3 problems:.*a row twice: AT31.*no numbers in x.*infinite cells in y"
    ):
        treat(twice)
