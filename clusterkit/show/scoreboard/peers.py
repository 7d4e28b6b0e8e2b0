"""The regions that a region is compared with: which, where, and why these."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from clusterkit.data.nuts import COUNTRY_NAMES
from clusterkit.data.sources import GISCO
from clusterkit.params import RegionParams
from clusterkit.scoreboard.region import RegionScoreboard
from clusterkit.scoreboard.structure import BLOCKS
from clusterkit.show import maps, theme, words
from clusterkit.show.output import Column, Downloads, Figure, Table, Text
from clusterkit.show.scoreboard import phrases


def say_peers(board: RegionScoreboard, stability: pd.DataFrame, p: RegionParams, names: Mapping[str, str]) -> Text:
    """Who the peers are, in what they are like the region, and how much that depends on what is compared."""
    table = board.peers
    listed = [
        f"{names.get(str(code), str(code))} ({COUNTRY_NAMES.get(row['country'], row['country'])})"
        for code, row in table.iterrows()
    ]
    if p.scoreboard.peers != "auto":
        return Text(
            (
                f"The {'peer' if len(listed) == 1 else 'peers'} of {p.name} {'was' if len(listed) == 1 else 'were'} chosen by hand: {words.listing(listed)}. How alike {'it is' if len(listed) == 1 else 'they are'} stands in the table.",
            )
        )
    first = (
        f"**Most like {p.name} in structure** are {words.listing(listed)}."
        if len(listed) > 1
        else f"**Most like {p.name} in structure** is {words.listing(listed)}."
    )
    how = (
        "Compared are the mix of sectors, size, density, product per head and education: what a region is, not how well it does. "
        "At most two peers are of the region’s own country, since much is to be learnt where laws differ."
    )
    own = stability[stability["is_peer"]]
    steady = own[own["share"] >= 0.99]
    n_trials = int(own["n_trials"].max()) if len(own) else 0
    second = (
        f"{words.sentence(words.out_of(len(steady), len(own)))} {'stays' if len(steady) < 2 else 'stay'} among the peers whichever one of "
        f"{words.cardinal(n_trials)} groups of figures is left out."
        if n_trials
        else ""
    )
    return Text((first, phrases.joined([how, second])))


def plot_peers(
    board: RegionScoreboard,
    p: RegionParams,
    region: gpd.GeoDataFrame,
    names: Mapping[str, str],
    codes: Mapping[str, list[str]],
) -> Figure:
    """Where the peers are.

    Parameters
    ----------
    codes
        NUTS codes of peers that are made of several; others are codes themselves.
    """
    places = {names.get(str(code), str(code)): codes.get(str(code), [str(code)]) for code in board.peers.index}
    distance = board.peers["distance"]
    nearest = names.get(str(distance.idxmin()), str(distance.idxmin()))
    return maps.plot_beside(
        p,
        region,
        places,
        title=f"The nearest peer of {p.name} is {nearest}, at {words.number(distance.min(), 2)} of the usual distance between two regions",
        alt=f"Map of Europe with {p.name} in orange and its peers in blue: {words.listing(list(places))}.",
        note=f"Orange: {theme.plain(p.name)}. Blue: the peers. Boundaries: NUTS {p.nuts_version}, {GISCO}.",
    )


def table_peers(
    board: RegionScoreboard,
    stability: pd.DataFrame,
    p: RegionParams,
    names: Mapping[str, str],
    downloads: Downloads,
    name: str = "peers",
) -> Table:
    """Distance of each peer, what is most and least alike, and how often it stays."""
    table = board.peers
    share = stability["share"].reindex(table.index)
    rows = [
        (
            names.get(str(code), str(code)),
            COUNTRY_NAMES.get(row["country"], row["country"]),
            words.number(row["distance"], 2),
            BLOCKS.get(row["most_alike"], str(row["most_alike"])),
            BLOCKS.get(row["least_alike"], str(row["least_alike"])),
            "–" if pd.isna(share[code]) else f"{100 * share[code]:.0f}{words.NBSP}%",
        )
        for code, row in table.iterrows()
    ]
    return Table(
        title=f"The peers of {p.name}, nearest first",
        columns=[
            Column("Region", numeric=False),
            Column("Country", numeric=False),
            Column("Distance"),
            Column("Most alike in", numeric=False),
            Column("Least alike in", numeric=False),
            Column("Stays a peer"),
        ],
        rows=rows,
        note=phrases.note(
            board,
            p,
            more=(
                "Distance: 0 is the same structure, 1 as far apart as two regions are on average. Stays a peer: share of the trials in which one group "
                "of figures was left out. Peers after the idea of Navarro and others (2014), formula of this project (A100)."
            ),
        ),
        link=downloads.save(
            name, table.assign(name=[names.get(str(code), str(code)) for code in table.index], stays=share)
        ),
    )
