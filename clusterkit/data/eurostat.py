"""Eurostat's bulk TSV files, read with their flags.

A cell such as ``1234 b`` becomes the value 1234 and the flag ``b``; ``: c`` becomes an unknown
value with the flag ``c`` (confidential). A cell without a number is never a zero.
"""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Collection, Mapping
from pathlib import Path

import pandas as pd

from clusterkit.errors import MAX_SHOWN, Problem, SourceError, some

RULE = "docs/data_log.md#eurostat-bulk-tsv"
CELL = r"^\s*(?:(:)|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?))?\s*([a-z]*)\s*$"  # value or ":", then flags


def read_tsv(path: Path, *, keep: Mapping[str, Collection[str]] | None = None) -> pd.DataFrame:
    r"""Read a Eurostat bulk TSV file (plain or gzip) into one row per series and year.

    Parameters
    ----------
    path
        The file, as published: a first column such as ``nace_r2,indic_sb,geo\time``, then years.
    keep
        Codes to keep by dimension, for instance ``{"indic_sb": {"V16110"}}``; the key
        ``"time"`` keeps years (text). A dimension not named keeps all its codes.

    Returns
    -------
    pandas.DataFrame
        One text column per dimension, ``time`` (int, calendar year), ``value`` (float, in the
        unit of the dataset; NaN is unknown) and ``flag`` (text, "" for none).

    Raises
    ------
    SourceError
        The file is absent, cut off, not a TSV (an error page, say), or has cells that are
        neither a number nor ``:``; all of them at once, with their lines.

    References
    ----------
    Flags: Eurostat, "Data flags" (c confidential, e estimated, p provisional, b break,
    u unreliable, d definition differs, z not applicable).
    """
    lines = _lines(path)
    header = lines[0] if lines else ""
    dimensions, years = _header(header, path)
    rows = list(csv.reader(lines[1:], delimiter="\t", quoting=csv.QUOTE_NONE))
    _check_rows(rows, len(dimensions), len(years), path)
    table = pd.DataFrame(rows, columns=["key", *years], dtype=str)
    keys = table.pop("key").str.split(",", expand=True)
    keys.columns = pd.Index(dimensions)
    keys = keys.apply(lambda column: column.str.strip())
    _check_unique(keys, path)
    wanted = dict(keep or {})
    keep_years = wanted.pop("time", None)
    _check_dimensions(wanted, dimensions, path)
    chosen = pd.Series(True, index=table.index)
    for dimension, codes in wanted.items():
        chosen &= keys[dimension].isin(list(codes))
    if keep_years is not None:
        table = table[[year for year in years if year in keep_years]]
    keys, table = keys[chosen], table[chosen]
    long = keys.join(table).melt(id_vars=dimensions, var_name="time", value_name="cell", ignore_index=False)
    parts = long["cell"].astype("str").str.extract(CELL)
    _check_cells(long["cell"][parts[2].isna()], long["time"], path)
    long["time"] = long["time"].astype(int)
    long["value"] = pd.to_numeric(parts[1])
    long["flag"] = parts[2]
    return long.drop(columns="cell").reset_index(drop=True)


def _lines(path: Path) -> list[str]:
    try:
        data = path.read_bytes()
    except OSError as exc:
        raise SourceError(
            Problem(
                what=f"The raw file {path.name} cannot be read: {exc.strerror or exc}.",
                where=str(path),
                rule="data/README.md lists the raw files that the tables are built from",
                fix="put the file there, or name another folder with --raw",
            )
        ) from exc
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except (EOFError, zlib.error, gzip.BadGzipFile) as exc:
            raise SourceError(
                Problem(
                    what=f"The raw file {path.name} is cut off or damaged: {exc}.",
                    where=f"{path}, {len(data):,} bytes",
                    rule=RULE,
                    fix="download it again and compare its size and checksum with the publisher's",
                )
            ) from exc
    try:
        return data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as exc:
        raise SourceError(
            Problem(
                what=f"The raw file {path.name} is not text: byte {exc.object[exc.start]:#04x}.",
                where=f"{path}, byte {exc.start:,}",
                rule=RULE,
                fix="download the TSV file again",
            )
        ) from exc


def _header(line: str, path: Path) -> tuple[list[str], list[str]]:
    first, *rest = line.split("\t")
    years = [name.strip() for name in rest]
    names = first.split("\\")[0]
    dimensions = [name.strip() for name in names.split(",")]
    bad_years = [name for name in years if len(name) != 4 or not name.isdigit()]
    if line.lstrip()[:1] == "<":
        what = f"{path.name} is a web page, not a TSV: it starts with {line.strip()[:40]!r}."
    elif "\\" not in first or not years or bad_years:
        what = f"The first line of {path.name} is not a Eurostat header: {line.strip()[:60]!r}."
    elif len(set(years)) < len(years):
        what = f"A year stands twice in the first line of {path.name}."
    else:
        return dimensions, years
    raise SourceError(
        Problem(
            what=what,
            where=f"{path}, line 1",
            rule=f"{RULE}: dimensions, a backslash, 'time', then one column per year",
            fix="download the file again; an error page of the server may have been saved in its place",
        )
    )


def _check_rows(rows: list[list[str]], n_dimensions: int, n_years: int, path: Path) -> None:
    problems = []
    for number, row in enumerate(rows, start=2):
        if len(row) != n_years + 1 or row[0].count(",") != n_dimensions - 1:
            problems.append((number, row))
    if not rows:
        problems.append((2, []))
    if problems:
        number, row = problems[0]
        raise SourceError(
            Problem(
                what=f"{len(problems)} of {len(rows):,} lines of {path.name} do not have {n_dimensions} "
                f"dimensions and {n_years} years, first {chr(9).join(row)[:60]!r}.",
                where=f"{path}, line {some([str(number) for number, _ in problems])}",
                rule=RULE,
                fix="the file seems cut off or edited: download it again",
            )
        )


def _check_unique(keys: pd.DataFrame, path: Path) -> None:
    twice = keys.duplicated(keep=False)
    if twice.any():
        series = [",".join(row) for row in keys[twice].drop_duplicates().itertuples(index=False)]
        raise SourceError(
            Problem(
                what=f"{len(series)} series of {path.name} stand more than once: {some(series)}.",
                where=f"{path}, line {some([str(index + 2) for index in keys.index[twice]])}",
                rule=RULE,
                fix="the file was edited or joined from two: use the published one",
            )
        )


def _check_dimensions(wanted: Mapping[str, object], dimensions: list[str], path: Path) -> None:
    unknown = sorted(set(wanted) - set(dimensions))
    if unknown:
        raise SourceError(
            Problem(
                what=f"{path.name} has no dimension {', '.join(unknown)}.",
                where=f"{path}, line 1: {', '.join(dimensions)}",
                rule=RULE,
                fix="check that this is the right dataset",
            )
        )


def _check_cells(bad: pd.Series, years: pd.Series, path: Path) -> None:
    if bad.empty:
        return
    shown = [f"line {index + 2}, {years.loc[[index]].iloc[0]}" for index in bad.index[:MAX_SHOWN]]
    raise SourceError(
        Problem(
            what=f"{len(bad)} cells of {path.name} are neither a number nor ':', "
            f"for instance {some([repr(cell) for cell in bad.iloc[:MAX_SHOWN]])}.",
            where=f"{path}, {some(shown)}",
            rule=RULE,
            fix="the file was changed after publication (a spreadsheet?): use the published one",
        )
    )
