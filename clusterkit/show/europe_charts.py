"""The page of all regions: charts."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as MplFigure

from clusterkit.data.industries import Taxonomy
from clusterkit.data.nuts import COUNTRY_NAMES
from clusterkit.params import EuropeParams
from clusterkit.show import maps, theme, words
from clusterkit.show.europe import BESIDE_NAMES, europe_note, share, variant_label
from clusterkit.show.output import Downloads, Figure
from clusterkit.show.theme import finish

TOP = 15  # sectors in a chart
ENDS = 10  # most and least concentrated sectors in a chart


def plot_variants(variants: pd.DataFrame, cells: pd.DataFrame, p: EuropeParams, downloads: Downloads) -> Figure:
    """The count under other values of hidden cells and thresholds, as dots on one scale."""
    labels = [variant_label(str(part), str(variant)) for part, variant in variants.index]
    values = variants["n_clusters"].to_numpy(dtype=float)
    own = values[0]
    figure, axes = _rows(len(labels), labels)
    axes.axvline(own, color=theme.MUTED, linewidth=1, zorder=0)
    axes.hlines(np.arange(len(values)), own, values, colors=theme.LINE, linewidth=2, zorder=1)
    colours = [theme.STRONG, *[theme.ACCENT] * (len(values) - 1)]
    axes.scatter(values, np.arange(len(values)), s=64, color=colours, zorder=2)
    _side_numbers(axes, [words.number(value) for value in values])
    axes.set_xlim(0, 1.05 * max(values.max(), 1))
    axes.set_xlabel("Specialised clusters")
    rest = variants.drop(index="hidden", level="part")["n_clusters"]
    return finish(
        figure,
        title=f"Hidden cells move the count between {words.number(variants.loc[('hidden', 'certain'), 'n_clusters'])} and "
        f"{words.number(variants.loc[('hidden', 'possible'), 'n_clusters'])}, thresholds between {words.number(rest.min())} and {words.number(rest.max())}",
        alt="Dot chart of the number of specialised clusters: "
        + "; ".join(f"{label} {words.number(value)}" for label, value in zip(labels, values, strict=True))
        + ".",
        note=f"Orange, first row: as counted on this page. {europe_note(cells, p)}",
        link=downloads.save("variants", variants),
    )


def plot_premium(premium: pd.DataFrame, cells: pd.DataFrame, p: EuropeParams, downloads: Downloads) -> Figure | None:
    """The wage premium beside three levels, with what one country moves; None without wages."""
    known = premium[premium["n_compared"] > 0]
    if known.empty:
        return None
    figure, axes = _rows(len(known), [_two_lines(BESIDE_NAMES[str(name)]) for name in known.index], height=0.6)
    places = np.arange(len(known))
    axes.axvline(0, color=theme.MUTED, linewidth=1, zorder=0)
    axes.hlines(
        places, known["premium_low_pct"], known["premium_high_pct"], colors=theme.ACCENT, linewidth=5, alpha=0.35
    )
    axes.scatter(known["premium_pct"], places, s=72, color=theme.ACCENT, zorder=2)
    for place, value in zip(places, known["premium_pct"], strict=True):
        axes.annotate(
            words.signed_percent(value), (value, place), xytext=(0, 9), textcoords="offset points", ha="center"
        )
    ends = known[["premium_low_pct", "premium_pct", "premium_high_pct"]].to_numpy(dtype=float)
    axes.set_xlim(min(0, 1.15 * np.nanmin(ends)) - 1, max(0, 1.15 * np.nanmax(ends)) + 1)
    axes.set_xlabel("Wages per person employed in clusters, above (percent)")
    best = known.iloc[-1]
    word = "more" if best["premium_pct"] > 0 else "less"
    return finish(
        figure,
        title=f"Clusters pay {words.percent(abs(best['premium_pct']))} {word} than {BESIDE_NAMES[str(known.index[-1])].lower()}",
        alt="Dot chart of wages per person in clusters: "
        + "; ".join(
            f"against {BESIDE_NAMES[str(name)].lower()} {words.signed_percent(row['premium_pct'])}"
            + (
                f", between {words.signed_percent(row['premium_low_pct'])} and {words.signed_percent(row['premium_high_pct'])} without one country"
                if words.is_known(row["premium_low_pct"])
                else ""
            )
            for name, row in known.iterrows()
        )
        + ".",
        note="Band: least and most when any one country is left out. Wages and salaries over all persons employed, owners who work included. "
        f"Cells that publish both only. {europe_note(cells, p)}",
        link=downloads.save("premium", premium),
    )


def plot_sectors(
    table: pd.DataFrame, cells: pd.DataFrame, p: EuropeParams, taxonomy: Taxonomy, downloads: Downloads
) -> Figure | None:
    """Jobs inside and outside of clusters in the sectors with most of them; None without clusters."""
    top = table[table["n_clusters"] > 0].sort_values("persons_employed", ascending=False).head(TOP)
    if top.empty:
        return None
    figure, axes = _rows(len(top), [_two_lines(taxonomy.label(str(code)), 40) for code in top.index])
    places = np.arange(len(top))
    inside = top["persons_employed"] / 1e6
    whole = 100 * inside / top["share_pct"]
    axes.barh(places, whole, height=0.62, color=theme.LAND, linewidth=0, zorder=1, label="other jobs")
    axes.barh(places, inside, height=0.62, color=theme.ACCENT, linewidth=0, zorder=2, label="in specialised clusters")
    _side_numbers(axes, [share(value) for value in top["share_pct"]], heading="in clusters")
    axes.set_xlabel("Persons employed (million)")
    axes.legend(loc="lower right", frameon=False, reverse=True)
    shown = "; ".join(
        f"{taxonomy.label(str(code))} {words.number(row['persons_employed'] / 1e6, 1)} million, {words.percent(row['share_pct'])}"
        for code, row in top.iterrows()
    )
    of_all = 100 * top["persons_employed"].head(5).sum() / table["persons_employed"].sum()
    return finish(
        figure,
        title=f"{words.sentence(words.cardinal(min(5, len(top))))} sectors hold {words.percent(of_all)} of the jobs in specialised clusters, led by {taxonomy.phrase(str(top.index[0]))}",
        alt=f"Bar chart of jobs in specialised clusters by sector, with their share of the sector’s jobs: {shown}.",
        note=f"The whole bar is the sector in all regions. {europe_note(cells, p)}",
        link=downloads.save("sectors-chart", top),
    )


def plot_countries(table: pd.DataFrame, cells: pd.DataFrame, p: EuropeParams, downloads: Downloads) -> Figure | None:
    """Share of each country's jobs in clusters; None with one country."""
    if len(table) < 2:
        return None
    ranked = table.sort_values("share_pct", ascending=False)
    figure, axes = _rows(len(ranked), [COUNTRY_NAMES[str(code)] for code in ranked.index], height=0.31)
    places = np.arange(len(ranked))
    everywhere = 100 * table["persons_employed"].sum() / (100 * table["persons_employed"] / table["share_pct"]).sum()
    axes.axvline(everywhere, color=theme.MUTED, linewidth=1, zorder=0)
    axes.annotate(
        f"Europe {words.percent(everywhere)}",
        (everywhere, -0.75),
        xytext=(4, 0),
        textcoords="offset points",
        va="bottom",
        color=theme.MUTED,
        annotation_clip=False,
    )
    axes.scatter(ranked["share_pct"], places, s=52, color=theme.ACCENT, zorder=2)
    axes.hlines(places, 0, ranked["share_pct"], colors=theme.LINE, linewidth=2, zorder=1)
    _side_numbers(axes, [words.number(value) for value in ranked["n_clusters"]], heading="clusters")
    axes.set_xlim(0, 1.1 * ranked["share_pct"].max())
    axes.set_xlabel("Jobs in specialised clusters (percent of the country’s business economy)")
    shown = "; ".join(
        f"{COUNTRY_NAMES[str(code)]} {words.percent(row['share_pct'])}, {words.number(row['n_clusters'])} clusters"
        for code, row in ranked.iterrows()
    )
    return finish(
        figure,
        title=f"From {words.percent(ranked['share_pct'].iloc[-1])} of jobs in {COUNTRY_NAMES[str(ranked.index[-1])]} to "
        f"{words.percent(ranked['share_pct'].iloc[0])} in {COUNTRY_NAMES[str(ranked.index[0])]} are in specialised clusters",
        alt=f"Dot chart of the share of jobs in specialised clusters by country: {shown}.",
        note=europe_note(cells, p),
        link=downloads.save("countries-chart", ranked),
    )


