"""How much of each category a table of NACE divisions can show."""

from __future__ import annotations

import math
from collections.abc import Collection

import pandas as pd

from clusterkit.data.industries.nace import check_divisions
from clusterkit.data.industries.taxonomy import Taxonomy


def coverage(taxonomy: Taxonomy, nace_codes: Collection[str]) -> pd.DataFrame:
    """How much of each category a table can show: the share of its weight that lies in the table's divisions.

    Parameters
    ----------
    nace_codes
        NACE divisions that the employment table holds. Structural business statistics hold no
        A, K and O to U but S95.

    Returns
    -------
    pandas.DataFrame
        One row per category, in the taxonomy's order: ``name``, ``rating``, ``reason``,
        ``covered_share`` (share of the members' weight, 0 to 1; weights are not jobs, so this
        is no share of persons; NaN where nothing is observable), and ``status``: ``covered``,
        ``partly covered``, ``not covered`` or ``not observable``.

    Raises
    ------
    ContractError
        A code is not a NACE division, or stands twice.
    """
    check_divisions(nace_codes, "codes to be covered")
    rows = []
    for code, name in taxonomy.categories.items():
        category = taxonomy.definitions[code]
        total = sum(category.members.values())
        covered = sum(weight for division, weight in category.members.items() if division in nace_codes)
        whole = all(division in nace_codes for division in category.members)
        status = "covered" if whole else "partly covered" if covered else "not covered"
        rows.append(
            {
                "name": name,
                "rating": category.rating,
                "reason": category.reason,
                "covered_share": covered / total if total else math.nan,
                "status": status if total else "not observable",
            }
        )
    return pd.DataFrame(rows, index=pd.Index(list(taxonomy.categories), name="category"))
