"""Statistics of regional specialisation: tables in, tables out, no files."""

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
from clusterkit.mapping.specialisation import location_quotient, location_quotient_range, presence

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
