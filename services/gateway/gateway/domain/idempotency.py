"""One intent, one effect: how a repeated request is told from a different one. Pure."""

import hmac
from hashlib import sha256
from typing import Final

from common.errors import Invalid, Refused

MAX_KEY: Final = 200


class IdempotencyMismatch(Refused):
    """This Idempotency-Key was used for a different request. Use a new key for a new request."""

    code = "idempotency_mismatch"


class AnsweredMeanwhile(Exception):
    """Another request with the same key was faster; its answer counts."""


def check_key(key: str | None) -> str | None:
    """The key as it is kept; raises Invalid."""
    if key is None:
        return None
    if not 1 <= len(key) <= MAX_KEY or not key.isprintable():
        raise Invalid(f"An Idempotency-Key has 1 to {MAX_KEY} printable characters.")
    return key


def fingerprint(secret: bytes, *parts: str) -> bytes:
    """A keyed digest of a request: recognises it again, and tells a thief nothing of what was in it."""
    mac = hmac.new(secret, digestmod=sha256)
    for part in parts:
        encoded = part.encode()
        mac.update(len(encoded).to_bytes(8) + encoded)
    return mac.digest()
