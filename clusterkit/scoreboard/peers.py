"""Peers of a region: those with the most similar structure, why these, and how firm the choice is.

Conditions are compared with the conditions of regions that could have the same ones. Structure is what a region
cannot change within a few years: its sectors, size, density, level of development and schooling; nothing of what
the scoreboard scores, but for schooling, takes part.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from clusterkit.errors import CoverageError, ParamError, Problem, did_you_mean, some
from clusterkit.scoreboard.structure import BLOCKS, RULE, WHERE, unknown_region

N_PEERS = 5  # default of the original tool; design, section 2
MAX_OWN_COUNTRY = 2  # of the peers, docs/assumptions.md#A101
MIN_COVERAGE = 0.5  # share of the weight of the blocks that both regions must have; docs/assumptions.md#A102
_DECIMALS = 12  # distances that differ less are equal, so that the order does not hang on rounding
COMPOSITIONS = ("sections", "manufacturing")  # blocks whose variables are shares of one whole


def peers(
    structure: pd.DataFrame,
    region: str,
    *,
    n: int = N_PEERS,
    chosen: Sequence[str] | None = None,
    exclude: Collection[str] = (),
    weights: Mapping[str, float] | None = None,
    countries: pd.Series | Mapping[str, str] | None = None,
    max_own_country: int | None = MAX_OWN_COUNTRY,
    min_coverage: float = MIN_COVERAGE,
    compositions: Collection[str] = COMPOSITIONS,
) -> pd.DataFrame:
    """The regions most like this one in structure, or the analyst's own, with what makes them near or far.

    Parameters
    ----------
    structure
        Shape (n_regions, n_variables), index ``nuts_id``, columns ``(block, variable)``, as ``structure_table`` makes
        it; NaN is unknown.
    region
        A row of ``structure``.
    n
        How many peers; fewer where fewer qualify.
    chosen
        The analyst's own peers. They are taken as they are, whatever their country or coverage.
    exclude
        Regions that are never peers.
    weights
        Weight of a block (no unit, from 0 up); 1 where none is given. 0 leaves a block out.
    countries
        Country of a region; default the first two letters of its code. A territory needs an entry.
    max_own_country
        How many peers may lie in the region's own country; 0 for none, None for any number.
    min_coverage
        Share of the weight of all blocks (0 to 1) that must be known in both regions.
    compositions
        Blocks whose variables are shares of one whole.

    Returns
    -------
    pandas.DataFrame
        One row per peer, the nearest first, equal ones by code; index ``nuts_id``:

        - ``country``, ``own_country`` (bool);
        - ``distance`` (no unit): 0 is the same structure, 1 is as far apart as regions are on average;
        - ``coverage``: share of the weight of all blocks that is known in both; ``unknown_blocks``: the others, by
          name;
        - ``distance_<block>`` (same scale) and ``contribution_<block>``: its share of the squared distance, which add
          up to 1; 0 where the distance is 0, NaN where the block is unknown;
        - ``most_alike``, ``least_alike``: the blocks of least and of most distance.

    Raises
    ------
    ParamError
        An unknown region, the region as its own peer, a peer given twice, an unknown block, a weight below 0, weights
        that are all 0, an option out of range; all at once.
    CoverageError
        Too little is known of the region itself, or nothing is known of it and a chosen peer in common.

    Notes
    -----
    Within a block of shares the distance of regions i and j is δ_b = ½ Σ_v |x_iv − x_jv|: the share of jobs that
    would have to change sector. Within another block it is δ_b = √(mean_v (z_iv − z_jv)²) with z-scores over all
    regions, over the variables known in both. Blocks are made comparable by their root mean square over all pairs,
    d_b = δ_b / √(mean δ_b²), and

        d_ij = √( Σ_b w_b d_b² / Σ_b w_b ),

    with the sums over the blocks known in both: a missing block neither helps nor hurts.

    At most two of five peers lie in the own country: regions of one country share laws, so that much of what differs
    elsewhere cannot differ there and little is to be learnt; but shared laws make a clean comparison, so a few stay.

    References
    ----------
    The idea, structural and not performance variables, and the option to leave out regions of the same country:
    [Navarro2014], whose abstract and web tool could be read. That the tool has seven groups of variables and squared
    distances is remembered, not read; the formula above is this project's own (docs/assumptions.md#A100).

    Examples
    --------
    >>> sections = pd.DataFrame({"C": [0.5, 0.4, 0.1], "J": [0.5, 0.6, 0.9]}, index=["AT31", "CZ01", "DE30"])
    >>> structure = pd.concat({"sections": sections}, axis=1)
    >>> peers(structure, "AT31", n=2)["distance"].round(2).to_dict()
    {'CZ01': 0.34, 'DE30': 1.36}
    """
    own = _country_of(structure.index, countries)
    problems = _option_problems(structure, region, n, exclude, weights, max_own_country, min_coverage)
    problems += _chosen_problems(structure.index, region, chosen)
    if problems:
        raise ParamError(problems)
    distances = _block_distances(structure, region, compositions)
    weight = _weights(distances.columns, weights)
    table = _distances(distances, weight).drop(index=region)
    if chosen is not None:
        picked = table.loc[list(chosen)]
        unknown = [code for code in picked.index if not picked.loc[code, "coverage"] > 0]
        if unknown:
            raise CoverageError(_nothing_in_common(region, unknown))
        codes = _ordered(picked)
    else:
        _check_known(structure, region, weight, min_coverage)
        codes = _nearest(table.drop(index=list(set(exclude) - {region})), own, region, n, max_own_country, min_coverage)
    return _described(table.loc[codes], distances, weight, own, region)


def peer_stability(
    structure: pd.DataFrame,
    region: str,
    *,
    n: int = N_PEERS,
    exclude: Collection[str] = (),
    weights: Mapping[str, float] | None = None,
    countries: pd.Series | Mapping[str, str] | None = None,
    max_own_country: int | None = MAX_OWN_COUNTRY,
    min_coverage: float = MIN_COVERAGE,
    compositions: Collection[str] = COMPOSITIONS,
) -> pd.DataFrame:
    """How often each region is a peer when one block of the structure at a time is left out.

    Parameters
    ----------
    structure, region, n, exclude, weights, countries, max_own_country, min_coverage, compositions
        As for ``peers``.

    Returns
    -------
    pandas.DataFrame
        Index ``nuts_id``: the peers, nearest first, then regions that become one without some block, most often
        first. ``is_peer`` (bool, with all blocks), ``share`` (0 to 1, of the trials), ``n_trials``, and
        ``without_<block>`` (bool): whether it is a peer then. Blocks without weight, or unknown in the region, are
        no trial; where that leaves fewer than two blocks there is none, and ``share`` is NaN.

    Raises
    ------
    ParamError, CoverageError
        As for ``peers``.
    """
    options: dict[str, Any] = {"countries": countries, "max_own_country": max_own_country, "min_coverage": min_coverage}
    base = peers(
        structure, region, n=n, exclude=exclude, weights=weights, compositions=compositions, **options
    ).index  # checks the options
    distances = _block_distances(structure, region, compositions)
    weight = _weights(distances.columns, weights)
    own = _country_of(structure.index, countries)
    known = [block for block in distances if weight[block] > 0 and not np.isnan(distances.loc[region, block])]
    trials = {}
    for block in known if len(known) > 1 else ():
        table = _distances(distances, weight.drop(block)).drop(index=list({region, *exclude}))
        trials[f"without_{block}"] = _nearest(table, own, region, n, max_own_country, min_coverage)
    times = pd.Series([code for codes in trials.values() for code in codes], dtype=object).value_counts()
    others = sorted(set(times.index) - set(base), key=lambda code: (-times[code], code))
    index = pd.Index([*base, *others], name="nuts_id")
    result = pd.DataFrame({"is_peer": index.isin(base)}, index=index)
    result["share"] = times.reindex(index, fill_value=0).astype(float) / len(trials) if trials else np.nan
    result["n_trials"] = len(trials)
    for name, codes in trials.items():
        result[name] = index.isin(codes)
    return result


def shared_traits(structure: pd.DataFrame, region: str, peer: str, *, n: int = 3) -> pd.DataFrame:
    """In what a region and a peer are alike and unlike most other regions.

    Parameters
    ----------
    structure
        As for ``peers``.
    region, peer
        Two rows of it.
    n
        How many traits.

    Returns
    -------
    pandas.DataFrame
        At most ``n`` rows, the strongest first; index ``(block, variable)``. ``own``, ``peer``, ``mean`` (over all
        regions) in the unit of the variable; ``strength`` (standard deviations): how far the nearer of the two is from
        the mean, negative where both lie below. Variables on which they lie on different sides, or where one is
        unknown, do not appear.

    Raises
    ------
    ParamError
        One of the two is not in ``structure``.
    """
    problems = [unknown_region(code, structure.index) for code in (region, peer) if code not in structure.index]
    if problems:
        raise ParamError(problems)
    own, other = (_zscores(structure).loc[code] for code in (region, peer))
    nearer = own.where(own.abs() <= other.abs(), other)
    strength = nearer[(own * other) > 0]
    # Positions break ties, so that equal strengths come in the order of the table.
    order = np.argsort(-strength.abs().round(_DECIMALS).to_numpy(), kind="stable")[:n]
    rows = strength.index[order]
    return pd.DataFrame(
        {
            "own": structure.loc[region, rows],
            "peer": structure.loc[peer, rows],
            "mean": structure[rows].mean(),
            "strength": strength[rows],
        }
    )


# Distances


def _zscores(table: pd.DataFrame) -> pd.DataFrame:
    """Standard deviations from the mean of the regions; 0 where all are equal."""
    centred = table - table.mean()
    spread = table.std(ddof=0)
    # Equal numbers have a mean, and so a spread, of rounding noise.
    is_flat = spread <= 1e-12 * table.abs().max()
    return centred / spread.mask(is_flat, 1.0) * (~is_flat).astype(float)


def _block_distances(structure: pd.DataFrame, region: str, compositions: Collection[str]) -> pd.DataFrame:
    """Distance of a region to all, regions × blocks; 1 is the root mean square over all pairs of regions."""
    row = structure.index.get_loc(region)
    columns = {}
    for block in dict.fromkeys(structure.columns.get_level_values(0)):
        is_composition = block in compositions
        figures = structure[block] if is_composition else _zscores(structure[block])
        x = np.ascontiguousarray(figures.to_numpy(float))
        columns[block] = _pairs(x.tobytes(), x.shape, is_composition)[row]
    return pd.DataFrame(columns, index=structure.index)


@lru_cache(maxsize=16)  # of 280 regions, 10 MB: the blocks of a page, which asks for its peers several times
def _pairs(content: bytes, shape: tuple[int, int], is_composition: bool) -> np.ndarray:
    """Distances of all pairs of regions within one block, (n, n), from its shares or z-scores."""
    x = np.frombuffer(content).reshape(shape)
    distance: Any  # an array; to the checker the sum of none is a number
    if is_composition:
        distance = sum(np.abs(column[:, None] - column[None, :]) for column in x.T) / 2
    else:
        squares = [(column[:, None] - column[None, :]) ** 2 for column in x.T]
        n_known = sum((~np.isnan(square)).astype(float) for square in squares)
        total = sum(np.nan_to_num(square) for square in squares)
        distance = np.sqrt(np.divide(total, n_known, out=np.full_like(total, np.nan), where=n_known > 0))
    between = distance[~np.eye(len(distance), dtype=bool)]
    known = between[~np.isnan(between)]
    scale = np.sqrt(np.mean(known**2)) if len(known) else 0.0
    return distance / scale if scale > 1e-12 else distance * 0.0


def _weights(blocks: pd.Index, weights: Mapping[str, float] | None) -> pd.Series:
    return pd.Series(1.0, index=blocks).mul(pd.Series(weights or {}, dtype=float).reindex(blocks).fillna(1.0))


def _distances(distances: pd.DataFrame, weight: pd.Series) -> pd.DataFrame:
    """Distance and coverage from the distances of the blocks; NaN where no block is known."""
    part = distances[weight.index]
    known_weight = part.notna().mul(weight).sum(axis=1)
    squared = part.pow(2).mul(weight).sum(axis=1) / known_weight.where(known_weight > 0)
    return pd.DataFrame({"distance": np.sqrt(squared), "coverage": known_weight / weight.sum()})


def _ordered(table: pd.DataFrame) -> list[str]:
    keys = table.assign(rounded=table["distance"].round(_DECIMALS), code=table.index.astype(str))
    return list(keys.sort_values(["rounded", "code"]).index)


def _nearest(
    table: pd.DataFrame,
    country: Mapping[str, str],
    region: str,
    n: int,
    max_own_country: int | None,
    min_coverage: float,
) -> list[str]:
    """Codes of the nearest regions, with no more of the own country than allowed."""
    room = np.inf if max_own_country is None else max_own_country
    picked: list[str] = []
    candidates = table[table["distance"].notna() & (table["coverage"] >= min_coverage - 1e-9)]
    for code in _ordered(candidates):
        if len(picked) == n:
            break
        if country[code] == country[region]:
            if room <= 0:
                continue
            room -= 1
        picked.append(code)
    return picked


def _described(
    table: pd.DataFrame, distances: pd.DataFrame, weight: pd.Series, country: Mapping[str, str], region: str
) -> pd.DataFrame:
    used = weight[weight > 0].index
    part = distances.loc[table.index, used]
    squared = part.pow(2).mul(weight[used])
    total = squared.sum(axis=1)
    shares = squared.div(total.where(total > 0), axis=0)
    shares = shares.where(total.gt(0), part * 0.0, axis=0)
    codes = [country[code] for code in table.index]
    result = pd.DataFrame(
        {
            "country": pd.Series(codes, index=table.index, dtype="str"),
            "own_country": pd.Series([code == country[region] for code in codes], index=table.index, dtype=bool),
            "distance": table["distance"],
            "coverage": table["coverage"],
            "unknown_blocks": [
                ", ".join(BLOCKS.get(block, block) for block in used if np.isnan(part.loc[code, block]))
                for code in table.index
            ],
        },
        index=table.index,
    )
    for block in used:
        result[f"distance_{block}"] = part[block]
    for block in used:
        result[f"contribution_{block}"] = shares[block]
    rounded = part.round(_DECIMALS)
    result["most_alike"] = pd.Series(rounded.idxmin(axis=1), dtype="str") if len(part) else ""
    result["least_alike"] = pd.Series(rounded.idxmax(axis=1), dtype="str") if len(part) else ""
    return result.rename_axis(index="nuts_id")


def _country_of(codes: pd.Index, countries: pd.Series | Mapping[str, str] | None) -> dict[str, str]:
    given = dict(countries) if countries is not None else {}
    return {code: given.get(code, str(code)[:2]) for code in codes}


# What can be wrong


def _option_problems(
    structure: pd.DataFrame,
    region: str,
    n: int,
    exclude: Collection[str],
    weights: Mapping[str, float] | None,
    max_own_country: int | None,
    min_coverage: float,
) -> list[Problem]:
    blocks = list(dict.fromkeys(structure.columns.get_level_values(0)))
    problems = [] if region in structure.index else [unknown_region(region, structure.index, "the region")]
    problems += [
        unknown_region(code, structure.index, f"{WHERE}, excluded") for code in exclude if code not in structure.index
    ]

    def add(what: str, fix: str) -> None:
        problems.append(Problem(what=what, where=WHERE, rule=RULE, fix=fix))

    for block, weight in (weights or {}).items():
        if block not in blocks:
            add(f"The structure has no block {block!r}.", did_you_mean(block, blocks))
        elif not (np.isfinite(weight) and weight >= 0):
            add(f"The weight of the block {block} is {weight!r}.", "write a number from 0 up; 0 leaves the block out")
    if not problems and not any((weights or {}).get(block, 1) > 0 for block in blocks):
        add("All blocks of the structure have the weight 0.", "give at least one block a weight above 0")
    if n < 1:
        add(f"The number of peers is {n}.", "write a number from 1 up")
    if max_own_country is not None and max_own_country < 0:
        add(
            f"The number of peers of the own country is at most {max_own_country}.",
            "write 0 for none, or None for any number",
        )
    if not 0 <= min_coverage <= 1:
        add(f"The least coverage is {min_coverage}.", "write a share from 0 to 1")
    return problems


def _chosen_problems(codes: pd.Index, region: str, chosen: Sequence[str] | None) -> list[Problem]:
    problems = []
    if chosen is not None and not len(chosen):
        problems.append(
            Problem(
                what="The list of chosen peers is empty.",
                where=WHERE,
                rule=RULE,
                fix="name at least one region, or leave the choice to the structure",
            )
        )
    for position, code in enumerate(chosen or ()):
        if code not in codes:
            problems.append(unknown_region(code, codes))
        elif code == region:
            problems.append(
                Problem(
                    what=f"{code} is chosen as its own peer.",
                    where=WHERE,
                    rule=RULE,
                    fix="remove it; a peer is another region",
                )
            )
        if code in list(chosen or ())[:position]:
            problems.append(
                Problem(what=f"The peer {code} is chosen twice.", where=WHERE, rule=RULE, fix="remove one of the two")
            )
    return problems


def _check_known(structure: pd.DataFrame, region: str, weight: pd.Series, min_coverage: float) -> None:
    known = structure.loc[region].notna().groupby(level=0).any().reindex(weight.index)
    coverage = weight[known].sum() / weight.sum()
    if coverage == 0 or coverage < min_coverage - 1e-9:
        unknown = [BLOCKS.get(block, block) for block in weight.index if not known[block] and weight[block] > 0]
        raise CoverageError(
            Problem(
                what=f"Too little is known of the structure of {region}: no figure for {', '.join(unknown)}.",
                where="the table of structure",
                rule=f"at least {min_coverage:.0%} of the weight of the blocks; docs/methods.md#peers",
                fix="choose the peers, scoreboard: peers: [...]",
            )
        )


def _nothing_in_common(region: str, codes: Sequence[str]) -> Problem:
    return Problem(
        what=f"Nothing is known of the structure of both {region} and {some(codes)}.",
        where=WHERE,
        rule=RULE,
        fix="choose other peers",
    )
