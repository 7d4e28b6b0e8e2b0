"""Consensus by its paper, and medians, stages and groups by hand: few answers, contradicting ones, none at all."""

from __future__ import annotations

import math
import statistics
from math import log2
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterkit.errors import ContractError
from clusterkit.stress_test.agreement import consensus
from clusterkit.stress_test.questionnaire import load_questionnaire
from clusterkit.stress_test.scoring import by_group, is_high, score_policy_quality, score_priorities, summarise

ROOT = Path(__file__).resolve().parents[2]
ENGLISH = load_questionnaire(ROOT / "params" / "stress_test")
SETTINGS = settings(max_examples=200, deadline=None, derandomize=True)
FEW = settings(max_examples=25, deadline=None, derandomize=True)  # each scores several whole sets of answers
STEPS = st.lists(st.integers(0, 4), min_size=1, max_size=30)
COLUMNS = ["respondent", "group", "item", "aspect", "value", "state"]


def answers(text: str) -> pd.DataFrame:
    """Answers as ``Answers.table`` has them, from a table with respondents and their groups at its head.

    ``?`` is "don't know", ``-`` is open; every question of the questionnaire that is not in the table is open.
    """
    head, *lines = (line.split() for line in text.strip().splitlines())
    people = [name.split(":") for name in head]
    given = {(item, aspect): marks for item, aspect, *marks in lines}
    unknown = set(given) - set(ENGLISH.scales)
    assert not unknown, unknown
    rows = []
    for position, (respondent, group) in enumerate(people):
        for question in ENGLISH.scales:
            mark = given[question][position] if question in given else "-"
            state = {"?": "don't know", "-": "unanswered"}.get(mark, "answered")
            rows.append((respondent, group, *question, float(mark) if state == "answered" else math.nan, state))
    return pd.DataFrame(rows, columns=COLUMNS).astype({"value": float})


NOBODY = pd.DataFrame([], columns=COLUMNS).astype({"value": float})


# Consensus


def distribution(*shares: int) -> list[int]:
    """Answers with so many respondents on each step, from the lowest."""
    return [step for step, number in enumerate(shares) for _ in range(number)]


def slow_consensus(steps: list[float], width: float) -> float:
    """The formula as the paper writes it: over the steps of the scale, with the share on each."""
    mean = sum(steps) / len(steps)
    total = 1.0
    for step in set(steps):
        share = steps.count(step) / len(steps)
        total += share * log2(1 - abs(step - mean) / width)
    return total


def test_consensus_is_that_of_the_published_example_of_the_r_package_agrmt():
    # agrmt 1.42.12, page consensus: V <- c(30,40,210,130,530,50,10), "the degree of consensus is given as 0.7256876"
    steps = distribution(30, 40, 210, 130, 530, 50, 10)
    assert round(consensus(steps, lowest=0, highest=6), 7) == 0.7256876


def test_consensus_of_the_example_of_the_paper_by_the_formula_as_it_is_written():
    # TastleWierman2007, p. 537: 19, 16, 26, 29 and 10 of 100 respondents, from strongly agree to strongly disagree
    steps = distribution(19, 16, 26, 29, 10)
    assert consensus(steps) == pytest.approx(slow_consensus(steps, 4), abs=1e-12)
    assert 0 < consensus(steps) < consensus(distribution(0, 0, 55, 45, 0)) < 1


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([0, 4], 0),  # half at each end
        ([0, 0, 0, 4, 4, 4], 0),
        ([2], 1),
        ([0, 0, 0], 1),
        ([4, 4, 4, 4, 4], 1),
        ([2, 3, 3, 4], 1 + (2 * log2(3 / 4) + 2 * log2(1)) / 4),  # mean 3
        ([1, 3], 1 + log2(3 / 4)),  # mean 2: both a quarter of the scale away
        ([0, 1, 2, 3, 4], 1 + (2 * log2(1 / 2) + 2 * log2(3 / 4)) / 5),  # mean 2
        ([0, 0, 0, 4], 1 + (3 * log2(3 / 4) + log2(1 / 4)) / 4),  # mean 1: one less the entropy of one in four
        ([3, 4, 4], 1 + (log2(5 / 6) + 2 * log2(11 / 12)) / 3),  # mean 11/3
        ([0, math.nan, 4], 0),  # who has no step takes no part
    ],
)
def test_consensus_by_hand(steps: list[float], expected: float):
    assert consensus(steps) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("steps", [[], [math.nan], [math.nan, math.nan]])
