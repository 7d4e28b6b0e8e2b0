"""What follows: recommendations with the evidence that made each apply."""

from __future__ import annotations

from typing import Any

import pandas as pd

from clusterkit.show import words
from clusterkit.show.output import Column, Several, Table, Text
from clusterkit.show.scoreboard import phrases
from clusterkit.show.stress_test.look import Look, share, step
from clusterkit.stress_test.facts import Fact
from clusterkit.stress_test.rules import KINDS, Recommendation

HEADINGS = {"act": "Act", "check": "Find out first", "talk": "Agree first", "keep": "Keep"}
SOURCES = {
    "stress-test": "European Cluster Observatory, stress test",
    "observatory": "European observatory for clusters and industrial change",
    "definitions": "Commission, cluster definitions",
    "s3": "Smart specialisation platform, guide on clusters",
}


def say_recommendations(look: Look) -> Text | None:
    """How many there are of each kind, and where they come from."""
    found = look.test.recommendations
    if not found:
        if not look.test.is_answered:
            return None
        return Text(
            ("No rule applies: no disparity, no weak practice and no unsupported domain was found in what is known.",)
        )
    counted = {kind: sum(one.rule.kind == kind for one in found) for kind in KINDS}
    names = {"act": "to act on", "check": "to find out first", "talk": "to agree on first", "keep": "to keep"}
    parts = [f"{words.cardinal(n)} {names[kind]}" for kind, n in counted.items() if n]
    return Text(
        (
            f"**{words.sentence(words.count(len(found), 'recommendation'))}**: {words.listing(parts)}. Each comes from a rule that applies only where all its conditions are known to hold; the facts stand beside it. "
            "A rule knows figures and answers, not the region: what to do is for those who know it.",
        )
    )


def table_recommendations(look: Look) -> Several | None:
    """A table for each kind, in the order of urgency."""
    found = look.test.recommendations
    tables = [_table(look, kind, [one for one in found if one.rule.kind == kind]) for kind in KINDS]
    shown = tuple(table for table in tables if table)
    return Several(shown) if shown else None


def _table(look: Look, kind: str, found: list[Recommendation]) -> Table | None:
    if not found:
        return None
    rows = []
    for group in _groups(found):
        rule = group[0].rule
        alone = len(group) == 1
        evidence = [f"{'' if alone else f'{words.sentence(one.subject.name)}: '}{_facts(look, one)}" for one in group]
        rows.append((_text(group), ". ".join(evidence), f"{rule.practice} ({SOURCES[rule.source]})"))
    data = pd.DataFrame(
        [
            {
                "rule": one.rule.code,
                "kind": kind,
                "subject": one.subject.code,
                "text": _text([one]),
                "evidence": _facts(look, one),
                "practice": one.rule.practice,
                "source": one.rule.source,
            }
            for one in found
        ]
    ).set_index("rule")
    return Table(
        title=look.title(f"{HEADINGS[kind]}: {words.count(len(found), 'recommendation')} for {look.name}"),
        columns=[
            Column("Recommendation", numeric=False),
            Column("Evidence that made it apply", numeric=False),
            Column("Practice it comes from", numeric=False),
        ],
        rows=rows,
        note=look.note("Rules: params/stress_test/rules.yaml, docs/stress-test.md.", evidence=kind != "talk"),
        link=look.save(f"recommendations-{kind}", data),
    )


def _groups(found: list[Recommendation]) -> list[list[Recommendation]]:
    """Recommendations that stand in one row: those of a rule that has words for several subjects."""
    groups: list[list[Recommendation]] = []
    for one in found:
        if groups and one.rule.many and groups[-1][0].rule.code == one.rule.code:
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups


def _text(group: list[Recommendation]) -> str:
    names = [phrases.phrase(one.subject.name) for one in group]
    rule = group[0].rule
    return (
        rule.text.replace("{name}", names[0])
        if len(group) == 1
        else str(rule.many).replace("{names}", phrases.listing(names))
    )


def _facts(look: Look, one: Recommendation) -> str:
    return "; ".join(_said(look, name, fact, value) for name, fact, value in one.evidence)


def _said(look: Look, name: str, fact: Fact, value: Any) -> str:
    if fact.kind == "rank":
        return f"{fact.label}: {phrases.place_with_interval(pd.Series(value))}"
    text = {
        "step": lambda: f"{step(round(float(value), 1))} of 4" if "steps" not in fact.label else step(float(value)),
        "count": lambda: words.number(float(value)),
        "number": lambda: words.decimal(float(value)),
        "percent": lambda: (
            words.percent(float(value)) if name.endswith("share_pct") else f"{phrases.points(float(value))}"
        ),
        "share": lambda: share(float(value)),
        "bool": lambda: "yes" if value else "no",
        "sectors": lambda: look.sectors(value),
        "text": lambda: str(value),
    }[fact.kind]()
    return f"{phrases.phrase(fact.label)}: {text}"
