"""NUTS codes: levels, parents, names, and conversion between versions.

The embedded tables are in NUTS 2016. A converted figure keeps its value where a code was only
renamed. Where a region was split or merged, an amount is shared out and added up, a rate becomes
a weighted mean; what was shared out is marked. ``nuts_codes`` tells which codes there are.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from clusterkit.data import csvfile
from clusterkit.errors import MAX_SHOWN, ContractError, Problem, SourceError, some

BASE_VERSION = 2016  # NUTS version of the embedded tables
NEGLIGIBLE_SHARE = 0.001  # share of an origin's population; smaller pieces are boundary noise, docs/assumptions.md#A3
RULE = "docs/methods.md#nuts-versions"
PIECE = (
    "from_version", "from_id", "to_version", "to_id", "weight_population", "weight_area", "population", "area_km2",
)  # fmt: skip

UNION = "EU-28"  # row of the 28 members of 2014, beside the codes of countries
EU28 = tuple(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "EL",
        "ES",
        "FI",
        "FR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
        "UK",
    ]
)  # members of the European Union on 1 July 2013 to 31 January 2020, Eurostat's country codes

RETIRED_2010 = frozenset(
    [
        "DE41",
        "DE42",
        "DED1",
        "DED3",
        "FI13",
        "FI18",
        "FI1A",
        "ITD",
        "ITD1",
        "ITD2",
        "ITD3",
        "ITD4",
        "ITD5",
        "ITE",
        "ITE1",
        "ITE2",
        "ITE3",
        "ITE4",
        "UKD2",
        "UKD5",
    ]
)  # codes of NUTS 2006 that NUTS 2010 gave up; the statistics of 2008-2010 still carry them

COUNTRY_NAMES = {
    "AL": "Albania", "AT": "Austria", "BE": "Belgium", "BG": "Bulgaria", "CH": "Switzerland",
    "CY": "Cyprus", "CZ": "Czechia", "DE": "Germany", "DK": "Denmark", "EE": "Estonia",
    "EL": "Greece", "ES": "Spain", "FI": "Finland", "FR": "France", "HR": "Croatia",
    "HU": "Hungary", "IE": "Ireland", "IS": "Iceland", "IT": "Italy", "LI": "Liechtenstein",
    "LT": "Lithuania", "LU": "Luxembourg", "LV": "Latvia", "ME": "Montenegro",
    "MK": "North Macedonia", "MT": "Malta", "NL": "Netherlands", "NO": "Norway", "PL": "Poland",
    "PT": "Portugal", "RO": "Romania", "RS": "Serbia", "SE": "Sweden", "SI": "Slovenia",
    "SK": "Slovakia", "TR": "Türkiye", "UK": "United Kingdom",
}  # fmt: skip


_WITH_ARTICLE = ("NL", "UK")


def country_phrase(code: str) -> str:
    """Name of a country inside a sentence, ``the Netherlands``.

    Parameters
    ----------
    code
        Two letters, as Eurostat writes them.
    """
    return f"{'the ' if code in _WITH_ARTICLE else ''}{COUNTRY_NAMES[code]}"


def level(nuts_id: str) -> int:
    """NUTS level of a code, 0 (country) to 3, from its length (no unit).

    Parameters
    ----------
    nuts_id
        A NUTS code.
    """
    return len(nuts_id) - 2


def is_extra_regio(nuts_id: str) -> bool:
    """Whether a code stands for activity that belongs to no region (``FRZ``, ``FRZZ``).

    Parameters
    ----------
    nuts_id
        A NUTS code.
    """
    return len(nuts_id) > 2 and set(nuts_id[2:]) == {"Z"}


def read_codes(path: Path, version: int) -> pd.DataFrame:
    """Codes, levels and names of one NUTS version.

    Parameters
    ----------
    path
        CSV of the codes of one version.
    version
        Its year.

    Returns
    -------
    pandas.DataFrame
        Columns ``nuts_version``, ``nuts_id``, ``level``, ``country``, ``name`` (as the region
        writes it), ``name_latin``.

    Raises
    ------
    SourceError
        The file cannot be read, lacks a column, or has a level that is not 0 to 3.
    """
    columns = {"NUTS_ID": "nuts_id", "LEVL_CODE": "level", "CNTR_CODE": "country",
               "NUTS_NAME": "name", "NAME_LATN": "name_latin"}  # fmt: skip
    codes = read_csv(path, list(columns)).rename(columns=columns)[list(columns.values())]
    bad = codes[~codes["level"].isin(["0", "1", "2", "3"])]
    if len(bad):
        shown = [f"{row.nuts_id} {row.level!r}" for row in bad.itertuples()]
        raise SourceError(
            Problem(
                what=f"{len(bad)} codes of {path.name} have a level that is not 0 to 3: {some(shown)}.",
                where=f"{path}, column LEVL_CODE, line {some([index + 2 for index in bad.index])}",
                rule=RULE,
                fix="use the published list",
            )
        )
    codes["level"] = codes["level"].astype(int)
    codes["country"] = codes["nuts_id"].str[:2]
    codes.insert(0, "nuts_version", version)
    return codes.sort_values("nuts_id", ignore_index=True)


def read_csv(path: Path, required: Sequence[str]) -> pd.DataFrame:
    """A CSV file as text columns, refused when a required column or the file is missing.

    Parameters
    ----------
    path
        Of the file.
    required
        Columns that must be there.

    Returns
    -------
    pandas.DataFrame
        All columns of the file, each as text; an empty cell is an empty text.

    Raises
    ------
    SourceError
        The file cannot be read or lacks a column.
    """
    table = csvfile.read_text(path)
    missing = [name for name in required if name not in table.columns]
    if missing:
        raise SourceError(
            Problem(
                what=f"{path.name} has no column {', '.join(missing)}.",
                where=f"{path}, line 1: {some(list(table.columns))}",
                rule="data/README.md lists the raw files that the tables are built from",
                fix="use the published file",
            )
        )
    return table


def read_crosswalk(path: Path, from_version: int, to_version: int, targets: Collection[str]) -> pd.DataFrame:
    """Pieces that two NUTS versions have in common, with the share of each in its origin.

    Parameters
    ----------
    path
        Converter matrix of the Joint Research Centre: one row per pair of codes with common
        territory, ``pop11`` (inhabitants, 2011) and ``areaKm`` (km²).
    targets
        Codes of ``to_version``; a pair with another target is dropped.
    from_version
        NUTS version of the origins.
    to_version
        NUTS version of the targets.

    Returns
    -------
    pandas.DataFrame
        ``from_version, from_id, to_version, to_id``; ``weight_population, weight_area``: shares of
        the origin, adding up to 1 for every origin; ``population`` (inhabitants in 2011) and
        ``area_km2`` of the piece. Pieces under ``NEGLIGIBLE_SHARE`` of the origin's population (area
        where nobody lives) are dropped as boundary noise.

    Raises
    ------
    SourceError
        The file cannot be read, lacks a column, or has a cell that is no number or below zero.
    """
    from_column, to_column = f"code_v{from_version}", f"code_v{to_version}"
    raw = read_csv(path, [from_column, to_column, "pop11", "areaKm"])
    pieces = pd.DataFrame(
        {
            "from_version": from_version,
            "from_id": raw[from_column],
            "to_version": to_version,
            "to_id": raw[to_column],
            "population": _amounts(raw["pop11"], path),
            "area_km2": _amounts(raw["areaKm"], path),
        }
    )
    pieces = pieces[pieces["to_id"].isin(list(targets))]
    share = _share_of_origin(pieces, "population").fillna(_share_of_origin(pieces, "area_km2"))
    pieces = pieces[share >= NEGLIGIBLE_SHARE]
    area = _share_of_origin(pieces, "area_km2")
    population = _share_of_origin(pieces, "population").fillna(area)
    pieces = pieces.assign(weight_population=population, weight_area=area)
    return pieces[list(PIECE)].sort_values(["from_id", "to_id"], ignore_index=True)


def origins(nuts_ids: Sequence[str], crosswalk: pd.DataFrame, *, from_version: int = 2013) -> pd.DataFrame:
    """Rows of the crosswalk that say which codes of ``from_version`` became ``nuts_ids``.

    Parameters
    ----------
    nuts_ids
        Codes of the base version.
    crosswalk
        Table ``crosswalk``.

    Returns
    -------
    pandas.DataFrame
        Rows of the crosswalk, columns as there; none where no code has an origin in it.
    """
    return crosswalk[(crosswalk["from_version"] == from_version) & crosswalk["to_id"].isin(list(nuts_ids))]


def unchanged_pieces(nuts_ids: Collection[str], from_version: int, to_version: int) -> pd.DataFrame:
    """Crosswalk rows of codes that mean the same territory in both versions.

    Parameters
    ----------
    nuts_ids
        Codes that both versions have.
    from_version
        One version.
    to_version
        The other one.

    Returns
    -------
    pandas.DataFrame
        Columns as in the table ``crosswalk``: each code to itself with weight 1 (no unit); inhabitants and area are
        NaN.
    """
    codes = sorted(nuts_ids)
    return pd.DataFrame(
        {
            "from_version": from_version,
            "from_id": codes,
            "to_version": to_version,
            "to_id": codes,
            "weight_population": 1.0,
            "weight_area": 1.0,
            "population": np.nan,
            "area_km2": np.nan,
        }
    )


def of_older_version(crosswalk: pd.DataFrame, *, older: int, newer: int) -> pd.DataFrame:
    """Where the codes went that one version had and the next one gave up.

    For statistics that carry codes of an ``older`` version in years before the ``newer`` one.

    Parameters
    ----------
    crosswalk
        Table ``crosswalk``.

    Returns
    -------
    pandas.DataFrame
        Rows of the crosswalk from ``older`` to all regions that a code given up became a part of;
        with every origin of these regions, so that an absent one leaves its region unknown.
    """
    rows = crosswalk[crosswalk["from_version"] == older]
    kept = set(crosswalk.loc[crosswalk["from_version"] == newer, "from_id"])
    return rows[rows["to_id"].isin(rows.loc[~rows["from_id"].isin(kept), "to_id"])]


def _amounts(column: pd.Series, path: Path) -> pd.Series:
    """Amounts as numbers, zero where the matrix leaves a cell empty; anything else is an error."""
    values = pd.to_numeric(column, errors="coerce")
    faults = {
        "are not numbers": values.isna() & column.str.strip().ne(""),
        "are below zero": values < 0,
        "are infinite": np.isinf(values),
    }
    problems = [
        Problem(
            what=f"{bad.sum()} cells of column {column.name} {fault}: {some([repr(cell) for cell in column[bad]])}.",
            where=f"{path}, line {some([str(line + 2) for line in column.index[bad]])}",
            rule=RULE,
            fix="use the published matrix",
        )
        for fault, bad in faults.items()
        if bad.any()
    ]
    if problems:
        raise SourceError(problems)
    return values.fillna(0.0)


def _share_of_origin(pieces: pd.DataFrame, column: str) -> pd.Series:
    total = pieces.groupby("from_id")[column].transform("sum")
    return pieces[column] / total.replace(0.0, np.nan)


def convert(
    table: pd.DataFrame,
    crosswalk: pd.DataFrame,
    *,
    absolute: Sequence[str] = (),
    relative: Sequence[str] = (),
    keys: Sequence[str] = (),
    weight: Literal["population", "area"] = "population",
) -> pd.DataFrame:
    """Carry figures from one NUTS version to another.

    Parameters
    ----------
    table
        Column ``nuts_id`` in the crosswalk's ``from_version``, the key columns ``keys``, and the
        variables. Text columns that are not declared are left out.
    crosswalk
        From one version to one other: ``from_id``, ``to_id``, ``weight_population`` or
        ``weight_area``; for relative variables also ``population`` and ``area_km2``.
    absolute
        Columns that are amounts (persons, euro): split by the share of the origin, added up where
        regions merge.
    relative
        Columns that are rates, shares or indices: the parts of a split region inherit its figure, a
        merged region has the mean of its origins, weighted by the inhabitants or area they bring.
    weight
        What shares and means go by: inhabitants in 2011, or area in km².

    Returns
    -------
    pandas.DataFrame
        ``nuts_id`` (new codes), ``keys``, ``absolute``, ``relative``; ``is_split`` (bool), whether
        figures had to be shared out between regions; ``is_merged`` (bool), whether several regions
        became this one: its amounts are exact unless split, its rates are estimates. Unknown in any
        piece is unknown in the result. A code that was only renamed keeps its values to the bit.

    Raises
    ------
    ContractError
        A code is not in the crosswalk or stands twice; a column of numbers is declared neither
        absolute nor relative, or both, or is absent.

    Examples
    --------
    >>> pieces = pd.DataFrame({"from_id": ["LT00", "LT00"], "to_id": ["LT01", "LT02"],
    ...     "weight_population": [0.25, 0.75], "population": [1.0, 3.0], "area_km2": [1.0, 6.0]})
    >>> table = pd.DataFrame({"nuts_id": ["LT00"], "jobs": [100.0], "rate_pct": [7.5]})
    >>> convert(table, pieces, absolute=["jobs"], relative=["rate_pct"])
      nuts_id  jobs  rate_pct  is_split  is_merged
    0    LT01  25.0       7.5      True      False
    1    LT02  75.0       7.5      True      False
    """
    absolute, relative, columns = list(absolute), list(relative), ["nuts_id", *keys]
    values = [*absolute, *relative]
    _check_convertible(table, crosswalk, absolute, relative, columns)
    merged = table[[*columns, *values]].merge(_with_weights(crosswalk, weight, has_means=bool(relative)), on="nuts_id")
    merged["nuts_id"] = merged.pop("to_id")
    merged["is_merged"] = merged["n_origins"] > 1
    is_renamed = ~(merged["is_merged"] | merged["is_split"])
    shared = merged[~is_renamed].copy()
    shared[absolute] = shared[absolute].mul(shared["share"], axis=0)
    if relative:
        shared[relative] = shared[relative].mul(shared["part_of_mean"], axis=0)
    groups = shared.groupby(columns, sort=False)
    n_origins = groups["n_origins"].first()
    sums = groups[values].sum().where(groups[values].count().eq(n_origins, axis=0))
    sums = sums.join(groups[["is_split", "is_merged"]].first())
    result = pd.concat([merged[is_renamed], sums.reset_index()], ignore_index=True)
    result = result[[*columns, *values, "is_split", "is_merged"]]
    return result.sort_values(columns, ignore_index=True)


def _with_weights(crosswalk: pd.DataFrame, weight: str, *, has_means: bool) -> pd.DataFrame:
    """Pieces with their share of the origin and, for means, their part of the new region."""
    share = f"weight_{weight}"
    by_target = crosswalk.groupby("to_id")[share]
    pieces = pd.DataFrame(
        {
            "nuts_id": crosswalk["from_id"],
            "to_id": crosswalk["to_id"],
            "share": crosswalk[share],
            "n_origins": by_target.transform("size"),
            "is_split": by_target.transform("min").lt(1.0),
        }
    )
    if has_means:
        area = crosswalk["area_km2"]
        size = crosswalk["population"] if weight == "population" else area
        total = size.groupby(crosswalk["to_id"]).transform("sum")
        size = size.where(total > 0, area)  # nobody lives there
        part = size / size.groupby(crosswalk["to_id"]).transform("sum")
        pieces["part_of_mean"] = part.where(pieces["n_origins"] > 1, 1.0)
    return pieces


def _check_convertible(
    table: pd.DataFrame, crosswalk: pd.DataFrame, absolute: list[str], relative: list[str], columns: list[str]
) -> None:
    """Refuse columns that are not declared once and present, unknown codes, and keys that stand twice."""
    declared = [*absolute, *relative]
    numbers = [name for name in table.select_dtypes("number") if name not in {*declared, *columns, "nuts_version"}]
    faults = {
        "are absent": [name for name in (*columns, *declared) if name not in table],
        "are declared both absolute and relative": sorted(set(absolute) & set(relative)),
        "are numbers declared neither absolute nor relative": numbers,
    }
    problems = [
        Problem(
            what=f"{len(names)} columns {fault}: {some(names)}.",
            where=f"columns of the table: {some([str(name) for name in table.columns])}",
            rule=f"{RULE}: an amount is shared out and added up, a rate is averaged",
            fix="name every variable once, under absolute or relative, or leave it out of the table",
        )
        for fault, names in faults.items()
        if names
    ]
    if problems:
        raise ContractError(problems)
    unknown = sorted(set(table["nuts_id"]) - set(crosswalk["from_id"]))
    if unknown:
        problems.append(
            Problem(
                what=f"{len(unknown)} codes are not in NUTS {_only(crosswalk, 'from_version')}: {some(unknown)}.",
                where=f"column nuts_id, {table['nuts_id'].isin(unknown).sum():,} of {len(table):,} rows",
                rule=RULE,
                fix="check the NUTS version of the table",
            )
        )
    twice = table.loc[table.duplicated(columns), columns]
    if len(twice):
        shown = [" ".join(map(str, key)) for key in twice.head(MAX_SHOWN).itertuples(index=False)]
        problems.append(
            Problem(
                what=f"{len(twice)} rows repeat the key of another row, for instance {', '.join(shown)}.",
                where=f"columns {', '.join(columns)}, {len(table):,} rows",
                rule=f"{RULE}: one figure per region and key",
                fix="name all key columns under keys, or leave the repeated rows out",
            )
        )
    if problems:
        raise ContractError(problems)


def to_base(
    table: pd.DataFrame, crosswalk: pd.DataFrame, version: int, *, absolute: Sequence[str], keys: Sequence[str]
) -> pd.DataFrame:
    """Amounts of NUTS 0-2 regions in the base version; level-1 regions that changed are left out.

    Parameters
    ----------
    table
        Amounts by region, with the codes of one version in ``nuts_id``.
    crosswalk
        Table ``crosswalk``.
    version
        NUTS version of the table's codes.
    absolute
        Columns with amounts.
    keys
        Columns that make up a row's key besides the region.

    Returns
    -------
    pandas.DataFrame
        The same columns in codes of the base version, units as given, with ``is_split``: shared out between regions.
        NaN where a part is unknown.
    """
    pieces = crosswalk[crosswalk["from_version"] == version]
    converted = convert(table, pieces, absolute=absolute, keys=keys)
    return converted[~(converted["is_split"] & (converted["nuts_id"].str.len() == 3))]


def _only(table: pd.DataFrame, column: str) -> object:
    return table[column].iloc[0]
