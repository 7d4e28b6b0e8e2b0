"""The raw files of the register as tables with the columns ``nuts_id``, ``year``, ``version``, ``flag`` and figures."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from clusterkit.data import csvfile, eurostat, nuts
from clusterkit.data.indicator_register import FIRST_YEAR, LAST_YEAR, RULE, DataFile, Series
from clusterkit.errors import Problem, SourceError, some

UNKNOWN_CELLS = frozenset({"", ":", "NA", "NaN", "nan"})  # how producers other than Eurostat write "no figure"


def read_file(file: DataFile, raw: Path, wanted: Sequence[Series]) -> pd.DataFrame:
    """One raw file as published, one row per region, year and combination of dimensions.

    Parameters
    ----------
    file
        The entry of the register.
    raw
        Folder with the raw files.
    wanted
        The series that will be taken from it; other rows of a large file are not kept.

    Returns
    -------
    pandas.DataFrame
        ``nuts_id`` (as published), ``year`` (int), ``flag`` (text, "" for none), the dimensions,
        ``version`` (NUTS version of the row's code), and the figures (float; NaN is unknown): the
        column ``value`` of a file of Eurostat, else one column per value that a series names.

    Raises
    ------
    SourceError
        The file is absent, damaged, lacks a column, or has cells that are no number: all at once.
    """
    path = raw / file.file
    if file.is_eurostat:
        table = eurostat.read(path, keep=_keep(wanted)).rename(columns={"geo": "nuts_id", "time": "year"})
    else:
        table = _read_other(file, path, wanted)
    table = table[table["year"] >= FIRST_YEAR]
    if "version" not in table:
        table = table.assign(version=file.nuts_version)
    if file.countries == "eu28":
        table = table[table["nuts_id"].str[:2].isin(nuts.EU28)]
    return table.reset_index(drop=True)


def _keep(wanted: Sequence[Series]) -> dict[str, set[str]]:
    """Codes per dimension that some series needs; a dimension that one leaves open is left open."""
    choices = [dict(series.where) for series in wanted]
    shared = set.intersection(*map(set, choices))
    keep = {key: {code for choice in choices for code in choice[key]} for key in shared}
    return keep | {"time": {str(year) for year in range(FIRST_YEAR, LAST_YEAR + 1)}}


def _read_other(file: DataFile, path: Path, wanted: Sequence[Series]) -> pd.DataFrame:
    """A table of any other producer, whose columns the register names."""
    values = sorted({series.value for series in wanted})
    dimensions = sorted({key for series in wanted for key, _ in series.where})
    named = {"year": None if file.fixed_year else file.year, "version": file.version_column}
    whole = {name: column for name, column in named.items() if column}
    table = csvfile.read_text(path, separator=file.separator)
    if missing := [name for name in (file.region, *whole.values(), *dimensions, *values) if name not in table.columns]:
        raise SourceError(no_column(path, missing, list(table.columns)))
    problems: list[Problem] = []

    def numbers(column: str, unknown: frozenset[str] = frozenset()) -> pd.Series:
        text = table[column].str.strip()
        text = text.mask(text.isin(unknown))
        number = pd.to_numeric(text, errors="coerce").astype("float64")
        bad = text[number.isna() & text.notna()]
        if len(bad):
            problems.append(_not_a_number(path, column, bad))
        return number

    figures = {name: numbers(name, UNKNOWN_CELLS) for name in values}
    # A spreadsheet writes years and versions as 2019.0.
    integers = {name: numbers(column) for name, column in whole.items()}
    if problems:
        raise SourceError(problems)
    integers = {name: number.astype(int) for name, number in integers.items()}
    return table[dimensions].assign(
        nuts_id=table[file.region].str.strip(), flag="", **{"year": file.fixed_year, **integers, **figures}
    )


def no_column(path: Path, missing: Sequence[str], columns: Sequence[str]) -> Problem:
    """What to say when a file lacks columns that the register names."""
    close = difflib.get_close_matches(missing[0], columns, n=1)
    return Problem(
        what=f"{path.name} has no column {', '.join(missing)}.",
        where=f"{path}, line 1: {some(list(columns))}",
        rule=f"the register names the columns to read ({RULE})",
        fix=f"did you mean {close[0]}?" if close else "correct the register, or use the published file",
    )


def _not_a_number(path: Path, column: str, bad: pd.Series) -> Problem:
    return Problem(
        what=f"{len(bad)} cells of {path.name} are not numbers, for instance {some([repr(cell) for cell in bad])}.",
        where=f"{path}, column {column}, line {some([str(index + 2) for index in bad.index])}",
        rule="a cell is a number or says that there is none",
        fix="the file was changed after publication: use the published one",
    )
