"""Years, territories and references on tables small enough to work out by hand, and on the real ones."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterkit import yamlfile
from clusterkit.data import tables
from clusterkit.data.frameworks import Framework, check_framework
from clusterkit.data.indicator_register import Register, merging_rules, read_register, without_true_base
from clusterkit.errors import ContractError, CoverageError
from clusterkit.scoreboard.observations import MAX_GAP, Observations, base_amounts, observe
from clusterkit.scoreboard.panel import panel, stack

ROOT = Path(__file__).resolve().parent.parent.parent
Row = tuple[Any, ...]  # nuts_id, year, value, and where it matters indicator and status
ALL_YEARS = (2000, 2035)


def framework(*codes: str, years: tuple[int, int] = ALL_YEARS) -> Framework:
    parts = [("all", "index", "", np.nan, np.nan, np.nan), *((c, "indicator", "all", 1, *years) for c in codes)]
    columns = ["code", "level", "parent", "direction", "first_year", "last_year"]
    return check_framework(pd.DataFrame(parts, columns=columns), levels=["index", "indicator"])


def table(rows: Sequence[Row]) -> pd.DataFrame:
    whole = [(*row, *("rate", "reported")[len(row) - 3 :]) for row in rows]
    return pd.DataFrame(whole, columns=["nuts_id", "year", "value", "indicator", "status"])


def amounts(**by_region: float) -> dict[str, pd.Series]:
    return {"population": pd.Series(by_region, dtype=float)}


def look(rows: Sequence[Row], *, rule: str = "population", **options: Any) -> Observations:
    data = table(rows)
    codes = list(dict.fromkeys(data["indicator"]))
    years = options.pop("years", ALL_YEARS)
    options.setdefault("bases", amounts(**{code: 1.0 for code in data["nuts_id"] if len(code) == 4}))
    return observe(data, framework(*codes, years=years), denominators=dict.fromkeys(codes, rule), **options)


def cells(part: pd.DataFrame, column: str = "rate") -> dict[str, Any]:
    return part[column].to_dict()


# Which year


def test_the_reference_year_is_the_newest_in_which_three_of_four_regions_have_a_figure() -> None:
    everybody = [(code, 2012, 1.0) for code in ("AT11", "AT12", "AT13", "AT21")]
    three, two = ("AT11", "AT12", "AT13"), ("AT11", "AT12")
    rows = [*everybody, *((c, 2013, 2.0) for c in three), *((c, 2014, 3.0) for c in two)]
    found = look(rows)
    assert found.reference_year["rate"] == 2013
    assert cells(found.values) == {"AT11": 2.0, "AT12": 2.0, "AT13": 2.0, "AT21": 1.0}
    assert cells(found.years) == {"AT11": 2013, "AT12": 2013, "AT13": 2013, "AT21": 2012}


def test_where_no_year_reaches_that_share_it_is_the_one_with_most_figures_and_the_newest_of_equals() -> None:
    rows = [("AT11", 2010, 1.0), ("AT12", 2010, 1.0), ("AT13", 2011, 2.0), ("AT21", 2011, 2.0), ("AT22", 2012, 3.0)]
    found = look(rows)
    assert found.reference_year["rate"] == 2011
    assert cells(found.years) == {"AT11": 2010, "AT12": 2010, "AT13": 2011, "AT21": 2011, "AT22": 2012}


def test_a_region_without_a_figure_has_the_nearest_within_three_years_the_earlier_of_two() -> None:
    full = [(code, 2012, 0.0) for code in ("BE21", "BE22", "BE23", "BE24", "BE25", "BE31", "BE32", "BE33", "BE34")]
    rows = [("AT11", 2011, 1.0), ("AT11", 2013, 2.0), ("AT12", 2015, 3.0), ("AT13", 2008, 4.0), *full]
    found = look(rows)
    assert found.reference_year["rate"] == 2012
    assert found.values["rate"].head(3).tolist() == [1.0, 3.0, pytest.approx(np.nan, nan_ok=True)]
    assert found.years["rate"].head(3).tolist() == [2011, 2015, pytest.approx(np.nan, nan_ok=True)]
    assert found.status["rate"].head(3).tolist() == ["reported", "reported", "missing"]


def test_figures_outside_the_years_of_the_framework_do_not_count_and_a_window_takes_their_place() -> None:
    rows = [(code, year, float(year)) for code in ("AT11", "AT12") for year in (2009, 2012, 2016)]
    assert look(rows, years=(2010, 2014)).values["rate"].unique().tolist() == [2012]
    assert look(rows, years=(2010, 2014), window=(2008, 2010)).values["rate"].unique().tolist() == [2009]
    outside = look(rows, window=(2017, 2020))
    assert outside.values.isna().all(axis=None)
    assert np.isnan(outside.reference_year["rate"])
    assert outside.references.isna().all(axis=None)
    assert set(outside.reference_status["rate"]) == {"missing"}


def test_hidden_cells_are_unknown_and_estimated_ones_are_marked() -> None:
    rows = [("AT11", 2014, np.nan, "rate", "hidden"), ("AT12", 2014, 5.0, "rate", "estimated"), ("AT13", 2014, 6.0)]
    assert cells(look(rows).status) == {"AT11": "missing", "AT12": "estimated", "AT13": "reported"}


def test_only_regions_of_level_2_of_the_union_take_part() -> None:
    rows = [("AT11", 2014, 1.0), ("AT", 2014, 9.0), ("NO01", 2014, 9.0), ("FRZZ", 2014, 9.0)]
    found = look(rows)
    assert list(found.values.index) == ["AT11"]
    assert found.country.to_dict() == {"AT11": "AT"}


def by_hand(values: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Year rule in plain loops: value and year by region; ``values`` is regions × years."""
    ever = values.notna().any(axis=1).sum()
    counts = values.notna().sum()
    enough = [year for year in values if counts[year] >= 0.75 * ever and counts[year]]
    reference = max(enough) if enough else max(year for year in values if counts[year] == counts.max())
    result = {}
    for code, row in values.iterrows():
        near = [year for year in values if not np.isnan(row[year]) and abs(year - reference) <= MAX_GAP]
        best = min(near, key=lambda year: (abs(year - reference), year), default=np.nan)
        result[code] = (row.get(best, np.nan), float(best))
    return result


