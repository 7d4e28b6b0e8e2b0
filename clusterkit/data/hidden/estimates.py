"""Estimates of hidden cells that add up to what is published, each with an interval."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd

from clusterkit.data.hidden import raking
from clusterkit.data.hidden.evidence import NAMES, Known, evidence
from clusterkit.data.hidden.grid import Grid
from clusterkit.data.hidden.raking import Margin
from clusterkit.data.hidden.start import start_values

LOOSENESS_SIZE = 0.3  # power of the start value in the looseness: large cells take up more of a misfit, A19
ALONE = 1e-9  # share of a total's variance below which other cells are rounding errors
LEAST_START = 0.3  # persons or million euro; a start value of zero could never grow
ROUNDS = 2  # the second learns from totals that the first has estimated; a third changes nothing
COMPANION = {"persons_employed": "wages_meur", "wages_meur": "persons_employed"}
# Standardised errors of the 5 % and 95 % masked cells, for estimates up to a size (persons, million euro)
# and above it: bench/bench_hidden.py, seeds 101 to 104; its other seeds measure the coverage (A21).
QUANTILES = {
    "persons_employed": (2500.0, (-2.97, 1.70), (-1.66, 1.31)),
    "wages_meur": (50.0, (-2.02, 1.52), (-1.40, 1.18)),
}


def estimate(cells: pd.DataFrame, *, amount: Literal["persons_employed", "wages_meur"]) -> pd.DataFrame:
    """What a hidden cell probably is: an estimate that adds up, with a 90 % interval.

    Parameters
    ----------
    cells
        One row per region (levels 0 to 2 of one NUTS version), NACE code and year: columns
        ``nuts_id``, ``nace_code`` (sections ``C`` and divisions ``C29``), ``year``,
        ``persons_employed`` (persons), ``wages_meur`` (million euro), ``local_units`` (count);
        NaN is hidden or missing.
    amount
        Column to estimate; the others are evidence.

    Returns
    -------
    pandas.DataFrame
        ``estimate``, ``low`` and ``high`` (unit of ``amount``), same index, never NaN. A
        published cell has all three equal to its value.

    Notes
    -----
    Start values are learnt from the published cells (``start.start_values``), for country
    sections first, then country divisions, region sections and region divisions, as each needs
    the ones before. Then all unknown cells together are raked to all published totals
    (``raking.rake``). A second round learns from the totals that the first has filled in.
    docs/methods.md#estimates-of-hidden-cells has the formulas.
    """
    grid = Grid.of(cells)
    values = grid.array(cells, amount)
    known = Known(grid, values, values.copy(), grid.array(cells, COMPANION[amount]), grid.array(cells, "local_units"))
    places = grid.gaps(cells, amount)
    margins = list(_margins(grid, values, places))
    block = _blocks(grid, places)
    for _ in range(ROUNDS):
        mean, sd = _start(known)
        start = np.maximum(np.expm1(mean[places]), LEAST_START)
        spread = sd[places]
        looseness = spread**2 * np.maximum(start, 1.0) ** LOOSENESS_SIZE
        raked = raking.rake(start, looseness, margins, block)
        known = replace(known, filled=_filled(values, places, raked))
    rest = _remaining_spread(raked, start, spread, margins)
    size, *quantiles = QUANTILES[amount]
    is_large = (raked > size).astype(int)
    low, high = (np.expm1(np.log1p(raked) + np.array(quantiles)[is_large, end] * rest) for end in (0, 1))
    ends = {"low": np.clip(low, 0.0, raked), "high": np.maximum(high, raked)}
    ends = {name: _filled(values, places, end) for name, end in ends.items()}
    arrays = {"estimate": known.filled, **ends}
    return pd.DataFrame({name: grid.column(array, cells) for name, array in arrays.items()}, index=cells.index)


def add_up(cells: pd.DataFrame, start: pd.Series, *, amount: str) -> pd.Series:
    """Plain iterative proportional fitting of the unknown cells from given start values.

    Parameters
    ----------
    cells, amount
        As for ``estimate``.
    start
        Start value of every unknown cell, same index as ``cells``, unit of ``amount``.

    Returns
    -------
    pandas.Series
        ``amount`` without gaps, same index: the rule that ``estimate`` is measured against.
    """
    grid = Grid.of(cells)
    values = grid.array(cells, amount)
    places = grid.gaps(cells, amount)
    begin = np.maximum(grid.array(cells.assign(start=start), "start")[places], LEAST_START)
    margins = list(_margins(grid, values, places))
    raked = raking.rake(begin, np.ones(len(begin)), margins, _blocks(grid, places))
    return pd.Series(grid.column(_filled(values, places, raked), cells), index=cells.index)


def _blocks(grid: Grid, places: tuple[np.ndarray, ...]) -> np.ndarray:
    """Cells of one country, section and year: totals tie these to each other and to no others."""
    shape = (len(grid.regions), len(grid.sectors), len(grid.years))
    section = np.where(grid.section < 0, np.arange(len(grid.sectors)), grid.section)
    label = np.ravel_multi_index((grid.parent(2)[places[0]], section[places[1]], places[2]), shape)
    return np.unique(label, return_inverse=True)[1]


def _filled(values: np.ndarray, places: tuple[np.ndarray, ...], estimates: np.ndarray) -> np.ndarray:
    filled = values.copy()
    filled[places] = estimates
    return filled


def _start(known: Known) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of ``log(amount + 1)`` of every unknown cell."""
    grid = known.grid
    mean, sd = np.full(known.amount.shape, np.nan), np.full(known.amount.shape, np.nan)
    for level, is_division in itertools.product((0, 1, 2), (False, True)):
        rows, columns = np.flatnonzero(grid.level == level), np.flatnonzero(grid.is_division == is_division)
        if not len(rows) or not len(columns):
            continue
        block = np.ix_(rows, columns)
        truth = known.amount[block]
        pieces = evidence(known, rows, columns)
        wanted = np.isnan(truth)
        found = start_values(pieces.reshape(len(NAMES), -1), truth.ravel(), wanted.ravel())
        mean[block], sd[block] = (result.reshape(truth.shape) for result in found)
        filled = known.filled.copy()
        filled[block] = np.where(np.isnan(filled[block]), np.expm1(mean[block]), filled[block])
        known = replace(known, filled=filled)
    return mean, sd


