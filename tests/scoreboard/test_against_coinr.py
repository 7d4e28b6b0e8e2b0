"""The engine reproduces COINr [Becker2022] to 1e-9, on data that are not in this repository.

The folder named by the environment variable ``CLUSTERKIT_COINR`` holds CSV files written in R with COINr 1.1, all with
a column ``uCode`` or ``iCode`` and 17 significant digits (``write.csv``, empty for NA). A test whose file is not there
is skipped and names it. ``coin <- build_example_coin()`` is the standard build; ``write(x, name)`` writes a table::

    write(ASEM_iMeta, "asem_imeta"); write(ASEM_iData, "asem_idata")
    for (d in c("Raw", "Denominated", "Imputed", "Screened", "Treated", "Normalised", "Aggregated"))
      write(get_dset(coin, d), paste0("std_", tolower(d)))

    norm_NAME         Normalise(coin, "Treated", global_specs = list(f_n = "n_FUNCTION", f_n_para = list(...)))
                      minmax_0_100, minmax_1_100, zscore_0_1, zscore_100_15, rank_min, borda_min, prank_min, dist2max,
                      dist2ref_DEU, dist2ref_DEU_cap; NAME_denominated: the same of "Denominated", which has gaps
    norm_dist2targ_treated_own(_cap), norm_goalposts_treated_own_trunc
                      with Target, goalpost_lower and goalpost_upper of norm_own_targets_goalposts
    norm_dist2targ_raw_imeta                  of "Raw", with Target of ASEM_iMeta
    treat_winmaxN     Treat(coin, "Screened", global_specs = list(f1_para = list(winmax = N))) for 0, 1, 5, 10, 1000
    treat_skew1_kurt2                         skew_thresh = 1 and kurt_thresh = 2, in f1_para and f_pass_para
    treat_denominated_na                      of "Denominated", winmax = 5
    impute_i_mean, impute_i_median, impute_i_mean_grp_GROUP, impute_i_median_grp_GROUP
                      Impute(coin, "Denominated", f_i = ..., use_group = GROUP) for EurAsia_group, GDP_group, Pop_group
    screen_byNA_SHARE_summary                 Screen(coin, "Denominated", unit_screen = "byNA", dat_thresh = SHARE)
    agg_NAME          Aggregate(coin, f_ag = "a_NAME") of norm_minmax_1_100: amean, gmean, hmean, genmean_p0.5,
                      genmean_p2, genmean_pm1; amean_gmean_amean: one function by level; wmod_NAME: weights_modified
    agg_copeland_wrap a_copeland with by_df = TRUE; amean_amean_copelandwrap, copelandwrap_amean_amean: by level
    pun_normalised_1_100, pun_denominated     the same tables with cells emptied; NAME_pun: what is made of them
    agg_NAME_pun_thSHARE                      dat_thresh = SHARE; 0.667 is 2/3; agg_amean_na_thvec: c(0.5, 0.8, 1)
    copeland_flat_weighted                    column score: a_copeland of all indicators of norm_minmax_1_100 in the
                      order of agg_amean, weights 1, 2, 3 …
    pca_weights_L1, pca_weights_L2            get_PCA(coin, "Aggregated", Level = 1 or 2, by_groups = TRUE): the weights
    cronbach          columns dset, group, Level, alpha: get_cronbach(coin, dset, iCodes = group, Level = ...)
    corr_parent_Ll_LL get_corr(coin, "Aggregated", Levels = c(l, L), withparent = TRUE, pval = 0) for L1_L2 and L1_L4
    corr_norm_within_pillar                   get_corr(coin, "Normalised", Levels = 1, grouplev = 2, pval = 0)
    remove_L1_meanabsdiff, remove_L2_meanabsdiff
                      columns element, mad: remove_elements(coin, Level, "Aggregated", "Index")$MeanAbsDiff
    remove_L2_ranks   the ranks of the same
    std_results_full_ranks                    get_results(coin, "Aggregated", tab_type = "Full", use = "ranks")
    micro_vectors, micro_stats                columns vec, winmax, x, winsorised; vec, skew, kurt of small vectors

Where the engine differs from COINr on purpose, a comment says so.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clusterkit.data.frameworks import Framework, check_framework
from clusterkit.scoreboard import (
    Aids,
    Scoreboard,
    aggregate,
    audit,
    impute,
    kurtosis,
    normalise,
    principal_weights,
    removals,
    screen,
    skewness,
    treat,
    winsorise,
)

LEVELS = {1: "indicator", 2: "sub-dimension", 3: "dimension", 4: "index"}
TOLERANCE = 1e-9
MEANS = {"amean": "arithmetic", "gmean": "geometric", "hmean": "harmonic"}


@pytest.fixture(scope="module")
def folder() -> Path:
    named = os.environ.get("CLUSTERKIT_COINR")
    if not named or not Path(named, "asem_imeta.csv").is_file():
        pytest.skip("no results of COINr: CLUSTERKIT_COINR names no folder with them (see the head of this file)")
    return Path(named)


def table(folder: Path, name: str, columns: list[str] | None = None, *, index: str = "uCode") -> pd.DataFrame:
    path = folder / f"{name}.csv"
    if not path.is_file():
        pytest.skip(f"no results of COINr: there is no {path.name}")
    read = pd.read_csv(path).set_index(index)
    return read if columns is None else read[columns].astype(float)


@pytest.fixture(scope="module")
def framework(folder: Path) -> Framework:
    meta = pd.read_csv(folder / "asem_imeta.csv")
    meta = meta[meta["Type"].isin(["Indicator", "Aggregate"])]
    is_indicator = meta["Type"] == "Indicator"
    rows = {
        "code": meta["iCode"],
        "level": meta["Level"].map(LEVELS),
        "parent": meta["Parent"].fillna(""),
        "weight": meta["Weight"].astype(float),
        "direction": meta["Direction"].where(is_indicator),
        "denominator": meta["Denominator"].where(is_indicator).fillna(""),
    }
    return check_framework(pd.DataFrame(rows))


@pytest.fixture(scope="module")
def treated(folder: Path, framework: Framework) -> pd.DataFrame:
    return table(folder, "std_treated", framework.indicators)


def same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    found = found.reindex(index=expected.index, columns=expected.columns)
    assert found.isna().equals(expected.isna())
    np.testing.assert_allclose(found, expected, rtol=TOLERANCE, atol=TOLERANCE)


@pytest.fixture(scope="module")
def standard(folder: Path, framework: Framework) -> Scoreboard:
    data = table(folder, "asem_idata")
    aids = Aids(denominators=data[["Area", "Energy", "GDP", "Population"]], groups=data["EurAsia_group"])
    return Scoreboard.build(data, framework, aids=aids, impute={"method": "group_mean"})


def test_the_standard_build_step_by_step(folder: Path, standard: Scoreboard) -> None:
    board = standard
    for name, step in (
        ("denominated", board.denominated),
        ("imputed", board.imputed),
        ("treated", board.treated),
        ("normalised", board.normalised),
        ("aggregated", board.scores),
    ):
        expected = table(folder, f"std_{name}", list(step))
        same(step, expected)


@pytest.mark.parametrize(
    ("name", "options", "scale"),
    [
        ("minmax_0_100", {"method": "minmax"}, 1),
        ("minmax_1_100", {"method": "minmax", "scale": (1.0, 100.0)}, 1),
        ("zscore_0_1", {"method": "zscore"}, 1),
        ("rank_min", {"method": "rank"}, 1),
        ("borda_min", {"method": "borda"}, 1),
        ("prank_min", {"method": "percentile_rank"}, 100),
        ("dist2ref_DEU", {"method": "distance_to_reference", "reference": "DEU"}, 100),
        ("dist2ref_DEU_cap", {"method": "distance_to_reference", "reference": "DEU", "cap": True}, 100),
        ("dist2max", {"method": "distance_to_best"}, 100),
        ("zscore_100_15", {"method": "zscore", "mean": 100.0, "sd": 15.0}, 1),
    ],
)
def test_normalisations(
    folder: Path, framework: Framework, treated: pd.DataFrame, name: str, options: dict, scale: float
) -> None:
    directions = framework.table.loc[framework.indicators, "direction"]
    same(normalise(treated, directions=directions, **options) / scale, table(folder, f"norm_{name}", list(treated)))


@pytest.mark.parametrize(
    ("name", "options", "scale"),
    [
        ("minmax_0_100", {"method": "minmax"}, 1),
        ("zscore_0_1", {"method": "zscore"}, 1),
        ("rank_min", {"method": "rank"}, 1),
        ("borda_min", {"method": "borda"}, 1),
        ("prank_min", {"method": "percentile_rank"}, 100),
        ("dist2ref_DEU", {"method": "distance_to_reference", "reference": "DEU"}, 100),
    ],
)
def test_normalisations_of_data_with_gaps(
    folder: Path, framework: Framework, name: str, options: dict, scale: float
) -> None:
    x = table(folder, "std_denominated", framework.indicators)
    directions = framework.table.loc[framework.indicators, "direction"]
    same(normalise(x, directions=directions, **options) / scale, table(folder, f"norm_{name}_denominated", list(x)))


def test_targets_and_goalposts(folder: Path, framework: Framework, treated: pd.DataFrame) -> None:
    own = table(folder, "norm_own_targets_goalposts", index="iCode")
    raw = table(folder, "std_raw", framework.indicators)
    published = table(folder, "asem_imeta", index="iCode")["Target"]
    posts = {code: (own.loc[code, "goalpost_lower"], own.loc[code, "goalpost_upper"]) for code in own.index}
    directions = framework.table.loc[framework.indicators, "direction"]
    for x, name, options, scale in (
        (treated, "dist2targ_treated_own", {"method": "distance_to_target", "targets": own["Target"]}, 100),
        (
            treated,
            "dist2targ_treated_own_cap",
            {"method": "distance_to_target", "targets": own["Target"], "cap": 1},
            100,
        ),
        (raw, "dist2targ_raw_imeta", {"method": "distance_to_target", "targets": published}, 100),
        (treated, "goalposts_treated_own_trunc", {"method": "goalposts", "goalposts": posts}, 1),
    ):
        same(normalise(x, directions=directions, **options) / scale, table(folder, f"norm_{name}", list(x)))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("winmax1", {"winsorise_up_to": 1}),
        ("winmax5", {"winsorise_up_to": 5}),
        ("winmax10", {"winsorise_up_to": 10}),
        ("winmax0", {"winsorise_up_to": 0}),
        ("winmax1000", {"winsorise_up_to": 51}),  # no more than there are regions
        ("skew1_kurt2", {"skewness_limit": 1.0, "kurtosis_limit": 2.0}),
    ],
)
def test_treatments(folder: Path, framework: Framework, name: str, options: dict) -> None:
    screened = table(folder, "std_screened", framework.indicators)
    same(treat(screened, log="shifted", **options), table(folder, f"treat_{name}", framework.indicators))


def test_treatment_of_data_with_gaps(folder: Path, framework: Framework) -> None:
    denominated = table(folder, "std_denominated", framework.indicators)
    same(treat(denominated, log="shifted"), table(folder, "treat_denominated_na", framework.indicators))


def test_moments_and_winsorising_of_small_vectors(folder: Path) -> None:
    vectors, moments = table(folder, "micro_vectors", index="vec"), table(folder, "micro_stats", index="vec")
    for name, rows in vectors.groupby("vec"):
        x = rows.loc[rows["winmax"] == 1, "x"]
        if x.min() < x.max():  # of equal values COINr has no moments, we have 0
            np.testing.assert_allclose(skewness(x), moments.loc[name, "skew"], rtol=TOLERANCE, atol=TOLERANCE)
            np.testing.assert_allclose(kurtosis(x), moments.loc[name, "kurt"], rtol=TOLERANCE, atol=TOLERANCE)
    # g and h have one or two values beside many equal ones: COINr makes them constant and then fails, we stop before.
    compared = vectors[vectors["winmax"].notna() & vectors["winsorised"].notna() & ~vectors.index.isin(["g", "h"])]
    for (_, limit), rows in compared.groupby(["vec", "winmax"]):
        np.testing.assert_array_equal(winsorise(rows["x"], up_to=int(limit)), rows["winsorised"])
    assert len(compared) > 500


@pytest.mark.parametrize("suffix", ["", "_pun"])
@pytest.mark.parametrize("group", ["", "EurAsia_group", "GDP_group", "Pop_group"])
@pytest.mark.parametrize("what", ["mean", "median"])
def test_imputation(folder: Path, framework: Framework, what: str, group: str, suffix: str) -> None:
    x = table(folder, "pun_denominated" if suffix else "std_denominated", framework.indicators)
    options = {"method": what}
    if group:
        options = {"method": f"group_{what}", "groups": table(folder, "asem_idata")[group]}
    name = f"impute_i_{what}{group and '_grp_' + group}{suffix}"
    same(impute(x, **options), table(folder, name, framework.indicators))


@pytest.mark.parametrize(
    ("source", "share"),
    [("pun_", "0.667"), ("pun_", "0.75"), ("pun_", "0.9"), ("", "0.9"), ("", "0.95"), ("", "eq_boundary")],
)
def test_screening(folder: Path, framework: Framework, source: str, share: str) -> None:
    x = table(folder, "pun_denominated" if source else "std_denominated", framework.indicators)
    summary = table(folder, f"screen_{source}byNA_{share}_summary")
    least = {"0.667": 2 / 3, "eq_boundary": 47 / 49}.get(share) or float(share)
    included = summary.index[summary["Included"].astype(str).str.upper() == "TRUE"]
    assert list(screen(x, min_region=least).index) == list(included)


POWERS = {"genmean_p0.5": 0.5, "genmean_p2": 2.0, "genmean_pm1": -1.0}


@pytest.mark.parametrize(
    ("weights", "mean"),
    [("", mean) for mean in (*MEANS, *POWERS)] + [("wmod_", mean) for mean in (*MEANS, "genmean_p0.5")],
)
def test_means_of_complete_data(folder: Path, framework: Framework, weights: str, mean: str) -> None:
    normalised = table(folder, "norm_minmax_1_100", framework.indicators)
    if weights:  # of which one is 0
        framework = framework.with_weights(table(folder, "weights_modified", index="iCode")["Weight"].to_dict())
    found = aggregate(normalised, framework, method=MEANS.get(mean, "generalised_mean"), power=POWERS.get(mean, 0.5))
    same(found, table(folder, f"agg_{weights}{mean}", list(found)))


@pytest.mark.parametrize("mean", MEANS)
def test_given_weights_and_data_with_gaps(folder: Path, framework: Framework, mean: str) -> None:
    # Without a threshold: COINr counts parts of weight 0 among those that must be known, we do not.
    normalised = table(folder, "pun_normalised_1_100", framework.indicators)
    framework = framework.with_weights(table(folder, "weights_modified", index="iCode")["Weight"].to_dict())
    found = aggregate(normalised, framework, method=MEANS[mean])
    same(found, table(folder, f"agg_wmod_{mean}_pun", list(found)))


@pytest.mark.parametrize("suffix", ["", "_pun", "_pun_th0.6", "_pun_th0.667", "_pun_th0.9", "_pun_th1"])
def test_methods_by_level(folder: Path, framework: Framework, suffix: str) -> None:
    name = "pun_normalised_1_100" if suffix else "norm_minmax_1_100"
    share = suffix.partition("_th")[2]
    least = 2 / 3 if share == "0.667" else float(share or 0)
    normalised = table(folder, name, framework.indicators)
    found = aggregate(normalised, framework, method={"dimension": "geometric"}, min_coverage=least)
    same(found, table(folder, f"agg_amean_gmean_amean{suffix}", list(found)))


def test_thresholds_by_level(folder: Path, framework: Framework) -> None:
    normalised = table(folder, "pun_normalised_1_100", framework.indicators)
    least = {"sub-dimension": 0.5, "dimension": 0.8, "index": 1.0}
    found = aggregate(normalised, framework, min_coverage=least)
    same(found, table(folder, "agg_amean_na_thvec", list(found)))


@pytest.mark.parametrize("power", POWERS)
def test_generalised_means_of_data_with_gaps(folder: Path, framework: Framework, power: str) -> None:
    # Only where all parts are asked for: COINr has no score where one is unknown, we have that of the others.
    normalised = table(folder, "pun_normalised_1_100", framework.indicators)
    found = aggregate(normalised, framework, method="generalised_mean", power=POWERS[power], min_coverage=1.0)
    same(found, table(folder, f"agg_{power}_pun_th1", list(found)))


@pytest.mark.parametrize("mean", MEANS)
@pytest.mark.parametrize("threshold", ["", "0.6", "0.667", "0.9", "1"])
def test_means_of_data_with_gaps_and_a_threshold(folder: Path, framework: Framework, mean: str, threshold: str) -> None:
    normalised = table(folder, "pun_normalised_1_100", framework.indicators)
    least = 2 / 3 if threshold == "0.667" else float(threshold or 0)
    found = aggregate(normalised, framework, method=MEANS[mean], min_coverage=least)
    same(found, table(folder, f"agg_{mean}_pun{threshold and '_th' + threshold}", list(found)))


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("copeland_wrap", "copeland"),
        ("amean_amean_copelandwrap", {"index": "copeland"}),
        ("copelandwrap_amean_amean", {"sub-dimension": "copeland"}),
    ],
)
def test_copeland_on_complete_data(folder: Path, framework: Framework, name: str, method: str | dict) -> None:
    # With gaps the two differ by design: COINr gives the weight of unknown parts to the later row. With weights that
    # make exact draws they differ too: there COINr's sums of weights may miss one half by the last bit.
    found = aggregate(table(folder, "norm_minmax_1_100", framework.indicators), framework, method=method)
    same(found, table(folder, f"agg_{name}", list(found)))


def test_copeland_of_all_indicators_with_weights(folder: Path, framework: Framework) -> None:
    # 1 to 49 add up to an odd number: without equal values there is no exact draw.
    order = [code for code in table(folder, "agg_amean") if code in framework.indicators]
    rows = [("all", "index", "", None, 1.0)]
    rows += [(code, "indicator", "all", 1, number) for number, code in enumerate(order, start=1)]
    columns = ["code", "level", "parent", "direction", "weight"]
    flat = check_framework(pd.DataFrame(rows, columns=columns), levels=["index", "indicator"])
    found = aggregate(table(folder, "norm_minmax_1_100", order), flat, method="copeland")["all"]
    assert found.to_dict() == table(folder, "copeland_flat_weighted")["score"].to_dict()


def test_ranks_of_the_standard_build(folder: Path, standard: Scoreboard) -> None:
    expected = table(folder, "std_results_full_ranks", list(standard.ranks))
    assert standard.ranks.loc[expected.index].equals(expected)


@pytest.mark.parametrize("level", [1, 2])
def test_weights_are_the_squares_of_the_loadings(folder: Path, standard: Scoreboard, level: int) -> None:
    # COINr takes the loadings as they are, whose sign means nothing and which do not add up to 1.
    loadings = table(folder, f"pca_weights_L{level}", index="iCode")
    tree = standard.framework
    for group in tree.at(LEVELS[level + 1]):
        children = tree.children(group)
        found = principal_weights((standard.normalised if level == 1 else standard.scores)[children])
        np.testing.assert_allclose(found, loadings.loc[children, "Weight"] ** 2, rtol=TOLERANCE, atol=TOLERANCE)
        assert found.sum() == pytest.approx(1)


def test_the_audit_of_the_standard_build(folder: Path, standard: Scoreboard) -> None:
    found, tree = audit(standard), standard.framework
    alpha = table(folder, "cronbach", index="group").query("dset == 'Aggregated'")
    for level, lowest in ((1, "sub-dimension"), (2, "dimension")):
        expected = alpha.loc[alpha["Level"] == level, "alpha"].reindex(tree.at(lowest))
        np.testing.assert_allclose(found.groups.loc[expected.index, "alpha"], expected, rtol=TOLERANCE)
    for column, name in (("with_parent", "corr_parent_L1_L2"), ("with_top", "corr_parent_L1_L4")):
        expected = table(folder, name, index="Var2")["Correlation"]
        assert set(expected.index) == set(tree.indicators)
        np.testing.assert_allclose(found.indicators.loc[expected.index, column], expected, rtol=TOLERANCE)
    pairs = (
        table(folder, "corr_norm_within_pillar", index="Var1").set_index("Var2", append=True)["Correlation"].dropna()
    )
    mine = [found.correlations.loc[pair] for pair in pairs.index]
    np.testing.assert_allclose(mine, pairs, rtol=TOLERANCE)
    near = pairs[pairs.index.get_level_values(0) != pairs.index.get_level_values(1)].groupby(level=0).max()
    np.testing.assert_allclose(found.indicators.loc[near.index, "with_closest"], near, rtol=TOLERANCE)


@pytest.mark.parametrize("level", [1, 2])
def test_what_leaving_an_element_out_changes(folder: Path, standard: Scoreboard, level: int) -> None:
    expected = table(folder, f"remove_L{level}_meanabsdiff", index="element")["mad"].drop("Nominal")
    found = removals(standard, list(expected.index), part="Index")
    np.testing.assert_allclose(found["mean_shift"], expected, rtol=TOLERANCE)
    assert set(expected.index) == set(standard.framework.at(LEVELS[level]))


def test_ranks_without_each_sub_dimension(folder: Path, standard: Scoreboard) -> None:
    ranks = table(folder, "remove_L2_ranks").drop(columns="Nominal")
    for code in ranks:
        found = standard.without([code]).ranks["Index"].reindex(ranks.index)
        np.testing.assert_array_equal(found, ranks[code])
