"""Peers: distances by hand, what is unknown, whose country, the analyst's own list, and the embedded tables."""

from __future__ import annotations

import math
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterkit.data import tables
from clusterkit.errors import CoverageError, ParamError
from clusterkit.scoreboard.peers import peer_stability, peers, shared_traits
from clusterkit.scoreboard.structure import structure_table

PROCESSED = Path(__file__).resolve().parent.parent.parent / "data" / "processed"
NAN = float("nan")


def structure(rows: dict[str, list[float]], *columns: tuple[str, str]) -> pd.DataFrame:
    table = pd.DataFrame.from_dict(rows, orient="index", dtype=float)
    return table.set_axis(pd.MultiIndex.from_tuples(columns), axis=1).rename_axis(index="nuts_id")


# Sections are shares, size is one number. By hand:
# shares  AA01-AA02 0.1, AA01-BB01 0.4, AA01-CC01 0.4, AA02-BB01 0.3, AA02-CC01 0.3, BB01-CC01 0
# squares 0.01 0.16 0.16 0.09 0.09 0: mean 0.51 / 6 = 0.085
# size    0 0 2 4, mean 1.5, deviations 1.5 1.5 0.5 2.5: variance (2.25 + 2.25 + 0.25 + 6.25) / 4 = 2.75
# squared differences 0 4 16 4 16 4: mean 44 / 6 = 7.3333, over the variance 2.6667
TOY = structure(
    {
        "AA01": [0.5, 0.5, 0.0],
        "AA02": [0.6, 0.4, 0.0],
        "BB01": [0.9, 0.1, 2.0],
        "CC01": [0.9, 0.1, 4.0],
    },
    ("sections", "C"),
    ("sections", "J"),
    ("size", "population"),
)

structures = st.integers(3, 7).flatmap(
    lambda n: st.lists(
        st.tuples(*[st.integers(1, 50)] * 3, *[st.integers(-20, 20)] * 3).map(
            lambda row: [row[0] / sum(row[:3]), row[1] / sum(row[:3]), row[2] / sum(row[:3]), *map(float, row[3:])]
        ),
        min_size=n,
        max_size=n,
    ).map(
        lambda rows: structure(
            {f"{'ABCDEFG'[i]}A01": row for i, row in enumerate(rows)},
            ("sections", "B"),
            ("sections", "C"),
            ("sections", "J"),
            ("size", "population"),
            ("education", "tertiary_attainment"),
            ("education", "medium_attainment"),
        )
    )
)


# Known answers


def test_distances_by_hand():
    found = peers(TOY, "AA01", max_own_country=None)
    assert list(found.index) == ["AA02", "BB01", "CC01"]
    expected = [
        math.sqrt((0.01 / 0.085 + 0) / 2),
        math.sqrt((0.16 / 0.085 + 4 / (44 / 6)) / 2),
        math.sqrt((0.16 / 0.085 + 16 / (44 / 6)) / 2),
    ]
    assert found["distance"].to_list() == pytest.approx(expected)
    assert found.loc["BB01", "distance_sections"] == pytest.approx(math.sqrt(0.16 / 0.085))
    part = 0.16 / 0.085 / (0.16 / 0.085 + 4 / (44 / 6))
    assert found.loc["BB01", ["contribution_sections", "contribution_size"]].to_list() == pytest.approx(
        [part, 1 - part]
    )
    assert found[["most_alike", "least_alike"]].to_numpy().tolist() == [
        ["size", "sections"],
        ["size", "sections"],
        ["sections", "size"],
    ]
    assert found["own_country"].to_list() == [True, False, False]
    assert found["coverage"].to_list() == [1.0, 1.0, 1.0]
    assert found["unknown_blocks"].to_list() == ["", "", ""]


def test_a_weight_counts_and_zero_leaves_the_block_out():
    found = peers(TOY, "AA01", weights={"size": 3}, max_own_country=None)
    assert found.loc["BB01", "distance"] == pytest.approx(math.sqrt((0.16 / 0.085 + 3 * 4 / (44 / 6)) / 4))
    only = peers(TOY, "AA01", weights={"size": 0}, max_own_country=None)
    assert "distance_size" not in only
    assert only["distance"].to_list() == pytest.approx(only["distance_sections"].to_list())
    assert list(only.index) == ["AA02", "BB01", "CC01"]  # BB01 and CC01 are equally far: by code


