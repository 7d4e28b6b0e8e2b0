"""Emerging industries and industrial ecosystems of a region, each with how far divisions can tell."""

from __future__ import annotations

import geopandas as gpd
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from clusterkit.data.industries import Taxonomy
from clusterkit.mapping.portfolio import RANGE_TOLERANCE
from clusterkit.params import RegionParams
from clusterkit.portrait import ChosenCategories
from clusterkit.show import maps, theme, words
from clusterkit.show.output import Column, Downloads, Figure, Heading, Several, Table, Text
from clusterkit.show.tables import source_note
from clusterkit.show.theme import finish

LISTED = 3  # categories named in a sentence
FINER = "finer than divisions"
RED = {"emerging-industries": "A16", "industrial-ecosystems": "A17"}  # docs/assumptions.md


def say_categories(table: pd.DataFrame, p: RegionParams, taxonomy: Taxonomy) -> Text:
    """Which categories the region is specialised in, and what divisions cannot show.

    Parameters
    ----------
    table
        As ``mapping.category_strength`` gives it.
    """
    known = _ranked(table)
    what = what_of(taxonomy)
    if known.empty:
        return Text((f"None of the {words.count(len(table), 'category', 'categories')} can be seen for {p.name}.",))
    over = known[known["lq_low"] > 1]
    named = [
        f"{_inside(row['name'])} ({_times(row)} the European share{_partly(row)})"
        for _, row in over.head(LISTED).iterrows()
    ]
    if len(over):
        first = (
            f"{words.sentence(words.out_of(len(over), len(known)))} {what} that can be seen {'has' if len(over) == 1 else 'have'} more than the European share "
            f"of jobs in {p.name}{', led by ' if len(over) > LISTED else ': '}{words.listing(named)}."
        )
    else:
        top = _headline(known)
        first = f"None of the {words.cardinal(len(known))} {what} that can be seen surely has more than the European share of jobs in {p.name}; the highest is {_inside(top['name'])} with {_times(top)} that share{_partly(top)}."
    return Text((first, _rating_words(table, taxonomy)))


def _rating_words(table: pd.DataFrame, taxonomy: Taxonomy) -> str:
    counts = _ratings(table, taxonomy).value_counts()
    parts = [f"{words.cardinal(int(counts[rating])) if len(counts) > 1 else 'all'} {rating}" for rating in ("exact", "approximate", FINER, "not observable") if rating in counts]  # fmt: skip
    partly = table[table["status"] == "partly covered"]["name"]
    text = f"How well divisions carry the {words.cardinal(len(table))} categories: {words.listing(parts)}."
    deeper = [taxonomy.categories[code] for code, one in taxonomy.definitions.items() if one.deeper]
    if deeper:
        text += (
            f" {words.listing([words.sentence(name) for name in deeper])} {'is' if len(deeper) == 1 else 'are'} made of groups or classes, "
            "which Eurostat does not publish for regions: what is shown of them is their whole divisions alone."
        )
    if len(partly):
        text += f" Of {words.listing([_inside(name) for name in partly])} a part lies outside these statistics."
    if taxonomy.id in RED:
        text += (
            f" Which divisions make up a category is this project’s choice, **rated red** ({RED[taxonomy.id]}): another "
            "choice can make another finding."
        )
    return text


