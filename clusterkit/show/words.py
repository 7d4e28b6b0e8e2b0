"""Numbers and lists as a reader expects them in a sentence.

All text is typographic already (’ “ ” – and no-break spaces), so that every renderer shows
the same words.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

NBSP = "\u00a0"
UNKNOWN = "not published"
_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def is_known(value: float | None) -> TypeGuard[float]:
    """Whether a number is there."""
    return value is not None and not math.isnan(value)


def number(value: float | None, decimals: int = 0) -> str:
    """A number with thousands separated, ``not published`` where unknown.

    >>> number(27112.4), number(float("nan"))
    ('27,112', 'not published')
    """
    if not is_known(value):
        return UNKNOWN
    text = f"{value:,.{decimals}f}"
    return text.replace("-", "−") if float(text.replace(",", "")) else f"{0:.{decimals}f}"


def decimal(value: float | None) -> str:
    """A ratio or rate: one decimal under 20, none above.

    >>> decimal(3.58), decimal(42.1)
    ('3.6', '42')
    """
    return number(value, 1 if is_known(value) and abs(value) < 19.95 else 0)


def percent(value: float | None) -> str:
    """A share with its sign, ``3.4 %``."""
    return f"{decimal(value)}{NBSP}%" if is_known(value) else UNKNOWN


def cardinal(n: int) -> str:
    """A count alone, small numbers in words.

    >>> cardinal(0), cardinal(3), cardinal(1500)
    ('none', 'three', '1,500')
    """
    return "none" if n == 0 else _SMALL[n] if n < len(_SMALL) else number(n)


def ordinal(rank: float) -> str:
    """A place in an order, ``33rd``.

    >>> ordinal(1), ordinal(12.0), ordinal(33)
    ('1st', '12th', '33rd')
    """
    n = int(rank)
    ending = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n:,}{ending}"


def out_of(n: int, total: int) -> str:
    """A part of a whole, ``three of eight``, ``all eight``, ``none of eight``.

    >>> out_of(8, 8), out_of(0, 8)
    ('all eight', 'none of eight')
    """
    return f"all {cardinal(total)}" if n == total > 1 else f"{cardinal(n)} of {cardinal(total)}"


def count(n: int, singular: str, plural: str | None = None) -> str:
    """A count with its noun, small numbers in words.

    >>> count(1, "sector"), count(0, "sector"), count(14, "sector")
    ('one sector', 'no sector', '14 sectors')
    """
    return f"{'no' if n == 0 else cardinal(n)} {singular if n in (0, 1) else plural or singular + 's'}"


def listing(items: Sequence[str]) -> str:
    """Items joined by commas and a last "and".

    >>> listing(["a", "b", "c"])
    'a, b and c'
    """
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def times(lq: float | None, low: float | None = None, high: float | None = None, *, certain: bool = True) -> str:
    """A location quotient as "3.6 times", or its range where hidden cells leave it open.

    >>> times(3.58), times(42.1, 21.2, 42.1, certain=False)
    ('3.6 times', 'between 21 and 42 times')
    """
    if certain and is_known(lq):
        return f"{decimal(lq)} times"
    if is_known(low) and is_known(high):
        if decimal(low) == decimal(high):
            return f"{decimal(low)} times"
        return (
            f"up to {decimal(high)} times"
            if decimal(low) == "0.0"
            else f"between {decimal(low)} and {decimal(high)} times"
        )
    return f"at least {decimal(low)} times" if is_known(low) and low > 0 else "an unknown multiple of"


def times_of(row: Mapping[str, Any], name: str = "lq") -> str:
    """A location quotient of a table, or its range: see :func:`times`.

    Parameters
    ----------
    row
        With the columns ``name``, ``name_low`` and ``name_high`` (no unit) and ``name_is_certain`` (bool).
    name
        Of the column.

    >>> times_of({"lq": 3.58, "lq_low": 3.5, "lq_high": 3.6, "lq_is_certain": True})
    '3.6 times'
    """
    return times(row[name], row[f"{name}_low"], row[f"{name}_high"], certain=bool(row[f"{name}_is_certain"]))


def change(growth_pct: float | None) -> str:
    """A growth rate as "15 % fewer" or "6 % more".

    >>> change(-15.19).replace(NBSP, " "), change(0.02)
    ('15 % fewer', 'as many')
    """
    if not is_known(growth_pct):
        return "with no comparable figure for"
    size = f"{number(abs(growth_pct), 0 if abs(growth_pct) >= 9.95 else 1)}{NBSP}%"
    if abs(growth_pct) < 0.05:
        return "as many"
    return f"{size} {'more' if growth_pct > 0 else 'fewer'}"


def signed_percent(value: float | None) -> str:
    """A change with its sign, ``+6.3 %``."""
    if not is_known(value):
        return UNKNOWN
    text = number(abs(value), 1 if abs(value) < 99.95 else 0)
    sign = "" if float(text.replace(",", "")) == 0 else "+" if value > 0 else "−"
    return f"{sign}{text}{NBSP}%"


def sentence(text: str) -> str:
    """The same text with a capital first letter."""
    return text[:1].upper() + text[1:]
