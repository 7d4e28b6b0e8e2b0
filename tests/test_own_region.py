"""A region that nobody foresaw, with indicators, a framework, a boundary and organisations of its own, as pages."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from clusterkit import params as parameters
from clusterkit.batch.pages import REGION_PAGES, input_files
from clusterkit.errors import ParamError
from clusterkit.paths import Project

ROOT = Path(__file__).resolve().parents[1]
Run = Callable[..., subprocess.CompletedProcess[str]]
GUIDES = ("how-to-own-indicators-and-framework", "how-to-own-boundary", "how-to-cluster-organisations")
REGION = """region: liguria
name: "Liguria & <co>"
nuts_ids: ["ITC3"]
own:
  own_indicators: params/own/liguria-indicators.csv
  own_geometry: params/own/genoa.geojson
  own_organisations: params/own/dora-organisations.csv
scoreboard:
  framework: sea-and-skills
  draws: 100
  sobol_base: 16
"""
BOUNDARY = '{"type": "Polygon", "coordinates": [[[8.6, 44.3], [9.3, 44.25], [9.4, 44.5], [8.7, 44.6], [8.6, 44.3]]]}'


def bring(place: Project) -> None:
    """The files of the guides, and a region that names them all."""
    for guide in GUIDES:
        text = (ROOT / "docs" / f"{guide}.md").read_text(encoding="utf-8")
        for name, block in re.findall(
            r"<!-- file: (params/(?:own|frameworks)/\S+) -->\n```\w*\n(.*?)```", text, re.DOTALL
        ):
            target = place.root / name
            target.parent.mkdir(exist_ok=True)
            target.write_text(block, encoding="utf-8")
    (place.params / "own" / "genoa.geojson").write_text(BOUNDARY, encoding="utf-8")
    (place.params / "regions" / "liguria.yaml").write_text(REGION, encoding="utf-8")


def test_each_page_depends_on_the_files_that_it_shows(project_copy: Project) -> None:
    bring(project_copy)
    (p,) = parameters.load_regions(project_copy, ["liguria"])
    files = {
        page.kind: set(input_files(project_copy, page.reads, p, takes=page.parameters(p))) for page in REGION_PAGES
    }
    of = {Path(name).stem: {kind for kind, names in files.items() if name in names} for name in p.named_files.values()}
    assert of["liguria-indicators"] == {"scoreboard", "brief", "stress-test"}
    assert of["genoa"] == of["dora-organisations"] == {"cluster-mapping"}
    assert {path.name for path in p.handed_in(project_copy)} == {
        "liguria-indicators.csv", "genoa.geojson", "dora-organisations.csv",
    }  # fmt: skip


def test_a_list_of_sectors_concerns_the_region_that_names_it_alone(project_copy: Project) -> None:
    def taxonomies(region: str) -> dict[str, set[str]]:
        (p,) = parameters.load_regions(project_copy, [region])
        return {
            page.kind: {
                Path(name).stem
                for name in input_files(project_copy, page.reads, p, takes=page.parameters(p))
                if name.startswith("params/taxonomies/")
            }
            for page in REGION_PAGES
        }

    before = taxonomies("piemonte")
    folder = project_copy.params / "taxonomies"
    text = (folder / "technology-intensity.yaml").read_text(encoding="utf-8")
    (folder / "fields.yaml").write_text(text.replace("technology-intensity", "fields"), encoding="utf-8")
    (project_copy.params / "regions" / "liguria.yaml").write_text(
        'region: liguria\nname: Liguria\nnuts_ids: ["ITC3"]\nmapping:\n  taxonomy: fields\n', encoding="utf-8"
    )
    assert taxonomies("piemonte") == before
    named = {kind: names - before[kind] for kind, names in taxonomies("liguria").items()}
    assert {kind for kind, names in named.items() if names} == {"brief", "cluster-mapping", "detail"}
    assert set().union(*named.values()) == {"fields"}
    assert all("nace-divisions" in names for kind, names in before.items() if kind != "scoreboard")


def test_what_is_wrong_with_any_of_it_is_said_before_anything_runs(project_copy: Project) -> None:
    bring(project_copy)
    own = project_copy.params / "own"
    table = (own / "liguria-indicators.csv").read_text(encoding="utf-8")
    (own / "liguria-indicators.csv").write_text(table.replace("ITC4,", "FR24,"), encoding="utf-8")
    (own / "genoa.geojson").write_text(BOUNDARY.replace("8.6, 44.3", "44.3, 8.6"), encoding="utf-8")
    (own / "dora-organisations.csv").write_text("name,longitude\n", encoding="utf-8")
    with pytest.raises(ParamError) as caught:
        parameters.load_regions(project_copy, ["liguria"])
    said = [problem.what for problem in caught.value.problems]
    assert any("FR24" in text for text in said)
    assert any("genoa.geojson" in text for text in said)
    assert "There is no column latitude." in said


def test_a_framework_may_name_own_indicators_of_its_region_alone(project_copy: Project) -> None:
    bring(project_copy)
    other = project_copy.params / "regions" / "saxony.yaml"
    other.write_text(other.read_text(encoding="utf-8") + "scoreboard:\n  framework: sea-and-skills\n", encoding="utf-8")
    parameters.load_regions(project_copy, ["liguria"])
    with pytest.raises(ParamError) as caught:
        parameters.load_regions(project_copy, ["saxony"])
    assert [problem.what for problem in caught.value.problems] == [
        "The indicator port_jobs is not in the table of indicators.",
        "The indicator berths is not in the table of indicators.",
    ]
    assert all(
        one.fix.endswith("or name the file that has it under own_indicators of the region")
        for one in caught.value.problems
    )


def test_a_framework_that_no_page_can_show_is_refused(project_copy: Project) -> None:
    bring(project_copy)
    path = project_copy.params / "frameworks" / "sea-and-skills.yaml"
    text = path.read_text(encoding="utf-8")
    two = re.sub(r"  - \{code: (?:sea|skills).*\n", "", text).replace(
        "[index, dimension, indicator]", "[index, indicator]"
    )
    path.write_text(re.sub("parent: (?:sea|skills)", "parent: index", two), encoding="utf-8")
    with pytest.raises(ParamError, match="has the levels index and indicator alone"):
        parameters.load_regions(project_copy, ["liguria"])
    headless = re.sub(r"  - \{code: index.*\n", "", text).replace(
        "[index, dimension, indicator]", "[dimension, theme, indicator]"
    )
    headless = headless.replace("level: dimension, parent: index", "level: dimension")
    groups = (
        "  - {code: boats, level: theme, parent: sea}\n  - {code: schools, level: theme, parent: skills}\nindicators:"
    )
    headless = headless.replace("indicators:", groups).replace("parent: sea, direction", "parent: boats, direction")
    path.write_text(headless.replace("parent: skills, direction", "parent: schools, direction"), encoding="utf-8")
    with pytest.raises(ParamError, match="has 2 parts at the top: sea, skills"):
        parameters.load_regions(project_copy, ["liguria"])


def test_the_explorer_keeps_to_indicators_that_every_region_can_have(project_copy: Project) -> None:
    bring(project_copy)
    listed = parameters.load_regions(project_copy, ["liguria", "saxony"])
    assert parameters.shared_framework_path(listed, project_copy).stem == "eocic-8"
    assert parameters.shared_framework_path(listed[:1], project_copy).stem == "eocic-8"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, copy_project: Callable[[Path], Project], clusterkit: Run) -> Project:
    """Two pages of the region."""
    place = copy_project(tmp_path_factory.mktemp("own-region"))
    bring(place)
    kinds = ("--page", "scoreboard", "--page", "cluster-mapping", "--page", "brief")
    done = clusterkit(place, "report", "liguria", *kinds, "--renderer", "nbconvert")
    assert done.returncode == 0, done.stdout + done.stderr
    return place


def text_of(place: Project, name: str) -> tuple[BeautifulSoup, str]:
    soup = BeautifulSoup((place.site / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
    return soup, re.sub(r"\s+", " ", soup.get_text().replace("\u00a0", " "))


def test_own_indicators_stand_on_the_scoreboard_with_their_source(site: Project) -> None:
    soup, text = text_of(site, "liguria-scoreboard")
    assert "Jobs in ports and shipping (own figure)" in text
    assert "Own figures of the region: Jobs in ports and shipping (Illustrative figures, 2024)" in text
    assert "hands in two indicators of its own; one of them is in the scores of the framework sea-and-skills." in text
    assert "Berths for pleasure boats is known for Liguria & <co> alone: no rank and no score can come of it." in text
    (row,) = [row for row in soup.find_all("tr") if row.th and row.th.get_text() == "Berths for pleasure boats"]
    assert [cell.get_text() for cell in row.find_all("td")][:2] == ["berths", "24,500"]
    assert "Adults with tertiary education" in text  # its name, which the framework does not say
    assert "eight dimensions" not in text
    assert "sub-dimensions: each dimension holds its indicators" in text
    assert (site.reports / "downloads" / "liguria" / "scoreboard" / "own-figures.csv").is_file()
    assert "params/own/liguria-indicators.csv" in text  # with its checksum, at the foot


def test_the_brief_says_whose_figures_its_ranks_rest_on(site: Project) -> None:
    _, text = text_of(site, "liguria-brief")
    assert "framework sea-and-skills" in text
    assert "Own figures of the region: Jobs in ports and shipping (Illustrative figures, 2024)" in text


def test_boundary_and_organisations_stand_on_the_mapping_page(site: Project) -> None:
    soup, text = text_of(site, "liguria-cluster-mapping")
    assert (
        "All figures of this page are of the NUTS 2 region ITC3, not of the boundary that Liguria & <co> draws" in text
    )
    pictures = [image["alt"] for image in soup.find_all("img")]
    assert sum("the drawn boundary as an orange line" in alt for alt in pictures) == 1
    assert any("Which cluster organisations are there?" in heading.get_text() for heading in soup.find_all("h2"))
    assert "names five cluster organisations" in text
    assert "Four stand outside of the region." in text
    assert (site.reports / "downloads" / "liguria" / "cluster-mapping" / "organisations.csv").is_file()
    source = (site.site / "liguria-cluster-mapping.html").read_text(encoding="utf-8")
    assert not re.search(r"https?:", re.sub(r"data:image/svg\+xml,[^\"]*", "", source))  # addresses lead nowhere
