"""What every region is made of: sectors, size, density, level of development, schooling; not how well it does."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from clusterkit.data import remembered
from clusterkit.data.nuts import EU28
from clusterkit.errors import ParamError, Problem, did_you_mean

RULE = "docs/methods.md#peers"
WHERE = "scoreboard: peers"
MAX_GAP = 3  # years between a figure and the year asked for
BLOCKS = {
    "sections": "mix of sectors",
    "manufacturing": "mix of industries within manufacturing",
    "broad_sectors": "weight of farming and industry",
    "size": "size",
    "density": "density",
    "income": "level of development",
    "education": "schooling",
}  # code and what to call it in a sentence
_RATES = {
    ("broad_sectors", "agriculture_employment"): False,
    ("broad_sectors", "industry_employment"): False,
    ("income", "gdp_pps_index"): True,
    ("education", "tertiary_attainment"): False,
    ("education", "medium_attainment"): False,
}  # indicators averaged over the parts of a territory by population, and whether their logarithm is taken


def structure_table(
    industry: pd.DataFrame,
    indicator: pd.DataFrame,
    region: pd.DataFrame,
    *,
    year: int,
    territories: Mapping[str, Sequence[str]] | None = None,
    countries: Collection[str] = EU28,
) -> pd.DataFrame:
    """What every region is made of: its sectors, size, density, level of development and schooling.

    Parameters
    ----------
    industry, indicator, region
        Tables of these names (clusterkit.data.tables); all NUTS 2 regions of ``countries`` are used.
    year
        Calendar year of the sectors. Other figures are of this year or, where that is unknown, of the nearest other
        one at most ``MAX_GAP`` years away, the earlier of two.
    territories
        Name of a territory to the NUTS 2 codes that it is made of; its row stands in their place.
    countries
        Codes of the countries, default the 28 members of the European Union of 2014.

    Returns
    -------
    pandas.DataFrame
        Shape (n_regions, n_variables), index ``nuts_id``, columns ``(block, variable)``:

        - ``sections``: share of each NACE section in the persons employed of the business economy (B to N without K),
          no unit, a row adds up to 1; cells that are not published are estimated;
        - ``manufacturing``: the same of each division within manufacturing;
        - ``broad_sectors``: jobs in farming and in industry, percent of employment;
        - ``size``: natural logarithm of the inhabitants; ``density``: of the inhabitants per km²;
        - ``income``: natural logarithm of the product per inhabitant in purchasing power, EU-28 is 100;
        - ``education``: adults with tertiary, and with upper or post-secondary education, percent.

        NaN is unknown. Of a territory, unknown in one part is unknown in the whole; amounts are sums, rates are means
        weighted by inhabitants. A region of which no sector is published has no shares, though they are estimated.

    Raises
    ------
    ParamError
        A territory has a code that is not a region, or shares one with another territory; all at once.

    References
    ----------
    docs/methods.md#peers; after [Navarro2014], see ``peers``.
    """
    is_used = region["level"].eq(2) & region["country"].isin(list(countries))
    area_km2 = region.loc[is_used].set_index("nuts_id")["area_km2"].sort_index()
    territories = {name: list(dict.fromkeys(codes)) for name, codes in (territories or {}).items()}
    _check_territories(territories, area_km2.index)
    name_of = {code: name for name, codes in territories.items() for code in codes}
    names = pd.Index([name_of.get(code, code) for code in area_km2.index], name="nuts_id")

    def summed(table: pd.DataFrame) -> pd.DataFrame:
        """Rows of the parts added up; unknown in one is unknown in the whole."""
        table = table.reindex(area_km2.index)
        groups = table.set_axis(names).groupby(level=0)
        return groups.sum().where(table.notna().set_axis(names).groupby(level=0).all())

    persons, by_year = _published(industry, indicator, year, tuple(area_km2.index))
    sections = summed(persons[[code for code in persons if len(code) == 1]])
    divisions = summed(persons[[code for code in persons if len(code) == 3 and code.startswith("C")]])

    def parts(name: str) -> pd.DataFrame:
        """An indicator, regions × years."""
        is_there = name in by_year.index.get_level_values("indicator")
        return (by_year.loc[name] if is_there else by_year.iloc[:0].droplevel("indicator")).reindex(area_km2.index)

    inhabitants = _nearest_year(summed(parts("population")), year)
    # Only the parts of a territory are weighed against each other.
    people = parts("population").apply(lambda column: column.fillna(_nearest_year(parts("population"), year)))
    people = people.where(pd.Series(area_km2.index.isin(list(name_of)), index=area_km2.index), 1.0, axis=0)
    columns = {("sections", code): share for code, share in _shares(sections).items()}
    columns |= {("manufacturing", code): share for code, share in _shares(divisions).items()}
    for (block, name), is_log in _RATES.items():
        rate = parts(name)
        mean = summed(rate * people) / summed(people.where(rate.notna()))
        value = _nearest_year(mean, year)
        columns[block, name] = np.log(value.where(value > 0)) if is_log else value
    columns["size", "population"] = np.log(inhabitants.where(inhabitants > 0))
    columns["density", "population_density"] = columns["size", "population"] - np.log(
        summed(area_km2.to_frame())["area_km2"]
    )
    table = pd.DataFrame(columns).sort_index()
    order = sorted(table.columns, key=lambda column: list(BLOCKS).index(column[0]))
    return table[order].rename_axis(index="nuts_id", columns=["block", "variable"])


@remembered.by_content
def _published(
    industry: pd.DataFrame, indicator: pd.DataFrame, year: int, codes: tuple[str, ...]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Persons employed as :func:`_persons` gives them, and the indicators by (indicator, ``nuts_id``) and year."""
    wanted = {name for _, name in _RATES} | {"population"}
    figures = indicator[indicator["indicator"].isin(wanted) & indicator["year"].between(year - MAX_GAP, year + MAX_GAP)]
    by_year = figures.pivot(index=["indicator", "nuts_id"], columns="year", values="value")
    return _persons(industry, year, pd.Index(codes, name="nuts_id")), by_year