def plot_regions(
    counts: pd.DataFrame, cells: pd.DataFrame, p: EuropeParams, region: gpd.GeoDataFrame, downloads: Downloads
) -> Figure:
    """Map of the number of specialised clusters of every region."""
    least, most = counts["n_clusters"].min(), counts["n_clusters"].max()
    return maps.plot_counts(
        counts["n_clusters"],
        region,
        legend="Specialised clusters",
        title=f"The regions of Europe have between {words.number(least)} and {words.number(most)} specialised clusters, "
        f"half of them {words.number(counts['n_clusters'].median())} or more",
        what=f"specialised clusters in {p.reference_year}",
        note=europe_note(cells, p),
        link=downloads.save("regions", _named(counts, region)),
    )


def plot_manufacturing(
    counts: pd.DataFrame, cells: pd.DataFrame, p: EuropeParams, region: gpd.GeoDataFrame, downloads: Downloads
) -> Figure | None:
    """Map of the number of divisions in which a region is specialised within manufacturing; None without figures."""
    if counts.empty:
        return None
    most = counts["n_clusters"].max()
    n_most = int((counts["n_clusters"] == most).sum())
    return maps.plot_counts(
        counts["n_clusters"],
        region,
        legend="Specialised divisions",
        title=f"Within manufacturing, {words.count(n_most, 'region')} {'is' if n_most == 1 else 'are'} specialised in "
        f"{words.cardinal(int(most))} divisions, the most, {p.manufacturing_year}",
        what=f"divisions in which a region was specialised within manufacturing in {p.manufacturing_year}",
        note=f"Quotients and shares of manufacturing jobs, not of all jobs. {europe_note(cells, p, p.manufacturing_year)}",
        link=downloads.save("manufacturing", _named(counts, region)),
    )


