"""Run jobs in parallel processes, each watched, and publish every page that is whole; one that fails stops no other."""

from __future__ import annotations

import ast
import contextlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from clusterkit.batch import site
from clusterkit.batch.jobs import BODY, DOWNLOADS, RESULT, Failure, Job, Options, Result
from clusterkit.batch.processes import Child, Fresh, Launcher, Refused, Warm
from clusterkit.batch.state import OF_RESULTS, Fingerprints, State
from clusterkit.batch.warm import LOG
from clusterkit.errors import Problem, RunError, some
from clusterkit.files import WriteError, is_full, writing
from clusterkit.paths import Project
from clusterkit.results import KEPT, SHARED, WORKERS
from clusterkit.show.output import FOLDER

TICK = 0.25  # seconds between two looks at time and memory of the children
LOCK = ".lock"  # in reports: held by the run that writes there
RIGHTS = "give the folder write rights, make room on the disk, or use a copy of the project"
WHOLE = "a page is published whole or not at all; pages that were there are as they were"
LEFTOVERS = (".work-*", ".site-*", ".old-*")  # of runs that were killed


@dataclass
class Watch:
    """Who is told what happens: a job starts, a job ends, a remark on how the run is done."""

    on_start: Callable[[Job], None] = lambda _: None
    on_result: Callable[[Result], None] = lambda _: None
    on_remark: Callable[[str], None] = lambda _: None


@dataclass
class _Running:
    job: Job
    key: str
    child: Child
    since: float
    tries: int
    why_ended: str = field(default="")


def check_parameters(jobs: Sequence[Job]) -> None:
    """Refuse a parameter that a notebook does not declare: papermill would only warn.

    Raises
    ------
    RunError
        Every notebook that cannot be read, has no cell tagged ``parameters``, or does not
        declare what it would be given; all at once.
    """
    problems = []
    for notebook in sorted({job.notebook for job in jobs}):
        given = {name for job in jobs if job.notebook == notebook for name in job.parameters} | {"output_dir"}
        try:
            declared = _declared(notebook)
        except (OSError, ValueError, SyntaxError, LookupError, TypeError, AttributeError) as exc:
            problems.append(_notebook_problem(notebook, f"cannot be read: {exc!r}", "restore it from git"))
            continue
        missing = sorted(given - declared)
        if missing:
            fix = "declare them, one per line with a literal value, in the cell tagged 'parameters'"
            problems.append(_notebook_problem(notebook, f"does not declare the parameters {some(missing)}", fix))
    if problems:
        raise RunError(problems)


def _declared(notebook: Path) -> set[str]:
    """Names that the cell tagged ``parameters`` gives a value; none without one.

    papermill can tell them too, but importing it takes longer than all else before the first page.
    """
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    tagged = [cell for cell in cells if "parameters" in cell["metadata"].get("tags", ())]
    names: set[str] = set()
    for cell in tagged[:1]:
        for line in ast.parse("".join(cell["source"])).body:
            targets = (
                line.targets
                if isinstance(line, ast.Assign)
                else [line.target]
                if isinstance(line, ast.AnnAssign)
                else []
            )
            names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return names


def _notebook_problem(notebook: Path, what: str, fix: str) -> Problem:
    rule = "each parameter is declared in the one cell tagged 'parameters'"
    return Problem(what=f"The notebook {notebook.name} {what}.", where=str(notebook), rule=rule, fix=fix)


@contextlib.contextmanager
def alone(project: Project) -> Iterator[None]:
    """Hold the reports of a project for this run, and clear away what killed runs left.

    Raises
    ------
    RunError
        Another run is writing there, or nothing can be written there.
    """
    with writing(project.reports, "The folder of reports", rule="a run writes its pages into reports/", fix=RIGHTS):
        project.reports.mkdir(exist_ok=True)
        lock = (project.reports / LOCK).open("w", encoding="utf-8", newline="\n")
    with lock:
        if os.name == "posix":
            import fcntl

            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as exc:
                raise RunError(
                    Problem(
                        what="Another run is writing these reports.",
                        where=str(project.reports),
                        rule="one run at a time writes the reports of a project",
                        fix="wait until it has ended, or use a copy of the project",
                    )
                ) from exc
        for pattern in LEFTOVERS:
            for path in [*project.reports.glob(pattern), *(project.reports / FOLDER).rglob(pattern)]:
                shutil.rmtree(path, ignore_errors=True)
        yield


