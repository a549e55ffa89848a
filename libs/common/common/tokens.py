"""Who asks: short-lived tokens that the gateway signs with Ed25519.

JWT (RFC 7519) under the advice of RFC 8725: one algorithm, one issuer, one audience,
every claim required, and no header believed.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from common.clock import SYSTEM_CLOCK, Clock
from common.errors import Unauthenticated

LIFETIME = timedelta(seconds=60)
LEEWAY = timedelta(seconds=5)
GATEWAY = "gateway"
_ALGORITHM = "EdDSA"
_PEM_END = "-----END PUBLIC KEY-----"
# Weak keys are errors, not warnings; times are checked here, against our own clock.
_JWT = jwt.PyJWT(
    options={"enforce_minimum_key_length": True, "verify_exp": False, "verify_iat": False, "verify_nbf": False}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """On whose behalf a request is made.

    `user_id` is None for somebody not signed in; `roles` are those of staff, and `reason` is why
    they look at this person's data.
    """

    user_id: UUID | None
    roles: frozenset[str] = frozenset()
    reason: str | None = None


class _Claims(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    jti: UUID
    iat: Annotated[int, Field(strict=True, ge=0)]
    exp: Annotated[int, Field(strict=True, ge=0)]
    sub: UUID | None = None
    roles: frozenset[str] = frozenset()
    reason: str | None = None


class TokenIssuer:
    """Signs tokens; only the gateway has the key."""

    def __init__(self, private_key_pem: str, *, issuer: str = GATEWAY, clock: Clock = SYSTEM_CLOCK) -> None:
        key = load_pem_private_key(private_key_pem.encode(), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise TypeError("tokens are signed with an Ed25519 private key")
        self._key = key
        self._issuer = issuer
        self._clock = clock

    def issue(
        self, *, user_id: UUID | None, audience: str, roles: Collection[str] = (), reason: str | None = None
    ) -> str:
        """A token that the service named `audience` takes for 60 seconds."""
        now = self._clock.now()
        claims = {
            "iss": self._issuer,
            "aud": audience,
            "jti": str(self._clock.new_id()),
            "iat": int(now.timestamp()),
            "exp": int((now + LIFETIME).timestamp()),
            "sub": None if user_id is None else str(user_id),
            "roles": sorted(roles) or None,
            "reason": reason,
        }
        present = {name: value for name, value in claims.items() if value is not None}
        return _JWT.encode(present, self._key, algorithm=_ALGORITHM)


class TokenVerifier:
    """Believes what the gateway signed for this service, and nobody else."""

    def __init__(
        self, public_key_pem: str, audience: str, *, issuer: str = GATEWAY, clock: Clock = SYSTEM_CLOCK
    ) -> None:
        """`public_key_pem` may be several, one after the other: both are believed while the gateway changes its key."""
        self._keys = [_public_key(pem) for pem in _apart(public_key_pem)]
        self._audience = audience
        self._issuer = issuer
        self._clock = clock

    def verify(self, token: str) -> Caller:
        """Who asks. Raises Unauthenticated, without saying what is wrong."""
        claims = next((claims for key in self._keys if (claims := self._claims(token, key))), None)
        if claims is None or not _current(claims, self._clock.now()):
            raise Unauthenticated
        return Caller(user_id=claims.sub, roles=claims.roles, reason=claims.reason)

    def _claims(self, token: str, key: Ed25519PublicKey) -> _Claims | None:
        """What it says, if this key signed it."""
        try:
            payload = _JWT.decode(
                token,
                key,
                algorithms=[_ALGORITHM],
                audience=self._audience,
                issuer=self._issuer,
                options={"require": ["exp", "iat", "iss", "aud", "jti"], "strict_aud": True},
            )
            return _Claims.model_validate(payload)
        except (jwt.PyJWTError, ValidationError):
            return None


def _apart(pem: str) -> list[str]:
    """Each key of a text that holds several, all of it where it holds one or none."""
    keys = [f"{key}{_PEM_END}\n" for key in pem.split(_PEM_END)[:-1]]
    return keys or [pem]


def _public_key(pem: str) -> Ed25519PublicKey:
    key = load_pem_public_key(pem.strip().encode())
    if not isinstance(key, Ed25519PublicKey):
        raise TypeError("tokens are verified with an Ed25519 public key")
    return key


def _current(claims: _Claims, now: datetime) -> bool:
    lived = now.timestamp() - claims.iat
    left = claims.exp - now.timestamp()
    slack = LEEWAY.total_seconds()
    return lived >= -slack and left > -slack and claims.exp - claims.iat <= LIFETIME.total_seconds()
