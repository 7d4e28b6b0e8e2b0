"""Categories of industries: their names, the NACE divisions they are made of, and how well those carry them."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from clusterkit import yamlfile
from clusterkit.errors import ClusterkitError, ContractError, ParamError, Problem, some

ECONOMY = "B-N_S95_X_K"  # Eurostat's code of the business economy without finance

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

Rating = Literal["exact", "approximate", "not observable"]
RATINGS: tuple[Rating, ...] = ("exact", "approximate", "not observable")
RULE = "docs/taxonomies.md#file-format"
EXAMPLE = "params/taxonomies/technology-intensity.yaml"
ROUNDING = 1e-9  # weight (no unit); sums of decimal fractions may exceed 1 by this much

_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_REQUIRED = ("schema_version", "id", "title", "source", "categories")
_OPTIONAL = ("overlapping", "sections")
_CATEGORY_KEYS = ("name", "rating", "reason", "members")


@dataclass(frozen=True)
class Category:
    """What a category is made of, and how far NACE divisions can carry it."""

    rating: Rating
    reason: str
    members: dict[str, float]  # NACE division to weight (no unit, more than 0, at most 1)


@dataclass(frozen=True)
class Taxonomy:
    """Categories in reading order: code to name, and code to what each is made of.

    Where a category is a NACE division, as in ``nace-divisions``, its code is that of the
    division and ``sections`` names its section.
    """

    id: str
    title: str
    sections: dict[str, str]
    categories: dict[str, str]
    definitions: dict[str, Category] = field(default_factory=dict)
    source: str = ""
    overlapping: bool = False

    def label(self, code: str) -> str:
        """Name with its NACE code, ``Textiles (C13)``; the name alone where the category has no NACE code."""
        return f"{self.categories[code]} ({code})" if code in NACE_DIVISIONS else self.categories[code]

    def phrase(self, code: str) -> str:
        """The label inside a sentence, ``textiles (C13)``."""
        label = self.label(code)
        return label[0].lower() + label[1:]

    def section_of(self, code: str) -> str:
        """Name of the section that a code belongs to; the taxonomy's title where there are no sections."""
        return self.sections[code[0]] if self.sections else self.title


def load_taxonomy(path: Path) -> Taxonomy:
    """Read and check a taxonomy file.

    Raises
    ------
    ParamError
        All at once: an unknown, missing or empty key, a code or name that is malformed or stands
        twice, an unknown NACE division, a weight outside 0 to 1, a rating that does not fit its
        members, a division given away beyond weight 1 in a taxonomy that is not ``overlapping``.
    """
    data, locate = yamlfile.read(path)
    problems = _check_top(data, locate, path)
    categories = data.get("categories") or {}
    definitions = {}
    if isinstance(categories, dict):
        for code, entry in categories.items():
            found = _check_category(code, entry, data.get("sections"), locate)
            problems += found
            if not found:
                definitions[code] = _category(code, entry)
        problems += _check_names(categories, locate)
        if data.get("overlapping") is not True:
            problems += _check_partition(categories, locate)
    if problems:
        raise ParamError(problems)
    return Taxonomy(
        id=data["id"],
        title=data["title"],
        sections=data.get("sections", {}),
        categories={code: _name(entry) for code, entry in categories.items()},
        definitions=definitions,
        source=data["source"],
        overlapping=data.get("overlapping", False),
    )


def list_taxonomies(folder: Path) -> dict[str, Taxonomy]:
    """Every taxonomy of a folder, by identifier, in alphabetical order.

    Raises
    ------
    ParamError
        Every problem of every file at once, or no file at all.
    """
    problems: list[Problem] = []
    loaded = {}
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        problems.append(
            Problem(
                what="There is no taxonomy file.",
                where=str(folder),
                rule="one YAML file per taxonomy",
                fix="check the folder's name; params/taxonomies of a fresh checkout holds six",
            )
        )
    for path in paths:
        try:
            loaded[path.stem] = load_taxonomy(path)
        except ClusterkitError as exc:
            problems += exc.problems
    if problems:
        raise ParamError(problems)
    return loaded


