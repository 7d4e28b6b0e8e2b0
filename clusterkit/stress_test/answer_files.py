"""Answer files: YAML for one respondent, a workbook with a sheet for each, CSV with one row per answer."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from clusterkit import yamlfile
from clusterkit.errors import ClusterkitError, ParamError, Problem
from clusterkit.files import write_whole
from clusterkit.spreadsheets import (
    BOOK_ENDINGS,
    CSV_ENDINGS,
    Grid,
    check_size,
    csv_grid,
    guarded,
    heading_problems,
    open_book,
    put,
    refused,
    saved,
    sheet_grid,
)
from clusterkit.stress_test.answers import (
    META,
    RULE,
    TEXTS,
    AnswerSheet,
    Cell,
    RawSheet,
    check_sheet,
    clean_text,
    storable,
)
from clusterkit.stress_test.questionnaire import DONT_KNOW, EVIDENCE, HIGHEST, LINK, LOWEST, PROGRAMMES, Questionnaire
from clusterkit.yamlfile import quoted

YAML_ENDINGS = (".yaml", ".yml")
ENDINGS = (*YAML_ENDINGS, *BOOK_ENDINGS, *CSV_ENDINGS)
MAX_YAML = 500_000  # bytes; a full sheet has 15 kB and may have 150 kB of texts, and YAML is read slowly
HEADINGS = ("section", "heading", "question")  # columns for the reader; not read back
COLUMNS = (*META, "item", "aspect", *HEADINGS, "answer", EVIDENCE, LINK)  # of a table, one row per answer
NEEDED = ("respondent", "item", "answer")
BOOK_COLUMNS = ("item", "aspect", *HEADINGS, "answer", EVIDENCE, LINK)
SCALE_SHEET = "Scale"


def read_answers(
    paths: Sequence[Path], questionnaire: Questionnaire, *, region: str | None = None
) -> list[AnswerSheet]:
    """Every respondent in some files and folders.

    Parameters
    ----------
    paths
        Files (``.yaml``, ``.xlsx``, ``.csv``) or folders of such files.
    questionnaire
        The questions.
    region
        Identifier of the region that the answers must be for; None: any.

    Returns
    -------
    list of AnswerSheet
        In the order of files and rows.

    Raises
    ------
    ParamError
        Everything that is wrong with any of the files, at once.
    """
    sheets: list[AnswerSheet] = []
    problems: list[Problem] = []
    for path in _files(paths, problems):
        try:
            raw = read_raw(path)
        except ClusterkitError as exc:
            problems += exc.problems
            continue
        for each in raw:
            try:
                sheets.append(check_sheet(each, questionnaire, region=region))
            except ParamError as exc:
                problems += exc.problems
    if problems:
        raise ParamError(problems)
    return sheets


def _files(paths: Sequence[Path], problems: list[Problem]) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = sorted(file for file in path.iterdir() if file.suffix.lower() in ENDINGS and file.name[:1] not in ".~")
        if not found:
            what, fix = f"The folder {path.name} holds no answers.", "put files there, or write answers: null"
            problems.append(Problem(what, str(path), f"answers are files that end in {', '.join(ENDINGS)}", fix))
        yield from found


def read_raw(path: Path) -> list[RawSheet]:
    """The respondents of one file as they stand there, unchecked.

    Raises
    ------
    ParamError
        The file is absent, too large, of another kind, or cannot be read.
    """
    readers: dict[str, Callable[[Path], list[RawSheet]]] = {
        **dict.fromkeys(YAML_ENDINGS, _read_yaml),
        **dict.fromkeys(BOOK_ENDINGS, _read_book),
        **dict.fromkeys(CSV_ENDINGS, _read_table),
    }
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise _refused(
            path, f"The file {path.name} is of no kind that holds answers", "use one of these, or convert it"
        )
    check_size(path)
    return reader(path)


def _refused(path: Path, what: str, fix: str) -> ParamError:
    return ParamError(Problem(f"{what}.", str(path), f"{RULE}: files that end in {', '.join(ENDINGS)}", fix))


# YAML


def _read_yaml(path: Path) -> list[RawSheet]:
    if path.stat().st_size > MAX_YAML:
        fix = "split it by respondent, or use a workbook or CSV"
        raise refused(
            path,
            f"The file {path.name} has {path.stat().st_size / 1e6:.1f} MB",
            fix,
            f"at most {MAX_YAML / 1e6:.1f} MB of YAML",
        )
    read, locate = yamlfile.read(path)
    data = _tamed(read)
    raw = RawSheet(str(path))
    answers = data.pop("answers", None)
    left_over = data.pop("left_over", None)
    schema = data.pop("schema_version", 1)
    if schema != 1:
        raw.problems.append(
            Problem(
                f"schema_version is {schema!r}.",
                locate(("schema_version",)),
                "this project reads 1",
                "write schema_version: 1",
            )
        )
    raw.meta = {name: (value, locate((name,))) for name, value in data.items()}
    if not isinstance(answers, dict):
        raw.problems.append(
            Problem(
                "The file has no answers.",
                str(path),
                RULE,
                "write answers: and the items below it, or make a file with `clusterkit stress-test init`",
            )
        )
        return [raw]
    for item, own in answers.items():
        place = locate(("answers", item))
        if not isinstance(own, dict):
            raw.problems.append(
                Problem(
                    f"The answer to {item} is {own!r}.",
                    place,
                    "aspects with their steps, such as priority: 3",
                    "see a file made by `clusterkit stress-test init`",
                )
            )
            continue
        raw.cells += [
            Cell(str(item), str(aspect), value, locate(("answers", item, aspect))) for aspect, value in own.items()
        ]
    kept = {} if left_over is None else left_over
    if not isinstance(kept, dict) or not all(isinstance(own, dict) for own in kept.values()):
        raw.problems.append(
            Problem(
                "left_over holds no answers by item.",
                locate(("left_over",)),
                "answers of an earlier version, as they were written here",
                "remove left_over, or put it back as it was",
            )
        )
        return [raw]
    raw.left_over = {clean_text(str(item)): storable(own) for item, own in kept.items() if own}
    return [raw]


def _tamed(value: Any) -> Any:
    """Without whole numbers so long that Python refuses to show them."""
    if isinstance(value, dict):
        return {_tamed(key): _tamed(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_tamed(part) for part in value]
    return hex(value)[:40] if isinstance(value, int) and value.bit_length() > 64 else value


def yaml_text(sheet: AnswerSheet, questionnaire: Questionnaire) -> str:
    """An answer sheet as the text of its file, with the questions as comments."""
    lines = [
        *_comment(f"{questionnaire.title}. {questionnaire.intro}"),
        "#",
        f"# An answer is a step from {LOWEST} to {HIGHEST}, {DONT_KNOW} ({questionnaire.dont_know}), or null while it is open.",
        "# Check the file: clusterkit stress-test check FILE",
        "schema_version: 1",
        f"questionnaire: {sheet.questionnaire}",
        f"questionnaire_version: {sheet.version}",
        f"region: {quoted(sheet.region)}",
        f"respondent: {quoted(sheet.respondent)}   # an identifier, not a name",
        f"group: {sheet.group}   # one of: {', '.join(questionnaire.groups)}",
        f"date: {sheet.date.isoformat()}",
        f"language: {quoted(sheet.language)}",
        f"illustrative: {str(sheet.illustrative).lower()}   # true only for answers that are made up",
        "answers:",
    ]
    for each in questionnaire.sets:
        lines += ["", f"  # {each.number} {each.name}", *_comment(each.intro, "  ")]
        for code in each.aspects:
            aspect = questionnaire.aspects[code]
            if aspect.anchors:
                lines += [f"  #   {code}: {aspect.question}", *_steps(aspect.anchors, "  #     ")]
        if each.asks_programmes:
            lines += [f'  #   {PROGRAMMES}: with which programmes? ["name", "name"]']
        for section in each.sections:
            lines += ["", f"  # {section.number} {section.name}"]
            for item in section.items:
                lines += [f"  {item.code}:", *_comment(f"{item.name}. {item.question}", "    ")]
                lines += _steps(item.anchors or (), "    #   ")
                lines += [
                    f"    {aspect}: {_yaml_answer(sheet.steps.get((item.code, aspect)))}" for aspect in each.aspects
                ]
                if each.asks_programmes:
                    named = ", ".join(quoted(name) for name in sheet.programmes.get(item.code, ()))
                    lines.append(f"    {PROGRAMMES}: [{named}]")
                lines += [f"    {kind}: {quoted(sheet.texts.get((item.code, kind), ''))}" for kind in TEXTS]
    if sheet.left_over:
        lines += ["", "# Answers to questions of an earlier version that are asked no more.", "left_over:"]
        for code, own in sheet.left_over.items():
            lines += [
                f"  {quoted(code)}:",
                *(f"    {quoted(aspect)}: {quoted(value)}" for aspect, value in own.items()),
            ]
    return "\n".join(lines) + "\n"


def _comment(text: str, indent: str = "", width: int = 110) -> list[str]:
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + len(word) + 1 > width:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return [f"{indent}# {line}" for line in (*lines, line) if line]


def _steps(anchors: Sequence[str], lead: str) -> list[str]:
    return [f"{lead}{step} {text}" for step, text in enumerate(anchors, start=LOWEST)]


def _yaml_answer(answer: int | str | None) -> str:
    return "null" if answer is None else str(answer)


# Tables


def table_rows(sheet: AnswerSheet, questionnaire: Questionnaire) -> list[dict[str, Any]]:
    """An answer sheet as rows: one per question, the texts of an item beside its first."""
    meta = {
        "region": sheet.region,
        "questionnaire": sheet.questionnaire,
        "questionnaire_version": sheet.version,
        "respondent": sheet.respondent,
        "group": sheet.group,
        "date": sheet.date.isoformat(),
        "language": sheet.language,
        "illustrative": str(sheet.illustrative).lower(),
    }
    rows = []
    for code, item in questionnaire.items.items():
        each, section = questionnaire.set_of[code], questionnaire.section_of[code]
        about = {"section": f"{section.number} {section.name}", "heading": item.name}
        for position, aspect in enumerate(each.aspects):
            answer = sheet.steps.get((code, aspect))
            texts = {kind: sheet.texts.get((code, kind), "") if position == 0 else "" for kind in TEXTS}
            asked = {
                "question": questionnaire.asked(code, aspect)
                if item.anchors
                else f"{item.question} {questionnaire.asked(code, aspect)}"
            }
            rows.append(
                {
                    **meta,
                    "item": code,
                    "aspect": aspect,
                    **about,
                    **asked,
                    "answer": "" if answer is None else answer,
                    **texts,
                }
            )
        if each.asks_programmes:
            named = "; ".join(sheet.programmes.get(code, ()))
            asked = {"question": "With which programmes? Names or identifiers, with semicolons between them."}
            rows.append(
                {**meta, "item": code, "aspect": PROGRAMMES, **about, **asked, "answer": named, EVIDENCE: "", LINK: ""}
            )
    return rows


def csv_text(sheets: Sequence[AnswerSheet], questionnaire: Questionnaire) -> str:
    """Answer sheets as CSV, one row per answer; texts that a spreadsheet would take for a formula are guarded."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for sheet in sheets:
        for row in table_rows(sheet, questionnaire):
            writer.writerow({name: guarded(value) for name, value in row.items()})
    return out.getvalue()


