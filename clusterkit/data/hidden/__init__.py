"""Hidden cells: the range that published totals leave, and an estimate that adds up to them."""

from clusterkit.data.hidden.bounds import bounds
from clusterkit.data.hidden.estimates import estimate

__all__ = ["bounds", "estimate"]
