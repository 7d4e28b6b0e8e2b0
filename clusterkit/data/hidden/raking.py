"""Fitting start values to totals: the closest table, in a weighted sense, that adds up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

ROUNDS = 2000  # passes over all margins at most; most blocks need twenty
CHECK_EVERY = 10  # rounds; a block that adds up by then is left as it is
STALL_EVERY, PROGRESS = (
    100,
    0.9,
)  # a block that misses by nine tenths of what it missed 100 rounds ago holds contradictions
STEPS = 25  # of Newton's method for one multiplier; it mostly needs three
REACH = 60.0  # largest exponent and multiplier (no unit): e^60 is far beyond any count of persons
TOLERANCE = 0.01  # persons or million euro by which a total may be missed


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


def rake(
    start: np.ndarray, looseness: np.ndarray, margins: Sequence[Margin], block: np.ndarray, *, rounds: int = ROUNDS
) -> np.ndarray:
    """Cells nearest to their start values that add up to all totals.

    Parameters
    ----------
    start, looseness
        Start value of each cell (> 0) and how readily it moves (> 0, no unit); shape (n_cells,).
    margins
        Totals to be met; where they contradict each other, the last margin is met exactly.
    block
        Number of the block of each cell; no total may touch two blocks.
    rounds
        Passes over all margins at most; few give a rough fit.

    Returns
    -------
    numpy.ndarray
        Minimises ``sum_i (x_i log(x_i / m_i) - x_i + m_i) / v_i`` under the totals, with m the
        start and v the looseness; equal ``v`` and only parts is iterative proportional fitting.

    References
    ----------
    Deville and Särndal (1992), section 2, the distance of case 2 (raking ratio) with unequal weights.
    """
    exponent = np.log(start)
    is_zero = _empty(margins, len(start))
    open_cells = np.flatnonzero(~is_zero)
    missed = np.full(block.max(initial=0) + 1, np.inf)
    for done in range(rounds):
        if done % CHECK_EVERY == 0:
            now = _missed(np.exp(exponent[open_cells]), margins, open_cells, block)
            is_open = now > TOLERANCE
            if done % STALL_EVERY == 0:
                is_open &= now < PROGRESS * missed
                missed = now
            open_cells = open_cells[is_open[block[open_cells]]]
            if not len(open_cells):
                break
            part = [_restricted(margin, open_cells) for margin in margins]
        for margin in part:
            moved = exponent[open_cells] + _shift(exponent[open_cells], looseness[open_cells], margin)
            exponent[open_cells] = np.clip(moved, -REACH, REACH)
    return np.where(is_zero, 0.0, np.exp(exponent))


def _missed(cells: np.ndarray, margins: Sequence[Margin], open_cells: np.ndarray, block: np.ndarray) -> np.ndarray:
    """The largest difference from a total in each block."""
    missed = np.zeros(block.max(initial=0) + 1)
    for margin in margins:
        part = _restricted(margin, open_cells)
        inside = part.group >= 0
        signed = (part.sign * cells)[inside]
        excess = np.abs(np.bincount(part.group[inside], signed, len(part.total)) - part.total)
        np.maximum.at(missed, block[open_cells][inside], excess[part.group[inside]])
    return missed


def _restricted(margin: Margin, cells: np.ndarray) -> Margin:
    return Margin(margin.group[cells], margin.sign[cells], margin.total)


def _empty(margins: Sequence[Margin], n_cells: int) -> np.ndarray:
    """Cells that must be zero: nothing is left of a total of theirs, published or itself found to be zero."""
    is_zero = np.zeros(n_cells, bool)
    for margin in margins * 2:
        inside = margin.group >= 0
        has_unknown_total = np.zeros(len(margin.total), bool)
        has_unknown_total[margin.group[inside & (margin.sign < 0) & ~is_zero]] = True
        is_used_up = (margin.total <= 0) & ~has_unknown_total
        is_zero |= inside & is_used_up[margin.group]
    return is_zero


def _shift(exponent: np.ndarray, looseness: np.ndarray, margin: Margin) -> np.ndarray:
    """By how much each exponent moves so that one margin adds up.

    Newton's method for the multiplier of each total, on the difference of the logarithms of
    both sides (parts on one, unknown totals on the other), which is nearly a straight line.
    """
    inside = np.flatnonzero(margin.group >= 0)
    group, sign, n_totals = margin.group[inside], margin.sign[inside], len(margin.total)
    at, pull = exponent[inside], looseness[inside] * sign
    is_part = sign > 0
    fixed = np.maximum(-margin.total, 0.0), np.maximum(margin.total, 0.0)
    multiplier = np.zeros(n_totals)
    for _ in range(STEPS):
        cells = np.exp(np.clip(at + pull * multiplier[group], -REACH, REACH))
        sides = [np.bincount(group[side], cells[side], n_totals) for side in (is_part, ~is_part)]
        slopes = [np.bincount(group[side], (np.abs(pull) * cells)[side], n_totals) for side in (is_part, ~is_part)]
        left, right = sides[0] + fixed[0], sides[1] + fixed[1]
        can_move = (left > 0) & (right > 0) & (slopes[0] + slopes[1] > 0)
        left, right = np.where(can_move, left, 1.0), np.where(can_move, right, 1.0)
        slope = np.where(can_move, slopes[0] / left + slopes[1] / right, 1.0)
        step = np.clip(np.log(left / right) / slope, -REACH, REACH)
        multiplier = multiplier - step
        if np.abs(step * slope).max(initial=0.0) < 1e-10:
            break
    result = np.zeros(len(exponent))
    result[inside] = pull * multiplier[group]
    return result
