"""The explorer: all regions and sectors as data for a page that draws them when a reader asks. Shows, never computes."""

from clusterkit.show.explorer.figures import Board, Set, save, sets_of
from clusterkit.show.explorer.page import explorer, say_lead

__all__ = ["Board", "Set", "explorer", "save", "say_lead", "sets_of"]
