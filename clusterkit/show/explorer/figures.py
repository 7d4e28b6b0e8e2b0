"""The explorer's figures as columns that a browser reads in a moment, and as CSV files."""

from __future__ import annotations

import bisect
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from clusterkit.data.frameworks import Framework
from clusterkit.data.industries import Taxonomy
from clusterkit.data.nuts import COUNTRY_NAMES
from clusterkit.data.star_schemes import Scheme
from clusterkit.mapping import Atlas
from clusterkit.mapping.portfolio import RANGE_TOLERANCE
from clusterkit.params import RegionParams
from clusterkit.show import theme, words
from clusterkit.show.explorer.library import plot_library
from clusterkit.show.explorer.plots import specifications
from clusterkit.show.output import Downloads
from clusterkit.show.svg_paths import europe_outlines

GLOBAL = "clusterkitExplorer"  # the one variable that the data are assigned to
# How a figure came about, one letter a cell; what the reader sees of each is in the script.
STATUS = {"reported": "p", "estimated": "s", "partly hidden": "g", "hidden": "h", "missing": "m"}
PILOT, TOGETHER = 1, 2  # kinds of regions: one that has a report, one made of several NUTS 2 regions; 0: any other
GROWTH_BOUNDS = (-20, -5, 0, 5, 20)  # percent; limits of the classes of growth
GROWTH_LABELS = (
    "over 20 % fewer jobs",
    "5 to 20 % fewer",
    "up to 5 % fewer",
    "as many, or up to 5 % more",
    "5 to 20 % more",
    "20 % more and over",
)
# Of the style sheet, which has them twice, for light and dark pages: purple for losses, orange for gains, as for quotients.
LQ_COLOURS = tuple(f"var(--{role})" for role in theme.LQ_CLASSES)
COUNT_COLOURS = tuple(f"var(--{role})" for role in theme.COUNT_CLASSES)
GROWTH_COLOURS = ("var(--loss)", *LQ_COLOURS[:5])
FINEST = 9  # decimals; more than any figure needs


@dataclass(frozen=True)
class Set:
    """A list of sectors or categories in one year, with the figures of every region.

    Parameters
    ----------
    id, title
        What the address of a view calls it, and what the reader chooses it by.
    year
        Calendar year of its figures.
    noun
        What one of its columns is called: sector, industry, ecosystem.
    europe
        What 1 is, as it stands after "times": "the European share of jobs".
    table
        Index (region, code): ``persons_employed`` with ``_low`` and ``_high``, ``is_estimated``, ``lq`` with ``lq_low``
        and ``lq_high``; where known ``persons_employed_status``, ``share_pct``, ``wages_eur_per_person``, ``growth_pct``,
        ``growth_has_break`` and stars, as :meth:`clusterkit.mapping.Atlas.sectors` gives them.
    names, labels, phrases, groups
        Of each code: its name, with its code, the same inside a sentence, and the group it is listed under.
    reasons
        Of each code: what divisions cannot show of it; "" where they show all.
    beside
        Index code: ``growth_europe_pct`` (percent) and ``wages_europe_eur_per_person`` (euro a year).
    note
        What holds for all of its figures.
    """

    id: str
    title: str
    year: int
    noun: str
    europe: str
    table: pd.DataFrame
    names: dict[str, str]
    labels: dict[str, str]
    phrases: dict[str, str]
    groups: dict[str, str]
    reasons: dict[str, str] = field(default_factory=dict)
    beside: pd.DataFrame = field(default_factory=pd.DataFrame)
    note: str = ""

    @property
    def codes(self) -> list[str]:
        """Sectors or categories of which anything is known, in the order of the taxonomy."""
        known = self.table["persons_employed"].notna().groupby(level=1).any()
        return [code for code in self.names if known.get(code, False)]

    @property
    def schemes(self) -> list[str]:
        """Identifiers of the star schemes that it has."""
        return [
            name[len("stars_") : -len("_low")]
            for name in self.table
            if name.startswith("stars_") and name.endswith("_low")
        ]


@dataclass(frozen=True)
class Board:
    """Scores of all regions in the dimensions of a framework, as ``scoreboard.dimensions_everywhere`` gives them."""

    scores: pd.DataFrame
    framework: Framework

    @property
    def parts(self) -> dict[str, str]:
        """Code of each dimension to its name."""
        return {code: self.framework.name(code) for code in self.framework.at(self.framework.levels[1])}


