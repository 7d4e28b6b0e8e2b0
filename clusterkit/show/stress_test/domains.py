"""Smart specialisation: declared priority domains against strong, growing and related sectors."""

from __future__ import annotations

from clusterkit.show import words
from clusterkit.show.output import Column, Table, Text
from clusterkit.show.scoreboard import phrases
from clusterkit.show.stress_test.look import Look
from clusterkit.show.tables import source_note
from clusterkit.stress_test.domains import CLASSES, FOOTINGS

FOOTING_WORDS = {
    "strength": "▲ strength",
    "growth": "△ growth",
    "within reach": "◇ within reach",
    "hidden": "? hidden figures",
    "none": "○ nothing in the figures",
    "not observed": "– not in these statistics",
}
SHOWN = 12  # sectors of the list of what could be chosen


def say_domains(look: Look) -> Text:
    """What the declared domains rest on, and which strong sectors none covers; without them, what the figures offer."""
    test, name = look.test, look.name
    table, outside, classes = test.domains, test.outside_domains, test.economy.classes
    n = {each: int((classes["footing"] == each).sum()) for each in CLASSES}
    offered = f"{words.count(n['strong'], 'strong sector')}, {words.count(n['emerging'], 'sector')} that {'gains' if n['emerging'] == 1 else 'gain'} ground, and {words.count(n['related'], 'more', 'more')} within reach"
    if table is None or outside is None:
        return Text(
            (
                f"No priority domains of {name} were handed in. Its figures offer {offered}: the table lists the first of each. "
                f"The command **clusterkit stress-test init {look.p.region} --what domains --output FILE** makes a table to fill in; then each domain is held against them.",
            )
        )
    counted = table["footing"].value_counts()
    meaning = {
        "strength": "on strong sectors",
        "growth": "on sectors that gain ground",
        "within reach": "on sectors within reach of the strong ones",
        "hidden": "on sectors whose figures are hidden",
        "none": "on nothing that these figures show",
        "not observed": "on sectors outside these statistics",
    }
    parts = [f"{words.cardinal(int(counted[key]))} {text}" for key, text in meaning.items() if counted.get(key)]
    first = (
        f"**Of {words.count(len(table), 'priority domain')}, {words.listing(parts)},** each by the best of its sectors."
    )
    strong = outside[outside["footing"] == "strong"]
    second = (
        f"No domain covers {words.count(len(strong), 'strong sector')} of {name}: {look.first_sectors(list(strong.index), 5)}."
        if len(strong)
        else f"Every strong sector of {name} is in a domain."
    )
    return Text((phrases.joined([first, second]),))


def table_domains(look: Look) -> Table | None:
    """One row per declared domain, by what it rests on; None where none is declared."""
    table = look.test.domains
    if table is None or table.empty:
        return None
    order = {footing: place for place, footing in enumerate(FOOTINGS)}
    table = table.iloc[table["footing"].map(order).argsort(kind="stable")]
    rows = []
    for name, row in table.iterrows():
        cells = [look.sectors(row[each.replace(" ", "_")]) or "–" for each in CLASSES[:3]]
        rest = [code for each in CLASSES[3:] for code in row[each.replace(" ", "_")]]
        share = words.percent(row["share_pct"]) if words.is_known(row["share_pct"]) else "not known"
        rows.append((str(name), FOOTING_WORDS[row["footing"]], *cells, look.sectors(rest) or "–", share))
    return Table(
        title=look.title(f"What the priority domains of {look.name} rest on"),
        columns=[
            Column("Domain", numeric=False),
            Column("Rests on", numeric=False),
            Column("Strong", numeric=False),
            Column("Gains ground", numeric=False),
            Column("Within reach", numeric=False),
            Column("Other, hidden or not observed", numeric=False),
            Column("Share of jobs"),
        ],
        rows=rows,
        note=look.note(
            f"Domains as declared. Gains ground: location quotient of 1 or more, more jobs than in {look.p.base_year}, and faster growth than in Europe (assumption A114). A domain in a few divisions is coarser than the strategy’s own words.",
            source_note(look.p),
            answers=False,
        ),
        link=look.save("domains", table),
    )


def table_footing(look: Look) -> Table:
    """Strong, growing and related sectors of the region, those that no domain covers where there are domains."""
    test = look.test
    classes = test.economy.classes
    if test.outside_domains is not None:
        found = test.outside_domains
        title = f"Strong and growing sectors of {look.name} in no priority domain"
    else:
        found = classes[classes["footing"].isin(CLASSES[:3])]
        order = found["footing"].map({each: place for place, each in enumerate(CLASSES)})
        found = (
            found.assign(order=order)
            .sort_values(["order", "persons_employed"], ascending=[True, False])
            .drop(columns="order")
        )
        title = f"Sectors of {look.name} that priorities can build on"
    rows: list[tuple[str, ...]] = []
    headings: list[int] = []
    labels = {"strong": "Strong", "emerging": "Gain ground", "related": "Within reach of the strong ones"}
    for each, label in labels.items():
        own = found[found["footing"] == each]
        if own.empty:
            continue
        more = f"the {words.cardinal(SHOWN)} largest of {len(own)}" if len(own) > SHOWN else ""
        headings.append(len(rows))
        rows.append((label, more, "", "", ""))
        rows += [
            (
                words.sentence(look.sectors([str(code)])),
                words.number(row["persons_employed"]),
                words.number(row["share_pct"], 1),
                words.decimal(row["lq"]) if words.is_known(row["lq"]) else "not published",
                words.signed_percent(row["growth_pct"]),
            )
            for code, row in own.head(SHOWN).iterrows()
        ]
    if not rows:
        rows = [("None", "–", "–", "–", "–")]
    return Table(
        title=look.title(title),
        columns=[
            Column("Sector", numeric=False),
            Column("Persons employed"),
            Column("Share of jobs, %"),
            Column("Location quotient"),
            Column(f"Change {look.p.base_year}–{look.p.reference_year}"),
        ],
        rows=rows,
        note=look.note(
            f"Within reach: close to what the region is strong in, as the mapping page finds it. {source_note(look.p)}",
            answers=False,
        ),
        link=look.save("sectors", classes),
        headings=headings,
    )
