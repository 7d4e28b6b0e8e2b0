"""Everything that is wrong with one taxonomy file, gathered with its lines (docs/taxonomies.md#file-format)."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Literal, get_args

from clusterkit import yamlfile
from clusterkit.data.industries.nace import NACE_DIVISIONS
from clusterkit.data.industries.nace_depth import NACE_CODES, SECTIONS, ancestors, depth, parse_code
from clusterkit.errors import Problem, some

Place = tuple[Any, ...]  # keys on the way to an entry
Rating = Literal["exact", "approximate", "not observable"]
RATINGS: tuple[Rating, ...] = get_args(Rating)
RULE = "docs/taxonomies.md#file-format"
EXAMPLE = "params/taxonomies/technology-intensity.yaml"
ROUNDING = 1e-9  # weight (no unit); sums of decimal fractions may exceed 1 by this much

_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_REQUIRED = ("schema_version", "id", "title", "source", "categories")
_OPTIONAL = ("overlapping", "sections")
_CATEGORY_KEYS = ("name", "rating", "reason", "members")


def name_of(entry: Any) -> Any:
    """Name of a category, or None: the entry itself is the short form of a category that is a division."""
    return entry.get("name") if isinstance(entry, dict) else entry if isinstance(entry, str) else None


def members_of(code: str, entry: Any) -> dict[str, Any]:
    """Divisions of a category and their weights as they stand in the file; none where they are malformed."""
    members = {code: 1.0} if isinstance(entry, str) else entry.get("members") if isinstance(entry, dict) else None
    return members if isinstance(members, dict) else {}


class FileCheck:
    """Collects the problems of one file, so that all are told at once."""

    def __init__(self, path: Path, data: Mapping[str, Any], locate: yamlfile.Locate) -> None:
        self._path, self._data, self._locate = path, data, locate
        self._problems: list[Problem] = []

    def problems(self) -> list[Problem]:
        """All problems, from the top of the file to what only the whole shows."""
        self._problems = []
        self._check_top()
        categories = self._data.get("categories")
        if isinstance(categories, dict):
            for code, entry in categories.items():
                self._check_category(code, entry)
            self._check_names(categories)
            if self._data.get("overlapping") is not True:
                self._check_partition(categories)
        return self._problems

    def _add(self, at: Place, what: str, fix: str, rule: str = RULE) -> None:
        self._problems.append(Problem(what=what, where=self._locate(at), rule=rule, fix=fix))

    def _check_top(self) -> None:
        data = self._data
        self._check_keys(data, _REQUIRED, _OPTIONAL, (), "The taxonomy")
        for key in ("id", "title", "source"):
            self._check_text(data, key, (), key)
        if repr(data.get("schema_version", 1)) != "1":  # true and 1.0 equal 1 in Python
            version = data["schema_version"]
            self._add(("schema_version",), f"schema_version is {version!r}.", "write schema_version: 1")
        if isinstance(data.get("id"), str) and data["id"] != self._path.stem:
            what = f"The file {self._path.name} says id: {data['id']!r}."
            fix = f"write id: {self._path.stem}, or rename the file"
            self._add(("id",), what, fix, "a taxonomy's identifier is the name of its file")
        if not isinstance(data.get("overlapping", False), bool):
            fix = "write true where a division may count in several categories, else leave the key out"
            self._add(("overlapping",), f"overlapping is {data['overlapping']!r}.", fix)
        for key in ("categories", "sections"):
            if key in data and not (isinstance(data[key], dict) and data[key]):
                self._add((key,), f"{key} holds no keys and values.", f"see {EXAMPLE}")

    def _check_keys(
        self, data: Mapping[str, Any], required: Collection[str], optional: Collection[str], at: Place, what: str
    ) -> None:
        known = [*required, *optional]
        meant = set()  # a misspelt key is one problem, not also a missing one
        for key in data:
            if key not in known:
                close = difflib.get_close_matches(str(key), known, n=1)
                meant.update(close)
                fix = f"did you mean {close[0]}?" if close else f"remove it; the keys are {', '.join(known)}"
                self._add((*at, key), f"{what} has an unknown key {key!r}.", fix)
        if missing := [key for key in required if key not in data and key not in meant]:
            fix = f"add {' and '.join(missing)}; see {EXAMPLE}"
            self._add(at, f"{what} has no {' and no '.join(missing)}.", fix)

    def _check_text(self, data: Mapping[str, Any], key: str, at: Place, name: str) -> None:
        value = data.get(key, "absent")  # an absent key is told by _check_keys
        if not (isinstance(value, str) and value.strip()):
            self._add((*at, key), f"{name} is {value!r}, not a text.", "write a text in quotes")

    def _check_category(self, code: Any, entry: Any) -> None:
        at = ("categories", code)
        if isinstance(entry, str):
            self._check_division_category(code, entry, at)
            return
        if not (isinstance(code, str) and _CODE.fullmatch(code)):
            rule = "small letters, digits and single hyphens, such as medical-devices"
            self._add(at, f"The category code {code!r} is not of the form it should have.", "mend the code", rule)
        if not isinstance(entry, dict):
            fix = f"give it {', '.join(_CATEGORY_KEYS)}; see {EXAMPLE}"
            self._add(at, f"The category {code} is {entry!r}, not keys and values.", fix)
            return
        self._check_keys(entry, _CATEGORY_KEYS, (), at, f"The category {code}")
        for key in ("name", "reason"):
            self._check_text(entry, key, at, f"{key} of {code}")
        rating = entry.get("rating")
        if "rating" in entry and rating not in RATINGS:
            close = difflib.get_close_matches(str(rating), RATINGS, n=1)
            fix = f"did you mean {close[0]}?" if close else "choose one of the three"
            rule = f"a rating is {', '.join(RATINGS[:-1])} or {RATINGS[-1]}"
            self._add((*at, "rating"), f"The rating of {code} is {rating!r}.", fix, rule)
        if "members" in entry:
            self._check_members(code, rating, entry["members"], (*at, "members"))

    def _check_division_category(self, code: Any, name: str, at: Place) -> None:
        sections = self._data.get("sections")
        if not name.strip():
            self._add(at, f"The name of {code} is {name!r}, not a text.", "write a text in quotes")
        if code not in NACE_DIVISIONS:
            self._add_unknown_division(code, "the category", at)
        elif not (isinstance(sections, dict) and isinstance(sections.get(code[0]), str)):
            what = f"The category {code!r} belongs to no section named in the file."
            rule = "where categories are divisions, sections names the section letter of each"
            self._add(at, what, "add the section, or mend the code", rule)

    def _check_members(self, code: Any, rating: Any, members: Any, at: Place) -> None:
        if not isinstance(members, dict | None):
            fix = f'write lines such as "C13": 1.0; see {EXAMPLE}'
            self._add(at, f"members of {code} is {members!r}.", fix, "members are NACE divisions and weights")
            return
        members = members or {}
        for division, weight in members.items():
            if division not in NACE_CODES or division in SECTIONS:
                self._add_unknown_member(division, code, (*at, division))
            elif above := [one for one in ancestors(division) if one in members]:
                what = f"The category {code} has {division} and {above[0]}, which it is a part of."
                fix = "remove one of the two"
                self._add((*at, division), what, fix, "the jobs of an industry count once")
            if not _is_weight(weight):
                rule = "a weight is a number above 0 and up to 1: the part of the division that counts"
                fix = "write a number such as 0.5, or remove the line"
                self._add((*at, division), f"The weight of {division} in {code} is {weight!r}.", fix, rule)
        if rating == "not observable" and members:
            what = f"The category {code} is not observable, but has members."
            fix = "write members: {}, or rate the category approximate"
            self._add(at, what, fix, "what no division can carry has no members")
        elif rating in ("exact", "approximate") and not members:
            what = f"The category {code} is rated {rating}, but has no members."
            fix = "add members, or rate it not observable"
            self._add(at, what, fix, "a category that can be observed is made of divisions")
        elif rating == "exact" and any(_is_weight(weight) and weight < 1 for weight in members.values()):
            what = f"The category {code} is rated exact, but takes a part of a division."
            fix = "set the weights to 1, or rate the category approximate"
            self._add(at, what, fix, "exact means whole divisions")

    def _add_unknown_member(self, member: Any, category: Any, at: Place) -> None:
        """A code that is no industry, with its right form where it is another way to write one."""
        known = parse_code(member).code if isinstance(member, str) else ""
        if not known or known in SECTIONS:
            self._add_unknown_division(member, f"the category {category}", at)
            return
        what = f"{member!r} of the category {category} is not written as this file needs it."
        rule = "C13 is a division, C13.1 a group, C13.10 a class: section letter, digits and point, in quotes"
        self._add(at, what, f'write "{known}", the {depth(known)}', rule)

    def _add_unknown_division(self, code: Any, owner: str, at: Place) -> None:
        close = difflib.get_close_matches(str(code).upper(), NACE_DIVISIONS, n=3)
        fix = f"did you mean {' or '.join(close)}?" if close else "check the code"
        rule = "88 divisions, A01 to U99: section letter and two digits, in quotes"
        self._add(at, f"{code!r} of {owner} is not a division of NACE Rev. 2.", fix, rule)

    def _check_names(self, categories: Mapping[str, Any]) -> None:
        first: dict[str, str] = {}
        for code, entry in categories.items():
            name = name_of(entry)
            if isinstance(name, str) and first.setdefault(name.casefold(), code) != code:
                what = f"The name {name!r} stands twice, in {first[name.casefold()]} and in {code}."
                rule = "a category is known to readers by its name"
                self._add(("categories", code), what, "rename one of the two", rule)

    def _check_partition(self, categories: Mapping[str, Any]) -> None:
        """Without ``overlapping: true`` no division is given away more than once."""
        shares: dict[str, dict[str, float]] = {}
        for code, entry in categories.items():
            for division, weight in members_of(code, entry).items():
                if _is_weight(weight):
                    shares.setdefault(division, {})[code] = weight
        for division in list(shares):
            given = dict(shares[division])
            for above in (
                ancestors(division) if division in NACE_CODES else ()
            ):  # what an industry above gives away, it gives of this one too
                for code, weight in shares.get(above, {}).items():
                    given[code] = given.get(code, 0) + weight
            if (total := sum(given.values())) > 1 + ROUNDING:
                kind = depth(division) if division in NACE_CODES else "division"
                parts = some([f"{code} {weight:g}" for code, weight in given.items()])
                self._add(
                    ("categories", list(shares[division])[-1], "members", division),
                    f"The {kind} {division} is given away with weight {total:.4g}: {parts}.",
                    "lower a weight, or write overlapping: true where categories overlap by intent",
                    "the weights of a division add up to 1 at most, or its jobs count twice",
                )


def _is_weight(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 1
