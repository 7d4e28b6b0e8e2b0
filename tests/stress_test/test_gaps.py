"""Where weakness and priority do not meet, how sure that is, what comes first, and which clusters are concerned."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from clusterkit.errors import ContractError
from clusterkit.stress_test.concerned import LEAST_REGIONS, by_part, clusters_concerned
from clusterkit.stress_test.gaps import GAPS, IN_THE_MIDDLE, NO_EVIDENCE, NOT_ANSWERED, ORDER, matrix, policy_gaps
from clusterkit.stress_test.questionnaire import load_questionnaire
from clusterkit.stress_test.scoring import is_high, score_policy_quality, score_priorities

ROOT = Path(__file__).resolve().parents[2]
ENGLISH = load_questionnaire(ROOT / "params" / "stress_test")
VERDICTS = ("bottleneck", "middle", "strength", "unknown")
GOOD = {"general": 100.0, "analysis": 50.0, "strategy": 49.9, "action": math.nan}  # scores of the stages, 0 to 100


def board(**parts: dict[str, Any]) -> pd.DataFrame:
    """Sub-dimensions of a scoreboard; what is not given is a sure verdict at rank 50 of 100."""
    rows = {}
    for part, own in parts.items():
        verdict = own.get("verdict", "middle")
        known = {"rank": 50.0, "n_ranked": 100.0, "rank_low": 45.0, "rank_high": 55.0, "is_robust": True, "n_known": 3}
        nothing = dict.fromkeys(known, np.nan) | {"is_robust": pd.NA, "n_known": 0}
        rows[part] = {"verdict": verdict, **(nothing if verdict == "unknown" else known), **own}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("part")


def said(**steps: float | dict[str, Any]) -> pd.DataFrame:
    """Priorities: the median of each sub-dimension, or several of its columns."""
    rows = {}
    for item, given in steps.items():
        own = given if isinstance(given, dict) else {"priority": given}
        plain = {"name": item.title(), "dimension": "D", "priority": 3.0, "is_firm": True}
        rows[item] = {**plain, "vertical": 2.0, "horizontal": 2.0, "approach": "neither", **own}
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("item")
    table["priority"] = table["priority"].astype(float)
    table.insert(3, "is_high", is_high(table["priority"]))
    return table.astype({"is_firm": "boolean"})


def quality(**stages: float) -> pd.DataFrame:
    """Scores of the stages, and a practice that must not be taken for one."""
    rows = [{"part": stage, "level": "section", "score_pct": score} for stage, score in {**GOOD, **stages}.items()]
    rows.append({"part": "review", "level": "item", "score_pct": 100.0})
    return pd.DataFrame(rows).set_index("part")


# Kinds of disparities


@pytest.mark.parametrize(
    ("verdict", "priority", "gap"),
    [
        ("bottleneck", 1.0, "blind spot"),
        ("bottleneck", 3.0, "addressed weakness"),
        ("middle", 1.0, "middle, low priority"),
        ("middle", 3.0, "middle, high priority"),
        ("strength", 1.0, "maintained strength"),
        ("strength", 3.0, "reinforced strength"),
        ("unknown", 1.0, "no evidence"),
        ("unknown", 3.0, "no evidence"),
        *((verdict, math.nan, "not answered") for verdict in VERDICTS),
    ],
)
def test_every_cell_of_the_matrix(verdict: str, priority: float, gap: str):
    found = policy_gaps(board(skills={"verdict": verdict}), said(skills=priority), quality())
    assert found.loc["skills", "gap"] == gap
    assert gap in ORDER


@pytest.mark.parametrize(
    ("steps", "gap"),
    [("2 2", "blind spot"), ("2 3", "addressed weakness"), ("3 3", "addressed weakness"), ("1 2 2 3", "blind spot")],
)
def test_a_median_of_exactly_two_and_a_half_is_high(steps: str, gap: str):
    rows = [("openness", "priority", float(step)) for step in steps.split()]
    table = pd.DataFrame(rows, columns=["item", "aspect", "value"])
    answers = table.assign(respondent=[f"r{n}" for n in range(len(rows))], group="firm", state="answered")
    scores = score_priorities(answers, ENGLISH), score_policy_quality(answers, ENGLISH)
    found = policy_gaps(board(openness={"verdict": "bottleneck"}), *scores)
    assert len(found) == 17
    assert found.loc["openness", "gap"] == gap
    assert (found["gap"].drop("openness") == "not answered").all()


def test_a_sub_dimension_that_the_scoreboard_does_not_have_is_without_evidence():
    found = policy_gaps(board(skills={}), said(skills=3.0, links=3.0), quality())
    assert found.loc["links", ["verdict", "gap", "n_known"]].tolist() == ["unknown", "no evidence", 0]
    assert found.loc["links", "is_sure"] is pd.NA
    assert "finance" not in policy_gaps(board(skills={}, finance={}), said(skills=3.0), quality()).index


# How sure


@pytest.mark.parametrize(
    ("own", "is_sure"),
    [
        ({}, True),
        ({"is_robust": False}, False),  # the interval leaves the third
        ({"is_robust": pd.NA}, False),
        ({"n_known": 1}, False),  # a single indicator is never sure
        ({"n_known": 2}, True),
        ({"rank": 44.0}, False),  # the rank lies outside of its own interval
        ({"rank": 56.0}, False),
        ({"rank": 45.0}, True),
        ({"rank": 55.0}, True),
        ({"rank_low": np.nan, "rank_high": np.nan}, False),
        ({"verdict": "unknown"}, pd.NA),  # no rank: neither sure nor unsure
        ({"verdict": "unknown", "is_robust": True, "n_known": 3}, pd.NA),
    ],
)
@pytest.mark.parametrize("priority", [1.0, 3.0, math.nan])
def test_when_a_finding_of_the_scoreboard_is_sure(own: dict[str, Any], is_sure: Any, priority: float):
    found = policy_gaps(board(skills=own), said(skills=priority), quality())["is_sure"]
    assert found.dtype == "boolean"
    assert found.tolist() == [is_sure]


# Order


def shuffled(table: pd.DataFrame, seed: int) -> pd.DataFrame:
    return table.sample(frac=1, random_state=seed)


WEAK, STRONG = {"verdict": "bottleneck"}, {"verdict": "strength"}
UNSURE = {"is_robust": False}
RANKED = {
    "blind_worse": ({**WEAK, "rank": 55.0}, 1.0),
    "blind_of_fewer": ({**WEAK, "rank": 48.0, "n_ranked": 95.0}, 1.0),  # 48 of 95 is worse than 50 of 100
    "blind": ({**WEAK, "rank": 50.0}, 2.0),
    "blind_unsure": ({**WEAK, "rank": 99.0, **UNSURE}, 0.0),
    "blind_of_one_figure": ({**WEAK, "rank": 98.0, "n_known": 1}, 0.0),
    "addressed": (WEAK, 4.0),
    "addressed_unsure": ({**WEAK, "rank": 90.0, **UNSURE}, 4.0),
    "no_figures_first": ({"verdict": "unknown"}, 4.0),
    "no_figures_high": ({"verdict": "unknown"}, 3.0),
    "no_figures_low": ({"verdict": "unknown"}, 0.0),
    "middle_low_worse": ({"rank": 51.0}, 1.0),
    "middle_low": ({}, 2.0),
    "middle_high": ({}, 3.0),
    "kept": ({**STRONG, "rank": 47.0}, 1.0),
    "kept_better": ({**STRONG, "rank": 46.0}, 2.0),
    "backed": (STRONG, 3.0),
    "backed_unsure": ({**STRONG, **UNSURE}, 4.0),
    "silent_weak": (WEAK, math.nan),
    "silent_unknown": ({"verdict": "unknown"}, math.nan),
    "silent_middle": ({}, math.nan),
    "silent_strong": (STRONG, math.nan),
}


@pytest.mark.parametrize("seed", range(4))
def test_the_most_urgent_comes_first(seed: int):
    parts = board(**{name: own for name, (own, _) in RANKED.items()})
    steps = said(**{name: step for name, (_, step) in RANKED.items()})
    found = policy_gaps(shuffled(parts, seed), shuffled(steps, seed + 10), quality())
    assert list(found.index) == list(RANKED)
    assert list(dict.fromkeys(found["gap"])) == list(ORDER)


def test_the_input_stays_as_it_is():
    tables = board(skills=WEAK, links={}), said(skills=1.0, links=3.0), quality()
    before = [table.copy(deep=True) for table in tables]
    policy_gaps(*tables, concerned={"skills": ["C29"]})
    for table, copy in zip(tables, before, strict=True):
        pd.testing.assert_frame_equal(table, copy)


# Practices, clusters, columns


@pytest.mark.parametrize(
    ("approach", "stages", "met", "known"),
    [
        ("systemic", {"analysis": 50.0, "strategy": 80.0, "action": 100.0}, 4, 4),
        ("vertical only", {"analysis": 49.9, "strategy": 0.0, "action": 10.0}, 0, 4),
        ("neither", {"analysis": 50.0, "strategy": 49.9, "action": math.nan}, 1, 3),
        ("unknown", {"analysis": 90.0, "strategy": 90.0, "action": math.nan}, 2, 2),
        ("unknown", {"analysis": math.nan, "strategy": math.nan, "action": math.nan}, 0, 0),
        ("horizontal only", {"analysis": math.nan, "strategy": math.nan, "action": math.nan}, 0, 1),
    ],
)
def test_elements_of_good_policy_are_counted(approach: str, stages: dict[str, float], met: int, known: int):
    priorities = said(skills={"approach": approach}, links={"approach": "systemic"})
    found = policy_gaps(board(skills={}, links={}), priorities, quality(**stages))
    assert found.loc["skills", ["n_practices_met", "n_practices_known"]].tolist() == [met, known]


def test_the_general_questions_are_no_element():
    one, other = (
        policy_gaps(board(skills={}), said(skills=1.0), quality(general=general)) for general in (100.0, math.nan)
    )
    pd.testing.assert_frame_equal(one, other)


def test_clusters_concerned_are_passed_on():
    found = policy_gaps(board(a={}, b={}), said(a=1.0, b=3.0), quality(), concerned={"a": ["C29", "C28"], "z": ["C10"]})
    assert found["clusters"].to_dict() == {"a": ("C29", "C28"), "b": ()}
    assert policy_gaps(board(a={}), said(a=1.0), quality())["clusters"].to_dict() == {"a": ()}


def test_what_answers_and_scoreboard_say_stands_beside_each_other():
    priorities = said(skills={"priority": 1.0, "vertical": 4.0, "horizontal": 0.0, "approach": "vertical only"})
    parts = board(skills={**WEAK, "rank": 48.0, "n_ranked": 77.0})
    row = policy_gaps(parts, priorities, quality()).loc["skills"]
    assert row[["name", "dimension", "priority", "is_high", "is_firm"]].tolist() == ["Skills", "D", 1.0, False, True]
    assert row[["vertical", "horizontal", "approach"]].tolist() == [4.0, 0.0, "vertical only"]
    assert row[["rank", "n_ranked", "rank_low", "rank_high", "n_known"]].tolist() == [48.0, 77.0, 45.0, 55.0, 3]


# Counts


def test_the_matrix_counts_every_sub_dimension_once():
    parts = board(**{name: own for name, (own, _) in RANKED.items()})
    steps = said(**{name: step for name, (_, step) in RANKED.items()})
    found = matrix(policy_gaps(parts, steps, quality()))
    assert list(found.index) == ["worst third", "middle", "best third", "no evidence"]
    assert list(found.columns) == ["high", "low", "not answered"]
    assert found.loc["worst third"].tolist() == [2, 5, 1]
    assert found.loc["middle"].tolist() == [1, 2, 1]
    assert found.loc["best third"].tolist() == [2, 2, 1]
    assert found.loc["no evidence"].tolist() == [2, 1, 1]
    assert found.to_numpy().sum() == len(RANKED)


def test_the_matrix_has_its_shape_without_any_answer():
    found = matrix(policy_gaps(board(a=WEAK, b={}), said(a=math.nan, b=math.nan), quality()))
    assert found.shape == (4, 3)
    assert found["not answered"].tolist() == [1, 1, 0, 0]
    assert (found[["high", "low"]] == 0).all(axis=None)


def test_kinds_of_gaps_are_ordered_once_each():
    assert sorted(ORDER) == sorted([*GAPS, *IN_THE_MIDDLE, NO_EVIDENCE, NOT_ANSWERED])


# Errors


@pytest.mark.parametrize(
    ("position", "columns", "what"),
    [
        (0, ["rank", "n_known"], "A column is missing in the scoreboard: rank, n_known."),
        (1, ["is_high"], "A column is missing in the priorities: is_high."),
        (2, ["score_pct"], "A column is missing in the quality: score_pct."),
    ],
)
def test_a_table_without_its_columns_is_refused(position: int, columns: list[str], what: str):
    tables = [board(skills={}), said(skills=1.0), quality()]
    tables[position] = tables[position].drop(columns=columns)
    with pytest.raises(ContractError) as caught:
        policy_gaps(*tables)
    (problem,) = caught.value.problems
    assert problem.what == what
    assert (problem.where, problem.rule) == ("the table given", "docs/methods.md#disparities")
    assert problem.fix == "use the table as its function gives it"


# Clusters that a condition bears on: invented regions of eight countries

COUNTRIES = ["AT", "BE", "CZ", "DE", "ES", "FI", "IT", "PL"]
REGIONS = [f"{country}{number:02d}" for country in COUNTRIES for number in range(12)]
COUNTRY = pd.Series([region[:2] for region in REGIONS], index=REGIONS)


def europe(seed: int = 20141) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Scores and quotients in which it is known what follows what.

    ``skills`` differs between and inside countries. C29 follows it inside countries, C28 too and more closely, C13 the
    other way round; F41 follows it between countries only; J62 is noise. ``links`` is noise.
    """
    draw = np.random.default_rng(seed)
    level = pd.Series(draw.normal(0, 3, len(COUNTRIES)), COUNTRIES)
    between = COUNTRY.map(level).to_numpy()
    inside = draw.normal(0, 1, len(REGIONS))
    other = draw.normal(0, 3, len(COUNTRIES))
    noise = {code: draw.normal(0, 1, len(REGIONS)) for code in ("C28", "C29", "C13", "F41", "J62", "links")}
    mixed = COUNTRY.map(dict(zip(COUNTRIES, other, strict=True))).to_numpy()
    scores = pd.DataFrame({"skills": 50 + 5 * (between + inside), "links": 50 + noise["links"]}, index=REGIONS)
    quotients = {
        "C28": inside + 0.3 * noise["C28"],
        "C29": inside + noise["C29"] + mixed,
        "C13": noise["C13"] - inside,
        "F41": between + noise["F41"],
        "J62": noise["J62"],
    }
    return scores, pd.DataFrame(quotients, index=REGIONS).map(math.exp)


