"""How specialised a region is in categories made of several divisions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusterkit.data.industries import Taxonomy, aggregate, aggregate_range, coverage
from clusterkit.mapping.snapshots import Cells, Snapshot, matched_benchmarks


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
    figures = categories_everywhere(snapshot, taxonomy)
    share = figures["persons_employed"].unstack("category").div(snapshot.region_total.replace(0, np.nan), axis=0)
    own = figures.loc[name].assign(
        rank=(1 + (share > share.loc[name]).sum()).where(share.loc[name].notna()), n_regions=share.notna().sum()
    )
    return coverage(taxonomy, list(snapshot.regions.estimate.columns)).join(own)


def category_growth(
    base: Snapshot, reference: Snapshot, name: str, taxonomy: Taxonomy, *, has_break: pd.Series
) -> pd.DataFrame:
    """How the jobs of a region's categories changed between two years, beside Europe; unknown where it cannot be told.

    Parameters
    ----------
    base, reference
        All regions of two years.
    name
        Row of the region.
    taxonomy
        Categories and the divisions they are made of.
    has_break
        Whether the producer marks a break in the region's series between the two years, index ``nace_code``.

    Returns
    -------
    pandas.DataFrame
        Index ``category``: ``growth_pct`` and ``growth_europe_pct`` (percent over the whole time), and
        ``growth_has_break``, whether a member's series has a break. NaN where a member
        of the category is hidden in the region in either year, where a member is outside the statistics, or where the
        two years follow different definitions. Europe is the countries known in both years.
    """
    index = pd.Index(list(taxonomy.categories), name="category")
    broken = [any(has_break.get(code, False) for code in taxonomy.definitions[one].members) for one in index]
    unknown = pd.DataFrame({"growth_pct": np.nan, "growth_europe_pct": np.nan, "growth_has_break": broken}, index=index)
    if base.series != reference.series or not (base.has(name) and reference.has(name)):
        return unknown
    own = [aggregate(one.regions.published.loc[[name]], taxonomy).iloc[0] for one in (base, reference)]
    area = [aggregate(total.to_frame().T, taxonomy).iloc[0] for total in matched_benchmarks([base, reference])]
    is_whole = coverage(taxonomy, list(reference.regions.estimate.columns))["status"] == "covered"
    found = {
        column: (100 * (end / start.replace(0, np.nan) - 1)).where(is_whole)
        for column, (start, end) in {"growth_pct": own, "growth_europe_pct": area}.items()
    }
    return unknown.assign(**found)


def categories_everywhere(snapshot: Snapshot, taxonomy: Taxonomy) -> pd.DataFrame:
    """How many times the European share of jobs every region has in each category.

    Parameters
    ----------
    snapshot
        All regions of one year.
    taxonomy
        Categories and the divisions they are made of.

    Returns
    -------
    pandas.DataFrame
        Index (``nuts_id``, ``category``): ``persons_employed`` (persons, estimates of hidden divisions
        included) with ``_low`` and ``_high``; ``is_estimated``, whether a division of it is hidden in the
        region; ``lq`` (no unit) with ``lq_low`` and ``lq_high``. NaN where nothing is observable.

    References
    ----------
    As in :func:`category_strength`.
    """
    value, low, high = _summed(snapshot.regions, taxonomy)
    area_value, area_low, area_high = (table.sum(min_count=1) for table in _summed(snapshot.countries, taxonomy))
    area_total = snapshot.benchmark.sum()
    total = snapshot.region_total.reindex(value.index)
    published = aggregate(snapshot.regions.published, taxonomy)
    tables = {
        "persons_employed": value,
        "persons_employed_low": low,
        "persons_employed_high": high,
        "is_estimated": published.isna() & value.notna(),
        "lq": value.div(total.replace(0, np.nan), axis=0) / (area_value / area_total).replace(0, np.nan),
        "lq_low": low.div(total, axis=0) / (area_high / area_total).replace(0, np.nan),
        "lq_high": high.div(total, axis=0) / (area_low / area_total).replace(0, np.nan),
    }
    index = pd.MultiIndex.from_product([value.index, value.columns], names=["nuts_id", "category"])
    return pd.DataFrame({name: table.to_numpy().ravel() for name, table in tables.items()}, index=index)


def _summed(cells: Cells, taxonomy: Taxonomy) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    return aggregate(cells.estimate, taxonomy), *aggregate_range(cells.low, cells.high, taxonomy)
