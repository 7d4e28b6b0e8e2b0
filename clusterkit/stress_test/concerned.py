"""Which of a region's clusters a condition bears on, as far as the other regions of Europe show it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from clusterkit.errors import ContractError, Problem
from clusterkit.mapping.linkages import with_country_effects

CONFIDENCE = 0.99  # of the interval; with some hundred pairs one in a hundred would pass by chance, A113
LEAST_REGIONS = 60  # with both figures; fewer say little about Europe


def clusters_concerned(
    scores: pd.DataFrame,
    quotients: pd.DataFrame,
    strong: Sequence[str],
    *,
    country: pd.Series,
    min_regions: int = LEAST_REGIONS,
) -> pd.DataFrame:
    """In which strong sectors regions are more specialised where a condition is better than elsewhere in their country.

    Parameters
    ----------
    scores
        Shape (n_regions, n_parts): scores of sub-dimensions, more is better; NaN is unknown.
    quotients
        Shape (n_regions, n_sectors): location quotients (no unit); NaN is unknown.
    strong
        NACE codes of the region's strong sectors.
    country
        Country of each region.
    min_regions
        Fewer regions with both figures give no row.

    Returns
    -------
    pandas.DataFrame
        One row per sub-dimension and strong sector that go together, the closest first within a part: ``part``,
        ``nace_code``, ``estimate`` (ranks of the quotient, in standard deviations, for one of the score), ``low``,
        ``high`` (99 % interval), ``n_regions``, ``n_countries``. Empty where none does.

    Raises
    ------
    ContractError
        A strong sector without a column of quotients.

    Notes
    -----
    Quotients and scores are turned to ranks; then the regression of :func:`with_country_effects`. It tells what goes
    together, not what causes what: a cluster can also have made the condition.

    References
    ----------
    docs/methods.md#disparities.
    """
    missing = [code for code in strong if code not in quotients]
    if missing:
        raise ContractError(
            Problem(
                f"There are no quotients of {', '.join(missing)}.",
                "the quotients given",
                "every strong sector has a column",
                "use the quotients of all sectors",
            )
        )
    shared = scores.index.intersection(quotients.index)
    ranked_scores, ranked_quotients = (table.loc[shared].rank(pct=True) for table in (scores, quotients))
    rows = []
    for part in scores.columns:
        x = ranked_scores[part]
        for code in strong:
            y = ranked_quotients[code]
            if (x.notna() & y.notna()).sum() < min_regions:
                continue
            found = with_country_effects(y, x, country=country, confidence=CONFIDENCE)
            if np.isfinite(found["low"]) and found["low"] > 0:
                names = ["estimate", "low", "high", "n_regions", "n_countries"]
                rows.append({"part": part, "nace_code": code, **found[names].to_dict()})
    columns = ["part", "nace_code", "estimate", "low", "high", "n_regions", "n_countries"]
    table = pd.DataFrame(rows, columns=columns)
    order = {part: place for place, part in enumerate(scores.columns)}
    return table.sort_values(
        ["part", "estimate"], key=lambda values: values.map(order) if values.name == "part" else -values
    ).reset_index(drop=True)


def by_part(concerned: pd.DataFrame, *, most: int = 3) -> dict[str, list[str]]:
    """Sub-dimension to the codes of the sectors it goes with most, at most ``most`` of them."""
    return {str(part): list(rows["nace_code"][:most]) for part, rows in concerned.groupby("part", sort=False)}
