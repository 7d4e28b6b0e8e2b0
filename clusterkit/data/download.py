"""One file from one address: whole, of the right kind, or not at all.

pooch carries the bytes. This module decides what an answer means: the file, "come back later"
(tried again, with a growing wait), or a refusal. Statistical offices answer 200 with a web page or a
small XML in place of the data, so the status alone is never believed.
"""

from __future__ import annotations

import gzip
import html
import json
import re
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, cast

import pooch
import requests

import clusterkit
from clusterkit.errors import Problem, SourceError

RULE = "docs/how-to-fetch-data.md#when-a-download-fails"
RETRIES = 6  # further tries after the first; with the waits below about two minutes in all
CHUNK_BYTES = 65_536
HEAD_BYTES = 4_096  # enough of an error page or of Eurostat's small XML to tell what it says
PASSING = {408, 425, 429, 500, 502, 503, 504}  # HTTP statuses that may be gone a little later
TOO_BIG = 413  # HTTP status: Eurostat's answer to an extraction above its limit
ACCEPTED = 202  # HTTP status: asked for, not ready
LATER = re.compile(r"<(?:\w+:)?queued|\b(?:SUBMITTED|PROCESSING)\b|asynchron|later|being (?:prepared|processed)", re.I)
MIRROR = "take the file from a mirror with --mirror"


@dataclass(frozen=True)
class Patience:
    """How long to wait: seconds, all of them.

    The n-th wait is ``first_wait_s`` times 2 to the power n - 1, or what the server asks for with
    Retry-After; never more than ``longest_wait_s``. A server that asks for more is not waited for.
    ``read_timeout_s`` is the longest silence within one answer.
    """

    first_wait_s: float = 2.0
    longest_wait_s: float = 300.0
    connect_timeout_s: float = 10.0
    read_timeout_s: float = 120.0
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class Received:
    """What came with a file: size in bytes, and the server's own date of it, where it gave one."""

    url: str
    size: int
    last_modified: str | None


class UnreachableError(SourceError):
    """The server could not be reached at all, which the next file from it will not change."""


class _NoFileError(Exception):
    """An answer that is not the file; ``wait_s`` is the server's own wish, None if it has none."""

    def __init__(self, what: str, fix: str, *, again: bool, wait_s: float | None = None, reached: bool = True) -> None:
        super().__init__(what)
        self.what, self.fix, self.again, self.wait_s, self.reached = what, fix, again, wait_s, reached


def download(
    url: str,
    target: Path,
    name: str,
    *,
    retries: int = RETRIES,
    patience: Patience | None = None,
    bar: Any = False,
    on_wait: Callable[[float, str], None] | None = None,
) -> Received:
    """Download ``url`` to ``target``, and try again while the server asks for patience.

    Parameters
    ----------
    url
        Address of the file.
    target
        Where the bytes go. It is overwritten with every try, so name a file that nobody reads yet.
    name
        Name of the file at the producer; its ending (``.gz``, ``.geojson``, other) says what the
        bytes must be.
    retries
        Further tries after the first one; a count.
    patience
        Waits and timeouts, in seconds; default ``Patience()``.
    bar
        Progress bar as pooch takes it: an object with ``total``, ``update``, ``reset``, ``close``.
    on_wait
        Called before each wait with its seconds and the reason.

    Raises
    ------
    SourceError
        The server refused, sent something else, or was still not ready after the last try.
    UnreachableError
        The server could not be reached.
    """
    patience = patience or Patience()
    for tried in range(1, retries + 2):
        try:
            return _try(url, target, name, patience, bar)
        except _NoFileError as exc:
            if not exc.again:
                raise SourceError(_problem(exc.what, exc.fix, url)) from exc
            wait_s = patience.first_wait_s * 2 ** (tried - 1) if exc.wait_s is None else exc.wait_s
            if exc.wait_s is not None and exc.wait_s > patience.longest_wait_s:
                what = f"{exc.what} It asks to come back in {exc.wait_s:,.0f} s; the longest wait is "
                what += f"{patience.longest_wait_s:,.0f} s."
                raise SourceError(_problem(what, exc.fix, url)) from exc
            if tried > retries:
                what = f"{exc.what} That was try {tried} of {retries + 1}."
                kind = SourceError if exc.reached else UnreachableError
                raise kind(_problem(what, exc.fix, url)) from exc
            wait_s = min(wait_s, patience.longest_wait_s)
            if on_wait is not None:
                on_wait(wait_s, exc.what)
            patience.sleep(wait_s)
    message = f"retries must be 0 or more, not {retries}"
    raise ValueError(message)


