"""Which sectors go together, how near a region is to those it lacks, and what came and went.

One rule for unknown presences holds in the whole module: a pair of cells is counted only where
both are known. A region that hides a sector thus plays no part in what is said of this sector,
and its full part in everything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from clusterkit.errors import ContractError, ParamError, Problem, some
from clusterkit.mapping.checks import check_choice, check_presence, check_same_labels
from clusterkit.mapping.concentration import NanPolicy, entropy

Method = Literal["probability", "association", "cosine", "jaccard"]


class Changes(NamedTuple):
    """Entries and exits, each a table of the shape of the presences."""

    entries: pd.DataFrame
    exits: pd.DataFrame


class SectorLinks(NamedTuple):
    """The network of strong sectors of one region and those close to them; see ``cross_sector_links``."""

    nodes: pd.DataFrame
    edges: pd.DataFrame
    candidates: pd.DataFrame


def proximity(presence: pd.DataFrame) -> pd.DataFrame:
    """How likely it is that a region with one of two sectors has the other too, the smaller of both ways.

    ``phi_ij = min(P(i | j), P(j | i))``, with ``P(i | j)`` the share of the regions with j that have i

    Parameters
    ----------
    presence
        0, 1 or NaN (unknown), shape (n_regions, n_sectors), index ``nuts_id``, columns ``nace_code``.
        ``P(i | j)`` is over the regions with j where i is known.

    Returns
    -------
    pandas.DataFrame
        Probability (no unit), shape (n_sectors, n_sectors), symmetric, diagonal 1. A sector that no
        region has gives NaN, on the diagonal too, and so does a pair without a region to judge by.

    Raises
    ------
    ContractError
        A cell other than 0, 1 or NaN.

    References
    ----------
    Hidalgo2007 in docs/references.bib.

    Examples
    --------
    >>> presence = pd.DataFrame({"C10": [1, 1, 1], "C29": [1, 1, 0], "J62": [1, 0, 0]}, index=["AT31", "BE10", "BG31"])
    >>> proximity(presence).loc["C29"].to_dict()
    {'C10': 0.6666666666666666, 'C29': 1.0, 'J62': 0.5}
    """
    present, known = _split(check_presence(presence))
    seen = _seen(present, known)
    larger = np.where((seen > 0) & (seen.T > 0), np.maximum(seen, seen.T), np.nan)
    return _square(present.T @ present / larger, presence.columns)


def relatedness(presence_or_counts: pd.DataFrame, *, method: Method = "probability") -> pd.DataFrame:
    """How often two sectors are found together, compared with what their frequency alone would give.

    With c_ij the number of regions that have both (i and j different), s_i the sum of c_ij over j,
    and T the sum of s_i:

    - ``probability``: ``c_ij / (T/2 (s_i/T s_j/(T - s_i) + s_j/T s_i/(T - s_j)))``, observed over
      expected when pairs are drawn without repetition; 1 is chance
    - ``association``: ``T c_ij / (s_i s_j)``, the same with repetition
    - ``cosine``: ``c_ij / sqrt(s_i s_j)``
    - ``jaccard``: ``c_ij / (s_i + s_j - c_ij)``

    Parameters
    ----------
    presence_or_counts
        Either presences, 0, 1 or NaN (unknown), shape (n_regions, n_sectors), index ``nuts_id``,
        columns ``nace_code``; or the counts c_ij themselves, shape (n_sectors, n_sectors), where
        index and columns are the same codes in the same order; their diagonal plays no part.
        c_ij is over regions where both are known; unknown where there is none, and in no sum.
    method
        One of the four above.

    Returns
    -------
    pandas.DataFrame
        Shape (n_sectors, n_sectors), no unit, symmetric, diagonal 0. A sector that is never found
        with another has no expectation: NaN beside the diagonal.

    Raises
    ------
    ContractError
        A presence other than 0, 1 or NaN; counts that are negative or not symmetric.
    ParamError
        An unknown method.

    References
    ----------
    VanEck2009 (association, cosine, Jaccard on totals of co-occurrences) and Steijn2021
    (probability) in docs/references.bib.

    Examples
    --------
    >>> presence = pd.DataFrame({"C10": [1, 1, 0], "C29": [1, 1, 0], "J62": [1, 0, 1]}, index=["AT31", "BE10", "BG31"])
    >>> relatedness(presence, method="association").round(2).loc["C10"].to_dict()
    {'C10': 0.0, 'C29': 1.78, 'J62': 1.33}
    """
    check_choice(method, Method, "method")
    if presence_or_counts.index.equals(presence_or_counts.columns):
        together = _check_counts(presence_or_counts)
    else:
        together = _together(*_split(check_presence(presence_or_counts)))
    np.fill_diagonal(together, 0.0)
    total = np.nansum(together, axis=0)
    one, other, everything = total[:, None], total[None, :], total.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        if method == "probability":
            expected = one * other / (everything - one) / 2 + one * other / (everything - other) / 2
        elif method == "association":
            expected = one * other / everything
        elif method == "cosine":
            expected = np.sqrt(one * other)
        else:
            expected = one + other - together
        result = together / np.where((one > 0) & (other > 0), expected, np.nan)
    np.fill_diagonal(result, 0.0)
    return _square(result, presence_or_counts.columns)


def relatedness_density(presence: pd.DataFrame, relatedness: pd.DataFrame) -> pd.DataFrame:
    """Share of what is related to a sector that a region already has, the sector itself left out.

    ``RD_ri = sum_(j != i) phi_ij M_rj / sum_(j != i) phi_ij``

    Parameters
    ----------
    presence
        M: 0, 1 or NaN (unknown), shape (n_regions, n_sectors), index ``nuts_id``, columns ``nace_code``.
        Sectors that are unknown in a region are left out of both its sums.
    relatedness
        phi: shape (n_sectors, n_sectors), the same codes in any order (no unit, not negative).
        Pairs without a value are left out of both sums.

    Returns
    -------
    pandas.DataFrame
        Share (no unit) 0 to 1, shape of ``presence``; NaN where nothing known is related.

    Raises
    ------
    ContractError
        A presence other than 0, 1 or NaN, or tables on different sectors.

    References
    ----------
    Boschma2015 in docs/references.bib, there times 100.

    Examples
    --------
    >>> presence = pd.DataFrame({"C10": [1, 0], "C29": [1, 1], "J62": [0, 1]}, index=["AT31", "BE10"])
    >>> phi = pd.DataFrame([[0, 3, 1], [3, 0, 1], [1, 1, 0]], index=presence.columns, columns=presence.columns)
    >>> relatedness_density(presence, phi).loc["BE10"].to_dict()
    {'C10': 1.0, 'C29': 0.25, 'J62': 0.5}
    """
    weights = _weights(relatedness, presence.columns, "relatedness")
    np.fill_diagonal(weights, 0.0)
    return _share_of_neighbours(presence, weights)


def density(presence: pd.DataFrame, proximity: pd.DataFrame) -> pd.DataFrame:
    """Share of what is near a sector that a region already has, the sector itself included.

    ``omega_ri = sum_j phi_ij M_rj / sum_j phi_ij``

    Parameters
    ----------
    presence
        M: 0, 1 or NaN (unknown), shape (n_regions, n_sectors), index ``nuts_id``, columns ``nace_code``.
        Sectors that are unknown in a region are left out of both its sums.
    proximity
        phi: shape (n_sectors, n_sectors), as ``proximity`` gives it, the same codes in any order.
        Pairs without a value are left out of both sums.

    Returns
    -------
    pandas.DataFrame
        Share (no unit) 0 to 1, shape of ``presence``; NaN where nothing known is near.

    Raises
    ------
    ContractError
        A presence other than 0, 1 or NaN, or tables on different sectors.

    References
    ----------
    Hidalgo2007 in docs/references.bib.

    Examples
    --------
    >>> presence = pd.DataFrame({"C10": [1, 0], "C29": [1, 1], "J62": [0, 1]}, index=["AT31", "BE10"])
    >>> density(presence, proximity(presence)).loc["BE10"].round(2).to_dict()
    {'C10': 0.33, 'C29': 0.75, 'J62': 1.0}
    """
    return _share_of_neighbours(presence, _weights(proximity, presence.columns, "proximity"))


def entries_and_exits(presence_start: pd.DataFrame, presence_end: pd.DataFrame) -> Changes:
    """Which sectors a region gained and lost between two years, among those it could gain or lose.

    Parameters
    ----------
    presence_start, presence_end
        0, 1 or NaN (unknown), shape (n_regions, n_sectors), index ``nuts_id``, columns
        ``nace_code``; the same regions and sectors, in any order.

    Returns
    -------
    Changes
        ``entries``: 1 absent, then present; 0 absent both times; NaN where it was there already.
        ``exits``: 1 present, then absent; 0 present both times; NaN where it was not there. Both
        (no unit) in the order of ``presence_start``, NaN where either year is unknown. The mean of
        a column is a rate.

    Raises
    ------
    ContractError
        A presence other than 0, 1 or NaN, or tables on different regions or sectors.

    References
    ----------
    Neffke2011 in docs/references.bib.

    Examples
    --------
    >>> start = pd.DataFrame({"C10": [1, 0], "C29": [1, 0]}, index=["AT31", "BE10"])
    >>> end = pd.DataFrame({"C10": [1, 1], "C29": [0, None]}, index=["AT31", "BE10"])
    >>> changes = entries_and_exits(start, end)
    >>> changes.entries.loc["BE10"].to_dict(), changes.exits.loc["AT31"].to_dict()
    ({'C10': 1.0, 'C29': nan}, {'C10': 0.0, 'C29': 1.0})
    """
    check_same_labels(presence_end.index, presence_start.index, "presence_end")
    check_same_labels(presence_end.columns, presence_start.columns, "presence_end")
    start = check_presence(presence_start)
    end = check_presence(presence_end.loc[presence_start.index, presence_start.columns])
    labels = {"index": presence_start.index, "columns": presence_start.columns}
    entries = pd.DataFrame(np.where(start == 0, end, np.nan), **labels)
    exits = pd.DataFrame(np.where(start == 1, 1 - end, np.nan), **labels)
    return Changes(entries, exits)


def related_variety(
    employment: pd.DataFrame, groups: Mapping[str, str] | pd.Series, *, nan_policy: NanPolicy = "propagate"
) -> pd.Series:
    """How varied a region is within groups of related sectors: mean entropy inside the groups.

    ``RV_r = sum_g P_g H_g``, ``H_g = sum_(s in g) p_s/P_g log2(P_g/p_s)``: p_s the share of a sector,
    P_g that of its group. It is the entropy of the sectors less that of the groups.

    Parameters
    ----------
    employment
        Persons employed, shape (n_regions, n_sectors), index ``nuts_id``, columns ``nace_code``.
    groups
        Group of each sector, for instance the NACE section of each division.
    nan_policy
        ``propagate``: a region with an unknown cell is NaN; ``omit``: over its known cells.

    Returns
    -------
    pandas.Series
        Bits, one value per region; NaN without persons.

    Raises
    ------
    ContractError
        A sector without a group.

    References
    ----------
    Frenken2007 in docs/references.bib.

    Examples
    --------
    >>> employment = pd.DataFrame({"C10": [1, 2], "C29": [1, 0], "J62": [2, 0]}, index=["AT31", "BE10"])
    >>> related_variety(employment, {"C10": "C", "C29": "C", "J62": "J"}).to_dict()
    {'AT31': 0.5, 'BE10': 0.0}
    """
    between = unrelated_variety(employment, groups, nan_policy=nan_policy)
    within = entropy(employment, nan_policy=nan_policy) - between
    return within.clip(lower=0.0).rename("related_variety")  # rounding alone can make it negative


def unrelated_variety(
    employment: pd.DataFrame, groups: Mapping[str, str] | pd.Series, *, nan_policy: NanPolicy = "propagate"
) -> pd.Series:
    """How varied a region is between groups of related sectors: entropy of the groups.

    ``UV_r = sum_g P_g log2(1 / P_g)``, P_g the share of a group in the region's persons

    Parameters
    ----------
    employment
        Persons employed, shape (n_regions, n_sectors), index ``nuts_id``, columns ``nace_code``.
    groups
        Group of each sector, for instance the NACE section of each division.
    nan_policy
        ``propagate``: a region with an unknown cell is NaN; ``omit``: over its known cells.

    Returns
    -------
    pandas.Series
        Bits, one value per region; NaN without persons.

    Raises
    ------
    ContractError
        A sector without a group.

    References
    ----------
    Frenken2007 in docs/references.bib.

    Examples
    --------
    >>> employment = pd.DataFrame({"C10": [1, 2], "C29": [1, 0], "J62": [2, 0]}, index=["AT31", "BE10"])
    >>> unrelated_variety(employment, {"C10": "C", "C29": "C", "J62": "J"}).to_dict()
    {'AT31': 1.0, 'BE10': 0.0}
    """
    group_of = pd.Series(groups).reindex(employment.columns)
    if group_of.isna().any():
        missing = list(group_of.index[group_of.isna()])
        raise ContractError(
            Problem(
                what=f"{len(missing)} sectors have no group: {some(missing)}.",
                where="argument groups",
                rule="one group for each column of employment",
                fix="add the sectors to groups, or leave their columns out",
            )
        )
    sums = employment.T.groupby(group_of).sum().T
    defined = entropy(employment, nan_policy=nan_policy).notna()
    return entropy(sums).where(defined).rename("unrelated_variety")


def cross_sector_links(
    region: str | pd.Series, presence: pd.DataFrame, relatedness: pd.DataFrame, *, min_relatedness: float = 1.0
) -> SectorLinks:
    """What a region is strong in, what is close to that, and what of it the region does not have yet.

    Parameters
    ----------
    region
        A code of the index of ``presence``; or the region's own presences, index ``nace_code``,
        for a region made of several codes. What these lack is unknown.
    presence
        0, 1 (strong) or NaN (unknown) in all regions, shape (n_regions, n_sectors), index ``nuts_id``,
        columns ``nace_code``.
    relatedness
        Shape (n_sectors, n_sectors), symmetric, the same codes in any order, as ``relatedness`` or
        ``proximity`` gives it (no unit).
    min_relatedness
        Two sectors are close when their relatedness is at least this (no unit); the default is chance
        level of the methods ``probability`` and ``association``. Must be above zero.

    Returns
    -------
    SectorLinks
        ``nodes``: a row per strong sector and per sector close to one, index ``nace_code``: ``status``
        (``strong``; ``candidate``, not strong yet; ``unknown``), ``density`` (relatedness density,
        share) and ``n_close`` (strong sectors close to it).
        ``edges``: a row per close pair with a strong sector: ``strong_nace_code``, ``nace_code``,
        ``relatedness``, ``n_regions_with_both`` (of those where both are known), ``status`` of the
        second; a pair of two strong sectors stands once. The closest come first.
        ``candidates``: the evidence for each candidate, a row per candidate and strong sector close
        to it: ``rank`` (by density, ties share the better one), ``nace_code``, ``density``,
        ``strong_nace_code``, ``relatedness``, ``n_regions_with_both``. A sector whose density is unknown
        comes last, without rank. A sector that is unknown in the region is never a candidate.

    Raises
    ------
    ContractError
        An unknown region, a presence other than 0, 1 or NaN, or tables on different sectors.
    ParamError
        A threshold that is not above zero.

    References
    ----------
    Density: Boschma2015 in docs/references.bib; the network: docs/methods.md#cross-sector-links.

    Examples
    --------
    >>> presence = pd.DataFrame({"C10": [1, 1, 0], "C29": [1, 1, 0], "J62": [0, 1, 1]}, index=["AT31", "BE10", "BG31"])
    >>> links = cross_sector_links("BG31", presence, proximity(presence), min_relatedness=0.5)
    >>> links.candidates[["rank", "nace_code", "strong_nace_code", "n_regions_with_both"]].to_numpy().tolist()
    [[1, 'C10', 'J62', 1], [1, 'C29', 'J62', 1]]
    """
    if not min_relatedness > 0:
        raise ParamError(
            Problem(
                what=f"A least relatedness of {min_relatedness} makes all sectors close.",
                where="argument min_relatedness",
                rule="above zero",
                fix="1.0 is chance for the methods probability and association",
            )
        )
    presence = presence.sort_index(axis=1)  # which of two strong sectors comes first in an edge: the lower code
    codes = presence.columns
    own = _own_presence(region, presence)
    weights = _weights(relatedness, codes, "relatedness")
    np.fill_diagonal(weights, 0.0)
    status = pd.Series(np.select([own == 1, own == 0], ["strong", "candidate"], "unknown"), index=codes)
    is_strong = (status == "strong").to_numpy()
    close = (weights >= min_relatedness) & is_strong[:, None]
    nodes = pd.DataFrame(
        {
            "status": status,
            "density": _share_of_neighbours(own.to_frame().T, weights).iloc[0],
            "n_close": close.sum(axis=0),
        }
    )
    first, second = np.nonzero(close & ~(is_strong[None, :] & np.tri(len(codes), dtype=bool)))
    present, _ = _split(check_presence(presence))
    edges = pd.DataFrame(
        {
            "strong_nace_code": codes[first],
            "nace_code": codes[second],
            "relatedness": weights[first, second],
            "n_regions_with_both": (present[:, first] * present[:, second]).sum(axis=0).astype(int),
            "status": status.to_numpy()[second],
        }
    ).sort_values(["relatedness", "strong_nace_code", "nace_code"], ascending=[False, True, True], ignore_index=True)
    nodes = nodes[is_strong | close.any(axis=0)].rename_axis("nace_code")
    return SectorLinks(nodes, edges, _candidates(nodes, edges))


def _candidates(nodes: pd.DataFrame, edges: pd.DataFrame) -> pd.DataFrame:
    densities = nodes.loc[nodes["status"] == "candidate", "density"]
    # Densities that differ by rounding alone are tied, whatever the order of the columns.
    ranks = densities.round(12).rank(ascending=False, method="min").astype("Int64")
    rows = edges[edges["status"] == "candidate"]
    table = rows.assign(rank=ranks.reindex(rows["nace_code"]).array, density=densities.reindex(rows["nace_code"]).array)
    table = table.sort_values(
        ["rank", "nace_code", "relatedness", "strong_nace_code"], ascending=[True, True, False, True], ignore_index=True
    )
    return table[["rank", "nace_code", "density", "strong_nace_code", "relatedness", "n_regions_with_both"]]


def _own_presence(region: str | pd.Series, presence: pd.DataFrame) -> pd.Series:
    if isinstance(region, pd.Series):
        return region.reindex(presence.columns).astype(float)
    if region not in presence.index:
        raise ContractError(
            Problem(
                what=f"There is no region {region}.",
                where="index of presence",
                rule="a code of the table, or the region's own presences as a Series",
                fix=f"one of {some(list(presence.index))}",
            )
        )
    return presence.loc[region].astype(float)


def _split(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Presences with 0 for unknown, and 1 where they are known: factors of counts over known pairs."""
    known = ~np.isnan(cells)
    return np.where(known, cells, 0.0), known.astype(float)


