"""Markdown of a page to HTML: an identifier and a permalink for every heading, and the list of headings of a page."""

from __future__ import annotations

import html
import re
from collections import Counter

import mistune

ANCHOR = '<a href="#{slug}" class="anchor" aria-label="Link to this section"></a>'


class Headings(mistune.HTMLRenderer):
    """A renderer that keeps the headings of a page, and gives them the identifiers that Pandoc gives.

    The mark of a permalink comes from the style sheet, so that it is in no list of contents and in no copied text.
    """

    def __init__(self) -> None:
        super().__init__(escape=False)
        self.start()

    def start(self) -> None:
        """Forget the headings of the page before."""
        self._found: list[tuple[int, str, str]] = []
        self._taken: Counter[str] = Counter()  # identifiers that there are, with their number and without

    def heading(self, text: str, level: int, **_: object) -> str:
        """A heading with its identifier and its link."""
        plain = html.unescape(re.sub(r"<[^>]+>", "", text))
        # As Pandoc makes identifiers: small letters, digits, hyphens for spaces.
        slug = re.sub(r"\s+", "-", re.sub(r"[^\w\s.-]", "", plain.lower()).strip()).lstrip("0123456789.-_") or "section"
        taken = self._taken[slug]
        slug = f"{slug}-{taken}" if taken else slug
        self._taken.update({slug, re.sub(r"-\d+$", "", slug)})
        self._found.append((level, text, slug))
        return f'<h{level} id="{slug}">{text}{ANCHOR.format(slug=slug)}</h{level}>\n'

    def toc(self) -> str:
        """Links to the headings of level 2."""
        links = [f'<li><a href="#{slug}">{text}</a></li>' for level, text, slug in self._found if level == 2]
        return f"<ul>\n{chr(10).join(links)}\n</ul>"


def to_html(markdown: str) -> dict[str, str]:
    """Text and list of contents of a page that is Markdown alone, as ``html`` and ``toc``."""
    headings = Headings()
    text = mistune.create_markdown(renderer=headings, escape=False)(markdown)
    return {"html": str(text), "toc": headings.toc()}
