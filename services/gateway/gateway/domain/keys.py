"""Keys for scripts: what one may do, how it looks, and when it is over. Pure."""

import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from common.errors import Conflict, Forbidden, Invalid, NotFound
from gateway.domain.languages import catalogued

MOST_KEYS: Final = 20
LONGEST_NAME: Final = 60
LONGEST_LIFE: Final = timedelta(days=365)
# Reads rarely write: a key's last use is kept to this.
USE_NOTED_EVERY: Final = timedelta(minutes=1)

# A scanner finds a key that lies in a public place by how it begins.
_FORM = re.compile(r"fig_[a-z2-7]{8}_[A-Za-z0-9_-]{43}", re.ASCII)
_SHOWN: Final = len("fig_") + 8


class Scope(StrEnum):
    """What a key may be for."""

    FIGURINES_READ = "figurines:read"
    FIGURINES_WRITE = "figurines:write"
    PHOTOS_READ = "photos:read"
    PHOTOS_WRITE = "photos:write"
    CREDITS_READ = "credits:read"
    EVENTS_READ = "events:read"
    WEBHOOKS_READ = "webhooks:read"


SCOPES: Final[Mapping[Scope, str]] = {
    Scope.FIGURINES_READ: catalogued("See your figurines, their pictures and their printable models."),
    Scope.FIGURINES_WRITE: catalogued("Order, change, share and delete figurines. Orders cost credits."),
    Scope.PHOTOS_READ: catalogued("See which photos are kept, and the photos themselves."),
    Scope.PHOTOS_WRITE: catalogued("Delete photos that are kept."),
    Scope.CREDITS_READ: catalogued("See your balance and your statement."),
    Scope.EVENTS_READ: catalogued("Hear live what becomes of orders and credits."),
    Scope.WEBHOOKS_READ: catalogued("See your webhooks and what was sent to them."),
}


class NoSuchKey(NotFound):
    """There is no such key, or it is not yours."""


class TooManyKeys(Conflict):
    """You have twenty keys already. Revoke one that you do not use, then make another."""

    code = "too_many_keys"


class ScopeMissing(Forbidden):
    """This key may not do that. Use one that may, or sign in: some things no key may do."""

    code = "scope_missing"

    def __init__(self, needed: Scope | None = None) -> None:
        super().__init__(
            f"This key may not do that: it would need `{needed}`. Make one that has it."
            if needed
            else "No key may do that. Sign in to do it."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key as it is known to its owner; what it is itself is known to nobody but the script that has it."""

    id: UUID
    account_id: UUID
    name: str
    prefix: str
    scopes: frozenset[Scope]
    rate: int | None
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None


def is_key(token: str) -> bool:
    """Whether that looks like a key, and not like a session's token."""
    return _FORM.fullmatch(token) is not None


def prefix_of(token: str) -> str:
    """How a key begins: what is shown of it later."""
    return token[:_SHOWN]


def key_digest(secret: bytes, token: str) -> bytes:
    """What is kept of a key: enough to recognise it; without the secret nobody can tell which key it is of."""
    return hmac.digest(secret, b"api-key:" + token.encode(), "sha256")


def check_scope(key: ApiKey, needed: Scope | None) -> None:
    """Raises ScopeMissing; `None` is what no key may do."""
    if needed is None or needed not in key.scopes:
        raise ScopeMissing(needed)


def check_key_name(given: str) -> str:
    """The name as it is kept; raises Invalid."""
    name = " ".join(given.split())
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise Invalid(f"Give it a name of 1 to {LONGEST_NAME} characters, so that you know it again.")
    return name


def check_expiry(expires_at: datetime | None, now: datetime) -> datetime | None:
    """When a key is to end; raises Invalid."""
    if expires_at is not None and not now < expires_at <= now + LONGEST_LIFE:
        raise Invalid("A key ends within a year and not in the past; or leave the moment out, and it never does.")
    return expires_at


def in_order(scopes: Iterable[Scope]) -> list[Scope]:
    """Always told in the same order."""
    given = set(scopes)
    return [scope for scope in Scope if scope in given]
