"""From the raw files to the tables in ``data/processed``, in one deterministic run."""

from __future__ import annotations

import json
import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from clusterkit.data import eurostat, hidden, indicator_register, indicators, nuts, sources, tables
from clusterkit.errors import Problem, RunError, SourceError, some
from clusterkit.paths import project

YEARS = (2011, 2012, 2013, 2014)  # best filled years of the regional statistics, docs/data_log.md
SIMPLIFY_M = 8000.0  # metres; an area of 8 km x 8 km is about two pixels of a European map on a page
MAP_CRS = 3035  # EPSG code, ETRS89 Lambert azimuthal equal-area
INDICATORS = {"V16110": "persons_employed", "V11210": "local_units", "V13320": "wages_meur"}
SECTOR = r"^[A-Z](\d\d)?$"  # sections and divisions; groups such as G451 are left out


def build(raw: Path, processed: Path) -> dict[str, int]:
    """Build all tables from the raw files and write them, all or none.

    Parameters
    ----------
    raw
        Folder with the raw files under the paths of ``sources.SOURCES``.
    processed
        Folder for ``industry``, ``region``, ``context``, ``crosswalk`` and ``indicator`` as parquet,
        and ``provenance.json`` with the checksums of everything read.

    Returns
    -------
    dict
        Rows per table.

    Raises
    ------
    SourceError
        A raw file is absent, damaged, or holds an unknown region code; all absent files at once.
        The files of ``sources.INDICATOR_SOURCES`` may be absent: their indicators are left out, with a warning.
    ParamError
        ``params/indicators.yaml`` is not a valid register.
    ContractError
        A built table breaks its contract.
    """
    _check_present(raw)
    register = indicator_register.read_register(project().params / "indicators.yaml")
    codes = {version: nuts.read_codes(raw / source.path, version) for version, source in sources.NUTS_CODES.items()}
    crosswalk = _crosswalk(raw, codes)
    built = {
        "industry": _industry(raw, codes, crosswalk),
        "region": _region(raw, codes[nuts.BASE_VERSION]),
        "context": _context(raw, crosswalk),
        "crosswalk": crosswalk,
    }
    for name, table in built.items():
        tables.check_table(table, name, f"the table {name} as built from {raw.name}")
    indicator = indicators.build_table(raw, codes, crosswalk, register)
    built["indicator"] = tables.check_table(indicator, "indicator", f"the table indicator as built from {raw.name}")
    _write(built, raw, processed)
    return {name: len(table) for name, table in built.items()}


def _check_present(raw: Path) -> None:
    absent = [source.path for source in sources.SOURCES if not (raw / source.path).is_file()]
    if absent:
        raise SourceError(
            Problem(
                what=f"{len(absent)} of {len(sources.SOURCES)} raw files are absent: {some(absent)}.",
                where=str(raw),
                rule="data/README.md lists the raw files that the tables are built from",
                fix="put the files there, or name their folder with --raw",
            )
        )


def _crosswalk(raw: Path, codes: dict[int, pd.DataFrame]) -> pd.DataFrame:
    """Pieces of every other NUTS version in the base version, levels 0 to 2."""
    base = codes[nuts.BASE_VERSION]
    frames = []
    for (level, version), source in sources.CROSSWALKS.items():
        targets = base.loc[base["level"] == level, "nuts_id"]
        pieces = nuts.read_crosswalk(raw / source.path, version, nuts.BASE_VERSION, set(targets))
        # Countries outside the matrices (North Macedonia, say) kept their codes between the versions.
        frames.append(pieces)
        if version in codes:
            unchanged = set(targets) & set(codes[version]["nuts_id"]) - set(pieces["from_id"])
            frames.append(nuts.unchanged_pieces(unchanged, version, nuts.BASE_VERSION))
    countries = set(base.loc[base["level"] == 0, "nuts_id"])
    frames += [nuts.unchanged_pieces(countries, version, nuts.BASE_VERSION) for version in (2010, 2013, 2021)]
    table = pd.concat(frames, ignore_index=True).drop_duplicates(["from_version", "from_id", "to_id"])
    return table.astype({"from_version": "int16", "to_version": "int16"})


