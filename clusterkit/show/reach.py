"""What is within reach of a region: the network of related sectors, candidates, entries and exits."""

from __future__ import annotations

import textwrap

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from clusterkit.data.industries import Taxonomy
from clusterkit.mapping.reach import MIN_RELATEDNESS, Reach
from clusterkit.params import RegionParams
from clusterkit.show import theme, words
from clusterkit.show.output import Column, Downloads, Figure, Table, Text
from clusterkit.show.tables import source_note

CANDIDATES = 8  # in the figure and the table; the file has all
STRONG_SHOWN = 10  # strong sectors in the figure, those with most links to the candidates
CLOSE_NAMED = 3  # strong sectors named beside a candidate
WIDTHS_PT = (0.8, 6.0)  # points; width of a link at the least and at the greatest relatedness


def say_reach(reach: Reach, rates: pd.DataFrame, p: RegionParams, taxonomy: Taxonomy) -> Text:
    """The nearest sector that the region is not strong in yet, and what such nearness told in the past.

    Parameters
    ----------
    reach
        As ``mapping.within_reach`` gives it.
    rates
        As ``mapping.entry_rates`` gives them.
    """
    n_strong = int((reach.links.nodes["status"] == "strong").sum())
    if not n_strong:
        return Text((f"Without a strong sector in {p.name} there is nothing that another sector could be close to.",))
    if reach.candidates.empty:
        return Text((f"No sector is close to what {p.name} is strong in: nothing is within reach by this measure.",))
    code, row = str(reach.candidates.index[0]), reach.candidates.iloc[0]
    closest = row["closest"][0]
    first = (
        f"Nearest to what {p.name} is strong in is **{taxonomy.phrase(code)}**: of all that goes with it elsewhere, {p.name} is strong in "
        f"{words.percent(100 * row['density'])}, more than for any other sector it is not strong in. It is close to "
        f"{words.count(int(row['n_close']), 'strong sector')}"
        f"{', first of all ' if row['n_close'] > 1 else ': '}{taxonomy.phrase(closest)}: {words.count(int(row['n_regions_with_both']), 'region')} of Europe "
        f"{'has' if row['n_regions_with_both'] == 1 else 'have'} both above the European share, {words.decimal(row['relatedness'])} times as many as chance would give. "
        f"{_there_now(row, p)}"
    )
    return Text((first, _say_rates(rates, p)))


def _there_now(row: pd.Series, p: RegionParams) -> str:
    if not words.is_known(row["persons_employed"]):
        return f"How many work in it in {p.name} is not known."
    about = "about " if row["is_estimated"] else ""
    return (
        f"It has {about}{words.number(row['persons_employed'])} persons employed there now, {words.times(row['lq'])} the European share"
        f"{' (hidden, estimated)' if row['is_estimated'] else ''}."
    )


def _say_rates(rates: pd.DataFrame, p: RegionParams) -> str:
    if rates.empty or not rates["n_entries"].sum():
        return "Whether such closeness told anything in the past cannot be checked: no region became strong in a new sector."
    low, high = rates.iloc[0], rates.iloc[-1]
    if high["entry_pct"] > low["entry_pct"]:
        reading = "Closeness went with entry, but entries are rare: this is a list of questions to ask, not a forecast."
    else:
        reading = "Closeness did not go with entry in these years: read the list with care."
    return (
        f"Did such closeness tell anything in the past? Over all regions, from {p.base_year} to {p.reference_year}, sectors became strong in "
        f"{words.percent(high['entry_pct'])} of the cases in the fifth with the highest density and in {words.percent(low['entry_pct'])} in the fifth "
        f"with the lowest. {reading}"
    )


