"""A person's own usage, and everybody's together."""

from datetime import date, timedelta
from typing import Annotated

from pydantic import BaseModel, Field

from analytics import use_cases
from analytics.domain import Span, SpanRefused, by_day, by_style, day_of, summed
from analytics.routes.context import pseudonyms, unit
from common.answers import Answer
from common.callers import current_user_id, internal_blueprint
from common.problems import problems

routes = internal_blueprint("usage", __name__)

DAYS_SHOWN = timedelta(days=30)


class CountAnswer(Answer):
    """So many figurines were delivered, with so many pictures in all."""

    figurines: int
    pictures: int


class UsageAnswer(CountAnswer):
    """What the person was delivered: in all, of each style, and on each day that something was.

    `seconds` is how long she used the studio's pages, in all and on each day that she did.
    """

    by_style: dict[str, CountAnswer]
    by_day: dict[date, CountAnswer]
    seconds: int
    seconds_by_day: dict[date, int]


class DaysQuery(BaseModel):
    """The first and the last day, in UTC, both included; the last 30 days where they are left out."""

    first: Annotated[date | None, Field(alias="from")] = None
    last: Annotated[date | None, Field(alias="to")] = None


class DayItem(Answer):
    """Figurines that ended on one day, of one style and engine, in one way."""

    day: date
    style: str
    engine: str
    outcome: str
    figurines: int
    pictures: int


class SignUpsItem(Answer):
    """Accounts opened on one day."""

    day: date
    accounts: int


class DaysAnswer(BaseModel):
    """Everybody's together; nothing in it is about a person."""

    items: list[DayItem]
    sign_ups: list[SignUpsItem]


@routes.get("/v1/usage", responses={200: UsageAnswer})
def read_own_usage() -> UsageAnswer:
    """What the person was delivered, and how long she used the studio, in the last two years."""
    with unit.begin() as work:
        made = use_cases.read_own_usage(work, current_user_id(), pseudonyms=pseudonyms())
        times = use_cases.read_own_time(work, current_user_id(), pseudonyms=pseudonyms())
    total = summed(made)
    return UsageAnswer(
        figurines=total.figurines,
        pictures=total.pictures,
        by_style={style: CountAnswer.model_validate(count) for style, count in by_style(made).items()},
        by_day={day: CountAnswer.model_validate(count) for day, count in by_day(made).items()},
        seconds=sum(time.seconds for time in times),
        seconds_by_day={time.day: time.seconds for time in times},
    )


@routes.get("/v1/usage/daily", responses={200: DaysAnswer, **problems(SpanRefused)})
def read_days(query: DaysQuery) -> DaysAnswer:
    """What ended on each day, by style, engine and outcome."""
    span = _span(query, today=day_of(unit.clock.now()))
    with unit.begin() as work:
        days, sign_ups = use_cases.read_days(work, span), use_cases.read_sign_ups(work, span)
    return DaysAnswer(
        items=[DayItem.model_validate(day) for day in days],
        sign_ups=[SignUpsItem.model_validate(day) for day in sign_ups],
    )


def _span(query: DaysQuery, *, today: date) -> Span:
    last = query.last or today
    # Near the year 1 there are no 30 days before.
    first = query.first or last - min(DAYS_SHOWN, last - date.min)
    return Span(first=first, last=last)
