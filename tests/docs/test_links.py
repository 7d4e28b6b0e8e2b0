"""Every link of a document leads somewhere: to a file of the project, and to a heading where it names one."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest
from fenced import ROOT, prose

from clusterkit.batch.documents import DOCUMENTS
from clusterkit.batch.headings import to_html

FILES = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "data/README.md", "tests/golden/README.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
LINK = re.compile(r"!?\[[^\]]*\]\(([^()\s]+)\)")
MENTION = re.compile(r"\bdocs/[\w-]+\.md(?:#\w[\w-]*)?")

each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())


@cache
def anchors(path: Path) -> frozenset[str]:
    """Identifiers of headings, where GitHub and the site agree on them, and of the rows of assumptions."""
    headings = [line for _, line in prose(path) if line.startswith("#")]
    on_site = re.findall(r'<h\d id="([^"]+)"', to_html("\n\n".join(headings))["html"])
    names = [re.sub(r"[`*]", "", line.lstrip("# ").strip()) for line in headings]
    on_github: list[str] = []
    for name in names:
        slug = re.sub(r"[^\w -]", "", name.lower()).replace(" ", "-")
        taken = sum(re.fullmatch(rf"{re.escape(slug)}(-\d+)?", other) is not None for other in on_github)
        on_github.append(f"{slug}-{taken}" if taken else slug)
    rows = re.findall(r"^\| (A\d+) \|", path.read_text(encoding="utf-8"), re.MULTILINE)
    return frozenset({*(set(on_site) & set(on_github)), *rows})


def without_code(line: str) -> str:
    return re.sub(r"(`+).+?\1", "", line)


def wrong(path: Path, url: str) -> str:
    """What is wrong with a link of a document, "" for nothing."""
    if re.match(r"[a-z]+:", url):
        return "" if url.startswith(("https://", "http://")) else "a kind of address that no page has"
    name, _, fragment = unquote(url).partition("#")
    target = (path.parent / name).resolve() if name else path
    if not target.exists():
        return "no such file"
    if not target.is_relative_to(ROOT):
        return "outside of the project"
    if fragment and target.suffix == ".md" and fragment not in anchors(target):
        return "no such heading there"
    return ""


@each_file
def test_links_lead_somewhere(path: Path) -> None:
    problems = [
        f"{path.relative_to(ROOT)}, line {number}: {url}: {what}"
        for number, line in prose(path)
        for url in LINK.findall(without_code(line))
        if (what := wrong(path, url))
    ]
    assert not problems, "\n".join(problems)


def mentions() -> list[tuple[Path, int, str]]:
    """Documents named in the package, in parameter files and in notebooks, with their headings."""
    folders = [("clusterkit", "*.py"), ("params", "*.yaml"), ("notebooks", "*.ipynb"), ("tests", "*.py")]
    return [
        (path, number, mention)
        for folder, pattern in folders
        for path in sorted((ROOT / folder).rglob(pattern))
        if ".ipynb_checkpoints" not in path.parts and path.name not in ("test_documents.py", "test_links.py")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        for mention in MENTION.findall(line)
    ]


def test_documents_that_code_and_messages_name_are_there() -> None:
    found = mentions()
    assert len(found) > 100
    problems = [
        f"{path.relative_to(ROOT)}, line {number}: {mention}: {what}"
        for path, number, mention in found
        if (what := wrong(ROOT / "README.md", mention))
    ]
    assert not problems, "\n".join(problems)


def test_every_document_is_on_the_site_and_linked_from_the_readme_or_the_guides() -> None:
    sources = {document.source for document in DOCUMENTS}
    here = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md")}
    assert here <= sources, "add a Document to clusterkit/batch/documents.py"
    linked = set()
    for start in (ROOT / "README.md", ROOT / "docs" / "how-to.md", ROOT / "docs" / "stress-test.md"):
        for _, line in prose(start):
            targets = [url.partition("#")[0] for url in LINK.findall(line) if not re.match("[a-z]+:", url)]
            linked |= {(start.parent / name).resolve() for name in targets if name}
    missing = {name for name in here if (ROOT / name).resolve() not in linked}
    assert not missing, f"no way leads from README.md, how-to.md or stress-test.md to {sorted(missing)}"


def test_a_wrong_link_is_seen(tmp_path: Path) -> None:
    path = ROOT / "docs" / "methods.md"
    assert wrong(path, "nowhere.md") == "no such file"
    assert wrong(path, "assumptions.md#A1") == ""
    assert wrong(path, "assumptions.md#A1000") == "no such heading there"
    assert wrong(path, "../../../../etc/passwd") == "outside of the project"
    assert wrong(path, "ftp://example.org") != ""
    assert LINK.findall(without_code("`[a](b)` [c](d.md#e), ![f](g.svg)")) == ["d.md#e", "g.svg"]
