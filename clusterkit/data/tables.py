"""The project's own tables: their contracts, and one loader each.

A table is refused, with every problem at once, when a column is missing, a value has the wrong
type or leaves its range, a key stands twice, or the NUTS version is not the base version.
"""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pandera.pandas as pa
import pyarrow
import pyarrow.parquet
import shapely

from clusterkit import cached
from clusterkit.data import remembered
from clusterkit.data.nuts import BASE_VERSION
from clusterkit.errors import MAX_SHOWN, ContractError, Problem, some
from clusterkit.paths import project

STATUSES = ("reported", "estimated", "hidden", "missing")
RULE = "docs/methods.md#tables"
MAP_CRS = 3035  # EPSG code, ETRS89 Lambert azimuthal equal-area
SLACK = 1e-6  # persons; sums of shares differ in the last digits

_NUTS_ID = pa.Column(str, pa.Check.str_matches(r"^[A-Z]{2}[A-Z0-9]{0,3}$"))
_VERSION = pa.Column("int16", pa.Check.eq(BASE_VERSION))
_YEAR = pa.Column("int16", pa.Check.in_range(2000, 2035))
_STATUS = pa.Column(str, pa.Check.isin(STATUSES))
_FINITE = pa.Check(lambda values: values.abs() < float("inf"), name="finite")
_NOT_INFINITE = pa.Check(lambda values: values < float("inf"), name="finite")  # for what is not below zero anyway
_AMOUNT = pa.Column("float64", [pa.Check.ge(0), _NOT_INFINITE], nullable=True)
_FLAG = pa.Column(str)


def _is_ordered(table: pd.DataFrame) -> pd.Series:
    """Whether the ends of a range lie on both sides of the value; an end that is unknown bounds nothing."""
    low, value, high = (table[f"persons_employed{end}"] for end in ("_low", "", "_high"))
    return ~((low > high + SLACK) | (low > value + SLACK) | (value > high + SLACK))


