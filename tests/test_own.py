"""``clusterkit own``: kinds, templates and checks; and what a region that brings its own data gets for it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clusterkit import params as parameters
from clusterkit.batch.pages import pages_for
from clusterkit.cli import main
from clusterkit.data.own import KINDS, Owner
from clusterkit.errors import ParamError, Problem
from clusterkit.paths import Project

Run = Callable[..., subprocess.CompletedProcess[str]]
EXAMPLE = "params/own/example/industry.csv"
TAXONOMY = """schema_version: 1
id: {id}
title: "Fashion and machines"
source: "An example"
categories:
  fashion: {{name: "Fashion", rating: approximate, reason: "an example", members: {{"C13": 1.0, "C14": 1.0}}}}
  yarn: {{name: "Yarn", rating: exact, reason: "an example", members: {{"C15.1": 1.0}}}}
  dreams: {{name: "Dreams", rating: not observable, reason: "an example", members: {{}}}}
"""


def call(place: Project, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--project", str(place.root), "own", *arguments])


def region(place: Project, text: str, name: str = "piemonte") -> None:
    head = f'region: {name}\nname: "Piemonte"\nnuts_ids: ["ITC1"]\n'
    (place.params / "regions" / f"{name}.yaml").write_text(head + text, encoding="utf-8")


def taxonomy(place: Project, text: str = TAXONOMY, name: str = "fashion-and-machines") -> Path:
    path = place.params / "taxonomies" / f"{name}.yaml"
    path.write_text(text.format(id=name), encoding="utf-8")
    return path


def problems(place: Project) -> list[Problem]:
    with pytest.raises(ParamError) as caught:
        parameters.load_regions(place, ["piemonte"])
    return list(caught.value.problems)


def test_the_list_has_every_kind_with_its_place_and_its_guide(project_copy: Project) -> None:
    shown = call(project_copy, "list")
    assert shown.exit_code == 0
    for kind in KINDS.values():
        assert f"named under {kind.parameter} in the file of a region; {kind.guide}" in shown.output


@pytest.mark.parametrize(("kind", "ending"), [(k.name, end) for k in KINDS.values() for end in k.endings])
def test_a_template_is_made_once_and_never_overwritten(project_copy: Project, kind: str, ending: str) -> None:
    target = project_copy.root / f"my-own{ending}"
    made = call(project_copy, "template", kind, "--output", str(target), "--region", "piemonte")
    assert made.exit_code == 0, made.output
    assert f"Check it with: clusterkit own check {kind} {target}" in made.output
    target.write_bytes(b"filled in")
    again = call(project_copy, "template", kind, "--output", str(target))
    assert (again.exit_code, target.read_bytes()) == (2, b"filled in")
    assert "rule:  what somebody filled in is never overwritten" in again.output


def test_a_kind_or_an_ending_that_is_not_there_is_answered_with_those_that_are(project_copy: Project) -> None:
    wrong = call(project_copy, "check", "industri", "x.csv")
    assert wrong.exit_code == 2
    assert "There is no kind of own data 'industri'." in wrong.output
    assert "fix:   did you mean industry?" in wrong.output
    wrong = call(project_copy, "template", "taxonomy", "--output", str(project_copy.root / "my.xlsx"))
    assert wrong.exit_code == 2
    assert "let the name end in .yaml" in wrong.output


def test_a_taxonomy_from_the_template_is_in_order(project_copy: Project) -> None:
    path = project_copy.params / "taxonomies" / "my-sectors.yaml"
    assert call(project_copy, "template", "taxonomy", "--output", str(path)).exit_code == 0
    checked = call(project_copy, "check", "taxonomy", str(path))
    assert checked.exit_code == 0, checked.output
    assert "2 categories (1 approximate, 1 not observable), made of 2 industries.\nIn order." in checked.output
    outside = project_copy.root / "my-sectors.yaml"
    outside.write_bytes(path.read_bytes())
    elsewhere = call(project_copy, "check", "taxonomy", str(outside))
    assert "To use it, move it to params/taxonomies of the project." in elsewhere.output
    named = call(project_copy, "template", "taxonomy", "--output", str(project_copy.root / "My Sectors.yaml"))
    assert named.exit_code == 2
    assert "small letters, digits and hyphens: the name of the file is its identifier" in named.output


WRONG_MEMBERS = {
    '{"13.1": 1.0}': (
        "'13.1' of the category fashion is not written as this file needs it.",
        'write "C13.1", the group',
    ),
    '{"C13.7": 1.0}': ("'C13.7' of the category fashion is not a division of NACE Rev. 2.", "did you mean C17 or C13?"),
    '{"C": 1.0}': ("'C' of the category fashion is not a division of NACE Rev. 2.", "check the code"),
    '{"C13": 1.0, "C13.1": 1.0}': (
        "The category fashion has C13.1 and C13, which it is a part of.",
        "remove one of the two",
    ),
    '{"C14.1": 1.5}': ("The weight of C14.1 in fashion is 1.5.", "write a number such as 0.5, or remove the line"),
}


@pytest.mark.parametrize("members", WRONG_MEMBERS)
def test_members_below_divisions_are_checked_too(project_copy: Project, members: str) -> None:
    text = TAXONOMY.replace('{{"C13": 1.0, "C14": 1.0}}', members.replace("{", "{{").replace("}", "}}"))
    checked = call(project_copy, "check", "taxonomy", str(taxonomy(project_copy, text)))
    what, fix = WRONG_MEMBERS[members]
    assert checked.exit_code == 2
    assert what in checked.output
    assert f"fix:   {fix}" in checked.output


def test_a_class_counts_in_what_its_division_gives_away(project_copy: Project) -> None:
    text = TAXONOMY.replace('"C15.1": 1.0', '"C13.10": 1.0')
    checked = call(project_copy, "check", "taxonomy", str(taxonomy(project_copy, text)))
    assert checked.exit_code == 2
    assert "The class C13.10 is given away with weight 2: yarn 1, fashion 1." in checked.output


def test_a_taxonomy_is_any_file_of_its_folder(project_copy: Project) -> None:
    region(project_copy, "mapping:\n  taxonomy: fashion-and-machines\n")
    (problem,) = problems(project_copy)
    assert problem.what == "There is no taxonomy 'fashion-and-machines'."
    assert problem.rule == "a taxonomy is a file params/taxonomies/TAXONOMY.yaml"
    path = taxonomy(project_copy)
    (loaded,) = parameters.load_regions(project_copy, ["piemonte"])
    assert loaded.taxonomy_path(project_copy) == path
    taxonomy(project_copy, TAXONOMY.replace('"C13": 1.0', '"C34": 1.0'))
    (problem,) = problems(project_copy)
    assert problem.what == "'C34' of the category fashion is not a division of NACE Rev. 2."


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("/etc/hosts", "own.own_industry is '/etc/hosts', outside of the project."),
        ("../own.csv", "own.own_industry is '../own.csv', outside of the project."),
        ("params/own/none.csv", "There is no file or folder 'params/own/none.csv'."),
        ("params/default.yaml", "The file default.yaml is of no kind that holds a table."),
    ],
)
def test_an_own_file_is_inside_the_project_and_right(project_copy: Project, name: str, what: str) -> None:
    region(project_copy, f"own:\n  own_industry: {name}\n")
    (problem,) = problems(project_copy)
    assert problem.what == what


def test_a_table_of_another_region_is_refused(project_copy: Project) -> None:
    region(project_copy, f"own:\n  own_industry: {EXAMPLE}\n", name="mine")
    with pytest.raises(ParamError, match="The table is for mine, but has rows of piemonte"):
        parameters.load_regions(project_copy, ["mine"])


def test_the_page_is_of_regions_that_hand_in_a_table(project_copy: Project) -> None:
    region(project_copy, f"own:\n  own_industry: {EXAMPLE}\n")
    own, other = parameters.load_regions(project_copy, ["piemonte", "saxony"])
    assert "detail" in [page.kind for page in pages_for(own)]
    assert "detail" not in [page.kind for page in pages_for(other)]
    assert own.handed_in(project_copy) == [project_copy.root / EXAMPLE]
    assert KINDS["industry"].check(project_copy.root / EXAMPLE, project_copy, Owner("piemonte", ("ITC1",)))


@pytest.fixture(scope="module")
def own_site(
    tmp_path_factory: pytest.TempPathFactory, copy_project: Callable[[Path], Project], clusterkit: Run
) -> Project:
    """Two pages of a region with a taxonomy and an industry table of its own."""
    place = copy_project(tmp_path_factory.mktemp("own"))
    taxonomy(place)
    region(place, f"mapping:\n  taxonomy: fashion-and-machines\nown:\n  own_industry: {EXAMPLE}\n")
    kinds = ("--page", "detail", "--page", "cluster-mapping")
    done = clusterkit(place, "report", "piemonte", *kinds, "--renderer", "nbconvert")
    assert done.returncode == 0, done.stdout + done.stderr
    return place


def page(place: Project, name: str) -> str:
    return (place.site / f"{name}.html").read_text(encoding="utf-8")


def test_the_mapping_page_has_a_section_of_the_chosen_categories(own_site: Project) -> None:
    text = page(own_site, "piemonte-cluster-mapping")
    assert '<h3 id="fashion-and-machines">' in text
    assert "Among the categories of “Fashion and machines”, the highest is fashion with" in text
    assert "Yarn is made of groups or classes, which Eurostat does not publish for regions" in text
    assert "Textiles (C13)" in text  # the sectors stay the divisions
    downloads = own_site.reports / "downloads" / "piemonte" / "cluster-mapping"
    table = (downloads / "fashion-and-machines.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in table] == ["category", "fashion", "yarn", "dreams"]
    assert (downloads / "map-fashion.csv").is_file()


def test_every_figure_in_detail_says_whose_it_is(own_site: Project) -> None:
    text = page(own_site, "piemonte-detail")
    notes = [part.split("</p>")[0] for part in text.split('<p class="note">')[1:]]
    assert len(notes) == 6
    assert all(f"own table of Piemonte, not Eurostat’s ({EXAMPLE})" in note for note in notes)
    assert all("Illustrative figures of this project, of no office" in note for note in notes)
    assert "Spinning (C13.1)" in text


def test_the_page_stands_in_navigation_home_search_and_workbook(own_site: Project) -> None:
    assert '<a href="piemonte-detail.html"' in page(own_site, "piemonte-cluster-mapping")
    assert 'href="piemonte-detail.html"' in page(own_site, "index")
    assert "piemonte-detail" in (own_site.site / "search-index.js").read_text(encoding="utf-8")
    from openpyxl import load_workbook

    book = load_workbook(own_site.reports / "downloads" / "piemonte" / "piemonte.xlsx", read_only=True)
    assert any(name.startswith("Detail") for name in book.sheetnames), book.sheetnames


def test_a_changed_table_makes_its_page_anew_and_one_taken_away_takes_it_away(
    own_site: Project, clusterkit: Run
) -> None:
    again = clusterkit(own_site, "report", "piemonte", "--page", "detail", "--renderer", "nbconvert")
    assert "nothing had changed" in again.stdout
    path = own_site.root / EXAMPLE
    path.write_text(path.read_text(encoding="utf-8").replace(",34300,", ",34200,"), encoding="utf-8")
    anew = clusterkit(own_site, "report", "piemonte", "--page", "detail", "--renderer", "nbconvert")
    assert anew.returncode == 0, anew.stdout + anew.stderr
    assert "34,200" in page(own_site, "piemonte-detail")
    region(own_site, "")
    refused = clusterkit(own_site, "report", "piemonte", "--page", "detail", "--renderer", "nbconvert")
    assert refused.returncode == 2
    assert "No page “Sectors in detail” can be made of piemonte: own.own_industry is not given." in refused.stderr
    without = clusterkit(own_site, "report", "piemonte", "--page", "cluster-mapping", "--renderer", "nbconvert")
    assert without.returncode == 0, without.stdout + without.stderr
    assert not (own_site.site / "piemonte-detail.html").exists()
    assert not (own_site.reports / "downloads" / "piemonte" / "detail").exists()
    assert "Fashion and machines" not in page(own_site, "piemonte-cluster-mapping")
    record = json.loads((own_site.reports / "manifest.json").read_text(encoding="utf-8"))
    assert record
