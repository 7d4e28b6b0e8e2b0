"""Every wrong parameter is refused in words, with file, line, rule and fix; right ones are read as written."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from clusterkit import params
from clusterkit.errors import ParamError, Problem
from clusterkit.paths import Project, project
from clusterkit.stress_test import blank, load_questionnaire, write_answers
from clusterkit.yamlfile import read

ROOT = Path(__file__).resolve().parents[1]
PIEMONTE = '# a comment, so that keys do not start in line 1\nregion: piemonte\nname: "Piemonte"\nnuts_ids: ["ITC1"]\n'
PILOTS = {
    "cantabria": ["ES13"],
    "centre-val-de-loire": ["FRB0"],
    "east-north-finland": ["FI1D"],
    "hauts-de-france": ["FRE1", "FRE2"],
    "lithuania": ["LT01", "LT02"],
    "north-middle-sweden": ["SE31"],
    "piemonte": ["ITC1"],
    "saxony": ["DED2", "DED4", "DED5"],
    "slovenia": ["SI03", "SI04"],
    "wallonia": ["BE31", "BE32", "BE33", "BE34", "BE35"],
}
NOTEBOOK_VALUES = {
    "region": "piemonte",
    "name": "Piemonte",
    "nuts_version": 2016,
    "nuts_ids": ["ITC1"],
    "base_year": 2011,
    "reference_year": 2014,
    "seed": 20141,
    "taxonomy": "nace-divisions",
    "strong_lq": 1.5,
    "min_share_pct": 1.0,
    "highlight": ["C13"],
    "star_scheme": "eccp-2021",
}
SCOREBOARD_VALUES = {
    "region": "piemonte",
    "name": "Piemonte",
    "nuts_version": 2016,
    "nuts_ids": ["ITC1"],
    "reference_year": 2014,
    "seed": 20141,
    "framework": "eocic-8",
    "older_framework": "res-6",
    "normalisation": "minmax",
    "aggregation": "arithmetic",
    "min_coverage": 0.5,
    "peers": ["saxony", "ITC4"],
    "draws": 1000,
    "sobol_base": 256,
}
SCOREBOARD = PIEMONTE + "scoreboard:\n  "
STRESS_TEST_VALUES = {
    "region": "piemonte",
    "name": "Piemonte",
    "nuts_version": 2016,
    "nuts_ids": ["ITC1"],
    "base_year": 2011,
    "reference_year": 2014,
    "seed": 20141,
    "strong_lq": 1.5,
    "min_share_pct": 1.0,
    "normalisation": "minmax",
    "aggregation": "arithmetic",
    "min_coverage": 0.5,
    "draws": 1000,
    "answers": "params/stress_test/answers/piemonte",
    "earlier_answers": None,
    "programmes": None,
    "domains": None,
    "earlier_scoreboard": None,
}
STRESS_TEST = PIEMONTE + "stress_test:\n  "
EXAMPLE = "params/stress_test/example/"  # files of the example, from the project folder
QUESTIONNAIRE = load_questionnaire(ROOT / "params" / "stress_test")
PROGRAMMES = "id,name,level,first_year,objectives\nA-1,Skills fund,regional,2022,skills\n"

Write = Callable[..., None]
Problems = Callable[..., list[Problem]]


@pytest.fixture
def write(project_copy: Project) -> Write:
    """Write a region file into the project copy."""

    def write(text: str, region: str = "piemonte") -> None:
        (project_copy.params / "regions" / f"{region}.yaml").write_text(text, encoding="utf-8")

    return write


@pytest.fixture
def problems(project_copy: Project, write: Write) -> Problems:
    """What is wrong with one region file of the project copy."""

    def problems(text: str, region: str = "piemonte") -> list[Problem]:
        write(text, region)
        with pytest.raises(ParamError) as caught:
            params.load_regions(project_copy, [region])
        return list(caught.value.problems)

    return problems


def only(found: list[Problem]) -> Problem:
    assert len(found) == 1, found
    return found[0]


def line_of(problem: Problem) -> str:
    return problem.where.rpartition(", line ")[2]


def test_an_unknown_key_is_named_with_its_line_and_the_nearest_key(problems: Problems, project_copy: Project) -> None:
    problem = only(problems(PIEMONTE + "bse_year: 2012\n"))
    assert str(problem) == (
        "Unknown parameter bse_year.\n"
        f"  where: {project_copy.params / 'regions' / 'piemonte.yaml'}, line 5\n"
        "  rule:  params/schema.json\n"
        "  fix:   did you mean base_year?"
    )


def test_an_unknown_key_inside_mapping_is_compared_with_the_keys_of_mapping(problems: Problems) -> None:
    problem = only(problems(PIEMONTE + "mapping:\n  strng_lq: 2.0\n"))
    assert (problem.what, line_of(problem), problem.fix) == (
        "Unknown parameter mapping.strng_lq.", "6", "did you mean strong_lq?",
    )  # fmt: skip


def test_an_unknown_key_inside_scoreboard_is_compared_with_the_keys_of_scoreboard(problems: Problems) -> None:
    problem = only(problems(SCOREBOARD + "frame_work: eocic-8\n"))
    assert (problem.what, line_of(problem), problem.fix) == (
        "Unknown parameter scoreboard.frame_work.", "6", "did you mean framework?",
    )  # fmt: skip
    problem = only(problems(SCOREBOARD + "strong_lq: 2.0\n"))  # a key of the other section
    assert problem.what == "Unknown parameter scoreboard.strong_lq."
    assert problem.fix == (
        "remove it; the keys are framework, older_framework, normalisation, aggregation, min_coverage, peers, draws, "
        "sobol_base"
    )


def test_an_unknown_key_inside_stress_test_is_compared_with_the_keys_of_stress_test(problems: Problems) -> None:
    problem = only(problems(STRESS_TEST + "earlier_answer: a.csv\n"))
    assert (problem.what, line_of(problem), problem.fix) == (
        "Unknown parameter stress_test.earlier_answer.", "6", "did you mean earlier_answers?",
    )  # fmt: skip
    problem = only(problems(STRESS_TEST + "draws: 500\n"))  # a key of another section
    assert problem.what == "Unknown parameter stress_test.draws."
    assert problem.fix == "remove it; the keys are answers, earlier_answers, programmes, domains, earlier_scoreboard"


def test_an_unknown_section_is_compared_with_the_sections(problems: Problems) -> None:
    problem = only(problems(PIEMONTE + "scorebord:\n  draws: 500\n"))
    assert (problem.what, line_of(problem), problem.fix) == (
        "Unknown parameter scorebord.", "5", "did you mean scoreboard?",
    )  # fmt: skip


def test_an_unknown_key_like_no_other_is_answered_with_the_keys_that_exist(problems: Problems) -> None:
    problem = only(problems(PIEMONTE + "zzz: 1\n"))
    assert problem.fix.startswith("remove it; the keys are schema_version, region, name, nuts_version, nuts_ids,")


def test_a_key_that_stands_twice(problems: Problems) -> None:
    problem = only(problems(PIEMONTE + "nuts_ids: [ITC2]\n"))
    assert (problem.what, line_of(problem), problem.rule, problem.fix) == (
        'Found duplicate key "nuts_ids".', "5", "each key stands once in a YAML mapping", "remove one of the two",
    )  # fmt: skip


def test_a_key_that_stands_twice_inside_mapping(problems: Problems) -> None:
    problem = only(problems(PIEMONTE + 'mapping:\n  highlight: ["C13"]\n  highlight: ["C29"]\n'))
    assert (problem.what, line_of(problem)) == ('Found duplicate key "highlight".', "7")


def test_a_missing_key(problems: Problems, project_copy: Project) -> None:
    problem = only(problems('region: piemonte\nname: "Piemonte"\n'))
    assert problem == Problem(
        what="The parameter nuts_ids is missing.",
        where=str(project_copy.params / "regions" / "piemonte.yaml"),
        rule="params/schema.json",
        fix="add nuts_ids; see params/regions/piemonte.yaml",
    )


@pytest.mark.parametrize(
    ("text", "what", "line"),
    [
        (PIEMONTE.replace('["ITC1"]', "ITC1"), "nuts_ids is 'ITC1': input should be a valid list.", "4"),
        (PIEMONTE.replace('"ITC1"', "1E31"), "nuts_ids.0 is 1e+31: input should be a valid string.", "4"),
        (PIEMONTE.replace('["ITC1"]', "[]"), "nuts_ids is []: list should have at least 1 item", "4"),
        (PIEMONTE.replace('"Piemonte"', "12"), "name is 12: input should be a valid string.", "3"),
        (PIEMONTE.replace('"Piemonte"', ""), "name is None: input should be a valid string.", "3"),
        (PIEMONTE.replace('"Piemonte"', "x" * 301), "string should have at most 300 characters.", "3"),
        (PIEMONTE + 'base_year: "2012"\n', "base_year is '2012': input should be a valid integer.", "5"),
        (PIEMONTE + "base_year: true\n", "base_year is True: input should be a valid integer.", "5"),
        (PIEMONTE + "nuts_version: 2013\n", "nuts_version is 2013: input should be 2016.", "5"),
        (PIEMONTE + "mapping:\n  strong_lq: 0\n", "mapping.strong_lq is 0: input should be greater than 0.", "6"),
        (PIEMONTE + "mapping:\n  strong_lq: .nan\n", "mapping.strong_lq is nan: input should be greater than 0.", "6"),
        (
            PIEMONTE + "mapping:\n  min_share_pct: 101\n",
            "mapping.min_share_pct is 101: input should be less than or",
            "6",
        ),
        (PIEMONTE + 'mapping:\n  highlight: ["C13", "C14", "C15"]\n', "list should have at most 2 items", "6"),
        (PIEMONTE + "scoreboard:\n", "scoreboard is None: input should be a valid dictionary", "5"),
        (SCOREBOARD + "framework: ../x\n", "scoreboard.framework is '../x': string should match pattern", "6"),
        (SCOREBOARD + "older_framework: 6\n", "scoreboard.older_framework is 6: input should be a valid string.", "6"),
        (
            SCOREBOARD + "normalisation: z-score\n",
            "scoreboard.normalisation is 'z-score': input should be 'minmax', 'zscore', 'rank' or 'percentile_rank'.",
            "6",
        ),
        (
            SCOREBOARD + "aggregation: harmonic\n",
            "scoreboard.aggregation is 'harmonic': input should be 'arithmetic' or 'geometric'.",
            "6",
        ),
        (
            SCOREBOARD + "min_coverage: 50\n",
            "scoreboard.min_coverage is 50: input should be less than or equal to 1.",
            "6",
        ),
        (
            SCOREBOARD + "min_coverage: -0.1\n",
            "scoreboard.min_coverage is -0.1: input should be greater than or equal to 0.",
            "6",
        ),
        (SCOREBOARD + "min_coverage: .nan\n", "scoreboard.min_coverage is nan: input should be ", "6"),
        (SCOREBOARD + "draws: 99\n", "scoreboard.draws is 99: input should be greater than or equal to 100.", "6"),
        (
            SCOREBOARD + "draws: 10001\n",
            "scoreboard.draws is 10001: input should be less than or equal to 10000.",
            "6",
        ),
        (SCOREBOARD + "draws: 1e3\n", "scoreboard.draws is 1000.0: input should be a valid integer.", "6"),
        (
            SCOREBOARD + "sobol_base: 100\n",
            "scoreboard.sobol_base is 100: input should be 16, 32, 64, 128, 256, 512, 1024, 2048 or 4096.",
            "6",
        ),
        (SCOREBOARD + "sobol_base: 8192\n", "scoreboard.sobol_base is 8192: input should be 16, 32, ", "6"),
        (
            SCOREBOARD + "peers: automatic\n",
            "scoreboard.peers is 'automatic': input should be 'auto', or a list of one to five texts.",
            "6",
        ),
        (SCOREBOARD + "peers: saxony\n", "scoreboard.peers is 'saxony': input should be 'auto', or a list of", "6"),
        (SCOREBOARD + "peers: []\n", "scoreboard.peers is []: input should be 'auto', or a list of one to five", "6"),
        (SCOREBOARD + "peers: [saxony, 3]\n", "scoreboard.peers is ['saxony', 3]: input should be 'auto', or ", "6"),
        (
            SCOREBOARD + "peers: [ES11, ES12, ES13, ES21, ES22, ES23]\n",
            "scoreboard.peers is ['ES11', 'ES12', 'ES13', 'ES21', 'ES22', 'ES23']: input should be 'auto', or a list",
            "6",
        ),
        (PIEMONTE + "stress_test:\n", "stress_test is None: input should be a valid dictionary", "5"),
        (STRESS_TEST + "answers: 3\n", "stress_test.answers is 3: input should be a valid string.", "6"),
        (STRESS_TEST + "answers: [a.csv]\n", "stress_test.answers is ['a.csv']: input should be a valid string.", "6"),
        (STRESS_TEST + 'domains: ""\n', "stress_test.domains is '': string should have at least 1 character.", "6"),
        (STRESS_TEST + f"programmes: {'x' * 301}\n", "string should have at most 300 characters.", "6"),
    ],
)
def test_a_value_of_the_wrong_type_or_range(problems: Problems, text: str, what: str, line: str) -> None:
    problem = only(problems(text))
    assert what in problem.what
    assert (line_of(problem), problem.rule) == (line, "params/schema.json")
    assert problem.fix == "see params/schema.json and params/default.yaml"


def test_a_default_of_the_wrong_type_is_found_in_the_default_file(project_copy: Project) -> None:
    default = project_copy.params / "default.yaml"
    lines = default.read_text(encoding="utf-8").splitlines()
    (number,) = [number for number, line in enumerate(lines) if line.startswith("base_year:")]
    lines[number] = "base_year: no"
    default.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(ParamError, match=r"base_year is 'no'") as caught:
        params.load_regions(project_copy, ["piemonte"])
    assert only(list(caught.value.problems)).where == f"{default}, line {number + 1}"


@pytest.mark.parametrize(
    ("old", "fix"),
    [
        ("FR24", "NUTS 2016 has FRB0 in its place"),
        ("FR30", "NUTS 2016 has FRE1 in its place"),
        ("LT00", "NUTS 2016 has LT01 and LT02 in its place"),
    ],
)
def test_a_code_of_nuts_2013_is_answered_with_the_code_of_today(problems: Problems, old: str, fix: str) -> None:
    problem = only(problems(PIEMONTE.replace("ITC1", old)))
    assert problem.what == f"{old!r} is not a NUTS 2 code of NUTS 2016."
    assert (line_of(problem), problem.rule, problem.fix) == ("4", "docs/methods.md#nuts-versions", fix)


@pytest.mark.parametrize(
    ("code", "fix"),
    [
        ("itc1", "did you mean ITC1 or"),
        ("ITC9", "did you mean ITC"),
        ("ITC", "did you mean ITC"),
        ("XX99", "check the code"),
    ],
)
def test_an_unknown_nuts_code(problems: Problems, code: str, fix: str) -> None:
    problem = only(problems(PIEMONTE.replace("ITC1", code)))
    assert problem.what == f"{code!r} is not a NUTS 2 code of NUTS 2016."
    assert line_of(problem) == "4"
    assert problem.fix.startswith(fix)


def test_the_line_of_a_code_is_its_own_in_a_list_over_several_lines(problems: Problems) -> None:
    problem = only(problems(PIEMONTE.replace('["ITC1"]', '\n  - "ITC1"\n  - "XX99"\n')))
    assert line_of(problem) == "6"


def test_a_code_twice(problems: Problems) -> None:
    problem = only(problems(PIEMONTE.replace('["ITC1"]', '["ITC1", "ITC1"]')))
    assert (problem.what, line_of(problem), problem.rule, problem.fix) == (
        "The code ITC1 stands twice in nuts_ids.", "4", "a region is a set of codes", "remove one of the two",
    )  # fmt: skip


def test_an_unknown_sector_to_highlight(problems: Problems) -> None:
    problem = only(problems(PIEMONTE + 'mapping:\n  highlight: ["C13", "C99"]\n'))
    assert (problem.what, line_of(problem), problem.rule) == (
        "'C99' is not a division of the taxonomy nace-divisions.", "6", "params/taxonomies/nace-divisions.yaml",
    )  # fmt: skip
    assert problem.fix.startswith("did you mean C")


@pytest.mark.parametrize(("key", "year"), [("reference_year", 2019), ("base_year", 2007)])
def test_a_year_outside_the_tables(problems: Problems, key: str, year: int) -> None:
    problem = only(problems(PIEMONTE + f"{key}: {year}\n"))
    assert (problem.what, line_of(problem), problem.rule, problem.fix) == (
        f"{key} is {year}; the tables hold 2011 to 2015.", "5", "docs/data_log.md", "choose a year from 2011 to 2015",
    )  # fmt: skip


@pytest.mark.parametrize("base_year", [2014, 2013])
def test_growth_needs_a_base_year_before_the_reference_year(problems: Problems, base_year: int) -> None:
    problem = only(problems(PIEMONTE + f"base_year: {base_year}\nreference_year: 2013\n"))
    assert f"base_year {base_year} is not before reference_year 2013" in problem.what.lower()
    assert "piemonte.yaml" in problem.where


def test_an_identifier_with_a_path_in_it_is_refused(problems: Problems) -> None:
    problem = only(problems(PIEMONTE.replace("region: piemonte", 'region: "../../etc/passwd"')))
    assert problem.what.startswith("region is '../../etc/passwd': string should match pattern")
    assert line_of(problem) == "2"


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "../regions/piemonte", "/etc/passwd", "piemonte.yaml", "", "PIEMONTE"]
)
def test_a_region_that_is_no_file_is_refused(project_copy: Project, name: str) -> None:
    with pytest.raises(ParamError) as caught:
        params.load_regions(project_copy, [name])
    problem = only(list(caught.value.problems))
    assert (problem.what, problem.where) == (f"There is no region {name!r}.", "command line")
    assert problem.rule == "a region is a file params/regions/REGION.yaml"


def test_an_unknown_region_is_answered_with_the_nearest_or_with_all(project_copy: Project) -> None:
    with pytest.raises(ParamError) as caught:
        params.load_regions(project_copy, ["piedmonte", "zzz"])
    near, far = caught.value.problems
    assert near.fix == "did you mean piemonte?"
    assert far.fix == f"choose from {', '.join(PILOTS)}, or add a file"
    with pytest.raises(ParamError) as caught:
        params.load_regions(project_copy, ["stress-test-exmple"])
    assert only(list(caught.value.problems)).fix == "did you mean stress-test-example?"


def test_no_region_file_at_all(project_copy: Project) -> None:
    for path in (project_copy.params / "regions").iterdir():
        path.unlink()
    with pytest.raises(ParamError, match=r"^There is no region file\.\n") as caught:
        params.load_regions(project_copy)
    assert only(list(caught.value.problems)).fix.startswith("add a file;")


def test_the_file_and_its_region_have_the_same_name(problems: Problems) -> None:
    problem = only(problems(PIEMONTE.replace("region: piemonte", "region: piedmont")))
    assert (problem.what, line_of(problem), problem.fix) == (
        "The file piemonte.yaml says region: 'piedmont'.", "2", "write region: 'piemonte', or rename the file",
    )  # fmt: skip


def test_the_page_of_all_regions_keeps_its_identifier(problems: Problems) -> None:
    problem = only(problems(PIEMONTE.replace("region: piemonte", "region: europe"), region="europe"))
    assert "the identifier 'europe' is taken by the page of all regions" in problem.what.lower()


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({"base_year": 2014}, "base_year 2014 is not before reference_year 2014."),
        ({"seed": 0}, "seed is 0: input should be greater than or equal to 1."),
        ({"star_scheme": "../eccp"}, "star_scheme is '../eccp': "),
        ({"nuts_version": 2021}, "nuts_version is 2021: "),
    ],
)
def test_a_wrong_parameter_of_the_page_of_all_regions_is_refused(values: dict[str, object], what: str) -> None:
    with pytest.raises(ParamError) as caught:
        params.check_europe(values)
    problem = caught.value.problems[0]
    assert problem.what.startswith(what)
    assert problem.where == "the notebook's parameters cell"


def test_the_home_page_keeps_its_identifier(problems: Problems) -> None:
    problem = only(problems(PIEMONTE.replace("region: piemonte", "region: home"), region="home"))
    assert "the identifier 'home' is taken by the home page" in problem.what.lower()


def test_the_example_of_a_stress_test_keeps_its_identifier(problems: Problems, project_copy: Project) -> None:
    text = PIEMONTE.replace("region: piemonte", "region: stress-test-example")
    assert only(problems(text, region="stress-test-example")) == Problem(
        what="The identifier 'stress-test-example' is taken by the example of a stress test.",
        where=str(project_copy.params / "regions" / "stress-test-example.yaml"),
        rule="a page has one name",
        fix="rename the file and the identifier in it",
    )


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("", "nothing"),
        ("# only a comment\n", "nothing"),
        ("piemonte\n", "a list or a text"),
        ("- a\n", "a list or a text"),
    ],
)
def test_a_file_that_is_no_mapping(problems: Problems, text: str, holds: str) -> None:
    problem = only(problems(text))
    assert problem.what == f"piemonte.yaml holds {holds}, not keys and values."
    assert (problem.rule, problem.fix) == (
        "a parameter file is a mapping: key, colon, value", "see params/default.yaml for the keys",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("region: piemonte\nname: Piemonte: the region\n", "2"),
        ("region: [piemonte\n", "2"),
        ("region: piemonte\n\tname: Piemonte\n", "2"),
        (PIEMONTE + "---\n" + PIEMONTE, "5"),
    ],
)
def test_a_file_that_is_not_yaml(problems: Problems, text: str, line: str) -> None:
    problem = only(problems(text))
    assert problem.what.startswith("piemonte.yaml is not valid YAML: ")
    assert (line_of(problem), problem.rule) == (line, "parameters are YAML 1.2")
    assert problem.fix == "mend the line; text with a colon or a leading special sign needs quotes"


def test_a_file_in_another_encoding_is_refused_in_words(project_copy: Project) -> None:
    path = project_copy.params / "regions" / "piemonte.yaml"
    path.write_bytes(PIEMONTE.replace("Piemonte", "Pié").encode("latin-1"))
    with pytest.raises(ParamError, match=r"piemonte\.yaml is not valid YAML: 'utf-8' codec can't decode"):
        params.load_regions(project_copy, ["piemonte"])


def test_tags_make_no_objects(problems: Problems, tmp_path: Path) -> None:
    made = tmp_path / "made"
    problem = only(problems(PIEMONTE + f"colour: !!python/object/apply:pathlib.Path.touch ['{made}']\n"))
    assert problem.what == "Unknown parameter colour."
    assert not made.exists()


def test_a_star_scheme_without_a_file_is_named_with_the_nearest(problems: Problems) -> None:
    problem = only(problems(PIEMONTE + "mapping:\n  star_scheme: eccp-2012\n"))
    assert (problem.what, line_of(problem), problem.fix) == (
        "There is no star scheme 'eccp-2012'.", "6", "did you mean eccp-2021?",
    )  # fmt: skip


def test_a_star_scheme_of_ones_own_is_a_file(project_copy: Project, write: Write) -> None:
    write(PIEMONTE + "mapping:\n  star_scheme: own\n")
    (project_copy.params / "star_schemes" / "own.yaml").write_text("anything", encoding="utf-8")
    assert params.load_regions(project_copy, ["piemonte"])[0].mapping.star_scheme == "own"


@pytest.fixture
def frameworks(project_copy: Project) -> Path:
    """The folder of frameworks, with the two of the defaults."""
    folder = project_copy.params / "frameworks"
    folder.mkdir(exist_ok=True)
    for name in ("eocic-8", "res-6"):
        (folder / f"{name}.yaml").touch()
    return folder


@pytest.mark.parametrize(
    ("text", "what", "fix"),
    [
        ("framework: eocic-9\n", "There is no framework 'eocic-9'.", "did you mean eocic-8?"),
        ("older_framework: ses-6\n", "There is no framework 'ses-6'.", "did you mean res-6?"),
    ],
)
def test_a_framework_without_a_file_is_named_with_the_nearest(
    frameworks: Path, problems: Problems, text: str, what: str, fix: str
) -> None:
    problem = only(problems(SCOREBOARD + text))
    assert (problem.what, line_of(problem), problem.rule, problem.fix) == (
        what, "6", "a framework is a file params/frameworks/FRAMEWORK.yaml", fix,
    )  # fmt: skip


def test_a_framework_like_no_other_is_answered_with_those_that_exist(frameworks: Path, problems: Problems) -> None:
    known = ", ".join(sorted(path.stem for path in frameworks.iterdir()))
    assert only(problems(SCOREBOARD + "framework: zzz\n")).fix == f"choose from {known}, or add a file"


def test_a_framework_of_ones_own_is_a_file(frameworks: Path, project_copy: Project, write: Write) -> None:
    text = (ROOT / "params" / "frameworks" / "res-6.yaml").read_text(encoding="utf-8")
    (frameworks / "own.yaml").write_text(text.replace("id: res-6", "id: own"), encoding="utf-8")
    write(SCOREBOARD + "framework: own\n")
    assert params.load_regions(project_copy, ["piemonte"])[0].scoreboard.framework == "own"


def test_without_a_folder_of_frameworks_no_name_can_be_checked(project_copy: Project, write: Write) -> None:
    shutil.rmtree(project_copy.params / "frameworks", ignore_errors=True)
    write(SCOREBOARD + "framework: own\n")
    assert params.load_regions(project_copy, ["piemonte"])[0].scoreboard.framework == "own"


def test_peers_are_regions_or_nuts_codes_in_any_mixture(project_copy: Project, write: Write) -> None:
    write(SCOREBOARD + "peers: [saxony, ITC4, slovenia, DE11, AT31]\n")
    loaded = params.load_regions(project_copy, ["piemonte"])[0]
    assert loaded.scoreboard.peers == ["saxony", "ITC4", "slovenia", "DE11", "AT31"]


@pytest.mark.parametrize(
    ("peers", "what", "rule", "fix"),
    [
        (
            "[saxony, piemonte]",
            "The peer piemonte is the region itself.",
            "a region is compared with others",
            "remove it, or write peers: auto",
        ),
        (
            "[saxony, ITC1]",
            "The peer ITC1 is in the region itself.",
            "a region is compared with others",
            "remove it, or write peers: auto",
        ),
        (
            "[saxony, saxony]",
            "The peer saxony stands twice in peers.",
            "peers are a set of regions",
            "remove one of the two",
        ),
        (
            "[saxony, slovenja]",
            "The peer 'slovenja' is neither a region nor a NUTS 2 code of NUTS 2016.",
            "a peer is the name of a file in params/regions, or a NUTS 2 code",
            "did you mean slovenia?",
        ),
        (
            "[saxony, ITC9]",
            "The peer 'ITC9' is neither a region nor a NUTS 2 code of NUTS 2016.",
            "a peer is the name of a file in params/regions, or a NUTS 2 code",
            "did you mean ITC4 or ITC3 or ITC2?",
        ),
        (
            "[saxony, ITC]",
            "The peer 'ITC' is neither a region nor a NUTS 2 code of NUTS 2016.",
            "a peer is the name of a file in params/regions, or a NUTS 2 code",
            "did you mean ITC4 or ITC3 or ITC2?",
        ),
        (
            "[saxony, zzz]",
            "The peer 'zzz' is neither a region nor a NUTS 2 code of NUTS 2016.",
            "a peer is the name of a file in params/regions, or a NUTS 2 code",
            "check the code",
        ),
        (
            "[saxony, FR24]",
            "'FR24' is not a NUTS 2 code of NUTS 2016.",
            "docs/methods.md#nuts-versions",
            "NUTS 2016 has FRB0 in its place",
        ),
        (
            "[saxony, IS00]",
            "The region 'IS00' has no business statistics in the embedded tables.",
            "docs/data_log.md: the statistics cover the 28 EU members of 2014 and Norway",
            "choose another region, or build the tables with data for this one",
        ),
    ],
)
def test_a_peer_that_cannot_be_one(problems: Problems, peers: str, what: str, rule: str, fix: str) -> None:
    problem = only(problems(SCOREBOARD + f"peers: {peers}\n"))
    assert (problem.what, line_of(problem), problem.rule, problem.fix) == (what, "6", rule, fix)


def hand_in(
    place: Project, name: str, *, region: str = "piemonte", day: str = "2026-03-16", made_up: bool = False
) -> str:
    """One respondent's answers as a file of the project, none filled in; what a region file calls it."""
    sheet = blank(
        QUESTIONNAIRE, region=region, respondent="r1", group="public-authority", date=dt.date.fromisoformat(day)
    )
    path = place.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    write_answers(path, [replace(sheet, illustrative=made_up)], QUESTIONNAIRE)
    return name


