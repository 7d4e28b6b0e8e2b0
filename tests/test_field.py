"""As it is used in the field: other systems, languages, folders, disks without room and without rights."""

from __future__ import annotations

import ast
import errno
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from tiny_raw import write_tiny_raw

from clusterkit import files
from clusterkit.batch import runner, site
from clusterkit.batch.diff import compare, load_run
from clusterkit.cli import main
from clusterkit.errors import RunError
from clusterkit.files import WriteError, is_full, write_whole, writing
from clusterkit.paths import ROOT_VARIABLE, Project

ROOT = Path(__file__).resolve().parent.parent
CopyProject = Callable[[Path], Project]
NAME = "Põhja–Eesti & <Šiaurė> “Łódź”"  # letters of four languages, and signs that HTML has for its own
FOLDER = "Übung für Söhne (Kopie) #2"
GERMAN = "de_DE.UTF-8"


# Sources: every text that is read or written has its encoding, and its line ends where it is written


TEXTS = {"read_text": 0, "write_text": 1, "open": 0, "fdopen": 1}  # position of the encoding or of what comes before it


def calls(path: Path) -> Iterator[tuple[int, str, ast.Call]]:
    """Calls of a source, or of the code cells of a notebook: line, name of what is called, and the call."""
    text = path.read_text(encoding="utf-8")
    sources = [text]
    if path.suffix == ".ipynb":
        sources = ["".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    for source in sources:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call):
                called = node.func
                name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
                yield node.lineno, name, node


def mode_of(call: ast.Call, name: str) -> str | None:
    """The mode of what opens a file; None where it is no such call."""
    is_method = isinstance(call.func, ast.Attribute) and not (
        isinstance(call.func.value, ast.Name) and call.func.value.id in ("os", "io", "gzip", "zipfile", "webbrowser")
    )
    position = 0 if is_method and name == "open" else 1
    given = [one.value for one in call.keywords if one.arg == "mode"] + call.args[position : position + 1]
    if not given:
        return "r"
    return given[0].value if isinstance(given[0], ast.Constant) and isinstance(given[0].value, str) else None


def unsaid(path: Path) -> list[str]:
    """Calls that leave encoding or line ends to the system."""
    found = []
    for line, name, call in calls(path):
        keywords = {one.arg for one in call.keywords}
        missing: set[str] = set()
        if name == "read_text" and not call.args:
            missing = {"encoding"}
        elif name == "write_text":
            missing = {"encoding", "newline"}
        elif name in ("open", "fdopen") and (mode := mode_of(call, name)) and re.fullmatch(r"[rwax]t?\+?", mode):
            # A method without arguments is that of something else, such as a section of a form.
            bare = isinstance(call.func, ast.Attribute) and not (call.args or call.keywords)
            missing = set() if bare else {"encoding"} | ({"newline"} if mode[0] in "wax" else set())
        elif name in ("run", "Popen", "check_output") and {"text", "universal_newlines"} & keywords:
            missing = {"encoding"}
        if missing - keywords:
            found.append(f"{path.relative_to(ROOT)}:{line} {name} without {', '.join(sorted(missing - keywords))}")
    return found


def test_every_text_has_its_encoding_and_its_line_ends() -> None:
    folders = ("clusterkit/**/*.py", "bench/*.py", "notebooks/*.ipynb")
    sources = [path for pattern in folders for path in ROOT.glob(pattern)]
    assert len(sources) > 100
    assert [line for path in sources for line in unsaid(path)] == []


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("p.read_text()", "read_text without encoding"),
        ("p.write_text(x, encoding='utf-8')", "write_text without newline"),
        ("open(p)", "open without encoding"),
        ("p.open('w', encoding='utf-8')", "open without newline"),
        ("os.fdopen(1, 'w')", "fdopen without encoding, newline"),
        ("subprocess.run(c, text=True)", "run without encoding"),
        ("p.open('rb'); open(p, 'wb'); p.read_text(encoding='utf-8'); part.open()", ""),
    ],
)
def test_the_check_of_texts_finds_what_it_looks_for(source: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = ROOT / "made-up.py"
    real = Path.read_text
    monkeypatch.setattr(Path, "read_text", lambda self, **k: source if self == path else real(self, **k))
    assert unsaid(path) == ([f"made-up.py:1 {said}"] if said else [])


def test_no_text_is_written_in_the_language_of_the_system() -> None:
    """Names of months and days, and numbers by ``n``, follow the locale where somebody has set it."""
    local = re.compile(r"%[aAbBcpxX]\b|:n\}|:%[aAbBcpxX]|locale\.(setlocale|format_string|str)\(")
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in (ROOT / "clusterkit").rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if local.search(line)
    ]
    assert found == []


