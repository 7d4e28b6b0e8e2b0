"""The register of indicators, ``params/indicators.yaml``: read, and checked before any file is opened."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from clusterkit import yamlfile
from clusterkit.data import sources
from clusterkit.errors import ParamError, Problem, some

Part = TypeVar("Part", dict[str, Any], list[Any])
Place = tuple[Any, ...]  # keys on the way to an entry
RULE = "docs/indicators.md#the-register"
LAST_YEAR = 2035  # calendar year; as in the contract of the table
FIRST_YEAR = 2008  # earliest calendar year kept: NACE Rev. 2 and the crisis start there
CLOSED_SETS = {
    "format": ("eurostat-tsv", "sdmx-csv", "csv"),
    "rating": ("green", "amber", "red"),
    "nuts_version": (2010, 2013, 2016, 2021, 2024),
    "overlap": ("first", "add"),
    "duplicates": ("error", "first"),
    "countries": ("all", "eu28"),
    "kind": ("absolute", "relative", "index"),
    "outside": ("error", "missing"),
}
LEAST_COMPARED = 5  # regions with a figure of an own indicator, from which they are ranked; docs/assumptions.md#A131
SUM = "sum"  # rule of an amount that is not divided by anything: parts add up
_TRUE_BASES = {  # names and units of rates of which a base is the denominator itself, not only near it
    "population": r"\bper\b.*\b(inhabitants?|head)\b|\bpercent of population\b",
    "gdp": r"\bGDP$",
    "employment": r"\bpercent of employment( \(headcount\))?$",
}


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
    files = _files(data, check)
    bases = _bases(data, files, check)
    indicators = _indicators(data, files, bases, check)
    if check.problems:
        raise ParamError(check.problems)
    return Register(files, bases, indicators, str(path))


def merging_rules(register: Register) -> dict[str, str]:
    """How one figure is made from the figures of several regions, for each indicator.

    Returns
    -------
    dict
        Code of the indicator to the code of the base by whose amounts a mean is weighted: the ``denominator`` of a
        rate, the base that an amount is divided by (``ratio_to``), ``population`` for an index; ``"sum"`` for an
        amount that is not divided by anything. No unit.
    """
    rules = {}
    for item in register.indicators:
        if item.kind == "absolute":
            rules[item.code] = item.ratio_to or SUM
        else:
            rules[item.code] = "population" if item.kind == "index" else item.denominator
    return rules


def without_true_base(register: Register) -> frozenset[str]:
    """Indicators whose base in :func:`merging_rules` is near to what they are a rate of, but is not it.

    A percentage of people aged 25 to 64 is weighted by all inhabitants, an index has no denominator at all. Told from
    unit and name of each indicator. An amount divided by a base (``ratio_to``) has its true one, unless that is of an
    earlier year (``lag``).
    """
    rules = merging_rules(register)
    return frozenset(
        item.code
        for item in register.indicators
        if item.lag or (item.kind != "absolute" and not _names_base(item, rules[item.code]))
    )


def _names_base(item: Indicator, base: str) -> bool:
    pattern = _TRUE_BASES.get(base)
    texts = (item.name, item.unit)
    return item.kind != "index" and pattern is not None and any(re.search(pattern, text) for text in texts)


def _files(data: dict[str, Any], check: _Checker) -> dict[str, DataFile]:
    listed = {source.path: source for source in (*sources.SOURCES, *sources.INDICATOR_SOURCES)}
    files = {}
    for name, raw in check.part(data, "sources", dict).items():
        where = ("sources", name)
        required = ("file", "format", "nuts_version", "rating", "reason")
        raw = check.keys(raw, _keys(DataFile) - {"id", "dataset"}, where, required=required)
        check.closed_sets(raw, where)
        check.known(raw, "file", listed, where, "a file listed in clusterkit/data/sources.py")
        values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}
        if values.get("separator") == "tab":
            values["separator"] = "\t"
        if check.whole(raw, ("file", "format", "nuts_version"), where):
            source = listed.get(str(raw["file"]))
            files[name] = DataFile(id=name, dataset=source.dataset if source else "", **values)
    return files


def _bases(data: dict[str, Any], files: Mapping[str, DataFile], check: _Checker) -> dict[str, Base]:
    bases: dict[str, Base] = {}
    for index, raw in enumerate(check.part(data, "bases", list)):
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
    return bases


def _indicators(
    data: dict[str, Any], files: Mapping[str, DataFile], bases: Mapping[str, Base], check: _Checker
) -> tuple[Indicator, ...]:
    indicators: dict[str, Indicator] = {}
    required = ("code", "name", "unit", "meaning", "kind", "series")
    for index, raw in enumerate(check.part(data, "indicators", list)):
        where = ("indicators", index)
        raw = check.keys(raw, _keys(Indicator), where, required=required)
        check.closed_sets(raw, where)
        for key in ("ratio_to", "denominator"):
            check.known(raw, key, bases, where, "a code under bases", kind="base")
        check.known(raw, "zero_where", files, where, "an id under sources", kind="source")
        if "ratio_to" in raw and raw.get("kind") != "absolute":
            what = f"The indicator {raw.get('code')} is {raw.get('kind')} and has ratio_to."
            rule = "only amounts (kind: absolute) are divided by a base"
            check.add(what, (*where, "ratio_to"), rule, "set kind: absolute, or remove ratio_to")
        series = check.series(raw, files, where)
        if check.whole(raw, required, where) and series:
            check.twice(raw["code"], indicators, where)
            indicators[raw["code"]] = _indicator(raw, series, files[series[0].source])
    return tuple(indicators.values())


def _indicator(raw: dict[str, Any], series: tuple[Series, ...], first: DataFile) -> Indicator:
    percent = str(raw["unit"]).startswith("percent")
    low, high = raw.get("range", (0.0, 100.0 if percent else None))
    values = {
        "series": series,
        "range": (-np.inf if low is None else float(low), np.inf if high is None else float(high)),
        "years": tuple(raw.get("years", (FIRST_YEAR, LAST_YEAR))),
    }
    return Indicator(**{"rating": first.rating, "reason": first.reason, **raw, **values})


class _Checker:
    """Collects every problem of one register, then stops once."""

    def __init__(self, locate: yamlfile.Locate) -> None:
        self.locate = locate
        self.problems: list[Problem] = []

    def add(self, what: str, where: Place, rule: str, fix: str) -> None:
        self.problems.append(Problem(what=what, where=self.locate(where), rule=f"{rule} ({RULE})", fix=fix))

    def unknown(self, kind: str, value: object, known: Sequence[object], where: Place, rule: str) -> None:
        close = difflib.get_close_matches(value, [str(name) for name in known], n=1) if isinstance(value, str) else []
        fix = f"did you mean {close[0]}?" if close else f"use one of: {some(known)}"
        self.add(f"Unknown {kind} {value!r}.", where, f"it is {rule}", fix)

    def part(self, data: dict[str, Any], key: str, kind: type[Part]) -> Part:
        value, name = data.get(key), {dict: "a mapping", list: "a list"}[kind]
        if isinstance(value, kind):
            return value
        what = f"The key {key} is {'absent' if value is None else f'not {name}'}."
        self.add(what, (key,), f"{key} is {name}", f"write {key} as {name}")
        return kind()

    def keys(self, raw: Any, known: Collection[str], where: Place, required: Iterable[str] = ()) -> dict[str, Any]:
        if not isinstance(raw, dict):
            rule = "each entry is a mapping of keys and values"
            self.add(f"{raw!r} is not a mapping.", where, rule, "write keys and values")
            return {}
        for key in raw:
            if key not in known:
                self.unknown("key", key, sorted(known), (*where, key), "one of the keys of the register")
        if absent := ", ".join(key for key in required if key not in raw):
            name = raw.get("code", where[-1])
            self.add(f"The entry {name} has no {absent}.", where, "these keys are required", f"add {absent}")
        return {key: value for key, value in raw.items() if key in known}

    def closed_sets(self, raw: dict[str, Any], where: Place) -> None:
        for key, allowed in CLOSED_SETS.items():
            self.known(raw, key, allowed, where, f"one of {', '.join(map(str, allowed))}")

    def known(
        self, raw: dict[str, Any], key: str, allowed: Iterable[object], where: Place, rule: str, *, kind: str = ""
    ) -> None:
        allowed = list(allowed)  # where a text should be there may be a list, which no mapping can look up
        if key in raw and raw[key] not in allowed:
            self.unknown(kind or key, raw[key], allowed, (*where, key), rule)

    def whole(self, raw: dict[str, Any], required: Iterable[str], where: Place) -> bool:
        code = raw.get("code", "x")
        if not re.fullmatch(r"[a-z][a-z0-9_]*", str(code)):
            rule = "small letters, digits, underscores"
            self.add(f"The code {code!r} is not snake case.", (*where, "code"), rule, "rename it")
        return all(key in raw for key in required)

    def twice(self, code: str, seen: Collection[str], where: Place) -> None:
        if code in seen:
            what = f"The code {code} stands twice."
            self.add(what, (*where, "code"), "a code is unique", "rename or remove one of the two")

    def series(self, raw: dict[str, Any], files: Mapping[str, DataFile], where: Place) -> tuple[Series, ...]:
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