STRONG_SECTORS = ["J62", "F41", "C29", "C13", "C28"]


def test_a_sector_that_follows_a_score_inside_countries_is_found_and_no_other():
    scores, quotients = europe()
    found = clusters_concerned(scores, quotients, STRONG_SECTORS, country=COUNTRY)
    assert found[["part", "nace_code"]].to_numpy().tolist() == [["skills", "C28"], ["skills", "C29"]]
    assert found["estimate"][0] > found["estimate"][1]  # the closest first
    assert (found["low"] > 0).all()
    assert (found["low"] < found["estimate"]).all()
    assert (found["estimate"] < found["high"]).all()
    assert found["n_regions"].tolist() == [96, 96]
    assert found["n_countries"].tolist() == [8, 8]


def test_a_sector_that_follows_a_score_between_countries_only_would_be_found_without_them():
    scores, quotients = europe()
    assert scores["skills"].corr(quotients["F41"], method="spearman") > 0.6
    assert clusters_concerned(scores, quotients, ["F41"], country=COUNTRY).empty
    mixed = pd.Series(np.random.default_rng(7).permutation(COUNTRY), index=REGIONS)  # eight that mean nothing
    assert list(clusters_concerned(scores, quotients, ["F41"], country=mixed)["nace_code"]) == ["F41"]


