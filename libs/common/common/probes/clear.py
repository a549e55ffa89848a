"""What somebody hears who comes to a server without TLS: one short try each, which asks nothing that changes anything.

try_http(place) -> Heard      the same for amqp, postgres, smtp, smtps and old TLS
"""

import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from smtplib import SMTP, SMTPException
from typing import Final

_SECONDS: Final = 2.0
_ENOUGH: Final = 512
# What servers that speak TLS say to those who do not (nginx, Go's, Apache's): this, in the clear, and nothing else.
_NOT_PLAIN: Final = 400
# SSLRequest's sibling: protocol 3.0, then names and values that end with a zero.
_POSTGRES_PROTOCOL: Final = 196608
# Of a TLS 1.1 ClientHello (RFC 4346, 7.4.1.2) the suites every server of its time had, and the curves (RFC 8422, 5.1).
_SUITES: Final = bytes.fromhex("c009c00ac013c014002f0035000a")
_CURVES: Final = bytes.fromhex("000a0006000400170018000b00020100")
_OLD_VERSION: Final = b"\x03\x02"
_HANDSHAKE, _SERVER_HELLO = b"\x16", b"\x02"


class Heard(StrEnum):
    """What came of a try."""

    # It turned away, said that it wants TLS, or fell silent.
    NOTHING = "nothing"
    # It went on.
    ANSWER = "answer"
    # Nobody was there to try.
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server listens."""

    host: str
    port: int

    @classmethod
    def bound(cls, bind: str) -> "Place":
        """Where to find what listens on `host:port`; who listens everywhere is found at home."""
        host, _, port = bind.rpartition(":")
        host = host.strip("[]")
        return cls({"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host), int(port))  # noqa: S104 - compared with


def try_http(place: Place) -> Heard:
    """Ask for the health page."""
    words = f"GET /healthz HTTP/1.1\r\nHost: {place.host}\r\nConnection: close\r\n\r\n".encode()
    return _try(place, words, lambda said: said.startswith(b"HTTP/") and not _only_wants_tls(said))


def try_amqp(place: Place) -> Heard:
    """Greet as AMQP 0-9-1 does; a method frame is an answer, and so is a header with another version."""
    return _try(place, b"AMQP\x00\x00\x09\x01", lambda said: said.startswith((b"\x01", b"AMQP")))


def try_postgres(place: Place, *, user: str, database: str) -> Heard:
    """Begin to sign in; whoever is asked for a password, or let in, was answered."""
    names = b"user\0" + user.encode() + b"\0database\0" + database.encode() + b"\0\0"
    words = struct.pack(">II", 8 + len(names), _POSTGRES_PROTOCOL) + names
    return _try(place, words, lambda said: said.startswith(b"R"))


def try_smtps(place: Place) -> Heard:
    """Greet a mail server whose connections begin with TLS."""
    return _try(place, b"EHLO localhost\r\n", lambda said: said[:3].isdigit())


def try_smtp(place: Place) -> Heard:
    """Greet one where TLS begins with STARTTLS: before that it may take no password and no letter."""
    try:
        server = SMTP(place.host, place.port, local_hostname="localhost", timeout=_SECONDS)
    except SMTPException:
        return Heard.NOTHING
    except OSError:
        return Heard.NOBODY
    takes = False
    with suppress(SMTPException, OSError):
        server.ehlo()
        takes = server.has_extn("auth") or server.mail("probe@localhost")[0] < _NOT_PLAIN
        server.quit()
    server.close()
    return Heard.ANSWER if takes else Heard.NOTHING


def try_old_tls(place: Place) -> Heard:
    """Offer TLS 1.1 and nothing newer; only who goes on with it says hello."""
    hello = _OLD_VERSION + bytes(32) + b"\0" + _counted(_SUITES) + b"\x01\x00" + _counted(_CURVES)
    handshake = b"\x01" + len(hello).to_bytes(3) + hello
    words = _HANDSHAKE + b"\x03\x01" + _counted(handshake)
    return _try(place, words, lambda said: said[:1] == _HANDSHAKE and said[5:6] == _SERVER_HELLO)


def _counted(data: bytes) -> bytes:
    return struct.pack(">H", len(data)) + data


def _try(place: Place, words: bytes, understood: Callable[[bytes], bool]) -> Heard:
    try:
        connection = socket.create_connection((place.host, place.port), timeout=_SECONDS)
    except OSError:
        return Heard.NOBODY
    return Heard.ANSWER if understood(_say(connection, words)) else Heard.NOTHING


def _say(connection: socket.socket, words: bytes) -> bytes:
    """The beginning of the answer; empty when there was none."""
    said = b""
    with connection, suppress(OSError):
        connection.settimeout(_SECONDS)
        connection.sendall(words)
        while len(said) < _ENOUGH and (more := connection.recv(_ENOUGH)):
            said += more
    return said


def _only_wants_tls(said: bytes) -> bool:
    """Whether it refused every plain request alike, instead of answering this one."""
    return said.split(b" ", 2)[1:2] == [str(_NOT_PLAIN).encode()] and b"<?xml" not in said
