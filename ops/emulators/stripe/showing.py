"""How the pages look: templates, money, and the answer that goes out."""

from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

SELLER = "Figurine studio"
ASSETS = Path(__file__).parent / "assets"
_SIGNS = {"eur": "€", "usd": "$", "gbp": "£"}
_WHOLE = frozenset({"jpy", "krw", "vnd", "clp"})
_POLICY = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined,
    trim_blocks=True, lstrip_blocks=True,
)  # fmt: skip


def money(amount: int, currency: str | None) -> str:
    """An amount of minor units, as a person reads it."""
    name, sign = currency or "eur", "\N{MINUS SIGN}" if amount < 0 else ""
    shown = f"{abs(amount):,}" if name in _WHOLE else f"{abs(amount) / 100:,.2f}"
    return f"{sign}{_SIGNS[name]}{shown}" if name in _SIGNS else f"{sign}{shown} {name.upper()}"


def page(template: str, *, status: int = 200, **given: Any) -> web.Response:
    """A page."""
    shown = {"error": None, "notice": None, "seller": SELLER, **given}
    text = _TEMPLATES.get_template(template).render(shown)
    # No `form-action`: after a form the browser goes back to the shop, wherever that is.
    headers = {"Content-Security-Policy": _POLICY, "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
    return web.Response(text=text, status=status, content_type="text/html", headers=headers)


def message(
    heading: str, words: str, *, status: int = 200, link: str | None = None, link_words: str = ""
) -> web.Response:
    """A page that says one thing, and where to go from there."""
    return page("message.html", status=status, heading=heading, words=words, link=link, link_words=link_words)


def gone() -> web.Response:
    """The page of something that is not there."""
    return message("There is nothing here", "This link is wrong, or what it led to is gone.", status=404)
