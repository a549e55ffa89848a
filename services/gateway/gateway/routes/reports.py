"""/v1/operator: reports for staff. For everybody else there is nothing here, as with somebody else's thing."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from flask import Response
from pydantic import BaseModel, Field

from common.answers import Answer
from common.errors import Invalid, NotFound, Unavailable
from common.problems import problems
from gateway.domain.people import NotSignedIn
from gateway.domain.rooms import REPORTS
from gateway.routes.context import peers
from gateway.routes.desk import desk_routes
from gateway.routes.pictures import body_of

routes = desk_routes("operator reports", *REPORTS.roles)


class Format(StrEnum):
    """How a report is written."""

    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"


class ColumnAnswer(Answer):
    """A column: what it holds (`text`, `count`, `number` or `day`), and what that means."""

    name: str
    kind: str
    meaning: str


class ReportAnswer(Answer):
    """A report there is."""

    name: str
    title: str
    about: str
    columns: list[ColumnAnswer]


class ReportsAnswer(Answer):
    """Every report there is."""

    items: list[ReportAnswer]
    next_cursor: None = None


class ReportRows(Answer):
    """A report as JSON: its columns, and a row of them after the other."""

    name: str
    columns: list[ColumnAnswer]
    rows: list[dict[str, str | int | float | None]]


class ReportPath(BaseModel):
    """Which report."""

    name: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]


class ReportQuery(BaseModel):
    """The first and the last day, in UTC, both included (the last 30 days where they are left out), and the format."""

    first: Annotated[date | None, Field(alias="from")] = None
    last: Annotated[date | None, Field(alias="to")] = None
    format: Format = Format.JSON


# The one schema that no model is answered by: what it refers to is among the components already.
_ROWS = {
    name: part
    for name, part in ReportRows.model_json_schema(ref_template="#/components/schemas/{model}").items()
    if name != "$defs"
}


@routes.get("/v1/operator/reports", responses={200: ReportsAnswer, **problems(NotSignedIn, NotFound, Unavailable)})
def list_reports() -> ReportsAnswer:
    """Every report there is; none of them tells of a person."""
    return ReportsAnswer(**peers().analytics.get("/v1/reports", user_id=None))


@routes.get(
    "/v1/operator/reports/<name>",
    responses={
        200: {
            "description": "The report.",
            "content": {
                "application/json": {"schema": _ROWS},
                "text/csv": {"schema": {"type": "string"}},
                "application/vnd.apache.parquet": {},
            },
        },
        **problems(NotSignedIn, NotFound, Invalid, Unavailable),
    },
)
def read_report(path: ReportPath, query: ReportQuery) -> Response:
    """One report as JSON, CSV or Parquet; those of months tell of every month the days are in."""
    params = {name: str(value) for name, value in (("from", query.first), ("to", query.last)) if value}
    answer = peers().analytics.stream(
        f"/v1/reports/{path.name}", user_id=None, params={**params, "format": query.format}, headers={}
    )
    response = Response(body_of(answer), content_type=answer.headers["Content-Type"])
    response.call_on_close(answer.close)
    response.headers["Cache-Control"] = "private, no-store"
    if query.format is not Format.JSON:
        response.headers["Content-Disposition"] = f'attachment; filename="{path.name}.{query.format}"'
    return response
