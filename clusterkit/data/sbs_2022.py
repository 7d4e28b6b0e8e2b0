"""Manufacturing in 2022, from the successor of the regional business statistics, as cells in its own codes."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd

from clusterkit.data import eurostat, nuts, sources

YEAR = 2022
SERIES = "2021-"  # definitions changed in 2021: never compared with earlier years as growth
EDITIONS = ("feb2025", "dec2024")  # the later download wins


def read_cells(raw: Path, codes: pd.DataFrame) -> pd.DataFrame:
    """Persons employed in section C and its divisions, in NUTS 2021, countries and NUTS 2.

    Parameters
    ----------
    raw
        Folder with the raw files.
    codes
        Codes of NUTS 2021.

    Returns
    -------
    pandas.DataFrame
        As ``sbs_until_2020.read_cells``. Local units and wages were not downloaded: missing.
        Every region of the countries in the file has a row: what the file leaves blank is
        ``hidden`` (its flags were dropped; confidential cells are blank), a region that it
        leaves out is ``missing``.

    Raises
    ------
    SourceError
        The file is damaged.
    """
    long = eurostat.read(raw / sources.SBS_2022.path)
    wide = long.pivot(index=["geo", "nace_r2"], columns="edition", values="value")
    persons = wide[list(EDITIONS)].bfill(axis=1)[EDITIONS[0]]
    countries = sorted(long.loc[long["geo"].str.len() == 2, "geo"].unique())
    regions = codes.loc[codes["level"].eq(2) & codes["country"].isin(countries), "nuts_id"]
    regions = [*countries, *(code for code in regions if not nuts.is_extra_regio(code))]
    sectors = sorted(long["nace_r2"].unique())
    cells = pd.DataFrame(itertools.product(regions, sectors), columns=["nuts_id", "nace_code"])
    keys = pd.MultiIndex.from_frame(cells)
    cells["year"] = YEAR
    cells["persons_employed"] = persons.reindex(keys).to_numpy()
    is_blank, is_there = cells["persons_employed"].isna(), keys.isin(wide.index)
    cells["persons_employed_status"] = np.select([~is_blank, is_there], ["reported", "hidden"], "missing")
    cells["persons_employed_flag"] = ""
    cells[["local_units", "wages_meur"]] = np.nan
    cells[["local_units_status", "wages_meur_status"]] = "missing"
    cells["source"] = sources.SBS_2022.dataset
    return cells
