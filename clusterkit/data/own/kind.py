"""What a kind of own data is: its words, its template and its check."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from clusterkit.errors import ParamError, Problem
from clusterkit.paths import Project

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Owner:
    """The region that a file of its own is for.

    Parameters
    ----------
    region
        Identifier.
    nuts_ids
        NUTS 2 codes that make it up.
    own_indicators
        Table of indicators that it hands in, from the project folder; None: none.
    """

    region: str
    nuts_ids: tuple[str, ...]
    own_indicators: str | None = None


@dataclass(frozen=True)
class Kind:
    """One kind of data that an analyst can bring.

    Parameters
    ----------
    name
        What the commands call it.
    meaning
        What it is, in a few words.
    endings
        Of the files that hold it, with the point; a template can be made of each.
    parameter
        Where a region names it, such as ``own.own_industry``.
    value
        What stands there: ``file`` (from the project folder), or ``name`` of a file in ``folder``.
    folder
        Where its files lie, from the project folder.
    guide
        The document that explains it, from the project folder.
    template
        Bytes of a file to fill in, for the path that it is to have; for a region, or for none yet.
    check
        Reads a file, for a region or for any, and says in lines what was read. Raises ``ClusterkitError`` with
        everything that is wrong with it, at once.
    """

    name: str
    meaning: str
    endings: tuple[str, ...]
    parameter: str
    value: str
    folder: str
    guide: str
    template: Callable[[Path, Project, Owner | None], bytes]
    check: Callable[[Path, Project, Owner | None], list[str]]


def named_template(path: Path, text: str, *, what: str, example: str, guide: str, folder: str) -> bytes:
    """A file to fill in whose identifier is its name.

    Parameters
    ----------
    path
        That it is to have.
    text
        With ``{id}``, ``{guide}`` and ``{folder}`` where these belong, and braces of its own doubled.
    what
        What the file holds, in a word.
    example
        A name that it could have.
    guide, folder
        The document that explains it, and where it is to lie, from the project folder.

    Raises
    ------
    ParamError
        The name cannot be an identifier.
    """
    if not _ID.fullmatch(path.stem):
        raise ParamError(
            Problem(
                f"The name {path.name} cannot be that of a {what}.",
                str(path),
                "small letters, digits and hyphens: the name of the file is its identifier",
                f"name it {example}, for instance",
            )
        )
    return text.format(id=path.stem, guide=guide, folder=folder).encode("utf-8")


def where_to(path: Path, project: Project, folder: str) -> list[str]:
    """The line that says where a file has to lie to be used; none where it lies there."""
    if path.resolve().parent == (project.root / folder).resolve():
        return []
    return [f"To use it, move it to {folder} of the project."]
