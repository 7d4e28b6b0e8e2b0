"""How far the strength of clusters goes with innovation, entrepreneurship and growth over regions.

Association only: regions differ in much else, and nothing here says what comes first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
import pandas as pd
from scipy import stats

from clusterkit.data import remembered
from clusterkit.errors import ContractError, Problem, some

MEASURES = ("share_in_clusters_pct", "n_clusters", "mean_lq")  # of mapping.region_strength
_CHUNK = 250  # samples ranked at a time
_RESULTS = ("estimate", "low", "high", "n_regions", "n_countries")


@dataclass(frozen=True)
class Outcome:
    """An indicator of the table ``indicator`` in one year, or its growth from another."""

    key: str
    indicator: str
    year: int
    theme: str
    name: str
    short: str  # inside a sentence, in the singular
    base_year: int | None = None  # growth in percent from this year
    is_log: bool = False  # skewed: the regression and the charts take its logarithm


# Years nearest to 2014 with most regions; growth only after it. docs/assumptions.md#A84.
OUTCOMES = (
    Outcome("patents", "patents_per_million", 2012, "Innovation",
            "Patent applications per million inhabitants", "patenting per inhabitant", is_log=True),
    Outcome("research", "rd_expenditure", 2013, "Innovation",
            "Research and development, % of GDP", "expenditure on research and development", is_log=True),
    Outcome("scientists", "scientists_engineers", 2014, "Innovation",
            "Scientists and engineers, % of population", "the share of scientists and engineers"),
    Outcome("tertiary", "tertiary_attainment", 2014, "Innovation",
            "Adults with tertiary education, %", "the share of adults with tertiary education"),
    Outcome("births", "enterprise_birth_rate", 2014, "Entrepreneurship",
            "New enterprises, % of enterprises", "the birth rate of enterprises"),
    Outcome("survival", "enterprise_survival_3y", 2013, "Entrepreneurship",
            "New enterprises that live three years, %", "the survival rate of new enterprises"),
    Outcome("gdp", "gdp_pps_per_head", 2014, "Development",
            "GDP per head at purchasing power", "GDP per head", is_log=True),
    Outcome("productivity", "labour_productivity", 2013, "Development",
            "GDP per employed resident", "GDP per employed resident", is_log=True),
    Outcome("employment", "employment_rate", 2014, "Development",
            "Employment rate, %", "the employment rate"),
    Outcome("gdp_growth", "gdp_pps_per_head", 2019, "Growth",
            "Growth of GDP per head, 2014–2019, %", "growth of GDP per head", 2014),
    Outcome("income_growth", "disposable_income", 2016, "Growth",
            "Growth of household income, 2011–2016, %", "growth of household income", 2011),
)  # fmt: skip


def outcome_table(
    indicator: pd.DataFrame,
    outcomes: Sequence[Outcome] = OUTCOMES,
    *,
    territories: Mapping[str, Sequence[str]] | None = None,
    population_year: int = 2014,
) -> pd.DataFrame:
    """Indicators of every region side by side.

    Parameters
    ----------
    indicator
        Table ``indicator``.
    outcomes
        Which, and of which year.
    territories
        Name of a territory to its NUTS 2 codes; its value, the mean of theirs weighted by
        population, stands in their place. Unknown in one is unknown in the mean.
    population_year
        Year of the weights.

    Returns
    -------
    pandas.DataFrame
        Shape (n_regions, n_outcomes), index ``nuts_id``, columns the keys of ``outcomes``; units as
        :class:`Outcome` names them, growth in percent. NaN is unknown; a column without any figure is NaN throughout.
    """
    wanted = [(o.indicator, year) for o in outcomes for year in (o.year, o.base_year) if year is not None]
    wanted.append(("population", population_year))
    wide = _side_by_side(indicator, tuple(dict.fromkeys(wanted)))
    people = wide.pop(("population", population_year))
    for name, codes in (territories or {}).items():
        weights = people.reindex(list(codes))
        mean = wide.reindex(list(codes)).mul(weights, axis=0).sum(skipna=False) / weights.sum(skipna=False)
        wide = pd.concat([wide.drop(index=list(codes), errors="ignore"), mean.to_frame(name).T])
    columns = {o.key: _value(wide, o) for o in outcomes}
    return pd.DataFrame(columns, index=wide.index.rename("nuts_id"), dtype=float)


@partial(remembered.by_content, own=remembered.copy_on_write)
def _side_by_side(indicator: pd.DataFrame, wanted: tuple[tuple[str, int], ...]) -> pd.DataFrame:
    """Values of some indicators and years, one row per NUTS 2 region, columns (indicator, year)."""
    rows = indicator[indicator["nuts_id"].str.len() == 4]
    rows = rows[pd.MultiIndex.from_frame(rows[["indicator", "year"]]).isin(wanted)]
    wide = rows.pivot(index="nuts_id", columns=["indicator", "year"], values="value")
    return wide.reindex(columns=pd.MultiIndex.from_tuples(wanted, names=["indicator", "year"]))


def _value(wide: pd.DataFrame, outcome: Outcome) -> pd.Series:
    now = wide[outcome.indicator, outcome.year]
    if outcome.base_year is None:
        return now
    before = wide[outcome.indicator, outcome.base_year]
    return 100 * (now / before.where(before > 0) - 1)


def rank_correlation(
    x: pd.Series,
    y: pd.Series,
    *,
    seed: int,
    groups: pd.Series | None = None,
    draws: int = 2000,
    confidence: float = 0.95,
) -> pd.Series:
    """Whether regions that rank high in one thing rank high in another: Spearman's coefficient, with its interval.

    Parameters
    ----------
    x, y
        One value per region, same kind of index; a region that is unknown in one takes no part.
    seed
        Of the bootstrap, at least 1.
    groups
        Country of each region. Given, whole countries are drawn, because the regions of a country
        are alike; without it single regions are, and the interval is too narrow where they are alike.
    draws
        Number of samples drawn with replacement.
    confidence
        Of the interval, 0 to 1 (no unit).

    Returns
    -------
    pandas.Series
        ``estimate`` (−1 to 1, no unit; ties get their mean rank), ``low`` and ``high`` (percentiles of the
        draws), ``n_regions``, ``n_countries`` (groups). Estimate and ends are NaN with fewer than three
        regions or where one side is constant, ends also with fewer than two groups.

    Raises
    ------
    ContractError
        A region that stands twice, a seed below 1, or a confidence that is not between 0 and 1; all at once.

    References
    ----------
    Spearman1904; percentile bootstrap of whole groups: DavisonHinkley1997, section 3.8; keys in docs/references.bib.

    Examples
    --------
    >>> x = pd.Series([1.0, 2.0, 3.0, 4.0], index=["AT31", "AT32", "BE10", "BE21"])
    >>> rank_correlation(x, -x, seed=1)[["estimate", "low", "high"]].tolist()
    [-1.0, -1.0, -1.0]
    """
    _check(x, y, seed=seed, confidence=confidence)
    both = pd.concat([x, y], axis=1, keys=["x", "y"]).dropna().astype(float).sort_index()
    label = pd.Series(both.index, both.index) if groups is None else groups.reindex(both.index)
    codes, names = pd.factorize(label)
    result = {"estimate": np.nan, "low": np.nan, "high": np.nan, "n_regions": len(both), "n_countries": len(names)}
    if len(both) >= 3:
        once, all_alike = np.ones((1, 1)), np.zeros(len(both), dtype=int)
        result["estimate"] = _weighted_correlation(once, all_alike, both["x"].to_numpy(), both["y"].to_numpy())[0]
    if len(both) >= 3 and len(names) >= 2:
        drawn = _drawn(seed, len(names), draws)
        samples = _weighted_correlation(drawn, codes, both["x"].to_numpy(), both["y"].to_numpy())
        tail = (1 - confidence) / 2
        if np.isfinite(samples).any():
            result["low"], result["high"] = np.nanquantile(samples, [tail, 1 - tail])
    return pd.Series(result).reindex(_RESULTS)


@lru_cache(maxsize=8)  # half a megabyte each
def _drawn(seed: int, n_groups: int, draws: int) -> np.ndarray:
    """How often each group is in each sample, shape (n_groups, draws); the same for every pair of variables."""
    drawn = np.random.default_rng(seed).multinomial(n_groups, np.full(n_groups, 1 / n_groups), size=draws)
    times = np.ascontiguousarray(drawn.T, dtype=float)
    times.flags.writeable = False
    return times


def _weighted_correlation(drawn: np.ndarray, group: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Spearman's coefficient of samples that hold each group so many times, shape (n_groups, n_samples).

    ``group``: number of the group of each region. All numbers are quarters of whole ones, so that no order of adding
    makes a difference; some samples at a time, so that their tables stay in the processor's own memory.
    """
    ranks_of = [_ranks_by_group(values, group, len(drawn)) for values in (x, y)]
    samples = np.full(drawn.shape[1], np.nan)
    for start in range(0, len(samples), _CHUNK):
        here = slice(start, start + _CHUNK)
        times = drawn[:, here][group]
        middle = times.sum(axis=0) / 2
        first, second = (ranks @ drawn[:, here] - middle for ranks in ranks_of)
        both = np.einsum("ij,ij,ij->j", times, first, second)
        spread = np.sqrt(
            np.einsum("ij,ij,ij->j", times, first, first) * np.einsum("ij,ij,ij->j", times, second, second)
        )
        np.divide(both, spread, out=samples[here], where=spread > 1e-9)
    return samples


