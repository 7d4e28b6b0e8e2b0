"""A taxonomy of the analyst's own: categories of industries in a file of ``params/taxonomies``."""

from __future__ import annotations

import re
from pathlib import Path

from clusterkit.data.industries import RATINGS, load_taxonomy
from clusterkit.data.own.kind import Kind, Owner
from clusterkit.errors import ParamError, Problem
from clusterkit.paths import Project

GUIDE = "docs/how-to-own-taxonomy.md"
FOLDER = "params/taxonomies"
_TEMPLATE = """# Categories of industries, made of NACE Rev. 2 divisions. How to fill it in: {guide}
# Check it:  clusterkit own check taxonomy {folder}/{id}.yaml
schema_version: 1
id: {id}
title: "Name of the set of categories"
source: "who says which industries belong together, and where"
# overlapping: true          # only where a division may count in several categories
categories:
  first-category:             # small letters, digits, hyphens
    name: "Name that readers see"
    rating: approximate       # exact: divisions are the category; approximate: they are its core, or hold more than it
    reason: "why this rating"
    members: {{"C13": 1.0, "C14": 0.5}}   # division in quotes: the part of it that belongs here, above 0, up to 1
  second-category:
    name: "A category that divisions cannot tell"
    rating: not observable    # it is shown, and said to be unseen
    reason: "why no division is mostly this"
    members: {{}}
"""


def template(path: Path, project: Project, owner: Owner | None) -> bytes:  # noqa: ARG001
    """A taxonomy to fill in, whose identifier is the name of its file."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", path.stem):
        raise ParamError(
            Problem(
                f"The name {path.name} cannot be that of a taxonomy.",
                str(path),
                "small letters, digits and hyphens: the name of the file is its identifier",
                "name it my-sectors.yaml, for instance",
            )
        )
    return _TEMPLATE.format(id=path.stem, guide=GUIDE, folder=FOLDER).encode("utf-8")


def check(path: Path, project: Project, owner: Owner | None) -> list[str]:  # noqa: ARG001
    """What a taxonomy file holds, in lines."""
    found = load_taxonomy(path)
    ratings = [category.rating for category in found.definitions.values()]
    members = {code for category in found.definitions.values() for code in category.members}
    counted = ", ".join(f"{ratings.count(rating)} {rating}" for rating in RATINGS if rating in ratings)
    lines = [f"{path}: {found.title}, {len(ratings)} categories ({counted}), made of {len(members)} industries."]
    if path.resolve().parent != (project.root / FOLDER).resolve():
        lines.append(f"To use it, move it to {FOLDER} of the project.")
    return lines


KIND = Kind(
    name="taxonomy",
    meaning="categories of industries, such as the clusters of a strategy",
    endings=(".yaml",),
    parameter="mapping.taxonomy",
    value="name",
    folder=FOLDER,
    guide=GUIDE,
    template=template,
    check=check,
)
