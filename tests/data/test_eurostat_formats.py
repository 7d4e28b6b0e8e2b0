"""Eurostat's formats and their re-saved variants: the same table from all, and what is refused."""

from __future__ import annotations

import gzip
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clusterkit.data import eurostat
from clusterkit.data.eurostat import blocks, repeats
from clusterkit.errors import SourceError

TSV = "freq,unit,geo\\TIME_PERIOD\t2013 \t2014 \nA,NR,SI03\t10 b\t: c\nA,NR,SI04\t0 \t12.5 bp\n"
SDMX = (
    "STRUCTURE,STRUCTURE_ID,freq,unit,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG,CONF_STATUS\n"
    "dataflow,ESTAT:X(1.0),A,NR,SI03,2013,10,b,\n"
    "dataflow,ESTAT:X(1.0),A,NR,SI04,2013,0,,\n"
    "dataflow,ESTAT:X(1.0),A,NR,SI03,2014,,,C\n"
    "dataflow,ESTAT:X(1.0),A,NR,SI04,2014,12.5,bp,\n"
)
LABELLED = (
    "STRUCTURE,STRUCTURE_NAME,freq,Time frequency,unit,Unit of measure,geo,Geopolitical entity (reporting),"
    "TIME_PERIOD,Time,OBS_VALUE,Observation value,OBS_FLAG,Observation status (Flag) V2 structure,CONF_STATUS,"
    "Confidentiality status (flag)\n"
    'dataflow,"Jobs, by region",A,Annual,NR,Number,SI03,"Vzhodna, Slovenija",2013,,10,,b,break in time series,,\n'
    'dataflow,"Jobs, by region",A,Annual,NR,Number,SI04,Zahodna Slovenija,2013,,0,,,,,\n'
    'dataflow,"Jobs, by region",A,Annual,NR,Number,SI03,"Vzhodna, Slovenija",2014,,,,,,C,confidential\n'
    'dataflow,"Jobs, by region",A,Annual,NR,Number,SI04,Zahodna Slovenija,2014,,12.5,,bp,"break, provisional",,\n'
)
WIDE = "freq,unit,geo,2013,2014\nA,NR,SI03,10b,:c\nA,NR,SI04,0,12.5bp\n"
SHUFFLED = "2014;unit;2013;geo;freq\n:c;NR;10b;SI03;A\n12.5bp;NR;0;SI04;A\n"
LONG = (
    "freq,unit,geo,time,values,flag\n"
    "A,NR,SI03,2013.0,10,b\nA,NR,SI04,2013,0.0,\nA,NR,SI03,2014,:,c\nA,NR,SI04,2014,12.5,pb\n"
)
INLINE = (
    "freq,unit,geo,time,obs_value\nA,NR,SI03,2013,10 b\nA,NR,SI04,2013,0\nA,NR,SI03,2014,: c\nA,NR,SI04,2014,12.5 bp\n"
)
FORMS = {
    "tsv": TSV,
    "tsv_old": TSV.replace("\\TIME_PERIOD", "\\time"),
    "tsv_with_status": TSV.replace(": c", ": @C"),
    "sdmx": SDMX,
    "sdmx_with_labels": LABELLED,
    "resaved_wide": WIDE,
    "resaved_wide_letter": WIDE.replace("2013,2014", "n2013,n2014"),
    "resaved_shuffled": SHUFFLED,
    "long": LONG,
    "long_inline": INLINE,
}


@pytest.fixture
def write(write_tsv):
    return write_tsv


def refused(path: Path, **options: object) -> str:
    with pytest.raises(SourceError) as caught:
        eurostat.read(path, **options)
    return str(caught.value)


def ordered(table: pd.DataFrame) -> pd.DataFrame:
    """Rows and columns in one order, for comparing formats."""
    names = sorted(set(table.columns) - {"time", "value", "flag"})
    return table[[*names, "time", "value", "flag"]].sort_values([*names, "time"], ignore_index=True)


# What is read


@pytest.mark.parametrize("packed", ["", ".gz"])
@pytest.mark.parametrize("change", ["as_is", "bom", "crlf", "no_last_line_end"])
@pytest.mark.parametrize("form", FORMS)
def test_every_format_gives_the_same_table(write, form, change, packed):
    changes = {
        "as_is": str,
        "bom": lambda text: "\ufeff" + text,
        "crlf": lambda text: text.replace("\n", "\r\n"),
        "no_last_line_end": lambda text: text.rstrip("\n"),
    }
    table = ordered(eurostat.read(write(changes[change](FORMS[form]), f"sample{packed}")))
    pd.testing.assert_frame_equal(table, ordered(eurostat.read(write(TSV))))
    assert table["value"].isna().tolist() == [False, True, False, False]
    assert table["flag"].tolist() == ["b", "c", "", "bp"]
    assert table.attrs == {}


