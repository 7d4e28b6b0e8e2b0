"""Twelve small notebooks for a run that is killed: shared by the test and the processes that it kills."""

from __future__ import annotations

import nbformat

from clusterkit.batch.jobs import Job
from clusterkit.paths import Project

CODE = (
    "import time\nfrom pathlib import Path\ntime.sleep(0.15)\n"
    "Path(output_dir, 'numbers.csv').write_text('n\\n' * number * 1000)\nnumber ** 2"
)


def write_notebooks(project: Project) -> None:
    """One notebook for all jobs."""
    cells = [
        nbformat.v4.new_raw_cell("---\ntitle: x\n---"),
        nbformat.v4.new_code_cell("number = 0\noutput_dir = None", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(CODE),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(notebook, project.notebooks / "number.ipynb")


def jobs_of(project: Project) -> list[Job]:
    """The jobs, always the same."""
    path = project.notebooks / "number.ipynb"
    return [Job(f"p{n}", "", f"p{n}", path, f"p{n}", f"p{n}", "x", "x", {"number": n}) for n in range(12)]
