"""How unevenly persons employed are spread: over the sectors of a region, or over the regions of a sector.

``of="regions"`` gives one value per region (how specialised it is), ``of="sectors"`` one per
sector (how concentrated in space). One rule for unknown cells holds in the whole module: a share
of an unknown total is unknown, so a row with an unknown cell is NaN (``nan_policy="propagate"``).
``"omit"`` leaves unknown cells out, as if the classification lacked them: the value then describes
the known cells only, and so does the benchmark that it is compared with.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import pandas as pd

from clusterkit.errors import ContractError, Problem, some
from clusterkit.mapping.checks import check_choice

Of = Literal["regions", "sectors"]
NanPolicy = Literal["propagate", "omit"]


def herfindahl(employment: pd.DataFrame, *, of: Of = "regions", nan_policy: NanPolicy = "propagate") -> pd.Series:
    """How likely it is that two persons drawn in a region (with replacement) work in the same sector.

    ``H_r = sum_s (E_rs / E_r)^2``

    Parameters
    ----------
    employment
        Persons employed, shape (n_regions, n_sectors), index ``nuts_id``, columns ``nace_code``.
    of
        ``regions``: over the sectors of each region; ``sectors``: over the regions of each sector.
    nan_policy
        ``propagate``: a row with an unknown cell is NaN; ``omit``: over its known cells.

    Returns
    -------
    pandas.Series
        No unit, 1 / (number of cells) when all are equal, 1 when one cell has all; NaN without persons.

    References
    ----------
    Herfindahl1950 in docs/references.bib.

    Examples
    --------
    >>> employment = pd.DataFrame({"C29": [50, 0], "J62": [50, 80]}, index=["AT31", "BE10"])
    >>> herfindahl(employment).to_dict()
    {'AT31': 0.5, 'BE10': 1.0}
    """
    return _each(employment, of, nan_policy, "herfindahl", lambda shares, _: (shares**2).sum(axis=1))


def entropy(employment: pd.DataFrame, *, of: Of = "regions", nan_policy: NanPolicy = "propagate") -> pd.Series:
    """How varied a region is: yes-or-no questions needed, on average, to find out a person's sector.

    ``H_r = sum_s p_rs log2(1 / p_rs)``, with ``p_rs = E_rs / E_r``

    Parameters
    ----------
    employment
        Persons employed, shape (n_regions, n_sectors), index ``nuts_id``, columns ``nace_code``.
    of
        ``regions``: over the sectors of each region; ``sectors``: over the regions of each sector.
    nan_policy
        ``propagate``: a row with an unknown cell is NaN; ``omit``: over its known cells.

    Returns
    -------
    pandas.Series
        Bits, 0 when one cell has all, log2(number of cells) when all are equal; NaN without persons.

    References
    ----------
    Shannon1948 in docs/references.bib.

    Examples
    --------
    >>> employment = pd.DataFrame({"C29": [50, 0], "J62": [50, 80]}, index=["AT31", "BE10"])
    >>> entropy(employment).to_dict()
    {'AT31': 1.0, 'BE10': 0.0}
    """
    return _each(employment, of, nan_policy, "entropy", lambda shares, _: _bits(shares))


def theil(employment: pd.DataFrame, *, of: Of = "regions", nan_policy: NanPolicy = "propagate") -> pd.Series:
    """How far a region is from equal sectors, in information; large sectors weigh most.

    ``T_r = sum_s p_rs ln(n p_rs)``, with ``p_rs = E_rs / E_r`` and n the number of cells

    Parameters
    ----------
    employment
        Persons employed, shape (n_regions, n_sectors), index ``nuts_id``, columns ``nace_code``.
    of
        ``regions``: over the sectors of each region; ``sectors``: over the regions of each sector.
    nan_policy
        ``propagate``: a row with an unknown cell is NaN; ``omit``: over its known cells, n their number.

    Returns
    -------
    pandas.Series
        Nats, 0 when all cells are equal, ln(n) when one cell has all; NaN without persons.

    References
    ----------
    Theil1967 in docs/references.bib, chapter 4.

    Examples
    --------
    >>> employment = pd.DataFrame({"C29": [50, 0], "J62": [50, 80]}, index=["AT31", "BE10"])
    >>> theil(employment).round(3).to_dict()
    {'AT31': 0.0, 'BE10': 0.693}
    """

    def redundancy(shares: np.ndarray, known: np.ndarray) -> np.ndarray:
        return np.log(np.maximum(known.sum(axis=1), 1)) - _bits(shares) * np.log(2)

    return _each(employment, of, nan_policy, "theil", redundancy)


def gini(employment: pd.DataFrame, *, of: Of = "regions", nan_policy: NanPolicy = "propagate") -> pd.Series:
    """How unequal the sectors of a region are in size: mean difference between two, over twice the mean.

    ``G_r = sum_s sum_t |E_rs - E_rt| / (2 n E_r)``, n the number of cells

    Parameters
    ----------
    employment
        Persons employed, shape (n_regions, n_sectors), index ``nuts_id``, columns ``nace_code``.
    of
        ``regions``: over the sectors of each region; ``sectors``: over the regions of each sector.
    nan_policy
        ``propagate``: a row with an unknown cell is NaN; ``omit``: over its known cells, n their number.

    Returns
    -------
    pandas.Series
        No unit, 0 when all cells are equal, 1 - 1/n when one cell has all; NaN without persons.

    References
    ----------
    Cowell2011 in docs/references.bib.

    Examples
    --------
    >>> employment = pd.DataFrame({"C29": [50, 0], "J62": [50, 80]}, index=["AT31", "BE10"])
    >>> gini(employment).to_dict()
    {'AT31': 0.0, 'BE10': 0.5}
    """

    def coefficient(shares: np.ndarray, known: np.ndarray) -> np.ndarray:
        n_known = known.sum(axis=1, keepdims=True)
        # Unknown cells are zero here and sort first; counting ranks from the first known cell leaves them out.
        rank = np.arange(1, shares.shape[1] + 1) - (shares.shape[1] - n_known)
        weights = (2 * rank - n_known - 1) / np.maximum(n_known, 1)
        return (weights * np.sort(shares, axis=1)).sum(axis=1)

    return _each(employment, of, nan_policy, "gini", coefficient)


def krugman_index(
    employment: pd.DataFrame,
    *,
    benchmark: pd.Series | None = None,
    of: Of = "regions",
    nan_policy: NanPolicy = "propagate",
) -> pd.Series:
    """How different the sectors of a region are from those of the whole area; twice the share that would have to move.

    ``K_r = sum_s |E_rs / E_r - E_s / E|``

    Parameters
    ----------
    employment
        Persons employed, shape (n_regions, n_sectors), index ``nuts_id``, columns ``nace_code``.
    benchmark
        Persons employed in the whole area, by ``nace_code`` (by ``nuts_id`` for ``of="sectors"``);
        default the sums of the known cells. Give it where cells are hidden. What it lacks is unknown.
    of
        ``regions``: over the sectors of each region; ``sectors``: over the regions of each sector,
        against the distribution of all persons.
    nan_policy
        ``propagate``: a row with an unknown cell is NaN; ``omit``: both shares over its known cells.

    Returns
    -------
    pandas.Series
        No unit, 0 (as the whole area) to 2 (nothing in common), without the factor one half;
        NaN without persons.

    References
    ----------
    Krugman1991 in docs/references.bib, p. 76.

    Examples
    --------
    >>> employment = pd.DataFrame({"C29": [50, 0], "J62": [50, 100]}, index=["AT31", "BE10"])
    >>> krugman_index(employment).to_dict()
    {'AT31': 0.5, 'BE10': 0.5}
    """
    return _each_against(employment, benchmark, of, nan_policy, "krugman_index", _distance)


def hoover_index(
    employment: pd.DataFrame,
    *,
    benchmark: pd.Series | None = None,
    of: Of = "regions",
    nan_policy: NanPolicy = "propagate",
) -> pd.Series:
    """Share of a region's persons who would have to change sector to make it like the whole area.

    ``D_r = 1/2 sum_s |E_rs / E_r - E_s / E|``, half the Krugman index

    Parameters
    ----------
    employment
        Persons employed, shape (n_regions, n_sectors), index ``nuts_id``, columns ``nace_code``.
    benchmark
        Persons employed in the whole area, by ``nace_code`` (by ``nuts_id`` for ``of="sectors"``);
        default the sums of the known cells. Give it where cells are hidden. What it lacks is unknown.
    of
        ``regions``: over the sectors of each region; ``sectors``: over the regions of each sector,
        which is Hoover's coefficient of localisation.
    nan_policy
        ``propagate``: a row with an unknown cell is NaN; ``omit``: both shares over its known cells.

    Returns
    -------
    pandas.Series
        Share (no unit), 0 to 1; NaN without persons.

    References
    ----------
    Hoover1936 in docs/references.bib.

    Examples
    --------
    >>> employment = pd.DataFrame({"C29": [50, 0], "J62": [50, 100]}, index=["AT31", "BE10"])
    >>> hoover_index(employment).to_dict()
    {'AT31': 0.25, 'BE10': 0.25}
    """
    return _each_against(employment, benchmark, of, nan_policy, "hoover_index", lambda *rows: _distance(*rows) / 2)


def locational_gini(
    employment: pd.DataFrame,
    *,
    benchmark: pd.Series | None = None,
    of: Of = "sectors",
    nan_policy: NanPolicy = "propagate",
) -> pd.Series:
    """How unevenly the location quotients of a sector are spread over the persons employed in all regions.

    ``G_s = 1 - sum_k b_k (S_k + S_(k-1))``: regions k in ascending order of a_k / b_k, with a_k the
    region's share in the sector, b_k its share in all persons, S_k the sum of a up to k. It is
    twice the area between the Lorenz curve and the diagonal.

    Parameters
    ----------
    employment
        Persons employed, shape (n_regions, n_sectors), index ``nuts_id``, columns ``nace_code``.
    benchmark
        Persons employed in all sectors, by ``nuts_id`` (by ``nace_code`` for ``of="regions"``);
        default the sums of the known cells. Give it where cells are hidden. What it lacks is unknown.
    of
        ``sectors``: over the regions of each sector; ``regions``: over the sectors of each region.
    nan_policy
        ``propagate``: a sector with an unknown cell is NaN; ``omit``: both shares over its known cells.

    Returns
    -------
    pandas.Series
        No unit, 0 (spread as all persons are) to below 1; NaN without persons. Krugman draws
        the area itself, half of this.

    References
    ----------
    Krugman1991 in docs/references.bib, lecture 2.

    Examples
    --------
    >>> employment = pd.DataFrame({"C29": [50, 0], "J62": [50, 100]}, index=["AT31", "BE10"])
    >>> locational_gini(employment).round(3).to_dict()
    {'C29': 0.5, 'J62': 0.167}
    """

    def area(shares: np.ndarray, against: np.ndarray) -> np.ndarray:
        with np.errstate(divide="ignore", invalid="ignore"):
            order = np.argsort(shares / against, axis=1, kind="stable")
        shares, against = (np.take_along_axis(rows, order, axis=1) for rows in (shares, against))
        upper = shares.cumsum(axis=1)
        return 1 - (against * (2 * upper - shares)).sum(axis=1)

    return _each_against(employment, benchmark, of, nan_policy, "locational_gini", area)


def ellison_glaeser(
    plants: pd.DataFrame, *, benchmark: pd.Series | None = None, nan_policy: NanPolicy = "propagate"
) -> pd.Series:
    """How much more the plants of a sector cluster in space than a random draw of locations would make them.

    ``gamma = (G / (1 - sum_r x_r^2) - H) / (1 - H)`` with ``G = sum_r (s_r - x_r)^2``: s_r the share of
    region r in the sector, x_r its share in all persons, ``H = sum_k z_k^2`` over the plants' shares
    in the sector. A large plant alone makes a sector look concentrated; H takes that out.

    Parameters
    ----------
    plants
        One row per plant: ``nuts_id``, ``nace_code``, ``persons_employed``.
    benchmark
        Persons employed in all sectors, by ``nuts_id``; default the sums over the known plants. Give
        it where ``plants`` holds some sectors only.
    nan_policy
        ``propagate``: a sector with a plant of unknown size is NaN; ``omit``: over its known plants.

    Returns
    -------
    pandas.Series
        One value per sector (no unit): 0 as by chance, negative more dispersed than that; above
        0.05 Ellison and Glaeser call a sector highly concentrated. NaN with one plant, in an area
        of one region, or without persons.

    Raises
    ------
    ContractError
        A column is missing, or the benchmark lacks a region with plants.

    References
    ----------
    EllisonGlaeser1997 in docs/references.bib.

    Examples
    --------
    >>> plants = pd.DataFrame(
    ...     {
    ...         "nuts_id": ["AT31", "AT31", "BE10", "BE10"],
    ...         "nace_code": ["C29", "C29", "J62", "J62"],
    ...         "persons_employed": [50, 50, 50, 50],
    ...     }
    ... )
    >>> ellison_glaeser(plants).to_dict()
    {'C29': 1.0, 'J62': 1.0}
    """
    check_choice(nan_policy, NanPolicy, "nan_policy")
    _check_plants(plants, benchmark)
    known = plants[plants["persons_employed"].notna()].astype({"persons_employed": float})
    sizes = known.groupby(["nace_code", "nuts_id"])["persons_employed"].sum().unstack(fill_value=0.0)
    area = sizes.sum() if benchmark is None else benchmark
    here = area / area.sum()
    shares = sizes.reindex(columns=area.index, fill_value=0.0).div(sizes.sum(axis=1).replace(0, np.nan), axis=0)
    geographic = shares.sub(here, axis=1).pow(2).sum(axis=1, skipna=False) / _positive(1 - (here**2).sum())
    plant_shares = known["persons_employed"] / known.groupby("nace_code")["persons_employed"].transform("sum")
    plant_herfindahl = (plant_shares**2).groupby(known["nace_code"]).sum()
    gamma = (geographic - plant_herfindahl) / (1 - plant_herfindahl).map(_positive)
    sectors = pd.Index(np.sort(plants["nace_code"].unique()), name="nace_code")
    hidden = plants["persons_employed"].isna().groupby(plants["nace_code"]).any()
    result = gamma.reindex(sectors).rename("ellison_glaeser")
    return result.mask(hidden) if nan_policy == "propagate" else result


def _each(
    employment: pd.DataFrame,
    of: Of,
    nan_policy: NanPolicy,
    name: str,
    statistic: Callable[[np.ndarray, np.ndarray], np.ndarray],
) -> pd.Series:
    """A statistic of the shares of each row; it gets zeros for unknown cells and the mask of known ones."""
    table = _oriented(employment, of, nan_policy)
    amounts = table.to_numpy(dtype=float, na_value=np.nan)
    known = ~np.isnan(amounts)
    values = statistic(_shares(np.where(known, amounts, 0.0)), known)
    return _known(pd.Series(values, index=table.index, name=name), known, nan_policy)


def _each_against(
    employment: pd.DataFrame,
    benchmark: pd.Series | None,
    of: Of,
    nan_policy: NanPolicy,
    name: str,
    statistic: Callable[[np.ndarray, np.ndarray], np.ndarray],
) -> pd.Series:
    """A statistic of the shares of each row and those of the benchmark over the same known cells."""
    table = _oriented(employment, of, nan_policy)
    amounts = table.to_numpy(dtype=float, na_value=np.nan)
    area = (table.sum() if benchmark is None else benchmark.reindex(table.columns)).to_numpy(
        dtype=float, na_value=np.nan
    )
    known = ~(np.isnan(amounts) | np.isnan(area))
    values = statistic(_shares(np.where(known, amounts, 0.0)), _shares(np.where(known, area, 0.0)))
    return _known(pd.Series(values, index=table.index, name=name), known, nan_policy)


def _oriented(employment: pd.DataFrame, of: Of, nan_policy: NanPolicy) -> pd.DataFrame:
    check_choice(nan_policy, NanPolicy, "nan_policy")
    return employment if check_choice(of, Of, "of") == "regions" else employment.T


def _shares(amounts: np.ndarray) -> np.ndarray:
    """Each row over its sum; a row without persons is NaN."""
    total = amounts.sum(axis=1, keepdims=True)
    return amounts / np.where(total > 0, total, np.nan)


def _known(values: pd.Series, known: np.ndarray, nan_policy: NanPolicy) -> pd.Series:
    return values.where(known.all(axis=1)) if nan_policy == "propagate" else values


def _bits(shares: np.ndarray) -> np.ndarray:
    logs = np.log2(shares, out=np.zeros_like(shares), where=shares > 0)  # 0 log 0 is 0
    return np.abs((shares * logs).sum(axis=1))  # abs: not -0.0


def _distance(shares: np.ndarray, against: np.ndarray) -> np.ndarray:
    return np.abs(shares - against).sum(axis=1)


def _positive(value: float) -> float:
    return value if value > 0 else np.nan


def _check_plants(plants: pd.DataFrame, benchmark: pd.Series | None) -> None:
    missing = [name for name in ("nuts_id", "nace_code", "persons_employed") if name not in plants]
    if missing:
        raise ContractError(
            Problem(
                what=f"Columns missing: {some(missing)}.",
                where="table plants",
                rule="one row per plant: nuts_id, nace_code, persons_employed",
                fix=f"rename or add the columns; there are {some(list(plants.columns))}",
            )
        )
    if benchmark is None:
        return
    unplaced = pd.Index(plants["nuts_id"].unique()).difference(benchmark.index[benchmark.notna()])
    if len(unplaced):
        raise ContractError(
            Problem(
                what=f"{len(unplaced)} regions have plants but no persons in the benchmark: {some(list(unplaced))}.",
                where="argument benchmark",
                rule="persons employed in all sectors, of every region with plants",
                fix="add the regions to the benchmark, or leave their plants out",
            )
        )
