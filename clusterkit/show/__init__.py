"""Results as sentences, figures and tables. Shows, never computes a statistic."""

from clusterkit.show.output import Downloads, Figure, Table, Text

__all__ = ["Downloads", "Figure", "Table", "Text"]
