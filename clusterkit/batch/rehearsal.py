"""What a warm process does before the first notebook: everything that all notebooks would do again."""

from __future__ import annotations

import ast
import contextlib
import gc
import sys
from collections.abc import Iterator
from pathlib import Path

from clusterkit.errors import ClusterkitError
from clusterkit.paths import Project

# What libraries import only if it is there, and no page needs: addresses of any alphabet checked by grammar
# (jsonschema), tables made up for tests (pandera), sliders for palettes (seaborn). Together they take over a second.
SPARED = ("rfc3987_syntax", "hypothesis", "ipywidgets")


def rehearse(root: Path) -> None:
    """Import the package and its libraries, read the project's tables, draw a figure, and put a page into HTML.

    Nothing here decides what a page shows. What cannot be imported or read is left to the notebook, which says so.
    """
    with _spared(SPARED), _uncollected():
        _rehearse(root)


@contextlib.contextmanager
def _spared(names: tuple[str, ...]) -> Iterator[None]:
    """Packages that cannot be imported for the time being, unless they were imported before."""
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # None: Python takes the package for absent
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """No search for garbage: imports make much that lasts, and it would be looked through again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _rehearse(root: Path) -> None:
    import nbformat

    from clusterkit.batch import inprocess, page_html

    project = Project(root)
    for notebook in sorted(project.notebooks.glob("*.ipynb")):
        _import_as(notebook)
    with contextlib.suppress(ClusterkitError):
        _read(project)
    _draw()
    inprocess.make_shell()
    page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_raw_cell("---\n---"), nbformat.v4.new_code_cell("1")])
    nbformat.validate(page)
    if (theme := project.reports / "theme").is_dir():
        page_html.body(page, theme)


def _import_as(notebook: Path) -> None:
    """Import what a notebook imports."""
    import nbformat

    try:
        cells = nbformat.read(notebook, as_version=4).cells
        trees = [ast.parse(cell.source) for cell in cells if cell.cell_type == "code" and "import" in cell.source]
    except (OSError, ValueError, SyntaxError):
        return
    wanted = [node for tree in trees for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    for node in wanted:
        code = compile(ast.Module([node], type_ignores=[]), str(notebook), "exec")
        with contextlib.suppress(ImportError):
            exec(code, {})


def _read(project: Project) -> None:
    from clusterkit.data import indicator_register, tables
    from clusterkit.data.frameworks import list_frameworks
    from clusterkit.data.industries import load_taxonomy
    from clusterkit.data.star_schemes import list_schemes

    for load in (tables.load_industry, tables.load_region, tables.load_context, tables.load_crosswalk):
        load(project.processed)
    units = tables.indicator_units(tables.load_indicator(project.processed))
    indicator_register.read_register(project.params / "indicators.yaml")
    for path in sorted((project.params / "taxonomies").glob("*.yaml")):
        load_taxonomy(path)
    list_schemes(project.params / "star_schemes")
    list_frameworks(project.params / "frameworks")
    del units


def _draw() -> None:
    """The first figure of a process looks for fonts."""
    import matplotlib.pyplot as plt

    from clusterkit.show import theme

    theme.use()
    figure, axes = plt.subplots(layout="constrained")
    axes.scatter([1.0], [1.0], label="x")
    axes.legend()
    theme.finish(figure, title="", alt="", note="", link="")