def sets_of(atlas: Atlas, taxonomies: Mapping[str, Taxonomy], schemes: Mapping[str, Scheme]) -> list[Set]:
    """The lists of sectors and categories that can be explored.

    Parameters
    ----------
    atlas
        All regions.
    taxonomies, schemes
        By identifier.
    """
    nace, year = taxonomies["nace-divisions"], atlas.reference_year
    emerging, ecosystems = taxonomies["emerging-industries"], taxonomies["industrial-ecosystems"]
    sets = [sector_set(atlas.sectors(schemes), nace, year, atlas.area, atlas.area_growth_pct)]
    if (newest := atlas.manufacturing_year) is not None:
        sets.append(manufacturing_set(atlas.manufacturing(), nace, newest))
    return [
        *sets,
        category_set(
            atlas.categories(emerging), emerging, year, id="emerging", title="Emerging industries", noun="industry"
        ),
        category_set(
            atlas.categories(ecosystems), ecosystems, year, id="ecosystems", title="Ecosystems", noun="ecosystem"
        ),
    ]


def _set(taxonomy: Taxonomy, codes: Sequence[str], **rest: Any) -> Set:
    return Set(
        names={code: taxonomy.categories[code] for code in codes},
        labels={code: taxonomy.label(code) for code in codes},
        phrases={code: taxonomy.phrase(code) for code in codes},
        groups={code: taxonomy.section_of(code) for code in codes},
        **rest,
    )


def sector_set(table: pd.DataFrame, taxonomy: Taxonomy, year: int, area: pd.DataFrame, growth_pct: pd.Series) -> Set:
    """All divisions of the business economy.

    Parameters
    ----------
    table
        As ``Atlas.sectors`` gives it.
    area, growth_pct
        The whole area and its growth, as ``Atlas.area`` and ``Atlas.area_growth_pct`` give them.
    """
    whole = area.xs(year, level="year")
    beside = pd.DataFrame(
        {
            "growth_europe_pct": growth_pct,
            "wages_europe_eur_per_person": 1e6
            * whole["wages_meur"]
            / whole["persons_with_wages"].where(lambda n: n > 0),
        }
    )
    return _set(
        taxonomy,
        list(taxonomy.categories),
        id="sectors",
        title=f"All sectors, {year}",
        year=year,
        noun="sector",
        europe="the European share of jobs",
        table=table,
        beside=beside,
        note="Sectors are divisions of the business economy; farming, finance, public administration, education and "
        "health are not in these statistics.",
    )


def manufacturing_set(table: pd.DataFrame, taxonomy: Taxonomy, year: int) -> Set:
    """Divisions of manufacturing in the newest year, as ``Atlas.manufacturing`` gives them."""
    return _set(
        taxonomy,
        [code for code in taxonomy.categories if code.startswith("C")],
        id="manufacturing",
        title=f"Manufacturing alone, {year}",
        year=year,
        noun="sector",
        europe="the European share of manufacturing jobs",
        table=table,
        note=f"Shares are of all manufacturing jobs. Definitions changed in 2021: figures of {year} are not to be "
        "subtracted from older ones. Wages and stars of that year are not published by region.",
    )


def category_set(table: pd.DataFrame, taxonomy: Taxonomy, year: int, *, id: str, title: str, noun: str) -> Set:
    """Categories made of divisions, as ``Atlas.categories`` gives them."""
    found = _set(
        taxonomy,
        list(taxonomy.categories),
        id=id,
        title=f"{title}, {year}",
        year=year,
        noun=noun,
        europe="the European share of jobs",
        table=table,
        note="Categories are made of whole divisions, which carry them approximately.",
    )
    reasons = {
        code: f"{words.sentence(part.rating)}: {part.reason}"
        for code, part in taxonomy.definitions.items()
        if part.rating != "exact"
    }
    found.reasons.update(reasons)
    return found


def save(
    sets: Sequence[Set],
    board: Board,
    *,
    region: gpd.GeoDataFrame,
    listed: Sequence[RegionParams],
    schemes: Mapping[str, Scheme],
    scheme: str,
    base_year: int,
    doubtful: Sequence[str],
    downloads: Downloads,
) -> dict[str, str]:
    """Write the data of the explorer, its plotting library, and every figure as CSV.

    Parameters
    ----------
    sets
        Lists of sectors and categories; the first is shown first.
    board
        Dimensions of the scoreboard.
    region
        Table ``region``.
    listed
        Regions that have reports.
    schemes, scheme
        Star schemes, and the one shown first.
    base_year
        Growth is counted from this calendar year.
    doubtful
        Codes of countries whose figures by region cannot be right in some sectors.
    downloads
        Where to write.

    Returns
    -------
    dict of str
        Addresses of the data (``data``) and of the library (``library``), and, after them, the title of each CSV
        file and its address; all "" where nothing is written.
    """
    rows = list(dict.fromkeys(name for part in sets for name in part.table.index.unique(0)))
    places = _places(rows, region, listed)
    links = {part.title: downloads.save(part.id, _for_file(part, places)) for part in sets}
    scores = board.scores.join(places, on="nuts_id")[["name", "country", "score", "rank", "n_regions"]]
    links[f"Scoreboard, {words.count(len(board.parts), 'dimension')}"] = downloads.save("scoreboard", scores.round(4))
    shown = {"region": region, "listed": listed, "schemes": schemes, "scheme": scheme}
    data = packed(sets, board, base_year=base_year, doubtful=doubtful, **shown)
    return {
        "data": downloads.write("explorer-data.js", f"window.{GLOBAL}={as_json(data)};\n"),
        "library": downloads.write("vega.js", plot_library()) if downloads.folder else "",
        **links,
    }