def test_without_an_answer_there_is_no_consensus(steps: list[float]):
    assert math.isnan(consensus(steps))


@SETTINGS
@given(steps=STEPS)
def test_consensus_lies_between_none_and_all(steps: list[int]):
    found = consensus(steps)
    assert 0 <= found <= 1
    assert (found == 1) == (len(set(steps)) == 1)
    assert (found == 0) == (set(steps) == {0, 4} and steps.count(0) == steps.count(4))
    assert found == pytest.approx(slow_consensus(steps, 4), abs=1e-12)


@SETTINGS
@given(steps=STEPS, seed=st.integers(0, 99))
def test_consensus_does_not_depend_on_the_direction_of_the_scale_nor_on_order_numbering_or_number(
    steps: list[int], seed: int
):
    found = consensus(steps)
    shuffled = np.random.default_rng(seed).permutation(steps)
    assert consensus([4 - step for step in steps]) == pytest.approx(found, abs=1e-12)
    assert consensus(shuffled) == pytest.approx(found, abs=1e-12)
    assert consensus([step + 1 for step in steps], lowest=1, highest=5) == pytest.approx(found, abs=1e-12)
    assert consensus(steps * 3) == pytest.approx(found, abs=1e-12)


@SETTINGS
@given(steps=STEPS, share=st.floats(0, 0.99))
def test_more_spread_around_the_same_mean_lowers_consensus(steps: list[int], share: float):
    mean = statistics.fmean(steps)
    drawn_in = [mean + share * (step - mean) for step in steps]
    assert consensus(drawn_in) >= consensus(steps) - 1e-12


def test_consensus_falls_step_by_step_as_two_camps_move_apart():
    found = [consensus([2 - apart, 2 - apart, 2 + apart, 2 + apart]) for apart in (0, 0.5, 1, 1.5, 2)]
    assert found == sorted(found, reverse=True)
    assert (found[0], found[-1]) == (1, 0)
    assert len(set(found)) == 5


@pytest.mark.parametrize(
    ("steps", "scale", "what", "where"),
    [
        ([1, 5], {}, "Answers lie outside the scale: 5.0.", "scale from 0 to 4"),
        ([-1, 5, 3], {}, "Answers lie outside the scale: -1.0, 5.0.", "scale from 0 to 4"),
        ([0, 3], {"lowest": 1, "highest": 5}, "Answers lie outside the scale: 0.0.", "scale from 1 to 5"),
        ([3], {"lowest": 3, "highest": 3}, "The scale has no width.", "scale from 3 to 3"),
        ([], {"lowest": 4, "highest": 0}, "The scale has no width.", "scale from 4 to 0"),
    ],
)
def test_answers_outside_the_scale_are_refused(steps: list[int], scale: dict[str, int], what: str, where: str):
    with pytest.raises(ContractError) as caught:
        consensus(steps, **scale)
    (problem,) = caught.value.problems
    assert (problem.what, problem.where) == (what, where)
    assert (problem.rule, problem.fix) == ("docs/methods.md#consensus", "check answers and scale")


# Priorities

