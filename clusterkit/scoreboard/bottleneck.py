"""The weakest link: what the dimensions of a region are worth when the weakest one holds back the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from clusterkit.data.frameworks import Framework
from clusterkit.errors import ParamError, did_you_mean, some
from clusterkit.scoreboard.profile import EU, SAME, problem, region_problems, shown_levels

SCALE = 100.0  # best possible score
MIN_COVERAGE = 2 / 3  # share of the weight of the dimensions that a penalised score needs
_POWERS = (1e-3, 1e3)  # bounds of the search for the power that equalises a dimension

Form = Literal["exponential", "logarithmic"]


class Penalised(NamedTuple):
    """Scores after the penalty for bottlenecks, on the scale of the scores.

    ``parts``: regions × dimensions, each after equalisation and penalty; ``overall``: their weighted mean, NaN where
    too little is known; ``bottleneck``: code of the dimension that binds, the first of equal ones, "" where none is
    known; ``powers``: the power by which each dimension was equalised (no unit, 1 where it was not).
    """

    parts: pd.DataFrame
    overall: pd.Series
    bottleneck: pd.Series
    powers: pd.Series


def bottleneck_penalty(
    scores: pd.DataFrame,
    dimensions: Framework | Sequence[str],
    *,
    weights: Mapping[str, float] | None = None,
    scale: float = SCALE,
    form: Form = "exponential",
    equalise: bool = True,
    min_coverage: float = MIN_COVERAGE,
) -> Penalised:
    """What the dimensions of a region are worth when the weakest one holds back the others.

    Parameters
    ----------
    scores
        Shape (n_regions, n_parts), from 0 to ``scale``, more is better; NaN is unknown, leaves its dimension out of the
        region's minimum and mean, and touches nothing else.
    dimensions
        A framework, whose dimensions (the level below the index) and weights are taken, or codes of columns with
        equal weights.
    weights
        Other weights, from 0 up; relative to each other. A dimension of weight 0 takes no part.
    scale
        Best possible score.
    form
        How a lead over the weakest dimension counts, see Notes.
    equalise
        Whether dimensions are first brought to the same mean over the regions. Without it a dimension in which nearly
        all regions score low is everybody's bottleneck.
    min_coverage
        Share of the weight of the dimensions that must be known for an overall score.

    Returns
    -------
    Penalised

    Raises
    ------
    ParamError
        An unknown dimension, no dimension, a weight below 0 or weights all 0, a score outside 0 to ``scale``, a share
        out of range; all at once.

    Notes
    -----
    With y = score / scale, equalised to y^k so that every dimension has the mean of all, and m the lowest y of a
    region,

        exponential: h = m + 1 − e^−(y − m)        logarithmic: h = m + ln(1 + y − m).

    Both are m where y = m, below y elsewhere, and rise with y ever more slowly.

    References
    ----------
    Penalty for bottleneck [AcsRappaiSzerb2011], in the regional index of entrepreneurship [Szerb2015]. Confirmed from
    abstracts and web pages: the weakest part limits the system, the others do not count in full; the example of 2011
    uses a logarithmic function; a monotone transformation that equalises the means was added later [SzerbLafuente];
    the weakest part is to be improved until another one is the weakest. Both formulas, and that the transformation
    is a power, are remembered, not read (docs/assumptions.md#A104).

    Examples
    --------
    >>> scores = pd.DataFrame({"skills": [60.0, 90.0], "finance": [60.0, 30.0]}, index=["AT31", "CZ01"])
    >>> bottleneck_penalty(scores, ["skills", "finance"], equalise=False).overall.round(1).to_dict()
    {'AT31': 60.0, 'CZ01': 52.6}
    """
    weight = _dimension_weights(scores, dimensions, weights, scale, min_coverage)
    y = (scores[weight.index] / scale).clip(0.0, 1.0)  # rounding may lie outside
    powers = _equalising_powers(y) if equalise else pd.Series(1.0, index=weight.index)
    return _penalised(y.pow(powers), weight, powers, scale, form, min_coverage)


def weakest_link(
    scores: pd.DataFrame,
    dimensions: Framework | Sequence[str],
    *,
    region: str,
    references: pd.DataFrame | None = None,
    peers: Sequence[str] = (),
    weights: Mapping[str, float] | None = None,
    scale: float = SCALE,
    form: Form = "exponential",
    equalise: bool = True,
    min_coverage: float = MIN_COVERAGE,
    step: float = 1.0,
) -> pd.DataFrame:
    """Which dimension holds a region back, and what lifting each would add to its overall penalised score.

    Parameters
    ----------
    scores, dimensions, weights, scale, form, equalise, min_coverage
        As for ``bottleneck_penalty``.
    region
        A row of ``scores``.
    references
        Row ``EU-28``: score of the EU in each dimension.
    peers
        Rows of ``scores``.
    step
        Points by which each dimension is lifted for ``gain_step``.

    Returns
    -------
    pandas.DataFrame
        One row per dimension of weight, largest ``gain_step`` first; index ``part``:

        - ``score``; ``equalised`` and ``penalised``, on the same scale; ``is_weakest`` (bool, one row);
        - ``overall``: the region's penalised score now, the same in all rows;
        - ``gain_step``: what ``step`` points more in this dimension alone would add to it, at most up to ``scale``;
        - ``eu``, ``gain_eu``; ``peers_mean``, ``gain_peers``: the level of the EU and of the peers, and what reaching
          it would add; 0 where the region is there already, NaN where the level is unknown;
        - ``next_weakest``, ``gain_next`` (the weakest dimension only): the score at which another dimension becomes the
          weakest, and what reaching it would add.

        Points of the penalised score; other regions, and the powers of the equalisation, stay as they are. NaN where
        the dimension or the overall score is unknown.

    Raises
    ------
    ParamError
        As for ``bottleneck_penalty``, or an unknown region or peer.
    """
    problems = region_problems(scores, region, peers)
    if not step > 0:
        problems.append(problem(f"The step is {step} points.", "step", "write a number above 0"))
    if problems:
        raise ParamError(problems)
    options: dict[str, Any] = {"scale": scale, "form": form, "min_coverage": min_coverage}
    weight = _dimension_weights(scores, dimensions, weights, scale, min_coverage)
    now = bottleneck_penalty(scores, list(weight.index), weights=weight, equalise=equalise, **options)
    own, powers = scores.loc[region, weight.index].astype(float).clip(0.0, scale), now.powers
    weakest = now.bottleneck[region]

    def gain(targets: pd.Series) -> pd.Series:
        """What lifting each dimension alone to its target adds."""
        values = np.tile(own.to_numpy(), (len(weight), 1))
        np.fill_diagonal(values, np.fmax(own, targets).clip(upper=scale))
        y = (pd.DataFrame(values, weight.index, weight.index) / scale).pow(powers)
        added = _penalised(y, weight, powers, scale, form, min_coverage).overall - now.overall[region]
        return added.where(own.notna() & targets.notna())

    table = pd.DataFrame({"score": own}).rename_axis("part")
    table["equalised"] = (own / scale).pow(powers) * scale
    table["penalised"] = now.parts.loc[region]
    table["is_weakest"] = table.index == weakest
    table["overall"] = now.overall[region]
    table["gain_step"] = gain(own + step)
    union = None if references is None or EU not in references.index else references.loc[EU]
    table["eu"] = np.nan if union is None else union.reindex(weight.index).astype(float)
    table["gain_eu"] = gain(table["eu"])
    table["peers_mean"] = scores.loc[list(peers), weight.index].mean()
    table["gain_peers"] = gain(table["peers_mean"])
    others = table["equalised"].drop(weakest, errors="ignore").min()
    target = pd.Series(np.nan, index=weight.index)
    if weakest and not np.isnan(others):
        target[weakest] = (others / scale) ** (1 / powers[weakest]) * scale
    table["next_weakest"] = target
    table["gain_next"] = gain(target)
    return table.sort_values("gain_step", ascending=False, kind="stable", na_position="last")


def _equalising_powers(y: pd.DataFrame) -> pd.Series:
    """The power that gives each dimension the mean of all, over the regions; 1 where none does."""
    means = y.mean()
    target = means.mean()

    def power(values: np.ndarray) -> float:
        def excess(k: float) -> float:
            return float(np.mean(values**k)) - target

        low, high = _POWERS
        if not len(values) or not excess(low) > 0 > excess(high):
            return 1.0
        return float(brentq(excess, low, high, xtol=1e-12))

    return pd.Series({part: power(y[part].dropna().to_numpy(float)) for part in y}, dtype=float)


def _penalised(
    y: pd.DataFrame, weight: pd.Series, powers: pd.Series, scale: float, form: Form, min_coverage: float
) -> Penalised:
    weakest = y.min(axis=1)
    lead = y.sub(weakest, axis=0)
    counted = -np.expm1(-lead) if form == "exponential" else np.log1p(lead)
    parts = counted.add(weakest, axis=0)
    known = parts.notna().mul(weight).sum(axis=1)
    overall = parts.mul(weight).sum(axis=1) / known.where(known >= min_coverage * weight.sum() - 1e-12)
    overall = overall.where(known > 0)
    bottleneck = pd.Series("", index=y.index, dtype=object)
    some_known = y.notna().any(axis=1)
    bottleneck[some_known] = y[some_known].round(12).idxmin(axis=1)
    return Penalised(parts * scale, overall * scale, bottleneck, powers)


def _dimension_weights(
    scores: pd.DataFrame,
    dimensions: Framework | Sequence[str],
    weights: Mapping[str, float] | None,
    scale: float,
    min_coverage: float,
) -> pd.Series:
    """Weight of every dimension that has one, checked."""
    if isinstance(dimensions, Framework):
        codes = dimensions.at(shown_levels(dimensions)[0])
        weight = dimensions.table.loc[codes, "weight"].astype(float)
    else:
        codes = list(dimensions)
        weight = pd.Series(1.0, index=codes)
    given = pd.Series({} if weights is None else weights, dtype=float)
    problems = [
        problem(
            f"The scores have no dimension {code!r}.",
            "the dimensions given",
            did_you_mean(code, [str(c) for c in scores]),
        )
        for code in codes
        if code not in scores
    ]
    problems += [
        problem(f"The weights name a dimension {code!r} that is not among them.", "weights", did_you_mean(code, codes))
        for code in given.index
        if code not in codes
    ]
    weight = given.reindex(weight.index).where(weight.index.isin(given.index), weight)
    wrong = weight[~(np.isfinite(weight) & (weight >= 0))]
    problems += [
        problem(f"The weight of {code} is {value}.", "weights", "write a number from 0 up")
        for code, value in wrong.items()
    ]
    if not len(wrong) and not (weight > 0).any():
        problems.append(
            problem(
                "There is no dimension with a weight above 0.",
                "the dimensions given",
                "name at least one, with a weight",
            )
        )
    if not 0 <= min_coverage <= 1:
        problems.append(problem(f"The least coverage is {min_coverage}.", "min_coverage", "write a share from 0 to 1"))
    for code in codes:
        values = scores[code] if code in scores else pd.Series(dtype=float)
        outside = values[(values < -SAME) | (values > scale + SAME)]
        if len(outside):
            first = some([f"{region} {value:.3g}" for region, value in outside.items()])
            problems.append(
                problem(
                    f"{len(outside)} scores of {code} are outside 0 to {scale:g}: {first}.",
                    "the scores",
                    'normalise with method="minmax", or name another scale',
                )
            )
    if problems:
        raise ParamError(problems)
    return weight[weight > 0]
