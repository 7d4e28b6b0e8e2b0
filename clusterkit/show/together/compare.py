"""The comparison: all regions of the site in one table, and in tables whose cells are shaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from clusterkit.data.industries import Taxonomy
from clusterkit.mapping import QUADRANTS
from clusterkit.params import RegionParams
from clusterkit.portrait import Outline, Together
from clusterkit.show import theme, words
from clusterkit.show.output import Column, Downloads, Pointer, Table, Text
from clusterkit.show.scoreboard import phrases
from clusterkit.show.tables import source_note

EXPLORER = "explorer"  # page that puts any regions side by side


def say_compared(of: Together) -> Text:
    """What is compared, and the spread of what matters most."""
    counts = pd.Series({one.p.name: int(one.summary["n_strong"]) for one in of.members})
    if len(counts) < 2:
        return Text((f"There is one region on this site, {counts.index[0]}: nothing to compare it with.",), role="lead")
    most, least = counts[counts == counts.max()].index, counts[counts == counts.min()].index
    if counts.max() == counts.min():
        text = (
            f"Each of the {words.count(len(counts), 'region')} has {words.count(int(counts.max()), 'strong sector')}."
        )
    else:
        text = (
            f"Of {words.count(len(counts), 'region')}, {words.listing(list(most))} {'has' if len(most) == 1 else 'have'} the most strong sectors, "
            f"{words.cardinal(int(counts.max()))}{'' if len(most) == 1 else ' each'}, and {words.listing(list(least))} the fewest, {words.cardinal(int(counts.min()))}."
        )
    return Text((text,), role="lead")


def say_missing(of: Together) -> Text:
    """The regions that are not compared and why; nothing when all are."""
    return Text(tuple(f"**{name}** is not among them: {reason}" for name, reason in of.missing.items()), role="warning")


def table_glance(of: Together, taxonomy: Taxonomy, pages: Mapping[str, str], downloads: Downloads) -> Table:
    """One row a region: jobs, strong sectors, the strongest, change, best and worst condition, policy.

    Parameters
    ----------
    of
        The regions.
    taxonomy
        Names of sectors.
    pages
        Identifier of a region to the address of its first page; those without one are not linked.
    downloads
        Where the data go.
    """
    rows, kept = [], {}
    for one in of.members:
        best, worst = extremes(one)
        quadrants = one.quadrants
        strong = quadrants[quadrants["is_strong"]] if len(quadrants) else quadrants
        gained = int((strong["quadrant"] == QUADRANTS[0]).sum()) if len(strong) else 0
        found = one.summary
        rows.append(
            (
                one.p.name,
                words.number(one.size),
                words.number(found["n_strong"]),
                words.percent(float(found["share_strong_pct"])) if found["n_strong"] else "–",
                strongest(found, one, taxonomy),
                f"{gained} of {len(strong)}" if len(strong) else "–",
                best,
                worst,
                answered(one),
            )
        )
        kept[one.p.region] = {
            "name": one.p.name,
            "persons_employed": one.size,
            "n_strong": found["n_strong"],
            "persons_strong": found["persons_strong"],
            "share_strong_pct": found["share_strong_pct"],
            "top_code": found["top_code"],
            "top_lq": found["top_lq"],
            "n_gained": gained,
            "best_condition": best,
            "worst_condition": worst,
            "policy_answers": answered(one),
        }
    n = len(rows)
    return Table(
        title=f"{words.sentence(words.count(n, 'region'))} at a glance",
        columns=[
            Column("Region", numeric=False),
            Column("Jobs, business economy"),
            Column("Strong sectors"),
            Column("Their share of jobs"),
            Column("Strongest sector", numeric=False),
            Column("Strong sectors that gained ground"),
            Column("Best condition (rank interval)", numeric=False),
            Column("Worst condition (rank interval)", numeric=False),
            Column("Policy answers", numeric=False),
        ],
        rows=rows,
        note=f"Strong: {rule(of.listed)}. {source_note(of.members[0].p)} Conditions: framework {of.scored.framework}, rank among all regions of Europe with a score.",
        link=downloads.save("glance", pd.DataFrame(kept).T.rename_axis("region")),
        hrefs=[pages.get(one.p.region) for one in of.members],
        is_wide=True,
    )


def note(of: Together) -> str:
    """Source, years and NUTS version of what is said of conditions."""
    spans = [one.span for one in of.members if one.span]
    years = (
        f"figures of {min(span[0] for span in spans)} to {max(span[1] for span in spans)}" if spans else "no figures"
    )
    first = of.scored
    others = f" Another framework has {words.listing(of.otherwise_scored)}." if of.otherwise_scored else ""
    return (
        f"Framework {first.framework}, own calculations (docs/methods.md). Source: Eurostat and others (docs/indicators.md), {years}; "
        f"{words.number(first.n_regions)} regions of NUTS 2 in the 28 EU members of 2014, NUTS {first.p.nuts_version}.{others}"
    )


def rule(listed: Iterable[RegionParams]) -> str:
    """What makes a sector strong, for all regions of the site."""
    rules = sorted({(p.mapping.strong_lq, p.mapping.min_share_pct) for p in listed})
    return " or ".join(f"at least {lq:g} times the European share and {words.percent(share)} of the region’s jobs" for lq, share in rules)  # fmt: skip


def strongest(found: pd.Series, one: Outline | None, taxonomy: Taxonomy) -> str:
    """The most specialised sector with its quotient and, where the region has an outline, its stars.

    Parameters
    ----------
    found
        As ``mapping.summary`` gives it.
    one
        Outline of the region.
    taxonomy
        Names of sectors.
    """
    if not found["top_code"]:
        return "none large enough"
    times = words.times_of(found, "top_lq")
    stars = one.strength["n_stars_low"].get(found["top_code"]) if one else None
    mark = f", {words.count(int(stars), 'star')}" if words.is_known(stars) else ""
    return f"{taxonomy.label(str(found['top_code']))}, {times}{mark}"


def extremes(one: Outline) -> tuple[str, str]:
    """The dimensions of the highest and of the lowest rank, each with its interval; dashes without a rank."""
    known = one.dimensions.dropna(subset=["rank"])
    if known.empty:
        return "–", "–"
    order = (known["rank"] / known["n_ranked"]).sort_values(kind="stable").index
    first, last = (f"{known.loc[part, 'name']}: {phrases.place_with_interval(known.loc[part])}" for part in (order[0], order[-1]))  # fmt: skip
    return first, last


def answered(one: Outline) -> str:
    """Whether the stress test was answered: yes, no, or illustrative."""
    return "illustrative" if one.is_illustrative else "yes" if one.is_answered else "no"


def heat_sectors(of: Together, taxonomy: Taxonomy, downloads: Downloads) -> Table | None:
    """Location quotients of every sector that is strong somewhere, shaded, strong ones marked; None without any."""
    strong = of.strong[of.strong.any(axis=1)]
    if strong.empty:
        return None
    n = strong.sum(axis=1)
    order = (
        n.to_frame("n").assign(code=n.index).sort_values(["n", "code"], ascending=[False, True], kind="stable").index
    )
    quotients = of.quotients.loc[order]
    rows, classes = [], []
    for code, row in quotients.iterrows():
        texts = [
            "–" if pd.isna(value) else f"{'★ ' if strong.loc[code, region] else ''}{words.decimal(value)}"
            for region, value in row.items()
        ]
        rows.append((taxonomy.label(str(code)), *texts))
        classes.append(["", *(lq_class(value) for value in row)])
    most = str(order[0])
    title = (
        f"{words.sentence(taxonomy.phrase(most))} is strong in {words.count(int(n[most]), 'region')}, more than any other sector"
        if (n == n.max()).sum() == 1 and n.max() > 1
        else f"{words.sentence(words.count(len(order), 'sector'))} {'is' if len(order) == 1 else 'are'} strong in one region or more"
    )
    return Table(
        title=title,
        columns=[Column("Sector", numeric=False), *(Column(name) for name in of.names.values())],
        rows=rows,
        note=f"Location quotient: share of jobs, times the European; the darker orange, the higher; violet: under the European share. ★ strong: {rule(of.listed)}. "
        f"–: hidden or missing. {source_note(of.members[0].p)}",
        link=downloads.save("sectors", quotients.assign(name=[taxonomy.categories[str(code)] for code in order])),
        classes=classes,
        is_wide=True,
    )


def lq_class(value: float) -> str:
    """Class of a cell that holds a location quotient: of the same steps as on the maps."""
    return "" if pd.isna(value) else f"heat lq{int(np.searchsorted(theme.LQ_BOUNDS, value, side='right'))}"


def heat_conditions(of: Together, downloads: Downloads) -> Table | None:
    """Rank of each dimension in each region, the thirds shaded and marked; None without a rank."""
    level, _ = of.levels
    found = of.conditions[of.conditions["level"] == level]
    if found["rank"].isna().all():
        return None
    regions = list(dict.fromkeys(found.index.get_level_values("region")))
    parts = list(dict.fromkeys(found.index.get_level_values("part")))
    rows, classes = [], []
    for part in parts:
        cells = [found.loc[(region, part)] for region in regions]
        rows.append((str(cells[0]["name"]), *(_rank_cell(cell) for cell in cells)))
        classes.append(["", *(f"heat {cell['verdict']}" if words.is_known(cell["rank"]) else "" for cell in cells)])
    counted = of.shared_conditions(level)
    worst = counted.iloc[0]
    title = (
        f"{worst['name']} is in the worst third in {words.count(int(worst['n_worst']), 'region')}, more often than any other condition"
        if worst["n_worst"] and (counted["n_worst"] == worst["n_worst"]).sum() == 1
        else "Conditions of the regions, by third of all regions"
    )
    return Table(
        title=title,
        columns=[Column("Condition", numeric=False), *(Column(of.names[region]) for region in regions)],
        rows=rows,
        note="Rank among all regions of Europe with a score. ▲ best third, ▼ worst third, ● between; * the whole rank interval lies in that third; the interval holds nine in ten of the ranks under other choices of method, and a rank can lie outside. "
        f"{note(of)}",
        link=downloads.save("conditions", found),
        classes=classes,
        is_wide=True,
    )


def _rank_cell(row: pd.Series) -> str:
    if not words.is_known(row["rank"]):
        return "–"
    sure = "*" if bool(row["is_sure"]) else ""
    return f"{phrases.MARKS[row['verdict']]}{sure} {words.number(row['rank'])} / {words.number(row['n_ranked'])}"


def heat_emerging(of: Together, downloads: Downloads) -> Table:
    """Location quotients of the emerging industries in each region, shaded, with their rating."""
    tables = {one.p.region: one.emerging for one in of.members}
    categories = list(dict.fromkeys(code for table in tables.values() for code in table.index))
    rows, classes, kept = [], [], {}
    for category in categories:
        cells = {region: table.loc[category] for region, table in tables.items()}
        first = next(iter(cells.values()))
        quotients = {region: row["lq"] for region, row in cells.items()}
        partly = any(row["status"] == "partly covered" for row in cells.values())
        texts = [
            "–" if pd.isna(value) else f"{'≈ ' if cells[region]['is_estimated'] else ''}{words.decimal(value)}"
            for region, value in quotients.items()
        ]
        rows.append((f"{first['name']}{' (part)' if partly else ''}", str(first["rating"]), *texts))
        classes.append(["", "", *("" if _is_open(row) else lq_class(row["lq"]) for row in cells.values())])
        kept[category] = {"name": first["name"], "rating": first["rating"], **quotients}
    shared = of.shared_emerging
    title = (
        f"{shared.iloc[0]['name']} surely have more than the European share of jobs in {words.count(int(shared.iloc[0]['n_regions']), 'region')}"
        if len(shared)
        else "No emerging industry has surely more than the European share of jobs in two regions"
    )
    return Table(
        title=title,
        columns=[
            Column("Emerging industry", numeric=False),
            Column("How well divisions carry it", numeric=False),
            *(Column(name) for name in of.names.values()),
        ],
        rows=rows,
        note="Location quotient: share of jobs, times the European. (part): a part lies outside these statistics. ≈: hidden cells estimated; without a shade: they leave open whether it is more or less than the European share. –: not observable. Which divisions make up a category "
        f"is rated red (docs/assumptions.md#A16). {source_note(of.members[0].p)}",
        link=downloads.save("emerging-industries", pd.DataFrame(kept).T.rename_axis("category")),
        classes=classes,
        is_wide=True,
    )


def _is_open(category: pd.Series) -> bool:
    """Whether hidden cells leave open on which side of the European share a category is."""
    return bool(category["lq_low"] < 1 < category["lq_high"])


def point_to_explorer(pages: Mapping[str, str]) -> Pointer:
    """The way to the explorer, where any two to five regions of Europe stand side by side.

    Parameters
    ----------
    pages
        Name of a page of the whole site to its address.
    """
    href = pages.get(EXPLORER, "")
    return Pointer(
        before="Any two to five regions of Europe, sector by sector: ",
        label="side by side in the explorer",
        after=".",
        href=f"{href}#view=regions" if href else "",
    )
