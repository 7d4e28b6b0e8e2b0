"""The published pages of the ten pilots, read as a browser, a screen reader and a reviewer read them."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from copy import copy
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup, Tag
from openpyxl import load_workbook

from clusterkit.batch import search_index, site
from clusterkit.batch.documents import API, DOCUMENTS
from clusterkit.batch.execute import BY_HAND
from clusterkit.batch.pages import COMMON_PAGES, WHOLE_PAGES
from clusterkit.data.industries import load_taxonomy
from clusterkit.params import EXAMPLE_ID, load_regions, region_ids
from clusterkit.paths import Project, project
from clusterkit.show.output import SVG_DATA

ROOT = Path(__file__).resolve().parents[2]
PILOTS = region_ids(project(ROOT))
KINDS = [page for page in COMMON_PAGES if page.path(project(ROOT)).is_file()]
MAPPING = next(page for page in KINDS if page.kind == "cluster-mapping")
STRESS_TEST = next(page for page in KINDS if page.kind == "stress-test")
REGION_PAGES_OF = {region: [f"{page.name(region)}.html" for page in KINDS] for region in PILOTS}
EXAMPLE = f"{EXAMPLE_ID}.html"
WHOLE = [f"{page.name}.html" for page in WHOLE_PAGES]  # pages on no single region
# A map in the page itself; a script draws it (test_explorer_browser.py); shaded tables.
WITHOUT_PICTURES = {"index.html", "explorer.html", "compare.html"}
METHOD = [f"{document.name}.html" for document in DOCUMENTS]  # which no notebook makes
GROUPS = {  # lists of the menu with documents; pages that are a part of another stand in a row of their own
    name: [f"{document.name}.html" for document in DOCUMENTS if document.group == name and not document.part_of]
    for name in ("Method", "Guides")
}
REFERENCE = [f"{document.name}.html" for document in DOCUMENTS if API in (document.name, document.part_of)]
EXECUTED = ["index.html", *itertools.chain.from_iterable(REGION_PAGES_OF.values()), *WHOLE]
PAGES = [*EXECUTED, *METHOD]  # in the order of the site
TO_TAKE = {".csv", ".json", ".xlsx"}  # what links to download lead to
SUFFIXES = {".html", ".css", ".js", *TO_TAKE}
SECTORS = load_taxonomy(ROOT / "params" / "taxonomies" / "nace-divisions.yaml").categories
BLOCKS = ["h1", "h2", "h3", "p", "li", "th", "td", "caption", "figcaption"]
TO_ASSUMPTION = re.compile(r"^(assumptions\.html)?#A\d+$")
TO_DOCUMENT = re.compile(rf"^({'|'.join(re.escape(name) for name in METHOD)})(#.*)?$")
MAX_PAGE_MB = 2.0  # 10**6 bytes; a mapping page has some twenty pictures, each within the page
MAX_IMAGE_KB = 250
STRONG = {
    "centre-val-de-loire": ["C21"],
    "east-north-finland": ["C16"],
    "lithuania": ["C31"],
    "north-middle-sweden": ["C24", "C17"],
    "piemonte": ["C13", "C29"],
    "saxony": ["C26"],
    "slovenia": ["C27"],
    "wallonia": ["C21"],
}

pytestmark = pytest.mark.slow
each_pilot = pytest.mark.parametrize("region", PILOTS)
needs_quarto = pytest.mark.skipif(shutil.which("quarto") is None, reason="needs Quarto on the PATH")


class Page:
    """A page of a site folder: its source, its tree, and its words outside of the code."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name
        self.source = (folder / name).read_text(encoding="utf-8")
        self.soup = BeautifulSoup(self.source, "html.parser")
        self.reading = BeautifulSoup(self.source, "html.parser")  # as read with no code shown
        for code in self.reading.find_all(class_="cell-code"):
            code.decompose()
        for part in self.reading.find_all(["title", "style", "script"]):
            part.decompose()
        main = self.reading.main
        inline = [*main.find_all("a", href=TO_DOCUMENT), *main.select("p strong, li strong, span.whole")]
        for part in inline:  # a word of its sentence like any other
            part.unwrap()
        self.reading.smooth()
        self.words = words_of(self.reading)
        self.description = self.soup.find("meta", attrs={"name": "description"})["content"]

    def section(self, heading: str) -> Tag:
        """All between a heading of level 2 and the next."""
        (start,) = [h2 for h2 in self.reading.find_all("h2") if words_of(h2) == heading]
        parts = itertools.takewhile(lambda tag: tag.name != "h2", start.next_siblings)
        found = BeautifulSoup("<div></div>", "html.parser").div
        for part in parts:
            found.append(copy(part))
        return found


def words_of(tag: Tag) -> str:
    return " ".join(unicodedata.normalize("NFC", tag.get_text(" ")).split())


def joined(tag: Tag) -> str:
    """Words without the spaces that come from tags alone."""
    return "".join(tag.get_text().split())


