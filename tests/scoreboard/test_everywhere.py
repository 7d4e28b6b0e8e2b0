"""Dimensions of all regions: the same as on the scoreboard page of a region."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clusterkit import scoreboard
from clusterkit.data import indicator_register, tables
from clusterkit.params import RegionParams, load_regions
from clusterkit.paths import project

PLACE = project(Path(__file__).resolve().parents[2])
PILOTS = {p.region: p for p in load_regions(PLACE, ["piemonte", "saxony", "lithuania"])}


@pytest.fixture(scope="module")
def given() -> dict:
    register = indicator_register.read_register(PLACE.params / "indicators.yaml")
    return {
        "denominators": indicator_register.merging_rules(register),
        "inexact": indicator_register.without_true_base(register),
    }


@pytest.fixture(scope="module")
def found() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    return (
        tables.load_indicator(PLACE.processed),
        tables.load_industry(PLACE.processed),
        tables.load_context(PLACE.processed),
    )


@pytest.fixture(scope="module")
def framework(found):
    units = tables.indicator_units(found[0])
    return scoreboard.load_framework(PLACE.params / "frameworks" / "eocic-8.yaml", known=units)


@pytest.fixture(scope="module")
def everywhere(found, given, framework) -> pd.DataFrame:
    territories = {p.region: p.nuts_ids for p in PILOTS.values()}
    options = PILOTS["piemonte"].score_options
    return scoreboard.dimensions_everywhere(*found, framework, territories=territories, **given, **options)


@pytest.mark.parametrize("p", PILOTS.values(), ids=str)
def test_scores_and_ranks_are_those_of_the_page(found, given, framework, everywhere, p: RegionParams) -> None:
    indicator, industry, context = found
    region = tables.load_region(PLACE.processed)
    evidence = scoreboard.gather(
        indicator, industry, region, context, territories={p.region: p.nuts_ids}, year=2014, **given
    )
    page = scoreboard.region_scoreboard(evidence, framework, region=p.region, draws=20, seed=1, **p.score_options)
    own = everywhere.loc[p.region]
    assert own.index.tolist() == page.dimensions.index.tolist()
    np.testing.assert_allclose(own["score"], page.dimensions["score"])
    np.testing.assert_array_equal(own["rank"], page.dimensions["rank"])


def test_every_region_is_there_and_ranks_start_at_the_best(everywhere) -> None:
    assert {"AT31", "ITC4", "DED2", "saxony"} <= set(everywhere.index.unique("nuts_id"))
    regions = everywhere.drop(index=list(PILOTS), level="nuts_id")
    for _, rows in regions.groupby("part"):
        best = rows["score"].idxmax()
        assert rows.loc[best, "rank"] == 1
        assert rows["rank"].max() <= rows["n_regions"].iloc[0] == rows["score"].notna().sum()