INDUSTRY = pa.DataFrameSchema(
    {
        "nuts_version": _VERSION,
        "nuts_id": _NUTS_ID,
        "nace_code": pa.Column(str, pa.Check.str_matches(r"^[A-Z]\d{0,2}$")),
        "year": _YEAR,
        "persons_employed": _AMOUNT,
        "persons_employed_low": _AMOUNT,
        "persons_employed_high": _AMOUNT,
        "persons_employed_estimate": _AMOUNT,
        "persons_employed_estimate_low": _AMOUNT,
        "persons_employed_estimate_high": _AMOUNT,
        "persons_employed_status": _STATUS,
        "persons_employed_flag": _FLAG,
        "local_units": _AMOUNT,
        "local_units_status": _STATUS,
        "wages_meur": _AMOUNT,
        "wages_meur_estimate": _AMOUNT,
        "wages_meur_estimate_low": _AMOUNT,
        "wages_meur_estimate_high": _AMOUNT,
        "wages_meur_status": _STATUS,
        "series": pa.Column(str, pa.Check.isin(["2008-2020", "2021-"])),
        "source": pa.Column(str),
    },
    unique=["nuts_id", "nace_code", "year"],
    strict=True,
    checks=[
        pa.Check(
            lambda table: (
                table["persons_employed"].isna() == table["persons_employed_status"].isin(["hidden", "missing"])
            ),
            name="a hidden or missing cell has no value, a reported or estimated one has",
        ),
        pa.Check(
            lambda table: table["persons_employed_estimate"].notna() == table["persons_employed"].isna(),
            name="persons_employed has an estimate where it has no value, and only there",
        ),
        pa.Check(
            lambda table: (
                table["wages_meur_estimate"].notna() == (table["wages_meur"].isna() & table["series"].eq("2008-2020"))
            ),
            name="wages_meur of the series to 2020 has an estimate where it has no value, and only there",
        ),
        pa.Check(_is_ordered, name="low <= value <= high"),
    ],
)
REGION = pa.DataFrameSchema(
    {
        "nuts_version": _VERSION,
        "nuts_id": _NUTS_ID,
        "level": pa.Column("int8", pa.Check.isin([0, 1, 2])),
        "country": pa.Column(str, pa.Check.str_length(2, 2)),
        "name": pa.Column(str, pa.Check.str_length(min_value=1)),
        "name_latin": pa.Column(str, pa.Check.str_length(min_value=1)),
        "area_km2": pa.Column("float64", [pa.Check.gt(0), _NOT_INFINITE]),
        "geometry": pa.Column("geometry"),
    },
    unique=["nuts_id"],
    strict=True,
)
CONTEXT = pa.DataFrameSchema(
    {
        "nuts_version": _VERSION,
        "nuts_id": _NUTS_ID,
        "year": _YEAR,
        "population": _AMOUNT,
        "gdp_meur": _AMOUNT,
        "gdp_mpps": _AMOUNT,
        "gdp_pps_per_head": _AMOUNT,
        "employment_thousand": _AMOUNT,
        "unemployment_thousand": _AMOUNT,
        "unemployment_rate_pct": pa.Column("float64", pa.Check.in_range(0, 100), nullable=True),
        "is_split": pa.Column(bool),
    },
    unique=["nuts_id", "year"],
    strict=True,
)
CROSSWALK = pa.DataFrameSchema(
    {
        "from_version": pa.Column("int16"),
        "from_id": _NUTS_ID,
        "to_version": pa.Column("int16"),
        "to_id": _NUTS_ID,
        "weight_population": pa.Column("float64", pa.Check.in_range(0, 1)),
        "weight_area": pa.Column("float64", pa.Check.in_range(0, 1)),
        "population": _AMOUNT,
        "area_km2": _AMOUNT,
    },
    unique=["from_version", "from_id", "to_version", "to_id"],
    strict=True,
)
INDICATOR = pa.DataFrameSchema(
    {
        "nuts_version": _VERSION,
        "nuts_id": pa.Column(str, pa.Check.str_matches(r"^[A-Z]{2}([A-Z0-9]{2})?$")),
        "indicator": pa.Column(str, pa.Check.str_matches(r"^[a-z][a-z0-9_]*$")),
        "year": _YEAR,
        "value": pa.Column("float64", _FINITE, nullable=True),
        "unit": pa.Column(str, pa.Check.str_length(min_value=1)),
        "status": _STATUS,
        "flag": _FLAG,
        "source": pa.Column(str, pa.Check.str_length(min_value=1)),
    },
    unique=["nuts_id", "indicator", "year"],
    strict=True,
    checks=[
        pa.Check(
            lambda table: table["value"].isna() == table["status"].isin(["hidden", "missing"]),
            name="a hidden or missing cell has no value, a reported or estimated one has",
        )
    ],
)
CONTRACTS = {
    "industry": INDUSTRY,
    "region": REGION,
    "context": CONTEXT,
    "crosswalk": CROSSWALK,
    "indicator": INDICATOR,
}


def check_table(table: pd.DataFrame, name: str, where: str) -> pd.DataFrame:
    """Return ``table`` if it keeps the contract ``name``, else raise.

    Parameters
    ----------
    table
        As built or read.
    name
        One of :data:`CONTRACTS`.
    where
        File or place, for errors.

    Returns
    -------
    pandas.DataFrame
        The table itself.

    Raises
    ------
    ContractError
        Every broken rule with its count and first offenders.
    """
    problems = _crs_problems(table, name, where)
    try:
        CONTRACTS[name].validate(table.reset_index(drop=True), lazy=True)
    except pa.errors.SchemaErrors as exc:
        raise ContractError([*_problems(exc, table, name, where), *problems]) from exc
    if problems:
        raise ContractError(problems)
    return table


def _crs_problems(table: pd.DataFrame, name: str, where: str) -> list[Problem]:
    if name != "region" or "geometry" not in table:
        return []
    crs = getattr(table, "crs", None)
    if crs is not None and crs.to_epsg() == MAP_CRS:
        return []
    found = "no stated system" if crs is None else f"EPSG:{crs.to_epsg()}" if crs.to_epsg() else crs.name
    return [
        _problem(
            f"The coordinates of the table region are in {found}, not EPSG:{MAP_CRS}.", f"{where}, column geometry"
        )
    ]


