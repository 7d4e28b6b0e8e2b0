"""Where weights come from: all alike, given, from the main axis of the data, or each region's own best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from clusterkit.data.frameworks import Framework
from clusterkit.errors import ContractError, Problem
from clusterkit.scoreboard.checks import LEAST_SHARED, check_choice, check_number, check_values

Method = Literal["given", "equal", "pca"]
METHODS: tuple[Method, ...] = get_args(Method)
_RULE = "docs/methods.md#weights"


def weigh(normalised: pd.DataFrame, framework: Framework, *, method: Method = "given") -> Framework:
    """The framework with weights by one rule.

    Parameters
    ----------
    normalised
        Indicators on one scale, shape (n_regions, n_indicators); only ``pca`` looks at them.
    framework
        Its weights are those of ``given``.
    method
        ``given``: as they are. ``equal``: 1 for all. ``pca``: of the indicators of each lowest group, the square of the
        loading on the first principal component of their correlations, which adds up to 1; higher levels as given.

    Returns
    -------
    Framework
        A new one.

    References
    ----------
    Weights from squared loadings: OECD2008, step 6; key in docs/references.bib.
    """
    check_choice(method, METHODS, "method")
    if method == "given":
        return framework
    if method == "equal":
        return framework.with_weights(dict.fromkeys(framework.table.index, 1.0))
    x = check_values(normalised, "of normalised indicators")
    weights: dict[str, float] = {}
    for group in framework.at(framework.levels[-2]):
        codes = framework.children(group)
        if codes:
            weights |= dict(zip(codes, principal_weights(x[codes]), strict=True))
    return framework.with_weights(weights)


def principal_weights(x: pd.DataFrame) -> np.ndarray:
    """Squared loadings of the first principal component of the correlations, adding up to 1 (no unit).

    Unknown values are left out pair by pair. Where correlations cannot be told (fewer than three regions), or no axis
    is the first (indicators that have nothing in common), and with one or two indicators (whose loadings are always
    alike), all weigh the same.

    Parameters
    ----------
    x
        Values, shape (n_regions, n_indicators); NaN is unknown.

    Returns
    -------
    numpy.ndarray
        One weight for each indicator, in the order of the columns.
    """
    correlation = x.corr(min_periods=LEAST_SHARED).to_numpy()
    alike = np.full(x.shape[1], 1 / x.shape[1])
    if x.shape[1] < 3 or np.isnan(correlation).any():
        return alike
    variances, vectors = np.linalg.eigh(correlation)
    return vectors[:, -1] ** 2 if variances[-1] - variances[-2] > 1e-9 else alike


@dataclass(frozen=True)
class BenefitOfTheDoubt:
    """Scores (0 to 100) and the weights (per point, shape regions × parts) that make each region look best."""

    scores: pd.Series
    weights: pd.DataFrame


def benefit_of_the_doubt(x: pd.DataFrame, *, min_share: float = 0.0, max_share: float = 1.0) -> BenefitOfTheDoubt:
    """How well a region does with the weights that favour it most: what no choice of weights can deny it.

    For each region r the linear programme ``max Σ w_i x_ri`` with ``Σ w_i x_ji ≤ 1`` for every region j, ``w ≥ 0``, and
    each part's share of the score, ``w_i x_ri / Σ w x_r``, between the two shares.

    Parameters
    ----------
    x
        Scores of the parts from 0 up, shape (n_regions, n_parts). NaN is unknown: the part takes no part for that
        region, and regions where it is unknown set no limit through it.
    min_share, max_share
        Ends of each part's share of a region's own score (0 to 1, no unit).

    Returns
    -------
    BenefitOfTheDoubt
        Scores of 100 are best under some weights; 0 (and no weights) where every known part is 0. NaN for a region
        without any known part, or where no weights keep the shares: too few parts known or above 0 for them.

    Raises
    ------
    ContractError
        A value below 0.
    ParamError
        A share outside 0 to 1.

    References
    ----------
    CherchyeEtAl2007; OECD2008, step 6; keys in docs/references.bib.

    Examples
    --------
    >>> x = pd.DataFrame({"a": [100.0, 20, 40], "b": [10.0, 80, 30]}, index=["AT31", "BE10", "FI1D"])
    >>> benefit_of_the_doubt(x).scores.round(1).tolist()
    [100.0, 100.0, 66.7]
    """
    values = check_values(x, "of parts")
    check_number(min_share, "min_share", low=0, high=1)
    check_number(max_share, "max_share", low=min_share, high=1)
    below = [str(column) for column in values if (values[column] < 0).any()]
    if below:
        raise ContractError(
            Problem(
                f"Parts hold values below 0: {', '.join(below[:5])}.",
                "argument x",
                _RULE,
                "normalise to a scale from 0 up",
            )
        )
    table = values.to_numpy()
    weights = np.full(table.shape, np.nan)
    is_zero = (np.nan_to_num(table) == 0).all(axis=1) & ~np.isnan(table).all(axis=1)
    for number, own in enumerate(table):
        known = ~np.isnan(own)
        if not known.any() or is_zero[number]:
            continue
        limits = np.nan_to_num(table[:, known])
        shares = _share_limits(own[known], min_share, max_share)
        result = linprog(
            -own[known],
            A_ub=np.vstack([limits, shares]),
            b_ub=np.concatenate([np.ones(len(limits)), np.zeros(len(shares))]),
            bounds=(0, None),
            method="highs",
        )
        # A score of 0 means that only weights of 0 keep the shares, which is no solution.
        if result.status == 0 and result.fun < -1e-9:
            weights[number, known] = result.x
    scores = pd.Series(100 * np.nansum(weights * table, axis=1), index=x.index)
    scores = scores.where(~np.isnan(weights).all(axis=1) | is_zero)
    return BenefitOfTheDoubt(scores, 100 * pd.DataFrame(weights, index=x.index, columns=x.columns))


def _share_limits(own: np.ndarray, low: float, high: float) -> np.ndarray:
    """Rows of ``A w ≤ 0`` that keep each part's share of the score between two ends."""
    parts = np.diag(own)
    rows = []
    if low > 0:
        rows.append(low * own[None, :] - parts)
    if high < 1:
        rows.append(parts - high * own[None, :])
    return np.vstack(rows) if rows else np.empty((0, len(own)))
