"""The cells of a territory made of several NUTS 2 regions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterkit.data import territory
from clusterkit.errors import ContractError

REGION_IDS = ["BE", "BE1", "BE10", "BE3", "BE31", "BE32"]
CODES = ["BE31", "BE32"]
TABLE_COLUMNS = ("persons_employed", "local_units", "wages_meur")


def cell(
    nuts_id: str, persons: float | None, low: float | None = None, high: float | None = None, **other: object
) -> dict:
    """One row of the table ``industry``: published where ``persons`` is given, else hidden."""
    known = persons is not None
    return {
        "nuts_id": nuts_id,
        "nace_code": "C21",
        "year": 2014,
        "persons_employed": persons if known else np.nan,
        "persons_employed_low": persons if known else low or 0.0,
        "persons_employed_high": persons if known else (np.nan if high is None else high),
        "persons_employed_status": "reported" if known else "hidden",
        "persons_employed_flag": "" if known else "c",
        "local_units": 4.0,
        "local_units_status": "reported",
        "wages_meur": 0.05 * persons if known else np.nan,
        "wages_meur_status": "reported" if known else "hidden",
    } | other


def combined(*cells: dict, codes: list[str] = CODES, region_ids: list[str] = REGION_IDS) -> pd.Series:
    """The only row of the territory ``codes``."""
    result = territory.combine(pd.DataFrame(list(cells)), codes, region_ids)
    assert result.index.tolist() == [("C21", 2014)]
    return result.iloc[0]


# Same territory


@pytest.mark.parametrize(
    ("nuts_ids", "expected"),
    [
        (["BE31", "BE32", "BE33", "BE34", "BE35"], ["BE3"]),  # Wallonia
        (["BE31", "BE32", "BE33", "BE34"], []),
        (["DED2", "DED4", "DED5"], ["DED"]),  # Saxony
        (["SI03", "SI04"], ["SI", "SI0"]),  # Slovenia
        (["LT01", "LT02"], ["LT", "LT0"]),  # Lithuania
        (["FRE1", "FRE2"], ["FRE"]),  # Hauts-de-France
        (["ITC1"], []),  # Piemonte
        (["FRB0"], ["FRB"]),  # Centre-Val de Loire
        (["SI04", "ITC1"], []),  # two countries
        (["SI03", "SI04", "LT01", "LT02"], []),  # two whole countries: no one code has both
    ],
)
def test_same_territory_of_real_regions(region_ids, nuts_ids, expected):
    assert territory.same_territory(nuts_ids, region_ids) == expected
    assert territory.same_territory(nuts_ids[::-1], set(region_ids)) == expected


def test_country_and_union_stand_beside_a_territory(region_ids):
    groups = territory.with_country_and_union("Piemonte", ["ITC1"], region_ids)
    assert list(groups) == ["Piemonte", "Italy", "EU-28"]
    assert groups["Italy"] == ["IT"]
    assert len(groups["EU-28"]) == 28
    assert list(territory.with_country_and_union("Slovenia", ["SI03", "SI04"], region_ids)) == ["Slovenia", "EU-28"]
    border = territory.with_country_and_union("Border", ["ITC1", "SI04"], region_ids)
    assert list(border) == ["Border", "Italy", "Slovenia", "EU-28"]


# Parts that are published


def test_published_parts_are_added_up():
    row = combined(cell("BE31", 10662.0, persons_employed_flag="b"), cell("BE32", 1802.0, persons_employed_flag="bd"))
    assert row["persons_employed"] == row["persons_employed_low"] == row["persons_employed_high"] == 12464
    assert row["persons_employed_status"] == row["local_units_status"] == "reported"
    assert row["persons_employed_flag"] == "bd"
    assert (row["local_units"], row["wages_meur"]) == (8.0, pytest.approx(623.2))
    assert row["n_hidden"] == 0


def test_the_sum_of_published_parts_is_not_replaced_by_their_parent():
    row = combined(cell("BE31", 10.0), cell("BE32", 5.0), cell("BE3", 99.0))
    assert row["persons_employed"] == 15


def test_other_regions_do_not_count():
    row = combined(cell("BE31", 10.0), cell("BE32", 5.0), cell("BE10", 1000.0), cell("BE", 5000.0))
    assert row["persons_employed"] == 15


def test_a_zero_is_a_figure():
    row = combined(cell("BE31", 0.0), cell("BE32", 0.0))
    assert (row["persons_employed"], row["persons_employed_status"]) == (0, "reported")


# Parts that are hidden


def test_the_parent_of_the_same_territory_is_used_where_a_part_is_hidden():
    parts = (cell("BE31", 10.0), cell("BE32", None, low=1, high=9), cell("BE3", 17.0, persons_employed_flag="e"))
    row = combined(*parts)
    assert row["persons_employed"] == row["persons_employed_low"] == row["persons_employed_high"] == 17
    assert row["persons_employed_status"] == "reported"
    assert row["persons_employed_flag"] == "e"
    assert row["wages_meur"] == pytest.approx(0.85)
    assert row["n_hidden"] == 1


def test_a_parent_of_a_larger_territory_is_not_used():
    row = combined(cell("BE31", 10.0), cell("BE32", None, high=9), cell("BE", 5000.0))
    assert pd.isna(row["persons_employed"])
    assert row["persons_employed_high"] == 19


def test_a_parent_is_used_for_estimated_parts():
    """Lithuania: its parts are shared out by population, the country is published."""
    parts = [cell(code, 50.0, persons_employed_status="estimated") for code in ("LT01", "LT02")]
    row = combined(*parts, cell("LT", 101.0), codes=["LT01", "LT02"], region_ids=["LT", "LT0", "LT01", "LT02"])
    assert (row["persons_employed"], row["persons_employed_status"]) == (101, "reported")


def test_estimated_parts_without_a_parent_give_an_estimate():
    row = combined(cell("BE31", 10.0), cell("BE32", 5.0, persons_employed_status="estimated"))
    assert (row["persons_employed"], row["persons_employed_status"]) == (15, "estimated")


def test_the_nearest_published_parent_comes_first():
    parts = (cell("SI03", None), cell("SI04", None), cell("SI0", 21.0), cell("SI", 22.0))
    assert combined(*parts, codes=["SI03", "SI04"], region_ids=["SI", "SI0", "SI03", "SI04"])["persons_employed"] == 21
    hidden = (cell("SI03", None), cell("SI04", None), cell("SI0", None), cell("SI", 22.0))
    assert combined(*hidden, codes=["SI03", "SI04"], region_ids=["SI", "SI0", "SI03", "SI04"])["persons_employed"] == 22


def test_a_partly_hidden_territory_is_unknown_and_has_a_range():
    row = combined(cell("BE31", 10.0), cell("BE32", None, low=2, high=9))
    assert pd.isna(row["persons_employed"])
    assert (row["persons_employed_low"], row["persons_employed_high"]) == (12, 19)
    assert row["persons_employed_status"] == "partly hidden"
    assert row["n_hidden"] == 1
    assert pd.isna(row["wages_meur"])
    assert row["wages_meur_status"] == "partly hidden"
    assert row["local_units"] == 8


def test_a_part_without_an_upper_end_leaves_the_territory_without_one():
    row = combined(cell("BE31", 10.0), cell("BE32", None, low=2))
    assert row["persons_employed_low"] == 12
    assert pd.isna(row["persons_employed_high"])


def test_the_range_of_a_hidden_parent_tightens_that_of_the_parts():
    row = combined(cell("BE31", 10.0), cell("BE32", None, low=2, high=90), cell("BE3", None, low=14, high=30))
    assert (row["persons_employed_low"], row["persons_employed_high"]) == (14, 30)
    wide = combined(cell("BE31", 10.0), cell("BE32", None, low=2, high=9), cell("BE3", None, low=1, high=300))
    assert (wide["persons_employed_low"], wide["persons_employed_high"]) == (12, 19)


def test_ranges_that_contradict_each_other_stay_in_order():
    """Belgian regions and their parent differ by up to 5 %."""
    row = combined(cell("BE31", 10.0), cell("BE32", None, low=10, high=12), cell("BE3", None, low=5, high=19))
    assert (row["persons_employed_low"], row["persons_employed_high"]) == (19, 19)


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (("hidden", "hidden"), "hidden"),
        (("hidden", "missing"), "hidden"),
        (("missing", "missing"), "missing"),
        (("reported", "missing"), "partly hidden"),
        (("estimated", "hidden"), "partly hidden"),
    ],
)
def test_status_of_what_is_not_published(statuses, expected):
    cells = [
        cell(code, 10.0 if status in ("reported", "estimated") else None, persons_employed_status=status)
        for code, status in zip(CODES, statuses, strict=True)
    ]
    row = combined(*cells)
    assert row["persons_employed_status"] == expected
    assert pd.isna(row["persons_employed"])


def test_a_hidden_cell_is_never_a_zero():
    row = combined(cell("BE31", None, high=9), cell("BE32", None, high=9))
    assert pd.isna(row["persons_employed"])
    assert pd.isna(row["wages_meur"])
    assert (row["persons_employed_low"], row["persons_employed_high"], row["n_hidden"]) == (0, 18, 2)


def test_sectors_and_years_are_kept_apart():
    cells = [
        cell(code, persons, nace_code=sector, year=year)
        for code in CODES
        for sector, year, persons in (("C21", 2014, 1.0), ("C21", 2011, 10.0), ("C24", 2014, 100.0))
    ]
    result = territory.combine(pd.DataFrame(cells), CODES, REGION_IDS)["persons_employed"]
    assert result.to_dict() == {("C21", 2011): 20, ("C21", 2014): 2, ("C24", 2014): 200}


def test_codes_without_rows(industry, region_ids):
    with pytest.raises(ContractError) as caught:
        territory.combine(industry, ["ITC1", "FR24", "AL01"], region_ids)
    assert str(caught.value) == (
        "The industry table has no rows for AL01, FR24.\n"
        "  where: data/processed/industry.parquet, column nuts_id\n"
        "  rule:  docs/methods.md#nuts-versions\n"
        "  fix:   check nuts_ids in the region file, or build the tables with data for this region"
    )


def test_the_callers_table_is_not_changed():
    table = pd.DataFrame([cell("BE31", 10.0), cell("BE32", None, low=2, high=90), cell("BE3", None, low=14, high=30)])
    before, codes = table.copy(), list(CODES)
    territory.combine(table, codes, REGION_IDS)
    pd.testing.assert_frame_equal(table, before)
    assert codes == CODES


# The embedded table


def test_lithuania_is_its_country_row(industry, region_ids):
    """Its two regions are shared out from one published region; together they are the country again."""
    cells = territory.combine(industry, ["LT01", "LT02"], region_ids)
    country = industry[industry["nuts_id"] == "LT"].set_index(["nace_code", "year"]).loc[cells.index]
    for name in TABLE_COLUMNS:
        reported = country[f"{name}_status"] == "reported"
        assert reported.mean() > 0.8
        assert (cells.loc[reported, name] == country.loc[reported, name]).all()
        assert (cells.loc[reported, f"{name}_status"] == "reported").all()
    unknown = country["persons_employed"].isna()
    for bound in ("persons_employed_low", "persons_employed_high"):
        np.testing.assert_allclose(cells.loc[unknown, bound], country.loc[unknown, bound])


def test_wallonia_uses_its_level_1_region_where_a_province_is_hidden(industry, region_ids):
    codes = ["BE31", "BE32", "BE33", "BE34", "BE35"]
    row = territory.combine(industry, codes, region_ids).loc[("C21", 2014)]
    parent = industry.query("nuts_id == 'BE3' and nace_code == 'C21' and year == 2014").iloc[0]
    assert row["n_hidden"] == 2
    assert row["persons_employed"] == parent["persons_employed"] > 10_000


@pytest.mark.parametrize(
    "codes", [["ITC1"], ["FRE1", "FRE2"], ["SI03", "SI04"], ["BE31", "BE32", "BE33", "BE34", "BE35"]]
)
def test_second_way_cell_by_cell(industry, region_ids, codes):
    cells = territory.combine(industry, codes, region_ids)
    rows = industry[industry["nuts_id"].isin(codes) & (industry["year"] == 2014)]
    n_known = 0
    for sector, parts in rows.groupby("nace_code"):
        row = cells.loc[(sector, 2014)]
        values = [value for value in parts["persons_employed"] if not np.isnan(value)]
        if len(values) == len(codes):
            assert row["persons_employed"] == sum(values)
            n_known += 1
        assert row["n_hidden"] == len(codes) - len(values)
        assert not row["persons_employed_low"] > row["persons_employed_high"]
    assert n_known > 40


def test_a_part_without_a_row_is_missing_not_zero(industry, region_ids):
    gone = industry[~((industry["nuts_id"] == "FRE1") & (industry["nace_code"] == "C24"))]
    row = territory.combine(gone, ["FRE1", "FRE2"], region_ids).loc[("C24", 2014)]
    assert np.isnan(row["persons_employed"])
    assert row["persons_employed_status"] == "partly hidden"


def test_a_code_named_twice_counts_once(industry, region_ids):
    once = territory.combine(industry, ["ITC1"], region_ids)
    twice = territory.combine(industry, ["ITC1", "ITC1"], region_ids)
    pd.testing.assert_frame_equal(once, twice)
