"""What is read from files is kept, and never stale, shared by mistake, or kept when it failed."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pandas as pd
import pytest

from clusterkit import cached, provenance, yamlfile
from clusterkit.data import tables
from clusterkit.data.industries import load_taxonomy
from clusterkit.errors import ContractError, ParamError
from clusterkit.paths import project


def settle(path: Path, *, seconds: float = 60) -> None:
    """Let a file look as if it had been written some time ago."""
    then = time.time_ns() - int(seconds * 1e9)
    os.utime(path, ns=(then, then))


class Reader:
    """Reads a file and counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, path: Path, end: str = "") -> list[str]:
        self.times += 1
        return [path.read_text(encoding="utf-8") + end]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file.txt"
    path.write_text("one", encoding="utf-8")
    settle(path)
    return path


def test_a_file_is_read_once(file: Path):
    reader = Reader()
    read = cached.by_file(reader, own=list)
    assert [read(file), read(file)] == [["one"], ["one"]]
    assert reader.times == 1


def test_a_changed_file_is_read_again_also_with_the_same_size_and_time(file: Path):
    read = cached.by_file(Reader())
    stood = file.stat()
    assert read(file) == ["one"]
    time.sleep(0.02)  # the clock of a file system may tick every hundredth of a second
    file.write_text("two", encoding="utf-8")
    os.utime(file, ns=(stood.st_atime_ns, stood.st_mtime_ns))
    assert read(file) == ["two"]


def test_a_file_put_in_the_place_of_another_is_read(file: Path):
    read = cached.by_file(Reader())
    assert read(file) == ["one"]
    other = file.with_name("other.txt")
    other.write_text("two", encoding="utf-8")
    settle(other)
    os.replace(other, file)
    assert read(file) == ["two"]


def test_a_file_that_was_just_written_is_not_kept(file: Path):
    reader = Reader()
    read = cached.by_file(reader)
    file.write_text("two", encoding="utf-8")
    assert [read(file), read(file)] == [["two"], ["two"]]
    assert reader.times == 2


def test_a_file_that_changes_while_it_is_read_is_not_kept(file: Path):
    def read_and_write(path: Path) -> str:
        text = path.read_text(encoding="utf-8")
        path.write_text(f"{text}!", encoding="utf-8")
        settle(path)
        return text

    read = cached.by_file(read_and_write)
    assert [read(file), read(file)] == ["one", "one!"]


def test_what_a_caller_changes_does_not_reach_the_next(file: Path):
    read = cached.by_file(Reader(), own=list)
    read(file).append("mine")
    read(file).append("mine too")
    assert read(file) == ["one"]


def test_each_argument_and_file_has_its_own_result(file: Path):
    reader = Reader()
    read = cached.by_file(reader)
    other = file.with_name("other.txt")
    shutil.copy2(file, other)
    assert [read(file), read(file, "!"), read(file, end="?"), read(other)] == [["one"], ["one!"], ["one?"], ["one"]]
    assert reader.times == 4


def test_errors_are_raised_each_time_and_not_kept(tmp_path: Path):
    path = tmp_path / "file.txt"
    read = cached.by_file(Reader())
    for _ in range(2):
        with pytest.raises(FileNotFoundError):
            read(path)
    path.write_text("there", encoding="utf-8")
    assert read(path) == ["there"]


def test_no_more_is_kept_than_is_of_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cached, "MOST", 2)
    reader = Reader()
    read = cached.by_file(reader)
    paths = [tmp_path / f"{number}.txt" for number in range(3)]
    for path in paths:
        path.write_text(path.stem, encoding="utf-8")
        settle(path)
        read(path)
    assert read(paths[2]) == ["2"]
    assert reader.times == 3
    assert read(paths[0]) == ["0"]  # the first gave way
    assert reader.times == 4


@pytest.mark.parametrize("name", ["context", "region"])
def test_tables_are_read_once_and_cannot_be_spoiled(name: str):
    first = tables.load_table(name)
    before = first.copy(deep=True)
    first.loc[first.index[0], "nuts_id"] = "XX"
    first["nuts_version"] = 0
    first["mine"] = 1
    first.index.name, first.columns.name = "row", "column"
    if name == "region":
        first["geometry"] = first.buffer(1000)
    second = tables.load_table(name)
    pd.testing.assert_frame_equal(pd.DataFrame(second), pd.DataFrame(before))
    assert getattr(second, "crs", None) == getattr(before, "crs", None)


def test_a_table_that_is_broken_later_is_refused(tmp_path: Path):
    path = tmp_path / "context.parquet"
    shutil.copy(project().processed / "context.parquet", path)
    settle(path)
    good = tables.load_context(tmp_path)
    good.assign(population=-1.0).to_parquet(path)
    for _ in range(2):
        with pytest.raises(ContractError):
            tables.load_context(tmp_path)


def test_parameter_files_cannot_be_spoiled_and_tell_their_lines(tmp_path: Path):
    path = tmp_path / "toy.yaml"
    path.write_text('a:\n  b: ["x"]\n', encoding="utf-8")
    settle(path)
    data, _ = yamlfile.read(path)
    data["a"]["b"].append("mine")
    again, locate = yamlfile.read(path)
    assert again == {"a": {"b": ["x"]}}
    assert locate(("a", "b")).endswith("toy.yaml, line 2")


def test_a_taxonomy_that_is_broken_later_is_refused(tmp_path: Path):
    path = tmp_path / "nace-divisions.yaml"
    shutil.copy(project().params / "taxonomies" / "nace-divisions.yaml", path)
    settle(path)
    assert load_taxonomy(path) is load_taxonomy(path)
    path.write_text("id: nace-divisions\n", encoding="utf-8")
    with pytest.raises(ParamError):
        load_taxonomy(path)


def test_the_commit_is_that_of_the_moment(tmp_path: Path):
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is not installed")

    def run(*arguments: str) -> str:
        who = ["-c", "user.name=T", "-c", "user.email=t@example.org"]
        command = [git, *who, "-C", str(tmp_path), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    unknown = "unknown (not a git checkout)"
    assert provenance.commit(tmp_path) == unknown
    run("init", "--quiet")
    assert provenance.commit(tmp_path) == unknown
    for text in ("one", "two"):
        (tmp_path / "file.txt").write_text(text, encoding="utf-8")
        run("add", "file.txt")
        run("commit", "--quiet", "-m", text)
        assert provenance.commit(tmp_path) == run("rev-parse", "--short=12", "HEAD")
    (tmp_path / "new.txt").write_text("not known to git", encoding="utf-8")
    assert provenance.commit(tmp_path) == run("rev-parse", "--short=12", "HEAD")
    (tmp_path / "file.txt").write_text("three", encoding="utf-8")
    assert provenance.commit(tmp_path).endswith(", with changes that are not committed")
