"""Indicators of different units on one scale, on which more is always better."""

from __future__ import annotations

import math
from collections.abc import Mapping
from numbers import Real
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from clusterkit.errors import ParamError, Problem
from clusterkit.scoreboard.checks import absent, check_choice, check_number, check_values, differ

Method = Literal[
    "minmax",
    "zscore",
    "rank",
    "percentile_rank",
    "borda",
    "distance_to_reference",
    "distance_to_best",
    "distance_to_target",
    "goalposts",
]
METHODS: tuple[Method, ...] = get_args(Method)
_RULE = "docs/methods.md#normalisation"


def normalise(
    x: pd.DataFrame,
    *,
    method: Method = "minmax",
    directions: Mapping[str, float] | pd.Series | None = None,
    scale: tuple[float, float] = (0.0, 100.0),
    mean: float = 0.0,
    sd: float = 1.0,
    floor: float | None = None,
    reference: Mapping[str, float] | pd.Series | str | None = None,
    targets: Mapping[str, float] | pd.Series | None = None,
    goalposts: Mapping[str, tuple[float, float]] | None = None,
    distance: Literal["range", "ratio"] = "range",
    cap: bool = False,
) -> pd.DataFrame:
    """Where each region stands in each indicator, on one scale for all; more is better.

    Parameters
    ----------
    x
        Values, shape (n_regions, n_indicators). NaN is unknown: it takes no part and stays unknown.
    method
        With ``y = direction · x``, per indicator:

        - ``minmax``: ``low + (y − min) / (max − min) · (high − low)``;
        - ``zscore``: ``mean + sd · (y − ȳ) / s``, ``s`` with n − 1;
        - ``rank``: 1 for the lowest ``y``, equal values share the lowest rank; ``borda``: rank − 1;
        - ``percentile_rank``: ``low + (rank − 1) / (n − 1) · (high − low)``;
        - ``distance_to_reference``: 100 is the ``reference``, 0 the lowest region (``distance="range"``), or
          ``100 · x / reference``, upside down for direction −1 (``distance="ratio"``, positive values only);
        - ``distance_to_best``: the same with the best region as reference;
        - ``distance_to_target``: the same with ``targets``;
        - ``goalposts``: minmax between given ends, cut off at both.
    directions
        +1 or −1 by indicator; default +1.
    scale
        Low and high end of ``minmax``, ``percentile_rank`` and ``goalposts``.
    mean, sd
        Of ``zscore``.
    floor
        Least value of the result, for means that need positive numbers; None: none.
    reference
        One value per indicator in the unit of ``x``, or the name of a row of ``x``.
    targets
        One value per indicator in the unit of ``x``.
    goalposts
        Low and high end per indicator, in the unit of ``x``.
    cap
        Cut off at 100 what is beyond the reference or target.
    distance
        Of what a distance to a reference, best or target is a part: of the range between the lowest region and it, or
        of its value.

    Returns
    -------
    pandas.DataFrame
        Same shape, points of the scale (no unit). An indicator that is the same everywhere tells regions apart in no
        way: NaN throughout, except that ranks of equal values are equal. So is one whose reference or target is no
        better than the lowest region, for points of the range.

    Raises
    ------
    ContractError
        A row or column twice, or a cell that is no number.
    ParamError
        An unknown method; directions that are not 1 or −1; a reference, target or goalpost that is needed and absent;
        a ratio of values that are not positive; all at once where there are several.

    References
    ----------
    OECD2008, step 5, table 3; Becker2022; keys in docs/references.bib.

    Examples
    --------
    >>> x = pd.DataFrame({"graduates": [20.0, 30, 60], "waste": [500.0, 400, 300]}, index=["AT31", "BE10", "FI1D"])
    >>> normalise(x, directions={"graduates": 1, "waste": -1}).loc["BE10"].tolist()
    [25.0, 50.0]
    """
    x = check_values(x, "of indicators")
    check_choice(method, METHODS, "method")
    sign = _directions(x, directions)
    _check_ends(scale, mean, floor)
    check_number(sd, "sd", low=1e-12, high=np.inf)
    if method == "goalposts":
        result = _goalposts(x, sign, goalposts, scale)
    elif method.startswith("distance_"):
        result = _distance(x, sign, method, reference, targets, distance)
        result = result.clip(upper=100.0) if cap else result
    else:
        # In numbers alone: an analysis of other choices asks for a hundred of these.
        oriented = pd.DataFrame(x.to_numpy() * sign.to_numpy(), index=x.index, columns=x.columns)
        result = _compared(oriented, method, scale, mean, sd)
    return result if floor is None else np.maximum(result, floor)


def _check_ends(scale: Any, mean: object, floor: object) -> None:
    problems = []
    is_pair = isinstance(scale, tuple | list) and len(scale) == 2 and all(map(_is_number, scale))
    if not (is_pair and scale[0] < scale[1]):
        problems.append(_problem(f"scale is {scale!r}.", "scale", "write the low end, then the high end: (0, 100)"))
    for name, value in (("mean", mean), ("floor", floor)):
        if not (_is_number(value) or (name == "floor" and value is None)):
            problems.append(_problem(f"{name} is {value!r}.", name, "write a number"))
    if problems:
        raise ParamError(problems)


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)


