"""Answers that are saved again and again: whole or not at all, whatever happens, and never over those of another."""

from __future__ import annotations

import datetime as dt
import errno
import os
import random
import select
import signal
import stat
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from clusterkit import files
from clusterkit.errors import ParamError, RunError
from clusterkit.files import STALE, write_whole
from clusterkit.stress_test import store as store_module
from clusterkit.stress_test.answer_files import read_answers, yaml_text
from clusterkit.stress_test.answers import AnswerSheet, blank
from clusterkit.stress_test.questionnaire import load_questionnaire
from clusterkit.stress_test.store import Store

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = load_questionnaire(ROOT / "params" / "stress_test")
EMPTY = blank(QUESTIONS, region="piemonte", respondent="r1", group="firm", date=dt.date(2026, 1, 31))

on_posix = pytest.mark.skipif(os.name != "posix", reason="Windows has neither fork nor SIGKILL nor rights by mode")


def state(number: int) -> AnswerSheet:
    """A sheet of which every part says which state it is, so that a mixture of two is seen."""
    text = f"state {number} " + "x" * (number * 97 % 400) + f" end {number}"
    return replace(
        EMPTY,
        steps=dict.fromkeys(QUESTIONS.scales, number % 5),
        texts={(item, "evidence"): text for item in QUESTIONS.items},
    )


def number_of(sheet: AnswerSheet) -> int:
    """Which state a sheet is; it must be that one in all its parts."""
    number = int(next(iter(sheet.texts.values())).split()[1])
    assert sheet == state(number)
    return number


def read(path: Path) -> AnswerSheet:
    (sheet,) = read_answers([path], QUESTIONS)
    return sheet


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "answers" / "r1.yaml"


# Saving and coming back


def test_nothing_is_written_before_the_first_save(path: Path):
    store = Store(path, QUESTIONS)
    assert store.sheet is None
    assert not path.parent.exists()


def test_what_is_saved_is_there_again_and_nothing_else(path: Path):
    store = Store(path, QUESTIONS)
    assert store.save(state(1)) == path
    assert store.sheet == state(1)
    assert Store(path, QUESTIONS).sheet == state(1)
    assert path.read_text(encoding="utf-8") == yaml_text(state(1), QUESTIONS)
    assert [file.name for file in path.parent.iterdir()] == ["r1.yaml"]


def test_each_save_takes_the_place_of_the_one_before(path: Path):
    store = Store(path, QUESTIONS)
    for number in (1, 2, 9, 3, 3):
        assert store.save(state(number)) == path
        assert number_of(read(path)) == number
    again = Store(path, QUESTIONS)
    assert again.save(state(4)) == path
    assert [file.name for file in path.parent.iterdir()] == ["r1.yaml"]


@pytest.mark.parametrize("name", ["r1.csv", "r1.xlsx", "r1", "r1.json", "r1.yaml.bak"])
def test_only_yaml_is_saved(tmp_path: Path, name: str):
    with pytest.raises(ParamError) as caught:
        Store(tmp_path / name, QUESTIONS)
    assert str(caught.value) == (
        f"Answers cannot be saved as {name}.\n"
        f"  where: {tmp_path / name}\n"
        "  rule:  the form saves one respondent as YAML\n"
        "  fix:   let the name end in .yaml; `clusterkit stress-test convert` makes a workbook or CSV of it"
    )


@pytest.mark.parametrize("name", ["r1.yml", "R1.YAML", "r[1]*?.yaml", "r 1 é.yaml"])
def test_any_name_of_a_yaml_file_will_do(tmp_path: Path, name: str):
    assert Store(tmp_path / name, QUESTIONS).save(state(1)) == tmp_path / name
    assert Store(tmp_path / name, QUESTIONS).sheet == state(1)


# Files that others write to


def test_answers_go_beside_a_file_that_somebody_else_has_changed_and_both_are_kept(path: Path):
    mine, theirs = Store(path, QUESTIONS), Store(path, QUESTIONS)
    mine.save(state(1))
    theirs = Store(path, QUESTIONS)
    theirs.save(state(2))
    beside = path.with_name("r1-2.yaml")
    assert mine.save(state(3)) == beside
    assert mine.save(state(4)) == beside
    assert theirs.save(state(5)) == path
    assert (number_of(read(path)), number_of(read(beside))) == (5, 4)
    assert len(list(path.parent.iterdir())) == 2