def _margins(grid: Grid, values: np.ndarray, places: tuple[np.ndarray, ...]) -> Iterator[Margin]:
    """All totals that touch an unknown cell: regions of a NUTS 1 region, of a country, divisions of a section."""
    region, sector, _ = np.indices(values.shape)
    everything = np.arange(values.size).reshape(values.shape)
    for size in (3, 2):
        is_part = ((grid.level == 2) & (grid.parent(size) >= 0))[region]
        is_total = (grid.level == size - 2)[region]
        yield _margin(values, places, is_part, is_total, everything[grid.parent(size)])
    has_section = grid.section[sector] >= 0
    is_division = grid.is_division[sector]
    yield _margin(values, places, is_division & has_section, ~is_division, everything[:, grid.section])


def _margin(
    values: np.ndarray, places: tuple[np.ndarray, ...], is_part: np.ndarray, is_total: np.ndarray, owner: np.ndarray
) -> Margin:
    """One kind of total; ``owner`` is the flat position of the total of every part."""
    sign = np.where(is_part, 1.0, np.where(is_total, -1.0, 0.0))
    own = np.arange(values.size).reshape(values.shape)
    group = np.where(is_part, owner, own)
    published = np.nan_to_num(values)
    left = -np.bincount(group[sign != 0], (sign * published)[sign != 0], values.size)
    used, number = np.unique(group[places], return_inverse=True)
    return Margin(np.where(sign[places] != 0, number, -1), sign[places], left[used])


def _remaining_spread(cells: np.ndarray, start: np.ndarray, spread: np.ndarray, margins: list[Margin]) -> np.ndarray:
    """Standard deviation of ``log(amount + 1)`` that the totals leave, shape (n_cells,).

    The amount varies with the geometric mean of start value and result, so that a cell that the
    totals have pushed to nearly nothing does not seem certain. A published total tells a cell up
    to what the other unknown cells under it may vary; pieces of information add up as precisions.
    A cell that is alone under a published total has no spread.
    """
    variance = spread**2 * (cells + 1) * (start + 1)
    precision = 1.0 / variance
    for margin in margins:
        has_unknown_total = np.zeros(len(margin.total), bool)
        has_unknown_total[margin.group[margin.sign < 0]] = True
        inside = np.flatnonzero(margin.group >= 0)
        inside = inside[~has_unknown_total[margin.group[inside]]]
        group = margin.group[inside]
        total = np.bincount(group, variance[inside], len(margin.total))[group]
        others = total - variance[inside]
        with np.errstate(divide="ignore"):
            precision[inside] += 1.0 / np.where(others > ALONE * total, others, 0.0)
    return np.log1p(1.0 / np.sqrt(precision) / (cells + 1))
