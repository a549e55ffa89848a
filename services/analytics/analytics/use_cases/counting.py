"""Gather what happened; it is named and counted at the end of the transaction."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from analytics.domain import (
    NONE,
    RATED,
    TAKEN_BACK,
    UNKNOWN,
    Fact,
    Kind,
    Pseudonyms,
    outcome_of_delivery,
    outcome_of_failure,
    waiting_ms,
)
from analytics.repository import Observation, Work
from analytics.use_cases.settling import settle
from common.contracts.billing import PaymentReceived, PaymentRefunded
from common.contracts.gateway import UsageObserved, UserRegistered
from common.contracts.generation import FigurineFailed, FigurineGenerated, FigurineRated

# Further ahead than any two clocks are apart that are kept right.
_AHEAD: Final = timedelta(hours=1)
_LONGEST_LOOK: Final = timedelta(days=1)
_ORDER: Final = "order"


def count_sign_up(work: Work, event: UserRegistered, *, pseudonyms: Pseudonyms) -> None:
    """One account more on the day it was opened; whose it is stays unknown here."""
    at = _moment(work, event.registered_at)
    _gather(work, Observation(fact=_fact(Kind.SIGN_UP, at), at=at), pseudonyms)


def count_generated(work: Work, event: FigurineGenerated, *, pseudonyms: Pseudonyms) -> None:
    """A figurine came about: count it, once, if its person lets it be counted."""
    at = _moment(work, event.generated_at)
    fact = replace(
        _fact(Kind.FIGURINE, at),
        style=event.style,
        engine=event.engine,
        outcome=outcome_of_delivery(requested=event.requested, delivered=len(event.pictures)),
        pictures=len(event.pictures),
        rendering_ms=event.rendering_ms,
        waiting_ms=waiting_ms(
            requested_at=event.requested_at, generated_at=event.generated_at, rendering_ms=event.rendering_ms
        ),
    )
    observation = Observation(
        fact=fact, at=event.generated_at, user_id=event.user_id, thing=event.figurine_id, words=event.words
    )
    _gather(work, observation, pseudonyms)


def count_failed(work: Work, event: FigurineFailed, *, pseudonyms: Pseudonyms) -> None:
    """A figurine did not come about: count it, once, if its person lets it be counted."""
    fact = replace(
        _fact(Kind.FIGURINE, _moment(work, event.failed_at)),
        style=event.style or NONE,
        outcome=outcome_of_failure(event.code),
        reason=event.code or NONE,
    )
    observation = Observation(
        fact=fact, at=event.failed_at, user_id=event.user_id, thing=event.figurine_id, words=event.words
    )
    _gather(work, observation, pseudonyms)


def count_rating(work: Work, event: FigurineRated, *, pseudonyms: Pseudonyms) -> None:
    """Somebody said how well a figurine turned out, or says so anew: her last word counts, and only that."""
    fact = replace(
        _fact(Kind.RATING, _moment(work, event.rated_at)),
        style=event.style or NONE,
        engine=event.engine or NONE,
        outcome=RATED if event.stars else TAKEN_BACK,
        stars=event.stars,
    )
    observation = Observation(
        fact=fact, at=event.rated_at, user_id=event.user_id, thing=event.figurine_id, words=event.words
    )
    _gather(work, observation, pseudonyms)


def count_payment(work: Work, event: PaymentReceived, *, pseudonyms: Pseudonyms) -> None:
    """Money came: count it, once, if its person lets it be counted."""
    at = event.received_at or work.clock.now()
    fact = replace(
        _fact(Kind.PURCHASE, _moment(work, at)),
        reason=event.kind or NONE,
        credits=event.credits,
        amount=event.amount,
        currency=event.currency.upper() or NONE,
    )
    _gather(work, Observation(fact=fact, at=at, user_id=event.user_id, thing=event.order_id), pseudonyms)


def count_refund(work: Work, event: PaymentRefunded, *, pseudonyms: Pseudonyms) -> None:
    """Money went back: count it, once, if its person lets it be counted."""
    fact = replace(
        _fact(Kind.REFUND, _moment(work, event.refunded_at)),
        reason=event.kind or NONE,
        credits=event.credits,
        amount=event.amount,
        currency=event.currency.upper() or NONE,
    )
    observation = Observation(
        fact=fact, at=event.refunded_at, user_id=event.user_id, thing=event.refund_id or event.order_id
    )
    _gather(work, observation, pseudonyms)


def count_usage(work: Work, event: UsageObserved, *, pseudonyms: Pseudonyms) -> None:
    """A page was used for a while, or a figurine was ordered: with what, as far as the gateway told."""
    at = event.observed_at or work.clock.now()
    ordered = event.kind == _ORDER
    fact = replace(
        _fact(Kind.ORDER if ordered else Kind.PAGE, _moment(work, at)),
        page=NONE if ordered else event.page or NONE,
        device=event.device or UNKNOWN,
        os=event.os or UNKNOWN,
        browser=event.browser or UNKNOWN,
        country=event.country or UNKNOWN,
        plan=event.plan or UNKNOWN,
        seconds=min(max(event.seconds, 0), int(_LONGEST_LOOK.total_seconds())),
    )
    observation = Observation(
        fact=fact,
        at=at,
        user_id=event.user_id,
        thing=event.figurine_id if ordered else None,
        network=event.network,
        words=event.words,
    )
    _gather(work, observation, pseudonyms)


def _gather(work: Work, observation: Observation, pseudonyms: Pseudonyms) -> None:
    if not work.gathered:
        work.outbox.before_flush(lambda: settle(work, pseudonyms=pseudonyms))
    work.gathered.append(observation)


def _moment(work: Work, at: datetime) -> datetime:
    """When it happened, in UTC; by a clock that ran ahead, now."""
    now = work.clock.now()
    return now if at > now + _AHEAD else at.astimezone(UTC)


def _fact(kind: Kind, at: datetime) -> Fact:
    return Fact(kind=kind, day=at.date(), hour=at.hour)