def _to_base(
    table: pd.DataFrame, crosswalk: pd.DataFrame, version: int, *, absolute: list[str], keys: list[str]
) -> pd.DataFrame:
    """Amounts of NUTS 0-2 regions in the base version; level-1 regions that changed are left out."""
    pieces = crosswalk[crosswalk["from_version"] == version]
    converted = nuts.convert(table, pieces, absolute=absolute, keys=keys)
    return converted[~(converted["is_split"] & (converted["nuts_id"].str.len() == 3))]


def _sort_codes(found: pd.Series, codes: dict[int, pd.DataFrame], crosswalk: pd.DataFrame, name: str) -> set[str]:
    """Codes of NUTS 2013 in a file; older and extra-regio codes are known, any other stops the run."""
    current = set(codes[2013]["nuts_id"])
    older = set(crosswalk.loc[crosswalk["from_version"] == 2010, "from_id"]) | nuts.RETIRED_2010
    lasting = older & set(codes[nuts.BASE_VERSION]["nuts_id"])
    lost = sorted(code for code in lasting - current if code[:2] in current)
    if lost:
        raise SourceError(
            Problem(
                what=f"The list of NUTS 2013 codes lacks {some(lost)}, which the versions before and after have.",
                where=sources.NUTS_CODES[2013].path,
                rule=nuts.RULE,
                fix="the file seems cut off: use the published list",
            )
        )
    unique = set(found.unique())
    unknown = sorted(code for code in unique - current - older if not nuts.is_extra_regio(code))
    if unknown:
        raise SourceError(
            Problem(
                what=f"{len(unknown)} region codes of {name} are in no NUTS version: {some(unknown)}.",
                where=f"{name}, dimension geo, {found.isin(unknown).sum():,} of {len(found):,} rows",
                rule=nuts.RULE,
                fix="check the file; a new code needs a newer list of NUTS codes",
            )
        )
    return unique & current


def _status(table: pd.DataFrame) -> pd.Series:
    status = pd.Series("reported", index=table.index, dtype="str")
    status[table["value"].isna()] = "missing"
    status[table["value"].isna() & table["flag"].str.contains("c")] = "hidden"
    return status


def _industry(raw: Path, codes: dict[int, pd.DataFrame], crosswalk: pd.DataFrame) -> pd.DataFrame:
    years = {str(year) for year in YEARS}
    keep = {"indic_sb": set(INDICATORS), "time": years}
    path = raw / sources.SBS_REGIONAL.path
    long = eurostat.read_tsv(path, keep=keep)
    absent = sorted(set(YEARS) - set(long["time"]))
    if absent:
        raise SourceError(
            Problem(
                what=f"{path.name} has no column for {', '.join(str(year) for year in absent)}.",
                where=f"{path}, line 1",
                rule=f"the tables hold the years {YEARS[0]} to {YEARS[-1]}",
                fix="use the edition that data/README.md names",
            )
        )
    known = _sort_codes(long["geo"], codes, crosswalk, path.name)
    long = long[long["nace_r2"].str.match(SECTOR)]
    long = long[long["geo"].isin(known) | long["geo"].map(nuts.is_extra_regio)]
    # Wages below zero are a slip of the publisher (one cell, docs/data_log.md#sbs_r_nuts06_r2): unknown, not a figure.
    long["value"] = long["value"].where(long["value"].ge(0))
    long["source"] = sources.SBS_REGIONAL.dataset
    long["status"] = _status(long)
    long = _fill_countries(long, eurostat.read_tsv(raw / sources.SBS_NATIONAL.path, keep=keep))
    names = {"geo": "nuts_id", "nace_r2": "nace_code", "time": "year"}
    keys = list(names.values())
    wide = None
    for indicator, column in INDICATORS.items():
        rows = long[long["indic_sb"] == indicator].rename(columns=names)
        part = rows[[*keys, "value", "status", "flag", "source"]].rename(
            columns={"value": column, "status": f"{column}_status", "flag": f"{column}_flag"}
        )
        if wide is None:
            wide = part
        else:
            wide = wide.merge(part.drop(columns=["source", f"{column}_flag"]), on=keys, how="left")
    wide = wide.reset_index(drop=True)
    limits = hidden.bounds(wide.rename(columns={"persons_employed": "value"}))
    wide["persons_employed_low"], wide["persons_employed_high"] = limits["low"], limits["high"]
    return _industry_in_base(wide[~wide["nuts_id"].map(nuts.is_extra_regio)], crosswalk)