SMALL = """
                                     ann:firm  bob:firm  cem:public-authority  dee:public-authority
human-resources          priority    4         3         3                     2
human-resources          vertical    4         4         3                     3
human-resources          horizontal  1         2         2                     2
openness                 priority    0         0         4                     4
openness                 vertical    0         ?         0                     -
openness                 horizontal  4         4         4                     4
public-funds             priority    2         3         ?                     ?
public-funds             vertical    3         2         ?                     ?
public-funds             horizontal  2         3         ?                     ?
private-demand           priority    ?         -         2                     -
public-demand            priority    ?         ?         ?                     ?
public-demand            vertical    2         2         2                     2
public-demand            horizontal  1         2         2                     3
"""


def test_priorities_by_hand():
    found = score_priorities(answers(SMALL), ENGLISH)
    assert list(found.index) == [item.code for section in ENGLISH.policy.sections for item in section.items]
    assert found.loc["human-resources", ["name", "dimension"]].tolist() == [
        "Human resources",
        "Knowledge base and skills",
    ]
    # item: median, quartiles linear between ranks (2 3 3 4: ranks 0.75 and 2.25), ends, respondents with a step
    table = found[["priority", "priority_low", "priority_high", "priority_least", "priority_most"]]
    assert table.loc["human-resources"].tolist() == [3, 2.75, 3.25, 2, 4]
    assert table.loc["openness"].tolist() == [2, 0, 4, 0, 4]
    assert table.loc["public-funds"].tolist() == [2.5, 2.25, 2.75, 2, 3]
    assert table.loc["private-demand"].tolist() == [2, 2, 2, 2, 2]
    assert table.loc["public-demand"].isna().all()
    counted = found[["priority_n", "priority_n_dont_know", "priority_n_open"]]
    assert counted.loc["human-resources"].tolist() == [4, 0, 0]
    assert counted.loc["openness"].tolist() == [4, 0, 0]
    assert counted.loc["public-funds"].tolist() == [2, 2, 0]
    assert counted.loc["private-demand"].tolist() == [1, 1, 2]
    assert counted.loc["public-demand"].tolist() == [0, 4, 0]
    assert counted.loc["attractiveness"].tolist() == [0, 0, 4]


def test_consensus_on_a_priority_is_said_from_three_answers_on():
    found = score_priorities(answers(SMALL), ENGLISH)["priority_consensus"]
    assert found["human-resources"] == pytest.approx(1 + 2 * log2(3 / 4) / 4)  # 2 3 3 4 around 3
    assert found["openness"] == 0  # 0 0 4 4
    assert found[["public-funds", "private-demand", "public-demand", "attractiveness"]].isna().all()


def test_a_priority_is_high_from_two_and_a_half_on():
    found = score_priorities(answers(SMALL), ENGLISH)["is_high"]
    assert found[["human-resources", "public-funds"]].tolist() == [True, True]  # 3 and exactly 2.5
    assert found[["openness", "private-demand"]].tolist() == [False, False]  # both exactly 2
    assert found[["public-demand", "attractiveness"]].isna().all()
    assert found.dtype == "boolean"
    assert is_high(pd.Series([2.49, 2.5, np.nan])).tolist() == [False, True, pd.NA]


def test_how_systemic_the_approach_is_by_hand():
    found = score_priorities(answers(SMALL), ENGLISH)
    # vertical 3.5 (3 3 4 4), horizontal 2 (1 2 2 2): 100 √7 / 4
    assert found.loc["human-resources", "systemic_pct"] == pytest.approx(66.1437827766)
    assert found.loc["human-resources", "approach"] == "vertical only"
    # vertical 0, horizontal 4: one alone is worth nothing
    assert found.loc["openness", "systemic_pct"] == 0
    assert found.loc["openness", "approach"] == "horizontal only"
    # both exactly 2.5: 100 · 2.5 / 4
    assert found.loc["public-funds", "systemic_pct"] == pytest.approx(62.5)
    assert found.loc["public-funds", "approach"] == "systemic"
    # both exactly 2
    assert found.loc["public-demand", "systemic_pct"] == pytest.approx(50)
    assert found.loc["public-demand", "approach"] == "neither"
    # no step on either
    assert math.isnan(found.loc["private-demand", "systemic_pct"])
    assert found.loc["private-demand", "approach"] == "unknown"


