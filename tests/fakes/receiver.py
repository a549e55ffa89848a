"""An endpoint of a developer's: a real HTTPS server that takes calls, and misbehaves when it is told to."""

import ssl
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import trustme

Answer = Callable[["Handler"], None]


@dataclass(slots=True)
class Receiver:
    """What came, and what is answered."""

    port: int
    ca_file: Path
    # Of each call its headers and body; the names are those HTTP knows in whatever case.
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list[tuple[dict[str, str], bytes]])
    answers: list[Answer] = field(default_factory=list[Answer])

    def url(self, path: str = "/in?of=shop", host: str = "localhost") -> str:
        return f"https://{host}:{self.port}{path}"

    def will(self, *answers: Answer) -> None:
        """What is answered next; after that 204."""
        self.answers[:] = answers


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    receiver: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.receiver.calls.append(({name.lower(): value for name, value in self.headers.items()}, body))
        answer = self.receiver.answers.pop(0) if self.receiver.answers else says(204)
        answer(self)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def says(status: int, **headers: str) -> Answer:
    """Answer with that status."""

    def answer(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": "0", **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()

    return answer


def drips(until: threading.Event) -> Answer:
    """Answer one byte after another, without end."""

    def answer(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        try:
            while not until.wait(0.02):
                handler.wfile.write(b"z")
        except OSError:
            handler.close_connection = True

    return answer


def floods(handler: Handler) -> None:
    """Answer with far more than anybody wants to read."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(10**9))
    handler.end_headers()
    try:
        for _ in range(1000):
            handler.wfile.write(b"x" * 65536)
    except OSError:
        handler.close_connection = True


@contextmanager
def receiving(directory: Path) -> Generator[Receiver]:
    """The server, with a certificate for `localhost` and `shop.example` of an authority of its own."""
    authority = trustme.CA()
    ca_file = directory / "ca.pem"
    authority.cert_pem.write_to_path(ca_file)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "shop.example").configure_cert(context)
    handler = type("Bound", (Handler,), {})
    server = Quiet(("127.0.0.1", 0), handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    receiver = Receiver(port=server.server_port, ca_file=ca_file)
    handler.receiver = receiver
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Callers hang up on purpose here."""
