"""All clusters of Europe counted: how many there are, what they employ, what they pay, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from clusterkit.data.industries import Taxonomy, aggregate
from clusterkit.data.star_schemes import Scheme, scaled
from clusterkit.mapping.checks import check_choice
from clusterkit.mapping.matrices import benchmark_totals, employment_matrices, employment_matrix
from clusterkit.mapping.stars import cluster_strength, star_robustness

Beside = Literal["others", "sector", "sector and country"]
By = Literal["nace_code", "country", "nuts_id"]
_LEVEL: dict[Beside, list[str]] = {
    "others": [],
    "sector": ["nace_code"],
    "sector and country": ["nace_code", "country"],
}
_COUNTED = ["n_clusters", "n_regions", "persons_employed", "share_pct"]
STEPS = (0.9, 1.1)  # factors of a threshold, no unit
# Sections that every region has some of: nobody at all in one is a slip of the publisher (docs/assumptions.md#A82).
EVERYWHERE = ("C", "F", "G", "H", "I", "J", "L", "M", "N")


def misplaced_countries(industry: pd.DataFrame, *, year: int) -> list[str]:
    """Countries whose figures cannot be right: a region of theirs reports nobody in a section that all regions have.

    Parameters
    ----------
    industry
        Table ``industry``.
    year
        Calendar year.

    Returns
    -------
    list of str
        Country codes, sorted; no unit. In 2014 Norway, whose trade jobs all stand in one region.

    Examples
    --------
    >>> industry = pd.DataFrame({"nuts_id": ["NO01", "NO04", "SI03"], "nace_code": ["G"] * 3, "year": [2014] * 3,
    ...                          "persons_employed": [0.0, 371648.0, 50000.0]})
    >>> misplaced_countries(industry, year=2014)
    ['NO']
    """
    rows = industry[industry["year"].eq(year) & industry["nuts_id"].str.len().eq(4)]
    empty = rows[rows["nace_code"].isin(EVERYWHERE) & rows["persons_employed"].eq(0)]
    return sorted(empty["nuts_id"].str[:2].unique())


def without_countries(industry: pd.DataFrame, countries: Sequence[str]) -> pd.DataFrame:
    """The same table as if some countries did not exist; persons employed stay as they are.

    Parameters
    ----------
    industry
        Table ``industry``, or another with a column ``nuts_id``.
    countries
        Country codes of two letters.

    Returns
    -------
    pandas.DataFrame
        The rows of all other countries, columns and units as given.

    Examples
    --------
    >>> without_countries(pd.DataFrame({"nuts_id": ["NO", "NO01", "SI03"]}), ["NO"])["nuts_id"].tolist()
    ['SI03']
    """
    return industry[~industry["nuts_id"].str[:2].isin(list(countries))]


def europe_strength(
    industry: pd.DataFrame,
    *,
    scheme: Scheme,
    year: int,
    base_year: int | None = None,
    hidden: Literal["estimate", "low", "high", "unknown"] = "estimate",
    territories: Mapping[str, Sequence[str]] | None = None,
    like: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Which cells of Europe, one sector of one region each, are clusters by a scheme.

    Parameters
    ----------
    industry
        Table ``industry``. Europe is what it has: leave countries out beforehand for a smaller one.
    scheme
        Stars and thresholds; a cell with at least one star for certain is a cluster.
    year, base_year
        Calendar year, and the year from which growth is counted; without it growth is unknown.
    hidden
        What stands for cells that are not published, as in
        :func:`clusterkit.mapping.employment_matrix`. Totals always hold the estimates.
    territories
        Name of a territory to its NUTS 2 codes; its row, the sum of theirs, stands in their place.
    like
        Cells of another year, as this function gives them: their sectors only, in their order.

    Returns
    -------
    pandas.DataFrame
        As :func:`clusterkit.mapping.cluster_strength`, without regions of which nothing is
        published (no rows where nothing is), and with: ``country``; ``wages_meur`` (million euro, published
        figures only); ``is_published`` (bool, persons employed); ``is_cluster`` and ``may_be_cluster`` (bool:
        at least one star for certain, or possibly).

    References
    ----------
    docs/methods.md#clusters-of-europe.
    """
    amounts = _amounts(industry, year=year, base_year=base_year, territories=territories, like=like)
    return _no_cells(scheme) if amounts is None else _strength(amounts, scheme, hidden)