def test_noise_passes_as_rarely_as_it_says():
    scores, _ = europe()
    draw = np.random.default_rng(3)
    codes = [f"X{number}" for number in range(100)]
    noise = pd.DataFrame(draw.lognormal(size=(len(REGIONS), len(codes))), index=REGIONS, columns=codes)
    found = clusters_concerned(scores[["skills"]], noise, codes, country=COUNTRY)
    assert len(found) <= 2  # one in two hundred expected: half of a hundredth lies above zero


def test_a_score_shifted_between_countries_or_stretched_changes_nothing_or_little():
    scores, quotients = europe()
    found = clusters_concerned(scores, quotients, STRONG_SECTORS, country=COUNTRY)
    stretched = clusters_concerned(scores**3, np.log(quotients), STRONG_SECTORS, country=COUNTRY)
    pd.testing.assert_frame_equal(stretched, found)  # ranks do not see the scale


def test_the_order_of_regions_does_not_matter_and_the_input_stays():
    scores, quotients = europe()
    before = scores.copy(), quotients.copy(), COUNTRY.copy()
    found = clusters_concerned(scores, quotients, STRONG_SECTORS, country=COUNTRY)
    for table, copy in zip((scores, quotients), before[:2], strict=True):
        pd.testing.assert_frame_equal(table, copy)
    pd.testing.assert_series_equal(COUNTRY, before[2])
    again = clusters_concerned(
        shuffled(scores, 1), shuffled(quotients, 2), STRONG_SECTORS[::-1], country=shuffled(COUNTRY, 3)
    )
    pd.testing.assert_frame_equal(again, found)


