"""Eurostat's TSV files: what is read, and what is refused with which words."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clusterkit.data import eurostat, sources
from clusterkit.errors import SourceError

HEADER = "nace_r2,indic_sb,geo\\time\t2014 \t2013 \n"
SAMPLE = HEADER + "C,V16110,SI\t187674 \t187543 b\nC24,V16110,SI04\t: c\t0 \nC24,V11210,SI04\t12 \t: \n"


def one_cell(cell: str) -> str:
    return f"nace_r2,indic_sb,geo\\time\t2014 \nC,V16110,SI\t{cell}\n"


def refused(path: Path, **options: object) -> str:
    with pytest.raises(SourceError) as caught:
        eurostat.read_tsv(path, **options)
    return str(caught.value)


# What is read


@pytest.mark.parametrize(
    ("cell", "value", "flag"),
    [
        ("12 b", 12, "b"),
        ("12 bd", 12, "bd"),
        ("12b", 12, "b"),
        ("0 ", 0, ""),
        ("0 c", 0, "c"),
        ("-8.3 ", -8.3, ""),
        ("1e3", 1000, ""),
        ("1E3 e", 1000, "e"),
        ("2.5e-1", 0.25, ""),
        ("  7  ", 7, ""),
    ],
)
def test_a_number_with_its_flags(write_tsv, cell, value, flag):
    row = eurostat.read_tsv(write_tsv(one_cell(cell))).iloc[0]
    assert (row["value"], row["flag"]) == (value, flag)


@pytest.mark.parametrize(("cell", "flag"), [(":", ""), (": ", ""), (": c", "c"), (": bc", "bc"), (":c", "c"), ("", "")])
def test_a_cell_without_a_number_is_unknown_and_keeps_its_flags(write_tsv, cell, flag):
    row = eurostat.read_tsv(write_tsv(one_cell(cell))).iloc[0]
    assert pd.isna(row["value"])
    assert row["flag"] == flag


def test_one_row_per_series_and_year(write_tsv):
    table = eurostat.read_tsv(write_tsv(SAMPLE))
    assert list(table.columns) == ["nace_r2", "indic_sb", "geo", "time", "value", "flag"]
    assert len(table) == 6
    assert table["time"].tolist() == [2014, 2014, 2014, 2013, 2013, 2013]
    cells = table.set_index(["nace_r2", "indic_sb", "geo", "time"])
    assert cells.loc[("C", "V16110", "SI", 2013)].tolist() == [187543, "b"]
    assert cells.loc[("C24", "V16110", "SI04", 2013)].tolist() == [0, ""]
    assert pd.isna(cells.loc[("C24", "V16110", "SI04", 2014), "value"])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (SAMPLE, "sample.tsv.gz"),
        ("\ufeff" + SAMPLE, "bom.tsv"),
        ("\ufeff" + SAMPLE, "bom.tsv.gz"),
        (SAMPLE.replace("\n", "\r\n"), "crlf.tsv"),
        (SAMPLE.replace("\\time", "\\TIME_PERIOD"), "new_header.tsv"),
        (SAMPLE.rstrip("\n"), "no_last_newline.tsv"),
        (SAMPLE.replace("C24,V16110", "C24, V16110"), "blank_after_comma.tsv"),
    ],
)
def test_every_form_of_the_file_reads_the_same(write_tsv, text, name):
    expected = eurostat.read_tsv(write_tsv(SAMPLE))
    pd.testing.assert_frame_equal(eurostat.read_tsv(write_tsv(text, name)), expected)


def test_gzip_is_told_by_its_content_not_its_name(write_tsv):
    path = write_tsv(SAMPLE, "sample.tsv.gz").rename(write_tsv("x").parent / "unpacked_name.tsv")
    assert len(eurostat.read_tsv(path)) == 6


@pytest.mark.parametrize(
    ("keep", "expected"),
    [
        ({"indic_sb": {"V16110"}}, 4),
        ({"indic_sb": {"V16110"}, "geo": {"SI04"}}, 2),
        ({"geo": {"SI", "SI04"}, "time": {"2014"}}, 3),
        ({"time": {"2014", "1999"}}, 3),
        ({"geo": {"XX"}}, 0),
        ({}, 6),
        (None, 6),
    ],
)
def test_keep_chooses_codes_and_years(write_tsv, keep, expected):
    table = eurostat.read_tsv(write_tsv(SAMPLE), keep=keep)
    assert len(table) == expected
    for dimension, codes in (keep or {}).items():
        assert set(table[dimension].astype(str)) <= set(codes)


def test_keep_is_not_changed(write_tsv):
    keep = {"geo": {"SI"}, "time": {"2014"}}
    eurostat.read_tsv(write_tsv(SAMPLE), keep=keep)
    assert keep == {"geo": {"SI"}, "time": {"2014"}}


def test_cells_of_series_that_are_not_wanted_are_not_checked(write_tsv):
    text = SAMPLE.replace("12 \t", "12:00 AM\t")
    assert len(eurostat.read_tsv(write_tsv(text), keep={"indic_sb": {"V16110"}})) == 4


# What is refused, in the words that an analyst reads


def test_an_absent_file(tmp_path):
    path = tmp_path / "absent.tsv.gz"
    assert refused(path) == (
        "The raw file absent.tsv.gz cannot be read: No such file or directory.\n"
        f"  where: {path}\n"
        "  rule:  data/README.md lists the raw files that the tables are built from\n"
        "  fix:   put the file there, or name another folder with --raw"
    )


def test_a_gzip_cut_off_anywhere(write_tsv):
    path = write_tsv(SAMPLE, "sample.tsv.gz")
    whole = path.read_bytes()
    for size in range(2, len(whole)):
        path.write_bytes(whole[:size])
        text = refused(path)
        assert text.startswith("The raw file sample.tsv.gz is cut off or damaged: ")
        assert f"\n  where: {path}, {size:,} bytes\n" in text
        assert text.endswith("\n  fix:   download it again and compare its size and checksum with the publisher's")


def test_a_gzip_with_a_changed_byte(write_tsv):
    path = write_tsv(SAMPLE, "sample.tsv.gz")
    data = bytearray(path.read_bytes())
    data[-6] ^= 0xFF  # in the checksum
    path.write_bytes(bytes(data))
    assert "is cut off or damaged: CRC check failed" in refused(path)


@pytest.mark.parametrize("name", ["page.tsv", "page.tsv.gz"])
def test_a_web_page_in_place_of_the_file(write_tsv, name):
    path = write_tsv("<!DOCTYPE html>\n<html><body>Service unavailable\tsorry</body></html>\n", name)
    assert refused(path) == (
        f"{name} is a web page, not a TSV: it starts with '<!DOCTYPE html>'.\n"
        f"  where: {path}, line 1\n"
        "  rule:  docs/data_log.md#eurostat-bulk-tsv: dimensions, a backslash, 'time', then one column per year\n"
        "  fix:   download the file again; an error page of the server may have been saved in its place"
    )


@pytest.mark.parametrize(
    "header",
    [
        "freq,unit,geo,2013,2014",  # a CSV
        "nace_r2,indic_sb,geo\t2014\t2013",  # no backslash
        "nace_r2,indic_sb,geo\\time",  # no years
        "nace_r2,indic_sb,geo\\time\t2014\t2013Q4",  # quarters
        "nace_r2,indic_sb,geo\\time\t2014\t",  # a column without a name
        "",
    ],
)
def test_a_wrong_header(write_tsv, header):
    path = write_tsv(f"{header}\nC,V16110,SI\t1\t2\n")
    text = refused(path)
    shown = header.strip()
    assert text.startswith(
        f"The first line of sample.tsv is not a Eurostat header: {shown!r}.\n  where: {path}, line 1\n"
    )
    assert "fix:   download the file again; an error page of the server may have been saved in its place" in text


def test_an_empty_file(write_tsv):
    assert "The first line of sample.tsv is not a Eurostat header: ''." in refused(write_tsv(""))


def test_a_header_alone(write_tsv):
    text = refused(write_tsv(HEADER))
    assert "of sample.tsv do not have 3 dimensions and 2 years" in text
    assert text.endswith("fix:   the file seems cut off or edited: download it again")


def test_a_year_that_stands_twice(write_tsv):
    text = refused(write_tsv(SAMPLE.replace("2013", "2014")))
    assert text.startswith("A year stands twice in the first line of sample.tsv.")
    assert "\n  fix:   download the file again;" in text


@pytest.mark.parametrize("last", ["C24,V11210,SI04\t12 ", "C24,V11210,S", "C24,V112", "C24,V11210,SI04\t12 \t: \t5 "])
def test_a_line_that_is_cut_off_or_too_long(write_tsv, last):
    path = write_tsv(SAMPLE[: SAMPLE.index("C24,V11210")] + last)
    assert refused(path) == (
        f"1 of 3 lines of sample.tsv do not have 3 dimensions and 2 years, first {last!r}.\n"
        f"  where: {path}, line 4\n"
        "  rule:  docs/data_log.md#eurostat-bulk-tsv\n"
        "  fix:   the file seems cut off or edited: download it again"
    )


def test_a_comma_too_many_in_the_key(write_tsv):
    assert "1 of 3 lines of sample.tsv do not have" in refused(
        write_tsv(SAMPLE.replace("C,V16110,SI\t", "C,V16110,SI,x\t"))
    )


def test_many_bad_lines_are_counted_and_five_are_named(write_tsv):
    path = write_tsv(HEADER + "C,V16110\t1\t2\n" * 7)
    text = refused(path)
    assert text.startswith("7 of 7 lines of sample.tsv do not have")
    assert f"where: {path}, line 2, 3, 4, 5, 6 and 2 more\n" in text


def test_cells_that_a_spreadsheet_has_changed(write_tsv):
    path = write_tsv(SAMPLE.replace("12 \t", "12:00 AM\t").replace("187674 ", "187,674"))
    assert refused(path) == (
        "2 cells of sample.tsv are neither a number nor ':', for instance '187,674', '12:00 AM'.\n"
        f"  where: {path}, line 2, 2014, line 4, 2014\n"
        "  rule:  docs/data_log.md#eurostat-bulk-tsv\n"
        "  fix:   the file was changed after publication (a spreadsheet?): use the published one"
    )


def test_a_dimension_that_the_file_lacks(write_tsv):
    path = write_tsv(SAMPLE)
    assert refused(path, keep={"unit": {"NR"}, "age": {"TOTAL"}}) == (
        "sample.tsv has no dimension age, unit.\n"
        f"  where: {path}, line 1: nace_r2, indic_sb, geo\n"
        "  rule:  docs/data_log.md#eurostat-bulk-tsv\n"
        "  fix:   check that this is the right dataset"
    )


def test_a_file_in_another_encoding(tmp_path):
    path = tmp_path / "latin1.tsv"
    path.write_bytes((HEADER + "C,V16110,ÖS\t1 \t2 \n").encode("latin-1"))
    text = refused(path)
    assert text.startswith("The raw file latin1.tsv is not text: byte 0xd6.")
    assert text.endswith("fix:   download the TSV file again")


def test_an_error_keeps_its_cause(tmp_path):
    with pytest.raises(SourceError) as caught:
        eurostat.read_tsv(tmp_path / "absent.tsv")
    assert isinstance(caught.value.__cause__, FileNotFoundError)


# Whatever stands in a cell

ASCII_DIGITS = "0123456789"
any_text = st.text(
    st.one_of(
        st.characters(exclude_categories=("Cs", "Nd")),
        st.sampled_from(ASCII_DIGITS + ":.-+eE bcdupz,\t\n\r"),
    ),
    max_size=12,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cell=any_text)
def test_no_cell_makes_a_zero_of_nothing_or_another_error(write_tsv, cell):
    path = write_tsv(one_cell(cell))
    try:
        table = eurostat.read_tsv(path)
    except SourceError:
        return
    row = table.iloc[0]
    if not any(digit in cell for digit in ASCII_DIGITS):
        assert pd.isna(row["value"])
    if pd.notna(row["value"]):
        number = re.match(r"\s*(\S*?)\s*[a-z]*\s*$", cell)
        assert number is not None
        assert float(number[1]) == row["value"]
        assert ":" not in cell


amounts = st.one_of(st.none(), st.integers(-(10**9), 10**9), st.floats(-1e12, 1e12).map(lambda x: round(x, 3)))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(st.tuples(amounts, st.text("bcdepuz", max_size=3)), min_size=1, max_size=8))
def test_what_was_written_is_read_back(write_tsv, cells):
    written = [f"{':' if value is None else repr(value)} {flag}" for value, flag in cells]
    years = range(2000, 2000 + len(cells))
    header = "\t".join(["geo\\time", *map(str, years)])
    table = eurostat.read_tsv(write_tsv(header + "\n" + "\t".join(["SI", *written]) + "\n"))
    assert table["flag"].tolist() == [flag for _, flag in cells]
    for found, (value, _) in zip(table["value"], cells, strict=True):
        assert pd.isna(found) if value is None else found == value


# The published file


@pytest.mark.raw
def test_the_confidential_cells_of_2014_are_as_many_as_plain_reading_finds(raw):
    """Second way: string handling only."""
    n_confidential, n_values, n_zeros = 0, 0, 0
    with gzip.open(raw / sources.SBS_REGIONAL.path, "rt", encoding="utf-8") as file:
        column = [name.strip() for name in next(file).split("\t")].index("2014")
        for line in file:
            fields = line.rstrip("\n").split("\t")
            sector, indicator, region = fields[0].split(",")
            if indicator != "V16110" or len(region) != 4 or len(sector) != 3 or not sector[1:].isdigit():
                continue
            number, _, flags = fields[column].strip().partition(" ")
            n_confidential += number == ":" and "c" in flags
            n_values += number != ":"
            n_zeros += number == "0"
    table = eurostat.read_tsv(raw / sources.SBS_REGIONAL.path, keep={"indic_sb": {"V16110"}, "time": {"2014"}})
    table = table[table["geo"].str.len().eq(4) & table["nace_r2"].str.fullmatch(r"[A-Z]\d\d")]
    hidden = table["value"].isna() & table["flag"].str.contains("c")
    assert (hidden.sum(), table["value"].notna().sum()) == (n_confidential, n_values)
    assert table["value"].eq(0).sum() == n_zeros
    assert n_confidential > 1000