def _ranks_by_group(values: np.ndarray, group: np.ndarray, n_groups: int) -> np.ndarray:
    """What each group adds to the rank of each region when it is drawn once: its lower values, and half of its equals.

    Shape (n_regions, n_groups); the mean rank of a region among the repeated ones is the sum over all that are drawn,
    and a half.
    """
    below = (values[None, :] < values[:, None]) + (values[None, :] == values[:, None]) / 2
    return below @ (group[:, None] == np.arange(n_groups)).astype(float)


def with_country_effects(
    y: pd.Series, x: pd.Series, *, country: pd.Series, standardise: bool = True, confidence: float = 0.95
) -> pd.Series:
    """How much higher a region is in ``y`` when it is higher in ``x`` than the rest of its country.

    ``y_r = a_c(r) + b x_r + u_r`` by least squares: each country has its own level, so that only
    differences inside countries count. Standard errors are robust to any likeness of the regions
    of a country, with the correction CR2 and degrees of freedom after Satterthwaite.

    Parameters
    ----------
    y, x
        One value per region; a region that is unknown in one takes no part, nor does the only region of a country.
    country
        Country of each region.
    standardise
        True: ``b`` in standard deviations of ``y`` for one of ``x``, both over all regions that take part;
        False: in units of ``y`` for one unit of ``x``.
    confidence
        Of the interval, 0 to 1 (no unit).

    Returns
    -------
    pandas.Series
        ``estimate`` (b), ``low`` and ``high``, ``n_regions``, ``n_countries``, ``std_error``,
        ``degrees_of_freedom``, ``r2_within`` (share of the differences inside countries, no unit). Numbers are
        NaN where ``x`` does not differ inside any country; error and ends also where it does in one country only.

    Raises
    ------
    ContractError
        A region that stands twice, or a confidence that is not between 0 and 1; all at once.

    Notes
    -----
    With x and the residuals u taken from their country means, S = Σ x², and h_c the share of country c in S:

        se² = Σ_c (Σ_{r in c} x_r u_r)² / (1 − h_c) / S² .

    References
    ----------
    BellMcCaffrey2002; ImbensKolesar2016 (degrees of freedom); PustejovskyTipton2018 (fixed effects may be
    taken out first); keys in docs/references.bib.

    Examples
    --------
    >>> regions = ["AT31", "AT32", "BE10", "BE21", "CZ01", "CZ02"]
    >>> x = pd.Series([1.0, 2.0, 1.0, 2.0, 1.0, 2.0], index=regions)
    >>> y = pd.Series([5.0, 7.0, 1.0, 3.0, 0.0, 2.5], index=regions)
    >>> with_country_effects(y, x, country=pd.Series(x.index.str[:2], x.index), standardise=False)["estimate"].round(2)
    np.float64(2.17)
    """
    _check(x, y, seed=1, confidence=confidence)
    rows = pd.DataFrame({"y": y, "x": x, "country": country.reindex(x.index)}).dropna().sort_index()
    homes, _ = pd.factorize(rows["country"])
    has_others = np.bincount(homes)[homes] > 1 if len(rows) else np.zeros(0, dtype=bool)
    own_x, own_y = (rows[name].to_numpy(dtype=float)[has_others] for name in ("x", "y"))
    # In NumPy: a page asks for a hundred of these, and pandas' groups took nearly all of their time.
    homes, countries = pd.factorize(homes[has_others])
    n = np.bincount(homes)
    within_x, within_y = (values - (np.bincount(homes, values) / n)[homes] for values in (own_x, own_y))
    names = [*_RESULTS, "std_error", "degrees_of_freedom", "r2_within"]
    result = dict.fromkeys(names, np.nan) | {"n_regions": float(len(own_x)), "n_countries": float(len(countries))}
    total = (within_x**2).sum()
    if len(own_x) == 0 or total <= 1e-12 * max((own_x**2).sum(), 1e-300):
        return pd.Series(result)
    scale = own_x.std() / own_y.std() if standardise and own_y.std() > 0 else 1.0
    slope = (within_x * within_y).sum() / total
    rest = within_y - slope * within_x
    result["estimate"] = slope * scale
    spread = (within_y**2).sum()
    result["r2_within"] = 1 - (rest**2).sum() / spread if spread > 0 else np.nan
    share = np.bincount(homes, within_x**2) / total
    if share.max() > 1 - 1e-9:
        return pd.Series(result)
    score = np.bincount(homes, within_x * rest)
    error = scale * np.sqrt((score**2 / (1 - share)).sum()) / total
    # Under equal variances: those of the corrected scores, less what the estimated slope takes away.
    corrected = np.diag(share / (1 - share)) - np.outer(share / np.sqrt(1 - share), share / np.sqrt(1 - share))
    freedom = np.trace(corrected) ** 2 / (corrected**2).sum()
    reach = stats.t.ppf((1 + confidence) / 2, freedom) * error
    result |= {"std_error": error, "degrees_of_freedom": freedom}
    result |= {"low": result["estimate"] - reach, "high": result["estimate"] + reach}
    return pd.Series(result)


