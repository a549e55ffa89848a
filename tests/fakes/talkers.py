"""Servers that say one thing to everybody, or a little more to who speaks of mail; for whoever tries doors."""

import socket
import socketserver
import ssl
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from threading import Thread


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    tls: ssl.SSLContext | None = None

    def get_request(self) -> tuple[socket.socket, object]:
        connection, address = super().get_request()
        connection.settimeout(10)
        if self.tls is not None:
            connection = self.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def handle_error(self, request: object, client_address: object) -> None:
        """Who turns away is no news."""


@contextmanager
def _running(handler: type[socketserver.BaseRequestHandler], tls: ssl.SSLContext | None = None) -> Generator[int]:
    with _Server(("127.0.0.1", 0), handler) as server:
        server.tls = tls
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@contextmanager
def saying(words: bytes, *, tls: ssl.SSLContext | None = None) -> Generator[int]:
    """Says this to everybody who says something, on the port it yields."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                self.request.recv(4096)
                self.request.sendall(words)

    with _running(Handler, tls) as port:
        yield port


@contextmanager
def relaying(answers: Mapping[str, str]) -> Generator[int]:
    """A mail server that answers each of these verbs so, and everything else with 250 (but to say goodbye)."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                self.wfile.write(b"220 mail\r\n")
                for line in self.rfile:
                    verb = line.decode().split()[0].upper()
                    self.wfile.write(answers.get(verb, "221 bye" if verb == "QUIT" else "250 ok").encode() + b"\r\n")
                    if verb == "QUIT":
                        return

    with _running(Handler) as port:
        yield port
