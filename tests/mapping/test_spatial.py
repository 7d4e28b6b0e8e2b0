"""Neighbours, Moran's I and hot spots as esda has them and by slow loops, clusters across borders."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from clusterkit import mapping
from clusterkit.data import tables
from clusterkit.errors import ContractError

ROOT = Path(__file__).resolve().parents[2]
N = 8  # regions along each side of the chessboard
BOARD = gpd.GeoDataFrame(
    {"nuts_id": [f"{'AA' if column < N // 2 else 'BB'}{row}{column}" for row in range(N) for column in range(N)]},
    geometry=[box(column, row, column + 1, row + 1) for row in range(N) for column in range(N)],
)
SLOPE = pd.Series(np.repeat(np.arange(N, dtype=float), N), index=BOARD["nuts_id"])


@pytest.fixture(scope="module")
def board() -> mapping.Contiguity:
    return mapping.contiguity(BOARD, rule="rook")


@pytest.fixture(scope="module")
def europe() -> mapping.Contiguity:
    regions = tables.load_region(ROOT / "data" / "processed")
    return mapping.contiguity(
        regions[(regions["level"] == 2) & regions["country"].isin(["IT", "FR", "CH", "AT", "SI", "MT"])]
    )


@pytest.fixture
def noise() -> pd.Series:
    return pd.Series(np.random.default_rng(3).normal(size=N * N), index=BOARD["nuts_id"])


def slow_weights(neighbours: mapping.Contiguity) -> dict[str, list[str]]:
    return {
        code: [b for pair in neighbours.pairs for a, b in (pair, pair[::-1]) if a == code]
        for code in neighbours.nuts_ids
    }


def test_slow_libraries_are_imported_only_when_they_are_used():
    code = "import clusterkit.mapping, sys; print({'esda', 'libpysal', 'sklearn', 'scipy.cluster'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "set()"


# Neighbours


def test_rook_and_queen_on_a_chessboard(board):
    assert len(board.pairs) == 2 * N * (N - 1)
    assert len(mapping.contiguity(BOARD).pairs) == 2 * N * (N - 1) + 2 * (N - 1) ** 2
    assert board.islands == ()
    assert board.note == "All 64 regions touch another one."


def test_neighbours_in_europe(europe):
    neighbours = slow_weights(europe)
    assert set(neighbours["ITC1"]) == {"ITC2", "ITC3", "ITC4", "ITH5", "FRL0", "FRK2", "CH01", "CH07"}
    assert {"ITG1", "ITG2", "FRM0", "MT00"} <= set(europe.islands)
    assert "ITG2" in europe.note
    assert "are left out" in europe.note


def test_one_region_and_none():
    assert mapping.contiguity(BOARD.iloc[:1]).islands == ("AA00",)
    assert mapping.contiguity(BOARD.iloc[:0]).nuts_ids == ()


def test_a_region_twice_or_without_shape_is_refused():
    broken = pd.concat([BOARD, BOARD.iloc[:1]])
    broken.iloc[5, 1] = None
    with pytest.raises(ContractError, match="stand twice or have no geometry: AA00, BB05"):
        mapping.contiguity(broken)


# Moran's I


def test_moran_is_esda_by_hand_and_by_a_slow_loop(board, noise):
    from esda import Moran
    from libpysal.graph import Graph

    values = noise + SLOPE
    graph = Graph.build_contiguity(BOARD.set_index("nuts_id").geometry.sort_index(), rook=True)
    np.random.seed(7)  # noqa: NPY002
    esda = Moran(values.sort_index().to_numpy(), graph, permutations=99)
    ours = mapping.morans_i(values, board, seed=7, permutations=99)
    assert ours.i == pytest.approx(esda.I, abs=1e-12)
    assert ours.p == pytest.approx(2 * esda.p_sim)
    assert (ours.n, ours.expected) == (64, pytest.approx(-1 / 63))
    z = values - values.mean()
    neighbours = slow_weights(board)
    lag = sum(z[a] * sum(z[b] for b in beside) / len(beside) for a, beside in neighbours.items())
    assert ours.i == pytest.approx(lag / sum(z**2))


def test_a_permuted_map_has_the_expected_moran_on_average(board):
    rng = np.random.default_rng(11)
    values = [
        mapping.morans_i(pd.Series(rng.permutation(SLOPE), SLOPE.index), board, seed=1, permutations=1).i
        for _ in range(300)
    ]
    assert np.mean(values) == pytest.approx(-1 / 63, abs=3 * np.std(values) / 300**0.5)


def test_a_slope_is_clustered_and_a_chessboard_is_not(board):
    assert mapping.morans_i(SLOPE, board, seed=1).i > 0.8
    assert mapping.morans_i(SLOPE, board, seed=1).p < 0.01
    chess = pd.Series(
        [(row + column) % 2 for row in range(N) for column in range(N)], index=BOARD["nuts_id"], dtype=float
    )
    assert mapping.morans_i(chess, board, seed=1).i == pytest.approx(-1)


def test_regions_without_value_or_neighbour_are_left_out_and_named(board):
    values = SLOPE.copy()
    values[["AA01", "AA10"]] = np.nan  # the two neighbours of the corner
    result = mapping.morans_i(values, board, seed=1, permutations=9)
    assert result.unknown == ("AA01", "AA10")
    assert result.islands == ("AA00",)
    assert result.n == 61
    fewer = mapping.contiguity(BOARD[~BOARD["nuts_id"].isin(["AA01", "AA10", "AA00"])], rule="rook")
    assert result.i == pytest.approx(mapping.morans_i(SLOPE, fewer, seed=1, permutations=9).i)


def test_equal_values_and_too_few_regions_have_no_moran(board):
    assert np.isnan(mapping.morans_i(SLOPE * 0 + 5, board, seed=1).i)
    pair = board.among(["AA00", "AA01"])
    assert np.isnan(mapping.morans_i(SLOPE, pair, seed=1).p)
    alone = mapping.morans_i(SLOPE, board.among(["AA00"]), seed=1)
    assert (alone.n, alone.islands) == (0, ("AA00",))


def test_the_global_generator_is_as_before(board, noise):
    np.random.seed(1)  # noqa: NPY002
    expected = np.random.random(3).tolist()  # noqa: NPY002
    np.random.seed(1)  # noqa: NPY002
    mapping.morans_i(noise, board, seed=5, permutations=9)
    mapping.local_morans_i(noise, board, seed=5, permutations=9)
    assert np.random.random(3).tolist() == expected  # noqa: NPY002


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 1000), st.sampled_from([0.001, 7.0]))
def test_order_unit_and_names_do_not_change_moran(seed, unit):
    board = mapping.contiguity(BOARD, rule="rook")
    values = pd.Series(np.random.default_rng(seed).normal(size=N * N), index=BOARD["nuts_id"])
    before = values.copy()
    first = mapping.morans_i(values, board, seed=seed, permutations=19)
    shuffled = BOARD.sample(frac=1, random_state=seed)
    turned = mapping.morans_i(
        values.sample(frac=1, random_state=seed) * unit,
        mapping.contiguity(shuffled, rule="rook"),
        seed=seed,
        permutations=19,
    )
    assert turned.i == pytest.approx(first.i)
    assert turned.p == first.p
    pd.testing.assert_series_equal(values, before)


# Hot spots


def test_local_moran_is_esda_by_hand_and_by_a_slow_loop(board, noise):
    import warnings

    from esda import Moran_Local
    from libpysal.graph import Graph
    from scipy.stats import false_discovery_control

    values = noise + SLOPE
    graph = Graph.build_contiguity(BOARD.set_index("nuts_id").geometry.sort_index(), rook=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        esda = Moran_Local(values.sort_index().to_numpy(), graph, permutations=499, seed=7)
    ours = mapping.local_morans_i(values, board, seed=7, permutations=499)
    np.testing.assert_allclose(ours["i"], esda.Is)
    p = np.minimum(2 * esda.p_sim, 1)
    np.testing.assert_allclose(ours["p"], p)
    np.testing.assert_allclose(ours["p_adjusted"], false_discovery_control(p))
    z = values - values.mean()
    for code, beside in slow_weights(board).items():
        slow = (len(z) - 1) * z[code] * z[beside].mean() / (z**2).sum()
        assert ours.loc[code, "i"] == pytest.approx(slow)


def test_the_top_of_a_slope_is_hot_and_the_bottom_cold():
    spots = mapping.local_morans_i(SLOPE, mapping.contiguity(BOARD), seed=1)["spot"]
    inner = [f"{'AA' if column < N // 2 else 'BB'}{{}}{column}" for column in range(1, N - 1)]
    assert {spots[code.format(N - 1)] for code in inner} == {"hot spot"}
    assert {spots[code.format(0)] for code in inner} == {"cold spot"}


def test_chance_alone_makes_almost_no_spots_after_the_adjustment(board):
    rng = np.random.default_rng(2)
    found = [
        mapping.local_morans_i(pd.Series(rng.normal(size=N * N), BOARD["nuts_id"]), board, seed=1, permutations=499)
        for _ in range(20)
    ]
    assert np.mean([(table["p"] < 0.05).mean() for table in found]) == pytest.approx(0.05, abs=0.025)
    assert np.mean([(table["spot"] != "not significant").any() for table in found]) < 0.35


def test_unknown_and_islands_are_said(board):
    values = SLOPE.copy()
    values[["AA01", "AA10"]] = np.nan
    table = mapping.local_morans_i(values, board, seed=1, permutations=99)
    assert table.loc[["AA00", "AA01", "AA10"], "spot"].tolist() == ["island", "unknown", "unknown"]
    assert table.loc["AA00", "value"] == 0
    assert table.loc[["AA00", "AA01"], ["i", "p", "p_adjusted"]].isna().all(axis=None)
    flat = mapping.local_morans_i(values * 0, board, seed=1)
    assert set(flat["spot"]) == {"not significant", "island", "unknown"}


def test_a_region_that_touches_all_others_is_not_tested():
    star = mapping.Contiguity(tuple("ABCD"), (("A", "B"), ("A", "C"), ("A", "D")))
    table = mapping.local_morans_i(pd.Series({"A": 1.0, "B": 2.0, "C": 6.0, "D": 4.0}), star, seed=1)
    assert np.isnan(table.loc["A", "p"])
    assert table.loc["B":, "p"].notna().all()


def test_a_zero_seed_and_a_region_twice_are_refused(board):
    with pytest.raises(ContractError) as caught:
        mapping.morans_i(pd.concat([SLOPE, SLOPE.iloc[:1]]), board, seed=0)
    assert "seed is 0." in str(caught.value)
    assert "Regions that stand twice: AA00." in str(caught.value)


def test_hot_spots_of_many_sectors_are_those_of_each():
    board = mapping.contiguity(BOARD)
    rng = np.random.default_rng(4)
    random = pd.Series(rng.normal(size=N * N), BOARD["nuts_id"])
    values = pd.DataFrame({"slope": SLOPE, "both": SLOPE + random, "random": random, "flat": SLOPE * 0})
    values.loc[["AA01", "AA10", "AA11"], "both"] = np.nan  # AA00 becomes an island in this sector only
    before = values.copy()
    found = mapping.hot_spots(values, board, seed=3)
    pd.testing.assert_frame_equal(values, before)
    for name in values:
        alone = mapping.local_morans_i(values[name], board, seed=3, permutations=9999)["spot"]
        assert (found[name] == alone).mean() > 0.95, name  # p-values at the limit differ by chance
        for spot in ("island", "unknown"):
            assert list(found.index[found[name] == spot]) == list(alone.index[alone == spot])
    assert set(found["flat"]) == {"not significant"}
    assert "hot spot" in set(found["slope"])
    pd.testing.assert_frame_equal(mapping.hot_spots(values[["both"]], board, seed=3), found[["both"]])


def test_shared_draws_give_the_p_values_of_esda(board, noise):
    from clusterkit.mapping.spatial import _conditional_p

    values = (noise + SLOPE / 4).sort_index()
    esda = mapping.local_morans_i(values, board, seed=1, permutations=9999)
    z = (values - values.mean()).to_numpy()[:, None]
    lag, p = _conditional_p(z, board, 2, 9999)
    np.testing.assert_allclose((len(z) - 1) * z[:, 0] * lag[:, 0] / (z**2).sum(), esda["i"])
    assert np.abs(p[:, 0] - esda["p"]).max() < 0.04  # four standard errors of two draws of 9,999 at p = 0.5
    small = esda["p"] < 0.05
    assert small.any()
    assert np.abs(p[small, 0] - esda["p"][small]).max() < 0.015


def test_adjusted_p_values_are_those_of_scipy():
    from scipy.stats import false_discovery_control

    from clusterkit.mapping.spatial import _benjamini_hochberg

    p = np.random.default_rng(1).random(50) ** 3
    np.testing.assert_allclose(_benjamini_hochberg(p), false_discovery_control(p))


def test_hot_spots_on_islands_and_with_a_zero_seed(board):
    alone = mapping.Contiguity(("A", "B"), ())
    assert set(mapping.hot_spots(pd.DataFrame({"C29": [1.0, 2.0]}, ["A", "B"]), alone, seed=1)["C29"]) == {"island"}
    assert mapping.hot_spots(pd.DataFrame(index=["A", "B"]), alone, seed=1).shape == (2, 0)
    star = mapping.Contiguity(tuple("ABCD"), (("A", "B"), ("A", "C"), ("A", "D")))
    values = pd.DataFrame({"C29": [1.0, 2.0, 6.0, 4.0]}, list("ABCD"))
    assert mapping.hot_spots(values, star, seed=1).loc["A", "C29"] == "not significant"
    with pytest.raises(ContractError, match="seed is 0"):
        mapping.hot_spots(SLOPE.to_frame("C29"), board, seed=0)


def test_a_territory_has_the_neighbours_of_its_codes():
    line = mapping.Contiguity(("A", "B", "C", "D"), (("A", "B"), ("B", "C"), ("C", "D")))
    merged = line.together({"x": ["B", "C"]})
    assert merged.nuts_ids == ("A", "D", "x")
    assert merged.pairs == (("A", "x"), ("D", "x"))
    assert merged.beside("x") == ("A", "D")
    assert line.together({"x": ["A", "B", "C", "D"]}).islands == ("x",)


@pytest.mark.parametrize("rule", ["queen", "rook"])
def test_neighbours_are_those_of_libpysal(rule):
    from libpysal.graph import Graph

    regions = tables.load_region(ROOT / "data" / "processed").query("level == 2")
    graph = Graph.build_contiguity(regions.set_index("nuts_id").geometry, rook=rule == "rook")
    links = graph.adjacency[graph.adjacency > 0].index
    assert set(mapping.contiguity(regions, rule=rule).pairs) == {(a, b) for a, b in links if a < b}


# Across borders


def strong(*codes: str, unknown: tuple[str, ...] = ()) -> pd.DataFrame:
    column = pd.Series(0.0, index=BOARD["nuts_id"])
    column[list(codes)] = 1.0
    column[list(unknown)] = np.nan
    return column.to_frame("C29")


def test_a_group_that_spans_a_country_border(board):
    table = mapping.cross_border_clusters(strong("AA03", "BB04", "BB05", "AA22", "AA23", "BB77"), board)
    assert table["nuts_ids"].tolist() == [("AA03", "BB04", "BB05")]
    assert table.loc[0, ["n_regions", "countries"]].tolist() == [3, ("AA", "BB")]


def test_a_group_that_spans_the_border_of_a_region(board):
    column = strong("AA00", "AA01", "AA22", "AA23", "BB04")
    assert mapping.cross_border_clusters(column, board, region=["AA01", "AA02"])["nuts_ids"].tolist() == [
        ("AA00", "AA01")
    ]
    assert mapping.cross_border_clusters(column, board, region=["AA00", "AA01"]).empty


def test_regions_that_meet_in_a_corner_only_hang_together_by_the_queen(board):
    column = strong("AA03", "BB14")
    assert mapping.cross_border_clusters(column, board).empty
    assert len(mapping.cross_border_clusters(column, mapping.contiguity(BOARD))) == 1


def test_unknown_links_nothing_and_is_named(board):
    column = strong(
        "AA03", "BB04", "BB06", unknown=("BB05", "AA77" if "AA77" in BOARD["nuts_id"].to_numpy() else "BB77")
    )
    table = mapping.cross_border_clusters(column, board)
    assert table["nuts_ids"].tolist() == [("AA03", "BB04")]
    assert table["unknown_neighbours"].tolist() == [("BB05",)]


def test_no_strong_region_and_other_countries(board):
    empty = mapping.cross_border_clusters(strong(), board)
    assert empty.empty
    assert empty.columns.tolist() == ["nace_code", "nuts_ids", "n_regions", "countries", "unknown_neighbours"]
    country = pd.Series([f"C{code[3]}" for code in BOARD["nuts_id"]], index=BOARD["nuts_id"])
    table = mapping.cross_border_clusters(strong("AA00", "AA01"), board, country=country)
    assert table["countries"].tolist() == [("C0", "C1")]


def test_an_unknown_territory_is_refused(board):
    with pytest.raises(ContractError, match="Regions that are not on the map: ZZ99"):
        mapping.cross_border_clusters(strong(), board, region=["ZZ99"])


def test_textiles_of_piemonte_reach_lombardia(industry, area, europe):
    rows = industry[(industry["year"] == 2014) & (industry["nuts_id"].str.len() == 4)]
    employment = rows[rows["nace_code"].str.len() == 3].pivot(
        index="nuts_id", columns="nace_code", values="persons_employed"
    )
    lq = mapping.location_quotient(
        employment, benchmark=area.xs(2014, level="year")["persons_employed"].reindex(employment.columns),
        region_total=mapping.region_total(rows, by="nuts_id")["size"],
        benchmark_total=mapping.region_total(area).loc[2014, "low"],
    )  # fmt: skip
    table = mapping.cross_border_clusters(mapping.presence(lq, threshold=1.5), europe, region=["ITC1"])
    textiles = table[table["nace_code"] == "C13"]["nuts_ids"].item()
    assert {"ITC1", "ITC4"} <= set(textiles)
