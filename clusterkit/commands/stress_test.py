"""The command line's part of the stress test: files to fill in, their check, and their conversion."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clusterkit import params as parameters
from clusterkit.commands.answers import refuse_in_full, refuse_to_overwrite, refuse_wrong_input, say, warn
from clusterkit.commands.completion import complete_regions
from clusterkit.errors import ClusterkitError, ParamError, Problem
from clusterkit.files import DEVICES
from clusterkit.paths import Project, project

if TYPE_CHECKING:
    from clusterkit.stress_test import AnswerSheet, Instrument

KINDS = ("answers", "programmes", "domains")
RULE = "docs/stress-test.md#files"
NEVER = "answers are never overwritten"


@click.group("stress-test")
def stress_test() -> None:
    """Stress test for cluster policy: answers, programmes and priority domains."""


@stress_test.command("init")
@click.argument("region", shell_complete=complete_regions)
@click.option("--output", type=click.Path(path_type=Path), required=True, help="File to make: .yaml, .xlsx or .csv.")
@click.option("--what", type=click.Choice(KINDS), default="answers", show_default=True, help="What the file is for.")
@click.option("--language", default="en", show_default=True, help="Language of the questions; stress-test languages.")
@click.option("--respondent", default="r1", show_default=True, help="Identifier of who answers; not a name.")
@click.option("--group", default="public-authority", show_default=True, help="Group of stakeholders of who answers.")
@click.pass_obj
@refuse_wrong_input
def init(root: Path | None, region: str, output: Path, what: str, language: str, respondent: str, group: str) -> None:
    """Make a file to fill in for a region; one that exists is left alone."""
    from clusterkit import table_files
    from clusterkit.files import write_whole
    from clusterkit.stress_test import answer_files, answers, domains, programmes

    place = project(root)
    (params,) = parameters.load_regions(place, [region])
    refuse_to_overwrite(output, rule=NEVER)
    instrument = _instrument(place, language)
    if what == "answers":
        questions = instrument.questionnaire
        empty = answers.blank(questions, region=region, respondent=respondent, group=group, date=dt.date.today())
        given = {"respondent": respondent, "group": group, "date": empty.date, "language": language}
        raw = answers.RawSheet(str(output), {name: (value, f"--{name}") for name, value in given.items()})
        answers.check_sheet(raw, questions, region=region)
        data = answer_files.answer_bytes(output, [empty], questions)
    else:
        kind = programmes if what == "programmes" else domains
        data = table_files.table_bytes(output, kind.COLUMNS, [], kind.NOTES)
    write_whole(output, data)
    check_it = "clusterkit stress-test check" + ("" if what == "answers" else f" --what {what}")
    say(f"{output} is ready to fill in, for {params.name}. Check it with: {check_it} {output}")


@stress_test.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--what", type=click.Choice(KINDS), default="answers", show_default=True, help="What the files are.")
@click.option(
    "--region",
    default=None,
    shell_complete=complete_regions,
    help="Region that the answers must be for; default any, but all the same.",
)
@click.pass_obj
@refuse_in_full
def check(root: Path | None, files: tuple[Path, ...], what: str, region: str | None) -> None:
    """Check files that were filled in: every problem of all of them at once, exit status 2."""
    instrument = _instrument(project(root))
    if what == "answers":
        from clusterkit.stress_test import collect, read_answers

        sheets = read_answers(list(files), instrument.questionnaire, region=region)
        found = collect(sheets, instrument.questionnaire)
        for sheet in found.sheets:
            say(_line(sheet))
        made_up = ", all illustrative" if found.is_illustrative else ""
        say(f"In order: {_respondents(found.sheets)}{made_up}.")
        return
    problems: list[Problem] = []
    for path in files:
        try:
            say(_table_line(path, what, instrument))
        except ClusterkitError as exc:
            problems += exc.problems
    if problems:
        raise ParamError(problems)


def _respondents(sheets: Sequence[AnswerSheet]) -> str:
    return f"{len(sheets)} respondent{'s' if len(sheets) != 1 else ''}"


def _line(sheet: AnswerSheet) -> str:
    total, unsure = len(sheet.steps), sum(answer == "dont_know" for answer in sheet.steps.values())
    left = f"; {len(sheet.left_over)} answers of an older version kept aside" if sheet.left_over else ""
    return (
        f"{sheet.region}, {sheet.respondent} ({sheet.group}, {sheet.date}): {sheet.n_answered} of {total} answered, "
        f"{unsure} of them don't know{left}"
    )


def _table_line(path: Path, what: str, instrument: Instrument) -> str:
    from clusterkit.stress_test import read_domains, read_programmes

    if what == "programmes":
        table = read_programmes(path, instrument.vocabulary, parts=instrument.parts)
    else:
        table = read_domains(path)
    return f"{path}: {len(table)} {what} in order."


@stress_test.command("convert")
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--language", default="en", show_default=True, help="Language of the questions in the new file.")
@click.pass_obj
@refuse_wrong_input
def convert(root: Path | None, source: Path, target: Path, language: str) -> None:
    """Turn answers into another kind of file: YAML, workbook, CSV; a target without ending becomes a folder of YAML."""
    from clusterkit.stress_test import collect, read_answers, write_answers

    questions = _instrument(project(root), language).questionnaire
    found = collect(read_answers([source], questions), questions)
    aside = [sheet.respondent for sheet in found.sheets if sheet.left_over]
    if aside and target.suffix and target.suffix.lower() not in (".yaml", ".yml"):
        warn(f"Answers to questions that are asked no more stay in {source}: {', '.join(aside)}.")
    if target.suffix:
        refuse_to_overwrite(target, rule=NEVER)
        write_answers(target, found.sheets, questions)
        say(f"{_respondents(found.sheets)} in {target}")
        return
    names = [target / f"{sheet.respondent}.yaml" for sheet in found.sheets]
    _refuse_names([sheet.respondent for sheet in found.sheets], source)
    refuse_to_overwrite(*names, rule=NEVER)
    for path, sheet in zip(names, found.sheets, strict=True):
        write_answers(path, [sheet], questions)
    say(f"{_respondents(found.sheets)} in {target}, a file each")


def _refuse_names(respondents: Sequence[str], source: Path) -> None:
    """Refuse respondents whose files would not stand side by side on every system."""
    rule = "each respondent gets a file that Windows and macOS can have beside the others"
    fix = "give the respondent another identifier, or name a .csv or .xlsx file as the target"
    seen: dict[str, str] = {}
    problems = []
    for name in respondents:
        other = seen.setdefault(name.lower(), name)
        if name.lower().split(".")[0] in DEVICES:
            what = f"No file can be called {name}.yaml on Windows: it is the name of a device."
            problems.append(Problem(what, str(source), rule, fix))
        elif other != name:
            problems.append(Problem(f"The files {other}.yaml and {name}.yaml would be one.", str(source), rule, fix))
    if problems:
        raise ParamError(problems)


@stress_test.command("languages")
@click.pass_obj
@refuse_wrong_input
def show_languages(root: Path | None) -> None:
    """The languages that the questionnaire has."""
    from clusterkit.stress_test import languages

    say(", ".join(languages(project(root).params / "stress_test")))


def _instrument(place: Project, language: str = "en") -> Instrument:
    from clusterkit.stress_test import load_instrument

    return load_instrument(place.params, language=language)
