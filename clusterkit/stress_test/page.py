"""What rules can ask about, and the rules, as the page docs/stress-test-rules.md (``make docs``)."""

from __future__ import annotations

import sys

from clusterkit.paths import project
from clusterkit.stress_test.inputs import Instrument, load_instrument
from clusterkit.stress_test.rules import Condition

KINDS = {"act": "Act", "check": "Find out first", "talk": "Agree first", "keep": "Keep"}
SCOPES = {"region": "the region", "sub-dimension": "a sub-dimension", "domain": "a declared priority domain"}
VALUES = {
    "step": "step, 0 to 4",
    "count": "count",
    "number": "number, no unit",
    "percent": "0 to 100",
    "share": "0 to 1",
    "bool": "true or false",
    "sectors": "NACE codes",
    "rank": "rank with its interval",
}


def markdown(instrument: Instrument) -> str:
    """The page: a table of the rules, and a table of facts for each scope."""
    lines = [
        "# Rules of the stress test",
        "",
        "Made by `make docs` from `params/stress_test/rules.yaml` and `clusterkit/stress_test/facts.py`; how to change them:",
        "[stress-test.md](stress-test.md#rules).",
        "",
        "| rule | kind | speaks of | applies where all hold | says | practice |",
        "|---|---|---|---|---|---|",
    ]
    for rule in instrument.rules:
        when = "; ".join(_condition(condition) for condition in rule.when)
        lines.append(
            f"| `{rule.code}` | {KINDS[rule.kind]} | {SCOPES[rule.scope]} | {when} | {rule.text} | {rule.practice} ({rule.source}) |"
        )
    for scope, facts in instrument.facts.items():
        lines += ["", f"## Facts of {SCOPES[scope]}", "", "| fact | meaning | values |", "|---|---|---|"]
        for name, fact in facts.items():
            values = ", ".join(f"`{value}`" for value in fact.values) or VALUES[fact.kind]
            lines.append(f"| `{name}` | {fact.label} | {values} |")
    return "\n".join(lines) + "\n"


def _condition(condition: Condition) -> str:
    ((operator, value),) = condition.test.items()
    word = {"equals": "is", "at_least": "at least", "below": "below"}[operator]
    shown = str(value).lower() if isinstance(value, bool) else value
    return f"`{condition.fact}` {word} {shown}"


if __name__ == "__main__":
    sys.stdout.write(markdown(load_instrument(project().params)))
