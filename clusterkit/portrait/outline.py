"""The outline of a region: the few small tables that pages of many regions need of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from clusterkit import mapping
from clusterkit.data import industries
from clusterkit.data.sources import sha256
from clusterkit.errors import ClusterkitError
from clusterkit.params import EMERGING, RegionParams
from clusterkit.paths import Project, project
from clusterkit.portrait import ahead
from clusterkit.portrait.whole import Portrait, portrait
from clusterkit.results import is_kept, kept
from clusterkit.scoreboard.profile import is_sure

_OF_LONGER_PAGES = {"older_framework", "sobol_base"}
_NOT_IN_IT = {"own_industry", "own_geometry", "own_organisations"}  # what no figure of an outline comes from
_CONDITIONS = ["level", "parent", "name", "score", "rank", "rank_low", "rank_high", "n_ranked", "verdict", "n_known"]


@dataclass(frozen=True)
class Outline:
    """A region in small.

    Parameters
    ----------
    p
        Its parameters.
    sectors, ranked, quadrants
        As of :class:`clusterkit.mapping.RegionEconomy`.
    strength
        As ``RegionStars.strength``.
    summary
        As ``mapping.summary`` gives it.
    size
        Persons employed over all published sections in the reference year.
    emerging
        Emerging industries as ``mapping.category_strength`` gives them.
    framework
        Identifier of the framework of its scoreboard.
    levels
        Names of the levels of dimensions and of sub-dimensions.
    conditions
        Rows of its profile with ``level``, ``parent``, ``name``, ``score`` (points), ``rank``, ``rank_low``,
        ``rank_high``, ``n_ranked`` (places), ``verdict``, ``n_known`` (indicators), ``is_sure`` (bool).
    span
        First and last year of the figures behind its scoreboard; None without any.
    n_regions
        Regions that it is ranked among, with or without a score.
    gaps
        Sub-dimensions as ``policy_gaps`` gives them.
    n_respondents
        Of its stress test.
    is_answered, is_illustrative
        Whether anybody answered anything, and whether the answers are made up.
    """

    p: RegionParams
    sectors: pd.DataFrame
    ranked: pd.DataFrame
    quadrants: pd.DataFrame
    strength: pd.DataFrame
    summary: pd.Series
    size: float
    emerging: pd.DataFrame
    framework: str
    levels: tuple[str, str]
    conditions: pd.DataFrame
    span: tuple[int, int] | None
    n_regions: int
    gaps: pd.DataFrame
    n_respondents: int
    is_answered: bool
    is_illustrative: bool

    @property
    def strong(self) -> list[str]:
        """Codes of the strong sectors, the most specialised first."""
        return list(self.ranked.index[self.ranked["is_strong"]])

    @property
    def dimensions(self) -> pd.DataFrame:
        """Rows of :attr:`conditions` of the level of dimensions."""
        return self.conditions[self.conditions["level"] == self.levels[0]]


def outline(p: RegionParams, place: Project | None = None) -> Outline:
    """Work out the outline of a region, or take it from an earlier run that had the same of everything.

    Parameters
    ----------
    p
        Of the region.
    place
        Project whose files are read; default the one in use.

    Raises
    ------
    ClusterkitError
        As the portrait raises it.
    """
    place = place or project()
    return _kept(p, place, lambda: portrait(p, place))


class Outlines(NamedTuple):
    """Outlines by region, in the order asked for, and why others could not be made, in one line each."""

    found: dict[str, Outline]
    missing: dict[str, str]


def outlines(listed: Sequence[RegionParams], place: Project | None = None) -> Outlines:
    """Outlines of several regions; one that cannot be made stops no other.

    Parameters
    ----------
    listed
        Regions.
    place
        Project whose files are read; default the one in use.
    """
    place = place or project()
    found, missing = {}, {}
    ahead.make([p for p in listed if not is_kept("outline", _key(p, place))], lambda p: outline(p, place))
    for p in listed:
        try:
            found[p.region] = outline(p, place)
        except ClusterkitError as exc:
            missing[p.region] = exc.problems[0].what
        except Exception as exc:  # whatever stops the pages of one region: it is said, and the others are shown
            missing[p.region] = f"{type(exc).__name__}: {exc}".splitlines()[0]
    return Outlines(found, missing)


def leave_outline(of: Portrait, place: Project | None = None) -> None:
    """Leave the outline of a region for the pages of many regions, where its portrait is there already.

    Parameters
    ----------
    of
        The region.
    place
        Project that it was made from; default the one in use.
    """
    _kept(of.p, place or project(), lambda: of)


def _kept(p: RegionParams, place: Project, make: Callable[[], Portrait]) -> Outline:
    return kept("outline", _key(p, place), lambda: _outline(make(), place))


def _key(p: RegionParams, place: Project) -> dict[str, object]:
    # Not what only a longer page asks for: pages with and without it then mean the same outline.
    longer = {"mapping": {"highlight", "taxonomy"}, "scoreboard": _OF_LONGER_PAGES, "own": _NOT_IN_IT}
    parameters = p.model_dump(mode="json", exclude=longer)
    return {"parameters": parameters, "handed_in": _handed_in(p, place)}


def _handed_in(p: RegionParams, place: Project) -> dict[str, str]:
    """Checksums of the files that the region handed in, and of the files of the regions it is compared with."""
    peers = [] if p.scoreboard.peers == "auto" else p.scoreboard.peers
    files = [*p.handed_in(place), *(place.params / "regions" / f"{peer}.yaml" for peer in peers)]
    return {path.relative_to(place.root).as_posix(): sha256(path) for path in files if path.is_file()}


def _outline(of: Portrait, place: Project) -> Outline:
    p = of.p
    taxonomy = industries.load_taxonomy(place.params / "taxonomies" / f"{EMERGING}.yaml")
    levels, profile = of.board.framework.levels, of.board.profile
    return Outline(
        p=p,
        sectors=of.economy.sectors,
        ranked=of.economy.ranked,
        quadrants=of.economy.quadrants,
        strength=of.stars.strength,
        summary=of.summary,
        size=float(of.total["size"]),
        emerging=mapping.category_strength(of.economy.yearly[p.reference_year], p.region, taxonomy),
        framework=of.board.framework.id,
        levels=(levels[1], levels[-2]),
        conditions=profile[_CONDITIONS].assign(is_sure=is_sure(profile)),
        span=of.board.span,
        n_regions=len(of.board.observed.country),
        gaps=of.test.gaps,
        n_respondents=len(of.test.inputs.answers.sheets),
        is_answered=of.test.is_answered,
        is_illustrative=of.test.is_illustrative,
    )
