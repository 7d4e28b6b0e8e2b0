"""Do strong regions lie side by side: neighbours, hot spots, and clusters that cross borders."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from clusterkit.errors import ContractError, Problem, some

if TYPE_CHECKING:
    import geopandas as gpd
    from libpysal.graph import Graph

    from clusterkit.mapping.standing import AllRegions

NO_SPREAD = 1e-9  # no unit; spread of the random maps, relative to the largest statistic, that is rounding
LEAST_QUOTIENT = 1 / 16  # no unit; smaller ones are practically nothing, docs/assumptions.md#A62
LEAST_REGIONS = 3  # regions with neighbours; with two, Moran's I is -1 whatever the values
_SPOTS = {1: "hot spot", 2: "low among high", 3: "cold spot", 4: "high among low"}  # esda's quadrants


@dataclass(frozen=True)
class Contiguity:
    """Which of the chosen regions touch, and which touch none.

    Parameters
    ----------
    nuts_ids
        The regions, in alphabetical order.
    pairs
        Every pair of regions that touch, once, in alphabetical order.
    """

    nuts_ids: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]

    @property
    def islands(self) -> tuple[str, ...]:
        """Regions that touch no other chosen region. They take no part in spatial statistics."""
        linked = {code for pair in self.pairs for code in pair}
        return tuple(code for code in self.nuts_ids if code not in linked)

    @property
    def note(self) -> str:
        """One sentence that says which regions have no neighbour, for the foot of a figure."""
        if not self.islands:
            return f"All {len(self.nuts_ids)} regions touch another one."
        return (
            f"{len(self.islands)} of {len(self.nuts_ids)} regions touch no other and are left out "
            f"of spatial statistics: {', '.join(self.islands)}."
        )

    def among(self, nuts_ids: Collection[str]) -> Contiguity:
        """The same neighbours, for some of the regions only.

        Parameters
        ----------
        nuts_ids
            Regions to keep.
        """
        kept = set(nuts_ids)
        return Contiguity(
            tuple(code for code in self.nuts_ids if code in kept),
            tuple(pair for pair in self.pairs if kept.issuperset(pair)),
        )

    def together(self, territories: Mapping[str, Collection[str]]) -> Contiguity:
        """The same neighbours, with each territory (name to codes) in the place of its codes.

        Parameters
        ----------
        territories
            Name of each to its NUTS codes.
        """
        name_of = {code: name for name, codes in territories.items() for code in codes}
        named = (sorted(name_of.get(code, code) for code in pair) for pair in self.pairs)
        return Contiguity(
            tuple(sorted({name_of.get(code, code) for code in self.nuts_ids})),
            tuple(sorted({(first, second) for first, second in named if first != second})),
        )

    def beside(self, nuts_id: str) -> tuple[str, ...]:
        """The neighbours of one region, in alphabetical order.

        Parameters
        ----------
        nuts_id
            A region, or the name of a territory.
        """
        return self._beside.get(nuts_id, ())

    @functools.cached_property
    def _beside(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, set[str]] = {}
        for first, second in self.pairs:
            found.setdefault(first, set()).add(second)
            found.setdefault(second, set()).add(first)
        return {nuts_id: tuple(sorted(others)) for nuts_id, others in found.items()}

    def graph(self) -> Graph:
        """Binary weights of the regions that have neighbours, as libpysal wants them."""
        from libpysal.graph import Graph

        both = [*self.pairs, *((second, first) for first, second in self.pairs)]
        links = pd.DataFrame(both, columns=["focal", "neighbor"]).assign(weight=1.0)
        links = links.sort_values(["focal", "neighbor"]).set_index(["focal", "neighbor"])
        return Graph(links["weight"], is_sorted=False)


@dataclass(frozen=True)
class Moran:
    """Whether high values lie beside high ones over the whole map.

    ``i`` is Moran's I (no unit; about ``expected`` = −1/(n − 1) where values are strewn at
    random, towards 1 where like lies beside like), ``p`` its pseudo p-value (two-sided, 0 to 1),
    ``n`` the regions counted, ``islands`` and ``unknown`` those left out for want of a neighbour
    or of a value. ``i`` and ``p`` are NaN where all values are equal or fewer than three regions
    are left.
    """

    i: float
    expected: float
    p: float
    n: int
    islands: tuple[str, ...]
    unknown: tuple[str, ...]


def contiguity(regions: gpd.GeoDataFrame, *, rule: Literal["queen", "rook"] = "queen") -> Contiguity:
    """Which of the chosen regions are neighbours on land.

    Parameters
    ----------
    regions
        One row per region, columns ``nuts_id`` and ``geometry``, boundaries that share their
        vertices, as the table ``region`` has them. Only these regions are compared.
    rule
        Neighbours share at least a point (``queen``) or a line (``rook``). The sea parts, a river
        does not.

    Returns
    -------
    Contiguity
        Pairs and islands.

    Raises
    ------
    ContractError
        A region stands twice, or has no geometry.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> squares = [box(0, 0, 1, 1), box(1, 0, 2, 1), box(5, 5, 6, 6)]
    >>> contiguity(gpd.GeoDataFrame({"nuts_id": ["AA01", "BB01", "CC01"]}, geometry=squares)).islands
    ('CC01',)
    """
    import shapely

    codes = regions["nuts_id"]
    wrong = sorted({*codes[codes.duplicated()], *codes[regions.geometry.isna() | regions.geometry.is_empty]})
    if wrong:
        raise ContractError(
            Problem(
                what=f"Regions that stand twice or have no geometry: {some(wrong)}.",
                where="regions",
                rule="one row with a boundary for each region",
                fix="choose one level and one NUTS version of the table region",
            )
        )
    shapes = regions.set_index("nuts_id").geometry.sort_index()
    polygons = shapes.to_numpy()
    first, second = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    first, second = first[first < second], second[first < second]
    if rule == "rook":
        has_line = shapely.length(shapely.intersection(polygons[first], polygons[second])) > 0
        first, second = first[has_line], second[has_line]
    return Contiguity(tuple(shapes.index), tuple(sorted(zip(shapes.index[first], shapes.index[second], strict=True))))


def neighbourhood(
    regions: gpd.GeoDataFrame, everywhere: AllRegions, region: str, nuts_ids: Collection[str]
) -> Contiguity:
    """Which regions with business statistics are neighbours, a report region standing as one.

    Parameters
    ----------
    regions
        Table ``region``.
    everywhere
        As ``all_regions`` gives it; only its regions count.
    region, nuts_ids
        Name of the report region's row, and its NUTS 2 codes.

    Returns
    -------
    Contiguity
        Neighbours that share at least a point (no unit).
    """
    counted = regions[(regions["level"] == 2) & regions["nuts_id"].isin([*everywhere.lq.index, *nuts_ids])]
    return contiguity(counted).together({region: nuts_ids})


def log_quotients(lq: pd.DataFrame) -> pd.DataFrame:
    """How often a quotient doubles the European share: its logarithm, as spatial statistics need it.

    Parameters
    ----------
    lq
        Location quotients (no unit), any shape.

    Returns
    -------
    pandas.DataFrame
        Base 2 (no unit): 1 is twice the European share, −1 half of it. Quotients under a sixteenth, zero
        among them, count as a sixteenth: practically nothing, whatever the decimals. NaN stays NaN.

    Examples
    --------
    >>> log_quotients(pd.DataFrame({"C29": [4.0, 1.0, 0.0]}))["C29"].tolist()
    [2.0, 0.0, -4.0]
    """
    return np.log2(lq.clip(lower=LEAST_QUOTIENT))


def morans_i(values: pd.Series, neighbours: Contiguity, *, seed: int, permutations: int = 999) -> Moran:
    """Whether regions with high values lie beside each other, more than on a random map.

    ``I = (n / S0) Σ_ij w_ij z_i z_j / Σ_i z_i²``, with ``z`` the deviations from the mean and
    ``w`` the neighbours, each row adding up to 1.

    Parameters
    ----------
    values
        One value per region, index ``nuts_id``, any unit. NaN is unknown: the region is left out,
        and so is one that then has no neighbour.
    neighbours
        As :func:`contiguity` gives them. Regions without a value count as unknown.
    seed
        Seed of the random maps, at least 1; the order of the values does not matter.
    permutations
        Number of random maps.

    Returns
    -------
    Moran
        The statistic, its expectation, its pseudo p-value (two-sided, twice esda's) and who was left out.

    Raises
    ------
    ContractError
        The seed is less than 1, or a region stands twice.

    References
    ----------
    Moran (1950); Cliff and Ord (1981); computed by esda (Rey and Anselin 2007).

    Examples
    --------
    >>> line = Contiguity(("A", "B", "C", "D"), (("A", "B"), ("B", "C"), ("C", "D")))
    >>> result = morans_i(pd.Series({"A": 1.0, "B": 2.0, "C": 3.0, "D": 4.0}), line, seed=1)
    >>> round(result.i, 2), round(result.expected, 2)
    (0.4, -0.33)
    """
    known, used, unknown = _usable(values, neighbours, seed)
    expected = -1 / (len(known) - 1) if len(known) > 1 else np.nan
    if not _has_pattern(known):
        return Moran(np.nan, expected, np.nan, len(known), used.islands, unknown)
    from esda import Moran as EsdaMoran

    with _global_seed(seed):
        result = EsdaMoran(known.to_numpy(), used.graph(), permutations=permutations)
    p = min(2 * float(result.p_sim), 1.0)
    return Moran(float(result.I), expected, p, len(known), used.islands, unknown)


def local_morans_i(
    values: pd.Series,
    neighbours: Contiguity,
    *,
    seed: int,
    permutations: int = 9999,
    false_discovery_rate: float = 0.05,
) -> pd.DataFrame:
    """Which regions are hot spots: high, among high neighbours, more than chance would have it.

    ``I_i = (n − 1) z_i Σ_j w_ij z_j / Σ_i z_i²`` (LISA), rows of ``w`` adding up to 1.

    Parameters
    ----------
    values, neighbours, seed, permutations
        As in :func:`morans_i`.
    false_discovery_rate
        Greatest expected share of false ones among the regions called significant (0 to 1).

    Returns
    -------
    pandas.DataFrame
        Index ``nuts_id``, the regions of ``neighbours``: ``value``; ``i`` (no unit); ``p``,
        pseudo p-value of the region alone (two-sided, twice esda's; NaN where the region touches
        all others); ``p_adjusted``, for so many tests at once;
        ``spot``: ``hot spot``, ``cold spot``, ``high among low``, ``low among high``, ``not
        significant``, ``island`` (no neighbour with a value) or ``unknown``.

    Raises
    ------
    ContractError
        As :func:`morans_i`.

    Notes
    -----
    One test per region: of 280 regions on a random map, 14 would pass p < 0.05 by chance. The
    p-values are therefore adjusted after Benjamini and Hochberg; tests of neighbours depend on
    each other, mostly positively, for which the method still holds (Benjamini and Yekutieli
    2001). The least p is 2/(permutations + 1): with few permutations nothing can be significant.

    References
    ----------
    Anselin (1995), equation 12, as esda scales it; Benjamini and Hochberg (1995).

    Examples
    --------
    >>> line = Contiguity(("A", "B", "C", "D"), (("A", "B"), ("B", "C")))
    >>> local_morans_i(pd.Series({"A": 1.0, "B": 2.0, "C": 6.0, "D": 4.0}), line, seed=1)["spot"].tolist()
    ['not significant', 'not significant', 'not significant', 'island']
    """
    known, used, unknown = _usable(values, neighbours, seed)
    table = pd.DataFrame(
        {"value": values.reindex(neighbours.nuts_ids), "i": np.nan, "p": np.nan, "p_adjusted": np.nan},
        index=pd.Index(neighbours.nuts_ids, name="nuts_id"),
    ).assign(spot="not significant")
    table.loc[list(used.islands), "spot"] = "island"
    table.loc[list(unknown), "spot"] = "unknown"
    if not _has_pattern(known):
        return table
    from esda import Moran_Local
    from scipy.stats import false_discovery_control

    with _global_seed(seed), warnings.catch_warnings(), np.errstate(invalid="ignore", divide="ignore"):
        warnings.filterwarnings("ignore", "The alternative hypothesis", DeprecationWarning)  # doubled below
        # Its seed argument sets numpy's global generator, which is put back.
        result = Moran_Local(known.to_numpy(), used.graph(), permutations=permutations, n_jobs=1, seed=seed)
    # A region that touches all others has the same neighbours on every random map: nothing to test,
    # though rounding makes esda call it significant.
    is_testable = result.seI_sim > NO_SPREAD * np.abs(result.Is).max()
    tested = known.index[is_testable]
    table.loc[known.index, "i"] = result.Is
    table.loc[tested, "p"] = np.minimum(2 * result.p_sim[is_testable], 1.0)
    table.loc[tested, "p_adjusted"] = false_discovery_control(table.loc[tested, "p"])
    is_spot = table["p_adjusted"] <= false_discovery_rate
    quadrant = pd.Series(result.q, index=known.index).map(_SPOTS).reindex(table.index)
    return table.assign(spot=quadrant.where(is_spot, table["spot"]))


def hot_spots(
    values: pd.DataFrame,
    neighbours: Contiguity,
    *,
    seed: int,
    permutations: int = 9999,
    false_discovery_rate: float = 0.05,
) -> pd.DataFrame:
    """Where high values lie beside high ones, for many sectors at once.

    The statistic, the test and the words of :func:`local_morans_i`, whose p-values it has but for chance, in
    a hundredth of its time: all sectors and regions share the same random draws.

    Parameters
    ----------
    values
        Any unit, shape (n_regions, n_sectors), index ``nuts_id``. NaN is unknown: the region takes no part in
        that sector.
    neighbours, seed, permutations, false_discovery_rate
        As in :func:`local_morans_i`. The rate is kept for each sector by itself.

    Returns
    -------
    pandas.DataFrame
        ``spot`` as in :func:`local_morans_i`, shape (regions of ``neighbours``, n_sectors).

    Raises
    ------
    ContractError
        The seed is less than 1, or a region stands twice.

    References
    ----------
    Anselin (1995), equation 12; Benjamini and Hochberg (1995).

    Examples
    --------
    >>> line = Contiguity(("A", "B", "C", "D"), (("A", "B"), ("B", "C")))
    >>> values = pd.DataFrame({"C29": [1.0, 2.0, 6.0, 4.0]}, index=list("ABCD"))
    >>> hot_spots(values, line, seed=1)["C29"].tolist()
    ['not significant', 'not significant', 'not significant', 'island']
    """
    spots = pd.DataFrame("not significant", index=pd.Index(neighbours.nuts_ids, name="nuts_id"), columns=values.columns)
    for columns in _same_gaps(values.reindex(neighbours.nuts_ids)):
        _, used, unknown = _usable(values[columns[0]], neighbours, seed)
        spots.loc[list(used.islands), columns] = "island"
        spots.loc[list(unknown), columns] = "unknown"
        without = {*used.islands, *unknown}
        codes = [code for code in neighbours.nuts_ids if code not in without]
        columns = [name for name in columns if _has_pattern(values.loc[codes, name])]
        if not columns:
            continue
        known = values.loc[codes, columns]
        z = (known - known.mean()).to_numpy(dtype=float)
        lag, p = _conditional_p(z, used.among(codes), seed, permutations)
        for number, name in enumerate(columns):
            testable = ~np.isnan(p[:, number])
            adjusted = np.full(len(codes), np.nan)
            adjusted[testable] = _benjamini_hochberg(p[testable, number])
            high, beside_high = z[:, number] > 0, lag[:, number] > 0
            quadrant = np.select([high & beside_high, ~high & beside_high, ~high & ~beside_high], [1, 2, 3], 4)
            found = adjusted <= false_discovery_rate
            spots.loc[np.array(codes)[found], name] = [_SPOTS[value] for value in quadrant[found]]
    return spots


def cross_border_clusters(
    strong: pd.DataFrame,
    neighbours: Contiguity,
    *,
    region: Collection[str] | None = None,
    country: pd.Series | None = None,
) -> pd.DataFrame:
    """Clusters that do not stop at a border: adjoining regions strong in the same sector.

    Parameters
    ----------
    strong
        1 or True where a region is strong in a sector, 0 or False where not, NaN where unknown;
        shape (n_regions, n_sectors), index ``nuts_id``, columns ``nace_code``. Unknown does not
        link regions.
    neighbours
        As :func:`contiguity` gives them.
    region
        Codes of a territory: only groups that have regions both inside and outside of it are
        listed. Default: groups that have regions of at least two countries.
    country
        Country of each region, index ``nuts_id``; default the first two letters of the code.

    Returns
    -------
    pandas.DataFrame
        One row per group, the largest first: ``nace_code``, ``nuts_ids`` (tuple), ``n_regions``,
        ``countries`` (tuple), ``unknown_neighbours`` (tuple): regions that touch the group and
        whose strength in the sector is unknown, so that the group may be larger.

    Raises
    ------
    ContractError
        A code of ``region`` is not among the regions of ``neighbours``.

    Examples
    --------
    >>> line = Contiguity(("AA01", "AA02", "BB01"), (("AA01", "AA02"), ("AA02", "BB01")))
    >>> strong = pd.DataFrame({"C29": [0.0, 1.0, 1.0], "J62": [1.0, 1.0, 0.0]}, index=list(line.nuts_ids))
    >>> cross_border_clusters(strong, line)[["nace_code", "nuts_ids"]].values.tolist()
    [['C29', ('AA02', 'BB01')]]
    """
    if region is not None and (odd := sorted(set(region) - set(neighbours.nuts_ids))):
        raise ContractError(
            Problem(
                what=f"Regions that are not on the map: {some(odd)}.",
                where="region",
                rule="the territory is made of regions of the map",
                fix="choose codes of the level and NUTS version of the map",
            )
        )
    where = pd.Series({code: code[:2] for code in neighbours.nuts_ids}) if country is None else country
    table = strong.reindex(neighbours.nuts_ids).astype(float)
    rows = []
    for sector in table:
        column = table[sector]
        unknown = set(column.index[column.isna()])
        for members in _components(neighbours.among(column.index[column == 1])):
            countries = tuple(sorted(set(where.reindex(members))))
            inside = set(members) & set(region or ())
            if (region is None and len(countries) > 1) or (inside and len(inside) < len(members)):
                beside = {other for code in members for other in neighbours.beside(code)}
                rows.append((sector, members, len(members), countries, tuple(sorted(beside & unknown))))
    names = ["nace_code", "nuts_ids", "n_regions", "countries", "unknown_neighbours"]
    found = pd.DataFrame(rows, columns=names).astype({"n_regions": int})
    return found.sort_values(["n_regions", "nace_code", "nuts_ids"], ascending=[False, True, True], ignore_index=True)


def _components(neighbours: Contiguity) -> list[tuple[str, ...]]:
    """Groups of regions that hang together, each in alphabetical order; islands are groups of one."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    position = {code: number for number, code in enumerate(neighbours.nuts_ids)}
    if not position:
        return []
    ends = np.array([[position[a], position[b]] for a, b in neighbours.pairs], dtype=int).reshape(-1, 2)
    links = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(len(position), len(position)))
    _, labels = connected_components(links, directed=False)
    groups = pd.Series(neighbours.nuts_ids).groupby(labels).agg(tuple)
    return sorted(groups)


