"""/v1/usage: one's own use of the studio."""

from datetime import date

from common.answers import Answer
from gateway.routes.context import current_person, peers, personal

routes = personal("usage")


class CountAnswer(Answer):
    """So many figurines were delivered, with so many pictures in all."""

    figurines: int
    pictures: int


class UsageAnswer(CountAnswer):
    """What one was delivered: in all, of each style, and on each day that something was."""

    by_style: dict[str, CountAnswer]
    by_day: dict[date, CountAnswer]


@routes.get("/v1/usage", responses={200: UsageAnswer})
def read_usage() -> UsageAnswer:
    """What one was delivered in the last two years."""
    return UsageAnswer(**peers().analytics.get("/v1/usage", user_id=current_person().account_id))
