"""CSV files of any producer as text, refused in words when they cannot be read."""

from __future__ import annotations

import gzip
import zlib
from io import StringIO
from pathlib import Path

import pandas as pd

from clusterkit.errors import Problem, SourceError


def read_text(path: Path, *, separator: str = ",") -> pd.DataFrame:
    """All columns of a CSV file, plain or gzip, as text; an empty cell is an empty text.

    Raises
    ------
    SourceError
        The file is absent, cut off, not text or not a table.
    """
    try:
        data = path.read_bytes()
        text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8-sig")
        return pd.read_csv(StringIO(text), sep=separator, dtype=str, keep_default_na=False)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as exc:
        raise SourceError(
            Problem(
                what=f"The raw file {path.name} cannot be read: {exc}.",
                where=str(path),
                rule="data/README.md lists the raw files that the tables are built from",
                fix="put the published file there, or name another folder with --raw",
            )
        ) from exc