def linkages(
    strength: pd.DataFrame,
    values: pd.DataFrame,
    outcomes: Sequence[Outcome] = OUTCOMES,
    *,
    seed: int,
    measures: Sequence[str] = MEASURES,
    draws: int = 2000,
) -> pd.DataFrame:
    """Every measure of cluster strength against every outcome, over all regions and inside countries.

    Parameters
    ----------
    strength
        As :func:`clusterkit.mapping.region_strength` gives it, with ``country``.
    values
        As :func:`outcome_table` gives it.
    outcomes
        Those of ``values``; where ``is_log``, the regression takes the logarithm, and zeros take no part in it.
    seed, draws
        As for :func:`rank_correlation`, whose intervals rest on draws of whole countries.
    measures
        Columns of ``strength``.

    Returns
    -------
    pandas.DataFrame
        Index (``measure``, ``outcome``): ``rank_`` and ``within_`` with ``estimate``, ``low``, ``high``,
        ``n_regions``, ``n_countries`` of the two functions; ``within_estimate`` in standard deviations.
    """
    rows = {}
    regions = strength.index.intersection(values.index)
    for outcome in outcomes:
        y = values[outcome.key].reindex(regions)
        straight = np.log(y.where(y > 0)) if outcome.is_log else y
        for measure in measures:
            x = strength[measure].reindex(regions)
            rank = rank_correlation(x, y, seed=seed, groups=strength["country"], draws=draws)
            within = with_country_effects(straight, x, country=strength["country"])[list(_RESULTS)]
            rows[measure, outcome.key] = pd.concat([rank.add_prefix("rank_"), within.add_prefix("within_")])
    table = pd.DataFrame(rows).T.rename_axis(["measure", "outcome"])
    order = pd.MultiIndex.from_product([measures, [o.key for o in outcomes]], names=table.index.names)
    return table.reindex(order)


def _check(x: pd.Series, y: pd.Series, *, seed: int, confidence: float) -> None:
    problems = [
        Problem(
            what=f"{some(list(values.index[values.index.duplicated()]))} stand more than once in {name}.",
            where=name,
            rule="one value per region",
            fix="add up or remove the repeated ones",
        )
        for name, values in (("x", x), ("y", y))
        if values.index.has_duplicates
    ]
    for name, value, is_right, rule in (
        ("seed", seed, seed >= 1, "a seed is a whole number from 1"),
        ("confidence", confidence, 0 < confidence < 1, "between 0 and 1"),
    ):
        if not is_right:
            problems.append(Problem(what=f"{name} is {value}.", where=name, rule=rule, fix=f"give another {name}"))
    if problems:
        raise ContractError(problems)