def run(
    project: Project,
    jobs: Sequence[Job],
    *,
    options: Options,
    fingerprints: Fingerprints,
    watch: Watch | None = None,
    warm: Warm | None = None,
) -> list[Result]:
    """Run jobs in parallel processes and publish each page that succeeds.

    Parameters
    ----------
    jobs
        What to run, in the order in which they start.
    options
        How.
    fingerprints
        Of what the pages are made from.
    watch
        Who is told.
    warm
        As :func:`clusterkit.batch.processes.warming` gives it, and left running; None: one for these jobs alone,
        where they can be forked.

    Returns
    -------
    list of Result
        One per job that ended, in the order of ``jobs``; without those that ``fail_fast`` left out. A failing job is a
        result, not an exception.
    """
    if not jobs:
        return []
    watch = watch or Watch()
    with writing(project.reports, "The folder of reports", fix=RIGHTS):
        aside = tempfile.TemporaryDirectory(prefix=".work-results-", dir=project.reports, ignore_cleanup_errors=True)
    with aside as folder:
        environment = {SHARED: folder, KEPT: str(_kept(project, fingerprints)), WORKERS: str(options.workers)}
        launcher, workers = _launcher(project, options, watch, environment, warm)
        try:
            return _run(project, jobs, launcher, workers, options, fingerprints, watch)
        finally:
            if launcher is not warm:
                launcher.close()


def _run(
    project: Project,
    jobs: Sequence[Job],
    launcher: Launcher,
    workers: int,
    options: Options,
    fingerprints: Fingerprints,
    watch: Watch,
) -> list[Result]:
    state = State(project)
    waiting = [(job, fingerprints.key(job), 1) for job in jobs]
    running: list[_Running] = []
    results: dict[str, Result] = {}
    is_over = False
    try:
        while (waiting or running) and not is_over:
            while waiting and len(running) < workers:
                job, key, tries = waiting.pop(0)
                if tries == 1:
                    watch.on_start(job)
                running.append(_start(project, launcher, job, key, tries))
            launcher.wait([one.child for one in running], TICK)
            for one in list(running):
                _limit(one, options)
                if one.child.status is None:
                    continue
                running.remove(one)
                result = _outcome(one)
                _stop_on_full_disk(project, one, result)
                if result.failure and result.failure.is_infrastructure and one.tries == 1 and not one.why_ended:
                    shutil.rmtree(one.child.work, ignore_errors=True)
                    waiting.insert(0, (one.job, one.key, 2))
                    continue
                _publish(project, state, one, result, fingerprints)
                results[one.job.page] = result
                watch.on_result(result)
                if result.failure and options.fail_fast:
                    is_over = True
                    break
    finally:
        for one in running:
            one.child.kill()
        for one in running:
            shutil.rmtree(one.child.work, ignore_errors=True)
    return [results[job.page] for job in jobs if job.page in results]


def _kept(project: Project, fingerprints: Fingerprints) -> Path:
    """Where pages leave small results from run to run: under a name of all that these rest on; older ones go."""
    home = State(project).folder / OF_RESULTS
    folder = home / fingerprints.common[:16]
    with writing(folder, "The folder of results"):
        folder.mkdir(parents=True, exist_ok=True)
    for path in home.iterdir():
        if path != folder:
            shutil.rmtree(path, ignore_errors=True)
    return folder