@pytest.fixture(scope="module")
def read(full_site: Project) -> Callable[[str], Page]:
    """A page by the name of its file, or the mapping page of a region by that of the region."""
    return cache(lambda name: Page(full_site.site, name if name.endswith(".html") else f"{MAPPING.name(name)}.html"))


def starts_with_language_and_title(page: Page) -> None:
    assert page.source.lower().startswith("<!doctype html>")
    assert page.soup.html["lang"] == "en"
    heading = page.soup.h1.get_text()
    assert page.soup.title.get_text() == f"{heading} – clusterkit"
    assert page.description.startswith(heading)
    assert page.soup.find("meta", attrs={"name": "viewport"})["content"] == "width=device-width, initial-scale=1"


def has_headings_in_order(page: Page) -> None:
    levels = [int(tag.name[1]) for tag in page.soup.find_all(re.compile(r"^h[1-6]$"))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), levels
    assert all(words_of(tag) for tag in page.soup.find_all(re.compile(r"^h[1-6]$")))


def has_unique_ids(page: Page) -> None:
    ids = [tag["id"] for tag in page.soup.find_all(id=True)]
    assert sorted(set(ids)) == sorted(ids)


def has_links_that_resolve(page: Page) -> None:
    for tag in page.soup.find_all(href=True):
        address = urlsplit(tag["href"])
        assert (address.scheme, address.netloc, address.query) == ("", "", ""), tag
        target = page.folder / unquote(address.path) if address.path else page.folder / page.name
        assert target.is_file(), tag
        assert target.resolve().is_relative_to(page.folder.resolve()), tag
        if view := re.fullmatch(r"view=(\w+)", address.fragment):  # of the explorer, whose script reads it
            parts = (page.folder / "theme" / "explorer").glob("*.js")
            views = {
                name for part in parts for name in re.findall(r"explorer\.views\.(\w+) = ", part.read_text("utf-8"))
            }
            assert (address.path, view[1] in views) == ("explorer.html", True), tag
        elif address.fragment:
            assert f'id="{address.fragment}"' in target.read_text(encoding="utf-8"), tag
    for tag in page.soup.find_all(download=True):
        assert tag["href"].startswith("downloads/"), tag
        assert Path(tag["href"]).suffix in TO_TAKE, tag


def asks_no_other_host(page: Page) -> None:
    page = Page(page.folder, page.name)  # its tree is changed
    # Words ask for nothing: a guide may show an address, which Quarto writes with a plain colon.
    values = [
        " ".join(value) if isinstance(value, list) else value
        for tag in page.soup.find_all(True)
        for value in tag.attrs.values()
    ]
    text = "\n".join(f'"{value}"' for value in values if not value.startswith(SVG_DATA))
    assert not re.findall(r"\b(?:https?|ftp|wss?):", text, re.IGNORECASE)
    assert not re.findall(r"""[\s"'(=]//\w""", text)
    assert page.soup.find(["iframe", "object", "embed", "base", "form", "style"]) is None
    for script in page.soup.find_all("script"):  # what the policy lets run: files of the site alone
        assert (script.get_text(), script.has_attr("defer"), script.parent.name) == ("", True, "body")
        assert (page.folder / script["src"]).is_file()
        script.extract()
    assert not [name for tag in page.soup.find_all(True) for name in tag.attrs if name.startswith("on")]
    assert not re.findall(r"@import|url\(", text)
    sources = [tag["src"] for tag in page.soup.find_all(src=True) if tag.name != "script"]
    assert all(source.startswith(SVG_DATA) for source in sources)
    assert not page.soup.find_all(srcset=True)
    rule = page.soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    assert rule == "default-src 'none'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'self'"


def has_pictures_for_all(page: Page) -> None:
    images = page.soup.find_all("img")
    assert images or page.name in WITHOUT_PICTURES
    for image in images:
        assert len(image["alt"].split()) >= 5, image["alt"]
        assert int(image["width"]) > 0
        assert int(image["height"]) > 0
        assert image.parent.name == "figure"
        assert words_of(image.parent.figcaption)
        data = unquote(image["src"].removeprefix(SVG_DATA), errors="strict").encode()
        assert len(data) < MAX_IMAGE_KB * 1000, image["alt"]
        root = ElementTree.fromstring(data)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        for part in root.iter():
            assert part.tag.rpartition("}")[2] not in {"script", "foreignObject", "a", "animate", "set"}
            for name, value in part.attrib.items():
                assert not name.startswith("on")
                assert not name.endswith("href") or value.startswith("#"), value[:80]
                assert all(found.startswith("#") for found in re.findall(r"url\(([^)]*)", value)), value[:80]


