"""A small HTTP server on this machine that answers as told: well, badly, late, or cut off."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

QUEUED = (
    b'<?xml version="1.0" encoding="UTF-8"?><env:Envelope xmlns:env="urn:e"><env:Body><ns0:syncResponse '
    b'xmlns:ns0="urn:n"><queued><id>98de05ea</id><status>SUBMITTED</status></queued></ns0:syncResponse>'
    b"</env:Body></env:Envelope>"
)
TOO_BIG = (
    b'<S:Fault xmlns:S="urn:s"><faultcode>413</faultcode><faultstring>EXTRACTION_TOO_BIG: The requested extraction '
    b"is too big, estimated 420709314 rows, max authorised is 5000000</faultstring></S:Fault>"
)
PAGE = b"<!DOCTYPE html>\n<html><head><title>Sign in to the network</title></head><body><p>Hello</p></body></html>\n"
BUSY = b"<html><head><title>Busy</title></head><body><h1>Please come back later</h1></body></html>"


@dataclass(frozen=True)
class Answer:
    """One answer; ``announced`` is the Content-Length, by default that of the body, None for no such header."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    announced: int | None = -1
    silent: bool = False  # say nothing until the server is stopped
    stall: bool = False  # fall silent after the body


class Server:
    """Answers by path, in order; the last one is repeated. ``requests`` holds path and headers of each call."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = {}
        self.requests: list[tuple[str, Mapping[str, str]]] = []
        self.stopped = threading.Event()
        self.url = ""

    def calls(self, path: str) -> int:
        return sum(path == asked for asked, _ in self.requests)


@contextmanager
def serve() -> Iterator[Server]:
    server = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.removeprefix("/")
            turn = server.calls(path)
            server.requests.append((path, dict(self.headers)))
            planned = server.answers.get(path, [Answer(404, b"<h1>Not Found</h1>")])
            answer = planned[min(turn, len(planned) - 1)]
            if answer.silent:
                server.stopped.wait(10)
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.announced is not None:
                size = len(answer.body) if answer.announced == -1 else answer.announced
                self.send_header("Content-Length", str(size))
            self.end_headers()
            self.wfile.write(answer.body)
            if answer.stall:
                self.wfile.flush()
                server.stopped.wait(10)

        def log_message(self, *args: Any) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    server.url = f"http://127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopped.set()
        http.shutdown()
        http.server_close()
        thread.join(5)
