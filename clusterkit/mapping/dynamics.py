"""Why a region's jobs changed, and which of its sectors gain or lose ground."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from clusterkit.errors import ContractError, Problem, some

QUADRANTS = ("strong and gaining", "strong, losing ground", "not strong, gaining", "not strong, losing ground")


def shift_share(
    start: pd.DataFrame,
    end: pd.DataFrame,
    *,
    method: Literal["dunn", "esteban", "dynamic"] = "dunn",
    between: Sequence[pd.DataFrame] | None = None,
    benchmarks: Sequence[pd.Series] | None = None,
) -> pd.DataFrame:
    """How much of a change of jobs the whole area, the sector, and the region itself account for.

    With ``e`` and ``e'`` the persons employed of region r and sector s at start and end, and
    ``G`` and ``G_s`` the growth rates of the whole area over all sectors and in sector s::

        national      = e G
        industry_mix  = e (G_s - G)
        regional      = e' - e - e G_s

    Parameters
    ----------
    start, end
        Persons employed, shape (n_regions, n_sectors), index ``nuts_id``, columns ``nace_code``.
        NaN is unknown: that cell is NaN in the result and counts in no rate.
    method
        ``dunn``: the three components above. ``esteban``: the regional one also split into
        competition and allocation. ``dynamic``: Dunn's components of each step, added up.
    between
        Only for ``dynamic``, which needs it: the tables of the years in between, in order.
    benchmarks
        Persons employed of the whole area by sector, one Series for each of ``start``,
        ``between`` and ``end``; default the column sums of the cells known at all times. Sectors
        that one of them lacks are NaN and count in no rate. Give them where cells are hidden.

    Returns
    -------
    pandas.DataFrame
        Index (``nuts_id``, ``nace_code``), persons employed: ``persons_start``, ``persons_end``,
        ``change``, ``national``, ``industry_mix``, ``regional``; the last three add up to
        ``change``. With ``esteban`` also ``competition`` and ``allocation``, which add up to
        ``regional``; both NaN where a sector is new in the region, whose growth rate does not exist.
        Components of a region are the sums over its sectors.

    Raises
    ------
    ContractError
        Tables of different regions or sectors; ``between`` without ``dynamic`` or the other way
        round; not one benchmark per table.

    References
    ----------
    Dunn (1960); Esteban-Marquillas (1972): competition is that of the jobs the region would have
    with the area's structure, ``ê = E_r E_s / E`` (``E_r`` over its known cells); Barff and Knight
    (1988) for the yearly steps. docs/methods.md#shift-share.

    Examples
    --------
    >>> start = pd.DataFrame({"C29": [100.0, 100.0], "J62": [100.0, 200.0]}, index=["AT31", "BE10"])
    >>> end = pd.DataFrame({"C29": [90.0, 90.0], "J62": [170.0, 250.0]}, index=["AT31", "BE10"])
    >>> shift_share(start, end).loc[("AT31", "J62"), ["national", "industry_mix", "regional"]].round(1).tolist()
    [20.0, 20.0, 30.0]
    """
    tables = [start, *(between or []), end]
    _check(tables, method, between, benchmarks)
    known = np.logical_and.reduce([table.notna().to_numpy() for table in tables])
    jobs = [table.where(known).astype(float) for table in tables]
    areas = [table.sum() for table in jobs] if benchmarks is None else [b.reindex(start.columns) for b in benchmarks]
    complete = np.logical_and.reduce([area.notna().to_numpy() for area in areas])
    areas = [area.where(complete) for area in areas]
    steps = [
        _components(now, later, area, area_later)
        for now, later, area, area_later in zip(jobs[:-1], jobs[1:], areas[:-1], areas[1:], strict=True)
    ]
    parts = {name: sum(step[name] for step in steps) for name in ("national", "industry_mix", "regional")}
    if method == "esteban":
        parts |= _esteban(jobs[0], jobs[1], areas[0], areas[1], parts["regional"])
    columns = {"persons_start": start, "persons_end": end, "change": end - start, **parts}
    index = pd.MultiIndex.from_product([start.index, start.columns], names=["nuts_id", "nace_code"])
    return pd.DataFrame({name: table.to_numpy(dtype=float).ravel() for name, table in columns.items()}, index=index)


def growth_portfolio(
    lq: pd.DataFrame,
    growth_pct: pd.DataFrame,
    *,
    strong_lq: float = 1.0,
    growth_threshold_pct: float | pd.Series = 0.0,
) -> pd.DataFrame:
    """Which sectors of a region are strong and gaining, and which are losing ground.

    Parameters
    ----------
    lq
        Location quotients (no unit), shape (n_regions, n_sectors), index ``nuts_id``, columns
        ``nace_code``; of the end of the period. NaN is unknown.
    growth_pct
        Change of persons employed over the period (percent), same shape.
    strong_lq
        Least quotient of a strong sector (no unit); equality counts.
    growth_threshold_pct
        Least growth of a gaining sector (percent): one number, or one for each sector, such as
        its growth in the whole area; equality counts.

    Returns
    -------
    pandas.DataFrame
        Index (``nuts_id``, ``nace_code``): ``lq``, ``growth_pct``, ``growth_threshold_pct``
        (percent) and ``quadrant``, one of ``QUADRANTS``; missing where one of the three is unknown.

    Raises
    ------
    ContractError
        The two tables have other regions or sectors.

    References
    ----------
    A chart in common use, without one source; the names of the quadrants are this project's own:
    docs/methods.md#growth-quadrants.

    Examples
    --------
    >>> lq = pd.DataFrame({"C29": [2.0, 0.5], "J62": [1.0, None]}, index=["AT31", "BE10"])
    >>> growth = pd.DataFrame({"C29": [-5.0, 3.0], "J62": [0.0, 1.0]}, index=["AT31", "BE10"])
    >>> growth_portfolio(lq, growth)["quadrant"].tolist()
    ['strong, losing ground', 'strong and gaining', 'not strong, gaining', nan]
    """
    _check([lq, growth_pct], "dunn", None, None)
    threshold = pd.Series(growth_threshold_pct, index=lq.columns, dtype=float)
    index = pd.MultiIndex.from_product([lq.index, lq.columns], names=["nuts_id", "nace_code"])
    table = pd.DataFrame(
        {
            "lq": lq.to_numpy(dtype=float).ravel(),
            "growth_pct": growth_pct.to_numpy(dtype=float).ravel(),
            "growth_threshold_pct": np.tile(threshold.to_numpy(), len(lq)),
        },
        index=index,
    )
    known = table.notna().all(axis=1)
    losing = table["growth_pct"] < table["growth_threshold_pct"]
    position = 2 * (table["lq"] < strong_lq).astype(int) + losing.astype(int)
    return table.assign(quadrant=position.map(dict(enumerate(QUADRANTS))).where(known))


def _components(
    start: pd.DataFrame, end: pd.DataFrame, area_start: pd.Series, area_end: pd.Series
) -> dict[str, pd.DataFrame]:
    total = area_start.sum()
    growth = area_end.sum() / total - 1 if total > 0 else np.nan
    sector_growth = area_end / area_start.replace(0, np.nan) - 1
    start = start.where(pd.DataFrame(False, start.index, start.columns) | area_start.notna())
    nothing = start.eq(0)  # a rate that does not exist is the rate of no jobs
    national = (start * growth).mask(nothing, 0.0)
    industry_mix = start.mul(sector_growth - growth).mask(nothing, 0.0)
    # As a remainder rather than from the region's own rate, which does not exist for a new sector.
    return {"national": national, "industry_mix": industry_mix, "regional": end - start - national - industry_mix}


def _esteban(
    start: pd.DataFrame, end: pd.DataFrame, area_start: pd.Series, area_end: pd.Series, regional: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    share = area_start / (area_start.sum() or np.nan)
    expected = pd.DataFrame(
        np.outer(start.sum(axis=1), share), index=start.index, columns=start.columns
    )  # jobs with the area's structure
    sector_growth = area_end / area_start.replace(0, np.nan) - 1
    advantage = (end / start.where(start > 0) - 1).sub(sector_growth)
    competition = (expected * advantage).mask(start.eq(0) & end.eq(0), 0.0)
    return {"competition": competition, "allocation": regional - competition}


def _check(
    tables: Sequence[pd.DataFrame],
    method: str,
    between: Sequence[pd.DataFrame] | None,
    benchmarks: Sequence[pd.Series] | None,
) -> None:
    first = tables[0]
    problems = []
    for number, table in enumerate(tables[1:], start=2):
        if not (table.index.equals(first.index) and table.columns.equals(first.columns)):
            odd = [*table.index.symmetric_difference(first.index), *table.columns.symmetric_difference(first.columns)]
            problems.append(
                Problem(
                    what=f"Table {number} has other regions or sectors than the first"
                    + (f": {some(odd)}." if odd else ", or another order."),
                    where=f"table {number} of {len(tables)}",
                    rule="all tables have the same index and columns in the same order",
                    fix="reindex_like the first table; cells without a figure become unknown",
                )
            )
    if (method == "dynamic") != (between is not None):
        problems.append(
            Problem(
                what=f"method is {method!r} and between is {'not ' if between is None else ''}given.",
                where="between",
                rule="dynamic takes the tables of the years in between, the other methods take none",
                fix="give between=[...] with method='dynamic', or leave it out",
            )
        )
    if benchmarks is not None and len(benchmarks) != len(tables):
        problems.append(
            Problem(
                what=f"There are {len(benchmarks)} benchmarks for {len(tables)} tables.",
                where="benchmarks",
                rule="one benchmark per table, in the same order",
                fix="give the sector totals of each year",
            )
        )
    if problems:
        raise ContractError(problems)