def has_tables_for_all(page: Page) -> None:
    assert page.soup.find("table")
    for table in page.soup.find_all("table"):
        assert words_of(table.caption)
        assert table.thead
        assert {th["scope"] for th in table.thead.find_all("th")} == {"col"}
        columns = len(table.thead.find_all("th"))
        for row in table.tbody.find_all("tr"):
            first, *others = row.find_all(["th", "td"])
            if "group" in row.get("class", []):
                assert (first["scope"], first["colspan"], others) == ("rowgroup", str(columns), [])
                continue
            assert (first.name, first.get("scope")) == ("th", "row")
            assert {cell.name for cell in others} == {"td"}
            assert len(others) + 1 == columns
            assert all(words_of(cell) for cell in (first, *others)), "an empty cell says nothing"
        assert words_of(table) not in {words_of(other) for other in table.find_all_previous("table")}


def speaks_no_python(page: Page) -> None:
    text = " ".join([page.words, *(image["alt"] for image in page.reading.find_all("img"))])
    found = re.findall(
        r"(?i:\bnan\b|<NA>|\bNaT\b)|\bNone\b(?! of )|\b[Ii]nf\b|Traceback|Warning|DataFrame|Error\b", text
    )
    assert found == []
    assert not re.findall(r"\(,|,,|\(\)|\s[,;](?:\s|$)|\.\.(?!\.)", re.sub(r"…", "", text)), (
        "an empty value in a sentence"
    )


def names_every_sector(page: Page) -> None:
    for text in [page.words, *(image["alt"] for image in page.reading.find_all("img"))]:
        for found in re.finditer(r"\b[B-NS]\d\d\b", text):
            name = f"{SECTORS[found[0]]} ("
            before = text[: found.start()][-len(name) :]
            around = text[max(found.start() - 60, 0) : found.end() + 20]
            assert before[:1].lower() + before[1:] == name[0].lower() + name[1:], around
            assert text[found.end()] in "),", around


def marks_itself_in_the_navigation(page: Page) -> None:
    region, kind = next(((r, own.index(page.name)) for r, own in REGION_PAGES_OF.items() if page.name in own), ("", 0))
    same_kind = [own[kind] for own in REGION_PAGES_OF.values()]
    lists = {"pages": ["index.html", *same_kind, *WHOLE, *itertools.chain(*GROUPS.values())]}
    if region and len(KINDS) > 1:
        lists["views"] = REGION_PAGES_OF[region]
    if page.name in REFERENCE:
        lists["views"] = REFERENCE
    navs = page.soup.header.find_all("nav")
    assert {nav["class"][0]: [a["href"] for a in nav.find_all("a")] for nav in navs} == lists
    for nav in navs:
        marked = nav.find_all(attrs={"aria-current": True})
        here = [(page.name, "page")] if page.name in lists[nav["class"][0]] else []
        assert [(a["href"], a["aria-current"]) for a in marked] == here
    groups = {words_of(group.summary): group for group in page.soup.header.find_all("details", class_="group")}
    assert [[a["href"] for a in group.find_all("a")] for group in groups.values()] == [same_kind, *GROUPS.values()]
    for name, own in {"Regions": same_kind, **GROUPS, "Guides": [*GROUPS["Guides"], *REFERENCE]}.items():
        assert (groups[name].summary.get("class") == ["current"]) == (page.name in own)
    labels = [found.get("aria-label") for found in page.soup.find_all("nav")]
    assert len(set(labels)) == len(labels)
    assert None not in labels
    toc = page.soup.find("nav", class_="toc")
    headings = [words_of(h2) for h2 in page.soup.main.find_all("h2")]
    assert [words_of(a) for a in toc.find_all("a")] == headings
    skip = page.soup.find("a")
    assert page.soup.find(id=skip["href"].removeprefix("#")).name == "main", "the first link skips to the text"


def leads_to_the_pages_before_and_after(page: Page) -> None:
    at = PAGES.index(page.name)
    ways = {"prev": PAGES[at - 1] if at else None, "next": PAGES[at + 1] if at + 1 < len(PAGES) else None}
    nav = page.soup.find("nav", class_="neighbours")
    assert {a["rel"][0]: a["href"] for a in nav.find_all("a")} == {way: to for way, to in ways.items() if to}


def has_a_permalink_on_every_heading(page: Page) -> None:
    for heading in page.soup.main.find_all(["h2", "h3", "h4"]):
        (link,) = heading.find_all("a", class_="anchor")
        assert (link["href"], link["aria-label"]) == (f"#{heading['id']}", "Link to this section")
        assert link.get_text() == "", "the mark would be in copied text and in the list of contents"


def says_what_it_was_made_from(page: Page) -> None:
    made, terms = page.soup.find("footer").find_all("p")
    said = r"Business statistics of 2011–2015 and 2022 \(editions: [^)]*August 2017[^)]*\)\. clusterkit \d+\.\d+\.\d+"
    assert re.match(said, words_of(made)), words_of(made)
    assert "MIT licence" in words_of(terms)
    assert "© EuroGeographics for the administrative boundaries" in words_of(terms)


