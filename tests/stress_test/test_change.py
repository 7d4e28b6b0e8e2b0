"""What counts as a change between two rounds or two scoreboards, and the earlier scoreboard as a file."""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from openpyxl import Workbook

from clusterkit.errors import ParamError, Problem
from clusterkit.show.output import Downloads
from clusterkit.show.stress_test.look import Look
from clusterkit.stress_test.change import (
    DIRECTIONS,
    EVIDENCE_COLUMNS,
    change_in_answers,
    change_in_evidence,
    change_in_quality,
    evidence_table,
    read_evidence,
)
from clusterkit.stress_test.gaps import policy_gaps

NAN = math.nan

# Answers


def gaps(rows: dict[str, tuple[float, str, str, str]]) -> pd.DataFrame:
    """What ``policy_gaps`` says of each sub-dimension: priority, gap, approach, verdict."""
    names = ["priority", "gap", "approach", "verdict"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=names).rename_axis("item")
    return table.assign(name=table.index.str.title())


@pytest.mark.parametrize(
    ("then", "now", "direction"),
    [
        (2.0, 2.5, "higher"),  # half a step exactly
        (2.5, 2.0, "lower"),
        (0.0, 4.0, "higher"),
        (4.0, 0.0, "lower"),
        (2.0, 2.0, "as before"),
        (2.0, 2.49, "as before"),
        (2.49, 2.0, "as before"),
        (0.0, 0.0, "as before"),
        (NAN, 0.0, "new answer"),
        (NAN, 4.0, "new answer"),
        (0.0, NAN, "no longer answered"),
        (NAN, NAN, "unknown"),
    ],
)
def test_which_way_a_priority_moved(then: float, now: float, direction: str):
    before, after = (gaps({"a": (step, "x", "neither", "middle")}) for step in (then, now))
    assert change_in_answers(before, after)["direction"].tolist() == [direction]
    assert direction in DIRECTIONS


def test_a_change_in_answers_by_hand():
    before = gaps(
        {
            "skills": (1.0, "blind spot", "neither", "bottleneck"),
            "links": (3.0, "reinforced strength", "vertical only", "strength"),
            "dropped": (3.0, "no evidence", "neither", "unknown"),
        }
    )
    now = gaps(
        {
            "links": (3.0, "addressed weakness", "systemic", "bottleneck"),
            "skills": (1.5, "blind spot", "neither", "bottleneck"),
            "added": (2.0, "no evidence", "unknown", "unknown"),
        }
    )
    found = change_in_answers(before, now)
    assert list(found.columns) == [
        "name", "priority_then", "priority_now", "direction", "gap_then", "gap_now",
        "approach_then", "approach_now", "verdict_then", "verdict_now", "is_changed",
    ]  # fmt: skip
    assert list(found.index) == ["links", "skills", "added"]  # as now
    assert found.loc["links"].tolist() == [
        "Links", 3.0, 3.0, "as before", "reinforced strength", "addressed weakness",
        "vertical only", "systemic", "strength", "bottleneck", True,
    ]  # fmt: skip
    assert found.loc["skills", ["direction", "is_changed"]].tolist() == ["higher", False]
    assert found.loc["added", ["priority_now", "direction", "gap_now"]].tolist() == [2.0, "new answer", "no evidence"]
    assert found.loc["added", ["priority_then", "gap_then"]].isna().all()


def test_a_round_compared_with_itself_has_not_changed():
    same = gaps({"a": (1.0, "blind spot", "neither", "bottleneck"), "b": (NAN, "not answered", "unknown", "middle")})
    found = change_in_answers(same, same)
    assert found["direction"].tolist() == ["as before", "unknown"]
    assert not found["is_changed"].any()


def quality(**scores: float) -> pd.DataFrame:
    rows = [
        {
            "part": part,
            "level": "item" if part.startswith("item") else "section",
            "name": part.title(),
            "score_pct": pct,
        }
        for part, pct in scores.items()
    ]
    return pd.DataFrame(rows).set_index("part")