def test_a_region_hands_in_files_and_folders_of_the_project(project_copy: Project, write: Write) -> None:
    hand_in(project_copy, "answers/now/r1.yaml")
    hand_in(project_copy, "answers/then.csv", day="2024-05-13")
    (project_copy.root / "answers" / "programmes.csv").write_text(PROGRAMMES, encoding="utf-8")
    write(
        STRESS_TEST + "answers: answers/now/\n  earlier_answers: answers/../answers/then.csv\n"
        "  programmes: answers/programmes.csv\n  domains: null\n"
    )
    assert params.load_regions(project_copy, ["piemonte"])[0].stress_test == params.StressTestParams(
        answers="answers/now/", earlier_answers="answers/../answers/then.csv", programmes="answers/programmes.csv"
    )


@pytest.mark.parametrize("name", ["/etc/hosts", "..", "../answers.csv", "params/../../answers.csv"])
def test_a_file_outside_of_the_project_is_refused_whether_it_exists_or_not(
    problems: Problems, project_copy: Project, name: str
) -> None:
    problem = only(problems(STRESS_TEST + f"answers: {name}\n"))
    assert problem == Problem(
        what=f"stress_test.answers is {name!r}, outside of the project.",
        where=f"{project_copy.params / 'regions' / 'piemonte.yaml'}, line 6",
        rule="a report is made from files of the project",
        fix="copy it into the project, such as params/stress_test/answers, and name it from there",
    )


