"""``clusterkit stress-test``: files to fill in, their check and their conversion; nothing is lost or half-written."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from clusterkit.cli import main
from clusterkit.commands.answers import MAX_IN_FULL
from clusterkit.errors import MAX_SHOWN
from clusterkit.paths import Project
from clusterkit.stress_test import AnswerSheet, read_answers, read_domains, write_answers
from clusterkit.stress_test.answers import blank
from clusterkit.stress_test.inputs import load_instrument
from clusterkit.stress_test.questionnaire import DONT_KNOW

Run = Callable[..., subprocess.CompletedProcess[str]]
ROOT = Path(__file__).resolve().parent.parent
INSTRUMENT = load_instrument(ROOT / "params")
QUESTIONS = INSTRUMENT.questionnaire
FRENCH = load_instrument(ROOT / "params", language="fr").questionnaire
ANSWER_ENDINGS = [".yaml", ".yml", ".xlsx", ".csv", ".tsv"]
TABLE_ENDINGS = [".xlsx", ".csv", ".tsv"]


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of files on the command line start from here; the project is this checkout, which no command changes."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["--project", str(ROOT), "stress-test", *arguments])


def done(*arguments: str) -> str:
    """What a command that went well says."""
    result = call(*arguments)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    return result.stdout


def refused(*arguments: str) -> str:
    """What a command says of wrong input, on standard error, with status 2; the folder is as it was."""
    before = here()
    result = call(*arguments)
    assert result.exit_code == 2, result.output
    assert isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    assert here() == before
    return result.stderr


def here() -> dict[str, bytes | None]:
    """Every file and folder of the current folder, hidden ones too."""
    return {str(path): path.read_bytes() if path.is_file() else None for path in Path().rglob("*")}


def parts(text: str) -> dict[str, str]:
    """The four parts of a single problem."""
    what, *rest = text.strip().splitlines()
    assert [line.split(":")[0] for line in rest] == ["  where", "  rule", "  fix"], text
    return {"what": what, **{line.split(":")[0].strip(): line.split(":", 1)[1].strip() for line in rest}}


def sheet(respondent: str = "r1", **changes: Any) -> AnswerSheet:
    """A sheet with an answer of each kind."""
    made = blank(QUESTIONS, region="piemonte", respondent=respondent, group="firm", date=dt.date(2026, 1, 31))
    steps = {**made.steps, ("openness", "priority"): 3, ("openness", "vertical"): 0, ("review", "quality"): DONT_KNOW}
    texts = {("openness", "evidence"): "=1+1; “two”\nlines", ("openness", "link"): "https://example.org"}
    programmes = {"openness": ("Skills, first call", "P2")}
    return replace(made, **{"steps": steps, "texts": texts, "programmes": programmes, **changes})


def read(*names: str) -> list[AnswerSheet]:
    return read_answers([Path(name) for name in names], QUESTIONS)


def write(name: str, *sheets: AnswerSheet) -> str:
    write_answers(Path(name), sheets, QUESTIONS)
    return name


# init


@pytest.mark.parametrize("ending", ANSWER_ENDINGS)
def test_a_file_of_answers_to_fill_in_is_made_and_is_in_order(ending: str):
    name = f"made{ending}"
    said = done("init", "piemonte", "--output", name, "--respondent", "r-7", "--group", "firm")
    check_it = f"clusterkit stress-test check {name}"
    assert said == f"{name} is ready to fill in, for Piemonte. Check it with: {check_it}\n"
    assert list(here()) == [name]
    (found,) = read(name)
    assert (found.region, found.respondent, found.group, found.language) == ("piemonte", "r-7", "firm", "en")
    assert (found.n_answered, found.illustrative) == (0, False)
    lines = done(*check_it.split()[2:]).splitlines()
    assert lines == [
        f"piemonte, r-7 (firm, {found.date}): 0 of 62 answered, 0 of them don't know",
        "In order: 1 respondent.",
    ]


@pytest.mark.parametrize("what", ["programmes", "domains"])
@pytest.mark.parametrize("ending", TABLE_ENDINGS)
def test_a_table_to_fill_in_is_made_and_is_in_order(what: str, ending: str):
    name = f"made{ending}"
    said = done("init", "piemonte", "--what", what, "--output", name)
    check_it = f"clusterkit stress-test check --what {what} {name}"
    assert said == f"{name} is ready to fill in, for Piemonte. Check it with: {check_it}\n"
    assert list(here()) == [name]
    assert done(*check_it.split()[2:]) == f"{name}: 0 {what} in order.\n"


@pytest.mark.parametrize("ending", ANSWER_ENDINGS)
def test_a_file_to_fill_in_can_be_in_french(ending: str):
    name = f"fait{ending}"
    done("init", "wallonia", "--output", name, "--language", "fr")
    (found,) = read(name)
    assert (found.region, found.language) == ("wallonia", "fr")
    question = FRENCH.items["openness"].name
    if ending == ".xlsx":
        cells = [cell for row in load_workbook(name).worksheets[0].iter_rows(values_only=True) for cell in row]
        assert question in cells
    else:
        assert question in Path(name).read_text(encoding="utf-8")


def test_without_options_a_public_authority_answers_in_english():
    done("init", "slovenia", "--output", "made.yaml")
    (found,) = read("made.yaml")
    assert (found.respondent, found.group, found.language) == ("r1", "public-authority", "en")


def test_a_folder_that_is_not_there_yet_is_made():
    done("init", "piemonte", "--output", "answers/2026/r1.yaml")
    assert [name for name, content in here().items() if content is not None] == ["answers/2026/r1.yaml"]


@pytest.mark.parametrize("what", ["answers", "programmes", "domains"])
def test_a_file_that_exists_is_left_alone(what: str):
    Path("made.csv").write_text("mine", encoding="utf-8")
    assert parts(refused("init", "piemonte", "--what", what, "--output", "made.csv")) == {
        "what": "The file made.csv is there already.",
        "where": "made.csv",
        "rule": "answers are never overwritten",
        "fix": "name another file, or move this one away",
    }


def test_an_unknown_region_is_refused():
    assert parts(refused("init", "piemont", "--output", "made.yaml")) == {
        "what": "There is no region 'piemont'.",
        "where": "command line",
        "rule": "a region is a file params/regions/REGION.yaml",
        "fix": "did you mean piemonte?",
    }


def test_an_unknown_language_is_refused():
    assert parts(refused("init", "piemonte", "--output", "made.yaml", "--language", "de")) == {
        "what": "The questionnaire has no language 'de'.",
        "where": "the language given",
        "rule": "a language is a file params/stress_test/languages/LANGUAGE.yaml",
        "fix": "use one of: en, fr; or add a file",
    }


@pytest.mark.parametrize("ending", [".yaml", ".xlsx", ".csv"])
def test_an_unknown_group_is_refused(ending: str):
    assert parts(refused("init", "piemonte", "--output", f"made{ending}", "--group", "firms")) == {
        "what": "The group 'firms' is not known.",
        "where": "--group",
        "rule": "docs/stress-test.md#answers: groups are in questionnaire.yaml",
        "fix": "did you mean firm?",
    }


@pytest.mark.parametrize("ending", [".yaml", ".xlsx"])  # a workbook has a sheet of that name
@pytest.mark.parametrize("respondent", ["a/b", "Anna Rossi", "[r1]", "", "x" * 61, "a\nb: c"])
def test_a_respondent_that_is_no_identifier_is_refused(ending: str, respondent: str):
    found = parts(refused("init", "piemonte", "--output", f"made{ending}", "--respondent", respondent))
    assert found["what"].startswith("The respondent is ")
    assert found["where"] == "--respondent"
    assert found["rule"].endswith("at most 60, not a name")
    assert found["fix"] == "write respondent: r1, for instance"


def test_several_wrong_options_are_named_together():
    text = refused("init", "piemonte", "--output", "made.xlsx", "--group", "firms", "--respondent", "a/b")
    assert text.startswith("2 problems:\nThe respondent is 'a/b'.\n")
    assert "\nThe group 'firms' is not known.\n" in text


@pytest.mark.parametrize(
    ("what", "name", "says"),
    [
        ("answers", "made.txt", "The name made.txt says no kind of file."),
        ("answers", "made", "The name made says no kind of file."),
        ("domains", "made.yaml", "The name made.yaml says no kind of table."),
        ("programmes", "made.ods", "The name made.ods says no kind of table."),
    ],
)
def test_a_name_that_says_no_kind_of_file_is_refused(what: str, name: str, says: str):
    found = parts(refused("init", "piemonte", "--what", what, "--output", name))
    assert found["what"] == says
    assert found["fix"].startswith("let ")


def test_a_kind_that_does_not_exist_is_refused_by_the_command_line_itself():
    result = call("init", "piemonte", "--what", "answer", "--output", "made.yaml")
    assert result.exit_code == 2
    assert "'answer' is not one of 'answers', 'programmes', 'domains'" in result.stderr
    assert here() == {}


@pytest.mark.parametrize("name", ["made.yaml", "made.xlsx", "made.csv"])
def test_a_disk_that_is_full_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch, name: str):
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    found = parts(refused("init", "piemonte", "--output", name))
    assert found["what"] == f"The file {name} cannot be written: No space left on device."


# check

WRONG = """schema_version: 1
questionnaire: cluster-policy
questionnaire_version: 1
region: piemonte
respondent: r1
group: firm
date: 2026-01-31
answers:
"""


def wrong_answers(number: int) -> str:
    """A file with so many wrong steps."""
    lines = [f"  {item}:\n    {aspect}: 9\n" for item, aspect in QUESTIONS.scales if aspect in ("priority", "quality")]
    assert number <= len(lines)
    return WRONG + "".join(lines[:number])


def test_every_problem_is_printed_however_many():
    Path("wrong.yaml").write_text(wrong_answers(28), encoding="utf-8")
    text = refused("check", "wrong.yaml")
    assert MAX_SHOWN < 28 < MAX_IN_FULL
    assert text.startswith("28 problems:\nstarting-a-business, priority is 9.\n  where: wrong.yaml, line 10\n")
    for part in ("  where: wrong.yaml, line ", "  rule:  an answer is a step", "  fix:   write one of 0, 1"):
        assert text.count(part) == 28
    assert "more problem" not in text


def test_problems_of_several_files_are_printed_together_and_nothing_is_said_to_be_in_order():
    write("good.yaml", sheet("r2"))
    Path("wrong.yaml").write_text(wrong_answers(6), encoding="utf-8")
    Path("other.csv").write_text("respondent,item\nr3,openness\n", encoding="utf-8")
    text = refused("check", "wrong.yaml", "good.yaml", "other.csv", "nothing.xlsx")
    assert text.startswith("8 problems:\n")
    assert text.count(", priority is 9.") == 6
    assert "\nThere is no column answer.\n" in text
    assert "\nThe file nothing.xlsx cannot be read: No such file or directory.\n" in text
    assert call("check", "wrong.yaml", "good.yaml").stdout == ""


def test_files_and_folders_in_order_are_listed_by_respondent():
    Path("answers").mkdir()
    write("answers/b.yaml", sheet("r2", group="civil-society"))
    write("answers/a.csv", sheet("r3"), sheet("r1"))
    assert done("check", "answers").splitlines() == [
        "piemonte, r1 (firm, 2026-01-31): 3 of 62 answered, 1 of them don't know",
        "piemonte, r2 (civil-society, 2026-01-31): 3 of 62 answered, 1 of them don't know",
        "piemonte, r3 (firm, 2026-01-31): 3 of 62 answered, 1 of them don't know",
        "In order: 3 respondents.",
    ]


def test_made_up_answers_are_said_to_be():
    write("r1.yaml", sheet(illustrative=True))
    assert done("check", "r1.yaml").endswith("In order: 1 respondent, all illustrative.\n")


def test_answers_kept_from_an_older_version_are_said_to_be():
    write("r1.yaml", sheet(left_over={"old-item": {"priority": 3}}))
    assert "1 of them don't know; 1 answers of an older version kept aside\n" in done("check", "r1.yaml")


def test_answers_for_another_region_are_refused():
    write("r1.yaml", sheet())
    assert done("check", "r1.yaml", "--region", "piemonte")
    found = parts(refused("check", "r1.yaml", "--region", "saxony"))
    assert found["what"] == "The answers are for the region 'piemonte'."
    assert found["where"].startswith("r1.yaml, line ")
    assert found["rule"] == "these are to be saxony’s"
    assert found["fix"].startswith("write region: saxony")


@pytest.mark.parametrize(
    ("second", "says"),
    [
        (sheet("r1"), "The respondent r1 stands 2 times."),
        (sheet("r2", region="saxony"), "The answers are for several regions: piemonte, saxony."),
        (sheet("r2", illustrative=True), "Illustrative answers stand among real ones: r2."),
    ],
)
def test_files_that_do_not_go_together_are_refused(second: AnswerSheet, says: str):
    write("one.yaml", sheet("r1"))
    write("two.yaml", second)
    assert parts(refused("check", "one.yaml", "two.yaml"))["what"] == says
    for name in ("one.yaml", "two.yaml"):  # each alone is
        assert done("check", name).endswith(".\n")


@pytest.mark.parametrize(
    ("what", "head"), [("programmes", "id,name,level,first_year,objectives"), ("domains", "name,sectors")]
)
def test_every_problem_of_every_table_is_printed(what: str, head: str):
    good = {"programmes": "P1,Skills,regional,2021,skills", "domains": "Cars,C29"}[what]
    bad = {"programmes": "P{n},Skills,regional,2021,skils", "domains": "Cars {n},C29.1"}[what]
    Path("good.csv").write_text(f"{head}\n{good}\n", encoding="utf-8")
    Path("bad.csv").write_text("\n".join([head, *(bad.format(n=n) for n in range(8))]) + "\n", encoding="utf-8")
    before = here()
    result = call("check", "--what", what, "bad.csv", "good.csv", "none.csv")
    assert result.exit_code == 2
    assert result.stdout == f"good.csv: 1 {what} in order.\n"
    assert result.stderr.startswith("9 problems:\n")
    assert [result.stderr.count(f"  where: bad.csv, line {n}\n") for n in range(2, 10)] == [1] * 8
    assert "The file none.csv cannot be read: No such file or directory." in result.stderr
    assert here() == before


def test_a_table_that_was_filled_in_is_in_order():
    done("init", "piemonte", "--what", "domains", "--output", "domains.xlsx")
    book = load_workbook("domains.xlsx")
    book["Table"].append(["Cars", "C29; C30", "S3, p. 4", "https://example.org"])
    book.save("domains.xlsx")
    assert done("check", "--what", "domains", "domains.xlsx") == "domains.xlsx: 1 domains in order.\n"
    assert read_domains(Path("domains.xlsx")).loc["Cars", "sectors"] == ("C29", "C30")


def test_the_example_that_ships_is_in_order():
    folder = ROOT / "params" / "stress_test" / "example"
    assert ", all illustrative.\n" in done("check", str(folder / "answers.csv"), "--region", "stress-test-example")
    assert done("check", "--what", "programmes", str(folder / "programmes.csv")).endswith(": 4 programmes in order.\n")
    assert done("check", "--what", "domains", str(folder / "domains.csv")).endswith(": 6 domains in order.\n")


def test_a_check_without_files_asks_for_them():
    result = call("check")
    assert result.exit_code == 2
    assert "Missing argument 'FILES...'" in result.stderr


# convert


@pytest.mark.parametrize("target", ANSWER_ENDINGS)
@pytest.mark.parametrize("source", ANSWER_ENDINGS)
def test_answers_go_from_any_kind_of_file_to_any_other_unchanged(source: str, target: str):
    given = write(f"given{source}", sheet())
    before = Path(given).read_bytes()
    assert done("convert", given, f"made{target}") == f"1 respondent in made{target}\n"
    assert read(f"made{target}") == [sheet()]
    assert Path(given).read_bytes() == before
    assert sorted(here()) == sorted([given, f"made{target}"])


@pytest.mark.parametrize("target", [".xlsx", ".csv", ".tsv"])
def test_several_respondents_go_into_one_table(target: str):
    Path("answers").mkdir()
    write("answers/b.yaml", sheet("r2"))
    write("answers/a.csv", sheet("r3"), sheet("r1"))
    assert done("convert", "answers", f"all{target}") == f"3 respondents in all{target}\n"
    assert [one.respondent for one in read(f"all{target}")] == ["r1", "r2", "r3"]


@pytest.mark.parametrize("source", [".xlsx", ".csv", ".tsv"])
def test_a_target_without_ending_is_a_folder_with_a_file_each(source: str):
    given = write(f"given{source}", sheet("r1"), sheet("r2"))
    assert done("convert", given, "answers/2026") == "2 respondents in answers/2026, a file each\n"
    assert sorted(path.name for path in Path("answers/2026").iterdir()) == ["r1.yaml", "r2.yaml"]
    assert read("answers/2026") == [sheet("r1"), sheet("r2")]


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (("r1", "NUL"), "No file can be called NUL.yaml on Windows: it is the name of a device."),
        (("r1", "com1.b"), "No file can be called com1.b.yaml on Windows: it is the name of a device."),
        (("ab", "aB"), "The files aB.yaml and ab.yaml would be one."),
    ],
)
def test_respondents_whose_files_cannot_stand_side_by_side_are_refused(names: tuple[str, str], says: str):
    given = write("given.csv", *(sheet(name) for name in names))
    assert parts(refused("convert", given, "answers"))["what"] == says
    assert done("convert", given, "answers.xlsx") == "2 respondents in answers.xlsx\n"


def test_a_folder_that_holds_other_answers_takes_more():
    Path("answers").mkdir()
    write("answers/r9.yaml", sheet("r9"))
    done("convert", write("given.csv", sheet("r1")), "answers")
    assert sorted(path.name for path in Path("answers").iterdir()) == ["r1.yaml", "r9.yaml"]


def test_the_questions_of_the_new_file_can_be_in_french():
    done("convert", write("given.yaml", sheet()), "fait.yaml", "--language", "fr")
    assert f"# {FRENCH.items['openness'].name}" in Path("fait.yaml").read_text(encoding="utf-8")
    assert read("fait.yaml") == [sheet()]


def test_several_respondents_do_not_go_into_one_yaml_file():
    given = write("given.csv", sheet("r1"), sheet("r2"))
    found = parts(refused("convert", given, "all.yaml"))
    assert found["what"] == "2 respondents do not go into one YAML file."
    assert found["fix"] == "name a .csv or .xlsx file, or a folder"


@pytest.mark.parametrize("target", ["made.csv", "given.yaml"])
def test_a_target_that_exists_is_left_alone(target: str):
    given = write("given.yaml", sheet())
    Path("made.csv").write_text("mine", encoding="utf-8")
    found = parts(refused("convert", given, target))
    assert found["what"] == f"The file {target} is there already."
    assert found["rule"] == "answers are never overwritten"


def test_a_folder_in_which_one_file_exists_gets_none():
    given = write("given.csv", sheet("r1"), sheet("r2"), sheet("r3"))
    Path("answers").mkdir()
    Path("answers/r2.yaml").write_text("mine", encoding="utf-8")
    found = parts(refused("convert", given, "answers"))
    assert found["what"] == "The file r2.yaml is there already."
    assert found["where"] == str(Path("answers/r2.yaml"))


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("made.txt", "The name made.txt says no kind of file."),
        ("given.csv/made.csv", "The file made.csv cannot be written: "),
        ("given.csv/answers", "The file r1.yaml cannot be written: "),
    ],
)
def test_a_target_that_cannot_be_is_refused(target: str, says: str):
    given = write("given.csv", sheet("r1"))
    assert parts(refused("convert", given, target))["what"].startswith(says)


@pytest.mark.parametrize("target", ["made.yaml", "made.xlsx", "made.csv", "folder"])
def test_wrong_answers_are_not_converted(target: str):
    Path("wrong.yaml").write_text(wrong_answers(7), encoding="utf-8")
    text = refused("convert", "wrong.yaml", target)
    assert text.startswith("7 problems:\n")
    assert text.endswith("... and 2 more problems.\n")  # `check` has them all


def test_answers_of_two_regions_are_not_converted():
    Path("answers").mkdir()
    write("answers/a.yaml", sheet("r1"))
    write("answers/b.yaml", sheet("r2", region="saxony"))
    assert parts(refused("convert", "answers", "all.csv"))["what"].startswith("The answers are for several regions")


@pytest.mark.parametrize(("source", "says"), [("none.csv", "cannot be read"), ("empty", "holds no answers")])
def test_a_source_without_answers_is_refused(source: str, says: str):
    Path("empty").mkdir()
    assert says in parts(refused("convert", source, "made.csv"))["what"]


# languages, and the command itself


def test_the_languages_are_listed():
    assert done("languages") == "en, fr\n"


def test_a_language_added_to_a_project_is_listed(project_copy: Project):
    folder = project_copy.params / "stress_test" / "languages"
    (folder / "de.yaml").write_text((folder / "fr.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    result = CliRunner().invoke(main, ["--project", str(project_copy.root), "stress-test", "languages"])
    assert result.output == "en, de, fr\n"


def test_the_command_itself_ends_with_two_and_no_traceback(clusterkit: Run):
    wrong = Path("wrong.yaml").resolve()
    wrong.write_text(wrong_answers(6), encoding="utf-8")
    found = clusterkit(Project(ROOT), "stress-test", "check", str(wrong))
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.startswith("6 problems:\n")
    assert "Traceback" not in found.stderr


def test_help_names_the_four_commands():
    text = done("--help")
    assert [name for name in ("init", "check", "convert", "languages") if f"\n  {name} " in text] == [
        "init", "check", "convert", "languages",
    ]  # fmt: skip
