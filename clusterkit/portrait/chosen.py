"""The categories that a region chose for a section of their own."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from clusterkit import mapping
from clusterkit.data import industries
from clusterkit.data.industries import Taxonomy
from clusterkit.params import DIVISIONS, RegionParams
from clusterkit.paths import Project, project


@dataclass(frozen=True)
class ChosenCategories:
    """How strong a region is in the categories of the taxonomy that it chose.

    Parameters
    ----------
    taxonomy
        The categories.
    strength
        As ``mapping.category_strength`` gives it.
    growth
        As ``mapping.category_growth`` gives it.
    everywhere
        As ``mapping.categories_everywhere`` gives it.
    """

    taxonomy: Taxonomy
    strength: pd.DataFrame
    growth: pd.DataFrame
    everywhere: pd.DataFrame


def chosen_categories(
    p: RegionParams, of: mapping.RegionEconomy, place: Project | None = None
) -> ChosenCategories | None:
    """The region in the categories of its own choice; None where these are the divisions.

    Parameters
    ----------
    p
        Of the region.
    of
        Its economy.
    place
        Project whose taxonomy is read; default the one in use.

    Raises
    ------
    ParamError
        What is wrong with the taxonomy.
    """
    if p.mapping.taxonomy == DIVISIONS:
        return None
    taxonomy = industries.load_taxonomy(p.taxonomy_path(place or project()))
    base, reference = of.yearly[p.base_year], of.yearly[p.reference_year]
    return ChosenCategories(
        taxonomy,
        mapping.category_strength(reference, p.region, taxonomy),
        mapping.category_growth(base, reference, p.region, taxonomy, has_break=of.ranked["growth_has_break"]),
        mapping.categories_everywhere(reference, taxonomy),
    )
