"""Regions side by side, and what they have in common: the comparison and the synthesis."""

from clusterkit.show.together.compare import (
    heat_conditions,
    heat_emerging,
    heat_sectors,
    point_to_explorer,
    say_compared,
    say_missing,
    table_glance,
)
from clusterkit.show.together.synthesis import (
    heat_pairs,
    plot_conditions,
    say_conditions,
    say_differences,
    say_pairs,
    say_policy,
    say_strengths,
    say_synthesis,
    table_conditions,
    table_emerging,
    table_pairs,
    table_shared,
)

__all__ = [
    "heat_conditions",
    "heat_emerging",
    "heat_pairs",
    "heat_sectors",
    "plot_conditions",
    "point_to_explorer",
    "say_compared",
    "say_conditions",
    "say_differences",
    "say_missing",
    "say_pairs",
    "say_policy",
    "say_strengths",
    "say_synthesis",
    "table_conditions",
    "table_emerging",
    "table_glance",
    "table_pairs",
    "table_shared",
]