def test_at_most_two_of_the_own_country():
    toy = structure(
        {f"AA0{i}": [0.5, 0.5, float(i)] for i in range(5)} | {"BB01": [0.1, 0.9, 9.0], "CC01": [0.1, 0.9, 10.0]},
        *TOY.columns,
    )
    assert list(peers(toy, "AA00", n=4).index) == ["AA01", "AA02", "BB01", "CC01"]
    assert list(peers(toy, "AA00", n=4, max_own_country=None).index) == ["AA01", "AA02", "AA03", "AA04"]
    assert list(peers(toy, "AA00", n=4, max_own_country=0).index) == ["BB01", "CC01"]
    assert list(peers(toy, "AA00", n=2, exclude=["AA01", "AA03"]).index) == ["AA02", "AA04"]
    # A territory's country is told: AA04 under another name still is of the own country.
    renamed = toy.rename(index={"AA04": "saxony"})
    found = peers(renamed, "saxony", n=4, countries={"saxony": "AA"})
    assert list(found.index) == ["AA03", "AA02", "BB01", "CC01"]
    assert found["own_country"].sum() == 2


def test_chosen_peers_are_taken_as_they_are():
    found = peers(TOY, "AA01", chosen=["CC01", "AA02"], n=1, max_own_country=0)
    assert list(found.index) == ["AA02", "CC01"]
    everyone = peers(TOY, "AA01", max_own_country=None)
    pd.testing.assert_frame_equal(found, everyone.loc[["AA02", "CC01"]])


def test_traits_in_common():
    toy = structure({"AA01": [9.0, 1.0, 0.0], "BB01": [9.0, 9.0, 1.0], "CC01": [0.0, 5.0, 5.0]}, *TOY.columns)
    found = shared_traits(toy, "AA01", "BB01")
    # C: mean 6, both 9 (3 / √18). J: one below, one above. Size: mean 2, 0 and 1, the nearer is 1 below (1 / √(14/3)).
    assert list(found.index) == [("sections", "C"), ("size", "population")]
    assert found["strength"].to_list() == pytest.approx([3 / math.sqrt(18), -1 / math.sqrt(14 / 3)])
    assert found.loc[("sections", "C"), ["own", "peer", "mean"]].to_list() == [9.0, 9.0, 6.0]
    assert len(shared_traits(toy, "AA01", "BB01", n=1)) == 1


def test_stability_by_hand():
    # Without sections AA02 and the rest go by size, without size by sections.
    toy = structure(
        {"AA01": [0.5, 0.5, 0.0], "BB01": [0.5, 0.5, 1.0], "CC01": [0.6, 0.4, 0.0], "DD01": [0.9, 0.1, 9.0]},
        *TOY.columns,
    )
    found = peer_stability(toy, "AA01", n=1)
    assert list(found.columns) == ["is_peer", "share", "n_trials", "without_sections", "without_size"]
    assert set(found.index) == {"BB01", "CC01"}
    assert found["is_peer"].sum() == 1
    assert found["is_peer"].iloc[0]
    assert found["share"].to_list() == [0.5, 0.5]
    assert found.loc["CC01", "without_sections"]
    assert found.loc["BB01", "without_size"]
    firm = peer_stability(toy, "AA01", n=2)
    assert firm.loc[["BB01", "CC01"], "share"].to_list() == [1.0, 1.0]
    assert np.isnan(peer_stability(toy, "AA01", n=1, weights={"size": 0})["share"]).all()


# What is unknown, or nothing


def test_identical_regions_have_no_distance():
    same = structure({code: [0.3, 0.7, 0.1] for code in ("AA01", "BB01", "CC01")}, *TOY.columns)
    found = peers(same, "BB01")
    assert list(found.index) == ["AA01", "CC01"]
    assert (found["distance"] == 0).all()
    assert (found[["contribution_sections", "contribution_size"]] == 0).all(axis=None)
    assert shared_traits(same, "AA01", "BB01").empty


def test_a_region_is_not_its_own_peer():
    for region in TOY.index:
        assert region not in peers(TOY, region, max_own_country=None).index
        assert region not in peer_stability(TOY, region, max_own_country=None).index


