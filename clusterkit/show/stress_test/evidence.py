"""What the evidence asks of policy, where policy and evidence part, and which questions to put."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from clusterkit.show import theme, words
from clusterkit.show.output import Column, Figure, Table, Text
from clusterkit.show.scoreboard import phrases
from clusterkit.show.scoreboard.ranks import LEGEND, LOOKS, draw_rank, rank_axis
from clusterkit.show.stress_test.look import LEVEL, Look, headed, step, step_axis, unanswered
from clusterkit.show.theme import finish
from clusterkit.stress_test.change import evidence_table
from clusterkit.stress_test.gaps import GAPS, NO_EVIDENCE, matrix

GAP_SIGNS = {
    "blind spot": "▼ blind spot",
    "addressed weakness": "▼ addressed weakness",
    "maintained strength": "▲ maintained strength",
    "reinforced strength": "▲ reinforced strength",
}
ADVICE = {
    "blind spot": "weakness that policy does not rank high",
    "addressed weakness": "weakness that policy ranks high",
    "maintained strength": "strength without much policy",
    "reinforced strength": "strength that policy ranks high",
}


def say_evidence(look: Look) -> Text:
    """What the scoreboard shows, how sure, and for what there are no open figures."""
    gaps, name = look.test.gaps, look.name
    weak = gaps[gaps["verdict"] == "bottleneck"]
    sure = weak[weak["is_sure"].fillna(False).astype(bool)]
    unknown = gaps[gaps["verdict"] == "unknown"]
    empty = [code for code in unknown.index if look.test.parts.loc[code, "is_empty"]]
    if len(weak):
        first = f"**{words.sentence(words.count(len(weak), 'sub-dimension'))} of {name} {'is' if len(weak) == 1 else 'are'} in the worst third of regions**: {phrases.named(weak)}. "
        first += (
            "It is so whatever the choice of method."
            if len(weak) == len(sure) == 1
            else "That depends on choices of method or rests on one indicator."
            if len(sure) == 0
            else "All are so whatever the choice of method."
            if len(sure) == len(weak)
            else f"Sure under other choices of method {'is' if len(sure) == 1 else 'are'} {phrases.named(sure)}."
        )
    else:
        first = f"**No sub-dimension of {name} is in the worst third of regions,** as far as there are figures."
    own = [code for code in unknown.index if code not in empty]
    second = (
        f"No open figures exist for {phrases.named(unknown.loc[empty])}: there only people in the region can tell."
        if empty
        else ""
    )
    third = f"Too little is published of {name} on {phrases.named(unknown.loc[own])}." if own else ""
    return Text((phrases.joined([first]), phrases.joined([second, third])))


def plot_evidence(look: Look) -> Figure | None:
    """The rank of each sub-dimension with its interval; None where disparities are shown, or without any rank."""
    if look.test.is_answered or look.test.gaps["rank"].isna().all():
        return None
    gaps = look.test.gaps
    theme.use()
    figure, axes = plt.subplots(figsize=(theme.WIDTH_IN, 0.46 * len(gaps) + 1.1), layout="constrained")
    _draw_ranks(axes, gaps)
    theme.name_rows(axes, [theme.wrapped(name, 30) for name in gaps["name"]])
    shown = "; ".join(f"{row['name']} {phrases.place_with_interval(row)}" for _, row in gaps.iterrows())
    return finish(
        figure,
        title=look.title(_evidence_title(gaps, look.name)),
        alt=f"Dot chart of the ranks of {words.count(len(gaps), 'sub-dimension')}: {shown}.",
        note=look.note(f"Rank among regions with its interval. {LEGEND}", evidence=True, answers=False),
        link=look.save("ranks", evidence_table(gaps, look.p.region)),
    )


def plot_gaps(look: Look) -> Figure | None:
    """Each sub-dimension: its rank with interval beside its priority, and what the two make; None without answers."""
    if not look.test.is_answered:
        return None
    gaps = look.test.gaps
    theme.use()
    size = (theme.WIDTH_IN + 1.6, 0.46 * len(gaps) + 1.6)
    figure, (left, right) = plt.subplots(1, 2, figsize=size, layout="constrained", sharey=True, width_ratios=(1.15, 1))
    _draw_ranks(left, gaps)
    for position, (_, row) in enumerate(gaps.iterrows()):
        _draw_priority(right, position, row, look)
    theme.name_rows(left, [theme.wrapped(name, 30) for name in gaps["name"]])
    step_axis(right, "Priority in regional policy (median step)")
    headed(right, "disparity")
    for axes in (left, right):
        axes.grid(axis="y", linewidth=0.7)
        axes.tick_params(length=0)
    shown = "; ".join(
        f"{row['name']} {phrases.place_with_interval(row)}, priority {step(row['priority'])}, {row['gap']}"
        for _, row in gaps.iterrows()
    )
    return finish(
        figure,
        title=look.title(_gap_title(gaps, look.name)),
        alt=f"Two dot charts of {words.count(len(gaps), 'sub-dimension')}, rank and priority: {shown}.",
        note=look.note(
            f"Left: rank among regions with its interval. {LEGEND} Right: median priority, band the middle half of the answers; right of the dashed line it is high.",
            evidence=True,
        ),
        link=look.save("disparities", gaps),
    )


def _draw_ranks(axes: Axes, gaps: pd.DataFrame) -> None:
    for position, (_, row) in enumerate(gaps.iterrows()):
        draw_rank(axes, position, row, why_none="no figures" if row["n_known"] == 0 else "too little is known")
    rank_axis(axes)


def _draw_priority(axes: Axes, position: int, row: pd.Series, look: Look) -> None:
    colour = LOOKS[row["verdict"]][0] if row["gap"] in GAPS else theme.MUTED
    if words.is_known(row["priority"]):
        spread = look.test.priorities.loc[row.name]
        axes.hlines(
            position,
            spread["priority_low"],
            spread["priority_high"],
            color=theme.OTHER,
            linewidth=6,
            alpha=0.45,
            zorder=1,
        )
        axes.scatter(row["priority"], position, s=58, color=theme.ACCENT, zorder=2, linewidths=0)
    else:
        unanswered(axes, position)
    axes.annotate(
        GAP_SIGNS.get(row["gap"], row["gap"]), (1.0, position), xycoords=("axes fraction", "data"), xytext=(8, 0), textcoords="offset points",
        ha="left", va="center", color=colour,
    )  # fmt: skip


def _gap_title(gaps: pd.DataFrame, name: str) -> str:
    counted = gaps["gap"].value_counts()
    blind, met = int(counted.get(GAPS[0], 0)), int(counted.get(GAPS[1], 0))
    weak = blind + met
    if not weak:
        return f"No sub-dimension with an answer is a weakness of {name}"
    return (
        f"Policy ranks {words.out_of(met, weak)} {'weakness' if weak == 1 else 'weaknesses'} of {name} high; {words.count(blind, 'blind spot')} {'is' if blind == 1 else 'are'} left"
        if blind
        else f"Policy ranks {'the one weakness' if weak == 1 else f'all {words.cardinal(weak)} weaknesses'} of {name} high"
    )


def _evidence_title(gaps: pd.DataFrame, name: str) -> str:
    n = int((gaps["verdict"] == "bottleneck").sum())
    blind = int((gaps["verdict"] == "unknown").sum())
    return f"{words.sentence(words.count(n, 'sub-dimension'))} of {name} {'is' if n == 1 else 'are'} in the worst third of regions; of {words.cardinal(blind)} nothing is known"


def say_gaps(look: Look) -> Text | None:
    """Blind spots first, then what else stands out."""
    if not look.test.is_answered:
        return None
    gaps = look.test.gaps
    said = []
    for gap in GAPS:
        rows = gaps[gaps["gap"] == gap]
        if len(rows):
            plural = {"addressed weakness": "addressed weaknesses"}.get(gap, f"{gap}s")
            said.append(
                f"**{words.sentence(words.count(len(rows), gap, plural))}** ({ADVICE[gap]}): {phrases.named(rows)}."
            )
        elif gap == GAPS[0]:
            said.append("**No blind spot**: no weakness with an answer is left without priority.")
    unseen = gaps[(gaps["gap"] == NO_EVIDENCE) & gaps["is_high"].fillna(False).astype(bool)]
    if len(unseen):
        said.append(
            f"Policy ranks {phrases.named(unseen)} high, but no figures show whether {'it is' if len(unseen) == 1 else 'they are'} weak or strong."
        )
    return Text(tuple(said))


def table_matrix(look: Look) -> Table | None:
    """The matrix of disparities, with the names of the sub-dimensions in its cells."""
    if not look.test.is_answered:
        return None
    gaps = look.test.gaps
    rows = []
    for verdict, label in LEVEL.items():
        own = gaps[gaps["verdict"] == verdict]
        cells = [
            _names(own[own["is_high"].eq(False).fillna(False)]),
            _names(own[own["is_high"].fillna(False).astype(bool)]),
            _names(own[own["is_high"].isna()]),
        ]
        rows.append((words.sentence(label), *cells))
    return Table(
        title=look.title(f"Scoreboard against priorities in {look.name}"),
        columns=[
            Column("Scoreboard", numeric=False),
            Column("Low priority", numeric=False),
            Column("High priority", numeric=False),
            Column("No answer", numeric=False),
        ],
        rows=rows,
        note=look.note(
            "Worst third and low priority: blind spots. Worst third and high: addressed weaknesses. Best third and low: maintained strengths. Best third and high: reinforced strengths. An asterisk: sure under other choices of method.",
            evidence=True,
        ),
        link=look.save("disparity-matrix", matrix(gaps)),
    )


def _names(rows: pd.DataFrame) -> str:
    sure = rows["is_sure"].fillna(False).astype(bool)
    names = [f"{name}{'*' if is_sure else ''}" for name, is_sure in zip(rows["name"], sure, strict=True)]
    return "; ".join(names) or "–"


CONCERNED = (
    "Clusters concerned: strong sectors of the region in which, over Europe, regions are more specialised where this condition is better than elsewhere in their country "
    "(at most three; a dash where none stands out): what goes together, not what causes what."
)
SURE = "Sure: the whole rank interval lies in that third, and more than one indicator is known."


def table_evidence(look: Look) -> Table | None:
    """The watch list: every sub-dimension with its evidence and the clusters concerned; None where there are answers."""
    if look.test.is_answered:
        return None
    gaps = look.test.gaps
    rows = [
        (
            row["name"],
            _standing(row),
            phrases.place_with_interval(row) if words.is_known(row["rank"]) else "–",
            _sure(row),
            look.sectors(row["clusters"]) or "–",
        )
        for _, row in gaps.iterrows()
    ]
    columns = [
        Column(name, numeric=False)
        for name in ("Sub-dimension", "Scoreboard", "Rank (interval)", "Sure", "Clusters concerned")
    ]
    return Table(
        title=look.title(f"What to watch in {look.name}, weaknesses first"),
        columns=columns,
        rows=rows,
        note=look.note(SURE, CONCERNED, evidence=True, answers=False),
        link=look.save("evidence", evidence_table(gaps, look.p.region)),
    )


def table_gaps(look: Look) -> Table | None:
    """Every sub-dimension with its evidence, its answers, the approach, and the clusters concerned; None without answers."""
    if not look.test.is_answered:
        return None
    gaps = look.test.gaps
    rows = [
        (
            row["name"],
            f"{phrases.MARKS[row['verdict']]}{words.NBSP}{phrases.place_with_interval(row)}{_surety(row)}"
            if words.is_known(row["rank"])
            else LEVEL[row["verdict"]],
            row["gap"],
            step(row["priority"]),
            row["approach"],
            f"{row['n_practices_met']} of {row['n_practices_known']}",
            look.sectors(row["clusters"]) or "–",
        )
        for _, row in gaps.iterrows()
    ]
    return Table(
        title=look.title(f"Evidence and answers for {look.name}, most urgent first"),
        columns=[
            Column("Sub-dimension", numeric=False),
            Column("Scoreboard", numeric=False),
            Column("Disparity", numeric=False),
            Column("Priority"),
            Column("Approach", numeric=False),
            Column("Good practice", numeric=False),
            Column("Clusters concerned", numeric=False),
        ],
        rows=rows,
        note=look.note(
            f"{phrases.MARKS['bottleneck']} worst third, {phrases.MARKS['strength']} best third of regions. {SURE} Good practice: a systemic approach, and analysis, strategy and action at 50 of 100 or more; of those with an answer.",
            CONCERNED,
            evidence=True,
        ),
        link=look.save("evidence", evidence_table(gaps, look.p.region)),
    )


def _standing(row: pd.Series) -> str:
    return f"{phrases.MARKS[row['verdict']]}{words.NBSP}{LEVEL[row['verdict']]}"


def _sure(row: pd.Series) -> str:
    if pd.isna(row["is_sure"]):
        return "–"
    return "one indicator" if row["n_known"] == 1 else "yes" if row["is_sure"] else "no"


def _surety(row: pd.Series) -> str:
    """Whether the verdict is sure, where it is one way or the other; a single indicator stands in the interval already."""
    return "" if row["n_known"] == 1 else ", sure" if row["is_sure"] else ", not sure"


def say_questions(look: Look) -> Text:
    """Which questions to put first, and how."""
    gaps = look.test.gaps
    asked = _to_ask(gaps)
    if asked.empty:
        return Text(("Every sub-dimension that is weak or without figures has an answer.",))
    weak, unseen = (asked[asked["verdict"] == verdict] for verdict in ("bottleneck", "unknown"))
    parts = [
        f"{'' if len(rows) == len(asked) else words.cardinal(len(rows)) + ' '}because {text}"
        for rows, text in ((weak, "the scoreboard shows a weakness"), (unseen, "figures are lacking"))
        if len(rows)
    ]
    how = f"The command **clusterkit stress-test init {look.p.region} --output FILE** makes a file with all questions, as YAML, a workbook or CSV for a survey tool; in JupyterLab the notebook ends with a form."
    return Text(
        (
            f"**{words.sentence(words.count(len(asked), 'question'))} to put first,** {words.listing(parts)}.{'' if look.test.is_answered else f' {how}'}",
        )
    )


def _to_ask(gaps: pd.DataFrame) -> pd.DataFrame:
    return gaps[gaps["verdict"].isin(["bottleneck", "unknown"]) & gaps["priority"].isna()]


def table_questions(look: Look) -> Table | None:
    """The questions to put first, with why; None where all are answered."""
    asked = _to_ask(look.test.gaps)
    if asked.empty:
        return None
    questions = look.test.instrument.questionnaire
    aspects = {code: questions.aspects[code] for code in questions.policy.aspects}
    rows = []
    for code, row in asked.iterrows():
        reason = (
            f"{phrases.MARKS['bottleneck']}{words.NBSP}weakness: {phrases.place_with_interval(row)}"
            if row["verdict"] == "bottleneck"
            else _needed(look, str(code))
        )
        rows.append((row["name"], questions.items[str(code)].question, reason))
    how = " ".join(
        f"{aspect.question} (0: {phrases.phrase(aspect.anchors[0])}; 4: {phrases.phrase(aspect.anchors[-1])}.)"
        for aspect in aspects.values()
        if aspect.anchors
    )
    return Table(
        title=look.title(f"What to ask first in {look.name}"),
        columns=[
            Column("Sub-dimension", numeric=False),
            Column("What it is about", numeric=False),
            Column("Why ask", numeric=False),
        ],
        rows=rows,
        note=look.note(f"Of each it is asked: {how}", evidence=True, answers=False),
        link=look.save("questions", asked[["name", "verdict", "rank", "n_ranked"]]),
    )


def _needed(look: Look, code: str) -> str:
    if not look.test.parts.loc[code, "is_empty"]:
        return f"Too little is published of {look.name}."
    reason = str(look.test.instrument.framework.table.loc[code, "reason"])
    at = reason.find("Needed:")
    return f"No open figures. {reason[at:]}" if at >= 0 else "No open figures."
