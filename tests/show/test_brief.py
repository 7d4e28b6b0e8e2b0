"""The brief: its sentences follow the numbers, dull ones too, and every figure agrees with the longer pages."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from clusterkit import params, portrait
from clusterkit.data import industries, tables
from clusterkit.paths import project
from clusterkit.show import Downloads, brief, elsewhere

PLACE = project()
TAXONOMY = industries.load_taxonomy(PLACE.params / "taxonomies" / "nace-divisions.yaml")


@pytest.fixture(scope="module")
def piemonte() -> portrait.Portrait:
    (p,) = params.load_regions(PLACE, ["piemonte"])
    return portrait.portrait(replace_draws(p), PLACE)


@pytest.fixture(scope="module")
def example() -> portrait.Portrait:
    return portrait.portrait(replace_draws(params.load_example(PLACE)), PLACE)


def replace_draws(p: params.RegionParams) -> params.RegionParams:
    """The same with fewer draws, for speed."""
    return p.model_copy(update={"scoreboard": p.scoreboard.model_copy(update={"draws": 100})})


def names(of: portrait.Portrait) -> dict[str, str]:
    return elsewhere.names_of(of.p, tables.load_region(PLACE.processed))


def plain(shown: object) -> str:
    return repr(shown).replace("**", "").replace("\u00a0", " ")


def without_strong(of: portrait.Portrait) -> portrait.Portrait:
    """The same region if no sector passed the thresholds."""
    ranked = of.economy.ranked.assign(is_strong=False)
    now = of.economy.now
    strong = now.strong.copy()
    strong.loc[of.p.region] = 0.0
    return replace(of, economy=replace(of.economy, ranked=ranked, now=now._replace(strong=strong)))


def test_five_findings_with_the_numbers_of_the_region(piemonte: portrait.Portrait) -> None:
    items = plain(brief.say_findings(piemonte, TAXONOMY, names(piemonte))).splitlines()
    assert len(items) == 5
    n = len(piemonte.economy.strong)
    assert n == 8
    assert items[0].startswith("Eight sectors of Piemonte are strong in Europe: above all textiles (C13), 3.6 times")
    assert f"{piemonte.economy.ranked.loc[piemonte.economy.strong, 'persons_employed'].sum():,.0f} persons" in items[0]
    assert items[1].startswith("One of eight strong sectors gained ground on Europe from 2011 to 2014")
    assert "other transport equipment (C30) (+20 points)" in items[1]
    bad = piemonte.board.dimensions["verdict"].eq("bottleneck").sum()
    assert items[2].startswith({3: "Three"}[bad] + " of eight conditions hold it back")
    assert "nobody in the region has answered" in items[3]
    assert "electrical equipment (C27)" in items[4]
    assert names(piemonte)[str(piemonte.partners.index[0])] in items[4]


def test_a_region_without_a_strong_sector_is_told_so(piemonte: portrait.Portrait) -> None:
    weak = without_strong(piemonte)
    items = plain(brief.say_findings(weak, TAXONOMY, names(weak))).splitlines()
    assert items[0].startswith("No sector of Piemonte stands out in Europe by the rule used here; the most specialised")
    assert items[1].startswith("Whether its strength grew cannot be told: no sector has")
    assert items[4].startswith("No further sector is close to what Piemonte is strong in; no region of Europe")
    assert brief.table_reach(weak, TAXONOMY, Downloads("x")) is None
    assert brief.table_partners(weak, TAXONOMY, names(weak), Downloads("x")) is None
    figure = brief.plot_clusters(weak, TAXONOMY, Downloads("x"))
    assert figure.title == "No sector of Piemonte is strong; it is most specialised in textiles (C13)"
    assert brief.plot_change(weak, TAXONOMY, Downloads("x")).title.startswith("One of")


def test_answers_that_are_made_up_are_called_illustrative(example: portrait.Portrait) -> None:
    finding = plain(brief.say_findings(example, TAXONOMY, names(example))).splitlines()[3]
    gaps = example.test.gaps["gap"].value_counts()
    assert finding.startswith("Illustrative answers: ")
    assert f"{gaps['blind spot']}" in finding or {1: "One", 2: "Two", 3: "Three", 4: "Four", 5: "Five"}[
        gaps["blind spot"]
    ] in finding  # fmt: skip
    policy = brief.say_policy(example)
    assert policy.intro.startswith("Illustrative: ")
    assert [item.split("**")[1].split(" (")[0] for item in policy.items] == [
        "Blind spots", "Addressed weaknesses", "Maintained strengths", "Reinforced strengths",
    ]  # fmt: skip


def test_without_answers_the_weakest_conditions_are_to_be_asked_about(piemonte: portrait.Portrait) -> None:
    policy = brief.say_policy(piemonte)
    assert len(policy.items) == 5
    gaps = piemonte.test.gaps.dropna(subset=["rank"])
    gaps = gaps[gaps["verdict"].isin(["bottleneck", "middle"])]
    order = (gaps["rank"] / gaps["n_ranked"]).sort_values(ascending=False, kind="stable").index[:5]
    assert [item.split("**")[1] for item in policy.items] == list(gaps.loc[order, "name"])


def test_what_would_flip_is_named(piemonte: portrait.Portrait) -> None:
    text = plain(brief.say_sureness(piemonte, TAXONOMY))
    assert "65 of 68 sectors are published" in text.replace("65 of 68", "65 of 68")
    chance = piemonte.stars.strength["p_any_star"].reindex(piemonte.economy.strong)
    shaky = chance[chance < 0.95]
    assert len(shaky) == 1
    assert f"rubber and plastics (C22) stays strong in {100 * shaky.iloc[0]:.0f} % of the draws" in text
    sure = without_chances(piemonte)
    assert "All eight strong sectors stay so" in plain(brief.say_sureness(sure, TAXONOMY))


def without_chances(of: portrait.Portrait) -> portrait.Portrait:
    chances = of.stars.chances.assign(p_any_star=1.0)
    changed = replace(of)
    vars(changed)["stars"] = replace(of.stars, chances=chances)  # in the place of what would be worked out
    return changed


def test_every_figure_says_its_finding_its_source_and_its_data(piemonte: portrait.Portrait, tmp_path: Path) -> None:
    downloads = Downloads("piemonte", str(tmp_path), "brief")
    figures = [
        brief.plot_clusters(piemonte, TAXONOMY, downloads),
        brief.plot_change(piemonte, TAXONOMY, downloads),
        brief.plot_conditions(piemonte, downloads),
    ]
    for figure in figures:
        assert len(figure.alt) > 60
        assert "NUTS 2016" in figure.note
        assert (tmp_path / figure.link.rpartition("/")[2]).is_file()
        assert len(figure.svg.encode()) < 150_000
    clusters = pd.read_csv(tmp_path / "clusters.csv", index_col=0)
    pd.testing.assert_series_equal(
        clusters["lq"], piemonte.economy.ranked["lq"].head(5), check_names=False, check_index_type=False
    )
    assert (
        figures[2].title == "Piemonte is in the best third of regions in two dimensions and in the worst third in three"
    )


def test_tables_hold_what_the_longer_pages_hold(piemonte: portrait.Portrait) -> None:
    size = brief.table_size(piemonte, Downloads("x"))
    assert [column.heading for column in size.columns] == ["", "Piemonte", "Italy", "EU-28"]
    assert size.rows[0] == ("Population, million", "4.4", "60.8", "507")
    assert size.rows[1][3] == "100"
    reach = brief.table_reach(piemonte, TAXONOMY, Downloads("x"))
    assert [row[0] for row in reach.rows] == [
        TAXONOMY.label(str(c)) for c in piemonte.economy.within.candidates.index[:5]
    ]
    partners = brief.table_partners(piemonte, TAXONOMY, names(piemonte), Downloads("x"))
    assert "ITC1" not in piemonte.partners.index
    assert [int(row[1]) for row in partners.rows] == list(piemonte.partners["n_linked"].head(5))


def test_the_summary_is_json_without_nan_and_with_the_same_figures(piemonte: portrait.Portrait, tmp_path: Path) -> None:
    brief.save_facts(piemonte, Downloads("piemonte", str(tmp_path), "brief"))
    text = (tmp_path / "summary.json").read_text(encoding="utf-8")
    assert not re.search(r"\bNaN\b|Infinity", text)
    found = json.loads(text)
    assert found["n_strong"] == len(found["strong_sectors"]) == 8
    assert found["strong_sectors"][0]["nace_code"] == "C13"
    assert found["strong_sectors"][0]["lq"] == pytest.approx(piemonte.economy.ranked.loc["C13", "lq"], rel=1e-5)
    assert [one["rank"] for one in found["dimensions"]] == list(piemonte.board.dimensions["rank"])
    assert found["is_answered"] is False


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", 'A "b" & <i>', "x" * 300, "مرحبا", "_hidden $x$"])
def test_a_hostile_name_is_shown_as_text(piemonte: portrait.Portrait, name: str) -> None:
    of = replace(
        piemonte,
        p=piemonte.p.model_copy(update={"name": name}),
        context=piemonte.context.rename(index={"Piemonte": name}),
    )
    shown = [
        brief.say_findings(of, TAXONOMY, names(of)),
        brief.plot_clusters(of, TAXONOMY, Downloads("x")),
        brief.plot_change(of, TAXONOMY, Downloads("x")),
        brief.plot_conditions(of, Downloads("x")),
        brief.table_size(of, Downloads("x")),
        brief.say_policy(of),
    ]
    for one in shown:
        assert "<script" not in one._repr_markdown_()
        assert "<i>" not in one._repr_markdown_()
