"""What every step of the scoreboard asks of its tables and options, said in four parts and all at once."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable, Sequence

import numpy as np
import pandas as pd

from clusterkit.data.frameworks import Framework
from clusterkit.errors import ContractError, ParamError, Problem, some

RULE = "docs/methods.md#scoreboard"
SAME = 1e-14  # of the largest absolute value (no unit): values no further apart differ by rounding only
LEAST_SHARED = 3  # regions that two indicators must share for a correlation: of two it is always 1 or -1
LEAST = 1e-100  # any unit: the squares of still smaller numbers run out of digits


def check_values(values: pd.DataFrame, name: str) -> pd.DataFrame:
    """The table as floats, if it is one of numbers with unique rows and columns.

    Raises
    ------
    ContractError
        A row or column that stands twice, cells that are no numbers, infinite cells; all at once.
    """
    problems = []
    for axis, labels in (("row", values.index), ("column", values.columns)):
        if labels.has_duplicates:
            twice = some(list(dict.fromkeys(labels[labels.duplicated()])))
            problems.append(
                _problem(
                    f"The table {name} has a {axis} twice: {twice}.",
                    f"{axis}s of the table {name}",
                    f"one {axis} per region or indicator",
                    "remove or merge one of the two",
                )
            )
    is_float = all(isinstance(kind, np.dtype) and np.issubdtype(kind, np.float64) for kind in values.dtypes)
    numbers = values if is_float else values.apply(pd.to_numeric, errors="coerce").astype(float)
    is_text = False if is_float else (numbers.isna() & values.notna()).to_numpy().any(axis=0)
    if np.any(is_text):
        texts = [str(column) for column in values.columns[is_text]]
        problems.append(
            _problem(
                f"The table {name} holds cells that are no numbers in {some(texts)}.",
                f"columns of the table {name}",
                "a cell is a number, or empty where unknown",
                "mend or empty these cells",
            )
        )
    is_infinite = np.isinf(numbers.to_numpy()).any(axis=0)
    if is_infinite.any():
        infinite = [str(column) for column in numbers.columns[is_infinite]]
        problems.append(
            _problem(
                f"The table {name} holds infinite cells in {some(infinite)}.",
                f"columns of the table {name}",
                "a cell is a finite number, or empty where unknown",
                "empty these cells",
            )
        )
    if problems:
        raise ContractError(problems)
    return numbers


def indicator_problems(values: pd.DataFrame, framework: Framework, columns: Collection[object]) -> list[Problem]:
    """Indicators of a framework that the table lacks, or in which it has nothing to compare; ``columns``: its names."""
    problems = []
    for code in framework.indicators:
        where = f"framework {framework.id or 'given'}, indicator {code}"
        if code not in values:
            close = difflib.get_close_matches(code, [str(column) for column in columns], n=1)
            fix = (
                f"did you mean {close[0]}?"
                if close
                else f"remove it with framework.without([{code!r}]), or add the column"
            )
            what = f"The indicator {code} is not in the table of values."
            problems.append(_problem(what, where, "an indicator has figures", fix))
            continue
        known = values[code].dropna()
        fix = f"remove it with framework.without([{code!r}]), or mend the figures"
        if known.empty:
            problems.append(_problem(f"The indicator {code} is empty.", where, "an indicator has figures", fix))
        elif not differ(known.min(), known.max()):
            what = f"The indicator {code} is {known.iloc[0]:g} in all {len(known)} regions that have a figure."
            problems.append(_problem(what, where, "an indicator tells regions apart", fix))
    return problems


def check_choice(value: object, allowed: Sequence[str], name: str) -> None:
    """Refuse a value outside a closed set.

    Raises
    ------
    ParamError
        With what is allowed, and the nearest of it.
    """
    if value not in allowed:
        close = difflib.get_close_matches(str(value), allowed, n=1)
        fix = f"did you mean {close[0]}?" if close else f"choose from {', '.join(allowed)}"
        raise ParamError(_problem(f"{name} is {value!r}.", f"argument {name}", f"one of {', '.join(allowed)}", fix))


def check_number(value: object, name: str, *, low: float, high: float, whole: bool = False) -> None:
    """Refuse what is not a (whole) number from ``low`` to ``high``.

    Raises
    ------
    ParamError
        With the range.
    """
    kinds = (int, np.integer) if whole else (int, float, np.integer, np.floating)
    if isinstance(value, kinds) and not isinstance(value, bool) and low <= value <= high:
        return
    shown = f"from {low:g} to {high:g}" if np.isfinite(high) else f"from {low:g} up"
    raise ParamError(
        _problem(
            f"{name} is {value!r}.",
            f"argument {name}",
            f"a {'whole ' if whole else ''}number {shown}",
            f"choose a {'whole ' if whole else ''}number {shown}",
        )
    )


def differ(low: pd.Series | float, high: pd.Series | float) -> pd.Series | bool:
    """Whether the ends of an indicator are further apart than the last bits of a division: True or False."""
    return (high - low) > SAME * np.maximum(np.maximum(np.abs(low), np.abs(high)), LEAST)


def check_all(*checks: Callable[[], object]) -> None:
    """Run every check and raise what is wrong with parameters once, for all of them.

    Raises
    ------
    ParamError
        The problems of all checks, in order.
    """
    problems: list[Problem] = []
    for check in checks:
        try:
            check()
        except ParamError as error:
            problems += error.problems
    if problems:
        raise ParamError(problems)


def absent(needed: Iterable[object], there: Collection[object]) -> list[str]:
    """What is needed and not there, in order."""
    return [str(item) for item in needed if item not in there]


def _problem(what: str, where: str, rule: str, fix: str) -> Problem:
    return Problem(what=what, where=where, rule=rule, fix=fix)
