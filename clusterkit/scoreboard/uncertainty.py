"""How far a rank depends on choices that could as well have been made otherwise: many builds at once.

Nothing is built in a loop over draws. The few different ways to fill, treat and normalise are worked out once each; all
draws that share one of them are aggregated together, as products of matrices.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from clusterkit.data.frameworks import Framework
from clusterkit.errors import ParamError, Problem
from clusterkit.scoreboard.aggregation import by_level, check_parts, combine
from clusterkit.scoreboard.board import Scoreboard
from clusterkit.scoreboard.checks import check_all, check_number

POSITIVE = (1.0, 100.0)  # scale (points) on which every mean exists
CHOICES = ("impute", "treat", "normalise", "weights", "aggregate", "leave_out")
_CHUNK = 256  # draws held at a time: bounds the memory (281 regions by 30 parts by 8 bytes each)
_RULE = "docs/methods.md#uncertainty"

Options = Mapping[str, Any]


@dataclass(frozen=True)
class Choices:
    """What could have been chosen otherwise: each draw takes one of each, all equally likely.

    Parameters
    ----------
    impute, treat, normalise
        Options of these steps of a :class:`Scoreboard`.
    aggregate
        Options of this step; geometric and harmonic means need ``normalise`` to give values above 0.
    weight_noise
        Each weight, of indicators and of all parts above, is multiplied by a number drawn evenly from 1 − this to
        1 + this.
    leave_out
        Whether each draw leaves out one indicator (or none, as likely as each of them); a part of which it is the only
        one then counts no more for the parts above it, as in :meth:`Scoreboard.without`. It still helps to find the
        nearest neighbours.
    """

    impute: Sequence[Options] = ({"method": "none"}, {"method": "group_mean"}, {"method": "nearest"})
    treat: Sequence[Options] = (
        {"winsorise_up_to": 5},
        {"winsorise_up_to": 10},
        {"winsorise_up_to": 0, "log": "none"},
    )
    normalise: Sequence[Options] = (
        {"method": "minmax", "scale": POSITIVE},
        {"method": "zscore", "mean": 50.0, "sd": 15.0, "floor": 1.0},
        {"method": "percentile_rank", "scale": POSITIVE},
    )
    aggregate: Sequence[Options] = ({"method": "arithmetic"}, {"method": "geometric"})
    weight_noise: float = 0.25
    leave_out: bool = True


@dataclass(frozen=True)
class Uncertainty:
    """Ranks over many builds.

    Parameters
    ----------
    intervals
        Index (region, part). ``rank`` of the board itself; ``rank_low``, ``rank_median``, ``rank_high``: 5th, 50th and
        95th percentile over the draws (1 is best); ``share_top`` and ``share_bottom``: share of the draws in the best
        and the worst third; ``n_draws``: draws in which the score is known. NaN where the board has no score.
    n_ranked
        Regions ranked, by part (of a panel by period and part): those that have a score on the board itself.
    drawn
        Number of the option taken, shape (draws, choices); weights: 0.
    """

    intervals: pd.DataFrame
    n_ranked: pd.Series
    drawn: pd.DataFrame


def uncertainty(board: Scoreboard, *, draws: int, seed: int, choices: Choices | None = None) -> Uncertainty:
    """Between which places a region moves when the analyst's choices change.

    Parameters
    ----------
    board
        The build whose ranks are judged.
    draws
        Monte-Carlo builds, at least 1.
    seed
        Of the draws, at least 1.
    choices
        What varies; default all choices of :class:`Choices`. ``min_coverage`` stays that of the board.

    Returns
    -------
    Uncertainty
        Rank intervals of every region in every part. A region without a score on the board has none, also where a draw
        fills its figures: intervals never rank more regions than the page does.

    Raises
    ------
    ParamError
        A number of draws or a seed below 1, or choices that no step takes; all at once.
    ContractError
        Values that a mean cannot take, such as a geometric one of z-scores below 0.

    References
    ----------
    SaisanaEtAl2005; OECD2008, step 7; keys in docs/references.bib.
    """
    choices = choices or Choices()
    check_all(
        lambda: check_number(draws, "draws", low=1, high=np.inf, whole=True),
        lambda: check_number(seed, "seed", low=1, high=np.inf, whole=True),
        lambda: checked_options(board, choices),
    )
    space = ChoiceSpace(board, choices, n_weight_sets=draws, seed=seed)
    unit = np.random.default_rng([seed, 1]).random((draws, len(CHOICES)))
    unit[:, CHOICES.index("weights")] = (np.arange(draws) + 0.5) / draws  # each set of weights once
    ranks = np.empty((draws, *board.scores.shape), dtype=np.float32)
    is_ranked, periods = board.scores.notna().to_numpy(), periods_of(board.scores.index)
    for rows, scores in space.scores(unit):
        for period in periods:
            ranks[np.ix_(rows, period)] = ranks_of(scores[:, period], is_ranked[period])
    return Uncertainty(_intervals(ranks, board), _n_ranked(board), space.drawn(unit))


class ChoiceSpace:
    """All builds that a set of choices allows, addressed by numbers from 0 to 1, one for each choice.

    Parameters
    ----------
    n_weight_sets
        Sets of weights drawn beforehand; the number for ``weights`` picks one.
    """

    def __init__(self, board: Scoreboard, choices: Choices, *, n_weight_sets: int, seed: int) -> None:
        self.board = board
        self.framework: Framework = board.framework
        self.options = checked_options(board, choices)
        self.codes = self.framework.indicators
        self._by_level = [by_level(self.framework, **option) for option in self.options["aggregate"]]
        self._emptied = [self._parts_emptied(code) for code in self.codes]
        self.n_options = {name: len(self.options[name]) for name in ("impute", "treat", "normalise", "aggregate")}
        self.n_options |= {"weights": n_weight_sets, "leave_out": len(self.codes) + 1 if choices.leave_out else 1}
        self.weight_noise = choices.weight_noise
        self._weights = self._weight_sets(choices.weight_noise, n_weight_sets, seed)
        self._boards: dict[tuple[int, ...], Scoreboard] = {}
        self._normalised: dict[tuple[int, int, int], np.ndarray] = {}

    def _weight_sets(self, noise: float, n_sets: int, seed: int) -> pd.DataFrame:
        base = self.board.weighed.table["weight"]
        factors = np.random.default_rng([seed, 2]).uniform(1 - noise, 1 + noise, (n_sets, len(base)))
        return pd.DataFrame(factors * base.to_numpy(), columns=base.index)

    def _parts_emptied(self, code: str) -> list[str]:
        """The indicator, and the parts that have no other: without it they are empty and weigh nothing."""
        emptied, parent = [code], self.framework.table.loc[code, "parent"]
        while parent and self.framework.leaves(parent) == [code]:
            emptied.append(parent)
            parent = self.framework.table.loc[parent, "parent"]
        return emptied

    def weight_set(self, number: int) -> pd.Series:
        """One set of weights, by part: a new table."""
        return self._weights.loc[number].copy()

    def picks(self, unit: np.ndarray) -> dict[str, np.ndarray]:
        """Number of the option that each draw takes, by choice."""
        return {
            name: np.minimum((column * self.n_options[name]).astype(int), self.n_options[name] - 1)
            for name, column in zip(CHOICES, unit.T, strict=True)
        }

    def drawn(self, unit: np.ndarray) -> pd.DataFrame:
        """The picks as a table, shape (n_draws, n_choices)."""
        return pd.DataFrame(self.picks(unit))

    def scores(self, unit: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Positions of draws, and their scores, shape (n_of_these, n_regions, n_groups); all draws once."""
        picks = self.picks(unit)
        ways = [range(self.n_options[name]) for name in ("impute", "treat", "normalise", "aggregate")]
        for way in product(*ways):
            same = np.logical_and.reduce(
                [
                    picks[name] == number
                    for name, number in zip(("impute", "treat", "normalise", "aggregate"), way, strict=True)
                ]
            )
            rows = np.flatnonzero(same)
            for start in range(0, len(rows), _CHUNK):
                part = rows[start : start + _CHUNK]
                yield part, self._scores(way, picks["weights"][part], picks["leave_out"][part])

    def _scores(self, way: tuple[int, int, int, int], weight_set: np.ndarray, leave_out: np.ndarray) -> np.ndarray:
        framework = self.framework
        methods, thresholds = self._by_level[way[3]]
        power = self.options["aggregate"][way[3]].get("power", 0.5)
        values = self.normalised(*way[:3])
        weights = self._weights.to_numpy()[weight_set]
        place = {code: number for number, code in enumerate(self._weights.columns)}
        column = {code: number for number, code in enumerate(self.codes)}
        for row in np.flatnonzero(leave_out):
            weights[row, [place[code] for code in self._emptied[leave_out[row] - 1]]] = 0.0
        known: dict[str, np.ndarray] = {}
        for level in reversed(framework.levels[:-1]):
            for code in framework.at(level):
                children = [child for child in framework.children(code) if framework.leaves(child)]
                if not children:
                    known[code] = np.full((len(weight_set), len(values)), np.nan)
                    continue
                share = weights[:, [place[child] for child in children]]
                if level == framework.levels[-2]:
                    parts = values[:, [column[child] for child in children]]
                else:
                    parts = np.stack([known[child] for child in children], axis=-1)
                check_parts(parts, children, methods[level], power, code)
                known[code] = combine(parts, share, methods[level], thresholds[level], power)
        return np.stack([known[code] for code in framework.groups], axis=-1)

    def normalised(self, impute: int, treat: int, normalise: int) -> np.ndarray:
        """Indicators on one scale by one combination of options, worked out once; shape (n_regions, n_indicators)."""
        key = (impute, treat, normalise)
        if key not in self._normalised:
            filled = self._board((impute,), {"impute": self.options["impute"][impute]}, self.board)
            treated = self._board((impute, treat), {"treat": self.options["treat"][treat]}, filled)
            made = treated.with_(normalise=self.options["normalise"][normalise])
            self._normalised[key] = made.normalised.to_numpy()
        return self._normalised[key]

    def _board(self, key: tuple[int, ...], step: dict[str, Options], before: Scoreboard) -> Scoreboard:
        if key not in self._boards:
            board = before.with_(**step)
            # Worked out now, so that the boards made from this one have it.
            _ = board.imputed if "impute" in step else board.treated
            self._boards[key] = board
        return self._boards[key]