@pytest.mark.parametrize("form", FORMS)
def test_the_size_of_the_blocks_changes_nothing(write, form):
    path = write(FORMS[form], "sample.gz")
    whole = ordered(eurostat.read(path))
    for size in (1, 7, 64, 150, 10_000):
        chunks = list(eurostat.read_chunks(path, block_bytes=size))
        pd.testing.assert_frame_equal(ordered(pd.concat(chunks)), whole)
        assert size > 7 or len(chunks) > 1


@pytest.mark.parametrize("form", FORMS)
def test_keep_works_in_every_format(write, form):
    path = write(FORMS[form])
    assert len(eurostat.read(path, keep={"geo": {"SI04"}})) == 2
    assert eurostat.read(path, keep={"time": {"2014"}, "geo": ["SI04"]})["value"].tolist() == [12.5]
    assert eurostat.read(path, keep={"time": {2013}})["time"].tolist() == [2013, 2013]
    nothing = eurostat.read(path, keep={"geo": "SI"})
    assert list(nothing.columns) == list(eurostat.read(path).columns)
    assert nothing.empty
    assert (nothing["time"].dtype, nothing["value"].dtype) == (np.int64, np.float64)
    assert "has no dimension age." in refused(path, keep={"age": {"TOTAL"}})


def test_two_downloads_side_by_side_are_two_editions(write):
    header = "geo,level,NUTS_NAME,nace_r2,EMP_LOC_NR_2022_feb2025,EMP_LOC_NR_2022_dec2024\n"
    table = eurostat.read(write(header + 'SI03,2,"Vzhodna, Slovenija",C10,5,\nSI04,2,Zahodna Slovenija,C10,,0\n'))
    assert list(table.columns) == ["geo", "nace_r2", "indic_sbs", "edition", "time", "value", "flag"]
    assert table["edition"].tolist() == ["feb2025", "feb2025", "dec2024", "dec2024"]
    assert set(table["indic_sbs"]) == {"EMP_LOC_NR"}
    assert table["value"].fillna(-1).tolist() == [5, -1, -1, 0]
    newest = eurostat.read(write(header + "SI03,2,Vzhodna,C10,5,4\n"), keep={"edition": {"feb2025"}})
    assert newest["value"].tolist() == [5]


def test_a_hidden_figure_that_is_published_all_the_same_keeps_both(write):
    header = "freq,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG,CONF_STATUS\n"
    table = eurostat.read(write(header + "A,SI,2013,5,,N\nA,SI,2014,6,p,C\nA,SI,2015,7,,F\n"))
    assert table["flag"].tolist() == ["c", "cp", ""]
    assert table["value"].tolist() == [5, 6, 7]


def test_a_quotation_mark_in_a_tsv_is_only_a_character(write):
    assert eurostat.read(write('geo\\time\t2013\n"SI\t5 \n'))["geo"].tolist() == ['"SI']


@pytest.mark.parametrize("cell", ["12:00 AM", "12:00:00 AM", " 12:00 AM d"])
def test_a_zero_that_a_spreadsheet_turned_into_a_time_is_taken_only_when_asked(write, cell):
    path = write(f"nace_r2;geo;n2015\nB05;IS;{cell}\nB05;SI; \nB05;AT;7\n")
    assert refused(path) == (
        f"1 cells of sample.tsv show a time of day, for instance {cell!r}: a spreadsheet's picture of a zero.\n"
        f"  where: {path}, line 2, 2015\n"
        "  rule:  docs/data_log.md#eurostat-csv\n"
        "  fix:   use the published file, or check these cells and read with spreadsheet_zero=True"
    )
    table = eurostat.read(path, spreadsheet_zero=True)
    assert table["value"].fillna(-1).tolist() == [0, -1, 7]
    assert table["flag"].tolist() == ["d" if "d" in cell else "", "", ""]
    assert table.attrs == {"spreadsheet_zeros": 1}
    assert next(eurostat.read_chunks(path, spreadsheet_zero=True)).attrs == {"spreadsheet_zeros": 1}


