"""A boundary of the region's own, from GeoJSON or GeoPackage: drawn on its maps, over the regions of the figures.

Both are read without GDAL: it starts threads, and it follows what a file names, to other files and to the network.
"""

from __future__ import annotations

import json
import math
import re
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape as shape_of
from shapely.geometry.base import BaseGeometry

from clusterkit.data.own.kind import Kind, Owner
from clusterkit.data.tables import MAP_CRS, load_region
from clusterkit.errors import ParamError, Problem, some
from clusterkit.paths import Project

GUIDE = "docs/how-to-own-boundary.md"
RULE = f"{GUIDE}#rules"
GEOJSON_ENDINGS, PACKAGE_ENDINGS = (".geojson", ".json"), (".gpkg",)
MAX_BYTES = 50_000_000  # of a file; the boundary of a region at full detail has a few megabytes
WGS84 = 4326  # EPSG code; what the coordinates of GeoJSON are, RFC 7946
TOLERANCE_M = 250.0  # metres; less than a pixel of the closest map that is drawn
SPECK_KM2 = 0.01  # km²; a smaller part is left of mending
LEAST_INSIDE = 0.5  # share of the drawn area that lies in the regions of the figures; docs/assumptions.md#A130
MENTIONED = 0.95  # below this share it is said where the rest lies
_POLYGONS = ("Polygon", "MultiPolygon")
_ENVELOPES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}  # bytes in the head of a geometry; GeoPackage 1.3, section 2.1.3
_FIX_SAVE = "save it anew from your map program: one layer of polygons, as GeoJSON or GeoPackage"


@dataclass(frozen=True)
class OwnBoundary:
    """The boundary that a region draws of itself, beside the NUTS regions that its figures are of.

    Parameters
    ----------
    shape
        Polygon or polygons, simplified for drawing, metres in EPSG:3035.
    area_km2
        Area of the drawn region, before it was simplified.
    nuts_area_km2
        Area of the NUTS regions.
    share_pct
        Part of the NUTS regions' area that lies in the drawn region (percent).
    inside_pct
        Part of the drawn region's area that lies in the NUTS regions (percent).
    notes
        What was mended or left out, and what is odd, in sentences.
    """

    shape: BaseGeometry
    area_km2: float
    nuts_area_km2: float
    share_pct: float
    inside_pct: float
    notes: tuple[str, ...] = ()


def load_boundary(path: Path, region: gpd.GeoDataFrame, owner: Owner) -> OwnBoundary:
    """Read and check the boundary of a region.

    Parameters
    ----------
    path
        GeoJSON, or GeoPackage with one layer.
    region
        Table ``region``.
    owner
        The region, with the NUTS 2 codes that its figures are of.

    Raises
    ------
    ParamError
        No file that can be read; no polygon, or others than polygons; a reference system that is not stated or not
        known; coordinates that are not of that system, swapped, or of another place.
    """
    shapes, crs = _read(path)
    drawn, notes = _whole(shapes, path)
    here = region[region["nuts_id"].isin(owner.nuts_ids)]
    nuts = shapely.union_all(here.geometry.to_numpy())
    placed = _on_map(drawn, crs, path)
    inside = _share_inside(placed, nuts)
    if inside < LEAST_INSIDE:
        raise ParamError(_elsewhere(drawn, crs, placed, nuts, inside, region, owner, path))
    placed, mended = _valid(placed)  # projected, edges can touch anew
    notes += mended
    simple = shapely.simplify(placed, TOLERANCE_M, preserve_topology=True)
    before, after = shapely.get_num_coordinates(placed), shapely.get_num_coordinates(simple)
    if after < before:
        notes.append(f"It is drawn with {after:,} of its {before:,} points, to {TOLERANCE_M:.0f} metres.")
    area = shapely.area(placed) / 1e6
    nuts_area = float(here["area_km2"].sum())
    overlap = shapely.area(shapely.intersection(placed, nuts))
    if inside < MENTIONED:
        notes.append(f"{100 * (1 - inside):.0f} % of its area lies outside of {' and '.join(owner.nuts_ids)}.")
    return OwnBoundary(
        shape=simple,
        area_km2=float(area),
        nuts_area_km2=nuts_area,
        share_pct=float(min(100 * overlap / shapely.area(nuts), 100.0)),
        inside_pct=float(min(100 * inside, 100.0)),
        notes=tuple(notes),
    )


