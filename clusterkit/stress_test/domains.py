"""Smart specialisation: what a region declares as its priority domains, against what its figures show."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from clusterkit.data.industries.nace import NACE_DIVISIONS, parse_sectors
from clusterkit.errors import ParamError, Problem, some
from clusterkit.spreadsheets import is_address
from clusterkit.table_files import read_rows

RULE = "docs/stress-test.md#smart-specialisation"
NOTES = {
    "name": "the domain as the strategy names it",
    "sectors": "NACE divisions or sections that it covers, semicolons between them",
    "source": "document, with page",
    "link": "address that starts with https:// or http://",
}
COLUMNS = tuple(NOTES)
NEEDED = ("name", "sectors")
PRESENT_LQ = 1.0  # location quotient (no unit) from which a sector counts as present, as in the relatedness of sectors
CLASSES = ("strong", "emerging", "related", "hidden", "other", "not observed")  # of a sector, the best footing first
FOOTINGS = ("strength", "growth", "within reach", "hidden", "none", "not observed")  # of a domain, by its best sector


def read_domains(path: Path) -> pd.DataFrame:
    """The priority domains that a region declares, checked.

    Parameters
    ----------
    path
        Workbook or CSV.

    Returns
    -------
    pandas.DataFrame
        Index ``name``: ``sectors`` (tuple of NACE divisions), ``source``, ``link``.

    Raises
    ------
    ParamError
        Everything that is wrong with the file, at once.
    """
    problems: list[Problem] = []
    rows: list[dict[str, Any]] = []
    for row in read_rows(path, columns=COLUMNS, needed=NEEDED, rule=RULE):
        sectors = parse_sectors(row, problems)
        if not row.text("name") or len(row.text("name")) > 200:
            problems.append(
                Problem(
                    f"The name has {len(row.text('name'))} characters.",
                    row.where,
                    "1 to 200 characters",
                    "write the name of the domain",
                )
            )
        if not row.several("sectors"):
            problems.append(
                Problem(
                    f"{row.text('name')!r} has no sectors.",
                    row.where,
                    "at least one NACE division",
                    "write those that the domain works in",
                )
            )
        if (link := row.text("link")) and not is_address(link):
            problems.append(
                Problem(
                    f"The link is {link[:60]!r}.",
                    row.where,
                    "an address that starts with https:// or http://",
                    "write the whole address",
                )
            )
        rows.append({"name": row.text("name"), "sectors": tuple(sectors), "source": row.text("source"), "link": link})
    names = [row["name"] for row in rows]
    if twice := sorted({name for name in names if name and names.count(name) > 1}):
        problems.append(
            Problem(f"Domains stand twice: {some(twice)}.", str(path), "each domain stands once", "join the two")
        )
    if problems:
        raise ParamError(problems)
    return pd.DataFrame(rows, columns=list(COLUMNS)).set_index("name")


def sector_classes(
    sectors: pd.DataFrame,
    strong: Sequence[str],
    quadrants: pd.DataFrame,
    within_reach: Sequence[str],
    undecided: Sequence[str],
) -> pd.DataFrame:
    """What footing each sector has in the region.

    Parameters
    ----------
    sectors
        Portfolio of the region, index ``nace_code``: ``persons_employed``, ``share_pct``, ``lq`` (no unit),
        ``growth_pct``.
    strong
        Codes of its strong sectors.
    quadrants
        As ``growth_quadrants`` gives them for the portfolio.
    within_reach
        Codes of the candidates of ``within_reach``.
    undecided
        Codes of sectors that might be strong, which hidden cells leave open.

    Returns
    -------
    pandas.DataFrame
        Index ``nace_code``, all divisions of NACE: ``footing``, one of ``CLASSES``; ``persons_employed`` (NaN where
        unknown), ``share_pct`` of the region's jobs, ``lq``, ``growth_pct``. Emerging is a sector that is present
        (quotient of 1 or more), not strong, and has both more jobs than in the base year and more growth than in
        Europe (docs/assumptions.md#A114). Not observed: outside the statistics of the business economy.
    """
    # Imported here: files are checked before anything runs, and statistics take half a second to import.
    from clusterkit.mapping import QUADRANTS

    growing = quadrants[(quadrants["quadrant"] == QUADRANTS[2]) & (quadrants["growth_pct"] > 0)]
    emerging = set(growing.index[growing["lq"] >= PRESENT_LQ])
    table = sectors.reindex(list(NACE_DIVISIONS))[["persons_employed", "share_pct", "lq", "growth_pct"]]
    unknown = table["persons_employed"].isna()
    conditions = [
        table.index.isin(list(strong)),
        table.index.isin(list(emerging)),
        table.index.isin(list(within_reach)),
        table.index.isin(list(undecided)) | (unknown & table.index.isin(sectors.index)),
        table.index.isin(sectors.index),
    ]
    table.insert(0, "footing", np.select(conditions, CLASSES[:5], CLASSES[5]))
    return table.rename_axis("nace_code")


def check_domains(domains: pd.DataFrame, classes: pd.DataFrame) -> pd.DataFrame:
    """Whether each declared domain stands on strong, growing or related sectors of the region.

    Parameters
    ----------
    domains
        As :func:`read_domains` gives them.
    classes
        As :func:`sector_classes` gives them.

    Returns
    -------
    pandas.DataFrame
        Index ``name``: ``footing``, one of ``FOOTINGS`` by the best of its sectors; a tuple of codes for each of
        ``CLASSES`` (with underscores); ``persons_employed`` (of those known) and ``share_pct`` of the region's jobs;
        ``n_sectors``, ``n_observed``.
    """
    meaning = dict(zip(CLASSES, FOOTINGS, strict=True))
    rows = {}
    for name, domain in domains.iterrows():
        own = classes.loc[list(domain["sectors"])]
        by_class = {each: tuple(own.index[own["footing"] == each]) for each in CLASSES}
        best = next(each for each in CLASSES if by_class[each])
        rows[name] = {
            "footing": meaning[best],
            **{each.replace(" ", "_"): codes for each, codes in by_class.items()},
            "persons_employed": own["persons_employed"].sum(min_count=1),
            "share_pct": own["share_pct"].sum(min_count=1),
            "n_sectors": len(own),
            "n_observed": int((own["footing"] != CLASSES[5]).sum()),
        }
    columns = [
        "footing",
        *(each.replace(" ", "_") for each in CLASSES),
        "persons_employed",
        "share_pct",
        "n_sectors",
        "n_observed",
    ]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("name")


def outside_domains(domains: pd.DataFrame, classes: pd.DataFrame) -> pd.DataFrame:
    """Strong and emerging sectors that no declared domain covers: rows of ``classes``, the largest first.

    Parameters
    ----------
    domains
        As :func:`read_domains` gives them.
    classes
        Footing and size of each sector, as :func:`sector_classes` gives them.

    Returns
    -------
    pandas.DataFrame
        Rows and columns of ``classes``; none where every such sector is covered.
    """
    covered = {code for codes in domains["sectors"] for code in codes}
    found = classes[classes["footing"].isin(CLASSES[:2]) & ~classes.index.isin(list(covered))]
    return found.sort_values(["footing", "persons_employed"], ascending=[False, False])
