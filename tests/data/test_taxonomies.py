"""The six taxonomies that ship with the package, as they stand in params/taxonomies."""

from __future__ import annotations

import csv
import os
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from clusterkit.data import tables
from clusterkit.data.industries import NACE_DIVISIONS, Taxonomy, aggregate, coverage, list_taxonomies

ROOT = Path(__file__).resolve().parent.parent.parent
SHIPPED = list_taxonomies(ROOT / "params" / "taxonomies")
COUNTS = {
    "derived-divisions": 10,
    "emerging-industries": 10,
    "exporting-industries": 51,
    "industrial-ecosystems": 14,
    "nace-divisions": 68,
    "technology-intensity": 10,
}
RATINGS = {  # exact, approximate, not observable; the table in docs/taxonomies.md
    "derived-divisions": (10, 0, 0),
    "emerging-industries": (0, 9, 1),
    "exporting-industries": (2, 31, 18),
    "industrial-ecosystems": (0, 14, 0),
    "nace-divisions": (68, 0, 0),
    "technology-intensity": (4, 6, 0),
}


def test_the_six_load_with_their_counts() -> None:
    assert {name: len(taxonomy.categories) for name, taxonomy in SHIPPED.items()} == COUNTS


@pytest.mark.parametrize("taxonomy", SHIPPED.values(), ids=SHIPPED)
def test_every_category_has_a_rating_and_a_reason(taxonomy: Taxonomy) -> None:
    assert list(taxonomy.definitions) == list(taxonomy.categories)
    assert taxonomy.source
    for category in taxonomy.definitions.values():
        assert len(category.reason) > 20
        assert bool(category.members) == (category.rating != "not observable")


@pytest.mark.parametrize("taxonomy", SHIPPED.values(), ids=SHIPPED)
def test_a_partition_gives_no_division_away_twice(taxonomy: Taxonomy) -> None:
    given: dict[str, float] = defaultdict(float)
    for category in taxonomy.definitions.values():
        for division, weight in category.members.items():
            given[division] += weight
    if not taxonomy.overlapping:
        assert max(given.values()) <= 1 + 1e-9


def test_only_the_emerging_industries_overlap() -> None:
    assert [name for name, taxonomy in SHIPPED.items() if taxonomy.overlapping] == ["emerging-industries"]


@pytest.mark.parametrize(("name", "expected"), RATINGS.items())
def test_ratings_are_those_of_the_documentation(name: str, expected: tuple[int, int, int]) -> None:
    rated = Counter(category.rating for category in SHIPPED[name].definitions.values())
    assert (rated["exact"], rated["approximate"], rated["not observable"]) == expected
    row = rf"^\| `{name}` \| {COUNTS[name]} \| {expected[0]} \| {expected[1]} \| {expected[2]} \|"
    assert re.search(row, (ROOT / "docs" / "taxonomies.md").read_text(encoding="utf-8"), re.MULTILINE)


def test_an_ecosystem_is_named_after_what_its_divisions_hold() -> None:
    ecosystems = SHIPPED["industrial-ecosystems"]
    held = {division for made in ecosystems.definitions.values() for division in made.members}
    assert ecosystems.categories["proximity-and-social-economy"] == "Proximity and social economy"
    assert not held & {"N80", "O84"}  # civil security


def test_the_guide_leads_to_the_taxonomies() -> None:
    assert "(taxonomies.md)" in (ROOT / "docs" / "how-to.md").read_text(encoding="utf-8")
    assert (ROOT / "docs" / "taxonomies.md").is_file()


def test_technology_intensity_is_all_of_manufacturing_and_services() -> None:
    held = [d for made in SHIPPED["technology-intensity"].definitions.values() for d in made.members]
    expected = [division for division in NACE_DIVISIONS if division[0] == "C" or division[0] >= "G"]
    assert sorted(held) == sorted(expected)


def test_knowledge_intensive_services_are_the_divisions_that_eurostat_lists() -> None:
    definitions = SHIPPED["technology-intensity"].definitions
    numbers = {
        int(division[1:])
        for code, made in definitions.items()
        if "knowledge" in code and "less" not in code
        for division in made.members
    }
    expected = {50, 51, *range(58, 67), *range(69, 76), 78, 80, *range(84, 89), *range(90, 94)}
    assert numbers == expected


def test_the_divisions_of_the_mapping_are_as_before() -> None:
    taxonomy = SHIPPED["nace-divisions"]
    assert taxonomy.label("C13") == "Textiles (C13)"
    assert taxonomy.phrase("C13") == "textiles (C13)"
    assert taxonomy.section_of("S95") == "Other services"
    assert set(taxonomy.categories) < set(NACE_DIVISIONS)


@pytest.mark.parametrize("taxonomy", SHIPPED.values(), ids=SHIPPED)
def test_the_embedded_table_can_be_summed(taxonomy: Taxonomy) -> None:
    industry = tables.load_industry(ROOT / "data" / "processed")
    rows = industry[(industry["year"] == 2014) & (industry["nace_code"].str.len() == 3)]
    jobs = rows.pivot_table(index="nuts_id", columns="nace_code", values="persons_employed", dropna=False)
    summed = aggregate(jobs, taxonomy)
    status = coverage(taxonomy, jobs.columns)["status"]
    hollow = status.index[status.isin(["not covered", "not observable"])]
    assert summed[hollow].isna().all(axis=None)
    assert summed.drop(columns=hollow).notna().any().all()
    if taxonomy.id == "nace-divisions":
        assert summed.equals(jobs[list(taxonomy.categories)].astype(float).rename_axis(columns=None))


@pytest.mark.raw
def test_weights_of_exporting_industries_follow_their_rule() -> None:
    """Half of a division's US industries, half of a category's; docs/taxonomies.md."""
    folder = Path(os.environ.get("CLUSTERKIT_RAW") or ROOT.parent / "shared" / "data") / "definitions"
    path = folder / "derived_cluster_naics_isic4.csv"
    if not path.is_file():
        pytest.skip(f"no raw file {path}; set CLUSTERKIT_RAW")
    with path.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    traded = {row["Cluster"] for row in rows if row["TradedLocal"] == "Traded"}
    targets = Counter(row["NAICS"] for row in rows if row["ISIC4_4d"])
    count: dict[tuple[str, str], float] = defaultdict(float)
    industries: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        industries[row["Cluster"]].add(row["NAICS"])
        if row["ISIC4_4d"]:
            count[row["ISIC4_1d"] + row["ISIC4_2d"], row["Cluster"]] += 1 / targets[row["NAICS"]]
    total: dict[str, float] = defaultdict(float)
    for (division, _), number in count.items():
        total[division] += number
    taxonomy = SHIPPED["exporting-industries"]
    assert set(taxonomy.categories.values()) == traded
    for code, name in taxonomy.categories.items():
        if code in {"aerospace-vehicles-and-defense", "medical-devices"}:
            continue  # weights from jobs (A15)
        mostly = {
            division: round(number / total[division], 2)
            for (division, cluster), number in count.items()
            if cluster == name and number / total[division] >= 0.5
        }
        held = sum(count[division, name] for division in mostly) / len(industries[name])
        taken = held >= 0.5 - 1e-9 or code in {"automotive", "printing-services"}  # the two by judgement (A14)
        assert taxonomy.definitions[code].members == (pytest.approx(mostly, abs=0.011) if taken else {}), name
