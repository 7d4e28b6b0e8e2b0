"""What a region hands in is read and checked at once; the example shows every kind of finding, and is all made up."""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from clusterkit import params, portrait, stress_test
from clusterkit.errors import ParamError, Problem
from clusterkit.paths import Project
from clusterkit.stress_test.answer_files import write_answers
from clusterkit.stress_test.answers import AnswerSheet, blank
from clusterkit.stress_test.gaps import ORDER
from clusterkit.stress_test.inputs import FILES, Inputs, load_inputs, load_instrument

ROOT = Path(__file__).resolve().parents[2]
PROJECT = Project(ROOT)
INSTRUMENT = load_instrument(PROJECT.params)
QUESTIONS = INSTRUMENT.questionnaire
MARCH, MAY = dt.date(2024, 3, 1), dt.date(2026, 5, 1)

# The instrument


def test_the_instrument_of_the_project():
    assert QUESTIONS.framework == INSTRUMENT.framework.id
    assert len(INSTRUMENT.parts) == 17
    assert list(INSTRUMENT.parts) == [item.code for section in QUESTIONS.policy.sections for item in section.items]
    assert INSTRUMENT.parts["openness"] == "Openness of the region"
    assert "benchmarking" in INSTRUMENT.facts["region"]
    assert len(INSTRUMENT.rules) > 30


