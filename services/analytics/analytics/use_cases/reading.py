"""Tell what was counted."""

from uuid import UUID

from analytics.domain import DayCount, Made, Pseudonyms, SignUps, Span, TimeSpent
from analytics.repository import Work
from analytics.use_cases.naming import names_in_months


def read_own_usage(work: Work, user_id: UUID, *, pseudonyms: Pseudonyms) -> list[Made]:
    """What the person was delivered, by day and style, under her name of every month that has a key."""
    return work.facts.made_by(names_in_months(work, user_id, pseudonyms))


def read_own_time(work: Work, user_id: UUID, *, pseudonyms: Pseudonyms) -> list[TimeSpent]:
    """How long the person used the studio, by day."""
    return work.times_spent.of(names_in_months(work, user_id, pseudonyms))


def read_days(work: Work, span: Span) -> list[DayCount]:
    """What ended on these days, everybody's together."""
    return work.rollups.days(span)


def read_sign_ups(work: Work, span: Span) -> list[SignUps]:
    """Accounts opened on these days."""
    return work.rollups.sign_ups(span)
