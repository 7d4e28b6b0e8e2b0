"""How well the frameworks are filled, and their tables in docs/frameworks.md (``make docs``)."""

from __future__ import annotations

import io
import re
import sys

import pandas as pd

from clusterkit.data.frameworks import Framework, list_frameworks
from clusterkit.data.indicator_register import merging_rules, read_register
from clusterkit.data.tables import load_indicator
from clusterkit.params import load_regions
from clusterkit.paths import project
from clusterkit.scoreboard.observations import Observations, observe

SIGNS = {1.0: "+", -1.0: "−"}  # a direction, as the table shows it
HEADING = "| sub-dimension | indicator | direction | weight | unit | year | regions | rating |"
PLACE = r"<!-- tables of {id} -->\n(?:.*\n)*?<!-- end of tables -->\n"


def markdown(framework: Framework, everywhere: Observations, regions: Observations) -> str:
    """One table per dimension, what each rests on, and how much of each the chosen regions have.

    Parameters
    ----------
    framework
        Of three or four levels: the upper group has headings, the lower one rows.
    everywhere
        Observations of all NUTS 2 regions, none of them merged: how many have a figure, and of which year.
    regions
        Observations in which the regions to be listed are the territories, the last rows.

    Returns
    -------
    str
        Markdown. Columns: direction (+ more is better, − less is), weight beside its siblings, unit, reference year
        and, if some figures are older or newer, their range; regions with a figure (count); rating.
    """
    upper, lower = framework.levels[-3], framework.levels[-2]
    blocks = []
    for part in framework.at(upper):
        groups = framework.children(part)
        lines = [f"### {framework.name(part)}", "", HEADING, "|---" * HEADING.count(" | ") + "|---|"]
        lines += [f"| {' | '.join(row)} |" for group in groups for row in _rows(framework, everywhere, group)]
        lines += [""]
        lines += [_reason(framework.table.loc[group]) for group in groups]
        blocks.append("\n".join(lines))
    n_empty, n_lower = len(framework.empty), len(framework.at(lower))
    counts = f"{len(framework.indicators)} indicators in {n_lower - n_empty} of {n_lower} parts of level {lower}."
    return "\n\n".join([f"{counts} {len(everywhere.values)} regions.", *blocks, _coverage(framework, regions)]) + "\n"


def _rows(framework: Framework, everywhere: Observations, group: str) -> list[tuple[str, ...]]:
    name, rating = framework.name(group), framework.table.loc[group, "rating"]
    indicators = framework.children(group)
    if not indicators:
        return [(f"**{name}**", "no open figures", "", "", "", "", "0", rating)]
    rows: list[tuple[str, ...]] = []
    for position, code in enumerate(indicators):
        part = framework.table.loc[code]
        rows.append(
            (
                f"**{name}**" if position == 0 else "",
                f"{part['name']} (`{code}`)",
                SIGNS[part["direction"]],
                f"{part['weight']:g}",
                part["unit"],
                _years(everywhere, code),
                str(everywhere.values[code].notna().sum()),
                part["rating"],
            )
        )
    return rows


def _years(everywhere: Observations, code: str) -> str:
    years, reference = everywhere.years[code], everywhere.reference_year[code]
    first, last = years.min(), years.max()
    return f"{reference:.0f}" if first == last else f"{reference:.0f} ({first:.0f}–{last:.0f})"


def _reason(part: pd.Series) -> str:
    return f"- **{part['name']}**, {part['rating']}: {part['reason']}"


def _coverage(framework: Framework, regions: Observations) -> str:
    """Indicators known over indicators there are, by region and part of the upper level."""
    upper = framework.at(framework.levels[-3])
    known = regions.values.notna()
    head = [f"| region | {' | '.join(framework.name(part) for part in upper)} |", "|---" * (len(upper) + 1) + "|"]
    rows = []
    for region in known.index[~known.index.str.fullmatch(r"[A-Z]{2}[0-9A-Z]{2}")]:
        cells = [
            f"{known.loc[region, leaves].sum()} of {len(leaves)}"
            for leaves in (framework.leaves(part) for part in upper)
        ]
        rows.append(f"| `{region}` | {' | '.join(cells)} |")
    return "\n".join([f"### Pilot regions: indicators of {framework.id} that they have", "", *head, *rows])


def renewed(page: str, tables: dict[str, str]) -> str:
    """The text of docs/frameworks.md with the tables of each framework made anew; what people wrote stays."""
    for name, table in tables.items():
        found = f"<!-- tables of {name} -->\n\n{table}\n<!-- end of tables -->\n"
        page = re.sub(PLACE.format(id=re.escape(name)), found.replace("\\", r"\\"), page)
    return page


def main() -> None:
    """Write the page as it should be to standard output."""
    place = project()
    page = (place.root / "docs" / "frameworks.md").read_text(encoding="utf-8")
    table = load_indicator(place.processed)
    rules = merging_rules(read_register(place.params / "indicators.yaml"))
    territories = {region.region: list(region.nuts_ids) for region in load_regions(place)}
    tables = {
        name: markdown(
            framework,
            observe(table, framework, denominators=rules),
            observe(table, framework, denominators=rules, territories=territories),
        )
        for name, framework in list_frameworks(place.params / "frameworks").items()
        if f"<!-- tables of {name} -->" in page
    }
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.write(renewed(page, tables))


if __name__ == "__main__":
    main()
