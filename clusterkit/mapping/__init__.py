"""Statistics of regional specialisation: tables in, tables out, no files."""

from clusterkit.mapping.definitions import (
    Derived,
    as_taxonomy,
    beside_benchmark,
    colocation,
    combine_links,
    derive_definitions,
    derive_divisions,
    group_relatedness,
    group_sectors,
    validation_scores,
)
from clusterkit.mapping.dynamics import QUADRANTS, growth_portfolio, shift_share
from clusterkit.mapping.overview import regional_context, sectors_across_regions
from clusterkit.mapping.portfolio import (
    benchmark,
    matched_growth,
    portfolio,
    rank_sectors,
    region_total,
    summary,
    undecided,
)
from clusterkit.mapping.spatial import (
    Contiguity,
    Moran,
    contiguity,
    cross_border_clusters,
    local_morans_i,
    morans_i,
)
from clusterkit.mapping.specialisation import location_quotient, location_quotient_range, presence
from clusterkit.mapping.stars import cluster_strength, star_robustness

__all__ = [
    "benchmark",
    "location_quotient",
    "location_quotient_range",
    "matched_growth",
    "portfolio",
    "presence",
    "rank_sectors",
    "region_total",
    "regional_context",
    "sectors_across_regions",
    "summary",
    "undecided",
]

__all__ += [
    "QUADRANTS",
    "Contiguity",
    "Derived",
    "Moran",
    "as_taxonomy",
    "beside_benchmark",
    "cluster_strength",
    "colocation",
    "combine_links",
    "contiguity",
    "cross_border_clusters",
    "derive_definitions",
    "derive_divisions",
    "group_relatedness",
    "group_sectors",
    "growth_portfolio",
    "local_morans_i",
    "morans_i",
    "shift_share",
    "star_robustness",
    "validation_scores",
]
