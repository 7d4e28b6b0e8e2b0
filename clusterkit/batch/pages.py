"""The pages of the site: which notebook makes each, what it takes, and what the site calls it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clusterkit.params import (
    COMPARE_ID,
    DIVISIONS,
    EMERGING,
    EUROPE_ID,
    EXAMPLE_ID,
    EXPLORER_ID,
    SYNTHESIS_ID,
    RegionParams,
    brief_parameters,
    detail_parameters,
    mapping_parameters,
    scoreboard_parameters,
    stress_test_parameters,
)
from clusterkit.paths import Project


@dataclass(frozen=True)
class RegionPage:
    """One kind of page that every region can have.

    Parameters
    ----------
    kind
        What ``--page`` calls it: end of the page's name and folder of its data.
    notebook
        Name of the notebook's file, without ending.
    label
        Name in the navigation.
    title
        Title with ``{name}`` for the name of the region.
    description
        What follows the title where a search engine or a link shows the page.
    parameters
        The parameters of a region that the notebook declares.
    reads
        Files and folders of ``params`` that the notebook reads, besides what its parameters name.
    turn
        Pages of a later turn start when those of the earlier ones have: they take results that these leave
        (:mod:`clusterkit.results`).
    needs
        Parameter, such as ``own.own_industry``, without which a region has no such page; "": every region has one.
    """

    kind: str
    notebook: str
    label: str
    title: str
    description: str
    parameters: Callable[[RegionParams], dict[str, Any]]
    reads: tuple[str, ...]
    turn: int = 0
    needs: str = ""

    def is_of(self, params: RegionParams) -> bool:
        """Whether a region has such a page."""
        section, _, key = self.needs.partition(".")
        return not self.needs or getattr(getattr(params, section), key) is not None

    def name(self, region: str) -> str:
        """Name of the page of a region, without ending.

        Parameters
        ----------
        region
            Identifier of the region.
        """
        return f"{region}-{self.kind}"

    def path(self, project: Project) -> Path:
        """The notebook that makes it."""
        return project.notebooks / f"{self.notebook}.ipynb"


# Taxonomies that pages of every region read, besides the one that a region chooses: one that is new concerns no other.
_DIVISIONS = f"taxonomies/{DIVISIONS}.yaml"
_EMERGING, _ECOSYSTEMS = f"taxonomies/{EMERGING}.yaml", "taxonomies/industrial-ecosystems.yaml"

# In the order of the navigation. The first is where a link to a region leads when it has no kind to keep.
REGION_PAGES = (
    RegionPage(
        kind="brief",
        notebook="brief",
        label="Brief",
        title="{name}: brief",
        description="five findings, strongest clusters, what holds it back and possible partners, on one page.",
        parameters=brief_parameters,
        reads=(_DIVISIONS, _EMERGING, "star_schemes", "frameworks", "indicators.yaml", "stress_test"),
        turn=1,
    ),
    RegionPage(
        kind="cluster-mapping",
        notebook="cluster_mapping",
        label="Cluster mapping",
        title="{name}: cluster mapping",
        description="sectors, jobs, wages and growth beside Europe, with what is hidden.",
        parameters=mapping_parameters,
        reads=(_DIVISIONS, _EMERGING, _ECOSYSTEMS, "star_schemes"),
    ),
    RegionPage(
        kind="detail",
        notebook="sectors_in_detail",
        label="Sectors in detail",
        title="{name}: sectors in detail",
        description="groups and classes of industries from the region’s own table, beside a wider area.",
        parameters=detail_parameters,
        reads=(_DIVISIONS,),
        needs="own.own_industry",
    ),
    RegionPage(
        kind="scoreboard",
        notebook="scoreboard_profile",
        label="Scoreboard",
        title="{name}: ecosystem scoreboard",
        description="conditions for clusters beside Europe and similar regions, strengths and bottlenecks.",
        parameters=scoreboard_parameters,
        reads=("frameworks", "indicators.yaml"),
    ),
    RegionPage(
        kind="stress-test",
        notebook="stress_test",
        label="Stress test",
        title="{name}: stress test for cluster policy",
        description="priorities and practice of cluster policy beside the evidence, blind spots, and what to ask.",
        parameters=stress_test_parameters,
        reads=(_DIVISIONS, "frameworks", "indicators.yaml", "stress_test"),
        turn=1,
    ),
)
KINDS = tuple(page.kind for page in REGION_PAGES)
COMMON_PAGES = tuple(page for page in REGION_PAGES if not page.needs)  # those that every region has


@dataclass(frozen=True)
class WholePage:
    """A page on no single region.

    Parameters
    ----------
    name
        Name of the page, without ending, and folder of its data.
    notebook
        Name of the notebook's file, without ending.
    label
        Name in the navigation.
    said
        What the command calls it.
    title, description
        Of the page.
    reads
        Files and folders of ``params`` that the notebook reads, besides those of regions.
    turn
        As of :class:`RegionPage`.
    scripts
        Scripts of the page, from the folder of the site.
    """

    name: str
    notebook: str
    label: str
    said: str
    title: str
    description: str
    reads: tuple[str, ...]
    turn: int = 0
    scripts: tuple[str, ...] = ()


# Scripts of the explorer, each after those that it takes something from. Plain scripts and not modules: browsers load
# no module from a folder that no server serves.
EXPLORER_PARTS = (
    "words", "elements", "figures", "classes", "address", "controls", "table", "map", "plots",
    "sector", "region", "regions", "start",
)  # fmt: skip

# Files of ``params`` that a page of all regions is made from.
OF_ALL = ("taxonomies", "star_schemes", "frameworks", "indicators.yaml", "stress_test", "default.yaml", "regions")

# In the order of the navigation, which shows those that were executed: that of ``params.WHOLE_IDS``.
WHOLE_PAGES = (
    WholePage(
        name=COMPARE_ID,
        notebook="compare",
        label="Compare",
        said="Comparison",
        title="Regions compared",
        description="Regions compared: strong sectors, conditions and emerging industries of all regions side by side.",
        reads=OF_ALL,
        turn=2,
    ),
    WholePage(
        name=EXPLORER_ID,
        notebook="explorer",
        label="Explore",
        said="Explorer",
        title="Explorer of sectors and regions",
        description="Explorer of sectors and regions: a sector on a map of Europe, a region with its sectors, "
        "regions side by side.",
        reads=("taxonomies", "star_schemes", "frameworks", "indicators.yaml", "default.yaml", "regions"),
        scripts=tuple(f"theme/explorer/{name}.js" for name in EXPLORER_PARTS),
    ),
    WholePage(
        name=SYNTHESIS_ID,
        notebook="synthesis",
        label="Synthesis",
        said="Synthesis",
        title="What the regions share",
        description="What the regions share: common bottlenecks, shared clusters, "
        "and who could work with whom on what.",
        reads=OF_ALL,
        turn=2,
    ),
    WholePage(
        name=EUROPE_ID,
        notebook="europe",
        label="Europe",
        said="Europe",
        title="Clusters of Europe",
        description="Clusters of Europe: how many there are, what they employ and pay, where, and how sure that is.",
        reads=("taxonomies", "star_schemes"),
    ),
    WholePage(
        name=EXAMPLE_ID,
        notebook="stress_test",
        label="Example",
        said="Example of a stress test",
        title="Illustrative example: stress test for cluster policy",
        description="Illustrative example: stress test for cluster policy, with answers that are made up to show how "
        "the tool works.",
        reads=("taxonomies", "frameworks", "indicators.yaml", "stress_test"),
    ),
)
_WHOLE = {page.name: page for page in WHOLE_PAGES}


def whole_page(name: str) -> WholePage:
    """The page on no single region of that name, one of ``params.WHOLE_IDS``.

    Parameters
    ----------
    name
        Of the page, without ending.
    """
    return _WHOLE[name]


def has_page(project: Project, name: str) -> bool:
    """Whether the page of that name was executed.

    Parameters
    ----------
    project
        Whose ``reports`` folder is looked into.
    name
        Of the page, without ending.
    """
    return (project.reports / f"{name}.ipynb").is_file()


def pages_for(params: RegionParams) -> list[RegionPage]:
    """Pages that a region can have, in the order of the navigation."""
    return [page for page in REGION_PAGES if page.is_of(params)]


def pages_of(project: Project, listed: Iterable[RegionParams]) -> dict[str, list[RegionPage]]:
    """Pages of each region that were executed, in the order of the navigation.

    Parameters
    ----------
    project
        Whose ``reports`` folder is looked into.
    listed
        Regions.
    """
    return {p.region: [page for page in pages_for(p) if has_page(project, page.name(p.region))] for p in listed}


def input_files(
    project: Project,
    reads: Sequence[str],
    params: RegionParams | None = None,
    others: Iterable[RegionParams] = (),
    *,
    takes: Collection[str] | None = None,
) -> tuple[str, ...]:
    """Files of the project that a page is made from, named from the project folder, in alphabetical order.

    All tables, since every page lists them at its foot; what ``reads`` names below ``params``; what the region hands
    in, and the files of the regions it is compared with.

    Parameters
    ----------
    reads
        Files and folders below ``params``.
    params
        Of the region.
    others
        Other regions, whose programmes stand beside its own.
    takes
        Names of the parameters that the page takes, of which some name files that the region hands in; None: all.
    """
    paths = {path for path in project.processed.iterdir() if path.suffix in (".parquet", ".json")}
    named = [project.params / name for name in reads]
    if params is not None:
        handed_in = params.named_files.items()
        named += [project.root / name for (_, key), name in handed_in if takes is None or key in takes]
        if takes is None or "taxonomy" in takes:
            named.append(params.taxonomy_path(project))
        peers = [] if params.scoreboard.peers == "auto" else params.scoreboard.peers
        named += [path for peer in peers if (path := project.params / "regions" / f"{peer}.yaml").is_file()]
    named += [project.root / other.stress_test.programmes for other in others if other.stress_test.programmes]
    for path in named:
        paths |= {inner for inner in (path.rglob("*") if path.is_dir() else [path]) if inner.is_file()}
    kept = (path for path in paths if not path.name.startswith((".", "~")) and path.suffix != ".part")
    return tuple(sorted(path.relative_to(project.root).as_posix() for path in kept))