def _fill_countries(long: pd.DataFrame, national: pd.DataFrame) -> pd.DataFrame:
    """Country rows that the regional file leaves out, from the national file of the same year."""
    keys = ["nace_r2", "indic_sb", "geo", "time"]
    national = national[national["value"].notna()]
    extra = long.loc[long["value"].isna() & long["geo"].str.len().eq(2), keys].reset_index()
    extra = extra.merge(national, on=keys).set_index("index")
    long = long.copy()
    long.loc[extra.index, "value"] = extra["value"]
    long.loc[extra.index, "flag"] = extra["flag"]
    long.loc[extra.index, "status"] = "reported"
    long.loc[extra.index, "source"] = sources.SBS_NATIONAL.dataset
    return long


def _industry_in_base(wide: pd.DataFrame, crosswalk: pd.DataFrame) -> pd.DataFrame:
    keys = ["nace_code", "year"]
    amounts = ["persons_employed", "persons_employed_low", "persons_employed_high", "local_units", "wages_meur"]
    labels = [f"{name}_status" for name in ("persons_employed", "local_units", "wages_meur")]
    labels += ["persons_employed_flag", "source"]
    base = _to_base(wide, crosswalk, 2013, absolute=amounts, keys=keys)
    base = base.merge(_labels_in_base(wide, crosswalk, keys, labels), on=["nuts_id", *keys], how="left")
    for name in ("persons_employed", "local_units", "wages_meur"):
        status = f"{name}_status"
        base[status] = base[status].fillna("missing")
        base.loc[base["is_split"] & base[name].notna(), status] = "estimated"
        base.loc[base[name].isna() & base[status].isin(["reported", "estimated"]), status] = "hidden"
    base["persons_employed_flag"] = base["persons_employed_flag"].fillna("")
    base["nuts_version"] = np.int16(nuts.BASE_VERSION)
    base["year"] = base["year"].astype("int16")
    return base[list(tables.INDUSTRY.columns)].sort_values(["nuts_id", *keys], ignore_index=True)


def _labels_in_base(wide: pd.DataFrame, crosswalk: pd.DataFrame, keys: list[str], labels: list[str]) -> pd.DataFrame:
    """Status, flag and source of the origin with the largest share in each new region."""
    pieces = crosswalk[crosswalk["from_version"] == 2013].sort_values("weight_population", ascending=False)
    pieces = pieces[["from_id", "to_id"]]
    merged = pieces.merge(wide[["nuts_id", *keys, *labels]], left_on="from_id", right_on="nuts_id")
    first = merged.drop_duplicates(["to_id", *keys])
    return first.drop(columns=["from_id", "nuts_id"]).rename(columns={"to_id": "nuts_id"})


def _region(raw: Path, codes: pd.DataFrame) -> gpd.GeoDataFrame:
    frames = []
    for level, source in sources.BOUNDARIES.items():
        path = raw / source.path
        try:
            shapes = gpd.read_file(path)[["NUTS_ID", "geometry"]]
        except (OSError, ValueError, KeyError, RuntimeError) as exc:
            raise SourceError(
                Problem(
                    what=f"The boundary file {path.name} cannot be read: {exc}.",
                    where=str(path),
                    rule="boundaries are GeoJSON with a property NUTS_ID",
                    fix="put the published file there",
                )
            ) from exc
        shapes = shapes.rename(columns={"NUTS_ID": "nuts_id"}).to_crs(MAP_CRS).sort_values("nuts_id")
        shapes["area_km2"] = shapes.area / 1e6
        shapes["geometry"] = shapely.set_precision(
            shapely.coverage_simplify(shapes.geometry.to_numpy(), SIMPLIFY_M), 1.0
        )
        frames.append(shapes.assign(level=np.int8(level)))
    shapes = pd.concat(frames, ignore_index=True)
    without = sorted(set(codes.loc[codes["level"] <= max(sources.BOUNDARIES), "nuts_id"]) - set(shapes["nuts_id"]))
    if without:
        raise SourceError(
            Problem(
                what=f"{len(without)} regions have no boundary: {some(without)}.",
                where=", ".join(source.path for source in sources.BOUNDARIES.values()),
                rule="every code of NUTS 2016, levels 0 to 2, has a shape",
                fix="the boundary file seems cut off or changed: use the published one",
            )
        )
    table = shapes.merge(codes.drop(columns="level"), on="nuts_id")
    table["nuts_version"] = table["nuts_version"].astype("int16")
    return gpd.GeoDataFrame(table[list(tables.REGION.columns)], geometry="geometry", crs=MAP_CRS)


