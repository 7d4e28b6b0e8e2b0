"""How well the indicators are filled, and the table of them in docs/indicators.md (``make docs``)."""

from __future__ import annotations

import io
import re
import sys

import pandas as pd

from clusterkit.data.indicator_register import Register, read_register
from clusterkit.data.tables import load_indicator
from clusterkit.paths import project

MIN_REGIONS = 150  # NUTS 2 regions with a value in the best year; fewer is listed as thin
HEADING = "| code | name | unit | source | years | regions (best year) | countries | rating |"


def coverage(table: pd.DataFrame) -> pd.DataFrame:
    """How well each indicator is filled at NUTS 2.

    Returns
    -------
    pandas.DataFrame
        Index ``indicator``; ``first_year``, ``last_year``; ``best_year`` and ``regions_best_year``, the
        year with most NUTS 2 regions (count) and how many; ``regions`` in any year; ``countries`` with a
        value of level 0; ``estimated_pct``, share of the values marked estimated; ``is_thin``, fewer than
        ``MIN_REGIONS`` regions in the best year.
    """
    known = table[table["value"].notna()]
    regional = known[known["nuts_id"].str.len() == 4]
    per_year = regional.groupby(["indicator", "year"])["nuts_id"].nunique().rename("n").reset_index()
    best = per_year.sort_values(["n", "year"]).drop_duplicates("indicator", keep="last").set_index("indicator")
    groups = regional.groupby("indicator")
    countries = known[known["nuts_id"].str.len() == 2].groupby("indicator")["nuts_id"].nunique()
    counts = pd.DataFrame(
        {
            "first_year": groups["year"].min(),
            "last_year": groups["year"].max(),
            "best_year": best["year"],
            "regions_best_year": best["n"],
            "regions": groups["nuts_id"].nunique(),
        }
    ).astype(int)
    return counts.assign(
        countries=countries.reindex(counts.index, fill_value=0),
        estimated_pct=100 * regional["status"].eq("estimated").groupby(regional["indicator"]).mean(),
        is_thin=counts["regions_best_year"] < MIN_REGIONS,
    )


def markdown(register: Register, table: pd.DataFrame) -> str:
    """The table of docs/indicators.md: code, name, unit, source, years, regions covered, rating."""
    filled = coverage(table)
    lines = [HEADING, "|---" * HEADING.count(" | ") + "|---|"]
    for item in register.indicators:
        datasets = " + ".join(dict.fromkeys(register.files[series.source].dataset for series in item.series))
        years, regions, countries = "–", "none", "–"
        if item.code in filled.index:
            row = filled.loc[item.code]
            years = "–".join(dict.fromkeys([str(row["first_year"]), str(row["last_year"])]))
            regions = f"{row['regions_best_year']} ({row['best_year']}){', thin' if row['is_thin'] else ''}"
            countries = str(row["countries"])
        cells = (f"`{item.code}`", item.name, item.unit, datasets, years, regions, countries, item.rating)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def renewed(page: str, register: Register, table: pd.DataFrame) -> str:
    """The text of docs/indicators.md with its table of indicators made anew; what people wrote stays."""
    return re.sub(rf"^{re.escape(HEADING)}\n(\|.*\n)*", lambda _: markdown(register, table), page, flags=re.MULTILINE)


def main() -> None:
    """Write the page as it should be to standard output."""
    place = project()
    page = (place.root / "docs" / "indicators.md").read_text(encoding="utf-8")
    register = read_register(place.params / "indicators.yaml")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.write(renewed(page, register, load_indicator(place.processed)))


if __name__ == "__main__":
    main()
