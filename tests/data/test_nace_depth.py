"""Codes of NACE Rev. 2 of every depth: which there are, what is above and below, and how offices write them."""

from __future__ import annotations

import pytest

from clusterkit.data.industries import NACE_DIVISIONS
from clusterkit.data.industries.nace_depth import (
    CLASSES,
    GROUPS,
    NACE_CODES,
    SECTIONS,
    TOTAL,
    ancestors,
    children,
    depth,
    parse_code,
    parts_of,
)


def test_there_are_as_many_codes_as_in_the_regulation() -> None:
    assert (len(SECTIONS), len(NACE_DIVISIONS), len(GROUPS), len(CLASSES)) == (21, 88, 272, 615)
    assert len(NACE_CODES) == 21 + 88 + 272 + 615
    assert {code[:3] for code in CLASSES} == set(NACE_DIVISIONS)


def test_every_code_is_the_child_of_the_one_above() -> None:
    for code in NACE_CODES - set(SECTIONS):
        assert code in children(ancestors(code)[0])
        assert ancestors(code)[-1] == code[0]
    assert children(TOTAL) == SECTIONS


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("13.1", "C13.1"), ("C13.1", "C13.1"), ("C131", "C13.1"), ("131", "C13.1"), (" c 13,1 ", "C13.1"),
        ("13.10", "C13.10"), ("1310", "C13.10"), ("C1310", "C13.10"), ("13.1.0", "C13.10"), ('"13.10"', "C13.10"),
        ("13", "C13"), ("C13", "C13"), ("01.11", "A01.11"), ("C", "C"), ("g", "G"), ("62.01", "J62.01"),
    ],
)  # fmt: skip
def test_codes_are_read_as_offices_write_them(text: str, code: str) -> None:
    assert parse_code(text) == (code, "", "")


@pytest.mark.parametrize("code", ["C", "C13", "C13.1", "C13.10", "S95.29", "A01"])
def test_a_code_as_it_is_kept_is_read_as_itself(code: str) -> None:
    assert parse_code(code).code == code


@pytest.mark.parametrize(
    ("text", "wrong", "fix"),
    [
        ("13.7", "'13.7': NACE Rev. 2 has no group C13.7.", "did you mean C13.9?"),
        ("13.13", "'13.13': NACE Rev. 2 has no class C13.13.", "did you mean C13.93?"),
        ("34.1", "'34.1': NACE Rev. 2 has no division 34.", "correct the first two digits"),
        ("G13.1", "'G13.1': division 13 is in section C.", "write C13.1"),
        (
            "1.11",
            "'1.11' is not a NACE code.",
            "write 01.11, with the zero before it: a spreadsheet has taken the code for a number",
        ),
        (
            "13.10.01",
            "'13.10.01' is deeper than NACE, or of a national version of it.",
            "add up the figures of each class of NACE, the first four digits",
        ),
        (
            "1310Z",
            "'1310Z' is deeper than NACE, or of a national version of it.",
            "add up the figures of each class of NACE, the first four digits",
        ),
        ("textiles", "'textiles' is not a NACE code.", "write C, C13, C13.1 or C13.10"),
        ("", "'' is not a NACE code.", "write C, C13, C13.1 or C13.10"),
    ],
)
def test_what_is_no_code_is_answered_with_what_to_write(text: str, wrong: str, fix: str) -> None:
    assert parse_code(text) == ("", wrong, fix)


def test_parts_are_the_nearest_codes_below_each_once() -> None:
    assert parts_of("C13", ["C13", "C13.1", "C13.10", "C13.2", "C13.3", "C13.9"]) == (
        ["C13.1", "C13.2", "C13.3", "C13.9"],
        True,
    )
    assert parts_of("C13", ["C13.10", "C13.20", "C13.3"]) == (["C13.10", "C13.20", "C13.3"], False)
    assert parts_of("C13.10", NACE_CODES) == ([], False)


def test_depths_have_names() -> None:
    assert [depth(code) for code in ("C", "C13", "C13.1", "C13.10")] == ["section", "division", "group", "class"]
