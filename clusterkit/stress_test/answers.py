"""Answers of respondents: one sheet each, checked as a whole, put together as one table."""

from __future__ import annotations

import contextlib
import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from clusterkit.errors import ParamError, Problem, did_you_mean, some
from clusterkit.spreadsheets import is_address
from clusterkit.stress_test.questionnaire import (
    DONT_KNOW,
    EVIDENCE,
    HIGHEST,
    LINK,
    LOWEST,
    PROGRAMMES,
    Questionnaire,
)

RULE = "docs/stress-test.md#answers"
TEXTS = (EVIDENCE, LINK)  # beside the answers of an item
META = ("region", "questionnaire", "questionnaire_version", "respondent", "group", "date", "language", "illustrative")
STATES = ("answered", "don't know", "unanswered")
RESPONDENT = r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}"  # an identifier, never a name
MAX_TEXT = 5000  # characters of one free text
MAX_PROGRAMMES = 20  # named for one item
FIRST_DATE = dt.date(2000, 1, 1)  # an earlier one is a slip of the pen
_DONT_KNOW = ("dont_know", "dont know", "don't know", "don’t know", "dk", "n/k", "do not know")
_STEP = re.compile(r"([+-]?\d+)(?:\.0+)?(?:\s*[-–—:.)]\s.*)?", re.DOTALL)  # "3", or as forms write it "3 - largely"

Answer = int | str | None  # a step, DONT_KNOW, or None where there is no answer yet


@dataclass(frozen=True)
class AnswerSheet:
    """What one respondent answered.

    Parameters
    ----------
    region
        Identifier of the region.
    respondent
        Identifier of the respondent; no name is kept.
    group
        Group of stakeholders.
    date
        Day of the answers.
    language
        Of the questions that were read.
    illustrative
        Whether the answers are made up to show how the tool works.
    steps
        Item and aspect to the answer; every question of the questionnaire is there.
    programmes
        Item to the identifiers or names of the programmes that serve it; only those with any.
    texts
        Item and ``evidence`` or ``link`` to the text; only those with any.
    questionnaire, version
        The questions answered, after migration those of today.
    left_over
        Answers to items that a newer version no longer has, as they were.
    source
        Where the sheet comes from, for messages; no part of what was answered.
    """

    region: str
    respondent: str
    group: str
    date: dt.date
    language: str
    illustrative: bool
    steps: Mapping[tuple[str, str], Answer]
    programmes: Mapping[str, tuple[str, ...]]
    texts: Mapping[tuple[str, str], str]
    questionnaire: str
    version: int
    left_over: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    source: str = field(default="", compare=False)

    @property
    def n_answered(self) -> int:
        """Questions with an answer, "don't know" included."""
        return sum(answer is not None for answer in self.steps.values())


@dataclass(frozen=True)
class Cell:
    """One value as a file has it, and where it stands."""

    item: str
    aspect: str
    value: Any
    where: str


@dataclass
class RawSheet:
    """A respondent's answers as a file has them, before any check."""

    source: str
    meta: dict[str, tuple[Any, str]] = field(default_factory=dict)  # value and where it stands
    cells: list[Cell] = field(default_factory=list)
    left_over: dict[str, dict[str, Any]] = field(default_factory=dict)  # as an earlier migration left it
    problems: list[Problem] = field(default_factory=list)  # found while reading


def blank(questionnaire: Questionnaire, *, region: str, respondent: str, group: str, date: dt.date) -> AnswerSheet:
    """A sheet with no answer yet.

    Parameters
    ----------
    region
        Identifier of the region.
    respondent
        Identifier of who is to answer; not a name.
    group
        Group of stakeholders.
    date
        Day of the answers.
    """
    return AnswerSheet(
        region=region,
        respondent=respondent,
        group=group,
        date=date,
        language=questionnaire.language,
        illustrative=False,
        steps=dict.fromkeys(questionnaire.scales),
        programmes={},
        texts={},
        questionnaire=questionnaire.id,
        version=questionnaire.version,
    )


def check_sheet(raw: RawSheet, questionnaire: Questionnaire, *, region: str | None = None) -> AnswerSheet:
    """One respondent's answers, typed; older ones brought to the questions of today.

    Parameters
    ----------
    raw
        As a file has them.
    questionnaire
        The questions, of any language.
    region
        Identifier of the region that the answers must be for; None: any.

    Raises
    ------
    ParamError
        Everything that is wrong with the sheet, at once.
    """
    return _SheetChecker(raw, questionnaire, region).run()


