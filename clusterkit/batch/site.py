"""Executed notebooks to a website: through Quarto where it is, else through nbconvert.

Both use the same skeleton (``reports/theme/page.html``), the same style sheet and the same
classes, so that the pages, their navigation and their words are the same.
"""

from __future__ import annotations

import hashlib
import html
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clusterkit.batch import documents, frame, search_index, takeaway
from clusterkit.batch.jobs import HOME
from clusterkit.batch.pages import WHOLE_PAGES, has_page, pages_of
from clusterkit.batch.state import State
from clusterkit.errors import Problem, RunError
from clusterkit.files import write_whole
from clusterkit.params import RegionParams
from clusterkit.paths import Project
from clusterkit.show.output import FOLDER, LANGUAGE, escape

if TYPE_CHECKING:
    import nbformat

QUARTO_MIN = (1, 4)  # oldest that has all that _quarto.yml asks for: `html-table-processing` came with 1.4
FRAME_BYTES = 1 << 15  # the first cell of a page, with its navigation, is shorter
FAILED = "failed"


def publish(project: Project, executed: Path, downloads: Path, folder: str) -> None:
    """Move a finished page and its data into ``reports``: data first, so that no page lacks its data.

    Parameters
    ----------
    executed, downloads
        The page's notebook and the folder of its data, made aside.
    folder
        Where the data go, below the folder of all data; what was there is replaced as a whole.
    """
    _replace_folder(downloads, project.reports / FOLDER / folder)
    os.replace(executed, project.reports / executed.name)
    (project.reports / FAILED / executed.name).unlink(missing_ok=True)


def keep_failed(project: Project, executed: Path, folder: str) -> None:
    """Take a failed page and its data out of the site and keep its notebook for inspection."""
    (project.reports / executed.name).unlink(missing_ok=True)
    shutil.rmtree(project.reports / FOLDER / folder, ignore_errors=True)
    if executed.is_file():
        kept = project.reports / FAILED
        kept.mkdir(exist_ok=True)
        os.replace(executed, kept / executed.name)


def _replace_folder(new: Path, old: Path) -> None:
    """Put a folder in the place of another; the old one is gone only when the new one is there."""
    old.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".old-", dir=old.parent)) if old.exists() else None
    if aside is not None:
        os.replace(old, aside / "old")
    try:
        os.replace(new, old)
    except OSError:
        if aside is not None:
            os.replace(aside / "old", old)
            aside.rmdir()
        raise
    if aside is not None:
        shutil.rmtree(aside, ignore_errors=True)


def set_front_matter(
    notebook: nbformat.NotebookNode, *, title: str, description: str, nav: str = "", made: str = "", scripts: str = ""
) -> None:
    """Write title, description and what else the skeleton asks for into the notebook's first cell.

    Parameters
    ----------
    title, description
        Of the page.
    nav
        Ways to other pages, as HTML.
    made
        What the page was made from, in one line.
    scripts
        Paths of the page's scripts from the folder of the site, with spaces between them.
    """
    notebook.cells[0].source = front_matter_text(
        title=title, description=description, nav=nav, made=made, scripts=scripts
    )


def front_matter(notebook: nbformat.NotebookNode) -> dict[str, str]:
    """What stands in the first cell of a page: see :func:`front_matter_text`."""
    return fields_of(notebook.cells[0].source)


def front_matter_text(
    *, title: str, description: str, nav: str = "", foot: str = "", made: str = "", scripts: str = ""
) -> str:
    """The first cell of a page, as Quarto and nbconvert read it; parameters as of :func:`set_front_matter`."""
    safe = escape(title)
    fields = {
        "pagetitle": f"{safe} – clusterkit" if title else "clusterkit",
        "heading": safe,
        "description": escape(description),
        "made": escape(made),
        "scripts": scripts,
        "nav": _raw(nav),
        "foot": _raw(foot),
        "tail": _raw(frame.script_tags(scripts)),
        "lang": LANGUAGE,
    }
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in fields.items()]
    return "\n".join(["---", *lines, "---"])


def _raw(text: str) -> str:
    """HTML as Pandoc takes it in a field."""
    return f"`{text}`{{=html}}" if text else ""


def fields_of(source: str) -> dict[str, str]:
    """What stands in the first cell of a page."""
    lines = [line.partition(": ") for line in source.split("\n") if ": " in line]
    return {key: json.loads(value) for key, _, value in lines}