def _usable(values: pd.Series, neighbours: Contiguity, seed: int) -> tuple[pd.Series, Contiguity, tuple[str, ...]]:
    """Values of the regions that have one and a neighbour that has one; those neighbours; who has no value."""
    problems = []
    if seed < 1:
        problems.append(
            Problem(
                what=f"seed is {seed}.", where="seed", rule="a seed is a whole number from 1", fix="give another seed"
            )
        )
    if values.index.has_duplicates:
        problems.append(
            Problem(
                what=f"Regions that stand twice: {some(list(values.index[values.index.duplicated()]))}.",
                where="values",
                rule="one value per region",
                fix="choose one sector and one year",
            )
        )
    if problems:
        raise ContractError(problems)
    given = values.reindex(neighbours.nuts_ids).astype(float)
    used = neighbours.among(given.index[given.notna()])
    known = given.drop([*used.islands, *given.index[given.isna()]])
    return known, used, tuple(given.index[given.isna()])


def _conditional_p(
    z: np.ndarray, neighbours: Contiguity, seed: int, permutations: int
) -> tuple[np.ndarray, np.ndarray]:
    """Mean of the neighbours, and its two-sided pseudo p-value, shape (n_regions, n_sectors).

    A region keeps its value and draws its k neighbours among all others: k of the first k + 1 of a random
    order, without itself. The orders are shared by all regions.
    """
    n = len(z)
    position = {code: number for number, code in enumerate(neighbours.nuts_ids)}
    beside = [[position[code] for code in neighbours.beside(name)] for name in neighbours.nuts_ids]
    degree = np.array([len(codes) for codes in beside])
    draws = min(int(degree.max()) + 1, n)
    rng = np.random.default_rng(seed)
    keys = rng.random((permutations, n))
    orders = np.argpartition(keys, draws - 1, axis=1)[:, :draws]
    orders = np.take_along_axis(orders, np.take_along_axis(keys, orders, axis=1).argsort(axis=1), axis=1)
    lag = np.array([z[codes].mean(axis=0) for codes in beside])
    place = np.full((n, permutations), draws, dtype=np.int16)  # of each region in each order
    place[orders, np.arange(permutations)[:, None]] = np.arange(draws)
    p = np.full(z.shape, np.nan)
    sums = np.zeros((permutations, z.shape[1]))
    for k in range(1, draws):
        sums = sums + z[orders[:, k - 1]]
        regions = np.flatnonzero((degree == k) & (k < n - 1))  # one that touches all others has nothing to draw
        if not len(regions):
            continue
        following = z[orders[:, k]]
        observed = k * lag[regions]
        slack = NO_SPREAD * (np.abs(sums).max(axis=0) + np.abs(observed))
        least, most = observed - slack, observed + slack
        ordered = np.sort(sums.T, axis=1)
        all_above, all_below = permutations - _below(ordered, least), _below(ordered, most)
        for number, region in enumerate(regions):
            own = np.flatnonzero(place[region] < k)  # replaced by the next in the order
            before = sums[own]
            drawn = before - z[region] + following[own]
            change_above = (drawn >= least[number]).sum(axis=0) - (before >= least[number]).sum(axis=0)
            change_below = (drawn < most[number]).sum(axis=0) - (before < most[number]).sum(axis=0)
            fewer = np.minimum(all_above[number] + change_above, all_below[number] + change_below)
            p[region] = np.minimum(2 * (fewer + 1) / (permutations + 1), 1.0)
    return lag, p


