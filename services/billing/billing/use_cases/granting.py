"""Giving credits, and taking back what was not spent: one lot per source."""

from datetime import datetime
from uuid import UUID

from billing.domain.lots import LotKind
from billing.repository import Work


def grant(
    work: Work,
    user_id: UUID,
    *,
    kind: LotKind,
    credits: int,
    source: str,
    expires_at: datetime | None,
    reason: str,
) -> bool:
    """Give credits, once per source, as in `order:<uuid>`; False when that source was granted before.

    The reason stands on the statement. Publishes `credits.granted`.
    """
    raise NotImplementedError


def start_period(
    work: Work,
    user_id: UUID,
    *,
    subscription: str,
    period_start: datetime,
    period_end: datetime,
    credits: int,
    rollover_cap: int,
    reason: str,
) -> bool:
    """Give a plan's credits for a period, carry over at most `rollover_cap` unused ones; False when done before.

    They end a little after the period, so that news of the renewal may be late.
    """
    raise NotImplementedError


def claw_back(work: Work, source: str, *, credits: int | None, reason: str) -> int:
    """Take what is left of a lot, or that many of it; returns how much. Nobody gets below zero.

    What is set aside for a figurine under way is taken when it comes back.
    """
    raise NotImplementedError


def freeze(work: Work, source: str, reason: str) -> bool:
    """Let nothing of a lot be spent until it is thawed; False when there is nothing to freeze."""
    raise NotImplementedError


def thaw(work: Work, source: str, reason: str) -> bool:
    """Let a frozen lot be spent again, for as long as it had left; False when it was not frozen."""
    raise NotImplementedError


def untouched(work: Work, source: str) -> bool:
    """Whether nothing of the lot was ever spent or set aside."""
    raise NotImplementedError
