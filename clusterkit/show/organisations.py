"""Cluster organisations of a region: how many, which strong sectors have one, where they stand."""

from __future__ import annotations

import re
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.lines import Line2D

from clusterkit.data.industries import Taxonomy
from clusterkit.data.own.geometry import OwnBoundary
from clusterkit.data.sources import GISCO
from clusterkit.params import RegionParams
from clusterkit.portrait.own import RegionOrganisations
from clusterkit.show import theme, words
from clusterkit.show.boundary import draw_boundary, handles
from clusterkit.show.close_up import close_up
from clusterkit.show.output import Column, Downloads, Figure, Table, Text
from clusterkit.show.svg import DPI
from clusterkit.spreadsheets import guarded

# Colour and shape say the same; after Okabe and Ito (2008), without their yellow.
MARKS = (
    ("#0072b2", "o"),
    ("#d55e00", "^"),
    ("#009e73", "s"),
    ("#cc79a7", "D"),
    ("#e69f00", "v"),
    ("#56b4e9", "P"),
    (theme.OTHER, "X"),
)
OTHERS = "other"  # categories that have no mark of their own
NAMED = 4  # categories or sectors in a sentence
MOST_NUMBERS = 40  # organisations on the map with the number of their row


def say_organisations(found: RegionOrganisations | None, p: RegionParams, taxonomy: Taxonomy) -> Text | None:
    """How many organisations there are of which kind, and which strong sectors have one; None without a list."""
    if found is None:
        return None
    table = found.listed.table
    counts = _counts(table["category"])
    kinds = [f"{name} ({n})" for name, n in list(counts.items())[:NAMED]]
    rest = len(counts) - NAMED
    more = f", and {words.count(rest, 'other category', 'other categories')}" if rest > 0 else ""
    first = (
        f"{p.name} names **{words.count(len(table), 'cluster organisation')}**, by category: {', '.join(kinds)}{more}."
    )
    outside = table[table["x"].notna() & ~table["is_inside"]]
    second = (
        f"{words.sentence(words.count(len(outside), 'stands', 'stand'))} outside of the region." if len(outside) else ""
    )
    return Text((" ".join(part for part in (first, second) if part), _of_strong(found.of_strong, table, p, taxonomy)))


def _of_strong(of_strong: pd.DataFrame, table: pd.DataFrame, p: RegionParams, taxonomy: Taxonomy) -> str:
    open_to_all = int(table["sectors"].map(len).eq(0).sum())
    tail = (
        f" {words.sentence(words.count(open_to_all, 'organisation names', 'organisations name'))} no sector."
        if open_to_all
        else ""
    )
    if of_strong.empty:
        return f"{p.name} has no strong sector that an organisation could work in.{tail}"
    has = of_strong[of_strong["n_organisations"] > 0]
    without = of_strong[of_strong["n_organisations"] == 0]
    if len(of_strong) == 1:
        code = str(of_strong.index[0])
        which = "an" if len(has) else "no"
        return f"Its one strong sector, {taxonomy.phrase(code)}, has {which} organisation that names it.{tail}"
    head = (
        f"{words.sentence(words.out_of(len(has), len(of_strong)))} strong sectors {'has' if len(has) < 2 else 'have'}"
    )
    with_them = f": {_sectors(has, taxonomy)}" if len(has) else ""
    whom = "it" if len(without) == 1 else "them"
    lacking = (
        f" Nobody names {_sectors(without, taxonomy)}: whether a wider organisation serves {whom} is to be asked."
        if len(without)
        else ""
    )
    return f"{head} an organisation that names them{with_them}.{lacking}{tail}"


def _sectors(rows: pd.DataFrame, taxonomy: Taxonomy) -> str:
    names = [taxonomy.phrase(str(code)) for code in rows.index]
    more = [f"{words.cardinal(len(names) - NAMED)} more"] if len(names) > NAMED else []
    return words.listing([*names[:NAMED], *more])


def _counts(categories: pd.Series) -> dict[str, int]:
    """Categories with their number, the most frequent first, then by name."""
    counts = categories.value_counts()
    return dict(sorted(((str(name), int(n)) for name, n in counts.items()), key=lambda pair: (-pair[1], pair[0])))


def marked(categories: pd.Series) -> pd.Series:
    """The category whose mark each organisation has: at most seven, the least frequent joined as ``other``.

    >>> marked(pd.Series(list("aabbccddeeffghh"))).tolist()[-3:]
    ['other', 'other', 'other']
    """
    counts = list(_counts(categories))
    kept = counts if len(counts) <= len(MARKS) else counts[: len(MARKS) - 1]
    return categories.where(categories.isin(kept), OTHERS)


