"""The analyst's own table of industries: the region and one area to compare it with, at any depth of NACE."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from clusterkit import cached
from clusterkit.data.industries.nace_depth import TOTAL, depth, parse_code, parts_of
from clusterkit.data.own.kind import Kind, Owner
from clusterkit.data.own.numbers import read_numbers
from clusterkit.errors import ParamError, Problem, some
from clusterkit.paths import Project
from clusterkit.table_files import Row, read_rows, table_bytes

GUIDE = "docs/how-to-own-industry-table.md"
RULE = f"{GUIDE}#columns"
BENCHMARK = "benchmark"
NOTES = {
    "area": "identifier of the region, or the word benchmark for the area it is compared with, such as the country",
    "area_name": "name of the area as readers see it; needed in one row of the benchmark",
    "nace_code": "section, division, group or class of NACE Rev. 2 with its letter, as text: C, C13, C13.1, C13.10; "
    "or total for all industries that the office counts",
    "name": "name of the industry as readers see it; needed in one row of a code, else the code alone is shown",
    "year": "calendar year",
    "persons_employed": "persons employed; empty where hidden or not known, 0 only where there are none",
    "local_units": "number of local units, or empty",
    "wages_meur": "wages and salaries, million euro, or empty",
    "flag": "c: hidden to protect single firms; e: estimated; p: provisional; u: unreliable; b: break in the series; "
    "several letters together, or empty",
    "source": "office, table and date of the figures",
}
COLUMNS = tuple(NOTES)
NEEDED = ("area", "nace_code", "year", "persons_employed", "source")
FLAGS = {"c": "hidden", "e": "estimated", "u": "unreliable", "p": "provisional", "b": "break"}
FIGURES = ("persons_employed", "local_units", "wages_meur")
FIRST_YEAR, LAST_YEAR = 1990, 2060  # calendar years
TOLERANCE = 0.01  # share of a figure by which the sum of its parts may differ from it
ROUNDING = 5.0  # persons employed for each part: offices round to five and ten
Add = Callable[[str, str, str, str], None]


@dataclass(frozen=True)
class OwnIndustry:
    """What a region handed in of its industries.

    Parameters
    ----------
    region
        Identifier of the region.
    table
        Index (``area``, ``nace_code``, ``year``): ``persons_employed`` (persons; NaN where hidden or missing),
        ``persons_employed_status`` (``reported``, ``estimated``, ``unreliable``, ``hidden``, ``missing``),
        ``local_units`` (number), ``wages_meur`` (million euro), ``flag`` (letters as given). ``area`` is the region's
        identifier or ``benchmark``; a code may be ``TOTAL``.
    names
        Name of each code that has one.
    benchmark
        Name of the area that the region is compared with.
    sources
        As given, each once.
    """

    region: str
    table: pd.DataFrame
    names: Mapping[str, str]
    benchmark: str
    sources: tuple[str, ...]

    @property
    def years(self) -> list[int]:
        """Calendar years in which both areas have figures, the oldest first."""
        years = [set(self.table.loc[area].index.get_level_values("year")) for area in (self.region, BENCHMARK)]
        return sorted(int(year) for year in years[0] & years[1])

    def codes(self, area: str) -> list[str]:
        """Codes that an area has rows of, in the order of NACE."""
        return sorted(set(self.table.loc[area].index.get_level_values("nace_code")))

    def label(self, code: str) -> str:
        """Name with code, ``Spinning (C13.1)``; the code alone where there is no name."""
        return f"{self.names[code]} ({code})" if code in self.names else code

    def phrase(self, code: str) -> str:
        """The label inside a sentence, ``spinning (C13.1)``."""
        label = self.label(code)
        return label if label == code else label[0].lower() + label[1:]


def read_own_industry(path: Path, owner: Owner | None = None) -> OwnIndustry:
    """Read and check a table of industries.

    Parameters
    ----------
    path
        CSV or workbook with the columns of ``NOTES``.
    owner
        Region that it must be for; None: for any, but one.

    Raises
    ------
    ParamError
        Everything that is wrong with the file, at once: an unknown code or one that a spreadsheet changed, a figure
        that is no number or negative, a hidden cell with a figure, a row that stands twice, parts that do not add up to
        their whole, a benchmark smaller than the region, no name of the benchmark, no source.
    """
    return _read(path, None if owner is None else owner.region)


@cached.by_file
def _read(path: Path, region: str | None) -> OwnIndustry:
    problems: list[Problem] = []

    def add(what: str, where: str, rule: str, fix: str) -> None:
        problems.append(Problem(what, where, rule, fix))

    given = read_rows(path, columns=COLUMNS, needed=NEEDED, rule=RULE)
    if not given:
        add(f"The file {path.name} has headings, but no rows.", str(path), RULE, "write a row for each figure")
    _check_codes_are_text(given, path, add)
    if problems:  # codes that a spreadsheet changed make all else that would be said untrue
        raise ParamError(problems)
    figures = _figures(given, problems)
    rows = [(row, _record(row, values, add)) for row, values in zip(given, figures, strict=True)]
    own = _own_area([record["area"] for _, record in rows], region, path, add)
    _check_twice(rows, add)
    benchmark = _benchmark_name(rows, path, add)
    sources = tuple(dict.fromkeys(text for row, _ in rows if (text := row.text("source"))))
    if not sources and rows:
        add("No row names a source.", f"{path}, column source", RULE, "write the office, the table and the date")
    names = _names(rows, add)
    if problems:
        raise ParamError(problems)
    table = pd.DataFrame([record for _, record in rows]).set_index(["area", "nace_code", "year"]).sort_index()
    found = OwnIndustry(own, table, names, benchmark, sources)
    _check_figures(found, path, add)
    if problems:
        raise ParamError(problems)
    return found


def _check_codes_are_text(rows: list[Row], path: Path, add: Add) -> None:
    """Refuse codes that a spreadsheet took for numbers: 13.10 and 13.1 are then the same."""
    fix = (
        "write the section letter before each code, C13.1 for the group and C13.10 for the class; in a spreadsheet, "
        "format the column as text before the codes are typed or read in"
    )
    rule = "a code is text: as numbers, the class 13.10 and the group 13.1 are the same"
    numbers = [code for row in rows if isinstance(code := row.raw("nace_code"), int | float)]
    if numbers:
        what = f"{len(numbers)} codes are numbers, not text: {some(numbers)}."
        add(what, f"{path}, column nace_code", rule, fix)
        return
    bare = [plain for row in rows if re.fullmatch(r"\d\d?[.,]\d{1,2}", plain := row.text("nace_code"))]
    classes = [code for code in bare if len(re.split(r"[.,]", code)[1]) == 2]
    groups = sorted(set(bare) - set(classes))
    lost = [code for code in groups if f"{code}0" in _single_classes()]
    # Classes, none of which ends in 0, beside codes that a class ending in 0 would have become.
    if classes and lost and not any(code.endswith("0") for code in classes):
        what = f"{len(lost)} codes may have lost a zero at their end: {some(lost)}."
        add(what, f"{path}, column nace_code", rule, fix)


def _single_classes() -> set[str]:
    from clusterkit.data.industries.nace_depth import CLASSES

    return {code[1:] for code in CLASSES if code.endswith("0")}


def _record(row: Row, figures: dict[str, float], add: Add) -> dict[str, Any]:
    """The values of a row, checked one by one."""
    written = row.text("nace_code")
    if written.upper() == TOTAL:
        code = TOTAL
    else:
        parsed = parse_code(written)
        code = parsed.code
        if parsed.wrong:
            add(parsed.wrong, row.where, "a section, division, group or class of NACE Rev. 2, or total", parsed.fix)
    year = row.text("year")
    if not re.fullmatch(r"\d{4}", year) or not FIRST_YEAR <= int(year) <= LAST_YEAR:
        add(f"The year is {year!r}.", row.where, f"a calendar year from {FIRST_YEAR} to {LAST_YEAR}", "correct it")
        year = "0"
    if not row.text("area"):
        add("The row has no area.", row.where, RULE, f"write the identifier of the region, or {BENCHMARK}")
    flag = "".join(row.text("flag").lower().replace(",", " ").split())
    flag += "c" if "c" not in flag and _is_hidden(row, "persons_employed") else ""
    if unknown := [letter for letter in flag if letter not in (*FLAGS, ":")]:
        known = "; ".join(f"{letter}: {what}" for letter, what in FLAGS.items())
        add(f"The flag has {unknown[0]!r}.", row.where, known, "write one of these letters, or leave it empty")
    persons = figures["persons_employed"]
    if "c" in flag and not np.isnan(persons):
        add(
            f"{code or written} of {year} is flagged c, hidden, but has a figure.",
            row.where,
            "a report publishes what it is given: what is hidden to protect single firms must not be in it",
            "empty the figure; or take the flag away, if the figure may be published",
        )
    return {
        "area": row.text("area").lower() if row.text("area").lower() == BENCHMARK else row.text("area"),
        "nace_code": code,
        "year": int(year),
        **figures,
        "persons_employed_status": _status(persons, flag),
        "flag": flag,
    }


def _status(persons: float, flag: str) -> str:
    if np.isnan(persons):
        return "hidden" if "c" in flag else "missing"
    return next((FLAGS[letter] for letter in "eu" if letter in flag), "reported")


def _figures(rows: list[Row], problems: list[Problem]) -> list[dict[str, float]]:
    """Figures of each row; NaN where there is none."""
    columns = {}
    for name in FIGURES:
        plain = [Row({name: None if _is_hidden(row, name) else row.raw(name)}, row.where) for row in rows]
        columns[name] = read_numbers(plain, name, problems, point_is_sure=False)
        for row, number in zip(rows, columns[name], strict=True):
            if number < 0:
                what, fix = f"{name} is {number:g}.", "correct it, or leave it empty where not known"
                problems.append(Problem(what, row.where, "a number from 0", fix))
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _is_hidden(row: Row, name: str) -> bool:
    """Whether the mark of a hidden figure stands in the place of the figure."""
    return row.text(name).lower().replace(" ", "") in ("c", ":c", "(c)")


def _own_area(areas: list[str], region: str | None, path: Path, add: Add) -> str:
    """The region that the table is for."""
    where = f"{path}, column area"
    named = [area for area in dict.fromkeys(areas) if area and area != BENCHMARK]
    if region is not None and (others := [area for area in named if area != region]):
        what = f"The table is for {region}, but has rows of {some(others)}."
        add(what, where, f"an area is {region} or {BENCHMARK}", "correct the area, or name the file for that region")
    elif region is None and len(named) > 1:
        add(f"There are rows of {len(named)} regions: {some(named)}.", where, "one region a file", "split it")
    if areas and (region or (named or [""])[0]) not in named:
        add("There is no row of the region.", where, RULE, f"write {region or 'its identifier'} as area of its rows")
    return region or (named or [""])[0]


def _check_twice(rows: list[tuple[Row, dict[str, Any]]], add: Add) -> None:
    first: dict[tuple[Any, ...], str] = {}
    for row, record in rows:
        key = (record["area"], record["nace_code"], record["year"])
        if key in first and record["nace_code"]:
            what = f"{record['nace_code']} of {record['area']} in {record['year']} stands twice."
            add(
                what,
                f"{row.where}; first in {first[key]}",
                "one row for each area, code and year",
                "remove one of them",
            )
        first.setdefault(key, row.where)


def _benchmark_name(rows: list[tuple[Row, dict[str, Any]]], path: Path, add: Add) -> str:
    where = f"{path}, columns area and area_name"
    of = [row.text("area_name") for row, record in rows if record["area"] == BENCHMARK]
    names = list(dict.fromkeys(name for name in of if name))
    if rows and not of:
        add(
            "There is no row of the benchmark.",
            where,
            "a share is told beside that of a whole area, of the same office and with the same definitions",
            f"add the figures of the country, or of another area that holds the region, with {BENCHMARK} as area",
        )
    elif of and not names:
        add("The benchmark has no name.", where, RULE, "write it under area_name in one of its rows, such as Italy")
    elif len(names) > 1:
        add(f"The benchmark has {len(names)} names: {some(names)}.", where, "one benchmark a table", "keep one of them")
    return names[0] if names else ""


def _names(rows: list[tuple[Row, dict[str, Any]]], add: Add) -> dict[str, str]:
    names: dict[str, str] = {}
    for row, record in rows:
        code, name = record["nace_code"], row.text("name")
        if name and code and names.setdefault(code, name) != name:
            what = f"{code} is called {names[code]!r} and {name!r}."
            add(what, row.where, "an industry has one name", "write the same name, or write it once")
    return names


def _check_figures(found: OwnIndustry, path: Path, add: Add) -> None:
    """Parts against their whole, and the region against the benchmark."""
    persons = found.table["persons_employed"]
    names = {found.region: found.region, BENCHMARK: found.benchmark}
    for (area, year), group in persons.groupby(level=["area", "year"]):
        values = group.droplevel(["area", "year"])
        known = values.dropna()
        for code, whole in known.items():
            parts, is_whole = parts_of(str(code), values.index)
            counted = known.reindex(parts).dropna()
            total, slack = float(counted.sum()), max(TOLERANCE * whole, ROUNDING * len(counted))
            where = f"{path}, {names[area]}, {year}"
            rule = f"the parts of a figure add up to it, within {TOLERANCE:.0%} or {ROUNDING:.0f} persons a part"
            listed = some(list(counted.index))
            if total > whole + slack:
                what = f"The parts of {code} have {total:,.0f} persons, {code} itself {whole:,.0f}: {listed}."
                add(what, where, rule, "correct the one or the other; they may be of two sources or definitions")
            elif is_whole and len(counted) == len(parts) and total < whole - slack:
                what = f"All parts of {code} have {total:,.0f} persons, {code} itself {whole:,.0f}: {listed}."
                add(
                    what,
                    where,
                    rule,
                    "correct the one or the other; a hidden part is an empty figure with flag c, not 0",
                )
    if not {found.region, BENCHMARK} <= set(persons.index.unique("area")):
        return
    both = pd.concat({area: persons.loc[area] for area in (found.region, BENCHMARK)}, axis=1).dropna()
    for (code, year), row in both[both[BENCHMARK] < both[found.region]].iterrows():
        own, whole = (f"{row[area]:,.0f}" for area in (found.region, BENCHMARK))
        what = f"{code} has {own} persons in {found.region} and {whole} in {found.benchmark}."
        rule = "the benchmark is an area that holds the region: it is never smaller"
        add(what, f"{path}, {year}", rule, "correct the figures, or take a benchmark that holds the region")
    if not found.years:
        years = {area: some(sorted(set(persons.loc[area].index.get_level_values("year")))) for area in names}
        what = (
            f"The region has figures of {years[found.region]}, {found.benchmark} of {years[BENCHMARK]}: no common year."
        )
        add(
            what,
            str(path),
            "the region and its benchmark are compared in one year",
            "add the benchmark of the same year",
        )


def template(path: Path, project: Project, owner: Owner | None) -> bytes:  # noqa: ARG001
    """A table to fill in: headings, and one row of each area that shows how."""
    region = owner.region if owner else "region-id"
    rows = [
        {"area": area, "area_name": name, "nace_code": code, "name": text, "year": "2014"}
        for area, name in ((region, ""), (BENCHMARK, "Name of the country"))
        for code, text in ((TOTAL.lower(), "All industries"), ("C13", "Textiles"), ("C13.1", "Spinning"))
    ]
    return table_bytes(path, COLUMNS, rows, NOTES)


def check(path: Path, project: Project, owner: Owner | None) -> list[str]:  # noqa: ARG001
    """What a table of industries holds, in lines."""
    found = read_own_industry(path, owner)
    lines = []
    for area, name in ((found.region, found.region), (BENCHMARK, found.benchmark)):
        own = found.table.loc[area]
        codes = [code for code in found.codes(area) if code != TOTAL]
        depths = [depth(code) for code in codes]
        counted = ", ".join(
            f"{depths.count(one)} {one if depths.count(one) == 1 else one + ('es' if one == 'class' else 's')}"
            for one in dict.fromkeys(depths)
        )
        years = sorted(set(own.index.get_level_values("year")))
        statuses = own["persons_employed_status"].value_counts()
        marks = ", ".join(f"{count} {status}" for status, count in statuses.items())
        lines.append(
            f"{name}: {len(own)} rows of {some(years)}; {counted}"
            f"{', total' if TOTAL in found.codes(area) else ''}; {marks}."
        )
    lines.append(f"Years with both: {some(found.years)}. Source: {'; '.join(found.sources)}.")
    return lines


KIND = Kind(
    name="industry",
    meaning="figures of industries of the region, at any depth of NACE",
    endings=(".csv", ".xlsx"),
    parameter="own.own_industry",
    value="file",
    folder="params/own",
    guide=GUIDE,
    template=template,
    check=check,
)