figures = st.lists(
    st.tuples(st.sampled_from(["AT11", "AT12", "BE21", "BE22", "SI03"]), st.integers(2008, 2016)),
    min_size=1,
    max_size=30,
    unique=True,
)


@settings(max_examples=50, deadline=None)
@given(keys=figures, order=st.randoms(use_true_random=False))
def test_the_year_rule_is_that_of_plain_loops_whatever_the_order_of_rows(keys: list[Row], order: Any) -> None:
    rows = [(*key, float(n)) for n, key in enumerate(keys)]
    first = look(rows)
    wide = table(rows).pivot(index="nuts_id", columns="year", values="value")
    for code, (value, year) in by_hand(wide).items():
        assert [first.values.loc[code, "rate"], first.years.loc[code, "rate"]] == pytest.approx(
            [value, year], nan_ok=True
        )
    order.shuffle(rows)
    again = look(rows)
    pd.testing.assert_frame_equal(first.values, again.values)
    pd.testing.assert_frame_equal(first.references, again.references)


def test_the_input_stays_as_it_was() -> None:
    data, rules = table([("AT11", 2014, 1.0), ("AT12", 2014, 2.0)]), {"rate": "population"}
    bases = pd.DataFrame(amounts(AT11=1, AT12=3))
    before = data.copy(), bases.copy()
    observe(data, framework("rate"), denominators=rules, bases=bases, territories={"east": ["AT11", "AT12"]})
    pd.testing.assert_frame_equal(data, before[0])
    pd.testing.assert_frame_equal(bases, before[1])


# Territories

TWO = {"east": ["AT11", "AT12"]}


def test_a_rate_of_a_territory_is_the_mean_of_its_parts_weighted_by_the_denominator() -> None:
    rows = [("AT11", 2014, 10.0), ("AT12", 2014, 20.0), ("AT13", 2014, 50.0)]
    found = look(rows, territories=TWO, bases=amounts(AT11=1, AT12=3, AT13=4))
    assert cells(found.values) == {"AT13": 50.0, "east": 17.5}  # (10 · 1 + 20 · 3) / 4
    assert cells(found.weights) == {"AT13": 4, "east": 4, "AT11": 1, "AT12": 3}
    assert found.country["east"] == "AT"
    assert found.weighted_by.loc["rate"].tolist() == ["population", "population", True]


def test_weights_are_those_of_the_year_of_the_figure_else_of_the_nearest_year() -> None:
    rows = [(code, year, value) for code, value in (("AT11", 10.0), ("AT12", 20.0)) for year in (2010, 2014)]
    keys = pd.MultiIndex.from_tuples([("AT11", 2014), ("AT12", 2010), ("AT12", 2014)], names=["nuts_id", "year"])
    bases = {"population": pd.Series([1.0, 9.0, 3.0], keys)}
    assert cells(look(rows, territories=TWO, bases=bases).values) == {"east": 17.5}
    assert cells(look(rows, territories=TWO, bases=bases, window=(2010, 2012)).values) == {"east": 19.0}  # 1 and 9


def test_unknown_in_a_part_is_unknown_in_the_whole_and_estimated_in_a_part_is_estimated() -> None:
    rows = [("AT11", 2014, 10.0), ("AT12", 2014, np.nan, "rate", "missing"), ("AT13", 2014, 1.0)]
    rows += [(c, 2014, 2.0, "share", s) for c, s in (("AT11", "reported"), ("AT12", "estimated"), ("AT13", "reported"))]
    found = look(rows, territories=TWO)
    assert found.status.loc["east"].to_dict() == {"rate": "missing", "share": "estimated"}
    assert np.isnan(found.values.loc["east", "rate"])
    assert found.values.loc["AT13", "rate"] == 1.0


def test_parts_do_not_mix_years() -> None:
    rows = [("AT11", 2014, 10.0), ("AT12", 2013, 20.0), ("AT11", 2012, 30.0), ("AT12", 2012, 40.0)]
    rows += [(code, 2014, 0.0) for code in ("AT13", "AT21", "AT22", "AT31", "AT32")]
    found = look(rows, territories=TWO)
    assert (found.values.loc["east", "rate"], found.years.loc["east", "rate"]) == (35.0, 2012)
    apart = look(rows[:3] + rows[4:], territories=TWO)
    assert np.isnan(apart.values.loc["east", "rate"])


def test_amounts_are_added_up_and_a_territory_of_one_code_keeps_its_figure_to_the_bit() -> None:
    rows = [("AT11", 2014, 0.1), ("AT12", 2014, 0.2), ("AT13", 2014, 0.7)]
    found = look(rows, rule="sum", territories=TWO, bases=amounts(AT11=5, AT12=7))
    assert found.values.loc["east", "rate"] == pytest.approx(0.3)
    assert found.weighted_by.loc["rate"].tolist() == ["sum", "sum", True]
    assert found.weights.isna().all(axis=None)
    alone = look(rows, territories={"west": ["AT13"]}, bases=amounts(AT11=0.3, AT12=0.3))
    assert alone.values.loc["west", "rate"] == 0.7


def test_a_territory_may_have_the_name_of_its_only_region_and_lie_on_both_sides_of_a_border() -> None:
    rows = [("AT11", 2014, 1.0), ("AT12", 2014, 3.0), ("SI03", 2014, 5.0)]
    found = look(rows, territories={"AT12": ["AT12"], "border": ["SI03", "AT11"]})
    assert cells(found.values) == {"AT12": 3.0, "border": 3.0}
    assert found.country.to_dict() == {"AT12": "AT", "border": "AT+SI"}


