"""The questions of the stress test: sections, items, scales and anchor texts, checked, in several languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StrictInt, StrictStr, ValidationError, model_validator

from clusterkit import yamlfile
from clusterkit.data.frameworks import Framework
from clusterkit.errors import ParamError, Problem, did_you_mean, some
from clusterkit.typed import Strict, problems_of

RULE = "docs/stress-test.md#the-questionnaire"
EXAMPLE = "params/stress_test/questionnaire.yaml"
ENGLISH = "en"
LOWEST, HIGHEST = 0, 4  # steps of the scale
DONT_KNOW = "dont_know"  # how an answer file writes that a respondent cannot tell
QUALITY = "quality"  # the aspect of the second set, whose anchors belong to each item
Source = Literal["stress-test", "observatory", "definitions", "s3"]  # docs/stress-test.md#sources
PROGRAMMES = "programmes"  # the text answer of the first set: with which programmes
EVIDENCE, LINK = "evidence", "link"  # free texts beside the answers of an item

Code = Annotated[StrictStr, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
MAX_WORDS = 1000  # characters of one text
Words = Annotated[StrictStr, Field(min_length=1, max_length=MAX_WORDS)]
Anchors = Annotated[list[Words], Field(min_length=HIGHEST + 1, max_length=HIGHEST + 1)]


class Aspect(Strict):
    """What is asked of an item, with the meaning of each step."""

    label: Words
    question: Words | None = None
    anchors: Anchors | None = None


class Item(Strict):
    """One heading of the questionnaire.

    In the first set a sub-dimension of the framework; in the second a trait of good cluster policy, with anchors of
    its own and the practice that it asks for.
    """

    code: Code
    name: Words
    question: Words
    practice: Words | None = None
    source: Source | None = None
    anchors: Anchors | None = None


class Section(Strict):
    """A dimension of the first set, or a stage of the second."""

    code: Code
    number: Words
    name: Words
    items: Annotated[list[Item], Field(min_length=1)]


class QuestionSet(Strict):
    """One of the two sets of questions."""

    code: Code
    number: Words
    name: Words
    intro: Words
    aspects: Annotated[list[Code], Field(min_length=1)]
    asks_programmes: bool = False
    sections: Annotated[list[Section], Field(min_length=1)]


class Earlier(Strict):
    """What becomes of answers to an earlier version."""

    version: Annotated[StrictInt, Field(ge=1)]
    renamed: dict[StrictStr, StrictStr] = Field(default={})
    dropped: dict[StrictStr, Words] = Field(default={})
    refused: Words | None = None


class Questionnaire(Strict):
    """Both sets of questions in one language."""

    schema_version: Literal[1]
    id: Code
    version: Annotated[StrictInt, Field(ge=1)]
    language: Annotated[StrictStr, Field(pattern=r"^[a-z]{2,3}$")]
    framework: Code
    title: Words
    intro: Words
    dont_know: Words
    history: list[Earlier]
    groups: Annotated[dict[Code, Words], Field(min_length=1)]
    aspects: Annotated[dict[Code, Aspect], Field(min_length=1)]
    sets: Annotated[list[QuestionSet], Field(min_length=2, max_length=2)]

    @model_validator(mode="after")
    def _consistent(self) -> Questionnaire:
        found = [code for code, _ in self._codes()]
        wrong = [f"the code {code} stands twice" for code in dict.fromkeys(found) if found.count(code) > 1]
        wrong += [
            f"the aspect {code} has the name of a text beside the answers"
            for code in self.aspects
            if code in (PROGRAMMES, EVIDENCE, LINK)
        ]
        for each in self.sets:
            if len(set(each.aspects)) < len(each.aspects):
                wrong.append(f"the set {each.code} asks for an aspect twice")
            wrong += [
                f"the set {each.code} asks for the aspect {aspect}, which is not under aspects"
                for aspect in each.aspects
                if aspect not in self.aspects
            ]
            for item in (item for section in each.sections for item in section.items):
                own = QUALITY in each.aspects
                if own != (item.anchors is not None):
                    wrong.append(f"the item {item.code} {'lacks' if own else 'has'} anchors of its own")
        for code, aspect in self.aspects.items():
            if code != QUALITY and (aspect.anchors is None or aspect.question is None):
                wrong.append(f"the aspect {code} lacks its question or its {HIGHEST + 1} anchors")
        versions = [earlier.version for earlier in self.history]
        if any(version >= self.version for version in versions):
            wrong.append(f"history has version {max(versions)}, but the questionnaire is version {self.version}")
        if len(set(versions)) < len(versions):
            wrong.append("history has a version twice")
        for earlier in self.history:
            wrong += [
                f"history of version {earlier.version} renames {old} to {new}, which is no item"
                for old, new in earlier.renamed.items()
                if new not in self.items
            ]
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    def _codes(self) -> Iterator[tuple[str, str]]:
        for each in self.sets:
            yield each.code, "set"
            for section in each.sections:
                yield section.code, "section"
                for item in section.items:
                    yield item.code, "item"

    @property
    def policy(self) -> QuestionSet:
        """The first set: priorities of regional policy."""
        return self.sets[0]

    @property
    def practice(self) -> QuestionSet:
        """The second set: how good cluster policy is."""
        return self.sets[1]

    @cached_property
    def items(self) -> dict[str, Item]:
        """Items of both sets by code, in their order."""
        return {item.code: item for each in self.sets for section in each.sections for item in section.items}

    @cached_property
    def section_of(self) -> dict[str, Section]:
        """The section of each item."""
        return {item.code: section for each in self.sets for section in each.sections for item in section.items}

    @cached_property
    def set_of(self) -> dict[str, QuestionSet]:
        """The set of each item."""
        return {item.code: each for each in self.sets for section in each.sections for item in section.items}

    @property
    def scales(self) -> list[tuple[str, str]]:
        """Every question with a step as its answer: code of the item, code of the aspect."""
        return [(code, aspect) for code, each in self.set_of.items() for aspect in each.aspects]

    def anchors(self, item: str, aspect: str) -> list[str]:
        """What each step means, from 0 to 4.

        Parameters
        ----------
        item
            Code of the item.
        aspect
            ``priority``, ``vertical`` or ``horizontal``; "" in the second set.
        """
        return list(self.items[item].anchors or self.aspects[aspect].anchors or ())

    def asked(self, item: str, aspect: str) -> str:
        """The question of an aspect of an item.

        Parameters
        ----------
        item
            Code of the item.
        aspect
            As for :meth:`anchors`.
        """
        return self.aspects[aspect].question or self.items[item].question


def load_questionnaire(folder: Path, *, language: str = ENGLISH, framework: Framework | None = None) -> Questionnaire:
    """Read and check the questionnaire of a project.

    Parameters
    ----------
    folder
        Holds ``questionnaire.yaml`` in English and ``languages/LANGUAGE.yaml`` with one text per key.
    language
        Code after ISO 639; English, or one that has a file.
    framework
        Whose sub-dimensions the items of the first set must be; None: not compared.

    Raises
    ------
    ParamError
        Everything that is wrong with the file, or with the translation, at once: an unknown or missing key, a code
        that stands twice, an item that is no sub-dimension, a text that is not translated.
    """
    path = folder / "questionnaire.yaml"
    raw, locate = yamlfile.read(path)
    if language != ENGLISH:
        questionnaire = _checked(raw, locate)  # first what is wrong with the English file
        _translate(raw, language, folder)
        raw["language"] = language
    questionnaire = _checked(raw, locate)
    if framework is not None:
        problems = _beside(questionnaire, framework, locate)
        if problems:
            raise ParamError(problems)
    return questionnaire


def _checked(raw: dict[str, Any], locate: yamlfile.Locate) -> Questionnaire:
    try:
        return Questionnaire.model_validate(raw)
    except ValidationError as exc:
        raise ParamError(
            problems_of(exc, Questionnaire, locate, rule=RULE, example="git’s version of the file", noun="key")
        ) from exc


def _beside(questionnaire: Questionnaire, framework: Framework, locate: yamlfile.Locate) -> list[Problem]:
    """Items of the first set against the sub-dimensions of the framework, both ways."""
    parts = framework.at(framework.levels[-2])
    asked = [item.code for section in questionnaire.policy.sections for item in section.items]
    problems = [
        Problem(
            what=f"The item {code} is no sub-dimension of the framework {framework.id}.",
            where=locate(("sets", 0)),
            rule=RULE,
            fix=did_you_mean(code, parts),
        )
        for code in asked
        if code not in parts
    ]
    missing = [code for code in parts if code not in asked]
    if missing:
        problems.append(
            Problem(
                what=f"The first set does not ask about {some(missing)} of the framework {framework.id}.",
                where=locate(("sets", 0)),
                rule=RULE,
                fix="add an item for each sub-dimension, or name another framework",
            )
        )
    return problems


# Translations: the English file gives the structure, a language gives each text by its key.


def texts(raw: Mapping[str, Any]) -> dict[str, str]:
    """Every text of a questionnaire by its key, such as ``items.starting-a-business.question``."""
    return {key: holder[name] for key, (holder, name) in _slots(raw).items()}


def _slots(raw: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Key of every text to the place that holds it."""
    found: dict[str, tuple[Any, Any]] = {name: (raw, name) for name in ("title", "intro", "dont_know")}
    found |= {f"groups.{code}": (raw["groups"], code) for code in raw["groups"]}
    for code, aspect in raw["aspects"].items():
        found |= _of(f"aspects.{code}", aspect, ("label", "question"))
    for each in raw["sets"]:
        found |= _of(f"sets.{each['code']}", each, ("name", "intro"))
        for section in each["sections"]:
            found |= _of(f"sections.{section['code']}", section, ("name",))
            for item in section["items"]:
                found |= _of(f"items.{item['code']}", item, ("name", "question", "practice"))
    return found


