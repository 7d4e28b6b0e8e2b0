"""What a reader takes away besides the pages: a workbook for each region, and links to all that is there."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from clusterkit.batch.pages import RegionPage, WholePage, has_page
from clusterkit.files import write_whole
from clusterkit.forking import can_fork, threads
from clusterkit.params import EXPLORER_ID, RegionParams
from clusterkit.paths import Project
from clusterkit.provenance import RECORD
from clusterkit.show.output import FOLDER, escape

if TYPE_CHECKING:
    from clusterkit.batch.state import State

SUMMARY = "summary.json"  # among the data of a brief
BRIEF = "brief"  # kind of the page that is printed
SHORT = {"cluster-mapping": "Mapping", "detail": "Detail"}  # of labels that leave no room in the name of a sheet
PDF, DOCX = "pdf", "docx"
COPIES = {PDF: ("Brief on paper", "PDF"), DOCX: ("Brief to edit", "DOCX")}  # of a brief: what each is called
ENDS = (".xlsx", *(f"-{BRIEF}.{form}" for form in COPIES))  # of the files of a region, after its identifier
ENOUGH = 2  # workbooks for each process that is started to write some
RECORDS = "files"  # in the record of the site: what each file was made from
LOOK = ("tokens.css", "clusterkit.css", "frame.css", "brief.css", "page.html")  # in the theme: what a print depends on


@dataclass(frozen=True)
class Offer:
    """A file that a page offers.

    Parameters
    ----------
    href
        Address from the folder of the site.
    label
        What it is.
    form
        Name of its format.
    size
        Bytes.
    """

    href: str
    label: str
    form: str
    size: int

    @property
    def size_text(self) -> str:
        """Its size in words, in kB of 1,000 bytes, or in MB.

        >>> Offer("", "", "", 309_565).size_text, Offer("", "", "", 1_250_000).size_text
        ('310 kB', '1.2 MB')
        """
        return f"{self.size / 1e6:.1f} MB" if self.size >= 999_500 else f"{max(1, round(self.size / 1e3))} kB"


@dataclass(frozen=True)
class Source:
    """A page whose data go into a workbook.

    Parameters
    ----------
    label
        What the names of its sheets begin with; "" where the workbook holds one page alone.
    notebook
        The executed page.
    folder
        Where its data are.
    """

    label: str
    notebook: Path
    folder: Path


@dataclass(frozen=True)
class Book:
    """A workbook to be: its name and title, what its figures rest on, and its pages."""

    name: str
    title: str
    parameters: tuple[tuple[str, str], ...]
    sources: tuple[Source, ...]


def line(name: str, offers: Sequence[Offer]) -> str:
    """The offers at the foot of a page, as HTML; nothing without any.

    Parameters
    ----------
    name
        Of what the files are about; it is read out with each link.
    offers
        Files that exist.
    """
    links = [
        f'<li><a href="{escape(offer.href)}" download>{escape(offer.label)}'
        f'<span class="sr-only"> of {escape(name)}</span></a> ({offer.form}, {offer.size_text})</li>'
        for offer in offers
    ]
    return (
        f'<section class="take" aria-label="Take the data"><p>Take the data</p><ul>{"".join(links)}</ul></section>'
        if links
        else ""
    )


def lines(
    project: Project,
    state: State,
    listed: Sequence[RegionParams],
    made: Mapping[str, Sequence[RegionPage]],
    whole: Sequence[WholePage],
) -> dict[str, str]:
    """Bring the workbooks up to date, and say for each page what it offers, as HTML.

    Parameters
    ----------
    state
        The record of what pages and files were made from.
    listed
        Regions of the site.
    made
        Pages of each region that exist.
    whole
        Pages on no single region that exist.
    """
    books = [
        Book(
            p.region,
            f"{p.name}: the data behind the pages",
            tuple(_parameters(p)),
            tuple(_of_region(project, p.region, page) for page in made[p.region]),
        )
        for p in listed
        if made[p.region]
    ]
    for page in whole:
        if page.name != EXPLORER_ID:  # its tables are those of all Europe, too long for sheets that people scroll
            one = Source("", project.reports / f"{page.name}.ipynb", project.reports / FOLDER / page.name)
            books.append(Book(page.name, "", (), (one,)))
    workbooks = _workbooks(project, state, books)
    found = {}
    for p in listed:
        if made[p.region]:
            offers = workbooks[p.region] + _of_brief(project, state, p.region, made[p.region])
            found.update({page.name(p.region): line(p.name, offers) for page in made[p.region]})
    for page in whole:
        if page.name in workbooks:
            found[page.name] = line(f"“{page.label}”", workbooks[page.name])
    return found


def _of_region(project: Project, region: str, page: RegionPage) -> Source:
    notebook = project.reports / f"{page.name(region)}.ipynb"
    return Source(SHORT.get(page.kind, page.label), notebook, project.reports / FOLDER / region / page.kind)


def _parameters(p: RegionParams) -> list[tuple[str, str]]:
    """What the figures of a region rest on, for the sheet of sources."""
    return [
        ("Region", f"{p.name}: {', '.join(p.nuts_ids)}"),
        ("NUTS version", str(p.nuts_version)),
        ("Years", f"reference year {p.reference_year}; growth from {p.base_year}; other years as the sheets say"),
    ]


def _workbooks(project: Project, state: State, books: Sequence[Book]) -> dict[str, list[Offer]]:
    """Workbooks by name, made anew where one of their pages is new; none where the pages have no data."""
    found: dict[str, list[Offer]] = {book.name: [] for book in books}
    stale, keys = [], {}
    for book in books:
        data = [file for source in book.sources for file in sorted(source.folder.glob("*.csv"))]
        path = project.reports / FOLDER / book.name / f"{book.name}.xlsx"
        if not data:
            path.unlink(missing_ok=True)
            continue
        pages = [[source.notebook.stem, state.of(source.notebook.stem).get("key")] for source in book.sources]
        key = _digest([json.dumps([book.title, pages, [[file.name, file.stat().st_size] for file in data]])])
        known = state.of(f"{RECORDS}/{book.name}-workbook")
        keys[book.name] = (path, key)
        if known.get("key") != key or not path.is_file() or path.stat().st_size != known.get("size"):
            stale.append(book)
    for book, made in zip(stale, _written(project.processed / RECORD, stale), strict=True):
        path, key = keys[book.name]
        write_whole(path, made)
        state.keep(f"{RECORDS}/{book.name}-workbook", {"key": key, "size": len(made)})
    for name, (path, _) in keys.items():
        found[name] = [_offer(project, path, "Workbook of all tables", "XLSX")]
    return found


def _written(record: Path, books: Sequence[Book]) -> Iterable[bytes]:
    """Each of some workbooks; several at a time, half a second each, where there are processors for it."""
    workers = min(os.cpu_count() or 1, len(books) // ENOUGH)
    if workers < 2:
        return [_write(record, book) for book in books]
    # Forked where that is safe: a process that starts anew imports for a second what this one has imported.
    how = "spawn" if can_fork() or threads() > 1 else "fork"
    with ProcessPoolExecutor(workers, mp_context=get_context(how)) as pool:
        return list(pool.map(_write, itertools.repeat(record), books))


def _write(record: Path, book: Book) -> bytes:
    # Imported here: openpyxl takes a third of a second that a site whose workbooks are all there should not cost.
    from clusterkit.batch import workbook

    origin = list(workbook.origin_rows(record, book.parameters))
    return workbook.write(book.title, [f"{what}: {which}" for what, which in book.parameters], book.sources, origin)


def _offer(project: Project, path: Path, label: str, form: str) -> Offer:
    return Offer(path.relative_to(project.reports).as_posix(), label, form, path.stat().st_size)


def _of_brief(project: Project, state: State, region: str, pages: Iterable[RegionPage]) -> list[Offer]:
    """The summary of a brief and its copies, where they are there; a copy of an older brief goes."""
    summary = project.reports / FOLDER / region / BRIEF / SUMMARY
    has_brief = any(page.kind == BRIEF for page in pages)
    offers = []
    if has_brief and summary.is_file():
        offers.append(_offer(project, summary, "Summary in figures", "JSON"))
    for form, (label, name) in COPIES.items():
        path = copy_path(project, region, form)
        if path.is_file() and not (has_brief and is_copied(project, state, region, form)):
            path.unlink()
        if path.is_file():
            offers.append(_offer(project, path, label, name))
    return offers


def copy_path(project: Project, region: str, form: str) -> Path:
    """Where a copy of the brief of a region is kept: as printed (``PDF``) or to edit (``DOCX``)."""
    return project.reports / FOLDER / region / f"{region}-{BRIEF}.{form}"


def is_copied(project: Project, state: State, region: str, form: str) -> bool:
    """Whether there is a copy of the brief of a region as it is now."""
    known = state.of(f"{RECORDS}/{region}-{form}")
    return copy_path(project, region, form).is_file() and known.get("key") == _copy_key(project, state, region)


def to_copy(project: Project, state: State, regions: Iterable[str], form: str) -> dict[str, str]:
    """Of some regions those with a brief of which there is no copy as it is now, each with the name of its page."""
    names = {region: f"{region}-{BRIEF}" for region in regions}
    return {
        region: name
        for region, name in names.items()
        if has_page(project, name) and not is_copied(project, state, region, form)
    }


def keep_copy(project: Project, state: State, region: str, form: str, data: bytes) -> None:
    """Put a copy of the brief of a region in its place and record what it was made from."""
    write_whole(copy_path(project, region, form), data)
    state.keep(f"{RECORDS}/{region}-{form}", {"key": _copy_key(project, state, region)})


def _copy_key(project: Project, state: State, region: str) -> str:
    theme = project.reports / "theme"
    look = [hashlib.sha256((theme / name).read_bytes()).hexdigest() for name in LOOK if (theme / name).is_file()]
    return _digest([str(state.of(f"{region}-{BRIEF}").get("key")), *look])


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