def _problems(exc: pa.errors.SchemaErrors, table: pd.DataFrame, name: str, where: str) -> list[Problem]:
    """One problem for each broken rule; a fault that breaks several rules counts for the narrowest only."""
    cases = exc.failure_cases
    of_table = cases["schema_context"].eq("DataFrameSchema")
    of_rows = of_table & cases["index"].notna()
    wrong_type = set(cases.loc[cases["check"].astype(str).str.startswith("dtype("), "column"])
    cells = cases[~of_table]
    cells = cells[~cells["column"].isin(wrong_type) | cells["check"].astype(str).str.startswith("dtype(")]
    problems = []
    for check, group in cases[of_table & ~of_rows].groupby("check", sort=False):
        if check in _COLUMN_FAULTS:
            what = f"The table {name} {_COLUMN_FAULTS[check]} {some(list(group['failure_case']))}."
            problems.append(_problem(what, f"{where}, the whole table, {len(table):,} rows"))
    for (column, check), group in cells.groupby(["column", "check"], dropna=False, sort=False):
        shown = some([str(value) for value in group["failure_case"].head(MAX_SHOWN)])
        what = f"The table {name} breaks '{check}' in {len(group):,} cells, for instance {shown}."
        problems.append(_problem(what, f"{where}, column {column}, {len(table):,} rows"))
    seen = set(cells["index"].dropna())
    for check, group in cases[of_rows].groupby("check", sort=False):
        rows = [row for row in group["index"].unique() if row not in seen]
        if rows:
            keys = [name for name in CONTRACTS[name].unique if name in table]
            first = table.iloc[[int(row) for row in rows[:MAX_SHOWN]]][keys]
            shown = some(list(dict.fromkeys(" ".join(map(str, key)) for key in first.itertuples(index=False))))
            rule = "one row per key" if check == "multiple_fields_uniqueness" else check
            what = f"The table {name} breaks '{rule}' in {len(rows):,} rows, for instance {shown}."
            problems.append(_problem(what, f"{where}, columns {', '.join(keys)}, {len(table):,} rows"))
    return problems


_COLUMN_FAULTS = {
    "column_in_dataframe": "has no column",
    "column_in_schema": "has columns that its contract does not know:",
}


def _problem(what: str, where: str) -> Problem:
    return Problem(
        what=what,
        where=where,
        rule=RULE,
        fix="build the tables again with `clusterkit data build --raw FOLDER`, or restore them from git",
    )


def load_table(name: str, folder: Path | None = None) -> pd.DataFrame:
    """Read one table and check it against its contract.

    Parameters
    ----------
    name
        ``industry``, ``region``, ``context``, ``crosswalk`` or ``indicator``.
    folder
        Folder with the parquet files; default the project's ``data/processed``.

    Returns
    -------
    pandas.DataFrame
        Columns as the function of its name has them: :func:`load_industry` and the others. Each call gives a table of
        its own.

    Raises
    ------
    ContractError
        The file is absent, is not parquet, or breaks the contract.
    """
    path = (folder or project().processed) / f"{name}.parquet"
    fix = "restore it from git, or build it with `clusterkit data build --raw FOLDER`"
    if not path.is_file():
        raise ContractError(Problem(what=f"The table {name} is absent.", where=str(path), rule=RULE, fix=fix))
    return _read(path, name, fix)


def _read_parquet(path: Path, *, has_geometry: bool) -> pd.DataFrame:
    """A table as it is in its file, read by one thread: a process with a second one cannot be forked safely."""
    file = pyarrow.parquet.ParquetFile(pyarrow.BufferReader(path.read_bytes()), pre_buffer=False)
    found = file.read(use_threads=False)
    table = found.to_pandas(use_threads=False)
    about = (found.schema.metadata or {}).get(b"geo")
    if not has_geometry:
        return table
    if about is None:
        message = "it has no geometry"
        raise ValueError(message)
    crs = json.loads(about)["columns"]["geometry"]["crs"]
    return gpd.GeoDataFrame(table.assign(geometry=shapely.from_wkb(table["geometry"])), crs=crs)