def test_the_published_figure_of_a_whole_country_stands_in_where_its_parts_give_none_or_an_estimate() -> None:
    country = [("SI", 2014, 30.0, code, "reported") for code in ("known", "guessed", "gap")]
    rows = [("SI03", 2014, 10.0, code, "reported") for code in ("known", "guessed", "gap")]
    rows += [("SI04", 2014, 20.0, "known", "reported"), ("SI04", 2014, 20.0, "guessed", "estimated")]
    found = look([*country, *rows], territories={"slovenia": ["SI03", "SI04"]})
    assert found.values.loc["slovenia"].to_dict() == {"known": 15.0, "guessed": 30.0, "gap": 30.0}
    assert set(found.status.loc["slovenia"]) == {"reported"}
    part = look([*country, *rows, ("SI05", 2014, 1.0, "gap", "reported")], territories={"some": ["SI03", "SI04"]})
    assert np.isnan(part.values.loc["some", "gap"])


def test_the_nearest_base_stands_in_where_the_true_one_is_unknown_in_a_part_and_that_is_said() -> None:
    rows = [("AT11", 2014, 10.0), ("AT12", 2014, 20.0)]
    bases = {**amounts(AT11=1, AT12=1), "employment": pd.Series({"AT11": 1.0, "AT12": 4.0})}
    bases |= {"labour_force_15_24": pd.Series({"AT11": 2.0})}
    found = look(rows, rule="labour_force_15_24", territories=TWO, bases=bases)
    assert cells(found.values) == {"east": 18.0}
    assert found.weighted_by.loc["rate"].tolist() == ["labour_force_15_24", "employment", False]
    assert look(rows, rule="labour_force_15_24", bases=bases).weighted_by.loc["rate", "base"] == "labour_force_15_24"
    near = look(rows, territories=TWO, inexact=["rate"])
    assert near.weighted_by.loc["rate"].tolist() == ["population", "population", False]


# Country and Union


def test_a_published_country_row_of_the_reference_year_goes_before_the_mean_of_regions() -> None:
    rows = [("AT11", 2014, 10.0), ("AT12", 2014, 20.0), ("AT", 2014, 12.0), ("BE21", 2014, 30.0), ("BE", 2013, 99.0)]
    found = look(rows, bases=amounts(AT11=1, AT12=3, BE21=4))
    assert cells(found.references) == {"EU-28": 21.0, "AT": 12.0, "BE": 30.0}  # (12 · 4 + 30 · 4) / 8
    assert cells(found.reference_status) == {"EU-28": "estimated", "AT": "reported", "BE": "estimated"}


@pytest.mark.parametrize(("weight", "expected"), [(8.0, 10.0), (7.9, np.nan)])
def test_a_mean_needs_figures_for_80_percent_of_the_weight(weight: float, expected: float) -> None:
    rows = [("AT11", 2014, 10.0), ("AT12", 2014, np.nan, "rate", "missing")]
    found = look(rows, bases=amounts(AT11=weight, AT12=10 - weight))
    assert found.references["rate"].tolist() == pytest.approx([expected, expected], nan_ok=True)


def test_the_union_counts_a_country_that_lacks_its_mean_by_the_regions_that_are_known() -> None:
    rows = [("AT11", 2014, 10.0), ("AT12", 2014, np.nan, "rate", "missing"), ("BE21", 2014, 20.0)]
    found = look(rows, bases=amounts(AT11=1, AT12=1, BE21=8))
    assert cells(found.references) == pytest.approx({"EU-28": 170 / 9, "AT": np.nan, "BE": 20.0}, nan_ok=True)


def test_a_region_whose_base_is_unknown_counts_by_its_population_when_coverage_is_judged() -> None:
    rows = [("AT11", 2014, 10.0), ("AT12", 2014, np.nan, "rate", "missing")]
    bases = {**amounts(AT11=7, AT12=3), "gdp": pd.Series({"AT11": 100.0})}
    assert look(rows, rule="gdp", bases=bases).references.isna().all(axis=None)  # 70 %
    bases |= amounts(AT11=8, AT12=2)
    assert cells(look(rows, rule="gdp", bases=bases).references) == {"EU-28": 10.0, "AT": 10.0}


