"""The readers: a Eurostat file in any of its formats becomes one long table, whole or in chunks."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from clusterkit.data.eurostat import blocks, cells, layout, repeats
from clusterkit.data.eurostat.blocks import Block
from clusterkit.data.eurostat.cells import Figures
from clusterkit.data.eurostat.findings import Findings, Offenders
from clusterkit.data.eurostat.layout import Layout
from clusterkit.errors import MAX_SHOWN, Problem, SourceError

Keep = Mapping[str, Collection[str]]
YEAR_TEXT = re.compile(r"\s*([0-9]{4})(?:\.0)?\s*")  # 2012.0: a program took the column for measurements
SHOWN_TEXT = 60  # characters of a line or cell in an error


def read(path: Path, *, keep: Keep | None = None, spreadsheet_zero: bool = False) -> pd.DataFrame:
    r"""Read a Eurostat file of any format into one row per series and year.

    The first line tells the format: bulk TSV, old or new (``nace_r2,geo\time``), SDMX-CSV with or
    without columns of labels, or a CSV that somebody made of one, with a year and a value column
    or with one column per year. The order of the columns does not matter where they have names.

    Parameters
    ----------
    path
        The file, plain or gzip, in UTF-8.
    keep
        Codes to keep by dimension, for instance ``{"indic_sb": {"V16110"}}``; the key
        ``"time"`` keeps years (text). A dimension not named keeps all its codes. Figures that are
        not kept are not checked.
    spreadsheet_zero
        Take a cell ``12:00 AM`` for a zero: a spreadsheet shows the number 0 like this where a
        cell is formatted as a time. Only for a file in which that was checked.

    Returns
    -------
    pandas.DataFrame
        One text column per dimension, in the order of the file, then ``time`` (int, calendar
        year), ``value`` (float, in the unit of the dataset; NaN is unknown) and ``flag`` (text,
        "" for none; observation flags and ``c`` for a confidential figure). Where years are
        columns of the file, the rows go year by year; else they keep their order. What was
        changed is counted in ``attrs``: ``spreadsheet_zeros`` (cells) and ``identical_repeats``
        (lines that say the same as an earlier one, left out); absent when there were none.

    Raises
    ------
    SourceError
        The file is absent, cut off, not a Eurostat table (an error page, say), has lines of another
        length, cells that are neither a number nor ``:``, flags that Eurostat does not use, years
        outside 1900 to 2100, or two different figures for the same series and year. All of them at
        once, with their lines; but a file that cannot be read to its end is refused for that alone.

    References
    ----------
    Flags: Eurostat, "Data flags" (c confidential, e estimated, p provisional, b break,
    u unreliable, d definition differs, z not applicable).
    """
    return _table(_Reading(Path(path), keep, zero=spreadsheet_zero))


def read_tsv(path: Path, *, keep: Keep | None = None) -> pd.DataFrame:
    r"""Read a Eurostat bulk TSV file (plain or gzip) into one row per series and year.

    Parameters
    ----------
    path
        The file, as published: a first column such as ``nace_r2,indic_sb,geo\time``, then years.
    keep
        As for :func:`read`.

    Returns
    -------
    pandas.DataFrame
        As from :func:`read`: dimensions, ``time`` (calendar year), ``value`` (unit of the
        dataset; NaN is unknown), ``flag``.

    Raises
    ------
    SourceError
        As from :func:`read`, and for any other format: where a published file is expected, a
        re-saved one is a mistake.
    """
    return _table(_Reading(Path(path), keep, tsv_only=True))


def read_chunks(
    path: Path, *, keep: Keep | None = None, spreadsheet_zero: bool = False, block_bytes: int | None = None
) -> Iterator[pd.DataFrame]:
    """Read a Eurostat file of any size in bounded memory, one table after the other.

    Parameters
    ----------
    path, keep, spreadsheet_zero
        As for :func:`read`.
    block_bytes
        Bytes of text in memory at a time (default: ``blocks.BLOCK_BYTES``, 4 MB); the memory
        needed is about twenty times as much, and 24 bytes for each line of the file.

    Yields
    ------
    pandas.DataFrame
        Tables as from :func:`read`, each with the rows of some lines of the file.

    Raises
    ------
    SourceError
        As from :func:`read`. After the first mistake no table comes any more, the rest of the file
        is checked, and the error lists all: what came before is sound, but not complete.
    """
    reading = _Reading(Path(path), keep, zero=spreadsheet_zero, block_bytes=block_bytes)
    for chunk in reading.chunks():
        yield _frame(reading.layout, [[part] for part in chunk.parts], chunk.changes)


@dataclass(frozen=True)
class _Part:
    """Rows of the long table: the figures of one year column, or of a value column."""

    dimensions: list[pa.DictionaryArray]
    time: np.ndarray  # calendar years
    figures: Figures


@dataclass(frozen=True)
class _Chunk:
    """What one block of lines gives: a part for each year column, and what was changed in it."""

    parts: list[_Part]
    changes: dict[str, int]


class _Reading:
    """One pass through one file."""

    def __init__(
        self,
        path: Path,
        keep: Keep | None,
        *,
        zero: bool = False,
        tsv_only: bool = False,
        block_bytes: int | None = None,
    ) -> None:
        self.path = path
        self.keep = {
            name: {codes} if isinstance(codes, str) else {str(code) for code in codes}
            for name, codes in (keep or {}).items()
        }
        self.zero = zero
        self.tsv_only = tsv_only
        self.block_bytes = block_bytes or blocks.BLOCK_BYTES
        self.layout: Layout
        self.findings: Findings
        self._repeats = repeats.Repeats()

    def chunks(self) -> Iterator[_Chunk]:
        rule = layout.RULE_TSV if self.tsv_only or ".tsv" in self.path.name else layout.RULE_CSV
        found = blocks.read_blocks(self.path, rule=rule, size=self.block_bytes)
        first = next(found, Block(1, b""))
        header, _, rest = first.data.partition(b"\n")
        whole = layout.read_layout(header.removesuffix(b"\r").decode("utf-8"), self.path, tsv_only=self.tsv_only)
        self._check_keep(whole)
        self.layout = whole.only(self.keep)
        self.findings = Findings(self.path, self.layout)
        for block in _chain(Block(2, rest), found):
            chunk = self._chunk(block)
            if not self.findings.any:
                yield chunk
        if not self.findings.n_lines:
            self.findings.rows.add(1, [2], [""])
        self.findings.raise_if_any()

    def _check_keep(self, whole: Layout) -> None:
        unknown = sorted(set(self.keep) - {"time", *whole.all_dimensions})
        if unknown:
            raise SourceError(
                Problem(
                    what=f"{self.path.name} has no dimension {', '.join(unknown)}.",
                    where=f"{self.path}, line 1: {', '.join(whole.all_dimensions)}",
                    rule=whole.rule,
                    fix="check that this is the right dataset",
                )
            )

    def _chunk(self, block: Block) -> _Chunk:
        wrong: list[int] = []  # lines of another length, found on the way
        columns, lines = self._columns(block, wrong)
        dimensions, lines, columns = self._dimensions(columns, lines, wrong)
        self._add_lines(self.findings.rows, block, wrong)
        if self.layout.form == "long":
            return self._long_chunk(dimensions, lines, columns)
        return self._wide_chunk(dimensions, lines, columns)

    def _columns(self, block: Block, wrong: list[int]) -> tuple[dict[int, pa.Array], np.ndarray]:
        """The columns in use as text, and the numbers of their lines; lines of another length are left out."""
        self.findings.n_lines += block.n_lines
        lines = np.arange(block.first_line, block.first_line + block.n_lines)
        whole = block
        # Blank lines are set apart too: the parser would take one for a line of empty cells.
        stray, blank = block.stray(), block.blank()
        if stray or blank:
            self._add_lines(self.findings.stray, whole, lines[sorted(stray)].tolist())
            wrong += lines[sorted(blank)].tolist()
            block, lines = block.without(stray | blank), np.delete(lines, sorted(stray | blank))
        parsed = _parse_columns(block, self.layout)
        if parsed is None:  # a quotation mark swallowed the end of its line
            unclosed = sorted(_unclosed(block, self.layout.delimiter))
            self._add_lines(self.findings.quotes, whole, lines[unclosed].tolist())
            block, lines = block.without(set(unclosed)), np.delete(lines, unclosed)
            parsed = _parse_columns(block, self.layout)
        if parsed is None:  # whatever it is, no line of the block can be told from the next
            self._add_lines(self.findings.quotes, whole, lines.tolist())
            return dict.fromkeys(self.layout.used_columns, _NO_TEXT), lines[:0]
        columns, short = parsed
        wrong += lines[short].tolist()
        return columns, np.delete(lines, short)

    def _dimensions(
        self, columns: dict[int, pa.Array], lines: np.ndarray, wrong: list[int]
    ) -> tuple[list[pa.DictionaryArray], np.ndarray, dict[int, pa.Array]]:
        """Dimensions of the lines to keep, those lines, and their columns."""
        if self.layout.form == "tsv":
            texts, right = _split_keys(columns[0], len(self.layout.dimensions))
            wrong += lines[~right].tolist()
            columns, lines = _filter(columns, right), lines[right]
        else:
            texts = [columns[column] for column in self.layout.dimension_columns]
        dimensions = [_trimmed(text) for text in texts]
        chosen = np.ones(len(lines), dtype=bool)
        for name, dimension in zip(self.layout.dimensions, dimensions, strict=True):
            if name in self.keep:
                wanted = np.array([code in self.keep[name] for code in dimension.dictionary.to_pylist()], dtype=bool)
                chosen &= wanted[dimension.indices.to_numpy()] if len(wanted) else False
        if not chosen.all():
            columns = _filter(columns, chosen)
            dimensions = [dimension.filter(pa.array(chosen)) for dimension in dimensions]
        return dimensions, lines[chosen], columns

    def _wide_chunk(
        self, dimensions: list[pa.DictionaryArray], lines: np.ndarray, columns: dict[int, pa.Array]
    ) -> _Chunk:
        years, n_rows = self.layout.years, len(lines)
        if not years:
            return _Chunk([], {})
        text = pa.concat_arrays([columns[year.column] for year in years])
        places = [f", {' '.join([str(year.year), *year.codes])}" for year in years]
        figures, changes = self._checked(cells.parse(text), text, lines, places)
        each = [_slice(figures, number * n_rows, n_rows) for number in range(len(years))]
        keys = repeats.hash_texts(dimensions, n_rows)
        left_out = self._left_out(keys, each, lines)
        if left_out.any():
            changes["identical_repeats"] = int(left_out.sum())
            dimensions = [dimension.filter(pa.array(~left_out)) for dimension in dimensions]
            each = [_select(figure, ~left_out) for figure in each]
            n_rows = len(lines) - int(left_out.sum())
        parts = []
        for year, figure in zip(years, each, strict=True):
            named = [_constant(code, n_rows) for code in year.codes]
            parts.append(_Part(dimensions + named, np.full(n_rows, year.year, dtype=np.int64), figure))
        return _Chunk(parts, changes)

    def _long_chunk(
        self, dimensions: list[pa.DictionaryArray], lines: np.ndarray, columns: dict[Any, pa.Array]
    ) -> _Chunk:
        years = self._years(columns[self.layout.time], lines)
        chosen = years > 0
        if "time" in self.keep:
            chosen &= np.isin(years, [int(year) for year in self.keep["time"] if YEAR_TEXT.fullmatch(year)])
        if not chosen.all():
            columns, years, lines = _filter(columns, chosen), years[chosen], lines[chosen]
            dimensions = [dimension.filter(pa.array(chosen)) for dimension in dimensions]
        text = columns[self.layout.value]
        figures = cells.parse(text)
        flag, status = (columns.get(column, None) for column in (self.layout.flag, self.layout.status))
        if flag is not None or status is not None:
            none = pa.nulls(len(text), pa.string()).fill_null("")
            flag, status = (none if column is None else column for column in (flag, status))
            figures = cells.with_flags(figures, flag, status)
            text = pc.binary_join_element_wise(text, flag, status, " ")
        figures, changes = self._checked(figures, text, lines, [""])
        keys = repeats.mix(repeats.hash_texts(dimensions, len(lines)), years.astype(np.uint64))
        left_out = self._left_out(keys, [figures], lines)
        if left_out.any():
            changes["identical_repeats"] = int(left_out.sum())
            dimensions = [dimension.filter(pa.array(~left_out)) for dimension in dimensions]
            figures, years = _select(figures, ~left_out), years[~left_out]
        return _Chunk([_Part(dimensions, years, figures)], changes)

    def _years(self, text: pa.Array, lines: np.ndarray) -> np.ndarray:
        """Calendar years; -1 where there is none, which is then among the findings."""
        encoded = text.dictionary_encode()
        found = [YEAR_TEXT.fullmatch(year) for year in encoded.dictionary.to_pylist()]
        known = [int(match[1]) if match else -1 for match in found]
        known = [year if layout.FIRST_YEAR <= year <= layout.LAST_YEAR else -1 for year in known]
        years = np.array(known, dtype=np.int64)[encoded.indices.to_numpy()] if known else np.zeros(0, dtype=np.int64)
        bad = np.flatnonzero(years < 0)
        shown = bad[:MAX_SHOWN]
        self.findings.years.add(len(bad), lines[shown].tolist(), text.take(pa.array(shown)).to_pylist())
        return years

    def _checked(
        self, figures: Figures, text: pa.Array, lines: np.ndarray, places: list[str]
    ) -> tuple[Figures, dict[str, int]]:
        """The figures, with zeros that a spreadsheet changed where they are allowed; the rest are findings."""
        zeros = np.flatnonzero(figures.state == cells.SPREADSHEET_ZERO)
        changes = {}
        kinds = {cells.BAD: self.findings.cells, cells.ODD_FLAG: self.findings.odd_flags}
        if self.zero and len(zeros):
            values = figures.numbers.copy()
            values[zeros] = 0.0
            figures = Figures(values, figures.flags, figures.state)
            changes["spreadsheet_zeros"] = len(zeros)
        elif not self.zero:
            # A published file has no such cells: there they are as wrong as any other text.
            kinds[cells.SPREADSHEET_ZERO] = self.findings.cells if self.tsv_only else self.findings.spreadsheet_zeros
        for offenders in {id(kind): kind for kind in kinds.values()}.values():
            states = [state for state, kind in kinds.items() if kind is offenders]
            bad = np.flatnonzero(np.isin(figures.state, states))
            shown = bad[:MAX_SHOWN]
            texts = [cell[:SHOWN_TEXT] for cell in text.take(pa.array(shown)).to_pylist()]
            where = [f"line {lines[place % len(lines)]}{places[place // len(lines)]}" for place in shown.tolist()]
            offenders.add(len(bad), where, texts)
        return figures, changes

    def _left_out(self, keys: np.ndarray, figures: list[Figures], lines: np.ndarray) -> np.ndarray:
        """Which lines say the same as an earlier one; those that contradict it are findings."""
        contents = np.zeros(len(keys), dtype=np.uint64)
        for figure in figures:
            contents = repeats.mix(contents, repeats.hash_numbers(figure.numbers))
            contents = repeats.mix(contents, repeats.hash_texts([figure.flags], len(keys)))
        left_out, clashes = self._repeats.check(repeats.Rows(keys, contents, lines))
        self.findings.clashes.add(len(clashes), [f"line {first} and {later}" for first, later in clashes[:MAX_SHOWN]])
        return left_out

    @staticmethod
    def _add_lines(offenders: Offenders, block: Block, numbers: list[int]) -> None:
        if not numbers:
            return
        numbers = sorted(numbers)
        # One example is enough: the lines have numbers, and a cut line looks like any other.
        text = block.lines()[numbers[0] - block.first_line].decode("utf-8")[:SHOWN_TEXT]
        offenders.add(len(numbers), numbers[:MAX_SHOWN], [] if offenders.texts else [text])


_NO_TEXT = pa.array([], pa.string())


def _chain(first: Block, rest: Iterator[Block]) -> Iterator[Block]:
    if first.data:
        yield first
    yield from rest


def _parse_columns(block: Block, form: Layout) -> tuple[dict[int, pa.Array], list[int]] | None:
    """Columns in use as text, and positions of lines with another number of columns.

    None when lines ran together, which only an open quotation mark can do.
    """
    if not block.data:
        return {column: _NO_TEXT for column in form.used_columns}, []
    short: list[int] = []

    def leave_out(row: arrow_csv.InvalidRow) -> str:
        short.append(row.number - 1)
        return "skip"

    quoted = form.form != "tsv"
    names = [f"column {column}" for column in range(form.n_columns)]
    used = [names[column] for column in form.used_columns]
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(block.data),
            read_options=arrow_csv.ReadOptions(
                # One thread: the batch may fork; one block: rows are counted from the first line of ours.
                use_threads=False,
                block_size=len(block.data) + 1,
                column_names=names,
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=form.delimiter,
                quote_char='"' if quoted else False,
                double_quote=quoted,
                ignore_empty_lines=False,
                invalid_row_handler=leave_out,
            ),
            convert_options=arrow_csv.ConvertOptions(
                include_columns=used, column_types=dict.fromkeys(used, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    if table.num_rows + len(short) != block.n_lines:
        return None
    return {
        column: table.column(name).combine_chunks() for column, name in zip(form.used_columns, used, strict=True)
    }, short


def _split_keys(keys: pa.Array, n_dimensions: int) -> tuple[list[pa.Array], np.ndarray]:
    """The dimensions of a TSV's first column, and which of its cells have the right number of them."""
    parts = pc.split_pattern(keys, ",")
    right = pc.equal(pc.list_value_length(parts), n_dimensions).to_numpy(zero_copy_only=False)
    codes = pc.list_flatten(parts.filter(pa.array(right)))
    places = np.arange(int(right.sum())) * n_dimensions
    return [codes.take(pa.array(places + number)) for number in range(n_dimensions)], right


