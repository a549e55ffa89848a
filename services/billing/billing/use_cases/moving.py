"""What every movement of credits has in common: lots end on time, and events carry the balance left behind."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from billing.domain.ledger import Account, Balance, Kind, Movement, moving
from billing.domain.lots import Lot
from billing.domain.wording import expiry_reason
from billing.repository import Work
from common.contracts.billing import CreditsExpired


def after(balance: Balance) -> dict[str, int]:
    """The balance a movement left behind, as every event of the ledger carries it."""
    return {"available": balance.available, "held": balance.held, "balance_version": balance.version}


def end_lots(work: Work, user_id: UUID, lots: Iterable[Lot] | None = None) -> list[Lot]:
    """Let what was not spent in time expire; the lots that have something left. The account is locked.

    `lots` are those of the person that have something in them, where they were read under the lock already.

    What is set aside stays set aside: its fate is decided when its figurine's is.
    """
    now = work.clock.now()
    left: list[Lot] = []
    for lot in work.lots.open(user_id) if lots is None else lots:
        if lot.ended(now) and lot.free:
            expire(work, lot, lot.free, expiry_reason(lot, lot.free))
            lot = replace(lot, free=0)  # noqa: PLW2901 - the same lot, a moment later
        if lot.free or lot.held:
            left.append(lot)
    return left


def expire(work: Work, lot: Lot, credits: int, reason: str) -> None:
    """Let so many free credits of a lot expire. The account is locked."""
    balance = work.ledger.move(
        Movement(
            user_id=lot.user_id,
            kind=Kind.EXPIRY,
            reason=reason,
            postings=moving(Account.AVAILABLE, Account.EXPIRED, credits),
            lots=[replace(lot, free=lot.free - credits)],
            about=lot,
        )
    )
    work.outbox.add(CreditsExpired(user_id=lot.user_id, credits=credits, **after(balance)))
