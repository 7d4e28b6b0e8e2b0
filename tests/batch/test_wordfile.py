"""The brief as DOCX: the words, tables and pictures of the page, made by the Pandoc of Quarto."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner

from clusterkit.batch import site, wordfile
from clusterkit.cli import main
from clusterkit.errors import RunError
from clusterkit.paths import Project
from clusterkit.show.output import Column, Figure, Table

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><style>:root{--ink:#1d2329}</style>'
    '<rect width="20" height="10" fill="var(--ink)"/></svg>'
)
BODY = (
    '<p>Words &amp; more.</p><div class="cell"><div class="sourceCode cell-code"><pre>secret_code()</pre></div>'
    + Figure(SVG, "The finding", "A dark box.", "Source: x.", "downloads/a/b.csv", 20, 10)._repr_markdown_()
    + Table(
        "A table", [Column("Sector", numeric=False), Column("Jobs")], [("A <b>", "12")], "A note."
    )._repr_markdown_()
    + '</div><h2 id="how-was-this-page-made">How was this page made?<a class="anchor" href="#x">#</a></h2>'
    + "<p>commit 123</p>"
)
needs_quarto = pytest.mark.skipif(site.quarto() is None, reason="needs Quarto on the PATH")


def test_code_provenance_and_links_to_data_stay_out_and_pictures_become_files(tmp_path: Path) -> None:
    text = wordfile.text_of(BODY, tmp_path)
    for gone in ("secret_code", "How was this page made", "commit 123", "Data (CSV)", "data:image", "<figure"):
        assert gone not in text
    soup = BeautifulSoup(text, "html.parser")
    assert soup.img["alt"] == "A dark box."
    assert [tag.get_text() for tag in soup.find_all(["strong", "caption"])] == ["The finding", "A table"]
    assert soup.td.get_text() == "12"
    picture = (tmp_path / soup.img["src"]).read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert [path.name for path in tmp_path.iterdir()] == ["picture-1.png"]


def test_without_quarto_nothing_runs_and_the_reason_is_said(
    project_copy: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RunError, match="cannot be written as DOCX"):
        wordfile.quarto()
    done = CliRunner().invoke(main, ["--project", str(project_copy.root), "report", "piemonte", "--docx"])
    assert done.exit_code == 2
    for part in ("Briefs cannot be written as DOCX", "where: --docx", "rule:", "fix:   install Quarto"):
        assert part in done.output
    assert not list(project_copy.reports.glob("*.ipynb"))


def test_docx_is_asked_for_with_a_brief(project_copy: Project) -> None:
    done = CliRunner().invoke(main, ["--project", str(project_copy.root), "report", "europe", "--docx"])
    assert done.exit_code == 2
    assert "--docx writes the briefs of regions" in done.output


def test_a_pandoc_that_fails_is_told_with_its_last_words(tmp_path: Path) -> None:
    command = tmp_path / "quarto"
    command.write_text("#!/bin/sh\necho 'the disk is full' >&2\nexit 3\n", encoding="utf-8")
    command.chmod(0o755)
    with pytest.raises(RunError, match="status 3: the disk is full"):
        wordfile.write_file(str(command), "Piemonte: brief", "<p>x</p>", tmp_path / "a.docx")


@needs_quarto
def test_the_file_holds_words_tables_and_pictures_and_is_the_same_each_time(tmp_path: Path) -> None:
    files = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        target = tmp_path / name / "brief.docx"
        wordfile.write_file(wordfile.quarto(), 'A "brief" & <more>', BODY, target)
        files.append(target.read_bytes())
    assert files[0] == files[1]
    with zipfile.ZipFile(io.BytesIO(files[0])) as parts:
        text = parts.read("word/document.xml").decode()
        assert sum(name.startswith("word/media/") for name in parts.namelist()) == 1
    for words in ("Words &amp; more.", "The finding", "A table", "A &lt;b&gt;", "Source: x.", "A dark box."):
        assert words in text
    assert "secret_code" not in text
