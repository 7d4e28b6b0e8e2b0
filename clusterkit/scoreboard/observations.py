"""From published figures in a long table to one figure per region and indicator, with its year and status.

Which year counts, how the parts of a territory become one figure, and what countries and the Union have beside them.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
import pandas as pd

from clusterkit.data import remembered
from clusterkit.data.frameworks import Framework
from clusterkit.data.indicator_register import SUM
from clusterkit.data.nuts import EU28, UNION, is_extra_regio
from clusterkit.errors import ContractError, Problem, some

RULE = "docs/methods.md#observations"
MIN_AVAILABLE = 0.75  # share of the regions that ever have a figure; European Innovation Scoreboard, technical annex
MAX_GAP = 3  # years between a figure and the reference year of its indicator
MIN_COVERAGE = 0.8  # share of the weight of a country or the Union whose figures are known
STATUSES = ("reported", "estimated", "missing")
NEAREST = {  # bases that the processed tables do not carry, or not for all regions: what goes with them best, in order
    "gdp": (),
    "employment": (),
    "employment_all_sectors": ("employment",),
    "employment_15_24": ("labour_force_15_24", "employment"),
    "unemployment_15_24": ("labour_force_15_24", "employment"),
    "labour_force_15_24": ("employment",),
    "active_enterprises": (),
    "active_employers": ("active_enterprises",),
    "enterprise_births": ("active_enterprises",),
    "persons_in_enterprises": ("active_enterprises", "employment"),
    "persons_at_birth_of_survivors": ("persons_in_enterprises", "active_enterprises", "employment"),
    "jobs_services_and_industry": ("employment",),
    "preprints": (),
}  # population comes last of all
_MARKET_SECTIONS = ("C", "F", "G", "H", "I", "J", "L", "M", "N")  # NACE Rev. 2, as the base in params/indicators.yaml
_KEYS = ["nuts_id", "year"]


@dataclass(frozen=True)
class Observations:
    """One figure per region and indicator, and what stands beside it.

    Parameters
    ----------
    values
        Shape (n_regions, n_indicators), index ``nuts_id``: NUTS 2 codes in alphabetical order, then the territories
        under their own names, in place of their parts; units of the indicators. NaN is unknown.
    years
        Same shape: calendar year of each figure; NaN where it is unknown.
    status
        Same shape: ``reported``, ``estimated`` or ``missing``.
    reference_year
        Per indicator: the calendar year that its figures are of unless ``years`` says otherwise; NaN without figures.
    country
        Country code per region; those of a territory across a border are joined, ``AT+DE``.
    references
        Rows ``EU-28`` and the code of each country; columns and units as ``values``.
    reference_status
        Same shape as ``references``: ``reported`` for a published country row, ``estimated`` for an own mean,
        ``missing`` where too little is known.
    weights
        Amounts by which a mean is weighted, in the unit of the base and of the year of the figure (of the reference
        year where the figure is unknown): rows as ``values``, then the parts of the territories. NaN where unknown,
        and for indicators that are added up.
    weighted_by
        Index indicator: ``rule`` (declared base, or ``sum``), ``base`` (the one used) and ``is_exact``, whether that is
        what the indicator is a rate of, and not only near it.
    """

    values: pd.DataFrame
    years: pd.DataFrame
    status: pd.DataFrame
    reference_year: pd.Series
    country: pd.Series
    references: pd.DataFrame
    reference_status: pd.DataFrame
    weights: pd.DataFrame
    weighted_by: pd.DataFrame

    def only(self, indicators: Sequence[str]) -> Observations:
        """The same observations of some indicators, in the order given.

        Parameters
        ----------
        indicators
            Codes of the indicators to keep.
        """
        chosen = list(indicators)
        by_row = {"reference_year", "weighted_by"}
        parts = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "country"}
        return replace(
            self, **{name: part.loc[chosen] if name in by_row else part[chosen] for name, part in parts.items()}
        )


def observe(
    indicator: pd.DataFrame,
    framework: Framework,
    *,
    denominators: Mapping[str, str],
    territories: Mapping[str, Sequence[str]] | None = None,
    bases: pd.DataFrame | Mapping[str, pd.Series] | None = None,
    window: tuple[int, int] | None = None,
    inexact: Collection[str] = (),
) -> Observations:
    """Figures of all regions for the indicators of a framework, each with its year and status.

    Parameters
    ----------
    indicator
        Table ``indicator``: one row per ``nuts_id``, ``indicator`` and ``year``. A row under the name of a territory is
        its figure as a whole, one of ``EU-28`` that of the Union.
    framework
        Which indicators, and the years in which a figure is accepted.
    denominators
        Indicator to the base that weights its means, or ``"sum"``; as ``merging_rules`` of
        ``clusterkit.data.indicator_register`` gives it. Others than those of the framework do not matter.
    territories
        Name of a territory to its NUTS 2 codes, which it replaces.
    bases
        Amounts per NUTS 2 region: index (``nuts_id``, ``year``), or ``nuts_id`` for the same amounts in all years; one
        column for each base. Default: what :func:`base_amounts` finds in ``indicator``; with the other tables it finds
        more.
    window
        First and last year accepted, for all indicators, in place of those of the framework.
    inexact
        Indicators whose declared base is only near to what they are a rate of; as ``without_true_base`` of
        ``clusterkit.data.indicator_register`` gives it. Only said in ``weighted_by``.

    Returns
    -------
    Observations
        Regions of level 2 of the 28 members of the Union in 2014 for which the table has any row.

    Raises
    ------
    ContractError
        A territory without codes, with a code that the table does not have, or that shares a code or its name with
        another; an indicator without any figure; no denominator, or one of which there are no amounts; a key that
        stands twice in the table; first year after the last. All of them at once.

    Notes
    -----
    The reference year is the newest year of the window in which at least 75 % of the regions that ever have a figure
    in it have one; where no year does, the year with most figures, the newest of equals. A region without a figure in
    that year has its nearest one, at most ``MAX_GAP`` years away, the earlier of two.

    A territory has the figures that the table has under its name. Else it has a figure of a year in which all its parts
    have one, the year being chosen in the same way: the
    sum of theirs, or their mean weighted by the denominator in that year; estimated when a part is. Where a part is
    unknown or estimated and the territory is a whole country, the published figure of the country of that year takes
    its place. An amount of a base that is unknown in a year is that of the region's nearest year, the earlier of two.
    Where the true base is not known for all parts in any year, the indicator is weighted by the nearest base that is
    (``NEAREST``).

    A country has its published figure of the reference year; otherwise the weighted mean of its regions, of which at
    least 80 % of the weight must have a figure; an amount needs all regions. The Union has the mean of the countries:
    published ones with their whole weight, others with that of their known regions; again at least 80 % in all.
    Weights are of the reference year. For this share only, a region whose base amount is unknown counts by its
    population, at the mean ratio.

    References
    ----------
    EIS2008 in docs/references.bib, technical annex: a reference year needs figures for at least 75 %. That a single
    region may have the figure of another year follows the same practice; ``MAX_GAP`` and the 80 % are our own.

    Examples
    --------
    >>> from clusterkit.data.frameworks import check_framework
    >>> levels = ["index", "indicator"]
    >>> parts = [("all", "index", "", None), ("skills", "indicator", "all", 1)]
    >>> toy = check_framework(pd.DataFrame(parts, columns=["code", "level", "parent", "direction"]), levels=levels)
    >>> rows = [("SI03", 20.0), ("SI04", 40.0), ("AT11", 50.0)]
    >>> table = pd.DataFrame(rows, columns=["nuts_id", "value"]).assign(
    ...     indicator="skills", year=2014, status="reported")
    >>> people = {"population": pd.Series({"SI03": 3.0, "SI04": 1.0, "AT11": 1.0})}
    >>> found = observe(table, toy, denominators={"skills": "population"}, bases=people,
    ...     territories={"slovenia": ["SI03", "SI04"]})
    >>> found.values["skills"].to_dict()
    {'AT11': 50.0, 'slovenia': 25.0}
    >>> found.references["skills"].to_dict()
    {'EU-28': 30.0, 'AT': 50.0, 'SI': 25.0}
    """
    codes, wholes = framework.indicators, {name: list(parts) for name, parts in (territories or {}).items()}
    figures = figures_of(indicator, tuple(codes), _others(indicator, [*wholes, UNION]))
    regions, countries, others = figures.regions, figures.countries, figures.others
    of_bases = base_amounts(indicator) if bases is None else bases
    known = [name for name in of_bases if len(of_bases[name])]
    _check(figures, codes, wholes, denominators=denominators, bases=known, window=window)

    cube = figures.cube
    amounts = {name: _amounts(of_bases[name], regions, cube.calendar) for name in known}
    cube = cube.within(_windows(framework, codes, window))
    n = len(regions) + len(countries)
    own, published = cube.places(slice(0, len(regions))), cube.places(slice(len(regions), n))
    given = {name: cube.places([n + position]) for position, name in enumerate(others)}
    of_any = [own.value, *(given[name].value for name in wholes if name in given)]
    reference = _reference_year(~np.isnan(np.concatenate(of_any, axis=1)))
    members = [np.flatnonzero(pd.Index(regions).isin(parts)) for parts in wholes.values()]
    weighted_by = _weighted_by(codes, denominators, amounts, own, members, inexact)
    is_sum = weighted_by["base"].eq(SUM).to_numpy()
    none = np.full(own.value.shape[1:], np.nan)
    weights = np.array([amounts.get(base, none) for base in weighted_by["base"]])  # as own.value; NaN for sums

    chosen, of_wholes = own.chosen(reference), []
    for name, part in zip(wholes, members, strict=True):
        whole = own.merged(part, weights, is_sum=is_sum)
        if country := _whole_country(regions, part):
            whole = whole.or_published(published.places([countries.index(country)]))
        if name in given:
            whole = given[name].or_else(whole)
        of_wholes.append(whole.chosen(reference))
    is_part = pd.Index(regions).isin([code for parts in wholes.values() for code in parts])
    picked = zip(tuple(part[:, ~is_part] for part in chosen), *of_wholes, strict=True)
    value, year, is_estimated = (np.concatenate(parts, axis=1) for parts in picked)

    when = chosen[1].copy()  # of a part, the year of its whole
    for part, (_, of_whole, _) in zip(members, of_wholes, strict=True):
        when[:, part] = of_whole
    when = np.where(np.isnan(when), cube.years(reference)[:, None], when)
    shown = _at_year(weights, when - cube.first_year)
    totals = [shown[:, part].sum(axis=1, keepdims=True) for part in members]
    now = np.repeat(reference[:, None], len(regions), axis=1)
    mean_by = _at_year(weights, now)
    people = _at_year(np.broadcast_to(amounts.get("population", none), weights.shape), now)
    sizes = _sizes(mean_by, people, is_sum=is_sum)
    references = _references(chosen[0], published.at(reference), mean_by, sizes, regions, countries, is_sum=is_sum)
    if UNION in given:
        value_given, is_estimated_given = given[UNION].at(reference)
        is_given = ~np.isnan(value_given[:, 0])
        references[0][is_given, 0], references[1][is_given, 0] = (
            part[is_given, 0] for part in (value_given, is_estimated_given)
        )

    single, parts = ([code for code, mark in zip(regions, is_part, strict=True) if mark == kind] for kind in (0, 1))
    index = pd.Index([*single, *wholes], name="nuts_id", dtype=str)
    homes = [*(code[:2] for code in single), *("+".join(sorted({c[:2] for c in p})) for p in wholes.values())]
    columns = pd.Index(codes, name="indicator", dtype=str)

    def table(array: np.ndarray, rows: Sequence[str] | pd.Index = index) -> pd.DataFrame:
        return pd.DataFrame(array.T, index=pd.Index(rows, name="nuts_id", dtype=str), columns=columns)

    return Observations(
        values=table(value),
        years=table(year),
        status=table(_status(value, is_estimated)),
        reference_year=pd.Series(cube.years(reference), columns, name="reference_year"),
        country=pd.Series(homes, index, name="country", dtype=str),
        references=table(references[0], [UNION, *countries]),
        reference_status=table(_status(*references), [UNION, *countries]),
        weights=table(np.concatenate([shown[:, ~is_part], *totals, shown[:, is_part]], axis=1), [*index, *parts]),
        weighted_by=weighted_by,
    )


@dataclass(frozen=True)
class _Figures:
    """Rows of some indicators, of the regions and countries of the Union, and of wholes under their names."""

    rows: pd.DataFrame
    codes: tuple[str, ...]
    regions: list[str]
    countries: list[str]
    others: tuple[str, ...] = ()

    @cached_property
    def cube(self) -> _Cube:
        return _Cube.of(self.rows, self.codes, [*self.regions, *self.countries, *self.others])

    def prepare(self) -> None:
        """Work out all that is worked out when it is asked for; no cube where there is no figure to put in it."""
        _ = self.found, self.repeated
        if self.found:
            _ = self.cube

    @cached_property
    def found(self) -> set[str]:
        """Indicators that have a figure of a region."""
        regions = [*self.regions, *(name for name in self.others if name != UNION)]
        is_there = self.rows["value"].notna() & self.rows["nuts_id"].isin(regions)
        return set(self.rows.loc[is_there, "indicator"].unique())

    @cached_property
    def repeated(self) -> pd.DataFrame:
        """Rows with the key of another."""
        return self.rows[self.rows.duplicated(["nuts_id", "indicator", "year"])]


@remembered.by_content
def figures_of(indicator: pd.DataFrame, codes: tuple[str, ...], others: tuple[str, ...] = ()) -> _Figures:
    """What :func:`observe` looks up in the table ``indicator`` for a framework, whatever the region.

    Parameters
    ----------
    indicator
        Table ``indicator``.
    codes
        Indicators.
    others
        Names under which the table has figures besides the codes of regions and countries.
    """
    regions = _regions(indicator)
    countries = sorted({code[:2] for code in regions})
    is_wanted = indicator["indicator"].isin(codes) & indicator["nuts_id"].isin([*regions, *countries, *others])
    rows = indicator.loc[is_wanted, ["indicator", "nuts_id", "year", "value", "status"]]
    return _Figures(rows, codes, regions, countries, others)


def _others(indicator: pd.DataFrame, names: Sequence[str]) -> tuple[str, ...]:
    """Those of the names, which are no codes of regions, under which the table has rows."""
    found = set(indicator["nuts_id"].unique()).intersection(names)
    regions = set(_regions(indicator)) if found else set()
    return tuple(name for name in names if name in found - regions)


@partial(remembered.by_content, own=remembered.copy_on_write)
def base_amounts(
    indicator: pd.DataFrame, context: pd.DataFrame | None = None, industry: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Amounts that rates are rates of, per NUTS 2 region, as far as the processed tables carry them.

    Parameters
    ----------
    indicator
        Table ``indicator``.
    context
        Table ``context``, for the employed; without it they are product over product per employed resident.
    industry
        Table ``industry``, for jobs by section; without it ``jobs_services_and_industry`` is left out.

    Returns
    -------
    pandas.DataFrame
        Index (``nuts_id``, ``year``), level 2 of the members of the Union in 2014; columns codes of bases:
        ``population``, ``gdp`` (million euro), ``employment``, ``employment_all_sectors``, ``labour_force_15_24``
        (thousand persons), ``active_enterprises``, ``enterprise_births`` (enterprises), ``persons_in_enterprises``,
        ``persons_at_birth_of_survivors``, ``jobs_services_and_industry`` (persons), ``preprints`` (participations).
        NaN is unknown; a base of which nothing is known is left out.

    Notes
    -----
    Ratios are undone: births per 1,000 inhabitants times inhabitants are births. Employed residents of all sectors are
    the same amount as employed residents, from another table of the same survey.
    """
    regions = _regions(indicator)
    wide = _by_region_and_year(indicator, "indicator", "value", regions)

    def figures(name: str) -> pd.Series:
        return wide[name] if name in wide else pd.Series(np.nan, wide.index)

    people, gdp = figures("population"), figures("gdp_eur")
    employed = gdp / figures("labour_productivity").where(lambda rate: rate > 0)
    if context is not None:
        rows = context[context["nuts_id"].isin(regions)].set_index(_KEYS)
        employed = rows["employment_thousand"].combine_first(employed)
    enterprises = figures("enterprises_per_1000") * people / 1000
    persons = figures("persons_per_enterprise") * enterprises
    young = figures("jobs_in_young_enterprises") / 100 * persons
    seeking = figures("youth_unemployment_rate")
    found = {
        "population": people,
        "gdp": gdp,
        "employment": employed,
        "employment_all_sectors": employed,
        "labour_force_15_24": figures("young_workers") / 100 * employed / (1 - seeking.where(seeking < 100) / 100),
        "active_enterprises": enterprises,
        "enterprise_births": figures("enterprise_births_per_1000") * people / 1000,
        "persons_in_enterprises": persons,
        "persons_at_birth_of_survivors": 100 * young / figures("survivor_job_growth").where(lambda rate: rate > 0),
        "preprints": figures("preprints") * people / 1e6,
    }
    if industry is not None:
        rows = industry[industry["nace_code"].isin(_MARKET_SECTIONS)]
        jobs = _by_region_and_year(rows, "nace_code", "persons_employed", regions)
        sections = jobs.reindex(columns=list(_MARKET_SECTIONS))
        found["jobs_services_and_industry"] = sections.sum(axis=1, skipna=False)
    table = pd.DataFrame(found).rename_axis(_KEYS)
    return table.loc[:, table.notna().any()].dropna(how="all").sort_index()


