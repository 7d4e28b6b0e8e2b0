"""The answer form, driven as the browser drives it: by the values of its controls."""

from __future__ import annotations

import datetime as dt
import html
import re
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ipywidgets
import pytest

from clusterkit.errors import ParamError, Problem, RunError
from clusterkit.show import form as module
from clusterkit.show.form import UNANSWERED, AnswerForm, answer_form
from clusterkit.show.output import Text
from clusterkit.stress_test import store
from clusterkit.stress_test.answer_files import read_answers
from clusterkit.stress_test.answers import AnswerSheet
from clusterkit.stress_test.questionnaire import DONT_KNOW, Questionnaire, load_questionnaire

FOLDER = Path(__file__).resolve().parents[2] / "params" / "stress_test"
STARTING = "Regulatory framework for starting a business"
DAY = dt.date(2026, 3, 4)
NATIVE = ("Dropdown", "Text", "Textarea", "DatePicker", "Button", "ToggleButton")
HOSTILE = '<script>alert("x")</script>'

MakeForm = Callable[..., AnswerForm]


@pytest.fixture(scope="module")
def questions() -> Questionnaire:
    return load_questionnaire(FOLDER)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "answers" / "r1.yaml"


@pytest.fixture
def make(path: Path, questions: Questionnaire) -> MakeForm:
    def make(**options: Any) -> Any:
        given = {"region": "piemonte", "date": DAY, "languages_from": FOLDER, **options}
        return answer_form(given.pop("path", path), given.pop("questionnaire", questions), **given)

    return make


def within(widget: ipywidgets.Widget) -> Iterator[ipywidgets.Widget]:
    """All widgets in reading order."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from within(child)


def control(form: AnswerForm, label: str, about: str = "") -> Any:
    """The control whose label starts so, of the item of that name."""
    (found,) = [
        each
        for each in within(form.widget)
        if type(each).__name__ in NATIVE and each.description.startswith(label) and about in (each.tooltip or "")
    ]
    return found


def section(form: AnswerForm, number: str) -> ipywidgets.ToggleButton:
    (found,) = [
        each
        for each in within(form.widget)
        if isinstance(each, ipywidgets.ToggleButton) and f" {number} " in each.description
    ]
    return found


def source(form: AnswerForm) -> str:
    """All that is HTML and not hidden, without the look."""
    found = [each for each in within(form.widget) if isinstance(each, ipywidgets.HTML)]
    return " ".join(
        each.value for each in found if each.layout.display != "none" and not each.value.startswith("<style>")
    )


def shown(form: AnswerForm) -> str:
    """Its words."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", source(form))).split())


def on_disk(path: Path, questions: Questionnaire) -> AnswerSheet:
    (sheet,) = read_answers([path], questions)
    return sheet


# What is saved, and when


def test_nothing_is_written_before_the_first_change(make: MakeForm, path: Path) -> None:
    form = make()
    section(form, "2.1").value = True
    form._repr_mimebundle_()
    assert not path.parent.exists()
    assert f"Nothing is saved yet: the first change makes {path}." in shown(form)
    assert "0 of 62 answered" in shown(form)


def test_an_answer_is_in_the_file_at_once(make: MakeForm, path: Path, questions: Questionnaire) -> None:
    form = make()
    control(form, "Priority", STARTING).value = 3
    assert on_disk(path, questions) == form.sheet
    assert form.sheet.steps["starting-a-business", "priority"] == 3
    assert form.sheet.n_answered == 1
    assert re.search(re.escape(f"Saved to {path} at ") + r"\d\d:\d\d:\d\d\.", shown(form))


def test_dont_know_is_an_answer_and_an_answer_can_be_taken_back(
    make: MakeForm, path: Path, questions: Questionnaire
) -> None:
    form = make()
    priority = control(form, "Priority", STARTING)
    priority.value = DONT_KNOW
    assert on_disk(path, questions).steps["starting-a-business", "priority"] == DONT_KNOW
    priority.value = dict(priority.options)[UNANSWERED]
    assert on_disk(path, questions).steps["starting-a-business", "priority"] is None
    assert form.sheet.n_answered == 0


