"""Embedded tables and raw files for the tests of ``clusterkit.mapping``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from clusterkit import mapping
from clusterkit.data import tables, territory

ROOT = Path(__file__).resolve().parent.parent.parent
YEARS = {"base_year": 2011, "reference_year": 2014}


@pytest.fixture(scope="session")
def golden() -> Path:
    return ROOT / "tests" / "golden"


@pytest.fixture(scope="session")
def industry() -> pd.DataFrame:
    return tables.load_industry(ROOT / "data" / "processed")


@pytest.fixture(scope="session")
def region_ids() -> list[str]:
    return list(tables.load_region(ROOT / "data" / "processed")["nuts_id"])


@pytest.fixture(scope="session")
def context() -> pd.DataFrame:
    return tables.load_context(ROOT / "data" / "processed")


@pytest.fixture(scope="session")
def area(industry: pd.DataFrame) -> pd.DataFrame:
    return mapping.benchmark(industry)


@pytest.fixture(scope="session")
def portfolio_of(
    industry: pd.DataFrame, region_ids: list[str], area: pd.DataFrame
) -> Callable[[Sequence[str]], pd.DataFrame]:
    """Portfolio of NUTS 2 codes taken together, 2011 to 2014, from the embedded tables."""
    growth = mapping.matched_growth(industry, **YEARS)

    @cache
    def portfolio(nuts_ids: tuple[str, ...]) -> pd.DataFrame:
        return mapping.portfolio(territory.combine(industry, nuts_ids, region_ids), area, growth, **YEARS)

    return lambda nuts_ids: portfolio(tuple(nuts_ids)).copy()
