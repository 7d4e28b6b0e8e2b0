"""Maps of Europe in equal-area projection, with named classes."""

from __future__ import annotations

from collections.abc import Collection, Hashable

import geopandas as gpd
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure as MplFigure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from matplotlib.transforms import Bbox

from clusterkit.data.industries import Taxonomy
from clusterkit.data.nuts import COUNTRY_NAMES
from clusterkit.data.own.geometry import OwnBoundary
from clusterkit.data.sources import GISCO
from clusterkit.params import RegionParams
from clusterkit.show import theme, words
from clusterkit.show.outlines import draw, mark
from clusterkit.show.output import Downloads, Figure, Several
from clusterkit.show.tables import source_note
from clusterkit.show.theme import finish

EUROPE = (2_550_000, 1_330_000, 6_050_000, 5_420_000)  # metres, EPSG:3035: west, south, east, north
LEGEND_M = 600_000  # metres of ocean that a legend needs in the west
OUTSIDE = "Overseas regions, the Azores, Madeira, the Canary Islands and Iceland are not drawn."
SPECK_KM2 = 30.0  # km²; a smaller island is less than a pixel and is left out of the drawing


def plot_region(p: RegionParams, region: gpd.GeoDataFrame, boundary: OwnBoundary | None = None) -> Figure:
    """Where the region lies in Europe, and the boundary that it draws of itself where it hands one in.

    Parameters
    ----------
    region
        Table ``region``.
    boundary
        What it draws; None: nothing.
    """
    area = region.loc[region["nuts_id"].isin(p.nuts_ids), "area_km2"].sum()  # before overseas parts are cut off the map
    figure, axes, region = _europe(region, width_in=0.6 * theme.WIDTH_IN)
    own = region[region["nuts_id"].isin(p.nuts_ids)]
    country = region[(region["level"] == 0) & region["nuts_id"].isin({code[:2] for code in p.nuts_ids})]
    country.plot(ax=axes, color=theme.OTHER, alpha=0.45, linewidth=0)
    own.dissolve().plot(ax=axes, color=theme.STRONG, edgecolor=theme.PAPER, linewidth=0.6)
    _borders(axes, region)
    if boundary is not None:
        draw(axes, np.array([boundary.shape]), facecolor="none", edgecolor=theme.INK, linewidth=1)
    _label(axes, {p.name: own})
    name = COUNTRY_NAMES[p.nuts_ids[0][:2]]
    is_country = set(own["nuts_id"]) == set(
        region.loc[(region["level"] == 2) & (region["country"] == p.nuts_ids[0][:2]), "nuts_id"]
    )
    where = "is a whole country" if is_country else f"lies in {name}"
    return finish(
        figure,
        title=f"{p.name} {where} and covers {words.number(round(area, 2 - int(np.log10(area))))} km²",
        alt=f"Map of Europe with {p.name} in orange{'' if is_country else f' and the rest of {name} in grey'}"
        f"{'' if boundary is None else ', and the boundary that it draws of itself as a line'}.",
        note=f"{'' if boundary is None else 'Orange: the NUTS regions of the figures; line: the boundary that the region draws. '}"
        f"Boundaries: NUTS {p.nuts_version}, {GISCO}.",
        link="",
    )


def plot_sectors(
    across: dict[str, pd.DataFrame], p: RegionParams, region: gpd.GeoDataFrame, taxonomy: Taxonomy, downloads: Downloads
) -> Several:
    """One map for each sector of ``mapping.sectors_across_regions``.

    Parameters
    ----------
    across
        As ``mapping.sectors_across_regions`` gives it: a table of regions for each sector.
    region
        Table ``region``.
    """
    return Several(
        tuple(plot_quotients(code, taxonomy.label(code), table, p, region, downloads) for code, table in across.items())
    )


