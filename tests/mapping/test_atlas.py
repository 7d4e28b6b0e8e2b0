"""Every region by every sector: the same figures as on the pages of the regions, on the embedded tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clusterkit import mapping
from clusterkit.data import tables, territory
from clusterkit.data.industries import list_taxonomies
from clusterkit.data.star_schemes import list_schemes
from clusterkit.mapping import Atlas
from clusterkit.params import RegionParams, load_regions, region_ids
from clusterkit.paths import project

ROOT = Path(__file__).resolve().parents[2]
YEARS = {"base_year": 2011, "reference_year": 2014}
PILOTS = region_ids(project(ROOT))
each_pilot = pytest.mark.parametrize("pilot", PILOTS)


@pytest.fixture(scope="module")
def industry() -> pd.DataFrame:
    return tables.load_industry(project(ROOT).processed)


@pytest.fixture(scope="module")
def codes() -> list[str]:
    return list(tables.load_region(project(ROOT).processed)["nuts_id"])


@pytest.fixture(scope="module")
def pilots() -> dict[str, RegionParams]:
    return {p.region: p for p in load_regions(project(ROOT))}


@pytest.fixture(scope="module")
def atlas(industry: pd.DataFrame, codes: list[str], pilots: dict[str, RegionParams]) -> Atlas:
    return Atlas(industry, codes, {p.region: p.nuts_ids for p in pilots.values()}, **YEARS)


@pytest.fixture(scope="module")
def schemes() -> dict:
    return list_schemes(ROOT / "params" / "star_schemes")


@pytest.fixture(scope="module")
def sectors(atlas: Atlas, schemes: dict) -> pd.DataFrame:
    return atlas.sectors(schemes)


@pytest.fixture(scope="module")
def of_page(industry: pd.DataFrame, codes: list[str], pilots: dict[str, RegionParams]):
    """The cells and snapshots of a region, as its mapping page makes them."""

    def of_page(pilot: str) -> tuple[pd.DataFrame, dict[int, mapping.Snapshot]]:
        ids = pilots[pilot].nuts_ids
        cells = territory.combine(industry, ids, codes)
        return cells, mapping.snapshots(industry, cells, name=pilot, nuts_ids=ids)

    return of_page


@each_pilot
def test_published_figures_are_those_of_the_mapping_page(industry, sectors, of_page, pilot: str) -> None:
    cells, _ = of_page(pilot)
    growth = mapping.matched_growth(industry, **YEARS)
    page = mapping.portfolio(cells, mapping.benchmark(industry), growth, **YEARS)
    own = sectors.loc[pilot]
    published = page["persons_employed"].notna()
    assert published.any()
    for column in ("persons_employed", "lq", "lq_low", "lq_high"):
        pd.testing.assert_series_equal(own.loc[published, column], page.loc[published, column])
    for column in ("wages_eur_per_person", "growth_pct", "growth_has_break", "persons_employed_status"):
        pd.testing.assert_series_equal(own[column], page[column])
    pd.testing.assert_series_equal(own.loc[published, "share_pct"], page.loc[published, "share_pct"])
    assert own["is_estimated"].tolist() == (~published).tolist()


@each_pilot
def test_hidden_cells_have_the_estimates_of_the_mapping_page_and_are_no_zeros(sectors, of_page, pilot: str) -> None:
    regions = of_page(pilot)[1][2014].regions
    own = sectors.loc[pilot]
    hidden = own["is_estimated"]
    for column, table in (("", regions.estimate), ("_low", regions.low), ("_high", regions.high)):
        expected = table.loc[pilot].rename(f"persons_employed{column}")
        pd.testing.assert_series_equal(own[f"persons_employed{column}"], expected)
    assert own.loc[hidden, "persons_employed_status"].isin(["hidden", "partly hidden", "missing"]).all()
    assert (own.loc[hidden, "lq_low"] <= own.loc[hidden, "lq"]).all()
    assert (own.loc[hidden, "lq"] <= own.loc[hidden, "lq_high"]).all()
    # Of one region: the quotient goes with the jobs as it does in a published cell.
    share = (own["share_pct"] / own["lq"]).where(own["lq"] > 0)
    others = sectors[~sectors["is_estimated"] & sectors["lq"].gt(0)]
    europe = (others["share_pct"] / others["lq"]).groupby("nace_code").median()
    np.testing.assert_allclose(share.dropna(), europe.reindex(share.dropna().index), rtol=1e-9)


@each_pilot
def test_stars_are_those_of_the_mapping_page(sectors, of_page, schemes, pilot: str) -> None:
    page = mapping.region_stars(of_page(pilot)[1], pilot, schemes=schemes, scheme="eccp-2021", seed=1, **YEARS)
    for key, table in page.by_scheme.items():
        for end in ("low", "high"):
            own = sectors.loc[pilot, f"stars_{key}_{end}"]
            assert own.tolist() == table[f"n_stars_{end}"].tolist(), (key, end)


@each_pilot
@pytest.mark.parametrize("taxonomy", ["emerging-industries", "industrial-ecosystems"])
def test_categories_are_those_of_the_mapping_page(atlas, of_page, pilot: str, taxonomy: str) -> None:
    found = list_taxonomies(ROOT / "params" / "taxonomies")[taxonomy]
    page = mapping.category_strength(of_page(pilot)[1][2014], pilot, found)
    own = atlas.categories(found).loc[pilot]
    assert own["lq"].notna().any()
    pd.testing.assert_frame_equal(own, page[list(own)], check_names=False, check_dtype=False)


@each_pilot
def test_manufacturing_is_that_of_the_mapping_page(atlas, of_page, pilot: str) -> None:
    page = mapping.manufacturing_then_and_now(of_page(pilot)[1], pilot, then=2014)
    table = atlas.manufacturing()
    assert atlas.manufacturing_year == page.now == 2022
    if pilot not in table.index.unique("nuts_id"):
        assert page.newest.empty
        return
    own = table.loc[pilot]
    columns = ["persons_employed", "is_estimated", "share_pct", "lq", "lq_low", "lq_high"]
    pd.testing.assert_frame_equal(own[columns], page.newest[columns], check_dtype=False)
    assert (own["persons_employed_low"].fillna(0) <= own["persons_employed"].fillna(0)).all()


def test_other_regions_are_those_of_the_maps_on_the_mapping_pages(industry, sectors) -> None:
    area = mapping.benchmark(industry)
    for code, page in mapping.sectors_across_regions(industry, area, nace_codes=["C13", "C29"], year=2014).items():
        own = sectors.xs(code, level="nace_code")
        both = own.index.intersection(page.index)
        assert len(both) > 270
        known = page.loc[both, "lq"].notna()
        for column in ("lq", "lq_low", "lq_high", "persons_employed"):
            pd.testing.assert_series_equal(own.loc[both[known], column], page.loc[both[known], column])


def test_the_stars_of_other_regions_are_nearly_those_of_the_page_on_europe(industry, sectors, schemes) -> None:
    """That page takes estimates for hidden cells; where a cell is published, both agree but on the verge of a limit."""
    cells = mapping.europe_strength(industry, scheme=schemes["eccp-2021"], year=2014, base_year=2011)
    both = sectors.index.intersection(cells.index)
    known = both[~sectors.loc[both, "is_estimated"] & sectors.loc[both, "lq"].notna()]
    same = sectors.loc[known, "stars_eccp-2021_low"].ge(1) == cells.loc[known, "is_cluster"]
    assert len(known) > 14_000
    assert same.mean() > 0.99


def test_a_territory_of_one_code_stands_in_its_place_and_one_of_several_beside_its_parts(atlas, sectors) -> None:
    rows = list(sectors.index.unique("nuts_id"))
    assert len(rows) == len(set(rows)) == 288 + 5
    assert "ITC1" not in rows
    assert "piemonte" in rows
    assert {"saxony", "DED2", "DED4", "DED5"} <= set(rows)
    assert atlas.codes["saxony"] == ["DED2", "DED4", "DED5"]
    assert atlas.codes["piemonte"] == ["ITC1"]
    assert atlas.codes["AT31"] == ["AT31"]
    assert list(atlas.codes) == rows


def test_without_territories_every_row_is_a_code(industry, codes) -> None:
    everywhere = Atlas(industry, codes, {}, **YEARS).manufacturing()
    assert everywhere.index.unique("nuts_id").str.len().unique().tolist() == [4]


def test_the_industry_table_is_left_as_it_was(industry, codes, schemes) -> None:
    before = industry.copy()
    Atlas(industry, codes, {"saxony": ["DED2", "DED4", "DED5"]}, **YEARS).sectors(schemes)
    pd.testing.assert_frame_equal(industry, before)
