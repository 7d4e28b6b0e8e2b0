"""The economy of one region as all its pages need it: its sectors, their strength, and all regions beside it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import pandas as pd

from clusterkit.data import territory
from clusterkit.mapping.portfolio import benchmark, matched_growth, portfolio, rank_sectors
from clusterkit.mapping.reach import Reach, within_reach
from clusterkit.mapping.region_dynamics import growth_quadrants
from clusterkit.mapping.snapshots import Snapshot, snapshots
from clusterkit.mapping.standing import AllRegions, two_years, with_own_strength


@dataclass(frozen=True)
class RegionEconomy:
    """The sectors of one region, and every region of Europe beside it; made by :func:`region_economy`.

    Parameters
    ----------
    region
        Its row in all tables.
    strong_lq
        Least location quotient of a strong sector (no unit).
    cells
        Published figures of the region, as ``territory.combine`` gives them.
    sectors
        As ``portfolio`` gives it.
    ranked
        As ``rank_sectors`` gives it: sectors with a location quotient, the highest first.
    yearly
        Snapshots by year, the region one row of each.
    now, then
        All regions in the reference year, the region's strength as its portfolio has it, and in the base year.
    """

    region: str
    strong_lq: float
    cells: pd.DataFrame
    sectors: pd.DataFrame
    ranked: pd.DataFrame
    yearly: Mapping[int, Snapshot]
    now: AllRegions
    then: AllRegions

    @property
    def strong(self) -> list[str]:
        """Codes of the strong sectors, the most specialised first."""
        return list(self.ranked.index[self.ranked["is_strong"]])

    @cached_property
    def within(self) -> Reach:
        """Sectors close to the strong ones: see ``within_reach``."""
        return within_reach(self.now, self.region)

    @cached_property
    def quadrants(self) -> pd.DataFrame:
        """Ranked sectors by location quotient and growth: see ``growth_quadrants``."""
        return growth_quadrants(self.ranked, strong_lq=self.strong_lq)


class OwnSectors(NamedTuple):
    """The sectors of one region without the regions beside it: ``cells``, ``sectors`` and ``ranked`` of its economy."""

    cells: pd.DataFrame
    sectors: pd.DataFrame
    ranked: pd.DataFrame


def own_sectors(
    industry: pd.DataFrame,
    every_region: Collection[str],
    *,
    nuts_ids: Sequence[str],
    base_year: int,
    reference_year: int,
    strong_lq: float,
    min_share_pct: float,
) -> OwnSectors:
    """How strong a region is in its sectors: the part of :func:`region_economy` that needs no other region's rows.

    Parameters
    ----------
    industry, every_region, nuts_ids, base_year, reference_year, strong_lq, min_share_pct
        As in :func:`region_economy`.
    """
    years = {"base_year": base_year, "reference_year": reference_year}
    cells = territory.combine(industry, list(nuts_ids), every_region)
    sectors = portfolio(cells, benchmark(industry), matched_growth(industry, **years), **years)
    return OwnSectors(cells, sectors, rank_sectors(sectors, strong_lq=strong_lq, min_share_pct=min_share_pct))


def region_economy(
    industry: pd.DataFrame,
    every_region: Collection[str],
    *,
    region: str,
    nuts_ids: Sequence[str],
    base_year: int,
    reference_year: int,
    strong_lq: float,
    min_share_pct: float,
) -> RegionEconomy:
    """What the figures of industries say of one region, worked out once.

    Parameters
    ----------
    industry
        Table ``industry``.
    every_region
        All NUTS codes of the version, column ``nuts_id`` of table ``region``.
    region, nuts_ids
        Name of the region's row, and its NUTS 2 codes.
    base_year, reference_year
        Calendar years.
    strong_lq, min_share_pct
        Thresholds of a strong sector (no unit; percent of the region's jobs).
    """
    years = {"base_year": base_year, "reference_year": reference_year}
    rule: dict[str, Any] = {"strong_lq": strong_lq, "min_share_pct": min_share_pct}
    codes = list(nuts_ids)
    cells, sectors, ranked = own_sectors(industry, every_region, nuts_ids=codes, **years, **rule)
    yearly = snapshots(industry, cells, name=region, nuts_ids=codes)
    now, then = two_years(industry, cells, **years, region=region, nuts_ids=codes, **rule)
    now = with_own_strength(now, region, ranked["is_strong"])
    return RegionEconomy(region, strong_lq, cells, sectors, ranked, yearly, now, then)
