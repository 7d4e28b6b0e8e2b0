"""Cluster definitions from the data itself: which industries belong together, and how well a grouping holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from clusterkit.data.industries import Category, Taxonomy
from clusterkit.errors import ContractError, Problem, some
from clusterkit.mapping.portfolio import benchmark, region_total
from clusterkit.mapping.specialisation import location_quotient

Method = Literal["hierarchical", "kmeans"]
Colocation = Literal["lq_correlation", "lq_rank_correlation", "coagglomeration"]
DIVISION_GROUPS = range(8, 31)  # groups of 68 divisions; fewer than 8 are parts of the economy, not clusters
MIN_REGIONS = 30  # regions; a correlation over fewer says little
STARTS = 50  # starts of k-means, of which the best is kept
STRICT_QUANTILE = 0.95  # of relatedness with the other groups; docs/assumptions.md#A46


@dataclass(frozen=True)
class Derived:
    """The best of several groupings, and what it was chosen from.

    ``groups`` is the number of each sector's group (from 1, the largest first; sectors without
    links are missing), ``relatedness`` the combined links it was made from, ``candidates`` the
    scores of all groupings (percent), best first.
    """

    groups: pd.Series
    relatedness: pd.DataFrame
    candidates: pd.DataFrame


def colocation(
    employment: pd.DataFrame,
    *,
    method: Colocation = "lq_correlation",
    benchmark: pd.Series | None = None,
    region_total: pd.Series | None = None,
    min_regions: int = MIN_REGIONS,
) -> pd.DataFrame:
    """Whether two sectors are strong in the same regions.

    Parameters
    ----------
    employment
        Persons employed, shape (n_regions, n_sectors), index ``nuts_id``, columns ``nace_code``.
        NaN is unknown: a pair is compared over the regions where both are known.
    method
        ``lq_correlation``: Pearson correlation of location quotients over regions;
        ``lq_rank_correlation``: Spearman, not moved by single extreme quotients;
        ``coagglomeration``: ``Σ_r (s_ri − x_r)(s_rj − x_r) / (1 − Σ_r x_r²)`` with ``s_ri`` the share
        of sector i's jobs that are in region r and ``x_r`` the mean of these shares over sectors.
    benchmark, region_total
        As in :func:`clusterkit.mapping.location_quotient`, for the two correlations.
    min_regions
        Fewest regions over which a pair is compared.

    Returns
    -------
    pandas.DataFrame
        Relatedness (no unit), shape (n_sectors, n_sectors), symmetric; diagonal NaN (a sector's
        relation to itself says nothing). NaN where too few regions have both sectors.

    References
    ----------
    Correlation of location: Porter (2003), Delgado, Porter and Stern (2016); coagglomeration:
    Ellison, Glaeser and Kerr (2010). docs/methods.md#cluster-definitions-from-the-data.

    Examples
    --------
    >>> jobs = pd.DataFrame({"C13": [9.0, 1.0, 5.0], "C14": [8.0, 1.0, 4.0], "J62": [1.0, 9.0, 4.0]})
    >>> colocation(jobs, min_regions=3).loc["C13"].round(2).tolist()
    [nan, 0.99, -1.0]
    """
    if method == "coagglomeration":
        share = employment / employment.sum().replace(0, np.nan)
        deviation = share.sub(share.mean(axis=1), axis=0)
        known = deviation.notna().astype(float)
        scale = 1 - (share.mean(axis=1) ** 2).sum()
        products = deviation.fillna(0.0).T @ deviation.fillna(0.0) / (scale or np.nan)
        table = products.where(known.T @ known >= min_regions)
    else:
        lq = location_quotient(employment, benchmark=benchmark, region_total=region_total)
        table = lq.corr(method="pearson" if method == "lq_correlation" else "spearman", min_periods=min_regions)
    return _without_diagonal(table)


def combine_links(links: Mapping[str, pd.DataFrame], *, weights: Mapping[str, float] | None = None) -> pd.DataFrame:
    """How related two sectors are by all the links together.

    Parameters
    ----------
    links
        Name of a link (co-location, input-output, occupations …) to its matrix, shape
        (n_sectors, n_sectors), the higher the closer, any unit. A matrix that is not symmetric,
        such as input-output shares, counts by the larger of its two directions. NaN is unknown.
    weights
        Weight of each link (no unit, above 0); default all the same.

    Returns
    -------
    pandas.DataFrame
        Weighted mean of the standardised links (mean 0, standard deviation 1 over all pairs of
        the link), over those known for the pair; same sectors as the first link, diagonal NaN.

    Raises
    ------
    ContractError
        No link at all, a matrix of other sectors than the first, a weight missing or not above 0.

    Examples
    --------
    >>> sectors = ["C13", "C14", "J62"]
    >>> near = pd.DataFrame([[1, 3, 0], [3, 1, 0], [0, 0, 1]], index=sectors, columns=sectors)
    >>> combine_links({"near": near, "again": 10 * near}).loc["C13"].round(2).tolist()
    [nan, 1.41, -0.71]
    """
    weight = {name: 1.0 for name in links} if weights is None else dict(weights)
    _check_links(links, weight)
    total, mass = 0.0, 0.0
    for name, link in links.items():
        both = _without_diagonal(pd.DataFrame(np.fmax(link, link.T), index=link.index, columns=link.columns))
        values = both.to_numpy(dtype=float)
        spread = np.nanstd(values)
        standard = (values - np.nanmean(values)) / (spread if spread > 0 else np.nan)
        total = total + weight[name] * np.nan_to_num(standard)
        mass = mass + weight[name] * ~np.isnan(standard)
    first = next(iter(links.values()))
    mean = np.divide(total, mass, out=np.full(first.shape, np.nan), where=mass > 0)
    return pd.DataFrame(mean, index=first.index, columns=first.columns)


def group_sectors(
    relatedness: pd.DataFrame, n_groups: int, *, method: Method = "hierarchical", seed: int = 1
) -> pd.Series:
    """Which sectors belong together, in a given number of groups.

    Parameters
    ----------
    relatedness
        Shape (n_sectors, n_sectors), symmetric, the higher the closer, as :func:`combine_links`
        gives it. Each sector is described by its row: sectors are alike that are related to the
        same sectors. An unknown pair counts as the mean of the two rows; the diagonal is taken as
        the greatest relatedness of all.
    n_groups
        Number of groups, from 1 to the number of sectors with any known link.
    method
        ``hierarchical``: Ward's method; ``kmeans``: best of 50 starts.
    seed
        Seed of k-means, at least 1. The order of the sectors does not matter.

    Returns
    -------
    pandas.Series
        Number of each sector's group, index as ``relatedness``: 1 for the group with most sectors,
        groups of one size in the order of their first codes. NA for a sector with no known link.

    Raises
    ------
    ContractError
        ``n_groups`` is out of range, the seed is less than 1, or the matrix is not square.

    References
    ----------
    Ward (1963); k-means after Lloyd (1982). docs/methods.md#cluster-definitions-from-the-data.

    Examples
    --------
    >>> sectors = ["C13", "C14", "J62", "J63"]
    >>> near = pd.DataFrame([[0, 9, 1, 1], [9, 0, 1, 1], [1, 1, 0, 9], [1, 1, 9, 0]], sectors, sectors)
    >>> group_sectors(near, 2).tolist()
    [1, 1, 2, 2]
    """
    table = _without_diagonal(relatedness).sort_index().sort_index(axis=1)
    linked = table.index[table.notna().any(axis=1)]
    _check_grouping(relatedness, n_groups, len(linked), seed)
    features = _features(table.loc[linked, linked])
    if method == "kmeans":
        from sklearn.cluster import KMeans

        labels = KMeans(n_groups, n_init=STARTS, random_state=seed).fit_predict(features)
    else:
        from scipy.cluster.hierarchy import fcluster, linkage

        labels = fcluster(linkage(features, method="ward"), n_groups, criterion="maxclust")
    found = pd.Series(labels, index=linked)
    size, first = found.map(found.value_counts()), found.groupby(found).transform(lambda group: group.index.min())
    order = pd.DataFrame({"size": -size, "first": first, "label": found}).sort_values(["size", "first"])
    rank = {label: number for number, label in enumerate(order["label"].unique(), start=1)}
    return found.map(rank).reindex(relatedness.index).astype("Int64").rename("group")


def validation_scores(links: Mapping[str, pd.DataFrame], groups: pd.Series) -> pd.Series:
    """How well groups hold: how often sectors are closer to their own group than to the others.

    Parameters
    ----------
    links
        Name of a link to its matrix, as in :func:`combine_links`. A grouping is judged by each
        link, not by the mixture that it was made from.
    groups
        Group of each sector, index ``nace_code``; NA takes no part.

    Returns
    -------
    pandas.Series
        Percent of groups (VS-C) and of sectors (VS-I) that pass, averaged over the links:
        ``vs_cluster_mean`` and ``vs_industry_mean``, relatedness within above the mean of
        those with each other group; ``vs_cluster_p95`` and ``vs_industry_p95``, above their 95th
        percentile; ``score``, the mean of the four. A group of one sector, and its sector, fail:
        there is no within. All NaN where there is only one group.

    Notes
    -----
    Within: mean over the known pairs of sectors in the group (of a sector: with the others of its
    group). Between: the same with the sectors of one other group, one value per group.

    References
    ----------
    The scores VS-C and VS-I of Delgado, Porter and Stern (2016), as remembered: docs/assumptions.md#A46.

    Examples
    --------
    >>> sectors = ["C13", "C14", "J62", "J63"]
    >>> near = pd.DataFrame([[0, 9, 1, 1], [9, 0, 1, 1], [1, 1, 0, 9], [1, 1, 9, 0]], sectors, sectors)
    >>> validation_scores({"near": near}, pd.Series([1, 1, 2, 2], sectors))["score"].item()
    100.0
    >>> validation_scores({"near": near}, pd.Series([1, 2, 1, 2], sectors))["score"].item()
    0.0
    """
    scores = pd.DataFrame([_scores(link, groups) for link in links.values()]).mean()
    return pd.concat([scores, pd.Series({"score": scores.mean(skipna=False)})])


def group_relatedness(link: pd.DataFrame, groups: pd.Series) -> pd.DataFrame:
    """How close the sectors of each group are to each other, beside the other groups.

    Parameters
    ----------
    link
        Relatedness of every two sectors, square, in any unit.
    groups
        Index the sectors, values their groups.

    Returns
    -------
    pandas.DataFrame
        Index the groups: ``n_sectors``; ``within``, mean relatedness of its pairs (unit of the
        link; NaN for one sector); ``between_mean`` and ``between_p95``, mean and 95th percentile
        of its relatedness to each other group.
    """
    member, to_group = _membership(link, groups)
    pairs, counts = _sums(link, member)
    own = member.T @ pairs
    n_own = member.T @ counts
    mean = own / n_own.where(n_own > 0)
    within = pd.Series(np.diag(mean), index=mean.index)
    between = mean.mask(np.eye(len(mean), dtype=bool))
    return pd.DataFrame(
        {
            "n_sectors": to_group.value_counts().reindex(mean.index),
            "within": within,
            "between_mean": between.mean(axis=1),
            "between_p95": between.quantile(STRICT_QUANTILE, axis=1),
        }
    )


def derive_definitions(
    links: Mapping[str, pd.DataFrame],
    *,
    n_groups: Sequence[int],
    seed: int,
    methods: Sequence[Method] = ("hierarchical", "kmeans"),
    weights: Mapping[str, float] | None = None,
) -> Derived:
    """The grouping of industries that holds best, of several numbers of groups and methods.

    Parameters
    ----------
    links, weights
        As in :func:`combine_links`.
    n_groups
        Numbers of groups to try.
    seed
        Seed of k-means, at least 1.
    methods
        Methods to try.

    Returns
    -------
    Derived
        The grouping with the highest ``score``; of equal ones that with most groups, then the
        method named first. ``candidates``: index (``method``, ``n_groups``), the scores of
        :func:`validation_scores` (percent).

    Raises
    ------
    ContractError
        As :func:`combine_links` and :func:`group_sectors`; nothing to try.

    References
    ----------
    The algorithm of Delgado, Porter and Stern (2016): links between industries, several groupings,
    scores, choice; details that could not be read: docs/assumptions.md#A46.

    Examples
    --------
    >>> sectors = ["C13", "C14", "J62", "J63"]
    >>> near = pd.DataFrame([[0, 9, 1, 1], [9, 0, 1, 1], [1, 1, 0, 9], [1, 1, 9, 0]], sectors, sectors)
    >>> derive_definitions({"near": near}, n_groups=[2], seed=1).groups.tolist()
    [1, 1, 2, 2]
    """
    tried = [(method, number) for number in n_groups for method in methods]
    if not tried:
        raise ContractError(
            Problem(
                what="There is no grouping to try.",
                where="n_groups and methods",
                rule="at least one number of groups and one method",
                fix="give for instance n_groups=range(8, 21)",
            )
        )
    relatedness = combine_links(links, weights=weights)
    groups = {(m, n): group_sectors(relatedness, n, method=m, seed=seed) for m, n in tried}
    scores = pd.DataFrame({key: validation_scores(links, found) for key, found in groups.items()}).T
    scores.index = pd.MultiIndex.from_tuples(scores.index, names=["method", "n_groups"])
    order = scores.reset_index().assign(rank=lambda table: table["method"].map({m: i for i, m in enumerate(methods)}))
    order = order.sort_values(["score", "n_groups", "rank"], ascending=[False, False, True])
    candidates = order.drop(columns="rank").set_index(["method", "n_groups"])
    return Derived(groups[candidates.index[0]], relatedness, candidates)


def as_taxonomy(derived: Derived, names: Mapping[str, str], *, taxonomy_id: str, title: str, source: str) -> Taxonomy:
    """The derived groups as categories that can be used like any other taxonomy.

    Parameters
    ----------
    derived
        As :func:`derive_definitions` gives it.
    names
        Name of each sector. A group is called after the two sectors closest to the rest of it.
    taxonomy_id, title, source
        Of the taxonomy.

    Returns
    -------
    Taxonomy
        One category per group, in the order of the groups; members whole divisions; rating exact,
        since the category is its divisions; the reason gives its relatedness within and between.
    """
    facts = group_relatedness(derived.relatedness, derived.groups)
    categories, definitions = {}, {}
    for group, sectors in derived.groups.dropna().groupby(derived.groups):
        codes = list(sectors.index)
        central = derived.relatedness.loc[codes, codes].mean().fillna(0).sort_values(ascending=False, kind="stable")
        first = list(central.index[:2])  # a name that says what holds the group together, not all that is in it
        code = "-".join(one.lower() for one in first)
        categories[code] = " / ".join(names[one] for one in first)
        definitions[code] = Category("exact", _reason(facts.loc[group]), {one: 1.0 for one in sorted(codes)})
    return Taxonomy(taxonomy_id, title, {}, categories, definitions, source)


def derive_divisions(industry: pd.DataFrame, *, year: int) -> Derived:
    """Cluster definitions of NACE divisions, from where in Europe their jobs are.

    Parameters
    ----------
    industry
        Table ``industry``.
    year
        Calendar year of the co-location.

    Returns
    -------
    Derived
        By the three links of :func:`colocation`, of equal weight, over all NUTS 2 regions; the
        best of ``DIVISION_GROUPS`` groups by the hierarchical method, which needs no seed: with
        these data k-means finds other, equally good groups from each seed.

    References
    ----------
    docs/methods.md#cluster-definitions-from-the-data; docs/assumptions.md#A47.
    """
    rows = industry[(industry["year"] == year) & (industry["nuts_id"].str.len() == 4)]
    divisions = rows[rows["nace_code"].str.len() == 3]
    employment = divisions.pivot(index="nuts_id", columns="nace_code", values="persons_employed")
    whole = benchmark(industry[industry["year"] == year]).xs(year, level="year")["persons_employed"]
    total = region_total(rows, by="nuts_id")["size"]
    kinds: tuple[Colocation, ...] = ("lq_correlation", "lq_rank_correlation", "coagglomeration")
    links: dict[str, pd.DataFrame] = {
        kind: colocation(
            employment, method=kind, benchmark=whole.reindex(employment.columns), region_total=total.where(total > 0)
        )
        for kind in kinds
    }
    return derive_definitions(links, n_groups=DIVISION_GROUPS, methods=("hierarchical",), seed=1)


def beside_benchmark(groups: pd.Series, industries: pd.DataFrame) -> pd.DataFrame:
    """Which of the derived groups comes closest to each cluster of a benchmark.

    Parameters
    ----------
    groups
        Group of each sector, index ``nace_code``; any labels. NA is outside.
    industries
        Number of the benchmark's industries (count, may be split) by sector and cluster: columns
        ``nace_code``, ``cluster``, ``n_industries``.

    Returns
    -------
    pandas.DataFrame
        Index ``cluster``, alphabetical: ``n_industries`` (count); ``outside_pct``, percent of them
        in sectors that no group holds; ``group``, the one that holds most of them (NA for none; of
        equal ones the first); ``held_pct``, percent of the cluster's industries that it holds;
        ``of_group_pct``, percent of the group's industries that belong to the cluster;
        ``nace_codes``, the group's sectors with industries of the cluster, as text.

    Examples
    --------
    >>> rows = [("C13", "Textiles", 3.0), ("C14", "Textiles", 1.0), ("C14", "Apparel", 6.0)]
    >>> industries = pd.DataFrame(rows, columns=["nace_code", "cluster", "n_industries"])
    >>> beside_benchmark(pd.Series({"C13": 1, "C14": 2}), industries)["held_pct"].to_dict()
    {'Apparel': 100.0, 'Textiles': 75.0}
    """
    rows = industries.assign(group=industries["nace_code"].map(groups))
    counts = rows.pivot_table(index="cluster", columns="group", values="n_industries", aggfunc="sum", fill_value=0)
    total = rows.groupby("cluster")["n_industries"].sum()
    counts = counts.reindex(total.index, fill_value=0)
    best = counts.idxmax(axis=1).where(counts.sum(axis=1) > 0)
    held = counts.max(axis=1)
    of_group = 100 * held / best.map(counts.sum())
    own = rows[rows["group"] == rows["cluster"].map(best)]
    codes = own.groupby("cluster")["nace_code"].agg(lambda column: " ".join(sorted(set(column))))
    return pd.DataFrame(
        {
            "n_industries": total,
            "outside_pct": 100 * (1 - counts.sum(axis=1) / total),
            "group": best,
            "held_pct": 100 * held / total,
            "of_group_pct": of_group,
            "nace_codes": codes.reindex(total.index).fillna(""),
        }
    )


def _reason(facts: pd.Series) -> str:
    if facts["n_sectors"] == 1:
        return "Stands alone: no other division is closer to it than to the rest; relatedness within cannot be judged."
    verdict = (
        "above the 95th percentile"
        if facts["within"] > facts["between_p95"]
        else "above the mean, not the 95th percentile"
        if facts["within"] > facts["between_mean"]
        else "not above the mean"
    )
    return (
        f"Derived from co-location. Mean relatedness of its divisions {facts['within']:.2f} standard deviations, with "
        f"other groups {facts['between_mean']:.2f}, 95th percentile {facts['between_p95']:.2f}: {verdict}."
    )


def _without_diagonal(table: pd.DataFrame) -> pd.DataFrame:
    values = table.to_numpy(dtype=float).copy()
    np.fill_diagonal(values, np.nan)
    return pd.DataFrame(values, index=table.index, columns=table.columns)


def _features(table: pd.DataFrame) -> np.ndarray:
    values = table.to_numpy(dtype=float).copy()
    row = np.nanmean(values, axis=1)
    values = np.where(np.isnan(values), (row[:, None] + row[None, :]) / 2, values)
    np.fill_diagonal(values, np.nan)
    np.fill_diagonal(values, np.nanmax(values))
    return values


def _membership(link: pd.DataFrame, groups: pd.Series) -> tuple[pd.DataFrame, pd.Series]:
    """Sectors by groups, 1 where the sector belongs to the group; and the group of each sector."""
    to_group = groups.dropna()
    to_group = to_group[to_group.index.isin(link.index)]
    return pd.get_dummies(to_group).astype(float).reindex(link.index, fill_value=0.0), to_group


def _sums(link: pd.DataFrame, member: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Relatedness of each sector to the sectors of each group: sum, and number of known pairs."""
    both = _without_diagonal(pd.DataFrame(np.fmax(link, link.T), index=link.index, columns=link.columns))
    return both.fillna(0.0) @ member, both.notna().astype(float) @ member


