"""How far respondents agree on an ordered scale."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from clusterkit.errors import ContractError, Problem, some

LEAST_ANSWERS = 3  # respondents with a step; fewer cannot be said to agree or not, docs/assumptions.md#A112


def consensus(answers: Sequence[float], *, lowest: float = 0, highest: float = 4) -> float:
    """How far the respondents agree, from 0 (half at each end of the scale) to 1 (all on one step).

    Parameters
    ----------
    answers
        Steps of an ordered scale (no unit); NaN is a respondent without a step and takes no part.
    lowest, highest
        Ends of the scale.

    Returns
    -------
    float
        No unit; NaN without any answer. One answer, or all the same, gives 1: whether there are enough to speak of
        agreement is for the caller to say (``LEAST_ANSWERS``).

    Raises
    ------
    ContractError
        An answer outside the scale, or a scale without width.

    Notes
    -----
    With p_i the share of respondents on step X_i, μ their mean and d the width of the scale:

        Cns = 1 + Σ_i p_i log2(1 − |X_i − μ| / d)

    References
    ----------
    TastleWierman2007 in docs/references.bib; formula and the example of seven steps as in the R package agrmt 1.42.4,
    which gives 0.7256876 for it.

    Examples
    --------
    >>> consensus([0, 0, 4, 4]), consensus([3, 3, 3]), round(consensus([2, 3, 3, 4]), 3)
    (0.0, 1.0, 0.792)
    >>> steps = np.repeat(range(1, 8), [30, 40, 210, 130, 530, 50, 10])
    >>> round(consensus(steps, lowest=1, highest=7), 7)
    0.7256876
    """
    values = np.asarray(list(answers), dtype=float)
    values = values[~np.isnan(values)]
    outside = values[(values < lowest) | (values > highest)]
    if len(outside) or not highest > lowest:
        what = (
            f"Answers lie outside the scale: {some(outside.tolist())}." if len(outside) else "The scale has no width."
        )
        raise ContractError(
            Problem(what, f"scale from {lowest} to {highest}", "docs/methods.md#consensus", "check answers and scale")
        )
    if not len(values):
        return float("nan")
    distance = np.abs(values - values.mean()) / (highest - lowest)
    return float(1 + np.log2(1 - distance).mean())
