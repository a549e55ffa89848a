"""What a browser keeps for the studio for a few minutes, sealed: it can neither be read there nor be made up.

a keepsake    nonce (12, random) | AES-256-GCM of JSON {"until": seconds, "said": …}, with tag (16), in base64url;
              associated data: what it is for
"""

import base64
import json
import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from common.clock import Clock

_NONCE: Final = 12
# What a browser takes of one cookie, name and all, is 4096 bytes (RFC 6265, section 6.1).
_LONGEST: Final = 4000


class Keepsakes:
    """`key` has 32 bytes."""

    def __init__(self, key: bytes, clock: Clock) -> None:
        self._aead = AESGCM(key)
        self._clock = clock

    def seal(self, what: str, said: Mapping[str, object], until: datetime) -> str:
        """As a cookie carries it. Raises ValueError for more than a cookie can."""
        plain = json.dumps(
            {"until": until.timestamp(), "said": dict(said)}, separators=(",", ":"), ensure_ascii=False
        ).encode()
        nonce = os.urandom(_NONCE)
        sealed = base64.urlsafe_b64encode(nonce + self._aead.encrypt(nonce, plain, what.encode())).decode()
        if len(sealed) > _LONGEST:
            raise ValueError("too long for a cookie")
        return sealed

    def open(self, what: str, sealed: str) -> Mapping[str, Any] | None:
        """What was sealed for this use; None for what is over, not whole, or for another use."""
        try:
            raw = base64.b64decode(sealed.encode(), altchars=b"-_", validate=True)
            kept = json.loads(self._aead.decrypt(raw[:_NONCE], raw[_NONCE:], what.encode()))
        except (InvalidTag, ValueError):
            return None
        return kept["said"] if kept["until"] > self._clock.now().timestamp() else None