def test_an_approach_of_which_one_half_is_missing_is_unknown():
    found = score_priorities(
        answers("""
                               ann:firm
        openness    vertical    4
        openness    horizontal  ?
        attractiveness  vertical    ?
        attractiveness  horizontal  4
        """),
        ENGLISH,
    )
    assert found.loc[["openness", "attractiveness"], "approach"].tolist() == ["unknown", "unknown"]
    assert found.loc[["openness", "attractiveness"], "systemic_pct"].isna().all()


def test_all_measures_under_one_strategy_are_a_hundred():
    found = score_priorities(answers("ann:firm\nopenness vertical 4\nopenness horizontal 4"), ENGLISH)
    assert found.loc["openness", "systemic_pct"] == 100


def test_one_respondent_has_a_median_but_neither_consensus_nor_firmness():
    found = score_priorities(answers("ann:firm\nopenness priority 3"), ENGLISH).loc["openness"]
    assert (found["priority"], found["is_high"], found["priority_n"]) == (3, True, 1)
    assert math.isnan(found["priority_consensus"])
    assert found["is_firm"] is pd.NA


def test_two_respondents_have_firmness_but_no_consensus():
    found = score_priorities(
        answers("""
                                  ann:firm  bob:firm
        openness        priority  3         4
        attractiveness  priority  2         3
        public-funds    priority  0         4
        private-demand  priority  1         2
        """),
        ENGLISH,
    )
    rows = found.loc[["openness", "attractiveness", "public-funds", "private-demand"]]
    assert rows["priority"].tolist() == [3.5, 2.5, 2, 1.5]
    assert rows["is_high"].tolist() == [True, True, False, False]
    assert rows["is_firm"].tolist() == [True, False, False, True]  # without the other the second is 2 or 3
    assert rows["priority_consensus"].isna().all()


@pytest.mark.parametrize("people", range(1, 9))
def test_a_reading_is_firm_if_it_stays_whoever_is_left_out(people: int):
    marks = np.random.default_rng(people).choice(["0", "1", "2", "2", "3", "3", "4", "?", "-"], size=(17, people))
    items = [item.code for section in ENGLISH.policy.sections for item in section.items]
    names = [f"r{number}" for number in range(people)]
    lines = [f"{item} priority {' '.join(row)}" for item, row in zip(items, marks, strict=True)]
    everyone = answers(f"{' '.join(f'{name}:firm' for name in names)}\n" + "\n".join(lines))
    found = score_priorities(everyone, ENGLISH)
    without = {name: score_priorities(everyone[everyone["respondent"] != name], ENGLISH)["is_high"] for name in names}
    for item, row in zip(items, marks, strict=True):
        answered = [name for name, mark in zip(names, row, strict=True) if mark.isdigit()]
        if len(answered) < 2:
            assert found.loc[item, "is_firm"] is pd.NA
        else:
            stays = [bool(without[name][item] == found.loc[item, "is_high"]) for name in answered]
            assert found.loc[item, "is_firm"] == all(stays)
    if people > 2:
        assert set(found["is_firm"].dropna()) == {True, False}  # both were tried


def test_who_does_not_know_takes_no_part():
    sure = answers("ann:firm bob:firm cem:firm\nopenness priority 1 2 4")
    unsure = answers("ann:firm bob:firm cem:firm dee:firm eve:firm\nopenness priority 1 2 4 ? -")
    columns = ["priority", "priority_low", "priority_high", "priority_consensus", "is_high", "is_firm", "priority_n"]
    pd.testing.assert_series_equal(
        score_priorities(sure, ENGLISH).loc["openness", columns],
        score_priorities(unsure, ENGLISH).loc["openness", columns],
    )