def test_a_missing_block_is_left_out_and_said():
    toy = TOY.copy()
    toy.loc["CC01", "sections"] = NAN
    found = peers(toy, "AA01", max_own_country=None)
    assert found.loc["CC01", "distance"] == pytest.approx(found.loc["CC01", "distance_size"])
    assert found.loc["CC01", "coverage"] == 0.5
    assert found.loc["CC01", "unknown_blocks"] == "mix of sectors"
    assert np.isnan(found.loc["CC01", "contribution_sections"])
    assert found.loc["CC01", "contribution_size"] == 1
    assert found.loc["CC01", ["most_alike", "least_alike"]].to_list() == ["size", "size"]
    assert "CC01" not in peers(toy, "AA01", max_own_country=None, min_coverage=0.6).index
    assert found.loc["BB01", "coverage"] == 1


def test_a_missing_variable_leaves_the_rest_of_its_block():
    toy = structure(
        {"AA01": [0.0, NAN], "BB01": [2.0, 5.0], "CC01": [4.0, 9.0]}, ("education", "a"), ("education", "b")
    )
    found = peers(toy, "AA01")
    assert found["coverage"].to_list() == [1.0, 1.0]
    # By a alone, variance 8/3: squares 1.5 and 6. BB01-CC01 by both: (1.5 + 16 / 4) / 2 = 2.75. Mean 41 / 12.
    assert found["distance"].to_list() == pytest.approx([math.sqrt(1.5 / (41 / 12)), math.sqrt(6 / (41 / 12))])


def test_a_region_of_which_nothing_is_known():
    toy = TOY.copy()
    toy.loc["AA01"] = NAN
    with pytest.raises(CoverageError) as caught:
        peers(toy, "AA01")
    text = str(caught.value)
    assert "Too little is known of the structure of AA01: no figure for mix of sectors, size." in text
    assert "fix:   choose the peers, scoreboard: peers: [...]" in text
    with pytest.raises(CoverageError, match="Nothing is known of the structure of both AA01 and BB01"):
        peers(toy, "AA01", chosen=["BB01"])
    assert "AA01" not in peers(toy, "BB01").index


def test_all_unknown():
    nothing = TOY * NAN
    with pytest.raises(CoverageError):
        peers(nothing, "AA01")
    assert shared_traits(nothing, "AA01", "BB01").empty


def test_too_few_regions_qualify():
    found = peers(TOY, "AA01", max_own_country=0, exclude=["BB01", "CC01"])
    assert found.empty
    assert "distance" in found
    assert "contribution_size" in found


# Errors


def test_all_problems_at_once():
    with pytest.raises(ParamError) as caught:
        peers(
            TOY,
            "AA01",
            chosen=["BB02", "AA01", "CC01", "CC01"],
            weights={"sise": 1, "size": -1},
            n=0,
            max_own_country=-1,
            min_coverage=2,
            exclude=["XX"],
        )
    problems = [problem.what for problem in caught.value.problems]
    assert problems == [
        "There is no region 'XX'.",
        "The structure has no block 'sise'.",
        "The weight of the block size is -1.",
        "The number of peers is 0.",
        "The number of peers of the own country is at most -1.",
        "The least coverage is 2.",
        "There is no region 'BB02'.",
        "AA01 is chosen as its own peer.",
        "The peer CC01 is chosen twice.",
    ]
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_an_unknown_peer_in_four_parts():
    with pytest.raises(ParamError) as caught:
        peers(TOY, "AA01", chosen=["BB02"])
    assert str(caught.value).splitlines() == [
        "There is no region 'BB02'.",
        "  where: scoreboard: peers",
        "  rule:  a peer is a NUTS 2 code (NUTS 2016) of the scoreboard, or the name of a territory; "
        "docs/methods.md#peers",
        "  fix:   did you mean BB01?",
    ]


@pytest.mark.parametrize(
    ("options", "what", "fix"),
    [
        ({"region": "ZZ"}, "There is no region 'ZZ'", "use one of: AA01, AA02, BB01, CC01"),
        ({"chosen": []}, "The list of chosen peers is empty", "name at least one region"),
        ({"weights": {"size": 0, "sections": 0}}, "have the weight 0", "give at least one block a weight above 0"),
        ({"weights": {"size": NAN}}, "The weight of the block size is nan", "write a number from 0 up"),
    ],
)
def test_one_problem(options, what, fix):
    with pytest.raises(ParamError) as caught:
        peers(TOY, **({"region": "AA01"} | options))
    assert what in str(caught.value)
    assert fix in str(caught.value)


def test_traits_of_an_unknown_region():
    with pytest.raises(ParamError, match="There is no region 'AA09'"):
        shared_traits(TOY, "AA01", "AA09")


