"""Stress test for cluster policy: what a region's people say of its policy, against what its figures show.

Names are imported when they are first used: a check of an answer file needs no statistics.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "answer_files": ("read_answers", "write_answers"),
    "answers": ("AnswerSheet", "Answers", "blank", "collect"),
    "change": ("change_in_answers", "change_in_evidence", "change_in_quality", "evidence_table", "read_evidence"),
    "concerned": ("clusters_concerned",),
    "agreement": ("consensus",),
    "domains": ("check_domains", "outside_domains", "read_domains", "sector_classes"),
    "gaps": ("policy_gaps",),
    "inputs": ("Inputs", "Instrument", "load_inputs", "load_instrument"),
    "programmes": ("compare_programmes", "read_programmes"),
    "questionnaire": ("Questionnaire", "languages", "load_questionnaire"),
    "region": ("Economy", "StressTest", "region_stress_test", "sector_evidence"),
    "rules": ("Recommendation", "load_rules", "recommend"),
    "scoring": ("by_group", "score_policy_quality", "score_priorities"),
    "store": ("Store",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    found = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME_OF})
