"""The stars of one region under several schemes, and how sure those of one scheme are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from clusterkit.data.star_schemes import Scheme
from clusterkit.errors import ParamError, Problem
from clusterkit.mapping.snapshots import Snapshot
from clusterkit.mapping.stars import cluster_strength, star_robustness

DRAWS = 200  # a probability is then known to 4 percentage points (one standard error at one half)


@dataclass(frozen=True)
class RegionStars:
    """Stars of one region.

    ``by_scheme`` has, by identifier, the region's rows of ``cluster_strength`` (index ``nace_code``);
    ``chances`` those of ``star_robustness`` under the scheme ``chosen``.
    """

    chosen: Scheme
    schemes: dict[str, Scheme]
    by_scheme: dict[str, pd.DataFrame]
    chances: pd.DataFrame

    @property
    def strength(self) -> pd.DataFrame:
        """Measures and stars under the chosen scheme, with the chances of each star."""
        return self.by_scheme[self.chosen.id].join(self.chances)


def region_stars(
    yearly: Mapping[int, Snapshot],
    name: str,
    *,
    schemes: Mapping[str, Scheme],
    scheme: str,
    base_year: int,
    reference_year: int,
    seed: int,
    draws: int = DRAWS,
) -> RegionStars:
    """How many stars the sectors of a region have among all regions, by each scheme.

    Parameters
    ----------
    yearly
        Snapshots by year.
    name
        Row of the region.
    schemes
        Star schemes by identifier.
    scheme
        Identifier of the one whose robustness is wanted.
    base_year, reference_year
        Growth is counted from the first to the second; everything else is of the second.
    seed, draws
        As in ``star_robustness``.

    Returns
    -------
    RegionStars
        Published cells decide; a hidden one has a star where its whole 90 % interval has it, and is
        unknown where a part of it has.

    Raises
    ------
    ParamError
        There is no scheme of that identifier.

    References
    ----------
    docs/methods.md#cluster-stars.
    """
    if scheme not in schemes:
        raise ParamError(
            Problem(
                what=f"There is no star scheme {scheme!r}.",
                where="argument scheme",
                rule="a star scheme is a file params/star_schemes/SCHEME.yaml",
                fix=f"choose from {', '.join(schemes)}",
            )
        )
    now = yearly[reference_year]
    regions, beside = now.regions, _beside(yearly, base_year, reference_year)
    everywhere = all_stars(yearly, schemes=schemes, base_year=base_year, reference_year=reference_year)
    by_scheme = {key: table.loc[name] for key, table in everywhere.items()}
    rules = schemes[scheme]
    rows = regions.estimate.index if _needs_others(rules) else [name]
    tables = {key: table.loc[rows] if isinstance(table, pd.DataFrame) else table for key, table in beside.items()}
    chances = star_robustness(
        regions.estimate.loc[rows], now.wages_meur.loc[rows], scheme=rules, seed=seed, draws=draws, **tables
    )
    return RegionStars(rules, dict(schemes), by_scheme, chances.loc[name])


def all_stars(
    yearly: Mapping[int, Snapshot], *, schemes: Mapping[str, Scheme], base_year: int, reference_year: int
) -> dict[str, pd.DataFrame]:
    """How many stars every sector of every region has, by each scheme.

    Parameters
    ----------
    yearly, schemes, base_year, reference_year
        As in :func:`region_stars`.

    Returns
    -------
    dict of pandas.DataFrame
        By scheme, as ``cluster_strength`` gives it (persons employed, euro, percent and no unit).
        Published cells decide; a hidden one has a star where its whole 90 % interval has it.
    """
    now = yearly[reference_year]
    beside = _beside(yearly, base_year, reference_year)
    return {
        key: cluster_strength(now.regions.published, now.wages_meur, scheme=rules, **beside)
        for key, rules in schemes.items()
    }


def _beside(yearly: Mapping[int, Snapshot], base_year: int, reference_year: int) -> dict[str, pd.DataFrame | pd.Series]:
    """What stars need beside the published cells of a year."""
    now = yearly[reference_year]
    return {
        "low": now.regions.low,
        "high": now.regions.high,
        "employment_start": yearly[base_year].regions.published.reindex_like(now.regions.published),
        "benchmark": now.benchmark,
        "region_total": now.region_total,
        "country": now.country,
    }


def _needs_others(scheme: Scheme) -> bool:
    """Whether a region's stars depend on the other regions beyond the totals; if not, drawing them wastes a second."""
    tests = [test for tests in scheme.stars.values() for test in tests]
    return any(test.top_share is not None or test.measure.startswith("wages") for test in tests)
