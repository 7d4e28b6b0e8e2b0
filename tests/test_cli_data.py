"""``clusterkit data``: what it says, its exit status, and that wrong input writes nothing."""

from __future__ import annotations

import gzip
import io
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from rich.console import Console
from rich.progress import Progress
from tiny_raw import write_tiny_raw

from clusterkit.cli import main
from clusterkit.commands.data import _Bar
from clusterkit.data import sources
from clusterkit.data.tables import CONTRACTS
from clusterkit.paths import Project

CHECKOUT = Path(__file__).resolve().parent.parent
CROSSWALK = sources.CROSSWALKS[1, 2013]
TSV = gzip.compress(b"freq,unit,geo\\TIME_PERIOD\t2022 \nA,MIO_EUR,AT\t447218 \n", mtime=0)


@pytest.fixture
def place(tmp_path: Path) -> Project:
    """A project folder with this checkout's tables and an empty raw folder."""
    root = tmp_path / "project"
    shutil.copytree(CHECKOUT / "data" / "processed", root / "data" / "processed")
    for name in ("params", "notebooks", "data/raw"):
        (root / name).mkdir(parents=True)
    return Project(root)


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    """A folder with another edition of two Eurostat files."""
    for source in (sources.GDP, sources.EMPLOYMENT):
        path = tmp_path / "mirror" / source.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(TSV)
    return tmp_path / "mirror"


