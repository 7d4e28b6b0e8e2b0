"""Many builds at once are the same builds one by one; what does not vary does not show."""

from __future__ import annotations

from math import ceil

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata

from clusterkit.data.frameworks import Framework, check_framework
from clusterkit.errors import ContractError, ParamError
from clusterkit.scoreboard import Aids, Choices, Scoreboard, aggregate, rank, uncertainty
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
    """Twelve indicators in six sub-dimensions of two dimensions, weighted: one of them alone, one part empty."""
    rows: list[tuple[str, str, str, float, float]] = [("all", "index", "", np.nan, 1)]
    rows += [("d0", "dimension", "all", np.nan, 2), ("d1", "dimension", "all", np.nan, 1)]
    rows += [(f"s{n}", "sub-dimension", f"d{n % 2}", np.nan, 1 + n) for n in range(6)]
    rows += [("empty", "sub-dimension", "d0", np.nan, 1)]
    homes = [f"s{n % 5}" for n in range(N_INDICATORS - 1)] + ["s5"]
    rows += [(f"i{n}", "indicator", home, 1.0 if n % 3 else -1.0, 1 + n / 4) for n, home in enumerate(homes)]
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
    # Two of three parts are too few: without its only indicator, one of the three must not be waited for.
    least = {"sub-dimension": 0.5, "dimension": 0.75}
    made = board(aggregate={"min_coverage": least})
    choices = Choices(aggregate=[{"method": method}])
    space = ChoiceSpace(made, choices, n_weight_sets=30, seed=5)
    unit = np.random.default_rng(11).random((30, len(CHOICES)))
    unit[:, CHOICES.index("leave_out")] = np.arange(30) % 13 / 13 + 0.01  # each of them, and none, at least twice
    drawn = space.drawn(unit)
    seen = set()
    for rows, scores in space.scores(unit):
        for row, found in zip(rows, scores, strict=True):
            pick = drawn.loc[row]
            fresh = made.with_(
                impute=choices.impute[pick["impute"]],
                treat=choices.treat[pick["treat"]],
                normalise=choices.normalise[pick["normalise"]],
            )
            # What is left out helps to find the nearest neighbours, as on the board; after that it is gone.
            left_out = [f"i{pick['leave_out'] - 1}"] if pick["leave_out"] else []
            smaller = made.framework.with_weights(space.weight_set(pick["weights"])).without(left_out)
            again = aggregate(fresh.normalised[smaller.indicators], smaller, method=method, min_coverage=least)
            np.testing.assert_allclose(found, again.to_numpy(), rtol=1e-9, atol=1e-9)
            if row < 10 and choices.impute[pick["impute"]]["method"] != "nearest":
                board_again = Scoreboard.build(
                    made.values, smaller, aids=made.aids, **{**fresh.steps, "aggregate": {"method": method}}
                ).with_(aggregate={"method": method, "min_coverage": least})
                np.testing.assert_allclose(found, board_again.scores.to_numpy(), rtol=1e-9, atol=1e-9)
            seen |= {(row, pick["leave_out"])}
    assert len(seen) == 30
    assert {left for _, left in seen} == set(range(13))


