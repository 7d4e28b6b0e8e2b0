"""A taxonomy of the analyst's own: categories of industries in a file of ``params/taxonomies``."""

from __future__ import annotations

from pathlib import Path

from clusterkit.data.industries import RATINGS, load_taxonomy
from clusterkit.data.own.kind import Kind, Owner, named_template, where_to
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
    return named_template(path, _TEMPLATE, what="taxonomy", example="my-sectors.yaml", guide=GUIDE, folder=FOLDER)


def check(path: Path, project: Project, owner: Owner | None) -> list[str]:  # noqa: ARG001
    """What a taxonomy file holds, in lines."""
    found = load_taxonomy(path)
    ratings = [category.rating for category in found.definitions.values()]
    members = {code for category in found.definitions.values() for code in category.members}
    counted = ", ".join(f"{ratings.count(rating)} {rating}" for rating in RATINGS if rating in ratings)
    lines = [f"{path}: {found.title}, {len(ratings)} categories ({counted}), made of {len(members)} industries."]
    return [*lines, *where_to(path, project, FOLDER)]


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
