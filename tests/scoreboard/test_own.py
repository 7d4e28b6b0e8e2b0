"""Indicators that a region hands in: how they join the others, whom they compare, and what they leave alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal, assert_series_equal

from clusterkit.data.frameworks import Framework, check_framework
from clusterkit.errors import CoverageError
from clusterkit.scoreboard import Evidence, RegionScoreboard, observe, own_figures, region_scoreboard
from clusterkit.scoreboard.observations import UNION

NAN = float("nan")
CODES = [
    "AT11", "AT12", "AT13", "AT21", "BE10", "BE21", "BE22", "CZ01", "CZ02", "CZ03", "CZ04", "SE11", "SE12", "SE21",
]  # fmt: skip
WHOLE = {"north": ["AT11", "AT12"]}
ABOUT = {"name": "Boats", "unit": "boats per head", "merged_by": "population", "source": "harbour office"}


def tree(*indicators: str, **directions: int) -> Framework:
    rows = [("all", "index", "", NAN), ("sea", "dimension", "all", NAN)]
    rows += [(code, "indicator", "sea", directions.get(code, 1)) for code in indicators]
    table = pd.DataFrame(rows, columns=["code", "level", "parent", "direction"])
    return check_framework(table, levels=["index", "dimension", "indicator"], id="toy")


def evidence() -> Evidence:
    """Fourteen regions, of which two are one; ``jobs`` is known of all."""
    rows = [(code, "population", 2015, 100.0 * (1 + n)) for n, code in enumerate(CODES)]
    rows += [(code, "jobs", 2015, 10.0 + n) for n, code in enumerate(CODES)]
    table = pd.DataFrame(rows, columns=["nuts_id", "indicator", "year", "value"])
    table = table.assign(unit="percent", status="reported", flag="", source="Eurostat")
    bases = table[table["indicator"] == "population"].set_index(["nuts_id", "year"])[["value"]]
    structure = pd.DataFrame(
        np.random.default_rng(3).normal(size=(13, 3)),
        index=["north", *CODES[2:]],
        columns=pd.MultiIndex.from_tuples([("size", "population"), ("density", "x"), ("income", "y")]),
    )
    amounts = bases.rename(columns={"value": "population"})
    return Evidence(table, amounts, {"jobs": "population"}, (), WHOLE, structure)


def with_boats(figures: dict[str, float], **about: str) -> Evidence:
    rows = pd.DataFrame({"nuts_id": list(figures), "value": list(figures.values())})
    rows = rows.assign(indicator="boats", year=2016, status="reported", unit="boats per head")
    what = pd.DataFrame({**ABOUT, **about}, index=pd.Index(["boats"], name="indicator"))
    return evidence().with_own(rows, what)


def board(of: Evidence, framework: Framework, **options: Any) -> RegionScoreboard:
    given = {"region": "north", "draws": 10, "seed": 3, "chosen_peers": ["BE10", "CZ01"], **options}
    return region_scoreboard(of, framework, **given)


MANY = {"AT11": 1.0, "AT12": 4.0, "AT13": 2.0, "AT21": 6.0, "BE10": 3.0, "CZ01": 9.0}


def test_a_figure_under_the_name_of_a_territory_stands_before_what_its_parts_come_to() -> None:
    framework = tree("boats")
    of_parts = with_boats(MANY).observe(framework)
    assert of_parts.values.loc["north", "boats"] == pytest.approx((100 * 1.0 + 200 * 4.0) / 300)
    given = with_boats({**MANY, "north": 7.5}).observe(framework)
    assert given.values.loc["north", "boats"] == 7.5
    assert given.status.loc["north", "boats"] == "reported"
    others = [code for code in of_parts.values.index if code != "north"]
    assert_frame_equal(given.values.loc[others], of_parts.values.loc[others])


def test_known_of_the_territory_alone_it_is_still_a_figure() -> None:
    found = with_boats({"north": 7.5}).observe(tree("boats", "jobs"))
    assert found.values["boats"].dropna().to_dict() == {"north": 7.5}
    assert found.years.loc["north", "boats"] == found.reference_year["boats"] == 2016


def test_figures_of_country_and_union_are_those_that_are_given() -> None:
    found = with_boats({**MANY, "AT": 3.25, UNION: 2.5}).observe(tree("boats"))
    assert found.references.loc["AT", "boats"] == 3.25
    assert found.references.loc[UNION, "boats"] == 2.5
    assert found.reference_status.loc[UNION, "boats"] == "reported"
    without = with_boats(MANY).observe(tree("boats"))
    assert np.isnan(without.references.loc[UNION, "boats"])  # of less than 80 % of the people


def test_what_is_handed_in_changes_no_other_indicator() -> None:
    alone, beside = evidence().observe(tree("jobs")), with_boats({**MANY, UNION: 2.5}).observe(tree("jobs", "boats"))
    assert_frame_equal(beside.values[["jobs"]], alone.values)
    assert_frame_equal(beside.references[["jobs"]], alone.references)
    assert_frame_equal(beside.weights[["jobs"]], alone.weights)


def test_an_amount_of_several_regions_is_added_up() -> None:
    found = with_boats(MANY, merged_by="sum").observe(tree("boats"))
    assert found.values.loc["north", "boats"] == 5.0


def test_with_five_regions_it_is_ranked_among_them_alone() -> None:
    of = with_boats(MANY)
    found = board(of, tree("jobs", "boats"))
    assert found.own is not None
    assert found.own["is_compared"].to_dict() == {"boats": True}
    assert found.declared is None
    row = found.indicators().loc["boats"]
    # North is one region of two codes: (100 · 1 + 200 · 4) / 300 = 3, and the others are 2, 6, 3, 9.
    assert (row["value"], row["rank"], row["n_ranked"]) == (3.0, 3, 5)
    assert found.indicators().loc["jobs", "n_ranked"] == 13
    table = own_figures(of, found)
    assert table.loc["boats", ["place", "n_regions", "is_counted"]].tolist() == [3, 5, True]
    assert table.loc["boats", "peers"] == (3.0 + 9.0) / 2


@pytest.mark.parametrize("figures", [{"north": 7.5}, {"AT11": 1.0, "AT12": 2.0, "BE10": 3.0, "CZ01": 4.0, "SE11": 9.0}])
def test_with_fewer_it_is_shown_and_in_no_score(figures: dict[str, float]) -> None:
    of = with_boats(figures)
    found, without = board(of, tree("jobs", "boats")), board(evidence(), tree("jobs"))
    assert_frame_equal(found.board.scores, without.board.scores)
    assert_frame_equal(found.doubt.intervals, without.doubt.intervals)
    row = found.indicators().loc["boats"]
    assert not np.isnan(row["value"])
    assert np.isnan(row["rank"])
    assert row["n_ranked"] == 0
    assert found.profile.loc["sea", ["n_indicators", "n_known"]].tolist() == [2, 1]
    assert found.coverage().loc["sea", ["n_indicators", "n_known"]].tolist() == [2, 2]
    table = own_figures(of, found)
    assert np.isnan(table.loc["boats", "place"])
    assert not table.loc["boats", "is_counted"]


def test_a_framework_of_nothing_else_is_refused() -> None:
    with pytest.raises(CoverageError, match="No indicator of the framework toy has figures of 5 regions"):
        board(with_boats({"north": 7.5}), tree("boats"))


def test_an_indicator_in_no_framework_is_shown_without_a_place_in_the_scores() -> None:
    of = with_boats(MANY)
    found = board(of, tree("jobs"))
    assert found.own is None
    table = own_figures(of, found)
    assert table.loc["boats", ["value", "place", "n_regions", "is_counted"]].tolist() == [3.0, 3, 5, False]
    assert table.loc["boats", ["name", "unit", "source"]].tolist() == ["Boats", "boats per head", "harbour office"]


def test_without_any_the_table_is_empty_with_the_same_columns() -> None:
    none = own_figures(evidence(), board(evidence(), tree("jobs")))
    some = own_figures(with_boats(MANY), board(with_boats(MANY), tree("jobs")))
    assert none.empty
    assert list(none.columns) == list(some.columns)


def test_the_evidence_that_it_is_joined_to_stays_as_it_was() -> None:
    before, after = evidence(), evidence()
    after.with_own(pd.DataFrame({"nuts_id": ["AT11"], "indicator": ["boats"], "year": [2016], "value": [1.0],
                                 "unit": ["x"], "status": ["reported"]}),
                   pd.DataFrame(ABOUT, index=pd.Index(["boats"])))  # fmt: skip
    assert_frame_equal(after.indicator, before.indicator)
    assert after.denominators == before.denominators
    assert after.own is None


def test_a_direction_turns_the_rank_and_not_the_place() -> None:
    of = with_boats(MANY)
    found = board(of, tree("jobs", "boats", boats=-1))
    assert found.indicators().loc["boats", "rank"] == 2  # 2 is the least, then 3 twice
    assert own_figures(of, found).loc["boats", "place"] == 3


def test_regions_of_the_table_are_the_same_with_rows_of_other_names() -> None:
    table = with_boats({"north": 1.0, UNION: 2.0, "AT": 3.0}).indicator
    seen = observe(table, tree("jobs"), denominators={"jobs": "population"}, territories=WHOLE)
    assert sorted(seen.values.index) == sorted(["north", *CODES[2:]])
    assert_series_equal(seen.country, evidence().observe(tree("jobs")).country)