def test_without_its_only_indicator_a_part_does_not_count_for_those_above() -> None:
    # d has s of a and b, and t of c alone; e has u of f alone. Two thirds of the parts must be known.
    rows = [
        ("all", "index", ""), ("d", "dimension", "all"), ("e", "dimension", "all"), ("s", "sub-dimension", "d"),
        ("t", "sub-dimension", "d"), ("u", "sub-dimension", "e"), ("a", "indicator", "s"), ("b", "indicator", "s"),
        ("c", "indicator", "t"), ("f", "indicator", "u"),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["code", "level", "parent"])
    tree = check_framework(table.assign(direction=[np.nan] * 6 + [1.0] * 4))
    x = pd.DataFrame({"a": [0.0, 1, 2], "b": [0.0, 1, 4], "c": [5.0, 0, 1], "f": [2.0, 0, 1]}, index=list("xyz"))
    made = Scoreboard.build(x, tree, aggregate={"min_coverage": 2 / 3})
    space = ChoiceSpace(made, Choices(**{**ONE_WAY.__dict__, "leave_out": True}), n_weight_sets=1, seed=1)
    unit = np.zeros((5, len(CHOICES)))
    unit[:, CHOICES.index("leave_out")] = np.arange(5) / 5 + 0.1  # none, a, b, c, f
    ((numbers, scores),) = space.scores(unit)
    columns = made.scores.columns
    found = {number: pd.DataFrame(of, x.index, columns) for number, of in zip(numbers, scores, strict=True)}
    pd.testing.assert_frame_equal(found[0], made.scores, check_names=False)
    # Without c: t is empty, d is s alone (a 0, 50, 100, b 0, 25, 100), the whole is the mean of d and e.
    assert found[3]["t"].isna().all()
    assert found[3]["d"].tolist() == [0.0, 37.5, 100.0]
    assert found[3]["all"].tolist() == [50.0, 18.75, 75.0]
    # Without f: u and e are empty, the whole is d: the mean of s and t (c 100, 0, 20).
    assert found[4][["u", "e"]].isna().all(axis=None)
    assert found[4]["all"].tolist() == found[4]["d"].tolist() == [50.0, 18.75, 60.0]


@pytest.mark.parametrize("is_panel", [False, True])
def test_intervals_are_percentiles_of_the_ranks_in_the_draws(is_panel: bool) -> None:
    made, draws = (panel(), 12) if is_panel else (board(), 30)
    found = uncertainty(made, draws=draws, seed=5)
    space = ChoiceSpace(made, Choices(), n_weight_sets=draws, seed=5)
    options = {name: getattr(Choices(), name) for name in ("impute", "treat", "normalise")}
    places = []
    for _, pick in found.drawn.iterrows():
        fresh = made.with_(**{name: several[pick[name]] for name, several in options.items()})
        left_out = [f"i{pick['leave_out'] - 1}"] if pick["leave_out"] else []
        smaller = made.framework.with_weights(space.weight_set(pick["weights"])).without(left_out)
        method = Choices().aggregate[pick["aggregate"]]["method"]
        scores = aggregate(fresh.normalised[smaller.indicators], smaller, method=method, min_coverage=0.5)
        places.append(rank(scores.where(made.scores.notna())))
    assert len(found.intervals) == made.scores.size
    for (*region, part), interval in found.intervals.iterrows():
        row = tuple(region) if is_panel else region[0]
        known = [table.loc[row, part] for table in places]
        ranks = sorted(place for place in known if not np.isnan(place))
        assert interval["n_draws"] == len(ranks)
        if not ranks:
            assert interval.drop("n_draws").isna().all()
            continue
        for share, name in ((0.05, "rank_low"), (0.5, "rank_median"), (0.95, "rank_high")):
            assert interval[name] == ranks[max(ceil(share * len(ranks) - 1e-9), 1) - 1]
        with_a_score = made.scores.loc[region[0]] if is_panel else made.scores
        n = with_a_score[part].count()
        assert found.n_ranked[(region[0], part) if is_panel else part] == n
        assert interval["share_top"] == pytest.approx(np.mean([place <= n / 3 for place in ranks]))
        assert interval["share_bottom"] == pytest.approx(np.mean([place > 2 * n / 3 for place in ranks]))


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


def panel(growth: float = 1.0) -> Scoreboard:
    """The same regions twice, the second time with this much more of everything."""
    one = board()
    table = pd.concat([one.denominated, one.denominated + growth], keys=[2012, 2017], names=["period", "nuts_id"])
    groups = pd.Series([one.aids.groups[nuts_id] for _, nuts_id in table.index], index=table.index)
    return Scoreboard.build(table, framework(), aids=Aids(groups=groups), aggregate={"min_coverage": 0.5})


