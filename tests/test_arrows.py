"""The arrows of the house: which package may import from which (docs/architecture.md#the-arrows)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "clusterkit"
SHARED = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__", "cli"}  # modules in no package
# What each part may use, besides itself and the modules that all may use.
MAY_USE = {
    "data": set(),
    "mapping": {"data"},
    "scoreboard": {"data", "params"},
    "stress_test": {"data", "mapping", "scoreboard"},
    "portrait": {"data", "params", "mapping", "scoreboard", "stress_test"},
    "show": {"data", "params", "mapping", "scoreboard", "stress_test", "portrait"},
    "controls": {"data", "params", "mapping", "scoreboard", "stress_test", "portrait", "show"},
    "batch": {"data", "params", "mapping", "scoreboard", "stress_test", "portrait", "show"},
    "commands": {"data", "params", "mapping", "scoreboard", "stress_test", "portrait", "show", "batch", "cli"},
    "cli": {"batch", "commands", "params"},
    "params": {"data", "stress_test"},  # checked against the tables, and against the files that a region hands in
}
OF_SHARED = {"data", "params"}  # what modules in no package may use


def imported(tree: ast.AST, module: str) -> Iterator[tuple[int, str]]:
    """Line and dotted name of every import of this package in a file, also of those within functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names if name.name.startswith("clusterkit."))
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:  # relative to the module
                base = ".".join([*module.split(".")[: -node.level], *([base] if base else [])])
            if base == "clusterkit":
                yield from ((node.lineno, f"clusterkit.{name.name}") for name in node.names)
            elif base.startswith("clusterkit."):
                yield node.lineno, base


def part_of(name: str) -> str:
    return name.split(".")[1]


def wrong_way(path: Path, text: str) -> list[str]:
    """Imports of a file that the arrows forbid."""
    inner = path.relative_to(PACKAGE.parent).with_suffix("")
    part = part_of(".".join(inner.parts))
    allowed = OF_SHARED if part in SHARED else MAY_USE.get(part)
    if allowed is None:
        return [] if path.name == "__init__.py" else [f"{inner}: a part that tests/test_arrows.py does not know"]
    allowed = allowed | SHARED | {part, "__version__"}
    found = imported(ast.parse(text), ".".join(inner.parts))
    return [f"{path.name}, line {line}: {part} imports {name}" for line, name in found if part_of(name) not in allowed]


@pytest.mark.parametrize("part", sorted({*MAY_USE, "shared"}))
def test_the_arrows_point_one_way(part: str) -> None:
    if part == "shared":
        files = [PACKAGE / f"{name}.py" for name in SHARED]
    else:
        files = sorted((PACKAGE / part).rglob("*.py")) or [PACKAGE / f"{part}.py"]
    problems = [problem for path in files for problem in wrong_way(path, path.read_text(encoding="utf-8"))]
    assert not problems, "\n".join(problems)


def test_every_part_is_known() -> None:
    packages = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert packages | {"cli"} == set(MAY_USE)


@pytest.mark.parametrize(
    "text",
    [
        "from clusterkit.show import words",
        "from clusterkit import batch",
        "import clusterkit.portrait.whole",
        "def f():\n    from ..show import words",
    ],
)
def test_a_wrong_arrow_is_seen(text: str) -> None:
    assert len(wrong_way(PACKAGE / "mapping" / "invented.py", text)) == 1
    assert not wrong_way(PACKAGE / "mapping" / "invented.py", "from clusterkit.data import nuts\nimport pandas")


def test_mapping_and_scoreboard_read_no_file() -> None:
    """Tables in, tables out: no module of theirs opens a file, but for the page that `make docs` writes."""
    readers = {"read_text", "read_bytes", "read_csv", "read_parquet", "write_text", "write_bytes", "open"}
    for path in (*(PACKAGE / "mapping").rglob("*.py"), *(PACKAGE / "scoreboard").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        names |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        assert path.name == "page.py" or not names & readers, (path, names & readers)
