"""Partner regions: what is strong in both, and what is strong in one and close to the other."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterkit.errors import ContractError
from clusterkit.mapping import AllRegions, close_sectors, common_sectors, partners

CODES = ["A01", "B02", "C03", "D04"]
NEAR = pd.DataFrame(False, index=CODES, columns=CODES)
for one, other in (("A01", "B02"), ("C03", "D04")):
    NEAR.loc[one, other] = NEAR.loc[other, one] = True


def everywhere(strong: dict[str, list[float]], lq: pd.DataFrame | None = None) -> AllRegions:
    table = pd.DataFrame(strong, index=CODES).T
    quotients = table.fillna(0.0) * 2 if lq is None else lq
    return AllRegions(quotients, table.isna(), quotients, quotients, quotients, table)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (["A01"], ["A01"], (("A01",), (), ())),
        (["A01"], ["B02"], ((), ("B02",), ("A01",))),
        (["A01"], ["C03"], ((), (), ())),
        (["A01", "C03"], ["A01", "D04"], (("A01",), ("D04",), ("C03",))),
        ([], ["A01"], ((), (), ())),
        (["Z99"], ["Z99", "A01"], (("Z99",), (), ())),
    ],
)
def test_what_links_two_regions(one: list[str], other: list[str], expected: tuple) -> None:
    found = common_sectors(one, other, NEAR)
    assert tuple(found) == expected
    assert found.n_linked == sum(len(part) for part in expected)
    turned = common_sectors(other, one, NEAR)
    assert (turned.shared, turned.brings, turned.offers) == (found.shared, found.offers, found.brings)


def test_sectors_are_close_where_they_stand_together_more_often_than_by_chance() -> None:
    rows = [[2, 2, 0, 0]] * 3 + [[0, 0, 2, 2]] * 3 + [[2, 0, 2, 0], [0, 2, 0, 2]]
    close = close_sectors(pd.DataFrame(rows, columns=CODES, dtype=float))
    # Of 16 ends of links each sector has 4: by chance two share 2 * 4/16 * 4/12 * 8 = 1.33, and A01 and B02 share 3.
    pd.testing.assert_frame_equal(close, NEAR, check_names=False)
    pairs = pd.DataFrame(rows, columns=CODES, dtype=float)
    assert not close_sectors(pairs, min_relatedness=2.26).to_numpy().any()
    assert close_sectors(pairs, min_relatedness=2.25).to_numpy().sum() == 4
    assert not np.diag(close).any()


def test_the_region_with_most_links_comes_first_and_those_without_are_left_out() -> None:
    strong = {
        "own": [1, 0, 1, 0],
        "same": [1, 0, 1, 0],
        "near": [1, 1, 1, 0],
        "hidden": [np.nan, 0, 0, 0],
        "none": [0, 0, 0, 0],
    }
    # A01 and B02 stand together in three regions of five and with nothing else.
    lq = pd.DataFrame([[2, 2, 0, 0]] * 3 + [[0, 0, 2, 2]] * 2, index=list(strong), columns=CODES, dtype=float)
    found = partners(everywhere(strong, lq), "own", min_relatedness=1.0)
    assert list(found.index) == ["near", "same"]
    assert found.loc["near", ["shared", "brings", "offers"]].tolist() == [("A01", "C03"), ("B02",), ()]
    assert found["n_linked"].tolist() == [3, 2]
    assert found["linked_share"].tolist() == [1.0, 1.0]


def test_ties_go_by_the_share_that_is_linked_then_by_code() -> None:
    strong = {"own": [1, 0, 0, 0], "b": [1, 0, 1, 0], "a": [1, 0, 1, 0], "c": [1, 0, 0, 0]}
    lq = pd.DataFrame(0.0, index=list(strong), columns=CODES)
    assert list(partners(everywhere(strong, lq), "own").index) == ["c", "a", "b"]


def test_a_region_that_is_not_there_is_refused() -> None:
    with pytest.raises(ContractError, match="There is no region elsewhere"):
        partners(everywhere({"own": [1, 0, 0, 0]}), "elsewhere")


def test_the_tables_given_stay_as_they_were() -> None:
    given = everywhere({"own": [1, 0, 0, 1], "other": [1, 1, 0, 0]})
    before = given.strong.copy()
    partners(given, "own")
    pd.testing.assert_frame_equal(given.strong, before)
