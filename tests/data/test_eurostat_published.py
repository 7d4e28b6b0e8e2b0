"""Every Eurostat file at hand goes through the one reader; checked against plain reading of the text."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest

from clusterkit.data import eurostat
from clusterkit.errors import SourceError

pytestmark = pytest.mark.raw

EMPLOYMENT_2015 = "sbs_r_nuts06_r2_2015_employment.csv"
MANUFACTURING_2022 = "sbs_r_nuts2021_manufacturing_2022.csv"
MAIN_TABLES = "tgs_nuts2_long.csv.gz"
MONTHLY = "teiis090"  # a series by month in the file of main tables, from which the months were lost

# Rows, known values: as counted on 22 November 2026 in the files that SOURCES.csv lists with their checksums.
FILES = {
    "bd_size_r3.tsv.gz": (1_693_965, 980_005),
    "demo_r_pjangrp3.tsv.gz": (1_229_256, 1_125_895),
    "isoc_r_iuse_i.csv.gz": (2_973, 2_973),
    "lfst_r_lfe2emp.tsv.gz": (275_451, 239_820),
    "lfst_r_lfe2en2.tsv.gz": (224_520, 161_235),
    "lfst_r_lfu3pers.tsv.gz": (100_164, 83_821),
    "nama_10r_2gdp.tsv.gz": (38_460, 37_274),
    "nama_10r_2gdp_2000_2024.sdmx.csv.gz": (4_625, 4_625),
    "nama_10r_2gdp_pps_per_head.csv.gz": (9_865, 9_865),
    "nama_10r_2gvagr.tsv.gz": (4_230, 3_595),
    "nama_10r_2hhinc.tsv.gz": (82_965, 53_963),
    "nama_10r_3gdp.tsv.gz": (273_966, 253_544),
    "pat_ep_rtot.csv.gz": (103_075, 103_075),
    "sbs_na_sca_r2.tsv.gz": (1_162_557, 631_828),
    "sbs_r_nuts06_r2.tsv.gz": (1_561_816, 1_100_929),
    EMPLOYMENT_2015: (46_859, 38_241),
    MANUFACTURING_2022: (12_948, 11_928),
    "tgs00007.sdmx.csv.gz": (3_744, 3_744),
    "tgs00010.sdmx.csv.gz": (3_744, 3_708),
    "tgs00042.sdmx.csv.gz": (2_523, 2_329),
    "tgs00109.sdmx.csv.gz": (3_732, 3_732),
    MAIN_TABLES: (43_642, 43_481),
    "trng_lfse_04.tsv.gz": (23_280, 20_125),
}
# A line as it stands in the file, the series and year, the value (None: unknown) and the flag.
VALUES = [
    (
        "sbs_r_nuts06_r2.tsv.gz",
        "\nB,V11210,AT11\t26 \t27 \t26 ",
        "nace_r2=B indic_sb=V11210 geo=AT11 time=2014",
        27,
        "",
    ),
    ("lfst_r_lfe2en2.tsv.gz", "\nTHS,A,Y15-24,AT1\t5.2 u\t", "nace_r2=A age=Y15-24 geo=AT1 time=2015", 5.2, "u"),
    ("lfst_r_lfe2en2.tsv.gz", "\nTHS,A,Y15-24,AT11\t: u\t", "nace_r2=A age=Y15-24 geo=AT11 time=2015", None, "u"),
    ("bd_size_r3.tsv.gz", "\t158191 p\r\n", "indic_sb=V11910 sizeclas=0 geo=AT1 time=2020", 158_191, "p"),
    ("nama_10r_3gdp.tsv.gz", ",3600,3700,4000,4500,4800,4700p,:\r\n", "unit=EUR_HAB geo=AL time=2020", 4700, "p"),
    ("nama_10r_2gdp_2000_2024.sdmx.csv.gz", ",AL,Albania,2015,,10264.11,", "geo=AL time=2015", 10_264.11, ""),
    ("tgs00042.sdmx.csv.gz", ",AT11,Burgenland,2013,,0.89,,b,break in", "geo=AT11 time=2013", 0.89, "b"),
    ("nama_10r_2gdp_pps_per_head.csv.gz", "\nA,PPS_EU27_2020_HAB,AL,2009,6700\n", "geo=AL time=2009", 6700, ""),
    ("pat_ep_rtot.csv.gz", "\nGDP_BEUR,AT11,2012.0,2.459\n", "unit=GDP_BEUR geo=AT11 time=2012", 2.459, ""),
    ("isoc_r_iuse_i.csv.gz", "\nAT1,2019.0,82.0\n", "geo=AT1 time=2019", 82, ""),
    (EMPLOYMENT_2015, "\nB05;NO;219 d\n", "nace_r2=B05 geo=NO", 219, "d"),
    (EMPLOYMENT_2015, "\nB05;IS00;12:00 AM\n", "nace_r2=B05 geo=IS00", 0, ""),
    (MANUFACTURING_2022, "\nAT,0,Austria,C10,77150,77150\n", "nace_r2=C10 geo=AT edition=dec2024", 77_150, ""),
    (MAIN_TABLES, "\nRT,EU28,2000,11.7,sdg_11_40,", "unit=RT geo=EU28 input_var_code=sdg_11_40 time=2000", 11.7, ""),
]


def text_of(path: Path) -> str:
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")


def read(path: Path):
    """The whole file; of the main tables all series but the one with contradictions."""
    keep = {}
    if path.name == MAIN_TABLES:
        codes = {row["input_var_code"] for row in csv.DictReader(text_of(path).splitlines())}
        keep = {"input_var_code": codes - {MONTHLY}}
    return eurostat.read(path, keep=keep, spreadsheet_zero=path.name == EMPLOYMENT_2015)


def cells_by_hand(path: Path) -> list[str]:
    """Second way: the cells by string handling only."""
    header, *lines = text_of(path).splitlines()
    if "\t" in header:
        return [cell for line in lines for cell in line.split("\t")[1:]]
    delimiter = ";" if ";" in header else ","
    names = next(csv.reader([header]))
    rows = [row for row in csv.reader(lines, delimiter=delimiter) if MONTHLY not in row]
    value = [place for place, name in enumerate(names) if name in {"OBS_VALUE", "values", "obs_value"}]
    years = [place for place, name in enumerate(header.split(delimiter)) if "20" in name]
    return [row[place] for row in rows for place in value or years]


@pytest.mark.parametrize("name", FILES)
def test_shape_and_known_values_of_a_published_file(raw, name):
    path = raw / "eurostat" / name
    if not path.is_file():
        pytest.skip(f"no raw file {name}")
    table = read(path)
    assert (len(table), table["value"].notna().sum()) == FILES[name]
    by_hand = [cell.strip() for cell in cells_by_hand(path)]
    known, unknown = [], []
    for cell in by_hand:
        (known if cell[:1].isdigit() or cell[:1] == "-" else unknown).append(cell)
    assert (len(by_hand), len(known)) == FILES[name]
    assert set("".join(unknown)) <= set(": bcdeipruz")
    zeros = [cell for cell in known if cell == "12:00 AM" or float(cell.rstrip(" bcdeipruz")) == 0]
    assert (table["value"] == 0).sum() == len(zeros)
    assert table["time"].between(1970, 2025).all()
    if len(table) < 300_000:  # the large ones take too long
        assert not table.duplicated([name for name in table.columns if name not in {"value", "flag"}]).any()


@pytest.mark.parametrize(("name", "line", "series", "value", "flag"), VALUES)
def test_a_value_stands_in_the_file_as_it_is_read(raw, name, line, series, value, flag):
    path = raw / "eurostat" / name
    if not path.is_file():
        pytest.skip(f"no raw file {name}")
    assert line in text_of(path)
    keep = dict(part.split("=") for part in series.split())
    table = eurostat.read(path, keep=keep, spreadsheet_zero=name == EMPLOYMENT_2015)
    assert len(table) == 1
    assert table["flag"].item() == flag
    assert table["value"].isna().item() if value is None else table["value"].item() == value


def test_no_file_of_the_folder_is_left_out(raw):
    others = sorted(path for path in (raw / "eurostat").iterdir() if path.is_file() and path.name not in FILES)
    for path in others:
        assert len(eurostat.read(path))


def test_the_zeros_that_a_spreadsheet_changed_are_counted(raw):
    path = raw / "eurostat" / EMPLOYMENT_2015
    table = eurostat.read(path, spreadsheet_zero=True)
    assert table.attrs == {"spreadsheet_zeros": text_of(path).count(";12:00 AM\n")} == {"spreadsheet_zeros": 30}
    with pytest.raises(SourceError, match=r"30 cells of .* show a time of day"):
        eurostat.read(path)


def test_the_contradictions_of_the_main_tables_are_named(raw):
    path = raw / "eurostat" / MAIN_TABLES
    with pytest.raises(SourceError, match=r"30 lines of .* repeat a series") as caught:
        eurostat.read(path)
    assert "line 225 and 231, line 226 and 232" in str(caught.value)
    lines = text_of(path).splitlines()
    assert all(MONTHLY in lines[number - 1] for number in (225, 231, 226, 232))


def test_confidential_figures_have_the_same_flag_in_every_format(raw):
    table = eurostat.read(raw / "eurostat" / "tgs00042.sdmx.csv.gz")
    assert (
        (table["flag"] == "c").sum()
        == text_of(raw / "eurostat" / "tgs00042.sdmx.csv.gz").count(",C,confidential")
        == 194
    )
    assert table.loc[table["flag"] == "c", "value"].isna().all()
