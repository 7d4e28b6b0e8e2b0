"""Many builds at once are the same builds one by one; what does not vary does not show."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata

from clusterkit.data.frameworks import Framework, check_framework
from clusterkit.errors import ParamError
from clusterkit.scoreboard import Aids, Choices, Scoreboard, uncertainty
from clusterkit.scoreboard.uncertainty import CHOICES, ChoiceSpace, ranks_of

N_REGIONS, N_INDICATORS = 40, 12
ALL_MEANS = ("arithmetic", "geometric", "harmonic", "copeland")
ONE_WAY = Choices(
    impute=[{"method": "none"}],
    treat=[{}],
    normalise=[{"method": "minmax"}],
    aggregate=[{"method": "arithmetic"}],
    weight_noise=0.0,
    leave_out=False,
)


def framework() -> Framework:
    """Twelve indicators in five sub-dimensions of two dimensions, weighted; one sub-dimension is empty."""
    rows: list[tuple[str, str, str, float, float]] = [("all", "index", "", np.nan, 1)]
    rows += [("d0", "dimension", "all", np.nan, 2), ("d1", "dimension", "all", np.nan, 1)]
    rows += [(f"s{n}", "sub-dimension", f"d{n % 2}", np.nan, 1 + n) for n in range(5)]
    rows += [("empty", "sub-dimension", "d0", np.nan, 1)]
    rows += [(f"i{n}", "indicator", f"s{n % 5}", 1.0 if n % 3 else -1.0, 1 + n / 4) for n in range(N_INDICATORS)]
    return check_framework(pd.DataFrame(rows, columns=["code", "level", "parent", "direction", "weight"]))


def board(seed: int = 7, **steps: dict) -> Scoreboard:
    random = np.random.default_rng(seed)
    figures = np.exp(random.normal(size=(N_REGIONS, 1)) + random.normal(size=(N_REGIONS, N_INDICATORS)))
    figures[random.random(figures.shape) < 0.1] = np.nan
    figures[3] = np.nan  # a region of which nothing is known
    regions = pd.Index([f"R{n:02}" for n in range(N_REGIONS)], name="nuts_id")
    values = pd.DataFrame(figures, index=regions, columns=[f"i{n}" for n in range(N_INDICATORS)])
    groups = pd.Series([f"C{n % 6}" for n in range(N_REGIONS)], index=regions)
    options = {"aggregate": {"min_coverage": 0.5}, **steps}
    return Scoreboard.build(values, framework(), aids=Aids(groups=groups), **options)


def test_what_does_not_vary_has_an_interval_of_no_width() -> None:
    made = board()
    found = uncertainty(made, draws=20, seed=1, choices=ONE_WAY).intervals
    ranked = found["rank"].notna()
    assert ranked.sum() > 200
    for end in ("rank_low", "rank_median", "rank_high"):
        assert found.loc[ranked, end].equals(found.loc[ranked, "rank"].rename(end))
    assert found.loc[~ranked, ["rank_low", "rank_high", "share_top"]].isna().to_numpy().all()
    assert found.loc[ranked, "n_draws"].eq(20).all()


def test_identical_alternatives_change_nothing() -> None:
    made = board()
    twice = Choices(
        impute=[{"method": "none"}] * 3,
        treat=[{}] * 2,
        normalise=[{"method": "minmax"}] * 2,
        aggregate=[{"method": "arithmetic"}] * 2,
        weight_noise=0.0,
        leave_out=False,
    )
    one, other = (uncertainty(made, draws=64, seed=1, choices=choices).intervals for choices in (ONE_WAY, twice))
    pd.testing.assert_frame_equal(one.drop(columns="n_draws"), other.drop(columns="n_draws"))


@pytest.mark.parametrize("method", ALL_MEANS)
def test_each_draw_is_the_build_that_a_plain_loop_makes(method: str) -> None:
    made = board()
    choices = Choices(aggregate=[{"method": method}])
    space = ChoiceSpace(made, choices, n_weight_sets=30, seed=5)
    unit = np.random.default_rng(11).random((30, len(CHOICES)))
    drawn = space.drawn(unit)
    seen = 0
    for rows, scores in space.scores(unit):
        for row, found in zip(rows, scores, strict=True):
            pick = drawn.loc[row]
            fresh = made.with_(
                impute=choices.impute[pick["impute"]],
                treat=choices.treat[pick["treat"]],
                normalise=choices.normalise[pick["normalise"]],
                aggregate={"method": method, "min_coverage": 0.5},
            )
            weights = space.weight_set(pick["weights"])
            if pick["leave_out"]:
                weights[f"i{pick['leave_out'] - 1}"] = 0.0
            again = Scoreboard.build(
                fresh.denominated, fresh.framework.with_weights(weights), aids=fresh.aids, **fresh.steps
            )
            np.testing.assert_allclose(found, again.scores.to_numpy(), rtol=1e-9, atol=1e-9)
            seen += 1
    assert seen == 30


def test_draws_take_every_option_and_every_set_of_weights() -> None:
    drawn = uncertainty(board(), draws=400, seed=3).drawn
    assert list(drawn) == list(CHOICES)
    assert drawn.nunique().to_dict() == {
        "impute": 3, "treat": 3, "normalise": 3, "weights": 400, "aggregate": 2, "leave_out": 13,
    }  # fmt: skip


def test_the_seed_decides_and_nothing_else() -> None:
    made = board()
    first, again, other = (uncertainty(made, draws=60, seed=seed).intervals for seed in (4, 4, 5))
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)


def test_intervals_hold_for_the_regions_that_the_board_ranks_and_no_others() -> None:
    made = board()
    found = uncertainty(made, draws=50, seed=1)
    unknown = found.intervals.loc["R03"]
    assert unknown[["rank", "rank_low", "rank_high", "share_top", "share_bottom"]].isna().to_numpy().all()
    assert unknown["n_draws"].eq(0).all()
    assert found.n_ranked["all"] == made.scores["all"].notna().sum()
    known = found.intervals.dropna()
    assert known["rank_high"].le(known.index.get_level_values("part").map(found.n_ranked)).all()
    assert (known["rank_low"] <= known["rank_median"]).all()
    assert (known["rank_median"] <= known["rank_high"]).all()
    assert known[["share_top", "share_bottom"]].to_numpy().min() >= 0
    assert (known["share_top"] + known["share_bottom"]).max() <= 1


def test_more_choices_widen_the_intervals() -> None:
    made = board()
    widths = [
        (found["rank_high"] - found["rank_low"]).mean()
        for found in (
            uncertainty(made, draws=300, seed=2, choices=choices).intervals
            for choices in (ONE_WAY, Choices(impute=[{"method": "none"}], treat=[{}], leave_out=False), Choices())
        )
    ]
    assert widths[0] == 0
    assert widths[0] < widths[1] < widths[2]


def test_a_panel_is_ranked_by_period() -> None:
    one = board()
    table = pd.concat([one.denominated, one.denominated + 1.0], keys=[2012, 2017], names=["period", "nuts_id"])
    groups = pd.Series([one.aids.groups[nuts_id] for _, nuts_id in table.index], index=table.index)
    panel = Scoreboard.build(table, framework(), aids=Aids(groups=groups), aggregate={"min_coverage": 0.5})
    found = uncertainty(panel, draws=10, seed=1, choices=ONE_WAY).intervals
    assert list(found.index.names) == ["period", "nuts_id", "part"]
    assert found["rank_high"].max() <= N_REGIONS
    ranked = found["rank"].notna()
    assert found.loc[ranked, "rank_low"].equals(found.loc[ranked, "rank"].rename("rank_low"))


def test_ranks_are_those_of_scipy() -> None:
    random = np.random.default_rng(3)
    scores = random.integers(0, 8, size=(6, 25, 3)).astype(float)  # many ties
    scores[random.random(scores.shape) < 0.2] = np.nan
    is_ranked = random.random((25, 3)) < 0.9
    found = ranks_of(scores, is_ranked)
    for draw in range(6):
        for part in range(3):
            known = is_ranked[:, part] & ~np.isnan(scores[draw, :, part])
            expected = np.full(25, np.nan)
            expected[known] = rankdata(-scores[draw, known, part], method="min")
            np.testing.assert_array_equal(found[draw, :, part], expected)


def test_the_board_is_not_changed() -> None:
    made = board()
    before = made.scores.copy()
    uncertainty(made, draws=20, seed=1)
    pd.testing.assert_frame_equal(made.scores, before)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"draws": 0, "seed": 1}, r"draws is 0\.[^$]*fix:   choose a whole number from 1 up"),
        ({"draws": 10, "seed": 0}, r"seed is 0\."),
        ({"draws": 10, "seed": True}, r"seed is True\."),
        ({"draws": 10, "seed": 1, "choices": Choices(impute=[])}, r"There is no option for impute\."),
        ({"draws": 10, "seed": 1, "choices": Choices(weight_noise=1.0)}, r"weight_noise is 1\.0\."),
        ({"draws": 10, "seed": 1, "choices": Choices(treat=[{"wins": 1}])}, r"There is no option of treat 'wins'\."),
    ],
)
def test_wrong_options_are_refused(options: dict, text: str) -> None:
    with pytest.raises(ParamError, match=text):
        uncertainty(board(), **options)