@pytest.mark.parametrize("table", [NOBODY, answers("ann:firm bob:firm\nopenness priority ? ?")], ids=["nobody", "?"])
def test_nobody_with_a_step_gives_no_priority_at_all(table: pd.DataFrame):
    found = score_priorities(table, ENGLISH)
    assert len(found) == 17
    assert found[["priority", "vertical", "horizontal", "systemic_pct", "priority_consensus"]].isna().all(axis=None)
    assert found[["is_high", "is_firm"]].isna().all(axis=None)
    assert (found["approach"] == "unknown").all()
    assert (found["priority_n"] == 0).all()


def test_summaries_are_of_the_aspect_asked_for_and_in_the_order_asked_for():
    found = summarise(answers(SMALL), ["openness", "human-resources"], "vertical")
    assert list(found.index) == ["openness", "human-resources"]
    assert found.loc["openness", ["median", "n", "n_dont_know", "n_open"]].tolist() == [0, 2, 1, 1]
    assert found.loc["human-resources", ["median", "low", "high"]].tolist() == [3.5, 3, 4]


# Quality of policy

APART = 1 + (log2(2 / 3) + log2(11 / 12) + log2(7 / 12)) / 3  # consensus of 1, 2, 4
STAGES = """
                                   ann:firm  bob:firm  cem:firm
target-areas              quality  1         2         4
benchmarking              quality  0         ?         1
stakeholder-participation quality  4         4         3
vertical-priorities       quality  3         3         3
strength-and-potential    quality  ?         2         -
review                    quality  ?         ?         ?
instruments               quality  4         2         3
programme-integration     quality  ?         -         ?
target-of-support         quality  -         -         -
policy-in-place           quality  4         3         4
formal-document           quality  ?         ?         -
"""


def test_stages_of_policy_by_hand():
    found = score_policy_quality(answers(STAGES), ENGLISH)
    sections = found[found["level"] == "section"]
    assert list(sections.index) == ["general", "analysis", "strategy", "action"]
    table = sections[["score_pct", "least_pct", "most_pct", "n_known", "n_items"]].T
    # analysis: medians 2, 0.5 and 4 of 4, mean 13/6: nothing is open
    assert table["analysis"].tolist() == pytest.approx([100 * 13 / 24, 100 * 13 / 24, 100 * 13 / 24, 3, 3])
    # strategy: medians 3 and 2, one without an answer: mean 2.5 of 4; with it at 0: 5/3, at 4: 3
    assert table["strategy"].tolist() == pytest.approx([62.5, 100 * 5 / 12, 75, 2, 3])
    # action: one of three, 3: too little for a score; with the others at 0: 1 of 4, at 4: 11/3 of 4
    assert math.isnan(table.loc["score_pct", "action"])
    assert table["action"].tolist()[1:] == pytest.approx([25, 100 * 11 / 12, 1, 3])
    # general: one of two, 4: half is enough
    assert table["general"].tolist() == pytest.approx([100, 50, 100, 1, 2])


def test_practices_of_a_stage_by_hand():
    found = score_policy_quality(answers(STAGES), ENGLISH)
    assert list(found.index[:5]) == ["general", "policy-in-place", "formal-document", "analysis", "target-areas"]
    practices = found[found["level"] == "item"]
    assert len(practices) == 11
    assert practices.loc["benchmarking", "parent"] == "analysis"
    assert practices.loc["benchmarking", "name"] == "National and European benchmarking"
    assert practices.loc["benchmarking", ["score_pct", "median", "n", "n_dont_know"]].tolist() == [12.5, 0.5, 2, 1]
    assert practices.loc["target-areas", ["score_pct", "n_known"]].tolist() == [50, 1]
    assert math.isnan(practices.loc["review", "score_pct"])
    assert practices.loc["review", ["n_known", "n_items"]].tolist() == [0, 1]
    # 1, 2, 4 around 7/3: a third, a twelfth and five twelfths of the scale away
    assert practices.loc["target-areas", "consensus"] == pytest.approx(APART)
    assert math.isnan(practices.loc["benchmarking", "consensus"])  # two answers


