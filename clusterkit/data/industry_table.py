"""The industry table: persons employed, local units and wages by region, sector and year.

From the codes that the statistics were published in to the base version of NUTS, with what is
hidden marked, bounded and estimated.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from clusterkit.data import hidden, nuts, sbs_2022, sbs_until_2020, tables

KEYS = ["nuts_id", "nace_code", "year"]
Amount = Literal["persons_employed", "wages_meur"]
AMOUNTS: tuple[Amount, ...] = ("persons_employed", "wages_meur")
EVIDENCE_YEAR = 2014  # best filled year of the older series, evidence for hidden cells of 2022


def read_industry(raw: Path, codes: dict[int, pd.DataFrame], crosswalk: pd.DataFrame) -> pd.DataFrame:
    """Table ``industry`` from the raw files, both series.

    Parameters
    ----------
    raw
        Folder with the raw files.
    codes
        NUTS codes by version.
    crosswalk
        Table ``crosswalk``.

    Raises
    ------
    SourceError
        A file is damaged, lacks a year, or holds an unknown region code.
    """
    older = _until_2020(raw, codes, crosswalk)
    table = pd.concat([older, _of_2022(raw, codes[2021], crosswalk, older)])
    table["nuts_version"] = np.int16(nuts.BASE_VERSION)
    table["year"] = table["year"].astype("int16")
    return table[list(tables.INDUSTRY.columns)].sort_values(KEYS, ignore_index=True)


def _until_2020(raw: Path, codes: dict[int, pd.DataFrame], crosswalk: pd.DataFrame) -> pd.DataFrame:
    wide = sbs_until_2020.read_cells(raw, codes, crosswalk)
    pieces = nuts.of_older_version(crosswalk, older=2010, newer=2013)
    before = _in_base(wide[wide["nuts_id"].isin(pieces["from_id"])], pieces, 2010)
    # Two codes for one territory would count twice in a country's total.
    given_up = set(pieces["from_id"]) - set(codes[2013]["nuts_id"])
    wide = wide[~wide["nuts_id"].isin(given_up)].reset_index(drop=True)
    wide = _estimated(_with_given_up_codes(wide, before, crosswalk))
    base = _in_base(wide[~wide["nuts_id"].map(nuts.is_extra_regio)], crosswalk, 2013)
    return _without_needless_estimates(base).assign(series=sbs_until_2020.SERIES)


def _of_2022(raw: Path, codes: pd.DataFrame, crosswalk: pd.DataFrame, older: pd.DataFrame) -> pd.DataFrame:
    """Manufacturing of 2022; the same cells of an older year tell what a hidden one may be."""
    cells = sbs_2022.read_cells(raw, codes)
    evidence = cells[KEYS].assign(year=EVIDENCE_YEAR)
    evidence = evidence.merge(older[cells.columns], on=KEYS)
    wide = _estimated(pd.concat([cells, evidence], ignore_index=True), ["persons_employed"])
    wide = wide[wide["year"] == sbs_2022.YEAR]
    return _without_needless_estimates(_in_base(wide, crosswalk, 2021)).assign(series=sbs_2022.SERIES)


def _estimated(wide: pd.DataFrame, amounts: Sequence[Amount] = AMOUNTS) -> pd.DataFrame:
    """With the range of persons employed, and estimates of all ``amounts``."""
    for amount in amounts:
        added = _range_and_estimate(wide, amount)
        wide = wide.join(added if amount == "persons_employed" else added.filter(like="estimate"))
    return wide


def _without_needless_estimates(base: pd.DataFrame) -> pd.DataFrame:
    """Estimates only where nothing is published."""
    for amount in AMOUNTS:
        estimates = base.columns[base.columns.str.startswith(f"{amount}_estimate")]
        base.loc[base[amount].notna(), estimates] = np.nan
    return base


def _with_given_up_codes(wide: pd.DataFrame, before: pd.DataFrame, crosswalk: pd.DataFrame) -> pd.DataFrame:
    """Cells that are missing under a region's code of 2013, from its code of 2010 (``before``, in the base version).

    Only where the code was renamed: half of London's jobs shared out by residents would mislead,
    and as a figure it would mislead the bounds and estimates of other cells too.
    """
    pieces = crosswalk[(crosswalk["from_version"] == 2013) & crosswalk["weight_population"].eq(1.0)]
    code_2013 = pieces[~pieces["to_id"].duplicated(keep=False)].set_index("to_id")["from_id"]
    before = before.assign(nuts_id=before["nuts_id"].map(code_2013)).dropna(subset="nuts_id")
    found = wide[KEYS].merge(before, on=KEYS, how="left").set_index(wide.index)
    wide = wide.copy()
    for name in ("persons_employed", "local_units", "wages_meur"):
        status = f"{name}_status"
        rows = wide[status].eq("missing") & found[status].isin(["reported", "hidden"])
        columns = [column for column in (name, status, f"{name}_flag") if column in wide]
        wide.loc[rows, columns] = found.loc[rows, columns]
    return wide


def _range_and_estimate(wide: pd.DataFrame, amount: Amount) -> pd.DataFrame:
    """The range that published totals leave each cell, an estimate, and its interval within that range."""
    limits = hidden.bounds(wide.rename(columns={amount: "value"}))
    # Activity without a region counts where it is published; elsewhere it would soak up what is hidden in regions.
    is_unknown_extra = wide["nuts_id"].map(nuts.is_extra_regio) & wide[amount].isna()
    found = hidden.estimate(wide[~is_unknown_extra], amount=amount).reindex(wide.index)
    low, high = found["low"].clip(lower=limits["low"]), np.fmin(found["high"], limits["high"])
    # Where published totals contradict each other an estimate that adds up may leave the range.
    found["low"], found["high"] = np.fmin(low, found["estimate"]), np.fmax(high, found["estimate"])
    names = {"estimate": f"{amount}_estimate", "low": f"{amount}_estimate_low", "high": f"{amount}_estimate_high"}
    return limits.add_prefix(f"{amount}_").join(found.round(2).rename(columns=names))


def _in_base(wide: pd.DataFrame, crosswalk: pd.DataFrame, version: int) -> pd.DataFrame:
    """Amounts, statuses and labels of one NUTS version in the base version."""
    keys = ["nace_code", "year"]
    amounts = [name for name in wide.select_dtypes("float") if name in tables.INDUSTRY.columns]
    labels = [f"{name}_status" for name in ("persons_employed", "local_units", "wages_meur")]
    labels += ["persons_employed_flag", "source"]
    base = nuts.to_base(wide, crosswalk, version, absolute=amounts, keys=keys)
    base = base.merge(
        _labels_in_base(wide, crosswalk[crosswalk["from_version"] == version], keys, labels),
        on=["nuts_id", *keys],
        how="left",
    )
    for name in ("persons_employed", "local_units", "wages_meur"):
        status = f"{name}_status"
        base[status] = base[status].fillna("missing")
        base.loc[base["is_split"] & base[name].notna(), status] = "estimated"
        base.loc[base[name].isna() & base[status].isin(["reported", "estimated"]), status] = "hidden"
    base["persons_employed_flag"] = base["persons_employed_flag"].fillna("")
    return base


def _labels_in_base(wide: pd.DataFrame, crosswalk: pd.DataFrame, keys: list[str], labels: list[str]) -> pd.DataFrame:
    """Status, flag and source of the origin with the largest share in each new region."""
    pieces = crosswalk.sort_values("weight_population", ascending=False)[["from_id", "to_id"]]
    merged = pieces.merge(wide[["nuts_id", *keys, *labels]], left_on="from_id", right_on="nuts_id")
    first = merged.drop_duplicates(["to_id", *keys])
    return first.drop(columns=["from_id", "nuts_id"]).rename(columns={"to_id": "nuts_id"})
