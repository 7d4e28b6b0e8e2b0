"""The brief: what a region's longer pages say, on one printed page."""

from clusterkit.show.brief.figures import plot_change, plot_clusters, plot_conditions
from clusterkit.show.brief.findings import facts, save_facts, say_findings, say_first, say_policy, say_sureness
from clusterkit.show.brief.tables import table_partners, table_reach, table_size

__all__ = [
    "facts",
    "plot_change",
    "plot_clusters",
    "plot_conditions",
    "save_facts",
    "say_findings",
    "say_first",
    "say_policy",
    "say_sureness",
    "table_partners",
    "table_reach",
    "table_size",
]
