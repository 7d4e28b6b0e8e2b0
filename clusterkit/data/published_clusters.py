"""What others published about the number of clusters in Europe, to stand beside our own count."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

PATH = Path(__file__).with_name("published_clusters.csv")


def load_published_clusters() -> pd.DataFrame:
    """Published counts of European clusters, one row each.

    Returns
    -------
    pandas.DataFrame
        Index ``id``: ``title``, ``clusters`` (count), ``jobs_million``, ``share_pct`` (percent) with ``share_is``,
        ``premium_pct`` (percent above others) with ``premium_is``, ``regions`` (count), ``sectors``, ``rule`` and
        ``seen_in``, where the figures were read. NaN or "" where the source says nothing.

    Examples
    --------
    >>> load_published_clusters()["clusters"].tolist()
    [3000, 2950, 1501]
    """
    table = pd.read_csv(PATH, index_col="id", encoding="utf-8")
    words = ["title", "share_is", "premium_is", "sectors", "rule", "seen_in"]
    return table.assign(**{name: table[name].fillna("") for name in words})