@pytest.mark.skipif(sys.platform == "win32", reason="needs a right to make links")
def test_a_link_that_leads_out_of_the_project_is_followed_and_refused(
    problems: Problems, project_copy: Project, tmp_path: Path
) -> None:
    hand_in(Project(tmp_path), "outside/answers.csv")
    (project_copy.root / "answers").symlink_to(tmp_path / "outside")
    problem = only(problems(STRESS_TEST + "answers: answers/answers.csv\n"))
    assert problem.what == "stress_test.answers is 'answers/answers.csv', outside of the project."


def test_an_absolute_name_of_a_file_of_the_project_is_refused(problems: Problems, project_copy: Project) -> None:
    name = str(project_copy.root / hand_in(project_copy, "answers.csv"))
    assert only(problems(STRESS_TEST + f"answers: {name}\n")).what.endswith("outside of the project.")


@pytest.mark.parametrize("key", ["answers", "earlier_answers", "programmes", "domains", "earlier_scoreboard"])
def test_a_file_that_is_not_there_is_named_with_its_line(problems: Problems, key: str) -> None:
    problem = only(problems(STRESS_TEST + f"{key}: params/none.csv\n"))
    assert (problem.what, line_of(problem), problem.rule, problem.fix) == (
        "There is no file or folder 'params/none.csv'.", "6", "names start from the project folder",
        "correct the name, or write null; `clusterkit stress-test init` makes a file to fill in",
    )  # fmt: skip


