"""Every command with its arguments and options, as the page docs/commands.md (``make docs``)."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

import click

NAME = "clusterkit"


def commands(command: click.Command, name: str = NAME) -> Iterator[tuple[str, click.Command]]:
    """A command and all below it, with the words that call each.

    Parameters
    ----------
    command
        A command, or a group of them.
    name
        What calls it.

    Yields
    ------
    tuple of str and click.Command
        A group before its commands, these by name.
    """
    yield name, command
    if isinstance(command, click.Group):
        for inner in sorted(command.commands):
            yield from commands(command.commands[inner], f"{name} {inner}")


def markdown(main: click.Command) -> str:
    """The page: a section for each command, with a table of its options.

    Parameters
    ----------
    main
        The command line.

    Returns
    -------
    str
        Markdown; the words are those of ``--help``.
    """
    lines = [
        "# Commands",
        "",
        "Made by `make docs` from the commands themselves: what `--help` says, on one page. Commands live in",
        "`.venv/bin`, or in the conda environment. Exit status: 0 all done; 1 something failed while it ran;",
        "2 the input is wrong and nothing ran; 130 stopped by Ctrl-C (what was done is kept).",
    ]
    for name, command in commands(main):
        # With the settings that it has below the main command, which decide once how its help is asked for.
        with click.Context(command, info_name=name, **main.context_settings) as context:
            usage = " ".join([name, *command.collect_usage_pieces(context)])
            options = [record for one in command.get_params(context) if (record := one.get_help_record(context))]
        if isinstance(command, click.Group) and name != NAME and not _own(options):
            lines += ["", f"## {name}", "", _plain(command.help)]
            continue
        level = "##" if name.count(" ") < 2 else "###"
        lines += ["", f"{level} {name}", "", f"`{usage}`", "", _plain(command.help)]
        if options := _own(options):
            lines += ["", "| option | does |", "|---|---|"]
            lines += [f"| `{_cell(option)}` | {_cell(does)} |" for option, does in options]
    return "\n".join(lines) + "\n"


def _own(options: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Without arguments, which the line above shows, and without help, which all commands have."""
    return [(option, does) for option, does in options if option.startswith("-") and not option.endswith("--help")]


def _plain(text: str | None) -> str:
    """Help as paragraphs of Markdown."""
    found = re.sub(r"\\?\x08\n?", "", text or "").strip()
    return "\n\n".join(" ".join(part.split()) for part in found.split("\n\n"))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "\\<")


if __name__ == "__main__":
    # Imported here: the command line is above this page, which describes it.
    from clusterkit.cli import main

    sys.stdout.write(markdown(main))