def _seen(present: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Regions that have i (row) and where j (column) is known."""
    if known.all():  # spares the matrix product
        return np.broadcast_to(present.sum(axis=0)[:, None], (present.shape[1], present.shape[1]))
    return present.T @ known


def _together(present: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Regions that have both i and j; NaN where no region is known for both."""
    together = present.T @ present
    return together if known.all() else np.where(known.T @ known > 0, together, np.nan)


def _share_of_neighbours(presence: pd.DataFrame, weights: np.ndarray) -> pd.DataFrame:
    """Weighted share of the known sectors that are present, a row of weights per sector."""
    present, known = _split(check_presence(presence))
    weights = np.nan_to_num(weights, nan=0.0)
    reach = weights.sum(axis=1)[None, :] if known.all() else known @ weights.T
    shares = present @ weights.T / np.where(reach > 0, reach, np.nan)
    return pd.DataFrame(shares, index=presence.index, columns=presence.columns)


def _weights(matrix: pd.DataFrame, codes: pd.Index, name: str) -> np.ndarray:
    check_same_labels(matrix.index, codes, name)
    check_same_labels(matrix.columns, codes, name)
    return matrix.loc[codes, codes].to_numpy(dtype=float, na_value=np.nan, copy=True)


def _check_counts(counts: pd.DataFrame) -> np.ndarray:
    cells = counts.to_numpy(dtype=float, na_value=np.nan, copy=True)
    problems = [
        Problem(
            what=f"{fault} co-occurrences: {some([f'{counts.index[i]} {counts.columns[j]}' for i, j in places])}.",
            where="table presence_or_counts",
            rule="how many regions have both sectors: at least 0, the same both ways, NaN unknown",
            fix="count again, or give presences with regions as index",
        )
        for fault, places in {
            "Negative": np.argwhere(cells < 0),
            "Not symmetric": np.argwhere(~np.isclose(cells, cells.T, equal_nan=True)),
        }.items()
        if len(places)
    ]
    if problems:
        raise ContractError(problems)
    return cells


def _square(cells: np.ndarray, codes: pd.Index) -> pd.DataFrame:
    return pd.DataFrame(cells, index=codes, columns=codes)
