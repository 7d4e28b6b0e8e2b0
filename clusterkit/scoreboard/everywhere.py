"""The dimensions of a scoreboard for all regions, each territory as its own page has it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from clusterkit.data.frameworks import Framework
from clusterkit.scoreboard.observations import base_amounts, observe
from clusterkit.scoreboard.region import build_scoreboard


def dimensions_everywhere(
    indicator: pd.DataFrame,
    industry: pd.DataFrame,
    context: pd.DataFrame,
    framework: Framework,
    *,
    denominators: Mapping[str, str],
    inexact: Collection[str],
    territories: Mapping[str, Sequence[str]],
    **options: Any,
) -> pd.DataFrame:
    """Score and rank of every region in every dimension of a framework.

    Parameters
    ----------
    indicator, industry, context
        Tables of these names.
    framework
        Parts and weights.
    denominators, inexact
        As in :class:`clusterkit.scoreboard.Evidence`.
    territories
        Name of a territory to its NUTS 2 codes. Its rows are of a scoreboard in which it stands in the place of
        its codes, and no other territory does: that of its own page.
    **options
        Of ``build_scoreboard``.

    Returns
    -------
    pandas.DataFrame
        Index (``nuts_id``, ``part``), all NUTS 2 regions and the territories: ``score`` (points, 0 to 100), ``rank``
        (1 is best) among ``n_regions`` with a score. NaN where too little is known.
    """
    bases = base_amounts(indicator, context, industry)
    given = {"denominators": denominators, "bases": bases, "inexact": inexact}

    def board(merged: Mapping[str, Sequence[str]]) -> pd.DataFrame:
        observed = observe(indicator, framework, territories=merged, **given)
        scores = build_scoreboard(observed, framework, **options).scores[framework.at(framework.levels[1])]
        ranks = scores.round(10).rank(ascending=False, method="min")
        index = pd.MultiIndex.from_product([scores.index, scores.columns], names=["nuts_id", "part"])
        counts = ranks.notna().sum().reindex(index.get_level_values("part")).to_numpy()
        columns = {"score": scores.to_numpy().ravel(), "rank": ranks.to_numpy().ravel(), "n_regions": counts}
        return pd.DataFrame(columns, index=index)

    return pd.concat([board({}), *(board({name: codes}).loc[[name]] for name, codes in territories.items())])
