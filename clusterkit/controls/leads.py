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
from clusterkit.show import Downloads, brief, categories, charts, detail, elsewhere, europe, europe_charts, findings
from clusterkit.show import scoreboard as show_scoreboard
from clusterkit.show import stress_test as show_stress_test

BESIDE: Beside = "sector and country"  # what wages in clusters are set beside in the lead of the page on Europe

Chosen = params.RegionParams | params.EuropeParams
Shown = tuple[Any, ...]  # texts, figures and lists of clusterkit.show
Tell = Callable[[Shown], None]


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


def lead(page: str, p: Chosen, place: Project, tell: Tell | None = None) -> Shown:
    """The main picture and sentences of a page.

    Parameters
    ----------
    page
        One of :data:`PAGES`.
    p
        Parameters of the page.
    place
        Project whose files are read.
    tell
        Gets what is known early, where the whole takes long; not called for what is at hand.

    Raises
    ------
    ClusterkitError
        As the page would raise it.
    """
    return shared(f"lead-{page}", key(p, place), lambda: PAGES[page](p, place, tell or _nobody))


def key(p: Chosen, place: Project) -> list[Any]:
    """All that tells one lead of a page from another, as JSON can write it: the parameters, and files handed in."""
    files = p.handed_in(place) if isinstance(p, params.RegionParams) else []
    return [p.model_dump(mode="json"), [[str(path), path.stat().st_size, path.stat().st_mtime_ns] for path in files]]


def _nobody(_: Shown) -> None:
    """Hears what is known early."""


def _mapping(p: params.RegionParams, place: Project, tell: Tell) -> Shown:
    own, names, nowhere = portrait.own_sectors(p, place), _divisions(place), Downloads(p.region, None)
    figure, said = charts.plot_strength(own.ranked, p, names, nowhere), findings.say_strength(own.ranked, p, names)
    first = (findings.summary(own.ranked, p, names, categories.sentence_chosen(None)), figure, said)
    if p.mapping.taxonomy == params.DIVISIONS:
        return first
    tell(first)
    chosen = portrait.chosen_categories(p, portrait.economy(p, place), place)  # takes all regions, and longer
    assert chosen is not None  # there are other categories than the divisions
    return (
        findings.summary(own.ranked, p, names, categories.sentence_chosen(chosen)),
        figure,
        said,
        categories.say_categories(chosen.strength, p, chosen.taxonomy),
        categories.plot_categories(chosen.strength, p, chosen.taxonomy, nowhere),
    )


def _detail(p: params.RegionParams, place: Project, _: Tell) -> Shown:
    of = portrait.detail(p, portrait.own_sectors(p, place), place)
    return detail.say_lead(of, p), detail.plot_strength(of, p, Downloads(p.region, None)), detail.say_strength(of, p)


def _scoreboard(p: params.RegionParams, place: Project, tell: Tell) -> Shown:
    board = portrait.board(
        p, p.framework_path(place), place, tell=lambda first: tell((show_scoreboard.say_summary(first, p),))
    )
    return (
        show_scoreboard.say_summary(board, p),
        show_scoreboard.plot_dimensions(board, p, Downloads(p.region, None)),
        show_scoreboard.say_dimensions(board, p),
    )


def _stress_test(p: params.RegionParams, place: Project, tell: Tell) -> Shown:
    test = portrait.stress_test(p, place=place, tell=lambda first: tell((show_stress_test.say_first(first, p.name),)))
    look = show_stress_test.Look(test, p, Downloads(p.region, None), test.span)
    plot = show_stress_test.plot_gaps if test.is_answered else show_stress_test.plot_evidence
    return show_stress_test.say_state(look), plot(look)


def _brief(p: params.RegionParams, place: Project, tell: Tell) -> Shown:
    tell((brief.say_first(portrait.own_sectors(p, place), p, _divisions(place)),))
    names = elsewhere.names_of(p, tables.load_region(place.processed))
    return (brief.say_findings(portrait.portrait(p, place), _divisions(place), names),)


def _europe(p: params.EuropeParams, place: Project, _: Tell) -> Shown:
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


PAGES: dict[str, Callable[[Any, Project, Tell], Shown]] = {
    "brief": _brief,
    "cluster-mapping": _mapping,
    "detail": _detail,
    "scoreboard": _scoreboard,
    "stress-test": _stress_test,
    "europe": _europe,
}
# Pages whose lead can take longer than one waits, and is worked out beforehand: docs/benchmarks.md#controls
SLOW = ("brief", "cluster-mapping", "detail", "scoreboard", "stress-test")
