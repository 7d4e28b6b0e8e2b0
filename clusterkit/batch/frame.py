"""The frame of a page: the ways to all other pages, the next one and the one before, and its scripts.

Everything works without a script: lists unfold as ``<details>``, and on narrow windows the whole menu does.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from clusterkit.batch.documents import Document
from clusterkit.batch.jobs import INDEX
from clusterkit.batch.pages import RegionPage, WholePage
from clusterkit.params import RegionParams
from clusterkit.show.output import escape

HOME_LABEL, REGIONS_LABEL = "Home", "Regions"


@dataclass(frozen=True)
class Link:
    """The way to a page: its name without ending, and what the link says."""

    page: str
    label: str


@dataclass(frozen=True)
class Frame:
    """What stands around the text of one page, as HTML.

    Parameters
    ----------
    nav
        The menu of the site, and the pages that belong together with this one.
    foot
        What the page offers to take away, and the ways to the page before and the next one.
    """

    nav: str
    foot: str


def frames(
    listed: Sequence[RegionParams],
    made: Mapping[str, Sequence[RegionPage]],
    whole: Sequence[WholePage],
    documents: Sequence[Document],
    offers: Mapping[str, str] | None = None,
) -> dict[str, Frame]:
    """Name of every page, in the order of the site, to its frame.

    Home first, then region by region, then the pages on no single region, then the documents.

    Parameters
    ----------
    listed
        Regions of the site.
    made
        Pages of each region that exist.
    whole, documents
        Pages on no single region that exist, and documents.
    offers
        What a page offers to take away, as HTML, by name of the page; it stands above the ways on.
    """
    with_pages = [p for p in listed if made[p.region]]
    home = [Link(INDEX, HOME_LABEL)]
    of_all = [Link(page.name, page.label) for page in whole]
    texts = [Link(document.name, document.label) for document in documents]
    groups = {name: [document for document in documents if document.group == name and not document.part_of]
              for name in dict.fromkeys(document.group for document in documents)}  # fmt: skip
    own = {p.region: [Link(page.name(p.region), page.label) for page in made[p.region]] for p in with_pages}

    def menu(current: str, kind: RegionPage | None = None, *, within: str = "") -> str:
        shown = [kind if kind is not None and kind in made[p.region] else made[p.region][0] for p in with_pages]
        regions = [Link(page.name(p.region), p.name) for p, page in zip(with_pages, shown, strict=True)]
        is_of_region = any(link.page == current for link in regions)
        items = [*_items(home, current), *_group(REGIONS_LABEL, regions, current, is_here=is_of_region)]
        items += _items(of_all, current)
        for name, inner in groups.items():
            links = [Link(document.name, document.label) for document in inner]
            items += _group(name, links, current, is_here=any(link.page in (current, within) for link in links))
        return (
            '<nav class="pages" aria-label="Pages"><details class="menu"><summary>Menu</summary>'
            f"<ul>{''.join(items)}</ul></details></nav>"
        )

    order = [
        *home,
        *(Link(link.page, f"{p.name}: {_lower(link.label)}") for p in with_pages for link in own[p.region]),
        *of_all,
        *texts,
    ]
    nav = {link.page: menu(link.page) for link in (*home, *of_all)}
    for p in with_pages:
        for page in made[p.region]:
            name = page.name(p.region)
            nav[name] = menu(name, page) + _views(own[p.region], name, p.name, f"Pages of {p.name}")
    for document in documents:
        lead = document.part_of or document.name
        family = [Link(other.name, other.label) for other in documents if lead in (other.name, other.part_of)]
        beside = _views(family, document.name, document.group, f"Pages of {family[0].label}")
        nav[document.name] = menu(document.name, within=lead) + (beside or _place(document.group, document.label))
    taken = offers or {}
    return {
        link.page: Frame(nav[link.page], taken.get(link.page, "") + _foot(before, after))
        for before, link, after in _in_threes(order)
    }


def script_tags(scripts: str) -> str:
    """Tags of a page's own scripts, given as paths with spaces between them."""
    return "".join(f'<script src="{escape(path)}" defer></script>' for path in scripts.split())


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


def _in_threes(links: Sequence[Link]) -> Iterator[tuple[Link | None, Link, Link | None]]:
    """Each link with the one before and the one after it."""
    padded = [None, *links, None]
    for before, (link, after) in zip(padded, itertools.pairwise(padded[1:]), strict=False):
        if link is not None:
            yield before, link, after


def _items(links: Sequence[Link], current: str) -> list[str]:
    return [f"<li>{_anchor(link, current)}</li>" for link in links]


def _anchor(link: Link, current: str) -> str:
    mark = ' aria-current="page"' if link.page == current else ""
    return f'<a href="{link.page}.html"{mark}>{escape(link.label)}</a>'


def _group(label: str, links: Sequence[Link], current: str, *, is_here: bool) -> list[str]:
    """A list that unfolds, marked where the page is in it; at most one at a time does. Nothing without links."""
    if not links:
        return []
    mark = ' class="current"' if is_here else ""
    inner = f"<summary{mark}>{escape(label)}</summary><ul>{''.join(_items(links, current))}</ul>"
    return [f'<li><details class="group" name="menu">{inner}</details></li>']


def _views(links: Sequence[Link], current: str, heading: str, label: str) -> str:
    """The pages that belong together with this one; nothing where it is alone."""
    if len(links) < 2:
        return ""
    items = "".join(_items(links, current))
    return f'<nav class="views" aria-label="{escape(label)}"><p>{escape(heading)}</p><ul>{items}</ul></nav>'


def _place(heading: str, label: str) -> str:
    """Where a page stands, in the place of the pages that belong together: for lists too long for a row."""
    return f'<div class="views"><p>{escape(heading)}</p> <span>{escape(label)}</span></div>'


def _foot(before: Link | None, after: Link | None) -> str:
    ways = [(before, "prev", "Previous"), (after, "next", "Next")]
    links = [
        f'<a rel="{rel}" href="{link.page}.html"><span>{word}</span> {escape(link.label)}</a>'
        for link, rel, word in ways
        if link is not None
    ]
    return f'<nav class="neighbours" aria-label="Previous and next page">{"".join(links)}</nav>' if links else ""
