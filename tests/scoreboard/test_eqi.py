"""The European Quality of Government Index 2021, recomputed from its three pillars.

The published index is the z-score of the mean of the three z-scored pillars, equal weights; all four are published with
three decimals, hence the tolerance.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from clusterkit.data import tables
from clusterkit.data.frameworks import check_framework
from clusterkit.scoreboard import Scoreboard, normalise

ROOT = Path(__file__).resolve().parent.parent.parent
ROUNDING = 0.001  # standard deviations
PILLARS = ["quality", "impartiality", "corruption"]


def recomputed(pillars: pd.DataFrame) -> pd.Series:
    rows = [("eqi", "index", "", None), *((name, "indicator", "eqi", 1) for name in PILLARS)]
    table = pd.DataFrame(rows, columns=["code", "level", "parent", "direction"])
    framework = check_framework(table, levels=["index", "indicator"])
    board = Scoreboard.build(
        pillars, framework, treat={"winsorise_up_to": 0, "log": "none"}, normalise={"method": "zscore"}
    )
    return normalise(board.scores, method="zscore")["eqi"]


@pytest.mark.raw
def test_from_the_published_file(raw: Path) -> None:
    published = pd.read_csv(raw / "indicators" / "eqi_2021.csv").set_index("region_code")
    pillars = published[["qualityp21_n2", "impartialityp21_n2", "corruptionp21_n2"]].set_axis(PILLARS, axis=1)
    assert len(published) == 238
    assert (recomputed(pillars) - published["eqi21_n2"]).abs().max() < ROUNDING


def test_from_the_embedded_table() -> None:
    table = tables.load_indicator(ROOT / "data" / "processed")
    codes = ["eqi", *(f"eqi_{name}" for name in PILLARS)]
    rows = table[table["indicator"].isin(codes) & (table["status"] == "reported")]
    wide = rows.pivot(index="nuts_id", columns="indicator", values="value").dropna()
    # One row per published region: a country that is one region stands under two codes, and regions that NUTS changed
    # are estimates and left out; the few that lack leave the scale as it is, nearly.
    wide = wide[(wide.index.str.len() > 2) | ~wide.duplicated(keep=False)]
    found = recomputed(wide[[f"eqi_{name}" for name in PILLARS]].set_axis(PILLARS, axis=1))
    assert len(wide) > 200
    assert found.corr(wide["eqi"]) > 1 - 1e-6
    assert (found - wide["eqi"]).abs().max() < 0.05