def test_a_change_in_the_quality_of_policy_by_hand():
    before = quality(analysis=40.0, item_a=10.0, strategy=NAN, action=80.0, general=NAN)
    now = quality(general=NAN, analysis=52.5, item_a=90.0, strategy=20.0, action=NAN, added=10.0)
    found = change_in_quality(before, now)
    assert list(found.columns) == ["name", "then", "now", "change"]
    assert list(found.index) == ["general", "analysis", "strategy", "action", "added"]  # stages alone, as now
    assert found.loc["analysis"].tolist() == ["Analysis", 40.0, 52.5, 12.5]
    assert found.loc["strategy", "now"] == 20.0
    assert found.loc["action", "then"] == 80.0
    assert found["change"].notna().tolist() == [False, True, False, False, False]


# Scoreboards


def scoreboard(rows: dict[str, tuple[str, float, float, float, float]]) -> pd.DataFrame:
    """Verdict, rank, number of ranked regions, ends of the rank interval."""
    names = ["verdict", "rank", "n_ranked", "rank_low", "rank_high"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=names).rename_axis("item")


@pytest.mark.parametrize(
    ("then", "now", "direction"),
    [
        ((100, 50, 60), (100, 40, 49), "better"),
        ((100, 50, 60), (100, 40, 50), "within the margin"),  # one place in common
        ((100, 50, 60), (100, 45, 55), "within the margin"),
        ((100, 50, 60), (100, 52, 53), "within the margin"),
        ((100, 50, 60), (100, 60, 70), "within the margin"),
        ((100, 50, 60), (100, 61, 70), "worse"),
        ((100, 50, 60), (200, 100, 120), "within the margin"),  # the same share of twice the regions
        ((100, 50, 60), (200, 90, 99), "better"),  # 45 to 49.5 of 100
        ((100, 50, 60), (50, 31, 35), "worse"),  # 62 to 70 of 100
        ((100, 50, 60), (100, NAN, NAN), "unknown"),
        ((NAN, NAN, NAN), (100, 40, 50), "unknown"),
        ((NAN, 50, 60), (100, 40, 49), "unknown"),
        ((100, 50, 60), (100, 40, NAN), "unknown"),
    ],
)
def test_which_way_a_rank_moved(then: tuple[float, ...], now: tuple[float, ...], direction: str):
    before, after = (
        scoreboard({"a": ("middle", ends[1], ends[0], ends[1], ends[2])}).assign(name="A") for ends in (then, now)
    )
    assert change_in_evidence(before, after)["direction"].tolist() == [direction]


def test_a_change_in_evidence_by_hand():
    before = scoreboard({"links": ("middle", 50, 100, 45, 55), "skills": ("bottleneck", 90, 100, 85, 95)})
    now = scoreboard(
        {"skills": ("middle", 60, 120, 55, 66), "links": ("middle", 50, 100, 45, 55), "new": ("strength", 1, 9, 1, 2)}
    ).assign(name=["Skills", "Links", "New"])
    found = change_in_evidence(before, now)
    assert list(found.index) == ["skills", "links", "new"]
    assert found["direction"].tolist() == ["better", "within the margin", "unknown"]
    assert found.loc["skills"].tolist() == [
        "Skills", "bottleneck", "middle", 90, 60, 100, 120, 85, 55, 95, 66, "better",
    ]  # fmt: skip
    assert found.loc["new", ["verdict_now", "rank_now"]].tolist() == ["strength", 1]
    assert found.loc["new", ["verdict_then", "rank_then"]].isna().all()


@pytest.mark.parametrize("compare", [change_in_answers, change_in_evidence])
def test_comparing_changes_no_table(compare):
    rows = gaps({"a": (1.0, "blind spot", "neither", "bottleneck"), "b": (NAN, "no evidence", "unknown", "unknown")})
    ranks = scoreboard({"a": ("bottleneck", 90, 100, 85, 95), "b": ("unknown", NAN, NAN, NAN, NAN)})
    table = rows.join(ranks.drop(columns="verdict"))
    before, now = table.copy(), table.iloc[::-1].copy()
    compare(before, now)
    pd.testing.assert_frame_equal(before, table)
    pd.testing.assert_frame_equal(now, table.iloc[::-1])


