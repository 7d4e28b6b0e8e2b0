"""Would the tests notice a fault? A module is changed in one place at a time, and its tests are run on it.

Run with ``python -m bench.mutants MODULE TEST...``, for instance
``python -m bench.mutants clusterkit.mapping.dynamics tests/mapping/test_dynamics.py``; ``--number`` and ``--seed``
draw some of the places. A place that no test notices is printed: it wants a test, or does not matter, which only a
reader can tell. Doctests of the module are tests too. Nothing on the disk is changed: each fault lives in a forked
process.
"""

from __future__ import annotations

import argparse
import ast
import copy
import doctest
import importlib
import importlib.abc
import importlib.util
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import numpy  # noqa: F401 - what a fault does not touch is imported once, before the forks
import pandas  # noqa: F401
import pytest
import scipy.stats  # noqa: F401

COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
WORKED_OUT: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
NAMED = {
    "ge": "gt", "gt": "ge", "le": "lt", "lt": "le", "eq": "ne", "any": "all", "all": "any", "max": "min", "min": "max",
    "nanmax": "nanmin", "nanmin": "nanmax", "sum": "mean", "mean": "sum", "isna": "notna", "notna": "isna",
    "fmin": "fmax", "fmax": "fmin", "minimum": "maximum", "maximum": "minimum", "flatnonzero": "argsort",
}  # fmt: skip
LIMIT_S = 300  # seconds; what takes longer has been noticed


def faults(tree: ast.Module) -> Iterator[tuple[ast.Module, int, str]]:
    """Copies of a module with one place changed, the line of the place, and what it was and is."""
    places = [node for node in ast.walk(tree) if not isinstance(node, ast.Module)]
    left_out = {id(part) for node in places for root in _left_out(node) for part in ast.walk(root)}
    for number, node in enumerate(places):
        if id(node) in left_out:
            continue
        for changed in _changes(node):
            whole = copy.deepcopy(tree)
            at = [node for node in ast.walk(whole) if not isinstance(node, ast.Module)][number]
            line, before = getattr(node, "lineno", 0), ast.unparse(node)
            for name, value in ast.iter_fields(changed):
                setattr(at, name, value)
            yield ast.fix_missing_locations(whole), line, f"{before[:90]}  ->  {ast.unparse(at)[:90]}"


def _left_out(node: ast.AST) -> Iterator[ast.AST]:
    """The words of messages, and types."""
    if isinstance(node, ast.Raise | ast.JoinedStr):
        yield node
    for name in ("annotation", "returns"):
        if isinstance(part := getattr(node, name, None), ast.AST):
            yield part


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    one = copy.deepcopy(node)
    match one:
        case ast.Compare(ops=[op]) if type(op) in COMPARED:
            one.ops = [COMPARED[type(op)]()]
            yield one
        case ast.BinOp(op=op) if type(op) in WORKED_OUT:
            one.op = WORKED_OUT[type(op)]()
            yield one
        case ast.BoolOp(op=op):
            one.op = ast.Or() if isinstance(op, ast.And) else ast.And()
            yield one
        case ast.IfExp(test=test):
            one.test = ast.UnaryOp(ast.Not(), test)
            yield one
        case ast.If(test=test):
            one.test = ast.UnaryOp(ast.Not(), test)
            yield one
        case ast.UnaryOp(op=ast.USub()):
            one.op = ast.UAdd()
            yield one
        case ast.Attribute(attr=name) if name in NAMED:
            one.attr = NAMED[name]
            yield one
        case ast.Constant(value=bool(value)):
            one.value = not value
            yield one
        case ast.Constant(value=int(value) | float(value)):
            one.value = value + 1
            yield one


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives one module from a changed tree, all others as they are."""

    def __init__(self, name: str, path: Path, tree: ast.Module) -> None:
        self.name, self.path, self.tree = name, path, tree

    def find_spec(self, name: str, path: object, target: ModuleType | None = None) -> ModuleSpec | None:  # noqa: ARG002
        if name != self.name:
            return None
        return importlib.util.spec_from_file_location(name, self.path, loader=self)

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.tree, str(self.path), "exec"), module.__dict__)


def is_noticed(name: str, path: Path, tree: ast.Module, tests: list[str]) -> bool:
    """Whether a test fails, or the module cannot be imported, in a process of its own."""
    pid = os.fork()
    if pid:
        _, status = os.waitpid(pid, 0)
        return status != 0
    signal.alarm(LIMIT_S)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    sys.meta_path.insert(0, _Finder(name, path, tree))
    failed = 1
    try:
        # First, as it is quick; and pytest would load a module that it is told to look into anew, without the fault.
        failed = doctest.testmod(importlib.import_module(name)).failed
        failed = failed or pytest.main(["-q", "-x", "-p", "no:cacheprovider", "-m", "not slow and not browser", *tests])
    finally:
        os._exit(min(failed, 1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("module")
    parser.add_argument("tests", nargs="+")
    parser.add_argument("--number", type=int, help="how many places to draw; all by default")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    path = Path(*given.module.split(".")).with_suffix(".py")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = list(faults(tree))
    drawn = random.Random(given.seed).sample(found, min(given.number or len(found), len(found)))
    if is_noticed(given.module, path, tree, given.tests):
        sys.exit(f"The tests of {given.module} fail as it is: {' '.join(given.tests)}")
    start, missed = time.monotonic(), 0
    for changed, line, what in sorted(drawn, key=lambda one: one[1]):
        if not is_noticed(given.module, path, changed, given.tests):
            missed += 1
            print(f"{path}:{line}: {what}", flush=True)
    seconds = time.monotonic() - start
    print(f"{given.module}: {len(drawn) - missed} of {len(drawn)} faults noticed, {len(found)} places, {seconds:.0f} s")


if __name__ == "__main__":
    main()