def test_all_names_that_are_wrong_come_at_once(problems: Problems) -> None:
    found = problems(STRESS_TEST + "answers: none\n  programmes: /none.csv\n  domains: ../none.csv\n")
    assert [(problem.what, line_of(problem)) for problem in found] == [
        ("There is no file or folder 'none'.", "6"),
        ("stress_test.programmes is '/none.csv', outside of the project.", "7"),
        ("stress_test.domains is '../none.csv', outside of the project.", "8"),
    ]


def test_a_folder_without_answers(problems: Problems, project_copy: Project) -> None:
    folder = project_copy.root / "answers"
    folder.mkdir()
    (folder / "notes.txt").write_text("none yet", encoding="utf-8")
    assert only(problems(STRESS_TEST + "answers: answers\n")) == Problem(
        what="The folder answers holds no answers.",
        where=str(folder),
        rule="answers are files that end in .yaml, .yml, .xlsx, .csv, .tsv",
        fix="put files there, or write answers: null",
    )


@pytest.mark.parametrize("name", ["r1.yaml", "answers.csv", "answers.xlsx"])
def test_answers_of_another_region(problems: Problems, project_copy: Project, name: str) -> None:
    hand_in(project_copy, name, region="saxony")
    problem = only(problems(STRESS_TEST + f"answers: {name}\n"))
    assert (problem.what, problem.rule, problem.fix) == (
        "The answers are for the region 'saxony'.", "these are to be piemonte’s",
        "write region: piemonte, or name the answers of this region in its parameters",
    )  # fmt: skip
    assert problem.where.startswith(str(project_copy.root / name))


