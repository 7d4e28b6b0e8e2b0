"""An error says what, where, the rule and the fix; many are counted; none is lost between processes."""

from __future__ import annotations

import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from clusterkit import errors
from clusterkit.errors import ClusterkitError, Problem, some

KINDS = (errors.ParamError, errors.SourceError, errors.ContractError, errors.CoverageError, errors.RunError)


def problem(number: int = 1) -> Problem:
    return Problem(
        what=f"Value {number} is wrong.", where=f"file, line {number}", rule="the rule", fix=f"mend {number}"
    )


def fail(count: int) -> None:
    raise errors.SourceError([problem(number) for number in range(count)])


def test_one_problem_has_four_parts_in_four_lines() -> None:
    assert str(ClusterkitError(problem())) == (
        "Value 1 is wrong.\n  where: file, line 1\n  rule:  the rule\n  fix:   mend 1"
    )


def test_several_problems_are_counted_first() -> None:
    assert str(ClusterkitError([problem(1), problem(2)])) == f"2 problems:\n{problem(1)}\n{problem(2)}"


@pytest.mark.parametrize(
    ("count", "last"),
    [(5, "  fix:   mend 5"), (6, "... and 1 more problem."), (42, "... and 37 more problems.")],
)
def test_the_first_five_are_shown_and_the_rest_is_counted(count: int, last: str) -> None:
    lines = str(ClusterkitError([problem(number) for number in range(1, count + 1)])).splitlines()
    assert lines[0] == f"{count} problems:"
    assert [line for line in lines if line.startswith("Value")] == [
        f"Value {number} is wrong." for number in range(1, 6)
    ]
    assert lines[-1] == last


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_caught_by_its_base_and_keeps_its_parts(kind: type[ClusterkitError]) -> None:
    with pytest.raises(ClusterkitError) as caught:
        raise kind(problem())
    assert caught.value.problems == (problem(),)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [1, 7])
def test_an_error_survives_pickling(kind: type[ClusterkitError], count: int) -> None:
    before = kind([problem(number) for number in range(count)])
    after = pickle.loads(pickle.dumps(before))
    assert type(after) is kind
    assert after.problems == before.problems
    assert str(after) == str(before)


def test_an_error_comes_back_whole_from_a_worker_process() -> None:
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        error = pool.submit(fail, 2).exception(timeout=60)
    assert isinstance(error, errors.SourceError)
    assert error.problems == (problem(0), problem(1))


def test_a_problem_cannot_be_changed_and_is_compared_by_its_parts() -> None:
    with pytest.raises(AttributeError):
        problem().what = "another"  # type: ignore[misc]
    assert {problem(), problem()} == {problem()}


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b", "c", "d", "e"], "a, b, c, d, e"),
        (["a", "b", "c", "d", "e", "f"], "a, b, c, d, e and 1 more"),
        (range(42), "0, 1, 2, 3, 4 and 37 more"),
    ],
)
def test_some_shows_five_and_counts_the_rest(values: list[object], text: str) -> None:
    assert some(values) == text
