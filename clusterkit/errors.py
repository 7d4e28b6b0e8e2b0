"""What went wrong, said so that an analyst can mend it.

Every user-facing error has four parts: what is wrong with which value, where, the rule,
and the fix. All problems of one input are collected and raised once.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

MAX_SHOWN = 5  # problems or offenders printed before "and N more"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: what, where, by which rule, and how to mend it."""

    what: str
    where: str
    rule: str
    fix: str

    def __str__(self) -> str:
        return f"{self.what}\n  where: {self.where}\n  rule:  {self.rule}\n  fix:   {self.fix}"


class ClusterkitError(Exception):
    """Base of all errors that clusterkit raises for a user's input.

    Parameters
    ----------
    problems
        Everything that is wrong with one input, in the order found; at least one.
    """

    def __init__(self, problems: Problem | Sequence[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return self.text(MAX_SHOWN)

    def text(self, most: int) -> str:
        """The problems in words, the first ``most`` of them and how many more there are."""
        parts = [str(problem) for problem in self.problems[:most]]
        hidden = len(self.problems) - most
        if hidden > 0:
            parts.append(f"... and {hidden} more problem{'s' if hidden > 1 else ''}.")
        if len(self.problems) > 1:
            parts.insert(0, f"{len(self.problems)} problems:")
        return "\n".join(parts)


class ParamError(ClusterkitError):
    """A parameter file or command-line argument is not what the schema allows."""


class SourceError(ClusterkitError):
    """A raw file is absent, damaged or not the file it should be."""


class ContractError(ClusterkitError):
    """A table breaks its contract: column, key, type, range or NUTS version."""


class CoverageError(ClusterkitError):
    """Too little data to say anything about a region."""


class RunError(ClusterkitError):
    """A notebook, a renderer or the file system failed during a run."""


def some(values: Sequence[object]) -> str:
    """First five of ``values`` as text, with the count of the rest."""
    shown = ", ".join(str(value) for value in values[:MAX_SHOWN])
    hidden = len(values) - MAX_SHOWN
    return f"{shown} and {hidden} more" if hidden > 0 else shown


def did_you_mean(value: object, known: Sequence[str], otherwise: str = "") -> str:
    """The fix for a name that is not known: the nearest one, else ``otherwise``, else what there is.

    Parameters
    ----------
    value
        What was written.
    known
        Names that there are.
    otherwise
        What to say where none is near; "" for the list of names.

    Examples
    --------
    >>> did_you_mean("wallonie", ["wallonia", "saxony"]), did_you_mean("x", ["wallonia", "saxony"])
    ('did you mean wallonia?', 'use one of: wallonia, saxony')
    """
    close = difflib.get_close_matches(str(value), [str(name) for name in known], n=1)
    return f"did you mean {close[0]}?" if close else otherwise or f"use one of: {some(list(known))}"