def call(place: Project, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--project", str(place.root), "data", *arguments])


def raw_files(place: Project) -> list[str]:
    return sorted(str(path.relative_to(place.raw)) for path in place.raw.rglob("*") if path.is_file())


def refused(result: Result) -> str:
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    return result.stderr


# build


def test_build_says_which_indicators_are_left_out_and_why(place: Project, tmp_path: Path) -> None:
    shutil.copy(CHECKOUT / "params" / "indicators.yaml", place.params)
    result = call(place, "build", "--raw", str(write_tiny_raw(tmp_path / "raw")), "--accept-changed")
    assert result.exit_code == 0
    line = "Left out, indicators/eqi_2021.csv is absent: eqi, eqi_quality, eqi_impartiality, eqi_corruption"
    assert line in result.stdout.splitlines()


# status


def test_status_lists_every_source(place: Project) -> None:
    result = call(place, "status")
    assert (result.exit_code, result.stderr) == (0, "")
    heading, *lines = result.stdout.splitlines()
    assert heading.split() == ["source", "state", "edition", "bytes", "fetched", "licence"]
    assert [line.split()[0] for line in lines[:-1]] == list(sources.REGISTERED)
    assert lines[-1] == f"0 of {len(sources.REGISTERED)} sources are in {place.raw}."
    assert all(line.split()[1] == "absent" for line in lines[:-1])


def test_status_tells_known_changed_and_unknown_editions_apart(place: Project, mirror: Path) -> None:
    assert call(place, "fetch", "nama_10r_2gdp", "--mirror", str(mirror), "--newest").exit_code == 0
    assert call(place, "fetch", "lfst_r_lfe2emp", "--mirror", str(mirror)).exit_code == 0
    stranger = place.raw / sources.POPULATION.path
    stranger.write_bytes(TSV)
    lines = {line.split()[0]: line for line in call(place, "status").stdout.splitlines()}
    assert "changed edition" in lines["nama_10r_2gdp"]
    assert f" {len(TSV)} " in lines["nama_10r_2gdp"]
    assert lines["nama_10r_2gdp"].endswith(sources.GDP.licence)
    assert "unknown checksum" in lines["demo_r_pjangrp3"]
    assert "absent" in lines["lfst_r_lfe2emp"]
    (kept,) = [line for key, line in lines.items() if key.startswith("lfst_r_lfe2emp.")]
    assert "kept, not in use" in kept


def test_status_of_another_folder(place: Project, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    assert call(place, "status", "--raw", str(folder)).stdout.endswith(f"sources are in {folder}.\n")
    assert not folder.exists()


# fetch


def test_a_changed_edition_is_kept_beside_and_said(place: Project, mirror: Path) -> None:
    result = call(place, "fetch", "nama_10r_2gdp", "--mirror", str(mirror))
    assert result.exit_code == 0
    assert result.stdout == (f"nama_10r_2gdp: another edition, kept beside\n1 of 1 files fetched into {place.raw}.\n")
    assert "The producer now has another edition of nama_10r_2gdp than the one known (2017).\n" in result.stderr
    assert "`clusterkit data fetch nama_10r_2gdp --newest`" in result.stderr
    name, record = raw_files(place)
    assert name.startswith("eurostat/nama_10r_2gdp.")
    assert record == "eurostat/nama_10r_2gdp.tsv.gz.json"


def test_the_newest_edition_goes_in_place(place: Project, mirror: Path) -> None:
    result = call(place, "fetch", "nama_10r_2gdp", "--mirror", str(mirror), "--newest")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("nama_10r_2gdp: fetched\n")
    assert raw_files(place) == [sources.GDP.path, f"{sources.GDP.path}.json"]


def test_a_file_that_fails_does_not_stop_the_others(place: Project, mirror: Path) -> None:
    result = call(place, "fetch", "nama_10r_2gdp", "tgs00007", "--mirror", str(mirror), "--newest")
    assert result.exit_code == 1
    assert result.stdout == (f"nama_10r_2gdp: fetched\ntgs00007: failed\n1 of 2 files fetched into {place.raw}.\n")
    assert result.stderr == (
        "The mirror does not give eurostat/tgs00007.sdmx.csv.gz: No such file or directory.\n"
        f"  where: {mirror / 'eurostat' / 'tgs00007.sdmx.csv.gz'}\n"
        "  rule:  docs/how-to-fetch-data.md#a-mirror: the same relative paths as in the register\n"
        "  fix:   put the file there, or take it from another mirror\n"
    )


def test_without_keys_all_that_the_tables_need_is_fetched(place: Project, mirror: Path) -> None:
    result = call(place, "fetch", "--mirror", str(mirror))
    assert result.exit_code == 1
    assert result.stdout.endswith(f"2 of {len(sources.SOURCES)} files fetched into {place.raw}.\n")
    everything = call(place, "fetch", "--all", "--mirror", str(mirror))
    assert everything.stdout.endswith(f"2 of {len(sources.REGISTERED)} files fetched into {place.raw}.\n")


def test_files_that_only_a_mirror_has_are_left_out_of_the_whole(
    place: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clusterkit.data import fetch

    asked = []
    monkeypatch.setattr(fetch, "fetch", lambda wanted, *args, **options: asked.extend(wanted) or [])
    result = call(place, "fetch")
    assert result.exit_code == 0
    assert asked == [source for source in sources.SOURCES if source.address]
    assert (
        "Not fetched, because only a mirror has them (--mirror): sbs_r_nuts06_r2_2015_employment, "
        "sbs_r_nuts2021_manufacturing_2022, nuts_codes_2013, nuts_codes_2016, nuts_codes_2021\n" in result.stdout
    )


def test_wrong_keys_are_all_named_and_nothing_is_written(place: Project, mirror: Path) -> None:
    text = refused(call(place, "fetch", "nama_10r_2gpd", "nama_10r_2gdp", "zzz", "--mirror", str(mirror)))
    assert text.startswith("2 problems:\nThere is no source 'nama_10r_2gpd'.\n  where: command line\n")
    assert "  fix:   did you mean nama_10r_2gdp?\n" in text
    assert raw_files(place) == []


def test_keys_that_only_a_mirror_has_are_refused_without_one(place: Project) -> None:
    text = refused(call(place, "fetch", "nuts_codes_2016"))
    assert text == (
        "nuts_codes_2016 has no download address: its producer does not publish it in this form.\n"
        "  where: codes, levels and names of the regions; "
        f"{sources.get('nuts_codes_2016').page}\n"
        "  rule:  docs/how-to-fetch-data.md#the-register\n"
        "  fix:   take it from a folder or server that has it, with --mirror\n"
    )
    assert raw_files(place) == []


def test_a_mirror_that_is_not_there_is_refused(place: Project, tmp_path: Path) -> None:
    text = refused(call(place, "fetch", "--mirror", str(tmp_path / "nowhere")))
    assert text.startswith(f"There is no folder {tmp_path / 'nowhere'}.\n  where: --mirror\n")


def test_keys_and_all_contradict_each_other(place: Project) -> None:
    assert "Name the sources, or say --all, not both." in refused(call(place, "fetch", "tgs00007", "--all"))


# check


def test_an_empty_raw_folder_and_whole_tables_are_in_order(place: Project) -> None:
    result = call(place, "check")
    assert (result.exit_code, result.stderr) == (0, "")
    *checks, last = result.stdout.splitlines()
    counts = f"0 of {len(sources.REGISTERED)} raw files (the others are absent), {len(CONTRACTS)} tables."
    assert last == f"In order: {counts}"
    outcomes = {line.split()[0] for line in checks if not line.startswith(" ")}
    assert outcomes == {"pass", "note"}
    assert "note  jobs per head " in result.stdout
    assert "      1: UKI3 2014 1.05\n" in result.stdout


def test_a_changed_edition_is_in_order_and_named(place: Project, mirror: Path) -> None:
    call(place, "fetch", "nama_10r_2gdp", "--mirror", str(mirror), "--newest")
    result = call(place, "check")
    assert result.exit_code == 0
    assert "\nNot the known edition, but as the producer sent it: nama_10r_2gdp\nIn order: 1 of " in result.stdout


def test_a_check_that_fails_is_refused(place: Project) -> None:
    context = pd.read_parquet(place.processed / "context.parquet")
    context.loc[context["nuts_id"] == "SI03", "employment_thousand"] = 9999.0
    context.to_parquet(place.processed / "context.parquet")
    text = refused(call(place, "check"))
    assert "The check 'context of countries' fails: 4 of 407, employment_thousand SI 2013 10,431 " in text
    assert f"  where: {place.processed}\n  rule:  docs/methods.md#sanity-checks: NUTS 2 regions add up" in text


def test_all_problems_of_files_and_tables_come_at_once(place: Project, mirror: Path) -> None:
    call(place, "fetch", "nama_10r_2gdp", "--mirror", str(mirror), "--newest")
    (place.raw / sources.GDP.path).write_bytes(b"edited")
    (place.raw / CROSSWALK.path).parent.mkdir(parents=True)
    (place.raw / CROSSWALK.path).write_bytes(b"edited")
    (place.processed / "context.parquet").write_bytes(b"<html>")
    (place.processed / "region.parquet").unlink()
    text = refused(call(place, "check"))
    assert text.startswith("4 problems:\nnama_10r_2gdp.tsv.gz was changed after it was fetched.\n")
    assert "n1_cm_v2013_v2016.csv is no known edition, and nothing records where it came from.\n" in text
    assert "The table region is absent.\n" in text
    assert "The table context cannot be read: " in text
    assert "  fix:   restore it from git, or build it with `clusterkit data build --raw FOLDER`\n" in text


def test_a_bar_follows_what_pooch_tells_it() -> None:
    progress = Progress(console=Console(file=io.StringIO(), force_terminal=True))
    _Bar(progress, "first")
    bar = _Bar(progress, "second")  # one file at a time: the bar before it goes
    bar.total = 1000
    bar.update(600)
    bar.update(600)
    bar.reset()
    bar.update(bar.total)
    bar.close()
    (task,) = progress.tasks
    assert (task.description, task.total, task.completed) == ("second", 1000, 1000)


# help


def test_every_command_has_help() -> None:
    for arguments in (["data"], ["data", "status"], ["data", "fetch"], ["data", "check"], ["data", "build"]):
        result = CliRunner().invoke(main, [*arguments, "--help"])
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout.startswith("Usage: ")


def test_help_is_quick_because_it_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from clusterkit.cli import main\n"
        "try: main(['data', 'fetch', '--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'pandas', 'pandera', 'numpy', 'pooch', 'requests'} & set(sys.modules)\n"
        "sys.exit(f'imported: {sorted(heavy)}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, cwd=CHECKOUT)
    assert done.returncode == 0, done.stderr
    assert "--newest" in done.stdout