def _read_and_check(path: Path, name: str, fix: str) -> pd.DataFrame:
    try:
        table = _read_parquet(path, has_geometry=name == "region")
    except (OSError, ValueError, pyarrow.lib.ArrowException) as exc:
        raise ContractError(
            Problem(
                what=f"The table {name} cannot be read: {str(exc).splitlines()[0]}",
                where=str(path),
                rule=RULE,
                fix=fix,
            )
        ) from exc
    return check_table(table, name, str(path))


_read = cached.by_file(_read_and_check, own=remembered.copy_on_write)


def load_industry(folder: Path | None = None) -> pd.DataFrame:
    """Persons employed, local units and wages by region (NUTS 0-2), sector and year.

    Parameters
    ----------
    folder
        Folder with the parquet files; default the project's ``data/processed``.

    Returns
    -------
    pandas.DataFrame
        One row per ``nuts_id``, ``nace_code`` and ``year``: ``persons_employed``, ``local_units`` and ``wages_meur``
        (million euro), each with a ``*_status`` (reported, estimated, hidden, missing). NaN where it is not published:
        ``persons_employed_low`` and ``_high`` then hold what published totals allow, ``*_estimate`` with ``_low`` and
        ``_high`` an estimate with its 90 % interval. ``series`` tells the two series apart, ``source`` names the
        dataset.
    """
    return load_table("industry", folder)


def load_region(folder: Path | None = None) -> gpd.GeoDataFrame:
    """Names, areas (km²) and boundaries (EPSG:3035, metres) of all NUTS 0-2 regions.

    Parameters
    ----------
    folder
        Folder with the parquet files; default the project's ``data/processed``.

    Returns
    -------
    geopandas.GeoDataFrame
        One row per ``nuts_id``: ``level`` (0 to 2), ``country``, ``name`` (as the region writes it), ``name_latin``,
        ``area_km2``, ``geometry``.
    """
    return load_table("region", folder)


def load_context(folder: Path | None = None) -> pd.DataFrame:
    """Population, gross domestic product, employment and unemployment by region and year.

    Parameters
    ----------
    folder
        Folder with the parquet files; default the project's ``data/processed``.

    Returns
    -------
    pandas.DataFrame
        One row per ``nuts_id`` and ``year``: ``population`` (inhabitants), ``gdp_meur``, ``gdp_mpps`` (million
        purchasing power standards), ``gdp_pps_per_head``, ``employment_thousand``, ``unemployment_thousand``,
        ``unemployment_rate_pct``; NaN is unknown. ``is_split``: shared out between regions.
    """
    return load_table("context", folder)


def load_indicator(folder: Path | None = None) -> pd.DataFrame:
    """Indicators of regional ecosystems by region (NUTS 0 and 2) and year, each in its ``unit``.

    A cell without a row is missing; docs/indicators.md says what each indicator is.

    Parameters
    ----------
    folder
        Folder with the parquet files; default the project's ``data/processed``.

    Returns
    -------
    pandas.DataFrame
        One row per ``nuts_id``, ``indicator`` and ``year``: ``value`` in ``unit``, ``status`` (reported, estimated,
        hidden, missing; the last two have NaN), ``flag`` and ``source``.
    """
    return load_table("indicator", folder)


def indicator_units(indicator: pd.DataFrame) -> dict[str, str]:
    """Unit of each indicator of the table ``indicator``, by code."""
    return indicator.drop_duplicates("indicator").set_index("indicator")["unit"].to_dict()


def load_crosswalk(folder: Path | None = None) -> pd.DataFrame:
    """Which codes of other NUTS versions became which codes of the base version.

    Parameters
    ----------
    folder
        Folder with the parquet files; default the project's ``data/processed``.

    Returns
    -------
    pandas.DataFrame
        One row per piece of territory: ``from_version``, ``from_id``, ``to_version``, ``to_id``; ``weight_population``
        and ``weight_area`` (shares of the origin, 0 to 1); ``population`` (inhabitants, 2011) and ``area_km2``; NaN
        where the code means the same in both.
    """
    return load_table("crosswalk", folder)
