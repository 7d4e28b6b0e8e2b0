"""The kinds of own data that there are: one entry each."""

from __future__ import annotations

from clusterkit.data.own import framework, geometry, indicators, industry, organisations, taxonomy
from clusterkit.data.own.kind import Kind

# In the order in which they are listed.
KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        taxonomy.KIND,
        industry.KIND,
        indicators.KIND,
        framework.KIND,
        geometry.KIND,
        organisations.KIND,
    )
}
