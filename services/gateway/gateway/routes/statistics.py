"""/v1/statistics: numbers for everybody, in which nobody is one of few."""

from datetime import date

from flask import Response, jsonify

from common.answers import Answer
from common.errors import Unavailable
from common.problems import problems
from gateway.routes.context import peers, public

routes = public("statistics")

# A month is published once and never changes; a new one may wait an hour.
FRESH_SECONDS = 3600


class MonthAnswer(Answer):
    """A month that was published.

    `epsilon` is the privacy budget that its noise was drawn with, as a decimal number; null where there is no noise.
    `at_most` figurines of one person count, and no group is told of with fewer than `k` people.
    """

    month: date
    epsilon: str | None
    at_most: int
    k: int


class MonthFigurinesAnswer(Answer):
    """Figurines of a month and a style; `other` stands for all styles of too few people."""

    month: date
    style: str
    figurines: int


class StatisticsAnswer(Answer):
    """Figurines by month and style, of the last twelve months that are out."""

    months: list[MonthAnswer]
    items: list[MonthFigurinesAnswer]
    next_cursor: None = None


@routes.get("/v1/statistics", responses={200: StatisticsAnswer, **problems(Unavailable)})
def read_statistics() -> Response:
    """How many figurines were made, by style and month: rounded by noise, and never about few people."""
    response = jsonify(published_statistics().model_dump(mode="json"))
    response.headers["Cache-Control"] = f"public, max-age={FRESH_SECONDS}"
    return response


def published_statistics() -> StatisticsAnswer:
    """What is out. Raises Unavailable."""
    return StatisticsAnswer(**peers().analytics.get("/v1/statistics", user_id=None))
