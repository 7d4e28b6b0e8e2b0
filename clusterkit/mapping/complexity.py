"""What regions and sectors say about each other: complexity after Hidalgo and Hausmann."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.linalg import eigh
from scipy.sparse.csgraph import connected_components

from clusterkit.mapping.checks import check_presence

SAME = 1e-9  # eigenvalues and correlations (no unit) closer than this cannot be told apart in double precision


class Complexity(NamedTuple):
    """Complexity of regions (index ``nuts_id``) and of sectors (index ``nace_code``), z-scores."""

    regions: pd.Series
    sectors: pd.Series


def economic_complexity(presence: pd.DataFrame) -> Complexity:
    """How much a region's specialisations are those that few, diverse regions have; and the same of each sector.

    A region's complexity is the mean of its sectors', a sector's that of its regions', each up to
    one factor: ``k_r ~ sum_s M_rs k_s / d_r`` and ``k_s ~ sum_r M_rs k_r / u_s``, with M the
    presence, d diversity, u ubiquity. The solution is the eigenvector of the second largest
    eigenvalue (the first is constant); here, the second singular vectors of
    ``M_rs / sqrt(d_r u_s)``, which are the same and numerically symmetric.

    Parameters
    ----------
    presence
        0, 1 or NaN (unknown), shape (n_regions, n_sectors), index ``nuts_id``, columns ``nace_code``.
        The means are over pairs known to be present; an unknown pair enters none, nor does an absent one.

    Returns
    -------
    Complexity
        ``regions`` and ``sectors``: z-scores (no unit; mean 0, standard deviation 1 with divisor
        n, each over its own defined values). The sign is such that complexity of regions
        correlates positively with diversity. NaN: a region or sector without presences; one that
        no chain of shared sectors links with the largest connected group of regions and sectors; all,
        where the answer is not determined (no second eigenvector, two that tie, two largest
        groups of one size, or a correlation with diversity of zero). The sign is a convention and
        says nothing about sophistication: docs/methods.md#economic-complexity.

    Raises
    ------
    ContractError
        A cell other than 0, 1 or NaN.

    References
    ----------
    HidalgoHausmann2009 in docs/references.bib; as eigenvector Hausmann2014, technical box 2.1.

    Examples
    --------
    >>> presence = pd.DataFrame({"C10": [1, 1, 1], "C29": [1, 1, 0], "J62": [1, 0, 0]}, index=["AT31", "BE10", "BG31"])
    >>> regions, sectors = economic_complexity(presence)
    >>> regions.sort_values().index.tolist(), sectors.idxmax()
    (['BG31', 'BE10', 'AT31'], 'J62')
    """
    present = np.nan_to_num(check_presence(presence), nan=0.0)
    regions = pd.Series(np.nan, index=presence.index, name="complexity")
    sectors = pd.Series(np.nan, index=presence.columns, name="complexity")
    rows, columns = _largest_group(present)
    found = _second_axis(present[np.ix_(rows, columns)])
    if found is not None:
        regions.iloc[rows], sectors.iloc[columns] = map(_standardised, found)
    return Complexity(regions, sectors)


def _largest_group(present: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the largest group that presences connect; none where two are largest.

    Between groups no sector is shared, so their scores have no common scale; a lone region with a
    lone sector would otherwise take the second eigenvector for itself and make all others alike.
    """
    n_regions = len(present)
    links = sparse.csr_array(present)
    n_groups, group = connected_components(sparse.block_array([[None, links], [links.T, None]]), directed=False)
    size = np.bincount(group[:n_regions], minlength=n_groups) * np.bincount(group[n_regions:], minlength=n_groups)
    largest = np.flatnonzero(size == size.max(initial=0))
    chosen = largest[0] if len(largest) == 1 else -1
    return np.flatnonzero(group[:n_regions] == chosen), np.flatnonzero(group[n_regions:] == chosen)


def _second_axis(present: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Complexity of rows and columns before standardisation; None where it is not determined."""
    if min(present.shape) < 2:
        return None
    diversity, ubiquity = present.sum(axis=1), present.sum(axis=0)
    scaled = present / np.sqrt(np.outer(diversity, ubiquity))
    if len(diversity) <= len(ubiquity):  # the smaller side: the same answer from a smaller matrix
        row_vector = _second_vector(scaled @ scaled.T)
        column_vector = None if row_vector is None else scaled.T @ row_vector
    else:
        column_vector = _second_vector(scaled.T @ scaled)
        row_vector = None if column_vector is None else scaled @ column_vector
    if row_vector is None or column_vector is None:
        return None
    rows, columns = row_vector / np.sqrt(diversity), column_vector / np.sqrt(ubiquity)
    covariance = np.mean((diversity - diversity.mean()) * rows)
    if abs(covariance) <= SAME * diversity.std() * rows.std():
        return None
    return np.sign(covariance) * rows, np.sign(covariance) * columns


def _second_vector(gram: np.ndarray) -> np.ndarray | None:
    """Eigenvector of the second largest eigenvalue, where that is above zero and above the third."""
    n = len(gram)
    values, vectors = eigh(gram, subset_by_index=[max(n - 3, 0), n - 1])
    third = values[-3] if n > 2 else 0.0
    return vectors[:, -2] if values[-2] - max(third, 0.0) > SAME else None


def _standardised(values: np.ndarray) -> np.ndarray:
    return (values - values.mean()) / values.std()