# Properties


@given(structures, st.randoms())
@settings(max_examples=15, deadline=None)
def test_order_of_rows_and_columns_does_not_matter(table, random):
    rows, columns = list(table.index), list(table.columns)
    random.shuffle(rows)
    random.shuffle(columns)
    first, second = (peers(each, "AA01", n=9) for each in (table, table.loc[rows, columns]))
    assert list(first.index) == list(second.index)
    np.testing.assert_allclose(first["distance"], second["distance"], atol=1e-9)


@given(structures, st.floats(0.01, 1000), st.floats(-100, 100))
@settings(max_examples=15, deadline=None)
def test_the_unit_does_not_matter(table, factor, shift):
    other = table.copy()
    other[("size", "population")] = other[("size", "population")] * factor + shift
    first, second = (peers(each, "AA01", n=9) for each in (table, other))
    np.testing.assert_allclose(second["distance"].reindex(first.index), first["distance"], atol=1e-6)


@given(structures)
@settings(max_examples=15, deadline=None)
def test_distances_are_symmetric_and_average_one(table):
    before = table.copy()
    matrix = pd.DataFrame({code: peers(table, code, n=9)["distance"] for code in table.index}).reindex(table.index)
    np.testing.assert_allclose(matrix, matrix.T, atol=1e-9)
    n_blocks = sum(np.ptp(table[block].to_numpy(), axis=0).max() > 1e-12 for block in ("sections", "size", "education"))
    squares = matrix.to_numpy()[~np.eye(len(matrix), dtype=bool)] ** 2
    assert squares.mean() == pytest.approx(n_blocks / 3, abs=1e-9)
    pd.testing.assert_frame_equal(table, before)


@given(structures)
@settings(max_examples=15, deadline=None)
def test_contributions_add_up(table):
    found = peers(table, "AA01", n=9)
    total = found.filter(like="contribution_").sum(axis=1)
    np.testing.assert_allclose(total, (found["distance"] > 1e-9).astype(float), atol=1e-6)


# The structure, from tables


def toy_tables() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    region = pd.DataFrame(
        {
            "nuts_id": ["AT", "AT11", "AT12", "AT13", "NO01"],
            "level": [0, 2, 2, 2, 2],
            "country": ["AT", "AT", "AT", "AT", "NO"],
            "area_km2": [600.0, 100.0, 300.0, 200.0, 100.0],
        }
    )
    cells = [
        ("AT11", "C", 60.0, NAN), ("AT11", "J", 40.0, NAN), ("AT11", "C10", 20.0, NAN), ("AT11", "C28", NAN, 40.0),
        ("AT12", "C", 100.0, NAN), ("AT12", "J", 300.0, NAN), ("AT12", "C10", 100.0, NAN), ("AT12", "C28", 0.0, NAN),
        ("AT13", "C", NAN, 5.0), ("AT13", "J", NAN, 5.0), ("AT13", "C10", NAN, 1.0), ("AT13", "C28", NAN, 4.0),
    ]  # fmt: skip
    industry = pd.DataFrame(cells, columns=["nuts_id", "nace_code", "persons_employed", "persons_employed_estimate"])
    industry["year"] = 2014
    figures = [
        ("AT11", "population", 2014, 1000.0), ("AT12", "population", 2014, 3000.0), ("AT13", "population", 2012, 500.0),
        ("AT11", "gdp_pps_index", 2014, 200.0), ("AT12", "gdp_pps_index", 2014, 100.0),
        ("AT11", "tertiary_attainment", 2013, 10.0), ("AT11", "tertiary_attainment", 2015, 99.0),
        ("AT12", "tertiary_attainment", 2015, 30.0), ("AT13", "tertiary_attainment", 2008, 70.0),
    ]  # fmt: skip
    indicator = pd.DataFrame(figures, columns=["nuts_id", "indicator", "year", "value"])
    return industry, indicator, region


