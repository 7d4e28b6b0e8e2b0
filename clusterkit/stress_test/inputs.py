"""Everything that a region hands in for its stress test, read and checked at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import pandas as pd

from clusterkit.data.frameworks import Framework, load_framework
from clusterkit.errors import ClusterkitError, ParamError, Problem
from clusterkit.stress_test.answer_files import read_answers
from clusterkit.stress_test.answers import Answers, collect
from clusterkit.stress_test.change import read_evidence
from clusterkit.stress_test.domains import read_domains
from clusterkit.stress_test.facts import Fact, item_facts
from clusterkit.stress_test.programmes import Vocabulary, load_vocabulary, read_programmes
from clusterkit.stress_test.questionnaire import Questionnaire, load_questionnaire
from clusterkit.stress_test.rules import Rule, load_rules

FILES = ("answers", "earlier_answers", "programmes", "domains", "earlier_scoreboard")  # parameters that name a file
_Read = TypeVar("_Read")


@dataclass(frozen=True)
class Instrument:
    """The questionnaire with its rules and words: the same for all regions."""

    questionnaire: Questionnaire
    framework: Framework
    vocabulary: Vocabulary
    rules: tuple[Rule, ...]

    @cached_property
    def facts(self) -> dict[str, dict[str, Fact]]:
        """What rules can ask about."""
        return item_facts(self.questionnaire)

    @property
    def parts(self) -> dict[str, str]:
        """Sub-dimensions by code, with their names."""
        return {code: self.framework.name(code) for code in self.framework.at(self.framework.levels[-2])}


@dataclass(frozen=True)
class Inputs:
    """What a region handed in; what it did not is empty or None.

    Parameters
    ----------
    answers, earlier
        Of this round and the one before.
    programmes
        Its programmes, as ``read_programmes`` gives them.
    domains
        Its priority domains, as ``read_domains`` gives them.
    earlier_scoreboard
        As ``read_evidence`` gives it.
    """

    answers: Answers
    earlier: Answers | None = None
    programmes: pd.DataFrame | None = None
    domains: pd.DataFrame | None = None
    earlier_scoreboard: pd.DataFrame | None = None


def load_instrument(params: Path, *, language: str = "en") -> Instrument:
    """The questionnaire of a project, the framework that it asks about, its rules and the words of its tables.

    Parameters
    ----------
    params
        Folder of parameters.
    language
        Of the questions.

    Raises
    ------
    ParamError
        What is wrong with any of the files.
    """
    folder = params / "stress_test"
    questionnaire = load_questionnaire(folder, language=language)
    framework = load_framework(params / "frameworks" / f"{questionnaire.framework}.yaml")
    questionnaire = load_questionnaire(folder, language=language, framework=framework)
    rules = load_rules(folder / "rules.yaml", item_facts(questionnaire))
    return Instrument(questionnaire, framework, load_vocabulary(folder / "programmes.yaml"), tuple(rules))


def load_inputs(instrument: Instrument, root: Path, files: Mapping[str, str | None], *, region: str) -> Inputs:
    """Read and check what a region handed in.

    Parameters
    ----------
    instrument
        Questions and words.
    root
        Folder that the names of files start from.
    files
        Each of ``FILES`` to the name of a file or folder; None where there is none.
    region
        Identifier of the region.

    Raises
    ------
    ParamError
        Everything that is wrong with any of the files, at once.
    """
    problems: list[Problem] = []

    def read(name: str, reader: Callable[[Path], _Read]) -> _Read | None:
        given = files.get(name)
        if given is None:
            return None
        try:
            return reader(root / given)
        except ClusterkitError as exc:
            problems.extend(exc.problems)
            return None

    def answers(path: Path) -> Answers:
        questions = instrument.questionnaire
        return collect(read_answers([path], questions, region=region), questions)

    now, earlier = read("answers", answers), read("earlier_answers", answers)
    programmes = read("programmes", lambda path: read_programmes(path, instrument.vocabulary, parts=instrument.parts))
    domains = read("domains", read_domains)
    scoreboard = read("earlier_scoreboard", lambda path: read_evidence(path, region=region))
    if now and earlier:
        problems += _order_problems(now, earlier, files)
    if files.get("earlier_answers") and not files.get("answers"):
        problems.append(
            Problem(
                what="There are earlier answers, but no answers.",
                where="parameters earlier_answers and answers",
                rule="a change is told between two rounds",
                fix="name the earlier answers under answers, or add the later ones",
            )
        )
    if problems:
        raise ParamError(problems)
    return Inputs(now or collect([], instrument.questionnaire), earlier, programmes, domains, scoreboard)


def _order_problems(now: Answers, earlier: Answers, files: Mapping[str, str | None]) -> list[Problem]:
    problems = []
    where = f"{files['earlier_answers']} and {files['answers']}"
    if earlier.dates and now.dates and earlier.dates[1] >= now.dates[0]:
        what = f"The earlier answers end on {earlier.dates[1]}, the later begin on {now.dates[0]}."
        problems.append(
            Problem(what, where, "the earlier round ends before the later begins", "swap the two, or correct the dates")
        )
    if earlier.is_illustrative != now.is_illustrative:
        problems.append(
            Problem(
                "One of the two rounds is illustrative.",
                where,
                "made-up answers are never mixed with those of a region",
                "keep them apart",
            )
        )
    return problems
