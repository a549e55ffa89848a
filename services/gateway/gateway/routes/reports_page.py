"""/operator/reports: what a founder needs to know, as charts with their numbers beside; for staff only."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from flask import Response, request

from common.errors import Unavailable
from gateway.domain import charts, overview
from gateway.domain.rooms import REPORTS
from gateway.routes.context import peers, unit
from gateway.routes.desk import desk_pages, show_room

pages = desk_pages("operator reports page", *REPORTS.roles)

SPANS: Final[Mapping[int, str]] = {7: "7 days", 30: "30 days", 90: "90 days", 365: "A year"}
USUAL: Final = 30
SHOWN: Final = (
    "days",
    "funnel",
    "cohorts",
    "times",
    "failures",
    "money",
    "quality",
    "signals",
    "anomalies",
    "devices",
    "pages",
)
_AT_ONCE: Final = 4


@dataclass(frozen=True, slots=True)
class Period:
    """The days that are shown."""

    first: date
    last: date

    @property
    def query(self) -> str:
        """As a download asks for them."""
        return f"from={self.first}&to={self.last}"

    @property
    def params(self) -> Mapping[str, str]:
        """As analytics is asked."""
        return {"from": str(self.first), "to": str(self.last)}


@pages.get(REPORTS.path)
def show_reports() -> Response:
    """The reports at a glance."""
    days = _days(request.args.get("days", ""))
    today = unit.clock.now().date()
    period = Period(today - timedelta(days=days - 1), today)
    try:
        found = _read(period)
    except Unavailable:
        return show_room("operator/reports.html", found=None, spans=SPANS, days=days, period=period)
    return show_room(
        "operator/reports.html",
        found=overview.of(found, first=period.first, last=period.last),
        spans=SPANS,
        days=days,
        period=period,
        part=charts.part,
        money=overview.money,
        stars=overview.stars,
    )


def _read(period: Period) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Every report that is shown, a few at a time. Raises Unavailable."""
    analytics = peers().analytics

    def read(name: str) -> Sequence[Mapping[str, Any]]:
        return analytics.get(f"/v1/reports/{name}", user_id=None, params=period.params)["rows"]

    with ThreadPoolExecutor(_AT_ONCE) as readers:
        return dict(zip(SHOWN, readers.map(read, SHOWN), strict=True))


def _days(asked: str) -> int:
    return next((days for days in SPANS if str(days) == asked), USUAL)
