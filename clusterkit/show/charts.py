"""Charts of a region's sectors."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from clusterkit.data.industries import Taxonomy
from clusterkit.params import RegionParams
from clusterkit.show import theme, words
from clusterkit.show.output import Downloads, Figure
from clusterkit.show.tables import source_note
from clusterkit.show.theme import finish

TOP = 12  # sectors in a chart; more cannot be read at a glance


def plot_strength(sectors: pd.DataFrame, p: RegionParams, taxonomy: Taxonomy, downloads: Downloads) -> Figure | None:
    """The most specialised sectors: location quotient with its range, and persons employed; None without a sector.

    Parameters
    ----------
    sectors
        Portfolio ranked as shown, most specialised first (``findings.ranked``).
    """
    top = sectors.head(TOP)
    if top.empty:
        return None
    theme.use()
    figure, axes = plt.subplots(figsize=(theme.WIDTH_IN, 0.38 * len(top) + 1.1), layout="constrained")
    rows = np.arange(len(top))
    strong = top["is_strong"].to_numpy()
    colours = np.where(strong, theme.STRONG, theme.OTHER)
    theme.strong_lines(axes, p.mapping.strong_lq)
    theme.ranges(axes, top["lq_low"], top["lq_high"], colours)
    sns.scatterplot(x=top["lq"].to_numpy(), y=rows, hue=strong, style=strong, palette={True: theme.STRONG, False: theme.OTHER},
                    markers={True: "o", False: "s"}, s=64, ax=axes, legend=False, zorder=2, linewidth=0)  # fmt: skip
    _sector_axis(axes, top, taxonomy)
    largest = float(np.nanmax(top[["lq", "lq_high"]].to_numpy()))
    smallest = float(np.nanmin(top["lq_low"].to_numpy()))
    axes.set_xscale("log", base=2)
    axes.set_xlim(max(min(smallest, 1.0) * 0.85, 0.25), largest * 1.3)
    ticks = [
        t for t in (0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32) if axes.get_xlim()[0] <= t <= axes.get_xlim()[1]
    ]
    axes.set_xticks(ticks, [f"{t:g}" for t in ticks])
    axes.minorticks_off()
    axes.set_xlabel("Location quotient: share of jobs, times the European share (logarithmic scale)")
    for row, (_, sector) in zip(rows, top.iterrows(), strict=True):
        axes.annotate(words.number(sector["persons_employed"]), (1.0, row), xycoords=("axes fraction", "data"),
                      ha="right", va="center", color=theme.MUTED, xytext=(62, 0), textcoords="offset points")  # fmt: skip
    axes.annotate("persons", (1.0, -0.75), xycoords=("axes fraction", "data"), ha="right", va="bottom",
                  color=theme.MUTED, xytext=(62, 0), textcoords="offset points")  # fmt: skip
    axes.annotate(f"strong: {p.mapping.strong_lq:g}", (p.mapping.strong_lq, -0.75), ha="left", va="bottom", color=theme.MUTED,
                  xytext=(3, 0), textcoords="offset points", annotation_clip=False)  # fmt: skip
    n_strong = int(sectors["is_strong"].sum())
    shown = "; ".join(f"{taxonomy.label(str(code))} {words.times_of(row)}" for code, row in top.iterrows())
    if n_strong:
        title = f"{words.sentence(words.count(n_strong, 'sector'))} {'is' if n_strong == 1 else 'are'} strong in {p.name}, led by {taxonomy.phrase(str(top.index[0]))}"
    else:
        title = f"No sector of {p.name} is strong; the most specialised is {taxonomy.phrase(str(top.index[0]))}"
    return finish(
        figure,
        title=title,
        alt=f"Dot chart of the {len(top)} most specialised sectors of {p.name} in {p.reference_year}, "
        f"location quotient, ordered by the cautious end of its range: {shown}.",
        note=f"Round, orange: strong (at least {p.mapping.strong_lq:g} times the European share). Square, grey: not. The band is the "
        f"range that hidden cells leave open. Sectors with at least {words.percent(p.mapping.min_share_pct)} of the region’s jobs. "
        f"{source_note(p)}",
        link=downloads.save("specialisation", _with_names(top, taxonomy)),
    )


def plot_growth(sectors: pd.DataFrame, p: RegionParams, taxonomy: Taxonomy, downloads: Downloads) -> Figure | None:
    """Growth of the most specialised sectors beside their growth in Europe; None without figures.

    Parameters
    ----------
    sectors
        Portfolio ranked as shown, as for :func:`plot_strength`.
    """
    top = sectors.head(TOP)
    top = top[top["growth_pct"].notna() & top["growth_europe_pct"].notna()]
    if top.empty:
        return None
    theme.use()
    figure, axes = plt.subplots(figsize=(theme.WIDTH_IN, 0.38 * len(top) + 1.3), layout="constrained")
    rows = np.arange(len(top))
    axes.axvline(0, color=theme.MUTED, linewidth=1, zorder=0)
    axes.hlines(rows, top["growth_europe_pct"], top["growth_pct"], colors=theme.LINE, linewidth=2, zorder=1)
    axes.scatter(
        top["growth_europe_pct"], rows, marker="|", s=120, linewidth=2, color=theme.MUTED, zorder=2, label="Europe"
    )
    axes.scatter(top["growth_pct"], rows, s=64, color=theme.ACCENT, zorder=3, label=theme.plain(p.name))
    _sector_axis(axes, top, taxonomy)
    axes.set_xlabel(f"Change in persons employed, {p.base_year} to {p.reference_year} (percent)")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, frameon=False, handletextpad=0.3, borderpad=0)
    ahead = int((top["growth_pct"] > top["growth_europe_pct"]).sum())
    title = (
        f"{words.sentence(words.out_of(ahead, len(top)))} of the most specialised sectors grew faster in {p.name} than in Europe, "
        f"{p.base_year} to {p.reference_year}"
    )
    shown = "; ".join(
        f"{taxonomy.label(str(code))} {words.signed_percent(row['growth_pct'])} (Europe {words.signed_percent(row['growth_europe_pct'])})"
        for code, row in top.iterrows()
    )
    has_break = top["growth_has_break"].any()
    mark = (
        "Eurostat marks a break in the series between the two years: part of the change may be a change of method. "
        if has_break
        else ""
    )
    return finish(
        figure,
        title=title,
        alt=f"Dot chart of growth by sector, {p.name} beside Europe: {shown}.",
        note=f"Dot: {p.name}. Vertical tick: the countries that publish both years. {mark}{source_note(p)}",
        link=downloads.save(
            "growth", _with_names(top, taxonomy)[["name", "growth_pct", "growth_europe_pct", "growth_has_break"]]
        ),
    )


def _sector_axis(axes: Axes, top: pd.DataFrame, taxonomy: Taxonomy) -> None:
    axes.set_yticks(np.arange(len(top)), [taxonomy.label(str(code)) for code in top.index])
    axes.set_ylim(len(top) - 0.4, -0.6)
    axes.set_ylabel("")
    axes.grid(axis="y", linewidth=0.7)
    axes.tick_params(length=0)


def _with_names(sectors: pd.DataFrame, taxonomy: Taxonomy) -> pd.DataFrame:
    return sectors.assign(name=[taxonomy.categories[str(code)] for code in sectors.index])
