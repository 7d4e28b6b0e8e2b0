"""Whatever happens to a file: a result or an error with file and line, and never a zero out of nothing."""

from __future__ import annotations

import gzip
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clusterkit.data import eurostat
from clusterkit.errors import SourceError

REGIONS = ("SI03", "SI04", "AT11")
YEARS = (2013, 2014)
SETTINGS = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,  # the same files in every run: a failure in CI is one that can be looked at
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

numbers = st.sampled_from(["7", "12.5", "-3", "1e3", "100"])  # no zero: any zero that is read was made up
flags = st.sampled_from(["", "b", "bp", "c", "e"])
missing = st.sampled_from([":", ""])
cells = st.tuples(st.one_of(numbers, missing), flags)
grids = st.lists(cells, min_size=len(REGIONS) * len(YEARS), max_size=len(REGIONS) * len(YEARS))
forms = st.sampled_from(["tsv", "sdmx", "labels", "wide", "semicolon", "long"])


def table_of(form: str, grid: list[tuple[str, str]], order: list[int]) -> list[list[str]]:
    """A small valid file as rows of columns, the columns in some order."""
    figures = {
        (region, year): grid[place * len(YEARS) + number]
        for place, region in enumerate(REGIONS)
        for number, year in enumerate(YEARS)
    }
    if form == "tsv":
        return [["unit,geo\\time", *map(str, YEARS)]] + [
            [f"NR,{region}", *(" ".join(figures[region, year]) for year in YEARS)] for region in REGIONS
        ]
    if form in {"wide", "semicolon"}:
        rows = [["unit", "geo", *map(str, YEARS)]]
        rows += [["NR", region, *("".join(figures[region, year]) for year in YEARS)] for region in REGIONS]
    elif form == "long":
        rows = [["unit", "geo", "time", "values"]]
        rows += [["NR", region, f"{year}.0", " ".join(cell)] for (region, year), cell in figures.items()]
    else:
        rows = [["STRUCTURE", "unit", "geo", "TIME_PERIOD", "OBS_VALUE", "OBS_FLAG", "CONF_STATUS"]]
        for (region, year), (number, flag) in figures.items():
            status = "C" if "c" in flag else ""
            rows.append(["dataflow", "NR", region, str(year), number.strip(":"), flag.replace("c", ""), status])
    if form == "labels":
        rows = [[*row[:3], '"Region, name"', *row[3:], "Flag label"] for row in rows]
    order = [place % len(rows[0]) for place in order]
    order = list(dict.fromkeys([*order, *range(len(rows[0]))]))
    return [[row[place] for place in order] for row in rows]


def text_of(form: str, rows: list[list[str]]) -> str:
    delimiter = {"tsv": "\t", "semicolon": ";"}.get(form, ",")
    return "".join(delimiter.join(row) + "\n" for row in rows)


def check_error(error: SourceError, name: str) -> None:
    for problem in error.problems:
        assert all((problem.what, problem.where, problem.rule, problem.fix))
        assert name in problem.what
        cannot_tell = "cut off or damaged" in problem.what  # a packed file that ends early has no lines
        assert cannot_tell or re.search(r", line \d+", problem.where)


@st.composite
def files(draw):
    """A valid file, its form and what it says."""
    form, grid = draw(forms), draw(grids)
    rows = table_of(form, grid, draw(st.lists(st.integers(0, 8), max_size=8)))
    return form, rows, grid


@SETTINGS
@given(file=files(), bom=st.booleans(), crlf=st.booleans(), packed=st.booleans(), size=st.sampled_from([1, 40, 10_000]))
def test_a_valid_file_reads_as_it_was_written(write_tsv, file, bom, crlf, packed, size):
    form, rows, grid = file
    text = text_of(form, rows)
    text = "\ufeff" * bom + (text.replace("\n", "\r\n") if crlf else text)
    path = write_tsv(text, "sample.gz" if packed else "sample")
    table = pd.concat(list(eurostat.read_chunks(path, block_bytes=size)))
    assert len(table) == len(grid)
    found = table.set_index(["geo", "time"])
    expected = dict(zip([(region, year) for region in REGIONS for year in YEARS], grid, strict=True))
    for key, (number, flag) in expected.items():
        value = found.loc[key, "value"]
        assert np.isnan(value) if number in {"", ":"} else value == float(number)
        assert found.loc[key, "flag"] == flag