def periods_of(index: pd.Index) -> list[np.ndarray]:
    """Positions of the rows that are ranked together: all, or those of each period of a panel."""
    if index.nlevels == 1:
        return [np.arange(len(index))]
    return list(pd.Series(np.arange(len(index))).groupby(index.get_level_values(0)).agg(list).map(np.array))


def ranks_of(scores: np.ndarray, is_ranked: np.ndarray) -> np.ndarray:
    """Places of regions, 1 is best, ties share the best place.

    Parameters
    ----------
    scores
        Shape (n_draws, n_regions, n_parts); NaN is unknown.
    is_ranked
        Shape (n_regions, n_parts): regions that take part.

    Returns
    -------
    numpy.ndarray
        Same shape, float32; NaN where unknown or not taking part.
    """
    falling = -np.where(is_ranked & ~np.isnan(scores), scores, -np.inf).swapaxes(1, 2)
    order = np.argsort(falling, axis=-1)
    ordered = np.take_along_axis(falling, order, axis=-1)
    n = ordered.shape[-1]
    # A place is new where the score differs from the one before by more than rounding.
    with np.errstate(invalid="ignore"):
        is_new = np.diff(ordered, axis=-1) > 1e-10
    first = np.concatenate(
        [np.zeros((*ordered.shape[:-1], 1), dtype=np.int32), np.where(is_new, np.arange(1, n, dtype=np.int32), 0)],
        axis=-1,
    )
    place = np.maximum.accumulate(first, axis=-1).astype(np.float32) + 1
    place[np.isposinf(ordered)] = np.nan
    result = np.empty_like(place)
    np.put_along_axis(result, order, place, axis=-1)
    return result.swapaxes(1, 2)


