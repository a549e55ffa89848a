"""Calls back to endpoints of developers, whose addresses nobody vouches for.

The name is looked up once, what it leads to is checked, and exactly that is connected to: whoever changes his name's
address in between changes nothing (DNS rebinding). The certificate is still checked against the name. No redirect is
followed, no proxy asked, and the whole of it, drop by drop or not, ends after a deadline.
"""

import socket
import ssl
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Timer
from typing import Final
from urllib.parse import SplitResult, urlsplit

from gateway.domain.webhooks import DEADLINE, Called, is_public

# All that is read of an answer beside its head; nothing is kept of it.
MOST_BYTES: Final = 16 * 1024
_HTTP, _HTTPS = 80, 443

# Looks a name up: the addresses it leads to.
Resolve = Callable[[str, int], list[str]]


class _Refused(Exception):
    """The name leads where no call goes."""


def resolve(host: str, port: int) -> list[str]:
    """Whatever the system says; raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class PublicCaller:
    """`local` lets calls go to this machine and its network, without TLS too: for trying things out."""

    def __init__(
        self,
        *,
        local: bool = False,
        ca_file: Path | None = None,
        resolve: Resolve = resolve,
        deadline: float = DEADLINE.total_seconds(),
    ) -> None:
        self._local = local
        self._resolve = resolve
        self._deadline = deadline
        self._tls = ssl.create_default_context()
        self._tls.minimum_version = ssl.TLSVersion.TLSv1_2
        if local and ca_file is not None:
            self._tls.load_verify_locations(ca_file)

    def call(self, url: str, headers: Mapping[str, str], body: bytes) -> Called:
        """POST it there. Whatever goes wrong is told in a word, never with what the other side said."""
        try:
            with self._connected(urlsplit(url)) as connection:
                return Called(status=_status(connection, urlsplit(url), headers, body))
        except _Refused:
            return Called(trouble="address_not_public")
        except socket.gaierror:
            return Called(trouble="name_unknown")
        except ssl.SSLError:
            return Called(trouble="certificate_refused")
        except TimeoutError:
            return Called(trouble="too_slow")
        except (OSError, HTTPException, ValueError):
            return Called(trouble="no_answer")

    @contextmanager
    def _connected(self, parts: SplitResult) -> Generator[HTTPConnection]:
        port = parts.port or (_HTTPS if parts.scheme == "https" else _HTTP)
        host = parts.hostname or ""
        plain = self._reach(host, port)
        timer = Watch(plain, self._deadline)
        connection = HTTPConnection(host, port)
        try:
            secure = parts.scheme == "https"
            connection.sock = self._tls.wrap_socket(plain, server_hostname=host) if secure else plain
            timer.on(connection.sock)
            yield connection
            if timer.is_over:
                # Cut off in the middle of its head, an answer looks like one that is whole.
                raise TimeoutError
        except (OSError, HTTPException):
            if timer.is_over:
                raise TimeoutError from None
            raise
        finally:
            timer.cancel()
            connection.close()
            plain.close()

    def _reach(self, host: str, port: int) -> socket.socket:
        """A connection to an address that was looked at. One that is not public spoils the name for good."""
        addresses = self._resolve(host, port)
        if not self._local and not all(is_public(address) for address in addresses):
            raise _Refused
        trouble: OSError = socket.gaierror("no address")
        for address in addresses[:2]:
            try:
                return socket.create_connection((address, port), timeout=self._deadline / 2)
            except OSError as error:
                trouble = error
        raise trouble


class Watch:
    """Ends a connection when its time is over, whatever it is doing: a timeout alone begins anew with every byte."""

    def __init__(self, sock: socket.socket, seconds: float) -> None:
        self.is_over = False
        self._sock = sock
        self._timer = Timer(seconds, self._end)
        self._timer.daemon = True
        self._timer.start()

    def on(self, sock: socket.socket) -> None:
        """It is this one now: the same connection, under TLS."""
        self._sock = sock

    def cancel(self) -> None:
        """It was in time."""
        self._timer.cancel()

    def _end(self) -> None:
        self.is_over = True
        try:
            # Of TLS too: it is the connection that ends, not the conversation.
            socket.socket.shutdown(self._sock, socket.SHUT_RDWR)
        except OSError:
            return


def _status(connection: HTTPConnection, parts: SplitResult, headers: Mapping[str, str], body: bytes) -> int:
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection.request("POST", path, body=body, headers={**headers, "Connection": "close"})
    response = connection.getresponse()
    response.read(MOST_BYTES)
    return response.status
