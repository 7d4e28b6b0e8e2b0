"""Indicators of a regional ecosystem: one long table from many published files.

``params/indicators.yaml`` declares each indicator: where its figures stand, in which NUTS version,
and whether they are amounts or rates; ``indicator_register`` checks it. A figure is never invented:
unknown in any part is unknown in the result, and what had to be shared out or inherited between
regions is marked estimated.

- ``reading`` – the raw files, with their flags;
- ``carrying`` – codes of any NUTS version, and their figures in the base version;
- ``deriving`` – series to bases and indicators, amounts to ratios;
- ``table`` – all indicators in one table, what is left out, values outside their range;
- ``page`` – how well each is filled, and the table in docs/indicators.md.
"""

from clusterkit.data.indicators.carrying import Geography, to_base, with_versions
from clusterkit.data.indicators.deriving import Builder
from clusterkit.data.indicators.reading import read_file
from clusterkit.data.indicators.table import absent, build_table, check_ranges, reasons

__all__ = [
    "Builder",
    "Geography",
    "absent",
    "build_table",
    "check_ranges",
    "read_file",
    "reasons",
    "to_base",
    "with_versions",
]
