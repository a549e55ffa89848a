"""/operator and /v1/operator/overview: what waits for whoever is at work, each thing from the service that knows it."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated, Any, Final, Literal, TypeAlias

from flask import Response
from pydantic import Field

from common.answers import Answer
from common.errors import Unavailable
from gateway.domain.rooms import OVERVIEW, PROMISES, QUESTIONS, REPORTS, REQUESTS, TRAIL, Room
from gateway.domain.tickets import ANSWERED_WITHIN
from gateway.routes.context import peers, unit
from gateway.routes.desk import colleague, desk_pages, desk_routes, show_room
from gateway.routes.desk_privacy import last_audit, open_requests
from gateway.routes.promises import read_promises
from gateway.routes.promises_page import lasting

routes = desk_routes("console overview", *OVERVIEW.roles)
pages = desk_pages("console overview page", *OVERVIEW.roles)
# What is due sooner than this is shown as urgent.
NEAR: Final = timedelta(days=7)
State: TypeAlias = Literal["calm", "waits", "urgent", "away"]
Found: TypeAlias = tuple[State, str]


class WaitsAnswer(Answer):
    """What waits in a room: `calm`, `waits`, `urgent`, or `away` while the service that knows it does not answer."""

    title: Annotated[str, Field(examples=["Questions"])]
    path: Annotated[str, Field(examples=["/operator/questions"])]
    state: State
    says: Annotated[str, Field(examples=["2 wait for an answer, the longest for 3 hours."])]


class OverviewAnswer(Answer):
    """What waits in the rooms that one's roles open."""

    items: list[WaitsAnswer]
    next_cursor: None = None


@routes.get("/v1/operator/overview", responses={200: OverviewAnswer})
def read_overview() -> OverviewAnswer:
    """What waits. A service that is away hurts only its own line."""
    return OverviewAnswer(items=what_waits())


@pages.get(OVERVIEW.path)
def show_overview() -> Response:
    """What waits, with the way to it."""
    return show_room("operator/overview.html", waits=what_waits())


def what_waits() -> list[WaitsAnswer]:
    """One line for each room that opens and that something can wait in."""
    held = colleague().roles
    return [_line(room, look) for room, look in LOOKS.items() if set(room.roles) & held]


def _line(room: Room, look: Callable[[], Found]) -> WaitsAnswer:
    try:
        state, says = look()
    except Unavailable:
        state, says = "away", "The service that knows does not answer at the moment."
    return WaitsAnswer(title=room.title, path=room.path, state=state, says=says)


def _questions() -> Found:
    with unit.begin() as work:
        found, now = work.answer_times.waiting(), work.clock.now()
    if found.oldest_unanswered is None:
        return "calm", "Nobody waits for an answer."
    waited = now - found.oldest_unanswered
    longest = lasting(max(0, waited.total_seconds()))
    says = f"{_count(found.unanswered, 'waits', 'wait')} for an answer, the longest for {longest}."
    return ("urgent" if waited > ANSWERED_WITHIN else "waits"), says


def _requests() -> Found:
    found, now = open_requests(), unit.clock.now()
    if not found.items:
        return "calm", "Every request is answered."
    left = found.items[0].due_at - now
    due = f"{left.days} days" if left > timedelta(0) else "no time"
    says = f"{_count(found.open, 'is', 'are')} open; the nearest deadline leaves {due}."
    return ("urgent" if left < NEAR else "waits"), says


def _promises() -> Found:
    found, audit = read_promises().items, last_audit()
    broken = [promise.id for promise in found if promise.state == "broken"]
    stale = sum(promise.state == "stale" for promise in found)
    high = sum(each.severity == "high" for each in audit.findings)
    says = [
        *([f"Broken: {', '.join(broken)}."] if broken else []),
        *([f"{stale} not proven lately."] if stale else []),
        *(["The last audit is too long ago."] if audit.stale and audit.at else []),
        *(["There was no audit yet."] if audit.at is None else []),
        *([f"The last audit has {_count(high, 'grave finding', 'grave findings')}."] if high else []),
    ]
    if broken or high:
        return "urgent", " ".join(says)
    return ("waits", " ".join(says)) if says else ("calm", f"All {len(found)} are kept and proven.")


def _unusual() -> Found:
    today = unit.clock.now().date()
    params = {"from": str(today - timedelta(days=1)), "to": str(today)}
    found: list[dict[str, Any]] = peers().analytics.get("/v1/reports/anomalies", user_id=None, params=params)["rows"]
    going_on = [str(each["detail"]) for each in found if each.get("until") is None]
    return ("urgent", " ".join(going_on[:3])) if going_on else ("calm", "Everything is as usual.")


def _done_lately() -> Found:
    with unit.begin() as work:
        count = work.acts.count(since=work.clock.now() - timedelta(days=1))
    return "calm", f"{_count(count, 'line', 'lines')} in the last 24 hours."


def _count(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


LOOKS: Final[Mapping[Room, Callable[[], Found]]] = {
    QUESTIONS: _questions,
    REQUESTS: _requests,
    PROMISES: _promises,
    REPORTS: _unusual,
    TRAIL: _done_lately,
}
