"""What respondents say, put together: priorities, how systemic they are, and how good cluster policy is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusterkit.errors import ContractError, Problem
from clusterkit.stress_test.agreement import LEAST_ANSWERS, consensus
from clusterkit.stress_test.answers import STATES
from clusterkit.stress_test.questionnaire import HIGHEST, LOWEST, QUALITY, Questionnaire

HIGH = 2.5  # step (0 to 4); a median above the middle step is high, docs/assumptions.md#A110
MIN_COVERAGE = 0.5  # least share of the items of a stage with an answer
APPROACHES = ("systemic", "vertical only", "horizontal only", "neither")
POLICY_ASPECTS = ("priority", "vertical", "horizontal")
STAGES = ("analysis", "strategy", "action")


def summarise(answers: pd.DataFrame, items: list[str], aspect: str) -> pd.DataFrame:
    """Median, spread and consensus of the respondents, item by item.

    Parameters
    ----------
    answers
        Columns ``respondent``, ``item``, ``aspect``, ``value`` (0 to 4; NaN: no step) and ``state``.
    items
        Rows of the result.
    aspect
        Which answers.

    Returns
    -------
    pandas.DataFrame
        Index ``item``: ``median``, ``low`` and ``high`` (quartiles, linear between ranks), ``least`` and ``most``
        (steps, 0 to 4), ``consensus`` (0 to 1; NaN under three answers), ``n`` (respondents with a step),
        ``n_dont_know``, ``n_open``. NaN where nobody has a step.
    """
    own = answers[answers["aspect"] == aspect]
    rows = {}
    for item in items:
        these = own[own["item"] == item]
        values = these["value"].dropna().to_numpy(dtype=float)
        low, median, high = np.percentile(values, [25, 50, 75]) if len(values) else [np.nan] * 3
        rows[item] = {
            "median": median,
            "low": low,
            "high": high,
            "least": values.min() if len(values) else np.nan,
            "most": values.max() if len(values) else np.nan,
            "consensus": consensus(values, lowest=LOWEST, highest=HIGHEST) if len(values) >= LEAST_ANSWERS else np.nan,
            "n": len(values),
            "n_dont_know": int((these["state"] == STATES[1]).sum()),
            "n_open": int((these["state"] == STATES[2]).sum()),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("item")


def score_priorities(answers: pd.DataFrame, questionnaire: Questionnaire) -> pd.DataFrame:
    """How high regional policy ranks each sub-dimension, and whether it goes about it systemically.

    Parameters
    ----------
    answers
        As ``Answers.table`` has them: one row per respondent, item and aspect; ``value`` from 0 to 4, NaN where there
        is no step.
    questionnaire
        The questions.

    Returns
    -------
    pandas.DataFrame
        Index ``item`` (sub-dimension), in the order of the questionnaire: ``name``, ``dimension``; for ``priority``,
        ``vertical`` and ``horizontal`` the median under that name, and what :func:`summarise` gives under
        ``priority_low`` and so on; ``is_high`` (bool, <NA> without an answer: median of the priority above the middle
        step), ``is_firm`` (bool, <NA> under two answers: it stays high, or not, whoever is left out), ``systemic_pct``
        (0 to 100, see Notes) and ``approach``, one of ``APPROACHES`` or "unknown".

    Raises
    ------
    ContractError
        A column is missing, or a value lies outside the scale.

    Notes
    -----
    With v and h the medians of vertical measures and horizontal integration (steps, 0 to 4):
    systemic = 100 · √(v · h) / 4. It is 100 where each sector chosen has its programme and all come under one
    strategy, and 0 where either is missing.

    References
    ----------
    docs/methods.md#stress-test. Vertical measures and horizontal integration are the terms of the original tool; how
    they make one figure is this project's choice (docs/assumptions.md#A111).
    """
    answers = _checked(answers)
    items = [item.code for section in questionnaire.policy.sections for item in section.items]
    table = pd.DataFrame(index=pd.Index(items, name="item"))
    table["name"] = [questionnaire.items[item].name for item in items]
    table["dimension"] = [questionnaire.section_of[item].name for item in items]
    for aspect in POLICY_ASPECTS:
        found = summarise(answers, items, aspect)
        table[aspect] = found.pop("median")
        table = table.join(found.add_prefix(f"{aspect}_"))
    table["is_high"] = is_high(table["priority"])
    table["is_firm"] = _is_firm(answers, items)
    table["systemic_pct"] = 100 * np.sqrt(table["vertical"] * table["horizontal"]) / HIGHEST
    table["approach"] = _approach(table["vertical"], table["horizontal"])
    return table


def is_high(steps: pd.Series) -> pd.Series:
    """Which medians lie above the middle step; <NA> where there is none."""
    return steps.ge(HIGH).astype("boolean").where(steps.notna())


def _is_firm(answers: pd.DataFrame, items: list[str]) -> pd.Series:
    """Whether the reading stays the same whichever respondent is left out; <NA> with fewer than two."""
    own = answers[(answers["aspect"] == "priority") & answers["value"].notna()]
    found: dict[str, object] = {}
    for item in items:
        values = own.loc[own["item"] == item, "value"].to_numpy()
        if len(values) < 2:
            found[item] = pd.NA
            continue
        reading = np.median(values) >= HIGH
        found[item] = all((np.median(np.delete(values, i)) >= HIGH) == reading for i in range(len(values)))
    return pd.Series(found, dtype="boolean").reindex(items)


def _approach(vertical: pd.Series, horizontal: pd.Series) -> pd.Series:
    v, h = vertical >= HIGH, horizontal >= HIGH
    found = np.select([v & h, v & ~h, ~v & h], APPROACHES[:3], APPROACHES[3])
    return pd.Series(found, index=vertical.index).where(vertical.notna() & horizontal.notna(), "unknown")


def score_policy_quality(
    answers: pd.DataFrame, questionnaire: Questionnaire, *, min_coverage: float = MIN_COVERAGE
) -> pd.DataFrame:
    """How good cluster policy is at each stage: analysis, strategy, action; and the two general questions.

    Parameters
    ----------
    answers
        As for :func:`score_priorities`.
    questionnaire
        The questions.
    min_coverage
        Least share of the items of a stage with an answer (0 to 1); below it the stage has no score.

    Returns
    -------
    pandas.DataFrame
        Index ``part``: each section before its items: ``level`` (``section`` or ``item``), ``parent``, ``name``,
        ``score_pct`` (0 to 100: median of an item, mean of the medians of a section), ``least_pct`` and ``most_pct``
        (of a section: with items without an answer at 0, at 100), ``n_items``, ``n_known``; for items what
        :func:`summarise` gives.

    Raises
    ------
    ContractError
        As for :func:`score_priorities`.

    References
    ----------
    docs/methods.md#stress-test. Items of a stage count alike (docs/assumptions.md#A111).
    """
    answers = _checked(answers)
    rows: list[dict[str, object]] = []
    for section in questionnaire.practice.sections:
        codes = [item.code for item in section.items]
        found = summarise(answers, codes, QUALITY)
        known = found["median"].dropna()
        share = len(known) / len(codes)
        filled = [found["median"].fillna(end).mean() for end in (LOWEST, HIGHEST)]
        score = known.mean() if share >= min_coverage and len(known) else np.nan
        rows.append(
            {
                "part": section.code,
                "level": "section",
                "parent": "",
                "name": section.name,
                "score_pct": 100 * score / HIGHEST,
                "least_pct": 100 * filled[0] / HIGHEST,
                "most_pct": 100 * filled[1] / HIGHEST,
                "n_items": len(codes),
                "n_known": len(known),
            }
        )
        for item in section.items:
            own = found.loc[item.code]
            rows.append(
                {
                    "part": item.code,
                    "level": "item",
                    "parent": section.code,
                    "name": item.name,
                    "score_pct": 100 * own["median"] / HIGHEST,
                    "n_items": 1,
                    "n_known": int(own["n"] > 0),
                    **own.to_dict(),
                }
            )
    return pd.DataFrame(rows).set_index("part")


def by_group(answers: pd.DataFrame, questionnaire: Questionnaire) -> pd.DataFrame:
    """Median of each group of stakeholders, and how far the groups lie apart.

    Parameters
    ----------
    answers
        As for :func:`score_priorities`.
    questionnaire
        The questions.

    Returns
    -------
    pandas.DataFrame
        Index ``item``, ``aspect``; one column per group that answered (median step, 0 to 4; NaN without a step), then
        ``n`` (respondents with a step), ``consensus`` (0 to 1; NaN under three), ``apart`` (steps between the highest
        and the lowest median of the groups; NaN with fewer than two).
    """
    answers = _checked(answers)
    groups = [group for group in questionnaire.groups if (answers["group"] == group).any()]
    own = answers.dropna(subset=["value"])
    index = pd.MultiIndex.from_tuples(questionnaire.scales, names=["item", "aspect"])
    medians = own.groupby(["item", "aspect", "group"])["value"].median().unstack("group")
    table = medians.reindex(index=index, columns=groups)
    apart = table.max(axis=1) - table.min(axis=1)
    values = own.groupby(["item", "aspect"])["value"]
    table["n"] = values.size().reindex(index).fillna(0).astype(int)
    agreed = values.agg(lambda steps: consensus(steps) if len(steps) >= LEAST_ANSWERS else np.nan)
    table["consensus"] = agreed.reindex(index).astype(float)
    table["apart"] = apart.where(medians.reindex(index=index, columns=groups).notna().sum(axis=1) >= 2)
    return table


def _checked(answers: pd.DataFrame) -> pd.DataFrame:
    problems = [
        Problem(
            f"The answers have no column {name}.", "the table given", "docs/methods.md#stress-test", "use Answers.table"
        )
        for name in ("respondent", "group", "item", "aspect", "value", "state")
        if name not in answers
    ]
    if not problems:
        outside = answers.loc[answers["value"].notna() & ~answers["value"].between(LOWEST, HIGHEST), "value"]
        twice = answers.duplicated(["respondent", "item", "aspect"])
        if len(outside):
            problems.append(Problem(f"{len(outside)} answers lie outside the scale, the first is {outside.iloc[0]:g}.", "column value",
                                    f"steps from {LOWEST} to {HIGHEST}, NaN for none", "check the answers"))  # fmt: skip
        if twice.any():
            problems.append(Problem(f"{int(twice.sum())} answers stand twice, the first of {answers.loc[twice, 'respondent'].iloc[0]}.", "the table given",
                                    "a respondent answers a question once", "remove one of the two"))  # fmt: skip
    if problems:
        raise ContractError(problems)
    return answers