def _context(raw: Path, crosswalk: pd.DataFrame) -> pd.DataFrame:
    years = {str(year) for year in YEARS}
    series = {
        "population": (sources.POPULATION, {"sex": {"T"}, "unit": {"NR"}, "age": {"TOTAL"}}),
        "gdp_meur": (sources.GDP, {"unit": {"MIO_EUR"}}),
        "gdp_mpps": (sources.GDP, {"unit": {"MIO_PPS"}}),
        "employment_thousand": (sources.EMPLOYMENT, {"unit": {"THS"}, "sex": {"T"}, "age": {"Y_GE15"}}),
        "unemployment_thousand": (sources.UNEMPLOYMENT, {"unit": {"THS"}, "sex": {"T"}, "age": {"Y_GE15"}}),
    }
    frames = []
    for column, (source, keep) in series.items():
        long = eurostat.read_tsv(raw / source.path, keep={**keep, "time": years})
        long = long.rename(columns={"geo": "nuts_id", "time": "year", "value": column})
        version = source.nuts_version or nuts.BASE_VERSION
        # Svalbard (NO0B) and the aggregates of the EU have no counterpart in the base version.
        long = long[long["nuts_id"].isin(crosswalk.loc[crosswalk["from_version"] == version, "from_id"])]
        converted = _to_base(long, crosswalk, version, absolute=[column], keys=["year"])
        frames.append(converted.set_index(["nuts_id", "year"]).rename(columns={"is_split": f"{column}_split"}))
    table = pd.concat(frames, axis=1).sort_index().reset_index()
    splits = [name for name in table.columns if name.endswith("_split")]
    table["is_split"] = table[splits].astype("boolean").fillna(False).any(axis=1).astype(bool)
    table["gdp_pps_per_head"] = table["gdp_mpps"] * 1e6 / table["population"]
    labour_force = table["employment_thousand"] + table["unemployment_thousand"]
    table["unemployment_rate_pct"] = 100 * table["unemployment_thousand"] / labour_force
    table["nuts_version"] = np.int16(nuts.BASE_VERSION)
    table["year"] = table["year"].astype("int16")
    return table[list(tables.CONTEXT.columns)]


def _write(built: dict[str, pd.DataFrame], raw: Path, processed: Path) -> None:
    """Write every table beside its place, then rename all: a failed build leaves the old tables."""
    names = [*(f"{name}.parquet" for name in built), "provenance.json"]
    try:
        processed.mkdir(parents=True, exist_ok=True)
        try:
            for name, table in built.items():
                table.to_parquet(processed / f"{name}.parquet.part", index=False, compression="zstd")
            record = json.dumps(_provenance(built, raw), indent=2, ensure_ascii=False) + "\n"
            (processed / "provenance.json.part").write_text(record, encoding="utf-8")
            for name in names:
                os.replace(processed / f"{name}.part", processed / name)
        finally:
            for name in names:
                (processed / f"{name}.part").unlink(missing_ok=True)
    except OSError as exc:
        raise RunError(
            Problem(
                what=f"The tables cannot be written: {exc.strerror or exc}.",
                where=str(processed),
                rule="a build writes all tables or none; the tables that were there are kept",
                fix="make room or give the folder write rights, then build again",
            )
        ) from exc


def _provenance(built: dict[str, pd.DataFrame], raw: Path) -> dict[str, object]:
    return {
        "nuts_version": nuts.BASE_VERSION,
        "years": list(YEARS),
        "rows": {name: len(table) for name, table in built.items()},
        "indicators": int(built["indicator"]["indicator"].nunique()),
        "sources": [
            {
                "dataset": source.dataset,
                "file": source.path,
                "edition": source.edition,
                "licence": source.licence,
                "acknowledgement": source.acknowledgement,
                "sha256": sources.sha256(raw / source.path),
            }
            for source in (*sources.SOURCES, *sources.INDICATOR_SOURCES)
            if (raw / source.path).is_file()
        ],
    }