def test_an_amount_of_a_country_needs_all_its_regions() -> None:
    rows = [("AT11", 2014, 10.0), ("AT12", 2014, 20.0), ("BE21", 2014, 5.0)]
    assert cells(look(rows, rule="sum").references) == {"EU-28": 35.0, "AT": 30.0, "BE": 5.0}
    gap = [*rows, ("BE22", 2014, np.nan, "rate", "missing")]
    expected = {"EU-28": np.nan, "AT": 30.0, "BE": np.nan}
    assert cells(look(gap, rule="sum").references) == pytest.approx(expected, nan_ok=True)
    published = [*gap, ("BE", 2014, 50.0)]
    assert cells(look(published, rule="sum").references) == {"EU-28": 80.0, "AT": 30.0, "BE": 50.0}


def test_references_do_not_depend_on_territories() -> None:
    rows = [("AT11", 2014, 10.0), ("AT12", 2013, 20.0), ("AT13", 2014, 50.0), ("AT21", 2014, 50.0)]
    apart, joined = look(rows), look(rows, territories=TWO)
    pd.testing.assert_frame_equal(apart.references, joined.references)
    assert cells(apart.references)["AT"] == 32.5


# Base amounts


def test_ratios_are_undone_into_amounts() -> None:
    ratios = {
        "population": 2000.0, "gdp_eur": 60.0, "labour_productivity": 50.0, "enterprises_per_1000": 100.0,
        "persons_per_enterprise": 5.0, "jobs_in_young_enterprises": 3.0, "survivor_job_growth": 150.0,
        "young_workers": 10.0, "youth_unemployment_rate": 20.0, "preprints": 1500.0,
    }  # fmt: skip
    rows = table([("AT11", 2014, value, code, "reported") for code, value in ratios.items()])
    expected = {
        "population": 2000, "gdp": 60, "employment": 1.2, "employment_all_sectors": 1.2,
        "labour_force_15_24": 0.15,  # 0.12 employed are 80 % of it
        "active_enterprises": 200, "persons_in_enterprises": 1000,
        "persons_at_birth_of_survivors": 20,  # 30 now are 150 %
        "preprints": 3,
    }  # fmt: skip
    assert base_amounts(rows).loc[("AT11", 2014)].to_dict() == pytest.approx(expected)
    context = pd.DataFrame({"nuts_id": ["AT11"], "year": [2014], "employment_thousand": [1.5]})
    assert base_amounts(rows, context).loc[("AT11", 2014), "employment"] == 1.5


def test_jobs_in_market_sections_need_every_section() -> None:
    rows = table([("AT11", 2014, 1.0, "population", "reported"), ("AT12", 2014, 1.0, "population", "reported")])
    sections = [(c, 2014, s, 10.0) for c in ("AT11", "AT12") for s in "BCFGHIJLMN" if (c, s) != ("AT12", "J")]
    industry = pd.DataFrame(sections, columns=["nuts_id", "year", "nace_code", "persons_employed"])
    found = base_amounts(rows, industry=industry)["jobs_services_and_industry"].droplevel("year")
    assert found.to_dict() == pytest.approx({"AT11": 90.0, "AT12": np.nan}, nan_ok=True)


# Errors


def test_everything_that_is_wrong_is_said_at_once() -> None:
    data = table([("AT11", 2014, 1.0), ("AT12", 2014, 1.0), ("AT12", 2014, 2.0), ("AT13", 2014, 1.0)])
    territories = {"one": ["AT11", "AT1Z"], "two": ["AT11"], "none": [], "AT13": ["AT12", "AT12"]}
    rules = {"rate": "populatoin", "empty": "population"}
    with pytest.raises(ContractError) as caught:
        observe(
            data, framework("rate", "empty", "unruled"), denominators=rules, territories=territories,
            bases=amounts(AT11=1), window=(2014, 2010),
        )  # fmt: skip
    text = [str(problem) for problem in caught.value.problems]
    for part in (
        "The territory one has the code 'AT1Z', of which the table has no row.",
        "fix:   did you mean AT13?",
        "The territory two has the code AT11 and so does the territory one.",
        "The territory none has no codes.",
        "fix:   name its NUTS 2 codes, or leave it out",
        "The territory AT13 has the name of a NUTS 2 region.",
        "fix:   give it another name",
        "The territory AT13 has the code AT12 twice.",
        "fix:   keep it in one place",
        "2 indicators of the framework without any figure: empty, unruled.",
        "fix:   remove it from the framework, or build the tables with its source",
        "1 indicator of the framework without a denominator: unruled.",
        "fix:   take merging_rules(read_register(...)), or add the indicator to params/indicators.yaml",
        "There are no amounts of the base 'populatoin', and of none that is near it.",
        "fix:   did you mean population?",
        "1 row of the table indicator with the key of another: AT12 rate 2014.",
        "fix:   load the table with load_indicator(), or remove the repeated rows",
        "The years run from 2014 to 2010.",
        "fix:   write (2010, 2014)",
    ):
        assert any(part in one for one in text), part
    assert len(text) == 10


