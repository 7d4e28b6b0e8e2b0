"""What a page says first, for whatever is chosen: what the controls show while one looks for the right choice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from clusterkit import mapping, params, portrait
from clusterkit.data import industries, star_schemes, tables
from clusterkit.mapping.census import Beside
from clusterkit.paths import Project
from clusterkit.results import shared
from clusterkit.show import Downloads, brief, categories, charts, elsewhere, europe, europe_charts, findings
from clusterkit.show import scoreboard as show_scoreboard
from clusterkit.show import stress_test as show_stress_test

BESIDE: Beside = "sector and country"  # what wages in clusters are set beside in the lead of the page on Europe

Chosen = params.RegionParams | params.EuropeParams
Shown = tuple[Any, ...]  # texts, figures and lists of clusterkit.show


def checked(page: str, values: dict[str, Any]) -> Chosen:
    """The parameters of a page, as its notebook checks them.

    Parameters
    ----------
    page
        One of :data:`PAGES`.
    values
        As its parameters cell has them.

    Raises
    ------
    ParamError
        What is wrong with them.
    """
    return params.check_europe(values) if page == "europe" else params.check(values)


def lead(page: str, p: Chosen, place: Project) -> Shown:
    """The main picture and sentences of a page.

    Parameters
    ----------
    page
        One of :data:`PAGES`.
    p
        Parameters of the page.
    place
        Project whose files are read.

    Raises
    ------
    ClusterkitError
        As the page would raise it.
    """
    return shared(f"lead-{page}", key(p, place), lambda: PAGES[page](p, place))


def key(p: Chosen, place: Project) -> list[Any]:
    """All that tells one lead of a page from another, as JSON can write it: the parameters, and files handed in."""
    files = p.handed_in(place) if isinstance(p, params.RegionParams) else []
    return [p.model_dump(mode="json"), [[str(path), path.stat().st_size, path.stat().st_mtime_ns] for path in files]]


def _mapping(p: params.RegionParams, place: Project) -> Shown:
    own, names, nowhere = portrait.own_sectors(p, place), _divisions(place), Downloads(p.region, None)
    chosen = None
    if p.mapping.taxonomy != params.DIVISIONS:  # what takes all regions, and longer
        chosen = portrait.chosen_categories(p, portrait.economy(p, place), place)
    shown = (
        findings.summary(own.ranked, p, names, categories.sentence_chosen(chosen)),
        charts.plot_strength(own.ranked, p, names, nowhere),
        findings.say_strength(own.ranked, p, names),
    )
    if chosen is None:
        return shown
    return (
        *shown,
        categories.say_categories(chosen.strength, p, chosen.taxonomy),
        categories.plot_categories(chosen.strength, p, chosen.taxonomy, nowhere),
    )


def _scoreboard(p: params.RegionParams, place: Project) -> Shown:
    board = portrait.board(p, p.framework_path(place), place)
    return (
        show_scoreboard.say_summary(board, p),
        show_scoreboard.plot_dimensions(board, p, Downloads(p.region, None)),
        show_scoreboard.say_dimensions(board, p),
    )


def _stress_test(p: params.RegionParams, place: Project) -> Shown:
    test = portrait.stress_test(p, place=place)
    look = show_stress_test.Look(test, p, Downloads(p.region, None), test.span)
    plot = show_stress_test.plot_gaps if test.is_answered else show_stress_test.plot_evidence
    return show_stress_test.say_state(look), plot(look)


def _brief(p: params.RegionParams, place: Project) -> Shown:
    names = elsewhere.names_of(p, tables.load_region(place.processed))
    return (brief.say_findings(portrait.portrait(p, place), _divisions(place), names),)


def _europe(p: params.EuropeParams, place: Project) -> Shown:
    every = tables.load_industry(place.processed)
    scheme = star_schemes.list_schemes(place.params / "star_schemes")[p.star_scheme]
    sound = mapping.without_countries(every, mapping.misplaced_countries(every, year=p.reference_year))
    cells = mapping.europe_strength(sound, scheme=scheme, year=p.reference_year, base_year=p.base_year)
    premium = mapping.wage_premium(cells, beside=BESIDE).set_axis(pd.Index([BESIDE], name="beside"))
    paid = mapping.wage_premium(cells, beside=BESIDE, by="country")
    countries = mapping.count_clusters(cells, by="country").join(paid)
    return (
        europe.say_lead(mapping.count_clusters(cells), premium, cells, p),
        europe_charts.plot_countries(countries, cells, p, Downloads("europe", None)),
        europe.say_countries(countries),
    )


def _divisions(place: Project) -> industries.Taxonomy:
    return industries.load_taxonomy(params.divisions_path(place))


PAGES: dict[str, Callable[[Any, Project], Shown]] = {
    "brief": _brief,
    "cluster-mapping": _mapping,
    "scoreboard": _scoreboard,
    "stress-test": _stress_test,
    "europe": _europe,
}
# Pages whose lead can take longer than one waits, and is worked out beforehand: docs/benchmarks.md#controls
SLOW = ("brief", "cluster-mapping", "scoreboard", "stress-test")
