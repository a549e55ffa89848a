"""Mail, through an SMTP server over TLS."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from urllib.parse import unquote, urlsplit

from common.errors import Unavailable
from gateway.ports import Attachment, MailRefused, MailUnsettled, Unwritable

TIMEOUT_SECONDS = 15.0
_PERMANENT = 500


class SmtpMailer:
    """`url` is smtps://user:password@host:port (TLS from the start) or smtp://… (STARTTLS)."""

    def __init__(self, url: str, *, sender: str, ca_file: Path | None) -> None:
        self._url = urlsplit(url)
        self._sender = sender
        self._ca_file = ca_file

    def send(self, *, to: str, subject: str, text: str, html: str, attachment: Attachment | None = None) -> None:
        """Hand a mail over. Raises MailRefused for good, Unavailable; MailUnsettled once it was told."""
        message = self._message(to, subject, text, html)
        if attachment is not None:
            message.add_attachment(attachment.pdf, maintype="application", subtype="pdf", filename=attachment.name)
        server = self._reached()
        try:
            with server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            self._give_up_or_wait(max(code for code, _ in error.recipients.values()), error)
        except smtplib.SMTPResponseException as error:
            self._give_up_or_wait(error.smtp_code, error)
        except (OSError, smtplib.SMTPException) as error:
            raise MailUnsettled from error

    def _message(self, to: str, subject: str, text: str, html: str) -> EmailMessage:
        message = EmailMessage()
        try:
            message["From"], message["To"], message["Subject"] = self._sender, to, subject
        except ValueError as error:
            # An address that no header can hold will not become one.
            raise Unwritable from error
        message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain="figurine.invalid")
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
