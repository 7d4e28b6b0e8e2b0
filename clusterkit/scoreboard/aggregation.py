"""From indicators to sub-dimensions, dimensions and the whole: weighted means of what is known, or pairwise wins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from clusterkit.data.frameworks import Framework
from clusterkit.errors import ContractError, ParamError, Problem, some
from clusterkit.scoreboard.checks import absent, check_choice, check_number, check_values
from clusterkit.scoreboard.weights import benefit_of_the_doubt

Method = Literal["arithmetic", "geometric", "harmonic", "generalised_mean", "copeland", "benefit_of_the_doubt"]
METHODS: tuple[Method, ...] = get_args(Method)
TIE = 1e-5  # share of the weight (no unit); a margin this small between two regions is rounding, not preference
_RULE = "docs/methods.md#aggregation"


def aggregate(
    normalised: pd.DataFrame,
    framework: Framework,
    *,
    method: Method | Mapping[str, Method] = "arithmetic",
    min_coverage: float | Mapping[str, float] = 0.0,
    power: float = 0.5,
) -> pd.DataFrame:
    """Scores of every part of the framework, worked out from below level by level.

    Parameters
    ----------
    normalised
        Indicators on one scale, more is better, shape (n_regions, n_indicators). NaN is unknown.
    framework
        Weights count relative to siblings.
    method
        One for all levels, or by the name of the level that is made ("sub-dimension", "dimension", …; others are
        arithmetic). With weights ``w`` of the known parts ``x``:

        - ``arithmetic``: ``Σ w x / Σ w``; a good part makes up for a bad one;
        - ``geometric``: ``exp(Σ w ln x / Σ w)``; less so;
        - ``harmonic``: ``Σ w / Σ (w / x)``; still less;
        - ``generalised_mean``: ``(Σ w xᵖ / Σ w)^(1/p)`` with ``power`` p;
        - ``copeland``: wins minus defeats against every other region, where a region wins that has more weight on its
          side, equal parts counting half for each;
        - ``benefit_of_the_doubt``: each region with the weights that favour it most, 0 to 100; parts of weight 0 take
          no part.
    min_coverage
        Least share of the parts directly below that must be known (0 to 1; equality passes), one for all or by the name
        of the level. A part without any indicator anywhere does not count.
    power
        Of ``generalised_mean``; from −100 to 100, not 0.

    Returns
    -------
    pandas.DataFrame
        Shape (n_regions, n_groups), columns the parts of the framework, lowest level first; unit that of ``normalised``
        (``copeland``: number of regions, from −(n−1) to n−1). NaN where too few parts are known, and in parts without
        any indicator. The weights of unknown parts go to their known siblings.

    Raises
    ------
    ContractError
        A row or column twice, a cell that is no number, an indicator of the framework that is not in the table, or
        values that a mean cannot take (geometric, harmonic, generalised mean of a power below 0: all above 0; benefit
        of the doubt, generalised mean: none below 0).
    ParamError
        An unknown method, level or option.

    References
    ----------
    OECD2008, step 6; Copeland's rule: SaariMerlin1996; coverage and weights of unknown parts as in Becker2022; keys in
    docs/references.bib.

    Examples
    --------
    >>> from clusterkit.data.frameworks import check_framework
    >>> rows = [("s", "dimension", "", None, 1), ("a", "indicator", "s", 1, 3), ("b", "indicator", "s", 1, 1)]
    >>> table = pd.DataFrame(rows, columns=["code", "level", "parent", "direction", "weight"])
    >>> toy = check_framework(table, levels=["dimension", "indicator"])
    >>> x = pd.DataFrame({"a": [80.0, 40.0], "b": [40.0, None]}, index=["AT31", "BE10"])
    >>> aggregate(x, toy)["s"].tolist()
    [70.0, 40.0]
    """
    x = check_values(normalised, "of normalised indicators")
    methods, thresholds = by_level(framework, method=method, min_coverage=min_coverage, power=power)
    if missing := absent(framework.indicators, x.columns):
        what = f"The normalised table has no column for {some(missing)}."
        raise ContractError(_problem(what, "columns of normalised", "add them, or use framework.without([...])"))
    known: dict[str, np.ndarray] = {code: x[code].to_numpy() for code in framework.indicators}
    weights = framework.table["weight"]
    for level in reversed(framework.levels[:-1]):
        for code in framework.at(level):
            children = framework.children(code)
            if not framework.leaves(code):
                known[code] = np.full(len(x), np.nan)
                continue
            # A part that nobody has figures for says nothing about how complete a region is.
            children = [child for child in children if framework.leaves(child)]
            parts = np.column_stack([known[child] for child in children])
            share = weights[children].to_numpy()
            check_parts(parts, children, methods[level], power, code)
            known[code] = combine(parts, share[None, :], methods[level], thresholds[level], power)[0]
    return pd.DataFrame({code: known[code] for code in framework.groups}, index=x.index)


def by_level(
    framework: Framework,
    *,
    method: Method | Mapping[str, Method] = "arithmetic",
    min_coverage: float | Mapping[str, float] = 0.0,
    power: float = 0.5,
) -> tuple[dict[str, Method], dict[str, float]]:
    """Method and coverage threshold of every level that is made, from options as those of :func:`aggregate`.

    Raises
    ------
    ParamError
        An unknown method, level or option.
    """
    methods = _of_levels(method, framework, "method", "arithmetic")
    thresholds = _of_levels(min_coverage, framework, "min_coverage", 0.0)
    for level in framework.levels[:-1]:
        check_choice(methods[level], METHODS, f"method of {level}")
        check_number(thresholds[level], f"min_coverage of {level}", low=0, high=1)
    check_number(power, "power", low=-100, high=100)
    if power == 0:
        raise ParamError(_problem("power is 0.", "argument power", 'use method="geometric", its limit'))
    return methods, thresholds


def combine(
    parts: np.ndarray, weights: np.ndarray, method: Method, min_coverage: float = 0.0, power: float = 0.5
) -> np.ndarray:
    """One score from several parts, for many sets of weights at once.

    Parameters
    ----------
    parts
        Shape (n_regions, n_parts), the same for all sets, or (n_sets, n_regions, n_parts); NaN is unknown.
    weights
        Shape (n_sets, n_parts), from 0 up. A part of weight 0 does not count.
    method, min_coverage, power
        As in :func:`aggregate`.

    Returns
    -------
    numpy.ndarray
        Shape (n_sets, n_regions); NaN where fewer than ``min_coverage`` of the parts that weigh are known, or none.
    """
    is_known = ~np.isnan(parts)
    counts = weights > 0
    if method == "copeland":
        scores = _copeland(parts, weights)
    elif method == "benefit_of_the_doubt":
        scores = _benefit(parts, counts)
    else:
        scores = _mean(parts, is_known, weights, method, power)
    n_counting = counts.sum(axis=1)
    if is_known.all() and n_counting.all():
        return scores  # most draws: all is known, and nothing is left to test
    share = _product(is_known.astype(float), counts.astype(float)) / np.maximum(n_counting, 1)[:, None]
    # A share such as 2/3 must pass the threshold 2/3, whatever the last bit says. Without any part there is no score.
    return np.where(share >= max(min_coverage, 2e-12) - 1e-12, scores, np.nan)


def _mean(parts: np.ndarray, is_known: np.ndarray, weights: np.ndarray, method: Method, power: float) -> np.ndarray:
    exponent = {"arithmetic": 1.0, "harmonic": -1.0, "generalised_mean": power}.get(method)
    with np.errstate(divide="ignore", invalid="ignore"):
        inner = parts if exponent == 1.0 else np.log(parts) if exponent is None else parts**exponent
        if is_known.all():
            mean = _product(inner, weights) / weights.sum(axis=1)[:, None]
        else:
            mean = _product(np.where(is_known, inner, 0.0), weights) / _product(is_known.astype(float), weights)
        return mean if exponent == 1.0 else np.exp(mean) if exponent is None else mean ** (1 / exponent)


def _product(parts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Sum over the parts of value times weight, shape (n_sets, n_regions)."""
    if parts.ndim == 2:
        return weights @ parts.T
    return np.matmul(weights[:, None, :], parts.swapaxes(1, 2))[:, 0]