@dataclass(frozen=True)
class _Amounts:
    """What the cells of a year rest on, whatever the scheme: all tables have the same regions and sectors."""

    tables: Mapping[tuple[str, str], pd.DataFrame]  # by amount and what stands for hidden cells
    region_total: pd.Series
    benchmark: pd.Series
    country: pd.Series
    start: pd.DataFrame | None


def _amounts(
    industry: pd.DataFrame,
    *,
    year: int,
    base_year: int | None = None,
    territories: Mapping[str, Sequence[str]] | None = None,
    like: pd.DataFrame | None = None,
) -> _Amounts | None:
    """As :func:`europe_strength` takes them; None where nothing is published."""
    names = territories or {}
    sectors = list(like.index.unique("nace_code")) if like is not None else None
    kinds = [
        ("persons_employed", "estimate"), ("persons_employed", "unknown"), ("persons_employed", "low"),
        ("persons_employed", "high"), ("wages_meur", "unknown"), ("wages_meur", "estimate"),
    ]  # fmt: skip
    matrices = employment_matrices(industry, kinds, year=year, territories=names)
    tables = {kind: _seen(matrix) for kind, matrix in zip(kinds, matrices, strict=True)}
    whole = tables["persons_employed", "estimate"]
    if whole.empty:
        return None
    sectors = list(whole.columns) if sectors is None else [code for code in sectors if code in whole]
    whole = whole[sectors]
    tables = {key: table.reindex_like(whole) for key, table in tables.items()}
    start = None
    if base_year is not None:
        start = employment_matrix(industry, year=base_year, territories=names).reindex(whole.index, columns=sectors)
    benchmark = benchmark_totals(industry, year=year).reindex(sectors)
    return _Amounts(tables, whole.sum(axis=1), benchmark, _countries(whole.index, names), start)


def _strength(
    amounts: _Amounts, scheme: Scheme, hidden: Literal["estimate", "low", "high", "unknown"] = "estimate"
) -> pd.DataFrame:
    """The cells of :func:`europe_strength` by one scheme."""
    tables, country, is_open = amounts.tables, amounts.country, hidden == "unknown"
    table = cluster_strength(
        tables["persons_employed", hidden],
        tables["wages_meur", "unknown" if is_open else "estimate"],
        scheme=scheme,
        employment_start=amounts.start,
        low=tables["persons_employed", "low"] if is_open else None,
        high=tables["persons_employed", "high"] if is_open else None,
        benchmark=amounts.benchmark,
        region_total=amounts.region_total,
        country=country,
    )
    return table.assign(
        country=country.reindex(table.index.get_level_values("nuts_id")).to_numpy(),
        wages_meur=tables["wages_meur", "unknown"].to_numpy().ravel(),
        is_published=tables["persons_employed", "unknown"].notna().to_numpy().ravel(),
        is_cluster=table["n_stars_low"] >= 1,
        may_be_cluster=table["n_stars_high"] >= 1,
    )