def aggregate(employment: pd.DataFrame, taxonomy: Taxonomy) -> pd.DataFrame:
    """Persons employed in each category: the sum of its divisions, each by its weight.

    Parameters
    ----------
    employment
        Persons employed, shape (n_regions, n_divisions); index ``nuts_id``, columns NACE
        divisions. NaN is unknown.
    taxonomy
        Categories and their members. Divisions of the table that no category holds are left out.

    Returns
    -------
    pandas.DataFrame
        Persons employed, shape (n_regions, n_categories); columns category codes. An unknown
        member makes the category of that region unknown (NaN) and no other. A member that is no
        column of ``employment`` is left out: see :func:`coverage`. A category that has no member
        among the columns, or is not observable, is NaN throughout.

    Raises
    ------
    ContractError
        A column is not a NACE division, or stands twice.

    Examples
    --------
    >>> divisions = pd.DataFrame({"C13": [30.0, 10.0], "C14": [20.0, None]}, index=["ITC1", "LT00"])
    >>> cloth = Taxonomy("cloth", "Cloth", {}, {"textiles": "Textiles"},
    ...                  {"textiles": Category("approximate", "an example", {"C13": 1.0, "C14": 0.5})})
    >>> aggregate(divisions, cloth)["textiles"].tolist()
    [40.0, nan]
    """
    _check_divisions(employment.columns, "column names of the employment table")
    sums = {}
    for code in taxonomy.categories:
        members = taxonomy.definitions[code].members
        present = [division for division in members if division in employment.columns]
        weights = pd.Series({division: members[division] for division in present}, dtype=float)
        if present:
            sums[code] = (
                employment[present].astype(float).mul(weights, axis="columns").sum(axis="columns", skipna=False)
            )
        else:
            sums[code] = pd.Series(math.nan, index=employment.index)
    return pd.DataFrame(sums, index=employment.index, columns=list(taxonomy.categories), dtype=float)


