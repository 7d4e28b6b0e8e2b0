"""The tables of a brief."""

from __future__ import annotations

import pandas as pd

from clusterkit.data.industries import Taxonomy
from clusterkit.data.nuts import COUNTRY_NAMES
from clusterkit.portrait import Portrait
from clusterkit.show import words
from clusterkit.show.brief.figures import source
from clusterkit.show.output import Column, Downloads, Table
from clusterkit.show.tables import source_note

REACH, PARTNERS, LISTED = 5, 5, 3  # rows; sectors named in a cell


def table_size(of: Portrait, downloads: Downloads) -> Table:
    """Four numbers beside the country and the Union: people, income, work, and work looked for.

    Parameters
    ----------
    of
        The region.
    downloads
        Where the data go.
    """
    context = of.context
    union = context["gdp_pps_per_head"].iloc[-1]
    millions = context["population"] / 1e6
    rows = [
        ("Population, million", *(words.number(v, 1 if v < 99.95 else 0) for v in millions)),
        ("GDP per head, EU-28 = 100", *(words.number(100 * v / union) for v in context["gdp_pps_per_head"])),
        ("In work, thousand", *(words.number(v) for v in context["employment_thousand"])),
        ("Unemployed, % of labour force", *(words.number(v, 1) for v in context["unemployment_rate_pct"])),
    ]
    return Table(
        title=f"How large it is, {of.p.reference_year}",
        columns=[Column("", numeric=False), *(Column(str(name)) for name in context.index)],
        rows=rows,
        note=f"GDP at purchasing power. Source: Eurostat; own calculations. NUTS {of.p.nuts_version}.",
        link=downloads.save("size", context),
    )


def table_reach(of: Portrait, taxonomy: Taxonomy, downloads: Downloads) -> Table | None:
    """Sectors close to the strong ones and not yet strong; None without any.

    Parameters
    ----------
    of
        The region.
    taxonomy
        Names of its sectors.
    downloads
        Where the data go.
    """
    found = of.economy.within.candidates.head(REACH)
    if found.empty:
        return None
    rows = [
        (
            taxonomy.label(str(code)),
            f"{'about ' if row['is_estimated'] else ''}{words.number(row['persons_employed'])}",
            words.decimal(row["lq"]) if words.is_known(row["lq"]) else "–",
            _listed(row["closest"], taxonomy),
        )
        for code, row in found.iterrows()
    ]
    return Table(
        title=f"Within reach: {words.count(len(found), 'sector')} close to what {of.p.name} is strong in",
        columns=[
            Column("Sector", numeric=False),
            Column("Jobs"),
            Column("Times European share"),
            Column("Close to", numeric=False),
        ],
        rows=rows,
        note=f"Close: together in more regions of Europe than chance would give. A list of questions, not a forecast. {source_note(of.p)}",
        link=downloads.save("within-reach", found.assign(closest=found["closest"].map(" ".join))),
    )


def table_partners(of: Portrait, taxonomy: Taxonomy, names: dict[str, str], downloads: Downloads) -> Table | None:
    """Regions that strong sectors link with this one; None without any.

    Parameters
    ----------
    of
        The region.
    taxonomy
        Names of the sectors.
    names
        Name of every region by code.
    downloads
        Where the data go.
    """
    found = of.partners.head(PARTNERS)
    if found.empty:
        return None
    rows = [
        (
            f"{names.get(str(code), str(code))} ({COUNTRY_NAMES.get(str(code)[:2], str(code)[:2])})",
            words.number(row["n_linked"]),
            _listed(row["shared"], taxonomy),
            _listed(row["brings"], taxonomy),
        )
        for code, row in found.iterrows()
    ]
    kept = of.partners.assign(**{name: of.partners[name].map(" ".join) for name in ("shared", "brings", "offers")})
    return Table(
        title=f"Possible partners: the regions of Europe that most sectors link with {of.p.name}",
        columns=[
            Column("Region", numeric=False),
            Column("Linked sectors"),
            Column("Strong in both", numeric=False),
            Column("It would bring", numeric=False),
        ],
        rows=rows,
        note=f"Linked: strong in both, or strong in one and close to a strong sector of the other (docs/methods.md#partner-regions). {source(of)}",
        link=downloads.save("partners", pd.DataFrame(kept).assign(name=[names.get(str(code), "") for code in kept.index])),
    )  # fmt: skip


def _listed(codes: tuple[str, ...], taxonomy: Taxonomy) -> str:
    if not codes:
        return "–"
    shown = [taxonomy.label(str(code)) for code in codes[:LISTED]]
    return "; ".join([*shown, *([f"{len(codes) - LISTED} more"] if len(codes) > LISTED else [])])
