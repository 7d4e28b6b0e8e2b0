"""What changed between two periods, as far as the same indicators go."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from clusterkit.params import RegionParams
from clusterkit.scoreboard.region import RegionChange, RegionScoreboard
from clusterkit.show import theme, words
from clusterkit.show.output import Downloads, Figure, Text
from clusterkit.show.scoreboard import phrases
from clusterkit.show.scoreboard.ranks import LOOKS, rank_axis
from clusterkit.show.theme import finish


def say_change(found: RegionChange, board: RegionScoreboard, p: RegionParams) -> Text:
    """Which dimensions gained or lost places beyond their margins."""
    table = found.table[found.table["level"] == board.framework.levels[1]]
    known = table[table["rank_then"].notna() & table["rank_now"].notna()]
    n, all_of = len(found.framework.indicators), len(board.framework.indicators)
    basis = (
        f"Compared are {found.periods[0]} and {found.periods[1]}, with {n} of {all_of} indicators, {'the one' if n == 1 else 'those'} that half of the regions have in both, treated and "
        "scaled together. The scores are not those above, which take the newest figures of all indicators."
    )
    if known.empty:
        return Text((f"For {p.name} no dimension has figures in both periods.", basis))
    better, worse = (known[known["verdict"] == verdict] for verdict in ("better", "worse"))
    if better.empty and worse.empty and len(known) == 1:
        first = f"In the one dimension that can be compared, {phrases.named(known)}, {p.name} did not gain or lose places beyond the margins of the ranks."
    elif better.empty and worse.empty:
        first = f"In none of the {words.count(len(known), 'dimension')} that can be compared did {p.name} gain or lose places beyond the margins of the ranks."
    else:
        moves = [
            f"**{'gained' if rows is better else 'lost'}** places in {phrases.listing([_move(row) for _, row in rows.iterrows()])}"
            for rows in (better, worse)
            if len(rows)
        ]
        first = f"Beyond the margins of its ranks, {p.name} {words.listing(moves)}."
    still = int((known["verdict"] == "within the margin").sum())
    second = (
        f"In {words.count(still, 'dimension')} the change is within the margin."
        if still and (len(better) or len(worse))
        else ""
    )
    few = known[known["verdict"] == "not tested"]
    fourth = (
        f"{words.sentence(phrases.named(few))} {'rests' if len(few) == 1 else 'rest'} on too few indicators for a margin."
        if len(few)
        else ""
    )
    gone = table[table["rank_now"].isna() | table["rank_then"].isna()]
    third = (
        f"No change can be told in {phrases.named(gone)}: too few indicators have figures of both periods."
        if len(gone)
        else ""
    )
    return Text((phrases.joined([first, second, fourth, third]), basis))


def _move(row: pd.Series) -> str:
    return f"{phrases.phrase(row['name'])} ({_place(row, 'then')} to {_place(row, 'now')})"


def _place(row: pd.Series, when: str) -> str:
    """The rank in one of the periods with its interval, ``33rd of 266 (21–58)``."""
    n, of = row["n_indicators"], {end: row[f"{when}_{end}"] for end in ("low", "high")}
    standing = {"rank": row[f"rank_{when}"], "n_ranked": row[f"n_{when}"], "n_known": n}
    return phrases.place_with_interval(pd.Series(standing | {f"rank_{end}": value for end, value in of.items()}))


def plot_change(
    found: RegionChange, board: RegionScoreboard, p: RegionParams, downloads: Downloads, name: str = "change"
) -> Figure | None:
    """Rank with its interval in both periods, dimension by dimension; None without one that has both."""
    table = found.table[found.table["level"] == board.framework.levels[1]]
    table = table[table["rank_then"].notna() & table["rank_now"].notna()]
    if table.empty:
        return None
    theme.use()
    figure, axes = plt.subplots(figsize=(theme.WIDTH_IN, 0.6 * len(table) + 1.4), layout="constrained")
    rows = np.arange(len(table))
    for when, shift, marker, label in (("then", -0.16, "o", found.periods[0]), ("now", 0.16, "D", found.periods[1])):
        share = (
            table[[f"{when}_low", f"rank_{when}", f"{when}_high"]].div(table[f"n_{when}"], axis=0).mul(100).to_numpy().T
        )
        colour = theme.OTHER if when == "then" else theme.ACCENT
        tested = (table["verdict"] != "not tested").to_numpy()
        axes.hlines((rows + shift)[tested], share[0][tested], share[2][tested], color=colour, linewidth=5, alpha=0.4)
        axes.hlines((rows + shift)[tested], share[0][tested], share[2][tested], color=colour, linewidth=1.6)
        axes.scatter(share[1], rows + shift, marker=marker, s=46, color=colour, label=label, zorder=3)
    for row, (_, values) in enumerate(table.iterrows()):
        mark = {"better": "▲", "worse": "▼"}.get(values["verdict"], "")
        axes.annotate(
            f"{mark} {values['verdict']}".strip(),
            (1.0, row),
            xycoords=("axes fraction", "data"),
            xytext=(118, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            color=LOOKS["strength"][0] if mark == "▲" else LOOKS["bottleneck"][0] if mark else theme.MUTED,
        )
    theme.name_rows(axes, list(table["name"]))
    rank_axis(axes)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, frameon=False, handletextpad=0.3, borderpad=0)
    n_better, n_worse = (int((table["verdict"] == verdict).sum()) for verdict in ("better", "worse"))
    changed = (
        f"{p.name} gained places in {words.cardinal(n_better)} and lost places in {words.cardinal(n_worse)} of {words.count(len(table), 'dimension')}"
        if n_better or n_worse
        else f"No dimension of {p.name} changed its rank beyond the margin"
    )
    shown = "; ".join(
        f"{row['name']} {_place(row, 'then')}, then {_place(row, 'now')}, {row['verdict']}"
        for _, row in table.iterrows()
    )
    return finish(
        figure,
        title=f"{changed}, {found.periods[0]} to {found.periods[1]}",
        alt=f"Dot chart of ranks with intervals in two periods: {shown}.",
        note=phrases.note(
            board,
            p,
            more="Better or worse: the two intervals have no place in common. Choices of method move both periods alike, so that a real change can hide within the margins; the sampling error of surveys is not in them.",
        ),
        link=downloads.save(name, found.table),
    )