def plot_categories(table: pd.DataFrame, p: RegionParams, taxonomy: Taxonomy, downloads: Downloads) -> Figure | None:
    """Location quotient of each category with its range and rating; None where nothing can be seen."""
    known = _ranked(table)
    if known.empty:
        return None
    unseen = table.drop(index=known.index)
    theme.use()
    figure, axes = plt.subplots(figsize=(theme.WIDTH_IN, 0.38 * len(table) + 1.1), layout="constrained")
    rows = np.arange(len(known))
    above = (known["lq_low"] > 1).to_numpy()
    colours = np.where(above, theme.STRONG, theme.OTHER)
    whole = (known["status"] == "covered").to_numpy()
    low, value, high = (known[column].clip(lower=theme.LEAST_LQ) for column in ("lq_low", "lq", "lq_high"))
    axes.axvline(1, color=theme.MUTED, linewidth=1, zorder=0)
    theme.ranges(axes, low, high, colours)
    axes.scatter(value, rows, s=64, facecolors=np.where(whole, colours, theme.PAPER), edgecolors=colours.tolist(), linewidths=1.8,
                 zorder=2, clip_on=False)  # fmt: skip
    theme.name_rows(axes, [*known["name"], *unseen["name"]])
    theme.quotient_axis(axes, [known["lq_low"], known["lq_high"], known["lq"]])
    for row in range(len(known), len(table)):
        axes.annotate("cannot be seen from divisions", (0.02, row), xycoords=("axes fraction", "data"), va="center",
                      color=theme.MUTED, fontstyle="italic")  # fmt: skip
    axes.set_xlabel("Location quotient: share of jobs, times the European share (logarithmic scale)")
    theme.right_column(
        axes, [_short(rating) for rating in _ratings(table, taxonomy)[[*known.index, *unseen.index]]], heading="rating"
    )
    top = _headline(known)
    shown = "; ".join(f"{row['name']} {_times(row)} ({row['rating']}, {row['status']})" for _, row in known.iterrows())
    blind = f"; cannot be seen: {words.listing(list(unseen['name']))}" if len(unseen) else ""
    return finish(
        figure,
        title=f"{top['name']}: {_times(top)} the European share of jobs in {p.name}, the highest among the {what_of(taxonomy)}"
        f"{' that these statistics cover' if top['status'] == 'covered' else ''}",
        alt=f"Dot chart of location quotients of {what_of(taxonomy)} in {p.name}, {p.reference_year}: {shown}{blind}.",
        note=f"Orange: surely above the European share. Hollow: a part of the category lies outside these statistics. The band is what hidden cells leave open (90\u00a0%). "
        f"{source_note(p)}",
        link=downloads.save(taxonomy.id, table),
    )  # fmt: skip


def table_categories(
    table: pd.DataFrame, p: RegionParams, taxonomy: Taxonomy, growth: pd.DataFrame | None = None
) -> Table:
    """Jobs, rank and rating of every category; what divisions cannot show is said in the row.

    Parameters
    ----------
    table
        As ``mapping.category_strength`` gives it.
    growth
        As ``mapping.category_growth`` gives it; without, the table has no change.
    """
    order = [*_ranked(table).index, *table.index.difference(_ranked(table).index, sort=False)]
    ratings = _ratings(table, taxonomy)
    rows = [
        (
            row["name"],
            _jobs(row),
            f"{words.number(row['rank'])} of {words.number(row['n_regions'])}" if words.is_known(row["rank"]) else "–",
            ratings[code],
            f"{words.number(100 * row['covered_share'])}{words.NBSP}%" if words.is_known(row["covered_share"]) else "–",
            *(() if growth is None else _change(growth.loc[code])),
        )
        for code, row in table.loc[order].iterrows()
    ]
    changes = () if growth is None else (Column(f"Change {p.base_year}–{p.reference_year}"), Column("in Europe"))
    star = "*: a hidden division in it is estimated. " if table["is_estimated"].any() else ""
    return Table(
        title=f"{words.sentence(what_of(taxonomy))} of {p.name}: jobs, rank and rating, {p.reference_year}",
        columns=[
            Column("Category", numeric=False),
            Column("Persons employed"),
            Column("Rank in Europe"),
            Column("Rating", numeric=False),
            Column("Of its divisions in these statistics"),
            *changes,
        ],
        rows=rows,
        note=f"{star}Rank by location quotient. Rating: exact, divisions are the category; approximate, they are its core or hold more than it; not observable, they cannot "
        f"tell it{'; ' + FINER + ', only groups and classes tell it' if (ratings == FINER).any() else ''}. The data give the reason for each rating. {'Categories overlap: their jobs do not add up. ' if taxonomy.overlapping else ''}{_growth_note(growth)}{source_note(p)}",
    )  # fmt: skip


def _ranked(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["lq"].notna()].sort_values(["lq_low", "persons_employed"], ascending=False)