def _directions(x: pd.DataFrame, directions: Mapping[str, float] | pd.Series | None) -> pd.Series:
    if directions is None:
        return pd.Series(1.0, index=x.columns)
    given = pd.Series(directions)
    found = given.reindex(x.columns)
    if found.isin((1, -1)).all():
        return found.astype(float)
    missing = absent(x.columns, given.index)
    wrong = [str(code) for code in x.columns if code in given.index and given[code] not in (1, -1)]
    problems = []
    for codes, what in ((missing, "is missing"), (wrong, "is not 1 or -1")):
        fix = "give 1 where more is better, -1 where less is"
        problems += [_problem(f"The direction of {code} {what}.", "directions", fix) for code in codes]
    raise ParamError(problems)


def _compared(
    oriented: pd.DataFrame, method: Method, scale: tuple[float, float], mean: float, sd: float
) -> pd.DataFrame:
    """Regions compared with one another; ``oriented`` has more is better."""
    values = oriented.to_numpy()
    low, high = np.fmin.reduce(values, axis=0, initial=np.nan), np.fmax.reduce(values, axis=0, initial=np.nan)
    tells = differ(low, high)
    if method == "minmax":
        result = (values - low) / np.where(tells, high - low, np.nan) * (scale[1] - scale[0]) + scale[0]
    elif method == "zscore":
        spread = np.where(tells, oriented.std(ddof=1).to_numpy(), np.nan)
        result = (values - oriented.mean().to_numpy()) / spread * sd + mean
    else:
        result = oriented.rank(method="min").to_numpy() - (method != "rank")
        if method == "percentile_rank":
            others = np.where(tells, (~np.isnan(values)).sum(axis=0) - 1, np.nan)
            result = result / others * (scale[1] - scale[0]) + scale[0]
    return pd.DataFrame(result, index=oriented.index, columns=oriented.columns)


def _distance(
    x: pd.DataFrame,
    sign: pd.Series,
    method: Method,
    reference: Mapping[str, float] | pd.Series | str | None,
    targets: Mapping[str, float] | pd.Series | None,
    distance: str,
) -> pd.DataFrame:
    check_choice(distance, ("range", "ratio"), "distance")
    oriented = x * sign
    if method == "distance_to_best":
        aim = oriented.max() * sign
    else:
        given, name = (reference, "reference") if method == "distance_to_reference" else (targets, "targets")
        if isinstance(given, str):
            if given not in x.index:
                fix = "name a row, or give one value per indicator"
                raise ParamError(_problem(f"The reference {given!r} is no row of the table.", "reference", fix))
            given = x.loc[given]
        missing = list(map(str, x.columns)) if given is None else absent(x.columns, pd.Series(given).dropna().index)
        if missing:
            what = f"There is no {name.rstrip('s')} for"
            raise ParamError([_problem(f"{what} {code}.", name, f"give one in the unit of {code}") for code in missing])
        aim = pd.Series(given).reindex(x.columns).astype(float)
    if distance == "ratio":
        below = [str(code) for code in x if (x[code] <= 0).any() or aim[code] <= 0]
        if below:
            what = "has values that are not positive: a ratio says nothing"
            raise ParamError([_problem(f"{code} {what}.", "distance", 'use distance="range"') for code in below])
        return 100 * _turned(x / aim, aim / x, sign)
    low = oriented.min()
    span = aim * sign - low
    return 100 * (oriented - low) / span.where(differ(low, aim * sign))


def _turned(up: pd.DataFrame, down: pd.DataFrame, sign: pd.Series) -> pd.DataFrame:
    """Columns of the first table where more is better, of the second where less is."""
    return pd.DataFrame(np.where(sign.to_numpy() > 0, up, down), index=up.index, columns=up.columns)


def _goalposts(
    x: pd.DataFrame, sign: pd.Series, goalposts: Mapping[str, tuple[float, float]] | None, scale: tuple[float, float]
) -> pd.DataFrame:
    given = goalposts or {}
    problems = [
        _problem(f"There are no goalposts for {code}.", "goalposts", f"give low and high end in the unit of {code}")
        for code in absent(x.columns, given)
    ]
    problems += [
        _problem(f"The goalposts of {code} are {given[code]!r}.", "goalposts", "give the low end, then the high end")
        for code in x.columns
        if code in given and not given[code][0] < given[code][1]
    ]
    if problems:
        raise ParamError(problems)
    ends = pd.DataFrame({code: given[code] for code in x.columns})
    share = (x - ends.loc[0]) / (ends.loc[1] - ends.loc[0])
    share = _turned(share, 1 - share, sign).clip(0.0, 1.0)
    return share * (scale[1] - scale[0]) + scale[0]


def _problem(what: str, argument: str, fix: str) -> Problem:
    return Problem(what=what, where=f"argument {argument}", rule=_RULE, fix=fix)
