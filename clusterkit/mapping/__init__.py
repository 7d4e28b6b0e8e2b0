"""Statistics of regional specialisation: tables in, tables out, no files."""

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
from clusterkit.mapping.specialisation import location_quotient, location_quotient_range, presence

__all__ = [
    "benchmark",
    "cross_sector_links",
    "density",
    "economic_complexity",
    "ellison_glaeser",
    "entries_and_exits",
    "entropy",
    "gini",
    "herfindahl",
    "hoover_index",
    "krugman_index",
    "location_quotient",
    "location_quotient_range",
    "locational_gini",
    "matched_growth",
    "portfolio",
    "presence",
    "proximity",
    "rank_sectors",
    "region_total",
    "regional_context",
    "related_variety",
    "relatedness",
    "relatedness_density",
    "sectors_across_regions",
    "summary",
    "theil",
    "undecided",
    "unrelated_variety",
]