def _named(counts: pd.DataFrame, region: gpd.GeoDataFrame) -> pd.DataFrame:
    return counts.join(region.set_index("nuts_id")[["name", "country"]])


def plot_concentration(
    table: pd.DataFrame, cells: pd.DataFrame, p: EuropeParams, taxonomy: Taxonomy, downloads: Downloads
) -> Figure | None:
    """The most and the least concentrated sectors; None where it cannot be told."""
    ranked = table.dropna(subset=["locational_gini"]).sort_values("locational_gini", ascending=False)
    if ranked.empty:
        return None
    ends = pd.concat([ranked.head(ENDS), ranked.iloc[ENDS:].tail(ENDS)])
    figure, axes = _rows(len(ends), [_two_lines(taxonomy.label(str(code)), 40) for code in ends.index], height=0.36)
    places = np.arange(len(ends))
    axes.hlines(places, 0, ends["locational_gini"], colors=theme.LINE, linewidth=2, zorder=1)
    axes.scatter(ends["locational_gini"], places, s=56, color=theme.ACCENT, zorder=2)
    if len(ends) > ENDS:
        axes.axhline(ENDS - 0.5, color=theme.MUTED, linewidth=1, linestyle=(0, (3, 3)))
    _side_numbers(axes, [share(value) for value in ends["share_first_pct"]], heading="first five regions")
    axes.set_xlim(0, 1.03)
    axes.set_xlabel("Locational Gini coefficient: 0 as all jobs, 1 in one place")
    shown = "; ".join(
        f"{taxonomy.label(str(code))} {words.number(row['locational_gini'], 2)}, first five regions {words.percent(row['share_first_pct'])}"
        for code, row in ends.iterrows()
    )
    return finish(
        figure,
        title=f"{taxonomy.label(str(ranked.index[0]))} is the sector most concentrated in space, {taxonomy.phrase(str(ranked.index[-1]))} the least",
        alt=f"Dot chart of the locational Gini coefficient of the most and least concentrated sectors: {shown}.",
        note=f"Above the dashed line the {min(ENDS, len(ends))} most concentrated sectors, below it the least. On the right the share of the five regions with "
        f"most jobs. {europe_note(cells, p)}",
        link=downloads.save("concentration-chart", ends),
    )


def _rows(n: int, labels: list[str], *, height: float = 0.4) -> tuple[MplFigure, Axes]:
    """An empty chart with one labelled row for each value."""
    theme.use()
    figure, axes = plt.subplots(figsize=(theme.WIDTH_IN, height * n + 1.1), layout="constrained")
    axes.set_yticks(np.arange(n), labels)
    axes.set_ylim(n - 0.4, -0.6)
    axes.grid(axis="y", linewidth=0.7)
    axes.tick_params(length=0)
    return figure, axes


def _side_numbers(axes: Axes, texts: list[str], *, heading: str = "") -> None:
    """Numbers in a column on the right."""
    options: dict[str, Any] = {
        "xycoords": ("axes fraction", "data"),
        "ha": "right",
        "color": theme.MUTED,
        "textcoords": "offset points",
    }
    for place, text in enumerate(texts):
        axes.annotate(text, (1.0, place), va="center", xytext=(62, 0), **options)
    if heading:
        axes.annotate(heading, (1.0, -0.75), va="bottom", xytext=(62, 0), annotation_clip=False, **options)


def _two_lines(text: str, width: int = 34) -> str:
    if len(text) <= width:
        return text
    cut = text.rfind(" ", 0, max(width, len(text) // 2 + 4))
    return f"{text[:cut]}\n{text[cut + 1 :]}"
