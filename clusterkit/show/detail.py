"""Sectors in detail: what a region's own table of industries tells, beside its benchmark and beside Eurostat."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from clusterkit.data.industries.nace_depth import TOTAL
from clusterkit.data.own import BENCHMARK
from clusterkit.params import RegionParams
from clusterkit.portrait import Detail
from clusterkit.show import theme, words
from clusterkit.show.output import Column, Downloads, Figure, Table, Text
from clusterkit.show.theme import finish

TOP = 15  # industries in a chart
OPEN = 3  # of them, hidden ones that may be strong
NAMED = 3  # industries named in a sentence
DIVISIONS_SHOWN = 6  # divisions whose parts are drawn
FAR_PCT = 5.0  # percent; a larger difference from Eurostat is called one
DEPTHS = ("section", "division", "group", "class")
MARKS = {"estimated": "e", "unreliable": "u"}


def source_note(of: Detail, p: RegionParams) -> str:
    """Whose figures these are, as it stands under every figure and table."""
    return (
        f"Source: own table of {p.name}, not Eurostat’s ({of.file}): {'; '.join(of.own.sources)}; {of.year}. "
        f"Compared with {of.own.benchmark}, of the same table. Own calculations."
    )


def say_lead(of: Detail, p: RegionParams) -> Text:
    """The page in one sentence."""
    strong = _ranked(of)
    strong = strong[strong["is_strong"]]
    if strong.empty:
        return Text((f"No industry of {p.name} stands out beside {of.own.benchmark} in its own table.",), role="lead")
    named = [f"{of.phrase(str(code))}, {_times(row)}" for code, row in strong.head(NAMED).iterrows()]
    text = f"Beside {of.own.benchmark}, {p.name} stands out in {'; '.join(named)} the share of jobs there."
    return Text((f"{text} The figures are its own, not Eurostat’s.",), role="lead")


def say_contents(of: Detail, p: RegionParams) -> Text:
    """What the table holds, and what is hidden in it."""
    rows = of.sectors
    depths = rows["depth"].value_counts()
    counted = [words.count(int(depths[one]), one, one + ("es" if one == "class" else "s")) for one in DEPTHS if one in depths]  # fmt: skip
    hidden = of.finest["persons_employed"].isna()
    first = (
        f"The figures of this page are **{p.name}’s own, not Eurostat’s**: {words.listing(counted)} of NACE in {of.year}, in the file "
        f"{of.file}, laid beside those of {of.own.benchmark} in the same table. Its source: {'; '.join(of.own.sources)}."
    )
    n = int(hidden.sum())
    second = (
        f"Of its {words.cardinal(len(of.finest))} finest industries **{words.cardinal(n)} "
        f"{'is' if n == 1 else 'are'} hidden** or not given. A hidden figure is not a zero: it is shown with what the figures above "
        "it leave open."
        if n
        else f"All of its {words.cardinal(len(of.finest))} finest industries have a figure."
    )
    third = (
        "Shares are of all industries that the office counts."
        if of.totals.is_whole
        else f"The table gives no total of all industries for both areas: shares are of the industries that both publish, {words.number(of.totals.region)} jobs "
        f"of {p.name}. A quotient then compares within these industries only."
    )
    return Text((first, f"{second} {third}"))


def table_contents(of: Detail, p: RegionParams, downloads: Downloads) -> Table:
    """Rows by depth: published, hidden or missing, of the region and of the benchmark."""
    now = of.own.table.xs(of.year, level="year")
    rows, kept = [], []
    for area, name in ((p.region, p.name), (BENCHMARK, of.own.benchmark)):
        own = now.loc[area].drop(TOTAL, errors="ignore")
        lengths = own.index.str.len().map({1: "section", 3: "division", 5: "group", 6: "class"})
        for depth in [one for one in DEPTHS if one in set(lengths)]:
            status = own.loc[lengths == depth, "persons_employed_status"]
            counts = [int((~status.isin(["hidden", "missing"])).sum()), *(int((status == one).sum()) for one in ("hidden", "missing"))]  # fmt: skip
            rows.append(
                (f"{name}, {_plural(depth)}", words.number(len(status)), *(words.number(one) for one in counts))
            )
            kept.append((name, depth, len(status), *counts))
    file = pd.DataFrame(kept, columns=["territory", "depth", "n_rows", "n_published", "n_hidden", "n_missing"])
    return Table(
        title=f"What the own table of {p.name} holds, {of.year}",
        columns=[Column("Area and depth", numeric=False), Column("Rows"), Column("Published"), Column("Hidden"), Column("Not given")],
        rows=rows,
        note=source_note(of, p),
        link=downloads.save("contents", file.set_index("territory")),
    )  # fmt: skip


def say_against(of: Detail, p: RegionParams) -> Text:
    """Whether the own table agrees with Eurostat's divisions."""
    table = of.against
    if table.empty:
        return Text(
            (
                f"Eurostat’s figures of the divisions of {p.name} in {of.year} are not at hand, so the two cannot be laid side by side.",
            )
        )
    known = table.dropna(subset=["difference_pct"])
    why = (
        "Differences are to be expected where an office counts employees and not all persons employed, enterprises and not local units, "
        "or another day of the year."
    )
    if known.empty:
        return Text((f"No division has a figure in both sources in {of.year}. {_filled(of)}".strip(),))
    both = known[["own_persons", "other_persons"]].sum()
    overall = 100 * (both["own_persons"] / both["other_persons"] - 1)
    far = known[known["difference_pct"].abs() > FAR_PCT]
    if far.empty:
        which = f"No division differs by more than {FAR_PCT:g}{words.NBSP}%."
    else:
        code = str(far["difference_pct"].abs().idxmax())
        which = f"{words.sentence(words.out_of(len(far), len(known)))} {'differs' if len(far) == 1 else 'differ'} by more than {FAR_PCT:g}{words.NBSP}%, most of all {of.phrase(code)}: {words.signed_percent(far.loc[code, 'difference_pct'])}."
    first = (
        f"In the {words.count(len(known), 'division')} that both have, the own table counts {words.number(both['own_persons'])} persons and Eurostat "
        f"{words.number(both['other_persons'])}: **{words.signed_percent(overall)}**. {which} {why if len(far) else ''}"
    )
    return Text((first.strip(), _filled(of)))


