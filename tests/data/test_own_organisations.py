"""Cluster organisations: what is read, where they stand, what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

from clusterkit.data import tables
from clusterkit.data.own import KINDS, Owner, organisations
from clusterkit.data.own.organisations import Organisations, load_organisations
from clusterkit.errors import ParamError, Problem
from clusterkit.paths import project
from clusterkit.table_files import table_bytes

PIEMONTE = Owner("piemonte", ("ITC1",))
CYPRUS = Owner("cyprus", ("CY00",))
FIRST = {
    "name": "Mesap", "longitude": 7.686, "latitude": 45.07, "category": "cluster", "sectors": "C28; C29",
    "members": 240, "founded": 2009, "link": "https://example.org/mesap", "source": "own list, 2024",
}  # fmt: skip

Write = Callable[..., Path]


@pytest.fixture(scope="module")
def region() -> gpd.GeoDataFrame:
    return tables.load_region()


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(*rows: dict[str, object], name: str = "own.csv") -> Path:
        path = tmp_path / name
        full = [{**dict.fromkeys(organisations.COLUMNS, ""), **row} for row in rows]
        path.write_bytes(table_bytes(path, organisations.COLUMNS, full, organisations.NOTES))
        return path

    return write


def problems(path: Path, region: gpd.GeoDataFrame, owner: Owner | None = PIEMONTE) -> list[Problem]:
    with pytest.raises(ParamError) as caught:
        load_organisations(path, region, owner)
    return list(caught.value.problems)


@pytest.mark.parametrize("name", ["own.csv", "own.tsv", "own.xlsx"])
def test_an_organisation_is_read_and_placed(write: Write, region: gpd.GeoDataFrame, name: str) -> None:
    only = {"name": "Open", "category": "hub", "longitude": "", "latitude": ""}
    found = load_organisations(write(FIRST, only, name=name), region, PIEMONTE)
    first, second = found.table.to_dict("records")
    assert first["sectors"] == ("C28", "C29")
    assert (first["members"], first["founded"], first["is_inside"]) == (240, 2009, True)
    point = gpd.GeoSeries(gpd.points_from_xy([7.686], [45.07]), crs=4326).to_crs(3035).iloc[0]
    assert (first["x"], first["y"]) == (pytest.approx(point.x), pytest.approx(point.y))
    assert second["sectors"] == ()
    assert np.isnan([second[name] for name in ("longitude", "latitude", "members", "founded", "x", "y")]).all()
    assert not second["is_inside"]
    assert found.notes == ("1 has no place: in the table, not on the map.",)


def test_decimal_commas_and_sections_are_read(tmp_path: Path, region: gpd.GeoDataFrame) -> None:
    path = tmp_path / "excel.csv"
    lines = ["name;longitude;latitude;category;sectors", "Mesap;7,686;45,07;cluster;J"]
    path.write_text("\r\n".join(lines), encoding="utf-8-sig")
    table = load_organisations(path, region, PIEMONTE).table
    assert table.loc[0, ["longitude", "latitude"]].tolist() == [7.686, 45.07]
    assert table.loc[0, "sectors"] == ("J58", "J59", "J60", "J61", "J62", "J63")


def test_outside_of_the_region_is_allowed_and_said(write: Write, region: gpd.GeoDataFrame) -> None:
    milan = {**FIRST, "name": "Milan", "longitude": 9.19, "latitude": 45.46}
    found = load_organisations(write(FIRST, milan), region, PIEMONTE)
    assert found.table["is_inside"].tolist() == [True, False]
    assert found.notes == ("1 stands outside of piemonte: Milan.",)
    assert load_organisations(write(FIRST, milan), region, None).notes == ()


def test_swapped_coordinates_are_told_even_where_both_are_in_europe(write: Write, region: gpd.GeoDataFrame) -> None:
    (problem,) = problems(write({**FIRST, "longitude": 45.07, "latitude": 7.686}), region)
    assert problem.what == "The coordinates of 'Mesap' are swapped: longitude 45.07, latitude 7.686."
    assert problem.fix == "write longitude 7.686 and latitude 45.07"
    nicosia = {**FIRST, "longitude": 35.17, "latitude": 33.36}  # the sea between Cyprus and Lebanon, else
    (problem,) = problems(write(nicosia), region, CYPRUS)
    assert problem.what.startswith("The coordinates of 'Mesap' are swapped")
    (problem,) = problems(write({**FIRST, "longitude": 45.07, "latitude": 7.686}), region, None)
    assert problem.what.startswith("The coordinates of 'Mesap' are swapped")


WRONG: dict[str, tuple[dict[str, object], str, str]] = {
    "outside of Europe": (
        {"longitude": -74.0, "latitude": 40.7}, "'Mesap' stands at -74, 40.7, outside of Europe.", "check both numbers",
    ),
    "nowhere": ({"longitude": 0, "latitude": 0}, "'Mesap' stands at 0, 0, outside of Europe.", "leave them empty"),
    "metres": (
        {"longitude": 396_000, "latitude": 4_991_000}, "'Mesap' stands at 396000, 4.991e+06: these are no degrees.",
        ".to_crs(4326)",
    ),
    "one of two": ({"latitude": ""}, "'Mesap' has a longitude alone.", "write the other one too"),
    "no number": ({"longitude": "east"}, "longitude is 'east', no number.", "leave the cell empty"),
    "no name": ({"name": ""}, "The name has 0 characters.", "write its name as published"),
    "a name too long": ({"name": "x" * 201}, "The name has 201 characters.", "write its name as published"),
    "no category": ({"category": ""}, "The category of 'Mesap' has 0 characters.", "in a word or two"),
    "a category too long": ({"category": "x" * 61}, "The category of 'Mesap' has 61 characters.", "in a word or two"),
    "a script": ({"link": "javascript:alert(1)"}, "The link of 'Mesap' is 'javascript:alert(1)'.", "whole address"),
    "a file": ({"link": "file:///etc/passwd"}, "The link of 'Mesap' is 'file:///etc/passwd'.", "whole address"),
    "no address": ({"link": "example.org"}, "The link of 'Mesap' is 'example.org'.", "write the whole address"),
    "part of a member": ({"members": 2.5}, "'Mesap' has 2.5 members.", "correct it, or leave it empty"),
    "less than nobody": ({"members": -3}, "'Mesap' has -3 members.", "correct it, or leave it empty"),
    "no year": ({"founded": "long ago"}, "founded is 'long ago'.", "correct it, or leave it empty"),
    "a class": ({"sectors": "C28.1"}, "sectors has 'C28.1'.", "write C28, the division it belongs to"),
    "commas": ({"sectors": "C28, C29"}, "sectors has 'C28, C29'.", "put semicolons between the codes"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_with_its_line_and_what_to_do(write: Write, region: gpd.GeoDataFrame, case: str) -> None:
    changes, what, fix = WRONG[case]
    (problem,) = problems(write({**FIRST, **changes}), region)
    assert problem.what == what
    assert fix in problem.fix
    assert problem.where.endswith("own.csv, line 2")


def test_an_organisation_stands_once(write: Write, region: gpd.GeoDataFrame) -> None:
    (problem,) = problems(write(FIRST, {**FIRST, "name": "MESAP", "latitude": 45.1}), region)
    assert problem.what == "Organisations stand twice: MESAP."


def test_everything_is_said_at_once(write: Write, region: gpd.GeoDataFrame) -> None:
    bad = {**FIRST, "name": "", "longitude": "x", "link": "x", "founded": "x"}
    assert len(problems(write(bad, {**FIRST, "members": -1}), region)) == 5


@pytest.mark.parametrize("name", ["own.csv", "own.xlsx"])
@pytest.mark.parametrize("owner", [None, PIEMONTE, CYPRUS])
def test_the_template_is_in_order_and_stands_in_the_region(
    tmp_path: Path, region: gpd.GeoDataFrame, name: str, owner: Owner | None
) -> None:
    path = tmp_path / name
    path.write_bytes(organisations.template(path, project(), owner))
    found: Organisations = load_organisations(path, region, owner)
    assert found.table["is_inside"].all()
    assert organisations.check(path, project(), owner)[0].endswith(f"{name}: 1 organisation (1 cluster organisation).")


def test_the_guide_has_every_column() -> None:
    guide = (project().root / KINDS["organisations"].guide).read_text(encoding="utf-8")
    columns = re.findall(r"^\| `(\w+)` \|", guide.partition("## Columns")[2], re.MULTILINE)
    assert tuple(columns) == organisations.COLUMNS
