"""Tell what was counted."""

from uuid import UUID

from analytics.domain import (
    DayCount,
    Made,
    Pseudonyms,
    SignUps,
    Span,
    day_of,
)
from analytics.repository import Work


def read_own_usage(work: Work, user_id: UUID, *, pseudonyms: Pseudonyms) -> list[Made]:
    """What the person was delivered, by day and style, under her name of every month that is kept."""
    return work.counts.made_by(pseudonyms.of_person_until(user_id, day_of(work.clock.now())))


def read_days(work: Work, span: Span) -> list[DayCount]:
    """What ended on these days, everybody's together."""
    return work.counts.days(span)


def read_sign_ups(work: Work, span: Span) -> list[SignUps]:
    """Accounts opened on these days."""
    return work.counts.sign_ups(span)
