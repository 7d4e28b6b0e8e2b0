"""What a reader takes away: the workbook of a region, and links to the files that are there."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import zipfile
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from openpyxl import Workbook, load_workbook

from clusterkit.batch import printing, site, takeaway, workbook
from clusterkit.batch.pages import REGION_PAGES, WHOLE_PAGES
from clusterkit.batch.state import State
from clusterkit.batch.takeaway import Source
from clusterkit.cli import main
from clusterkit.errors import RunError
from clusterkit.params import RegionParams
from clusterkit.paths import Project
from clusterkit.show.columns import HEADINGS, heading
from clusterkit.show.output import Column, Figure, Table

HOSTILE = "=1+1 <script>alert('x')</script> & [a]:*?/\\ “ö” *b*"
BRIEF, MAPPING = REGION_PAGES[0], REGION_PAGES[1]
FIRST = workbook.HEAD_ROW + 1  # row of the first data
CSV = """nace_code,persons_employed,persons_employed_status,lq,lq_low,growth_pct,is_strong,year,name,mine
01,18176,reported,3.581273357,3.5,-15.18,True,2014,=HYPERLINK("http://x"),7
C10,,hidden,,0.2,,False,2014,+1,
C11,0,estimated,1e-05,0.1,2,False,2014,@x,8
"""


def figure(link: str, title: str = "A finding", note: str = "Source: Eurostat, 2014. NUTS 2016.") -> str:
    return Figure("<svg/>", title, "A picture.", note, link, 10, 10)._repr_markdown_()


def table(link: str, title: str, note: str = "A note.") -> str:
    return Table(title, [Column("Sector", numeric=False), Column("Jobs")], [("A", "1")], note, link)._repr_markdown_()


def write_page(reports: Path, name: str, title: str, outputs: list[str]) -> Path:
    """An executed page as far as a workbook reads it."""
    first = {"cell_type": "raw", "source": site.front_matter_text(title=title, description="")}
    cells = [{"cell_type": "code", "outputs": [{"data": {"text/markdown": text}}]} for text in outputs]
    path = reports / f"{name}.ipynb"
    path.write_text(json.dumps({"cells": [first, *cells]}), encoding="utf-8")
    return path


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A region with a brief and a mapping page, and the page Compare, as a run leaves them."""
    project = Project(tmp_path)
    data = project.reports / "downloads"
    for folder in ("here/brief", "here/cluster-mapping", "compare"):
        (data / folder).mkdir(parents=True)
    (data / "here" / "brief" / "clusters.csv").write_text("\ufeff" + CSV, encoding="utf-8")
    (data / "here" / "brief" / "summary.json").write_text("{}", encoding="utf-8")
    for name in ("portfolio", "alone"):
        (data / "here" / "cluster-mapping" / f"{name}.csv").write_text("nace_code,n_x\nC10,1\n", encoding="utf-8")
    (data / "compare" / "glance.csv").write_text("region,lq\nhere,1.5\n", encoding="utf-8")
    shown = [figure("downloads/here/brief/clusters.csv", "Here leads in C13 & <more>")]
    write_page(project.reports, "here-brief", f"{HOSTILE}: brief", shown)
    links = ["downloads/here/cluster-mapping/portfolio.csv"] * 2
    both = [table(links[0], "First part") + table(links[1], "Second part", "Another note.")]
    write_page(project.reports, "here-cluster-mapping", "Here: cluster mapping", both)
    write_page(project.reports, "compare", "Compare regions", [table("downloads/compare/glance.csv", "At a glance")])
    for number, page in enumerate(("here-brief", "here-cluster-mapping", "compare")):
        State(project).keep(page, {"key": str(number)})
    return project


def lines(project: Project, name: str = HOSTILE) -> dict[str, str]:
    p = RegionParams(region="here", name=name, nuts_ids=["ITC1"])
    whole = [page for page in WHOLE_PAGES if page.name == "compare"]
    return takeaway.lines(project, State(project), [p], {"here": [BRIEF, MAPPING]}, whole)


def book(project: Project, name: str = "here") -> Workbook:
    return load_workbook(project.reports / "downloads" / name / f"{name}.xlsx")


def rows(sheet_name: str, found: Workbook) -> list[tuple[object, ...]]:
    return list(found[sheet_name].iter_rows(values_only=True))


def test_a_workbook_has_contents_one_sheet_for_each_table_headings_and_sources(project: Project) -> None:
    lines(project)
    found = book(project)
    tables = ["Brief clusters", "Mapping portfolio", "Mapping alone"]
    assert found.sheetnames == ["Contents", *tables, "Columns", "Sources"]
    listed = {row[0]: row for row in rows("Contents", found) if row[0] in found.sheetnames}
    what, page, note, n_rows, file = listed["Brief clusters"][1:6]
    assert (what, page) == ("Here leads in C13 & <more>", f"{HOSTILE}: brief")
    assert (note, n_rows, file) == ("Source: Eurostat, 2014. NUTS 2016.", 3, "clusters.csv")
    assert listed["Mapping portfolio"][1] == "First part; Second part"
    assert listed["Mapping portfolio"][3] == "A note. Another note."
    assert listed["Mapping alone"][1] == "Alone"
    assert found["Contents"]["A1"].value == f"{HOSTILE}: the data behind the pages"
    assert ("lq_low", "Location quotient (no unit), lower end") in [row[:2] for row in rows("Columns", found)]
    links = {row[0].value: row[0].hyperlink.location for row in found["Contents"] if row[0].hyperlink}
    assert links == {name: f"'{name}'!A1" for name in tables}
    for name in tables:
        assert found[name]["A4"].hyperlink.location == "'Contents'!A1"
    assert rows("Contents", book(project, "compare"))[0][0] == "Compare regions"