def test_other_times_of_day_are_no_zeros(write):
    assert "neither a number nor ':', for instance '1:00 AM'" in refused(
        write("nace_r2;geo;n2015\nB05;IS;1:00 AM\n"), spreadsheet_zero=True
    )


# The same series and year twice


@pytest.mark.parametrize("size", [1, 10_000])
def test_a_line_that_says_the_same_again_is_left_out_and_counted(write, size):
    text = LONG + "A,NR,SI04,2014,12.5,bp\nA,NR,SI03,2014,,c\n"
    table = eurostat.read(write(text))
    assert table.attrs == {"identical_repeats": 2}
    pd.testing.assert_frame_equal(table, eurostat.read(write(LONG)))
    chunks = list(eurostat.read_chunks(write(text), block_bytes=size))
    assert sum(chunk.attrs.get("identical_repeats", 0) for chunk in chunks) == 2
    assert sum(map(len, chunks)) == 4
    wide = eurostat.read(write(TSV + "A, NR,SI04\t0\t12.5 bp\n"))
    assert wide.attrs == {"identical_repeats": 1}
    assert len(wide) == 4


@pytest.mark.parametrize("size", [1, 10_000])
def test_a_line_that_contradicts_an_earlier_one_is_named_with_it(write, size):
    path = write(LONG + "A,NR,SI04,2014,12.6,bp\nA,NR,SI03,2014,0,c\n", "sample.csv")
    expected = (
        "2 lines of sample.csv repeat a series and year of an earlier line with other figures.\n"
        f"  where: {path}, line 5 and 6, line 4 and 7\n"
        "  rule:  docs/data_log.md#eurostat-csv\n"
        "  fix:   a dimension was left out of the file, or two editions were joined: use the published one, "
        "or leave the series out with keep"
    )
    if size > 1:
        expected = expected.replace("line 5 and 6, line 4 and 7", "line 4 and 7, line 5 and 6")
    with pytest.raises(SourceError) as caught:
        list(eurostat.read_chunks(path, block_bytes=size))
    assert str(caught.value) == expected
    assert len(eurostat.read(path, keep={"time": {"2013"}})) == 2
    assert "line 3 and 4" in refused(write(TSV + "A,NR,SI04\t0\t12.5 b\n"))


def test_repeats_are_found_as_a_slow_search_finds_them():
    """Second way: a dictionary."""
    random = np.random.default_rng(5)
    keys = random.integers(0, 4000, 6000).astype(np.uint64)
    contents = random.integers(0, 3, 6000).astype(np.uint64)
    lines = np.arange(2, 6002)
    seen: dict[int, tuple[int, int]] = {}
    expected_left_out, expected_clashes = [], set()
    for key, content, line in zip(keys.tolist(), contents.tolist(), lines.tolist(), strict=True):
        first_content, first_line = seen.setdefault(key, (content, line))
        expected_left_out.append(line != first_line and content == first_content)
        if content != first_content:
            expected_clashes.add((first_line, line))
    search, left_out, clashes = repeats.Repeats(), [], []
    for start in range(0, 6000, 170):
        part = slice(start, start + 170)
        found, pairs = search.check(repeats.Rows(keys[part], contents[part], lines[part]))
        left_out += found.tolist()
        clashes += pairs
    assert left_out == expected_left_out
    assert set(clashes) == expected_clashes
    assert len(clashes) == len(expected_clashes)


# What is refused, in the words that an analyst reads


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("", "no column of years"),
        ("hello", "no column of years"),
        ("geo,unit", "no column of years"),
        ("geo,2013,EMP_2022_feb2025", "two kinds of columns of years"),
        ("geo,name of region,2013", "the column 'name of region' is neither a dimension nor a year"),
        ("geo,Region,time,values", "the column 'Region' is no dimension"),
        ("geo,geo,time,values", "the column geo stands twice"),
        ("geo,geo,2013", "the column geo stands twice"),
        ("geo,time,TIME_PERIOD,values", "time and TIME_PERIOD are the same column twice"),
        ("geo,flag,2013", "'flag' is no name of a dimension"),
        ("time,values", "no dimension"),
        ('geo,"unit,2013', "unexpected end of data"),
        ('{"geo": "SI"}', 'the column \'{"geo": "SI"}\' is neither a dimension nor a year'),
    ],
)
def test_a_first_line_that_is_no_header(write, header, reason):
    path = write(f"{header}\nSI,5,6\n", "sample.csv")
    assert refused(path) == (
        f"The first line of sample.csv is not a Eurostat header: {header!r}.\n"
        f"  where: {path}, line 1: {reason}\n"
        "  rule:  docs/data_log.md#eurostat-bulk-tsv: dimensions, a backslash, 'time', then one column per year; "
        "docs/data_log.md#eurostat-csv: columns named after the dimensions, with either a year and a value column "
        "(TIME_PERIOD and OBS_VALUE, time and values) or one column per year\n"
        "  fix:   download the file again; an error page of the server may have been saved in its place"
    )


