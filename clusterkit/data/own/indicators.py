"""Indicators of the analyst's own: figures of one region or of many, with what each of them is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from clusterkit.data.code_lists import read_code_lists
from clusterkit.data.indicator_register import LEAST_COMPARED, SUM, read_register
from clusterkit.data.nuts import COUNTRY_NAMES, EU28, UNION, is_extra_regio
from clusterkit.data.own.kind import Kind, Owner
from clusterkit.data.own.numbers import read_numbers
from clusterkit.data.tables import indicator_units, load_indicator
from clusterkit.errors import MAX_SHOWN, ParamError, Problem, did_you_mean, some
from clusterkit.paths import Project
from clusterkit.table_files import TABLE_ENDINGS, Row, read_rows, table_bytes

GUIDE = "docs/how-to-own-indicators-and-framework.md"
RULE = f"{GUIDE}#columns"
NOTES = {
    "nuts_id": "NUTS 2 code of the version 2016, a country code, EU28, or the identifier of your region",
    "indicator": "short code of the indicator: small letters, digits, underscores; not one of docs/indicators.md",
    "year": "calendar year of the figure",
    "value": "the figure; empty where it is not known",
    "name": "what readers see; needed in one row of each indicator",
    "unit": "such as: percent of employment; needed in one row of each indicator",
    "merged_by": "how the figures of several regions become one: sum for an amount; for a rate what it is a rate of, "
    "such as population, gdp, employment; needed in one row of each indicator",
    "source": "who published it, and when; needed in one row of each indicator",
    "status": "reported or estimated; empty: reported",
}
COLUMNS = tuple(NOTES)
NEEDED = ("nuts_id", "indicator", "year", "value", "name", "unit", "merged_by", "source")
DEFINITIONS = ("name", "unit", "merged_by", "source")  # of an indicator; in its rows, the same in all where it is given
FIRST_YEAR, LAST_YEAR = 2000, 2035  # calendar years; as in the contract of the table indicator
_UNION_NAMES = frozenset({"EU28", "EU-28"})  # the 28 members of 2014, with which the pages compare
_SLIPS = {"GR": "EL", "GB": "UK"}  # codes of ISO 3166 and those of NUTS
_OUTSIDE = frozenset({"AL", "BA", "CH", "IS", "LI", "ME", "MK", "NO", "RS", "TR", "XK"})  # in NUTS, not in the EU-28
_STATUS = {"": "reported", "reported": "reported", "estimated": "estimated", "e": "estimated"}


@dataclass(frozen=True)
class OwnIndicators:
    """Indicators that a region hands in.

    Parameters
    ----------
    rows
        One row per ``nuts_id`` (NUTS 2 or country code, ``EU-28``, or the region's identifier, which stands for the
        region as a whole), ``indicator`` and ``year``: ``value``, ``unit``, ``status`` (reported, estimated). Figures
        that are not known have no row.
    definitions
        Index ``indicator``, in the order of the file: ``name``, ``unit``, ``merged_by`` (base that weights a mean, or
        ``sum``), ``source``.
    notes
        What was left out, and what is odd, in sentences.
    """

    rows: pd.DataFrame
    definitions: pd.DataFrame
    notes: tuple[str, ...] = ()

    @property
    def units(self) -> dict[str, str]:
        """Unit of each indicator, by code."""
        return self.definitions["unit"].to_dict()


def load_own_indicators(path: Path, project: Project, owner: Owner | None) -> OwnIndicators:
    """Read and check indicators of the analyst's own.

    Parameters
    ----------
    path
        CSV or workbook with the columns of ``NOTES``: one row per region, indicator and year.
    project
        Project whose codes and indicators they are checked against.
    owner
        The region that they are for; None: for any, and rows may name each region of the project.

    Raises
    ------
    ParamError
        Everything that is wrong with the file, at once.
    """
    _refuse_wide(path)
    rows = read_rows(path, columns=COLUMNS, needed=NEEDED, rule=RULE)
    if not rows:
        raise ParamError(Problem(f"The file {path.name} has no figure.", str(path), RULE, "write one a row"))
    problems: list[Problem] = []
    indicator = load_indicator(project.processed)
    register = read_register(project.params / "indicators.yaml")
    places = _Places.of(project, indicator, owner)
    nuts_ids, left_out = places.read(rows, path, problems)
    codes = _codes(rows, set(indicator_units(indicator)), problems)
    table = pd.DataFrame(
        {
            "nuts_id": nuts_ids,
            "indicator": codes,
            "year": _years(rows, problems),
            "value": read_numbers(rows, "value", problems),
            "status": [_status(row, problems) for row in rows],
        }
    )
    definitions = _definitions(rows, codes, (SUM, *register.bases), path, problems)
    _twice(table, rows, problems)
    _empty(table, path, problems)
    if problems:
        raise ParamError(problems)
    table = table[table["nuts_id"].ne("") & table["value"].notna()].reset_index(drop=True)
    table["unit"] = table["indicator"].map(definitions["unit"])
    notes = [*left_out, *_notes(table, definitions, owner)]
    return OwnIndicators(table, definitions, tuple(notes))


def _refuse_wide(path: Path) -> None:
    """Say how a table with a column for each indicator becomes one with a row for each figure."""
    try:
        read_rows(path, columns=COLUMNS, needed=NEEDED, rule=RULE)
    except ParamError as exc:
        missing = {name for name in ("indicator", "value") if any(f"no column {name}." in p.what for p in exc.problems)}
        if missing != {"indicator", "value"}:
            raise
        what = f"The table {path.name} has a column for each indicator."
        fix = 'turn it with pandas: table.melt(["nuts_id", "year"], var_name="indicator"), and add the other columns'
        rule = f"{RULE}: one row per region, indicator and year"
        raise ParamError(Problem(what, str(path), rule, fix)) from exc


@dataclass(frozen=True)
class _Places:
    """Which codes can stand in the file, and what is said of others."""

    regions: frozenset[str]  # NUTS 2 regions that a scoreboard compares
    countries: frozenset[str]
    successors: Mapping[str, tuple[str, ...]]
    ids: frozenset[str]  # of regions of the project
    owner: Owner | None

    @classmethod
    def of(cls, project: Project, indicator: pd.DataFrame, owner: Owner | None) -> _Places:
        codes = set(indicator["nuts_id"].unique())
        regions = {code for code in codes if len(code) == 4 and code[:2] in EU28 and not is_extra_regio(code)}
        return cls(
            regions=frozenset(regions),
            countries=frozenset({code[:2] for code in regions}),
            successors=read_code_lists(project.processed).successors,
            ids=frozenset(path.stem for path in (project.params / "regions").glob("*.yaml")),
            owner=owner,
        )

    def read(self, rows: Sequence[Row], path: Path, problems: list[Problem]) -> tuple[list[str], list[str]]:
        """Code of each row, "" for one that is left out; and what was left out, in sentences."""
        found: list[str] = []
        offenders: dict[str, dict[str, str]] = {}  # kind of problem to codes and what to write instead
        outside: dict[str, int] = {}  # kind of place without a row on the pages, to rows
        for row in rows:
            text = row.text("nuts_id")
            code, kind, fix = self._place(text)
            found.append(code)
            if kind in _LEFT_OUT:
                outside[kind] = outside.get(kind, 0) + 1
            elif kind:
                offenders.setdefault(kind, {}).setdefault(text, fix)
        for kind, codes in offenders.items():
            wrong, rule = _WRONG[kind]
            shown = [f"{code!r}{f' ({fix})' if fix else ''}" for code, fix in codes.items()]
            what = f"{len(codes)} {'code is' if len(codes) == 1 else 'codes are'} {wrong}: {some(shown)}."
            fix = next((text for text in codes.values() if text), "write the NUTS 2 code")
            problems.append(Problem(what, f"{path}, column nuts_id", rule, fix))
        said = [f"{n} {'row is' if n == 1 else 'rows are'} left out: {_LEFT_OUT[kind]}." for kind, n in outside.items()]
        return found, said

    def _place(self, text: str) -> tuple[str, str, str]:
        """Code as the pages have it, what is wrong or left out, and what to write."""
        if text in self.ids or (self.owner and text == self.owner.region):
            return self._own(text)
        code = text.upper()
        if code in self.regions or code in self.countries:
            return code, "", ""
        if code in _UNION_NAMES:
            return UNION, "", ""
        if re.fullmatch(r"E[AU]\d*([_-]\w+)?", code):
            return "", "union", ""
        if slip := _SLIPS.get(code[:2]):
            return "", "unknown", f"write {slip}{code[2:]}"
        became = self.successors.get(code)
        if became and became != (code,):
            each = ", each with its own figure" if len(became) > 1 else ""
            return "", "version", f"write {' and '.join(became)} in its place{each}"
        if became or code[:2] in _OUTSIDE:
            return "", "outside", ""
        if len(code) in (3, 5) and code[:2] in self.countries and re.fullmatch(r"[A-Z0-9]+", code):
            return "", "level", ""
        return "", "unknown", did_you_mean(code, sorted(self.regions | self.countries), "check the code")

    def _own(self, text: str) -> tuple[str, str, str]:
        if self.owner is None:
            return text, "", ""
        if text != self.owner.region:
            return "", "other", "write its NUTS 2 codes"
        return (self.owner.nuts_ids[0] if len(self.owner.nuts_ids) == 1 else text), "", ""


_LEFT_OUT = {
    "union": "a union of countries other than EU28, the members of 2014 with which the pages compare",
    "level": "NUTS 1 or NUTS 3, and the scoreboard compares NUTS 2",
    "outside": "regions outside of the 28 EU members of 2014, which the scoreboard does not compare",
}
_WRONG = {
    "version": ("of another NUTS version than 2016", "docs/methods.md#nuts-versions"),
    "unknown": ("not known", RULE),
    "other": ("of another region than the one that this file is for", RULE),
}


def _codes(rows: Sequence[Row], taken: set[str], problems: list[Problem]) -> list[str]:
    found, told = [], set()
    for row in rows:
        code = row.text("indicator")
        found.append(code)
        if code in told:
            continue
        told.add(code)
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", code):
            near = re.sub(r"[^a-z0-9]+", "_", code.lower()).strip("_") or "my_indicator"
            rule = "small letters, digits and underscores, the first a letter"
            problems.append(Problem(f"The code of an indicator is {code[:60]!r}.", row.where, rule, f"write {near}"))
        elif code in taken:
            what = f"The project has an indicator {code} already."
            rule = "docs/indicators.md: a code means one indicator"
            problems.append(Problem(what, row.where, rule, f"call yours own_{code}"))
    return found


def _years(rows: Sequence[Row], problems: list[Problem]) -> list[int]:
    found = []
    for row in rows:
        text = row.text("year")
        is_year = re.fullmatch(r"\d{4}", text) is not None and FIRST_YEAR <= int(text) <= LAST_YEAR
        if not is_year:
            rule = f"a calendar year from {FIRST_YEAR} to {LAST_YEAR}"
            problems.append(Problem(f"year is {text[:40]!r}.", row.where, rule, "write the year alone, such as 2021"))
        found.append(int(text) if is_year else 0)
    return found


def _status(row: Row, problems: list[Problem]) -> str:
    text = row.text("status").lower()
    if text not in _STATUS:
        rule = "reported or estimated; empty: reported"
        fix = did_you_mean(text, ["reported", "estimated"], "leave it empty")
        problems.append(Problem(f"status is {text[:40]!r}.", row.where, rule, fix))
    return _STATUS.get(text, "")


def _definitions(
    rows: Sequence[Row], codes: Sequence[str], merging: Sequence[str], path: Path, problems: list[Problem]
) -> pd.DataFrame:
    """What each indicator is: said in one of its rows at least, and the same in all where it is said."""
    said: dict[str, dict[str, dict[str, str]]] = {}  # indicator, column, text to where it stands first
    for row, code in zip(rows, codes, strict=True):
        of = said.setdefault(code, {name: {} for name in DEFINITIONS})
        for name in DEFINITIONS:
            if text := row.text(name):
                of[name].setdefault(text, row.where)
    for code, of in said.items():
        for name in DEFINITIONS:
            if not of[name]:
                what = f"No row of {code} has its {name}."
                fix = f"write it in one of them: {NOTES[name].split(';')[0]}"
                problems.append(Problem(what, f"{path}, column {name}", RULE, fix))
            elif len(of[name]) > 1 and name != "source":  # the Union's figure is often another office's
                first, second = list(of[name])[:2]
                what = f"{code} has two texts as its {name}: {first[:60]!r} and {second[:60]!r}."
                rule = f"{RULE}: an indicator has one {name}"
                problems.append(Problem(what, of[name][second], rule, "write one of them, or two indicators"))
            elif name != "source" and len(text := next(iter(of[name]))) > 200:
                what = f"The {name} of {code} has {len(text)} characters."
                problems.append(Problem(what, of[name][text], "at most 200 characters", "shorten it"))
        for text, where in of["merged_by"].items():
            if text not in merging:
                what = f"merged_by of {code} is {text[:40]!r}."
                rule = f"sum for an amount, or what a rate is a rate of: {', '.join(merging[1:])}"
                fix = did_you_mean(text, merging, "write population where nothing is nearer")
                problems.append(Problem(what, where, rule, fix))
    texts = [{name: "; ".join(of[name]) for name in DEFINITIONS} for of in said.values()]
    return pd.DataFrame(texts, index=pd.Index(list(said), name="indicator", dtype=str), columns=list(DEFINITIONS))


def _twice(table: pd.DataFrame, rows: Sequence[Row], problems: list[Problem]) -> None:
    keys = ["nuts_id", "indicator", "year"]
    again = table["nuts_id"].ne("") & table["year"].gt(0) & table.duplicated(keys)
    if again.any():
        first = table[again].iloc[:MAX_SHOWN]
        shown = ", ".join(f"{nuts_id} {code} {year}" for nuts_id, code, year in first[keys].itertuples(index=False))
        n = int(again.sum())
        more = " and more" if n > MAX_SHOWN else ""
        what = f"{n} {'figure stands' if n == 1 else 'figures stand'} twice: {shown}{more}."
        where = rows[int(np.flatnonzero(again)[0])].where
        rule = f"{RULE}: one row per region, indicator and year"
        problems.append(Problem(what, where, rule, "remove one of the two"))


def _empty(table: pd.DataFrame, path: Path, problems: list[Problem]) -> None:
    if problems:
        return  # a figure that could not be read is told already
    is_known = table["value"].notna() & table["nuts_id"].ne("") & table["nuts_id"].ne(UNION)
    is_region = is_known & table["nuts_id"].str.len().ne(2)
    for code in dict.fromkeys(table["indicator"]):
        if not (is_region & table["indicator"].eq(code)).any():
            what = f"{code} has no figure of a region that the scoreboard compares."
            fix = "add one of your region at least, or take the indicator out"
            problems.append(Problem(what, f"{path}, column value", f"{RULE}: NUTS 2 of NUTS 2016", fix))


def _notes(table: pd.DataFrame, definitions: pd.DataFrame, owner: Owner | None) -> list[str]:
    notes = []
    for code, what in definitions.iterrows():
        rows = table[table["indicator"].eq(code)]
        regions = set(rows["nuts_id"]) - {UNION, *COUNTRY_NAMES}
        mine = {owner.region, *owner.nuts_ids} if owner is not None else set()
        n = len(regions - mine) + bool(regions & mine)  # the region stands in the place of its codes
        if owner is not None:
            is_whole = owner.region in regions or set(owner.nuts_ids) <= regions
            if not is_whole:
                lacking = "" if not regions & mine else f" of {some(sorted(set(owner.nuts_ids) - regions))}"
                notes.append(f"{code} has no figure of {owner.region}{lacking and ': none'}{lacking}.")
            elif not regions - mine:
                notes.append(f"{code} is known for {owner.region} alone: it is shown, without a rank.")
        if 1 < n < LEAST_COMPARED:
            notes.append(f"{code} has figures of {n} regions: from {LEAST_COMPARED} on there are ranks.")
        if str(what["unit"]).startswith("percent") and not rows["value"].between(0, 100).all():
            notes.append(f"{code} has values outside of 0 to 100 percent.")
    return notes


# The kind


def template(path: Path, project: Project, owner: Owner | None) -> bytes:  # noqa: ARG001
    """A table with an example of two years to replace: for a region under its own codes."""
    codes = owner.nuts_ids if owner is not None else ("ITC1", "ITC4")
    example = {
        "indicator": "example_apprentices",
        "unit": "per 1,000 employed",
        "name": "Example: apprentices",
        "merged_by": "employment",
        "source": "own survey, 2024",
    }
    country = codes[0][:2]
    rows = [
        {"nuts_id": code, "year": year, "value": value, **example}
        for code in (*codes, country)
        for year, value in ((2022, 10.5), (2023, 11.25))
    ]
    return table_bytes(path, COLUMNS, rows, NOTES)


def check(path: Path, project: Project, owner: Owner | None) -> list[str]:
    """What a file of indicators holds, in lines."""
    found = load_own_indicators(path, project, owner)
    lines = [f"{path}: {len(found.definitions)} {'indicator' if len(found.definitions) == 1 else 'indicators'}."]
    for code, what in found.definitions.iterrows():
        rows = found.rows[found.rows["indicator"].eq(code)]
        n, m = len(set(rows["nuts_id"]) - {UNION, *COUNTRY_NAMES}), len(set(rows["nuts_id"]) & set(COUNTRY_NAMES))
        beside = f" and {m} {'country' if m == 1 else 'countries'}" if m else ""
        first, last = rows["year"].min(), rows["year"].max()
        years = f"{first} to {last}" if first < last else f"{first}"
        lines.append(
            f"  {code}: {what['name']}, {what['unit']}; {n} {'region' if n == 1 else 'regions'}{beside}, {years}."
        )
    lines += found.notes
    if owner is None:
        lines.append("Whether your region is among them is checked with --region REGION.")
    return lines


KIND = Kind(
    name="indicators",
    meaning="indicators of the analyst's own, of one region or of many",
    endings=TABLE_ENDINGS,
    parameter="own.own_indicators",
    value="file",
    folder="params/own",
    guide=GUIDE,
    template=template,
    check=check,
)