def leads_from_every_mention_to_its_place(page: Page) -> None:
    main = Page(page.folder, page.name).soup.main  # its tree is changed
    for part in main.find_all(["code", "pre"]):
        part.decompose()
    for link in main.find_all("a", href=TO_ASSUMPTION):
        assert link["href"].endswith(f"#{link.get_text()}") or link.get_text() == "Assumptions"  # a reference of a name
        link.decompose()
    assert not re.findall(r"\bdocs/[\w-]+\.md", words_of(main)), "a document is a page of the site"
    rows = Page(page.folder, "assumptions.html").soup.find_all("tr", id=True)
    assert not set(re.findall(r"\bA\d+\b", words_of(main))) & {row["id"] for row in rows}


def is_light(page: Page) -> None:
    assert (page.folder / page.name).stat().st_size < MAX_PAGE_MB * 1e6


CHECKS = (
    starts_with_language_and_title,
    has_headings_in_order,
    has_unique_ids,
    has_links_that_resolve,
    asks_no_other_host,
    has_pictures_for_all,
    has_tables_for_all,
    speaks_no_python,
    names_every_sector,
    marks_itself_in_the_navigation,
    leads_to_the_pages_before_and_after,
    has_a_permalink_on_every_heading,
    says_what_it_was_made_from,
    leads_from_every_mention_to_its_place,
    is_light,
)
# Of pages that notebooks make: documents have no pictures, name files and functions, and leave cells empty.
OF_NOTEBOOKS = {has_pictures_for_all, has_tables_for_all, speaks_no_python, names_every_sector}


def checks_of(name: str) -> list[Callable[[Page], None]]:
    return [check for check in CHECKS if name in EXECUTED or check not in OF_NOTEBOOKS]


@pytest.mark.parametrize(
    ("name", "check"),
    [(name, check) for name in PAGES for check in checks_of(name)],
    ids=lambda value: value.removesuffix(".html") if isinstance(value, str) else value.__name__,
)
def test_a_page(read: Callable[[str], Page], name: str, check: Callable[[Page], None]) -> None:
    check(read(name))


def test_there_is_a_page_of_each_kind_for_each_pilot_and_those_on_no_single_region(full_site: Project) -> None:
    assert len(EXECUTED) == 1 + len(WHOLE) + 10 * len(KINDS)
    assert sorted(path.name for path in full_site.site.glob("*.html")) == sorted(PAGES)
    assert {path.suffix for path in full_site.site.rglob("*") if path.is_file()} == SUFFIXES


def test_the_index_of_the_search_knows_every_page_and_leads_to_places_that_exist(
    full_site: Project, read: Callable[[str], Page]
) -> None:
    source = (full_site.site / search_index.NAME).read_text(encoding="utf-8")
    assert len(source.encode()) <= search_index.MAX_BYTES
    assert not re.findall("[<>&\u2028\u2029]", source)
    index = json.loads(source.removeprefix(f"window.{search_index.GLOBAL}=").removesuffix(";\n"))
    assert [f"{page}.html" for page, _, _ in index["pages"]] == PAGES
    for page, title, numbers in index["pages"]:
        shown = read(f"{page}.html")
        assert words_of(shown.soup.h1) == title
        ids = {"", *(tag["id"] for tag in shown.soup.find_all(id=True))}
        assert {index["anchors"][number] for number in numbers[0::3]} <= ids
        texts = {unicodedata.normalize("NFC", index["texts"][number]) for number in numbers[1::3]}
        assert {words_of(h2) for h2 in shown.soup.main.find_all(["h2", "h3"])} <= texts
        if f"{page}.html" in EXECUTED:
            # What is folded at the foot, which every page has, is found by none.
            captions = [tag for tag in shown.soup.find_all(["figcaption", "caption"]) if not tag.find_parent("details")]
            captions = [words_of(tag) for tag in captions]
            starts = {text.removesuffix(" …") for text in texts}
            assert [caption for caption in captions if not caption.startswith(tuple(starts))] == []
    sectors = {f"{name} ({code})" for code, name in SECTORS.items()}
    assert len(sectors & set(index["texts"])) > len(sectors) / 2


def test_the_style_asks_no_other_host(full_site: Project) -> None:
    for path in full_site.site.rglob("*.css"):
        text = path.read_text(encoding="utf-8")
        assert not re.findall(r"@import|url\(|https?:|//\w", text)


def test_every_file_to_download_is_linked_from_a_page(full_site: Project, read: Callable[[str], Page]) -> None:
    linked = {a["href"] for name in EXECUTED for a in read(name).soup.find_all(download=True)}
    there = (path for path in full_site.site.rglob("*") if path.suffix in TO_TAKE)
    assert linked == {str(path.relative_to(full_site.site)) for path in there}


def test_the_run_warned_of_nothing(full_site: Project) -> None:
    assert (full_site.root / "warnings.txt").read_text(encoding="utf-8") == ""


