"""Links in mails: signed, short-lived, good for one purpose."""

import base64
import hmac
from datetime import datetime
from uuid import UUID

import jwt

from common.clock import Clock
from gateway.domain.announcements import LinkNotWhole
from gateway.domain.corrections import ChangeOver, PendingAddress
from gateway.domain.people import VERIFICATION_LIFETIME, LinkExpired
from gateway.domain.recovery import RECOVERY_LIFETIME, RecoveryOver

_ALGORITHM = "HS256"
# 40 letters of base32: what is before the @ of an address has 64 at most (RFC 5321, section 4.5.3.1.1).
_TRACE_BYTES = 25
_VERIFY = "verify-address"
_RECOVER = "recover-password"
_CONFIRM = "confirm-new-address"
_STOP = "stop-new-address"


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
        until = self._clock.now() + VERIFICATION_LIFETIME
        return f"{self._public_url}/verify?token={self._sign(account_id, _VERIFY, until)}"

    def read_verification(self, token: str) -> UUID:
        """Whose address the token confirms; raises LinkExpired."""
        return UUID(self._read(token, _VERIFY)["sub"])

    def recovery(self, account_id: UUID, recovery_id: UUID) -> str:
        """The address of the page that sets a new password; it works once, for an hour."""
        until = self._clock.now() + RECOVERY_LIFETIME
        token = self._sign(account_id, _RECOVER, until, recovery=str(recovery_id))
        return f"{self._public_url}/reset?token={token}"

    def read_recovery(self, token: str) -> tuple[UUID, UUID]:
        """Whose password the token sets, and with which link; raises RecoveryOver."""
        try:
            claims = self._read(token, _RECOVER)
            return UUID(claims["sub"]), UUID(claims["recovery"])
        except (LinkExpired, KeyError, ValueError):
            raise RecoveryOver from None

    def stop_news(self, account_id: UUID, announcement_id: UUID) -> str:
        """The page that stops news, and where a mail program's own button sends its request (RFC 8058).

        It opens nothing else, names nobody who reads it, and works for as long as the letter is kept.
        """
        return f"{self._public_url}/news/stop?key={_base64(self._proven(b'news:', account_id, announcement_id))}"

    def read_stop_news(self, key: str) -> tuple[UUID, UUID]:
        """Whose news the key stops, and which letter it stood in; raises LinkNotWhole."""
        try:
            raw = base64.b64decode(key.encode(), altchars=b"-_", validate=True)
            account_id, announcement_id = UUID(bytes=raw[:16]), UUID(bytes=raw[16:32])
        except ValueError:
            raise LinkNotWhole from None
        if not hmac.compare_digest(raw, self._proven(b"news:", account_id, announcement_id)):
            raise LinkNotWhole
        return account_id, announcement_id

    def trace(self, mail_id: UUID) -> str:
        """What a letter is recognised by when it comes back, in an address where capitals do not count."""
        return base64.b32encode(self._proven(b"bounce:", mail_id)[:_TRACE_BYTES]).decode().lower()

    def read_trace(self, trace: str) -> UUID | None:
        """Which mail it is the trace of; None where we made none like it."""
        try:
            raw = base64.b32decode(trace.upper())
            mail_id = UUID(bytes=raw[:16])
        except ValueError:
            return None
        return mail_id if hmac.compare_digest(self.trace(mail_id).encode(), trace.lower().encode()) else None

    def _proven(self, use: bytes, *ids: UUID) -> bytes:
        """Ids, and 128 bits by which we know that we put them there."""
        said = b"".join(each.bytes for each in ids)
        return said + hmac.new(self._key, use + said, "sha256").digest()[:16]

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

    def thread(self, ticket_id: UUID, *, signed_in: bool) -> str:
        """The page that shows a question and its answers: for its owner, or for whoever has the link of a letter.

        What comes after the # no browser sends, so that it stands in no log and in no Referer header.
        """
        page = f"{self._public_url}/support#{ticket_id}"
        return page if signed_in else f"{page}.{self._ticket_key(ticket_id)}"

    def opens_thread(self, ticket_id: UUID, key: str) -> bool:
        """Whether this is the key of that question."""
        return hmac.compare_digest(self._ticket_key(ticket_id).encode(), key.encode())

    def _ticket_key(self, ticket_id: UUID) -> str:
        return _base64(hmac.new(self._key, b"ticket:" + ticket_id.bytes, "sha256").digest())

    def confirmation(self, change: PendingAddress) -> str:
        """The address of the page that confirms a new e-mail address; it works once."""
        return self._change("confirm", change, _CONFIRM)

    def stopping(self, change: PendingAddress) -> str:
        """The address of the page that stops the change to a new e-mail address."""
        return self._change("stop", change, _STOP)

    def read_confirmation(self, token: str) -> tuple[UUID, UUID]:
        """Whose change the token confirms, and which; raises ChangeOver."""
        return self._read_change(token, _CONFIRM)

    def read_stopping(self, token: str) -> tuple[UUID, UUID]:
        """Whose change the token stops, and which; raises ChangeOver."""
        return self._read_change(token, _STOP)

    def _change(self, page: str, change: PendingAddress, purpose: str) -> str:
        token = self._sign(change.account_id, purpose, change.expires_at, change=str(change.id))
        return f"{self._public_url}/account/email/{page}?token={token}"

    def _read_change(self, token: str, purpose: str) -> tuple[UUID, UUID]:
        try:
            claims = self._read(token, purpose)
            return UUID(claims["sub"]), UUID(claims["change"])
        except (LinkExpired, KeyError, ValueError):
            raise ChangeOver from None

    def _sign(self, account_id: UUID, purpose: str, until: datetime, **more: str) -> str:
        claims = {**more, "sub": str(account_id), "aud": purpose, "exp": int(until.timestamp())}
        return self._jwt.encode(claims, self._key, algorithm=_ALGORITHM)

    def _read(self, token: str, purpose: str) -> dict[str, str]:
        try:
            claims = self._jwt.decode(
                token, self._key, algorithms=[_ALGORITHM], audience=purpose, options={"require": ["exp", "sub", "aud"]}
            )
            _, expires = UUID(claims["sub"]), int(claims["exp"])
        except (jwt.PyJWTError, ValueError):
            raise LinkExpired from None
        if expires < self._clock.now().timestamp():
            raise LinkExpired
        return claims


def _base64(value: bytes) -> str:
    """As in an address of the web."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