def test_a_base_without_any_amount_is_refused() -> None:
    with pytest.raises(
        ContractError, match=r"no amounts of the base 'gdp'[\s\S]*where: bases: none[\s\S]*base_amounts"
    ):
        look([("AT11", 2014, 1.0)], rule="gdp", bases={})


# Panels

PERIODS = {"before": (2010, 2012), 2019: (2017, 2019)}


def test_a_panel_has_the_indicators_that_enough_regions_have_in_every_period() -> None:
    regions = ["AT11", "AT12", "AT13", "AT21", "AT22"]
    rows = [(code, year, float(year), "both") for code in regions for year in (2011, 2018)]
    rows += [(code, 2011, 1.0, "once") for code in regions]
    rows += [(code, 2011, 1.0, "apart") for code in regions[:4]] + [(c, 2018, 1.0, "apart") for c in regions[2:]]
    rows += [(code, 2011, 1.0, "most") for code in regions[:4]] + [(c, 2018, 1.0, "most") for c in regions[1:]]
    data, rules = table(rows), dict.fromkeys(["both", "once", "apart", "most"], "population")
    options: dict[str, Any] = {"denominators": rules, "bases": amounts(**dict.fromkeys(regions, 1.0))}
    found = panel(data, framework(*rules), periods=PERIODS, **options)
    assert list(found) == ["before", 2019]
    for one in found.values():
        for part in (one.values, one.years, one.status, one.references, one.reference_status, one.weights):
            assert list(part) == ["both", "most"]
        assert list(one.reference_year.index) == list(one.weighted_by.index) == ["both", "most"]
    stacked = stack(found)
    assert stacked.index.names == ["period", "nuts_id"]
    assert stacked.loc[("before", "AT11"), "both"] == 2011
    assert stacked.loc[(2019, "AT22"), "both"] == 2018
    assert stacked.shape == (10, 2)
    with pytest.raises(CoverageError, match="best covered: once 0 %") as caught:
        panel(data, framework("once"), periods=PERIODS, **options)
    assert "choose longer or later periods" in str(caught.value)


def test_periods_are_checked_before_anything_is_read() -> None:
    data, rules = table([("AT11", 2014, 1.0)]), {"rate": "population"}

    def told(periods: Mapping[str, tuple[int, int]], min_share: float = 0.6) -> str:
        with pytest.raises(ContractError) as caught:
            panel(data, framework("rate"), periods=periods, denominators=rules, min_share=min_share)
        return str(caught.value)

    overlap = told({"a": (2010, 2014), "b": (2014, 2018), "c": (2021, 2020)}, min_share=60)
    assert "The periods a and b overlap: 2010 to 2014, 2014 to 2018." in overlap
    assert "fix:   let each period end before the next begins" in overlap
    assert "The years run from 2021 to 2020." in overlap
    assert "min_share is 60." in overlap
    assert "fix:   write 0.6 for 60 %" in overlap
    assert "There is one period." in told({"a": (2010, 2014)})
    assert "fix:   name two periods, or call observe(...)" in told({})


def test_only_periods_with_the_same_indicators_are_stacked() -> None:
    one, other = look([("AT11", 2014, 1.0)]), look([("AT11", 2014, 1.0, "share")])
    with pytest.raises(ContractError, match=r"Not in every period: rate, share\.[\s\S]*fix:   take them from panel"):
        stack({1: one, 2: other})
    with pytest.raises(ContractError, match="There is no period to stack"):
        stack({})


