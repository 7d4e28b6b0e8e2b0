"""Which regions and indicators have enough figures to take part, and amounts made comparable before anything else."""

from __future__ import annotations

import pandas as pd

from clusterkit.data.frameworks import Framework
from clusterkit.errors import ParamError, Problem
from clusterkit.scoreboard.checks import check_number, check_values

_RULE = "docs/methods.md#coverage"


def coverage(x: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Share of figures that are known, by region and by indicator (0 to 1, no unit).

    Parameters
    ----------
    x
        Values, shape (n_regions, n_indicators); NaN is unknown.

    Returns
    -------
    tuple of pandas.Series
        By region, index ``nuts_id``, and by indicator.
    """
    known = x.notna()
    return known.mean(axis=1).rename("coverage"), known.mean().rename("coverage")


def screen(x: pd.DataFrame, *, min_region: float = 0.0, min_indicator: float = 0.0) -> pd.DataFrame:
    """The table less the indicators, then the regions, that have too few figures.

    Parameters
    ----------
    x
        Values, shape (n_regions, n_indicators); NaN is unknown.
    min_region
        Least share of the remaining indicators that a region must have (0 to 1; equality passes).
    min_indicator
        Least share of all regions that an indicator must have (0 to 1; equality passes).

    Returns
    -------
    pandas.DataFrame
        Rows and columns that stay, unchanged. Who left is what is missing from it.

    References
    ----------
    OECD2008, step 2; Becker2022; keys in docs/references.bib.

    Examples
    --------
    >>> x = pd.DataFrame({"a": [1.0, 2, 3], "b": [1.0, None, None]}, index=["AT31", "BE10", "FI1D"])
    >>> screen(x, min_region=0.6).index.tolist()
    ['AT31']
    """
    x = check_values(x, "of indicators")
    check_number(min_region, "min_region", low=0, high=1)
    check_number(min_indicator, "min_indicator", low=0, high=1)
    x = x.loc[:, x.notna().mean() >= min_indicator]
    return x[x.notna().mean(axis=1) >= min_region]


def denominate(x: pd.DataFrame, denominators: pd.DataFrame | None, framework: Framework) -> pd.DataFrame:
    """Amounts divided by the size that the framework names for them; rates stay as they are.

    Parameters
    ----------
    x
        Values, shape (n_regions, n_indicators); NaN is unknown.
    denominators
        Sizes, shape (n_regions, n_denominators), for instance population in millions: the result is per unit of it.
    framework
        Its column ``denominator`` names a column of ``denominators``, or is empty.

    Returns
    -------
    pandas.DataFrame
        Same shape. NaN where the amount or its denominator is unknown, or the denominator is 0.

    Raises
    ------
    ParamError
        A denominator that is named and absent, or a region without a row in ``denominators``; all at once.

    References
    ----------
    Becker2022; key in docs/references.bib.

    Examples
    --------
    >>> from clusterkit.data.frameworks import check_framework
    >>> rows = [("d", "dimension", "", None, ""), ("patents", "indicator", "d", 1, "people")]
    >>> table = pd.DataFrame(rows, columns=["code", "level", "parent", "direction", "denominator"])
    >>> toy = check_framework(table, levels=["dimension", "indicator"])
    >>> x, people = pd.DataFrame({"patents": [30.0]}, index=["AT31"]), pd.DataFrame({"people": [1.5]}, index=["AT31"])
    >>> denominate(x, people, toy).loc["AT31", "patents"].item()
    20.0
    """
    x = check_values(x, "of indicators")
    named = framework.table.loc[[code for code in framework.indicators if code in x], "denominator"]
    named = named[named != ""]
    if named.empty:
        return x.copy()
    problems = []
    for code, name in named.items():
        if denominators is None or name not in denominators:
            what = f"The denominator {name!r} of {code} is not in the table of denominators."
            problems.append(_problem(what, f"add the column {name}, or empty denominator of {code}"))
    if denominators is not None and (missing := [str(label) for label in x.index if label not in denominators.index]):
        what = f"{len(missing)} regions have no row in denominators, for instance {missing[0]}."
        problems.append(_problem(what, "add their rows; an empty cell is allowed"))
    if problems:
        raise ParamError(problems)
    sizes = check_values(denominators, "of denominators").reindex(x.index)
    divided = {code: x[code] / sizes[name].where(sizes[name] != 0) for code, name in named.items()}
    return x.assign(**divided)


def _problem(what: str, fix: str) -> Problem:
    return Problem(what=what, where="argument denominators", rule=_RULE, fix=fix)
