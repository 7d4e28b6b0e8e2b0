"""The outlines of several regions: one that cannot be made stops no other."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import pytest

from clusterkit import params, portrait
from clusterkit.errors import ContractError, Problem
from clusterkit.params import RegionParams
from clusterkit.paths import project

MODULE = sys.modules["clusterkit.portrait.outline"]  # the package has a function of that name
REGIONS = ["piemonte", "saxony", "slovenia"]


@dataclass(frozen=True)
class Made:
    """In the place of an outline."""

    p: RegionParams


def failing(monkeypatch: pytest.MonkeyPatch, reasons: dict[str, Exception]) -> None:
    """Outlines are made at once, but for regions that have a reason."""

    def outline(p: RegionParams, _place: object) -> Made:
        if p.region in reasons:
            raise reasons[p.region]
        return Made(p)

    monkeypatch.setattr(MODULE, "outline", outline)


REFUSED = ContractError(Problem("Nobody counted.", "a file", "somebody counts", "count"))


def test_an_outline_that_cannot_be_made_is_named_and_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, {"piemonte": REFUSED, "slovenia": ValueError("no such year\nin the table")})
    found, missing = portrait.outlines(params.load_regions(project(), REGIONS))
    assert list(found) == ["saxony"]
    assert missing == {"piemonte": "Nobody counted.", "slovenia": "ValueError: no such year"}


def test_pages_of_many_regions_name_the_one_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, {"saxony": REFUSED})
    of = portrait.together(params.load_regions(project(), REGIONS))
    assert list(of.names) == ["piemonte", "slovenia"]
    assert of.missing == {"Saxony": "Nobody counted."}
