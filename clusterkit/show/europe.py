"""The page of all regions: sentences and tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from clusterkit.data.industries import Taxonomy
from clusterkit.data.nuts import COUNTRY_NAMES, EU28, country_phrase
from clusterkit.data.star_schemes import Scheme
from clusterkit.params import EuropeParams
from clusterkit.show import words
from clusterkit.show.output import Column, Downloads, Table, Text

LISTED = 3  # sectors or countries named in a sentence
TOP = 15  # rows of the shown tables of sectors; the file has all
FEW = 5  # clusters that publish wages; a premium of fewer is not quoted
BESIDE_NAMES = {
    "others": "All other jobs",
    "sector": "The same sector elsewhere in Europe",
    "sector and country": "The same sector elsewhere in the same country",
}
MEASURE_WORDS = {
    "lq": "location quotient", "focus_pct": "share of the region’s jobs", "persons_employed": "persons employed",
    "wages_to_country": "wages beside the country", "wages_to_area": "wages beside Europe", "growth_pct": "growth", "all": "all thresholds",
}  # fmt: skip


def area_phrase(countries: Collection[str]) -> str:
    """The countries of the page in words, "the 28 EU members of 2014 and Norway"."""
    inside, outside = set(countries) & set(EU28), sorted(set(countries) - set(EU28))
    rest = [country_phrase(code) for code in outside]
    if inside == set(EU28):
        return words.listing(["the 28 EU members of 2014", *rest])
    if inside == set(EU28) - {"UK"}:
        return words.listing(["the 27 EU members", *rest])
    if len(inside) > 20:
        lacking = words.listing([country_phrase(code) for code in sorted(set(EU28) - inside)])
        return words.listing([f"the EU members of 2014 without {lacking}", *rest])
    return words.listing([country_phrase(code) for code in sorted(inside)] + rest)


def europe_note(cells: pd.DataFrame, p: EuropeParams, year: int | None = None) -> str:
    """Source, year, area and NUTS version, as they stand under every figure and table of the page."""
    return (
        f"Source: Eurostat, structural business statistics by region, {year or p.reference_year}; own calculations, hidden cells estimated. "
        f"Europe: {area_phrase(set(cells['country'].unique()))}. NUTS {p.nuts_version}."
    )


def millions(persons: float) -> str:
    """Persons as "33.7 million"; as a plain number under a million.

    >>> millions(33_693_670.0), millions(29_114.0)
    ('33.7 million', '29,114')
    """
    return f"{words.number(persons / 1e6, 1)} million" if persons >= 999_500 else words.number(persons)


def say_lead(total: pd.DataFrame, premium: pd.DataFrame, cells: pd.DataFrame, p: EuropeParams) -> Text:
    """The page in two sentences."""
    row, wages = total.loc["Europe"], premium.loc["sector and country"]
    first = (
        f"{words.sentence(area_phrase(set(cells['country'])))} had {words.number(row['n_clusters'])} specialised clusters in {p.reference_year}, with "
        f"{millions(row['persons_employed'])} jobs, {words.percent(row['share_pct'])} of the business economy."
    )
    second = (
        f"They paid {words.change(wages['premium_pct']).replace('fewer', 'less')} per person than the same sector elsewhere in the same country."
        if words.is_known(wages["premium_pct"])
        else ""
    )
    return Text((f"{first} {second}".strip(),), role="lead")


def say_left_out(left_out: Sequence[str], p: EuropeParams) -> Text:
    """Countries that cannot be counted because of a slip in the published figures; nothing without."""
    if not left_out:
        return Text(())
    names = words.listing([country_phrase(code) for code in left_out])
    verb = "is" if len(left_out) == 1 else "are"
    return Text(
        (
            f"**{words.sentence(names)}** {verb} left out of this page: for {p.reference_year} the published file says that nobody at all works "
            "in a whole section in some regions of the country and puts these jobs elsewhere, which would make every other sector there look "
            "specialised (assumption A82).",
        ),
        role="warning",
    )


def say_manufacturing(now: pd.DataFrame, counts: pd.DataFrame, agreement: pd.Series, p: EuropeParams) -> Text:
    """The newest picture of manufacturing, and how far it resembles the reference year."""
    if now.empty:
        return Text((f"There are no figures of manufacturing for {p.manufacturing_year}.",))
    row = counts.loc["Europe"]
    hidden = 100 * (~now["is_published"]).mean()
    first = (
        f"Within manufacturing alone, **{words.number(row['n_clusters'])} cells** of {words.count(int(row['n_all_regions']), 'region')} in "
        f"{area_phrase(set(now['country']))} were specialised in {p.manufacturing_year}: {words.number(row['n_clusters'] / row['n_all_regions'], 1)} "
        f"of {now.index.unique('nace_code').size} divisions a region, with {words.percent(row['share_pct'])} of manufacturing jobs. "
        f"{words.percent(hidden)} of the cells are hidden and estimated."
    )
    if not agreement["n_regions"]:
        return Text((first,))
    second = (
        f"Definitions changed in 2021, so no growth is worked out across that year. Ranks can be compared: in the same "
        f"{words.number(agreement['n_regions'])} regions, {words.number(agreement['n_both'])} of {words.number(agreement['n_before'])} cells "
        f"that were specialised within manufacturing in {p.reference_year} still were ({words.percent(agreement['stayed_pct'])}), and "
        f"{words.number(agreement['n_after'] - agreement['n_both'])} others had come. In the median division, the regions’ ranks of "
        f"the two years correlate by {words.number(agreement['rank_correlation'], 2)}."
    )
    return Text((first, second))


def say_count(total: pd.DataFrame, cells: pd.DataFrame, scheme: Scheme) -> Text:
    """How many clusters, in how many regions, how large."""
    row = total.loc["Europe"]
    n, persons = row["n_clusters"], row["persons_employed"]
    hidden = 100 * (~cells["is_published"]).mean()
    mean = f" A cluster has {words.number(persons / n, 0)} jobs on average." if n else ""
    return Text(
        (
            f"By the rule of the {scheme.title}, {_rule(scheme)}, **{words.number(n)} of {words.number(len(cells))} cells** (a division in a "
            f"NUTS 2 region) are specialised clusters. They stand in {words.out_of(int(row['n_regions']), int(row['n_all_regions']))} regions, "
            f"{words.number(n / row['n_all_regions'], 1)} a region, and hold {millions(persons)} jobs, {words.percent(row['share_pct'])} of all "
            f"jobs of the business economy.{mean}",
            f"{words.percent(hidden)} of the cells are hidden; their estimates are counted. The table has other rules, which give other numbers. The "
            "number of clusters is a matter of definition, to be quoted with its rule.",
        )
    )


def _rule(scheme: Scheme) -> str:
    tests = [test for tests in scheme.stars.values() for test in tests]
    if len(scheme.stars) > 1 or any(test.at_least is None for test in tests):
        return "with at least one star"
    kinds = {"lq": "times the European share", "focus_pct": "% of the region’s jobs"}
    return words.listing([f"at least {test.at_least:g} {kinds.get(test.measure, test.measure)}" for test in tests])


def table_schemes(
    counts: pd.DataFrame, schemes: Mapping[str, Scheme], cells: pd.DataFrame, p: EuropeParams, downloads: Downloads
) -> Table:
    """Clusters by every scheme and number of stars."""
    rows = []
    for (name, least), row in counts.iterrows():
        scheme = schemes[str(name)]
        open_rule = any(not test.confirmed for tests in scheme.stars.values() for test in tests)
        stars = (
            "specialised"
            if row["n_stars"] == 1
            else f"{least:.0f} or more of {row['n_stars']:.0f} stars"
            if least < row["n_stars"]
            else f"all {least:.0f} stars"
        )
        rows.append(
            (
                f"{scheme.title}: {stars}",
                "some not" if open_rule else "yes",
                words.number(row["n_clusters"]),
                words.number(row["n_regions"]),
                words.number(row["persons_employed"] / 1e6, 1),
                share(row["share_pct"]),
                words.signed_percent(row["premium_pct"]),
            )
        )
    least, most = counts["n_clusters"].min(), counts["n_clusters"].max()
    return Table(
        title=f"From {words.number(least)} to {words.number(most)} clusters, by the rule, {p.reference_year}",
        columns=[
            Column("Rule", numeric=False),
            Column("Thresholds confirmed", numeric=False),
            Column("Clusters"),
            Column("Regions"),
            Column("Jobs, million"),
            Column("Share of the business economy"),
            Column("Wages beside sector and country"),
        ],
        rows=rows,
        note="Where a star is given for high wages, the wage figure is high by construction. "
        f"Thresholds that no source at hand confirms: assumption A40. {europe_note(cells, p)}",
        link=downloads.save("schemes", counts),
    )


def say_sensitivity(variants: pd.DataFrame, sure: pd.Series) -> Text:
    """What hidden cells and thresholds do to the count."""
    hidden, rest = variants.loc["hidden", "n_clusters"], variants.drop(index="hidden", level="part")["n_clusters"]
    n = hidden["estimate"]
    alone = rest.drop(index="all", level="part", errors="ignore")
    part, step = alone.sub(n).abs().idxmax()
    total = sure[["certain", "likely", "doubtful"]].sum()
    return Text(
        (
            f"Hidden cells matter little for the count: {words.number(hidden['certain'])} clusters stand wherever these lie in their "
            f"90{words.NBSP}% intervals, and {words.number(hidden['possible'])} are possible. Thresholds matter more: ten percent up or down gives between "
            f"{words.number(rest.min())} and {words.number(rest.max())}; of single ones the {MEASURE_WORDS.get(str(part), str(part))} counts most "
            f"({words.number(alone[part, step])} at {_step(step)}).",
            f"When hidden cells and thresholds vary together, **{words.number(sure['certain'])} of {words.number(total)}** clusters pass in at least "
            f"nine of ten draws, {words.number(sure['likely'])} in at least half, {words.number(sure['doubtful'])} in fewer; "
            f"{words.number(sure['near_misses'])} other cells pass in at least one of ten. The mean over all draws is {words.number(sure['expected'])} clusters.",
        )
    )


def _step(step: str) -> str:
    change = round(100 * (float(step) - 1))
    return f"{'+' if change > 0 else '−'}{abs(change)}{words.NBSP}%"


def variant_label(part: str, variant: str) -> str:
    """A row of ``mapping.threshold_variants`` in words."""
    hidden = {
        "estimate": "As counted: hidden cells at their estimates",
        "certain": "Wherever hidden cells lie in their ranges",
        "possible": "Somewhere in the ranges of hidden cells",
    }
    return hidden[variant] if part == "hidden" else f"{words.sentence(MEASURE_WORDS.get(part, part))} {_step(variant)}"


def table_variants(variants: pd.DataFrame, cells: pd.DataFrame, p: EuropeParams, downloads: Downloads) -> Table:
    """The count under other values of hidden cells and thresholds."""
    rows = [
        (
            variant_label(str(part), str(variant)),
            words.number(row["n_clusters"]),
            words.number(row["n_regions"]),
            words.number(row["persons_employed"] / 1e6, 1),
            share(row["share_pct"]),
        )
        for (part, variant), row in variants.iterrows()
    ]
    return Table(
        title=f"What hidden cells and thresholds do to the count, {p.reference_year}",
        columns=[
            Column("Count", numeric=False), Column("Clusters"), Column("Regions"), Column("Jobs, million"),
            Column("Share of the business economy"),
        ],
        rows=rows,
        note=f"Ranges of hidden cells are their 90 % intervals. {europe_note(cells, p)}",
        link=downloads.save("sensitivity", variants),
    )  # fmt: skip


def say_premium(premium: pd.DataFrame) -> Text:
    """The wage premium beside three levels, and why they differ."""
    known = premium[premium["n_compared"] > 0]
    if known.empty:
        return Text(("No cluster publishes wages that could be set beside others.",))
    starts = {
        "others": "Wages per person employed in clusters are {} in all other jobs",
        "sector": "Beside the same sector elsewhere in Europe they are {} there",
        "sector and country": "**Beside the same sector elsewhere in the same country they are {} there**",
    }
    parts = [starts[str(name)].format(_higher(row["premium_pct"])) + _span(row) + "." for name, row in known.iterrows()]
    if len(parts) > 1:
        parts.append("What lies between these numbers is which sectors, and which countries, have the clusters.")
    tail = (
        "It is a difference, not what clusters cause: the size of cities and firms, skills and hours, for instance, are not taken out. Only cells that "
        f"publish wages and persons take part, {words.number(known['n_compared'].iloc[-1])} of the clusters in the last comparison."
    )
    return Text((" ".join(parts), tail))


def _higher(premium_pct: float) -> str:
    """A premium in words, "20.2 % higher than"."""
    size = f"{words.number(abs(premium_pct), 1)}{words.NBSP}%"
    return f"{size} {'higher' if premium_pct > 0 else 'lower'} than"


def _span(row: pd.Series) -> str:
    if not words.is_known(row["premium_low_pct"]):
        return ""
    return f" ({words.signed_percent(row['premium_low_pct'])} to {words.signed_percent(row['premium_high_pct'])} when any one country is left out)"


def say_sectors(table: pd.DataFrame, taxonomy: Taxonomy) -> Text:
    """Which sectors have most cluster jobs, and in which most of the sector is clustered."""
    some = table[table["n_clusters"] > 0]
    if some.empty:
        return Text(("No sector has a specialised cluster.",))
    largest = some.sort_values("persons_employed", ascending=False).head(LISTED)
    named = [f"{taxonomy.phrase(str(code))} ({millions(row['persons_employed'])})" for code, row in largest.iterrows()]
    dense = some["share_pct"].idxmax()
    none = len(table) - len(some)
    paid = some[some["n_compared"] >= FEW]["premium_pct"].dropna()
    wages = (
        f" In {words.out_of(int((paid > 0).sum()), len(paid))} sectors with at least {words.cardinal(FEW)} clusters to compare, clusters pay more than the same sector "
        "elsewhere in their country."
        if len(paid)
        else ""
    )
    return Text(
        (
            f"Most jobs in clusters are in {words.listing(named)}. The sector most of which is in clusters is "
            f"{taxonomy.phrase(str(dense))}, {words.percent(some.loc[dense, 'share_pct'])} of its jobs. "
            f"{words.sentence(words.count(none, 'sector'))} {'has' if none < 2 else 'have'} none anywhere.{wages}"
            if none
            else f"Most jobs in clusters are in {words.listing(named)}. Every sector has a cluster somewhere.{wages}",
        )
    )


def table_sectors(
    table: pd.DataFrame, cells: pd.DataFrame, p: EuropeParams, taxonomy: Taxonomy, downloads: Downloads
) -> Table:
    """Sectors by jobs in clusters; all in the file."""
    ranked = table.sort_values("persons_employed", ascending=False)
    rows = [
        (
            taxonomy.label(str(code)),
            words.number(row["n_clusters"]),
            words.number(row["persons_employed"] / 1000),
            share(row["share_pct"]),
            _premium(row),
        )
        for code, row in ranked.head(TOP).iterrows()
    ]
    return Table(
        title=f"The {len(rows)} sectors with most jobs in specialised clusters, {p.reference_year}",
        columns=[
            Column("Sector", numeric=False), Column("Clusters"), Column("Jobs in them, thousand"), Column("Share of the sector’s jobs"),
            Column("Wages beside sector and country"),
        ],
        rows=rows,
        note=f"The file has all sectors. {europe_note(cells, p)}",
        link=downloads.save("sectors", ranked.assign(name=[taxonomy.categories[str(code)] for code in ranked.index])),
    )  # fmt: skip


def share(value: float) -> str:
    """A share to one decimal throughout, for columns that are compared.

    >>> share(25.04).replace(words.NBSP, " ")
    '25.0 %'
    """
    return f"{words.number(value, 1)}{words.NBSP}%" if words.is_known(value) else words.UNKNOWN


def _premium(row: pd.Series) -> str:
    if row["n_compared"] == 0:
        return "nothing to compare"
    return words.signed_percent(row["premium_pct"]) if row["n_compared"] >= FEW else "too few to compare"


def say_countries(table: pd.DataFrame) -> Text:
    """Where the share of jobs in clusters is high and low."""
    if len(table) < 2:
        return Text(("There is one country only, so none can be compared.",))
    ranked = table["share_pct"].sort_values(ascending=False)
    high = [f"{country_phrase(str(code))} ({words.percent(value)})" for code, value in ranked.head(LISTED).items()]
    low = [f"{country_phrase(str(code))} ({words.percent(value)})" for code, value in ranked.tail(LISTED).items()]
    several = table[(table["n_all_regions"] > 1) & (table["n_compared"] >= FEW)]["premium_pct"].dropna()
    wages = (
        f" In {words.out_of(int((several > 0).sum()), len(several))} countries where it can be told, clusters pay more than the same sector elsewhere in the "
        "country."
        if len(several)
        else ""
    )
    return Text(
        (
            f"Jobs are most often in clusters in {words.listing(high)}, least often in {words.listing(low)}. A country of few large regions has fewer and "
            f"larger cells, so its numbers compare less well.{wages}",
        )
    )


def table_countries(table: pd.DataFrame, cells: pd.DataFrame, p: EuropeParams, downloads: Downloads) -> Table:
    """All countries with their clusters."""
    ranked = table.sort_values("persons_employed", ascending=False)
    rows = [
        (
            COUNTRY_NAMES[str(code)],
            words.number(row["n_all_regions"]),
            words.number(row["n_clusters"]),
            words.number(row["n_clusters"] / row["n_all_regions"], 1),
            words.number(row["persons_employed"] / 1000),
            share(row["share_pct"]),
            _premium(row),
        )
        for code, row in ranked.iterrows()
    ]
    return Table(
        title=f"{words.sentence(words.count(len(rows), 'country', 'countries'))} and their specialised clusters, {p.reference_year}",
        columns=[
            Column("Country", numeric=False), Column("Regions"), Column("Clusters"), Column("Clusters a region"),
            Column("Jobs in them, thousand"), Column("Share of the country’s jobs"), Column("Wages beside the same sector elsewhere in the country"),
        ],
        rows=rows,
        note=f"Where no cluster can be set beside the same sector elsewhere in the country, there is nothing to compare wages with. {europe_note(cells, p)}",
        link=downloads.save("countries", ranked.assign(name=[COUNTRY_NAMES[str(code)] for code in ranked.index])),
    )  # fmt: skip


def say_regions(counts: pd.DataFrame, names: pd.Series) -> Text:
    """Which regions have most and fewest clusters."""
    ranked = counts.sort_values(["n_clusters", "persons_employed"], ascending=False)
    first = [
        f"{_region(str(code), names)} with {words.number(row['n_clusters'])}"
        for code, row in ranked.head(LISTED).iterrows()
    ]
    least = ranked[ranked["n_clusters"] == ranked["n_clusters"].min()]
    few = (
        f"{_region(str(least.index[0]), names)} has fewest"
        if len(least) == 1
        else f"{words.sentence(words.count(len(least), 'region'))} have fewest"
    )
    middle = counts["n_clusters"].median()
    return Text(
        (
            f"Most specialised clusters are counted in {words.listing(first)}. {few}, {words.number(least['n_clusters'].iloc[0])}; half of the regions have "
            f"{words.number(middle)} or more. The number says in how many sectors a region differs from Europe, not how large or rich it is.",
        )
    )


def _region(code: str, names: pd.Series) -> str:
    return f"{names[code]} ({COUNTRY_NAMES[code[:2]]})"


def say_concentration(table: pd.DataFrame, taxonomy: Taxonomy, names: pd.Series) -> Text:
    """Which sectors are concentrated in few regions, which are spread as jobs are."""
    ranked = table.dropna(subset=["locational_gini"]).sort_values("locational_gini", ascending=False)
    if ranked.empty:
        return Text(("No sector’s spread over the regions can be told.",))
    first = [
        f"{taxonomy.phrase(str(code))} ({words.number(row['locational_gini'], 2)})"
        for code, row in ranked.head(LISTED).iterrows()
    ]
    last = [
        f"{taxonomy.phrase(str(code))} ({words.number(row['locational_gini'], 2)})"
        for code, row in ranked.tail(LISTED).iterrows()
    ]
    top = ranked["share_first_pct"].idxmax()
    row = ranked.loc[top]
    half = int((ranked["share_first_pct"] >= 50).sum())
    return Text(
        (
            f"Most concentrated are {words.listing(first)}; most evenly spread are {words.listing(last)}. The locational Gini coefficient is 0 for a sector "
            f"spread as all jobs are and near 1 for one in a single small region. {words.sentence(words.count(half, 'sector'))} "
            f"{'has' if half < 2 else 'have'} at least half of the jobs in the first five regions; "
            f"the first five hold most, {words.percent(row['share_first_pct'])}, in {taxonomy.phrase(str(top))}, where "
            f"{_region(str(row['region']), names)} alone has {words.percent(row['region_pct'])}.",
        )
    )


def table_concentration(
    table: pd.DataFrame,
    cells: pd.DataFrame,
    p: EuropeParams,
    taxonomy: Taxonomy,
    names: pd.Series,
    downloads: Downloads,
) -> Table:
    """The most concentrated sectors; all in the file."""
    ranked = table.sort_values("locational_gini", ascending=False)
    rows = [
        (
            taxonomy.label(str(code)),
            words.number(row["locational_gini"], 2),
            share(row["share_first_pct"]),
            _region(str(row["region"]), names),
            share(row["region_pct"]),
        )
        for code, row in ranked.dropna(subset=["locational_gini"]).head(TOP).iterrows()
    ]
    return Table(
        title=f"The {len(rows)} sectors most concentrated in space, {p.reference_year}",
        columns=[
            Column("Sector", numeric=False), Column("Locational Gini"), Column("Share of the first five regions"),
            Column("First region", numeric=False), Column("Its share"),
        ],
        rows=rows,
        note=f"The file has all sectors. {europe_note(cells, p)}",
        link=downloads.save("concentration", ranked.assign(name=[taxonomy.categories[str(code)] for code in ranked.index])),
    )  # fmt: skip


def table_published(
    published: pd.DataFrame,
    total: pd.DataFrame,
    premium: pd.DataFrame,
    cells: pd.DataFrame,
    p: EuropeParams,
    downloads: Downloads,
) -> Table:
    """Published counts and ours, side by side."""
    row = total.loc["Europe"]
    own = premium["premium_pct"]
    rows = [
        (
            source["title"],
            words.number(source["clusters"]),
            _or_dash(source["jobs_million"], 1),
            f"{words.percent(source['share_pct'])} {source['share_is']}"
            if words.is_known(source["share_pct"])
            else "–",
            f"{words.signed_percent(source['premium_pct'])} {source['premium_is']}"
            if words.is_known(source["premium_pct"])
            else "–",
            _or_dash(source["regions"], 0),
            source["sectors"] or "–",
            source["rule"] or "–",
        )
        for _, source in published.iterrows()
    ]
    rows.append(
        (
            f"This page, {p.reference_year}",
            words.number(row["n_clusters"]),
            words.number(row["persons_employed"] / 1e6, 1),
            f"{words.percent(row['share_pct'])} of the business economy",
            f"{words.signed_percent(own['others'])} wages; {words.signed_percent(own['sector and country'])} beside sector and country",
            words.number(row["n_regions"]),
            f"{cells.index.unique('nace_code').size} divisions of NACE",
            f"the rule of {p.star_scheme}",
        )
    )
    return Table(
        title="Published counts of clusters in Europe, and ours",
        columns=[
            Column("Source", numeric=False), Column("Clusters"), Column("Jobs, million"), Column("Share of jobs", numeric=False),
            Column("Above others", numeric=False), Column("Regions"), Column("Sectors", numeric=False), Column("Rule", numeric=False),
        ],
        rows=rows,
        note=f"Published figures as their pages state them; the methodology reports could not be read. {europe_note(cells, p)}",
        link=downloads.save("published", published),
    )  # fmt: skip


def _or_dash(value: float, decimals: int) -> str:
    return words.number(value, decimals) if words.is_known(value) else "–"


def say_published(published: pd.DataFrame, total: pd.DataFrame) -> Text:
    """How far ours are from the published counts, and that the numbers are of different things."""
    row, n = total.loc["Europe"], float(total.loc["Europe", "n_clusters"])
    ratios = [
        f"{words.number(100 * n / float(count))}{words.NBSP}% of the {words.number(count)}"
        for count in published["clusters"]
    ]
    sizes = [
        1e6 * jobs / count
        for jobs, count in zip(published["jobs_million"], published["clusters"], strict=True)
        if words.is_known(jobs)
    ]
    mean = row["persons_employed"] / n if n else float("nan")
    word = "smaller than" if mean < min(sizes) else "larger than" if mean > max(sizes) else "of about the size of"
    return Text(
        (
            f"Our count is {words.listing(ratios)} published at different times. With {words.number(mean)} jobs on average, our clusters are "
            f"{word} those published with their jobs ({words.listing([words.number(size) for size in sizes])}). The published counts themselves differ by a "
            f"factor of {words.number(published['clusters'].max() / published['clusters'].min(), 1)}: they count different things.",
        )
    )


def table_reasons(
    variants: pd.DataFrame,
    schemes: pd.DataFrame,
    sensitivity: pd.DataFrame,
    published: pd.DataFrame,
    cells: pd.DataFrame,
    p: EuropeParams,
    downloads: Downloads,
) -> Table:
    """Why our count differs from the published ones, each reason with its number where there is one."""
    here, y = variants.loc["as here"], p.reference_year
    n_sectors = int(here["n_sectors"])
    rows = [
        _reason(
            "Rule: stars for size, specialisation and productivity (Panorama 2020), one star or more; our shares of the best are not confirmed",
            _row(schemes, ("eocic-2019", 1)),
        ),
        _reason("The same, two stars or more", _row(schemes, ("eocic-2019", 2))),
        _reason(
            "Base: shares and quotients of all residents in work, not of the business economy alone",
            variants.loc["all jobs"],
        ),
        _reason(
            f"Sectors: exporting categories (51 in the Panorama 2020; {_n(variants.loc['categories', 'n_sectors'])} of them can be seen in divisions)",
            variants.loc["categories"],
        ),
        _reason("Area: the 27 members of the Union only (Panorama 2021)", variants.loc["countries"]),
        _reason(f"Year: {y - 1}", variants.loc["year before"]),
        _reason(f"Year: {y + 1}", variants.loc["year after"]),
        _reason(
            "Hidden cells: only clusters wherever these lie in their ranges", sensitivity.loc[("hidden", "certain")]
        ),
    ]
    rows = [("As counted here", *_numbers(here)), *(row for row in rows if row[1] != words.UNKNOWN)]
    return Table(
        title="Why the counts differ: our figures, counted the other way",
        columns=[Column("Counted with", numeric=False), Column("Clusters"), Column("Jobs, million"), Column("Share")],
        rows=rows,
        note=_reason_note(here, variants.loc["all jobs"], published, n_sectors) + " " + europe_note(cells, p),
        link=downloads.save("reasons", variants),
    )


def _row(table: pd.DataFrame, key: tuple[str, int]) -> pd.Series:
    return table.loc[key] if key in table.index else pd.Series(float("nan"), index=table.columns)


def _reason(label: str, row: pd.Series) -> tuple[str, str, str, str]:
    return (label, *_numbers(row))


def _numbers(row: pd.Series) -> tuple[str, str, str]:
    return (
        words.number(row["n_clusters"]),
        words.number(row["persons_employed"] / 1e6, 1),
        words.percent(row["share_pct"]),
    )


def _n(value: float) -> str:
    return words.number(value) if words.is_known(value) else "none"


def _reason_note(here: pd.Series, all_jobs: pd.Series, published: pd.DataFrame, n_sectors: int) -> str:
    """What cannot be counted the other way, with the figures that can be told."""
    parts = ["The share is of the business economy, in the row on residents of all residents in work."]
    economy, everyone = (
        100 * here["persons_employed"] / here["share_pct"],
        100 * all_jobs["persons_employed"] / all_jobs["share_pct"],
    )
    if words.is_known(everyone):
        parts.append(
            f"The business economy has {millions(economy)} jobs, all residents in work are {millions(everyone)}: farming, finance, public services, "
            f"education and health ({88 - n_sectors} of the 88 divisions of NACE) are not in these statistics and would add clusters of their own."
        )
    for _, source in published[published["share_pct"].notna() & published["jobs_million"].notna()].iterrows():
        base = 100e6 * source["jobs_million"] / source["share_pct"]
        implied = (
            f"The {words.number(source['jobs_million'], 1)} million jobs that are {share(source['share_pct'])} {source['share_is']} in “{source['title']}” imply "
            f"{millions(base)} jobs in all"
        )
        wider = words.is_known(everyone) and base > everyone
        parts.append(
            f"{implied}, more than all residents in work here: it covers more countries or counts jobs otherwise."
            if wider
            else f"{implied}."
        )
    return " ".join(parts)
