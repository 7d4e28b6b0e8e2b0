"""Categories of industries: their names, the NACE divisions they are made of, and how well those carry them.

- ``nace`` – the divisions of NACE Rev. 2;
- ``taxonomy`` – categories, read from a file; ``file_check`` – everything that can be wrong with it;
- ``aggregation`` – persons employed in categories;
- ``covered`` – how much of a category a table can show.
"""

from clusterkit.data.industries.aggregation import aggregate, aggregate_range
from clusterkit.data.industries.covered import coverage
from clusterkit.data.industries.file_check import RATINGS, Rating
from clusterkit.data.industries.nace import ECONOMY, NACE_DIVISIONS
from clusterkit.data.industries.taxonomy import Category, Taxonomy, list_taxonomies, load_taxonomy

__all__ = [
    "ECONOMY",
    "NACE_DIVISIONS",
    "RATINGS",
    "Category",
    "Rating",
    "Taxonomy",
    "aggregate",
    "aggregate_range",
    "coverage",
    "list_taxonomies",
    "load_taxonomy",
]
