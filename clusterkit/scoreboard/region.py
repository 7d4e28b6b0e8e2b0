"""The scoreboard as a region's page needs it: one region among all, beside the Union, its country and its peers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from clusterkit.data.frameworks import Framework, check_framework
from clusterkit.data.indicator_register import LEAST_COMPARED
from clusterkit.data.nuts import UNION
from clusterkit.errors import CoverageError, Problem
from clusterkit.scoreboard.board import Aids, Scoreboard
from clusterkit.scoreboard.bottleneck import weakest_link
from clusterkit.scoreboard.observations import MIN_COVERAGE, Observations, base_amounts, observe
from clusterkit.scoreboard.panel import panel, stack
from clusterkit.scoreboard.peers import peer_stability, peers
from clusterkit.scoreboard.profile import areas_for_action, change, profile
from clusterkit.scoreboard.sensitivity import sensitivity
from clusterkit.scoreboard.structure import structure_table
from clusterkit.scoreboard.uncertainty import POSITIVE, Choices, Uncertainty, uncertainty

ZSCORE = {"mean": 50.0, "sd": 15.0}  # points; puts nearly all regions between 0 and 100
_FULL = (0.0, 100.0)  # points
PERIODS = {"2010–2013": (2010, 2013), "2015–2018": (2015, 2018)}  # five years apart, where most indicators have both
LEAST_TESTED = 3  # indicators of a part whose change is held against its rank intervals
COMMON = 0.5  # least share of regions with a figure in both periods; docs/assumptions.md#A106


@dataclass(frozen=True)
class Evidence:
    """The tables that all scoreboards of a page are built from; made by :func:`gather`.

    Parameters
    ----------
    indicator
        Table ``indicator``.
    bases
        Amounts that rates are rates of.
    denominators
        Indicator to the base that weights its means.
    inexact
        Indicators whose base is only near to what they are a rate of.
    territories
        Name of a territory to its NUTS 2 codes: the region of the page, and peers of several codes.
    structure
        What every region is made of, to find its peers.
    own
        Indicators that the region hands in: index ``indicator``, ``name``, ``unit``, ``merged_by``, ``source``; their
        figures are in ``indicator``. None: it hands in none.
    """

    indicator: pd.DataFrame
    bases: pd.DataFrame
    denominators: Mapping[str, str]
    inexact: Collection[str]
    territories: Mapping[str, Sequence[str]]
    structure: pd.DataFrame
    own: pd.DataFrame | None = None

    @property
    def own_codes(self) -> list[str]:
        """Codes of the indicators that the region hands in."""
        return [] if self.own is None else list(self.own.index)

    def with_own(self, rows: pd.DataFrame, definitions: pd.DataFrame) -> Evidence:
        """The same with indicators that the region hands in.

        Parameters
        ----------
        rows
            ``nuts_id`` (NUTS 2 or country code, ``EU-28``, or the name of a territory, which stands for it as a whole),
            ``indicator``, ``year``, ``value``, ``unit``, ``status``: one row per key.
        definitions
            As ``own``; ``merged_by`` is a base, or ``sum``.
        """
        added = rows.assign(flag="", source=rows["indicator"].map(definitions["source"]))
        return replace(
            self,
            indicator=pd.concat([self.indicator, added], ignore_index=True),
            denominators={**self.denominators, **definitions["merged_by"]},
            own=definitions,
        )

    def observe(self, framework: Framework) -> Observations:
        """Figures of a framework's indicators."""
        return observe(
            self.indicator,
            framework,
            denominators=self.denominators,
            territories=self.territories,
            bases=self.bases,
            inexact=self.inexact,
        )


def gather(
    indicator: pd.DataFrame,
    industry: pd.DataFrame,
    region: pd.DataFrame,
    context: pd.DataFrame,
    *,
    denominators: Mapping[str, str],
    territories: Mapping[str, Sequence[str]],
    year: int,
    inexact: Collection[str] = (),
) -> Evidence:
    """What scoreboards need of the project's tables, worked out once.

    Parameters
    ----------
    indicator, industry, region, context
        Tables of these names.
    denominators, territories, inexact
        As in :class:`Evidence`.
    year
        Calendar year of the structure that peers are found by.
    """
    bases = base_amounts(indicator, context, industry)
    structure = structure_table(industry, indicator, region, year=year, territories=territories)
    return Evidence(indicator, bases, denominators, inexact, territories, structure)


