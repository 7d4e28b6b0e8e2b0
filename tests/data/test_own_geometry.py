"""A boundary of the region's own: read from GeoJSON and GeoPackage, mended, held against its place."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from clusterkit.data import tables
from clusterkit.data.own import Owner, geometry
from clusterkit.data.own.geometry import OwnBoundary, load_boundary
from clusterkit.errors import ParamError, Problem
from clusterkit.paths import project

PIEMONTE = Owner("piemonte", ("ITC1",))
BOX = shapely.box(7.3, 44.8, 7.9, 45.2)  # degrees: around Turin
BOX_KM2 = 2100  # on the ellipsoid, to a percent

Write = Callable[..., Path]


@pytest.fixture(scope="module")
def region() -> gpd.GeoDataFrame:
    return tables.load_region()


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(data: Any, name: str = "own.geojson") -> Path:
        path = tmp_path / name
        text = data if isinstance(data, str) else json.dumps(data)
        path.write_text(text, encoding="utf-8")
        return path

    return write


def feature(shape: shapely.Geometry, **more: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": {}, "geometry": json.loads(shapely.to_geojson(shape)), **more}


def refused(path: Path, region: gpd.GeoDataFrame, owner: Owner = PIEMONTE) -> Problem:
    with pytest.raises(ParamError) as caught:
        load_boundary(path, region, owner)
    (problem,) = caught.value.problems
    assert str(path) in problem.where
    return problem


def is_the_box(found: OwnBoundary) -> None:
    assert found.area_km2 == pytest.approx(BOX_KM2, rel=0.01)
    assert found.inside_pct == pytest.approx(100, abs=0.1)
    assert found.share_pct == pytest.approx(100 * found.area_km2 / found.nuts_area_km2, rel=0.02)


def test_a_boundary_is_placed_on_the_map_with_its_share_of_the_figures(write: Write, region: gpd.GeoDataFrame) -> None:
    found = load_boundary(write(feature(BOX)), region, PIEMONTE)
    is_the_box(found)
    placed = gpd.GeoSeries([BOX], crs=4326).to_crs(3035).iloc[0]
    assert shapely.hausdorff_distance(found.shape, placed) < geometry.TOLERANCE_M
    assert found.notes == ()


@pytest.mark.parametrize(
    "data",
    [
        json.loads(shapely.to_geojson(BOX)),
        {"type": "FeatureCollection", "features": [feature(BOX)]},
        {"type": "GeometryCollection", "geometries": [json.loads(shapely.to_geojson(BOX))]},
        {"type": "FeatureCollection", "features": [feature(BOX), {**feature(BOX), "geometry": None}]},
        feature(shapely.MultiPolygon([shapely.box(7.3, 44.8, 7.6, 45.2), shapely.box(7.6, 44.8, 7.9, 45.2)])),
        {**feature(BOX), "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}},
        feature(shapely.force_3d(BOX, 250.0)),
    ],
    ids=["geometry", "features", "collection", "one without", "two beside each other", "crs84", "with height"],
)
def test_every_way_to_write_it_is_the_same_boundary(write: Write, region: gpd.GeoDataFrame, data: Any) -> None:
    is_the_box(load_boundary(write(data), region, PIEMONTE))


def test_a_stated_reference_system_is_followed(write: Write, region: gpd.GeoDataFrame, tmp_path: Path) -> None:
    metres = gpd.GeoSeries([BOX], crs=4326).to_crs(32632).iloc[0]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32632"}}
    is_the_box(load_boundary(write({**feature(metres), "crs": crs}), region, PIEMONTE))
    package = tmp_path / "utm.gpkg"
    gpd.GeoDataFrame(geometry=[metres], crs=32632).to_file(package)
    is_the_box(load_boundary(package, region, PIEMONTE))


def test_a_package_of_geopandas_is_read_without_gdal(region: gpd.GeoDataFrame, tmp_path: Path) -> None:
    halves = [shapely.box(7.3, 44.8, 7.6, 45.2), None, shapely.Polygon(), shapely.box(7.6, 44.8, 7.9, 45.2)]
    package = tmp_path / "halves.gpkg"
    gpd.GeoDataFrame({"name": list("abcd")}, geometry=halves, crs=4326).to_file(package)
    before = package.read_bytes()
    is_the_box(load_boundary(package, region, PIEMONTE))
    assert package.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["halves.gpkg"]
    code = (
        "import sys; from pathlib import Path; from clusterkit.data import tables;"
        "from clusterkit.data.own import Owner;"
        "from clusterkit.data.own.geometry import load_boundary as load;"
        f"load(Path({str(package)!r}), tables.load_region(), Owner('piemonte', ('ITC1',)));"
        "print([name for name in ('pyogrio', 'fiona', 'osgeo') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_the_template_is_the_outline_of_the_figures(region: gpd.GeoDataFrame, tmp_path: Path) -> None:
    owner = Owner("wallonia", ("BE31", "BE32", "BE33", "BE34", "BE35"))
    for name in ("outline.geojson", "outline.gpkg"):
        path = tmp_path / name
        path.write_bytes(geometry.template(path, project(), owner))
        assert path.read_bytes() == geometry.template(path, project(), owner)
        found = load_boundary(path, region, owner)
        assert (found.share_pct, found.inside_pct) == (pytest.approx(100, abs=0.1), pytest.approx(100, abs=0.1))
        assert len(gpd.read_file(path)) == 1  # as GDAL reads it


def test_edges_that_cross_are_mended_and_it_is_said(write: Write, region: gpd.GeoDataFrame) -> None:
    bow = shapely.Polygon([(7.3, 44.8), (7.9, 45.2), (7.9, 44.8), (7.3, 45.2)])
    found = load_boundary(write(feature(bow)), region, PIEMONTE)
    assert found.shape.is_valid
    assert found.area_km2 == pytest.approx(BOX_KM2 / 2, rel=0.02)
    assert found.notes == ("A polygon was mended: self-intersection.",)


def test_many_points_are_thinned_and_it_is_said(write: Write, region: gpd.GeoDataFrame) -> None:
    circle = shapely.Point(7.6, 45.0).buffer(0.2, quad_segs=5000)
    found = load_boundary(write(feature(circle)), region, PIEMONTE)
    assert shapely.get_num_coordinates(found.shape) < 200
    assert found.notes[0].startswith("It is drawn with ")
    assert found.notes[0].endswith(" of its 20,001 points, to 250 metres.")


def test_what_lies_over_the_border_is_said(write: Write, region: gpd.GeoDataFrame) -> None:
    found = load_boundary(write(feature(shapely.box(7.9, 45.0, 9.1, 45.4))), region, PIEMONTE)
    assert 50 < found.inside_pct < 95
    assert found.notes == (f"{100 - found.inside_pct:.0f} % of its area lies outside of ITC1.",)


def test_swapped_axes_are_told_from_another_place(write: Write, region: gpd.GeoDataFrame) -> None:
    swapped = shapely.transform(BOX, lambda points: points[:, ::-1])
    problem = refused(write(feature(swapped)), region)
    assert (
        problem.what == "The boundary in own.geojson has its coordinates swapped: the other way round it lies in ITC1."
    )
    assert "in GeoJSON longitude, then latitude" in problem.fix
    problem = refused(write(feature(shapely.box(13.0, 52.3, 13.8, 52.7))), region)
    assert problem.what.startswith("0 % of the boundary in own.geojson lies in ITC1: it lies around DE30, ")
    assert problem.what.endswith(" km away.")
    problem = refused(write(feature(shapely.box(8.3, 45.0, 10.5, 45.4))), region)
    assert problem.what.startswith("Only ")
    assert "or the nuts_ids of piemonte" in problem.fix


WRONG: dict[str, tuple[Any, str, str]] = {
    "not JSON": ("{", "The file own.geojson is no GeoJSON: ", "as GeoJSON or GeoPackage"),
    "a list": ([1], "The file own.geojson is JSON, but no GeoJSON: it has no type.", "as GeoJSON"),
    "of Esri": ({"rings": []}, "The file own.geojson is JSON of Esri, but no GeoJSON: it has no type.", "as GeoJSON"),
    "TopoJSON": ({"type": "Topology"}, "The file own.geojson is TopoJSON.", "save it as GeoJSON"),
    "nothing": ({"type": "FeatureCollection", "features": []}, "The file own.geojson holds no geometry.", "save it"),
    "no features": ({"type": "FeatureCollection"}, "A geometry of own.geojson cannot be read: ", "save it anew"),
    "an unknown type": ({"type": "Circle"}, "A geometry of own.geojson cannot be read: ", "save it anew"),
    "broken rings": (
        {"type": "Polygon", "coordinates": [[[7, "x"], [8, 45]]]}, "A geometry of own.geojson cannot be read: ", "save",
    ),
    "a line": (
        feature(shapely.LineString([(7, 45), (8, 45)])),
        "1 of 1 geometries of own.geojson are no polygons: LineString.", "make polygons of lines",
    ),
    "a point beside": (
        {"type": "FeatureCollection", "features": [feature(BOX), feature(shapely.Point(7.6, 45))]},
        "1 of 2 geometries of own.geojson are no polygons: Point.", "leave out points",
    ),
    "empty": (feature(shapely.Polygon()), "All geometries of own.geojson are empty.", "save it anew"),
    "no area": (
        {"type": "Polygon", "coordinates": [[[7, 45], [8, 45], [7, 45], [7, 45]]]},
        "The polygons of own.geojson have no area.", "draw the boundary anew",
    ),
    "metres as degrees": (
        feature(shapely.box(400_000, 4_980_000, 420_000, 5_000_000)),
        "The coordinates of own.geojson run from 400,000 to 420,000 and from 4,980,000 to 5,000,000: these",
        "to_crs(4326)",
    ),
    "an unknown system": (
        {**feature(BOX), "crs": {"type": "name", "properties": {"name": "EPSG:999999"}}},
        "The reference system of own.geojson is not known: 'EPSG:999999'.", "save it in WGS 84",
    ),
    "a linked system": (
        {**feature(BOX), "crs": {"type": "link", "properties": {"href": "file:///etc/passwd"}}},
        "The reference system of own.geojson is not known: 'None'.", "save it in WGS 84",
    ),
    "degrees as metres": (
        {**feature(BOX), "crs": {"type": "name", "properties": {"name": "EPSG:3035"}}}, "0 % of the boundary", "check",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_no_boundary_is_refused_with_what_to_do(write: Write, region: gpd.GeoDataFrame, case: str) -> None:
    data, what, fix = WRONG[case]
    problem = refused(write(data), region)
    assert problem.what.startswith(what)
    assert fix in problem.fix


def test_a_deeply_nested_file_ends_in_words(write: Write, region: gpd.GeoDataFrame) -> None:
    deep = '{"type": "GeometryCollection", "geometries": [' * 100_000
    assert "is no GeoJSON" in refused(write(deep), region).what


def test_a_file_of_another_kind_or_none_is_refused(write: Write, region: gpd.GeoDataFrame, tmp_path: Path) -> None:
    assert "of no kind that holds a boundary" in refused(write({}, "own.shp"), region).what
    assert "cannot be read: No such file" in refused(tmp_path / "none.geojson", region).what
    (tmp_path / "folder.geojson").mkdir()
    assert refused(tmp_path / "folder.geojson", region).what == "folder.geojson is no file."
    assert "is no GeoPackage that can be read" in refused(write("not a database", "own.gpkg"), region).what
    sqlite3.connect(tmp_path / "empty.gpkg").execute("CREATE TABLE x (y)").connection.close()
    assert "no such table: gpkg_geometry_columns" in refused(tmp_path / "empty.gpkg", region).what


def test_a_package_must_have_one_layer_and_a_stated_system(region: gpd.GeoDataFrame, tmp_path: Path) -> None:
    package = tmp_path / "two.gpkg"
    for layer in ("first", "second"):
        gpd.GeoDataFrame(geometry=[BOX], crs=4326).to_file(package, layer=layer)
    problem = refused(package, region)
    assert problem.what == "The GeoPackage two.gpkg has 2 layers with geometries (first, second)."
    nowhere = tmp_path / "nowhere.gpkg"
    nowhere.write_bytes(geometry.template(nowhere, project(), PIEMONTE))
    database = sqlite3.connect(nowhere)
    database.execute("UPDATE gpkg_geometry_columns SET srs_id = -1")
    database.commit()
    database.close()
    assert refused(nowhere, region).what == "The GeoPackage nowhere.gpkg does not state its reference system."
    broken = tmp_path / "broken.gpkg"
    broken.write_bytes(geometry.template(broken, project(), PIEMONTE))
    database = sqlite3.connect(broken)
    database.execute("UPDATE boundary SET geom = ?", (b"GP\x00\x01\xe6\x10\x00\x00\x01\x06",))
    database.commit()
    database.close()
    assert "is no GeoPackage that can be read" in refused(broken, region).what


def test_the_check_without_a_region_says_what_it_cannot_tell(write: Write) -> None:
    said = geometry.check(write(feature(BOX)), project(), None)
    assert "a boundary in WGS 84, " in said[0]
    assert said[-1] == "Where it lies is checked with --region REGION."
