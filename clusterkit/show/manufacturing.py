"""The newest picture: a region's manufacturing after the change of definitions of 2021, beside that before."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from clusterkit.data.industries import Taxonomy
from clusterkit.data.nuts import country_phrase
from clusterkit.mapping import ThenAndNow
from clusterkit.mapping.portfolio import RANGE_TOLERANCE
from clusterkit.params import RegionParams
from clusterkit.show import theme, words
from clusterkit.show.output import Column, Downloads, Figure, Table, Text
from clusterkit.show.theme import finish

TOP = 10  # divisions in figure and table, of the 24 of manufacturing
LISTED = 3  # divisions named in a sentence
FIRST = 5  # divisions whose order is compared between the years
BREAK = "The definitions changed in 2021 (Regulation (EU) 2019/2152)"


def say_manufacturing(both: ThenAndNow, p: RegionParams, taxonomy: Taxonomy) -> Text:
    """What the region's manufacturing is specialised in now, its rank, and its rank before the break."""
    if both.now is None:
        return Text((f"No year after the change of definitions of 2021 is in the tables; {both.then} is the newest.",))
    top = _top(both, p)
    if top.empty:
        country = p.nuts_ids[0][:2]
        whom = country_phrase(country)
        whole = f"though there are for {whom}" if country in both.countries else f"since there are none for {whom}"
        return Text(
            (
                f"For {both.now} the tables hold no figures on manufacturing in {p.name}, {whole}. "
                f"The newest picture is that of {both.then}.",
            )
        )
    return Text((_strongest(top, both, p, taxonomy), _stability(both, p, taxonomy)))


def _strongest(top: pd.DataFrame, both: ThenAndNow, p: RegionParams, taxonomy: Taxonomy) -> str:
    older = _beside(top, both)["rank"]
    listed = [
        f"**{taxonomy.phrase(str(code))}** has {_times(row)} that share, rank {words.number(row['rank'])} of {words.number(row['n_regions'])} regions"
        + (f" ({words.number(older[code])} in {both.then})" if words.is_known(older[code]) else "")
        for code, row in top.head(LISTED).iterrows()
    ]
    jobs = words.number(both.newest["persons_employed"].sum())
    return (
        f"Manufacturing employed {jobs} persons in {p.name} in {both.now}. The share of a division in them is set beside its share in "
        f"the manufacturing of {words.count(len(both.countries), 'country', 'countries')}: {'; '.join(listed)}."
    )


def _stability(both: ThenAndNow, p: RegionParams, taxonomy: Taxonomy) -> str:
    caution = (
        f"{BREAK}, so ranks are set side by side and no growth is worked out from {both.then} to {both.now}: "
        "a small change of rank is no finding."
    )
    if both.older.empty:
        return f"For {both.then} nothing is published for {p.name}. {caution}"
    now, then = (list(_ranked(year, p).index[:FIRST]) for year in (both.newest, both.older))
    stayed, came = [code for code in now if code in then], [code for code in now if code not in then]
    few = f"{words.sentence(words.cardinal(len(stayed)))} of the {words.cardinal(len(now))}"
    which = f"All {words.cardinal(len(now))}" if len(stayed) == len(now) > 1 else few
    first = (
        f"{which} divisions with the highest quotients in {both.now} {'was' if len(stayed) == 1 else 'were'} among the first "
        f"{words.cardinal(len(then))} in {both.then}"
    )
    new = f"; {words.listing([taxonomy.phrase(str(code)) for code in came])} came up" if came else ""
    return f"{first}{new}. {caution}"


