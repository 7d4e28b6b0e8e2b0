"""Pages of the site that no notebook makes: methods, glossary, assumptions, sources, how to cite, guides, reference.

Each becomes a notebook of one cell, so that both renderers treat it as every other page. Its text is HTML with
headings in Markdown: what is written in a document means the same to every renderer then.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import clusterkit
from clusterkit import cached, provenance, yamlfile
from clusterkit.batch import reference
from clusterkit.batch.bibliography import Work, load_works
from clusterkit.paths import Project
from clusterkit.show.output import escape

if TYPE_CHECKING:
    from clusterkit.batch.state import State

METHOD, GUIDES = "Method", "Guides"  # lists of the menu
ASSUMPTIONS, REFERENCES = "assumptions", "references"  # pages that others lead into
API = "api"  # page that leads to the reference
METHODS = "docs/methods.md"  # the document that speaks of functions
BIBLIOGRAPHY, CITATION = "docs/references.bib", "CITATION.cff"
# Inside text Pandoc would still read these as marks of its own: lists, dashes, attributes, footnotes.
_MARKS = str.maketrans({char: f"&#{ord(char)};" for char in "-.():%="})


@dataclass(frozen=True)
class Document:
    """One document page.

    Parameters
    ----------
    name
        Of the page, without ending.
    label
        In the navigation.
    source
        File it is made from, from the project folder.
    description
        What follows the title where a search engine or a link shows the page.
    group
        List of the menu that it stands in.
    part_of
        Name of the page that leads to it, in a row of its own instead of the menu; "" for a page of the menu.
    """

    name: str
    label: str
    source: str
    description: str
    group: str = METHOD
    part_of: str = ""


# In the order of the navigation, which shows those whose source is there.
DOCUMENTS = (
    Document("methods", "Methods", METHODS, "formulas of what the reports say, with their sources."),
    Document("glossary", "Glossary", "docs/glossary.md", "the words of the reports, and where they come from."),
    Document(
        ASSUMPTIONS, "Assumptions", "docs/assumptions.md", "what is taken for granted, rated by how much it matters."
    ),
    Document("data", "Data", "docs/data_log.md", "what the raw files are, rated by how far they can be trusted."),
    Document(
        "indicators", "Indicators", "docs/indicators.md", "which figures the scoreboard knows, and their sources."
    ),
    Document("frameworks", "Frameworks", "docs/frameworks.md", "which indicators make up which part of a scoreboard."),
    Document("taxonomies", "Taxonomies", "docs/taxonomies.md", "how industries are put together into categories."),
    Document("definitions", "Definitions", "docs/definitions.md", "which industries belong together, by their jobs."),
    Document("stress-test", "Stress test", "docs/stress-test.md", "what it asks, and how answers become findings."),
    Document("rules", "Rules", "docs/stress-test-rules.md", "which facts make which recommendation apply."),
    Document("benchmarks", "Benchmarks", "docs/benchmarks.md", "time, memory and errors, as measured."),
    Document(REFERENCES, "References", BIBLIOGRAPHY, "the works that the methods rest on."),
    Document("cite", "How to cite", CITATION, "the software, the methods and the data."),
    Document("tutorial", "Tutorial", "docs/tutorial.md", "from a fresh copy to a published report.", GUIDES),
    Document("how-to", "How to", "docs/how-to.md", "one task each, in a few steps.", GUIDES),
    Document(
        "own-taxonomy",
        "Own categories",
        "docs/how-to-own-taxonomy.md",
        "industries put together as a strategy has them.",
        GUIDES,
    ),
    Document(
        "own-industry-table",
        "Own industry table",
        "docs/how-to-own-industry-table.md",
        "figures of groups and classes, as a page.",
        GUIDES,
    ),
    Document(
        "own-indicators",
        "Own indicators",
        "docs/how-to-own-indicators-and-framework.md",
        "own figures on the scoreboard, and a framework for them.",
        GUIDES,
    ),
    Document(
        "own-boundary", "Own boundary", "docs/how-to-own-boundary.md", "an outline on the maps of a region.", GUIDES
    ),
    Document(
        "cluster-organisations",
        "Cluster organisations",
        "docs/how-to-cluster-organisations.md",
        "who organises which sector, as a map and a table.",
        GUIDES,
    ),
    Document("fetch-data", "Fetch data", "docs/how-to-fetch-data.md", "raw files, editions, mirrors.", GUIDES),
    Document(
        "cluster", "On a cluster", "docs/how-to-run-on-a-cluster.md", "many regions, on one machine or many.", GUIDES
    ),
    Document("commands", "Commands", "docs/commands.md", "every command with its options.", GUIDES),
    Document("architecture", "Architecture", "docs/architecture.md", "what is where in the code, and why.", GUIDES),
    Document("contributing", "Contributing", "docs/contributing.md", "set up, test, style, release.", GUIDES),
    Document(API, "Python", reference.SOURCE, "how to use it from own code, and all names.", GUIDES),
    *(
        Document(part.page, part.label, reference.SOURCE, f"names of {part.title}.", GUIDES, part_of=API)
        for part in reference.PARTS
    ),
)


def existing(project: Project) -> list[Document]:
    """The documents whose source the project has, in the order of the navigation."""
    return [document for document in DOCUMENTS if (project.root / document.source).is_file()]


def assumption_ids(project: Project) -> frozenset[str]:
    """Identifiers of the assumptions that have a row in ``docs/assumptions.md``; none where that is missing."""
    path = project.docs / "assumptions.md"
    if not path.is_file():
        return frozenset()
    return frozenset(re.findall(r"^\| (A\d+) \|", path.read_text(encoding="utf-8"), re.MULTILINE))


def targets(project: Project) -> dict[str, tuple[str, str]]:
    """What a text can mention, to the address and the words of the link: assumptions by number, documents by file."""
    found = [document for document in existing(project) if not document.part_of]
    pages = {document.source: (f"{document.name}.html", document.label) for document in found}
    return {**_rows(assumption_ids(project), f"{ASSUMPTIONS}.html"), **pages}


def _rows(ids: Iterable[str], page: str) -> dict[str, tuple[str, str]]:
    """The rows of assumptions as targets of links; ``page`` is "" on their own page."""
    return {name: (f"{page}#{name}", name) for name in ids}


def link_mentions(text: str, targets: Mapping[str, tuple[str, str]]) -> str:
    """Markdown or HTML with a link from every mention of an assumption or a document to its place on the site.

    A document may be named with a place in it, ``docs/methods.md#cluster-stars``.

    Parameters
    ----------
    text
        Mentions in tags, links, code and headings are left as they are.
    targets
        As of :func:`targets`.
    """
    if not targets:
        return text
    left_alone = r"<a\b.*?</a>|<code\b.*?</code>|<h\d\b.*?</h\d>|<[^>]*>|`[^`]*`|\[[^\]]*\]\([^)]*\)|^#.*?$"

    def linked(found: re.Match[str]) -> str:
        name, _, place = html.unescape(found[0]).partition("#")
        href, label = targets.get(name, ("", ""))
        if href and place:
            href, label = targets.get(place, (f"{href}#{place}", label))
        return f'<a href="{href}">{label}</a>' if href else found[0]

    mention = r"\bdocs/(?:[\w-]|&#95;)+\.md\b(?:(?:#|&#35;)[\w-]+)?|\bA\d+\b"
    return re.sub(rf"{left_alone}|{mention}", linked, text, flags=re.DOTALL | re.MULTILINE)


def write(project: Project, state: State) -> list[Document]:
    """Write the notebooks of all documents that have changed, with their text as HTML beside the record of pages.

    Returns
    -------
    list of Document
        All documents of the site, in the order of the navigation.
    """
    found = existing(project)
    key = _key(project, found)
    is_there = all(
        (project.reports / f"{document.name}.ipynb").is_file() and state.body(document.name).is_file()
        for document in found
    )
    if is_there and state.of("documents").get("key") == key:
        return found
    # Imported here: parsing Markdown takes time that a run without a change should not cost.
    from clusterkit.batch.headings import to_html
    from clusterkit.batch.site import write_page
    from clusterkit.batch.state import write_json

    project.reports.mkdir(exist_ok=True)
    state.folder.mkdir(exist_ok=True)
    made = provenance.in_short(project)
    names = _write_reference(project, state, [document for document in found if document.part_of], made)
    for document in found:
        if document.part_of:
            continue
        title, text = _page(project, document, names)
        write_page(project, document.name, text, title=title, description=f"{title}: {document.description}", made=made)
        write_json(state.body(document.name), to_html(text))
        digest = hashlib.sha256(text.encode()).hexdigest()
        state.keep(document.name, {"page": document.name, "key": digest})
    state.keep("documents", {"key": key})
    return found


def _write_reference(project: Project, state: State, parts: list[Document], made: str) -> Mapping[str, str]:
    """Write the pages made of docstrings where the source or what they lead to has changed; addresses of their names.

    They are kept apart from the other documents: whoever writes a text does not wait for all docstrings to be read.
    """
    if not parts:
        return {}
    works, ids = _works(project), assumption_ids(project)
    lead_to = [sorted(ids), sorted(works), sorted(targets(project)), made, clusterkit.__version__]
    key = hashlib.sha256(f"{reference.key()} {json.dumps(lead_to)}".encode()).hexdigest()
    known = state.of("reference")
    pages = [project.reports / f"{document.name}.ipynb" for document in parts]
    if known.get("key") == key and all(path.is_file() and state.body(path.stem).is_file() for path in pages):
        return known["names"]
    from clusterkit.batch.headings import to_html
    from clusterkit.batch.site import write_page
    from clusterkit.batch.state import write_json

    package = reference.load()
    texts = {part.page: reference.to_markdown(package, part).partition("\n") for part in reference.PARTS}
    # The headings alone first: a page can lead to names of all pages.
    headings = {page: "\n\n".join(re.findall(r"^#.*$", rest, re.MULTILINE)) for page, (_, _, rest) in texts.items()}
    names = reference.names_of({page: to_html(found)["html"] for page, found in headings.items()})
    for document in parts:
        title, _, rest = texts[document.name]
        title = title.lstrip("# ")
        text = to_text(rest, reference.SOURCE, works, ids, names)
        write_page(project, document.name, text, title=title, description=f"{title}: {document.description}", made=made)
        write_json(state.body(document.name), to_html(text))
        state.keep(document.name, {"page": document.name, "key": hashlib.sha256(text.encode()).hexdigest()})
    state.keep("reference", {"key": key, "names": names})
    return names


def _works(project: Project) -> Mapping[str, Work]:
    path = project.root / BIBLIOGRAPHY
    return _load_works(path) if path.is_file() else {}


_load_works = cached.by_file(load_works)  # every document asks for them


def _key(project: Project, found: list[Document]) -> str:
    """Of everything that the documents are made from: the same key, the same pages."""
    paths = sorted({project.root / document.source for document in found})
    digest = hashlib.sha256(f"{clusterkit.__version__} {reference.key()}".encode())
    for path in (*paths, project.processed / "provenance.json"):
        if path.is_file():
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _page(project: Project, document: Document, names: Mapping[str, str]) -> tuple[str, str]:
    """Title of a document, and its text as headings in Markdown with HTML between them."""
    path = project.root / document.source
    if document.source == BIBLIOGRAPHY:
        return "References", _references(_works(project))
    text = _citation(project) if document.source == CITATION else path.read_text(encoding="utf-8")
    title, _, rest = text.partition("\n")
    made = to_text(rest, document.source, _works(project), assumption_ids(project), names)
    return title.lstrip("# "), made


def to_text(
    markdown: str,
    source: str,
    works: Mapping[str, Work],
    ids: frozenset[str],
    names: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Markdown of a document as headings in Markdown with HTML between them, and its links made to pages of the site.

    Parameters
    ----------
    markdown
        Without its title.
    source
        Where it stands in the project: links are relative to it.
    works
        Of the bibliography, by key; a key in brackets becomes a link.
    ids
        Of the assumptions.
    names
        Of the reference, to their addresses: as :func:`clusterkit.batch.reference.names_of` gives them.
    """
    import mistune

    text = str(mistune.create_markdown(renderer=_renderer()(source, names), plugins=["table"])(markdown))
    text = re.sub(r"&#91;([^<>]{1,200}?)&#93;", lambda found: _cited(found, works), text)
    return link_mentions(text, _rows(ids, "" if source.endswith("assumptions.md") else f"{ASSUMPTIONS}.html"))


