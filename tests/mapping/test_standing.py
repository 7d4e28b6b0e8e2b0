"""Where a region stands among all: by hand on four regions, and on the embedded tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterkit import mapping
from clusterkit.errors import ContractError

RULE = {"strong_lq": 1.5, "min_share_pct": 1.0}


@pytest.fixture
def table() -> pd.DataFrame:
    """Two countries; BB02 hides C10, between 5 and 60 persons."""
    rows = [
        ("AA", "C10", 150.0, np.nan, np.nan, np.nan),
        ("AA", "C11", 250.0, np.nan, np.nan, np.nan),
        ("BB", "C10", 50.0, np.nan, np.nan, np.nan),
        ("BB", "C11", 350.0, np.nan, np.nan, np.nan),
        ("AA01", "C10", 60.0, np.nan, np.nan, np.nan),
        ("AA01", "C11", 40.0, np.nan, np.nan, np.nan),
        ("AA02", "C10", 90.0, np.nan, np.nan, np.nan),
        ("AA02", "C11", 210.0, np.nan, np.nan, np.nan),
        ("BB01", "C10", 10.0, np.nan, np.nan, np.nan),
        ("BB01", "C11", 190.0, np.nan, np.nan, np.nan),
        ("BB02", "C10", np.nan, 40.0, 5.0, 80.0),
        ("BB02", "C11", 160.0, np.nan, np.nan, np.nan),
        ("BB03", "C10", np.nan, 1.0, 0.0, 9.0),
    ]
    ends = [f"persons_employed_estimate{end}" for end in ("", "_low", "_high")]
    frame = pd.DataFrame(rows, columns=["nuts_id", "nace_code", "persons_employed", *ends])
    return frame.assign(year=2014)


@pytest.fixture
def everywhere(table: pd.DataFrame) -> mapping.AllRegions:
    own = pd.Series({"C10": 150.0, "C11": 250.0})
    return mapping.all_regions(table, year=2014, region="a", nuts_ids=["AA01", "AA02"], own=own, **RULE)


def test_a_region_of_several_codes_is_one_row_and_an_unpublished_one_is_left_out(everywhere):
    assert list(everywhere.lq.index) == ["BB01", "BB02", "a"]
    assert everywhere.lq.loc["a", "C10"] == pytest.approx((150 / 400) / (200 / 800))


def test_the_published_figure_of_the_region_goes_before_the_sum_of_its_codes(table):
    own = pd.Series({"C10": 140.0, "C11": np.nan})
    found = mapping.all_regions(table, year=2014, region="b", nuts_ids=["BB01", "BB02"], own=own, **RULE)
    assert found.employment.loc["b"].tolist() == [140, 350]
    assert found.is_estimated.loc["b"].tolist() == [False, False]
    hidden = mapping.all_regions(table, year=2014, region="b", nuts_ids=["BB01", "BB02"], own=own * np.nan, **RULE)
    assert hidden.employment.loc["b", "C10"] == 50
    assert hidden.is_estimated.loc["b"].tolist() == [True, False]


def test_a_region_published_only_as_a_whole_has_its_row_and_one_not_published_at_all_is_unknown(table):
    own = pd.Series({"C10": 30.0, "C11": 70.0})
    found = mapping.all_regions(table, year=2014, region="whole", nuts_ids=["BB03"], own=own, **RULE)
    assert found.employment.loc["whole"].tolist() == [30, 70]
    assert not found.is_estimated.loc["whole"].any()
    nothing = mapping.all_regions(table, year=2014, region="none", nuts_ids=["BB03"], own=own * np.nan, **RULE)
    assert nothing.employment.loc["none"].isna().all()
    assert nothing.strong.loc["none"].isna().all()
    pd.testing.assert_frame_equal(nothing.lq.drop(index="none"), found.lq.drop(index="whole"))


def test_a_hidden_cell_has_an_interval_and_its_strength_is_unknown_where_that_decides(everywhere):
    total = 200.0
    assert everywhere.lq_low.loc["BB02", "C10"] == pytest.approx(5 / total / 0.25)
    assert everywhere.lq_high.loc["BB02", "C10"] == pytest.approx(80 / total / 0.25)
    assert everywhere.is_estimated.loc["BB02"].tolist() == [True, False]
    assert np.isnan(everywhere.strong.loc["BB02", "C10"])
    assert everywhere.strong["C10"].drop("BB02").to_dict() == {"BB01": 0, "a": 1}
    assert everywhere.lq_low.loc["a", "C10"] == everywhere.lq_high.loc["a", "C10"]


def test_the_share_of_jobs_is_a_condition_of_its_own(table):
    own = pd.Series({"C10": 150.0, "C11": 250.0})
    strict = {"strong_lq": 1.5, "min_share_pct": 38.0}
    found = mapping.all_regions(table, year=2014, region="a", nuts_ids=["AA01", "AA02"], own=own, **strict)
    assert found.strong.loc["a", "C10"] == 0


def test_own_strong_sectors_are_those_of_the_portfolio(everywhere):
    before = everywhere.strong.copy()
    changed = mapping.with_own_strength(everywhere, "a", pd.Series({"C11": True}))
    assert changed.strong.loc["a"].to_dict() == {"C10": 0, "C11": 1}
    pd.testing.assert_frame_equal(everywhere.strong, before)
    hidden = mapping.with_own_strength(everywhere, "BB02", pd.Series({"C11": False}))
    assert np.isnan(hidden.strong.loc["BB02", "C10"])


def test_rank_with_what_hidden_cells_leave_open(everywhere):
    table = mapping.standing(everywhere, "a", ["C10", "C11"], top=1)
    assert table.loc["C10", ["rank", "rank_best", "rank_worst", "n_regions"]].tolist() == [1, 1, 2, 3]
    assert table.loc["C11", ["rank", "rank_best", "rank_worst"]].tolist() == [3, 3, 3]
    assert table.loc["C10", "top_share_pct"] == pytest.approx(100 * 150 / 200)
    gini = mapping.locational_gini(everywhere.employment)
    assert table["locational_gini"].to_dict() == pytest.approx(gini.to_dict())


def test_ties_share_the_better_rank_and_an_unknown_quotient_has_none(everywhere):
    lq = everywhere.lq.copy()
    lq.loc["BB01", "C10"] = lq.loc["a", "C10"]
    tied = everywhere._replace(lq=lq, lq_low=lq, lq_high=lq)
    assert mapping.standing(tied, "a", ["C10"]).loc["C10", "rank"] == 1
    lq = lq.assign(C10=lq["C10"].where(lq.index != "a"))
    assert np.isnan(mapping.standing(everywhere._replace(lq=lq), "a", ["C10"]).loc["C10", "rank"])


def test_leaders_in_order_with_marks(everywhere):
    found = mapping.leaders(everywhere, ["C11", "C10"], top=2)
    assert found[["nace_code", "place", "nuts_id"]].to_numpy().tolist() == [
        ["C11", 1, "BB01"], ["C11", 2, "BB02"], ["C10", 1, "a"], ["C10", 2, "BB02"],
    ]  # fmt: skip
    assert found["is_estimated"].tolist() == [False, False, False, True]
    assert mapping.leaders(everywhere, []).empty
    assert mapping.standing(everywhere, "a", []).empty


def test_an_unknown_region_and_sector_are_refused_together(everywhere):
    with pytest.raises(ContractError) as caught:
        mapping.standing(everywhere, "AA01", ["C10", "C99"])
    assert "There is no region AA01." in str(caught.value)
    assert "There are no sectors C99." in str(caught.value)
    assert "fix:" in str(caught.value)


# What is within reach


def test_candidates_are_the_links_of_the_region_with_its_own_figures(industry):
    own = mapping.employment_matrix(industry, year=2014).loc["ITC1"]
    found = mapping.all_regions(industry, year=2014, region="x", nuts_ids=["ITC1"], own=own, **RULE)
    reach = mapping.within_reach(found, "x")
    here = mapping.presence(found.lq)
    links = mapping.cross_sector_links(found.strong.loc["x"], here, mapping.relatedness(here), min_relatedness=1.25)
    by_hand = links.nodes.query("status == 'candidate'")["density"].sort_values(ascending=False)
    by_hand = by_hand[~by_hand.index.str.startswith("B")]
    assert reach.candidates["density"].to_dict() == pytest.approx(by_hand.to_dict())
    assert reach.candidates["rank"].is_monotonic_increasing
    first = reach.candidates.iloc[0]
    both = (here[first.name] * here[first["closest"][0]]).sum()
    assert first["n_regions_with_both"] == both
    assert first["n_close"] == len(first["closest"])
    assert first["lq"] == found.lq.loc["x", first.name]
    assert not set(reach.candidates.index) & set(found.strong.columns[found.strong.loc["x"] == 1])


def small(lq: dict[str, list[float]], estimated: tuple[str, ...] = ()) -> mapping.AllRegions:
    table = pd.DataFrame(lq, index=["r", "s"])
    marks = pd.DataFrame(False, index=table.index, columns=table.columns)
    marks.loc["r", list(estimated)] = True
    strong = table.ge(1.5).astype(float).where(table.notna())
    return mapping.AllRegions(table * 100, marks, table, table, table, strong)


def test_entries_and_exits_with_their_marks():
    start = small({"C10": [0.5, 1], "C11": [0.95, 1], "C12": [1.6, 1], "C13": [0.2, 1], "C14": [np.nan, 1]})
    end = small({"C10": [1.2, 1], "C11": [1.0, 1], "C12": [0.0, 1], "C13": [0.3, 1], "C14": [2, 1]}, ("C10",))
    found = mapping.entries_since(start, end, "r")
    assert found["change"].to_dict() == {"C12": "exit", "C10": "entry", "C11": "entry"}
    assert found["is_near"].to_dict() == {"C12": False, "C10": False, "C11": True}
    assert found["is_estimated"].to_dict() == {"C12": False, "C10": True, "C11": False}
    assert mapping.entries_since(end, end, "r").empty


def test_entry_rates_are_shares_of_the_cells_that_could_enter(industry):
    years = {}
    for year in (2011, 2014):
        own = mapping.employment_matrix(industry, year=year).loc["ITC1"]
        years[year] = mapping.all_regions(industry, year=year, region="x", nuts_ids=["ITC1"], own=own, **RULE)
    rates = mapping.entry_rates(years[2011], years[2014])
    assert list(rates.index) == [1, 2, 3, 4, 5]
    before, after = years[2011].strong, years[2014].strong
    before, after = before.align(after, join="inner")
    columns = [code for code in before if not code.startswith("B")]
    entered = ((before[columns] == 0) & (after[columns] == 1)).sum().sum()
    assert rates["n_entries"].sum() == entered
    assert rates["entry_pct"].to_numpy() == pytest.approx(100 * (rates["n_entries"] / rates["n_cells"]).to_numpy())
    turned = years[2011]._replace(strong=years[2011].strong.iloc[::-1], lq=years[2011].lq.iloc[::-1])
    pd.testing.assert_frame_equal(mapping.entry_rates(turned, years[2014]), rates)
    tiny = small({"C10": [2.0, 2.0]})
    assert mapping.entry_rates(tiny, tiny).empty
