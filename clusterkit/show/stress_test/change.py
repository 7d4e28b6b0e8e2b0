"""What changed since the last round of answers, or the last scoreboard."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd

from clusterkit.show import theme, words
from clusterkit.show.output import Column, Figure, Several, Table, Text
from clusterkit.show.scoreboard import phrases
from clusterkit.show.stress_test.look import NAME_WIDTH, Look, beside, days, headed, step, step_axis
from clusterkit.show.theme import finish


def say_change(look: Look) -> Text | None:
    """Which priorities rose or fell, and which disparities are new or gone."""
    table, earlier, said = look.test.changed_answers, look.test.inputs.earlier, []
    if table is not None and earlier is not None:
        up, down = (table[table["direction"] == direction] for direction in ("higher", "lower"))
        moves = [
            f"**{words.count(len(rows), 'priority', 'priorities')} {verb}** ({phrases.named(rows)})"
            for rows, verb in ((up, "rose"), (down, "fell"))
            if len(rows)
        ]
        since = days(earlier.dates)
        said.append(
            f"Since {since}, {words.listing(moves)} by half a step or more."
            if moves
            else f"Since {since}, no priority moved by half a step or more."
        )
        n_then, n_now = len(earlier.sheets), len(look.test.inputs.answers.sheets)
        changed = table[table["is_changed"]]
        said.append(
            "Read otherwise now: "
            + "; ".join(
                f"{phrases.phrase(row['name'])}, {row['gap_then']} then, {row['gap_now']} now"
                for _, row in changed.iterrows()
            )
            + "."
            if len(changed)
            else "No disparity is read otherwise than then."
        )
        same = {sheet.respondent for sheet in earlier.sheets} & {
            sheet.respondent for sheet in look.test.inputs.answers.sheets
        }
        said.append(
            f"Then {words.count(n_then, 'respondent')} answered, now {words.cardinal(n_now)}, {words.cardinal(len(same))} of them in both rounds: a part of the change can come from who was asked."
        )
    moved = look.test.changed_evidence
    if moved is not None:
        changed = moved[moved["direction"].isin(["better", "worse"])]
        said.append(
            "On the scoreboard, beyond the margins of the ranks: "
            + "; ".join(f"{phrases.phrase(row['name'])} {row['direction']}" for _, row in changed.iterrows())
            + "."
            if len(changed)
            else "On the scoreboard no rank moved beyond its margin since the earlier one."
        )
    return Text((phrases.joined(said),)) if said else None


def plot_change(look: Look) -> Figure | None:
    """The priority of each sub-dimension then and now; None without an earlier round."""
    table, earlier = look.test.changed_answers, look.test.inputs.earlier
    if table is None or earlier is None:
        return None
    table = table[table[["priority_then", "priority_now"]].notna().any(axis=1)]
    if table.empty:
        return None
    moved = (table["priority_now"] - table["priority_then"]).fillna(0)
    table = table.iloc[(-moved).argsort(kind="stable")]
    theme.use()
    figure, axes = plt.subplots(figsize=(theme.WIDTH_IN, 0.42 * len(table) + 1.5), layout="constrained")
    for row, (_, values) in enumerate(table.iterrows()):
        then, now = values["priority_then"], values["priority_now"]
        if words.is_known(then) and words.is_known(now) and then != now:
            axes.annotate(
                "",
                (now, row),
                (then, row),
                arrowprops={"arrowstyle": "-|>", "color": theme.MUTED, "linewidth": 1.4, "shrinkA": 4, "shrinkB": 5},
            )
        axes.scatter(
            then,
            row,
            s=40,
            facecolors=theme.PAPER,
            edgecolors=theme.OTHER,
            linewidths=1.6,
            zorder=3,
            label="then" if row == 0 else None,
        )
        axes.scatter(
            now,
            row,
            s=56,
            color=theme.ACCENT,
            zorder=2 if then == now else 4,
            linewidths=0,
            label="now" if row == 0 else None,
        )
        beside(axes, row, values["direction"])
    theme.name_rows(axes, [theme.wrapped(name, NAME_WIDTH) for name in table["name"]])
    step_axis(axes, "Priority in regional policy (median step)")
    headed(axes, "now")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, frameon=False, handletextpad=0.2, borderpad=0)
    up, down = (int((table["direction"] == direction).sum()) for direction in ("higher", "lower"))
    shown = "; ".join(
        f"{row['name']} {step(row['priority_then'])} then, {step(row['priority_now'])} now"
        for _, row in table.iterrows()
    )
    return finish(
        figure,
        title=look.title(
            f"{words.sentence(words.cardinal(up))} {'priority' if up == 1 else 'priorities'} of {look.name} rose and {words.cardinal(down)} fell since {days(earlier.dates)}"
        ),
        alt=f"Dot chart of median priorities in two rounds, from 0 to 4: {shown}.",
        note=look.note(
            f"Ring: then ({words.count(len(earlier.sheets), 'respondent')}). Dot: now. Higher and lower: by half a step or more."
        ),
        link=look.save("change", table),
    )


def table_change(look: Look) -> Several | None:
    """Stages of cluster policy then and now; ranks of the scoreboard then and now."""
    tables = [table for table in (_quality(look), _evidence(look)) if table]
    return Several(tuple(tables)) if tables else None


def _quality(look: Look) -> Table | None:
    table = look.test.changed_quality
    if table is None or table[["then", "now"]].isna().all().all():
        return None
    rows = [
        (row["name"], phrases.points(row["then"]), phrases.points(row["now"]), phrases.signed_points(row["change"]))
        for _, row in table.iterrows()
    ]
    return Table(
        title=look.title(f"Cluster policy of {look.name}, then and now"),
        columns=[
            Column("Stage", numeric=False),
            Column("Then, of 100"),
            Column("Now, of 100"),
            Column("Change, points"),
        ],
        rows=rows,
        note=look.note("A part of the change can come from who was asked."),
        link=look.save("change-in-policy", table),
    )


def _evidence(look: Look) -> Table | None:
    table = look.test.changed_evidence
    if table is None:
        return None
    rows = [(row["name"], _place(row, "then"), _place(row, "now"), row["direction"]) for _, row in table.iterrows()]
    return Table(
        title=look.title(f"Scoreboard of {look.name}, then and now"),
        columns=[
            Column("Sub-dimension", numeric=False),
            Column("Then", numeric=False),
            Column("Now", numeric=False),
            Column("Direction", numeric=False),
        ],
        rows=rows,
        note=look.note(
            "Better or worse: the two rank intervals have no place in common. Other indicators or methods in between show as change too.",
            evidence=True,
            answers=False,
        ),
        link=look.save("change-in-evidence", table),
    )


def _place(row: pd.Series, when: str) -> str:
    values = {name: row[f"{name}_{when}"] for name in ("rank", "n_ranked", "rank_low", "rank_high")}
    return phrases.place_with_interval(pd.Series(values)) if words.is_known(values["rank"]) else "–"
