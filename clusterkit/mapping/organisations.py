"""Which sectors the cluster organisations of a region work in."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd


def organisations_of_sectors(organisations: pd.DataFrame, nace_codes: Sequence[str]) -> pd.DataFrame:
    """How many cluster organisations name each of some sectors.

    Parameters
    ----------
    organisations
        One row each: ``name``, ``sectors`` (tuple of NACE divisions, empty where none is named).
    nace_codes
        NACE divisions, such as the strong sectors of the region.

    Returns
    -------
    pandas.DataFrame
        Index ``nace_code``, in the order given: ``n_organisations`` (number), ``organisations`` (tuple of names, in
        the order of the table). A sector that nobody names has 0.

    Examples
    --------
    >>> table = pd.DataFrame({"name": ["Mesap", "Open"], "sectors": [("C28", "C29"), ()]})
    >>> organisations_of_sectors(table, ["C29", "C13"])["n_organisations"].to_dict()
    {'C29': 1, 'C13': 0}
    """
    pairs = list(zip(organisations["name"], organisations["sectors"], strict=True))
    named = {code: tuple(name for name, sectors in pairs if code in sectors) for code in nace_codes}
    table = pd.DataFrame(
        {"n_organisations": [len(names) for names in named.values()], "organisations": list(named.values())},
        index=pd.Index(list(named), name="nace_code", dtype=str),
    )
    return table.astype({"n_organisations": int, "organisations": object})
