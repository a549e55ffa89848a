"""How many requests a minute: of a person, of a key, of an address; counted by all processes together.

What needs nobody is counted by the address it comes from, and so is whoever brings a token that is none. While the
database is away nothing is counted, and nobody refused for it.
"""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from uuid import UUID

import psycopg
import structlog
from flask import Response, request

from common.current import Current, CurrentUnit
from common.errors import Unavailable
from gateway.domain.allowances import Budget, RateLimited
from gateway.domain.idempotency import fingerprint
from gateway.domain.keys import ApiKey
from gateway.repository import Work

_BUDGETS = "figurine.budgets"
# Pictures and live streams, of one person: a gallery shows hundreds of pictures within a minute.
MEDIA_A_MINUTE = 6000
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What the door needs to know: how many requests an address may send, and the key its digests are made with."""

    digest_key: bytes
    per_address: int


unit = CurrentUnit[Work]()
door = Current(Door)


def count_address() -> None:
    """Count a request of whoever is not known. Raises RateLimited."""
    try:
        with unit.bound().begin() as work:
            sender = digest("address", network_of(request.remote_addr or ""))
            note(work.door_rates.take("address", sender, door().per_address))
    except RateLimited as refusal:
        note(refusal.budget)
        raise
    except (Unavailable, psycopg.Error) as error:
        _log.warning("not counted", cause=type(error).__name__)


def count_key(work: Work, key: ApiKey) -> None:
    """Count a request against the key's own limit, where it has one. Raises RateLimited."""
    if key.rate is not None:
        note(work.door_rates.take("key", digest("key", str(key.id)), key.rate))


def count_media(work: Work, account_id: UUID) -> None:
    """Count a picture that somebody looks at. Raises RateLimited."""
    note(work.door_rates.take("media", digest("media", str(account_id)), MEDIA_A_MINUTE))


def note(budget: Budget | None) -> None:
    """Remember, with the request, what is left; of one kind the latest word counts."""
    if budget is not None:
        request.environ.setdefault(_BUDGETS, {})[budget.of] = budget


def tell_budgets(response: Response) -> Response:
    """What is left, as the IETF's draft on RateLimit header fields has it."""
    budgets: dict[str, Budget] = request.environ.get(_BUDGETS, {})
    if budgets:
        told = budgets.values()
        response.headers["RateLimit-Policy"] = ", ".join(f'"{each.of}";q={each.rate};w=60' for each in told)
        response.headers["RateLimit"] = ", ".join(f'"{each.of}";r={each.left};t={each.whole_in}' for each in told)
    return response


def network_of(address: str) -> str:
    """What stands for a household: an IPv4 address, or the first half of an IPv6 one (RFC 6177)."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ip_network((int(parsed), 64), strict=False))


def digest(kind: str, of: str) -> bytes:
    """What stands for a sender."""
    return fingerprint(door().digest_key, kind, of)
