"""Unknown figures filled from something that is known, where the analyst wants that; never without a mark."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pandas as pd

from clusterkit.errors import ParamError, Problem, some
from clusterkit.scoreboard.checks import absent, check_choice, check_number, check_values

Method = Literal["none", "mean", "median", "group_mean", "group_median", "country", "parent", "nearest"]
METHODS: tuple[Method, ...] = get_args(Method)
_RULE = "docs/methods.md#imputation"


def impute(
    x: pd.DataFrame,
    *,
    method: Method = "none",
    groups: pd.Series | None = None,
    values: pd.DataFrame | None = None,
    n_neighbours: int = 5,
) -> pd.DataFrame:
    """The indicators with unknown figures filled where the method finds something; known ones stay as they are.

    Which cells were filled: :func:`imputed_cells`.

    Parameters
    ----------
    x
        Values, shape (n_regions, n_indicators); NaN is unknown.
    method
        - ``none``: nothing is filled;
        - ``mean``, ``median``: of all regions that have a figure;
        - ``group_mean``, ``group_median``: of those of the same group in ``groups``;
        - ``country``, ``parent``: the figure of the territory that ``groups`` names, in ``values``;
        - ``nearest``: mean of the ``n_neighbours`` regions that are most alike in the indicators both have
          (Euclidean distance of standardised values, scaled up for those not shared).
    groups
        Group, country or parent of each region; index as ``x``. A region without one is not filled from it.
    values
        Figures of countries or parents, shape (n_groups, n_indicators), unit as ``x``.
    n_neighbours
        At least 1.

    Returns
    -------
    pandas.DataFrame
        Same shape and units. An indicator without any figure, or a cell for which the method has nothing, stays NaN.

    Raises
    ------
    ParamError
        An unknown method; ``groups`` or ``values`` that the method needs and does not get, or without a region or an
        indicator of ``x``; a region twice in ``groups``.
    ContractError
        A row or column twice in ``x`` or ``values``, or a cell that is no number.

    References
    ----------
    OECD2008, step 3; nearest neighbours after TroyanskayaEtAl2001; keys in docs/references.bib.

    Examples
    --------
    >>> x = pd.DataFrame({"births": [8.0, None, 12.0]}, index=["DED2", "DED4", "FRB0"])
    >>> impute(x, method="group_mean", groups=pd.Series({"DED2": "DE", "DED4": "DE", "FRB0": "FR"}))["births"].tolist()
    [8.0, 8.0, 12.0]
    """
    x = check_values(x, "of indicators")
    check_choice(method, METHODS, "method")
    _check_helpers(x, method, groups, values)
    if method == "none" or not x.isna().to_numpy().any():
        return x.copy()
    if method in ("mean", "median"):
        return x.fillna(x.agg(method))
    if method in ("group_mean", "group_median"):
        groups = groups.reindex(x.index)  # type: ignore[union-attr]  # _check_helpers refuses None
        if groups.isna().all():
            return x.copy()
        return x.fillna(x.groupby(groups).transform(method.removeprefix("group_")))
    if method in ("country", "parent"):
        from_above = check_values(values[list(x.columns)], "of countries or parents")  # type: ignore[index]  # as above
        above = groups.reindex(x.index)  # type: ignore[union-attr]  # as above
        return x.fillna(from_above.reindex(index=above).set_axis(x.index, axis=0))
    check_number(n_neighbours, "n_neighbours", low=1, high=len(x), whole=True)
    return _nearest(x, n_neighbours)


def imputed_cells(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Which cells were unknown and are filled: True or False, same shape (no unit).

    Parameters
    ----------
    before
        Values before the filling.
    after
        The same table after it.

    Returns
    -------
    pandas.DataFrame
        True where a value was NaN and is known now.
    """
    return before.isna() & after.notna()


