"""All that is known of a region, for the pages that say it short: the brief, the comparison, the synthesis."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from clusterkit import mapping, scoreboard
from clusterkit import stress_test as stress
from clusterkit.data import tables, territory
from clusterkit.params import RegionParams
from clusterkit.paths import Project, project
from clusterkit.portrait.chosen import ChosenCategories, chosen_categories
from clusterkit.portrait.conditions import board
from clusterkit.portrait.economy import economy, stars
from clusterkit.portrait.policy import stress_test


@dataclass(frozen=True)
class Portrait:
    """One region: its economy, its conditions and its policy.

    Parameters
    ----------
    p
        Its parameters.
    place
        Project whose files it is made from.
    economy
        As :func:`clusterkit.portrait.economy` gives it.
    board
        Its scoreboard by the framework of its parameters.
    test
        Its stress test.
    context
        The region, its country and the Union, as ``mapping.regional_context`` gives them.
    chosen
        Its categories of choice; None without.
    """

    p: RegionParams
    place: Project
    economy: mapping.RegionEconomy
    board: scoreboard.RegionScoreboard
    test: stress.StressTest
    context: pd.DataFrame
    chosen: ChosenCategories | None = None

    @cached_property
    def total(self) -> pd.Series:
        """Persons employed over all published sections in the reference year (``size``), as ``region_total`` has it."""
        return mapping.region_total(self.economy.cells).loc[self.p.reference_year]

    @cached_property
    def summary(self) -> pd.Series:
        """Number of strong sectors, their jobs and share, and the strongest: see ``mapping.summary``."""
        return mapping.summary(self.economy.ranked, self.total)

    @cached_property
    def stars(self) -> mapping.RegionStars:
        """Stars of its sectors: see :func:`clusterkit.portrait.stars`; what asks for none need not wait for them."""
        return stars(self.p, self.economy, self.place)

    @cached_property
    def partners(self) -> pd.DataFrame:
        """Regions that strong sectors link with this one: see ``mapping.partners``."""
        found = mapping.partners(self.economy.now, self.p.region)
        return found[~found.index.isin(self.p.nuts_ids)]


def portrait(p: RegionParams, place: Project | None = None) -> Portrait:
    """Work out, or take from other pages of the run, all that is known of a region.

    Parameters
    ----------
    p
        Of the region.
    place
        Project whose files are read; default the one in use.

    Raises
    ------
    ClusterkitError
        As the parts raise it.
    """
    place = place or project()
    own = economy(p, place)
    groups = territory.with_country_and_union(p.name, p.nuts_ids, tables.load_region(place.processed)["nuts_id"])
    return Portrait(
        p,
        place,
        own,
        board(p, p.framework_path(place), place),
        stress_test(p, place=place),
        mapping.regional_context(tables.load_context(place.processed), groups, p.reference_year),
        chosen_categories(p, own, place),
    )
