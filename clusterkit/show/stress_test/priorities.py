"""What policy puts first, and whether it works through single sectors or across them."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from clusterkit.show import theme, words
from clusterkit.show.output import Figure, Text
from clusterkit.show.scoreboard import phrases
from clusterkit.show.scoreboard.ranks import LOOKS
from clusterkit.show.stress_test.look import NAME_WIDTH, Look, beside, headed, share, step, step_axis, unanswered
from clusterkit.show.theme import finish
from clusterkit.stress_test.agreement import LEAST_ANSWERS
from clusterkit.stress_test.scoring import APPROACHES

APPROACH_SIGNS = {"systemic": "▲", "vertical only": "▮", "horizontal only": "▬", "neither": "○", "unknown": "–"}
VERTICAL = LOOKS["bottleneck"][0]  # violet: 4.5:1 on both papers


def say_priorities(look: Look) -> Text | None:
    """What ranks highest and lowest, and what nobody could tell."""
    table = look.test.priorities
    known = table.dropna(subset=["priority"])
    if known.empty:
        return None
    top, bottom = (known[known["priority"] == known["priority"].agg(end)] for end in ("max", "min"))
    high = known[known["is_high"].astype(bool)]
    first = f"**Highest {'stands' if len(top) == 1 else 'stand'} {phrases.named(top)},** with {_at(top['priority'].iloc[0])}"
    second = (
        f"; lowest {'stands' if len(bottom) == 1 else 'stand'} {phrases.named(bottom)}, with {_at(bottom['priority'].iloc[0])}."
        if top["priority"].iloc[0] != bottom["priority"].iloc[0]
        else "."
    )
    third = f"Of {words.count(len(known), 'sub-dimension')} with an answer, {words.cardinal(len(high))} {'is' if len(high) == 1 else 'are'} a high priority (above the middle step)."
    silent = table[table["priority"].isna()]
    fourth = f"Nobody gave a step for {phrases.named(silent)}." if len(silent) else ""
    loose = known[known["is_firm"].eq(False).fillna(False)]
    fifth = f"Leaving out one respondent would change the reading of {phrases.named(loose)}." if len(loose) else ""
    return Text((phrases.joined([f"{first}{second}", third]), phrases.joined([fourth, fifth])))


def _at(value: float) -> str:
    return f"a median of {step(value)} of 4"


def plot_priorities(look: Look) -> Figure | None:
    """The priority of every sub-dimension: each answer, median and middle half; with the consensus."""
    table = look.test.priorities.sort_values("priority", ascending=False, na_position="last", kind="stable")
    if table["priority"].isna().all():
        return None
    answers = look.test.inputs.answers.table
    own = answers[(answers["aspect"] == "priority") & answers["value"].notna()]
    theme.use()
    figure, axes = plt.subplots(figsize=(theme.WIDTH_IN, 0.42 * len(table) + 1.3), layout="constrained")
    for row, (item, values) in enumerate(table.iterrows()):
        colour = theme.STRONG if values["is_high"] is not pd.NA and values["is_high"] else theme.OTHER
        for position, count in own.loc[own["item"] == item, "value"].value_counts().items():
            axes.scatter(position, row, s=34 * count, facecolors="none", edgecolors=theme.MUTED, linewidths=1, zorder=1)
        if not words.is_known(values["priority"]):
            unanswered(axes, row)
            continue
        axes.hlines(
            row, values["priority_low"], values["priority_high"], color=colour, linewidth=6, alpha=0.4, zorder=2
        )
        marker = "^" if colour == theme.STRONG else "o"
        axes.scatter(values["priority"], row, marker=marker, s=64, color=colour, zorder=3, linewidths=0)
        unsure = f", {values['priority_n_dont_know']:.0f} don’t know" if values["priority_n_dont_know"] else ""
        beside(axes, row, f"{share(values['priority_consensus'])}{unsure}")
    theme.name_rows(axes, [theme.wrapped(name, NAME_WIDTH) for name in table["name"]])
    step_axis(axes, "Priority in regional policy (0: none, 4: among the first)")
    headed(axes, "consensus")
    n = int(table["is_high"].fillna(False).sum())
    of = int(table["priority"].notna().sum())
    shown = "; ".join(f"{row['name']} {step(row['priority'])}" for _, row in table.iterrows())
    return finish(
        figure,
        title=look.title(
            f"{words.sentence(words.out_of(n, of))} sub-dimensions with an answer are a high priority in {look.name}"
        ),
        alt=f"Dot chart of the median priority of {words.count(len(table), 'sub-dimension')}, from 0 to 4: {shown}.",
        note=look.note(
            "Rings: answers, larger where several agree. Triangle, orange: median above the middle step. Round, grey: not. Band: the middle half of the answers. Consensus after "
            f"Tastle and Wierman: 1 where all agree, 0 where half stand at each end; a dash with fewer than {words.cardinal(LEAST_ANSWERS)} answers."
        ),
        link=look.save("priorities", table),
    )


def say_approach(look: Look) -> Text | None:
    """Whether measures serve single sectors or join them."""
    table = look.test.priorities
    known = table[table["approach"] != "unknown"]
    if known.empty:
        return None
    counted = known["approach"].value_counts()
    systemic = known[known["approach"] == APPROACHES[0]]
    silo = known[known["approach"] == APPROACHES[1]]
    n = len(systemic)
    first = (
        f"**{words.sentence(words.out_of(n, len(known)))} sub-dimensions {'is' if n < 2 else 'are'} met systemically,** with measures for sectors and their integration across them"
        f"{f': {phrases.named(systemic)}' if 0 < n <= 4 and n < len(known) else ''}."
    )
    second = (
        f"{words.sentence(words.cardinal(len(silo)))} {'is' if len(silo) == 1 else 'are'} served by vertical measures only, the pattern of silos: {phrases.named(silo)}."
        if len(silo)
        else "No sub-dimension is served by vertical measures only, the pattern of silos."
    )
    rest = [
        f"{words.cardinal(count)} {'has' if count == 1 else 'have'} {text}"
        for kind, text in ((APPROACHES[2], "joint measures only"), (APPROACHES[3], "little of either"))
        if (count := int(counted.get(kind, 0)))
    ]
    third = f"{words.sentence(words.listing(rest))}." if rest else ""
    means = f"The mean step is {known['vertical'].mean():.1f} for vertical measures and {known['horizontal'].mean():.1f} for horizontal integration."
    return Text((phrases.joined([first, second, third, means]),))


def plot_approach(look: Look) -> Figure | None:
    """Vertical measures and horizontal integration side by side, the widest gap between them first."""
    table = look.test.priorities
    table = table[table[["vertical", "horizontal"]].notna().any(axis=1)]
    if table.empty:
        return None
    order = [*APPROACHES, "unknown"]
    table = table.iloc[np.lexsort([-table["vertical"].fillna(-1), table["approach"].map(order.index)])]
    theme.use()
    figure, axes = plt.subplots(figsize=(theme.WIDTH_IN, 0.42 * len(table) + 1.5), layout="constrained")
    rows = np.arange(len(table))
    axes.hlines(rows, table["vertical"], table["horizontal"], color=theme.LINE, linewidth=3, zorder=1)
    axes.scatter(
        table["vertical"],
        rows,
        marker="s",
        s=90,
        facecolors=theme.PAPER,
        edgecolors=VERTICAL,
        linewidths=2,
        zorder=2,
        label="vertical measures (single sectors)",
    )
    axes.scatter(
        table["horizontal"],
        rows,
        marker="D",
        s=34,
        color=theme.ACCENT,
        zorder=3,
        label="horizontal integration (joint measures)",
        linewidths=0,
    )
    for row, approach in zip(rows.tolist(), table["approach"], strict=True):
        beside(axes, row, f"{APPROACH_SIGNS[approach]} {approach}", colour=theme.INK)
    theme.name_rows(axes, [theme.wrapped(name, NAME_WIDTH) for name in table["name"]])
    step_axis(axes, "Median step (0: not at all, 4: fully); dashed line: above it, high")
    headed(axes, "approach")
    axes.legend(loc="lower left", bbox_to_anchor=(-0.36, 1.0), ncols=2, frameon=False, handletextpad=0.2, borderpad=0)
    n = int((table["approach"] == APPROACHES[1]).sum())
    n_systemic = int((table["approach"] == APPROACHES[0]).sum())
    shown = "; ".join(
        f"{row['name']} vertical {step(row['vertical'])}, horizontal {step(row['horizontal'])}, {row['approach']}"
        for _, row in table.iterrows()
    )
    return finish(
        figure,
        title=look.title(
            f"Policy is systemic in {words.count(n_systemic, 'sub-dimension')} and works in silos in {'none' if n == 0 else words.cardinal(n)}"
        ),
        alt=f"Dot chart of vertical measures and horizontal integration, from 0 to 4: {shown}.",
        note=look.note(
            "Systemic: both above the middle step. Vertical only: measures for single sectors without joint ones. How the two make one reading is a choice of this project (assumption A111)."
        ),
        link=look.save("approach", table),
    )
