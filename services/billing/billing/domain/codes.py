"""Gift codes and coupons: how they are written, what they are worth, and when not. Pure."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from common.errors import Conflict, Invalid, NotFound, Refused, Unavailable

# Crockford's base 32: no letter can be taken for another, so that codes can be read out.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
MAX_WRITTEN = 60
TRIES = 5
TRIES_WITHIN = timedelta(hours=1)
_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


class NoSuchCode(NotFound):
    """There is no such code. Check how it is written, and try again."""


class CodeUsedUp(Conflict):
    """This code cannot be used any more."""


class CodesOff(Unavailable):
    """This studio takes no codes right now. Try again later."""


class KeyUsedOtherwise(Refused):
    """This Idempotency-Key was used for a different request. Use a new key for a new request."""

    code = "idempotency_mismatch"


class TooManyTries(Refused):
    """You have tried several codes. Wait as long as Retry-After says, then try again."""

    code = "rate_limited"

    def __init__(self, retry_after_seconds: int = 3600) -> None:
        super().__init__()
        self.retry_after_seconds = retry_after_seconds


class CodeKind(StrEnum):
    """What a code is good for."""

    GIFT = "gift"  # gives credits
    COUPON = "coupon"  # makes an order cheaper


class UseState(StrEnum):
    """The life of one use of a code."""

    RESERVED = "reserved"  # for an order that is not paid yet
    USED = "used"
    RELEASED = "released"


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What a code gives: credits, or a part of an order's amount, or an amount in the currency's minor unit."""

    credits: int | None = None
    expires_after_days: int | None = None
    percent: int | None = None
    amount: int | None = None
    currency: str | None = None

    @property
    def kind(self) -> CodeKind:
        """A gift or a coupon."""
        return CodeKind.GIFT if self.credits else CodeKind.COUPON

    def check(self) -> None:
        """Raises Invalid for something that is neither a gift nor a coupon, or both."""
        given = [each for each in (self.credits, self.percent, self.amount) if each is not None]
        if len(given) != 1 or given[0] < 1:
            raise Invalid("A code gives credits, a percentage or an amount: say one of them, and more than nothing.")
        if (self.percent or 0) > 100:
            raise Invalid("An order cannot be more than 100 percent cheaper.")
        if (self.amount is None) != (self.currency is None):
            raise Invalid("An amount needs its currency, and nothing else does.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code as it is kept: what it was called when it was made, never what it says."""

    id: UUID
    label: str
    worth: Worth
    max_uses: int | None
    max_per_person: int
    uses: int
    expires_at: datetime | None
    withdrawn_at: datetime | None

    def check(self, kind: CodeKind, now: datetime, used_by_person: int) -> None:
        """Raises NoSuchCode for another kind, CodeUsedUp when it cannot be used by this person now."""
        if self.worth.kind is not kind:
            raise NoSuchCode(_OTHER_KIND[self.worth.kind])
        if self.withdrawn_at is not None:
            raise CodeUsedUp("This code has been withdrawn.")
        if self.expires_at is not None and self.expires_at <= now:
            raise CodeUsedUp(f"This code could be used until {self.expires_at:%Y-%m-%d}.")
        if used_by_person >= self.max_per_person:
            raise CodeUsedUp("You have used this code already.")
        if self.max_uses is not None and self.uses >= self.max_uses:
            raise CodeUsedUp("This code has been used as often as it can be.")

    def discounted(self, amount: int, currency: str) -> int:
        """What is left to pay. Raises CodeUsedUp when the coupon is in another currency."""
        if self.worth.percent is not None:
            return amount - amount * self.worth.percent // 100
        if self.worth.currency != currency:
            raise CodeUsedUp(f"This coupon is for prices in {(self.worth.currency or '').upper()}.")
        return max(0, amount - (self.worth.amount or 0))


_OTHER_KIND = {
    CodeKind.GIFT: "This is a gift code: it gives credits, and makes no order cheaper.",
    CodeKind.COUPON: "This is a coupon: use it when you buy credits.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One use of a code."""

    id: UUID
    code_id: UUID
    user_id: UUID
    state: UseState
    credits: int | None
    expires_at: datetime | None
    discount: int | None


def normal(written: str) -> str:
    """A code without what people add or confuse: case, dashes, blanks, O and 0, I, L and 1."""
    return written.upper().translate(_ALIKE)


def legible(code: str) -> str:
    """In groups of four, as it is handed out."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def digest(key: bytes, written: str) -> bytes:
    """What is kept of a code: nobody reads it back, and without the key nobody can try codes out."""
    return hmac.new(key, normal(written).encode(), sha256).digest()
