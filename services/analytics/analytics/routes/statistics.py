"""Numbers for everybody; the gateway asks for them in nobody's name."""

from datetime import date

from pydantic import BaseModel

from analytics.routes.context import unit
from analytics.use_cases import publishing
from common.answers import Answer
from common.callers import internal_blueprint

routes = internal_blueprint("statistics", __name__)


class ReleaseItem(Answer):
    """A month that was published: `epsilon` is what it cost each person of it, None without noise."""

    month: date
    epsilon: str | None
    at_most: int
    k: int


class FigurinesItem(BaseModel):
    """Figurines of a month and a style; `other` for styles with too few people."""

    month: date
    style: str
    figurines: int


class StatisticsAnswer(BaseModel):
    """What is published of the last twelve months."""

    months: list[ReleaseItem]
    items: list[FigurinesItem]


@routes.get("/v1/statistics", responses={200: StatisticsAnswer})
def read_statistics() -> StatisticsAnswer:
    """Figurines by style and month."""
    with unit.begin() as work:
        found = publishing.read_statistics(work)
    return StatisticsAnswer(
        months=[ReleaseItem.model_validate(release) for release in found.releases],
        items=[FigurinesItem(month=month, style=style, figurines=count) for month, style, count in found.figurines],
    )
