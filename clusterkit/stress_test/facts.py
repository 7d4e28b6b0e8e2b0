"""What rules can ask about: every fact with its meaning, and the facts of a region's stress test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from clusterkit.stress_test.answers import Answers, AnswerSheet
from clusterkit.stress_test.domains import FOOTINGS
from clusterkit.stress_test.gaps import GAPS, IN_THE_MIDDLE, NO_EVIDENCE, NOT_ANSWERED
from clusterkit.stress_test.programmes import is_across
from clusterkit.stress_test.questionnaire import Questionnaire
from clusterkit.stress_test.scoring import APPROACHES, STAGES, by_group

Scope = Literal["region", "sub-dimension", "domain"]
Kind = Literal["step", "count", "number", "percent", "share", "text", "bool", "sectors", "rank"]


@dataclass(frozen=True)
class Fact:
    """What a rule can ask about.

    Parameters
    ----------
    label
        What a reader sees beside the value.
    kind
        ``step`` (0 to 4), ``count``, ``number`` (no unit), ``percent``, ``share`` (0 to 1), ``text``, ``bool``,
        ``sectors`` (NACE codes), ``rank``.
    values
        The closed list of a text.
    """

    label: str
    kind: Kind
    values: tuple[str, ...] = ()


FACTS: dict[str, dict[str, Fact]] = {
    "region": {
        "n_respondents": Fact("respondents", "count"),
        "n_groups": Fact("groups of stakeholders that answered", "count"),
        "n_answered_parts": Fact("sub-dimensions with an answer on both kinds of measures", "count"),
        "n_blind_spots": Fact("blind spots", "count"),
        "n_vertical_only": Fact("sub-dimensions served by vertical measures only", "count"),
        "n_systemic": Fact("sub-dimensions with a systemic approach", "count"),
        "mean_vertical": Fact("vertical measures, mean step", "step"),
        "mean_horizontal": Fact("horizontal integration, mean step", "step"),
        **{f"{stage}_pct": Fact(f"{stage}, of 100", "percent") for stage in STAGES},
        "n_programmes_listed": Fact("programmes in the table", "count"),
        "n_programmes_across": Fact("of these across sectors", "count"),
        "n_strong_sectors": Fact("strong sectors", "count"),
        "n_emerging_sectors": Fact("sectors that gain ground", "count"),
        "n_within_reach": Fact("sectors within reach", "count"),
        "n_domains": Fact("priority domains declared", "count"),
        "n_strong_outside": Fact("strong sectors in no priority domain", "count"),
        "strong_outside": Fact("these are", "sectors"),
    },
    "sub-dimension": {
        "gap": Fact("disparity", "text", (*GAPS, *IN_THE_MIDDLE, NO_EVIDENCE, NOT_ANSWERED)),
        "verdict": Fact("scoreboard", "text", ("strength", "middle", "bottleneck", "unknown")),
        "is_sure": Fact("sure under other choices of method", "bool"),
        "rank": Fact("rank", "rank"),
        "n_known": Fact("indicators known", "count"),
        "priority": Fact("priority, median step", "step"),
        "is_firm": Fact("holds whoever is left out", "bool"),
        "vertical": Fact("vertical measures, median step", "step"),
        "horizontal": Fact("horizontal integration, median step", "step"),
        "approach": Fact("approach", "text", (*APPROACHES, "unknown")),
        "consensus": Fact("consensus on the priority, 0 to 1", "share"),
        "apart": Fact("steps between the groups", "step"),
        "n": Fact("respondents with a step", "count"),
        "n_programmes": Fact("programmes named", "count"),
        "clusters": Fact("clusters concerned", "sectors"),
    },
    "domain": {
        "footing": Fact("rests on", "text", FOOTINGS),
        "strong": Fact("strong sectors", "sectors"),
        "emerging": Fact("sectors that gain ground", "sectors"),
        "related": Fact("sectors within reach", "sectors"),
        "n_sectors": Fact("sectors", "count"),
        "n_observed": Fact("of these in the statistics", "count"),
        "share_pct": Fact("share of the region’s jobs", "percent"),
    },
}


def item_facts(questionnaire: Questionnaire) -> dict[str, dict[str, Fact]]:
    """All facts, with the answers to the second set among those of the region."""
    own = {item.code: Fact(item.name, "step") for section in questionnaire.practice.sections for item in section.items}
    return {**FACTS, "region": {**FACTS["region"], **own}}


@dataclass(frozen=True)
class Subject:
    """What a rule speaks of, and what is known of it."""

    code: str
    name: str
    facts: Mapping[str, Any]


def gather_facts(
    answers: Answers,
    gaps: pd.DataFrame,
    priorities: pd.DataFrame,
    quality: pd.DataFrame,
    classes: pd.DataFrame,
    *,
    region: str,
    name: str,
    domains: pd.DataFrame | None = None,
    checked_domains: pd.DataFrame | None = None,
    programmes: pd.DataFrame | None = None,
    n_within_reach: int = 0,
) -> dict[str, list[Subject]]:
    """Everything that rules can ask about a region; what is not known is absent or NaN.

    Parameters
    ----------
    answers, gaps, priorities, quality
        Of the region.
    classes
        As ``sector_classes`` gives them.
    region, name
        Identifier and name.
    domains, checked_domains
        As ``read_domains`` and ``check_domains`` give them; None where the region declares none.
    programmes
        As ``read_programmes`` gives them; None where there is no table.
    n_within_reach
        Sectors close to the strong ones.

    Returns
    -------
    dict
        Scope to subjects, in the order in which recommendations are to stand.
    """
    overall: dict[str, Any] = {
        "n_strong_sectors": int((classes["footing"] == "strong").sum()),
        "n_emerging_sectors": int((classes["footing"] == "emerging").sum()),
        "n_within_reach": n_within_reach,
    }
    steps = answers.table[answers.table["value"].notna()]
    answered = [sheet for sheet in answers.sheets if sheet.respondent in set(steps["respondent"])]  # others say nothing
    if answered:
        overall |= _from_answers(answered, gaps, priorities, quality)
    if programmes is not None:
        overall |= {
            "n_programmes_listed": len(programmes),
            "n_programmes_across": sum(is_across(one) for _, one in programmes.iterrows()),
        }
    if domains is not None:
        covered = {code for codes in domains["sectors"] for code in codes}
        strong = classes[classes["footing"] == "strong"].sort_values("persons_employed", ascending=False).index
        outside = tuple(str(code) for code in strong if code not in covered)
        overall |= {"n_domains": len(domains), "n_strong_outside": len(outside), "strong_outside": outside}
    found = {"region": [Subject(region, name, overall)], "sub-dimension": _parts(answers, gaps)}
    table = checked_domains if checked_domains is not None else pd.DataFrame()
    found["domain"] = [Subject(str(code), f"“{code}”", row.to_dict()) for code, row in table.iterrows()]
    return found


def _from_answers(
    sheets: Sequence[AnswerSheet], gaps: pd.DataFrame, priorities: pd.DataFrame, quality: pd.DataFrame
) -> dict[str, Any]:
    items = quality[quality["level"] == "item"]
    known = priorities["approach"] != "unknown"
    approaches = priorities.loc[known, "approach"]
    facts: dict[str, Any] = {
        "n_respondents": len(sheets),
        "n_groups": len({sheet.group for sheet in sheets}),
        "n_blind_spots": int((gaps["gap"] == GAPS[0]).sum()),
        "n_answered_parts": len(approaches),
        "n_vertical_only": int((approaches == APPROACHES[1]).sum()) if len(approaches) else None,
        "n_systemic": int((approaches == APPROACHES[0]).sum()) if len(approaches) else None,
        "mean_vertical": priorities["vertical"].mean(),
        "mean_horizontal": priorities["horizontal"].mean(),
        **{f"{stage}_pct": quality["score_pct"].get(stage, np.nan) for stage in STAGES},
    }
    return facts | {str(code): value for code, value in items["median"].items()}


def _parts(answers: Answers, gaps: pd.DataFrame) -> list[Subject]:
    groups = by_group(answers.table, answers.questionnaire) if answers.sheets else None
    named = answers.programmes.groupby("item")["programme"].nunique()
    subjects = []
    for code, row in gaps.iterrows():
        facts = row.to_dict()
        if groups is not None and (code, "priority") in groups.index:
            own = groups.loc[(code, "priority")]
            facts |= {"consensus": own["consensus"], "apart": own["apart"], "n": int(own["n"])}
            # Nobody can have named a programme for what nobody answered.
            facts["n_programmes"] = int(named.get(code, 0)) if own["n"] else None
        subjects.append(Subject(str(code), str(row["name"]), facts))
    return subjects


def is_known(value: Any) -> bool:
    """Whether a fact is there: not None, NaN, <NA>; an empty list of sectors is not."""
    if isinstance(value, str):
        return True
    if isinstance(value, Sequence):
        return len(value) > 0
    return value is not None and not pd.isna(value)