@dataclass(frozen=True)
class RegionScoreboard:
    """The scoreboard of all regions, seen from one of them.

    Parameters
    ----------
    region
        Its row in all tables.
    observed
        Figures with their years.
    board
        The build that the page shows.
    doubt
        Its rank intervals over other choices; None as long as they are not worked out: no reading is called sure then.
    peers
        As :func:`clusterkit.scoreboard.peers.peers` gives them.
    references
        Scores of the Union and of countries.
    seed
        Of all draws.
    own
        Indicators of the framework that the region hands in: index ``indicator``, ``name``, ``unit``, ``merged_by``,
        ``source``, and ``is_compared``: whether enough regions have a figure for a rank and a place in the scores.
        None: there are none.
    declared
        The framework with the indicators that too few regions have for a place in the scores; None: all have one.
    """

    region: str
    observed: Observations
    board: Scoreboard
    doubt: Uncertainty | None
    peers: pd.DataFrame
    references: pd.DataFrame
    seed: int
    own: pd.DataFrame | None = None
    declared: Framework | None = None

    @property
    def framework(self) -> Framework:
        """Parts and weights, with indicators that are shown and in no score."""
        return self.declared or self.board.framework

    @property
    def country(self) -> str:
        """Country code of the region; of one across a border, the codes joined by a plus sign."""
        return str(self.observed.country[self.region])

    @property
    def n_draws(self) -> int:
        """Builds that the intervals come from; 0 without any."""
        return 0 if self.doubt is None else len(self.doubt.drawn)

    @property
    def span(self) -> tuple[int, int] | None:
        """First and last calendar year of the region's figures; None without any."""
        years = self.observed.years.loc[self.region].dropna()
        return None if years.empty else (int(years.min()), int(years.max()))

    @cached_property
    def profile(self) -> pd.DataFrame:
        """Every dimension and sub-dimension with score, rank interval, what it is compared with, and a verdict."""
        table = profile(
            self.board.scores,
            region=self.region,
            framework=self.framework,
            references=self.references,
            peers=list(self.peers.index),
            country=self.country if self.country in self.references.index else None,
            intervals=None if self.doubt is None else self.doubt.intervals,
        )
        known = self.board.values.loc[self.region].notna()
        table["n_indicators"] = [len(self.framework.leaves(part)) for part in table.index]
        table["n_known"] = [int(known[self.board.framework.leaves(part)].sum()) for part in table.index]
        return table

    @cached_property
    def dimensions(self) -> pd.DataFrame:
        """Rows of :attr:`profile` of the level below the whole."""
        return self.profile[self.profile["level"] == self.framework.levels[1]]

    @cached_property
    def parts(self) -> pd.DataFrame:
        """Rows of :attr:`profile` of the lowest level."""
        return self.profile[self.profile["level"] == self.framework.levels[-2]]

    @property
    def narrow(self) -> list[str]:
        """Dimensions that rest on one indicator alone: too little to call one the weakest link."""
        framework = self.board.framework
        return [part for part in framework.at(framework.levels[1]) if len(framework.leaves(part)) < 2]

    @cached_property
    def weakest_link(self) -> pd.DataFrame:
        """What lifting each dimension would add to a score in which the weakest one holds back the others.

        Without the dimensions of :attr:`narrow`; no row where there is no other.
        """
        top = top_of_scale(self.board)
        weights = self.board.weighed.table["weight"]
        every = self.framework.at(self.framework.levels[1])
        dimensions = [part for part in every if part not in self.narrow]
        shown = dimensions or every
        table = weakest_link(
            self.board.scores.clip(upper=top),
            shown,
            weights=weights[shown].to_dict(),
            region=self.region,
            references=self.references,
            peers=list(self.peers.index),
            scale=top,
        )
        return table.loc[table.index.isin(dimensions)]

    @cached_property
    def actions(self) -> pd.DataFrame:
        """Sub-dimensions that are weak, with what drives them and ``n_known``, most urgent first."""
        found = areas_for_action(
            self.profile, self.board.normalised, self.board.weighed, region=self.region, peers=list(self.peers.index)
        )
        return found.assign(n_known=self.profile.loc[found.index, "n_known"])

    def indicators(self) -> pd.DataFrame:
        """Every indicator beside the Union, the country and the peers: see :func:`indicator_table`.

        Returns
        -------
        pandas.DataFrame
            As :func:`indicator_table` gives it: one row per indicator, values in its unit, NaN where unknown.
        """
        return indicator_table(
            self.observed,
            self.board,
            region=self.region,
            peers=list(self.peers.index),
            country=self.country,
            framework=self.framework,
        )

    def coverage(self) -> pd.DataFrame:
        """How much of each dimension is known: see :func:`coverage_by_part`.

        Returns
        -------
        pandas.DataFrame
            As :func:`coverage_by_part` gives it: counts of parts and indicators, and calendar years.
        """
        return coverage_by_part(self.observed, self.framework, self.region, self.framework.levels[1])

    def dependence(self, *, base: int) -> pd.DataFrame:
        """Which choices move the ranks of all regions, and of this one: see :func:`sensitivity`.

        Parameters
        ----------
        base
            Base sample of the sensitivity analysis, a power of 2.

        Returns
        -------
        pandas.DataFrame
            As :func:`sensitivity` gives it: shares of variance (no unit) by region, part and choice.
        """
        choices = other_choices(self.board)
        return sensitivity(self.board, base=base, seed=self.seed, regions=[self.region], choices=choices)