def _problem(what: str, fix: str, url: str) -> Problem:
    return Problem(what=what, where=url, rule=RULE, fix=fix)


def _try(url: str, target: Path, name: str, patience: Patience, bar: Any) -> Received:
    """One request; the file, or ``_NoFileError``."""
    answer: dict[str, Any] = {}

    def note(response: requests.Response, **_: Any) -> None:
        answer.update(status=response.status_code, headers=response.headers.copy())
        if name.endswith(".gz"):
            # The file itself is the gzip: a server that calls it an encoding must not have it unpacked on the way.
            response.raw.headers.pop("content-encoding", None)

    fetch = pooch.HTTPDownloader(
        progressbar=bar,
        chunk_size=CHUNK_BYTES,
        timeout=(patience.connect_timeout_s, patience.read_timeout_s),
        headers={"User-Agent": f"clusterkit/{clusterkit.__version__}", "Accept-Encoding": "identity"},
        hooks={"response": note},
    )
    try:
        with target.open("wb") as file:
            fetch(url, file, None)
    except requests.HTTPError as exc:
        response = cast("requests.Response", exc.response)  # of an answer with an error status, always there
        raise _from_status(response, name) from exc
    except requests.exceptions.SSLError as exc:
        what = f"The certificate of the server of {name} is not trusted: {_reason(exc)}."
        fix = f"check the clock of this computer and the certificates of its network, or {MIRROR}"
        raise _NoFileError(what, fix, again=False) from exc
    except requests.Timeout as exc:
        raise _silent(name, patience, reached=bool(answer)) from exc
    except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as exc:
        if answer and "timed out" in str(exc).lower():
            raise _silent(name, patience, reached=True) from exc
        if answer:
            raise _cut_off(name, answer["headers"].get("Content-Length")) from exc
        what = f"The server of {name} cannot be reached: {_reason(exc)}."
        fix = f"check the network and its proxy, run the command again, or {MIRROR}"
        raise _NoFileError(what, fix, again=True, reached=False) from exc
    except (requests.RequestException, ValueError) as exc:
        what = f"The answer for {name} cannot be understood: {_reason(exc)}."
        raise _NoFileError(what, f"check the address, or {MIRROR}", again=False) from exc
    headers = answer["headers"]
    size = target.stat().st_size
    announced = headers.get("Content-Length", "")
    encoded = headers.get("Content-Encoding") and not name.endswith(".gz")
    if announced.isdigit() and not encoded and size < int(announced):
        raise _cut_off(name, announced)
    if answer["status"] == ACCEPTED:
        raise _being_prepared(name, "202 Accepted", _retry_after(headers))
    _check(target, name, _retry_after(headers))
    return Received(url=url, size=size, last_modified=headers.get("Last-Modified"))


def _reason(exc: BaseException) -> str:
    """Innermost cause in one line, without the addresses of Python objects."""
    inner: Any = exc
    while getattr(inner, "args", None) and isinstance(inner.args[0], BaseException):
        inner = inner.args[0]
    inner = getattr(inner, "reason", None) or inner
    return re.sub(r"^<[^>]*>: |<[^>]* object at 0x[0-9a-f]+>[,:]? ?", "", str(inner)).strip().rstrip(".").split("\n")[0]


def _silent(name: str, patience: Patience, *, reached: bool) -> _NoFileError:
    what = f"The server of {name} said nothing for {patience.read_timeout_s:g} s (or did not answer "
    what += f"the call within {patience.connect_timeout_s:g} s)."
    return _NoFileError(what, f"run the command again later, or {MIRROR}", again=True, reached=reached)


def _cut_off(name: str, announced: str | None) -> _NoFileError:
    all_of_it = f"all {int(announced):,} bytes" if announced and announced.isdigit() else "all of it"
    what = f"{name} was cut off before {all_of_it} had come."
    return _NoFileError(what, f"run the command again, or {MIRROR}", again=True)


def _damaged(name: str, size: int) -> _NoFileError:
    what = f"{name} is damaged, or was cut off after {size:,} bytes."
    return _NoFileError(what, f"run the command again, or {MIRROR}", again=True)


def _being_prepared(name: str, said: str, wait_s: float | None) -> _NoFileError:
    what = f"The server is still preparing {name}: {said}."
    fix = f"run the same command again in some minutes: the server goes on preparing it; or {MIRROR}"
    return _NoFileError(what, fix, again=True, wait_s=wait_s)


