"""What counts as an answer, every way a sheet can be wrong, several respondents, and answers to earlier versions."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from clusterkit.errors import MAX_SHOWN, ParamError, Problem
from clusterkit.stress_test import answers
from clusterkit.stress_test.answer_files import read_answers, write_answers, yaml_text
from clusterkit.stress_test.answers import (
    AnswerSheet,
    Cell,
    RawSheet,
    answer_table,
    blank,
    check_sheet,
    clean_text,
    collect,
    parse_step,
)
from clusterkit.stress_test.questionnaire import DONT_KNOW, Questionnaire, load_questionnaire

ROOT = Path(__file__).resolve().parents[2]
ENGLISH = load_questionnaire(ROOT / "params" / "stress_test")
FRENCH = load_questionnaire(ROOT / "params" / "stress_test", language="fr")
META = {"region": "piemonte", "respondent": "r1", "group": "firm", "date": dt.date(2026, 1, 31)}
PRIORITY = ("human-resources", "priority")


def raw(*cells: tuple[str, str, Any], **meta: Any) -> RawSheet:
    """A sheet as a reader hands it on; a particular that is None is not there."""
    given = {name: (value, f"head, {name}") for name, value in {**META, **meta}.items() if value is not None}
    rows = [Cell(item, aspect, value, f"line {number}") for number, (item, aspect, value) in enumerate(cells, start=1)]
    return RawSheet("sheet.yaml", given, rows)


def checked(*cells: tuple[str, str, Any], **meta: Any) -> AnswerSheet:
    return check_sheet(raw(*cells, **meta), ENGLISH)


def problems(*cells: tuple[str, str, Any], read_for: str | None = None, **meta: Any) -> tuple[Problem, ...]:
    with pytest.raises(ParamError) as caught:
        check_sheet(raw(*cells, **meta), ENGLISH, region=read_for)
    return caught.value.problems


def sheet(respondent: str = "r1", **changes: Any) -> AnswerSheet:
    made = blank(ENGLISH, **{**META, "respondent": respondent})
    return AnswerSheet(**{**{name: getattr(made, name) for name in made.__dataclass_fields__}, **changes})


# One answer


@pytest.mark.parametrize("step", range(5))
@pytest.mark.parametrize(
    "form",
    [int, float, str, "{}.0".format, " {} ".format, "+{}".format, "{} – largely".format, "{} - largely".format,
     "{}: largely".format, "{}. largely\nin two lines".format, "{}) largely".format, "{} — largely".format],
)  # fmt: skip
def test_a_step_is_read_however_a_person_or_a_spreadsheet_writes_it(step: int, form: Callable[[int], Any]):
    found = parse_step(form(step))
    assert found == step
    assert type(found) is int


@pytest.mark.parametrize(
    "text",
    ["dont_know", "Dont_Know", "don't know", "don’t know", "DON’T KNOW", " Don't know ", "dont know", "do not know",
     "dk", "DK", "n/k", "N/K"],
)  # fmt: skip
def test_not_knowing_is_an_answer_in_several_spellings(text: str):
    assert parse_step(text) == DONT_KNOW == "dont_know"


def test_not_knowing_is_read_in_the_language_of_the_questions():
    assert parse_step(" je ne sais PAS ", FRENCH.dont_know) == DONT_KNOW
    with pytest.raises(ValueError, match="Je ne sais pas"):
        parse_step("Je ne sais pas", ENGLISH.dont_know)
    in_french = check_sheet(raw((*PRIORITY, "Je ne sais pas")), FRENCH)
    assert in_french.steps[PRIORITY] == DONT_KNOW


@pytest.mark.parametrize("nothing", [None, "", " ", "\t\n", "\u00a0"])
def test_nothing_is_no_answer_yet(nothing: Any):
    assert parse_step(nothing) is None
    assert parse_step(nothing, "") is None


@pytest.mark.parametrize(
    "value",
    [True, False, -1, 5, 2.5, -0.5, 10**400, 4.0000001, math.nan, math.inf, -math.inf, "-1", "5", "2.5", "=1", "'3",
     "nan", "3 largely", "3-largely", "2-3", "2 3", "three", "1e0", "0x1", "3.10", "3..0", "3,0", "none", "?", "-",
     "true", [3], {"a": 3}, (), b"3", 3j, dt.date(2026, 1, 3), "9" * 5000, "3\u0000"],
)  # fmt: skip
def test_what_is_no_step_is_refused(value: Any):
    with pytest.raises(ValueError):  # noqa: PT011  the message is the value; check_sheet makes the words
        parse_step(value)


# One sheet


def test_a_sheet_without_answers_is_every_question_open():
    found = checked()
    assert found == sheet()
    assert list(found.steps) == ENGLISH.scales
    assert (len(found.steps), found.n_answered) == (62, 0)
    assert (found.questionnaire, found.version, found.left_over) == ("cluster-policy", 1, {})


def test_a_sheet_with_answers_of_each_kind():
    found = checked(
        (*PRIORITY, 3),
        ("human-resources", "vertical", "dont_know"),
        ("benchmarking", "quality", 0),
        ("human-resources", "programmes", ["ERDF 2021–2027", " skills ", "", 2024]),
        ("human-resources", "evidence", " a text\r\nin two lines\x07 "),
        ("human-resources", "link", "https://example.org/a?b=1#c"),
    )
    assert {key: value for key, value in found.steps.items() if value is not None} == {
        PRIORITY: 3,
        ("human-resources", "vertical"): DONT_KNOW,
        ("benchmarking", "quality"): 0,
    }
    assert found.n_answered == 3
    assert found.programmes == {"human-resources": ("ERDF 2021–2027", "skills", "2024")}
    assert found.texts == {
        ("human-resources", "evidence"): "a text\nin two lines",
        ("human-resources", "link"): "https://example.org/a?b=1#c",
    }


def test_checking_does_not_change_what_was_read():
    given = raw((*PRIORITY, 3), ("human-resources", "programmes", ["a", "a"]))
    before = repr(given)
    check_sheet(given, ENGLISH)
    assert repr(given) == before


@pytest.mark.parametrize(
    ("cell", "what", "fix"),
    [
        (("human-resource", "priority", 3), "There is no question 'human-resource'.", "did you mean human-resources?"),
        (("zzz", "priority", 3), "There is no question 'zzz'.", "remove it"),
        (("", "priority", 3), "There is no question ''.", "remove it"),
        (
            ("human-resources", "quality", 3),
            "The question human-resources has no aspect 'quality'.",
            "use one of: priority, vertical, horizontal, programmes, evidence, link",
        ),
        (
            ("human-resources", "vertikal", 3),
            "The question human-resources has no aspect 'vertikal'.",
            "did you mean vertical?",
        ),
        (
            ("benchmarking", "priority", 3),
            "The question benchmarking has no aspect 'priority'.",
            "use one of: quality, evidence, link",
        ),
        (("benchmarking", "programmes", []), "The question benchmarking has no aspect 'programmes'.", "use one of"),
        ((*PRIORITY, 5), "human-resources, priority is 5.", "write one of 0, 1, 2, 3, 4, dont_know, null"),
        ((*PRIORITY, True), "human-resources, priority is True.", "write one of 0"),
        ((*PRIORITY, "=1"), "human-resources, priority is '=1'.", "write one of 0"),
        ((*PRIORITY, "x" * 90), f"human-resources, priority is '{'x' * 56}....", "write one of 0"),
        (
            ("human-resources", "programmes", {"a": 1}),
            "human-resources, programmes is {'a': 1}.",
            "write programmes: [], or names in brackets",
        ),
        (("human-resources", "programmes", [["a"]]), "human-resources, programmes is [['a']].", "write programmes"),
        (("human-resources", "programmes", True), "human-resources, programmes is True.", "write programmes"),
        (
            ("human-resources", "programmes", ["a;b"]),
            "human-resources names 1 programmes, or one with a semicolon or more than 200 characters.",
            "shorten the list",
        ),
        (("human-resources", "programmes", ["x" * 201]), "human-resources names 1 programmes", "shorten the list"),
        (
            ("human-resources", "programmes", [str(n) for n in range(21)]),
            "human-resources names 21 programmes",
            "shorten",
        ),
        (("human-resources", "evidence", ["a"]), "human-resources, evidence is ['a'].", "write it in quotes"),
        (("human-resources", "evidence", False), "human-resources, evidence is False.", "write it in quotes"),
        (
            ("human-resources", "evidence", "x" * 5001),
            "The evidence of human-resources has 5,001 characters.",
            "shorten it, or link to the document",
        ),
        *(
            (
                ("human-resources", "link", link),
                f"The link of human-resources is {link!r}.",
                "write the whole address, or put the text under evidence",
            )
            for link in (
                "example.org",
                "javascript:alert(1)",
                "file:///etc/passwd",
                "https://a b",
                'https://a"onclick="x',
                "https://a<script>",
                "HTTPS //x",
                "https://a\nhttps://b",
                " data:text/html,x".strip(),
            )
        ),
    ],
)
def test_a_wrong_answer_is_named_with_its_place_and_its_mending(cell: tuple[str, str, Any], what: str, fix: str):
    (problem,) = problems((*PRIORITY, None) if cell[:2] != PRIORITY else ("benchmarking", "quality", 1), cell)
    assert problem.what.startswith(what)
    assert problem.where == "line 2"
    assert problem.fix.startswith(fix)
    assert problem.rule


@pytest.mark.parametrize(
    ("meta", "what", "fix"),
    [
        ({"region": None}, "The region is missing.", "write region: piemonte, for instance"),
        ({"region": "Piemonte"}, "The region is 'Piemonte'.", "write region: piemonte, for instance"),
        ({"region": "../x"}, "The region is '../x'.", "write region"),
        ({"region": ["piemonte"]}, "The region is ['piemonte'].", "write region"),
        ({"respondent": None}, "The respondent is missing.", "write respondent: r1, for instance"),
        ({"respondent": "  "}, "The respondent is missing.", "write respondent: r1, for instance"),
        ({"respondent": "Anna Rossi"}, "The respondent is 'Anna Rossi'.", "write respondent: r1, for instance"),
        ({"respondent": "Zoë"}, "The respondent is 'Zoë'.", "write respondent"),
        ({"respondent": "a/b"}, "The respondent is 'a/b'.", "write respondent"),
        ({"respondent": ".hidden"}, "The respondent is '.hidden'.", "write respondent"),
        ({"respondent": "=r1"}, "The respondent is '=r1'.", "write respondent"),
        ({"respondent": "x" * 61}, f"The respondent is '{'x' * 56}....", "write respondent"),
        ({"respondent": "a@example.org"}, "The respondent is 'a@example.org'.", "write respondent"),
        ({"group": None}, "The group of stakeholders is missing.", "use one of: public-authority, cluster-"),
        ({"group": "firms"}, "The group 'firms' is not known.", "did you mean firm?"),
        ({"group": 7}, "The group 7 is not known.", "use one of: public-authority"),
        ({"date": None}, "The date is missing.", "write date: 2026-01-31, for instance"),
        ({"date": "31/01/2026"}, "The date is '31/01/2026'.", "write date: 2026-01-31, for instance"),
        ({"date": "2026-02-30"}, "The date is '2026-02-30'.", "write date"),
        ({"date": "2026-01-310"}, "The date is '2026-01-310'.", "write date"),
        ({"date": "2026-01-31 or so"}, "The date is '2026-01-31 or so'.", "write date"),
        ({"date": dt.date(1999, 12, 31)}, "The date is '1999-12-31'.", "write date"),
        ({"date": 46053}, "The date is 46053.", "write date"),
        ({"language": "French"}, "The language is 'French'.", "write language: en, for instance"),
        ({"illustrative": "maybe"}, "illustrative is 'maybe'.", "write illustrative: false"),
        ({"illustrative": 2}, "illustrative is 2.", "write illustrative: false"),
        (
            {"questionnaire": "another"},
            "The answers are to the questionnaire 'another'.",
            "make a new file with `clusterkit stress-test init`",
        ),
        (
            {"questionnaire_version": "new"},
            "The version of the questionnaire is 'new'.",
            "write questionnaire_version: 1",
        ),
        (
            {"questionnaire_version": True},
            "The version of the questionnaire is True.",
            "write questionnaire_version: 1",
        ),
        (
            {"questionnaire_version": math.inf},
            "The version of the questionnaire is inf.",
            "write questionnaire_version: 1",
        ),
        ({"respondant": "r1"}, "Unknown key respondant.", "did you mean respondent?"),
        ({"zzz": 1}, "Unknown key zzz.", "remove it; the keys are region, questionnaire"),
    ],
)
def test_a_wrong_particular_is_named_with_its_place_and_its_mending(meta: dict[str, Any], what: str, fix: str):
    (problem,) = problems(**meta)
    (name, value) = next(iter(meta.items()))
    assert problem.what.startswith(what)
    assert problem.where == ("sheet.yaml" if value is None else f"head, {name}")
    assert problem.fix.startswith(fix)
    assert problem.rule


@pytest.mark.parametrize(
    ("meta", "name", "value"),
    [
        ({"respondent": 17}, "respondent", "17"),
        ({"respondent": 17.0}, "respondent", "17"),  # as a spreadsheet makes it
        ({"respondent": " r-1.a_B "}, "respondent", "r-1.a_B"),
        ({"respondent": "x" * 60}, "respondent", "x" * 60),
        ({"group": "Firm or business association"}, "group", "firm"),
        ({"group": " FIRM "}, "group", None),
        ({"date": "2026-01-31"}, "date", dt.date(2026, 1, 31)),
        ({"date": "2026-01-31T10:30:00"}, "date", dt.date(2026, 1, 31)),
        ({"date": " 2026-01-31 00:00:00 "}, "date", dt.date(2026, 1, 31)),
        ({"date": dt.datetime(2026, 1, 31, 23, 59)}, "date", dt.date(2026, 1, 31)),
        ({"date": "2000-01-01"}, "date", dt.date(2000, 1, 1)),
        ({"language": "fr"}, "language", "fr"),
        ({"language": ""}, "language", "en"),
        ({"illustrative": True}, "illustrative", True),
        ({"illustrative": "TRUE"}, "illustrative", True),
        ({"illustrative": "yes"}, "illustrative", True),
        ({"illustrative": 1}, "illustrative", True),
        ({"illustrative": "no"}, "illustrative", False),
        ({"illustrative": ""}, "illustrative", False),
        ({"questionnaire": "cluster-policy "}, "questionnaire", "cluster-policy"),
        ({"questionnaire_version": "1"}, "version", 1),
        ({"questionnaire_version": 1.0}, "version", 1),
    ],
)
def test_a_particular_is_read_however_a_spreadsheet_writes_it(meta: dict[str, Any], name: str, value: Any):
    if value is None:
        (problem,) = problems(**meta)
        assert "is not known" in problem.what  # neither the code nor the name of a group
    else:
        assert getattr(checked(**meta), name) == value


def test_a_group_is_known_by_its_name_in_the_language_of_the_questions():
    name = FRENCH.groups["civil-society"]
    assert check_sheet(raw(group=f" {name.upper()}"), FRENCH).group == "civil-society"
    assert problems(group=name)[0].what == f"The group {name!r} is not known."


def test_answers_must_be_of_the_region_that_they_are_read_for():
    (problem,) = problems(read_for="catalunya")
    assert str(problem) == (
        "The answers are for the region 'piemonte'.\n"
        "  where: head, region\n"
        "  rule:  these are to be catalunya’s\n"
        "  fix:   write region: catalunya, or name the answers of this region in its parameters"
    )
    assert check_sheet(raw(), ENGLISH, region="piemonte").region == "piemonte"
    assert check_sheet(raw(region=" piemonte "), ENGLISH, region="piemonte").region == "piemonte"
    assert check_sheet(raw(region=None), ENGLISH, region="piemonte").region == "piemonte"


def test_a_question_answered_twice_is_refused_with_both_places_even_where_the_answers_agree():
    (problem,) = problems((*PRIORITY, 3), (*PRIORITY, 3))
    assert str(problem) == (
        "The answer human-resources, priority stands twice.\n"
        "  where: line 1 and line 2\n"
        "  rule:  a respondent answers a question once\n"
        "  fix:   remove one of the two"
    )


def test_texts_in_several_rows_of_an_item_are_put_together_once_each():
    """As a table has them, where one text may stand beside each aspect."""
    text = ("human-resources", "evidence")
    found = checked((*text, "one\ntwo"), (*text, "three"), (*text, "one\ntwo"), (*text, "three"), (*text, "  "))
    assert found.texts == {text: "one\ntwo\nthree"}


def test_texts_in_several_rows_are_not_longer_together_than_one_may_be():
    text = ("human-resources", "evidence")
    assert len(checked((*text, "x" * 2499), (*text, "y" * 2500)).texts[text]) == 5000
    (problem,) = problems((*text, "x" * 2500), (*text, "y" * 2500))
    assert problem.what == "The texts under evidence of human-resources have more than 5,000 characters together."
    assert problem.fix == "shorten them, or link to the document"


def test_a_second_link_of_an_item_is_refused_since_it_could_not_be_read_back():
    link = ("human-resources", "link")
    assert checked((*link, "https://a.eu"), (*link, "https://a.eu")).texts == {link: "https://a.eu"}
    (problem,) = problems((*link, "https://a.eu"), (*link, "https://b.eu"))
    assert problem.what == "human-resources has two links, 'https://a.eu' and 'https://b.eu'."
    assert problem.where == "line 2"
    assert problem.fix == "put the second under evidence"


def test_everything_that_is_wrong_comes_at_once_and_five_are_shown():
    with pytest.raises(ParamError) as caught:
        check_sheet(raw(("x", "y", 1), (*PRIORITY, 9), (*PRIORITY, 1), region=None, group="g", date="d"), ENGLISH)
    assert [problem.what.split(" ")[:2] for problem in caught.value.problems] == [
        ["The", "region"],
        ["The", "group"],
        ["The", "date"],
        ["There", "is"],
        ["human-resources,", "priority"],
        ["The", "answer"],
    ]
    lines = str(caught.value).splitlines()
    assert lines[0] == "6 problems:"
    assert sum(line.startswith("  fix:") for line in lines) == MAX_SHOWN == 5
    assert lines[-1] == "... and 1 more problem."


def test_what_was_wrong_while_reading_comes_first():
    given = raw((*PRIORITY, 9))
    given.problems.append(Problem("The cell A1 holds a formula.", "A1", "values", "clear it"))
    with pytest.raises(ParamError) as caught:
        check_sheet(given, ENGLISH)
    assert [problem.where for problem in caught.value.problems] == ["A1", "line 1"]


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        (" a\tb \n", "a\tb"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\x00\x07\x0b\x1f\x7f\x85b", "ab"),
        ("\ufeffa\ufffe\uffff", "a"),
        ("\ud83d\ude00", "😀"),  # two halves, as JSON writes it
        ("a\ud83db", "a\ufffdb"),  # one half
        ("=1+1", "=1+1"),
        ("'=x", "'=x"),
        ("<b>&amp;</b>", "<b>&amp;</b>"),
        ("שלום\u2028\u202eabc", "שלום\u2028\u202eabc"),
        ("", ""),
    ],
)
def test_a_free_text_loses_only_what_no_file_keeps(text: str, cleaned: str):
    assert clean_text(text) == cleaned
    assert clean_text(cleaned) == cleaned


# Several respondents


def test_respondents_come_in_the_order_of_their_identifiers():
    found = collect([sheet("r2"), sheet("r10"), sheet("a", date=dt.date(2025, 5, 1))], ENGLISH)
    assert [each.respondent for each in found.sheets] == ["a", "r10", "r2"]
    assert found.dates == (dt.date(2025, 5, 1), dt.date(2026, 1, 31))
    assert found.questionnaire is ENGLISH
    assert not found.is_illustrative


def test_a_respondent_that_stands_twice_is_named_with_both_files():
    with pytest.raises(ParamError) as caught:
        collect([sheet(source="a.yaml"), sheet("r2"), sheet(source="b.xlsx, sheet r1")], ENGLISH)
    assert str(caught.value) == (
        "The respondent r1 stands 2 times.\n"
        "  where: a.yaml, b.xlsx, sheet r1\n"
        "  rule:  each respondent answers once in a round\n"
        "  fix:   give each an identifier of their own, or remove the older answers"
    )


def test_answers_of_several_regions_are_refused():
    with pytest.raises(ParamError) as caught:
        collect([sheet(source="a"), sheet("r2", region="estonia", source="b")], ENGLISH)
    (problem,) = caught.value.problems
    assert problem.what == "The answers are for several regions: estonia, piemonte."
    assert (problem.where, problem.fix[:30]) == ("a, b", "keep the answers of each regio")


def test_made_up_answers_among_real_ones_are_refused():
    with pytest.raises(ParamError) as caught:
        collect([sheet(), sheet("r2", illustrative=True, source="b.yaml")], ENGLISH)
    (problem,) = caught.value.problems
    assert problem.what == "Illustrative answers stand among real ones: r2."
    assert (problem.where, problem.fix) == ("b.yaml", "keep them apart")


def test_made_up_answers_by_themselves_say_that_they_are():
    assert collect([sheet(illustrative=True), sheet("r2", illustrative=True)], ENGLISH).is_illustrative


def test_all_that_is_wrong_with_the_respondents_comes_at_once():
    with pytest.raises(ParamError) as caught:
        collect([sheet(), sheet(region="estonia"), sheet("r2", illustrative=True)], ENGLISH)
    assert len(caught.value.problems) == 3


def test_each_question_of_each_respondent_is_a_row_with_its_state():
    first = {**dict.fromkeys(ENGLISH.scales), PRIORITY: 0, ("human-resources", "vertical"): DONT_KNOW}
    second = {**dict.fromkeys(ENGLISH.scales), PRIORITY: 4}
    table = answer_table([sheet(steps=first), sheet("r2", steps=second, group="firm")])
    assert list(table.columns) == ["respondent", "group", "item", "aspect", "value", "state"]
    assert table["value"].dtype == float
    assert len(table) == 2 * 62
    row = table.set_index(["respondent", "item", "aspect"])
    assert tuple(row.loc[("r1", *PRIORITY), ["value", "state"]]) == (0.0, "answered")
    assert tuple(row.loc[("r2", *PRIORITY), ["value", "state"]]) == (4.0, "answered")
    unknown, openly = row.loc[("r1", "human-resources", "vertical")], row.loc[("r2", "human-resources", "vertical")]
    assert (unknown["state"], openly["state"]) == ("don't know", "unanswered")
    assert math.isnan(unknown["value"])
    assert math.isnan(openly["value"])
    assert table["state"].value_counts().to_dict() == {"unanswered": 121, "answered": 2, "don't know": 1}
    assert set(table["state"]) == set(answers.STATES)
    assert table["value"].notna().sum() == 2


def test_without_respondents_everything_is_empty_and_has_its_columns():
    found = collect([], ENGLISH)
    assert found.dates is None
    assert not found.is_illustrative
    assert list(found.table.columns) == ["respondent", "group", "item", "aspect", "value", "state"]
    assert list(found.programmes.columns) == ["item", "programme", "n"]
    assert list(found.evidence.columns) == ["respondent", "group", "item", "kind", "text", "language"]
    assert len(found.table) == len(found.programmes) == len(found.evidence) == 0


def test_programmes_and_texts_of_all_respondents():
    both = {"human-resources": ("skills", "ERDF"), "public-demand": ("skills",)}
    text = {("benchmarking", "evidence"): "a", ("benchmarking", "link"): "https://a.eu"}
    found = collect(
        [sheet(programmes=both), sheet("r2", programmes={"human-resources": ("ERDF",)}, texts=text)], ENGLISH
    )
    expected = [("human-resources", "skills", 1), ("human-resources", "ERDF", 2), ("public-demand", "skills", 1)]
    assert list(found.programmes.itertuples(index=False, name=None)) == expected
    pd.testing.assert_frame_equal(
        found.evidence,
        pd.DataFrame(
            [
                ("r2", "firm", "benchmarking", "evidence", "a", "en"),
                ("r2", "firm", "benchmarking", "link", "https://a.eu", "en"),
            ],
            columns=["respondent", "group", "item", "kind", "text", "language"],
        ),
    )


# Answers to earlier versions


def later(
    version: int, *history: dict[str, Any], drop: str = "", rename: dict[str, str] | None = None
) -> Questionnaire:
    """The questionnaire as it may once be: an item fewer, others under new codes."""
    made = ENGLISH.model_dump()
    for each in made["sets"]:
        for section in each["sections"]:
            section["items"] = [item for item in section["items"] if item["code"] != drop]
            for item in section["items"]:
                item["code"] = (rename or {}).get(item["code"], item["code"])
    return Questionnaire.model_validate({**made, "version": version, "history": list(history)})


SECOND = later(
    2,
    {"version": 1, "renamed": {"human-resources": "talent"}, "dropped": {"benchmarking": "asked elsewhere"}},
    drop="benchmarking",
    rename={"human-resources": "talent"},
)
FIRST_ANSWERS = [
    (*PRIORITY, 3),
    ("human-resources", "programmes", ["skills"]),
    ("benchmarking", "quality", 4),
    ("benchmarking", "evidence", "a 😀 text: \u2028 \"quoted\" 'so'\n= not a formula"),
    ("review", "quality", 1),
]


def test_answers_to_an_earlier_version_move_to_the_new_names_and_none_is_lost():
    found = check_sheet(raw(*FIRST_ANSWERS, questionnaire_version=1), SECOND)
    assert found.version == 2
    assert list(found.steps) == SECOND.scales
    assert found.steps["talent", "priority"] == 3
    assert found.steps["review", "quality"] == 1
    assert found.n_answered == 2
    assert found.programmes == {"talent": ("skills",)}
    assert found.left_over == {"benchmarking": {"quality": 4, "evidence": FIRST_ANSWERS[3][2]}}


def test_what_is_asked_no_more_is_kept_through_files_again_and_again(tmp_path: Path):
    first = check_sheet(raw(*FIRST_ANSWERS), ENGLISH)
    path = tmp_path / "r1.yaml"
    write_answers(path, [first], ENGLISH)
    (second,) = read_answers([path], SECOND)
    assert second.left_over == {"benchmarking": {"quality": 4, "evidence": FIRST_ANSWERS[3][2]}}
    for _ in range(2):
        write_answers(path, [second], SECOND)
        (again,) = read_answers([path], SECOND)
        assert again == second
    third = later(
        3,
        {"version": 2, "dropped": {"review": "asked elsewhere"}},
        drop="review",
        rename={"human-resources": "talent", "benchmarking": "bench"},
    )
    (newest,) = read_answers([path], third)
    assert newest.left_over == {"benchmarking": dict(second.left_over["benchmarking"]), "review": {"quality": 1}}
    write_answers(path, [newest], third)
    assert read_answers([path], third) == [newest]


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (dt.date(2024, 5, 1), "2024-05-01"),  # as YAML and workbooks have it
        (["a", dt.date(2024, 5, 1)], ["a", "2024-05-01"]),
        ({1: b"x"}, {"1": "b'x'"}),
        (math.nan, "nan"),
        (2.5, 2.5),
        (True, True),
        ("a\x00b\ud83d\ude00", "ab😀"),
        ("nonsense", "nonsense"),
    ],
)
def test_whatever_stood_under_an_item_that_is_asked_no_more_can_be_written(tmp_path: Path, value: Any, kept: Any):
    found = check_sheet(raw(("benchmarking", "evidence", value), questionnaire_version=1), SECOND)
    assert found.left_over == {"benchmarking": {"evidence": kept}}
    write_answers(tmp_path / "r1.yaml", [found], SECOND)
    assert read_answers([tmp_path / "r1.yaml"], SECOND) == [found]


def test_an_item_that_is_asked_no_more_and_was_never_answered_leaves_nothing():
    cells = [("benchmarking", "quality", None), ("benchmarking", "evidence", " "), ("benchmarking", "link", "")]
    dropped = later(2, {"version": 1, "dropped": {"openness": "why"}}, drop="openness")
    assert check_sheet(raw(*cells, questionnaire_version=1), SECOND).left_over == {}
    assert check_sheet(raw(("openness", "programmes", []), questionnaire_version=1), dropped).left_over == {}


def test_the_old_name_is_unknown_in_answers_to_the_new_version():
    with pytest.raises(ParamError, match="There is no question 'human-resources'"):
        check_sheet(raw((*PRIORITY, 3), questionnaire_version=2), SECOND)
    with pytest.raises(ParamError, match="There is no question 'human-resources'"):
        check_sheet(raw((*PRIORITY, 3)), SECOND)  # without a version: those of today


def test_an_old_and_a_new_name_for_one_item_are_an_answer_twice():
    both = raw((*PRIORITY, 3), ("talent", "priority", 3), questionnaire_version=1)
    with pytest.raises(ParamError, match="The answer talent, priority stands twice"):
        check_sheet(both, SECOND)


REFUSING = later(4, {"version": 2, "refused": "the scale had three steps"}, {"version": 3, "renamed": {}})


@pytest.mark.parametrize(
    ("version", "what", "fix"),
    [
        (
            2,
            "Answers to version 2 cannot be used: the scale had three steps.",
            "answer version 4, made by `clusterkit stress-test init`",
        ),
        (
            1,
            "The answers are to version 1, of which nothing is known here.",
            "answer version 4, made by `clusterkit stress-test init`",
        ),
        (
            5,
            "The answers are to version 5 of the questionnaire.",
            "update the project, or answer the questions of this version",
        ),
        (
            0,
            "The answers are to version 0 of the questionnaire.",
            "update the project, or answer the questions of this version",
        ),
    ],
)
def test_answers_to_a_version_that_cannot_be_used_are_refused_with_the_reason(version: int, what: str, fix: str):
    with pytest.raises(ParamError) as caught:
        check_sheet(raw((*PRIORITY, 3), questionnaire_version=version), REFUSING)
    (problem,) = caught.value.problems
    assert (problem.what, problem.fix) == (what, fix)
    assert problem.where == "head, questionnaire_version"
    assert problem.rule


@pytest.mark.parametrize("version", [3, 4, "3", None])
def test_answers_to_a_version_that_can_be_used_are_read(version: Any):
    found = check_sheet(raw((*PRIORITY, 3), questionnaire_version=version), REFUSING)
    assert (found.version, found.steps[PRIORITY]) == (4, 3)


def test_a_file_says_which_version_it_answers():
    assert "\nquestionnaire_version: 2\n" in yaml_text(
        check_sheet(raw(*FIRST_ANSWERS, questionnaire_version=1), SECOND), SECOND
    )