def aggregate_range(low: pd.DataFrame, high: pd.DataFrame, taxonomy: Taxonomy) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Least and most persons employed that each category can have, where divisions are partly hidden.

    Parameters
    ----------
    low, high
        Bounds of every cell (persons employed), as :func:`clusterkit.data.hidden.bounds` gives
        them, both of shape (n_regions, n_divisions) with the same index and columns. A published
        cell has both equal; NaN means that no published figure bounds the cell.

    Returns
    -------
    tuple of pandas.DataFrame
        Lower and upper bound (persons employed), shape (n_regions, n_categories) each. The bounds
        hold for any pattern of hidden cells; they are wider than need be where the hidden cells
        share a published total. A member without a bound leaves its category without that bound (NaN).

    Raises
    ------
    ContractError
        The tables differ in index or columns, a lower bound is above its upper one, a column is
        not a NACE division, or stands twice.
    """
    if not (low.index.equals(high.index) and low.columns.equals(high.columns)):
        raise ContractError(
            Problem(
                what="The lower and the upper bounds are not of the same regions and divisions.",
                where="index and columns of the two tables",
                rule="bounds come in pairs",
                fix="build both from the same rows, in the same order",
            )
        )
    if crossed := [index for index, row in (low > high).iterrows() if row.any()]:
        raise ContractError(
            Problem(
                what=f"Lower bounds above their upper bounds in {len(crossed)} rows: {some(crossed)}.",
                where="the two tables of bounds",
                rule="a lower bound is never above an upper one",
                fix="check that low and high are not swapped",
            )
        )
    return aggregate(low, taxonomy), aggregate(high, taxonomy)


def coverage(taxonomy: Taxonomy, nace_codes: Collection[str]) -> pd.DataFrame:
    """How much of each category a table can show: the share of its weight that lies in the table's divisions.

    Parameters
    ----------
    nace_codes
        NACE divisions that the employment table holds. Structural business statistics hold no
        A, K and O to U but S95.

    Returns
    -------
    pandas.DataFrame
        One row per category, in the taxonomy's order: ``name``, ``rating``, ``reason``,
        ``covered_share`` (share of the members' weight, 0 to 1; weights are not jobs, so this
        is no share of persons; NaN where nothing is observable), and ``status``: ``covered``,
        ``partly covered``, ``not covered`` or ``not observable``.

    Raises
    ------
    ContractError
        A code is not a NACE division, or stands twice.
    """
    _check_divisions(nace_codes, "codes to be covered")
    rows = []
    for code, name in taxonomy.categories.items():
        category = taxonomy.definitions[code]
        total = sum(category.members.values())
        covered = sum(weight for division, weight in category.members.items() if division in nace_codes)
        whole = all(division in nace_codes for division in category.members)
        status = "covered" if whole else "partly covered" if covered else "not covered"
        rows.append(
            {
                "name": name,
                "rating": category.rating,
                "reason": category.reason,
                "covered_share": covered / total if total else math.nan,
                "status": status if total else "not observable",
            }
        )
    return pd.DataFrame(rows, index=pd.Index(list(taxonomy.categories), name="category"))


def _name(entry: Any) -> str:
    return entry if isinstance(entry, str) else entry["name"]


def _category(code: str, entry: Any) -> Category:
    """A text alone says that the category is the NACE division of that code."""
    if isinstance(entry, str):
        return Category("exact", "the category is the NACE division itself", {code: 1.0})
    members = {division: float(weight) for division, weight in (entry["members"] or {}).items()}
    return Category(entry["rating"], entry["reason"], members)


def _check_top(data: Mapping[str, Any], locate: yamlfile.Locate, path: Path) -> list[Problem]:
    problems = _check_keys(data, _REQUIRED, _OPTIONAL, (), "The taxonomy", locate)
    for key in ("id", "title", "source"):
        if key in data:
            problems += _check_text(data[key], (key,), key, locate)
    if repr(data.get("schema_version", 1)) != "1":  # true and 1.0 equal 1 in Python
        problems.append(
            Problem(
                what=f"schema_version is {data['schema_version']!r}.",
                where=locate(("schema_version",)),
                rule=RULE,
                fix="write schema_version: 1",
            )
        )
    if isinstance(data.get("id"), str) and data["id"] != path.stem:
        problems.append(
            Problem(
                what=f"The file {path.name} says id: {data['id']!r}.",
                where=locate(("id",)),
                rule="a taxonomy's identifier is the name of its file",
                fix=f"write id: {path.stem}, or rename the file",
            )
        )
    if not isinstance(data.get("overlapping", False), bool):
        problems.append(
            Problem(
                what=f"overlapping is {data['overlapping']!r}.",
                where=locate(("overlapping",)),
                rule=RULE,
                fix="write true where a division may count in several categories, else leave the key out",
            )
        )
    for key in ("categories", "sections"):
        if key in data and not (isinstance(data[key], dict) and data[key]):
            problems.append(
                Problem(
                    what=f"{key} holds no keys and values.",
                    where=locate((key,)),
                    rule=RULE,
                    fix=f"see {EXAMPLE}",
                )
            )
    return problems


def _check_keys(
    data: Mapping[str, Any],
    required: Collection[str],
    optional: Collection[str],
    at: tuple[Any, ...],
    what: str,
    locate: yamlfile.Locate,
) -> list[Problem]:
    problems = []
    known = [*required, *optional]
    meant = set()  # a misspelt key is one problem, not also a missing one
    for key in data:
        if key not in known:
            close = difflib.get_close_matches(str(key), known, n=1)
            meant.update(close)
            problems.append(
                Problem(
                    what=f"{what} has an unknown key {key!r}.",
                    where=locate((*at, key)),
                    rule=RULE,
                    fix=f"did you mean {close[0]}?" if close else f"remove it; the keys are {', '.join(known)}",
                )
            )
    missing = [key for key in required if key not in data and key not in meant]
    if missing:
        problems.append(
            Problem(
                what=f"{what} has no {' and no '.join(missing)}.",
                where=locate(at),
                rule=RULE,
                fix=f"add {' and '.join(missing)}; see {EXAMPLE}",
            )
        )
    return problems


def _check_text(value: Any, at: tuple[Any, ...], name: str, locate: yamlfile.Locate) -> list[Problem]:
    if isinstance(value, str) and value.strip():
        return []
    return [
        Problem(what=f"{name} is {value!r}, not a text.", where=locate(at), rule=RULE, fix="write a text in quotes")
    ]


def _check_category(code: Any, entry: Any, sections: Any, locate: yamlfile.Locate) -> list[Problem]:
    at = ("categories", code)
    if isinstance(entry, str):
        return _check_division_category(code, entry, sections, locate)
    problems = []
    if not (isinstance(code, str) and _CODE.fullmatch(code)):
        problems.append(
            Problem(
                what=f"The category code {code!r} is not of the form it should have.",
                where=locate(at),
                rule="small letters, digits and single hyphens, such as medical-devices",
                fix="mend the code",
            )
        )
    if not isinstance(entry, dict):
        problems.append(
            Problem(
                what=f"The category {code} is {entry!r}, not keys and values.",
                where=locate(at),
                rule=RULE,
                fix=f"give it {', '.join(_CATEGORY_KEYS)}; see {EXAMPLE}",
            )
        )
        return problems
    problems += _check_keys(entry, _CATEGORY_KEYS, (), at, f"The category {code}", locate)
    for key in ("name", "reason"):
        if key in entry:
            problems += _check_text(entry[key], (*at, key), f"{key} of {code}", locate)
    if "rating" in entry and entry["rating"] not in RATINGS:
        close = difflib.get_close_matches(str(entry["rating"]), RATINGS, n=1)
        problems.append(
            Problem(
                what=f"The rating of {code} is {entry['rating']!r}.",
                where=locate((*at, "rating")),
                rule=f"a rating is {', '.join(RATINGS[:-1])} or {RATINGS[-1]}",
                fix=f"did you mean {close[0]}?" if close else "choose one of the three",
            )
        )
    if "members" in entry:
        problems += _check_members(code, entry, at, locate)
    return problems


def _check_division_category(code: Any, name: str, sections: Any, locate: yamlfile.Locate) -> list[Problem]:
    at = ("categories", code)
    problems = _check_text(name, at, f"The name of {code}", locate)
    if code not in NACE_DIVISIONS:
        problems.append(_unknown_division(code, "the category", locate(at)))
    elif not (isinstance(sections, dict) and isinstance(sections.get(code[0]), str)):
        problems.append(
            Problem(
                what=f"The category {code!r} belongs to no section named in the file.",
                where=locate(at),
                rule="where categories are divisions, sections names the section letter of each",
                fix="add the section, or mend the code",
            )
        )
    return problems


def _check_members(code: Any, entry: Mapping[str, Any], at: tuple[Any, ...], locate: yamlfile.Locate) -> list[Problem]:
    members, rating, here = entry["members"], entry.get("rating"), locate((*at, "members"))
    if not isinstance(members, dict | None):
        what, fix = f"members of {code} is {members!r}.", f'write lines such as "C13": 1.0; see {EXAMPLE}'
        return [Problem(what=what, where=here, rule="members are NACE divisions and weights", fix=fix)]
    members = members or {}
    problems = []
    for division, weight in members.items():
        where = locate((*at, "members", division))
        if division not in NACE_DIVISIONS:
            problems.append(_unknown_division(division, f"the category {code}", where))
        if not _is_weight(weight):
            problems.append(
                Problem(
                    what=f"The weight of {division} in {code} is {weight!r}.",
                    where=where,
                    rule="a weight is a number above 0 and up to 1: the part of the division that counts",
                    fix="write a number such as 0.5, or remove the line",
                )
            )
    if rating == "not observable" and members:
        problems.append(
            Problem(
                what=f"The category {code} is not observable, but has members.",
                where=here,
                rule="what no division can carry has no members",
                fix="write members: {}, or rate the category approximate",
            )
        )
    elif rating in ("exact", "approximate") and not members:
        problems.append(
            Problem(
                what=f"The category {code} is rated {rating}, but has no members.",
                where=here,
                rule="a category that can be observed is made of divisions",
                fix="add members, or rate it not observable",
            )
        )
    elif rating == "exact" and any(_is_weight(weight) and weight < 1 for weight in members.values()):
        problems.append(
            Problem(
                what=f"The category {code} is rated exact, but takes a part of a division.",
                where=here,
                rule="exact means whole divisions",
                fix="set the weights to 1, or rate the category approximate",
            )
        )
    return problems


def _is_weight(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 1


def _unknown_division(code: Any, owner: str, where: str) -> Problem:
    close = difflib.get_close_matches(str(code).upper(), NACE_DIVISIONS, n=3)
    return Problem(
        what=f"{code!r} of {owner} is not a division of NACE Rev. 2.",
        where=where,
        rule="88 divisions, A01 to U99: section letter and two digits, in quotes",
        fix=f"did you mean {' or '.join(close)}?" if close else "check the code",
    )


def _check_names(categories: Mapping[str, Any], locate: yamlfile.Locate) -> list[Problem]:
    problems = []
    first: dict[str, str] = {}
    for code, entry in categories.items():
        name = entry if isinstance(entry, str) else entry.get("name") if isinstance(entry, dict) else None
        if isinstance(name, str) and first.setdefault(name.casefold(), code) != code:
            problems.append(
                Problem(
                    what=f"The name {name!r} stands twice, in {first[name.casefold()]} and in {code}.",
                    where=locate(("categories", code)),
                    rule="a category is known to readers by its name",
                    fix="rename one of the two",
                )
            )
    return problems


def _check_partition(categories: Mapping[str, Any], locate: yamlfile.Locate) -> list[Problem]:
    """Without ``overlapping: true`` no division is given away more than once."""
    shares: dict[str, dict[str, float]] = {}
    for code, entry in categories.items():
        members = {code: 1} if isinstance(entry, str) else entry.get("members") if isinstance(entry, dict) else None
        for division, weight in (members if isinstance(members, dict) else {}).items():
            if _is_weight(weight):
                shares.setdefault(division, {})[code] = weight
    problems = []
    for division, given in shares.items():
        if (total := sum(given.values())) > 1 + ROUNDING:
            last = list(given)[-1]
            problems.append(
                Problem(
                    what=f"The division {division} is given away with weight {total:.4g}: "
                    f"{some([f'{code} {weight:g}' for code, weight in given.items()])}.",
                    where=locate(("categories", last, "members", division)),
                    rule="the weights of a division add up to 1 at most, or its jobs count twice",
                    fix="lower a weight, or write overlapping: true where categories overlap by intent",
                )
            )
    return problems


def _check_divisions(codes: Collection[str], where: str) -> None:
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