def plot_quotients(
    code: str, label: str, regions: pd.DataFrame, p: RegionParams, region: gpd.GeoDataFrame, downloads: Downloads
) -> Figure:
    """How specialised every NUTS 2 region of Europe is in one sector or category.

    Parameters
    ----------
    code, label
        Of the sector or category.
    regions
        It over all regions, as ``mapping.sectors_across_regions`` gives it: ``lq`` (no unit; NaN where hidden) with
        ``lq_low`` and ``lq_high``, index ``nuts_id``. The report's region may stand as one row under its identifier.
    region
        Table ``region``.
    """
    figure, axes, region = _europe(region, legend=True, covered=regions.index)
    drawn = region[region["level"] == 2]
    row = drawn["nuts_id"].mask(drawn["nuts_id"].isin(p.nuts_ids) & (p.region in regions.index), p.region)
    shapes = drawn.assign(_row=row).merge(regions, left_on="_row", right_index=True)
    klass, everywhere = _classes(shapes), _classes(regions)
    hidden = shapes[klass.isna()]
    draw(axes, hidden.geometry.to_numpy(), facecolor=theme.LAND, edgecolor=theme.MUTED, hatch="/////")
    for number, colour in enumerate(theme.LQ_COLOURS):
        chosen = shapes.geometry[klass == number].to_numpy()
        draw(axes, chosen, facecolor=colour, edgecolor=theme.PAPER, linewidth=0.25)
    _borders(axes, region)
    mark(axes, np.array([region[region["nuts_id"].isin(p.nuts_ids)].union_all()]), linewidth=1.8)
    handles: list[Artist] = [
        Patch(facecolor=c, label=label) for c, label in zip(theme.LQ_COLOURS[::-1], theme.LQ_LABELS[::-1], strict=True)
    ]
    handles += [
        Patch(facecolor=theme.LAND, edgecolor=theme.MUTED, hatch="/////", linewidth=0, label="hidden or not published"),
        Patch(facecolor=theme.LAND, label="not in these statistics"),
        Line2D([], [], color=theme.INK, linewidth=1.8, label=theme.plain(p.name)),
    ]
    axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(0.0, 1.0), frameon=True, facecolor=theme.PAPER,
                edgecolor="none", framealpha=0.85, title="Share of jobs", alignment="left")  # fmt: skip
    known = regions["lq"].dropna()
    above = int((known >= theme.LQ_BOUNDS[3]).sum())
    names = region.set_index("nuts_id")[["name", "country"]]
    names.loc[p.region] = [p.name, p.nuts_ids[0][:2]]
    return finish(
        figure,
        title=f"{label}: {words.count(above, 'region')} of {len(known)} with a published figure "
        f"{'reaches' if above == 1 else 'reach'} twice the European share of jobs",
        alt=f"Map of location quotients in {label} by NUTS 2 region in {p.reference_year}: {_class_counts(everywhere)}; "
        f"{words.count(int(everywhere.isna().sum()), 'region')} hidden or not published.",
        note=f"A hidden region is coloured where its whole range lies in one class. {OUTSIDE} {source_note(p)} Boundaries: {GISCO}.",
        link=downloads.save(f"map-{code.lower()}", regions.join(names)),
    )


def plot_beside(
    p: RegionParams, region: gpd.GeoDataFrame, places: dict[str, list[str]], *, title: str, alt: str, note: str
) -> Figure:
    """A region among others that it is compared with, each with its name.

    Parameters
    ----------
    places
        Name of each other region to its NUTS codes.
    title, alt, note
        Words of the figure.
    region
        Table ``region``.
    """
    figure, axes, region = _europe(region, width_in=0.7 * theme.WIDTH_IN)
    shapes = {p.name: region[region["nuts_id"].isin(p.nuts_ids)]}
    shapes |= {name: region[region["nuts_id"].isin(codes)] for name, codes in places.items()}
    shapes = {name: shape for name, shape in shapes.items() if len(shape)}  # overseas regions are not on the map
    for name, shape in shapes.items():
        colour = theme.STRONG if name == p.name else theme.ACCENT
        shape.dissolve().plot(ax=axes, color=colour, edgecolor=theme.PAPER, linewidth=0.6)
    _borders(axes, region)
    _label(axes, shapes)
    return finish(figure, title=title, alt=alt, note=note, link="")


