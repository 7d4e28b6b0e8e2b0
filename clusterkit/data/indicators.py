"""Indicators of a regional ecosystem: one long table from many published files.

``params/indicators.yaml`` declares each indicator: where its figures stand, in which NUTS version,
and whether they are amounts or rates. This module checks the register, reads the files with their
flags, carries the figures to the base version, and divides amounts by the population or another base.

A figure is never invented: unknown in any part is unknown in the result, and what had to be shared
out or inherited between regions is marked estimated.
"""

from __future__ import annotations

import difflib
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from clusterkit.data import csvfile, eurostat, nuts, sources
from clusterkit.data.indicator_register import FIRST_YEAR, LAST_YEAR, RULE, DataFile, Indicator, Register, Series
from clusterkit.errors import ContractError, Problem, SourceError, some

MIN_REGIONS = 150  # NUTS 2 regions with a value in the best year; fewer is listed as thin
COLUMNS = ["nuts_version", "nuts_id", "indicator", "year", "value", "unit", "status", "flag", "source"]
UNKNOWN_CELLS = frozenset({"", ":", "NA", "NaN", "nan"})  # how the CSV files write "no figure"
AGGREGATE = re.compile(r"^(EU|EA|EEA|EFTA)[0-9_]*$")  # groups of countries; BE, EE and the like do not match
OUTSIDE_NUTS = frozenset({"BA", "XK", "GE", "MD", "UA", "US", "JP", "KR", "YT"})  # listed by Eurostat beside NUTS
NOT_IN_BASE = frozenset({"NO0B"})  # Jan Mayen and Svalbard: in NUTS 2021, without a counterpart in NUTS 2016
SIGNIFICANT_DIGITS = 6  # of a ratio worked out here; published figures keep all of theirs
INHERITED_RANK = 99  # after the codes of every NUTS version
_KEYS = ["nuts_id", "year"]


# Reading the files


def read_file(file: DataFile, raw: Path, wanted: Sequence[Series]) -> pd.DataFrame:
    """One raw file as published, one row per region, year and combination of dimensions.

    Parameters
    ----------
    file
        The entry of the register.
    raw
        Folder with the raw files.
    wanted
        The series that will be taken from it; other rows of a large file are not kept.

    Returns
    -------
    pandas.DataFrame
        ``nuts_id`` (as published), ``year`` (int), ``flag`` (text, "" for none), the dimensions,
        ``version`` (NUTS version of the row's code), and one float column per value; NaN is unknown.

    Raises
    ------
    SourceError
        The file is absent, damaged, lacks a column, or has cells that are no number: all at once.
    """
    path = raw / file.file
    if file.format == "eurostat-tsv":
        table = eurostat.read_tsv(path, keep=_keep(wanted)).rename(columns={"geo": "nuts_id", "time": "year"})
    else:
        table = _read_csv(file, path, wanted)
    table = table[table["year"] >= FIRST_YEAR].reset_index(drop=True)
    if "version" not in table:
        table["version"] = file.nuts_version
    if file.countries == "eu28":
        table = table[table["nuts_id"].str[:2].isin(nuts.EU28)]
    return table.reset_index(drop=True)


def _keep(wanted: Sequence[Series]) -> dict[str, set[str]]:
    """Codes per dimension that some series needs; a dimension that one leaves open is left open."""
    shared = set.intersection(*({key for key, _ in series.where} for series in wanted))
    keep = {
        key: {code for series in wanted for k, codes in series.where if k == key for code in codes} for key in shared
    }
    return keep | {"time": {str(year) for year in range(FIRST_YEAR, LAST_YEAR + 1)}}


