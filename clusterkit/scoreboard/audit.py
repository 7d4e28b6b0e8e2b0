"""Does the framework hang together? Coverage, correlations, alpha and main axes, with flags for what needs a look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from clusterkit.data.frameworks import Framework
from clusterkit.errors import ParamError, Problem
from clusterkit.scoreboard.board import Scoreboard
from clusterkit.scoreboard.checks import LEAST_SHARED, check_all, check_number

NO_VARIANCE = 1e-12  # of the variances of the parts (no unit): a sum that varies less does so by rounding only
FLAGS = {
    "thin": "under two thirds of the regions have a figure",
    "against its parent": "it runs against the part it belongs to",
    "redundant": "another indicator of the same part says nearly the same",
    "skewed": "outliers remain after treatment",
    "low alpha": "the indicators of the part do not measure one thing",
    "several axes": "the part has more than one main axis",
}


@dataclass(frozen=True)
class Audit:
    """What was found; all tables have one row per indicator or part.

    Parameters
    ----------
    indicators
        Index indicator: ``coverage`` (0–1), ``n_moved`` and ``treatment``, ``skewness_after``, ``with_parent``,
        ``with_top`` (Pearson correlation of the normalised indicator with the part it belongs to and with the top part
        above it, −1 to 1), ``closest`` (indicator of the same part with the highest correlation) and ``with_closest``.
    groups
        Index part: ``n_parts``, ``coverage`` (share of regions with a score), ``alpha`` (Cronbach's), ``first_axis``
        (share of variance on the first principal component), ``n_axes`` (components with an eigenvalue above 1).
    correlations
        Pearson correlations of normalised indicators, pairwise complete, shape (n_indicators, n_indicators).
    flags
        Columns ``part``, ``flag`` and ``meaning``: one row per thing that needs a look.
    """

    indicators: pd.DataFrame
    groups: pd.DataFrame
    correlations: pd.DataFrame
    flags: pd.DataFrame


def audit(
    board: Scoreboard,
    *,
    thin: float = 2 / 3,
    redundant: float = 0.92,
    against: float = 0.0,
    least_alpha: float = 0.6,
) -> Audit:
    """What the data say of the framework before anybody believes a score.

    Parameters
    ----------
    board
        A scoreboard.
    thin
        Coverage under which an indicator is flagged (0–1).
    redundant
        Correlation within a part from which two indicators say the same (0–1).
    against
        Correlation with the parent under which an indicator runs against it (−1 to 1).
    least_alpha
        Cronbach's alpha under which a part is flagged; 0.6 to 0.7 is the usual least.

    Returns
    -------
    Audit
        NaN where fewer than three regions share two indicators.

    Raises
    ------
    ParamError
        Thresholds outside their range, all at once.

    References
    ----------
    OECD2008, steps 4 and 9 (alpha: p. 72, principal components: p. 63); thresholds of correlation as in Becker2022;
    keys in docs/references.bib.
    """
    check_all(
        lambda: check_number(thin, "thin", low=0, high=1),
        lambda: check_number(redundant, "redundant", low=0, high=1),
        lambda: check_number(against, "against", low=-1, high=1),
        lambda: check_number(least_alpha, "least_alpha", low=0, high=1),
    )
    framework, normalised, scores = board.weighed, board.normalised, board.scores
    correlations = normalised.corr(min_periods=LEAST_SHARED)
    indicators = _indicators(board, framework, correlations)
    groups = _groups(framework, normalised, scores)
    flags: list[tuple[str, str]] = []
    for code, row in indicators.iterrows():
        tests = {
            "thin": row["coverage"] < thin,
            "against its parent": row["with_parent"] < against,
            "redundant": row["with_closest"] >= redundant,
            "skewed": not row["passes"],
        }
        flags += [(code, flag) for flag, is_met in tests.items() if is_met]
    for code, row in groups.iterrows():
        tests = {"low alpha": row["alpha"] < least_alpha, "several axes": row["n_axes"] > 1}
        flags += [(code, flag) for flag, is_met in tests.items() if is_met]
    table = pd.DataFrame(flags, columns=["part", "flag"]).assign(meaning=lambda rows: rows["flag"].map(FLAGS))
    return Audit(indicators, groups, correlations, table)


def cronbach_alpha(x: pd.DataFrame) -> float:
    """How far several indicators measure one thing: 1 fully, 0 not at all, below 0 against each other (no unit).

    ``k/(k−1) · (1 − Σ var_i / var(Σ x_i))`` over regions with all figures, variances with n − 1.

    Parameters
    ----------
    x
        Indicators on comparable scales, more is better, shape (n_regions, n_indicators).

    Returns
    -------
    float
        NaN with fewer than two indicators, fewer than three complete regions, or where the sum does not vary.

    References
    ----------
    Cronbach1951; OECD2008, p. 72; keys in docs/references.bib.

    Examples
    --------
    >>> round(cronbach_alpha(pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [2.0, 1, 4, 3]})), 2)
    0.75
    """
    complete = x.dropna().to_numpy(dtype=float)
    if x.shape[1] < 2 or len(complete) < LEAST_SHARED:
        return float("nan")
    of_sum, of_parts = complete.sum(axis=1).var(ddof=1), complete.var(axis=0, ddof=1).sum()
    if not of_sum > NO_VARIANCE * of_parts:
        return float("nan")
    return float(x.shape[1] / (x.shape[1] - 1) * (1 - of_parts / of_sum))


def principal_axes(x: pd.DataFrame) -> np.ndarray:
    """Share of the variance of standardised indicators on each principal component, largest first (adds up to 1).

    From pairwise correlations; empty with fewer than two indicators or where a correlation cannot be told. Pairwise
    correlations need not fit together: an eigenvalue below 0 counts as 0.

    Parameters
    ----------
    x
        Values, shape (n_regions, n_indicators); NaN is unknown.

    Returns
    -------
    numpy.ndarray
        One share for each component (0 to 1, no unit).
    """
    correlation = x.corr(min_periods=LEAST_SHARED).to_numpy()
    if x.shape[1] < 2 or np.isnan(correlation).any():
        return np.empty(0)
    values = np.linalg.eigvalsh(correlation)[::-1].clip(min=0.0)
    return values / values.sum()


def removals(board: Scoreboard, codes: Sequence[str], *, part: str) -> pd.DataFrame:
    """What leaving out one element changes: the board is built again without each.

    Parameters
    ----------
    codes
        Parts or indicators, each left out alone.
    part
        Code of the part whose ranks are compared.

    Returns
    -------
    pandas.DataFrame
        Index code; ``mean_shift`` and ``largest_shift`` (places among the regions with a rank in both, equal scores
        share the best), ``n_ranked`` (how many those are), and ``spearman`` (rank correlation, −1 to 1). NaN where
        nothing is left to rank. The periods of a panel are ranked each by itself.

    Raises
    ------
    ParamError
        A code, or a part with a score, that the framework does not have; all at once.
    """
    check_all(lambda: board.framework.without(codes), lambda: _check_part(board, part))
    rows = {}
    before = board.ranks[part]
    for code in codes:
        after = board.without([code])
        now = after.ranks[part] if after.framework.leaves(part) else before * np.nan
        both = pd.concat([before, now], axis=1, keys=["before", "after"]).dropna()
        together = both.groupby(level=0) if both.index.nlevels > 1 else both
        places, middle = together.rank(method="min"), together.rank()
        shift = (places["before"] - places["after"]).abs()
        with np.errstate(divide="ignore", invalid="ignore"):  # all in one place: NaN, as it should be
            spearman = middle["before"].corr(middle["after"], min_periods=LEAST_SHARED)
        rows[code] = {
            "mean_shift": shift.mean(),
            "largest_shift": shift.max(),
            "n_ranked": len(both),
            "spearman": spearman,
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("code")


def _check_part(board: Scoreboard, part: str) -> None:
    if part not in board.framework.groups:
        fix = f"choose from {', '.join(board.framework.groups[:12])}"
        raise ParamError(Problem(f"There is no part {part!r}.", "argument part", "a part that has a score", fix))


def _indicators(board: Scoreboard, framework: Framework, correlations: pd.DataFrame) -> pd.DataFrame:
    normalised, scores = board.normalised, board.scores
    table = board.treatment[["treatment", "n_moved", "skewness_after", "passes"]].copy()
    table.insert(0, "coverage", board.screened.notna().mean())
    rows = {}
    for code in framework.indicators:
        parent = top = framework.table.loc[code, "parent"]
        while above := framework.table.loc[top, "parent"]:
            top = above
        siblings = [other for other in framework.children(parent) if other != code]
        near = correlations.loc[code, siblings].dropna()
        with np.errstate(divide="ignore", invalid="ignore"):  # the same everywhere: NaN, as it should be
            rows[code] = {
                "with_parent": normalised[code].corr(scores[parent], min_periods=LEAST_SHARED),
                "with_top": normalised[code].corr(scores[top], min_periods=LEAST_SHARED),
                "closest": near.idxmax() if len(near) else "",
                "with_closest": near.max() if len(near) else np.nan,
            }
    return table.join(pd.DataFrame.from_dict(rows, orient="index"))


def _groups(framework: Framework, normalised: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    rows = {}
    for code in framework.groups:
        children = [child for child in framework.children(code) if framework.leaves(child)]
        parts = pd.DataFrame({child: normalised[child] if child in normalised else scores[child] for child in children})
        axes = principal_axes(parts)
        rows[code] = {
            "n_parts": len(children),
            "coverage": scores[code].notna().mean(),
            "alpha": cronbach_alpha(parts),
            "first_axis": axes[0] if len(axes) else np.nan,
            "n_axes": int((axes * len(axes) > 1 + 1e-9).sum()),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("part")
