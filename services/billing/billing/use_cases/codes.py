"""Gift codes, which give credits, and coupons, which make an order cheaper."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from billing.domain.codes import (
    ALPHABET,
    LENGTH,
    TRIES,
    TRIES_WITHIN,
    Code,
    CodeKind,
    CodeUsedUp,
    KeyUsedOtherwise,
    NoSuchCode,
    TooManyTries,
    Use,
    UseState,
    Worth,
    legible,
    normal,
)
from billing.domain.lots import LotKind
from billing.domain.wording import gift_reason
from billing.repository import Work
from billing.use_cases import granting
from common.errors import Conflict, Invalid

FORGOTTEN_AT_ONCE = 500
SHORTEST = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """What a gift code gave; `repeated` when the same request was answered before."""

    credits: int
    expires_at: datetime | None
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How often and how long a code may be used."""

    label: str
    max_uses: int | None = 1
    max_per_person: int = 1
    expires_at: datetime | None = None


def create(work: Work, worth: Worth, terms: Terms, *, written: str | None = None) -> str:
    """Make a code and return it, this once: what is kept of it is a keyed digest. Raises Invalid, Conflict."""
    worth.check()
    if written is not None and len(normal(written)) < SHORTEST:
        raise Invalid(f"A code has at least {SHORTEST} letters or digits; a shorter one would be guessed.")
    if min(terms.max_uses or 1, terms.max_per_person) < 1:
        raise Invalid("A code can be used at least once, in all and by each person.")
    chosen = written or "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    code = Code(
        id=work.clock.new_id(),
        label=terms.label,
        worth=worth,
        max_uses=terms.max_uses,
        max_per_person=terms.max_per_person,
        uses=0,
        expires_at=terms.expires_at,
        withdrawn_at=None,
    )
    if not work.codes.add(code, chosen):
        raise Conflict("This code exists already; choose another one.")
    return written or legible(chosen)


def count_try(work: Work, user_id: UUID) -> None:
    """Count an attempt before it is made, in a transaction of its own.

    So guesses are counted although a wrong one rolls its transaction back, and many at once count, too. A code that
    fits takes it off again.
    """
    now = work.clock.now()
    tries, since = work.codes.count_try(user_id, since=now - TRIES_WITHIN)
    if tries > TRIES:
        raise TooManyTries(max(1, round((since + TRIES_WITHIN - now).total_seconds())))


def look_up(work: Work, user_id: UUID, written: str) -> Worth:
    """What a code would be good for, if this person used it now; nothing is used by that.

    Raises NoSuchCode, CodeUsedUp. Call `count_try` first, in a transaction of its own.
    """
    code = _locked(work, written)
    code.check(code.worth.kind, work.clock.now(), work.codes.uses_by(code.id, user_id))
    work.codes.forgive_try(user_id)
    return code.worth


def redeem_gift(work: Work, user_id: UUID, written: str, *, key: str | None) -> Gift:
    """Credits for a gift code. `key` is an Idempotency-Key: with the same code, it gets the same answer.

    Raises NoSuchCode, CodeUsedUp, KeyUsedOtherwise.
    """
    code = _locked(work, written)
    before = work.codes.use_with_key(user_id, key) if key else None
    if before is not None:
        work.codes.forgive_try(user_id)
        return _again(before, code)
    now = work.clock.now()
    code.check(CodeKind.GIFT, now, work.codes.uses_by(code.id, user_id))
    work.codes.forgive_try(user_id)
    days = code.worth.expires_after_days
    gift = Gift(credits=code.worth.credits or 0, expires_at=now + timedelta(days=days) if days else None)
    use = _use(work, code, user_id, UseState.USED, credits=gift.credits, expires_at=gift.expires_at)
    if not work.codes.use(use, key=key):
        raise KeyUsedOtherwise
    granting.grant(
        work,
        user_id,
        kind=LotKind.GIFT,
        credits=gift.credits,
        source=f"code:{use.id}",
        expires_at=gift.expires_at,
        reason=gift_reason(gift.expires_at),
    )
    return gift


def reserve_coupon(work: Work, user_id: UUID, written: str, order_id: UUID, amount: int, *, currency: str) -> int:
    """Set one use of a coupon aside for an order; the amount that is left to pay. Same order, same answer.

    Raises NoSuchCode, CodeUsedUp. Call `count_try` first, in a transaction of its own.
    """
    code = _locked(work, written)
    before = work.codes.use_for(order_id)
    if before is not None:
        if before.code_id != code.id or before.state is UseState.RELEASED:
            raise CodeUsedUp("This order has had a coupon; make a new order for another one.")
        work.codes.forgive_try(user_id)
        return amount - (before.discount or 0)
    code.check(CodeKind.COUPON, work.clock.now(), work.codes.uses_by(code.id, user_id))
    left = code.discounted(amount, currency)
    work.codes.forgive_try(user_id)
    work.codes.use(_use(work, code, user_id, UseState.RESERVED, discount=amount - left), order_id=order_id)
    return left


def redeem(work: Work, order_id: UUID) -> None:
    """The order was paid: its coupon is used. Nothing when it has none, or when it was released before."""
    _end(work, order_id, UseState.USED)


def release(work: Work, order_id: UUID) -> None:
    """The order came to nothing: its coupon may be used again. Nothing when it has none, or when it was paid."""
    _end(work, order_id, UseState.RELEASED)


def forget_tries(work: Work) -> int:
    """Forget attempts that do not count any more; returns how many."""
    return work.codes.forget_tries(TRIES_WITHIN, FORGOTTEN_AT_ONCE)


def _locked(work: Work, written: str) -> Code:
    code = work.codes.lock(written)
    if code is None:
        raise NoSuchCode
    return code


def _again(before: Use, code: Code) -> Gift:
    if before.code_id != code.id:
        raise KeyUsedOtherwise
    return Gift(credits=before.credits or 0, expires_at=before.expires_at, repeated=True)


def _use(
    work: Work,
    code: Code,
    user_id: UUID,
    state: UseState,
    *,
    credits: int | None = None,
    expires_at: datetime | None = None,
    discount: int | None = None,
) -> Use:
    return Use(
        id=work.clock.new_id(),
        code_id=code.id,
        user_id=user_id,
        state=state,
        credits=credits,
        expires_at=expires_at,
        discount=discount,
    )


def _end(work: Work, order_id: UUID, state: UseState) -> None:
    use = work.codes.use_for(order_id)
    if use is not None and use.state is UseState.RESERVED:
        work.codes.end_use(use, state)
