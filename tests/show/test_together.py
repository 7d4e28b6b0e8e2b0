"""The comparison and the synthesis: what is counted, what is shaded, and what is said when there is nothing to say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from clusterkit import mapping, params, portrait
from clusterkit.data import industries
from clusterkit.paths import project
from clusterkit.portrait import Outline
from clusterkit.show import Downloads, together

PLACE = project()
TAXONOMY = industries.load_taxonomy(PLACE.params / "taxonomies" / "nace-divisions.yaml")
REGIONS = ["cantabria", "piemonte", "saxony"]
NOWHERE = Downloads("compare")


@pytest.fixture(scope="module")
def three() -> portrait.Together:
    listed = [
        p.model_copy(update={"scoreboard": p.scoreboard.model_copy(update={"draws": 100})})
        for p in params.load_regions(PLACE, REGIONS)
    ]
    return portrait.together(listed, PLACE)


def alone(of: portrait.Together) -> portrait.Together:
    return replace(of, members=of.members[:1])


def weak(one: Outline) -> Outline:
    summary = pd.concat([one.summary.drop("n_strong"), pd.Series({"n_strong": 0})])
    return replace(one, ranked=one.ranked.assign(is_strong=False), summary=summary)


def test_sectors_are_shared_where_two_regions_are_strong(three: portrait.Together) -> None:
    strong = {one.p.region: set(one.strong) for one in three.members}
    expected = {c for c in set.union(*strong.values()) if sum(c in codes for codes in strong.values()) >= 2}
    assert set(three.shared_sectors.index) == expected == {"C24", "C25", "C28", "C29"}
    row = three.shared_sectors.loc["C29"]
    assert row["regions"] == ("piemonte", "saxony")
    assert row["persons_employed"] == sum(
        one.sectors.loc["C29", "persons_employed"] for one in three.members if one.p.region != "cantabria"
    )


def test_conditions_are_counted_as_the_scoreboards_have_them(three: portrait.Together) -> None:
    counted = three.shared_conditions(three.levels[0])
    for part, row in counted.iterrows():
        verdicts = [one.dimensions.loc[part, "verdict"] for one in three.members]
        assert row["n_worst"] == verdicts.count("bottleneck")
        assert row["n_best"] == verdicts.count("strength")
        assert row["n_worst_sure"] <= row["n_worst"]
    assert counted["n_worst"].is_monotonic_decreasing


def test_pairs_are_linked_by_what_links_their_strong_sectors(three: portrait.Together) -> None:
    strong = {one.p.region: one.strong for one in three.members}
    assert len(three.pairs) == 3
    for (one, other), row in three.pairs.iterrows():
        found = mapping.common_sectors(strong[one], strong[other], three.close)
        assert (row["shared"], row["brings"], row["offers"]) == tuple(found)
    assert three.pairs.index[0] == ("piemonte", "saxony")
    assert three.pairs["n_linked"].is_monotonic_decreasing


def test_shaded_cells_hold_the_number_and_the_mark(three: portrait.Together) -> None:
    table = together.heat_sectors(three, TAXONOMY, NOWHERE)
    row = next(row for row in table.rows if row[0] == TAXONOMY.label("C29"))
    position = list(table.rows).index(row)
    assert row[2].startswith("★ 2.6")
    assert not row[1].startswith("★")
    assert table.classes[position][2] == "heat lq4"
    shown = table._repr_markdown_()
    assert shown.count('class="number heat') == sum(bool(css) for row in table.classes for css in row)
    conditions = together.heat_conditions(three, NOWHERE)
    marks = {"heat strength": "▲", "heat middle": "●", "heat bottleneck": "▼"}
    for texts, classes in zip(conditions.rows, conditions.classes, strict=True):
        for text, css in zip(texts[1:], classes[1:], strict=True):
            assert text[0] == marks.get(css, "–")


@pytest.mark.parametrize(
    ("value", "css"),
    [(0.2, "lq0"), (0.5, "lq1"), (0.99, "lq1"), (1.0, "lq2"), (1.5, "lq3"), (2.0, "lq4"), (3.99, "lq4"), (4.0, "lq5")],
)
def test_shades_change_at_the_bounds_of_the_maps(value: float, css: str) -> None:
    assert together.compare.lq_class(value) == f"heat {css}"


def test_an_unknown_quotient_is_not_shaded() -> None:
    assert together.compare.lq_class(float("nan")) == ""


def test_the_glance_links_to_the_pages_that_exist(three: portrait.Together, tmp_path: Path) -> None:
    table = together.table_glance(
        three, TAXONOMY, {"piemonte": "piemonte-brief.html"}, Downloads("compare", str(tmp_path))
    )
    assert list(table.hrefs) == [None, "piemonte-brief.html", None]
    row = table.rows[1]
    assert row[:4] == ("Piemonte", "1,143,531", "8", "21\u00a0%")
    assert row[4] == "Textiles (C13), 3.6 times, one star"
    assert row[5] == "1 of 8"
    assert row[-1] == "no"
    kept = pd.read_csv(tmp_path / "glance.csv", index_col=0)
    assert kept.loc["piemonte", "n_strong"] == 8


def test_the_explorer_is_pointed_to_only_where_it_is() -> None:
    assert together.point_to_explorer({}).href == ""
    assert together.point_to_explorer({"explorer": "explorer.html"}).href.startswith("explorer.html#")


def test_one_region_is_compared_with_nothing(three: portrait.Together) -> None:
    one = alone(three)
    assert "nothing to compare it with" in together.say_compared(one).paragraphs[0]
    assert "shares nothing with itself" in together.say_synthesis(one, TAXONOMY).paragraphs[0]
    assert together.heat_pairs(one, NOWHERE) is None
    assert together.table_pairs(one, TAXONOMY) is None
    assert together.table_shared(one, TAXONOMY, NOWHERE) is None
    assert together.table_emerging(one, NOWHERE) is None
    assert together.say_pairs(one, TAXONOMY).paragraphs == ("No two of the regions are linked by strong sectors.",)


def test_regions_without_strong_sectors_are_said_to_share_none(three: portrait.Together) -> None:
    none = replace(three, members=tuple(weak(one) for one in three.members))
    assert together.heat_sectors(none, TAXONOMY, NOWHERE) is None
    assert together.table_shared(none, TAXONOMY, NOWHERE) is None
    assert "none is strong in two" in together.say_strengths(none, TAXONOMY).paragraphs[0]
    assert together.say_differences(none, TAXONOMY).paragraphs[0] == "No sector is strong in one region only."
    assert together.say_compared(none).paragraphs[0] == "Each of the three regions has no strong sector."


def test_the_synthesis_says_what_was_counted(three: portrait.Together) -> None:
    text = together.say_synthesis(three, TAXONOMY).paragraphs[0]
    assert "Piemonte and Saxony" in text
    conditions = together.say_conditions(three).paragraphs[0]
    counted = three.shared_conditions(three.levels[0])
    n = int((counted["n_worst"] >= 2).sum())
    assert (n == 0) == conditions.startswith("No dimension")
    figure = together.plot_conditions(three, NOWHERE)
    assert "three regions" in figure.alt
    assert "none of the three regions has answered" in together.say_policy(three).paragraphs[0]


def test_links_are_shown_both_ways(three: portrait.Together) -> None:
    table = together.heat_pairs(three, NOWHERE)
    cells = {(i, j): table.rows[i][j + 1] for i in range(3) for j in range(3)}
    assert [cells[i, i] for i in range(3)] == ["–", "–", "–"]
    assert all(cells[i, j] == cells[j, i] for i in range(3) for j in range(3))
    assert table.title.startswith("Piemonte and Saxony are linked by")
