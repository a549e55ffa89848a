"""What a service says it did, as it signed it: Ed25519 (RFC 8032) over the very bytes of the statement."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from common.erasure.leaving import OutOfReach

FORMAT = 1


class NotSigned(Exception):
    """The signature is not that of this statement, or not by this key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassOutcome:
    """What became of one kind of record; the numbers are rows or objects.

    `retained` ones are kept on a `ground`, until `until` at the latest; `residue` is what was found again afterwards
    and should not have been.
    """

    what: str
    found: int
    erased: int = 0
    anonymised: int = 0
    retained: int = 0
    ground: str = ""
    until: str | None = None
    residue: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One service's part of a receipt."""

    request_id: UUID
    service: str
    plan: str  # the SHA-256 of the plan, in hexadecimal
    fenced_at: datetime
    erased_at: datetime
    classes: Mapping[str, ClassOutcome] = field(default_factory=dict[str, ClassOutcome])
    out_of_reach: Sequence[OutOfReach] = ()

    @property
    def residue(self) -> int:
        """How much is left that should not be."""
        return sum(outcome.residue for outcome in self.classes.values())

    @property
    def retained(self) -> int:
        """How much is kept on a legal ground."""
        return sum(outcome.retained for outcome in self.classes.values())

    def text(self) -> str:
        """The statement in its one written form."""
        return canonical({"format": FORMAT, "kind": "erasure statement", **asdict(self)})


def canonical(value: Mapping[str, Any]) -> str:
    """JSON in one form only: keys in order, no spaces, so that what is signed can be written again."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def signing_key_of(pem: str) -> Ed25519PrivateKey:
    """The key out of a setting. Raises ValueError for anything but an Ed25519 key in PEM."""
    key = load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("the key is not an Ed25519 key")  # noqa: TRY004 - its text is wrong, not its type
    return key


def public_pem(key: Ed25519PrivateKey) -> str:
    """Its public half, in PEM."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def sign(key: Ed25519PrivateKey, text: str) -> str:
    """The signature, in base64."""
    return base64.b64encode(key.sign(text.encode())).decode()


def verify(pem: str, text: str, signature: str) -> None:
    """Raises NotSigned unless `signature` is that of `text` by the key whose public half is `pem`."""
    try:
        key = load_pem_public_key(pem.encode())
        if not isinstance(key, Ed25519PublicKey):
            raise NotSigned
        key.verify(base64.b64decode(signature, validate=True), text.encode())
    except (InvalidSignature, ValueError, binascii.Error):
        raise NotSigned from None


def _plain(value: object) -> str:
    match value:
        case UUID():
            return str(value)
        case datetime():
            return value.isoformat()
        case _:
            message = f"a {type(value).__name__} has no place in a statement"
            raise TypeError(message)
