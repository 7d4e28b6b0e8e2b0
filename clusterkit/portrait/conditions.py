"""The scoreboard of a region, from the project's tables and its framework files."""

from __future__ import annotations

from pathlib import Path

from clusterkit import scoreboard
from clusterkit.data import indicator_register, tables
from clusterkit.params import RegionParams, chosen_peers
from clusterkit.paths import Project, project
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
    return scoreboard.gather(
        tables.load_indicator(place.processed),
        tables.load_industry(place.processed),
        tables.load_region(place.processed),
        tables.load_context(place.processed),
        denominators=indicator_register.merging_rules(register),
        inexact=indicator_register.without_true_base(register),
        territories={p.region: p.nuts_ids, **chosen_peers(p, place).territories},
        year=p.reference_year,
    )


def board(
    p: RegionParams,
    framework: Path,
    place: Project | None = None,
    *,
    gathered: scoreboard.Evidence | None = None,
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
    """
    place = place or project()
    chosen = chosen_peers(p, place)
    own = {"region": p.region, "draws": p.scoreboard.draws, "seed": p.seed, **p.score_options}

    def make() -> scoreboard.RegionScoreboard:
        units = tables.indicator_units(tables.load_indicator(place.processed))
        beside = gathered if gathered is not None else evidence(p, place)
        return scoreboard.region_scoreboard(
            beside, load_framework(framework, known=units), chosen_peers=chosen.ids, **own
        )

    key = {
        "framework": str(framework),
        "territories": {p.region: list(p.nuts_ids), **{name: list(ids) for name, ids in chosen.territories.items()}},
        "year": p.reference_year,
        "peers": chosen.ids,
        **own,
    }
    return shared("board", key, make)
