"""Which raw files the tables are built from, who made them, and on what terms."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

EUROSTAT_LICENCE = "reuse with acknowledgement (Commission Decision 2011/833/EU)"
EUROSTAT = "Source: Eurostat"
GISCO = "© EuroGeographics for the administrative boundaries"


@dataclass(frozen=True)
class Source:
    """One raw file: where it lies under the raw folder, what it is, and its terms."""

    path: str
    dataset: str
    content: str
    edition: str
    nuts_version: int | None
    licence: str
    acknowledgement: str


SBS_REGIONAL = Source(
    path="eurostat/sbs_r_nuts06_r2.tsv.gz",
    dataset="sbs_r_nuts06_r2",
    content="structural business statistics by NUTS 0-2 region and NACE Rev. 2 division",
    edition="August 2017",
    nuts_version=2013,
    licence=EUROSTAT_LICENCE,
    acknowledgement=EUROSTAT,
)
SBS_NATIONAL = Source(
    path="eurostat/sbs_na_sca_r2.tsv.gz",
    dataset="sbs_na_sca_r2",
    content="structural business statistics by country and NACE Rev. 2 division",
    edition="August 2017",
    nuts_version=None,
    licence=EUROSTAT_LICENCE,
    acknowledgement=EUROSTAT,
)
POPULATION = Source(
    path="eurostat/demo_r_pjangrp3.tsv.gz",
    dataset="demo_r_pjangrp3",
    content="population on 1 January, NUTS 0-3, from 2014",
    edition="2023",
    nuts_version=2021,
    licence="CC BY 4.0",
    acknowledgement=EUROSTAT,
)
GDP = Source(
    path="eurostat/nama_10r_2gdp.tsv.gz",
    dataset="nama_10r_2gdp",
    content="gross domestic product, NUTS 0-2",
    edition="2017",
    nuts_version=2013,
    licence=EUROSTAT_LICENCE,
    acknowledgement=EUROSTAT,
)
EMPLOYMENT = Source(
    path="eurostat/lfst_r_lfe2emp.tsv.gz",
    dataset="lfst_r_lfe2emp",
    content="employment, persons aged 15 and over, NUTS 0-2",
    edition="2017",
    nuts_version=2013,
    licence=EUROSTAT_LICENCE,
    acknowledgement=EUROSTAT,
)
UNEMPLOYMENT = Source(
    path="eurostat/lfst_r_lfu3pers.tsv.gz",
    dataset="lfst_r_lfu3pers",
    content="unemployment, persons aged 15 and over, NUTS 0-2",
    edition="2017",
    nuts_version=2013,
    licence=EUROSTAT_LICENCE,
    acknowledgement=EUROSTAT,
)


def _nuts_codes(version: int) -> Source:
    return Source(
        path=f"nuts/nuts_codes_{version}.csv",
        dataset=f"NUTS {version} codes",
        content="codes, levels and names of the regions",
        edition=str(version),
        nuts_version=version,
        licence="GISCO terms: attribution",
        acknowledgement=GISCO,
    )


def _boundaries(level: int) -> Source:
    return Source(
        path=f"nuts/NUTS_RG_20M_2016_4326_LEVL_{level}.geojson",
        dataset="GISCO NUTS 2016, 1:20 million",
        content=f"boundaries of NUTS level {level}",
        edition="2016",
        nuts_version=2016,
        licence="GISCO terms: attribution, non-commercial use of the boundaries",
        acknowledgement=GISCO,
    )


def _crosswalk(level: int, version: int) -> Source:
    first, last = sorted((version, 2016))
    return Source(
        path=f"nuts/jrc_crosswalks_2025_08/n{level}_cm_v{first}_v{last}.csv",
        dataset="JRC NUTS converter matrices",
        content=f"NUTS {level}, {first} and {last}: common territory, population and area",
        edition="2025-08",
        nuts_version=None,
        licence="CC BY 4.0",
        acknowledgement="Source: European Commission, Joint Research Centre",
    )


NUTS_CODES = {version: _nuts_codes(version) for version in (2013, 2016, 2021)}
BOUNDARIES = {level: _boundaries(level) for level in (0, 1, 2)}
CROSSWALKS = {(level, version): _crosswalk(level, version) for level in (1, 2) for version in (2010, 2013, 2021)}
SOURCES: tuple[Source, ...] = (
    SBS_REGIONAL,
    SBS_NATIONAL,
    POPULATION,
    GDP,
    EMPLOYMENT,
    UNEMPLOYMENT,
    *NUTS_CODES.values(),
    *BOUNDARIES.values(),
    *CROSSWALKS.values(),
)


def sha256(path: Path) -> str:
    """Hexadecimal SHA-256 checksum of a file (no unit)."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
