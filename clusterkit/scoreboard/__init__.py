"""Scoreboard of regional ecosystems: from indicators to scores whose rank has its interval. Tables in, tables out."""

from clusterkit.data.frameworks import Framework, check_framework, list_frameworks, load_framework
from clusterkit.scoreboard.aggregation import aggregate
from clusterkit.scoreboard.audit import Audit, audit, cronbach_alpha, principal_axes, removals
from clusterkit.scoreboard.board import Aids, Scoreboard, compare, rank
from clusterkit.scoreboard.bottleneck import bottleneck_penalty, weakest_link
from clusterkit.scoreboard.everywhere import dimensions_everywhere
from clusterkit.scoreboard.imputation import impute, imputed_cells
from clusterkit.scoreboard.normalisation import normalise
from clusterkit.scoreboard.observations import Observations, base_amounts, observe
from clusterkit.scoreboard.panel import panel, stack
from clusterkit.scoreboard.peers import peer_stability, peers, shared_traits
from clusterkit.scoreboard.profile import areas_for_action, bottlenecks, change, drivers, profile, strengths
from clusterkit.scoreboard.region import (
    Evidence,
    RegionChange,
    RegionScoreboard,
    gather,
    inhabitants,
    own_figures,
    reference_scores,
    region_change,
    region_scoreboard,
    why_these_peers,
)
from clusterkit.scoreboard.screening import coverage, denominate, screen
from clusterkit.scoreboard.sensitivity import sensitivity, sobol_indices
from clusterkit.scoreboard.structure import structure_table
from clusterkit.scoreboard.treatment import kurtosis, skewness, treat, treatment_table, winsorise
from clusterkit.scoreboard.uncertainty import Choices, Uncertainty, uncertainty
from clusterkit.scoreboard.weights import BenefitOfTheDoubt, benefit_of_the_doubt, principal_weights, weigh

__all__ = [
    "Aids",
    "Audit",
    "BenefitOfTheDoubt",
    "Choices",
    "Evidence",
    "Framework",
    "Observations",
    "RegionChange",
    "RegionScoreboard",
    "Scoreboard",
    "Uncertainty",
    "aggregate",
    "areas_for_action",
    "audit",
    "base_amounts",
    "benefit_of_the_doubt",
    "bottleneck_penalty",
    "bottlenecks",
    "change",
    "check_framework",
    "compare",
    "coverage",
    "cronbach_alpha",
    "denominate",
    "dimensions_everywhere",
    "drivers",
    "gather",
    "impute",
    "imputed_cells",
    "inhabitants",
    "kurtosis",
    "list_frameworks",
    "load_framework",
    "normalise",
    "observe",
    "own_figures",
    "panel",
    "peer_stability",
    "peers",
    "principal_axes",
    "principal_weights",
    "profile",
    "rank",
    "reference_scores",
    "region_change",
    "region_scoreboard",
    "removals",
    "screen",
    "sensitivity",
    "shared_traits",
    "skewness",
    "sobol_indices",
    "stack",
    "strengths",
    "structure_table",
    "treat",
    "treatment_table",
    "uncertainty",
    "weakest_link",
    "weigh",
    "why_these_peers",
    "winsorise",
]
