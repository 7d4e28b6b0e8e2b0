"""Every rule that ships fires on its conditions and on nothing less; a wrong file of rules is refused in words."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from clusterkit.errors import ParamError, Problem
from clusterkit.stress_test.answers import Answers, AnswerSheet, blank, collect
from clusterkit.stress_test.domains import check_domains, sector_classes
from clusterkit.stress_test.facts import Fact, Subject, gather_facts, is_known
from clusterkit.stress_test.gaps import policy_gaps
from clusterkit.stress_test.inputs import load_instrument
from clusterkit.stress_test.questionnaire import DONT_KNOW
from clusterkit.stress_test.rules import KINDS, Condition, Recommendation, Rule, load_rules, recommend
from clusterkit.stress_test.scoring import score_policy_quality, score_priorities

ROOT = Path(__file__).resolve().parents[2]
INSTRUMENT = load_instrument(ROOT / "params")
FACTS = INSTRUMENT.facts
RULES = {rule.code: rule for rule in INSTRUMENT.rules}
CONDITIONS = [(rule, position) for rule in INSTRUMENT.rules for position in range(len(rule.when))]
UNKNOWN = [None, math.nan, np.nan, pd.NA, ()]
each_rule = pytest.mark.parametrize("rule", INSTRUMENT.rules, ids=list(RULES))
each_condition = pytest.mark.parametrize(
    ("rule", "position"), CONDITIONS, ids=[f"{rule.code}-{rule.when[position].fact}" for rule, position in CONDITIONS]
)


def just_enough(condition: Condition) -> Any:
    """The value of a fact that only just makes a condition hold."""
    ((operator, wanted),) = condition.test.items()
    return wanted - 0.01 if operator == "below" else wanted


def just_not(condition: Condition, fact: Fact) -> list[Any]:
    """Values of a fact that make a condition fail, the nearest among them."""
    ((operator, wanted),) = condition.test.items()
    if fact.kind == "text":
        return [value for value in fact.values if value != wanted]
    if fact.kind == "bool":
        return [not wanted]
    return {"equals": [wanted - 1, wanted + 1], "at_least": [wanted - 0.01, 0], "below": [wanted, wanted + 1]}[operator]


def meeting(rule: Rule, **others: Any) -> dict[str, Any]:
    """Facts that meet all conditions of a rule; of the rest nothing is known."""
    return {condition.fact: just_enough(condition) for condition in rule.when} | others


def fired(rule: Rule, facts: dict[str, Any]) -> list[Recommendation]:
    subject = Subject("some-code", "Some name", facts)
    return recommend([rule], {rule.scope: [subject]}, FACTS)


# The rules that ship


@each_rule
def test_a_rule_fires_where_its_conditions_only_just_hold(rule: Rule):
    facts = meeting(rule)
    (found,) = fired(rule, facts)
    assert found.rule is rule
    assert (found.subject.code, found.subject.name) == ("some-code", "Some name")
    assert len(facts) == len(rule.when)  # no fact stands in two conditions
    shown = {name: value for name, _, value in found.evidence}
    assert shown == facts  # what made it apply, all of it, and nothing of which nothing is known


@each_rule
def test_the_evidence_explains_every_fact_and_what_else_is_to_be_shown(rule: Rule):
    extra = {name: {"sectors": ("C29",), "bool": True, "text": "x"}.get(FACTS[rule.scope][name].kind, 1)
             for name in rule.also_show}  # fmt: skip
    (found,) = fired(rule, meeting(rule, **extra))
    assert [name for name, _, _ in found.evidence] == [condition.fact for condition in rule.when] + rule.also_show
    for name, fact, _ in found.evidence:
        assert fact is FACTS[rule.scope][name]
        assert fact.label


@each_condition
def test_a_rule_does_not_fire_where_one_condition_fails(rule: Rule, position: int):
    condition = rule.when[position]
    values = just_not(condition, FACTS[rule.scope][condition.fact])
    assert values
    for value in values:
        assert fired(rule, meeting(rule, **{condition.fact: value})) == [], value


@each_condition
def test_a_rule_does_not_fire_where_a_fact_is_not_known(rule: Rule, position: int):
    condition = rule.when[position]
    for value in UNKNOWN:
        assert fired(rule, meeting(rule, **{condition.fact: value})) == [], value
    absent = meeting(rule)
    del absent[condition.fact]
    assert fired(rule, absent) == []


@each_rule
def test_a_rule_fires_for_its_own_scope_only(rule: Rule):
    subject = Subject("some-code", "Some name", meeting(rule))
    for scope in FACTS:
        found = recommend([rule], {scope: [subject]}, FACTS)
        assert len(found) == (scope == rule.scope)


@each_rule
def test_every_placeholder_of_a_rule_is_filled(rule: Rule):
    filled = rule.text.replace("{name}", "Skills"), (rule.many or "").replace("{names}", "Skills and links")
    for text in filled:
        assert not set(text) & set("{}"), text
    assert ("{name}" in rule.text) == (rule.scope != "region")  # there is only one region
    assert rule.many is None or (rule.scope != "region" and "{names}" in rule.many)
    assert rule.text.endswith(".")
    assert rule.many is None or rule.many.endswith(".")


@each_rule
def test_every_rule_has_a_practice_and_a_source_that_the_documents_explain(rule: Rule):
    assert rule.practice.endswith(".")
    assert len(rule.practice.split()) >= 6
    assert rule.source in ("stress-test", "observatory", "definitions", "s3")
    explained = (ROOT / "docs" / "stress-test.md").read_text(encoding="utf-8")
    assert f"`{rule.source}`" in explained


def test_every_answer_to_the_second_set_that_says_no_leads_to_a_rule():
    asked = {condition.fact for rule in INSTRUMENT.rules for condition in rule.when}
    practices = {item.code for section in INSTRUMENT.questionnaire.practice.sections for item in section.items}
    assert practices <= asked


def test_recommendations_stand_by_kind_then_as_in_the_file_then_by_subject():
    many = [Subject(code, code, fact) for code in "ba" for fact in [meeting(RULES["sure-blind-spot"])]]
    region = [Subject("r", "R", meeting(RULES["no-review"]) | meeting(RULES["one-voice"]))]
    unsure = [Subject("c", "c", {"gap": "blind spot", "is_sure": False})]
    found = recommend(INSTRUMENT.rules, {"region": region, "sub-dimension": [*many, *unsure]}, FACTS)
    assert [(one.rule.code, one.subject.code) for one in found] == [
        ("sure-blind-spot", "b"),
        ("sure-blind-spot", "a"),
        ("no-review", "r"),
        ("unsure-blind-spot", "c"),
        ("one-voice", "r"),
    ]
    kinds = [KINDS.index(one.rule.kind) for one in found]
    assert kinds == sorted(kinds)
    assert recommend(INSTRUMENT.rules, {}, FACTS) == []
    assert recommend([], {"region": region}, FACTS) == []


def test_a_rank_stands_with_its_interval_in_the_evidence():
    rule = RULES["strength-unattended"]
    place = {"rank": 5.0, "n_ranked": 200.0, "rank_low": 3.0, "rank_high": 9.0, "n_known": 2}
    (found,) = fired(rule, meeting(rule, **place))
    assert dict((name, value) for name, _, value in found.evidence)["rank"] == place
    (without,) = fired(rule, meeting(rule, rank=math.nan))
    assert "rank" not in [name for name, _, _ in without.evidence]


@pytest.mark.parametrize("value", [0, 0.0, False, "", "unknown", ("C29",), ["C29"], np.bool_(False), np.float64(0)])
def test_what_is_known(value: Any):
    assert is_known(value)


@pytest.mark.parametrize("value", [None, math.nan, pd.NA, np.float64("nan"), (), []])
def test_what_is_not_known(value: Any):
    assert not is_known(value)


# A file of rules

PLAIN = {
    "code": "some-rule",
    "scope": "sub-dimension",
    "kind": "act",
    "when": [{"fact": "gap", "is": "blind spot"}],
    "text": "Do something about {name}.",
    "practice": "Somebody does it well.",
    "source": "s3",
}


def written(folder: Path, *rules: dict[str, Any], **top: Any) -> Path:
    """A file of rules; a key that is None is left out. JSON is YAML, one rule a line."""
    path = folder / "rules.yaml"
    kept = [{key: value for key, value in {**PLAIN, **rule}.items() if value is not None} for rule in rules]
    lines = ",\n".join(json.dumps(rule) for rule in kept)
    extra = "".join(f"{json.dumps(key)}: {json.dumps(value)},\n" for key, value in {"schema_version": 1, **top}.items())
    path.write_text(f'{{{extra}"rules": [\n{lines}\n]}}\n', encoding="utf-8")
    return path


def problems(folder: Path, *rules: dict[str, Any], **top: Any) -> tuple[Problem, ...]:
    with pytest.raises(ParamError) as caught:
        load_rules(written(folder, *rules, **top), FACTS)
    assert all(problem.where.startswith(str(folder / "rules.yaml")) for problem in caught.value.problems)
    return caught.value.problems


def test_a_file_of_rules_is_read(tmp_path: Path):
    every_test = [
        {"fact": "gap", "is": "blind spot"},
        {"fact": "is_sure", "is": False},
        {"fact": "n_programmes", "is": 0},
        {"fact": "priority", "at_least": 2.5},
        {"fact": "n", "at_least": 3},
        {"fact": "consensus", "below": 0.5},
    ]
    shown = ["rank", "clusters"]
    (rule,) = load_rules(written(tmp_path, {"when": every_test, "also_show": shown, "many": "All {names}."}), FACTS)
    assert [condition.test for condition in rule.when] == [
        {"equals": "blind spot"}, {"equals": False}, {"equals": 0}, {"at_least": 2.5}, {"at_least": 3}, {"below": 0.5},
    ]  # fmt: skip
    assert (rule.code, rule.scope, rule.kind, rule.source) == ("some-rule", "sub-dimension", "act", "s3")
    assert (rule.also_show, rule.many) == (shown, "All {names}.")


FIRST = "line 3"  # of a file as written() makes it
FITS = "a text or a yes-or-no is tested with is, a number with at_least or below"


@pytest.mark.parametrize(
    ("rule", "what", "rule_text", "fix"),
    [
        (
            {"when": [{"fact": "priorty", "at_least": 2}]},
            "The rule some-rule asks about 'priorty', which is no fact of a sub-dimension.",
            "docs/stress-test.md#rules",
            "did you mean priority?",
        ),
        (
            {"also_show": ["benchmarking"]},  # a fact of the region
            "The rule some-rule asks about 'benchmarking', which is no fact of a sub-dimension.",
            "docs/stress-test.md#rules",
            "use one of: gap, verdict, is_sure, rank, n_known and 10 more",
        ),
        (
            {"scope": "region", "text": "Do.", "when": [{"fact": "footing", "is": "none"}]},
            "The rule some-rule asks about 'footing', which is no fact of a region.",
            "docs/stress-test.md#rules",
            "use one of: n_respondents,",
        ),
        *(
            (
                {"when": [{"fact": name, **test}]},
                f"The rule some-rule tests {name}, a {kind}, with {shown}.",
                FITS,
                "change the test",
            )
            for name, kind, test, shown in [
                ("gap", "text", {"at_least": 2}, "at_least: 2"),
                ("gap", "text", {"is": 2}, "is: 2"),
                ("gap", "text", {"is": True}, "is: True"),
                ("is_sure", "bool", {"is": "yes"}, "is: 'yes'"),
                ("is_sure", "bool", {"is": 1}, "is: 1"),
                ("is_sure", "bool", {"below": 1}, "below: 1"),
                ("priority", "step", {"is": 3}, "is: 3"),  # a median need not be a whole step
                ("n", "count", {"is": "3"}, "is: '3'"),
                ("n", "count", {"is": False}, "is: False"),
                ("clusters", "sectors", {"is": "C29"}, "is: 'C29'"),
                ("rank", "rank", {"below": 10}, "below: 10"),
            ]
        ),
        (
            {"when": [{"fact": "gap", "is": "blind spots"}]},
            "The rule some-rule asks whether gap is 'blind spots', which it never is.",
            "one of: blind spot, addressed weakness, ",
            "did you mean blind spot?",
        ),
        (
            {"when": [{"fact": "priority", "at_least": 40}]},
            "The rule some-rule compares priority with 40, which it never reaches.",
            "a step goes from 0 to 4",
            "correct the number",
        ),
        (
            {"when": [{"fact": "consensus", "below": 70}]},
            "The rule some-rule compares consensus with 70, which it never reaches.",
            "a share goes from 0 to 1",
            "correct the number",
        ),
        (
            {"scope": "domain", "when": [{"fact": "share_pct", "at_least": -1}]},
            "The rule some-rule compares share_pct with -1, which it never reaches.",
            "a percent goes from 0 to 100",
            "correct the number",
        ),
        (
            {"text": "Do something about {names}."},
            "The text of the rule some-rule has the placeholder {names}.",
            "text may have {name}",
            "correct or remove it",
        ),
        (
            {"many": "Do something about {name}."},
            "The many of the rule some-rule has the placeholder {name}.",
            "many may have {names}",
            "correct or remove it",
        ),
        (
            {"text": "Do {name} in {year}."},
            "The text of the rule some-rule has the placeholder {year}.",
            "text may have {name}",
            "correct or remove it",
        ),
        (
            {"text": "Do {} well."},
            "The text of the rule some-rule has the placeholder {}.",
            "text may have {name}",
            "correct or remove it",
        ),
    ],
)  # fmt: skip
def test_a_rule_that_asks_what_cannot_be_is_refused(
    tmp_path: Path, rule: dict[str, Any], what: str, rule_text: str, fix: str
):
    (problem,) = problems(tmp_path, rule)
    assert problem.what == what
    assert problem.rule.startswith(rule_text)
    assert problem.fix.startswith(fix)
    assert problem.where.endswith(FIRST)


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        ({"scope": "world"}, "rules.0.scope is 'world': input should be 'region', 'sub-dimension' or 'domain'."),
        ({"kind": "do"}, "rules.0.kind is 'do': input should be 'act', 'check', 'talk' or 'keep'."),
        ({"source": "hearsay"}, "rules.0.source is 'hearsay': input should be 'stress-test', 'observatory', "),
        ({"code": "Some rule"}, "rules.0.code is 'Some rule': string should match pattern"),
        ({"text": ""}, "rules.0.text is '': string should have at least 1 character."),
        ({"practice": None}, "The key rules.0.practice is missing."),
        ({"source": None}, "The key rules.0.source is missing."),
        ({"when": None}, "The key rules.0.when is missing."),
        ({"when": []}, "rules.0.when is []: list should have at least 1 item"),
        ({"when": [{"fact": "gap"}]}, "the condition on gap has 0 tests; write one of is, at_least, below."),
        (
            {"when": [{"fact": "gap", "is": None}]},
            "the condition on gap has 0 tests; write one of is, at_least, below.",
        ),
        (
            {"when": [{"fact": "priority", "at_least": 1, "below": 3}]},
            "the condition on priority has 2 tests; write one of is, at_least, below.",
        ),
        ({"when": [{"is": "blind spot"}]}, "The key rules.0.when.0.fact is missing."),
        ({"when": [{"fact": "gap", "is": "blind spot", "or": 1}]}, "Unknown key rules.0.when.0.or."),
        ({"when": "gap"}, "rules.0.when is 'gap': input should be a valid list."),
        ({"practise": "x"}, "Unknown key rules.0.practise."),
    ],
)
def test_a_rule_that_is_built_wrongly_is_refused(tmp_path: Path, rule: dict[str, Any], what: str):
    (problem,) = problems(tmp_path, rule)
    assert problem.what.startswith(what)
    assert problem.rule == "docs/stress-test.md#rules"
    assert problem.fix
    assert problem.where.endswith(FIRST)


@pytest.mark.parametrize("value", [math.inf, "2", True, [2]])
def test_a_threshold_that_is_no_number_is_refused(tmp_path: Path, value: Any):
    path = written(tmp_path, {"when": [{"fact": "priority", "at_least": value}]})
    path.write_text(path.read_text(encoding="utf-8").replace("Infinity", ".inf"), encoding="utf-8")
    with pytest.raises(ParamError, match=r"rules\.0\.when\.0\.at_least"):
        load_rules(path, FACTS)


def test_a_misspelt_key_is_met_with_the_right_one(tmp_path: Path):
    (problem,) = problems(tmp_path, {"practise": "x"})
    assert problem.fix == "did you mean practice?"


def test_a_rule_that_stands_twice_is_refused(tmp_path: Path):
    (problem,) = problems(tmp_path, {}, {"code": "another"}, {"kind": "keep"})
    assert problem.what == "The rule some-rule stands twice."
    assert problem.where.endswith("line 5")
    assert problem.fix == "rename or remove one of the two"


@pytest.mark.parametrize(
    ("top", "what"),
    [
        ({"schema_version": 2}, "schema_version is 2: input should be 1."),
        ({"rule": []}, "Unknown key rule."),
    ],
)
def test_a_file_of_another_make_is_refused(tmp_path: Path, top: dict[str, Any], what: str):
    (problem,) = problems(tmp_path, {}, **top)
    assert problem.what == what


def test_a_file_without_rules_is_refused(tmp_path: Path):
    (problem,) = problems(tmp_path)
    assert problem.what.startswith("rules is []: list should have at least 1 item")


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path):
    found = problems(
        tmp_path,
        {"when": [{"fact": "gap", "is": "blind spots"}, {"fact": "prio", "at_least": 1}]},
        {"text": "{x} and {y}", "also_show": ["ranks"]},
        {"code": "third", "when": [{"fact": "n", "is": True}, {"fact": "consensus", "below": 70}]},
    )
    assert [problem.what for problem in found] == [
        "The rule some-rule asks about 'prio', which is no fact of a sub-dimension.",
        "The rule some-rule asks whether gap is 'blind spots', which it never is.",
        "The rule some-rule stands twice.",
        "The rule some-rule asks about 'ranks', which is no fact of a sub-dimension.",
        "The text of the rule some-rule has the placeholder {x}.",
        "The text of the rule some-rule has the placeholder {y}.",
        "The rule third tests n, a count, with is: True.",
        "The rule third compares consensus with 70, which it never reaches.",
    ]
    assert [problem.where.rsplit(", ", 1)[1] for problem in found] == ["line 3"] * 2 + ["line 4"] * 4 + ["line 5"] * 2
    both = problems(tmp_path, {"scope": "world", "kind": "do"}, {"when": []}, {"code": "x", "why": 1})
    assert len(both) == 4


# From answers to recommendations

QUESTIONS = INSTRUMENT.questionnaire
EMPTY = collect([], QUESTIONS)


def sheet(respondent: str, group: str, steps: dict[tuple[str, str], Any], **programmes: list[str]) -> AnswerSheet:
    made = blank(QUESTIONS, region="piemonte", respondent=respondent, group=group, date=dt.date(2026, 1, 31))
    named = {item.replace("_", "-"): tuple(names) for item, names in programmes.items()}
    return replace(made, steps={**made.steps, **steps}, programmes=named)


def economy() -> pd.DataFrame:
    """Classes of the sectors of an invented region: C29 and C30 strong, J62 gains ground, C28 is within reach."""
    jobs = {"C29": 900.0, "C30": 1500.0, "J62": 100.0, "C28": 50.0, "C10": 70.0}
    sectors = pd.DataFrame({"persons_employed": jobs, "share_pct": 1.0, "lq": 1.2, "growth_pct": 5.0})
    quadrants = sectors.loc[["J62"]].assign(quadrant="not strong, gaining")
    return sector_classes(sectors, ["C29", "C30"], quadrants, ["C28"], [])


def scoreboard() -> pd.DataFrame:
    """Attractiveness is surely weak, openness perhaps, higher education surely strong; nothing else has figures."""
    common = {"rank": 50.0, "n_ranked": 100.0, "rank_low": 45.0, "rank_high": 55.0, "is_robust": True, "n_known": 3}
    parts = {
        "attractiveness": {"verdict": "bottleneck", **common},
        "openness": {"verdict": "bottleneck", **common, "n_known": 1},
        "higher-education": {"verdict": "strength", **common},
    }
    return pd.DataFrame.from_dict(parts, orient="index")


def recommendations(answers: Answers, **handed_in: Any) -> dict[str, list[str]]:
    """Code of each rule that applies, and to what."""
    priorities = score_priorities(answers.table, QUESTIONS)
    quality = score_policy_quality(answers.table, QUESTIONS)
    gaps = policy_gaps(scoreboard(), priorities, quality)
    given = {"region": "piemonte", "name": "Piemonte", **handed_in}
    subjects = gather_facts(answers, gaps, priorities, quality, economy(), **given)
    found: dict[str, list[str]] = {}
    for one in recommend(INSTRUMENT.rules, subjects, FACTS):
        found.setdefault(one.rule.code, []).append(one.subject.code)
    return found


def domains(**sectors: Iterable[str]) -> dict[str, pd.DataFrame]:
    table = pd.DataFrame({"sectors": {name: tuple(codes) for name, codes in sectors.items()}}).rename_axis("name")
    return {"domains": table, "checked_domains": check_domains(table, economy())}


ANSWERED = [
    sheet("r1", "firm", {
        ("attractiveness", "priority"): 1,
        ("openness", "priority"): 0,
        ("higher-education", "priority"): 4,
        ("public-demand", "priority"): 4,
        ("human-resources", "priority"): 4,
        ("policy-in-place", "quality"): 1,
        ("benchmarking", "quality"): 3,
        ("review", "quality"): DONT_KNOW,
    }, higher_education=["P1"]),
    sheet("r2", "public-authority", {
        ("attractiveness", "priority"): 2,
        ("openness", "priority"): 0,
        ("higher-education", "priority"): 3,
        ("public-demand", "priority"): 3,
        ("human-resources", "priority"): 0,
        ("policy-in-place", "quality"): 2,
    }),
    sheet("r3", "public-authority", {("human-resources", "priority"): 0}),
]  # fmt: skip


def test_a_small_set_of_answers_fires_rules_of_each_scope():
    found = recommendations(collect(ANSWERED, QUESTIONS), **domains(cars=["C29"], aircraft=["C10"]), n_within_reach=1)
    assert found == {
        "sure-blind-spot": ["attractiveness"],
        "unsure-blind-spot": ["openness"],
        "strength-as-lever": ["higher-education"],
        "priority-without-evidence": ["public-demand"],
        "no-programme-named": ["public-demand"],  # P1 is named for higher education
        "groups-disagree": ["human-resources"],  # 4 against 0 and 0
        "no-consensus": ["human-resources"],
        "no-cluster-policy": ["piemonte"],  # 1 and 2: below 2
        "domain-without-footing": ["aircraft"],
        "strong-sectors-outside-domains": ["piemonte"],  # C30
    }


def test_the_evidence_of_the_region_is_that_of_its_tables():
    answers = collect(ANSWERED, QUESTIONS)
    priorities, quality = score_priorities(answers.table, QUESTIONS), score_policy_quality(answers.table, QUESTIONS)
    gaps = policy_gaps(scoreboard(), priorities, quality)
    programmes = pd.DataFrame({"objectives": [("skills",), ("cross-sector",)], "sectors": [("C29",), ("C29", "C30")]})
    given = {
        "region": "piemonte",
        "name": "Piemonte",
        "programmes": programmes,
        "n_within_reach": 7,
        **domains(x=["C30"]),
    }
    found = gather_facts(answers, gaps, priorities, quality, economy(), **given)
    ((region,), parts, (domain,)) = found["region"], found["sub-dimension"], found["domain"]
    facts = {name: value for name, value in region.facts.items() if is_known(value)}
    assert facts == {
        "n_strong_sectors": 2, "n_emerging_sectors": 1, "n_within_reach": 7,
        "n_respondents": 3, "n_groups": 2, "n_blind_spots": 2, "n_answered_parts": 0,
        "policy-in-place": 1.5, "benchmarking": 3.0,
        "n_programmes_listed": 2, "n_programmes_across": 1,
        "n_domains": 1, "n_strong_outside": 1, "strong_outside": ("C29",),
    }  # fmt: skip
    assert set(region.facts) <= set(FACTS["region"])
    by_code = {part.code: part.facts for part in parts}
    assert list(by_code) == list(gaps.index)
    names = ("apart", "n", "n_programmes", "gap")
    assert [by_code["human-resources"][name] for name in names] == [4.0, 3, 0, "no evidence"]
    assert [by_code["higher-education"][name] for name in names] == [1.0, 2, 1, "reinforced strength"]
    assert by_code["vocational-training"]["n_programmes"] is None  # nobody answered, so nobody could name one
    assert (domain.code, domain.facts["footing"], domain.facts["strong"]) == ("x", "strength", ("C30",))
    for facts, scope in ((by_code["openness"], "sub-dimension"), (domain.facts, "domain")):
        assert set(FACTS[scope]) <= set(facts)


def test_strong_sectors_in_no_domain_stand_the_largest_first():
    nothing = score_priorities(EMPTY.table, QUESTIONS), score_policy_quality(EMPTY.table, QUESTIONS)
    gaps = policy_gaps(scoreboard(), *nothing)
    found = gather_facts(EMPTY, gaps, *nothing, economy(), region="piemonte", name="Piemonte", **domains(x=["C10"]))
    ((region,), parts) = found["region"], found["sub-dimension"]
    assert region.facts["strong_outside"] == ("C30", "C29")  # 1,500 and 900 persons employed
    assert len(parts) == 17


ONLY_MADE = [sheet("r1", "firm", {}), sheet("r2", "firm", {})]
ALL_UNSURE = [sheet("r1", "firm", dict.fromkeys(QUESTIONS.scales, DONT_KNOW))]


@pytest.mark.parametrize("sheets", [[], ONLY_MADE, ALL_UNSURE], ids=["nobody", "open", "don't know"])
def test_without_a_step_from_anybody_no_rule_about_answers_fires(sheets: list[AnswerSheet]):
    assert recommendations(collect(sheets, QUESTIONS)) == {}
    found = recommendations(collect(sheets, QUESTIONS), **domains(aircraft=["C10"]))
    assert found == {"domain-without-footing": ["aircraft"], "strong-sectors-outside-domains": ["piemonte"]}


def test_who_gives_no_step_is_no_respondent():
    one = sheet("r3", "public-authority", {("openness", "priority"): 3})
    assert recommendations(collect([*ONLY_MADE, one], QUESTIONS))["one-voice"] == ["piemonte"]


@pytest.mark.parametrize(
    ("sectors", "rule"),
    [
        (["C10"], "domain-without-footing"),
        (["C10", "C28"], "domain-within-reach"),
        (["C10", "C28", "J62"], "domain-on-growth"),
        (["Q86", "A01"], "domain-not-observed"),
        (["C29", "C10"], None),
    ],
)
def test_what_is_said_of_a_domain_by_the_best_of_its_sectors(sectors: list[str], rule: str | None):
    found = recommendations(EMPTY, **domains(x=sectors, rest=["C29", "C30"]))
    assert found == ({rule: ["x"]} if rule else {})


def test_programmes_of_single_sections_alone_call_for_one_across():
    alone = pd.DataFrame({"objectives": [("skills",), ("green",)], "sectors": [("C29", "C30"), ()]})
    assert recommendations(EMPTY, programmes=alone) == {"no-programme-across-sectors": ["piemonte"]}
    assert recommendations(EMPTY, programmes=alone.iloc[:0]) == {}
    across = pd.DataFrame({"objectives": [("skills",)], "sectors": [("all",)]})
    assert recommendations(EMPTY, programmes=pd.concat([alone, across])) == {}


def test_gathering_facts_changes_no_table():
    answers = collect(ANSWERED, QUESTIONS)
    priorities, quality = score_priorities(answers.table, QUESTIONS), score_policy_quality(answers.table, QUESTIONS)
    tables = [policy_gaps(scoreboard(), priorities, quality), priorities, quality, economy()]
    before = [table.copy(deep=True) for table in tables]
    gather_facts(answers, *tables, region="piemonte", name="Piemonte", **domains(x=["C10"]))
    for table, copy in zip(tables, before, strict=True):
        pd.testing.assert_frame_equal(table, copy)