def count_clusters(cells: pd.DataFrame, *, by: By | None = None, total: float | None = None) -> pd.DataFrame:
    """How many clusters there are, in how many regions, with how many jobs.

    Parameters
    ----------
    cells
        As :func:`europe_strength` gives them.
    by
        ``nace_code``, ``country`` or ``nuts_id``; default all together, in one row ``Europe``.
    total
        Persons employed of which the share is taken, only without ``by``; default those of ``cells``.

    Returns
    -------
    pandas.DataFrame
        Index: what it is counted by. ``n_clusters`` and ``n_regions`` (regions with at least one),
        ``persons_employed`` in clusters (unknown cells, which cannot be clusters for certain in
        every scheme, add nothing), ``share_pct`` of all persons employed (percent), and
        ``n_all_regions``.

    Examples
    --------
    >>> index = pd.MultiIndex.from_tuples([("AT31", "C29"), ("AT31", "J62"), ("BE10", "J62")],
    ...                                   names=["nuts_id", "nace_code"])
    >>> cells = pd.DataFrame({"persons_employed": [30.0, 10.0, 60.0], "is_cluster": [True, False, True]}, index)
    >>> count_clusters(cells)[["n_clusters", "persons_employed", "share_pct"]].loc["Europe"].tolist()
    [2.0, 90.0, 90.0]
    """
    rows = cells.reset_index().assign(territory="Europe")
    key = "territory" if by is None else check_choice(by, By, "by")
    clusters = rows[rows["is_cluster"]]
    groups, held = rows.groupby(key), clusters.groupby(key)
    everyone = groups["persons_employed"].sum(min_count=1)
    persons = held["persons_employed"].sum().reindex(everyone.index, fill_value=0.0)
    return pd.DataFrame(
        {
            "n_clusters": held.size().reindex(everyone.index, fill_value=0),
            "n_regions": held["nuts_id"].nunique().reindex(everyone.index, fill_value=0),
            "n_all_regions": groups["nuts_id"].nunique(),
            "persons_employed": persons,
            "share_pct": 100 * persons / (everyone.where(everyone > 0) if total is None else total),
        }
    )


def wage_premium(cells: pd.DataFrame, *, beside: Beside, by: By | None = None) -> pd.DataFrame:
    """How much more is paid per person in clusters than beside them; not what clusters cause.

    ``100 (W / sum_rs e_rs v_rs - 1)`` over clusters: W their wages, e their persons employed, v the wages
    per person of the cells that they are set beside.

    Parameters
    ----------
    cells
        As :func:`europe_strength` gives them.
    beside
        ``others``: all other cells taken together; ``sector``: the same sector where it is no
        cluster; ``sector and country``: the same sector of the same country where it is no cluster.
    by
        ``nace_code``, ``country`` or ``nuts_id`` of the clusters; default all together, in one row ``Europe``.

    Returns
    -------
    pandas.DataFrame
        ``premium_pct`` (percent), ``wages_eur_per_person`` of the clusters and ``beside_eur_per_person``
        (euro a year), ``n_compared``: clusters that publish wages and persons employed and have
        something beside them; others take no part. NaN where there are none.

    References
    ----------
    docs/methods.md#clusters-of-europe; a Paasche index of wages.

    Examples
    --------
    >>> index = pd.MultiIndex.from_product([["AT31", "BE10"], ["C29"]], names=["nuts_id", "nace_code"])
    >>> cells = pd.DataFrame({"persons_employed": [10.0, 10.0], "wages_meur": [0.5, 0.4],
    ...     "is_published": True, "is_cluster": [True, False], "country": ["AT", "BE"]}, index)
    >>> wage_premium(cells, beside="sector")["premium_pct"].round(1).item()
    25.0
    """
    keys = _LEVEL[check_choice(beside, Beside, "beside")]
    key = "territory" if by is None else check_choice(by, By, "by")
    rows = cells.reset_index().assign(territory="Europe")
    table = _premium(_paid(rows), keys or ["territory"], key)
    wanted = pd.Index(["Europe"], name="territory") if by is None else pd.Index(rows[key].unique(), name=key)
    return table.reindex(wanted).assign(n_compared=lambda t: t["n_compared"].fillna(0).astype(int))


def _paid(rows: pd.DataFrame) -> pd.DataFrame:
    """Cells that publish wages and persons employed."""
    return rows[rows["is_published"] & rows["wages_meur"].notna() & (rows["persons_employed"] > 0)]


