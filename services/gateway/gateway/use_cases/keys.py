"""Keys for scripts: made, shown, revoked; every one of these is on the security log."""

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gateway.domain.keys import ApiKey, NoSuchKey, Scope, check_expiry, check_key_name, prefix_of
from gateway.domain.security import Kind, Origin
from gateway.repository import Work
from gateway.use_cases import security

MADE_MAIL = "key-made"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyWish:
    """What a person wants of a key."""

    name: str
    scopes: frozenset[Scope]
    rate: int | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeKey:
    """A fresh key; the token is shown this once."""

    key: ApiKey
    token: str


def make(work: Work, account_id: UUID, wish: KeyWish, origin: Origin, *, session_id: UUID) -> MadeKey:
    """Make a key of 256 random bits; only its keyed digest is kept. Raises Invalid, TooManyKeys."""
    begin = base64.b32encode(secrets.token_bytes(5)).decode().lower()
    token = f"fig_{begin}_{secrets.token_urlsafe(32)}"
    now = work.clock.now()
    key = ApiKey(
        id=work.clock.new_id(),
        account_id=account_id,
        name=check_key_name(wish.name),
        prefix=prefix_of(token),
        scopes=wish.scopes,
        rate=wish.rate,
        created_at=now,
        last_used_at=None,
        expires_at=check_expiry(wish.expires_at, now),
    )
    work.keys.add(key, token)
    security.note(work, account_id, Kind.KEY_MADE, origin, session_id=session_id)
    work.mails.add(account_id, MADE_MAIL)
    return MadeKey(key=key, token=token)


def read(work: Work, account_id: UUID, key_id: UUID) -> ApiKey:
    """One's own key; raises NoSuchKey."""
    found = next((key for key in work.keys.of(account_id) if key.id == key_id), None)
    if found is None:
        raise NoSuchKey
    return found


def revoke(work: Work, account_id: UUID, key_id: UUID, origin: Origin, *, session_id: UUID) -> None:
    """End a key, in all processes with this transaction. Raises NoSuchKey."""
    if not work.keys.revoke(account_id, key_id):
        raise NoSuchKey
    security.note(work, account_id, Kind.KEY_REVOKED, origin, session_id=session_id)
