"""The text of an executed page as HTML, through nbconvert with the project's template."""

from __future__ import annotations

import html
import re
from functools import cache
from pathlib import Path

import mistune
import nbformat
from nbconvert.exporters import TemplateExporter
from nbconvert.preprocessors import TagRemovePreprocessor
from traitlets.config import Config


def body(notebook: nbformat.NotebookNode, theme: Path) -> tuple[str, str]:
    """The text of an executed page as HTML, and its table of contents; the exporter of a process is made once."""
    exporter, headings = _exporter(theme)
    headings.start()
    text, _ = exporter.from_notebook_node(notebook)
    return text, headings.toc()


@cache
def _exporter(theme: Path) -> tuple[TemplateExporter, _Headings]:
    headings = _Headings()
    config = Config()
    config.TagRemovePreprocessor.enabled = True
    config.TagRemovePreprocessor.remove_cell_tags = {"remove-cell"}
    exporter = TemplateExporter(
        template_name="nbconvert",
        template_file="index.html.j2",
        extra_template_basedirs=[str(theme)],
        preprocessors=[TagRemovePreprocessor],
        filters={"page_markdown": mistune.create_markdown(renderer=headings, escape=False)},
        config=config,
    )
    exporter.file_extension = ".html"
    return exporter, headings


class _Headings(mistune.HTMLRenderer):
    """Markdown to HTML with an id for every heading, and the list of the headings of a page."""

    def __init__(self) -> None:
        super().__init__(escape=False)
        self.start()

    def start(self) -> None:
        """Forget the headings of the page before."""
        self._found: list[tuple[int, str, str]] = []

    def heading(self, text: str, level: int, **_: object) -> str:
        plain = html.unescape(re.sub(r"<[^>]+>", "", text))
        # As Pandoc makes identifiers: small letters, digits, hyphens for spaces.
        slug = re.sub(r"\s+", "-", re.sub(r"[^\w\s.-]", "", plain.lower()).strip()).lstrip("0123456789.-_") or "section"
        taken = sum(1 for _, _, found in self._found if re.fullmatch(rf"{re.escape(slug)}(-\d+)?", found))
        slug = f"{slug}-{taken}" if taken else slug
        self._found.append((level, text, slug))
        return f'<h{level} id="{slug}">{text}</h{level}>\n'

    def toc(self) -> str:
        """Links to the headings of level 2."""
        links = [f'<li><a href="#{slug}">{text}</a></li>' for level, text, slug in self._found if level == 2]
        return f"<ul>\n{chr(10).join(links)}\n</ul>"