def _premium(paid: pd.DataFrame, on: list[str], key: str) -> pd.DataFrame:
    """The premium of the clusters by ``key``, over other cells that have ``on`` in common with them."""
    others, clusters = paid[~paid["is_cluster"]], paid[paid["is_cluster"]]
    sums = others.groupby(on)[["wages_meur", "persons_employed"]].sum()
    level = (1e6 * sums["wages_meur"] / sums["persons_employed"]).rename("beside")
    compared = clusters.join(level, on=on)
    compared = compared[compared["beside"] > 0]
    compared = compared.assign(expected_meur=compared["persons_employed"] * compared["beside"] / 1e6)
    groups = compared.groupby(key)
    amounts = groups[["wages_meur", "persons_employed", "expected_meur"]].sum()
    return pd.DataFrame(
        {
            "premium_pct": 100 * (amounts["wages_meur"] / amounts["expected_meur"] - 1),
            "wages_eur_per_person": 1e6 * amounts["wages_meur"] / amounts["persons_employed"],
            "beside_eur_per_person": 1e6 * amounts["expected_meur"] / amounts["persons_employed"],
            "n_compared": groups.size(),
        }
    )


def premium_range(cells: pd.DataFrame) -> pd.DataFrame:
    """The wage premium beside each of the three levels, and how far one country alone moves it.

    Parameters
    ----------
    cells
        As :func:`europe_strength` gives them.

    Returns
    -------
    pandas.DataFrame
        Index ``beside``: the columns of :func:`wage_premium`, and ``premium_low_pct`` and
        ``premium_high_pct`` (percent), the least and most when one country is left out; NaN with one country only.
    """
    cells = cells[["persons_employed", "wages_meur", "is_published", "is_cluster", "country"]]
    countries = cells["country"].unique()
    paid = _paid(cells.reset_index().assign(territory="Europe"))
    rows = {}
    for beside, keys in _LEVEL.items():
        place = paid.groupby(keys or ["territory"]).ngroup().to_numpy()
        without = [_premium_without(paid, place, country) for country in countries if len(countries) > 1]
        ends = pd.Series(without, dtype=float)
        row = wage_premium(cells, beside=beside).loc["Europe"]
        rows[beside] = row.to_dict() | {"premium_low_pct": ends.min(), "premium_high_pct": ends.max()}
    return pd.DataFrame(rows).T.rename_axis("beside")


def _premium_without(paid: pd.DataFrame, place: np.ndarray, country: str) -> float:
    """``premium_pct`` of :func:`_premium` over all clusters outside of a country; ``place``: number of the group.

    By numbers of groups: names would be looked up and sorted again for every country that is left out.
    """
    is_there, is_cluster = (paid["country"] != country).to_numpy(), paid["is_cluster"].to_numpy(dtype=bool)
    amounts = paid[["wages_meur", "persons_employed"]]
    others, clusters = is_there & ~is_cluster, is_there & is_cluster
    sums = amounts[others].groupby(place[others]).sum()
    level = (1e6 * sums["wages_meur"] / sums["persons_employed"]).reindex(place[clusters]).to_numpy()
    compared = amounts[clusters].assign(expected_meur=amounts["persons_employed"][clusters] * level / 1e6)
    compared = compared[level > 0]
    if compared.empty:
        return np.nan
    total = compared.groupby(np.zeros(len(compared), dtype=int)).sum().iloc[0]
    return 100 * (total["wages_meur"] / total["expected_meur"] - 1)


