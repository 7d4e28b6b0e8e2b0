"""Answers go through YAML, workbooks and CSV unchanged; no bad file does more than be refused in words."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import json
import os
import re
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet

from clusterkit import spreadsheets
from clusterkit.errors import ClusterkitError, ParamError, Problem
from clusterkit.stress_test import answer_files
from clusterkit.stress_test.answer_files import (
    BOOK_COLUMNS,
    COLUMNS,
    ENDINGS,
    answer_bytes,
    read_answers,
    write_answers,
    yaml_text,
)
from clusterkit.stress_test.answers import META, AnswerSheet, blank, clean_text
from clusterkit.stress_test.questionnaire import DONT_KNOW, Questionnaire, load_questionnaire

ROOT = Path(__file__).resolve().parents[2]
ENGLISH = load_questionnaire(ROOT / "params" / "stress_test")
FRENCH = load_questionnaire(ROOT / "params" / "stress_test", language="fr")
DAY = dt.date(2026, 1, 31)
SETTINGS = settings(
    max_examples=30,
    deadline=None,
    derandomize=True,  # the same files in every run: a failure in CI is one that can be looked at
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
AWKWARD = [
    "=1+1", "'=x", "''=x", "'", "'plain", "@SUM(A1)", "-1", "+49 30", "=cmd|' /C calc'!A0", '=HYPERLINK("https://x")',
    "a\tb", "\t=x", "one\ntwo\n\nfour", 'a "quoted" text', "it's", "a;b,c", "a\\nb\\", "😀🇪🇺", "שלום \u202eabc\u202c",
    "a\u2028b\u2029c", "a \u2028 b\u2029 c",
    "nul\x00bell\x07", "\ufeffbom", "_x0041_", "#REF!", "null", "~", "true", "NaN", "1e5", "0o17",
    "2026-01-31", "# no comment", "key: value", "- item", "&a *a", "!!str", "%TAG", "--- x", "...", "{a: b}", "[a]",
    "<script>alert(1)</script>", "&lt;", "]]>", "\u00a0x\u00a0", "dont_know", "\ud83d\ude00", "x" * 5000,
]  # fmt: skip


def text_of(text: st.SearchStrategy[str], longest: int) -> st.SearchStrategy[str]:
    """Free text as a sheet has it after its check."""
    return text.map(lambda raw: clean_text(raw)[:longest].strip()).filter(bool)


free = st.one_of(st.sampled_from(AWKWARD), st.text(max_size=40), st.text("=+-@\t'\"\n;, a", max_size=12))
names = text_of(free, 200).map(lambda name: name.replace(";", ",").strip()).filter(bool)
lists = st.lists(names, min_size=1, max_size=4, unique=True).map(tuple)
links = st.sampled_from(["https://example.org", "http://a.eu/=1?x=1;y,z#-@", "https://x.eu/%22"])
PROGRAMME_ITEMS = [item.code for section in ENGLISH.policy.sections for item in section.items]


@st.composite
def sheets(draw: st.DrawFn) -> AnswerSheet:
    """Any sheet that can be: every kind of answer, every kind of text."""
    steps = draw(st.lists(st.sampled_from([None, 0, 1, 2, 3, 4, DONT_KNOW]), min_size=62, max_size=62))
    items = st.sampled_from(list(ENGLISH.items))
    evidence = draw(st.dictionaries(items, text_of(free, 5000), max_size=8))
    found = draw(st.dictionaries(items, links, max_size=3))
    return AnswerSheet(
        region=draw(st.from_regex(r"[a-z][a-z0-9]{0,9}(-[a-z0-9]{1,5}){0,2}", fullmatch=True)),
        respondent=draw(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}", fullmatch=True)),
        group=draw(st.sampled_from(list(ENGLISH.groups))),
        date=draw(st.dates(min_value=dt.date(2000, 1, 1))),
        language=draw(st.sampled_from(["en", "fr", "no", "nds"])),
        illustrative=draw(st.booleans()),
        steps=dict(zip(ENGLISH.scales, steps, strict=True)),
        programmes=draw(st.dictionaries(st.sampled_from(PROGRAMME_ITEMS), lists, max_size=4)),
        texts={(item, "evidence"): text for item, text in evidence.items()}
        | {(item, "link"): link for item, link in found.items()},
        questionnaire=ENGLISH.id,
        version=ENGLISH.version,
    )  # fmt: skip


def sheet(respondent: str = "r1", **changes: Any) -> AnswerSheet:
    made = blank(ENGLISH, region="piemonte", respondent=respondent, group="firm", date=DAY)
    return replace(made, **changes)


def filled(respondent: str = "r1") -> AnswerSheet:
    """Every question answered and every awkward text somewhere."""
    wheel = [0, 1, 2, 3, 4, DONT_KNOW]
    texts = [text for text in (clean_text(text) for text in AWKWARD) if text]
    return sheet(
        respondent,
        steps={key: wheel[number % 6] for number, key in enumerate(ENGLISH.scales)},
        texts={(item, "evidence"): texts[number % len(texts)] for number, item in enumerate(ENGLISH.items)}
        | {("benchmarking", "link"): "https://example.org"},
        programmes={
            item: (texts[(number + 28) % len(texts)].replace(";", ",")[:200], "Programme, with comma", "=1+1")
            for number, item in enumerate(PROGRAMME_ITEMS)
        },
    )


def write(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)
    return path


def problems(path: Path, questionnaire: Questionnaire = ENGLISH, **options: Any) -> tuple[Problem, ...]:
    with pytest.raises(ParamError) as caught:
        read_answers([path], questionnaire, **options)
    return caught.value.problems


def problem(path: Path) -> Problem:
    (only,) = problems(path)
    assert str(path) in only.where
    assert only.rule
    assert only.fix
    return only


# Round trips


@SETTINGS
@given(original=sheets(), endings=st.permutations([".yaml", ".xlsx", ".csv", ".tsv"]))
@example(original=filled(), endings=[".yaml", ".xlsx", ".csv", ".tsv"])
@example(original=filled(), endings=[".tsv", ".csv", ".xlsx", ".yaml"])
def test_a_sheet_goes_through_all_kinds_of_files_in_any_order_unchanged(
    tmp_path: Path, original: AnswerSheet, endings: list[str]
):
    found = original
    for ending in [*endings, endings[0]]:
        path = tmp_path / f"answers{ending}"
        write_answers(path, [found], ENGLISH)
        (found,) = read_answers([path], ENGLISH)
        assert found == original, ending


@settings(SETTINGS, max_examples=10)
@given(many=st.lists(sheets(), min_size=2, max_size=3, unique_by=lambda each: each.respondent))
@pytest.mark.parametrize("ending", [".xlsx", ".csv", ".tsv"])
def test_several_respondents_go_into_one_workbook_or_table(tmp_path: Path, ending: str, many: list[AnswerSheet]):
    path = tmp_path / f"answers{ending}"
    write_answers(path, many, ENGLISH)
    assert read_answers([path], ENGLISH) == many


@pytest.mark.parametrize("ending", [".yaml", ".yml", ".xlsx", ".csv", ".tsv", ".YAML", ".XLSX", ".CSV"])
def test_answers_written_with_the_questions_in_french_are_the_same(tmp_path: Path, ending: str):
    original = replace(filled(), language="fr")
    path = tmp_path / f"answers{ending}"
    write_answers(path, [original], FRENCH)
    assert read_answers([path], ENGLISH) == read_answers([path], FRENCH) == [original]


@pytest.mark.parametrize("ending", [".yaml", ".xlsx", ".csv", ".tsv"])
def test_an_empty_sheet_stays_empty(tmp_path: Path, ending: str):
    write_answers(tmp_path / f"a{ending}", [sheet()], ENGLISH)
    (found,) = read_answers([tmp_path / f"a{ending}"], ENGLISH)
    assert (found, found.n_answered, found.texts) == (sheet(), 0, {})


@pytest.mark.parametrize("ending", [".yaml", ".xlsx", ".csv", ".tsv"])
def test_the_same_answers_give_the_same_bytes(ending: str):
    several = [filled()] if ending == ".yaml" else [filled(), filled("r2")]
    path = Path(f"answers{ending}")
    assert answer_bytes(path, several, ENGLISH) == answer_bytes(path, several, ENGLISH)


def test_a_workbook_carries_no_time_of_writing():
    """Stamps of a zip are two seconds wide: two books of the same moment say little."""
    with zipfile.ZipFile(io.BytesIO(answer_bytes(Path("a.xlsx"), [filled()], ENGLISH))) as packed:
        assert {info.date_time for info in packed.infolist()} == {(2000, 1, 1, 0, 0, 0)}
        core = packed.read("docProps/core.xml").decode("utf-8")
    assert core.count("2000-01-01T00:00:00Z") == 2
    assert str(dt.datetime.now(dt.UTC).year) not in core


def test_html_in_a_text_is_kept_as_text_byte_for_byte(tmp_path: Path):
    html = "<script>alert('1')</script><b onclick=x>&amp;&lt;</b><!-- é --> <a href=javascript:x>"
    original = sheet(texts={("benchmarking", "evidence"): html})
    for ending in (".yaml", ".csv", ".tsv"):
        assert html.encode("utf-8") in answer_bytes(Path(f"a{ending}"), [original], ENGLISH)
    path = tmp_path / "a.xlsx"
    write_answers(path, [original], ENGLISH)
    assert html in [cell.value for row in load_workbook(path)["r1"].iter_rows() for cell in row]
    assert read_answers([path], ENGLISH) == [original]


def test_json_is_an_answer_file_too_with_its_way_of_writing_an_emoji(tmp_path: Path):
    data = {
        "region": "piemonte", "respondent": "r1", "group": "firm", "date": "2026-01-31",
        "answers": {"benchmarking": {"quality": 3, "evidence": "a 😀"}, "openness": {"programmes": ["😀"]}},
    }  # fmt: skip
    text = json.dumps(data, ensure_ascii=True)
    assert r"\ud83d\ude00" in text
    (found,) = read_answers([write(tmp_path / "r1.yaml", text)], ENGLISH)
    assert found.texts == {("benchmarking", "evidence"): "a 😀"}
    assert found.programmes == {"openness": ("😀",)}


# What is written


def cells_of(text: str, separator: str) -> list[str]:
    return [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) for cell in row]


def with_formulas_as_questions() -> Questionnaire:
    """Somebody’s own questionnaire, whose texts a spreadsheet would take for formulas."""
    raw = ENGLISH.model_dump()
    for each in raw["sets"]:
        for section in each["sections"]:
            for item in section["items"]:
                item.update(name="=1+1", question="-1 or @x?")
    return Questionnaire.model_validate(raw)


@pytest.mark.parametrize(("ending", "separator"), [(".csv", ","), (".tsv", "\t")])
@pytest.mark.parametrize("questionnaire", [ENGLISH, with_formulas_as_questions()], ids=["shipped", "own"])
def test_no_cell_of_a_table_starts_like_a_formula(ending: str, separator: str, questionnaire: Questionnaire):
    for text in AWKWARD:
        texts = {(item, "evidence"): clean_text(text) for item in ENGLISH.items}
        one = sheet(texts=texts, programmes={item: (clean_text(text)[:200],) for item in PROGRAMME_ITEMS})
        data = answer_bytes(Path(f"a{ending}"), [one], questionnaire).decode("utf-8-sig")
        cells = cells_of(data, separator)
        assert len(cells) == len(COLUMNS) * (1 + 62 + 17)
        assert [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")] == []


def test_a_table_starts_with_the_mark_by_which_excel_knows_utf_8():
    assert answer_bytes(Path("a.csv"), [sheet()], ENGLISH).startswith(b"\xef\xbb\xbfregion,questionnaire,")


def open_written(tmp_path: Path, *several: AnswerSheet, questionnaire: Questionnaire = ENGLISH) -> Workbook:
    write_answers(tmp_path / "a.xlsx", several, questionnaire)
    return load_workbook(tmp_path / "a.xlsx")


def row_of_headings(page: Worksheet) -> int:
    return next(cells[0].row for cells in page.iter_rows() if cells[0].value == "item")


@pytest.mark.parametrize("questionnaire", [ENGLISH, with_formulas_as_questions()], ids=["shipped", "own"])
def test_a_workbook_has_no_formula_and_marks_texts_that_look_like_one(tmp_path: Path, questionnaire: Questionnaire):
    book = open_written(tmp_path, filled(), questionnaire=questionnaire)
    cells = [cell for page in book.worksheets for row in page.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    marked = {cell.value for cell in cells if cell.quotePrefix}
    assert {"=1+1", "'=x", "@SUM(A1)", "-1", "+49 30"} <= marked
    assert "it's" not in marked
    with zipfile.ZipFile(tmp_path / "a.xlsx") as packed:
        assert not any(b"<f>" in packed.read(name) for name in packed.namelist() if "worksheets" in name)


def test_a_workbook_offers_the_steps_and_the_groups_to_choose_from(tmp_path: Path):
    page = open_written(tmp_path, filled())["r1"]
    start, column = row_of_headings(page), "ABCDEFGH"[BOOK_COLUMNS.index("answer")]
    assert page[f"{column}{start}"].value == "answer"
    steps, groups = sorted(page.data_validations.dataValidation, key=lambda each: len(each.sqref.ranges), reverse=True)
    assert (steps.type, steps.formula1) == ("list", '"0,1,2,3,4,dont_know"')
    asked = [
        f"{column}{row}"
        for row in range(start + 1, page.max_row + 1)
        if page.cell(row, BOOK_COLUMNS.index("aspect") + 1).value != "programmes"
    ]
    assert len(asked) == 62
    offered = {f"{column}{row}" for area in steps.sqref.ranges for row in range(area.min_row, area.max_row + 1)}
    assert offered == set(asked)
    assert (groups.type, groups.formula1) == ("list", f'"{",".join(ENGLISH.groups)}"')
    assert len(groups.formula1) <= 257  # more is more than Excel opens
    (place,) = groups.sqref.ranges
    row = place.min_row
    assert (place.coord, page[f"A{row}"].value, page[f"B{row}"].value) == (f"B{row}", "group", "firm")


def test_a_workbook_keeps_headings_in_sight_and_says_what_the_steps_mean(tmp_path: Path):
    book = open_written(tmp_path, filled())
    page, scale = book["r1"], book["Scale"]
    assert page.freeze_panes == f"C{row_of_headings(page) + 1}"
    texts = {cell.value for row in scale.iter_rows() for cell in row}
    anchors = {anchor for item, aspect in ENGLISH.scales for anchor in ENGLISH.anchors(item, aspect)}
    assert len(anchors) >= 60  # a few say the same, such as "Not at all"
    assert anchors <= texts


@pytest.mark.parametrize("respondent", ["scale", "Scale", "SCALE", "history", "x" * 60])
def test_a_respondent_whose_name_no_sheet_can_have_is_kept_all_the_same(tmp_path: Path, respondent: str):
    both = [sheet(respondent), sheet(f"{respondent[:59]}2")]
    book = open_written(tmp_path, *both)
    titles = [title.lower() for title in book.sheetnames]
    assert len(set(titles)) == 3
    assert "history" not in titles
    assert all(len(title) <= 31 for title in titles)
    assert [each.respondent for each in read_answers([tmp_path / "a.xlsx"], ENGLISH)] == [
        each.respondent for each in both
    ]


def test_a_yaml_file_has_the_questions_beside_the_answers():
    lines = yaml_text(filled(), FRENCH).splitlines()
    assert all(len(line) < 5100 for line in lines)
    comments = " ".join(line.strip().lstrip("# ") for line in lines if line.strip().startswith("#"))
    for item, aspect in FRENCH.scales:
        assert all(anchor in comments for anchor in FRENCH.anchors(item, aspect)), item
        assert FRENCH.items[item].name in comments


@pytest.mark.parametrize(
    ("name", "many", "what", "fix"),
    [
        ("a.doc", 1, "The name a.doc says no kind of file.", "let it end in .yaml, .xlsx or .csv"),
        ("answers", 1, "The name answers says no kind of file.", "let it end in"),
        ("a.yaml", 2, "2 respondents do not go into one YAML file.", "name a .csv or .xlsx file, or a folder"),
        ("a.yml", 0, "0 respondents do not go into one YAML file.", "name a .csv or .xlsx file, or a folder"),
    ],
)
def test_what_cannot_be_written_is_refused_and_nothing_is_made(
    tmp_path: Path, name: str, many: int, what: str, fix: str
):
    with pytest.raises(ParamError) as caught:
        write_answers(tmp_path / name, [sheet(f"r{number}") for number in range(many)], ENGLISH)
    (only,) = caught.value.problems
    assert (only.what, only.fix[: len(fix)]) == (what, fix)
    assert list(tmp_path.iterdir()) == []


# Folders, and files as a whole


def test_a_folder_is_read_in_the_order_of_names_without_what_is_hidden_or_locked(tmp_path: Path):
    write_answers(tmp_path / "b.yaml", [sheet("r1")], ENGLISH)
    write_answers(tmp_path / "a.csv", [sheet("r2"), sheet("r3")], ENGLISH)
    write_answers(tmp_path / "C.XLSX", [sheet("r4")], ENGLISH)
    for name in ("~$C.xlsx", ".~lock.a.csv", ".b.yaml.17-4.part", ".hidden.yaml", "notes.txt", "READ.md"):
        write(tmp_path / name, "not an answer")
    (tmp_path / "older").mkdir()
    write_answers(tmp_path / "older" / "r9.yaml", [sheet("r9")], ENGLISH)
    assert [each.respondent for each in read_answers([tmp_path], ENGLISH)] == ["r4", "r2", "r3", "r1"]
    both = read_answers([tmp_path / "b.yaml", tmp_path / "older"], ENGLISH)
    assert [each.respondent for each in both] == ["r1", "r9"]


def test_a_folder_without_answers_is_refused(tmp_path: Path):
    write(tmp_path / "notes.txt", "x")
    only = problem(tmp_path)
    assert only.what == f"The folder {tmp_path.name} holds no answers."
    assert only.fix == "put files there, or write answers: null"


def test_the_problems_of_all_files_of_a_folder_come_at_once(tmp_path: Path):
    write(tmp_path / "a.yaml", yaml_text(sheet("r1"), ENGLISH).replace("group: firm", "group: firms"))
    write(tmp_path / "b.csv", "respondent,item\n")
    write(tmp_path / "c.xlsx", "no workbook")
    write_answers(tmp_path / "d.yaml", [sheet("r1")], ENGLISH)
    found = problems(tmp_path)
    assert [Path(each.where.split(",")[0]).name for each in found] == ["a.yaml", "b.csv", "c.xlsx"]


def test_the_region_is_checked_in_every_kind_of_file(tmp_path: Path):
    for ending in (".yaml", ".xlsx", ".csv"):
        path = tmp_path / f"a{ending}"
        write_answers(path, [sheet()], ENGLISH)
        assert len(read_answers([path], ENGLISH, region="piemonte")) == 1
        (only,) = problems(path, region="estonia")
        assert only.what == "The answers are for the region 'piemonte'."


@pytest.mark.parametrize("name", ["answers.docx", "answers", "answers.xls", "answers.ods", "answers.json"])
def test_another_kind_of_file_is_refused(tmp_path: Path, name: str):
    only = problem(write(tmp_path / name, "x"))
    assert only.what == f"The file {name} is of no kind that holds answers."
    assert ".yaml, .yml, .xlsx, .csv, .tsv" in only.rule


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_absent_file_is_refused(tmp_path: Path, ending: str):
    only = problem(tmp_path / f"nowhere{ending}")
    assert only.what == f"The file nowhere{ending} cannot be read: No such file or directory."
    assert only.fix == "check the name"


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_empty_file_is_refused(tmp_path: Path, ending: str):
    assert problem(write(tmp_path / f"a{ending}", b"")).what


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_folder_named_like_a_file_is_refused(tmp_path: Path, ending: str):
    (tmp_path / f"a{ending}").mkdir()
    assert problem(tmp_path / f"a{ending}").what == f"The folder a{ending} holds no answers."
    (only,) = problems(tmp_path)
    assert only.what == f"a{ending} is no file."


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_file_of_50_mb_is_refused_by_its_size_and_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
):
    path = tmp_path / f"a{ending}"
    with path.open("wb") as file:
        file.truncate(50_000_000)  # sparse: it takes no room

    def read(*_: object, **__: object) -> None:
        pytest.fail("the file was opened")

    for method in ("open", "read_bytes", "read_text"):
        monkeypatch.setattr(Path, method, read)
    monkeypatch.setattr(zipfile, "ZipFile", read)
    only = problem(path)
    assert only.what == f"The file a{ending} has 50 MB."
    assert "at most 5 MB" in only.rule


# Workbooks


def book_with(tmp_path: Path, change: Callable[[Worksheet], object], *several: AnswerSheet) -> Path:
    """A workbook as written, after somebody worked on its first sheet."""
    book = open_written(tmp_path, *(several or [filled()]))
    change(book.worksheets[0])
    book.save(tmp_path / "a.xlsx")
    return tmp_path / "a.xlsx"


def find(page: Worksheet, item: str, aspect: str, column: str) -> Any:
    """The cell of a question."""
    for cells in page.iter_rows(min_row=row_of_headings(page)):
        if (cells[0].value, cells[1].value) == (item, aspect):
            return cells[BOOK_COLUMNS.index(column)]
    raise LookupError(item)


def test_a_workbook_that_somebody_opened_and_saved_is_the_same(tmp_path: Path):
    assert read_answers([book_with(tmp_path, lambda page: None)], ENGLISH) == [filled()]


@pytest.mark.parametrize(
    ("place", "value", "shown"),
    [
        (("benchmarking", "quality", "answer"), "=1+1", "=1+1"),
        (("benchmarking", "quality", "evidence"), '=HYPERLINK("https://x","y")', '=HYPERLINK("https://x","y")'),
        (("benchmarking", "quality", "question"), "=" + "A" * 100, "=" + "A" * 59),
        (("benchmarking", "quality", "answer"), ArrayFormula("F20", "=SUM(A1:A3)"), "=SUM(A1:A3)"),
    ],
)
def test_a_formula_in_a_cell_is_refused_and_the_cell_named(
    tmp_path: Path, place: tuple[str, str, str], value: Any, shown: str
):
    where = {}

    def change(page: Worksheet) -> None:
        cell = find(page, *place)
        if isinstance(value, ArrayFormula):
            value.ref = cell.coordinate
        cell.value = value
        assert cell.data_type == "f"
        where.update(name=cell.coordinate, row=cell.row)

    only = problem(book_with(tmp_path, change))
    assert str(only) == (
        f"The cell {where['name']} holds a formula: {shown!r}.\n"
        f"  where: {tmp_path / 'a.xlsx'}, sheet r1, row {where['row']}\n"
        "  rule:  cells hold values, so that everyone reads the same\n"
        "  fix:   replace it by its value, or start the text with an apostrophe"
    )


def test_a_formula_above_the_table_is_refused_too(tmp_path: Path):
    first, second = problems(book_with(tmp_path, lambda page: page.__setitem__("B1", "=A1")))
    assert first.what == "The cell B1 holds a formula: '=A1'."
    assert second.what == "The region is missing."


@pytest.mark.parametrize("error", ["#REF!", "#NAME?", "#DIV/0!", "#N/A", "#VALUE!"])
def test_an_error_in_a_cell_is_refused_and_the_cell_named(tmp_path: Path, error: str):
    def change(page: Worksheet) -> None:
        cell = find(page, "benchmarking", "quality", "answer")
        cell.value = error
        assert cell.data_type == "e"

    only = problem(book_with(tmp_path, change))
    assert only.what.endswith(f"holds the error {error}.")
    assert only.fix == "clear it"


def test_numbers_dates_and_truths_as_a_spreadsheet_stores_them(tmp_path: Path):
    def change(page: Worksheet) -> None:
        find(page, "benchmarking", "quality", "answer").value = 3.0
        find(page, "benchmarking", "quality", "evidence").value = 2024
        find(page, "openness", "programmes", "answer").value = 2021
        for cells in page.iter_rows(max_row=len(META), max_col=2):
            values = {"respondent": 17, "date": dt.datetime(2026, 1, 31), "illustrative": False, "region": " piemonte "}
            cells[1].value = values.get(cells[0].value, cells[1].value)

    (found,) = read_answers([book_with(tmp_path, change)], ENGLISH, region="piemonte")
    assert (found.respondent, found.date, found.region, found.illustrative) == ("17", DAY, "piemonte", False)
    assert found.steps["benchmarking", "quality"] == 3
    assert found.texts["benchmarking", "evidence"] == "2024"
    assert found.programmes["openness"] == ("2021",)


@pytest.mark.parametrize("value", [True, 2.5, dt.datetime(2026, 1, 3), 5])
def test_a_value_of_another_kind_is_no_step(tmp_path: Path, value: Any):
    only = problem(
        book_with(tmp_path, lambda page: setattr(find(page, "benchmarking", "quality", "answer"), "value", value))
    )
    assert only.what.startswith("benchmarking, quality is ")
    assert ", sheet r1, row " in only.where


def test_notes_above_rows_deleted_columns_moved_and_empty_rows_do_no_harm(tmp_path: Path):
    def change(page: Worksheet) -> None:
        page.insert_rows(1, 3)
        page["A2"] = "Filled in at the meeting of 31 January"
        page.delete_cols(BOOK_COLUMNS.index("question") + 1)
        page.insert_rows(row_of_headings(page) + 5)

    assert read_answers([book_with(tmp_path, change)], ENGLISH) == [filled()]


def test_a_mark_at_the_far_end_of_a_sheet_costs_no_time(tmp_path: Path):
    """Walking through all cells before it would take minutes and all memory."""
    path = book_with(tmp_path, lambda page: setattr(page["XFD1048576"], "number_format", "0.00"))
    start = time.perf_counter()
    assert read_answers([path], ENGLISH) == [filled()]
    only = problem(book_with(tmp_path, lambda page: page.__setitem__("XFD1048576", "x")))
    assert time.perf_counter() - start < 5
    assert only.what == "The cell XFD1048576 stands far from the table."
    assert only.fix == "clear it"


@pytest.mark.parametrize(
    ("change", "what", "fix"),
    [
        (
            lambda page: setattr(page.cell(row_of_headings(page), 6), "value", "answr"),
            ["There is no column answer.", "Unknown column 'answr'."],
            "add it; the columns are item, aspect",
        ),
        (
            lambda page: setattr(page.cell(row_of_headings(page), 3), "value", "answer"),
            ["Columns stand twice: answer."],
            "remove one of the two",
        ),
        (
            lambda page: page.delete_rows(row_of_headings(page)),
            ["The sheet has no table of answers."],
            "make one with `clusterkit stress-test init`, or remove the sheet",
        ),
    ],
)
def test_a_sheet_without_its_headings_is_refused(
    tmp_path: Path, change: Callable[[Worksheet], object], what: list[str], fix: str
):
    found = problems(book_with(tmp_path, change))
    assert [each.what for each in found[: len(what)]] == what
    assert found[0].fix.startswith(fix)
    assert ", sheet r1" in found[0].where


def test_a_sheet_of_something_else_is_refused_by_its_name(tmp_path: Path):
    book = open_written(tmp_path, filled())
    book.create_sheet("Budget")["A1"] = 17
    book.save(tmp_path / "a.xlsx")
    found = problems(tmp_path / "a.xlsx")
    assert found[0].what == "The sheet has no table of answers."
    assert found[0].where == f"{tmp_path / 'a.xlsx'}, sheet Budget"


def test_a_workbook_without_respondents_is_refused(tmp_path: Path):
    write_answers(tmp_path / "a.xlsx", [], ENGLISH)
    assert problem(tmp_path / "a.xlsx").what == "The workbook a.xlsx holds no sheet with answers."


def test_a_text_file_named_like_a_workbook_is_refused(tmp_path: Path):
    only = problem(write(tmp_path / "a.xlsx", "respondent,item,answer\n"))
    assert only.what == "The file a.xlsx is no workbook that can be read: File is not a zip file."
    assert only.fix == "save it as .xlsx"


def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as packed:
        packed.writestr("readme.txt", "x")
    assert problem(tmp_path / "a.xlsx").what.startswith("The file a.xlsx is no workbook that can be read: ")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_workbook_that_is_cut_off_is_refused(tmp_path: Path, share: float):
    data = answer_bytes(Path("a.xlsx"), [filled()], ENGLISH)
    assert problem(write(tmp_path / "a.xlsx", data[: int(len(data) * share)])).fix == "save it as .xlsx"


def repacked(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """A workbook with its parts changed inside."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return out.getvalue()


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row>"),  # cut off inside
        ("xl/worksheets/sheet1.xml", b""),
        ("xl/workbook.xml", b"<workbook/>"),
        ("xl/workbook.xml", b"\xff\xfe\x00"),
        ("xl/sharedStrings.xml", b"<sst"),
        ("[Content_Types].xml", b"<Types/>"),
        ("xl/styles.xml", b"no xml"),
        ("xl/_rels/workbook.xml.rels", b"<Relationships/>"),
    ],
)
def test_a_workbook_that_is_damaged_inside_is_refused(tmp_path: Path, part: str, content: bytes):
    path = write(tmp_path / "a.xlsx", repacked(SHARED, lambda name, old: content if name == part else old))
    found = problems(path)[0]
    assert found.what.startswith(("The file a.xlsx ", "The workbook a.xlsx "))
    assert found.fix