def write_page(project: Project, name: str, text: str, *, title: str, description: str, made: str) -> None:
    """Write a page that is Markdown alone, as a notebook of one cell beside those that were executed."""
    first = front_matter_text(title=title, description=description, made=made)
    cells = [
        {"cell_type": kind, "id": f"{name}-{number}", "metadata": {}, "source": source.splitlines(keepends=True)}
        for number, (kind, source) in enumerate([("raw", first), ("markdown", text)])
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    _write_notebook(project.reports / f"{name}.ipynb", notebook)


def _write_notebook(path: Path, notebook: Mapping[str, Any]) -> None:
    write_whole(path, (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode())


def prepare(project: Project, listed: Sequence[RegionParams]) -> list[Path]:
    """Write document pages and workbooks, give every page its frame, and drop pages of regions no longer listed.

    Returns
    -------
    list of Path
        The pages' notebooks, in the order of the site.
    """
    reports = project.reports
    made = pages_of(project, listed)
    whole = [page for page in WHOLE_PAGES if has_page(project, page.name)]
    state = State(project)
    offers = takeaway.lines(project, state, listed, made, whole)
    found = frame.frames(listed, made, whole, documents.write(project, state), offers)
    data = {HOME, *(page.name for page in WHOLE_PAGES)}  # folders of data that the site shows
    data |= {f"{region}/{page.kind}" for region, own in made.items() for page in own}
    data |= {f"{region}/{region}{end}" for region, own in made.items() if own for end in takeaway.ENDS}
    for path in reports.glob("*.ipynb"):
        if path.stem not in found:
            path.unlink()
    _drop_data(reports / FOLDER, data)
    for name, around in found.items():
        _put_frame(reports / f"{name}.ipynb", around)
    return [reports / f"{name}.ipynb" for name in found]


def _put_frame(path: Path, around: frame.Frame) -> None:
    """Write the frame of a page into its first cell, where it is not there already."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    source = "".join(notebook["cells"][0]["source"])
    fields = fields_of(source)
    text = front_matter_text(
        title=html.unescape(fields["heading"]),
        description=html.unescape(fields["description"]),
        nav=around.nav,
        foot=around.foot,
        made=html.unescape(fields.get("made", "")),
        scripts=fields.get("scripts", ""),
    )
    if text != source:
        notebook["cells"][0]["source"] = text.splitlines(keepends=True)
        _write_notebook(path, notebook)


def _drop_data(folder: Path, kept: set[str]) -> None:
    """Remove data that no page of the site shows (``kept``: folders and files), and the folders that are empty then."""
    for path in sorted(folder.rglob("*"), reverse=True):  # what is in a folder before the folder
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif kept.isdisjoint(one.relative_to(folder).as_posix() for one in (path, path.parent)):
            path.unlink()


def quarto() -> str | None:
    """Path of the quarto command, None where there is none."""
    return shutil.which("quarto")


def key(project: Project, pages: Sequence[Path], state: State, renderer: str) -> str:
    """Of a rendered site: the same key, the same site."""
    found = hashlib.sha256(renderer.encode())
    for path in (project.reports / "_quarto.yml", *sorted((project.reports / "theme").rglob("*"))):
        if path.is_file():
            found.update(path.read_bytes())
    for path in pages:
        # A page's record says what it was made from, its first lines what the navigation is.
        with path.open("rb") as page:
            found.update(page.read(FRAME_BYTES))
        found.update(str(state.of(path.stem).get("key")).encode())
    for path in sorted((project.reports / FAILED).glob("*.ipynb")):
        found.update(f"{path.name}:{path.stat().st_mtime_ns}".encode())
    return found.hexdigest()


def render(
    project: Project, pages: Sequence[Path], *, renderer: str, bodies: Callable[[str], Path] | None = None
) -> Path:
    """Render all pages aside and put the finished site in place of the old one.

    Parameters
    ----------
    bodies
        Where the text of a page is kept as HTML; what is not there is converted now.
    renderer
        ``quarto`` or ``nbconvert``.

    Returns
    -------
    Path
        ``reports/_site/index.html``.

    Raises
    ------
    RunError
        Quarto is too old or fails, with the end of what it said; the old site stays.
    """
    new = Path(tempfile.mkdtemp(prefix=".site-", dir=project.reports))
    texts = {path.stem: _text(project, path, bodies) for path in pages}
    titles = {path.stem: html.unescape(_fields(path)["heading"]) for path in pages}
    # Beside the pages: `quarto render reports` alone finds it there.
    write_whole(project.reports / search_index.NAME, search_index.script(titles, texts).encode())
    try:
        if renderer == "quarto":
            _render_with_quarto(project, pages, new)
        else:
            _render_with_nbconvert(project, pages, new, texts)
        new.chmod(0o755)
        _replace_folder(new, project.site)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return project.site / "index.html"


def _fields(path: Path) -> dict[str, str]:
    """What stands in the first cell of a page that was made."""
    return fields_of("".join(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"]))


def _text(project: Project, path: Path, bodies: Callable[[str], Path] | None) -> dict[str, str]:
    """The text of a page and its list of contents, as kept or converted now."""
    kept = bodies(path.stem) if bodies else None
    if kept is not None and kept.is_file():
        return json.loads(kept.read_text(encoding="utf-8"))
    # Imported here: nbconvert takes a second that a site whose pages are all there should not cost.
    import nbformat

    from clusterkit.batch.page_html import body

    text, toc = body(nbformat.read(path, as_version=4), project.reports / "theme")
    return {"html": text, "toc": toc}


def _render_with_quarto(project: Project, pages: Sequence[Path], new: Path) -> None:
    command = quarto()
    if command is None:
        fix = "install Quarto, or use --renderer nbconvert"
        raise RunError(_quarto_problem("The command quarto is not on the PATH.", fix))
    found = subprocess.run([command, "--version"], check=False, capture_output=True, encoding="utf-8").stdout.strip()
    numbers = tuple(int(part) for part in re.findall(r"\d+", found)[:2])
    if numbers < QUARTO_MIN:
        needed = ".".join(str(part) for part in QUARTO_MIN)
        raise RunError(_quarto_problem(f"Quarto is {found or 'of unknown version'}; {needed} or newer is needed.",
                                       "update Quarto, or use --renderer nbconvert"))  # fmt: skip
    # In a copy: Quarto writes caches beside the pages and would take an older _site for a resource.
    copy = new / "project"
    copy.mkdir()
    for path in (project.reports / "_quarto.yml", project.reports / search_index.NAME, *pages):
        shutil.copy(path, copy / path.name)
    _copy_folders(project, copy, "theme", FOLDER, FAILED)
    quiet = {**os.environ, "NO_COLOR": "1"}
    done = subprocess.run([command, "render", str(copy)], check=False, capture_output=True, encoding="utf-8", env=quiet)
    made = copy / "_site"
    if done.returncode != 0 or not (made / "index.html").is_file():
        tail = " | ".join(line for line in done.stderr.strip().splitlines()[-4:] if line.strip())
        fix = "run `quarto render reports` to see all it says, or use --renderer nbconvert"
        raise RunError(_quarto_problem(f"Quarto ended with status {done.returncode}: {tail or 'it said nothing'}", fix))
    (made / "search.json").unlink(missing_ok=True)  # written even with search off
    for path in made.iterdir():
        os.replace(path, new / path.name)
    shutil.rmtree(copy)


def _quarto_problem(what: str, fix: str) -> Problem:
    return Problem(what=what, where="rendering of reports/", rule="reports/_quarto.yml", fix=fix)


def _render_with_nbconvert(
    project: Project, pages: Sequence[Path], new: Path, texts: Mapping[str, Mapping[str, str]]
) -> None:
    theme = project.reports / "theme"
    skeleton = (theme / "page.html").read_text(encoding="utf-8")
    for path in pages:
        _write_html(path, texts[path.stem], skeleton, new)
    _copy_look(theme, new)
    shutil.copy(project.reports / search_index.NAME, new / search_index.NAME)
    _copy_folders(project, new, FOLDER, FAILED)


def _write_html(path: Path, text: Mapping[str, str], skeleton: str, folder: Path) -> None:
    """Put the text of a page into the skeleton."""
    fields = _fields(path)
    raw = {name: fields[name].removeprefix("`").removesuffix("`{=html}") for name in ("nav", "foot", "tail")}
    values = {**fields, **raw, "toc": text["toc"], "body": text["html"]}
    page = re.sub(r"\$([a-z]+)\$", lambda found: values[found[1]], skeleton)
    (folder / f"{path.stem}.html").write_text(page, encoding="utf-8", newline="\n")


def _copy_look(theme: Path, folder: Path) -> None:
    for path in sorted(theme.rglob("*")):
        if path.suffix in (".css", ".js"):
            target = folder / "theme" / path.relative_to(theme)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)


def title_and_text(project: Project, name: str, bodies: Callable[[str], Path]) -> tuple[str, str]:
    """Title of a page, and its text as HTML."""
    path = project.reports / f"{name}.ipynb"
    return html.unescape(_fields(path)["heading"]), _text(project, path, bodies)["html"]


def write_alone(project: Project, names: Sequence[str], folder: Path, bodies: Callable[[str], Path]) -> list[Path]:
    """Write some pages without the site around them into an empty folder, through nbconvert; their files."""
    skeleton = (project.reports / "theme" / "page.html").read_text(encoding="utf-8")
    _copy_look(project.reports / "theme", folder)
    for name in names:
        path = project.reports / f"{name}.ipynb"
        _write_html(path, _text(project, path, bodies), skeleton, folder)
    return [folder / f"{name}.html" for name in names]


def _copy_folders(project: Project, target: Path, *names: str) -> None:
    for name in names:
        if (project.reports / name).is_dir():
            ignore = shutil.ignore_patterns("*.part")
            shutil.copytree(project.reports / name, target / name, ignore=ignore, copy_function=_link)


def _link(source: str, target: str) -> None:
    """The same file under a second name, where the disk can: it is replaced as a whole, never changed."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