def _filled(of: Detail) -> str:
    """What the own table has where Eurostat hides the figure."""
    told = of.against[of.against["fits"].notna()]
    if told.empty:
        return ""
    off = told[told["fits"] == 0]
    listed = words.listing([f"{of.phrase(str(code))} ({words.number(row['own_persons'])} persons)" for code, row in told.head(NAMED).iterrows()])  # fmt: skip
    rest = f" and {words.count(len(told) - NAMED, 'more division')}" if len(told) > NAMED else ""
    fits = (
        "all within the range that Eurostat’s totals leave open"
        if off.empty
        else f"of which {words.listing([of.phrase(str(code)) for code in off.index])} outside the range that Eurostat’s totals leave open"
    )
    return f"Eurostat hides {words.count(len(told), 'division')} that the own table has: {listed}{rest}, {fits}."


def table_against(of: Detail, p: RegionParams, downloads: Downloads) -> Table | None:
    """Own figure, Eurostat's figure and difference of each division; None without any."""
    if of.against.empty:
        return None
    rows = [
        (
            of.label(str(code)),
            words.number(row["own_persons"]) if words.is_known(row["own_persons"]) else f"at least {words.number(row['own_persons_low'])}",
            words.number(row["other_persons"])
            if words.is_known(row["other_persons"])
            else f"hidden: {_range(row['other_persons_low'], row['other_persons_high'])}",
            words.signed_percent(row["difference_pct"]) if words.is_known(row["difference_pct"]) else "–",
        )
        for code, row in of.against.iterrows()
    ]  # fmt: skip
    return Table(
        title=f"Divisions of {p.name} in its own table and in Eurostat’s, {of.year}",
        columns=[
            Column("Division", numeric=False),
            Column("Own table, persons"),
            Column("Eurostat, persons"),
            Column("Own less Eurostat"),
        ],
        rows=rows,
        note=f"At least: parts of the division are hidden or not given. {source_note(of, p)} Beside it: Eurostat, structural business statistics by region, {of.year}.",
        link=downloads.save("against-eurostat", _named(of, of.against)),
    )