def _unclosed(block: Block, delimiter: str) -> set[int]:
    """Positions of lines with a quotation mark that is not closed; else of all lines with one."""
    quoted = {position: line for position, line in enumerate(block.lines()) if b'"' in line}
    found = set()
    for position, line in quoted.items():
        try:
            next(csv.reader([line.decode("utf-8")], delimiter=delimiter, strict=True))
        except csv.Error:
            found.add(position)
    return found or set(quoted)


def _trimmed(text: pa.Array) -> pa.DictionaryArray:
    encoded = text.dictionary_encode()
    return cells.recode(encoded, pc.utf8_trim_whitespace(encoded.dictionary))


def _constant(code: str, n_rows: int) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(n_rows, dtype=np.int32)), pa.array([code]))


def _filter(columns: dict[int, pa.Array], chosen: np.ndarray) -> dict[int, pa.Array]:
    if chosen.all():
        return columns
    mask = pa.array(chosen)
    return {column: text.filter(mask) for column, text in columns.items()}


def _slice(figures: Figures, start: int, length: int) -> Figures:
    end = start + length
    return Figures(figures.numbers[start:end], figures.flags.slice(start, length), figures.state[start:end])


def _select(figures: Figures, chosen: np.ndarray) -> Figures:
    return Figures(figures.numbers[chosen], figures.flags.filter(pa.array(chosen)), figures.state[chosen])


