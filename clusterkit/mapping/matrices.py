"""From the industry table to matrices of regions by sectors, as the other modules take them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

EUROPE = "Europe"


def employment_matrix(
    industry: pd.DataFrame,
    *,
    year: int,
    amount: Literal["persons_employed", "wages_meur"] = "persons_employed",
    territories: Mapping[str, Sequence[str]] | None = None,
    hidden: Literal["estimate", "low", "high", "unknown"] = "estimate",
) -> pd.DataFrame:
    """Persons employed (or wages) of every NUTS 2 region in every division.

    Parameters
    ----------
    industry
        Table ``industry``.
    year
        Calendar year.
    amount
        Which column.
    territories
        Name of a territory to the NUTS 2 codes that it is made of. Its row, the sum of theirs,
        stands in their place; default none.
    hidden
        What stands for a cell that is not published: its estimate, an end of the estimate's 90 %
        interval, or NaN.

    Returns
    -------
    pandas.DataFrame
        Shape (n_regions, n_sectors), persons employed or million euro, index ``nuts_id``,
        columns ``nace_code`` (divisions). A region of which nothing is published in that year
        has NaN throughout, also with estimates.
    """
    rows = industry[
        industry["year"].eq(year) & industry["nuts_id"].str.len().eq(4) & industry["nace_code"].str.len().eq(3)
    ]
    matrix = rows.pivot(index="nuts_id", columns="nace_code", values=amount)
    is_seen = matrix.notna().any(axis=1)
    if hidden != "unknown":
        column = f"{amount}_estimate" if hidden == "estimate" else f"{amount}_estimate_{hidden}"
        matrix = matrix.fillna(rows.pivot(index="nuts_id", columns="nace_code", values=column))
    return together(matrix.where(is_seen, axis=0), territories or {})


def benchmark_totals(industry: pd.DataFrame, *, year: int, amount: str = "persons_employed") -> pd.Series:
    """Persons employed (or wages) of every division in Europe: the country rows, with estimates of hidden ones.

    Parameters
    ----------
    industry
        Table ``industry``; rows of level 0 are used.
    year, amount
        As for ``employment_matrix``.

    Returns
    -------
    pandas.Series
        Index ``nace_code`` (divisions), persons employed or million euro.
    """
    rows = industry[
        industry["year"].eq(year) & industry["nuts_id"].str.len().eq(2) & industry["nace_code"].str.len().eq(3)
    ]
    values = rows[amount].fillna(rows[f"{amount}_estimate"])
    return values.groupby(rows["nace_code"]).sum(min_count=1).rename(EUROPE)


def together(matrix: pd.DataFrame, territories: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Rows of a territory replaced by their sum; unknown in one is unknown in the sum."""
    if not territories:
        return matrix
    name_of = {code: name for name, codes in territories.items() for code in codes}
    names = pd.Index(matrix.index.map(lambda code: name_of.get(code, code)), name="nuts_id")
    sums = matrix.groupby(names).sum()
    is_known = matrix.notna().groupby(names).all()
    return sums.where(is_known, np.nan)