def _regions(indicator: pd.DataFrame) -> list[str]:
    """NUTS 2 codes of the members of the Union, in alphabetical order."""
    codes = indicator["nuts_id"].unique()
    return sorted(code for code in codes if len(code) == 4 and code[:2] in EU28 and not is_extra_regio(code))


def _by_region_and_year(table: pd.DataFrame, columns: str, values: str, regions: Sequence[str]) -> pd.DataFrame:
    rows = table.loc[table["nuts_id"].isin(regions), [*_KEYS, columns, values]].dropna(subset=values)
    return rows.pivot(index=_KEYS, columns=columns, values=values)


def _amounts(series: pd.Series, regions: Sequence[str], years: np.ndarray) -> np.ndarray:
    """Amounts of a base, shape (n_regions, n_years): of the year, else of the nearest that is known."""
    wide = series.unstack(level=1) if series.index.nlevels == 2 else series.to_frame(0)
    wide = wide.reindex(regions)
    gap = wide.columns.to_numpy(dtype=int) - years[:, None]
    cost = 2 * np.abs(gap) + (gap > 0)  # the earlier of two equally near
    value = wide.to_numpy(dtype=float)
    best = np.where(np.isnan(value)[:, None, :], np.inf, cost).argmin(axis=2)
    return np.take_along_axis(value, best, axis=1)