def region_scoreboard(
    evidence: Evidence,
    framework: Framework,
    *,
    region: str,
    draws: int,
    seed: int,
    chosen_peers: Sequence[str] | None = None,
    normalisation: str = "minmax",
    aggregation: str = "arithmetic",
    min_coverage: float = 0.5,
    tell: Callable[[RegionScoreboard], object] | None = None,
) -> RegionScoreboard:
    """The scoreboard of one region: built, with rank intervals, beside its peers.

    Parameters
    ----------
    evidence
        Tables; ``region`` is one of their regions or territories.
    framework
        Parts and weights.
    region
        Its row.
    draws, seed
        Of the rank intervals.
    chosen_peers
        The analyst's own; None: the five most similar regions.
    normalisation, aggregation, min_coverage
        As in :func:`build_scoreboard`.
    tell
        Gets the scoreboard without intervals as soon as it is built: they take most of the time.

    Raises
    ------
    ParamError, ContractError, CoverageError
        As the steps raise them.
    """
    observed = evidence.observe(framework)
    options: dict[str, Any] = {"normalisation": normalisation, "aggregation": aggregation, "min_coverage": min_coverage}
    own = _own_of(evidence, framework, observed)
    few = [] if own is None else list(own.index[~own["is_compared"]])
    compared = framework.without(few)  # figures of few regions compare nobody: they are shown, and in no score
    if not compared.indicators:
        raise CoverageError(
            Problem(
                f"No indicator of the framework {framework.id} has figures of {LEAST_COMPARED} regions.",
                "scoreboard.framework",
                "scores compare regions; docs/assumptions.md#A131",
                "add indicators of docs/indicators.md to it, or figures of more regions",
            )
        )
    board = build_scoreboard_of(observed.values[compared.indicators], compared, observed.country, **options)
    beside = peers(evidence.structure, region, chosen=chosen_peers, countries=observed.country)
    people = inhabitants(evidence.indicator, observed, evidence.territories)
    references = reference_scores(board.scores, people, observed.country)
    declared = framework if few else None
    first = RegionScoreboard(region, observed, board, None, beside, references, seed, own, declared)
    if tell:
        tell(first)
    doubt = uncertainty(board, draws=draws, seed=seed, choices=other_choices(board), regions=[region])
    return replace(first, doubt=doubt)


def _own_of(evidence: Evidence, framework: Framework, observed: Observations) -> pd.DataFrame | None:
    """Indicators of a framework that the region hands in, and whether enough regions have them; None without one."""
    codes = [code for code in evidence.own_codes if code in framework.indicators]
    if evidence.own is None or not codes:
        return None
    return evidence.own.loc[codes].assign(is_compared=observed.values[codes].count() >= LEAST_COMPARED)