def _scores(link: pd.DataFrame, groups: pd.Series) -> dict[str, float]:
    facts = group_relatedness(link, groups)
    member, to_group = _membership(link, groups)
    if len(facts) < 2:
        return {f"vs_{level}_{test}": np.nan for level in ("cluster", "industry") for test in ("mean", "p95")}
    sums, counts = _sums(link, member)
    mean = (sums / counts.where(counts > 0)).loc[to_group.index]
    own = member.loc[to_group.index].astype(bool)
    within = mean.where(own).sum(axis=1, min_count=1)
    between = mean.mask(own)
    return {
        "vs_cluster_mean": 100 * (facts["within"] > facts["between_mean"]).mean(),
        "vs_cluster_p95": 100 * (facts["within"] > facts["between_p95"]).mean(),
        "vs_industry_mean": 100 * (within > between.mean(axis=1)).mean(),
        "vs_industry_p95": 100 * (within > between.quantile(STRICT_QUANTILE, axis=1)).mean(),
    }


def _check_links(links: Mapping[str, pd.DataFrame], weights: Mapping[str, float]) -> None:
    problems = []
    if not links:
        problems.append(Problem(what="There is no link.", where="links", rule="at least one matrix", fix="give one"))
    first = next(iter(links.values()), pd.DataFrame())
    for name, link in links.items():
        if not (link.index.equals(first.index) and link.columns.equals(first.index)):
            odd = [*link.index.symmetric_difference(first.index), *link.columns.symmetric_difference(first.index)]
            problems.append(
                Problem(
                    what=f"The link {name} has other sectors than the first{f': {some(odd)}' if odd else ''}.",
                    where=f"links[{name!r}], {link.shape[0]} by {link.shape[1]}",
                    rule="every link is square, with the same sectors in the same order",
                    fix="reindex its rows and columns; unknown pairs become NaN",
                )
            )
        if not weights.get(name, 0) > 0:
            problems.append(
                Problem(
                    what=f"The weight of the link {name} is {weights.get(name)}.",
                    where="weights",
                    rule="a number above 0 for each link",
                    fix="give a weight, or leave the link out",
                )
            )
    if problems:
        raise ContractError(problems)


def _check_grouping(relatedness: pd.DataFrame, n_groups: int, n_linked: int, seed: int) -> None:
    problems = []
    if not relatedness.index.equals(relatedness.columns):
        problems.append(
            Problem(
                what="Rows and columns of relatedness are not the same sectors.",
                where=f"relatedness, {relatedness.shape[0]} by {relatedness.shape[1]}",
                rule="a square matrix with sectors in the same order",
                fix="see mapping.combine_links",
            )
        )
    if not 1 <= n_groups <= n_linked:
        problems.append(
            Problem(
                what=f"{n_groups} groups cannot be made of {n_linked} sectors with known links.",
                where="n_groups",
                rule="from 1 to the number of those sectors",
                fix="choose another number",
            )
        )
    if seed < 1:
        problems.append(
            Problem(
                what=f"seed is {seed}.", where="seed", rule="a seed is a whole number from 1", fix="give another seed"
            )
        )
    if problems:
        raise ContractError(problems)
