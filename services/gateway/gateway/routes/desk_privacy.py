"""/v1/operator: requests with their deadlines, promises and what the last audit found, for those who see to them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from common.answers import Answer
from common.errors import Unavailable
from common.problems import problems
from gateway.domain.rooms import PROMISES, REQUESTS
from gateway.routes.context import peers
from gateway.routes.desk import desk_routes

requests = desk_routes("console requests", *REQUESTS.roles)
audit = desk_routes("console audit", *PROMISES.roles)


class OpenRequestAnswer(Answer):
    """A request that is not answered yet: what for, until when, and how far each service is. Not whose."""

    id: UUID
    kind: str
    state: str
    asked_at: datetime
    due_at: datetime
    begins_at: datetime
    services: dict[str, str]
    missing: list[str]


class OpenRequestsAnswer(Answer):
    """Requests that are not answered yet, the nearest deadline first (at most 200); `open` is how many there are."""

    items: list[OpenRequestAnswer]
    open: int
    next_cursor: None = None


class AuditFoundAnswer(Answer):
    """Something the audit found, or (where `severity` is null) could not look at, and why."""

    check_name: str
    kind: str
    severity: str | None
    sentence: str
    place: str


class AuditFindingsAnswer(Answer):
    """What the last audit found; `stale` where there should have been another one by now, or there was none."""

    id: UUID | None
    at: datetime | None
    stale: bool
    findings: list[AuditFoundAnswer]


@requests.get("/v1/operator/requests", responses={200: OpenRequestsAnswer, **problems(Unavailable)})
def list_open() -> OpenRequestsAnswer:
    """What people asked for as their right, by deadline."""
    return open_requests()


@audit.get("/v1/operator/audit", responses={200: AuditFindingsAnswer, **problems(Unavailable)})
def read_audit() -> AuditFindingsAnswer:
    """What the last security audit found, in detail; everybody is told the numbers only."""
    return last_audit()


def open_requests() -> OpenRequestsAnswer:
    """As privacy says it at this moment. Raises Unavailable."""
    found: dict[str, Any] = peers().privacy.get("/v1/desk/requests", user_id=None)
    return OpenRequestsAnswer(**found)


def last_audit() -> AuditFindingsAnswer:
    """As privacy says it at this moment. Raises Unavailable."""
    found: dict[str, Any] = peers().privacy.get("/v1/desk/audit", user_id=None)
    return AuditFindingsAnswer(**found)
