"""Figures that the region hands in: what they are, whom they can be held against, and whether they count."""

from __future__ import annotations

import pandas as pd

from clusterkit.data.indicator_register import LEAST_COMPARED
from clusterkit.params import RegionParams
from clusterkit.scoreboard.region import RegionScoreboard
from clusterkit.show import words
from clusterkit.show.output import Column, Downloads, Table, Text
from clusterkit.show.scoreboard import phrases
from clusterkit.spreadsheets import guarded


def say_own(own: pd.DataFrame, board: RegionScoreboard, p: RegionParams) -> Text | None:
    """How many figures the region hands in, which of them count, and which compare nobody; None without any.

    Parameters
    ----------
    own
        As ``scoreboard.own_figures`` gives it.
    """
    if own.empty:
        return None
    n, counted = len(own), own[own["is_counted"]]
    first = (
        f"{p.name} hands in {words.count(n, 'indicator')} of its own; "
        f"{_which(len(counted), n)} in the scores of the framework {board.framework.id}."
    )
    named = own.index.isin(board.framework.indicators)
    other = own[~own.index.isin(counted.index) & ~named]
    second = (
        f"{_names(other)} {'is' if len(other) == 1 else 'are'} in no part of that framework: shown here alone."
        if len(other)
        else ""
    )
    alone = own[(own["n_regions"] == 1) & own["value"].notna()]
    third = (
        f"{_names(alone)} {'is' if len(alone) == 1 else 'are'} known for {p.name} alone: no rank and no score can come of "
        f"{'it' if len(alone) == 1 else 'them'}."
        if len(alone)
        else ""
    )
    few = own[own["n_regions"].between(2, LEAST_COMPARED - 1)]
    fourth = (
        f"{_names(few)} {'has' if len(few) == 1 else 'have'} figures of too few regions to rank them: from "
        f"{words.cardinal(LEAST_COMPARED)} on they are (A131)."
        if len(few)
        else ""
    )
    lacking = own[own["value"].isna()]
    fifth = f"{_names(lacking)} {'has' if len(lacking) == 1 else 'have'} no figure of {p.name}." if len(lacking) else ""
    ranked = own[own["n_regions"] >= LEAST_COMPARED]
    sixth = (
        f"A place is one among the regions with a figure, {_among(ranked['n_regions'])}, and says nothing of the others."
        if len(ranked)
        else ""
    )
    return Text((phrases.joined([first, second, third, fourth, fifth]), sixth))


def _which(n: int, total: int) -> str:
    if total == 1:
        return "it is" if n else "it is not"
    return {0: "none of them is", total: "all are"}.get(n, f"{words.cardinal(n)} of them {'is' if n == 1 else 'are'}")


def _names(rows: pd.DataFrame) -> str:
    return words.sentence(phrases.first_of(list(rows["name"]), 4))


def _among(counts: pd.Series) -> str:
    low, high = int(counts.min()), int(counts.max())
    return words.number(low) if low == high else f"{words.number(low)} to {words.number(high)}"


def table_own(
    own: pd.DataFrame, board: RegionScoreboard, p: RegionParams, downloads: Downloads, name: str = "own-figures"
) -> Table | None:
    """Every indicator that the region hands in, beside Union, country and peers; None without any."""
    if own.empty:
        return None
    country = phrases.country_of(board)
    rows = [
        (
            row["name"],
            row["unit"],
            f"{phrases.figure(row['value'])}{' e' if row['status'] == 'estimated' else ''}",
            "–" if not words.is_known(row["year"]) else f"{row['year']:.0f}",
            phrases.figure(row["eu"]),
            *([phrases.figure(row["country"])] if country else []),
            phrases.figure(row["peers"]),
            "–"
            if not words.is_known(row["place"])
            else f"{words.number(row['place'])} / {words.number(row['n_regions'])}",
            "yes" if row["is_counted"] else "no",
            row["source"],
        )
        for _, row in own.iterrows()
    ]
    file = f" ({p.own.own_indicators})" if p.own.own_indicators else ""
    headings = [p.name, "Year", phrases.UNION, *([country] if country else []), "Peers", "Place, highest first"]
    return Table(
        title=f"Own figures of {p.name}: {words.out_of(int(own['is_counted'].sum()), len(own))} in the scores",
        columns=[
            Column("Indicator", numeric=False),
            Column("Unit", numeric=False),
            *map(Column, headings),
            Column("In the scores", numeric=False),
            Column("Source", numeric=False),
        ],
        rows=rows,
        note=f"Handed in by the region for this report{file}; other pages and regions do not have them. "
        f"e: estimated. –: not known, or of fewer than {words.cardinal(LEAST_COMPARED)} regions. Union and country: as handed "
        f"in, else means of the regions with a figure where they are enough; peers: their median. NUTS {p.nuts_version}.",
        link=downloads.save(name, own.assign(**{text: own[text].map(guarded) for text in ("name", "unit", "source")})),
        is_wide=True,
    )
