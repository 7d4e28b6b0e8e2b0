"""A map of one region alone, near enough for places in it."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import matplotlib.pyplot as plt
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure as MplFigure
from shapely.geometry.base import BaseGeometry

from clusterkit.params import RegionParams
from clusterkit.show import theme
from clusterkit.show.outlines import draw

MARGIN = 0.08  # of the frame, around what is shown
BARS_KM = (1, 2, 5, 10, 20, 50, 100, 200)  # lengths of the scale, kilometres
BAR_SHARE = 0.2  # of the width of the map that the scale may have
FAR_ISLAND = 0.02  # share of the region's area; a smaller part far from the largest does not widen the frame


def close_up(
    p: RegionParams, region: gpd.GeoDataFrame, shown: Sequence[BaseGeometry] = ()
) -> tuple[MplFigure, Axes, BaseGeometry]:
    """An empty map of a region among its neighbours.

    Parameters
    ----------
    p
        Of the region.
    region
        Table ``region``.
    shown
        Shapes that are to be on the map too (metres, EPSG:3035).

    Returns
    -------
    tuple
        The figure; its axes, with the region in grey, its parts told apart, and a scale; the region's shape.
    """
    theme.use()
    level2 = region[region["level"] == 2]
    own = level2[level2["nuts_id"].isin(p.nuts_ids)]
    whole = shapely.union_all(own.geometry.to_numpy())
    west, south, east, north = shapely.total_bounds(
        [_main_part(whole), *(shape for shape in shown if not shape.is_empty)]
    )
    width = (1 + 2 * MARGIN) * max(east - west, (north - south) / 0.85)
    height = max((1 + 2 * MARGIN) * (north - south), 0.5 * width)
    x, y = (west + east) / 2, (south + north) / 2
    frame = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    figure, axes = plt.subplots(
        figsize=(theme.WIDTH_IN, theme.WIDTH_IN * height / width + 0.6), dpi=72, layout="constrained"
    )
    axes.set_aspect("equal")
    axes.set_xlim(frame[0], frame[2])
    axes.set_ylim(frame[1], frame[3])
    axes.set_axis_off()
    near = level2.geometry.clip_by_rect(*frame)
    draw(axes, near[~near.is_empty].to_numpy(), facecolor=theme.LAND, edgecolor=theme.PAPER, linewidth=0.8)
    mine = near[own.index]
    draw(axes, mine.to_numpy(), facecolor=theme.OTHER, edgecolor=theme.PAPER, linewidth=1, alpha=0.45)
    _scale(axes, frame)
    return figure, axes, whole


def _main_part(whole: BaseGeometry) -> BaseGeometry:
    """The region without specks far out at sea, which would shrink it on its map."""
    parts = shapely.get_parts(whole)
    sizes = shapely.area(parts)
    return shapely.union_all(parts[sizes >= FAR_ISLAND * sizes.sum()])


def _scale(axes: Axes, frame: tuple[float, float, float, float]) -> None:
    west, south, east, north = frame
    most = BAR_SHARE * (east - west) / 1000
    length_km = max((length for length in BARS_KM if length <= most), default=BARS_KM[0])
    end = east - 0.03 * (east - west)
    height = south + 0.04 * (north - south)
    axes.plot(np.array([end - 1000 * length_km, end]), [height, height], color=theme.INK, linewidth=2, zorder=6)
    axes.annotate(
        f"{length_km} km",
        (end - 500 * length_km, height),
        xytext=(0, 4),
        textcoords="offset points",
        ha="center",
        color=theme.INK,
        zorder=6,
    )
