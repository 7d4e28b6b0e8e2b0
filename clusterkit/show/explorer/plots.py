"""The plots of the explorer as Vega-Lite specifications: the script puts in the rows, the page's style the frame colours."""

from __future__ import annotations

from typing import Any

import vl_convert

ROW_PX = 21  # height of a row; text of 13 pixels and air
SHAPES = [
    "circle",
    "square",
    "triangle-up",
    "diamond",
    "cross",
]  # of the regions compared: colour is never the only sign
# After Okabe and Ito (2008), the last two darker: each has 3:1 against the page, light and dark. In the order of the regions.
COLOURS = ["#d55e00", "#0a7fc2", "#009e73", "#b9568f", "#a87400"]


def specifications() -> dict[str, Any]:
    """One specification for each plot, compiled from Vega-Lite to Vega; data set ``rows``, filled by the script.

    ``quotients`` has rows, in the order in which they are to stand, with ``label`` (the sector), ``value`` (location quotient, no unit),
    ``low`` and ``high`` (ends of the interval of an estimate, else the value), ``colour``, ``isEstimated`` and ``text``.
    ``compared`` has the same with ``series``, the number of the region. ``scores`` has ``value`` in points, 0 to 100.
    """
    return {
        "quotients": vl_convert.vegalite_to_vega(_quotients()),
        "compared": vl_convert.vegalite_to_vega(_quotients(several=True)),
        "scores": vl_convert.vegalite_to_vega(_frame([_points(_x_scores(), several=True)])),
        "shapes": SHAPES,
        "colours": COLOURS,
    }


def _frame(layers: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": None,
        "padding": 2,
        "width": 320,
        "height": {"step": ROW_PX},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "data": {"name": "rows", "values": []},
        "encoding": {
            "y": {
                "field": "label",
                "type": "nominal",
                "sort": None,
                "axis": {
                    "title": None,
                    "domain": False,
                    "ticks": False,
                    "grid": True,
                    "labelPadding": 8,
                    "labelLimit": {"expr": "limit"},
                },
            }
        },
        "layer": layers,
        "params": [{"name": "limit", "value": 230}],  # pixels that the name of a row may take
        "config": {
            "aria": False,  # the place of the plot has a text alternative, and the table beside it every figure
            "view": {"stroke": None},
            "font": "system-ui, sans-serif",
            "axis": {"labelFontSize": 13, "titleFontSize": 13, "titleFontWeight": "normal"},
        },
    }


def _x_quotients() -> dict[str, Any]:
    return {
        "field": "shown",
        "type": "quantitative",
        "scale": {
            "type": "log",
            "base": 2,
            "nice": False,
            "domainMin": {"expr": "lowest"},
            "domainMax": {"expr": "highest"},
        },
        "axis": {
            "title": "Times the European share",
            "orient": "top",
            "values": [0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128],
            "format": "~g",
            "domain": False,
            "ticks": False,
            "labelOverlap": True,
            "titlePadding": 8,
        },
    }


def _x_scores() -> dict[str, Any]:
    return {
        "field": "value",
        "type": "quantitative",
        "scale": {"domain": [0, 100]},
        "axis": {"title": "Points, 0 to 100", "orient": "top", "domain": False, "ticks": False, "tickCount": 5},
    }


def _quotients(*, several: bool = False) -> dict[str, Any]:
    x = _x_quotients()
    one = {"mark": {"type": "rule", "style": "one", "strokeWidth": 1.5}, "data": {"values": [{"one": 1}]},
           "encoding": {"y": None, "x": {"datum": 1, "type": "quantitative", "scale": x["scale"]}}}  # fmt: skip
    interval = {
        "mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.75},
        "transform": [{"filter": "datum.isEstimated"}],
        "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, **_colour(several=several)},
    }
    spec = _frame([one, _points(x, several=several), interval])  # the points say in which order the rows stand
    spec["params"] += [{"name": "lowest", "value": 0.1}, {"name": "highest", "value": 8}]
    return spec


def _points(x: dict[str, Any], *, several: bool) -> dict[str, Any]:
    encoding: dict[str, Any] = {
        "x": x,
        "tooltip": {"field": "text"},
        "fillOpacity": {"condition": {"test": "datum.isEstimated", "value": 0}, "value": 1},
        **_colour(several=several),
    }
    if several:
        encoding["shape"] = {
            "field": "series",
            "type": "ordinal",
            "legend": None,
            "scale": {"domain": [0, 1, 2, 3, 4], "range": SHAPES},
        }
    return {
        "mark": {"type": "point", "filled": False, "size": 90, "strokeWidth": 2, "opacity": 1},
        "encoding": encoding,
    }


def _colour(*, several: bool) -> dict[str, Any]:
    if several:
        scale = {"domain": [0, 1, 2, 3, 4], "range": COLOURS}
        colour = {"field": "series", "type": "ordinal", "legend": None, "scale": scale}
    else:
        colour = {"field": "colour", "type": "nominal", "legend": None, "scale": None}
    return {"stroke": colour, "fill": colour}
