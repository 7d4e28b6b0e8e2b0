"""Documents as pages: what their Markdown becomes, where their links lead, and what is made again."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from conftest import add_documents
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterkit.batch import documents, search_index, site
from clusterkit.batch.bibliography import load_works, plain
from clusterkit.batch.headings import to_html
from clusterkit.batch.state import State
from clusterkit.params import load_regions
from clusterkit.paths import Project, project
from clusterkit.provenance import in_short

ROOT = Path(__file__).resolve().parents[2]
IDS = frozenset({"A1", "A10", "A113"})
TARGETS = {name: (f"assumptions.html#{name}", name) for name in IDS} | {"docs/data_log.md": ("data.html", "Data")}
WORKS = load_works(ROOT / "docs" / "references.bib")
LINK = '<a href="assumptions.html#{0}">{0}</a>'


def shown(markdown: str, source: str = "docs/methods.md") -> BeautifulSoup:
    """A document as a browser reads it."""
    return BeautifulSoup(to_html(documents.to_text(markdown, source, WORKS, IDS))["html"], "html.parser")


def words_of(tag: BeautifulSoup) -> str:
    return " ".join(tag.get_text().split())


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        ("taken for granted (A10).", f"taken for granted ({LINK.format('A10')})."),
        ("<p>A1 and A113</p>", f"<p>{LINK.format('A1')} and {LINK.format('A113')}</p>"),
        ("in docs/data&#95;log.md.", 'in <a href="data.html">Data</a>.'),
        ("in docs/data_log.md, docs/other.md", 'in <a href="data.html">Data</a>, docs/other.md'),
        ("(docs/data_log.md&#35;raw-files)", '(<a href="data.html#raw-files">Data</a>)'),
        ("docs/data_log.md#A113.", f"{LINK.format('A113')}."),
        ("A2 has no row, A10b and BA10 are other words", None),
        ('<img alt="A1"> <code>A1</code> `A1` <a href="x">A1</a> [A1](x)', None),
        ("## What of A1?", None),
        ("<h2>What of A1?</h2>", None),
    ],
)
def test_a_mention_is_linked_where_it_is_a_word_of_the_text(text: str, linked: str | None) -> None:
    assert documents.link_mentions(text, TARGETS) == (linked or text)


def test_without_documents_nothing_is_linked(tmp_path: Path) -> None:
    assert documents.targets(Project(tmp_path)) == {}
    assert documents.link_mentions("A1, docs/methods.md", {}) == "A1, docs/methods.md"


def test_every_document_of_this_project_can_be_mentioned() -> None:
    found = documents.targets(project(ROOT))
    assert found["docs/methods.md"] == ("methods.html", "Methods")
    assert found["A113"] == ("assumptions.html#A113", "A113")
    assert {document.source for document in documents.DOCUMENTS} <= set(found)


def test_every_assumption_of_this_project_has_a_row_that_can_be_linked() -> None:
    ids = documents.assumption_ids(project(ROOT))
    text = (ROOT / "docs" / "assumptions.md").read_text(encoding="utf-8")
    assert len(ids) == len(re.findall(r"^\| A\d+", text, re.MULTILINE)) > 70
    page = shown(text, "docs/assumptions.md")
    assert {row["id"] for row in page.find_all("tr", id=True)} == ids


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("assumptions.md#A1", "assumptions.html#A1"),
        ("data_log.md", "data.html"),
        ("../CITATION.cff", ""),  # leads out of docs by a way that the table of documents does not know
        ("references.bib", "references.html"),
        ("#profile", "#profile"),
        ("how-to-fetch-data.md#editions", "fetch-data.html#editions"),
        ("nowhere.md", ""),
        ("../params/indicators.yaml", ""),
        ("https://example.org/x.md", ""),
    ],
)
def test_links_lead_to_pages_of_the_site_or_nowhere(url: str, target: str) -> None:
    assert documents.address(url, "docs/methods.md") == target
    link = shown(f"see [this]({url})").find("a")
    assert (link["href"] if link else "") == target


def test_a_link_that_reads_as_a_file_gets_the_name_of_the_page() -> None:
    page = shown("see [data_log.md](data_log.md) and [the log](data_log.md)")
    assert [a.get_text() for a in page.find_all("a")] == ["Data", "the log"]


def test_a_citation_names_the_work_and_leads_to_it() -> None:
    page = shown("Proximity [Hidalgo2007], [OECD2008,\nstep 6], an interval [T_low, T_high] and [Nobody1900].")
    assert [(a.get_text(), a["href"]) for a in page.find_all("a")] == [
        (WORKS[key].label, f"references.html#{key}") for key in ("Hidalgo2007", "OECD2008")
    ]
    assert WORKS["Hidalgo2007"].label == "Hidalgo et al. 2007"
    assert "[Nobody1900]" in words_of(page)
    assert "step 6]" in words_of(page)


def test_every_key_of_the_bibliography_is_read_and_shown_without_latex() -> None:
    source = (ROOT / "docs" / "references.bib").read_text(encoding="utf-8")
    assert set(WORKS) == set(re.findall(r"^@\w+\{(\w+),$", source, re.MULTILINE))
    for work in WORKS.values():
        assert not re.findall(r"[\\{}]", work.text()), work
        assert work.year in work.text()
        assert all(work.authors), work
    assert next(iter(WORKS.values())).authors[0] == "Acs", "in the order of authors, without regard to accents"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (r"Hidalgo, C\'{e}sar", "Hidalgo, César"),
        (r"Y{\i}ld{\i}r{\i}m", "Yıldırım"),
        (r"{\'A}cs, Zolt{\'a}n", "Ács, Zoltán"),
        (r"Business \& Economic, 75 \%", "Business & Economic, 75 %"),
        ("11885--11892 of ({REDI})", "11885–11892 of (REDI)"),
        (r"S\"{o}lvell, \v{C}ech", "Sölvell, Čech"),
    ],
)
def test_latex_becomes_text(value: str, text: str) -> None:
    assert plain(value) == text


def test_indices_are_set_lower_and_names_are_left_alone() -> None:
    page = shown(
        "With w_ot and T_low, not focus_pct:\n\n    focus_pct = 100 e_rs / (E_r + Σ_{r in c} x_r) · n_stars_low\n"
    )
    assert [sub.get_text() for sub in page.p.find_all("sub")] == ["ot", "low"]
    formula = page.find("pre", class_="formula")
    assert [sub.get_text() for sub in formula.find_all("sub")] == ["rs", "r", "r in c", "r"]
    assert "focus_pct" in formula.get_text()
    assert "n_stars_low" in formula.get_text()


def test_tables_have_a_name_and_heads_of_rows() -> None:
    page = shown("## Stars\n\n| a | b |\n|---|---:|\n| x | 1 |\n| | 2 |\n\n| c |\n|---|\n| y |\n")
    first, second = page.find_all("table")
    assert [words_of(table.caption) for table in (first, second)] == ["Stars", "Stars, table 2"]
    assert [th["scope"] for th in first.find_all("th")] == ["col", "col", "row"]
    assert first.find_all("td")[0]["class"] == ["number"]
    assert first.tbody.find_all("tr")[1].th is None


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=60))
def test_inert_text_is_the_same_text_in_markdown(text: str) -> None:
    page = BeautifulSoup(to_html(f"<p>{documents.inert(text)}</p>\n")["html"], "html.parser")
    assert page.p.get_text() == text


@pytest.fixture
def with_documents(project_copy: Project) -> Project:
    add_documents(project_copy)
    return project_copy


def names(project: Project) -> set[str]:
    return {path.stem for path in project.reports.glob("*.ipynb")}


def test_documents_are_written_once_and_again_when_their_source_changes(with_documents: Project) -> None:
    state = State(with_documents)
    found = documents.write(with_documents, state)
    assert [document.name for document in found] == [document.name for document in documents.DOCUMENTS]
    assert names(with_documents) == {document.name for document in found}
    path = with_documents.reports / "glossary.ipynb"
    before = path.read_bytes()
    path.write_bytes(before + b" ")
    documents.write(with_documents, state)
    assert path.read_bytes() == before + b" ", "nothing had changed"
    source = with_documents.docs / "glossary.md"
    source.write_text(source.read_text(encoding="utf-8") + "\nOne word more.\n", encoding="utf-8")
    documents.write(with_documents, state)
    assert "One word more" in path.read_text(encoding="utf-8")
    path.unlink()
    documents.write(with_documents, state)
    assert path.is_file()


def test_the_same_documents_give_the_same_bytes(with_documents: Project) -> None:
    def made() -> dict[str, bytes]:
        documents.write(with_documents, State(with_documents))
        return {path.name: path.read_bytes() for path in with_documents.reports.glob("*.ipynb")}

    first = made()
    for path in State(with_documents).folder.iterdir():
        path.unlink()
    assert made() == first


def test_a_document_that_is_gone_leaves_the_site(with_documents: Project) -> None:
    listed = load_regions(with_documents)
    # Without a home page there is no site yet: the documents stand for themselves here.
    documents.write(with_documents, State(with_documents))
    (with_documents.docs / "benchmarks.md").unlink()
    assert "benchmarks" not in {document.name for document in documents.write(with_documents, State(with_documents))}
    (with_documents.reports / "index.ipynb").write_bytes((with_documents.reports / "cite.ipynb").read_bytes())
    pages = site.prepare(with_documents, listed)
    assert "benchmarks" not in names(with_documents)
    assert "benchmarks" not in {path.stem for path in pages}


def test_how_to_cite_has_text_bibtex_and_the_words_of_the_data(with_documents: Project) -> None:
    documents.write(with_documents, State(with_documents))
    page = BeautifulSoup(
        json.loads(State(with_documents).body("cite").read_text(encoding="utf-8"))["html"], "html.parser"
    )
    assert "@software{clusterkit," in page.find("pre").get_text()
    assert "Version 0.1.0" in words_of(page)
    table = page.find("table")
    acknowledged = {words_of(row.th) for row in table.tbody.find_all("tr")}
    sources = json.loads((with_documents.processed / "provenance.json").read_text(encoding="utf-8"))["sources"]
    assert {" ".join(source["acknowledgement"].split()) for source in sources} == acknowledged


def test_the_foot_says_years_editions_and_version(tmp_path: Path) -> None:
    of = Project(tmp_path)
    assert re.fullmatch(r"clusterkit \d+\.\d+\.\d+\.", in_short(of))
    of.processed.mkdir(parents=True)
    sources = [{"dataset": "sbs_x", "edition": "May 2017"}, {"dataset": "other", "edition": "2020"}]
    record = {"years": [2022, 2011, 2012, 2014], "sources": sources}
    (of.processed / "provenance.json").write_text(json.dumps(record), encoding="utf-8")
    assert in_short(of).startswith("Business statistics of 2011–2012, 2014 and 2022 (editions: May 2017). clusterkit ")


TITLES = {"index": "Home", "a": "A & B"}
BODY = (
    '<h2 id="one">One</h2><figcaption><span>Jobs &lt; 5</span></figcaption><img src="data:x" alt="&lt;h2 id=no&gt;">'
    '<table><caption class="sr-only">hidden</caption><tr><th scope="row">Textiles (C13)</th></tr></table>'
    '<h3 id="two">Two</h3><table><caption>Jobs</caption><tr><th scope="row">Textiles (C13)</th></tr></table>'
)


def test_the_index_holds_texts_once_with_the_section_they_stand_in() -> None:
    source = search_index.script(TITLES, {"index": {"html": BODY}, "a": {"html": BODY}})
    assert not re.findall("[<>&]", source)
    index = json.loads(source.removeprefix("window.clusterkitIndex=").removesuffix(";\n"))
    assert index["texts"] == ["One", "Jobs < 5", "Textiles (C13)", "Two", "Jobs"]
    page, title, numbers = index["pages"][1]
    assert (page, title) == ("a", "A & B")
    runs = [tuple(numbers[at : at + 3]) for at in range(0, len(numbers), 3)]
    assert [(index["anchors"][anchor], index["texts"][text], kind) for anchor, text, kind in runs] == [
        ("one", "One", 0),
        ("one", "Jobs < 5", 1),
        ("one", "Textiles (C13)", 2),
        ("two", "Two", 0),
        ("two", "Jobs", 1),
    ]


@pytest.mark.parametrize(("n", "longest"), [(1500, 140), (2200, 80), (3500, 50), (9000, 0)])
def test_an_index_that_would_be_too_large_cuts_captions_or_leaves_them_out(n: int, longest: int) -> None:
    many = "".join(f"<figcaption>Caption {number} {'of words ' * 13}</figcaption>" for number in range(n))
    source = search_index.script({"index": "Home"}, {"index": {"html": f'<h2 id="x">Kept</h2>{many}'}})
    assert len(source.encode()) <= search_index.MAX_BYTES
    first, *captions = json.loads(source.removeprefix("window.clusterkitIndex=").removesuffix(";\n"))["texts"]
    assert first == "Kept"
    assert len(captions) == (n if longest else 0)
    assert all(len(caption) <= longest for caption in captions)
    assert not captions or max(map(len, captions)) > longest - 12