def _problem(path: Path, what: str, fix: str, rule: str = RULE) -> ParamError:
    return ParamError(Problem(what, str(path), rule, fix))


# Files


def _read(path: Path) -> tuple[list[BaseGeometry], pyproj.CRS]:
    """Geometries of a file, and the reference system of their coordinates."""
    ending = path.suffix.lower()
    if ending not in (*GEOJSON_ENDINGS, *PACKAGE_ENDINGS):
        what = f"The file {path.name} is of no kind that holds a boundary."
        raise _problem(path, what, "save it as GeoJSON (.geojson) or GeoPackage (.gpkg)")
    try:
        size = path.stat().st_size
    except OSError as exc:
        what = f"The file {path.name} cannot be read: {exc.strerror or exc}."
        raise _problem(path, what, "check the name") from exc
    if not path.is_file():
        raise _problem(path, f"{path.name} is no file.", "name a file")
    if size > MAX_BYTES:
        what = f"The file {path.name} has {size / 1e6:,.0f} MB."
        raise _problem(
            path, what, "simplify the boundary in your map program", f"{RULE}: at most {MAX_BYTES / 1e6:.0f} MB"
        )
    found, crs = _read_geojson(path) if ending in GEOJSON_ENDINGS else _read_package(path)
    if not found:
        raise _problem(path, f"The file {path.name} holds no geometry.", _FIX_SAVE)
    return found, crs


def _read_geojson(path: Path) -> tuple[list[BaseGeometry], pyproj.CRS]:
    try:
        data = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError) as exc:
        what = f"The file {path.name} is no GeoJSON: {exc}."
        raise _problem(path, what, _FIX_SAVE) from exc
    if not isinstance(data, dict) or not isinstance(data.get("type"), str):
        kind = "of Esri" if isinstance(data, dict) and ("rings" in data or "geometryType" in data) else ""
        what = f"The file {path.name} is JSON{' ' + kind if kind else ''}, but no GeoJSON: it has no type."
        raise _problem(path, what, _FIX_SAVE)
    if data["type"] == "Topology":
        raise _problem(path, f"The file {path.name} is TopoJSON.", "save it as GeoJSON")
    crs = _stated(data.get("crs"), path)
    try:
        return [shape_of(geometry) for geometry in _geometries(data)], crs
    except (ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError) as exc:
        what = f"A geometry of {path.name} cannot be read: {str(exc).splitlines()[0] if str(exc) else 'it is broken'}."
        raise _problem(path, what, _FIX_SAVE) from exc


def _geometries(data: Any) -> Iterator[dict[str, Any]]:
    """All geometries of a GeoJSON object; those of a collection one by one."""
    kind = data["type"]
    if kind == "FeatureCollection":
        for feature in data["features"]:
            yield from _geometries(feature)
    elif kind == "Feature":
        if data["geometry"] is not None:
            yield from _geometries(data["geometry"])
    elif kind == "GeometryCollection":
        for geometry in data["geometries"]:
            yield from _geometries(geometry)
    else:
        yield data


def _stated(crs: Any, path: Path) -> pyproj.CRS:
    """The reference system that an older GeoJSON states; that of all others."""
    if crs is None:
        return pyproj.CRS.from_epsg(WGS84)
    name = crs.get("properties", {}).get("name") if isinstance(crs, dict) else None
    if isinstance(name, str) and name.endswith("CRS84"):
        return pyproj.CRS.from_epsg(WGS84)
    return _known_crs(name, path)


def _known_crs(name: object, path: Path) -> pyproj.CRS:
    try:
        return pyproj.CRS.from_user_input(name)
    except pyproj.exceptions.CRSError as exc:
        what = f"The reference system of {path.name} is not known: {str(name)[:80]!r}."
        fix = "save it in WGS 84 (EPSG:4326) or ETRS89-LAEA (EPSG:3035)"
        raise _problem(path, what, fix) from exc


