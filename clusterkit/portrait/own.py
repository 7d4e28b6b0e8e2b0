"""What a region hands in besides its table of industries: indicators, a boundary, cluster organisations."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from clusterkit import mapping
from clusterkit.data import tables
from clusterkit.data.own.geometry import OwnBoundary, load_boundary
from clusterkit.data.own.indicators import OwnIndicators, load_own_indicators
from clusterkit.data.own.organisations import Organisations, load_organisations
from clusterkit.params import RegionParams
from clusterkit.paths import Project, project


def own_indicators(p: RegionParams, place: Project | None = None) -> OwnIndicators | None:
    """The indicators that a region hands in; None without such a file.

    Parameters
    ----------
    p
        Of the region.
    place
        Project that the file is of; default the one in use.

    Raises
    ------
    ParamError
        Everything that is wrong with the file, at once.
    """
    place = place or project()
    name = p.own.own_indicators
    return load_own_indicators(place.root / name, place, p.owner) if name else None


def boundary(p: RegionParams, place: Project | None = None) -> OwnBoundary | None:
    """The boundary that a region draws of itself; None where it hands in none.

    Parameters
    ----------
    p
        Of the region.
    place
        Project that the file is of; default the one in use.

    Raises
    ------
    ParamError
        What is wrong with the file.
    """
    place = place or project()
    if p.own.own_geometry is None:
        return None
    return load_boundary(place.root / p.own.own_geometry, tables.load_region(place.processed), p.owner)


@dataclass(frozen=True)
class RegionOrganisations:
    """The cluster organisations that a region names, and which of its strong sectors have one.

    Parameters
    ----------
    listed
        As handed in.
    of_strong
        Strong sectors, as ``mapping.organisations_of_sectors`` gives them.
    """

    listed: Organisations
    of_strong: pd.DataFrame


def organisations(
    p: RegionParams, of: mapping.RegionEconomy, place: Project | None = None
) -> RegionOrganisations | None:
    """The cluster organisations that a region names; None where it hands in none.

    Parameters
    ----------
    p
        Of the region.
    of
        Its economy.
    place
        Project that the file is of; default the one in use.

    Raises
    ------
    ParamError
        Everything that is wrong with the file, at once.
    """
    place = place or project()
    if p.own.own_organisations is None:
        return None
    listed = load_organisations(place.root / p.own.own_organisations, tables.load_region(place.processed), p.owner)
    return RegionOrganisations(listed, mapping.organisations_of_sectors(listed.table, of.strong))
