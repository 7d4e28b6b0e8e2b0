"""The engine without a kernel shows what a kernel shows, cell by cell."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import papermill
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from papermill.exceptions import PapermillExecutionError

from clusterkit.batch.inprocess import ENGINE

CELLS = {
    "a value": "1 + 1",
    "nothing": "x = 3",
    "a value and a name": "y = x * 2\ny",
    "silenced": "x;",
    "text": "print('a')\nprint('b', end='')",
    "both streams": "import sys\nprint('out')\nprint('err', file=sys.stderr)\nprint('out again')",
    "markdown": "from IPython.display import Markdown\nMarkdown('**b**')",
    "display twice": "from IPython.display import display, HTML\ndisplay(HTML('<b>1</b>'))\ndisplay({'k': 1})\n'last'",
    "a table": "import pandas as pd\npd.DataFrame({'a': [1, 2]})",
    "own representation": "class R:\n    def _repr_markdown_(self):\n        return '# hi'\n"
    "    def __repr__(self):\n        return 'R!'\nR()",
    "a picture": "from IPython.display import SVG\nSVG('<svg xmlns=\"http://www.w3.org/2000/svg\"/>')",
    "the value before": "5\n_",
    "a magic": "%pwd\n1",
    "await": "import asyncio\nawait asyncio.sleep(0)\n'awaited'",
    "warning": "import warnings\nwarnings.warn('careful')",
    "where am I": "__name__",
    "locals": "sorted(name for name in locals() if name in ('x', 'y'))",
}


def notebook_of(*cells: str) -> nbformat.NotebookNode:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=[new_code_cell(cell) for cell in cells], metadata={"kernelspec": kernel})


def run(folder: Path, engine: str, *cells: str, **options: object) -> nbformat.NotebookNode:
    path, out = folder / "in.ipynb", folder / f"{engine}.ipynb"
    nbformat.write(notebook_of(*cells), path)
    papermill.execute_notebook(str(path), str(out), engine_name=engine, progress_bar=False, cwd=str(folder), **options)
    return nbformat.read(out, as_version=4)


def told(notebook: nbformat.NotebookNode) -> list[tuple[int | None, list[dict]]]:
    """What every code cell shows, without what differs from process to process."""
    found = []
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        shown = [nbformat.from_dict(dict(output)) for output in cell.outputs]
        for output in shown:
            if output.output_type == "stream":
                output.text = re.sub(r"/\S*ipykernel_\d+/\d+\.py|<ipython-input[^>]*>|/\S*\.py", "FILE", output.text)
        found.append((cell.execution_count, [dict(output) for output in shown]))
    return found


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list]:
    """By papermill's command, which knows the engine by its entry point; pytest catches warnings in its own process."""
    folder = tmp_path_factory.mktemp("engines")
    path = folder / "in.ipynb"
    nbformat.write(notebook_of(*CELLS.values()), path)
    found = {}
    for engine in ("nbclient", ENGINE):
        out = folder / f"{engine}.ipynb"
        command = [Path(sys.executable).parent / "papermill", "--no-progress-bar", "--engine", engine, path, out]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
        assert done.returncode == 0, done.stderr
        found[engine] = told(nbformat.read(out, as_version=4))
    return found


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_shows_the_same_as_in_a_kernel(both: dict[str, list], name: str) -> None:
    number = list(CELLS).index(name)
    mine, stock = both[ENGINE][number], both["nbclient"][number]
    if name == "warning":  # the place of the cell has another name
        mine, stock = ([re.sub(r"FILE:\d+", "", out["text"]) for out in side[1]] for side in (mine, stock))
    assert mine == stock


def test_an_error_stops_the_notebook_and_keeps_what_was_shown(tmp_path: Path) -> None:
    with pytest.raises(PapermillExecutionError) as stopped:
        run(tmp_path, ENGINE, "print('before')", "print('here')\n1 / 0", "'never'")
    assert (stopped.value.ename, stopped.value.evalue, stopped.value.exec_count) == (
        "ZeroDivisionError",
        "division by zero",
        2,
    )
    kept = nbformat.read(tmp_path / f"{ENGINE}.ipynb", as_version=4)
    cells = [cell for cell in kept.cells if cell.cell_type == "code" and cell.source]
    assert [[output.output_type for output in cell.outputs] for cell in cells] == [["stream"], ["stream", "error"], []]
    assert "1 / 0" in "".join(cells[1].outputs[1].traceback)


@pytest.mark.parametrize(
    "cell", ["def f(:", "raise SystemExit(3)", "raise KeyboardInterrupt", "import nothing_of_that_name"]
)
def test_every_way_to_fail_is_an_error_of_its_cell(tmp_path: Path, cell: str) -> None:
    with pytest.raises(PapermillExecutionError):
        run(tmp_path, ENGINE, "1", cell, "2")


def test_two_notebooks_in_one_process_share_no_names(tmp_path: Path) -> None:
    run(tmp_path, ENGINE, "leaked = 1", "import sys", "sys.modules['__main__'].also = 2")
    found = run(tmp_path, ENGINE, "('leaked' in globals(), 'also' in globals())")
    assert found.cells[-1].outputs[0].data["text/plain"] == "(False, False)"


def test_parameters_are_injected_as_papermill_does(tmp_path: Path) -> None:
    path = tmp_path / "in.ipynb"
    cells = [new_markdown_cell("# x"), new_code_cell("a = 1", metadata={"tags": ["parameters"]}), new_code_cell("a")]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    out = papermill.execute_notebook(
        str(path), str(tmp_path / "o.ipynb"), {"a": "é\n'"}, engine_name=ENGINE, progress_bar=False
    )
    assert out.cells[-1].outputs[0].data["text/plain"] == repr("é\n'")