def say_strength(of: Detail, p: RegionParams) -> Text:
    """What the region is strong in at the depth of its own table."""
    ranked = _ranked(of)
    if ranked.empty:
        return Text((f"No industry of {p.name} can be compared with {of.own.benchmark}.",))
    strong = ranked[ranked["is_strong"]]
    rule = (
        f"Strong: at least {p.mapping.strong_lq:g} times the share of {of.own.benchmark}, and at least {words.percent(p.mapping.min_share_pct)} of the region’s jobs for a division, "
        f"{words.number(p.mapping.min_share_pct / 10, 2)}{words.NBSP}% for a group or class (assumption A120)."
    )
    if strong.empty:
        code, row = str(ranked.index[0]), ranked.iloc[0]
        return Text((f"None of its {words.cardinal(len(ranked))} finest industries is surely strong; the highest is {of.phrase(code)}, {_times(row)} the share of {of.own.benchmark}. {rule}",))  # fmt: skip
    jobs, share = strong["persons_employed"].sum(), strong["share_pct"].sum()
    named = "; ".join(f"{of.phrase(str(code))}, {_times(row)}" for code, row in strong.head(NAMED).iterrows())
    first = (
        f"**{words.sentence(words.out_of(len(strong), len(ranked)))} finest industries {'is' if len(strong) == 1 else 'are'} strong** beside {of.own.benchmark}"
        f"{', above all' if len(strong) > NAMED else ':'} {named} the share of jobs there. {'It employs' if len(strong) == 1 else 'Together they employ'} {words.number(jobs)} persons, {words.percent(share)} of the jobs counted. {rule}"
    )
    open_ones = ranked[ranked["persons_employed"].isna() & (ranked["lq_high"] >= p.mapping.strong_lq)]
    second = (
        f"Hidden, and strong or not: {words.listing([of.phrase(str(code)) + ', up to ' + words.decimal(row['lq_high']) + ' times' for code, row in open_ones.head(NAMED).iterrows()])}."
        if len(open_ones)
        else ""
    )
    return Text((first, second, _growth_words(of, strong)))


def _growth_words(of: Detail, strong: pd.DataFrame) -> str:
    if of.base_year is None:
        return "The table has one year: whether strength grows cannot be told."
    known = strong.dropna(subset=["growth_pct", "growth_benchmark_pct"])
    if known.empty:
        return f"No strong industry has a figure of {of.base_year}: whether strength grows cannot be told."
    lead = known["growth_pct"] - known["growth_benchmark_pct"]
    n, best = int((lead > 0).sum()), str(lead.idxmax())
    row = known.loc[best]
    return (
        f"{words.sentence(words.out_of(n, len(known)))} strong {'industry' if len(known) == 1 else 'industries'} with figures of both years did better than in {of.own.benchmark} from {of.base_year} to {of.year}; "
        f"the best is {of.phrase(best)}, {words.signed_percent(row['growth_pct'])} against {words.signed_percent(row['growth_benchmark_pct'])}."
    )


