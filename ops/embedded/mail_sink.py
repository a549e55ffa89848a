"""A mail server that delivers to a folder: SMTP over TLS from the first byte, login required.

    python -m ops.embedded.mail_sink CONFIGURATION

The configuration is a JSON file: port, user, password, certificate, key, folder. Each message
becomes an .eml, as it came, and a .txt, as a person reads it.
"""

import json
import signal
import ssl
import sys
import threading
import warnings
from email import policy
from email.parser import BytesParser
from pathlib import Path
from types import FrameType
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from common.clock import SYSTEM_CLOCK
from ops.embedded import files

_HEADERS = ("From", "To", "Subject", "Date")
_READING = BytesParser(policy=policy.default)


class Folder:
    """Keeps what is delivered. A message is there, whole, before the sender hears that it is."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802 - aiosmtpd's name and arguments
        """Store one message."""
        content = cast("bytes", envelope.content)
        name = f"{SYSTEM_CLOCK.now():%Y%m%dT%H%M%S}-{SYSTEM_CLOCK.new_id().hex[-8:]}"
        files.write(self._path / f"{name}.txt", readable(content))
        files.write(self._path / f"{name}.eml", content.decode("utf-8", "surrogateescape"))
        return "250 Kept"


def readable(content: bytes) -> str:
    """The headers a person looks for, and the text."""
    message = _READING.parsebytes(content)
    body = message.get_body(preferencelist=("plain", "html"))
    text = cast("str", body.get_content()) if body is not None else ""
    return "".join(f"{name}: {message[name]}\n" for name in _HEADERS) + f"\n{text}"


def serve(configuration: Path) -> None:
    """Accept mail until SIGTERM or SIGINT."""
    given = json.loads(configuration.read_text())
    expected = LoginPassword(given["user"].encode(), given["password"].encode())

    def authenticate(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data == expected, handled=False)

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(given["certificate"], given["key"])
    controller = Controller(
        Folder(Path(given["folder"])),
        hostname="127.0.0.1",
        port=given["port"],
        ssl_context=context,
        server_hostname="localhost",
        authenticator=authenticate,
        auth_required=True,
        # aiosmtpd means STARTTLS by this, and warns; here nothing is said before TLS.
        auth_require_tls=False,
    )
    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    warnings.filterwarnings("ignore", "Requiring AUTH while not requiring TLS")
    controller.start()
    ended.wait()
    controller.stop()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
