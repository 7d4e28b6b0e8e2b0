"""The place of the explorer in its page: what a reader without scripts finds, and where a script takes over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from clusterkit.data.nuts import country_phrase
from clusterkit.data.sources import GISCO
from clusterkit.params import EuropeParams
from clusterkit.show import words
from clusterkit.show.explorer.figures import Set
from clusterkit.show.maps import OUTSIDE
from clusterkit.show.output import Text, escape
from clusterkit.show.tables import AREA

STYLE = "theme/explorer/explorer.css"  # beside the page; the scripts are named in the page's first lines


@dataclass(frozen=True)
class Explorer:
    """The element that the script fills, with what it shows in words, and the links to every figure.

    Parameters
    ----------
    links
        As :func:`clusterkit.show.explorer.save` gives them.
    note
        Source, years, NUTS version and marks, as they stand under every view.
    """

    links: Mapping[str, str]
    note: str

    def _repr_markdown_(self) -> str:
        files = {title: href for title, href in self.links.items() if title not in ("data", "library") and href}
        items = "".join(
            f'<li><a href="{escape(href)}" download>{escape(title)}, data (CSV)</a></li>'
            for title, href in files.items()
        )
        listed = (
            f'<p>All figures of the explorer as files:</p>\n<ul id="explorer-files">{items}</ul>\n' if items else ""
        )
        return (
            f'<link rel="stylesheet" href="{STYLE}">\n'
            f'<div id="explorer" class="explorer" data-source="{escape(self.links["data"])}" '
            f'data-library="{escape(self.links["library"])}">\n'
            "<p>With scripts allowed, this page draws a map of Europe for the sector you choose, with a table of all "
            "regions; the sectors of the region you choose; and two to five regions side by side. Without them, the same "
            "figures are in the files below.</p>\n</div>\n"
            f'<p class="note" id="explorer-note">{escape(self.note)}</p>\n{listed}'
        )

    def __repr__(self) -> str:
        return f"Explorer: {len(self.links)} files"


def explorer(links: Mapping[str, str], p: EuropeParams, doubtful: Sequence[str]) -> Explorer:
    """The interactive part of the page.

    Parameters
    ----------
    links
        As :func:`clusterkit.show.explorer.save` gives them.
    doubtful
        Codes of countries whose figures by region cannot be right in some sectors.
    """
    warning = ""
    if doubtful:
        names = words.listing([country_phrase(code) for code in doubtful])
        warning = f" Figures of {names} by region cannot be right in some sections, and are shown as published (assumption A82)."
    note = (
        f"Source: Eurostat, structural business statistics by region; own calculations. Europe: {AREA}. "
        f"NUTS {p.nuts_version}. A figure with ≈ is an estimate, for a hidden cell with its 90 % interval in brackets; "
        "a hidden cell is never counted as zero. In brackets beside a published figure: what hidden totals of countries "
        f"leave open.{warning} {OUTSIDE} Boundaries: {GISCO}."
    )
    return Explorer(links, note)


def say_lead(sectors: Set) -> Text:
    """What there is to explore, in one sentence."""
    cells = sectors.table[sectors.table.index.isin(sectors.codes, level=1)]
    regions = cells["persons_employed"].notna().groupby(level=0).any()
    share = 100 * float(np.mean(cells["is_estimated"]))
    return Text(
        (
            f"{words.number(int(regions.sum()))} regions, {words.number(len(sectors.codes))} sectors: choose a sector to see "
            f"where in Europe it is strong, a region to see what it is strong in, or several to compare them. "
            f"{words.percent(share)} of the cells are hidden by statistical offices; an estimate stands in for them, and is marked.",
        ),
        role="lead",
    )