def plot_reach(reach: Reach, p: RegionParams, taxonomy: Taxonomy, downloads: Downloads) -> Figure | None:
    """Strong sectors on the left, those within reach on the right, links between; None without a candidate."""
    shown = reach.candidates.head(CANDIDATES)
    edges = reach.links.edges[reach.links.edges["nace_code"].isin(shown.index)]
    if shown.empty:
        return None
    right = list(shown.index)
    left = _left_side(edges, right)
    edges = edges[edges["strong_nace_code"].isin(left)]
    theme.use()
    n_rows = max(len(left), len(right))
    figure, axes = plt.subplots(figsize=(theme.WIDTH_IN, 0.52 * n_rows + 1.5), layout="constrained")
    places = {**_column(left, n_rows, 0.0), **_column(right, n_rows, 1.0)}
    for _, edge in edges.iloc[::-1].iterrows():  # the strongest on top
        _link(axes, places[edge["strong_nace_code"]], places[edge["nace_code"]], edge["relatedness"])
    for code, (x, y) in places.items():
        is_strong = code in left
        axes.scatter(x, y, s=110, facecolor=theme.STRONG if is_strong else theme.PAPER, zorder=3, linewidth=2,
                     edgecolor=theme.STRONG if is_strong else theme.ACCENT)  # fmt: skip
        axes.text(x + (-0.04 if is_strong else 0.04), y, "\n".join(textwrap.wrap(taxonomy.label(code), 32)), va="center",
                  ha="right" if is_strong else "left", fontsize=theme.FONT_PT - 0.5, linespacing=1.05)  # fmt: skip
    axes.set_xlim(-0.95, 1.95)
    axes.set_ylim(n_rows - 0.3, -1.1)
    axes.set_axis_off()
    axes.text(-0.04, -0.75, "Strong in", ha="right", color=theme.MUTED)
    axes.text(1.04, -0.75, "Within reach, nearest first", ha="left", color=theme.MUTED)
    _legend(axes, edges["relatedness"])
    lead = str(right[0])
    return theme.finish(
        figure,
        title=f"{words.sentence(taxonomy.phrase(lead))} is nearest to what {p.name} is strong in: close to "
        f"{words.out_of(int(shown.iloc[0]['n_close']), _n_strong(reach))} strong sectors",
        alt=f"Network of {words.count(len(left), 'strong sector')} of {p.name} and the {words.count(len(right), 'sector')} within reach, nearest first. "
        + "; ".join(
            f"{taxonomy.label(code)}: close to {_close(shown.loc[code], taxonomy, with_times=False)}" for code in right
        )
        + ".",
        note=f"Filled: strong. Hollow: not strong yet. A link is drawn where regions have both sectors at least {MIN_RELATEDNESS:g} times as often "
        f"as chance would give; the wider, the more often. Strong sectors without such a link are not drawn. {source_note(p)}",
        link=downloads.save("reach-links", reach.links.edges.set_index("strong_nace_code")),
    )


def table_reach(reach: Reach, p: RegionParams, taxonomy: Taxonomy, downloads: Downloads) -> Table | None:
    """Candidates ranked by density, with the evidence; None without one."""
    if reach.candidates.empty:
        return None
    shown = reach.candidates.head(CANDIDATES)
    rows = [
        (
            taxonomy.label(str(code)),
            words.percent(100 * row["density"]),
            _close(row, taxonomy, with_times=True),
            words.number(row["n_regions_with_both"]),
            f"{words.number(row['persons_employed'])}{' e' if row['is_estimated'] else ''} ({words.decimal(row['lq'])})",
        )
        for code, row in shown.iterrows()
    ]
    file = reach.candidates.assign(closest=reach.candidates["closest"].map(" ".join))
    return Table(
        title=f"Sectors within reach of {p.name}, {p.reference_year}",
        columns=[
            Column("Sector", numeric=False),
            Column("Density"),
            Column("Close to these strong sectors", numeric=False),
            Column("Regions with both"),
            Column("Jobs (quotient) now", numeric=False),
        ],
        rows=rows,
        note="Density: share of what is related to the sector that the region is strong in. Times: how often regions have it and the "
        f"closest of these, times chance; regions with both: their number. e: hidden, estimated. Strong needs a quotient of {p.mapping.strong_lq:g} and {words.percent(p.mapping.min_share_pct)} of the jobs: a "
        f"sector may have the one without the other. Mining and quarrying needs a deposit and is left out. {source_note(p)}",
        link=downloads.save("reach", file),
    )


def say_changes(changes: pd.DataFrame, sectors: pd.DataFrame, p: RegionParams, taxonomy: Taxonomy) -> Text:
    """Which sectors the region entered and left, and how many of them by a hair.

    Parameters
    ----------
    changes
        As ``mapping.entries_since`` gives them.
    sectors
        The region's portfolio, for the breaks in the series.
    """
    when = f"Between {p.base_year} and {p.reference_year}"
    if changes.empty:
        return Text((f"{when} no sector of {p.name} crossed the European share in either direction.",))
    entries, exits = (changes[changes["change"] == kind] for kind in ("entry", "exit"))
    first = (
        f"{when} {words.count(len(entries), 'sector')} of {p.name} rose to the European share of jobs or above it, and "
        f"{words.count(len(exits), 'sector')} fell below it."
    )
    clear = changes[~changes["is_near"]]
    n_near = len(changes) - len(clear)
    second = ""
    if n_near:
        second = f"{words.sentence(words.out_of(n_near, len(changes)))} stayed within 10 % of it in both years: a few jobs decide."
        if len(changes) == 1:
            second = "It stayed within 10 % of it in both years: a few jobs decide."
    third = ""
    if len(clear):
        code, row = str(clear.index[0]), clear.iloc[0]
        third = (
            f"The widest change is in {taxonomy.phrase(code)}: from {words.number(row['lq_start'], 2)} to {words.number(row['lq_end'], 2)} times the "
            "European share."
        )
    has_break = sectors["growth_has_break"].reindex(changes.index).fillna(False).any()
    fourth = (
        "Eurostat marks a break in the series between the two years: part of a change may be a change of method."
        if has_break
        else ""
    )
    return Text((" ".join(part for part in (first, second, third, fourth) if part),))