def _table(reading: _Reading) -> pd.DataFrame:
    """All chunks as one table, year column by year column."""
    chunks: list[list[_Part]] = []
    changes: dict[str, int] = {}
    for chunk in reading.chunks():
        chunks.append(chunk.parts)
        for name, count in chunk.changes.items():
            changes[name] = changes.get(name, 0) + count
    return _frame(reading.layout, [list(parts) for parts in zip(*chunks, strict=True)], changes)


def _frame(form: Layout, columns: list[list[_Part]], changes: dict[str, int]) -> pd.DataFrame:
    parts = [part for column in columns for part in column]
    frame = {
        name: _texts([part.dimensions[number] for part in parts]) for number, name in enumerate(form.all_dimensions)
    }
    frame["time"] = np.concatenate([part.time for part in parts]) if parts else np.zeros(0, dtype=np.int64)
    frame["value"] = np.concatenate([part.figures.numbers for part in parts]) if parts else np.zeros(0)
    frame["flag"] = _texts([part.figures.flags for part in parts])
    table = pd.DataFrame(frame)
    table.attrs.update(changes)
    return table


def _texts(arrays: list[pa.DictionaryArray]) -> pd.Series:
    # 64-bit offsets: the texts of a long table can pass 2 GB.
    decoded = [array.dictionary_decode().cast(pa.large_string()) for array in arrays]
    return pa.chunked_array(decoded, pa.large_string()).combine_chunks().to_pandas()
