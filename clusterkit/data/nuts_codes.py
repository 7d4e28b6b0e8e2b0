"""Region codes as people write them: which are standard, which can be mended, and of which NUTS version.

A code is one of four things: standard (a region of some NUTS version, as written); fixable (small
letters, blanks around it, ``GR`` or ``GB`` for ``EL`` or ``UK``); ignored (known, but no region:
extra-regio, groups of countries, countries outside NUTS, codes given up before NUTS 2010); or
unknown, which stops the run.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pandas as pd

from clusterkit.data import nuts, sources
from clusterkit.errors import ContractError, Problem, SourceError, some

LIST_VERSIONS = (2013, 2016, 2021)  # versions with a published list of codes and names
NEAREST_LIST = {2010: 2013, 2024: 2021}  # where to find names, and countries that the matrices leave out
ALIASES = {"GR": "EL", "GB": "UK"}  # ISO 3166 code to Eurostat's code of the country
LEFT_NUTS = {2024: frozenset({"UK"})}  # countries of the nearest list that are not in the version
GROUP = re.compile(r"(EU|EA|EEA|EFTA)[0-9_]*")  # groups of countries; EE and EL do not match
OUTSIDE_NUTS = frozenset({"BA", "XK", "GE", "MD", "UA", "US", "JP", "KR", "YT"})  # listed by Eurostat beside NUTS

Known = Mapping[int, Collection[str]]  # codes by NUTS version
_Table = TypeVar("_Table", bound=pd.DataFrame)


@dataclass(frozen=True)
class SortedCodes:
    """What a set of codes is made of.

    ``fixable`` maps what was written to the standard code that was meant; all are sorted.
    """

    standard: tuple[str, ...]
    fixable: Mapping[str, str]
    ignored: tuple[str, ...]
    unknown: tuple[str, ...]


def read_all(raw: Path, *, levels: Iterable[int] = (1, 2, 3)) -> pd.DataFrame:
    """Codes, levels and names of NUTS 2010, 2013, 2016, 2021 and 2024.

    Parameters
    ----------
    raw
        Folder with the raw files: the published lists of 2013, 2016 and 2021, and the converter
        matrices of the Joint Research Centre from 2010 and from 2024 to 2016.
    levels
        Levels whose matrices are read for 2010 and 2024; the lists have all levels.

    Returns
    -------
    pandas.DataFrame
        ``nuts_version``, ``nuts_id``, ``level``, ``country``, ``name`` (as the region writes it),
        ``name_latin``; one row per version and code. 2010 and 2024 have no list: a code has the name
        that the nearest list gives it, or "" where that lacks it. Countries that the matrices leave
        out (Türkiye, say) have the codes of the nearest list.

    Raises
    ------
    SourceError
        A file is absent, damaged or lacks a column.
    """
    lists = {version: nuts.read_codes(raw / sources.NUTS_CODES[version].path, version) for version in LIST_VERSIONS}
    older = [_from_matrices(raw, version, lists[NEAREST_LIST[version]], tuple(levels)) for version in NEAREST_LIST]
    table = pd.concat([*lists.values(), *older], ignore_index=True)
    return table.sort_values(["nuts_version", "nuts_id"], ignore_index=True)


def _from_matrices(raw: Path, version: int, nearest: pd.DataFrame, levels: tuple[int, ...]) -> pd.DataFrame:
    column = f"code_v{version}"
    found: set[str] = set()
    for level in levels:
        found |= set(nuts.read_csv(raw / sources.crosswalk(level, version, nuts.BASE_VERSION).path, [column])[column])
    covered = {code[:2] for code in found}
    beside = nearest[~nearest["country"].isin(covered | LEFT_NUTS.get(version, frozenset()))]
    codes = {code for code in found | covered if not nuts.is_extra_regio(code)} | set(beside["nuts_id"])
    table = pd.DataFrame({"nuts_version": version, "nuts_id": sorted(codes)})
    table["level"] = table["nuts_id"].map(nuts.level)
    table["country"] = table["nuts_id"].str[:2]
    return table.merge(nearest[["nuts_id", "name", "name_latin"]], on="nuts_id", how="left").fillna(
        {"name": "", "name_latin": ""}
    )


def by_version(table: pd.DataFrame) -> dict[int, frozenset[str]]:
    """Codes of each NUTS version.

    Parameters
    ----------
    table
        From ``read_all``, or the table ``crosswalk`` (levels 0 to 2; no raw file is needed).
    """
    if "nuts_version" in table:
        pairs = table[["nuts_version", "nuts_id"]]
    else:
        names = ["nuts_version", "nuts_id"]
        pairs = pd.concat([table[[f"{end}_version", f"{end}_id"]].set_axis(names, axis=1) for end in ("from", "to")])
    return {int(version): frozenset(codes) for version, codes in pairs.groupby("nuts_version")["nuts_id"]}


def is_ignored(code: str) -> bool:
    """Whether a code is known but stands for no region.

    Extra-regio activity (``FRZZ``), activity of no stated region (``FRXX``), groups of countries
    (``EU28``, ``EU27_2020``), countries outside NUTS, and codes given up before NUTS 2010.

    Examples
    --------
    >>> [is_ignored(code) for code in ("FRZZ", "EU27_2020", "ITD5", "EE00", "FRX1")]
    [True, True, True, False, False]
    """
    return (
        nuts.is_extra_regio(code)
        or (len(code) > 2 and set(code[2:]) == {"X"})
        or GROUP.fullmatch(code) is not None
        or code[:2] in OUTSIDE_NUTS
        or code in nuts.RETIRED_2010
    )


def fixed(code: str) -> str:
    """The code without blanks, in capitals, with Eurostat's code of the country.

    Examples
    --------
    >>> fixed(" gr30 "), fixed("GB"), fixed("ITC1")
    ('EL30', 'UK', 'ITC1')
    """
    text = code.strip().upper()
    return ALIASES.get(text[:2], text[:2]) + text[2:]


def sort_codes(codes: Iterable[str], known: Known) -> SortedCodes:
    """Which of the codes are standard, fixable, ignored and unknown.

    Parameters
    ----------
    codes
        Codes as written, of any level and version.
    known
        Codes by NUTS version (``by_version``).

    Examples
    --------
    >>> sort_codes(["FRB0", "fr24", "FRZZ", "FR99"], {2013: {"FR24"}, 2016: {"FRB0"}})
    SortedCodes(standard=('FRB0',), fixable={'fr24': 'FR24'}, ignored=('FRZZ',), unknown=('FR99',))
    """
    regions = set().union(*known.values())
    standard, ignored, unknown = [], [], []
    fixable = {}
    for code in sorted(set(codes)):
        meant = fixed(code)
        if code in regions:
            standard.append(code)
        elif meant in regions:
            fixable[code] = meant
        elif is_ignored(meant):
            ignored.append(code)
        else:
            unknown.append(code)
    return SortedCodes(tuple(standard), fixable, tuple(ignored), tuple(unknown))


def standard(codes: pd.Series, known: Known, where: str) -> pd.Series:
    """The codes of a raw file with what can be mended mended; ignored codes stay as they are.

    Parameters
    ----------
    codes
        Codes as published.
    known
        Codes by NUTS version (``by_version``).
    where
        File and column, for the message.

    Raises
    ------
    SourceError
        Codes are in no NUTS version.
    """
    found = sort_codes(codes, known)
    if found.unknown:
        raise SourceError(_unknown(found.unknown, codes, where))
    return codes.replace(dict(found.fixable)) if found.fixable else codes


def versions_of(codes: Iterable[str], known: Known) -> dict[str, tuple[int, ...]]:
    """The NUTS versions that have each code, oldest first; none for a code of no version."""
    return {code: tuple(v for v in sorted(known) if code in known[v]) for code in sorted(set(codes))}


def detect_version(codes: Iterable[str], known: Known, *, where: str = "region codes") -> tuple[int, ...]:
    """The NUTS versions that have all of the codes, oldest first.

    Several for codes that outlived a revision; none for codes of mixed versions. Ignored codes do
    not count, fixable ones count as what they mean.

    Raises
    ------
    ContractError
        A code is in no version.

    Examples
    --------
    >>> known = {2013: {"ITC1", "FR24"}, 2016: {"ITC1", "FRB0"}}
    >>> detect_version(["ITC1"], known), detect_version(["ITC1", "FRB0"], known)
    ((2013, 2016), (2016,))
    >>> detect_version(["FR24", "FRB0"], known)
    ()
    """
    codes = list(codes)
    found = sort_codes(codes, known)
    if found.unknown:
        raise ContractError(_unknown(found.unknown, pd.Series(codes), where))
    wanted = {*found.standard, *found.fixable.values()}
    return tuple(version for version in sorted(known) if wanted <= set(known[version]))


def main_version(codes: Iterable[str], known: Known, *, expected: int) -> int:
    """The NUTS version that has most of the NUTS 2 codes; ``expected`` where it has as many as any.

    For raw files, which often keep a few codes of older versions beside the present ones.
    """
    regional = {code for code in codes if len(code) == 4}
    counts = {version: len(regional & set(known[version])) for version in known}
    best = max(counts, key=lambda version: counts[version])
    return expected if counts[expected] == counts[best] else best


def check_version(
    table: _Table,
    version: int,
    known: Known,
    *,
    column: str = "nuts_id",
    where: str = "the table",
    allow_mixed: bool = False,
) -> _Table:
    """Return ``table`` if its codes are those of one NUTS version, else raise.

    Parameters
    ----------
    table
        Codes in ``column``; a column ``nuts_version``, where there is one, must say ``version``.
    version
        The version that the codes should be of.
    known
        Codes by NUTS version (``by_version``).
    allow_mixed
        Let codes of other versions pass (not those of no version).

    Raises
    ------
    ContractError
        Codes are unknown, written in another way, no regions, or of another version (each is named
        with the versions that have it): all at once.
    """
    found = sort_codes(table[column], known)
    problems = [_unknown(found.unknown, table[column], f"{where}, column {column}")] if found.unknown else []
    if found.fixable:
        written = [f"{code!r} for {meant}" for code, meant in found.fixable.items()]
        problems.append(
            _problem(
                f"{len(found.fixable)} codes are not written as Eurostat writes them: {some(written)}.",
                _rows(table[column], found.fixable, f"{where}, column {column}"),
                "write the standard code: capitals, no blanks, EL for Greece, UK for the United Kingdom",
            )
        )
    if found.ignored:
        problems.append(
            _problem(
                f"{len(found.ignored)} codes stand for no region: {some(found.ignored)}.",
                _rows(table[column], found.ignored, f"{where}, column {column}"),
                "leave these rows out",
            )
        )
    others = {code: has for code, has in versions_of(found.standard, known).items() if version not in has}
    if others and not allow_mixed:
        fit = sorted(set.intersection(*({*has} for has in versions_of(found.standard, known).values())))
        named = [f"{code} (NUTS {', '.join(map(str, has))})" for code, has in others.items()]
        problems.append(
            _problem(
                f"{len(others)} of {len(found.standard)} codes are not in NUTS {version}: {some(named)}.",
                _rows(table[column], others, f"{where}, column {column}"),
                f"say that the table is in NUTS {fit[-1]}, or convert it to NUTS {version}"
                if fit
                else f"the table mixes versions: convert each part to NUTS {version} by itself",
            )
        )
    if "nuts_version" in table and not allow_mixed:
        said = sorted(set(table["nuts_version"].dropna().astype(int)) - {version})
        if said:
            problems.append(
                _problem(
                    f"The table says that it is in NUTS {', '.join(map(str, said))}, not NUTS {version}.",
                    f"{where}, column nuts_version",
                    f"convert it to NUTS {version}",
                )
            )
    if problems:
        raise ContractError(problems)
    return table


def _unknown(unknown: Collection[str], codes: pd.Series, where: str) -> Problem:
    return _problem(
        f"{len(unknown)} region codes are in no NUTS version: {some(sorted(unknown))}.",
        _rows(codes, unknown, where),
        "check the codes; a new code needs a newer list of NUTS codes",
    )


def _rows(codes: pd.Series, offenders: Collection[str], where: str) -> str:
    return f"{where}, {codes.isin(list(offenders)).sum():,} of {len(codes):,} rows"


def _problem(what: str, where: str, fix: str) -> Problem:
    return Problem(what=what, where=where, rule=nuts.RULE, fix=fix)
