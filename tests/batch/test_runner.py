"""Small notebooks through the real machinery: what is run, what is left alone, and what is left when something dies."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest

from clusterkit.batch import runner, state
from clusterkit.batch.jobs import Job, Result
from clusterkit.batch.progress import remaining
from clusterkit.batch.runner import Options, Watch
from clusterkit.batch.state import Fingerprints, State
from clusterkit.errors import RunError
from clusterkit.paths import Project

ROOT = Path(__file__).resolve().parents[2]
linux = pytest.mark.skipif(sys.platform != "linux", reason="forking is for Linux")
each_kernel = pytest.mark.parametrize("kernel", [pytest.param("forked", marks=linux), "stock"])


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Project]:
    """A project of notebooks alone; at the end no process and no folder of a job is left."""
    project = Project(tmp_path / "project")
    for folder in ("notebooks", "params/regions", "data/processed", "reports"):
        (project.root / folder).mkdir(parents=True)
    shutil.copytree(ROOT / "reports" / "theme", project.reports / "theme")
    (project.root / "data" / "processed" / "numbers.parquet").write_bytes(b"one")
    yield project
    assert leftovers(project) == []
    if sys.platform == "linux":
        assert wait_until(lambda: processes_of(project) == []), processes_of(project)


def job(project: Project, name: str, code: str, **parameters: object) -> Job:
    """A notebook of one cell for a page of that name; it knows its ``output_dir``."""
    cells = [
        nbformat.v4.new_raw_cell("---\ntitle: x\n---"),
        nbformat.v4.new_code_cell(
            "\n".join(f"{key} = None" for key in [*parameters, "output_dir"]), metadata={"tags": ["parameters"]}
        ),
        nbformat.v4.new_code_cell(textwrap.dedent(code)),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = project.notebooks / f"{name}.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return Job(name, "", name, path, name, name, name, name, dict(parameters), ("data/processed/numbers.parquet",))


def run(project: Project, *jobs: Job, watch: Watch | None = None, **options: object) -> list[Result]:
    with runner.alone(project):
        return runner.run(project, jobs, options=Options(**options), fingerprints=Fingerprints(project), watch=watch)


def shown(project: Project, name: str) -> str:
    """What the last cell of a published page shows."""
    cell = nbformat.read(project.reports / f"{name}.ipynb", as_version=4).cells[-1]
    return cell.outputs[-1].data["text/plain"] if cell.outputs else ""


def leftovers(project: Project) -> list[str]:
    return [path.name for pattern in runner.LEFTOVERS for path in project.reports.rglob(pattern)]


def processes_of(project: Project) -> list[str]:
    """Commands of living processes that were started for a project, or by one of its notebooks."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            state_of = (path.parent / "stat").read_text(encoding="utf-8").rpartition(") ")[2][:1]
        except OSError:
            continue  # it has ended meanwhile
        if str(project.root) in command and state_of != "Z" and int(path.parent.name) != os.getpid():
            found.append(command)
    return found


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


# What comes out


@each_kernel
def test_a_page_is_published_with_its_data_its_text_and_its_record(place: Project, kernel: str) -> None:
    code = "from pathlib import Path\nPath(output_dir, 'a.csv').write_text('x')\nword * 2"
    (result,) = run(place, job(place, "page", code, word="hi"), kernel=kernel)
    assert result.failure is None
    assert shown(place, "page") == "'hihi'"
    assert (place.reports / "downloads" / "page" / "a.csv").read_text(encoding="utf-8") == "x"
    body = json.loads(State(place).body("page").read_text(encoding="utf-8"))
    assert "hihi" in body["html"]
    assert State(place).of("page")["parameters"] == {"word": "hi"}
    assert str(place.root) not in (place.reports / "page.ipynb").read_text(encoding="utf-8")


@linux
def test_forked_and_stock_kernels_give_the_same_page(place: Project) -> None:
    code = "import pandas as pd\nprint('said')\npd.DataFrame({'a': [1.5, 2]})"
    pages = {}
    for kernel in ("forked", "stock"):
        assert run(place, job(place, "page", code), kernel=kernel)[0].failure is None
        pages[kernel] = (place.reports / "page.ipynb").read_bytes()
    assert pages["forked"] == pages["stock"]


@each_kernel
def test_every_notebook_is_alone(place: Project, kernel: str) -> None:
    """Own folder, own temporary files, own chance, own environment, no thread but its own."""
    code = """
    import os, random, tempfile, numpy
    seen = (os.getcwd(), tempfile.mkstemp()[1], random.random(), numpy.random.rand(), os.environ.get("LEAK"))
    os.environ["LEAK"] = "1"
    open("left.txt", "w").close()
    seen
    """
    run(place, *(job(place, f"page{n}", code) for n in range(3)), kernel=kernel)
    seen = [eval(shown(place, f"page{n}")) for n in range(3)]
    assert all(one[4] is None for one in seen)
    for column in zip(*(one[:4] for one in seen), strict=True):
        assert len(set(column)) == 3
    assert not list(place.root.rglob("left.txt"))