def test_too_few_regions_with_both_figures_give_nothing():
    scores, quotients = europe()
    few = scores.copy()
    few.loc[REGIONS[LEAST_REGIONS - 1 :], "skills"] = np.nan
    assert few["skills"].notna().sum() == LEAST_REGIONS - 1
    found = clusters_concerned(few, quotients, STRONG_SECTORS, country=COUNTRY)
    assert found.empty
    assert list(found.columns) == ["part", "nace_code", "estimate", "low", "high", "n_regions", "n_countries"]
    assert by_part(found) == {}
    enough = scores.copy()
    enough.loc[REGIONS[LEAST_REGIONS:], "skills"] = np.nan
    assert list(clusters_concerned(enough, quotients, ["C28"], country=COUNTRY)["n_regions"]) == [LEAST_REGIONS]
    assert clusters_concerned(scores.iloc[:30], quotients, ["C28"], country=COUNTRY).empty
    fewer = clusters_concerned(few, quotients, ["C28"], country=COUNTRY, min_regions=LEAST_REGIONS - 1)
    assert list(fewer["n_regions"]) == [LEAST_REGIONS - 1]


def test_without_strong_sectors_or_scores_there_is_nothing_to_find():
    scores, quotients = europe()
    assert clusters_concerned(scores, quotients, [], country=COUNTRY).empty
    assert clusters_concerned(scores[[]], quotients, ["C28"], country=COUNTRY).empty


