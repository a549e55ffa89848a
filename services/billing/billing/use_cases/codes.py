"""Gift codes, which give credits, and coupons, which make an order cheaper."""

from datetime import datetime
from uuid import UUID

from billing.repository import Work


def count_try(work: Work, user_id: UUID) -> None:
    """Count an attempt before it is made, in a transaction of its own; raises TooManyTries.

    So guesses are counted although a wrong one rolls its transaction back. A code that fits takes it off again.
    """
    raise NotImplementedError


def redeem_gift(work: Work, user_id: UUID, code: str, *, key: str | None) -> tuple[int, datetime | None]:
    """Credits for a gift code: how many, and until when. `key` is an Idempotency-Key.

    Raises NoSuchCode, CodeUsedUp, KeyUsedOtherwise.
    """
    raise NotImplementedError


def reserve_coupon(work: Work, user_id: UUID, code: str, order_id: UUID, amount: int, *, currency: str) -> int:
    """Set one use of a coupon aside for an order; the amount that is left to pay. Same order, same answer.

    Raises NoSuchCode, CodeUsedUp. Call `count_try` first, in a transaction of its own.
    """
    raise NotImplementedError


def redeem(work: Work, order_id: UUID) -> None:
    """The order was paid: its coupon is used. Nothing when it has none."""
    raise NotImplementedError


def release(work: Work, order_id: UUID) -> None:
    """The order came to nothing: its coupon may be used again. Nothing when it has none, or when it was paid."""
    raise NotImplementedError
