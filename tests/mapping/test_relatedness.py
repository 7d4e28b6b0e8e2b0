"""Proximity, relatedness, density, variety, entries and exits, links between sectors."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterkit.errors import ContractError, ParamError
from clusterkit.mapping import (
    cross_sector_links,
    density,
    entries_and_exits,
    entropy,
    proximity,
    related_variety,
    relatedness,
    relatedness_density,
    unrelated_variety,
)

METHODS = ["probability", "association", "cosine", "jaccard"]
CODES = ["C10", "C13", "C29", "J62"]
# Regions with each: 3, 2, 3, 1. With both: C10 C13 2, C10 C29 2, C10 J62 0, C13 C29 1, C13 J62 0, C29 J62 1.
TOY = pd.DataFrame(
    [[1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 1, 0], [0, 0, 1, 1]],
    index=["AA01", "AA02", "BB01", "BB02"],
    columns=CODES,
    dtype=float,
)


def square(rows: list[list[float]]) -> pd.DataFrame:
    return pd.DataFrame(rows, index=CODES, columns=CODES)


cells = st.sampled_from([0.0, 1.0, 1.0, np.nan])
presences = (
    st.integers(2, 5)
    .flatmap(lambda n: st.lists(st.lists(cells, min_size=n, max_size=n), min_size=1, max_size=7))
    .map(
        lambda rows: pd.DataFrame(
            rows,
            index=[f"AA{i:02}" for i in range(len(rows))],
            columns=[f"C{10 + j}" for j in range(len(rows[0]))],
            dtype=float,
        )
    )
)


# Known answers


def test_proximity_by_hand():
    expected = square([[1, 2 / 3, 2 / 3, 0], [2 / 3, 1, 1 / 3, 0], [2 / 3, 1 / 3, 1, 1 / 3], [0, 0, 1 / 3, 1]])
    pd.testing.assert_frame_equal(proximity(TOY), expected)


def test_relatedness_by_hand():
    """Totals 4, 3, 4, 1, all 12. C10 C13: c = 2."""
    expected = {
        "probability": 2 / (6 * (4 / 12 * 3 / 8 + 3 / 12 * 4 / 9)),
        "association": 12 * 2 / (4 * 3),
        "cosine": 2 / np.sqrt(12),
        "jaccard": 2 / (4 + 3 - 2),
    }
    for method, value in expected.items():
        result = relatedness(TOY, method=method)
        assert result.loc["C10", "C13"] == pytest.approx(value), method
        assert result.loc["C13", "C10"] == result.loc["C10", "C13"]
        assert result.loc["C10", "J62"] == 0
        assert list(np.diag(result)) == [0, 0, 0, 0]
    assert relatedness(TOY).equals(relatedness(TOY, method="probability"))


@pytest.mark.parametrize("method", METHODS)
def test_counts_and_presences_say_the_same(method):
    counts = square([[99, 2, 2, 0], [2, 99, 1, 0], [2, 1, 99, 1], [0, 0, 1, 99]])
    pd.testing.assert_frame_equal(relatedness(counts, method=method), relatedness(TOY, method=method))


def test_probability_has_a_weighted_mean_of_one():
    """The expected numbers add up to the observed ones."""
    counts = square([[0, 2, 2, 0], [2, 0, 1, 0], [2, 1, 0, 1], [0, 0, 1, 0]])
    ratio = relatedness(counts).to_numpy()
    total = counts.to_numpy().sum(axis=0)
    chance = np.array([[0 if i == j else total[i] * total[j] / (12 - total[i]) for j in range(4)] for i in range(4)])
    expected = (chance + chance.T) / 2
    assert expected.sum() == pytest.approx(12)
    assert (expected * ratio).sum() == pytest.approx(12)


def test_densities_by_hand():
    """AA02 has C10 and C13. Proximities of C29: 2/3, 1/3, 1, 1/3."""
    near = proximity(TOY)
    assert density(TOY, near).loc["AA02", "C29"] == pytest.approx(1 / (2 / 3 + 1 / 3 + 1 + 1 / 3))
    assert relatedness_density(TOY, near).loc["AA02", "C29"] == pytest.approx(1 / (2 / 3 + 1 / 3 + 1 / 3))
    phi = square([[9, 2, 1, 1], [2, 9, 0, 0], [1, 0, 9, 3], [1, 0, 3, 9]])
    expected = pd.DataFrame(
        [[3 / 4, 1, 1 / 4, 1], [2 / 4, 1, 1 / 4, 1 / 4], [1 / 4, 1, 1 / 4, 1], [2 / 4, 0, 3 / 4, 3 / 4]],
        index=TOY.index,
        columns=CODES,
        dtype=float,
    )
    pd.testing.assert_frame_equal(relatedness_density(TOY, phi), expected)


def test_null_cases():
    same = pd.DataFrame({"C10": [1, 0, 1], "C13": [1, 0, 1]}, index=["AA01", "AA02", "BB01"])
    assert (proximity(same) == 1).all().all()
    everything, nothing = TOY * 0 + 1, TOY * 0
    near = proximity(TOY)
    np.testing.assert_allclose(density(everything, near), 1)
    np.testing.assert_allclose(relatedness_density(everything, near), 1)
    assert (density(nothing, near) == 0).all().all()


def test_one_region_and_one_sector():
    assert (proximity(TOY.loc[["AA01"], CODES[:3]]) == 1).all().all()
    alone = TOY[["C10"]]
    assert proximity(alone).to_numpy().tolist() == [[1.0]]
    assert relatedness(alone).to_numpy().tolist() == [[0.0]]
    assert density(alone, proximity(alone))["C10"].tolist() == [1, 1, 1, 0]
    assert relatedness_density(alone, relatedness(alone)).isna().all().all()


# What is unknown or empty


@pytest.mark.parametrize("method", METHODS)
def test_an_empty_sector_and_an_empty_region_spoil_nothing(method):
    wider = TOY.assign(B05=0.0)
    wider.loc["CC01"] = 0.0
    for function, expected in [
        (proximity, proximity(TOY)),
        (lambda table: relatedness(table, method=method), relatedness(TOY, method=method)),
    ]:
        result = function(wider)
        pd.testing.assert_frame_equal(result.loc[CODES, CODES], expected)
        assert result.loc["B05", CODES].isna().all()
        assert result.loc[CODES, "B05"].isna().all()
    near = density(wider, proximity(wider))
    pd.testing.assert_frame_equal(near.loc[TOY.index, CODES], density(TOY, proximity(TOY)))
    assert near["B05"].isna().all()
    assert (near.loc["CC01", CODES] == 0).all()
    assert np.isnan(proximity(wider).loc["B05", "B05"])
    assert relatedness(wider, method=method).loc["B05", "B05"] == 0


def test_an_unknown_presence_is_left_out_pair_by_pair():
    """Without AA01 C10: C10 is in AA02 and BB01 of the regions where it is known."""
    hidden = TOY.copy()
    hidden.loc["AA01", "C10"] = np.nan
    result = proximity(hidden)
    # C10 and C13: both in AA02. P(C13 | C10) = 1/2; P(C10 | C13) = 1/1, as AA01 does not count.
    assert result.loc["C10", "C13"] == pytest.approx(1 / 2)
    others = ["C13", "C29", "J62"]
    pd.testing.assert_frame_equal(result.loc[others, others], proximity(TOY).loc[others, others])
    assert list(np.diag(result)) == [1, 1, 1, 1]


def test_a_region_that_hides_all_plays_no_part():
    wider = TOY.copy()
    wider.loc["CC01"] = np.nan
    pd.testing.assert_frame_equal(proximity(wider), proximity(TOY))
    for method in METHODS:
        pd.testing.assert_frame_equal(relatedness(wider, method=method), relatedness(TOY, method=method))
    near = density(wider, proximity(wider))
    assert near.loc["CC01"].isna().all()
    pd.testing.assert_frame_equal(near.drop("CC01"), density(TOY, proximity(TOY)))


def test_two_sectors_never_known_together_are_unknown():
    apart = pd.DataFrame({"C10": [1, 1, np.nan], "C29": [np.nan, np.nan, 1], "J62": [1, 0, 1]}, index=list("ABC"))
    assert np.isnan(proximity(apart).loc["C10", "C29"])
    for method in METHODS:
        result = relatedness(apart, method=method)
        assert np.isnan(result.loc["C10", "C29"])
        assert result.loc["C10", "J62"] > 0


def test_density_leaves_out_what_is_unknown_in_the_region_only():
    hidden = TOY.copy()
    hidden.loc["AA02", "C13"] = np.nan
    near = proximity(TOY)
    result = density(hidden, near)
    assert result.loc["AA02", "C29"] == pytest.approx((2 / 3) / (2 / 3 + 1 + 1 / 3))
    pd.testing.assert_frame_equal(result.drop("AA02"), density(TOY, near).drop("AA02"))


@settings(max_examples=60, deadline=None)
@given(presence=presences)
def test_second_ways_by_slow_loops(presence):
    rows = presence.to_dict("index")
    near, kin = proximity(presence), relatedness(presence, method="association")
    wide, narrow = density(presence, near), relatedness_density(presence, near)
    together = {}
    for i, j in itertools.product(presence.columns, repeat=2):
        with_j = [row[i] for row in rows.values() if row[j] == 1 and not np.isnan(row[i])]
        with_i = [row[j] for row in rows.values() if row[i] == 1 and not np.isnan(row[j])]
        expected = min(sum(with_j) / len(with_j), sum(with_i) / len(with_i)) if with_i and with_j else np.nan
        assert near.loc[i, j] == pytest.approx(expected, nan_ok=True)
        known = [row for row in rows.values() if not np.isnan(row[i] + row[j])]
        together[i, j] = sum(row[i] * row[j] for row in known) if known and i != j else np.nan
    total = {i: sum(v for (a, _), v in together.items() if a == i and v == v) for i in presence.columns}
    for (i, j), both in together.items():
        scale = total[i] * total[j]
        expected = 0 if i == j else both * sum(total.values()) / scale if scale else np.nan
        assert kin.loc[i, j] == pytest.approx(expected, nan_ok=True)
    for region, i in itertools.product(presence.index, presence.columns):
        usable = [j for j in presence.columns if near.loc[i, j] == near.loc[i, j] and not np.isnan(rows[region][j])]
        for result, chosen in [(wide, usable), (narrow, [j for j in usable if j != i])]:
            reach = sum(near.loc[i, j] for j in chosen)
            share = sum(near.loc[i, j] * rows[region][j] for j in chosen) / reach if reach else np.nan
            assert result.loc[region, i] == pytest.approx(share, nan_ok=True)


@settings(max_examples=30, deadline=None)
@given(presence=presences, data=st.data())
def test_order_and_names_do_not_matter_and_inputs_stay(presence, data):
    before = presence.copy()
    rows, columns = (data.draw(st.permutations(list(labels))) for labels in (presence.index, presence.columns))
    names = {sector: f"Z{i}" for i, sector in enumerate(presence.columns)}
    other = presence.loc[rows, columns].rename(columns=names)
    codes = [names[code] for code in presence.columns]
    for function in (proximity, relatedness):
        matrix = function(presence)
        expected = matrix.rename(index=names, columns=names)
        pd.testing.assert_frame_equal(function(other).loc[codes, codes], expected)
        for measure in (density, relatedness_density):
            copy = matrix.copy()
            shares = measure(presence, matrix).rename(columns=names)
            pd.testing.assert_frame_equal(measure(other, expected).loc[presence.index, codes], shares)
            pd.testing.assert_frame_equal(matrix, copy)
    pd.testing.assert_frame_equal(presence, before)


# Refusals


def test_bad_tables_are_refused():
    with pytest.raises(ContractError, match=r"(?s)1 of 16 presences .*AA01 C10 \(2\).*fix:   make it with mapping"):
        proximity(TOY.mask((TOY.index.to_numpy() == "AA01")[:, None] & (TOY.columns == "C10"), 2.0))
    with pytest.raises(ContractError, match=r"(?s)1 labels missing in proximity: J62.*fix:   make both"):
        density(TOY, proximity(TOY[CODES[:3]]))
    with pytest.raises(ContractError, match=r"1 labels too many in relatedness: J62"):
        relatedness_density(TOY[CODES[:3]], relatedness(TOY))
    with pytest.raises(ContractError, match=r"1 labels twice in presence_end: AA01"):
        entries_and_exits(TOY, pd.concat([TOY, TOY.loc[["AA01"]]]))
    lopsided = square([[0, -1, 0, 0], [-1, 0, 2, 0], [0, 3, 0, 0], [0, 0, 0, 0]])
    with pytest.raises(ContractError, match=r"(?s)2 problems.*Negative.*C10 C13, C13 C10.*Not symmetric.*fix:   count"):
        relatedness(lopsided)
    with pytest.raises(ParamError, match=r"(?s)'cosin' is not a value of method.*fix:   write method='cosine'"):
        relatedness(TOY, method="cosin")


# Entries and exits


def test_entries_and_exits_by_hand():
    start = pd.DataFrame({"C10": [0, 0, 1, 1, np.nan, 0]}, index=list("ABCDEF"))
    end = pd.DataFrame({"C10": [0, 1, 0, 1, 1, np.nan]}, index=list("ABCDEF"))
    before = (start.copy(), end.copy())
    entries, exits = entries_and_exits(start, end.iloc[::-1])
    nan = np.nan
    np.testing.assert_array_equal(entries["C10"], [0, 1, nan, nan, nan, nan])
    np.testing.assert_array_equal(exits["C10"], [nan, nan, 1, 0, nan, nan])
    assert list(entries.index) == list("ABCDEF")
    pd.testing.assert_frame_equal(start, before[0])
    pd.testing.assert_frame_equal(end, before[1])


@settings(max_examples=30, deadline=None)
@given(presence=presences, data=st.data())
def test_turning_time_round_turns_entries_into_exits(presence, data):
    column = st.lists(cells, min_size=len(presence), max_size=len(presence))
    end = pd.DataFrame({code: data.draw(column) for code in presence.columns}, index=presence.index)
    forth, back = entries_and_exits(presence, end), entries_and_exits(end, presence)
    gained, lost = forth.entries == 1, forth.exits == 1
    pd.testing.assert_frame_equal(gained, back.exits == 1)
    pd.testing.assert_frame_equal(lost, back.entries == 1)
    known = presence.notna() & end.notna()
    pd.testing.assert_frame_equal(gained | lost, (presence != end) & known)
    unchanged = entries_and_exits(presence, presence)
    assert unchanged.entries.sum().sum() == unchanged.exits.sum().sum() == 0


# Variety

JOBS = pd.DataFrame(
    {"C10": [2.0, 4.0, 0.0], "C13": [2.0, 0.0, 0.0], "J62": [2.0, 4.0, 0.0], "J63": [2.0, 0.0, 0.0]},
    index=["AA01", "AA02", "BB01"],
)
GROUPS = {"C10": "C", "C13": "C", "J62": "J", "J63": "J", "K64": "K"}


def test_variety_by_hand():
    """AA01: one bit between C and J, one bit within each; AA02: only between."""
    np.testing.assert_allclose(unrelated_variety(JOBS, GROUPS), [1, 1, np.nan])
    np.testing.assert_allclose(related_variety(JOBS, pd.Series(GROUPS)), [1, 0, np.nan])
    assert related_variety(JOBS, GROUPS).name == "related_variety"


def test_variety_by_the_definition():
    """Weighted entropies within the groups, an odd table."""
    jobs = pd.DataFrame([[5.0, 3.0, 7.0, 1.0]], index=["AA01"], columns=list(JOBS.columns))
    inside = [8 / 16 * (5 / 8 * np.log2(8 / 5) + 3 / 8 * np.log2(8 / 3)), 8 / 16 * (7 / 8 * np.log2(8 / 7) + 3 / 8)]
    assert related_variety(jobs, GROUPS)["AA01"] == pytest.approx(sum(inside))
    assert unrelated_variety(jobs, GROUPS)["AA01"] == pytest.approx(1)


def test_variety_null_cases():
    each_alone = {code: code for code in JOBS}
    all_in_one = dict.fromkeys(JOBS, "all")
    kept = JOBS.loc[["AA01", "AA02"]]
    np.testing.assert_allclose(related_variety(kept, each_alone), 0, atol=1e-12)
    np.testing.assert_allclose(unrelated_variety(kept, all_in_one), 0, atol=1e-12)
    np.testing.assert_allclose(related_variety(kept, all_in_one), entropy(kept))


def test_related_variety_is_never_below_zero():
    random = np.random.default_rng(20141)
    jobs = pd.DataFrame(random.lognormal(6, 2, (300, 4)), columns=list(JOBS.columns))
    alone = dict(zip(JOBS, "zyxw", strict=True))  # groups in another order than their sectors: other rounding
    assert related_variety(jobs, alone).between(0, 1e-12).all()


def test_variety_with_an_unknown_cell():
    hidden = JOBS.copy()
    hidden.loc["AA01", "C13"] = np.nan
    for variety in (related_variety, unrelated_variety):
        result = variety(hidden, GROUPS)
        assert np.isnan(result["AA01"])
        assert result["AA02"] == variety(JOBS, GROUPS)["AA02"]
        left = variety(hidden, GROUPS, nan_policy="omit")
        assert left["AA01"] == pytest.approx(variety(JOBS.drop(columns="C13"), GROUPS)["AA01"])
        assert np.isnan(left["BB01"])


def test_a_sector_without_a_group_is_refused():
    with pytest.raises(ContractError, match=r"(?s)2 sectors have no group: C13, J63.*fix:   add the sectors"):
        related_variety(JOBS, {"C10": "C", "J62": "J"})


# Links between sectors

PHI = square([[0, 2.0, 1.0, 0.5], [2.0, 0, 1.5, 1.0], [1.0, 1.5, 0, 3.0], [0.5, 1.0, 3.0, 0]])


def test_links_by_hand():
    """AA02 is strong in C10 and C13. At 1.0: C10 is close to C13 and C29, C13 to C29 and J62."""
    nodes, edges, candidates = cross_sector_links("AA02", TOY, PHI)
    assert nodes["status"].to_dict() == {"C10": "strong", "C13": "strong", "C29": "candidate", "J62": "candidate"}
    assert nodes["n_close"].to_dict() == {"C10": 1, "C13": 1, "C29": 2, "J62": 1}
    np.testing.assert_allclose(nodes["density"], [2 / 3.5, 2 / 4.5, 2.5 / 5.5, 1.5 / 4.5])
    assert edges.to_numpy().tolist() == [
        ["C10", "C13", 2.0, 2, "strong"],
        ["C13", "C29", 1.5, 1, "candidate"],
        ["C10", "C29", 1.0, 2, "candidate"],
        ["C13", "J62", 1.0, 0, "candidate"],
    ]
    found = candidates.drop(columns="density").to_numpy().tolist()
    assert found == [[1, "C29", "C13", 1.5, 1], [1, "C29", "C10", 1.0, 2], [2, "J62", "C13", 1.0, 0]]
    np.testing.assert_allclose(candidates["density"], [2.5 / 5.5, 2.5 / 5.5, 1.5 / 4.5])


def test_the_density_of_the_links_is_the_relatedness_density():
    nodes = cross_sector_links("AA02", TOY, PHI).nodes
    pd.testing.assert_series_equal(
        nodes["density"], relatedness_density(TOY, PHI).loc["AA02", nodes.index], check_names=False
    )


def test_a_tie_at_the_threshold_counts_and_just_above_does_not():
    assert "J62" in cross_sector_links("AA02", TOY, PHI, min_relatedness=1.0).nodes.index
    assert "J62" not in cross_sector_links("AA02", TOY, PHI, min_relatedness=np.nextafter(1.0, 2)).nodes.index


def test_candidates_of_one_density_share_a_rank():
    even = square([[0, 1, 2, 2], [1, 0, 0, 0], [2, 0, 0, 1], [2, 0, 1, 0]])
    candidates = cross_sector_links(pd.Series({"C10": 1, "C13": 0, "C29": 0, "J62": 0}), TOY, even).candidates
    assert candidates[["rank", "nace_code"]].to_numpy().tolist() == [[1, "C13"], [2, "C29"], [2, "J62"]]


def test_densities_that_differ_by_rounding_are_tied():
    """0.1 + 0.2 is not 0.3 in binary; both candidates have that of 1."""
    codes = ["C10", "C13", "C29", "J62", "J63", "K64"]
    phi = pd.DataFrame(0.0, index=codes, columns=codes)
    for one, other, value in [
        ("C10", "J62", 0.1),
        ("C13", "J62", 0.2),
        ("C29", "J63", 0.3),
        ("J62", "K64", 0.7),
        ("J63", "K64", 0.7),
    ]:
        phi.loc[one, other] = phi.loc[other, one] = value
    own = pd.Series([1.0, 1.0, 1.0, 0.0, 0.0, 0.0], index=codes)
    candidates = cross_sector_links(own, own.to_frame("AA01").T, phi, min_relatedness=0.05).candidates
    assert candidates.groupby("nace_code")["rank"].first().to_dict() == {"J62": 1, "J63": 1}


def test_a_region_of_several_codes_brings_its_own_presences():
    own = pd.Series({"J62": 0.0, "C13": 1.0, "C10": 1.0, "C29": 0.0, "K64": 1.0})
    for found, expected in zip(cross_sector_links(own, TOY, PHI), cross_sector_links("AA02", TOY, PHI), strict=True):
        pd.testing.assert_frame_equal(found, expected)


def test_what_is_unknown_in_the_region_is_no_candidate():
    own = pd.Series({"C10": 1.0, "C13": 1.0, "J62": 0.0})
    nodes, edges, candidates = cross_sector_links(own, TOY, PHI)
    assert nodes.loc["C29", "status"] == "unknown"
    assert (edges.loc[edges["nace_code"] == "C29", "status"] == "unknown").all()
    assert set(candidates["nace_code"]) == {"J62"}
    assert candidates["density"].tolist() == [pytest.approx(1.5 / 1.5)]


def test_a_region_strong_in_nothing_or_in_everything():
    nodes, edges, candidates = cross_sector_links(pd.Series(0.0, index=CODES), TOY, PHI)
    assert len(nodes) == len(edges) == len(candidates) == 0
    nodes, edges, candidates = cross_sector_links(pd.Series(1.0, index=CODES), TOY, PHI)
    assert len(nodes) == 4
    assert len(edges) == 5
    assert candidates.empty


@settings(max_examples=30, deadline=None)
@given(presence=presences, data=st.data())
def test_links_do_not_depend_on_the_order_and_inputs_stay(presence, data):
    rows, columns = (data.draw(st.permutations(list(labels))) for labels in (presence.index, presence.columns))
    kin = relatedness(presence)
    before = (presence.copy(), kin.copy())
    plain = cross_sector_links("AA00", presence, kin)
    other = cross_sector_links("AA00", presence.loc[rows, columns], kin.loc[columns, columns])
    for found, expected in zip(other, plain, strict=True):
        pd.testing.assert_frame_equal(found, expected)
    pd.testing.assert_frame_equal(presence, before[0])
    pd.testing.assert_frame_equal(kin, before[1])


def test_bad_requests_for_links_are_refused():
    with pytest.raises(ContractError, match=r"(?s)There is no region ZZ99.*fix:   one of AA01"):
        cross_sector_links("ZZ99", TOY, PHI)
    with pytest.raises(ParamError, match=r"(?s)least relatedness of 0 .*fix:   1\.0 is chance"):
        cross_sector_links("AA02", TOY, PHI, min_relatedness=0)
    with pytest.raises(ContractError, match="presences are neither 0 nor 1"):
        cross_sector_links(pd.Series({"C10": 3.0}), TOY, PHI)
