"""The scoreboard of a region, from the project's tables and its framework files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from clusterkit import scoreboard
from clusterkit.data import indicator_register, tables
from clusterkit.data.frameworks import Framework
from clusterkit.params import RegionParams, chosen_peers
from clusterkit.paths import Project, project
from clusterkit.portrait.own import own_indicators
from clusterkit.results import shared
from clusterkit.scoreboard import load_framework


def evidence(p: RegionParams, place: Project | None = None) -> scoreboard.Evidence:
    """The tables that all scoreboards of a region are built from: see :func:`clusterkit.scoreboard.gather`.

    Parameters
    ----------
    p
        Of the region; its peers are territories beside it where they are region files.
    place
        Project whose tables are read; default the one in use.
    """
    place = place or project()
    register = indicator_register.read_register(place.params / "indicators.yaml")
    gathered = scoreboard.gather(
        tables.load_indicator(place.processed),
        tables.load_industry(place.processed),
        tables.load_region(place.processed),
        tables.load_context(place.processed),
        denominators=indicator_register.merging_rules(register),
        inexact=indicator_register.without_true_base(register),
        territories={p.region: p.nuts_ids, **chosen_peers(p, place).territories},
        year=p.reference_year,
    )
    own = own_indicators(p, place)
    return gathered if own is None else gathered.with_own(own.rows, own.definitions)


def framework_of(p: RegionParams, path: Path, place: Project | None = None) -> Framework:
    """A framework that may name indicators of the project and of the region, each with its name and unit.

    Parameters
    ----------
    p
        Of the region.
    path
        File of the framework.
    place
        Project whose indicators are known; default the one in use.

    Raises
    ------
    ParamError
        Everything that is wrong with the file, at once; see :func:`clusterkit.data.frameworks.load_framework`.
    """
    place = place or project()
    register = indicator_register.read_register(place.params / "indicators.yaml")
    rows = [(item.code, item.name, item.unit) for item in register.indicators]
    about = pd.DataFrame(rows, columns=["code", "name", "unit"]).set_index("code").assign(source="")
    units = tables.indicator_units(tables.load_indicator(place.processed))
    own = own_indicators(p, place)
    if own is not None:
        units = {**units, **own.units}
        about = pd.concat([about, own.definitions[["name", "unit", "source"]]])
    return load_framework(path, known=units).described(about)


def board(
    p: RegionParams,
    framework: Path,
    place: Project | None = None,
    *,
    gathered: scoreboard.Evidence | None = None,
    tell: Callable[[scoreboard.RegionScoreboard], object] | None = None,
) -> scoreboard.RegionScoreboard:
    """The region's scoreboard with its rank intervals and peers: see ``scoreboard.region_scoreboard``.

    Parameters
    ----------
    p
        Of the region.
    framework
        File of the framework.
    place
        Project whose tables are read; default the one in use.
    gathered
        As :func:`evidence` gives it, where the caller has it.
    tell
        As in ``scoreboard.region_scoreboard``; gets the whole where it is at hand.
    """
    place = place or project()
    chosen = chosen_peers(p, place)
    own = {"region": p.region, "draws": p.scoreboard.draws, "seed": p.seed, **p.score_options}

    is_told = False

    def tell_first(first: scoreboard.RegionScoreboard) -> None:
        nonlocal is_told
        is_told = True
        if tell is not None:
            tell(first)

    def make() -> scoreboard.RegionScoreboard:
        beside = gathered if gathered is not None else evidence(p, place)
        parts = framework_of(p, framework, place)
        return scoreboard.region_scoreboard(beside, parts, chosen_peers=chosen.ids, tell=tell_first, **own)

    key = {
        "framework": str(framework),
        "territories": {p.region: list(p.nuts_ids), **{name: list(ids) for name, ids in chosen.territories.items()}},
        "year": p.reference_year,
        "peers": chosen.ids,
        "own": p.own.own_indicators,
        **own,
    }
    found = shared("board", key, make)
    if not is_told:
        tell_first(found)
    return found
