"""The command: what it says, its exit status, and that nothing runs or is written on wrong input."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import clusterkit as package
from clusterkit import params
from clusterkit.batch import processes
from clusterkit.cli import main
from clusterkit.data.sources import SOURCES
from clusterkit.forking import can_fork
from clusterkit.paths import ROOT_VARIABLE, Project

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(autouse=True)
def _no_notebook_may_run(monkeypatch: pytest.MonkeyPatch) -> None:
    from clusterkit.batch import runner

    def refuse(*args: object, **kwargs: object) -> None:
        pytest.fail("a notebook was run")

    monkeypatch.setattr(runner, "run", refuse)


def call(project: Project, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--project", str(project.root), *arguments])


def snapshot(folder: Path) -> dict[str, bytes | None]:
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def spoil(project: Project, region: str, text: str) -> None:
    (project.params / "regions" / f"{region}.yaml").write_text(text, encoding="utf-8")


def refused(result: Result) -> str:
    """Text of an answer to wrong input: on standard error alone, with status 2, and no traceback."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert isinstance(result.exception, SystemExit)
    return result.stderr


def test_a_wrong_parameter_stops_the_report_before_anything_runs_or_is_written(project_copy: Project) -> None:
    spoil(project_copy, "saxony", 'region: saxony\nname: "Saxony"\nnuts_ids: ["DED2"]\nbse_year: 2012\n')
    before = snapshot(project_copy.root)
    text = refused(call(project_copy, "report", "--all"))
    assert text == (
        "Unknown parameter bse_year.\n"
        f"  where: {project_copy.params / 'regions' / 'saxony.yaml'}, line 4\n"
        "  rule:  params/schema.json\n"
        "  fix:   did you mean base_year?\n"
    )
    assert snapshot(project_copy.root) == before


@pytest.mark.skipif(bool(can_fork()), reason="notebooks are forked on Linux only")
@pytest.mark.parametrize(
    ("has_page", "arguments", "begins"), [(False, (), True), (True, (), False), (True, ("--force",), True)]
)
def test_a_run_gets_warm_at_once_where_something_is_certain_to_run_and_wrong_input_ends_it(
    project_copy: Project,
    monkeypatch: pytest.MonkeyPatch,
    has_page: bool,
    arguments: tuple[str, ...],
    begins: bool,
) -> None:
    spoil(project_copy, "saxony", "region: [\n")
    begun, begin = [], processes.Warm.begin
    monkeypatch.setattr(processes.Warm, "begin", lambda warm: (begin(warm), begun.append(warm._server)))
    if has_page:
        (project_copy.reports / "europe.ipynb").write_text("{}", encoding="utf-8")
    refused(call(project_copy, "report", "--all", *arguments))
    assert len(begun) == begins
    assert all(server.poll() is not None for server in begun)


def test_the_command_itself_ends_with_two_and_no_traceback(project_copy: Project, clusterkit: Run) -> None:
    spoil(project_copy, "saxony", "region: [\n")
    before = snapshot(project_copy.root)
    done = clusterkit(project_copy, "report", "--all", "--renderer", "nbconvert")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("saxony.yaml is not valid YAML: ")
    assert "Traceback" not in done.stderr
    assert snapshot(project_copy.root) == before


@pytest.mark.parametrize("region", ["piedmont", "../../etc/passwd", "/etc/passwd"])
def test_an_unknown_region_writes_nothing(project_copy: Project, region: str) -> None:
    before = snapshot(project_copy.root)
    text = refused(call(project_copy, "report", "slovenia", region))
    assert text.startswith(f"There is no region {region!r}.\n  where: command line\n")
    assert snapshot(project_copy.root) == before


def test_a_near_miss_is_answered_with_the_region_that_exists(project_copy: Project) -> None:
    assert "  fix:   did you mean slovenia?\n" in refused(call(project_copy, "report", "slovnia"))


@pytest.mark.parametrize("arguments", [["stress-test-example"], ["slovenia", "stress-test-example"], ["--all"]])
def test_an_example_that_is_wrong_stops_the_report_before_anything_runs(
    project_copy: Project, arguments: list[str]
) -> None:
    example = project_copy.params / "stress_test" / "example.yaml"
    text = example.read_text(encoding="utf-8")
    example.write_text(text.replace("  answers: params/", "  answers: ../params/"), encoding="utf-8")
    before = snapshot(project_copy.root)
    said = refused(call(project_copy, "report", *arguments))
    assert said.startswith(
        "stress_test.answers is '../params/stress_test/example/answers.csv', outside of the project.\n"
    )
    assert f"  where: {example}, line " in said
    assert snapshot(project_copy.root) == before


def test_an_example_that_is_not_there_is_refused_by_name(project_copy: Project) -> None:
    example = project_copy.params / "stress_test" / "example.yaml"
    example.unlink()
    said = refused(call(project_copy, "report", "stress-test-example"))
    assert said == (
        "The file example.yaml cannot be read: No such file or directory.\n"
        f"  where: {example}\n"
        "  rule:  parameters are YAML files under params/\n"
        "  fix:   check the name and the rights of the file\n"
    )


def test_a_region_cannot_take_the_name_of_the_example(project_copy: Project) -> None:
    spoil(project_copy, "stress-test-example", 'region: stress-test-example\nname: "X"\nnuts_ids: ["DED2"]\n')
    for arguments in (["params", "check"], ["report", "--all"]):
        said = refused(call(project_copy, *arguments))
        assert said.startswith("The identifier 'stress-test-example' is taken by the example of a stress test.\n")


