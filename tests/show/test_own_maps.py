"""A drawn boundary and cluster organisations: sentences, maps, tables, with names that nobody should write."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from bs4 import BeautifulSoup

from clusterkit import mapping
from clusterkit.data import industries, tables
from clusterkit.data.own.geometry import OwnBoundary
from clusterkit.data.own.organisations import COLUMNS, Organisations
from clusterkit.params import RegionParams, divisions_path
from clusterkit.paths import project
from clusterkit.portrait import RegionOrganisations
from clusterkit.show import Downloads, boundary, maps, organisations

P = RegionParams(
    region="piemonte",
    name="Piemonte",
    nuts_ids=["ITC1"],
    own={"own_geometry": "params/own/b.geojson", "own_organisations": "params/own/o.csv"},
)
NO_FILES = Downloads("piemonte")
HOSTILE = '=1+1<script>alert(1)</script> "x" | **b** $z$ &amp; '
TURIN = (4_117_000.0, 2_439_000.0)  # metres, EPSG:3035
MAX_BYTES = 150_000


@pytest.fixture(scope="module")
def region() -> gpd.GeoDataFrame:
    return tables.load_region()


@pytest.fixture(scope="module")
def taxonomy() -> industries.Taxonomy:
    return industries.load_taxonomy(divisions_path(project()))


def drawn(share: float = 24.0, inside: float = 98.0, *notes: str) -> OwnBoundary:
    return OwnBoundary(shapely.Point(TURIN).buffer(40_000), 5026.0, 25_400.0, share, inside, notes)


def listed(*rows: dict[str, object], strong: tuple[str, ...] = ("C13", "C29")) -> RegionOrganisations:
    """Organisations around Turin, one beside the other."""
    empty = {"sectors": (), "members": float("nan"), "founded": float("nan"), "link": "", "source": ""}
    full = [
        {**empty, "name": f"Organisation {n}", "longitude": 7.6, "latitude": 45.0, "category": "cluster",
         "x": TURIN[0] + 9000 * n, "y": TURIN[1], "is_inside": True, **row}
        for n, row in enumerate(rows)
    ]  # fmt: skip
    table = pd.DataFrame(full)[[*COLUMNS, "x", "y", "is_inside"]]
    return RegionOrganisations(Organisations(table), mapping.organisations_of_sectors(table, list(strong)))


def words_of(text: object) -> str:
    return repr(text).replace("\u00a0", " ").replace("**", "")


def test_without_a_file_nothing_is_shown(region: gpd.GeoDataFrame, taxonomy: industries.Taxonomy) -> None:
    assert boundary.say_boundary(None, P) is None
    assert boundary.plot_boundary(None, P, region) is None
    assert organisations.say_organisations(None, P, taxonomy) is None
    assert organisations.plot_organisations(None, None, P, region, NO_FILES) is None
    assert organisations.table_organisations(None, P, taxonomy, NO_FILES) is None
    assert "line" not in maps.plot_region(P, region).alt


def test_the_page_says_that_figures_are_not_of_the_boundary(region: gpd.GeoDataFrame) -> None:
    said = words_of(boundary.say_boundary(drawn(), P))
    assert said == (
        "All figures of this page are of the NUTS 2 region ITC1, not of the boundary that Piemonte draws of itself: it "
        "covers 5,026 km² and has 24 % of their area. Of the drawn area 98 % lies in these regions."
    )
    assert "Of the drawn area" not in words_of(boundary.say_boundary(drawn(inside=99.8), P))
    two = P.model_copy(update={"nuts_ids": ["ITC1", "ITC2"]})
    assert "the NUTS 2 regions ITC1 and ITC2," in words_of(boundary.say_boundary(drawn(), two))
    figure = boundary.plot_boundary(drawn(24.0, 98.0, "A polygon was mended: self-intersection."), P, region)
    assert figure is not None
    assert figure.title.replace("\u00a0", " ") == (
        "The boundary that Piemonte draws has 24 % of the area that the figures are of"
    )
    assert "A polygon was mended" in figure.note
    assert "(params/own/b.geojson)" in figure.note
    assert len(figure.svg.encode()) < MAX_BYTES
    ElementTree.fromstring(figure.svg)
    europe = maps.plot_region(P, region, drawn())
    assert "and the boundary that it draws of itself as a line" in europe.alt


def test_strong_sectors_with_and_without_an_organisation_are_named(taxonomy: industries.Taxonomy) -> None:
    def say(*rows: dict[str, object], strong: tuple[str, ...] = ("C13", "C29")) -> str:
        return words_of(organisations.say_organisations(listed(*rows, strong=strong), P, taxonomy))

    motor = {"sectors": ("C29", "C28"), "category": "hub"}
    assert say(motor, {}, {}) == (
        "Piemonte names three cluster organisations, by category: cluster (2), hub (1).\n"
        "One of two strong sectors has an organisation that names them: motor vehicles (C29). Nobody names textiles "
        "(C13): whether a wider organisation serves it is to be asked. Two organisations name no sector."
    )
    assert "All two strong sectors have an organisation that names them: textiles (C13) and" in say(
        motor, {"sectors": ("C13",)}
    )
    assert "Its one strong sector, textiles (C13), has no organisation that names it." in say(motor, strong=("C13",))
    assert "has an organisation that names it." in say(motor, strong=("C29",))
    assert "Piemonte has no strong sector that an organisation could work in." in say(motor, strong=())
    assert "One stands outside of the region." in say({"is_inside": False}, {})
    many = say(*({"category": name} for name in "abcdef"))
    assert "by category: a (1), b (1), c (1), d (1), and two other categories." in many


def test_marks_tell_categories_apart_by_colour_and_shape(region: gpd.GeoDataFrame) -> None:
    assert len({colour for colour, _ in organisations.MARKS}) == len(organisations.MARKS) == 7
    assert len({shape for _, shape in organisations.MARKS}) == 7
    rows = [{"category": name} for name in ["a", "a", "b", "b", "c", "d", "e", "f", "g", "h"]]
    figure = organisations.plot_organisations(listed(*rows), drawn(), P, region, NO_FILES)
    assert figure is not None
    assert figure.alt.endswith("a (2), b (2), other (2), c (1), d (1), e (1), f (1).")
    seven = organisations.marked(pd.Series(list("abcdefg")))
    assert seven.tolist() == list("abcdefg")
    ElementTree.fromstring(figure.svg)
    assert len(figure.svg.encode()) < MAX_BYTES


def test_marks_of_one_place_stand_beside_each_other() -> None:
    table = pd.DataFrame({"x": [0.0, 0.0, 0.0, 50_000.0], "y": [0.0, 0.0, 0.0, 0.0]})
    moved = organisations._apart(table, metres_per_pixel=400.0)
    places = shapely.points(moved["x"], moved["y"])
    for one in range(3):
        for other in range(one):
            assert shapely.distance(places[one], places[other]) > 8 * 400  # a mark is eight pixels wide
    assert moved.iloc[3][["x", "y"]].tolist() == [50_000, 0]
    assert table["x"].tolist() == [0, 0, 0, 50_000]


def test_what_is_not_on_the_map_is_said(region: gpd.GeoDataFrame) -> None:
    nowhere = {"x": float("nan"), "y": float("nan"), "is_inside": False}
    figure = organisations.plot_organisations(listed({}, nowhere), None, P, region, NO_FILES)
    assert figure is not None
    assert "One is not on the map: far away, or without a place." in figure.note
    assert figure.title == "Piemonte has one cluster organisation on the map"
    assert organisations.plot_organisations(listed(nowhere), None, P, region, NO_FILES) is None


def test_hostile_names_are_shown_as_they_are_written(
    region: gpd.GeoDataFrame, taxonomy: industries.Taxonomy, tmp_path: Path
) -> None:
    row = {"name": HOSTILE, "category": HOSTILE[:60], "source": HOSTILE, "link": 'https://e.org/<b>"', "members": 3.0}
    found, downloads = listed(row, {}), Downloads("piemonte", str(tmp_path), "cluster-mapping")
    shown = [
        organisations.say_organisations(found, P, taxonomy),
        organisations.plot_organisations(found, None, P, region, downloads),
        organisations.table_organisations(found, P, taxonomy, downloads),
    ]
    for output in shown:
        soup = BeautifulSoup(output._repr_markdown_(), "html.parser")
        assert soup.find(["script", "b"]) is None
    table = BeautifulSoup(shown[2]._repr_markdown_(), "html.parser")
    assert table.find("tbody").find("th").get_text() == HOSTILE
    assert "https:" not in re.sub(r'data:image[^"]*', "", table.decode())
    lines = (tmp_path / "organisations.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "number,name,longitude,latitude,category,sectors,members,founded,link,source,is_inside"
    assert lines[1].startswith("1,\"'=1+1<script>")


def test_a_table_has_the_columns_that_somebody_filled_in(taxonomy: industries.Taxonomy) -> None:
    bare = organisations.table_organisations(listed({}), P, taxonomy, NO_FILES)
    assert [column.heading for column in bare.columns] == ["Organisation", "Number", "Category", "Sectors"]
    row = {"members": 12.0, "founded": 2009.0, "link": "https://example.org/a/", "sectors": ("C29", "A01")}
    full = organisations.table_organisations(listed(row, {}), P, taxonomy, NO_FILES)
    assert full.rows == [
        ("Organisation 0", "1", "cluster", "Motor vehicles (C29); A01", "12", "2009", "example.org/a"),
        ("Organisation 1", "2", "cluster", "–", "–", "–", "–"),
    ]