def test_nothing_is_left_beside_the_site(full_site: Project) -> None:
    names = [path.name for path in full_site.root.rglob("*")]
    assert not [name for name in names if name.endswith(".part") or re.match(r"\.(work|site|old)-", name)]
    assert "failed" not in names


def text_of(path: Path) -> str:
    """What is written in a file; of a workbook, in all its parts."""
    if path.suffix != ".xlsx":
        return path.read_text(encoding="utf-8")
    with zipfile.ZipFile(path) as parts:
        return "\n".join(parts.read(name).decode("utf-8") for name in parts.namelist())


def test_no_page_says_where_it_was_made(full_site: Project) -> None:
    for path in full_site.site.rglob("*"):
        if path.is_file():
            text = text_of(path)
            assert str(full_site.root) not in text
            assert str(ROOT) not in text
            assert str(Path.home()) not in text


def test_the_home_page_lists_all_regions_and_links_to_them(read: Callable[[str], Page]) -> None:
    rows = read("index.html").section("What is each region strong in?").table.tbody.find_all("tr")
    assert [[a["href"] for a in row.find_all("a")] for row in rows] == list(REGION_PAGES_OF.values())
    assert [words_of(row.th) for row in rows] == [p.name for p in load_regions(project(ROOT))]


def test_the_home_page_leads_to_the_page_on_europe(read: Callable[[str], Page]) -> None:
    assert [words_of(a) for a in read("index.html").soup.main.find_all("a", href="europe.html")] == [
        "clusters of Europe"
    ]


def test_the_home_page_leads_to_the_example_of_a_stress_test(read: Callable[[str], Page]) -> None:
    assert [words_of(a) for a in read("index.html").soup.main.find_all("a", href=EXAMPLE)] == [
        "an example with illustrative answers"
    ]


def downloaded(project: Project, name: str, folder: str = "europe") -> pd.DataFrame:
    return pd.read_csv(project.site / "downloads" / folder / f"{name}.csv", encoding="utf-8-sig")


def test_the_page_on_europe_says_one_count_everywhere(full_site: Project, read: Callable[[str], Page]) -> None:
    page = read("europe.html")
    n = int(downloaded(full_site, "regions")["n_clusters"].sum())
    assert {int(downloaded(full_site, name)["n_clusters"].sum()) for name in ("sectors", "countries")} == {n}
    assert f"had {n:,} specialised clusters in 2014, with " in words_of(page.reading.find("p", class_="lead"))
    published = page.section("How does this compare with published counts?")
    first, second = published.find_all("table")
    assert words_of(first.tbody.find_all("tr")[-1]).startswith(f"This page, 2014 {n:,} ")
    assert words_of(second.tbody.tr).startswith(f"As counted here {n:,} ")
    assert all(count in words_of(first) for count in ("3,000 54.0", "2,950 61.8", "1,501"))
    sensitivity = downloaded(full_site, "sensitivity").set_index(["part", "variant"])["n_clusters"]
    assert sensitivity["hidden", "estimate"] == n


def test_the_page_on_europe_leaves_norway_out_and_says_so(full_site: Project, read: Callable[[str], Page]) -> None:
    page = read("europe.html")
    assert words_of(page.reading.find("p", class_="warning")).startswith("Norway is left out of this page: ")
    codes = set(downloaded(full_site, "regions")["nuts_id"].str[:2])
    assert len(codes) == 28
    assert "NO" not in codes


def test_the_page_on_europe_has_no_causal_words(read: Callable[[str], Page]) -> None:
    for name in ("europe.html", "piemonte"):
        text = words_of(read(name).section("Does strength go with innovation, entrepreneurship and growth?")).lower()
        assert not re.findall(r"\b(causes?|leads? to|drives?|boosts?|because|thanks to|due to|impact)\b", text)
        assert "interval" in text
        assert "regions" in text


@each_pilot
def test_a_region_is_marked_beside_all_others(read: Callable[[str], Page], region: str) -> None:
    section = read(region).section("Does strength go with innovation, entrepreneurship and growth?")
    (p,) = load_regions(project(ROOT), [region])
    assert f"of the jobs of {p.name} are in specialised clusters" in words_of(section)
    assert f"{p.name} marked with" in unicodedata.normalize("NFC", section.img["alt"])


def where(read: Callable[[str], Page], region: str) -> str:
    return words_of(read(region).section("Where is the region, and how large is its economy?"))


@pytest.mark.parametrize(
    ("region", "count"), [("hauts-de-france", "two"), ("saxony", "three"), ("slovenia", "two"), ("wallonia", "five")]
)
def test_a_region_of_several_codes_says_so(read: Callable[[str], Page], region: str, count: str) -> None:
    text = where(read, region)
    assert f"is made up of {count} NUTS 2 regions: " in text
    (p,) = load_regions(project(ROOT), [region])
    assert all(f"({code})" in text for code in p.nuts_ids)