def plot_strength(of: Detail, p: RegionParams, downloads: Downloads) -> Figure | None:
    """Location quotient of the finest industries with its range; None where nothing can be compared."""
    ranked = _ranked(of)
    is_open = ranked["persons_employed"].isna() & (ranked["lq_high"] >= p.mapping.strong_lq)
    top = pd.concat([ranked[~is_open].head(TOP - min(OPEN, int(is_open.sum()))), ranked[is_open].head(OPEN)])
    if top.empty:
        return None
    theme.use()
    figure, axes = plt.subplots(figsize=(theme.WIDTH_IN, 0.38 * len(top) + 1.1), layout="constrained")
    rows = np.arange(len(top))
    strong = top["is_strong"].to_numpy()
    colours = np.where(strong, theme.STRONG, theme.OTHER)
    theme.strong_lines(axes, p.mapping.strong_lq)
    low, value, high = (top[name].clip(lower=theme.LEAST_LQ) for name in ("lq_low", "lq", "lq_high"))
    theme.ranges(axes, low, high, colours)
    for marker, chosen in (("o", strong), ("s", ~strong)):
        axes.scatter(value[chosen], rows[chosen], s=64, marker=marker, color=colours[chosen], zorder=2, linewidth=0)
    theme.name_rows(axes, [of.label(str(code)) for code in top.index])
    theme.quotient_axis(axes, [top["lq_low"], top["lq_high"], top["lq"]])
    axes.set_xlabel(f"Location quotient: share of jobs, times that of {of.own.benchmark} (logarithmic scale)")
    theme.right_column(axes, [_jobs(row) for _, row in top.iterrows()], heading="persons")
    first = str(top.index[0])
    n = int(_ranked(of)["is_strong"].sum())
    shown = "; ".join(f"{of.label(str(code))} {_times(row)}" for code, row in top.iterrows())
    return finish(
        figure,
        title=f"{words.sentence(of.phrase(first))}: {_times(top.iloc[0])} the share of jobs in {of.own.benchmark}, the highest of {words.count(len(_ranked(of)), 'industry', 'industries')} of {p.name}"
        if n
        else f"No industry of {p.name} is surely strong beside {of.own.benchmark}; the highest is {of.phrase(first)}",
        alt=f"Dot chart of location quotients of the finest industries in the own table of {p.name}, {of.year}, beside {of.own.benchmark}: {shown}.",
        note=f"Round, orange: strong. Square, grey: not, or not surely. A band without a mark: hidden; it is what the figures above it leave open. {source_note(of, p)}",
        link=downloads.save("specialisation", _named(of, of.sectors)),
    )  # fmt: skip


def table_sectors(of: Detail, p: RegionParams, downloads: Downloads) -> Table | None:
    """Jobs, share, quotient, pay and change of the finest industries; the file has all rows."""
    ranked = _ranked(of)
    if ranked.empty:
        return None
    has_wages = ranked["wages_eur_per_person"].notna().any()
    rows = []
    for code, row in ranked.head(2 * TOP).iterrows():
        pay = [words.number(row[name] / 1000, 1) if words.is_known(row[name]) else "–" for name in ("wages_eur_per_person", "wages_benchmark_eur_per_person")]  # fmt: skip
        change = [words.signed_percent(row[name]) if words.is_known(row[name]) else "–" for name in ("growth_pct", "growth_benchmark_pct")]  # fmt: skip
        rows.append(
            (
                of.label(str(code)),
                _jobs(row),
                words.number(row["share_pct"], 2) if words.is_known(row["share_pct"]) else "–",
                words.decimal(row["lq"]) if words.is_known(row["lq"]) else _range(row["lq_low"], row["lq_high"], 1),
                *(pay if has_wages else ()),
                *((change[0] + (" b" if row["growth_has_break"] else ""), change[1]) if of.base_year else ()),
            )
        )
    pays = (Column("Wages per person, thousand euro"), Column(f"in {of.own.benchmark}")) if has_wages else ()
    changes = (Column(f"Change {of.base_year}–{of.year}"), Column(f"in {of.own.benchmark} ")) if of.base_year else ()
    marks = "b: break in the series. " if of.base_year and ranked["growth_has_break"].any() else ""
    return Table(
        title=f"Industries of {p.name} at the depth of its own table, most specialised first, {of.year}",
        columns=[
            Column("Industry", numeric=False),
            Column("Persons employed"),
            Column("Share of jobs, %"),
            Column("Location quotient"),
            *pays,
            *changes,
        ],
        rows=rows,
        note=f"{marks}e: estimated; u: unreliable, as the office marks it. A range: hidden, what the figures above it leave open. "
        f"{'The first ' + words.cardinal(2 * TOP) + '; the file has all rows. ' if len(ranked) > 2 * TOP else ''}{source_note(of, p)}",
        link=downloads.save("industries", _named(of, of.sectors)),
    )