def with_shared_strings(data: bytes) -> bytes:
    """The same workbook as Excel and LibreOffice save it, with all texts in a part of their own."""
    texts: list[str] = []

    def share(found: re.Match[str]) -> str:
        texts.append(found[2])
        return f'{found[1]} t="s"><v>{len(texts) - 1}</v></c>'

    def change(name: str, old: bytes) -> bytes:
        text = old.decode("utf-8")
        if name.startswith("xl/worksheets/"):
            text = re.sub(r'(<c [^>]*?) t="inlineStr"><is>(.*?)</is></c>', share, text, flags=re.DOTALL)
        elif name == "[Content_Types].xml":
            kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
            override = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}" />'
            text = text.replace("</Types>", f"{override}</Types>")
        return text.encode("utf-8")

    out = io.BytesIO(repacked(data, change))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as packed:
        parts = "".join(f"<si>{text}</si>" for text in texts)
        space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        packed.writestr("xl/sharedStrings.xml", f'<sst xmlns="{space}">{parts}</sst>')
    return out.getvalue()


SHARED = with_shared_strings(answer_bytes(Path("a.xlsx"), [filled()], ENGLISH))


def test_a_workbook_as_excel_saves_it_is_the_same(tmp_path: Path):
    assert b"inlineStr" not in zipfile.ZipFile(io.BytesIO(SHARED)).read("xl/worksheets/sheet1.xml")
    assert read_answers([write(tmp_path / "a.xlsx", SHARED)], ENGLISH) == [filled()]


