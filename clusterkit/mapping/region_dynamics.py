"""How the sectors of one region moved: shift-share, quadrants and lines over the years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from clusterkit.mapping.dynamics import growth_portfolio, shift_share
from clusterkit.mapping.snapshots import Snapshot, matched_benchmarks


def region_shift(yearly: Mapping[int, Snapshot], name: str, *, base_year: int, reference_year: int) -> pd.DataFrame:
    """What the change of a region's jobs is made of, sector by sector.

    Parameters
    ----------
    yearly
        Snapshots by year.
    name
        Row of the region.
    base_year, reference_year
        Start and end; both of the same series.

    Returns
    -------
    pandas.DataFrame
        Index ``nace_code``; the columns of ``shift_share`` after Dunn (persons employed), and
        ``is_estimated``, whether the region's cell is an estimate in either year. NaN where there is
        no estimate either. The area is the countries known in both years.

    Notes
    -----
    Not after Esteban-Marquillas: his split of the regional part multiplies the growth rate of each
    sector with the jobs that Europe's mix would give it, and the rate of a tiny or estimated cell then
    outweighs all others (docs/methods.md#shift-share).
    """
    ends = [yearly[base_year], yearly[reference_year]]
    estimates = [end.regions.estimate.reindex([name]) for end in ends]
    parts = shift_share(*estimates, benchmarks=matched_benchmarks(ends)).loc[name]
    is_hidden = [end.regions.published.reindex([name]).loc[name].isna() for end in ends]
    return parts.assign(is_estimated=is_hidden[0] | is_hidden[1])


def growth_quadrants(sectors: pd.DataFrame, *, strong_lq: float) -> pd.DataFrame:
    """Which sectors are strong or small, and gain or lose ground in Europe.

    Parameters
    ----------
    sectors
        Portfolio, or a part of its rows: ``lq``, ``growth_pct`` and ``growth_europe_pct``.
    strong_lq
        Least location quotient of a strong sector (no unit).

    Returns
    -------
    pandas.DataFrame
        The rows with ``quadrant``, as ``growth_portfolio`` names it with the sector's growth in
        Europe as threshold, and ``lead_points``, growth less that in Europe (percentage points).
        Rows without quotient or growth are left out.
    """
    table = growth_portfolio(
        sectors[["lq"]].T,
        sectors[["growth_pct"]].T.set_axis(["lq"]),
        strong_lq=strong_lq,
        growth_threshold_pct=sectors["growth_europe_pct"],
    ).droplevel(0)
    lead = sectors["growth_pct"] - sectors["growth_europe_pct"]
    return sectors.assign(quadrant=table["quadrant"], lead_points=lead).dropna(subset=["quadrant"])


def index_lines(
    yearly: Mapping[int, Snapshot], name: str, *, cells: pd.DataFrame, nace_codes: Sequence[str], base_year: int
) -> pd.DataFrame:
    """Persons employed over the years as an index, in the region and in Europe.

    Parameters
    ----------
    yearly
        Snapshots by year; those from ``base_year`` on with its definitions (``series``) are used.
    name
        Row of the region.
    cells
        The region's cells, as ``territory.combine`` gives them, for Eurostat's flags.
    nace_codes
        Sectors, in the order wanted.
    base_year
        Year whose index is 100.

    Returns
    -------
    pandas.DataFrame
        Index (``nace_code``, ``year``): ``persons_employed`` (persons), ``region_index`` and
        ``europe_index`` (base year = 100; Europe: the same countries in all years),
        ``is_estimated`` and ``has_break``, whether Eurostat flags a break in the region's cell.
        An index without a base is NaN.
    """
    series = yearly[base_year].series
    years = sorted(year for year, snapshot in yearly.items() if year >= base_year and snapshot.series == series)
    regions = [yearly[year].regions for year in years]
    flags = cells["persons_employed_flag"].str.contains("b").unstack("year", fill_value=False)
    own, published, europe = (
        _by_year(years, rows, nace_codes)
        for rows in (
            [region.estimate.reindex([name]).loc[name] for region in regions],
            [region.published.reindex([name]).loc[name] for region in regions],
            matched_benchmarks([yearly[year] for year in years]),
        )
    )
    is_break = flags.reindex(index=own.index, columns=own.columns, fill_value=False)
    is_break[base_year] = False  # differs from the year before, which is not shown
    tables = {
        "persons_employed": own,
        "region_index": 100 * own.div(own[base_year].replace(0, np.nan), axis=0),
        "europe_index": 100 * europe.div(europe[base_year].replace(0, np.nan), axis=0),
        "is_estimated": published.isna() & own.notna(),
        "has_break": is_break,
    }
    return pd.DataFrame({column: table.T.unstack() for column, table in tables.items()})


def _by_year(years: Sequence[int], rows: Sequence[pd.Series], nace_codes: Sequence[str]) -> pd.DataFrame:
    """One column a year, one row a sector."""
    columns = pd.Index(years, name="year")
    values = np.array([row.reindex(nace_codes).to_numpy(dtype=float) for row in rows])
    return pd.DataFrame(values.T, index=pd.Index(nace_codes, name="nace_code"), columns=columns)
