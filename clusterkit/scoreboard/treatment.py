"""Outliers: an indicator that a few regions dominate is winsorised point by point, else put on a logarithmic scale.

Follows the treatment of the JRC's composite indicators as COINr carries it out (Becker2022 in docs/references.bib).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import pandas as pd

from clusterkit.scoreboard.checks import check_choice, check_number, check_values, differ

SKEWNESS_LIMIT = 2.0  # absolute value, no unit; OECD2008, p. 84; Becker2022
KURTOSIS_LIMIT = 3.5  # excess over the normal distribution, no unit; the same
LOG_SHIFT = 0.01  # of the range, so that the lowest value has a logarithm; as COINr's log_CT

Log = Literal["mirrored", "shifted", "none"]
TREATMENTS = ("none", "winsorised", "log", "log of the mirror image")


def skewness(x: pd.DataFrame | pd.Series) -> pd.Series | float:
    """How lopsided the values are: 0 symmetric, above 0 a long tail of high values; no unit.

    Bias-corrected (``G1 = g1 √(n(n−1)) / (n−2)``), unknown values left out; NaN with fewer than three values, 0 where
    all are equal.

    Parameters
    ----------
    x
        Values; of a table each column alone.

    Returns
    -------
    pandas.Series or float
        Of each column, or of the one series.

    References
    ----------
    JoanesGill1998, ``G1``; key in docs/references.bib.

    Examples
    --------
    >>> float(round(skewness(pd.Series([1.0, 2.0, 3.0, 10.0])), 4))
    1.7636
    """
    return x.apply(skewness) if isinstance(x, pd.DataFrame) else _of_known(x, _skewness, at_least=3)


def kurtosis(x: pd.DataFrame | pd.Series) -> pd.Series | float:
    """How heavy the tails are beside a normal distribution, whose value is 0; no unit.

    Bias-corrected excess kurtosis ``G2 = ((n+1) g2 + 6) (n−1) / ((n−2)(n−3))``, unknown values left out; NaN with fewer
    than four values, 0 where all are equal.

    Parameters
    ----------
    x
        Values; of a table each column alone.

    Returns
    -------
    pandas.Series or float
        Of each column, or of the one series.

    References
    ----------
    JoanesGill1998, ``G2``; key in docs/references.bib.

    Examples
    --------
    >>> float(round(kurtosis(pd.Series([1.0, 2.0, 3.0, 10.0])), 4))
    3.228
    """
    return x.apply(kurtosis) if isinstance(x, pd.DataFrame) else _of_known(x, _kurtosis, at_least=4)


def winsorise(
    x: pd.Series,
    *,
    up_to: int = 5,
    skewness_limit: float = SKEWNESS_LIMIT,
    kurtosis_limit: float = KURTOSIS_LIMIT,
) -> pd.Series:
    """The values with the outermost ones pulled in to the next, one step at a time, until the indicator passes.

    Parameters
    ----------
    x
        Values of one indicator; NaN is unknown and stays unknown.
    up_to
        Steps are taken while fewer than this many values have been moved. Equal values move together, so that one more
        may be moved than this.
    skewness_limit, kurtosis_limit
        As in :func:`treat`.

    Returns
    -------
    pandas.Series
        Same index and unit. Each step moves the highest value (all that share it) to the second highest where the
        skewness is not negative, else the lowest to the second lowest. A step that would leave one value only is not
        taken.

    References
    ----------
    Becker2022; OECD2008, p. 84; keys in docs/references.bib.

    Examples
    --------
    >>> winsorise(pd.Series([1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 30, 100])).tolist()[-3:]
    [10.0, 30.0, 30.0]
    """
    values = x.to_numpy(dtype=float)
    known = ~np.isnan(values)
    values = values.copy()
    values[known], _ = _winsorise(values[known], up_to, skewness_limit, kurtosis_limit)
    return pd.Series(values, index=x.index, name=x.name)


def treat(
    x: pd.DataFrame,
    *,
    winsorise_up_to: int = 5,
    skewness_limit: float = SKEWNESS_LIMIT,
    kurtosis_limit: float = KURTOSIS_LIMIT,
    log: Log = "mirrored",
) -> pd.DataFrame:
    """The indicators with outliers treated, so that a few regions do not set the scale for all.

    An indicator passes when ``|skewness| < skewness_limit`` or ``kurtosis < kurtosis_limit``. One that does not is
    winsorised (:func:`winsorise`); if that is not enough, its original values go on a logarithmic scale.

    Parameters
    ----------
    x
        Values, shape (n_regions, n_indicators). NaN is unknown: it takes no part and stays unknown.
    winsorise_up_to
        Values that may be moved per indicator; 0 goes to the logarithm at once.
    skewness_limit, kurtosis_limit
        No unit.
    log
        "mirrored": ``log(x − min + a)`` for a tail of high values, ``−log(max − x + a)`` for one of low values, with
        ``a`` a hundredth of the range; "shifted": the first for all, as COINr's ``log_CT``; "none": no logarithm,
        what winsorising could not mend stays winsorised.

    Returns
    -------
    pandas.DataFrame
        Same shape; the unit is kept unless the logarithm was taken. What was done: :func:`treatment_table`.

    Raises
    ------
    ContractError
        A row or column twice, or a cell that is no number.
    ParamError
        An option outside its range.

    References
    ----------
    Becker2022; OECD2008, step 3; keys in docs/references.bib.

    Examples
    --------
    >>> x = pd.DataFrame({"patents": [1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 30, 100]})
    >>> treat(x)["patents"].max().item()
    30.0
    """
    return treat_with_record(
        x, winsorise_up_to=winsorise_up_to, skewness_limit=skewness_limit, kurtosis_limit=kurtosis_limit, log=log
    )[0]


def treatment_table(x: pd.DataFrame, **options: Any) -> pd.DataFrame:
    """What :func:`treat` does to each indicator, with the same options.

    Parameters
    ----------
    x
        As for :func:`treat`.
    **options
        Those of :func:`treat`.

    Returns
    -------
    pandas.DataFrame
        Index indicator; ``treatment`` (none, winsorised, log, log of the mirror image), ``n_moved`` (values moved),
        ``skewness`` and ``kurtosis`` before and ``_after``, ``passes`` (whether it does in the end).
    """
    return treat_with_record(x, **options)[1]


def treat_with_record(
    x: pd.DataFrame,
    *,
    winsorise_up_to: int = 5,
    skewness_limit: float = SKEWNESS_LIMIT,
    kurtosis_limit: float = KURTOSIS_LIMIT,
    log: Log = "mirrored",
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The treated indicators of :func:`treat` and the record of :func:`treatment_table`, worked out once."""
    x = check_values(x, "of indicators")
    check_number(winsorise_up_to, "winsorise_up_to", low=0, high=max(len(x), 5), whole=True)
    check_number(skewness_limit, "skewness_limit", low=0, high=np.inf)
    check_number(kurtosis_limit, "kurtosis_limit", low=-2, high=np.inf)
    check_choice(log, ("mirrored", "shifted", "none"), "log")
    limits = (skewness_limit, kurtosis_limit)
    cells, records = x.to_numpy(copy=True), {}
    for code, values in zip(x.columns, cells.T, strict=True):
        known = ~np.isnan(values)
        done = _treat_known(values[known], winsorise_up_to, limits, log)
        values[known] = done.result
        records[code] = done.record
    treated = pd.DataFrame(cells, index=x.index, columns=x.columns)
    return treated, pd.DataFrame.from_dict(records, orient="index").rename_axis("indicator")