def test_a_workbook_that_refers_to_a_text_that_it_does_not_have_is_refused(tmp_path: Path):
    data = repacked(SHARED, lambda name, old: old.replace(b"<v>1</v>", b"<v>99999</v>"))
    only = problem(write(tmp_path / "a.xlsx", data))
    assert only.what == "The file a.xlsx is no workbook that can be read: list index out of range."


def bomb(tmp_path: Path) -> Path:
    """A workbook of 100 kB that unpacks to 100 MB."""
    path = write(tmp_path / "a.xlsx", answer_bytes(Path("a.xlsx"), [sheet()], ENGLISH))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/media/image1.png", bytes(100_000_000))
    return path


def test_a_workbook_that_unpacks_to_far_more_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = bomb(tmp_path)
    assert path.stat().st_size < 200_000
    monkeypatch.setattr(spreadsheets, "load_workbook", lambda *_, **__: pytest.fail("it was unpacked"))
    only = problem(path)
    assert only.what == "The workbook a.xlsx unpacks to 100 MB."
    assert only.fix == "take out pictures and other sheets, or export it anew"


def test_a_workbook_that_lies_about_its_size_is_not_unpacked_beyond_it(tmp_path: Path):
    data = answer_bytes(Path("a.xlsx"), [sheet()], ENGLISH)
    huge = b"<worksheet>" + b" " * 100_000_000
    data = repacked(data, lambda name, old: huge if name == "xl/worksheets/sheet1.xml" else old)
    size = len(huge).to_bytes(4, "little")
    assert data.count(size) == 2  # before the data, and in the directory at the end
    start = time.perf_counter()
    only = problem(write(tmp_path / "a.xlsx", data.replace(size, (5000).to_bytes(4, "little"))))
    assert time.perf_counter() - start < 2
    assert only.what.startswith("The file a.xlsx is ")


