"""The table ``indicator``: every indicator of the register whose files are there, checked for its range."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from clusterkit.data.indicator_register import RULE, Register
from clusterkit.data.indicators.carrying import geography
from clusterkit.data.indicators.deriving import COLUMNS, Builder
from clusterkit.errors import ContractError, Problem, some


def build_table(
    raw: Path, codes: Mapping[int, pd.DataFrame], crosswalk: pd.DataFrame, register: Register
) -> pd.DataFrame:
    """The table ``indicator``: every indicator of the register in the base version.

    Parameters
    ----------
    raw
        Folder with the raw files.
    codes, crosswalk
        Lists of NUTS codes by version, and the table ``crosswalk``.
    register
        From ``read_register``.

    Returns
    -------
    pandas.DataFrame
        ``nuts_version``, ``nuts_id`` (levels 0 and 2), ``indicator``, ``year``, ``value`` (in ``unit``;
        NaN is unknown), ``unit``, ``status``, ``flag``, ``source``; sorted, one row per key. An unknown
        cell has a row only when its publisher flags it; every other absent row is missing. An indicator
        of which a file is absent is left out: :func:`absent` tells which.

    Raises
    ------
    SourceError
        A file is damaged or lacks a column, or a region code is in no NUTS version.
    ContractError
        A value is outside the range of its indicator.
    """
    left_out = absent(register, raw)
    builder = Builder(register, raw, geography(raw, codes, crosswalk))
    frames = [builder.indicator(item) for item in register.indicators if item.code not in left_out]
    table = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=COLUMNS)
    table = table.astype({"nuts_version": "int16", "year": "int16", "value": "float64"})
    return check_ranges(table.sort_values(["indicator", "nuts_id", "year"], ignore_index=True), register)


def absent(register: Register, raw: Path) -> dict[str, list[str]]:
    """Indicators that cannot be made, with the raw files that they lack (paths under ``raw``)."""
    found = {}
    for item in register.indicators:
        names = sorted({register.files[name].file for name in register.sources_of(item)})
        missing = [name for name in names if not (raw / name).is_file()]
        if missing:
            found[item.code] = missing
    return found


def reasons(left_out: Mapping[str, list[str]]) -> list[str]:
    """Which indicators are left out and why, one line for each set of absent files.

    Examples
    --------
    >>> reasons({"births": ["a.csv"], "deaths": ["a.csv"], "waste": ["a.csv", "b.csv"]})
    ['Left out, a.csv is absent: births, deaths', 'Left out, a.csv and b.csv are absent: waste']
    """
    by_files: dict[str, list[str]] = {}
    for code, files in left_out.items():
        by_files.setdefault(f"{' and '.join(files)} {'is' if len(files) == 1 else 'are'} absent", []).append(code)
    return [f"Left out, {why}: {', '.join(codes)}" for why, codes in by_files.items()]


def check_ranges(table: pd.DataFrame, register: Register) -> pd.DataFrame:
    """Return ``table`` if every value is in the range of its indicator, else raise.

    Percents are in 0 to 100 and nothing is below zero unless the register says so.

    Raises
    ------
    ContractError
        Every indicator with values outside, their count and the first of them.
    """
    low, high = (table["indicator"].map({item.code: item.range[end] for item in register.indicators}) for end in (0, 1))
    outside = table[(table["value"] < low) | (table["value"] > high)]
    problems = []
    for item in register.indicators:
        bad = outside[outside["indicator"].eq(item.code)]
        if not bad.empty:
            low, high = item.range
            shown = [f"{row.nuts_id} {row.year}: {row.value:g}" for row in bad.itertuples()]
            problems.append(
                Problem(
                    what=f"{len(bad)} values of {item.code} are outside {low:g} to {high:g}, "
                    f"for instance {some(shown)}.",
                    where=f"the table indicator, {item.unit}",
                    rule=f"percents are in 0 to 100 and no value is below 0 unless declared ({RULE})",
                    fix="check the source; declare range, or outside: missing, in params/indicators.yaml",
                )
            )
    if problems:
        raise ContractError(problems)
    return table
