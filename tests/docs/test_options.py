"""Commands and options that documents name exist, and those that exist stand in a document."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from fenced import DOCUMENTS, ROOT, blocks, prose

from clusterkit.cli import main
from clusterkit.commands.page import commands, markdown

COMMANDS = dict(commands(main))
HAND_WRITTEN = [path for path in DOCUMENTS if path.name != "commands.md"]
MAKE = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
# Options in a text that are not of clusterkit: of dask, pip and others, which a block shows.
# A command of ours in a line for a shell: at its start, after another, or in brackets.
CALL = re.compile(r'(?:^|&& |\| |\$\()(clusterkit [^&|>#)"\n]*(?:"[^"\n]*"[^&|>#)"\n]*)*)')
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")


def options(command: click.Command) -> set[str]:
    return {
        name for one in command.params if isinstance(one, click.Option) for name in (*one.opts, *one.secondary_opts)
    }


def mentioned() -> Iterator[tuple[str, str]]:
    """Place and text of every clusterkit command in code, of a line or of a block."""
    for path in HAND_WRITTEN:
        name = path.relative_to(ROOT).as_posix()
        for number, line in prose(path):
            for code in re.findall(r"`(clusterkit(?: [^`]*)?)`", line):
                yield f"{name}:{number}", code
        for block in blocks(path):
            if block.language in ("sh", "console"):
                for number, command in block.commands:
                    for code in CALL.findall(command.replace("\\\n", " ")):
                        yield f"{name}:{number}", code


def wrong(code: str) -> str:
    """What is wrong with a command, "" for nothing."""
    words = shlex.split(code)
    name = words.pop(0)
    while words and f"{name} {words[0]}" in COMMANDS:
        name = f"{name} {words.pop(0)}"
    command = COMMANDS[name]
    if isinstance(command, click.Group) and words and not words[0].startswith("-"):
        return f"no command {words[0]!r} of {name}"
    known = options(command) | {"--help", "-h"} | (options(main) if name == "clusterkit" else set())
    unknown = [word for word in words if word.startswith("-") and word.partition("=")[0] not in known]
    return f"no option {unknown[0]} of {name}" if unknown else ""


def test_commands_in_documents_exist_with_their_options() -> None:
    found = list(mentioned())
    assert len(found) > 50
    problems = [f"{place}: `{code}`: {what}" for place, code in found if (what := wrong(code))]
    assert not problems, "\n".join(problems)


def test_options_named_alone_are_of_some_command() -> None:
    known = set().union(*(options(command) for command in COMMANDS.values())) | {"--help"}
    problems = [
        f"{path.name}:{number}: {option}"
        for path in HAND_WRITTEN
        for number, line in prose(path)
        if "bench." not in line  # which has options of its own
        for code in re.findall(r"`(--[^`]+)`", line)
        for option in OPTION.findall(code)
        if option not in known
    ]
    assert not problems, "\n".join(problems)


def test_targets_of_make_that_documents_name_exist() -> None:
    texts = [
        (path, code) for path in DOCUMENTS for _, line in prose(path) for code in re.findall(r"`make ([a-z]+)", line)
    ]
    texts += [
        (block.path, name)
        for path in DOCUMENTS
        for block in blocks(path)
        for _, command in block.commands
        for name in re.findall(r"^make ([a-z]+)", command)
    ]
    assert len(texts) > 10
    assert not [(path.name, name) for path, name in texts if name not in MAKE]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_has_words(name: str) -> None:
    command = COMMANDS[name]
    assert command.help, f"{name} says nothing of itself"
    silent = [one.opts for one in command.params if isinstance(one, click.Option) and not one.help]
    assert not silent


@pytest.mark.parametrize("name", [name for name in COMMANDS if not isinstance(COMMANDS[name], click.Group)])
def test_every_command_is_shown_in_use(name: str) -> None:
    """In a document written by hand, not only in the list of all commands."""
    assert any(code == name or code.startswith(f"{name} ") for _, code in mentioned()), f"no document shows `{name}`"


def test_the_page_of_commands_is_as_make_docs_writes_it() -> None:
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert markdown(main) == page, "run: make docs"
    for name, command in COMMANDS.items():
        assert f" {name}\n" in page
        section = page.partition(f"# {name}\n")[2].partition("\n#")[0]
        assert all(option in section for option in options(command) - {"-h", "--help"}), name


def test_the_page_of_commands_can_be_written() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "clusterkit.commands.page"], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("clusterkit report --all --page brief", ""),
        ("clusterkit repotr --all", "no command 'repotr' of clusterkit"),
        ("clusterkit data build --row x", "no option --row of clusterkit data build"),
        ("clusterkit --project x", ""),
    ],
)
def test_a_command_that_is_not_there_is_seen(code: str, said: str) -> None:
    assert wrong(code) == said
