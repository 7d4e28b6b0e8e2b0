"""Eurostat's regional business statistics of the series that ends in 2020, as cells in their own codes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from clusterkit.data import eurostat, nuts, sources
from clusterkit.errors import Problem, SourceError, some

YEARS = (2011, 2012, 2013, 2014, 2015)  # best filled, 2015 with few wages; docs/data_log.md#sbs_r_nuts06_r2
SERIES = "2008-2020"  # years that one set of statistical definitions covers
INDICATORS = {"V16110": "persons_employed", "V11210": "local_units", "V13320": "wages_meur"}
SECTOR = r"^[A-Z](\d\d)?$"  # sections and divisions; groups such as G451 are left out


def read_cells(raw: Path, codes: dict[int, pd.DataFrame], crosswalk: pd.DataFrame) -> pd.DataFrame:
    """Cells of 2011 to 2015 under the codes that the file carries: NUTS 2013, and 2010 where nothing else is given.

    Parameters
    ----------
    raw
        Folder with the raw files.
    codes
        NUTS codes by version.
    crosswalk
        Table ``crosswalk``.

    Returns
    -------
    pandas.DataFrame
        ``nuts_id``, ``nace_code``, ``year``; ``persons_employed`` (persons), ``local_units`` (count),
        ``wages_meur`` (million euro), NaN where not published, each with a ``_status``;
        ``persons_employed_flag``, ``source``.

    Raises
    ------
    SourceError
        A file is damaged, lacks a year, or holds an unknown region code.
    """
    keep = {"indic_sb": set(INDICATORS), "time": {str(year) for year in YEARS}}
    path = raw / sources.SBS_REGIONAL.path
    long = eurostat.read_tsv(path, keep=keep)
    absent = sorted(set(YEARS) - set(long["time"]))
    if absent:
        raise SourceError(
            Problem(
                what=f"{path.name} has no column for {', '.join(str(year) for year in absent)}.",
                where=f"{path}, line 1",
                rule=f"the tables hold the years {YEARS[0]} to {YEARS[-1]}",
                fix="use the edition that data/README.md names",
            )
        )
    known = _sort_codes(long["geo"], codes, crosswalk, path.name)
    long = long[long["nace_r2"].str.match(SECTOR)]
    given_up = set(nuts.of_older_version(crosswalk, older=2010, newer=2013)["from_id"]) - known
    long = long[long["geo"].isin(known | given_up) | long["geo"].map(nuts.is_extra_regio)]
    # Wages below zero are a slip of the publisher (one cell, docs/data_log.md#sbs_r_nuts06_r2): unknown, not a figure.
    long["value"] = long["value"].where(long["value"].ge(0))
    long["source"] = sources.SBS_REGIONAL.dataset
    long["status"] = _status(long)
    long = _with_later_edition(long, raw / sources.SBS_2015.path)
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
    return wide


def _with_later_edition(long: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Persons employed of 2015 from the later edition where it has a figure, else from the bulk file.

    The later edition carries no flag for confidential cells: a cell that it leaves blank keeps
    the status that the bulk file gives it. Regions that only the later edition has are left out.
    """
    keys = ["nace_r2", "geo", "time"]
    later = eurostat.read(path, keep={"time": {"2015"}}, spreadsheet_zero=True)
    later = later[later["value"].notna()].set_index(keys)
    is_there = long["indic_sb"].eq("V16110") & pd.MultiIndex.from_frame(long[keys]).isin(later.index)
    rows = pd.MultiIndex.from_frame(long.loc[is_there, keys])
    long = long.copy()
    long.loc[is_there, ["value", "flag"]] = later.loc[rows, ["value", "flag"]].to_numpy()
    long["value"] = long["value"].astype(float)
    long.loc[is_there, "status"] = "reported"
    long.loc[is_there, "source"] = sources.SBS_2015.key
    return long


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
