"""Whether a region's strength grows: what its change is made of, quadrants, and lines over the years."""

from __future__ import annotations

import textwrap

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from clusterkit.data.industries import Taxonomy
from clusterkit.mapping import QUADRANTS
from clusterkit.params import RegionParams
from clusterkit.show import theme, words
from clusterkit.show.output import Downloads, Figure, Text
from clusterkit.show.tables import source_note
from clusterkit.show.theme import finish

EACH_SIDE = 5  # sectors with the largest plus and the largest minus
PANELS = 6  # sectors as lines
COLUMNS = 3  # panels side by side
NAMED = 14  # points with a name in the quadrants
PARTS = {
    "change": "Change of persons employed",
    "national": "as all of Europe’s jobs",
    "industry_mix": "by the mix of sectors",
    "regional": "sectors beside Europe’s",
}
BREAK_NOTE = "Eurostat marks a break in the series in {n}: part of the change may be a change of method. "


def say_shift(shift: pd.DataFrame, sectors: pd.DataFrame, p: RegionParams) -> Text:
    """What the change of jobs is made of, in words.

    Parameters
    ----------
    shift
        As ``mapping.region_shift`` gives it.
    sectors
        Portfolio, for the breaks that Eurostat marks.
    """
    total = _totals(shift)
    if not words.is_known(total["change"]) or not total["persons_start"]:
        return Text((f"For {p.name} there are no figures of both years, {p.base_year} and {p.reference_year}.",))
    rate = words.signed_percent(100 * total["change"] / total["persons_start"])
    moved = "gained" if total["change"] > 0 else "lost"
    first = (
        f"From {p.base_year} to {p.reference_year} the business economy of {p.name} {moved} {words.number(abs(total['change']))} jobs ({rate}). "
        f"At the rate of all Europe the change would have been {_signed(total['national'])}. "
        f"Its mix of sectors stands for {_signed(total['industry_mix'])}: on balance its jobs were in sectors that did "
        f"{'better' if total['industry_mix'] > 0 else 'worse'} in Europe than the whole."
    )
    regional = total["regional"]
    second = (
        f"What is left, {_signed(regional)}, is the region’s own: taken together, its sectors did {'better' if regional > 0 else 'worse'} than the same "
        "sectors in Europe. The three parts add up to the change; they describe it and do not explain it."
    )
    return Text((first, second + _break_sentence(sectors)))


def plot_shift(shift: pd.DataFrame, sectors: pd.DataFrame, p: RegionParams, downloads: Downloads) -> Figure | None:
    """The change of jobs and its parts as bars; None without figures of both years."""
    total = _totals(shift)
    if not words.is_known(total["change"]) or not total["persons_start"]:
        return None
    values = total[list(PARTS)]
    theme.use()
    figure, axes = plt.subplots(figsize=(theme.WIDTH_IN, 2.8), layout="constrained")
    colours = [theme.OTHER, *[theme.ACCENT] * (len(values) - 1)]
    _bars(axes, values, list(PARTS.values()), colours)
    axes.set_xlabel(f"Persons employed, {p.base_year} to {p.reference_year}")
    regional = total["regional"]
    own = "got ahead" if regional > 0 else "fell behind"
    return finish(
        figure,
        title=f"{p.name} {'gained' if total['change'] > 0 else 'lost'} {words.number(abs(total['change']))} jobs; beside the same sectors in Europe it "
        f"{own} by {words.number(abs(regional))}",
        alt=f"Bar chart of the change of persons employed in {p.name}, {p.base_year} to {p.reference_year}, and the parts that add up to it: "
        + "; ".join(f"{PARTS[name].lower()} {_signed(value)}" for name, value in values.items())
        + ".",
        note=f"Shift-share after Dunn: the three blue bars add up to the grey one. {_estimates(shift)}{_break_note(sectors)}{source_note(p)}",
        link=downloads.save("shift-share", shift),
    )