def _read_csv(file: DataFile, path: Path, wanted: Sequence[Series]) -> pd.DataFrame:
    """CSV variants; to be replaced by ``eurostat.read`` once that reads them all."""
    sdmx = file.format == "sdmx-csv"
    values = ["OBS_VALUE"] if sdmx else sorted({series.value for series in wanted})
    region, year = ("geo", "TIME_PERIOD") if sdmx else (file.region, file.year)
    dimensions = sorted({key for series in wanted for key, _ in series.where} | set(file.dimensions))
    extra = [file.version_column] if file.version_column else []
    required = [region, *([] if file.fixed_year else [year]), *extra, *dimensions, *values]
    table = csvfile.read_text(path, separator=file.separator)
    missing = [name for name in required if name not in table.columns]
    if missing:
        raise SourceError(_no_column(path, missing, list(table.columns)))
    result = table[dimensions].assign(nuts_id=table[region].str.strip())
    result["year"] = file.fixed_year or _whole_numbers(table[year], path, year)
    result["flag"] = ""
    if sdmx:
        result["flag"] = table["OBS_FLAG"].fillna("") if "OBS_FLAG" in table else ""
        if "CONF_STATUS" in table:
            result["flag"] += table["CONF_STATUS"].eq("C").map({True: "c", False: ""})
    if file.version_column:
        result["version"] = _whole_numbers(table[file.version_column], path, file.version_column)
    problems = []
    for name in values:
        text = table[name].str.strip()
        text = text.mask(text.isin(UNKNOWN_CELLS))
        number = pd.to_numeric(text, errors="coerce")
        bad = number.isna() & text.notna()
        if bad.any():
            problems.append(_not_a_number(path, name, text[bad]))
        result["value" if sdmx else name] = number.astype("float64")
    if problems:
        raise SourceError(problems)
    return result


def _whole_numbers(text: pd.Series, path: Path, column: str) -> pd.Series:
    """Years or versions, also when a spreadsheet wrote them as ``2019.0``."""
    number = pd.to_numeric(text, errors="coerce")
    if number.isna().any():
        raise SourceError(_not_a_number(path, column, text[number.isna()]))
    return number.astype(int)


def _no_column(path: Path, missing: Sequence[str], columns: Sequence[str]) -> Problem:
    close = difflib.get_close_matches(missing[0], columns, n=1)
    return Problem(
        what=f"{path.name} has no column {', '.join(missing)}.",
        where=f"{path}, line 1: {some(list(columns))}",
        rule=f"the register names the columns to read ({RULE})",
        fix=f"did you mean {close[0]}?" if close else "correct the register, or use the published file",
    )


def _not_a_number(path: Path, column: str, bad: pd.Series) -> Problem:
    return Problem(
        what=f"{len(bad)} cells of {path.name} are not numbers, for instance {some([repr(cell) for cell in bad])}.",
        where=f"{path}, column {column}, line {some([str(index + 2) for index in bad.index])}",
        rule="a cell is a number or says that there is none",
        fix="the file was changed after publication: use the published one",
    )


# NUTS versions


