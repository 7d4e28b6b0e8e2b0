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
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from clusterkit.batch.jobs import EUROPE, EUROPE_NAME, EXAMPLE, EXAMPLE_NAME, EXPLORER, EXPLORER_NAME, HOME, INDEX
from clusterkit.batch.pages import RegionPage, pages_of
from clusterkit.batch.state import State
from clusterkit.errors import Problem, RunError
from clusterkit.files import write_whole
from clusterkit.params import RegionParams
from clusterkit.paths import Project
from clusterkit.show.output import FOLDER, escape

if TYPE_CHECKING:
    import nbformat

QUARTO_MIN = (1, 4)  # oldest Quarto tried by its documentation: `html-table-processing` came with 1.4
FAILED = "failed"


def has_page(project: Project, name: str) -> bool:
    """Whether the page of that name was executed."""
    return (project.reports / f"{name}.ipynb").is_file()


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
    os.replace(new, old)
    if aside is not None:
        shutil.rmtree(aside, ignore_errors=True)


def set_front_matter(
    notebook: nbformat.NotebookNode, *, title: str, description: str, nav: str, scripts: str = ""
) -> None:
    """Write title, description, navigation and scripts into the notebook's first cell, as both renderers read it."""
    notebook.cells[0].source = front_matter_text(title=title, description=description, nav=nav, scripts=scripts)


def front_matter(notebook: nbformat.NotebookNode) -> dict[str, str]:
    """Title, description and navigation of a page, from its first cell."""
    return fields_of(notebook.cells[0].source)


def front_matter_text(*, title: str, description: str, nav: str, scripts: str = "") -> str:
    """The first cell of a page; ``scripts`` are addresses from the site's folder, with a space between two."""
    safe = escape(title)
    tags = "".join(f'<script src="{name}" defer></script>' for name in scripts.split())
    fields = {
        "pagetitle": f"{safe} – clusterkit" if title else "clusterkit",
        "heading": safe,
        "description": escape(description),
        "nav": f"`{nav}`{{=html}}" if nav else "",
        "scripts": f"`{tags}`{{=html}}" if tags else "",
        "lang": "en",
    }
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in fields.items()]
    return "\n".join(["---", *lines, "---"])


def fields_of(source: str) -> dict[str, str]:
    """What stands in the first cell of a page."""
    lines = [line.partition(": ") for line in source.split("\n") if ": " in line]
    return {key: json.loads(value) for key, _, value in lines}


def navigation(
    project: Project, listed: Sequence[RegionParams], made: Mapping[str, Sequence[RegionPage]]
) -> dict[str, str]:
    """Name of every executed page, in the order of the site, to its navigation.

    Home first, then the pages on no single region, then region by region.
    """
    whole = ((EUROPE, EUROPE_NAME), (EXPLORER, EXPLORER_NAME), (EXAMPLE, EXAMPLE_NAME))
    top = [(INDEX, "Home"), *((name, label) for name, label in whole if has_page(project, name))]
    found = {name: _nav([*top, *_links_to_regions(listed, made)], name) for name, _ in top}
    for p in listed:
        for page in made[p.region]:
            name = page.name(p.region)
            own = [(other.name(p.region), other.label) for other in made[p.region]]
            found[name] = _nav([*top, *_links_to_regions(listed, made, page)], name)
            if len(own) > 1:
                found[name] += _nav(own, name, css="views", label=f"Pages of {p.name}")
    return found