def _read_table(path: Path) -> list[RawSheet]:
    return _respondents(path, csv_grid(path))


def _respondents(path: Path, table: Grid) -> list[RawSheet]:
    (_, heading), *rows = table
    names = [name.strip().lower() for name in heading]
    problems = heading_problems(path, names, NEEDED, COLUMNS)
    problems += [
        Problem(
            f"The row has {len(row)} values, the heading {len(names)}.",
            where,
            "one value per column",
            "check quotes and separators of the line",
        )
        for where, row in rows
        if len(row) != len(names)
    ]
    if problems:
        raise ParamError(problems)
    sheets: dict[str, RawSheet] = {}
    for where, row in rows:
        values = dict(zip(names, row, strict=True))
        respondent = values["respondent"].strip()
        sheet = sheets.setdefault(respondent, RawSheet(f"{path.name}, respondent {respondent}"))
        for name in META:
            if name in values:
                _same_in_all_rows(sheet, name, values[name], where)
        _add_row(sheet, values, where)
    return list(sheets.values())


def _same_in_all_rows(sheet: RawSheet, name: str, value: str, where: str) -> None:
    if not value.strip():
        return
    first, there = sheet.meta.setdefault(name, (value.strip(), where))
    if first != value.strip():
        fix = (
            "give the second respondent an identifier of their own"
            if name in ("group", "date")
            else "write the same value in all rows"
        )
        sheet.problems.append(
            Problem(
                f"{name} of respondent {sheet.meta.get('respondent', ('?',))[0]} is {first!r} and {value.strip()!r}.",
                f"{there} and {where}",
                "one value per respondent",
                fix,
            )
        )


