"""The answer form of the stress test, for JupyterLab: every change is in the file before the next one is taken.

Needs ipywidgets, which only the extra ``lab`` installs; without it the form is a text that says so.

- **Saving.** A change is checked and, where it is valid, written at once, whole or not at all. Free texts too, while
  they are typed: the browser sends the next state of a field only when the last one has been dealt with, so a slow disk
  makes fewer writes, not a longer queue, and what is typed is never more than one write away from the file. Only while
  the kernel is busy with another cell does it wait in the browser. Nothing is written before the first change: running
  a notebook leaves no trace.
- **What is not valid** is said beside its field, in words; the file keeps the last valid value until it is mended, and
  all else is saved meanwhile. The rules are those of :mod:`clusterkit.stress_test.answers` and stand only there.
- **Sections** are built when they are first opened: all at once would take seconds.
- **Keyboard.** Only native controls (:mod:`clusterkit.show.widgets`). Not the Accordion of ipywidgets, whose headings no
  key reaches, nor its radio buttons, which have no common name.
- **A kernel that has gone** saves nothing; the line that says when the answers were saved, always in sight, says so.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clusterkit.errors import ClusterkitError, ParamError, Problem
from clusterkit.show import widgets
from clusterkit.show.output import Text
from clusterkit.stress_test.answer_files import read_answers
from clusterkit.stress_test.answers import AnswerSheet, Cell, RawSheet, check_sheet
from clusterkit.stress_test.questionnaire import (
    DONT_KNOW,
    EVIDENCE,
    LINK,
    LOWEST,
    PROGRAMMES,
    Item,
    Questionnaire,
    Section,
    languages,
    load_questionnaire,
)
from clusterkit.stress_test.store import Store

if TYPE_CHECKING:
    import ipywidgets

Key = tuple[str, str]  # item and aspect, or HEAD and the name of a field of the head
HEAD = ""
KEPT = ("region", "respondent", "group", "date", "language", "illustrative")  # of a sheet, whatever is answered
OPEN = ""  # value of a list while there is no answer
UNANSWERED = "– not answered yet –"
LANGUAGES = {
    "bg": "български", "cs": "čeština", "da": "dansk", "de": "Deutsch", "el": "ελληνικά", "en": "English",
    "es": "español", "et": "eesti", "fi": "suomi", "fr": "français", "ga": "Gaeilge", "hr": "hrvatski",
    "hu": "magyar", "it": "italiano", "lt": "lietuvių", "lv": "latviešu", "mt": "Malti", "nl": "Nederlands",
    "pl": "polski", "pt": "português", "ro": "română", "sk": "slovenčina", "sl": "slovenščina", "sv": "svenska",
}  # fmt: skip

_STYLE = """<style>
.ck-form .ck-set { padding: 28px 0 10px; }
.ck-form button.ck-section { width: 100%; height: auto; min-height: 40px; padding: 8px 4px; text-align: left;
  white-space: normal; line-height: 1.35; font-size: 15px; color: inherit; background: none; box-shadow: none;
  border: 0; border-top: 1px solid var(--jp-border-color2, #ccc); }
.ck-form button.ck-section.mod-active { font-weight: 600; }
.ck-form button.ck-section:hover { background: var(--jp-layout-color2, #eee); }
.ck-form .ck-body { padding: 4px 0 28px 22px; }
.ck-form .ck-item { padding: 18px 0 10px; gap: 12px; }
.ck-form .ck-item + .ck-item { border-top: 1px solid var(--jp-border-color3, #e5e5e5); }
@container (max-width: 30rem) { .ck-body { padding-left: 0 !important; } }
</style>"""


def answer_form(
    path: Path,
    questionnaire: Questionnaire,
    *,
    region: str,
    region_name: str = "",
    respondent: str = "r1",
    group: str = "public-authority",
    date: dt.date | None = None,
    languages_from: Path | None = None,
) -> AnswerForm | Text:
    """What a respondent fills in, to be shown by the last line of a cell.

    Parameters
    ----------
    path
        The answer file, a YAML file. Where it exists its answers are shown, with its respondent, group and date;
        it is not made before the first change.
    questionnaire
        The questions.
    region
        Identifier of the region; a file of another one is not touched.
    region_name
        Its name, for the heading; "" shows the identifier.
    respondent, group, date
        What a new file starts with; ``date`` None is today.
    languages_from
        Folder of the questionnaire, for a choice among its languages; None: no choice.

    Returns
    -------
    AnswerForm or Text
        The form; where ipywidgets is not installed, or the file has a problem, a text that says so.

    Raises
    ------
    ParamError
        The region, respondent, group or date given here cannot stand in an answer file.
    """
    given = {"region": region, "respondent": respondent, "group": group, "date": date or dt.date.today()}
    raw = RawSheet("answer_form", {name: (value, f"answer_form({name}=…)") for name, value in given.items()})
    raw.meta["language"] = (questionnaire.language, raw.source)
    new = check_sheet(raw, questionnaire)
    without = "Without it, **clusterkit stress-test init** makes a file to fill in with a text editor or a spreadsheet."
    if said := widgets.missing("The answer form needs", without):
        return said
    try:
        store = Store(path, questionnaire)
        if store.sheet is not None and store.sheet.region != region:
            read_answers([path], questionnaire, region=region)
    except ClusterkitError as exc:
        lines = (f"**The answers in {path.name} cannot be shown.** The file is left as it is.", *str(exc).splitlines())
        return Text((*lines, "Mend the file, or name another one, then run the cell again."))
    return AnswerForm(store, store.sheet or new, languages_from, region_name)


class AnswerForm:
    """The form of one respondent; made by :func:`answer_form`.

    Parameters
    ----------
    store
        Where the answers are saved.
    sheet
        What the form starts with.
    languages_from
        Folder of the questionnaire; None: no choice of language.
    region_name
        Name of the region; "" shows its identifier.

    Attributes
    ----------
    sheet
        The answers as they are now, valid ones only.
    widget
        What the notebook shows.
    """

    def __init__(
        self, store: Store, sheet: AnswerSheet, languages_from: Path | None = None, region_name: str = ""
    ) -> None:
        import ipywidgets

        self._w = ipywidgets
        self._alone = threading.RLock()
        self._store, self.sheet, self._folder, self._name = store, sheet, languages_from, region_name or sheet.region
        self._asked_for = store.path  # the form goes on beside it once somebody else has written there
        self._saved_at: dt.datetime | None = None
        self._failure: Problem | None = None  # of the last time the answers were to be saved
        self._refused: dict[Key, tuple[Any, Problem]] = {}  # what was entered and is not valid
        self._marks: dict[Key, ipywidgets.HTML] = {}
        self._sections: dict[str, _SectionPart] = {}
        self._is_loading = False
        begun = (
            f"The answers of {self.path} are shown"
            if store.sheet
            else f"Nothing is saved yet: the first change makes {self.path}"
        )
        self._first_words = f"{begun}. Each change is saved at once, while you type"
        self._title, self._notice, self._progress, self._status = (widgets.html("") for _ in range(4))
        self._again = widgets.button("Save again", "Try once more to save the answers", self._save)
        self._group = widgets.choice("Group of stakeholders", [], None)
        self._parts = ipywidgets.VBox()
        where_it_stands = widgets.box([self._progress, self._status, self._again], "ck-status")
        parts = [
            widgets.html(widgets.STYLE + _STYLE + widgets.KEYS),
            self._title,
            self._head(),
            self._notice,
            where_it_stands,
            self._parts,
        ]
        self.widget = widgets.box(parts, "ck-form")
        self._ask()
        self._open_first()
        self._say_saved()

    # What it is

    @property
    def questionnaire(self) -> Questionnaire:
        """The questions, in the language shown."""
        return self._store.questionnaire

    @property
    def path(self) -> Path:
        """Where the answers are saved."""
        return self._store.path

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = self.widget._repr_mimebundle_(**kwargs)
        if isinstance(bundle, dict):
            bundle["text/plain"] = repr(self)
        return bundle

    def __repr__(self) -> str:
        counted = self._counted(self.questionnaire.scales)
        return f"AnswerForm: {self.sheet.respondent} for {self.sheet.region}, {counted}; {self.path}"

    # What is entered

    @widgets.one_at_a_time
    def _changed(self, key: Key, value: Any) -> None:
        """Check a value that was entered, take it over, save."""
        if self._is_loading:
            return
        try:
            sheet = self._with(key, value)
        except ParamError as exc:
            self._refused[key] = (value, exc.problems[0])
        else:
            self._refused.pop(key, None)
            if sheet != self.sheet:
                self._take(sheet)
        self._mark(key)
        self._say_saved()

    def _with(self, key: Key, value: Any) -> AnswerSheet:
        """The sheet with one more entry, checked as that of a file; ParamError where a file could not hold it."""
        item, aspect = key
        raw = RawSheet("the form", {name: (getattr(self.sheet, name), "the form") for name in KEPT})
        if item == HEAD:
            raw.meta[aspect] = (value, f"the field {aspect}")
        else:
            raw.cells.append(Cell(item, aspect, value, f"{item}, {aspect}"))
        found = check_sheet(raw, self.questionnaire)
        programmes, texts = dict(self.sheet.programmes), dict(self.sheet.texts)
        if aspect == PROGRAMMES:
            programmes.pop(item, None)
        texts.pop(key, None)
        return replace(
            self.sheet,
            **{name: getattr(found, name) for name in KEPT},
            steps={**self.sheet.steps, **({key: found.steps[key]} if key in found.steps else {})},
            programmes={**programmes, **found.programmes},
            texts={**texts, **found.texts},
        )

    def _take(self, sheet: AnswerSheet) -> None:
        self.sheet = replace(sheet, language=self.questionnaire.language)
        self._show_progress()
        self._save()

    @widgets.one_at_a_time
    def _save(self) -> None:
        self._failure = None
        try:
            self._store.save(self.sheet)
        except ClusterkitError as exc:
            self._failure = exc.problems[0]
        else:
            self._saved_at = dt.datetime.now()
            if self.path != self._asked_for:
                self._notice.value = widgets.bad(self._others)
        self._say_saved()

    @property
    def _others(self) -> Problem:
        return Problem(
            what=f"Somebody else has changed {self._asked_for.name} since this form read it.",
            where=str(self._asked_for),
            rule=f"nobody’s answers are overwritten: yours are in {self.path.name}, beside it",
            fix=f"compare the two and keep one; this form goes on with {self.path.name}",
        )

    def _say_saved(self) -> None:
        """Where and when the answers were saved, or why not, and what waits to be mended."""
        if self._failure:
            kept = "Your answers are still in this form: they are saved with the next change, or by the button below."
            text = widgets.bad(self._failure, "Not saved.", kept)
        else:
            saved = f"Saved to {self.path} at {self._saved_at:%H:%M:%S}" if self._saved_at else self._first_words
            aside = ", for somebody else has changed {}: see above" if self.path != self._asked_for else ""
            text = escape(f"{saved}{aside.format(self._asked_for.name)}.")
        n = len(self._refused)
        if n:
            text += f" {n} {'field is' if n == 1 else 'fields are'} not saved yet: what is wrong stands below it."
        self._status.value = f'<div role="status">{text}</div>'
        self._again.layout.display = "" if self._failure else "none"

    # What it shows

    def _head(self) -> ipywidgets.Box:
        w = self._w
        respondent = w.Text(self.sheet.respondent, description="Respondent: an identifier, not a name")
        date = w.DatePicker(value=self.sheet.date, description="Date of the answers")
        fields = [
            self._field((HEAD, "respondent"), respondent),
            self._field((HEAD, "group"), self._group),
            self._field((HEAD, "date"), date),
        ]
        found = languages(self._folder) if self._folder else []
        if len(found) > 1:
            options = [(LANGUAGES.get(code, code), code) for code in found]
            shown = self.questionnaire.language
            wanted = self.sheet.language if self.sheet.language in found else shown
            self._language = widgets.choice("Language of the questions", options, shown)
            self._language.observe(lambda change: self._translate(change["new"]), names="value")
            self._language.value = wanted
            fields.append(self._language)
        return widgets.grid(fields)

    @widgets.one_at_a_time
    def _translate(self, language: str) -> None:
        """Show the questions in another language; the answers stay."""
        if self._is_loading or self._folder is None or language == self.questionnaire.language:
            return
        try:
            self._store.questionnaire = load_questionnaire(self._folder, language=language)
        except ClusterkitError as exc:
            self._notice.value = widgets.bad(exc.problems[0])
            self._set(self._language, self.questionnaire.language)
            return
        self._notice.value = ""
        if self._sections:  # else the form is being made
            self._ask()
            self._take(self.sheet)

    def _ask(self) -> None:
        """Write all questions anew, in the language of the questionnaire."""
        questions = self.questionnaire
        was_open = {code for code, part in self._sections.items() if part.is_open}
        for box in self._parts.children:
            widgets.close(box)
        self._marks = {key: mark for key, mark in self._marks.items() if key[0] == HEAD}
        made_up = ""
        if self.sheet.illustrative:
            made_up = '<p class="ck-note">These answers are illustrative: made up to show how the tool works.</p>'
        self._title.value = self._words(
            f"<h3>{escape(questions.title)}: {escape(self._name)}</h3><p>{escape(questions.intro)}</p>{made_up}"
        )
        self._set(self._group, self.sheet.group, [(name, code) for code, name in questions.groups.items()])
        boxes: list[ipywidgets.Widget] = []
        sections = [section for each in questions.sets for section in each.sections]
        following = dict(zip([section.code for section in sections], [*sections[1:], None], strict=True))
        for each in questions.sets:
            text = f"<h4>{escape(each.number)} {escape(each.name)}</h4><p>{escape(each.intro)}</p>"
            boxes.append(widgets.html(self._words(text), "ck-set"))
            for section in each.sections:
                part = _SectionPart(self, section, following[section.code])
                self._sections[section.code] = part
                boxes.append(part.box)
        self._parts.children = boxes
        for code in was_open:
            self._sections[code].open()
        self._show_progress()

    def _open_first(self) -> None:
        """Open the first section with a question that is not answered."""
        for part in self._sections.values():
            if any(self.sheet.steps[key] is None for key in part.keys):
                part.open()
                return

    def _show_progress(self) -> None:
        keys = self.questionnaire.scales
        counted = escape(self._counted(keys))
        n = sum(self.sheet.steps[key] is not None for key in keys)
        self._progress.value = (
            f'<div>{counted}</div><progress max="{len(keys)}" value="{n}" aria-label="{counted}"></progress>'
        )
        for part in self._sections.values():
            part.show_progress()

    def _counted(self, keys: Iterable[Key]) -> str:
        answers = [self.sheet.steps[key] for key in keys]
        n = sum(answer is not None for answer in answers)
        unknown = answers.count(DONT_KNOW)
        tail = f", {unknown} of them “{self.questionnaire.dont_know}”" if unknown else ""
        return f"{n} of {len(answers)} answered{tail}"

    # Parts

    def _item(self, item: Item) -> ipywidgets.VBox:
        """Heading, question and controls of an item."""
        w, questions, code = self._w, self.questionnaire, item.code
        each = questions.set_of[code]
        asked = "" if item.anchors else f"<p>{escape(item.question)}</p>"
        parts = [widgets.html(self._words(f"<h5>{escape(item.name)}</h5>{asked}"))]
        for aspect in each.aspects:
            label = "" if item.anchors else f"{questions.aspects[aspect].label}: "
            steps = [
                (widgets.breakable(f"{step} – {text}"), step)
                for step, text in enumerate(questions.anchors(code, aspect), start=LOWEST)
            ]
            options = [(UNANSWERED, OPEN), *steps, (questions.dont_know, DONT_KNOW)]
            answer = self.sheet.steps[code, aspect]
            control = widgets.choice(
                f"{label}{questions.asked(code, aspect)}", options, OPEN if answer is None else answer
            )
            parts.append(self._field((code, aspect), control, item.name))
        texts = {PROGRAMMES: w.Text(description="Programmes that serve it, with semicolons between them")}
        if not each.asks_programmes:
            texts = {}
        texts[EVIDENCE] = w.Textarea(rows=2, description="Evidence: what you know it from")
        texts[LINK] = w.Text(description="Link to a document", placeholder="https://")
        entered = {PROGRAMMES: "; ".join(self.sheet.programmes.get(code, ()))}
        for kind, control in texts.items():
            value = entered.get(kind, self.sheet.texts.get((code, kind), ""))
            control.value = self._refused.get((code, kind), (value,))[0]
            parts.append(self._field((code, kind), control, item.name))
        return widgets.box(parts, "ck-item")

    def _field(self, key: Key, control: Any, about: str = "") -> ipywidgets.VBox:
        """A control, with the place below for what is wrong with what it holds."""
        widgets.labelled(control, about)
        control.observe(lambda change: self._changed(key, change["new"]), names="value")
        self._marks[key] = widgets.html("")
        self._mark(key)
        return self._w.VBox([control, self._marks[key]])

    def _mark(self, key: Key) -> None:
        refused, mark = self._refused.get(key), self._marks[key]
        mark.layout.display = "" if refused else "none"
        mark.value = (
            f'<div class="ck-bad">⚠ Not saved. {widgets.in_words(refused[1], where=False)}</div>' if refused else ""
        )

    def _set(self, control: ipywidgets.Dropdown, value: Any, options: Sequence[tuple[str, Any]] | None = None) -> None:
        """Change what a list shows without taking it for an answer."""
        self._is_loading = True
        try:
            if options is not None:
                control.options = options
            control.value = value
        finally:
            self._is_loading = False

    def _words(self, inner: str) -> str:
        """Words of the questionnaire, marked with their language."""
        return f'<div lang="{escape(self.questionnaire.language)}">{inner}</div>'


class _SectionPart:
    """A section: a button with its name and progress, and below it the items, made when it is first opened."""

    def __init__(self, form: AnswerForm, section: Section, following: Section | None) -> None:
        self.form, self.section, self.following = form, section, following
        self._alone = form._alone
        self.keys = [key for key in form.questionnaire.scales if form.questionnaire.section_of[key[0]] is section]
        self.button = form._w.ToggleButton(value=False)
        self.button.add_class("ck-section")
        self.button.observe(lambda _: self._toggled(), names="value")
        self.box = form._w.VBox([self.button])
        self.show_progress()

    @property
    def is_open(self) -> bool:
        return self.button.value

    def open(self) -> None:
        self.button.value = True

    @widgets.one_at_a_time
    def _toggled(self) -> None:
        if self.is_open and len(self.box.children) == 1:
            self.box.children = (self.button, self._body())
        if len(self.box.children) > 1:
            self.box.children[1].layout.display = "" if self.is_open else "none"
        self.show_progress()

    def _body(self) -> ipywidgets.VBox:
        parts: list[Any] = [self.form._item(item) for item in self.section.items]
        if self.following is not None:
            name = f"{self.following.number} {self.following.name}"
            parts.append(widgets.button(f"Go on: {name}", f"Open section {name}", self._go_on))
        return widgets.box(parts, "ck-body")

    @widgets.one_at_a_time
    def _go_on(self) -> None:
        if self.following is None:
            return
        part = self.form._sections[self.following.code]
        part.open()
        part.button.focus()

    def show_progress(self) -> None:
        n = sum(self.form.sheet.steps[key] is not None for key in self.keys)
        arrow, verb = ("▾", "Close") if self.is_open else ("▸", "Open")
        name = f"{self.section.number} {self.section.name}"
        self.button.description = f"{arrow} {name} ({n} of {len(self.keys)})"
        self.button.tooltip = f"{verb} section {name}"