def test_answers_go_beside_a_file_that_came_to_be_before_the_first_save(path: Path):
    mine, theirs = Store(path, QUESTIONS), Store(path, QUESTIONS)
    theirs.save(state(1))
    assert mine.save(state(2)) == path.with_name("r1-2.yaml")
    assert number_of(read(path)) == 1


def test_a_file_beside_takes_the_place_of_no_other(path: Path):
    mine = Store(path, QUESTIONS)
    mine.save(state(1))
    path.write_text("changed", encoding="utf-8")
    path.with_name("r1-2.yaml").write_text("of somebody else", encoding="utf-8")
    assert mine.save(state(2)) == path.with_name("r1-3.yaml")
    assert path.with_name("r1-2.yaml").read_text(encoding="utf-8") == "of somebody else"
    assert path.read_text(encoding="utf-8") == "changed"


def test_a_change_to_the_same_bytes_is_none(path: Path):
    mine = Store(path, QUESTIONS)
    mine.save(state(1))
    path.write_text(yaml_text(state(2), QUESTIONS), encoding="utf-8")  # what is about to be saved
    assert mine.save(state(2)) == path
    assert mine.save(state(3)) == path


def test_a_file_that_was_removed_is_written_again_under_its_name(path: Path):
    mine = Store(path, QUESTIONS)
    mine.save(state(1))
    path.unlink()
    assert mine.save(state(2)) == path
    path.unlink()
    path.parent.rmdir()
    assert mine.save(state(3)) == path
    assert number_of(read(path)) == 3


def test_a_change_while_the_file_is_being_opened_is_not_overwritten(path: Path, monkeypatch: pytest.MonkeyPatch):
    Store(path, QUESTIONS).save(state(1))

    def read_and_be_late(*arguments: Any) -> list[AnswerSheet]:
        found = read_answers(*arguments)
        path.write_text(yaml_text(state(2), QUESTIONS), encoding="utf-8")
        return found

    monkeypatch.setattr(store_module, "read_answers", read_and_be_late)
    mine = Store(path, QUESTIONS)
    assert mine.sheet == state(1)
    assert mine.save(state(3)) == path.with_name("r1-2.yaml")
    assert number_of(read(path)) == 2


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "r1.yaml holds nothing, not keys and values."),
        (b"\x00\xff", "r1.yaml is not valid YAML"),
        (b"answers: {review: {quality: 9}}", "review, quality is 9."),
        (yaml_text(state(1), QUESTIONS)[:-40].encode(), "r1.yaml is not valid YAML"),  # as a torn write would leave it
    ],
)
def test_a_file_with_a_problem_is_refused_and_untouched(path: Path, content: bytes, what: str):
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(ParamError) as caught:
        Store(path, QUESTIONS)
    assert what in str(caught.value)
    assert path.read_bytes() == content
    assert [file.name for file in path.parent.iterdir()] == ["r1.yaml"]


def test_a_file_that_is_far_too_large_is_refused_and_not_read(path: Path, monkeypatch: pytest.MonkeyPatch):
    path.parent.mkdir()
    with path.open("wb") as file:
        file.truncate(50_000_000)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("it was read"))
    with pytest.raises(ParamError, match=r"The file r1\.yaml has 50 MB"):
        Store(path, QUESTIONS)


def test_a_folder_in_the_place_of_the_file_is_refused(path: Path):
    path.mkdir(parents=True)
    with pytest.raises(ParamError, match=r"r1\.yaml is no file"):
        Store(path, QUESTIONS)


# When it cannot be written


def fail_with(number: int) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


def only_for_files(number: int) -> Callable[[int], None]:
    """The fsync of a full disk: folders are no data."""
    fsync = os.fsync

    def fail(handle: int) -> None:
        if stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(number, os.strerror(number))
        fsync(handle)

    return fail


def break_replace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files.os, "replace", fail_with(errno.EACCES))


def break_fsync(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files.os, "fsync", only_for_files(errno.ENOSPC))


