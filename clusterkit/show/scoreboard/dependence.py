"""What the ranks depend on: shares of their variance by choice."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from clusterkit.params import RegionParams
from clusterkit.scoreboard.region import RegionScoreboard
from clusterkit.scoreboard.sensitivity import SHIFT
from clusterkit.show import theme, words
from clusterkit.show.output import Downloads, Figure, Text
from clusterkit.show.scoreboard import phrases
from clusterkit.show.theme import finish

NAMES = {
    "impute": "how unknown figures are filled",
    "treat": "how outliers are treated",
    "normalise": "how unlike figures are put on one scale",
    "weights": "the weights",
    "aggregate": "how parts are averaged",
    "leave_out": "the indicator that is left out",
}


def say_dependence(found: pd.DataFrame, board: RegionScoreboard, p: RegionParams) -> Text:
    """Which choices matter most, for all regions and for this one, and how wide the intervals are."""
    root = board.framework.roots[0]
    overall = _totals(found, SHIFT, root)
    if overall.max() <= 0:
        return Text(("No choice changes a rank: there is nothing to depend on.",))
    order = overall.sort_values(ascending=False, kind="stable")
    first = f"Over all regions, ranks depend most on {NAMES[str(order.index[0])]}, then on {NAMES[str(order.index[1])]}; least on {NAMES[str(order.index[-1])]}."
    widths = board.dimensions.dropna(subset=["rank_low"])
    widths = widths[widths["n_known"] > 1]  # one indicator alone has next to no interval
    second = ""
    if len(widths):
        width = (widths["rank_high"] - widths["rank_low"]).sort_values(kind="stable")
        widest, narrowest = board.dimensions.loc[width.index[-1]], board.dimensions.loc[width.index[0]]
        second = (
            f"For {p.name} the interval is widest in {phrases.phrase(widest['name'])} ({phrases.interval(widest)} of {words.number(widest['n_ranked'])})"
            f"{' and narrowest in ' + phrases.phrase(narrowest['name']) + f' ({phrases.interval(narrowest)} of ' + words.number(narrowest['n_ranked']) + ')' if len(widths) > 1 else ''}."
        )
        own = _totals(found, board.region, str(width.index[-1]))
        if own.max() > 0:
            third_of = own.sort_values(ascending=False, kind="stable")
            second += (
                f" In {phrases.phrase(widest['name'])} it is {NAMES[str(third_of.index[0])]} that moves its rank most."
            )
    return Text((phrases.joined([first, second]),))


def _totals(found: pd.DataFrame, whom: str, part: str) -> pd.Series:
    table = found.loc[(whom, part)]["total"]
    return table.reindex(list(NAMES)).fillna(0.0)


def plot_dependence(
    found: pd.DataFrame, board: RegionScoreboard, p: RegionParams, downloads: Downloads, name: str = "dependence"
) -> Figure | None:
    """Total share of each choice in the variance of ranks, all regions beside this one; None where nothing varies."""
    root = board.framework.roots[0]
    everywhere = found.loc[(SHIFT, root)].reindex(list(NAMES))
    own = found.loc[(board.region, root)].reindex(list(NAMES))
    if pd.isna(board.board.scores.loc[board.region, root]):
        own[:] = np.nan  # no rank, nothing that moves it
    if max(everywhere["total"].max(), 0) <= 0:
        return None
    order = everywhere["total"].sort_values(ascending=False, kind="stable").index
    everywhere, own = everywhere.loc[order], own.loc[order]
    theme.use()
    figure, axes = plt.subplots(figsize=(theme.WIDTH_IN, 0.52 * len(order) + 1.4), layout="constrained")
    rows = np.arange(len(order))
    for shift, table, colour, label in (
        (-0.16, everywhere, theme.OTHER, "all regions"),
        (0.16, own, theme.ACCENT, theme.plain(p.name)),
    ):
        total = 100 * table["total"].clip(0, 1)
        if total.isna().all():
            continue
        axes.barh(rows + shift, total, height=0.3, color=colour, label=label)
        axes.scatter(
            100 * table["first_order"].clip(0, 1),
            rows + shift,
            marker="|",
            s=90,
            linewidth=2,
            color=theme.INK,
            zorder=3,
        )
        ends = np.fmax(total, 100 * table["first_order"].clip(0, 1)).fillna(0)
        for row, value, end in zip(rows, total.fillna(0), ends, strict=True):
            axes.annotate(
                words.number(value),
                (end, row + shift),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                color=theme.MUTED,
            )
    theme.name_rows(axes, [words.sentence(NAMES[str(choice)]) for choice in order])
    axes.grid(visible=False)
    axes.set_xlim(0, 105)
    axes.set_xlabel("Share of the variance of ranks (percent); stroke: without interactions")
    axes.legend(loc="lower right", frameon=False)
    shown = "; ".join(
        f"{NAMES[str(choice)]} {words.number(100 * everywhere.loc[choice, 'total'])} percent over all regions, {words.number(100 * own.loc[choice, 'total']) if words.is_known(own.loc[choice, 'total']) else 'unknown'} for {p.name}"
        for choice in order
    )
    return finish(
        figure,
        title=f"Ranks overall depend most on {NAMES[str(order[0])]}",
        alt=f"Bar chart of what the overall ranks depend on, after Sobol: {shown}.",
        note=phrases.note(
            board,
            p,
            more="Sobol’s indices of the rank over all dimensions; for all regions of the mean shift of ranks. Shares add up to more than 100 because interactions count for each choice that takes part.",
        ),
        link=downloads.save(name, found),
    )