# The earlier scoreboard as a file

KEPT = ["verdict", "rank", "n_ranked", "rank_low", "rank_high", "n_known"]


def page_gaps() -> pd.DataFrame:
    """Gaps as a page has them: a sure and an unsure verdict, none, awkward names, ties."""
    board = pd.DataFrame(
        {
            "verdict": ["bottleneck", "strength", "unknown", "middle"],
            "rank": [238.0, 72.5, NAN, 123.0],
            "n_ranked": [281.0, 281.0, NAN, 280.0],
            "rank_low": [230.0, 72.5, NAN, 1.0],
            "rank_high": [248.25, 72.5, NAN, 280.0],
            "is_robust": pd.array([True, False, pd.NA, True], dtype="boolean"),
            "n_known": [2, 1, 0, 5],
        },
        index=pd.Index(["private-financing", "openness", "public-demand", "attractiveness"], name="part"),
    )
    names = ["Attitudes, and money", "=Openness", 'Public "demand"', "Attractiveness"]
    plain = {"dimension": "D", "priority": NAN, "is_high": pd.NA, "is_firm": pd.NA, "approach": "unknown"}
    said = pd.DataFrame({"name": names}, index=board.index.rename("item")).assign(**plain, vertical=NAN, horizontal=NAN)
    return policy_gaps(board, said, pd.DataFrame({"level": ["section"], "score_pct": [NAN]}, index=["analysis"]))


def page(folder: Path, region: str = "piemonte", *, is_illustrative: bool = False) -> Path:
    """The file as a page writes it beside itself."""
    test = SimpleNamespace(is_illustrative=is_illustrative)
    look = Look(test, SimpleNamespace(region=region), Downloads(region, str(folder), "stress-test"), None)
    look.save("evidence", evidence_table(page_gaps(), region))
    return folder / "evidence.csv"


def test_the_table_that_is_kept_beside_a_page():
    table = evidence_table(page_gaps(), "piemonte")
    assert [table.index.name, *table.columns] == list(EVIDENCE_COLUMNS)
    assert (table["region"] == "piemonte").all()


@pytest.mark.parametrize("is_illustrative", [False, True])
def test_what_a_page_writes_is_read_back(tmp_path: Path, is_illustrative: bool):
    path = page(tmp_path, is_illustrative=is_illustrative)
    heading = path.read_text(encoding="utf-8-sig").splitlines()[0].split(",")
    assert ("illustrative" in heading) == is_illustrative
    found = read_evidence(path, region="piemonte")
    assert list(found.columns) == KEPT
    assert found.index.name == "item"
    pd.testing.assert_frame_equal(found, page_gaps()[KEPT], check_dtype=False)


def test_a_scoreboard_read_back_has_not_changed(tmp_path: Path):
    now = page_gaps()
    found = change_in_evidence(read_evidence(page(tmp_path), region="piemonte"), now)
    known = now["rank"].notna()
    assert (found.loc[known, "direction"] == "within the margin").all()
    assert (found.loc[~known, "direction"] == "unknown").all()
    assert (found["verdict_then"] == found["verdict_now"]).all()


ROW = dict(
    zip(EVIDENCE_COLUMNS, ["openness", "piemonte", "Openness", "middle", 50, 100, 45, 55, "True", 3], strict=True)
)


def written(folder: Path, *rows: dict[str, Any], name: str = "evidence.csv") -> Path:
    path = folder / name
    pd.DataFrame([{**ROW, **row} for row in rows], columns=list(EVIDENCE_COLUMNS)).to_csv(path, index=False)
    return path