def _n_ranked(board: Scoreboard) -> pd.Series:
    known = board.scores.notna()
    if known.index.nlevels == 1:
        return known.sum()
    by_period = known.groupby(level=0).sum()
    return pd.concat([row for _, row in by_period.iterrows()], keys=by_period.index, names=["period", "part"])


def _intervals(ranks: np.ndarray, board: Scoreboard) -> pd.DataFrame:
    """Percentiles over the draws, region by region and part by part."""
    flat = ranks.reshape(len(ranks), -1)
    n_known = (~np.isnan(flat)).sum(axis=0)
    quantiles = np.full((3, flat.shape[1]), np.nan)
    full, some = n_known == len(flat), (n_known > 0) & (n_known < len(flat))
    levels = [5, 50, 95]
    if full.any():
        quantiles[:, full] = np.percentile(flat[:, full], levels, axis=0, method="inverted_cdf")
    if some.any():
        quantiles[:, some] = np.nanpercentile(flat[:, some], levels, axis=0, method="inverted_cdf")
    n_ranked = np.empty(board.scores.shape)
    for period in periods_of(board.scores.index):
        n_ranked[period] = board.scores.iloc[period].notna().sum().to_numpy()
    third = n_ranked / 3
    with np.errstate(invalid="ignore", divide="ignore"):
        top = (flat <= third.reshape(-1)).sum(axis=0) / n_known
        # Of n places the worst third begins after two thirds.
        bottom = (flat > 2 * third.reshape(-1)).sum(axis=0) / n_known
    regions, parts = board.scores.index, board.scores.columns
    names = ["period", "nuts_id", "part"] if regions.nlevels > 1 else ["nuts_id", "part"]
    levels = [regions.get_level_values(level).repeat(len(parts)) for level in range(regions.nlevels)]
    index = pd.MultiIndex.from_arrays([*levels, np.tile(parts, len(regions))], names=names)
    table = {
        "rank": board.ranks.to_numpy().reshape(-1),
        "rank_low": quantiles[0],
        "rank_median": quantiles[1],
        "rank_high": quantiles[2],
        "share_top": np.where(n_known > 0, top, np.nan),
        "share_bottom": np.where(n_known > 0, bottom, np.nan),
        "n_draws": n_known,
    }
    return pd.DataFrame(table, index=index)


