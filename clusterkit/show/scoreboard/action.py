"""The dashboard: where to act, how sure that is, and what drives it."""

from __future__ import annotations

import pandas as pd

from clusterkit.params import RegionParams
from clusterkit.scoreboard.region import RegionScoreboard
from clusterkit.show import words
from clusterkit.show.output import Column, Downloads, Table, Text
from clusterkit.show.scoreboard import phrases

_CERTAINTY = {"sure": "sure", "likely": "depends on choices", "not tested": "not tested"}


def say_actions(board: RegionScoreboard, p: RegionParams) -> Text:
    """How many areas call for action, and what is not known well enough to say."""
    table = board.actions
    unknown = board.parts[board.parts["score"].isna() & ~board.parts["is_empty"]]
    empty = board.parts[board.parts["is_empty"]]
    blind = phrases.joined(
        [
            f"Nothing can be said of {phrases.named(unknown)}, for which too little of {p.name} is published."
            if len(unknown)
            else "",
            f"Nor of {phrases.named(empty)}: ask for it, since no open figures exist."
            if len(empty) and len(unknown)
            else f"Nothing can be said of {phrases.named(empty)}: ask for it, since no open figures exist."
            if len(empty)
            else "",
        ]
    )
    if board.parts["score"].isna().all():
        return Text((blind,))
    if table.empty:
        return Text(
            (
                f"No {phrases.part_noun(board.framework)} of {p.name} is in the worst third of regions or behind all its peers: no area stands out.",
                blind,
            )
        )
    sure = table[(table["certainty"] == "sure") & (table["n_known"] > 1)]
    if len(table) == 1:
        first, second = (
            f"**One area** of {p.name} calls for a look",
            f"; the weakness is {'' if len(sure) else 'not '}sure",
        )
    else:
        first = f"**{words.sentence(words.count(len(table), 'area'))}** of {p.name} call for a look, the surest and lowest first"
        second = (
            f"; in {words.cardinal(len(sure))} of them the weakness is sure"
            if len(sure)
            else "; in none of them is the weakness sure"
        )
    third = "A low score says where to look, not what to do: the figures behind it come next, then those who know the region."
    return Text((f"{first}{second}. {third}", blind))


def table_actions(
    board: RegionScoreboard, p: RegionParams, downloads: Downloads, name: str = "areas-for-action"
) -> Table | None:
    """One row per area: what is weak, how sure, how far the peers are, which indicators drive it; None without one."""
    table, noun = board.actions, phrases.part_noun(board.framework)
    if table.empty:
        return None
    rows = [
        (
            row["name"],
            *([row["parent_name"]] if noun != "dimension" else []),
            f"{phrases.MARKS['bottleneck']}{words.NBSP}{row['why']}",
            "one indicator" if row["n_known"] == 1 else _CERTAINTY[row["certainty"]],
            phrases.place_with_interval(row),
            phrases.signed_points(row["over_peers"]),
            _drivers(board, row),
        )
        for _, row in table.iterrows()
    ]
    drivers = table["drivers"].map(lambda found: "; ".join(f"{code} {value:.2f}" for code, value in found))
    return Table(
        title=f"Areas to look at in {p.name}, the surest and lowest first",
        columns=[
            Column(words.sentence(noun), numeric=False),
            *([Column("Dimension", numeric=False)] if noun != "dimension" else []),
            Column("Why", numeric=False),
            Column("How sure", numeric=False),
            Column("Rank (interval)", numeric=False),
            Column("Points against peers"),
            Column("What drives it, against peers", numeric=False),
        ],
        rows=rows,
        note=phrases.note(
            board,
            p,
            more=(
                "Bottleneck: in the worst third of the ranked regions. Sure: under the other choices of method that were tried. Not tested: a place below all peers has no interval. Behind all peers: below each of at least three. In brackets: points of the "
                f"{noun} that the indicator costs against the mean of the peers."
            ),
        ),
        link=downloads.save(name, table.assign(drivers=drivers)),
    )


def _drivers(board: RegionScoreboard, row: pd.Series) -> str:
    found = [
        f"{phrases.phrase(board.framework.name(code))} (−{words.number(abs(value), 1)})"
        for code, value in row["drivers"]
    ]
    return "; ".join(found) or "none of its indicators is below the peers"
