"""The industry table: persons employed, local units and wages by region, sector and year.

From Eurostat's regional business statistics in the codes they were published in to the base
version of NUTS, with what is hidden marked and bounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from clusterkit.data import eurostat, hidden, nuts, sources, tables
from clusterkit.errors import Problem, SourceError, some

INDICATORS = {"V16110": "persons_employed", "V11210": "local_units", "V13320": "wages_meur"}
SECTOR = r"^[A-Z](\d\d)?$"  # sections and divisions; groups such as G451 are left out


def read_industry(
    raw: Path, codes: dict[int, pd.DataFrame], crosswalk: pd.DataFrame, years: Sequence[int]
) -> pd.DataFrame:
    keep = {"indic_sb": set(INDICATORS), "time": {str(year) for year in years}}
    path = raw / sources.SBS_REGIONAL.path
    long = eurostat.read_tsv(path, keep=keep)
    absent = sorted(set(years) - set(long["time"]))
    if absent:
        raise SourceError(
            Problem(
                what=f"{path.name} has no column for {', '.join(str(year) for year in absent)}.",
                where=f"{path}, line 1",
                rule=f"the tables hold the years {years[0]} to {years[-1]}",
                fix="use the edition that data/README.md names",
            )
        )
    known = _sort_codes(long["geo"], codes, crosswalk, path.name)
    long = long[long["nace_r2"].str.match(SECTOR)]
    older = nuts.of_older_version(crosswalk, older=2010, newer=2013)
    given_up = set(older["from_id"]) - known
    long = long[long["geo"].isin(known | given_up) | long["geo"].map(nuts.is_extra_regio)]
    # Wages below zero are a slip of the publisher (one cell, docs/data_log.md#sbs_r_nuts06_r2): unknown, not a figure.
    long["value"] = long["value"].where(long["value"].ge(0))
    long["source"] = sources.SBS_REGIONAL.dataset
    long["status"] = _status(long)
    long = _fill_countries(long, eurostat.read_tsv(raw / sources.SBS_NATIONAL.path, keep=keep))
    names = {"geo": "nuts_id", "nace_r2": "nace_code", "time": "year"}
    keys = list(names.values())
    wide = None
    for indicator, column in INDICATORS.items():
        rows = long[long["indic_sb"] == indicator].rename(columns=names)
        part = rows[[*keys, "value", "status", "flag", "source"]].rename(
            columns={"value": column, "status": f"{column}_status", "flag": f"{column}_flag"}
        )
        if wide is None:
            wide = part
        else:
            wide = wide.merge(part.drop(columns=["source", f"{column}_flag"]), on=keys, how="left")
    before = _in_base(wide[wide["nuts_id"].isin(older["from_id"])], older, 2010)
    # Two codes for one territory would count twice in a country's total.
    wide = wide[~wide["nuts_id"].isin(given_up)].reset_index(drop=True)
    wide = _with_given_up_codes(wide, before, crosswalk)
    wide = wide.join(_range_and_estimate(wide, "persons_employed"))
    wide = wide.join(_range_and_estimate(wide, "wages_meur").filter(like="estimate"))
    base = _in_base(wide[~wide["nuts_id"].map(nuts.is_extra_regio)], crosswalk, 2013)
    for name in ("persons_employed", "wages_meur"):
        estimates = base.columns[base.columns.str.startswith(f"{name}_estimate")]
        base.loc[base[name].notna(), estimates] = np.nan
    base["nuts_version"] = np.int16(nuts.BASE_VERSION)
    base["year"] = base["year"].astype("int16")
    return base[list(tables.INDUSTRY.columns)].sort_values(keys, ignore_index=True)


def _with_given_up_codes(wide: pd.DataFrame, before: pd.DataFrame, crosswalk: pd.DataFrame) -> pd.DataFrame:
    """Cells that are missing under a region's code of 2013, from its code of 2010 (``before``, in the base version)."""
    pieces = crosswalk[(crosswalk["from_version"] == 2013) & crosswalk["weight_population"].eq(1.0)]
    code_2013 = pieces[~pieces["to_id"].duplicated(keep=False)].set_index("to_id")["from_id"]
    keys = ["nuts_id", "nace_code", "year"]
    before = before.assign(nuts_id=before["nuts_id"].map(code_2013)).dropna(subset="nuts_id")
    found = wide[keys].merge(before, on=keys, how="left").set_index(wide.index)
    wide = wide.copy()
    for name in ("persons_employed", "local_units", "wages_meur"):
        status = f"{name}_status"
        rows = wide[status].eq("missing") & found[status].isin(["reported", "estimated", "hidden"])
        columns = [column for column in (name, status, f"{name}_flag") if column in wide]
        wide.loc[rows, columns] = found.loc[rows, columns]
    return wide


