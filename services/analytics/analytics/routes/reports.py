"""Reports for operators; the gateway asks for them once it has seen that somebody may read them."""

from contextlib import ExitStack
from datetime import date
from typing import Annotated

from flask import Response
from pydantic import BaseModel, Field

from analytics.adapters.sheets import pieces, written
from analytics.domain import SpanRefused, day_of
from analytics.domain.money import PictureCosts
from analytics.domain.reports import REPORTS, NoSuchReport
from analytics.domain.tables import MEDIA_TYPES, Format
from analytics.routes.context import unit
from analytics.use_cases import reporting
from common.answers import Answer
from common.callers import internal_blueprint
from common.current import Current
from common.problems import problems

routes = internal_blueprint("reports", __name__)

costs = Current(PictureCosts)


class ColumnItem(Answer):
    """A column: what it holds (`text`, `count`, `number` or `day`), and what that means."""

    name: str
    kind: str
    meaning: str


class ReportItem(Answer):
    """A report there is."""

    name: str
    title: str
    about: str
    columns: list[ColumnItem]


class ReportsAnswer(BaseModel):
    """Every report there is."""

    items: list[ReportItem]


class ReportPath(BaseModel):
    """Which report."""

    name: Annotated[str, Field(max_length=40)]


class ReportQuery(BaseModel):
    """The first and the last day, in UTC, both included (the last 30 days where they are left out), and the format."""

    first: Annotated[date | None, Field(alias="from")] = None
    last: Annotated[date | None, Field(alias="to")] = None
    format: Format = Format.JSON


@routes.get("/v1/reports", responses={200: ReportsAnswer})
def list_reports() -> ReportsAnswer:
    """Every report there is."""
    return ReportsAnswer(items=[ReportItem.model_validate(report) for report in REPORTS.values()])


@routes.get("/v1/reports/<name>", responses=problems(NoSuchReport, SpanRefused))
def read_report(path: ReportPath, query: ReportQuery) -> Response:
    """One report, as JSON, CSV or Parquet; those of months tell of every month the days are in."""
    span = reporting.span_of(query.first, query.last, today=day_of(unit.clock.now()))
    with ExitStack() as stack:
        with unit.begin() as work:
            table = reporting.read_report(work, path.name, span, costs=costs())
            file = stack.enter_context(written(table, query.format))
        response = Response(pieces(file), content_type=MEDIA_TYPES[query.format])
        response.call_on_close(stack.pop_all().close)
    return response
