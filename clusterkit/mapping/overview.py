"""A region beside its country and Europe, and one sector over all regions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from clusterkit.mapping.portfolio import region_total
from clusterkit.mapping.specialisation import location_quotient, location_quotient_range

_AMOUNTS = ["population", "gdp_meur", "gdp_mpps", "employment_thousand", "unemployment_thousand"]


def regional_context(context: pd.DataFrame, groups: dict[str, Sequence[str]], year: int) -> pd.DataFrame:
    """Population, gross domestic product and work of territories made of several codes.

    Parameters
    ----------
    context
        Table ``context``.
    groups
        Name of a territory to its codes, for instance ``{"Piemonte": ["ITC1"], "Italy": ["IT"]}``.
    year
        Calendar year.

    Returns
    -------
    pandas.DataFrame
        Index: the names. ``population`` (persons), ``gdp_meur`` (million euro),
        ``gdp_pps_per_head`` (purchasing power standards), ``employment_thousand`` (thousand
        persons aged 15 and over), ``unemployment_rate_pct`` (percent of the labour force).
        Amounts are added up, rates are worked out from the sums; unknown in any code is unknown.
    """
    rows = context[context["year"] == year].set_index("nuts_id")
    sums = pd.DataFrame(
        {name: rows.reindex(list(codes))[_AMOUNTS].sum(skipna=False) for name, codes in groups.items()}
    ).T
    sums.index.name = "territory"
    labour_force = sums["employment_thousand"] + sums["unemployment_thousand"]
    return pd.DataFrame(
        {
            "population": sums["population"],
            "gdp_meur": sums["gdp_meur"],
            "gdp_pps_per_head": 1e6 * sums["gdp_mpps"] / sums["population"],
            "employment_thousand": sums["employment_thousand"],
            "unemployment_rate_pct": 100 * sums["unemployment_thousand"] / labour_force,
        }
    )


def sectors_across_regions(
    industry: pd.DataFrame, area: pd.DataFrame, *, nace_codes: Sequence[str], year: int
) -> dict[str, pd.DataFrame]:
    """Some sectors in every NUTS 2 region: jobs, location quotient and its range.

    Parameters
    ----------
    industry
        Table ``industry``.
    area
        The whole area, as ``benchmark`` gives it.
    nace_codes, year
        Which sectors, when.

    Returns
    -------
    dict of pandas.DataFrame
        By sector; index ``nuts_id``: ``persons_employed`` (NaN where hidden or missing),
        ``status``, ``lq`` with ``lq_low`` and ``lq_high`` (no unit). A region whose business
        economy is not published at all has NaN throughout.
    """
    rows = industry[(industry["nuts_id"].str.len() == 4) & (industry["year"] == year)]
    totals = region_total(rows, by="nuts_id")
    whole, whole_total = area.xs(year, level="year"), region_total(area).loc[year]
    wide = rows[rows["nace_code"].isin(list(nace_codes))].pivot(index="nuts_id", columns="nace_code")
    totals = totals.reindex(wide.index)
    lq = location_quotient(
        wide["persons_employed"],
        benchmark=whole["persons_employed"],
        region_total=totals["size"],
        benchmark_total=whole_total["low"],
    )
    return {code: _one_sector(code, wide, lq[code], totals, whole.loc[code], whole_total) for code in nace_codes}


def _one_sector(
    code: str, wide: pd.DataFrame, lq: pd.Series, totals: pd.DataFrame, whole: pd.Series, whole_total: pd.Series
) -> pd.DataFrame:
    low, high = wide["persons_employed_low"][code], wide["persons_employed_high"][code]
    cells = pd.DataFrame({"low": low, "high": high, "total_low": totals["low"], "total_high": totals["high"]})
    area = {
        "low": whole["persons_employed_low"],
        "high": whole["persons_employed_high"],
        "total_low": whole_total["low"],
        "total_high": whole_total["high"],
    }
    limits = location_quotient_range(cells, pd.DataFrame(area, index=cells.index))
    seen = totals["size"] > 0
    return pd.DataFrame(
        {
            "persons_employed": wide["persons_employed"][code],
            "status": wide["persons_employed_status"][code],
            "lq": lq,
            "lq_low": np.fmin(limits["low"], lq.fillna(np.inf)).where(seen),
            "lq_high": np.fmax(limits["high"], lq).where(seen),
        }
    )
