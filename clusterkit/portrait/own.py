"""What a region hands in to be drawn and listed: its boundary, and its cluster organisations."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from clusterkit import mapping
from clusterkit.data import tables
from clusterkit.data.own import Owner
from clusterkit.data.own.geometry import OwnBoundary, load_boundary
from clusterkit.data.own.organisations import Organisations, load_organisations
from clusterkit.params import RegionParams
from clusterkit.paths import Project, project


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
    owner = Owner(p.region, tuple(p.nuts_ids))
    return load_boundary(place.root / p.own.own_geometry, tables.load_region(place.processed), owner)


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
    owner = Owner(p.region, tuple(p.nuts_ids))
    listed = load_organisations(place.root / p.own.own_organisations, tables.load_region(place.processed), owner)
    return RegionOrganisations(listed, mapping.organisations_of_sectors(listed.table, of.strong))
