"""By what tries are counted: keyed digests, so that nobody can read who tried; and devices that are known."""

import hmac
import secrets
from datetime import timedelta
from typing import Final
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response

from gateway.domain.idempotency import fingerprint
from gateway.domain.people import Account
from gateway.domain.tries import Guard, guard_of, network_of
from gateway.routes.context import studio

# Which account signed in on this device; it lets nobody in.
DEVICE_COOKIE: Final = "__Host-device"
DEVICE_LIFETIME: Final = timedelta(days=365)


def digest(*parts: str) -> bytes:
    """A keyed digest of these words."""
    return fingerprint(studio().fingerprint_key, "tries", *parts)


def network() -> str:
    """The network this request comes from."""
    return network_of(request.remote_addr or "")


def guard(what: str, address: str, account: Account | None) -> Guard:
    """What a try at this address is counted by; `address` is its keyed digest."""
    return guard_of(digest, what, address, network(), known_device(account))


def known_device(account: Account | None) -> str | None:
    """The device that asks, where this account has signed in on it and kept its password since."""
    nonce, _, mark = request.cookies.get(DEVICE_COOKIE, "").partition(".")
    if account is None or not nonce:
        return None
    known = hmac.compare_digest(_mark(account.id, account.password_hash, nonce).encode(), mark.encode())
    return nonce if known else None


def remember_device(response: Response, account_id: UUID, password_hash: str) -> None:
    """Know this device again; on a device of many the last account is known. Another password forgets all of them."""
    nonce = secrets.token_urlsafe(16)
    response.set_cookie(
        DEVICE_COOKIE,
        f"{nonce}.{_mark(account_id, password_hash, nonce)}",
        max_age=DEVICE_LIFETIME,
        path="/",
        secure=True,
        httponly=True,
        samesite="Lax",
    )


def _mark(account_id: UUID, password_hash: str, nonce: str) -> str:
    return digest("known device", str(account_id), password_hash, nonce).hex()
