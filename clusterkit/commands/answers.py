"""How every command speaks and ends: 0 all done, 1 something failed while it ran, 2 wrong input."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

import click

from clusterkit.errors import MAX_SHOWN, ClusterkitError, ParamError, Problem

RUN_FAILED = 1
INPUT_IS_WRONG = 2
STOPPED = 130  # by Ctrl-C, as shells have it
MAX_IN_FULL = 1000  # problems that a check prints


def say(text: str) -> None:
    """Write one line to standard output."""
    click.echo(text)


def warn(text: str) -> None:
    """Write one line to standard error."""
    click.echo(text, err=True)


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a table of texts, two spaces between its columns.

    >>> aligned([("code", "name"), ("C13", "Textiles")])
    ['code  name', 'C13   Textiles']
    """
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def refuse_to_overwrite(*paths: Path, rule: str) -> None:
    """Refuse to write where a file is already.

    Raises
    ------
    ParamError
        All the files that are there.
    """
    taken = [path for path in paths if path.exists()]
    if taken:
        fix = "name another file, or move this one away"
        raise ParamError([Problem(f"The file {path.name} is there already.", str(path), rule, fix) for path in taken])


def refuse_in_full(command: Callable[..., Any]) -> Callable[..., Any]:
    """As :func:`refuse_wrong_input`, with every problem: for commands that check what somebody is mending."""
    return _refuse(command, most=MAX_IN_FULL)


def refuse_wrong_input(command: Callable[..., Any]) -> Callable[..., Any]:
    """Print an error in its four parts, without a traceback, and leave with status 2."""
    return _refuse(command, most=MAX_SHOWN)


def _refuse(command: Callable[..., Any], *, most: int) -> Callable[..., Any]:
    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except ClusterkitError as exc:
            warn(exc.text(most))
            sys.exit(INPUT_IS_WRONG)

    return wrapped
