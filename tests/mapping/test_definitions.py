"""Which sectors belong together: links, groups and scores by hand, and the file that ships."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterkit import mapping
from clusterkit.cli import main
from clusterkit.data.definitions import load_benchmark_industries, taxonomy_text
from clusterkit.data.industries import aggregate, load_taxonomy
from clusterkit.errors import ContractError, SourceError
from clusterkit.mapping.definitions import DIVISION_GROUPS
from clusterkit.paths import Project

ROOT = Path(__file__).resolve().parents[2]
TAXONOMIES = ROOT / "params" / "taxonomies"
SECTORS = ["C13", "C14", "J62", "J63", "G47"]
BLOCKS = pd.DataFrame(
    [[0, 9, 1, 1, 2], [9, 0, 1, 1, 2], [1, 1, 0, 9, 2], [1, 1, 9, 0, 2], [2, 2, 2, 2, 0]], SECTORS, SECTORS, dtype=float
)
GROUPS = pd.Series([1, 1, 2, 2, 3], SECTORS)


@pytest.fixture(scope="module")
def jobs() -> pd.DataFrame:
    values = np.random.default_rng(1).lognormal(6, 1, (40, 5)).round()
    return pd.DataFrame(values, index=[f"AA{n:02}" for n in range(40)], columns=SECTORS)


# Links


def test_coagglomeration_by_a_slow_loop(jobs):
    table = mapping.colocation(jobs, method="coagglomeration")
    share = jobs / jobs.sum()
    x = share.mean(axis=1)
    for i in SECTORS:
        for j in SECTORS:
            slow = sum((share.loc[r, i] - x[r]) * (share.loc[r, j] - x[r]) for r in jobs.index) / (1 - sum(x**2))
            assert np.isnan(table.loc[i, j]) if i == j else table.loc[i, j] == pytest.approx(slow)


@pytest.mark.parametrize(("method", "correlate"), [("lq_correlation", "pearson"), ("lq_rank_correlation", "spearman")])
def test_correlation_leaves_out_unknown_regions_pair_by_pair(jobs, method, correlate):
    hidden = jobs.copy()
    hidden.iloc[:5, 0] = np.nan
    total, whole = jobs.sum(axis=1), jobs.sum()
    table = mapping.colocation(hidden, method=method, benchmark=whole, region_total=total)
    lq = mapping.location_quotient(jobs)
    assert table.loc["C13", "J62"] == pytest.approx(lq["C13"].iloc[5:].corr(lq["J62"].iloc[5:], method=correlate))
    assert table.loc["C14", "J62"] == pytest.approx(lq["C14"].corr(lq["J62"], method=correlate))
    few = mapping.colocation(hidden, method=method, benchmark=whole, region_total=total, min_regions=36)
    assert few["C13"].isna().all()
    assert few.loc["C14", "J62"] == pytest.approx(table.loc["C14", "J62"])


def test_sectors_in_the_same_places_are_fully_related(jobs):
    twin = jobs.assign(J63=3 * jobs["J62"])
    assert mapping.colocation(twin).loc["J62", "J63"] == pytest.approx(1)
    assert mapping.colocation(twin, method="lq_rank_correlation").loc["J62", "J63"] == pytest.approx(1)


def test_an_unknown_region_leaves_the_pair_out_of_coagglomeration_only(jobs):
    hidden = jobs.copy()
    hidden.iloc[0, 0] = np.nan
    table = mapping.colocation(hidden, method="coagglomeration", min_regions=40)
    assert table["C13"].isna().all()
    assert table.loc["C14", "J62":].notna().all()


def test_links_are_standardised_and_the_larger_direction_counts():
    flow = BLOCKS.copy()
    flow.loc["C13", "C14"] = 0  # the other direction keeps 9
    combined = mapping.combine_links({"a": BLOCKS, "flow": 100 * flow + 5})
    pairs = combined.to_numpy()[~np.eye(5, dtype=bool)]
    assert pairs.mean() == pytest.approx(0)
    assert pairs.std() == pytest.approx(1)
    assert np.isnan(np.diag(combined)).all()


def test_a_pair_unknown_in_one_link_rests_on_the_others():
    gap = BLOCKS.copy()
    gap.loc["C13", "J62"] = gap.loc["J62", "C13"] = np.nan
    alone = mapping.combine_links({"a": BLOCKS})
    both = mapping.combine_links({"a": BLOCKS, "b": gap})
    assert both.loc["C13", "J62"] == pytest.approx(alone.loc["C13", "J62"])
    assert np.isnan(mapping.combine_links({"b": gap}).loc["C13", "J62"])


def test_wrong_links_are_refused_at_once():
    with pytest.raises(ContractError) as caught:
        mapping.combine_links({"a": BLOCKS, "b": BLOCKS.iloc[:4, :4]}, weights={"a": 1})
    assert "The link b has other sectors than the first: G47, G47." in str(caught.value)
    assert "The weight of the link b is None." in str(caught.value)
    with pytest.raises(ContractError, match="There is no link"):
        mapping.combine_links({})


# Groups


@pytest.mark.parametrize("method", ["hierarchical", "kmeans"])
def test_groups_of_a_plain_case(method):
    assert mapping.group_sectors(BLOCKS, 3, method=method).tolist() == [1, 1, 2, 2, 3]
    assert set(mapping.group_sectors(BLOCKS, 1, method=method)) == {1}


def test_a_sector_without_links_has_no_group():
    table = BLOCKS.copy()
    table.loc["G47"] = np.nan
    table["G47"] = np.nan
    groups = mapping.group_sectors(table, 2)
    assert groups.tolist()[:4] == [1, 1, 2, 2]
    assert pd.isna(groups["G47"])
    scores = mapping.validation_scores({"a": table}, groups)
    assert scores["score"] == 100


def test_wrong_numbers_of_groups_are_refused():
    with pytest.raises(ContractError) as caught:
        mapping.group_sectors(BLOCKS, 6, seed=0)
    assert "6 groups cannot be made of 5 sectors with known links." in str(caught.value)
    assert "seed is 0." in str(caught.value)
    with pytest.raises(ContractError, match="not the same sectors"):
        mapping.group_sectors(BLOCKS.iloc[:, :4], 2)
    with pytest.raises(ContractError, match="no grouping to try"):
        mapping.derive_definitions({"a": BLOCKS}, n_groups=[], seed=1)


@settings(max_examples=6, deadline=None)
@given(st.integers(1, 10_000), st.permutations(range(8)), st.integers(2, 6))
def test_order_unit_and_input_of_groups(seed, order, number):
    values = np.random.default_rng(seed).normal(size=(8, 8))
    codes = [f"C{n + 10}" for n in range(8)]
    link = pd.DataFrame(values + values.T, codes, codes)
    before = link.copy()
    for method in ("hierarchical", "kmeans"):
        groups = mapping.group_sectors(link, number, method=method, seed=2)
        mixed = link.iloc[list(order), list(order)]
        pd.testing.assert_series_equal(
            mapping.group_sectors(mixed, number, method=method, seed=2).reindex(codes), groups
        )
        assert sorted(groups.unique()) == list(range(1, number + 1))
        scores = mapping.validation_scores({"a": link}, groups)
        pd.testing.assert_series_equal(mapping.validation_scores({"a": 1000 * mixed}, groups), scores)
        pd.testing.assert_series_equal(
            mapping.validation_scores({"a": link}, groups.map(lambda g: f"group {g}")), scores
        )
    combined = mapping.combine_links({"a": link})
    pd.testing.assert_frame_equal(mapping.combine_links({"a": 1000 * link}), combined)
    pd.testing.assert_frame_equal(link, before)


# Scores


def test_scores_by_hand():
    """Two groups of two at 9, others at 1 or 2; the single G47 has no within and fails."""
    scores = mapping.validation_scores({"a": BLOCKS}, GROUPS)
    assert scores["vs_cluster_mean"] == pytest.approx(100 * 2 / 3)
    assert scores["vs_industry_p95"] == pytest.approx(100 * 4 / 5)
    assert scores["score"] == pytest.approx(100 * (2 / 3 + 2 / 3 + 4 / 5 + 4 / 5) / 4)
    facts = mapping.group_relatedness(BLOCKS, GROUPS)
    assert facts["n_sectors"].tolist() == [2, 2, 1]
    assert facts["within"].tolist()[:2] == [9, 9]
    assert np.isnan(facts.loc[3, "within"])
    assert facts["between_mean"].tolist() == [1.5, 1.5, 2]
    assert facts.loc[1, "between_p95"] == pytest.approx(1.95)


def test_scores_by_a_slow_loop(jobs):
    link = mapping.colocation(jobs)
    scores = mapping.validation_scores({"a": link}, GROUPS)
    passed = []
    for i in SECTORS:
        means = {
            group: np.mean([link.loc[i, j] for j in SECTORS if GROUPS[j] == group and j != i] or [np.nan])
            for group in (1, 2, 3)
        }
        others = [value for group, value in means.items() if group != GROUPS[i]]
        passed.append(means[GROUPS[i]] > np.mean(others))
    assert scores["vs_industry_mean"] == pytest.approx(100 * np.mean(passed))


def test_one_group_has_no_score():
    assert mapping.validation_scores({"a": BLOCKS}, GROUPS * 0).isna().all()


def test_the_best_grouping_is_chosen_with_its_scores():
    derived = mapping.derive_definitions({"a": BLOCKS}, n_groups=[2, 3], seed=1)
    assert derived.candidates["score"].is_monotonic_decreasing
    method, number = derived.candidates.index[0]
    again = mapping.group_sectors(derived.relatedness, number, method=method)
    pd.testing.assert_series_equal(derived.groups, again)
    assert mapping.validation_scores({"a": BLOCKS}, derived.groups)["score"] == derived.candidates["score"].iloc[0]


# The taxonomy that ships


@pytest.fixture(scope="module")
def derived(industry) -> mapping.Derived:
    return mapping.derive_divisions(industry, year=2014)


def test_the_file_is_what_the_command_writes(project_copy: Project):
    path = project_copy.params / "taxonomies" / "derived-divisions.yaml"
    path.unlink()
    result = CliRunner().invoke(main, ["--project", str(project_copy.root), "definitions"])
    assert result.exit_code == 0, result.output
    assert "10 groups by hierarchical, validation score 93.4 %" in result.stdout
    assert path.read_text(encoding="utf-8") == (TAXONOMIES / path.name).read_text(encoding="utf-8")
    assert not list(path.parent.glob("*.part"))


def test_the_derived_groups_hold_better_than_sections_and_chance(derived, industry):
    """Not the links they were chosen by, but those of another year."""
    other = mapping.derive_divisions(industry, year=2012)
    links = {"2012": other.relatedness}
    score = mapping.validation_scores(links, derived.groups)["score"]
    sections = pd.Series(derived.groups.index.str[0], index=derived.groups.index)
    rng = np.random.default_rng(1)
    chance = [
        mapping.validation_scores(links, pd.Series(rng.permutation(derived.groups), derived.groups.index))["score"]
        for _ in range(30)
    ]
    assert score > mapping.validation_scores(links, sections)["score"] > np.mean(chance)
    assert score > max(chance)
    assert derived.candidates.index[0][1] not in (DIVISION_GROUPS[0], DIVISION_GROUPS[-1])


def test_the_taxonomy_is_a_partition_that_can_be_summed(derived, industry):
    taxonomy = load_taxonomy(TAXONOMIES / "derived-divisions.yaml")
    held = [code for category in taxonomy.definitions.values() for code in category.members]
    assert sorted(held) == sorted(derived.groups.dropna().index)
    rows = industry[(industry["year"] == 2014) & (industry["nace_code"].str.len() == 3)]
    employment = rows.pivot_table(index="nuts_id", columns="nace_code", values="persons_employed", dropna=False)
    sums = aggregate(employment, taxonomy)
    whole = employment.notna().all(axis=1)
    assert whole.sum() > 20
    np.testing.assert_allclose(sums[whole].sum(axis=1), employment[whole].sum(axis=1))


def test_a_written_taxonomy_reads_back_unchanged(tmp_path: Path, derived):
    names = {code: f'Name "{code}": é' for code in derived.groups.index}
    taxonomy = mapping.as_taxonomy(derived, names, taxonomy_id="own", title="A: b", source="this # test")
    (tmp_path / "own.yaml").write_text(taxonomy_text(taxonomy, heading="two\nlines"), encoding="utf-8")
    assert load_taxonomy(tmp_path / "own.yaml") == taxonomy


# Beside the benchmark


def test_the_closest_group_by_hand():
    rows = [("C13", "Textiles", 3.0), ("C14", "Textiles", 1.0), ("C14", "Apparel", 6.0), ("", "Insurance", 2.0)]
    industries = pd.DataFrame(rows, columns=["nace_code", "cluster", "n_industries"])
    table = mapping.beside_benchmark(pd.Series({"C13": 1, "C14": 2}), industries)
    assert table.loc["Textiles", ["n_industries", "group", "held_pct", "of_group_pct"]].tolist() == [4, 1, 75, 100]
    assert table.loc["Apparel", "of_group_pct"] == pytest.approx(100 * 6 / 7)
    assert table.loc["Insurance", ["outside_pct", "held_pct", "nace_codes"]].tolist() == [100, 0, ""]
    assert pd.isna(table.loc["Insurance", "group"])


@pytest.mark.raw
def test_the_documented_comparison_is_what_the_command_prints(project_copy: Project, raw: Path):
    path = raw / "definitions" / "derived_cluster_naics_isic4.csv"
    if not path.is_file():
        pytest.skip(f"no raw file {path}; set CLUSTERKIT_RAW")
    result = CliRunner().invoke(main, ["--project", str(project_copy.root), "definitions", "--beside", str(path)])
    assert result.exit_code == 0, result.output
    assert result.stdout.strip() in (ROOT / "docs" / "definitions.md").read_text(encoding="utf-8")
    industries = load_benchmark_industries(path)
    assert industries["cluster"].nunique() == 51


def test_a_wrong_benchmark_file_is_refused_and_nothing_is_written(tmp_path: Path, project_copy: Project):
    path = tmp_path / "wrong.csv"
    path.write_text("NAICS,Cluster\n1,Coal\n", encoding="utf-8")
    with pytest.raises(SourceError, match="have no column TradedLocal, ISIC4_1d, ISIC4_2d, ISIC4_4d"):
        load_benchmark_industries(path)
    target = project_copy.params / "taxonomies" / "derived-divisions.yaml"
    target.unlink()
    result = CliRunner().invoke(
        main, ["--project", str(project_copy.root), "definitions", "--beside", str(tmp_path / "no.csv")]
    )
    assert result.exit_code == 2
    assert "cannot be read" in result.stderr
    assert not target.exists()