def _at_year(array: np.ndarray, position: np.ndarray) -> np.ndarray:
    """Entries of an array (n_indicators, n_regions, n_years), one position each; NaN where that is unknown."""
    is_known = position >= 0  # not where NaN
    where = np.where(is_known, position, 0).astype(int)[:, :, None]
    return np.where(is_known, np.take_along_axis(array, where, axis=2)[:, :, 0], np.nan)


# Figures as arrays


@dataclass(frozen=True)
class _Cube:
    """Figures and whether they are estimated, shape (n_indicators, n_places, n_years)."""

    value: np.ndarray  # NaN is unknown
    is_estimated: np.ndarray
    first_year: int

    @classmethod
    def of(cls, rows: pd.DataFrame, codes: Sequence[str], places: Sequence[str]) -> _Cube:
        first = int(rows["year"].min())
        shape = (len(codes), len(places), int(rows["year"].max()) - first + 1)
        value, is_estimated = np.full(shape, np.nan), np.zeros(shape, dtype=bool)
        at = (
            pd.Index(codes).get_indexer(rows["indicator"]),
            pd.Index(places).get_indexer(rows["nuts_id"]),
            rows["year"].to_numpy(dtype=int) - first,
        )
        value[at] = rows["value"].to_numpy(dtype=float)
        is_estimated[at] = rows["status"].eq("estimated").to_numpy(dtype=bool)
        return cls(value, is_estimated, first)

    @property
    def calendar(self) -> np.ndarray:
        """Calendar years of the last axis."""
        return self.first_year + np.arange(self.value.shape[2])

    def within(self, windows: np.ndarray) -> _Cube:
        """Only the figures inside the first and last year of each indicator, shape (n_indicators, 2)."""
        is_inside = (self.calendar >= windows[:, :1]) & (self.calendar <= windows[:, 1:])
        return replace(self, value=np.where(is_inside[:, None, :], self.value, np.nan))

    def places(self, which: slice | Sequence[int]) -> _Cube:
        return replace(self, value=self.value[:, which], is_estimated=self.is_estimated[:, which])

    def years(self, position: np.ndarray) -> np.ndarray:
        """Calendar years of positions; NaN for −1."""
        return np.where(position < 0, np.nan, position + self.first_year)

    def merged(self, part: np.ndarray, weights: np.ndarray, *, is_sum: np.ndarray) -> _Cube:
        """The places ``part`` as one: unknown in one is unknown in the whole."""
        value = self.value[:, part]
        if len(part) > 1:
            amount = weights[:, part]
            total = amount.sum(axis=1, keepdims=True)
            share = np.divide(amount, total, out=np.full(amount.shape, np.nan), where=total > 0)
            value = value * np.where(is_sum[:, None, None], 1.0, share)
        return replace(
            self,
            value=value.sum(axis=1, keepdims=True),
            is_estimated=np.logical_or.reduce(self.is_estimated[:, part], axis=1, keepdims=True),
        )

    def or_published(self, whole: _Cube) -> _Cube:
        """Published figures of the same territory where the parts give none, or an estimated one."""
        is_better = ~np.isnan(whole.value) & ~whole.is_estimated & (np.isnan(self.value) | self.is_estimated)
        return replace(
            self,
            value=np.where(is_better, whole.value, self.value),
            is_estimated=self.is_estimated & ~is_better,
        )

    def or_else(self, other: _Cube) -> _Cube:
        """Figures of the same places, and those of another cube where they are unknown."""
        is_own = ~np.isnan(self.value)
        return replace(
            self,
            value=np.where(is_own, self.value, other.value),
            is_estimated=np.where(is_own, self.is_estimated, other.is_estimated),
        )

    def at(self, position: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Figures of one year per indicator and whether they are estimated, shape (n_indicators, n_places)."""
        where = np.maximum(position, 0)[:, None, None]
        value, is_estimated = (
            np.take_along_axis(part, where, axis=2)[:, :, 0] for part in (self.value, self.is_estimated)
        )
        return np.where(position[:, None] < 0, np.nan, value), is_estimated

    def chosen(self, reference: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Figure, year and whether it is estimated, of the reference year or the nearest within ``MAX_GAP``."""
        positions = np.arange(self.value.shape[2])
        gap = positions - reference[:, None]
        far = 2 * MAX_GAP + 2
        cost = np.where(np.abs(gap) > MAX_GAP, far, 2 * np.abs(gap) + (gap > 0))  # the earlier of two equally near
        cost = np.where(np.isnan(self.value), far, cost[:, None, :])
        best = cost.argmin(axis=2)[:, :, None]
        is_known = np.take_along_axis(cost, best, axis=2)[:, :, 0] < far
        value, is_estimated = (
            np.take_along_axis(part, best, axis=2)[:, :, 0] for part in (self.value, self.is_estimated)
        )
        year = np.where(is_known, best[:, :, 0] + self.first_year, np.nan)
        return np.where(is_known, value, np.nan), year, is_estimated & is_known


def _windows(framework: Framework, codes: Sequence[str], window: tuple[int, int] | None) -> np.ndarray:
    """First and last year accepted per indicator, shape (n_indicators, 2)."""
    if window is not None:
        return np.tile(np.array(window, dtype=float), (len(codes), 1))
    years = framework.table.loc[list(codes), ["first_year", "last_year"]].to_numpy(dtype=float)
    return np.where(np.isnan(years), [-np.inf, np.inf], years)


def _reference_year(is_known: np.ndarray) -> np.ndarray:
    """Position of the reference year per indicator; −1 without any figure."""
    counts = is_known.sum(axis=1)
    ever = is_known.any(axis=2).sum(axis=1)
    is_enough = (
        counts
        >= np.where((counts >= MIN_AVAILABLE * ever[:, None]).any(axis=1), MIN_AVAILABLE * ever, counts.max(axis=1))[
            :, None
        ]
    )
    newest = counts.shape[1] - 1 - is_enough[:, ::-1].argmax(axis=1)
    return np.where(ever > 0, newest, -1)


def _status(value: np.ndarray, is_estimated: np.ndarray) -> np.ndarray:
    reported, estimated, missing = STATUSES
    return np.where(np.isnan(value), missing, np.where(is_estimated, estimated, reported)).astype(object)


def _whole_country(regions: Sequence[str], part: np.ndarray) -> str:
    """The country that the regions are all regions of, or nothing."""
    country = regions[part[0]][:2]
    return country if [code for code in regions if code[:2] == country] == [regions[i] for i in part] else ""


# Weights


def _weighted_by(
    codes: Sequence[str],
    denominators: Mapping[str, str],
    amounts: Mapping[str, np.ndarray],
    own: _Cube,
    members: Sequence[np.ndarray],
    inexact: Collection[str],
) -> pd.DataFrame:
    """The base of each indicator: the first of its candidates that is known for all parts that have figures."""
    several = [part for part in members if len(part) > 1]
    needs = [(~np.isnan(own.value[:, part])).all(axis=1).any(axis=1) for part in several]  # (n_indicators,) each
    needed = np.array(needs, dtype=bool).reshape(len(several), len(codes))
    known = {}  # whether a base has amounts for all parts, by territory
    for base, amount in amounts.items():
        totals = np.array([amount[part].sum(axis=0).max() for part in several])
        known[base] = totals > 0
    rows = []
    for position, code in enumerate(codes):
        rule = denominators[code]
        candidates = _candidates(rule, amounts)
        whole = [base for base in candidates if known[base][needed[:, position]].all()]
        base = SUM if rule == SUM else [*whole, *candidates][0]
        rows.append((rule, base, base == rule and code not in inexact))
    return pd.DataFrame(rows, index=pd.Index(codes, name="indicator", dtype=str), columns=["rule", "base", "is_exact"])


def _candidates(rule: str, bases: Collection[str]) -> list[str]:
    """Bases at hand that can stand for a declared one, the best first."""
    order = dict.fromkeys([rule, *NEAREST.get(rule, ()), "population"]) if rule in (*bases, *NEAREST) else {}
    return [base for base in order if base in bases]


def _sizes(weights: np.ndarray, people: np.ndarray, *, is_sum: np.ndarray) -> np.ndarray:
    """How much each region counts in its country and the Union, known or not, shape (n_indicators, n_regions)."""
    n_people = (~np.isnan(people)).sum(axis=1, keepdims=True)
    mean = np.divide(
        np.nansum(people, axis=1, keepdims=True), n_people, out=np.ones(n_people.shape), where=n_people > 0
    )
    people = np.where(np.isnan(people), mean, people)
    is_known = ~np.isnan(weights)
    base, persons = np.where(is_known, weights, 0).sum(axis=1), (is_known * people).sum(axis=1)
    ratio = np.divide(base, persons, out=np.ones(len(weights)), where=persons > 0)
    return np.where(is_sum[:, None], 1.0, np.where(is_known, weights, ratio[:, None] * people))


def _references(
    values: np.ndarray,
    published: tuple[np.ndarray, np.ndarray],
    weights: np.ndarray,
    sizes: np.ndarray,
    regions: Sequence[str],
    countries: Sequence[str],
    *,
    is_sum: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Figures of the Union and the countries, and whether estimated; shape (n_indicators, 1 + n_countries)."""
    inside = pd.get_dummies(pd.Series(regions).str[:2]).reindex(columns=list(countries)).to_numpy(dtype=float)
    weight = np.where(is_sum[:, None], 1.0, weights)
    is_used = ~np.isnan(values) & ~np.isnan(weight)
    weight = np.where(is_used, weight, 0)
    total = (np.where(is_used, values, 0) * weight) @ inside
    known, covered, size = weight @ inside, np.where(is_used, sizes, 0) @ inside, sizes @ inside
    least = np.where(is_sum, 1.0, MIN_COVERAGE)[:, None]

    def mean(total: np.ndarray, known: np.ndarray, covered: np.ndarray, size: np.ndarray) -> np.ndarray:
        is_enough = (covered >= (least - 1e-12) * size) & (known > 0)
        over = np.where(is_sum[:, None], 1.0, known)
        return np.divide(total, over, out=np.full(total.shape, np.nan), where=is_enough)

    value, is_estimated = published
    is_published = ~np.isnan(value)
    whole = np.where(is_sum[:, None], 1.0, size)
    figure = np.where(is_published, value, 0) * whole
    parts = (np.where(is_published, a, b) for a, b in ((figure, total), (size, known), (size, covered), (size, size)))
    union = mean(*(part.sum(axis=1, keepdims=True) for part in parts))
    own = np.where(is_published, value, mean(total, known, covered, size))
    own_mark = np.where(is_published, is_estimated, True)
    return np.concatenate([union, own], axis=1), np.concatenate([np.ones(union.shape, dtype=bool), own_mark], axis=1)


# What is wrong with the input


def _check(
    figures: _Figures,
    codes: Sequence[str],
    territories: Mapping[str, Sequence[str]],
    *,
    denominators: Mapping[str, str],
    bases: Sequence[str],
    window: tuple[int, int] | None,
) -> None:
    problems = _territory_problems(territories, figures.regions)
    if empty := sorted(set(codes) - figures.found):
        problems.append(
            Problem(
                what=f"{_count(empty, 'indicator')} of the framework without any figure: {some(empty)}.",
                where="table indicator, NUTS 2 regions of the EU-28",
                rule=f"an indicator has figures; a sub-dimension without data is left empty ({RULE})",
                fix="remove it from the framework, or build the tables with its source",
            )
        )
    if absent := [code for code in codes if code not in denominators]:
        problems.append(
            Problem(
                what=f"{_count(absent, 'indicator')} of the framework without a denominator: {some(absent)}.",
                where="denominators",
                rule=f'each indicator names the base that weights its means, or "{SUM}" ({RULE})',
                fix="take merging_rules(read_register(...)), or add the indicator to params/indicators.yaml",
            )
        )
    for base in sorted({denominators[code] for code in codes if code in denominators} - {SUM}):
        if not _candidates(base, bases):
            close = difflib.get_close_matches(base, [*bases, *NEAREST], n=1)
            problems.append(
                Problem(
                    what=f"There are no amounts of the base {base!r}, and of none that is near it.",
                    where=f"bases: {some(bases) or 'none'}",
                    rule=f"a mean is weighted by what the indicator is a rate of ({RULE})",
                    fix=f"did you mean {close[0]}?"
                    if close and close[0] != base
                    else "take base_amounts(indicator, context), or give the amounts of this base",
                )
            )
    if len(figures.repeated):
        shown = [f"{row.nuts_id} {row.indicator} {row.year}" for row in figures.repeated.itertuples()]
        problems.append(
            Problem(
                what=f"{_count(shown, 'row')} of the table indicator with the key of another: {some(shown)}.",
                where="columns nuts_id, indicator, year",
                rule="one figure per region, indicator and year",
                fix="load the table with load_indicator(), or remove the repeated rows",
            )
        )
    if window is not None and window[0] > window[1]:
        problems.append(window_problem(window, "window"))
    if problems:
        raise ContractError(problems)


def window_problem(window: tuple[int, int], where: str) -> Problem:
    """What to say of years in the wrong order."""
    return Problem(
        what=f"The years run from {window[0]} to {window[1]}.",
        where=where,
        rule="a window has its first year first",
        fix=f"write ({window[1]}, {window[0]})",
    )


def _count(things: Sequence[Any], name: str) -> str:
    return f"{len(things)} {name}{'s' if len(things) > 1 else ''}"


def _territory_problems(territories: Mapping[str, Sequence[str]], regions: Sequence[str]) -> list[Problem]:
    problems: list[Problem] = []
    owner: dict[str, str] = {}
    rule = f"a territory is a set of NUTS 2 codes that no other has ({RULE})"
    for name, parts in territories.items():
        unknown = [code for code in dict.fromkeys(parts) if code not in regions]
        for code in unknown:
            close = difflib.get_close_matches(str(code), regions, n=1)
            problems.append(
                Problem(
                    what=f"The territory {name} has the code {code!r}, of which the table has no row.",
                    where=f"territories, {name}",
                    rule="its codes are NUTS 2 regions of the EU-28 in NUTS 2016",
                    fix=f"did you mean {close[0]}?" if close else "check the codes and their NUTS version",
                )
            )
        if not parts:
            fix = "name its NUTS 2 codes, or leave it out"
            problems.append(Problem(f"The territory {name} has no codes.", f"territories, {name}", rule, fix))
        if name in regions and list(parts) != [name]:
            what = f"The territory {name} has the name of a NUTS 2 region."
            problems.append(Problem(what, f"territories, {name}", rule, "give it another name"))
        for code in parts:
            if code in owner:
                other = "twice" if owner[code] == name else f"and so does the territory {owner[code]}"
                what = f"The territory {name} has the code {code} {other}."
                problems.append(Problem(what, f"territories, {name}", rule, "keep it in one place"))
            owner.setdefault(code, name)
    return problems
