"""Strengths, bottlenecks and the weakest link in words, and what lifting it would give."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from clusterkit.params import RegionParams
from clusterkit.scoreboard.profile import bottlenecks, strengths
from clusterkit.scoreboard.region import RegionScoreboard
from clusterkit.show import theme, words
from clusterkit.show.output import Downloads, Figure, Text
from clusterkit.show.scoreboard import phrases
from clusterkit.show.theme import finish

LISTED = 4  # parts named in a sentence


def say_summary(board: RegionScoreboard, p: RegionParams) -> Text:
    """The finding of the page in a few sentences: best, worst, the most urgent, and how sure that is.

    As long as a board has no intervals, it ends with a sentence that says so.
    """
    known = board.dimensions.dropna(subset=["rank"])
    if known.empty:
        return Text((f"Too few figures of {p.name} are published for any score; what there is stands below.",), "lead")
    level = board.framework.levels[1]
    best, worst = strengths(board.profile, level=level), bottlenecks(board.profile, level=level)
    n = words.cardinal(len(board.dimensions))
    if best.empty and worst.empty:
        first = f"In none of {n} dimensions is {p.name} among the best or the worst third of the regions with figures."
    else:
        good = (
            f"among the best third of the regions with figures in {phrases.named(best, bold=True)}"
            if len(best)
            else "in no dimension among the best third of the regions with figures"
        )
        bad = (
            f"among the worst third in {phrases.named(worst, bold=True)}"
            if len(worst)
            else "among the worst third in none"
        )
        first = f"Of {n} dimensions of its regional ecosystem, {p.name} is {good} and {bad}."
    if board.doubt is None:
        return Text((f"{first} {phrases.NOT_SURE_YET}",), "lead")
    readings = pd.concat([best, worst])
    second = phrases.how_many_hold(readings)
    # One indicator alone is too little for a headline.
    lowest = board.actions[(board.actions["why"] == "bottleneck") & (board.actions["n_known"] > 1)]
    third = ""
    if len(lowest):
        row = lowest.iloc[0]
        third = f"Among the {phrases.part_noun(board.framework)}s to look at first is {phrases.phrase(row['name'])}: {phrases.place(row, noun='regions')}, {phrases.margin(row)}."
    fourth = "The scoreboard measures conditions, for the most part, not performance."
    return Text((phrases.joined([first, second, third, fourth]),), "lead")


def say_profile(board: RegionScoreboard) -> Text:
    """Strengths and bottlenecks among the sub-dimensions, the surest first."""
    level, kind = board.framework.levels[-2], phrases.part_noun(board.framework)
    if board.parts["rank"].isna().all():
        return Text((f"No {kind} can be scored: too little is known.",))
    paragraphs = []
    for rows, noun, none in (
        (strengths(board.profile, level=level), "Strengths", f"No {kind} is in the best third of regions."),
        (bottlenecks(board.profile, level=level), "Bottlenecks", f"No {kind} is in the worst third of regions."),
    ):
        if rows.empty:
            paragraphs.append(none)
            continue
        listed = [
            f"{phrases.phrase(row['name'])} ({phrases.place_with_interval(row)}{_beside(row)})"
            for _, row in rows.head(LISTED).iterrows()
        ]
        more = len(rows) - LISTED
        tail = f"; and {words.cardinal(more)} more" if more > 0 else ""
        paragraphs.append(f"**{noun}**: {'; '.join(listed)}{tail}.")
    return Text(tuple(paragraphs))


def _beside(row: pd.Series) -> str:
    if not words.is_known(row["over_peers"]):
        return ""
    gap = row["over_peers"]
    if abs(gap) < 0.5:
        return ", level with its peers"
    points = words.count(round(abs(gap)), "point").replace("no point", "0 points")
    return f", {points} {'above' if gap > 0 else 'below'} its peers"


def say_weakest_link(board: RegionScoreboard, p: RegionParams) -> Text:
    """Which dimension holds back the others, and what lifting it would give."""
    table = board.weakest_link
    if table["overall"].isna().all() or not table["is_weakest"].any() or table["score"].notna().sum() < 2:
        return Text((f"Too few dimensions of {p.name} are known to tell which one holds back the others.",))
    weakest = table[table["is_weakest"]].iloc[0]
    name = board.framework.name(str(weakest.name))
    first = (
        f"If a weak dimension holds back the strong ones, **{phrases.phrase(name)}** is the weakest link of {p.name} among the {words.count(int(table['score'].notna().sum()), 'dimension')} that can be compared: with "
        f"{phrases.scored(weakest['score'])} it is the furthest behind once every dimension has the same European mean."
    )
    gains = table["gain_step"].dropna().sort_values(ascending=False)
    second = ""
    if len(gains) > 1 and gains.iloc[-1] > 0:
        least = board.framework.name(str(gains.index[-1]))
        second = (
            f"One point more there adds {words.number(gains.iloc[0], 2)} points to the penalised overall score, one point more in "
            f"{phrases.phrase(least)} {words.number(gains.iloc[-1], 2)}."
            if gains.index[0] == weakest.name
            else f"One point more adds most in {phrases.phrase(board.framework.name(str(gains.index[0])))} ({words.number(gains.iloc[0], 2)} points of the penalised overall score)."
        )
    third = ""
    if words.is_known(weakest["next_weakest"]) and weakest["next_weakest"] > weakest["score"] + 0.5:
        third = (
            f"From {phrases.scored(weakest['next_weakest'])} on, another dimension would be the weakest; getting there would add "
            f"{words.number(weakest['gain_next'], 1)} points."
        )
    fourth = (
        f"Reaching the level of the Union there would add {words.number(weakest['gain_eu'], 1)} points."
        if words.is_known(weakest["gain_eu"]) and weakest["gain_eu"] > 0.05
        else ""
    )
    names = [phrases.phrase(board.framework.name(part)) for part in board.narrow if board.framework.leaves(part)]
    without = (
        f"Left aside: {phrases.listing(names)}, {'which rests' if len(names) == 1 else 'which rest'} on one indicator."
        if names
        else ""
    )
    fifth = "That strong dimensions cannot make up for a weak one is an assumption (A104); the gains are sums of the index, not effects of a policy."
    return Text((phrases.joined([first, second, third, fourth]), phrases.joined([without, fifth])))


def plot_weakest_link(
    board: RegionScoreboard, p: RegionParams, downloads: Downloads, name: str = "weakest-link"
) -> Figure | None:
    """What one point more in each dimension adds to the penalised overall score; None where it cannot be told."""
    table = board.weakest_link.dropna(subset=["gain_step"])
    if len(table) < 2:  # one alone holds back no other
        return None
    theme.use()
    labels = [board.framework.name(str(part)) for part in table.index]
    figure, axes = plt.subplots(figsize=(theme.WIDTH_IN, 0.4 * len(table) + 1.1), layout="constrained")
    rows = np.arange(len(table))
    weakest = table["is_weakest"].to_numpy()
    bars = axes.barh(rows, table["gain_step"], height=0.6, color=np.where(weakest, theme.STRONG, theme.OTHER))
    for bar, is_weakest in zip(bars, weakest, strict=True):
        bar.set_hatch("///" if is_weakest else "")
        bar.set_edgecolor(theme.PAPER)
    for row, (value, points) in enumerate(zip(table["gain_step"], table["score"], strict=True)):
        axes.annotate(
            f"{words.number(value, 2)}  (now {phrases.score(points)})",
            (value, row),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            color=theme.MUTED,
        )
    theme.name_rows(axes, labels)
    axes.grid(visible=False)
    axes.set_xlim(0, float(table["gain_step"].max()) * 1.25)
    axes.set_xlabel("Points gained in the penalised overall score")
    top = str(table.index[0])
    shown = "; ".join(
        f"{label} {words.number(value, 2)}" for label, value in zip(labels, table["gain_step"], strict=True)
    )
    return finish(
        figure,
        title=f"One point more adds most in {phrases.phrase(board.framework.name(top))}",
        alt=f"Bar chart of what one point more in each dimension would add to the penalised overall score of {p.name}: {shown}.",
        note=phrases.note(
            board,
            p,
            more="Orange, hatched: the weakest link. In brackets the score now. Penalty for bottleneck, after equal means of all dimensions.",
        ),
        link=downloads.save(name, table.assign(name=labels)),
    )
