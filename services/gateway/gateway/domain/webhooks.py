"""Call-backs: what is told, how it is signed, where none may go, and for how long it is tried. Pure."""

import base64
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

from common.errors import Conflict, Invalid, NotFound

MOST_WEBHOOKS: Final = 10
LONGEST_URL: Final = 500
# A receiver has so long for its whole answer; its lease is longer, so that nobody calls it twice at once.
DEADLINE: Final = timedelta(seconds=10)
LEASE: Final = timedelta(minutes=1)
# For so long is tried to deliver, and so long may an endpoint fail before it is paused.
PATIENCE: Final = timedelta(days=1)
# While a receiver changes its secret, both count.
OVERLAP: Final = timedelta(hours=24)
_WAITS: Final = (5, 30, 120, 600, 1800, 3600, 7200)
SECRET_BYTES: Final = 32
_PREFIX: Final = "whsec_"
_HTTPS: Final = 443
_FIRST_FREE_PORT: Final = 1024
# Assigned to protocols, not to anybody; not every version of Python knows (RFC 6890, RFC 7526).
_NOBODYS: Final = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))
# Addresses of the old internet in the new one; what they stand for is looked at as well (RFC 6052).
_NAT64: Final = IPv6Network("64:ff9b::/96")


class Happening(StrEnum):
    """What may be told."""

    GENERATED = "figurine.generated"
    FAILED = "figurine.failed"
    DELETED = "figurine.deleted"
    CREDITS = "credits.changed"


class WebhookState(StrEnum):
    """Whether an endpoint is called."""

    ACTIVE = "active"
    PAUSED = "paused"


class DeliveryState(StrEnum):
    """What became of a call: `failed` was tried for a day, or its endpoint was paused."""

    DUE = "due"
    DELIVERED = "delivered"
    FAILED = "failed"


class NoSuchWebhook(NotFound):
    """There is no such webhook, or it is not yours."""


class NoSuchDelivery(NotFound):
    """There is no such delivery of this webhook; they are forgotten after thirty days."""


class TooManyWebhooks(Conflict):
    """You have ten webhooks already. Remove one that you do not use, then make another."""

    code = "too_many_webhooks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An endpoint, as its owner knows it."""

    id: UUID
    account_id: UUID
    url: str
    events: frozenset[Happening]
    state: WebhookState
    paused_at: datetime | None
    failing_since: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One call, and what became of it."""

    id: UUID
    seq: int
    type: Happening
    thing: UUID | None
    state: DeliveryState
    attempts: int
    status: int | None
    trouble: str | None
    happened_at: datetime
    settled_at: datetime | None
    next_try_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A call that is to be made now: `attempt` is what its settling is guarded by."""

    webhook_id: UUID
    account_id: UUID
    delivery_id: UUID
    attempt: int
    failures: int
    url: str
    secrets: Sequence[bytes]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """What came of a call: a status, or a word for why there is none."""

    status: int | None = None
    trouble: str | None = None

    @property
    def is_taken(self) -> bool:
        """Any 2xx; a redirect is followed nowhere."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_over(self) -> bool:
        """Whoever answers that it is gone is not called again."""
        return self.status == 410


def body_of(delivery_id: UUID, type: str, thing: UUID | None, *, seq: int, happened_at: datetime) -> bytes:
    """What is sent: ids alone. Who wants to know more asks for it, with a key."""
    data = {} if thing is None else {"figurine_id": str(thing)}
    said = {
        "id": f"msg_{delivery_id}",
        "type": type,
        "timestamp": happened_at.isoformat(),
        "sequence": seq,
        "data": data,
    }
    return json.dumps(said, separators=(",", ":")).encode()


def sign(secrets: Sequence[bytes], message_id: str, timestamp: int, body: bytes) -> str:
    """The signatures of a call, one for each secret that counts (Standard Webhooks 1.0: `v1`, HMAC-SHA256)."""
    content = f"{message_id}.{timestamp}.".encode() + body
    return " ".join("v1," + base64.b64encode(hmac.digest(key, content, "sha256")).decode() for key in secrets)


def headers_of(errand: Errand, now: datetime) -> Mapping[str, str]:
    """What comes along with a call."""
    message_id, timestamp = f"msg_{errand.delivery_id}", int(now.timestamp())
    return {
        "Content-Type": "application/json",
        "User-Agent": "figurine-studio-webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(errand.secrets, message_id, timestamp, errand.body),
    }


def shown_secret(secret: bytes) -> str:
    """A secret as its owner gets it, once."""
    return _PREFIX + base64.b64encode(secret).decode()


def wait_after(failures: int) -> timedelta:
    """How long to wait after so many failures: from seconds to two hours."""
    return timedelta(seconds=_WAITS[min(failures, len(_WAITS)) - 1])


def is_public(address: str) -> bool:
    """Whether a call may go there: to the internet, not to this machine, its network, or what stands for them."""
    return all(_is_public(each) for each in _meanings(ip_address(address.partition("%")[0])))


def check_url(given: str, *, local: bool) -> str:
    """An address a call can go to; raises Invalid. In local mode it may be one on this machine, without TLS."""
    parts = _parts(given)
    if parts.scheme != "https" and not (local and parts.scheme == "http"):
        raise Invalid("The address begins with https://. What is told there is told to nobody on the way.")
    if parts.username or parts.password or parts.fragment:
        raise Invalid("Leave a user name, a password and what comes after # out of the address.")
    if not local:
        _check_place(parts)
    return given


def _parts(given: str) -> SplitResult:
    refusal = Invalid(f"This is no address a call could go to: up to {LONGEST_URL} plain characters, with a host.")
    whole = len(given) <= LONGEST_URL and given.isascii() and given.isprintable() and " " not in given
    try:
        parts = urlsplit(given)
        # A port that is no number is refused by reading it.
        whole = whole and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise refusal from None
    if not whole:
        raise refusal
    return parts


def _check_place(parts: SplitResult) -> None:
    if parts.port is not None and parts.port != _HTTPS and parts.port < _FIRST_FREE_PORT:
        raise Invalid(f"Use port {_HTTPS}, or one from {_FIRST_FREE_PORT} on.")
    try:
        literal = is_public(parts.hostname or "")
    except ValueError:
        return  # a name: where it leads to is looked at with each call
    if not literal:
        raise Invalid("This address is not on the internet. Use one that everybody can reach.")


def _meanings(address: IPv4Address | IPv6Address) -> Sequence[IPv4Address | IPv6Address]:
    """The address, and whatever IPv4 address it stands for."""
    if isinstance(address, IPv4Address):
        return (address,)
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    inner = [address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        inner.append(IPv4Address(int(address) & 0xFFFF_FFFF))
    return (address, *(each for each in inner if each is not None))


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and address in _NAT64:
        return True  # what it stands for is looked at instead
    if any(address in network for network in _NOBODYS if isinstance(address, IPv4Address)):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved
