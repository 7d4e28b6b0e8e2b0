"""The dimensions of a framework: score beside others, and rank with its interval."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from clusterkit.params import RegionParams
from clusterkit.scoreboard.profile import is_sure
from clusterkit.scoreboard.region import RegionScoreboard, top_of_scale
from clusterkit.show import theme, words
from clusterkit.show.output import Column, Downloads, Figure, Table, Text
from clusterkit.show.scoreboard import phrases
from clusterkit.show.scoreboard.ranks import draw_rank, rank_axis
from clusterkit.show.theme import finish


def say_dimensions(board: RegionScoreboard, p: RegionParams) -> Text:
    """Where the region stands in each dimension, the best and the worst first, never without the interval."""
    known = board.dimensions.dropna(subset=["rank"])
    if known.empty:
        return Text((f"No dimension can be scored for {p.name}: too few of its figures are published.",), "warning")
    standing = (known["rank"] / known["n_ranked"]).sort_values(kind="stable")
    best, worst = known.loc[standing.index[0]], known.loc[standing.index[-1]]
    first = f"**The highest rank of {p.name} is in {phrases.phrase(best['name'])}**: {phrases.place(best, noun='regions')}, {phrases.margin(best)}"
    second = (
        ""
        if len(known) == 1
        else f"; its lowest is in {phrases.phrase(worst['name'])}: {phrases.place_with_interval(worst)}{_order(best, worst)}"
    )
    over = known.dropna(subset=["over_eu"])
    above = over[over["over_eu"] > 0]
    third = (
        f"Its score is {_how_many('above the mean of the Union', len(above), len(over), 'dimensions that can be compared')}"
        f"{f': {phrases.named(above)}' if 0 < len(above) <= 4 else ''}."
        if len(over)
        else ""
    )
    beside = known.dropna(subset=["over_peers"])
    ahead = beside[beside["over_peers"] > 0]
    fourth = f"Beside its peers it is {_how_many('ahead', len(ahead), len(beside))}." if len(beside) else ""
    gone = board.dimensions[board.dimensions["rank"].isna()]
    outside = known[known.apply(phrases.is_outside, axis=1)]
    sixth = (
        f"In {phrases.named(outside)} its rank lies outside the interval: {_elsewhere(outside)}."
        if len(outside)
        else ""
    )
    fifth = f"Too little is known for a score in {phrases.named(gone)}." if len(gone) else ""
    return Text((phrases.joined([f"{first}{second}.", third, fourth]), phrases.joined([sixth, fifth])))


def say_other_framework(other: RegionScoreboard, board: RegionScoreboard) -> Text:
    """What another framework is that the region is also scored by, and how much of it stands in the first one."""
    framework, first = other.framework, board.framework
    n = len(framework.at(framework.levels[1]))
    codes = framework.indicators
    both = len(set(codes) & set(first.indicators))
    same = (
        f"All of its {words.count(len(codes), 'indicator')} stand in {first.id} too"
        if both == len(codes) > 1
        else f"{words.sentence(words.out_of(both, len(codes)))} indicators {'stands' if both < 2 else 'stand'} in {first.id} too"
    )
    title = f": {framework.title}" if framework.title else ""
    size = "" if words.count(n, "dimension") in title else f" It has {words.count(n, 'dimension')}."
    source = f" Its source: {framework.source.rstrip('.')}." if framework.source else ""
    what = f"Beside {first.id} stands the framework {framework.id}{title}.{size}"
    return Text((f"{what}{source} {same}.",))


def _order(best: pd.Series, worst: pd.Series) -> str:
    """A caution where the intervals of the highest and the lowest rank have shares of the regions in common."""
    high, low = best["rank_high"] / best["n_ranked"], worst["rank_low"] / worst["n_ranked"]
    return "; the two intervals overlap, so that this order is not firm" if low <= high else ""


def _how_many(what: str, n: int, total: int, of: str = "") -> str:
    """``ahead in two of six``; of one alone, ``ahead`` or ``not ahead in the one dimension that can be compared``."""
    if total == 1:
        return f"{'' if n else 'not '}{what} in the one dimension that can be compared"
    return f"{what} in {words.out_of(n, total)}{of and ' ' + of}"


def _elsewhere(outside: pd.DataFrame) -> str:
    kinder = outside["rank"] > outside["rank_high"]
    if kinder.all() or not kinder.any():
        return f"nearly all other choices would place it {'better' if kinder.all() else 'worse'}"
    return "nearly all other choices would place it elsewhere"


def plot_dimensions(
    board: RegionScoreboard, p: RegionParams, downloads: Downloads, name: str = "dimensions"
) -> Figure | None:
    """Score of each dimension beside Union, country and peers; rank with its interval beside it; None without a score."""
    table = board.dimensions
    if table["score"].isna().all():
        return None
    theme.use()
    figure, (left, right) = plt.subplots(
        1,
        2,
        figsize=(theme.WIDTH_IN, 0.52 * len(table) + 1.7),
        layout="constrained",
        sharey=True,
        gridspec_kw={"wspace": 0.08},
        width_ratios=(1.15, 1),
    )
    _scores(left, table, board, p)
    for position, (_, row) in enumerate(table.iterrows()):
        draw_rank(right, position, row)
    rank_axis(right)
    theme.name_rows(left, [theme.wrapped(text, 26) for text in table["name"]])
    for axes in (left, right):
        axes.grid(axis="y", linewidth=0.7)
        axes.tick_params(length=0)
    left.set_xlabel(f"Score (0 to {words.number(top_of_scale(board.board))} points, more is better)")
    left.legend(
        loc="lower left",
        bbox_to_anchor=(-0.3, 1.0),
        ncols=4,
        frameon=False,
        handletextpad=0.2,
        columnspacing=0.9,
        borderpad=0,
    )
    shown = "; ".join(_described(row) for _, row in table.iterrows())
    return finish(
        figure,
        title=phrases.in_thirds(p.name, table),
        alt=f"Two dot charts of {words.count(len(table), 'dimension')}. Left the score, right the rank with its interval: {shown}.",
        note=phrases.note(
            board,
            p,
            more=(
                "Left: dot of the region, vertical line the Union, diamond the country, small strokes the peers. Right: the rank, band its "
                f"interval; the lines mark the best and the worst third; triangle up: best third, down: worst third. {phrases.intervals_note(board.n_draws)}"
            ),
        ),
        link=downloads.save(name, file_of(table)),
    )


def _described(row: pd.Series) -> str:
    if not words.is_known(row["score"]):
        return f"{row['name']} unknown"
    eu = f" (Union {phrases.score(row['eu'])})" if words.is_known(row["eu"]) else ""
    return f"{row['name']} {phrases.scored(row['score'])}{eu}, {phrases.place_with_interval(row)}"


def _scores(axes: Axes, table: pd.DataFrame, board: RegionScoreboard, p: RegionParams) -> None:
    rows = np.arange(len(table))
    peers = board.board.scores.loc[list(board.peers.index), list(table.index)]
    for label, (_, values) in zip(["peers", *[None] * (len(peers) - 1)], peers.iterrows(), strict=True):
        axes.scatter(values, rows, marker="|", s=70, linewidth=1.2, color=theme.OTHER, zorder=1, label=label)
    axes.scatter(table["eu"], rows, marker="|", s=300, linewidth=2.4, color=theme.INK, zorder=2, label="EU-28")
    if phrases.country_of(board):
        axes.scatter(
            table["country_mean"],
            rows,
            marker="D",
            s=34,
            facecolors="none",
            edgecolors=theme.MUTED,
            linewidths=1.5,
            zorder=2,
            label=phrases.country_of(board),
        )
    axes.scatter(table["score"], rows, s=70, color=theme.ACCENT, zorder=3, label=theme.plain(p.name, 24))
    axes.set_xlim(0, None)


def file_of(table: pd.DataFrame) -> pd.DataFrame:
    """The columns of a profile that a reader takes away."""
    return table.drop(columns=["score_low", "score_high"], errors="ignore")


def table_dimensions(board: RegionScoreboard, p: RegionParams) -> Table:
    """Score, rank and interval of each dimension, beside Union, country and peers."""
    country = phrases.country_of(board)
    rows = [
        (
            row["name"],
            phrases.points(row["score"]),
            phrases.points(row["eu"]),
            *([phrases.points(row["country_mean"])] if country else []),
            phrases.points(row["peers_mean"]),
            phrases.place(row) if words.is_known(row["rank"]) else "–",
            phrases.interval(row),
            f"{phrases.MARKS[row['verdict']]}{words.NBSP}{row['verdict']}",
            phrases.sure(row),
        )
        for _, row in board.dimensions.iterrows()
    ]
    headings = [p.name, phrases.UNION, *([country] if country else []), "Peers", "Rank", "Interval"]
    n_sure = int(is_sure(board.dimensions).sum())
    return Table(
        title=f"Scores and ranks of {p.name}: the reading of {words.out_of(n_sure, len(rows))} dimensions holds over the whole interval",
        columns=[
            Column("Dimension", numeric=False),
            *map(Column, headings),
            Column("Reading", numeric=False),
            Column("Holds", numeric=False),
        ],
        rows=rows,
        note=phrases.note(
            board,
            p,
            more=(
                "Strength: in the best third of the ranked regions; bottleneck: in the worst third; middle: between. Holds: the rank and its whole "
                "interval lie there, and there is more than one indicator. A region that lacks a part is compared with regions that have it. Peers: mean of their scores. Union and country: means of the regions, weighted by "
                "inhabitants. –: too little is known."
            ),
        ),
    )
