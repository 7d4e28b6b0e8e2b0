"""Golden values from another implementation: py-ecomplexity 0.5.3 of the Growth Lab, on invented and on real data.

It takes unknown cells for zeros and standardises products by the mean and deviation of places, so
both get tables without unknown cells, and its scores of products are standardised anew.
"""

from __future__ import annotations

import warnings

import ecomplexity
import numpy as np
import pandas as pd
import pytest

from clusterkit.mapping import density, economic_complexity, location_quotient, presence, proximity

NAMES = {"time": "year", "loc": "nuts_id", "prod": "nace_code", "val": "persons_employed"}


def invented(seed: int, n_regions: int, n_sectors: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    jobs = np.floor(random.lognormal(6, 2, (n_regions, n_sectors))) * (random.random((n_regions, n_sectors)) < 0.8)
    return pd.DataFrame(
        jobs,
        index=pd.Index([f"AA{i:02}" for i in range(n_regions)], name="nuts_id"),
        columns=pd.Index([f"C{j:02}" for j in range(n_sectors)], name="nace_code"),
    )


@pytest.fixture(scope="module", params=["invented 40 x 25", "invented 15 x 60", "Europe 2014"])
def employment(request, industry) -> pd.DataFrame:
    if request.param != "Europe 2014":
        _, n_regions, _, n_sectors = request.param.split()
        return invented(20141, int(n_regions), int(n_sectors))
    rows = industry[(industry["year"] == 2014) & (industry["nuts_id"].str.len() == 4)]
    divisions = rows[rows["nace_code"].str.len() == 3]
    table = divisions.pivot(index="nuts_id", columns="nace_code", values="persons_employed").astype(float)
    table = table.fillna(0.0)  # for this comparison alone
    table = table.loc[table.sum(axis=1) > 0, table.sum() > 0]
    assert table.shape[0] > 250
    assert table.shape[1] > 60
    return table


@pytest.fixture(scope="module")
def long(employment) -> pd.DataFrame:
    return employment.reset_index().melt(id_vars="nuts_id", value_name="persons_employed").assign(year=2014)


@pytest.fixture(scope="module")
def theirs(employment, long) -> dict[str, pd.DataFrame]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = ecomplexity.ecomplexity(long, NAMES, check_logsupermodularity=False, verbose=False)
        pairs = ecomplexity.proximity(long, NAMES)
    tables = {
        name: table.pivot(index="nuts_id", columns="nace_code", values=name).loc[employment.index, employment.columns]
        for name in ("rca", "mcp", "density", "eci", "pci")
    }
    pairs = pairs.pivot(index="nace_code_1", columns="nace_code_2", values="proximity")
    return {**tables, "proximity": pairs.loc[employment.columns, employment.columns]}


def test_location_quotient_and_presence(employment, theirs):
    lq = location_quotient(employment)
    np.testing.assert_allclose(lq, theirs["rca"], rtol=1e-12)
    np.testing.assert_array_equal(presence(lq), theirs["mcp"])


def test_proximity(employment, theirs):
    here = presence(location_quotient(employment))
    np.testing.assert_allclose(proximity(here), theirs["proximity"], rtol=1e-12, atol=1e-15)


def test_density(employment, theirs):
    here = presence(location_quotient(employment))
    np.testing.assert_allclose(density(here, proximity(here)), theirs["density"], rtol=1e-12, atol=1e-15)


def test_economic_complexity(employment, theirs):
    regions, sectors = economic_complexity(presence(location_quotient(employment)))
    np.testing.assert_allclose(regions, theirs["eci"].iloc[:, 0], atol=1e-8)
    products = theirs["pci"].iloc[0]
    np.testing.assert_allclose(sectors, (products - products.mean()) / products.std(ddof=0), atol=1e-8)


def test_unknown_cells_are_where_the_two_differ(industry):
    """A hidden cell that is no zero: real data, where py-ecomplexity would count a region without the sector."""
    rows = industry[(industry["year"] == 2014) & (industry["nuts_id"].str.len() == 4)]
    divisions = rows[rows["nace_code"].str.len() == 3]
    table = divisions.pivot(index="nuts_id", columns="nace_code", values="persons_employed").astype(float)
    here = presence(location_quotient(table))
    as_zero = here.fillna(0.0)
    near, near_as_zero = proximity(here), proximity(as_zero)
    off = ~np.eye(len(near), dtype=bool)
    assert here.isna().mean().mean() > 0.1
    assert ((near - near_as_zero).to_numpy()[off] >= -1e-12).all()  # hiding can only make sectors look less close
    assert ((near - near_as_zero).to_numpy()[off] > 0.1).any()
    np.testing.assert_array_equal(np.diag(near), 1.0)