def plot_regional_part(
    shift: pd.DataFrame, sectors: pd.DataFrame, p: RegionParams, taxonomy: Taxonomy, downloads: Downloads
) -> Figure | None:
    """The sectors with the largest plus and minus beside Europe; None without figures."""
    own = shift["regional"].dropna().sort_values(ascending=False)
    ahead, behind = own[own > 0].head(EACH_SIDE), own[own < 0].tail(EACH_SIDE)
    shown = pd.concat([ahead, behind])
    if shown.empty:
        return None
    theme.use()
    figure, axes = plt.subplots(figsize=(theme.WIDTH_IN, 0.38 * len(shown) + 1.1), layout="constrained")
    guessed = shift.loc[shown.index, "is_estimated"].astype(bool)
    labels = [taxonomy.label(str(code)) + (" *" if guess else "") for code, guess in guessed.items()]
    _bars(axes, shown, labels, [theme.ACCENT if value > 0 else theme.STRONG for value in shown])
    axes.set_xlabel("Persons more or fewer than at the growth of the sector in Europe")
    plus = f"{taxonomy.phrase(str(shown.index[0]))} with {_signed(shown.iloc[0])}" if len(ahead) else ""
    minus = f"{taxonomy.phrase(str(shown.index[-1]))} with {_signed(shown.iloc[-1])}" if len(behind) else ""
    title = " and ".join(
        part
        for part in (f"the widest lead over Europe is in {plus}" if plus else "no sector is ahead of Europe",
                     f"the widest gap in {minus}" if minus else "none is behind")
    )  # fmt: skip
    return finish(
        figure,
        title=f"{words.sentence(title)} jobs",
        alt=f"Bar chart of the regional part of the change by sector, {p.name}, {p.base_year} to {p.reference_year}: "
        + "; ".join(f"{taxonomy.label(str(code))} {_signed(value)}" for code, value in shown.items())
        + ".",
        note=f"{'*: hidden in one of the years, estimated. ' if guessed.any() else ''}{_break_note(sectors.reindex(shown.index))}{source_note(p)}",
        link=downloads.save("regional-part", shift.loc[shown.index].assign(name=[taxonomy.categories[str(c)] for c in shown.index])),
    )  # fmt: skip


def say_quadrants(quadrants: pd.DataFrame, p: RegionParams, taxonomy: Taxonomy) -> Text:
    """Which sectors are in which quadrant, strong ones by name."""
    if quadrants.empty:
        return Text((f"No sector has both a quotient and figures of {p.base_year} and {p.reference_year}.",))
    groups = {name: quadrants.index[quadrants["quadrant"] == name] for name in QUADRANTS}
    parts = []
    for name in QUADRANTS[:2]:
        named = [taxonomy.phrase(str(code)) for code in groups[name]]
        parts.append(f"{words.sentence(name)}: {words.listing(named) if named else 'no sector'}.")
    small = [len(groups[name]) for name in QUADRANTS[2:]]
    parts.append(
        f"Of the {words.count(sum(small), 'sector')} that {'is' if sum(small) == 1 else 'are'} not strong, {_verb(small[0], 'gain')} ground "
        f"and {_verb(small[1], 'lose')} it."
        if sum(small)
        else "No other sector has figures of both years."
    )
    return Text((" ".join(parts),))


