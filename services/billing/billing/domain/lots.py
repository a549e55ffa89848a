"""Lots: credits that came together and end together. Which of them are spent first, and what comes back. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

# Credits that come back to a lot that ended meanwhile may be spent for so long, once per lot: they were set aside for
# a figurine that did not come about, which is no fault of their owner.
GRACE = timedelta(days=7)
# The provider tells of a renewal for up to three days; what is to be carried over must still be there then.
RENEWAL_SLACK = timedelta(days=3)

# Why the credits of a plan wait; a dispute is a cause of its own, each.
UNPAID = "unpaid"


def disputed(provider: str, reference: str) -> str:
    """Why the credits of a disputed payment wait."""
    return f"dispute:{provider}:{reference}"


class LotKind(StrEnum):
    """Where the credits of a lot came from."""

    TRIAL = "trial"
    PLAN = "plan"
    PACK = "pack"
    GIFT = "gift"
    ADJUSTMENT = "adjustment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """What is left of a grant: `free` credits nobody has claimed, `held` ones set aside for figurines under way.

    `owed` of the held ones are taken back when they return. A frozen lot cannot be spent from and does not expire.
    """

    id: UUID
    user_id: UUID
    kind: LotKind
    source: str
    credits: int
    free: int
    held: int
    owed: int
    granted_at: datetime
    expires_at: datetime | None
    frozen_at: datetime | None
    extended: bool

    def ended(self, now: datetime) -> bool:
        """Whether its time is over."""
        return self.expires_at is not None and self.frozen_at is None and self.expires_at <= now

    def spendable(self, now: datetime) -> int:
        """How many of its credits can be spent now."""
        return 0 if self.frozen_at or self.ended(now) else self.free


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a hold draws from one lot."""

    lot: Lot
    credits: int

    def taken(self) -> Lot:
        """The lot once this part is gone."""
        return replace(self.lot, free=self.lot.free - self.credits)

    def drawn(self) -> Lot:
        """The lot once this part is set aside."""
        return replace(self.lot, free=self.lot.free - self.credits, held=self.lot.held + self.credits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """What a settled part does to its lot: the lot as it is afterwards, and where the part's credits went."""

    lot: Lot
    captured: int = 0
    available: int = 0
    frozen: int = 0
    expired: int = 0
    taken_back: int = 0


def spending_order(lot: Lot) -> tuple[datetime, bool, datetime, UUID]:
    """Soonest to expire first; of those that end together or never, purchased ones last, then the oldest first."""
    ends = lot.expires_at or datetime.max.replace(tzinfo=lot.granted_at.tzinfo)
    return ends, lot.kind is LotKind.PACK, lot.granted_at, lot.id


def draw(lots: Sequence[Lot], credits: int, now: datetime) -> list[Part] | None:
    """From which lots so many credits are taken; None when there are not enough."""
    parts: list[Part] = []
    for lot in sorted(lots, key=spending_order):
        taken = min(lot.spendable(now), credits)
        if taken:
            parts.append(Part(lot=lot, credits=taken))
            credits -= taken
    return None if credits else parts


def give_back(parts: Sequence[Part], captured: int, now: datetime) -> list[Return]:
    """Capture so many credits of the parts, in the order they were drawn; the rest goes back to the same lots."""
    returns: list[Return] = []
    for part in parts:
        taken = min(captured, part.credits)
        captured -= taken
        returns.append(_returned(part, taken, now))
    return returns


def _returned(part: Part, captured: int, now: datetime) -> Return:
    lot, back = part.lot, part.credits - captured
    held = lot.held - part.credits
    taken_back = min(lot.owed, back)
    back -= taken_back
    lot = replace(lot, held=held, owed=min(lot.owed - taken_back, held))
    if lot.ended(now) and back:
        if lot.extended:
            return Return(lot=lot, captured=captured, expired=back, taken_back=taken_back)
        lot = replace(lot, expires_at=now + GRACE, extended=True)
    lot = replace(lot, free=lot.free + back)
    frozen = back if lot.frozen_at else 0
    return Return(lot=lot, captured=captured, available=back - frozen, frozen=frozen, taken_back=taken_back)


def rolled_over(unused: int, cap: int) -> int:
    """How many unused credits of a plan's period go into the next one."""
    return max(0, min(unused, cap))


def keep_newest(lots: Sequence[Lot], cap: int) -> list[tuple[Lot, int]]:
    """How much of each of these lots is kept so that no more than `cap` is, the last to end first."""
    kept: list[tuple[Lot, int]] = []
    for lot in sorted(lots, key=spending_order, reverse=True):
        keep = rolled_over(lot.free, cap)
        cap -= keep
        kept.append((lot, keep))
    return kept
