"""The types of the package, as mypy sees them with the settings in pyproject.toml."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from conftest import ROOT

TYPED = ("mypy", "matplotlib", "numpy", "pydantic", "requests")  # what the check rests on


@pytest.fixture(scope="module")
def mypy() -> list[str]:
    """The command, where the versions are those that the check was made for."""
    pytest.importorskip("mypy", reason="mypy is not installed: pip install --editable '.[test]'")
    pinned = dict(re.findall(r"^(\w+)==(\S+)$", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.MULTILINE))
    other = [name for name in TYPED if metadata.version(name) != pinned[name]]
    if other:
        pytest.skip(f"types are checked with the versions in constraints.txt; others here: {', '.join(other)}")
    return [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml")]


@pytest.mark.slow
def test_the_types_of_the_package_fit_together(mypy: list[str]) -> None:
    done = subprocess.run(mypy, check=False, capture_output=True, text=True, cwd=ROOT, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ("def twice(value):\n    return 2 * value\n", "no-untyped-def"),
        ("def half(value: int | None) -> float:\n    return value / 2\n", "operator"),
        ("def name() -> str:\n    return 'a'  # type: ignore\n", "unused-ignore"),
        ("import numpy as np\n\ndef size(of: np.ndarray) -> str:\n    return of.ndim\n", "return-value"),
    ],
)
def test_what_does_not_fit_is_found(mypy: list[str], tmp_path: Path, wrong: str, code: str) -> None:
    file = tmp_path / "wrong.py"
    file.write_text(wrong, encoding="utf-8")
    done = subprocess.run([*mypy, str(file)], check=False, capture_output=True, text=True, cwd=ROOT, timeout=600)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"[{code}]" in done.stdout


def test_what_is_let_pass_says_what_and_why() -> None:
    """An ignored finding names its code, and a reason behind it."""
    bare = [
        f"{path.relative_to(ROOT)}, line {number}: {line.strip()}"
        for path in sorted((ROOT / "clusterkit").rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if "type: ignore" in line and not re.search(r"# type: ignore\[[a-z, -]+\]  # \w+", line)
    ]
    assert not bare