def _headline(known: pd.DataFrame) -> pd.Series:
    """The highest category that lies wholly inside these statistics; the highest at all where none does."""
    whole = known[known["status"] == "covered"]
    return (known if whole.empty else whole).iloc[0]


def _partly(row: pd.Series) -> str:
    return "" if row["status"] == "covered" else ", a part of it only"


def _ratings(table: pd.DataFrame, taxonomy: Taxonomy) -> pd.Series:
    """How well divisions carry each category; those made of groups and classes alone are another matter."""
    is_finer = [len(one.deeper) == len(one.members) > 0 for one in (taxonomy.definitions[code] for code in table.index)]
    return table["rating"].mask(pd.Series(is_finer, index=table.index), FINER)


def what_of(taxonomy: Taxonomy) -> str:
    """The categories of a taxonomy as a sentence calls them, in the plural."""
    return taxonomy.id.replace("-", " ") if taxonomy.id in RED else f"categories of “{taxonomy.title}”"


def _change(row: pd.Series) -> tuple[str, str]:
    shown = [words.signed_percent(row[name]) if words.is_known(row[name]) else "–" for name in ("growth_pct", "growth_europe_pct")]  # fmt: skip
    return shown[0] + (" b" if row["growth_has_break"] and shown[0] != "–" else ""), shown[1]


def _growth_note(growth: pd.DataFrame | None) -> str:
    if growth is None:
        return ""
    known = growth["growth_pct"].notna()
    mark = "b: break in the series of a member. " if (known & growth["growth_has_break"]).any() else ""
    return f"{mark}Change of jobs; –: a member is hidden or outside these statistics. "


def section_chosen(
    of: ChosenCategories | None, p: RegionParams, region: gpd.GeoDataFrame, downloads: Downloads
) -> Several | None:
    """The categories that the region chose, under a heading of their own; None where it chose none.

    Findings, location quotients, jobs and change, and the first category over Europe.
    """
    if of is None:
        return None
    source = f"These categories are the choice of whoever made this report, not a classification of Eurostat. Source of the set: {of.taxonomy.source}."
    return Several(
        (
            Heading(of.taxonomy.title),
            say_categories(of.strength, p, of.taxonomy),
            Text((source,)),
            plot_categories(of.strength.join(of.growth), p, of.taxonomy, downloads),
            table_categories(of.strength, p, of.taxonomy, of.growth),
            _map(of, p, region, downloads),
        )
    )


def _map(of: ChosenCategories, p: RegionParams, region: gpd.GeoDataFrame, downloads: Downloads) -> Figure | None:
    """The region's first category over Europe; None where nothing can be seen."""
    known = _ranked(of.strength)
    if known.empty:
        return None
    code = str(_headline(known).name)
    across = of.everywhere.xs(code, level="category")
    across = across.assign(lq=across["lq"].mask(across["is_estimated"]))  # coloured only where the range decides
    return maps.plot_quotients(code, of.taxonomy.label(code), across, p, region, downloads)


def sentence_chosen(of: ChosenCategories | None) -> str:
    """Where the region is strongest among the chosen categories, in one sentence; "" without them."""
    known = pd.DataFrame() if of is None else _ranked(of.strength)
    if of is None or known.empty:
        return ""
    top = _headline(known)
    return f"Among the {what_of(of.taxonomy)}, the highest is {_inside(top['name'])} with {_times(top)} the European share of jobs{_partly(top)}."


def _inside(name: str) -> str:
    return name[:1].lower() + name[1:]


def _times(row: pd.Series) -> str:
    is_certain = row["lq_high"] <= RANGE_TOLERANCE * row["lq_low"]
    return words.times(row["lq"], row["lq_low"], row["lq_high"], certain=bool(is_certain))


def _jobs(row: pd.Series) -> str:
    return words.number(row["persons_employed"]) + ("*" if row["is_estimated"] else "") if words.is_known(row["persons_employed"]) else "–"  # fmt: skip


def _short(rating: str) -> str:
    return {"not observable": "not seen", FINER: "finer"}.get(rating, rating)
