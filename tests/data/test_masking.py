"""Published cells hidden on purpose: blocks that no total gives away, and figures that go together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterkit.data.hidden import masking

REGIONS = [f"{country}{number}" for country in ("AT1", "AT2", "BE1") for number in range(3)]
DIVISIONS = [f"{section}{number}" for section in "CG" for number in range(10, 14)]
YEARS = (2013, 2014)


@pytest.fixture
def cells() -> pd.DataFrame:
    """Regions and divisions with their totals; C10 of AT10 is really hidden in both years, with its wages in one."""
    areas = [*REGIONS, "AT1", "AT2", "BE1", "AT", "BE"]
    rows = [(area, code, year) for area in areas for code in ["C", "G", *DIVISIONS] for year in YEARS]
    table = pd.DataFrame(rows, columns=["nuts_id", "nace_code", "year"])
    rng = np.random.default_rng(3)
    table["persons_employed"] = rng.integers(20, 900, len(table)).astype(float)
    table["wages_meur"], table["local_units"] = table["persons_employed"] / 40, table["persons_employed"] / 5
    table["persons_employed_status"] = "published"
    is_hidden = table["nuts_id"].eq("AT10") & table["nace_code"].eq("C10")
    table.loc[is_hidden, ["persons_employed", "persons_employed_status"]] = np.nan, "hidden"
    table.loc[is_hidden & table["year"].eq(2014), "wages_meur"] = np.nan
    return table


@pytest.mark.parametrize("placement", ["random", "suppression"])
def test_blocks_are_two_regions_by_two_divisions_and_share_no_total(
    cells: pd.DataFrame, placement: masking.Placement
) -> None:
    rows = masking.blocks(cells, year=2014, n_blocks=3, placement=placement, generator=np.random.default_rng(1))
    assert len(rows) == 12
    assert not rows.has_duplicates
    seen: set[tuple[str, str]] = set()
    for start in range(0, 12, 4):
        block = cells.loc[rows[start : start + 4]]
        assert block["persons_employed"].gt(0).all()
        assert block["year"].eq(2014).all()
        assert block["nuts_id"].nunique() == block["nace_code"].nunique() == 2
        assert block["nuts_id"].str[:2].nunique() == block["nace_code"].str[0].nunique() == 1
        totals = {(row.nuts_id, row.nace_code[0]) for row in block.itertuples()}
        totals |= {(row.nuts_id[:2], row.nace_code) for row in block.itertuples()}
        assert not totals & seen
        seen |= totals


def test_where_no_more_blocks_fit_there_are_fewer(cells: pd.DataFrame) -> None:
    rows = masking.blocks(cells, year=2014, n_blocks=50, placement="random", generator=np.random.default_rng(1))
    assert 4 <= len(rows) < 200
    assert len(rows) % 4 == 0


def test_offices_hide_first_where_units_are_few(cells: pd.DataFrame) -> None:
    cells["local_units"] = 1000.0
    few = cells["nuts_id"].eq("AT21")
    cells.loc[few, "local_units"] = 0.0
    cells.loc[few, "persons_employed"] = 5.0  # the smallest partner, too
    shares = {}
    for placement in ("random", "suppression"):
        drawn = [
            masking.blocks(cells, year=2014, n_blocks=1, placement=placement, generator=np.random.default_rng(seed))
            for seed in range(90)
        ]
        there = [rows for rows in drawn if cells.loc[rows, "nuts_id"].str.startswith("AT2").all()]
        assert len(there) > 5
        shares[placement] = np.mean([few[rows].any() for rows in there])
    assert shares["suppression"] == 1  # the country has three regions, of which two are in each block
    assert shares["random"] < 1


def test_what_is_hidden_loses_what_a_hidden_cell_lacks_and_the_region_above_it(cells: pd.DataFrame) -> None:
    rows = masking.blocks(cells, year=2014, n_blocks=1, placement="random", generator=np.random.default_rng(4))
    before = cells.copy()
    found = masking.hide(cells, rows, amount="persons_employed", generator=np.random.default_rng(5))
    pd.testing.assert_frame_equal(cells, before)
    block = cells.loc[rows]
    # The only cell that is really hidden lacks its persons in both years, and its wages in one.
    for year, lost in ((2013, ["persons_employed"]), (2014, ["persons_employed", "wages_meur"])):
        there = found["year"].eq(year) & pd.MultiIndex.from_frame(found[["nuts_id", "nace_code"]]).isin(
            pd.MultiIndex.from_frame(block[["nuts_id", "nace_code"]])
        )
        assert there.sum() == 4
        assert found.loc[there, lost].isna().all(axis=None)
        kept = [name for name in ("wages_meur", "local_units") if name not in lost]
        pd.testing.assert_frame_equal(found.loc[there, kept], cells.loc[there, kept])
    above = found["year"].eq(2014) & pd.MultiIndex.from_frame(found[["nuts_id", "nace_code"]]).isin(
        [(row.nuts_id[:3], row.nace_code) for row in block.itertuples()]
    )
    assert found.loc[above, "persons_employed"].isna().all()
    changed = found["persons_employed"].isna() & cells["persons_employed"].notna()
    assert set(found.loc[changed, "nuts_id"]) == {*block["nuts_id"], *block["nuts_id"].str[:3]}