@dataclass(frozen=True)
class _Treated:
    result: np.ndarray
    record: dict[str, object]


def _treat_known(values: np.ndarray, up_to: int, limits: tuple[float, float], log: Log) -> _Treated:
    skew, kurt = _moments(values)
    record = {"treatment": "none", "n_moved": 0, "skewness": skew, "kurtosis": kurt}
    result = values
    if not _passes(skew, kurt, limits):
        result, moved = _winsorise(values, up_to, *limits)
        record |= {"treatment": "winsorised" if moved else "none", "n_moved": moved}
        if log != "none" and not _passes(*_moments(result), limits):
            mirrored = log == "mirrored" and skew < 0
            result = _log(-values if mirrored else values)
            result = -result if mirrored else result
            record |= {"treatment": TREATMENTS[3] if mirrored else TREATMENTS[2], "n_moved": 0}
    after = _moments(result)
    record |= {"skewness_after": after[0], "kurtosis_after": after[1], "passes": _passes(*after, limits)}
    return _Treated(result, record)


def _passes(skew: float, kurt: float, limits: tuple[float, float]) -> bool:
    # Too few values, or all alike: there is nothing to treat.
    return bool(np.isnan(skew) or np.isnan(kurt) or abs(skew) < limits[0] or kurt < limits[1])


