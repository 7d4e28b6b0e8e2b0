"""Who else in Europe is strong in a region's sectors: its place, the leaders, and small maps."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

import geopandas as gpd
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import shapely
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from clusterkit.data.industries import Taxonomy
from clusterkit.data.sources import GISCO
from clusterkit.mapping import AllRegions
from clusterkit.params import RegionParams
from clusterkit.show import maps, theme, words
from clusterkit.show.outlines import draw, mark
from clusterkit.show.output import Column, Downloads, Figure, Table, Text
from clusterkit.show.tables import source_note

PANELS = 6  # small maps in a figure; more would be too small to read
TITLE_IN, LEGEND_IN = 0.5, 0.95  # inches; above each small map, and below all
COLUMNS = 3  # small maps side by side
TOLERANCE_M = 28_000  # metres; triangles of one to three pixels of a small map are left out
LEADING = 3  # regions named in a sentence
FIRST = 10  # ranks that a sentence calls being among the first
ESTIMATED = "e"  # mark of an estimated figure in a table


def names_of(p: RegionParams, region: pd.DataFrame) -> dict[str, str]:
    """Name of every region as it writes it in Latin letters; the report region stands as one."""
    return {**region.set_index("nuts_id")["name_latin"], p.region: p.name}


def not_mapped(nace_codes: Sequence[str], p: RegionParams) -> list[str]:
    """The sectors that have no large map of their own on the page."""
    return [code for code in nace_codes if code not in p.mapping.highlight]


def say_standing(
    standing: pd.DataFrame, leaders: pd.DataFrame, p: RegionParams, taxonomy: Taxonomy, names: Mapping[str, str]
) -> Text:
    """Which place the region takes in its strong sectors, and who leads in the first of them."""
    if standing.empty:
        return Text((f"Without a strong sector in {p.name} there is nothing to compare with other regions.",))
    known = standing.dropna(subset=["rank"]).sort_values("rank", kind="stable")
    if known.empty:
        return Text((f"For no strong sector of {p.name} can a place among the regions be told.",))
    n_first = int((known["rank"] <= FIRST).sum())
    best = [
        f"**{words.ordinal(row['rank'])}** of {words.number(row['n_regions'])} in {taxonomy.phrase(str(code))}"
        for code, row in known.head(LEADING).iterrows()
    ]
    first = (
        f"By location quotient, {p.name} is {words.listing(best)}. "
        f"It is among the first {words.cardinal(FIRST)} regions of Europe in {words.out_of(n_first, len(known))} "
        f"{'strong sector' if len(known) == 1 else 'strong sectors'}."
    )
    code = str(known.index[0])
    ahead = leaders[(leaders["nace_code"] == code) & (leaders["nuts_id"] != p.region)].head(LEADING)
    others = [f"{_place(str(row['nuts_id']), names)} ({words.decimal(row['lq'])})" for _, row in ahead.iterrows()]
    who = "The highest quotients elsewhere" if known.iloc[0]["rank"] == 1 else "The highest quotients"
    second = f"{who} in {taxonomy.phrase(code)}: {words.listing(others)}." if others else ""
    spread = standing["locational_gini"].dropna()
    third = ""
    if len(spread) > 1:
        most, least = str(spread.idxmax()), str(spread.idxmin())
        third = (
            f"Of these sectors, {taxonomy.phrase(most)} is the most concentrated in Europe: the five regions with most "
            f"jobs hold {words.percent(standing.loc[most, 'top_share_pct'])} of them; {taxonomy.phrase(least)} is the most "
            f"evenly spread (locational Gini {words.number(spread[most], 2)} against {words.number(spread[least], 2)})."
        )
    return Text((f"{first} {second}".strip(), third))


def table_standing(
    standing: pd.DataFrame,
    leaders: pd.DataFrame,
    p: RegionParams,
    taxonomy: Taxonomy,
    names: Mapping[str, str],
    downloads: Downloads,
) -> Table | None:
    """Rank, leaders and concentration of each strong sector; None without one."""
    if standing.empty:
        return None
    rows = []
    for code, row in standing.iterrows():
        first = leaders[leaders["nace_code"] == code]
        rows.append(
            (
                taxonomy.label(str(code)),
                _rank(row),
                f"{words.decimal(row['lq'])} ({_marked(row)})",
                "; ".join(
                    f"{names[str(other['nuts_id'])]} {words.decimal(other['lq'])} ({_marked(other)})"
                    for _, other in first.iterrows()
                ),
                f"{words.number(row['locational_gini'], 2)}; {words.percent(row['top_share_pct'])}",
            )
        )
    n_regions = words.number(standing["n_regions"].max())
    file = leaders.assign(name=leaders["nuts_id"].map(names)).merge(
        standing[["rank", "rank_best", "rank_worst", "n_regions", "locational_gini", "top_share_pct"]].reset_index(),
        on="nace_code",
    )
    return Table(
        title=f"{p.name} among {n_regions} regions of Europe in its strong sectors, {p.reference_year}",
        columns=[
            Column("Sector", numeric=False),
            Column("Rank"),
            Column("Quotient (jobs)"),
            Column("The five highest quotients in Europe (jobs)", numeric=False),
            Column("Concentration", numeric=False),
        ],
        rows=rows,
        note=f"{ESTIMATED}: hidden, estimated. A rank with a range: as far as the 90 % intervals of hidden cells leave it open. "
        f"{p.name} counts as one region. Here Europe includes estimates for hidden country rows, so a quotient can differ a little "
        "from those above. Concentration: locational Gini (0 spread as "
        "all jobs are, towards 1 in few regions); share of the five regions with most jobs in the sector. "
        + source_note(p),
        link=downloads.save("europe", file.set_index("nace_code")),
    )


def plot_strength_maps(
    everywhere: AllRegions,
    nace_codes: Sequence[str],
    p: RegionParams,
    region: gpd.GeoDataFrame,
    taxonomy: Taxonomy,
    downloads: Downloads,
) -> Figure | None:
    """Small maps of Europe, one for each of up to six sectors; None without a sector.

    Parameters
    ----------
    nace_codes
        Sectors, the first ones are drawn. Those that have a large map of their own are left out by the caller.
    """
    codes = list(nace_codes)[:PANELS]
    if not codes:
        return None
    theme.use()
    shapes = _coarse(region, p)
    west, south, east, north = maps.EUROPE
    n_rows = -(-len(codes) // COLUMNS)
    width = 1 / COLUMNS
    map_in = theme.WIDTH_IN * width * (north - south) / (east - west)
    height_in = n_rows * (map_in + TITLE_IN) + LEGEND_IN
    figure = plt.figure(figsize=(theme.WIDTH_IN, height_in), dpi=72)
    counts = {}
    for number, code in enumerate(codes):
        row, column = divmod(number, COLUMNS)
        bottom_in = height_in - (row + 1) * (map_in + TITLE_IN)
        axes = figure.add_axes((column * width, bottom_in / height_in, width, map_in / height_in))
        klass = _classes(everywhere, code)
        counts[code] = klass
        _panel(axes, shapes, klass, p)
        axes.text(0.03, 1.0, "\n".join(textwrap.wrap(taxonomy.label(code), 30)), transform=axes.transAxes, va="bottom")
        axes.set_xlim(west, east)
        axes.set_ylim(south, north)
        axes.set_axis_off()
    handles: list[Artist] = [
        Patch(facecolor=c, label=label) for c, label in zip(theme.LQ_COLOURS, theme.LQ_LABELS, strict=True)
    ]
    handles += [
        Patch(facecolor=theme.LAND, edgecolor=theme.MUTED, hatch="////", linewidth=0, label="hidden, class left open"),
        Line2D([], [], color=theme.INK, linewidth=1.6, label=theme.plain(p.name)),
    ]
    figure.legend(handles=handles, loc="lower left", ncols=3, frameon=False, handlelength=1.4)
    return theme.finish(
        figure,
        title=_maps_title(counts, p, taxonomy),
        alt=f"{words.sentence(words.count(len(codes), 'small map'))} of location quotients by NUTS 2 region in {p.reference_year}, "
        f"{p.name} outlined. Regions with at least twice the European share: "
        + "; ".join(
            f"{taxonomy.label(code)} {words.cardinal(int((klass >= 4).sum()))}" for code, klass in counts.items()
        )
        + ".",
        note=f"A hidden region is coloured where its whole interval lies in one class. Grey: not in these statistics. {maps.OUTSIDE} "
        f"{source_note(p)} Boundaries: {GISCO}.",
        link=downloads.save("maps", _long(everywhere, codes)),
    )


def _maps_title(counts: dict[str, pd.Series], p: RegionParams, taxonomy: Taxonomy) -> str:
    twice = {code: int((klass >= 4).sum()) for code, klass in counts.items()}
    fewest = min(twice, key=lambda code: twice[code])
    if len(twice) == 1:
        return (
            f"{words.sentence(words.count(twice[fewest], 'region'))} of Europe {'has' if twice[fewest] < 2 else 'have'} "
            f"at least twice the European share in {taxonomy.phrase(fewest)}"
        )
    return (
        f"Of {words.cardinal(len(twice))} more strong sectors of {p.name} mapped here, {taxonomy.phrase(fewest)} is at home in the fewest regions: "
        f"{words.count(twice[fewest], 'region')} with at least twice the European share"
    )


def _classes(everywhere: AllRegions, code: str) -> pd.Series:
    """Number of the class of each region; NaN where it has none or its interval crosses a limit."""
    bounds = np.array(theme.LQ_BOUNDS)
    low, high = (
        np.searchsorted(bounds, table[code], side="right") for table in (everywhere.lq_low, everywhere.lq_high)
    )
    known = everywhere.lq_low[code].notna() & everywhere.lq_high[code].notna() & (low == high)
    return pd.Series(low, index=everywhere.lq.index, dtype=float).where(known)


def _long(everywhere: AllRegions, codes: Sequence[str]) -> pd.DataFrame:
    """Quotients with their interval, one row per sector and region, for the file."""
    parts = {
        name: getattr(everywhere, name)[list(codes)].melt(
            ignore_index=False, var_name="nace_code", value_name=name
        ).set_index("nace_code", append=True)[name]
        for name in ("lq", "lq_low", "lq_high", "is_estimated")
    }  # fmt: skip
    return pd.DataFrame(parts).rename_axis(["nuts_id", "nace_code"])


def _coarse(region: gpd.GeoDataFrame, p: RegionParams) -> gpd.GeoSeries:
    """The regions, the report region as one, as coarse as a small map."""
    level2 = region[(region["level"] == 2) & (region["country"] != "IS")].set_index("nuts_id").geometry
    coarse = shapely.clip_by_rect(shapely.coverage_simplify(level2.to_numpy(), TOLERANCE_M), *maps.EUROPE)
    shapes = gpd.GeoSeries(_without_specks(coarse), index=level2.index, crs=region.crs)
    shapes = shapes[~shapes.is_empty]
    own = shapes[shapes.index.isin(p.nuts_ids)]
    shapes = shapes.drop(own.index)
    if len(own):
        shapes[p.region] = shapely.union_all(own.to_numpy())
    return shapes


def _without_specks(polygons: np.ndarray) -> np.ndarray:
    """Polygons without islands too small to see."""
    parts, owner = shapely.get_parts(polygons, return_index=True)
    kept = shapely.area(parts) >= TOLERANCE_M**2
    return np.array([shapely.multipolygons(parts[kept & (owner == number)]) for number in range(len(polygons))])


def _panel(axes: Axes, shapes: gpd.GeoSeries, klass: pd.Series, p: RegionParams) -> None:
    of = klass.reindex(shapes.index)
    is_counted = shapes.index.isin(klass.index)
    draw(axes, _merged(shapes[~is_counted]), facecolor=theme.LAND)
    hidden = _merged(shapes[of.isna() & is_counted])
    draw(axes, hidden, facecolor=theme.LAND, edgecolor=theme.MUTED, hatch="//////")
    for number, colour in enumerate(theme.LQ_COLOURS):
        draw(axes, _merged(shapes[of == number]), facecolor=colour)
    mark(axes, shapes[shapes.index == p.region].to_numpy(), linewidth=1.6)


def _merged(shapes: gpd.GeoSeries) -> np.ndarray:
    """One outline in place of many, for a smaller picture."""
    return np.array([shapely.coverage_union_all(shapes.to_numpy())]) if len(shapes) else np.array([])


def _marked(row: pd.Series) -> str:
    return words.number(row["persons_employed"]) + (f"\N{NO-BREAK SPACE}{ESTIMATED}" if row["is_estimated"] else "")


def _rank(row: pd.Series) -> str:
    if not words.is_known(row["rank"]):
        return words.UNKNOWN
    rank = words.number(row["rank"])
    if row["rank_best"] == row["rank_worst"]:
        return rank
    return f"{rank} ({words.number(row['rank_best'])}–{words.number(row['rank_worst'])})"


def _place(nuts_id: str, names: Mapping[str, str]) -> str:
    from clusterkit.data.nuts import COUNTRY_NAMES

    return f"{names[nuts_id]}, {COUNTRY_NAMES[nuts_id[:2]]}" if nuts_id[:2] in COUNTRY_NAMES else names[nuts_id]