def _cited(found: re.Match[str], works: Mapping[str, Work]) -> str:
    """A citation in brackets with authors and year for its keys, each a link."""

    def shown(key: re.Match[str]) -> str:
        work = works.get(key[0])
        return f'<a href="{REFERENCES}.html#{key[0]}">{inert(work.label)}</a>' if work else key[0]

    inner = re.sub(r"\b[A-Z]\w+\b", shown, found[1])
    return f"&#91;{inner}&#93;" if inner != found[1] else found[0]


def inert(text: str) -> str:
    """Text that is text to every renderer, line by line."""
    return "\n".join(escape(line).replace(";", "\0").translate(_MARKS).replace("\0", ";") for line in text.split("\n"))


@cache
def _renderer() -> Callable[[str, Mapping[str, str]], Any]:
    """The class that turns a document into text; made once, since its parent is imported only when it is needed."""
    import mistune

    class ToText(mistune.HTMLRenderer):
        """Headings stay Markdown, all else becomes HTML without a blank line or an indent in it."""

        def __init__(self, source: str, names: Mapping[str, str]) -> None:
            super().__init__(escape=True)
            self.source, self.names = source, names
            self.section, self.tables = "", 0

        def text(self, text: str) -> str:
            return _subscripts(inert(text), longest=3)

        def heading(self, text: str, level: int, **_: Any) -> str:
            text = re.sub(r"</?a\b[^>]*>", "", text)  # a heading has its own link
            self.section, self.tables = re.sub(r"<[^>]+>", "", text), 0
            return f"\n{'#' * level} {text}\n\n"

        def codespan(self, text: str) -> str:
            text = text.replace("\\|", "|")  # as tables want it written
            code = f"<code>{inert(text)}</code>"
            place = reference.mentioned(text, self.names, is_bare_enough=self.source == METHODS)
            return f'<a href="{place}">{code}</a>' if place else code

        def block_html(self, html: str) -> str:
            """Remarks for whoever reads the source are left out; other tags are text."""
            return "" if html.lstrip().startswith("<!--") else super().block_html(html)

        def block_code(self, code: str, info: str | None = None) -> str:
            text = inert(code.rstrip())
            if info:
                return f'<pre tabindex="0"><code>{text}</code></pre>\n\n'
            return f'<pre class="formula" tabindex="0"><code>{_subscripts(text, longest=40)}</code></pre>\n\n'

        def paragraph(self, text: str) -> str:
            source = re.fullmatch(r"<em>(Source.*)</em>", text)
            return f'<p class="note">{source[1]}</p>\n\n' if source else f"<p>{text}</p>\n\n"

        def link(self, text: str, url: str, title: str | None = None) -> str:  # noqa: ARG002 - mistune gives it by name
            target = address(url, self.source)
            if not target:
                return text
            document = _leads_to(url, self.source)
            if document and html.unescape(text) == Path(document.source).name:  # a file's name says nothing to a reader
                text = inert(document.label)
            return f'<a href="{escape(target)}">{text}</a>'

        def list(self, text: str, ordered: bool, **_: Any) -> str:
            tag = "ol" if ordered else "ul"
            return f"<{tag}>\n{text}</{tag}>\n\n"

        def list_item(self, text: str) -> str:
            return f"<li>{text.strip()}</li>\n"

        def table(self, text: str) -> str:
            self.tables += 1
            name = self.section + (f", table {self.tables}" if self.tables > 1 else "")
            name = name or "Overview"
            return (
                f'<div class="table" role="region" aria-label="{name}" tabindex="0">\n<table>\n'
                f'<caption class="sr-only">{name}</caption>\n{text}</table>\n</div>\n\n'
            )

        def table_head(self, text: str) -> str:
            return f"<thead><tr>{text}</tr></thead>\n"

        def table_body(self, text: str) -> str:
            return f"<tbody>\n{text}</tbody>\n"

        def table_row(self, text: str) -> str:
            first, end, rest = text.partition("</td>")
            content = first.partition(">")[2]
            if content:  # an empty first cell says "as above" and heads nothing
                first, end = f'<th scope="row">{content}', "</th>"
            name = content if self.source.endswith("assumptions.md") and re.fullmatch(r"A\d+", content) else ""
            return f"<tr{f' id={chr(34)}{name}{chr(34)}' if name else ''}>{first}{end}{rest}</tr>\n"

        def table_cell(self, text: str, align: str | None = None, head: bool = False) -> str:
            css = ' class="number"' if align == "right" else ""
            return f'<th scope="col"{css}>{text}</th>' if head else f"<td{css}>{text}</td>"

    return ToText