STRANGE_CELLS = """
: |: c|:bcd| : u ||  |12:00 AM|12:00:00 AM|c|b|5 b|5b|5 x|x|5 B|1 000|1,5|"|"5|5"|"5"|5\t6|5;6|NaN|inf|-|+5|1e999|5 @C
\xa05|\uff11|=A1|#N/A|SI03|2013|2013-Q1|geo|a,b|\ufeff|\x00|\r|\x1c|\u2028|<html>
"""
strange_cells = st.sampled_from(STRANGE_CELLS.replace("\n", "|").split("|"))


@st.composite
def broken_files(draw):
    """A valid file in which cells, rows and columns were changed, in bytes."""
    form, rows, _ = draw(files())
    rows = [list(row) for row in rows]
    for _ in range(draw(st.integers(0, 3))):
        row = draw(st.integers(0, len(rows) - 1))
        column = draw(st.integers(0, len(rows[row]) - 1)) if rows[row] else 0
        what = draw(st.sampled_from(["cell", "append", "drop", "repeat", "swap", "remove"]))
        if what == "cell" and rows[row]:
            rows[row][column] = draw(strange_cells)
        elif what == "append":
            rows[row].append(draw(strange_cells))
        elif what == "drop" and rows[row]:
            del rows[row][column]
        elif what == "repeat":
            rows.append(list(rows[row]))
        elif what == "swap":
            rows[row].reverse()
        elif what == "remove" and len(rows) > 1:
            del rows[row]
    data = text_of(form, rows).encode()
    if draw(st.booleans()):
        data = data.replace(b"\n", b"\r\n")
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.integers(0, len(data)))
        data = data[:place] + draw(st.binary(max_size=3)) + data[place + draw(st.integers(0, 3)) :]
    if draw(st.booleans()):
        data = gzip.compress(data, mtime=0)
        if draw(st.booleans()):
            data = data[: draw(st.integers(0, len(data)))]
    return data


@pytest.mark.parametrize("reader", [eurostat.read, eurostat.read_tsv])
def test_any_change_gives_a_result_or_an_error_with_its_line(tmp_path, reader):
    path = tmp_path / "sample"

    @SETTINGS
    @given(data=broken_files())
    def check(data):
        path.write_bytes(data)
        try:
            table = reader(path)
        except SourceError as error:
            check_error(error, path.name)
            return
        check_result(table, data)

    check()


@SETTINGS
@given(data=broken_files(), size=st.integers(10, 60), zero=st.booleans())
def test_chunks_of_a_broken_file_say_the_same_as_the_whole(tmp_path, data, size, zero):
    path = tmp_path / "sample"
    path.write_bytes(data)
    outcomes = []
    for options in ({}, {"block_bytes": size}):
        try:
            table = pd.concat(list(eurostat.read_chunks(path, spreadsheet_zero=zero, **options)))
            outcomes.append(sorted(map(str, table.itertuples(index=False))))
        except SourceError as error:
            check_error(error, path.name)
            outcomes.append(["refused"])
    assert outcomes[0] == outcomes[1]


@SETTINGS
@given(
    data=st.binary(max_size=300),
    header=st.sampled_from([b"", b"geo\\time\t2013\n", b"geo,time,values\n", b"geo;2013\n"]),
)
def test_random_bytes(tmp_path, data, header):
    path = tmp_path / "sample"
    path.write_bytes(header + data)
    try:
        check_result(eurostat.read(path), header + data)
    except SourceError as error:
        check_error(error, path.name)


def check_result(table: pd.DataFrame, data: bytes) -> None:
    """A long table in which every zero stands in the file."""
    text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8-sig")
    assert list(table.columns[-3:]) == ["time", "value", "flag"]
    assert (table["time"].dtype, table["value"].dtype) == (np.int64, np.float64)
    assert table["time"].between(1900, 2100).all()
    assert np.isfinite(table["value"].dropna()).all()
    assert set("".join(table["flag"])) <= set(eurostat.FLAGS)
    written = {float(number) for number in re.findall(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?", text)}
    assert set(table["value"].dropna()) <= written
    # Zeros stand in a file of this kind only where a random byte made one ("100" cut into "1" and "00").
    n_zeros = len(re.findall(r"(?<![0-9.])-?0+(?:\.0+)?(?![0-9.])", text))
    assert (table["value"] == 0).sum() <= n_zeros
