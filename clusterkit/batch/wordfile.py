"""Briefs to edit: the text, tables and pictures of a region's brief as DOCX, made by the Pandoc that Quarto brings."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import unquote

from clusterkit.batch import site, takeaway
from clusterkit.batch.state import State
from clusterkit.errors import Problem, RunError
from clusterkit.paths import Project
from clusterkit.show.output import SVG_DATA

TIMEOUT = 120.0  # seconds for one file; two are usual
SCALE = 3.0  # pixels of a picture for each pixel of the page: sharp on paper
WIDTH_CM = 13  # of a picture
LAST = "how-was-this-page-made"  # heading of what only the page itself needs
EPOCH = "946684800"  # seconds; the date inside every file, so that the same brief is the same file


def quarto() -> str:
    """Path of the command quarto.

    Raises
    ------
    RunError
        It is not on the PATH.
    """
    found = site.quarto()
    if found is None:
        raise RunError(
            Problem(
                what="Briefs cannot be written as DOCX: the command quarto is not on the PATH.",
                where="--docx",
                rule="the Pandoc that Quarto brings writes them",
                fix="install Quarto, or leave out --docx",
            )
        )
    return found


def text_of(body: str, folder: Path) -> str:
    """The text of a brief as Pandoc is to read it: without code and links to data, its pictures as files.

    Parameters
    ----------
    body
        Text of the page as HTML.
    folder
        Gets the pictures.
    """
    # Imported here: only this needs them.
    import vl_convert
    from bs4 import BeautifulSoup

    from clusterkit.show.theme import ROLES

    soup = BeautifulSoup(body, "html.parser")
    if (last := soup.find(id=LAST)) is not None:
        for after in [*last.find_all_next(), last]:
            after.decompose()
    for gone in soup.select(".cell-code, .anchor, a[download]"):
        gone.decompose()
    for number, image in enumerate(soup.find_all("img"), start=1):
        svg = unquote(str(image["src"]).removeprefix(SVG_DATA))
        # Paper is light, and who draws here knows no variables.
        svg = re.sub(r"var\(--(\w+)\)", lambda found: ROLES[found[1]][0], svg)
        path = folder / f"picture-{number}.png"
        path.write_bytes(vl_convert.svg_to_png(svg, scale=SCALE))
        image["src"] = path.name
        image["style"] = f"width: {WIDTH_CM}cm"
        del image["width"], image["height"]
    for figure in soup.find_all("figure"):  # Pandoc makes a table of a figure with a note
        caption, drawing = figure.figcaption, figure.img
        if caption is None or drawing is None:
            continue
        title, strong = soup.new_tag("p"), soup.new_tag("strong")
        title.append(strong)
        strong.append(caption.extract().get_text())
        figure.insert(0, title)
        picture = drawing.wrap(soup.new_tag("p"))
        title.insert_after(picture)
        figure.unwrap()
    return str(soup)


def write_file(command: str, title: str, body: str, target: Path) -> None:
    """Write the text of a brief as DOCX.

    Parameters
    ----------
    command
        Path of quarto.
    title
        Of the brief.
    body
        Text of the page as HTML.
    target
        Where the file goes, in a folder that gets the pictures too.

    Raises
    ------
    RunError
        Pandoc fails or takes too long.
    """
    page = target.with_suffix(".html")
    page.write_text(text_of(body, target.parent), encoding="utf-8", newline="\n")
    arguments = [command, "pandoc", "--from", "html", "--to", "docx", "--output", target.name, page.name]
    try:
        done = subprocess.run(
            [*arguments, "--metadata", f"title={title}", "--metadata", "lang=en"],
            check=False,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=TIMEOUT,
            cwd=target.parent,
            env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH},
        )
    except (OSError, subprocess.TimeoutExpired) as exc:
        raise RunError(_problem(title, str(exc))) from exc
    if done.returncode != 0 or not target.is_file():
        last = next((line for line in reversed(done.stderr.splitlines()) if line.strip()), "it said nothing")
        raise RunError(_problem(title, f"Pandoc ended with status {done.returncode}: {last.strip()[:200]}"))


def _problem(title: str, why: str) -> Problem:
    return Problem(
        what=f"The file of “{title}” was not written: {why}.",
        where="--docx",
        rule="quarto pandoc writes the text of the brief as DOCX",
        fix="update Quarto, or leave out --docx",
    )


def write_briefs(project: Project, regions: Sequence[str], *, bodies: Callable[[str], Path]) -> list[RunError]:
    """Write the briefs of some regions that are not written as they are now.

    Parameters
    ----------
    regions
        Those whose brief was asked for; one without a brief is left out.
    bodies
        Where the text of a page is kept as HTML.

    Returns
    -------
    list of RunError
        What went wrong, region by region; the others are written.
    """
    state, failures = State(project), []
    for region, name in takeaway.to_copy(project, state, regions, takeaway.DOCX).items():
        with tempfile.TemporaryDirectory(prefix="brief-") as folder:
            target = Path(folder).resolve() / f"{name}.docx"
            try:
                title, body = site.title_and_text(project, name, bodies)
                write_file(quarto(), title, body, target)
                takeaway.keep_copy(project, state, region, takeaway.DOCX, target.read_bytes())
            except RunError as exc:
                failures.append(exc)
    return failures
