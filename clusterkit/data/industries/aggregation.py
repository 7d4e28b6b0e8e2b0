"""Persons employed in categories, summed from NACE divisions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusterkit.data.industries.nace import check_divisions
from clusterkit.data.industries.taxonomy import Taxonomy
from clusterkit.errors import ContractError, Problem, some


def aggregate(employment: pd.DataFrame, taxonomy: Taxonomy) -> pd.DataFrame:
    """Persons employed in each category: the sum of its divisions, each by its weight.

    Parameters
    ----------
    employment
        Persons employed, shape (n_regions, n_divisions); index ``nuts_id``, columns NACE
        divisions. NaN is unknown.
    taxonomy
        Categories and their members. Divisions of the table that no category holds are left out.

    Returns
    -------
    pandas.DataFrame
        Persons employed, shape (n_regions, n_categories); columns category codes. An unknown
        member makes the category of that region unknown (NaN) and no other. A member that is no
        column of ``employment`` is left out: see :func:`coverage`. A category that has no member
        among the columns, or is not observable, is NaN throughout.

    Raises
    ------
    ContractError
        A column is not a NACE division, or stands twice.

    Examples
    --------
    >>> from clusterkit.data.industries import Category, Taxonomy
    >>> divisions = pd.DataFrame({"C13": [30.0, 10.0], "C14": [20.0, None]}, index=["ITC1", "LT00"])
    >>> cloth = Taxonomy("cloth", "Cloth", {}, {"textiles": "Textiles"},
    ...                  {"textiles": Category("approximate", "an example", {"C13": 1.0, "C14": 0.5})})
    >>> aggregate(divisions, cloth)["textiles"].tolist()
    [40.0, nan]
    """
    check_divisions(employment.columns, "column names of the employment table")
    persons = employment.to_numpy(dtype=float)
    sums = np.full((len(employment), len(taxonomy.categories)), np.nan)
    for number, code in enumerate(taxonomy.categories):
        members = taxonomy.definitions[code].members
        weights = {division: weight for division, weight in members.items() if division in employment}
        if weights:
            parts = np.take(persons, employment.columns.get_indexer(list(weights)), axis=1)
            sums[:, number] = (parts * np.array(list(weights.values()))).sum(axis=1)
    return pd.DataFrame(sums, index=employment.index, columns=list(taxonomy.categories))


def aggregate_range(low: pd.DataFrame, high: pd.DataFrame, taxonomy: Taxonomy) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Least and most persons employed that each category can have, where divisions are partly hidden.

    Parameters
    ----------
    low, high
        Bounds of every cell (persons employed), as :func:`clusterkit.data.hidden.bounds` gives
        them, both of shape (n_regions, n_divisions) with the same index and columns. A published
        cell has both equal; NaN means that no published figure bounds the cell.

    Returns
    -------
    tuple of pandas.DataFrame
        Lower and upper bound (persons employed), shape (n_regions, n_categories) each. The bounds
        hold for any pattern of hidden cells; they are wider than need be where the hidden cells
        share a published total. A member without a bound leaves its category without that bound (NaN).

    Raises
    ------
    ContractError
        The tables differ in index or columns, a lower bound is above its upper one, a column is
        not a NACE division, or stands twice.
    """
    if not (low.index.equals(high.index) and low.columns.equals(high.columns)):
        raise ContractError(
            Problem(
                what="The lower and the upper bounds are not of the same regions and divisions.",
                where="index and columns of the two tables",
                rule="bounds come in pairs",
                fix="build both from the same rows, in the same order",
            )
        )
    if crossed := list(low.index[(low > high).any(axis="columns")]):
        raise ContractError(
            Problem(
                what=f"Lower bounds above their upper bounds in {len(crossed)} rows: {some(crossed)}.",
                where="the two tables of bounds",
                rule="a lower bound is never above an upper one",
                fix="check that low and high are not swapped",
            )
        )
    return aggregate(low, taxonomy), aggregate(high, taxonomy)