def _of(key: str, holder: dict[str, Any], names: tuple[str, ...]) -> dict[str, tuple[Any, Any]]:
    found = {f"{key}.{name}": (holder, name) for name in names if holder.get(name) is not None}
    anchors = holder.get("anchors") or ()
    return found | {f"{key}.anchors.{step}": (holder["anchors"], step) for step in range(len(anchors))}


def languages(folder: Path) -> list[str]:
    """Codes of the languages that the questionnaire has, English first.

    Parameters
    ----------
    folder
        The folder ``params/stress_test``.
    """
    return [ENGLISH, *sorted(path.stem for path in (folder / "languages").glob("*.yaml"))]


def _translate(raw: dict[str, Any], language: str, folder: Path) -> None:
    if language not in languages(folder):
        raise ParamError(
            Problem(
                what=f"The questionnaire has no language {language!r}.",
                where="the language given",
                rule="a language is a file params/stress_test/languages/LANGUAGE.yaml",
                fix=f"use one of: {', '.join(languages(folder))}; or add a file",
            )
        )
    path = folder / "languages" / f"{language}.yaml"
    translated, locate = yamlfile.read(path)
    slots, english = _slots(raw), texts(raw)
    given = {key: value for key, value in translated.items() if key not in ("of", "version")}
    problems = []
    if (translated.get("of"), translated.get("version")) != (raw["id"], raw["version"]):
        problems.append(
            Problem(
                what=f"The translation is of {translated.get('of')!r}, version {translated.get('version')!r}.",
                where=str(path),
                rule=f"it is of the questionnaire {raw['id']}, version {raw['version']}",
                fix="compare the texts with the English file, then write these two values",
            )
        )
    for key, value in given.items():
        if key not in slots:
            fix = did_you_mean(key, list(slots), "remove it")
            problems.append(Problem(f"There is no text {key!r} to translate.", locate((key,)), RULE, fix))
        elif not isinstance(value, str) or not value.strip():
            fix = f"translate: {english[key]}"
            problems.append(Problem(f"The text {key} is {value!r}, not words.", locate((key,)), RULE, fix))
        elif len(value) > MAX_WORDS:
            what, rule = f"The text {key} has {len(value):,} characters.", f"at most {MAX_WORDS:,}"
            problems.append(Problem(what, locate((key,)), rule, "shorten it"))
    missing = [key for key in slots if key not in given]
    if missing:
        problems.append(
            Problem(
                what=f"{len(missing)} text{'s are' if len(missing) > 1 else ' is'} not translated: {some(missing)}.",
                where=str(path),
                rule="a language has every text of the English file",
                fix=f"add {missing[0]}, in English: {english[missing[0]]}",
            )
        )
    if problems:
        raise ParamError(problems)
    for key, (holder, name) in slots.items():
        holder[name] = given[key]