def say_parts(of: Detail, p: RegionParams) -> Text:
    """Which industries carry the divisions in which the region is strong."""
    parts = _strong_parts(of)
    if parts.empty:
        return Text(
            (f"The table has no strong division of {p.name} with parts below it, so nothing can be taken apart.",)
        )
    sentences = []
    for division, rows in list(parts.groupby("division", sort=False))[:NAMED]:
        known = rows.dropna(subset=["of_division_pct"])
        if known.empty:
            continue
        top = known.iloc[0]
        jobs = "known jobs" if top["is_of_known"] else "jobs"
        strong = known[known["lq"] >= p.mapping.strong_lq]
        tail = (
            ""
            if strong.empty or len(known) == 1
            else f"; {words.out_of(len(strong), len(known))} parts with a figure {'has' if len(strong) == 1 else 'have'} at least {p.mapping.strong_lq:g} times the share of {of.own.benchmark}"
        )
        sentences.append(f"Of the {jobs} of {of.phrase(str(division))}, {words.percent(top['of_division_pct'])} are in {of.phrase(str(top.name))}{tail}.")  # fmt: skip
    return Text((" ".join(sentences),))


def plot_parts(of: Detail, p: RegionParams, downloads: Downloads) -> Figure | None:
    """The parts of each strong division: share of its jobs and quotient; None without any."""
    parts = _strong_parts(of)
    if parts["of_division_pct"].notna().sum() == 0:
        return None
    theme.use()
    groups = list(parts.groupby("division", sort=False))[:DIVISIONS_SHOWN]
    lines: list[tuple[str, pd.Series | None]] = []
    for division, rows in groups:
        lines += [(of.label(str(division)), None), *((of.label(str(code)), row) for code, row in rows.iterrows())]
    figure, axes = plt.subplots(figsize=(theme.WIDTH_IN, 0.36 * len(lines) + 1.1), layout="constrained")
    texts = []
    for place, (_, row) in enumerate(lines):
        if row is None:
            texts.append("")
            continue
        strong = row["lq"] >= p.mapping.strong_lq
        if words.is_known(row["of_division_pct"]):
            axes.barh(place, row["of_division_pct"], height=0.6, color=theme.STRONG if strong else theme.OTHER,
                      hatch="" if strong else "///", edgecolor=theme.PAPER, linewidth=0)  # fmt: skip
        else:
            axes.annotate("hidden", (0, place), xytext=(4, 0), textcoords="offset points", va="center", color=theme.MUTED, fontstyle="italic")  # fmt: skip
        texts.append(
            words.decimal(row["lq"]) if words.is_known(row["lq"]) else _range(row["lq_low"], row["lq_high"], 1)
        )
    theme.name_rows(axes, [name for name, _ in lines])
    for label, (_, row) in zip(axes.get_yticklabels(), lines, strict=True):
        label.set_fontweight("bold" if row is None else "normal")
    axes.set_xlim(0, max(5.0, float(parts["of_division_pct"].max()) * 1.05))
    axes.set_xlabel("Share of the division’s jobs (percent)")
    theme.right_column(axes, texts, heading="quotient")
    division, rows = groups[0]
    top = rows.iloc[0]
    shown = "; ".join(
        f"{of.label(str(division))}: "
        + ", ".join(f"{of.label(str(code))} {_share(row)}" for code, row in rows.iterrows())
        for division, rows in groups
    )
    return finish(
        figure,
        title=f"Of the {'known ' if top['is_of_known'] else ''}jobs of {of.phrase(str(division))} in {p.name}, {words.percent(top['of_division_pct'])} are in {of.phrase(str(top.name))}"
        if words.is_known(top["of_division_pct"])
        else f"The parts of {of.phrase(str(division))} in {p.name} are hidden",
        alt=f"Bar chart of the parts of strong divisions of {p.name} in {of.year}, share of the division’s jobs. {shown}.",
        note=f"Orange: at least {p.mapping.strong_lq:g} times the share of {of.own.benchmark}. Hatched, grey: less. Where a division has no figure of its own, shares are of its known parts. {source_note(of, p)}",
        link=downloads.save("parts", _named(of, parts)),
    )  # fmt: skip