def test_a_workbook_with_a_bomb_of_xml_entities_is_refused_quickly(tmp_path: Path):
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    xml = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "ha">{entities}]><worksheet>&e11;</worksheet>'
    for part in ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"):
        changed = repacked(SHARED, lambda name, old, part=part: xml.encode() if name == part else old)
        start = time.perf_counter()
        assert problems(write(tmp_path / "a.xlsx", changed))[0].what.startswith("The file a.xlsx is ")
        assert time.perf_counter() - start < 5


def test_a_workbook_with_a_password_is_refused(tmp_path: Path):
    office = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2000)  # what Excel makes: no zip
    assert problem(write(tmp_path / "a.xlsx", office)).fix == "save it as .xlsx"
    data = bytearray(answer_bytes(Path("a.xlsx"), [sheet()], ENGLISH))
    position = -1
    while (position := data.find(b"PK\x01\x02", position + 1)) >= 0:
        data[position + 8] |= 1  # the mark of a locked part
    only = problem(write(tmp_path / "b.xlsx", bytes(data)))
    assert "encrypted" in only.what


# CSV

HEAD = "respondent,group,date,region,item,aspect,answer\n"
LEAD = "r1,firm,2026-01-31,piemonte,"


def table(tmp_path: Path, text: str, **changes: str) -> Path:
    return write(tmp_path / "a.csv", text)


