"""Results as sentences, figures and tables. Shows, never computes a statistic."""

from clusterkit.show.output import Downloads, Figure, Listing, Several, Table, Text

__all__ = ["Downloads", "Figure", "Listing", "Several", "Table", "Text"]
