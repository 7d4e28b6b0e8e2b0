"""The home page: all regions side by side."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import geopandas as gpd
import pandas as pd

from clusterkit import mapping
from clusterkit.data import territory
from clusterkit.data.industries import Taxonomy
from clusterkit.data.nuts import COUNTRY_NAMES
from clusterkit.data.sources import GISCO
from clusterkit.params import COMPARE_ID, EUROPE_ID, EXAMPLE_ID, EXPLORER_ID, SYNTHESIS_ID, RegionParams
from clusterkit.portrait import Outline
from clusterkit.show import svg_paths, words
from clusterkit.show.linked_map import LinkedMap, Place
from clusterkit.show.output import Column, Downloads, Links, Pointer, Table, Text, Tiles
from clusterkit.show.tables import source_note
from clusterkit.show.together.compare import answered, extremes, rule, strongest


def overview(
    listed: Sequence[RegionParams],
    industry: pd.DataFrame,
    region_ids: Collection[str],
    outlines: Mapping[str, Outline] | None = None,
) -> pd.DataFrame:
    """One row per region: ``mapping.summary`` with the region's ``name`` and ``country``.

    Parameters
    ----------
    listed
        Regions of the site.
    industry
        Table ``industry``.
    region_ids
        All codes of the NUTS version.
    outlines
        Outlines by region: what these have is not worked out again.
    """
    rows = {}
    for p in listed:
        one = (outlines or {}).get(p.region)
        row = one.summary if one else _summary(p, industry, region_ids)
        countries = words.listing(sorted({COUNTRY_NAMES[code[:2]] for code in p.nuts_ids}))
        rows[p.region] = pd.concat([pd.Series({"name": p.name, "country": countries}), row])
    return pd.DataFrame(rows).T.rename_axis("region")


def _summary(p: RegionParams, industry: pd.DataFrame, region_ids: Collection[str]) -> pd.Series:
    years = {"base_year": p.base_year, "reference_year": p.reference_year}
    cells = territory.combine(industry, p.nuts_ids, region_ids)
    # What rests on the whole table is kept between regions (clusterkit.data.remembered).
    sectors = mapping.portfolio(cells, mapping.benchmark(industry), mapping.matched_growth(industry, **years), **years)
    ranked = mapping.rank_sectors(sectors, **p.strong_rule)
    return mapping.summary(ranked, mapping.region_total(cells).loc[p.reference_year])


def say_lead(table: pd.DataFrame, taxonomy: Taxonomy) -> Text:
    """The site in one sentence: the strongest sector among all regions."""
    strong = table[table["n_strong"] > 0]
    if strong.empty:
        return Text(
            ("No sector of the regions on this site stands out in Europe by the measure used here.",), role="lead"
        )
    best = strong.loc[strong["top_lq_low"].astype(float).idxmax()]
    times = words.times_of(best, "top_lq")
    jobs = words.number(float(strong["persons_strong"].sum()))
    return Text(
        (
            f"In {words.count(len(table), 'region')}, {words.number(int(strong['n_strong'].sum()))} strong sectors employ {jobs} persons. "
            f"The most pronounced is {taxonomy.phrase(best['top_code'])} in {best['name']}: {times} the European share of jobs.",
        ),
        role="lead",
    )


def tiles(table: pd.DataFrame, outlines: Mapping[str, Outline]) -> Tiles:
    """The site in four numbers.

    Parameters
    ----------
    table
        As :func:`overview` gives it.
    outlines
        Outlines by region, of those that have one.
    """
    strong = table[table["n_strong"] > 0]
    jobs = float(strong["persons_strong"].sum())
    share = 100 * jobs / float(table["persons_employed"].sum()) if len(table) else 0.0
    answered = sum(one.is_answered and not one.is_illustrative for one in outlines.values())
    return Tiles(
        (
            (words.number(len(table)), "region" if len(table) == 1 else "regions"),
            (words.number(int(table["n_strong"].sum())), "strong sectors"),
            (words.number(jobs), f"jobs in them, {words.percent(share)} of the business economy"),
            (words.number(answered), "have answered the stress test"),
        )
    )


def map_regions(
    listed: Sequence[RegionParams],
    region: gpd.GeoDataFrame,
    table: pd.DataFrame,
    taxonomy: Taxonomy,
    pages: Mapping[str, Mapping[str, str]],
) -> LinkedMap:
    """A map of Europe on which each region leads to its pages, with the list of them beside.

    Parameters
    ----------
    listed
        Regions of the site.
    region
        Table ``region``, EPSG:3035.
    table
        As :func:`overview` gives it.
    taxonomy
        Names of sectors.
    pages
        For the identifier of a region, the label of each of its pages and the address.
    """
    found = svg_paths.europe_outlines(region, {p.region: p.nuts_ids for p in listed})
    places = []
    for number, p in enumerate(listed, start=1):
        row = table.loc[p.region]
        strongest = (
            f"{taxonomy.phrase(row['top_code'])}, {words.times_of(row, 'top_lq')}"
            if row["top_code"]
            else "no sector large enough"
        )
        places.append(
            Place(
                number=str(number),
                name=p.name,
                about=strongest,
                href=next(iter(pages.get(p.region, {}).values()), ""),
                path=found["territories"].get(p.region, ""),
                at=svg_paths.middle(region, p.nuts_ids),
            )
        )
    countries = {code[:2] for p in listed for code in p.nuts_ids}
    return LinkedMap(
        title=f"{words.sentence(words.count(len(listed), 'region'))} in {words.count(len(countries), 'country', 'countries')}, each with its most specialised sector",
        width=found["width"],
        height=found["height"],
        land=found["countries"],
        places=tuple(places),
        note=f"Most specialised: share of jobs, times the European. {source_note(listed[0])} Boundaries: {GISCO}.",
    )


def with_pages(listed: Sequence[RegionParams], pages: Mapping[str, Mapping[str, str]]) -> list[RegionParams]:
    """The regions that have a page: what these found is there, so that their outlines cost little."""
    return [p for p in listed if pages.get(p.region)]


def table_overview(
    table: pd.DataFrame,
    outlines: Mapping[str, Outline],
    taxonomy: Taxonomy,
    listed: Sequence[RegionParams],
    pages: Mapping[str, Mapping[str, str]],
    downloads: Downloads,
) -> Table:
    """All regions with their jobs, strong sectors, strongest sector, best and worst condition, and links to their pages.

    Parameters
    ----------
    table
        As :func:`overview` gives it.
    outlines
        Outlines by region, of those that have one; of others the conditions are left open.
    taxonomy
        Names of sectors.
    listed
        Regions of the site.
    pages
        For the identifier of a region, the label of each of its pages and the address. The region's name
        links to the first, a column of its own to the others; a region without pages may be absent.
    downloads
        Where the data go.
    """
    first = {region: next(iter(its_pages.values()), None) for region, its_pages in pages.items()}
    further = {region: dict(list(its_pages.items())[1:]) for region, its_pages in pages.items()}
    has_further = any(further.get(str(region)) for region in table.index)
    rows, kept = [], table.assign(best_condition="–", worst_condition="–", policy_answers="–")
    for region, row in table.iterrows():
        one = outlines.get(str(region))
        best, worst = extremes(one) if one else ("–", "–")
        answers = answered(one) if one else "–"
        kept.loc[region, ["best_condition", "worst_condition", "policy_answers"]] = best, worst, answers
        rows.append(
            (
                row["name"],
                *([Links(further.get(str(region), {}), of=row["name"])] if has_further else []),
                words.number(row["persons_employed"]),
                words.number(row["n_strong"]),
                words.percent(row["share_strong_pct"]) if row["n_strong"] else "–",
                strongest(row, one, taxonomy),
                best,
                worst,
                answers,
            )
        )
    return Table(
        title=f"{words.sentence(words.count(len(table), 'region'))}, what they are strong in and how good their conditions are",
        columns=[
            Column("Region", numeric=False),
            *([Column("Further pages", numeric=False)] if has_further else []),
            Column("Jobs, business economy"),
            Column("Strong sectors"),
            Column("Their share of jobs"),
            Column("Strongest sector, times the European share of jobs", numeric=False),
            Column("Best condition (rank interval)", numeric=False),
            Column("Worst condition (rank interval)", numeric=False),
            Column("Policy answers", numeric=False),
        ],
        rows=rows,
        note=f"Strong: {rule(listed)}. Rank: among all regions of Europe with a score; in brackets the interval of nine in ten other choices of method, outside of which a rank can lie. Stars: as the scheme on the mapping page of the region awards them. –: not worked out, as for a region without pages. {source_note(listed[0])}",
        link=downloads.save("overview", kept),
        hrefs=[first.get(str(region)) for region in table.index],
        is_wide=True,
    )


def say_europe(pages: Mapping[str, Mapping[str, str]]) -> Pointer:
    """The way to the page of all regions; nothing where this run has none."""
    return Pointer(
        before="How many clusters Europe has as a whole, what they employ and pay, and how that compares with published counts: ",
        label="clusters of Europe",
        after=".",
        href=next(iter(pages.get(EUROPE_ID, {}).values()), ""),
    )


def say_compare(pages: Mapping[str, Mapping[str, str]]) -> Pointer:
    """The way to the comparison; nothing where this run has none."""
    return Pointer(
        before="What each region is strong in and how its conditions rank, side by side: ",
        label="regions compared",
        after=".",
        href=next(iter(pages.get(COMPARE_ID, {}).values()), ""),
    )


def say_synthesis(pages: Mapping[str, Mapping[str, str]]) -> Pointer:
    """The way to the synthesis; nothing where this run has none."""
    return Pointer(
        before="What the regions have in common, and who could work with whom on what: ",
        label="what the regions share",
        after=".",
        href=next(iter(pages.get(SYNTHESIS_ID, {}).values()), ""),
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
        COMPARE_ID: "The comparison",
        SYNTHESIS_ID: "The synthesis",
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
