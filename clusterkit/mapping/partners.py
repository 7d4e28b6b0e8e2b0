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
    only_one, only_other = sorted(set(one) - set(other)), sorted(set(other) - set(one))

    def near(codes: list[str], strong: Collection[str]) -> tuple[str, ...]:
        table = close.reindex(index=codes, columns=sorted(strong), fill_value=False)
        return tuple(table.index[table.any(axis=1)])

    return Common(tuple(sorted(set(one) & set(other))), near(only_other, one), near(only_one, other))


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
    strong: dict[str, list[str]] = {str(name): list(row.index[row.eq(1)]) for name, row in everywhere.strong.iterrows()}
    own = strong.pop(region)
    rows = {name: common_sectors(own, other, close) for name, other in strong.items()}
    table = pd.DataFrame(
        [(*found, found.n_linked, _share(found, own, strong[name])) for name, found in rows.items()],
        index=pd.Index(list(rows), name="nuts_id"),
        columns=["shared", "brings", "offers", "n_linked", "linked_share"],
    )
    return (
        table[table["n_linked"] > 0]
        .sort_index()
        .sort_values(["n_linked", "linked_share"], ascending=False, kind="stable")
    )


def _share(found: Common, one: Collection[str], other: Collection[str]) -> float:
    either = len(set(one) | set(other))
    return found.n_linked / either if either else np.nan
