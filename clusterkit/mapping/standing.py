"""Where a region stands among all regions, sector by sector, with estimates for hidden cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from clusterkit.errors import ContractError, Problem, some
from clusterkit.mapping.concentration import locational_gini
from clusterkit.mapping.matrices import benchmark_totals, employment_matrices
from clusterkit.mapping.specialisation import location_quotient


class AllRegions(NamedTuple):
    """Every region by every sector in one year, with one territory in place of its codes.

    Each is a table of shape (n_regions, n_sectors), index ``nuts_id``, columns ``nace_code``:
    ``employment`` (persons employed, hidden cells estimated), ``is_estimated`` (bool), ``lq`` with
    ``lq_low`` and ``lq_high`` (no unit; the ends of the estimate's 90 % interval, equal to ``lq``
    where the cell is published) and ``strong``: 1 where both ends pass the thresholds, 0 where
    neither does, NaN where the hidden figure decides.
    """

    employment: pd.DataFrame
    is_estimated: pd.DataFrame
    lq: pd.DataFrame
    lq_low: pd.DataFrame
    lq_high: pd.DataFrame
    strong: pd.DataFrame


def all_regions(
    industry: pd.DataFrame,
    *,
    year: int,
    region: str,
    nuts_ids: Sequence[str],
    own: pd.Series,
    strong_lq: float,
    min_share_pct: float,
) -> AllRegions:
    """How specialised every region of Europe is in every sector, and in which it is strong.

    Parameters
    ----------
    industry
        Table ``industry``.
    year
        Calendar year.
    region, nuts_ids
        Name of the row of the report region, and the NUTS 2 codes whose place it takes.
    own
        Persons employed in the report region as published, index ``nace_code``, as
        ``territory.combine`` gives them: they go before the sum of its codes, some of which may be
        hidden. NaN where hidden.
    strong_lq, min_share_pct
        A region is strong in a sector with at least this location quotient (no unit) and this share
        of its jobs (percent).

    Returns
    -------
    AllRegions
        A region of which nothing is published is left out; the report region then has a row of NaN.

    References
    ----------
    docs/methods.md#among-all-regions.
    """
    names = ("estimate", "low", "high")
    kinds = [("persons_employed", hidden) for hidden in (*names, "unknown")]
    *matrices, published = employment_matrices(industry, kinds, year=year, territories={region: list(nuts_ids)})
    ends = {}
    for end, every in zip(names, matrices, strict=True):
        matrix = every.dropna(how="all")
        # A region may be published as a country or NUTS 1 region only (Slovenia in 2011).
        row = own.reindex(matrix.columns).fillna(matrix.reindex([region]).iloc[0])
        matrix = pd.concat([matrix.drop(index=region, errors="ignore"), row.to_frame(region).T])
        ends[end] = matrix
    employment = ends["estimate"]
    is_estimated = published.reindex(employment.index).isna() & employment.notna()
    is_estimated.loc[region] &= own.reindex(employment.columns).isna()
    benchmark, total = benchmark_totals(industry, year=year), employment.sum(axis=1)
    lq = {name: location_quotient(part, benchmark=benchmark, region_total=total) for name, part in ends.items()}
    shares = {name: 100 * part.div(total, axis=0) for name, part in ends.items()}
    passes = {name: lq[name].ge(strong_lq) & shares[name].ge(min_share_pct) for name in ("low", "high")}
    is_known = lq["low"].notna() & lq["high"].notna() & passes["low"].eq(passes["high"])
    return AllRegions(
        employment, is_estimated, lq["estimate"], lq["low"], lq["high"], passes["low"].astype(float).where(is_known)
    )


def two_years(
    industry: pd.DataFrame, cells: pd.DataFrame, *, base_year: int, reference_year: int, **rule: Any
) -> tuple[AllRegions, AllRegions]:
    """All regions in the reference year, and in the base year.

    Parameters
    ----------
    industry
        Table ``industry``.
    cells
        The report region, as ``territory.combine`` gives it.
    base_year, reference_year
        Calendar years.
    **rule
        ``region``, ``nuts_ids``, ``strong_lq`` and ``min_share_pct`` of ``all_regions``.

    Returns
    -------
    tuple of AllRegions
        The reference year first (persons employed and no unit, as there).
    """
    own = cells["persons_employed"].unstack("year")
    now, then = (all_regions(industry, year=year, own=own[year], **rule) for year in (reference_year, base_year))
    return now, then


def with_own_strength(everywhere: AllRegions, region: str, is_strong: pd.Series) -> AllRegions:
    """The same, with the report region's strong sectors as its portfolio has them.

    Parameters
    ----------
    everywhere
        As ``all_regions`` gives it.
    region
        Row of the report region.
    is_strong
        Column of ``rank_sectors``, index ``nace_code``: what it lacks is not strong where the region's
        figure is published, and as it was where it is estimated.

    Returns
    -------
    AllRegions
        A new one (no unit).
    """
    strong, hidden = everywhere.strong.copy(), everywhere.is_estimated.loc[region]
    listed = is_strong.reindex(strong.columns)
    strong.loc[region] = listed.astype(float).fillna(strong.loc[region].where(hidden, 0.0))
    return everywhere._replace(strong=strong)


def standing(everywhere: AllRegions, region: str, nace_codes: Sequence[str], *, top: int = 5) -> pd.DataFrame:
    """Which place a region takes among all regions in some sectors, and how concentrated these are in Europe.

    Parameters
    ----------
    everywhere
        As ``all_regions`` gives it.
    region
        Row of the report region.
    nace_codes
        Sectors.
    top
        Number of regions that ``top_share_pct`` is of.

    Returns
    -------
    pandas.DataFrame
        Index ``nace_code``, in the order given: ``persons_employed``, ``is_estimated`` and ``lq`` of the
        region; ``rank`` by location quotient (1 is highest; ties share the better rank; NaN where the
        quotient is unknown) with ``rank_best`` and ``rank_worst``, as the intervals of hidden cells leave
        it; ``n_regions`` with a quotient; ``locational_gini`` (no unit, 0 to 1) and ``top_share_pct``, the
        share of the regions with most jobs in the sector's jobs (percent), both over known and
        estimated cells.

    Raises
    ------
    ContractError
        A region or sector that the tables lack.

    References
    ----------
    docs/methods.md#among-all-regions; the index: Krugman1991 in docs/references.bib.
    """
    _check_labels(everywhere, region, nace_codes)
    codes = list(nace_codes)
    lq, low, high = (table[codes] for table in (everywhere.lq, everywhere.lq_low, everywhere.lq_high))
    others = lq.index != region
    jobs = everywhere.employment[codes]
    largest = pd.Series({code: jobs[code].nlargest(top).sum() for code in codes}, dtype=float)
    seen = lq.loc[region].notna()
    ranks = {
        "rank": 1 + (lq[others] > lq.loc[region]).sum(),
        "rank_best": 1 + (low[others] > high.loc[region]).sum(),
        "rank_worst": 1 + (high[others] > low.loc[region]).sum(),
    }
    table = pd.DataFrame(
        {
            "persons_employed": jobs.loc[region],
            "is_estimated": everywhere.is_estimated.loc[region, codes],
            "lq": lq.loc[region],
            **{name: rank.where(seen) for name, rank in ranks.items()},
            "n_regions": lq.notna().sum(),
            "locational_gini": locational_gini(everywhere.employment, nan_policy="omit").reindex(codes),
            "top_share_pct": 100 * largest / jobs.sum().replace(0, np.nan),
        }
    )
    return table.reindex(codes).rename_axis("nace_code")


def leaders(everywhere: AllRegions, nace_codes: Sequence[str], *, top: int = 5) -> pd.DataFrame:
    """Which regions of Europe are the most specialised in each of some sectors.

    Parameters
    ----------
    everywhere
        As ``all_regions`` gives it.
    nace_codes
        Sectors.
    top
        Number of regions for each.

    Returns
    -------
    pandas.DataFrame
        One row per sector and region, in the order of ``nace_codes``, the highest quotient first (ties
        by code): ``nace_code``, ``place`` (from 1), ``nuts_id``, ``lq`` (no unit), ``persons_employed``,
        ``is_estimated`` (bool). Regions without a quotient are left out.

    Raises
    ------
    ContractError
        A sector that the tables lack.
    """
    _check_labels(everywhere, None, nace_codes)
    rows = []
    for code in nace_codes:
        first = everywhere.lq[code].dropna().sort_index().sort_values(ascending=False, kind="stable").head(top)
        rows.append(
            pd.DataFrame(
                {
                    "nace_code": code,
                    "place": np.arange(1, len(first) + 1),
                    "nuts_id": first.index,
                    "lq": first.to_numpy(),
                    "persons_employed": everywhere.employment[code].reindex(first.index).to_numpy(),
                    "is_estimated": everywhere.is_estimated[code].reindex(first.index).to_numpy(),
                }
            )
        )
    names = ["nace_code", "place", "nuts_id", "lq", "persons_employed", "is_estimated"]
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=names)


def _check_labels(everywhere: AllRegions, region: str | None, nace_codes: Sequence[str]) -> None:
    problems = []
    if region is not None and region not in everywhere.lq.index:
        problems.append(
            Problem(
                what=f"There is no region {region}.",
                where="index of the tables",
                rule="a row of all_regions",
                fix="give the name that all_regions was called with",
            )
        )
    if unknown := [code for code in nace_codes if code not in everywhere.lq.columns]:
        problems.append(
            Problem(
                what=f"There are no sectors {some(unknown)}.",
                where="argument nace_codes",
                rule="columns of the tables",
                fix=f"choose from {some(list(everywhere.lq.columns))}",
            )
        )
    if problems:
        raise ContractError(problems)