# Names


def wrong_name(name: str) -> str:
    """Why some system cannot have a file of this name; "" where all can."""
    if re.search(r'[<>:"/\\|?*\x00-\x1f]', name):
        return "has a sign that Windows does not take"
    if name.endswith((".", " ")):
        return "ends with a dot or a space"
    if name.split(".")[0].lower() in files.DEVICES:
        return "is a device of Windows"
    return "is long" if len(name) > 120 else ""


def test_the_check_of_names_finds_what_it_looks_for() -> None:
    wrong = ["a:b", "nul", "Con.txt", "aux.tar.gz", "a.", "a ", "a?", "x" * 121, "LPT1"]
    assert [name for name in wrong if not wrong_name(name)] == []
    assert [name for name in ("a.b", ".lock", "console", "com", "Übung #1") if wrong_name(name)] == []


@pytest.mark.parametrize("region", files.DEVICES)
def test_a_region_file_of_a_device_of_windows_is_refused(project_copy: Project, region: str) -> None:
    text = f'region: {region}\nname: "X"\nnuts_ids: ["AT33"]\n'
    (project_copy.params / "regions" / f"{region}.yaml").write_text(text, encoding="utf-8")
    result = CliRunner().invoke(main, ["--project", str(project_copy.root), "params", "check", region])
    assert result.exit_code == 2
    assert result.stderr.startswith(f"the identifier {region!r} is taken by a device of Windows")


# A run in another language, in a folder with spaces and letters of other languages


@dataclass(frozen=True)
class Field:
    """The same tiny project run twice: as here, and as in the field."""

    here: Project
    there: Project
    said: str


