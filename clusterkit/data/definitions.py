"""Cluster definitions on disk: derived ones written as a taxonomy file, benchmark ones read."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from clusterkit.data.csvfile import read_text
from clusterkit.data.industries import Taxonomy
from clusterkit.errors import Problem, SourceError
from clusterkit.files import write_whole

_BENCHMARK_COLUMNS = ("NAICS", "TradedLocal", "Cluster", "ISIC4_1d", "ISIC4_2d", "ISIC4_4d")


def taxonomy_text(taxonomy: Taxonomy, *, heading: str) -> str:
    """A taxonomy as the text of its file, which ``load_taxonomy`` reads back unchanged.

    Parameters
    ----------
    heading
        Sentences for the reader of the file; each line becomes a comment.
    """
    lines = [f"# {line}" for line in heading.splitlines()]
    lines += ["schema_version: 1", f"id: {taxonomy.id}", f"title: {_quoted(taxonomy.title)}"]
    lines += [f"source: {_quoted(taxonomy.source)}"]
    lines += ["overlapping: true"] if taxonomy.overlapping else []
    lines += ["categories:"]
    for code, name in taxonomy.categories.items():
        category = taxonomy.definitions[code]
        members = ", ".join(f'"{division}": {weight}' for division, weight in category.members.items())
        lines += [
            f"  {code}:",
            f"    name: {_quoted(name)}",
            f"    rating: {category.rating}",
            f"    reason: {_quoted(category.reason)}",
            f"    members: {{{members}}}",
        ]
    return "\n".join(lines) + "\n"


def write_taxonomy(taxonomy: Taxonomy, folder: Path, *, heading: str) -> Path:
    """Write ``<id>.yaml`` into a folder of taxonomies: the old file stays until the new one is whole."""
    path = folder / f"{taxonomy.id}.yaml"
    write_whole(path, taxonomy_text(taxonomy, heading=heading).encode())
    return path


def load_benchmark_industries(path: Path) -> pd.DataFrame:
    """How many industries of each US traded cluster lie in each NACE division.

    Parameters
    ----------
    path
        CSV of NAICS industries with their cluster (``NAICS``, ``TradedLocal``, ``Cluster``) and
        ISIC Rev. 4 classes (``ISIC4_1d``, ``ISIC4_2d``, ``ISIC4_4d``); one row per class.

    Returns
    -------
    pandas.DataFrame
        ``nace_code``, ``cluster``, ``n_industries`` (count; an industry in several ISIC classes
        is split equally). Industries without a class have ``nace_code`` "". Counts, not jobs.

    Raises
    ------
    SourceError
        The file is absent or no CSV, or lacks a column.
    """
    rows = read_text(path)
    missing = [name for name in _BENCHMARK_COLUMNS if name not in rows]
    if missing:
        raise SourceError(
            Problem(
                what=f"The benchmark clusters have no column {', '.join(missing)}.",
                where=str(path),
                rule=f"columns {', '.join(_BENCHMARK_COLUMNS)}",
                fix="use the join of the benchmark definitions with the NAICS to ISIC concordance",
            )
        )
    traded = rows[rows["TradedLocal"] == "Traded"]
    share = 1 / traded.groupby("NAICS")["NAICS"].transform("size")
    split = traded.assign(
        nace_code=(traded["ISIC4_1d"] + traded["ISIC4_2d"]).where(traded["ISIC4_4d"] != "", ""), n_industries=share
    ).rename(columns={"Cluster": "cluster"})
    return split.groupby(["nace_code", "cluster"], as_index=False)["n_industries"].sum()


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # JSON text is YAML text
