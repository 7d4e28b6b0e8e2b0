"""A framework of the analyst's own: parts of a scoreboard in a file of ``params/frameworks``."""

from __future__ import annotations

from pathlib import Path

from clusterkit.data.frameworks import check_for_pages, load_framework
from clusterkit.data.own.indicators import load_own_indicators
from clusterkit.data.own.kind import Kind, Owner, named_template, where_to
from clusterkit.data.tables import indicator_units, load_indicator
from clusterkit.paths import Project

GUIDE = "docs/how-to-own-indicators-and-framework.md"
FOLDER = "params/frameworks"
_TEMPLATE = """# Parts of a scoreboard and the indicators in them. How to fill it in: {guide}
# Check it:  clusterkit own check framework {folder}/{id}.yaml --region REGION
schema_version: 1
id: {id}
title: "Name of the framework"
source: "who says that these parts belong together, and where"
levels: [index, dimension, indicator]   # or with a sub-dimension level before the last
groups:
  - {{code: index, level: index, name: "All"}}
  - {{code: people, level: dimension, parent: index, name: "People"}}
  - {{code: firms, level: dimension, parent: index, name: "Firms"}}
indicators:                   # codes of docs/indicators.md, and of the region's own table of indicators
  - {{code: tertiary_attainment, parent: people, direction: 1}}        # 1: more is better, -1: less is
  - {{code: training_participation, parent: people, direction: 1, weight: 0.5}}
  - {{code: enterprise_birth_rate, parent: firms, direction: 1}}
  - {{code: rd_expenditure_business, parent: firms, direction: 1}}
"""


def template(path: Path, project: Project, owner: Owner | None) -> bytes:  # noqa: ARG001
    """A framework to fill in, whose identifier is the name of its file."""
    return named_template(path, _TEMPLATE, what="framework", example="my-framework.yaml", guide=GUIDE, folder=FOLDER)


def check(path: Path, project: Project, owner: Owner | None) -> list[str]:
    """What a framework holds, in lines; for a region also with the indicators that it hands in."""
    units = indicator_units(load_indicator(project.processed))
    handed_in: set[str] = set()
    if owner is not None and owner.own_indicators:
        own = load_own_indicators(project.root / owner.own_indicators, project, owner)
        units, handed_in = {**units, **own.units}, set(own.units)
    found = check_for_pages(load_framework(path, known=units), path)
    counts = [len(found.at(level)) for level in found.levels[1:]]
    said = ", ".join(
        f"{n} {level if n == 1 else f'{level}s'}" for n, level in zip(counts, found.levels[1:], strict=True)
    )
    lines = [f"{path}: {found.title}, {said}."]
    if of_region := sorted(handed_in & set(found.indicators)):
        lines.append(f"Indicators of the region’s own: {', '.join(of_region)}.")
    if found.empty:
        lines.append(f"Without an indicator, shown as not covered: {', '.join(found.empty)}.")
    single = [code for code in found.at(found.levels[-2]) if len(found.leaves(code)) == 1]
    if single:
        lines.append(f"Rest on one indicator alone: {', '.join(single)}.")
    return [*lines, *where_to(path, project, FOLDER)]


KIND = Kind(
    name="framework",
    meaning="parts of a scoreboard with their indicators, those of the analyst's own among them",
    endings=(".yaml",),
    parameter="scoreboard.framework",
    value="name",
    folder=FOLDER,
    guide=GUIDE,
    template=template,
    check=check,
)