def say_categories(of: Detail) -> Text:
    """How strong the region is in the categories that it chose, as far as the own table holds them."""
    if of.taxonomy is None:
        return Text(("No categories of the region’s own were chosen, so none are put together from the table.",))
    title, table = of.taxonomy.title, of.categories
    n = len(of.taxonomy.categories)
    if table.empty:
        return Text((f"The table holds no member of the {words.cardinal(n)} categories of “{title}”.",))
    known = table.dropna(subset=["lq"]).sort_values("lq", ascending=False)
    first = f"The table holds members of {words.out_of(len(table), n)} categories of “{title}”."
    if known.empty:
        return Text((f"{first} In each a member is hidden, so that no quotient can be told, only its range.",))
    row = known.iloc[0]
    part = "" if row["held_share"] > 1 - 1e-9 else ", a part of it only"
    return Text((f"{first} The highest is **{row['name'][:1].lower() + row['name'][1:]}** with {words.times(row['lq'])} the share of jobs in {of.own.benchmark}{part}.",))  # fmt: skip


def table_categories(of: Detail, p: RegionParams, downloads: Downloads) -> Table | None:
    """Jobs and quotient of the chosen categories from the own table; None without any."""
    if of.taxonomy is None or of.categories.empty:
        return None
    order = of.categories.sort_values("lq", ascending=False, na_position="last", kind="stable")
    rows = [
        (
            row["name"],
            words.number(row["persons_employed"])
            if words.is_known(row["persons_employed"])
            else _range(row["persons_employed_low"], row["persons_employed_high"]),
            words.decimal(row["lq"]) if words.is_known(row["lq"]) else _range(row["lq_low"], row["lq_high"], 1),
            f"{words.number(100 * row['held_share'])}{words.NBSP}%",
        )
        for _, row in order.iterrows()
    ]
    return Table(
        title=f"Categories of “{of.taxonomy.title}” in {p.name}, from groups and classes, {of.year}",
        columns=[
            Column("Category", numeric=False),
            Column("Persons employed"),
            Column("Location quotient"),
            Column("Of its members in the table"),
        ],
        rows=rows,
        note=f"A range: a member is hidden. Of its members: share of their weights, which are not jobs. {source_note(of, p)}",
        link=downloads.save("categories", order),
    )


def _ranked(of: Detail) -> pd.DataFrame:
    """The finest industries of which something can be told, most specialised first, the sure ones before the open ones."""
    known = of.finest[of.finest["lq_high"].notna() & (of.finest["lq_high"] > 0)]
    return known.sort_values(["lq_low", "lq_high"], ascending=False, kind="stable")


def _strong_parts(of: Detail) -> pd.DataFrame:
    """Parts of the divisions that are strong, by their own figure or by any of their parts."""
    strong = {str(code)[:3] for code in of.sectors.index[of.sectors["is_strong"]] if len(str(code)) >= 3}
    return of.parts[of.parts["division"].isin(strong)]


def _named(of: Detail, table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(name=[of.names.get(str(code), "") for code in table.index])


def _times(row: pd.Series) -> str:
    return words.times(row["lq"], row["lq_low"], row["lq_high"], certain=bool(row["lq_is_certain"]))


def _jobs(row: pd.Series) -> str:
    mark = MARKS.get(row["persons_employed_status"], "")
    if words.is_known(row["persons_employed"]):
        return words.number(row["persons_employed"]) + (f"{words.NBSP}{mark}" if mark else "")
    return _range(row["persons_employed_low"], row["persons_employed_high"])


def _share(row: pd.Series) -> str:
    return words.percent(row["of_division_pct"]) if words.is_known(row["of_division_pct"]) else "hidden"


def _range(low: float, high: float, decimals: int = 0) -> str:
    if not words.is_known(high):
        return f"{words.number(low, decimals)} or more"
    return f"{words.number(low, decimals)}–{words.number(high, decimals)}"


def _plural(depth: str) -> str:
    return depth + ("es" if depth == "class" else "s")
