"""Briefs on paper: the page of a region as the browser prints it, one sheet of A4, with the style of the site."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from clusterkit.batch import site, takeaway
from clusterkit.batch.state import State
from clusterkit.errors import Problem, RunError
from clusterkit.paths import Project

BROWSERS = (  # in the order in which they are looked for
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
)
TIMEOUT = 120.0  # seconds that a browser may take for one page; two are usual
FLAGS = (
    "--headless=new",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--no-first-run",
    "--no-pdf-header-footer",
)


def browser() -> str:
    """Path of a browser that prints without a window.

    Raises
    ------
    RunError
        None is on the PATH.
    """
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise RunError(
            Problem(
                what="Briefs cannot be printed: there is no browser on the PATH.",
                where="--pdf",
                rule=f"Chromium, Chrome or Edge prints them, found as one of: {', '.join(BROWSERS)}",
                fix="install Chromium (on Debian: apt-get install chromium), or leave out --pdf",
            )
        )
    return found


def print_page(command: str, page: Path, target: Path) -> None:
    """Print a page of the site to a PDF file.

    Parameters
    ----------
    command
        The browser.
    page
        HTML file, with its styles beside it.
    target
        Where the PDF goes.

    Raises
    ------
    RunError
        The browser fails, takes too long, or makes no PDF.
    """
    with tempfile.TemporaryDirectory(prefix="print-", ignore_cleanup_errors=True) as profile:
        arguments = [command, *FLAGS, f"--user-data-dir={profile}", f"--print-to-pdf={target}"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            arguments.append("--no-sandbox")  # Chromium refuses to start as root with it; the page is our own file
        try:
            done = subprocess.run(
                [*arguments, page.as_uri()],
                check=False,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=TIMEOUT,
            )
        except (OSError, subprocess.TimeoutExpired) as exc:
            raise RunError(_problem(command, page, f"it {_why(exc)}")) from exc
    if done.returncode != 0 or not target.is_file() or not target.read_bytes().startswith(b"%PDF"):
        last = next((line for line in reversed(done.stderr.splitlines()) if line.strip()), "it said nothing")
        raise RunError(_problem(command, page, f"it ended with status {done.returncode}: {last.strip()[:200]}"))


def _why(exc: OSError | subprocess.TimeoutExpired) -> str:
    return f"took more than {TIMEOUT:.0f} s" if isinstance(exc, subprocess.TimeoutExpired) else f"cannot start: {exc}"


def _problem(command: str, page: Path, why: str) -> Problem:
    return Problem(
        what=f"The page {page.stem} was not printed: {why}.",
        where=f"--pdf, printing with {command}",
        rule="the browser prints the page from its file, without a window and without the network",
        fix="try to print the page from the browser itself, update the browser, or leave out --pdf",
    )


def print_briefs(
    project: Project, regions: Sequence[str], *, bodies: Callable[[str], Path], workers: int = 1
) -> list[RunError]:
    """Print the briefs of some regions that are not printed as they are now.

    Parameters
    ----------
    regions
        Those whose brief was asked for; one without a brief is left out.
    bodies
        Where the text of a page is kept as HTML.
    workers
        Browsers at a time.

    Returns
    -------
    list of RunError
        What went wrong, region by region; the others are printed.
    """
    state = State(project)
    names = takeaway.to_copy(project, state, regions, takeaway.PDF)
    if not names:
        return []
    command = browser()
    with tempfile.TemporaryDirectory(prefix="briefs-") as name:
        folder = Path(name).resolve()
        pages = site.write_alone(project, list(names.values()), folder, bodies)

        def one(region: str, page: Path) -> RunError | None:
            target = page.with_suffix(".pdf")
            try:
                print_page(command, page, target)
                takeaway.keep_copy(project, state, region, takeaway.PDF, target.read_bytes())
            except RunError as exc:
                return exc
            return None

        with ThreadPoolExecutor(workers) as pool:
            return [failure for failure in pool.map(one, names, pages) if failure is not None]
