"""Tables of a region, ready to read."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from clusterkit.data.industries import Taxonomy
from clusterkit.mapping import undecided
from clusterkit.params import RegionParams
from clusterkit.show import words
from clusterkit.show.output import Column, Downloads, Table

MADE_FROM = "What this page was made from"  # title of the table at the foot of a page
TOP = 12  # rows of the shown table; the file behind it has all
AREA = "the 28 EU members of 2014 and Norway"  # whose country rows make up "Europe" in every quotient


def source_note(p: RegionParams) -> str:
    """Source, year and NUTS version, as they stand under every figure and table."""
    return (
        f"Source: Eurostat, structural business statistics by region, {p.reference_year}; own calculations. "
        f"Europe: {AREA}. NUTS {p.nuts_version}."
    )


def table_context(context: pd.DataFrame, p: RegionParams, downloads: Downloads) -> Table:
    """The region beside its country and the European Union; one column per territory.

    Parameters
    ----------
    context
        As ``mapping.regional_context`` gives it, one row per territory.
    """
    europe = context.loc["EU-28", "gdp_pps_per_head"]
    rows = [
        ("Population, 1 January", *(words.number(value) for value in context["population"])),
        ("Gross domestic product, million euro", *(words.number(value) for value in context["gdp_meur"])),
        (
            "Gross domestic product per head at purchasing power, EU-28 = 100",
            *(words.number(100 * value / europe) for value in context["gdp_pps_per_head"]),
        ),
        ("Persons in work, aged 15 and over, thousand", *(words.number(v) for v in context["employment_thousand"])),
        ("Unemployment, percent of the labour force", *(words.number(v, 1) for v in context["unemployment_rate_pct"])),
    ]
    return Table(
        title=f"{p.name} in figures, {p.reference_year}",
        columns=[Column("Figure", numeric=False), *(Column(str(name)) for name in context.index)],
        rows=rows,
        note="Source: Eurostat, demo_r_pjangrp3, nama_10r_2gdp, lfst_r_lfe2emp, lfst_r_lfu3pers; own calculations. "
        f"NUTS {p.nuts_version}.",
        link=downloads.save("context", context),
    )


def table_coverage(sectors: pd.DataFrame, p: RegionParams, downloads: Downloads) -> Table:
    """How many sectors are reported, partly hidden, hidden or missing, and how many jobs they hold.

    Parameters
    ----------
    sectors
        The portfolio of the region, one row per sector.
    """
    status = sectors["persons_employed_status"]
    meaning = {
        "reported": "Published",
        "estimated": "Estimated: shared out between regions",
        "partly hidden": "Hidden for a part of the region",
        "hidden": "Hidden to protect single firms",
        "missing": "Missing without a reason given",
    }
    rows = []
    for key, label in meaning.items():
        group = sectors[status == key]
        if group.empty and key != "hidden":
            continue
        if group["persons_employed"].notna().all() and len(group):
            jobs = words.number(group["persons_employed"].sum())
        elif group.empty:
            jobs = "–"
        else:
            low = group["persons_employed_low"].max()
            high = group["persons_employed_high"]
            jobs = (
                f"each between {words.number(group['persons_employed_low'].min())} and {words.number(high.max())}"
                if high.notna().all()
                else f"at least {words.number(low)}"
            )
        rows.append((label, words.number(len(group)), jobs))
    return Table(
        title=f"What is published of the {len(sectors)} sectors of {p.name}, {p.reference_year}",
        columns=[Column("Figure is", numeric=False), Column("Sectors"), Column("Persons employed")],
        rows=rows,
        note=source_note(p),
        link=downloads.save(
            "coverage",
            sectors[["persons_employed_status", "persons_employed", "persons_employed_low", "persons_employed_high"]],
        ),
    )


def table_hidden(sectors: pd.DataFrame, p: RegionParams, taxonomy: Taxonomy, downloads: Downloads) -> Table | None:
    """Sectors that hidden cells keep in doubt, with the range that published totals leave; None without.

    Parameters
    ----------
    sectors
        The portfolio of the region, one row per sector.
    """
    unsure = undecided(sectors, strong_lq=p.mapping.strong_lq).head(10)
    if unsure.empty:
        return None
    rows = [
        (
            taxonomy.label(str(code)),
            words.sentence(str(row["persons_employed_status"])),
            _range(row["persons_employed_low"], row["persons_employed_high"], 0),
            _range(row["lq_low"], row["lq_high"], None),
        )
        for code, row in unsure.iterrows()
    ]
    return Table(
        title=f"Hidden cells leave {words.count(len(unsure), 'location quotient')} of {p.name} open, {p.reference_year}",
        columns=[
            Column("Sector", numeric=False),
            Column("In the region", numeric=False),
            Column("Persons employed, range"),
            Column("Location quotient, range"),
        ],
        rows=rows,
        note="Sectors that could reach the location quotient of a strong one, "
        f"which also needs {words.percent(p.mapping.min_share_pct)} of the region’s jobs. "
        "Ranges follow from published totals over sectors and over territory; nothing is guessed. " + source_note(p),
        link=downloads.save("hidden", unsure),
    )


def table_portfolio(
    ranked: pd.DataFrame, sectors: pd.DataFrame, p: RegionParams, taxonomy: Taxonomy, downloads: Downloads
) -> Table:
    """The most specialised sectors with size, wages and growth, each beside Europe; all sectors in the file.

    Parameters
    ----------
    ranked
        The sectors that are shown, in their order.
    sectors
        All sectors, for the file.
    """
    shown = ranked.head(TOP)
    rows = []
    for code, row in shown.iterrows():
        mark = " b" if row["growth_has_break"] and words.is_known(row["growth_pct"]) else ""
        rows.append(
            (
                taxonomy.label(str(code)),
                words.number(row["persons_employed"]),
                words.number(row["share_pct"], 1),
                words.decimal(row["lq"]) if row["lq_is_certain"] else _range(row["lq_low"], row["lq_high"], None),
                words.number(row["wages_eur_per_person"] / 1000, 1),
                words.number(row["wages_europe_eur_per_person"] / 1000, 1),
                words.signed_percent(row["growth_pct"]) + mark,
                words.signed_percent(row["growth_europe_pct"]),
            )
        )
    marks = "b: break in the series between the two years. " if shown["growth_has_break"].any() else ""
    return Table(
        title=f"The {len(shown)} most specialised sectors of {p.name}, {p.reference_year}",
        columns=[
            Column("Sector", numeric=False),
            Column("Persons employed"),
            Column("Share of jobs, %"),
            Column("Location quotient"),
            Column("Wages per person, thousand euro"),
            Column("in Europe"),
            Column(f"Change {p.base_year}–{p.reference_year}"),
            Column("in Europe "),
        ],
        rows=rows,
        note=f"{marks}Wages and salaries over all persons employed, owners who work included, so a sector of small firms looks "
        f"lower than its pay. The file has all sectors. {source_note(p)}",
        link=downloads.save(
            "portfolio", sectors.assign(name=[taxonomy.categories[str(code)] for code in sectors.index])
        ),
    )


def _range(low: float, high: float, decimals: int | None) -> str:
    show = words.decimal if decimals is None else lambda value: words.number(value, decimals)
    if not words.is_known(high):
        return f"{show(low)} or more"
    return show(low) if show(low) == show(high) else f"{show(low)}–{show(high)}"


def table_parameters(values: Sequence[tuple[str, str]], *, title: str = MADE_FROM) -> Table:
    """Name and value of everything that the page depends on.

    Parameters
    ----------
    values
        Name and text of each, in the order shown.
    title
        Of the table.
    """
    return Table(
        title=title,
        columns=[Column("Item", numeric=False), Column("Value", numeric=False)],
        rows=list(values),
        is_folded=True,
    )
