"""The mail sink: where the studio's mail goes when there is no mail server."""

import json
import smtplib
import ssl
import sys
from pathlib import Path

from ops.embedded import files
from ops.embedded.programs import Program
from ops.embedded.site import PROJECT, Site
from ops.embedded.waiting import holds

_USER = "studio"


class Mail:
    """The mail sink of one stack."""

    name = "mail"

    def __init__(self, site: Site) -> None:
        self._site = site

    def programs(self) -> list[Program]:
        """The sink, as a process of its own."""
        command = (sys.executable, "-m", "ops.embedded.mail_sink", str(self._configuration))
        return [Program(name="mail", command=command, folder=PROJECT)]

    def prepare(self) -> None:
        """Write its configuration."""
        own = self._site.identity("mail")
        given = {
            "port": self._site.ports["smtps"],
            "user": self.login[0],
            "password": self.login[1],
            "certificate": str(own.certificate),
            "key": str(own.key),
            "folder": str(self._site.mail),
        }
        files.write(self._configuration, json.dumps(given))

    def is_ready(self) -> bool:
        """Whether the studio can log in."""
        return holds(self._log_in, OSError, smtplib.SMTPException)

    def provision(self) -> None:
        """Nothing: it starts with all it needs."""

    def url(self) -> str:
        """The address, with user and password."""
        user, password = self.login
        return f"smtps://{user}:{password}@localhost:{self._site.ports['smtps']}"

    @property
    def login(self) -> tuple[str, str]:
        """User and password."""
        return _USER, self._site.secrets.password("mail")

    @property
    def _configuration(self) -> Path:
        return self._site.home("mail") / "mail.json"

    def _log_in(self) -> None:
        trusted = ssl.create_default_context(cafile=self._site.ca)
        with smtplib.SMTP_SSL("localhost", self._site.ports["smtps"], timeout=3, context=trusted) as client:
            client.login(*self.login)