def parse_step(value: Any, dont_know: str = "") -> Answer:
    """A step from what a person, a spreadsheet or a survey tool wrote; ValueError where it is none.

    >>> parse_step("3 – largely"), parse_step(" Don't know "), parse_step(""), parse_step(2.0)
    (3, 'dont_know', None, 2)
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str):
        text = value.strip()
        if text.lower() in (*_DONT_KNOW, dont_know.lower()):
            return DONT_KNOW
        found = _STEP.fullmatch(text)
        value = int(found[1]) if found else value
    if isinstance(value, bool) or not isinstance(value, int) or not LOWEST <= value <= HIGHEST:
        raise ValueError(value)
    return value


class _SheetChecker:
    """Collects all that is wrong with one sheet."""

    def __init__(self, raw: RawSheet, questionnaire: Questionnaire, region: str | None) -> None:
        self.raw, self.questions, self.region = raw, questionnaire, region
        self.problems: list[Problem] = list(raw.problems)
        self.left_over: dict[str, dict[str, Any]] = {item: dict(own) for item, own in raw.left_over.items()}

    def add(self, what: str, where: str, rule: str, fix: str) -> None:
        self.problems.append(Problem(what, where, rule, fix))

    def run(self) -> AnswerSheet:
        meta = self._meta()
        cells = self._migrated(meta["version"])
        steps: dict[tuple[str, str], Answer] = dict.fromkeys(self.questions.scales)
        programmes: dict[str, tuple[str, ...]] = {}
        texts: dict[tuple[str, str], str] = {}
        seen: dict[tuple[str, str], Cell] = {}
        for cell in cells:
            if not self._is_known(cell):
                continue
            key = (cell.item, cell.aspect)
            if key in seen and cell.aspect not in TEXTS:
                self.add(
                    f"The answer {cell.item}, {cell.aspect} stands twice.",
                    f"{seen[key].where} and {cell.where}",
                    "a respondent answers a question once",
                    "remove one of the two",
                )
                continue
            seen[key] = cell
            if cell.aspect in TEXTS:
                self._text(cell, texts)
            elif cell.aspect == PROGRAMMES:
                self._programmes(cell, programmes)
            else:
                self._step(cell, steps)
        if self.problems:
            raise ParamError(self.problems)
        return AnswerSheet(
            **meta,
            steps=steps,
            programmes=programmes,
            texts=texts,
            questionnaire=self.questions.id,
            left_over=self.left_over,
            source=self.raw.source,
        )

    def _meta(self) -> dict[str, Any]:
        get = {name: self.raw.meta.get(name, (None, self.raw.source)) for name in META}
        for name in self.raw.meta:
            if name not in META:
                fix = did_you_mean(name, META, f"remove it; the keys are {', '.join(META)}")
                self.add(f"Unknown key {name}.", self.raw.meta[name][1], RULE, fix)
        values: dict[str, Any] = {}
        values["region"] = self._region(*get["region"])
        values["respondent"] = self._matching("respondent", *get["respondent"], RESPONDENT)
        values["group"] = self._group(*get["group"])
        values["date"] = self._date(*get["date"])
        values["language"] = self._matching("language", get["language"][0] or "en", get["language"][1], r"[a-z]{2,3}")
        values["illustrative"] = self._illustrative(*get["illustrative"])
        self._questionnaire(*get["questionnaire"])
        values["version"] = self._version(*get["questionnaire_version"])
        return values

    def _region(self, value: Any, where: str) -> str:
        if _is_absent(value) and self.region:
            return self.region
        if self.region and _as_text(value) != self.region:
            fix = f"write region: {self.region}, or name the answers of this region in its parameters"
            self.add(f"The answers are for the region {value!r}.", where, f"these are to be {self.region}’s", fix)
        return self._matching("region", value, where, r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

    def _matching(self, name: str, value: Any, where: str, pattern: str) -> str:
        text = "" if _is_absent(value) else _as_text(value)
        if not re.fullmatch(pattern, text):
            what = f"The {name} is missing." if not text else f"The {name} is {_short(value)}."
            rules = {
                "respondent": "an identifier of letters, digits, points, hyphens and underscores, at most 60, not a name",
                "region": "small letters, digits and hyphens, as the region’s file is called",
                "language": "a code of two or three small letters",
            }
            self.add(
                what,
                where,
                rules[name],
                f"write {name}: {dict(respondent='r1', region='piemonte', language='en')[name]}, for instance",
            )
        return text

    def _group(self, value: Any, where: str) -> str:
        known = list(self.questions.groups)
        text = "" if _is_absent(value) else _as_text(value).strip()
        by_name = {name.lower(): code for code, name in self.questions.groups.items()}
        text = by_name.get(text.lower(), text)
        if text not in known:
            what = f"The group {_short(value)} is not known." if text else "The group of stakeholders is missing."
            self.add(
                what,
                where,
                f"{RULE}: groups are in questionnaire.yaml",
                did_you_mean(text, known, f"use one of: {', '.join(known)}"),
            )
        return text

    def _date(self, value: Any, where: str) -> dt.date:
        if isinstance(value, dt.datetime):
            value = value.date()
        if isinstance(value, str):
            with contextlib.suppress(ValueError):  # said below
                value = dt.datetime.fromisoformat(value.strip()).date()
        if not isinstance(value, dt.date) or value < FIRST_DATE:
            what = "The date is missing." if _is_absent(value) else f"The date is {_short(value)}."
            self.add(
                what, where, "day of the answers, year-month-day, from 2000 on", "write date: 2026-01-31, for instance"
            )
            return FIRST_DATE
        return value

    def _illustrative(self, value: Any, where: str) -> bool:
        text = "" if _is_absent(value) else str(value).strip().lower()
        if text not in ("", "true", "false", "yes", "no", "1", "0"):
            self.add(
                f"illustrative is {_short(value)}.",
                where,
                "true where the answers are made up, else false",
                "write illustrative: false",
            )
        return text in ("true", "yes", "1")

    def _questionnaire(self, value: Any, where: str) -> None:
        if not _is_absent(value) and _as_text(value) != self.questions.id:
            self.add(
                f"The answers are to the questionnaire {_short(value)}.",
                where,
                f"this one is {self.questions.id}",
                "make a new file with `clusterkit stress-test init`",
            )

    def _version(self, value: Any, where: str) -> int:
        now = self.questions.version
        if _is_absent(value):
            return now
        try:
            number = int(_as_text(value))
        except ValueError:
            self.add(
                f"The version of the questionnaire is {_short(value)}.",
                where,
                "a whole number from 1",
                f"write questionnaire_version: {now}",
            )
            return now
        earlier = {each.version: each for each in self.questions.history}
        if number > now or number < 1:
            self.add(f"The answers are to version {number} of the questionnaire.", where, f"this project has version {now}",
                     "update the project, or answer the questions of this version")  # fmt: skip
        elif number < now and number not in earlier:
            self.add(f"The answers are to version {number}, of which nothing is known here.", where, "earlier versions are under history in questionnaire.yaml",
                     f"answer version {now}, made by `clusterkit stress-test init`")  # fmt: skip
        elif number < now and earlier[number].refused:
            self.add(f"Answers to version {number} cannot be used: {earlier[number].refused}.", where, "history in questionnaire.yaml",
                     f"answer version {now}, made by `clusterkit stress-test init`")  # fmt: skip
        else:
            self._from = number
            return now
        return now

    def _migrated(self, _: int) -> list[Cell]:
        earlier = {each.version: each for each in self.questions.history}.get(getattr(self, "_from", 0))
        if earlier is None:
            return self.raw.cells
        cells = []
        for cell in self.raw.cells:
            if cell.item in earlier.dropped:
                if not _is_absent(cell.value) and cell.value != []:
                    self.left_over.setdefault(cell.item, {})[cell.aspect] = storable(cell.value)
            else:
                cells.append(replace(cell, item=earlier.renamed.get(cell.item, cell.item)))
        return cells

    def _is_known(self, cell: Cell) -> bool:
        if cell.item not in self.questions.items:
            fix = did_you_mean(cell.item, list(self.questions.items), "remove it")
            self.add(
                f"There is no question {_short(cell.item)}.",
                cell.where,
                f"items of questionnaire {self.questions.id}, version {self.questions.version}",
                fix,
            )
            return False
        each = self.questions.set_of[cell.item]
        aspects = [*each.aspects, *([PROGRAMMES] if each.asks_programmes else []), *TEXTS]
        if cell.aspect not in aspects:
            fix = did_you_mean(cell.aspect, aspects, f"use one of: {', '.join(aspects)}")
            self.add(
                f"The question {cell.item} has no aspect {_short(cell.aspect)}.",
                cell.where,
                f"aspects of the set {each.code}",
                fix,
            )
            return False
        return True

    def _step(self, cell: Cell, steps: dict[tuple[str, str], Answer]) -> None:
        try:
            steps[cell.item, cell.aspect] = parse_step(cell.value, self.questions.dont_know)
        except ValueError:
            self.add(f"{cell.item}, {cell.aspect} is {_short(cell.value)}.", cell.where, f"an answer is a step from {LOWEST} to {HIGHEST}, {DONT_KNOW}, or null while it is open",
                     f"write one of {LOWEST}, 1, 2, 3, {HIGHEST}, {DONT_KNOW}, null")  # fmt: skip

    def _programmes(self, cell: Cell, found: dict[str, tuple[str, ...]]) -> None:
        value = cell.value
        value = _as_text(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
        parts = value.split(";") if isinstance(value, str) else [] if value is None else value
        if not isinstance(parts, Sequence) or not all(
            isinstance(part, str | int) and not isinstance(part, bool) for part in parts
        ):
            self.add(
                f"{cell.item}, programmes is {_short(value)}.",
                cell.where,
                "a list of programmes by identifier or name",
                "write programmes: [], or names in brackets",
            )
            return
        cleaned = [clean_text(str(part)) for part in parts]
        names = tuple(dict.fromkeys(name for name in cleaned if name))
        if len(names) > MAX_PROGRAMMES or any(len(name) > 200 or ";" in name for name in names):
            self.add(f"{cell.item} names {len(names)} programmes, or one with a semicolon or more than 200 characters.", cell.where,
                     f"at most {MAX_PROGRAMMES} programmes by identifier or short name", "shorten the list")  # fmt: skip
        elif names:
            found[cell.item] = names

    def _text(self, cell: Cell, texts: dict[tuple[str, str], str]) -> None:
        if _is_absent(cell.value):
            return
        if not isinstance(cell.value, str | int | float) or isinstance(cell.value, bool):
            self.add(f"{cell.item}, {cell.aspect} is {_short(cell.value)}.", cell.where, "a text", "write it in quotes")
            return
        text = clean_text(str(cell.value))
        if len(text) > MAX_TEXT:
            self.add(
                f"The {cell.aspect} of {cell.item} has {len(text):,} characters.",
                cell.where,
                f"at most {MAX_TEXT:,}",
                "shorten it, or link to the document",
            )
            return
        if cell.aspect == LINK and text and not is_address(text):
            self.add(
                f"The link of {cell.item} is {_short(text)}.",
                cell.where,
                "an address that starts with https:// or http://",
                "write the whole address, or put the text under evidence",
            )
            return
        self._add_text(cell, text, texts)

    def _add_text(self, cell: Cell, text: str, texts: dict[tuple[str, str], str]) -> None:
        """A text beside those that other rows of the item have."""
        key = (cell.item, cell.aspect)
        before = texts.get(key, "")
        if not text or f"\n{text}\n" in f"\n{before}\n":
            return
        if before and cell.aspect == LINK:
            self.add(f"{cell.item} has two links, {_short(before)} and {_short(text)}.", cell.where, "one link per item", "put the second under evidence")  # fmt: skip
        elif before and len(before) + 1 + len(text) > MAX_TEXT:
            self.add(f"The texts under {cell.aspect} of {cell.item} have more than {MAX_TEXT:,} characters together.", cell.where,
                     f"at most {MAX_TEXT:,} per item", "shorten them, or link to the document")  # fmt: skip
        else:
            texts[key] = f"{before}\n{text}" if before else text


def clean_text(text: str) -> str:
    """Free text with one kind of line break, without the control characters that no file format keeps."""
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # JSON writes an emoji as two halves
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff]", "", text).strip()


def storable(value: Any) -> Any:
    """A value that is kept without being checked, as every file can hold it: what is no number is text."""
    if value is None or isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    if isinstance(value, list):
        return [storable(part) for part in value]
    if isinstance(value, dict):
        return {clean_text(str(key)): storable(part) for key, part in value.items()}
    return clean_text(str(value))


def _is_absent(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _as_text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a spreadsheet makes 17.0 of the identifier 17
    return str(value).strip()


def _short(value: Any) -> str:
    text = repr(value.isoformat() if isinstance(value, dt.date) else value)
    return text if len(text) <= 60 else f"{text[:57]}..."


# Several respondents


@dataclass(frozen=True)
class Answers:
    """The answers of all respondents of a region.

    Parameters
    ----------
    sheets
        One per respondent, in the order of their identifiers.
    table
        One row per respondent and question with a step: ``respondent``, ``group``, ``item``, ``aspect``, ``value``
        (0 to 4, no unit; NaN where there is none) and ``state`` (one of ``STATES``).
    questionnaire
        The questions.
    """

    sheets: tuple[AnswerSheet, ...]
    table: pd.DataFrame
    questionnaire: Questionnaire

    @property
    def is_illustrative(self) -> bool:
        """Whether they are made up to show how the tool works."""
        return any(sheet.illustrative for sheet in self.sheets)

    @property
    def dates(self) -> tuple[dt.date, dt.date] | None:
        """First and last day of the answers; None without any."""
        days = [sheet.date for sheet in self.sheets]
        return (min(days), max(days)) if days else None

    @property
    def programmes(self) -> pd.DataFrame:
        """Programmes that respondents name: one row per ``item`` and ``programme``, with ``n`` respondents."""
        named = [(item, name) for sheet in self.sheets for item, names in sheet.programmes.items() for name in names]
        table = pd.DataFrame(named, columns=["item", "programme"])
        return table.groupby(["item", "programme"], sort=False).size().rename("n").reset_index()

    @property
    def evidence(self) -> pd.DataFrame:
        """Texts and links that respondents give: ``respondent``, ``group``, ``item``, ``kind``, ``text``, ``language``."""
        rows = [
            (sheet.respondent, sheet.group, item, kind, text, sheet.language)
            for sheet in self.sheets
            for (item, kind), text in sheet.texts.items()
        ]
        return pd.DataFrame(rows, columns=["respondent", "group", "item", "kind", "text", "language"])


def collect(sheets: Iterable[AnswerSheet], questionnaire: Questionnaire) -> Answers:
    """All respondents of a region as one table.

    Parameters
    ----------
    sheets
        Checked sheets; none at all gives an empty table.
    questionnaire
        The questions.

    Raises
    ------
    ParamError
        A respondent that stands twice, sheets of several regions, or made-up answers among real ones; all at once.
    """
    found = sorted(sheets, key=lambda sheet: sheet.respondent)
    problems = []
    for respondent in dict.fromkeys(sheet.respondent for sheet in found):
        own = [sheet for sheet in found if sheet.respondent == respondent]
        if len(own) > 1:
            problems.append(
                Problem(
                    what=f"The respondent {respondent} stands {len(own)} times.",
                    where=some([sheet.source for sheet in own]),
                    rule="each respondent answers once in a round",
                    fix="give each an identifier of their own, or remove the older answers",
                )
            )
    regions = sorted({sheet.region for sheet in found})
    if len(regions) > 1:
        problems.append(
            Problem(
                what=f"The answers are for several regions: {some(regions)}.",
                where=some(sorted({sheet.source for sheet in found})),
                rule="the answers of a page are for one region",
                fix="keep the answers of each region in a folder or file of their own",
            )
        )
    made_up = [sheet for sheet in found if sheet.illustrative]
    if made_up and len(made_up) < len(found):
        problems.append(
            Problem(
                what=f"Illustrative answers stand among real ones: {some([sheet.respondent for sheet in made_up])}.",
                where=some([sheet.source for sheet in made_up]),
                rule="made-up answers are never mixed with those of a region",
                fix="keep them apart",
            )
        )
    if problems:
        raise ParamError(problems)
    return Answers(tuple(found), answer_table(found), questionnaire)


def answer_table(sheets: Sequence[AnswerSheet]) -> pd.DataFrame:
    """One row per respondent and question with a step, as in :class:`Answers`."""
    rows = []
    for sheet in sheets:
        for (item, aspect), answer in sheet.steps.items():
            state = STATES[2] if answer is None else STATES[1] if answer == DONT_KNOW else STATES[0]
            rows.append((sheet.respondent, sheet.group, item, aspect, answer if state == STATES[0] else None, state))
    table = pd.DataFrame(rows, columns=["respondent", "group", "item", "aspect", "value", "state"])
    return table.astype({"value": float})