def prepare(project: Project, listed: Sequence[RegionParams]) -> list[Path]:
    """Give every executed page its navigation, and drop pages of regions that are no longer listed.

    Returns
    -------
    list of Path
        The pages' notebooks, in the order of :func:`navigation`.
    """
    reports = project.reports
    made = pages_of(project, [p.region for p in listed])
    found = navigation(project, listed, made)
    data = {HOME, EUROPE, EXPLORER, EXAMPLE}  # folders of data that the site shows
    data |= {f"{region}/{page.kind}" for region, own in made.items() for page in own}
    for path in reports.glob("*.ipynb"):
        if path.stem not in found:
            path.unlink()
    _drop_data(reports / FOLDER, data)
    for name, nav in found.items():
        path = reports / f"{name}.ipynb"
        notebook = json.loads(path.read_text(encoding="utf-8"))
        fields = fields_of("".join(notebook["cells"][0]["source"]))
        if fields.get("nav") == (f"`{nav}`{{=html}}" if nav else ""):
            continue
        titles = {key: html.unescape(fields[key]) for key in ("heading", "description")}
        scripts = " ".join(re.findall(r'src="([^"]*)"', fields.get("scripts", "")))
        text = front_matter_text(title=titles["heading"], description=titles["description"], nav=nav, scripts=scripts)
        notebook["cells"][0]["source"] = text.splitlines(keepends=True)
        write_whole(path, (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode())
    return [reports / f"{name}.ipynb" for name in found]


def _drop_data(folder: Path, kept: Collection[str]) -> None:
    """Remove data that no page of the site shows, and the folders that are empty then."""
    for path in sorted(folder.rglob("*"), reverse=True):  # what is in a folder before the folder
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.parent.relative_to(folder).as_posix() not in kept:
            path.unlink()


def _links_to_regions(
    listed: Sequence[RegionParams], made: Mapping[str, Sequence[RegionPage]], kind: RegionPage | None = None
) -> list[tuple[str, str]]:
    """Page and name of every region that has a page: the page of that kind where there is one, else the first."""
    links = []
    for p in listed:
        if own := made[p.region]:
            links.append(((kind if kind in own else own[0]).name(p.region), p.name))
    return links


def _nav(links: Sequence[tuple[str, str]], current: str, *, css: str = "pages", label: str = "Pages") -> str:
    items = []
    for name, text in links:
        mark = ' aria-current="page"' if name == current else ""
        items.append(f'<li><a href="{name}.html"{mark}>{escape(text)}</a></li>')
    return f'<nav class="{css}" aria-label="{escape(label)}"><ul>{"".join(items)}</ul></nav>'


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
            found.update(page.read(8192))
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
    try:
        if renderer == "quarto":
            _render_with_quarto(project, pages, new)
        else:
            _render_with_nbconvert(project, pages, new, bodies)
        new.chmod(0o755)
        _replace_folder(new, project.site)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return project.site / "index.html"


def _render_with_quarto(project: Project, pages: Sequence[Path], new: Path) -> None:
    command = quarto()
    if command is None:
        fix = "install Quarto, or use --renderer nbconvert"
        raise RunError(_quarto_problem("The command quarto is not on the PATH.", fix))
    found = subprocess.run([command, "--version"], check=False, capture_output=True, text=True).stdout.strip()
    numbers = tuple(int(part) for part in re.findall(r"\d+", found)[:2])
    if numbers < QUARTO_MIN:
        needed = ".".join(str(part) for part in QUARTO_MIN)
        raise RunError(_quarto_problem(f"Quarto is {found or 'of unknown version'}; {needed} or newer is needed.",
                                       "update Quarto, or use --renderer nbconvert"))  # fmt: skip
    # In a copy: Quarto writes caches beside the pages and would take an older _site for a resource.
    copy = new / "project"
    copy.mkdir()
    for path in (project.reports / "_quarto.yml", *pages):
        shutil.copy(path, copy / path.name)
    _copy_folders(project, copy, "theme", FOLDER, FAILED)
    quiet = {**os.environ, "NO_COLOR": "1"}
    done = subprocess.run([command, "render", str(copy)], check=False, capture_output=True, text=True, env=quiet)
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
    project: Project, pages: Sequence[Path], new: Path, bodies: Callable[[str], Path] | None
) -> None:
    theme = project.reports / "theme"
    skeleton = (theme / "page.html").read_text(encoding="utf-8")
    for path in pages:
        fields = fields_of("".join(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"]))
        kept = bodies(path.stem) if bodies else None
        if kept is not None and kept.is_file():
            made = json.loads(kept.read_text(encoding="utf-8"))
        else:
            # Imported here: nbconvert takes a second that a site whose pages are all there should not cost.
            import nbformat

            from clusterkit.batch.page_html import body

            text, toc = body(nbformat.read(path, as_version=4), theme)
            made = {"html": text, "toc": toc}
        raw = {key: fields.get(key, "").removeprefix("`").removesuffix("`{=html}") for key in ("nav", "scripts")}
        values = {**fields, **raw, "toc": made["toc"], "body": made["html"]}
        page = re.sub(r"\$([a-z]+)\$", lambda found, values=values: values[found[1]], skeleton)
        (new / f"{path.stem}.html").write_text(page, encoding="utf-8")
    (new / "theme").mkdir()
    for path in sorted([*theme.glob("*.css"), *theme.glob("*.js")]):
        shutil.copy(path, new / "theme" / path.name)
    _copy_folders(project, new, FOLDER, FAILED)


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