def _below(ordered: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """How many of each row, in ascending order, are below each limit in the column of the same number."""
    return np.column_stack([np.searchsorted(row, limit) for row, limit in zip(ordered, limits.T, strict=True)])


def _same_gaps(values: pd.DataFrame) -> list[list[str]]:
    """Columns in groups that are unknown in the same regions."""
    groups: dict[bytes, list[str]] = {}
    for name in values:
        groups.setdefault(values[name].isna().to_numpy().tobytes(), []).append(name)
    return list(groups.values())


def _benjamini_hochberg(p: np.ndarray) -> np.ndarray:
    """Adjusted p-values; scipy.stats has them too, but takes longer to import than all else here to compute."""
    order = np.argsort(p)[::-1]
    scaled = p[order] * len(p) / np.arange(len(p), 0, -1)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled), 1.0)
    return adjusted


def _has_pattern(values: pd.Series) -> bool:
    return len(values) >= LEAST_REGIONS and bool((values != values.iloc[0]).any())


@contextmanager
def _global_seed(seed: int) -> Iterator[None]:
    """Seed numpy's global generator, which esda draws from, and put its state back."""
    state = np.random.get_state()  # noqa: NPY002 (esda's Moran knows no other generator)
    np.random.seed(seed)  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(state)  # noqa: NPY002
