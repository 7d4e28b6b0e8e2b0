"""The pages of a region: which notebook makes each, what it takes, and what the site calls it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clusterkit.params import RegionParams, mapping_parameters, scoreboard_parameters, stress_test_parameters
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
    """

    kind: str
    notebook: str
    label: str
    title: str
    description: str
    parameters: Callable[[RegionParams], dict[str, Any]]

    def name(self, region: str) -> str:
        """Name of the page of a region, without ending."""
        return f"{region}-{self.kind}"

    def path(self, project: Project) -> Path:
        """The notebook that makes it."""
        return project.notebooks / f"{self.notebook}.ipynb"


# In the order of the navigation. The first is where a link to a region leads when it has no kind to keep.
REGION_PAGES = (
    RegionPage(
        kind="cluster-mapping",
        notebook="cluster_mapping",
        label="Cluster mapping",
        title="{name}: cluster mapping",
        description="sectors, jobs, wages and growth beside Europe, with what is hidden.",
        parameters=mapping_parameters,
    ),
    RegionPage(
        kind="scoreboard",
        notebook="scoreboard_profile",
        label="Scoreboard",
        title="{name}: ecosystem scoreboard",
        description="conditions for clusters beside Europe and similar regions, strengths and bottlenecks.",
        parameters=scoreboard_parameters,
    ),
    RegionPage(
        kind="stress-test",
        notebook="stress_test",
        label="Stress test",
        title="{name}: stress test for cluster policy",
        description="priorities and practice of cluster policy beside the evidence, blind spots, and what to ask.",
        parameters=stress_test_parameters,
    ),
)
KINDS = tuple(page.kind for page in REGION_PAGES)
