"""Sections of the stress test page: sentences, figures and tables of answers beside evidence. Shows, never computes."""

from clusterkit.show.stress_test.agreement import say_agreement, table_agreement, table_given
from clusterkit.show.stress_test.answered import (
    point_to_example,
    say_first,
    say_illustrative,
    say_respondents,
    say_state,
    table_respondents,
)
from clusterkit.show.stress_test.change import plot_change, say_change, table_change
from clusterkit.show.stress_test.domains import say_domains, table_domains, table_footing
from clusterkit.show.stress_test.evidence import (
    plot_evidence,
    plot_gaps,
    say_evidence,
    say_gaps,
    say_questions,
    table_evidence,
    table_gaps,
    table_matrix,
    table_questions,
)
from clusterkit.show.stress_test.look import Look
from clusterkit.show.stress_test.priorities import plot_approach, plot_priorities, say_approach, say_priorities
from clusterkit.show.stress_test.programmes import say_programmes, table_comparison, table_programmes
from clusterkit.show.stress_test.quality import plot_quality, say_quality, table_quality
from clusterkit.show.stress_test.recommendations import say_recommendations, table_recommendations

__all__ = [
    "Look",
    "plot_approach",
    "plot_change",
    "plot_evidence",
    "plot_gaps",
    "plot_priorities",
    "plot_quality",
    "point_to_example",
    "say_agreement",
    "say_approach",
    "say_change",
    "say_domains",
    "say_evidence",
    "say_first",
    "say_gaps",
    "say_illustrative",
    "say_priorities",
    "say_programmes",
    "say_quality",
    "say_questions",
    "say_recommendations",
    "say_respondents",
    "say_state",
    "table_agreement",
    "table_change",
    "table_comparison",
    "table_domains",
    "table_evidence",
    "table_footing",
    "table_gaps",
    "table_given",
    "table_matrix",
    "table_programmes",
    "table_quality",
    "table_questions",
    "table_recommendations",
    "table_respondents",
]
