"""From series to indicators: figures in the base version, gaps filled by later series, amounts divided by a base."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from pathlib import Path

import numpy as np
import pandas as pd

from clusterkit.data import nuts
from clusterkit.data.indicator_register import RULE, Base, DataFile, Indicator, Register, Series
from clusterkit.data.indicators.carrying import KEYS, Geography, letters, to_base, with_flags, with_versions
from clusterkit.data.indicators.reading import no_column, read_file
from clusterkit.errors import Problem, SourceError, some

COLUMNS = ["nuts_version", "nuts_id", "indicator", "year", "value", "unit", "status", "flag", "source"]
SIGNIFICANT_DIGITS = 6  # of a ratio worked out here; published figures keep all of theirs
INHERITED_RANK = 99  # after the codes of every NUTS version
PLACE = [*KEYS, "version", "rank"]
AND = " / "  # between the names of sources


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
            items: tuple[Base | Indicator, ...] = (*self.register.bases.values(), *self.register.indicators)
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
                raise SourceError(no_column(self.raw / file.file, [key], list(table.columns)))
            table = table[table[key].isin(codes)]
        table = table if file.is_eurostat else table.assign(value=table[series.value])
        table = table[[*PLACE, "value", "flag"]]
        parts = int(np.prod([len(codes) for _, codes in series.where]))
        # A sum over the codes that a series lists is unknown when one of them is unknown or absent.
        table = _sums(table, parts) if parts > 1 else _single(table, file)
        table = table.assign(value=table["value"] * series.factor)
        if file.all_zero_is_missing:
            country = [table["nuts_id"].str[:2], table["year"]]
            some_figure = table["value"].fillna(0).ne(0).groupby(country).transform("any")
            table = table.assign(value=table["value"].where(some_figure))
        if file.sum_level3 and kind == "absolute":
            table = _with_sums_of_level3(table, file, self.places)
        rows = table[table["rank"] >= 0].assign(estimated=False)
        return _with_level1(rows, table, file, self.places) if file.inherit_level1 and kind != "absolute" else rows

    def fill(self, many: Sequence[Series], kind: str, *, denominator: str = "population") -> pd.DataFrame:
        """Figures in the base version; a later series fills what the earlier ones leave unknown."""
        weights, parts = self.weights(denominator, kind), []
        for series in many:
            file = self.register.files[series.source]
            part = to_base(self.rows(series, kind), self.places, kind=kind, weights=weights, overlap=file.overlap)
            parts.append(part.assign(source=file.dataset))
        filled = _first_known(parts)
        # A country that is one region has one figure, whichever of its two codes carried it.
        twins = filled.assign(nuts_id=filled["nuts_id"].map(self.places.twins))
        return _first_known([filled, twins[twins["nuts_id"].notna() & twins["value"].notna()]])

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
            own = [self.fill(base.series, "absolute")] if base.series else []
            parts = [*own, *(self.base(other) for other in base.add)]
            self._bases[code] = reduce(lambda left, right: _combine(left, right, np.add), parts)
        return self._bases[code]

    def indicator(self, item: Indicator) -> pd.DataFrame:
        """One indicator in the base version, columns as in the table ``indicator``."""
        table = self.fill(item.series, item.kind, denominator=item.denominator)
        if item.zero_where:
            table = self._with_zeros(table, item.zero_where)
        if item.ratio_to:
            base = self.base(item.ratio_to)
            base = base.assign(year=base["year"] + item.lag, value=base["value"].where(base["value"] > 0))
            table = _combine(table, base, np.divide)
            table["value"] = _significant(table["value"] * item.per)
        table = table[table["year"].between(*item.years)]
        if item.outside == "missing":
            outside = table["value"].notna() & ~table["value"].between(*item.range)
            table = table.assign(value=table["value"].mask(outside), status=table["status"].mask(outside, "missing"))
        # An unknown cell is kept only if the publisher says why it is empty.
        table = table[table["value"].notna() | table["status"].eq("hidden") | table["flag"].ne("")]
        names = {"nuts_version": nuts.BASE_VERSION, "indicator": item.code, "unit": item.unit}
        return table.assign(**names)[COLUMNS]

    def _with_zeros(self, table: pd.DataFrame, name: str) -> pd.DataFrame:
        """A region that another file of the same producer lists in that year, and this one does not, has none."""
        seen = [series for item in self.register.indicators for series in item.series if series.source == name][:1]
        known = self.fill(seen, "absolute")
        known = known.loc[known["value"].notna() & known["year"].isin(table["year"]), KEYS]
        zeros = known.assign(value=0.0, status="estimated", flag="", source=self.register.files[name].dataset)
        return pd.concat([table, zeros], ignore_index=True).drop_duplicates(KEYS)


def _single(table: pd.DataFrame, file: DataFile) -> pd.DataFrame:
    """One row per region and year."""
    twice = table.duplicated(PLACE)
    if twice.any() and file.duplicates == "error":
        shown = [f"{code} {year}" for code, year in table.loc[twice, KEYS].itertuples(index=False)]
        raise SourceError(
            Problem(
                what=f"{int(twice.sum())} regions stand twice in a year in {Path(file.file).name}: {some(shown)}.",
                where=file.file,
                rule=f"a series has one figure per region and year ({RULE})",
                fix="add the missing dimension under where, or set duplicates: first",
            )
        )
    return table[~twice]


def _sums(table: pd.DataFrame, parts: int) -> pd.DataFrame:
    """Sums of so many parts, unknown when one of them is unknown or absent."""
    sums = table.groupby(PLACE, sort=False)["value"].sum(min_count=parts)
    return with_flags(pd.DataFrame({"value": sums}), table, PLACE)


def _with_sums_of_level3(table: pd.DataFrame, file: DataFile, places: Geography) -> pd.DataFrame:
    """NUTS 2 amounts that are not published, from their NUTS 3 regions where all of those are."""
    level3 = places.of_level(file.nuts_version, 5)
    expected = pd.Series(level3, dtype="str").str[:4].value_counts()
    parts = table[table["nuts_id"].isin(level3) & table["value"].notna()]
    groups = parts.assign(nuts_id=parts["nuts_id"].str[:4], rank=0).groupby(PLACE)["value"]
    sums = groups.agg(["sum", "size"]).reset_index()
    sums = sums[sums["size"].eq(sums["nuts_id"].map(expected))].drop(columns="size")
    table = table.merge(sums, on=PLACE, how="outer")
    table["value"] = table["value"].fillna(table.pop("sum"))
    return table.fillna({"flag": ""})


def _with_level1(rows: pd.DataFrame, table: pd.DataFrame, file: DataFile, places: Geography) -> pd.DataFrame:
    """NUTS 2 regions without a figure of their own get the rate of their NUTS 1 region, estimated."""
    known = table[table["nuts_id"].isin(places.of_level(file.nuts_version, 3)) & table["value"].notna()]
    children = pd.DataFrame({"child": places.of_level(file.nuts_version, 4)})
    children["nuts_id"] = children["child"].str[:3]
    given = known.merge(children, on="nuts_id").drop(columns="nuts_id").rename(columns={"child": "nuts_id"})
    given = given.assign(version=file.nuts_version, rank=INHERITED_RANK, estimated=True)
    return pd.concat([rows, given[rows.columns]], ignore_index=True)


def _first_known(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The first row with a value per region and year, else the first row."""
    table = pd.concat(tables, ignore_index=True)
    table = table.iloc[np.argsort(table["value"].isna(), kind="stable")]
    return table.drop_duplicates(KEYS).sort_values(KEYS, ignore_index=True)


def _combine(left: pd.DataFrame, right: pd.DataFrame, operation: np.ufunc) -> pd.DataFrame:
    """Two tables of figures, cell by cell: unknown if either is, estimated if either is."""
    both = left.merge(right, on=KEYS, suffixes=("", "_other"))
    value = operation(both["value"], both["value_other"])
    status = both[["status", "status_other"]]
    hidden, estimated = (status.eq(name).any(axis=1) for name in ("hidden", "estimated"))
    source = both["source"] + AND + both["source_other"]
    names = {text: AND.join(dict.fromkeys(text.split(AND))) for text in source.unique()}
    return both[KEYS].assign(
        value=value,
        status=np.select(
            [value.isna() & hidden, value.isna(), estimated], ["hidden", "missing", "estimated"], "reported"
        ),
        flag=letters(both["flag"] + both["flag_other"]),
        source=source.map(names),
    )


def _significant(values: pd.Series) -> pd.Series:
    """Values rounded to ``SIGNIFICANT_DIGITS``."""
    return pd.Series([float(f"{value:.{SIGNIFICANT_DIGITS}g}") for value in values], values.index, dtype="float64")
