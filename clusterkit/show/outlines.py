"""Regions as matplotlib draws them: one path for many polygons, without a redraw for each."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from clusterkit.show import theme


def outline(polygons: np.ndarray) -> Path:
    """All rings of some polygons as one path.

    Parameters
    ----------
    polygons
        Polygons or multipolygons (any unit); empty ones add nothing.

    Returns
    -------
    matplotlib.path.Path
        Rings of holes turn the other way, as in the polygons, so that they stay holes when filled.

    Examples
    --------
    >>> outline(np.array([shapely.box(0, 0, 1, 1), shapely.box(5, 0, 6, 1)])).vertices.shape
    (10, 2)
    """
    rings = shapely.get_rings(shapely.get_parts(shapely.normalize(polygons)))
    points, ring = shapely.get_coordinates(rings, return_index=True)
    starts = np.flatnonzero(np.diff(ring, prepend=-1))
    codes = np.full(len(points), Path.LINETO, dtype=Path.code_type)
    codes[starts] = Path.MOVETO
    codes[np.append(starts[1:], len(points))[: len(starts)] - 1] = Path.CLOSEPOLY
    return Path(points, codes)


def draw(axes: Axes, polygons: np.ndarray, **style: Any) -> None:
    """Draw polygons in one style; nothing where there are none.

    Parameters
    ----------
    axes
        Where; its limits are not changed.
    polygons
        Polygons or multipolygons in the unit of the axes.
    **style
        As for a matplotlib patch; without an edge unless ``linewidth`` is given.
    """
    if len(polygons):
        axes.add_artist(PathPatch(outline(np.asarray(polygons)), **{"linewidth": 0, **style}))


def mark(axes: Axes, polygons: np.ndarray, *, linewidth: float) -> None:
    """Draw an outline that stands out on any class of a map: ink on a wider line of paper.

    Parameters
    ----------
    axes, polygons
        As for :func:`draw`.
    linewidth
        Of the outline (points).
    """
    for colour, width in ((theme.PAPER, linewidth + 2.4), (theme.INK, linewidth)):
        draw(axes, polygons, facecolor="none", edgecolor=colour, linewidth=width, joinstyle="round")
