"""From evidence to a start value and its uncertainty, learnt from the published cells."""

from __future__ import annotations

import numpy as np

HUBER = 1.5  # standard deviations beyond which a cell counts less; Huber (1981), section 7
REFITS = 4  # rounds of reweighting
SD_SCALE = 1.6  # mean absolute deviation on the log scale to standard deviation, exp(0.635) less 15 % for heavy tails
SD_LIMITS = (0.02, 2.5)  # log units
NO_EVIDENCE = (0.0, 2.5)  # log of amount + 1 and its standard deviation where nothing is known


def start_values(evidence: np.ndarray, truth: np.ndarray, is_wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Expected value and standard deviation of ``log(amount + 1)`` for the wanted cells.

    Parameters
    ----------
    evidence
        Shape (n_pieces, n_cells), log of amount plus one, NaN where a piece is not known.
    truth
        Amounts (n_cells,), NaN where unknown: those are learnt from that are above zero.
    is_wanted
        Which cells are wanted (n_cells,).

    Returns
    -------
    tuple
        Two arrays (n_cells,), NaN for cells that are not wanted.

    Notes
    -----
    One robust linear regression for each combination of pieces that a wanted cell has, on all
    published cells that have those pieces too, weighted by size; its residuals, as a function of
    size, give the standard deviation.
    """
    mean, sd = np.full(len(truth), np.nan), np.full(len(truth), np.nan)
    mean[is_wanted], sd[is_wanted] = NO_EVIDENCE
    has = np.isfinite(evidence)
    is_taught = np.nan_to_num(truth, nan=0.0) > 0
    for pattern in np.unique(has[:, is_wanted], axis=1).T:
        taught = is_taught & has[pattern].all(axis=0)
        if not pattern.any() or taught.sum() < 10 * (pattern.sum() + 2):
            continue
        wanted = is_wanted & (has == pattern[:, None]).all(axis=0)
        pieces = _terms(evidence[pattern])
        coefficients = _robust_fit(pieces[taught], np.log1p(truth[taught]), 1.0 + truth[taught])
        fitted = pieces[taught] @ coefficients
        residual = np.abs(np.log1p(truth[taught]) - fitted)
        spread = np.linalg.lstsq(_size_terms(fitted), np.log(residual + SD_LIMITS[0]), rcond=None)[0]
        mean[wanted] = pieces[wanted] @ coefficients
        sd[wanted] = np.clip(np.exp(_size_terms(mean[wanted]) @ spread) * SD_SCALE, *SD_LIMITS)
    return mean, sd


def _terms(pieces: np.ndarray) -> np.ndarray:
    """Constant, pieces, and the square of the last and best one; shape (n_cells, n_pieces + 2)."""
    return np.vstack([np.ones(pieces.shape[1]), pieces, pieces[-1] ** 2 / 10]).T


def _size_terms(mean: np.ndarray) -> np.ndarray:
    return np.vstack([np.ones(len(mean)), mean, mean**2]).T


def _robust_fit(pieces: np.ndarray, target: np.ndarray, weight: np.ndarray) -> np.ndarray:
    current = weight
    for _ in range(REFITS):
        root = np.sqrt(current)
        coefficients = np.linalg.lstsq(pieces * root[:, None], target * root, rcond=None)[0]
        residual = np.abs(target - pieces @ coefficients)
        scale = max(1.4826 * float(np.median(residual)), 1e-9)
        current = weight * np.minimum(1.0, HUBER * scale / np.maximum(residual, 1e-9))
    return coefficients
