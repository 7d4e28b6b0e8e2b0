"""The most specialised, the largest and the most productive sectors of a region, side by side."""

from __future__ import annotations

import pandas as pd

from clusterkit.data.industries import Taxonomy
from clusterkit.params import RegionParams
from clusterkit.show import words
from clusterkit.show.output import Column, Downloads, Table, Text
from clusterkit.show.tables import source_note

LISTED = 5  # sectors in each list
LISTS = ("most specialised", "largest", "most productive")


def say_leaders(ranked: pd.DataFrame, p: RegionParams, taxonomy: Taxonomy) -> Text:
    """Which sectors are in more than one of the three lists.

    Parameters
    ----------
    ranked
        Portfolio ranked as shown, most specialised first (``mapping.rank_sectors``).
    """
    lists = leaders(ranked)
    if ranked.empty:
        return Text((f"No sector of {p.name} is large enough to be ranked.",))
    inside = {code: [name for name, codes in lists.items() if code in codes] for code in ranked.index}
    thrice = [taxonomy.phrase(str(code)) for code, names in inside.items() if len(names) == len(LISTS)]
    twice = [f"{taxonomy.phrase(str(code))}, {words.listing(names)}" for code, names in inside.items() if len(names) == 2]  # fmt: skip
    if thrice:
        first = f"{words.sentence(words.listing(thrice))} {'is' if len(thrice) == 1 else 'are'} among the first five by specialisation, size and productivity at once."
    else:
        first = f"No sector of {p.name} is among the first five by specialisation, size and productivity at once."
    second = f" In two of the three lists: {'; '.join(twice)}." if twice else " No sector is in two of the three lists."  # fmt: skip
    return Text((first + second,))


def table_leaders(ranked: pd.DataFrame, p: RegionParams, taxonomy: Taxonomy, downloads: Downloads) -> Table | None:
    """Three lists of five sectors; None without a sector."""
    lists = leaders(ranked)
    shows = {
        "most specialised": lambda row: words.times_of(row),
        "largest": lambda row: words.number(row["persons_employed"]),
        "most productive": lambda row: f"{words.decimal(_productivity(row))} times",
    }  # fmt: skip
    depth = max((len(codes) for codes in lists.values()), default=0)
    if not depth:
        return None
    rows = [
        [
            f"{taxonomy.label(codes[place])}: {shows[name](ranked.loc[codes[place]])}" if place < len(codes) else "no further figure"
            for name, codes in lists.items()
        ]
        for place in range(depth)
    ]  # fmt: skip
    file = pd.concat(
        {name: ranked.loc[codes].assign(name=[taxonomy.categories[str(code)] for code in codes]) for name, codes in lists.items()},
        names=["list"],
    )  # fmt: skip
    return Table(
        title=f"The first {words.cardinal(depth)} sectors of {p.name} in three orders: by specialisation, size and productivity, {p.reference_year}",
        columns=[
            Column("Most specialised: share of jobs, times the European", numeric=False),
            Column("Largest: persons employed", numeric=False),
            Column("Most productive: wages per person, times the sector in Europe", numeric=False),
        ],
        rows=rows,
        note="Wages and salaries per person employed, beside the same sector in Europe, stand for productivity (A41, rated red): they "
        "follow the country’s price level too, which moves all sectors of the region alike and so hardly their order. Sectors with at "
        f"least {words.percent(p.mapping.min_share_pct)} of the region’s jobs. {source_note(p)}",
        link=downloads.save("leaders", file),
    )


def leaders(ranked: pd.DataFrame) -> dict[str, list[str]]:
    """Codes of the first sectors by specialisation, size and wages beside Europe, by name of the list.

    Examples
    --------
    >>> columns = {"persons_employed": [9, 30], "wages_eur_per_person": [2.0, 3.0], "wages_europe_eur_per_person": [1.0, 3.0]}
    >>> leaders(pd.DataFrame(columns, index=["C13", "C29"]))
    {'most specialised': ['C13', 'C29'], 'largest': ['C29', 'C13'], 'most productive': ['C13', 'C29']}
    """
    by_size = ranked["persons_employed"].sort_values(ascending=False, kind="stable")
    wages = _productivity(ranked).dropna()  # type: ignore[union-attr]  # of rows it is a column
    by_wages = wages.sort_values(ascending=False, kind="stable")
    orders = (ranked.index, by_size.index, by_wages.index)
    return {name: [str(code) for code in order[:LISTED]] for name, order in zip(LISTS, orders, strict=True)}


def _productivity(rows: pd.DataFrame | pd.Series) -> pd.Series | float:
    return rows["wages_eur_per_person"] / rows["wages_europe_eur_per_person"]
