"""Which raw files there are, who made them, on what terms, and where they can be had.

The register is the table ``sources.csv`` beside this module, one row per known edition. A table,
because its eighty rows of addresses and checksums are facts to be read, compared and added to, not
code; CSV, because the standard library reads it in a millisecond. It is part of the package and is
read, with every row checked, when this module is imported.
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any

from clusterkit.errors import Problem, SourceError, some

REGISTER = Path(__file__).with_name("sources.csv")
COLUMNS = (
    "key", "path", "dataset", "producer", "content", "edition", "nuts_version", "terms", "address", "page", "bytes",
    "sha256",
)  # fmt: skip
NUTS_VERSIONS = (2010, 2013, 2016, 2021, 2024)
RULE = "docs/how-to-fetch-data.md#the-register"


@dataclass(frozen=True)
class Terms:
    """On what terms the files of one producer may be used, and what must be said when they are."""

    licence: str
    acknowledgement: str


GISCO = "© EuroGeographics for the administrative boundaries"
REUSE = "reuse with acknowledgement (Commission Decision 2011/833/EU)"
TERMS = MappingProxyType(
    {
        "eurostat": Terms(REUSE, "Source: Eurostat"),
        "eurostat-cc": Terms("CC BY 4.0", "Source: Eurostat"),
        "gisco": Terms("GISCO terms: attribution", GISCO),
        "gisco-boundaries": Terms("GISCO terms: attribution, non-commercial use of the boundaries", GISCO),
        "jrc": Terms("CC BY 4.0", "Source: European Commission, Joint Research Centre"),
        "commission": Terms(REUSE, "Source: European Commission"),
        "honti": Terms("CC BY 4.0", "Source: Honti et al. (2020), Data in Brief, article 106464"),
        "eqi": Terms(
            "free with citation", "Source: European Quality of Government Index 2021, University of Gothenburg"
        ),
        "eurito": Terms("MIT", "Source: Nesta, EURITO indicators"),
    }
)


@dataclass(frozen=True)
class Edition:
    """One edition of a raw file that this project has seen.

    ``nuts_version`` is None where the file is of countries, names a version in each row, or mixes
    them; ``size`` is in bytes; ``sha256`` is hexadecimal (no unit).
    """

    name: str
    nuts_version: int | None
    size: int
    sha256: str


@dataclass(frozen=True)
class Source:
    """One raw file: where it lies under the raw folder, what it is, its terms, and where to get it.

    ``editions`` holds those known, the one that the tables are built from first; it is empty for a
    file that nobody here has seen yet. ``address`` is None for a file that its producer does not
    publish in this form (an extract, a file saved anew): it comes from a mirror. ``edition`` and
    ``nuts_version`` are those of the first edition ("not known" and the version announced by the
    producer where there is none).
    """

    key: str
    path: str
    dataset: str
    producer: str
    content: str
    edition: str
    nuts_version: int | None
    licence: str
    acknowledgement: str
    address: str | None
    page: str | None
    editions: tuple[Edition, ...]

    def edition_of(self, checksum: str) -> Edition | None:
        """Known edition with this SHA-256, or None.

        Parameters
        ----------
        checksum
            Hexadecimal.
        """
        return next((edition for edition in self.editions if edition.sha256 == checksum), None)


def read_register(path: Path = REGISTER) -> Mapping[str, Source]:
    """All sources of a register, by key.

    Parameters
    ----------
    path
        CSV file with the columns of ``COLUMNS``; one row per known edition. Rows with the same key
        are editions of the same file, the one in use first. Empty cells are unknown.

    Raises
    ------
    SourceError
        The file is absent, or rows of it are wrong; all of them at once, with their lines.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as exc:
        raise SourceError(
            Problem(
                what=f"The register of sources cannot be read: {exc}.",
                where=str(path),
                rule=RULE,
                fix="install clusterkit again, or restore the file from git",
            )
        ) from exc
    problems = _check_columns(rows, path) or _check_rows(rows, path)
    if problems:
        raise SourceError(problems)
    grouped: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        grouped.setdefault(row["key"], []).append(row)
    return MappingProxyType({key: _source(group) for key, group in grouped.items()})


