"""The documents of this project as a reader meets them: their blocks of code, in order, with line and marker."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
# What a block says of itself in the comment above it; readers of the page do not see it.
MARKER = re.compile(r"<!-- (?:(not run in tests|file|added to): (.+?)|(ends with status) (\d+)) -->")
NOT_RUN = "not run in tests"
# A command is left out of the tests only for one of these.
REASONS = (
    "needs conda",
    "needs a cluster",
    "needs the network",
    "needs raw files",
    "needs Quarto",
    "needs a browser that prints",
    "opens a program",
    "runs all tests",
    "measures for minutes",
    "changes a git repository",
    "is a pattern to fill in",
)


@dataclass(frozen=True)
class Block:
    """One fenced block.

    Parameters
    ----------
    path
        Document it stands in.
    line
        Number of its first line of code, from 1.
    language
        As written after the fence; empty where nothing is.
    text
        Its lines, without the indent of the fence.
    marker
        Kind of the comment above it: ``not run in tests`` (a reason follows), ``file`` (the block is a file of that
        name), ``added to`` (it is the end of one), ``ends with status`` (so do its commands), or empty.
    about
        What the marker says.
    """

    path: Path
    line: int
    language: str
    text: str
    marker: str = ""
    about: str = ""

    @property
    def place(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}"

    @property
    def commands(self) -> list[tuple[int, str]]:
        """Line and text of each command of a block for a shell, those of several lines in one."""
        if self.language == "console":
            return [(n, text[2:]) for n, text in self._numbered() if text.startswith("$ ")]
        found: list[tuple[int, str]] = []
        open_end = ""  # word that ends a text given in place
        for number, text in self._numbered():
            if open_end or (found and found[-1][1].endswith("\\")):
                found[-1] = (found[-1][0], f"{found[-1][1]}\n{text}")
                open_end = "" if text == open_end else open_end
            elif text.strip() and not text.lstrip().startswith("#"):
                found.append((number, text))
            if not open_end and (here := re.search(r"<<'?(\w+)'?$", text)):
                open_end = here[1]
        return found

    @property
    def shown(self) -> list[tuple[str, list[str]]]:
        """Commands of a console block, each with the lines that it is said to print."""
        found: list[tuple[str, list[str]]] = []
        for _, text in self._numbered():
            if text.startswith("$ "):
                found.append((text[2:], []))
            elif found and text:
                found[-1][1].append(text)
        return found

    def _numbered(self) -> list[tuple[int, str]]:
        return list(enumerate(self.text.splitlines(), start=self.line))


def blocks(path: Path) -> list[Block]:
    """The fenced blocks of a document, in order."""
    found, marker, about = [], "", ""
    lines = path.read_text(encoding="utf-8").splitlines()
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        if note := MARKER.fullmatch(line.strip()):
            marker, about = note[1] or note[3], note[2] or note[4]
            continue
        fence = re.fullmatch(r"( *)(`{3,})(\w*)", line)
        if not fence:
            if line.strip():
                marker = about = ""
            continue
        indent, ticks, language = fence.groups()
        first = number
        while lines[number].strip() != ticks:
            number += 1
        text = "\n".join(inner.removeprefix(indent) for inner in lines[first:number]) + "\n"
        found.append(Block(path, first + 1, language, text, marker, about))
        number += 1
        marker = about = ""
    return found


def prose(path: Path) -> list[tuple[int, str]]:
    """Lines of a document outside of its blocks, with their numbers."""
    inside, found = "", []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        fence = re.match(r" *(`{3,})", line)
        if fence and (not inside or fence[1] == inside):
            inside = "" if inside else fence[1]
        elif not inside:
            found.append((number, line))
    return found