def test_a_scoreboard_of_another_region(problems: Problems, project_copy: Project) -> None:
    text = "item,region,verdict,rank,n_ranked,rank_low,rank_high,n_known\naging,saxony,unknown,,,,,0\n"
    (project_copy.root / "evidence.csv").write_text(text, encoding="utf-8")
    problem = only(problems(STRESS_TEST + "earlier_scoreboard: evidence.csv\n"))
    assert (problem.what, problem.rule) == ("The row is of the region 'saxony'.", "an earlier scoreboard of piemonte")


def test_earlier_answers_without_answers(problems: Problems, project_copy: Project) -> None:
    hand_in(project_copy, "then.csv")
    assert only(problems(STRESS_TEST + "earlier_answers: then.csv\n")) == Problem(
        what="There are earlier answers, but no answers.",
        where="parameters earlier_answers and answers",
        rule="a change is told between two rounds",
        fix="name the earlier answers under answers, or add the later ones",
    )


@pytest.mark.parametrize("then", ["2026-03-16", "2026-03-17"])
def test_rounds_in_the_wrong_order(problems: Problems, project_copy: Project, then: str) -> None:
    hand_in(project_copy, "now.csv", day="2026-03-16")
    hand_in(project_copy, "then.csv", day=then)
    assert only(problems(STRESS_TEST + "answers: now.csv\n  earlier_answers: then.csv\n")) == Problem(
        what=f"The earlier answers end on {then}, the later begin on 2026-03-16.",
        where="then.csv and now.csv",
        rule="the earlier round ends before the later begins",
        fix="swap the two, or correct the dates",
    )


