"""Receipts of erasures: what they say, how they are chained, how anybody checks them without us. Pure.

A receipt is a JSON object: `body` (a text, itself JSON in one written form), `signature` (Ed25519 over the bytes of
`body`, in base64), and `keys`, the public keys in PEM. In `body` each service's own statement stands as it signed it,
and `previous` is the SHA-256 of the body of the receipt before, so that one taken out is missed.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from common.erasure.statements import NotSigned, canonical, verify
from common.errors import NotFound

FORMAT: Final = 1
# Before the first receipt there is none.
GENESIS: Final = bytes(32)


class NoReceiptYet(NotFound):
    """This erasure is not over, so there is no receipt of it yet. Come back later."""


class ReceiptBroken(Exception):
    """The receipt is not what the studio signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A receipt as it is kept."""

    number: int
    request_id: UUID
    issued_at: datetime
    body: str
    signature: str
    digest: bytes


def body_of(
    *,
    number: int,
    request_id: UUID,
    asked_at: datetime,
    completed_at: datetime,
    state: str,
    policy_version: str,
    previous: bytes,
    parts: Mapping[str, tuple[str, str]],
) -> str:
    """What a receipt says, in its one written form. `parts` are the statements and signatures, by service."""
    return canonical(
        {
            "format": FORMAT,
            "kind": "erasure receipt",
            "number": number,
            "request_id": str(request_id),
            "asked_at": asked_at.isoformat(),
            "completed_at": completed_at.isoformat(),
            "state": state,
            "policy_version": policy_version,
            "previous": previous.hex(),
            "services": {
                service: {"statement": statement, "signature": signature}
                for service, (statement, signature) in parts.items()
            },
        }
    )


def digest_of(body: str) -> bytes:
    """What the next receipt names this one by."""
    return hashlib.sha256(body.encode()).digest()


def check(receipt: Mapping[str, Any], keys: Mapping[str, str]) -> Mapping[str, Any]:
    """What a receipt says, once every signature in it is found to be right. Raises ReceiptBroken.

    `keys` are the public keys by service; those that came with the receipt are not trusted.
    """
    try:
        body, signature = receipt["body"], receipt["signature"]
        verify(keys["privacy"], body, signature)
    except (KeyError, TypeError):
        raise ReceiptBroken("This is not a receipt of the studio, or a key is missing.") from None
    except NotSigned:
        raise ReceiptBroken("The receipt was changed, or it is not the studio's: its signature does not fit.") from None
    said = json.loads(body)
    for service, part in said["services"].items():
        _check_part(said, service, part, keys)
    return said


def check_chain(receipts: Sequence[Mapping[str, Any]], keys: Mapping[str, str]) -> None:
    """Receipts in order, each of which names the one before it. Raises ReceiptBroken where one is missing."""
    previous: Mapping[str, Any] | None = None
    for receipt in receipts:
        said = check(receipt, keys)
        if previous is not None:
            follows = said["number"] == json.loads(previous["body"])["number"] + 1
            names = said["previous"] == digest_of(previous["body"]).hex()
            if not (follows and names):
                raise ReceiptBroken(f"Before receipt {said['number']} one is missing or was changed.")
        previous = receipt


def _check_part(said: Mapping[str, Any], service: str, part: Mapping[str, str], keys: Mapping[str, str]) -> None:
    try:
        verify(keys[service], part["statement"], part["signature"])
    except KeyError:
        raise ReceiptBroken(f"There is no key to check the statement of {service} with.") from None
    except NotSigned:
        raise ReceiptBroken(f"The statement of {service} was changed: its signature does not fit.") from None
    statement = json.loads(part["statement"])
    if (statement["service"], statement["request_id"]) != (service, said["request_id"]):
        raise ReceiptBroken(f"The statement of {service} is of another service or another request.")