def test_a_web_page(write):
    assert refused(write("  <html><body>503</body></html>\n", "sample.csv")).startswith(
        "sample.csv is a web page, not a table: it starts with '<html><body>503</body></html>'.\n"
    )


@pytest.mark.parametrize("text", ["", "\ufeff", "\n"])
def test_an_empty_file(write, text):
    assert "The first line of sample.csv is not a Eurostat header: ''." in refused(write(text, "sample.csv"))


@pytest.mark.parametrize("form", FORMS)
def test_a_header_alone(write, form):
    path = write(FORMS[form].split("\n")[0] + "\n")
    text = refused(path)
    assert text.startswith("1 of 1 lines of sample.tsv do not have ")
    assert f"where: {path}, line 2\n" in text


@pytest.mark.parametrize("form", FORMS)
def test_a_line_with_a_column_too_many_or_too_few(write, form):
    delimiter = "\t" if form.startswith("tsv") else ";" if "shuffled" in form else ","
    lines = FORMS[form].splitlines()
    cut = lines[2].rpartition(delimiter)[0]
    path = write("\n".join([lines[0], lines[1] + delimiter, cut, *lines[3:], "", ""]))
    text = refused(path)
    assert text.startswith(f"3 of {len(lines)} lines of sample.tsv do not have ")
    assert f"first {(lines[1] + delimiter)[:60]!r}.\n" in text
    assert f"where: {path}, line 2, 3, {len(lines) + 1}\n" in text
    assert text.endswith("fix:   the file seems cut off or edited: download it again")


@pytest.mark.parametrize(("form", "place"), [("sdmx", "line 3"), ("long", "line 3"), ("resaved_wide", "line 3, 2013")])
@pytest.mark.parametrize("cell", ["1 234", "n/a", "1e999", "١", "--", "0x10", "NaN", "1,5", "5 B", "inf"])
def test_a_cell_that_is_no_number(write, form, place, cell):
    text = FORMS[form].replace("SI04,2013,0", f'SI04,2013,"{cell}"').replace("SI04,0,", f'SI04,"{cell}",')
    path = write(text.replace("0.0,\n", "\n").replace('".0', '"'))
    message = refused(path)
    assert message.startswith("1 cells of sample.tsv are neither a number nor ':', for instance ")
    assert repr(cell)[1:-1] in message
    assert f"where: {path}, {place}\n" in message


def test_a_flag_that_eurostat_does_not_use(write):
    path = write("geo\\time\t2013 \t2014 \nSI\t5 x\t6 b\nAT\t: by\t7 \n")
    assert refused(path) == (
        "2 cells of sample.tsv have a flag that Eurostat does not use, for instance '5 x', ': by'; "
        "it uses b, c, d, e, f, i, m, n, p, r, s, u, z.\n"
        f"  where: {path}, line 2, 2013, line 3, 2013\n"
        "  rule:  docs/data_log.md#eurostat-bulk-tsv\n"
        "  fix:   the file was changed after publication (a spreadsheet?): use the published one; "
        "a new flag of Eurostat's belongs into eurostat.FLAGS"
    )
    assert "for instance '10 b  X'" in refused(write(SDMX.replace("10,b,", "10,b ,X")))
    assert "for instance '10 v '" in refused(write(SDMX.replace("10,b,", "10,v,")))


@pytest.mark.parametrize("year", ["2013-01", "2013Q1", "13", "1899", "2101", "2013.5", "", "year", "٢٠١٣"])
def test_a_year_that_is_none(write, year):
    path = write(LONG.replace("SI04,2013", f"SI04,{year}"))
    assert refused(path) == (
        f"1 lines of sample.tsv have no year between 1900 and 2100, for instance {year!r}.\n"
        f"  where: {path}, line 3\n"
        "  rule:  docs/data_log.md#eurostat-csv\n"
        "  fix:   take the annual edition of the dataset; a month or a quarter is not read"
    )


