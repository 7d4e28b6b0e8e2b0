"""From the raw files to the tables in ``data/processed``, in one deterministic run."""

from __future__ import annotations

import json
import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from clusterkit.data import eurostat, indicator_register, indicators, industry_table, nuts, sources, tables
from clusterkit.errors import Problem, RunError, SourceError, some
from clusterkit.paths import project

YEARS = (2011, 2012, 2013, 2014)  # best filled years of the regional statistics, docs/data_log.md
SIMPLIFY_M = 8000.0  # metres; an area of 8 km x 8 km is about two pixels of a European map on a page
MAP_CRS = 3035  # EPSG code, ETRS89 Lambert azimuthal equal-area


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
        The files of ``sources.INDICATOR_SOURCES`` may be absent: their indicators are left out, and
        ``provenance.json`` says which, and for want of which files (``indicators_left_out``).
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
        "industry": industry_table.read_industry(raw, codes, crosswalk, YEARS),
        "region": _region(raw, codes[nuts.BASE_VERSION]),
        "context": _context(raw, crosswalk),
        "crosswalk": crosswalk,
    }
    for name, table in built.items():
        tables.check_table(table, name, f"the table {name} as built from {raw.name}")
    indicator = indicators.build_table(raw, codes, crosswalk, register)
    built["indicator"] = tables.check_table(indicator, "indicator", f"the table indicator as built from {raw.name}")
    _write(built, _provenance(built, raw, indicators.absent(register, raw)), processed)
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
        converted = nuts.to_base(long, crosswalk, version, absolute=[column], keys=["year"])
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


def _write(built: dict[str, pd.DataFrame], provenance: dict[str, object], processed: Path) -> None:
    """Write every table beside its place, then rename all: a failed build leaves the old tables."""
    names = [*(f"{name}.parquet" for name in built), "provenance.json"]
    try:
        processed.mkdir(parents=True, exist_ok=True)
        try:
            for name, table in built.items():
                table.to_parquet(processed / f"{name}.parquet.part", index=False, compression="zstd")
            record = json.dumps(provenance, indent=2, ensure_ascii=False) + "\n"
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


def _provenance(built: dict[str, pd.DataFrame], raw: Path, left_out: dict[str, list[str]]) -> dict[str, object]:
    return {
        "nuts_version": nuts.BASE_VERSION,
        "years": list(YEARS),
        "rows": {name: len(table) for name, table in built.items()},
        "indicators": int(built["indicator"]["indicator"].nunique()),
        "indicators_left_out": left_out,
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