def _source(rows: list[dict[str, str]]) -> Source:
    first = rows[0]
    terms = TERMS[first["terms"]]
    editions = tuple(
        Edition(row["edition"], _version(row), int(row["bytes"]), row["sha256"]) for row in rows if row["sha256"]
    )
    return Source(
        key=first["key"],
        path=first["path"],
        dataset=first["dataset"],
        producer=first["producer"],
        content=first["content"],
        edition=first["edition"] or "not known",
        nuts_version=_version(first),
        licence=terms.licence,
        acknowledgement=terms.acknowledgement,
        address=first["address"] or None,
        page=first["page"] or None,
        editions=editions,
    )


def _version(row: Mapping[str, str]) -> int | None:
    return int(row["nuts_version"]) if row["nuts_version"] else None


def _check_columns(rows: list[dict[str, str]], path: Path) -> list[Problem]:
    found = tuple(rows[0]) if rows else ()
    if found == COLUMNS:
        return []
    return [
        Problem(
            what=f"The register has the columns {', '.join(map(str, found)) or 'of no row at all'}.",
            where=f"{path}, line 1",
            rule=f"{RULE}: {', '.join(COLUMNS)}",
            fix="write the columns in this order, and at least one row",
        )
    ]


def _check_rows(rows: list[dict[str, str]], path: Path) -> list[Problem]:
    problems = []
    first: dict[str, dict[str, str]] = {}
    paths: dict[str, str] = {}
    checksums: set[str] = set()
    for line, row in enumerate(rows, start=2):
        wrong = _faults(row)
        if not wrong:
            known = first.setdefault(row["key"], row)
            differ = [name for name in COLUMNS[:5] + COLUMNS[7:10] if known[name] != row[name]]
            if differ:
                wrong.append((f"differs from the first row of {row['key']} in {some(differ)}", "as in the first row"))
            if paths.setdefault(row["path"], row["key"]) != row["key"]:
                wrong.append((f"has the path of {paths[row['path']]}", "another path"))
            if row["sha256"] and row["sha256"] in checksums:
                wrong.append(("has the checksum of another row", "the checksum of this edition"))
            checksums.add(row["sha256"])
        problems += [
            Problem(
                what=f"The row of {row['key'] or 'no key'} {what}.",
                where=f"{path}, line {line}",
                rule=RULE,
                fix=f"mend the cell: {expected}",
            )
            for what, expected in wrong
        ]
    return problems