def threshold_variants(
    industry: pd.DataFrame, *, scheme: Scheme, year: int, base_year: int | None = None
) -> pd.DataFrame:
    """How the count moves when hidden cells or thresholds are a little different.

    Parameters
    ----------
    industry, scheme, year, base_year
        As for :func:`europe_strength`.

    Returns
    -------
    pandas.DataFrame
        Index (``part``, ``variant``): ``hidden`` with ``estimate`` (the count itself), ``certain`` (clusters
        wherever hidden cells lie in their 90 % intervals) and ``possible`` (clusters somewhere in
        them); each measure of the scheme with ``0.9`` and ``1.1`` times its threshold, and, with several,
        ``all``. Columns of :func:`count_clusters`.
    """
    europe = float(benchmark_totals(industry, year=year).sum())
    amounts = _amounts(industry, year=year, base_year=base_year)

    def cells_by(scheme: Scheme, hidden: Literal["estimate", "unknown"] = "estimate") -> pd.DataFrame:
        return _no_cells(scheme) if amounts is None else _strength(amounts, scheme, hidden)

    def row(cells: pd.DataFrame) -> pd.Series:
        return count_clusters(cells, total=europe).loc["Europe", _COUNTED]

    counted, unknown = cells_by(scheme), cells_by(scheme, "unknown")
    rows = {
        ("hidden", "estimate"): row(counted),
        ("hidden", "certain"): row(counted.assign(is_cluster=unknown["is_cluster"])),
        ("hidden", "possible"): row(counted.assign(is_cluster=unknown["may_be_cluster"])),
    }
    measures = list(dict.fromkeys(test.measure for tests in scheme.stars.values() for test in tests))
    for measure in [*measures, "all"] if len(measures) > 1 else measures:
        for factor in STEPS:
            other = scaled(scheme, factor, measure=None if measure == "all" else measure)
            rows[measure, str(factor)] = row(cells_by(other))
    return pd.DataFrame(rows).T.rename_axis(["part", "variant"]).astype(float)


def scheme_counts(
    industry: pd.DataFrame, schemes: Mapping[str, Scheme], *, year: int, base_year: int | None = None
) -> pd.DataFrame:
    """Clusters by each scheme and number of stars, with jobs and wage premium.

    Parameters
    ----------
    industry
        Table ``industry``.
    schemes
        Schemes by identifier.
    year
        Calendar year of the clusters.
    base_year
        Year from which schemes that ask for growth count it; None: a growth condition is unknown.

    Returns
    -------
    pandas.DataFrame
        Index (``scheme``, ``min_stars``): columns of :func:`count_clusters`, ``premium_pct`` beside the
        same sector and country, and ``n_stars``, how many the scheme has.
    """
    europe = float(benchmark_totals(industry, year=year).sum())
    amounts = _amounts(industry, year=year, base_year=base_year)
    rows = {}
    for name, scheme in schemes.items():
        cells = _no_cells(scheme) if amounts is None else _strength(amounts, scheme)
        for least in range(1, len(scheme.stars) + 1):
            chosen = cells.assign(is_cluster=cells["n_stars_low"] >= least)
            row = count_clusters(chosen, total=europe).loc["Europe", _COUNTED]
            premium = wage_premium(chosen, beside="sector and country")["premium_pct"].item()
            rows[name, least] = {**row, "premium_pct": premium, "n_stars": len(scheme.stars)}
    return pd.DataFrame(rows).T.rename_axis(["scheme", "min_stars"])


