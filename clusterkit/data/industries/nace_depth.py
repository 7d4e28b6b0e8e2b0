"""The depths of NACE Rev. 2 below the divisions: which groups and classes there are, and how people write them."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from clusterkit.data.industries.nace import NACE_DIVISIONS
from clusterkit.errors import did_you_mean

# Classes of each division, by the two digits after the point; the first of them is the group.
# Regulation (EC) 1893/2006, annex I: 272 groups, 615 classes.
_CLASSES = {
    "01": "11 12 13 14 15 16 19 21 22 23 24 25 26 27 28 29 30 41 42 43 44 45 46 47 49 50 61 62 63 64 70",
    "02": "10 20 30 40",
    "03": "11 12 21 22",
    "05": "10 20",
    "06": "10 20",
    "07": "10 21 29",
    "08": "11 12 91 92 93 99",
    "09": "10 90",
    "10": "11 12 13 20 31 32 39 41 42 51 52 61 62 71 72 73 81 82 83 84 85 86 89 91 92",
    "11": "01 02 03 04 05 06 07",
    "12": "00",
    "13": "10 20 30 91 92 93 94 95 96 99",
    "14": "11 12 13 14 19 20 31 39",
    "15": "11 12 20",
    "16": "10 21 22 23 24 29",
    "17": "11 12 21 22 23 24 29",
    "18": "11 12 13 14 20",
    "19": "10 20",
    "20": "11 12 13 14 15 16 17 20 30 41 42 51 52 53 59 60",
    "21": "10 20",
    "22": "11 19 21 22 23 29",
    "23": "11 12 13 14 19 20 31 32 41 42 43 44 49 51 52 61 62 63 64 65 69 70 91 99",
    "24": "10 20 31 32 33 34 41 42 43 44 45 46 51 52 53 54",
    "25": "11 12 21 29 30 40 50 61 62 71 72 73 91 92 93 94 99",
    "26": "11 12 20 30 40 51 52 60 70 80",
    "27": "11 12 20 31 32 33 40 51 52 90",
    "28": "11 12 13 14 15 21 22 23 24 25 29 30 41 49 91 92 93 94 95 96 99",
    "29": "10 20 31 32",
    "30": "11 12 20 30 40 91 92 99",
    "31": "01 02 03 09",
    "32": "11 12 13 20 30 40 50 91 99",
    "33": "11 12 13 14 15 16 17 19 20",
    "35": "11 12 13 14 21 22 23 30",
    "36": "00",
    "37": "00",
    "38": "11 12 21 22 31 32",
    "39": "00",
    "41": "10 20",
    "42": "11 12 13 21 22 91 99",
    "43": "11 12 13 21 22 29 31 32 33 34 39 91 99",
    "45": "11 19 20 31 32 40",
    "46": "11 12 13 14 15 16 17 18 19 21 22 23 24 31 32 33 34 35 36 37 38 39 41 42 43 44 45 46 47 48 "
          "49 51 52 61 62 63 64 65 66 69 71 72 73 74 75 76 77 90",
    "47": "11 19 21 22 23 24 25 26 29 30 41 42 43 51 52 53 54 59 61 62 63 64 65 71 72 73 74 75 76 77 "
          "78 79 81 82 89 91 99",
    "49": "10 20 31 32 39 41 42 50",
    "50": "10 20 30 40",
    "51": "10 21 22",
    "52": "10 21 22 23 24 29",
    "53": "10 20",
    "55": "10 20 30 90",
    "56": "10 21 29 30",
    "58": "11 12 13 14 19 21 29",
    "59": "11 12 13 14 20",
    "60": "10 20",
    "61": "10 20 30 90",
    "62": "01 02 03 09",
    "63": "11 12 91 99",
    "64": "11 19 20 30 91 92 99",
    "65": "11 12 20 30",
    "66": "11 12 19 21 22 29 30",
    "68": "10 20 31 32",
    "69": "10 20",
    "70": "10 21 22",
    "71": "11 12 20",
    "72": "11 19 20",
    "73": "11 12 20",
    "74": "10 20 30 90",
    "75": "00",
    "77": "11 12 21 22 29 31 32 33 34 35 39 40",
    "78": "10 20 30",
    "79": "11 12 90",
    "80": "10 20 30",
    "81": "10 21 22 29 30",
    "82": "11 19 20 30 91 92 99",
    "84": "11 12 13 21 22 23 24 25 30",
    "85": "10 20 31 32 41 42 51 52 53 59 60",
    "86": "10 21 22 23 90",
    "87": "10 20 30 90",
    "88": "10 91 99",
    "90": "01 02 03 04",
    "91": "01 02 03 04",
    "92": "00",
    "93": "11 12 13 19 21 29",
    "94": "11 12 20 91 92 99",
    "95": "11 12 21 22 23 24 25 29",
    "96": "01 02 03 04 09",
    "97": "00",
    "98": "10 20",
    "99": "00",
}  # fmt: skip
_DIVISION = {code[1:]: code for code in NACE_DIVISIONS}  # by its two digits

TOTAL = "TOTAL"  # all industries that an office counts, whichever these are
SECTIONS = tuple(dict.fromkeys(code[0] for code in NACE_DIVISIONS))
CLASSES = tuple(f"{_DIVISION[digits]}.{rest}" for digits, all_ in _CLASSES.items() for rest in all_.split())
GROUPS = tuple(dict.fromkeys(code[:-1] for code in CLASSES))
NACE_CODES = frozenset((*SECTIONS, *NACE_DIVISIONS, *GROUPS, *CLASSES))
DEPTHS = {1: "section", 3: "division", 5: "group", 6: "class"}  # by length of the code

_PARTS = re.compile(r"([A-Z]?)(?:(\d\d)(?:\.?(\d)(?:\.?(\d))?)?)?")
_DEEPER = re.compile(r"[A-Z]?\d\d\.?\d\.?\d(\.?\d+)?[A-Z]?")
_WITHOUT_ZERO = re.compile(r"\d(\.\d{1,2})?")


def depth(code: str) -> str:
    """What a code is: ``section``, ``division``, ``group`` or ``class``.

    >>> [depth(code) for code in ("C", "C13", "C13.1", "C13.10")]
    ['section', 'division', 'group', 'class']
    """
    return DEPTHS[len(code)]


def parent(code: str) -> str | None:
    """The code above; None above a section.

    >>> parent("C13.10"), parent("C13.1"), parent("C13"), parent("C")
    ('C13.1', 'C13', 'C', None)
    """
    return {1: None, 3: code[:1], 5: code[:3], 6: code[:5]}[len(code)]


def ancestors(code: str) -> list[str]:
    """All codes above, the nearest first.

    >>> ancestors("C13.10")
    ['C13.1', 'C13', 'C']
    """
    above, found = parent(code), []
    while above is not None:
        found.append(above)
        above = parent(above)
    return found


def children(code: str) -> tuple[str, ...]:
    """The codes that a code is made of, all of the next depth.

    >>> children("C13"), children("C13.10")
    (('C13.1', 'C13.2', 'C13.3', 'C13.9'), ())
    """
    return _CHILDREN.get(code, ())


def parts_of(code: str, given: Collection[str]) -> tuple[list[str], bool]:
    """The codes of a table that a code is made of, each once, and whether they are all there is of it.

    Parameters
    ----------
    code
        A code, or ``TOTAL``.
    given
        Codes of the table, of any depth.

    Returns
    -------
    tuple
        The nearest codes below that the table has; False where a part of the code has none.

    Examples
    --------
    >>> parts_of("C13", ["C13.1", "C13.2", "C13.91", "C13.3"])
    (['C13.1', 'C13.2', 'C13.3', 'C13.91'], False)
    >>> parts_of("C21", ["C21.1", "C21.20"])
    (['C21.1', 'C21.20'], True)
    """
    found: list[str] = []
    below = children(code)
    is_whole = bool(below)
    for child in below:
        if child in given:
            found.append(child)
            continue
        inner, is_all = parts_of(child, given)
        found += inner
        is_whole = is_whole and is_all
    return found, is_whole


_CHILDREN: dict[str, tuple[str, ...]] = {TOTAL: SECTIONS}
for _code in (*NACE_DIVISIONS, *GROUPS, *CLASSES):
    _CHILDREN[str(parent(_code))] = (*_CHILDREN.get(str(parent(_code)), ()), _code)


class Parsed(NamedTuple):
    """A code as somebody wrote it: the code itself, or what is wrong and how to mend it ("" where nothing is)."""

    code: str
    wrong: str = ""
    fix: str = ""


def parse_code(text: str) -> Parsed:
    """A code of NACE Rev. 2 of any depth, as offices write it.

    >>> [parse_code(text).code for text in ("13.1", "C131", "c 13,10", "1310", "13", "C")]
    ['C13.1', 'C13.1', 'C13.10', 'C13.10', 'C13', 'C']
    >>> parse_code("1.11").fix
    'write 01.11, with the zero before it: a spreadsheet has taken the code for a number'
    """
    plain = text.strip().strip("'\"").upper().replace(",", ".").replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
    plain = plain.removesuffix(".")
    found = _PARTS.fullmatch(plain)
    if not plain or found is None:
        if _WITHOUT_ZERO.fullmatch(plain):
            fix = f"write 0{plain}, with the zero before it: a spreadsheet has taken the code for a number"
            return Parsed("", f"{text!r} is not a NACE code.", fix)
        if _DEEPER.fullmatch(plain):
            what = f"{text!r} is deeper than NACE, or of a national version of it."
            return Parsed("", what, "add up the figures of each class of NACE, the first four digits")
        return Parsed("", f"{text!r} is not a NACE code.", "write C, C13, C13.1 or C13.10")
    letter, division, group, last = found.groups()
    if division is None:
        code = letter
    elif division not in _DIVISION:
        return Parsed("", f"{text!r}: NACE Rev. 2 has no division {division}.", "correct the first two digits")
    else:
        whole = _DIVISION[division]
        if letter and letter != whole[0]:
            return Parsed("", f"{text!r}: division {division} is in section {whole[0]}.", f"write {whole}{plain[3:]}")
        code = whole + (f".{group}{last or ''}" if group else "")
    if code in NACE_CODES:
        return Parsed(code)
    kind = depth(code)
    near = [known for known in NACE_CODES if known[:3] == code[:3] and len(known) == len(code)]
    fix = did_you_mean(code, sorted(near), "check it: NACE Rev. 2.1, of 2025, has other codes, which do not fit here")
    return Parsed("", f"{text!r}: NACE Rev. 2 has no {kind} {code}.", fix)