def break_open(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Path.open

    def only_to_read(path: Path, mode: str = "r", *arguments: Any, **options: Any) -> Any:
        if "w" in mode:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return opened(path, mode, *arguments, **options)

    monkeypatch.setattr(Path, "open", only_to_read)


def break_mkdir(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "mkdir", fail_with(errno.EROFS))


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """The kernel itself refuses to make a file longer than so many bytes."""
    resource = pytest.importorskip("resource", reason="Windows has no limit to the size of a file")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (break_replace, "Permission denied"),
        (break_fsync, "No space left on device"),
        (break_open, "Read-only file system"),
        (break_mkdir, "Read-only file system"),
    ],
)
def test_a_save_that_fails_leaves_the_old_file_and_no_part(
    path: Path, monkeypatch: pytest.MonkeyPatch, broken: Callable[[pytest.MonkeyPatch], None], reason: str
):
    store = Store(path, QUESTIONS)
    store.save(state(1))
    with monkeypatch.context() as patch:
        broken(patch)
        with pytest.raises(RunError) as caught:
            store.save(state(2))
    assert str(caught.value) == (
        f"The file r1.yaml cannot be written: {reason}.\n"
        f"  where: {path}\n"
        "  rule:  a file is written whole or not at all; what was there before is as it was\n"
        "  fix:   check the rights of the folder and the room on the disk, or name another place"
    )
    assert number_of(read(path)) == 1
    assert [file.name for file in path.parent.iterdir()] == ["r1.yaml"]
    assert store.sheet == state(1)
    assert store.save(state(2)) == path  # as soon as it can be
    assert number_of(read(path)) == 2


def test_a_disk_that_is_full_in_the_middle_of_a_file_leaves_the_old_file_and_no_part(path: Path):
    store = Store(path, QUESTIONS)
    store.save(state(1))
    with room_for(1000), pytest.raises(RunError, match=r"The file r1\.yaml cannot be written: File too large"):
        store.save(state(2))
    assert number_of(read(path)) == 1
    assert [file.name for file in path.parent.iterdir()] == ["r1.yaml"]


@pytest.mark.parametrize("broken", [break_replace, break_fsync, break_open, break_mkdir])
def test_a_first_save_that_fails_leaves_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch, broken: Callable[[pytest.MonkeyPatch], None]
):
    store = Store(path, QUESTIONS)
    with monkeypatch.context() as patch:
        broken(patch)
        with pytest.raises(RunError):
            store.save(state(1))
    assert store.sheet is None
    assert [file for file in path.parent.parent.rglob("*") if file.is_file()] == []
    assert store.save(state(1)) == path


def test_a_save_beside_that_fails_goes_to_the_same_place_later(path: Path, monkeypatch: pytest.MonkeyPatch):
    store = Store(path, QUESTIONS)
    store.save(state(1))
    path.write_text("changed", encoding="utf-8")
    with monkeypatch.context() as patch:
        break_replace(patch)
        with pytest.raises(RunError, match=r"r1-2\.yaml cannot be written"):
            store.save(state(2))
    assert store.save(state(2)) == path.with_name("r1-2.yaml")
    assert sorted(file.name for file in path.parent.iterdir()) == ["r1-2.yaml", "r1.yaml"]


def test_a_file_that_can_no_longer_be_read_is_not_overwritten(path: Path, monkeypatch: pytest.MonkeyPatch):
    store = Store(path, QUESTIONS)
    store.save(state(1))
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", fail_with(errno.EACCES))
        with pytest.raises(RunError) as caught:
            store.save(state(2))
    assert str(caught.value).startswith("The file r1.yaml cannot be read: Permission denied.\n")
    assert number_of(read(path)) == 1


