"""The engine reproduces COINr [Becker2022] to 1e-9, on data that are not in this repository.

The folder named by the environment variable ``CLUSTERKIT_COINR`` holds CSV files written in R with COINr 1.1, all with
a column ``uCode`` or ``iCode`` and 17 significant digits (``write.csv``, empty for NA)::

    asem_imeta.csv, asem_idata.csv        ASEM_iMeta, ASEM_iData
    std_denominated.csv … std_aggregated.csv   data sets of ``build_example_coin()``: get_dset(coin, "Denominated") …
    norm_NAME.csv     Normalise(coin, "Treated", global_specs = list(f_n = "n_NAME", …)): minmax_0_100, minmax_1_100,
                      zscore_0_1, rank_min, borda_min, prank_min, dist2ref_DEU
    treat_winmaxN.csv Treat(coin, "Screened", global_specs = list(f1_para = list(winmax = N))) for 1, 5, 10
    treat_forcelog.csv                    the same with winmax = 0 and log_CT
    agg_NAME.csv      Aggregate of norm_minmax_1_100: amean, gmean, hmean, genmean_p2; agg_copeland_wrap.csv: a_copeland
    pun_normalised_1_100.csv, agg_NAME_pun.csv, agg_NAME_pun_th0.6.csv …   the same with cells emptied, ``dat_thresh``
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clusterkit.data.frameworks import Framework, check_framework
from clusterkit.scoreboard import Aids, Scoreboard, aggregate, normalise, treat

LEVELS = {1: "indicator", 2: "sub-dimension", 3: "dimension", 4: "index"}
TOLERANCE = 1e-9
MEANS = {"amean": "arithmetic", "gmean": "geometric", "hmean": "harmonic"}


@pytest.fixture(scope="module")
def folder() -> Path:
    named = os.environ.get("CLUSTERKIT_COINR")
    if not named or not Path(named, "asem_imeta.csv").is_file():
        pytest.skip("no results of COINr: CLUSTERKIT_COINR names no folder with them (see the head of this file)")
    return Path(named)


def table(folder: Path, name: str, columns: list[str] | None = None) -> pd.DataFrame:
    path = folder / f"{name}.csv"
    if not path.is_file():
        pytest.skip(f"no results of COINr: there is no {path.name}")
    read = pd.read_csv(path).set_index("uCode")
    return read if columns is None else read[columns].astype(float)


@pytest.fixture(scope="module")
def framework(folder: Path) -> Framework:
    meta = pd.read_csv(folder / "asem_imeta.csv")
    meta = meta[meta["Type"].isin(["Indicator", "Aggregate"])]
    is_indicator = meta["Type"] == "Indicator"
    rows = {
        "code": meta["iCode"],
        "level": meta["Level"].map(LEVELS),
        "parent": meta["Parent"].fillna(""),
        "weight": meta["Weight"].astype(float),
        "direction": meta["Direction"].where(is_indicator),
        "denominator": meta["Denominator"].where(is_indicator).fillna(""),
    }
    return check_framework(pd.DataFrame(rows))


@pytest.fixture(scope="module")
def treated(folder: Path, framework: Framework) -> pd.DataFrame:
    return table(folder, "std_treated", framework.indicators)


def same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    found = found.reindex(index=expected.index, columns=expected.columns)
    assert found.isna().equals(expected.isna())
    np.testing.assert_allclose(found, expected, rtol=TOLERANCE, atol=TOLERANCE)


def test_the_standard_build_step_by_step(folder: Path, framework: Framework) -> None:
    data = table(folder, "asem_idata")
    aids = Aids(denominators=data[["Area", "Energy", "GDP", "Population"]], groups=data["EurAsia_group"])
    board = Scoreboard.build(data, framework, aids=aids, impute={"method": "group_mean"})
    for name, step in (
        ("denominated", board.denominated),
        ("imputed", board.imputed),
        ("treated", board.treated),
        ("normalised", board.normalised),
        ("aggregated", board.scores),
    ):
        expected = table(folder, f"std_{name}", list(step))
        same(step, expected)


@pytest.mark.parametrize(
    ("name", "options", "scale"),
    [
        ("minmax_0_100", {"method": "minmax"}, 1),
        ("minmax_1_100", {"method": "minmax", "scale": (1.0, 100.0)}, 1),
        ("zscore_0_1", {"method": "zscore"}, 1),
        ("rank_min", {"method": "rank"}, 1),
        ("borda_min", {"method": "borda"}, 1),
        ("prank_min", {"method": "percentile_rank"}, 100),
        ("dist2ref_DEU", {"method": "distance_to_reference", "reference": "DEU"}, 100),
    ],
)
def test_normalisations(
    folder: Path, framework: Framework, treated: pd.DataFrame, name: str, options: dict, scale: float
) -> None:
    directions = framework.table.loc[framework.indicators, "direction"]
    same(normalise(treated, directions=directions, **options) / scale, table(folder, f"norm_{name}", list(treated)))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("winmax1", {"winsorise_up_to": 1}),
        ("winmax5", {"winsorise_up_to": 5}),
        ("winmax10", {"winsorise_up_to": 10}),
        ("winmax0", {"winsorise_up_to": 0}),
    ],
)
def test_treatments(folder: Path, framework: Framework, name: str, options: dict) -> None:
    screened = table(folder, "std_screened", framework.indicators)
    same(treat(screened, log="shifted", **options), table(folder, f"treat_{name}", framework.indicators))


@pytest.mark.parametrize("mean", [*MEANS, "genmean_p2"])
def test_means_of_complete_data(folder: Path, framework: Framework, mean: str) -> None:
    normalised = table(folder, "norm_minmax_1_100", framework.indicators)
    method = {"genmean_p2": "generalised_mean"}.get(mean) or MEANS[mean]
    found = aggregate(normalised, framework, method=method, power=2)
    same(found, table(folder, f"agg_{mean}", list(found)))


@pytest.mark.parametrize("mean", MEANS)
@pytest.mark.parametrize("threshold", ["", "0.6", "0.667", "0.9", "1"])
def test_means_of_data_with_gaps_and_a_threshold(folder: Path, framework: Framework, mean: str, threshold: str) -> None:
    normalised = table(folder, "pun_normalised_1_100", framework.indicators)
    least = 2 / 3 if threshold == "0.667" else float(threshold or 0)
    found = aggregate(normalised, framework, method=MEANS[mean], min_coverage=least)
    same(found, table(folder, f"agg_{mean}_pun{threshold and '_th' + threshold}", list(found)))


def test_copeland_on_complete_data(folder: Path, framework: Framework) -> None:
    # With gaps the two differ by design: COINr gives the weight of unknown parts to the later row.
    found = aggregate(table(folder, "norm_minmax_1_100", framework.indicators), framework, method="copeland")
    same(found, table(folder, "agg_copeland_wrap", list(found)))