def packed(
    sets: Sequence[Set],
    board: Board,
    *,
    region: gpd.GeoDataFrame,
    listed: Sequence[RegionParams],
    schemes: Mapping[str, Scheme],
    scheme: str,
    base_year: int,
    doubtful: Sequence[str],
) -> dict[str, Any]:
    """Everything that the script draws from; arguments as for :func:`save`.

    Returns
    -------
    dict
        Plain values for JSON. Cells of a set are in columns, region by region and code by code within a region;
        None is unknown. ``lq`` has as many decimals as it takes to be shown and classed as the exact figure is.
    """
    rows = list(dict.fromkeys(name for part in sets for name in part.table.index.unique(0)))
    places = _places(rows, region, listed)
    names = {p.region: list(p.nuts_ids) for p in listed}
    return {
        "baseYear": base_year,
        "nutsVersion": listed[0].nuts_version if listed else 2016,
        "regions": {
            "id": rows,
            "name": places["name"].tolist(),
            "country": places["country"].tolist(),
            "kind": places["kind"].tolist(),
            "codes": places["nuts_ids"].tolist(),
        },
        "countries": {code: COUNTRY_NAMES[code] for code in sorted(set(places["country"]))},
        "doubtful": list(doubtful),
        "map": europe_outlines(region, names),
        "quotient": {"bounds": theme.LQ_BOUNDS, "labels": theme.LQ_LABELS, "colours": LQ_COLOURS},
        "growth": {"bounds": GROWTH_BOUNDS, "labels": GROWTH_LABELS, "colours": GROWTH_COLOURS},
        "counts": COUNT_COLOURS,
        "schemes": [
            {"id": key, "title": rules.title, "stars": list(rules.stars)}
            for key, rules in sorted(schemes.items(), key=lambda item: item[0] != scheme)
        ],
        "sets": [_columns(part, rows) for part in sets],
        "scoreboard": _scoreboard(board, rows),
        "plots": specifications(),
    }


