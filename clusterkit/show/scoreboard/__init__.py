"""Sections of the scoreboard page: sentences, figures and tables of one region's scoreboard. Shows, never computes."""

from clusterkit.show.scoreboard.action import say_actions, table_actions
from clusterkit.show.scoreboard.change import plot_change, say_change
from clusterkit.show.scoreboard.coverage import say_coherence, say_coverage, table_coherence, table_coverage
from clusterkit.show.scoreboard.dependence import plot_dependence, say_dependence
from clusterkit.show.scoreboard.dimensions import (
    plot_dimensions,
    say_dimensions,
    say_other_framework,
    table_dimensions,
)
from clusterkit.show.scoreboard.inside import plot_parts, say_parts, table_indicators
from clusterkit.show.scoreboard.own import say_own, table_own
from clusterkit.show.scoreboard.peers import plot_peers, say_peers, table_peers
from clusterkit.show.scoreboard.phrases import names_of
from clusterkit.show.scoreboard.profile import plot_weakest_link, say_profile, say_summary, say_weakest_link

__all__ = [
    "names_of",
    "plot_change",
    "plot_dependence",
    "plot_dimensions",
    "plot_parts",
    "plot_peers",
    "plot_weakest_link",
    "say_actions",
    "say_change",
    "say_coherence",
    "say_coverage",
    "say_dependence",
    "say_dimensions",
    "say_other_framework",
    "say_own",
    "say_parts",
    "say_peers",
    "say_profile",
    "say_summary",
    "say_weakest_link",
    "table_actions",
    "table_coherence",
    "table_coverage",
    "table_dimensions",
    "table_indicators",
    "table_own",
    "table_peers",
]
