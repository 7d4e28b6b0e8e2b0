"""A raw file comes whole or not at all, from a server that misbehaves in every way we know."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from pathlib import Path

import pytest
from misbehaving_server import BUSY, PAGE, QUEUED, TOO_BIG, Answer, Server, serve

from clusterkit.data import download, fetch, raw_folder
from clusterkit.data.download import Patience
from clusterkit.data.fetch import Fetched
from clusterkit.data.sources import Edition, Source
from clusterkit.errors import SourceError

RULE = "docs/how-to-fetch-data.md"
FAILED = f"  rule:  {RULE}#when-a-download-fails\n"
NAME = "nama_10r_2gdp.tsv.gz"
PATH = f"eurostat/{NAME}"


def tsv(seed: int) -> bytes:
    """An invented bulk file, some ten thousand bytes that do not pack well."""
    figures = random.Random(seed)
    rows = "".join(f"A,MIO_EUR,R{row}\t{figures.random()} \n" for row in range(1000))
    return gzip.compress(f"freq,unit,geo\\TIME_PERIOD\t2022 \n{rows}".encode(), mtime=0)


OLD, NEW, NEWER = tsv(1), tsv(2), tsv(3)


def checksum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serve() as running:
        yield running


@pytest.fixture
def source(server: Server) -> Source:
    """A file whose known edition is OLD, at the misbehaving server."""
    return Source(
        key="nama_10r_2gdp",
        path=PATH,
        dataset="nama_10r_2gdp",
        producer="Eurostat",
        content="gross domestic product",
        edition="2017",
        nuts_version=2013,
        licence="CC BY 4.0",
        acknowledgement="Source: Eurostat",
        address=f"{server.url}/{PATH}",
        page=None,
        editions=(Edition("2017", 2013, len(OLD), checksum(OLD)),),
    )


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def get(source: Source, server: Server, tmp_path: Path, waits: list[float]) -> Callable[..., Fetched]:
    """Fetch the source from these answers, in order; a wait is written down and takes no time."""

    def run(*answers: Answer, file: Source = source, retries: int = 3, **options: object) -> Fetched:
        server.answers[file.path] = list(answers)
        server.requests.clear()
        patience = options.pop("patience", None) or Patience(read_timeout_s=5, sleep=waits.append)
        (one,) = fetch.fetch([file], tmp_path / "raw", retries=retries, patience=patience, **options)
        return one

    return run


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".json"
    }


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    return tmp_path / "raw"


def put(raw: Path, data: bytes, path: str = PATH) -> Path:
    place = raw / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)
    return place


# A good server


def test_the_known_edition_is_put_in_place_and_recorded(get, raw, server, waits) -> None:
    modified = "Mon, 02 Jan 2023 10:00:00 GMT"
    one = get(Answer(200, OLD, {"Last-Modified": modified}))
    assert (one.outcome, one.path, one.sha256, one.problem) == ("new", raw / PATH, checksum(OLD), None)
    assert files(raw) == {PATH: OLD}
    assert waits == []
    (entry,) = raw_folder.read_record(raw / PATH)
    started = datetime.fromisoformat(entry.downloaded)
    assert timedelta(0) <= datetime.now(UTC) - started < timedelta(minutes=5)
    assert replace(entry, downloaded="") == raw_folder.Entry(
        sha256=checksum(OLD),
        size=len(OLD),
        url=f"{server.url}/{PATH}",
        downloaded="",
        last_modified=modified,
        edition="2017",
        licence="CC BY 4.0",
        acknowledgement="Source: Eurostat",
    )
    assert json.loads((raw / f"{PATH}.json").read_text(encoding="utf-8"))["key"] == "nama_10r_2gdp"


def test_the_server_is_told_who_asks_and_not_to_pack_again(get, server) -> None:
    get(Answer(200, OLD))
    ((_, headers),) = server.requests
    assert headers["User-Agent"].startswith("clusterkit/")
    assert headers["Accept-Encoding"] == "identity"


def test_the_same_bytes_again_change_nothing(get, raw) -> None:
    get(Answer(200, OLD))
    before = {path: path.stat().st_mtime_ns for path in raw.rglob("*") if path.is_file()}
    assert get(Answer(200, OLD)).outcome == "same"
    assert {path: path.stat().st_mtime_ns for path in raw.rglob("*") if path.is_file()} == before


def test_a_gzip_that_the_server_calls_an_encoding_stays_a_gzip(get, raw) -> None:
    get(Answer(200, OLD, {"Content-Encoding": "gzip"}))
    assert files(raw) == {PATH: OLD}


def test_a_packed_answer_for_a_plain_file_is_unpacked(get, raw, source) -> None:
    plain = gzip.decompress(OLD)
    file = replace(source, path="nuts/codes.csv", address=source.address.replace(PATH, "nuts/codes.csv"), editions=())
    get(Answer(200, OLD, {"Content-Encoding": "gzip"}), file=file)
    assert files(raw) == {"nuts/codes.csv": plain}


# A server that asks for patience


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_passing_fault_is_waited_for_with_a_growing_wait(get, waits, status: int) -> None:
    assert get(Answer(status), Answer(status), Answer(status), Answer(200, OLD)).outcome == "new"
    assert waits == [2.0, 4.0, 8.0]


@pytest.mark.parametrize("status", [413, 429, 503])
def test_retry_after_in_seconds_is_honoured(get, waits, status: int) -> None:
    assert get(Answer(status, b"", {"Retry-After": "7"}), Answer(200, OLD)).outcome == "new"
    assert waits == [7.0]


def test_retry_after_as_a_date_is_honoured(get, waits) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert get(Answer(429, b"", {"Retry-After": later}), Answer(200, OLD)).outcome == "new"
    assert waits == [pytest.approx(60, abs=10)]


@pytest.mark.parametrize("nonsense", ["soon", "", "-5"])
def test_a_retry_after_that_says_nothing_leaves_the_growing_wait(get, waits, nonsense: str) -> None:
    assert get(Answer(503, b"", {"Retry-After": nonsense}), Answer(200, OLD)).outcome == "new"
    assert waits == [2.0]


def test_a_wait_is_never_longer_than_the_longest(get, waits) -> None:
    patience = Patience(first_wait_s=2, longest_wait_s=3, sleep=waits.append)
    get(Answer(503), Answer(503), Answer(200, OLD), patience=patience)
    assert waits == [2.0, 3.0]


def test_a_server_that_asks_for_too_long_is_not_waited_for(get, waits, raw, source) -> None:
    one = get(Answer(429, b"", {"Retry-After": "3600"}), Answer(200, OLD))
    assert str(one.problem) + "\n" == (
        f"The server answered 429 Too Many Requests for {NAME}. It asks to come back in 3,600 s; "
        "the longest wait is 300 s.\n"
        f"  where: {source.address}\n"
        f"{FAILED}"
        "  fix:   run the command again later, or take the file from a mirror with --mirror\n"
    )
    assert waits == []
    assert files(raw) == {}


def test_a_server_that_stays_busy_is_given_up(get, waits, raw, source, server) -> None:
    one = get(Answer(503, b"<h1>Maintenance</h1>"), retries=2)
    assert one.outcome == "failed"
    assert str(one.problem) + "\n" == (
        f"The server answered 503 Service Unavailable for {NAME}: Maintenance. That was try 3 of 3.\n"
        f"  where: {source.address}\n"
        f"{FAILED}"
        "  fix:   run the command again later, or take the file from a mirror with --mirror\n"
    )
    assert (waits, server.calls(PATH)) == ([2.0, 4.0], 3)
    assert files(raw) == {}


@pytest.mark.parametrize("body", [QUEUED, gzip.compress(QUEUED), BUSY])
def test_come_back_later_with_status_200_is_waited_for(get, waits, raw, body: bytes) -> None:
    assert get(Answer(200, body), Answer(200, body), Answer(200, OLD)).outcome == "new"
    assert waits == [2.0, 4.0]
    assert files(raw) == {PATH: OLD}


def test_come_back_later_may_name_its_own_wait(get, waits) -> None:
    get(Answer(202, b"", {"Retry-After": "9"}), Answer(200, QUEUED, {"Retry-After": "11"}), Answer(200, OLD))
    assert waits == [9.0, 11.0]


def test_a_file_that_is_never_ready_says_to_come_back(get, raw, source) -> None:
    one = get(Answer(200, QUEUED), retries=1)
    assert str(one.problem) + "\n" == (
        f"The server is still preparing {NAME}: 98de05ea SUBMITTED. That was try 2 of 2.\n"
        f"  where: {source.address}\n"
        f"{FAILED}"
        "  fix:   run the same command again in some minutes: the server goes on preparing it; "
        "or take the file from a mirror with --mirror\n"
    )
    assert files(raw) == {}


def test_a_wait_is_announced_with_its_reason(get) -> None:
    said = []

    class Listener:
        def start(self, source: Source) -> bool:
            said.append(source.key)
            return False

        def wait(self, source: Source, seconds: float, why: str) -> None:
            said.append((source.key, seconds, why))

    get(Answer(503), Answer(200, OLD), progress=Listener())
    assert said == [
        "nama_10r_2gdp",
        ("nama_10r_2gdp", 2.0, f"The server answered 503 Service Unavailable for {NAME}."),
    ]


# A server that refuses


def test_an_extraction_that_is_too_big_is_refused_at_once(get, waits, source) -> None:
    one = get(Answer(413, TOO_BIG), Answer(200, OLD))
    assert str(one.problem) + "\n" == (
        f"The server answered 413 {HTTPStatus(413).phrase} for {NAME}: EXTRACTION_TOO_BIG: The requested extraction "
        "is too big, estimated 420709314 rows, max authorised is 5000000.\n"
        f"  where: {source.address}\n"
        f"{FAILED}"
        "  fix:   the extraction is above the server's limit: download it in the producer's data browser, "
        "or take the file from a mirror with --mirror\n"
    )
    assert waits == []


def test_too_big_with_status_200_is_refused_at_once(get, waits) -> None:
    one = get(Answer(200, TOO_BIG), Answer(200, OLD))
    assert one.problem.what.startswith(f"The server sent a message in place of {NAME}: EXTRACTION_TOO_BIG: ")
    assert waits == []


@pytest.mark.parametrize(("status", "reason"), [(404, "Not Found"), (403, "Forbidden"), (410, "Gone")])
def test_a_file_that_is_not_there_is_refused_at_once(get, waits, source, status: int, reason: str) -> None:
    one = get(Answer(status), Answer(200, OLD))
    assert str(one.problem) + "\n" == (
        f"The server answered {status} {reason} for {NAME}.\n"
        f"  where: {source.address}\n"
        f"{FAILED}"
        "  fix:   look whether the producer has moved or withdrawn the dataset, "
        "or take the file from a mirror with --mirror\n"
    )
    assert waits == []


@pytest.mark.parametrize("body", [PAGE, gzip.compress(PAGE), b"\xef\xbb\xbf\r\n" + PAGE])
def test_a_web_page_in_place_of_the_file_is_refused(get, waits, raw, source, body: bytes) -> None:
    put(raw, OLD)
    one = get(Answer(200, body))
    assert str(one.problem) + "\n" == (
        f"The server sent a web page in place of {NAME}: Sign in to the network.\n"
        f"  where: {source.address}\n"
        f"{FAILED}"
        "  fix:   open the address in a browser to read it (a sign-in page of the network, perhaps), "
        "or take the file from a mirror with --mirror\n"
    )
    assert waits == []
    assert files(raw) == {PATH: OLD}


def test_bytes_that_are_not_a_gzip_are_refused(get, raw) -> None:
    one = get(Answer(200, b"sex,unit,geo\ttime"))
    assert one.problem.what == f"{NAME} is not a gzip file: it starts with 'sex,unit,geo\\ttime'."
    assert one.problem.fix == "check the address, or take the file from a mirror with --mirror"
    assert files(raw) == {}


def test_a_geojson_must_be_a_whole_collection(get, raw, source) -> None:
    path = "nuts/NUTS_RG_20M_2021_4326_LEVL_0.geojson"
    file = replace(source, path=path, address=source.address.replace(PATH, path), editions=())
    whole = b'{"type": "FeatureCollection", "features": []}'
    assert get(Answer(200, whole[:20], announced=None), Answer(200, whole), file=file).outcome == "new"
    assert files(raw) == {path: whole}
    one = get(Answer(200, b'{"error": 1}'), file=file)
    assert one.problem.what == (
        "NUTS_RG_20M_2021_4326_LEVL_0.geojson is not a collection of features: it starts with '{\"error\": 1}'."
    )
    assert files(raw) == {path: whole}


# A server that breaks off


@pytest.mark.parametrize("announced", [len(OLD), None])
def test_a_body_that_is_cut_off_is_asked_for_again(get, waits, raw, announced: int | None) -> None:
    cut = Answer(200, OLD[:7000], announced=announced)
    assert get(cut, cut, Answer(200, OLD)).outcome == "new"
    assert waits == [2.0, 4.0]
    assert files(raw) == {PATH: OLD}


@pytest.mark.parametrize(
    ("announced", "what"),
    [
        (len(OLD), f"{NAME} was cut off before all {len(OLD):,} bytes had come."),
        (None, f"{NAME} is damaged, or was cut off after 7,000 bytes."),
    ],
)
def test_a_body_that_is_always_cut_off_is_refused(get, raw, source, announced: int | None, what: str) -> None:
    put(raw, NEW)
    one = get(Answer(200, OLD[:7000], announced=announced), retries=1)
    assert str(one.problem) + "\n" == (
        f"{what} That was try 2 of 2.\n"
        f"  where: {source.address}\n"
        f"{FAILED}"
        "  fix:   run the command again, or take the file from a mirror with --mirror\n"
    )
    assert files(raw) == {PATH: NEW}


def test_an_empty_body_is_asked_for_again_and_then_refused(get, raw) -> None:
    one = get(Answer(200, b""), retries=1)
    assert one.problem.what == f"There is nothing in {NAME}. That was try 2 of 2."
    assert one.problem.fix == "run the command again, or take the file from a mirror with --mirror"
    assert files(raw) == {}


def test_damaged_bytes_in_a_gzip_are_refused(get, raw) -> None:
    broken = OLD[:5000] + b"\x00" * 100 + OLD[5100:]
    one = get(Answer(200, broken), retries=0)
    assert one.problem.what == f"{NAME} is damaged, or was cut off after {len(OLD):,} bytes. That was try 1 of 1."
    assert files(raw) == {}


@pytest.mark.parametrize("answer", [Answer(silent=True), Answer(200, OLD[:7000], announced=len(OLD), stall=True)])
def test_a_server_that_falls_silent_is_not_waited_for_forever(get, raw, source, waits, answer: Answer) -> None:
    one = get(answer, retries=1, patience=Patience(read_timeout_s=0.1, connect_timeout_s=1, sleep=waits.append))
    assert str(one.problem) + "\n" == (
        f"The server of {NAME} said nothing for 0.1 s (or did not answer the call within 1 s). That was try 2 of 2.\n"
        f"  where: {source.address}\n"
        f"{FAILED}"
        "  fix:   run the command again later, or take the file from a mirror with --mirror\n"
    )
    assert waits == [2.0]
    assert files(raw) == {}


def test_a_server_that_is_away_gets_its_tries_once_not_for_each_file(source, raw, waits) -> None:
    with serve() as gone:
        pass
    away = [replace(source, key=f"file_{n}", path=f"eurostat/{n}.tsv.gz", address=f"{gone.url}/{n}") for n in range(3)]
    patience = Patience(connect_timeout_s=1, sleep=waits.append)
    results = fetch.fetch(away, raw, retries=2, patience=patience)
    assert [one.outcome for one in results] == ["failed"] * 3
    assert waits == [2.0, 4.0]
    assert results[0].problem.what.startswith("The server of 0.tsv.gz cannot be reached: ")
    assert results[0].problem.what.endswith("That was try 3 of 3.")
    assert results[0].problem.fix == (
        "check the network and its proxy, run the command again, or take the file from a mirror with --mirror"
    )
    assert results[2].problem.what.endswith("That was try 1 of 1.")
    assert files(raw) == {}


def test_one_failure_does_not_stop_the_others(source, server, raw) -> None:
    bad = replace(source, key="bad", path="eurostat/bad.tsv.gz", address=f"{server.url}/bad", editions=())
    server.answers = {PATH: [Answer(200, OLD)]}
    assert [one.outcome for one in fetch.fetch([bad, source], raw)] == ["failed", "new"]
    assert files(raw) == {PATH: OLD}


def test_nothing_is_left_when_the_user_interrupts(get, raw) -> None:
    put(raw, NEW)

    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        get(Answer(503), patience=Patience(sleep=interrupt))
    assert files(raw) == {PATH: NEW}


@pytest.mark.parametrize("step", ["copyfile", "replace"])
def test_a_disk_that_fails_leaves_the_old_file_whole(get, raw, monkeypatch, step: str) -> None:
    put(raw, NEW)

    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(fetch.shutil if step == "copyfile" else fetch.os, step, full)
    one = get(Answer(200, OLD), newest=True)
    assert str(one.problem) + "\n" == (
        f"{NAME} could not be written: No space left on device.\n"
        f"  where: {raw / PATH}\n"
        f"{FAILED}"
        "  fix:   check the free space and the rights of the folder, or name another one with --raw\n"
    )
    assert files(raw) == {PATH: NEW}


# Another edition


def test_another_edition_is_kept_beside_the_known_one(get, raw) -> None:
    put(raw, OLD)
    one = get(Answer(200, NEW))
    beside = f"eurostat/nama_10r_2gdp.{checksum(NEW)[:8]}.tsv.gz"
    assert (one.outcome, one.path) == ("beside", raw / beside)
    assert files(raw) == {PATH: OLD, beside: NEW}
    assert str(one.problem) + "\n" == (
        "The producer now has another edition of nama_10r_2gdp than the one known (2017).\n"
        f"  where: {raw / beside}, SHA-256 {checksum(NEW)[:12]}; the old one stays in use\n"
        f"  rule:  {RULE}#a-changed-checksum\n"
        "  fix:   look at the figures and the NUTS version of the new edition, then put it in place with "
        "`clusterkit data fetch nama_10r_2gdp --newest`; the old one is kept beside it\n"
    )


def test_another_edition_is_not_used_by_itself_where_nothing_is_in_place(get, raw) -> None:
    one = get(Answer(200, NEW))
    assert files(raw) == {f"eurostat/nama_10r_2gdp.{checksum(NEW)[:8]}.tsv.gz": NEW}
    assert one.problem.where.endswith("; nothing is in place yet")


def test_the_newest_edition_is_put_in_place_and_the_old_one_kept(get, raw) -> None:
    put(raw, OLD)
    one = get(Answer(200, NEW), newest=True)
    beside = f"eurostat/nama_10r_2gdp.{checksum(OLD)[:8]}.tsv.gz"
    assert (one.outcome, one.path, one.kept, one.problem) == ("replaced", raw / PATH, raw / beside, None)
    assert files(raw) == {PATH: NEW, beside: OLD}


def test_all_editions_are_kept_and_recorded_over_time(get, raw, source) -> None:
    get(Answer(200, OLD))
    get(Answer(200, NEW, {"Last-Modified": "Tue, 01 Oct 2024 09:00:00 GMT"}), newest=True)
    get(Answer(200, NEWER))
    get(Answer(200, NEWER))
    assert sorted(files(raw).values()) == sorted([OLD, NEW, NEWER])
    assert (raw / PATH).read_bytes() == NEW
    record = raw_folder.read_record(raw / PATH)
    assert [entry.sha256 for entry in record] == [checksum(data) for data in (OLD, NEW, NEWER)]
    assert [entry.edition for entry in record] == ["2017", "Tue, 01 Oct 2024 09:00:00 GMT", "not known"]
    one = raw_folder.held(source, raw)
    assert (one.state, one.edition, len(one.beside)) == ("changed", "Tue, 01 Oct 2024 09:00:00 GMT", 2)


def test_the_known_edition_does_not_push_out_one_that_the_user_chose(get, raw) -> None:
    get(Answer(200, NEW), newest=True)
    assert get(Answer(200, OLD)).outcome == "beside"
    assert (raw / PATH).read_bytes() == NEW


def test_the_known_edition_takes_the_place_of_bytes_nobody_accounts_for(get, raw, source) -> None:
    put(raw, b"edited by hand")
    one = get(Answer(200, OLD))
    assert one.outcome == "replaced"
    assert one.kept.read_bytes() == b"edited by hand"
    assert raw_folder.held(source, raw).state == "known"


def test_a_source_without_a_known_edition_is_put_in_place_once(get, raw, source) -> None:
    unseen = replace(source, editions=(), edition="not known")
    assert get(Answer(200, NEW), file=unseen).outcome == "new"
    one = get(Answer(200, NEWER), file=unseen)
    assert one.outcome == "beside"
    assert one.problem.what == "The producer now has another edition of nama_10r_2gdp than the one in place."
    assert (raw / PATH).read_bytes() == NEW
    assert raw_folder.held(unseen, raw).state == "unknown"
    raw_folder.check(raw, [unseen])  # its origin is on record


# A mirror


def test_a_mirror_folder_gives_the_same_paths(source, tmp_path, raw) -> None:
    put(tmp_path / "mirror", OLD)
    (one,) = fetch.fetch([replace(source, address=None)], raw, mirror=tmp_path / "mirror")
    assert one.outcome == "new"
    assert files(raw) == {PATH: OLD}
    (entry,) = raw_folder.read_record(raw / PATH)
    assert entry.url == (tmp_path / "mirror" / PATH).as_uri()


def test_a_mirror_server_gives_the_same_paths(source, server, raw) -> None:
    server.answers[f"copy/{PATH}"] = [Answer(200, OLD)]
    (one,) = fetch.fetch([replace(source, address=None)], raw, mirror=f"{server.url}/copy/")
    assert one.outcome == "new"
    assert server.calls(f"copy/{PATH}") == 1


def test_a_mirror_folder_without_the_file_fails_for_it_alone(source, tmp_path, raw) -> None:
    put(tmp_path / "mirror", OLD)
    other = replace(source, key="other", path="eurostat/other.tsv.gz")
    results = fetch.fetch([other, source], raw, mirror=str(tmp_path / "mirror"))
    assert [one.outcome for one in results] == ["failed", "new"]
    assert str(results[0].problem) + "\n" == (
        "The mirror does not give eurostat/other.tsv.gz: No such file or directory.\n"
        f"  where: {tmp_path / 'mirror' / 'eurostat' / 'other.tsv.gz'}\n"
        f"  rule:  {RULE}#a-mirror: the same relative paths as in the register\n"
        "  fix:   put the file there, or take it from another mirror\n"
    )


@pytest.mark.parametrize("body", [PAGE, OLD[:7000], b""])
def test_a_mirror_folder_is_not_believed_either(source, tmp_path, raw, body: bytes) -> None:
    place = put(tmp_path / "mirror", body)
    (one,) = fetch.fetch([source], raw, mirror=tmp_path / "mirror")
    assert (one.outcome, one.problem.where) == ("failed", str(place))
    assert files(raw) == {}


def test_wrong_bytes_from_a_mirror_are_kept_beside(source, tmp_path, raw) -> None:
    put(raw, OLD)
    put(tmp_path / "mirror", NEW)
    (one,) = fetch.fetch([source], raw, mirror=tmp_path / "mirror")
    assert one.outcome == "beside"
    assert (raw / PATH).read_bytes() == OLD


@pytest.mark.parametrize(
    ("mirror", "what"),
    [
        ("nowhere/at/all", "There is no folder nowhere/at/all."),
        ("ftp://example.org", "'ftp://example.org' is not the base address of a mirror."),
        ("https://", "'https://' is not the base address of a mirror."),
        ("https://example.org/?a=b", "'https://example.org/?a=b' is not the base address of a mirror."),
    ],
)
def test_a_mirror_that_is_none_is_refused_first(source, raw, mirror: str, what: str) -> None:
    with pytest.raises(SourceError) as caught:
        fetch.fetch([source], raw, mirror=mirror)
    assert str(caught.value) + "\n" == (
        f"{what}\n"
        "  where: --mirror\n"
        f"  rule:  {RULE}#a-mirror\n"
        "  fix:   name a folder, or an address with http:// or https://, that holds eurostat/, nuts/ and so on\n"
    )
    assert not raw.exists()


def test_sources_that_only_a_mirror_has_are_named_at_once(source, raw) -> None:
    listed = [replace(source, key=key, address=None) for key in ("one", "two")]
    with pytest.raises(SourceError) as caught:
        fetch.fetch(listed, raw)
    text = str(caught.value)
    assert text.startswith("2 problems:\none has no download address: its producer does not publish it in this form.\n")
    assert "two has no download address" in text
    assert text.endswith("  fix:   take it from a folder or server that has it, with --mirror")
    assert not raw.exists()


def test_a_raw_folder_that_cannot_be_made_is_refused_first(source, tmp_path) -> None:
    (tmp_path / "raw").write_text("a file", encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        fetch.fetch([source], tmp_path / "raw")
    assert str(caught.value).startswith("The folder of raw files cannot be made: File exists.\n")
    assert str(caught.value).endswith("  fix:   name another folder with --raw")


# What lies in the folder


def test_states_of_a_file(source, raw) -> None:
    assert raw_folder.held(source, raw).state == "absent"
    put(raw, OLD)
    assert raw_folder.held(source, raw).state == "known"
    assert raw_folder.held(source, raw).size == len(OLD)
    put(raw, NEW)
    assert raw_folder.held(source, raw).state == "unknown"


def test_check_names_every_file_that_nobody_accounts_for(get, source, raw) -> None:
    get(Answer(200, NEW), newest=True)
    raw_folder.check(raw, [source])  # another edition, but as the producer sent it
    put(raw, b"edited")
    stranger = replace(source, key="stranger", path="eurostat/stranger.tsv.gz")
    put(raw, b"12", stranger.path)
    with pytest.raises(SourceError) as caught:
        raw_folder.check(raw, [source, stranger])
    assert str(caught.value) + "\n" == (
        "2 problems:\n"
        f"{NAME} was changed after it was fetched.\n"
        f"  where: {raw / PATH}, 6 bytes, SHA-256 {checksum(b'edited')[:8]}\n"
        f"  rule:  {RULE}#editions: known editions: 2017 ({checksum(OLD)[:8]})\n"
        "  fix:   move it away and fetch it again with `clusterkit data fetch nama_10r_2gdp`\n"
        "stranger.tsv.gz is no known edition, and nothing records where it came from.\n"
        f"  where: {raw / stranger.path}, 2 bytes, SHA-256 {checksum(b'12')[:8]}\n"
        f"  rule:  {RULE}#editions: known editions: 2017 ({checksum(OLD)[:8]})\n"
        "  fix:   move it away and run `clusterkit data fetch stranger`, or take the known edition with --mirror\n"
    )


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"editions": [{"sha256": "a"}]}', '{"editions": 1}'])
def test_a_record_that_was_edited_is_refused(source, raw, text: str) -> None:
    place = put(raw, OLD).with_name(f"{NAME}.json")
    place.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        raw_folder.status(raw, [source])
    assert str(caught.value).startswith(f"The record {NAME}.json cannot be read: ")
    assert str(caught.value).endswith(
        f"  where: {place}\n  rule:  {RULE}#editions: written by `clusterkit data fetch`, not by hand\n"
        "  fix:   delete the record and fetch the file again"
    )


# Arguments


def test_retries_below_zero_are_refused(source, tmp_path) -> None:
    with pytest.raises(ValueError, match="retries must be 0 or more, not -1"):
        download.download(source.address, tmp_path / "file", NAME, retries=-1)


def test_an_address_that_is_none_is_refused(tmp_path) -> None:
    with pytest.raises(SourceError, match=r"^The answer for file\.csv cannot be understood: ") as caught:
        download.download("http://", tmp_path / "file.csv", "file.csv")
    assert caught.value.problems[0].fix == "check the address, or take the file from a mirror with --mirror"