def _nearest(x: pd.DataFrame, n_neighbours: int) -> pd.DataFrame:
    # Constant or empty indicators tell nothing about likeness, and have no standard deviation to divide by.
    spread = x.std(ddof=0)
    is_useful = (spread > 0).to_numpy()
    useful = x.columns[is_useful]
    mean, spread = x[useful].mean(), spread[useful]
    standard = ((x[useful] - mean) / spread).to_numpy()
    known = ~np.isnan(standard)
    has_gap = ~known.all(axis=1)
    # Of two regions that share no indicator the distance is unknown. Not KNNImputer: it masks arrays column by column.
    distance = np.full((len(x), len(x)), np.nan)
    if has_gap.any():
        distance[has_gap] = _distances(standard[has_gap], standard)
    guessed = np.full(standard.shape, np.nan)
    for column in np.flatnonzero(~known.all(axis=0)):
        gaps, donors = np.flatnonzero(~known[:, column]), np.flatnonzero(known[:, column])
        between = distance[np.ix_(gaps, donors)]
        k = min(n_neighbours, len(donors))
        nearest = np.argpartition(between, k - 1, axis=1)[:, :k]
        is_near = ~np.isnan(np.take_along_axis(between, nearest, axis=1))
        total = np.where(is_near, standard[donors, column][nearest], 0.0).sum(axis=1)
        with np.errstate(invalid="ignore"):  # no region with a figure shares an indicator: there is no neighbour
            guessed[gaps, column] = total / is_near.sum(axis=1)
    # In numbers alone: a table filled column by column takes ten times longer.
    values, means = x.to_numpy(), x.mean().to_numpy()
    guess = np.broadcast_to(means, values.shape).copy()
    guess[:, is_useful] = guessed * spread.to_numpy() + mean.to_numpy()
    filled = np.where(np.isnan(values), guess, values)
    # A region without a single figure is like no other.
    filled[np.isnan(values).all(axis=1)] = np.nan
    return pd.DataFrame(filled, index=x.index, columns=x.columns)


def _distances(x: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Euclidean distances over the columns that both rows know, scaled up for the others; NaN where they share none.

    The steps of scikit-learn's ``nan_euclidean_distances``, to the last bit: to import that takes a fifth of a second,
    and its checks take longer than what they check.
    """
    knows_x, knows_other = ~np.isnan(x), ~np.isnan(other)
    x, other = np.where(knows_x, x, 0.0), np.where(knows_other, other, 0.0)
    square = -2 * (x @ other.T) + np.einsum("ij,ij->i", x, x)[:, None] + np.einsum("ij,ij->i", other, other)
    square = np.maximum(square, 0.0)
    square -= (x * x) @ (~knows_other).T.astype(float)
    square -= (~knows_x).astype(float) @ (other * other).T
    n_shared = knows_x.astype(float) @ knows_other.T.astype(float)
    square = np.where(n_shared > 0, np.maximum(square, 0.0), np.nan)
    return np.sqrt(square / np.maximum(n_shared, 1) * x.shape[1])


def _check_helpers(x: pd.DataFrame, method: str, groups: pd.Series | None, values: pd.DataFrame | None) -> None:
    needs_groups = method in ("group_mean", "group_median", "country", "parent")
    needs_values = method in ("country", "parent")
    problems = []
    for is_needed, given, name in ((needs_groups, groups, "groups"), (needs_values, values, "values")):
        if is_needed and given is None:
            problems.append(_problem(f"The method {method!r} needs {name}.", name, f"give {name}, or method='none'"))
    if needs_values and values is not None and (missing := absent(x.columns, values.columns)):
        problems.append(_problem(f"values has no column {', '.join(missing[:5])}.", "values", "add the columns of x"))
    if needs_groups and groups is not None and (missing := absent(x.index, groups.index)):
        what = f"{len(missing)} regions have no entry in groups, for instance {missing[0]}."
        problems.append(_problem(what, "groups", "add them; an empty entry is allowed"))
    if needs_groups and groups is not None and groups.index.has_duplicates:
        what = f"{some(list(dict.fromkeys(groups.index[groups.index.duplicated()])))} stands twice in groups."
        problems.append(_problem(what, "groups", "give each region one group"))
    if problems:
        raise ParamError(problems)


def _problem(what: str, argument: str, fix: str) -> Problem:
    return Problem(what=what, where=f"argument {argument}", rule=_RULE, fix=fix)