def test_lithuania_says_under_which_code_it_was_published(read: Callable[[str], Page]) -> None:
    assert re.search(r"NUTS 2013\b.* it was LT00\.", where(read, "lithuania"))


def test_finland_says_that_its_metal_ore_quotient_is_a_range(read: Callable[[str], Page]) -> None:
    page = read("east-north-finland")
    text = words_of(page.section("What is measured, and what is hidden?"))
    pattern = r"Metal ore mining \(B07\) [^.]* hidden for ([^:.]*):[^.]*\bbetween (\d+) and (\d+) times"
    sentence = re.search(pattern, text)
    assert sentence, text
    assert "Sweden" in sentence[1]
    assert 1.5 < float(sentence[2]) < float(sentence[3])


def test_sweden_says_that_its_metal_ore_mining_is_hidden(read: Callable[[str], Page]) -> None:
    section = read("north-middle-sweden").section("What is measured, and what is hidden?")
    assert re.search(r"[Mm]etal ore mining \(B07\)[^.]* (is|are) hidden in the region itself", words_of(section))
    (row,) = [row for row in section.find_all("tr") if words_of(row.th) == "Metal ore mining (B07)"]
    assert words_of(row.td) == "Hidden"


@pytest.mark.parametrize(("region", "code"), [(region, code) for region, codes in STRONG.items() for code in codes])
def test_the_sector_that_a_region_is_known_for_is_strong(
    full_site: Project, read: Callable[[str], Page], region: str, code: str
) -> None:
    section = read(region).section("What is the region strong in?")
    rows = {words_of(row.th): words_of(row) for row in section.table.tbody.find_all("tr")}
    assert f"{SECTORS[code]} ({code})" in rows
    assert f"{SECTORS[code]} ({code})" in section.img["alt"]
    sector = portfolio(full_site, region).loc[code]
    assert sector["lq_low"] >= 1.5
    assert sector["share_pct"] >= 1


@pytest.mark.parametrize("region", STRONG)
def test_the_first_sector_of_a_region_is_in_its_first_sentence(read: Callable[[str], Page], region: str) -> None:
    lead = words_of(read(region).reading.find("p", class_="lead")).lower()
    text = words_of(read(region).section("What is the region strong in?").p).lower()
    code = STRONG[region][0].lower()
    assert f"({code}," in lead
    assert f"({code})" in text


def portfolio(project: Project, region: str) -> pd.DataFrame:
    return pd.read_csv(project.site / "downloads" / region / MAPPING.kind / "portfolio.csv", index_col="nace_code")


@each_pilot
def test_the_portfolio_opens_with_all_sectors(full_site: Project, region: str) -> None:
    table = portfolio(full_site, region)
    assert list(table.index) == list(SECTORS)
    assert dict(table["name"]) == SECTORS
    known = table["persons_employed"].notna()
    assert known.sum() >= 50
    assert table.loc[known, "persons_employed_status"].isin(["reported", "estimated"]).all()
    assert table.loc[~known, "persons_employed_status"].isin(["hidden", "partly hidden", "missing"]).all()
    assert (table["persons_employed_low"] <= table["persons_employed_high"]).all()


@each_pilot
def test_the_page_shows_the_figures_of_the_file(full_site: Project, read: Callable[[str], Page], region: str) -> None:
    table = portfolio(full_site, region)
    rows = read(region).section("What is the region strong in?").table.tbody.find_all("tr")
    assert rows
    for row in rows:
        sector, persons, share, *_ = [words_of(cell) for cell in row.find_all(["th", "td"])]
        values = table.loc[re.search(r"\((\w\d\d)\)$", sector)[1]]
        assert persons == f"{values['persons_employed']:,.0f}"
        assert float(share) == pytest.approx(values["share_pct"], abs=0.051)


@pytest.fixture(scope="module")
def stress_test(read: Callable[[str], Page]) -> Callable[[str], Page]:
    """The stress test page of a region."""
    return lambda region: read(f"{STRESS_TEST.name(region)}.html")


@each_pilot
def test_a_stress_test_that_nobody_answered_says_so_and_leads_to_the_example(
    stress_test: Callable[[str], Page], region: str
) -> None:
    page = Page(stress_test(region).folder, stress_test(region).name)
    (p,) = load_regions(project(ROOT), [region])
    assert words_of(page.reading.find("p", class_="lead")).startswith(f"Nobody has answered for {p.name} yet. ")
    assert [words_of(h2) for h2 in page.reading.main.find_all("h2")] == [
        "What does the evidence ask of policy?",
        "What should be asked first?",
        "Which programmes are there?",
        "What do the priorities of smart specialisation rest on?",
        "What are the limits?",
        "How was this page made?",
    ]
    provenance = {words_of(row.th): words_of(row.td) for row in page.soup.find_all("table")[-1].tbody.find_all("tr")}
    assert {provenance[f"Parameter stress_test.{name}"] for name in ("answers", "programmes", "domains")} == {"none"}
    (link,) = page.reading.main.find_all("a", href="index.html")  # which knows whether there is an example
    assert "an example with illustrative answers, on the home page" in words_of(link.parent)
    link.parent.decompose()
    alts = [image["alt"] for image in page.reading.find_all("img")]
    assert "illustrative" not in " ".join([words_of(page.reading), page.description, *alts]).lower()