def test_made_up_answers_beside_real_ones(problems: Problems, project_copy: Project) -> None:
    hand_in(project_copy, "now.csv")
    hand_in(project_copy, "then.csv", day="2024-05-13", made_up=True)
    found = only(problems(STRESS_TEST + "answers: now.csv\n  earlier_answers: then.csv\n"))
    assert found.what == "One of the two rounds is illustrative."


def test_all_that_is_wrong_in_the_files_of_all_regions_comes_at_once(project_copy: Project, write: Write) -> None:
    hand_in(project_copy, "now.csv", region="saxony")
    sheet = project_copy.root / hand_in(project_copy, "then.yaml", day="2024-05-13")
    text = sheet.read_text(encoding="utf-8").replace("priority: null", "priority: 5", 2)
    sheet.write_text(text.replace("group: public-authority", "group: public-authorty"), encoding="utf-8")
    (project_copy.root / "programmes.csv").write_text(PROGRAMMES.replace("2022", "soon"), encoding="utf-8")
    (project_copy.root / "domains.csv").write_text("name,sectors\nWood,C99\n", encoding="utf-8")
    write(
        STRESS_TEST
        + "answers: now.csv\n  earlier_answers: then.yaml\n  programmes: programmes.csv\n  domains: domains.csv\n"
    )
    write('region: saxony\nname: "Saxony"\nnuts_ids: ["DED9"]\nstress_test:\n  programmes: programmes.csv\n', "saxony")
    with pytest.raises(ParamError) as caught:
        params.load_regions(project_copy)
    assert [problem.what for problem in caught.value.problems] == [
        "The answers are for the region 'saxony'.",
        "The group 'public-authorty' is not known.",
        "starting-a-business, priority is 5.",
        "entrepreneurial-culture, priority is 5.",
        "first_year is 'soon'.",  # once, though two regions name the file
        "sectors has 'C99'.",
        "'DED9' is not a NUTS 2 code of NUTS 2016.",
    ]