def test_all_problems_of_the_files_that_a_region_names_are_told(project_copy: Project) -> None:
    text = 'region: saxony\nname: "Saxony"\nnuts_ids: ["DED2"]\nstress_test:\n'
    spoil(project_copy, "saxony", f"{text}  answers: none.csv\n  domains: /none.csv\n")
    said = refused(call(project_copy, "params", "check"))
    assert said.startswith("2 problems:\nThere is no file or folder 'none.csv'.\n")
    assert "\nstress_test.domains is '/none.csv', outside of the project.\n" in said
    assert f"  where: {project_copy.params / 'regions' / 'saxony.yaml'}, line 6\n" in said


@pytest.mark.parametrize("arguments", [(), ("--renderer", "nbconvert"), ("--all", "slovenia")])
def test_a_report_is_of_named_regions_or_of_all(project_copy: Project, arguments: tuple[str, ...]) -> None:
    text = refused(call(project_copy, "report", *arguments))
    assert "Name the regions, or say --all." in text
    assert "Usage:" in text


def test_an_unknown_renderer_is_refused(project_copy: Project) -> None:
    assert "'pandoc' is not one of 'auto', 'quarto', 'nbconvert'" in refused(
        call(project_copy, "report", "--all", "--renderer", "pandoc")
    )


def test_an_unknown_kind_of_page_is_refused(project_copy: Project) -> None:
    text = refused(call(project_copy, "report", "--all", "--page", "mapping"))
    assert "'mapping' is not one of 'brief', 'cluster-mapping', 'detail', 'scoreboard', 'stress-test'" in text


@pytest.mark.parametrize("names", [["europe"], ["stress-test-example"], ["stress-test-example", "europe"]])
def test_a_kind_of_page_is_of_regions_and_not_of_the_whole_site(project_copy: Project, names: list[str]) -> None:
    text = refused(call(project_copy, "report", *names, "--page", "stress-test"))
    assert "--page chooses among the pages of a region: name one, or say --all." in text
    assert "Usage:" in text


def test_no_worker_at_all_is_refused(project_copy: Project) -> None:
    assert "0 is not in the range 1<=x<=64" in refused(call(project_copy, "report", "--all", "--workers", "0"))


def test_a_folder_that_is_no_project_is_refused(tmp_path: Path) -> None:
    text = refused(call(Project(tmp_path), "params", "check"))
    assert text.startswith(f"{tmp_path} is not a clusterkit project: no folder params and notebooks.\n")
    assert "  fix:   run the command inside a checkout of clusterkit, or name one with --project\n" in text


def test_the_environment_can_name_the_project(project_copy: Project) -> None:
    for region in params.region_ids(project_copy)[1:]:
        (project_copy.params / "regions" / f"{region}.yaml").unlink()
    result = CliRunner().invoke(main, ["params", "check"], env={ROOT_VARIABLE: str(project_copy.root)})
    assert (result.exit_code, result.stdout) == (0, "1 parameter file in order: cantabria\n")


def test_a_damaged_table_is_refused_in_words(project_copy: Project) -> None:
    (project_copy.processed / "industry.parquet").write_bytes(b"<html>not here</html>")
    text = refused(call(project_copy, "report", "--all"))
    assert text.startswith("The table industry cannot be read: ")
    assert "  fix:   restore it from git, or build it with `clusterkit data build --raw FOLDER`\n" in text


def test_tables_are_not_built_from_an_absent_folder(project_copy: Project, tmp_path: Path) -> None:
    before = snapshot(project_copy.root)
    text = refused(call(project_copy, "data", "build", "--raw", str(tmp_path / "nowhere")))
    assert text.startswith(f"{len(SOURCES)} of {len(SOURCES)} raw files are absent: {SOURCES[0].path}, ")
    assert f" and {len(SOURCES) - 5} more.\n  where: {tmp_path / 'nowhere'}\n" in text
    assert text.endswith("  fix:   put the files there, or name their folder with --raw\n")
    assert snapshot(project_copy.root) == before


def test_all_parameter_files_are_checked_and_named(project_copy: Project) -> None:
    result = call(project_copy, "params", "check")
    assert result.exit_code == 0
    assert result.stdout == f"10 parameter files in order: {', '.join(params.region_ids(project_copy))}\n"


def test_one_parameter_file_is_checked_alone(project_copy: Project) -> None:
    spoil(project_copy, "saxony", "")
    assert call(project_copy, "params", "check", "slovenia").stdout == "1 parameter file in order: slovenia\n"
    assert "saxony.yaml holds nothing" in refused(call(project_copy, "params", "check", "saxony"))


def test_the_schema_is_printed_as_it_is_kept(project_copy: Project) -> None:
    result = call(project_copy, "params", "schema")
    assert (result.exit_code, result.stdout) == (0, (project_copy.params / "schema.json").read_text(encoding="utf-8"))


def test_version_and_help() -> None:
    assert CliRunner().invoke(main, ["--version"]).stdout.endswith(f" {package.__version__}\n")
    for arguments in (["--help"], ["-h"], ["report", "--help"], ["data", "build", "--help"]):
        result = CliRunner().invoke(main, arguments)
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout.startswith("Usage: ")


def test_help_is_quick_because_it_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from clusterkit.cli import main\n"
        "try: main(['report', '--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'pandas', 'numpy', 'geopandas', 'matplotlib', 'papermill', 'nbconvert'} & set(sys.modules)\n"
        "sys.exit(f'imported: {sorted(heavy)}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "--renderer" in done.stdout
