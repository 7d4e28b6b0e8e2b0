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
ROUNDING = 1e-10  # points; scores no further apart share a place
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


def uncertainty(
    board: Scoreboard,
    *,
    draws: int,
    seed: int,
    choices: Choices | None = None,
    regions: Sequence[str] | None = None,
) -> Uncertainty:
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
    regions
        Whose intervals are asked for; default all. They are ranked among all in any case: to ask for few saves time,
        and changes no interval.

    Returns
    -------
    Uncertainty
        Rank intervals of the regions asked for, in every part. A region without a score on the board has none, also
        where a draw fills its figures: intervals never rank more regions than the page does.

    Raises
    ------
    ParamError
        A number of draws or a seed below 1, choices that no step takes, or a region that the board does not have; all
        at once.
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
        lambda: _check_regions(board, regions or ()),
    )
    space = ChoiceSpace(board, choices, n_weight_sets=draws, seed=seed)
    unit = np.random.default_rng([seed, 1]).random((draws, len(CHOICES)))
    unit[:, CHOICES.index("weights")] = (np.arange(draws) + 0.5) / draws  # each set of weights once
    index, is_ranked = board.scores.index, board.scores.notna().to_numpy()
    is_asked = np.full(len(index), True) if regions is None else index.get_level_values(-1).isin(list(regions))
    position = np.cumsum(is_asked) - 1  # among those asked for
    ranks = np.empty((draws, is_asked.sum(), is_ranked.shape[1]), dtype=np.float32)
    periods = periods_of(index)
    for rows, scores in space.scores(unit):
        for period in periods:
            asked = np.flatnonzero(is_asked[period])
            places = ranks_of(scores[:, period], is_ranked[period], None if regions is None else asked)
            ranks[np.ix_(rows, position[period][asked])] = places
    return Uncertainty(_intervals(ranks, board, is_asked), _n_ranked(board), space.drawn(unit))


@dataclass(frozen=True)
class _Part:
    """A part of a framework that has indicators, and those of its children that have some.

    ``weights``: where the weights of the children stand; ``columns``: where their figures do, None above the lowest
    level.
    """

    code: str
    level: str
    children: list[str]
    weights: np.ndarray
    columns: np.ndarray | None


def _parts(framework: Framework, weighed: pd.Index) -> list[_Part]:
    """Parts that have indicators, those below first; ``weighed`` has the order of the weights."""
    columns = pd.Index(framework.indicators)
    found = []
    for level in reversed(framework.levels[:-1]):
        for code in framework.at(level):
            if children := [child for child in framework.children(code) if framework.leaves(child)]:
                at = columns.get_indexer(children) if level == framework.levels[-2] else None
                found.append(_Part(code, level, children, weighed.get_indexer(children), at))
    return found


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
        self.n_options = {name: len(self.options[name]) for name in ("impute", "treat", "normalise", "aggregate")}
        self.n_options |= {"weights": n_weight_sets, "leave_out": len(self.codes) + 1 if choices.leave_out else 1}
        self.weight_noise = choices.weight_noise
        self._weights = self._weight_sets(choices.weight_noise, n_weight_sets, seed)
        self._parts = _parts(self.framework, self._weights.columns)
        # Without an indicator (0 is none) it weighs nothing, nor do the parts that have no other.
        self._is_emptied = np.zeros((len(self.codes) + 1, self._weights.shape[1]), dtype=bool)
        for number, code in enumerate(self.codes, start=1):
            self._is_emptied[number, self._weights.columns.get_indexer(self._parts_emptied(code))] = True

    def _weight_sets(self, noise: float, n_sets: int, seed: int) -> pd.DataFrame:
        base = self.board.weighed.table["weight"]
        factors = np.random.default_rng([seed, 2]).uniform(1 - noise, 1 + noise, (n_sets, len(base)))
        return pd.DataFrame(factors * base.to_numpy(), columns=base.index)

    def _parts_emptied(self, code: str) -> list[str]:
        """The indicator, and the parts that have no other: without it they are empty and weigh nothing."""
        return [code, *(part.code for part in self._parts if self.framework.leaves(part.code) == [code])]

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

    def _scores(self, way: tuple[int, ...], weight_set: np.ndarray, leave_out: np.ndarray) -> np.ndarray:
        methods, thresholds = self._by_level[way[3]]
        power = self.options["aggregate"][way[3]].get("power", 0.5)
        values = self.normalised(*way[:3])
        weights = self._weights.to_numpy()[weight_set]
        weights[self._is_emptied[leave_out]] = 0.0
        known: dict[str, np.ndarray] = {}
        for part in self._parts:
            if part.columns is not None:
                parts = values[:, part.columns]
            else:
                parts = np.stack([known[child] for child in part.children], axis=1).swapaxes(1, 2)
            method, threshold = methods[part.level], thresholds[part.level]
            check_parts(parts, part.children, method, power, part.code)
            known[part.code] = combine(parts, weights[:, part.weights], method, threshold, power)
        nothing = np.full((len(weight_set), len(values)), np.nan)
        # One region after the other in memory, which is the order in which they are ranked.
        return np.stack([known.get(code, nothing) for code in self.framework.groups], axis=1).swapaxes(1, 2)

    def normalised(self, impute: int, treat: int, normalise: int) -> np.ndarray:
        """Indicators on one scale by one combination of options, worked out once; shape (n_regions, n_indicators)."""
        filled = self.board.variant(impute=self.options["impute"][impute])
        treated = filled.variant(treat=self.options["treat"][treat])
        # Worked out now, so that the boards made from these have it.
        _ = filled.imputed, treated.treated
        return treated.variant(normalise=self.options["normalise"][normalise]).normalised.to_numpy()


