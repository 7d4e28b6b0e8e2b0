"""What a warm process does before the first notebook: everything that all notebooks would do again."""

from __future__ import annotations

import ast
import contextlib
import gc
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clusterkit.errors import ClusterkitError
from clusterkit.paths import Project

if TYPE_CHECKING:
    import pandas as pd

# What libraries import only if it is there, and no page needs: addresses of any alphabet checked by grammar
# (jsonschema), tables made up for tests (pandera), sliders for palettes (seaborn). Together they take over a second.
SPARED = ("rfc3987_syntax", "hypothesis", "ipywidgets")


def rehearse(root: Path) -> None:
    """Import the package and its libraries, read the project's tables and work out what all pages ask of them, draw a
    figure, and put a page into HTML.

    Nothing here decides what a page shows. What cannot be imported or read is left to the notebook, which says so.
    """
    with _spared(SPARED), _uncollected():
        _rehearse(root)


@contextlib.contextmanager
def _spared(names: tuple[str, ...]) -> Iterator[None]:
    """Packages that cannot be imported for the time being, unless they were imported before."""
    hidden = [name for name in names if name not in sys.modules]
    absent: dict[str, Any] = dict.fromkeys(hidden)  # None: Python takes the package for absent
    sys.modules.update(absent)
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
    inprocess.language_info()
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
    from clusterkit import stress_test, yamlfile
    from clusterkit.data import indicator_register, tables
    from clusterkit.data.frameworks import list_frameworks
    from clusterkit.data.industries import load_taxonomy
    from clusterkit.data.star_schemes import list_schemes
    from clusterkit.mapping import matched_growth
    from clusterkit.scoreboard.structure import structure_table
    from clusterkit.show import maps

    loads = (tables.load_industry, tables.load_region, tables.load_context, tables.load_indicator)
    industry, region, context, indicator = (load(project.processed) for load in loads)
    tables.load_crosswalk(project.processed)
    tables.indicator_units(indicator)
    indicator_register.read_register(project.params / "indicators.yaml")
    for path in sorted((project.params / "taxonomies").glob("*.yaml")):
        load_taxonomy(path)
    list_schemes(project.params / "star_schemes")
    frameworks = list_frameworks(project.params / "frameworks").values()
    with contextlib.suppress(ClusterkitError):  # a project that asks no questions
        stress_test.load_instrument(project.params)
    _work_out(industry, context, indicator, [tuple(framework.indicators) for framework in frameworks])
    default, _ = yamlfile.read(project.params / "default.yaml")
    years: dict[str, Any] = {name: default.get(name) for name in ("base_year", "reference_year")}
    if all(isinstance(year, int) for year in years.values()):
        matched_growth(industry, **years)
        structure_table(industry, indicator, region, year=years["reference_year"])
    maps.on_map(region)


def _work_out(
    industry: pd.DataFrame, context: pd.DataFrame, indicator: pd.DataFrame, frameworks: list[tuple[str, ...]]
) -> None:
    """What every page asks of the whole tables, whatever its region; ``frameworks``: the indicators of each."""
    from clusterkit.data.territory import places
    from clusterkit.mapping import benchmark, outcome_table
    from clusterkit.mapping.snapshots import by_year
    from clusterkit.scoreboard.observations import base_amounts, figures_of

    places(industry[["nuts_id"]])
    benchmark(industry)
    by_year(industry)
    outcome_table(indicator)
    base_amounts(indicator, context, industry)
    for codes in frameworks:
        figures_of(indicator, codes).prepare()


def _draw() -> None:
    """The first figure of a process looks for fonts."""
    import matplotlib.pyplot as plt

    from clusterkit.show import theme

    theme.use()
    figure, axes = plt.subplots(layout="constrained")
    axes.scatter([1.0], [1.0], label="x")
    axes.legend()
    theme.finish(figure, title="", alt="", note="", link="")
