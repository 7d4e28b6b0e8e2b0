"""Hot spots, and clusters that do not stop at the region's border: in words, a table and a map."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Mapping, Sequence

import geopandas as gpd
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import shapely
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure as MplFigure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.transforms import Bbox

from clusterkit.data.industries import Taxonomy
from clusterkit.data.nuts import COUNTRY_NAMES
from clusterkit.data.own.geometry import OwnBoundary
from clusterkit.data.sources import GISCO
from clusterkit.mapping import Contiguity
from clusterkit.params import RegionParams
from clusterkit.show import theme, words
from clusterkit.show.outlines import draw
from clusterkit.show.output import Column, Downloads, Figure, Table, Text
from clusterkit.show.tables import source_note

BELT = 12  # regions; a larger group spans half a continent and is called a belt, docs/assumptions.md#A63
NAMED = 3  # groups that the sentence names
SHADES = theme.COUNT_COLOURS  # no shared sector, one, two, three, four and more
SHADE_LABELS = ("no sector", "one", "two", "three", "four and more")
MARGIN = 0.08  # of the frame, around the neighbours
CODES_SHOWN = 4  # codes under a name on the map


def country_of(neighbours: Contiguity, p: RegionParams) -> pd.Series:
    """Country of each region on the map, the report region among them."""
    return pd.Series({code: (p.nuts_ids[0] if code == p.region else code)[:2] for code in neighbours.nuts_ids})


def say_borders(
    groups: pd.DataFrame,
    spots: pd.DataFrame,
    neighbours: Contiguity,
    p: RegionParams,
    taxonomy: Taxonomy,
    names: Mapping[str, str],
) -> Text:
    """Whether strong sectors go on beyond the border, and whether the region lies in a hot spot.

    Parameters
    ----------
    groups
        As ``mapping.cross_border_clusters`` gives them for the report region and its strong sectors.
    spots
        As ``mapping.hot_spots`` gives them, one column per strong sector.
    """
    n_strong = spots.shape[1]
    if p.region in neighbours.islands:
        return Text(
            (
                f"No other region with these statistics touches {p.name} by land, so neither hot spots nor clusters across its "
                "border can be told.",
            )
        )
    if not n_strong:
        return Text((f"Without a strong sector in {p.name} no cluster can reach across its border.",))
    beside = [names[code] for code in neighbours.beside(p.region)]
    where = f"{p.name} touches {words.count(len(beside), 'region')} with these statistics: {words.listing(beside)}."
    return Text((where, _groups_sentence(groups, n_strong, p, taxonomy, names), _spots_sentence(spots, p, taxonomy)))


def _groups_sentence(
    groups: pd.DataFrame, n_strong: int, p: RegionParams, taxonomy: Taxonomy, names: Mapping[str, str]
) -> str:
    if groups.empty:
        return f"No strong sector of {p.name} goes on beyond its border: no neighbour is known to be strong in the same sector."
    n = groups["nace_code"].nunique()
    first = (
        f"{words.sentence(words.out_of(n, n_strong))} strong sectors {'goes' if n == 1 else 'go'} on beyond the border: a region next "
        "to it is strong in the same sector."
        if n_strong > 1
        else "The only strong sector goes on beyond the border: a region next to it is strong in it too."
    )
    small = groups[groups["n_regions"] <= BELT].sort_values(["n_regions", "nace_code"])
    parts = [
        f"in {taxonomy.phrase(str(row['nace_code']))} with {_members(row['nuts_ids'], p, names)}"
        for _, row in small.head(NAMED).iterrows()
    ]
    second = f"Adjoining regions form a group with {p.name} {'; '.join(parts)}." if parts else ""
    belts = groups[groups["n_regions"] > BELT]
    widest = [
        f"{taxonomy.phrase(str(row['nace_code']))} ({words.number(row['n_regions'])} regions in "
        f"{words.count(len(row['countries']), 'country', 'countries')})"
        for _, row in belts.iterrows()
    ]
    third = f"Too wide to be called one cluster, a belt over many regions: {words.listing(widest)}." if widest else ""
    return " ".join(part for part in (first, second, third) if part)


def _spots_sentence(spots: pd.DataFrame, p: RegionParams, taxonomy: Taxonomy) -> str:
    own = spots.loc[p.region]
    hot = [taxonomy.phrase(str(code)) for code in own.index[own == "hot spot"]]
    alone = [taxonomy.phrase(str(code)) for code in own.index[own == "high among low"]]
    text = (
        f"{p.name} lies in a hot spot of {words.listing(hot)}: it and its neighbours have higher quotients than a random map "
        "would put side by side."
        if hot
        else f"In none of its strong sectors does {p.name} lie in a hot spot: the quotients around it do not differ from a random map."
    )
    if alone:
        text += f" It stands out from weaker neighbours in {words.listing(alone)}."
    return text


def table_borders(
    groups: pd.DataFrame,
    spots: pd.DataFrame,
    strong: pd.DataFrame,
    neighbours: Contiguity,
    p: RegionParams,
    taxonomy: Taxonomy,
    names: Mapping[str, str],
    downloads: Downloads,
) -> Table | None:
    """For each strong sector: the neighbours strong in it, the group across the border, the hot spots; None on an island.

    Parameters
    ----------
    strong
        Column ``strong`` of ``mapping.all_regions``, any sectors.
    """
    if p.region in neighbours.islands or not len(spots.columns):
        return None
    group_of = groups.set_index("nace_code")
    shared = strong.reindex(neighbours.beside(p.region))
    rows = []
    for code in spots.columns:
        beside = [names[nuts_id] for nuts_id in shared.index[shared[code] == 1]]
        unknown = [f"{names[nuts_id]} ?" for nuts_id in shared.index[shared[code].isna()]]
        if code in group_of.index:
            row = group_of.loc[code]
            across = (
                f"{words.number(row['n_regions'])} in {words.listing([COUNTRY_NAMES[c] for c in row['countries']])}"
            )
        else:
            across = "none"
        n_hot = int((spots[code] == "hot spot").sum())
        rows.append(
            (
                taxonomy.label(str(code)),
                words.listing([*beside, *unknown]) or "none",
                across,
                _spot_word(spots.loc[p.region, code]),
                words.number(n_hot),
            )
        )
    file = groups.assign(
        **{name: groups[name].map(" ".join) for name in ("nuts_ids", "countries", "unknown_neighbours")}
    )
    return Table(
        title=f"Strong sectors of {p.name} and its neighbours, {p.reference_year}",
        columns=[
            Column("Sector", numeric=False),
            Column("Neighbours strong in it too", numeric=False),
            Column("Regions in the group that hangs together", numeric=False),
            Column(f"{p.name} is", numeric=False),
            Column("Hot spots in Europe"),
        ],
        rows=rows,
        note=f"?: a hidden figure decides. Strong: at least {p.mapping.strong_lq:g} times the European share and "
        f"{words.percent(p.mapping.min_share_pct)} of the region’s jobs, hidden cells estimated. Hot spots: local Moran’s I of the "
        f"logarithm of the quotient, false discovery rate 5 %, seed {p.seed}. "
        f"{words.sentence(words.count(len(neighbours.islands), 'region'))} of {len(neighbours.nuts_ids)} "
        f"{'touches' if len(neighbours.islands) < 2 else 'touch'} no other and "
        f"{'takes' if len(neighbours.islands) < 2 else 'take'} no part. {source_note(p)}",
        link=downloads.save("borders", file.set_index("nace_code")) if len(groups) else "",
    )


def plot_surroundings(
    strong: pd.DataFrame,
    nace_codes: Sequence[str],
    neighbours: Contiguity,
    p: RegionParams,
    region: gpd.GeoDataFrame,
    taxonomy: Taxonomy,
    names: Mapping[str, str],
    downloads: Downloads,
    boundary: OwnBoundary | None = None,
) -> Figure | None:
    """The region and those around it: in how many of the region’s strong sectors each is strong; None on an island.

    Parameters
    ----------
    boundary
        Drawn by the region, shown as a line; None: there is none.
    """
    beside = neighbours.beside(p.region)
    if not beside or not len(nace_codes):
        return None
    shared = strong[list(nace_codes)].drop(index=p.region)
    n_shared = shared.eq(1).sum(axis=1)
    figure, axes, shapes = _frame(region, p, beside)
    for number, colour in enumerate(SHADES):
        codes = n_shared.index[n_shared.clip(upper=len(SHADES) - 1) == number]
        draw(axes, _chosen(shapes, codes), facecolor=colour, edgecolor=theme.PAPER, linewidth=0.8)
    doubtful = _chosen(shapes, shared.index[shared.isna().any(axis=1)])
    draw(axes, doubtful, facecolor="none", edgecolor=theme.MUTED, hatch="////")
    own = np.array([shapely.union_all(_chosen(shapes, p.nuts_ids))])
    draw(axes, own, facecolor=theme.STRONG, edgecolor=theme.INK, linewidth=1.8)
    if boundary is not None:
        draw(axes, np.array([boundary.shape]), facecolor="none", edgecolor=theme.PAPER, linewidth=1.6)
    _label(axes, shapes, beside, shared, p, names)
    handles: list[Artist] = [
        Patch(facecolor=colour, label=label) for colour, label in zip(SHADES, SHADE_LABELS, strict=True)
    ]
    if len(doubtful):
        handles.append(
            Patch(facecolor="none", edgecolor=theme.MUTED, hatch="////", linewidth=0, label="a hidden figure decides")
        )
    handles += [
        Patch(facecolor=theme.LAND, label="not in these statistics"),
        Line2D([], [], color=theme.INK, linewidth=1.8, label=theme.plain(p.name)),
    ]
    figure.legend(handles=handles, loc="outside lower left", ncols=4, frameon=False, alignment="left", handlelength=1.4,
                  title=f"Strong sectors shared with {theme.plain(p.name)}")  # fmt: skip
    near = n_shared.loc[list(beside)]
    shown = "; ".join(
        f"{names[code]}: {words.listing([taxonomy.label(c) for c in shared.columns[shared.loc[code] == 1]]) or 'none'}"
        for code in beside
    )
    return theme.finish(
        figure,
        title=_title(near, len(shared.columns), p, names),
        alt=f"Map of {p.name} and the regions around it, shaded by the number of {p.name}’s strong sectors in which they are strong too. "
        f"Its neighbours share: {shown}.",
        note=f"Codes: the sectors that a neighbour shares. {'' if boundary is None else 'White line: the boundary that the region draws. '}{source_note(p)} Boundaries: {GISCO}.",
        link=downloads.save(
            "neighbours", shared.loc[list(beside)].assign(name=[names[code] for code in beside]).rename_axis("nuts_id")
        ),
    )


def _title(near: pd.Series, n_strong: int, p: RegionParams, names: Mapping[str, str]) -> str:
    most = int(near.max())
    if most == 0:
        return f"No neighbour shares a strong sector with {p.name}"
    first = sorted(names[code] for code in near.index[near == most])
    shown = words.listing(first) if len(first) <= NAMED else f"{words.cardinal(len(first))} neighbours"
    return (
        f"{words.sentence(shown)} {'shares' if len(first) == 1 else 'share'} "
        f"{'the most strong sectors' if len(near) > 1 else 'strong sectors'} with {p.name}: {words.out_of(most, n_strong)}"
    )


def _frame(
    region: gpd.GeoDataFrame, p: RegionParams, beside: Sequence[str]
) -> tuple[MplFigure, Axes, gpd.GeoDataFrame]:
    """An empty map around the region and its neighbours, and the regions on it."""
    theme.use()
    level2 = region[region["level"] == 2]
    near = level2[level2["nuts_id"].isin([*p.nuts_ids, *beside])]
    # Islands far out at sea would shrink the region: the frame is that of the largest part of each.
    west, south, east, north = near.explode().assign(size=lambda parts: parts.area).sort_values("size").groupby(
        "nuts_id"
    ).tail(1).total_bounds  # fmt: skip
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    width = (1 + 2 * MARGIN) * max(east - west, (north - south) / 0.8)
    height = max((1 + 2 * MARGIN) * (north - south), 0.55 * width)
    frame = (middle_x - width / 2, middle_y - height / 2, middle_x + width / 2, middle_y + height / 2)
    figure, axes = plt.subplots(
        figsize=(theme.WIDTH_IN, theme.WIDTH_IN * height / width + 0.8), dpi=72, layout="constrained"
    )
    axes.set_aspect("equal")
    axes.set_xlim(frame[0], frame[2])
    axes.set_ylim(frame[1], frame[3])
    axes.set_axis_off()
    shapes = level2.clip_by_rect(*frame)
    shapes = level2.assign(geometry=shapes)[~shapes.is_empty]
    draw(axes, shapes.geometry.to_numpy(), facecolor=theme.LAND, edgecolor=theme.PAPER, linewidth=0.8)
    return figure, axes, shapes


def _chosen(shapes: gpd.GeoDataFrame, nuts_ids: Collection[str]) -> np.ndarray:
    return shapes.loc[shapes["nuts_id"].isin(list(nuts_ids)), "geometry"].to_numpy()


def _label(
    axes: Axes,
    shapes: gpd.GeoDataFrame,
    beside: Sequence[str],
    shared: pd.DataFrame,
    p: RegionParams,
    names: Mapping[str, str],
) -> None:
    """Names, and codes of shared sectors, inside the regions; moved up or down where another name stands."""
    figure = axes.figure
    figure.canvas.draw()
    taken: list[Bbox] = []
    wanted = {p.region: shapes[shapes["nuts_id"].isin(p.nuts_ids)].union_all()}
    wanted |= {code: shapes.loc[shapes["nuts_id"] == code, "geometry"].union_all() for code in beside}
    for code, shape in sorted(wanted.items(), key=lambda item: (item[0] != p.region, -item[1].area)):
        spot = shape.representative_point()
        text = axes.text(spot.x, spot.y, _words_on_map(code, shared, p, names), ha="center", va="center", fontsize=theme.FONT_PT - 1.5,
                         fontweight="bold" if code == p.region else "normal", parse_math=False, zorder=5, linespacing=1.15,
                         bbox={"facecolor": theme.PAPER, "alpha": 0.8, "linewidth": 0, "pad": 1.5})  # fmt: skip
        box = text.get_window_extent()
        x, y = axes.transData.transform((spot.x, spot.y))
        steps = [(0, 0), *((dx, dy) for dy in (0.6, -0.6, 1.1, -1.1) for dx in (0, 0.5, -0.5))]
        spots = [(dx * box.width, dy * box.height) for dx, dy in steps]
        free = [s for s in spots if not any(box.translated(*s).overlaps(other) for other in taken)]
        dx, dy = (free or spots)[0]
        along, up = axes.transData.inverted().transform((x + dx, y + dy))
        text.set_position((along, up))
        taken.append(box.translated(dx, dy))


def _words_on_map(code: str, shared: pd.DataFrame, p: RegionParams, names: Mapping[str, str]) -> str:
    name = "\n".join(textwrap.wrap(names[code], 18))
    if code == p.region:
        return name
    codes = list(shared.columns[shared.loc[code] == 1])
    more = f" +{len(codes) - CODES_SHOWN}" if len(codes) > CODES_SHOWN else ""
    return f"{name}\n{' '.join(codes[:CODES_SHOWN])}{more}".strip()


def _members(nuts_ids: Sequence[str], p: RegionParams, names: Mapping[str, str], limit: int = 5) -> str:
    others = [names[code] for code in nuts_ids if code != p.region]
    if len(others) <= limit:
        return words.listing(others)
    return f"{', '.join(others[:limit])} and {words.count(len(others) - limit, 'other')}"


def _spot_word(spot: str) -> str:
    return {
        "hot spot": "in a hot spot",
        "high among low": "high among low",
        "cold spot": "in a cold spot",
        "low among high": "low among high",
        "not significant": "in no hot spot",
    }.get(spot, spot)