def as_json(value: Any) -> str:
    """JSON on one line; refuses numbers that JSON lacks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _places(rows: Sequence[str], region: gpd.GeoDataFrame, listed: Sequence[RegionParams]) -> pd.DataFrame:
    """Name, country code, kind and NUTS 2 codes (joined by spaces) of every row."""
    latin = region.set_index("nuts_id")["name_latin"]
    own = {p.region: p for p in listed}
    table = []
    for row in rows:
        p = own.get(row)
        codes = list(p.nuts_ids) if p else [row]
        kind = 0 if p is None else TOGETHER if len(codes) > 1 else PILOT
        table.append((p.name if p else latin[row], codes[0][:2], kind, " ".join(codes)))
    return pd.DataFrame(table, columns=["name", "country", "kind", "nuts_ids"], index=pd.Index(rows, name="nuts_id"))


def _for_file(part: Set, places: pd.DataFrame) -> pd.DataFrame:
    """All figures of a set with names, for those who take them away."""
    table = part.table[part.table.index.isin(part.codes, level=1)]
    numbers = {
        name: 4 if name.startswith("lq") or name.endswith("_pct") else 1 for name in table.select_dtypes("number")
    }
    table = table.round(numbers)
    first = places.loc[table.index.get_level_values(0), ["name", "country", "nuts_ids"]].set_axis(table.index)
    first["sector"] = [part.names[code] for code in table.index.get_level_values(1)]
    return first.join(table).rename_axis(["region", "code"]).assign(year=part.year)


def _columns(part: Set, rows: Sequence[str]) -> dict[str, Any]:
    codes = part.codes
    table = part.table.reindex(pd.MultiIndex.from_product([rows, codes]))
    known = table["persons_employed"].notna()
    hidden = table["is_estimated"].eq(True)
    if "persons_employed_status" in table:
        status = table["persons_employed_status"].map(STATUS)
    else:
        status = pd.Series(np.where(hidden, "h", "p"), table.index)
    columns: dict[str, Any] = {
        "persons": _whole(table["persons_employed"]),
        "status": "".join(status.where(known, "-")),
        "quotient": [shortest(value) for value in table["lq"]],
        "range": _ranges(table, hidden),
    }
    if "wages_eur_per_person" in table:
        columns["wages"] = [
            shortest(value, _thousands, bounds=(), decimals=0) for value in table["wages_eur_per_person"]
        ]
        columns["growth"] = [
            shortest(value, words.signed_percent, bounds=GROWTH_BOUNDS, decimals=1) for value in table["growth_pct"]
        ]
        columns["break"] = "".join(table["growth_has_break"].eq(True).astype(int).astype(str))
    if "share_pct" in table:
        columns["share"] = _rounded(table["share_pct"], 2)
    present = known & table["persons_employed"].gt(0)  # where nobody works no star is open
    columns["stars"] = {
        key: {end: "".join(_digit(value) for value in table[f"stars_{key}_{end}"].where(present, 0.0).where(known)) for end in ("low", "high")}
        for key in part.schemes
    }  # fmt: skip
    beside = part.beside.reindex(codes)
    return {
        "id": part.id,
        "title": part.title,
        "year": part.year,
        "noun": part.noun,
        "europe": part.europe,
        "note": part.note,
        "codes": codes,
        "names": [part.names[code] for code in codes],
        "labels": [part.labels[code] for code in codes],
        "phrases": [part.phrases[code] for code in codes],
        "groups": [part.groups[code] for code in codes],
        "reasons": [part.reasons.get(code, "") for code in codes],
        "europeGrowth": _rounded(beside["growth_europe_pct"], 2) if len(part.beside.columns) else [],
        "europeWages": _whole(beside["wages_europe_eur_per_person"]) if len(part.beside.columns) else [],
        **columns,
    }


def _ranges(table: pd.DataFrame, hidden: pd.Series) -> dict[str, list[Any]]:
    """Both ends of the cells that are not known to 10 %: number of the cell, persons employed and quotient."""
    wide = table["lq_high"] > RANGE_TOLERANCE * table["lq_low"]
    chosen = (hidden | (wide & table["lq"].notna())).to_numpy()
    rows = table[chosen]
    has_persons = "persons_employed_low" in rows
    return {
        "cell": np.flatnonzero(chosen).tolist(),
        "personsLow": _whole(rows["persons_employed_low"]) if has_persons else [],
        "personsHigh": _whole(rows["persons_employed_high"]) if has_persons else [],
        "low": [shortest(value) for value in rows["lq_low"]],
        "high": [shortest(value) for value in rows["lq_high"]],
    }


def _scoreboard(board: Board, rows: Sequence[str]) -> dict[str, Any]:
    table = board.scores.reindex(pd.MultiIndex.from_product([rows, list(board.parts)]))
    return {
        "title": board.framework.title,
        "id": list(board.parts),
        "names": list(board.parts.values()),
        "score": _rounded(table["score"], 2),
        "rank": _whole(table["rank"]),
        "among": _whole(table["n_regions"]),
    }


def shortest(
    exact: float,
    reads: Callable[[float], str] = words.decimal,
    *,
    bounds: Sequence[float] = theme.LQ_BOUNDS,
    decimals: int = 2,
) -> float | int | None:
    """A figure with the fewest decimals that keep its class on the map and the number that is read; None if unknown.

    Parameters
    ----------
    exact
        The figure, in its unit.
    reads
        How it is written where it is shown.
    bounds
        Lower limits of the classes but the first.
    decimals
        Least number of decimals tried.

    Examples
    --------
    >>> shortest(1.49996), shortest(3.5812), shortest(float("nan"))
    (1.49996, 3.58, None)
    """
    if not words.is_known(exact):
        return None
    class_, read = _class_of(exact, bounds), reads(exact)
    for digits in range(decimals, FINEST):
        value = round(exact, digits)
        if _class_of(value, bounds) == class_ and reads(value) == read:
            return int(value) if value == int(value) else value
    return exact


def _class_of(value: float, bounds: Sequence[float]) -> int:
    return bisect.bisect_right(bounds, value)


def _thousands(euro: float) -> str:
    return words.number(euro / 1000, 1)


def _whole(values: pd.Series) -> list[int | None]:
    return [round(value) if words.is_known(value) else None for value in values]


def _rounded(values: pd.Series, decimals: int) -> list[float | None]:
    rounded = [round(value, decimals) if words.is_known(value) else None for value in values]
    return [int(value) if value is not None and value == int(value) else value for value in rounded]


def _digit(value: float) -> str:
    return str(int(value)) if words.is_known(value) else "-"
