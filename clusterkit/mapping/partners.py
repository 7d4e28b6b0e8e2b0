"""With which regions a region could work together: those strong in the same sectors, or in sectors close to its own."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
import pandas as pd

from clusterkit.errors import ContractError, Problem, some
from clusterkit.mapping.relatedness import relatedness
from clusterkit.mapping.specialisation import presence
from clusterkit.mapping.standing import AllRegions

LINK = 1.75  # times chance; about one pair of divisions in forty reaches it, docs/assumptions.md#A115


class Common(NamedTuple):
    """What links the strong sectors of one region with those of another; codes in alphabetical order.

    ``shared``: strong in both. ``brings``: strong in the other only, and close to a strong sector of the one.
    ``offers``: strong in the one only, and close to a strong sector of the other.
    """

    shared: tuple[str, ...]
    brings: tuple[str, ...]
    offers: tuple[str, ...]

    @property
    def n_linked(self) -> int:
        """Sectors that link the two."""
        return len(self.shared) + len(self.brings) + len(self.offers)


def close_sectors(lq: pd.DataFrame, *, min_relatedness: float = LINK) -> pd.DataFrame:
    """Which pairs of sectors stand together in regions more often than by chance.

    Parameters
    ----------
    lq
        Location quotients of all regions, shape (n_regions, n_sectors), no unit; NaN is unknown.
    min_relatedness
        Two sectors are close when they stand together at least so many times as often as by chance (no unit).

    Returns
    -------
    pandas.DataFrame
        Shape (n_sectors, n_sectors), True or False; False on the diagonal and where relatedness is unknown.
    """
    return relatedness(presence(lq)).ge(min_relatedness)


def common_sectors(one: Collection[str], other: Collection[str], close: pd.DataFrame) -> Common:
    """What links two regions.

    Parameters
    ----------
    one, other
        Codes of their strong sectors; a code that ``close`` lacks is close to nothing.
    close
        As :func:`close_sectors` gives it.
    """
    codes = sorted({*one, *other})
    is_own, is_strong = (np.isin(codes, list(strong)) for strong in (one, other))
    found = _links(is_own, is_strong[None], close.reindex(index=codes, columns=codes, fill_value=False).to_numpy())
    names = np.array(codes, dtype=object)
    return Common(*(_named(names, rows[0]) for rows in found))


def _links(own: np.ndarray, strong: np.ndarray, close: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """``shared``, ``brings`` and ``offers`` of :class:`Common` for many regions, each of shape (n_regions, n_sectors).

    ``own`` has shape (n_sectors,), ``strong`` (n_regions, n_sectors), ``close`` (n_sectors, n_sectors); all are True or
    False.
    """
    is_near_own = close[:, own].any(axis=1)
    is_near_strong = (strong.astype(np.float32) @ close.T.astype(np.float32)) > 0
    return strong & own, strong & ~own & is_near_own, own & ~strong & is_near_strong


def _named(codes: np.ndarray, is_in: np.ndarray) -> tuple[str, ...]:
    return tuple(codes[is_in])


def partners(everywhere: AllRegions, region: str, *, min_relatedness: float = LINK) -> pd.DataFrame:
    """Which regions are strong in what a region is strong in, or in what is close to it.

    Clusters that are alike can learn from one another and buy together; a sector that is close to one's own and strong
    elsewhere is a capability that a region lacks and a partner has.

    Parameters
    ----------
    everywhere
        As ``all_regions`` gives it. A sector whose strength a hidden figure decides counts as not strong.
    region
        Row of the region.
    min_relatedness
        As in :func:`close_sectors`.

    Returns
    -------
    pandas.DataFrame
        Index ``nuts_id``, one row for each other region that is linked with it by any sector, those linked by most
        first, then by the share that is linked, then by code. ``shared``, ``brings`` and ``offers`` as
        :class:`Common` has them; ``n_linked`` (sectors) and ``linked_share``, of the sectors in which one of the two
        is strong (share, 0 to 1).

    Raises
    ------
    ContractError
        A region that the tables lack.

    References
    ----------
    docs/methods.md#partner-regions; the idea of complementary links: Balland2021 in docs/references.bib.
    """
    if region not in everywhere.strong.index:
        raise ContractError(
            Problem(
                what=f"There is no region {region}.",
                where="argument region",
                rule="a row of all_regions",
                fix=f"choose from {some(list(everywhere.strong.index))}",
            )
        )
    close = close_sectors(everywhere.lq, min_relatedness=min_relatedness)
    strong = everywhere.strong.eq(1).sort_index(axis=1)
    codes = np.array(strong.columns, dtype=object)
    own, others = strong.loc[region].to_numpy(), strong.drop(index=region)
    at = close.reindex(index=strong.columns, columns=strong.columns, fill_value=False).to_numpy()
    links = _links(own, others.to_numpy(), at)
    table = pd.DataFrame(
        {name: [_named(codes, row) for row in rows] for name, rows in zip(Common._fields, links, strict=True)},
        index=pd.Index(others.index, name="nuts_id"),
    )
    n_linked = np.sum([rows.sum(axis=1) for rows in links], axis=0)
    either = (others.to_numpy() | own).sum(axis=1)
    table = table.assign(n_linked=n_linked, linked_share=n_linked / np.where(either > 0, either, np.nan))
    return (
        table[table["n_linked"] > 0]
        .sort_index()
        .sort_values(["n_linked", "linked_share"], ascending=False, kind="stable")
    )
