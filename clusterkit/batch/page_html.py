"""The text of an executed page as HTML, through nbconvert with the project's template."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import mistune
import nbformat
from nbconvert.exporters import TemplateExporter
from nbconvert.preprocessors import TagRemovePreprocessor
from traitlets.config import Config

from clusterkit.batch.headings import Headings


def body(notebook: nbformat.NotebookNode, theme: Path) -> tuple[str, str]:
    """The text of an executed page as HTML, and its table of contents; the exporter of a process is made once."""
    exporter, headings = _exporter(theme)
    headings.start()
    text, _ = exporter.from_notebook_node(notebook)
    return text, headings.toc()


@cache
def _exporter(theme: Path) -> tuple[TemplateExporter, Headings]:
    headings = Headings()
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
