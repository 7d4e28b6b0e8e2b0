"""A taxonomy: categories of industries, read from a file that was checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clusterkit import cached, yamlfile
from clusterkit.data.industries.file_check import FileCheck, Rating, members_of, name_of
from clusterkit.data.industries.nace import NACE_DIVISIONS
from clusterkit.errors import ClusterkitError, ParamError, Problem


@dataclass(frozen=True)
class Category:
    """What a category is made of, and how far NACE divisions can carry it."""

    rating: Rating
    reason: str
    members: dict[str, float]  # NACE division, group or class to weight (no unit, more than 0, at most 1)

    @property
    def deeper(self) -> list[str]:
        """Members below the divisions: an industry table of the region's own can hold them, Eurostat's does not."""
        return [code for code in self.members if "." in code]


@dataclass(frozen=True)
class Taxonomy:
    """Categories in reading order: code to name, and code to what each is made of.

    Where a category is a NACE division, as in ``nace-divisions``, its code is that of the
    division and ``sections`` names its section.
    """

    id: str
    title: str
    sections: dict[str, str]
    categories: dict[str, str]
    definitions: dict[str, Category] = field(default_factory=dict)
    source: str = ""
    overlapping: bool = False

    def label(self, code: str) -> str:
        """Name with its NACE code, ``Textiles (C13)``; the name alone where the category has no NACE code.

        Parameters
        ----------
        code
            Of a category.
        """
        return f"{self.categories[code]} ({code})" if code in NACE_DIVISIONS else self.categories[code]

    def phrase(self, code: str) -> str:
        """The label inside a sentence, ``textiles (C13)``.

        Parameters
        ----------
        code
            Of a category.
        """
        label = self.label(code)
        return label[0].lower() + label[1:]

    def section_of(self, code: str) -> str:
        """Name of the section that a code belongs to; the taxonomy's title where there are no sections.

        Parameters
        ----------
        code
            Of a category.
        """
        return self.sections[code[0]] if self.sections else self.title


def load_taxonomy(path: Path) -> Taxonomy:
    """Read and check a taxonomy file.

    Parameters
    ----------
    path
        A file in ``params/taxonomies``.

    Raises
    ------
    ParamError
        All at once: an unknown, missing or empty key, a code or name that is malformed or stands
        twice, an unknown NACE division, a weight outside 0 to 1, a rating that does not fit its
        members, a division given away beyond weight 1 in a taxonomy that is not ``overlapping``.
    """
    return _load(path)


@cached.by_file
def _load(path: Path) -> Taxonomy:
    data, locate = yamlfile.read(path)
    if problems := FileCheck(path, data, locate).problems():
        raise ParamError(problems)
    categories = data["categories"]
    return Taxonomy(
        id=data["id"],
        title=data["title"],
        sections=data.get("sections", {}),
        categories={code: name_of(entry) for code, entry in categories.items()},
        definitions={code: _category(code, entry) for code, entry in categories.items()},
        source=data["source"],
        overlapping=data.get("overlapping", False),
    )


def _category(code: str, entry: Any) -> Category:
    """A text alone says that the category is the NACE division of that code."""
    members = {division: float(weight) for division, weight in members_of(code, entry).items()}
    if isinstance(entry, str):
        return Category("exact", "the category is the NACE division itself", members)
    return Category(entry["rating"], entry["reason"], members)


def list_taxonomies(folder: Path) -> dict[str, Taxonomy]:
    """Every taxonomy of a folder, by identifier, in alphabetical order.

    Parameters
    ----------
    folder
        Usually ``params/taxonomies``.

    Raises
    ------
    ParamError
        Every problem of every file at once, or no file at all.
    """
    problems: list[Problem] = []
    loaded = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            loaded[path.stem] = load_taxonomy(path)
        except ClusterkitError as exc:
            problems += exc.problems
    if not loaded and not problems:
        problems.append(
            Problem(
                what="There is no taxonomy file.",
                where=str(folder),
                rule="one YAML file per taxonomy",
                fix="check the folder's name; params/taxonomies of a fresh checkout holds six",
            )
        )
    if problems:
        raise ParamError(problems)
    return loaded
