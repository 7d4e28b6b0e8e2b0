"""Economic complexity: by hand, a second way, what is not determined, and what may never change it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterkit.errors import ContractError
from clusterkit.mapping import economic_complexity, location_quotient, presence

NESTED = pd.DataFrame(
    {"C10": [1, 1, 1], "C29": [1, 1, 0], "J62": [1, 0, 0]}, index=["AT31", "BE10", "BG31"], dtype=float
)


def invented(seed: int, n_regions: int = 12, n_sectors: int = 9) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    cells = random.random((n_regions, n_sectors)) < np.linspace(0.2, 0.9, n_regions)[:, None]
    cells[-1], cells[:, 0] = True, True  # nothing is empty or apart
    return pd.DataFrame(
        cells.astype(float),
        index=[f"AA{i:02}" for i in range(n_regions)],
        columns=[f"C{10 + j}" for j in range(n_sectors)],
    )


def test_a_nested_table_by_hand():
    """d = (3, 2, 1), u = (3, 2, 1). The matrix sum_s M_rs M_qs / (d_r u_s) over regions is

        11/18  5/18  2/18
         5/12  5/12  2/12
          1/3   1/3   1/3

    with eigenvalues 1, 1/4 and 1/9. For 1/4 the vector is (2, -1, -4): the third row, for instance, gives
    (2 - 1 - 4) / 3 = -1 = -4 / 4. Means over the regions of each sector: -1, 1/2, 2. Both are evenly spaced.
    """
    regions, sectors = economic_complexity(NESTED)
    step = np.sqrt(1.5)
    np.testing.assert_allclose(regions, [step, 0, -step], atol=1e-12)
    np.testing.assert_allclose(sectors, [-step, 0, step], atol=1e-12)
    assert list(regions.index) == list(NESTED.index)
    assert list(sectors.index) == list(NESTED.columns)


@pytest.mark.parametrize("shape", [(12, 9), (7, 15), (10, 10)])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_second_way_by_the_full_unsymmetric_matrix(seed, shape):
    presence = invented(seed, *shape)
    cells = presence.to_numpy()
    diversity, ubiquity = cells.sum(axis=1), cells.sum(axis=0)
    values, vectors = np.linalg.eig((cells / diversity[:, None]) @ (cells / ubiquity).T)
    raw = np.real(vectors[:, np.argsort(np.real(values))[-2]])
    raw = raw * np.sign(np.corrcoef(raw, diversity)[0, 1])
    by_sector = (cells / ubiquity).T @ raw
    regions, sectors = economic_complexity(presence)
    np.testing.assert_allclose(regions, (raw - raw.mean()) / raw.std(), atol=1e-8)
    np.testing.assert_allclose(sectors, (by_sector - by_sector.mean()) / by_sector.std(), atol=1e-8)
    assert np.corrcoef(regions, diversity)[0, 1] > 0


def test_scores_are_standardised():
    for scores in economic_complexity(invented(4)):
        assert scores.mean() == pytest.approx(0, abs=1e-12)
        assert scores.std(ddof=0) == pytest.approx(1)
        assert scores.name == "complexity"


def test_what_the_methods_page_says_of_2014(industry, context):
    """Positive with diversity by construction, but weakly; negative with gross domestic product per head."""
    rows = industry[(industry["year"] == 2014) & (industry["nuts_id"].str.len() == 4)]
    divisions = rows[rows["nace_code"].str.len() == 3]
    jobs = divisions.pivot(index="nuts_id", columns="nace_code", values="persons_employed").astype(float)
    here = presence(location_quotient(jobs))
    regions, sectors = economic_complexity(here)
    rich = context[context["year"] == 2014].set_index("nuts_id")
    assert regions.corr(here.sum(axis=1)) == pytest.approx(0.14, abs=0.005)
    assert regions.corr(rich["gdp_mpps"] / rich["population"]) == pytest.approx(-0.50, abs=0.005)
    assert sectors[sectors.index.str.startswith("C")].mean() > 0.5
    assert sectors.index[sectors.argmin()] == "J59"


# What is unknown, empty or not determined


def test_an_empty_region_and_an_empty_sector_are_nan_and_spoil_nothing():
    presence = invented(5)
    wider = presence.assign(B05=0.0)
    wider.loc["ZZ99"] = 0.0
    expected, result = economic_complexity(presence), economic_complexity(wider)
    assert np.isnan(result.regions["ZZ99"])
    assert np.isnan(result.sectors["B05"])
    pd.testing.assert_series_equal(result.regions.drop("ZZ99"), expected.regions)
    pd.testing.assert_series_equal(result.sectors.drop("B05"), expected.sectors)


def test_an_unknown_region_and_an_unknown_sector_are_nan_and_spoil_nothing():
    presence = invented(5)
    wider = presence.assign(B05=np.nan)
    wider.loc["ZZ99"] = np.nan
    expected, result = economic_complexity(presence), economic_complexity(wider)
    assert np.isnan(result.regions["ZZ99"])
    assert np.isnan(result.sectors["B05"])
    pd.testing.assert_series_equal(result.regions.drop("ZZ99"), expected.regions)
    pd.testing.assert_series_equal(result.sectors.drop("B05"), expected.sectors)


def test_a_pair_apart_from_all_others_is_nan_and_spoils_nothing():
    presence = invented(5)
    wider = presence.assign(B05=0.0)
    wider.loc["ZZ99"] = 0.0
    wider.loc["ZZ99", "B05"] = 1.0
    expected, result = economic_complexity(presence), economic_complexity(wider)
    assert np.isnan(result.regions["ZZ99"])
    assert np.isnan(result.sectors["B05"])
    pd.testing.assert_series_equal(result.regions.drop("ZZ99"), expected.regions)


@pytest.mark.parametrize(
    "cells",
    [
        [[1]],  # one region, one sector
        [[1, 1, 1]],  # one region
        [[1], [1], [1]],  # one sector
        [[1, 1], [1, 1], [1, 1]],  # all alike: no second eigenvalue
        [[0, 0], [0, 0]],  # nothing anywhere
        [[np.nan, np.nan], [np.nan, np.nan]],
        [[1, 0], [0, 1]],  # two groups of one size
        [[1, 1, 0], [0, 1, 1], [1, 0, 1]],  # three regions in a ring: two eigenvectors tie
        [[1, 1, 0], [0, 1, 1]],  # a mirror image: nothing says which end is up
        [[1, 0, 0, 0, 0], [1, 1, 1, 0, 0], [0, 0, 1, 1, 1], [0, 0, 0, 0, 1]],  # another, of unequal diversity
        np.kron(np.eye(2), NESTED),  # two groups of one size, each with an answer of its own
        np.kron(NESTED, NESTED),  # eigenvalues are products of 1, 1/4, 1/9: the second stands twice
    ],
)
def test_what_is_not_determined_is_nan(cells):
    presence = pd.DataFrame(cells, dtype=float)
    result = economic_complexity(presence)
    assert result.regions.isna().all()
    assert result.sectors.isna().all()
    assert len(result.regions) == len(presence)


def test_a_mirror_image_is_not_turned_by_rounding():
    """Each region has a twin with the reverse sectors: no correlation with diversity but rounding."""
    half = np.random.default_rng(1).random((4, 7)) < np.linspace(0.3, 0.8, 4)[:, None]
    presence = pd.DataFrame(np.vstack([half, half[:, ::-1]]).astype(float))
    assert presence.sum(axis=1).std() > 1
    assert economic_complexity(presence).regions.isna().all()


def test_an_empty_table():
    result = economic_complexity(pd.DataFrame(columns=["C10"], dtype=float))
    assert result.regions.empty
    assert result.sectors.isna().all()


def test_quotients_instead_of_presences_are_refused():
    with pytest.raises(ContractError, match=r"(?s)1 of 9 presences .*AT31 C10 \(1\.5\).*fix:   make it with mapping"):
        economic_complexity(NESTED.replace({"C10": {1.0: 1.5}}).where(NESTED.index.to_series() == "AT31", NESTED))


# Properties


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(1, 10_000), data=st.data())
def test_order_and_names_do_not_matter_and_the_input_stays(seed, data):
    presence = invented(seed)
    before = presence.copy()
    rows, columns = (data.draw(st.permutations(list(labels))) for labels in (presence.index, presence.columns))
    names = {sector: f"Z{i}" for i, sector in enumerate(presence.columns)}
    plain = economic_complexity(presence)
    other = economic_complexity(presence.loc[rows, columns].rename(columns=names))
    pd.testing.assert_series_equal(other.regions[presence.index], plain.regions, atol=1e-6)
    expected = plain.sectors.rename(index=names)
    pd.testing.assert_series_equal(other.sectors[expected.index], expected, atol=1e-6)
    pd.testing.assert_frame_equal(presence, before)