def own_figures(evidence: Evidence, of: RegionScoreboard) -> pd.DataFrame:
    """Every indicator that the region hands in, in a framework or in none, beside others.

    Parameters
    ----------
    evidence
        With the figures; see :meth:`Evidence.with_own`.
    of
        The scoreboard of the region: its peers, and whether its framework counts an indicator.

    Returns
    -------
    pandas.DataFrame
        Index ``indicator``, in the order of the file: ``name``, ``unit``, ``source``; of the region ``value``,
        ``year`` and ``status``; ``eu``, ``country``, ``peers`` (median); ``place`` (1 is the highest value) of
        ``n_regions`` with a figure, NaN where they are fewer than ``LEAST_COMPARED`` or the region has none;
        ``is_counted``: whether it is in the scores. No row without such indicators.
    """
    beside = ["eu", "country", "peers", "place", "n_regions", "is_counted"]
    columns = ["name", "unit", "source", "value", "year", "status", *beside]
    if evidence.own is None:
        return pd.DataFrame(columns=columns, index=pd.Index([], name="indicator", dtype=str))
    codes = evidence.own_codes
    parts = pd.DataFrame(
        [("own", "index", "", np.nan), *((code, "indicator", "own", 1) for code in codes)],
        columns=["code", "level", "parent", "direction"],
    )
    seen = evidence.observe(check_framework(parts, levels=["index", "indicator"]))
    table = evidence.own[["name", "unit", "source"]].copy()
    for name, frame in (("value", seen.values), ("year", seen.years), ("status", seen.status)):
        table[name] = frame.loc[of.region]
    table["eu"] = seen.references.loc[UNION]
    table["country"] = seen.references.loc[of.country] if of.country in seen.references.index else np.nan
    table["peers"] = seen.values.loc[list(of.peers.index)].median()
    n = seen.values.count()
    place = seen.values.rank(ascending=False, method="min").loc[of.region]
    table["place"], table["n_regions"] = place.where(n >= LEAST_COMPARED), n
    counted = [] if of.own is None else list(of.own.index[of.own["is_compared"]])
    table["is_counted"] = table.index.isin(counted)
    return table[columns]


def why_these_peers(evidence: Evidence, of: RegionScoreboard) -> pd.DataFrame:
    """How often each peer stays when one block of the structure is left out: see ``peer_stability``.

    Returns
    -------
    pandas.DataFrame
        As ``peer_stability`` gives it: index ``nuts_id``, ``share`` of the trials (0 to 1).
    """
    return peer_stability(evidence.structure, of.region, countries=of.observed.country)


@dataclass(frozen=True)
class RegionChange:
    """What changed for a region between two periods.

    Parameters
    ----------
    table
        As :func:`clusterkit.scoreboard.profile.change` gives it, by rank: one row per dimension and sub-dimension, with
        ``n_indicators``; under three of them the verdict is "not tested".
    framework
        The parts and indicators that both periods have.
    periods
        Names of the two, the earlier first.
    """

    table: pd.DataFrame
    framework: Framework
    periods: tuple[str, str]


def region_change(
    evidence: Evidence,
    framework: Framework,
    *,
    region: str,
    draws: int,
    seed: int,
    periods: Mapping[str, tuple[int, int]] = PERIODS,
    **options: Any,
) -> RegionChange:
    """Ranks of a region in two periods, from the indicators that both have, treated and normalised together.

    Parameters
    ----------
    evidence
        Tables; ``region`` is one of their regions or territories.
    framework
        Parts and weights.
    region
        Its row.
    draws, seed
        Of the rank intervals.
    periods
        Two periods, the earlier first.
    **options
        Of :func:`build_scoreboard`.

    Raises
    ------
    CoverageError
        No indicator is common to both.
    """
    found = panel(
        evidence.indicator,
        framework,
        periods=periods,
        denominators=evidence.denominators,
        territories=evidence.territories,
        bases=evidence.bases,
        min_share=COMMON,
    )
    first, second = found
    shared = found[first].values.columns
    common = framework.without([code for code in framework.indicators if code not in shared])
    both = stack(found)
    country = found[first].country
    homes = pd.Series([country[nuts_id] for _, nuts_id in both.index], index=both.index)
    board = build_scoreboard_of(both, common, homes, **options)
    choices = other_choices(board)
    doubt = uncertainty(board, draws=draws, seed=seed, choices=choices, regions=[region]).intervals
    table = change(
        board.scores.loc[first],
        board.scores.loc[second],
        region=region,
        framework=common,
        intervals_then=doubt.loc[first],
        intervals_now=doubt.loc[second],
        by="rank",
    )
    n_indicators = pd.Series({part: len(common.leaves(part)) for part in table.index})
    # From one or two indicators the interval has next to no width: it would call any change a change.
    few = n_indicators.lt(LEAST_TESTED) & table["verdict"].isin(["better", "worse", "within the margin"])
    table = table.assign(n_indicators=n_indicators, verdict=table["verdict"].mask(few, "not tested"))
    return RegionChange(table, common, (first, second))