@pytest.mark.parametrize(
    ("min_coverage", "has_score"),
    [
        (0.0, [True, True, True, True]),
        (1 / 3, [True, True, True, True]),
        (0.5, [True, True, True, False]),
        (0.6, [False, True, True, False]),
        (1.0, [False, True, False, False]),
    ],
)
def test_a_stage_has_a_score_from_the_coverage_asked_for(min_coverage: float, has_score: list[bool]):
    found = score_policy_quality(answers(STAGES), ENGLISH, min_coverage=min_coverage)
    sections = found[found["level"] == "section"]
    assert sections["score_pct"].notna().tolist() == has_score  # 1 of 2, 3 of 3, 2 of 3, 1 of 3
    default = score_policy_quality(answers(STAGES), ENGLISH)
    bounds = ["least_pct", "most_pct"]
    pd.testing.assert_frame_equal(found[bounds], default[bounds])


@FEW
@given(steps=st.lists(st.sampled_from([*range(5), "?"]), min_size=33, max_size=33))
def test_the_score_of_a_stage_lies_between_its_bounds(steps: list[int | str]):
    items = [item.code for section in ENGLISH.practice.sections for item in section.items]
    lines = [f"{item} quality {' '.join(map(str, steps[3 * n : 3 * n + 3]))}" for n, item in enumerate(items)]
    found = score_policy_quality(answers("a:firm b:firm c:firm\n" + "\n".join(lines)), ENGLISH)
    sections = found[found["level"] == "section"].dropna(subset="score_pct")
    assert (sections["least_pct"] <= sections["score_pct"] + 1e-9).all()
    assert (sections["score_pct"] <= sections["most_pct"] + 1e-9).all()
    complete = sections[sections["n_known"] == sections["n_items"]]
    assert complete["least_pct"].tolist() == pytest.approx(complete["most_pct"].tolist())
    assert found["score_pct"].dropna().between(0, 100).all()


def test_a_stage_that_everybody_skipped_has_bounds_but_no_score():
    found = score_policy_quality(answers("ann:firm\ntarget-areas quality 2\nbenchmarking quality 2"), ENGLISH)
    for stage in ("general", "strategy", "action"):
        assert math.isnan(found.loc[stage, "score_pct"])
        assert found.loc[stage, ["least_pct", "most_pct", "n_known"]].tolist() == [0, 100, 0]
    assert found.loc["analysis", "score_pct"] == 50


@pytest.mark.parametrize("table", [NOBODY, answers("ann:firm\nreview quality ?")], ids=["nobody", "?"])
@pytest.mark.parametrize("min_coverage", [0.5, 0.0])
def test_without_a_step_no_stage_has_a_score(table: pd.DataFrame, min_coverage: float):
    found = score_policy_quality(table, ENGLISH, min_coverage=min_coverage)
    assert len(found) == 15
    assert found["score_pct"].isna().all()
    assert (found["n_known"] == 0).all()


# Groups of stakeholders

CAMPS = """
                                    ann:firm  bob:firm  cem:public-authority  dee:civil-society
human-resources           priority  4         2         1                     ?
openness                  priority  0         0         4                     4
attractiveness            priority  ?         -         3                     ?
public-funds              priority  2         2         2                     -
benchmarking              quality   1         4         3                     3
"""


