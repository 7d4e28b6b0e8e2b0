"""Several regions side by side: what they share, where they differ, who could work with whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations

import pandas as pd

from clusterkit import mapping
from clusterkit.data import tables
from clusterkit.errors import Problem, RunError
from clusterkit.params import RegionParams
from clusterkit.paths import Project, project
from clusterkit.portrait.outline import Outline, outlines


@dataclass(frozen=True)
class Together:
    """Outlines of several regions in their order, and what can be said of all of them.

    Parameters
    ----------
    members
        One outline a region.
    close
        Sectors that stand together more often than by chance, as ``mapping.close_sectors`` gives them.
    missing
        Names of regions whose outline could not be made, with the reason.
    """

    members: tuple[Outline, ...]
    close: pd.DataFrame
    missing: Mapping[str, str] = field(default_factory=dict)

    @property
    def listed(self) -> list[RegionParams]:
        """Parameters of the regions."""
        return [one.p for one in self.members]

    @property
    def names(self) -> dict[str, str]:
        """Identifier of each region to its name."""
        return {one.p.region: one.p.name for one in self.members}

    @cached_property
    def quotients(self) -> pd.DataFrame:
        """Location quotients (no unit), shape (n_sectors, n_regions), index ``nace_code``; NaN is unknown."""
        return pd.DataFrame({one.p.region: one.sectors["lq"] for one in self.members})

    @cached_property
    def strong(self) -> pd.DataFrame:
        """Which sectors are strong in which region: True or False, as :attr:`quotients`."""
        return pd.DataFrame(
            {one.p.region: self.quotients.index.isin(one.strong) for one in self.members},
            index=self.quotients.index,
        )

    @cached_property
    def shared_sectors(self) -> pd.DataFrame:
        """Sectors strong in two regions or more.

        Returns
        -------
        pandas.DataFrame
            Index ``nace_code``, those of most regions first, then by jobs: ``n_regions``, ``regions`` (tuple of
            identifiers, the most specialised first), ``persons_employed`` (persons, all these regions; unknown ones
            left out).
        """
        rows = {}
        for code, row in self.strong[self.strong.sum(axis=1) >= 2].iterrows():
            where = self.quotients.loc[code, list(row.index[row])].sort_values(ascending=False, kind="stable").index
            jobs = [one.sectors.loc[code, "persons_employed"] for one in self.members if one.p.region in where]
            rows[code] = (len(where), tuple(where), float(pd.Series(jobs, dtype=float).sum()))
        table = pd.DataFrame.from_dict(rows, orient="index", columns=["n_regions", "regions", "persons_employed"])
        order = ["n_regions", "persons_employed"]
        return table.rename_axis("nace_code").sort_values(order, ascending=False, kind="stable")

    @cached_property
    def shared_emerging(self) -> pd.DataFrame:
        """Emerging industries in which two regions or more have more than the European share of jobs for sure.

        Returns
        -------
        pandas.DataFrame
            Index ``category``, those of most regions first: ``name``, ``rating``, ``n_regions``, ``regions`` (tuple of
            identifiers, the most specialised first).
        """
        rows, tables = {}, {one.p.region: one.emerging for one in self.members}
        for category in dict.fromkeys(code for table in tables.values() for code in table.index):
            cells = {region: table.loc[category] for region, table in tables.items() if category in table.index}
            over = {region: float(row["lq"]) for region, row in cells.items() if row["lq_low"] > 1}
            if len(over) >= 2:
                any_row = next(iter(cells.values()))
                where = tuple(sorted(over, key=lambda region: -over[region]))
                rows[category] = (any_row["name"], any_row["rating"], len(over), where)
        table = pd.DataFrame.from_dict(rows, orient="index", columns=["name", "rating", "n_regions", "regions"])
        return table.rename_axis("category").sort_values("n_regions", ascending=False, kind="stable")

    @cached_property
    def conditions(self) -> pd.DataFrame:
        """Every dimension and sub-dimension of every region that has the framework of most of them.

        Returns
        -------
        pandas.DataFrame
            Index ``region``, ``part``: ``level``, ``parent``, ``name``, ``score`` (points), ``rank``, ``rank_low``,
            ``rank_high``, ``n_ranked`` (places), ``verdict``, ``is_sure`` (bool), ``n_known`` (indicators).
        """
        same = [one for one in self.members if one.framework == self.scored.framework]
        return pd.concat({one.p.region: one.conditions for one in same}, names=["region", "part"])

    @property
    def scored(self) -> Outline:
        """The first region with the framework that most of them have: other frameworks stand beside none."""
        counts = Counter(one.framework for one in self.members)
        return max(self.members, key=lambda one: counts[one.framework])

    @property
    def otherwise_scored(self) -> list[str]:
        """Names of the regions whose scoreboard follows another framework."""
        return [one.p.name for one in self.members if one.framework != self.scored.framework]

    @property
    def levels(self) -> tuple[str, str]:
        """Names of the levels of dimensions and of sub-dimensions."""
        return self.scored.levels

    def shared_conditions(self, level: str) -> pd.DataFrame:
        """How many regions are in the worst and in the best third of all regions, by part.

        Parameters
        ----------
        level
            Of the parts.

        Returns
        -------
        pandas.DataFrame
            Index ``part``, most regions in the worst third first: ``name``, ``n_worst``, ``n_worst_sure`` (over the
            whole interval of the rank), ``n_best``, ``n_ranked`` (regions with a rank).
        """
        rows = self.conditions[self.conditions["level"] == level]
        worst, best = rows["verdict"].eq("bottleneck"), rows["verdict"].eq("strength")
        counted = pd.DataFrame(
            {
                "n_worst": worst,
                "n_worst_sure": worst & rows["is_sure"].fillna(value=False).astype(bool),
                "n_best": best,
                "n_ranked": rows["rank"].notna(),
            }
        )
        table = counted.groupby(level="part", sort=False).sum().astype(int)
        table.insert(0, "name", rows["name"].groupby(level="part", sort=False).first())
        return table.sort_values(["n_worst", "n_best"], ascending=[False, True], kind="stable")

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """What links every two regions, those with most links first.

        Returns
        -------
        pandas.DataFrame
            Index ``one``, ``other``: ``shared``, ``brings`` (strong in the other, close to the one), ``offers``, as
            ``mapping.Common`` has them; ``n_linked`` (sectors).
        """
        rows = {}
        for one, other in combinations(self.members, 2):
            found = mapping.common_sectors(one.strong, other.strong, self.close)
            rows[one.p.region, other.p.region] = (*found, found.n_linked)
        index = pd.MultiIndex.from_tuples(list(rows) or [], names=["one", "other"])
        table = pd.DataFrame(list(rows.values()), index=index, columns=["shared", "brings", "offers", "n_linked"])
        order = table.assign(n=table["shared"].map(len)).sort_values(["n_linked", "n"], ascending=False, kind="stable")
        return table.loc[order.index]


def together(listed: Sequence[RegionParams], place: Project | None = None) -> Together:
    """Outlines of several regions, side by side.

    Parameters
    ----------
    listed
        At least one region; sectors are close or not by the reference year of the first.
    place
        Project whose files are read; default the one in use.

    Raises
    ------
    RunError
        No region has an outline.
    """
    place = place or project()
    year = listed[0].reference_year
    industry = tables.load_industry(place.processed)
    quotients = mapping.location_quotient(
        mapping.employment_matrix(industry, year=year), benchmark=mapping.benchmark_totals(industry, year=year)
    )
    found, missing = outlines(listed, place)
    if not found:
        what = f"None of the {len(listed)} regions can be outlined: {next(iter(missing.values()))}"
        raise RunError(
            Problem(what, "portrait.together", "one region at least has figures", "see what its own pages say")
        )
    names = {p.region: p.name for p in listed}
    reasons = {names[region]: reason for region, reason in missing.items()}
    return Together(tuple(found.values()), mapping.close_sectors(quotients), reasons)