def _read_package(path: Path) -> tuple[list[BaseGeometry], pyproj.CRS]:
    try:
        # Not changed meanwhile, and nothing written beside it.
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            return _layer(database, path)
    except (sqlite3.Error, struct.error, ShapelyError, IndexError, TypeError) as exc:
        what = f"The file {path.name} is no GeoPackage that can be read: {exc}."
        raise _problem(path, what, _FIX_SAVE) from exc


def _layer(database: sqlite3.Connection, path: Path) -> tuple[list[BaseGeometry], pyproj.CRS]:
    layers = database.execute("SELECT table_name, column_name, srs_id FROM gpkg_geometry_columns").fetchall()
    if len(layers) != 1:
        names = f" ({some([str(name) for name, _, _ in layers])})" if layers else ""
        what = f"The GeoPackage {path.name} has {len(layers) or 'no'} layers with geometries{names}."
        raise _problem(path, what, "save the layer with the boundary alone into a file", f"{RULE}: one layer")
    table, column, srs_id = layers[0]
    row = database.execute(
        "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys WHERE srs_id = ?",
        (srs_id,),
    ).fetchone()
    if row is None or srs_id in (-1, 0):  # undefined, as the standard writes it
        what = f"The GeoPackage {path.name} does not state its reference system."
        raise _problem(path, what, "set it in your map program (QGIS: Layer, Layer CRS), and save it anew")
    organization, number, definition = row
    crs = _known_crs(f"EPSG:{number}" if str(organization).upper() == "EPSG" else definition, path)
    quoted = [name.replace('"', '""') for name in (str(column), str(table))]
    blobs = [blob for (blob,) in database.execute('SELECT "{}" FROM "{}"'.format(*quoted)) if blob is not None]
    return [found for blob in blobs if (found := _from_blob(blob, path)) is not None], crs


def _from_blob(blob: bytes, path: Path) -> BaseGeometry | None:
    """A geometry of a GeoPackage: a head, then well-known binary; None where the head says that it is empty."""
    if blob[:2] != b"GP":
        raise _problem(path, f"A geometry of {path.name} does not start as GeoPackage geometries do.", _FIX_SAVE)
    flags = blob[3]
    if flags & 0b10000:
        return None
    return shapely.from_wkb(blob[8 + _ENVELOPES[flags >> 1 & 0b111] :])


# Shapes


def _whole(shapes: list[BaseGeometry], path: Path) -> tuple[BaseGeometry, list[str]]:
    """All polygons of a file as one valid shape, and what was done to that end."""
    found = [part for shape in shapes for part in _parts(shape)]
    others = sorted({part.geom_type for part in found if part.geom_type not in _POLYGONS})
    if others:
        n = sum(part.geom_type not in _POLYGONS for part in found)
        what = f"{n} of {len(found)} geometries of {path.name} are no polygons: {', '.join(others)}."
        fix = "make polygons of lines (QGIS: Vector, Geometry Tools, Lines to Polygons); leave out points"
        raise _problem(path, what, fix, f"{RULE}: a boundary is of polygons")
    filled = [shapely.force_2d(part) for part in found if not part.is_empty]
    if not filled:
        raise _problem(path, f"All geometries of {path.name} are empty.", _FIX_SAVE)
    if not np.isfinite(shapely.get_coordinates(filled)).all():
        raise _problem(path, f"{path.name} has coordinates that are no numbers.", _FIX_SAVE)
    mended, notes = [], []
    for part in filled:
        valid, said = _valid(part)
        mended.append(valid)
        notes += said
    if len(notes) > 1:
        notes = [f"{len(notes)} of {len(filled)} polygons were mended, the first: {notes[0]}"]
    whole = shapely.union_all(mended)
    if whole.is_empty or whole.area == 0:
        raise _problem(path, f"The polygons of {path.name} have no area.", "draw the boundary anew")
    return whole, notes


def _parts(shape: BaseGeometry) -> list[BaseGeometry]:
    return list(shape.geoms) if shape.geom_type == "GeometryCollection" else [shape]