def table_changes(
    changes: pd.DataFrame, sectors: pd.DataFrame, p: RegionParams, taxonomy: Taxonomy, downloads: Downloads
) -> Table | None:
    """Entries and exits with both quotients; those near the threshold are marked; None without one."""
    if changes.empty:
        return None
    has_break = sectors["growth_has_break"].reindex(changes.index).fillna(False)
    rows = [
        (
            taxonomy.label(str(code)),
            "rose" if row["change"] == "entry" else "fell",
            words.number(row["lq_start"], 2),
            words.number(row["lq_end"], 2),
            words.number(row["persons_start"]),
            words.number(row["persons_end"]),
            ", ".join(
                word
                for word, applies in (
                    ("near the threshold", row["is_near"]),
                    ("hidden, estimated", row["is_estimated"]),
                    ("break in the series", has_break[code]),
                )
                if applies
            )
            or "–",
        )
        for code, row in changes.sort_values("change", kind="stable").iterrows()
    ]
    return Table(
        title=f"Sectors of {p.name} that crossed the European share of jobs, {p.base_year} to {p.reference_year}",
        columns=[
            Column("Sector", numeric=False),
            Column("Quotient", numeric=False),
            Column(f"in {p.base_year}"),
            Column(f"in {p.reference_year}"),
            Column(f"Persons employed {p.base_year}"),
            Column(f"{p.reference_year}"),
            Column("Mark", numeric=False),
        ],
        rows=rows,
        note="Near the threshold: within 10 % of the European share in both years. The share in Europe changes too, so a quotient can rise while "
        f"jobs are lost. {source_note(p)}",
        link=downloads.save("changes", changes),
    )


def _n_strong(reach: Reach) -> int:
    return int((reach.links.nodes["status"] == "strong").sum())


def _close(row: pd.Series, taxonomy: Taxonomy, *, with_times: bool) -> str:
    codes = [taxonomy.phrase(code) for code in row["closest"][:CLOSE_NAMED]]
    if with_times:
        codes[0] = (
            f"{codes[0][:-1]}, {words.decimal(row['relatedness'])} times)" if codes[0].endswith(")") else codes[0]
        )
    more = len(row["closest"]) - len(codes)
    return f"{', '.join(codes)} and {words.count(more, 'other')}" if more else words.listing(codes)


def _left_side(edges: pd.DataFrame, right: list[str]) -> list[str]:
    """Strong sectors with a link, in the order that crosses fewest links: by the mean place of what they link to."""
    place = edges["nace_code"].map({code: number for number, code in enumerate(right)})
    weight = edges["relatedness"]
    groups = edges["strong_nace_code"]
    strongest = weight.groupby(groups).sum().nlargest(STRONG_SHOWN).index
    mean = (place * weight).groupby(groups).sum() / weight.groupby(groups).sum()
    return list(mean.loc[sorted(strongest)].sort_values(kind="stable").index)


def _column(codes: list[str], n_rows: int, x: float) -> dict[str, tuple[float, float]]:
    """Places one below the other, spread over the height."""
    steps = np.linspace(0, n_rows - 1, len(codes)) if len(codes) > 1 else [(n_rows - 1) / 2]
    return {code: (x, float(y)) for code, y in zip(codes, steps, strict=True)}


def _width(relatedness: float) -> float:
    """Points, from the least relatedness drawn to twice that and more."""
    share = min((relatedness - MIN_RELATEDNESS) / MIN_RELATEDNESS, 1.0)
    return WIDTHS_PT[0] + share * (WIDTHS_PT[1] - WIDTHS_PT[0])


def _link(axes: Axes, start: tuple[float, float], end: tuple[float, float], relatedness: float) -> None:
    middle = [(0.5, start[1]), (0.5, end[1])]
    path = Path([start, *middle, end], [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4])
    axes.add_patch(
        PathPatch(path, facecolor="none", edgecolor=theme.OTHER, alpha=0.55, linewidth=_width(relatedness), zorder=1)
    )


def _legend(axes: Axes, relatedness: pd.Series) -> None:
    levels = [level for level in (MIN_RELATEDNESS, 1.5, 2.0, 2.5) if level <= max(relatedness.max(), MIN_RELATEDNESS)]
    handles = [
        Line2D([], [], color=theme.OTHER, alpha=0.7, linewidth=_width(level), label=f"{level:g} times chance")
        for level in levels
    ]
    axes.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=len(handles), frameon=False)