def _moments(values: np.ndarray) -> tuple[float, float]:
    """Bias-corrected skewness and excess kurtosis of values without NaN."""
    return _moments_of(values.tobytes())


@lru_cache(maxsize=1024)  # columns of some hundred numbers: a few megabytes
def _moments_of(content: bytes) -> tuple[float, float]:
    # By content: a board is treated with many options, and most indicators pass, the same under each of them.
    values = np.frombuffer(content)
    if len(values) < 4:
        return np.nan, np.nan
    centred = _centred(values)
    return (_skewness(centred), _kurtosis(centred)) if centred.any() else (np.nan, np.nan)


def _of_known(x: pd.Series, moment: Callable[[np.ndarray], float], *, at_least: int) -> float:
    # Not pandas' own moments: before version 3 they take values of a small unit, such as patents per euro, for alike.
    values = x.dropna().to_numpy(dtype=float)
    if len(values) < at_least:
        return np.nan
    centred = _centred(values)
    return float(moment(centred)) if centred.any() else 0.0


def _centred(values: np.ndarray) -> np.ndarray:
    """Deviations from the mean in units of the largest, so that no power of them runs out of digits; 0 if all alike."""
    if not differ(values.min(), values.max()):
        return np.zeros_like(values)
    centred = values - values.mean()
    return centred / np.abs(centred).max()


def _skewness(centred: np.ndarray) -> float:
    n, square = len(centred), centred * centred
    return np.sqrt(n) * (square * centred).sum() / square.sum() ** 1.5 * np.sqrt(n * (n - 1)) / (n - 2)


def _kurtosis(centred: np.ndarray) -> float:
    n, square = len(centred), centred * centred
    g2 = n * (square * square).sum() / square.sum() ** 2 - 3
    return ((n + 1) * g2 + 6) * (n - 1) / ((n - 2) * (n - 3))


def _winsorise(values: np.ndarray, up_to: int, skewness_limit: float, kurtosis_limit: float) -> tuple[np.ndarray, int]:
    values, limits = values.copy(), (skewness_limit, kurtosis_limit)
    high, low = np.zeros(len(values), dtype=bool), np.zeros(len(values), dtype=bool)
    moments = _moments(values)
    while not _passes(*moments, limits) and high.sum() + low.sum() < up_to:
        if moments[0] >= 0:
            end = values == values.max()
            new = values[~end].max()
        else:
            end = values == values.min()
            new = values[~end].min()
        if np.all(values[~end] == new):
            break  # the rest is one value: nothing would be left to compare
        high, low = (end, low) if moments[0] >= 0 else (high, end)
        values[end] = new
        moments = _moments(values)
    return values, int((high | low).sum())


def _log(values: np.ndarray) -> np.ndarray:
    low, high = values.min(), values.max()
    return np.log(values - low + LOG_SHIFT * (high - low))