def _valid(shape: BaseGeometry) -> tuple[BaseGeometry, list[str]]:
    """A shape without edges that cross, and in words what was wrong."""
    if shape.is_valid:
        return shape, []
    reason = re.sub(r"\[.*", "", shapely.is_valid_reason(shape)).strip().lower()
    mended = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    polygons = [part for part in shapely.get_parts(mended) if part.geom_type in _POLYGONS]
    return shapely.union_all(polygons), [f"A polygon was mended: {reason}."]


def _on_map(shape: BaseGeometry, crs: pyproj.CRS, path: Path) -> BaseGeometry:
    """The shape in metres of the map; refused where its coordinates cannot be of that reference system."""
    west, south, east, north = shape.bounds
    if crs.is_geographic and not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        ends = f"from {west:,.0f} to {east:,.0f} and from {south:,.0f} to {north:,.0f}"
        what = f"The coordinates of {path.name} run {ends}: these are no degrees."
        fix = "save it anew in WGS 84 (EPSG:4326), with geopandas: .to_crs(4326)"
        raise _problem(path, what, fix, f"{RULE}: coordinates of {crs.name} are degrees")
    placed = _projected(shape, crs)
    if placed is None:
        what = f"The coordinates of {path.name} are not of {crs.name}: they lead to no place on earth."
        raise _problem(path, what, "state the reference system that the coordinates are of, and save it anew")
    return placed


def _projected(shape: BaseGeometry, crs: pyproj.CRS) -> BaseGeometry | None:
    to_map = pyproj.Transformer.from_crs(crs, MAP_CRS, always_xy=True)

    def move(points: np.ndarray) -> np.ndarray:
        # The map's reference system has its first axis northwards; the project's tables have x, then y.
        return np.column_stack(to_map.transform(points[:, 0], points[:, 1]))

    placed = shapely.transform(shape, move)
    return placed if np.isfinite(shapely.get_coordinates(placed)).all() else None


def _share_inside(placed: BaseGeometry, nuts: BaseGeometry) -> float:
    """Part of a drawn area (0 to 1) that lies in the regions of the figures."""
    valid, _ = _valid(placed)
    area = shapely.area(valid)
    return float(shapely.area(shapely.intersection(valid, nuts)) / area) if area > 0 else math.nan


def _elsewhere(
    drawn: BaseGeometry,
    crs: pyproj.CRS,
    placed: BaseGeometry,
    nuts: BaseGeometry,
    inside: float,
    region: gpd.GeoDataFrame,
    owner: Owner,
    path: Path,
) -> Problem:
    """What is wrong with a boundary that does not lie where the figures are of."""
    codes = " and ".join(owner.nuts_ids)
    swapped = shapely.transform(drawn, lambda points: points[:, ::-1])
    turned = _projected(swapped, crs) if _may_be_swapped(swapped, crs) else None
    if turned is not None and _share_inside(turned, nuts) >= LEAST_INSIDE:
        what = f"The boundary in {path.name} has its coordinates swapped: the other way round it lies in {codes}."
        fix = "write x, then y: in GeoJSON longitude, then latitude (in QGIS: Vector, Geometry, Swap X and Y)"
        return Problem(what, str(path), f"{RULE}: longitude comes first", fix)
    level2 = region[region["level"] == 2]
    centre = placed.representative_point()
    there = level2.loc[level2.contains(centre), "nuts_id"]
    where = f"it lies around {there.iloc[0]}" if len(there) else "it lies in no NUTS 2 region"
    far = shapely.distance(placed, nuts) / 1000
    away = f", {far:,.0f} km away" if far >= 1 else ""
    share = f"{'Only ' if inside > 0.005 else ''}{100 * inside:.0f} %"
    what = f"{share} of the boundary in {path.name} lies in {codes}: {where}{away}."
    fix = f"check the file and its reference system ({crs.name}), or the nuts_ids of {owner.region}"
    return Problem(what, str(path), f"{RULE}: at least half of it lies in the regions of the figures", fix)


def _may_be_swapped(shape: BaseGeometry, crs: pyproj.CRS) -> bool:
    west, south, east, north = shape.bounds
    return not crs.is_geographic or (-180 <= west <= east <= 180 and -90 <= south <= north <= 90)


# The kind


