"""The briefs of the ten pilots on paper: one sheet of A4 each, with all that the page says."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from clusterkit.batch import printing, site, takeaway
from clusterkit.batch.state import State
from clusterkit.params import load_regions, region_ids
from clusterkit.paths import Project, project

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
PILOTS = region_ids(project(ROOT))
A4 = (595, 842)  # points


@pytest.fixture(scope="module")
def browser() -> str:
    found = next((path for name in printing.BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("needs a browser: on Debian, apt install chromium fonts-liberation")
    return found


def pages_in(data: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", data))


@pytest.mark.parametrize("region", PILOTS)
def test_the_brief_of_a_pilot_is_one_sheet_of_a4(full_site: Project, browser: str, tmp_path: Path, region: str) -> None:
    target = tmp_path / "brief.pdf"
    printing.print_page(browser, full_site.site / f"{region}-brief.html", target)
    data = target.read_bytes()
    assert pages_in(data) == 1
    box = [float(number) for number in re.search(rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", data).groups()]
    assert tuple(round(number) for number in box) == A4


def test_other_pages_are_not_set_as_a_brief(full_site: Project, browser: str, tmp_path: Path) -> None:
    target = tmp_path / "page.pdf"
    printing.print_page(browser, full_site.site / "piemonte-cluster-mapping.html", target)
    assert pages_in(target.read_bytes()) > 3


def test_a_printed_brief_is_offered_on_every_page_of_its_region_and_printed_once(
    full_site: Project, browser: str, tmp_path: Path
) -> None:
    project = Project(tmp_path / "project")
    shutil.copytree(full_site.root, project.root)
    state = State(project)
    assert printing.print_briefs(project, ["piemonte"], bodies=state.body) == []
    printed = takeaway.copy_path(project, "piemonte", takeaway.PDF)
    first = printed.stat().st_mtime_ns
    assert pages_in(printed.read_bytes()) == 1
    assert printing.print_briefs(project, ["piemonte"], bodies=state.body) == []
    assert printed.stat().st_mtime_ns == first
    pages = site.prepare(project, load_regions(project))
    site.render(project, pages, renderer="nbconvert", bodies=state.body)
    for page in sorted(project.site.glob("*-*.html")):
        links = [
            link["href"] for link in BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").select(".take a")
        ]
        assert all((project.site / link).is_file() for link in links), page.name
        is_own = page.stem.startswith("piemonte-")
        assert ("downloads/piemonte/piemonte-brief.pdf" in links) == is_own, page.name
        assert not is_own or links[0] == "downloads/piemonte/piemonte.xlsx"
