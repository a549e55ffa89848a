"""Mail, through an SMTP server over TLS."""

import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import default
from email.utils import formatdate, make_msgid
from pathlib import Path
from urllib.parse import unquote, urlsplit

from common.errors import Unavailable
from gateway.domain.bounces import is_of_mailbox
from gateway.ports import AddressRefused, Attachment, MailRefused, MailUnknown, MailUnsettled, Unwritable

TIMEOUT_SECONDS = 15.0
_PERMANENT = 500
_HERE = "figurine.invalid"
# An address of the web in a header stays in one piece: folded, it would be encoded, and no mail program reads it then.
_UNFOLDED = default.clone(max_line_length=998)


class SmtpMailer:
    """`url` is smtps://user:password@host:port (TLS from the start) or smtp://… (STARTTLS)."""

    def __init__(self, url: str, *, sender: str, ca_file: Path | None, bounces: str = "") -> None:
        """`bounces` is the mailbox for what comes back; each letter with a trace has an address of its own there."""
        self._url = urlsplit(url)
        self._sender = sender
        self._ca_file = ca_file
        self._bounces = bounces

    def send(
        self,
        *,
        to: str,
        subject: str,
        text: str,
        html: str,
        attachment: Attachment | None = None,
        headers: Mapping[str, str] | None = None,
        trace: str = "",
    ) -> None:
        """Hand a mail over. Raises MailRefused for good, Unavailable; MailUnsettled once it was told."""
        message = self._message(to, subject, text, html, trace)
        for name, value in (headers or {}).items():
            message[name] = value
        if attachment is not None:
            message.add_attachment(attachment.pdf, maintype="application", subtype="pdf", filename=attachment.name)
        self._hand_over(message, trace)

    def _hand_over(self, message: EmailMessage, trace: str) -> None:
        server = self._reached()
        try:
            with server:
                server.send_message(message, from_addr=self._returns_to(trace))
        except smtplib.SMTPRecipientsRefused as error:
            code, said = max(error.recipients.values())
            if code >= _PERMANENT and is_of_mailbox(said.decode(errors="replace") if said[:2] == b"5." else str(code)):
                raise AddressRefused(code) from error
            self._give_up_or_wait(code, error)
        except smtplib.SMTPResponseException as error:
            self._give_up_or_wait(error.smtp_code, error)
        except (OSError, smtplib.SMTPException) as error:
            raise MailUnknown from error

    def _returns_to(self, trace: str) -> str | None:
        """Where it goes if it comes back: an address that only this letter has (VERP); None for the sender's."""
        name, _, host = self._bounces.rpartition("@")
        return f"{name}+{trace}@{host}" if trace and name else None

    def _message(self, to: str, subject: str, text: str, html: str, trace: str) -> EmailMessage:
        message = EmailMessage(policy=_UNFOLDED if trace else default)
        try:
            message["From"], message["To"], message["Subject"] = self._sender, to, subject
        except ValueError as error:
            # An address that no header can hold will not become one.
            raise Unwritable from error
        message["Date"] = formatdate()
        # What comes back has the headers of what was sent, whatever it was sent to.
        message["Message-ID"] = f"<{trace}@{_HERE}>" if trace else make_msgid(domain=_HERE)
        message.set_content(text)
        message.add_alternative(html, subtype="html")
        return message

    def _connect(self) -> smtplib.SMTP:
        host, port = self._url.hostname or "localhost", self._url.port or 0
        context = ssl.create_default_context(cafile=self._ca_file)
        if self._url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=context)
        else:
            server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
            server.starttls(context=context)
        if self._url.username:
            server.login(unquote(self._url.username), unquote(self._url.password or ""))
        return server

    def _reached(self) -> smtplib.SMTP:
        """The server, which knows of no mail yet: what goes wrong before that tells nobody anything."""
        try:
            return self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise Unavailable from error

    @staticmethod
    def _give_up_or_wait(code: int, error: Exception) -> None:
        # RFC 5321: 4xx may pass, 5xx will not.
        raise (MailRefused(code) if code >= _PERMANENT else MailUnsettled()) from error
