"""The sectors of a region, from the project's tables."""

from __future__ import annotations

from typing import Any

from clusterkit import mapping
from clusterkit.data import star_schemes, tables
from clusterkit.params import RegionParams
from clusterkit.paths import Project, project
from clusterkit.results import shared


def economy(p: RegionParams, place: Project | None = None) -> mapping.RegionEconomy:
    """The region's sectors and all regions beside it: see :func:`clusterkit.mapping.region_economy`.

    Parameters
    ----------
    p
        Of the region.
    place
        Project whose tables are read; default the one in use.
    """
    place = place or project()
    years = {"base_year": p.base_year, "reference_year": p.reference_year}
    rule: dict[str, Any] = {"region": p.region, "nuts_ids": list(p.nuts_ids), **years, **p.strong_rule}

    def make() -> mapping.RegionEconomy:
        industry, region = tables.load_industry(place.processed), tables.load_region(place.processed)
        return mapping.region_economy(industry, region["nuts_id"], **rule)

    return shared("economy", rule, make)


def own_sectors(p: RegionParams, place: Project | None = None) -> mapping.OwnSectors:
    """The region's sectors as :func:`economy` has them, without the regions beside it: in a fifth of the time.

    Parameters
    ----------
    p
        Of the region.
    place
        Project whose tables are read; default the one in use.
    """
    place = place or project()
    years = {"base_year": p.base_year, "reference_year": p.reference_year}
    industry, region = tables.load_industry(place.processed), tables.load_region(place.processed)
    return mapping.own_sectors(industry, region["nuts_id"], nuts_ids=list(p.nuts_ids), **years, **p.strong_rule)


def stars(p: RegionParams, of: mapping.RegionEconomy, place: Project | None = None) -> mapping.RegionStars:
    """Stars of the region's sectors under all schemes of the project: see :func:`clusterkit.mapping.region_stars`.

    Parameters
    ----------
    p
        Of the region.
    of
        Its economy.
    place
        Project whose schemes are read; default the one in use.
    """
    place = place or project()
    years = {"base_year": p.base_year, "reference_year": p.reference_year}
    chosen: dict[str, Any] = {"scheme": p.mapping.star_scheme, "seed": p.seed, **years}

    def make() -> mapping.RegionStars:
        schemes = star_schemes.list_schemes(place.params / "star_schemes")
        return mapping.region_stars(of.yearly, p.region, schemes=schemes, **chosen)

    return shared("stars", {"nuts_ids": list(p.nuts_ids), "region": p.region, **chosen}, make)
