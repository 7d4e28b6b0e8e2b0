"""Fitting start values to totals: the closest table, in a weighted sense, that adds up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg

SOFTNESS = 2e-5  # by which a total may be missed, per unit of its multiplier; keeps contradicting totals solvable
SINGULAR = 1e-12  # share of the curvature added to it: totals that repeat each other leave it singular
STEPS = 200  # of Newton's method at most; most blocks need ten
HALVINGS = 50  # of one step
ENOUGH = 1e-4  # share of the improvement that a straight line promises; Armijo's rule
TOLERANCE = 1e-3  # persons or million euro; where the totals are met to this, the search ends
REACH = 100.0  # largest exponent of a change (no unit): e^100 times the start value is beyond any amount


@dataclass(frozen=True)
class Margin:
    """One kind of total: ``sum(sign[i] * x[i] for i in a group) == total[group]``.

    ``group`` is the number of the total that a cell belongs to, -1 for none. ``sign`` is 1 for
    a part and -1 for a cell that is itself the unknown total of the group. ``total`` is the
    published total, or 0 if unknown, less the published parts.
    """

    group: np.ndarray
    sign: np.ndarray
    total: np.ndarray


def rake(start: np.ndarray, looseness: np.ndarray, margins: Sequence[Margin], block: np.ndarray) -> np.ndarray:
    """Cells nearest to their start values that add up to all totals.

    Parameters
    ----------
    start, looseness
        Start value of each cell (> 0) and how readily it moves (> 0, no unit); shape (n_cells,).
    margins
        Totals to be met; where they contradict each other, the difference is spread over them.
    block
        Number of the block of each cell; no total may touch two blocks.

    Returns
    -------
    numpy.ndarray
        Minimises ``sum_i (x_i log(x_i / m_i) - x_i + m_i) / v_i`` under the totals, with m the
        start and v the looseness; equal ``v`` and only parts is iterative proportional fitting.

    References
    ----------
    Deville and Särndal (1992), section 2, the distance of case 2 (raking ratio) with unequal weights.
    """
    cells = np.empty(len(start))
    order = np.argsort(block, kind="stable")
    for inside in np.split(order, np.flatnonzero(np.diff(block[order])) + 1):
        matrix, total = _equations(margins, inside)
        cells[inside] = _fit(start[inside], looseness[inside], matrix, total)
    return cells


def _equations(margins: Sequence[Margin], cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The totals of some cells as linear equations, shape (n_totals, n_cells) and (n_totals,)."""
    matrices, totals = [], []
    for margin in margins:
        group = margin.group[cells]
        inside = np.flatnonzero(group >= 0)
        used, row = np.unique(group[inside], return_inverse=True)
        matrix = np.zeros((len(used), len(cells)))
        matrix[row, inside] = margin.sign[cells[inside]]
        matrices.append(matrix)
        totals.append(margin.total[used])
    return np.vstack(matrices), np.concatenate(totals)


def _fit(start: np.ndarray, looseness: np.ndarray, matrix: np.ndarray, total: np.ndarray) -> np.ndarray:
    """Newton's method with step control on the dual problem, one multiplier for each total.

    The dual, ``sum_i m_i exp(v_i (A'y)_i) / v_i - b'y + s y'y / 2`` for multipliers y, is convex;
    its softness s bounds it from below when totals b contradict each other.
    """
    weight = start / looseness

    def look(multipliers: np.ndarray) -> tuple[float, np.ndarray]:
        change = np.exp(np.minimum(looseness * (multipliers @ matrix), REACH))
        height = weight @ change - total @ multipliers + SOFTNESS / 2 * multipliers @ multipliers
        return float(height), start * change

    multipliers = np.zeros(len(total))
    height, cells = look(multipliers)
    for _ in range(STEPS):
        left = total - matrix @ cells - SOFTNESS * multipliers
        if np.abs(left).max(initial=0.0) < TOLERANCE:
            break
        curvature = (matrix * (looseness * cells)) @ matrix.T
        curvature[np.diag_indices_from(curvature)] += SOFTNESS + SINGULAR * np.trace(curvature)
        step = linalg.cho_solve(linalg.cho_factor(curvature), left)
        promise = float(left @ step)
        length = 1.0
        for _ in range(HALVINGS):
            new_height, new_cells = look(multipliers + length * step)
            if new_height <= height - ENOUGH * length * promise:
                break
            length /= 2
        else:
            break  # no step is shorter: as near as the arithmetic of the machine allows
        multipliers, height, cells = multipliers + length * step, new_height, new_cells
    return cells
