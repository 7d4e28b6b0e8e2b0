"""The works that the project cites, read from its bibliography."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# LaTeX's accents, as the combining characters of Unicode.
ACCENTS = {"'": "\u0301", "`": "\u0300", '"': "\u0308", "^": "\u0302", "~": "\u0303", "c": "\u0327", "v": "\u030c"}
ENTRY = re.compile(r"^@(\w+)\{(\w+),\n(.*?)\n\}$", re.MULTILINE | re.DOTALL)
FIELD = re.compile(r"^  (\w+) = \{(.*)\},?$", re.MULTILINE)
MANY = 3  # authors; of more, the first and "et al." in a citation


@dataclass(frozen=True)
class Work:
    """One work of the bibliography.

    Parameters
    ----------
    key
        What a citation in the documents names.
    fields
        As in the file, without LaTeX.
    authors
        Family names, in order.
    """

    key: str
    fields: Mapping[str, str]
    authors: tuple[str, ...]

    @property
    def year(self) -> str:
        """Year of publication, as text."""
        return self.fields.get("year", "no year")

    @property
    def label(self) -> str:
        """Authors and year, as a citation in a sentence."""
        if len(self.authors) > MANY:
            return f"{self.authors[0]} et al. {self.year}"
        *others, last = self.authors
        return f"{', '.join(others)} and {last} {self.year}" if others else f"{last} {self.year}"

    def text(self) -> str:
        """The work as a line of a list of references."""
        of = self.fields
        names = of["author"].replace(" and ", "; ")
        number = f"({of['number']})" if "number" in of and "journal" in of else of.get("number", "")
        volume = " ".join(part for part in (of.get("type"), f"{of.get('volume', '')}{number}") if part)
        place = [of.get(name) for name in ("journal", "booktitle", "howpublished", "edition")]
        place += [volume, of.get("pages"), of.get("institution"), of.get("school"), of.get("publisher")]
        place += [of.get("address"), f"doi {of['doi']}" if "doi" in of else None]
        where = ", ".join(part for part in place if part)
        note = f" ({of['note']})" if "note" in of else ""
        return f"{names} ({self.year}). {of['title']}. {where}{note}".rstrip(" .") + "."


def load_works(path: Path) -> dict[str, Work]:
    """The works of a BibTeX file by key, in the order of their authors and years.

    Parameters
    ----------
    path
        A file with one field a line, two blanks before each, and each value in braces.
    """
    works = []
    for _, key, body in ENTRY.findall(path.read_text(encoding="utf-8")):
        fields = {name: plain(value) for name, value in FIELD.findall(body)}
        raw = dict(FIELD.findall(body))["author"]
        authors = tuple(plain(name.partition(",")[0]) for name in re.split(r"\s+and\s+(?![^{]*\}\})", raw))
        works.append(Work(key, fields, authors))
    return {work.key: work for work in sorted(works, key=lambda work: (_sorted_as(work.fields["author"]), work.year))}


def plain(text: str) -> str:
    """A value of BibTeX without LaTeX: accents, escaped characters, dashes and braces resolved."""

    def accented(found: re.Match[str]) -> str:
        letter = found[2].replace("\\i", "i")
        return unicodedata.normalize("NFC", letter + ACCENTS[found[1]])

    text = re.sub(r"\\(['`\"^~])\s*\{?(\\?[A-Za-z])\}?", accented, text)
    text = re.sub(r"\\([cv])\{(\\?[A-Za-z])\}", accented, text)
    text = text.replace("\\i", "ı")
    text = re.sub(r"\\([&%$#_])", r"\1", text)
    return " ".join(re.sub(r"[{}]", "", text).replace("--", "–").replace("~", " ").split())


def _sorted_as(text: str) -> str:
    """Without accents and case."""
    return "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char)).lower()