def problems(path: Path, region: str = "piemonte") -> tuple[Problem, ...]:
    with pytest.raises(ParamError) as caught:
        read_evidence(path, region=region)
    for problem in caught.value.problems:
        assert problem.where.startswith(str(path))
        assert problem.rule
        assert problem.fix
    return caught.value.problems


def test_a_workbook_will_do_too(tmp_path: Path):
    book = Workbook()
    book.active.append(list(EVIDENCE_COLUMNS))
    book.active.append(list(ROW.values()))
    book.save(tmp_path / "evidence.xlsx")
    found = read_evidence(tmp_path / "evidence.xlsx", region="piemonte")
    assert found.loc["openness"].tolist() == ["middle", 50, 100, 45, 55, 3]


def test_name_and_robustness_are_not_needed(tmp_path: Path):
    path = written(tmp_path, {})
    pd.read_csv(path).drop(columns=["name", "is_robust"]).to_csv(path, index=False)
    assert read_evidence(path, region="piemonte").loc["openness", "rank"] == 50


@pytest.mark.parametrize(
    ("row", "what", "rule", "fix"),
    [
        (
            {"region": "saxony"},
            "The row is of the region 'saxony'.",
            "an earlier scoreboard of piemonte",
            "name the file of this region",
        ),
        ({"region": ""}, "The row is of the region ''.", "an earlier scoreboard", "name the file of this region"),
        (
            {"verdict": "weak"},
            "The verdict is 'weak'.",
            "strength, middle, bottleneck or unknown",
            "use the file as it was written",
        ),
        ({"verdict": ""}, "The verdict is ''.", "strength, middle,", "use the file as it was written"),
        *(
            ({name: "x"}, f"{name} is 'x'.", "a number, or nothing", "use the file as it was written")
            for name in ("rank", "n_ranked", "rank_low", "rank_high", "n_known")
        ),
        ({"rank": "1,5"}, "rank is '1,5'.", "a number, or nothing", "use the file as it was written"),
        ({"item": "links"}, "links stands twice.", "one row per sub-dimension", "remove one of the two"),
    ],
)
def test_a_wrong_row_is_named_with_its_place_and_its_mending(
    tmp_path: Path, row: dict[str, Any], what: str, rule: str, fix: str
):
    (problem,) = problems(written(tmp_path, {"item": "links"}, row))
    assert problem.what == what
    assert problem.where.endswith("evidence.csv, line 3")
    assert problem.rule.startswith(rule)
    assert problem.fix == fix


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path):
    found = problems(written(tmp_path, {"region": "saxony", "verdict": "good", "rank": "a", "n_known": "b"}, {}))
    assert [problem.what for problem in found] == [
        "The row is of the region 'saxony'.",
        "The verdict is 'good'.",
        "rank is 'a'.",
        "n_known is 'b'.",
        "openness stands twice.",
    ]


def test_a_file_without_rows_is_refused(tmp_path: Path):
    (problem,) = problems(written(tmp_path))
    assert problem.what == "The file evidence.csv has no rows."
    assert problem.fix == "use the file as it was written"


def test_a_file_of_another_kind_is_refused(tmp_path: Path):
    path = tmp_path / "evidence.csv"
    path.write_text("item,region,score\nopenness,piemonte,3\n", encoding="utf-8")
    found = [problem.what for problem in problems(path)]
    assert found[:2] == ["There is no column verdict.", "There is no column rank."]
    assert found[-1] == "Unknown column 'score'."
    (absent,) = problems(tmp_path / "nothing.csv")
    assert absent.what == "The file nothing.csv cannot be read: No such file or directory."


def test_numbers_that_are_left_out_are_unknown(tmp_path: Path):
    row = {"verdict": "unknown", "rank": "", "n_ranked": "", "rank_low": "", "rank_high": "", "n_known": 0}
    found = read_evidence(written(tmp_path, row), region="piemonte")
    assert found.loc["openness", "verdict"] == "unknown"
    assert np.isnan(found.loc["openness", ["rank", "n_ranked", "rank_low", "rank_high"]].astype(float)).all()
    assert found.loc["openness", "n_known"] == 0