@pytest.fixture(scope="module")
def german(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Environment in which a program takes on German: decimal comma, names of months."""
    folder = tmp_path_factory.mktemp("locales")
    maker = shutil.which("localedef")
    if maker is None:
        pytest.skip("no localedef to make the locale de_DE.UTF-8")
    made = [maker, "-i", "de_DE", "-f", "UTF-8", str(folder / GERMAN)]
    done = subprocess.run(made, check=False, capture_output=True, encoding="utf-8")
    if done.returncode > 1:  # 1: with warnings
        pytest.skip(f"localedef makes no {GERMAN}: {done.stderr.strip()[-200:]}")
    # Python itself keeps the decimal point until some library asks for the locale: here from the start.
    (folder / "sitecustomize.py").write_text("import locale\nlocale.setlocale(locale.LC_ALL, '')\n", encoding="utf-8")
    path = os.pathsep.join([str(folder), str(ROOT)])
    env = {**os.environ, "LOCPATH": str(folder), "LC_ALL": GERMAN, "LANG": GERMAN, "PYTHONPATH": path}
    code = "import locale, datetime; print(locale.localeconv()['decimal_point'], f'{datetime.date(2024, 5, 1):%B}')"
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, encoding="utf-8", env=env)
    assert shown.stdout == ", Mai\n"
    return env


def command(project: Project, *arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    code = "from clusterkit.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, "--project", str(project.root), *arguments],
        check=False,
        capture_output=True,
        encoding="utf-8",
        env=env or {**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=project.root,
        timeout=900,
    )


def one_region(project: Project, name: str = NAME) -> Project:
    """The project with one region alone, whose name is of many languages."""
    for path in (project.params / "regions").iterdir():
        path.unlink()
    values = {"region": "estonia", "name": name, "nuts_ids": ["EE00"], "mapping": {"highlight": ["C31"]}}
    text = json.dumps(values, ensure_ascii=False)
    (project.params / "regions" / "estonia.yaml").write_text(text, encoding="utf-8")
    return project


@pytest.fixture(scope="module")
def field(copy_project: CopyProject, tmp_path_factory: pytest.TempPathFactory, german: dict[str, str]) -> Field:
    here = one_region(copy_project(tmp_path_factory.mktemp("here") / "project"))
    there = one_region(copy_project(tmp_path_factory.mktemp("there") / FOLDER))
    wanted = ("report", "estonia", "compare", "--renderer", "nbconvert")
    done = command(here, *wanted)
    assert done.returncode == 0, done.stdout + done.stderr
    done = command(there, *wanted, env=german)
    assert done.returncode == 0, done.stdout + done.stderr
    return Field(here, there, done.stdout)


@pytest.mark.slow
def test_language_and_folder_change_no_page_and_no_number(field: Field) -> None:
    compared = compare(load_run(field.here.root), load_run(field.there.root))
    assert compared.compared["pages"] == 6
    assert compared.compared["files"] > 40
    assert [one for page in compared.different for one in page.differences] == []
    assert compared.causes == {}
    for path in (field.here.reports / "downloads").rglob("*.csv"):
        same = field.there.reports / path.relative_to(field.here.reports)
        assert same.read_bytes() == path.read_bytes(), path.name


@pytest.mark.slow
def test_the_folder_and_the_name_are_said_as_they_are_written(field: Field) -> None:
    assert f"Open {field.there.site / 'index.html'}\n" in field.said
    assert f"{NAME}, cluster-mapping: done" in field.said
    page = (field.there.site / "estonia-brief.html").read_text(encoding="utf-8")
    assert "Põhja–Eesti &#38; &#60;Šiaurė&#62; “Łódź”" in page
    assert "<Šiaurė>" not in page


@pytest.mark.slow
def test_every_name_that_a_run_writes_is_one_on_every_system(field: Field) -> None:
    names = [path for path in field.there.reports.rglob("*") if "theme" not in path.parts]
    assert len(names) > 100
    assert [(str(path), wrong_name(path.name)) for path in names if wrong_name(path.name)] == []
    assert [str(path) for path in names if not path.name.isascii()] == []
    # Two names that differ in capitals alone are one file on Windows and macOS.
    small = [str(path).lower() for path in names]
    assert len(set(small)) == len(small)
    assert max(len(str(path.relative_to(field.there.root))) for path in names) < 150


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="Windows has code pages")
def test_a_terminal_of_an_old_encoding_gets_every_line(field: Field) -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"}
    code = "from clusterkit.cli import main; main()"
    asked = [sys.executable, "-c", code, "--project", str(field.here.root), "params", "check"]
    done = subprocess.run([*asked[:-2], "describe", "estonia"], check=False, capture_output=True, env=env)
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode("latin-1")
    assert "Põhja?Eesti & <?iaur?> ??ód??" in text
    done = subprocess.run([*asked[:-2], "describe", "estonia", "--json"], check=False, capture_output=True, env=env)
    values = {one["name"]: one["value"] for one in json.loads(done.stdout.decode("latin-1"))["parameters"]}
    assert values["name"] == NAME


# Disks without room, folders without rights


def isolated(script: str, project: Project) -> subprocess.CompletedProcess[str]:
    """Run a shell script where it may mount what only it sees; the current folder is that of the project."""
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-rm", "mount", "-t", "tmpfs", "none", "/mnt"], check=False,
                                         capture_output=True).returncode:  # fmt: skip
        pytest.skip("no unshare -rm: this system lets nobody mount a disk of his own")
    clusterkit = f"{sys.executable} -c 'from clusterkit.cli import main; main()' --project ."
    env = {**os.environ, "PYTHONPATH": str(ROOT), "clusterkit": clusterkit}
    return subprocess.run(
        [
            unshare,
            "-rm",
            "sh",
            "-c",
            f'clusterkit() {{ eval "$clusterkit \\"\\$@\\""; }}\nmount -t tmpfs none /mnt\n{script}',
        ],
        check=False,
        capture_output=True,
        encoding="utf-8",
        env=env,
        cwd=project.root,
        timeout=900,
    )


def in_four_parts(text: str) -> bool:
    return "Traceback" not in text and bool(
        re.search(r"^.+\n  where: .+\n  rule:  .+\n  fix:   .+$", text, re.MULTILINE)
    )


@pytest.fixture
def small(project_copy: Project) -> Project:
    return one_region(project_copy)


@pytest.mark.slow
def test_data_that_cannot_be_written_are_read_all_the_same(small: Project, tmp_path: Path) -> None:
    raw = write_tiny_raw(tmp_path / "raw")
    before = {path.name: path.read_bytes() for path in small.processed.iterdir()}
    script = (
        "for one in data params notebooks; do mount --bind $one $one && mount -o remount,bind,ro $one || exit 9; done\n"
        "! touch data/processed/x || exit 8\n"
        "clusterkit report estonia --page cluster-mapping --renderer nbconvert || exit 7\n"
        f"clusterkit data build --accept-changed --raw '{raw}'; echo status $?\n"
    )
    done = isolated(script, small)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (small.reports / "estonia-cluster-mapping.ipynb").is_file()
    assert done.stdout.endswith("status 2\n")
    assert done.stderr.splitlines()[-4:] == [
        "The tables cannot be written: Read-only file system.",
        f"  where: {small.processed}",
        "  rule:  a build writes all tables or none; the tables that were there are kept",
        "  fix:   make room or give the folder write rights, then build again",
    ]
    assert {path.name: path.read_bytes() for path in small.processed.iterdir()} == before


@pytest.mark.slow
def test_reports_that_cannot_be_written_stop_before_anything_runs(small: Project) -> None:
    before = sorted(small.reports.rglob("*"))
    script = (
        "mount --bind reports reports && mount -o remount,bind,ro reports || exit 9\n"
        "clusterkit report estonia --renderer nbconvert; echo status $?\n"
    )
    done = isolated(script, small)
    assert done.stdout == "status 2\n", done.stdout + done.stderr
    assert done.stderr == (
        "The folder of reports cannot be written: Read-only file system.\n"
        f"  where: {small.reports}\n"
        "  rule:  a run writes its pages into reports/\n"
        f"  fix:   {runner.RIGHTS}\n"
    )
    assert sorted(small.reports.rglob("*")) == before


@pytest.mark.slow
def test_a_full_disk_ends_the_run_in_words_and_loses_nothing(small: Project) -> None:
    """A page is there from an earlier run; the disk has room for it and little more."""
    script = (
        "clusterkit report estonia --page scoreboard --renderer nbconvert >/dev/null || exit 9\n"
        "mv reports /mnt/kept && mkdir reports && mount -t tmpfs -o size=64m none reports || exit 2\n"
        "cp -a /mnt/kept/. reports\n"
        "cp -a reports /mnt/before\n"
        "free=$(df --output=avail -k reports | tail -1)\n"
        "head -c $(( (free - 60) * 1024 )) /dev/zero > reports/filler\n"
        "clusterkit report estonia --renderer nbconvert --force --workers 1; echo status $?\n"
        "rm reports/filler; ls -A reports | grep -E '^[.](work|site|old)' && exit 8\n"
        "find reports -name '*.part' | grep . && exit 7\n"
        "cmp reports/estonia-scoreboard.ipynb /mnt/before/estonia-scoreboard.ipynb || exit 6\n"
        "diff -r reports/downloads /mnt/before/downloads || exit 5\n"
        "diff -r reports/_site /mnt/before/_site || exit 4\n"
        "clusterkit report estonia --renderer nbconvert || exit 3\n"
    )
    done = isolated(script, small)
    assert done.returncode == 0, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
    assert "status 1\n" in done.stdout
    assert done.stderr.count("  where: ") == 1
    assert in_four_parts(done.stderr), done.stderr
    assert done.stderr.startswith("The disk is full: there was no room for ") or "No space left" in done.stderr


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"old")

    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(WriteError, match=r"The file a\.json cannot be written: No space left on device\.") as caught:
        write_whole(path, b"new")
    assert in_four_parts(str(caught.value))
    assert isinstance(caught.value, RunError)
    assert [one.name for one in tmp_path.iterdir()] == ["a.json"]
    assert path.read_bytes() == b"old"


def test_what_copies_many_files_says_why_the_first_failed(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match=r"The site cannot be written: no room\."), writing(tmp_path, "The site"):
        raise shutil.Error([("a", "b", "no room"), ("c", "d", "also")])


def test_data_of_a_page_stay_when_the_new_ones_cannot_take_their_place(
    project_copy: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = project_copy.reports / "downloads" / "alps" / "brief"
    old.mkdir(parents=True)
    (old / "a.csv").write_text("old", encoding="utf-8")
    new = tmp_path / "new"
    new.mkdir()
    real = os.replace

    def refuse(source: Path, target: Path) -> None:
        if source == new:
            raise OSError(errno.ENOSPC, "full")
        real(source, target)

    monkeypatch.setattr(site.os, "replace", refuse)
    with pytest.raises(OSError, match="full"):
        site.publish(project_copy, tmp_path / "x.ipynb", new, "alps/brief")
    assert (old / "a.csv").read_text(encoding="utf-8") == "old"
    assert [path.name for path in old.parent.iterdir()] == ["brief"]


def test_a_full_disk_is_known_by_its_words_and_by_its_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_full(tmp_path, f"OSError: [Errno 28] {os.strerror(errno.ENOSPC)}")
    assert is_full(tmp_path, os.strerror(errno.EDQUOT))
    assert not is_full(tmp_path, "KeyError: 'x'")
    monkeypatch.setattr(files.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 4096))
    assert is_full(tmp_path, "the process ended with status 1")


def test_the_environment_names_a_project_with_spaces(copy_project: CopyProject, tmp_path: Path) -> None:
    project = one_region(copy_project(tmp_path / FOLDER))
    env = {**os.environ, "PYTHONPATH": str(ROOT), ROOT_VARIABLE: str(project.root)}
    code = "from clusterkit.cli import main; main()"
    asked = [sys.executable, "-c", code, "params", "check"]
    done = subprocess.run(asked, check=False, capture_output=True, encoding="utf-8", env=env, cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("1 parameter file in order: estonia\n", "")
