"""The reference made of docstrings: every public name has its meaning, parameters, result, and place on the site."""

from __future__ import annotations

import re
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import griffe
import pytest

from clusterkit.batch import documents, reference
from clusterkit.batch.headings import to_html
from clusterkit.batch.reference import PARTS, Part

TABLES = {"DataFrame", "Series", "GeoDataFrame", "ndarray"}
# What a word says for itself: its first line is its result, and its type the rest.
PLAIN = {"None", "bool", "int", "float", "str", "Path", "list", "dict", "tuple", "set", "frozenset", "Iterator", "Any"}

each_part = pytest.mark.parametrize("part", PARTS, ids=lambda part: part.label)


@cache
def package() -> griffe.Module:
    return reference.load()


def callables(part: Part) -> list[griffe.Function]:
    """Functions and public methods that a page shows in full."""
    found = [one for _, _, own in reference.homes(package(), part) for one in own]
    functions = [one for one in found if one.is_function]
    return functions + [member for one in found for member in reference.public_members(one) if member.is_function]


def everything(part: Part) -> list[griffe.Object]:
    full = [one for _, _, own in reference.homes(package(), part) for one in own]
    return full + [one for _, one in reference.inner_names(package(), part)]


@cache
def own_types() -> frozenset[str]:
    """Names of this package's classes, each described by its own docstring."""
    found = [one for part in PARTS for one in everything(part) if one.is_class]
    return frozenset(one.name for one in found)


def words_in(annotation: Any) -> set[str]:
    return set(re.findall(r"[A-Za-z_]\w*", str(annotation))) if annotation is not None else set()


def described(one: griffe.Function) -> set[str]:
    """Parameters that a docstring describes: in their section, or by name in its text."""
    found = set()
    for section in one.docstring.parsed if one.docstring else []:
        if section.kind.value == "parameters":
            found |= {parameter.name.lstrip("*") for parameter in section.value}
    return found | set(re.findall(r"``(\w+)``", one.docstring.value if one.docstring else ""))


@each_part
def test_every_public_name_has_a_meaning(part: Part) -> None:
    names = everything(part)
    assert names
    silent = [one.path for one in names if not reference.meaning(one)]
    silent += [m.path for one in names for m in reference.public_members(one) if not reference.meaning(m)]
    assert not silent, "\n".join(silent)


@each_part
def test_every_parameter_is_described(part: Part) -> None:
    """In the docstring, or, of a type of this package, in that of the type."""
    problems = []
    for one in callables(part):
        known = described(one) | {"self", "cls"}
        for parameter in one.parameters:
            name = parameter.name.lstrip("*")
            if name not in known and not words_in(parameter.annotation) & own_types():
                problems.append(f"{one.path}: {name}")
    assert not problems, "\n".join(problems)


@each_part
def test_every_table_that_is_given_back_is_described(part: Part) -> None:
    """Its rows, columns and units; of other results the first line says what they mean."""
    problems = []
    for one in callables(part):
        sections = {section.kind.value for section in one.docstring.parsed} if one.docstring else set()
        if words_in(one.returns) & TABLES and not sections & {"returns", "yields"}:
            problems.append(one.path)
    assert not problems, "\n".join(problems)


@each_part
def test_parameters_that_a_docstring_describes_exist(part: Part) -> None:
    problems = []
    for one in callables(part):
        for section in one.docstring.parsed:
            if section.kind.value == "parameters":
                names = {parameter.name.lstrip("*") for parameter in section.value}
                known = {parameter.name.lstrip("*") for parameter in one.parameters}
                problems += [f"{one.path}: {name}" for name in names - known]
    assert not problems, "\n".join(problems)