@on_posix
def test_a_network_drive_that_cannot_force_out_a_folder_is_good_enough(path: Path, monkeypatch: pytest.MonkeyPatch):
    fsync = os.fsync

    def only_files(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        fsync(handle)

    monkeypatch.setattr(files.os, "fsync", only_files)
    assert Store(path, QUESTIONS).save(state(1)) == path
    assert number_of(read(path)) == 1


# What a file is, beside its content


@on_posix
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_a_private_file_stays_private(path: Path, mode: int):
    store = Store(path, QUESTIONS)
    store.save(state(1))
    path.chmod(mode)
    store.save(state(2))
    assert stat.S_IMODE(path.stat().st_mode) == mode


@on_posix
def test_a_link_stays_a_link_and_its_file_is_saved(tmp_path: Path):
    real, link = tmp_path / "shared" / "r1.yaml", tmp_path / "r1.yaml"
    Store(real, QUESTIONS).save(state(1))
    link.symlink_to(real)
    assert Store(link, QUESTIONS).save(state(2)) == link
    assert link.is_symlink()
    assert number_of(read(real)) == 2
    assert sorted(file.name for file in tmp_path.rglob("*")) == ["r1.yaml", "r1.yaml", "shared"]


# Parts that killed processes leave


def make_part(path: Path, age: float) -> Path:
    path.write_bytes(b"half a file")
    os.utime(path, (time.time() - age,) * 2)
    return path


@pytest.mark.parametrize("name", ["r1.yaml", "r[1].yaml"])
def test_parts_that_a_killed_process_left_are_cleared_when_they_are_old(tmp_path: Path, name: str):
    target = tmp_path / name
    old = make_part(tmp_path / f".{name}.17-4.part", STALE + 60)
    young = make_part(tmp_path / f".{name}.18-4.part", STALE - 60)  # somebody may be writing it
    other = make_part(tmp_path / ".r2.yaml.17-4.part", STALE + 60)
    write_whole(target, b"x")
    assert not old.exists()
    assert young.exists()
    assert other.exists()
    assert target.read_bytes() == b"x"


def test_two_that_write_the_same_file_at_the_same_time_do_not_mix_it(tmp_path: Path):
    """Two threads, as of a server: each state is whole, and no save fails because of the other."""
    target, failures = tmp_path / "r1.yaml", []
    states = [bytes([letter]) * 300_000 for letter in b"ab"]

    def write(data: bytes) -> None:
        try:
            for _ in range(40):
                write_whole(target, data)
        except RunError as exc:
            failures.append(exc)

    threads = [threading.Thread(target=write, args=(data,)) for data in states]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert not target.exists() or target.read_bytes() in states
    for thread in threads:
        thread.join()
    assert failures == []
    assert target.read_bytes() in states
    assert [file.name for file in tmp_path.iterdir()] == ["r1.yaml"]


# Killed while it saves

KILLS = 100
CONFIRMED = struct.Struct("<q")  # number of a state, told through a pipe once its save has come back


def save_until_killed(path: Path, pipe: int) -> None:
    """What the child does: take up the answers where they are, and save ever newer ones as fast as it can."""
    store = Store(path, QUESTIONS)
    number = 0 if store.sheet is None else number_of(store.sheet)
    while True:
        number += 1
        assert store.save(state(number)) == path
        os.write(pipe, CONFIRMED.pack(number))


def start(path: Path) -> tuple[int, int]:
    """A child that saves, and the pipe that it tells through. Forked: nothing is to be imported a hundred times."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    try:
        os.close(reading)
        save_until_killed(path, writing)
    finally:
        os._exit(1)  # nothing of pytest may run here


def kill_after(child: int, pipe: int, delay: float) -> int:
    """Kill −9 so many seconds after the first save; the last state that the child said was saved."""
    try:
        ready, _, _ = select.select([pipe], [], [], 60)
        assert ready, "the child saved nothing for a minute"
        first = os.read(pipe, CONFIRMED.size)
        time.sleep(delay)
    finally:
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"the child ended by itself after {first!r}: it could not read or save"
    told = first
    while more := os.read(pipe, 65536):
        told += more
    os.close(pipe)
    return max(number for (number,) in CONFIRMED.iter_unpack(told[: len(told) // CONFIRMED.size * CONFIRMED.size]))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # that it has threads, from Python 3.12 on
@on_posix
def test_a_hundred_kills_during_autosave_lose_nothing_that_was_saved(path: Path):
    """After each kill the file is one state in all its parts, and not an older one than the child said was saved.

    Compared byte by byte, which is quick; that these bytes are read as that state is what the next child begins with.
    """
    chance = random.Random(20141)
    before = 0
    for _ in range(KILLS):
        confirmed = kill_after(*start(path), delay=chance.uniform(0, 0.03))
        assert confirmed > before
        text = path.read_text(encoding="utf-8")
        # The last one that it told, or the next, which was saved and not told any more.
        assert text in [yaml_text(state(number), QUESTIONS) for number in (confirmed, confirmed + 1)]
        before = confirmed
    store = Store(path, QUESTIONS)
    assert number_of(store.sheet) >= before
    parts = [file for file in path.parent.iterdir() if file.name.endswith(".part")]
    assert parts, "no kill came in the middle of a save: the test says nothing"
    assert sorted(path.parent.iterdir()) == sorted([path, *parts])  # none went beside
    for part in parts:
        make_part(part, STALE + 60)
    store.save(state(before + 2))
    assert list(path.parent.iterdir()) == [path]
