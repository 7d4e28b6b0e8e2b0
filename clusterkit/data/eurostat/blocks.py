"""A file, plain or gzip, as blocks of whole lines: never more of it in memory than one block."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clusterkit.errors import Problem, SourceError

BLOCK_BYTES = 4_000_000  # bytes of text in memory at a time; larger is not faster
MAX_LINE_BYTES = 1_000_000  # bytes; the longest line of any Eurostat file known to us has under 10,000
GZIP = b"\x1f\x8b"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# A carriage return inside a line, or a control character: some readers take them for the end of a line or of the text.
STRAY = re.compile(rb"\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Block:
    """Whole lines of a file, in UTF-8, each with its line end."""

    first_line: int  # number in the file, from 1
    data: bytes

    @property
    def n_lines(self) -> int:
        """How many lines the block has."""
        return self.data.count(b"\n")

    def lines(self) -> list[bytes]:
        """The lines without their line ends."""
        return [line.removesuffix(b"\r") for line in self.data.split(b"\n")[:-1]]

    def stray(self) -> set[int]:
        """Positions of lines (from 0) with a carriage return or a control character inside."""
        found = [match.start() for match in STRAY.finditer(self.data)]
        return set(np.searchsorted(self._ends(), found).tolist()) if found else set()

    def blank(self) -> set[int]:
        """Positions of lines (from 0) with nothing in them."""
        if b"\n\n" not in self.data and b"\n\r\n" not in self.data and not self.data.startswith((b"\n", b"\r\n")):
            return set()
        return {position for position, line in enumerate(self.lines()) if not line}

    def without(self, positions: set[int]) -> Block:
        """The block without some lines (positions from 0)."""
        kept = [line for position, line in enumerate(self.lines()) if position not in positions]
        return Block(self.first_line, b"".join(line + b"\n" for line in kept))

    def _ends(self) -> np.ndarray:
        return np.flatnonzero(np.frombuffer(self.data, dtype=np.uint8) == ord("\n"))


def read_blocks(path: Path, *, rule: str, size: int) -> Iterator[Block]:
    """A file as blocks of whole lines.

    Parameters
    ----------
    path
        The file; gzip is told by its first two bytes, not by its name.
    rule
        Where the rules of the format are written down, for the errors.
    size
        Bytes read at a time, after unpacking.

    Yields
    ------
    Block
        Lines in the order of the file, the header first; a byte order mark is left out. An empty
        file has no block.

    Raises
    ------
    SourceError
        The file is absent, cut off, not UTF-8, or has a line above ``MAX_LINE_BYTES``.
    """
    first_line, offset, rest = 1, 0, b""
    for data in _pieces(path, size, rule):
        text = rest + data
        cut = text.rfind(b"\n") + 1
        block, rest = Block(first_line, text[:cut]), text[cut:]
        _check_lengths(block, rest, path, rule)
        yield from _checked(block, offset, path, rule)
        first_line, offset = first_line + block.n_lines, offset + cut
    if rest:
        yield from _checked(Block(first_line, rest + b"\n"), offset, path, rule)


def _pieces(path: Path, size: int, rule: str) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            packed = file.read(2) == GZIP
        with gzip.open(path, "rb") if packed else path.open("rb") as file:
            data = file.read(max(size, len(BYTE_ORDER_MARK))).removeprefix(BYTE_ORDER_MARK) or file.read(size)
            while data:
                yield data
                data = file.read(size)
    except (EOFError, zlib.error, gzip.BadGzipFile) as exc:
        raise SourceError(
            Problem(
                what=f"The raw file {path.name} is cut off or damaged: {exc}.",
                where=f"{path}, {path.stat().st_size:,} bytes",
                rule=rule,
                fix="download it again and compare its size and checksum with the publisher's",
            )
        ) from exc
    except OSError as exc:
        raise SourceError(
            Problem(
                what=f"The raw file {path.name} cannot be read: {exc.strerror or exc}.",
                where=str(path),
                rule="data/README.md lists the raw files that the tables are built from",
                fix="put the file there, or name another folder with --raw",
            )
        ) from exc


def _check_lengths(block: Block, rest: bytes, path: Path, rule: str) -> None:
    lengths = np.diff(block._ends(), prepend=-1)
    too_long = np.flatnonzero(lengths > MAX_LINE_BYTES)
    if len(too_long) or len(rest) > MAX_LINE_BYTES:
        number = block.first_line + int(too_long[0] if len(too_long) else block.n_lines)
        raise SourceError(
            Problem(
                what=f"Line {number:,} of {path.name} is longer than {MAX_LINE_BYTES:,} bytes.",
                where=f"{path}, line {number}",
                rule=rule,
                fix="the file is no table of Eurostat, or has lost its line ends: download it again",
            )
        )


def _checked(block: Block, offset: int, path: Path, rule: str) -> Iterator[Block]:
    if not block.data:
        return
    try:
        block.data.isascii() or block.data.decode("utf-8")
    except UnicodeDecodeError as exc:
        line = block.first_line + block.data.count(b"\n", 0, exc.start)
        raise SourceError(
            Problem(
                what=f"The raw file {path.name} is not text: byte {block.data[exc.start]:#04x}.",
                where=f"{path}, line {line}, byte {offset + exc.start:,} of the text",
                rule=rule,
                fix="download the TSV file again" if ".tsv" in path.name else "download the file again, as UTF-8",
            )
        ) from exc
    yield block
