"""What a shell is offered after Tab, asked as click asks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from clusterkit import params as parameters
from clusterkit.batch.pages import KINDS
from clusterkit.cli import main
from clusterkit.commands.completion import COMMAND, SHELLS, VARIABLE
from clusterkit.paths import Project


def offered(project: Project, *arguments: str, incomplete: str = "") -> dict[str, str | None]:
    asked = ShellComplete(main, {}, COMMAND, VARIABLE)
    items = asked.get_completions(["--project", str(project.root), *arguments], incomplete)
    return {item.value: item.help for item in items}


def test_regions_and_whole_pages_are_offered_for_a_report(project_copy: Project) -> None:
    assert list(offered(project_copy, "report")) == [*parameters.region_ids(project_copy), *parameters.WHOLE_IDS]
    assert list(offered(project_copy, "report", "saxony", incomplete="s")) == [
        "slovenia",
        "synthesis",
        "stress-test-example",
    ]
    assert list(offered(project_copy, "report", "--page")) == list(KINDS)


@pytest.mark.parametrize("command", [["describe"], ["params", "check"], ["stress-test", "init"]])
def test_regions_are_offered_where_only_regions_are_taken(project_copy: Project, command: list[str]) -> None:
    (project_copy.params / "regions" / "wales.yaml").write_text("", encoding="utf-8")  # even one that is not ready
    assert list(offered(project_copy, *command, incomplete="wa")) == ["wales", "wallonia"]


def test_codes_are_offered_with_their_names(project_copy: Project) -> None:
    new = ("new-region", "alps")
    assert offered(project_copy, *new, "--nuts", "ITC1", "--nuts", incomplete="itc") == {
        "ITC2": "Valle d'Aosta/Vallée d'Aoste",
        "ITC3": "Liguria",
        "ITC4": "Lombardia",
    }
    assert offered(project_copy, *new, "--highlight", incomplete="C13")["C13"] == "Textiles"
    assert list(offered(project_copy, *new, "--framework")) == ["eocic-8", "res-6"]
    assert "nace-divisions" in offered(project_copy, *new, "--taxonomy")
    assert list(offered(project_copy, *new, "--star-scheme", incomplete="eco-")) == ["eco-2007"]
    assert list(offered(project_copy, *new, "--peer", incomplete="sl")) == ["slovenia"]


def test_broken_tables_offer_no_code(project_copy: Project) -> None:
    (project_copy.processed / "region.parquet").write_bytes(b"not a table")
    assert offered(project_copy, "new-region", "alps", "--nuts") == {}


def test_nothing_is_offered_and_nothing_said_outside_a_project(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = Project(tmp_path)
    assert offered(nowhere, "report") == offered(nowhere, "describe") == {}
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_says_how_to_use_it_and_is_clicks_own(shell: str) -> None:
    result = CliRunner().invoke(main, ["completion", shell])
    assert result.exit_code == 0
    assert result.stdout.startswith("# Tab completes what clusterkit takes. Now: ")
    assert f"clusterkit completion {shell}" in result.stdout
    assert f"{VARIABLE}={shell}_complete" in result.stdout


def test_the_shell_of_the_environment_is_taken_and_another_refused() -> None:
    result = CliRunner().invoke(main, ["completion"], env={"SHELL": "/usr/bin/fish"})
    assert "clusterkit completion fish | source" in result.stdout
    result = CliRunner().invoke(main, ["completion"], env={"SHELL": "/bin/tcsh"})
    assert result.exit_code == 2
    assert "Name the shell: bash, zsh, fish." in result.stderr


def test_bash_itself_completes_a_region(project_copy: Project) -> None:
    if not (bash := shutil.which("bash")):
        pytest.skip("no bash")
    script = (
        f'export PATH="{Path(sys.executable).parent}:$PATH"\n'
        f'eval "$({COMMAND} completion bash)"\n'
        f"COMP_WORDS=({COMMAND} describe pie) COMP_CWORD=2\n"
        f"_clusterkit_completion {COMMAND}\n"
        'echo "${COMPREPLY[@]}"\n'
    )
    env = {**os.environ, "CLUSTERKIT_ROOT": str(project_copy.root)}
    done = subprocess.run([bash, "-c", script], check=False, capture_output=True, text=True, env=env)
    assert (done.stdout, done.stderr) == ("piemonte\n", "")


@pytest.mark.parametrize(
    ("words", "heavy"),
    [
        ([["report"], ["describe"], ["stress-test", "init"], ["new-region", "x", "--highlight"]], ["pandas", "numpy"]),
        ([["new-region", "x", "--nuts"]], ["pandas", "geopandas", "shapely", "pandera"]),  # numpy comes with pyarrow
    ],
)
def test_a_tab_imports_nothing_heavy(project_copy: Project, words: list[list[str]], heavy: list[str]) -> None:
    code = (
        "import sys\n"
        "from clusterkit.cli import main\n"
        "from click.shell_completion import ShellComplete\n"
        "asked = ShellComplete(main, {}, 'clusterkit', '_CLUSTERKIT_COMPLETE')\n"
        f"for words in {words}:\n"
        "    assert asked.get_completions(words, ''), words\n"
        f"found = {set(heavy)} & set(sys.modules)\n"
        "sys.exit(f'imported: {sorted(found)}' if found else 0)\n"
    )
    env = {**os.environ, "CLUSTERKIT_ROOT": str(project_copy.root)}
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stderr
