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
    return employment_matrices(industry, [(amount, hidden)], year=year, territories=territories)[0]


def employment_matrices(
    industry: pd.DataFrame,
    kinds: Sequence[tuple[str, str]],
    *,
    year: int,
    territories: Mapping[str, Sequence[str]] | None = None,
) -> list[pd.DataFrame]:
    """Several matrices of one year at little more than the time of one.

    Parameters
    ----------
    industry, year, territories
        As for ``employment_matrix``.
    kinds
        ``amount`` and ``hidden`` of each.

    Returns
    -------
    list of pandas.DataFrame
        As ``employment_matrix`` gives them (persons employed or million euro), one for each kind.
    """
    columns = {kind: [kind[0], *_instead(*kind)] for kind in kinds}
    needed = list(dict.fromkeys(name for names in columns.values() for name in names))
    tables = dict(zip(needed, wide(_divisions(industry, year, 4, needed), needed), strict=True))
    return [together(filled(*(tables[name] for name in names)), territories or {}) for names in columns.values()]


def _instead(amount: str, hidden: str) -> list[str]:
    if hidden == "unknown":
        return []
    return [f"{amount}_estimate" if hidden == "estimate" else f"{amount}_estimate_{hidden}"]


def filled(published: pd.DataFrame, instead: pd.DataFrame | None = None) -> pd.DataFrame:
    """What is published, and ``instead`` of what is not; NaN throughout in a region of which nothing is (same unit)."""
    values = published.to_numpy()
    known = ~np.isnan(values)
    if instead is not None:
        values = np.where(known, values, instead.to_numpy())
    return row_by_row(np.where(known.any(axis=1)[:, None], values, np.nan), published.index, published.columns)


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
    rows = _divisions(industry, year, 2, [amount, f"{amount}_estimate"])
    values = rows[amount].fillna(rows[f"{amount}_estimate"])
    return values.groupby(rows["nace_code"]).sum(min_count=1).rename(EUROPE)


def _divisions(industry: pd.DataFrame, year: int, length: int, amounts: Sequence[str]) -> pd.DataFrame:
    """Rows of one year, of divisions and of codes of so many letters; columns that are not asked for are left out."""
    rows = industry.loc[industry["year"].eq(year), ["nuts_id", "nace_code", *amounts]]
    return rows[rows["nuts_id"].str.len().eq(length) & rows["nace_code"].str.len().eq(3)]


def wide(rows: pd.DataFrame, amounts: Sequence[str]) -> list[pd.DataFrame]:
    """One table per amount, regions by sectors, as ``DataFrame.pivot`` makes them, at a tenth of the time.

    Parameters
    ----------
    rows
        ``nuts_id``, ``nace_code`` and the columns ``amounts`` (any unit); one row per region and sector.
    amounts
        Names of columns.

    Returns
    -------
    list of pandas.DataFrame
        Unit of the column, shape (n_regions, n_sectors), index ``nuts_id``, columns ``nace_code``; NaN
        where there is no row.

    Raises
    ------
    ValueError
        A region and sector stand twice.

    Examples
    --------
    >>> rows = pd.DataFrame({"nuts_id": ["BE10", "AT31"], "nace_code": ["C29", "C29"], "wages_meur": [10.0, 30.0]})
    >>> wide(rows, ["wages_meur"])[0]["C29"].to_dict()
    {'AT31': 30.0, 'BE10': 10.0}
    """
    row, regions = pd.factorize(rows["nuts_id"], sort=True)
    column, sectors = pd.factorize(rows["nace_code"], sort=True)
    place = row * len(sectors) + column
    if len(place) and np.bincount(place).max() > 1:
        twice = rows.loc[rows.duplicated(["nuts_id", "nace_code"]), "nuts_id"].iloc[0]
        message = f"a region and sector stand twice, for instance of {twice}"
        raise ValueError(message)
    tables = []
    for amount in amounts:
        values = np.full(len(regions) * len(sectors), np.nan)
        values[place] = rows[amount].to_numpy(dtype=float, na_value=np.nan)
        by_region = values.reshape(len(regions), len(sectors))
        tables.append(row_by_row(by_region, regions.rename("nuts_id"), sectors.rename("nace_code")))
    return tables


def together(matrix: pd.DataFrame, territories: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Rows of a territory replaced by their sum; unknown in one is unknown in the sum."""
    if not territories:
        return matrix
    name_of = {code: name for name, codes in territories.items() for code in codes}
    names = pd.Index(matrix.index.map(lambda code: name_of.get(code, code)), name="nuts_id")
    groups = matrix.groupby(names)
    return groups.sum().where(groups.count().eq(groups.size(), axis=0))


def row_by_row(values: np.ndarray, index: pd.Index, columns: pd.Index) -> pd.DataFrame:
    """A table that lies in memory as pivoting and grouping leave it: sums over it keep their last digits."""
    return pd.DataFrame(np.array(values, order="C"), index=index, columns=columns, copy=False)
