"""Fetch raw files from their producers, or from a mirror, and lose nothing on the way.

A file is written aside, checked, and only then renamed into place. Bytes that are no known edition
never take the place of anything by themselves: they are kept beside it, and the user decides.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Protocol
from urllib.parse import quote, urlsplit

from clusterkit.data.download import RETRIES, Patience, Received, UnreachableError, check_content, download
from clusterkit.data.raw_folder import Entry, aside, edition_path, read_record, write_record
from clusterkit.data.sources import Source, sha256
from clusterkit.errors import Problem, SourceError

Outcome = Literal["new", "same", "replaced", "beside", "failed"]
RULE = "docs/how-to-fetch-data.md"
BESIDE_FIX = (
    "look at the figures and the NUTS version of the new edition, then put it in place with "
    "`clusterkit data fetch {key} --newest`; the old one is kept beside it"
)


@dataclass(frozen=True)
class Fetched:
    """What became of one source.

    ``outcome`` is one of: ``new``, in place where nothing was; ``same``, as it was; ``replaced``, in
    place, the file that was there is kept at ``kept``; ``beside``, another edition than the known
    one, kept at ``path`` and not in use; ``failed``. ``problem`` says what to do about ``beside``
    and ``failed``. ``path`` and ``sha256`` are None where nothing came.
    """

    source: Source
    outcome: Outcome
    path: Path | None = None
    sha256: str | None = None
    kept: Path | None = None
    problem: Problem | None = None


class Progress(Protocol):
    """What a caller may want to see while files come in."""

    def start(self, source: Source) -> Any:
        """Begin one file; return a bar as pooch takes it, or False."""

    def wait(self, source: Source, seconds: float, why: str) -> None:
        """Say that the next try comes in ``seconds``.

        Parameters
        ----------
        source
            Which file.
        seconds
            Until then.
        why
            What the server answered, a sentence.
        """


def fetch(
    sources: Sequence[Source],
    raw: Path,
    *,
    mirror: str | Path | None = None,
    newest: bool = False,
    retries: int = RETRIES,
    patience: Patience | None = None,
    progress: Progress | None = None,
) -> list[Fetched]:
    """Fetch the newest edition of each source into the raw folder.

    Parameters
    ----------
    sources
        What to fetch.
    raw
        Folder of raw files; made where it is not there.
    mirror
        Folder, or base address (http, https), that holds the files under the same relative paths;
        default the producers themselves.
    newest
        Put an edition that is not the known one in place, and keep the old file beside it. Without
        it, the new edition is kept beside and not used. A source without any known edition is
        always put in place.
    retries
        Further tries for each file after the first; a count. A server that cannot be reached at all
        gets them once, not once for each file.
    patience
        Waits and timeouts, in seconds.
    progress
        Told about each file and each wait; default nothing is shown.

    Returns
    -------
    list of Fetched
        One for each source, in the same order. A file that fails does not stop the others: look at
        ``outcome``.

    Raises
    ------
    SourceError
        Before anything is fetched: the mirror is not there, or sources can only come from a mirror.
    """
    base = _check_mirror(mirror)
    _check_addresses(sources, base)
    _check_folder(raw)
    results = []
    given_up: set[str] = set()
    for source in sources:
        url = _address(source, base)
        host = urlsplit(url).netloc
        path = raw / source.path
        try:
            with aside(path) as part:
                received = _receive(
                    source, url, part, base, 0 if host in given_up else retries, patience or Patience(), progress
                )
                results.append(_keep(source, path, part, received, newest=newest))
        except SourceError as exc:
            if isinstance(exc, UnreachableError):
                given_up.add(host)
            results.append(Fetched(source, "failed", problem=exc.problems[0]))
        except OSError as exc:
            results.append(Fetched(source, "failed", problem=_not_written(path, exc)))
    return results


def _check_mirror(mirror: str | Path | None) -> str | Path | None:
    """Base address without a slash at its end, existing folder, or None."""
    if mirror is None:
        return None
    if isinstance(mirror, str) and "://" in mirror:
        parts = urlsplit(mirror)
        if parts.scheme in ("http", "https") and parts.netloc and not parts.query and not parts.fragment:
            return mirror.rstrip("/")
        what = f"{mirror!r} is not the base address of a mirror."
    else:
        folder = Path(mirror)
        if folder.is_dir():
            return folder.resolve()
        what = f"There is no folder {folder}."
    raise SourceError(
        Problem(
            what=what,
            where="--mirror",
            rule=f"{RULE}#a-mirror",
            fix="name a folder, or an address with http:// or https://, that holds eurostat/, nuts/ and so on",
        )
    )


def _check_addresses(sources: Sequence[Source], base: str | Path | None) -> None:
    if base is not None:
        return
    problems = [
        Problem(
            what=f"{source.key} has no download address: its producer does not publish it in this form.",
            where=f"{source.content}; {source.page or source.producer}",
            rule=f"{RULE}#the-register",
            fix="take it from a folder or server that has it, with --mirror",
        )
        for source in sources
        if source.address is None
    ]
    if problems:
        raise SourceError(problems)


def _check_folder(raw: Path) -> None:
    try:
        raw.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise SourceError(
            Problem(
                what=f"The folder of raw files cannot be made: {exc.strerror or exc}.",
                where=str(raw),
                rule=f"{RULE}#the-newest-data",
                fix="name another folder with --raw",
            )
        ) from exc


def _address(source: Source, base: str | Path | None) -> str:
    if isinstance(base, Path):
        return (base / source.path).as_uri()
    if base is not None:
        return f"{base}/{quote(source.path)}"
    return source.address or ""


def _receive(
    source: Source,
    url: str,
    part: Path,
    base: str | Path | None,
    retries: int,
    patience: Patience,
    progress: Progress | None,
) -> Received:
    """Bytes of one source at ``part``, checked for their kind."""
    name = Path(source.path).name
    bar = progress.start(source) if progress else False
    if not isinstance(base, Path):
        on_wait = (lambda seconds, why: progress.wait(source, seconds, why)) if progress else None
        return download(url, part, name, retries=retries, patience=patience, bar=bar, on_wait=on_wait)
    found = base / source.path
    try:
        shutil.copyfile(found, part)
    except OSError as exc:
        raise SourceError(
            Problem(
                what=f"The mirror does not give {source.path}: {exc.strerror or exc}.",
                where=str(found),
                rule=f"{RULE}#a-mirror: the same relative paths as in the register",
                fix="put the file there, or take it from another mirror",
            )
        ) from exc
    check_content(part, name, str(found))
    modified = datetime.fromtimestamp(found.stat().st_mtime, UTC).isoformat(timespec="seconds")
    return Received(url=url, size=part.stat().st_size, last_modified=modified)


def _keep(source: Source, path: Path, part: Path, received: Received, *, newest: bool) -> Fetched:
    """Put the bytes at ``part`` where they belong; every step leaves whole files only."""
    new = sha256(part)
    old = sha256(path) if path.is_file() else None
    record = read_record(path)
    known = source.edition_of(new)
    if all(entry.sha256 != new for entry in record):
        record = (*record, _entry(source, new, received))
        write_record(path, source, record)
    if old == new:
        return Fetched(source, "same", path, new)
    # A known edition takes the place of bytes that nobody can account for, never of a recorded edition.
    old_is_on_record = source.edition_of(old or "") is not None or any(entry.sha256 == old for entry in record)
    trusted = known is not None or not source.editions
    if old is None and (trusted or newest):
        os.replace(part, path)
        return Fetched(source, "new", path, new)
    if old is not None and (newest or (known is not None and not old_is_on_record)):
        kept = edition_path(path, old)
        with aside(kept) as copy:
            shutil.copyfile(path, copy)
            os.replace(copy, kept)
        os.replace(part, path)
        return Fetched(source, "replaced", path, new, kept)
    beside = edition_path(path, new)
    os.replace(part, beside)
    return Fetched(
        source, "beside", beside, new, problem=_another_edition(source, beside, new, in_place=old is not None)
    )


def _entry(source: Source, checksum: str, received: Received) -> Entry:
    known = source.edition_of(checksum)
    return Entry(
        sha256=checksum,
        size=received.size,
        url=received.url,
        downloaded=datetime.now(UTC).isoformat(timespec="seconds"),
        last_modified=received.last_modified,
        edition=known.name if known else received.last_modified or "not known",
        licence=source.licence,
        acknowledgement=source.acknowledgement,
    )


def _another_edition(source: Source, beside: Path, checksum: str, *, in_place: bool) -> Problem:
    what = f"The producer now has another edition of {source.key} than the one known ({source.edition})."
    if not source.editions:
        what = f"The producer now has another edition of {source.key} than the one in place."
    used = "the old one stays in use" if in_place else "nothing is in place yet"
    return Problem(
        what=what,
        where=f"{beside}, SHA-256 {checksum[:12]}; {used}",
        rule=f"{RULE}#a-changed-checksum",
        fix=BESIDE_FIX.format(key=source.key),
    )


def _not_written(path: Path, exc: OSError) -> Problem:
    return Problem(
        what=f"{path.name} could not be written: {exc.strerror or exc}.",
        where=str(path),
        rule=f"{RULE}#when-a-download-fails",
        fix="check the free space and the rights of the folder, or name another one with --raw",
    )