@each_part
def test_the_page_shows_each_name_once_with_all_its_parameters(part: Part) -> None:
    page = reference.to_markdown(package(), part)
    html = to_html(documents.to_text(page.partition("\n")[2], reference.SOURCE, {}, frozenset()))["html"]
    headings = [unescape(name) for name in re.findall(r'<h[34] id="[^"]+"><code>([^<]+)</code>', html)]
    shown = [one for _, _, own in reference.homes(package(), part) for one in own]
    methods = [m for one in shown for m in reference.public_members(one) if m.is_function]
    assert sorted(headings) == sorted([*(one.name for one in shown), *(f"{m.parent.name}.{m.name}" for m in methods)])
    for one in callables(part):
        call = reference.signature(one)
        assert all(parameter.name in call for parameter in one.parameters if parameter.name not in ("self", "cls"))
        assert call in page
    assert ":func:" not in page
    assert "``" not in re.sub(r"```(python)?", "", page)


def test_what_a_package_exports_is_what_its_page_shows() -> None:
    from clusterkit import mapping, scoreboard, stress_test

    for module, name in ((mapping, "mapping"), (scoreboard, "scoreboard"), (stress_test, "stress_test")):
        (part,) = [part for part in PARTS if part.name == name]
        shown = {one.name for _, _, own in reference.homes(package(), part) for one in own}
        exported = {name for name in module.__all__ if callable(getattr(module, name))}
        assert shown == {name for name in exported if not hasattr(getattr(module, name), "__origin__")}


def test_the_package_that_runs_is_read_and_not_another_in_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "clusterkit").mkdir()
    (tmp_path / "clusterkit" / "__init__.py").write_text('"""Another."""\n')
    monkeypatch.chdir(tmp_path)
    assert Path(reference.load().filepath).parent == reference.PACKAGE


def test_names_in_a_text_lead_to_their_place() -> None:
    place = "api-mapping.html#shift_share"
    names = {"mapping.shift_share": place, "shift_share": place, "theil": "x", "Atlas": "api-mapping.html#atlas"}
    for code in ("mapping.shift_share", "shift_share()", "shift_share(start, end)", "clusterkit.mapping.shift_share"):
        assert reference.mentioned(code, names) == place
    assert reference.mentioned("shift_share", names) == "", "it may be a column or a parameter"
    assert reference.mentioned("shift_share", names, is_bare_enough=True) == place
    assert reference.mentioned("theil", names, is_bare_enough=True) == "", "a word like any other"
    assert reference.mentioned("Atlas", names) == "api-mapping.html#atlas"
    assert reference.mentioned("mapping.others", names) == ""
    text = documents.to_text("See `shift_share` and `a\\|b`.", documents.METHODS, {}, frozenset(), names)
    assert f'<a href="{place}"><code>shift&#95;share</code></a>' in text
    assert "<code>a&#124;b</code>" in text


def test_names_that_two_packages_have_need_their_package() -> None:
    html = {
        "api-mapping": '<h3 id="a"><code>Board</code><h3 id="board-1"><code>board</code><h3 id="b"><code>both</code>',
        "api-portrait": '<h3 id="both"><code>both</code></h3><h4 id="board.rank"><code>Board&#46;rank</code>',
    }
    found = reference.names_of(html)
    assert found["mapping.board"] == found["board"] == "api-mapping.html#board-1"
    assert found["portrait.both"] == "api-portrait.html#both"
    assert found["portrait.Board.rank"] == "api-portrait.html#board.rank"
    assert "both" not in found


def test_a_long_call_has_a_line_for_each_parameter() -> None:
    (part,) = [part for part in PARTS if part.name == "mapping"]
    (one,) = [one for one in callables(part) if one.name == "location_quotient"]
    lines = reference.signature(one).splitlines()
    assert lines[0] == "location_quotient("
    assert lines[2] == "    *,"
    assert lines[-1] == ") -> pd.DataFrame"
    (short,) = [one for one in callables(part) if one.name == "presence"]
    assert reference.signature(short) == "presence(lq: pd.DataFrame, *, threshold: float = 1.0) -> pd.DataFrame"
