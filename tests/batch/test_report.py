"""The whole way on an invented Europe of two countries, from tables to website, and what is left when a part fails."""

from __future__ import annotations

import ast
import html
import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import nbformat
import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from clusterkit.batch import execute, site
from clusterkit.batch.pages import COMMON_PAGES, RegionPage
from clusterkit.batch.state import State
from clusterkit.cli import main
from clusterkit.errors import RunError
from clusterkit.params import EXAMPLE_ID, load_regions
from clusterkit.paths import Project

BRIEFS = {"estonia-brief.html", "slovenia-brief.html"}
MAPPINGS = {"estonia-cluster-mapping.html", "slovenia-cluster-mapping.html"}
SCOREBOARDS = {"estonia-scoreboard.html", "slovenia-scoreboard.html"}
STRESS_TESTS = {"estonia-stress-test.html", "slovenia-stress-test.html"}
OF_ALL = ["compare.html", "explorer.html", "synthesis.html", "europe.html"]  # in the order of the navigation
PAGES = {"index.html", *OF_ALL, *BRIEFS, *MAPPINGS, *SCOREBOARDS, *STRESS_TESTS}
LABELS = ["Brief", "Cluster mapping", "Scoreboard", "Stress test"]
EXAMPLE_PAGE = f"{EXAMPLE_ID}.html"
SAYS_EXAMPLE = "Illustrative example: stress test for cluster policy"
SAYS_NBCONVERT = "Quarto is not on the PATH: rendering the same pages with nbconvert."
HOSTILE = "<script>alert(\"E\")</script> & 'Eesti' *x* [y](z) `w`"

PRINTED = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")))
ROOT_HOME = Path(__file__).resolve().parents[2] / "notebooks" / "home.ipynb"

Run = Callable[..., CompletedProcess[str]]
needs_sh = pytest.mark.skipif(sys.platform == "win32", reason="needs sh for a command quarto that fails")


def path_without_quarto() -> str:
    folders = os.environ["PATH"].split(os.pathsep)
    return os.pathsep.join(folder for folder in folders if not shutil.which("quarto", path=folder))


def fake_quarto(folder: Path, *, version: str = "1.9.9", status: int = 1) -> str:
    """A PATH with a command ``quarto`` that knows its version and fails to render."""
    folder.mkdir()
    script = folder / "quarto"
    script.write_text(
        f'#!/bin/sh\nif [ "$1" = --version ]; then echo {version}; exit 0; fi\n'
        f"echo 'ERROR: the disk is full' >&2\nexit {status}\n",
        encoding="utf-8",
    )
    script.chmod(0o755)
    return os.pathsep.join([str(folder), path_without_quarto()])


def files(folder: Path) -> dict[str, bytes]:
    """All files but what a run keeps for itself: records of pages, and the manifest with its times."""
    kept = (path for path in folder.rglob("*") if path.is_file() and ".state" not in path.parts)
    return {
        str(path.relative_to(folder)): path.read_bytes() for path in kept if path.name not in ("manifest.json", ".lock")
    }


def leftovers(project: Project) -> list[Path]:
    names = re.compile(r".*\.part|\.(work|site|old)-.*")
    return [path for path in project.root.rglob("*") if names.fullmatch(path.name)]


def notebook_of(project: Project, name: str = "cluster_mapping") -> Path:
    return project.notebooks / f"{name}.ipynb"


def edit(path: Path, change: str, *, after: str | None = None) -> None:
    """Put a code cell into a notebook: after the cell that holds ``after``, or at the end."""
    notebook = nbformat.read(path, as_version=4)
    positions = [number for number, cell in enumerate(notebook.cells) if after and after in cell.source]
    notebook.cells.insert(positions[0] + 1 if after else len(notebook.cells), nbformat.v4.new_code_cell(change))
    nbformat.write(notebook, path)


# In the place of the notebooks that need more than two countries have: what each says, and the data it saves.
# These tests are about the pages of a region, not about what stands in them.
SMALL = {
    "brief": ("clusters", "f'{p.name} in short: {link}'"),
    "scoreboard": ("scores", "f'{p.name} by {p.scoreboard.framework}: {link}'"),
    "stress-test": ("questions", "f'{p.name} answered {p.stress_test.answers}: {link}'"),
}


