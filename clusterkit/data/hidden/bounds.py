"""What published totals still allow a hidden cell to be.

Offices hide cells, but publish totals over sectors (a section of a region) and over territory
(a division of a country). Together they bound each hidden cell from both sides. Nothing is
guessed here: the range is what arithmetic leaves open.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

PASSES = 4  # rounds of tightening; with margins that do not add up, more would creep to false precision


def bounds(cells: pd.DataFrame) -> pd.DataFrame:
    """Smallest and largest value of every cell that agrees with all published totals.

    Parameters
    ----------
    cells
        One row per region (levels 0 to 2 of one NUTS version), NACE code and year: columns
        ``nuts_id``, ``nace_code`` (sections ``C`` and divisions ``C29``), ``year``, ``value``
        (persons employed; NaN is hidden or missing).

    Returns
    -------
    pandas.DataFrame
        ``low`` and ``high`` (persons employed), same index. A published cell has both equal to
        its value. ``high`` is NaN where no published total bounds the cell.

    Notes
    -----
    Interval propagation over the margins (the "shuttle" idea of Dobra and Fienberg 2000,
    Buzzigoli and Giusti 1999): in a margin with total ``[T_low, T_high]`` and parts
    ``[l_j, h_j]``, ``h_i <= T_high - sum of the other l_j`` and ``l_i >= T_low - sum of the
    other h_j``. Published margins differ by rounding, in Belgium by up to 5 %, so a lower
    bound is never raised above an upper one.
    """
    known = cells["value"].notna().to_numpy()
    low = np.where(known, cells["value"], 0.0)
    high = np.where(known, cells["value"], np.inf)
    position = pd.Series(np.arange(len(cells)), index=pd.MultiIndex.from_frame(cells[["nuts_id", "nace_code", "year"]]))
    margins = _margins(cells, position)
    for _ in range(PASSES):
        for part, total, is_complete in margins:
            _tighten(low, high, part, total, known, is_complete=is_complete)
    high[np.isinf(high)] = np.nan
    return pd.DataFrame({"low": low, "high": high}, index=cells.index)


def _margins(cells: pd.DataFrame, position: pd.Series) -> list[tuple[np.ndarray, np.ndarray, bool]]:
    """For every kind of margin: positions of the parts, of each part's total, and whether the parts are all there is.

    Divisions are all of a section; regions may leave out activity that belongs to no region.
    """
    level = cells["nuts_id"].str.len() - 2
    sector_depth = cells["nace_code"].str.len()
    totals = []
    for child, parent in ((1, 0), (2, 1), (2, 0)):
        totals.append((level == child, {"nuts_id": cells["nuts_id"].str[: parent + 2]}, False))
    totals.append((sector_depth == 3, {"nace_code": cells["nace_code"].str[0]}, True))
    margins = []
    for rows, change, is_complete in totals:
        keys = cells[["nuts_id", "nace_code", "year"]].assign(**change)[rows]
        found = position.reindex(pd.MultiIndex.from_frame(keys)).to_numpy()
        present = ~np.isnan(found)
        margins.append((np.flatnonzero(rows)[present], found[present].astype(int), is_complete))
    return margins


def _tighten(
    low: np.ndarray, high: np.ndarray, part: np.ndarray, total: np.ndarray, known: np.ndarray, *, is_complete: bool
) -> None:
    size = len(low)
    sum_low = np.bincount(total, weights=low[part], minlength=size)
    finite = np.where(np.isinf(high[part]), 0.0, high[part])
    sum_high = np.bincount(total, weights=finite, minlength=size)
    n_open = np.bincount(total, weights=np.isinf(high[part]).astype(float), minlength=size)
    part_open = np.isinf(high[part]).astype(float)
    others_low = sum_low[total] - low[part]
    others_high = np.where(n_open[total] - part_open > 0, np.inf, sum_high[total] - finite)
    new_high = np.maximum(high[total] - others_low, 0.0)
    new_low = np.maximum(low[total] - others_high, 0.0)
    free = ~known[part]
    target = part[free]
    high[target] = np.minimum(high[target], np.maximum(new_high[free], low[target]))
    low[target] = np.minimum(np.maximum(low[target], new_low[free]), high[target])
    # A hidden total is at least the sum of its parts' lower bounds, and at most that of the upper ones.
    owner = np.unique(total)
    owner = owner[~known[owner]]
    if is_complete:
        most = np.where(n_open[owner] > 0, np.inf, sum_high[owner])
        high[owner] = np.minimum(high[owner], np.maximum(most, low[owner]))
    low[owner] = np.minimum(np.maximum(low[owner], sum_low[owner]), high[owner])
