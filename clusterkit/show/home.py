"""The home page: all regions side by side."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from clusterkit import mapping
from clusterkit.data import territory
from clusterkit.data.industries import Taxonomy
from clusterkit.data.nuts import COUNTRY_NAMES
from clusterkit.params import EUROPE_ID, EXAMPLE_ID, EXPLORER_ID, RegionParams
from clusterkit.show import words
from clusterkit.show.output import Column, Downloads, Links, Pointer, Table, Text
from clusterkit.show.tables import source_note


def overview(listed: Sequence[RegionParams], industry: pd.DataFrame, region_ids: Collection[str]) -> pd.DataFrame:
    """One row per region: ``mapping.summary`` with the region's ``name`` and ``country``."""
    area = mapping.benchmark(industry)
    spans = {(p.base_year, p.reference_year) for p in listed}
    growth = {
        span: mapping.matched_growth(industry, base_year=span[0], reference_year=span[1]) for span in sorted(spans)
    }
    rows = {}
    for p in listed:
        cells = territory.combine(industry, p.nuts_ids, region_ids)
        years = {"base_year": p.base_year, "reference_year": p.reference_year}
        sectors = mapping.portfolio(cells, area, growth[p.base_year, p.reference_year], **years)
        ranked = mapping.rank_sectors(sectors, **p.strong_rule)
        row = mapping.summary(ranked, mapping.region_total(cells).loc[p.reference_year])
        countries = words.listing(sorted({COUNTRY_NAMES[code[:2]] for code in p.nuts_ids}))
        rows[p.region] = pd.concat([pd.Series({"name": p.name, "country": countries}), row])
    return pd.DataFrame(rows).T.rename_axis("region")


def say_lead(table: pd.DataFrame, taxonomy: Taxonomy) -> Text:
    """The site in one sentence: the strongest sector among all regions."""
    strong = table[table["n_strong"] > 0]
    if strong.empty:
        return Text(
            ("No sector of the regions on this site stands out in Europe by the measure used here.",), role="lead"
        )
    best = strong.loc[strong["top_lq_low"].astype(float).idxmax()]
    times = words.times(best["top_lq"], best["top_lq_low"], best["top_lq_high"], certain=best["top_lq_is_certain"])
    jobs = words.number(float(strong["persons_strong"].sum()))
    return Text(
        (
            f"In {words.count(len(table), 'region')}, {words.number(int(strong['n_strong'].sum()))} strong sectors employ {jobs} persons. "
            f"The most pronounced is {taxonomy.phrase(best['top_code'])} in {best['name']}: {times} the European share of jobs.",
        ),
        role="lead",
    )


def table_overview(
    table: pd.DataFrame,
    taxonomy: Taxonomy,
    listed: Sequence[RegionParams],
    pages: Mapping[str, Mapping[str, str]],
    downloads: Downloads,
) -> Table:
    """All regions with their jobs, strong sectors and strongest sector, and links to their pages.

    Parameters
    ----------
    pages
        For the identifier of a region, the label of each of its pages and the address. The region's name
        links to the first, a column of its own to the others; a region without pages may be absent.
    """
    first = {region: next(iter(its_pages.values()), None) for region, its_pages in pages.items()}
    further = {region: dict(list(its_pages.items())[1:]) for region, its_pages in pages.items()}
    has_further = any(further.get(str(region)) for region in table.index)
    rows = [
        (
            row["name"],
            *([Links(further.get(str(region), {}), of=row["name"])] if has_further else []),
            row["country"],
            words.number(row["persons_employed"]),
            words.number(row["n_strong"]),
            words.percent(row["share_strong_pct"]) if row["n_strong"] else "–",
            taxonomy.label(row["top_code"]) if row["top_code"] else "none large enough",
            words.times(row["top_lq"], row["top_lq_low"], row["top_lq_high"], certain=bool(row["top_lq_is_certain"]))
            if row["top_code"]
            else "–",
        )
        for region, row in table.iterrows()
    ]
    rules = {(p.mapping.strong_lq, p.mapping.min_share_pct) for p in listed}
    rule = " or ".join(
        f"at least {lq:g} times the European share and {words.percent(share)} of the region’s jobs"
        for lq, share in sorted(rules)
    )
    return Table(
        title=f"{words.sentence(words.count(len(table), 'region'))}, their strong sectors and the strongest of them",
        columns=[
            Column("Region", numeric=False),
            *([Column("Further pages", numeric=False)] if has_further else []),
            Column("Country", numeric=False),
            Column("Jobs, business economy"),
            Column("Strong sectors"),
            Column("Their share of jobs"),
            Column("Strongest sector", numeric=False),
            Column("Share of jobs, of the European", numeric=False),
        ],
        rows=rows,
        note=f"Strong: {rule}. {source_note(listed[0])}",
        link=downloads.save("overview", table),
        hrefs=[first.get(str(region)) for region in table.index],
    )


def say_europe(pages: Mapping[str, Mapping[str, str]]) -> Pointer:
    """The way to the page of all regions; nothing where this run has none."""
    return Pointer(
        before="How many clusters Europe has as a whole, what they employ and pay, and how that compares with published counts: ",
        label="clusters of Europe",
        after=".",
        href=next(iter(pages.get(EUROPE_ID, {}).values()), ""),
    )


def say_explorer(pages: Mapping[str, Mapping[str, str]]) -> Pointer:
    """The way to the explorer; nothing where this run has none."""
    return Pointer(
        before="Any sector on a map of Europe, any region with its sectors, or several regions side by side: ",
        label="the explorer",
        after=".",
        href=next(iter(pages.get(EXPLORER_ID, {}).values()), ""),
    )


def say_example(pages: Mapping[str, Mapping[str, str]]) -> Pointer:
    """The way to the example of a stress test; nothing where this run has none."""
    return Pointer(
        before="How a stress test for cluster policy looks once people have answered: ",
        label="an example with illustrative answers",
        after=".",
        href=next(iter(pages.get(EXAMPLE_ID, {}).values()), ""),
    )


def say_failures(failures: Mapping[str, Mapping[str, str]], listed: Sequence[RegionParams]) -> Text:
    """The pages that a region lacks and why, region by region; nothing when all went well.

    Parameters
    ----------
    failures
        For the identifier of a region, the label of each page that failed and the reason.
    """
    names = {p.region: p.name for p in listed}
    whole = {
        EUROPE_ID: "The page on all of Europe",
        EXPLORER_ID: "The explorer",
        EXAMPLE_ID: "The example of a stress test",
    }
    return Text(
        tuple(
            f"**{whole[region]}** could not be made in this run: {reason}"
            if region in whole
            else f"**{names.get(region, region)}** has no page “{label}” in this run: {reason}"
            for region, reasons in failures.items()
            for label, reason in reasons.items()
        ),
        role="warning",
    )