@each_pilot
def test_a_stress_test_asks_of_all_that_is_weak_or_without_figures(
    full_site: Project, stress_test: Callable[[str], Page], region: str
) -> None:
    evidence = downloaded(full_site, "evidence", f"{region}/{STRESS_TEST.kind}")
    asked = evidence[evidence["verdict"].isin(["bottleneck", "unknown"])]
    (table,) = stress_test(region).section("What should be asked first?").find_all("table")
    rows = [[words_of(cell) for cell in row.find_all(["th", "td"])] for row in table.tbody.find_all("tr")]
    assert [name for name, _, _ in rows] == list(asked["name"])
    assert len(rows) >= 6
    for (_, question, why), verdict in zip(rows, asked["verdict"], strict=True):
        assert question.endswith(".")
        assert why.startswith("▼ weakness: " if verdict == "bottleneck" else ("No open figures.", "Too little is "))
    assert f"clusterkit stress-test init {region} --output FILE" in stress_test(region).words


@each_pilot
def test_the_evidence_of_a_stress_test_is_that_of_the_scoreboard(full_site: Project, region: str) -> None:
    columns = ["name", "verdict", "rank", "n_ranked", "rank_low", "rank_high", "is_robust", "n_known"]
    evidence = downloaded(full_site, "evidence", f"{region}/{STRESS_TEST.kind}")
    assert set(evidence["region"]) == {region}
    evidence = evidence.set_index("item").sort_index()[columns]
    board = downloaded(full_site, "older-sub-dimensions", f"{region}/scoreboard").set_index("part").sort_index()
    pd.testing.assert_frame_equal(evidence, board[columns], check_names=False, check_dtype=False)


def test_no_stress_test_publishes_the_form(full_site: Project) -> None:
    for name in [EXAMPLE, *(f"{STRESS_TEST.name(region)}.html" for region in PILOTS)]:
        source = (full_site.site / name).read_text(encoding="utf-8")
        assert "answer_form" not in source
        assert "Answer the questions" not in source


def test_the_example_says_everywhere_that_its_answers_are_made_up(read: Callable[[str], Page]) -> None:
    page = read(EXAMPLE)
    assert words_of(page.soup.h1) == "Illustrative example: stress test for cluster policy"
    assert page.soup.title.get_text().startswith("Illustrative example: ")
    assert page.description.startswith("Illustrative example: ")
    first = page.reading.main.find("p", class_=True)
    assert (first["class"], words_of(first).split(".")[0]) == (["warning"], "Illustrative page")
    titles = page.reading.find_all(["figcaption", "caption"])
    assert len(titles) >= 20
    for title in titles:
        assert words_of(title).startswith("Illustrative: ")
    for region in page.reading.find_all(class_="table"):
        assert region["aria-label"].startswith("Illustrative: ")
    notes = page.reading.find_all("p", class_="note")
    assert len(notes) == len(titles) - 1  # what the page was made from has none
    for note in notes:
        assert words_of(note).startswith("Illustrative answers, made up to show how the tool works; not those of a ")
        assert "of “Illustrative: " in words_of(note.find("a", download=True))


def test_the_example_shows_every_section_of_the_notebook(read: Callable[[str], Page]) -> None:
    cells = nbformat.read(ROOT / "notebooks" / "stress_test.ipynb", as_version=4).cells
    headings = [
        cell.source.splitlines()[0].lstrip("# ")
        for cell in cells
        if cell.cell_type == "markdown" and cell.source.startswith("#") and BY_HAND not in cell.metadata.get("tags", [])
    ]
    found = read(EXAMPLE).reading.main.find_all(["h2", "h3"])
    assert [words_of(heading) for heading in found] == headings


def test_the_data_of_the_example_are_marked(full_site: Project, read: Callable[[str], Page]) -> None:
    folder = full_site.site / "downloads" / EXAMPLE_ID
    paths = sorted(folder.glob("*.csv"))
    assert len(paths) >= 15
    for path in paths:
        table = pd.read_csv(path, encoding="utf-8-sig")
        assert "illustrative" in table.columns[:2], path
        assert table["illustrative"].eq(True).all(), path
        assert "Lithuania" not in path.read_text(encoding="utf-8"), path
    links = {a["href"] for a in read(EXAMPLE).soup.find_all(download=True)}
    book = f"downloads/{EXAMPLE_ID}/{EXAMPLE_ID}.xlsx"
    assert links == {book, *(f"downloads/{EXAMPLE_ID}/{path.name}" for path in paths)}
    for sheet in load_workbook(full_site.site / book).worksheets[1:-2]:  # between the contents and the sources
        assert str(sheet["A3"].value).startswith("Illustrative: "), sheet.title
    for path in set(full_site.site.rglob("*.csv")) - set(paths):
        assert "illustrative" not in path.read_text(encoding="utf-8").lower(), path


