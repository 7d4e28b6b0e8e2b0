"""NUTS codes: levels, parents, names, and conversion between versions.

The embedded tables are in NUTS 2016. A converted figure keeps its value where a code was only
renamed; where a region was split or merged it is shared out by population and marked estimated.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from clusterkit.data import csvfile
from clusterkit.errors import ContractError, Problem, SourceError, some

BASE_VERSION = 2016  # NUTS version of the embedded tables
NEGLIGIBLE_SHARE = 0.001  # share of an origin's population; smaller pieces are boundary noise, docs/assumptions.md#A3
RULE = "docs/methods.md#nuts-versions"

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
    """Name of a country inside a sentence, ``the Netherlands``."""
    return f"{'the ' if code in _WITH_ARTICLE else ''}{COUNTRY_NAMES[code]}"


def level(nuts_id: str) -> int:
    """NUTS level of a code, 0 (country) to 3, from its length (no unit)."""
    return len(nuts_id) - 2


def is_extra_regio(nuts_id: str) -> bool:
    """Whether a code stands for activity that belongs to no region (``FRZ``, ``FRZZ``)."""
    return len(nuts_id) > 2 and set(nuts_id[2:]) == {"Z"}


def read_codes(path: Path, version: int) -> pd.DataFrame:
    """Codes, levels and names of one NUTS version.

    Returns
    -------
    pandas.DataFrame
        Columns ``nuts_version``, ``nuts_id``, ``level``, ``country``, ``name`` (as the region
        writes it), ``name_latin``.
    """
    columns = {"NUTS_ID": "nuts_id", "LEVL_CODE": "level", "CNTR_CODE": "country",
               "NUTS_NAME": "name", "NAME_LATN": "name_latin"}  # fmt: skip
    codes = read_csv(path, list(columns)).rename(columns=columns)[list(columns.values())]
    codes["level"] = codes["level"].astype(int)
    codes["country"] = codes["nuts_id"].str[:2]
    codes.insert(0, "nuts_version", version)
    return codes.sort_values("nuts_id", ignore_index=True)


def read_csv(path: Path, required: Sequence[str]) -> pd.DataFrame:
    """A CSV file as text columns, refused when a required column or the file is missing.

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

    Returns
    -------
    pandas.DataFrame
        ``from_version, from_id, to_version, to_id, weight_population, weight_area``: shares of
        the origin, adding up to 1 for every origin. Pieces under ``NEGLIGIBLE_SHARE`` of the
        origin's population (area where nobody lives) are dropped as boundary noise.
    """
    from_column, to_column = f"code_v{from_version}", f"code_v{to_version}"
    raw = read_csv(path, [from_column, to_column, "pop11", "areaKm"])
    pieces = pd.DataFrame(
        {
            "from_version": from_version,
            "from_id": raw[from_column],
            "to_version": to_version,
            "to_id": raw[to_column],
            "weight_population": _numbers(raw["pop11"], path),
            "weight_area": _numbers(raw["areaKm"], path),
        }
    )
    pieces = pieces[pieces["to_id"].isin(list(targets))]
    share = _share_of_origin(pieces, "weight_population")
    share = share.fillna(_share_of_origin(pieces, "weight_area"))
    pieces = pieces[share >= NEGLIGIBLE_SHARE].copy()
    area = _share_of_origin(pieces, "weight_area")
    pieces["weight_population"] = _share_of_origin(pieces, "weight_population").fillna(area)
    pieces["weight_area"] = area
    return pieces.sort_values(["from_id", "to_id"], ignore_index=True)


def origins(nuts_ids: Sequence[str], crosswalk: pd.DataFrame, *, from_version: int = 2013) -> pd.DataFrame:
    """Rows of the crosswalk that say which codes of ``from_version`` became ``nuts_ids``."""
    return crosswalk[(crosswalk["from_version"] == from_version) & crosswalk["to_id"].isin(list(nuts_ids))]


def unchanged_pieces(nuts_ids: Collection[str], from_version: int, to_version: int) -> pd.DataFrame:
    """Crosswalk rows of codes that mean the same territory in both versions."""
    codes = sorted(nuts_ids)
    return pd.DataFrame(
        {
            "from_version": from_version,
            "from_id": codes,
            "to_version": to_version,
            "to_id": codes,
            "weight_population": 1.0,
            "weight_area": 1.0,
        }
    )


def _numbers(column: pd.Series, path: Path) -> pd.Series:
    """Amounts as numbers, zero where the matrix leaves a cell empty; anything else is an error."""
    values = pd.to_numeric(column, errors="coerce")
    bad = column[values.isna() & column.str.strip().ne("")]
    if len(bad):
        raise SourceError(
            Problem(
                what=f"{len(bad)} cells of column {column.name} are not numbers: {some([repr(cell) for cell in bad])}.",
                where=f"{path}, line {some([str(line + 2) for line in bad.index])}",
                rule=RULE,
                fix="use the published matrix",
            )
        )
    return values.fillna(0.0)


def _share_of_origin(pieces: pd.DataFrame, column: str) -> pd.Series:
    total = pieces.groupby("from_id")[column].transform("sum")
    return pieces[column] / total.replace(0.0, np.nan)


def convert(
    table: pd.DataFrame, crosswalk: pd.DataFrame, *, absolute: Sequence[str], keys: Sequence[str] = ()
) -> pd.DataFrame:
    """Carry absolute variables (persons, euro) from one NUTS version to another.

    Parameters
    ----------
    table
        Column ``nuts_id`` in the crosswalk's ``from_version``, the key columns ``keys``, and the
        absolute variables. Codes that the crosswalk lacks are an error.
    absolute
        Columns that are amounts: split by population share, added up where regions merge.

    Returns
    -------
    pandas.DataFrame
        ``nuts_id`` (new codes), ``keys``, ``absolute``, and ``is_split`` (bool): whether the
        figure had to be shared out between regions. Unknown in any piece is unknown in the sum.
        A code that was only renamed keeps its value to the bit.

    Raises
    ------
    ContractError
        A code is not in the crosswalk.
    """
    unknown = sorted(set(table["nuts_id"]) - set(crosswalk["from_id"]))
    if unknown:
        raise ContractError(
            Problem(
                what=f"{len(unknown)} codes are not in NUTS {_only(crosswalk, 'from_version')}: {some(unknown)}.",
                where=f"column nuts_id, {table['nuts_id'].isin(unknown).sum():,} of {len(table):,} rows",
                rule=RULE,
                fix="check the NUTS version of the table",
            )
        )
    pieces = crosswalk[["from_id", "to_id", "weight_population"]].rename(columns={"from_id": "nuts_id"})
    by_target = pieces.groupby("to_id")["weight_population"]
    pieces = pieces.assign(n_origins=by_target.transform("size"), is_split=by_target.transform("min").lt(1.0))
    merged = table[["nuts_id", *keys, *absolute]].merge(pieces, on="nuts_id")
    merged["nuts_id"] = merged.pop("to_id")
    columns = ["nuts_id", *keys]
    is_renamed = (merged["n_origins"] == 1) & ~merged["is_split"]
    shared = merged[~is_renamed].copy()
    shared[list(absolute)] = shared[list(absolute)].mul(shared["weight_population"], axis=0)
    groups = shared.groupby(columns, sort=False)
    sums = groups[list(absolute)].agg(lambda piece: piece.sum(skipna=False))
    complete = groups.size() == groups["n_origins"].first()
    sums = sums.where(complete).assign(is_split=groups["is_split"].first())
    result = pd.concat([merged[is_renamed], sums.reset_index()], ignore_index=True)
    return result[[*columns, *absolute, "is_split"]].sort_values(columns, ignore_index=True)


def to_base(
    table: pd.DataFrame, crosswalk: pd.DataFrame, version: int, *, absolute: list[str], keys: list[str]
) -> pd.DataFrame:
    """Amounts of NUTS 0-2 regions in the base version; level-1 regions that changed are left out."""
    pieces = crosswalk[crosswalk["from_version"] == version]
    converted = convert(table, pieces, absolute=absolute, keys=keys)
    return converted[~(converted["is_split"] & (converted["nuts_id"].str.len() == 3))]


def _only(table: pd.DataFrame, column: str) -> object:
    return table[column].iloc[0]
