"""Statistics of regional specialisation: tables in, tables out, no files."""

from clusterkit.mapping.categories import category_strength
from clusterkit.mapping.complexity import economic_complexity
from clusterkit.mapping.concentration import (
    ellison_glaeser,
    entropy,
    gini,
    herfindahl,
    hoover_index,
    krugman_index,
    locational_gini,
    theil,
)
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
from clusterkit.mapping.manufacturing import ThenAndNow, manufacturing_then_and_now
from clusterkit.mapping.matrices import benchmark_totals, employment_matrix
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
from clusterkit.mapping.region_dynamics import growth_quadrants, index_lines, region_shift
from clusterkit.mapping.region_stars import RegionStars, region_stars
from clusterkit.mapping.relatedness import (
    cross_sector_links,
    density,
    entries_and_exits,
    proximity,
    related_variety,
    relatedness,
    relatedness_density,
    unrelated_variety,
)
from clusterkit.mapping.snapshots import Cells, Snapshot, matched_benchmarks, snapshots
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
    "QUADRANTS",
    "Cells",
    "Contiguity",
    "Derived",
    "Moran",
    "RegionStars",
    "Snapshot",
    "ThenAndNow",
    "as_taxonomy",
    "benchmark",
    "benchmark_totals",
    "beside_benchmark",
    "category_strength",
    "cluster_strength",
    "colocation",
    "combine_links",
    "contiguity",
    "cross_border_clusters",
    "cross_sector_links",
    "density",
    "derive_definitions",
    "derive_divisions",
    "economic_complexity",
    "ellison_glaeser",
    "employment_matrix",
    "entries_and_exits",
    "entropy",
    "gini",
    "group_relatedness",
    "group_sectors",
    "growth_portfolio",
    "growth_quadrants",
    "herfindahl",
    "hoover_index",
    "index_lines",
    "krugman_index",
    "local_morans_i",
    "location_quotient",
    "location_quotient_range",
    "locational_gini",
    "manufacturing_then_and_now",
    "matched_benchmarks",
    "matched_growth",
    "morans_i",
    "portfolio",
    "presence",
    "proximity",
    "rank_sectors",
    "region_shift",
    "region_stars",
    "region_total",
    "regional_context",
    "related_variety",
    "relatedness",
    "relatedness_density",
    "sectors_across_regions",
    "shift_share",
    "snapshots",
    "star_robustness",
    "summary",
    "theil",
    "undecided",
    "unrelated_variety",
    "validation_scores",
]
