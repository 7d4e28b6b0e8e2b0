"""The three figures of a brief, half as wide as those of the longer pages."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as MplFigure

from clusterkit.data.industries import Taxonomy
from clusterkit.mapping import QUADRANTS
from clusterkit.portrait import Portrait
from clusterkit.show import theme, words
from clusterkit.show.output import Downloads, Figure
from clusterkit.show.scoreboard import phrases
from clusterkit.show.scoreboard.ranks import LEGEND, draw_rank, rank_axis
from clusterkit.show.theme import finish

TOP = 5  # clusters
WIDTH_IN = 5.3  # inches; 72 pixels to an inch in SVG: two of them beside each other
ROW_IN = 0.41  # inches; two lines of a name have room in it
LABEL = 24  # characters in a line of a row's name
NAMED = 10  # sectors whose code stands in the chart of change


def plot_clusters(of: Portrait, taxonomy: Taxonomy, downloads: Downloads) -> Figure | None:
    """The most specialised sectors: location quotient with its interval, stars and jobs; None without a sector.

    Parameters
    ----------
    of
        The region.
    taxonomy
        Names of its sectors.
    downloads
        Where the data go.
    """
    strength = of.stars.strength
    top = of.economy.ranked.head(TOP).join(strength[["n_stars_low", "n_stars_high", "p_any_star"]])
    if top.empty:
        return None
    theme.use()
    height = ROW_IN * len(top) + 1.0
    figure, axes = _figure(height, left=0.45, right=0.73, top=0.34)
    rows, strong = np.arange(len(top)), top["is_strong"].to_numpy(dtype=bool)
    for row, is_strong, (_, sector) in zip(rows.tolist(), strong, top.iterrows(), strict=True):
        colour, mark = (theme.STRONG, "o") if is_strong else (theme.OTHER, "s")
        axes.hlines(row, sector["lq_low"], sector["lq_high"], colors=colour, linewidth=6, alpha=0.45)
        axes.scatter(sector["lq"], row, color=colour, marker=mark, s=56, zorder=2)
    axes.axvline(1.0, color=theme.MUTED, linewidth=1, zorder=0)
    axes.axvline(of.p.mapping.strong_lq, color=theme.MUTED, linewidth=1, linestyle=(0, (3, 3)), zorder=0)
    theme.quotient_axis(axes, [top["lq_low"], top["lq_high"]])
    theme.name_rows(axes, [theme.wrapped(theme.plain(taxonomy.label(str(code)), 46), LABEL) for code in top.index])
    axes.set_xlabel("Share of jobs, times the European")
    stars = [_stars(row, len(of.stars.chosen.stars)) for _, row in top.iterrows()]
    place: dict[str, Any] = {
        "xycoords": ("axes fraction", "data"),
        "textcoords": "offset points",
        "ha": "right",
        "color": theme.MUTED,
    }
    for row, (text, (_, sector)) in enumerate(zip(stars, top.iterrows(), strict=True)):
        axes.annotate(words.number(sector["persons_employed"]), (1.0, row), xytext=(56, 0), va="center", **place)
        axes.annotate(text, (1.0, row), xytext=(96, 0), va="center", **{**place, "color": theme.INK})
    axes.annotate("jobs", (1.0, -0.62), xytext=(56, 0), va="bottom", **place)
    axes.annotate("stars", (1.0, -0.62), xytext=(98, 0), va="bottom", **place)
    n = int(strong.sum())
    code = str(top.index[0])
    led = f"{of.p.name} is most specialised in {taxonomy.phrase(code)}"
    title = led if n else f"No sector of {of.p.name} is strong; it is most specialised in {taxonomy.phrase(code)}"
    shown = "; ".join(
        f"{taxonomy.label(str(code))} {words.times_of(row)}, "
        f"{words.number(row['persons_employed'])} jobs, {words.count(int(row['n_stars_low']), 'star')}"
        if pd.notna(row["n_stars_low"])
        else f"{taxonomy.label(str(code))} {words.times_of(row)}"
        for code, row in top.iterrows()
    )
    return finish(
        figure,
        title=title,
        alt=f"Dot chart of the {len(top)} most specialised sectors of {of.p.name} in {of.p.reference_year}: {shown}.",
        note=f"Round, orange: strong (at least {of.p.mapping.strong_lq:g} times). Band: what hidden figures leave open. Stars: scheme "
        f"“{of.stars.chosen.title}”, out of {len(of.stars.chosen.stars)}. {source(of)}",
        link=downloads.save("clusters", top.assign(name=[taxonomy.categories[str(code)] for code in top.index])),
    )


def _figure(height: float, *, left: float, right: float, top: float, bottom: float = 0.62) -> tuple[MplFigure, Axes]:
    """One pair of axes with fixed margins (shares of the width; inches at top and bottom): rows of two figures are in line."""
    # The place of labels is worked out in pixels of the drawing, 72 to an inch.
    figure, axes = plt.subplots(figsize=(WIDTH_IN, height), dpi=72)
    figure.subplots_adjust(left=left, right=right, bottom=bottom / height, top=1 - top / height)
    return figure, axes


def source(of: Portrait) -> str:
    """Source, year and NUTS version in one line of a narrow note."""
    return f"Source: Eurostat, business statistics {of.p.reference_year}; own calculations. NUTS {of.p.nuts_version}.{phrases.own_note(of.board.own)}"


def _stars(row: pd.Series, most: int) -> str:
    if pd.isna(row["n_stars_low"]):
        return "–"
    low, high = int(row["n_stars_low"]), int(row["n_stars_high"])
    return f"{low}" if low == high else f"{low}–{min(high, most)}"


def plot_change(of: Portrait, taxonomy: Taxonomy, downloads: Downloads) -> Figure | None:
    """Location quotient against growth less that of the sector in Europe; None without figures of both years.

    Parameters
    ----------
    of
        The region.
    taxonomy
        Names of its sectors.
    downloads
        Where the data go.
    """
    quadrants = of.economy.quadrants
    if quadrants.empty:
        return None
    theme.use()
    height = ROW_IN * TOP + 1.0
    figure, axes = _figure(height, left=0.15, right=0.985, top=0.06)
    strong = quadrants["is_strong"].to_numpy(dtype=bool)
    for chosen, colour, mark in ((~strong, theme.OTHER, "s"), (strong, theme.STRONG, "o")):
        rows = quadrants[chosen]
        axes.scatter(rows["lq"], rows["lead_points"], color=colour, marker=mark, s=34, linewidth=0, zorder=2)
    axes.axhline(0, color=theme.MUTED, linewidth=1, zorder=0)
    axes.axvline(of.p.mapping.strong_lq, color=theme.MUTED, linewidth=1, linestyle=(0, (3, 3)), zorder=0)
    theme.quotient_axis(axes, [quadrants["lq"]])
    axes.grid(axis="y", linewidth=0.5)
    axes.tick_params(length=0)
    axes.set_xlabel("Share of jobs, times the European")
    axes.set_ylabel("Lead over Europe (points)")  # longer ones are cut
    reach = float(quadrants["lead_points"].abs().max()) * 1.15 or 1.0
    axes.set_ylim(-reach, reach)
    order = quadrants.assign(far=quadrants["lead_points"].abs(), first=strong).sort_values(["first", "far"], ascending=False).head(NAMED)  # fmt: skip
    names = [str(code) for code in order.index]  # their names stand beside, in the chart of clusters, and in the data
    theme.place_labels(axes, order[["lq", "lead_points"]], names, others=quadrants[["lq", "lead_points"]])
    n, gained = int(strong.sum()), int((quadrants["quadrant"] == QUADRANTS[0]).sum())
    title = (
        f"{words.sentence(words.out_of(gained, n))} strong {'sector' if n == 1 else 'sectors'} gained ground on Europe, {of.p.base_year} to {of.p.reference_year}"
        if n
        else f"{words.sentence(words.out_of(int((quadrants['lead_points'] >= 0).sum()), len(quadrants)))} sectors gained ground on Europe, {of.p.base_year} to {of.p.reference_year}"
    )
    shown = "; ".join(
        f"{taxonomy.label(str(code))} {words.decimal(row['lq'])} times, {words.number(row['lead_points'], 1)} points"
        for code, row in quadrants[strong].iterrows()
    )
    return finish(
        figure,
        title=title,
        alt=f"Scatter chart of {len(quadrants)} sectors of {of.p.name}, specialisation against growth beside Europe. "
        f"{f'Strong sectors: {shown}' if shown else 'None is strong'}.",
        note=f"Growth of jobs less that of the sector in Europe. Round, orange: strong. Square, grey: not. "
        f"{'Eurostat marks a break in some of these series. ' if quadrants['growth_has_break'].fillna(value=False).any() else ''}{source(of)}",
        link=downloads.save("change", quadrants.assign(name=[taxonomy.categories[str(code)] for code in quadrants.index])),
    )  # fmt: skip


def plot_conditions(of: Portrait, downloads: Downloads) -> Figure | None:
    """Rank of each dimension with its interval; None without a rank.

    Parameters
    ----------
    of
        The region.
    downloads
        Where the data go.
    """
    table = of.board.dimensions
    if table["rank"].isna().all():
        return None
    theme.use()
    height = ROW_IN * len(table) + 1.15
    figure, axes = _figure(height, left=0.41, right=0.79, top=0.1, bottom=0.8)
    for position, (_, row) in enumerate(table.iterrows()):
        draw_rank(axes, position, row)
    rank_axis(axes)
    labels = [label.get_text().replace(" ", "\n") for label in axes.get_xticklabels()]
    axes.set_xticks(axes.get_xticks(), labels)  # half as wide: two lines
    theme.name_rows(axes, [theme.wrapped(name, LABEL) for name in table["name"]])
    shown = "; ".join(f"{row['name']} {phrases.place_with_interval(row)}" for _, row in table.iterrows())
    years = f", figures of {of.board.span[0]} to {of.board.span[1]}" if of.board.span else ""
    ranks = table[["name", "score", "rank", "rank_low", "rank_high", "n_ranked", "verdict", "eu", "peers_mean"]]
    return finish(
        figure,
        title=phrases.in_thirds(of.p.name, table),
        alt=f"Dot chart of {words.count(len(table), 'dimension')}, rank with its interval: {shown}.",
        note=f"{LEGEND} Band: rank under other choices of method. Source: framework {of.board.framework.id}, Eurostat and others{years}; own calculations. NUTS {of.p.nuts_version}.{phrases.own_note(of.board.own)}",
        link=downloads.save("conditions", ranks),
    )
