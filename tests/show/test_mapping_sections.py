"""Words, figures and tables of the mapping page on invented results: what is found is what is said."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from clusterkit.data.industries import Category, Taxonomy, load_taxonomy
from clusterkit.data.star_schemes import list_schemes
from clusterkit.mapping import QUADRANTS, RegionStars, ThenAndNow
from clusterkit.params import RegionParams
from clusterkit.show import Downloads, Figure, Text, categories, dynamics, leaders, manufacturing, stars, theme

ROOT = Path(__file__).resolve().parents[2]
SECTORS = load_taxonomy(ROOT / "params" / "taxonomies" / "nace-divisions.yaml")
SCHEMES = list_schemes(ROOT / "params" / "star_schemes")
P = RegionParams(region="north", name="Nørre & Co", nuts_ids=["UKI3"])
NO_FILES = Downloads("north")
NBSP = "\u00a0"


def said(text: Text) -> str:
    return " ".join(text.paragraphs).replace(NBSP, " ").replace("**", "")


def is_good(figure: Figure) -> bool:
    """Whether a picture is well-formed, small, and has words for those who do not see it."""
    assert ElementTree.fromstring(figure.svg).tag.endswith("svg")
    assert len(figure.svg) < 150_000
    for text in (figure.title, figure.alt, figure.note):
        assert text
        assert not re.search(r"\bnan\b|None\b(?! of )|<NA>", text), text
    return "Source: Eurostat" in figure.note


# Manufacturing now and before


def within(**columns: list[float]) -> pd.DataFrame:
    codes = ["C13", "C29", "C10"]
    table = pd.DataFrame({"persons_employed": [100.0, 200.0, 700.0], "is_estimated": False, **columns}, index=codes)
    defaults = {"lq_low": table["lq"], "lq_high": table["lq"], "rank_best": table["rank"], "rank_worst": table["rank"]}
    shares = {"share_pct": 100 * table["persons_employed"] / 1000, "n_regions": 220}
    return table.assign(**{name: value for name, value in (defaults | shares).items() if name not in columns})


def then_and_now(now: pd.DataFrame | None, then: pd.DataFrame | None) -> ThenAndNow:
    years = {year: table for year, table in ((2014, then), (2022, now)) if table is not None}
    return ThenAndNow(pd.concat(years, names=["year", "nace_code"]), 2014, 2022, ("FR", "IT"), 220)


HIDDEN = {"lq_low": [2.0, 1.5, 0.5], "lq_high": [4.0, 1.5, 0.5], "rank_worst": [9, 30, 200]}
NOW = within(lq=[3.0, 1.5, 0.5], rank=[2, 30, 200], **HIDDEN)
THEN = within(lq=[2.0, 1.7, 0.6], rank=[4, 20, 190])


def test_manufacturing_says_quotient_and_rank_of_both_years_and_the_break():
    text = said(manufacturing.say_manufacturing(then_and_now(NOW, THEN), P, SECTORS))
    assert "textiles (C13) has between 2.0 and 4.0 times that share, rank 2 of 220 regions (4 in 2014)" in text
    assert "motor vehicles (C29) has 1.5 times that share, rank 30 of 220 regions (20 in 2014)" in text
    assert "Manufacturing employed 1,000 persons in Nørre & Co in 2022" in text
    assert "All three divisions with the highest quotients in 2022 were among the first three in 2014." in text
    assert "changed in 2021" in text
    assert "no growth is worked out" in text


def test_a_country_without_newest_figures_is_named():
    text = said(manufacturing.say_manufacturing(then_and_now(None, THEN), P, SECTORS))
    assert text == (
        "For 2022 the tables hold no figures on manufacturing in Nørre & Co, "
        "since there are none for the United Kingdom. The newest picture is that of 2014."
    )
    assert manufacturing.plot_manufacturing(then_and_now(None, THEN), P, SECTORS, NO_FILES) is None
    assert manufacturing.table_manufacturing(then_and_now(None, THEN), P, SECTORS) is None


def test_a_region_left_out_by_its_country_is_told_apart():
    french = P.model_copy(update={"nuts_ids": ["FRY5"]})
    text = said(manufacturing.say_manufacturing(then_and_now(None, THEN), french, SECTORS))
    assert "though there are for France" in text


def test_without_an_older_year_no_rank_is_made_up():
    text = said(manufacturing.say_manufacturing(then_and_now(NOW, None), P, SECTORS))
    assert "in 2014)" not in text
    assert "For 2014 nothing is published for Nørre & Co." in text
    table = manufacturing.table_manufacturing(then_and_now(NOW, None), P, SECTORS)
    assert [row[-1] for row in table.rows] == ["not published"] * 3


def test_the_table_of_ranks_has_what_hidden_cells_leave_open_and_a_star_for_estimates():
    now = NOW.assign(is_estimated=[True, False, False])
    table = manufacturing.table_manufacturing(then_and_now(now, THEN), P, SECTORS)
    assert table.rows[0] == ("Textiles (C13)", "100*", "10.0", "2–9", "4")
    assert table.note.startswith("*: hidden, estimated.")


def test_the_figure_of_manufacturing_leads_with_the_first():
    figure = manufacturing.plot_manufacturing(then_and_now(NOW, THEN), P, SECTORS, NO_FILES)
    assert is_good(figure)
    assert figure.title.endswith("in 2022: rank 2 of 220 regions")
    assert "Motor vehicles (C29) 1.5 times in 2022, rank 30 (in 2014 1.7 times, rank 20)" in figure.alt


def test_the_data_of_the_figure_hold_both_years(tmp_path):
    figure = manufacturing.plot_manufacturing(then_and_now(NOW, THEN), P, SECTORS, Downloads("north", str(tmp_path)))
    file = pd.read_csv(tmp_path / "manufacturing.csv")
    assert figure.link == "downloads/north/manufacturing.csv"
    assert sorted(set(file["year"])) == [2014, 2022]
    assert file.loc[(file["year"] == 2022) & (file["nace_code"] == "C29"), "rank"].tolist() == [30]


# The three lists


def ranked(n: int = 7) -> pd.DataFrame:
    """Sectors from C10 on: the first is the most specialised and best paid, the last the largest."""
    codes = pd.Index(list(SECTORS.categories)[5 : 5 + n], name="nace_code")
    lq = np.linspace(3.0, 0.9, n)
    table = pd.DataFrame({"lq": lq, "lq_low": lq, "lq_high": lq, "is_strong": lq >= 1.5}, index=codes)
    return table.assign(
        lq_is_certain=True,
        persons_employed=np.arange(1, n + 1) * 1000.0,
        wages_eur_per_person=[30.0, *[10.0] * (n - 1)],
        wages_europe_eur_per_person=20.0,
        growth_pct=np.arange(n) - 3.0,
        growth_europe_pct=0.0,
        growth_has_break=False,
    )


def test_the_three_lists_name_what_leads_twice_and_thrice():
    assert said(leaders.say_leaders(ranked(), P, SECTORS)) == (
        "Tobacco products (C12), textiles (C13) and clothing (C14) are among the first five by specialisation, "
        "size and productivity at once. "
        "In two of the three lists: food products (C10), most specialised and most productive; "
        "beverages (C11), most specialised and most productive."
    )
    table = leaders.table_leaders(ranked(), P, SECTORS, NO_FILES)
    assert table.rows[0] == [
        "Food products (C10): 3.0 times",
        "Wood and wood products (C16): 7,000",
        "Food products (C10): 1.5 times",
    ]


def test_without_wages_the_list_says_so_and_with_no_sector_there_is_none():
    table = leaders.table_leaders(ranked().assign(wages_eur_per_person=np.nan), P, SECTORS, NO_FILES)
    assert {row[2] for row in table.rows} == {"no further figure"}
    assert leaders.table_leaders(ranked().iloc[:0], P, SECTORS, NO_FILES) is None


# Stars


def starred(counts: dict[str, list[tuple[int, int]]], chance: list[float], chosen: str = "eccp-2021") -> RegionStars:
    codes = pd.Index(["C13", "C29", "C10"], name="nace_code")
    by_scheme = {
        key: pd.DataFrame(rows, index=codes, columns=["n_stars_low", "n_stars_high"]).assign(lq=[3.0, 2.0, 1.0])
        for key, rows in counts.items()
    }
    chances = pd.DataFrame({"p_any_star": chance, "expected_stars": chance}, index=codes)
    return RegionStars(SCHEMES[chosen], {key: SCHEMES[key] for key in counts}, by_scheme, chances)


STARS = starred(
    {
        "eccp-2021": [(1, 1), (1, 1), (0, 1)],
        "eco-2007": [(2, 3), (0, 0), (0, 0)],
        "eocic-2019": [(3, 3), (1, 1), (2, 2)],
    },
    [1.0, 0.54, 0.2],
)
STRONG = pd.DataFrame({"is_strong": [True]}, index=["C13"])


def test_stars_are_counted_with_their_rule_their_chance_and_the_other_schemes():
    text = said(stars.say_stars(STARS, STRONG, P, SECTORS))
    assert "(location quotient of at least 1.5 and share of the region’s jobs of at least 1 %)" in text
    assert "Two sectors have the star in Nørre & Co in 2014; for one other it cannot be told" in text
    assert "one of two keeps the star in at least 95 % of the draws" in text
    assert "the least sure is motor vehicles (C29) with 54 %" in text
    assert "One of the two has at least one star in each of the two other schemes too." in text


def test_a_star_that_is_not_among_the_strong_sectors_is_explained():
    assert "Motor vehicles (C29) is told otherwise here" in said(stars.say_stars(STARS, STRONG, P, SECTORS))
    both = pd.DataFrame({"is_strong": [True, True]}, index=["C13", "C29"])
    assert "told otherwise" not in said(stars.say_stars(STARS, both, P, SECTORS))


def test_no_star_is_a_finding():
    none = starred({"eccp-2021": [(0, 0)] * 3, "eco-2007": [(0, 0)] * 3}, [0.0] * 3)
    text = said(stars.say_stars(none, STRONG.iloc[:0], P, SECTORS))
    assert text.endswith("No sector has the star in Nørre & Co in 2014.")
    assert stars.table_stars(none, P, SECTORS, NO_FILES) is None


def test_a_scheme_of_several_stars_is_told_by_their_number():
    counts = {"eocic-2019": [(3, 3), (1, 1), (1, 1)], "eccp-2021": [(0, 0)] * 3}
    p = P.model_copy(update={"mapping": P.mapping.model_copy(update={"star_scheme": "eocic-2019"})})
    text = said(stars.say_stars(starred(counts, [3.0, 1.0, np.nan], "eocic-2019"), STRONG, p, SECTORS))
    assert "One sector has three and two have one of the three stars" in text
    assert text.endswith("None of the three has at least one star in the other scheme too.")
    assert "top 20 % of regions in the sector" in text


def test_the_table_of_stars_opens_with_the_surest_and_says_what_is_not_confirmed():
    table = stars.table_stars(STARS, P, SECTORS, NO_FILES)
    assert [row[0] for row in table.rows] == ["Textiles (C13)", "Motor vehicles (C29)", "Food products (C10)"]
    assert table.rows[0][1:] == ("1", f"100{NBSP}%", "2–3", "3")
    assert table.rows[2][1:3] == ("0–1", f"20{NBSP}%")
    assert "Thresholds of eco-2007 and eocic-2019 are not confirmed by a source (A40, rated red)" in table.note
    assert [column.heading for column in table.columns][1:3] == ["eccp-2021, of one star", "Chance of the star"]


# Growth


SHIFT = pd.DataFrame(
    {
        "persons_start": [100.0, 200.0, np.nan], "persons_end": [90.0, 240.0, 10.0], "change": [-10.0, 40.0, np.nan],
        "national": [2.0, 4.0, np.nan], "industry_mix": [-5.0, 1.0, np.nan], "regional": [-7.0, 35.0, np.nan],
        "is_estimated": [True, False, False],
    },
    index=pd.Index(["C13", "C29", "C10"], name="nace_code"),
)  # fmt: skip
GROWTH = pd.DataFrame({"growth_pct": [-10.0, 20.0], "growth_has_break": [False, True]}, index=["C13", "C29"])


def test_the_parts_of_the_change_are_said_with_their_sign_and_the_break():
    text = said(dynamics.say_shift(SHIFT, GROWTH, P))
    assert "gained 30 jobs (+10.0 %)" in text
    assert "would have been +6" in text
    assert "stands for −4: on balance its jobs were in sectors that did worse in Europe" in text
    assert "What is left, +28" in text
    assert "break in the series in one sector" in text
    assert not re.search(r"because|due to|caused|led to|thanks to", text)


def test_the_bars_add_up_and_the_sectors_are_marked():
    figure = dynamics.plot_shift(SHIFT, GROWTH, P, NO_FILES)
    assert is_good(figure)
    values = [int(value.replace("−", "-")) for value in re.findall(r"[+−]\d+", figure.alt)]
    assert values == [30, 6, -4, 28]
    assert values[0] == sum(values[1:])
    sectors = dynamics.plot_regional_part(SHIFT, GROWTH, P, SECTORS, NO_FILES)
    assert is_good(sectors)
    assert sectors.title == (
        "The widest lead over Europe is in motor vehicles (C29) with +35 "
        "and the widest gap in textiles (C13) with −7 jobs"
    )
    assert sectors.note.startswith("*: hidden in one of the years, estimated.")


def test_without_both_years_the_change_is_not_made_up():
    unknown = SHIFT.assign(change=np.nan, regional=np.nan)
    assert "no figures of both years" in said(dynamics.say_shift(unknown, GROWTH, P))
    assert dynamics.plot_shift(unknown, GROWTH, P, NO_FILES) is None
    assert dynamics.plot_regional_part(unknown, GROWTH, P, SECTORS, NO_FILES) is None


def quadrants() -> pd.DataFrame:
    table = ranked()
    strong, ahead = table["lq"] >= 1.5, table["growth_pct"] >= 0
    names = np.select([strong & ahead, strong, ahead], QUADRANTS[:3], QUADRANTS[3])
    return table.assign(quadrant=names, lead_points=table["growth_pct"])


def test_each_quadrant_is_said_and_drawn_with_every_point_in_the_alternative_text():
    table = quadrants()
    assert said(dynamics.say_quadrants(table, P, SECTORS)) == (
        "Strong and gaining: textiles (C13) and clothing (C14). "
        "Strong, losing ground: food products (C10), beverages (C11) and tobacco products (C12). "
        "Of the two sectors that are not strong, two gain ground and none loses it."
    )
    figure = dynamics.plot_quadrants(table, P, SECTORS, NO_FILES)
    assert is_good(figure)
    assert all(f"{SECTORS.label(code)} quotient" in figure.alt for code in table.index)
    assert figure.title == "Two of five strong sectors of Nørre & Co gain ground in Europe, 2011 to 2014"
    assert dynamics.plot_quadrants(table.iloc[:0], P, SECTORS, NO_FILES) is None


def test_lines_count_who_did_better_and_mark_breaks_and_estimates():
    index = pd.MultiIndex.from_product([["C13", "C29"], [2011, 2012, 2015]], names=["nace_code", "year"])
    lines = pd.DataFrame({"persons_employed": 100.0, "is_estimated": False, "has_break": False}, index=index).assign(
        region_index=[100.0, 90, 80, 100, 110, 130], europe_index=[100.0, 99, 98, 100, 101, 102]
    )
    lines.loc[("C13", 2012), ["is_estimated", "has_break"]] = True
    figure = dynamics.plot_lines(lines, P, SECTORS, NO_FILES)
    assert is_good(figure)
    assert figure.title.startswith("One of the two strongest sectors of Nørre & Co has done better than in Europe")
    assert "Motor vehicles (C29) 130 against 102 in Europe (2015)" in figure.alt
    assert "Hollow: hidden, estimated." in figure.note
    assert "Dotted line: break in the series" in figure.note
    assert "2011–2015" in figure.note
    empty = dynamics.plot_lines(lines.iloc[:0], P, SECTORS, NO_FILES)
    assert "No strong sector" in said(empty)


# Categories


TOY = Taxonomy("emerging-industries", "Toy", {}, {"a": "Alpha", "b": "Beta", "c": "Gamma"},
               dict.fromkeys("abc", Category("approximate", "an example", {"C13": 1.0})), overlapping=True)  # fmt: skip


def strength() -> pd.DataFrame:
    """Alpha is seen in part, Beta wholly but with a hidden division, Gamma not at all."""
    rows = {
        "a": ("Alpha", "approximate", 0.5, "partly covered", 50.0, False, 4.0, 4.0, 4.0, 3.0),
        "b": ("Beta", "approximate", 1.0, "covered", 100.0, True, 2.0, 1.6, 2.4, 20.0),
        "c": ("Gamma", "not observable", np.nan, "not observable", np.nan, False, np.nan, np.nan, np.nan, np.nan),
    }
    columns = ["name", "rating", "covered_share", "status", "persons_employed", "is_estimated"]
    columns += ["lq", "lq_low", "lq_high", "rank"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).assign(n_regions=280, reason="an example")


def test_categories_are_said_with_range_rating_and_the_red_assumption():
    text = said(categories.say_categories(strength(), P, TOY))
    assert "alpha (4.0 times the European share, a part of it only)" in text
    assert "and beta (between 1.6 and 2.4 times the European share)" in text
    assert "two approximate and one not observable" in text
    assert "Of alpha a part lies outside these statistics" in text
    assert "rated red (A16)" in text


def test_a_category_that_is_only_partly_seen_is_no_headline():
    figure = categories.plot_categories(strength(), P, TOY, NO_FILES)
    assert is_good(figure)
    assert figure.title.startswith("Beta: between 1.6 and 2.4 times the European share of jobs in Nørre & Co")
    assert "cannot be seen: Gamma" in figure.alt


def test_every_category_has_a_row_also_what_cannot_be_seen():
    table = categories.table_categories(strength(), P, TOY)
    assert table.rows[0] == ("Alpha", "50", "3 of 280", "approximate", f"50{NBSP}%")
    assert table.rows[1][1] == "100*"
    assert table.rows[2] == ("Gamma", "–", "–", "not observable", "–")
    assert "Categories overlap" in table.note


def test_where_nothing_can_be_seen_that_is_said():
    unseen = strength().assign(lq=np.nan)
    assert said(categories.say_categories(unseen, P, TOY)) == "None of the three categories can be seen for Nørre & Co."
    assert categories.plot_categories(unseen, P, TOY, NO_FILES) is None


# What the charts share


def test_names_beside_points_never_hide_a_point_or_each_other():
    theme.use()
    figure, axes = theme.plt.subplots(figsize=(6, 4), dpi=72)
    rng = np.random.default_rng(3)
    points = pd.DataFrame(rng.uniform(0, 1, (30, 2)), columns=["x", "y"])
    axes.scatter(points["x"], points["y"])
    theme.place_labels(axes, points.head(12), [f"name {number}" for number in range(12)], others=points)
    boxes = [text.get_window_extent() for text in axes.texts]
    assert len(boxes) > 3
    spots = axes.transData.transform(points.to_numpy())
    for number, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:number])
        assert not any(box.contains(x, y) for x, y in spots)
    theme.plt.close(figure)


def test_a_name_beside_a_point_stands_rather_off_the_lines():
    theme.use()
    figure, axes = theme.plt.subplots(figsize=(6, 4), dpi=72)
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.axvline(0.55)
    points = pd.DataFrame({"x": [0.5], "y": [0.5]})
    theme.place_labels(axes, points, ["name"], others=points)  # on its right it would be crossed
    box = axes.texts[0].get_window_extent()
    assert box.x1 < axes.transData.transform((0.5, 0.5))[0]
    theme.plt.close(figure)


@pytest.mark.parametrize("values", [[0.0, 0.02], [1.0], [40.0, 0.5, np.nan]])
def test_a_quotient_axis_holds_one_and_all_that_it_can_show(values):
    theme.use()
    figure, axes = theme.plt.subplots()
    theme.quotient_axis(axes, [pd.Series(values)])
    low, high = axes.get_xlim()
    assert 0 < low < 1 < high
    assert high > np.nanmax(values)
    assert len(axes.get_xticks()) >= 1
    theme.plt.close(figure)