def _add_row(sheet: RawSheet, values: dict[str, Any], where: str) -> None:
    item = str(values["item"] or "").strip()
    aspect = str(values.get("aspect") or "").strip() or "quality"
    sheet.cells.append(Cell(item, aspect, values["answer"], where))
    sheet.cells += [Cell(item, kind, values[kind], where) for kind in TEXTS if values.get(kind)]


# Workbooks: one sheet per respondent, its particulars above the table


def _read_book(path: Path) -> list[RawSheet]:
    sheets = [_read_sheet(path, sheet) for sheet in open_book(path).worksheets if sheet.title != SCALE_SHEET]
    if not sheets:
        fix = "make one with `clusterkit stress-test init`"
        raise _refused(path, f"The workbook {path.name} holds no sheet with answers", fix)
    return sheets


def _read_sheet(path: Path, sheet: Worksheet) -> RawSheet:
    raw = RawSheet(f"{path.name}, sheet {sheet.title}")
    grid, raw.problems = sheet_grid(path, sheet)
    names: list[str] | None = None
    for where, values in grid:
        first = str(next((value for value in values if value not in (None, "")), "")).strip().lower()
        if names is None and first == BOOK_COLUMNS[0]:
            names = [str(value or "").strip().lower() for value in values]
            while names and not names[-1]:
                names.pop()
            raw.problems += heading_problems(where, names, ("item", "answer"), BOOK_COLUMNS)
        elif names is None:
            key = first.replace(" ", "_").rstrip(":")
            if key in META:
                raw.meta[key] = (values[1] if len(values) > 1 else None, where)
        elif {"item", "answer"} <= set(names):
            _add_row(raw, {name: value for name, value in zip(names, values, strict=False) if name}, where)
    if names is None:
        raw.problems.append(
            Problem(
                "The sheet has no table of answers.",
                f"{path}, sheet {sheet.title}",
                f"a row with the headings {', '.join(BOOK_COLUMNS)}",
                "make one with `clusterkit stress-test init`, or remove the sheet",
            )
        )
    return raw