def write_small_page(project: Project, page: RegionPage) -> None:
    """A small notebook in the place of one of the large ones."""
    (tiny, *_) = load_regions(project)
    values = {**page.parameters(tiny), "output_dir": None}
    data, says = SMALL[page.kind]
    cells = [
        nbformat.v4.new_raw_cell('---\ntitle: "A small page"\nlang: en\n---'),
        nbformat.v4.new_markdown_cell("What does a small page say?"),
        nbformat.v4.new_code_cell(
            "\n".join(f"{name} = {value!r}" for name, value in values.items()), metadata={"tags": ["parameters"]}
        ),
        nbformat.v4.new_code_cell(
            "import pandas as pd\nfrom clusterkit import params\nfrom clusterkit.show import Downloads, Text\n"
            "p = params.check(locals())\n"
            f"link = Downloads(p.region, output_dir, {page.kind!r}).save({data!r}, pd.DataFrame({{'n': [1]}}))"
        ),
        nbformat.v4.new_code_cell(f"Text(({says},))"),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(notebook, page.path(project))


def write_example(project: Project) -> None:
    """An example of a stress test, on the evidence of an invented country."""
    values = {"region": EXAMPLE_ID, "name": "Example region", "nuts_ids": ["EE00"]}
    path = project.params / "stress_test" / "example.yaml"
    path.write_text(json.dumps(values) + "\n", encoding="utf-8")


def shorten(project: Project, names: tuple[str, ...] = ("cluster_mapping", "europe", "home")) -> None:
    """Leave only title, text and parameters in the large notebooks: for tests that are not about what they show."""
    for name in names:
        notebook = nbformat.read(notebook_of(project, name), as_version=4)
        notebook.cells = notebook.cells[:3]
        nbformat.write(notebook, notebook_of(project, name))


def soup(project: Project, page: str) -> BeautifulSoup:
    return BeautifulSoup((project.site / page).read_text(encoding="utf-8"), "html.parser")


def words_of(tag: BeautifulSoup) -> str:
    return " ".join(tag.get_text().split())


def links_of(project: Project, page: str, css: str = "pages") -> list[str]:
    """Where one of the two lists of the navigation leads; the current page with an asterisk."""
    nav = soup(project, page).find("nav", class_=css)
    return [f"{'*' if a.get('aria-current') == 'page' else ''}{a['href']}" for a in nav.find_all("a")] if nav else []


def table_links(project: Project) -> list[tuple[str, str]]:
    """Words and targets of the links in the table of regions on the home page."""
    return [(words_of(a), a["href"]) for a in soup(project, "index.html").main.table.find_all("a")]


def data_of(project: Project) -> list[str]:
    """Folders with data in the site."""
    folder = project.site / "downloads"
    return sorted({path.parent.relative_to(folder).as_posix() for path in folder.rglob("*.csv")})


def copy(project: Project, target: Path) -> Project:
    shutil.copytree(project.root, target)
    return Project(target)


@pytest.fixture(scope="module")
def tiny(tiny_project: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The two invented countries, with small notebooks where theirs need more; do not change it, copy it."""
    project = copy(tiny_project, tmp_path_factory.mktemp("small-pages") / "project")
    for page in COMMON_PAGES:
        if page.kind in SMALL:
            write_small_page(project, page)
    # Their scoreboards need more indicators than two invented countries have.
    shorten(project, ("explorer", "compare", "synthesis"))
    return project


@pytest.fixture(scope="module")
def first_run(
    tiny: Project, tmp_path_factory: pytest.TempPathFactory, clusterkit: Run
) -> tuple[Project, CompletedProcess[str]]:
    """A project with its website, and what the run said; do not change it, copy it."""
    project = copy(tiny, tmp_path_factory.mktemp("first") / "project")
    return project, clusterkit(project, "report", "--all", "--renderer", "auto", path=path_without_quarto())


@pytest.fixture
def with_site(first_run: tuple[Project, CompletedProcess[str]], tmp_path: Path) -> Project:
    return copy(first_run[0], tmp_path / "project")


@pytest.fixture(scope="module")
def failed_run(
    first_run: tuple[Project, CompletedProcess[str]], tmp_path_factory: pytest.TempPathFactory, clusterkit: Run
) -> tuple[Project, CompletedProcess[str]]:
    """The same after a second run in which Estonia fails in the middle of its notebook."""
    project = copy(first_run[0], tmp_path_factory.mktemp("failed") / "project")
    edit(notebook_of(project), '1 / (p.region != "estonia")', after="findings.summary")
    return project, clusterkit(project, "report", "--all", "--renderer", "nbconvert")


@pytest.mark.slow
def test_two_countries_from_raw_files_to_a_website(first_run: tuple[Project, CompletedProcess[str]]) -> None:
    project, done = first_run
    assert done.returncode == 0, done.stderr
    assert {path.name for path in project.site.glob("*.html")} == PAGES
    lines = done.stdout.splitlines()
    said = sorted(line.split(" ", 1)[1].split(" (")[0] for line in lines[:13])
    assert said == [
        "Comparison: done",
        "Eesti, brief: done",
        "Eesti, cluster-mapping: done",
        "Eesti, scoreboard: done",
        "Eesti, stress-test: done",
        "Europe: done",
        "Explorer: done",
        "Home: done",
        "Slovenija, brief: done",
        "Slovenija, cluster-mapping: done",
        "Slovenija, scoreboard: done",
        "Slovenija, stress-test: done",
        "Synthesis: done",
    ]
    assert lines[13] == SAYS_NBCONVERT
    assert "kernel of its own" not in done.stdout  # tables with few figures do not stop the warm process
    assert done.stdout.count("nbconvert") == 1
    assert re.fullmatch(rf"13 pages, \d\.\d MB\. Open {re.escape(str(project.site / 'index.html'))}", lines[14])
    assert re.fullmatch(r"8 of 8 pages of 2 regions in \d+ s\.", lines[15])
    assert "failed" not in done.stderr
    assert leftovers(project) == []


@pytest.mark.slow
def test_the_pages_of_the_invented_countries_say_what_was_put_in(
    first_run: tuple[Project, CompletedProcess[str]],
) -> None:
    project, _ = first_run
    estonia = words_of(soup(project, "estonia-cluster-mapping.html"))
    assert "Eesti stands out in Europe for its jobs in furniture (C31, 2.3 times the European share)" in estonia
    slovenia = words_of(soup(project, "slovenia-cluster-mapping.html"))
    assert (
        "Slovenija is made up of two NUTS 2 regions: Vzhodna Slovenija (SI03) and Zahodna Slovenija (SI04)." in slovenia
    )
    home = soup(project, "index.html")
    assert table_links(project) == [
        (name, f"{region}-{kind}.html")
        for region, name in (("estonia", "Eesti"), ("slovenia", "Slovenija"))
        for name, kind in [
            (name, "brief"),
            (f"Cluster mapping of {name}", "cluster-mapping"),
            (f"Scoreboard of {name}", "scoreboard"),
            (f"Stress test of {name}", "stress-test"),
        ]
    ]
    assert [a["href"] for a in home.find("ol", class_="linked-map-list").find_all("a")] == [
        "estonia-brief.html",
        "slovenia-brief.html",
    ]
    to_all = [(a.get_text(), a["href"]) for a in home.main.find_all("a") if a["href"] in OF_ALL]
    assert to_all == [
        ("regions compared", "compare.html"),
        ("what the regions share", "synthesis.html"),
        ("clusters of Europe", "europe.html"),
        ("the explorer", "explorer.html"),
    ]
    assert "has no page" not in words_of(home)
    rows = home.main.table.tbody.find_all("tr")
    assert [[words_of(cell) for cell in row.find_all("td")[-3:]] for row in rows] == [["–"] * 3] * 2  # none to rank by
    assert "illustrative" not in words_of(home)  # there is no example to lead to


@pytest.mark.slow
def test_each_page_of_a_region_has_its_title_its_description_and_its_data(
    first_run: tuple[Project, CompletedProcess[str]],
) -> None:
    project, _ = first_run
    page = soup(project, "slovenia-scoreboard.html")
    assert page.h1.get_text() == "Slovenija: ecosystem scoreboard"
    assert page.title.get_text() == "Slovenija: ecosystem scoreboard – clusterkit"
    described = page.find("meta", attrs={"name": "description"})["content"]
    assert described.startswith("Slovenija: ecosystem scoreboard: conditions for clusters ")
    assert "Slovenija by eocic-8: downloads/slovenia/scoreboard/scores.csv" in words_of(page.main)
    page = soup(project, "slovenia-stress-test.html")
    assert page.h1.get_text() == "Slovenija: stress test for cluster policy"
    assert page.title.get_text() == "Slovenija: stress test for cluster policy – clusterkit"
    described = page.find("meta", attrs={"name": "description"})["content"]
    assert described.startswith("Slovenija: stress test for cluster policy: priorities and practice ")
    assert "Slovenija answered None: downloads/slovenia/stress-test/questions.csv" in words_of(page.main)
    assert data_of(project) == [
        "estonia/brief",
        "estonia/cluster-mapping",
        "estonia/scoreboard",
        "estonia/stress-test",
        "europe",
        "home",
        "slovenia/brief",
        "slovenia/cluster-mapping",
        "slovenia/scoreboard",
        "slovenia/stress-test",
    ]
    linked = {a["href"] for name in PAGES for a in soup(project, name).find_all(download=True)}
    for region in ("estonia", "slovenia"):  # said, not linked
        linked |= {f"downloads/{region}/{kind}/{data}.csv" for kind, (data, _) in SMALL.items()}
    there = (path for path in project.site.rglob("*") if path.suffix in (".csv", ".json", ".xlsx"))
    assert linked == {path.relative_to(project.site).as_posix() for path in there}


@pytest.mark.slow
def test_a_page_brings_its_own_scripts(with_site: Project) -> None:
    page = with_site.reports / "estonia-scoreboard.ipynb"
    notebook = nbformat.read(page, as_version=4)
    known = {key: html.unescape(site.front_matter(notebook)[key]) for key in ("description", "made")}
    site.set_front_matter(notebook, title="Eesti", scripts="theme/parts/one.js downloads/two.js", **known)
    nbformat.write(notebook, page)
    (with_site.reports / "theme" / "parts").mkdir()
    (with_site.reports / "theme" / "parts" / "one.js").write_text("void 0;\n", encoding="utf-8")
    pages = site.prepare(with_site, load_regions(with_site))
    site.render(with_site, pages, renderer="nbconvert", bodies=State(with_site).body)
    sources = [script["src"] for script in soup(with_site, "estonia-scoreboard.html").find_all("script")]
    assert sources == ["theme/site.js", "theme/parts/one.js", "downloads/two.js"]
    assert (with_site.site / "theme" / "parts" / "one.js").is_file()
    assert soup(with_site, "estonia-scoreboard.html").h1.get_text() == "Eesti"
    assert [script["src"] for script in soup(with_site, "index.html").find_all("script")] == ["theme/site.js"]


def test_the_oldest_quarto_is_the_one_that_the_project_asks_for() -> None:
    text = (ROOT_HOME.parents[1] / "reports" / "_quarto.yml").read_text(encoding="utf-8")
    (needed,) = re.findall(r'^quarto-required: ">=(\d+)\.(\d+)\.0"$', text, re.MULTILINE)
    assert tuple(int(part) for part in needed) == site.QUARTO_MIN


@pytest.mark.slow
def test_the_navigation_keeps_the_kind_of_page(first_run: tuple[Project, CompletedProcess[str]]) -> None:
    project, _ = first_run
    briefs = ["estonia-brief.html", "slovenia-brief.html"]
    assert links_of(project, "index.html") == ["*index.html", *briefs, *OF_ALL]
    for name in OF_ALL:
        marked = [f"*{page}" if page == name else page for page in OF_ALL]
        assert links_of(project, name) == ["index.html", *briefs, *marked]
    assert links_of(project, "estonia-cluster-mapping.html") == [
        "index.html", "*estonia-cluster-mapping.html", "slovenia-cluster-mapping.html", *OF_ALL,
    ]  # fmt: skip
    assert links_of(project, "estonia-scoreboard.html") == [
        "index.html", "*estonia-scoreboard.html", "slovenia-scoreboard.html", *OF_ALL,
    ]  # fmt: skip
    assert links_of(project, "slovenia-stress-test.html") == [
        "index.html", "estonia-stress-test.html", "*slovenia-stress-test.html", *OF_ALL,
    ]  # fmt: skip
    assert links_of(project, "estonia-brief.html", "views") == [
        "*estonia-brief.html", "estonia-cluster-mapping.html", "estonia-scoreboard.html", "estonia-stress-test.html",
    ]  # fmt: skip
    assert links_of(project, "estonia-stress-test.html", "views") == [
        "estonia-brief.html", "estonia-cluster-mapping.html", "estonia-scoreboard.html", "*estonia-stress-test.html",
    ]  # fmt: skip
    navigation = soup(project, "index.html").find("nav", class_="pages")
    assert [a.get_text() for a in navigation.find_all("a")] == [
        "Home", "Eesti", "Slovenija", "Compare", "Explore", "Synthesis", "Europe",
    ]  # fmt: skip
    views = soup(project, "estonia-scoreboard.html").find("nav", class_="views")
    assert views["aria-label"] == "Pages of Eesti"
    assert [a.get_text() for a in views.find_all("a")] == LABELS
    assert not [link for name in ("index.html", *OF_ALL) for link in links_of(project, name, "views")]


@pytest.mark.slow
def test_the_page_on_europe_says_in_words_what_two_countries_cannot_tell(
    first_run: tuple[Project, CompletedProcess[str]],
) -> None:
    page = soup(first_run[0], "europe.html")
    text = words_of(page)
    assert re.search(r"Estonia and Slovenia had \d+ specialised clusters? in 2014, with ", text)
    assert "Within manufacturing alone, " in text
    assert "Definitions changed in 2021, so no growth is worked out across that year." in text
    assert "No indicator has figures for enough regions to be set beside the strength of clusters." in text
    assert "Published counts of clusters in Europe, and ours" in text
    home = soup(first_run[0], "index.html")
    assert [a.get_text() for a in home.main.find_all("a", href="europe.html")] == ["clusters of Europe"]


@pytest.mark.slow
def test_the_page_on_europe_is_made_by_name_and_kept_by_other_runs(
    tiny: Project, tmp_path: Path, clusterkit: Run
) -> None:
    project = copy(tiny, tmp_path / "project")
    shorten(project)
    without = clusterkit(project, "report", "estonia", "--renderer", "nbconvert")
    assert without.returncode == 0, without.stderr
    assert not (project.site / "europe.html").exists()
    assert links_of(project, "index.html") == ["*index.html", "estonia-brief.html"]
    alone = clusterkit(project, "report", "europe", "--renderer", "nbconvert")
    assert alone.returncode == 0, alone.stderr
    assert re.fullmatch(r"Europe in \d+ s\.", alone.stdout.splitlines()[-1])
    before = (project.reports / "europe.ipynb").stat().st_mtime_ns, nbformat.read(project.reports / "europe.ipynb", 4)
    assert clusterkit(project, "report", "slovenia", "--renderer", "nbconvert").returncode == 0
    kept = nbformat.read(project.reports / "europe.ipynb", 4)
    assert kept.cells[1:] == before[1].cells[1:]  # its navigation alone is new
    assert links_of(project, "europe.html") == [
        "index.html", "estonia-brief.html", "slovenia-brief.html", "*europe.html",
    ]  # fmt: skip


@pytest.mark.slow
def test_a_page_on_europe_that_fails_leaves_the_regions_and_is_named(with_site: Project, clusterkit: Run) -> None:
    shorten(with_site)
    edit(notebook_of(with_site, "europe"), "1 / 0")
    shutil.copy(ROOT_HOME, notebook_of(with_site, "home"))
    wanted = ["estonia", "europe", "--page", "cluster-mapping"]
    done = clusterkit(with_site, "report", *wanted, "--renderer", "nbconvert")
    assert done.returncode == 1
    assert re.search(r"^failed: Europe: notebook europe\.ipynb, cell \d+: ZeroDivisionError", done.stderr, re.MULTILINE)
    assert done.stdout.splitlines()[-1].startswith("1 of 1 page of 1 region in ")
    assert not (with_site.site / "europe.html").exists()
    assert (with_site.reports / "failed" / "europe.ipynb").is_file()
    home = soup(with_site, "index.html")
    assert words_of(home.find("p", class_="warning")).startswith(
        "The page on all of Europe could not be made in this run: "
    )
    assert not home.find_all("a", href="europe.html")


@pytest.mark.slow
def test_the_example_is_made_by_name_and_kept_by_other_runs(tiny: Project, tmp_path: Path, clusterkit: Run) -> None:
    project = copy(tiny, tmp_path / "project")
    shorten(project)
    shutil.copy(ROOT_HOME, notebook_of(project, "home"))
    write_example(project)
    alone = clusterkit(project, "report", EXAMPLE_ID, "--renderer", "nbconvert")
    assert alone.returncode == 0, alone.stderr
    lines = alone.stdout.splitlines()
    assert re.fullmatch(
        r"\[\d/2\] Example of a stress test: done \(\d+\.\d s\)", next(line for line in lines if "Example" in line)
    )
    assert re.fullmatch(r"Example of a stress test in \d+ s\.", lines[-1])
    page = soup(project, EXAMPLE_PAGE)
    assert page.h1.get_text() == SAYS_EXAMPLE
    assert page.title.get_text() == f"{SAYS_EXAMPLE} – clusterkit"
    assert page.find("meta", attrs={"name": "description"})["content"].startswith(f"{SAYS_EXAMPLE}, with answers that ")
    assert "Example region answered None: " in words_of(page.main)
    assert links_of(project, EXAMPLE_PAGE) == ["index.html", f"*{EXAMPLE_PAGE}"]
    assert links_of(project, EXAMPLE_PAGE, "views") == []
    assert data_of(project) == ["home", EXAMPLE_ID]
    home = soup(project, "index.html")
    assert [words_of(a) for a in home.main.find_all("a", href=EXAMPLE_PAGE)] == ["an example with illustrative answers"]
    assert "Example region" not in words_of(home)  # it is no region of the list

    before = nbformat.read(project.reports / f"{EXAMPLE_ID}.ipynb", 4).cells[1:]
    edit(notebook_of(project, "stress_test"), "'a new cell'")
    shorten(project)
    done = clusterkit(project, "report", "--all", "--page", "stress-test", "--renderer", "nbconvert")
    assert done.returncode == 0, done.stderr
    assert "Example" not in done.stdout
    assert nbformat.read(project.reports / f"{EXAMPLE_ID}.ipynb", 4).cells[1:] == before  # its navigation alone is new
    stress_tests = ["estonia-stress-test.html", "slovenia-stress-test.html"]
    assert links_of(project, EXAMPLE_PAGE) == ["index.html", *stress_tests, f"*{EXAMPLE_PAGE}"]
    assert EXAMPLE_ID in data_of(project)

    both = clusterkit(project, "report", EXAMPLE_ID, "europe", "--renderer", "nbconvert")
    assert both.returncode == 0, both.stderr
    assert re.fullmatch(r"Europe and Example of a stress test in \d+ s\.", both.stdout.splitlines()[-1])
    assert nbformat.read(project.reports / f"{EXAMPLE_ID}.ipynb", 4).cells[-1].source == "'a new cell'"
    assert links_of(project, EXAMPLE_PAGE) == ["index.html", *stress_tests, "europe.html", f"*{EXAMPLE_PAGE}"]


@pytest.mark.slow
def test_the_example_is_made_with_all_and_is_in_every_navigation(with_site: Project, clusterkit: Run) -> None:
    shorten(with_site)
    write_example(with_site)
    done = clusterkit(with_site, "report", "--all", "--renderer", "nbconvert")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert sum("Example of a stress test: done" in line for line in lines) == 1
    assert lines[-2].startswith("14 pages, ")
    assert lines[-1].startswith("8 of 8 pages of 2 regions in ")
    for name in PAGES:
        links = [link.removeprefix("*") for link in links_of(with_site, name)]
        assert [links[0], *links[-5:]] == ["index.html", *OF_ALL, EXAMPLE_PAGE]
    navigation = soup(with_site, "estonia-stress-test.html").find("nav", class_="pages")
    assert [a.get_text() for a in navigation.find_all("a")] == [
        "Home", "Eesti", "Slovenija", "Compare", "Explore", "Synthesis", "Europe", "Example",
    ]  # fmt: skip


def test_an_example_without_its_file_is_refused_by_name(tiny: Project, tmp_path: Path) -> None:
    project = copy(tiny, tmp_path / "project")
    text = refusal(project, EXAMPLE_ID, "estonia")
    assert text.startswith("The file example.yaml cannot be read: ")


@pytest.mark.slow
def test_an_example_that_fails_leaves_the_regions_and_is_named(with_site: Project, clusterkit: Run) -> None:
    shorten(with_site)
    write_example(with_site)
    assert clusterkit(with_site, "report", EXAMPLE_ID, "--renderer", "nbconvert").returncode == 0
    shutil.copy(ROOT_HOME, notebook_of(with_site, "home"))
    edit(notebook_of(with_site, "stress_test"), f"1 / (p.region != {EXAMPLE_ID!r})")
    wanted = ["estonia", EXAMPLE_ID, "--page", "cluster-mapping"]
    done = clusterkit(with_site, "report", *wanted, "--renderer", "nbconvert")
    assert done.returncode == 1
    said = r"^failed: Example of a stress test: notebook stress_test\.ipynb, cell \d+: ZeroDivisionError"
    assert re.search(said, done.stderr, re.MULTILINE)
    assert done.stdout.splitlines()[-1].startswith("1 of 1 page of 1 region in ")
    assert not (with_site.site / EXAMPLE_PAGE).exists()
    assert EXAMPLE_ID not in data_of(with_site)
    assert (with_site.reports / "failed" / f"{EXAMPLE_ID}.ipynb").is_file()
    home = soup(with_site, "index.html")
    (warning,) = home.find_all("p", class_="warning")
    assert words_of(warning).startswith(
        "The example of a stress test could not be made in this run: notebook stress_test.ipynb, cell "
    )
    for name in {path.name for path in with_site.site.glob("*.html")}:
        assert not soup(with_site, name).find_all("a", href=EXAMPLE_PAGE)
    shorten(with_site)
    alone = clusterkit(with_site, "report", EXAMPLE_ID, "--renderer", "nbconvert")
    assert alone.returncode == 1
    assert alone.stdout.splitlines()[-1].split(",")[0] == "13 pages"  # nothing is said to be made


@pytest.mark.slow
def test_cells_by_hand_are_not_run_and_sections_that_show_nothing_are_not_published(
    tiny: Project, tmp_path: Path, clusterkit: Run
) -> None:
    project = copy(tiny, tmp_path / "project")
    shorten(project)
    path = notebook_of(project, "stress_test")
    notebook = nbformat.read(path, as_version=4)
    notebook.cells += [
        heading("## Who answered?", "if-any"), code("words = None"), code("words"),
        heading("## Who did not?", "if-any"), code("'everybody else'"),
        heading("## What was printed?", "if-any"), code("print('a word')"),
        heading("## Answer the questions", "by-hand"), code("1 / 0  # with your own hand", "by-hand"),
    ]  # fmt: skip
    nbformat.write(notebook, path)
    before = path.read_bytes()
    done = clusterkit(project, "report", "estonia", "--page", "stress-test", "--renderer", "nbconvert")
    assert done.returncode == 0, done.stdout + done.stderr
    assert path.read_bytes() == before
    page = soup(project, "estonia-stress-test.html")
    assert [words_of(h2) for h2 in page.main.find_all("h2")] == ["Who did not?"]
    assert [words_of(a) for a in page.find("nav", class_="toc").find_all("a")] == ["Who did not?"]
    assert "everybody else" in words_of(page)
    for made in (project.site / "estonia-stress-test.html", project.reports / "estonia-stress-test.ipynb"):
        text = made.read_text(encoding="utf-8")
        assert "with your own hand" not in text
        assert "Answer the questions" not in text
        assert "words = None" not in text
        assert "a word" not in text
    assert leftovers(project) == []


def heading(source: str, *tags: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_markdown_cell(source, metadata={"tags": list(tags)})


def code(source: str, *tags: str, shows: str = "") -> nbformat.NotebookNode:
    """A code cell, with an output of the kind that it shows."""
    outputs = {
        "": [],
        "text": [nbformat.v4.new_output("execute_result", {"text/plain": "1"})],
        "picture": [nbformat.v4.new_output("display_data", {"image/svg+xml": "<svg/>"})],
        "stream": [nbformat.v4.new_output("stream", text="1"), nbformat.v4.new_output("stream", name="stderr")],
    }
    return nbformat.v4.new_code_cell(source, outputs=outputs[shows], metadata={"tags": list(tags)})


# Each line a cell: headings by their marks (a question mark: if-any), text by a word, code by what it shows.
CELLS = {
    "#": heading("# A"), "##": heading("## B"), "###": heading("### C"),
    "#?": heading("# A?", "if-any"), "##?": heading("## B?", "if-any"), "###?": heading("### C?", "if-any"),
    "words": heading("Some words, no #"), "blank": heading(" \n"), "#hash": heading("#hash, no heading"),
    "none": code("x = 1"), "text": code("x", shows="text"), "picture": code("y", shows="picture"),
    "stream": code("print(1)", shows="stream"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "kept"),
    [
        ("", ""),
        ("## none ## stream", "## none ## stream"),  # only tagged headings can go
        ("##? none text", "##? none text"),
        ("##? picture", "##? picture"),
        ("##? none none", ""),
        ("##? stream", ""),
        ("##?", ""),
        ("##? words", "##? words"),
        ("##? #hash", "##? #hash"),
        ("##? blank none", ""),
        ("text ##? none ## none", "text ## none"),  # to the next heading of the same level, which stays
        ("##? none # text", "# text"),  # or above
        ("##? none ##? text ##? none", "##? text"),
        ("##? none ###? text", "##? none ###? text"),  # one below that is kept keeps it
        ("##? none ### text", "##? none ### text"),
        ("##? text ###? none", "##? text"),
        ("##? text ###? none ### none", "##? text ### none"),
        ("##? none ###? none ## text", "## text"),
        ("##? none ### none", ""),
        ("#? none ##? none ###? stream ##? words", "#? none ##? words"),
        ("#? ##? ###? text ##? none", "#? ##? ###? text"),
        ("###? none ##? text", "##? text"),
        ("## ###? none text", "## ###? none text"),
        ("## none ###? none", "## none"),
    ],
)
def test_a_heading_that_is_there_if_anything_is(cells: str, kept: str) -> None:
    names = {id(cell): name for name, cell in CELLS.items()}
    found = execute._without_empty_sections([CELLS[name] for name in cells.split()])
    assert " ".join(names[id(cell)] for cell in found) == kept


@pytest.mark.slow
def test_the_same_run_in_another_folder_gives_the_same_bytes(
    first_run: tuple[Project, CompletedProcess[str]], tiny: Project, tmp_path: Path, clusterkit: Run
) -> None:
    second = copy(tiny, tmp_path / "somewhere else")
    done = clusterkit(second, "report", "--all", "--renderer", "nbconvert", "--workers", "1")
    assert done.returncode == 0, done.stderr
    before, after = files(first_run[0].reports), files(second.reports)  # executed notebooks, data and pages
    assert [name for name in before | after if before.get(name) != after.get(name)] == []


@pytest.mark.slow
def test_a_page_that_fails_is_named_and_does_not_stop_the_others(
    failed_run: tuple[Project, CompletedProcess[str]],
) -> None:
    project, done = failed_run
    assert done.returncode == 1
    kept = project.reports / "failed" / "estonia-cluster-mapping.ipynb"
    (failing,) = [cell for cell in nbformat.read(kept, as_version=4).cells if cell.source.startswith("1 / (p")]
    reason = f"notebook cluster_mapping.ipynb, cell {failing.execution_count}: ZeroDivisionError: division by zero"
    assert f"failed: Eesti, cluster-mapping: {reason}\n  the notebook as far as it came: {kept}\n" in done.stderr
    assert f"Eesti, cluster-mapping: failed: {reason} (" in done.stdout
    assert "Slovenija, cluster-mapping: done" in done.stdout
    assert "scoreboard" not in done.stdout, "what has not changed is not made again"
    assert re.fullmatch(r"7 of 8 pages of 2 regions in \d+ s; 10 pages had not changed\.", done.stdout.splitlines()[-1])
    assert "Traceback" not in done.stdout + done.stderr
    assert leftovers(project) == []


@pytest.mark.slow
def test_the_failed_notebook_is_kept_as_far_as_it_came(failed_run: tuple[Project, CompletedProcess[str]]) -> None:
    kept = nbformat.read(failed_run[0].reports / "failed" / "estonia-cluster-mapping.ipynb", as_version=4)
    done = [cell.source for cell in kept.cells if cell.cell_type == "code" and cell.execution_count]
    assert any("findings.summary" in source for source in done)
    assert not any("findings.say_where" in source for source in done)
    errors = [output for cell in kept.cells for output in cell.get("outputs", []) if output.output_type == "error"]
    assert [error.ename for error in errors] == ["ZeroDivisionError"]


@pytest.mark.slow
def test_a_failed_page_is_gone_and_the_home_page_says_why(
    failed_run: tuple[Project, CompletedProcess[str]],
) -> None:
    project, _ = failed_run
    assert {path.name for path in project.site.glob("*.html")} == PAGES - {"estonia-cluster-mapping.html"}
    assert not (project.reports / "estonia-cluster-mapping.ipynb").exists()
    assert not (project.reports / "downloads" / "estonia" / "cluster-mapping").exists()
    home = soup(project, "index.html")
    (warning,) = home.find_all("p", class_="warning")
    said = words_of(warning)
    assert said.startswith("Eesti has no page “Cluster mapping” in this run: notebook cluster_mapping.ipynb, cell ")
    assert said.endswith(": ZeroDivisionError: division by zero")
    assert "Eesti" in words_of(home.main.table)
    assert not [a for name in PAGES & set(files(project.site)) for a in soup(project, name).find_all(href=True)
                if a["href"] == "estonia-cluster-mapping.html"]  # fmt: skip


@pytest.mark.slow
def test_the_other_pages_of_the_region_stay_and_are_what_links_lead_to(
    failed_run: tuple[Project, CompletedProcess[str]],
) -> None:
    project, _ = failed_run
    assert {"estonia/brief", "estonia/scoreboard", "estonia/stress-test"} <= set(data_of(project))
    assert "estonia/cluster-mapping" not in data_of(project)
    assert [href for _, href in table_links(project)] == [
        "estonia-brief.html", "estonia-scoreboard.html", "estonia-stress-test.html",
        "slovenia-brief.html", "slovenia-cluster-mapping.html", "slovenia-scoreboard.html", "slovenia-stress-test.html",
    ]  # fmt: skip
    for page in ("index.html", "slovenia-cluster-mapping.html", "slovenia-brief.html"):
        assert "estonia-brief.html" in links_of(project, page)
    assert "estonia-scoreboard.html" in links_of(project, "slovenia-scoreboard.html")
    assert "estonia-stress-test.html" in links_of(project, "slovenia-stress-test.html")
    assert "*estonia-scoreboard.html" in links_of(project, "estonia-scoreboard.html")
    assert links_of(project, "estonia-scoreboard.html", "views") == [
        "estonia-brief.html", "*estonia-scoreboard.html", "estonia-stress-test.html",
    ]  # fmt: skip


@pytest.mark.slow
def test_where_the_brief_fails_all_links_lead_to_the_next_page(with_site: Project, clusterkit: Run) -> None:
    shorten(with_site, ("cluster_mapping", "europe"))
    edit(notebook_of(with_site, "brief"), "1 / (p.region != 'estonia')")
    edit(notebook_of(with_site, "compare"), "sorted(pages.values())")
    done = clusterkit(with_site, "report", "estonia", "compare", "--page", "brief", "--renderer", "nbconvert")
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1].startswith("0 of 1 page of 1 region in ")
    (shown,) = [cell for cell in nbformat.read(with_site.reports / "compare.ipynb", 4).cells if cell.get("outputs")]
    assert ast.literal_eval(shown.outputs[0]["data"]["text/plain"]) == [
        "estonia-cluster-mapping.html", "explorer.html", "slovenia-brief.html",
    ]  # fmt: skip
    assert ("Eesti", "estonia-cluster-mapping.html") in table_links(with_site)
    for name in {path.name for path in with_site.site.glob("*.html")}:
        assert not soup(with_site, name).find_all("a", href="estonia-brief.html")
    assert links_of(with_site, "slovenia-brief.html")[1:3] == ["estonia-cluster-mapping.html", "*slovenia-brief.html"]


@pytest.mark.slow
def test_a_region_with_one_page_has_no_choice_of_pages(tiny: Project, tmp_path: Path, clusterkit: Run) -> None:
    project = copy(tiny, tmp_path / "project")
    shorten(project)
    done = clusterkit(project, "report", "estonia", "--page", "stress-test", "--renderer", "nbconvert")
    assert done.returncode == 0, done.stderr
    assert links_of(project, "estonia-stress-test.html") == ["index.html", "*estonia-stress-test.html"]
    assert links_of(project, "estonia-stress-test.html", "views") == []  # there is no other page to go to


@pytest.mark.slow
def test_all_pages_of_a_region_can_fail_each_with_its_reason(with_site: Project, clusterkit: Run) -> None:
    shorten(with_site)
    shutil.copy(ROOT_HOME, notebook_of(with_site, "home"))
    edit(notebook_of(with_site, "brief"), "[][0]")
    edit(notebook_of(with_site), "1 / 0")
    edit(notebook_of(with_site, "scoreboard_profile"), "{}['x']")
    edit(notebook_of(with_site, "stress_test"), "nothing")
    done = clusterkit(with_site, "report", "estonia", "--renderer", "nbconvert")
    assert done.returncode == 1
    failed = sorted(line.rpartition(", cell")[0] for line in done.stderr.splitlines() if line.startswith("failed: "))
    assert failed == [
        "failed: Eesti, brief: notebook brief.ipynb",
        "failed: Eesti, cluster-mapping: notebook cluster_mapping.ipynb",
        "failed: Eesti, scoreboard: notebook scoreboard_profile.ipynb",
        "failed: Eesti, stress-test: notebook stress_test.ipynb",
    ]
    assert done.stdout.splitlines()[-1].startswith("0 of 4 pages of 1 region in ")
    assert {path.name for path in with_site.site.glob("*.html")} == {
        name for name in PAGES if not name.startswith("estonia")
    }
    assert not (with_site.reports / "downloads" / "estonia").exists()
    assert not (with_site.site / "downloads" / "estonia").exists()
    home = soup(with_site, "index.html")
    assert [words_of(warning).split(":")[0] for warning in home.find_all("p", class_="warning")] == [
        f"Eesti has no page “{label}” in this run" for label in LABELS
    ]
    assert "Eesti" in words_of(home.main.table)
    assert "estonia" not in " ".join(a["href"] for a in home.find_all("a"))
    assert "estonia-" not in (with_site.reports / "compare.ipynb").read_text(encoding="utf-8")
    assert "estonia" not in str(soup(with_site, "slovenia-scoreboard.html").find("header"))
    assert sorted(path.name for path in (with_site.reports / "failed").iterdir()) == [
        "estonia-brief.ipynb", "estonia-cluster-mapping.ipynb", "estonia-scoreboard.ipynb",
        "estonia-stress-test.ipynb",
    ]  # fmt: skip


@pytest.mark.slow
def test_one_kind_of_page_is_made_by_name_and_the_others_stay(with_site: Project, clusterkit: Run) -> None:
    shorten(with_site)
    edit(notebook_of(with_site, "scoreboard_profile"), "'a new cell'")
    before = files(with_site.reports)
    done = clusterkit(with_site, "report", "--all", "--page", "scoreboard", "--renderer", "nbconvert")
    assert done.returncode == 0, done.stderr
    said = sorted(line.split(" ", 1)[1].partition(":")[0] for line in done.stdout.splitlines()[:3])
    assert said == ["Eesti, scoreboard", "Home", "Slovenija, scoreboard"]
    assert re.fullmatch(r"2 of 2 pages of 2 regions in \d+ s\.", done.stdout.splitlines()[-1])
    after = files(with_site.reports)
    changed = {name for name in before | after if before.get(name) != after.get(name)}
    # The shortened home page saves no table.
    assert {name for name in changed if "home" not in name} == {
        "index.ipynb", "estonia-scoreboard.ipynb", "slovenia-scoreboard.ipynb", "_site/index.html",
        "search-index.js", "_site/search-index.js",
        "_site/estonia-scoreboard.html", "_site/slovenia-scoreboard.html",
    }  # fmt: skip


def test_a_kind_of_page_without_its_notebook_is_refused(tiny: Project, tmp_path: Path) -> None:
    project = copy(tiny, tmp_path / "project")
    notebook_of(project, "scoreboard_profile").unlink()
    text = refusal(project, "estonia")
    assert text.startswith("The notebook scoreboard_profile.ipynb cannot be read: ")
    assert text.endswith("  fix:   restore it from git\n")


@pytest.mark.slow
def test_data_that_no_page_shows_are_dropped(with_site: Project, clusterkit: Run) -> None:
    shorten(with_site)
    downloads = with_site.reports / "downloads"
    for name in (
        "estonia/portfolio.csv", "gone/cluster-mapping/portfolio.csv", "estonia/portrait/facts.csv",
        "gone/stress-test/questions.csv", f"{EXAMPLE_ID}/stress-test/questions.csv",
    ):  # fmt: skip
        (downloads / name).parent.mkdir(parents=True, exist_ok=True)
        (downloads / name).write_text("a\n1\n", encoding="utf-8")
    done = clusterkit(with_site, "report", "slovenia", "--page", "scoreboard", "--renderer", "nbconvert")
    assert done.returncode == 0, done.stderr
    kinds = ["brief", "cluster-mapping", "scoreboard", "stress-test"]
    assert data_of(with_site) == [
        *(f"estonia/{kind}" for kind in kinds), "europe", *(f"slovenia/{kind}" for kind in kinds),
    ]  # fmt: skip
    assert sorted(path.name for path in downloads.iterdir()) == ["estonia", "europe", "slovenia"]
    assert sorted(path.name for path in (downloads / "estonia").iterdir()) == sorted([*kinds, "estonia.xlsx"])


@pytest.mark.slow
def test_the_next_good_run_clears_the_failure(
    first_run: tuple[Project, CompletedProcess[str]],
    failed_run: tuple[Project, CompletedProcess[str]],
    tmp_path: Path,
    clusterkit: Run,
) -> None:
    project = copy(failed_run[0], tmp_path / "project")
    shutil.copy(notebook_of(first_run[0]), notebook_of(project))
    done = clusterkit(project, "report", "estonia", "--renderer", "nbconvert")
    assert done.returncode == 0, done.stderr
    before, after = files(first_run[0].site), files(project.site)
    assert sorted(after) == sorted(before)
    assert [name for name in before if after[name] != before[name]] == [
        "slovenia-cluster-mapping.html"
    ]  # it has the cell
    assert not list(project.reports.rglob("failed/*.ipynb"))
    assert leftovers(project) == []


@pytest.mark.slow
def test_a_process_that_dies_is_a_failed_page(with_site: Project, clusterkit: Run) -> None:
    shorten(with_site)
    edit(notebook_of(with_site), 'import os\nif region == "estonia": os._exit(3)')
    done = clusterkit(with_site, "report", "--all", "--renderer", "nbconvert")
    assert done.returncode == 1
    said = r"^failed: Eesti, cluster-mapping: notebook .+, while it ran: the process ended with status 3$"
    assert re.search(said, done.stderr, re.MULTILINE)
    assert "Slovenija, cluster-mapping: done" in done.stdout
    assert "Traceback" not in done.stderr
    assert not (with_site.site / "estonia-cluster-mapping.html").exists()
    assert leftovers(with_site) == []


@pytest.mark.slow
def test_what_a_notebook_writes_to_standard_error_is_said_and_not_published(
    with_site: Project, clusterkit: Run
) -> None:
    shorten(with_site)
    edit(notebook_of(with_site), "import warnings\nwarnings.warn('the wind turns')")
    done = clusterkit(with_site, "report", "estonia", "--renderer", "nbconvert")
    assert done.returncode == 0
    assert re.search(r"^warning from Eesti, cluster-mapping: .*UserWarning: the wind turns$", done.stderr, re.MULTILINE)
    assert "UserWarning" not in (with_site.site / "estonia-cluster-mapping.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_hostile_name_is_text_everywhere(tiny: Project, tmp_path: Path, clusterkit: Run) -> None:
    project = copy(tiny, tmp_path / "project")
    path = project.params / "regions" / "estonia.yaml"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {"name": HOSTILE}), encoding="utf-8")
    done = clusterkit(project, "report", "estonia", "--renderer", "nbconvert")
    assert done.returncode == 0, done.stderr
    page, home = soup(project, "estonia-cluster-mapping.html"), soup(project, "index.html")
    views = page.find("nav", class_="views")
    assert views["aria-label"] == f"Pages of {HOSTILE}"
    assert [a.get_text() for a in views.find_all("a")] == LABELS
    assert page.title.get_text() == f"{HOSTILE}: cluster mapping – clusterkit"
    assert page.h1.get_text() == f"{HOSTILE}: cluster mapping"
    for shown in (page, home):
        assert [a.get_text() for a in shown.find("nav", class_="pages").find_all("a")] == [
            "Home",
            HOSTILE,
        ]  # no Europe yet
        assert [script["src"] for script in shown.find_all("script")] == ["theme/site.js"]
        assert not shown.script.get_text()
        assert shown.find(["em", "s", "iframe", "sub", "sup"]) is None
        assert not [code for code in shown.find_all("code") if not code.find_parent(class_="cell-code")]
        assert not [name for tag in shown.find_all(True) for name in tag.attrs if name.startswith("on")]
    assert f"{HOSTILE} in figures, 2014" in [caption.get_text() for caption in page.find_all("caption")]
    assert page.img["alt"].startswith(f"Map of Europe with {HOSTILE} in orange")
    assert [a.get_text() for a in home.main.table.find_all("a")] == [
        HOSTILE, *(f"{label} of {HOSTILE}" for label in LABELS[1:]),
    ]  # fmt: skip
    (place,) = home.find("ol", class_="linked-map-list").find_all("a")
    assert HOSTILE in place.get_text()


@needs_sh
@pytest.mark.slow
@pytest.mark.parametrize(
    ("version", "what"),
    [
        ("1.9.9", "Quarto ended with status 1: ERROR: the disk is full"),
        ("1.2.0", "Quarto is 1.2.0; 1.4 or newer is needed."),
    ],
)
def test_a_renderer_that_fails_leaves_the_old_site(
    with_site: Project, tmp_path: Path, clusterkit: Run, version: str, what: str
) -> None:
    shorten(with_site)
    before = files(with_site.site)
    wanted = ["estonia", "--page", "cluster-mapping"]
    done = clusterkit(with_site, "report", *wanted, path=fake_quarto(tmp_path / "bin", version=version))
    assert done.returncode == 1
    text = (
        re.escape(what)
        + r"\n  where: rendering of reports/\n  rule:  reports/_quarto\.yml\n  fix:   .+--renderer nbconvert\n"
    )
    assert re.search(rf"^{text}$", done.stderr, re.MULTILINE), done.stderr
    assert "Traceback" not in done.stderr
    assert SAYS_NBCONVERT not in done.stdout
    assert files(with_site.site) == before
    assert leftovers(with_site) == []


@needs_sh
@pytest.mark.slow
@pytest.mark.parametrize(
    ("version", "status", "what"),
    [
        ("1.9.9", 0, "Quarto ended with status 0: ERROR: the disk is full"),  # it made no page
        ("1.3.450", 1, "Quarto is 1.3.450; 1.4 or newer is needed."),
        ("''", 1, "Quarto is of unknown version; 1.4 or newer is needed."),
        (None, 1, "The command quarto is not on the PATH."),
    ],
)
def test_each_way_to_have_no_working_quarto_is_said(
    with_site: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str | None, status: int, what: str
) -> None:
    path = fake_quarto(tmp_path / "bin", version=version, status=status) if version else path_without_quarto()
    monkeypatch.setenv("PATH", path)
    before = files(with_site.site)
    with pytest.raises(RunError) as caught:
        site.render(with_site, sorted(with_site.reports.glob("*.ipynb")), renderer="quarto")
    assert caught.value.problems[0].what == what
    assert files(with_site.site) == before
    assert leftovers(with_site) == []


def untag(notebook: nbformat.NotebookNode) -> None:
    notebook.cells[2].metadata["tags"] = ["remove-cell"]


def forget(notebook: nbformat.NotebookNode) -> None:
    notebook.cells[2].source = re.sub(
        r"^(nuts_ids|failures|output_dir) = .*\n?", "", notebook.cells[2].source, flags=re.MULTILINE
    )


@pytest.mark.parametrize(
    ("change", "name", "what"),
    [
        (
            untag,
            "cluster_mapping",
            "does not declare the parameters base_year, highlight, min_share_pct, name, nuts_ids and 10 more.",
        ),
        (forget, "cluster_mapping", "does not declare the parameters nuts_ids, output_dir."),
        (
            untag,
            "brief",
            "does not declare the parameters aggregation, answers, base_year, domains, draws and 19 more.",
        ),
        (
            untag,
            "scoreboard_profile",
            "does not declare the parameters aggregation, draws, framework, min_coverage, name and 11 more.",
        ),
        (
            untag,
            "stress_test",
            "does not declare the parameters aggregation, answers, base_year, domains, draws and 15 more.",
        ),
        (
            untag,
            "europe",
            "does not declare the parameters base_year, manufacturing_year, nuts_version, output_dir, "
            "reference_year and 2 more.",
        ),
        (
            untag,
            "explorer",
            "does not declare the parameters base_year, nuts_version, output_dir, reference_year, regions and 1 more.",
        ),
        (untag, "compare", "does not declare the parameters output_dir, pages, regions."),
        (untag, "synthesis", "does not declare the parameters output_dir, regions."),
        (untag, "home", "does not declare the parameters failures, output_dir, pages, regions."),
        (forget, "home", "does not declare the parameters failures, output_dir."),
    ],
)
def test_a_notebook_without_its_parameters_is_refused_and_nothing_runs(
    tiny: Project, tmp_path: Path, change: object, name: str, what: str
) -> None:
    project = copy(tiny, tmp_path / "project")
    notebook = nbformat.read(notebook_of(project, name), as_version=4)
    change(notebook)
    nbformat.write(notebook, notebook_of(project, name))
    assert refusal(project) == (
        f"The notebook {name}.ipynb {what}\n"
        f"  where: {notebook_of(project, name)}\n"
        "  rule:  each parameter is declared in the one cell tagged 'parameters'\n"
        "  fix:   declare them, one per line with a literal value, in the cell tagged 'parameters'\n"
    )


def test_notebooks_that_cannot_be_read_are_refused_together(
    tiny: Project, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    project = copy(tiny, tmp_path / "project")
    notebook_of(project).write_text("<html>", encoding="utf-8")
    notebook_of(project, "home").unlink()
    text = refusal(project)
    assert text.startswith("2 problems:\nThe notebook cluster_mapping.ipynb cannot be read: ")
    assert "\nThe notebook home.ipynb cannot be read: " in text
    assert text.count("  fix:   restore it from git\n") == 2
    assert capfd.readouterr().err == ""  # the warm process, which had begun, says nothing of its end


def refusal(project: Project, *arguments: str) -> str:
    """What the command says before it leaves with status 2 and without a trace in the project."""
    before = files(project.root)
    result = CliRunner().invoke(main, ["--project", str(project.root), "report", *(arguments or ["--all"])])
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    assert "Traceback" not in result.stderr
    assert files(project.root) == before
    return result.stderr


@given(
    title=PRINTED,
    description=PRINTED,
    made=PRINTED,
    nav=st.sampled_from(["", '<ul><li><a href="index.html" aria-current="page">A &#38; B</a></li></ul>']),
)
def test_what_the_skeleton_asks_for_survives_the_front_matter(
    title: str, description: str, made: str, nav: str
) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_raw_cell("")])
    scripts = "theme/one.js downloads/home/two.js"
    site.set_front_matter(notebook, title=title, description=description, nav=nav, made=made, scripts=scripts)
    fields = site.front_matter(notebook)
    assert html.unescape(fields["heading"]) == title
    assert html.unescape(fields["description"]) == description
    assert fields["nav"].removeprefix("`").removesuffix("`{=html}") == nav
    assert html.unescape(fields["made"]) == made
    assert fields["scripts"] == scripts
    assert re.findall(r'<script src="(\S+)" defer></script>', fields["tail"]) == scripts.split()
    assert fields["lang"] == "en"
    assert html.unescape(fields["pagetitle"]) == (f"{title} – clusterkit" if title else "clusterkit")
    lines = notebook.cells[0].source.splitlines()
    assert (lines[0], lines[-1], len(lines)) == ("---", "---", len(fields) + 2)
