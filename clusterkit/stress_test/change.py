"""What changed between two rounds of answers, or two scoreboards, of one region."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from clusterkit.errors import ParamError, Problem, some
from clusterkit.table_files import read_rows

RULE = "docs/stress-test.md#monitoring"
EVIDENCE_COLUMNS = (
    "item",
    "region",
    "name",
    "verdict",
    "rank",
    "n_ranked",
    "rank_low",
    "rank_high",
    "is_robust",
    "n_known",
)
NEEDED = ("item", "region", "verdict", "rank", "n_ranked", "rank_low", "rank_high", "n_known")
STEP = 0.5  # steps (0 to 4); a median that moves less has not changed
DIRECTIONS = ("higher", "lower", "as before", "new answer", "no longer answered", "unknown")


def change_in_answers(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """How priorities and approaches moved between two rounds.

    Parameters
    ----------
    before, now
        As ``policy_gaps`` gives them, for the earlier and the later round.

    Returns
    -------
    pandas.DataFrame
        Index ``item``, in the order of ``now``: ``name``, ``priority_then``, ``priority_now`` (median step, 0 to 4),
        ``direction`` (one of ``DIRECTIONS``; higher and lower by half a step or more), ``gap_then``, ``gap_now``,
        ``approach_then``, ``approach_now``, ``verdict_then``, ``verdict_now``, ``is_changed`` (bool: another gap).
    """
    columns = ["priority", "gap", "approach", "verdict"]
    table = now[["name"]].copy()
    for name in columns:
        table[f"{name}_then"], table[f"{name}_now"] = before[name].reindex(now.index), now[name]
    then, after = table["priority_then"], table["priority_now"]
    conditions = [
        after - then >= STEP, then - after >= STEP, (after - then).abs() < STEP,
        then.isna() & after.notna(), then.notna() & after.isna(),
    ]  # fmt: skip
    table.insert(3, "direction", np.select(conditions, DIRECTIONS[:5], DIRECTIONS[5]))
    return table.assign(is_changed=table["gap_then"] != table["gap_now"])


def change_in_quality(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """How the stages of cluster policy moved between two rounds.

    Parameters
    ----------
    before, now
        As ``score_policy_quality`` gives them.

    Returns
    -------
    pandas.DataFrame
        Index ``part`` (sections): ``name``, ``then`` and ``now`` (0 to 100; NaN without a score), ``change``
        (points).
    """
    sections = now[now["level"] == "section"]
    then = before["score_pct"].reindex(sections.index)
    return pd.DataFrame(
        {"name": sections["name"], "then": then, "now": sections["score_pct"], "change": sections["score_pct"] - then}
    )


def change_in_evidence(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """How the scoreboard of a region moved between two publications.

    Parameters
    ----------
    before, now
        Index ``item``: ``verdict``, ``rank``, ``n_ranked``, ``rank_low``, ``rank_high``; that of ``now`` also ``name``.

    Returns
    -------
    pandas.DataFrame
        Index ``item``, in the order of ``now``: ``name``, and of both (``_then``, ``_now``) ``verdict``, ``rank``,
        ``n_ranked``, ``rank_low``, ``rank_high``; ``direction``: ``better`` or ``worse`` where the two rank intervals
        have no place in common (as shares of the ranked regions), ``within the margin``, or ``unknown``.
    """
    columns = ["verdict", "rank", "n_ranked", "rank_low", "rank_high"]
    table = now[["name"]].copy()
    for name in columns:
        table[f"{name}_then"], table[f"{name}_now"] = before[name].reindex(now.index), now[name]
    share = {
        (end, when): (table[f"rank_{end}_{when}"] / table[f"n_ranked_{when}"]).astype(float)
        for end in ("low", "high")
        for when in ("then", "now")
    }
    known = pd.concat(share, axis=1).notna().all(axis=1)
    better = share["high", "now"] < share["low", "then"]
    worse = share["low", "now"] > share["high", "then"]
    table["direction"] = np.select([~known, better, worse], ["unknown", "better", "worse"], "within the margin")
    return table


def evidence_table(gaps: pd.DataFrame, region: str) -> pd.DataFrame:
    """What the scoreboard shows, as it is kept beside a page so that a later one can be compared with it.

    Parameters
    ----------
    gaps
        As :func:`policy_gaps` gives it, one row per sub-dimension.
    region
        Identifier of the region.

    Returns
    -------
    pandas.DataFrame
        Index ``item``: ``region``, ``verdict``, ``rank`` with ``rank_low`` and ``rank_high`` (no unit), ``n_ranked``
        and ``n_known``; NaN is unknown.
    """
    columns = [name for name in EVIDENCE_COLUMNS if name not in ("item", "region")]
    return (
        gaps[columns].assign(region=region).rename_axis("item")[[name for name in EVIDENCE_COLUMNS if name != "item"]]
    )


def read_evidence(path: Path, *, region: str) -> pd.DataFrame:
    """An earlier scoreboard of a region, from the file ``evidence.csv`` beside its page.

    Parameters
    ----------
    path
        Of the file.
    region
        Identifier of the region that the file must be of.

    Returns
    -------
    pandas.DataFrame
        Index ``item``: ``verdict``, ``rank``, ``n_ranked``, ``rank_low``, ``rank_high``, ``n_known``; NaN is unknown.

    Raises
    ------
    ParamError
        Everything that is wrong with the file, at once: another region among it.
    """
    problems: list[Problem] = []
    rows = {}
    for row in read_rows(path, columns=(*EVIDENCE_COLUMNS, "illustrative"), needed=NEEDED, rule=RULE):
        if row.text("region") != region:
            problems.append(
                Problem(
                    f"The row is of the region {row.text('region')!r}.",
                    row.where,
                    f"an earlier scoreboard of {region}",
                    "name the file of this region",
                )
            )
        if row.text("item") in rows:
            problems.append(
                Problem(
                    f"{row.text('item')} stands twice.", row.where, "one row per sub-dimension", "remove one of the two"
                )
            )
        if row.text("verdict") not in ("strength", "middle", "bottleneck", "unknown"):
            problems.append(
                Problem(
                    f"The verdict is {row.text('verdict')!r}.",
                    row.where,
                    "strength, middle, bottleneck or unknown",
                    "use the file as it was written",
                )
            )
        numbers = {}
        for name in ("rank", "n_ranked", "rank_low", "rank_high", "n_known"):
            try:
                numbers[name] = float(row.text(name)) if row.text(name) else np.nan
            except ValueError:
                problems.append(
                    Problem(
                        f"{name} is {row.text(name)!r}.",
                        row.where,
                        "a number, or nothing",
                        "use the file as it was written",
                    )
                )
        rows[row.text("item")] = {"verdict": row.text("verdict"), **numbers}
    if not rows and not problems:
        problems.append(
            Problem(f"The file {path.name} has no rows.", str(path), some(NEEDED), "use the file as it was written")
        )
    if problems:
        raise ParamError(problems)
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("item")