def address(url: str, source: str) -> str:
    """Where a link of a document leads on the site; "" for what the site does not show.

    Parameters
    ----------
    url
        As written in the document.
    source
        The document, from the project folder.
    """
    path, hash_, fragment = url.partition("#")
    if not path:
        return url
    document = _leads_to(url, source)
    return f"{document.name}.html{hash_}{fragment}" if document else ""


def _leads_to(url: str, source: str) -> Document | None:
    path = (Path(source).parent / url.partition("#")[0]).as_posix()
    # Of the reference, the first page: it leads to the others.
    return next((document for document in DOCUMENTS if document.source == path), None)


def _subscripts(text: str, *, longest: int) -> str:
    """What stands after an underscore set lower, where it is an index and no name: w_rs, T_low, Σ_{r in c}.

    Parameters
    ----------
    text
        Inert text.
    longest
        Characters of an index after a single letter; after a word an index has at most two.
    """

    def lowered(found: re.Match[str]) -> str:
        index = html.unescape(found[2])
        index = index[1:-1] if index.startswith("{") else index
        is_index = "_" not in index and len(index) <= (longest if len(found[1]) == 1 else 2)
        return f"{found[1]}<sub>{inert(index)}</sub>" if is_index else found[0]

    # 95 is an underscore, 123 and 125 are braces.
    return re.sub(r"(?<!\w)(?<!&#95;)([^\W\d_]+)&#95;(&#123;[^<>]{1,60}?&#125;|[^\W_]+)(?!\w|&#95;)", lowered, text)