def _from_status(response: requests.Response, name: str) -> _NoFileError:
    """What an HTTP error status means."""
    status = f"{response.status_code} {response.reason}".strip()
    wait_s = _retry_after(response.headers)
    try:
        said = _said(next(response.iter_content(HEAD_BYTES), b"").decode("utf-8", "replace"))
    except requests.RequestException:
        said = ""
    finally:
        response.close()
    what = f"The server answered {status} for {name}{': ' + said if said else ''}."
    if response.status_code in PASSING or (response.status_code == TOO_BIG and wait_s is not None):
        return _NoFileError(what, f"run the command again later, or {MIRROR}", again=True, wait_s=wait_s)
    if response.status_code == TOO_BIG:
        fix = f"the extraction is above the server's limit: download it in the producer's data browser, or {MIRROR}"
        return _NoFileError(what, fix, again=False)
    fix = f"look whether the producer has moved or withdrawn the dataset, or {MIRROR}"
    return _NoFileError(what, fix, again=False)


def _retry_after(headers: Any) -> float | None:
    """Seconds the server asks to wait: a number or a date; None where it asks nothing sensible."""
    text = (headers.get("Retry-After") or "").strip()
    if text.isdigit():
        return float(text)
    try:
        date = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return max(0.0, ((date if date.tzinfo else date.replace(tzinfo=UTC)) - datetime.now(UTC)).total_seconds())


def check_content(path: Path, name: str, where: str) -> None:
    """Refuse a file that is not what the ending of ``name`` promises.

    A ``.gz`` must unpack to its end, a ``.geojson`` must be a whole collection of features, and
    nothing may start as a web page or an XML message.

    Raises
    ------
    SourceError
        The file is empty, cut off, or something else; ``where`` names it in the text.
    """
    try:
        _check(path, name)
    except _NoFileError as exc:
        raise SourceError(_problem(exc.what, exc.fix, where)) from exc


def _check(path: Path, name: str, retry_after_s: float | None = None) -> None:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head.strip():
        what = f"There is nothing in {name}."
        raise _NoFileError(what, f"run the command again, or {MIRROR}", again=True)
    packed = head[:2] == b"\x1f\x8b"
    try:
        start = zlib.decompressobj(wbits=31).decompress(head, HEAD_BYTES) if packed else head
    except zlib.error as exc:
        raise _damaged(name, path.stat().st_size) from exc
    text = start.decode("utf-8", "replace")
    if text.lstrip("\ufeff \t\r\n").startswith("<"):
        raise _from_message(text, name, retry_after_s)
    if name.endswith(".gz") and not packed:
        what = f"{name} is not a gzip file: it starts with {text[:40]!r}."
        raise _NoFileError(what, f"check the address, or {MIRROR}", again=False)
    if packed:
        try:
            with gzip.open(path, "rb") as file:
                while file.read(CHUNK_BYTES):
                    pass
        except (EOFError, zlib.error, gzip.BadGzipFile) as exc:
            raise _damaged(name, path.stat().st_size) from exc
    elif name.endswith(".geojson"):
        try:
            collection = json.loads(path.read_bytes())
        except ValueError as exc:
            raise _damaged(name, path.stat().st_size) from exc
        if not isinstance(collection, dict) or "features" not in collection:
            what = f"{name} is not a collection of features: it starts with {text[:40]!r}."
            raise _NoFileError(what, f"check the address, or {MIRROR}", again=False)


def _from_message(text: str, name: str, wait_s: float | None) -> _NoFileError:
    """What a web page or an XML message in place of the file means."""
    said = _said(text)
    if "faultstring" not in text and LATER.search(text):
        return _being_prepared(name, said or "it sent a message in place of the file", wait_s)
    kind = "web page" if re.search(r"<!doctype html|<html", text, re.I) else "message"
    what = f"The server sent a {kind} in place of {name}{': ' + said if said else ''}."
    fix = f"open the address in a browser to read it (a sign-in page of the network, perhaps), or {MIRROR}"
    return _NoFileError(what, fix, again=False)


def _said(text: str) -> str:
    """The sentence of an error page or XML message that a reader can use; at most 200 characters."""
    for pattern in (r"<faultstring[^>]*>(.*?)</faultstring>", r"<title[^>]*>(.*?)</title>", r"<h1[^>]*>(.*?)</h1>"):
        found = re.search(pattern, text, re.I | re.S)
        if found:
            text = found[1]
            break
    else:
        text = re.sub(r"<(script|style)\b.*?</\1>", " ", text, flags=re.I | re.S)
    words = html.unescape(re.sub(r"<[^>]*>", " ", text)).split()
    return " ".join(words)[:200].rstrip(".")