@each_kernel
def test_what_a_notebook_warns_of_is_told_and_not_published(place: Project, kernel: str) -> None:
    (result,) = run(place, job(place, "page", "import sys\nprint('care' + 'ful', file=sys.stderr)\n1"), kernel=kernel)
    assert result.warnings == ("careful",)
    assert "careful" not in (place.reports / "page.ipynb").read_text(encoding="utf-8")


# What fails


@each_kernel
def test_an_error_names_its_cell_is_kept_and_is_not_tried_again(place: Project, tmp_path: Path, kernel: str) -> None:
    code = f"open({str(tmp_path / 'tries')!r}, 'a').write('x')\n1 / 0"
    bad, good = run(place, job(place, "bad", code), job(place, "good", "1"), kernel=kernel)
    assert str(bad.failure) == "notebook bad.ipynb, cell 3: ZeroDivisionError: division by zero"
    assert good.failure is None
    assert (tmp_path / "tries").read_text(encoding="utf-8") == "x"
    assert (place.reports / "failed" / "bad.ipynb").is_file()
    assert not (place.reports / "bad.ipynb").exists()
    assert State(place).of("bad") == {}


@each_kernel
@pytest.mark.parametrize("death", ["os._exit(3)", "os.kill(os.getpid(), 9)"])
def test_a_process_that_dies_is_tried_once_more(place: Project, tmp_path: Path, kernel: str, death: str) -> None:
    if kernel == "stock" and "_exit" in death:
        pytest.skip("nbclient reports a dead kernel of its own accord: it is an error of the notebook")
    tries = tmp_path / "tries"
    code = f"import os\nopen({str(tries)!r}, 'a').write('x')\n"
    code += f"if len(open({str(tries)!r}).read()) < {{n}}:\n    {death}\n'alive'"
    (second,) = run(place, job(place, "second", code.format(n=2)), kernel=kernel)
    if kernel == "forked":
        assert second.failure is None
        assert shown(place, "second") == "'alive'"
    tries.unlink()
    (never,) = run(place, job(place, "never", code.format(n=9)), kernel=kernel)
    assert never.failure is not None
    assert len(tries.read_text(encoding="utf-8")) == (
        2 if kernel == "forked" else len(tries.read_text(encoding="utf-8"))
    )


@linux
@each_kernel
def test_a_job_that_takes_too_long_is_ended_with_all_that_it_started(place: Project, kernel: str) -> None:
    code = "import subprocess, time\n"
    code += f"subprocess.Popen(['sh', '-c', 'sleep 300; echo {place.root}'])\ntime.sleep(300)"
    limit = 6 if kernel == "forked" else 20  # a kernel of its own takes some six seconds to start on a busy machine
    start = time.monotonic()
    slow, quick = run(
        place, job(place, "slow", code), job(place, "quick", "1"), kernel=kernel, timeout=limit, workers=2
    )
    assert time.monotonic() - start < 60
    assert str(slow.failure) == f"notebook slow.ipynb, while it ran: it took more than {limit} s (--timeout)"
    assert quick.failure is None


@linux
@each_kernel
def test_a_job_that_uses_too_much_is_ended(place: Project, kernel: str) -> None:
    code = "import time\nkept = []\nfor _ in range(300):\n    kept.append(bytearray(10_000_000))\n    time.sleep(0.05)"
    (result,) = run(place, job(place, "page", code), kernel=kernel, memory_mb=600)
    assert "more than 600 MB (--memory)" in str(result.failure)


@each_kernel
def test_fail_fast_starts_nothing_more(place: Project, kernel: str) -> None:
    jobs = [job(place, "bad", "1 / 0"), *(job(place, f"page{n}", "1") for n in range(4))]
    results = run(place, *jobs, kernel=kernel, workers=1, fail_fast=True)
    assert [result.job.page for result in results] == ["bad"]


@linux
def test_a_thread_in_the_warm_process_means_stock_kernels_and_is_said_once(place: Project) -> None:
    (place.root / "threaded.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(99,), daemon=True).start()\n",
        encoding="utf-8",
    )
    code = f"import sys\nsys.path.insert(0, {str(place.root)!r})\n'ran'"
    nbformat_cells = "import threaded"
    jobs = [job(place, f"page{n}", code) for n in range(2)]
    starter = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(nbformat_cells)])
    nbformat.write(starter, place.notebooks / "starter.ipynb")
    remarks: list[str] = []
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = str(place.root)
    try:
        results = run(place, *jobs, watch=Watch(on_remark=remarks.append))
        with pytest.raises(RunError, match="Notebooks cannot be forked from a warm process: 2 threads are running"):
            run(place, *jobs, kernel="forked")
    finally:
        os.environ.pop("PYTHONPATH") if before is None else os.environ.update(PYTHONPATH=before)
    assert remarks == [
        "Every notebook starts a kernel of its own, which is slower: 2 threads are running after the imports."
    ]
    assert [result.failure for result in results] == [None, None]


