"""Notebooks are read here and not run: thin, without outputs, one helper call a cell."""

from __future__ import annotations

import ast
import io
import itertools
import json
import re
import tokenize
from pathlib import Path
from typing import Any

import nbformat
import pytest

from clusterkit import params
from clusterkit.batch import execute, site
from clusterkit.batch.pages import REGION_PAGES
from clusterkit.paths import project

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MAX_LINES = 10  # house style: a code cell that is longer belongs in the package
FORBIDDEN = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.For,
    ast.AsyncFor,
    ast.While,
)
TAGS = {"parameters", "remove-cell", execute.IF_ANY, execute.BY_HAND}
CONTROLS = "controls"  # id of the cell with the controls
WITH_CONTROLS = ("brief", "cluster-mapping", "scoreboard", "stress-test", "europe")
FORBIDDEN_NAMES = {"filterwarnings", "simplefilter", "catch_warnings", "get_ipython", "chdir"}

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.reads(path.read_text(encoding="utf-8"), as_version=nbformat.NO_CONVERT)


def code(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tags(cell: nbformat.NotebookNode) -> list[str]:
    return cell.metadata.get("tags", [])


def parameters(notebook: nbformat.NotebookNode) -> dict[str, Any]:
    """The assignments of the cell tagged ``parameters``; anything else in it is an error."""
    (cell,) = [cell for cell in notebook.cells if "parameters" in tags(cell)]
    values = {}
    for statement in ast.parse(cell.source).body:
        assert isinstance(statement, ast.Assign | ast.AnnAssign), ast.unparse(statement)
        (target,) = statement.targets if isinstance(statement, ast.Assign) else (statement.target,)
        assert isinstance(target, ast.Name), ast.unparse(statement)
        values[target.id] = ast.literal_eval(statement.value)
    return values


def test_there_are_the_notebooks_that_the_report_runs() -> None:
    assert {page.notebook for page in REGION_PAGES} | {"europe", "explorer", "home"} <= {
        path.stem for path in NOTEBOOKS
    }


@each_notebook
def test_it_is_a_valid_notebook_with_an_id_for_every_cell(path: Path) -> None:
    notebook = read(path)
    nbformat.validate(notebook)
    ids = [cell["id"] for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert notebook.metadata.kernelspec.name == "python3"


@each_notebook
def test_it_starts_with_a_title_and_says_what_it_answers(path: Path) -> None:
    notebook = read(path)
    first, second = notebook.cells[:2]
    assert first.cell_type == "raw"
    lines = first.source.splitlines()
    assert (lines[0], lines[-1]) == ("---", "---")
    assert re.search(r'^title: ".+"$', first.source, re.MULTILINE)
    assert "lang: en" in lines
    assert "date" not in first.source
    assert second.cell_type == "markdown"
    assert len(second.source.split()) >= 20
    assert not second.source.startswith("#")


@each_notebook
def test_parameters_are_literals_each_with_a_comment(path: Path) -> None:
    notebook = read(path)
    values = parameters(notebook)
    assert "output_dir" in values
    assert "parameters" in tags(code(notebook)[0])
    lines = code(notebook)[0].source.splitlines()
    assert len(lines) == len(values), "one parameter per line"
    for line in lines:
        tokens = list(tokenize.generate_tokens(io.StringIO(line).readline))
        comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
        assert comments, f"no comment: {line}"
        assert len(comments[0]) > len("# a word")


@each_notebook
def test_no_cell_defines_loops_or_hides_anything(path: Path) -> None:
    for cell in code(read(path)):
        assert not re.search(r"^\s*[%!?]", cell.source, re.MULTILINE), f"magic or shell: {cell.source}"
        for node in ast.walk(ast.parse(cell.source)):
            assert not isinstance(node, FORBIDDEN), ast.unparse(node)
            name = getattr(node, "attr", getattr(node, "id", getattr(node, "name", "")))
            assert name not in FORBIDDEN_NAMES, ast.unparse(node)


@each_notebook
def test_no_cell_names_an_absolute_path(path: Path) -> None:
    for cell in read(path).cells:
        assert not re.search(r"(^|[\s\"'(=])(/|~/|[A-Za-z]:[\\/]|file:)\w", cell.source), cell.source


@each_notebook
def test_code_cells_are_short(path: Path) -> None:
    for cell in code(read(path)):
        lines = [line for line in cell.source.splitlines() if line.strip()]
        assert lines, "an empty cell"
        body = ast.parse(cell.source).body
        if any(isinstance(node, ast.ImportFrom) for node in body):
            lines = body  # one list of names counts once, over however many lines it is written
        assert "parameters" in tags(cell) or len(lines) <= MAX_LINES, cell.source


@each_notebook
def test_imports_stand_in_one_hidden_cell_after_the_parameters(path: Path) -> None:
    cells = [cell for cell in code(read(path)) if execute.BY_HAND not in tags(cell)]  # those bring their own
    importing = [
        position
        for position, cell in enumerate(cells)
        if any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(ast.parse(cell.source)))
    ]
    assert importing == [1]
    assert all("remove-cell" in tags(cell) for cell in cells[:2])


@each_notebook
def test_outputs_and_counts_are_stripped(path: Path) -> None:
    raw = json.loads(path.read_text(encoding="utf-8"))
    for cell in raw["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None
        assert set(cell["metadata"]) <= {"tags"}
        assert "injected-parameters" not in cell["metadata"].get("tags", [])


@each_notebook
def test_every_tag_means_something(path: Path) -> None:
    """A misspelt tag would leave a cell in the page, or publish an empty section."""
    for cell in read(path).cells:
        assert set(tags(cell)) <= TAGS, cell.source
        assert len(set(tags(cell))) == len(tags(cell))
        if execute.IF_ANY in tags(cell):
            assert cell.cell_type == "markdown"
            assert re.fullmatch(r"##+ .+", cell.source), "a heading alone: it is dropped as a whole"
        if "remove-cell" in tags(cell):
            assert cell.cell_type == "code"


@each_notebook
def test_cells_by_hand_are_the_last_or_the_controls_above_the_page(path: Path) -> None:
    cells = read(path).cells
    by_hand = [execute.BY_HAND in tags(cell) and cell["id"] != CONTROLS for cell in cells]
    assert by_hand == sorted(by_hand)
    assert all(execute.BY_HAND in tags(cell) for cell in cells if "clusterkit.controls" in cell.source)


@pytest.mark.parametrize("page", WITH_CONTROLS)
def test_each_report_notebook_starts_with_controls_for_its_page(page: str) -> None:
    names = {each.kind: each.notebook for each in REGION_PAGES} | {"europe": "europe"}
    cells = code(read(ROOT / "notebooks" / f"{names[page]}.ipynb"))
    assert cells[2]["id"] == CONTROLS  # after the parameters, and the cell that checks them
    assert cells[2].source == f'from clusterkit.controls import controls\n\ncontrols(locals(), "{page}")'
    assert tags(cells[2]) == [execute.BY_HAND]


def test_the_stress_test_ends_with_the_form_and_can_be_published_without() -> None:
    cells = read(ROOT / "notebooks" / "stress_test.ipynb").cells
    by_hand = [cell for cell in cells if execute.BY_HAND in tags(cell)][1:]  # after the controls
    assert [cell.cell_type for cell in by_hand] == ["markdown", "code"]
    assert by_hand[0].source.startswith("## ")
    assert "form.answer_form(" in by_hand[1].source
    made = {node.id for node in ast.walk(ast.parse(by_hand[1].source)) if isinstance(node, ast.Name)}
    assert {"p", "form", "instrument"} <= made  # of the cells before
    others = [cell.source for cell in cells if execute.BY_HAND not in tags(cell)]
    assert not any("answer_form" in source for source in others)


@each_notebook
def test_headings_ask_questions_in_order(path: Path) -> None:
    text = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    levels = [len(marks) for marks in re.findall(r"^(#+) ", text, re.MULTILINE)]
    assert levels[0] == 2, "the page's title is its only heading of level 1"
    assert all(1 < after <= before + 1 for before, after in itertools.pairwise(levels))


def test_the_default_parameters_of_the_mapping_are_those_of_piemonte() -> None:
    (piemonte,) = params.load_regions(project(ROOT), ["piemonte"])
    notebook = read(ROOT / "notebooks" / "cluster_mapping.ipynb")
    values = parameters(notebook)
    assert values.pop("output_dir") is None
    assert values == params.mapping_parameters(piemonte)
    assert f'title: "{piemonte.name}: cluster mapping"' in notebook.cells[0].source.splitlines()


def test_the_default_parameters_of_the_scoreboard_are_those_of_piemonte() -> None:
    (piemonte,) = params.load_regions(project(ROOT), ["piemonte"])
    notebook = read(ROOT / "notebooks" / "scoreboard_profile.ipynb")
    values = parameters(notebook)
    assert values.pop("output_dir") is None
    assert values == params.scoreboard_parameters(piemonte)
    assert f'title: "{piemonte.name}: ecosystem scoreboard"' in notebook.cells[0].source.splitlines()


def test_the_default_parameters_of_the_stress_test_are_those_of_piemonte() -> None:
    (piemonte,) = params.load_regions(project(ROOT), ["piemonte"])
    notebook = read(ROOT / "notebooks" / "stress_test.ipynb")
    values = parameters(notebook)
    assert values.pop("output_dir") is None
    assert values == params.stress_test_parameters(piemonte)
    assert f'title: "{piemonte.name}: stress test for cluster policy"' in notebook.cells[0].source.splitlines()


def test_the_default_parameters_of_the_page_on_europe_are_those_of_the_report() -> None:
    values = parameters(read(ROOT / "notebooks" / "europe.ipynb"))
    assert values.pop("output_dir") is None
    assert values == params.load_europe(project(ROOT)).model_dump()


def test_the_default_parameters_of_the_explorer_are_those_of_the_report() -> None:
    values = parameters(read(ROOT / "notebooks" / "explorer.ipynb"))
    assert (values.pop("output_dir"), values.pop("regions")) == (None, [])
    assert values == params.load_europe(project(ROOT)).model_dump(include=set(values))


def test_the_home_page_by_hand_lists_all_regions_and_links_to_none() -> None:
    values = parameters(read(ROOT / "notebooks" / "home.ipynb"))
    assert values == {"regions": [], "pages": {}, "failures": {}, "output_dir": None}


def test_the_front_matter_can_be_replaced_in_every_notebook() -> None:
    for path in NOTEBOOKS:
        notebook = read(path)
        site.set_front_matter(notebook, title="Å & B", description="<A> B", nav="<ul></ul>")
        fields = site.front_matter(notebook)
        assert (fields["heading"], fields["description"]) == ("Å &#38; B", "&#60;A&#62; B")
