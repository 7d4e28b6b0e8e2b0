"""A region's own figures of industries, as far as they go below the divisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from clusterkit import mapping
from clusterkit.data import industries
from clusterkit.data.own import BENCHMARK, OwnIndustry, read_own_industry
from clusterkit.errors import ParamError, Problem
from clusterkit.params import DIVISIONS, RegionParams, divisions_path
from clusterkit.paths import Project, project


@dataclass(frozen=True)
class Detail:
    """A region's own table of industries, and what follows from it.

    Parameters
    ----------
    own
        The table.
    file
        Its name, from the project folder.
    year, base_year
        Calendar years of the figures, and from which growth is counted (None: there is no earlier year).
    names
        Names of codes: those of the table, else those of this project; other codes have none.
    totals, sectors, parts
        As ``mapping.detail_totals``, ``detail_sectors`` and ``detail_parts`` give them.
    against
        As ``mapping.detail_against`` gives it; empty where Eurostat's figures of that year are not at hand.
    categories
        As ``mapping.detail_categories`` gives it; empty where no categories were chosen, or the table holds none.
    taxonomy
        The chosen categories; None without.
    """

    own: OwnIndustry
    file: str
    year: int
    base_year: int | None
    names: Mapping[str, str]
    totals: mapping.DetailTotals
    sectors: pd.DataFrame
    parts: pd.DataFrame
    against: pd.DataFrame
    categories: pd.DataFrame
    taxonomy: industries.Taxonomy | None

    def label(self, code: str) -> str:
        """Name with code, ``Spinning (C13.1)``; the code alone where there is no name.

        Parameters
        ----------
        code
            Of an industry, as in the table.
        """
        return f"{self.names[code]} ({code})" if code in self.names else code

    def phrase(self, code: str) -> str:
        """The label inside a sentence, ``spinning (C13.1)``.

        Parameters
        ----------
        code
            Of an industry, as in the table.
        """
        label = self.label(code)
        return label if label == code else label[0].lower() + label[1:]

    @property
    def finest(self) -> pd.DataFrame:
        """Rows of which the table has nothing below: each job counts in one of them at most."""
        return self.sectors[self.sectors["is_finest"]]


def detail(p: RegionParams, of: mapping.RegionEconomy | mapping.OwnSectors, place: Project | None = None) -> Detail:
    """Read the region's own table of industries and work out what it tells.

    Parameters
    ----------
    p
        Of the region.
    of
        Its economy by Eurostat's figures, or its sectors alone.
    place
        Project whose files are read; default the one in use.

    Raises
    ------
    ParamError
        There is no table, or everything that is wrong with it.
    """
    place = place or project()
    if p.own.own_industry is None:
        raise ParamError(
            Problem(
                f"{p.region} has no industry table of its own.",
                f"params/regions/{p.region}.yaml",
                "the page of sectors in detail shows a table that the region hands in",
                "make one with `clusterkit own template industry`, and name it under own.own_industry",
            )
        )
    own = read_own_industry(place.root / p.own.own_industry, p.owner)
    year = p.reference_year if p.reference_year in own.years else own.years[-1]
    earlier = [one for one in own.years if one < year]
    base_year = p.base_year if p.base_year in earlier else earlier[0] if earlier else None
    areas = (own.table, p.region, BENCHMARK)
    sectors = mapping.detail_sectors(
        *areas,
        year=year,
        base_year=base_year,
        strong_lq=p.mapping.strong_lq,
        min_share_pct=p.mapping.min_share_pct,
    )
    divisions = industries.load_taxonomy(divisions_path(place))
    taxonomy = None
    if p.mapping.taxonomy != DIVISIONS:
        taxonomy = industries.load_taxonomy(p.taxonomy_path(place))
    return Detail(
        own=own,
        file=p.own.own_industry,
        year=year,
        base_year=base_year,
        names={**divisions.sections, **divisions.categories, **own.names},
        totals=mapping.detail_totals(*areas, year=year),
        sectors=sectors,
        parts=mapping.detail_parts(sectors),
        against=_against(own, of, p.region, year),
        categories=pd.DataFrame() if taxonomy is None else mapping.detail_categories(*areas, taxonomy, year=year),
        taxonomy=taxonomy,
    )


def _against(own: OwnIndustry, of: mapping.RegionEconomy | mapping.OwnSectors, region: str, year: int) -> pd.DataFrame:
    if year not in of.cells.index.get_level_values("year"):
        return pd.DataFrame()
    published = of.cells.xs(year, level="year")
    return mapping.detail_against(own.table, region, published[published.index.str.len() == 3], year=year)
