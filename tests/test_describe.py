"""``clusterkit describe``: every parameter with its value, origin and meaning, and the files behind a region."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from clusterkit import params as parameters
from clusterkit.batch.effective import dependences, effective
from clusterkit.batch.jobs import region_job
from clusterkit.batch.pages import COMMON_PAGES
from clusterkit.cli import main
from clusterkit.commands import describe
from clusterkit.params import SECTIONS, EuropeParams, RegionParams
from clusterkit.paths import Project


def call(project: Project, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--project", str(project.root), "describe", *arguments])


def origins(project: Project, region: str | None) -> dict[str, tuple[object, str, str | None, int | None]]:
    return {one.name: (one.value, one.source, one.file, one.line) for one in effective(project, region)}


def test_every_parameter_has_a_meaning() -> None:
    models = [RegionParams, EuropeParams, *SECTIONS.values()]
    fields = [(m.__name__, name, field) for m in models for name, field in m.model_fields.items()]
    without = [(m, name) for m, name, field in fields if name not in SECTIONS and not field.description]
    assert without == []


def test_each_value_is_traced_to_the_line_it_stands_in(project_copy: Project) -> None:
    default = project_copy.params / "default.yaml"
    kept = [line for line in default.read_text(encoding="utf-8").splitlines() if not line.startswith("seed:")]
    default.write_text("\n".join(kept) + "\n", encoding="utf-8")
    own = 'region: saxony\nname: "Sachsen"\nnuts_ids: ["DED2"]\nscoreboard:\n  # by us\n  draws: 500\n'
    (project_copy.params / "regions" / "saxony.yaml").write_text(own, encoding="utf-8")
    found = origins(project_copy, "saxony")
    assert found["scoreboard.draws"] == (500, "region", "params/regions/saxony.yaml", 6)
    assert found["name"] == ("Sachsen", "region", "params/regions/saxony.yaml", 2)
    assert found["seed"] == (20141, "built-in", None, None)
    line = next(number for number, text in enumerate(kept, start=1) if text.startswith("reference_year:"))
    assert found["reference_year"] == (2014, "default", "params/default.yaml", line)
    sections = sum(len(model.model_fields) for model in SECTIONS.values())
    assert len(found) == len(RegionParams.model_fields) - len(SECTIONS) + sections


def test_without_a_region_it_says_what_all_start_from(project_copy: Project) -> None:
    found = origins(project_copy, None)
    assert not {"region", "name", "nuts_ids"} & set(found)
    assert found["mapping.highlight"][:3] == (["C29"], "default", "params/default.yaml")


def test_a_wrong_default_is_refused_where_it_stands(project_copy: Project) -> None:
    default = project_copy.params / "default.yaml"
    text = default.read_text(encoding="utf-8").replace("base_year: 2011", "base_year: 1999")
    default.write_text(text, encoding="utf-8")
    result = call(project_copy)
    assert (result.exit_code, result.stdout) == (2, "")
    line = next(n for n, line in enumerate(text.splitlines(), start=1) if line.startswith("base_year"))
    assert f"base_year is 1999; the tables hold 2011 to 2015.\n  where: {default}, line {line}\n" in result.stderr


def test_the_files_are_those_that_make_a_page_stale(project_copy: Project) -> None:
    example = project_copy.params / "stress_test" / "example"
    text = 'region: saxony\nname: "Sachsen"\nnuts_ids: ["DED2"]\nscoreboard:\n  peers: [wallonia, ITC1]\n'
    text += f"stress_test:\n  programmes: {example.relative_to(project_copy.root).as_posix()}/programmes.csv\n"
    (project_copy.params / "regions" / "saxony.yaml").write_text(text, encoding="utf-8")
    found, left_out = dependences(project_copy, "saxony")
    assert left_out == []
    files = {one.file: one for one in found}
    listed = parameters.load_regions(project_copy)
    (params,) = (p for p in listed if p.region == "saxony")
    for page in COMMON_PAGES:
        job = region_job(project_copy, params, page, listed)
        read = {*job.reads, job.notebook.relative_to(project_copy.root).as_posix()}
        own = {"params/default.yaml", "params/regions/saxony.yaml"}
        assert {file for file, one in files.items() if page.kind in one.pages} == read | own
    chosen = {one.parameter: one.file for one in found if one.parameter}
    assert chosen["scoreboard.peers"] == "params/regions/wallonia.yaml"
    assert chosen["scoreboard.framework"] == "params/frameworks/eocic-8.yaml"
    programmes = files["params/stress_test/example/programmes.csv"]
    assert (programmes.what, "scoreboard" in programmes.pages) == ("programmes", False)
    assert all((project_copy.root / file).is_file() for file in files)


def test_another_region_with_a_problem_does_not_hinder(project_copy: Project) -> None:
    (project_copy.params / "regions" / "saxony.yaml").write_text("region: [\n", encoding="utf-8")
    result = call(project_copy, "slovenia")
    assert result.exit_code == 0
    assert result.stderr == (
        "Without the programmes of saxony: `clusterkit params check` says what is wrong with their files.\n"
    )
    refused = call(project_copy, "saxony")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.startswith("saxony.yaml is not valid YAML: ")


def test_an_unknown_region_is_answered_with_the_near_one(project_copy: Project) -> None:
    result = call(project_copy, "slovnia")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "  fix:   did you mean slovenia?\n" in result.stderr


def test_piped_each_parameter_is_one_line_without_a_frame(project_copy: Project) -> None:
    lines = call(project_copy, "piemonte").stdout.splitlines()
    assert lines[0] == "piemonte"
    own = next(line for line in lines if line.startswith("mapping.highlight "))
    assert own.split("  ")[0] == "mapping.highlight"
    assert '["C13", "C29"]' in own
    assert "params/regions/piemonte.yaml, line 6  One or two NACE divisions" in own
    assert not set("│┃━─\x1b") & set("".join(lines))


@pytest.mark.parametrize(("width", "lines"), [(120, 3), (70, 3), (40, 4)])
def test_a_terminal_of_any_width_loses_no_word(width: int, lines: int) -> None:
    console = Console(force_terminal=True, width=width, color_system=None, no_color=True)
    rows = [("scoreboard.min_coverage", "0.5", "default.yaml:19", "Least share that is known.")]
    with console.capture() as caught:
        describe._show(console, "piemonte", describe.PARAMETERS, rows, ["default"])
    text = caught.get().rstrip().splitlines()
    assert len(text) == lines
    assert max(len(line.rstrip()) for line in text) <= width
    assert all(word in " ".join(text).split() for word in " ".join(rows[0]).split())


def test_json_is_for_programs(project_copy: Project) -> None:
    value = json.loads(call(project_copy, "lithuania", "--json").stdout)
    assert value["region"] == "lithuania"
    by_name = {one["name"]: one for one in value["parameters"]}
    own = by_name["nuts_ids"]
    assert (own["value"], own["source"], own["file"], own["line"]) == (
        ["LT01", "LT02"],
        "region",
        "params/regions/lithuania.yaml",
        5,
    )
    assert by_name["seed"]["allowed"] == "at least 1"
    assert by_name["scoreboard.aggregation"]["allowed"] == "arithmetic, geometric"
    assert {"file", "what", "parameter", "pages"} == set(value["files"][0])
    assert Path(value["project"]) == project_copy.root