def test_programmes_of_other_regions_come_with_their_names(project_copy: Project, write: Write) -> None:
    (piemonte,) = params.load_regions(project_copy, ["piemonte"])
    assert params.programmes_of_others(piemonte, project_copy) == ({}, {})
    (project_copy.root / "programmes.csv").write_text(PROGRAMMES, encoding="utf-8")
    write(STRESS_TEST + "programmes: programmes.csv\n")
    saxony = 'region: saxony\nname: "Sachsen"\nnuts_ids: ["DED2"]\nstress_test:\n  programmes: programmes.csv\n'
    write(saxony, "saxony")
    (piemonte,) = params.load_regions(project_copy, ["piemonte"])
    tables, names = params.programmes_of_others(piemonte, project_copy)
    assert names == {"saxony": "Sachsen"}
    assert list(tables["saxony"]["name"]) == ["Skills fund"]
    (project_copy.root / "wrong.csv").write_text(PROGRAMMES.replace("2022", "soon"), encoding="utf-8")
    write(saxony.replace("programmes.csv", "wrong.csv"), "saxony")
    with pytest.raises(ParamError, match="soon"):
        params.programmes_of_others(piemonte, project_copy)


def test_the_example_is_read_as_a_region_that_no_list_holds(project_copy: Project) -> None:
    assert params.has_example(project_copy)
    example = params.load_example(project_copy)
    assert (example.region, example.name) == (params.EXAMPLE_ID, "Example region")
    assert example.nuts_ids == PILOTS["lithuania"]
    assert example.stress_test == params.StressTestParams(
        answers=f"{EXAMPLE}answers.csv",
        earlier_answers=f"{EXAMPLE}answers-earlier.csv",
        programmes=f"{EXAMPLE}programmes.csv",
        domains=f"{EXAMPLE}domains.csv",
    )
    assert params.EXAMPLE_ID not in params.region_ids(project_copy)
    assert params.check({**params.stress_test_parameters(example), "output_dir": None}).name == "Example region"


def test_all_that_is_wrong_with_the_example_comes_at_once(project_copy: Project) -> None:
    path = project_copy.params / "stress_test" / "example.yaml"
    text = path.read_text(encoding="utf-8").replace("LT02", "LT00").replace(f"{EXAMPLE}domains.csv", "none.csv")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ParamError) as caught:
        params.load_example(project_copy)
    assert [(problem.what, problem.where.rpartition(", line ")[0]) for problem in caught.value.problems] == [
        ("'LT00' is not a NUTS 2 code of NUTS 2016.", str(path)),
        ("There is no file or folder 'none.csv'.", str(path)),
    ]
    path.write_text(text.replace("region: stress-test-example", "region: example"), encoding="utf-8")
    with pytest.raises(ParamError, match=r"^The file example\.yaml says region: 'example'\.\n"):
        params.load_example(project_copy)
    path.unlink()
    assert not params.has_example(project_copy)


def test_the_year_of_the_newest_manufacturing_figures_is_no_reference_year(problems: Problems) -> None:
    problem = only(problems(PIEMONTE + "reference_year: 2022\n"))
    assert problem.what == "reference_year is 2022; the tables hold 2011 to 2015."


def test_no_is_text_and_not_false(project_copy: Project, write: Write) -> None:
    write(PIEMONTE.replace('"Piemonte"', "NO"))
    assert params.load_regions(project_copy, ["piemonte"])[0].name == "NO"


def test_codes_without_quotes_stay_text(project_copy: Project, write: Write) -> None:
    write(PIEMONTE.replace('["ITC1"]', "[ITC1, NO06]"))
    assert params.load_regions(project_copy, ["piemonte"])[0].nuts_ids == ["ITC1", "NO06"]


def test_all_problems_of_all_files_come_at_once(project_copy: Project, write: Write) -> None:
    write(PIEMONTE.replace('["ITC1"]', '["ITC1", "FR24"]') + 'reference_year: 2019\nmapping:\n  highlight: ["C99"]\n')
    write('region: saxony\nname: "Saxony"\nnuts_id: ["DED2"]\n', "saxony")
    write("region: [\n", "wallonia")
    with pytest.raises(ParamError) as caught:
        params.load_regions(project_copy, ["piemonte", "saxony", "atlantis", "wallonia", "slovenia"])
    found = [problem.what for problem in caught.value.problems]
    assert [what.split(":")[0] for what in found] == [
        "There is no region 'atlantis'.",
        "The parameter nuts_ids is missing.",
        "Unknown parameter nuts_id.",
        "wallonia.yaml is not valid YAML",
        "'FR24' is not a NUTS 2 code of NUTS 2016.",
        "'C99' is not a division of the taxonomy nace-divisions.",
        "reference_year is 2019; the tables hold 2011 to 2015.",
    ]
    assert str(caught.value).startswith("7 problems:\n")
    assert str(caught.value).endswith("\n... and 2 more problems.")


def test_a_region_file_holds_only_what_differs(project_copy: Project, write: Write) -> None:
    default = "schema_version: 1\nbase_year: 2012\nmapping:\n  strong_lq: 1.7\n  min_share_pct: 2.5\n"
    (project_copy.params / "default.yaml").write_text(default, encoding="utf-8")
    write(PIEMONTE + "mapping:\n  strong_lq: 2\n")
    loaded = params.load_regions(project_copy, ["piemonte"])[0]
    assert (loaded.mapping.strong_lq, loaded.mapping.min_share_pct, loaded.base_year) == (2.0, 2.5, 2012)


def test_regions_come_in_the_order_asked_for_and_once(project_copy: Project) -> None:
    loaded = params.load_regions(project_copy, ["wallonia", "cantabria", "wallonia"])
    assert [p.region for p in loaded] == ["wallonia", "cantabria"]


def test_the_ten_pilots_and_their_codes() -> None:
    loaded = params.load_regions(project(ROOT))
    assert {p.region: p.nuts_ids for p in loaded} == PILOTS
    assert {(p.nuts_version, p.base_year, p.reference_year) for p in loaded} == {(2016, 2011, 2014)}


def test_the_schema_file_is_the_one_that_the_model_makes() -> None:
    assert (ROOT / "params" / "schema.json").read_text(encoding="utf-8") == params.schema()


