"""A boundary that the region draws of itself, over the NUTS regions that its figures are of."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from clusterkit.data.own.geometry import OwnBoundary
from clusterkit.data.sources import GISCO
from clusterkit.params import RegionParams
from clusterkit.show import theme, words
from clusterkit.show.close_up import close_up
from clusterkit.show.outlines import draw
from clusterkit.show.output import Figure, Text

LINE = 2.2  # points


def say_boundary(boundary: OwnBoundary | None, p: RegionParams) -> Text | None:
    """That the figures are not of the drawn boundary, and what part of their area it has; None without one."""
    if boundary is None:
        return None
    of = f"the NUTS 2 region{'s' if len(p.nuts_ids) > 1 else ''} {words.listing(p.nuts_ids)}"
    first = (
        f"**All figures of this page are of {of}**, not of the boundary that {p.name} draws of itself: it covers "
        f"{words.number(boundary.area_km2)} km² and has {share(boundary.share_pct)} of their area."
    )
    inside = (
        "" if boundary.inside_pct >= 99.5 else f" Of the drawn area {share(boundary.inside_pct)} lies in these regions."
    )
    return Text((f"{first}{inside}",))


def share(percent: float) -> str:
    """A share of an area without decimals, ``11 %``; of the whole, ``all``.

    >>> share(11.2).replace(words.NBSP, " "), share(99.8), share(0.2).replace(words.NBSP, " ")
    ('11 %', 'all', 'under 1 %')
    """
    if percent >= 99.5:
        return "all"
    return f"under 1{words.NBSP}%" if percent < 1 else f"{words.number(percent)}{words.NBSP}%"


def plot_boundary(boundary: OwnBoundary | None, p: RegionParams, region: gpd.GeoDataFrame) -> Figure | None:
    """The drawn boundary on a map of the region; None without one."""
    if boundary is None:
        return None
    figure, axes, _ = close_up(p, region, [boundary.shape])
    draw_boundary(axes, boundary)
    axes.figure.legend(
        handles=handles(p), loc="outside lower left", ncols=3, frameon=False, alignment="left", handlelength=1.8
    )
    codes = words.listing(p.nuts_ids)
    return theme.finish(
        figure,
        title=f"The boundary that {p.name} draws has {share(boundary.share_pct)} of the area that the figures are of",
        alt=f"Map of {p.name}: the NUTS 2 region{'s' if len(p.nuts_ids) > 1 else ''} {codes} in grey, the drawn boundary "
        f"as an orange line around {words.number(boundary.area_km2)} km², {share(boundary.inside_pct)} of it inside.",
        note=" ".join(
            [
                *boundary.notes,
                "Shares of area are within a few percent: the outlines of the NUTS regions are generalised.",
                f"Drawn boundary: handed in by the region ({p.own.own_geometry}). Other boundaries: NUTS {p.nuts_version}, {GISCO}.",
            ]
        ),
        link="",
    )


def draw_boundary(axes: Axes, boundary: OwnBoundary | None) -> None:
    """The line of a drawn boundary; nothing without one."""
    if boundary is not None:
        shape = np.array([boundary.shape])
        draw(axes, shape, facecolor="none", edgecolor=theme.PAPER, linewidth=LINE + 2)
        draw(axes, shape, facecolor="none", edgecolor=theme.STRONG, linewidth=LINE)


def handles(p: RegionParams, *, is_drawn: bool = True) -> list[Patch | Line2D]:
    """Entries of the legend: the regions of the figures, and the drawn boundary."""
    found: list[Patch | Line2D] = [
        Patch(facecolor=theme.OTHER, alpha=0.45, label=f"NUTS 2: {theme.plain(', '.join(p.nuts_ids), 40)}")
    ]
    if is_drawn:
        found.append(Line2D([], [], color=theme.STRONG, linewidth=LINE, label="boundary drawn by the region"))
    return found