def plot_counts(
    counts: pd.Series, region: gpd.GeoDataFrame, *, legend: str, title: str, what: str, note: str, link: str
) -> Figure:
    """How many of something every NUTS 2 region of Europe has.

    Parameters
    ----------
    counts
        Whole numbers, index ``nuts_id``; NaN or no row where nothing is published.
    legend, title, note, link
        Words of the figure and address of its data.
    what
        What is counted, for the alternative text: "specialised clusters".
    region
        Table ``region``.
    """
    figure, axes, shapes = _europe(region, legend=True)
    shapes = shapes[shapes["level"] == 2].merge(counts.dropna().rename("count"), left_on="nuts_id", right_index=True)
    bounds = count_bounds(counts.dropna())
    labels = [count_label(bounds, number) for number in range(len(bounds))]
    colours = theme.COUNT_COLOURS[len(theme.COUNT_COLOURS) - len(bounds) :]
    klass = np.searchsorted(bounds, shapes["count"], side="left")
    for number, colour in enumerate(colours):
        chosen = shapes[klass == number]
        if len(chosen):
            chosen.plot(ax=axes, color=colour, edgecolor=theme.PAPER, linewidth=0.25)
    _borders(axes, on_map(region))
    pairs = [*zip(colours[::-1], labels[::-1], strict=True), (theme.LAND, "no figures")]
    handles = [Patch(facecolor=colour, linewidth=0, label=label) for colour, label in pairs]
    axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(0.0, 1.0), frameon=True, facecolor=theme.PAPER,
                edgecolor="none", framealpha=0.85, title=legend, alignment="left")  # fmt: skip
    everywhere = pd.Series(np.searchsorted(bounds, counts.dropna(), side="left")).value_counts()
    shown = ", ".join(
        f"{words.count(int(everywhere.get(number, 0)), 'region')} with {label}" for number, label in enumerate(labels)
    )
    return finish(
        figure,
        title=title,
        alt=f"Map of the number of {what} by NUTS 2 region: {shown}.",
        note=f"{OUTSIDE} {note} Boundaries: {GISCO}.",
        link=link,
    )


def count_bounds(counts: pd.Series) -> list[int]:
    """Upper limits of at most five classes of about equal size for whole numbers.

    >>> count_bounds(pd.Series([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]))
    [2, 4, 6, 8, 10]
    """
    if counts.empty:
        return []
    limits = np.quantile(counts, [0.2, 0.4, 0.6, 0.8, 1.0], method="inverted_cdf")
    return [int(limit) for limit in np.unique(limits)]


def count_label(bounds: list[int], number: int) -> str:
    """Name of one class: "2 or fewer", "3", "4 to 6", "7 or more".

    Parameters
    ----------
    bounds
        Upper ends of all classes but the last; the last number is the largest count.
    number
        Which class, from 0.

    Examples
    --------
    >>> [count_label([2, 3, 6, 9], number) for number in range(4)]
    ['2 or fewer', '3', '4 to 6', '7 or more']
    """
    if number == 0:
        return f"{bounds[0]} or fewer"
    first = bounds[number - 1] + 1
    if number == len(bounds) - 1:
        return f"{first} or more"
    return f"{first}" if first == bounds[number] else f"{first} to {bounds[number]}"