def test_a_panel_is_ranked_by_period() -> None:
    found = uncertainty(panel(), draws=10, seed=1, choices=ONE_WAY).intervals
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


def test_ranks_of_draws_are_ranked_as_on_the_board() -> None:
    scores = board().scores.round(0)  # with ties
    scores.iloc[0] = scores.iloc[1] + 1e-13  # which the last bit does not break
    found = ranks_of(scores.to_numpy()[None], scores.notna().to_numpy())[0]
    np.testing.assert_array_equal(found, rank(scores).to_numpy())


@pytest.mark.parametrize("is_panel", [False, True])
def test_to_ask_for_some_regions_changes_no_interval(is_panel: bool) -> None:
    made, asked = panel() if is_panel else board(), ["R31", "R03", "R07"]
    every = uncertainty(made, draws=40, seed=3)
    some = uncertainty(made, draws=40, seed=3, regions=asked)
    is_asked = every.intervals.index.get_level_values("nuts_id").isin(asked)
    pd.testing.assert_frame_equal(some.intervals, every.intervals[is_asked])
    pd.testing.assert_frame_equal(some.drawn, every.drawn)
    pd.testing.assert_series_equal(some.n_ranked, every.n_ranked)


def test_a_region_that_the_board_does_not_have_is_named() -> None:
    with pytest.raises(ParamError, match=r"The board has no region 'R99'\.[^$]*fix:   name a region of board\.scores"):
        uncertainty(board(), draws=5, seed=1, regions=["R01", "R99"])


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
        ({"draws": 10, "seed": 1, "choices": Choices(weight_noise="some")}, r"weight_noise is 'some'\."),
        (
            {"draws": 10, "seed": 1, "choices": Choices(aggregate=[{"method": "geometrc"}])},
            r"method of index is 'geometrc'\.[^$]*did you mean geometric\?",
        ),
        (
            {"draws": 10, "seed": 1, "choices": Choices(aggregate=[{"method": {"dimensions": "geometric"}}])},
            r"method names the level 'dimensions'\.",
        ),
        ({"draws": 10, "seed": 1, "choices": Choices(aggregate=[{"min_coverage": 7}])}, r"of index is 7\."),
        (
            {"draws": 10, "seed": 1, "choices": Choices(aggregate=[{"method": "generalised_mean", "power": 0}])},
            r"power is 0\.",
        ),
        (
            {"draws": 0, "seed": 0, "choices": Choices(impute=[], treat=[{"wins": 1}, {"logs": 1}])},
            r"(?s)5 problems:.*draws is 0.*seed is 0.*no option for impute.*of treat 'wins'.*of treat 'logs'",
        ),
        ({"draws": 10, "seed": 1, "choices": Choices(treat=[{"wins": 1}])}, r"There is no option of treat 'wins'\."),
    ],
)
def test_wrong_options_are_refused(options: dict, text: str) -> None:
    with pytest.raises(ParamError, match=text):
        uncertainty(board(), **options)


def test_values_that_a_mean_cannot_take_are_refused_as_on_a_board() -> None:
    mixed = {**ONE_WAY.__dict__, "normalise": [{"method": "zscore"}], "aggregate": [{"method": "geometric"}]}
    with pytest.raises(ContractError, match=r"The geometric score of s0 meets values that are not above 0 in i0"):
        uncertainty(board(), draws=5, seed=1, choices=Choices(**mixed))
    # Wins less defeats are below 0: nothing that a geometric mean of them could mean.
    above = {"method": {"sub-dimension": "copeland", "dimension": "geometric"}}
    with pytest.raises(ContractError, match=r"The geometric score of d0 meets values that are not above 0 in s0"):
        uncertainty(board(), draws=5, seed=1, choices=Choices(**{**mixed, "aggregate": [above]}))
