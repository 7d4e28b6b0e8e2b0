"""How every command speaks and ends: 0 all done, 1 something failed while it ran, 2 wrong input."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from clusterkit.errors import ClusterkitError

RUN_FAILED = 1
INPUT_IS_WRONG = 2


def say(text: str) -> None:
    """Write one line to standard output."""
    click.echo(text)


def warn(text: str) -> None:
    """Write one line to standard error."""
    click.echo(text, err=True)


def refuse_wrong_input(command: Callable[..., Any]) -> Callable[..., Any]:
    """Print an error in its four parts, without a traceback, and leave with status 2."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except ClusterkitError as exc:
            warn(str(exc))
            sys.exit(INPUT_IS_WRONG)

    return wrapped