def build_scoreboard(
    observed: Observations,
    framework: Framework,
    *,
    normalisation: str = "minmax",
    aggregation: str = "arithmetic",
    min_coverage: float = 0.5,
) -> Scoreboard:
    """The scoreboard of all regions with the choices of a parameter file; nothing unknown is filled.

    Parameters
    ----------
    observed
        Figures of the framework's indicators.
    framework
        Parts and weights.
    normalisation, aggregation
        As in :func:`normalise` and :func:`aggregate`. Scores are points from 0 to 100, from 1 where a geometric mean
        needs it (``rank``: places, more is better; ``zscore``: 50 is the mean, 15 points a standard deviation).
    min_coverage
        Least share of the parts directly below that must be known (0 to 1).
    """
    options: dict[str, Any] = {"normalisation": normalisation, "aggregation": aggregation, "min_coverage": min_coverage}
    return build_scoreboard_of(observed.values, framework, observed.country, **options)


def build_scoreboard_of(
    values: pd.DataFrame,
    framework: Framework,
    country: pd.Series,
    *,
    normalisation: str = "minmax",
    aggregation: str = "arithmetic",
    min_coverage: float = 0.5,
) -> Scoreboard:
    """The same from a table of figures, also of several periods, and the country of each of its rows."""
    return Scoreboard.build(
        values,
        framework,
        aids=Aids(groups=country),
        normalise=_normalise_options(normalisation, is_positive=aggregation != "arithmetic"),
        aggregate={"method": aggregation, "min_coverage": min_coverage},
    )


def _normalise_options(method: str, *, is_positive: bool) -> dict[str, Any]:
    scale = POSITIVE if is_positive else _FULL
    if method == "zscore":
        return {"method": method, **ZSCORE, "floor": scale[0]}
    return {"method": method} if method == "rank" else {"method": method, "scale": scale}


def other_choices(board: Scoreboard) -> Choices:
    """The choices that the rank intervals of a page are drawn from: the board's own, and what others would take.

    Unknown figures stay, or get the mean of the country, or of the most similar regions; up to five or ten outliers are
    moved, or none; three scales; arithmetic or geometric means; weights by a quarter more or less; one indicator left
    out.
    """
    own = board.steps["normalise"].get("method", "minmax")
    scales = {name: _normalise_options(name, is_positive=True) for name in ("minmax", "zscore", "percentile_rank")}
    return Choices(normalise=list(({own: _normalise_options(own, is_positive=True)} | scales).values()))


def top_of_scale(board: Scoreboard) -> float:
    """The best possible score: points, or the number of regions where indicators are ranks."""
    return float(len(board.values)) if board.steps["normalise"].get("method") == "rank" else _FULL[1]


def inhabitants(indicator: pd.DataFrame, observed: Observations, territories: Mapping[str, Sequence[str]]) -> pd.Series:
    """Inhabitants of each region of a scoreboard, of the newest year known; index ``nuts_id``, territories added up.

    Parameters
    ----------
    indicator
        Table ``indicator``.
    observed
        Its regions are those of the result.
    territories
        Name of a territory to its codes.

    Returns
    -------
    pandas.Series
        Inhabitants; NaN where no year is known.
    """
    rows = indicator[(indicator["indicator"] == "population") & indicator["value"].notna()]
    newest = rows.sort_values("year").drop_duplicates("nuts_id", keep="last").set_index("nuts_id")["value"]
    people = newest.reindex(observed.values.index)
    for name, codes in territories.items():
        people[name] = newest.reindex(list(codes)).sum(skipna=False)
    return people.rename("inhabitants")


