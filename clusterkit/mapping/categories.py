"""How specialised a region is in categories made of several divisions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusterkit.data.industries import Taxonomy, aggregate, aggregate_range, coverage
from clusterkit.mapping.snapshots import Cells, Snapshot


def category_strength(snapshot: Snapshot, name: str, taxonomy: Taxonomy) -> pd.DataFrame:
    """How many times the European share of jobs a region has in each category, and how far divisions can tell.

    Parameters
    ----------
    snapshot
        All regions of one year.
    name
        Row of the region.
    taxonomy
        Categories and the divisions they are made of.

    Returns
    -------
    pandas.DataFrame
        Index ``category``, in the taxonomy's order: ``name``, ``rating``, ``reason``, ``covered_share``
        and ``status``, as ``coverage`` gives them; ``persons_employed`` (persons, estimates of
        hidden divisions included) with ``_low`` and ``_high``; ``is_estimated``, whether a division
        of it is hidden in the region; ``lq`` (no unit) with ``lq_low`` and ``lq_high``; ``rank`` by
        quotient (1 is the highest) among ``n_regions``. NaN where nothing is observable.

    References
    ----------
    Location quotient of sums: docs/methods.md#categories-of-divisions. How categories are made up:
    docs/taxonomies.md.
    """
    value, low, high = _summed(snapshot.regions, taxonomy)
    area_value, area_low, area_high = (table.sum(min_count=1) for table in _summed(snapshot.countries, taxonomy))
    area_total = snapshot.benchmark.sum()
    share = value.div(snapshot.region_total.replace(0, np.nan), axis=0)
    own_total = snapshot.region_total.loc[name]
    published = aggregate(snapshot.regions.published, taxonomy).loc[name]
    known = value.loc[name].notna()
    figures = {
        "persons_employed": value.loc[name],
        "persons_employed_low": low.loc[name],
        "persons_employed_high": high.loc[name],
        "is_estimated": published.isna() & known,
        "lq": share.loc[name] / (area_value / area_total).replace(0, np.nan),
        "lq_low": low.loc[name] / own_total / (area_high / area_total).replace(0, np.nan),
        "lq_high": high.loc[name] / own_total / (area_low / area_total).replace(0, np.nan),
        "rank": (1 + (share > share.loc[name]).sum()).where(known),
        "n_regions": share.notna().sum(),
    }
    return coverage(taxonomy, list(snapshot.regions.estimate.columns)).join(pd.DataFrame(figures))


def _summed(cells: Cells, taxonomy: Taxonomy) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    return aggregate(cells.estimate, taxonomy), *aggregate_range(cells.low, cells.high, taxonomy)
