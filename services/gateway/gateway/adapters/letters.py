"""Mails from Jinja templates: `mail/<kind>.txt` (subject on its first line) and `mail/<kind>.html`."""

from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from gateway.adapters.links import Links
from gateway.domain.corrections import PendingAddress
from gateway.domain.people import Account
from gateway.ports import Letter

TEMPLATES = Path(__file__).parent.parent / "web" / "templates" / "mail"


class JinjaLetters:
    """Writes what the gateway sends."""

    def __init__(self, links: Links) -> None:
        self._links = links
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=select_autoescape(["html"]), undefined=StrictUndefined
        )

    def write(
        self,
        template: str,
        account: Account | None,
        parameters: Mapping[str, str] | None = None,
        *,
        change: PendingAddress | None = None,
    ) -> Letter:
        """The letter of this kind for this person, with these numbers and dates in it, or about this change.

        Without an account it is about a question, and for whoever asked it.
        """
        links = {"studio": self._links.studio}
        if account is not None:
            links |= {"link": self._links.verification(account.id)}
        if change is not None:
            links |= {"confirm": self._links.confirmation(change), "stop": self._links.stopping(change)}
        if (request_id := (parameters or {}).get("request_id")) is not None:
            links["receipt"] = self._links.receipt(UUID(request_id))
        if account is not None and (recovery_id := (parameters or {}).get("recovery")) is not None:
            links["recover"] = self._links.recovery(account.id, UUID(recovery_id))
        if (ticket_id := (parameters or {}).get("ticket")) is not None:
            links["thread"] = self._links.thread(UUID(ticket_id), signed_in=account is not None)
        # Nobody has shown yet that the name of who has no account is hers: it would be words of a stranger in our mail.
        values = {**(parameters or {}), **links, "name": account.name if account else ""}
        text = self._environment.get_template(f"{template}.txt").render(values)
        subject, _, body = text.partition("\n")
        html = self._environment.get_template(f"{template}.html").render(values)
        return Letter(subject=subject.strip(), text=body.strip() + "\n", html=html)