@dataclass(frozen=True)
class Geography:
    """Which codes each NUTS version has, and how they lie in the base version.

    Parameters
    ----------
    pieces
        ``from_version``, ``from_id``, ``to_id``, ``share`` (of the origin's population, 0 to 1) and
        ``people`` (inhabitants of the origin in 2011; 1 where unknown). Levels 0 and 2.
    other_levels
        Codes of levels 1 and 3 by version: the regions above and below.
    """

    pieces: pd.DataFrame
    other_levels: Mapping[int, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def codes(self) -> dict[int, frozenset[str]]:
        """Codes of levels 0 and 2 by NUTS version."""
        return {int(version): frozenset(rows["from_id"]) for version, rows in self.pieces.groupby("from_version")}

    @cached_property
    def twins(self) -> dict[str, str]:
        """Countries that are one NUTS 2 region in the base version, and that region."""
        base = [code for code in self.codes[nuts.BASE_VERSION] if len(code) == 4]
        by_country: dict[str, list[str]] = {}
        for code in base:
            by_country.setdefault(code[:2], []).append(code)
        return {country: ids[0] for country, ids in by_country.items() if len(ids) == 1}


def geography(raw: Path, codes: Mapping[int, pd.DataFrame], crosswalk: pd.DataFrame) -> Geography:
    """All NUTS versions in the base version, with the inhabitants of the origins.

    Parameters
    ----------
    raw
        Folder with the raw files: the converter matrices of the Joint Research Centre.
    codes
        Lists of codes by version (``nuts.read_codes``).
    crosswalk
        The table ``crosswalk``, levels 0 to 2.
    """
    base = set(codes[nuts.BASE_VERSION].query("level in (0, 2)")["nuts_id"])
    rows = crosswalk[crosswalk["from_id"].str.len().isin([2, 4]) & crosswalk["to_id"].isin(base)]
    frames = [rows.rename(columns={"weight_population": "share"})]
    people = {}
    for version, source in sources.MATRICES.items():
        path = raw / source.path
        if not path.is_file():
            continue
        if version == 2024:
            pieces = nuts.read_crosswalk(path, version, nuts.BASE_VERSION, base)
            countries = nuts.unchanged_pieces({code for code in base if len(code) == 2}, version, nuts.BASE_VERSION)
            frames.append(pd.concat([pieces, countries]).rename(columns={"weight_population": "share"}))
        matrix = nuts.read_csv(path, [f"code_v{version}", "pop11"])
        total = pd.to_numeric(matrix["pop11"]).fillna(0.0).groupby(matrix[f"code_v{version}"]).sum()
        people |= {(version, code): number for code, number in total.items()}
    frames.append(
        nuts.unchanged_pieces(base, nuts.BASE_VERSION, nuts.BASE_VERSION).rename(columns={"weight_population": "share"})
    )
    pieces = pd.concat(frames, ignore_index=True)[["from_version", "from_id", "to_id", "share"]]
    keys = zip(pieces["from_version"].astype(int), pieces["from_id"], strict=True)
    pieces["people"] = [max(people.get(key, 1.0), 1.0) for key in keys]
    pieces["from_version"] = pieces["from_version"].astype(int)
    others = {version: frozenset(table.query("level in (1, 3)")["nuts_id"]) for version, table in codes.items()}
    return Geography(pieces, others)


def with_versions(table: pd.DataFrame, file: DataFile, places: Geography) -> pd.DataFrame:
    """The NUTS version that each code of a file belongs to.

    Parameters
    ----------
    table
        ``nuts_id`` and ``version`` (the version that the file declares), as read.

    Returns
    -------
    pandas.DataFrame
        The same rows; ``version`` is that of the code, ``rank`` 0 for the declared version, growing with
        the distance, and -1 for codes that the table has no place for: groups of countries, extra-regio
        codes, NUTS 2006, levels 1 and 3, and the register's ``drop_codes``.

    Raises
    ------
    SourceError
        A code is in no NUTS version.
    """
    pairs = table[["nuts_id", "version"]].drop_duplicates()
    actual, rank, unknown = [], [], []
    for code, declared in pairs.itertuples(index=False):
        order = _by_distance(places.codes, declared)
        versions = [version for version in order if code in places.codes[version]]
        if _is_left_out(code, file):
            actual.append(declared)
            rank.append(-1)
        elif versions:
            actual.append(versions[0])
            rank.append(order.index(versions[0]))
        else:
            actual.append(declared)
            rank.append(-1)
            unknown.append(code)
    if unknown:
        name = Path(file.file).name
        raise SourceError(
            Problem(
                what=f"{len(unknown)} region codes of {name} are in no NUTS version: {some(sorted(unknown))}.",
                where=f"{file.file}, {table['nuts_id'].isin(unknown).sum():,} of {len(table):,} rows",
                rule=nuts.RULE,
                fix="check the file; a slip of the publisher goes by name under drop_codes in params/indicators.yaml",
            )
        )
    pairs = pairs.assign(actual=np.array(actual, dtype=int), rank=np.array(rank, dtype=int))
    merged = table.merge(pairs, on=["nuts_id", "version"], how="left")
    return merged.drop(columns="version").rename(columns={"actual": "version"})


def _by_distance(versions: Iterable[int], declared: int) -> list[int]:
    return sorted(versions, key=lambda version: (abs(version - declared), -version))


def _is_left_out(code: str, file: DataFile) -> bool:
    """Codes known by name or form that have no place in the table."""
    named = code in file.drop_codes or code in NOT_IN_BASE or code in nuts.RETIRED_2010 or code[:2] in OUTSIDE_NUTS
    group = bool(AGGREGATE.match(code)) or nuts.is_extra_regio(code) or (len(code) > 2 and set(code[2:]) == {"X"})
    return named or group or len(code) in (3, 5)


def to_base(
    rows: pd.DataFrame,
    places: Geography,
    *,
    kind: str,
    weights: Mapping[str, float] | None = None,
    overlap: str = "first",
) -> pd.DataFrame:
    """Figures in the codes of the base version.

    Parameters
    ----------
    rows
        ``nuts_id``, ``version``, ``rank``, ``year``, ``value`` (NaN is unknown), ``flag`` and
        ``estimated`` (bool: not the region's own figure).
    kind
        ``absolute``: shared out by population and added up. ``relative`` or ``index``: inherited by
        the parts of a split region, the weighted mean of the parts of a merged one.
    weights
        Denominator of a rate by origin code; regions of which one is absent are weighted by
        inhabitants in 2011.
    overlap
        What to do when codes of several versions give a figure for one region and year:
        ``first`` takes the declared version, ``add`` adds amounts up.

    Returns
    -------
    pandas.DataFrame
        ``nuts_id``, ``year``, ``value``, ``status`` (reported, estimated, hidden, missing), ``flag``.
        A region that was only renamed keeps its figure to the bit; unknown in any part is unknown.
    """
    pieces = places.pieces.rename(columns={"from_version": "version", "from_id": "nuts_id"})
    groups = pieces.groupby(["version", "to_id"])
    pieces = pieces.assign(n=groups["share"].transform("size"), least=groups["share"].transform("min"))
    merged = rows.merge(pieces, on=["version", "nuts_id"])
    same = merged["n"].eq(1) & merged["least"].eq(1.0)
    renamed = merged[same].drop(columns="nuts_id").rename(columns={"to_id": "nuts_id"})
    parts = [renamed[["nuts_id", "year", "rank", "value", "flag", "estimated"]]]
    if not same.all():
        parts.append(_mixed(merged[~same].copy(), kind, weights or {}))
    result = pd.concat(parts, ignore_index=True)
    if overlap == "add":
        known = result.groupby(_KEYS)["value"].sum(min_count=1)
        estimated = (result["estimated"] & result["value"].ne(0)).groupby([result[key] for key in _KEYS]).any()
        result = pd.DataFrame({"value": known, "estimated": estimated}).assign(flag=_flags(result, _KEYS))
        result = result.fillna({"flag": ""}).reset_index()
    else:
        result = result.assign(unknown=result["value"].isna()).sort_values(["unknown", "rank"], kind="stable")
        result = result.drop_duplicates(_KEYS)
    return result.assign(status=_status(result))[[*_KEYS, "value", "status", "flag"]].sort_values(
        _KEYS, ignore_index=True
    )


def _mixed(merged: pd.DataFrame, kind: str, weights: Mapping[str, float]) -> pd.DataFrame:
    """Regions that were split or merged, one row per new region, version and year."""
    keys = ["to_id", "version", "year", "rank"]
    if kind == "absolute":
        merged["part"] = merged["value"] * merged["share"]
    else:
        own = merged["nuts_id"].map(dict(weights)).astype("float64")
        complete = own.notna().groupby([merged[key] for key in keys]).transform("all")
        merged["weight"] = own.where(complete, merged["people"]) * merged["share"]
        merged["part"] = merged["value"] * merged["weight"]
    groups = merged.groupby(keys, sort=False)
    part = groups["part"].sum()
    complete = groups["part"].count() == groups["n"].first()
    flags = _flags(merged, keys)
    if kind == "absolute":
        value, estimated = part, groups["least"].first().lt(1.0) | groups["estimated"].any()
    else:
        # One origin only: its own value, without a rounding error.
        value = (part / groups["weight"].sum()).where(groups.size() > 1, groups["value"].first())
        estimated = pd.Series(data=True, index=part.index)
    result = pd.DataFrame({"value": value.where(complete), "estimated": estimated}).assign(flag=flags)
    result = result.fillna({"flag": ""}).reset_index()
    return result.rename(columns={"to_id": "nuts_id"})[["nuts_id", "year", "rank", "value", "flag", "estimated"]]


def _status(table: pd.DataFrame) -> np.ndarray:
    hidden = table["value"].isna() & table["flag"].str.contains("c")
    return np.select(
        [hidden, table["value"].isna(), table["estimated"].astype(bool)], ["hidden", "missing", "estimated"], "reported"
    )


# From series to indicators


class Builder:
    """Reads each file once and makes bases and indicators from it."""

    def __init__(self, register: Register, raw: Path, places: Geography) -> None:
        self.register, self.raw, self.places = register, raw, places
        self._files: dict[str, pd.DataFrame] = {}
        self._bases: dict[str, pd.DataFrame] = {}
        self._weights: dict[str, dict[str, float]] = {}

    def file(self, name: str) -> pd.DataFrame:
        """The file as read, kept for the next series."""
        if name not in self._files:
            items = (*self.register.bases.values(), *self.register.indicators)
            wanted = [series for item in items for series in item.series if series.source == name]
            file = self.register.files[name]
            self._files[name] = with_versions(read_file(file, self.raw, wanted), file, self.places)
        return self._files[name]

    def rows(self, series: Series, kind: str) -> pd.DataFrame:
        """The figures of one series in the codes of its file, levels 0 and 2."""
        file = self.register.files[series.source]
        table = self.file(series.source)
        for key, codes in series.where:
            if key not in table:
                raise SourceError(_no_column(self.raw / file.file, [key], list(table.columns)))
            table = table[table[key].isin(codes)]
        table = table.rename(columns={series.value: "value"}) if series.value else table
        parts = 1
        if any(len(codes) > 1 for _, codes in series.where):
            parts = int(np.prod([len(codes) for _, codes in series.where]))
        table = table[[*_KEYS, "version", "rank", "value", "flag"]]
        table = _added_up(table, parts) if parts > 1 else _single(table, file)
        if series.factor != 1.0:
            table = table.assign(value=table["value"] * series.factor)
        if file.all_zero_is_missing:
            country = [table["nuts_id"].str[:2], table["year"]]
            table = table.assign(
                value=table["value"].where(table["value"].fillna(0).ne(0).groupby(country).transform("any"))
            )
        if file.sum_level3 and kind == "absolute":
            table = _with_sums_of_level3(table, file, self.places)
        rows = table[table["rank"] >= 0].assign(estimated=False)
        return _with_level1(rows, table, file, self.places) if file.inherit_level1 and kind != "absolute" else rows

    def fill(self, many: Sequence[Series], kind: str, *, denominator: str = "population") -> pd.DataFrame:
        """Figures in the base version; a later series fills what the earlier ones leave unknown."""
        filled: pd.DataFrame | None = None
        for series in many:
            file = self.register.files[series.source]
            rows = self.rows(series, kind)
            part = to_base(rows, self.places, kind=kind, weights=self.weights(denominator, kind), overlap=file.overlap)
            part = part.assign(source=file.dataset)
            filled = part if filled is None else _first_known(pd.concat([filled, part], ignore_index=True))
        return self._with_twins(filled)

    def _with_twins(self, table: pd.DataFrame) -> pd.DataFrame:
        """A country that is one region has one figure, whichever of its two codes carried it."""
        pairs = {**self.places.twins, **{region: country for country, region in self.places.twins.items()}}
        twins = table[table["nuts_id"].isin(list(pairs)) & table["value"].notna()]
        return _first_known(pd.concat([table, twins.assign(nuts_id=twins["nuts_id"].map(pairs))], ignore_index=True))

    def weights(self, denominator: str, kind: str) -> dict[str, float]:
        """Mean of a denominator over all years, by code as published; none for amounts and population."""
        if kind == "absolute" or denominator == "population":
            return {}
        if denominator not in self._weights:
            base = self.register.bases[denominator]
            rows = pd.concat([self.rows(series, "absolute") for series in base.series])
            self._weights[denominator] = rows.groupby("nuts_id")["value"].mean().dropna().to_dict()
        return self._weights[denominator]

    def base(self, code: str) -> pd.DataFrame:
        """A base in the base version."""
        if code not in self._bases:
            base = self.register.bases[code]
            table = self.fill(base.series, "absolute") if base.series else None
            for other in base.add:
                more = self.base(other)
                table = more if table is None else _combine(table, more, np.add)
            self._bases[code] = table
        return self._bases[code]

    def indicator(self, item: Indicator) -> pd.DataFrame:
        """One indicator in the base version, columns as in the table ``indicator``."""
        table = self.fill(item.series, item.kind, denominator=item.denominator)
        if item.zero_where:
            table = self._with_zeros(table, item.zero_where)
        if item.ratio_to:
            base = self.base(item.ratio_to)
            base = base.assign(year=base["year"] + item.lag)
            table = _combine(table, base.assign(value=base["value"].where(base["value"] > 0)), np.divide)
            table["value"] = _significant(table["value"] * item.per)
        table = table[table["year"].between(*item.years)]
        if item.outside == "missing":
            outside = table["value"].notna() & ~table["value"].between(*item.range)
            table = table.assign(value=table["value"].mask(outside), status=table["status"].mask(outside, "missing"))
        # An unknown cell is kept only if the publisher says why it is empty.
        table = table[table["value"].notna() | table["status"].eq("hidden") | table["flag"].ne("")]
        return table.assign(
            nuts_version=np.int16(nuts.BASE_VERSION),
            indicator=item.code,
            unit=item.unit,
            year=table["year"].astype("int16"),
        )[COLUMNS]

    def _with_zeros(self, table: pd.DataFrame, name: str) -> pd.DataFrame:
        """A region that another file of the same producer lists in that year, and this one does not, has none."""
        seen = [series for item in self.register.indicators for series in item.series if series.source == name][:1]
        known = self.fill(seen, "absolute")
        known = known.loc[known["value"].notna(), _KEYS].merge(table[_KEYS], on=_KEYS, how="left", indicator=True)
        zeros = known.loc[known["_merge"] == "left_only", _KEYS]
        zeros = zeros[zeros["year"].isin(set(table["year"]))]
        source = self.register.files[name].dataset
        return pd.concat(
            [table, zeros.assign(value=0.0, status="estimated", flag="", source=source)], ignore_index=True
        )


def _single(table: pd.DataFrame, file: DataFile) -> pd.DataFrame:
    twice = table.duplicated(["nuts_id", "year", "version", "rank"])
    if twice.any() and file.duplicates == "error":
        shown = [f"{code} {year}" for code, year in table.loc[twice, _KEYS].itertuples(index=False)]
        raise SourceError(
            Problem(
                what=f"{int(twice.sum())} regions stand twice in a year in {Path(file.file).name}: {some(shown)}.",
                where=file.file,
                rule=f"a series has one figure per region and year ({RULE})",
                fix="add the missing dimension under where, or set duplicates: first",
            )
        )
    return table[~twice]


def _added_up(table: pd.DataFrame, parts: int) -> pd.DataFrame:
    """Sum over the codes that a series lists; unknown when one of them is unknown or absent."""
    keys = ["nuts_id", "year", "version", "rank"]
    total = table.groupby(keys, sort=False)["value"].sum(min_count=parts)
    return pd.DataFrame({"value": total}).assign(flag=_flags(table, keys)).fillna({"flag": ""}).reset_index()


def _with_sums_of_level3(table: pd.DataFrame, file: DataFile, places: Geography) -> pd.DataFrame:
    """NUTS 2 amounts that are not published, from their NUTS 3 regions where all of those are."""
    level3 = sorted(code for code in places.other_levels.get(file.nuts_version, ()) if len(code) == 5)
    expected = pd.Series(level3, dtype="str").str[:4].value_counts()
    parts = table[table["nuts_id"].isin(level3) & table["value"].notna()]
    groups = parts.assign(nuts_id=parts["nuts_id"].str[:4], rank=0).groupby(["nuts_id", "year", "version", "rank"])[
        "value"
    ]
    sums = pd.DataFrame({"sum": groups.sum(), "n": groups.size()}).reset_index()
    sums = sums[sums["n"].eq(sums["nuts_id"].map(expected))].drop(columns="n")
    table = table.merge(sums, on=["nuts_id", "year", "version", "rank"], how="outer")
    table["value"] = table["value"].fillna(table.pop("sum"))
    return table.fillna({"flag": ""})


def _with_level1(rows: pd.DataFrame, table: pd.DataFrame, file: DataFile, places: Geography) -> pd.DataFrame:
    """NUTS 2 regions without a figure of their own get the rate of their NUTS 1 region, estimated."""
    level1 = [code for code in places.other_levels.get(file.nuts_version, ()) if len(code) == 3]
    known = table[table["nuts_id"].isin(level1) & table["value"].notna()].drop(columns=["version", "rank"])
    children = pd.DataFrame({"child": sorted(code for code in places.codes[file.nuts_version] if len(code) == 4)})
    children["nuts_id"] = children["child"].str[:3]
    given = known.merge(children, on="nuts_id").drop(columns="nuts_id").rename(columns={"child": "nuts_id"})
    given = given.assign(version=file.nuts_version, rank=INHERITED_RANK, estimated=True)
    return pd.concat([rows, given[rows.columns]], ignore_index=True)


def _flags(table: pd.DataFrame, keys: list[str]) -> pd.Series:
    """All letters of a group's flags; groups without any are left out."""
    flagged = table.loc[table["flag"].ne(""), [*keys, "flag"]]
    letters = flagged.groupby(keys, sort=False)["flag"].agg("sum")
    return letters.map(lambda text: "".join(sorted(set(text)))).astype("str")


def _first_known(table: pd.DataFrame) -> pd.DataFrame:
    """The first row with a value per region and year, else the first row."""
    table = table.assign(unknown=table["value"].isna()).sort_values("unknown", kind="stable")
    return table.drop_duplicates(_KEYS).drop(columns="unknown").sort_values(_KEYS, ignore_index=True)


def _combine(left: pd.DataFrame, right: pd.DataFrame, operation: np.ufunc) -> pd.DataFrame:
    """Two tables of figures, cell by cell: unknown if either is, estimated if either is."""
    both = left.merge(right, on=_KEYS, suffixes=("", "_other"))
    value = pd.Series(operation(both["value"], both["value_other"]), index=both.index)
    statuses = both[["status", "status_other"]]
    status = np.select(
        [
            value.isna() & statuses.eq("hidden").any(axis=1),
            value.isna(),
            statuses.eq("estimated").any(axis=1),
        ],
        ["hidden", "missing", "estimated"],
        "reported",
    )
    flag = _union(both["flag"], both["flag_other"])
    pairs = both[["source", "source_other"]].drop_duplicates().itertuples(index=False)
    names = {
        pair: " / ".join(dict.fromkeys([*pair[0].split(" / "), *pair[1].split(" / ")])) for pair in map(tuple, pairs)
    }
    source = pd.Series([names[pair] for pair in zip(both["source"], both["source_other"], strict=True)], dtype="str")
    return both[_KEYS].assign(value=value, status=status, flag=flag, source=source)


def _union(left: pd.Series, right: pd.Series) -> pd.Series:
    joined = left + right
    letters = {text: "".join(sorted(set(text))) for text in joined.unique()}
    return joined.map(letters)


def _significant(values: pd.Series) -> pd.Series:
    """Values rounded to ``SIGNIFICANT_DIGITS``."""
    numbers = values.to_numpy(dtype="float64")
    with np.errstate(divide="ignore", invalid="ignore"):
        digits = SIGNIFICANT_DIGITS - 1 - np.floor(np.log10(np.abs(numbers)))
    digits = np.where(np.isfinite(digits), digits, 0).astype(int)
    rounded = [
        round(number, int(n)) if np.isfinite(number) else number for number, n in zip(numbers, digits, strict=True)
    ]
    return pd.Series(rounded, index=values.index, dtype="float64")


def build_table(
    raw: Path, codes: Mapping[int, pd.DataFrame], crosswalk: pd.DataFrame, register: Register
) -> pd.DataFrame:
    """The table ``indicator``: every indicator of the register in the base version.

    Parameters
    ----------
    raw
        Folder with the raw files.
    codes, crosswalk
        Lists of NUTS codes by version, and the table ``crosswalk``.
    register
        From ``read_register``.

    Returns
    -------
    pandas.DataFrame
        ``nuts_version``, ``nuts_id`` (levels 0 and 2), ``indicator``, ``year``, ``value`` (in ``unit``;
        NaN is unknown), ``unit``, ``status``, ``flag``, ``source``; sorted, one row per key. An unknown
        cell has a row only when its publisher flags it; every other absent row is missing.

    Raises
    ------
    SourceError
        A file is damaged or lacks a column, or a region code is in no NUTS version.
    ContractError
        A value is outside the range of its indicator.

    Warns
    -----
    UserWarning
        Files are absent: the indicators made from them are left out.
    """
    left_out = absent(register, raw)
    if left_out:
        files = sorted({name for names in left_out.values() for name in names})
        text = f"{len(left_out)} indicators are left out: {len(files)} raw files are absent ({some(files)})."
        warnings.warn(text, stacklevel=2)
    builder = Builder(register, raw, geography(raw, codes, crosswalk))
    frames = [builder.indicator(item) for item in register.indicators if item.code not in left_out]
    table = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=COLUMNS)
    table = table.astype({"nuts_version": "int16", "year": "int16", "value": "float64"})
    return check_ranges(table.sort_values(["indicator", "nuts_id", "year"], ignore_index=True), register)