def plot_quadrants(quadrants: pd.DataFrame, p: RegionParams, taxonomy: Taxonomy, downloads: Downloads) -> Figure | None:
    """Location quotient against growth beside Europe, with four named quadrants; None without a sector."""
    if quadrants.empty:
        return None
    theme.use()
    figure, axes = plt.subplots(figsize=(theme.WIDTH_IN, 6.2), dpi=72, layout="constrained")
    strong = quadrants["lq"] >= p.mapping.strong_lq
    for chosen, colour, marker in ((~strong, theme.OTHER, "s"), (strong, theme.STRONG, "o")):
        part = quadrants[chosen]
        axes.scatter(part["lq"], part["lead_points"], s=58, color=colour, marker=marker, zorder=3, linewidth=0)
    axes.axhline(0, color=theme.MUTED, linewidth=1)
    axes.axvline(p.mapping.strong_lq, color=theme.MUTED, linewidth=1, linestyle=(0, (3, 3)))
    theme.quotient_axis(axes, [quadrants["lq"], pd.Series([p.mapping.strong_lq * 1.6])])
    lead = quadrants["lead_points"]
    reach = max(float(lead.abs().max()), 1.0)
    axes.set_ylim(
        min(float(lead.min()), -0.2 * reach) - 0.15 * reach, max(float(lead.max()), 0.2 * reach) + 0.15 * reach
    )
    axes.tick_params(length=0)
    axes.grid(axis="y", linewidth=0.5)
    axes.set_xlabel("Location quotient (logarithmic scale)")
    axes.set_ylabel("Growth less that of the sector in Europe (points)")
    for name, (x, y, side, edge) in zip(QUADRANTS, ((0.99, 0.99, "right", "top"), (0.99, 0.02, "right", "bottom"), (0.01, 0.99, "left", "top"), (0.01, 0.02, "left", "bottom")), strict=True):  # fmt: skip
        axes.text(x, y, words.sentence(name), transform=axes.transAxes, ha=side, va=edge, color=theme.MUTED, fontweight="bold")  # fmt: skip
    order = quadrants.assign(strong=strong, far=quadrants["lead_points"].abs()).sort_values(["strong", "far"], ascending=False).head(NAMED)  # fmt: skip
    names = [theme.plain(taxonomy.label(str(code)), 34) for code in order.index]
    theme.place_labels(axes, order[["lq", "lead_points"]], names, others=quadrants[["lq", "lead_points"]])
    gaining, n_strong = int((quadrants["quadrant"] == QUADRANTS[0]).sum()), int(strong.sum())
    if n_strong:
        title = f"{words.sentence(words.out_of(gaining, n_strong))} strong {'sector' if n_strong == 1 else 'sectors'} of {p.name} {'gains' if gaining < 2 else 'gain'} ground in Europe"
    else:
        ahead = int((quadrants["lead_points"] >= 0).sum())
        title = f"No sector of {p.name} is strong; {words.out_of(ahead, len(quadrants))} {'gains' if ahead < 2 else 'gain'} ground in Europe"  # fmt: skip
    shown = "; ".join(
        f"{taxonomy.label(str(code))} quotient {words.decimal(row['lq'])}, {_points(row['lead_points'])}"
        for code, row in quadrants.iterrows()
    )
    has_break = quadrants["growth_has_break"].any()
    return finish(
        figure,
        title=f"{title}, {p.base_year} to {p.reference_year}",
        alt=f"Scatter chart of {len(quadrants)} sectors of {p.name}, location quotient against growth less that in Europe: {shown}.",
        note=f"Round, orange: strong (quotient of at least {p.mapping.strong_lq:g}). Square, grey: not. Names as far as there is room, strong sectors and the farthest first. "
        f"Sectors with at least {words.percent(p.mapping.min_share_pct)} of the region’s jobs and figures of both years. "
        f"{_break_note(quadrants) if has_break else ''}{source_note(p)}",
        link=downloads.save("quadrants", quadrants.assign(name=[taxonomy.categories[str(code)] for code in quadrants.index])),
    )  # fmt: skip


