"""/v1/usage: one's own use of the studio."""

from datetime import date

from pydantic import Field

from common.answers import Answer
from gateway.routes.context import current_person, peers, personal

routes = personal("usage")


class CountAnswer(Answer):
    """So many figurines were delivered, with so many pictures in all."""

    figurines: int
    pictures: int


class UsageAnswer(CountAnswer):
    """What one was delivered: in all, of each style, and on each day (in UTC) that something was.

    `seconds` is how long one was active on the studio's pages, in all and on each day that one was.
    """

    by_style: dict[str, CountAnswer]
    by_day: dict[date, CountAnswer]
    seconds: int = 0
    seconds_by_day: dict[date, int] = Field(default_factory=dict[date, int])


@routes.get("/v1/usage", responses={200: UsageAnswer})
def read_usage() -> UsageAnswer:
    """What one was delivered, and how long one used the studio, in the last two years."""
    return UsageAnswer(**peers().analytics.get("/v1/usage", user_id=current_person().account_id))
