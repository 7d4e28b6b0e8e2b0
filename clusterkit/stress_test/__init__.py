"""Stress test for cluster policy: what a region's people say of its policy, against what its figures show."""

from clusterkit.stress_test.answer_files import read_answers, write_answers
from clusterkit.stress_test.answers import Answers, AnswerSheet, blank, collect
from clusterkit.stress_test.change import (
    change_in_answers,
    change_in_evidence,
    change_in_quality,
    evidence_table,
    read_evidence,
)
from clusterkit.stress_test.concerned import clusters_concerned
from clusterkit.stress_test.consensus import consensus
from clusterkit.stress_test.domains import check_domains, outside_domains, read_domains, sector_classes
from clusterkit.stress_test.gaps import policy_gaps
from clusterkit.stress_test.inputs import Inputs, Instrument, load_inputs, load_instrument
from clusterkit.stress_test.programmes import compare_programmes, read_programmes
from clusterkit.stress_test.questionnaire import Questionnaire, languages, load_questionnaire
from clusterkit.stress_test.region import Economy, StressTest, region_economy, region_stress_test
from clusterkit.stress_test.rules import Recommendation, load_rules, recommend
from clusterkit.stress_test.scoring import by_group, score_policy_quality, score_priorities
from clusterkit.stress_test.store import Store

__all__ = [
    "AnswerSheet",
    "Answers",
    "Economy",
    "Inputs",
    "Instrument",
    "Questionnaire",
    "Recommendation",
    "Store",
    "StressTest",
    "blank",
    "by_group",
    "change_in_answers",
    "change_in_evidence",
    "change_in_quality",
    "check_domains",
    "clusters_concerned",
    "collect",
    "compare_programmes",
    "consensus",
    "evidence_table",
    "languages",
    "load_inputs",
    "load_instrument",
    "load_questionnaire",
    "load_rules",
    "outside_domains",
    "policy_gaps",
    "read_answers",
    "read_domains",
    "read_evidence",
    "read_programmes",
    "recommend",
    "region_economy",
    "region_stress_test",
    "score_policy_quality",
    "score_priorities",
    "sector_classes",
    "write_answers",
]
