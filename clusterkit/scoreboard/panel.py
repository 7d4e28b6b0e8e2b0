"""The same indicators in several periods, so that change over time is change in the figures."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import TypeVar

import numpy as np
import pandas as pd

from clusterkit.data.frameworks import Framework
from clusterkit.errors import ContractError, CoverageError, Problem, some
from clusterkit.scoreboard.observations import RULE, Observations, base_amounts, observe, window_problem

_Period = TypeVar("_Period", str, int)
MIN_COMMON = 0.6  # share of the regions that have a figure of an indicator in every period


def panel(
    indicator: pd.DataFrame,
    framework: Framework,
    *,
    periods: Mapping[_Period, tuple[int, int]],
    denominators: Mapping[str, str],
    territories: Mapping[str, Sequence[str]] | None = None,
    bases: pd.DataFrame | Mapping[str, pd.Series] | None = None,
    inexact: Collection[str] = (),
    min_share: float = MIN_COMMON,
) -> dict[_Period, Observations]:
    """Observations of several periods, of the indicators that enough regions have in all of them.

    Parameters
    ----------
    indicator, framework, denominators, territories, bases, inexact
        As for :func:`clusterkit.scoreboard.observations.observe`. Weights are the same in all periods.
    periods
        Name of each period to its first and last year, in place of the years of the framework. Periods do not
        overlap, so that no figure stands in two of them.
    min_share
        Least share (0 to 1) of the regions that have a figure of an indicator in every period.

    Returns
    -------
    dict
        :class:`Observations` by period, in the order given, with the same regions and indicators. An indicator that
        is not common to the periods is left out: ``framework.without`` takes the rest along.

    Raises
    ------
    ContractError
        Fewer than two periods, years in the wrong order, periods that overlap, or a share that is not between 0
        and 1, all at once; or what ``observe`` finds.
    CoverageError
        No indicator is common to the periods.
    """
    _check(periods, min_share)
    bases = base_amounts(indicator) if bases is None else bases
    found = {
        name: observe(
            indicator,
            framework,
            denominators=denominators,
            territories=territories,
            bases=bases,
            window=window,
            inexact=inexact,
        )
        for name, window in periods.items()
    }
    tables = [one.values for one in found.values()]
    is_known = np.logical_and.reduce([table.notna().to_numpy() for table in tables])
    share = pd.Series(is_known.mean(axis=0), framework.indicators)
    common = list(share.index[share >= min_share])
    if not common:
        best = share.sort_values(ascending=False, kind="stable").head()
        shown = some([f"{code} {100 * value:.0f} %" for code, value in best.items()])
        raise CoverageError(
            Problem(
                what=f"No indicator has figures in every period for {100 * min_share:.0f} % of the regions.",
                where=f"periods {some(list(periods))}; best covered: {shown}",
                rule=f"change over time compares the same indicators ({RULE})",
                fix="choose longer or later periods, or a smaller min_share",
            )
        )
    return {name: one.only(common) for name, one in found.items()}


def stack(observations: Mapping[_Period, Observations]) -> pd.DataFrame:
    """Values of several periods in one table, to be normalised together.

    Parameters
    ----------
    observations
        By period; the same indicators in each, as :func:`panel` gives them.

    Returns
    -------
    pandas.DataFrame
        Shape (n_periods × n_regions, n_indicators), index (``period``, ``nuts_id``), units of the indicators. NaN is
        unknown.

    Raises
    ------
    ContractError
        No period, or periods with different indicators.
    """
    tables = {name: one.values for name, one in observations.items()}
    columns = [set(table) for table in tables.values()]
    if not columns or any(names != columns[0] for names in columns):
        some_only = sorted(set().union(*columns) - set.intersection(*columns)) if columns else []
        what = f"Not in every period: {some(some_only)}." if columns else "There is no period to stack."
        rule = "periods that are normalised together have the same indicators"
        raise ContractError(Problem(what, "observations", rule, "take them from panel(...)"))
    first = next(iter(tables.values()))
    return pd.concat([table[list(first)] for table in tables.values()], keys=list(tables), names=["period", "nuts_id"])


def _check(periods: Mapping[_Period, tuple[int, int]], min_share: float) -> None:
    problems = [window_problem(years, f"periods, {name}") for name, years in periods.items() if years[0] > years[1]]
    if len(periods) < 2:
        what = f"There {'is one period' if periods else 'are no periods'}."
        rule = "change over time compares at least two periods"
        problems.append(Problem(what, "periods", rule, "name two periods, or call observe(...)"))
    ordered = sorted(periods.items(), key=lambda item: item[1])
    for (name, years), (other, later) in pairwise(ordered):
        if years[1] >= later[0] and years[0] <= years[1]:
            problems.append(
                Problem(
                    what=f"The periods {name} and {other} overlap: {years[0]} to {years[1]}, {later[0]} to {later[1]}.",
                    where="periods",
                    rule=f"a figure stands in one period only ({RULE})",
                    fix="let each period end before the next begins",
                )
            )
    if not 0 < min_share <= 1:
        rule = "a share is above 0 and at most 1"
        problems.append(Problem(f"min_share is {min_share}.", "min_share", rule, "write 0.6 for 60 %"))
    if problems:
        raise ContractError(problems)