def plot_organisations(
    found: RegionOrganisations | None,
    boundary: OwnBoundary | None,
    p: RegionParams,
    region: gpd.GeoDataFrame,
    downloads: Downloads,
) -> Figure | None:
    """Where the organisations stand; None without one whose place is known and near the region.

    Parameters
    ----------
    found
        The organisations.
    boundary
        Drawn by the region, to be shown too; None: there is none.
    """
    if found is None or not found.listed.table["is_inside"].any():
        return None
    shapes = [] if boundary is None else [boundary.shape]
    figure, axes, _ = close_up(p, region, shapes)
    draw_boundary(axes, boundary)
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    table = found.listed.table.assign(
        mark=marked(found.listed.table["category"]), number=range(1, len(found.listed.table) + 1)
    )
    on_map = table[table["x"].between(west, east) & table["y"].between(south, north)]
    on_map = _apart(on_map, (east - west) / (theme.WIDTH_IN * DPI))
    legend = handles(p, is_drawn=boundary is not None)
    order = [name for name in _counts(table["mark"]) if name != OTHERS]
    order += [OTHERS] if table["mark"].eq(OTHERS).any() else []
    for position, name in enumerate(order):
        colour, marker = MARKS[-1] if name == OTHERS else MARKS[position]
        rows = on_map[on_map["mark"] == name]
        style: dict[str, Any] = {"marker": marker, "facecolor": colour, "edgecolor": theme.INK}
        axes.scatter(rows["x"], rows["y"], s=70, linewidths=0.9, zorder=4, **style)
        legend.append(
            Line2D([], [], linestyle="none", marker=marker, markersize=8, markerfacecolor=colour,
                   markeredgecolor=theme.INK, markeredgewidth=0.9, label=theme.plain(name, 40))
        )  # fmt: skip
    figure.legend(handles=legend, loc="outside lower left", ncols=3, frameon=False, alignment="left", handlelength=1.8)
    if len(on_map) <= MOST_NUMBERS:
        theme.place_labels(axes, on_map[["x", "y"]], [str(n) for n in on_map["number"]], others=on_map[["x", "y"]])
    counts = _counts(on_map["mark"])
    shown = ", ".join(f"{name} ({n})" for name, n in counts.items())
    missing = len(table) - len(on_map)
    left_out = f"{words.sentence(words.count(missing, 'is', 'are'))} not on the map: far away, or without a place. "
    return theme.finish(
        figure,
        title=_title(on_map, p),
        alt=f"Map of {p.name} with {words.count(len(on_map), 'cluster organisation')}, marked by category: {shown}.",
        note=f"Numbers: those of the table below. {left_out if missing else ''}Organisations: named by the region "
        f"({p.own.own_organisations}). Boundaries: NUTS {p.nuts_version}, {GISCO}.",
        link=_saved(found, downloads),
    )


def _saved(found: RegionOrganisations, downloads: Downloads) -> str:
    """Write the list as a file, its texts guarded against spreadsheets, and give its address."""
    table = found.listed.table.drop(columns=["x", "y"]).assign(sectors=found.listed.table["sectors"].map("; ".join))
    for column in ("name", "category", "sectors", "link", "source"):
        table[column] = table[column].map(guarded)
    numbers = pd.RangeIndex(1, len(table) + 1, name="number")
    return downloads.save("organisations", table.set_axis(numbers))


def _apart(on_map: pd.DataFrame, metres_per_pixel: float) -> pd.DataFrame:
    """Places of the marks: those that share one stand around it, so that each is seen."""
    spot = on_map[["x", "y"]].div(4 * metres_per_pixel).round()
    group = on_map.groupby([spot["x"], spot["y"]])
    size, position = group["x"].transform("size"), group.cumcount()
    angle = 2 * np.pi * position / size
    radius = np.where(size > 1, metres_per_pixel * np.maximum(7.0, 2.2 * size), 0.0)
    return on_map.assign(x=on_map["x"] + radius * np.cos(angle), y=on_map["y"] + radius * np.sin(angle))


def _title(on_map: pd.DataFrame, p: RegionParams) -> str:
    counts = _counts(on_map["category"])
    name, n = next(iter(counts.items()))
    n_all = words.count(len(on_map), "cluster organisation")
    if len(counts) == 1:
        return f"{p.name} has {n_all} on the map{f', all of the category {name}' if len(on_map) > 1 else ''}"
    is_tied = list(counts.values()).count(n) > 1
    most = "" if is_tied else f", most often {name} ({n})"
    return f"{p.name} has {n_all} of {words.cardinal(len(counts))} categories on the map{most}"


def table_organisations(
    found: RegionOrganisations | None, p: RegionParams, taxonomy: Taxonomy, downloads: Downloads
) -> Table | None:
    """Every organisation with its number on the map; None without a list."""
    if found is None:
        return None
    table = found.listed.table
    optional = {
        "members": any(words.is_known(value) for value in table["members"]),
        "founded": any(words.is_known(value) for value in table["founded"]),
        "link": table["link"].ne("").any(),
        "source": table["source"].ne("").any(),
    }
    rows = []
    for number, row in enumerate(table.to_dict("records"), start=1):
        cells = {
            "members": words.number(row["members"]) if words.is_known(row["members"]) else "–",
            "founded": f"{row['founded']:.0f}" if words.is_known(row["founded"]) else "–",
            "link": address(row["link"]) or "–",
            "source": row["source"] or "–",
        }
        rows.append(
            (
                row["name"],
                str(number),
                row["category"],
                "; ".join(_label(code, taxonomy) for code in row["sectors"]) or "–",
                *(cells[name] for name in cells if optional[name]),
            )
        )
    headings = {
        "members": Column("Members"),
        "founded": Column("Founded"),
        "link": Column("Address", numeric=False),
        "source": Column("Source", numeric=False),
    }
    return Table(
        title=f"{words.sentence(words.count(len(table), 'cluster organisation'))} that {p.name} names",
        columns=[
            Column("Organisation", numeric=False),
            Column("Number"),
            Column("Category", numeric=False),
            Column("Sectors", numeric=False),
            *(column for name, column in headings.items() if optional[name]),
        ],
        rows=rows,
        note=" ".join(
            [
                f"Named by the region ({p.own.own_organisations}), not checked by this project.",
                *found.listed.notes,
                "–: not given.",
            ]
        ),
        link=_saved(found, downloads),
        is_wide=True,
    )


def _label(code: str, taxonomy: Taxonomy) -> str:
    return taxonomy.label(code) if code in taxonomy.categories else code


def address(link: str) -> str:
    """An address as a reader types it, without the scheme: pages link to no other host.

    >>> address("https://www.example.org/clusters/")
    'www.example.org/clusters'
    """
    return re.sub(r"^https?://", "", link).rstrip("/")
