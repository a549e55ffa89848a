"""Mails from Jinja templates: `mail/<kind>.txt` (subject on its first line) and `mail/<kind>.html`."""

from collections.abc import Mapping
from pathlib import Path
from textwrap import wrap
from typing import Any, Final, cast
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from gateway.adapters.catalogues import Speech, speech
from gateway.adapters.formats import days_in, money
from gateway.adapters.links import Links
from gateway.adapters.markup import as_html, as_text
from gateway.domain.corrections import PendingAddress
from gateway.domain.languages import DEFAULT, Language, known
from gateway.domain.people import Account
from gateway.ports import Letter

# What goes to whoever wants it, and what whoever wrote it has sent to herself.
_NEWS: Final = frozenset({"news", "news-test"})
# Those who ask for letters write amounts and days in English.
_AMOUNTS: Final = frozenset({"total", "received", "outstanding", "owed"})
_DAYS: Final = frozenset({"until", "ends_on", "published", "in_force_from", "at"})
# Lines that people read as they are: mail programs of the old kind do not fold them.
_WIDTH: Final = 79
TEMPLATES = Path(__file__).parent.parent / "web" / "templates" / "mail"


class JinjaLetters:
    """Writes what the gateway sends."""

    def __init__(self, links: Links, *, sender: str = "Figurine Studio") -> None:
        """`sender` is whom the mails come from, as it stands in them."""
        self._links = links
        self._sender = sender
        self._environments = {language: _environment(speech(language)) for language in Language}

    def write(
        self,
        template: str,
        account: Account | None,
        parameters: Mapping[str, str] | None = None,
        *,
        change: PendingAddress | None = None,
    ) -> Letter:
        """The letter of this kind for this person, in her language, with these numbers and dates in it.

        Or about this change. Without an account it is about a question, for whoever asked it, and in English.
        """
        language = _language_of(template, account, parameters or {})
        links = self._links_in(template, account, parameters or {}, change)
        # Nobody has shown yet that the name of who has no account is hers: it would be words of a stranger in our mail.
        said = _written(parameters or {}, speech(language))
        values = {**said, **links, "name": account.name if account else ""}
        text = self._environments[language].get_template(f"{template}.txt").render(values)
        subject, _, body = text.partition("\n")
        html = self._environments[language].get_template(f"{template}.html").render(values)
        # What somebody wrote for many is sent as she wrote it.
        body = body.strip() if template in _NEWS else _folded(body.strip())
        return Letter(subject=subject.strip(), text=body + "\n", html=html, **self._news_only(values))

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


def _environment(said: Speech) -> Environment:
    """Templates of letters in one language."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_translations(said.words, newstyle=True)  # type: ignore[attr-defined]
    made.filters.update({"as_html": as_html, "as_text": as_text})
    # Jinja names the type of what it has there itself, and of nothing else.
    cast("dict[str, object]", made.globals)["speech"] = said
    return made


def _language_of(template: str, account: Account | None, parameters: Mapping[str, str]) -> Language:
    """News is framed in the language it is written in; everything else is in that of whom it goes to."""
    said = parameters.get("language") if template in _NEWS else account.language if account else None
    return known(said) or DEFAULT


def _written(parameters: Mapping[str, str], said: Speech) -> dict[str, str]:
    """What the letter is about, with amounts and days as this language writes them."""
    amounts = {name: money(parameters[name], said.locale) for name in _AMOUNTS & parameters.keys()}
    days = {name: days_in(parameters[name], said.locale) for name in _DAYS & parameters.keys()}
    return {**parameters, **amounts, **days}


def _folded(body: str) -> str:
    lines = (wrap(line, _WIDTH, break_long_words=False, break_on_hyphens=False) or [""] for line in body.split("\n"))
    return "\n".join(line for each in lines for line in each)