def definition_variants(
    industry: pd.DataFrame,
    context: pd.DataFrame,
    *,
    scheme: Scheme,
    categories: Taxonomy,
    countries: Sequence[str],
    year: int,
) -> pd.DataFrame:
    """How the count moves when a cluster is defined as others do: another base, area, year or list of sectors.

    Parameters
    ----------
    industry, context
        Tables of these names.
    scheme
        As for :func:`europe_strength`; stars that rest on wages or growth are unknown here.
    categories
        Groups of divisions that stand in for sectors, for instance the exporting industries.
    countries
        Codes of the countries of a smaller area.
    year
        Calendar year.

    Returns
    -------
    pandas.DataFrame
        Index ``variant``: ``as here``; ``all jobs`` (the region's share and the quotient are taken of all
        residents in work, not of the business economy alone); ``countries`` (counted there, measured
        against the same Europe); ``year before`` and ``year after``; ``categories``. Columns of
        :func:`count_clusters`; ``share_pct`` of the business economy, for ``all jobs`` of all residents in
        work. ``n_sectors``, sectors or categories that are observed. NaN where a year or a figure is not there.
    """
    benchmark = benchmark_totals(industry, year=year)
    jobs = _seen(employment_matrix(industry, year=year))
    working = 1000 * context[context["year"] == year].set_index("nuts_id")["employment_thousand"]
    everywhere = float(working.reindex(jobs.index.str[:2].unique()).sum(skipna=False))
    groups, group_totals = aggregate(jobs, categories), aggregate(benchmark.to_frame().T, categories).iloc[0]
    whole = {"benchmark": benchmark, "region_total": jobs.sum(axis=1), "benchmark_total": float(benchmark.sum())}
    of_all = whole | {"region_total": working.reindex(jobs.index), "benchmark_total": everywhere}
    here = _cells(jobs, scheme, **whole)
    rows = {
        "as here": _counted(here, float(benchmark.sum())),
        "all jobs": _counted(_cells(jobs, scheme, **of_all), everywhere),
        "countries": _counted(here[here["country"].isin(list(countries))], None),
        "categories": _counted(_cells(groups, scheme, **(whole | {"benchmark": group_totals})), float(benchmark.sum())),
    }
    for name, other in (("year before", year - 1), ("year after", year + 1)):
        if other in set(industry["year"]):
            cells = europe_strength(industry, scheme=scheme, year=other)
            rows[name] = _counted(cells, float(benchmark_totals(industry, year=other).sum()))
    order = ["as here", "all jobs", "countries", "categories", "year before", "year after"]
    return pd.DataFrame(rows).T.reindex(order).rename_axis("variant").astype(float)