def book_bytes(sheets: Sequence[AnswerSheet], questionnaire: Questionnaire) -> bytes:
    """Answer sheets as a workbook, one sheet each, with the steps to choose from and what they mean."""
    book = Workbook()
    book.remove(book.active)
    for sheet in sheets:
        _write_sheet(book.create_sheet(_sheet_name(sheet.respondent, book)), sheet, questionnaire)
    _write_scale(book.create_sheet(SCALE_SHEET), questionnaire)
    return saved(book)


def _sheet_name(respondent: str, book: Workbook) -> str:
    name = respondent[:28]
    taken = {title.lower() for title in (*book.sheetnames, SCALE_SHEET, "History")}  # the last belongs to Excel
    number = 1
    while name.lower() in taken:
        number += 1
        name = f"{respondent[:28]}-{number}"[-31:]
    return name


_WIDTHS = {"item": 22, "aspect": 12, "section": 24, "heading": 30, "question": 60, "answer": 14, EVIDENCE: 50, LINK: 30}


def _write_sheet(out: Worksheet, sheet: AnswerSheet, questionnaire: Questionnaire) -> None:
    rows = table_rows(sheet, questionnaire)
    for name in META:
        put(out, out.max_row + (out.max_row > 1 or bool(out["A1"].value)), 1, name.replace("_", " ")).font = Font(
            bold=True
        )
        put(out, out.max_row, 2, rows[0][name])
    start = out.max_row + 2
    for column, name in enumerate(BOOK_COLUMNS, start=1):
        cell = put(out, start, column, name)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E4E7EA")
        out.column_dimensions[cell.column_letter].width = _WIDTHS[name]
    for line, row in enumerate(rows, start=start + 1):
        for column, name in enumerate(BOOK_COLUMNS, start=1):
            cell = put(out, line, column, row[name])
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    steps = DataValidation(
        type="list", formula1=f'"{",".join(map(str, range(LOWEST, HIGHEST + 1)))},{DONT_KNOW}"', allow_blank=True
    )
    steps.errorTitle, steps.error = "Not a step", f"A step from {LOWEST} to {HIGHEST}, {DONT_KNOW}, or nothing"
    column = out.cell(start, BOOK_COLUMNS.index("answer") + 1).column_letter
    for line, row in enumerate(rows, start=start + 1):
        if row["aspect"] != PROGRAMMES:
            steps.add(f"{column}{line}")
    groups = DataValidation(type="list", formula1=f'"{",".join(questionnaire.groups)}"', allow_blank=False)
    groups.add(f"B{META.index('group') + 1}")
    out.add_data_validation(steps)
    out.add_data_validation(groups)
    out.freeze_panes = out.cell(start + 1, 3)


