"""Numbers as people write them in tables: decimal commas, thousands kept apart, marks for what is not known."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from clusterkit.errors import Problem
from clusterkit.table_files import Row

UNKNOWN = frozenset({"", ":", "-", "–", ".", "..", "na", "n/a", "#n/a", "nan", "none", "null"})  # no figure
RULE = "numbers have a decimal point, or all of them a decimal comma"
_GAPS = re.compile(r"(?<=\d)[ \u00a0\u2009\u202f'’](?=\d{3}(?!\d))")  # between thousands
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_COMMA = re.compile(r"[+-]?\d*,\d+")
_THOUSANDS = {",": re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?"), ".": re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?")}


def read_numbers(
    rows: Sequence[Row], name: str, problems: list[Problem], *, largest: float = math.inf, point_is_sure: bool = True
) -> list[float]:
    """A column of numbers, all of them written in one way.

    Parameters
    ----------
    rows
        Of the table.
    name
        Of the column; no unit.
    problems
        What cannot be read is added here.
    largest
        Amount that no value can pass: 7,686 is then no thousand, where no degree is above 180.
    point_is_sure
        Whether 1.234 has three decimals where no other number of the column tells; else it is refused, as 1,234 is:
        for columns of counts, where some write thousands so.

    Returns
    -------
    list of float
        One for each row; NaN where the cell says that nothing is known, or cannot be read.

    Examples
    --------
    >>> rows = [Row({"value": text}, f"line {n}") for n, text in enumerate(["1.234,5", "12", ":", "3,25"])]
    >>> read_numbers(rows, "value", [])
    [1234.5, 12.0, nan, 3.25]
    """
    texts = [_text(row, name, problems) for row in rows]  # "" where the cell holds a number already
    with_comma = next((at for at, text in enumerate(texts) if _has_decimal_comma(text)), None)
    with_point = next((at for at, text in enumerate(texts) if _has_decimal_point(text)), None)
    if with_comma is not None and with_point is not None:
        what = (
            f"{name} has decimal commas ({rows[with_comma].text(name)!r}, {rows[with_comma].where}) and decimal points "
            f"({rows[with_point].text(name)!r})."
        )
        problems.append(Problem(what, rows[with_point].where, RULE, "write all of them with a decimal point"))
        return [math.nan] * len(rows)
    unclear = [at for at, text in enumerate(texts) if text.count(",") == 1 and _THOUSANDS[","].fullmatch(text)]
    if not point_is_sure:
        unclear += [at for at, text in enumerate(texts) if _is_either(text)]
    if unclear and all(abs(float(texts[at].replace(",", ""))) > largest for at in unclear):
        with_comma, unclear = unclear[0], []
    if unclear and with_comma is None and with_point is None:
        first = rows[unclear[0]]
        text = texts[unclear[0]]
        plain = text.replace(",", "").replace(".", "")
        what = f"{name} is {first.text(name)!r}: that can be {plain} or {text.replace(',', '.')}."
        problems.append(
            Problem(what, first.where, RULE, "write numbers with a decimal point, and no sign for thousands")
        )
        return [math.nan] * len(rows)
    return [
        _number(text, row, name, problems, comma=with_comma is not None) for text, row in zip(texts, rows, strict=True)
    ]


def _is_either(text: str) -> bool:
    """Whether the point of a number can stand for thousands too; before it stands no lone zero then."""
    return (
        text.count(".") == 1 and _THOUSANDS["."].fullmatch(text) is not None and not text.lstrip("+-").startswith("0")
    )


def _text(row: Row, name: str, problems: list[Problem]) -> str:
    """What is written there, without gaps between thousands; "" for a number, and where nothing is known."""
    value: Any = row.values.get(name)
    if isinstance(value, bool) or (value is not None and not isinstance(value, int | float | str)):
        what = f"{name} is {value!s}, a {'yes or no' if isinstance(value, bool) else 'date'} and no number."
        problems.append(Problem(what, row.where, RULE, "format the cells as numbers, and write the value again"))
        return ""
    if isinstance(value, int | float):
        return ""
    text = row.text(name).replace("\N{MINUS SIGN}", "-")
    return "" if text.lower() in UNKNOWN else _GAPS.sub("", text)


def _has_decimal_comma(text: str) -> bool:
    if text.count(".") > 1:
        return _THOUSANDS["."].fullmatch(text) is not None
    is_thousands = _THOUSANDS[","].fullmatch(text) is not None
    return (_COMMA.fullmatch(text) is not None and not is_thousands) or (
        "," in text and _THOUSANDS["."].fullmatch(text) is not None
    )


def _has_decimal_point(text: str) -> bool:
    if text.count(",") > 1 or ("," in text and "." in text):
        return _THOUSANDS[","].fullmatch(text) is not None
    return "." in text and _PLAIN.fullmatch(text) is not None and _THOUSANDS["."].fullmatch(text) is None


def _number(text: str, row: Row, name: str, problems: list[Problem], *, comma: bool) -> float:
    value = row.values.get(name)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) if math.isfinite(value) else math.nan
    if not text:
        return math.nan
    decimal, thousands = (",", ".") if comma else (".", ",")
    plain = text.replace(thousands, "") if _THOUSANDS[thousands].fullmatch(text) else text
    plain = plain.replace(decimal, ".")
    if _PLAIN.fullmatch(plain) and math.isfinite(float(plain)):
        return float(plain)
    fix = "write the number alone; leave the cell empty where there is none"
    problems.append(Problem(f"{name} is {row.text(name)[:60]!r}, no number.", row.where, RULE, fix))
    return math.nan
