"""Giving credits, and taking back what was not spent: one lot per source."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from billing.domain.ledger import Account, Kind, Movement, Posting, credits_to, moving
from billing.domain.lots import RENEWAL_SLACK, Lot, LotKind, keep_newest
from billing.domain.wording import carried_reason, surplus_reason
from billing.repository import Work
from billing.use_cases.moving import after, end_lots, expire
from common.contracts.billing import CreditsGranted, CreditsWithdrawn


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
    lot = _new_lot(work, user_id, kind=kind, credits=credits, source=source, expires_at=expires_at)
    return credits > 0 and _give(work, lot, reason)


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

    They end a little after the period, so that news of the renewal may be late. A period that is told after its
    successor is granted all the same, until the successor ends.
    """
    source = period_source(subscription, period_start)
    work.ledger.open_account(user_id)
    work.ledger.lock(user_id)
    if work.lots.of_source(source) is not None:
        return False
    siblings = [lot for lot in end_lots(work, user_id) if lot.source.startswith(f"period:{subscription}:")]
    ends = [period_end + RENEWAL_SLACK, *(lot.expires_at for lot in siblings if lot.source > source and lot.expires_at)]
    earlier = [lot for lot in siblings if lot.source < source and lot.frozen_at is None]
    kept = _carry_over(work, earlier, rollover_cap, max(ends))
    carried = sum(lot.free for lot in kept)
    lot = _new_lot(work, user_id, kind=LotKind.PLAN, credits=credits, source=source, expires_at=max(ends))
    return _give(work, lot, carried_reason(reason, carried), kept)


def period_source(subscription: str, period_start: datetime) -> str:
    """The source of a period's lot; of one subscription they sort by time."""
    return f"period:{subscription}:{period_start.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def claw_back(work: Work, source: str, *, credits: int | None, reason: str) -> int:
    """Take what is left of a lot, or that many of it; returns how much. Nobody gets below zero.

    What is set aside for a figurine under way is taken when it comes back.
    """
    lot = _locked(work, source)
    if lot is None:
        return 0
    wanted = lot.free + lot.held if credits is None else credits
    taken = min(lot.free, wanted)
    owed = min(lot.held, lot.owed + wanted - taken)
    if not taken and owed == lot.owed:
        return 0
    fund = Account.FROZEN if lot.frozen_at else Account.AVAILABLE
    later = replace(lot, free=lot.free - taken, owed=owed)
    _withdraw(work, _about(later, Kind.CLAWBACK, moving(fund, Account.RETURNED, taken), reason))
    return taken


def freeze(work: Work, source: str, *, cause: str, reason: str) -> bool:
    """Let nothing of a lot be spent until this cause and every other is gone; False when nothing changes by that."""
    lot = _locked(work, source)
    if lot is None or not lot.free + lot.held:
        return False
    if not work.lots.add_freeze(lot.id, cause, work.clock.now()) or lot.frozen_at:
        return False
    later = replace(lot, frozen_at=work.clock.now())
    _withdraw(work, _about(later, Kind.FREEZE, moving(Account.AVAILABLE, Account.FROZEN, lot.free), reason))
    return True


def thaw(work: Work, source: str, *, cause: str, reason: str) -> bool:
    """A cause is gone; was it the last, the lot can be spent again, for as long as it had left. False if not."""
    lot = _locked(work, source)
    if lot is None or not work.lots.end_freeze(lot.id, cause):
        return False
    if lot.frozen_at is None or not lot.free + lot.held:
        return False
    frozen_for = work.clock.now() - lot.frozen_at
    later = replace(lot, frozen_at=None, expires_at=lot.expires_at + frozen_for if lot.expires_at else None)
    postings = moving(Account.FROZEN, Account.AVAILABLE, lot.free)
    balance = work.ledger.move(_about(later, Kind.THAW, postings, reason))
    work.outbox.add(CreditsGranted(user_id=lot.user_id, credits=lot.free, reason=Kind.THAW, **after(balance)))
    return True


def untouched(work: Work, source: str) -> bool:
    """Whether nothing of the lot was ever spent or set aside."""
    return work.lots.untouched(source)


def _new_lot(
    work: Work, user_id: UUID, *, kind: LotKind, credits: int, source: str, expires_at: datetime | None
) -> Lot:
    return Lot(
        id=work.clock.new_id(),
        user_id=user_id,
        kind=kind,
        source=source,
        credits=credits,
        free=credits,
        held=0,
        owed=0,
        granted_at=work.clock.now(),
        expires_at=expires_at,
        frozen_at=None,
        extended=False,
    )


def _give(work: Work, lot: Lot, reason: str, others: Sequence[Lot] = ()) -> bool:
    """Give a new lot; `others` change with it. False when its source has one already."""
    if not work.lots.add(lot):
        return False
    work.ledger.open_account(lot.user_id)
    balance = work.ledger.move(
        Movement(
            user_id=lot.user_id,
            kind=Kind(lot.kind),
            reason=reason,
            postings=moving(Account.ISSUED, Account.AVAILABLE, lot.credits),
            lots=others,
            about=lot,
        )
    )
    work.outbox.add(CreditsGranted(user_id=lot.user_id, credits=lot.credits, reason=lot.kind, **after(balance)))
    return True


def _about(lot: Lot, kind: Kind, postings: Sequence[Posting], reason: str) -> Movement:
    """A movement that changes this lot only."""
    return Movement(user_id=lot.user_id, kind=kind, reason=reason, postings=postings, lots=[lot], about=lot)


def _carry_over(work: Work, earlier: Sequence[Lot], cap: int, ends: datetime) -> list[Lot]:
    """Let expire what is above the cap; the lots as they go on. The account is locked."""
    kept: list[Lot] = []
    for lot, keep in keep_newest(earlier, cap):
        if lot.free > keep:
            expire(work, lot, lot.free - keep, surplus_reason(lot, lot.free - keep, cap))
        if keep or lot.held:
            kept.append(replace(lot, free=keep, expires_at=ends))
    return kept


def _locked(work: Work, source: str) -> Lot | None:
    """The lot of a source, whose account nobody else moves now."""
    found = work.lots.of_source(source)
    if found is None:
        return None
    work.ledger.lock(found.user_id)
    end_lots(work, found.user_id)
    return work.lots.of_source(source)


def _withdraw(work: Work, movement: Movement) -> None:
    balance = work.ledger.move(movement)
    credits = -credits_to(Account.AVAILABLE, movement.postings)
    work.outbox.add(CreditsWithdrawn(user_id=movement.user_id, credits=credits, reason=movement.kind, **after(balance)))