def test_a_small_table_of_ones_own_is_read(tmp_path: Path):
    text = f"{HEAD}{LEAD}benchmarking,quality,3.0\n{LEAD}openness,priority,dont_know\n\n,,,,,,\n{LEAD}review,,2 - x\n"
    (found,) = read_answers([table(tmp_path, text)], ENGLISH)
    assert {key: value for key, value in found.steps.items() if value is not None} == {
        ("benchmarking", "quality"): 3,
        ("openness", "priority"): DONT_KNOW,
        ("review", "quality"): 2,
    }
    assert found.language == "en"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_any_separator_and_line_end_is_read(tmp_path: Path, separator: str, line_end: str, mark: str):
    out = io.StringIO()
    grid = csv.reader(io.StringIO(answer_files.csv_text([filled()], ENGLISH), newline=""))
    csv.writer(out, delimiter=separator, lineterminator=line_end, quoting=csv.QUOTE_ALL).writerows(grid)
    assert read_answers([table(tmp_path, mark + out.getvalue())], ENGLISH) == [filled()]


@pytest.mark.parametrize(
    ("data", "what", "fix"),
    [
        (
            f"{HEAD}{LEAD}benchmarking,quality,é\n".encode("latin-1"),
            "The file a.csv is not text in UTF-8: 'utf-8' codec can't decode byte 0xe9 in position 97",
            "save it as CSV UTF-8",
        ),
        (HEAD.encode("utf-16"), "The file a.csv is not text in UTF-8: ", "save it as CSV UTF-8"),
        (
            f"{HEAD}{LEAD}benchmarking,quality,\x00\n".encode(),
            "The file a.csv is not text: it holds zero bytes.",
            "save it as CSV UTF-8",
        ),
        (
            f'{HEAD}{LEAD}benchmarking,quality,"3\n{LEAD}\n'.encode(),
            "The file a.csv is no CSV: unexpected end of data, line 3.",
            "export it anew",
        ),
        (
            f'{HEAD}{LEAD}benchmarking,quality,"3"x\n'.encode(),
            "The file a.csv is no CSV: ',' expected after '\"', line 2.",
            "export it anew",
        ),
        (
            f"{HEAD}{LEAD}benchmarking,quality,{'x' * 140_000}\n".encode(),
            "The file a.csv is no CSV: field larger than field limit (131072), line 2.",
            "export it anew",
        ),
        (b"\n\n , \n", "The file a.csv is empty.", "export it anew"),
        (
            f"{HEAD}{LEAD}benchmarking,quality\n".encode(),
            "The row has 6 values, the heading 7.",
            "check quotes and separators of the line",
        ),
        (
            f"{HEAD}{LEAD}benchmarking,quality,3,4\n".encode(),
            "The row has 8 values, the heading 7.",
            "check quotes and separators of the line",
        ),
        (b"respondent,item\nr1,x\n", "There is no column answer.", "add it; the columns are region, questionnaire"),
        (b"respondent,item,answer,regoin\n", "Unknown column 'regoin'.", "did you mean region?"),
        (b"respondent,item,answer,zzz\n", "Unknown column 'zzz'.", "remove it"),
        (b"respondent,item,answer,\n", "Unknown column ''.", "remove it"),
        (b"respondent,item,answer,Item\n", "Columns stand twice: item.", "remove one of the two"),
    ],
)
def test_a_damaged_table_is_refused(tmp_path: Path, data: bytes, what: str, fix: str):
    only = problem(write(tmp_path / "a.csv", data))
    assert only.what.startswith(what)
    assert only.fix.startswith(fix)