def both_years(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """The same cells in two years that are not to be subtracted: clusters then, now, both, neither.

    Parameters
    ----------
    before, after
        Cells of two years, as :func:`europe_strength` gives them.

    Returns
    -------
    pandas.DataFrame
        Cells that both have, index (``nuts_id``, ``nace_code``): ``lq_before``, ``lq_after`` (no unit),
        ``was_cluster``, ``is_cluster`` (bool) and ``rank_before``, ``rank_after`` among the regions of
        the sector (1 is the highest quotient; of ties the mean).
    """
    then = before[["lq", "is_cluster"]].set_axis(["lq_before", "was_cluster"], axis=1)
    joined = then.join(after[["lq", "is_cluster"]].set_axis(["lq_after", "is_cluster"], axis=1), how="inner")
    ranks = joined.groupby("nace_code")[["lq_before", "lq_after"]].rank(ascending=False)
    return joined.assign(rank_before=ranks["lq_before"], rank_after=ranks["lq_after"])


def years_agree(both: pd.DataFrame) -> pd.Series:
    """How far two years show the same clusters, whatever their levels.

    Parameters
    ----------
    both
        As :func:`both_years` gives it.

    Returns
    -------
    pandas.Series
        Counts ``n_before``, ``n_after``, ``n_both``, ``n_regions``; ``stayed_pct``, percent of the clusters of
        the first year that still are; ``rank_correlation``, the median over sectors of Spearman's coefficient
        between the regions' quotients (no unit). NaN where nothing can be compared.

    Examples
    --------
    >>> index = pd.MultiIndex.from_product([["AT31", "BE10", "DE21"], ["C29"]], names=["nuts_id", "nace_code"])
    >>> then = pd.DataFrame({"lq": [2.0, 1.0, 0.5], "is_cluster": [True, False, False]}, index)
    >>> years_agree(both_years(then, then * [2.0, True]))[["n_both", "stayed_pct", "rank_correlation"]].tolist()
    [1.0, 100.0, 1.0]
    """
    was, is_now = both["was_cluster"].astype(bool), both["is_cluster"].astype(bool)
    ranks = both.groupby("nace_code")[["rank_before", "rank_after"]]
    correlation = ranks.corr().xs("rank_before", level=-1)["rank_after"] if len(both) else pd.Series(dtype=float)
    return pd.Series(
        {
            "n_before": float(was.sum()),
            "n_after": float(is_now.sum()),
            "n_both": float((was & is_now).sum()),
            "n_regions": float(both.index.unique("nuts_id").size),
            "stayed_pct": 100 * (was & is_now).sum() / was.sum() if was.any() else np.nan,
            "rank_correlation": correlation.median(),
        }
    )


def europe_robustness(
    industry: pd.DataFrame, *, scheme: Scheme, year: int, seed: int, base_year: int | None = None, draws: int = 200
) -> pd.DataFrame:
    """How likely each cell of Europe is a cluster when hidden cells and thresholds could be a little different.

    Parameters
    ----------
    industry, scheme, year, base_year
        As for :func:`europe_strength`.
    seed, draws
        As for :func:`clusterkit.mapping.star_robustness`.

    Returns
    -------
    pandas.DataFrame
        As :func:`clusterkit.mapping.star_robustness`: ``p_any_star`` is the probability (0 to 1) that
        the cell is a cluster.
    """
    whole = _seen(employment_matrix(industry, year=year))
    low, high = (employment_matrix(industry, year=year, hidden=end).reindex_like(whole) for end in ("low", "high"))
    start = None if base_year is None else employment_matrix(industry, year=base_year).reindex_like(whole)
    return star_robustness(
        whole,
        employment_matrix(industry, year=year, amount="wages_meur").reindex_like(whole),
        scheme=scheme,
        low=np.minimum(low, whole),
        high=np.maximum(high, whole),
        seed=seed,
        draws=draws,
        employment_start=start,
        benchmark=benchmark_totals(industry, year=year),
        region_total=whole.sum(axis=1),
    )


def sure_clusters(cells: pd.DataFrame, robustness: pd.DataFrame) -> pd.Series:
    """How many clusters are nearly certain, likely or doubtful, and how many others might be clusters.

    Parameters
    ----------
    cells
        As :func:`europe_strength` gives them.
    robustness
        As :func:`europe_robustness` gives it, of the same cells.

    Returns
    -------
    pandas.Series
        Counts: ``certain`` (clusters with a probability of at least 0.9), ``likely`` (0.5 to 0.9), ``doubtful``
        (below 0.5), ``near_misses`` (no clusters, but at least 0.1); ``expected``, the sum of all probabilities.
    """
    chance = robustness["p_any_star"].reindex(cells.index)
    own, rest = chance[cells["is_cluster"]], chance[~cells["is_cluster"]]
    return pd.Series(
        {
            "certain": (own >= 0.9).sum(),
            "likely": ((own >= 0.5) & (own < 0.9)).sum(),
            "doubtful": (own < 0.5).sum(),
            "near_misses": (rest >= 0.1).sum(),
            "expected": chance.sum(),
        }
    )


def leading_regions(employment: pd.DataFrame, *, first: int = 5) -> pd.DataFrame:
    """Which share of a sector's jobs the few regions with most of them hold.

    Parameters
    ----------
    employment
        Persons employed, shape (n_regions, n_sectors), index ``nuts_id``, columns ``nace_code``.
        NaN is unknown and left out of both sums.
    first
        Number of regions.

    Returns
    -------
    pandas.DataFrame
        Index ``nace_code``: ``share_first_pct`` (percent of the known jobs; NaN without any), ``region``, the
        one with most jobs, and ``region_pct``, its share.

    Examples
    --------
    >>> employment = pd.DataFrame({"C29": [60, 30, 10]}, index=["AT31", "BE10", "DE21"])
    >>> leading_regions(employment, first=2).loc["C29"].to_dict()
    {'share_first_pct': 90.0, 'region': 'AT31', 'region_pct': 60.0}
    """
    total = employment.sum().where(lambda sums: sums > 0)
    ranked = -np.sort(-employment.fillna(0).to_numpy(dtype=float), axis=0)
    table = pd.DataFrame(
        {
            "share_first_pct": 100 * pd.Series(ranked[:first].sum(axis=0), index=employment.columns) / total,
            "region": employment.fillna(0).idxmax(),
            "region_pct": 100 * employment.max() / total,
        }
    )
    return table.rename_axis("nace_code")


def region_strength(cells: pd.DataFrame) -> pd.DataFrame:
    """How strong the clusters of each region are, in three numbers.

    Parameters
    ----------
    cells
        As :func:`europe_strength` gives them.

    Returns
    -------
    pandas.DataFrame
        Index ``nuts_id``: ``share_in_clusters_pct``, percent of the jobs that are in clusters; ``n_clusters``;
        ``mean_lq``, the geometric mean of the location quotients with jobs as weights (no unit): how many times
        the European share the sector of the average job has, 1 where all sectors are as in Europe. It is
        exp(sum_s p_s ln LQ_s), the exponential of the relative Theil index, so cells without jobs weigh nothing;
        ``country``.

    References
    ----------
    Theil1967 in docs/references.bib, chapter 4.

    Examples
    --------
    >>> index = pd.MultiIndex.from_tuples([("AT31", "C29"), ("AT31", "J62")], names=["nuts_id", "nace_code"])
    >>> cells = pd.DataFrame({"persons_employed": [50.0, 50.0], "lq": [4.0, 1.0], "is_cluster": [True, False],
    ...     "country": "AT"}, index)
    >>> region_strength(cells).loc["AT31"].to_dict()
    {'share_in_clusters_pct': 50.0, 'n_clusters': 1, 'mean_lq': 2.0, 'country': 'AT'}
    """
    counted = count_clusters(cells, by="nuts_id")
    present = cells[(cells["persons_employed"] > 0) & (cells["lq"] > 0)]
    jobs = present["persons_employed"]
    information = (jobs * np.log(present["lq"])).groupby("nuts_id").sum() / jobs.groupby("nuts_id").sum()
    return pd.DataFrame(
        {
            "share_in_clusters_pct": counted["share_pct"],
            "n_clusters": counted["n_clusters"],
            "mean_lq": np.exp(information).reindex(counted.index),
            "country": cells["country"].groupby("nuts_id").first().reindex(counted.index),
        }
    )


def _seen(matrix: pd.DataFrame) -> pd.DataFrame:
    return matrix.dropna(how="all")


def _no_cells(scheme: Scheme) -> pd.DataFrame:
    """A table without rows that has the columns the others read."""
    kinds = {"persons_employed": float, "lq": float, "focus_pct": float, "wages_meur": float, "country": str,
             "is_published": bool, "is_cluster": bool, "may_be_cluster": bool}  # fmt: skip
    kinds |= {f"star_{name}": bool for name in scheme.stars} | {"n_stars_low": int, "n_stars_high": int}
    index = pd.MultiIndex.from_arrays([[], []], names=["nuts_id", "nace_code"])
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()}).set_axis(index)


def _countries(index: pd.Index, territories: Mapping[str, Sequence[str]]) -> pd.Series:
    first = {name: codes[0] for name, codes in territories.items()}
    return pd.Series([first.get(name, name)[:2] for name in index], index=index)


def _cells(
    jobs: pd.DataFrame, scheme: Scheme, *, benchmark: pd.Series, region_total: pd.Series, benchmark_total: float
) -> pd.DataFrame:
    totals = {"benchmark": benchmark, "region_total": region_total, "benchmark_total": benchmark_total}
    table = cluster_strength(jobs, None, scheme=scheme, **totals)
    country = table.index.get_level_values("nuts_id").str[:2]
    return table.assign(is_cluster=table["n_stars_low"] >= 1, country=country)


def _counted(cells: pd.DataFrame, total: float | None) -> pd.Series:
    if cells.empty:
        return pd.Series(np.nan, index=[*_COUNTED, "n_sectors"])
    row = count_clusters(cells, total=total).loc["Europe", _COUNTED]
    observed = cells["persons_employed"].notna().groupby("nace_code").any().sum()
    return pd.concat([row, pd.Series({"n_sectors": observed})])