def _range_and_estimate(wide: pd.DataFrame, amount: str) -> pd.DataFrame:
    """The range that published totals leave each cell, an estimate, and its interval within that range."""
    limits = hidden.bounds(wide.rename(columns={amount: "value"}))
    found = hidden.estimate(wide, amount=amount)
    low, high = found["low"].clip(lower=limits["low"]), np.fmin(found["high"], limits["high"])
    # Where published totals contradict each other an estimate that adds up may leave the range.
    found["low"], found["high"] = np.fmin(low, found["estimate"]), np.fmax(high, found["estimate"])
    names = {"estimate": f"{amount}_estimate", "low": f"{amount}_estimate_low", "high": f"{amount}_estimate_high"}
    return limits.add_prefix(f"{amount}_").join(found.round(2).rename(columns=names))


def _fill_countries(long: pd.DataFrame, national: pd.DataFrame) -> pd.DataFrame:
    """Country rows that the regional file leaves out, from the national file of the same year."""
    keys = ["nace_r2", "indic_sb", "geo", "time"]
    national = national[national["value"].notna()]
    extra = long.loc[long["value"].isna() & long["geo"].str.len().eq(2), keys].reset_index()
    extra = extra.merge(national, on=keys).set_index("index")
    long = long.copy()
    long.loc[extra.index, "value"] = extra["value"]
    long.loc[extra.index, "flag"] = extra["flag"]
    long.loc[extra.index, "status"] = "reported"
    long.loc[extra.index, "source"] = sources.SBS_NATIONAL.dataset
    return long


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


def _sort_codes(found: pd.Series, codes: dict[int, pd.DataFrame], crosswalk: pd.DataFrame, name: str) -> set[str]:
    """Codes of NUTS 2013 in a file; older and extra-regio codes are known, any other stops the run."""
    current = set(codes[2013]["nuts_id"])
    older = set(crosswalk.loc[crosswalk["from_version"] == 2010, "from_id"]) | nuts.RETIRED_2010
    lasting = older & set(codes[nuts.BASE_VERSION]["nuts_id"])
    lost = sorted(code for code in lasting - current if code[:2] in current)
    if lost:
        raise SourceError(
            Problem(
                what=f"The list of NUTS 2013 codes lacks {some(lost)}, which the versions before and after have.",
                where=sources.NUTS_CODES[2013].path,
                rule=nuts.RULE,
                fix="the file seems cut off: use the published list",
            )
        )
    unique = set(found.unique())
    unknown = sorted(code for code in unique - current - older if not nuts.is_extra_regio(code))
    if unknown:
        raise SourceError(
            Problem(
                what=f"{len(unknown)} region codes of {name} are in no NUTS version: {some(unknown)}.",
                where=f"{name}, dimension geo, {found.isin(unknown).sum():,} of {len(found):,} rows",
                rule=nuts.RULE,
                fix="check the file; a new code needs a newer list of NUTS codes",
            )
        )
    return unique & current


def _status(table: pd.DataFrame) -> pd.Series:
    status = pd.Series("reported", index=table.index, dtype="str")
    status[table["value"].isna()] = "missing"
    status[table["value"].isna() & table["flag"].str.contains("c")] = "hidden"
    return status
