"""The cells of a report region: a set of NUTS 2 codes read as one territory."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from clusterkit.data import remembered
from clusterkit.data.nuts import COUNTRY_NAMES, EU28, RULE
from clusterkit.errors import ContractError, Problem, some

_KEYS = ["nace_code", "year"]
_RANGE = ["persons_employed_low", "persons_employed_high"]


def same_territory(nuts_ids: Collection[str], region_ids: Collection[str]) -> list[str]:
    """Codes of level 0 or 1 that cover exactly the NUTS 2 regions ``nuts_ids``.

    Parameters
    ----------
    nuts_ids
        NUTS 2 codes of one territory.
    region_ids
        All codes of the same NUTS version.
    """
    level2 = [code for code in region_ids if len(code) == 4]
    wanted = set(nuts_ids)
    parents = {code[:size] for code in wanted for size in (3, 2)}
    return sorted(p for p in parents if {code for code in level2 if code.startswith(p)} == wanted)


def with_country_and_union(name: str, nuts_ids: Sequence[str], region_ids: Collection[str]) -> dict[str, Sequence[str]]:
    """The territory, its countries where it is smaller than they are, and the EU-28, by name.

    Parameters
    ----------
    name
        Of the territory.
    nuts_ids
        NUTS 2 codes that it is made of.
    region_ids
        All codes of the table ``region``.
    """
    groups: dict[str, Sequence[str]] = {name: list(nuts_ids)}
    for country in sorted({code[:2] for code in nuts_ids} - set(same_territory(nuts_ids, region_ids))):
        groups[COUNTRY_NAMES[country]] = [country]
    return groups | {"EU-28": list(EU28)}


def combine(industry: pd.DataFrame, nuts_ids: Sequence[str], region_ids: Collection[str]) -> pd.DataFrame:
    """One row per sector and year for a set of NUTS 2 regions taken together.

    Parameters
    ----------
    industry
        Table ``industry``.
    nuts_ids
        NUTS 2 codes that make up the territory.
    region_ids
        All codes of the NUTS version, to find a published region with the same territory.

    Returns
    -------
    pandas.DataFrame
        Index ``(nace_code, year)``. ``persons_employed`` (persons) and its range ``_low``,
        ``_high``; ``local_units``; ``wages_meur`` (million euro); their ``_status``: reported,
        estimated, partly hidden, hidden or missing; ``persons_employed_flag``; ``n_hidden``,
        the number of codes whose cell is hidden or missing.

    Raises
    ------
    ContractError
        A code has no row in the table.

    Notes
    -----
    Where every part is published, the sum. Otherwise, where a region of level 1 or 0 has exactly
    this territory and is published, its figure (docs/methods.md#regions-made-of-several-codes).
    Otherwise the value is unknown and its range is the sum of the parts' ranges. A hidden part
    is never counted as zero.
    """
    nuts_ids = list(dict.fromkeys(nuts_ids))
    where = places(industry[["nuts_id"]])
    missing = sorted(set(nuts_ids) - set(where))
    if missing:
        raise ContractError(
            Problem(
                what=f"The industry table has no rows for {some(missing)}.",
                where="data/processed/industry.parquet, column nuts_id",
                rule=RULE,
                fix="check nuts_ids in the region file, or build the tables with data for this region",
            )
        )
    parts = _rows(industry, where, nuts_ids)
    parents = same_territory(nuts_ids, region_ids)
    whole = _rows(industry, where, parents).sort_values("nuts_id", key=lambda ids: -ids.str.len())
    result = _ranges(parts, len(nuts_ids))
    for name in ("persons_employed", "local_units", "wages_meur"):
        columns = _amounts(parts, name, len(nuts_ids))
        published = whole[whole[f"{name}_status"] == "reported"].drop_duplicates(_KEYS).set_index(_KEYS)
        better = columns[f"{name}_status"].ne("reported") & columns.index.isin(published.index)
        rows = columns.index[better]
        columns.loc[rows, name] = published.loc[rows, name]
        columns.loc[rows, f"{name}_status"] = "reported"
        if name == "persons_employed":
            for bound in _RANGE:
                result.loc[rows, bound] = published.loc[rows, name]
            columns["persons_employed_flag"] = result.pop("flag")
            columns.loc[rows, "persons_employed_flag"] = published.loc[rows, "persons_employed_flag"]
        result = result.join(columns)
    return _within(result, whole)


@remembered.by_content
def places(codes: pd.DataFrame) -> dict[str, np.ndarray]:
    """Positions of the rows of each region, code by code: a page needs a few of hundreds.

    Parameters
    ----------
    codes
        Any table with a column ``nuts_id``.

    Returns
    -------
    dict of str to numpy.ndarray
        Code of a region to the positions of its rows, from 0.
    """
    return codes.groupby("nuts_id").indices


def _rows(industry: pd.DataFrame, where: Mapping[str, np.ndarray], codes: Collection[str]) -> pd.DataFrame:
    """Rows of some regions, in the order of the table."""
    none = np.zeros(0, dtype=int)
    return industry.iloc[np.sort(np.concatenate([none, *(where.get(code, none) for code in codes)]))]


def _ranges(parts: pd.DataFrame, n_parts: int) -> pd.DataFrame:
    groups = parts.groupby(_KEYS)
    table = pd.DataFrame({"persons_employed_low": groups["persons_employed_low"].sum()})
    table["persons_employed_high"] = groups["persons_employed_high"].sum(min_count=n_parts)
    table["n_hidden"] = n_parts - groups["persons_employed"].count()
    flagged = parts[parts["persons_employed_flag"].ne("")].groupby(_KEYS)["persons_employed_flag"]
    flags = flagged.agg(lambda flags: "".join(sorted(set("".join(flags)))))
    return table.assign(flag=flags.reindex(table.index, fill_value=""))


def _amounts(parts: pd.DataFrame, name: str, n_parts: int) -> pd.DataFrame:
    groups = parts.groupby(_KEYS)
    table = pd.DataFrame({name: groups[name].sum(min_count=n_parts)})
    counts = parts.groupby([*_KEYS, f"{name}_status"]).size().unstack(fill_value=0)
    count = counts.reindex(columns=["reported", "estimated", "hidden", "missing"], fill_value=0)
    count["missing"] += n_parts - count.sum(axis=1)  # a part without a row
    unknown = count["hidden"] + count["missing"]
    status = pd.Series("reported", index=count.index, dtype="str")
    status[count["estimated"] > 0] = "estimated"
    status[unknown > 0] = "partly hidden"
    status[unknown == n_parts] = "hidden"
    status[count["missing"] == n_parts] = "missing"
    return table.join(status.rename(f"{name}_status"))


def _within(result: pd.DataFrame, whole: pd.DataFrame) -> pd.DataFrame:
    """Tighten open ranges by the range of a published region with the same territory."""
    for _, parent in whole.groupby("nuts_id"):
        limit = parent.set_index(_KEYS)[_RANGE].reindex(result.index)
        free = result["persons_employed"].isna()
        high = np.fmin(result["persons_employed_high"], limit["persons_employed_high"])
        low = np.fmax(result["persons_employed_low"], limit["persons_employed_low"])
        result.loc[free, "persons_employed_high"] = high[free]
        result.loc[free, "persons_employed_low"] = low[free].clip(upper=high[free])
    return result
