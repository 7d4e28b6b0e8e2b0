"""``clusterkit diff``: what two executed runs say differently, where, and from what it comes."""

from __future__ import annotations

import copy
import json
import math
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from clusterkit.batch.diff import Tolerance, compare, load_run
from clusterkit.batch.diff.causes import parameters_of
from clusterkit.batch.diff.pieces import Picture, Text, picture_differences, pieces_of_html
from clusterkit.batch.diff.values import Grid, around, grid_differences, json_differences, number, same_text
from clusterkit.cli import main
from clusterkit.paths import Project
from clusterkit.show.output import Column, Figure, Table, Tiles
from clusterkit.show.tables import MADE_FROM, table_parameters

Run = Callable[..., subprocess.CompletedProcess[str]]

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">'
    "<style>.s0{fill: #d55e00}.s1{fill: none}</style>"
    '<defs><path id="g0" d="M1 2l3 4"/><path id="g1" d="M1 2l3 5"/></defs>'
    '<g id="figure_1"><text x="1">Textiles</text><path d="M1 2l.1 .5z" class="s0"/>'
    '<use xlink:href="#g0" x="3.5"/><use xlink:href="#g0" x="4.5"/></g></svg>'
)


def shown(value: Any) -> dict[str, Any]:
    """The output of a cell that shows something."""
    data = {"text/markdown": value._repr_markdown_(), "text/plain": repr(value)}
    return {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": data}


def code(source: str, *values: Any, tags: tuple[str, ...] = ()) -> dict[str, Any]:
    outputs = [shown(value) for value in values]
    return {"cell_type": "code", "metadata": {"tags": [*tags]}, "source": source, "outputs": outputs}


def table(jobs: str = "18,176", name: str = "Textiles (C13)") -> Table:
    columns = [Column("Sector", numeric=False), Column("Jobs"), Column("Change")]
    return Table("The most specialised sectors", columns, [[name, jobs, "−15 %"], ["Machinery (C28)", "53,266", "2 %"]])


def foot(commit: str = "aaa", industry: str = "111", versions: str = "pandas 2.2.3") -> Table:
    rows = [("Parameter region", "alps"), ("Code", f"commit {commit}"), ("Versions", versions)]
    return table_parameters([*rows, ("Table industry", f"SHA-256 {industry}…"), ("x", "1"), ("x", "2")])


def cells(**parts: Any) -> list[dict[str, Any]]:
    figure = Figure(parts.get("svg", SVG), "Textiles lead", "Bars of two sectors", "Source: Eurostat.", "", 9, 9)
    return [
        {
            "cell_type": "raw",
            "metadata": {},
            "source": f'---\nheading: "Alps"\nmade: "{parts.get("made", "now")}"\n---',
        },
        {
            "cell_type": "markdown",
            "metadata": {},
            "source": parts.get("markdown", "## What is strong?\n\nIn **2014**."),
        },
        code('region = "any"\nseed = 1\noutput_dir = None', tags=("parameters",)),
        code(f'region = "alps"\nseed = {parts.get("seed", 20141)}\noutput_dir = None', tags=("injected-parameters",)),
        code(parts.get("source", "x = 1\nshow.table(x)"), parts.get("table", table())),
        code(
            "show.tiles()", Tiles((("18,176", "jobs in textiles (C13)"), (parts.get("tile", "3.58"), "times Europe")))
        ),
        code("show.plot()", figure),
        code("show.table_parameters()", parts.get("foot", foot())),
    ]


def write(folder: Path, name: str = "alps-brief", **parts: Any) -> Path:
    """A folder of reports with one page."""
    folder.mkdir(exist_ok=True)
    notebook = {"cells": cells(**parts), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (folder / f"{name}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    return folder


def put(folder: Path, name: str, text: str) -> None:
    path = folder / "downloads" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8-sig" if name.endswith(".csv") else "utf-8")


@pytest.fixture
def one(tmp_path: Path) -> Path:
    return write(tmp_path / "one")


def found(a: Path, b: Path, **tolerance: float) -> list[tuple[str, str, str, str]]:
    compared = compare(load_run(a), load_run(b), Tolerance(**tolerance))
    return [(d.kind, d.where, d.a, d.b) for page in compared.pages for d in page.differences]


def call(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["diff", *map(str, arguments)])


# Values


@pytest.mark.parametrize(
    ("a", "b", "rtol", "same"),
    [
        ("3.58 times", "3.59 times", 0.01, True),
        ("3.58 times", "3.59 times", 0.001, False),
        ("−6.6 %", "6.6 %", 0.5, False),
        ("−6.60 %", "-6.6 %", 0, True),
        ("18,176 jobs", "18176 jobs", 0, True),
        ("C13", "C14", 1, False),  # a code is no number
        ("SHA-256 12ab", "SHA-256 13ab", 1, False),
        ("2011–2014", "2011–2015", 0, False),
        ("15\xa0% fewer", "15 % fewer", 0, True),
        ("one of 8", "one of nine", 1, False),
        ("1e-3", "0.001", 0, True),
    ],
)
def test_texts_are_the_same_by_words_and_by_numbers_within_the_tolerance(
    a: str, b: str, rtol: float, same: bool
) -> None:
    assert same_text(a, b, Tolerance(rtol, 0)) is same
    assert same_text(b, a, Tolerance(rtol, 0)) is same


def test_tolerance_is_relative_and_absolute_and_nan_is_only_nan() -> None:
    within = Tolerance(rtol=0.01, atol=0.5)
    assert within.same(100, 101.5)
    assert not within.same(100, 101.6)
    assert within.same(0, 0.5)
    assert within.same(math.nan, math.nan)
    assert not within.same(math.nan, 0)
    assert not within.same(math.inf, 1e300)
    assert number("53,266") == 53266
    assert number("n.a.") is None


def test_a_difference_is_shown_where_it_is() -> None:
    a, b = around("a b " * 60 + "end one", "a b " * 60 + "end two")
    assert a.endswith("end one")
    assert b.endswith("end two")
    assert a.startswith("… ")


def grid(*rows: tuple[str, ...], columns: tuple[str, ...] = ("nuts_id", "year", "value")) -> Grid:
    return Grid("t.csv", columns, rows)


def test_rows_are_found_by_what_names_them_and_not_by_their_place() -> None:
    a = grid(("AT11", "2013", "1.5"), ("AT11", "2014", "2.5"), ("AT12", "2014", ""))
    b = grid(("AT12", "2014", "0"), ("AT11", "2014", "2.5"), ("AT11", "2013", "1.6"), ("AT13", "2014", "9.5"))
    assert list(grid_differences(a, b, Tolerance(), as_read=False)) == [
        ("row AT13 / 2014", "(not there)", "there"),
        ("row AT11 / 2013, column value", "1.5", "1.6"),
        ("row AT12 / 2014, column value", "", "0"),  # unknown is not zero
    ]


def test_columns_are_found_by_their_heading() -> None:
    a = grid(("AT11", "1", "2"), columns=("id", "x", "y"))
    b = grid(("AT11", "2", "1"), columns=("id", "y", "x"))
    assert list(grid_differences(a, b, Tolerance(), as_read=False)) == []
    c = grid(("AT11", "2"), columns=("id", "y"))
    assert list(grid_differences(a, c, Tolerance(), as_read=False)) == [("column x", "there", "(not there)")]


def test_rows_of_one_name_are_taken_in_their_order() -> None:
    a = grid(("x", "0.5"), ("x", "0.7"), columns=("name", "value"))
    b = grid(("x", "0.5"), ("x", "0.8"), columns=("name", "value"))
    assert list(grid_differences(a, b, Tolerance(), as_read=False)) == [("row x 2, column value", "0.7", "0.8")]


def test_json_is_walked_to_the_value() -> None:
    a = {"dimensions": [{"rank": 215, "name": "Skills"}], "n": 1.0, "old": None, "yes": True}
    b = {"dimensions": [{"rank": 216, "name": "Skills"}, {"rank": 1}], "n": 1, "new": 2, "yes": 1}
    assert list(json_differences(a, b, Tolerance())) == [
        ("dimensions[0].rank", "215", "216"),
        ("dimensions[1]", "(not there)", "there"),
        ("old", "there", "(not there)"),
        ("yes", "True", "1"),
        ("new", "(not there)", "there"),
    ]


# Pieces


def test_what_a_cell_shows_is_taken_apart() -> None:
    text = (
        "<p class='lead'>One &amp; two <strong>three</strong></p>\n" + table()._repr_markdown_() + "<ol><li>a</li></ol>"
    )
    first, shown_table, item = pieces_of_html(text)
    assert first == Text("One & two three")
    assert item == Text("a")
    assert isinstance(shown_table, Grid)
    assert shown_table.columns == ("Sector", "Jobs", "Change")
    assert shown_table.rows[0] == ("Textiles (C13)", "18,176", "−15 %")


def test_a_picture_in_the_page_itself_is_a_picture(one: Path) -> None:
    inner = pieces_of_html(f"<p>before</p>{SVG}<p>after</p>")
    assert [type(piece) for piece in inner] == [Text, Picture, Text]
    assert list(picture_differences(inner[1], Picture("", SVG, is_svg=True))) == []


def test_pictures_are_compared_by_words_marks_and_drawing() -> None:
    def differences(old: str, new: str) -> list[tuple[str, str, str]]:
        assert old in SVG
        return list(picture_differences(Picture("", SVG, True), Picture("", SVG.replace(old, new, 1), True)))

    assert differences("Textiles", "Clothing") == [("words", "Textiles", "Clothing")]
    assert differences('<use xlink:href="#g0" x="4.5"/>', "") == [("number of marks <use>", "2", "1")]
    # Another word drawn as an outline, another colour behind the same name of a style, another place.
    assert differences('"#g0"', '"#g1"') == [
        ("1 of 6 marks drawn otherwise, the first <use> in href", "M1 2l3 4", "M1 2l3 5")
    ]
    assert differences("#d55e00", "#d55e01")[0][1:] == ("fill: #d55e00", "fill: #d55e01")
    assert differences('x="3.5"', 'x="3.8"')[0][1:] == ("3.5", "3.8")
    assert differences('x="3.5"', 'x="3.6"') == []  # to a tenth of a pixel
    assert differences('id="figure_1"', 'id="figure_2"') == []


# Runs


def test_the_same_run_is_the_same(one: Path, tmp_path: Path) -> None:
    put(one, "alps/brief/size.csv", "id,x\na,1\n")
    result = call(one, shutil.copytree(one, tmp_path / "two"))
    assert result.exit_code == 0
    assert result.stdout == "1 page, 4 outputs and 1 data file compared: the same.\n"


def test_each_kind_of_difference_is_told_with_its_place(one: Path, tmp_path: Path) -> None:
    two = write(
        tmp_path / "two",
        table=table(jobs="18,178"),
        tile="3.60",
        markdown="## What is strong?\n\nIn **2015**.",
        svg=SVG.replace("Textiles", "Clothing"),
    )
    for folder, value in ((one, "1.5"), (two, "1.75")):
        put(folder, "alps/brief/size.csv", f"nuts_id,jobs\nAT11,2\nAT12,{value}\n")
        put(folder, "alps/brief/summary.json", json.dumps({"a": [{"b": value}]}))
        put(folder, "alps/brief/data.js", f"window.x={{'no json': {value}}};")
    assert found(one, two) == [
        ("text", "cell 2", "In **2014**.", "In **2015**."),
        (
            "table",
            "cell 5, show.table(x), table “The most specialised sectors”, row Textiles (C13), column Jobs",
            "18,176",
            "18,178",
        ),
        ("text", "cell 6, show.tiles()", "3.58 times Europe", "3.60 times Europe"),
        ("picture", "cell 7, show.plot(), words", "Textiles", "Clothing"),
        ("data", "data.js", "26 bytes", "27 bytes of other content"),
        ("data", "size.csv, row AT12, column jobs", "1.5", "1.75"),
        ("data", "summary.json, a[0].b", "1.5", "1.75"),
    ]


def test_a_cell_of_a_file_may_hold_lines(one: Path, tmp_path: Path) -> None:
    two = shutil.copytree(one, tmp_path / "two")
    for folder, last in ((one, "b"), (two, "c")):
        put(folder, "alps/brief/texts.csv", f'id,text\n1,"a\u2028x\n{last}"\n2,same\n')
    assert found(one, two) == [("data", "texts.csv, row 1, column text", "a x b", "a x c")]


def test_numbers_within_the_tolerance_are_the_same(one: Path, tmp_path: Path) -> None:
    two = write(tmp_path / "two", table=table(jobs="18,178"), tile="3.60")
    put(one, "alps/brief/size.csv", "nuts_id,jobs\nAT12,1.5\n")
    put(two, "alps/brief/size.csv", "nuts_id,jobs\nAT12,1.501\n")
    assert len(found(one, two)) == 3
    assert found(one, two, rtol=0.01) == []
    assert [kind for kind, *_ in found(one, two, atol=0.03, rtol=0)] == ["table"]
    assert call(one, two, "--rtol", "0.01").exit_code == 0
    assert call(one, two, "--rtol", "0.000001").exit_code == 1


def test_another_row_and_another_table_are_told(one: Path, tmp_path: Path) -> None:
    two = write(tmp_path / "two", table=table(name="Clothing (C14)"))
    where = "cell 5, show.table(x), table “The most specialised sectors”, row"
    assert found(one, two) == [
        ("table", f"{where} Textiles (C13)", "there", "(not there)"),
        ("table", f"{where} Clothing (C14)", "(not there)", "there"),
    ]
    notebook = json.loads((two / "alps-brief.ipynb").read_text(encoding="utf-8"))
    del notebook["cells"][4]
    (two / "alps-brief.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    assert found(one, two) == [("text", "cell 5, show.table(x)", "there", "(not there)")]


def test_pages_and_files_of_one_run_alone_are_told(one: Path, tmp_path: Path) -> None:
    two = shutil.copytree(one, tmp_path / "two")
    write(one, "alps-scoreboard")
    write(two, "home")
    write(one / "failed", "home")
    put(two, "alps/brief/new.csv", "a\n1\n")
    put(two, "home/overview.csv", "a\n1\n")
    assert found(one, two) == [
        ("data", "new.csv", "(not there)", "there"),
        ("page", "page", "there", "(not there)"),
        ("page", "page", "(not there: it failed)", "there"),
    ]
    result = call(one, two)
    assert result.exit_code == 1
    assert "alps-scoreboard  –     –      –        –     in the first run alone\n" in result.stdout
    assert call(one, two, "--page", "alps-brief", "--json").exit_code == 1


def test_what_a_page_was_made_from_is_a_cause_and_no_difference(one: Path, tmp_path: Path) -> None:
    two = write(
        tmp_path / "two", foot=foot("bbb", "222", "pandas 3.0"), seed=7, made="later", source="x = 2\nshow.table(x)"
    )
    assert found(one, two) == []
    (page,) = compare(load_run(one), load_run(two)).pages
    assert page.causes == {
        "parameters": ("seed: 20141 → 7",),
        "data": ("Table industry: SHA-256 111… → SHA-256 222…",),
        "notebook": ("its cells",),
        "code": ("Code: commit aaa → commit bbb",),
        "versions": ("Versions: pandas 2.2.3 → pandas 3.0",),
    }
    assert call(one, two).exit_code == 0


def test_records_and_manifests_tell_the_causes(one: Path, tmp_path: Path) -> None:
    two = write(tmp_path / "two", tile="4")
    for folder, digest, version in ((one, "1", "2.0"), (two, "2", "3.0")):
        record = {"page": "alps-brief", "made_from": {"code": digest, "versions": digest, "data": "0", "files": digest}}
        files = {"data/processed/industry.parquet": digest, "params/default.yaml": "0"}
        files |= {"params/indicators.yaml": "0"} if folder == two else {}
        manifest = {"versions": {"pandas": version, "numpy": "1"}, "code": digest, "files": files, "pages": [record]}
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    compared = compare(load_run(one), load_run(two))
    assert compared.causes == {
        "data": ("data/processed/industry.parquet",),
        "files": ("params/indicators.yaml (in the second alone)",),
        "code": ("checksum: 1 → 2",),
        "versions": ("pandas: 2.0 → 3.0",),
    }
    assert list(compared.pages[0].causes) == ["files", "code", "versions"]
    text = call(one, two).stdout
    assert "The manifests of the runs differ in:\n  data: data/processed/industry.parquet\n" in text
    assert "alps-brief  1     –      –        –     files, code, versions\n" in text
    assert "  text: cell 6, show.tiles()\n    - 3.58 times Europe\n    + 4 times Europe\n" in text


def test_a_difference_without_a_cause_says_so(one: Path, tmp_path: Path) -> None:
    two = write(tmp_path / "two", tile="4")
    assert "nothing that was recorded\n" in call(one, two).stdout


def test_only_the_first_differences_are_shown_and_json_has_all(one: Path, tmp_path: Path) -> None:
    two = write(tmp_path / "two")
    put(one, "alps/brief/a.csv", "id,x\n" + "".join(f"r{i},{i}\n" for i in range(20)))
    put(two, "alps/brief/a.csv", "id,x\n" + "".join(f"r{i},{i + 1}\n" for i in range(20)))
    result = call(one, two, "--show", "2")
    assert result.stdout.count("    - ") == 2
    assert "  and 18 more (--show, --json)\n" in result.stdout
    value = json.loads(call(one, two, "--json").stdout)
    assert (value["same"], len(value["pages"][0]["differences"])) == (False, 20)
    assert value["pages"][0]["differences"][3] == {
        "page": "alps-brief",
        "kind": "data",
        "where": "a.csv, row r3, column x",
        "a": "3",
        "b": "4",
    }


def test_notebooks_are_compared_with_one_another_and_with_their_page(one: Path, tmp_path: Path) -> None:
    two = write(tmp_path / "two", tile="4")
    put(two, "alps/brief/a.csv", "a\n1\n")
    alone = shutil.copy(two / "alps-brief.ipynb", tmp_path / "other name.ipynb")
    assert [kind for kind, *_ in found(one / "alps-brief.ipynb", Path(alone))] == ["text"]
    assert [kind for kind, *_ in found(one, two / "alps-brief.ipynb")] == ["text"]
    result = call(one / "alps-brief.ipynb", two)
    assert "Note: the data beside the page were not compared: a notebook has none.\n" in result.stdout
    result = call(alone, two)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("There is no page 'other name' in ")


def test_a_project_folder_stands_for_its_reports(one: Path, tmp_path: Path) -> None:
    shutil.copytree(one, tmp_path / "project" / "reports")
    assert call(tmp_path / "project", one).exit_code == 0


def test_the_parameters_are_those_that_were_given() -> None:
    assert parameters_of(cells(seed=5)) == {"region": "alps", "seed": 5}
    own = copy.deepcopy(cells())
    own[3]["source"] = "x: float = -1.5\nnames = {'a': [1]}\nfolder = Path('x')"
    assert parameters_of(own) == {"region": "any", "seed": 1, "x": -1.5, "names": {"a": [1]}, "folder": "Path('x')"}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("x.ipynb", "{", "x.ipynb cannot be read as a notebook: "),
        ("x.ipynb", '{"cells": 1}', "x.ipynb cannot be read as a notebook: "),
        ("x.ipynb", json.dumps({"cells": [code("1")]}), "The notebook x.ipynb was never executed: "),
    ],
)
def test_what_is_no_run_is_refused(one: Path, tmp_path: Path, name: str, text: str, said: str) -> None:
    path = tmp_path / "two" / name
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    for second in (path, path.parent):
        result = call(one, second)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith(said)
        assert "Traceback" not in result.stderr


def test_folders_without_pages_and_unknown_pages_are_refused(one: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert call(one, tmp_path / "empty").stderr.startswith(f"There is no executed page in {tmp_path / 'empty'}.\n")
    assert call(one, tmp_path / "none").stderr.startswith(f"There is no file or folder {tmp_path / 'none'}.\n")
    result = call(one, one, "--page", "alps-breif")
    assert (result.exit_code, "did you mean alps-brief?" in result.stderr) == (2, True)
    assert call(one, one, "--rtol", "-1").exit_code == 2


@pytest.mark.slow
def test_two_real_runs(tiny_project: Project, tmp_path: Path, clusterkit: Run) -> None:
    project = Project(shutil.copytree(tiny_project.root, tmp_path / "project"))
    report = ("report", "estonia", "--page", "cluster-mapping", "--renderer", "nbconvert", "--force")
    done = clusterkit(project, *report)
    assert done.returncode == 0, done.stderr
    first = shutil.copytree(project.reports, tmp_path / "first")
    path = project.params / "regions" / "estonia.yaml"
    values = json.loads(path.read_text(encoding="utf-8"))
    values["mapping"]["strong_lq"] = 0.6
    path.write_text(json.dumps(values), encoding="utf-8")
    done = clusterkit(project, *report)
    assert done.returncode == 0, done.stderr
    compared = compare(load_run(first), load_run(project.reports))
    assert compared.compared["outputs"] > 20
    assert compared.compared["files"] > 10
    assert compared.causes == {"files": ("params/regions/estonia.yaml",)}
    (page,) = (page for page in compared.pages if page.name == "estonia-cluster-mapping")
    assert page.causes == {"parameters": ("strong_lq: 1.5 → 0.6",)}
    for kind in ("text", "picture", "data"):
        assert page.count(kind) > 0
    assert MADE_FROM not in " ".join(one.where for one in page.differences)
