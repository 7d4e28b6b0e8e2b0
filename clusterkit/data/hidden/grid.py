"""The industry cells as dense arrays of regions x sectors x years, and who adds up to whom."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Grid:
    """Regions (levels 0 to 2), sectors (sections and divisions) and years that span the arrays.

    An array on the grid has shape (n_regions, n_sectors, n_years); NaN is unknown.
    """

    regions: pd.Index
    sectors: pd.Index
    years: pd.Index

    @classmethod
    def of(cls, cells: pd.DataFrame) -> Grid:
        """The smallest grid that holds all ``cells`` (columns ``nuts_id``, ``nace_code``, ``year``)."""
        return cls(*(pd.Index(sorted(cells[name].unique())) for name in ("nuts_id", "nace_code", "year")))

    def array(self, cells: pd.DataFrame, column: str) -> np.ndarray:
        """One column of ``cells`` on the grid."""
        values = np.full((len(self.regions), len(self.sectors), len(self.years)), np.nan)
        values[self._places(cells)] = cells[column].to_numpy(float)
        return values

    def column(self, array: np.ndarray, cells: pd.DataFrame) -> np.ndarray:
        """The values of an array at ``cells``, in their order."""
        return array[self._places(cells)]

    def gaps(self, cells: pd.DataFrame, column: str) -> tuple[np.ndarray, ...]:
        """Positions of the cells without a figure; a place of the grid that has no row is no gap."""
        array = np.zeros((len(self.regions), len(self.sectors), len(self.years)))
        array[self._places(cells)] = cells[column].to_numpy(float)
        return np.nonzero(np.isnan(array))

    def _places(self, cells: pd.DataFrame) -> tuple[np.ndarray, ...]:
        names = {"nuts_id": self.regions, "nace_code": self.sectors, "year": self.years}
        return tuple(index.get_indexer(cells[name]) for name, index in names.items())

    @cached_property
    def level(self) -> np.ndarray:
        """NUTS level of each region, 0 to 2."""
        return self.regions.str.len().to_numpy() - 2

    @cached_property
    def is_division(self) -> np.ndarray:
        """Whether each sector is a division (``C29``); the others are sections (``C``)."""
        return self.sectors.str.len().to_numpy() == 3

    def parent(self, size: int) -> np.ndarray:
        """Position of the region that each code begins with (2 letters: country, 3: NUTS 1), -1 if absent."""
        return self.regions.get_indexer(self.regions.str[:size])

    @cached_property
    def section(self) -> np.ndarray:
        """Position of the section of each sector, -1 where it is not published (S)."""
        return self.sectors.get_indexer(self.sectors.str[0])


def take(array: np.ndarray, position: np.ndarray, *, axis: int) -> np.ndarray:
    """Like ``numpy.take``, with NaN where the position is -1."""
    taken = np.take(array, np.maximum(position, 0), axis=axis)
    shape = [1] * array.ndim
    shape[axis] = -1
    return np.where((position < 0).reshape(shape), np.nan, taken)
