"""All regions of one year side by side, the report's region among them as one row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from clusterkit.data import remembered
from clusterkit.mapping.matrices import EUROPE, filled, row_by_row, together, wide
from clusterkit.mapping.portfolio import region_total

_KEYS = ["nuts_id", "nace_code", "year"]
_EMPLOYMENT = ["persons_employed", *(f"persons_employed_estimate{end}" for end in ("", "_low", "_high"))]


@dataclass(frozen=True)
class Cells:
    """Persons employed by territory and division: what is published, and what stands for the rest.

    Each table has shape (n_territories, n_divisions), index ``nuts_id``, columns ``nace_code``.
    ``published`` is NaN where a cell is hidden or missing; ``estimate`` is then its estimate, from
    ``low`` to ``high`` its 90 % interval (all three equal a published cell). A territory of which
    nothing is published has NaN throughout.
    """

    published: pd.DataFrame
    estimate: pd.DataFrame
    low: pd.DataFrame
    high: pd.DataFrame


@dataclass(frozen=True)
class Snapshot:
    """One year: the regions, the country rows, and what stars need beside them.

    ``series`` names the definitions that hold in that year; ``region_total`` is in persons
    employed over all published sections (index ``nuts_id``), ``wages_meur`` in million euro (NaN
    where hidden), ``country`` the code of the country of each region.
    """

    year: int
    series: str
    regions: Cells
    countries: Cells
    wages_meur: pd.DataFrame
    region_total: pd.Series
    country: pd.Series

    @property
    def benchmark(self) -> pd.Series:
        """Persons employed of each division in Europe: the country rows, with estimates of hidden ones."""
        return self.countries.estimate.sum(min_count=1).rename(EUROPE)

    def has(self, name: str) -> bool:
        """Whether anything is published for a region in this year.

        Parameters
        ----------
        name
            Row of a region: its code, or the name of a territory.
        """
        return name in self.regions.estimate.index and bool(self.regions.estimate.loc[name].notna().any())


def snapshots(
    industry: pd.DataFrame, cells: pd.DataFrame | None = None, *, name: str = "", nuts_ids: Sequence[str] = ()
) -> dict[int, Snapshot]:
    """Every year of the table: all NUTS 2 regions, with one territory as a row of its own, or none.

    Parameters
    ----------
    industry
        Table ``industry``.
    cells
        The territory's cells, as ``territory.combine`` gives them. Where they are published, as for
        a region of level 1 with the same borders, they stand in the territory's row; their bounds
        narrow the interval of its estimates. None: there is no territory.
    name, nuts_ids
        Name of the territory's row and the NUTS 2 codes that it takes the place of.

    Returns
    -------
    dict of Snapshot
        By calendar year. Persons employed; wages in million euro.
    """
    regions, countries, by_region = by_year(industry)
    totals = by_region.drop(list(nuts_ids), level="nuts_id", errors="ignore")
    own = dict.fromkeys(regions)
    if cells is not None:
        totals = pd.concat([totals, _own_totals(cells, name)])
        years = cells.index.get_level_values("year")
        own = {year: cells[years == year].droplevel("year") for year in regions}  # empty where the country has left
    return {
        int(year): _snapshot(int(year), rows, countries[year], own[year], totals.loc[year], name, nuts_ids)
        for year, rows in regions.items()
    }


def matched_benchmarks(years: Sequence[Snapshot]) -> list[pd.Series]:
    """Persons employed of each division in the countries known in all the years, one Series a year.

    Parameters
    ----------
    years
        Snapshots to compare. A cell of a country that is unknown in one of them, also without
        an estimate, counts in none.

    Returns
    -------
    list of pandas.Series
        Index ``nace_code``, persons employed; NaN where no country is known in all years.
    """
    tables = [snapshot.countries.estimate for snapshot in years]
    for other in tables[1:]:
        tables = [table.reindex(index=table.index.intersection(other.index)) for table in tables]
    tables = [table.reindex_like(tables[0]) for table in tables]
    known = np.logical_and.reduce([table.notna().to_numpy() for table in tables])
    return [table.where(known).sum(min_count=1).rename(EUROPE) for table in tables]


@remembered.by_content
def by_year(industry: pd.DataFrame) -> tuple[dict[int, pd.DataFrame], dict[int, pd.DataFrame], pd.Series]:
    """Divisions of regions and of countries by year, and persons employed over all sections by (year, nuts_id)."""
    divisions = industry.loc[industry["nace_code"].str.len().eq(3), [*_KEYS, *_EMPLOYMENT, "wages_meur", "series"]]
    level = divisions["nuts_id"].str.len()
    regions, countries = (dict(list(divisions[level.eq(length)].groupby("year"))) for length in (4, 2))
    every = industry[industry["nuts_id"].str.len().eq(4)]
    return regions, countries, region_total(every, by=["year", "nuts_id"])["size"]


def _own_totals(cells: pd.DataFrame, name: str) -> pd.Series:
    """Persons employed of the territory over all sections by (year, nuts_id)."""
    own = region_total(cells)["size"]
    own.index = pd.MultiIndex.from_product([own.index, [name]], names=["year", "nuts_id"])
    return own


def _snapshot(
    year: int,
    rows: pd.DataFrame,
    countries: pd.DataFrame,
    own: pd.DataFrame | None,
    totals: pd.Series,
    name: str,
    nuts_ids: Sequence[str],
) -> Snapshot:
    regions, wages = _cells(rows, {} if own is None else {name: nuts_ids})
    if own is not None and name in regions.estimate.index:
        regions = _narrowed(regions, own.reindex(regions.estimate.columns), name)
        wages.loc[name] = own["wages_meur"].reindex(wages.columns)
    names = regions.estimate.index
    country = pd.Series(names.map(lambda code: (nuts_ids[0] if code == name else code)[:2]), index=names)
    return Snapshot(
        year=year,
        series=str(rows["series"].iloc[0]),
        regions=regions,
        countries=_cells(countries, {})[0],
        wages_meur=wages,
        region_total=totals.reindex(names),
        country=country,
    )


def _cells(rows: pd.DataFrame, territories: dict[str, Sequence[str]]) -> tuple[Cells, pd.DataFrame]:
    """Persons employed and wages, with each territory (name to codes) in the place of its codes."""
    published, *instead, wages = wide(rows, [*_EMPLOYMENT, "wages_meur"])
    tables = [published, *(filled(published, table) for table in instead), wages]
    if territories:  # all at once: each time takes as long
        columns = [table.columns for table in tables]
        merged = together(pd.DataFrame(np.hstack(tables), index=published.index), territories)
        parts = np.split(merged.to_numpy(), len(tables), axis=1)
        tables = [row_by_row(part, merged.index, names) for part, names in zip(parts, columns, strict=True)]
    return Cells(*tables[:-1]), tables[-1]


def _narrowed(regions: Cells, own: pd.DataFrame, name: str) -> Cells:
    """The territory's row as published for it as a whole, else as its bounds allow."""
    value = own["persons_employed"]
    summed = regions.estimate.loc[name]
    estimate = value.fillna(summed.clip(own["persons_employed_low"], own["persons_employed_high"]))
    low = np.fmin(np.fmax(regions.low.loc[name], own["persons_employed_low"].where(summed.notna())), estimate)
    high = np.fmax(np.fmin(regions.high.loc[name], own["persons_employed_high"].where(summed.notna())), estimate)
    rows = {"published": value, "estimate": estimate, "low": value.fillna(low), "high": value.fillna(high)}
    tables = {column: getattr(regions, column).copy() for column in rows}
    for column, row in rows.items():
        tables[column].loc[name] = row
    return Cells(**tables)
