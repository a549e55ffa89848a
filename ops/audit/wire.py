"""Knocking at a listener: in the clear, with TLS of our choosing, and with what comes before TLS in its protocol."""

import socket
import ssl
import struct
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from ops.audit.target import Listener

SECONDS = 3.0
_SSL_REQUEST = struct.pack("!II", 8, 80877103)
_AMQP = b"AMQP\x00\x00\x09\x01"


class NoTls(Exception):
    """The listener does not begin TLS."""


def trusting(ca: Path | None) -> ssl.SSLContext:
    """A client as it should be: it verifies certificate and name."""
    return ssl.create_default_context(cafile=ca)


def old_protocols() -> ssl.SSLContext:
    """A client that offers TLS 1.0 and 1.1 only."""
    context = _careless("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        # That they are deprecated is why nobody may agree to them.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


def weak_ciphers() -> ssl.SSLContext:
    """A client that offers TLS 1.2 with nothing but ciphers that have no forward secrecy, or no certificate."""
    context = _careless("kRSA:aNULL:eNULL:3DES:RC4:@SECLEVEL=0")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    return context


def can_offer(context: ssl.SSLContext) -> bool:
    """Whether this machine's OpenSSL has anything of what the context is made for."""
    hello = context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="localhost")
    try:
        hello.do_handshake()
    except ssl.SSLWantReadError:
        # It has said hello and waits for an answer.
        return True
    except ssl.SSLError:
        return False
    return True


@contextmanager
def handshake(listener: Listener, context: ssl.SSLContext) -> Generator[ssl.SSLSocket]:
    """A TLS connection. Raises ssl.SSLError or OSError, and NoTls where TLS is not even begun."""
    with socket.create_connection((listener.host, listener.port), timeout=SECONDS) as plain:
        _begin_tls(listener, plain)
        with context.wrap_socket(plain, server_hostname=listener.host) as secure:
            yield secure


def understands_plain(listener: Listener) -> bool:
    """Whether it answers somebody who speaks its protocol without TLS. Raises OSError if nobody is there."""
    with socket.create_connection((listener.host, listener.port), timeout=SECONDS) as plain:
        try:
            return _conversation(listener, plain)
        except (ConnectionError, TimeoutError):
            return False


def _conversation(listener: Listener, plain: socket.socket) -> bool:
    match listener.protocol:
        case "https":
            plain.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            answer = plain.recv(64)
            # 400 is how servers say that they want TLS.
            return answer.startswith(b"HTTP/") and answer.split(b" ")[1:2] != [b"400"]
        case "amqps":
            plain.sendall(_AMQP)
            return plain.recv(8).startswith((b"AMQP", b"\x01"))
        case "postgresql":
            plain.sendall(_startup())
            # R asks for the password, E refuses the connection as such.
            return plain.recv(1) == b"R"
        case "smtps":
            plain.sendall(b"EHLO audit.localhost\r\n")
            return plain.recv(64).startswith((b"220", b"250"))
        case "smtp":
            return _takes_mail_in_the_clear(plain)


def _takes_mail_in_the_clear(plain: socket.socket) -> bool:
    plain.recv(512)
    plain.sendall(b"EHLO audit.localhost\r\n")
    plain.recv(2048)
    plain.sendall(b"MAIL FROM:<audit@localhost>\r\n")
    return plain.recv(512).startswith(b"250")


def _begin_tls(listener: Listener, plain: socket.socket) -> None:
    """What the protocol says before the handshake."""
    match listener.protocol:
        case "postgresql":
            plain.sendall(_SSL_REQUEST)
            if plain.recv(1) != b"S":
                raise NoTls
        case "smtp":
            plain.recv(512)
            plain.sendall(b"EHLO audit.localhost\r\n")
            plain.recv(2048)
            plain.sendall(b"STARTTLS\r\n")
            if not plain.recv(512).startswith(b"220"):
                raise NoTls
        case _:
            return


def _startup() -> bytes:
    body = struct.pack("!I", 196608) + b"user\0audit\0database\0postgres\0\0"
    return struct.pack("!I", len(body) + 4) + body


def _careless(ciphers: str) -> ssl.SSLContext:
    # It only asks what would be agreed to, and says nothing afterwards.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers(ciphers)
    return context
