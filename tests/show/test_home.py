"""The home page: where its table leads, and what it says of pages that are not there."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from clusterkit.data.industries import load_taxonomy
from clusterkit.data.tables import load_industry, load_region
from clusterkit.params import RegionParams, load_regions
from clusterkit.paths import project
from clusterkit.show import Downloads, home

SECTORS = load_taxonomy(Path(__file__).resolve().parents[2] / "params" / "taxonomies" / "nace-divisions.yaml")
LISTED = [
    RegionParams(region="north", name="Nord <b>", nuts_ids=["AA01"]),
    RegionParams(region="south", name="Süd", nuts_ids=["AA02"]),
]
MAPPING = {"Cluster mapping": "north-cluster-mapping.html"}
BOTH = {**MAPPING, "Scoreboard": "north-scoreboard.html"}


@pytest.fixture
def overview() -> pd.DataFrame:
    row = {
        "country": "Austria",
        "persons_employed": 1000.0,
        "n_strong": 1,
        "share_strong_pct": 20.0,
        "top_code": "C16",
        "top_lq": 2.0,
        "top_lq_low": 2.0,
        "top_lq_high": 2.0,
        "top_lq_is_certain": True,
    }
    return pd.DataFrame({p.region: {"name": p.name, **row} for p in LISTED}).T.rename_axis("region")


def shown(overview: pd.DataFrame, pages: dict[str, dict[str, str]]) -> BeautifulSoup:
    table = home.table_overview(overview, {}, SECTORS, LISTED, pages, Downloads("home"))
    return BeautifulSoup(table._repr_markdown_(), "html.parser")


def test_a_name_leads_to_the_first_page_and_a_column_to_the_others(overview: pd.DataFrame) -> None:
    table = shown(overview, {"north": BOTH, "south": {"Cluster mapping": "south-cluster-mapping.html"}})
    assert [th.get_text() for th in table.thead.find_all("th")][:3] == [
        "Region",
        "Further pages",
        "Jobs, business economy",
    ]
    north, south = table.tbody.find_all("tr")
    assert [(a.get_text(), a["href"]) for a in north.find_all("a")] == [
        ("Nord <b>", "north-cluster-mapping.html"),
        ("Scoreboard of Nord <b>", "north-scoreboard.html"),
    ]
    assert [(a.get_text(), a["href"]) for a in south.find_all("a")] == [("Süd", "south-cluster-mapping.html")]
    assert south.td.get_text() == "–"


def test_without_further_pages_there_is_no_column_for_them(overview: pd.DataFrame) -> None:
    table = shown(overview, {"north": MAPPING, "europe": {"": "europe.html"}})
    assert [th.get_text() for th in table.thead.find_all("th")][:2] == ["Region", "Jobs, business economy"]
    assert [a["href"] for a in table.find_all("a")] == ["north-cluster-mapping.html"]
    assert shown(overview, {}).find_all("a") == []


def test_a_region_that_lacks_its_first_page_leads_to_the_one_it_has(overview: pd.DataFrame) -> None:
    pages = {"north": {"Scoreboard": "north-scoreboard.html"}, "south": {}}
    assert [a["href"] for a in shown(overview, pages).find_all("a")] == ["north-scoreboard.html"]


def test_pages_that_failed_are_listed_by_region_and_kind() -> None:
    failures = {
        "south": {"Cluster mapping": "no table", "Scoreboard": "no framework"},
        "europe": {"": "no disk"},
        "stress-test-example": {"": "no answers"},
        "synthesis": {"": "no regions"},
        "gone": {"Scoreboard": "no peers"},
    }
    assert home.say_failures(failures, LISTED).paragraphs == (
        "**Süd** has no page “Cluster mapping” in this run: no table",
        "**Süd** has no page “Scoreboard” in this run: no framework",
        "**The page on all of Europe** could not be made in this run: no disk",
        "**The example of a stress test** could not be made in this run: no answers",
        "**The synthesis** could not be made in this run: no regions",
        "**gone** has no page “Scoreboard” in this run: no peers",
    )
    assert home.say_failures({}, LISTED)._repr_markdown_() == ""


def test_the_pages_on_no_single_region_are_led_to_where_they_are_made() -> None:
    pages = {"north": MAPPING, "europe": {"": "europe.html"}, "stress-test-example": {"": "stress-test-example.html"}}
    example = home.say_example(pages)
    (link,) = BeautifulSoup(example._repr_markdown_(), "html.parser").find_all("a")
    assert (link.get_text(), link["href"]) == ("an example with illustrative answers", "stress-test-example.html")
    assert repr(example) == (
        "How a stress test for cluster policy looks once people have answered: an example with illustrative answers."
    )
    assert home.say_europe(pages).href == "europe.html"
    for without in ({}, {"north": MAPPING}, {"north": MAPPING, "europe": {}, "stress-test-example": {}}):
        assert home.say_example(without)._repr_markdown_() == home.say_europe(without)._repr_markdown_() == ""
        assert repr(home.say_example(without)) == ""


def test_the_example_is_no_row_of_the_table(overview: pd.DataFrame) -> None:
    table = shown(overview, {"north": MAPPING, "stress-test-example": {"": "stress-test-example.html"}})
    assert len(table.tbody.find_all("tr")) == len(LISTED)
    assert [th.get_text() for th in table.thead.find_all("th")][:2] == ["Region", "Jobs, business economy"]
    assert [a["href"] for a in table.find_all("a")] == ["north-cluster-mapping.html"]


def test_without_an_outline_conditions_and_answers_are_left_open(overview: pd.DataFrame) -> None:
    table = shown(overview, {})
    assert [td.get_text() for td in table.tbody.tr.find_all("td")][-3:] == ["–", "–", "–"]


def test_only_regions_with_a_page_are_outlined() -> None:
    pages = {"north": MAPPING, "south": {}, "europe": {"": "europe.html"}}
    assert [p.region for p in home.with_pages(LISTED, pages)] == ["north"]
    assert home.with_pages(LISTED, {}) == []


def test_the_key_figures_add_up(overview: pd.DataFrame) -> None:
    found = home.tiles(overview.assign(persons_strong=200.0), {})
    assert found.numbers == (
        ("2", "regions"),
        ("2", "strong sectors"),
        ("400", "jobs in them, 20\u00a0% of the business economy"),
        ("0", "have answered the stress test"),
    )
    assert "<strong>400</strong>" in found._repr_markdown_()


def test_the_regions_on_the_map_lead_to_their_pages_and_the_list_says_the_same() -> None:
    place = project()
    listed = load_regions(place, ["piemonte", "lithuania"])
    region, industry = load_region(place.processed), load_industry(place.processed)
    overview = home.overview(listed, industry, region["nuts_id"])
    pages = {"piemonte": {"Brief": "piemonte-brief.html", "Scoreboard": "piemonte-scoreboard.html"}}
    shown = home.map_regions(listed, region, overview, SECTORS, pages)
    soup = BeautifulSoup(shown._repr_markdown_(), "html.parser")
    assert [a["href"] for a in soup.svg.find_all("a")] == ["piemonte-brief.html"]
    assert soup.svg["aria-hidden"] == "true"
    assert all(a["tabindex"] == "-1" for a in soup.svg.find_all("a"))
    items = soup.ol.find_all("li")
    assert [item.get_text() for item in items] == [
        "Piemonte textiles (C13), 3.6 times", "Lithuania furniture (C31), 4.4 times",
    ]  # fmt: skip
    assert [a["href"] for a in soup.ol.find_all("a")] == ["piemonte-brief.html"]
    for at in (one.at for one in shown.places):
        assert 0 < at[0] < shown.width
        assert 0 < at[1] < shown.height
    assert shown.title == "Two regions in two countries, each with its most specialised sector"