def test_a_row_of_another_length_is_named_by_its_line_also_after_texts_of_several_lines(tmp_path: Path):
    head = HEAD.replace("\n", ",evidence\n")
    text = f'{head}{LEAD}benchmarking,quality,3,"one\n\ntwo"\n{LEAD}review,quality\n'
    only = problem(table(tmp_path, text))
    assert only.where == f"{tmp_path / 'a.csv'}, line 5"


def test_too_many_rows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(spreadsheets, "MAX_ROWS", 3)
    assert len(read_answers([table(tmp_path, HEAD + f"{LEAD}review,quality,3\n")], ENGLISH)) == 1
    only = problem(table(tmp_path, HEAD + "".join(f"r{n},firm,2026-01-31,x,review,quality,3\n" for n in range(3))))
    assert only.what == "The file a.csv has 4 rows."
    assert only.fix == "split it"


def test_a_respondent_with_two_groups_is_refused_with_both_places(tmp_path: Path):
    path = table(tmp_path, f"{HEAD}{LEAD}review,quality,3\nr1,civil-society,2026-01-31,piemonte,openness,priority,3\n")
    only = problem(path)
    assert str(only) == (
        "group of respondent r1 is 'firm' and 'civil-society'.\n"
        f"  where: {path}, line 2 and {path}, line 3\n"
        "  rule:  one value per respondent\n"
        "  fix:   give the second respondent an identifier of their own"
    )


