"""The mail sink in a container: the one of the local stack, open to the other containers.

    python -m ops.compose.mail CONFIGURATION

TLS from the first byte and a login are required here as there; mails become files in a folder.
"""

import json
import signal
import ssl
import sys
import warnings
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from ops.embedded.mail_sink import Folder


def serve(given: dict[str, Any]) -> None:
    """Accept mail until SIGTERM or SIGINT."""
    expected = LoginPassword(given["user"].encode(), given["password"].encode())

    def authenticate(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data == expected, handled=False)

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(given["certificate"], given["key"])
    controller = Controller(
        Folder(Path(given["folder"])),
        hostname="0.0.0.0",  # noqa: S104 - only the network of the containers reaches it
        port=given["port"],
        ssl_context=context,
        authenticator=authenticate,
        auth_required=True,
        # aiosmtpd means STARTTLS by this, and warns; here nothing is said before TLS.
        auth_require_tls=False,
    )
    # Held back here and in every thread begun from here, so that sigwait alone hears them.
    ends = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    warnings.filterwarnings("ignore", "Requiring AUTH while not requiring TLS")
    controller.start()
    signal.sigwait(ends)
    controller.stop()


if __name__ == "__main__":
    serve(json.loads(Path(sys.argv[1]).read_text()))
