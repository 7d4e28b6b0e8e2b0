"""What the first line of a file says: the format, the dimensions and where the figures stand."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, NoReturn

from clusterkit.errors import Problem, SourceError

RULE_TSV = "docs/data_log.md#eurostat-bulk-tsv"
RULE_CSV = "docs/data_log.md#eurostat-csv"
TSV_HEADER = "dimensions, a backslash, 'time', then one column per year"
CSV_HEADER = (
    "columns named after the dimensions, with either a year and a value column "
    "(TIME_PERIOD and OBS_VALUE, time and values) or one column per year"
)

FIRST_YEAR, LAST_YEAR = 1900, 2100  # calendar years; Eurostat's longest series start in 1960, projections end in 2100
TIME = {"TIME_PERIOD", "time"}
VALUE = {"OBS_VALUE", "obs_value", "values", "value"}
FLAG = {"OBS_FLAG", "obs_flag", "flag", "flags"}
STATUS = {"CONF_STATUS", "conf_status"}
RESULT = {"time", "value", "flag"}  # columns of the long table: no dimension can have such a name
DIMENSION = re.compile(r"[a-z][a-z0-9_]*")
YEAR = re.compile(r"n?([0-9]{4})")  # n2015: a spreadsheet or a statistics program needed a letter in front
EDITION = re.compile(r"([A-Z][A-Z0-9_]*)_([0-9]{4})_([a-z]{3}[0-9]{4})")  # EMP_LOC_NR_2022_feb2025
EDITION_DIMENSIONS = ("indic_sbs", "edition")  # indic_sbs: the name of that dimension in Eurostat's sbs_r_nuts2021
OF_THE_REGION = {"NUTS_NAME", "level"}  # follow from geo; the list of NUTS codes is the place for them


@dataclass(frozen=True)
class YearColumn:
    """A column with the figures of one year, and the codes that its name adds to the dimensions."""

    column: int
    year: int
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layout:
    """Where things stand in a line of the file; columns count from 0."""

    form: Literal["tsv", "wide", "long"]
    delimiter: str
    n_columns: int
    dimensions: tuple[str, ...]  # in the order of the file
    dimension_columns: tuple[int, ...]  # of a TSV: its first column, which holds them all
    named_dimensions: tuple[str, ...] = ()  # dimensions whose codes stand in the names of the year columns
    years: tuple[YearColumn, ...] = ()
    time: int | None = None
    value: int | None = None
    flag: int | None = None
    status: int | None = None
    first_year: int = FIRST_YEAR
    last_year: int = LAST_YEAR

    @property
    def rule(self) -> str:
        """What a file of this format looks like, for errors."""
        return RULE_TSV if self.form == "tsv" else RULE_CSV

    @property
    def all_dimensions(self) -> tuple[str, ...]:
        """Names of all dimensions, the years among them."""
        return self.dimensions + self.named_dimensions

    @property
    def used_columns(self) -> tuple[int, ...]:
        """Columns that have to be read, in the order of the file."""
        single = (self.time, self.value, self.flag, self.status)
        known = (column for column in single if column is not None)
        return tuple(sorted({*self.dimension_columns, *(year.column for year in self.years), *known}))

    def expected(self) -> str:
        """What every line should have, in words."""
        if self.form == "tsv":
            return f"{len(self.dimensions)} dimensions and {self.n_columns - 1} years"
        return f"{self.n_columns} columns"

    def only(self, wanted: Mapping[str, Collection[str]]) -> Layout:
        """The layout with those year columns only that ``keep`` asks for."""
        years = self.years
        if "time" in wanted:
            years = tuple(year for year in years if str(year.year) in wanted["time"])
        for place, name in enumerate(self.named_dimensions):
            if name in wanted:
                years = tuple(year for year in years if year.codes[place] in wanted[name])
        return replace(self, years=years)


def read_layout(line: str, path: Path, *, tsv_only: bool) -> Layout:
    """What the first line of a file says.

    Parameters
    ----------
    line
        The first line, without its line end.
    path
        The file, for the errors.
    tsv_only
        Refuse any format but Eurostat's TSV.

    Returns
    -------
    Layout
        Where things stand in each line.

    Raises
    ------
    SourceError
        The line is a web page's, or names no dimensions and years; with the reason.
    """
    try:
        if line.lstrip()[:1] == "<":
            _stop(None)
        layout = _tsv(line) if tsv_only or "\t" in line else _csv(line)
    except _NotAHeaderError as exc:
        raise _refusal(line, path, exc, tsv_only=tsv_only) from exc
    _check_years(layout, path)
    return layout


class _NotAHeaderError(Exception):
    """The first line is no header; the reason, or None for a web page."""


def _stop(reason: str | None = "") -> NoReturn:
    raise _NotAHeaderError(reason)


def _tsv(line: str) -> Layout:
    first, *rest = line.split("\t")
    names, backslash, time = first.partition("\\")
    dimensions = tuple(name.strip() for name in names.split(","))
    years = [name.strip() for name in rest]
    if not backslash or time.strip().lower() not in {"time", "time_period"} or not years:
        _stop()
    if any(not re.fullmatch("[0-9]{4}", name) for name in years):
        _stop()
    _check_dimensions(dimensions)
    columns = tuple(YearColumn(column, int(name)) for column, name in enumerate(years, start=1))
    return Layout("tsv", "\t", 1 + len(years), dimensions, (0,), years=columns)


def _csv(line: str) -> Layout:
    delimiter = ";" if line.count(";") > line.count(",") else ","
    try:
        names = [name.strip() for name in next(csv.reader([line], delimiter=delimiter, strict=True), [])]
    except csv.Error as exc:
        raise _NotAHeaderError(str(exc)) from exc
    places = {kind: _place(names, options) for kind, options in _SINGLE.items()}
    if places["time"] is not None and places["value"] is not None:
        return _long(names, delimiter, places)
    return _wide(names, delimiter)


_SINGLE = {"time": TIME, "value": VALUE, "flag": FLAG, "status": STATUS}


def _place(names: list[str], options: set[str]) -> int | None:
    found = [column for column, name in enumerate(names) if name in options]
    if len(found) > 1:
        _stop(f"{names[found[0]]} and {names[found[1]]} are the same column twice")
    return found[0] if found else None


def _long(names: list[str], delimiter: str, places: dict[str, Any]) -> Layout:
    published = "TIME_PERIOD" in names  # SDMX-CSV: names of dimensions in small letters, all other columns explain them
    dimensions = {}
    for column, name in enumerate(names):
        if column in places.values() or name in OF_THE_REGION:
            continue
        if DIMENSION.fullmatch(name):
            if name in dimensions:
                _stop(f"the column {name} stands twice")
            dimensions[name] = column
        elif not published:
            _stop(f"the column {name!r} is no dimension")
    _check_dimensions(tuple(dimensions))
    return Layout("long", delimiter, len(names), tuple(dimensions), tuple(dimensions.values()), **places)


def _wide(names: list[str], delimiter: str) -> Layout:
    dimensions, plain, editions = {}, [], []
    for column, name in enumerate(names):
        if match := YEAR.fullmatch(name):
            plain.append(YearColumn(column, int(match[1])))
        elif match := EDITION.fullmatch(name):
            editions.append(YearColumn(column, int(match[2]), (match[1], match[3])))
        elif name in OF_THE_REGION:
            continue
        elif not DIMENSION.fullmatch(name):
            _stop(f"the column {name!r} is neither a dimension nor a year")
        elif name in dimensions:
            _stop(f"the column {name} stands twice")
        else:
            dimensions[name] = column
    if bool(plain) == bool(editions):
        _stop("no column of years" if not plain else "two kinds of columns of years")
    named = EDITION_DIMENSIONS if editions else ()
    _check_dimensions((*dimensions, *named))
    return Layout(
        "wide",
        delimiter,
        len(names),
        tuple(dimensions),
        tuple(dimensions.values()),
        named,
        years=tuple(plain or editions),
    )


def _check_dimensions(names: tuple[str, ...]) -> None:
    if not names:
        _stop("no dimension")
    if len(set(names)) < len(names):
        _stop("a dimension stands twice")
    bad = [name for name in names if name in RESULT or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name)]
    if bad:
        _stop(f"{bad[0]!r} is no name of a dimension")


def _check_years(layout: Layout, path: Path) -> None:
    strange = [f"{year.year:04}" for year in layout.years if not FIRST_YEAR <= year.year <= LAST_YEAR]
    if len({(year.year, year.codes) for year in layout.years}) < len(layout.years):
        what = f"A year stands twice in the first line of {path.name}."
    elif strange:
        what = f"{path.name} has years outside {FIRST_YEAR} to {LAST_YEAR} in its first line: {', '.join(strange[:5])}."
    else:
        return
    raise SourceError(
        Problem(
            what=what,
            where=f"{path}, line 1",
            rule=f"{layout.rule}: {TSV_HEADER if layout.form == 'tsv' else CSV_HEADER}",
            fix="download the file again; an error page of the server may have been saved in its place",
        )
    )


def _refusal(line: str, path: Path, exc: _NotAHeaderError, *, tsv_only: bool) -> SourceError:
    (reason,) = exc.args
    kind = "TSV" if tsv_only else "table"
    if reason is None:
        what = f"{path.name} is a web page, not a {kind}: it starts with {line.strip()[:40]!r}."
    else:
        what = f"The first line of {path.name} is not a Eurostat header: {line.strip()[:60]!r}."
    rule = f"{RULE_TSV}: {TSV_HEADER}"
    return SourceError(
        Problem(
            what=what,
            where=f"{path}, line 1" + (f": {reason}" if reason else ""),
            rule=rule if tsv_only else f"{rule}; {RULE_CSV}: {CSV_HEADER}",
            fix="download the file again; an error page of the server may have been saved in its place",
        )
    )
