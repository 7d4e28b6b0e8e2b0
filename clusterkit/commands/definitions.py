"""``clusterkit definitions``: derive cluster definitions from the embedded tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from clusterkit.commands.answers import refuse_wrong_input, say
from clusterkit.paths import project

if TYPE_CHECKING:
    import pandas as pd

    from clusterkit.data.industries import Taxonomy

YEAR = 2014  # the best-filled year of the whole business economy
TAXONOMY = "derived-divisions"
HEADING = """Clusters of NACE divisions, derived from where in Europe their jobs are (NUTS 2, 2014). Do not edit:
written by `clusterkit definitions`. Method, scores and limits: docs/definitions.md"""
SOURCE = (
    "Derived by this project from Eurostat, structural business statistics by NUTS 2 region, 2014, after the method of "
    "Delgado, Porter and Stern (2016) (A46, A47)"
)


@click.command("definitions")
@click.option(
    "--beside",
    type=click.Path(path_type=Path),
    default=None,
    help="CSV of the US benchmark clusters with ISIC classes: print the comparison as Markdown.",
)
@click.pass_obj
@refuse_wrong_input
def definitions(root: Path | None, beside: Path | None) -> None:
    """Derive clusters of divisions from data/processed into params/taxonomies/derived-divisions.yaml."""
    place = project(root)
    # pandas, scipy and scikit-learn take seconds that `--help` should not cost.
    from clusterkit import mapping
    from clusterkit.data.definitions import load_benchmark_industries, write_taxonomy
    from clusterkit.data.industries import load_taxonomy
    from clusterkit.data.tables import load_industry

    industries = None if beside is None else load_benchmark_industries(beside)
    folder = place.params / "taxonomies"
    names = load_taxonomy(folder / "nace-divisions.yaml").categories
    derived = mapping.derive_divisions(load_industry(place.processed), year=YEAR)
    taxonomy = mapping.as_taxonomy(
        derived, names, taxonomy_id=TAXONOMY, title="Clusters derived from European divisions", source=SOURCE
    )
    path = write_taxonomy(taxonomy, folder, heading=HEADING)
    method, number = derived.candidates.index[0]
    best = derived.candidates.iloc[0]
    if industries is None:
        say(f"{number} groups by {method}, validation score {best['score']:.1f} %: {path}")
    else:
        say(comparison(taxonomy, derived.groups, industries))


def comparison(taxonomy: Taxonomy, groups: pd.Series, industries: pd.DataFrame) -> str:
    """The 51 benchmark clusters beside the derived groups, as a Markdown table."""
    from clusterkit import mapping

    names = dict(enumerate(taxonomy.categories.values(), start=1))
    table = mapping.beside_benchmark(groups, industries)
    lines = [
        "| US benchmark cluster | industries | closest derived group | holds | is of the group | divisions |",
        "|---|---:|---|---:|---:|---|",
    ]
    for cluster, row in table.iterrows():
        known = row["n_industries"] * (1 - row["outside_pct"] / 100) > 0
        cells = (
            (names[int(row["group"])], f"{row['held_pct']:.0f} %", f"{row['of_group_pct']:.0f} %", row["nace_codes"])
            if known
            else ("none: outside the business economy", "", "", "")
        )
        lines.append(f"| {cluster} | {row['n_industries']:.0f} | {' | '.join(cells)} |")
    return "\n".join(lines)
