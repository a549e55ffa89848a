"""Links in mails: signed, short-lived, good for one purpose."""

import hmac
from datetime import timedelta
from uuid import UUID

import jwt

from common.clock import Clock
from gateway.domain.people import VERIFICATION_LIFETIME, LinkExpired

_ALGORITHM = "HS256"
_VERIFY = "verify-address"


class Links:
    """Signs and reads the tokens in links; `key` is a secret of at least 32 bytes."""

    def __init__(self, key: bytes, *, public_url: str, clock: Clock) -> None:
        self._key = key
        self._public_url = public_url.rstrip("/")
        self._clock = clock
        self._jwt = jwt.PyJWT(options={"verify_exp": False, "verify_iat": False, "enforce_minimum_key_length": True})

    @property
    def studio(self) -> str:
        """Where people reach it, without a slash at the end."""
        return self._public_url

    def verification(self, account_id: UUID) -> str:
        """The address of the page that confirms a person's e-mail address."""
        return f"{self._public_url}/verify?token={self._sign(account_id, _VERIFY, VERIFICATION_LIFETIME)}"

    def read_verification(self, token: str) -> UUID:
        """Whose address the token confirms; raises LinkExpired."""
        return self._read(token, _VERIFY)

    def receipt(self, request_id: UUID) -> str:
        """The page that shows how an erasure stands, and its receipt: for who has no account any more.

        Whoever has the link may read it; it names nobody.
        """
        return f"{self._public_url}/leaving/{request_id}?key={self._receipt_key(request_id)}"

    def opens_receipt(self, request_id: UUID, key: str) -> bool:
        """Whether this is the key of that erasure."""
        return hmac.compare_digest(self._receipt_key(request_id).encode(), key.encode())

    def _receipt_key(self, request_id: UUID) -> str:
        return hmac.new(self._key, b"receipt:" + request_id.bytes, "sha256").hexdigest()

    def _sign(self, account_id: UUID, purpose: str, lifetime: timedelta) -> str:
        expires = int((self._clock.now() + lifetime).timestamp())
        claims = {"sub": str(account_id), "aud": purpose, "exp": expires}
        return self._jwt.encode(claims, self._key, algorithm=_ALGORITHM)

    def _read(self, token: str, purpose: str) -> UUID:
        try:
            claims = self._jwt.decode(
                token, self._key, algorithms=[_ALGORITHM], audience=purpose, options={"require": ["exp", "sub", "aud"]}
            )
            account_id, expires = UUID(claims["sub"]), int(claims["exp"])
        except (jwt.PyJWTError, ValueError):
            raise LinkExpired from None
        if expires < self._clock.now().timestamp():
            raise LinkExpired
        return account_id