def test_numbers_are_numbers_codes_are_text_and_unknown_cells_are_empty(project: Project) -> None:
    lines(project)
    sheet = book(project)["Brief clusters"]
    head = [cell.value for cell in sheet[workbook.HEAD_ROW]]
    assert head[:3] == ["Sector (NACE code)", "Persons employed", "Persons employed, status"]
    assert head[3:5] == ["Location quotient (no unit)", "Location quotient (no unit), lower end"]
    assert head[5:] == ["Growth of jobs (%)", "Strong", "Year", "Name", "mine"]
    values = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=FIRST, max_row=FIRST + 2)]
    assert values == [
        ["01", 18176, "reported", 3.581273357, 3.5, -15.18, "yes", 2014, '=HYPERLINK("http://x")', 7],
        ["C10", None, "hidden", None, 0.2, None, "no", 2014, "+1", None],
        ["C11", 0, "estimated", 1e-05, 0.1, 2, "no", 2014, "@x", 8],
    ]
    assert sheet.cell(FIRST, 2).number_format == "#,##0"
    assert sheet.cell(FIRST, 8).number_format == "0"  # a year has no thousands


def test_no_cell_is_a_formula(project: Project) -> None:
    lines(project)
    for name in ("here", "compare"):
        for sheet in book(project, name):
            assert [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"] == []
    sheet = book(project)["Brief clusters"]
    assert [sheet.cell(row, 9).data_type for row in range(FIRST, FIRST + 3)] == ["s", "s", "s"]
    assert all(sheet.cell(row, 9).quotePrefix for row in range(FIRST, FIRST + 3))
    assert book(project)["Contents"]["A1"].data_type == "s"


def test_the_sources_name_acknowledgements_editions_version_and_years(project: Project) -> None:
    project.processed.mkdir(parents=True)
    source = {"dataset": "sbs_x", "edition": "August 2017", "licence": "reuse"}
    source |= {"acknowledgement": "Source: Eurostat", "sha256": "0" * 64}
    (project.processed / "provenance.json").write_text(json.dumps({"sources": [source]}), encoding="utf-8")
    lines(project)
    said = {row[0]: row[1] for row in rows("Sources", book(project)) if row[0]}
    assert said["NUTS version"] == "2016"
    assert "reference year 2014" in said["Years"]
    assert said["Dataset sbs_x"] == f"edition August 2017; reuse; Source: Eurostat; SHA-256 {'0' * 64}"
    acknowledged = [row[1] for row in rows("Sources", book(project)) if row[0] == "Acknowledgement"]
    assert acknowledged == [
        "Source: Eurostat; own calculations.",
        "© EuroGeographics for the administrative boundaries.",
    ]


@pytest.mark.parametrize(
    ("page", "title", "data", "is_marked"),
    [
        ("Illustrative example: stress test", "What to do", "item,n\na,1\n", True),
        ("Here: stress test", "Illustrative: what to do", "item,n\na,1\n", True),
        ("Here: stress test", "What to do", "item,illustrative\na,True\n", True),
        ("Here: stress test", "What to do", "item,illustrative\na,False\n", False),
    ],
)
def test_illustrative_answers_are_marked_on_their_sheet_and_in_the_contents(
    tmp_path: Path, page: str, title: str, data: str, is_marked: bool
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "t.csv").write_text(data, encoding="utf-8")
    notebook = write_page(tmp_path, "page", page, [table("downloads/x/t.csv", title)])
    found = load_workbook(
        io.BytesIO(workbook.write("All", [], [Source("", notebook, tmp_path / "data")], [("a", "b")]))
    )
    assert found["T"]["A3"].value == (workbook.SAYS_ILLUSTRATIVE if is_marked else None)
    (row,) = [row for row in rows("Contents", found) if row[0] == "T"]
    assert row[6] == ("Illustrative" if is_marked else None)


def test_names_of_sheets_are_allowed_and_unlike_each_other() -> None:
    taken: list[str] = ["Contents"]
    for stem in ("a" * 60, "A" * 60, "a" * 61, "x/y:z*[q]?'", "contents", "", "x y z q"):
        taken.append(workbook.sheet_name("", stem, taken))
    assert len({name.casefold() for name in taken}) == len(taken)
    assert max(len(name) for name in taken) <= workbook.MAX_NAME
    assert not any(re.search(r"[\\/*?:\[\]']", name) for name in taken)


def test_the_same_pages_give_the_same_bytes_and_no_time_of_making(project: Project) -> None:
    lines(project)
    path = project.reports / "downloads" / "here" / "here.xlsx"
    before = path.read_bytes()
    path.unlink()
    lines(project)
    assert path.read_bytes() == before
    with zipfile.ZipFile(path) as packed:
        assert {info.date_time for info in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert set(re.findall(rb"W3CDTF\">([^<]*)<", packed.read("docProps/core.xml"))) == {b"2000-01-01T00:00:00Z"}


def test_a_workbook_is_made_anew_only_when_a_page_of_the_region_is(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    write = workbook.write
    monkeypatch.setattr(workbook, "write", lambda title, *rest: made.append(title) or write(title, *rest))
    lines(project, "Here")
    lines(project, "Here")
    assert made == ["Here: the data behind the pages", ""]  # the region, and Compare under its own title
    State(project).keep("here-cluster-mapping", {"key": "new"})
    lines(project, "Here")
    assert made[2:] == ["Here: the data behind the pages"]
    (project.reports / "downloads" / "compare" / "compare.xlsx").unlink()
    lines(project, "Here")
    assert made[3:] == [""]


def test_a_page_links_to_what_is_there_and_says_its_form_and_size(project: Project) -> None:
    printed = takeaway.copy_path(project, "here", takeaway.PDF)
    without = lines(project)
    takeaway.keep_copy(project, State(project), "here", takeaway.PDF, b"%PDF" + b"x" * 130_000)
    found = lines(project)
    assert set(found) == {"here-brief", "here-cluster-mapping", "compare"}
    assert ".pdf" not in without["here-brief"]
    for text in found.values():
        for link in BeautifulSoup(text, "html.parser").find_all("a"):
            assert (project.reports / link["href"]).is_file()
    words = [
        " ".join(item.get_text().split()) for item in BeautifulSoup(found["here-brief"], "html.parser").find_all("li")
    ]
    assert words[1:] == [f"Summary in figures of {HOSTILE} (JSON, 1 kB)", f"Brief on paper of {HOSTILE} (PDF, 130 kB)"]
    assert re.fullmatch(r"Workbook of all tables of .* \(XLSX, \d+ kB\)", words[0])
    assert "<script>" not in found["here-brief"]
    State(project).keep("here-brief", {"key": "a brief made later"})
    assert ".pdf" not in lines(project)["here-brief"]
    assert not printed.exists()  # what was printed is not the brief as it is now


def test_headings_have_units_and_names_that_are_not_known_stay_as_they_are() -> None:
    assert heading("wages_eur_per_person") == "Wages per person employed (euro)"
    assert heading("rank_low") == "Rank (1 = first), lower end"
    assert heading("panorama-2014_n_stars_low") == "panorama-2014: Stars (number), lower end"
    assert [heading(name) for name in ("C13", "my_low", "", "_low")] == ["C13", "my_low", "", "_low"]
    for name, text in HEADINGS.items():
        if name.endswith(("_pct", "_meur", "_eur_per_person")):
            assert re.search(r"\((%|million euro|euro)[^)]*\)", text), name


def path_without_browsers() -> str:
    folders = os.environ["PATH"].split(os.pathsep)
    return os.pathsep.join(f for f in folders if not any(shutil.which(name, path=f) for name in printing.BROWSERS))


def test_without_a_browser_pdf_is_refused_in_four_parts_before_anything_runs(
    project_copy: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", path_without_browsers())
    done = CliRunner().invoke(main, ["--project", str(project_copy.root), "report", "piemonte", "--pdf"])
    assert done.exit_code == 2
    text = done.stderr.splitlines()
    assert text[0] == "Briefs cannot be printed: there is no browser on the PATH."
    assert [line.split(":")[0].strip() for line in text[1:]] == ["where", "rule", "fix"]
    assert "apt-get install chromium" in text[3]
    assert not list(project_copy.reports.glob("*.ipynb"))


@pytest.mark.parametrize("words", [["europe"], ["piemonte", "--page", "scoreboard"]])
def test_pdf_without_a_brief_is_refused(project_copy: Project, words: list[str]) -> None:
    done = CliRunner().invoke(main, ["--project", str(project_copy.root), "report", *words, "--pdf"])
    assert done.exit_code == 2
    assert "--pdf prints the briefs of regions" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="needs sh for a browser that fails")
def test_a_browser_that_fails_is_named_with_what_it_said(tmp_path: Path) -> None:
    command = tmp_path / "chromium"
    command.write_text("#!/bin/sh\necho 'no room on the disk' >&2\nexit 7\n", encoding="utf-8")
    command.chmod(0o755)
    page = tmp_path / "x-brief.html"
    page.write_text("<p>x</p>", encoding="utf-8")
    with pytest.raises(RunError, match=r"(?s)x-brief was not printed.*status 7: no room on the disk.*fix:"):
        printing.print_page(str(command), page, tmp_path / "x.pdf")
