"""What several pages say of one region, worked out once from the project's files and shared by the pages of a run.

The one room above the domain that reads files: it puts the tables of :mod:`clusterkit.data` into the functions of
:mod:`clusterkit.mapping`, :mod:`clusterkit.scoreboard` and :mod:`clusterkit.stress_test`. An analyst who wants other
inputs calls those.
"""

from clusterkit.portrait.chosen import ChosenCategories, chosen_categories
from clusterkit.portrait.conditions import board, evidence, framework_of
from clusterkit.portrait.detail import Detail, detail
from clusterkit.portrait.economy import economy, own_sectors, stars
from clusterkit.portrait.outline import Outline, leave_outline, outline, outlines
from clusterkit.portrait.own import RegionOrganisations, boundary, organisations
from clusterkit.portrait.policy import stress_test
from clusterkit.portrait.together import Together, together
from clusterkit.portrait.whole import Portrait, portrait

__all__ = [
    "ChosenCategories",
    "Detail",
    "Outline",
    "Portrait",
    "RegionOrganisations",
    "Together",
    "board",
    "boundary",
    "chosen_categories",
    "detail",
    "economy",
    "evidence",
    "framework_of",
    "leave_outline",
    "organisations",
    "outline",
    "outlines",
    "own_sectors",
    "portrait",
    "stars",
    "stress_test",
    "together",
]
