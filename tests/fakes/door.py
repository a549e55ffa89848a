"""A door of HTTP on a real socket that does as it is told: answers, hangs, or breaks off in the middle."""

import json
import ssl
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

ID = "01a21ae1-2b00-709c-9728-51839d4b0658"
FIGURINE: dict[str, Any] = {
    "id": ID,
    "upload_id": None,
    "state": "received",
    "style": "clay",
    "title": "Me",
    "engine": None,
    "variants": 1,
    "aspect_ratio": "1:1",
    "options": {},
    "price": 1,
    "pictures": [],
    "versions": [],
    "failure": None,
    "created_at": "2026-11-27T09:30:00Z",
    "finished_at": None,
}
READY = {**FIGURINE, "state": "succeeded", "pictures": [{"n": 1, "width": 64, "height": 64}]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Exchange(BaseHTTPRequestHandler):
    """One request, and the ways to answer it."""

    door: "Door"
    protocol_version = "HTTP/1.1"
    asked: Asked

    def answer(self, status: int = 200, body: object = None, **headers: str) -> None:
        """JSON, or bytes as they are."""
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        kind = "application/problem+json" if status >= 400 else "application/json"
        self.begin(status, len(content), **{"Content-Type": kind, **headers})
        self.wfile.write(content)

    def begin(self, status: int, length: int | None, **headers: str) -> None:
        """Only the head; without a length the body lasts until the connection ends."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if length is not None:
            self.send_header("Content-Length", str(length))
        else:
            self.close_connection = True
        self.end_headers()

    def cut(self) -> None:
        """Break the connection off, here and now."""
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _do(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.asked = Asked(method=self.command, path=self.path, headers=dict(self.headers), body=body)
        self.door.take(self)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _do  # noqa: N815 - the library's names


Answer = Callable[[Exchange], None]


@dataclass(slots=True)
class Door:
    """What is asked of it, and what it does about it: by method and path, one after another, the last for ever."""

    asked: list[Asked] = field(default_factory=list[Asked])
    url: str = ""
    # Set at the end, so that nobody hangs on.
    over: Event = field(default_factory=Event)
    _scripts: dict[str, list[Answer]] = field(default_factory=dict[str, list[Answer]])

    def on(self, route: str, *answers: Answer) -> None:
        """Do this when `METHOD /path` comes."""
        self._scripts[route] = list(answers)

    def take(self, exchange: Exchange) -> None:
        self.asked.append(exchange.asked)
        script = self._scripts.get(f"{exchange.asked.method} {exchange.asked.path.partition('?')[0]}")
        if not script:
            problem(404, "not_found", "There is no such route.")(exchange)
        else:
            (script.pop(0) if len(script) > 1 else script[0])(exchange)

    def hang(self, exchange: Exchange) -> None:
        """Say nothing until all is over."""
        self.over.wait()
        exchange.cut()

    def keys(self) -> list[str | None]:
        """The Idempotency-Key of each request that makes something."""
        return [each.headers.get("Idempotency-Key") for each in self.asked if each.method == "POST"]


@dataclass(slots=True)
class Orders:
    """A studio's memory: one figurine a key."""

    made: dict[str, str] = field(default_factory=dict[str, str])

    def take(self, exchange: Exchange) -> None:
        self._make(exchange)
        exchange.answer(202, FIGURINE)

    def take_and_lose_the_answer(self, exchange: Exchange) -> None:
        self._make(exchange)
        exchange.cut()

    def _make(self, exchange: Exchange) -> None:
        key = exchange.asked.headers.get("Idempotency-Key", f"none {len(self.made)}")
        self.made.setdefault(key, ID)


def says(body: object, status: int = 200, **headers: str) -> Answer:
    return lambda exchange: exchange.answer(status, body, **headers)


def problem(status: int, code: str, detail: str, *, retry_after: str | None = None, **more: object) -> Answer:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return lambda exchange: exchange.answer(status, {"code": code, "detail": detail, **more}, **headers)


def cut(exchange: Exchange) -> None:
    exchange.cut()


def news(*blocks: str) -> Answer:
    """A stream of events that ends after these."""

    def answer(exchange: Exchange) -> None:
        exchange.begin(200, None, Content_Type="text/event-stream")
        exchange.wfile.write("".join(f"{block}\n\n" for block in blocks).encode())

    return answer


def event(seq: int, type: str = "figurine.started") -> str:
    return f'id: {seq}\nevent: {type}\ndata: {{"figurine_id": "{ID}"}}'


@contextmanager
def opened(tls: ssl.SSLContext | None = None) -> Generator[Door]:
    """A door on a port of its own, with a certificate for localhost where one is given."""
    door = Door()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Here", (Exchange,), {"door": door}))
    server.daemon_threads = True
    # Who does not trust the certificate hangs up.
    server.handle_error = lambda *_: None
    port = server.server_address[1]
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    door.url = f"https://localhost:{port}" if tls else f"http://127.0.0.1:{port}"
    try:
        yield door
    finally:
        door.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
