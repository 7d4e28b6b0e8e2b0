"""The sectors of one region side by side: specialisation, size, wages and growth."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd

from clusterkit.data import remembered
from clusterkit.mapping.specialisation import location_quotient_range

RANGE_TOLERANCE = 1.1  # high over low; a quotient known to 10 % is quoted as one number, docs/assumptions.md#A6


def region_total(cells: pd.DataFrame, by: str | Sequence[str] = "year") -> pd.DataFrame:
    """Persons employed in the whole business economy, with their range.

    Parameters
    ----------
    cells
        Sections (``C``) and the division ``S95``: ``nace_code`` and ``by`` as columns or index
        levels; ``persons_employed``, ``persons_employed_low``, ``persons_employed_high``.
    by
        What the totals are of: ``year`` for one territory, ``nuts_id`` for one year, or both.

    Returns
    -------
    pandas.DataFrame
        Index ``by``; ``low``, ``high`` and ``value`` (persons employed). A hidden section
        counts with what is visible of it in ``low``; ``high`` is the sum of what is bounded.
        ``value`` is NaN unless every section is published; ``size`` is then the middle of the
        range, else equal to ``value``.
    """
    rows = cells.reset_index()
    parts = rows[(rows["nace_code"].str.len() == 1) | (rows["nace_code"] == "S95")]
    parts = parts.assign(high=parts["persons_employed_high"].fillna(parts["persons_employed_low"]))
    groups = parts.groupby(by if isinstance(by, str) else list(by))
    is_whole = groups["persons_employed"].count() == groups.size()
    totals = pd.DataFrame(
        {
            "value": groups["persons_employed"].sum().where(is_whole),
            "low": groups["persons_employed_low"].sum(),
            "high": groups["high"].sum(),
        }
    )
    return totals.assign(size=totals["value"].fillna((totals["low"] + totals["high"]) / 2))


@partial(remembered.by_content, own=remembered.copy_on_write)
def benchmark(industry: pd.DataFrame) -> pd.DataFrame:
    """The whole area: the country rows of all sectors added up.

    Parameters
    ----------
    industry
        Table ``industry``; rows of level 0 are used, never the visible regions.

    Returns
    -------
    pandas.DataFrame
        Index ``(nace_code, year)``: ``persons_employed`` (the published country rows),
        ``persons_employed_low`` and ``_high`` (with what the hidden rows can hold),
        ``wages_meur`` and ``persons_with_wages`` (countries that publish both),
        ``hidden_countries`` (their codes as text, those that can hold most first).

    Notes
    -----
    A country row that no published total bounds (Malta, Cyprus in some sections) is left out of
    both ends; docs/assumptions.md#A4.
    """
    rows = industry[industry["nuts_id"].str.len() == 2]
    both = rows["wages_meur"].notna() & rows["persons_employed"].notna()
    rows = rows.assign(
        high=rows["persons_employed_high"].fillna(rows["persons_employed_low"]),
        wages=rows["wages_meur"].where(both),
        persons_with_wages=rows["persons_employed"].where(both),
    )
    doubt = (rows["persons_employed_high"] - rows["persons_employed_low"]).fillna(0)
    rows = rows.loc[doubt.sort_values(ascending=False, kind="stable").index]
    groups = rows.groupby(["nace_code", "year"])
    hidden = rows[rows["persons_employed"].isna()].groupby(["nace_code", "year"])["nuts_id"].agg(" ".join)
    table = pd.DataFrame(
        {
            "persons_employed": groups["persons_employed"].sum(min_count=1),
            "persons_employed_low": groups["persons_employed_low"].sum(),
            "persons_employed_high": groups["high"].sum(),
            "wages_meur": groups["wages"].sum(min_count=1),
            "persons_with_wages": groups["persons_with_wages"].sum(min_count=1),
        }
    )
    return table.assign(hidden_countries=hidden.reindex(table.index, fill_value=""))


@partial(remembered.by_content, own=remembered.copy_on_write)
def matched_growth(industry: pd.DataFrame, *, base_year: int, reference_year: int) -> pd.Series:
    """Growth of each sector in the countries that publish it in both years.

    Parameters
    ----------
    industry
        Table ``industry``.

    Returns
    -------
    pandas.Series
        Index ``nace_code``; change of persons employed from ``base_year`` to
        ``reference_year`` (percent). NaN where no country publishes both.
    """
    rows = industry[industry["nuts_id"].str.len() == 2]
    wide = rows.pivot_table(index=["nace_code", "nuts_id"], columns="year", values="persons_employed")
    wide = wide.reindex(columns=[base_year, reference_year]).dropna()
    sums = wide.groupby("nace_code").sum().replace(0, np.nan)
    return (100 * (sums[reference_year] / sums[base_year] - 1)).rename("growth_europe_pct")


def portfolio(
    cells: pd.DataFrame, area: pd.DataFrame, area_growth_pct: pd.Series, *, base_year: int, reference_year: int
) -> pd.DataFrame:
    """Every division of one territory: how specialised, how large, how well paid, how growing.

    Parameters
    ----------
    cells
        One territory, as ``territory.combine`` gives it: index ``(nace_code, year)``.
    area
        The whole area, as ``benchmark`` gives it.
    area_growth_pct
        Growth of each sector in the whole area (percent), as ``matched_growth`` gives it.
    base_year, reference_year
        First and last year of the growth; the other figures are of the reference year.

    Returns
    -------
    pandas.DataFrame
        Index ``nace_code`` (divisions), unsorted: ``persons_employed`` with ``_low``, ``_high``
        and ``_status``; ``share_pct`` of the territory's business economy; ``lq`` (no unit; NaN
        unless the cell is published) with ``lq_low``, ``lq_high``; ``lq_is_certain``, whether
        the range is within 10 %; ``wages_eur_per_person`` and ``wages_europe_eur_per_person``
        (euro a year per person employed); ``growth_pct``, ``growth_europe_pct`` (percent,
        NaN unless both years are published) and ``growth_has_break``.

    References
    ----------
    Location quotient against the published country rows: docs/methods.md#location-quotient.
    """
    now = _year(cells, reference_year)
    before = _year(cells, base_year).reindex(now.index)
    whole = _year(area, reference_year).reindex(now.index)
    total = region_total(cells).loc[reference_year]
    area_total = region_total(area).loc[reference_year]
    table = now[["persons_employed", "persons_employed_low", "persons_employed_high", "persons_employed_status"]].copy()
    table["share_pct"] = 100 * table["persons_employed"] / total["size"]
    benchmark_share = whole["persons_employed"].replace(0, np.nan) / area_total["low"]
    table["lq"] = table["persons_employed"] / total["size"] / benchmark_share
    limits = location_quotient_range(_range(now, total), _range(whole, area_total))
    table["lq_low"] = limits["low"].where(table["lq"].isna(), np.fmin(limits["low"], table["lq"]))
    table["lq_high"] = limits["high"].where(table["lq"].isna(), np.fmax(limits["high"], table["lq"]))
    table["lq_is_certain"] = table["lq"].notna() & (table["lq_high"] <= RANGE_TOLERANCE * table["lq_low"])
    table["hidden_countries"] = whole["hidden_countries"]
    table["wages_eur_per_person"] = _per_person(now["wages_meur"], now["persons_employed"])
    table["wages_europe_eur_per_person"] = _per_person(whole["wages_meur"], whole["persons_with_wages"])
    start = before["persons_employed"].replace(0, np.nan)
    table["growth_pct"] = 100 * (now["persons_employed"] / start - 1)
    table["growth_europe_pct"] = area_growth_pct.reindex(now.index)
    table["growth_has_break"] = _break_between(cells, base_year, reference_year).reindex(now.index, fill_value=False)
    return table


def rank_sectors(sectors: pd.DataFrame, *, strong_lq: float, min_share_pct: float) -> pd.DataFrame:
    """Sectors with enough jobs, most specialised first by the cautious end of their range.

    Parameters
    ----------
    sectors
        Portfolio, as ``portfolio`` gives it.
    strong_lq
        Least location quotient of a strong sector (no unit), reached at the low end.
    min_share_pct
        Least share of the territory's jobs (percent).

    Returns
    -------
    pandas.DataFrame
        The rows with a published figure and enough jobs, with ``is_strong`` (bool).

    References
    ----------
    Both thresholds after the European Cluster Panorama 2021: docs/assumptions.md#A8.
    """
    large = sectors[(sectors["share_pct"] >= min_share_pct) & sectors["lq"].notna()]
    table = large.sort_values(["lq_low", "persons_employed"], ascending=False)
    return table.assign(is_strong=table["lq_low"] >= strong_lq)


def undecided(sectors: pd.DataFrame, *, strong_lq: float) -> pd.DataFrame:
    """Sectors that may be specialised, but whose quotient hidden cells leave open by over 10 %.

    Parameters
    ----------
    sectors
        The portfolio of a region, one row per sector.

    Returns
    -------
    pandas.DataFrame
        Rows of the portfolio whose range is wide and reaches ``strong_lq`` (no unit), the
        largest possible quotient first; a range without upper end comes before all.
    """
    high = sectors["lq_high"].fillna(np.inf)
    chosen = sectors[~sectors["lq_is_certain"] & (high >= strong_lq)]
    return chosen.loc[high.loc[chosen.index].sort_values(ascending=False, kind="stable").index]


def summary(ranked: pd.DataFrame, total: pd.Series) -> pd.Series:
    """One territory in one row: size, strong sectors, and the strongest.

    Parameters
    ----------
    ranked
        The portfolio as :func:`rank_sectors` orders it.
    total
        Persons employed over all sectors (``size``), as :func:`region_total` gives it for one year.

    Returns
    -------
    pandas.Series
        ``persons_employed`` (business economy), ``n_strong`` (sectors), ``persons_strong`` and
        ``share_strong_pct`` (in strong sectors), ``top_code`` (the first ranked sector, "" for
        none) with ``top_lq``, ``top_lq_low``, ``top_lq_high`` and ``top_lq_is_certain``.
    """
    strong = ranked[ranked["is_strong"]]
    row = {
        "persons_employed": total["size"],
        "n_strong": len(strong),
        "persons_strong": strong["persons_employed"].sum(),
        "share_strong_pct": strong["share_pct"].sum(),
        "top_code": str(ranked.index[0]) if len(ranked) else "",
    }
    names = ("lq", "lq_low", "lq_high", "lq_is_certain")
    top = ranked.iloc[0] if len(ranked) else pd.Series(np.nan, index=list(names))
    return pd.Series(row | {f"top_{name}": top[name] for name in names}, dtype=object)


def _year(cells: pd.DataFrame, year: int) -> pd.DataFrame:
    rows = cells.xs(year, level="year")
    return rows[rows.index.str.len() == 3]


def _range(rows: pd.DataFrame, total: pd.Series) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "low": rows["persons_employed_low"],
            "high": rows["persons_employed_high"],
            "total_low": total["low"],
            "total_high": total["high"],
        }
    )


def _per_person(wages_meur: pd.Series, persons: pd.Series) -> pd.Series:
    return 1e6 * wages_meur / persons.replace(0, np.nan)


def _break_between(cells: pd.DataFrame, base_year: int, reference_year: int) -> pd.Series:
    """Whether Eurostat flags a break after the base year (flag b says: differs from before)."""
    years = cells.index.get_level_values("year")
    later = cells[(years > base_year) & (years <= reference_year)]
    return later["persons_employed_flag"].str.contains("b").groupby("nace_code").any()
