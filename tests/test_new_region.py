"""``clusterkit new-region``: a checked parameter file, or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clusterkit import params as parameters
from clusterkit.cli import main
from clusterkit.errors import ParamError
from clusterkit.paths import Project


def call(project: Project, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--project", str(project.root), "new-region", *arguments])


def refused(project: Project, *arguments: str) -> str:
    """Text of an answer to wrong input; nothing was written."""
    before = files(project)
    result = call(project, *arguments)
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    assert isinstance(result.exception, SystemExit)
    assert files(project) == before
    return result.stderr


def files(project: Project) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in project.params.rglob("*") if path.is_file()}


def test_the_file_holds_only_what_differs_and_can_be_reported(project_copy: Project) -> None:
    done = call(project_copy, "tirol", "--nuts", "AT33", "--highlight", "C29", "--framework", "eocic-8")
    assert (done.exit_code, done.stderr) == (0, "")
    text = (project_copy.params / "regions" / "tirol.yaml").read_text(encoding="utf-8")
    # C29 and eocic-8 are what every region starts from.
    assert text == (
        '# yaml-language-server: $schema=../schema.json\nregion: tirol\nname: "Tirol"\nnuts_ids: ["AT33"]\n'
    )
    assert done.stdout == "Wrote params/regions/tirol.yaml: Tirol (AT33).\nNext: clusterkit report tirol\n"
    (made,) = parameters.load_regions(project_copy, ["tirol"])
    assert made.name == "Tirol"


def test_several_codes_name_the_region_and_an_overlap_is_said(project_copy: Project) -> None:
    done = call(project_copy, "saxon-core", "--nuts", "DED2", "--nuts", "DED5", "--nuts", "AT33", "--highlight", "C13")
    assert done.exit_code == 0
    assert "Note: DED2, DED5 are in saxony, too.\n" in done.stdout
    (made,) = parameters.load_regions(project_copy, ["saxon-core"])
    assert made.name == "Dresden, Leipzig and Tirol"
    assert made.mapping.highlight == ["C13"]


def test_names_of_any_script_are_kept(project_copy: Project) -> None:
    assert call(project_copy, "attiki", "--nuts", "EL30", "--name", 'Αττική "η μεγάλη": #1').exit_code == 0
    (made,) = parameters.load_regions(project_copy, ["attiki"])
    assert made.name == 'Αττική "η μεγάλη": #1'


def test_everything_that_is_wrong_is_told_at_once_by_the_option(project_copy: Project) -> None:
    options = ["--nuts", "ITC9", "--nuts", "FR24", "--highlight", "C92", "--framework", "eocic", "--peer", "saxny"]
    text = refused(project_copy, "Alps", *options)
    assert text.startswith("6 problems:\n'Alps' is no identifier of a region.\n  where: ID\n")
    assert "'ITC9' is not a NUTS 2 code of NUTS 2016.\n  where: --nuts\n" in text
    assert "  fix:   NUTS 2016 has FRB0 in its place\n" in text
    assert "'C92' is not a division of the taxonomy nace-divisions.\n  where: --highlight\n" in text
    assert "  fix:   did you mean eocic-8?\n" in text


def test_a_code_in_small_letters_is_answered_with_the_right_one(project_copy: Project) -> None:
    assert "did you mean ITC1" in refused(project_copy, "alps", "--nuts", "itc1")


def test_a_framework_is_checked_as_a_run_checks_it(project_copy: Project) -> None:
    folder = project_copy.params / "frameworks"
    text = (folder / "res-6.yaml").read_text(encoding="utf-8")
    (folder / "mine.yaml").write_text(
        text.replace("id: res-6", "id: mine").replace("tertiary_attainment", "tertiary"), "utf-8"
    )
    said = refused(project_copy, "alps", "--nuts", "AT33", "--framework", "mine")
    assert "The indicator tertiary is not in the table" in said
    assert "mine.yaml" in said
    assert not (project_copy.params / "regions" / "alps.yaml").exists()
    (project_copy.params / "regions" / "alps.yaml").write_text(
        "region: alps\nname: Alps\nnuts_ids: [AT33]\nscoreboard:\n  framework: mine\n", encoding="utf-8"
    )
    with pytest.raises(ParamError) as caught:
        parameters.load_regions(project_copy, ["alps"])
    assert str(caught.value) == said.strip()


def test_without_a_code_there_is_no_region(project_copy: Project) -> None:
    assert "Missing option '--nuts'" in refused(project_copy, "alps")


@pytest.mark.parametrize("region", ["con", "nul", "aux", "prn", "com1", "lpt9"])
def test_a_device_of_windows_is_no_region(project_copy: Project, region: str) -> None:
    text = refused(project_copy, region, "--nuts", "AT33")
    assert text.startswith(f"the identifier {region!r} is taken by a device of Windows, where no file can have it.\n")


@pytest.mark.parametrize("region", ["europe", "home", "stress-test-example", "../alps", "a:b", "alps."])
def test_a_name_that_is_taken_or_leads_elsewhere_is_no_region(project_copy: Project, region: str) -> None:
    assert refused(project_copy, region, "--nuts", "AT33")


def test_a_file_that_is_there_is_left_alone_unless_forced(project_copy: Project) -> None:
    path = project_copy.params / "regions" / "piemonte.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "seed: 7  # ours\n", encoding="utf-8")
    text = refused(project_copy, "piemonte", "--nuts", "ITC1", "--peer", "saxony")
    assert text.startswith("There is already a file piemonte.yaml.\n")
    assert "say --force to change the values that are named here" in text
    done = call(project_copy, "piemonte", "--nuts", "ITC1", "--peer", "saxony", "--force")
    assert done.stdout.startswith("Changed params/regions/piemonte.yaml: Piemonte (ITC1).\n")
    (made,) = parameters.load_regions(project_copy, ["piemonte"])
    assert (made.scoreboard.peers, made.seed, made.mapping.highlight) == (["saxony"], 7, ["C13", "C29"])
    assert "# ours" in path.read_text(encoding="utf-8")


def test_forced_to_other_codes_the_name_follows(project_copy: Project) -> None:
    assert call(project_copy, "piemonte", "--nuts", "ITC3", "--force").exit_code == 0
    (made,) = parameters.load_regions(project_copy, ["piemonte"])
    assert (made.name, made.nuts_ids) == ("Liguria", ["ITC3"])


def test_a_region_with_a_problem_does_not_hinder_another(project_copy: Project) -> None:
    (project_copy.params / "regions" / "saxony.yaml").write_text("region: [\n", encoding="utf-8")
    done = call(project_copy, "dresden", "--nuts", "DED2")
    assert (done.exit_code, done.stdout.count("\n")) == (0, 2)
