"""Hiding published cells the way statistical offices do, to see how well they are recovered.

A single hidden cell is given away by its totals. Offices therefore hide at least two cells in
every total; here four at a time, two regions by two divisions of one country and section.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

Placement = Literal["random", "suppression"]
FEW_UNITS = 0.8  # power of one over the local units in the chance of being hidden first, A20
PARTNERS = 3  # the second region and division are among the three smallest, as offices lose least that way


def blocks(
    cells: pd.DataFrame, *, year: int, n_blocks: int, placement: Placement, generator: np.random.Generator
) -> pd.Index:
    """Rows of published cells to hide: 2 x 2 blocks, no two of them under the same total.

    Parameters
    ----------
    cells
        As for ``estimate``.
    year
        Year to hide cells in.
    n_blocks
        Number of blocks (count); fewer where no more fit.
    placement
        ``random``: anywhere. ``suppression``: first where local units are few, with the smallest
        possible partners, as in real suppression.
    generator
        Source of chance.

    Returns
    -------
    pandas.Index
        Labels of rows of ``cells``, four for each block.
    """
    now = cells[(cells["year"] == year) & cells["nuts_id"].str.len().eq(4) & cells["nace_code"].str.len().eq(3)]
    now = now.assign(country=now["nuts_id"].str[:2], section=now["nace_code"].str[0])
    totals = cells[(cells["year"] == year) & cells["persons_employed"].notna()]
    published = pd.MultiIndex.from_frame(totals[["nuts_id", "nace_code"]])
    is_fit = now["persons_employed"].gt(0)
    for owner in (["country", "nace_code"], ["nuts_id", "section"]):
        is_fit &= pd.MultiIndex.from_frame(now[owner]).isin(published)
    groups = [group for _, group in now[is_fit].groupby(["country", "section"]) if _has_block(group)]
    chosen: list[pd.Index] = []
    used: set[tuple[str, str]] = set()
    for _ in range(60 * n_blocks):
        group = groups[generator.integers(len(groups))]
        block = _block(group, placement, generator)
        totals_hit = {*zip(block["nuts_id"], block["section"], strict=True)}
        totals_hit |= {*zip(block["country"], block["nace_code"], strict=True)}
        if len(block) == 4 and not totals_hit & used:
            used |= totals_hit
            chosen.append(block.index)
            if len(chosen) == n_blocks:
                break
    return chosen[0].append(chosen[1:])


def _has_block(group: pd.DataFrame) -> bool:
    return len(group["nuts_id"].unique()) > 1 and len(group["nace_code"].unique()) > 1


def _block(group: pd.DataFrame, placement: Placement, generator: np.random.Generator) -> pd.DataFrame:
    """One cell, a second division of its region, a second region of its division, and where these two meet."""
    weight = 1.0 / (group["local_units"].fillna(20) + 1) ** FEW_UNITS
    chance = weight / weight.sum() if placement == "suppression" else None
    first = group.iloc[generator.choice(len(group), p=chance)]
    is_region, is_division = group["nuts_id"] == first["nuts_id"], group["nace_code"] == first["nace_code"]
    regions, divisions = group[~is_region & is_division], group[is_region & ~is_division]
    if regions.empty or divisions.empty:
        return group.iloc[:0]
    region = _partner(regions, placement, generator)["nuts_id"]
    division = _partner(divisions, placement, generator)["nace_code"]
    return group[
        group["nuts_id"].isin([first["nuts_id"], region]) & group["nace_code"].isin([first["nace_code"], division])
    ]


def _partner(candidates: pd.DataFrame, placement: Placement, generator: np.random.Generator) -> pd.Series:
    if placement == "suppression":
        candidates = candidates.nsmallest(PARTNERS, "persons_employed", keep="first")
    return candidates.iloc[generator.integers(len(candidates))]


def hide(cells: pd.DataFrame, rows: pd.Index, *, amount: str, generator: np.random.Generator) -> pd.DataFrame:
    """The table as if ``rows`` were confidential.

    A hidden cell mostly lacks more than one figure. Each masked cell therefore loses the same
    other years, local units and companion figures as a really hidden cell drawn at random. The
    NUTS 1 region above it is hidden too, or its total would give the cell away.

    Parameters
    ----------
    cells
        As for ``estimate``.
    rows
        Rows to hide, all of one year and with ``amount`` published.
    amount
        Column that is hidden for certain.

    Returns
    -------
    pandas.DataFrame
        A copy with the masked figures set to NaN.
    """
    names = ["persons_employed", "wages_meur", "local_units"]
    year = cells.loc[rows[0], "year"]
    is_cell = cells["nuts_id"].str.len().eq(4) & cells["nace_code"].str.len().eq(3)
    donors = cells[is_cell & cells["year"].eq(year) & cells[f"{amount}_status"].eq("hidden")]
    drawn = donors.iloc[generator.integers(len(donors), size=len(rows))]
    known = cells.set_index(["nuts_id", "nace_code", "year"])[names]
    result = known.copy()
    masked = cells.loc[rows]
    for there in cells["year"].unique():
        target, donor = (_keys(part, there) for part in (masked, drawn))
        lost = known.reindex(donor).isna().to_numpy(copy=True)
        lost[:, names.index(amount)] |= there == year
        result.loc[target] = known.loc[target].mask(lost)
    above = _keys(masked.assign(nuts_id=masked["nuts_id"].str[:3]), year)
    result.loc[result.index.intersection(above), amount] = np.nan
    return cells.assign(**{name: result[name].to_numpy() for name in names})


def _keys(rows: pd.DataFrame, year: int) -> pd.MultiIndex:
    return pd.MultiIndex.from_arrays(
        [rows["nuts_id"], rows["nace_code"], np.full(len(rows), year)], names=["nuts_id", "nace_code", "year"]
    )
