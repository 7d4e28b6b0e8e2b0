"""What was worked out from tables is kept for the same tables, and for no others."""

from __future__ import annotations

import pandas as pd
import pytest

from clusterkit.data import remembered


class Total:
    """Adds up a column and counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, table: pd.DataFrame, *, name: str = "a") -> pd.DataFrame:
        self.times += 1
        return table[[name]].sum().to_frame("total")


@pytest.fixture
def table() -> pd.DataFrame:
    return pd.DataFrame({"a": [1.0, None, 3.0], "code": ["AT31", "BE10", None]}, index=["x", "y", "z"])


def test_the_same_tables_are_worked_on_once_whoever_holds_them(table: pd.DataFrame) -> None:
    work = Total()
    total = remembered.by_content(work)
    assert total(table).loc["a", "total"] == 4
    assert total(table.copy()).loc["a", "total"] == 4
    assert work.times == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.assign(a=[1.0, None, 4.0]),
        lambda t: t.assign(code=["AT31", "BE10", "FR10"]),
        lambda t: t.rename(index={"x": "w"}),
        lambda t: t.rename(columns={"code": "nuts_id"}),
        lambda t: t.astype({"a": "float32"}),
        lambda t: t.iloc[::-1],
        lambda t: t.assign(a=[1.0, 0.0, 3.0]),
    ],
)
def test_other_tables_are_worked_on_anew(table: pd.DataFrame, change) -> None:
    work = Total()
    total = remembered.by_content(work)
    total(table)
    other = change(table)
    pd.testing.assert_frame_equal(total(other), Total()(other))
    assert work.times == 2


def test_other_options_are_other_results(table: pd.DataFrame) -> None:
    work = Total()
    total = remembered.by_content(work)
    assert total(table, name="a").loc["a", "total"] == 4
    assert list(total(table, name="code").index) == ["code"]
    assert total(table, name="a").loc["a", "total"] == 4
    assert work.times == 2


def test_a_table_that_is_changed_afterwards_is_another_one(table: pd.DataFrame) -> None:
    total = remembered.by_content(Total())
    assert total(table).loc["a", "total"] == 4
    table.loc["x", "a"] = 11.0
    assert total(table).loc["a", "total"] == 14


def test_what_a_caller_does_to_a_result_stays_with_the_caller(table: pd.DataFrame) -> None:
    total = remembered.by_content(Total(), own=remembered.copy_on_write)
    mine = total(table)
    mine.loc["a", "total"] = -1.0
    assert total(table).loc["a", "total"] == 4


def test_the_oldest_results_go_first_and_failures_are_not_kept(table: pd.DataFrame) -> None:
    work = Total()
    total = remembered.by_content(work)
    for number in range(remembered.MOST + 1):
        total(table.assign(a=float(number)))
    total(table.assign(a=float(remembered.MOST)))
    assert work.times == remembered.MOST + 1
    total(table.assign(a=0.0))
    assert work.times == remembered.MOST + 2
    for _ in range(2):
        with pytest.raises(KeyError):
            total(table, name="b")
    assert work.times == remembered.MOST + 4
