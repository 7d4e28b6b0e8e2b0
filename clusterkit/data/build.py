"""From the raw files to the tables in ``data/processed``, in one deterministic run."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from clusterkit.data import (
    eurostat,
    indicator_register,
    indicators,
    industry_table,
    nuts,
    nuts_codes,
    raw_folder,
    sanity,
    sources,
    tables,
)
from clusterkit.errors import Problem, SourceError, some
from clusterkit.files import writing
from clusterkit.paths import project

CONTEXT_YEARS = (2011, 2012, 2013, 2014)  # years of which industries are shown beside their region
SIMPLIFY_M = 8000.0  # metres; an area of 8 km x 8 km is about two pixels of a European map on a page
BY_HAND = "not known, accepted with --accept-changed"  # edition of a file that nothing accounts for


def build(raw: Path, processed: Path, *, accept_changed: bool = False) -> dict[str, int]:
    """Build all tables from the raw files and write them, all or none.

    Parameters
    ----------
    raw
        Folder with the raw files under the paths of ``sources.SOURCES``.
    processed
        Folder for ``industry``, ``region``, ``context``, ``crosswalk`` and ``indicator`` as parquet,
        and ``provenance.json`` with the edition and checksum of everything read.
    accept_changed
        Read raw files whose checksum neither the register nor a record knows: edited on purpose. They
        are named in ``provenance.json``.

    Returns
    -------
    dict
        Rows per table.

    Raises
    ------
    SourceError
        A raw file is absent, damaged, no known edition, or holds an unknown region code; all absent
        files at once, all unknown editions at once.
        The files of ``sources.INDICATOR_SOURCES`` may be absent: their indicators are left out, and
        ``provenance.json`` says which, and for want of which files (``indicators_left_out``).
    ParamError
        ``params/indicators.yaml`` is not a valid register.
    RunError
        Nothing can be written into ``processed``.
    ContractError
        A built table breaks its contract, or a check of ``sanity`` fails.
    """
    _check_present(raw)
    held = _editions(raw, accept_changed=accept_changed)
    _check_writable(processed)
    register = indicator_register.read_register(project().params / "indicators.yaml")
    every = nuts_codes.read_all(raw, levels=(1, 2))
    codes = {version: every[every["nuts_version"] == version].reset_index(drop=True) for version in sources.NUTS_CODES}
    known = nuts_codes.by_version(every)
    crosswalk = _crosswalk(raw, codes[nuts.BASE_VERSION], known)
    built = {
        "industry": industry_table.read_industry(raw, codes, crosswalk),
        "region": _region(raw, codes[nuts.BASE_VERSION]),
        "context": _context(held, crosswalk, known),
        "crosswalk": crosswalk,
    }
    for name, table in built.items():
        tables.check_table(table, name, f"the table {name} as built from {raw.name}")
    indicator = indicators.build_table(raw, codes, crosswalk, register)
    built["indicator"] = tables.check_table(indicator, "indicator", f"the table indicator as built from {raw.name}")
    sanity.require(sanity.examine(built), f"the tables as built from {raw.name}")
    _write(built, _provenance(built, held, indicators.absent(register, raw)), processed)
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


def _editions(raw: Path, *, accept_changed: bool) -> dict[str, raw_folder.Held]:
    """What lies in the raw folder for each source that is there; refused where nothing accounts for a file."""
    found = raw_folder.status(raw, (*sources.SOURCES, *sources.INDICATOR_SOURCES))
    strange = [one for one in found if not one.is_accounted]
    if strange and not accept_changed:
        raise SourceError(
            Problem(
                what=f"{len(strange)} raw files are no known edition: {', '.join(one.source.path for one in strange)}.",
                where=f"{raw}, SHA-256 {some([(one.sha256 or '')[:12] for one in strange])}",
                rule=f"{raw_folder.RULE}: the checksum is in the register, or in the record of a download",
                fix=f"fetch them again with `clusterkit data fetch {' '.join(one.source.key for one in strange)}` "
                "(--newest for the producer's present edition), or, if they were changed on purpose, "
                "build with --accept-changed",
            )
        )
    return {one.source.key: one for one in found if one.state != "absent"}


def _crosswalk(raw: Path, base: pd.DataFrame, known: nuts_codes.Known) -> pd.DataFrame:
    """Pieces of every other NUTS version in the base version, levels 0 to 2."""
    frames = []
    for (level, version), source in sources.CROSSWALKS.items():
        targets = set(base.loc[base["level"] == level, "nuts_id"])
        pieces = nuts.read_crosswalk(raw / source.path, version, nuts.BASE_VERSION, targets)
        # Countries outside the matrices (North Macedonia, say) kept their codes between the versions.
        unchanged = targets & set(known[version]) - set(pieces["from_id"])
        frames += [pieces, nuts.unchanged_pieces(unchanged, version, nuts.BASE_VERSION)]
    countries = set(base.loc[base["level"] == 0, "nuts_id"])
    for version in sorted({version for _, version in sources.CROSSWALKS}):
        still = countries - nuts_codes.LEFT_NUTS.get(version, frozenset())
        frames.append(nuts.unchanged_pieces(still, version, nuts.BASE_VERSION))
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
        shapes = shapes.rename(columns={"NUTS_ID": "nuts_id"}).to_crs(tables.MAP_CRS).sort_values("nuts_id")
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
    return gpd.GeoDataFrame(table[list(tables.REGION.columns)], geometry="geometry", crs=tables.MAP_CRS)


def _context(held: dict[str, raw_folder.Held], crosswalk: pd.DataFrame, known: nuts_codes.Known) -> pd.DataFrame:
    years = {str(year) for year in CONTEXT_YEARS}
    series = {
        "population": (sources.POPULATION, {"sex": {"T"}, "unit": {"NR"}, "age": {"TOTAL"}}),
        "gdp_meur": (sources.GDP, {"unit": {"MIO_EUR"}}),
        "gdp_mpps": (sources.GDP, {"unit": {"MIO_PPS"}}),
        "employment_thousand": (sources.EMPLOYMENT, {"unit": {"THS"}, "sex": {"T"}, "age": {"Y_GE15"}}),
        "unemployment_thousand": (sources.UNEMPLOYMENT, {"unit": {"THS"}, "sex": {"T"}, "age": {"Y_GE15"}}),
    }
    frames = []
    for column, (source, keep) in series.items():
        one = held[source.key]
        long = eurostat.read_tsv(one.path, keep={**keep, "time": years})
        long = long.rename(columns={"geo": "nuts_id", "time": "year", "value": column})
        long["nuts_id"] = nuts_codes.standard(long["nuts_id"], known, f"{one.path.name}, dimension geo")
        version = _version(one, long["nuts_id"], known)
        # Left out: older codes beside the present ones, level 3, Svalbard (NO0B), groups of countries.
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


def _version(one: raw_folder.Held, codes: pd.Series, known: nuts_codes.Known) -> int:
    """NUTS version of a file: as its edition in the register says; of a newer edition, that of most codes."""
    edition = one.source.edition_of(one.sha256 or "")
    declared = (edition.nuts_version if edition else one.source.nuts_version) or nuts.BASE_VERSION
    found = nuts_codes.main_version(codes.unique(), known, expected=declared)
    if edition and found != declared:
        raise SourceError(
            Problem(
                what=f"{one.path.name} is in NUTS {found}, by most of its codes, not in NUTS {declared}.",
                where=f"{one.path}, dimension geo",
                rule=nuts.RULE,
                fix=f"mend nuts_version of {one.source.key} in clusterkit/data/sources.csv",
            )
        )
    return found


def _write(built: dict[str, pd.DataFrame], provenance: dict[str, object], processed: Path) -> None:
    """Write every table beside its place, then rename all: a failed build leaves the old tables."""
    names = [*(f"{name}.parquet" for name in built), "provenance.json"]
    with _writing(processed):
        processed.mkdir(parents=True, exist_ok=True)
        try:
            for name, table in built.items():
                table.to_parquet(processed / f"{name}.parquet.part", index=False, compression="zstd")
            record = json.dumps(provenance, indent=2, ensure_ascii=False) + "\n"
            (processed / "provenance.json.part").write_text(record, encoding="utf-8", newline="\n")
            for name in names:
                os.replace(processed / f"{name}.part", processed / name)
        finally:
            for name in names:
                (processed / f"{name}.part").unlink(missing_ok=True)


def _check_writable(processed: Path) -> None:
    """Refuse a folder that takes no file before a minute of work goes into tables for it."""
    with _writing(processed):
        processed.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=processed):
            pass


def _writing(processed: Path) -> contextlib.AbstractContextManager[None]:
    rule = "a build writes all tables or none; the tables that were there are kept"
    return writing(
        processed, "The tables", rule=rule, fix="make room or give the folder write rights, then build again"
    )


def _provenance(
    built: dict[str, pd.DataFrame], held: dict[str, raw_folder.Held], left_out: dict[str, list[str]]
) -> dict[str, object]:
    return {
        "nuts_version": nuts.BASE_VERSION,
        "years": sorted(int(year) for year in built["industry"]["year"].unique()),
        "rows": {name: len(table) for name, table in built.items()},
        "indicators": int(built["indicator"]["indicator"].nunique()),
        "indicators_left_out": left_out,
        "sources": [_record(one) for one in held.values()],
    }


def _record(one: raw_folder.Held) -> dict[str, str]:
    """What the provenance says of a raw file; the date of its download where the register does not know it."""
    record = {
        "dataset": one.source.dataset,
        "file": one.source.path,
        "edition": one.edition if one.is_accounted else BY_HAND,
        "licence": one.source.licence,
        "acknowledgement": one.source.acknowledgement,
        "sha256": one.sha256 or "",
    }
    return record if one.state == "known" or not one.downloaded else record | {"downloaded": one.downloaded}
