"""Cluster organisations of a region: who they are, where they stand, what they work in."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from clusterkit.data.industries.nace import parse_sectors
from clusterkit.data.own.kind import Kind, Owner
from clusterkit.data.own.numbers import read_numbers
from clusterkit.data.tables import MAP_CRS, load_region
from clusterkit.errors import ParamError, Problem, some
from clusterkit.paths import Project
from clusterkit.spreadsheets import is_address
from clusterkit.table_files import TABLE_ENDINGS, Row, read_rows, table_bytes

GUIDE = "docs/how-to-cluster-organisations.md"
RULE = f"{GUIDE}#columns"
NOTES = {
    "name": "name as it is published",
    "longitude": "degrees east (WGS 84), such as 7.686; empty where the place is not known",
    "latitude": "degrees north (WGS 84), such as 45.070",
    "category": "what kind of organisation it is, in your own words: the same word for the same kind",
    "sectors": "NACE divisions or sections that it works in, semicolons between them; empty: open to all, or not known",
    "members": "number of members, empty where not known",
    "founded": "calendar year",
    "link": "address that starts with https:// or http://",
    "source": "where this is from, and of when",
}
COLUMNS = tuple(NOTES)
NEEDED = ("name", "longitude", "latitude", "category")
EUROPE = (-32.0, 27.0, 45.0, 72.0)  # degrees: west, south, east, north; Azores, Canary Islands, Cyprus, North Cape
NEAR_M = 8_000.0  # metres; the outlines are generalised to that, and a point at the border may fall beside them
FIRST_YEAR, LAST_YEAR = 1800, 2060  # calendar years
DEGREES = "degrees of WGS 84: longitude from -180 to 180, latitude from -90 to 90"


@dataclass(frozen=True)
class Organisations:
    """The cluster organisations that a region names.

    Parameters
    ----------
    table
        In the order of the file: ``name``, ``longitude``, ``latitude`` (degrees, WGS 84; NaN where the place is not
        known), ``category``, ``sectors`` (tuple of NACE divisions, empty where none is named), ``members`` (number) and
        ``founded`` (calendar year; NaN where not known), ``link``, ``source``, ``x``, ``y`` (metres, EPSG:3035), and
        ``is_inside``: whether it stands in the region; False where the place is not known.
    notes
        What is odd, in sentences.
    """

    table: pd.DataFrame
    notes: tuple[str, ...] = ()


def load_organisations(path: Path, region: gpd.GeoDataFrame, owner: Owner | None) -> Organisations:
    """Read and check the cluster organisations of a region.

    Parameters
    ----------
    path
        CSV or workbook with the columns of ``NOTES``.
    region
        Table ``region``.
    owner
        The region; None: where they stand is not held against it.

    Raises
    ------
    ParamError
        Everything that is wrong with the file, at once.
    """
    rows = read_rows(path, columns=COLUMNS, needed=NEEDED, rule=RULE)
    problems: list[Problem] = []
    if not rows:
        problems.append(Problem(f"The file {path.name} names no organisation.", str(path), RULE, "write one a row"))
    longitude = read_numbers(rows, "longitude", problems, largest=180)
    latitude = read_numbers(rows, "latitude", problems, largest=90)
    members = read_numbers(rows, "members", problems)
    home = _home(region, owner)
    table = pd.DataFrame(
        [
            {
                "name": row.text("name"),
                "longitude": longitude[at],
                "latitude": latitude[at],
                "category": row.text("category"),
                "sectors": tuple(parse_sectors(row, problems)),
                "members": members[at],
                "founded": _founded(row, problems),
                "link": row.text("link"),
                "source": row.text("source"),
            }
            for at, row in enumerate(rows)
        ],
        columns=list(COLUMNS),
    )
    for row, values in zip(rows, table.to_dict("records"), strict=True):
        _check_row(row, values, home, problems)
    names = table["name"].str.casefold()
    if twice := sorted(set(table.loc[names.duplicated() & names.ne(""), "name"])):
        what = f"Organisations stand twice: {some(twice)}."
        fix = "remove one of the two; tell offices of one organisation apart in their names"
        problems.append(Problem(what, str(path), "each organisation stands once", fix))
    if problems:
        raise ParamError(problems)
    x, y = _metres(table["longitude"], table["latitude"])
    table = table.assign(x=x, y=y, is_inside=_is_inside(home, x, y))
    return Organisations(table, tuple(_notes(table, owner)))


def _home(region: gpd.GeoDataFrame, owner: Owner | None) -> BaseGeometry | None:
    if owner is None:
        return None
    here = region.loc[region["nuts_id"].isin(owner.nuts_ids)]
    home = shapely.union_all(here.geometry.to_numpy())
    shapely.prepare(home)
    return home


def _metres(longitude: Sequence[float], latitude: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    to_map = pyproj.Transformer.from_crs(4326, MAP_CRS, always_xy=True)
    x, y = (
        np.array(axis, dtype=float)
        for axis in to_map.transform(np.asarray(longitude, float), np.asarray(latitude, float))
    )
    is_known = np.isfinite(x) & np.isfinite(y)
    return np.where(is_known, x, np.nan), np.where(is_known, y, np.nan)


def _is_inside(home: BaseGeometry | None, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    if home is None:
        return np.isfinite(x)
    is_placed = np.isfinite(x)
    found = np.zeros(len(x), dtype=bool)
    found[is_placed] = shapely.dwithin(home, shapely.points(x[is_placed], y[is_placed]), NEAR_M)
    return found


def _check_row(row: Row, values: dict[str, Any], home: BaseGeometry | None, problems: list[Problem]) -> None:
    def add(what: str, rule: str, fix: str) -> None:
        problems.append(Problem(what, row.where, rule, fix))

    name = str(values["name"])[:60]
    if not 1 <= len(str(values["name"])) <= 200:
        length = len(str(values["name"]))
        add(f"The name has {length} characters.", "1 to 200 characters", "write its name as published")
    if not 1 <= len(str(values["category"])) <= 60:
        length = len(str(values["category"]))
        what = f"The category of {name!r} has {length} characters."
        add(what, "1 to 60 characters", "write what kind it is, in a word or two")
    if (link := str(values["link"])) and not is_address(link):
        rule = "an address that starts with https:// or http://"
        add(f"The link of {name!r} is {link[:60]!r}.", rule, "write the whole address")
    members = float(values["members"])
    if members < 0 or members % 1 > 0:
        add(f"{name!r} has {members:g} members.", "a whole number from 0", "correct it, or leave it empty")
    _check_place(row, values, name, home, add)


def _check_place(
    row: Row,
    values: dict[str, Any],
    name: str,
    home: BaseGeometry | None,
    add: Callable[[str, str, str], None],
) -> None:
    longitude, latitude = float(values["longitude"]), float(values["latitude"])
    if np.isnan(longitude) != np.isnan(latitude):
        # Of a cell that could not be read the problem is told already.
        written = [axis for axis in ("longitude", "latitude") if row.text(axis)]
        if len(written) == 1:
            add(f"{name!r} has a {written[0]} alone.", "both, or none", "write the other one too")
        return
    if np.isnan(longitude):
        return
    is_degrees, is_turned = _are_degrees(longitude, latitude), _are_degrees(latitude, longitude)
    if not is_degrees and not is_turned:
        what = f"{name!r} stands at {longitude:g}, {latitude:g}: these are no degrees."
        add(what, DEGREES, "transform the points to WGS 84, with geopandas: .to_crs(4326)")
        return
    here = is_degrees and (_is_at_home(home, longitude, latitude) or _is_in_europe(longitude, latitude))
    at_home = is_degrees and _is_at_home(home, longitude, latitude)
    turned_home = is_turned and _is_at_home(home, latitude, longitude)
    turned = is_turned and (turned_home or _is_in_europe(latitude, longitude))
    if (turned_home and not at_home) or (turned and not here):
        what = f"The coordinates of {name!r} are swapped: longitude {longitude:g}, latitude {latitude:g}."
        add(what, DEGREES, f"write longitude {latitude:g} and latitude {longitude:g}")
    elif not here:
        what = f"{name!r} stands at {longitude:g}, {latitude:g}, outside of Europe."
        add(what, DEGREES, "check both numbers; leave them empty where the place is not known")


def _are_degrees(longitude: float, latitude: float) -> bool:
    return abs(longitude) <= 180 and abs(latitude) <= 90


def _is_in_europe(longitude: float, latitude: float) -> bool:
    west, south, east, north = EUROPE
    return west <= longitude <= east and south <= latitude <= north


def _is_at_home(home: BaseGeometry | None, longitude: float, latitude: float) -> bool:
    return home is not None and bool(_is_inside(home, *_metres([longitude], [latitude]))[0])


def _founded(row: Row, problems: list[Problem]) -> float:
    text = row.text("founded")
    if not text:
        return np.nan
    if not re.fullmatch(r"\d{4}", text) or not FIRST_YEAR <= int(text) <= LAST_YEAR:
        rule = f"a calendar year from {FIRST_YEAR} to {LAST_YEAR}"
        problems.append(Problem(f"founded is {text[:40]!r}.", row.where, rule, "correct it, or leave it empty"))
        return np.nan
    return float(text)


def _notes(table: pd.DataFrame, owner: Owner | None) -> list[str]:
    is_placed = table["x"].notna()
    notes = []
    if n := int((~is_placed).sum()):
        notes.append(f"{n} {'has' if n == 1 else 'have'} no place: in the table, not on the map.")
    outside = table[is_placed & ~table["is_inside"]]
    if owner is not None and len(outside):
        verb = "stands" if len(outside) == 1 else "stand"
        notes.append(f"{len(outside)} {verb} outside of {owner.region}: {some(list(outside['name']))}.")
    return notes


# The kind


def template(path: Path, project: Project, owner: Owner | None) -> bytes:
    """A table with one row to replace: for a region at a place in it."""
    longitude, latitude = 7.686, 45.07
    if owner is not None:
        region = load_region(project.processed)
        here = region.loc[region["nuts_id"].isin(owner.nuts_ids)]
        spot = gpd.GeoSeries([here.union_all().representative_point()], crs=here.crs).to_crs(4326).iloc[0]
        longitude, latitude = round(spot.x, 3), round(spot.y, 3)
    example = {
        "name": "Example: replace this row",
        "longitude": longitude,
        "latitude": latitude,
        "category": "cluster organisation",
        "sectors": "C28; C29",
        "members": 120,
        "founded": 2009,
        "link": "https://example.org/",
        "source": "own list, 2024",
    }
    return table_bytes(path, COLUMNS, [example], NOTES)


def check(path: Path, project: Project, owner: Owner | None) -> list[str]:
    """What a file of organisations holds, in lines."""
    found = load_organisations(path, load_region(project.processed), owner)
    counts = found.table["category"].value_counts()
    counted = ", ".join(f"{n} {name}" for name, n in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
    n = len(found.table)
    lines = [f"{path}: {n} {'organisation' if n == 1 else 'organisations'} ({counted}).", *found.notes]
    if owner is None:
        lines.append("Where they stand is checked with --region REGION.")
    return lines


KIND = Kind(
    name="organisations",
    meaning="cluster organisations with their places",
    endings=TABLE_ENDINGS,
    parameter="own.own_organisations",
    value="file",
    folder="params/own",
    guide=GUIDE,
    template=template,
    check=check,
)
