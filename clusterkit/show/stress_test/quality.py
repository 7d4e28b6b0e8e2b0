"""How good cluster policy is: analysis, strategy, action."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd

from clusterkit.show import theme, words
from clusterkit.show.output import Column, Figure, Table, Text
from clusterkit.show.scoreboard import phrases
from clusterkit.show.stress_test.look import Look, beside, headed, share, step, step_axis, unanswered
from clusterkit.show.theme import finish
from clusterkit.stress_test.questionnaire import HIGHEST, QUALITY
from clusterkit.stress_test.scoring import STAGES


def say_quality(look: Look) -> Text | None:
    """The strongest and the weakest stage, and the single practices at the bottom."""
    table = look.test.quality
    if table["score_pct"].isna().all():
        return None
    stages = table.loc[list(STAGES)]
    known = stages.dropna(subset=["score_pct"]).sort_values("score_pct", kind="stable")
    items = table[(table["level"] == "item") & table["score_pct"].notna()]
    gone = stages[stages["score_pct"].isna()]
    if known.empty:
        first = "No stage of cluster policy has enough answers for a score."
    elif len(known) == 1 or known["score_pct"].iloc[0] == known["score_pct"].iloc[-1]:
        first = f"**{words.listing([f'{_stage(row)} has {phrases.points(row.score_pct)} of 100' for _, row in known.iterrows()])}**."
    else:
        low, high = known.iloc[0], known.iloc[-1]
        first = f"**{_stage(low)} is the weakest stage,** with {phrases.points(low['score_pct'])} of 100; {_stage(high).lower()} is the strongest, with {phrases.points(high['score_pct'])}."
    weak = items[items["score_pct"] <= 100 / HIGHEST]
    second = (
        f"At the lowest two steps: {phrases.named(weak)}." if len(weak) else "No practice is at the lowest two steps."
    )
    third = (
        f"Too few answers for a score of {words.listing([_stage(row).lower() for _, row in gone.iterrows()])}."
        if len(gone) and len(known)
        else ""
    )
    return Text((phrases.joined([first, second, third]),))


def _stage(row: pd.Series) -> str:
    return str(row["name"]).split(":")[0]


def plot_quality(look: Look) -> Figure | None:
    """Every practice of the second set with its median and spread, grouped by stage; the stage's score beside its name."""
    table = look.test.quality
    if table["score_pct"].isna().all():
        return None
    theme.use()
    figure, axes = plt.subplots(figsize=(theme.WIDTH_IN, 0.42 * len(table) + 1.2), layout="constrained")
    names = []
    for row, (_, values) in enumerate(table.iterrows()):
        if values["level"] == "section":
            names.append(_stage(values))
            score = values["score_pct"]
            if words.is_known(score):
                axes.barh(row, score * HIGHEST / 100, height=0.5, color=theme.ACCENT, alpha=0.35, zorder=1)
            beside(
                axes,
                row,
                f"{phrases.points(score)} of 100" if words.is_known(score) else "too few answers",
                colour=theme.INK,
            )
            continue
        names.append(theme.wrapped(f"  {values['name']}", 40))
        if not words.is_known(values["median"]):
            unanswered(axes, row)
            continue
        axes.hlines(row, values["low"], values["high"], color=theme.OTHER, linewidth=6, alpha=0.45, zorder=1)
        axes.scatter(values["median"], row, s=58, color=theme.ACCENT, zorder=2, linewidths=0)
        unsure = f", {values['n_dont_know']:.0f} don’t know" if values["n_dont_know"] else ""
        beside(axes, row, f"consensus {share(values['consensus'])}{unsure}")
    theme.name_rows(axes, names)
    step_axis(axes, "Step (0: absent, 4: full practice); bar: mean of the stage")
    headed(axes, "score")
    stages = table.loc[list(STAGES)].dropna(subset=["score_pct"])
    title = (
        f"Cluster policy of {look.name}: {words.listing([f'{_stage(row).lower()} {phrases.points(row.score_pct)}' for _, row in stages.iterrows()])} of 100"
        if len(stages)
        else f"Too few answers to score a stage of the cluster policy of {look.name}"
    )
    shown = "; ".join(f"{row['name']} {step(row['median'])}" for _, row in table[table["level"] == "item"].iterrows())
    return finish(
        figure,
        title=look.title(title),
        alt=f"Chart of the practices of good cluster policy, median step from 0 to 4: {shown}.",
        note=look.note(
            "Dot: median. Band: the middle half of the answers. Bar: mean of the medians of a stage; its practices count alike (assumption A111). A stage has a score where half of its practices have a step."
        ),
        link=look.save("policy-quality", table),
    )


def table_quality(look: Look) -> Table | None:
    """Each practice with the step reached and the next one, in the words of the questionnaire."""
    table = look.test.quality
    items = table[(table["level"] == "item") & table["median"].notna()]
    if items.empty:
        return None
    questions = look.test.instrument.questionnaire
    rows: list[tuple[str, ...]] = []
    headings: list[int] = []
    for section in questions.practice.sections:
        own = items[items["parent"] == section.code]
        if own.empty:
            continue
        headings.append(len(rows))
        rows.append((section.name, "", "", ""))
        for code, values in own.iterrows():
            anchors = questions.anchors(str(code), QUALITY)
            reached = int(values["median"])  # of a median between two steps, the lower one is reached
            following = anchors[reached + 1] if reached < HIGHEST else "the highest step is reached"
            rows.append((values["name"], step(values["median"]), anchors[reached], following))
    return Table(
        title=look.title(f"What cluster policy in {look.name} has reached, and what the next step would be"),
        columns=[
            Column("Practice", numeric=False),
            Column("Median step"),
            Column("Reached", numeric=False),
            Column("Next step", numeric=False),
        ],
        rows=rows,
        note=look.note("Steps in the words of the questionnaire."),
        link=look.save("practices", items),
        headings=headings,
    )