def test_groups_by_hand():
    found = by_group(answers(CAMPS), ENGLISH)
    assert list(found.columns) == ["public-authority", "firm", "civil-society", "n", "consensus", "apart"]
    assert list(found.index) == ENGLISH.scales
    rows = {item: found.loc[item, "priority"].tolist() for item in ("human-resources", "openness", "public-funds")}
    nothing = pytest.approx(math.nan, nan_ok=True)
    # 4, 2, 1 around 7/3; firms 3, authority 1
    assert rows["human-resources"] == [1, 3, nothing, 3, pytest.approx(APART), 2]
    # groups agree among themselves, not with each other
    assert rows["openness"] == [4, 0, 4, 4, 0, 4]
    assert rows["public-funds"] == [2, 2, nothing, 3, 1, 0]
    # one respondent: nothing to compare
    assert found.loc["attractiveness", "priority"].tolist() == [3, nothing, nothing, 1, nothing, nothing]
    # 1, 3, 3, 4 around 11/4
    agreed = 1 + (log2(9 / 16) + 2 * log2(15 / 16) + log2(11 / 16)) / 4
    assert found.loc["benchmarking", "quality"].tolist() == [3, 2.5, 3, 4, pytest.approx(agreed), 0.5]
    assert found.loc["openness", "vertical"].tolist() == [nothing, nothing, nothing, 0, nothing, nothing]


def test_two_respondents_have_a_distance_but_no_consensus():
    found = by_group(answers("ann:firm bob:civil-society\nopenness priority 1 4"), ENGLISH).loc[
        ("openness", "priority")
    ]
    assert found[["firm", "civil-society", "n", "apart"]].tolist() == [1, 4, 2, 3]
    assert math.isnan(found["consensus"])


def test_a_group_in_which_nobody_knows_stands_without_a_step():
    found = by_group(answers("ann:firm bob:civil-society\nopenness priority 3 ?"), ENGLISH)
    assert list(found.columns[:2]) == ["firm", "civil-society"]
    assert found["civil-society"].isna().all()
    assert math.isnan(found.loc[("openness", "priority"), "apart"])


def test_without_respondents_there_are_no_groups():
    found = by_group(NOBODY, ENGLISH)
    assert list(found.columns) == ["n", "consensus", "apart"]
    assert (found["n"] == 0).all()
    assert found[["consensus", "apart"]].isna().all(axis=None)


def test_answers_that_nobody_knows_have_groups_but_no_steps():
    found = by_group(answers("ann:firm\nopenness priority ?"), ENGLISH)
    assert list(found.columns) == ["firm", "n", "consensus", "apart"]
    assert found[["firm", "consensus", "apart"]].isna().all(axis=None)


# What holds of all three

SCORES = [score_priorities, score_policy_quality, by_group]


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize("text", [SMALL, STAGES, CAMPS])
def test_the_order_of_respondents_and_rows_does_not_matter_and_the_input_stays(score, text: str):
    table = answers(text)
    before = table.copy(deep=True)
    found = score(table, ENGLISH)
    pd.testing.assert_frame_equal(table, before)
    for seed in range(3):
        shuffled = table.sample(frac=1, random_state=seed)
        pd.testing.assert_frame_equal(score(shuffled, ENGLISH), found)


@pytest.mark.parametrize("score", SCORES)
def test_a_table_without_its_columns_is_refused(score):
    table = answers(SMALL).drop(columns=["state", "group"])
    with pytest.raises(ContractError) as caught:
        score(table, ENGLISH)
    assert [problem.what for problem in caught.value.problems] == [
        "The answers have no column group.",
        "The answers have no column state.",
    ]
    assert {(problem.where, problem.rule, problem.fix) for problem in caught.value.problems} == {
        ("the table given", "docs/methods.md#stress-test", "use Answers.table")
    }


@pytest.mark.parametrize("score", SCORES)
def test_steps_outside_the_scale_and_answers_that_stand_twice_are_refused_together(score):
    table = answers(SMALL)
    table.loc[[0, 3], "value"] = [4.5, -1]
    table = pd.concat([table, table.iloc[[7]]])
    with pytest.raises(ContractError) as caught:
        score(table, ENGLISH)
    outside, twice = caught.value.problems
    assert outside.what == "2 answers lie outside the scale, the first is 4.5."
    assert (outside.where, outside.rule) == ("column value", "steps from 0 to 4, NaN for none")
    assert outside.fix == "check the answers"
    assert twice.what == "1 answers stand twice, the first of ann."
    assert (twice.rule, twice.fix) == ("a respondent answers a question once", "remove one of the two")
