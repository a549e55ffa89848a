"""Mails from Jinja templates: `mail/<kind>.txt` (subject on its first line) and `mail/<kind>.html`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from gateway.adapters.links import Links
from gateway.adapters.markup import as_html, as_text
from gateway.domain.corrections import PendingAddress
from gateway.domain.people import Account
from gateway.ports import Letter

# What goes to whoever wants it, and what whoever wrote it has sent to herself.
_NEWS: Final = frozenset({"news", "news-test"})
TEMPLATES = Path(__file__).parent.parent / "web" / "templates" / "mail"


class JinjaLetters:
    """Writes what the gateway sends."""

    def __init__(self, links: Links, *, sender: str = "Figurine Studio") -> None:
        """`sender` is whom the mails come from, as it stands in them."""
        self._links = links
        self._sender = sender
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=select_autoescape(["html"]), undefined=StrictUndefined
        )
        self._environment.filters |= {"as_html": as_html, "as_text": as_text}

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
        links = self._links_in(template, account, parameters or {}, change)
        # Nobody has shown yet that the name of who has no account is hers: it would be words of a stranger in our mail.
        values = {**(parameters or {}), **links, "name": account.name if account else ""}
        text = self._environment.get_template(f"{template}.txt").render(values)
        subject, _, body = text.partition("\n")
        html = self._environment.get_template(f"{template}.html").render(values)
        return Letter(subject=subject.strip(), text=body.strip() + "\n", html=html, **self._news_only(values))

    def _links_in(
        self, template: str, account: Account | None, parameters: Mapping[str, str], change: PendingAddress | None
    ) -> dict[str, str]:
        """Every link that a letter like this may have."""
        links = {"studio": self._links.studio}
        if account is not None:
            links |= self._links_of(account, template, parameters)
        if change is not None:
            links |= {"confirm": self._links.confirmation(change), "stop": self._links.stopping(change)}
        if (request_id := parameters.get("request_id")) is not None:
            links["receipt"] = self._links.receipt(UUID(request_id))
        if (ticket_id := parameters.get("ticket")) is not None:
            links["thread"] = self._links.thread(UUID(ticket_id), signed_in=account is not None)
        return links

    def _links_of(self, account: Account, template: str, parameters: Mapping[str, str]) -> dict[str, str]:
        """Those that are for this person alone."""
        links = {"link": self._links.verification(account.id)}
        if (recovery_id := parameters.get("recovery")) is not None:
            links["recover"] = self._links.recovery(account.id, UUID(recovery_id))
        return links | self._news_links(account, parameters) if template in _NEWS else links

    def _news_links(self, account: Account, parameters: Mapping[str, str]) -> dict[str, str]:
        """How whoever reads a piece of news gets no more of them, and who writes to her."""
        announcement_id = UUID(parameters.get("announcement", UUID(int=0).hex))
        return {"stop_news": self._links.stop_news(account.id, announcement_id), "sender": self._sender}

    def _news_only(self, values: Mapping[str, str]) -> dict[str, Any]:
        """Only news can be stopped, and only news is recognised when it comes back."""
        if "stop_news" not in values:
            return {}
        trace = self._links.trace(UUID(values["letter"])) if "letter" in values else ""
        return {
            "trace": trace,
            "headers": {
                # RFC 8058: the mail program shows a button of its own, and its request asks nobody to sign in.
                "List-Unsubscribe": f"<{values['stop_news']}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                "List-Id": "News of the Figurine Studio <news.figurine.invalid>",
            },
        }