def test_structure_by_hand():
    found = structure_table(*toy_tables(), year=2014)
    assert list(found.index) == ["AT11", "AT12", "AT13"]  # no country row, no Norway
    assert found["sections"].loc["AT11"].to_dict() == {"C": 0.6, "J": 0.4}
    assert found["manufacturing"].loc["AT11"].to_list() == pytest.approx([1 / 3, 2 / 3])  # a hidden cell is estimated
    assert found["manufacturing"].loc["AT12"].to_list() == [1.0, 0.0]
    assert found[["sections", "manufacturing"]].loc["AT13"].isna().all()  # nothing published
    assert found["size", "population"].to_list() == pytest.approx(np.log([1000, 3000, 500]).tolist())
    assert found["density", "population_density"].to_list() == pytest.approx(np.log([10, 10, 2.5]).tolist())
    assert found["education", "tertiary_attainment"].to_list()[:2] == [10.0, 30.0]  # earlier before later
    assert np.isnan(found.loc["AT13", ("education", "tertiary_attainment")])  # six years away
    assert found["income", "gdp_pps_index"].to_list()[:2] == pytest.approx(np.log([200, 100]).tolist())
    assert found["education", "medium_attainment"].isna().all()


def test_a_territory_stands_for_its_parts():
    before = toy_tables()
    found = structure_table(*before, year=2014, territories={"both": ["AT11", "AT12"]})
    assert list(found.index) == ["AT13", "both"]
    assert found["sections"].loc["both"].to_dict() == {"C": 160 / 500, "J": 340 / 500}
    assert found.loc["both", ("size", "population")] == pytest.approx(math.log(4000))
    assert found.loc["both", ("density", "population_density")] == pytest.approx(math.log(10))
    assert found.loc["both", ("income", "gdp_pps_index")] == pytest.approx(math.log((1000 * 200 + 3000 * 100) / 4000))
    # 2013 is nearer for AT11 alone, but 2015 is the year that both have.
    assert found.loc["both", ("education", "tertiary_attainment")] == pytest.approx((1000 * 99 + 3000 * 30) / 4000)
    unknown = structure_table(*before, year=2014, territories={"both": ["AT12", "AT13"]}).loc["both"]
    assert unknown["sections"].isna().all()
    assert np.isnan(unknown["income", "gdp_pps_index"])
    for given_, after in zip(toy_tables(), before, strict=True):
        pd.testing.assert_frame_equal(given_, after)


def test_wrong_territories():
    with pytest.raises(ParamError) as caught:
        structure_table(*toy_tables(), year=2014, territories={"a": ["AT11", "AT19"], "b": ["AT11"]})
    assert [problem.what for problem in caught.value.problems] == [
        "There is no region 'AT19'.",
        "AT11 belongs to two territories, a and b.",
    ]


@pytest.fixture(scope="module")
def europe() -> pd.DataFrame:
    territories = {
        "piemonte": ["ITC1"],
        "saxony": ["DED2", "DED4", "DED5"],
        "slovenia": ["SI03", "SI04"],
        "lithuania": ["LT01", "LT02"],
    }
    return structure_table(
        tables.load_industry(PROCESSED),
        tables.load_indicator(PROCESSED),
        tables.load_region(PROCESSED),
        year=2014,
        territories=territories,
    )


def test_structure_of_europe(europe):
    assert len(europe) == 281 - 4
    assert {"saxony", "slovenia"} <= set(europe.index)
    assert europe["sections"].sum(axis=1, min_count=1).dropna().to_list() == pytest.approx([1.0] * (len(europe) - 1))
    assert europe["manufacturing"].sum(axis=1, min_count=1).dropna().to_list() == pytest.approx(
        [1.0] * europe["manufacturing"].notna().all(axis=1).sum()
    )
    assert europe[["size", "density", "income"]].notna().all(axis=None)
    assert math.exp(europe.loc["saxony", ("size", "population")]) == pytest.approx(4.05e6, rel=0.01)
    assert europe["sections"].loc["FRY5"].isna().all()  # Mayotte


def test_peers_that_one_would_expect(europe):
    countries = {"piemonte": "IT", "saxony": "DE", "slovenia": "SI", "lithuania": "LT"}
    found = {code: peers(europe, code, countries=countries) for code in countries}
    assert {"ITH5", "ITH3"} <= set(found["piemonte"].index)
    assert found["saxony"].index[0] == "DEG0"  # Thüringen
    assert list(found["lithuania"].index[:2]) == ["LV00", "EE00"]
    for code, table in found.items():
        assert len(table) == 5
        assert table["own_country"].sum() <= 2
        assert table["distance"].is_monotonic_increasing
        assert table["distance"].max() < 0.7, code
        assert not any(part in table.index for part in ("DED2", "SI03", "LT01"))
    firm = peer_stability(europe, "lithuania", countries=countries)
    assert firm.loc["LV00", "share"] == 1.0