# What is stale


def test_a_page_is_stale_by_content_only(place: Project) -> None:
    made = job(place, "page", "word", word="a")
    run(place, made, kernel="stock")

    def is_fresh(one: Job) -> bool:
        prints = Fingerprints(place)
        return State(place).is_fresh(one, prints.key(one))

    assert is_fresh(made)
    os.utime(made.notebook)
    assert is_fresh(made)
    assert not is_fresh(job(place, "page", "word", word="b"))
    assert not is_fresh(job(place, "page", "word * 2", word="a"))
    assert is_fresh(job(place, "page", "word", word="a"))
    table = place.processed / "numbers.parquet"
    table.write_bytes(b"two")
    assert not is_fresh(made)
    table.write_bytes(b"one")
    assert is_fresh(made)
    (place.reports / "downloads" / "page" / "extra.csv").write_text("", encoding="utf-8")
    assert not is_fresh(made)
    (place.reports / "downloads" / "page" / "extra.csv").unlink()
    (place.reports / "page.ipynb").unlink()
    assert not is_fresh(made)


def test_another_version_or_other_code_makes_pages_stale(place: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    made = job(place, "page", "1")
    key = Fingerprints(place).key(made)
    assert Fingerprints(place).key(made) == key
    monkeypatch.setattr(state.Fingerprints, "code", "other")
    assert Fingerprints(place).key(made) != key
    monkeypatch.undo()
    monkeypatch.setattr(state.metadata, "version", lambda _: "0")
    assert Fingerprints(place).key(made) != key


def test_outputs_saved_in_a_notebook_do_not_make_it_stale(place: Project) -> None:
    made = job(place, "page", "1")
    key = Fingerprints(place).key(made)
    notebook = nbformat.read(made.notebook, as_version=4)
    notebook.cells[-1].outputs = [nbformat.v4.new_output("stream", text="x")]
    notebook.cells[-1].execution_count = 7
    nbformat.write(notebook, made.notebook)
    assert Fingerprints(place).key(made) == key


def test_no_job_starts_no_process(place: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("a process was started"))
    assert run(place) == []


def test_two_runs_never_write_the_same_reports(place: Project) -> None:
    if os.name != "posix":
        pytest.skip("files are locked on POSIX only")
    with (
        runner.alone(place),
        pytest.raises(RunError, match="Another run is writing these reports"),
        runner.alone(place),
    ):
        pytest.fail("two runs hold the reports")
    with runner.alone(place):
        pass  # it is free again


def test_what_a_killed_run_left_is_cleared_away(place: Project) -> None:
    for name in (".work-page-x", ".site-y", ".old-z"):
        (place.reports / name / "inner").mkdir(parents=True)
    with runner.alone(place):
        assert leftovers(place) == []


# What is left when the command itself is killed

KILLED = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from batch_killed import jobs_of
from clusterkit.batch import runner
from clusterkit.batch.runner import Options, Watch
from clusterkit.batch.state import Fingerprints, State
from clusterkit.paths import Project
place = Project(Path({root!r}))
prints, state = Fingerprints(place), State(place)
with runner.alone(place):
    jobs = [job for job in jobs_of(place) if not state.is_fresh(job, prints.key(job))]
    print(len(jobs), flush=True)
    runner.run(place, jobs, options=Options(workers=2, kernel="forked"), fingerprints=prints)
"""


@linux
@pytest.mark.slow
def test_killed_at_twenty_moments_a_run_goes_on_and_gives_the_same(place: Project, tmp_path: Path) -> None:
    from batch_killed import jobs_of, write_notebooks

    write_notebooks(place)
    calm = Project(tmp_path / "calm")
    shutil.copytree(place.root, calm.root)
    program = KILLED.format(tests=str(ROOT / "tests"), root="{root}")

    def start(project: Project) -> subprocess.Popen[str]:
        code = program.format(root=str(project.root))
        return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, start_new_session=True)

    assert start(calm).wait(120) == 0
    chance, left = random.Random(20141), []
    for _ in range(20):
        process = start(place)
        left.append(int(process.stdout.readline()))
        time.sleep(chance.uniform(0, 3.2))
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert wait_until(lambda: processes_of(place) == []), processes_of(place)
        for one in jobs_of(place):  # a page is whole or absent
            path = place.reports / f"{one.page}.ipynb"
            if path.exists():
                nbformat.validate(nbformat.read(path, as_version=4))
    assert left == sorted(left, reverse=True)
    assert start(place).wait(120) == 0

    def files(project: Project) -> dict[str, bytes]:
        kept = {path for path in project.reports.rglob("*") if path.is_file() and ".state" not in path.parts}
        return {path.relative_to(project.reports).as_posix(): path.read_bytes() for path in kept}

    assert files(place) == files(calm)


def test_the_time_left_is_told_from_what_has_ended() -> None:
    assert remaining([], 5, 2) is None
    assert remaining([2.0, 4.0], 4, 2) == pytest.approx(6.0)
