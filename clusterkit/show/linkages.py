"""How the strength of clusters goes with other things over the regions: figures, tables and sentences."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from clusterkit.mapping import OUTCOMES, Outcome
from clusterkit.params import RegionParams
from clusterkit.show import theme, words
from clusterkit.show.output import Column, Downloads, Figure, Table, Text
from clusterkit.show.theme import finish

ENOUGH = 20  # regions; docs/assumptions.md#A84
MAIN = "share_in_clusters_pct"
MEASURE_NAMES = {
    "share_in_clusters_pct": "share of jobs in specialised clusters",
    "n_clusters": "number of specialised clusters",
    "mean_lq": "mean specialisation",
}
SIDES = {"rank": "Rank correlation, all regions", "within": "Inside countries, standard deviations"}
# On the page of a region: one each of innovation, entrepreneurship and growth.
DRAWN = tuple(o for o in OUTCOMES if o.key in ("patents", "births", "gdp_growth"))
SOURCE = "Source: Eurostat and others (docs/indicators.md), structural business statistics; own calculations."


def known_outcomes(table: pd.DataFrame, outcomes: Sequence[Outcome] = OUTCOMES) -> list[Outcome]:
    """Outcomes with figures for enough regions to speak of an association."""
    rows = table.loc[MAIN].reindex([o.key for o in outcomes])
    return [
        o for o in outcomes if rows.loc[o.key, "rank_n_regions"] >= ENOUGH and pd.notna(rows.loc[o.key, "rank_low"])
    ]


def say_linkages(table: pd.DataFrame) -> Text:
    """Which outcomes rank with cluster strength over Europe, and what is left inside countries."""
    known = known_outcomes(table)
    if not known:
        return Text(("No indicator has figures for enough regions to be set beside the strength of clusters.",))
    rows = table.loc[MAIN]
    apart = {
        side: {
            sign: [o for o in known if sign * rows.loc[o.key, f"{side}_{'low' if sign > 0 else 'high'}"] > 0]
            for sign in (1, -1)
        }
        for side in SIDES
    }
    n_apart = {side: sum(len(found) for found in signs.values()) for side, signs in apart.items()}
    first = (
        f"Of {words.count(len(known), 'indicator')}, **{words.cardinal(n_apart['rank'])}** rank{'s' if n_apart['rank'] == 1 else ''} "
        "with the share of jobs in specialised clusters over all regions more clearly than chance explains"
        f"{_directions(apart['rank'], rows, 'rank')}."
    )
    second = (
        f"Inside countries, where rich and poor countries are no longer mixed, {_remain(n_apart['within'])}"
        f"{_directions(apart['within'], rows, 'within')}."
    )
    third = (
        "These are associations: they do not say what comes first, and a third thing can stand behind both. With intervals of "
        f"95{words.NBSP}%, one in twenty leaves out zero by chance alone."
    )
    return Text((f"{first} {second}", third))


def _remain(n: int) -> str:
    return (
        "no association is left that chance does not explain"
        if n == 0
        else f"{words.count(n, 'association')} {'is' if n == 1 else 'are'} left"
    )


def _directions(found: dict[int, list[Outcome]], rows: pd.DataFrame, side: str) -> str:
    names = {1: "higher where clusters are stronger", -1: "lower where clusters are stronger"}
    parts = []
    for sign, outcomes in found.items():
        ranked = sorted(outcomes, key=lambda o: -abs(rows.loc[o.key, f"{side}_estimate"]))
        if ranked:
            listed = words.listing(
                [f"{o.short} ({words.number(rows.loc[o.key, f'{side}_estimate'], 2)})" for o in ranked]
            )
            parts.append(f"{names[sign]}: {listed}")
    return f"; {'; '.join(parts)}" if parts else ""


def plot_linkages(table: pd.DataFrame, downloads: Downloads) -> Figure | None:
    """Rank correlations and slopes inside countries with their intervals; None without any."""
    known = known_outcomes(table)
    if not known:
        return None
    theme.use()
    figure, panels = plt.subplots(
        1, 2, sharey=True, figsize=(theme.WIDTH_IN, 0.42 * len(known) + 1.5), layout="constrained"
    )
    rows = table.loc[MAIN].reindex([o.key for o in known])
    for axes, (side, heading) in zip(panels, SIDES.items(), strict=True):
        _draw_side(axes, rows, side, heading)
    panels[0].set_yticks(np.arange(len(known)), [_wrapped(o.name) for o in known])
    panels[0].set_ylim(len(known) - 0.4, -0.6)
    for axes in panels:
        axes.tick_params(length=0)
        _themes(axes, known)
    n_clear = int(((rows["within_low"] > 0) | (rows["within_high"] < 0)).sum())
    n_rank = int(((rows["rank_low"] > 0) | (rows["rank_high"] < 0)).sum())
    shown = "; ".join(
        f"{o.name}: {_interval(rows.loc[o.key], 'rank')} over all regions, {_interval(rows.loc[o.key], 'within')} inside countries"
        for o in known
    )
    return finish(
        figure,
        title=f"{words.sentence(words.out_of(n_rank, len(known)))} indicators {'goes' if n_rank < 2 else 'go'} with the share of jobs in specialised clusters "
        f"over Europe, {words.cardinal(n_clear)} inside countries",
        alt=f"Coefficient plot with 95 % intervals. {shown}.",
        note="Filled: the interval leaves out zero. Left: Spearman’s coefficient, interval by drawing whole countries. Right: slope with "
        "country effects, in standard deviations for one standard deviation of the share, standard errors clustered by country. "
        f"Patents, research, GDP and productivity in logarithms on the right. Regions used: {_regions_used(rows)}. {SOURCE}",
        link=downloads.save("linkages", _with_names(table)),
    )


def _draw_side(axes: Axes, rows: pd.DataFrame, side: str, heading: str) -> None:
    places = np.arange(len(rows))
    low, value, high = (rows[f"{side}_{end}"].to_numpy(dtype=float) for end in ("low", "estimate", "high"))
    clear = (low > 0) | (high < 0)
    colours = np.where(clear, theme.STRONG, theme.OTHER)
    axes.axvline(0, color=theme.MUTED, linewidth=1, zorder=0)
    axes.grid(axis="y", linewidth=0.7)
    axes.hlines(places, low, high, colors=colours.tolist(), linewidth=3, alpha=0.6, zorder=1)
    axes.scatter(value, places, s=56, facecolors=np.where(clear, theme.STRONG, theme.PAPER), edgecolors=colours.tolist(),
                 linewidths=1.8, zorder=2)  # fmt: skip
    reach = 1.08 * np.nanmax(np.abs([low, high, value]))
    axes.set_xlim(-reach, reach)
    axes.locator_params(axis="x", nbins=5)
    axes.set_xlabel(heading)


def _themes(axes: Axes, known: Sequence[Outcome]) -> None:
    """A line where one group of indicators ends."""
    for place, (above, below) in enumerate(itertools.pairwise(known)):
        if above.theme != below.theme:
            axes.axhline(place + 0.5, xmax=1.0, color=theme.LINE, linewidth=1.4, zorder=0)


def _wrapped(name: str, width: int = 32) -> str:
    """A long name on two lines."""
    if len(name) <= width:
        return name
    cut = name.rfind(" ", 0, width)
    return f"{name[:cut]}\n{name[cut + 1 :]}"


def _interval(row: pd.Series, side: str) -> str:
    value, low, high = (words.number(row[f"{side}_{end}"], 2) for end in ("estimate", "low", "high"))
    return f"{value} ({low} to {high})" if value != words.UNKNOWN else "not known"


def _regions_used(rows: pd.DataFrame) -> str:
    least, most = int(rows["rank_n_regions"].min()), int(rows["rank_n_regions"].max())
    return words.number(least) if least == most else f"{words.number(least)} to {words.number(most)}"


def _with_names(table: pd.DataFrame) -> pd.DataFrame:
    names = {o.key: o.name for o in OUTCOMES}
    return table.assign(name=[names.get(key, key) for key in table.index.get_level_values("outcome")])


def table_linkages(table: pd.DataFrame, downloads: Downloads) -> Table | None:
    """The slopes inside countries of all measures of strength; None without any."""
    known = known_outcomes(table)
    if not known:
        return None
    rows = [
        (
            o.name,
            *(_interval(table.loc[(measure, o.key)], "within") for measure in MEASURE_NAMES),
            words.number(table.loc[(MAIN, o.key), "within_n_regions"]),
        )
        for o in known
    ]
    return Table(
        title="Slopes inside countries, by three measures of cluster strength",
        columns=[
            Column("Indicator", numeric=False),
            *(Column(words.sentence(name)) for name in MEASURE_NAMES.values()),
            Column("Regions"),
        ],
        rows=rows,
        note="Standard deviations of the indicator for one of the measure, with 95 % interval. Mean specialisation: geometric mean of the location quotients, weighted with jobs. Countries with one region take no "
        f"part. The file has the rank correlations too. {SOURCE}",
        link=downloads.save("linkages-measures", _with_names(table)),
    )


def say_place(strength: pd.DataFrame, values: pd.DataFrame, ranks: pd.DataFrame, p: RegionParams) -> Text:
    """Where the region stands in cluster strength and in what is drawn, beside what holds over all regions."""
    outcomes = _drawn(ranks)
    if not outcomes or p.region not in strength.index or pd.isna(strength.loc[p.region, MAIN]):
        return Text(
            (f"There are no figures to set the clusters of {p.name} beside innovation, entrepreneurship or growth.",)
        )
    share = strength[MAIN]
    own = share[p.region]
    first = (
        f"{words.percent(own)} of the jobs of {p.name} are in specialised clusters, more than in {words.percent(_below(share, p.region))} "
        "of the regions of Europe."
    )
    parts = []
    for o in outcomes:
        series = values[o.key].reindex(strength.index)
        if pd.notna(series[p.region]):
            parts.append(f"in {o.short} it is ahead of {words.percent(_below(series, p.region))}")
    missing = [o.short for o in outcomes if pd.isna(values[o.key].reindex(strength.index)[p.region])]
    second = f" {words.sentence(words.listing(parts))} of those with a figure." if parts else ""
    third = f" For {words.listing(missing)} it has no figure." if missing else ""
    return Text((first + second + third, " ".join(_tendency(o, ranks.loc[(MAIN, o.key)]) for o in outcomes)))


def _below(values: pd.Series, region: str) -> float:
    others = values.drop(region).dropna()
    return 100 * float((others < values[region]).mean()) if len(others) else float("nan")


def _tendency(o: Outcome, row: pd.Series) -> str:
    number = f"rank correlation {words.number(row['rank_estimate'], 2)}, 95{words.NBSP}% interval {words.number(row['rank_low'], 2)} to {words.number(row['rank_high'], 2)}"
    over = f"Over {words.count(int(row['rank_n_regions']), 'region')}"
    if _is_clear(row):
        word = "higher" if row["rank_estimate"] > 0 else "lower"
        return f"{over}, {o.short} is {word} where more jobs are in clusters ({number})."
    return f"{over}, {o.short} and the share of jobs in clusters do not rank together more than chance explains ({number})."


def _drawn(ranks: pd.DataFrame) -> list[Outcome]:
    return [o for o in known_outcomes(ranks) if o in DRAWN]


def plot_place(
    strength: pd.DataFrame, values: pd.DataFrame, ranks: pd.DataFrame, p: RegionParams, downloads: Downloads
) -> Figure | None:
    """One small scatter plot for each of innovation, entrepreneurship and growth, this region marked; None without any."""
    outcomes = _drawn(ranks)
    if not outcomes or p.region not in strength.index:
        return None
    theme.use()
    figure, panels = plt.subplots(
        1, len(outcomes), squeeze=False, figsize=(theme.WIDTH_IN, 3.6), layout="constrained", sharex=True
    )
    table = strength[[MAIN]].join(values[[o.key for o in outcomes]])
    for axes, o in zip(panels[0], outcomes, strict=True):
        _scatter(axes, table, o, p)
    panels[0][len(outcomes) // 2].set_xlabel("Share of jobs in specialised clusters (percent)")
    own = table.loc[p.region]
    shown = "; ".join(f"{o.name}: {words.number(own[o.key], 1)}" for o in outcomes)
    clear = [o for o in outcomes if _is_clear(ranks.loc[(MAIN, o.key)])]
    title = (
        f"More jobs in clusters go with {words.listing([f'{_more(ranks.loc[(MAIN, o.key)])} {o.short}' for o in clear])} over Europe’s regions"
        if clear
        else "Over Europe’s regions, jobs in clusters do not rank with innovation, entrepreneurship or growth"
    )
    return finish(
        figure,
        title=title,
        alt=f"{words.sentence(words.count(len(outcomes), 'scatter plot'))} of all regions against the share of jobs in specialised "
        f"clusters, {p.name} marked with {words.percent(own[MAIN])}. Its figures: {shown}.",
        note=f"Each dot is a NUTS 2 region; diamond: {p.name}{_as_one(p)}. Associations, not effects. {SOURCE} NUTS {p.nuts_version}.",
        link=downloads.save("linkages", table),
    )


def _as_one(p: RegionParams) -> str:
    n = len(p.nuts_ids)
    return (
        ""
        if n == 1
        else f", {words.count(n, 'region')} taken as one, which tends to look less specialised than its parts"
    )


def _is_clear(row: pd.Series) -> bool:
    return bool(row["rank_low"] > 0 or row["rank_high"] < 0)


def _more(row: pd.Series) -> str:
    return "higher" if row["rank_estimate"] > 0 else "lower"


def _scatter(axes: Axes, table: pd.DataFrame, o: Outcome, p: RegionParams) -> None:
    known = table[[MAIN, o.key]].dropna()
    known = known[known[o.key] > 0] if o.is_log else known
    others = known.drop(index=p.region, errors="ignore")
    axes.scatter(others[MAIN], others[o.key], s=12, color=theme.OTHER, alpha=0.55, linewidth=0)
    if o.is_log:
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:,g}")
        axes.minorticks_off()
    if p.region in known.index:
        x, y = known.loc[p.region]
        axes.scatter([x], [y], s=90, marker="D", color=theme.STRONG, edgecolor=theme.PAPER, linewidth=1, zorder=3)
        left = x > known[MAIN].quantile(0.6)
        axes.annotate(theme.plain(p.name, 24), (x, y), xytext=(-9 if left else 9, 6), textcoords="offset points",
                      ha="right" if left else "left", fontweight="bold", zorder=4,
                      path_effects=[withStroke(linewidth=3, foreground=theme.PAPER)])  # fmt: skip
    axes.set_title(_wrapped(f"{o.name}{_when(o)}", 30), fontsize=theme.FONT_PT, color=theme.INK, loc="left")
    axes.grid(axis="y", linewidth=0.7)
    axes.tick_params(length=0)


def _when(o: Outcome) -> str:
    return "" if o.base_year is not None else f", {o.year}"