def test_texts_are_saved_while_they_are_typed(make: MakeForm, path: Path, questions: Questionnaire) -> None:
    form = make()
    evidence = control(form, "Evidence", STARTING)
    assert evidence.continuous_update
    for typed in ("L", "La", "Law "):
        evidence.value = typed
        assert on_disk(path, questions).texts == {("starting-a-business", "evidence"): typed.strip()}
    evidence.value = ""
    assert on_disk(path, questions).texts == {}


def test_a_new_form_shows_what_the_last_one_saved(make: MakeForm, path: Path) -> None:
    form = make()
    control(form, "Respondent").value = "r17"
    control(form, "Group").value = "firm"
    control(form, "Date").value = dt.date(2025, 12, 31)
    control(form, "Priority", STARTING).value = 0
    control(form, "Vertical", STARTING).value = DONT_KNOW
    control(form, "Programmes", STARTING).value = "POR FESR; Legge 8;"
    control(form, "Evidence", STARTING).value = "first line\nsecond “line”: #1"
    control(form, "Link", STARTING).value = "https://example.org/a?b=c"
    section(form, "2.3").value = True
    control(form, "Are priorities checked").value = 4
    before = path.read_bytes()

    again = make(respondent="r2", group="civil-society")
    assert again.sheet == form.sheet
    assert again.sheet.programmes == {"starting-a-business": ("POR FESR", "Legge 8")}
    assert (again.sheet.respondent, again.sheet.group, again.sheet.date) == ("r17", "firm", dt.date(2025, 12, 31))
    section(again, "2.3").value = True
    values = {
        label: control(again, label, STARTING).value
        for label in ("Priority", "Vertical", "Horizontal", "Programmes", "Evidence", "Link")
    }
    assert values == {
        "Priority": 0,
        "Vertical": DONT_KNOW,
        "Horizontal": "",
        "Programmes": "POR FESR; Legge 8",
        "Evidence": "first line\nsecond “line”: #1",
        "Link": "https://example.org/a?b=c",
    }
    assert control(again, "Are priorities checked").value == 4
    assert [control(again, label).value for label in ("Respondent", "Group", "Date")] == ["r17", "firm", dt.date(2025, 12, 31)]  # fmt: skip
    assert f"The answers of {path} are shown." in shown(again)
    assert path.read_bytes() == before


def test_answers_to_questions_that_are_asked_no_more_stay(make: MakeForm, path: Path, questions: Questionnaire) -> None:
    control(make(), "Priority", STARTING).value = 1
    path.write_text(path.read_text("utf-8") + 'left_over:\n  "old-item":\n    "priority": 2\n', "utf-8")
    control(make(), "Priority", STARTING).value = 2
    assert on_disk(path, questions).left_over == {"old-item": {"priority": 2}}


def test_a_file_that_was_removed_is_made_again(make: MakeForm, path: Path, questions: Questionnaire) -> None:
    form = make()
    control(form, "Priority", STARTING).value = 1
    path.unlink()
    control(form, "Vertical", STARTING).value = 2
    assert on_disk(path, questions) == form.sheet
    assert on_disk(path, questions).n_answered == 2


def test_nobody_elses_answers_are_overwritten(make: MakeForm, path: Path, questions: Questionnaire) -> None:
    form = make()
    control(form, "Priority", STARTING).value = 1
    theirs = path.read_text("utf-8").replace("priority: 1", "priority: 4")
    path.write_text(theirs, "utf-8")
    control(form, "Vertical", STARTING).value = 2
    beside = path.with_name("r1-2.yaml")
    assert path.read_text("utf-8") == theirs
    assert form.path == beside
    assert on_disk(beside, questions) == form.sheet
    control(form, "Horizontal", STARTING).value = 3
    assert on_disk(beside, questions).n_answered == 3
    words = shown(form)
    assert "Somebody else has changed r1.yaml since this form read it." in words
    assert f"Where: {path}. Rule: nobody’s answers are overwritten: yours are in r1-2.yaml, beside it." in words
    assert "What to do: compare the two and keep one; this form goes on with r1-2.yaml." in words
    assert f"Saved to {beside} at" in words


