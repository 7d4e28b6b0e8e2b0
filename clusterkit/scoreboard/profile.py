"""Profile of a region: where it is strong, what holds it back, what that depends on, and where to act.

Scores measure conditions, not performance. A verdict without a rank interval is never called sure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from clusterkit.data.frameworks import Framework
from clusterkit.errors import ParamError, Problem, did_you_mean

RULE = "docs/methods.md#profile"
BEST_SHARE = WORST_SHARE = 1 / 3  # of the ranked regions; docs/assumptions.md#A103
MIN_PEERS = 3  # with a score, before "behind all peers" says anything
EU = "EU-28"
VERDICTS = ("strength", "middle", "bottleneck", "unknown")
INTERVAL = ("rank_low", "rank_median", "rank_high")
SCORE_INTERVAL = ("score_low", "score_high")  # not always there: builds on other scales have no common score
SAME = 1e-9  # points; scores that differ less are equal


def profile(
    scores: pd.DataFrame,
    *,
    region: str,
    framework: Framework,
    references: pd.DataFrame | None = None,
    peers: Sequence[str] = (),
    country: str | None = None,
    intervals: pd.DataFrame | None = None,
    levels: Sequence[str] | None = None,
    best_share: float = BEST_SHARE,
    worst_share: float = WORST_SHARE,
) -> pd.DataFrame:
    """Where a region stands in every dimension and sub-dimension: against all regions, the EU, its country, its peers.

    Parameters
    ----------
    scores
        Shape (n_regions, n_parts), index ``nuts_id``, columns codes of parts of the framework; more is better. NaN is
        unknown and takes no part in ranks and means. A part without a column is unknown for all.
    region
        A row of ``scores``.
    framework
        The tree of the parts.
    references
        Scores of the EU and of countries, rows ``EU-28`` and country codes, columns as ``scores``; what it lacks is
        NaN.
    peers
        Rows of ``scores`` to compare with.
    country
        Row of ``references``; default the first two letters of ``region``. A territory needs it.
    intervals
        Index ``(nuts_id, part)``, columns ``rank_low``, ``rank_median``, ``rank_high`` (1 is best; 5th, 50th and 95th
        percentile), and ``score_low``, ``score_high`` where builds share one scale.
    levels
        Levels of the framework to show; default all between the top and the indicators.
    best_share, worst_share
        Which ranks count as a strength, as a bottleneck: shares of the ranked regions (0 to 1, together at most 1).

    Returns
    -------
    pandas.DataFrame
        One row per part, a dimension before its sub-dimensions, in the order of the framework; index ``part``:

        - ``level``, ``parent``, ``name``, ``is_empty`` (bool: the framework has no indicator for it);
        - ``score`` (scale of the scores), ``rank`` (1 is best, equal scores share the best rank), ``n_ranked``;
        - ``rank_low`` … ``score_high``: the interval;
        - ``eu``, ``country_mean``, ``peers_mean``, ``peers_low``, ``peers_high``, ``n_peers`` (with a score), and what
          the region has more than each: ``over_eu``, ``over_country``, ``over_peers``;
        - ``verdict``: ``strength``, ``middle``, ``bottleneck`` or ``unknown``;
        - ``is_robust`` (bool, <NA> without an interval): the whole rank interval lies in the third that the verdict
          names.

    Raises
    ------
    ParamError
        An unknown region, peer, country or level, the region as its own peer, intervals without a column, shares out of
        range; all at once.

    Notes
    -----
    With n ranked regions the verdict is ``strength`` where the rank is at most best_share · n, ``bottleneck`` where it
    is above (1 − worst_share) · n, else ``middle``. Of equal scores the least extreme rank decides: where all regions
    are equal, none is strong or weak.

    References
    ----------
    docs/methods.md#profile. Thirds are a judgement (docs/assumptions.md#A103).
    """
    levels = shown_levels(framework) if levels is None else list(levels)
    problems = region_problems(scores, region, peers) + _interval_problems(intervals)
    problems += [
        problem(f"The framework has no level {level!r}.", "the levels given", did_you_mean(level, framework.levels))
        for level in levels
        if level not in framework.levels[:-1]
    ]
    if references is not None and country is not None and country not in references.index:
        problems.append(
            problem(
                f"The references have no country {country!r}.",
                "the country given",
                did_you_mean(country, [str(code) for code in references.index]),
            )
        )
    if not (0 < best_share <= 1 and 0 < worst_share <= 1 and best_share + worst_share <= 1 + 1e-9):
        problems.append(
            problem(
                f"The shares of the best and of the worst regions are {best_share} and {worst_share}.",
                "best_share, worst_share",
                "write two numbers above 0 that add up to at most 1",
            )
        )
    if problems:
        raise ParamError(problems)
    parts = _in_tree_order(framework, levels)
    known = scores.reindex(columns=parts)
    table = framework.table.loc[parts, ["level", "parent", "name"]].rename_axis("part")
    table["name"] = [framework.name(part) for part in parts]
    table["is_empty"] = [not framework.leaves(part) for part in parts]
    table["score"] = known.loc[region]
    table["rank"] = known.rank(ascending=False, method="min").loc[region]
    table["n_ranked"] = known.count()
    table = table.join(_of_region(intervals, region, parts))
    means = pd.DataFrame(index=parts) if references is None else references.reindex(columns=parts).T
    table["eu"] = means.get(EU, np.nan)
    table["country_mean"] = means.get(country or region[:2], np.nan)
    others = known.loc[list(peers)]
    table["peers_mean"], table["peers_low"], table["peers_high"] = others.mean(), others.min(), others.max()
    table["n_peers"] = others.count()
    for name, column in (("eu", "eu"), ("country", "country_mean"), ("peers", "peers_mean")):
        table[f"over_{name}"] = table["score"] - table[column]
    worst_of_equal = known.rank(ascending=False, method="max").loc[region]
    n = table["n_ranked"]
    table["verdict"] = _third(worst_of_equal, table["rank"], n, best_share, worst_share)
    of_interval = _third(table["rank_high"], table["rank_low"], n, best_share, worst_share)
    in_middle = (table["rank_low"] > best_share * n + SAME) & (table["rank_high"] <= (1 - worst_share) * n + SAME)
    robust = of_interval.eq(table["verdict"]) & (of_interval.ne("middle") | in_middle)
    has_interval = table["rank_low"].notna() & table["rank_high"].notna() & table["score"].notna()
    table["is_robust"] = robust.astype("boolean").where(has_interval)
    return table


def is_sure(profile: pd.DataFrame) -> pd.Series:
    """Which verdicts hold over the whole rank interval, and rest on more than one indicator.

    Parameters
    ----------
    profile
        Columns ``rank``, ``rank_low``, ``rank_high``, ``is_robust`` as :func:`profile` has them, and ``n_known``
        (indicators).

    Returns
    -------
    pandas.Series
        bool; a part without a rank is not sure.
    """
    inside = profile["rank"].between(profile["rank_low"], profile["rank_high"])
    return profile["is_robust"].fillna(False).astype(bool) & inside & (profile["n_known"] > 1)


def strengths(profile: pd.DataFrame, *, level: str | None = None, robust_only: bool = False) -> pd.DataFrame:
    """The parts in which a region is among the best, the surest and the best first.

    Parameters
    ----------
    profile
        As ``profile`` makes it.
    level
        Only parts of this level.
    robust_only
        Only parts whose whole rank interval lies among the best.

    Returns
    -------
    pandas.DataFrame
        Rows of ``profile``, perhaps none; robust ones first, then by the share of regions that are better (rank over
        ranked regions), then in the order of the framework.
    """
    return _sorted(profile, "strength", level, robust_only)


def bottlenecks(profile: pd.DataFrame, *, level: str | None = None, robust_only: bool = False) -> pd.DataFrame:
    """The parts in which a region is among the worst, the surest and the worst first.

    Parameters
    ----------
    profile, level, robust_only
        As for ``strengths``.

    Returns
    -------
    pandas.DataFrame
        Rows of ``profile``, perhaps none; robust ones first, then by the share of regions that are worse, then in the
        order of the framework.
    """
    return _sorted(profile, "bottleneck", level, robust_only)


# Where to act


def drivers(
    normalised: pd.DataFrame, framework: Framework, *, region: str, peers: Sequence[str], part: str
) -> pd.DataFrame:
    """Which indicators put a region behind or before its peers in one part of the framework.

    Parameters
    ----------
    normalised
        Shape (n_regions, n_indicators), on one scale, directions applied: more is better. NaN is unknown.
    framework, region, peers
        As for ``profile``.
    part
        Code of a part of the framework.

    Returns
    -------
    pandas.DataFrame
        One row per indicator of the part, the one that pulls most downwards first, unknown ones last; index
        ``indicator``: ``name``, ``own`` and ``peers_mean`` (scale of ``normalised``), ``weight`` (no unit, in the
        part, over the indicators known for the region and a peer; these add up to 1, others are NaN),
        ``contribution``: weight × (own − peers' mean), points.

    Raises
    ------
    ParamError
        An unknown region, peer or part.

    Notes
    -----
    The contributions add up to the region's lead over the mean of its peers in this part, exactly, where parts are
    weighted arithmetic means and all of it is known; otherwise nearly.
    """
    problems = region_problems(normalised, region, peers)
    if part not in framework.table.index:
        problems.append(
            problem(
                f"The framework has no part {part!r}.",
                "the part given",
                did_you_mean(part, list(framework.table.index)),
            )
        )
    if problems:
        raise ParamError(problems)
    leaves = framework.leaves(part)
    known = normalised.reindex(columns=leaves)
    own, mean = known.loc[region], known.loc[list(peers)].mean()
    gap = own - mean
    table = pd.DataFrame(
        {
            "name": [framework.name(leaf) for leaf in leaves],
            "own": own,
            "peers_mean": mean,
            "weight": _effective_weights(framework, part, set(gap.dropna().index)).reindex(leaves),
        },
        index=pd.Index(leaves, name="indicator"),
    )
    table["contribution"] = table["weight"] * gap
    return table.sort_values("contribution", kind="stable", na_position="last")


def areas_for_action(
    profile: pd.DataFrame,
    normalised: pd.DataFrame,
    framework: Framework,
    *,
    region: str,
    peers: Sequence[str],
    level: str | None = None,
    n_drivers: int = 3,
) -> pd.DataFrame:
    """Where a region should act: what is weak, how sure that is, how far the peers are, which indicators drive it.

    Parameters
    ----------
    profile
        As ``profile`` makes it.
    normalised, framework, region, peers
        As for ``drivers``.
    level
        Level of the parts; default the lowest one in ``profile``.
    n_drivers
        How many indicators to name.

    Returns
    -------
    pandas.DataFrame
        Index ``part``, most urgent first; perhaps no row. ``level``, ``parent``, ``parent_name``, ``name``; ``why``:
        ``bottleneck`` (among the worst regions) or ``behind all peers`` (of at least ``MIN_PEERS`` with a score);
        ``certainty``: ``sure`` (the whole rank interval is among the worst, or the whole score interval is below the
        lowest peer), ``likely`` or ``not tested`` (no interval); ``score``, ``rank``, ``rank_low``, ``rank_high``,
        ``n_ranked``, ``eu``, ``peers_mean``, ``over_eu``, ``over_peers``; ``drivers``: the indicators that put it most
        behind its peers, at most ``n_drivers``, as a tuple of (code, contribution in points), perhaps empty;
        ``unexplained``: ``over_peers`` less all contributions.

    Raises
    ------
    ParamError
        As for ``drivers``, or a level that ``profile`` does not have.

    Notes
    -----
    Order: sure bottlenecks, other bottlenecks, parts behind all peers; within these the worst first, by rank over
    ranked regions, then by distance to the peers, then in the order of the framework.
    """
    problems = region_problems(normalised, region, peers)
    shown = [name for name in framework.levels if name in set(profile["level"])]
    if level is not None and level not in shown:
        problems.append(problem(f"The profile has no level {level!r}.", "the level given", did_you_mean(level, shown)))
    if problems:
        raise ParamError(problems)
    rows = profile[profile["level"] == (level or (shown[-1] if shown else ""))]
    is_bottleneck = rows["verdict"] == "bottleneck"
    is_behind = (rows["score"] < rows["peers_low"] - SAME) & (rows["n_peers"] >= MIN_PEERS)
    rows = rows[is_bottleneck | is_behind]
    table = rows[["level", "parent", "name"]].copy()
    table.insert(2, "parent_name", [framework.name(code) if code else "" for code in rows["parent"]])
    is_bottleneck = is_bottleneck[rows.index]
    table["why"] = np.where(is_bottleneck, "bottleneck", "behind all peers")
    is_below = (rows["score_high"] < rows["peers_low"]).astype("boolean").where(rows["score_high"].notna())
    is_sure = rows["is_robust"].where(is_bottleneck, is_below)
    table["certainty"] = ["not tested" if pd.isna(sure) else "sure" if sure else "likely" for sure in is_sure]
    columns = ["score", "rank", "rank_low", "rank_high", "n_ranked", "eu", "peers_mean", "over_eu", "over_peers"]
    table[columns] = rows[columns]
    named, unexplained = [], []
    for part in rows.index:
        found = drivers(normalised, framework, region=region, peers=peers, part=part)["contribution"].dropna()
        pulling = found[found < -SAME].head(n_drivers)
        named.append(tuple((code, float(value)) for code, value in pulling.items()))
        unexplained.append(rows.loc[part, "over_peers"] - found.sum() if len(found) else np.nan)
    table["drivers"] = pd.Series(named, index=rows.index, dtype=object)
    table["unexplained"] = pd.Series(unexplained, index=rows.index, dtype=float)
    urgency = np.where(is_bottleneck & is_sure.fillna(False).astype(bool), 0, np.where(is_bottleneck, 1, 2))
    order = pd.DataFrame(
        {"urgency": urgency, "standing": -(rows["rank"] / rows["n_ranked"]), "over": rows["over_peers"]},
        index=rows.index,
    ).assign(position=np.arange(len(rows)))
    return table.loc[order.sort_values(["urgency", "standing", "over", "position"]).index]


# Change


def change(
    then: pd.DataFrame,
    now: pd.DataFrame,
    *,
    region: str,
    framework: Framework,
    intervals_then: pd.DataFrame | None = None,
    intervals_now: pd.DataFrame | None = None,
    by: Literal["score", "rank"] = "score",
    levels: Sequence[str] | None = None,
) -> pd.DataFrame:
    """What has changed for a region between two scoreboards, and whether it is more than their margins.

    Parameters
    ----------
    then, now
        Scores of two years, shape (n_regions, n_parts) each, normalised together: by year for itself, a score says
        nothing over time, and only ``by="rank"`` is of use. NaN is unknown.
    region, framework, levels
        As for ``profile``.
    intervals_then, intervals_now
        As ``intervals`` of ``profile``.
    by
        Which intervals decide.

    Returns
    -------
    pandas.DataFrame
        Index ``part``: ``level``, ``parent``, ``name``; ``score_then``, ``score_now``, ``score_change``; ``rank_then``,
        ``rank_now``, ``places_gained`` (positive: nearer to the top), ``n_then``, ``n_now`` (ranked regions); the ends
        of the intervals that decide, ``then_low`` … ``now_high``; ``verdict``: ``better`` or ``worse`` where the two
        intervals have no point in common, ``within the margin`` where they have, ``not tested`` without intervals,
        ``unknown`` where a score is.

    Raises
    ------
    ParamError
        The region or a level is unknown, or intervals lack a column; all at once.

    Notes
    -----
    The intervals hold what depends on the method, most of which moves both years alike: two that do not touch are
    strong evidence of a change, two that do are none against it.
    """
    levels = shown_levels(framework) if levels is None else list(levels)
    problems = region_problems(then, region, (), "the scores then") + region_problems(now, region, (), "the scores now")
    problems += _interval_problems(intervals_then) + _interval_problems(intervals_now)
    problems += [
        problem(f"The framework has no level {level!r}.", "the levels given", did_you_mean(level, framework.levels))
        for level in levels
        if level not in framework.levels[:-1]
    ]
    if problems:
        raise ParamError(problems)
    parts = _in_tree_order(framework, levels)
    table = framework.table.loc[parts, ["level", "parent", "name"]].rename_axis("part")
    table["name"] = [framework.name(part) for part in parts]
    boards = {"then": then.reindex(columns=parts), "now": now.reindex(columns=parts)}
    for when, board in boards.items():
        table[f"score_{when}"] = board.loc[region]
    table["score_change"] = table["score_now"] - table["score_then"]
    for when, board in boards.items():
        table[f"rank_{when}"] = board.rank(ascending=False, method="min").loc[region]
        table[f"n_{when}"] = board.count()
    table["places_gained"] = table["rank_then"] - table["rank_now"]
    for when, intervals in (("then", intervals_then), ("now", intervals_now)):
        ends = _of_region(intervals, region, parts)
        table[f"{when}_low"], table[f"{when}_high"] = ends[f"{by}_low"], ends[f"{by}_high"]
    rises, falls = table["now_low"] > table["then_high"], table["now_high"] < table["then_low"]
    better, worse = (rises, falls) if by == "score" else (falls, rises)
    tested = table[["then_low", "then_high", "now_low", "now_high"]].notna().all(axis=1)
    table["verdict"] = np.select(
        [table["score_change"].isna(), ~tested, better, worse],
        ["unknown", "not tested", "better", "worse"],
        "within the margin",
    )
    return table


# Parts and verdicts


def shown_levels(framework: Framework) -> list[str]:
    """Levels below the one overall index and above the indicators; the top too where it is no single index."""
    has_index = len(framework.roots) == 1 and len(framework.levels) > 2
    return list(framework.levels[1:-1] if has_index else framework.levels[:-1])


def _in_tree_order(framework: Framework, levels: Sequence[str]) -> list[str]:
    def below(code: str) -> list[str]:
        return [code, *(part for child in framework.children(code) for part in below(child))]

    return [
        part for root in framework.roots for part in below(root) if framework.table.loc[part, "level"] in set(levels)
    ]


def _of_region(intervals: pd.DataFrame | None, region: str, parts: Sequence[str]) -> pd.DataFrame:
    """Intervals of one region by part; NaN where there are none."""
    if intervals is None:
        return pd.DataFrame(np.nan, index=pd.Index(parts), columns=[*INTERVAL, *SCORE_INTERVAL])
    keys = pd.MultiIndex.from_product([[region], parts])
    return intervals.reindex(index=keys, columns=[*INTERVAL, *SCORE_INTERVAL]).droplevel(0).astype(float)


def _third(
    worst_rank: pd.Series, best_rank: pd.Series, n: pd.Series, best_share: float, worst_share: float
) -> pd.Series:
    """Verdict on a range of ranks: strength or bottleneck only where all of it is."""
    verdict = np.select(
        [
            worst_rank.isna() | best_rank.isna(),
            worst_rank <= best_share * n + SAME,
            best_rank > (1 - worst_share) * n + SAME,
        ],
        ["unknown", "strength", "bottleneck"],
        "middle",
    )
    return pd.Series(verdict, index=n.index)


def _sorted(profile: pd.DataFrame, verdict: str, level: str | None, robust_only: bool) -> pd.DataFrame:
    robust = profile["is_robust"].fillna(False).astype(bool)
    is_shown = profile["verdict"].eq(verdict) & (robust | (not robust_only))
    if level is not None:
        is_shown &= profile["level"].eq(level)
    rows = profile[is_shown]
    standing = rows["rank"] / rows["n_ranked"] * (1 if verdict == "strength" else -1)
    order = pd.DataFrame({"robust": ~robust[rows.index], "standing": standing, "position": np.arange(len(rows))})
    return rows.loc[order.sort_values(["robust", "standing", "position"]).index]


def _effective_weights(framework: Framework, part: str, known: set[str]) -> pd.Series:
    """Weight of each known indicator in a part: shares of its siblings that are known, level by level."""

    def spread(code: str, share: float) -> dict[str, float]:
        children = framework.children(code)
        if not children:
            return {code: share} if code in known else {}
        weight = {
            child: float(framework.table.loc[child, "weight"])
            for child in children
            if known.intersection(framework.leaves(child))
        }
        total = sum(weight.values())
        return {
            leaf: value
            for child, own in weight.items()
            if total > 0
            for leaf, value in spread(child, share * own / total).items()
        }

    return pd.Series(spread(part, 1.0), dtype=float)


# What can be wrong


def problem(what: str, where: str, fix: str) -> Problem:
    """A problem of a profile, with the rule that all of them share."""
    return Problem(what=what, where=where, rule=RULE, fix=fix)


def region_problems(table: pd.DataFrame, region: str, peers: Sequence[str], where: str = "the scores") -> list[Problem]:
    """What is wrong with the region and the peers that a table of regions is asked for."""
    known = [str(code) for code in table.index]
    problems = []
    if region not in table.index:
        problems.append(problem(f"There is no region {region!r}.", where, did_you_mean(region, known)))
    for peer in peers:
        if peer not in table.index:
            problems.append(problem(f"There is no region {peer!r} to compare with.", where, did_you_mean(peer, known)))
        elif peer == region:
            problems.append(problem(f"{peer} is its own peer.", "the peers", "remove it; a peer is another region"))
    return problems


def _interval_problems(intervals: pd.DataFrame | None) -> list[Problem]:
    missing = [name for name in INTERVAL if intervals is not None and name not in intervals]
    if not missing:
        return []
    return [
        problem(
            f"The intervals have no column {', '.join(missing)}.",
            "the intervals given",
            "take the intervals of clusterkit.scoreboard.uncertainty",
        )
    ]
