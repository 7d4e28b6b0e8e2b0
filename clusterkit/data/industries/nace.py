"""The divisions of NACE Rev. 2, and what to say of a code that is none of them."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING

from clusterkit.errors import ContractError, Problem, did_you_mean, some

if TYPE_CHECKING:
    from clusterkit.table_files import Row

# First and last division of each section of NACE Rev. 2; Regulation (EC) 1893/2006, annex I.
# 04, 34, 40, 44, 48, 54, 57, 67, 76, 83 and 89 are not in use.
_SECTIONS = {
    "A": (1, 3), "B": (5, 9), "C": (10, 33), "D": (35, 35), "E": (36, 39), "F": (41, 43), "G": (45, 47),
    "H": (49, 53), "I": (55, 56), "J": (58, 63), "K": (64, 66), "L": (68, 68), "M": (69, 75), "N": (77, 82),
    "O": (84, 84), "P": (85, 85), "Q": (86, 88), "R": (90, 93), "S": (94, 96), "T": (97, 98), "U": (99, 99),
}  # fmt: skip
NACE_DIVISIONS = tuple(
    f"{section}{number:02d}" for section, (first, last) in _SECTIONS.items() for number in range(first, last + 1)
)
# Divisions outside the business economy without finance: no regional figures here, but strategies name them.
OUTSIDE_NAMES = {
    "A01": "Farming and hunting", "A02": "Forestry", "A03": "Fishing and aquaculture", "K64": "Banking",
    "K65": "Insurance and pension funds", "K66": "Services to finance and insurance", "O84": "Public administration",
    "P85": "Education", "Q86": "Health", "Q87": "Residential care", "Q88": "Social work",
    "R90": "Arts and entertainment",
    "R91": "Libraries and museums", "R92": "Gambling",
    "R93": "Sports and recreation", "S94": "Membership organisations",
    "S96": "Other personal services", "T97": "Households as employers", "T98": "Goods and services of households",
    "U99": "International organisations",
}  # fmt: skip
ECONOMY = "B-N_S95_X_K"  # Eurostat's code of the business economy without finance


def check_divisions(codes: Collection[str], where: str) -> None:
    """Refuse codes that are not divisions, or stand twice.

    Raises
    ------
    ContractError
        All of them at once.
    """
    seen = list(codes)
    problems = []
    if unknown := [code for code in seen if code not in NACE_DIVISIONS]:
        problems.append(
            Problem(
                what=f"{len(unknown)} codes are not divisions of NACE Rev. 2: {some(unknown)}.",
                where=where,
                rule="categories are made of divisions; sections and totals would count jobs twice",
                fix="keep the columns of divisions only, such as C29",
            )
        )
    if twice := sorted({str(code) for code in seen if seen.count(code) > 1}):
        problems.append(
            Problem(
                what=f"{len(twice)} codes stand twice: {some(twice)}.",
                where=where,
                rule="one column per division",
                fix="add the columns up, or drop one",
            )
        )
    if problems:
        raise ContractError(problems)


def parse_sectors(row: Row, problems: list[Problem], name: str = "sectors") -> list[str]:
    """Divisions of NACE in one cell; a section stands for all of its divisions."""
    found: list[str] = []
    sections = {code[0] for code in NACE_DIVISIONS}
    for text in row.several(name):
        code = text.upper()
        if code in sections:
            found += [division for division in NACE_DIVISIONS if division[0] == code]
        elif code in NACE_DIVISIONS:
            found.append(code)
        else:
            fine = re.fullmatch(r"([A-U]\d\d)\.?\d{1,2}", code)
            fix = (
                f"write {fine[1]}, the division it belongs to"
                if fine and fine[1] in NACE_DIVISIONS
                else "put semicolons between the codes"
                if "," in code
                else did_you_mean(code, NACE_DIVISIONS, "write a division such as C29, or a section such as C")
            )
            problems.append(
                Problem(
                    f"{name} has {text!r}.",
                    row.where,
                    "divisions or sections of NACE Rev. 2, the finest that the figures carry",
                    fix,
                )
            )
    return list(dict.fromkeys(found))
