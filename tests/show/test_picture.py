"""The picture of the README: small, whole, in light and dark, and drawn from the tables as they are."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from clusterkit.params import load_regions
from clusterkit.paths import project
from clusterkit.show import picture
from clusterkit.show.output import Figure

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "docs" / "picture.svg"
MAX_KB = 150  # 10**3 bytes


def without_paths(svg: str) -> str:
    """All but outlines, whose last digits depend on the libraries that draw."""
    return re.sub(r' d="[^"]*"', "", svg)


def test_it_is_small_and_needs_nothing_from_elsewhere() -> None:
    text = KEPT.read_text(encoding="utf-8")
    assert len(text.encode()) < MAX_KB * 1000
    root = ElementTree.fromstring(text)
    assert [child.tag.rpartition("}")[2] for child in root] == ["rect", "svg", "svg"]
    assert not re.findall(r"<script|<image|<foreignObject|@import|href=\"(?!#)", text)
    assert text.count("prefers-color-scheme:dark") == 2


def test_no_name_of_one_figure_is_that_of_the_other() -> None:
    text = KEPT.read_text(encoding="utf-8")
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(set(ids)) == len(ids) > 50
    assert {name for name in re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', text) for name in name if name} <= set(ids)
    rules = set(re.findall(r"\.(f\ds\d+)\{", text))
    assert set(re.findall(r'class="([^"]+)"', text)) == rules
    assert {rule[:2] for rule in rules} == {"f0", "f1"}


@pytest.mark.slow
def test_it_is_as_make_picture_draws_it() -> None:
    here = project(ROOT)
    (p,) = load_regions(here, [picture.REGION])
    shown = picture.figures(p, here)
    assert without_paths(picture.beside(shown)) == without_paths(KEPT.read_text(encoding="utf-8")), "run: make picture"
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (alt,) = re.findall(r"!\[([^\]]+)\]\(docs/picture.svg\)", readme)
    assert p.name in alt
    assert "eight of them strong" in alt, shown[0].title
    assert shown[0].title == "Eight sectors are strong in Piemonte, led by textiles (C13)"


def test_outlines_are_rounded_and_letters_are_not() -> None:
    outline = "M1 2l" + "3.4 -3.4l0.1 0l" * 30 + "1 1z"
    letters = "M1.25 2Q3.1 4 5 6z" + "M1.25 2Q3.1 4 5 6z" * 20
    svg = f'<svg width="10" height="10"><path id="a" class="s0" d="{outline}"/><path d="{letters}"/></svg>'
    figure = Figure(svg=svg, title="t", alt="a", note="", link="", width=10, height=picture.HEIGHT)
    made = picture.beside([figure, figure])
    assert letters in made
    assert outline not in made
    numbers = [float(n) for d in re.findall(r' d="(M\d+ \d+l[^"Q]*)"', made) for n in re.findall(r"-?[\d.]+", d)]
    assert numbers
    assert all(number % picture.GRID == 0 for number in numbers)
    assert made.count('id="f0a"') == made.count('class="f1s0"') == 1