def test_what_cannot_be_saved_is_said_and_kept(
    make: MakeForm, path: Path, questions: Questionnaire, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = make()
    control(form, "Priority", STARTING).value = 1
    again = control(form, "Save again")
    assert again.layout.display == "none"

    def full(*_: object) -> None:
        raise RunError(Problem("The file r1.yaml cannot be written: No space left.", "/x", "whole or not", "make room"))

    with monkeypatch.context() as patch:
        patch.setattr(store, "write_whole", full)
        control(form, "Vertical", STARTING).value = 2
        words = shown(form)
        assert "Not saved. The file r1.yaml cannot be written: No space left. Where: /x. Rule: whole or not." in words
        assert "What to do: make room. Your answers are still in this form" in words
        assert "Saved to" not in words
        assert again.layout.display == ""
        assert on_disk(path, questions).n_answered == 1
    again.click()
    assert on_disk(path, questions) == form.sheet
    assert form.sheet.n_answered == 2
    assert again.layout.display == "none"
    assert "Not saved" not in shown(form)


def test_a_place_where_no_file_can_be_is_said(make: MakeForm, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", "utf-8")
    form = make(path=tmp_path / "file" / "r1.yaml")
    control(form, "Priority", STARTING).value = 1
    assert "Not saved. The file r1.yaml cannot be " in shown(form)
    assert f"Where: {tmp_path / 'file' / 'r1.yaml'}. Rule: " in shown(form)
    assert form.sheet.n_answered == 1


# What is not valid


WRONG = {
    "a name": ("Respondent", "", "Jane Doe", "an identifier of letters, digits"),
    "no respondent": ("Respondent", "", "", "The respondent is missing."),
    "no date": ("Date", "", None, "The date is missing."),
    "a date long ago": ("Date", "", dt.date(206, 1, 1), "from 2000 on"),
    "no address": ("Link", STARTING, "see the law", "an address that starts with https:// or http://"),
    "a script": ("Link", STARTING, "javascript:alert(1)", "an address that starts with https:// or http://"),
    "a long text": ("Evidence", STARTING, "x" * 5001, "has 5,001 characters. Rule: at most 5,000."),
    "many programmes": ("Programmes", STARTING, "; ".join(map(str, range(21))), "at most 20 programmes"),
}


@pytest.mark.parametrize(("label", "about", "wrong", "rule"), WRONG.values(), ids=WRONG.keys())
def test_what_is_not_valid_is_marked_and_the_last_valid_value_kept(
    make: MakeForm, path: Path, questions: Questionnaire, label: str, about: str, wrong: Any, rule: str
) -> None:
    form = make()
    control(form, "Evidence", STARTING).value = "as it was"
    control(form, "Link", STARTING).value = "https://example.org"
    control(form, "Programmes", STARTING).value = "POR"
    field = control(form, label, about)
    valid, before = field.value, form.sheet
    field.value = wrong
    (box,) = [each for each in within(form.widget) if getattr(each, "children", ())[:1] == (field,)]
    mark = box.children[1]
    assert "Not saved." in mark.value
    assert rule in mark.value
    assert "What to do: " in mark.value
    assert mark.layout.display == ""
    assert on_disk(path, questions) == form.sheet == before
    assert "1 field is not saved yet: what is wrong stands below it." in shown(form)

    control(form, "Priority", STARTING).value = 2  # all else is saved meanwhile
    assert on_disk(path, questions).n_answered == 1
    assert on_disk(path, questions).texts == before.texts

    field.value = valid
    assert mark.layout.display == "none"
    assert "not saved yet" not in shown(form)
    assert on_disk(path, questions) == form.sheet


def test_an_entry_taken_back_writes_nothing(make: MakeForm, path: Path) -> None:
    form = make()
    control(form, "Respondent").value = "Jane Doe"
    control(form, "Respondent").value = "r1"
    assert not path.exists()
    assert "Nothing is saved yet" in shown(form)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"respondent": "Jane Doe"}, "The respondent is 'Jane Doe'"),
        ({"region": "Piemonte"}, "where: answer_form"),
        ({"group": "firms"}, "did you mean firm"),
        ({"date": dt.date(1926, 1, 1)}, "from 2000 on"),
    ],
)
def test_arguments_that_no_file_could_hold_are_refused(make: MakeForm, given: dict[str, Any], text: str) -> None:
    with pytest.raises(ParamError, match=re.escape(text)):
        make(**given)


# What it asks