def _persons(industry: pd.DataFrame, year: int, codes: pd.Index) -> pd.DataFrame:
    """Persons employed, regions × sections and divisions, with estimates; unknown where a region publishes nothing."""
    rows = industry[industry["year"].eq(year)]
    rows = rows[rows["nuts_id"].isin(codes)]
    published = rows["persons_employed"]
    rows = rows.assign(persons=published.fillna(rows["persons_employed_estimate"]))
    seen = rows.loc[published.notna(), "nuts_id"].unique()
    matrix = rows[rows["nuts_id"].isin(seen)].pivot(index="nuts_id", columns="nace_code", values="persons")
    return matrix.reindex(codes)


def _shares(amounts: pd.DataFrame) -> pd.DataFrame:
    total = amounts.sum(axis=1, skipna=False)
    return amounts.div(total.where(total > 0), axis=0)


def _nearest_year(by_year: pd.DataFrame, year: int) -> pd.Series:
    """The value of the year or of the nearest other one, earlier before later."""
    order = sorted(by_year.columns, key=lambda other: (abs(other - year), other))
    if not order:
        return pd.Series(np.nan, index=by_year.index)
    return by_year[order].bfill(axis=1).iloc[:, 0]


def _check_territories(territories: Mapping[str, Sequence[str]], codes: pd.Index) -> None:
    owner: dict[str, str] = {}
    problems = []
    for name, parts in territories.items():
        problems += [unknown_region(code, codes, f"the territory {name}") for code in parts if code not in codes]
        for code in parts:
            if code in owner:
                problems.append(
                    Problem(
                        what=f"{code} belongs to two territories, {owner[code]} and {name}.",
                        where="the territories given",
                        rule=RULE,
                        fix="leave one of them out of this table",
                    )
                )
            owner.setdefault(code, name)
    if problems:
        raise ParamError(problems)


def unknown_region(code: str, known: pd.Index, where: str = WHERE) -> Problem:
    """The problem of a region that is not there, with the nearest name."""
    return Problem(
        what=f"There is no region {code!r}.",
        where=where,
        rule="a peer is a NUTS 2 code (NUTS 2016) of the scoreboard, or the name of a territory; docs/methods.md#peers",
        fix=did_you_mean(code, [str(other) for other in known]),
    )