def test_unknown_values_spoil_nothing_else():
    scores, quotients = europe()
    alone = clusters_concerned(scores[["skills"]], quotients[["C28"]], ["C28"], country=COUNTRY)
    holed = quotients.copy()
    holed.loc[REGIONS[5:], "C29"] = np.nan
    holed.loc[REGIONS[::3], "J62"] = np.nan
    patchy = scores.copy()
    patchy.loc[REGIONS[2:], "links"] = np.nan
    found = clusters_concerned(patchy, holed, STRONG_SECTORS, country=COUNTRY)
    pd.testing.assert_frame_equal(found, alone)


def test_a_part_that_is_the_same_everywhere_goes_with_nothing():
    scores, quotients = europe()
    assert clusters_concerned(scores.assign(skills=50.0), quotients, ["C28"], country=COUNTRY).empty
    assert clusters_concerned(scores, quotients.assign(C28=1.0), ["C28"], country=COUNTRY).empty


def test_a_strong_sector_without_quotients_is_refused():
    scores, quotients = europe()
    with pytest.raises(ContractError) as caught:
        clusters_concerned(scores, quotients, ["C28", "A01", "Q86"], country=COUNTRY)
    (problem,) = caught.value.problems
    assert problem.what == "There are no quotients of A01, Q86."
    assert (problem.where, problem.rule) == ("the quotients given", "every strong sector has a column")
    assert problem.fix == "use the quotients of all sectors"


def test_at_most_three_sectors_of_a_part_are_named_the_closest_first():
    codes = ["C10", "C13", "C28", "C29"]
    rows = [("skills", code) for code in codes] + [("links", "J62")]
    concerned = pd.DataFrame(rows, columns=["part", "nace_code"])
    assert by_part(concerned) == {"skills": ["C10", "C13", "C28"], "links": ["J62"]}
    assert by_part(concerned, most=1) == {"skills": ["C10"], "links": ["J62"]}
