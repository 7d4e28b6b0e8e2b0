"""Sectors: their codes, names and sections, from a taxonomy file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from clusterkit import yamlfile
from clusterkit.errors import ParamError, Problem, some

ECONOMY = "B-N_S95_X_K"  # Eurostat's code of the business economy without finance
KEYS = {"schema_version", "id", "title", "sections", "categories"}


@dataclass(frozen=True)
class Taxonomy:
    """Sectors in reading order: code to name, and section letter to name."""

    id: str
    title: str
    sections: dict[str, str]
    categories: dict[str, str]

    def label(self, code: str) -> str:
        """Name with its code, ``Textiles (C13)``; a code never stands alone in a report."""
        return f"{self.categories[code]} ({code})"

    def phrase(self, code: str) -> str:
        """The label inside a sentence, ``textiles (C13)``."""
        label = self.label(code)
        return label[0].lower() + label[1:]

    def section_of(self, code: str) -> str:
        """Name of the section that a code belongs to."""
        return self.sections[code[0]]


def load_taxonomy(path: Path) -> Taxonomy:
    """Read and check a taxonomy file.

    Raises
    ------
    ParamError
        Unknown or missing keys, or a category whose section is not named; all at once.
    """
    data, locate = yamlfile.read(path)
    problems = []
    if set(data) != KEYS:
        odd = sorted(set(data) ^ KEYS)
        problems.append(
            Problem(
                what=f"Keys that are missing or unknown: {some(odd)}.",
                where=locate((odd[0],)),
                rule=f"a taxonomy has the keys {', '.join(sorted(KEYS))}",
                fix="see params/taxonomies/nace-divisions.yaml",
            )
        )
    for code in data.get("categories", {}):
        if not isinstance(code, str) or code[:1] not in data.get("sections", {}):
            problems.append(
                Problem(
                    what=f"The category {code!r} belongs to no section named in the file.",
                    where=locate(("categories", code)),
                    rule="a category's code starts with the letter of its section, in quotes",
                    fix="add the section, or mend the code",
                )
            )
    if problems:
        raise ParamError(problems)
    return Taxonomy(data["id"], data["title"], data["sections"], data["categories"])
