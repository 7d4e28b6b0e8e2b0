"""The codes that the tables know, read column by column: parameters are checked in a tenth of a second."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pyarrow
import pyarrow.compute
import pyarrow.parquet

from clusterkit import cached


class CodeLists(NamedTuple):
    """NUTS 2 codes with statistics, what codes of other versions became, and years of the whole business economy."""

    nuts2: frozenset[str]
    successors: dict[str, tuple[str, ...]]
    years: tuple[int, ...]


def read_code_lists(folder: Path) -> CodeLists:
    """The codes of the tables ``industry`` and ``crosswalk``.

    Raises
    ------
    ContractError
        A table is absent or broken.
    """
    industry, crosswalk = folder / "industry.parquet", folder / "crosswalk.parquet"
    try:
        (nuts2, years), pairs = _industry_codes(industry), _code_pairs(crosswalk)
    except (OSError, ValueError, KeyError, pyarrow.lib.ArrowException):
        # What is wrong is said by the loaders, which know the contract of a table.
        from clusterkit.data.tables import load_crosswalk, load_industry

        loaded = load_industry(folder), load_crosswalk(folder)
        found = [pyarrow.Table.from_pandas(table, preserve_index=False) for table in loaded]
        (nuts2, years), pairs = _in_industry(found[0]), _in_crosswalk(found[1])
    became: dict[str, set[str]] = {}
    for old, new in pairs:
        if len(old) == 4 and old not in nuts2:
            became.setdefault(old, set()).add(new)
    return CodeLists(nuts2, {old: tuple(sorted(new)) for old, new in became.items()}, years)


def _in_industry(industry: pyarrow.Table) -> tuple[frozenset[str], tuple[int, ...]]:
    """NUTS 2 codes, and years of the whole business economy."""
    nuts2 = frozenset(code for code in pyarrow.compute.unique(industry["nuts_id"]).to_pylist() if len(code) == 4)
    # The newest cross-section is of manufacturing only: its year is no year of the whole business economy.
    is_other = pyarrow.compute.invert(pyarrow.compute.starts_with(industry["nace_code"], "C"))
    years = pyarrow.compute.unique(industry["year"].filter(is_other)).to_pylist()
    return nuts2, tuple(sorted(int(year) for year in years))


def _in_crosswalk(crosswalk: pyarrow.Table) -> tuple[tuple[str, str], ...]:
    """Each code of another version with what it became."""
    return tuple(zip(crosswalk["from_id"].to_pylist(), crosswalk["to_id"].to_pylist(), strict=True))


def read_names(folder: Path) -> dict[str, str]:
    """Names of the NUTS 2 regions that have statistics, by code in alphabetical order, as the regions write them.

    Raises
    ------
    ContractError
        A table is absent or broken.
    """
    try:
        region = _columns(folder / "region.parquet", "nuts_id", "name")
    except (OSError, ValueError, KeyError, pyarrow.lib.ArrowException):
        from clusterkit.data.tables import load_region

        region = pyarrow.Table.from_pandas(load_region(folder)[["nuts_id", "name"]], preserve_index=False)
    names = dict(zip(region["nuts_id"].to_pylist(), region["name"].to_pylist(), strict=True))
    return {code: names[code] for code in sorted(read_code_lists(folder).nuts2) if code in names}


def _columns(path: Path, *names: str) -> pyarrow.Table:
    """Some columns of a table, read by one thread (see ``clusterkit.data.tables``)."""
    file = pyarrow.parquet.ParquetFile(pyarrow.BufferReader(path.read_bytes()), pre_buffer=False)
    return file.read(columns=list(names), use_threads=False).select(list(names))


# Parameters are checked again and again while an analyst tries choices.
_industry_codes = cached.by_file(lambda path: _in_industry(_columns(path, "nuts_id", "nace_code", "year")))
_code_pairs = cached.by_file(lambda path: _in_crosswalk(_columns(path, "from_id", "to_id")))