def test_the_instrument_in_another_language_asks_the_same():
    french = load_instrument(PROJECT.params, language="fr")
    assert french.questionnaire.language == "fr"
    assert french.questionnaire.title != QUESTIONS.title
    assert french.questionnaire.scales == QUESTIONS.scales
    assert french.rules == INSTRUMENT.rules


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Parameters of a project, to spoil."""
    shutil.copytree(PROJECT.params / "stress_test", tmp_path / "params" / "stress_test")
    shutil.copytree(PROJECT.params / "frameworks", tmp_path / "params" / "frameworks")
    return tmp_path / "params"


@pytest.mark.parametrize(
    ("file", "before", "after", "what"),
    [
        ("stress_test/questionnaire.yaml", "aspects: [quality]", "aspects: [qualty]", "asks for the aspect qualty"),
        (
            "stress_test/questionnaire.yaml",
            "- code: openness",
            "- code: opennes",
            "The item opennes is no sub-dimension",
        ),
        ("stress_test/questionnaire.yaml", "framework: res-6", "framework: res-7", "res-7.yaml cannot be read"),
        ("stress_test/rules.yaml", "fact: is_sure", "fact: is_shure", "asks about 'is_shure', which is no fact"),
        ("stress_test/programmes.yaml", "levels:", "level:", "The key levels is missing."),
    ],
)
def test_a_wrong_file_of_the_instrument_is_refused(copy: Path, file: str, before: str, after: str, what: str):
    path = copy / file
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ParamError) as caught:
        load_instrument(copy)
    assert what in caught.value.text(50)


def test_a_language_that_the_questionnaire_does_not_have_is_refused():
    with pytest.raises(ParamError, match=r"^The questionnaire has no language 'de'\.\n") as caught:
        load_instrument(PROJECT.params, language="de")
    assert caught.value.problems[0].fix.startswith("use one of: en, fr")


# What a region hands in


def sheet(respondent: str = "r1", day: dt.date = MAY, **changes: Any) -> AnswerSheet:
    made = blank(QUESTIONS, region="piemonte", respondent=respondent, group="firm", date=day)
    steps = {**made.steps, ("openness", "priority"): 3}
    return replace(made, **{"steps": steps, **changes})


def answers(folder: Path, name: str, *sheets: AnswerSheet) -> str:
    write_answers(folder / name, sheets, QUESTIONS)
    return name


def text(folder: Path, name: str, *lines: str) -> str:
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return name


PROGRAMMES = ("id,name,level,first_year,objectives", "P1,Skills,regional,2021,skills")
DOMAINS = ("name,sectors", "Cars,C29")
EVIDENCE = ("item,region,verdict,rank,n_ranked,rank_low,rank_high,n_known", "openness,piemonte,middle,9,20,8,10,2")


def load(folder: Path, **files: str | None) -> Inputs:
    return load_inputs(INSTRUMENT, folder, files, region="piemonte")


def problems(folder: Path, **files: str | None) -> tuple[Problem, ...]:
    with pytest.raises(ParamError) as caught:
        load(folder, **files)
    for problem in caught.value.problems:
        assert problem.where
        assert problem.rule
        assert problem.fix
    return caught.value.problems


def whats(found: Iterable[Problem]) -> list[str]:
    return [problem.what for problem in found]


@pytest.mark.parametrize("files", [{}, dict.fromkeys(FILES)])
def test_nothing_handed_in_is_no_answer_and_no_table(tmp_path: Path, files: dict[str, None]):
    found = load(tmp_path, **files)
    assert found.answers.sheets == ()
    assert found.answers.table.empty
    assert not found.answers.is_illustrative
    assert (found.earlier, found.programmes, found.domains, found.earlier_scoreboard) == (None,) * 4


def test_everything_handed_in(tmp_path: Path):
    found = load(
        tmp_path,
        answers=answers(tmp_path, "now.csv", sheet("r1"), sheet("r2")),
        earlier_answers=answers(tmp_path, "then.yaml", sheet("r1", MARCH)),
        programmes=text(tmp_path, "programmes.csv", *PROGRAMMES),
        domains=text(tmp_path, "domains.csv", *DOMAINS),
        earlier_scoreboard=text(tmp_path, "evidence.csv", *EVIDENCE),
    )
    assert [one.respondent for one in found.answers.sheets] == ["r1", "r2"]
    assert (found.answers.dates, found.earlier.dates) == ((MAY, MAY), (MARCH, MARCH))
    assert list(found.programmes.index) == ["P1"]
    assert found.domains.loc["Cars", "sectors"] == ("C29",)
    assert found.earlier_scoreboard.loc["openness", "rank"] == 9


def test_answers_may_be_a_folder_of_files(tmp_path: Path):
    (tmp_path / "answers").mkdir()
    answers(tmp_path / "answers", "one.yaml", sheet("r2"))
    answers(tmp_path / "answers", "more.xlsx", sheet("r1"), sheet("r3"))
    found = load(tmp_path, answers="answers")
    assert [one.respondent for one in found.answers.sheets] == ["r1", "r2", "r3"]


def test_all_that_is_wrong_with_all_files_is_said_at_once(tmp_path: Path):
    wrong = sheet("r1", region="saxony")
    found = problems(
        tmp_path,
        answers=answers(tmp_path, "now.csv", wrong, sheet("r2", group="firms")),
        earlier_answers=answers(tmp_path, "then.csv", sheet("r1", questionnaire="another")),
        programmes=text(tmp_path, "programmes.csv", *PROGRAMMES, "P 2,,national,2021,skils"),
        domains=text(tmp_path, "domains.csv", *DOMAINS, "Food,C10.1"),
        earlier_scoreboard=text(tmp_path, "evidence.csv", *EVIDENCE, "openness,saxony,good,9,20,8,10,2"),
    )
    assert whats(found) == [
        "The answers are for the region 'saxony'.",
        "The group 'firms' is not known.",
        "The answers are to the questionnaire 'another'.",
        "The id is 'P 2'.",
        "The name of P 2 has 0 characters.",
        "objectives has 'skils'.",
        "sectors has 'C10.1'.",
        "The row is of the region 'saxony'.",
        "openness stands twice.",
        "The verdict is 'good'.",
    ]
    for name in ("now.csv", "then.csv", "programmes.csv", "domains.csv", "evidence.csv"):
        assert any(str(tmp_path / name) in problem.where for problem in found), name


def test_every_file_that_is_not_there_is_named(tmp_path: Path):
    found = problems(tmp_path, **{name: f"{name}.csv" for name in FILES})
    assert whats(found) == [f"The file {name}.csv cannot be read: No such file or directory." for name in FILES]


@pytest.mark.parametrize(("earlier", "later"), [(MAY, MARCH), (MAY, MAY)])
def test_an_earlier_round_that_ends_after_the_later_begins_is_refused(tmp_path: Path, earlier: dt.date, later: dt.date):
    now = answers(tmp_path, "now.csv", sheet("r1", later), sheet("r2", dt.date(2027, 1, 1)))
    then = answers(tmp_path, "then.csv", sheet("r1", dt.date(2023, 1, 1)), sheet("r2", earlier))
    (problem,) = problems(tmp_path, answers=now, earlier_answers=then)
    assert problem.what == f"The earlier answers end on {earlier}, the later begin on {later}."
    assert problem.where == "then.csv and now.csv"
    assert problem.rule == "the earlier round ends before the later begins"
    assert problem.fix == "swap the two, or correct the dates"


def test_a_round_that_ends_the_day_before_the_next_begins_is_earlier(tmp_path: Path):
    now = answers(tmp_path, "now.csv", sheet("r1", MAY))
    then = answers(tmp_path, "then.csv", sheet("r1", MAY - dt.timedelta(days=1)))
    assert load(tmp_path, answers=now, earlier_answers=then).earlier is not None


@pytest.mark.parametrize(("now_made_up", "then_made_up"), [(True, False), (False, True)])
def test_an_illustrative_round_beside_a_real_one_is_refused(tmp_path: Path, now_made_up: bool, then_made_up: bool):
    now = answers(tmp_path, "now.csv", sheet(illustrative=now_made_up))
    then = answers(tmp_path, "then.csv", sheet(day=MARCH, illustrative=then_made_up))
    (problem,) = problems(tmp_path, answers=now, earlier_answers=then)
    assert problem.what == "One of the two rounds is illustrative."
    assert problem.rule == "made-up answers are never mixed with those of a region"
    assert problem.fix == "keep them apart"


def test_illustrative_answers_among_real_ones_are_refused(tmp_path: Path):
    mixed = answers(tmp_path, "now.csv", sheet("r1"), sheet("r2", illustrative=True))
    (problem,) = problems(tmp_path, answers=mixed)
    assert problem.what == "Illustrative answers stand among real ones: r2."


def test_two_illustrative_rounds_are_read_as_such(tmp_path: Path):
    now = answers(tmp_path, "now.csv", sheet(illustrative=True))
    then = answers(tmp_path, "then.csv", sheet(day=MARCH, illustrative=True))
    found = load(tmp_path, answers=now, earlier_answers=then)
    assert found.answers.is_illustrative
    assert found.earlier.is_illustrative


def test_earlier_answers_without_later_ones_are_refused(tmp_path: Path):
    (problem,) = problems(tmp_path, earlier_answers=answers(tmp_path, "then.csv", sheet()))
    assert problem.what == "There are earlier answers, but no answers."
    assert problem.where == "parameters earlier_answers and answers"
    assert problem.rule == "a change is told between two rounds"
    assert problem.fix == "name the earlier answers under answers, or add the later ones"


def test_rounds_in_the_wrong_order_and_mixed_are_said_with_what_else_is_wrong(tmp_path: Path):
    now = answers(tmp_path, "now.csv", sheet(day=MARCH))
    then = answers(tmp_path, "then.csv", sheet(day=MAY, illustrative=True))
    domains = text(tmp_path, "domains.csv", "name,sectors", "Food,")
    found = problems(tmp_path, answers=now, earlier_answers=then, domains=domains)
    assert whats(found) == [
        "'Food' has no sectors.",
        "The earlier answers end on 2026-05-01, the later begin on 2024-03-01.",
        "One of the two rounds is illustrative.",
    ]


# The example


def rows(name: str) -> list[dict[str, str]]:
    with (ROOT / "params" / "stress_test" / "example" / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", ["answers.csv", "answers-earlier.csv"])
def test_every_row_of_the_answers_of_the_example_is_illustrative(name: str):
    found = rows(name)
    assert len(found) > 200
    for row in found:
        assert (row["illustrative"], row["region"]) == ("true", params.EXAMPLE_ID)
        assert not row["evidence"] or row["evidence"].startswith("Illustrative: ")
        assert not row["link"]  # to nobody's document


@pytest.mark.parametrize("name", ["programmes.csv", "domains.csv"])
def test_every_row_of_the_tables_of_the_example_says_that_it_is_illustrative(name: str):
    found = rows(name)
    assert len(found) >= 4
    for row in found:
        assert row["name"].startswith("Illustrative: ")
        assert (row["source"], row["link"]) == ("Illustrative", "")


def test_there_is_nothing_else_in_the_folder_of_the_example():
    folder = ROOT / "params" / "stress_test" / "example"
    assert sorted(path.name for path in folder.iterdir()) == [
        "answers-earlier.csv", "answers.csv", "domains.csv", "programmes.csv",
    ]  # fmt: skip


@pytest.fixture(scope="module")
def example() -> stress_test.StressTest:
    """The stress test of the example, as its notebook makes it."""
    return portrait.stress_test(params.load_example(PROJECT), INSTRUMENT, PROJECT)


def test_the_example_is_answered_and_made_up(example: stress_test.StressTest):
    assert example.is_answered
    assert example.is_illustrative
    assert len(example.inputs.answers.sheets) >= 5
    assert len({one.group for one in example.inputs.answers.sheets}) >= 4


def test_the_example_shows_every_kind_of_disparity(example: stress_test.StressTest):
    found = example.gaps
    assert set(found["gap"]) == set(ORDER)
    kinds = found["gap"]
    assert kinds["private-financing"] == kinds["openness"] == "blind spot"
    assert found["is_sure"][["private-financing", "openness"]].tolist() == [True, False]
    assert found.loc["openness", "n_known"] == 1  # a single indicator is never sure
    assert kinds["entrepreneurial-culture"] == "reinforced strength"
    assert kinds["public-funds"] == "maintained strength"
    assert found["is_sure"][["entrepreneurial-culture", "public-funds"]].all()
    assert (kinds[list(example.instrument.framework.empty)].isin(["no evidence", "not answered"])).all()
    assert kinds["legal-framework"] == "not answered"
    assert found.loc[found["gap"] == "no evidence", "priority"].ge(2.5).any()


def test_the_example_shows_agreement_contradiction_and_doubt(example: stress_test.StressTest):
    assert example.groups["consensus"].min() == 0
    assert example.groups["consensus"].max() > 0.85
    assert set(example.gaps["is_firm"].dropna()) == {True, False}
    assert set(example.priorities["approach"]) == {
        "systemic", "vertical only", "horizontal only", "neither", "unknown",
    }  # fmt: skip


def test_the_example_has_recommendations_of_every_kind_and_scope(example: stress_test.StressTest):
    assert {one.rule.kind for one in example.recommendations} == {"act", "check", "talk", "keep"}
    assert {one.rule.scope for one in example.recommendations} == {"region", "sub-dimension", "domain"}
    assert all(one.evidence for one in example.recommendations)


def test_the_domains_of_the_example_stand_on_every_footing_but_hidden(example: stress_test.StressTest):
    assert set(example.domains["footing"]) == {"strength", "growth", "within reach", "none", "not observed"}
    assert "strong" in set(example.outside_domains["footing"])


def test_the_example_shows_change_in_both_directions(example: stress_test.StressTest):
    assert {"higher", "lower", "as before"} <= set(example.changed_answers["direction"])
    assert set(example.changed_answers["is_changed"]) == {True, False}
    assert example.changed_quality["change"].min() < 0 < example.changed_quality["change"].max()
    assert example.changed_evidence is None