def _benefit(parts: np.ndarray, counts: np.ndarray) -> np.ndarray:
    layers = np.broadcast_to(parts, (len(counts), *parts.shape[-2:]))
    # The same parts with the same of them counting are solved once.
    ways = [(0 if parts.ndim == 2 else number, row.tobytes()) for number, row in enumerate(counts)]
    done: dict[tuple[int, bytes], np.ndarray] = {}
    for way, layer, row in zip(ways, layers, counts, strict=True):
        if way not in done:
            done[way] = benefit_of_the_doubt(pd.DataFrame(layer[:, row])).scores.to_numpy()
    return np.stack([done[way] for way in ways])


def _copeland(parts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    n_regions, n_parts = parts.shape[-2:]
    total = weights.sum(axis=1, keepdims=True)
    share = (weights / np.where(total > 0, total, 1.0)).astype(np.float32)
    scores = np.empty((len(weights), n_regions))
    shared = _signs(parts) if parts.ndim == 2 else None
    ones = np.ones(n_regions, dtype=np.float32)
    for number, weight in enumerate(share):
        signs = _signs(parts[number]) if shared is None else shared
        margin = (weight @ signs.reshape(n_parts, -1)).reshape(n_regions, n_regions)
        wins = (margin > TIE).view(np.int8) - (margin < -TIE).view(np.int8)
        scores[number] = wins.astype(np.float32) @ ones
    return scores


def _signs(parts: np.ndarray) -> np.ndarray:
    """1 where a region is ahead in a part, −1 where behind, 0 where equal or unknown; shape (n_parts, n, n)."""
    values = np.ascontiguousarray(parts.T)  # one part after the other: comparing across a stride takes ten times longer
    own, other = values[:, :, None], values[:, None, :]
    with np.errstate(invalid="ignore"):
        return ((own > other).view(np.int8) - (own < other).view(np.int8)).astype(np.float32)


def _of_levels(value: object, framework: Framework, name: str, default: object) -> dict[str, Any]:
    levels = framework.levels[:-1]
    if not isinstance(value, Mapping):
        return dict.fromkeys(levels, value)
    problems = [
        _problem(f"{name} names the level {level!r}.", f"argument {name}", f"the levels are {', '.join(levels)}")
        for level in value
        if level not in levels
    ]
    if problems:
        raise ParamError(problems)
    return {level: value.get(level, default) for level in levels}


def check_parts(parts: np.ndarray, children: list[str], method: str, power: float, code: str) -> None:
    """Refuse values that the mean of a part cannot take; the last axis is that of its children.

    Raises
    ------
    ContractError
        With the children that have such values.
    """
    if method in ("geometric", "harmonic") or (method == "generalised_mean" and power < 0):
        is_wrong, are = parts <= 0, "are not above 0"
    elif method == "benefit_of_the_doubt" or (method == "generalised_mean" and power != 1):
        is_wrong, are = parts < 0, "are below 0"
    else:
        return
    wrong = [child for child, column in zip(children, is_wrong.T, strict=True) if column.any()]
    if wrong:
        what = f"The {method.replace('_', ' ')} score of {code} meets values that {are} in {some(wrong)}."
        fix = "normalise to a positive scale, such as scale=(1, 100), or use method='arithmetic'"
        raise ContractError(_problem(what, f"part {code}", fix))


def _problem(what: str, where: str, fix: str) -> Problem:
    return Problem(what=what, where=where, rule=_RULE, fix=fix)
