"""The synthesis: what the regions share, where they differ, and who could work with whom on what."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd

from clusterkit.data.industries import Taxonomy
from clusterkit.portrait import Together
from clusterkit.show import theme, words
from clusterkit.show.output import Column, Downloads, Figure, Table, Text
from clusterkit.show.scoreboard import phrases
from clusterkit.show.scoreboard.ranks import LOOKS, rank_axis
from clusterkit.show.tables import source_note
from clusterkit.show.theme import finish
from clusterkit.show.together.compare import note, rule

NAMED, PAIRS = 3, 10  # things in a sentence; pairs in the table
LEAST = 2  # regions that make something common


def say_synthesis(of: Together, taxonomy: Taxonomy) -> Text:
    """The page in three sentences: shared weakness, shared strength, most linked pair."""
    worst, shared = of.shared_conditions(of.levels[0]), of.shared_sectors
    n = len(of.members)
    if n < LEAST:
        return Text(
            (f"There is one region on this site, {of.members[0].p.name}: it shares nothing with itself.",), role="lead"
        )
    sentences = []
    if len(worst) and worst.iloc[0]["n_worst"] >= LEAST:
        row = worst.iloc[0]
        sentences.append(
            f"No condition holds back more of the {words.count(n, 'region')} than {phrases.phrase(row['name'])}: {words.out_of(int(row['n_worst']), int(row['n_ranked']))} "
            "are in the worst third of European regions."
        )
    else:
        sentences.append(f"No condition is in the worst third in two of the {words.count(n, 'region')}.")
    if len(shared):
        code, row = str(shared.index[0]), shared.iloc[0]
        sentences.append(f"No strength is shared by more of them than {taxonomy.phrase(code)}: {words.out_of(int(row['n_regions']), n)}.")  # fmt: skip
    linked = of.pairs[of.pairs["n_linked"] > 0]
    if len(linked):
        one, other = linked.index[0]
        sentences.append(f"The two with most to work on together are {of.names[one]} and {of.names[other]}.")
    return Text((" ".join(sentences),), role="lead")


def say_conditions(of: Together) -> Text:
    """Which conditions are weak in several regions, and how sure that is."""
    found = of.shared_conditions(of.levels[0])
    common = found[found["n_worst"] >= LEAST]
    if common.empty:
        return Text(("No dimension is in the worst third of European regions in two of these regions or more.",))
    parts = [
        f"{phrases.phrase(row['name'])} in {words.cardinal(int(row['n_worst']))}{_surely(row)}" for _, row in common.iterrows()
    ]  # fmt: skip
    strong = found[found["n_best"] >= LEAST].sort_values("n_best", ascending=False, kind="stable")
    best = [f"{phrases.phrase(row['name'])} in {words.cardinal(int(row['n_best']))}" for _, row in strong.iterrows()]
    return Text(
        (
            f"In the worst third of European regions: {'; '.join(parts)}. “Surely” means that the whole interval of the rank lies there.",
            f"In the best third: {'; '.join(best)}." if best else "",
        )
    )


def _surely(row: pd.Series) -> str:
    n = int(row["n_worst_sure"])
    return (
        " (surely in all of them)"
        if n == row["n_worst"]
        else f" (surely in {words.cardinal(n)})"
        if n
        else " (surely in none)"
    )


def plot_conditions(of: Together, downloads: Downloads) -> Figure | None:
    """Every dimension a row, every region a mark at its rank; None without a rank."""
    level, _ = of.levels
    rows = of.conditions[(of.conditions["level"] == level) & of.conditions["rank"].notna()]
    order = [part for part in of.shared_conditions(level).index if part in rows.index.get_level_values("part")]
    if not order:
        return None
    theme.use()
    height = 0.55 * len(order) + 1.3
    figure, axes = plt.subplots(figsize=(theme.WIDTH_IN, height), dpi=72)
    figure.subplots_adjust(left=0.28, right=0.985, bottom=0.75 / height, top=1 - 0.12 / height)
    rank_axis(axes)
    for position, part in enumerate(order):
        shares: list[float] = []
        for (_, _), row in rows.xs(part, level="part", drop_level=False).iterrows():
            colour, marker = LOOKS[row["verdict"]]
            share = 100 * row["rank"] / row["n_ranked"]
            # Equal places side by side: nobody hides behind another.
            lift = 0.16 * sum(abs(share - other) < 1.2 for other in shares)
            shares.append(share)
            axes.scatter(share, position - lift, marker=marker, s=64, color=colour, alpha=0.85, linewidth=0, zorder=2)
    theme.name_rows(axes, [theme.wrapped(str(rows.xs(part, level="part")["name"].iloc[0]), 28) for part in order])
    axes.set_xlabel("Rank among all regions of Europe with a score; each mark is a region")
    counted = of.shared_conditions(level)
    top = counted.iloc[0]
    shown = "; ".join(
        f"{row['name']}: {words.cardinal(int(row['n_worst']))} in the worst third, {words.cardinal(int(row['n_best']))} in the best"
        for _, row in counted.iterrows()
    )
    title = (
        f"{top['name']}: {words.out_of(int(top['n_worst']), int(top['n_ranked']))} regions in the worst third of Europe"
        if top["n_worst"]
        else "None of the regions is in the worst third of Europe in any condition"
    )
    return finish(
        figure,
        title=title,
        alt=f"Dot chart of {words.count(len(order), 'dimension')}, one mark for each of {words.count(len(of.members), 'region')}: {shown}.",
        note=f"Triangle up, orange: best third. Triangle down, violet: worst third. Round, grey: between. {note(of)}",
        link=downloads.save("conditions", rows),
    )


def table_conditions(of: Together, downloads: Downloads) -> Table | None:
    """Sub-dimensions that are in the worst third in two regions or more, with the regions; None without any."""
    _, level = of.levels
    counted = of.shared_conditions(level)
    common = counted[counted["n_worst"] >= LEAST]
    if common.empty:
        return None
    rows = [
        (
            row["name"],
            words.number(row["n_worst"]),
            words.number(row["n_worst_sure"]),
            _where(of, str(part), "bottleneck"),
            _where(of, str(part), "strength"),
        )
        for part, row in common.iterrows()
    ]
    return Table(
        title=f"{words.sentence(words.count(len(rows), 'sub-dimension'))} {'is' if len(rows) == 1 else 'are'} in the worst third in two regions or more",
        columns=[
            Column("Sub-dimension", numeric=False),
            Column("Regions in the worst third"),
            Column("Of these, surely"),
            Column("Which", numeric=False),
            Column("In the best third, to learn from", numeric=False),
        ],
        rows=rows,
        note=f"* surely: the whole interval of the rank lies in that third. {note(of)}",
        link=downloads.save("sub-dimensions", counted),
    )


def _where(of: Together, part: str, verdict: str) -> str:
    rows = of.conditions.xs(part, level="part")
    rows = rows[rows["verdict"] == verdict]
    named = [f"{of.names[str(region)]}{'*' if bool(row['is_sure']) else ''}" for region, row in rows.iterrows()]
    return ", ".join(named) or "–"


def say_strengths(of: Together, taxonomy: Taxonomy) -> Text:
    """Which strong sectors and emerging industries several regions share."""
    shared, emerging = of.shared_sectors, of.shared_emerging
    n_all = int(of.strong.any(axis=1).sum())
    if shared.empty:
        first = f"Of {words.count(n_all, 'sector')} that {'is' if n_all == 1 else 'are'} strong in any of the regions, none is strong in two."
    else:
        named = [
            f"{taxonomy.phrase(str(code))} in {words.cardinal(int(row['n_regions']))}"
            for code, row in shared.head(NAMED).iterrows()
        ]
        first = f"Of {words.count(n_all, 'sector')} that are strong in any of the regions, {words.count(len(shared), 'is', 'are')} strong in two or more: first of all {words.listing(named)}."  # fmt: skip
    if emerging.empty:
        second = "No emerging industry has surely more than the European share of jobs in two regions."
    else:
        named = [
            f"{row['name'][:1].lower()}{row['name'][1:]} in {words.cardinal(int(row['n_regions']))}"
            for _, row in emerging.head(NAMED).iterrows()
        ]
        second = f"Emerging industries that surely have more than the European share of jobs: {words.listing(named)}; divisions carry these only approximately."
    return Text((first, second))


def table_shared(of: Together, taxonomy: Taxonomy, downloads: Downloads) -> Table | None:
    """Sectors that are strong in two regions or more, with the regions; None without any."""
    found = of.shared_sectors
    if found.empty:
        return None
    rows = [
        (
            taxonomy.label(str(code)),
            words.number(row["n_regions"]),
            words.number(row["persons_employed"]),
            ", ".join(
                f"{of.names[region]} {words.decimal(of.quotients.loc[code, region])}" for region in row["regions"]
            ),
        )
        for code, row in found.iterrows()
    ]
    return Table(
        title=f"{words.sentence(words.count(len(found), 'sector'))} {'is' if len(found) == 1 else 'are'} strong in two regions or more",
        columns=[
            Column("Sector", numeric=False),
            Column("Regions"),
            Column("Jobs in them"),
            Column("Which, with times the European share of jobs", numeric=False),
        ],
        rows=rows,
        note=f"Strong: {rule(of.listed)}. Jobs: published ones. {source_note(of.members[0].p)}",
        link=downloads.save("shared-sectors", found.assign(regions=found["regions"].map(" ".join))),
    )


def table_emerging(of: Together, downloads: Downloads) -> Table | None:
    """Emerging industries with more than the European share of jobs in two regions or more; None without any."""
    found, emerging = of.shared_emerging, {one.p.region: one.emerging for one in of.members}
    if found.empty:
        return None
    rows = [
        (
            row["name"],
            str(row["rating"]),
            words.number(row["n_regions"]),
            ", ".join(
                f"{of.names[region]} {words.decimal(emerging[region].loc[category, 'lq'])}" for region in row["regions"]
            ),
        )
        for category, row in found.iterrows()
    ]
    return Table(
        title=f"{words.sentence(words.count(len(found), 'emerging industry', 'emerging industries'))} with more than the European share of jobs in two regions or more",
        columns=[
            Column("Emerging industry", numeric=False),
            Column("How well divisions carry it", numeric=False),
            Column("Regions"),
            Column("Which, with times the European share of jobs", numeric=False),
        ],
        rows=rows,
        note=f"Which divisions make up a category is rated red (docs/assumptions.md#A16). {source_note(of.members[0].p)}",
        link=downloads.save("shared-emerging-industries", found.assign(regions=found["regions"].map(" ".join))),
    )


def say_differences(of: Together, taxonomy: Taxonomy) -> Text:
    """What only one region is strong in, and the conditions in which the regions are farthest apart."""
    alone = of.strong[of.strong.sum(axis=1) == 1]
    owners = alone.idxmax(axis=1) if len(alone) else pd.Series(dtype=object)
    top = sorted(owners.items(), key=lambda item: -float(of.quotients.loc[item[0], item[1]]))[:NAMED]
    named = [f"{taxonomy.phrase(str(code))} ({of.names[region]}, {words.decimal(of.quotients.loc[code, region])} times the European share)" for code, region in top]  # fmt: skip
    first = (
        f"{words.sentence(words.count(len(alone), 'sector is', 'sectors are'))} strong in one region only, the most pronounced {words.listing(named)}."
        if named
        else "No sector is strong in one region only."
    )
    level, _ = of.levels
    rows = of.conditions[(of.conditions["level"] == level) & of.conditions["rank"].notna()]
    share = (rows["rank"] / rows["n_ranked"]).unstack("region")
    if share.empty or share.shape[1] < LEAST:
        return Text((first,))
    spread = (share.max(axis=1) - share.min(axis=1)).idxmax()
    best, worst = share.loc[spread].idxmin(), share.loc[spread].idxmax()
    cells = rows.xs(spread, level="part")
    second = (
        f"Conditions differ most in {phrases.phrase(str(cells['name'].iloc[0]))}: {of.names[best]} is {phrases.place_with_interval(cells.loc[best])}, "
        f"{of.names[worst]} {phrases.place_with_interval(cells.loc[worst])}."
    )
    return Text((first, second))


def say_pairs(of: Together, taxonomy: Taxonomy) -> Text:
    """Which two regions have most to work on together, and on what."""
    linked = of.pairs[of.pairs["n_linked"] > 0]
    if linked.empty:
        return Text(("No two of the regions are linked by strong sectors.",))
    (one, other), row = linked.index[0], linked.iloc[0]
    parts = [
        f"both are strong in {words.listing([taxonomy.phrase(code) for code in row['shared']])}"
        if row["shared"]
        else ""
    ]
    for codes, who, close in ((row["brings"], other, one), (row["offers"], one, other)):
        if codes:
            parts.append(
                f"{of.names[who]} is strong in {words.listing([taxonomy.phrase(code) for code in codes])}, close to strong sectors of {of.names[close]}"
            )
    alone = [one.p.name for one in of.members if not _has_link(linked, one.p.region)]
    return Text(
        (
            f"Of {words.count(len(of.pairs), 'pair')} of regions, {words.cardinal(len(linked))} {'is' if len(linked) == 1 else 'are'} linked by strong sectors. "
            f"{of.names[one]} and {of.names[other]} have the most: {'; '.join(part for part in parts if part)}.",
            f"No link with any other region of this site {'has' if len(alone) == 1 else 'have'} {words.listing(alone)}."
            if alone
            else "",
        )
    )


def _has_link(linked: pd.DataFrame, region: str) -> bool:
    return region in linked.index.get_level_values("one") or region in linked.index.get_level_values("other")


def heat_pairs(of: Together, downloads: Downloads) -> Table | None:
    """Every two regions: how many sectors link them, shaded; None with fewer than two regions."""
    pairs = of.pairs
    if pairs.empty:
        return None
    regions = list(of.names)
    numbers = pairs["n_linked"].to_dict()
    rows, classes = [], []
    for one in regions:
        values = [numbers.get((one, other), numbers.get((other, one))) for other in regions]
        rows.append((of.names[one], *("–" if value is None else words.number(value) for value in values)))
        classes.append(["", *(f"heat count{min(int(value), 6)}" if value is not None else "" for value in values)])
    first = pairs.index[0]
    most = int(pairs["n_linked"].iloc[0])
    title = f"{of.names[first[0]]} and {of.names[first[1]]} are linked by {words.count(most, 'sector')}, {'more than any other two' if (pairs['n_linked'] == most).sum() == 1 else 'as are others; none by more'}"
    return Table(
        title=title if most else "No two of the regions are linked by strong sectors",
        columns=[Column("Region", numeric=False), *(Column(name) for name in of.names.values())],
        rows=rows,
        note=f"Sectors that are strong in both, or strong in one and close to a strong sector of the other (docs/methods.md#partner-regions). {source_note(of.members[0].p)}",
        link=downloads.save(
            "pairs", pairs.assign(**{name: pairs[name].map(" ".join) for name in ("shared", "brings", "offers")})
        ),
        classes=classes,
        is_wide=True,
    )


def table_pairs(of: Together, taxonomy: Taxonomy) -> Table | None:
    """The pairs with most links, and the sectors they could work on; None without any."""
    linked = of.pairs[of.pairs["n_linked"] > 0].head(PAIRS)
    if linked.empty:
        return None
    rows = [
        (
            f"{of.names[one]} – {of.names[other]}",
            _listed(row["shared"], taxonomy),
            "; ".join(
                f"{of.names[who]}: {_listed(codes, taxonomy)}"
                for who, codes in ((other, row["brings"]), (one, row["offers"]))
                if codes
            )
            or "–",
        )
        for (one, other), row in linked.iterrows()
    ]
    return Table(
        title=f"Who could work with whom on what: the {words.count(len(rows), 'pair')} with most links",
        columns=[
            Column("Regions", numeric=False),
            Column("Strong in both", numeric=False),
            Column("Strong in one, close to the other", numeric=False),
        ],
        rows=rows,
        note=f"A reason to talk, not a proof that firms would gain. {source_note(of.members[0].p)}",
    )


def _listed(codes: tuple[str, ...], taxonomy: Taxonomy) -> str:
    return ", ".join(taxonomy.label(str(code)) for code in codes) or "–"


def say_policy(of: Together) -> Text:
    """How many regions have answered the stress test, and the blind spots they share."""
    told = [one for one in of.members if one.is_answered and not one.is_illustrative]
    n = len(of.members)
    if not told:
        return Text(
            (
                f"What policy does about this is not known: none of the {words.count(n, 'region')} has answered the stress test.",
            )
        )
    blind = pd.Series([name for one in told for name in one.gaps.query("gap == 'blind spot'")["name"]], dtype=object)
    counts = blind.value_counts()
    common = counts[counts >= LEAST]
    first = f"{words.sentence(words.out_of(len(told), n))} regions {'has' if len(told) == 1 else 'have'} answered the stress test."
    named = [f"{phrases.phrase(str(name))} in {words.cardinal(int(count))}" for name, count in common.items()]
    second = f"Blind spots that they share: {'; '.join(named)}." if named else "No blind spot is shared by two of them."
    return Text((f"{first} {second}",))
