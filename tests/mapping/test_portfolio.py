"""What a region is strong in: the pilots on published figures, the rest on cases small enough to check by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from clusterkit import mapping
from clusterkit.data import territory

RULE = {"strong_lq": 1.5, "min_share_pct": 1.0}
YEARS = {"base_year": 2011, "reference_year": 2014}
WALLONIA = ["BE31", "BE32", "BE33", "BE34", "BE35"]
SAXONY = ["DED2", "DED4", "DED5"]
EXPECTED = [  # NUTS 2 codes of a pilot, sectors that are known to be its strong ones
    (["SE31"], ["C24", "C17"]),
    (["ITC1"], ["C13", "C29"]),
    (WALLONIA, ["C21"]),
    (["FRB0"], ["C21"]),
    (["FI1D"], ["C16"]),
    (["LT01", "LT02"], ["C31"]),
    (["SI03", "SI04"], ["C27"]),
    (SAXONY, ["C26"]),
]


# The pilots


@pytest.mark.parametrize(("nuts_ids", "sectors"), EXPECTED, ids=lambda value: "-".join(value))
def test_the_known_sectors_of_a_pilot_are_among_its_first_five(portfolio_of, nuts_ids, sectors):
    ranked = mapping.rank_sectors(portfolio_of(nuts_ids), **RULE)
    assert set(sectors) <= set(ranked.index[:5])
    assert ranked.loc[sectors, "is_strong"].all()
    assert (ranked.loc[sectors, "share_pct"] >= 1).all()


def test_metal_ore_mining_in_the_finnish_north_is_left_open(portfolio_of):
    """Countries hide it; the quotient from the published rows alone would be twice what it may be."""
    sectors = portfolio_of(["FI1D"])
    row = mapping.undecided(sectors, strong_lq=1.5).loc["B07"]
    assert row["lq_high"] > 1.5 * row["lq_low"]
    assert not row["lq_is_certain"]
    assert row["hidden_countries"]


@pytest.mark.parametrize(("nuts_ids", "sectors"), EXPECTED, ids=lambda value: "-".join(value))
def test_a_portfolio_is_consistent(portfolio_of, nuts_ids, sectors):
    table = portfolio_of(nuts_ids)
    assert len(table) == 68
    known = table["lq"].notna()
    assert (known == table["persons_employed"].notna()).all()
    assert (table.loc[known, "lq_low"] <= table.loc[known, "lq"]).all()
    assert (table.loc[known, "lq"] <= table.loc[known, "lq_high"]).all()
    assert table["share_pct"].sum() <= 100.01
    assert table.loc[known, "share_pct"].sum() > 50


def test_wallonia_is_the_same_by_its_parts_and_as_one_region(portfolio_of, industry, region_ids, area):
    """Second way: the level 1 region BE3 alone; Belgian parts and totals differ by up to 5 %."""
    whole = territory.combine(industry, ["BE3"], region_ids)
    other = mapping.portfolio(whole, area, mapping.matched_growth(industry, **YEARS), **YEARS)
    both = pd.DataFrame({"parts": portfolio_of(WALLONIA)["lq"], "whole": other["lq"]}).dropna()
    assert len(both) > 40
    assert both["parts"].corr(both["whole"]) > 0.99


# Small tables in the form of ``industry``


def rows(nuts_id: str, sector: str, persons: float | None, year: int = 2014, **other: object) -> dict[str, object]:
    """One row of the table ``industry``; hidden and without range where ``persons`` is None."""
    known = persons is not None
    return {
        "nuts_id": nuts_id,
        "nace_code": sector,
        "year": year,
        "persons_employed": persons if known else np.nan,
        "persons_employed_low": persons if known else 0.0,
        "persons_employed_high": persons if known else np.nan,
        "persons_employed_status": "reported" if known else "hidden",
        "persons_employed_flag": "" if known else "c",
        "local_units": 1.0,
        "local_units_status": "reported",
        "wages_meur": np.nan,
        "wages_meur_status": "missing",
    } | other


def bounded(nuts_id: str, sector: str, low: float, high: float, **other: object) -> dict[str, object]:
    return rows(nuts_id, sector, None, **{"persons_employed_low": low, "persons_employed_high": high, **other})


def combined(cells: Sequence[dict[str, object]], code: str = "AA01") -> pd.DataFrame:
    return territory.combine(pd.DataFrame(list(cells)), [code], [code, "AA09"])


# Two countries; C is the sum of its divisions, S95 stands alone. AA01: 400 persons; area: 2000.
REGION = [
    rows("AA01", "C", 300.0),
    rows("AA01", "C24", 100.0, wages_meur=4.0, wages_meur_status="reported", persons_employed_flag="b"),
    rows("AA01", "C25", 200.0),
    rows("AA01", "S95", 100.0),
    rows("AA01", "C", 250.0, 2011),
    rows("AA01", "C24", 80.0, 2011),
    rows("AA01", "C25", 170.0, 2011, persons_employed_flag="b"),
    rows("AA01", "S95", 0.0, 2011),
]
COUNTRIES = [
    rows("AA", "C", 700.0),
    rows("AA", "C24", 100.0, wages_meur=3.0),
    rows("AA", "C25", 600.0),
    rows("AA", "S95", 300.0),
    rows("BB", "C", 800.0),
    rows("BB", "C24", 100.0, wages_meur=2.0),
    rows("BB", "C25", 700.0),
    rows("BB", "S95", 200.0),
    rows("AA", "C24", 50.0, 2011),
    rows("AA", "C25", 500.0, 2011),
    rows("BB", "C25", 500.0, 2011),
    rows("AA", "C", 550.0, 2011),
]


@pytest.fixture
def industry_toy() -> pd.DataFrame:
    return pd.DataFrame(REGION + COUNTRIES)


def portfolio_toy(
    region: Sequence[dict[str, object]] = REGION, countries: Sequence[dict[str, object]] = COUNTRIES
) -> pd.DataFrame:
    table = pd.DataFrame([*region, *countries])
    growth = mapping.matched_growth(table, **YEARS)
    return mapping.portfolio(combined(region), mapping.benchmark(table), growth, **YEARS)


def without(cells: Sequence[dict[str, object]], nuts_id: str, sector: str, year: int = 2014) -> list[dict[str, object]]:
    return [row for row in cells if (row["nuts_id"], row["nace_code"], row["year"]) != (nuts_id, sector, year)]


# Portfolio


def test_a_portfolio_by_hand():
    table = portfolio_toy()
    assert table.index.tolist() == ["C24", "C25", "S95"]  # divisions only
    assert table["persons_employed"].tolist() == [100, 200, 100]
    assert table["share_pct"].tolist() == [25, 50, 25]
    np.testing.assert_allclose(table["lq"], [(1 / 4) / (200 / 2000), (1 / 2) / (1300 / 2000), (1 / 4) / (500 / 2000)])
    np.testing.assert_allclose(table["lq_low"], table["lq"])
    np.testing.assert_allclose(table["lq_high"], table["lq"])
    assert table["lq_is_certain"].all()
    assert (table["hidden_countries"] == "").all()


def test_growth_by_hand():
    table = portfolio_toy()
    np.testing.assert_allclose(table["growth_pct"], [25, 100 * 30 / 170, np.nan])  # nothing grows from zero
    np.testing.assert_allclose(table["growth_europe_pct"], [100, 30, np.nan])  # C24: only AA has both years


def test_a_break_counts_from_the_year_after_the_base_year():
    """A flag b says: differs from the years before. In the base year it changes nothing after."""
    assert portfolio_toy()["growth_has_break"].to_dict() == {"C24": True, "C25": False, "S95": False}
    between = [*REGION, rows("AA01", "C25", 180.0, 2013, persons_employed_flag="eb")]
    assert portfolio_toy(between)["growth_has_break"].to_dict() == {"C24": True, "C25": True, "S95": False}


def test_growth_is_unknown_unless_both_years_are_published():
    hidden_then = [*without(REGION, "AA01", "C24", 2011), rows("AA01", "C24", None, 2011)]
    assert pd.isna(portfolio_toy(hidden_then).loc["C24", "growth_pct"])
    absent_then = without(REGION, "AA01", "C24", 2011)
    assert pd.isna(portfolio_toy(absent_then).loc["C24", "growth_pct"])
    assert portfolio_toy(absent_then).loc["C25", "growth_pct"] == pytest.approx(100 * 30 / 170)


def test_wages_by_hand():
    """4 million euro for 100 persons here; 5 million for 200 in the countries that publish both."""
    table = portfolio_toy()
    assert table.loc["C24", "wages_eur_per_person"] == 40_000
    assert table.loc["C24", "wages_europe_eur_per_person"] == 25_000
    assert table.loc["C25", ["wages_eur_per_person", "wages_europe_eur_per_person"]].isna().all()


def test_wages_of_a_country_that_hides_its_jobs_do_not_count():
    countries = [*without(COUNTRIES, "BB", "C24"), bounded("BB", "C24", 0.0, 200.0, wages_meur=50.0)]
    assert portfolio_toy(countries=countries).loc["C24", "wages_europe_eur_per_person"] == 30_000
    silent = [*without(COUNTRIES, "BB", "C24"), rows("BB", "C24", 100.0)]
    assert portfolio_toy(countries=silent).loc["C24", "wages_europe_eur_per_person"] == 30_000


def test_a_sector_without_persons_has_no_wages_per_person():
    region = [*without(REGION, "AA01", "C24"), rows("AA01", "C24", 0.0, wages_meur=4.0, wages_meur_status="reported")]
    row = portfolio_toy(region).loc["C24"]
    assert pd.isna(row["wages_eur_per_person"])
    assert (row["lq"], row["share_pct"]) == (0, 0)


def test_a_hidden_cell_has_a_range_and_no_quotient():
    region = [*without(REGION, "AA01", "C24"), bounded("AA01", "C24", 20.0, 200.0)]
    row = portfolio_toy(region).loc["C24"]
    assert row[["persons_employed", "share_pct", "lq"]].isna().all()
    assert (row["lq_low"], row["lq_high"]) == (pytest.approx(0.5), pytest.approx(5.0))
    assert not row["lq_is_certain"]
    assert row["persons_employed_status"] == "hidden"


def test_a_hidden_country_widens_the_range_downwards():
    """The published rows give 100 for the sector; 0 to 300 more may be hidden in BB."""
    countries = [*without(COUNTRIES, "BB", "C24"), bounded("BB", "C24", 0.0, 300.0)]
    row = portfolio_toy(countries=countries).loc["C24"]
    assert row["lq"] == row["lq_high"] == pytest.approx(5.0)
    assert row["lq_low"] == pytest.approx(0.25 / (400 / 2000))
    assert row["hidden_countries"] == "BB"
    assert not row["lq_is_certain"]


@pytest.mark.parametrize(("hidden_high", "expected"), [(9.9, True), (11.0, False)])
def test_a_quotient_known_to_ten_percent_is_certain(hidden_high, expected):
    countries = [*without(COUNTRIES, "BB", "C24"), bounded("BB", "C24", 0.0, hidden_high)]
    assert portfolio_toy(countries=countries).loc["C24", "lq_is_certain"] == expected


def test_a_sector_that_no_country_publishes_has_no_quotient():
    countries = [row for row in COUNTRIES if row["nace_code"] != "C24"]
    countries += [rows("AA", "C24", None), rows("BB", "C24", None)]
    row = portfolio_toy(countries=countries).loc["C24"]
    assert pd.isna(row["lq"])
    assert row["persons_employed"] == 100
    assert not np.isinf(row["lq_high"])


def test_the_order_of_rows_does_not_matter(industry_toy):
    shuffled = [*REGION[::-1]], [*COUNTRIES[::-1]]
    pd.testing.assert_frame_equal(portfolio_toy(*shuffled).sort_index(), portfolio_toy().sort_index())


def test_portfolio_leaves_its_tables_unchanged(industry_toy):
    cells, area = combined(REGION), mapping.benchmark(industry_toy)
    growth = mapping.matched_growth(industry_toy, **YEARS)
    before = cells.copy(), area.copy(), growth.copy()
    mapping.portfolio(cells, area, growth, **YEARS)
    pd.testing.assert_frame_equal(cells, before[0])
    pd.testing.assert_frame_equal(area, before[1])
    pd.testing.assert_series_equal(growth, before[2])


# Benchmark


def test_the_benchmark_is_the_sum_of_the_country_rows(industry_toy):
    area = mapping.benchmark(industry_toy)
    row = area.loc[("C24", 2014)]
    assert row["persons_employed"] == row["persons_employed_low"] == row["persons_employed_high"] == 200
    assert (row["wages_meur"], row["persons_with_wages"], row["hidden_countries"]) == (5, 200, "")
    assert pd.isna(area.loc[("C25", 2014), "wages_meur"])
    assert ("S95", 2011) not in area.index


def test_a_changed_region_changes_nothing_in_the_benchmark(industry, area):
    changed = industry.copy()
    lower = changed["nuts_id"].str.len() > 2
    columns = ["persons_employed", "persons_employed_low", "persons_employed_high", "wages_meur"]
    changed.loc[lower, columns] = changed.loc[lower, columns] * 7 + 1
    pd.testing.assert_frame_equal(mapping.benchmark(changed), area)
    pd.testing.assert_frame_equal(mapping.benchmark(changed[~lower]), area)
    pd.testing.assert_series_equal(mapping.matched_growth(changed, **YEARS), mapping.matched_growth(industry, **YEARS))


def test_hidden_countries_are_named_and_those_that_can_hold_most_come_first():
    table = pd.DataFrame(
        [
            bounded("AA", "C12", 0.0, 10.0),
            bounded("BB", "C12", 100.0, 150.0),
            rows("CC", "C12", None),  # bounded by nothing
            rows("DD", "C12", 5.0),
        ]
    )
    row = mapping.benchmark(table).loc[("C12", 2014)]
    assert row["hidden_countries"] == "BB AA CC"
    assert row["persons_employed"] == 5
    assert (row["persons_employed_low"], row["persons_employed_high"]) == (105, 165)  # CC is left out of both ends


def test_a_sector_that_every_country_hides_has_no_benchmark():
    row = mapping.benchmark(pd.DataFrame([bounded("AA", "C12", 0.0, 10.0)])).loc[("C12", 2014)]
    assert row[["persons_employed", "wages_meur", "persons_with_wages"]].isna().all()
    assert row["persons_employed_high"] == 10


def test_the_benchmark_of_2014_by_a_slow_loop(industry, area):
    """Second way."""
    sums: dict[str, float] = {}
    for row in industry.itertuples():
        if len(row.nuts_id) == 2 and row.year == 2014 and row.persons_employed == row.persons_employed:
            sums[row.nace_code] = sums.get(row.nace_code, 0.0) + row.persons_employed
    found = area.xs(2014, level="year")["persons_employed"].dropna()
    assert found.to_dict() == pytest.approx(sums)
    assert len(found) == 80


def test_benchmark_leaves_its_table_unchanged(industry_toy):
    before = industry_toy.copy()
    mapping.benchmark(industry_toy)
    mapping.matched_growth(industry_toy, **YEARS)
    pd.testing.assert_frame_equal(industry_toy, before)


# Growth of the whole area


def test_only_countries_that_publish_both_years_count():
    table = pd.DataFrame(
        [
            rows("AA", "C24", 100.0, 2011),
            rows("AA", "C24", 110.0),
            rows("BB", "C24", 1000.0, 2011),
            rows("BB", "C24", None),
            rows("CC", "C24", 5000.0),
            rows("AA01", "C24", 1.0, 2011),
            rows("AA01", "C24", 99.0),
            rows("AA", "C25", 0.0, 2011),
            rows("AA", "C25", 10.0),
            rows("AA", "C26", 50.0, 2012),
            rows("AA", "C26", 60.0),
            rows("AA", "C24", 7.0, 2013),
        ]
    )
    growth = mapping.matched_growth(table, **YEARS)
    assert growth["C24"] == pytest.approx(10)
    assert pd.isna(growth["C25"])  # from zero
    assert "C26" not in growth.dropna()
    assert growth.name == "growth_europe_pct"


def test_growth_backwards_is_the_inverse(industry):
    there = mapping.matched_growth(industry, base_year=2011, reference_year=2014)
    back = mapping.matched_growth(industry, base_year=2014, reference_year=2011)
    np.testing.assert_allclose((1 + there / 100) * (1 + back / 100), 1, rtol=1e-12)
    assert len(there.dropna()) == 80
    same = mapping.matched_growth(industry, base_year=2011, reference_year=2012)
    assert not np.allclose(there, same)


# Totals


def test_the_total_is_the_sum_of_the_sections_and_s95():
    cells = pd.DataFrame([rows("AA01", "C", 300.0), rows("AA01", "C24", 999.0), rows("AA01", "S95", 100.0)])
    total = mapping.region_total(cells).loc[2014]
    assert total.to_dict() == {"value": 400, "low": 400, "high": 400, "size": 400}


def test_a_hidden_section_counts_with_its_range_and_the_size_is_the_middle():
    cells = pd.DataFrame([rows("AA01", "C", 300.0), bounded("AA01", "D", 20.0, 60.0)])
    total = mapping.region_total(cells).loc[2014]
    assert pd.isna(total["value"])
    assert (total["low"], total["high"], total["size"]) == (320, 360, 340)


def test_a_section_that_nothing_bounds_counts_with_what_is_visible_of_it():
    cells = pd.DataFrame([rows("AA01", "C", 300.0), bounded("AA01", "D", 20.0, np.nan)])
    total = mapping.region_total(cells).loc[2014]
    assert (total["low"], total["high"], total["size"]) == (320, 320, 320)


def test_totals_of_all_regions_or_all_years():
    cells = pd.DataFrame([rows("AA01", "C", 1.0), rows("AA01", "G", 2.0), rows("BB01", "C", 4.0)])
    assert mapping.region_total(cells, by="nuts_id")["value"].to_dict() == {"AA01": 3, "BB01": 4}
    years = pd.DataFrame([rows("AA01", "C", 1.0), rows("AA01", "C", 2.0, 2011)])
    before = years.copy()
    assert mapping.region_total(years)["value"].to_dict() == {2011: 2, 2014: 1}
    pd.testing.assert_frame_equal(years, before)


def test_codes_may_be_columns_or_index_levels():
    cells = pd.DataFrame([rows("AA01", "C", 1.0), rows("AA01", "S95", 2.0)])
    indexed = cells.set_index(["nace_code", "year"])
    pd.testing.assert_frame_equal(mapping.region_total(indexed), mapping.region_total(cells))


# Ranking


def sectors(**values: tuple[float, float, float, float]) -> pd.DataFrame:
    """A portfolio: ``sectors(C24=(persons_employed, share_pct, lq_low, lq_high))``; lq is the high end."""
    table = pd.DataFrame.from_dict(
        values, orient="index", columns=["persons_employed", "share_pct", "lq_low", "lq_high"]
    )
    table["lq"] = table["lq_high"].where(table["persons_employed"].notna())
    table["lq_is_certain"] = table["lq"].notna() & (table["lq_high"] <= 1.1 * table["lq_low"])
    return table.rename_axis("nace_code")


SECTORS = sectors(
    C10=(50, 5.0, 1.2, 1.2),
    C13=(10, 1.0, 1.5, 1.6),
    C14=(9, 0.99, 9.0, 9.0),
    C15=(30, 3.0, 1.4, 4.0),
    C16=(20, 2.0, 2.5, 2.5),
    C17=(40, 4.0, 2.5, 2.5),
    C19=(np.nan, np.nan, 0.0, 7.0),
    C20=(np.nan, np.nan, 0.0, 1.4),
    C21=(np.nan, np.nan, 1.6, np.nan),
)


def test_sectors_are_ranked_by_the_cautious_end_then_by_size():
    ranked = mapping.rank_sectors(SECTORS, **RULE)
    assert ranked.index.tolist() == ["C17", "C16", "C13", "C15", "C10"]
    assert ranked["is_strong"].tolist() == [True, True, True, False, False]  # 1.5 and 1 % are enough, 0.99 % is not


def test_thresholds_are_arguments():
    assert mapping.rank_sectors(SECTORS, strong_lq=2.6, min_share_pct=0).query("is_strong").index.tolist() == ["C14"]
    assert mapping.rank_sectors(SECTORS, strong_lq=1, min_share_pct=4.5).index.tolist() == ["C10"]
    assert mapping.rank_sectors(SECTORS, strong_lq=1, min_share_pct=90).empty


def test_what_hidden_cells_leave_open_comes_with_the_widest_first():
    open_ones = mapping.undecided(SECTORS, strong_lq=1.5)
    assert open_ones.index.tolist() == ["C21", "C19", "C15"]  # C20 cannot reach it; C10, C14, C16, C17 are certain
    assert mapping.undecided(SECTORS, strong_lq=5).index.tolist() == ["C21", "C19"]


def test_a_territory_in_one_row():
    ranked = mapping.rank_sectors(SECTORS, **RULE)
    row = mapping.summary(ranked, pd.Series({"size": 1000.0}))
    assert row.to_dict() == {
        "persons_employed": 1000,
        "n_strong": 3,
        "persons_strong": 70,
        "share_strong_pct": 7,
        "top_code": "C17",
        "top_lq": 2.5,
        "top_lq_low": 2.5,
        "top_lq_high": 2.5,
        "top_lq_is_certain": True,
    }


def test_a_territory_without_any_ranked_sector():
    none = mapping.rank_sectors(SECTORS, strong_lq=1, min_share_pct=90)
    row = mapping.summary(none, pd.Series({"size": 1000.0}))
    assert (row["n_strong"], row["persons_strong"], row["share_strong_pct"], row["top_code"]) == (0, 0, 0, "")
    assert pd.isna(row["top_lq"])


def test_a_territory_without_a_strong_sector_names_the_nearest():
    row = mapping.summary(mapping.rank_sectors(SECTORS, strong_lq=8, min_share_pct=1), pd.Series({"size": 1000.0}))
    assert (row["n_strong"], row["top_code"]) == (0, "C17")


def test_ranking_leaves_its_table_unchanged():
    before = SECTORS.copy()
    ranked = mapping.rank_sectors(SECTORS, **RULE)
    ranked_before, total = ranked.copy(), pd.Series({"size": 1000.0})
    mapping.undecided(SECTORS, strong_lq=1.5)
    mapping.summary(ranked, total)
    pd.testing.assert_frame_equal(SECTORS, before)
    pd.testing.assert_frame_equal(ranked, ranked_before)
    assert total.to_dict() == {"size": 1000}


# Beside country and Europe

CONTEXT = pd.DataFrame(
    [
        ("AA01", 2014, 1000.0, 30.0, 40.0, 0.4, 0.1),
        ("AA02", 2014, 3000.0, 50.0, 60.0, 1.2, 0.3),
        ("BB01", 2014, 500.0, np.nan, 10.0, 0.2, 0.05),
        ("AA01", 2011, 1.0, 1.0, 1.0, 1.0, 1.0),
    ],
    columns=["nuts_id", "year", "population", "gdp_meur", "gdp_mpps", "employment_thousand", "unemployment_thousand"],
)


def test_rates_are_worked_out_from_sums():
    groups = {"One": ["AA01"], "Both": ["AA01", "AA02"]}
    before, groups_before = CONTEXT.copy(), {name: list(codes) for name, codes in groups.items()}
    table = mapping.regional_context(CONTEXT, groups, 2014)
    assert table.index.tolist() == ["One", "Both"]
    assert table.loc["Both", "population"] == 4000
    assert table.loc["Both", "gdp_meur"] == 80
    assert table.loc["Both", "gdp_pps_per_head"] == 25_000  # not the mean of 40,000 and 20,000
    assert table.loc["Both", "unemployment_rate_pct"] == pytest.approx(20)
    assert table.loc["One", "gdp_pps_per_head"] == 40_000
    pd.testing.assert_frame_equal(CONTEXT, before)
    assert groups == groups_before


def test_what_is_unknown_in_one_code_is_unknown_in_the_sum():
    table = mapping.regional_context(CONTEXT, {"Mixed": ["AA01", "BB01"], "Absent": ["AA01", "ZZ99"]}, 2014)
    assert pd.isna(table.loc["Mixed", "gdp_meur"])
    assert table.loc["Mixed", "population"] == 1500
    assert table.loc["Absent"].isna().all()


def test_the_union_is_the_sum_of_its_members(context):
    members = sorted({code for code in context["nuts_id"] if len(code) == 2} & {"AT", "BE", "IT", "LT", "SI"})
    table = mapping.regional_context(context, {"Some": members, **{code: [code] for code in members}}, 2014)
    assert table.loc["Some", "population"] == pytest.approx(table.loc[members, "population"].sum())
    rates = table.loc[members, "unemployment_rate_pct"]
    assert rates.min() < table.loc["Some", "unemployment_rate_pct"] < rates.max()


# One sector over all regions


def test_sectors_across_regions_by_hand():
    region_2 = [
        rows("BB01", "C", None, persons_employed_low=50.0, persons_employed_high=150.0),
        bounded("BB01", "C24", 10.0, 100.0),
        rows("BB01", "S95", 50.0),
    ]
    empty = [rows("CC01", sector, None, persons_employed_status="missing") for sector in ("C", "C24", "S95")]
    table = pd.DataFrame(REGION + COUNTRIES + region_2 + empty)
    before = table.copy()
    area = mapping.benchmark(pd.DataFrame(COUNTRIES))
    result = mapping.sectors_across_regions(table, area, nace_codes=["C24"], year=2014)
    pd.testing.assert_frame_equal(table, before)
    assert list(result) == ["C24"]
    regions = result["C24"]
    assert regions.index.tolist() == ["AA01", "BB01", "CC01"]
    assert regions.loc["AA01", ["persons_employed", "lq", "lq_low", "lq_high"]].tolist() == pytest.approx(
        [100, 2.5, 2.5, 2.5]
    )
    hidden = regions.loc["BB01"]
    assert hidden["status"] == "hidden"
    assert hidden[["persons_employed", "lq"]].isna().all()
    assert (hidden["lq_low"], hidden["lq_high"]) == (pytest.approx(10 / 200 / 0.1), pytest.approx(100 / 100 / 0.1))
    assert regions.loc["CC01", ["lq", "lq_low", "lq_high"]].isna().all()
    assert regions.loc["CC01", "status"] == "missing"


def test_a_hidden_section_of_a_country_counts_with_its_low_end_in_the_point_value():
    """Area total: 2000 published, 0 to 500 more hidden."""
    countries = [*COUNTRIES, bounded("AA", "D", 0.0, 500.0)]
    table = pd.DataFrame(REGION + countries)
    row = portfolio_toy(countries=countries).loc["C24"]
    area = mapping.benchmark(table)
    on_map = mapping.sectors_across_regions(table, area, nace_codes=["C24"], year=2014)["C24"].loc["AA01"]
    for found in (row, on_map):
        assert (found["lq"], found["lq_low"]) == (pytest.approx(2.5), pytest.approx(2.5))
        assert found["lq_high"] == pytest.approx(0.25 / (200 / 2500))


def test_the_map_and_the_portfolio_agree(industry, area, portfolio_of):
    """Second way: regions of one code have the same quotient in both."""
    codes = ["C24", "C16", "B07", "C19"]
    across = mapping.sectors_across_regions(industry, area, nace_codes=codes, year=2014)
    assert list(across) == codes
    for region in ("SE31", "ITC1", "FI1D", "FRB0"):
        sectors_here = portfolio_of([region])
        for code in codes:
            for name in ("persons_employed", "lq", "lq_low", "lq_high"):
                np.testing.assert_allclose(across[code].loc[region, name], sectors_here.loc[code, name], rtol=1e-12)
    assert len(across["C24"]) > 250


def test_every_range_on_the_map_holds_its_quotient(industry, area):
    for regions in mapping.sectors_across_regions(industry, area, nace_codes=["C12", "C29", "B07"], year=2014).values():
        known = regions[regions["lq"].notna()]
        assert (known["lq_low"] <= known["lq"]).all()
        assert (known["lq"] <= known["lq_high"]).all()
        assert regions["status"].isin(["reported", "estimated", "hidden", "missing"]).all()
