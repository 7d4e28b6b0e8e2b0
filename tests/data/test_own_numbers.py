"""Numbers as people write them: read in one way, or refused with the way to write them."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterkit.data.own.numbers import read_numbers
from clusterkit.errors import Problem
from clusterkit.table_files import Row


def read(*cells: object, largest: float = math.inf) -> tuple[list[float | None], list[Problem]]:
    """Values with None for what is not known, and what is said of them."""
    problems: list[Problem] = []
    rows = [Row({"value": cell}, f"line {at}") for at, cell in enumerate(cells, start=2)]
    found = read_numbers(rows, "value", problems, largest=largest)
    return [None if math.isnan(value) else value for value in found], problems


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1.5", "12", "-3"], [1.5, 12, -3]),
        (["1,5", "12", "0,25"], [1.5, 12, 0.25]),
        (["1.234,5", "12"], [1234.5, 12]),
        (["1,234.5", "1,234"], [1234.5, 1234]),
        (["1.234.567", "12,5"], [1234567, 12.5]),
        (["1,234,567"], [1234567]),
        (["1.234,5", "1.234"], [1234.5, 1234]),  # the same mark means the same in all rows
        (["1.234", "2"], [1.234, 2]),  # a point alone is a decimal point
        (["1 234", "1\u00a0234,5", "1\u202f234"], [1234, 1234.5, 1234]),
        (["1'234.5", "1’234.5"], [1234.5, 1234.5]),
        (["\u22121.5", ".5", "1e-3"], [-1.5, 0.5, 0.001]),
        (["", ":", "..", "n/a", "NaN", "–", None], [None] * 7),
        ([3, 2.5, 0.001, math.nan], [3, 2.5, 0.001, None]),
        ([1.234, "3,5"], [1.234, 3.5]),  # a number of a workbook is what it is, whatever texts stand beside it
    ],
)
def test_numbers_are_read(cells: list[object], values: list[float | None]) -> None:
    assert read(*cells) == (values, [])


@pytest.mark.parametrize(
    ("cells", "what", "fix"),
    [
        (["1,5", "1.5"], "value has decimal commas ('1,5', line 2) and decimal points ('1.5').", "write all of them"),
        (
            ["1,234"],
            "value is '1,234': that can be 1234 or 1.234.",
            "write numbers with a decimal point, and no sign for thousands",
        ),
        (["12 %"], "value is '12 %', no number.", "write the number alone"),
        (["12.3 b"], "value is '12.3 b', no number.", "leave the cell empty"),
        (["1,23,4"], "value is '1,23,4', no number.", "write the number alone"),
        (["inf"], "value is 'inf', no number.", "write the number alone"),
        (["1e999"], "value is '1e999', no number.", "write the number alone"),
        ([True], "value is True, a yes or no and no number.", "format the cells as numbers"),
        ([dt.datetime(2021, 3, 5)], "value is 2021-03-05 00:00:00, a date and no number.", "format the cells"),
    ],
)
def test_what_is_no_number_or_two_is_refused(cells: list[object], what: str, fix: str) -> None:
    values, problems = read(*cells)
    assert values == [None] * len(cells)
    (problem,) = problems
    assert problem.what == what
    assert problem.where.startswith("line ")
    assert fix in problem.fix


def test_a_number_that_would_be_too_large_is_no_thousand() -> None:
    assert read("7,686", "12", largest=180) == ([7.686, 12], [])


@given(st.lists(st.floats(-1e9, 1e9).map(lambda value: round(value, 2)), min_size=1, max_size=20))
def test_the_way_of_writing_changes_no_value(values: list[float]) -> None:
    english, continental = [f"{value:,.2f}" for value in values], []
    for text in english:
        continental.append(text.replace(",", " ").replace(".", ",").replace(" ", "."))
    assert read(*english) == (values, [])
    assert read(*continental) == (values, [])
    assert read(*values) == (values, [])
