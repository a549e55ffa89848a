"""Holding, charging and giving back credits."""

from datetime import timedelta
from uuid import UUID

from billing.domain.ledger import (
    Balance,
    HoldState,
    InsufficientCredits,
    StatementLine,
    counted,
    release_reason,
)
from billing.repository import Work
from common.contracts.billing import (
    CreditsCaptured,
    CreditsGranted,
    CreditsHeld,
    CreditsRefused,
    CreditsReleased,
)
from common.contracts.gateway import UserRegistered
from common.contracts.generation import FigurineFailed, FigurineGenerated, FigurineRequested
from common.errors import NotYet

# Longer than any job can live: one that was ordered for within a day ends 26 hours after its order at the latest.
STALE_HOLD = timedelta(hours=30)

EMPTY = Balance(available=0, held=0, version=0)


def open_account_with_trial_credits(work: Work, event: UserRegistered, *, credits: int) -> None:
    """A new person gets an account and something to try the studio with, once."""
    if not work.ledger.open_account(event.user_id):
        return
    work.ledger.grant_trial(event.user_id, credits)
    work.outbox.add(
        CreditsGranted(
            user_id=event.user_id,
            credits=credits,
            reason="trial",
            **_after(work, event.user_id),
        )
    )


def hold_for_figurine(work: Work, event: FigurineRequested) -> None:
    """Set the price of a figurine aside, or say that it cannot be afforded."""
    if work.ledger.balance(event.user_id) is None:
        raise NotYet
    if work.ledger.find_hold(event.figurine_id):
        return
    reason = f"Set aside for a figurine: {counted(event.variants, 'picture')}"
    try:
        hold = work.ledger.hold(
            event.user_id, event.figurine_id, unit_price=event.unit_price, pictures=event.variants, reason=reason
        )
    except InsufficientCredits as refusal:
        if work.ledger.record_ended(event.user_id, event.figurine_id, HoldState.REFUSED):
            work.outbox.add(CreditsRefused(figurine_id=event.figurine_id, user_id=event.user_id, reason=refusal.code))
        return
    if hold is not None:
        work.outbox.add(
            CreditsHeld(
                user_id=event.user_id,
                figurine_id=event.figurine_id,
                hold_id=hold.id,
                credits=hold.credits,
                **_after(work, event.user_id),
            )
        )


def capture_delivered_pictures(work: Work, event: FigurineGenerated) -> None:
    """Charge what was delivered, at the agreed price; the rest comes back."""
    hold = work.ledger.find_hold(event.figurine_id)
    if hold is None:
        raise NotYet
    if hold.state is not HoldState.OPEN:
        return
    delivered = len(event.pictures)
    captured = work.ledger.settle(hold, delivered=delivered, reason=_capture_reason(delivered, event.requested))
    work.outbox.add(
        CreditsCaptured(
            user_id=event.user_id,
            figurine_id=event.figurine_id,
            hold_id=hold.id,
            credits=captured,
            pictures=delivered,
            **_after(work, event.user_id),
        )
    )


def release_hold(work: Work, event: FigurineFailed) -> None:
    """A figurine that did not come about costs nothing.

    A failure that overtakes its request leaves a mark, so that the late request holds nothing.
    """
    if work.ledger.record_ended(event.user_id, event.figurine_id, HoldState.RELEASED):
        return
    hold = work.ledger.find_hold(event.figurine_id)
    if hold is None or hold.state is not HoldState.OPEN:
        return
    work.ledger.release(hold, release_reason(event.code))
    work.outbox.add(
        CreditsReleased(
            user_id=event.user_id,
            figurine_id=event.figurine_id,
            hold_id=hold.id,
            credits=hold.credits,
            reason=event.code,
            **_after(work, event.user_id),
        )
    )


def read_balance(work: Work, user_id: UUID) -> Balance:
    """What the person has; nothing yet counts as zero."""
    return work.ledger.balance(user_id) or EMPTY


def read_statement(work: Work, user_id: UUID, *, before: int | None, limit: int) -> list[StatementLine]:
    """Every movement with its reason, the newest first."""
    return work.ledger.statement(user_id, before=before, limit=limit)


def find_violations(work: Work) -> dict[str, int]:
    """How often each law of the ledger is broken right now."""
    return work.ledger.violations(stale_before=work.clock.now() - STALE_HOLD)


def _after(work: Work, user_id: UUID) -> dict[str, int]:
    """The balance a movement left behind, as every event of the ledger carries it."""
    balance = read_balance(work, user_id)
    return {"available": balance.available, "held": balance.held, "balance_version": balance.version}


def _capture_reason(delivered: int, requested: int) -> str:
    if delivered == requested:
        return f"Charged for {counted(delivered, 'picture')}"
    return f"Charged for {delivered} of {counted(requested, 'picture')}; the rest came back"