def absent(register: Register, raw: Path) -> dict[str, list[str]]:
    """Indicators that cannot be made, with the raw files that they lack."""
    found = {}
    for item in register.indicators:
        names = sorted(register.files[name].file for name in register.sources_of(item))
        missing = [name for name in names if not (raw / name).is_file()]
        if missing:
            found[item.code] = missing
    return found


# Sanity checks


def check_ranges(table: pd.DataFrame, register: Register) -> pd.DataFrame:
    """Return ``table`` if every value is in the range of its indicator, else raise.

    Percents are in 0 to 100 and nothing is below zero unless the register says so.

    Raises
    ------
    ContractError
        Every indicator with values outside, their count and the first of them.
    """
    problems = []
    for item in register.indicators:
        rows = table[table["indicator"].eq(item.code) & table["value"].notna()]
        bad = rows[~rows["value"].between(*item.range)]
        if not bad.empty:
            shown = [f"{row.nuts_id} {row.year}: {row.value:g}" for row in bad.itertuples()]
            low, high = item.range
            problems.append(
                Problem(
                    what=f"{len(bad)} values of {item.code} are outside {low:g} to {high:g}, "
                    f"for instance {some(shown)}.",
                    where=f"the table indicator, {item.unit}",
                    rule=f"percents are in 0 to 100 and no value is below 0 unless declared ({RULE})",
                    fix="check the source; declare range, or outside: missing, in params/indicators.yaml",
                )
            )
    if problems:
        raise ContractError(problems)
    return table