def test_every_question_is_asked_once_with_all_its_steps(make: MakeForm, questions: Questionnaire) -> None:
    form = make()
    for button in [each for each in within(form.widget) if isinstance(each, ipywidgets.ToggleButton)]:
        button.value = True
    lists = [each for each in within(form.widget) if isinstance(each, ipywidgets.Dropdown)][2:]  # after the head
    assert len(lists) == len(questions.scales) == 62
    for each, (item, aspect) in zip(lists, questions.scales, strict=True):
        labels = [label.replace("\u200b", "") for label, _ in each.options]
        steps = [f"{step} – {text}" for step, text in enumerate(questions.anchors(item, aspect))]
        assert labels == [UNANSWERED, *steps, "Don’t know"]
        assert [value for _, value in each.options] == ["", 0, 1, 2, 3, 4, DONT_KNOW]
        assert each.description.endswith(questions.asked(item, aspect))
        assert each.tooltip == questions.items[item].name
    words = shown(form)
    for each in questions.sets:
        assert each.name in words
        assert all(item.name in words for part in each.sections for item in part.items)
    assert all(item.question in words for item in questions.items.values() if not item.anchors)
    assert words.count("Not saved") == 0


def test_every_control_is_native_and_has_its_label(make: MakeForm) -> None:
    form = make()
    section(form, "2.1").value = True
    found = {type(each).__name__ for each in within(form.widget)}
    assert found <= {*NATIVE, "HTML", "VBox", "Box"}
    for each in within(form.widget):
        if type(each).__name__ in NATIVE:
            assert each.description
            assert each.tooltip
        if type(each).__name__ in NATIVE[:4]:
            assert each.style.description_width == "initial"


def test_sections_are_made_when_they_are_opened(make: MakeForm) -> None:
    form = make()
    n = len(list(within(form.widget)))
    assert section(form, "1.1").value
    assert section(form, "1.1").description == "▾ 1.1 Entrepreneurial conditions (0 of 9)"
    assert section(form, "1.2").description == "▸ 1.2 Knowledge base and skills (0 of 9)"
    section(form, "1.2").value = True
    assert len(list(within(form.widget))) > n + 20
    body = control(form, "Priority", "Human resources")
    section(form, "1.2").value = False
    section(form, "1.2").value = True
    assert control(form, "Priority", "Human resources") is body


def test_one_goes_on_to_the_next_section(make: MakeForm) -> None:
    form = make()
    control(form, "Go on: 1.2 Knowledge base and skills").click()
    assert section(form, "1.2").value
    section(form, "2.4").value = True
    ends = [
        each
        for each in within(form.widget)
        if isinstance(each, ipywidgets.Button) and each.description.startswith("Go on")
    ]
    assert len(ends) == 2  # none after the last section


def test_a_form_opens_where_answers_are_missing(make: MakeForm) -> None:
    form = make()
    for item in ("Regulatory", "Entrepreneurial culture", "Attractiveness"):
        for aspect in ("Priority", "Vertical", "Horizontal"):
            control(form, aspect, item).value = 2
    again = make()
    assert not section(again, "1.1").value
    assert section(again, "1.2").value


def test_progress_is_counted_overall_and_by_section(make: MakeForm) -> None:
    form = make()
    control(form, "Priority", STARTING).value = 0
    assert "1 of 62 answered " in shown(form)
    control(form, "Vertical", STARTING).value = DONT_KNOW
    control(form, "Horizontal", STARTING).value = 4
    section(form, "2.1").value = True
    control(form, "Is cluster policy laid down").value = 1
    assert "4 of 62 answered, 1 of them “Don’t know”" in shown(form)
    (bar,) = [each.value for each in within(form.widget) if "<progress" in str(getattr(each, "value", ""))]
    assert '<progress max="62" value="4" aria-label="4 of 62 answered' in bar
    assert section(form, "1.1").description.endswith("(3 of 9)")
    assert section(form, "2.1").description.endswith("(1 of 2)")
    assert "4 of 62 answered, 1 of them" in repr(form)


def test_the_status_is_read_out(make: MakeForm, path: Path) -> None:
    form = make()
    control(form, "Priority", STARTING).value = 0
    (status,) = [each.value for each in within(form.widget) if str(getattr(each, "value", "")).startswith("<div role")]
    assert status.startswith(f'<div role="status">Saved to {path}')


