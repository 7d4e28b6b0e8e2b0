"""Recommendations: rules from a file, each with its conditions, applied to what is known of a region."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr, ValidationError, model_validator

from clusterkit import yamlfile
from clusterkit.errors import ParamError, Problem, did_you_mean
from clusterkit.stress_test.facts import Fact, Scope, Subject, is_known
from clusterkit.stress_test.questionnaire import HIGHEST, LOWEST, Code, Source, Words
from clusterkit.typed import Strict, problems_of

RULE = "docs/stress-test.md#rules"
KINDS = ("act", "check", "talk", "keep")
OPERATORS = {
    "equals": ("text", "bool", "count"),
    "at_least": ("step", "count", "number", "percent", "share"),
    "below": ("step", "count", "number", "percent", "share"),
}
SCALES = {"step": (LOWEST, HIGHEST), "percent": (0, 100), "share": (0, 1)}  # a number outside is a slip of the pen
Number = Annotated[StrictFloat | StrictInt, Field(allow_inf_nan=False)]


class Condition(Strict):
    """One fact and what it must be."""

    fact: StrictStr
    equals: StrictBool | StrictInt | StrictStr | None = Field(None, alias="is")
    at_least: Number | None = None
    below: Number | None = None

    @model_validator(mode="after")
    def _one_test(self) -> Condition:
        if len(self.test) != 1:
            message = f"the condition on {self.fact} has {len(self.test)} tests; write one of is, at_least, below"
            raise ValueError(message)
        return self

    @property
    def test(self) -> dict[str, Any]:
        """Operator to its value."""
        return {name: value for name in OPERATORS if (value := getattr(self, name)) is not None}

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Whether the fact is known and passes."""
        value = facts.get(self.fact)
        if not is_known(value):
            return False
        ((name, wanted),) = self.test.items()
        if name == "equals":
            return bool(value == wanted)
        return bool(value >= wanted) if name == "at_least" else bool(value < wanted)


class Rule(Strict):
    """When it applies, what it says, and the practice it comes from."""

    code: Code
    scope: Scope
    kind: Literal["act", "check", "talk", "keep"]
    when: Annotated[list[Condition], Field(min_length=1)]
    also_show: list[StrictStr] = Field(default=[])
    text: Words
    many: Words | None = None  # the same for several subjects, with {names}
    practice: Words
    source: Source


class _File(Strict):
    schema_version: Literal[1]
    rules: Annotated[list[Rule], Field(min_length=1)]


@dataclass(frozen=True)
class Recommendation:
    """A rule that applies to a subject, and the facts that made it apply.

    Parameters
    ----------
    rule, subject
        What applies to what.
    evidence
        Name of each fact, what it is, and its value.
    """

    rule: Rule
    subject: Subject
    evidence: tuple[tuple[str, Fact, Any], ...]


def load_rules(path: Path, facts: Mapping[str, Mapping[str, Fact]]) -> list[Rule]:
    """Read and check a file of rules.

    Parameters
    ----------
    path
        YAML.
    facts
        What rules of each scope can ask about.

    Raises
    ------
    ParamError
        Everything that is wrong with the file, at once: an unknown fact or key, a test that does not fit the fact, a
        value that the fact never has, a placeholder that nothing fills, a code that stands twice.
    """
    raw, locate = yamlfile.read(path)
    try:
        rules = _File.model_validate(raw).rules
    except ValidationError as exc:
        raise ParamError(
            problems_of(exc, _File, locate, rule=RULE, example="git’s version of the file", noun="key")
        ) from exc
    problems: list[Problem] = []
    for position, rule in enumerate(rules):
        where = locate(("rules", position))
        if rule.code in [other.code for other in rules[:position]]:
            problems.append(
                Problem(f"The rule {rule.code} stands twice.", where, RULE, "rename or remove one of the two")
            )
        problems += _check_rule(rule, facts[rule.scope], where)
    if problems:
        raise ParamError(problems)
    return rules


def _check_rule(rule: Rule, known: Mapping[str, Fact], where: str) -> list[Problem]:
    problems = []
    for name in [*(condition.fact for condition in rule.when), *rule.also_show]:
        if name not in known:
            what = f"The rule {rule.code} asks about {name!r}, which is no fact of a {rule.scope}."
            problems.append(Problem(what, where, RULE, did_you_mean(name, list(known))))
    for condition in rule.when:
        fact = known.get(condition.fact)
        if fact is None:
            continue
        ((operator, value),) = condition.test.items()
        word = "is" if operator == "equals" else operator
        is_right = {"text": isinstance(value, str), "bool": isinstance(value, bool)}.get(
            fact.kind, not isinstance(value, bool | str)
        )
        if fact.kind not in OPERATORS[operator] or not is_right:
            what = f"The rule {rule.code} tests {condition.fact}, a {fact.kind}, with {word}: {value!r}."
            problems.append(
                Problem(
                    what,
                    where,
                    "a text or a yes-or-no is tested with is, a number with at_least or below",
                    "change the test",
                )
            )
        elif fact.values and value not in fact.values:
            what = f"The rule {rule.code} asks whether {condition.fact} is {value!r}, which it never is."
            problems.append(Problem(what, where, f"one of: {', '.join(fact.values)}", did_you_mean(value, fact.values)))
        elif fact.kind in SCALES and not SCALES[fact.kind][0] <= value <= SCALES[fact.kind][1]:
            what = f"The rule {rule.code} compares {condition.fact} with {value!r}, which it never reaches."
            low, high = SCALES[fact.kind]
            problems.append(Problem(what, where, f"a {fact.kind} goes from {low} to {high}", "correct the number"))
    for key, allowed in (("text", "name"), ("many", "names")):
        for name in re.findall(r"\{([^}]*)\}", getattr(rule, key) or ""):
            if name != allowed:
                what = f"The {key} of the rule {rule.code} has the placeholder {{{name}}}."
                problems.append(Problem(what, where, f"{key} may have {{{allowed}}}", "correct or remove it"))
    return problems


def recommend(
    rules: Sequence[Rule], subjects: Mapping[str, Sequence[Subject]], facts: Mapping[str, Mapping[str, Fact]]
) -> list[Recommendation]:
    """The recommendations for a region, in the order of their kinds, then of the file, then of the subjects.

    Parameters
    ----------
    rules
        As :func:`load_rules` gives them.
    subjects
        Scope to subjects, as ``gather_facts`` gives them.
    facts
        Meaning of the facts of each scope.

    Returns
    -------
    list of Recommendation
        A rule applies where all its conditions hold; a fact that is not known makes it not apply.
    """
    found = []
    for rule in sorted(rules, key=lambda rule: KINDS.index(rule.kind)):
        for subject in subjects.get(rule.scope, ()):
            if all(condition.holds(subject.facts) for condition in rule.when):
                names = dict.fromkeys([*(condition.fact for condition in rule.when), *rule.also_show])
                shown = [(name, facts[rule.scope][name], subject.facts.get(name)) for name in names]
                rank = {
                    name: subject.facts.get(name) for name in ("rank", "n_ranked", "rank_low", "rank_high", "n_known")
                }
                evidence = tuple(
                    (name, fact, rank if fact.kind == "rank" else value)
                    for name, fact, value in shown
                    if is_known(value)
                )
                found.append(Recommendation(rule, subject, evidence))
    return found