def reference_scores(scores: pd.DataFrame, people: pd.Series, country: pd.Series) -> pd.DataFrame:
    """Scores of the Union and of each country: means of their regions, weighted by inhabitants.

    Parameters
    ----------
    scores
        Shape (n_regions, n_parts); NaN is unknown.
    people
        Inhabitants of each region.
    country
        Country code of each region.

    Returns
    -------
    pandas.DataFrame
        Rows ``EU-28`` and the countries, columns and unit as ``scores``. NaN where the regions with a score have less
        than 80 % of the inhabitants.

    Examples
    --------
    >>> scores = pd.DataFrame({"skills": [40.0, 70.0]}, index=["SI03", "SI04"])
    >>> people, country = pd.Series([1.0, 2.0], scores.index), pd.Series("SI", scores.index)
    >>> reference_scores(scores, people, country).loc["SI", "skills"].item()
    60.0
    """
    weight = people.reindex(scores.index)
    shares = scores.notna().mul(weight, axis=0)
    amounts = scores.mul(weight, axis=0)
    home = country.reindex(scores.index)
    total = weight.groupby(home).sum()
    by_country = amounts.groupby(home).sum() / shares.groupby(home).sum().where(lambda known: known > 0)
    is_enough = shares.groupby(home).sum().ge(MIN_COVERAGE * total, axis=0)
    union = amounts.sum() / shares.sum().where(lambda known: known > 0)
    union = union.where(shares.sum() >= MIN_COVERAGE * weight.sum())
    return pd.concat([union.to_frame(UNION).T, by_country.where(is_enough, np.nan)]).rename_axis("nuts_id")


def coverage_by_part(observed: Observations, framework: Framework, region: str, level: str) -> pd.DataFrame:
    """How much of each part of a framework is known for a region, and how old it is.

    Parameters
    ----------
    observed
        Figures of the framework's indicators.
    region
        A row of them.
    level
        Level of the parts that are shown.

    Returns
    -------
    pandas.DataFrame
        Index part: ``n_parts`` (parts of the lowest level below it, itself if it is one), ``n_empty`` (of these without
        any indicator), ``n_indicators``, ``n_known``, ``n_estimated``; ``oldest``, ``newest`` and ``median_year`` of
        the known figures (calendar years; NaN without any).
    """
    rows = {}
    ancestries = {code: _ancestry(framework, code) for code in framework.at(framework.levels[-2])}
    own_years, own_status = observed.years.loc[region], observed.status.loc[region]
    for part in framework.at(level):
        codes = framework.leaves(part)
        below = [code for code, ancestry in ancestries.items() if part in ancestry]
        years, status = own_years[codes].dropna(), own_status[codes]
        rows[part] = {
            "n_parts": len(below),
            "n_empty": sum(code in framework.empty for code in below),
            "n_indicators": len(codes),
            "n_known": int(status.ne("missing").sum()),
            "n_estimated": int(status.eq("estimated").sum()),
            "oldest": years.min(),
            "newest": years.max(),
            "median_year": years.median(),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("part")


def _ancestry(framework: Framework, code: str) -> list[str]:
    chain = [code]
    while parent := framework.table.loc[chain[-1], "parent"]:
        chain.append(parent)
    return chain


def indicator_table(
    observed: Observations,
    board: Scoreboard,
    *,
    region: str,
    peers: Sequence[str],
    country: str,
    framework: Framework | None = None,
) -> pd.DataFrame:
    """Every indicator of a region beside the Union, its country and its peers, in its own unit.

    Parameters
    ----------
    observed, board
        Figures, and what was made of them.
    region, peers, country
        Rows of them.
    framework
        With indicators that are in no score; default that of the board.

    Returns
    -------
    pandas.DataFrame
        Index indicator, in the order of the framework: ``part`` (the one it belongs to), ``name``, ``unit``,
        ``direction``, ``value``, ``year``, ``status``, ``eu``, ``country``, ``peers`` (median of the peers that have a
        figure), ``normalised`` (points), ``rank`` (1 is best, direction applied), ``n_ranked``, ``reference_year``,
        ``source``.
    """
    framework = framework or board.framework
    codes = framework.indicators
    table = framework.table.loc[codes, ["parent", "unit", "direction", "source"]].rename(columns={"parent": "part"})
    table.insert(1, "name", [framework.name(code) for code in codes])
    table["value"], table["year"], table["status"] = (
        frame.loc[region, codes] for frame in (observed.values, observed.years, observed.status)
    )
    table["eu"] = observed.references.loc[UNION, codes]
    table["country"] = observed.references.loc[country, codes] if country in observed.references.index else np.nan
    table["peers"] = observed.values.loc[list(peers), codes].median()
    table["normalised"] = board.normalised.loc[region]
    ranks = board.normalised.reindex(columns=codes).round(10).rank(ascending=False, method="min")
    table["rank"], table["n_ranked"] = ranks.loc[region], ranks.count()
    table["reference_year"] = observed.reference_year[codes]
    return table.rename_axis("indicator")
