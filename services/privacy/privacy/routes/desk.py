"""/v1/desk: what the operators' console shows of requests and audits: ids, states and dates; the gateway asks."""

from datetime import datetime
from uuid import UUID

from common.answers import Answer
from common.callers import internal_blueprint
from common.current import CurrentUnit
from privacy.domain import Kind, Request, RequestState
from privacy.domain.audits import AuditFinding, Severity
from privacy.repository import Work
from privacy.use_cases import audits, requests

routes = internal_blueprint("desk", __name__)
unit = CurrentUnit[Work]()
# More that are open at once than anybody looks through.
LISTED = 200


class OpenRequestAnswer(Answer):
    """A request that is not answered yet, by its own id; whose it is is nobody's business here."""

    id: UUID
    kind: Kind
    state: RequestState
    asked_at: datetime
    due_at: datetime
    begins_at: datetime
    services: dict[str, str]
    missing: list[str]


class OpenRequestsAnswer(Answer):
    """What is not answered yet, the nearest deadline first; and how many there are in all."""

    items: list[OpenRequestAnswer]
    open: int


class FoundAnswer(Answer):
    """Something an audit found, or (without a severity) could not look at."""

    check_name: str
    kind: str
    severity: Severity | None
    sentence: str
    place: str


class AuditedAnswer(Answer):
    """The last audit with all its findings; without one everything is empty."""

    id: UUID | None
    at: datetime | None
    stale: bool
    findings: list[FoundAnswer]


@routes.get("/v1/desk/requests", responses={200: OpenRequestsAnswer})
def list_open() -> OpenRequestsAnswer:
    """What people asked for as their right and were not answered yet."""
    with unit.begin() as work:
        found, count = requests.read_open(work, limit=LISTED)
    return OpenRequestsAnswer(items=[_open(request) for request in found], open=count)


@routes.get("/v1/desk/audit", responses={200: AuditedAnswer})
def read_audit() -> AuditedAnswer:
    """What the last audit found, for those who mend it."""
    with unit.begin() as work:
        last, stale = audits.read_last_audit(work)
        found: list[AuditFinding] = work.audits.findings(last.id) if last else []
    return AuditedAnswer(
        id=last.id if last else None,
        at=last.at if last else None,
        stale=stale,
        findings=[FoundAnswer.model_validate(each) for each in found],
    )


def _open(request: Request) -> OpenRequestAnswer:
    return OpenRequestAnswer(
        id=request.id,
        kind=request.kind,
        state=request.state,
        asked_at=request.asked_at,
        due_at=request.due_at,
        begins_at=request.begins_at,
        services={part.service: part.state for part in request.parts},
        missing=request.missing,
    )
