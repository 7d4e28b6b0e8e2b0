"""Outlines of regions as SVG paths, in kilometres from the north-west corner of the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from clusterkit.show.maps import EUROPE, on_map

KM = 1000.0  # metres; a unit of the map, a fifth of a pixel where it is 700 pixels wide


def europe_outlines(region: gpd.GeoDataFrame, territories: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The map of Europe that the explorer colours.

    Parameters
    ----------
    region
        Table ``region``, EPSG:3035.
    territories
        Name of a territory to the NUTS 2 codes around which a line is drawn.

    Returns
    -------
    dict
        ``width`` and ``height`` (km); SVG paths ``land`` (all countries), ``borders`` (the same, as lines),
        ``regions`` by NUTS 2 code and ``territories`` by name. What is not on the map of Europe has no path.
    """
    west, south, east, north = EUROPE
    shapes = on_map(region)
    level = shapes["level"]
    countries = svg_path(shapes.geometry[level == 0].to_numpy())
    return {
        "width": round((east - west) / KM),
        "height": round((north - south) / KM),
        "countries": countries,
        "regions": {
            code: svg_path(np.array([shape]))
            for code, shape in zip(shapes["nuts_id"][level == 2], shapes.geometry[level == 2], strict=True)
        },
        "territories": {
            name: svg_path(np.array([merged]))
            for name, codes in territories.items()
            if not (merged := shapes.geometry[shapes["nuts_id"].isin(list(codes))].union_all()).is_empty
        },
    }


def middle(region: gpd.GeoDataFrame, nuts_ids: Sequence[str]) -> tuple[int, int] | None:
    """A point inside a territory, in whole kilometres from the north-west corner; None where it is not on the map.

    Parameters
    ----------
    region
        Table ``region``, EPSG:3035.
    nuts_ids
        NUTS 2 codes that make up the territory; the point is in the largest piece.
    """
    west, _, _, north = EUROPE
    shapes = on_map(region)
    merged = shapes.geometry[shapes["nuts_id"].isin(list(nuts_ids))].union_all()
    if merged.is_empty:
        return None
    pieces = shapely.get_parts(merged)
    point = shapely.point_on_surface(pieces[np.argmax(shapely.area(pieces))])
    return round((point.x - west) / KM), round((north - point.y) / KM)


def svg_path(polygons: np.ndarray) -> str:
    """Rings of polygons (metres, EPSG:3035) as one path of whole kilometres; rings that vanish are left out.

    >>> svg_path(np.array([shapely.box(2_550_000, 5_410_000, 2_560_000, 5_420_000)]))
    'M10 10L10 0L0 0L0 10Z'
    """
    west, _, _, north = EUROPE
    rings = shapely.get_rings(shapely.get_parts(polygons))
    parts = []
    for ring in rings:
        points = shapely.get_coordinates(ring)
        grid = np.rint((points - (west, north)) / (KM, -KM)).astype(int)
        kept = grid[np.append(True, (np.diff(grid, axis=0) != 0).any(axis=1))][:-1]
        if len(kept) > 2:
            parts.append(_ring(kept))
    return "".join(parts)


def _ring(points: np.ndarray) -> str:
    """A closed line; steps from point to point, where they are shorter to write."""
    whole = "".join(f"{'L' if number else 'M'}{x} {y}" for number, (x, y) in enumerate(points)) + "Z"
    steps = np.diff(points, axis=0)
    moves = " ".join(f"{x} {y}" for x, y in steps).replace(" -", "-")
    short = f"M{points[0][0]} {points[0][1]}l{moves}z"
    return min(whole, short, key=len)