def periods_of(index: pd.Index) -> list[slice | np.ndarray]:
    """Positions of the rows that are ranked together: all, or those of each period of a panel."""
    if index.nlevels == 1:
        return [slice(None)]
    return list(pd.Series(np.arange(len(index))).groupby(index.get_level_values(0)).agg(list).map(np.array))


def ranks_of(scores: np.ndarray, is_ranked: np.ndarray, rows: np.ndarray | None = None) -> np.ndarray:
    """Places of regions, 1 is best, ties share the best place.

    Parameters
    ----------
    scores
        Shape (n_draws, n_regions, n_parts); NaN is unknown.
    is_ranked
        Shape (n_regions, n_parts): regions that take part.
    rows
        Positions of the regions whose places are asked for, among all; default all.

    Returns
    -------
    numpy.ndarray
        Shape (n_draws, n_rows, n_parts), float32; NaN where unknown or not taking part.
    """
    # One region after the other in memory.
    known = np.where(np.ascontiguousarray(is_ranked.T), scores.swapaxes(1, 2), np.nan)
    places = _sorted_places(known) if rows is None else _counted_places(known, rows)
    return places.swapaxes(1, 2)


def _counted_places(known: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Places of some regions, the last axis: one more than there are better ones. For few, much faster than to sort."""
    own = known[..., rows]
    places = np.empty(own.shape, dtype=np.float32)
    for number in range(len(rows)):
        places[..., number] = 1 + np.count_nonzero(known > own[..., number, None] + ROUNDING, axis=-1)
    places[np.isnan(own)] = np.nan
    return places


def _sorted_places(known: np.ndarray) -> np.ndarray:
    """Places of all regions, the last axis."""
    falling = np.where(np.isnan(known), np.inf, -known)  # numbers only: they are sorted faster
    order = np.argsort(falling, axis=-1)
    ordered = np.take_along_axis(falling, order, axis=-1)
    n = ordered.shape[-1]
    first = np.zeros(ordered.shape, dtype=np.int32)
    with np.errstate(invalid="ignore"):  # both unknown
        is_new = np.diff(ordered, axis=-1) > ROUNDING
    np.multiply(is_new, np.arange(1, n, dtype=np.int32), out=first[..., 1:])
    place = np.maximum.accumulate(first, axis=-1).astype(np.float32) + 1
    place[np.isinf(ordered)] = np.nan
    result = np.empty_like(place)
    np.put_along_axis(result, order, place, axis=-1)
    return result


def _n_ranked(board: Scoreboard) -> pd.Series:
    known = board.scores.notna()
    if known.index.nlevels == 1:
        return known.sum()
    by_period = known.groupby(level=0).sum()
    return pd.concat([row for _, row in by_period.iterrows()], keys=by_period.index, names=["period", "part"])


def _intervals(ranks: np.ndarray, board: Scoreboard, is_asked: np.ndarray) -> pd.DataFrame:
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
    third = n_ranked[is_asked] / 3
    with np.errstate(invalid="ignore", divide="ignore"):
        top = (flat <= third.reshape(-1)).sum(axis=0) / n_known
        # Of n places the worst third begins after two thirds.
        bottom = (flat > 2 * third.reshape(-1)).sum(axis=0) / n_known
    regions, parts = board.scores.index[is_asked], board.scores.columns
    names = ["period", "nuts_id", "part"] if regions.nlevels > 1 else ["nuts_id", "part"]
    levels = [regions.get_level_values(level).repeat(len(parts)) for level in range(regions.nlevels)]
    index = pd.MultiIndex.from_arrays([*levels, np.tile(parts, len(regions))], names=names)
    table = {
        "rank": board.ranks.to_numpy()[is_asked].reshape(-1),
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


def _check_regions(board: Scoreboard, regions: Sequence[str]) -> None:
    known, fix = set(board.scores.index.get_level_values(-1)), "name a region of board.scores"
    _raise(
        [
            Problem(f"The board has no region {name!r}.", "argument regions", _RULE, fix)
            for name in regions
            if name not in known
        ]
    )


def _raise(problems: Sequence[Problem]) -> None:
    if problems:
        raise ParamError(problems)


def _problem(what: str, fix: str) -> Problem:
    return Problem(what=what, where="argument choices", rule=_RULE, fix=fix)