def plot_lines(lines: pd.DataFrame, p: RegionParams, taxonomy: Taxonomy, downloads: Downloads) -> Figure | Text:
    """Jobs over the years in each strong sector beside Europe, as an index."""
    codes = [
        str(code)
        for code in dict.fromkeys(lines.index.get_level_values("nace_code"))
        if lines.loc[code, "region_index"].notna().sum() > 1
    ]
    if not codes:
        return Text((f"No strong sector of {p.name} has figures of several years from {p.base_year} on.",))
    years = sorted(set(lines.index.get_level_values("year")))
    theme.use()
    n_rows = -(-len(codes) // COLUMNS)
    height = 2.9 * n_rows + 0.4
    # Fixed margins: a layout that measures every panel takes half a second.
    margins = {"left": 0.08, "right": 0.995, "bottom": 0.35 / height, "top": 1 - 0.85 / height, "hspace": 0.32, "wspace": 0.06}  # fmt: skip
    figure, grid = plt.subplots(n_rows, COLUMNS, figsize=(theme.WIDTH_IN, height), sharey=True, sharex=True,
                                squeeze=False, gridspec_kw=margins)  # fmt: skip
    shown = lines[lines.index.get_level_values("nace_code").isin(codes)]
    values = shown[["region_index", "europe_index"]].to_numpy(dtype=float)
    for position, axes in enumerate(grid.ravel()):
        if position >= len(codes):
            axes.set_axis_off()
            continue
        _panel(axes, shown.loc[codes[position]], taxonomy.label(codes[position]))
    axes = grid[0, 0]
    axes.set_ylim(min(np.nanmin(values) - 4, 90), max(np.nanmax(values) + 4, 110))
    axes.set_xlim(years[0] - 0.25, years[-1] + 1.1)
    axes.set_xticks(years, [str(year) if year in (years[0], years[-1]) else "" for year in years])
    handles = [Line2D([], [], color=theme.ACCENT, linewidth=2.4, marker="o", label=theme.plain(p.name)),
               Line2D([], [], color=theme.MUTED, linewidth=1.8, linestyle=(0, (4, 2)), label="Europe")]  # fmt: skip
    figure.legend(handles=handles, loc="upper left", bbox_to_anchor=(0.07, 1.0), ncols=2, frameon=False, borderpad=0)
    figure.supylabel(f"Persons employed, {p.base_year} = 100", color=theme.MUTED, fontsize=theme.FONT_PT)
    last = shown.dropna(subset=["region_index", "europe_index"]).groupby("nace_code").tail(1)
    ahead = int((last["region_index"] > last["europe_index"]).sum())
    marks = ""
    if shown["is_estimated"].any():
        marks += "Hollow: hidden, estimated. "
    if shown["has_break"].any():
        marks += "Dotted line: break in the series, as Eurostat flags it. "
    more = len(dict.fromkeys(lines.index.get_level_values("nace_code"))) - len(codes)
    left_out = f"{words.sentence(words.count(more, 'strong sector'))} without figures {'is' if more == 1 else 'are'} left out. " if more else ""  # fmt: skip
    told = "; ".join(
        f"{taxonomy.label(code)} {words.number(row['region_index'])} against {words.number(row['europe_index'])} in Europe ({year})"
        for (code, year), row in last.iterrows()
    )
    return finish(
        figure,
        title=f"{_ahead(ahead, len(last), p)} done better than in Europe from {years[0]} to {years[-1]}",
        alt=f"Line charts of persons employed, {p.base_year} = 100, {p.name} beside Europe: {told}.",
        note=f"Thick line with dots: {p.name}. Dashed: Europe, the same countries in all years. {marks}{left_out}"
        f"{source_note(p).replace(f', {p.reference_year};', f', {years[0]}–{years[-1]};')}",
        link=downloads.save("lines", lines.assign(name=[taxonomy.categories[str(code)] for code, _ in lines.index])),
    )


def _panel(axes: Axes, sector: pd.DataFrame, label: str) -> None:
    axes.axhline(100, color=theme.LINE, linewidth=1, zorder=0)
    for year in sector.index[sector["has_break"].astype(bool)]:
        axes.axvline(year - 0.5, color=theme.MUTED, linewidth=1, linestyle=":", zorder=0)
    axes.plot(sector.index, sector["europe_index"], color=theme.MUTED, linewidth=1.8, linestyle=(0, (4, 2)), zorder=2)
    axes.plot(sector.index, sector["region_index"], color=theme.ACCENT, linewidth=2.4, zorder=3)
    hollow = sector["is_estimated"].astype(bool).to_numpy()
    axes.scatter(sector.index, sector["region_index"], s=30, facecolors=np.where(hollow, theme.PAPER, theme.ACCENT),
                 edgecolors=theme.ACCENT, linewidths=1.4, zorder=4)  # fmt: skip
    axes.set_title("\n".join(textwrap.wrap(label, 28)), loc="left", fontsize=theme.FONT_PT, color=theme.INK)
    axes.tick_params(length=0)
    axes.grid(axis="y", linewidth=0.5)
    ends = sector[["region_index", "europe_index"]].ffill().iloc[-1]
    gap = 0.0 if not ends.notna().all() else float(ends.iloc[0] - ends.iloc[1])
    up = 1 if gap >= 0 else -1
    shift = 8 if abs(gap) < 6 else 0  # points of the page; close ends would hide each other's number
    # In the colours of text: those of lines are too pale for letters, above all on a dark page.
    for value, colour, way in zip(ends, (theme.INK, theme.MUTED), (up, -up), strict=True):
        if words.is_known(value):
            axes.annotate(words.number(value), (sector.index[-1], value), xytext=(6, way * shift), textcoords="offset points",
                          va="center", color=colour, fontweight="bold" if colour == theme.INK else "normal")  # fmt: skip


def _ahead(ahead: int, n: int, p: RegionParams) -> str:
    """``Two of the six strongest sectors of Piemonte have``."""
    if n == 1:
        return f"The one strong sector of {p.name} has {'' if ahead else 'not '}".rstrip()
    which = f"All {words.cardinal(n)}" if ahead == n else f"{words.sentence(words.cardinal(ahead))} of the {words.cardinal(n)}"  # fmt: skip
    return f"{which} strongest sectors of {p.name} {'has' if ahead < 2 else 'have'}"


def _bars(axes: Axes, values: pd.Series, labels: list[str], colours: list[str]) -> None:
    rows = np.arange(len(values))
    axes.axvline(0, color=theme.MUTED, linewidth=1, zorder=3)
    axes.barh(rows, values, height=0.62, color=colours, linewidth=0, zorder=2)
    theme.name_rows(axes, labels)
    axes.set_xticks([])
    reach = float(values.abs().max()) or 1.0
    axes.set_xlim(min(float(values.min()), 0) - 0.24 * reach, max(float(values.max()), 0) + 0.24 * reach)
    for row, value in enumerate(values):
        axes.annotate(_signed(value), (value, row), xytext=(5 if value >= 0 else -5, 0), textcoords="offset points",
                      ha="left" if value >= 0 else "right", va="center")  # fmt: skip


def _totals(shift: pd.DataFrame) -> pd.Series:
    """Sums over the sectors whose parts are known."""
    known = shift[shift["change"].notna() & shift["regional"].notna()]
    return known[["persons_start", *PARTS]].sum(min_count=1)


def _verb(n: int, verb: str) -> str:
    return f"{words.cardinal(n)} {verb}{'s' if n < 2 else ''}"


def _signed(value: float) -> str:
    text = words.number(abs(value))
    return text if text == "0" else f"{'+' if value > 0 else '−'}{text}"


def _points(value: float) -> str:
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{words.number(abs(value), 1)} points"


def _estimates(shift: pd.DataFrame) -> str:
    n = int(shift["is_estimated"].sum())
    return f"{words.sentence(words.count(n, 'sector'))} of {len(shift)} {'is' if n == 1 else 'are'} hidden in one of the years and estimated. " if n else ""  # fmt: skip


def _break_note(sectors: pd.DataFrame) -> str:
    n = int((sectors["growth_has_break"].eq(True) & sectors["growth_pct"].notna()).sum())
    return BREAK_NOTE.format(n=words.count(n, "sector")) if n else ""


def _break_sentence(sectors: pd.DataFrame) -> str:
    note = _break_note(sectors)
    return f" {note.strip()}" if note else ""