# The real tables


@pytest.fixture(scope="module")
def indicator() -> pd.DataFrame:
    return tables.load_indicator(ROOT / "data" / "processed")


@pytest.fixture(scope="module")
def register() -> Register:
    return read_register(ROOT / "params" / "indicators.yaml")


@pytest.fixture(scope="module")
def bases(indicator: pd.DataFrame) -> pd.DataFrame:
    folder = ROOT / "data" / "processed"
    return base_amounts(indicator, tables.load_context(folder), tables.load_industry(folder))


@pytest.fixture(scope="module")
def pilots() -> dict[str, list[str]]:
    files = [yamlfile.read(path)[0] for path in sorted((ROOT / "params" / "regions").glob("*.yaml"))]
    return {data["region"]: list(data["nuts_ids"]) for data in files}


@pytest.fixture(scope="module")
def real(
    indicator: pd.DataFrame, register: Register, bases: pd.DataFrame, pilots: dict[str, list[str]]
) -> Observations:
    whole = framework(*(item.code for item in register.indicators), years=(2008, 2021))
    options = {"denominators": merging_rules(register), "inexact": without_true_base(register)}
    return observe(indicator, whole, territories=pilots, bases=bases, **options)


def test_each_indicator_of_the_register_says_how_parts_become_a_whole(register: Register) -> None:
    rules, near = merging_rules(register), without_true_base(register)
    assert list(rules) == [item.code for item in register.indicators]
    assert set(rules.values()) <= {*register.bases, "sum"}
    expected = {
        "enterprise_birth_rate": "active_enterprises", "rd_expenditure": "gdp", "rd_personnel": "employment",
        "tertiary_attainment": "population", "eqi": "population", "ai_share_of_preprints": "preprints",
        "population": "sum", "gdp_eur": "sum",
    }  # fmt: skip
    assert {code: rules[code] for code in expected} == expected
    assert near >= {"tertiary_attainment", "eqi", "rd_personnel_business", "life_expectancy", "community_designs"}
    assert not near & {"rd_expenditure", "rd_personnel", "patents_per_million", "gdp_pps_index", "population", "hrst"}
    assert "enterprise_survival_3y" in near  # births three years before
    assert "enterprise_birth_rate" not in near


def test_the_ten_pilots_stand_in_place_of_their_parts(real: Observations, pilots: dict[str, list[str]]) -> None:
    assert len(real.values) == 281 - 19 + 10
    assert list(real.values.index[-10:]) == list(pilots)
    assert not {code for parts in pilots.values() for code in parts} & set(real.values.index)
    assert real.values.shape == real.years.shape == real.status.shape
    assert (real.values.isna() == real.status.eq("missing")).all(axis=None)
    assert (real.values.isna() == real.years.isna()).all(axis=None)
    assert real.country[list(pilots)].tolist() == ["ES", "FR", "FI", "FR", "LT", "SE", "IT", "DE", "SI", "BE"]
    assert real.references.index.tolist()[:3] == ["EU-28", "AT", "BE"]
    assert len(real.references) == 29


def test_a_mean_lies_between_its_parts(
    real: Observations, indicator: pd.DataFrame, pilots: dict[str, list[str]], register: Register
) -> None:
    known = indicator[indicator["nuts_id"].isin([part for parts in pilots.values() for part in parts])]
    wide = known.pivot(index=["indicator", "year"], columns="nuts_id", values="value")
    sums, checked = {code for code, rule in merging_rules(register).items() if rule == "sum"}, 0
    for name, parts in pilots.items():
        years = real.years.loc[name].drop(list(sums)).dropna().astype(int)
        own = wide.reindex(list(years.items()))[parts].droplevel("year")
        is_mean = own.notna().all(axis=1) & real.status.loc[name, years.index].eq("reported")
        own, mean = own[is_mean], real.values.loc[name, years.index][is_mean]
        assert ((own.min(axis=1) - 1e-9 <= mean) & (mean <= own.max(axis=1) + 1e-9)).all(), name
        checked += len(own)
    assert checked > 700


