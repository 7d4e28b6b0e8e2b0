"""Inside each dimension: sub-dimensions with their rank, indicators with value, unit, direction and year."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd

from clusterkit.params import RegionParams
from clusterkit.scoreboard.region import RegionScoreboard
from clusterkit.show import theme, words
from clusterkit.show.output import Column, Downloads, Figure, Several, Table, Text
from clusterkit.show.scoreboard import phrases
from clusterkit.show.scoreboard.dimensions import file_of
from clusterkit.show.scoreboard.ranks import LEGEND, draw_rank, rank_axis
from clusterkit.show.theme import finish

NO_DATA = "no open data by region"


def say_parts(board: RegionScoreboard, p: RegionParams) -> Text:
    """How many sub-dimensions are strengths and bottlenecks, and how many of these verdicts stand."""
    if phrases.part_noun(board.framework) == "dimension":
        return Text(("This framework has no sub-dimensions: each dimension holds its indicators.",))
    known = board.parts.dropna(subset=["rank"])
    counts = {verdict: known[known["verdict"] == verdict] for verdict in ("strength", "bottleneck")}
    readings = pd.concat(counts.values())
    n_single = int((known["n_known"] == 1).sum())
    n_between = len(known) - len(readings)
    first = (
        f"Of {words.count(len(board.parts), 'sub-dimension')}, {words.cardinal(len(known))} can be scored for {p.name}"
        f"{': ' if len(known) else ''}"
    )
    if len(known):
        first += ", ".join(_are(len(rows), verdict) for verdict, rows in counts.items())
    if n_between:
        first += ", the other lies between" if n_between == 1 else ", the others lie between"
    first += "."
    second = phrases.how_many_hold(readings)
    third = (
        f"{words.sentence(words.count(n_single, 'score rests', 'scores rest'))} on one known indicator: where the part has no other, its interval is "
        "narrow because there is little to choose, not because much is known."
        if n_single
        else ""
    )
    return Text((phrases.joined([first, second, third]),))


def _are(n: int, noun: str) -> str:
    return f"{words.cardinal(n)} {f'is a {noun}' if n < 2 else f'are {noun}s'}"


def plot_parts(
    board: RegionScoreboard, p: RegionParams, downloads: Downloads, name: str = "sub-dimensions"
) -> Figure | None:
    """Rank interval of every sub-dimension under its dimension; None without a score, and without sub-dimensions."""
    table = board.parts
    if table["rank"].isna().all() or phrases.part_noun(board.framework) == "dimension":
        return None
    theme.use()
    framework = board.framework
    labels, rows = [], []
    for dimension in framework.at(framework.levels[1]):
        labels.append((framework.name(dimension), True))
        for part in phrases.parts_of(framework, dimension):
            rows.append((len(labels), part))
            labels.append((framework.name(part), False))
    figure, axes = plt.subplots(figsize=(theme.WIDTH_IN, 0.31 * len(labels) + 1.2), layout="constrained")
    for position, part in rows:
        row = table.loc[part]
        draw_rank(axes, position, row, why_none=NO_DATA if row["is_empty"] else "too little is known")
    axes.set_yticks(range(len(labels)), [theme.plain(text, 60) for text, _ in labels])
    for tick, (_, is_heading) in zip(axes.get_yticklabels(), labels, strict=True):
        tick.set_fontweight("bold" if is_heading else "normal")
    axes.set_ylim(len(labels) - 0.4, -0.8)
    axes.hlines([place for place, _ in rows], 0, 102, color=theme.LINE, linewidth=0.6, zorder=0)
    rank_axis(axes)
    strengths = [row["name"] for _, row in table.iterrows() if row["verdict"] == "strength"]
    weak = [row["name"] for _, row in table.iterrows() if row["verdict"] == "bottleneck"]
    title = (
        f"{p.name}: {words.count(len(strengths), 'sub-dimension')} in the best third of regions, "
        f"{'none' if not weak else words.cardinal(len(weak))} in the worst third"
    )
    shown = ". ".join(
        f"{framework.name(dimension)}: {'; '.join(_described(table.loc[part]) for part in phrases.parts_of(framework, dimension))}"
        for dimension in framework.at(framework.levels[1])
    )
    return finish(
        figure,
        title=title,
        alt=f"Dot chart of the rank of {words.count(len(table), 'sub-dimension')} with intervals, dimension by dimension. {shown}.",
        note=phrases.note(
            board,
            p,
            more=LEGEND,
        ),
        link=downloads.save(name, file_of(table)),
    )


def _described(row: pd.Series) -> str:
    if not words.is_known(row["rank"]):
        return f"{row['name']} {NO_DATA if row['is_empty'] else 'unknown'}"
    return f"{row['name']} {phrases.place_with_interval(row)}"


def table_indicators(
    board: RegionScoreboard, p: RegionParams, downloads: Downloads, name: str = "indicators"
) -> Several:
    """One table for each dimension: every indicator with its value beside Union, country and peers; empty parts too."""
    framework, table = board.framework, board.indicators()
    names = {code: framework.name(code) for code in framework.groups}
    file = table.assign(part_name=table["part"].map(names))
    if board.own is not None:
        file["is_own"] = file.index.isin(board.own.index)
    link = downloads.save(name, file)
    country = phrases.country_of(board)
    own_codes = set() if board.own is None else set(board.own.index)
    shown = []
    for dimension in framework.at(framework.levels[1]):
        rows: list[tuple[str, ...]] = []
        headings: list[int] = []
        parts = phrases.parts_of(framework, dimension)
        for part in parts:
            headings.append(len(rows))
            rows.append(_heading(board.parts.loc[part], 5 + bool(country)))
            for code in framework.children(part):
                rows.append(_row(table.loc[code], has_country=bool(country), is_own=code in own_codes))
        own = table[table["part"].isin(parts)]
        known = own["value"].notna()
        own_mark = "Own figure: handed in by the region for this report. " if own_codes & set(own.index) else ""
        worst = (own["rank"] / own["n_ranked"])[known]
        title = f"{names[dimension]}: {int(known.sum())} of {len(own)} {'indicator' if len(own) == 1 else 'indicators'} known"
        if len(worst) > 1:
            title += f", lowest rank in {phrases.phrase(str(own.loc[worst.idxmax(), 'name']))}"
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
                    more=f"{own_mark}Peers: median of their figures. The rank of a single figure has no interval of method. e: estimated. Better: more or less. A year in brackets is not that of most regions.",
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
        f"{phrases.scored(part['score'])}, {phrases.place_with_interval(part)}",
        *[""] * n_empty,
    )


def _row(row: pd.Series, *, has_country: bool, is_own: bool = False) -> tuple[str, ...]:
    mark = " e" if row["status"] == "estimated" else ""
    year = "–" if not words.is_known(row["year"]) else f"{row['year']:.0f}"
    if year != "–" and row["year"] != row["reference_year"]:
        year = f"({year})"
    rank = f"{words.number(row['rank'])} / {words.number(row['n_ranked'])}" if words.is_known(row["rank"]) else "–"
    return (
        f"{row['name']} ({phrases.OWN_MARK})" if is_own else row["name"],
        f"{row['unit']}; {'more' if row['direction'] > 0 else 'less'}",
        f"{phrases.figure(row['value'])}{mark}",
        phrases.figure(row["eu"]),
        *([phrases.figure(row["country"])] if has_country else []),
        phrases.figure(row["peers"]),
        rank,
        year,
    )
