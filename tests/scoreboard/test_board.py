"""A scoreboard records its steps, gives new boards and never changes or confuses old ones."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest

from clusterkit.data.frameworks import Framework, check_framework
from clusterkit.errors import ContractError, CoverageError, ParamError
from clusterkit.scoreboard import Aids, Scoreboard, compare, rank

REGIONS = ["AT31", "BE10", "DED2", "FI1D", "ITC1"]


def framework() -> Framework:
    rows = [
        ("all", "index", "", None),
        ("skills", "dimension", "all", None),
        ("money", "dimension", "all", None),
        ("s", "sub-dimension", "skills", None),
        ("m", "sub-dimension", "money", None),
        ("none", "sub-dimension", "money", None),
        ("graduates", "indicator", "s", 1),
        ("leavers", "indicator", "s", -1),
        ("credit", "indicator", "m", 1),
    ]
    return check_framework(pd.DataFrame(rows, columns=["code", "level", "parent", "direction"]))


def values() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "graduates": [10.0, 20, 30, 40, np.nan],
            "leavers": [5.0, 4, 3, 2, 1],
            "credit": [1.0, 9, 4, 5, 5],
            "of no use": [1.0, 1, 1, 1, 1],
        },
        index=REGIONS,
    )


def board(**steps: dict) -> Scoreboard:
    return Scoreboard.build(values(), framework(), **steps)


def test_scores_and_ranks_by_hand() -> None:
    made = board()
    # graduates 0, 33.3, 66.7, 100, unknown; leavers turned over: 0, 25, 50, 75, 100; credit (x - 1) / 8.
    assert made.scores["s"].round(9).tolist() == [0.0, 29.166666667, 58.333333333, 87.5, 100.0]
    assert made.scores["money"].tolist() == [0.0, 100.0, 37.5, 50.0, 50.0]
    assert made.scores["none"].isna().all()
    assert made.scores["all"].round(9).tolist() == [0.0, 64.583333333, 47.916666667, 68.75, 75.0]
    assert made.ranks["money"].tolist() == [5.0, 1.0, 4.0, 2.0, 2.0]  # equal scores share the better place
    assert list(made.scores) == ["s", "m", "none", "skills", "money", "all"]


def test_columns_that_the_framework_does_not_have_are_left_out() -> None:
    assert list(board().normalised) == ["graduates", "leavers", "credit"]


def test_every_step_is_recorded_with_its_arguments() -> None:
    made = board(normalise={"method": "zscore", "sd": 10.0}, treat={"winsorise_up_to": 2})
    assert made.steps == {
        "denominate": {},
        "screen": {},
        "impute": {},
        "treat": {"winsorise_up_to": 2},
        "normalise": {"method": "zscore", "sd": 10.0},
        "weigh": {},
        "aggregate": {},
    }


def test_a_changed_step_gives_a_new_board_and_leaves_the_old_one() -> None:
    old = board()
    before = old.scores.copy()
    new = old.with_(normalise={"method": "rank"})
    assert new.scores["money"].tolist() == [1.0, 5.0, 2.0, 3.0, 3.0]
    pd.testing.assert_frame_equal(old.scores, before)
    assert old.steps["normalise"] == {}
    assert old.with_(normalise={"method": "zscore"}).steps["normalise"] == {"method": "zscore"}


def test_what_comes_before_a_change_is_kept_and_what_comes_after_is_made_anew() -> None:
    old = board()
    _ = old.scores, old.treatment
    later = old.with_(aggregate={"method": "geometric"}, normalise={"scale": (1.0, 100.0)})
    assert later.treated is old.treated
    assert later.imputed is old.imputed
    assert "normalised" not in later.__dict__
    assert "scores" not in later.__dict__
    earlier = old.with_(impute={"method": "mean"})
    assert earlier.denominated is old.denominated
    assert earlier.normalised.loc["ITC1", "graduates"] == pytest.approx(50.0)
    assert np.isnan(old.normalised.loc["ITC1", "graduates"])
    assert earlier.is_imputed.to_numpy().sum() == 1
    assert not old.is_imputed.to_numpy().any()


STEPS = {
    "denominate": (),
    "screen": ("denominated", "screened"),
    "impute": ("imputed", "is_imputed"),
    "treat": ("treated", "treatment"),
    "normalise": ("normalised",),
    "weigh": ("weighed",),
    "aggregate": ("scores", "ranks"),
}  # and what is there when the step begins or ends
OTHER = {
    "screen": {"min_region": 1.0},
    "impute": {"method": "mean"},
    "treat": {"winsorise_up_to": 0, "skewness_limit": 0.0, "kurtosis_limit": -2.0},
    "normalise": {"method": "rank"},
    "weigh": {"method": "equal"},
    "aggregate": {"min_coverage": 1.0},
}


@pytest.mark.parametrize("step", OTHER)
def test_what_is_kept_is_never_stale(step: str) -> None:
    old = board()
    tables = [name for names in STEPS.values() for name in names]
    before = {name: getattr(old, name) for name in tables}  # all worked out
    new = old.with_(**{step: OTHER[step]})
    fresh = board(**{step: OTHER[step]})
    for name in tables:
        mine, anew = getattr(new, name), getattr(fresh, name)
        mine, anew = (mine.table, anew.table) if name == "weighed" else (mine, anew)
        pd.testing.assert_frame_equal(mine, anew)
        assert getattr(old, name) is before[name]
    for earlier in list(STEPS)[: list(STEPS).index(step)]:
        for name in STEPS[earlier]:
            if not (step == "screen" and name == "screened"):
                assert getattr(new, name) is before[name]
    assert new.steps == fresh.steps
    pd.testing.assert_frame_equal(new.with_(**{step: {}}).scores, old.scores)  # and back again


def test_what_the_caller_does_to_the_options_later_changes_nothing() -> None:
    levels = {"dimension": "geometric"}
    options = {"method": levels}
    made = board(normalise={"scale": (1.0, 100.0)}, aggregate=options)
    options["min_coverage"], levels["dimension"] = 1.0, "harmonic"
    assert made.steps["aggregate"] == {"method": {"dimension": "geometric"}}
    skills = made.with_().scores["skills"]
    pd.testing.assert_series_equal(skills, made.scores["s"].rename("skills"), check_exact=False)


def test_changed_weights_alone_keep_the_normalised_figures() -> None:
    old = board()
    _ = old.scores
    new = old.with_(weigh={"method": "equal"})
    assert new.normalised is old.normalised
    assert "scores" not in new.__dict__


def test_elements_are_removed_from_a_new_board() -> None:
    old = board()
    smaller = old.without(["leavers", "none"])
    assert list(smaller.normalised) == ["graduates", "credit"]
    assert "none" not in smaller.scores
    assert "leavers" in old.normalised
    with pytest.raises(ParamError, match=r"has no part 'leaver'.*\n.*\n.*\n  fix:   did you mean leavers\?"):
        old.without(["leaver"])


def test_a_smaller_board_is_the_build_of_the_smaller_framework() -> None:
    old = board(impute={"method": "nearest", "n_neighbours": 2})
    _ = old.scores, old.treatment
    smaller = old.without(["leavers"])
    anew = Scoreboard.build(values(), framework().without(["leavers"]), impute={"method": "nearest", "n_neighbours": 2})
    for name in ("imputed", "treated", "normalised", "scores", "ranks"):
        pd.testing.assert_frame_equal(getattr(smaller, name), getattr(anew, name))
    assert smaller.steps == old.steps


def test_a_part_that_loses_its_last_indicator_stays_empty() -> None:
    smaller = board().without(["credit"])
    assert smaller.scores["money"].isna().all()
    assert smaller.scores["all"].equals(smaller.scores["skills"].rename("all"))


def test_two_builds_are_compared_place_by_place() -> None:
    one = board()
    table = compare(one, one.with_(impute={"method": "mean"}), "all")
    assert table.loc["ITC1", ["rank", "other_rank", "change"]].tolist() == [
        1.0,
        3.0,
        -2.0,
    ]  # 75, then (75 + 50) / 2 after 68.75 and 64.6
    assert table["change"].abs().is_monotonic_decreasing
    same = compare(one, one.with_(), "all")
    assert same["change"].eq(0).all()
    with pytest.raises(ParamError, match="There is no part 'everything'"):
        compare(one, one, "everything")


def test_results_stand_in_one_long_table() -> None:
    table = board().table()
    assert list(table) == ["nuts_id", "part", "level", "name", "score", "rank", "n_ranked"]
    assert len(table) == 5 * 6
    row = table[(table["nuts_id"] == "BE10") & (table["part"] == "money")].iloc[0]
    assert (row["level"], row["score"], row["rank"], row["n_ranked"]) == ("dimension", 100.0, 1.0, 5)
    assert table.loc[table["part"] == "none", "n_ranked"].eq(0).all()


def test_a_panel_is_scaled_together_and_ranked_by_period() -> None:
    then, now = values(), values().assign(credit=[9.0, 17, 12, 13, 13])
    both = pd.concat([then, now], keys=[2012, 2017], names=["period", "nuts_id"])
    panel = Scoreboard.build(both, framework())
    # Together the scale runs from 1 to 17: the same region has half the scale more five years later.
    assert panel.scores.loc[(2012, "BE10"), "m"] == 50.0
    assert panel.scores.loc[(2017, "BE10"), "m"] == 100.0
    assert panel.ranks.loc[2012, "m"].tolist() == panel.ranks.loc[2017, "m"].tolist() == [5.0, 1.0, 4.0, 2.0, 2.0]
    table = panel.table()
    assert list(table)[:2] == ["period", "nuts_id"]
    assert table.loc[table["part"] == "m", "n_ranked"].eq(5).all()
    # By year for itself there is no change to see.
    alone = [Scoreboard.build(table, framework()).scores["m"] for table in (then, now)]
    assert alone[0].tolist() == alone[1].tolist()


def test_denominators_and_references_are_taken_from_the_aids() -> None:
    tree = framework().table.reset_index()
    tree.loc[tree["code"] == "credit", "denominator"] = "people"
    per_head = check_framework(tree)
    aids = Aids(denominators=pd.DataFrame({"people": [1.0, 3, 2, 5, 5]}, index=REGIONS), reference="BE10")
    made = Scoreboard.build(values(), per_head, aids=aids, normalise={"method": "distance_to_reference"})
    assert made.denominated["credit"].tolist() == [1.0, 3.0, 2.0, 1.0, 1.0]
    assert made.normalised["credit"].tolist() == [0.0, 100.0, 50.0, 0.0, 0.0]


def test_screening_drops_regions_and_says_when_nothing_is_left() -> None:
    assert list(board(screen={"min_region": 1.0}).scores.index) == REGIONS[:4]
    thin = board(screen={"min_indicator": 0.9})
    with pytest.raises(CoverageError, match=r"Screening leaves 5 regions and drops the indicators graduates\."):
        _ = thin.scores


def test_all_that_is_wrong_with_steps_is_told_at_once() -> None:
    with pytest.raises(ParamError) as caught:
        board().with_(normalize={"method": "rank"}, treat={"winsorize_up_to": 3}, aggregate="geometric")
    text = str(caught.value)
    assert "3 problems:" in text
    assert "There is no step 'normalize'." in text
    assert "did you mean normalise?" in text
    assert "There is no option of treat 'winsorize_up_to'." in text
    assert "did you mean winsorise_up_to?" in text
    assert "The options of aggregate are 'geometric'." in text
    with pytest.raises(ParamError, match=r"There is no option of denominate 'by'[^$]*leave it out: it has none"):
        board().with_(denominate={"by": 1})


def test_indicators_that_are_absent_empty_or_the_same_everywhere_are_told_at_once() -> None:
    table = values().drop(columns="credit").assign(graduates=np.nan, leavers=3.0, credits=1.0)
    with pytest.raises(ParamError) as caught:
        Scoreboard.build(table, framework())
    text = str(caught.value)
    assert "3 problems:" in text
    assert "The indicator graduates is empty." in text
    assert "The indicator leavers is 3 in all 5 regions that have a figure." in text
    assert "The indicator credit is not in the table of values." in text
    assert "did you mean credits?" in text
    assert "framework.without(['graduates'])" in text


def test_steps_and_indicators_that_are_wrong_are_told_together() -> None:
    with pytest.raises(ParamError) as caught:
        Scoreboard.build(values().assign(credit=7.0), framework(), treat={"logs": 1}, weigh={"methods": "pca"})
    text = str(caught.value)
    assert "3 problems:" in text
    assert "There is no option of treat 'logs'." in text
    assert "did you mean method?" in text
    assert "The indicator credit is 7 in all 5 regions that have a figure." in text
    with pytest.raises(ParamError, match=r"The options of treat are ''\."):
        board(treat="")


def test_a_table_that_is_no_table_of_numbers_is_refused() -> None:
    table = values().astype(object)
    table.loc["AT31", "credit"] = "many"
    table.loc["BE10", "graduates"] = np.inf
    with pytest.raises(ContractError) as caught:
        Scoreboard.build(pd.concat([table, table.iloc[:1]]), framework())
    text = str(caught.value)
    assert "has a row twice: AT31" in text
    assert "no numbers in credit" in text
    assert "infinite cells in graduates" in text


def test_ranks_do_not_hang_on_the_last_bit() -> None:
    scores = pd.DataFrame({"p": [0.1 + 0.2, 0.3, 0.2, np.nan]})
    assert rank(scores)["p"].tolist()[:3] == [1.0, 1.0, 3.0]
    assert np.isnan(rank(scores)["p"].iloc[3])


def test_a_board_survives_a_worker_process() -> None:
    made = board()
    _ = made.scores
    again = pickle.loads(pickle.dumps(made))
    pd.testing.assert_frame_equal(again.scores, made.scores)
    assert again.steps == made.steps


def test_the_callers_table_is_never_changed() -> None:
    table = values()
    before = table.copy()
    _ = Scoreboard.build(table, framework(), impute={"method": "mean"}).scores
    pd.testing.assert_frame_equal(table, before)