def checked_options(board: Scoreboard, choices: Choices) -> dict[str, list[Options]]:
    """Options of each choice with the coverage threshold of the board.

    Raises
    ------
    ParamError
        Everything that is wrong with them, at once.
    """
    problems = []
    options = {}
    for choice in fields(Choices):
        given = getattr(choices, choice.name)
        if choice.name == "leave_out":
            continue
        if choice.name == "weight_noise":
            if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given < 1:
                problems.append(_problem(f"weight_noise is {given!r}.", "a number from 0 to below 1"))
            continue
        if not given:
            problems.append(_problem(f"There is no option for {choice.name}.", "at least one, or leave the default"))
        options[choice.name] = list(given)
    checks = [
        partial(board.with_, **{name: option})  # raises on an unknown option
        for name, several in options.items()
        for option in several
    ]
    check_all(partial(_raise, problems), *checks)
    threshold = board.steps["aggregate"].get("min_coverage", 0.0)
    options["aggregate"] = [{"min_coverage": threshold, **option} for option in options["aggregate"]]
    check_all(*(partial(by_level, board.framework, **option) for option in options["aggregate"]))
    return options


def _raise(problems: Sequence[Problem]) -> None:
    if problems:
        raise ParamError(problems)


def _problem(what: str, fix: str) -> Problem:
    return Problem(what=what, where="argument choices", rule=_RULE, fix=fix)
