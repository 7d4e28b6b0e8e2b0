"""Every command that a document gives is run, in order, in a copy of the project; so is its Python."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from itertools import starmap
from pathlib import Path
from typing import Any

import pytest
from fenced import DOCUMENTS, NOT_RUN, REASONS, Block, blocks

from clusterkit import yamlfile

SHELL, PYTHON = ("sh", "console"), "python"
LIMIT = 900  # seconds that one block may take
LEAST_RUN = 0.6  # share of the commands of all documents
OTHERS = {"", "yaml", "json", "csv", "bibtex", "text", "mermaid"}  # blocks to look at

each_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
TO_RUN = [path for path in DOCUMENTS if any(block.language in (*SHELL, PYTHON) for block in blocks(path))]

FOR_SHELL = [
    block for path in DOCUMENTS for block in blocks(path) if block.language in SHELL and block.marker != "file"
]
LEFT_OUT = [block for path in DOCUMENTS for block in blocks(path) if block.marker == NOT_RUN]


@each_document
def test_blocks_say_what_they_are_and_markers_say_why(path: Path) -> None:
    for block in blocks(path):
        assert block.language in (*SHELL, PYTHON, *OTHERS), f"{block.place}: what is a block of {block.language!r}?"
        if block.marker == NOT_RUN:
            assert block.about in REASONS, f"{block.place}: {block.about!r} is no reason; take one of {REASONS}"
            assert block.language in (*SHELL, PYTHON), f"{block.place}: a block of {block.language!r} is never run"
        elif block.marker == "ends with status":
            assert block.language == "console", f"{block.place}: only in a console block, command by command"
        elif block.marker:
            assert not Path(block.about).is_absolute(), block.place
            assert ".." not in Path(block.about).parts, block.place
        if block.language in SHELL:
            assert block.commands, f"{block.place}: no command; start it with '$ ' in a console block"


@each_document
def test_yaml_and_json_in_documents_can_be_read(path: Path, tmp_path: Path) -> None:
    for block in blocks(path):
        if block.language == "json":
            json.loads(block.text)
        if block.language == "yaml":
            file = tmp_path / "block.yaml"
            # Some are lines from the middle of a file: a list, or indented.
            text = re.sub(rf"^{re.match(' *', block.text)[0]}", "", block.text, flags=re.MULTILINE)
            file.write_text(f"items:\n{text}" if text.startswith("- ") else text, encoding="utf-8")
            assert yamlfile.read(file)[0], block.place


def test_most_commands_are_run() -> None:
    count = sum(len(block.commands) for block in FOR_SHELL)
    left_out = sum(len(block.commands) for block in LEFT_OUT)
    assert count - left_out >= LEAST_RUN * count, f"{count - left_out} of {count} commands are run"
    assert count > 40


@pytest.mark.parametrize("block", LEFT_OUT, ids=lambda block: block.place)
def test_a_command_that_is_not_run_is_listed(block: Block) -> None:
    assert block.about in REASONS
    pytest.skip(f"{block.place}: {block.about}: {'; '.join(text for _, text in block.commands) or block.language}")


def run(command: list[str], folder: Path, env: dict[str, str]) -> tuple[int, str]:
    """Status and output of a command; what takes too long is ended with all that it started."""
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        cwd=folder, env=env, start_new_session=True,
    )  # fmt: skip
    try:
        output, _ = process.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        return -1, f"{output}\nended after {LIMIT} s"
    return process.returncode, output


def problem(block: Block, line: int, command: str, what: str, output: str) -> str:
    document = block.path.name
    return f"{document}, line {line}: `{command}` {what}. It printed:\n{output[-6000:]}"


def follow(block: Block, folder: Path, env: dict[str, str]) -> list[str]:
    """Do what a block says; what went wrong, which ends the document."""
    if block.marker in ("file", "added to"):
        target = folder / block.about
        target.parent.mkdir(parents=True, exist_ok=True)
        before = target.read_text(encoding="utf-8") if block.marker == "added to" else ""
        target.write_text(before + block.text, encoding="utf-8")
        if block.language == "sh":  # a script for another machine: at least a shell can read it
            status, output = run(["bash", "-n", str(target)], folder, env)
            return [problem(block, block.line, block.about, "is no script", output)] if status else []
        return []
    if block.language == "sh":
        # The line of the command that failed goes to a file: its own output may end in anything.
        place = folder.parent / "line"
        script = f"set -Eeuo pipefail\ntrap 'echo $LINENO >{place}' ERR\n{block.text}"
        status, output = run(["bash", "-c", script], folder, env)
        if status == 0:
            return []
        last = block.line + (int(place.read_text()) if place.is_file() else 3) - 3
        line, command = [(number, text) for number, text in block.commands if number <= last][-1]
        return [problem(block, line, command, f"ended with status {status}", output)]
    if block.language == "console":
        for (line, command), (_, expected) in zip(block.commands, block.shown, strict=True):
            status, output = run(["bash", "-c", command], folder, env)
            if status != (int(block.about) if block.marker == "ends with status" else 0):
                return [problem(block, line, command, f"ended with status {status}", output)]
            if missing := not_printed(expected, output):
                return [problem(block, line, command, f"does not print {missing!r}", output)]
    return []


def not_printed(expected: list[str], output: str) -> str:
    """First of the expected lines that is not in the output, in order; "…" stands for anything, also for lines."""
    lines = iter(output.splitlines())
    for text in expected:
        if text.strip() == "…":
            continue
        pattern = ".*".join(re.escape(part) for part in text.rstrip().split("…"))
        if not any(re.fullmatch(pattern, line.rstrip()) for line in lines):
            return text
    return ""


def as_program(part: list[Block]) -> str:
    """Blocks of Python as one program that names the block it is in."""
    return "\n".join(starmap(_marked, ((block.place, block.text) for block in part)))


def _marked(place: str, text: str) -> str:
    return f"exec(compile({text!r}, {place!r}, 'exec'))"


def groups(found: list[Block]) -> list[list[Block]]:
    """All Python of a document together, where its first block is: one namespace; each other block alone."""
    python = [block for block in found if block.language == PYTHON]
    return [python if block.language == PYTHON else [block] for block in found if block not in python[1:]]


@pytest.mark.slow
@pytest.mark.parametrize("path", TO_RUN, ids=lambda path: path.stem)
def test_a_document_does_what_it_says(path: Path, checkout: Path, shell: dict[str, str]) -> None:
    found = [block for block in blocks(path) if block.marker != NOT_RUN]
    for group in groups(found):
        if group[0].language == PYTHON and group[0].marker != "file":
            status, output = run([sys.executable, "-c", as_program(group)], checkout, shell)
            assert status == 0, problem(group[0], group[0].line, "python", f"ended with status {status}", output)
        else:
            assert not (wrong := follow(group[0], checkout, shell)), wrong[0]


# What the runner itself says.
def block(tmp_path: Path, text: str) -> Block:
    path = tmp_path / "document.md"
    path.write_text(text, encoding="utf-8")
    (found,) = blocks(path)
    return found


def test_a_command_that_fails_is_named_with_its_document_line_and_output(tmp_path: Path) -> None:
    found = block(tmp_path, "# Title\n\n```sh\ntrue\n# a comment\nls \\\n  /nowhere\ntrue\n```\n")
    assert found.commands == [(4, "true"), (6, "ls \\\n  /nowhere"), (8, "true")]
    folder = tmp_path / "copy"
    folder.mkdir()
    (said,) = follow(found, folder, dict(os.environ))
    assert said.startswith("document.md, line 6: `ls \\\n  /nowhere` ended with status 2. It printed:\n")
    assert "No such file" in said


def test_what_a_console_block_shows_must_be_printed_in_order(tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    folder.mkdir()
    good = block(tmp_path, "```console\n$ printf 'one 12 s\\ntwo\\nthree\\n'\none … s\n…\nthree\n$ true\n```\n")
    assert follow(good, folder, dict(os.environ)) == []
    bad = block(tmp_path, "```console\n$ printf 'two\\none\\n'\none\ntwo\n```\n")
    (said,) = follow(bad, folder, dict(os.environ))
    assert said.startswith("document.md, line 2: `printf 'two\\none\\n'` does not print 'two'.")


def test_a_marker_counts_for_the_block_under_it_alone(tmp_path: Path) -> None:
    path = tmp_path / "document.md"
    text = "```sh\ncat <<EOF\nx y\nEOF\ntrue\n```\n"
    path.write_text(f"<!-- not run in tests: needs conda -->\n\n{text}\n{text}\n<!-- file: a/b.txt -->\n```\nx\n```\n")
    first, second, third = blocks(path)
    assert (first.marker, first.about, second.marker) == (NOT_RUN, "needs conda", "")
    assert [text for _, text in first.commands] == ["cat <<EOF\nx y\nEOF", "true"]
    folder: Any = tmp_path / "copy"
    folder.mkdir()
    assert follow(third, folder, {}) == []
    assert (folder / "a" / "b.txt").read_text() == "x\n"
