"""Frameworks of a scoreboard: which indicators make up which part, from YAML or a table, checked as a whole."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np
import pandas as pd

from clusterkit import yamlfile
from clusterkit.errors import ClusterkitError, ParamError, Problem, some

RULE = "docs/methods.md#frameworks"
EXAMPLE = "params/frameworks/res-6.yaml"
LEVELS = ("index", "dimension", "sub-dimension", "indicator")  # from the top; the last holds the data
LEVELS_FIX = "list at least two different names, from the top to the indicators"
RATINGS = ("green", "amber", "red")
FIRST_YEAR, LAST_YEAR = 1900, 2100  # calendar years; as in the reader of Eurostat files
FROM_A_FILE = "name the file that has it under own_indicators of the region"
YEARS_RULE = f"a year is a whole number from {FIRST_YEAR} to {LAST_YEAR}"
COLUMNS = {  # of the table, with what stands where nothing is said
    "code": None,
    "level": None,
    "parent": "",
    "name": "",
    "weight": 1.0,
    "direction": np.nan,
    "unit": "",
    "source": "",
    "first_year": np.nan,
    "last_year": np.nan,
    "denominator": "",
    "target": np.nan,
    "rating": "",
    "reason": "",
}
_TEXTS = ("parent", "name", "unit", "source", "denominator", "rating", "reason")
_NUMBERS = ("weight", "direction", "first_year", "last_year", "target")
_OF_INDICATORS = ("direction", "unit", "source", "first_year", "last_year", "denominator", "target")
_TOP_KEYS = ("schema_version", "id", "title", "source", "levels", "years", "groups", "indicators")
_GROUP_KEYS = ("code", "level", "parent", "name", "weight", "rating", "reason")
_INDICATOR_KEYS = (
    "code",
    "parent",
    "name",
    "weight",
    "direction",
    "unit",
    "source",
    "years",
    "denominator",
    "target",
    "rating",
    "reason",
)

Locate = Callable[[int, str], str]  # position of a row and name of a column to the place where it stands


@dataclass(frozen=True)
class Framework:
    """A tree of named parts with indicators at its ends.

    Parameters
    ----------
    table
        One row per part, index ``code``, columns ``level``, ``parent`` ("" at the top), ``name``, ``weight`` (no
        unit, relative to its siblings), and for indicators ``direction`` (+1: more is better, −1: less is),
        ``unit``, ``source``, ``first_year`` and ``last_year`` (figures accepted), ``denominator``, ``target``; for any
        part a ``rating`` (green, amber, red) with its ``reason``. Order is that of the file.
    levels
        Names of the levels from the top; the last is that of the indicators.
    """

    table: pd.DataFrame
    levels: tuple[str, ...] = LEVELS
    id: str = ""
    title: str = ""
    source: str = ""

    @cached_property
    def _below(self) -> dict[str, list[str]]:
        below: dict[str, list[str]] = {}
        for code, parent in zip(self.table.index, self.table["parent"], strict=True):
            below.setdefault(parent, []).append(code)
        return below

    @cached_property
    def _leaf_codes(self) -> frozenset[str]:
        return frozenset(self._at[self.levels[-1]])

    @cached_property
    def _at(self) -> dict[str, list[str]]:
        at: dict[str, list[str]] = {level: [] for level in self.levels}
        for code, level in zip(self.table.index, self.table["level"], strict=True):
            at[level].append(code)
        return at

    @property
    def indicators(self) -> list[str]:
        """Codes of the indicators, in the order of the file."""
        return self.at(self.levels[-1])

    @property
    def groups(self) -> list[str]:
        """Codes of all parts but the indicators, those of the lowest level first."""
        return [code for level in reversed(self.levels[:-1]) for code in self.at(level)]

    @property
    def roots(self) -> list[str]:
        """Codes of the top level."""
        return self.at(self.levels[0])

    def at(self, level: str) -> list[str]:
        """Codes of one level, in the order of the file.

        Parameters
        ----------
        level
            Name of the level, ``dimension``.
        """
        return list(self._at[level])

    def children(self, code: str) -> list[str]:
        """Codes of the parts directly below; none where a part has no data.

        Parameters
        ----------
        code
            Of a part.
        """
        return list(self._below.get(code, ()))

    def leaves(self, code: str) -> list[str]:
        """Codes of all indicators below a part; an indicator is its own leaf.

        Parameters
        ----------
        code
            Of a part.
        """
        if code in self._leaf_codes:
            return [code]
        return [leaf for child in self.children(code) for leaf in self.leaves(child)]

    def name(self, code: str) -> str:
        """Name of a part; its code where it has none.

        Parameters
        ----------
        code
            Of a part.
        """
        return self.table.loc[code, "name"] or code

    @property
    def empty(self) -> list[str]:
        """Parts of the lowest level of groups without any indicator."""
        with_children = set(self.table["parent"])
        return [code for code in self.at(self.levels[-2]) if code not in with_children]

    def _has(self, code: object) -> bool:
        return isinstance(code, str) and code in self.table.index

    def without(self, codes: Sequence[str]) -> Framework:
        """The same framework less some parts and all below them; what loses its last indicator stays, empty.

        Parameters
        ----------
        codes
            Of the parts to leave out.

        Raises
        ------
        ParamError
            A code that the framework does not have.
        """
        unknown = [code for code in codes if not self._has(code)]
        if unknown:
            raise ParamError([_unknown_part(code, self) for code in unknown])
        gone = set(codes)
        for _ in self.levels:
            gone |= set(self.table.index[self.table["parent"].isin(gone)])
        return replace(self, table=self.table[~self.table.index.isin(gone)])

    def described(self, about: pd.DataFrame) -> Framework:
        """The same framework with words for the indicators of which it says none.

        Parameters
        ----------
        about
            Index code of an indicator; any of the columns ``name``, ``unit`` and ``source``. Others than those of the
            framework do not matter.
        """
        table = self.table.copy()
        codes = [code for code in self.indicators if code in about.index]
        for column in about.columns.intersection(["name", "unit", "source"]):
            own = table.loc[codes, column]
            table.loc[codes, column] = own.where(own.ne(""), about.loc[codes, column])
        return replace(self, table=table)

    def with_weights(self, weights: Mapping[str, float] | pd.Series) -> Framework:
        """The same framework with other weights for some of its parts.

        Raises
        ------
        ParamError
            A code that the framework does not have or that stands twice, a weight that is not a number from 0 up, a
            group whose parts all weigh nothing; all at once.
        """
        where = "the weights given"
        given = list(weights.items())
        names = [code for code, _ in given]
        problems = [_unknown_part(code, self) for code in names if not self._has(code)]
        problems += [_weight_problem(code, value, where) for code, value in given if not _is_weight(value)]
        problems += [
            Problem(f"The code {code} stands twice.", where, "a part has one weight", "remove one of the two")
            for code in dict.fromkeys(str(code) for code in names)
            if names.count(code) > 1
        ]
        if problems:
            raise ParamError(problems)
        table = self.table.copy()
        table.loc[names, "weight"] = [float(value) for _, value in given]
        for parent in dict.fromkeys(table.loc[names, "parent"]):
            if parent and (table.loc[table["parent"] == parent, "weight"] == 0).all():
                problems.append(_weightless(parent, where))
        if problems:
            raise ParamError(problems)
        return replace(self, table=table)


def _unknown_part(code: object, framework: Framework) -> Problem:
    return Problem(
        what=f"The framework {framework.id or 'given'} has no part {code!r}.",
        where="the codes given",
        rule="a part of a framework is named by its code",
        fix=_close(code, list(framework.table.index)),
    )


def _close(value: object, known: Sequence[str], otherwise: str = "") -> str:
    close = difflib.get_close_matches(str(value), known, n=1)
    return f"did you mean {close[0]}?" if close else otherwise or f"use one of: {some(list(known))}"


def check_framework(
    table: pd.DataFrame,
    *,
    levels: Sequence[str] = LEVELS,
    known: Mapping[str, str] | Collection[str] | None = None,
    id: str = "",
    title: str = "",
    source: str = "",
) -> Framework:
    """A framework given as a table, checked as a whole.

    Parameters
    ----------
    table
        One row per part; columns as in :class:`Framework`, ``code`` as column or index. Needed: ``code``,
        ``level``, ``parent`` (empty at the top level), and ``direction`` of indicators. Others may be absent.
    levels
        Names of the levels from the top; the last is that of the indicators.
    known
        Indicators that there are figures for, with the unit of each where it is to be compared; None: not checked.
    id
        Identifier of the framework; "" for none.
    title, source
        What it is called, and who made it.

    Raises
    ------
    ParamError
        Everything that is wrong, at once: absent or unknown columns, a code that is missing or stands twice, an
        unknown level, an unknown parent, a parent of the wrong level, a circle, a weight below zero, a group whose
        children all weigh nothing, a direction that is not +1 or −1, years in the wrong order, an unknown rating, an
        indicator that is not ``known`` or has another unit there, no indicator at all; or a table that is no table,
        names a column twice, or has fewer than two levels.

    Examples
    --------
    >>> rows = [("all", "index", "", None), ("skills", "dimension", "all", None), ("ter", "indicator", "skills", 1)]
    >>> toy = pd.DataFrame(rows, columns=["code", "level", "parent", "direction"])
    >>> check_framework(toy, levels=["index", "dimension", "indicator"]).leaves("all")
    ['ter']
    """
    _check_call(table, levels)
    if "code" not in table and _holds_codes(table.index):
        table = table.rename_axis("code").reset_index()
    rows = table.reset_index(drop=True)

    def locate(position: int, column: str) -> str:
        code = rows["code"][position] if "code" in rows else position
        return f"row {position + 1} of the framework table ({code}), column {column}"

    checked, problems = _check(rows, tuple(levels), known, locate, "the framework table")
    if problems:
        raise ParamError(problems)
    return Framework(checked, tuple(levels), id, title, source)


def _holds_codes(index: pd.Index) -> bool:
    """Whether an index can be that of the codes: texts, without another name."""
    return index.nlevels == 1 and index.name in ("code", None) and pd.api.types.infer_dtype(index) == "string"


def _check_call(table: object, levels: object) -> None:
    """What would keep the table from being looked at row by row."""
    problems = []
    if not isinstance(table, pd.DataFrame):
        what = f"The framework is a {type(table).__name__}, not a DataFrame."
        problems.append(Problem(what, "argument table", RULE, "give one row per part, or read a file: load_framework"))
    elif twice := [name for name, is_twice in zip(table.columns, table.columns.duplicated(), strict=True) if is_twice]:
        what = f"The framework has the column {some(twice)} twice."
        problems.append(Problem(what, "the framework table", RULE, "remove one of the two"))
    if isinstance(levels, str) or not isinstance(levels, Sequence) or not _are_levels(list(levels)):
        what = f"levels is {levels!r}."
        problems.append(Problem(what, "argument levels", RULE, LEVELS_FIX))
    if problems:
        raise ParamError(problems)


def _are_levels(names: object) -> bool:
    return (
        isinstance(names, list)
        and len(names) >= 2
        and all(isinstance(name, str) and name.strip() for name in names)
        and len(set(names)) == len(names)
    )


def load_framework(path: Path, *, known: Mapping[str, str] | Collection[str] | None = None) -> Framework:
    """Read and check the framework of a scoreboard.

    Parameters
    ----------
    path
        YAML file: ``levels``, ``groups`` and ``indicators``, each part with its ``parent``.
    known
        Indicators that there are figures for, with the unit of each where it is to be compared; None: not checked.

    Raises
    ------
    ParamError
        Everything that is wrong with the file, at once and with its lines: what :func:`check_framework` finds, unknown
        and missing keys, values of the wrong kind, an ``id`` that is not the name of the file.
    """
    data, locate = yamlfile.read(path)
    problems: list[Problem] = []

    def add(at: tuple[Any, ...], what: str, fix: str, rule: str = RULE) -> None:
        problems.append(Problem(what=what, where=locate(at), rule=rule, fix=fix))

    _check_keys(
        data, _TOP_KEYS, ("schema_version", "id", "title", "source", "groups", "indicators"), (), "The framework", add
    )
    if repr(data.get("schema_version", 1)) != "1":
        add(("schema_version",), f"schema_version is {data['schema_version']!r}.", "write schema_version: 1")
    for key in ("id", "title", "source"):
        if key in data and not (isinstance(data[key], str) and data[key].strip()):
            what = f"{key} is empty." if data[key] in ("", None) else f"{key} is {data[key]!r}, not a text."
            add((key,), what, "write a text in quotes")
    if isinstance(data.get("id"), str) and data["id"] != path.stem:
        add(
            ("id",),
            f"The file {path.name} says id: {data['id']!r}.",
            f"write id: {path.stem}, or rename the file",
            "a framework's identifier is the name of its file",
        )
    levels = data.get("levels", list(LEVELS))
    if not _are_levels(levels):
        add(("levels",), f"levels is {levels!r}.", LEVELS_FIX)
        levels = list(LEVELS)
    years = _years(data.get("years"), ("years",), add)
    rows: list[dict[str, Any]] = []
    places: list[tuple[str, int]] = []
    told: set[tuple[int, str]] = set()  # row and column: absent or misspelt, and said so with its line
    for key, keys, needed in (
        ("groups", _GROUP_KEYS, ("code", "level")),
        ("indicators", _INDICATOR_KEYS, ("code", "parent", "direction")),
    ):
        part = data.get(key, [])
        if not isinstance(part, list):
            add((key,), f"{key} is not a list.", f"write one entry per part; see {EXAMPLE}")
            continue
        for position, entry in enumerate(part):
            at = (key, position)
            if not isinstance(entry, dict):
                add(at, f"{entry!r} is not keys and values.", f"see {EXAMPLE}")
                continue
            absent = _check_keys(entry, keys, needed, at, f"The part {entry.get('code', position + 1)}", add)
            told |= {(len(rows), name) for name in absent}
            row = {name: value for name, value in entry.items() if name in keys and name in COLUMNS}
            if key == "indicators":
                own = entry.get("years")
                first, last = years if own is None else _years(own, (*at, "years"), add)
                row |= {"level": levels[-1], "first_year": first, "last_year": last}
            rows.append(row)
            places.append(at)

    def of_row(position: int, column: str) -> str:
        at = places[position]
        inner = "years" if column in ("first_year", "last_year") else column
        entry = data[at[0]][at[1]]
        return locate((*at, inner) if inner in entry else at)

    table = pd.DataFrame([[row.get(name) for name in COLUMNS] for row in rows], columns=list(COLUMNS), dtype=object)
    checked, more = _check(table, tuple(levels), known, of_row, str(path), told)
    problems += more
    if problems:
        raise ParamError(problems)
    return Framework(checked, tuple(levels), data["id"], data["title"], data["source"])


def check_for_pages(framework: Framework, path: Path) -> Framework:
    """The framework, if pages can show it: one part at the top, and at least one level between it and the indicators.

    Parameters
    ----------
    framework
        Any.
    path
        Its file.

    Raises
    ------
    ParamError
        It has other parts at the top, or no level of dimensions.
    """
    problems = []
    if len(framework.levels) < 3:
        what = f"The framework {framework.id} has the levels {' and '.join(framework.levels)} alone."
        fix = f"write levels: [index, dimension, indicator], and give the indicators a dimension; see {EXAMPLE}"
        problems.append(Problem(what, f"{path}, levels", "a page shows the parts below the whole", fix))
    if len(framework.roots) != 1:
        what = f"The framework {framework.id} has {len(framework.roots)} parts at the top: {some(framework.roots)}."
        fix = f"add a level above, with one part that is the parent of these; see {EXAMPLE}"
        problems.append(Problem(what, f"{path}, groups", "a page shows one whole and its parts", fix))
    if problems:
        raise ParamError(problems)
    return framework


def list_frameworks(folder: Path) -> dict[str, Framework]:
    """Every framework of a folder, by identifier, in alphabetical order.

    Parameters
    ----------
    folder
        Usually ``params/frameworks``.

    Raises
    ------
    ParamError
        Every problem of every file at once.
    """
    problems: list[Problem] = []
    loaded = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            loaded[path.stem] = load_framework(path)
        except ClusterkitError as exc:
            problems += exc.problems
    if problems:
        raise ParamError(problems)
    return loaded


def _check_keys(
    data: Mapping[str, Any],
    known: Sequence[str],
    required: Sequence[str],
    at: tuple[Any, ...],
    what: str,
    add: Callable[..., None],
) -> set[str]:
    """Tell of unknown and missing keys; the required keys without a value, so that they are told of once."""
    meant = set()  # a misspelt key is one problem, not also a missing one
    for key in data:
        if key not in known:
            close = difflib.get_close_matches(str(key), known, n=1)
            meant.update(close)
            fix = f"did you mean {close[0]}?" if close else f"remove it; the keys are {', '.join(known)}"
            add((*at, key), f"{what} has an unknown key {key!r}.", fix)
    if missing := [key for key in required if key not in data and key not in meant]:
        add(at, f"{what} has no {' and no '.join(missing)}.", f"add {' and '.join(missing)}; see {EXAMPLE}")
    return {key for key in (*meant, *missing) if key not in data}


def _years(value: Any, at: tuple[Any, ...], add: Callable[..., None]) -> tuple[float, float]:
    if value is None:
        return np.nan, np.nan
    if not (isinstance(value, list) and len(value) == 2 and all(_is_year(year) for year in value)):
        add(at, f"years is {value!r}.", "write the first and the last year, such as [2012, 2019]", YEARS_RULE)
    elif value[0] > value[1]:
        add(at, f"The years run from {value[0]} to {value[1]}.", "write the earlier year first")
    else:
        return float(value[0]), float(value[1])
    return np.nan, np.nan


def _check(
    table: pd.DataFrame,
    levels: tuple[str, ...],
    known: Mapping[str, str] | Collection[str] | None,
    locate: Locate,
    where: str,
    told: Collection[tuple[int, str]] = (),
) -> tuple[pd.DataFrame, list[Problem]]:
    """The table with all columns, types and index set, and everything that is wrong with it."""
    problems = [
        Problem(
            what=f"The framework has an unknown column {name!r}.",
            where=where,
            rule=RULE,
            fix=_close(name, list(COLUMNS), f"remove it; the columns are {', '.join(COLUMNS)}"),
        )
        for name in table
        if name not in COLUMNS
    ]
    absent = [name for name in ("code", "level") if name not in table]
    if absent:
        problems.append(
            Problem(
                what=f"The framework has no column {' and no column '.join(absent)}.",
                where=where,
                rule=RULE,
                fix=f"add {' and '.join(absent)}",
            )
        )
        return table, problems
    rows = table.reindex(columns=list(COLUMNS)).astype(object)
    for column, default in COLUMNS.items():
        if default is not None:
            blanks = ("",) if column in _NUMBERS else ()  # an empty cell of a spreadsheet may arrive as text
            filled = [
                default if _is_absent(value) or (isinstance(value, str) and value in blanks) else value
                for value in rows[column]
            ]
            rows[column] = pd.Series(filled, index=rows.index, dtype=object)  # as given, for the messages
    checker = _RowChecker(rows, levels, locate, told)
    checker.run()
    problems += checker.problems
    if known is not None:
        problems += checker.unknown_indicators(known)
    if not problems:
        for column in _NUMBERS:
            rows[column] = rows[column].astype(float)
        for column in ("code", "level", *_TEXTS):
            rows[column] = rows[column].astype(str)
    return rows.set_index("code"), problems


def _is_absent(value: object) -> bool:
    return value is None or (isinstance(value, float) and np.isnan(value)) or value is pd.NA


def _is_number(value: object) -> TypeGuard[float]:
    if not isinstance(value, int | float | np.integer | np.floating) or isinstance(value, bool):
        return False
    try:
        return bool(np.isfinite(float(value)))
    except OverflowError:  # a whole number of more than 300 digits
        return False


def _is_year(value: object) -> bool:
    return _is_number(value) and FIRST_YEAR <= value <= LAST_YEAR and value == int(value)


def _is_weight(value: object) -> bool:
    return _is_number(value) and value >= 0


def _weight_problem(code: object, value: object, where: str) -> Problem:
    return Problem(
        what=f"The weight of {code} is {value!r}.",
        where=where,
        rule="a weight is a number from 0 up, relative to its siblings",
        fix="write 1 for an ordinary part, 0 to leave it out of the score",
    )


def _weightless(code: object, where: str) -> Problem:
    return Problem(
        what=f"All parts of {code} weigh nothing.",
        where=where,
        rule="weights of siblings add up to more than 0",
        fix="give at least one of them a weight",
    )


class _RowChecker:
    """Collects the problems of the rows of a framework."""

    def __init__(
        self, rows: pd.DataFrame, levels: tuple[str, ...], locate: Locate, told: Collection[tuple[int, str]]
    ) -> None:
        self.rows, self.levels, self.locate, self.told = rows, levels, locate, told
        self.problems: list[Problem] = []
        self.codes = list(rows["code"])
        named = [row for row in rows.to_dict("records") if isinstance(row["code"], str)]
        self.level_of = {row["code"]: row["level"] if isinstance(row["level"], str) else "" for row in named}
        self.parent_of = {row["code"]: row["parent"] if isinstance(row["parent"], str) else "" for row in named}

    def add(self, position: int, column: str, what: str, fix: str, rule: str = RULE) -> None:
        if (position, column) not in self.told:
            self.problems.append(Problem(what=what, where=self.locate(position, column), rule=rule, fix=fix))

    def run(self) -> None:
        seen: set[object] = set()
        for position, row in enumerate(self.rows.to_dict("records")):
            if not self._code(position, row["code"], seen):
                continue
            self._texts(position, row)
            if self._level(position, row):
                self._parent(position, row)
                self._numbers(position, row)
        self._circles()
        self._wholes()

    def _code(self, position: int, code: object, seen: set[object]) -> bool:
        if not (isinstance(code, str) and code.strip()):
            self.add(
                position,
                "code",
                f"A code is {code!r}.",
                "write a text, in quotes where it looks like a number",
                "every part has a code",
            )
            return False
        if code in seen:
            self.add(
                position,
                "code",
                f"The code {code} stands twice.",
                "rename or remove one of the two",
                "a code is unique in its framework",
            )
        seen.add(code)
        return True

    def _texts(self, position: int, row: dict[str, Any]) -> None:
        for column in _TEXTS:
            if not isinstance(row[column], str):
                self.add(
                    position,
                    column,
                    f"{column} of {row['code']} is {row[column]!r}, not a text.",
                    "write a text in quotes",
                )
        if isinstance(row["rating"], str) and row["rating"] not in ("", *RATINGS):
            self.add(
                position,
                "rating",
                f"The rating of {row['code']} is {row['rating']!r}.",
                _close(row["rating"], RATINGS),
                f"a rating is {', '.join(RATINGS[:-1])} or {RATINGS[-1]}",
            )

    def _level(self, position: int, row: dict[str, Any]) -> bool:
        if isinstance(row["level"], str) and row["level"] in self.levels:
            return True
        self.add(
            position,
            "level",
            f"The level of {row['code']} is {row['level']!r}.",
            _close(row["level"], self.levels),
            f"the levels are {', '.join(self.levels)}",
        )
        return False

    def _parent(self, position: int, row: dict[str, Any]) -> None:
        code, parent, level = row["code"], row["parent"], row["level"]
        depth = self.levels.index(level)
        if not isinstance(parent, str):
            return  # told with the texts
        if depth == 0:
            if parent:
                self.add(
                    position,
                    "parent",
                    f"{code} is at the top level and has the parent {parent!r}.",
                    "remove the parent",
                )
            return
        above = self.levels[depth - 1]
        possible = [name for name, its in self.level_of.items() if its == above or its not in self.levels]
        if not parent:
            self.add(position, "parent", f"{code} has no parent.", f"name the {above} that it belongs to")
        elif parent not in self.level_of:
            self.add(
                position,
                "parent",
                f"The parent of {code} is {parent!r}, which the framework does not have.",
                _close(parent, possible, "" if possible else f"add a part of level {above!r} first"),
                "a parent is the code of a part one level up",
            )
        elif self.level_of[parent] not in self.levels:
            return  # told at the parent
        elif self.level_of[parent] != above:
            self.add(
                position,
                "parent",
                f"The parent of {code} is {parent}, a part of level {self.level_of[parent]!r}.",
                f"name a part of level {above!r}",
                "a parent is the code of a part one level up",
            )

    def _numbers(self, position: int, row: dict[str, Any]) -> None:
        code, is_indicator = row["code"], row["level"] == self.levels[-1]
        if not _is_weight(row["weight"]):
            self.problems.append(_weight_problem(code, row["weight"], self.locate(position, "weight")))
        if is_indicator and not (_is_number(row["direction"]) and row["direction"] in (1, -1)):
            shown = "missing" if _is_absent(row["direction"]) else repr(row["direction"])
            self.add(
                position,
                "direction",
                f"The direction of {code} is {shown}.",
                "write 1 where more is better, -1 where less is",
                "a direction is 1 or -1",
            )
        for column in _OF_INDICATORS if not is_indicator else ():
            if not _is_absent(row[column]) and not (isinstance(row[column], str) and not row[column]):
                self.add(
                    position, column, f"{code} is no indicator and has {column}: {row[column]!r}.", f"remove {column}"
                )
        if not _is_absent(row["target"]) and not _is_number(row["target"]):
            self.add(position, "target", f"target of {code} is {row['target']!r}, not a number.", "write a number")
        for column in ("first_year", "last_year"):
            if not _is_absent(row[column]) and not _is_year(row[column]):
                what = f"{column} of {code} is {row[column]!r}, not a year."
                self.add(position, column, what, "write a year such as 2014", YEARS_RULE)
        if _is_year(row["first_year"]) and _is_year(row["last_year"]) and row["first_year"] > row["last_year"]:
            self.add(
                position,
                "first_year",
                f"The years of {code} run from {row['first_year']:.0f} to {row['last_year']:.0f}.",
                "write the earlier year first",
            )

    def _circles(self) -> None:
        told: set[str] = set()
        for position, code in enumerate(self.codes):
            chain, here = [], code
            while isinstance(here, str) and here and here in self.parent_of and here not in chain:
                chain.append(here)
                here = self.parent_of[here]
            if here in chain:
                circle = chain[chain.index(here) :]
                if not told & set(circle):
                    told |= set(circle)
                    way = " → ".join([*circle, here])
                    self.add(
                        position,
                        "parent",
                        f"The parents go round in a circle: {way}.",
                        "give one of them another parent",
                        "a framework is a tree",
                    )

    def _is_astray(self, parent: str) -> bool:
        return parent != "" and parent not in self.level_of

    def _wholes(self) -> None:
        if not any(isinstance(level, str) and level == self.levels[-1] for level in self.rows["level"]):
            self.problems.append(
                Problem(
                    what="The framework has no indicator.",
                    where=self.locate(0, "code") if self.codes else RULE,
                    rule=f"an indicator is a part of level {self.levels[-1]!r}",
                    fix=f"add one; see {EXAMPLE}",
                )
            )
        lowest = self.levels[-2]
        above = dict(zip(self.levels[1:], self.levels[:-1], strict=True))
        astray = {above.get(self.level_of[code]) for code, parent in self.parent_of.items() if self._is_astray(parent)}
        for position, row in enumerate(self.rows.to_dict("records")):
            if not isinstance(row["code"], str) or not isinstance(row["level"], str):
                continue
            if row["level"] not in self.levels[:-1]:
                continue
            weights = [
                weight
                for parent, weight in zip(self.rows["parent"], self.rows["weight"], strict=True)
                if isinstance(parent, str) and parent == row["code"]
            ]
            if weights and all(_is_weight(weight) and weight == 0 for weight in weights):
                self.problems.append(_weightless(row["code"], self.locate(position, "weight")))
            # Not for a part whose own parts are told to have a misspelt parent.
            if not weights and row["level"] != lowest and row["level"] not in astray:
                self.add(
                    position,
                    "code",
                    f"{row['code']} has no parts.",
                    f"add one, or remove it; only a {lowest} may be empty",
                )

    def unknown_indicators(self, known: Mapping[str, str] | Collection[str]) -> list[Problem]:
        found = len(self.problems)
        units = known if isinstance(known, Mapping) else {}
        for position, row in enumerate(self.rows.to_dict("records")):
            if not isinstance(row["code"], str) or not isinstance(row["level"], str):
                continue
            if row["level"] != self.levels[-1]:
                continue
            if row["code"] not in known:
                self.add(
                    position,
                    "code",
                    f"The indicator {row['code']} is not in the table of indicators.",
                    f"{_close(row['code'], sorted(known), 'take one of docs/indicators.md,')} or {FROM_A_FILE}",
                    "an indicator has figures",
                )
            elif isinstance(row["unit"], str) and row["unit"] and units.get(row["code"], row["unit"]) != row["unit"]:
                self.add(
                    position,
                    "unit",
                    f"The unit of {row['code']} is {row['unit']!r}; the table has {units[row['code']]!r}.",
                    "write the unit of the table",
                    "a framework says what the figures are",
                )
        more = self.problems[found:]
        del self.problems[found:]
        return more
