"""Named checks that the figures make sense: totals, vocabularies, ranges.

The contracts of ``tables`` say what a table looks like; these checks compare its figures with each
other. A check passes, notes what deserves a look (published figures are not free of oddities), or
fails, which stops a build.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from clusterkit.data.eurostat import FLAGS
from clusterkit.data.industries import NACE_DIVISIONS
from clusterkit.errors import ContractError, Problem, some

RULE = "docs/methods.md#sanity-checks"
Outcome = Literal["pass", "note", "fail"]
Tables = Mapping[str, pd.DataFrame]

# Largest difference between a country and the sum of its regions, in one sector, share of the country
# (no unit), that is not noted; as published, docs/data_log.md#sbs_r_nuts06_r2.
CELL_TOLERANCE = 0.005
CELL_TOLERANCES = {"BE": 0.06, "DK": 0.02, "ES": 0.03, "NL": 0.06}
# The same over all sectors of a year; above it something is wrong with the table.
TOTAL_TOLERANCE = 0.003
TOTAL_TOLERANCES = {"BE": 0.02, "IE": 0.02, "NL": 0.01}
SECTION_TOLERANCE = 0.005  # share of the section (no unit); the sections of the embedded table are exact
SMALL = 10  # persons employed; smaller differences are rounding
EXTRA_REGIO = 0.05  # share of a country's product (no unit) that may belong to no region
EXTRA_REGIOS = {"NO": 0.3}  # oil and gas at sea
WAGE_KEUR = (0.5, 150.0)  # thousand euro a person employed and year; outside it is implausible
MIN_PERSONS = 50  # persons employed; wages a head of smaller cells are mostly rounding
MAX_IMPLAUSIBLE = 0.01  # share of cells (no unit) with an implausible wage
MAX_RESIDENTS_EMPLOYED = 0.75  # share of the population (no unit); more is noted, more than all fails
MAX_JOBS_PER_HEAD = 2.0  # persons employed per inhabitant; commuters may make it more than 1, as in inner London
MAX_WEIGHT_ERROR = 1e-9  # no unit


@dataclass(frozen=True)
class Found:
    """What a check saw: how many things it looked at (count), and the offenders, worst first."""

    n_checked: int
    notes: Sequence[str] = ()
    fails: Sequence[str] = ()


@dataclass(frozen=True)
class Check:
    """A named rule about some tables."""

    name: str
    rule: str
    tables: tuple[str, ...]
    find: Callable[..., Found]


@dataclass(frozen=True)
class Result:
    """How a check came out; ``offenders`` are all of them, fails before notes; ``n_checked`` is a count."""

    name: str
    rule: str
    outcome: Outcome
    n_checked: int
    offenders: tuple[str, ...]


def examine(tables: Tables) -> list[Result]:
    """The result of every check whose tables are there.

    Parameters
    ----------
    tables
        The project's tables by name; each keeps its contract.
    """
    results = []
    for check in CHECKS:
        if all(name in tables for name in check.tables):
            found = check.find(*(tables[name] for name in check.tables))
            outcome: Outcome = "fail" if found.fails else "note" if found.notes else "pass"
            offenders = (*found.fails, *found.notes)
            results.append(Result(check.name, check.rule, outcome, found.n_checked, offenders))
    return results


def require(results: Sequence[Result], where: str) -> None:
    """Raise where a check failed.

    Raises
    ------
    ContractError
        Every failed check with its first offenders.
    """
    problems = [
        Problem(
            what=f"The check '{one.name}' fails: {len(one.offenders):,} of {one.n_checked:,}, {some(one.offenders)}.",
            where=where,
            rule=f"{RULE}: {one.rule}",
            fix="look at these figures in the raw files; a file may be damaged, edited, or of another edition",
        )
        for one in results
        if one.outcome == "fail"
    ]
    if problems:
        raise ContractError(problems)


def lines(results: Sequence[Result]) -> list[str]:
    """The results as lines of text: outcome, name, what was looked at, and the first offenders below."""
    width = max((len(one.name) for one in results), default=0)
    text = []
    for one in results:
        text.append(f"{one.outcome}  {one.name.ljust(width)}  {one.n_checked:,} checked; {one.rule}")
        if one.offenders:
            text.append(f"      {len(one.offenders):,}: {some(one.offenders)}")
    return text


# Vocabularies


def _regions(region: pd.DataFrame, *others: pd.DataFrame) -> Found:
    listed = set(region["nuts_id"])
    used = {code for table in others for code in table["to_id" if "to_id" in table else "nuts_id"].unique()}
    return Found(len(used), fails=sorted(used - listed))


def _sectors(industry: pd.DataFrame) -> Found:
    used = set(industry["nace_code"].unique())
    return Found(len(used), fails=sorted(used - set(NACE_DIVISIONS) - {code[0] for code in NACE_DIVISIONS}))


def _flags(industry: pd.DataFrame, indicator: pd.DataFrame) -> Found:
    used = set("".join([*industry["persons_employed_flag"].unique(), *indicator["flag"].unique()]))
    return Found(len(used), fails=sorted(used - set(FLAGS)))


def _statuses(industry: pd.DataFrame) -> Found:
    wrong = []
    for name in ("local_units", "wages_meur"):
        has_value = ~industry[f"{name}_status"].isin(["hidden", "missing"])
        wrong += [f"{key} {name}" for key in _keys(industry[industry[name].notna() != has_value])]
    return Found(2 * len(industry), fails=wrong)


# Totals


def _sectors_by_country(industry: pd.DataFrame) -> Found:
    sums = _sums_of_regions(industry[industry["nace_code"].str.len() == 3], "persons_employed", ["nace_code", "year"])
    tolerance = sums["country"].map(CELL_TOLERANCES).fillna(CELL_TOLERANCE)
    off = (sums["parts"] - sums["whole"]).abs()
    return Found(len(sums), notes=_differences(sums[(off > SMALL) & (off > tolerance * sums["whole"])]))


def _countries(industry: pd.DataFrame) -> Found:
    sums = _sums_of_regions(industry[industry["nace_code"].str.len() == 3], "persons_employed", ["nace_code", "year"])
    sums = sums.groupby(["country", "year"], as_index=False)[["parts", "whole"]].sum()
    tolerance = sums["country"].map(TOTAL_TOLERANCES).fillna(TOTAL_TOLERANCE)
    off = (sums["parts"] - sums["whole"]).abs()
    return Found(len(sums), fails=_differences(sums[(off > SMALL) & (off > tolerance * sums["whole"])]))


def _sections(industry: pd.DataFrame) -> Found:
    keys = ["nuts_id", "section", "year"]
    table = industry.assign(section=industry["nace_code"].str[0])
    is_section = table["nace_code"].str.len() == 1
    groups = table[~is_section].groupby(keys)["persons_employed"]
    sums = groups.sum().where(groups.count() == groups.size()).rename("parts")
    whole = table[is_section].set_index(keys)["persons_employed"].rename("whole")
    both = pd.concat([sums, whole], axis=1, join="inner").dropna().reset_index()
    off = (both["parts"] - both["whole"]).abs()
    return Found(len(both), fails=_differences(both[(off > SMALL) & (off > SECTION_TOLERANCE * both["whole"])]))


def _context_totals(context: pd.DataFrame) -> Found:
    """Regions never exceed their country; they may fall short of its product by what belongs to no region."""
    n_checked, fails = 0, []
    for name in ("population", "gdp_meur", "employment_thousand", "unemployment_thousand"):
        sums = _sums_of_regions(context, name, ["year"])
        n_checked += len(sums)
        least = -sums["country"].map(EXTRA_REGIOS).fillna(EXTRA_REGIO) if name == "gdp_meur" else -CELL_TOLERANCE
        relative = sums["parts"] / sums["whole"] - 1
        bad = sums[(relative < least) | (relative > CELL_TOLERANCE)]
        fails += [f"{name} {text}" for text in _differences(bad)]
    return Found(n_checked, fails=fails)


def _weights(crosswalk: pd.DataFrame) -> Found:
    sums = crosswalk.groupby(["from_version", "from_id", "to_version"])[["weight_population", "weight_area"]].sum()
    wrong = sums[(sums - 1).abs().gt(MAX_WEIGHT_ERROR).any(axis=1)]
    return Found(len(sums), fails=[f"{version} {code}" for version, code, _ in wrong.index])


# Ranges


def _residents(context: pd.DataFrame) -> Found:
    table = context.dropna(subset=["employment_thousand", "population"])
    share = (table["employment_thousand"] * 1000 / table["population"]).sort_values(ascending=False)
    n_fails = int((share > 1).sum())
    shown = _with_value(table, share[share > MAX_RESIDENTS_EMPLOYED], 2)
    return Found(len(share), shown[n_fails:], shown[:n_fails])


def _jobs(industry: pd.DataFrame, context: pd.DataFrame) -> Found:
    sections = industry[industry["nace_code"].str.len() == 1]
    jobs = sections.groupby(["nuts_id", "year"])["persons_employed"].sum().rename("jobs")
    table = context[["nuts_id", "year", "population"]].dropna().merge(jobs.reset_index(), on=["nuts_id", "year"])
    per_head = (table["jobs"] / table["population"]).sort_values(ascending=False)
    n_fails = int((per_head > MAX_JOBS_PER_HEAD).sum())
    shown = _with_value(table, per_head[per_head > 1], 2)
    return Found(len(table), shown[n_fails:], shown[:n_fails])


def _wages(industry: pd.DataFrame) -> Found:
    table = industry[industry["wages_meur"].notna() & (industry["persons_employed"] >= MIN_PERSONS)]
    wage_keur = table["wages_meur"] * 1000 / table["persons_employed"]
    low, high = WAGE_KEUR
    odd = wage_keur[~wage_keur.between(low, high)]
    # Worst first: the farthest from the range, in either direction.
    distance = np.maximum(odd / high, low / odd.clip(lower=low / 1000))
    shown = _with_value(table, odd.loc[distance.sort_values(ascending=False, kind="stable").index], 1)
    too_many = len(odd) > max(MAX_IMPLAUSIBLE * len(table), 5)
    return Found(len(table), () if too_many else shown, shown if too_many else ())


# Helpers


def _sums_of_regions(table: pd.DataFrame, name: str, keys: list[str]) -> pd.DataFrame:
    """Sum over the NUTS 2 regions of a country (``parts``), where all have a figure, and the country (``whole``)."""
    depth = table["nuts_id"].str.len()
    parts = table[depth == 4].assign(country=table["nuts_id"].str[:2])
    groups = parts.groupby(["country", *keys])[name]
    sums = groups.sum().where(groups.count() == groups.size()).rename("parts")
    whole = table[depth == 2].rename(columns={"nuts_id": "country"}).set_index(["country", *keys])[name].rename("whole")
    return pd.concat([sums, whole], axis=1, join="inner").dropna().reset_index()


def _differences(sums: pd.DataFrame) -> list[str]:
    """Key, sum of the parts and whole of each row, largest relative difference first."""
    off = ((sums["parts"] - sums["whole"]).abs() / sums["whole"].replace(0.0, np.nan)).fillna(np.inf)
    sums = sums.loc[off.sort_values(ascending=False, kind="stable").index]
    keys = [name for name in sums if name not in ("parts", "whole")]
    return [
        f"{' '.join(map(str, key))} {parts:,.0f} instead of {whole:,.0f}"
        for *key, parts, whole in sums[[*keys, "parts", "whole"]].itertuples(index=False)
    ]


def _keys(table: pd.DataFrame) -> list[str]:
    names = [name for name in ("nuts_id", "nace_code", "year") if name in table]
    return [" ".join(map(str, key)) for key in table[names].itertuples(index=False)]


def _with_value(table: pd.DataFrame, values: pd.Series, digits: int) -> list[str]:
    """Key and value of each row of ``values``, in its order."""
    return [f"{key} {value:.{digits}f}" for key, value in zip(_keys(table.loc[values.index]), values, strict=True)]


CHECKS = (
    Check(
        "region codes", "every code of a table is in the table region", ("region", "industry", "context", "indicator",
        "crosswalk"), _regions,
    ),
    Check("sector codes", "every code is a section or division of NACE Rev. 2", ("industry",), _sectors),
    Check("flags", f"Eurostat's flags are {' '.join(FLAGS)}", ("industry", "indicator"), _flags),
    Check("statuses", "hidden or missing without a value, else with one", ("industry",), _statuses),
    Check(
        "sectors of countries",
        "NUTS 2 regions add up to the country in each division: to 0.5 %, 2 % in Denmark, 3 % in Spain, 6 % in Belgium "
        "and the Netherlands",
        ("industry",),
        _sectors_by_country,
    ),
    Check(
        "countries",
        "the same over all divisions of a year: to 0.3 %, 1 % in the Netherlands, 2 % in Belgium and Ireland",
        ("industry",),
        _countries,
    ),
    Check("sections", "divisions add up to their section, to 0.5 %", ("industry",), _sections),
    Check(
        "context of countries",
        "NUTS 2 regions add up to the country, to 0.5 %; product without 5 %, in Norway 30 %, of no region",
        ("context",),
        _context_totals,
    ),
    Check("crosswalk weights", "the shares of a region add up to 1", ("crosswalk",), _weights),
    Check("residents employed", "at most 75 % of the population, never more than all", ("context",), _residents),
    Check("jobs per head", "at most 1 job an inhabitant, never more than 2", ("industry", "context"), _jobs),
    Check(
        "wage per person",
        f"{WAGE_KEUR[0]:g} to {WAGE_KEUR[1]:g} thousand euro a year where {MIN_PERSONS} or more work; at most 1 % of "
        "cells outside",
        ("industry",),
        _wages,
    ),
)  # fmt: skip
