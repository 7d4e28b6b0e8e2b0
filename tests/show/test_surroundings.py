"""Words, tables and figures of the sections on Europe, the border and what is within reach."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
import shapely

from clusterkit import mapping, params
from clusterkit.data import industries, tables, territory
from clusterkit.paths import project
from clusterkit.show import Downloads, elsewhere, outlines, reach, surroundings, words

ROOT = Path(__file__).resolve().parents[2]
MAX_BYTES = 150_000


class Case(NamedTuple):
    """All that the sections are made of, for one region."""

    p: params.RegionParams
    sectors: pd.DataFrame
    strong: list[str]
    now: mapping.AllRegions
    then: mapping.AllRegions
    neighbours: mapping.Contiguity
    names: dict[str, str]


@pytest.fixture(scope="module")
def region() -> pd.DataFrame:
    return tables.load_region(ROOT / "data" / "processed")


@pytest.fixture(scope="module")
def taxonomy() -> industries.Taxonomy:
    return industries.load_taxonomy(ROOT / "params" / "taxonomies" / "nace-divisions.yaml")


@pytest.fixture(scope="module")
def case(region: pd.DataFrame) -> Callable[..., Case]:
    industry = tables.load_industry(ROOT / "data" / "processed")
    area, years = mapping.benchmark(industry), {"base_year": 2011, "reference_year": 2014}
    growth = mapping.matched_growth(industry, **years)

    def case(pilot: str, **changes: object) -> Case:
        (p,) = params.load_regions(project(ROOT), [pilot])
        p = p.model_copy(update=changes)
        cells = territory.combine(industry, p.nuts_ids, region["nuts_id"])
        sectors = mapping.portfolio(cells, area, growth, **years)
        ranked = mapping.rank_sectors(sectors, **p.strong_rule)
        own = {"region": p.region, "nuts_ids": p.nuts_ids, **p.strong_rule}
        now, then = mapping.two_years(industry, cells, **years, **own)
        now = mapping.with_own_strength(now, p.region, ranked["is_strong"])
        strong = list(ranked.index[ranked["is_strong"]])
        neighbours = mapping.neighbourhood(region, now, p.region, p.nuts_ids)
        return Case(p, sectors, strong, now, then, neighbours, elsewhere.names_of(p, region))

    return case


@pytest.fixture(scope="module")
def piemonte(case: Callable[..., Case]) -> Case:
    return case("piemonte")


def spots_of(c: Case, codes: list[str]) -> pd.DataFrame:
    return mapping.hot_spots(mapping.log_quotients(c.now.lq[codes]), c.neighbours, seed=c.p.seed, permutations=99)


def groups_of(c: Case, codes: list[str]) -> pd.DataFrame:
    country = surroundings.country_of(c.neighbours, c.p)
    return mapping.cross_border_clusters(c.now.strong[codes], c.neighbours, region=[c.p.region], country=country)


# Outlines


def test_an_outline_has_every_ring_of_every_part_and_keeps_holes():
    ring = shapely.box(0, 0, 4, 4).difference(shapely.box(1, 1, 2, 2))
    parts = shapely.union_all([ring, shapely.box(10, 0, 11, 1)])
    path = outlines.outline(np.array([parts, shapely.box(20, 0, 21, 1), shapely.Polygon()]))
    assert (path.codes == path.MOVETO).sum() == (path.codes == path.CLOSEPOLY).sum() == 4
    assert path.contains_points([(0.5, 0.5), (10.5, 0.5), (20.5, 0.5)]).all()
    rings = [shapely.LinearRing(part) for part in np.split(path.vertices, 4)]
    turns = {ring.bounds[0]: ring.is_ccw for ring in rings}
    assert turns[1.0] != turns[0.0] == turns[10.0] == turns[20.0]  # a hole turns the other way
    assert (path.vertices[path.codes == path.MOVETO] == path.vertices[path.codes == path.CLOSEPOLY]).all()


# Who else in Europe


def test_the_table_has_the_ranks_and_leaders_of_the_mapping(piemonte, taxonomy, tmp_path):
    c = piemonte
    standing, leaders = mapping.standing(c.now, c.p.region, c.strong), mapping.leaders(c.now, c.strong)
    table = elsewhere.table_standing(standing, leaders, c.p, taxonomy, c.names, Downloads("x", str(tmp_path)))
    assert [row[0] for row in table.rows] == [taxonomy.label(code) for code in c.strong]
    assert table.rows[0][1].split(" ")[0] == f"{standing.iloc[0]['rank']:.0f}"
    assert all(row[3].count("; ") == 4 for row in table.rows)
    assert len(pd.read_csv(tmp_path / "europe.csv")) == 5 * len(c.strong)
    marked = sum(row[3].count("\N{NO-BREAK SPACE}e)") for row in table.rows)
    assert marked == leaders["is_estimated"].sum() > 0
    text = repr(elsewhere.say_standing(standing, leaders, c.p, taxonomy, c.names))
    best = standing["rank"].idxmin()
    assert f"of {standing.loc[best, 'n_regions']} in {taxonomy.phrase(best)}" in text


def test_one_strong_sector_and_none(piemonte, taxonomy):
    c = piemonte
    one, none = c.strong[:1], []
    for codes, said in ((one, "one of one strong sector."), (none, "nothing to compare")):
        standing, leaders = mapping.standing(c.now, c.p.region, codes), mapping.leaders(c.now, codes)
        text = repr(elsewhere.say_standing(standing, leaders, c.p, taxonomy, c.names))
        assert said in text.replace("none of one", "one of one")
    assert elsewhere.table_standing(standing, leaders, c.p, taxonomy, c.names, Downloads("x")) is None


@pytest.mark.parametrize(
    ("rank", "word"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (23, "23rd"), (112, "112th")]
)
def test_ordinals(rank: int, word: str) -> None:
    assert words.ordinal(rank) == word


def test_small_maps_are_small_leave_out_what_has_a_large_map_and_tell_the_counts(piemonte, region, taxonomy):
    c = piemonte
    codes = elsewhere.not_mapped(c.strong, c.p)
    assert codes == [code for code in c.strong if code not in ("C13", "C29")]
    figure = elsewhere.plot_strength_maps(c.now, codes, c.p, region, taxonomy, Downloads("x"))
    assert len(figure.svg.encode()) < MAX_BYTES
    twice = (c.now.lq_low[codes[0]] >= 2) & (c.now.lq_high[codes[0]] >= 2)
    assert f"{taxonomy.label(codes[0])} {twice.sum()}" in figure.alt
    assert elsewhere.plot_strength_maps(c.now, [], c.p, region, taxonomy, Downloads("x")) is None


# The border


def test_the_border_in_words_table_and_map(piemonte, region, taxonomy):
    c = piemonte
    groups, spots = groups_of(c, c.strong), spots_of(c, c.strong)
    text = repr(surroundings.say_borders(groups, spots, c.neighbours, c.p, taxonomy, c.names))
    assert "textiles (C13) with Lombardia" in text
    assert "a belt over many regions: machinery (C28)" in text
    table = surroundings.table_borders(
        groups, spots, c.now.strong, c.neighbours, c.p, taxonomy, c.names, Downloads("x")
    )
    rows = {row[0]: row for row in table.rows}
    assert rows["Textiles (C13)"][1:3] == ("Lombardia", "2 in Italy")
    assert rows["Rubber and plastics (C22)"][1:3] == ("none", "none")
    figure = surroundings.plot_surroundings(
        c.now.strong, c.strong, c.neighbours, c.p, region, taxonomy, c.names, Downloads("x")
    )
    assert len(figure.svg.encode()) < MAX_BYTES
    shared = c.now.strong.loc["ITC4", c.strong].sum()
    assert figure.title == "Lombardia shares the most strong sectors with Piemonte: four of eight"
    assert shared == 4


def test_no_such_cluster_is_said(piemonte, taxonomy):
    c = piemonte
    groups, spots = groups_of(c, ["C22"]), spots_of(c, ["C22"])
    assert groups.empty
    text = repr(surroundings.say_borders(groups, spots, c.neighbours, c.p, taxonomy, c.names))
    assert "No strong sector of Piemonte goes on beyond its border" in text
    assert "In none of its strong sectors" in text
    none = repr(surroundings.say_borders(groups.head(0), spots[[]], c.neighbours, c.p, taxonomy, c.names))
    assert "Without a strong sector" in none


def test_an_island_is_said_and_has_neither_table_nor_map(case, region, taxonomy):
    c = case("piemonte", region="sardegna", name="Sardegna", nuts_ids=["ITG2"])
    assert c.strong
    groups, spots = groups_of(c, c.strong), spots_of(c, c.strong)
    text = repr(surroundings.say_borders(groups, spots, c.neighbours, c.p, taxonomy, c.names))
    assert "touches Sardegna by land" in text
    arguments = (c.p, taxonomy, c.names, Downloads("x"))
    assert surroundings.table_borders(groups, spots, c.now.strong, c.neighbours, *arguments) is None
    drawn = surroundings.plot_surroundings(
        c.now.strong, c.strong, c.neighbours, c.p, region, taxonomy, c.names, Downloads("x")
    )
    assert drawn is None


# Within reach


def test_the_network_shows_the_candidates_and_no_complexity(piemonte, taxonomy):
    c = piemonte
    within = mapping.within_reach(c.now, c.p.region)
    figure = reach.plot_reach(within, c.p, taxonomy, Downloads("x"))
    assert len(figure.svg.encode()) < MAX_BYTES
    first = within.candidates.index[0]
    assert figure.title.lower().startswith(taxonomy.phrase(first).lower())
    assert all(taxonomy.label(code) in figure.alt for code in within.candidates.index[:8])
    table = reach.table_reach(within, c.p, taxonomy, Downloads("x"))
    assert [row[0] for row in table.rows] == [taxonomy.label(code) for code in within.candidates.index[:8]]
    text = repr(reach.say_reach(within, mapping.entry_rates(c.then, c.now), c.p, taxonomy))
    assert "Closeness went with entry" in text
    assert "complex" not in f"{text}{figure.alt}{figure.note}{table.note}".lower()


def test_links_cross_as_little_as_their_mean_place_allows():
    edges = pd.DataFrame(
        [("C10", "x", 2.0), ("C11", "y", 2.0), ("C12", "x", 2.0), ("C12", "y", 2.0)],
        columns=["strong_nace_code", "nace_code", "relatedness"],
    )
    assert reach._left_side(edges, ["y", "x"]) == ["C11", "C12", "C10"]


def test_without_a_strong_sector_nothing_is_within_reach(piemonte, taxonomy):
    c = piemonte
    weak = mapping.with_own_strength(c.now, c.p.region, pd.Series({"C13": False}))
    weak.strong.loc[c.p.region] = 0.0
    within = mapping.within_reach(weak, c.p.region)
    assert within.candidates.empty
    rates = mapping.entry_rates(c.then, c.now)
    assert "there is nothing that another sector could be close to" in repr(
        reach.say_reach(within, rates, c.p, taxonomy)
    )
    assert reach.plot_reach(within, c.p, taxonomy, Downloads("x")) is None
    assert reach.table_reach(within, c.p, taxonomy, Downloads("x")) is None


def test_the_past_is_told_also_when_it_speaks_against_closeness(piemonte, taxonomy):
    within = mapping.within_reach(piemonte.now, "piemonte")
    rates = mapping.entry_rates(piemonte.then, piemonte.now)
    against = rates.assign(entry_pct=rates["entry_pct"].to_numpy()[::-1])
    assert "did not go with entry" in repr(reach.say_reach(within, against, piemonte.p, taxonomy))
    none = rates.assign(n_entries=0)
    assert "cannot be checked" in repr(reach.say_reach(within, none, piemonte.p, taxonomy))


def test_changes_with_marks_and_none(piemonte, taxonomy):
    c = piemonte
    changes = mapping.entries_since(c.then, c.now, c.p.region)
    table = reach.table_changes(changes, c.sectors, c.p, taxonomy, Downloads("x"))
    marks = {row[0]: row[-1] for row in table.rows}
    assert marks["Motor trade and repair (G45)"] == "near the threshold"
    assert marks["Clothing (C14)"] == "–"
    text = repr(reach.say_changes(changes, c.sectors, c.p, taxonomy))
    n_near = int(changes["is_near"].sum())
    assert (
        f"{['None', 'One', 'Two', 'Three', 'Four'][n_near]} of {['', '', '', '', '', '', 'six', 'seven'][len(changes)]}"
        in text
    )
    empty = changes.head(0)
    assert "no sector of Piemonte crossed" in repr(reach.say_changes(empty, c.sectors, c.p, taxonomy))
    assert reach.table_changes(empty, c.sectors, c.p, taxonomy, Downloads("x")) is None
