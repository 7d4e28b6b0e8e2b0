"""A map of Europe on which regions are links, with the list of them beside: the list says all that the map says."""

from __future__ import annotations

from dataclasses import dataclass

from clusterkit.show.output import escape

RADIUS = 70  # kilometres, of the circle behind a number


@dataclass(frozen=True)
class Place:
    """A region on the map.

    Parameters
    ----------
    number
        What stands on the map, and before the name in the list.
    name, about
        Of the region, and what is said of it in the list.
    href
        Where it leads; "" for nowhere.
    path
        SVG path of its outline (km); "" where it is not on the map.
    at
        Where its number stands (km); None where it is not on the map.
    """

    number: str
    name: str
    about: str
    href: str
    path: str
    at: tuple[int, int] | None


@dataclass(frozen=True)
class LinkedMap:
    """The map and its list.

    Parameters
    ----------
    title
        The finding.
    width, height
        Of the map (km).
    land
        SVG path of all countries.
    places
        The regions.
    note
        Source, year, NUTS version, boundaries.
    """

    title: str
    width: int
    height: int
    land: str
    places: tuple[Place, ...]
    note: str

    def _repr_markdown_(self) -> str:
        # The list beside leads to the same pages and is what keys and screen readers use; the map is for the pointer.
        shapes = "".join(self._shape(place) for place in self.places if place.path)
        items = "".join(self._item(place) for place in self.places)
        return (
            '<figure class="figure linked-map">\n'
            f"<figcaption><span>{escape(self.title)}</span></figcaption>\n"
            '<div class="linked-map-body">\n'
            f'<svg viewBox="0 0 {self.width} {self.height}" aria-hidden="true" focusable="false">'
            f'<path class="linked-map-land" d="{self.land}"/>{shapes}</svg>\n'
            f'<ol class="linked-map-list">\n{items}</ol>\n</div>\n'
            f'<p class="note">{escape(self.note)}</p>\n</figure>\n'
        )

    def _shape(self, place: Place) -> str:
        number = ""
        if place.at:
            x, y = place.at
            number = f'<circle cx="{x}" cy="{y}" r="{RADIUS}"/><text x="{x}" y="{y}">{escape(place.number)}</text>'
        inner = f'<path d="{place.path}"/>{number}<title>{escape(place.name)}: {escape(place.about)}</title>'
        if not place.href:
            return f"<g>{inner}</g>"
        return f'<a href="{escape(place.href)}" tabindex="-1">{inner}</a>'

    def _item(self, place: Place) -> str:
        name = f'<a href="{escape(place.href)}">{escape(place.name)}</a>' if place.href else escape(place.name)
        return f"<li>{name} <span>{escape(place.about)}</span></li>\n"

    def __repr__(self) -> str:
        return f"Map: {self.title}"