def _references(works: Mapping[str, Work]) -> str:
    lines = [f'<p id="{work.key}" class="reference">{inert(work.text())}</p>\n' for work in works.values()]
    # Words first: Quarto takes a heading at the very start for the title of the page.
    return "The works that methods, assumptions and reports cite, by author.\n\n" + "\n".join(lines)


def _citation(project: Project) -> str:
    """How to cite, as Markdown, from ``CITATION.cff`` and the record of the data."""
    found, _ = yamlfile.read(project.root / CITATION)
    authors = " and ".join(author["name"] for author in found["authors"])
    title, version, licence = found["title"], found["version"], found["license"]
    works = "\n".join(f"- {_of_cff(work)}" for work in found.get("references", ()))
    return f"""# How to cite

{found["message"]}

## The software and its reports

{authors}. {title}. Version {version}. Software, {licence} licence.

```bibtex
@software{{clusterkit,
  author = {{{{{authors}}}}},
  title = {{{title}}},
  version = {{{version}}},
  license = {{{licence}}}
}}
```

Of a page, give its title too, and the editions of the data and the commit that stand at its foot: with these
anyone can make the same page again.

## The methods

{works}

All works are listed under [References](docs/references.bib).

## The data

Code and words may be used under the {licence} licence. Figures and boundaries have terms of their own, and ask for
these words:

{_acknowledgements(project)}
"""


def _of_cff(work: Mapping[str, Any]) -> str:
    names = [f"{author['family-names']}, {author['given-names']}" for author in work["authors"]]
    journal = f" {work['journal']}." if "journal" in work else ""
    return f"{'; '.join(names)} ({work['year']}). {work['title']}.{journal}"


def _acknowledgements(project: Project) -> str:
    """A table of the sources by what they ask for."""
    record = project.processed / provenance.RECORD
    sources = json.loads(record.read_text(encoding="utf-8"))["sources"] if record.is_file() else []
    terms: dict[tuple[str, str], list[str]] = {}
    for source in sources:
        terms.setdefault((source["acknowledgement"], source["licence"]), []).append(source["dataset"])
    rows = [
        f"| {words} | {licence} | {', '.join(dict.fromkeys(datasets))} |"
        for (words, licence), datasets in sorted(terms.items())
    ]
    return "\n".join(["| acknowledgement | terms | of |", "|---|---|---|", *rows])
