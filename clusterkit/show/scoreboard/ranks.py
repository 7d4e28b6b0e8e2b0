"""Ranks as the charts of the scoreboard draw them: worst left, best right, band and mark, colour and shape alike."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from clusterkit.show import theme, words
from clusterkit.show.scoreboard import phrases

# Colour and shape say the same: a reader who sees no colour sees the shape. Violet is 4.5:1 on both papers beside orange.
LOOKS = {
    "strength": (theme.STRONG, "^"),
    "middle": (theme.OTHER, "o"),
    "bottleneck": ("#8a63d2", "v"),
    "unknown": (theme.OTHER, "x"),
}
LEGEND = "Triangle up, orange: best third. Triangle down, violet: worst third. Round, grey: between. Hollow: one known indicator."


def rank_axis(axes: Axes) -> None:
    """A scale of ranks as shares of all ranked regions, with lines at the thirds."""
    for third in (100 / 3, 200 / 3):
        axes.axvline(third, color=theme.MUTED, linewidth=1, linestyle=(0, (3, 3)), zorder=0)
    axes.set_xlim(102, 0)
    axes.set_xticks([250 / 3, 50, 50 / 3], ["worst third", "middle", "best third"])
    axes.set_xlabel("Rank among all regions with a score")
    axes.tick_params(length=0)


def draw_rank(axes: Axes, position: float, row: pd.Series, *, why_none: str = "too little is known") -> None:
    """One row: the rank with its interval and its place in words, or why there is none.

    Parameters
    ----------
    position
        Of the row on the vertical axis.
    row
        A row of a profile.
    why_none
        What stands there without a rank.
    """
    if not words.is_known(row["rank"]):
        axes.annotate(
            why_none,
            (0.02, position),
            xycoords=("axes fraction", "data"),
            va="center",
            color=theme.MUTED,
            style="italic",
            bbox={"facecolor": theme.PAPER, "edgecolor": "none", "pad": 1.5},
        )
        return
    colour, marker = LOOKS[row["verdict"]]
    low, here, high = (100 * row[end] / row["n_ranked"] for end in ("rank_low", "rank", "rank_high"))
    is_alone = row["n_known"] == 1
    if low != high:
        axes.hlines(position, low, high, color=colour, linewidth=6, alpha=0.4, zorder=1)
        axes.hlines(position, low, high, color=colour, linewidth=1.6, zorder=1)
    face = theme.PAPER if is_alone else colour
    axes.scatter(here, position, marker=marker, s=60, zorder=2, facecolors=face, edgecolors=colour, linewidths=1.5)
    axes.annotate(
        phrases.place(row).replace(" of ", " / "),
        (1.0, position),
        xycoords=("axes fraction", "data"),
        xytext=(72, 0),
        textcoords="offset points",
        ha="right",
        va="center",
        color=theme.MUTED,
    )
