"""The picture of the README: two figures of one region's pages, side by side, as ``docs/picture.svg`` (``make picture``)."""

from __future__ import annotations

import re
import sys

from clusterkit import mapping, portrait
from clusterkit.data import industries, tables
from clusterkit.params import RegionParams, load_regions
from clusterkit.paths import Project, project
from clusterkit.show import charts, maps
from clusterkit.show.output import Downloads, Figure

REGION = "piemonte"
HEIGHT = 330  # of both figures, in CSS pixels; the width follows
GRID = 2  # units of a figure, less than a pixel of the picture, that outlines are rounded to
LONG = 200  # characters; a shorter path is an axis or a mark
GAP = 24  # between them and around them


def figures(p: RegionParams, place: Project) -> list[Figure]:
    """What a region is strong in, and the first of its highlighted sectors on a map of Europe.

    Parameters
    ----------
    p
        Of the region.
    place
        Project whose tables are read.

    Returns
    -------
    list of Figure
        As its mapping page shows them; none where there is no sector to show.
    """
    industry, region = tables.load_industry(place.processed), tables.load_region(place.processed)
    taxonomy = industries.load_taxonomy(p.taxonomy_path(place))
    across = mapping.sectors_across_regions(
        industry, mapping.benchmark(industry), nace_codes=p.mapping.highlight[:1], year=p.reference_year
    )
    strength = charts.plot_strength(portrait.economy(p, place).ranked, p, taxonomy, Downloads(p.region))
    on_map = maps.plot_sectors(across, p, region, taxonomy, Downloads(p.region)).parts
    return [figure for figure in (strength, *on_map) if isinstance(figure, Figure)]


def beside(shown: list[Figure]) -> str:
    """Figures in a row, as one picture that follows light and dark.

    Parameters
    ----------
    shown
        In their order; at least one.

    Returns
    -------
    str
        SVG. Names of shapes and classes are told apart by the number of the figure, so that none draws with those of
        another.
    """
    parts, left = [], GAP
    for number, figure in enumerate(shown):
        width = round(figure.width * HEIGHT / figure.height)
        svg = re.sub(r'((?:id="|href="#|url\(#))', rf"\g<1>f{number}", figure.svg)
        svg = re.sub(r'(class="|[>}]\.)(?=s\d)', rf"\g<1>f{number}", svg)
        svg = re.sub(r' d="([^"]*)"', lambda found: _coarse(found[1]), svg)
        svg = re.sub(r'(<svg\b[^>]*?) width="[^"]*" height="[^"]*"', r"\1", svg, count=1)
        parts.append(svg.replace("<svg", f'<svg x="{left}" y="{GAP}" width="{width}" height="{HEIGHT}"', 1))
        left += width + GAP
    height = HEIGHT + 2 * GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left} {height}" width="{left}" height="{height}">\n'
        f'<rect width="{left}" height="{height}" fill="var(--paper)"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _coarse(path: str) -> str:
    """An outline of straight lines, with its corners on a grid; letters, which have curves, stay as they are."""
    if re.search(r"[^Mlz\d. -]", path) or len(path) < LONG:
        return f' d="{path}"'
    out, x, y, drawn = [], 0.0, 0.0, (0, 0)
    for command, numbers in re.findall(r"([Mlz])([^Mlz]*)", path):
        if command == "z":
            out.append("z")
            continue
        right, down = (float(number) for number in numbers.split())
        x, y = (right, down) if command == "M" else (x + right, y + down)
        to = (GRID * round(x / GRID), GRID * round(y / GRID))
        if command == "M":
            out.append(f"M{to[0]} {to[1]}")
        elif to != drawn:
            out.append(f"l{to[0] - drawn[0]} {to[1] - drawn[1]}")
        drawn = to
    return f' d="{"".join(out)}"'


if __name__ == "__main__":
    here = project()
    sys.stdout.write(beside(figures(load_regions(here, [REGION])[0], here)))