def test_saxony_by_hand(real: Observations, indicator: pd.DataFrame) -> None:
    parts = ["DED2", "DED4", "DED5"]
    wide = indicator[indicator["nuts_id"].isin(parts)].pivot(
        index=["indicator", "year"], columns="nuts_id", values="value"
    )
    year = int(real.years.loc["saxony", "tertiary_attainment"])
    rate, people = (wide.loc[(code, year), parts] for code in ("tertiary_attainment", "population"))
    assert real.values.loc["saxony", "tertiary_attainment"] == pytest.approx((rate * people).sum() / people.sum())
    assert real.weights.loc[parts, "tertiary_attainment"].tolist() == people.tolist()
    assert real.weights.loc["saxony", "tertiary_attainment"] == people.sum()
    assert not real.weighted_by.loc["tertiary_attainment", "is_exact"]
    assert real.values.loc["saxony", "gdp_eur"] == wide.loc[("gdp_eur", real.years.loc["saxony", "gdp_eur"])].sum()


def test_parts_weighted_by_the_true_base_give_the_published_figure_of_the_whole(
    real: Observations, indicator: pd.DataFrame
) -> None:
    is_same = (real.years.loc["slovenia"] == real.reference_year) & real.reference_status.loc["SI"].eq("reported")
    rules = ["population", "gdp", "employment", "employment_all_sectors", "preprints", "jobs_services_and_industry"]
    is_true = real.weighted_by["is_exact"] & real.weighted_by["base"].isin(rules)
    ratio = (real.values.loc["slovenia"] / real.references.loc["SI"])[is_same & is_true]
    assert len(ratio) >= 12
    assert (ratio - 1).abs().max() < 0.005


def test_what_weights_the_means_is_what_the_register_declares(real: Observations) -> None:
    other = real.weighted_by[real.weighted_by["base"] != real.weighted_by["rule"]]
    assert other["base"].to_dict() == {"employer_birth_rate": "active_enterprises"}
    assert not other["is_exact"].any()


def test_the_union_against_what_is_known_of_it(real: Observations) -> None:
    union = real.references.loc["EU-28"]
    assert union["gdp_pps_index"] == pytest.approx(100, abs=1)  # by definition, NUTS 2 figures are rounded
    assert union["population"] == pytest.approx(513e6, rel=0.01)
    assert np.isnan(union["enterprise_birth_rate"])  # Germany, Belgium, the United Kingdom and others are absent
    known = real.reference_status.loc["EU-28"].ne("missing")
    assert set(real.reference_status.loc["EU-28", known]) == {"estimated"}
    rates = real.weighted_by.index[known & real.weighted_by["rule"].ne("sum")]
    values = real.values[rates]
    assert ((union[rates] >= values.min()) & (union[rates] <= values.max())).all()


def test_a_panel_of_the_real_tables(
    indicator: pd.DataFrame, register: Register, bases: pd.DataFrame, pilots: dict[str, list[str]]
) -> None:
    found = panel(
        indicator,
        framework(*(item.code for item in register.indicators)),
        periods={2012: (2010, 2012), 2018: (2016, 2018)},
        denominators=merging_rules(register),
        territories=pilots,
        bases=bases,
    )
    both = stack(found)
    assert both.index.get_level_values("period").unique().tolist() == [2012, 2018]
    assert 40 <= both.shape[1] < 80
    assert both.notna().groupby("period").mean().min(axis=None) >= 0.6
    change = both["tertiary_attainment"].unstack("period")
    assert (change[2018] > change[2012]).mean() > 0.9


def test_sixty_indicators_take_less_than_half_a_second(
    indicator: pd.DataFrame, register: Register, bases: pd.DataFrame, pilots: dict[str, list[str]]
) -> None:
    sixty = framework(*(item.code for item in register.indicators[:60]))
    times = []
    for _ in range(4):
        start = time.process_time()  # others may use this machine at the same time
        observe(indicator, sixty, denominators=merging_rules(register), territories=pilots, bases=bases)
        times.append(time.process_time() - start)
    assert min(times) < 0.5
