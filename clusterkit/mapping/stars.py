"""Which clusters of Europe are large, specialised, productive, growing: stars by a scheme, and how sure they are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from clusterkit.data.star_schemes import Condition, Scheme
from clusterkit.errors import ContractError, Problem, some

ROUNDING = 1e-12  # no unit; a value this close below its threshold, relative to it, is a tie
_MEASURES = ("persons_employed", "lq", "focus_pct", "wages_to_country", "wages_to_area", "growth_pct")


@dataclass(frozen=True)
class _Cells:
    """Everything a measure needs beside the persons employed themselves, aligned with them."""

    wages_eur: np.ndarray
    country_level: np.ndarray  # euro per person employed, one row per region
    area_level: np.ndarray  # euro per person employed
    start: np.ndarray
    area_share: np.ndarray | None = None  # by sector; None: of the persons employed themselves, as in the next two
    region_total: np.ndarray | None = None
    benchmark_total: float | None = None


def cluster_strength(
    employment: pd.DataFrame,
    wages: pd.DataFrame | None,
    *,
    scheme: Scheme,
    employment_start: pd.DataFrame | None = None,
    low: pd.DataFrame | None = None,
    high: pd.DataFrame | None = None,
    benchmark: pd.Series | None = None,
    region_total: pd.Series | None = None,
    benchmark_total: float | None = None,
    country: pd.Series | None = None,
    country_wages_eur_per_person: pd.DataFrame | None = None,
    area_wages_eur_per_person: pd.Series | None = None,
) -> pd.DataFrame:
    """How many stars each sector of each region has, and the measures they rest on.

    Parameters
    ----------
    employment
        Persons employed, shape (n_regions, n_sectors), index ``nuts_id``, columns ``nace_code``.
        NaN is unknown.
    wages
        Wages and salaries (million euro), same shape; None where there are none.
    scheme
        Stars and thresholds, as :func:`clusterkit.data.star_schemes.load_scheme` reads them.
    employment_start
        Persons employed at the start of the growth, same shape; without it growth is unknown.
    low, high
        Least and most persons employed that an unknown cell can have, same shape; NaN in ``high``
        means no bound. Given both or none.
    benchmark, region_total, benchmark_total
        As in :func:`clusterkit.mapping.location_quotient`. Give them where cells are hidden.
    country
        Country of each region, index ``nuts_id``; default the first two letters of the code.
    country_wages_eur_per_person, area_wages_eur_per_person
        Wages per person employed (euro a year) of each sector: shape (n_countries, n_sectors), and
        by sector. Default the regions that publish both wages and persons, taken together.

    Returns
    -------
    pandas.DataFrame
        Index (``nuts_id``, ``nace_code``), one row per cell in the order of ``employment``:

        - size ``persons_employed``; specialisation ``lq`` (no unit); ``focus_pct`` (percent of the
          region's jobs); productivity ``wages_eur_per_person`` (euro a year), ``wages_to_country``
          and ``wages_to_area`` (ratios, the same sector there = 1); ``growth_pct`` (percent); each
          measure that stars can rest on with ``_low`` and ``_high``;
        - ``star_<name>``: True, False, or NA where unknown;
        - ``n_stars``: stars for certain and not more (NA where one is unknown), ``n_stars_low`` and
          ``n_stars_high``: without and with the unknown ones.

    Raises
    ------
    ContractError
        Tables of another shape, index or columns than ``employment``, only one of ``low`` and
        ``high``, a name that stands twice; all at once.

    Notes
    -----
    A cell is in the top share *p* of *n* cells when at most *p n* cells, itself included, are not
    below it: ``1 + (cells above it) <= p n``. Cells tied at the threshold all have the star.
    *n* counts the cells whose measure is known and whose sector is not absent (0 persons), so an
    unknown cell spoils no other and an empty region changes nothing. Of one region alone none is top.

    An unknown cell is compared with the thresholds that the known ones set: where both of its
    bounds are on one side the star is known. A star with several conditions is lost with the
    first that fails, also when others are unknown.

    References
    ----------
    Schemes: docs/methods.md#cluster-stars; thresholds without a source: docs/assumptions.md#A40.

    Examples
    --------
    >>> from clusterkit.data.star_schemes import Scheme
    >>> rule = [{"measure": "lq", "at_least": 1.5, "confirmed": True}]
    >>> scheme = Scheme.model_validate({"schema_version": 1, "id": "toy", "title": "Toy", "source": "none",
    ...     "critical_mass": {"persons_employed": 0, "confirmed": True}, "stars": {"specialised": rule}})
    >>> employment = pd.DataFrame({"C29": [30.0, 10.0], "J62": [10.0, 50.0]}, index=["AT31", "BE10"])
    >>> cluster_strength(employment, None, scheme=scheme)["star_specialised"].tolist()
    [True, False, False, False]
    """
    _check_tables(employment, {"wages": wages, "employment_start": employment_start, "low": low, "high": high})
    cells = _cells(
        employment, wages, employment_start, country, country_wages_eur_per_person, area_wages_eur_per_person
    )
    # Totals do not move with the ends of a hidden cell.
    benchmark = employment.sum() if benchmark is None else benchmark
    region_total = employment.sum(axis=1) if region_total is None else region_total
    cells = _with_totals(cells, employment, benchmark, region_total, benchmark_total)
    value = _measures(employment.to_numpy(dtype=float), cells)
    ends = [None if end is None else employment.fillna(end).to_numpy(dtype=float) for end in (low, high)]
    least, most = (dict(value) if end is None else _measures(end, cells) for end in ends)
    for name in ("wages_to_country", "wages_to_area"):  # fewer persons share the same wages
        least[name], most[name] = most[name], least[name]
    stars = {
        name: _all_of([_reached(condition, value, least, most) for condition in conditions])
        for name, conditions in _rules(scheme).items()
    }
    columns: dict[str, np.ndarray] = {}
    for name in _MEASURES:
        columns |= {name: value[name], f"{name}_low": least[name], f"{name}_high": most[name]}
    columns["wages_eur_per_person"] = value["wages_eur_per_person"]
    index = pd.MultiIndex.from_product([employment.index, employment.columns], names=["nuts_id", "nace_code"])
    table = pd.DataFrame({name: array.ravel() for name, array in columns.items()}, index=index)
    flags = pd.DataFrame({f"star_{name}": star.ravel() for name, star in stars.items()}, index=index)
    certain, unknown = (flags == 1).sum(axis=1), flags.isna().sum(axis=1)
    return table.join(flags.astype("boolean")).assign(
        n_stars=certain.where(unknown == 0).astype("Int64"), n_stars_low=certain, n_stars_high=certain + unknown
    )


def star_robustness(
    employment: pd.DataFrame,
    wages: pd.DataFrame | None,
    *,
    scheme: Scheme,
    low: pd.DataFrame,
    high: pd.DataFrame,
    seed: int,
    draws: int = 500,
    distribution: Literal["triangular", "uniform"] = "triangular",
    threshold_spread: float = 0.10,
    employment_start: pd.DataFrame | None = None,
    benchmark: pd.Series | None = None,
    region_total: pd.Series | None = None,
    benchmark_total: float | None = None,
    country: pd.Series | None = None,
    country_wages_eur_per_person: pd.DataFrame | None = None,
    area_wages_eur_per_person: pd.Series | None = None,
) -> pd.DataFrame:
    """How likely each star is when hidden cells and thresholds could be a little different.

    Parameters
    ----------
    employment
        Persons employed or their estimates, shape (n_regions, n_sectors). NaN where there is no
        estimate: the middle of the interval stands for it.
    low, high
        Least and most persons employed of every cell, same shape; equal where the cell is known.
        A cell without both has no interval: it stays at ``employment``.
    seed
        Seed of the draws, at least 1. The order of rows and columns does not matter.
    draws
        Number of draws.
    distribution
        Of a hidden cell between its ends: triangular with its peak at the estimate, or uniform.
    threshold_spread
        Each threshold is multiplied, in each draw, by a number between 1 minus and 1 plus this
        (no unit, less than 1).
    wages, scheme, employment_start, benchmark, region_total, benchmark_total, country
        As in :func:`cluster_strength`. Where no totals are given, they are those of each draw.
    country_wages_eur_per_person, area_wages_eur_per_person
        As in :func:`cluster_strength`.

    Returns
    -------
    pandas.DataFrame
        Index (``nuts_id``, ``nace_code``), in the order of ``employment``: ``p_<star>``, share of
        draws with the star (0 to 1), NaN where it is unknown in any draw;
        ``expected_stars``, their sum; ``p_any_star``, share of draws with at least one star; both NaN
        where one star is unknown.

    Raises
    ------
    ContractError
        As :func:`cluster_strength`; also a lower end above an upper one, or an estimate outside.

    Notes
    -----
    Hidden cells are drawn one by one: that they add up to published totals is not used, so the
    probabilities are more cautious than need be (docs/assumptions.md#A44). Once drawn they compete
    for the top shares, which :func:`cluster_strength` leaves them out of. Wage levels of countries
    and of the area stay as given or as published.

    Examples
    --------
    >>> from clusterkit.data.star_schemes import Scheme
    >>> rule = [{"measure": "persons_employed", "at_least": 100, "confirmed": True}]
    >>> scheme = Scheme.model_validate({"schema_version": 1, "id": "toy", "title": "Toy", "source": "none",
    ...     "critical_mass": {"persons_employed": 0, "confirmed": True}, "stars": {"size": rule}})
    >>> jobs = pd.DataFrame({"C29": [300.0, None]}, index=["AT31", "BE10"])
    >>> low, high = jobs.fillna(50.0), jobs.fillna(150.0)
    >>> star_robustness(jobs, None, scheme=scheme, low=low, high=high, seed=1)["p_size"].round(1).tolist()
    [1.0, 0.5]
    """
    _check_tables(employment, {"wages": wages, "employment_start": employment_start, "low": low, "high": high})
    _check_draws(employment, low, high, seed=seed, draws=draws, spread=threshold_spread)
    order = employment.sort_index().sort_index(axis=1)  # the same cell gets the same draws in any order
    jobs, bottom, top = (table.reindex_like(order).to_numpy(dtype=float) for table in (employment, low, high))
    cells = _cells(
        order,
        None if wages is None else wages.reindex_like(order),
        None if employment_start is None else employment_start.reindex_like(order),
        country,
        country_wages_eur_per_person,
        area_wages_eur_per_person,
    )
    cells = _with_totals(cells, order, benchmark, region_total, benchmark_total)
    draw = _sampler(jobs, bottom, top, distribution)
    rules = _rules(scheme)
    needed = {"persons_employed", *(condition.measure for tests in rules.values() for condition in tests)}
    rng = np.random.default_rng(seed)
    counts = {name: np.zeros(order.shape) for name in rules}
    with_any = np.zeros(order.shape)
    for _ in range(draws):
        value = _measures(draw(rng), cells, needed)
        drawn = {}
        for name, conditions in rules.items():
            factors = rng.uniform(1 - threshold_spread, 1 + threshold_spread, len(conditions))
            tests = [_reached(c, value, value, value, factor=f) for c, f in zip(conditions, factors, strict=True)]
            drawn[name] = _all_of(tests)
            counts[name] += drawn[name]
        with_any += np.any([star == 1 for star in drawn.values()], axis=0)
    index = pd.MultiIndex.from_product([order.index, order.columns], names=["nuts_id", "nace_code"])
    table = pd.DataFrame({f"p_{name}": count.ravel() / draws for name, count in counts.items()}, index=index)
    known = table.notna().all(axis=1)
    table = table.assign(
        expected_stars=table.sum(axis=1).where(known),
        p_any_star=pd.Series(with_any.ravel() / draws, index).where(known),
    )
    return table.reindex(pd.MultiIndex.from_product([employment.index, employment.columns], names=index.names))


def _rules(scheme: Scheme) -> dict[str, list[Condition]]:
    """Conditions of each star; the critical mass is one more condition of every star."""
    mass = scheme.critical_mass
    enough = Condition(measure="persons_employed", at_least=mass.persons_employed, confirmed=mass.confirmed)
    return {name: [*conditions, enough] for name, conditions in scheme.stars.items()}


def _cells(
    employment: pd.DataFrame,
    wages: pd.DataFrame | None,
    start: pd.DataFrame | None,
    country: pd.Series | None,
    country_level: pd.DataFrame | None,
    area_level: pd.Series | None,
) -> _Cells:
    unknown = pd.DataFrame(np.nan, index=employment.index, columns=employment.columns)
    wages_eur = unknown if wages is None else 1e6 * wages
    where = employment.index.to_series().str[:2] if country is None else country.reindex(employment.index)
    both = employment.notna() & wages_eur.notna()
    paid, persons = wages_eur.where(both), employment.where(both)
    if country_level is None:
        country_level = paid.groupby(where).sum(min_count=1) / _positive(persons.groupby(where).sum())
    if area_level is None:
        area_level = paid.sum(min_count=1) / _positive(persons.sum())
    return _Cells(
        wages_eur.to_numpy(dtype=float),
        _positive(country_level.reindex(index=where, columns=employment.columns)).to_numpy(dtype=float),
        _positive(area_level.reindex(employment.columns)).to_numpy(dtype=float),
        _positive(unknown if start is None else start).to_numpy(dtype=float),
    )


def _with_totals(
    cells: _Cells,
    employment: pd.DataFrame,
    benchmark: pd.Series | None,
    region_total: pd.Series | None,
    benchmark_total: float | None,
) -> _Cells:
    """The totals that are given, in the order of the rows and columns of ``employment``."""
    share = total = None
    if benchmark is not None:
        area = float(benchmark.sum()) if benchmark_total is None else benchmark_total
        share = _area_share(benchmark.reindex(employment.columns).to_numpy(dtype=float), area)
    if region_total is not None:
        total = region_total.reindex(employment.index).to_numpy(dtype=float)
    return replace(cells, area_share=share, region_total=total, benchmark_total=benchmark_total)


def _area_share(sector: np.ndarray, area: float) -> np.ndarray:
    return np.where(sector == 0, np.nan, sector) / (area or np.nan)


def _measures(persons: np.ndarray, cells: _Cells, needed: Collection[str] | None = None) -> dict[str, np.ndarray]:
    """All measures of persons employed, or those needed, as :func:`cluster_strength` describes them."""
    share, total = cells.area_share, cells.region_total
    if share is None or total is None:
        table = pd.DataFrame(persons)
        sector = table.sum()
        area = float(sector.sum()) if cells.benchmark_total is None else cells.benchmark_total
        share = _area_share(sector.to_numpy(), area) if share is None else share
        total = table.sum(axis=1).to_numpy() if total is None else total
    total = total[:, None]
    ways: dict[str, Callable[[], np.ndarray]] = {
        "persons_employed": lambda: persons,
        "lq": lambda: persons / np.where(total == 0, np.nan, total) / share,
        "focus_pct": lambda: 100 * persons / np.where(total > 0, total, np.nan),
        "wages_eur_per_person": lambda: cells.wages_eur / np.where(persons > 0, persons, np.nan),
        "wages_to_country": lambda: ways["wages_eur_per_person"]() / cells.country_level,
        "wages_to_area": lambda: ways["wages_eur_per_person"]() / cells.area_level,
        "growth_pct": lambda: 100 * (persons / cells.start - 1),
    }
    return {name: way() for name, way in ways.items() if needed is None or name in needed}


def _reached(
    condition: Condition,
    value: Mapping[str, np.ndarray],
    least: Mapping[str, np.ndarray],
    most: Mapping[str, np.ndarray],
    *,
    factor: float = 1.0,
) -> np.ndarray:
    """1 where the condition is met, 0 where not, NaN where the ends disagree."""
    own = value[condition.measure]
    if condition.at_least is not None:
        threshold: float | np.ndarray = factor * condition.at_least
    else:
        competing = np.where(value["persons_employed"] > 0, own, np.nan)
        threshold = _top(competing, factor * (condition.top_share or 0.0), condition.among)
    threshold = threshold - ROUNDING * np.abs(threshold)
    known = ~np.isnan(own)
    bottom, top = (np.where(known, own, end[condition.measure]) for end in (least, most))
    return np.where(bottom >= threshold, 1.0, np.where(top < threshold, 0.0, np.nan))


def _top(values: np.ndarray, share: float, among: Literal["sector", "area"]) -> np.ndarray:
    """Least value inside the top share; infinity where the share holds no whole cell."""
    pool = values.reshape(-1, 1) if among == "area" else values
    n_in = np.floor(share * np.count_nonzero(~np.isnan(pool), axis=0) * (1 + ROUNDING)).astype(int)
    n_in = np.minimum(n_in, len(pool))
    ranked = -np.sort(-pool, axis=0)  # unknown values come last
    last = np.take_along_axis(ranked, np.maximum(n_in - 1, 0)[None, :], axis=0)[0]
    return np.where(n_in > 0, last, np.finfo(float).max)


def _all_of(tests: Sequence[np.ndarray]) -> np.ndarray:
    """Three-valued "and": one 0 makes 0, else one NaN makes NaN."""
    return np.where(np.any([test == 0 for test in tests], axis=0), 0.0, np.prod(tests, axis=0))


def _sampler(
    estimate: np.ndarray, low: np.ndarray, high: np.ndarray, distribution: Literal["triangular", "uniform"]
) -> Callable[[np.random.Generator], np.ndarray]:
    is_open = high > low
    left, right = low[is_open], high[is_open]
    peak = np.where(np.isnan(estimate[is_open]), (left + right) / 2, estimate[is_open])
    fixed = np.where(np.isnan(estimate) & (low == high), low, estimate)

    def draw(rng: np.random.Generator) -> np.ndarray:
        drawn = fixed.copy()
        triangular = distribution == "triangular"
        drawn[is_open] = rng.triangular(left, peak, right) if triangular else rng.uniform(left, right)
        return drawn

    return draw


def _positive(values: pd.DataFrame | pd.Series) -> pd.DataFrame | pd.Series:
    return values.where(values > 0)


def _check_tables(employment: pd.DataFrame, others: Mapping[str, pd.DataFrame | None]) -> None:
    problems = [
        Problem(
            what=f"The {axis} of employment has {some(list(labels[labels.duplicated()]))} more than once.",
            where="employment",
            rule="one row per region, one column per sector",
            fix="add up or remove the repeated ones",
        )
        for axis, labels in (("index", employment.index), ("columns", employment.columns))
        if labels.has_duplicates
    ]
    for name, table in others.items():
        if table is not None and not (
            table.index.equals(employment.index) and table.columns.equals(employment.columns)
        ):
            problems.append(
                Problem(
                    what=f"{name} has other rows or columns than employment.",
                    where=f"{name}, {table.shape[0]} by {table.shape[1]}; employment, "
                    f"{employment.shape[0]} by {employment.shape[1]}",
                    rule="tables of one call have the same index and columns in the same order",
                    fix=f"use {name}.reindex_like(employment)",
                )
            )
    if (others["low"] is None) != (others["high"] is None):
        problems.append(
            Problem(
                what=f"Only {'low' if others['high'] is None else 'high'} is given.",
                where="low and high",
                rule="ends come in pairs",
                fix="give both or none; NaN in high means no bound",
            )
        )
    if problems:
        raise ContractError(problems)


def _check_draws(
    employment: pd.DataFrame, low: pd.DataFrame, high: pd.DataFrame, *, seed: int, draws: int, spread: float
) -> None:
    outside = (low > high) | (employment < low) | (employment > high)
    problems = []
    if outside.any(axis=None):
        rows, columns = np.nonzero(outside.to_numpy())
        cells = [
            f"{employment.index[row]} {employment.columns[column]}" for row, column in zip(rows, columns, strict=True)
        ]
        problems.append(
            Problem(
                what=f"{len(cells)} cells are not between their ends: {some(cells)}.",
                where="employment, low and high",
                rule="low <= employment <= high",
                fix="check that low and high are not swapped and are of the same year",
            )
        )
    for name, value, is_right, rule in (
        ("seed", seed, seed >= 1, "a seed is a whole number from 1"),
        ("draws", draws, draws >= 1, "at least one draw"),
        ("threshold_spread", spread, 0 <= spread < 1, "from 0 to less than 1"),
    ):
        if not is_right:
            problems.append(Problem(what=f"{name} is {value}.", where=name, rule=rule, fix=f"give another {name}"))
    if problems:
        raise ContractError(problems)