def _launcher(
    project: Project, options: Options, watch: Watch, environment: dict[str, str], warm: Warm | None
) -> tuple[Launcher, int]:
    """How processes are started, and how many there are at a time."""
    if options.scheduler is not None:
        from clusterkit.batch.cluster import Cluster

        cluster = Cluster(project, options.scheduler, options.shared, options.timeout)
        workers = cluster.open()
        watch.on_remark(f"{workers} notebooks at a time on the workers of {options.scheduler}.")
        return cluster, workers
    theme = project.reports / "theme"
    if options.kernel != "stock":
        warm = warm or Warm(project.root, theme)
        warm.environment = environment
        try:
            warm.open()
        except Refused as exc:
            if options.kernel == "forked":
                raise RunError(
                    Problem(
                        what=f"Notebooks cannot be forked from a warm process: {exc}.",
                        where="--kernel forked",
                        rule="a process is forked only while it has one thread",
                        fix="use --kernel stock, or --kernel auto",
                    )
                ) from exc
            watch.on_remark(f"Every notebook starts a kernel of its own, which is slower: {exc}.")
        else:
            return warm, options.workers
    return Fresh(project.root, theme, environment), options.workers


def _start(project: Project, launcher: Launcher, job: Job, key: str, tries: int) -> _Running:
    with writing(project.reports, f"The page {job.page}", rule=WHOLE, fix=RIGHTS):
        work = Path(tempfile.mkdtemp(prefix=f".work-{job.page}-", dir=project.reports))
    return _Running(job, key, launcher.start(job, work), time.monotonic(), tries)


def _limit(one: _Running, options: Options) -> None:
    """End a job that takes too long or too much."""
    if one.why_ended or one.child.status is not None:
        return
    seconds = time.monotonic() - one.since
    if seconds > options.timeout:
        one.why_ended = f"it took more than {options.timeout:.0f} s (--timeout)"
    elif (used := one.child.memory_mb()) > options.memory_mb:
        one.why_ended = f"it used {used:,.0f} MB, more than {options.memory_mb:,.0f} MB (--memory)"
    if one.why_ended:
        one.child.kill()


def _outcome(one: _Running) -> Result:
    """What became of a job whose process has ended."""
    seconds = time.monotonic() - one.since
    try:
        found = json.loads((one.child.work / RESULT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        why = one.why_ended or f"the process ended with status {one.child.status}{_last_words(one.child.work / LOG)}"
        lost = Failure(one.job.notebook.name, "while it ran", why, is_infrastructure=not one.why_ended)
        return Result(one.job, seconds, lost)
    failure = Failure(**found["failure"]) if found["failure"] else None
    return Result(one.job, seconds, failure, tuple(found["warnings"]), found["cpu_seconds"])


def _stop_on_full_disk(project: Project, one: _Running, result: Result) -> None:
    """End the run where a page failed because there is no room: the page that was there stays, and the next would fail.

    Raises
    ------
    WriteError
        The disk is full.
    """
    if result.failure is None or one.why_ended or not is_full(project.reports, result.failure.error):
        return
    shutil.rmtree(one.child.work, ignore_errors=True)
    raise WriteError(
        Problem(
            what=f"The disk is full: there was no room for {one.job.name}.",
            where=str(project.reports),
            rule=WHOLE,
            fix="make room, then start the same command again: it goes on with this page",
        )
    )


def _last_words(log: Path) -> str:
    try:
        lines = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    except OSError:
        return ""
    return f": {lines[-1].strip()[:200]}" if lines else ""


def _publish(project: Project, state: State, one: _Running, result: Result, fingerprints: Fingerprints) -> None:
    """Move a whole page into the reports, then record it; take a failed one out."""
    work = one.child.work
    executed = work / f"{one.job.page}.ipynb"
    try:
        with writing(project.reports, f"The page {one.job.page}", rule=WHOLE, fix=RIGHTS):
            _put_in_place(project, state, one, result, fingerprints, executed)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _put_in_place(
    project: Project, state: State, one: _Running, result: Result, fingerprints: Fingerprints, executed: Path
) -> None:
    work = one.child.work
    state.forget(one.job.page)
    if result.failure is None:
        state.folder.mkdir(exist_ok=True)
        os.replace(work / BODY, state.body(one.job.page))
        site.publish(project, executed, work / DOWNLOADS, one.job.downloads)
        state.record(one.job, one.key, result, fingerprints.made_from(one.job))
    else:
        site.keep_failed(project, executed, one.job.downloads)
