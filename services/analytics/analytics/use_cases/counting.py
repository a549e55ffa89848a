"""Count what happened."""

from analytics.domain import (
    NONE,
    Fact,
    Pseudonyms,
    day_of,
    outcome_of_delivery,
    outcome_of_failure,
    waiting_ms,
)
from analytics.repository import Work
from analytics.use_cases.choosing import may_be_counted
from common.contracts.gateway import UserRegistered
from common.contracts.generation import FigurineFailed, FigurineGenerated


def count_sign_up(work: Work, event: UserRegistered) -> None:
    """One account more on the day it was opened; whose it is stays unknown here."""
    work.counts.add_sign_up(day_of(event.registered_at))


def count_generated(work: Work, event: FigurineGenerated, *, pseudonyms: Pseudonyms) -> None:
    """A figurine came about: count it, once, if its person lets it be counted."""
    if not may_be_counted(work, event, event.generated_at, pseudonyms):
        return
    day = day_of(event.generated_at)
    work.counts.add_figurine(
        Fact(
            figurine=pseudonyms.of_figurine(event.figurine_id),
            subject=pseudonyms.of_person(event.user_id, day),
            day=day,
            style=event.style,
            engine=event.engine,
            outcome=outcome_of_delivery(requested=event.requested, delivered=len(event.pictures)),
            pictures=len(event.pictures),
            rendering_ms=event.rendering_ms,
            waiting_ms=waiting_ms(
                requested_at=event.requested_at, generated_at=event.generated_at, rendering_ms=event.rendering_ms
            ),
        )
    )


def count_failed(work: Work, event: FigurineFailed, *, pseudonyms: Pseudonyms) -> None:
    """A figurine did not come about: count it, once, if its person lets it be counted."""
    if not may_be_counted(work, event, event.failed_at, pseudonyms):
        return
    day = day_of(event.failed_at)
    work.counts.add_figurine(
        Fact(
            figurine=pseudonyms.of_figurine(event.figurine_id),
            subject=pseudonyms.of_person(event.user_id, day),
            day=day,
            style=event.style or NONE,
            engine=NONE,
            outcome=outcome_of_failure(event.code),
            pictures=0,
            rendering_ms=None,
            waiting_ms=None,
        )
    )
