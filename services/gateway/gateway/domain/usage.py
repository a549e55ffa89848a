"""How the studio is used: which pages are counted, of whom, how much, and how coarse the rest is. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from ipaddress import ip_address, ip_network
from typing import Final

from common.contracts.consents import ANALYTICS, PROCESSING
from common.errors import Invalid

# The longest a page may say it was used since it last said so.
LONGEST: Final = 120
# Where an order is observed, which may come from a program as well as from a page.
ORDERS: Final = "/v1/figurines"
UNKNOWN: Final = "unknown"
OTHER: Final = "other"

# Pages whose use is counted, by their routes; others, such as those that letters lead to, are not. No id is ever told.
PAGES: Final = frozenset(
    {
        "/",
        "/studio",
        "/gallery",
        "/figurines/{figurine_id}",
        "/styles",
        "/status",
        "/credits",
        "/invoices/{invoice_id}",
        "/account",
        "/account/delete",
        "/privacy",
        "/policy",
        "/policy/{version}",
        "/promises",
        "/support",
        "/signup",
        "/signin",
        "/recover",
        "/developers",
        "/s/{token}",
    }
)

# A part of a route that is another for everybody, with or without its kind.
_PLACE: Final = re.compile(r"<(?:\w+:)?(\w+)>")
_BITS: Final = {4: 24, 6: 48}
# Nobody is at more than two devices at once; behind one address a whole office may be.
_AT_ONCE_A_PERSON: Final = 2
_AT_ONCE_AN_ADDRESS: Final = 50
# What may come on top at one time, as when several pages are closed together.
_AHEAD: Final = timedelta(minutes=5)
# One that says a second costs as much as one that says five: so many messages are bounded, too.
_LEAST: Final = 5


class UnknownPage(Invalid):
    """No page of that name is counted. Send the route of the page as the page itself names it, without any id."""


class TooMuchUsage(Exception):
    """More seconds than have passed: somebody makes them up, and they are dropped."""


class Device(StrEnum):
    """What kind of device it is."""

    DESKTOP = "desktop"
    PHONE = "phone"
    TABLET = "tablet"
    BOT = "bot"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is told of a device: families without versions, and the network without the end of its address."""

    device: Device = Device.UNKNOWN
    os: str = UNKNOWN
    browser: str = UNKNOWN
    network: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Seconds that somebody was active on a page."""

    page: str
    seconds: int
    facts: Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Whose seconds these are, as a keyed digest, and how much of her time they take."""

    who: bytes
    cost: timedelta
    ahead: timedelta = _AHEAD


def check_page(page: str) -> str:
    """A page whose use is counted; raises UnknownPage."""
    if page not in PAGES:
        raise UnknownPage
    return page


def page_of(rule: str | None) -> str | None:
    """The page behind a route as Flask writes it (`/invoices/<uuid:invoice_id>`); None where it is not counted."""
    page = _PLACE.sub(r"{\1}", rule or "")
    return page if page in PAGES else None


def lets_herself_be_counted(granted: Iterable[str]) -> bool:
    """Whether her use may be counted, by what she allows now."""
    return {ANALYTICS, PROCESSING} <= set(granted)


def asks_not_to_be_followed(*, do_not_track: str | None, global_privacy_control: str | None) -> bool:
    """Whether the browser says so, by `DNT` or by `Sec-GPC`, to every site it goes to."""
    return "1" in {(do_not_track or "").strip(), (global_privacy_control or "").strip()}


def network_of(address: str) -> str | None:
    """The network an address lies in, without its last 8 bits (IPv4) or 80 (IPv6); None for what is no address."""
    try:
        known = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return str(ip_network((known, _BITS[known.version]), strict=False))


def of_person(who: bytes, seconds: int) -> Budget:
    """What these seconds take of a person's time."""
    return Budget(who=who, cost=_cost(seconds) / _AT_ONCE_A_PERSON)


def of_address(who: bytes, seconds: int) -> Budget:
    """What these seconds take of the time of all who are behind an address."""
    return Budget(who=who, cost=_cost(seconds) / _AT_ONCE_AN_ADDRESS)


def _cost(seconds: int) -> timedelta:
    return timedelta(seconds=max(seconds, _LEAST))
