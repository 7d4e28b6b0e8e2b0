"""Tables of one region on an invented Europe: snapshots, manufacturing, growth, stars, categories."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterkit import mapping
from clusterkit.data.industries import Category, Taxonomy
from clusterkit.data.star_schemes import Scheme
from clusterkit.errors import ParamError

OLD, NEW = "2008-2020", "2021-"
# Persons employed by region in C10, C13, J62; AA1 is made of AA11 and AA12.
JOBS = {
    2011: {"AA11": (100, 50, 100), "AA12": (100, 50, 100), "BB11": (300, 100, 400), "CC11": (400, 200, 100)},
    2012: {"AA11": (100, 60, 110), "AA12": (100, 60, 110), "BB11": (300, 100, 440), "CC11": (400, 180, 120)},
    2013: {"AA11": (110, 70, 120), "AA12": (90, 70, 120), "BB11": (330, 100, 480), "CC11": (400, 160, 140)},
    2022: {"AA11": (50, 150, None), "AA12": (50, 150, None), "BB11": (300, 100, None)},
}
HIDDEN = {("BB11", "C13", 2013): (90.0, 130.0), ("AA12", "C10", 2022): (30.0, 80.0)}
CODES = ("C10", "C13", "J62")


def rows_of(year: int, nuts_id: str, jobs: tuple[float | None, ...]) -> list[dict[str, object]]:
    rows = []
    for code, persons in zip(CODES, jobs, strict=True):
        if persons is None:
            continue
        low, high = HIDDEN.get((nuts_id, code, year), (np.nan, np.nan))
        hidden = not np.isnan(low)
        rows.append(
            {
                "nuts_id": nuts_id,
                "nace_code": code,
                "year": year,
                "persons_employed": np.nan if hidden else float(persons),
                "persons_employed_low": 0.0 if hidden else float(persons),
                "persons_employed_high": 1000.0 if hidden else float(persons),
                "persons_employed_estimate": float(persons) if hidden else np.nan,
                "persons_employed_estimate_low": low,
                "persons_employed_estimate_high": high,
                "wages_meur": float(persons) / 50 if year != 2022 else np.nan,
                "series": NEW if year == 2022 else OLD,
            }
        )
    for section in {code[0] for code in CODES}:
        inside = [p for code, p in zip(CODES, jobs, strict=True) if code[0] == section and p is not None]
        if inside:
            total = float(sum(inside))
            bounds = {f"persons_employed{end}": total for end in ("", "_low", "_high")}
            rows.append(rows[0] | bounds | {"nace_code": section})
    return rows


@pytest.fixture
def industry() -> pd.DataFrame:
    rows = []
    for year, regions in JOBS.items():
        countries: dict[str, list[float | None]] = {}
        for nuts_id, jobs in regions.items():
            rows += rows_of(year, nuts_id, jobs)
            total = countries.setdefault(nuts_id[:2], [0 if value is not None else None for value in jobs])
            countries[nuts_id[:2]] = [a if b is None else a + b for a, b in zip(total, jobs, strict=True)]
        for country, jobs in countries.items():
            rows += rows_of(year, country, tuple(jobs))
    return pd.DataFrame(rows)


def cells_of(industry: pd.DataFrame, nuts_ids: list[str], **published: float) -> pd.DataFrame:
    """A territory as ``territory.combine`` gives it: unknown with one of its parts, unless published as a whole."""
    parts = industry[industry["nuts_id"].isin(nuts_ids)].groupby(["nace_code", "year"])
    table = pd.DataFrame(
        {
            column: parts[column].agg(lambda part: part.sum(skipna=False))
            for column in ("persons_employed", "persons_employed_low", "persons_employed_high", "wages_meur")
        }
    )
    for key, value in published.items():
        code, year = key.split("_")
        table.loc[(code, int(year)), ["persons_employed", "persons_employed_low", "persons_employed_high"]] = value
    return table.assign(persons_employed_flag="")


@pytest.fixture
def yearly(industry: pd.DataFrame) -> dict[int, mapping.Snapshot]:
    cells = cells_of(industry, ["AA11", "AA12"])
    return mapping.snapshots(industry, cells, name="own", nuts_ids=["AA11", "AA12"])


def test_a_territory_stands_as_one_row_in_every_year(industry, yearly):
    before = industry.copy()
    assert sorted(yearly) == [2011, 2012, 2013, 2022]
    assert list(yearly[2011].regions.estimate.index) == ["BB11", "CC11", "own"]
    assert yearly[2011].regions.estimate.loc["own"].tolist() == [200, 100, 200]
    assert yearly[2013].region_total["own"] == 580
    assert yearly[2013].country.to_dict() == {"BB11": "BB", "CC11": "CC", "own": "AA"}
    assert yearly[2013].benchmark.tolist() == [930, 400, 860]
    assert (yearly[2013].series, yearly[2022].series) == (OLD, NEW)
    pd.testing.assert_frame_equal(industry, before)


def test_a_hidden_cell_has_an_estimate_and_ends_and_stays_unpublished(yearly):
    regions = yearly[2013].regions
    assert np.isnan(regions.published.loc["BB11", "C13"])
    assert [getattr(regions, end).loc["BB11", "C13"] for end in ("low", "estimate", "high")] == [90, 100, 130]


def test_a_hidden_part_widens_the_territory_by_its_interval(yearly):
    regions = yearly[2022].regions
    assert np.isnan(regions.published.loc["own", "C10"])
    assert [getattr(regions, end).loc["own", "C10"] for end in ("low", "estimate", "high")] == [80, 100, 130]


def test_a_figure_published_for_the_whole_territory_takes_the_place_of_its_parts(industry):
    cells = cells_of(industry, ["AA11", "AA12"], C10_2022=104.0)
    regions = mapping.snapshots(industry, cells, name="own", nuts_ids=["AA11", "AA12"])[2022].regions
    assert [getattr(regions, end).loc["own", "C10"] for end in ("published", "low", "estimate", "high")] == [104] * 4


def test_bounds_of_the_territory_narrow_its_interval(industry):
    cells = cells_of(industry, ["AA11", "AA12"])
    cells.loc[("C10", 2022), ["persons_employed_low", "persons_employed_high"]] = (95.0, 120.0)
    regions = mapping.snapshots(industry, cells, name="own", nuts_ids=["AA11", "AA12"])[2022].regions
    assert [getattr(regions, end).loc["own", "C10"] for end in ("low", "estimate", "high")] == [95, 100, 120]


def test_matched_benchmarks_leave_out_a_country_that_is_missing_in_one_of_the_years(yearly):
    then, now = mapping.matched_benchmarks([yearly[2013], yearly[2022]])
    assert then[["C10", "C13"]].tolist() == [530, 240]  # without CC
    assert now[["C10", "C13"]].tolist() == [400, 400]
    assert np.isnan(then["J62"])
    assert np.isnan(now["J62"])


def test_manufacturing_compares_the_same_countries_and_regions(yearly):
    both = mapping.manufacturing_then_and_now(yearly, "own", then=2013)
    assert (both.now, both.countries, both.n_regions) == (2022, ("AA", "BB"), 2)
    # 140 of 340 against 240 of 770; 300 of 400 against 400 of 800
    assert both.older.loc["C13", "lq"] == pytest.approx((140 / 340) / (240 / 770))
    assert both.newest.loc["C13", "lq"] == pytest.approx((300 / 400) / (400 / 800))
    assert both.older["rank"].tolist() == [2, 1]
    assert both.newest["n_regions"].tolist() == [2, 2]
    assert both.newest.loc["C10", "is_estimated"]
    assert both.newest["share_pct"].sum() == pytest.approx(100)
    low, high = both.newest.loc["C10", ["lq_low", "lq_high"]]
    assert (low, high) == pytest.approx(((80 / 400) / (400 / 800), (130 / 400) / (400 / 800)))


def test_a_rank_is_open_as_far_as_hidden_cells_leave_it_open(yearly):
    # BB11 has 100 of 430 in C13, hidden from 90 to 130; a rival between these ends may be before or behind.
    regions = yearly[2013].regions
    for table in (regions.published, regions.estimate, regions.low, regions.high):
        table.loc["own", ["C10", "C13"]] = (750.0, 250.0)
    table = mapping.manufacturing_then_and_now(yearly, "own", then=2013).older
    assert table.loc["C13", ["rank", "rank_best", "rank_worst"]].tolist() == [1, 1, 2]


def test_a_region_absent_after_the_break_has_only_the_older_year(yearly):
    both = mapping.manufacturing_then_and_now(yearly, "CC11", then=2013)
    assert both.newest.empty
    assert both.older.index.tolist() == ["C10", "C13"]
    assert both.now == 2022


def test_without_a_newer_series_there_is_no_newest_year(yearly):
    del yearly[2022]
    both = mapping.manufacturing_then_and_now(yearly, "own", then=2013)
    assert both.now is None
    assert both.newest.empty
    assert both.n_regions == 3


def test_shift_share_of_a_region_adds_up_and_marks_estimates(yearly):
    shift = mapping.region_shift(yearly, "BB11", base_year=2011, reference_year=2013)
    assert shift["change"].tolist() == [30, 0, 80]
    parts = shift[["national", "industry_mix", "regional"]].sum(axis=1)
    np.testing.assert_allclose(parts, shift["change"], atol=1e-9)
    assert shift["is_estimated"].tolist() == [False, True, False]
    growth = (930 + 400 + 860) / (900 + 400 + 700) - 1
    assert shift["national"].tolist() == pytest.approx([300 * growth, 100 * growth, 400 * growth])


def test_lines_start_at_100_keep_to_one_series_and_end_where_the_jobs_do(industry, yearly):
    cells = cells_of(industry, ["AA11", "AA12"])
    cells.loc[("C13", 2012), "persons_employed_flag"] = "b"
    cells.loc[("C13", 2011), "persons_employed_flag"] = "b"
    lines = mapping.index_lines(yearly, "own", cells=cells, nace_codes=["J62", "C13"], base_year=2011)
    assert list(lines.index) == [(code, year) for code in ("J62", "C13") for year in (2011, 2012, 2013)]
    assert lines.loc["C13", "region_index"].tolist() == pytest.approx([100, 120, 140])
    assert lines.loc["C13", "europe_index"].tolist() == pytest.approx([100, 100, 100])
    assert lines.loc["C13", "has_break"].tolist() == [False, True, False]  # that of the base year is before the line
    assert not lines.loc["J62", "has_break"].any()


def test_lines_of_no_sector_are_empty(industry, yearly):
    cells = cells_of(industry, ["AA11", "AA12"])
    assert mapping.index_lines(yearly, "own", cells=cells, nace_codes=[], base_year=2011).empty


def test_a_line_without_a_base_is_unknown(industry, yearly):
    yearly[2011].regions.estimate.loc["own", "C13"] = 0.0
    cells = cells_of(industry, ["AA11", "AA12"])
    lines = mapping.index_lines(yearly, "own", cells=cells, nace_codes=["C13"], base_year=2011)
    assert lines["region_index"].isna().all()
    assert lines["persons_employed"].notna().all()


def test_quadrants_take_the_growth_of_the_sector_in_europe_as_threshold():
    sectors = pd.DataFrame(
        {"lq": [2.0, 2.0, 1.2, np.nan], "growth_pct": [1.0, 1.0, 5.0, 1.0], "growth_europe_pct": [1.0, 2.0, 4.0, 0.0]},
        index=["C10", "C13", "C14", "C15"],
    )
    before = sectors.copy()
    table = mapping.growth_quadrants(sectors, strong_lq=1.5)
    assert table["quadrant"].to_dict() == {
        "C10": "strong and gaining", "C13": "strong, losing ground", "C14": "not strong, gaining",
    }  # fmt: skip
    assert table["lead_points"].tolist() == [0, -1, 1]
    pd.testing.assert_frame_equal(sectors, before)


def scheme(name: str, condition: dict[str, object]) -> Scheme:
    return Scheme.model_validate(
        {
            "schema_version": 1, "id": name, "title": name, "source": "this test", "stars": {"star": [condition]},
            "critical_mass": {"persons_employed": 0, "confirmed": True},
        }
    )  # fmt: skip


SCHEMES = {
    "fixed": scheme("fixed", {"measure": "lq", "at_least": 1.2, "confirmed": True}),
    "top": scheme("top", {"measure": "persons_employed", "top_share": 0.4, "confirmed": False}),
}
PERIOD = {"base_year": 2011, "reference_year": 2013}


def test_stars_of_a_region_by_each_scheme_with_the_chances_of_one(yearly):
    stars = mapping.region_stars(yearly, "own", schemes=SCHEMES, scheme="fixed", seed=1, **PERIOD)
    # own: 200, 140, 240 of 580; Europe 930, 400, 860 of 2190
    assert stars.by_scheme["fixed"]["lq"].round(2).tolist() == [0.81, 1.32, 1.05]
    assert stars.by_scheme["fixed"]["n_stars"].tolist() == [0, 1, 0]
    assert stars.by_scheme["top"]["n_stars"].tolist() == [0, 0, 0]
    assert stars.chances["p_star"].tolist() == [0, pytest.approx(1, abs=0.01), 0]
    assert stars.strength["n_stars"].tolist() == [0, 1, 0]


def test_the_same_seed_gives_the_same_chances_and_relative_schemes_look_at_all_regions(yearly):
    first, second = (
        mapping.region_stars(yearly, "BB11", schemes=SCHEMES, scheme="top", seed=7, draws=50, **PERIOD).chances
        for _ in range(2)
    )
    pd.testing.assert_frame_equal(first, second)
    # one of three regions fits into the top 40 % of a sector: the largest
    assert first["p_star"].tolist() == [0, 0, 1]


def test_an_unknown_scheme_is_named_with_those_that_exist(yearly):
    with pytest.raises(ParamError, match=r"There is no star scheme 'fxed'.*\n.*\n.*\n.*choose from fixed, top"):
        mapping.region_stars(yearly, "own", schemes=SCHEMES, scheme="fxed", seed=1, **PERIOD)


TAXONOMY = Taxonomy(
    "toy", "Toy", {}, {"wide": "Wide", "half": "Half", "none": "None of it"},
    {"wide": Category("approximate", "an example", {"C13": 1.0, "J62": 0.5}),
     "half": Category("approximate", "an example", {"C10": 1.0, "A01": 1.0}),
     "none": Category("not observable", "an example", {})},
)  # fmt: skip


def test_categories_are_sums_of_divisions_with_their_rating_and_range(yearly):
    table = mapping.category_strength(yearly[2013], "BB11", TAXONOMY)
    assert list(table.index) == ["wide", "half", "none"]
    assert table["rating"].tolist() == ["approximate", "approximate", "not observable"]
    assert table["status"].tolist() == ["covered", "partly covered", "not observable"]
    assert table.loc["wide", "persons_employed"] == 100 + 240
    assert table.loc["wide", ["persons_employed_low", "persons_employed_high"]].tolist() == [330, 370]
    europe = (400 + 430) / 2190
    assert table.loc["wide", "lq"] == pytest.approx(340 / 910 / europe)
    assert table.loc["wide", "lq_low"] < table.loc["wide", "lq"] < table.loc["wide", "lq_high"]
    assert table["is_estimated"].tolist() == [True, False, False]
    assert table.loc["half", ["rank", "n_regions"]].tolist() == [2, 3]
    assert table.loc["none", ["persons_employed", "lq", "rank"]].isna().all()


def test_one_hidden_division_spoils_no_other_category(yearly):
    regions = yearly[2013].regions
    for table in (regions.estimate, regions.low, regions.high, regions.published):
        table.loc["own", "C13"] = np.nan
    table = mapping.category_strength(yearly[2013], "own", TAXONOMY)
    assert np.isnan(table.loc["wide", "lq"])
    assert table.loc["half", "lq"] == pytest.approx(200 / 580 / (930 / 2190))
