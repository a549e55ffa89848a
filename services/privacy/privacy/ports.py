"""What privacy's doors are told by the wiring."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How requests are dealt with: how long somebody who asks for erasure may think again."""

    think_again: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptKeys:
    """What receipts are signed with, and what each service's statements are checked with, in PEM."""

    private: Ed25519PrivateKey
    public: Mapping[str, str]