@pytest.mark.parametrize("form", ["tsv", "resaved_wide"])
def test_a_year_out_of_range_in_the_first_line(write, form):
    text = refused(write(FORMS[form].replace("2013", "0213")))
    assert text.startswith("sample.tsv has years outside 1900 to 2100 in its first line: 0213.")
    assert "A year stands twice" in refused(write(FORMS[form].replace("2013", "2014")))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("stray", ["\r", "\0", "\x1a"])
def test_a_carriage_return_or_control_character_inside_a_line(write, form, stray):
    path = write(FORMS[form].replace("SI04", f"SI{stray}04", 1))
    text = refused(path)
    assert text.startswith("1 lines of sample.tsv have a carriage return or a control character inside, first ")
    assert f"where: {path}, line 3\n" in text


def test_a_quotation_mark_that_is_not_closed(write):
    path = write(LABELLED.replace('Slovenija",2013', "Slovenija,2013"))
    text = refused(path)
    assert text.startswith("1 lines of sample.tsv have a quotation mark that is not closed, first 'dataflow,")
    assert f"where: {path}, line 2\n" in text


@pytest.mark.parametrize("name", ["sample.tsv", "sample.tsv.gz"])
def test_a_line_of_ten_megabytes(write, name):
    path = write(TSV + "A,NR," + "x" * 10_000_000 + "\t1\t2\n", name)
    assert refused(path) == (
        "Line 4 of " + name + " is longer than 1,000,000 bytes.\n"
        f"  where: {path}, line 4\n"
        "  rule:  docs/data_log.md#eurostat-bulk-tsv\n"
        "  fix:   the file is no table of Eurostat, or has lost its line ends: download it again"
    )


def test_a_line_too_long_is_found_inside_a_block_too(write, monkeypatch):
    monkeypatch.setattr(blocks, "MAX_LINE_BYTES", 60)
    assert "Line 3 of sample.tsv is longer than 60 bytes." in refused(write(TSV.replace("SI04", "S" * 60)))


def test_bytes_that_are_no_text_are_named_by_line(tmp_path):
    path = tmp_path / "sample.csv"
    path.write_bytes(LONG.encode().replace(b"SI04,2014", b"SI\xff04,2014"))
    text = refused(path)
    assert text.startswith("The raw file sample.csv is not text: byte 0xff.")
    assert f"where: {path}, line 5, byte " in text
    assert text.endswith("fix:   download the file again, as UTF-8")


def test_an_absent_file_and_a_folder(tmp_path):
    assert "absent.csv cannot be read: No such file or directory." in refused(tmp_path / "absent.csv")
    assert "cannot be read: " in refused(tmp_path)


def test_all_kinds_of_mistakes_are_named_at_once(write):
    text = (
        LONG
        + "A,NR,SI03,20x3,1,\nA,NR,AT,2013,one,\nA,NR,BE,2013,12:00 AM,\nA,NR,CZ,2013,1,w\nA,NR\nA,NR,SI03,2013,11,\n"
    )
    with pytest.raises(SourceError) as caught:
        eurostat.read(write(text))
    whats = " ".join(problem.what for problem in caught.value.problems)
    for part in ("do not have 6 columns", "no year", "'one ", "a flag that", "a time of day", "repeat a series"):
        assert part in whats
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # worker processes send it home


def test_after_the_first_mistake_no_chunk_comes_any_more(write):
    chunks = []
    with pytest.raises(SourceError, match=r"2 cells of sample\.tsv are neither"):
        chunks.extend(eurostat.read_chunks(write(LONG + "A,NR,AT,2013,x1,\nA,NR,BE,2013,x2,\n"), block_bytes=1))
    assert sum(map(len, chunks)) == 4


def test_a_file_of_many_packed_parts_is_one_file(tmp_path):
    path = tmp_path / "sample.gz"
    path.write_bytes(b"".join(gzip.compress(line.encode()) for line in TSV.splitlines(keepends=True)))
    assert len(eurostat.read(path)) == 4


def test_a_published_file_is_expected_where_read_tsv_is_called(write):
    for form in ("sdmx", "resaved_wide", "long"):
        with pytest.raises(SourceError, match="is not a Eurostat header"):
            eurostat.read_tsv(write(FORMS[form]))