def template(path: Path, project: Project, owner: Owner | None) -> bytes:
    """A boundary to replace: for a region the outline of its NUTS regions, else a box around Turin."""
    if owner is None:
        outline, name = shapely.box(7.2, 44.9, 8.0, 45.3), "Example: a box around Turin"
    else:
        region = load_region(project.processed)
        parts = region.loc[region["nuts_id"].isin(owner.nuts_ids)]
        merged = gpd.GeoSeries([parts.union_all()], crs=parts.crs).to_crs(WGS84).iloc[0]
        outline, name = shapely.set_precision(merged, 1e-4), f"NUTS 2 regions of {owner.region}"
    if path.suffix.lower() in PACKAGE_ENDINGS:
        return _package_bytes(outline, name)
    feature = {"type": "Feature", "properties": {"name": name}, "geometry": json.loads(shapely.to_geojson(outline))}
    return (json.dumps({"type": "FeatureCollection", "features": [feature]}) + "\n").encode()


_PACKAGE = """
PRAGMA application_id = 0x47504B47;
PRAGMA user_version = 10300;
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
INSERT INTO gpkg_spatial_ref_sys VALUES ('Undefined cartesian SRS', -1, 'NONE', -1, 'undefined', NULL);
INSERT INTO gpkg_spatial_ref_sys VALUES ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', NULL);
CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '', last_change DATETIME NOT NULL, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE,
  srs_id INTEGER REFERENCES gpkg_spatial_ref_sys (srs_id));
CREATE TABLE gpkg_geometry_columns (table_name TEXT PRIMARY KEY REFERENCES gpkg_contents (table_name),
  column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL,
  m TINYINT NOT NULL);
CREATE TABLE boundary (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom MULTIPOLYGON, name TEXT);
INSERT INTO gpkg_geometry_columns VALUES ('boundary', 'geom', 'MULTIPOLYGON', 4326, 0, 0);
"""  # the tables that every GeoPackage has, version 1.3 of the standard (OGC 12-128r17)


def _package_bytes(outline: BaseGeometry, name: str) -> bytes:
    """A GeoPackage with one layer of one feature; the same shape gives the same bytes."""
    whole = shapely.MultiPolygon(shapely.get_parts(outline).tolist())
    blob = b"GP" + struct.pack("<BBi", 0, 1, WGS84) + shapely.to_wkb(whole, byte_order=1)
    wkt = pyproj.CRS.from_epsg(WGS84).to_wkt("WKT1_GDAL")
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(_PACKAGE)
        database.execute(
            "INSERT INTO gpkg_spatial_ref_sys VALUES ('WGS 84 geodetic', ?, 'EPSG', ?, ?, NULL)", (WGS84, WGS84, wkt)
        )
        database.execute(
            "INSERT INTO gpkg_contents VALUES ('boundary', 'features', 'boundary', '', ?, ?, ?, ?, ?, ?)",
            ("2000-01-01T00:00:00.000Z", *whole.bounds, WGS84),
        )
        database.execute("INSERT INTO boundary (geom, name) VALUES (?, ?)", (blob, name))
        database.commit()
        return database.serialize()


def check(path: Path, project: Project, owner: Owner | None) -> list[str]:
    """What a boundary file holds, in lines; without a region only that it can be read."""
    if owner is None:
        shapes, crs = _read(path)
        drawn, notes = _whole(shapes, path)
        placed = _on_map(drawn, crs, path)
        area = shapely.area(_valid(placed)[0]) / 1e6
        return [
            f"{path}: a boundary in {crs.name}, {area:,.0f} km².",
            *notes,
            "Where it lies is checked with --region REGION.",
        ]
    found = load_boundary(path, load_region(project.processed), owner)
    codes = " and ".join(owner.nuts_ids)
    return [
        f"{path}: a boundary of {found.area_km2:,.0f} km²; {found.inside_pct:.0f} % of it lies in {codes}, and it has "
        f"{found.share_pct:.0f} % of their area.",
        *found.notes,
    ]


KIND = Kind(
    name="geometry",
    meaning="a boundary of the region's own, to draw on its maps",
    endings=(*GEOJSON_ENDINGS, *PACKAGE_ENDINGS),
    parameter="own.own_geometry",
    value="file",
    folder="params/own",
    guide=GUIDE,
    template=template,
    check=check,
)
