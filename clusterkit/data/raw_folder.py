"""What lies in the folder of raw files: which edition, and where it came from.

Beside a file that was fetched lies a record, ``<name>.json``, with one entry for each edition ever
received: address, date, the server's date, terms, SHA-256, size. An edition that is not in use lies
beside the one that is, with the start of its checksum in the name.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from clusterkit.data.sources import REGISTERED, Source, sha256
from clusterkit.errors import Problem, SourceError, some

State = Literal["absent", "known", "changed", "unknown", "damaged"]
SHORT = 8  # hexadecimal digits of a checksum in a file name
RULE = "docs/how-to-fetch-data.md#editions"


@dataclass(frozen=True)
class Entry:
    """One edition as it was received; ``downloaded`` is UTC, ``size`` is in bytes."""

    sha256: str
    size: int
    url: str
    downloaded: str
    last_modified: str | None
    edition: str
    licence: str
    acknowledgement: str


@dataclass(frozen=True)
class Held:
    """What lies in the raw folder for one source.

    ``state`` is one of: ``absent``; ``known``, an edition of the register; ``changed``, as the
    producer sent it, but no edition of the register; ``unknown``, neither in the register nor on
    record; ``damaged``, no longer what the record says. ``size`` is in bytes, None where absent.
    ``beside`` are editions kept and not in use.
    """

    source: Source
    path: Path
    state: State
    edition: str
    size: int | None
    sha256: str | None
    downloaded: str | None
    beside: tuple[Path, ...]

    @property
    def is_accounted(self) -> bool:
        """Whether the register or a record of a download knows these bytes, or there are none."""
        return self.state in ("absent", "known", "changed") or (self.state == "unknown" and self.downloaded is not None)


def record_path(path: Path) -> Path:
    """Record that belongs to a raw file.

    Parameters
    ----------
    path
        Of the raw file.
    """
    return path.with_name(f"{path.name}.json")


def edition_path(path: Path, checksum: str) -> Path:
    """Name under which an edition that is not in use lies beside ``path``.

    Parameters
    ----------
    path
        Of the edition in use.
    checksum
        SHA-256 of the other one, hexadecimal.

    Examples
    --------
    >>> edition_path(Path("eurostat/nama_10r_2gdp.tsv.gz"), "f1586dcf52cf91fc").name
    'nama_10r_2gdp.f1586dcf.tsv.gz'
    """
    stem, dot, ending = path.name.partition(".")
    return path.with_name(f"{stem}.{checksum[:SHORT]}{dot}{ending}")


def read_record(path: Path) -> tuple[Entry, ...]:
    """Editions received for the raw file ``path``, oldest first; empty where nothing is on record.

    Raises
    ------
    SourceError
        The record is not JSON, or lacks a part.
    """
    place = record_path(path)
    try:
        loaded = json.loads(place.read_text(encoding="utf-8"))
        return tuple(Entry(**entry) for entry in loaded["editions"])
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as exc:
        raise SourceError(
            Problem(
                what=f"The record {place.name} cannot be read: {exc}.",
                where=str(place),
                rule=f"{RULE}: written by `clusterkit data fetch`, not by hand",
                fix="delete the record and fetch the file again",
            )
        ) from exc


def write_record(path: Path, source: Source, entries: Iterable[Entry]) -> None:
    """Write the record of the raw file ``path``, aside first and then renamed."""
    content = {"key": source.key, "dataset": source.dataset, "editions": [asdict(entry) for entry in entries]}
    with aside(record_path(path)) as part:
        part.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
        os.replace(part, record_path(path))


@contextmanager
def aside(path: Path) -> Iterator[Path]:
    """A name beside ``path`` to write to before renaming; gone afterwards, whatever happens."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".part", dir=path.parent)
    os.close(handle)
    part = Path(name)
    part.chmod(0o644)
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def held(source: Source, raw: Path) -> Held:
    """What lies under ``raw`` for one source.

    Raises
    ------
    SourceError
        The file or its record cannot be read.
    """
    path = raw / source.path
    record = read_record(path)
    beside = tuple(sorted(path.parent.glob(edition_path(path, "?" * SHORT).name)))
    if not path.is_file():
        return Held(source, path, "absent", "", None, None, None, beside)
    try:
        checksum, size = sha256(path), path.stat().st_size
    except OSError as exc:
        raise SourceError(_unreadable(path, exc)) from exc
    entry = next((entry for entry in record if entry.sha256 == checksum), None)
    known = source.edition_of(checksum)
    downloaded = entry.downloaded if entry else None
    state: State
    if known:
        state, edition = "known", known.name
    elif entry:
        state, edition = "changed" if source.editions else "unknown", entry.edition
    else:
        state, edition = "damaged" if record else "unknown", ""
    return Held(source, path, state, edition, size, checksum, downloaded, beside)


def status(raw: Path, sources: Iterable[Source] | None = None) -> list[Held]:
    """What lies under ``raw`` for each source, in the order of the register; nothing is changed.

    Raises
    ------
    SourceError
        Files or records cannot be read; all of them at once.
    """
    found: list[Held] = []
    problems: list[Problem] = []
    for source in REGISTERED.values() if sources is None else sources:
        try:
            found.append(held(source, raw))
        except SourceError as exc:
            problems += exc.problems
    if problems:
        raise SourceError(problems)
    return found


def check(raw: Path, sources: Iterable[Source] | None = None) -> list[Held]:
    """What lies under ``raw``, refused where a file is not what the register or its record says.

    A file that is absent is no problem here: the embedded tables need none.

    Raises
    ------
    SourceError
        Every file whose bytes nobody can account for, and every unreadable record, at once.
    """
    found = status(raw, sources)
    problems = [_unaccounted(one) for one in found if not one.is_accounted]
    if problems:
        raise SourceError(problems)
    return found


def _unaccounted(one: Held) -> Problem:
    known = some([f"{edition.name} ({edition.sha256[:SHORT]})" for edition in one.source.editions]) or "none"
    if one.state == "damaged":
        what = f"{one.path.name} was changed after it was fetched."
        fix = f"move it away and fetch it again with `clusterkit data fetch {one.source.key}`"
    else:
        what = f"{one.path.name} is no known edition, and nothing records where it came from."
        fix = f"move it away and run `clusterkit data fetch {one.source.key}`, or take the known edition with --mirror"
    return Problem(
        what=what,
        where=f"{one.path}, {one.size:,} bytes, SHA-256 {(one.sha256 or '')[:SHORT]}",
        rule=f"{RULE}: known editions: {known}",
        fix=fix,
    )


def _unreadable(path: Path, exc: OSError) -> Problem:
    return Problem(
        what=f"The raw file {path.name} cannot be read: {exc.strerror or exc}.",
        where=str(path),
        rule="data/README.md lists the raw files that the tables are built from",
        fix="check the rights of the file",
    )
