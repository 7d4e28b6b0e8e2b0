"""A region's own figures of industries at any depth of NACE, beside one area that holds it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from clusterkit.data.industries import Taxonomy
from clusterkit.data.industries.nace_depth import SECTIONS, TOTAL, ancestors, depth, parts_of
from clusterkit.mapping.portfolio import RANGE_TOLERANCE
from clusterkit.mapping.specialisation import location_quotient, location_quotient_range

SHARE_OF_DIVISION = 0.1  # of the least share of a strong division: a group or class is that much narrower (A120)


class DetailTotals(NamedTuple):
    """What shares are shares of, in one year.

    Parameters
    ----------
    region, benchmark
        Persons employed.
    is_whole
        Whether both areas give a total of all industries; else the industries that both publish are added up.
    """

    region: float
    benchmark: float
    is_whole: bool


def bounded(persons: pd.Series) -> pd.DataFrame:
    """The least and the most that each figure of one area and year can be, from the figures above and below it.

    Parameters
    ----------
    persons
        Persons employed, index ``nace_code`` of any depths, ``TOTAL`` too; NaN is hidden or missing.

    Returns
    -------
    pandas.DataFrame
        ``value`` (NaN where hidden; the sum of the parts where all are given), ``low`` and ``high`` (persons employed),
        same index. ``high`` is NaN where no figure bounds the cell. A hidden figure's low end is what its own parts
        show, never what is left of the figure above it: a single hidden cell is not given away.

    Examples
    --------
    >>> bounded(pd.Series({"C13": 100.0, "C13.1": 60.0, "C13.2": None}))["high"].tolist()
    [100.0, 60.0, 40.0]
    """
    parts = {str(code): parts_of(str(code), persons.index) for code in persons.index}
    value, low = persons.astype(float).copy(), persons.astype(float).copy()
    for code in sorted(persons.index, key=len, reverse=True):  # from the deepest up
        if code == TOTAL or pd.notna(value[code]):
            continue
        inner, is_whole = parts[code]
        if is_whole:
            value[code] = value[inner].sum(skipna=False)
        low[code] = value[code] if pd.notna(value[code]) else low[inner].fillna(0.0).sum()
    low, high = low.fillna(0.0), value.copy()
    for code in sorted(persons.index, key=lambda each: (each != TOTAL, len(each))):  # from the total down
        inner = parts[code][0]
        if pd.isna(high[code]) or not inner:
            continue
        room = high[code] - low[inner].sum()
        for part in inner:
            if pd.isna(value[part]):
                most = max(low[part] + room, low[part])
                high[part] = most if pd.isna(high[part]) else min(high[part], most)
    for code in sorted(persons.index, key=len, reverse=True):
        inner, is_whole = parts[code]
        if pd.isna(value[code]) and is_whole and code != TOTAL:
            high[code] = np.fmin(high[code], high[inner].sum(skipna=False))
    return pd.DataFrame({"value": value, "low": low, "high": high})


def detail_totals(table: pd.DataFrame, region: str, benchmark: str, *, year: int) -> DetailTotals:
    """Persons employed in all industries of the region and of the area beside it.

    Parameters
    ----------
    table
        Index (``area``, ``nace_code``, ``year``), column ``persons_employed`` (persons; NaN is unknown).
    region, benchmark
        The two areas.
    year
        Calendar year.

    Returns
    -------
    DetailTotals
        The totals that the table gives; where it does not give both, the sum of the same industries in both areas,
        each industry once: those that both publish, the widest first.
    """
    own, area = (bounded(_persons(table, one, year))["value"] for one in (region, benchmark))
    if pd.notna(own.get(TOTAL)) and pd.notna(area.get(TOTAL)):
        return DetailTotals(float(own[TOTAL]), float(area[TOTAL]), is_whole=True)
    both = own.index[own.notna() & area.reindex(own.index).notna()].drop(TOTAL, errors="ignore")
    codes = list(_outermost(both))
    return DetailTotals(float(own[codes].sum()), float(area[codes].sum()), is_whole=False)


def detail_sectors(
    table: pd.DataFrame,
    region: str,
    benchmark: str,
    *,
    year: int,
    base_year: int | None = None,
    strong_lq: float,
    min_share_pct: float,
) -> pd.DataFrame:
    """Every industry of the region's own table: how specialised, how large, how growing.

    Parameters
    ----------
    table
        Index (``area``, ``nace_code``, ``year``): ``persons_employed`` (persons; NaN is unknown),
        ``persons_employed_status``, ``wages_meur`` (million euro), ``flag`` (``b`` is a break).
    region, benchmark
        The two areas.
    year
        Calendar year of all figures but growth.
    base_year
        First year of growth; None: there is none.
    strong_lq, min_share_pct
        Thresholds of a strong division. A group or class needs the same quotient and a tenth of the share.

    Returns
    -------
    pandas.DataFrame
        Index ``nace_code``, in the order of NACE, without the total: ``depth``; ``is_finest``, whether the table has
        nothing below it; ``persons_employed`` with ``_low``, ``_high`` and ``_status`` (persons; NaN where hidden);
        ``share_pct`` of all jobs; ``benchmark_persons``; ``lq`` (no unit; NaN unless both figures are known) with
        ``lq_low`` and ``lq_high``; ``lq_is_certain``; ``is_strong`` by the low end; ``wages_eur_per_person``,
        ``wages_benchmark_eur_per_person``; ``growth_pct``, ``growth_benchmark_pct`` (percent, NaN unless both years
        are published) and ``growth_has_break``.

    References
    ----------
    docs/methods.md#own-industry-table.
    """
    own, area = (bounded(_persons(table, one, year)) for one in (region, benchmark))
    totals = detail_totals(table, region, benchmark, year=year)
    own = own.drop(TOTAL, errors="ignore")
    area = area.reindex(own.index)
    own["high"] = np.fmin(own["high"], area["high"])  # the benchmark holds the region
    given = set(own.index)
    found = pd.DataFrame(
        {
            "depth": [depth(str(code)) for code in own.index],
            "is_finest": [not parts_of(str(code), given)[0] for code in own.index],
            "persons_employed": own["value"],
            "persons_employed_low": own["low"],
            "persons_employed_high": own["high"],
            "persons_employed_status": _column(table, region, year, "persons_employed_status").reindex(own.index),
            "share_pct": 100 * own["value"] / (totals.region or np.nan),
            "benchmark_persons": area["value"],
        },
        index=own.index,
    ).rename_axis("nace_code")
    found["lq"] = location_quotient(
        own["value"].to_frame(region).T,
        benchmark=area["value"],
        region_total=pd.Series({region: totals.region}),
        benchmark_total=totals.benchmark,
    ).loc[region]
    limits = location_quotient_range(_with_total(own, totals.region), _with_total(area, totals.benchmark))
    found["lq_low"] = found["lq"].fillna(limits["low"])
    found["lq_high"] = found["lq"].fillna(limits["high"])
    found["lq_is_certain"] = found["lq"].notna() & (found["lq_high"] <= RANGE_TOLERANCE * found["lq_low"])
    least = np.where(found["depth"].isin(["section", "division"]), min_share_pct, SHARE_OF_DIVISION * min_share_pct)
    low_share = 100 * found["persons_employed_low"] / (totals.region or np.nan)
    found["is_strong"] = (found["lq_low"] >= strong_lq) & (low_share >= least)
    for name, one in (("wages_eur_per_person", region), ("wages_benchmark_eur_per_person", benchmark)):
        persons = _persons(table, one, year).replace(0, np.nan)
        found[name] = (1e6 * _column(table, one, year, "wages_meur") / persons).reindex(found.index)
    for name, one in (("growth_pct", region), ("growth_benchmark_pct", benchmark)):
        found[name] = np.nan if base_year is None else _growth(table, one, base_year, year).reindex(found.index)
    flags = _column(table, region, year, "flag").reindex(found.index)
    found["growth_has_break"] = flags.str.contains("b", na=False) & found["growth_pct"].notna()
    return found.sort_index()


def detail_against(table: pd.DataFrame, region: str, divisions: pd.DataFrame, *, year: int) -> pd.DataFrame:
    """The region's own figures beside those of another source, division by division.

    Parameters
    ----------
    table
        As of :func:`detail_sectors`.
    region
        The region's rows.
    divisions
        The other source in the same year, index ``nace_code`` (divisions): ``persons_employed`` (NaN where hidden)
        with ``persons_employed_low`` and ``persons_employed_high`` (NaN where not bounded).
    year
        Calendar year.

    Returns
    -------
    pandas.DataFrame
        Index ``nace_code``, the divisions of the own table that the other source has: ``own_persons`` (the division's
        own row, else the sum of its parts where all are given; else NaN), ``own_persons_low``, ``other_persons`` with
        ``_low`` and ``_high``, ``difference_pct`` of the own figure from the other (NaN unless both are known), and
        ``fits``: whether the own figure lies in the range of a figure that the other source hides (NaN: not told).
    """
    own = _with_divisions(_persons(table, region, year))
    codes = [code for code in own.index if code in divisions.index and len(str(code)) == 3]
    other = divisions.loc[codes]
    mine = own.loc[codes]
    fits = (mine["value"] >= other["persons_employed_low"]) & ~(mine["value"] > other["persons_employed_high"])
    is_told = mine["value"].notna() & other["persons_employed"].isna()
    return pd.DataFrame(
        {
            "own_persons": mine["value"],
            "own_persons_low": mine["low"],
            "other_persons": other["persons_employed"],
            "other_persons_low": other["persons_employed_low"],
            "other_persons_high": other["persons_employed_high"],
            "difference_pct": 100 * (mine["value"] / other["persons_employed"].replace(0, np.nan) - 1),
            "fits": fits.astype(float).where(is_told),
        }
    ).rename_axis("nace_code")


def detail_parts(sectors: pd.DataFrame) -> pd.DataFrame:
    """What each division is made of, as far as the table goes.

    Parameters
    ----------
    sectors
        As :func:`detail_sectors` gives it.

    Returns
    -------
    pandas.DataFrame
        The finest rows below divisions, with ``division``; ``of_division_pct``, share of the division's own figure, or
        of the sum of its known parts (NaN where unknown); ``is_of_known``, whether it is a share of known parts only.
        Divisions by persons employed, the largest first, parts within them likewise.
    """
    inner = sectors[sectors["is_finest"] & sectors["depth"].isin(["group", "class"])].copy()
    inner["division"] = [str(code)[:3] for code in inner.index]
    known = inner.groupby("division")["persons_employed"].sum()
    whole = sectors["persons_employed"].reindex(known.index)
    size = inner["division"].map(whole.fillna(known))
    inner["of_division_pct"] = 100 * inner["persons_employed"] / size.replace(0, np.nan)
    inner["is_of_known"] = inner["division"].map(whole.isna())
    order = inner.assign(size=size).sort_values(
        ["size", "division", "persons_employed"], ascending=[False, True, False]
    )
    return order.drop(columns="size")


def detail_categories(
    table: pd.DataFrame, region: str, benchmark: str, taxonomy: Taxonomy, *, year: int
) -> pd.DataFrame:
    """How strong the region is in categories whose members the own table holds, whatever their depth.

    Parameters
    ----------
    table
        As of :func:`detail_sectors`.
    region, benchmark
        The two areas.
    taxonomy
        Categories and their members.
    year
        Calendar year.

    Returns
    -------
    pandas.DataFrame
        Index ``category``, those of which the table holds a member: ``name``, ``held_share`` (share of the members'
        weight that the table holds, 0 to 1), ``persons_employed`` (NaN where a member is hidden) with ``_low`` and
        ``_high``, ``lq`` (no unit) with ``lq_low`` and ``lq_high``.
    """
    own, area = (_every_code(_persons(table, one, year), taxonomy) for one in (region, benchmark))
    totals = detail_totals(table, region, benchmark, year=year)
    rows = {}
    for code, name in taxonomy.categories.items():
        members = taxonomy.definitions[code].members
        held = {one: weight for one, weight in members.items() if one in own.index and one in area.index}
        if not held:
            continue
        weights = pd.Series(held)
        mine, whole = (one.loc[list(held)].mul(weights, axis=0) for one in (own, area))
        cells = {
            key: pd.DataFrame({end: [part[end].sum(skipna=False)] for end in ("low", "high")}, index=[code])
            for key, part in (("own", mine), ("area", whole))
        }
        value, in_area = (float(part["value"].sum(skipna=False)) for part in (mine, whole))
        limits = location_quotient_range(
            _with_total(cells["own"], totals.region), _with_total(cells["area"], totals.benchmark)
        )
        lq = (
            (value / totals.region) / (in_area / totals.benchmark)
            if in_area and totals.region and totals.benchmark
            else np.nan
        )
        rows[code] = {
            "name": name,
            "held_share": sum(held.values()) / sum(members.values()),
            "persons_employed": value,
            "persons_employed_low": cells["own"]["low"].iloc[0],
            "persons_employed_high": cells["own"]["high"].iloc[0],
            "lq": lq,
            "lq_low": lq if pd.notna(lq) else limits["low"].iloc[0],
            "lq_high": lq if pd.notna(lq) else limits["high"].iloc[0],
        }
    ends = [f"{name}{end}" for name in ("persons_employed", "lq") for end in ("", "_low", "_high")]
    return pd.DataFrame.from_dict(rows, orient="index", columns=["name", "held_share", *ends]).rename_axis("category")


def _persons(table: pd.DataFrame, area: str, year: int) -> pd.Series:
    return _column(table, area, year, "persons_employed").astype(float)


def _column(table: pd.DataFrame, area: str, year: int, name: str) -> pd.Series:
    rows = table.xs((area, year), level=("area", "year"))
    return rows[name]


def _outermost(codes: Sequence[str]) -> list[str]:
    """Codes of which no code above is among them: each industry counts once."""
    among = set(codes)
    return [code for code in codes if among.isdisjoint(ancestors(str(code)))]


def _with_total(cells: pd.DataFrame, total: float) -> pd.DataFrame:
    return cells[["low", "high"]].assign(total_low=total, total_high=total)


def _growth(table: pd.DataFrame, area: str, base_year: int, year: int) -> pd.Series:
    start, end = (_persons(table, area, one) for one in (base_year, year))
    return 100 * (end / start.reindex(end.index).replace(0, np.nan) - 1)


def _with_divisions(persons: pd.Series) -> pd.DataFrame:
    """Bounds of the figures given, and of divisions of which only parts are given."""
    missing = {str(code)[:3] for code in persons.index if len(str(code)) > 3 and code != TOTAL} - set(persons.index)
    return bounded(persons.reindex([*persons.index, *sorted(missing)]))


def _every_code(persons: pd.Series, taxonomy: Taxonomy) -> pd.DataFrame:
    """Bounds of the figures given, and of members of which only parts are given."""
    members = {code for one in taxonomy.definitions.values() for code in one.members}
    wanted = [code for code in members if code not in persons.index and parts_of(code, persons.index)[0]]
    found = bounded(persons.reindex([*persons.index, *sorted(wanted)]))
    return found.drop([code for code in (TOTAL, *SECTIONS) if code in found.index])