@pytest.mark.parametrize("region", PILOTS)
def test_an_editor_that_checks_with_the_schema_accepts_the_pilots(region: str) -> None:
    values, _ = read(ROOT / "params" / "regions" / f"{region}.yaml")
    jsonschema.validate(values, json.loads(params.schema()))


def test_an_editor_that_checks_with_the_schema_refuses_an_unknown_key() -> None:
    values, _ = read(ROOT / "params" / "regions" / "piemonte.yaml")
    with pytest.raises(jsonschema.ValidationError, match="bse_year"):
        jsonschema.validate({**values, "bse_year": 2012}, json.loads(params.schema()))


def test_a_notebook_gets_back_what_it_was_given(project_copy: Project, write: Write) -> None:
    write(PIEMONTE + "base_year: 2012\nmapping:\n  strong_lq: 2\nscoreboard:\n  peers: [saxony]\n  draws: 500\n")
    for p in params.load_regions(project_copy):
        mapping = params.check({**params.mapping_parameters(p), "output_dir": None, "json": json})
        assert mapping == p.model_copy(update={"scoreboard": params.ScoreboardParams()})
        scoreboard = params.check({**params.scoreboard_parameters(p), "output_dir": None, "json": json})
        others = {"mapping": params.MappingParams(), "base_year": 2011}
        assert scoreboard == p.model_copy(update=others)
        stress_test = params.check({**params.stress_test_parameters(p), "output_dir": None, "json": json})
        assert params.stress_test_parameters(stress_test) == params.stress_test_parameters(p)
        assert (stress_test.strong_rule, stress_test.score_options) == (p.strong_rule, p.score_options)
        assert stress_test.stress_test == p.stress_test


def test_in_a_notebook_no_two_parameters_have_one_name() -> None:
    names = [*params.RegionParams.model_fields]
    for model in params.SECTIONS.values():
        names += model.model_fields
    assert sorted(set(names)) == sorted(names)
    assert {name: params.RegionParams.model_fields[name].annotation for name in params.SECTIONS} == params.SECTIONS


def test_a_notebook_may_import_the_package_of_a_section() -> None:
    packages = dict.fromkeys(params.SECTIONS, json)
    for values in (NOTEBOOK_VALUES, SCOREBOARD_VALUES, STRESS_TEST_VALUES):
        assert params.check({**values, **packages}) == params.check(values)


def test_a_page_lists_the_parameters_that_it_was_given_and_no_defaults_of_another() -> None:
    tables = {}
    for kind, values in (
        ("mapping", NOTEBOOK_VALUES), ("scoreboard", SCOREBOARD_VALUES), ("stress_test", STRESS_TEST_VALUES),
    ):  # fmt: skip
        tables[kind] = dict(params.as_table(params.check(values)))
        assert {name.rpartition(".")[2]: value for name, value in tables[kind].items()} == values
    assert tables["scoreboard"]["scoreboard.peers"] == ["saxony", "ITC4"]
    assert "mapping.taxonomy" not in tables["scoreboard"]
    assert tables["stress_test"]["stress_test.answers"] == STRESS_TEST_VALUES["answers"]
    assert "scoreboard.peers" not in tables["stress_test"]


def test_the_defaults_of_the_file_are_those_of_the_model() -> None:
    default, _ = read(ROOT / "params" / "default.yaml")
    model = params.RegionParams(region="x", name="X", nuts_ids=["XX11"]).model_dump()
    assert default == {name: value for name, value in model.items() if name not in ("region", "name", "nuts_ids")}


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"strong_lq": "1.5"}, "mapping.strong_lq is '1.5': input should be a valid number."),
        ({"highlight": []}, "mapping.highlight is []: list should have at least 1 item"),
        ({"nuts_ids": "ITC1"}, "nuts_ids is 'ITC1': input should be a valid list."),
        ({"reference_year": 2011}, "base_year 2011 is not before reference_year 2011"),
    ],
)
def test_a_notebook_with_a_wrong_value_stops(change: dict[str, Any], what: str) -> None:
    with pytest.raises(ParamError) as caught:
        params.check({**NOTEBOOK_VALUES, **change})
    problem = only(list(caught.value.problems))
    assert what.lower() in problem.what.lower()
    assert problem.where == "the notebook's parameters cell"


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"draws": 10}, "scoreboard.draws is 10: input should be greater than or equal to 100."),
        ({"peers": json}, "scoreboard.peers is <module 'json' from "),  # an import that hides the parameter
        ({"framework": None}, "scoreboard.framework is None: input should be a valid string."),
    ],
)
def test_a_scoreboard_notebook_with_a_wrong_value_stops(change: dict[str, Any], what: str) -> None:
    with pytest.raises(ParamError) as caught:
        params.check({**SCOREBOARD_VALUES, **change})
    problem = only(list(caught.value.problems))
    assert problem.what.startswith(what)
    assert problem.where == "the notebook's parameters cell"


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"answers": json}, "stress_test.answers is <module 'json' from "),  # an import that hides the parameter
        ({"programmes": ""}, "stress_test.programmes is '': string should have at least 1 character."),
        ({"draws": 99}, "scoreboard.draws is 99: input should be greater than or equal to 100."),
        ({"strong_lq": 0}, "mapping.strong_lq is 0: input should be greater than 0."),
    ],
)
def test_a_stress_test_notebook_with_a_wrong_value_stops(change: dict[str, Any], what: str) -> None:
    with pytest.raises(ParamError) as caught:
        params.check({**STRESS_TEST_VALUES, **change})
    problem = only(list(caught.value.problems))
    assert problem.what.startswith(what)
    assert problem.where == "the notebook's parameters cell"


def test_a_notebook_without_a_value_stops_and_names_it() -> None:
    values = {name: value for name, value in NOTEBOOK_VALUES.items() if name not in ("region", "nuts_ids")}
    with pytest.raises(ParamError) as caught:
        params.check(values)
    assert [problem.what for problem in caught.value.problems] == [
        "The parameter region is missing.", "The parameter nuts_ids is missing.",
    ]  # fmt: skip


def test_a_region_without_statistics_is_named_as_such(project_copy):
    path = project_copy.params / "regions" / "piemonte.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace('["ITC1"]', '["IS00"]'), encoding="utf-8")
    with pytest.raises(ParamError, match="'IS00' has no business statistics in the embedded tables"):
        params.load_regions(project_copy, ["piemonte"])
