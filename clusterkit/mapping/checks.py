"""Is a table what a mapping function takes it for? Each check returns it or raises a ContractError."""

from __future__ import annotations

import difflib
from typing import TypeVar, get_args

import numpy as np
import pandas as pd

from clusterkit.errors import ContractError, ParamError, Problem, some

_Choice = TypeVar("_Choice", bound=str)


def check_choice(value: _Choice, choices: object, name: str) -> _Choice:
    """One of a closed set of words.

    Parameters
    ----------
    value
        What the caller gave.
    choices
        The ``Literal`` that lists the words.
    name
        Name of the argument, for the message.

    Returns
    -------
    str
        ``value``, unchanged (no unit).

    Raises
    ------
    ParamError
        Any other word, with the nearest one that is allowed.

    Examples
    --------
    >>> from typing import Literal
    >>> check_choice("omit", Literal["propagate", "omit"], "nan_policy")
    'omit'
    """
    words = get_args(choices)
    if value in words:
        return value
    near = difflib.get_close_matches(str(value), words, n=1)
    raise ParamError(
        Problem(
            what=f"{value!r} is not a value of {name}.",
            where=f"argument {name}",
            rule=f"one of {', '.join(words)}",
            fix=f"write {name}={(near or words)[0]!r}",
        )
    )


def check_presence(presence: pd.DataFrame) -> np.ndarray:
    """Presences as numbers, once it is sure that they are 0, 1 or unknown.

    Parameters
    ----------
    presence
        Shape (n_regions, n_sectors), 0, 1 or NaN (no unit).

    Returns
    -------
    numpy.ndarray
        The same cells as float (no unit), a copy; NaN stays NaN.

    Raises
    ------
    ContractError
        A cell with any other number, such as a location quotient.

    Examples
    --------
    >>> check_presence(pd.DataFrame({"C29": [True, False]}, index=["AT31", "BE10"])).tolist()
    [[1.0], [0.0]]
    """
    cells = presence.to_numpy(dtype=float, na_value=np.nan, copy=True)
    wrong = ~((cells == 0) | (cells == 1) | np.isnan(cells))
    if wrong.any():
        places = [
            f"{presence.index[row]} {presence.columns[column]} ({cells[row, column]:g})"
            for row, column in np.argwhere(wrong)
        ]
        raise ContractError(
            Problem(
                what=f"{len(places)} of {cells.size:,} presences are neither 0 nor 1: {some(places)}.",
                where="table presence (nuts_id nace_code)",
                rule="1 present, 0 absent, NaN unknown",
                fix="make it with mapping.presence(lq)",
            )
        )
    return cells


def check_same_labels(found: pd.Index, expected: pd.Index, name: str) -> None:
    """Two tables are about the same regions or sectors, in any order.

    Parameters
    ----------
    found, expected
        Labels of the table ``name``, and of the table it goes with.
    name
        Name of the table, for the message.

    Raises
    ------
    ContractError
        A label that only one of them has, or that stands twice.

    Examples
    --------
    >>> check_same_labels(pd.Index(["C29", "C13"]), pd.Index(["C13", "C29"]), "relatedness")
    """
    faults = {
        "twice": found[found.duplicated()].append(expected[expected.duplicated()]).unique(),
        "too many": found.difference(expected),
        "missing": expected.difference(found),
    }
    problems = [
        Problem(
            what=f"{len(labels)} labels {fault} in {name}: {some(list(labels))}.",
            where=f"table {name}",
            rule="both tables have the same regions and sectors, each once",
            fix="make both from the same table, or reindex one: what it lacks is then unknown (NaN)",
        )
        for fault, labels in faults.items()
        if len(labels)
    ]
    if problems:
        raise ContractError(problems)
