"""Every region by every sector with the figures of the mapping pages: what a reader can look up and compare."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from clusterkit.data import territory
from clusterkit.data.industries import Taxonomy
from clusterkit.data.star_schemes import Scheme
from clusterkit.mapping.categories import categories_everywhere
from clusterkit.mapping.manufacturing import manufacturing_everywhere, newest_year
from clusterkit.mapping.overview import sectors_across_regions
from clusterkit.mapping.portfolio import benchmark, matched_growth, portfolio, region_total
from clusterkit.mapping.region_stars import all_stars
from clusterkit.mapping.snapshots import Snapshot, snapshots

_PUBLISHED = ["persons_employed", "lq", "lq_low", "lq_high", "wages_eur_per_person", "growth_pct", "growth_has_break"]


@dataclass(frozen=True)
class Atlas:
    """All NUTS 2 regions, and some territories made of them, each as its own mapping page has it.

    Parameters
    ----------
    industry
        Table ``industry``.
    region_ids
        All codes of the NUTS version.
    territories
        Name of a territory to its NUTS 2 codes. A territory of one code stands in the place of that code and has
        its name; one of several stands beside them.
    base_year, reference_year
        Growth is counted from the first to the second; other figures of the whole economy are of the second.
    """

    industry: pd.DataFrame
    region_ids: Collection[str]
    territories: Mapping[str, Sequence[str]]
    base_year: int
    reference_year: int

    @cached_property
    def area(self) -> pd.DataFrame:
        """The whole area by sector and year: see :func:`clusterkit.mapping.benchmark`."""
        return benchmark(self.industry)

    @cached_property
    def area_growth_pct(self) -> pd.Series:
        """Growth of each sector in the whole area (percent): see :func:`clusterkit.mapping.matched_growth`."""
        return matched_growth(self.industry, **self._years)

    @cached_property
    def _years(self) -> dict[str, int]:
        return {"base_year": self.base_year, "reference_year": self.reference_year}

    @cached_property
    def _cells(self) -> dict[str, pd.DataFrame]:
        return {
            name: territory.combine(self.industry, codes, self.region_ids) for name, codes in self.territories.items()
        }

    @cached_property
    def _everywhere(self) -> dict[int, Snapshot]:
        return snapshots(self.industry)

    @cached_property
    def _of_territory(self) -> dict[str, dict[int, Snapshot]]:
        return {
            name: snapshots(self.industry, self._cells[name], name=name, nuts_ids=codes)
            for name, codes in self.territories.items()
        }

    @property
    def codes(self) -> dict[str, list[str]]:
        """Rows of the tables to their NUTS 2 codes, in alphabetical order; territories of several codes last."""
        return {
            name: self._codes(name)
            for name in self._order(self._everywhere[self.reference_year].regions.estimate.index)
        }

    def _codes(self, name: str) -> list[str]:
        return list(self.territories.get(name, [name]))

    def _order(self, regions: pd.Index) -> list[str]:
        alone = {codes[0]: name for name, codes in self.territories.items() if len(codes) == 1}
        several = [name for name, codes in self.territories.items() if len(codes) > 1]
        return [alone.get(code, code) for code in sorted(regions)] + several

    def _together(self, everywhere: pd.DataFrame, own: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
        """Rows of all regions, each territory's own rows in their place or beside them; index (region, sector)."""
        alone = [codes[0] for codes in self.territories.values() if len(codes) == 1]
        regions = everywhere.index.unique("nuts_id")
        rest = everywhere[~everywhere.index.get_level_values("nuts_id").isin(alone)]
        second = everywhere.index.names[1]
        added = [table.set_axis(pd.MultiIndex.from_product([[name], table.index])) for name, table in own.items()]
        rows = pd.concat([rest, *added])
        rows.index.names = ["nuts_id", second]
        there = rows.index.unique("nuts_id")
        wanted = [name for name in self._order(regions) if name in there]
        return rows.reindex(
            pd.MultiIndex.from_product([wanted, everywhere.index.unique(second)], names=rows.index.names)
        )

    def sectors(self, schemes: Mapping[str, Scheme]) -> pd.DataFrame:
        """Every region by every division: size, specialisation, stars, wages and growth, and what is hidden.

        Parameters
        ----------
        schemes
            Star schemes by identifier.

        Returns
        -------
        pandas.DataFrame
            Index (``nuts_id``, ``nace_code``): ``persons_employed`` (persons; the estimate where ``is_estimated``)
            with ``_low`` and ``_high`` (the estimate's 90 % interval) and ``_status`` (reported, estimated, partly
            hidden, hidden, missing); ``is_estimated`` (bool: the cell is not published, and there is an estimate);
            ``lq`` (no unit; from the estimate where there is one) with ``lq_low`` and ``lq_high``: of a published
            cell what hidden country rows leave open, of an estimate the ends of its interval; ``share_pct`` of
            the region's business economy; ``wages_eur_per_person`` (euro a year) and ``growth_pct`` (percent),
            published cells only; ``growth_has_break``; ``stars_SCHEME_low`` and ``_high`` for each scheme: without
            and with the stars that a hidden figure leaves open. NaN is unknown.

        References
        ----------
        The figures of :func:`clusterkit.mapping.portfolio`, :func:`clusterkit.mapping.snapshots` and
        :func:`clusterkit.mapping.region_stars`.
        """
        base = self._with_estimates(self._published(), self._everywhere, schemes)
        own = {}
        for name, cells in self._cells.items():
            rows = portfolio(cells, self.area, self.area_growth_pct, **self._years)
            rows = rows[[*_PUBLISHED, "persons_employed_status"]]
            index = pd.MultiIndex.from_product([[name], rows.index], names=base.index.names)
            own[name] = self._with_estimates(rows.set_axis(index), self._of_territory[name], schemes).loc[name]
        table = self._together(base, own)
        return table.assign(is_estimated=table["is_estimated"].eq(True))

    def _published(self) -> pd.DataFrame:
        """The published figures of all NUTS 2 regions, as ``sectors_across_regions`` has them, wages and growth."""
        year, now, then = self.reference_year, self._everywhere[self.reference_year], self._everywhere[self.base_year]
        divisions = list(now.regions.estimate.columns)
        across = sectors_across_regions(self.industry, self.area, nace_codes=divisions, year=year)
        table = pd.concat(across, names=["nace_code"]).swaplevel().rename_axis(["nuts_id", "nace_code"])
        table = table.rename(columns={"status": "persons_employed_status"})
        jobs = now.regions.published
        start = then.regions.published.reindex_like(jobs).where(lambda persons: persons > 0)
        wages = 1e6 * now.wages_meur / jobs.where(jobs > 0)
        flags = self.industry[self.industry["year"].gt(self.base_year) & self.industry["year"].le(year)]
        has_break = (
            flags["persons_employed_flag"].str.contains("b").groupby([flags["nuts_id"], flags["nace_code"]]).any()
        )
        return table.assign(
            wages_eur_per_person=_long(wages, table.index),
            growth_pct=_long(100 * (jobs / start - 1), table.index),
            growth_has_break=has_break.reindex(table.index, fill_value=False),
        )

    def _with_estimates(
        self, published: pd.DataFrame, yearly: Mapping[int, Snapshot], schemes: Mapping[str, Scheme]
    ) -> pd.DataFrame:
        """The same rows with estimates where cells are hidden, and stars."""
        now = yearly[self.reference_year]
        ends = {end: _long(getattr(now.regions, end), published.index) for end in ("estimate", "low", "high")}
        total = published.index.get_level_values("nuts_id").map(now.region_total)
        is_hidden = published["persons_employed"].isna()
        whole = self.area.xs(self.reference_year, level="year")
        area_total = region_total(self.area).loc[self.reference_year, "low"]
        share = whole["persons_employed"].where(lambda persons: persons > 0) / area_total
        share = share.reindex(published.index.get_level_values("nace_code")).to_numpy()
        quotients = {end: persons / total / share for end, persons in ends.items()}
        columns = {
            "persons_employed": published["persons_employed"].fillna(ends["estimate"]),
            "persons_employed_low": published["persons_employed"].fillna(ends["low"]),
            "persons_employed_high": published["persons_employed"].fillna(ends["high"]),
            "is_estimated": is_hidden & ends["estimate"].notna(),
            "lq": published["lq"].fillna(quotients["estimate"]),
            "lq_low": published["lq_low"].where(~is_hidden, quotients["low"]),
            "lq_high": published["lq_high"].where(~is_hidden, quotients["high"]),
        }
        table = published.assign(**columns)
        table["share_pct"] = 100 * table["persons_employed"] / total
        stars = all_stars(yearly, schemes=schemes, **self._years)
        for key, found in stars.items():
            for end in ("low", "high"):
                known = found[f"n_stars_{end}"].reindex(table.index)
                table[f"stars_{key}_{end}"] = known.where(table["persons_employed"].notna())
        return table

    def categories(self, taxonomy: Taxonomy) -> pd.DataFrame:
        """Every region by every category of a taxonomy, in the reference year.

        Returns
        -------
        pandas.DataFrame
            As :func:`clusterkit.mapping.categories.categories_everywhere` (persons employed and no unit).
        """
        everywhere = categories_everywhere(self._everywhere[self.reference_year], taxonomy)
        own = {
            name: categories_everywhere(yearly[self.reference_year], taxonomy).loc[name]
            for name, yearly in self._of_territory.items()
            if yearly[self.reference_year].has(name)
        }
        return self._together(everywhere, own)

    @property
    def manufacturing_year(self) -> int | None:
        """Calendar year of :meth:`manufacturing`; None where no year has newer definitions."""
        return newest_year(self._everywhere, self.reference_year)

    def manufacturing(self) -> pd.DataFrame:
        """Every region by every division of manufacturing, in the newest year.

        Returns
        -------
        pandas.DataFrame
            As :func:`clusterkit.mapping.manufacturing.manufacturing_everywhere` (persons employed, percent, no unit).
        """
        everywhere = manufacturing_everywhere(self._everywhere, then=self.reference_year)
        own = {}
        for name, yearly in self._of_territory.items():
            rows = manufacturing_everywhere(yearly, then=self.reference_year)
            if name in rows.index.unique("nuts_id"):
                own[name] = rows.loc[name]
        return self._together(everywhere, own)


def _long(table: pd.DataFrame, index: pd.MultiIndex) -> pd.Series:
    """The cells of a table of regions by sectors, one row each, in the order of ``index``."""
    cells = pd.MultiIndex.from_product([table.index, table.columns])
    return pd.Series(table.to_numpy().ravel(), cells).reindex(index)