def test_made_up_answers_are_named_so(make: MakeForm, path: Path, questions: Questionnaire) -> None:
    control(make(), "Priority", STARTING).value = 0
    path.write_text(path.read_text("utf-8").replace("illustrative: false", "illustrative: true"), "utf-8")
    form = make()
    assert "These answers are illustrative: made up to show how the tool works." in shown(form)
    control(form, "Priority", STARTING).value = 1
    assert on_disk(path, questions).illustrative


def test_what_the_notebook_gets(make: MakeForm, path: Path) -> None:
    form = make(region_name="Piemonte")
    bundle = form._repr_mimebundle_()
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == form.widget.model_id
    assert bundle["text/plain"] == f"AnswerForm: r1 for piemonte, 0 of 62 answered; {path}"
    assert "Stress test for cluster policy: Piemonte" in shown(form)


def test_what_comes_in_through_two_threads_is_saved_one_after_the_other(
    make: MakeForm, path: Path, questions: Questionnaire, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = store.write_whole

    def slowly(target: Path, data: bytes) -> None:
        written(target, data)
        time.sleep(0.2)  # the other thread may look at the file now

    monkeypatch.setattr(store, "write_whole", slowly)
    form = make()
    entries = {"Priority": 3, "Vertical": 2, "Horizontal": DONT_KNOW}
    controls = {label: control(form, label, STARTING) for label in entries}
    threads = [
        threading.Thread(target=setattr, args=(controls[label], "value", value)) for label, value in entries.items()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found.name for found in path.parent.iterdir()] == ["r1.yaml"]  # none beside it
    assert "somebody else" not in shown(form)
    assert "3 of 62 answered, 1 of them “Don’t know”" in shown(form)
    steps = on_disk(path, questions).steps
    assert sorted(str(value) for value in steps.values() if value is not None) == ["2", "3", str(DONT_KNOW)]


# Languages


def test_another_language_keeps_the_answers_and_what_waits_to_be_mended(
    make: MakeForm, path: Path, questions: Questionnaire
) -> None:
    form = make()
    control(form, "Priority", STARTING).value = 3
    control(form, "Evidence", STARTING).value = "la loi"
    control(form, "Link", STARTING).value = "not yet"
    section(form, "2.1").value = True
    control(form, "Respondent").value = "not valid"
    control(form, "Language").value = "fr"

    french = load_questionnaire(FOLDER, language="fr")
    name = french.items["starting-a-business"].name
    words = shown(form)
    assert french.title in words
    assert " ".join(french.items["starting-a-business"].question.split()) in words
    assert '<div lang="fr">' in source(form)
    assert control(form, "Priorité", name).value == 3
    assert dict(control(form, "Priorité", name).options)["Je ne sais pas"] == DONT_KNOW
    assert control(form, "Evidence", name).value == "la loi"
    assert control(form, "Link", name).value == "not yet"
    assert words.count("Not saved.") == 2
    assert "2 fields are not saved yet" in words
    assert control(form, "Group").label == "Autorité publique"
    assert section(form, "1.1").value
    assert section(form, "2.1").value
    saved = on_disk(path, questions)
    assert saved == form.sheet
    assert (saved.language, saved.respondent, saved.n_answered) == ("fr", "r1", 1)

    control(form, "Mesures verticales", name).value = DONT_KNOW
    assert "1 of them “Je ne sais pas”" in shown(form)
    again = make()  # with the questions in English, but a file that was answered in French
    assert again.questionnaire.language == "fr"
    assert control(again, "Language").value == "fr"
    assert again.sheet == form.sheet


def test_languages_leave_no_widgets_behind(make: MakeForm) -> None:
    form = make()
    language = control(form, "Language")
    language.value = "fr"
    n = len(ipywidgets.widgets.widget._instances)
    for code in ("en", "fr", "en", "fr"):
        language.value = code
    assert len(ipywidgets.widgets.widget._instances) == n


def test_a_translation_with_a_problem_leaves_the_questions_as_they_are(make: MakeForm, tmp_path: Path) -> None:
    folder = tmp_path / "stress_test"
    shutil.copytree(FOLDER, folder)
    broken = folder / "languages" / "fr.yaml"
    broken.write_text(broken.read_text("utf-8").replace("version: 1", "version: 7"), "utf-8")
    form = make(languages_from=folder)
    control(form, "Language").value = "fr"
    assert form.questionnaire.language == control(form, "Language").value == "en"
    assert "The translation is of 'cluster-policy', version 7." in shown(form)
    assert "Stress test for cluster policy" in shown(form)
    assert not form.path.exists()


def test_without_a_folder_there_is_no_choice_of_language(make: MakeForm, path: Path, questions: Questionnaire) -> None:
    form = make(languages_from=None)
    assert not [each for each in within(form.widget) if getattr(each, "description", "").startswith("Language")]
    control(form, "Priority", STARTING).value = 1
    path.write_text(path.read_text("utf-8").replace('language: "en"', 'language: "sl"'), "utf-8")
    again = make(languages_from=None)
    control(again, "Priority", STARTING).value = 2  # in the language that is shown
    assert on_disk(path, questions).language == "en"


# What others wrote


def test_hostile_text_is_shown_as_it_is_written(make: MakeForm, tmp_path: Path, path: Path) -> None:
    folder = tmp_path / "stress_test"
    shutil.copytree(FOLDER, folder)
    file = folder / "questionnaire.yaml"
    text = file.read_text("utf-8")
    for old in ("Stress test for cluster policy", "Answer for the region, from", "Don’t know", "Priorities of regional policy",
                "What does regional policy put first", "Entrepreneurial conditions", STARTING, "Making it quick"):  # fmt: skip
        assert old in text
        text = text.replace(f'"{old}', f'"{HOSTILE.replace(chr(34), chr(39))}{old}')
    file.write_text(text, "utf-8")
    form = make(questionnaire=load_questionnaire(folder), languages_from=None, region_name=HOSTILE, path=tmp_path / "<b>r1.yaml")  # fmt: skip
    control(form, "Respondent").value = HOSTILE
    control(form, "Link", STARTING).value = HOSTILE
    control(form, "Evidence", STARTING).value = HOSTILE
    control(form, "Programmes", STARTING).value = HOSTILE
    control(form, "Priority", STARTING).value = DONT_KNOW
    for each in within(form.widget):
        if isinstance(each, ipywidgets.HTML):
            assert "<script" not in each.value
            assert "<b>" not in each.value
        assert not getattr(each, "description_allow_html", False)
    assert "&lt;script&gt;" in source(form)
    again = make(questionnaire=form.questionnaire, languages_from=None, path=form.path)
    assert control(again, "Evidence", STARTING).value == HOSTILE


def test_a_file_with_problems_is_said_and_not_touched(make: MakeForm, path: Path) -> None:
    control(make(), "Priority", STARTING).value = 3
    text = path.read_text("utf-8").replace("priority: 3", f"priority: '{HOSTILE}'")
    path.write_text(text, "utf-8")
    said = make()
    assert isinstance(said, Text)
    assert "The answers in r1.yaml cannot be shown.** The file is left as it is." in repr(said)
    assert "starting-a-business, priority is '<script>" in repr(said)
    assert f"where: {path}, line " in repr(said)
    assert "fix:   write one of 0, 1, 2, 3, 4, dont_know, null" in repr(said)
    assert "<script" not in said._repr_markdown_()
    assert path.read_text("utf-8") == text


def test_a_file_of_another_region_is_said_and_not_touched(make: MakeForm, path: Path) -> None:
    control(make(), "Priority", STARTING).value = 3
    before = path.read_bytes()
    said = make(region="saxony")
    assert isinstance(said, Text)
    assert "The answers are for the region 'piemonte'." in repr(said)
    assert path.read_bytes() == before


def test_a_name_that_is_no_yaml_file_is_said(make: MakeForm, tmp_path: Path) -> None:
    said = make(path=tmp_path / "r1.xlsx")
    assert isinstance(said, Text)
    assert "let the name end in .yaml" in repr(said)


def test_without_ipywidgets_it_says_how_to_get_it(make: MakeForm, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    said = make()
    assert isinstance(said, Text)
    assert "needs **ipywidgets**" in repr(said)
    assert "make lab" in repr(said)
    assert "pip install 'clusterkit[lab]'" in repr(said)
    assert not path.exists()


def test_importing_the_module_imports_no_ipywidgets() -> None:
    assert not hasattr(module, "ipywidgets")