def _label(axes: Axes, places: dict[str, gpd.GeoDataFrame]) -> None:
    """Names beside their regions: on the first side where neither a name nor a region is in the way."""
    boxes = {}
    for name, shapes in places.items():
        west, south, east, north = shapes.total_bounds
        boxes[name] = Bbox(axes.transData.transform([(west, south), (east, north)]))
    taken = list(boxes.values())
    for name, box in boxes.items():
        short = name if len(name) <= 40 else f"{name[:39]}…"
        text = axes.text(0, 0, short, transform=None, ha="center", va="center", fontsize=theme.FONT_PT,
                         fontweight="bold", parse_math=False, zorder=5)  # fmt: skip
        size = text.get_window_extent()
        middle = ((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)
        up, side = (box.height + size.height) / 2 + 4, (box.width + size.width) / 2 + 6
        options = [(side, 0), (-side, 0), (0, up), (0, -up), (side, up), (-side, up), (side, -up), (-side, -up)]
        spots = [size.translated(middle[0] + x, middle[1] + y) for x, y in options]
        inside = [spot for spot in spots if axes.bbox.containsx(spot.x0) and axes.bbox.containsx(spot.x1)] or spots
        free = [spot for spot in inside if not any(spot.overlaps(other) for other in taken)]
        spot = (free or inside)[0]
        text.set_position(((spot.x0 + spot.x1) / 2, (spot.y0 + spot.y1) / 2))
        text.set_path_effects([withStroke(linewidth=3, foreground=theme.PAPER)])
        taken.append(spot)


def _europe(
    region: gpd.GeoDataFrame, width_in: float = theme.WIDTH_IN, *, legend: bool = False, covered: Collection[str] = ()
) -> tuple[MplFigure, Axes, gpd.GeoDataFrame]:
    """An empty map of Europe, and the regions as far as they are on it; without the land of ``covered`` ones."""
    theme.use()
    region = on_map(region)
    west, south, east, north = EUROPE
    west -= LEGEND_M if legend else 0
    figure = plt.figure(figsize=(width_in, width_in * (north - south) / (east - west)), dpi=72)  # as SVG counts
    axes = figure.add_axes((0, 0, 1, 1))
    is_land = (region["level"] == 0) & ~region["country"].isin({code[:2] for code in covered})
    draw(axes, region.geometry[is_land].to_numpy(), facecolor=theme.LAND)
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    axes.set_axis_off()
    return figure, axes, region


def on_map(region: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The regions as far as they are on the map of Europe: prepared once for the same shapes, which are never changed.

    Parameters
    ----------
    region
        Table ``region``.

    Returns
    -------
    geopandas.GeoDataFrame
        The same columns; parts outside the frame of the map are cut off, regions wholly outside left out (EPSG:3035,
        metres).
    """
    shapes = region.geometry.to_numpy()
    key = (tuple(region.index), tuple(region["country"]), tuple(id(shape) for shape in shapes))
    if key not in _prepared:
        _prepared.clear()  # one table of regions is in use at a time
        _prepared[key] = (shapes, _clipped(region))  # with the shapes: what is kept keeps its id
    return region.drop(columns="geometry").join(_prepared[key][1], how="inner").set_geometry("geometry", crs=region.crs)


_prepared: dict[tuple[tuple[Hashable, ...], ...], tuple[np.ndarray, gpd.GeoDataFrame]] = {}


def _clipped(region: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    parts = region[region["country"] != "IS"].clip_by_rect(*EUROPE).explode(index_parts=False)
    parts = parts[(parts.geom_type == "Polygon") & (parts.area >= SPECK_KM2 * 1e6)]
    return gpd.GeoDataFrame(geometry=parts).dissolve(by=parts.index)


def _borders(axes: Axes, region: gpd.GeoDataFrame) -> None:
    countries = region.geometry[region["level"] == 0].to_numpy()
    draw(axes, countries, facecolor="none", edgecolor=theme.PAPER, linewidth=0.8)


def _classes(shapes: pd.DataFrame) -> pd.Series:
    """Number of the class of each region; NaN where its range crosses a class limit."""
    bounds = np.array(theme.LQ_BOUNDS)
    low = np.searchsorted(bounds, shapes["lq_low"].to_numpy(), side="right")
    high = np.searchsorted(bounds, shapes["lq_high"].to_numpy(), side="right")
    value = np.searchsorted(bounds, shapes["lq"].to_numpy(), side="right").astype(float)
    open_range = shapes["lq"].isna().to_numpy()
    certain = (low == high) & shapes["lq_high"].notna().to_numpy() & shapes["lq_low"].notna().to_numpy()
    return pd.Series(np.where(~open_range, value, np.where(certain, low.astype(float), np.nan)), index=shapes.index)


def _class_counts(klass: pd.Series) -> str:
    counts = klass.value_counts()
    return ", ".join(f"{int(counts.get(number, 0))} {label}" for number, label in enumerate(theme.LQ_LABELS))
