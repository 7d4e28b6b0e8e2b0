"""What a reader takes away besides the pages: a workbook for each region, and links to all that is there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from clusterkit.batch.pages import RegionPage, WholePage
from clusterkit.files import write_whole
from clusterkit.params import EXPLORER_ID, RegionParams
from clusterkit.paths import Project
from clusterkit.provenance import RECORD
from clusterkit.show.output import FOLDER, escape

if TYPE_CHECKING:
    from clusterkit.batch.state import State

SUMMARY = "summary.json"  # among the data of a brief
BRIEF = "brief"  # kind of the page that is printed
SHORT = {"cluster-mapping": "Mapping"}  # of labels that leave no room in the name of a sheet
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
    found = {}
    for p in listed:
        if not made[p.region]:
            continue
        sources = [_of_region(project, p.region, page) for page in made[p.region]]
        title = f"{p.name}: the data behind the pages"
        offers = _workbook(project, state, p.region, title, _parameters(p), sources)
        offers += _of_brief(project, state, p.region, made[p.region])
        found.update({page.name(p.region): line(p.name, offers) for page in made[p.region]})
    for page in whole:
        if page.name == EXPLORER_ID:  # its tables are those of all Europe, too long for sheets that people scroll
            continue
        one = Source("", project.reports / f"{page.name}.ipynb", project.reports / FOLDER / page.name)
        found[page.name] = line(f"“{page.label}”", _workbook(project, state, page.name, "", [], [one]))
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


def _workbook(
    project: Project,
    state: State,
    name: str,
    title: str,
    parameters: Sequence[tuple[str, str]],
    sources: Sequence[Source],
) -> list[Offer]:
    """The workbook of some pages, made anew where one of them is new; none where they have no data."""
    path = workbook_path(project, name)
    data = [file for source in sources for file in sorted(source.folder.glob("*.csv"))]
    if not data:
        path.unlink(missing_ok=True)
        return []
    pages = [[source.notebook.stem, state.of(source.notebook.stem).get("key")] for source in sources]
    key = _digest([json.dumps([title, pages, [[file.name, file.stat().st_size] for file in data]])])
    known = state.of(f"{RECORDS}/{name}-workbook")
    if known.get("key") != key or not path.is_file() or path.stat().st_size != known.get("size"):
        # Imported here: openpyxl takes a third of a second that a site whose workbooks are all there should not cost.
        from clusterkit.batch import workbook

        origin = list(workbook.origin_rows(project.processed / RECORD, parameters))
        of = [f"{what}: {which}" for what, which in parameters]
        made = workbook.write(title, of, sources, origin)
        write_whole(path, made)
        state.keep(f"{RECORDS}/{name}-workbook", {"key": key, "size": len(made)})
    return [_offer(project, path, "Workbook of all tables", "XLSX")]


def _offer(project: Project, path: Path, label: str, form: str) -> Offer:
    return Offer(path.relative_to(project.reports).as_posix(), label, form, path.stat().st_size)


def _of_brief(project: Project, state: State, region: str, pages: Iterable[RegionPage]) -> list[Offer]:
    """The summary of a brief, and the brief as printed, where they are there; a print of an older brief goes."""
    summary, printed = project.reports / FOLDER / region / BRIEF / SUMMARY, printed_path(project, region)
    has_brief = any(page.kind == BRIEF for page in pages)
    if printed.is_file() and not (has_brief and is_printed(project, state, region)):
        printed.unlink()
    offers = []
    if has_brief and summary.is_file():
        offers.append(_offer(project, summary, "Summary in figures", "JSON"))
    if printed.is_file():
        offers.append(_offer(project, printed, "Brief on paper", "PDF"))
    return offers


def workbook_path(project: Project, name: str) -> Path:
    """Where the workbook of a region, or of a page on no single one, is."""
    return project.reports / FOLDER / name / f"{name}.xlsx"


def printed_path(project: Project, region: str) -> Path:
    """Where the printed brief of a region is kept."""
    return project.reports / FOLDER / region / f"{region}-{BRIEF}.pdf"


def is_printed(project: Project, state: State, region: str) -> bool:
    """Whether the brief of a region is printed as it is now."""
    known = state.of(f"{RECORDS}/{region}-print")
    path = printed_path(project, region)
    return path.is_file() and known.get("key") == _print_key(project, state, region)


def keep_print(project: Project, state: State, region: str, data: bytes) -> None:
    """Put the printed brief of a region in its place and record what it was made from."""
    write_whole(printed_path(project, region), data)
    state.keep(f"{RECORDS}/{region}-print", {"key": _print_key(project, state, region)})


def _print_key(project: Project, state: State, region: str) -> str:
    theme = project.reports / "theme"
    look = [hashlib.sha256((theme / name).read_bytes()).hexdigest() for name in LOOK if (theme / name).is_file()]
    return _digest([str(state.of(f"{region}-{BRIEF}").get("key")), *look])


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