def test_what_stands_in_the_first_row_of_a_respondent_need_not_be_repeated(tmp_path: Path):
    text = f"{HEAD}{LEAD}review,quality,3\nr1,,,,openness,priority,4\nr2,firm,2026-02-01,piemonte,review,quality,1\n"
    first, second = read_answers([table(tmp_path, text)], ENGLISH)
    assert (first.n_answered, first.date, second.date) == (2, DAY, dt.date(2026, 2, 1))


def test_rows_of_respondents_may_be_mixed(tmp_path: Path):
    rows = answer_files.csv_text([filled("r1"), filled("r2")], ENGLISH)
    head, *body = csv.reader(io.StringIO(rows, newline=""))
    out = io.StringIO()
    csv.writer(out).writerows([head, *sorted(body, key=lambda row: (row[8], row[9], row[3]))])
    found = read_answers([table(tmp_path, out.getvalue())], ENGLISH)
    assert sorted(found, key=lambda each: each.respondent) == [filled("r1"), filled("r2")]


def test_a_row_without_respondent_is_refused(tmp_path: Path):
    found = problems(table(tmp_path, f"{HEAD},firm,2026-01-31,piemonte,review,quality,3\n"))
    assert [each.what for each in found] == ["The respondent is missing."]


def test_a_formula_in_a_table_is_text_and_no_step(tmp_path: Path):
    only = problem(table(tmp_path, f"{HEAD}{LEAD}review,quality,=1+1\n"))
    assert only.what == "review, quality is '=1+1'."


# YAML

SMALL = """region: piemonte
respondent: r1
group: firm
date: 2026-01-31
answers:
  review: {quality: 3}
"""


def test_a_small_file_of_ones_own_is_read(tmp_path: Path):
    (found,) = read_answers([write(tmp_path / "a.yaml", "\ufeff" + SMALL)], ENGLISH)
    assert (found.n_answered, found.steps["review", "quality"], found.date) == (1, 3, DAY)


@pytest.mark.parametrize(
    ("old", "new", "what", "fix", "line"),
    [
        ("{quality: 3}", "{quality: 3, quality: 3}", 'Found duplicate key "quality".', "remove one of the two", 6),
        ("group: firm", "group: firm\ngroup: firm", 'Found duplicate key "group".', "remove one of the two", 4),
        (
            "{quality: 3}",
            "&x {quality: 3}\n  openness: *x",
            "a.yaml refers to another place of the file: *x.",
            "write the value itself",
            7,
        ),
        ("{quality: 3}", "{quality: 3", "a.yaml is not valid YAML: ", "mend the line", 7),
        ("{quality: 3}", "{quality: !!bool x}", "a.yaml is not valid YAML: ", "mend the line", None),
        (SMALL, "- a\n- b\n", "a.yaml holds a list or a text, not keys and values.", "see params/default.yaml", None),
        (SMALL, "# nothing\n", "a.yaml holds nothing, not keys and values.", "see params/default.yaml", None),
        (SMALL, "just a text\n", "a.yaml holds a list or a text", "see params/default.yaml", None),
        ("answers:\n  review: {quality: 3}\n", "", "The file has no answers.", "write answers: and the items", None),
        ("answers:\n  review: {quality: 3}\n", "answers: [3]\n", "The file has no answers.", "write answers:", None),
        ("{quality: 3}", "3", "The answer to review is 3.", "see a file made by", 6),
        ("{quality: 3}", "{quality: 7}", "review, quality is 7.", "write one of 0", 6),
        ("{quality: 3}", f"{{quality: 0x{'f' * 6000}}}", "review, quality is '0xfff", "write one of 0", 6),
        ("respondent: r1", f"respondent: 0x{'f' * 6000}", "", "", None),
        ("region: piemonte", "regoin: piemonte", "Unknown key regoin.", "did you mean region?", 1),
        ("region: piemonte", "schema_version: 2\nregion: x", "schema_version is 2.", "write schema_version: 1", 1),
        ("answers:", "left_over: text\nanswers:", "left_over holds no answers by item.", "remove left_over", 5),
        ("answers:", "left_over: {a: 3}\nanswers:", "left_over holds no answers by item.", "remove left_over", 5),
    ],
)  # fmt: skip
def test_a_damaged_file_is_refused(tmp_path: Path, old: str, new: str, what: str, fix: str, line: int | None):
    assert old in SMALL
    path = write(tmp_path / "a.yaml", SMALL.replace(old, new, 1))
    if not what:  # a number of any length is an identifier after all
        assert len(read_answers([path], ENGLISH)) == 1
        return
    first = problems(path)[0]
    assert first.what.startswith(what)
    assert first.fix.startswith(fix)
    assert first.where == (f"{path}, line {line}" if line else str(path))


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"{new}: &{new} [{'*' + old}{(', *' + old) * 8}]\n" for old, new in itertools.pairwise("abcdefghi"))
        + SMALL,
        SMALL + "left_over: &l\n  x: *l\n",
    ],
    ids=["billion laughs", "a mapping in itself"],
)  # fmt: skip
def test_references_that_make_a_small_file_endless_are_refused_quickly(tmp_path: Path, text: str):
    start = time.perf_counter()
    only = problem(write(tmp_path / "a.yaml", text))
    assert time.perf_counter() - start < 2
    assert "refers to another place of the file" in only.what
    assert only.fix == "write the value itself"


@pytest.mark.parametrize("opening", ["- ", "? ", "a: {", '{"a": '])
def test_a_file_nested_too_deeply_is_refused(tmp_path: Path, opening: str):
    only = problem(write(tmp_path / "a.yaml", opening * 1500))
    assert only.what.startswith("a.yaml is not valid YAML: ")


