"""Holding, charging and giving back credits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from billing.domain.catalogue import Catalogues, Trial
from billing.domain.ledger import (
    Balance,
    Hold,
    HoldState,
    Kind,
    Movement,
    StatementLine,
    price_of,
    setting_aside,
    settlement,
)
from billing.domain.lots import Lot, LotKind, Part, draw, give_back, spending_order
from billing.domain.wording import TRIAL, capture_reason, hold_reason, release_reason, with_returns
from billing.repository import Work
from billing.use_cases import granting
from billing.use_cases.moving import after, end_lots
from common.contracts.billing import CreditsCaptured, CreditsHeld, CreditsRefused, CreditsReleased
from common.contracts.gateway import UserRegistered
from common.contracts.generation import FigurineFailed, FigurineGenerated, FigurineRequested
from common.errors import NotYet

EMPTY = Balance(available=0, held=0, frozen=0, version=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wallet:
    """What a person has, and which lots it is in: those that can be spent, in the order they will be."""

    available: int
    held: int
    frozen: int
    lots: tuple[Lot, ...]


def welcome(work: Work, event: UserRegistered, *, credits: int | None, catalogues: Catalogues | None) -> None:
    """A new person gets what the catalogue of the day offers to try; `credits` replaces how many."""
    trial = catalogues.at(work.clock.now()).trial if catalogues else Trial(credits=0, expires_after_days=None)
    open_account_with_trial_credits(
        work,
        event,
        credits=trial.credits if credits is None else credits,
        expires_after_days=trial.expires_after_days,
    )


def open_account_with_trial_credits(
    work: Work, event: UserRegistered, *, credits: int, expires_after_days: int | None = None
) -> None:
    """A new person gets an account and something to try the studio with, once."""
    work.ledger.open_account(event.user_id)
    granting.grant(
        work,
        event.user_id,
        kind=LotKind.TRIAL,
        credits=credits,
        source=f"trial:{event.user_id}",
        expires_at=days_from(work.clock.now(), expires_after_days),
        reason=TRIAL,
    )


def days_from(now: datetime, days: int | None) -> datetime | None:
    """So many days from now, or never."""
    return None if days is None else now + timedelta(days=days)


def hold_for_figurine(work: Work, event: FigurineRequested) -> None:
    """Set the price of a figurine aside, or say that it cannot be afforded."""
    earlier, balance, lots = work.holds.before_holding(event.user_id, event.figurine_id)
    if earlier:
        return
    if balance is None:
        raise NotYet
    hold = work.ledger.new_hold(event.user_id, event.figurine_id, unit_price=event.unit_price, pictures=event.variants)
    parts = draw(end_lots(work, event.user_id, lots), hold.credits, work.clock.now())
    if parts is None:
        _refuse(work, event)
        return
    held = Movement(
        user_id=event.user_id,
        kind=Kind.HOLD,
        reason=hold_reason(event.variants),
        postings=setting_aside(hold.credits),
        lots=[part.drawn() for part in parts],
        figurine_id=event.figurine_id,
    )
    left = work.holds.begin(hold, parts, held)
    if left is not None:
        work.outbox.add(
            CreditsHeld(
                user_id=event.user_id,
                figurine_id=event.figurine_id,
                hold_id=hold.id,
                credits=hold.credits,
                **after(left),
            )
        )


def capture_delivered_pictures(work: Work, event: FigurineGenerated) -> None:
    """Charge what was delivered, at the agreed price; the rest comes back."""
    hold, parts = work.holds.before_settling(event.figurine_id)
    if hold is None:
        raise NotYet
    if hold.state is not HoldState.OPEN:
        return
    delivered = len(event.pictures)
    captured = price_of(hold, delivered)
    reason = capture_reason(delivered, event.requested)
    balance = _settle(work, hold, parts, Kind.CAPTURE, captured=captured, delivered=delivered, reason=reason)
    work.outbox.add(
        CreditsCaptured(
            user_id=event.user_id,
            figurine_id=event.figurine_id,
            hold_id=hold.id,
            credits=captured,
            pictures=delivered,
            **after(balance),
        )
    )


def release_hold(work: Work, event: FigurineFailed) -> None:
    """A figurine that did not come about costs nothing.

    A failure that overtakes its request leaves a mark, so that the late request holds nothing.
    """
    if work.ledger.record_ended(event.user_id, event.figurine_id, HoldState.RELEASED):
        return
    hold, parts = work.holds.before_settling(event.figurine_id)
    if hold is None or hold.state is not HoldState.OPEN:
        return
    balance = _settle(work, hold, parts, Kind.RELEASE, captured=0, delivered=0, reason=release_reason(event.code))
    work.outbox.add(
        CreditsReleased(
            user_id=event.user_id,
            figurine_id=event.figurine_id,
            hold_id=hold.id,
            credits=hold.credits,
            reason=event.code,
            **after(balance),
        )
    )


def expire_lots(work: Work, *, limit: int) -> int:
    """Let lots end whose time is over, for at most so many of them; returns how many people that concerned."""
    owners = work.lots.owners_of_ended(work.clock.now(), limit)
    for user_id in owners:
        work.ledger.lock(user_id)
        end_lots(work, user_id)
    return len(owners)


def read_wallet(work: Work, user_id: UUID) -> Wallet:
    """What the person has; nothing yet counts as zero. What ended a moment ago is not counted any more."""
    now = work.clock.now()
    balance = work.ledger.balance(user_id) or EMPTY
    lots = [lot for lot in sorted(work.lots.open(user_id), key=spending_order) if lot.spendable(now)]
    return Wallet(available=sum(lot.free for lot in lots), held=balance.held, frozen=balance.frozen, lots=tuple(lots))


def read_balance(work: Work, user_id: UUID) -> Balance:
    """What the books say the person has; nothing yet counts as zero."""
    return work.ledger.balance(user_id) or EMPTY


def read_statement(work: Work, user_id: UUID, *, before: int | None, limit: int) -> list[StatementLine]:
    """Every movement with its reason, the newest first."""
    return work.ledger.statement(user_id, before=before, limit=limit)


def _refuse(work: Work, event: FigurineRequested) -> None:
    if work.ledger.record_ended(event.user_id, event.figurine_id, HoldState.REFUSED):
        work.outbox.add(
            CreditsRefused(figurine_id=event.figurine_id, user_id=event.user_id, reason="insufficient_credits")
        )


def _settle(
    work: Work, hold: Hold, parts: Sequence[Part], kind: Kind, *, captured: int, delivered: int, reason: str
) -> Balance:
    """End a hold: capture so many credits in the order they were drawn, the rest goes back to the same lots."""
    now = work.clock.now()
    if any(part.lot.ended(now) and part.lot.free for part in parts):
        # What nobody had claimed ends first, so that only what comes back gets its days of grace.
        end_lots(work, hold.user_id)
        parts = work.holds.parts_of(hold.figurine_id)
    returns = give_back(parts, captured, now)
    settled = Movement(
        user_id=hold.user_id,
        kind=kind,
        reason=with_returns(reason, returns),
        postings=settlement(returns),
        lots=[each.lot for each in returns],
        figurine_id=hold.figurine_id,
    )
    state = HoldState.SETTLED if kind is Kind.CAPTURE else HoldState.RELEASED
    return work.holds.end(hold, state, settled, captured=captured, delivered=delivered)