def plot_manufacturing(both: ThenAndNow, p: RegionParams, taxonomy: Taxonomy, downloads: Downloads) -> Figure | None:
    """Specialisation within manufacturing now, with its range, beside that before the break; None without figures."""
    top = _top(both, p)
    if top.empty:
        return None
    older = _beside(top, both)
    theme.use()
    figure, axes = plt.subplots(figsize=(theme.WIDTH_IN, 0.38 * len(top) + 1.4), layout="constrained")
    rows = np.arange(len(top))
    axes.axvline(1, color=theme.MUTED, linewidth=1, zorder=0)
    axes.hlines(
        rows,
        *(top[end].clip(lower=theme.LEAST_LQ) for end in ("lq_low", "lq_high")),
        color=theme.STRONG,
        linewidth=5,
        alpha=0.45,
        zorder=1,
    )
    axes.scatter(older["lq"].clip(lower=theme.LEAST_LQ), rows, marker="D", s=44, facecolors="none", edgecolors=theme.MUTED, linewidths=1.6, zorder=2,
                 label=str(both.then))  # fmt: skip
    hollow = top["is_estimated"].astype(bool).to_numpy()
    axes.scatter(top["lq"].clip(lower=theme.LEAST_LQ), rows, s=64, facecolors=np.where(hollow, theme.PAPER, theme.STRONG), edgecolors=theme.STRONG,
                 linewidths=1.6, zorder=3, label=str(both.now))  # fmt: skip
    theme.name_rows(axes, [taxonomy.label(str(code)) for code in top.index])
    theme.quotient_axis(axes, [top["lq_low"], top["lq_high"], older["lq"]])
    axes.set_xlabel("Location quotient within manufacturing (logarithmic scale)")
    theme.right_column(axes, [words.number(rank) for rank in top["rank"]], heading=f"rank {both.now}")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, frameon=False, handletextpad=0.3, borderpad=0)
    code, first = str(top.index[0]), top.iloc[0]
    shown = "; ".join(
        f"{taxonomy.label(str(division))} {_times(row)} in {both.now}, rank {words.number(row['rank'])}"
        + (f" (in {both.then} {words.decimal(older.loc[division, 'lq'])} times, rank {words.number(older.loc[division, 'rank'])})" if words.is_known(older.loc[division, "lq"]) else "")
        for division, row in top.iterrows()
    )  # fmt: skip
    return finish(
        figure,
        title=f"{taxonomy.label(code)} {'is' if len(top) == 1 else 'leads'} the specialisation of manufacturing in {p.name} in {both.now}: "
        f"rank {words.number(first['rank'])} of {words.number(first['n_regions'])} regions",
        alt=f"Dot chart of location quotients within manufacturing of {p.name}, the {len(top)} highest: {shown}.",
        note=f"Dot: {both.now}; hollow where the figure is hidden and estimated, the band is what hidden cells leave open (90\u00a0%). "
        f"Diamond: {both.then}. Divisions with at least {words.percent(p.mapping.min_share_pct)} of the region’s manufacturing jobs. "
        f"{_source(both, p)}",
        link=downloads.save("manufacturing", _file(both, taxonomy)),
    )


def table_manufacturing(both: ThenAndNow, p: RegionParams, taxonomy: Taxonomy) -> Table | None:
    """Jobs now, and ranks in both years with what hidden cells leave open; None without figures."""
    top = _top(both, p)
    if top.empty:
        return None
    older = _beside(top, both)
    rows = [
        (
            taxonomy.label(str(code)),
            words.number(row["persons_employed"]) + ("*" if row["is_estimated"] else ""),
            words.number(row["share_pct"], 1),
            _ranks(row),
            _ranks(older.loc[code]),
        )
        for code, row in top.iterrows()
    ]
    star = "*: hidden, estimated. " if top["is_estimated"].any() else ""
    return Table(
        title=f"Manufacturing of {p.name} among {words.number(both.n_regions)} regions, {both.now} and {both.then}",
        columns=[
            Column("Division", numeric=False),
            Column(f"Persons employed {both.now}"),
            Column("Share of manufacturing, %"),
            Column(f"Rank {both.now}"),
            Column(f"Rank {both.then}"),
        ],
        rows=rows,
        note=f"{star}Ranks by location quotient, 1 is the highest; two numbers: hidden cells leave the rank open between them "
        f"(90\u00a0%). Both years over the same regions and countries. {_source(both, p)}",
    )


def _ranked(year: pd.DataFrame, p: RegionParams) -> pd.DataFrame:
    large = year[year["share_pct"] >= p.mapping.min_share_pct]
    return large.sort_values(["lq_low", "persons_employed"], ascending=False)


def _top(both: ThenAndNow, p: RegionParams) -> pd.DataFrame:
    return _ranked(both.newest, p).head(TOP)


def _beside(top: pd.DataFrame, both: ThenAndNow) -> pd.DataFrame:
    """The same divisions in the older year; not a number where nothing is published."""
    return both.older.reindex(top.index).astype(float)


def _times(row: pd.Series) -> str:
    is_certain = row["lq_high"] <= RANGE_TOLERANCE * row["lq_low"]
    return words.times(row["lq"], row["lq_low"], row["lq_high"], certain=bool(is_certain))


def _ranks(row: pd.Series) -> str:
    best, worst = words.number(row["rank_best"]), words.number(row["rank_worst"])
    return best if best == worst else f"{best}–{worst}"


def _file(both: ThenAndNow, taxonomy: Taxonomy) -> pd.DataFrame:
    codes = both.sectors.index.get_level_values("nace_code")
    return both.sectors.assign(name=[taxonomy.categories.get(str(code), str(code)) for code in codes])


def _source(both: ThenAndNow, p: RegionParams) -> str:
    return (
        f"{BREAK}. Source: Eurostat, structural business statistics by region, {both.now} and {both.then}; own calculations. "
        f"Europe: {words.count(len(both.countries), 'country', 'countries')} with figures in both years. NUTS {p.nuts_version}."
    )
