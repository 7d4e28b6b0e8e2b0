"""What else is known of a cell whose figure is hidden, each piece as a rough estimate of it.

Every piece is a logarithm, ``log(amount + 1)``, so that pieces can be weighed against each other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from clusterkit.data.hidden.grid import Grid, take

NAMES = ("share", "units", "companion", "other_years")
GROWTH_LIMITS = (0.3, 3.0)  # ratio between two years; a larger change in the country says little of one cell
NEARNESS = (1.0, 0.5, 0.33)  # weight of a figure one, two, three years away
REGION_SHRINKAGE, SECTION_SHRINKAGE = 8.0, 4.0  # cells' worth of "no deviation" that a regional deviation must outweigh
DEVIATION_LIMIT = 2.0  # log units; one wild cell must not move its neighbours


@dataclass(frozen=True)
class Known:
    """What is published, as arrays on the grid.

    ``amount`` is the variable to be estimated, ``filled`` the same with what has been estimated
    so far, ``companion`` the other amount (wages for persons employed, and the reverse),
    ``units`` the local units.
    """

    grid: Grid
    amount: np.ndarray
    filled: np.ndarray
    companion: np.ndarray
    units: np.ndarray


def evidence(known: Known, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """The pieces of ``NAMES`` for all cells of some regions (of one level) and sectors.

    Returns
    -------
    numpy.ndarray
        Shape (4, n_rows, n_columns, n_years), log of the amount plus one; NaN where a piece is
        not known. The first two are corrected for what is usual in the region, learnt from its
        other cells, so that a region of large firms is not taken for an average one.
    """
    grid = known.grid
    is_country = grid.level[rows[0]] == 0

    def like(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
        """The ratio of two amounts in the country of each region; for countries, in all that publish both."""
        if not is_country:
            country = grid.parent(2)[rows]
            return _divide(numerator[country][:, columns], denominator[country][:, columns])
        both = np.isfinite(known.amount[rows] + numerator[rows] + denominator[rows])[:, columns]
        sums = [np.where(both, array[rows][:, columns], 0.0).sum(axis=0) for array in (numerator, denominator)]
        return np.broadcast_to(_divide(*sums), (len(rows), *sums[0].shape))

    def own(array: np.ndarray) -> np.ndarray:
        return array[rows][:, columns]

    section = take(known.filled, grid.section, axis=1)
    units = _any_year(known.units)
    if grid.is_division[columns[0]]:
        share = _log(own(section) * like(known.filled, section))
    else:
        share = np.full(own(known.amount).shape, np.nan)
    pieces = [
        share,
        _log(own(units) * like(known.filled, known.units)),
        _log(own(known.companion) * like(known.filled, known.companion)),
        _other_years(own(known.amount), lambda there: like(known.filled, known.filled[:, :, there, None])),
    ]
    truth = _log(own(known.amount))
    groups = _groups(len(rows), grid.section[columns], len(grid.years))
    return np.stack([_corrected(piece, truth, groups) for piece in pieces[:2]] + pieces[2:])


def _other_years(amount: np.ndarray, growth_since: Callable[[int], np.ndarray]) -> np.ndarray:
    """Mean of the figures of other years, each carried along by the growth of the country, nearer years first."""
    n_years = amount.shape[2]
    total, weight = np.zeros(amount.shape), np.zeros(amount.shape)
    for there in range(n_years):
        growth = np.nan_to_num(growth_since(there), nan=1.0).clip(*GROWTH_LIMITS)
        carried = _log(amount[:, :, there, None] * growth)
        distance = np.abs(np.arange(n_years) - there)
        near = np.where(distance == 0, 0.0, np.take(NEARNESS, np.clip(distance - 1, 0, len(NEARNESS) - 1)))
        total += np.where(np.isfinite(carried), carried * near, 0.0)
        weight += np.where(np.isfinite(carried), near, 0.0)
    return _divide(total, weight)


def _any_year(array: np.ndarray) -> np.ndarray:
    """Unknown figures replaced by those of the nearest year that has one, the later of two."""
    n_years = array.shape[2]
    result = array.copy()
    for here in range(n_years):
        for _, back in sorted((abs(year - here), -year) for year in range(n_years)):
            there = -back
            result[:, :, here] = np.where(np.isnan(result[:, :, here]), array[:, :, there], result[:, :, here])
    return result


def _groups(n_rows: int, section: np.ndarray, n_years: int) -> list[tuple[np.ndarray, float]]:
    """For every cell the number of its region and year, and of its region, section and year."""
    row, column, year = np.indices((n_rows, len(section), n_years))
    by_region = row * n_years + year
    by_section = by_region * (section.max() + 2) + section[column] + 1
    return [(by_region, REGION_SHRINKAGE), (by_section, SECTION_SHRINKAGE)]


def _corrected(piece: np.ndarray, truth: np.ndarray, groups: list[tuple[np.ndarray, float]]) -> np.ndarray:
    """A piece moved by the mean deviation of the published cells of its group, its own left out, shrunk to zero."""
    deviation = (truth - piece).clip(-DEVIATION_LIMIT, DEVIATION_LIMIT)
    weight = np.where(np.isfinite(deviation), np.exp(truth / 2), 0.0)  # square root of the amount
    typical = weight[weight > 0].mean() if (weight > 0).any() else 1.0
    for group, shrinkage in groups:
        part = np.where(weight > 0, deviation, 0.0) * np.nan_to_num(weight)
        sums, weights = (np.bincount(group.ravel(), each.ravel())[group] for each in (part, np.nan_to_num(weight)))
        shift = (sums - part) / (weights - weight + shrinkage * typical)
        piece, deviation = piece + shift, deviation - shift
    return piece


def _log(amount: np.ndarray) -> np.ndarray:
    return np.log1p(np.maximum(amount, 0.0))


def _divide(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """Ratio, NaN over zero."""
    positive = np.where(denominator > 0, denominator, np.nan)
    return numerator / positive
