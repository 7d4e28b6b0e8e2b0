"""What is within reach of a region: sectors close to its strong ones, and what came and went."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from clusterkit.mapping.relatedness import (
    SectorLinks,
    cross_sector_links,
    entries_and_exits,
    relatedness,
    relatedness_density,
)
from clusterkit.mapping.specialisation import presence
from clusterkit.mapping.standing import AllRegions

MIN_RELATEDNESS = 1.25  # times chance; about a fifth of all pairs of divisions reach it, docs/assumptions.md#A60
NEAR = 1.1  # ratio; a quotient within 10 % of the threshold is near it, docs/assumptions.md#A51
EXTRACTION = "B"  # NACE section that needs a deposit, docs/assumptions.md#A61


class Reach(NamedTuple):
    """The network of strong sectors and of those close to them, and the candidates with their evidence."""

    links: SectorLinks
    candidates: pd.DataFrame


def within_reach(everywhere: AllRegions, region: str, *, min_relatedness: float = MIN_RELATEDNESS) -> Reach:
    """In which sectors a region is not strong yet though it is strong in what goes with them elsewhere.

    Two sectors go together where many regions have a location quotient of at least 1 in both.

    Parameters
    ----------
    everywhere
        As ``all_regions`` gives it; ``strong`` says what the region is strong in.
    region
        Row of the report region.
    min_relatedness
        Two sectors are close when they stand together at least so many times as often as by chance (no unit).

    Returns
    -------
    Reach
        ``links`` as ``cross_sector_links`` gives them, without mining and quarrying as a candidate.
        ``candidates``: index ``nace_code``, the highest density first: ``rank`` (ties share the better one),
        ``density`` (share, 0 to 1), ``n_close`` (strong sectors close to it), ``closest`` (their codes, the
        closest first), ``relatedness`` to the closest (no unit), ``n_regions_with_both`` it,
        ``persons_employed`` and ``lq`` in the region now, ``is_estimated`` (bool).

    References
    ----------
    docs/methods.md#cross-sector-links; density: Boschma2015 in docs/references.bib.
    """
    found = presence(everywhere.lq)
    links = cross_sector_links(
        everywhere.strong.loc[region], found, relatedness(found), min_relatedness=min_relatedness
    )
    links = _without_extraction(links)
    evidence = links.candidates
    first = evidence.drop_duplicates("nace_code").set_index("nace_code")
    groups = evidence.groupby("nace_code")["strong_nace_code"]
    table = first[["density", "relatedness", "n_regions_with_both"]].assign(
        rank=first["density"].round(12).rank(ascending=False, method="min").astype("Int64"),
        n_close=groups.size(),
        closest=groups.agg(tuple),
        # An empty table would take over the whole index of a Series.
        persons_employed=everywhere.employment.loc[region].reindex(first.index),
        lq=everywhere.lq.loc[region].reindex(first.index),
        is_estimated=everywhere.is_estimated.loc[region].reindex(first.index),
    )
    order = ["rank", "density", "n_close", "closest", "relatedness", "n_regions_with_both"]
    return Reach(links, table[[*order, "persons_employed", "lq", "is_estimated"]])


def entries_since(start: AllRegions, end: AllRegions, region: str, *, threshold: float = 1.0) -> pd.DataFrame:
    """Which sectors a region entered or left between two years, and how clearly.

    Parameters
    ----------
    start, end
        As ``all_regions`` gives them, for the two years.
    region
        Row of the report region.
    threshold
        Location quotient (no unit) at which a sector counts as present.

    Returns
    -------
    pandas.DataFrame
        Index ``nace_code``, one row per entry or exit, the widest change of the quotient first: ``change``
        (``entry`` or ``exit``), ``lq_start``, ``lq_end``, ``persons_start``, ``persons_end``, ``is_near``
        (both quotients within 10 % of the threshold), ``is_estimated`` (in either year).

    References
    ----------
    Neffke2011 in docs/references.bib.
    """
    codes = start.lq.columns.intersection(end.lq.columns)
    before, after = (table.lq.loc[[region], codes] for table in (start, end))
    changes = entries_and_exits(presence(before, threshold=threshold), presence(after, threshold=threshold))
    table = pd.DataFrame(
        {
            "change": np.select(
                [changes.entries.loc[region] == 1, changes.exits.loc[region] == 1], ["entry", "exit"], ""
            ),
            "lq_start": before.loc[region],
            "lq_end": after.loc[region],
            "persons_start": start.employment.loc[region, codes],
            "persons_end": end.employment.loc[region, codes],
        }
    ).rename_axis("nace_code")
    with np.errstate(divide="ignore"):
        distance = np.abs(np.log(table[["lq_start", "lq_end"]] / threshold))
        width = (np.log(table["lq_end"]) - np.log(table["lq_start"])).abs()
    table["is_near"] = (distance <= np.log(NEAR)).all(axis=1)
    table["is_estimated"] = start.is_estimated.loc[region, codes] | end.is_estimated.loc[region, codes]
    return table.loc[width.sort_values(ascending=False, kind="stable").index].query("change != ''")


def entry_rates(start: AllRegions, end: AllRegions, *, groups: int = 5) -> pd.DataFrame:
    """How often sectors became strong, by how close they were: whether density told anything in the past.

    Parameters
    ----------
    start, end
        As ``all_regions`` gives them, for the two years. Density is that of the first year.
    groups
        Number of groups that the cells are divided into by density, of equal size but for ties.

    Returns
    -------
    pandas.DataFrame
        Index ``group`` (1: lowest density): ``n_cells`` (region and sector, not strong at the start),
        ``n_entries`` and ``entry_pct`` (percent of them strong at the end). Mining and quarrying, and cells that are
        unknown in either year, are left out. Empty where there are fewer cells than groups.
    """
    regions = start.strong.index.intersection(end.strong.index)
    codes = start.strong.columns.intersection(end.strong.columns)
    before, after = (table.strong.loc[regions, codes] for table in (start, end))
    density = relatedness_density(before, relatedness(presence(start.lq[codes])))
    cells = pd.DataFrame(
        {
            "nace_code": np.tile(codes, len(regions)),
            "density": density.to_numpy().ravel(),
            "entry": entries_and_exits(before, after).entries.to_numpy().ravel(),
        }
    ).dropna()
    cells = cells[~cells["nace_code"].str.startswith(EXTRACTION)]
    names = ["n_cells", "n_entries", "entry_pct"]
    if len(cells) < groups:
        return pd.DataFrame(columns=names).rename_axis("group")
    place = cells["density"].round(12).rank()  # ties share a group, whatever the order of the rows
    cells["group"] = np.ceil(groups * place / len(cells)).astype(int)
    entries = cells.groupby("group")["entry"]
    return pd.DataFrame(
        {"n_cells": entries.size(), "n_entries": entries.sum().astype(int), "entry_pct": 100 * entries.mean()}
    )


def _without_extraction(links: SectorLinks) -> SectorLinks:
    def keep(codes: pd.Index, status: pd.Series) -> np.ndarray:
        return ~codes.str.startswith(EXTRACTION) | (status == "strong").to_numpy()

    nodes, edges, candidates = links
    return SectorLinks(
        nodes[keep(nodes.index, nodes["status"])],
        edges[keep(pd.Index(edges["nace_code"]), edges["status"])].reset_index(drop=True),
        candidates[~candidates["nace_code"].str.startswith(EXTRACTION)].reset_index(drop=True),
    )
