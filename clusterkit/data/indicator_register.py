"""The register of indicators, ``params/indicators.yaml``: read, and checked before any file is opened."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from clusterkit import yamlfile
from clusterkit.data import sources
from clusterkit.errors import ParamError, Problem, some

RULE = "docs/indicators.md#the-register"
LAST_YEAR = 2035  # calendar year; as in the contract of the table
FIRST_YEAR = 2008  # earliest calendar year kept: NACE Rev. 2 and the crisis start there
KINDS = ("absolute", "relative", "index")
RATINGS = ("green", "amber", "red")
FORMATS = ("eurostat-tsv", "sdmx-csv", "csv")


@dataclass(frozen=True)
class DataFile:
    """How one raw file is to be read, and in which NUTS version its codes are."""

    id: str
    file: str
    format: str
    nuts_version: int
    dataset: str
    separator: str = ","
    region: str = "geo"
    year: str = "time"
    fixed_year: int | None = None
    version_column: str | None = None
    dimensions: tuple[str, ...] = ()  # not read: a series names under where what it needs
    drop_codes: tuple[str, ...] = ()
    overlap: str = "first"
    inherit_level1: bool = False
    sum_level3: bool = False
    duplicates: str = "error"
    all_zero_is_missing: bool = False
    countries: str = "all"
    rating: str = ""
    reason: str = ""

    @property
    def is_eurostat(self) -> bool:
        """Whether ``eurostat.read`` knows the layout by itself: published by Eurostat, or saved anew from that."""
        return self.format != "csv" or self.file.startswith("eurostat/")


@dataclass(frozen=True)
class Series:
    """Which figures of a file: the value column and the codes of its dimensions."""

    source: str
    value: str = ""
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    factor: float = 1.0


@dataclass(frozen=True)
class Base:
    """An amount to divide by: persons, million euro, enterprises."""

    code: str
    name: str
    unit: str
    series: tuple[Series, ...] = ()
    add: tuple[str, ...] = ()


@dataclass(frozen=True)
class Indicator:
    """One indicator: what it means, and how it is made from published figures."""

    code: str
    name: str
    unit: str
    meaning: str
    kind: str
    series: tuple[Series, ...]
    rating: str
    reason: str
    denominator: str = "population"
    ratio_to: str = ""
    per: float = 1.0
    lag: int = 0
    years: tuple[int, int] = (FIRST_YEAR, LAST_YEAR)
    range: tuple[float, float] = (0.0, np.inf)
    outside: str = "error"
    zero_where: str = ""


@dataclass(frozen=True)
class Register:
    """The checked content of ``params/indicators.yaml``."""

    files: Mapping[str, DataFile]
    bases: Mapping[str, Base]
    indicators: tuple[Indicator, ...]
    path: str = ""

    def sources_of(self, item: Indicator | Base) -> set[str]:
        """Ids of all files that an indicator or a base needs, those of its bases included."""
        found = {series.source for series in item.series}
        more = [*item.add] if isinstance(item, Base) else [item.ratio_to] if item.ratio_to else []
        for code in more:
            found |= self.sources_of(self.bases[code])
        if isinstance(item, Indicator) and item.zero_where:
            found.add(item.zero_where)
        return found


def _keys(kind: type) -> frozenset[str]:
    return frozenset(item.name for item in fields(kind))


# The register


def read_register(path: Path) -> Register:
    """Read and check the register of indicators.

    Parameters
    ----------
    path
        YAML file with the mappings ``sources``, and the lists ``bases`` and ``indicators``.

    Returns
    -------
    Register
        Files by id, bases by code, indicators in the order of the file.

    Raises
    ------
    ParamError
        Unknown or absent keys, a file that ``clusterkit/data/sources.py`` does not list, a code
        given twice, an unknown source, base, kind, format or rating: all of them at once.
    """
    data, locate = yamlfile.read(path)
    check = _Checker(locate)
    check.keys(data, ("schema_version", "sources", "bases", "indicators"), ())
    listed = {source.path: source for source in (*sources.SOURCES, *sources.INDICATOR_SOURCES)}
    files: dict[str, DataFile] = {}
    for name, raw in check.mapping(data, "sources").items():
        where = ("sources", name)
        raw = check.keys(
            raw,
            _keys(DataFile) - {"id", "dataset"},
            where,
            required=("file", "format", "nuts_version", "rating", "reason"),
        )
        check.one_of(raw, "format", FORMATS, where)
        check.one_of(raw, "rating", RATINGS, where)
        check.one_of(raw, "nuts_version", (2010, 2013, 2016, 2021, 2024), where)
        check.one_of(raw, "overlap", ("first", "add"), where)
        check.one_of(raw, "duplicates", ("error", "first"), where)
        check.one_of(raw, "countries", ("all", "eu28"), where)
        known = listed.get(str(raw.get("file")))
        if "file" in raw and known is None:
            check.unknown(
                "file", raw["file"], list(listed), (*where, "file"), "a file listed in clusterkit/data/sources.py"
            )
        values = {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}
        if values.get("separator") == "tab":
            values["separator"] = "\t"
        if check.whole(raw, ("file", "format", "nuts_version"), where):
            files[name] = DataFile(id=name, dataset=known.dataset if known else "", **values)
    bases = {}
    for index, raw in enumerate(check.sequence(data, "bases")):
        where = ("bases", index)
        raw = check.keys(raw, _keys(Base), where, required=("code", "name", "unit"))
        values = {**raw, "add": tuple(raw.get("add", ())), "series": check.series(raw, files, where)}
        if check.whole(raw, ("code", "name", "unit"), where):
            check.twice(raw["code"], bases, where)
            bases[raw["code"]] = Base(**values)
    for index, base in enumerate(bases.values()):
        for code in base.add:
            if code not in bases:
                check.unknown("base", code, list(bases), ("bases", index, "add"), "a code under bases")
    indicators: dict[str, Indicator] = {}
    for index, raw in enumerate(check.sequence(data, "indicators")):
        where = ("indicators", index)
        required = ("code", "name", "unit", "meaning", "kind", "series")
        raw = check.keys(raw, _keys(Indicator), where, required=required)
        check.one_of(raw, "kind", KINDS, where)
        check.one_of(raw, "rating", RATINGS, where)
        check.one_of(raw, "outside", ("error", "missing"), where)
        for key in ("ratio_to", "denominator"):
            if key in raw and raw[key] not in bases:
                check.unknown("base", raw[key], list(bases), (*where, key), "a code under bases")
        if raw.get("zero_where", "") and raw["zero_where"] not in files:
            check.unknown("source", raw["zero_where"], list(files), (*where, "zero_where"), "an id under sources")
        if "ratio_to" in raw and raw.get("kind") != "absolute":
            check.add(
                f"The indicator {raw.get('code')} is {raw.get('kind')} and has ratio_to.",
                (*where, "ratio_to"),
                "only amounts (kind: absolute) are divided by a base",
                "set kind: absolute, or remove ratio_to",
            )
        series = check.series(raw, files, where)
        if check.whole(raw, required, where) and series:
            check.twice(raw["code"], indicators, where)
            indicators[raw["code"]] = _indicator(raw, series, files[series[0].source])
    check.stop()
    return Register(files, bases, tuple(indicators.values()), str(path))


def _indicator(raw: dict[str, Any], series: tuple[Series, ...], first: DataFile) -> Indicator:
    values = dict(raw)
    values["series"] = series
    values.setdefault("rating", first.rating)
    values.setdefault("reason", first.reason)
    percent = str(raw["unit"]).startswith("percent")
    low, high = raw.get("range", (0.0, 100.0 if percent else None))
    values["range"] = (-np.inf if low is None else float(low), np.inf if high is None else float(high))
    values["years"] = tuple(raw.get("years", (FIRST_YEAR, LAST_YEAR)))
    return Indicator(**values)


class _Checker:
    """Collects every problem of one register, then stops once."""

    def __init__(self, locate: yamlfile.Locate) -> None:
        self.locate = locate
        self.problems: list[Problem] = []

    def add(self, what: str, where: tuple[Any, ...], rule: str, fix: str) -> None:
        self.problems.append(Problem(what=what, where=self.locate(where), rule=f"{rule} ({RULE})", fix=fix))

    def stop(self) -> None:
        if self.problems:
            raise ParamError(self.problems)

    def unknown(self, kind: str, value: object, known: Sequence[object], where: tuple[Any, ...], rule: str) -> None:
        close = difflib.get_close_matches(value, [str(name) for name in known], n=1) if isinstance(value, str) else []
        fix = f"did you mean {close[0]}?" if close else f"use one of: {some(known)}"
        self.add(f"Unknown {kind} {value!r}.", where, f"it is {rule}", fix)

    def mapping(self, data: dict[str, Any], key: str) -> dict[str, Any]:
        return self._of_type(data, key, dict, "a mapping")

    def sequence(self, data: dict[str, Any], key: str) -> list[Any]:
        return self._of_type(data, key, list, "a list")

    def _of_type(self, data: dict[str, Any], key: str, kind: type, name: str) -> Any:
        value = data.get(key)
        if isinstance(value, kind):
            return value
        self.add(
            f"The key {key} is {'absent' if value is None else f'not {name}'}.",
            (key,),
            f"{key} is {name}",
            f"write {key} as {name}",
        )
        return kind()

    def keys(
        self, raw: Any, known: Collection[str], where: tuple[Any, ...], required: Iterable[str] = ()
    ) -> dict[str, Any]:
        if not isinstance(raw, dict):
            self.add(
                f"{raw!r} is not a mapping.",
                where,
                "each entry is a mapping of keys and values",
                "write keys and values",
            )
            return {}
        for key in raw:
            if key not in known:
                self.unknown("key", key, sorted(known), (*where, key), "one of the keys of the register")
        absent = [key for key in required if key not in raw]
        if absent:
            name = raw.get("code", where[-1])
            self.add(
                f"The entry {name} has no {', '.join(absent)}.",
                where,
                "these keys are required",
                f"add {', '.join(absent)}",
            )
        return {key: value for key, value in raw.items() if key in known}

    def one_of(self, raw: dict[str, Any], key: str, allowed: Sequence[object], where: tuple[Any, ...]) -> None:
        if key in raw and raw[key] not in allowed:
            self.unknown(key, raw[key], allowed, (*where, key), f"one of {', '.join(map(str, allowed))}")

    def whole(self, raw: dict[str, Any], required: Iterable[str], where: tuple[Any, ...]) -> bool:
        code = raw.get("code", "x")
        if not re.fullmatch(r"[a-z][a-z0-9_]*", str(code)):
            self.add(
                f"The code {code!r} is not snake case.",
                (*where, "code"),
                "small letters, digits, underscores",
                "rename it",
            )
        return all(key in raw for key in required)

    def twice(self, code: str, seen: Mapping[str, object], where: tuple[Any, ...]) -> None:
        if code in seen:
            self.add(
                f"The code {code} stands twice.",
                (*where, "code"),
                "a code is unique",
                "rename or remove one of the two",
            )

    def series(self, raw: dict[str, Any], files: Mapping[str, DataFile], where: tuple[Any, ...]) -> tuple[Series, ...]:
        found = []
        for index, item in enumerate(raw.get("series", ())):
            place = (*where, "series", index)
            item = self.keys(item, {"from", "value", "where", "factor"}, place, required=("from",))
            if "from" in item and item["from"] not in files:
                self.unknown("source", item["from"], list(files), (*place, "from"), "an id under sources")
                continue
            if "from" in item:
                if not files[item["from"]].is_eurostat and "value" not in item:
                    self.add("A series of a CSV file has no value.", place, "value names the column", "add value")
                pairs = item.get("where", {}).items()
                chosen = tuple((key, tuple(v) if isinstance(v, list) else (v,)) for key, v in pairs)
                found.append(Series(item["from"], item.get("value", ""), chosen, float(item.get("factor", 1.0))))
        return tuple(found)