def _faults(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is wrong with one row by itself, each with what was expected."""
    if None in row or None in row.values():
        return [(f"does not have {len(COLUMNS)} cells", "quote a text that holds a comma")]
    place = PurePosixPath(row["path"])
    rules = (
        (re.fullmatch(r"[a-z0-9_]+", row["key"]), "key", "small letters, digits and underscores"),
        (
            re.fullmatch(r"[A-Za-z0-9_./]+", row["path"]) and not place.is_absolute() and ".." not in place.parts,
            "path",
            "a path under the raw folder, such as eurostat/name.tsv.gz",
        ),
        (row["dataset"] and row["producer"] and row["content"], "dataset, producer or content", "a text"),
        (row["terms"] in TERMS, "terms", f"one of {', '.join(TERMS)}"),
        (re.fullmatch(r"(https://[^\s{}]+)?", row["address"]), "address", "https://..., or nothing"),
        (re.fullmatch(r"(https://[^\s{}]+)?", row["page"]), "page", "https://..., or nothing"),
        (row["nuts_version"] in ("", *map(str, NUTS_VERSIONS)), "nuts_version", f"one of {some(NUTS_VERSIONS)}"),
        (re.fullmatch(r"([0-9a-f]{64})?", row["sha256"]), "sha256", "64 hexadecimal digits, or nothing"),
        (re.fullmatch(r"([1-9]\d*)?", row["bytes"]), "bytes", "a whole number above 0, or nothing"),
        (
            bool(row["sha256"]) == bool(row["bytes"]) == bool(row["edition"]),
            "edition, bytes, sha256",
            "all three for a known edition, none for an unknown one",
        ),
    )
    return [
        (f"has a wrong {name}: {some([repr(row[part]) for part in name.split(', ') if part in row]) or 'empty'}", fix)
        for right, name, fix in rules
        if not right
    ]


REGISTERED = read_register()


def get(key: str) -> Source:
    """Source with this key.

    Parameters
    ----------
    key
        As in the register, ``nama_10r_2gdp``.

    Raises
    ------
    SourceError
        There is none; the nearest key is named.
    """
    return select([key])[0]


def select(keys: Iterable[str], where: str = "key of a source") -> tuple[Source, ...]:
    """Sources with these keys, in the order asked, each once.

    Parameters
    ----------
    keys
        As in the register.
    where
        What the keys are, for the error.

    Raises
    ------
    SourceError
        Some keys are unknown; all of them at once, each with the nearest key.
    """
    keys = tuple(dict.fromkeys(keys))
    problems = []
    for key in keys:
        if key not in REGISTERED:
            near = difflib.get_close_matches(key, REGISTERED, n=1)
            problems.append(
                Problem(
                    what=f"There is no source {key!r}.",
                    where=where,
                    rule=RULE,
                    fix=f"did you mean {near[0]}?" if near else "`clusterkit data status` lists the keys",
                )
            )
    if problems:
        raise SourceError(problems)
    return tuple(REGISTERED[key] for key in keys)


def boundaries(version: int, level: int) -> Source:
    """Boundaries of NUTS ``level`` (0 to 3) in NUTS ``version`` (2013, 2016 or 2021), EPSG:4326."""
    return get(f"boundaries_{version}_{level}")


def crosswalk(level: int, version: int, other: int) -> Source:
    """Matrix between two NUTS versions (2010 to 2024, in any order) at NUTS ``level`` 1, 2 or 3.

    Parameters
    ----------
    level
        NUTS level, 1 to 3.
    version
        One NUTS version.
    other
        The other one.
    """
    first, last = sorted((version, other))
    return get(f"crosswalk_{level}_{first}_{last}")


# What the tables in data/processed are built from (clusterkit/data/build.py).
SBS_REGIONAL = get("sbs_r_nuts06_r2")
SBS_NATIONAL = get("sbs_na_sca_r2")
SBS_2015 = get("sbs_r_nuts06_r2_2015_employment")
SBS_2022 = get("sbs_r_nuts2021_manufacturing_2022")
POPULATION = get("demo_r_pjangrp3")
GDP = get("nama_10r_2gdp")
EMPLOYMENT = get("lfst_r_lfe2emp")
UNEMPLOYMENT = get("lfst_r_lfu3pers")
NUTS_CODES = {version: get(f"nuts_codes_{version}") for version in (2013, 2016, 2021)}
BOUNDARIES = {level: boundaries(2016, level) for level in (0, 1, 2)}
CROSSWALKS = {
    (level, version): crosswalk(level, version, 2016) for level in (1, 2) for version in (2010, 2013, 2021, 2024)
}
SOURCES: tuple[Source, ...] = (
    SBS_REGIONAL,
    SBS_NATIONAL,
    SBS_2015,
    SBS_2022,
    POPULATION,
    GDP,
    EMPLOYMENT,
    UNEMPLOYMENT,
    *NUTS_CODES.values(),
    *BOUNDARIES.values(),
    *CROSSWALKS.values(),
)


# Files for the table `indicator` (params/indicators.yaml). A file that is absent leaves out its indicators.
INDICATOR_SOURCES: tuple[Source, ...] = select(
    (
        "bd_size_r3",
        "lfst_r_lfe2en2",
        "nama_10r_2gvagr",
        "nama_10r_2hhinc",
        "trng_lfse_04",
        "tgs00007",
        "tgs00010",
        "tgs00042",
        "tgs00109",
        "nama_10r_2gdp_2000_2024",
        "nama_10r_2gdp_pps_per_head",
        "pat_ep_rtot",
        "tgs_nuts2_long",
        "isoc_r_iuse_i",
        "i40_indicator_db",
        "eqi_2021",
        "nuts2_social_2021",
        "eu_spi_2016_components",
        "nuts2_designs_migration",
        "env_rwas_gen",
        "erdf_payments_2014_2020",
        "eurito_artificial_intelligence_count",
        "eurito_deep_learning_count",
        "eurito_arxiv_count",
        "eurito_biorxiv_count",
    )
)
MATRICES = {
    version: crosswalk(2, version, 2016) for version in (2010, 2013, 2021, 2024)
}  # NUTS 2, by the other version


@dataclass(frozen=True)
class SbsEdition:
    """One series of regional structural business statistics, and what its codes are called here.

    ``first_year`` and ``last_year`` are calendar years, ``last_year`` None for a series that goes
    on; ``dimension`` is the column of the indicator; ``variables`` maps its codes to the columns of
    the table industry. A variable that is not listed has no confirmed code.
    """

    source: Source
    first_year: int
    last_year: int | None
    nuts_version: int
    dimension: str
    variables: Mapping[str, str]

    @property
    def dataset(self) -> str:
        """Eurostat's code of the dataset."""
        return self.source.dataset

    def codes(self, variables: Iterable[str]) -> dict[str, str]:
        """Code of each variable in this series.

        Parameters
        ----------
        variables
            Columns of the table industry, such as ``persons_employed`` (persons).

        Returns
        -------
        dict
            Code to variable, as ``build`` reads them: ``{"V16110": "persons_employed"}``.

        Raises
        ------
        SourceError
            A variable has no confirmed code in this series; all of them at once. A code is never guessed.
        """
        known = {variable: code for code, variable in self.variables.items()}
        wanted = tuple(dict.fromkeys(variables))
        problems = [
            Problem(
                what=f"The code of {variable} in {self.dataset} is not known.",
                where=f"{self.dataset}, dimension {self.dimension}",
                rule="docs/how-to-fetch-data.md#the-two-series-of-regional-business-statistics: no code is guessed",
                fix=f"ask for {' or '.join(known)}, or look the code up at {self.source.page} and add it to "
                "SBS_EDITIONS in clusterkit/data/sources.py",
            )
            for variable in wanted
            if variable not in known
        ]
        if problems:
            raise SourceError(problems)
        return {known[variable]: variable for variable in wanted}


SBS_EDITIONS = (
    SbsEdition(
        source=SBS_REGIONAL,
        first_year=2008,
        last_year=2020,
        nuts_version=2013,  # of the known edition, years to 2015
        dimension="indic_sb",
        variables=MappingProxyType({"V16110": "persons_employed", "V11210": "local_units", "V13320": "wages_meur"}),
    ),
    SbsEdition(
        source=get("sbs_r_nuts2021"),
        first_year=2021,
        last_year=None,
        nuts_version=2021,
        dimension="indic_sbs",
        variables=MappingProxyType({"EMP_LOC_NR": "persons_employed", "LOC_NR": "local_units"}),
    ),
)


def sbs_edition_for(year: int) -> SbsEdition:
    """Series of regional structural business statistics that holds ``year`` (calendar year).

    Definitions changed in 2021: figures of the two series are not comparable, and no growth may be
    worked out across them.

    Raises
    ------
    SourceError
        No series goes back that far.

    Examples
    --------
    >>> sbs_edition_for(2014).dataset, sbs_edition_for(2022).dataset
    ('sbs_r_nuts06_r2', 'sbs_r_nuts2021')
    """
    for edition in SBS_EDITIONS:
        if edition.first_year <= year and (edition.last_year is None or year <= edition.last_year):
            return edition
    raise SourceError(
        Problem(
            what=f"There are no regional business statistics by NACE Rev. 2 for {year}.",
            where=f"year {year}",
            rule=f"the series start in {SBS_EDITIONS[0].first_year}: "
            + some([f"{edition.dataset} from {edition.first_year}" for edition in SBS_EDITIONS]),
            fix=f"choose a year from {SBS_EDITIONS[0].first_year} on",
        )
    )


def sha256(path: Path) -> str:
    """Hexadecimal SHA-256 checksum of a file (no unit).

    Parameters
    ----------
    path
        Of the file.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