def coverage(table: pd.DataFrame) -> pd.DataFrame:
    """How well each indicator is filled at NUTS 2.

    Returns
    -------
    pandas.DataFrame
        Index ``indicator``; ``first_year``, ``last_year``; ``best_year`` and ``regions_best_year``, the
        year with most NUTS 2 regions (count) and how many; ``regions`` in any year; ``countries`` with a
        value of level 0; ``estimated_pct``, share of the values marked estimated; ``is_thin``, fewer than
        ``MIN_REGIONS`` regions in the best year.
    """
    known = table[table["value"].notna()]
    regional = known[known["nuts_id"].str.len() == 4]
    per_year = regional.groupby(["indicator", "year"])["nuts_id"].nunique().rename("n").reset_index()
    best = per_year.sort_values(["n", "year"]).drop_duplicates("indicator", keep="last").set_index("indicator")
    groups = regional.groupby("indicator")
    result = pd.DataFrame(
        {
            "first_year": groups["year"].min(),
            "last_year": groups["year"].max(),
            "best_year": best["year"],
            "regions_best_year": best["n"],
            "regions": groups["nuts_id"].nunique(),
            "countries": known[known["nuts_id"].str.len() == 2].groupby("indicator")["nuts_id"].nunique(),
            "estimated_pct": 100 * regional["status"].eq("estimated").groupby(regional["indicator"]).mean(),
        }
    ).fillna({"countries": 0})
    counts = ["first_year", "last_year", "best_year", "regions_best_year", "regions", "countries"]
    result[counts] = result[counts].astype(int)
    return result.assign(is_thin=result["regions_best_year"] < MIN_REGIONS)


def markdown(register: Register, table: pd.DataFrame) -> str:
    """The table of docs/indicators.md: code, name, unit, source, years, regions covered, rating."""
    filled = coverage(table)
    lines = [
        "| code | name | unit | source | years | regions (best year) | countries | rating |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for item in register.indicators:
        datasets = " + ".join(dict.fromkeys(register.files[series.source].dataset for series in item.series))
        if item.code in filled.index:
            row = filled.loc[item.code]
            years = (
                f"{row['first_year']}–{row['last_year']}"
                if row["first_year"] < row["last_year"]
                else str(row["last_year"])
            )
            regions = f"{row['regions_best_year']} ({row['best_year']}){', thin' if row['is_thin'] else ''}"
            countries = str(row["countries"])
        else:
            years, regions, countries = "–", "none", "–"
        cells = (f"`{item.code}`", item.name, item.unit, datasets, years, regions, countries, item.rating)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
