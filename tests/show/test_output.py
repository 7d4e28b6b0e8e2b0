"""What a cell shows: text stays text in every renderer, and figures and tables have all their parts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup, Tag
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clusterkit.batch import site
from clusterkit.paths import Project
from clusterkit.show.output import Column, Downloads, Figure, Links, Quoted, Several, Table, Text, escape

HOSTILE = [
    "<script>alert(1)</script>",
    "</td></table><script>alert(1)</script>",
    "<!-- no end",
    "<img src=x onerror=alert(1)>",
    '" onload="alert(1)" x=\'',
    'it\'s "quoted"',
    "*bold* _it_ $a$ @cite |x| ~~no~~ ^2^",
    "`code` ``more``",
    "[link](http://example.org) ![image](http://example.org/x.png)",
    "{{ 1 + 1 }} {% raw %} {=html} ${HOME} $title$",
    "# not a heading",
    "- not a list",
    "&lt;b&gt; &amp; &copy; &#60;",
    "\\ back \\* slash",
    "https://example.org www.example.org a@example.org",
    "שלום ‏עולם‎ العربية",
    "Österbotten, Łódź, Αττική, 大阪, 🏭",
    "x" * 300,
]
OWN_TAGS = "a caption div figcaption figure h1 img p span table tbody td th thead tr"
OWN_ATTRIBUTES = "alt aria-label class download height href role scope src tabindex width"
SVG = '<svg xmlns="http://www.w3.org/2000/svg"/>'
PRINTED = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=60).filter(str.strip)

Show = Callable[..., Tag]
CopyProject = Callable[[Path], Project]


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory, copy_project: CopyProject) -> Show:
    """What a reader gets of outputs, through the same way as a page: the ``main`` of an HTML page."""
    project = copy_project(tmp_path_factory.mktemp("show"))

    def show(*outputs: object) -> Tag:
        cells = [nbformat.v4.new_raw_cell("---\n---")]
        for output in outputs:
            data = {"text/markdown": output._repr_markdown_(), "text/plain": repr(output)}
            cells.append(nbformat.v4.new_code_cell("x", outputs=[nbformat.v4.new_output("display_data", data)]))
        main = BeautifulSoup(page(project, cells), "html.parser").main
        for code in main.find_all(class_="cell-code"):
            code.decompose()
        return main

    return show


def page(project: Project, cells: list[nbformat.NotebookNode], title: str = "A page") -> str:
    notebook = nbformat.v4.new_notebook(cells=cells)
    site.set_front_matter(notebook, title=title, description=f"{title}: what it answers", nav="")
    path = project.reports / "index.ipynb"
    nbformat.write(notebook, path)
    return site.render(project, [path], renderer="nbconvert").read_text(encoding="utf-8")


def as_shown(text: str) -> str:
    return text.replace("\r", "").replace("\n", " ")


def figure(text: str) -> Figure:
    return Figure(svg=SVG, title=text, alt=text, note=text, link="downloads/x/y.csv", width=10, height=20)


def table(text: str) -> Table:
    return Table(title=text, columns=[Column(text, numeric=False), Column(text)], rows=[(text, text)], note=text)


@pytest.mark.parametrize("text", [*HOSTILE, "two\nlines", "two\r\n\r\nparagraphs <b>", "\n\n# heading"])
def test_hostile_text_is_shown_as_it_is_written(show: Show, text: str) -> None:
    main = show(Text((text,)), figure(text), table(text))
    assert main.find(class_="cell-output").p.get_text() == as_shown(text)
    assert main.figcaption.get_text() == as_shown(text)
    assert main.img["alt"] == as_shown(text)
    assert main.caption.get_text() == as_shown(text)
    assert main.find("div", role="region")["aria-label"] == as_shown(text)
    assert [cell.get_text() for cell in main.find_all(["th", "td"])] == [as_shown(text)] * 4
    assert all(note.get_text().startswith(as_shown(text)) for note in main.find_all("p", class_="note"))
    assert " ".join(sorted({tag.name for tag in main.find_all(True)})) == OWN_TAGS
    assert " ".join(sorted({name for tag in main.find_all(True) for name in tag.attrs})) == OWN_ATTRIBUTES
    assert [a["href"] for a in main.find_all("a")] == ["downloads/x/y.csv"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(text=PRINTED)
def test_any_text_is_shown_as_it_is_written(show: Show, text: str) -> None:
    main = show(figure(text), table(text))
    assert (main.figcaption.get_text(), main.img["alt"], main.caption.get_text(), main.td.get_text()) == (text,) * 4


@given(text=st.text())
def test_escaped_text_has_no_sign_that_html_or_markdown_reads(text: str) -> None:
    escaped = escape(text)
    assert not set(escaped) & set("<>\"'\\`*_{}[]+!|~^$@\n\r")
    assert "&" not in escaped.replace("&#", "")


def test_bold_is_the_only_sign_that_is_read(show: Show) -> None:
    main = show(Text(("Of 68, **59 <are> published**, *nine* not.",)))
    paragraph = main.find_all("p")[-1]
    assert [tag.name for tag in paragraph.find_all(True)] == ["strong"]
    assert paragraph.strong.get_text() == "59 <are> published"
    assert "".join(paragraph.get_text().split()) == "Of68,59<are>published,*nine*not."


def test_paragraphs_with_a_role_and_without_words(show: Show) -> None:
    main = show(Text(("First.", "", "Second."), role="warning"))
    found = main.find_all("p", class_="warning")
    assert [p.get_text() for p in found] == ["First.", "Second."]
    assert Text(())._repr_markdown_() == ""
    assert repr(Text(("First.", "Second."))) == "First.\nSecond."


def test_a_figure_has_a_caption_an_alternative_text_a_size_and_its_data(show: Show) -> None:
    shown = Figure(
        SVG, title="Paper leads", alt="A dot chart.", note="Source: x.", link="downloads/a/b.csv", width=720, height=300
    )
    found = show(shown).figure
    assert [child.name for child in found.find_all(recursive=False)] == ["figcaption", "img", "p"]
    assert found.figcaption.get_text() == "Paper leads"
    assert (found.img["alt"], found.img["width"], found.img["height"]) == ("A dot chart.", "720", "300")
    head, _, data = found.img["src"].partition(",")
    assert head == "data:image/svg+xml"
    assert unquote(data) == SVG
    assert found.a["href"] == "downloads/a/b.csv"
    assert found.a.has_attr("download")
    assert found.p.get_text() == "Source: x. Data (CSV) of “Paper leads”"
    assert repr(shown) == "Figure: Paper leads"


def test_without_a_file_there_is_no_link(show: Show) -> None:
    assert show(Figure(SVG, title="t", alt="a", note="n", link="", width=1, height=1)).a is None
    assert show(Table(title="t", columns=[Column("c")], rows=[("x",)], note="n")).a is None


def test_a_table_has_a_caption_and_headings_with_their_scope(show: Show) -> None:
    shown = Table(
        title="Jobs",
        columns=[Column("Region", numeric=False), Column("Jobs"), Column("Sector", numeric=False)],
        rows=[("Wallonia", "657,291", "Pharma"), ("Saxony", "1,197,993", "Electronics")],
        note="Source: x.",
        link="downloads/home/overview.csv",
        hrefs=["wallonia.html", None],
    )
    main = show(shown)
    found = main.table
    assert found.caption is found.find(True)
    assert [(th.get_text(), th["scope"]) for th in found.thead.find_all("th")] == [
        ("Region", "col"), ("Jobs", "col"), ("Sector", "col"),
    ]  # fmt: skip
    assert [(th.get_text(), th["scope"]) for th in found.tbody.find_all("th")] == [
        ("Wallonia", "row"),
        ("Saxony", "row"),
    ]
    assert [td.get_text() for td in found.find_all("td")] == ["657,291", "Pharma", "1,197,993", "Electronics"]
    assert [tag.get_text() for tag in found.find_all(class_="number")] == ["Jobs", "657,291", "1,197,993"]
    assert [(a.get_text(), a["href"]) for a in found.find_all("a")] == [("Wallonia", "wallonia.html")]
    box = found.parent
    assert (box["role"], box["aria-label"], box["tabindex"]) == (
        "region",
        "Jobs",
        "0",
    )  # it can be scrolled by keyboard
    assert main.find("p", class_="note").get_text() == "Source: x. Data (CSV) of “Jobs”"
    assert repr(shown) == "Table: Jobs, 2 rows"


def test_a_row_of_the_wrong_length_is_not_cut_in_silence() -> None:
    with pytest.raises(ValueError, match="zip"):
        Table(title="t", columns=[Column("a"), Column("b")], rows=[("1", "2", "3")])._repr_markdown_()


@pytest.mark.parametrize("text", HOSTILE)
def test_links_in_a_cell_say_of_what_they_are(show: Show, text: str) -> None:
    row = ("x", Links({text: "a.html", "Scoreboard": "b.html"}, of=text), Links({}, of=text))
    main = show(Table(title="t", columns=[Column("a"), Column("b"), Column("c")], rows=[row]))
    assert [(a.get_text(), a["href"]) for a in main.find_all("a")] == [
        (f"{text} of {text}", "a.html"), (f"Scoreboard of {text}", "b.html"),
    ]  # fmt: skip
    assert main.find_all("td")[1].get_text() == "–"
    assert {tag.name for tag in main.td.find_all(True)} == {"span", "a", "br"}


def test_columns_of_long_texts_and_words_in_another_language_are_marked(show: Show) -> None:
    columns = [Column("a"), Column("b"), Column("c", numeric=False), Column("d", numeric=False)]
    rows = [("1", "2", "short", "no"), ("group",), ("3", "4", Quoted("mot " * 12, "fr"), Quoted("word", "en"))]
    main = show(Table(title="t", columns=columns, rows=rows, headings=[1]))
    classes = [cell.get("class") for cell in main.find_all("td")]
    assert classes == [["number"], ["long"], None] * 2
    assert [(span["lang"], span.get_text().strip()) for span in main.find_all("span", lang=True)] == [
        ("fr", ("mot " * 12).strip())
    ]


def test_a_folded_table_stands_under_its_title(show: Show) -> None:
    table = Table(title="What <it> is made from", columns=[Column("a"), Column("b")], rows=[("1", "2")], is_folded=True)
    details = show(table).find("details")
    assert not details.has_attr("open")
    assert details.summary.get_text() == details.caption.get_text() == "What <it> is made from"
    assert details.caption["class"] == ["sr-only"]
    assert [cell.get_text() for cell in details.find_all(["th", "td"])] == ["a", "b", "1", "2"]


def test_no_line_ends_within_an_interval_in_brackets(show: Show) -> None:
    main = show(
        Text(("226th (168–265), **(1.5–2)** of (C13)",)),
        Table(title="t", columns=[Column("a"), Column("b")], rows=[("1", "2 (3–1,400)")]),
    )
    assert [span.get_text() for span in main.find_all("span", class_="whole")] == ["(168–265)", "(1.5–2)", "(3–1,400)"]
    assert main.p.get_text() == "226th (168–265), (1.5–2) of (C13)"


def test_several_outputs_keep_their_order(show: Show) -> None:
    several = Several((Text(("one",)), figure("two"), Text(("three",))))
    assert show(several).get_text(" ", strip=True) == "A page one two two Data (CSV) of “two” three"
    assert repr(several) == "one; Figure: two; three"


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_is_text_in_title_heading_and_description(project_copy: Project, title: str) -> None:
    soup = BeautifulSoup(page(project_copy, [nbformat.v4.new_raw_cell("")], title), "html.parser")
    assert soup.title.get_text() == f"{title} – clusterkit"
    assert soup.h1.get_text() == title
    assert soup.find("meta", attrs={"name": "description"})["content"].startswith(f"{title}: ")
    assert [script["src"] for script in soup.find_all("script")] == ["theme/site.js"]


def test_downloads_write_the_file_and_return_its_address(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"name": ["Łódź, a", None], "lq": [1 / 3, float("nan")]}, index=pd.Index(["C13", "C29"], name="nace_code")
    )
    link = Downloads("piemonte", str(tmp_path / "out")).save("portfolio", frame)
    assert link == "downloads/piemonte/portfolio.csv"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["portfolio.csv"]
    data = (tmp_path / "out" / "portfolio.csv").read_bytes()
    assert data == '\ufeffnace_code,name,lq\nC13,"Łódź, a",0.3333333333\nC29,,\n'.encode()


def test_the_data_of_each_page_of_a_region_have_a_folder(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1]})
    assert Downloads("piemonte", str(tmp_path), "scoreboard").save("x", frame) == "downloads/piemonte/scoreboard/x.csv"
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]


def test_without_a_folder_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Downloads("piemonte").save("portfolio", pd.DataFrame({"a": [1]})) == ""
    assert list(tmp_path.iterdir()) == []
