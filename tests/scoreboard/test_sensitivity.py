"""Sobol's indices: a function whose answer is known, and choices that matter or not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scoreboard.test_uncertainty import ONE_WAY, board, panel

from clusterkit.errors import ParamError
from clusterkit.scoreboard import Choices, sensitivity, sobol_indices
from clusterkit.scoreboard.sensitivity import SHIFT
from clusterkit.scoreboard.uncertainty import CHOICES


def test_the_function_of_ishigami() -> None:
    """sin x + a sin² y + b z⁴ sin x on (−π, π)³ [IshigamiHomma1990], a = 7, b = 0.1.

    Its variances by hand: V_x = ½ (1 + b π⁴/5)², V_y = a²/8, V_xz = b² π⁸ (1/18 − 1/50), V = V_x + V_y + V_xz; first
    orders V_x/V, V_y/V and 0, totals (V_x + V_xz)/V, V_y/V and V_xz/V.
    """
    a, b, pi = 7.0, 0.1, np.pi
    v_x, v_y, v_xz = 0.5 * (1 + b * pi**4 / 5) ** 2, a**2 / 8, b**2 * pi**8 * (1 / 18 - 1 / 50)
    v = v_x + v_y + v_xz
    first, total = [v_x / v, v_y / v, 0.0], [(v_x + v_xz) / v, v_y / v, v_xz / v]
    assert np.round(first + total, 4).tolist() == [0.3139, 0.4424, 0.0, 0.5576, 0.4424, 0.2437]

    def ishigami(x: np.ndarray) -> np.ndarray:
        return np.sin(x[:, 0]) + a * np.sin(x[:, 1]) ** 2 + b * x[:, 2] ** 4 * np.sin(x[:, 0])

    found = sobol_indices(ishigami, dict.fromkeys("xyz", (-pi, pi)), base=4096, seed=1)
    np.testing.assert_allclose(found["first_order"], first, atol=0.02)
    np.testing.assert_allclose(found["total"], total, atol=0.02)
    assert found["total_interval"].between(0.001, 0.1).all()


def test_several_outputs_are_analysed_from_the_same_samples() -> None:
    calls = []

    def both(x: np.ndarray) -> np.ndarray:
        calls.append(len(x))
        return np.column_stack([x[:, 0], x[:, 1], np.full(len(x), 3.0)])

    found = sobol_indices(both, {"a": (0, 1), "b": (0, 2)}, base=256, seed=2)["total"]
    assert calls == [256 * 4]
    assert found[0, "a"] == pytest.approx(1, abs=0.02)
    assert found[1, "a"] == 0
    assert found[1, "b"] == pytest.approx(1, abs=0.02)
    assert found[2].eq(0).all()  # an output that does not vary depends on nothing


def test_outputs_that_are_unknown_count_as_their_mean() -> None:
    found = sobol_indices(lambda x: np.where(x[:, 0] > 0.5, np.nan, 1.0), {"a": (0, 1)}, base=64, seed=1)
    assert found["total"].eq(0).all()
    nothing = sobol_indices(lambda x: np.full(len(x), np.nan), {"a": (0, 1)}, base=64, seed=1)
    assert nothing["total"].isna().all()


def test_identical_alternatives_have_no_influence_at_all() -> None:
    choices = Choices(
        impute=[{"method": "none"}] * 3,
        treat=[{}] * 2,
        normalise=[{"method": "minmax", "scale": (1.0, 100.0)}] * 3,
        aggregate=[{"method": "arithmetic"}, {"method": "geometric"}],
        weight_noise=0.0,
        leave_out=False,
    )
    found = sensitivity(board(), base=64, seed=1, regions=["R00"], choices=choices)
    overall = found.xs("all", level="part").xs(SHIFT, level="nuts_id")
    assert overall.loc["aggregate", ["first_order", "total"]].tolist() == pytest.approx([1.0, 1.0], abs=0.15)
    others = found.drop("aggregate", level="choice")
    assert others[["first_order", "total"]].eq(0).to_numpy().all()


def test_a_board_without_alternatives_depends_on_nothing() -> None:
    found = sensitivity(board(), base=16, seed=1, choices=ONE_WAY)
    assert found[["first_order", "total"]].eq(0).to_numpy().all()
    assert found.index.get_level_values("part").unique().tolist() == ["all", "d0", "d1"]
    assert set(found.index.get_level_values("choice")) == set(CHOICES)


def test_weights_matter_where_nothing_else_varies() -> None:
    choices = Choices(**{**ONE_WAY.__dict__, "weight_noise": 0.5})
    found = sensitivity(board(), base=128, seed=1, choices=choices, parts=["all"])
    table = found.loc[(SHIFT, "all")]["total"]
    assert table["weights"] == pytest.approx(1, abs=0.2)
    assert table.drop("weights").eq(0).all()


def test_the_shift_of_a_panel_is_one_of_places_within_a_period() -> None:
    # Twice the same figures: on one scale the scores are those of one period, and so are the shifts of ranks.
    choices = Choices(**{**ONE_WAY.__dict__, "weight_noise": 0.5, "leave_out": True})
    alone = sensitivity(board(), base=32, seed=1, parts=["all"], regions=["R05"], choices=choices)
    both = sensitivity(panel(growth=0.0), base=32, seed=1, parts=["all"], regions=[(2017, "R05")], choices=choices)
    for mine, theirs in ((SHIFT, SHIFT), ((2017, "R05"), "R05")):
        found = both[both.index.get_level_values("nuts_id") == mine].droplevel("nuts_id")
        pd.testing.assert_frame_equal(found, alone.xs(theirs, level="nuts_id"), rtol=1e-5)


def test_the_seed_decides() -> None:
    made = board()
    one, again, other = (sensitivity(made, base=32, seed=seed, parts=["all"]) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, again)
    assert not one.equals(other)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"base": 100, "seed": 1}, r"base is 100, which is no power of 2\.[^$]*fix:   choose 64 or 128"),
        ({"base": 64, "seed": 0}, r"seed is 0\."),
        ({"base": 64, "seed": 1, "regions": ["R99"]}, r"The board has no region 'R99'\."),
        ({"base": 64, "seed": 1, "parts": ["d9"]}, r"The board has no part 'd9'\."),
        (
            {"base": 100, "seed": 0, "regions": ["R99"], "choices": Choices(treat=[{"wins": 1}])},
            r"(?s)4 problems:.*no region 'R99'.*base is 100.*seed is 0.*of treat 'wins'",
        ),
    ],
)
def test_wrong_options_are_refused(options: dict, text: str) -> None:
    with pytest.raises(ParamError, match=text):
        sensitivity(board(), **options)


def test_a_function_without_inputs_or_ends_is_refused() -> None:
    with pytest.raises(ParamError, match=r"There is no input\."):
        sobol_indices(lambda x: x[:, 0], {}, base=64, seed=1)
    text = r"(?s)2 problems:.*The bounds of a are \(1, 0\)\..*give the low end, then the high end.*of b are \(2, 2\)"
    with pytest.raises(ParamError, match=text):
        sobol_indices(lambda x: x[:, 0], {"a": (1, 0), "b": (2, 2)}, base=64, seed=1)
    with pytest.raises(ParamError, match=r"(?s)2 problems:.*base is 3, which is no power of 2.*seed is 0\."):
        sobol_indices(lambda x: x[:, 0], {"a": (0, 1)}, base=3, seed=0)
