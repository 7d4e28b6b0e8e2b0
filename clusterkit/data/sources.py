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


# Files for the table `indicator` (params/indicators.yaml). A file that is absent leaves out its indicators.


def _indicator_source(
    path: str, dataset: str, content: str, edition: str, nuts_version: int, acknowledgement: str
) -> Source:
    eurostat = acknowledgement.startswith(EUROSTAT)
    licence = _INDICATOR_LICENCES.get(path.split("/")[1].split(".")[0].split("_")[0], EUROSTAT_LICENCE)
    if eurostat and int(edition[-4:]) >= 2023:
        licence = "CC BY 4.0"
    return Source(path, dataset, content, edition, nuts_version, licence, acknowledgement)


_INDICATOR_LICENCES = {
    "i40": "CC BY 4.0",
    "eqi": "free use with citation",
    "eu": "reuse with acknowledgement (Commission Decision 2011/833/EU)",
    "erdf": "reuse with acknowledgement (Commission Decision 2011/833/EU)",
    "eurito": "MIT",
}
_COMMISSION = "Source: European Commission"
_EURITO = "Source: Nesta / EURITO indicators (MIT licence)"
_HONTI = (
    "Source: Honti et al., University of Pannonia (2020), Data in Brief, 106464, CC BY 4.0, "
    "after Eurostat, ETER, GRID, Microsoft Academic Graph and USPTO"
)
_QOG = "Source: European Quality of Government Index 2021, Quality of Government Institute, University of Gothenburg"

INDICATOR_SOURCES: tuple[Source, ...] = tuple(
    _indicator_source(*row)
    for row in (
        (
            "eurostat/bd_size_r3.tsv.gz",
            "bd_size_r3",
            "business demography, NUTS 0-3, 2008-2020",
            "2023",
            2021,
            EUROSTAT,
        ),
        ("eurostat/lfst_r_lfe2en2.tsv.gz", "lfst_r_lfe2en2", "employment by group of sections", "2017", 2013, EUROSTAT),
        ("eurostat/nama_10r_2gvagr.tsv.gz", "nama_10r_2gvagr", "real growth of value added", "2017", 2013, EUROSTAT),
        ("eurostat/nama_10r_2hhinc.tsv.gz", "nama_10r_2hhinc", "income of households", "2017", 2013, EUROSTAT),
        ("eurostat/trng_lfse_04.tsv.gz", "trng_lfse_04", "participation in training", "2017", 2013, EUROSTAT),
        ("eurostat/tgs00007.sdmx.csv.gz", "tgs00007", "employment rate", "2025", 2021, EUROSTAT),
        ("eurostat/tgs00010.sdmx.csv.gz", "tgs00010", "unemployment rate", "2025", 2021, EUROSTAT),
        (
            "eurostat/tgs00042.sdmx.csv.gz",
            "tgs00042",
            "expenditure on research and development",
            "2025",
            2021,
            EUROSTAT,
        ),
        ("eurostat/tgs00109.sdmx.csv.gz", "tgs00109", "tertiary attainment", "2025", 2021, EUROSTAT),
        (
            "eurostat/nama_10r_2gdp_2000_2024.sdmx.csv.gz",
            "nama_10r_2gdp",
            "gross domestic product",
            "2025",
            2021,
            EUROSTAT,
        ),
        (
            "eurostat/nama_10r_2gdp_pps_per_head.csv.gz",
            "nama_10r_2gdp",
            "product per head in PPS",
            "2025",
            2021,
            EUROSTAT,
        ),
        ("eurostat/pat_ep_rtot.csv.gz", "pat_ep_rtot", "patent applications to the EPO", "2017", 2013, EUROSTAT),
        ("eurostat/tgs_nuts2_long.csv.gz", "tgs000xx", "several main tables in one file", "2020", 2016, EUROSTAT),
        ("eurostat/isoc_r_iuse_i.csv.gz", "isoc_r_iuse_i", "daily users of the internet", "2020", 2016, EUROSTAT),
        ("indicators/i40_indicator_db.tsv.gz", "Honti et al. 2020", "readiness for industry 4.0", "2020", 2016, _HONTI),
        ("indicators/eqi_2021.csv", "EQI 2021", "quality of government and its pillars", "2021", 2016, _QOG),
        ("indicators/nuts2_social_2021.csv", "Eurostat social 2021", "social variables", "2021", 2016, EUROSTAT),
        (
            "indicators/eu_spi_2016_components.csv",
            "EU-SPI 2016",
            "social progress components",
            "2016",
            2010,
            _COMMISSION,
        ),
        (
            "indicators/nuts2_designs_migration.csv",
            "Eurostat designs",
            "registered designs, migration",
            "2018",
            2016,
            EUROSTAT,
        ),
        ("indicators/env_rwas_gen.csv", "env_rwas_gen", "municipal waste", "2016", 2013, EUROSTAT),
        (
            "indicators/erdf_payments_2014_2020.csv.gz",
            "ERDF payments",
            "payments of the fund",
            "2025",
            2016,
            _COMMISSION,
        ),
        ("indicators/eurito_artificial_intelligence_count.csv.gz", "EURITO AI", "preprints", "2021", 2021, _EURITO),
        ("indicators/eurito_deep_learning_count.csv.gz", "EURITO deep learning", "preprints", "2021", 2021, _EURITO),
        ("indicators/eurito_arxiv_count.csv.gz", "EURITO arXiv", "preprints", "2021", 2021, _EURITO),
        ("indicators/eurito_biorxiv_count.csv.gz", "EURITO bioRxiv", "preprints", "2021", 2021, _EURITO),
    )
)
MATRICES = {version: _crosswalk(2, version) for version in (2010, 2013, 2021, 2024)}  # NUTS 2, by the other version
INDICATOR_SOURCES += (MATRICES[2024],)
