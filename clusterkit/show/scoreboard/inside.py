"""Inside each dimension: sub-dimensions with their rank, indicators with value, unit, direction and year."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd

from clusterkit.params import RegionParams
from clusterkit.scoreboard.region import RegionScoreboard
from clusterkit.show import theme, words
from clusterkit.show.output import Column, Downloads, Figure, Several, Table, Text
from clusterkit.show.scoreboard import phrases
from clusterkit.show.scoreboard.dimensions import LOOKS, file_of
from clusterkit.show.theme import finish

NO_DATA = "no open data by region"


def say_parts(board: RegionScoreboard, p: RegionParams) -> Text:
    """How many sub-dimensions are strengths and bottlenecks, and how many of these verdicts stand."""
    known = board.parts.dropna(subset=["rank"])
    counts = {verdict: known[known["verdict"] == verdict] for verdict in ("strength", "bottleneck")}
    readings = pd.concat(counts.values())
    n_sure = int(phrases.is_sure(readings).sum())
    n_single = int((known["n_known"] == 1).sum())
    first = (
        f"Of {words.count(len(board.parts), 'sub-dimension')}, {words.cardinal(len(known))} can be scored for {p.name}: "
        f"{words.count(len(counts['strength']), 'is a strength', 'are strengths')}, "
        f"{words.count(len(counts['bottleneck']), 'is a bottleneck', 'are bottlenecks')}, the others lie between."
    ).replace("no is", "none is")
    second = (
        f"Of the {words.count(len(readings), 'strength or bottleneck', 'strengths and bottlenecks')}, {words.cardinal(n_sure)} "
        f"{'holds' if n_sure == 1 else 'hold'} over the whole rank interval."
        if len(readings)
        else ""
    )
    third = (
        f"{words.sentence(words.count(n_single, 'score rests', 'scores rest'))} on one indicator alone: there the interval is narrow because "
        "there is little to choose, not because much is known."
        if n_single
        else ""
    )
    return Text((phrases.joined([first, second, third]),))


def plot_parts(
    board: RegionScoreboard, p: RegionParams, downloads: Downloads, name: str = "sub-dimensions"
) -> Figure | None:
    """Rank interval of every sub-dimension under its dimension; None without a score."""
    table = board.parts
    if table["rank"].isna().all():
        return None
    theme.use()
    framework = board.framework
    labels, rows = [], []
    for dimension in framework.at(framework.levels[1]):
        labels.append((framework.name(dimension), True))
        for part in [code for code in framework.children(dimension) if code in table.index]:
            rows.append((len(labels), part))
            labels.append((framework.name(part), False))
    figure, axes = plt.subplots(figsize=(theme.WIDTH_IN, 0.31 * len(labels) + 1.2), layout="constrained")
    for third in (100 / 3, 200 / 3):
        axes.axvline(third, color=theme.MUTED, linewidth=1, linestyle=(0, (3, 3)), zorder=0)
    for place, part in rows:
        row = table.loc[part]
        if not words.is_known(row["rank"]):
            text = NO_DATA if row["is_empty"] else "too little is known"
            axes.annotate(
                text, (0.02, place), xycoords=("axes fraction", "data"), va="center", color=theme.MUTED, style="italic"
            )
            continue
        colour, marker = LOOKS[row["verdict"]]
        low, here, high = (100 * row[end] / row["n_ranked"] for end in ("rank_low", "rank", "rank_high"))
        if row["n_known"] > 1:
            axes.hlines(place, low, high, color=colour, linewidth=5, alpha=0.4, zorder=1)
        axes.scatter(
            here,
            place,
            marker=marker,
            s=56,
            zorder=2,
            facecolors=colour if row["n_known"] > 1 else theme.PAPER,
            edgecolors=colour,
            linewidths=1.5,
        )
        axes.annotate(
            phrases.place(row).replace(" of ", " / "),
            (1.0, place),
            xycoords=("axes fraction", "data"),
            xytext=(72, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            color=theme.MUTED,
        )
    axes.set_yticks(range(len(labels)), [theme.plain(text, 60) for text, _ in labels])
    for tick, (_, is_heading) in zip(axes.get_yticklabels(), labels, strict=True):
        tick.set_fontweight("bold" if is_heading else "normal")
    axes.set_ylim(len(labels) - 0.4, -0.8)
    axes.hlines([place for place, _ in rows], 0, 102, color=theme.LINE, linewidth=0.6, zorder=0)
    axes.tick_params(length=0)
    axes.set_xlim(102, 0)
    axes.set_xticks([100, 75, 50, 25, 0])
    axes.set_xlabel("Rank among regions, share of all (percent): worst left, best right")
    strengths = [row["name"] for _, row in table.iterrows() if row["verdict"] == "strength"]
    weak = [row["name"] for _, row in table.iterrows() if row["verdict"] == "bottleneck"]
    title = (
        f"{p.name}: {words.count(len(strengths), 'sub-dimension')} in the best third of regions, "
        f"{'none' if not weak else words.cardinal(len(weak))} in the worst third"
    )
    shown = "; ".join(
        f"{row['name']} {phrases.place_with_interval(row)}"
        if words.is_known(row["rank"])
        else f"{row['name']} {NO_DATA if row['is_empty'] else 'unknown'}"
        for _, row in table.iterrows()
    )
    return finish(
        figure,
        title=title,
        alt=f"Dot chart of the rank of {words.count(len(table), 'sub-dimension')} with intervals: {shown}.",
        note=phrases.note(
            board,
            p,
            more="Triangle up, orange: best third. Triangle down, violet: worst third. Round, grey: between. Hollow, without a band: one indicator alone.",
        ),
        link=downloads.save(name, file_of(table)),
    )


def table_indicators(
    board: RegionScoreboard, p: RegionParams, downloads: Downloads, name: str = "indicators"
) -> Several:
    """One table for each dimension: every indicator with its value beside Union, country and peers; empty parts too."""
    framework, table = board.framework, board.indicators()
    names = {code: framework.name(code) for code in framework.groups}
    link = downloads.save(name, table.assign(part_name=table["part"].map(names)))
    country = phrases.country_of(board)
    shown = []
    for dimension in framework.at(framework.levels[1]):
        rows, headings = [], []
        for part in framework.children(dimension):
            headings.append(len(rows))
            rows.append(_heading(board.parts.loc[part], 5 + bool(country)))
            for code in framework.children(part):
                rows.append(_row(table.loc[code], has_country=bool(country)))
        own = table[table["part"].isin(framework.children(dimension))]
        known = own["value"].notna()
        worst = (own["rank"] / own["n_ranked"])[known]
        title = f"{names[dimension]}: {int(known.sum())} of {len(own)} indicators known"
        if len(worst):
            title += f", furthest behind in {phrases.phrase(str(own.loc[worst.idxmax(), 'name']))}"
        columns = [p.name, phrases.UNION, *([country] if country else []), "Peers", "Rank"]
        shown.append(
            Table(
                title=title,
                columns=[
                    Column("Indicator", numeric=False),
                    Column("Unit; better", numeric=False),
                    *map(Column, columns),
                    Column("Year"),
                ],
                rows=rows,
                note=phrases.note(
                    board,
                    p,
                    more="Peers: their median. e: estimated. Better: more or less. A year in brackets is not that of most regions.",
                ),
                link=link,
                headings=tuple(headings),
            )
        )
    return Several(tuple(shown))


def _heading(part: pd.Series, n_empty: int) -> tuple[str, ...]:
    """A sub-dimension above its indicators: score and rank, or why there is none."""
    if part["is_empty"]:
        return (part["name"], NO_DATA, *[""] * n_empty)
    if not words.is_known(part["rank"]):
        return (part["name"], "too little is known", *[""] * n_empty)
    return (
        part["name"],
        f"{phrases.score(part['score'])} points, {phrases.place_with_interval(part)}",
        *[""] * n_empty,
    )


def _row(row: pd.Series, *, has_country: bool) -> tuple[str, ...]:
    mark = " e" if row["status"] == "estimated" else ""
    year = "–" if not words.is_known(row["year"]) else f"{row['year']:.0f}"
    if year != "–" and row["year"] != row["reference_year"]:
        year = f"({year})"
    rank = f"{words.number(row['rank'])} / {words.number(row['n_ranked'])}" if words.is_known(row["rank"]) else "–"
    return (
        row["name"],
        f"{row['unit']}; {'more' if row['direction'] > 0 else 'less'}",
        f"{phrases.figure(row['value'])}{mark}",
        phrases.figure(row["eu"]),
        *([phrases.figure(row["country"])] if has_country else []),
        phrases.figure(row["peers"]),
        rank,
        year,
    )
