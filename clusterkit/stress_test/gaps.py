"""Disparities between what the scoreboard shows, what policy puts first, and what good cluster policy is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from clusterkit.errors import ContractError, Problem
from clusterkit.stress_test.scoring import STAGES

GAPS = ("blind spot", "addressed weakness", "maintained strength", "reinforced strength")
IN_THE_MIDDLE = ("middle, low priority", "middle, high priority")
NO_EVIDENCE, NOT_ANSWERED = "no evidence", "not answered"
ORDER = (*GAPS[:2], NO_EVIDENCE, *IN_THE_MIDDLE, *GAPS[2:], NOT_ANSWERED)  # most urgent first
GOOD_PCT = 50.0  # score of a stage (0 to 100) from which it counts as good practice; docs/assumptions.md#A111
PRACTICES = ("approach", *STAGES)  # what makes an orientation an element of good cluster policy
_COLUMNS = ("verdict", "rank", "n_ranked", "rank_low", "rank_high", "is_robust", "n_known")


def policy_gaps(
    scoreboard: pd.DataFrame,
    priorities: pd.DataFrame,
    quality: pd.DataFrame,
    *,
    concerned: Mapping[str, Sequence[str]] | None = None,
) -> pd.DataFrame:
    """Where weakness and priority do not meet: blind spots, addressed weaknesses, reinforced and maintained strengths.

    Parameters
    ----------
    scoreboard
        Sub-dimensions of a region as ``RegionScoreboard.parts`` has them: index ``part`` with ``verdict``
        (``strength``, ``middle``, ``bottleneck``, ``unknown``), ``rank``, ``n_ranked``, ``rank_low``, ``rank_high``
        (places), ``is_robust`` (bool or <NA>), ``n_known`` (indicators).
    priorities
        As ``score_priorities`` gives them.
    quality
        As ``score_policy_quality`` gives it.
    concerned
        Sub-dimension to the NACE codes of the region's strong sectors that it bears on, as ``clusters_concerned``
        finds them; a part without an entry has none.

    Returns
    -------
    pandas.DataFrame
        Index ``item``, all sub-dimensions of ``priorities``, most urgent first: ``name``, ``dimension``, the columns of
        the scoreboard; ``priority`` and ``is_high``; ``gap``, one of ``GAPS``, ``IN_THE_MIDDLE``, "no evidence" (no
        rank) or "not answered" (no priority); ``is_sure`` (bool, <NA> where there is no rank: the whole rank interval
        lies in the third that the verdict names, and rests on more than one indicator); ``is_firm`` (of the answers);
        ``vertical``, ``horizontal``, ``approach``; ``n_practices_met`` of ``n_practices_known`` (at most four: a
        systemic approach, and analysis, strategy and action of cluster policy at 50 of 100 or more); ``clusters``
        (tuple of NACE codes).

    Raises
    ------
    ContractError
        A column is missing.

    Notes
    -----
    ==========  ==================  ===================
    scoreboard  low priority        high priority
    ==========  ==================  ===================
    worst third blind spot          addressed weakness
    middle      middle, low priority  middle, high priority
    best third  maintained strength reinforced strength
    ==========  ==================  ===================

    References
    ----------
    docs/methods.md#disparities; the thirds are those of the scoreboard (docs/assumptions.md#A103).
    """
    _check(scoreboard, _COLUMNS, "the scoreboard")
    _check(
        priorities,
        ("name", "dimension", "priority", "is_high", "is_firm", "vertical", "horizontal", "approach"),
        "the priorities",
    )
    _check(quality, ("level", "score_pct"), "the quality")
    beside = scoreboard.reindex(priorities.index)[list(_COLUMNS)]
    table = priorities[["name", "dimension"]].join(beside)
    table["verdict"] = table["verdict"].fillna("unknown")
    table["n_known"] = table["n_known"].fillna(0).astype(int)
    columns = ["priority", "priority_consensus", "is_high", "is_firm", "vertical", "horizontal", "approach"]
    table = table.join(priorities[[name for name in columns if name in priorities]])
    # Imported here: whoever reads a rule or an answer needs none of the statistics behind a scoreboard.
    from clusterkit.scoreboard.profile import is_sure

    table["is_sure"] = is_sure(table).astype("boolean").where(table["rank"].notna())
    table["gap"] = [_gap(verdict, high) for verdict, high in zip(table["verdict"], table["is_high"], strict=True)]
    stages = quality.loc[quality["level"] == "section", "score_pct"].reindex(list(STAGES))
    good = (stages >= GOOD_PCT).where(stages.notna())
    is_systemic = table["approach"].eq("systemic").where(table["approach"] != "unknown")
    table["n_practices_met"] = is_systemic.eq(True).astype(int) + int(good.eq(True).sum())
    table["n_practices_known"] = is_systemic.notna().astype(int) + int(good.notna().sum())
    found = concerned or {}
    table["clusters"] = [tuple(found.get(str(item), ())) for item in table.index]
    return table.iloc[_order(table)]


def _gap(verdict: str, is_high: object) -> str:
    if pd.isna(is_high):
        return NOT_ANSWERED
    if verdict == "unknown":
        return NO_EVIDENCE
    names = {"bottleneck": GAPS[:2], "middle": IN_THE_MIDDLE, "strength": GAPS[2:]}[verdict]
    return names[int(bool(is_high))]


def _order(table: pd.DataFrame) -> np.ndarray:
    """Most urgent first: by the kind of gap, sure before not, high priority before low, worst rank first."""
    kind = table["gap"].map({gap: float(place) for place, gap in enumerate(ORDER)})
    doubt = ~table["is_sure"].fillna(False).astype(bool)
    standing = -(table["rank"] / table["n_ranked"]).fillna(0)
    keys = pd.DataFrame({"kind": kind, "doubt": doubt, "priority": -table["priority"].fillna(-1), "standing": standing})
    keys.loc[keys["kind"] == ORDER.index(NOT_ANSWERED), "kind"] += table["verdict"].map(
        {"bottleneck": 0.0, "middle": 0.2, "strength": 0.3, "unknown": 0.1}
    )
    keys.loc[table["gap"] != NO_EVIDENCE, "priority"] = 0  # elsewhere the rank decides
    return np.lexsort([keys[name].to_numpy() for name in ("standing", "priority", "doubt", "kind")])


def matrix(gaps: pd.DataFrame) -> pd.DataFrame:
    """How many sub-dimensions are of each kind: rows by the scoreboard, columns by priority."""
    rows = {"bottleneck": "worst third", "middle": "middle", "strength": "best third", "unknown": NO_EVIDENCE}
    columns = gaps["is_high"].map({True: "high", False: "low"}).fillna(NOT_ANSWERED)
    counted = pd.crosstab(gaps["verdict"].map(rows), columns)
    return counted.reindex(index=list(rows.values()), columns=["high", "low", NOT_ANSWERED], fill_value=0)


def _check(table: pd.DataFrame, columns: Sequence[str], what: str) -> None:
    missing = [name for name in columns if name not in table]
    if missing:
        raise ContractError(
            Problem(
                f"A column is missing in {what}: {', '.join(missing)}.",
                "the table given",
                "docs/methods.md#disparities",
                "use the table as its function gives it",
            )
        )
