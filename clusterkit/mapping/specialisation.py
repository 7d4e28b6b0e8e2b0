"""How much more of a sector a region has than the whole area."""

from __future__ import annotations

import numpy as np
import pandas as pd


def location_quotient(
    employment: pd.DataFrame,
    *,
    benchmark: pd.Series | None = None,
    region_total: pd.Series | None = None,
    benchmark_total: float | None = None,
) -> pd.DataFrame:
    """How many times the share of a sector in the whole area a region's share is.

    ``LQ_rs = (E_rs / E_r) / (E_s / E)``

    Parameters
    ----------
    employment
        Persons employed, shape (n_regions, n_sectors), index ``nuts_id``, columns ``nace_code``.
        NaN is unknown: it gives NaN here and changes no other cell but through the sums below.
    benchmark
        Persons employed by sector in the whole area ``E_s``, index ``nace_code``; default the
        column sums of the known cells. Sectors it lacks give NaN.
    region_total
        Persons employed in each region over all sectors ``E_r``, index ``nuts_id``; default the
        row sums of the known cells. Give it where sectors are hidden.
    benchmark_total
        Persons employed in the whole area over all sectors ``E``; default the sum of ``benchmark``.

    Returns
    -------
    pandas.DataFrame
        Ratio (no unit), same shape; 1.0 means "as in the whole area". A sector with no persons
        anywhere and a region with no persons at all give NaN.

    References
    ----------
    Florence (1939), as written in Isard (1960), chapter 7; keys in docs/references.bib.

    Examples
    --------
    >>> employment = pd.DataFrame({"C29": [30, 10], "J62": [10, 50]}, index=["AT31", "BE10"])
    >>> location_quotient(employment).round(2).loc["AT31", "C29"].item()
    1.88
    """
    sector = employment.sum() if benchmark is None else benchmark.reindex(employment.columns)
    region = employment.sum(axis=1) if region_total is None else region_total.reindex(employment.index)
    area = float((employment.sum() if benchmark is None else benchmark).sum())
    area = area if benchmark_total is None else benchmark_total
    regional_share = employment.div(region.replace(0, np.nan), axis=0)
    area_share = sector.replace(0, np.nan) / (area or np.nan)
    return regional_share.div(area_share, axis=1)


def location_quotient_range(cells: pd.DataFrame, area: pd.DataFrame) -> pd.DataFrame:
    """Smallest and largest location quotient that the published totals allow.

    Parameters
    ----------
    cells
        One row per sector of one region: ``low``, ``high`` (persons employed) and
        ``total_low``, ``total_high`` (persons employed over all sectors). NaN in ``high`` or
        ``total_high`` means that nothing published bounds the cell.
    area
        The same columns for the whole area, same index.

    Returns
    -------
    pandas.DataFrame
        ``low`` and ``high`` (ratio, no unit). Where all four are published, both equal the
        location quotient. ``high`` is NaN where it is not bounded.

    Examples
    --------
    >>> known = pd.DataFrame({"low": [30.0], "high": [30.0], "total_low": [40.0], "total_high": [40.0]}, ["C29"])
    >>> area = pd.DataFrame({"low": [40.0], "high": [60.0], "total_low": [100.0], "total_high": [100.0]}, ["C29"])
    >>> location_quotient_range(known, area).loc["C29"].tolist()
    [1.25, 1.875]
    """
    smallest = (cells["low"] / cells["total_high"]) / (area["high"] / area["total_low"]).replace(0, np.nan)
    largest = (cells["high"] / cells["total_low"]) / (area["low"] / area["total_high"]).replace(0, np.nan)
    return pd.DataFrame({"low": smallest.fillna(0.0).where(cells["low"].notna()), "high": largest})


def presence(lq: pd.DataFrame, *, threshold: float = 1.0) -> pd.DataFrame:
    """Whether a region is specialised in a sector: 1 where the quotient reaches ``threshold``.

    Parameters
    ----------
    lq
        Location quotients (no unit), any shape.
    threshold
        Least quotient that counts (no unit); equality counts.

    Returns
    -------
    pandas.DataFrame
        1.0 or 0.0 (no unit), same shape; NaN where the quotient is unknown.

    Examples
    --------
    >>> presence(pd.DataFrame({"C29": [1.0, 0.99, None]}))["C29"].tolist()
    [1.0, 0.0, nan]
    """
    return lq.ge(threshold).astype(float).where(lq.notna())
