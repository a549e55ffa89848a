"""Small servers that do one thing wrong, for the audit to find."""

import socket
import ssl
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import trustme

from ops.audit.target import Running

Speak = Callable[[socket.socket], None]
HTTP = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def answers_http(link: socket.socket) -> None:
    """Whatever is asked."""
    if link.recv(1024):
        link.sendall(HTTP)


def postgres_that_asks_in_the_clear(link: socket.socket) -> None:
    """Asks for a password before there is any TLS."""
    if link.recv(1024):
        link.sendall(b"R\0\0\0\x08\0\0\0\x03")


def mail_that_takes_letters_in_the_clear(link: socket.socket) -> None:
    """Greets, and agrees to whatever is said."""
    link.sendall(b"220 mail\r\n")
    while link.recv(1024):
        link.sendall(b"250 fine\r\n")


def mail_that_wants_tls_first(link: socket.socket) -> None:
    """Greets, and takes no letter before STARTTLS."""
    link.sendall(b"220 mail\r\n")
    while said := link.recv(1024):
        link.sendall(b"250-mail\r\n250 STARTTLS\r\n" if said.startswith(b"EHLO") else b"530 STARTTLS first\r\n")


@contextmanager
def door(speak: Speak = answers_http, tls: ssl.SSLContext | None = None) -> Generator[int]:
    """A listener on localhost while the block lasts; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        guard = Thread(target=_let_in, args=(listener, speak, tls))
        guard.start()
        try:
            yield listener.getsockname()[1]
        finally:
            # Wakes who waits in accept().
            listener.shutdown(socket.SHUT_RDWR)
            guard.join(timeout=10)


def _let_in(listener: socket.socket, speak: Speak, tls: ssl.SSLContext | None) -> None:
    while True:
        try:
            link, _ = listener.accept()
        except OSError:
            return
        link.settimeout(5)
        with link, suppress(OSError):
            if tls is None:
                speak(link)
            else:
                with tls.wrap_socket(link, server_side=True) as secure:
                    speak(secure)


def identity(authority: trustme.CA, *names: str, ends: datetime | None = None) -> ssl.SSLContext:
    """What a server shows that this authority knows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*(names or ("localhost", "127.0.0.1")), not_after=ends).configure_cert(context)
    return context


def in_days(days: float) -> datetime:
    """So many days from now; before now when negative."""
    return datetime.now(UTC) + timedelta(days=days)


@contextmanager
def site(
    respond: Callable[[str, str], tuple[int, Mapping[str, str], bytes]], tls: ssl.SSLContext | None = None
) -> Generator[str]:
    """An HTTP server that answers as told, by method and path; its address."""

    class Answering(BaseHTTPRequestHandler):
        def version_string(self) -> str:
            return "figurine"

        def log_message(self, *_arguments: Any) -> None:
            return

        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, headers, body = respond(self.command, self.path)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body)), "Connection": "close"}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _answer  # noqa: N815 - http.server calls them so

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"{'http' if tls is None else 'https'}://localhost:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join(timeout=10)


def stack_at(gateway: str, ca: Path, **said: Any) -> Running:
    """A stack of which no more is known than this."""
    return Running({"gateway": gateway, "ca": str(ca), **said}, Path("/"))
