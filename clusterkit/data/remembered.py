"""What was worked out from whole tables is kept in the process, and worked out anew from other ones."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import pandas as pd

from clusterkit.cached import as_it_is

MOST = 8  # results that one function keeps, each with the tables it is of; those worked out first go first
_COPIES_ON_WRITE = int(pd.__version__.split(".")[0]) >= 3

_Rest = ParamSpec("_Rest")
_Value = TypeVar("_Value")
_Table = TypeVar("_Table", pd.DataFrame, pd.Series)


def by_content(
    work_out: Callable[_Rest, _Value], *, own: Callable[[_Value], _Value] = as_it_is
) -> Callable[_Rest, _Value]:
    """The function ``work_out``, which works the same out of the same tables only once.

    Every page asks for some results that rest on the whole tables alone, and not on its region: a process that is
    forked for each page has them from the one that it is forked from.

    Parameters
    ----------
    work_out
        Its result depends on its arguments alone: tables, and values that can be compared by ``==``.
    own
        Makes the copy that a caller may change without changing what is kept; not needed for what cannot be changed.

    Returns
    -------
    callable
        Takes the same arguments. Tables are the same where all their cells, labels and types are, whoever holds them;
        to compare them takes a few milliseconds. What ``work_out`` raises is raised, and not kept.

    Examples
    --------
    >>> total = by_content(lambda table, name: [table[name].sum()], own=list)
    >>> table = pd.DataFrame({"persons_employed": [30.0, 10.0]})
    >>> total(table, "persons_employed"), total(table.assign(persons_employed=1.0), "persons_employed")
    ([np.float64(40.0)], [np.float64(2.0)])
    """
    kept: list[tuple[tuple[Any, ...], dict[str, Any], _Value]] = []

    @functools.wraps(work_out)
    def cached(*args: _Rest.args, **kwargs: _Rest.kwargs) -> _Value:
        for before, named, value in kept:
            if len(before) == len(args) and named.keys() == kwargs.keys():
                pairs = [*zip(before, args, strict=True), *((named[name], kwargs[name]) for name in kwargs)]
                pairs.sort(key=lambda pair: isinstance(pair[0], pd.DataFrame))  # what is compared at once goes first
                if all(_is_same(*pair) for pair in pairs):
                    return own(value)
        value = work_out(*args, **kwargs)
        # Copies on write: what the caller does to the tables later does not change what they are compared with.
        kept.append((tuple(map(_copy, args)), {name: _copy(value) for name, value in kwargs.items()}, value))
        del kept[:-MOST]
        return own(value)

    return cached


def _is_same(one: Any, other: Any) -> bool:
    if isinstance(one, pd.DataFrame):
        return type(one) is type(other) and one.equals(other)
    return type(one) is type(other) and bool(one == other)


def _copy(value: object) -> object:
    return copy_on_write(value) if isinstance(value, pd.DataFrame) else copy.deepcopy(value)


def copy_on_write(table: _Table) -> _Table:
    """The same values for another caller; from pandas 3 on they are copied when one of the two changes them."""
    return table.copy(deep=not _COPIES_ON_WRITE)