def test_the_example_says_of_whom_its_evidence_is_once(read: Callable[[str], Page]) -> None:
    page = Page(read(EXAMPLE).folder, EXAMPLE)
    main = page.reading.main
    warning = main.find("p", class_="warning").extract()
    assert "that of Lithuania; the answers say nothing of Lithuania or its policy" in words_of(warning)
    provenance = main.find_all("table")[-1].extract()
    assert "LT01, LT02" in words_of(provenance)
    text = " ".join([words_of(main), page.description, *(image["alt"] for image in main.find_all("img"))])
    assert not re.findall(r"Lithuania|Lietuv|Vilni|\bLT\d*\b", text)
    assert "Example region" in text


def test_the_evidence_of_the_example_is_that_of_lithuania(full_site: Project) -> None:
    columns = ["item", "verdict", "rank", "n_ranked", "rank_low", "rank_high"]
    ours, theirs = (
        downloaded(full_site, "evidence", folder)[columns].set_index("item").sort_index()
        for folder in (EXAMPLE_ID, f"lithuania/{STRESS_TEST.kind}")
    )
    pd.testing.assert_frame_equal(ours, theirs)


def test_every_column_of_a_stress_test_has_a_name(full_site: Project) -> None:
    folders = [EXAMPLE_ID, *(f"{region}/{STRESS_TEST.kind}" for region in PILOTS)]
    paths = [path for folder in folders for path in (full_site.site / "downloads" / folder).glob("*.csv")]
    for path in paths:
        assert not [name for name in pd.read_csv(path, encoding="utf-8-sig").columns if "Unnamed" in name], path


def test_every_csv_opens_and_has_a_row(full_site: Project) -> None:
    for path in full_site.site.rglob("*.csv"):
        table = pd.read_csv(path)
        assert len(table), path
        assert not [name for name in table.columns if "\ufeff" in name], path


@pytest.fixture(scope="module")
def quarto_site(full_site: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same executed notebooks, rendered by Quarto."""
    other = Project(tmp_path_factory.mktemp("quarto") / "project")
    shutil.copytree(full_site.root, other.root)
    return site.render(other, site.prepare(other, load_regions(other)), renderer="quarto").parent


def differences(ours: Page, theirs: Page) -> Iterator[str]:
    """What a reader would notice: words, pictures, links, order."""
    parts: dict[str, Callable[[Page], list[str]]] = {
        "words": lambda page: [joined(tag) for tag in page.reading.body.find_all(BLOCKS)],
        "all words": lambda page: [joined(page.reading.body)],
        "pictures": lambda page: [image["alt"] + image["src"] for image in page.reading.find_all("img")],
        "links": lambda page: [
            f"{a['href']} {joined(a)} {a.has_attr('download')}"
            for a in page.soup.find_all("a")
            if not a.find_parent(class_="sourceCode")  # Quarto numbers the lines of code
        ],
        "title": lambda page: [page.soup.title.get_text(), page.description],
        "code": lambda page: ["".join(code.get_text().split()) for code in page.soup.find_all(class_="cell-code")],
        "frame": lambda page: [str(tag) for tag in page.soup.select("header.site, footer.site, nav.neighbours, meta")],
        "headings": lambda page: [f"{h.name} {h['id']}" for h in page.soup.main.find_all(["h2", "h3", "h4"])],
    }  # fmt: skip
    for what, of in parts.items():
        for left, right in itertools.zip_longest(of(ours), of(theirs)):
            if left != right:
                yield f"{ours.name}, {what}: {str(left)[:200]!r} by nbconvert, {str(right)[:200]!r} by Quarto"
                break


@needs_quarto
def test_both_renderers_say_the_same_words(full_site: Project, quarto_site: Path) -> None:
    assert sorted(path.name for path in quarto_site.glob("*.html")) == sorted(PAGES)
    found = [text for name in PAGES for text in differences(Page(full_site.site, name), Page(quarto_site, name))]
    assert found == []


@needs_quarto
def test_the_pages_of_quarto_pass_the_same_checks(quarto_site: Path) -> None:
    failed = []
    for name, check in itertools.chain.from_iterable(itertools.product([page], checks_of(page)) for page in PAGES):
        try:
            check(Page(quarto_site, name))
        except (AssertionError, LookupError, TypeError, AttributeError) as exc:
            failed.append(f"{name}: {check.__name__}: {str(exc)[:300]}")
    assert failed == []
    assert {path.suffix for path in quarto_site.rglob("*") if path.is_file()} == SUFFIXES
