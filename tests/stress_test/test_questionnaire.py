"""The questions that ship, in both languages, and every way a questionnaire or a translation can be wrong."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clusterkit import yamlfile
from clusterkit.data.frameworks import load_framework
from clusterkit.errors import ParamError
from clusterkit.stress_test.questionnaire import (
    DONT_KNOW,
    EVIDENCE,
    LINK,
    PROGRAMMES,
    Questionnaire,
    languages,
    load_questionnaire,
    texts,
)

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "params" / "stress_test"
FRAMEWORK = load_framework(ROOT / "params" / "frameworks" / "res-6.yaml")

# The page of the European Cluster Observatory as stored (shared/seeds/000…), in its order and its words.
BLANK = ""  # the page as stored has an empty line where a heading was
HEADINGS = {
    ("1.1", "Entrepreneurial conditions"): [
        "Regulatory framework for starting a business",
        "Entrepreneurial culture",
        "Attractiveness of the region and quality of infrastructure",
    ],
    ("1.2", "Knowledge basis and skills"): [
        "Human resources",
        "Vocational training and lifelong learning",
        BLANK,
    ],
    ("1.3", "Collaboration and internationalisation"): [
        "General system linkages",
        "Cross-sectoral linkages",
        BLANK,
        "Openness of the region",
    ],
    ("1.4", "Access to finance"): [
        "Attitudes of regional investors and private financing",
        "Legal framework supporting access to finance",
        "Availability of funds from public sector",
        "Support from European Structural Funds",
    ],
    ("1.5", "Demand conditions"): ["Private demand", "Public demand"],
    ("1.6", "Quality of governance"): ["Quality of regulatory environment"],
    ("2.1", "General questions"): [
        "Do you have a cluster policy in your region?",
        "Is your regional cluster policy codified in a formal policy document?",
    ],
    ("2.2", "Analysis: Understanding the regional potential for cluster development"): [
        "Identification of target areas for cluster policy",
        "National and European Benchmarking",
        "Participation of regional stakeholders",
    ],
    ("2.3", "Strategy: Selecting priority fields and activities"): [
        "Sectors and vertical priorities",
        "Current strength and growth potential",
        "Review and refinement of priorities",
    ],
    ("2.4", "Action: translating strategy into action"): [
        "Instruments of cluster policy",
        "Integration into other relevant programmes",
        "Target of support",
    ],
}
OURS = ["Higher education and research", "Transfer between science and industry"]  # in place of the two blank ones
SHORTENED = {  # and what a heading is called here, where not as there
    "Knowledge basis and skills": "Knowledge base and skills",
    "Do you have a cluster policy in your region?": "Cluster policy in the region",
    "Is your regional cluster policy codified in a formal policy document?": "Formal policy document",
}


@pytest.fixture(scope="module")
def english() -> Questionnaire:
    return load_questionnaire(FOLDER, framework=FRAMEWORK)


@pytest.fixture(scope="module")
def french() -> Questionnaire:
    return load_questionnaire(FOLDER, language="fr", framework=FRAMEWORK)


# What ships


def here(heading: str) -> str:
    return SHORTENED.get(heading, heading).lower()


def test_both_sets_have_every_heading_of_the_original_in_its_order(english: Questionnaire):
    found = {
        (section.number, section.name.lower()): [item.name.lower() for item in section.items]
        for each in english.sets
        for section in each.sections
    }
    ours = iter(OURS)
    expected = {
        (number, here(name)): [here(heading or next(ours)) for heading in headings]
        for (number, name), headings in HEADINGS.items()
    }
    assert found == expected
    assert list(found) == list(expected)


def test_there_are_17_and_11_items_and_two_of_them_are_ours(english: Questionnaire):
    counts = [sum(len(section.items) for section in each.sections) for each in english.sets]
    assert counts == [17, 11]
    assert len(english.items) == 28
    assert len(english.scales) == 17 * 3 + 11 == 62
    headings = [heading for below in HEADINGS.values() for heading in below]
    assert (len(headings), headings.count(BLANK)) == (28, len(OURS))


def test_the_list_of_headings_is_that_of_the_stored_page():
    """The facts above against their source, where it is at hand."""
    pages = sorted((ROOT.parent / "shared" / "seeds").glob("000_*"))
    if not pages:
        pytest.skip("no stored page: there is no ../shared/seeds/000_*")
    page = pages[0].read_text(encoding="utf-8").partition("Begin the questionnaire")[2]
    lines = [line.strip() for line in page.splitlines() if line.strip() and not line.startswith("Question set")]
    lines = [re.sub(r"^(\d\.\d)\.? (Dimension: )?", r"\1 ", line) for line in lines]  # "1.1. Dimension: " and "2.3 "
    expected = [
        line
        for (number, name), headings in HEADINGS.items()
        for line in (f"{number} {name}", *headings)
        if line != BLANK
    ]
    assert lines == expected


def test_items_of_the_first_set_are_the_sub_dimensions_of_the_framework(english: Questionnaire):
    asked = {section.code: [item.code for item in section.items] for section in english.policy.sections}
    table = FRAMEWORK.table
    expected = {
        dimension: list(table.index[(table["parent"] == dimension) & (table["level"] == "sub-dimension")])
        for dimension in table.index[table["level"] == "dimension"]
    }
    assert asked == expected
    names = {item.code: item.name for section in english.policy.sections for item in section.items}
    assert names == table["name"].loc[list(names)].to_dict()


def test_what_is_asked_of_an_item(english: Questionnaire):
    assert english.policy.aspects == ["priority", "vertical", "horizontal"]
    assert english.practice.aspects == ["quality"]
    assert [each.asks_programmes for each in english.sets] == [True, False]
    assert english.scales[:4] == [
        ("starting-a-business", "priority"),
        ("starting-a-business", "vertical"),
        ("starting-a-business", "horizontal"),
        ("entrepreneurial-culture", "priority"),
    ]
    assert english.scales[-1] == ("target-of-support", "quality")
    assert english.asked("starting-a-business", "vertical") == english.aspects["vertical"].question
    assert english.asked("benchmarking", "quality") == english.items["benchmarking"].question


def test_each_step_of_each_question_has_a_meaning_of_its_own(english: Questionnaire):
    for item, aspect in english.scales:
        anchors = english.anchors(item, aspect)
        assert len(set(anchors)) == 5, (item, aspect)
        own = aspect == "quality"
        assert anchors == (english.items[item].anchors if own else english.aspects[aspect].anchors)
    practice = [item for section in english.practice.sections for item in section.items]
    assert len({tuple(item.anchors) for item in practice}) == 11
    assert all(item.practice and item.source for item in practice)


def test_what_a_caller_gets_is_its_own(english: Questionnaire):
    english.anchors("benchmarking", "quality").append("x")
    assert len(english.anchors("benchmarking", "quality")) == 5


def test_the_source_of_each_practice_is_named_in_the_documentation(english: Questionnaire):
    sources = {item.source for section in english.practice.sections for item in section.items}
    documented = (ROOT / "docs" / "stress-test.md").read_text(encoding="utf-8").partition("\n## Sources\n")[2]
    assert {source for source in sources if f"(`{source}`)" not in documented} == set()


# Languages


def test_english_and_french_ship():
    assert languages(FOLDER) == ["en", "fr"]


def test_french_has_the_same_structure(english: Questionnaire, french: Questionnaire):
    assert (english.language, french.language) == ("en", "fr")
    assert french.scales == english.scales
    assert list(french.groups) == list(english.groups)
    assert [item.source for item in french.items.values()] == [item.source for item in english.items.values()]
    assert (french.id, french.version) == (english.id, english.version)


def test_every_text_is_translated_and_none_is_left_in_english(english: Questionnaire, french: Questionnaire):
    """Counted by walking through the models, not by the keys that the loader itself makes."""
    before, after = words_of(english.model_dump()), words_of(french.model_dump())
    assert list(before) == list(after)
    # The head, groups, aspects, sets and sections; items of the first set; items of the second with their anchors.
    assert len(before) == 3 + 6 + 22 + 4 + 10 + 17 * 2 + 11 * 8
    assert [place for place, text in before.items() if after[place] == text] == []
    assert all(text.strip() for text in after.values())


def words_of(value: Any, place: str = "") -> dict[str, str]:
    """Every text for a reader, by where it stands."""
    if isinstance(value, str):
        return {place: value}
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    codes = ("code", "id", "number", "source", "framework", "language", "history", "schema_version", "version")
    found: dict[str, str] = {}
    for key, part in parts:
        is_code = key in codes or (key == "aspects" and isinstance(part, list))
        if not is_code and not isinstance(part, bool | None):
            found |= words_of(part, f"{place}.{key}")
    return found


def test_the_texts_by_key_are_as_many_as_the_models_have(english: Questionnaire):
    raw, _ = yamlfile.read(FOLDER / "questionnaire.yaml")
    assert sorted(texts(raw).values()) == sorted(words_of(english.model_dump()).values())


# A wrong questionnaire

Change = Callable[[dict[str, Any]], object]


def write(folder: Path, change: Change = lambda raw: None) -> Path:
    """The shipped questionnaire with a change, in a folder of its own."""
    raw, _ = yamlfile.read(FOLDER / "questionnaire.yaml")
    change(raw)
    folder.mkdir(exist_ok=True)
    (folder / "questionnaire.yaml").write_text(json.dumps(raw, indent=1), encoding="utf-8")  # JSON is YAML 1.2
    return folder


def refused(folder: Path, change: Change = lambda raw: None, **options: Any) -> ParamError:
    write(folder, change)
    with pytest.raises(ParamError) as caught:
        load_questionnaire(folder, **options)
    return caught.value


def first_item(raw: dict[str, Any]) -> dict[str, Any]:
    return raw["sets"][0]["sections"][0]["items"][0]


def last_item(raw: dict[str, Any]) -> dict[str, Any]:
    return raw["sets"][1]["sections"][-1]["items"][-1]


def test_a_change_that_is_none_is_accepted(tmp_path: Path, english: Questionnaire):
    """Else every test below would pass whatever the loader did."""
    assert load_questionnaire(write(tmp_path / "own"), framework=FRAMEWORK) == english


@pytest.mark.parametrize(
    ("change", "what", "fix"),
    [
        (lambda raw: raw.update(titel="x"), "Unknown key titel.", "did you mean title?"),
        (
            lambda raw: first_item(raw).update(qestion="x"),
            "Unknown key sets.0.sections.0.items.0.qestion.",
            "did you mean question?",
        ),
        (lambda raw: raw["aspects"]["priority"].update(anker=[]), "Unknown key aspects.priority.anker.", "remove it"),
        (
            lambda raw: raw.update(history=[{"version": 1, "renmed": {}}]),
            "Unknown key history.0.renmed.",
            "did you mean renamed?",
        ),
        (lambda raw: raw.pop("intro"), "The key intro is missing.", "add intro; see git’s version of the file"),
        (lambda raw: last_item(raw).pop("name"), "The key sets.1.sections.3.items.2.name is missing.", "add sets"),
        (lambda raw: raw.update(schema_version=2), "schema_version is 2", "see docs/stress-test.md"),
        (lambda raw: raw.update(version="1"), "version is '1'", "see docs/stress-test.md"),
        (lambda raw: raw.update(version=0), "version is 0", "see docs/stress-test.md"),
        (lambda raw: raw.update(language="English"), "language is 'English'", "see docs/stress-test.md"),
        (lambda raw: raw.update(title=""), "title is ''", "see docs/stress-test.md"),
        (lambda raw: raw.update(title="x" * 1001), "title is 'xxx", "see docs/stress-test.md"),
        (lambda raw: raw.update(title=5), "title is 5", "see docs/stress-test.md"),
        (lambda raw: raw.update(groups={}), "groups is {}", "see docs/stress-test.md"),
        (lambda raw: raw["groups"].update({"Firm!": "x"}), "groups.Firm!", "see docs/stress-test.md"),
        (lambda raw: raw["sets"].pop(), "sets is [", "see docs/stress-test.md"),
        (lambda raw: raw["sets"][0]["sections"][0].update(items=[]), "sets.0.sections.0.items is []", "see docs"),
        (lambda raw: first_item(raw).update(code="A B"), "sets.0.sections.0.items.0.code is 'A B'", "see docs"),
        (
            lambda raw: last_item(raw)["anchors"].pop(),
            "sets.1.sections.3.items.2.anchors is [",
            "see docs/stress-test.md",
        ),
    ],
)
def test_a_wrong_key_or_value_is_named_with_its_place_and_its_mending(
    tmp_path: Path, change: Change, what: str, fix: str
):
    (problem,) = refused(tmp_path, change).problems
    assert what in problem.what
    assert problem.fix.startswith(fix)
    assert problem.where.startswith(str(tmp_path / "questionnaire.yaml"))
    assert problem.rule == "docs/stress-test.md#the-questionnaire"


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda raw: last_item(raw).update(code="benchmarking"), "the code benchmarking stands twice"),
        (lambda raw: first_item(raw).update(code="priorities"), "the code priorities stands twice"),  # that of a set
        (
            lambda raw: raw["sets"][0]["sections"][1].update(code="access-to-finance"),
            "the code access-to-finance stands twice",
        ),
        (lambda raw: last_item(raw).pop("anchors"), "the item target-of-support lacks anchors of its own"),
        (
            lambda raw: first_item(raw).update(anchors=["a", "b", "c", "d", "e"]),
            "the item starting-a-business has anchors of its own",
        ),
        (
            lambda raw: raw["aspects"]["vertical"].pop("anchors"),
            "the aspect vertical lacks its question or its 5 anchors",
        ),
        (
            lambda raw: raw["aspects"]["vertical"].pop("question"),
            "the aspect vertical lacks its question or its 5 anchors",
        ),
        (
            lambda raw: raw["sets"][0].update(aspects=["priority", "verticl"]),
            "the set priorities asks for the aspect verticl, which is not under aspects",
        ),
        (
            lambda raw: raw["sets"][0].update(aspects=["priority", "priority"]),
            "the set priorities asks for an aspect twice",
        ),
        *(
            (
                lambda raw, name=name: raw["aspects"].update({name: raw["aspects"]["priority"]}),
                f"the aspect {name} has the name of a text beside the answers",
            )
            for name in (EVIDENCE, LINK, PROGRAMMES)
        ),
        (
            lambda raw: raw.update(version=2, history=[{"version": 1}, {"version": 3}]),
            "history has version 3, but the questionnaire is version 2",
        ),
        (lambda raw: raw.update(history=[{"version": 1}]), "history has version 1, but the questionnaire is version 1"),
        (lambda raw: raw.update(version=2, history=[{"version": 1}] * 2), "history has a version twice"),
        (
            lambda raw: raw.update(version=2, history=[{"version": 1, "renamed": {"old": "nothing"}}]),
            "history of version 1 renames old to nothing, which is no item",
        ),
    ],
)
def test_parts_that_do_not_fit_together_are_named(tmp_path: Path, change: Change, what: str):
    (problem,) = refused(tmp_path, change).problems
    assert problem.what == f"{what}."
    assert problem.where == str(tmp_path / "questionnaire.yaml")
    assert problem.fix == "see docs/stress-test.md#the-questionnaire and git’s version of the file"


def test_what_does_not_fit_together_comes_at_once(tmp_path: Path):
    def change(raw: dict[str, Any]) -> None:
        last_item(raw).update(code="benchmarking")
        raw["sets"][0]["aspects"].append("verticl")
        raw["history"] = [{"version": 1}]

    (problem,) = refused(tmp_path, change).problems
    for what in ("benchmarking stands twice", "aspect verticl", "history has version 1"):
        assert what in problem.what


def test_all_wrong_keys_and_values_come_at_once_and_the_sixth_is_counted(tmp_path: Path):
    def change(raw: dict[str, Any]) -> None:
        raw.update(titel="x", version="1", language="English", groups={})
        raw.pop("intro")
        first_item(raw).update(code="A B")

    error = refused(tmp_path, change)
    assert len(error.problems) == 6
    assert str(error).startswith("6 problems:\n")
    assert str(error).endswith("... and 1 more problem.")


def test_the_text_of_an_error_has_the_four_parts_and_the_line(tmp_path: Path):
    text = (FOLDER / "questionnaire.yaml").read_text(encoding="utf-8")
    path = tmp_path / "questionnaire.yaml"
    path.write_text(text.replace("\nlanguage: en", "\nlangauge: en"), encoding="utf-8")
    line = text.splitlines().index("language: en") + 1
    with pytest.raises(ParamError) as caught:
        load_questionnaire(tmp_path)
    unknown = caught.value.problems[-1]
    assert str(unknown) == (
        "Unknown key langauge.\n"
        f"  where: {path}, line {line}\n"
        "  rule:  docs/stress-test.md#the-questionnaire\n"
        "  fix:   did you mean language?"
    )


def test_a_file_that_is_absent_or_no_mapping_or_has_a_key_twice_is_refused(tmp_path: Path):
    with pytest.raises(ParamError, match=r"The file questionnaire\.yaml cannot be read"):
        load_questionnaire(tmp_path / "nowhere")
    path = tmp_path / "questionnaire.yaml"
    path.write_text("- a list\n", encoding="utf-8")
    with pytest.raises(ParamError, match="holds a list or a text, not keys and values"):
        load_questionnaire(tmp_path)
    path.write_text((FOLDER / "questionnaire.yaml").read_text(encoding="utf-8") + "\ntitle: again\n", encoding="utf-8")
    with pytest.raises(ParamError, match=r'Found duplicate key "title"') as caught:
        load_questionnaire(tmp_path)
    assert "fix:   remove one of the two" in str(caught.value)


# Beside the framework


def test_an_item_that_is_no_sub_dimension_is_refused_and_the_one_not_asked_is_named(tmp_path: Path):
    error = refused(tmp_path, lambda raw: first_item(raw).update(code="starting-business"), framework=FRAMEWORK)
    stranger, missing = error.problems
    assert stranger.what == "The item starting-business is no sub-dimension of the framework res-6."
    assert stranger.fix == "did you mean starting-a-business?"
    assert missing.what == "The first set does not ask about starting-a-business of the framework res-6."
    assert missing.fix == "add an item for each sub-dimension, or name another framework"
    line = (tmp_path / "questionnaire.yaml").read_text(encoding="utf-8").splitlines().index(' "sets": [') + 2
    assert stranger.where == f"{tmp_path / 'questionnaire.yaml'}, line {line}"


def test_without_a_framework_the_codes_are_not_compared(tmp_path: Path):
    write(tmp_path, lambda raw: first_item(raw).update(code="something-else"))
    assert "something-else" in load_questionnaire(tmp_path).items


def test_items_of_the_second_set_need_not_be_in_the_framework(tmp_path: Path):
    write(tmp_path, lambda raw: last_item(raw).update(code="something-else"))
    assert "something-else" in load_questionnaire(tmp_path, framework=FRAMEWORK).items


# A wrong translation


def translated(folder: Path, change: Change, language: str = "fr", questionnaire: Change = lambda raw: None) -> None:
    raw, _ = yamlfile.read(FOLDER / "languages" / "fr.yaml")
    change(raw)
    write(folder, questionnaire)
    (folder / "languages").mkdir(exist_ok=True)
    (folder / "languages" / f"{language}.yaml").write_text(json.dumps(raw), encoding="utf-8")


def refused_in_french(folder: Path, change: Change, **options: Any) -> ParamError:
    translated(folder, change, **options)
    with pytest.raises(ParamError) as caught:
        load_questionnaire(folder, language="fr")
    return caught.value


def test_a_language_of_ones_own_is_one_more_file(tmp_path: Path, french: Questionnaire):
    translated(tmp_path, lambda raw: raw.update(title="Zkouška"), language="cs")
    assert languages(tmp_path) == ["en", "cs"]
    own = load_questionnaire(tmp_path, language="cs")
    assert (own.language, own.title) == ("cs", "Zkouška")
    assert own.items == french.items


@pytest.mark.parametrize(
    ("change", "what", "fix"),
    [
        (
            lambda raw: raw.pop("title"),
            "1 text is not translated: title.",
            "add title, in English: Stress test for cluster policy",
        ),
        (
            lambda raw: raw.update({"titel": "x"}),
            "There is no text 'titel' to translate.",
            "did you mean title?",
        ),
        (
            lambda raw: raw.update({"items.benchmarking.anchors.5": "x"}),
            "There is no text 'items.benchmarking.anchors.5' to translate.",
            "did you mean items.benchmarking.anchors.",
        ),
        (lambda raw: raw.update({"zzz": "x"}), "There is no text 'zzz' to translate.", "remove it"),
        (
            lambda raw: raw.update(title=5),
            "The text title is 5, not words.",
            "translate: Stress test for cluster policy",
        ),
        (lambda raw: raw.update(title=None), "The text title is None, not words.", "translate: Stress test"),
        (lambda raw: raw.update(title=["x"]), "The text title is ['x'], not words.", "translate: Stress test"),
        (lambda raw: raw.update(title="  "), "The text title is '  ', not words.", "translate: Stress test"),
        (lambda raw: raw.update(title="x" * 1001), "The text title has 1,001 characters.", "shorten it"),
        (
            lambda raw: raw.update(version=2),
            "The translation is of 'cluster-policy', version 2.",
            "compare the texts with the English file, then write these two values",
        ),
        (lambda raw: raw.update(of="another"), "The translation is of 'another', version 1.", "compare the texts"),
        (lambda raw: raw.pop("version"), "The translation is of 'cluster-policy', version None.", "compare the texts"),
    ],
)
def test_a_wrong_translation_is_refused(tmp_path: Path, change: Change, what: str, fix: str):
    (problem,) = refused_in_french(tmp_path, change).problems
    assert problem.what == what
    assert problem.fix.startswith(fix)
    assert problem.where.startswith(str(tmp_path / "languages" / "fr.yaml"))
    assert problem.rule


def test_a_translation_falls_behind_when_the_questionnaire_moves_on(tmp_path: Path):
    def add_an_item(raw: dict[str, Any]) -> None:
        raw.update(version=2)
        raw["sets"][0]["sections"][0]["items"].append({"code": "new-one", "name": "New", "question": "New?"})

    version, missing = refused_in_french(tmp_path, lambda raw: None, questionnaire=add_an_item).problems
    assert version.rule == "it is of the questionnaire cluster-policy, version 2"
    assert missing.what == "2 texts are not translated: items.new-one.name, items.new-one.question."


def test_the_problems_of_a_translation_come_at_once(tmp_path: Path):
    def change(raw: dict[str, Any]) -> None:
        raw.update(of="x", titel="x", intro=5)
        raw.pop("dont_know")

    assert len(refused_in_french(tmp_path, change).problems) == 4


def test_a_wrong_english_file_is_said_before_the_translation_is_looked_at(tmp_path: Path):
    error = refused_in_french(tmp_path, lambda raw: raw.pop("title"), questionnaire=lambda raw: raw.update(titel="x"))
    assert [problem.what for problem in error.problems] == ["Unknown key titel."]


@pytest.mark.parametrize("language", ["xx", "", "FR", "../questionnaire", "fr.yaml"])
def test_an_unknown_language_is_refused_with_those_that_there_are(language: str):
    with pytest.raises(ParamError) as caught:
        load_questionnaire(FOLDER, language=language)
    assert str(caught.value) == (
        f"The questionnaire has no language {language!r}.\n"
        "  where: the language given\n"
        "  rule:  a language is a file params/stress_test/languages/LANGUAGE.yaml\n"
        "  fix:   use one of: en, fr; or add a file"
    )


def test_a_questionnaire_does_not_change(english: Questionnaire):
    before = copy.deepcopy(english.model_dump())
    with pytest.raises(ValueError, match="frozen"):
        english.title = "x"  # type: ignore[misc]
    assert english.model_dump() == before
    assert DONT_KNOW not in english.items
