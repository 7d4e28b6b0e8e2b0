"""The newest manufacturing figures: how a region stands within manufacturing, before and after the break of 2021."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from clusterkit.mapping.snapshots import Cells, Snapshot

SECTION = "C"
COLUMNS = ["persons_employed", "is_estimated", "share_pct", "lq", "lq_low", "lq_high"]
COLUMNS += ["rank", "rank_best", "rank_worst", "n_regions"]


@dataclass(frozen=True)
class ThenAndNow:
    """A region's manufacturing in two years with different definitions.

    ``sectors`` has the index (``year``, ``nace_code``) and no row of a year in which nothing is
    published for the region; ``now`` is None where no year has newer definitions. ``countries`` are
    those of both years, ``n_regions`` counts the regions compared.
    """

    sectors: pd.DataFrame
    then: int
    now: int | None
    countries: tuple[str, ...]
    n_regions: int

    @property
    def newest(self) -> pd.DataFrame:
        """The divisions of the newest year, index ``nace_code``; empty where the region has none."""
        return self._year(self.now)

    @property
    def older(self) -> pd.DataFrame:
        """The divisions of the year before the break, index ``nace_code``."""
        return self._year(self.then)

    def _year(self, year: int | None) -> pd.DataFrame:
        years = self.sectors.index.get_level_values("year")
        return self.sectors[years == year].droplevel("year")


def manufacturing_then_and_now(yearly: Mapping[int, Snapshot], name: str, *, then: int) -> ThenAndNow:
    """How specialised a region is within manufacturing, and its rank, before and after a change of definitions.

    With ``E_rC`` the persons employed in all manufacturing of region r and ``E_C`` those of all
    countries: ``LQ_rs = (E_rs / E_rC) / (E_s / E_C)``.

    Parameters
    ----------
    yearly
        Snapshots by year, as ``snapshots`` gives them.
    name
        Row of the region.
    then
        Year before the break; the other one is the newest year whose ``series`` differs.

    Returns
    -------
    ThenAndNow
        For each division of section C: ``persons_employed`` (persons; an estimate where
        ``is_estimated``), ``share_pct`` of the region's manufacturing, ``lq`` (no unit) with
        ``lq_low`` and ``lq_high``, which differ where a cell or a country row is hidden; ``rank`` by
        quotient (1 is the highest) among ``n_regions``, with ``rank_best`` and ``rank_worst``, those
        that the 90 % intervals of all hidden cells leave open. Unknown is NaN.

    Notes
    -----
    Both years cover the same countries and the same regions: those with figures in both. Ranks and
    quotients may then be compared, with the change of definitions in mind; persons employed may not.
    Totals over manufacturing include estimates of hidden divisions, which add up to what is published.

    References
    ----------
    docs/methods.md#within-manufacturing.
    """
    years, countries, regions = _comparable(yearly, then)
    now = years[1] if len(years) > 1 else None
    tables = {
        year: _within(yearly[year], countries, regions.union([name]), name) for year in years if yearly[year].has(name)
    }
    return ThenAndNow(
        sectors=pd.concat(tables, names=["year"]) if tables else _empty(),
        then=then,
        now=now,
        countries=tuple(countries),
        n_regions=len(regions.union([name])) if tables else len(regions),
    )


def manufacturing_everywhere(yearly: Mapping[int, Snapshot], *, then: int) -> pd.DataFrame:
    """How specialised every region is within manufacturing, in the newest year.

    Parameters
    ----------
    yearly, then
        As in :func:`manufacturing_then_and_now`; the same countries and regions take part.

    Returns
    -------
    pandas.DataFrame
        Index (``nuts_id``, ``nace_code``), divisions of section C: ``persons_employed`` (persons; an estimate
        where ``is_estimated``) with ``_low`` and ``_high``, the estimate's 90 % interval; ``share_pct`` of the
        region's manufacturing; ``lq`` (no unit) with ``lq_low`` and ``lq_high``. NaN is unknown. No rows where
        no year has other definitions.

    References
    ----------
    docs/methods.md#within-manufacturing.
    """
    years, countries, regions = _comparable(yearly, then)
    if len(years) == 1:
        return _figures(yearly[then], countries, regions[:0])
    cells = yearly[years[1]].regions
    table = _figures(yearly[years[1]], countries, regions)
    divisions = table.index.unique("nace_code")
    ends = {
        end: getattr(cells, end).reindex(index=regions, columns=divisions).to_numpy().ravel() for end in ("low", "high")
    }
    return table.assign(**{f"persons_employed_{end}": values for end, values in ends.items()})


def newest_year(yearly: Mapping[int, Snapshot], then: int) -> int | None:
    """The newest calendar year after ``then`` whose definitions differ; None without one."""
    return max(
        (y for y, snapshot in yearly.items() if y > then and snapshot.series != yearly[then].series), default=None
    )


def _comparable(yearly: Mapping[int, Snapshot], then: int) -> tuple[list[int], pd.Index, pd.Index]:
    """The year before the break and the newest one after it, and the countries and regions that both have."""
    newest = newest_year(yearly, then)
    years = [then] if newest is None else [then, newest]
    countries = _in_all([_seen(yearly[year].countries) for year in years])
    regions = _in_all([_seen(yearly[year].regions) for year in years])
    return years, countries, regions


def _seen(cells: Cells) -> pd.Index:
    manufacturing = cells.estimate.filter(regex=f"^{SECTION}")
    return manufacturing.index[manufacturing.sum(axis=1) > 0]


def _in_all(indexes: list[pd.Index]) -> pd.Index:
    common = indexes[0]
    for index in indexes[1:]:
        common = common.intersection(index)
    return common


def _within(snapshot: Snapshot, countries: pd.Index, regions: pd.Index, name: str) -> pd.DataFrame:
    value, low, high = _shares(snapshot.regions, regions)
    others = [table.drop(index=name) for table in (value, low, high)]
    own_value, own_low, own_high = (table.loc[name] for table in (value, low, high))
    ranks = {
        "rank": 1 + (others[0] > own_value).sum(),
        "rank_best": 1 + (others[1] > own_high).sum(),
        "rank_worst": 1 + (others[2] > own_low).sum(),
    }
    ranks = {key: rank.where(own_value.notna()) for key, rank in ranks.items()}
    own = _figures(snapshot, countries, regions).xs(name, level="nuts_id")
    return own.assign(**ranks, n_regions=value.notna().sum())[COLUMNS]


def _figures(snapshot: Snapshot, countries: pd.Index, regions: pd.Index) -> pd.DataFrame:
    """Jobs, share and quotient of every region and division; index (``nuts_id``, ``nace_code``)."""
    value, low, high = _shares(snapshot.regions, regions)
    area_value, area_low, area_high = _area_shares(snapshot.countries, countries)
    published = snapshot.regions.published.reindex(index=regions, columns=value.columns)
    tables = {
        "persons_employed": snapshot.regions.estimate.reindex(index=regions, columns=value.columns),
        "is_estimated": published.isna() & value.notna(),
        "share_pct": 100 * value,
        "lq": value / area_value,
        "lq_low": low / area_high,
        "lq_high": high / area_low,
    }
    index = pd.MultiIndex.from_product([value.index, value.columns], names=["nuts_id", "nace_code"])
    return pd.DataFrame({key: table.to_numpy().ravel() for key, table in tables.items()}, index=index)


def _shares(cells: Cells, rows: pd.Index) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Shares of the divisions in the manufacturing of each row: value and both ends."""
    tables = [table.filter(regex=f"^{SECTION}").reindex(rows) for table in (cells.estimate, cells.low, cells.high)]
    total = tables[0].sum(axis=1, min_count=1).replace(0, np.nan)
    value, low, high = (table.div(total, axis=0) for table in tables)
    return value, low, high


def _area_shares(cells: Cells, countries: pd.Index) -> tuple[pd.Series, pd.Series, pd.Series]:
    sums = [
        table.filter(regex=f"^{SECTION}").reindex(countries).sum(min_count=1).replace(0, np.nan)
        for table in (cells.estimate, cells.low, cells.high)
    ]
    total = sums[0].sum()
    value, low, high = (series / total for series in sums)
    return value, low, high


def _empty() -> pd.DataFrame:
    return pd.DataFrame(columns=COLUMNS, index=pd.MultiIndex.from_arrays([[], []], names=["year", "nace_code"]))
