"""A region's own table of industries: bounds, totals, quotients, parts, categories, and the other source beside it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterkit.data.industries import Category, Taxonomy
from clusterkit.data.industries.nace_depth import children
from clusterkit.mapping import (
    bounded,
    detail_against,
    detail_categories,
    detail_parts,
    detail_sectors,
    detail_totals,
    location_quotient,
)

RULE = {"strong_lq": 1.5, "min_share_pct": 1.0}


def own_table(**areas: dict[str, float | None]) -> pd.DataFrame:
    """A table of 2014: persons employed by area and code, ``TOTAL`` for all; None is hidden."""
    rows = [
        {
            "area": area,
            "nace_code": code,
            "year": 2014,
            "persons_employed": np.nan if persons is None else float(persons),
            "persons_employed_status": "hidden" if persons is None else "reported",
            "wages_meur": np.nan,
            "flag": "c" if persons is None else "",
        }
        for area, codes in areas.items()
        for code, persons in codes.items()
    ]
    return pd.DataFrame(rows).set_index(["area", "nace_code", "year"]).sort_index()


TABLE = own_table(
    here={"TOTAL": 1000, "C13": 100, "C13.1": 60, "C13.2": None, "C13.3": None, "C13.9": 10, "C28": 50},
    there={"TOTAL": 10000, "C13": 400, "C13.1": 120, "C13.2": 80, "C13.3": 20, "C13.9": 180, "C28": 500},
)


def sectors(table: pd.DataFrame = TABLE, **more: object) -> pd.DataFrame:
    return detail_sectors(table, "here", "there", year=2014, **{**RULE, **more})


def test_a_hidden_figure_lies_under_what_is_left_of_the_one_above() -> None:
    found = bounded(TABLE["persons_employed"].xs(("here", 2014), level=("area", "year")))
    assert found.loc["C13.2"].isna().tolist() == [True, False, False]
    assert found.loc[["C13.2", "C13.3"], "high"].tolist() == [30, 30]
    assert found.loc[["C13.2", "C13.3"], "low"].tolist() == [0, 0]
    assert found.loc["C13.1"].tolist() == [60, 60, 60]


def test_a_single_hidden_figure_is_not_given_away() -> None:
    found = bounded(pd.Series({"C21": 100.0, "C21.1": 40.0, "C21.2": None}))
    assert found.loc["C21.2", ["low", "high"]].tolist() == [0, 60]


def test_a_hidden_figure_whose_parts_are_all_given_is_their_sum() -> None:
    whole = bounded(pd.Series({"C21": None, "C21.1": 40.0, "C21.2": 5.0}))
    assert whole.loc["C21"].tolist() == [45, 45, 45]
    part = bounded(pd.Series({"C21": None, "C21.1": 40.0}))
    assert np.isnan(part.loc["C21", "value"])
    assert part.loc["C21", "low"] == 40
    assert np.isnan(part.loc["C21", "high"])


def test_parts_of_parts_bound_what_is_between() -> None:
    found = bounded(pd.Series({"C13": 100.0, "C13.1": 30.0, "C13.9": None, "C13.91": 20.0, "C13.92": None}))
    assert found.loc["C13.9", ["low", "high"]].tolist() == [20, 70]
    assert found.loc["C13.92", "high"] == 50


def test_quotients_are_those_of_the_formula_by_the_totals() -> None:
    found = sectors()
    assert found.loc["C13", "lq"] == pytest.approx((100 / 1000) / (400 / 10000))
    assert found.loc["C13.1", "lq"] == pytest.approx((60 / 1000) / (120 / 10000))
    assert found.loc["C28", "lq"] == pytest.approx(1.0)
    assert found.loc["C13", "share_pct"] == 10
    assert "TOTAL" not in found.index


def test_a_hidden_cell_has_a_range_and_no_quotient() -> None:
    row = sectors().loc["C13.3"]
    assert np.isnan(row["lq"])
    assert row["lq_low"] == 0
    # At most 30 by the group above, and at most 20 by the benchmark, which holds the region.
    assert row["persons_employed_high"] == 20
    assert row["lq_high"] == pytest.approx((20 / 1000) / (20 / 10000))
    assert not row["is_strong"]
    assert row["persons_employed_status"] == "hidden"


def test_a_region_that_is_the_whole_area_has_quotient_one_everywhere() -> None:
    codes = {"TOTAL": 500, "C": 200, "C13": 100, "C13.1": 60, "C13.2": 40}
    found = sectors(own_table(here=codes, there=codes))
    assert found["lq"].tolist() == pytest.approx([1.0] * len(found))


def test_without_totals_each_industry_counts_once_and_only_those_known_in_both() -> None:
    table = own_table(
        here={"C13": 100, "C13.1": 60, "C14": None, "C14.1": 30, "C28": 50, "G47": 70},
        there={"C13": 400, "C13.1": 120, "C14": 300, "C14.1": 200, "C28": 500},
    )
    found = detail_totals(table, "here", "there", year=2014)
    # C13 with its part once; of C14 the part that is known in both; C28; trade has no benchmark.
    assert found == (100 + 30 + 50, 400 + 200 + 500, False)
    by_hand = location_quotient(
        pd.DataFrame({"C13": [100.0], "C14.1": [30.0], "C28": [50.0]}, index=["here"]),
        benchmark=pd.Series({"C13": 400.0, "C14.1": 200.0, "C28": 500.0}),
    ).loc["here"]
    assert sectors(table)["lq"].reindex(by_hand.index).tolist() == pytest.approx(by_hand.tolist())


def test_a_total_of_one_area_alone_is_no_total() -> None:
    table = own_table(here={"TOTAL": 1000, "C13": 100}, there={"C13": 400})
    assert detail_totals(table, "here", "there", year=2014) == (100, 400, False)


def test_the_finest_rows_count_each_job_at_most_once() -> None:
    found = sectors()
    finest = found[found["is_finest"]]
    assert list(finest.index) == ["C13.1", "C13.2", "C13.3", "C13.9", "C28"]
    assert finest["persons_employed"].sum() <= found.loc[["C13", "C28"], "persons_employed"].sum()


def test_a_group_needs_a_tenth_of_the_share_of_a_division() -> None:
    table = own_table(
        here={"TOTAL": 100_000, "C13.1": 100, "C13.2": 99, "C28": 999},
        there={"TOTAL": 1_000_000, "C13.1": 100, "C13.2": 100, "C28": 1000},
    )
    assert sectors(table)["is_strong"].to_dict() == {"C13.1": True, "C13.2": False, "C28": False}


def test_growth_needs_both_years_and_a_break_is_kept() -> None:
    earlier = own_table(here={"C13": 80, "C28": None}, there={"C13": 500, "C28": 400}).rename(
        index={2014: 2011}, level="year"
    )
    table = pd.concat([TABLE, earlier]).sort_index()
    table.loc[("here", "C13", 2014), "flag"] = "b"
    found = sectors(table, base_year=2011)
    assert found.loc["C13", ["growth_pct", "growth_benchmark_pct"]].tolist() == pytest.approx([25, -20])
    assert np.isnan(found.loc["C28", "growth_pct"])
    assert found.loc["C28", "growth_benchmark_pct"] == pytest.approx(25)
    assert found["growth_has_break"].to_dict()["C13"]
    assert found["growth_has_break"].sum() == 1
    assert sectors(table)["growth_pct"].isna().all()


def test_wages_are_per_person_employed() -> None:
    table = TABLE.copy()
    table.loc[("here", "C13", 2014), "wages_meur"] = 2.5
    table.loc[("there", "C13", 2014), "wages_meur"] = 8.0
    row = sectors(table).loc["C13"]
    assert (row["wages_eur_per_person"], row["wages_benchmark_eur_per_person"]) == (25_000, 20_000)


def test_the_other_source_is_laid_beside_division_by_division() -> None:
    other = pd.DataFrame(
        {
            "persons_employed": [110.0, np.nan, np.nan, 5.0],
            "persons_employed_low": [110.0, 40.0, 0.0, 5.0],
            "persons_employed_high": [110.0, 60.0, 20.0, 5.0],
        },
        index=["C13", "C28", "C29", "C30"],
    )
    table = own_table(here={"C13": 100, "C28": 50, "C29.1": 15, "C29.2": 4, "C29.3": 3}, there={"C13": 400})
    found = detail_against(table, "here", other, year=2014)
    assert list(found.index) == ["C13", "C28", "C29"]
    assert found.loc["C13", "difference_pct"] == pytest.approx(-100 / 11)
    assert found["fits"].tolist()[1:] == [1.0, 0.0]  # 50 lies between 40 and 60; 22, the sum of the parts, not under 20
    assert np.isnan(found.loc["C13", "fits"])
    assert found.loc["C29", "own_persons"] == 22


def test_a_division_with_a_hidden_part_has_at_least_the_others() -> None:
    ends = ("persons_employed", "persons_employed_low", "persons_employed_high")
    other = pd.DataFrame([dict.fromkeys(ends, 30.0)], index=["C29"])
    table = own_table(here={"C29.1": 15, "C29.2": None, "C29.3": 3}, there={"C29": 400})
    row = detail_against(table, "here", other, year=2014).loc["C29"]
    assert np.isnan(row["own_persons"])
    assert row["own_persons_low"] == 18
    assert np.isnan(row["difference_pct"])


def test_parts_share_the_figure_of_their_division() -> None:
    found = detail_parts(sectors())
    assert list(found.index)[:2] == ["C13.1", "C13.9"]
    assert found["of_division_pct"].tolist()[:2] == [60, 10]
    assert found["of_division_pct"].isna().sum() == 2
    assert not found["is_of_known"].any()
    table = own_table(here={"C29": None, "C29.1": 30, "C29.2": None}, there={"C29": 900, "C29.1": 90, "C29.2": 5})
    of_known = detail_parts(sectors(table))
    assert of_known.loc["C29.1", "of_division_pct"] == 100
    assert of_known["is_of_known"].all()


def taxonomy(**members: dict[str, float]) -> Taxonomy:
    return Taxonomy(
        "own", "Own", {}, {code: code.title() for code in members},
        {code: Category("exact", "an example", weights) for code, weights in members.items()},
    )  # fmt: skip


def test_categories_are_put_together_from_any_depth() -> None:
    found = detail_categories(
        TABLE,
        "here",
        "there",
        taxonomy(yarn={"C13.1": 1.0}, mixed={"C13.9": 0.5, "C28": 1.0}, none={"K64": 1.0}),
        year=2014,
    )
    assert list(found.index) == ["yarn", "mixed"]
    assert found.loc["yarn", "lq"] == pytest.approx(5.0)
    assert found.loc["mixed", "persons_employed"] == 0.5 * 10 + 50
    assert found.loc["mixed", "lq"] == pytest.approx((55 / 1000) / ((0.5 * 180 + 500) / 10000))
    assert found["held_share"].tolist() == [1.0, 1.0]


def test_a_category_with_a_hidden_member_has_a_range() -> None:
    cloth = taxonomy(cloth={"C13.1": 1.0, "C13.2": 1.0, "C29": 1.0})
    row = detail_categories(TABLE, "here", "there", cloth, year=2014).loc["cloth"]
    assert np.isnan(row["lq"])
    assert row[["persons_employed_low", "persons_employed_high"]].tolist() == [60, 90]
    assert row["lq_low"] == pytest.approx((60 / 1000) / (200 / 10000))
    assert row["lq_high"] == pytest.approx((90 / 1000) / (200 / 10000))
    assert row["held_share"] == pytest.approx(2 / 3)


def test_a_member_of_which_all_parts_are_given_is_their_sum() -> None:
    codes = {"C29.1": 10, "C29.2": 20, "C29.3": 30}
    table = own_table(here={"TOTAL": 100, **codes}, there={"TOTAL": 1000, **{code: 2 * n for code, n in codes.items()}})
    row = detail_categories(table, "here", "there", taxonomy(cars={"C29": 1.0}), year=2014).loc["cars"]
    assert (row["persons_employed"], row["lq"]) == (60, pytest.approx(5.0))


def test_the_table_that_was_given_is_left_as_it_was() -> None:
    before = TABLE.copy()
    sectors()
    detail_totals(TABLE, "here", "there", year=2014)
    detail_categories(TABLE, "here", "there", taxonomy(yarn={"C13.2": 1.0}), year=2014)
    pd.testing.assert_frame_equal(TABLE, before)


@settings(max_examples=80, deadline=None)
@given(
    figures=st.lists(st.integers(0, 500), min_size=4, max_size=4),
    hidden=st.sets(st.sampled_from(children("C13")), max_size=4),
    know_whole=st.booleans(),
)
def test_bounds_hold_whatever_is_hidden(figures: list[int], hidden: set[str], know_whole: bool) -> None:
    truth = pd.Series(dict(zip(children("C13"), map(float, figures), strict=True)))
    truth["C13"] = truth.sum()
    shown = truth.mask(truth.index.isin(hidden | (set() if know_whole else {"C13"})))
    found = bounded(shown)
    assert (found["low"] <= truth).all()
    assert (found["high"].fillna(np.inf) >= truth).all()
    known = found["value"].dropna()
    assert known.tolist() == truth[known.index].tolist()