def _write_scale(out: Worksheet, questionnaire: Questionnaire) -> None:
    for position, name in enumerate(("heading", "question", *map(str, range(LOWEST, HIGHEST + 1)), DONT_KNOW), start=1):
        put(out, 1, position, name).font = Font(bold=True)
        out.column_dimensions[out.cell(1, position).column_letter].width = 34
    line = 1
    for code, aspect in questionnaire.aspects.items():
        if aspect.anchors:
            line += 1
            _put_all(out, line, [f"{aspect.label} ({code})", aspect.question, *aspect.anchors, questionnaire.dont_know])
    for item in questionnaire.items.values():
        if item.anchors:
            line += 1
            _put_all(out, line, [item.name, item.question, *item.anchors, questionnaire.dont_know])


def _put_all(out: Worksheet, line: int, values: Sequence[Any]) -> None:
    for column, value in enumerate(values, start=1):
        put(out, line, column, value).alignment = Alignment(wrap_text=True, vertical="top")


# Writing any of the three


def write_answers(path: Path, sheets: Sequence[AnswerSheet], questionnaire: Questionnaire) -> None:
    """Write answer sheets in the kind that the name of the file asks for, whole or not at all.

    Parameters
    ----------
    path
        File to write; its ending says the kind: ``.yaml``, ``.xlsx`` or ``.csv``.

    Raises
    ------
    ParamError
        A kind that does not exist, or YAML for several respondents.
    RunError
        The file cannot be written.
    """
    write_whole(path, answer_bytes(path, sheets, questionnaire))


def answer_bytes(path: Path, sheets: Sequence[AnswerSheet], questionnaire: Questionnaire) -> bytes:
    """Answer sheets as the bytes of a file of the name ``path``."""
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise _refused(path, f"The name {path.name} says no kind of file", "let it end in .yaml, .xlsx or .csv")
    if ending in YAML_ENDINGS:
        if len(sheets) != 1:
            raise _refused(
                path,
                f"{len(sheets)} respondents do not go into one YAML file",
                "name a .csv or .xlsx file, or a folder",
            )
        return yaml_text(sheets[0], questionnaire).encode("utf-8")
    if ending in BOOK_ENDINGS:
        return book_bytes(sheets, questionnaire)
    text = csv_text(sheets, questionnaire)
    if ending == ".tsv":
        rows = csv.reader(io.StringIO(text, newline=""))
        out = io.StringIO()
        csv.writer(out, delimiter="\t", lineterminator="\n").writerows(rows)
        text = out.getvalue()
    return text.encode("utf-8-sig")
