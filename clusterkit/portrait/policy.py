"""The stress test of a region, from what it handed in and the rest of its portrait."""

from __future__ import annotations

from collections.abc import Callable

from clusterkit import stress_test as stress
from clusterkit.data import industries
from clusterkit.params import RegionParams, divisions_path
from clusterkit.paths import Project, project
from clusterkit.portrait.conditions import board
from clusterkit.portrait.economy import economy
from clusterkit.scoreboard import RegionScoreboard


def stress_test(
    p: RegionParams,
    instrument: stress.Instrument | None = None,
    place: Project | None = None,
    *,
    tell: Callable[[RegionScoreboard], object] | None = None,
) -> stress.StressTest:
    """The region's answers beside its evidence: see :func:`clusterkit.stress_test.region_stress_test`.

    Parameters
    ----------
    p
        Of the region.
    instrument
        Questions and rules; default those of the project.
    place
        Project whose files are read; default the one in use.
    tell
        As in :func:`clusterkit.portrait.board`.

    Raises
    ------
    ClusterkitError
        Every problem of what was handed in.
    """
    place = place or project()
    instrument = instrument or stress.load_instrument(place.params)
    inputs = stress.load_inputs(instrument, place.root, p.stress_test.model_dump(), region=p.region)
    framework = place.params / "frameworks" / f"{instrument.framework.id}.yaml"
    return stress.region_stress_test(
        instrument,
        inputs,
        board(p, framework, place, tell=tell),
        stress.sector_evidence(economy(p, place)),
        name=p.name,
        taxonomy=industries.load_taxonomy(divisions_path(place)),
    )
