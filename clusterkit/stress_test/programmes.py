"""The cluster programmes of a region as a table that can be laid beside those of others."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from pydantic import Field, ValidationError

from clusterkit import yamlfile
from clusterkit.data.industries.nace import parse_sectors
from clusterkit.errors import ParamError, Problem, some
from clusterkit.spreadsheets import is_address
from clusterkit.stress_test.questionnaire import Code, Words
from clusterkit.table_files import Row, choose, read_rows
from clusterkit.typed import Strict, problems_of

RULE = "docs/stress-test.md#programmes"
ALL_SECTORS = "all"
FIRST_YEAR, LAST_YEAR = 1980, 2060  # calendar years
NOTES = {
    "id": "short identifier, letters, digits, hyphens: what respondents write under programmes",
    "name": "name as published",
    "level": "who runs it: local, regional, cross-border, national, european",
    "first_year": "first calendar year",
    "last_year": "last calendar year, empty where it is open",
    "budget_meur": "million euro over these years, empty where not published",
    "objectives": "codes from params/stress_test/programmes.yaml, semicolons between them",
    "instruments": "codes from there",
    "target_groups": "codes from there",
    "sectors": "NACE divisions or sections, semicolons between them; all for a programme open to every sector; empty where not known",
    "serves": "sub-dimensions of the scoreboard that it serves, codes of the questionnaire, semicolons between them",
    "source": "document, with page",
    "link": "address that starts with https:// or http://",
}
COLUMNS = tuple(NOTES)
NEEDED = ("id", "name", "level", "first_year", "objectives")


class Vocabulary(Strict):
    """The words of the table: code to what a reader sees."""

    schema_version: Literal[1]
    levels: Annotated[dict[Code, Words], Field(min_length=1)]
    objectives: Annotated[dict[Code, Words], Field(min_length=1)]
    instruments: Annotated[dict[Code, Words], Field(min_length=1)]
    target_groups: Annotated[dict[Code, Words], Field(min_length=1)]


def load_vocabulary(path: Path) -> Vocabulary:
    """Read and check the words of the table of programmes.

    Raises
    ------
    ParamError
        Everything that is wrong with the file, at once.
    """
    raw, locate = yamlfile.read(path)
    try:
        return Vocabulary.model_validate(raw)
    except ValidationError as exc:
        raise ParamError(
            problems_of(exc, Vocabulary, locate, rule=RULE, example="git’s version of the file", noun="key")
        ) from exc


def read_programmes(path: Path, vocabulary: Vocabulary, *, parts: Mapping[str, str]) -> pd.DataFrame:
    """The programmes of a region, checked.

    Parameters
    ----------
    path
        CSV or workbook with the columns of ``NOTES``.
    vocabulary
        Closed lists.
    parts
        Sub-dimensions that a programme can serve, code to name.

    Returns
    -------
    pandas.DataFrame
        Index ``id``: ``name``, ``level``, ``first_year``, ``last_year`` (calendar years; NaN: open), ``budget_meur``
        (NaN: not known), tuples of codes ``objectives``, ``instruments``, ``target_groups``, ``sectors`` (NACE;
        ``("all",)``, or empty where not known), ``serves``; ``source``, ``link``.

    Raises
    ------
    ParamError
        Everything that is wrong with the file, at once.
    """
    problems: list[Problem] = []
    rows = [
        _programme(row, vocabulary, parts, problems)
        for row in read_rows(path, columns=COLUMNS, needed=NEEDED, rule=RULE)
    ]
    ids = [row["id"] for row in rows]
    if twice := sorted({one for one in ids if one and ids.count(one) > 1}):
        problems.append(
            Problem(
                f"Identifiers stand twice: {some(twice)}.",
                str(path),
                "each programme has its own",
                "rename one of the two",
            )
        )
    if problems:
        raise ParamError(problems)
    return pd.DataFrame(rows, columns=list(COLUMNS)).set_index("id")


def _programme(row: Row, vocabulary: Vocabulary, parts: Mapping[str, str], problems: list[Problem]) -> dict[str, Any]:
    def add(what: str, rule: str, fix: str) -> None:
        problems.append(Problem(what, row.where, rule, fix))

    code = row.text("id")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}", code):
        add(f"The id is {code!r}.", "letters, digits and hyphens, at most 40", "write a short identifier")
    if not 1 <= len(row.text("name")) <= 200:
        add(
            f"The name of {code} has {len(row.text('name'))} characters.",
            "1 to 200 characters",
            "write its name as published",
        )
    years = {name: _year(row, name, add) for name in ("first_year", "last_year")}
    if np.isnan(years["first_year"]) and not row.text("first_year"):
        add(f"The first year of {code} is missing.", "a calendar year", "write the year it began")
    if years["last_year"] < years["first_year"]:
        add(
            f"{code} ends in {years['last_year']:.0f}, before it begins in {years['first_year']:.0f}.",
            "last_year is not before first_year",
            "swap them, or correct one",
        )
    levels = choose(row, "level", vocabulary.levels, problems)
    if len(row.several("level")) != 1:
        add(
            f"{code} has {len(row.several('level'))} levels.",
            "one level",
            f"write one of: {', '.join(vocabulary.levels)}",
        )
    objectives = choose(row, "objectives", vocabulary.objectives, problems)
    if not row.several("objectives"):
        add(f"{code} has no objectives.", "at least one", f"write some of: {', '.join(vocabulary.objectives)}")
    link = row.text("link")
    if link and not is_address(link):
        add(
            f"The link of {code} is {link[:60]!r}.",
            "an address that starts with https:// or http://",
            "write the whole address",
        )
    sectors = (ALL_SECTORS,) if row.text("sectors").lower() == ALL_SECTORS else tuple(parse_sectors(row, problems))
    return {
        "id": code,
        "name": row.text("name"),
        "level": levels[0] if levels else "",
        **years,
        "budget_meur": _budget(row, add),
        "objectives": tuple(objectives),
        "instruments": tuple(choose(row, "instruments", vocabulary.instruments, problems)),
        "target_groups": tuple(choose(row, "target_groups", vocabulary.target_groups, problems)),
        "sectors": sectors,
        "serves": tuple(choose(row, "serves", parts, problems)),
        "source": row.text("source"),
        "link": link,
    }


def _year(row: Row, name: str, add: Callable[[str, str, str], None]) -> float:
    text = row.text(name)
    if not text:
        return np.nan
    if not re.fullmatch(r"\d{4}", text) or not FIRST_YEAR <= int(text) <= LAST_YEAR:
        add(
            f"{name} is {text!r}.", f"a calendar year from {FIRST_YEAR} to {LAST_YEAR}", "correct it, or leave it empty"
        )
        return np.nan
    return float(text)


def _budget(row: Row, add: Callable[[str, str, str], None]) -> float:
    text = row.text("budget_meur").replace("\N{NO-BREAK SPACE}", "").replace(" ", "")
    if not text:
        return np.nan
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not 0 <= value < 1e6:
        add(
            f"budget_meur is {text!r}.",
            "million euro, a number from 0 with a decimal point",
            "write 12.5, for instance, or leave it empty",
        )
        return np.nan
    return value


def compare_programmes(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Programmes of several regions side by side.

    Parameters
    ----------
    tables
        Region to its programmes, as :func:`read_programmes` gives them.

    Returns
    -------
    pandas.DataFrame
        Index ``region``: ``n_programmes``, ``n_with_budget``, ``budget_meur`` (sum of those known; NaN without one),
        ``n_across`` (with the objective "cross-sector", or with sectors of several sections, or open to all),
        ``n_one_section`` (all named sectors in one NACE section), and the share of programmes (percent) with each
        objective (``objective:CODE``), instrument and target group.
    """
    rows = {}
    for region, table in tables.items():
        row: dict[str, object] = {
            "n_programmes": len(table),
            "n_with_budget": int(table["budget_meur"].notna().sum()),
            "budget_meur": table["budget_meur"].sum(min_count=1),
            "n_across": int(sum(is_across(one) for _, one in table.iterrows())),
            "n_one_section": int(sum(len(_sections(one)) == 1 for _, one in table.iterrows())),
        }
        for kind in ("objectives", "instruments", "target_groups"):
            for code in sorted({code for codes in table[kind] for code in codes}):
                row[f"{kind[:-1]}:{code}"] = 100 * np.mean([code in codes for codes in table[kind]])
        rows[region] = row
    found = pd.DataFrame.from_dict(rows, orient="index").rename_axis("region")
    shares = [name for name in found if ":" in name]
    return found.assign(**found[shares].fillna(0.0)) if shares else found


def is_across(programme: pd.Series) -> bool:
    """Whether a programme joins sectors: by its objective, or because it is open to several sections or to all."""
    return (
        "cross-sector" in programme["objectives"]
        or programme["sectors"] == (ALL_SECTORS,)
        or len(_sections(programme)) > 1
    )


def _sections(programme: pd.Series) -> set[str]:
    return {code[0] for code in programme["sectors"] if code != ALL_SECTORS}