@pytest.mark.parametrize(
    "value",
    ["!!python/object/apply:os.system [touch owned]", "!!python/name:os.system", "!!binary aGk=", "!own x", "!!set {a}",
     "!!omap [a: 1]", "? [a, b]", "!!timestamp x", "!!int x", "!!float [1]", "<<: 3", "12:30:45", "2026-13-45", ".nan"],
)  # fmt: skip
@pytest.mark.parametrize("place", ["quality: 3", "review: {quality: 3}", "group: firm", "region: piemonte"])
def test_tags_and_strange_values_are_refused_or_text_and_never_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, value: str
):
    monkeypatch.chdir(tmp_path)
    key = place.partition(":")[0]
    monkeypatch.setattr(os, "system", lambda command: pytest.fail(f"{command} was run"))
    only_words(tmp_path / "a.yaml", SMALL.replace(place, f"{key}: {value}", 1).encode())
    assert not (tmp_path / "owned").exists()


# Whatever happens to a file

FUZZ = settings(SETTINGS, max_examples=120)
GOOD = {
    ".yaml": SMALL.encode() + b'  openness: {priority: 2, programmes: ["a"], evidence: "b"}\nleft_over: {x: {y: 1}}\n',
    ".csv": f"{HEAD}{LEAD}review,quality,3\n{LEAD}openness,priority,2\n".encode(),
    ".tsv": f"{HEAD}{LEAD}review,quality,3\n".replace(",", "\t").encode(),
    ".xlsx": SHARED,
}
TOKENS = [
    "a", "answers", "review", "quality", "3", ":", ": ", ",", "\n", "\n  ", "- ", "? ", "{", "}", "[", "]", "&a ", "*a",
    "!", "!!", "!!str ", "!!bool ", "!!int ", "!!set ", "!!omap ", "!!timestamp ", "!!binary ", "|", ">", "'", '"', "#",
    "%YAML 1.1\n", "---\n", "...\n", "<<", "\t", "~", "null", "0x1", "1e3", ".inf", "2026-01-31", "\u2028", "\\", "@",
]  # fmt: skip
edits = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), st.binary(max_size=6)), min_size=1, max_size=4)


def only_words(path: Path, data: bytes) -> None:
    """Read, it is a list of sheets or a ClusterkitError; anything else comes through and fails the test."""
    path.write_bytes(data)
    found, error = [], None
    try:
        found = read_answers([path], ENGLISH)
    except ClusterkitError as exc:
        error = exc
    if error:
        assert str(error)
        assert all(part for each in error.problems for part in (each.what, each.where, each.rule, each.fix))
    for each in found:
        assert read_again(path, each) == each


def read_again(path: Path, found: AnswerSheet) -> AnswerSheet:
    """What was accepted can be written, and is then the same."""
    again = path.with_name("again.yaml")
    write_answers(again, [found], ENGLISH)
    return read_answers([again], ENGLISH)[0]


def mutated(data: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    for place, length, new in changes:
        start = int(place * len(data))
        data = data[:start] + new + data[start + length :]
    return data


@pytest.mark.parametrize("ending", GOOD)
@FUZZ
@given(data=st.binary(max_size=200))
def test_bytes_at_random_are_refused_in_words(tmp_path: Path, ending: str, data: bytes):
    only_words(tmp_path / f"a{ending}", data)


@pytest.mark.parametrize("ending", GOOD)
@FUZZ
@given(changes=edits)
def test_a_file_with_some_bytes_changed_is_read_or_refused_in_words(
    tmp_path: Path, ending: str, changes: list[tuple[float, int, bytes]]
):
    only_words(tmp_path / f"a{ending}", mutated(GOOD[ending], changes))


@FUZZ
@given(tokens=st.lists(st.sampled_from(TOKENS), max_size=12), after=st.booleans())
@example(tokens=["a", ": ", "!!bool ", "a"], after=True)
def test_pieces_of_yaml_in_any_order_are_read_or_refused_in_words(tmp_path: Path, tokens: list[str], after: bool):
    text = "".join(tokens)
    only_words(tmp_path / "a.yaml", (SMALL + text if after else text).encode())


@settings(FUZZ, max_examples=50)
@given(
    part=st.sampled_from(zipfile.ZipFile(io.BytesIO(GOOD[".xlsx"])).namelist()),
    changes=st.lists(
        st.tuples(
            st.floats(0, 1),
            st.integers(0, 30),
            st.sampled_from([b"", b"<", b">", b'"', b"/>", b"9", b"-1", b"A", b"t", b"&", b"\xff", b"<c/>", b"<v>"]),
        ),
        min_size=1,
        max_size=3,
    ),
)
def test_a_workbook_changed_inside_is_read_or_refused_in_words(
    tmp_path: Path, part: str, changes: list[tuple[float, int, bytes]]
):
    data = repacked(GOOD[".xlsx"], lambda name, old: mutated(old, changes) if name == part else old)
    only_words(tmp_path / "a.xlsx", data)


@FUZZ
@given(grid=st.lists(st.lists(free, min_size=7, max_size=7), max_size=4), separator=st.sampled_from(",;\t"))
def test_a_table_with_anything_in_its_cells_is_read_or_refused_in_words(
    tmp_path: Path, grid: list[list[str]], separator: str
):
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows([HEAD.strip().split(","), *grid])
    only_words(tmp_path / "a.csv", out.getvalue().encode("utf-8", "replace"))


values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), free, st.dates()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.one_of(free, st.integers()), inner, max_size=3),
    max_leaves=6,
)


@FUZZ
@given(
    head=st.fixed_dictionaries(
        {}, optional={name: values for name in (*META, "schema_version", "left_over", "answers", "zzz")}
    ),
    own=st.dictionaries(
        st.sampled_from(["review", "openness", "zzz"]),
        st.dictionaries(st.sampled_from(["quality", "priority", "programmes", "evidence", "link", "zzz"]), values),
        max_size=2,
    ),
)
def test_a_file_with_anything_as_its_values_is_read_or_refused_in_words(
    tmp_path: Path, head: dict[str, Any], own: dict[str, dict[str, Any]]
):
    whole = {"region": "x", "respondent": "r1", "group": "firm", "date": "2026-01-31", "answers": own, **head}
    only_words(tmp_path / "a.yaml", json.dumps(whole, default=str, ensure_ascii=False).encode("utf-8", "replace"))
