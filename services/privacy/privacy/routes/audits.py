"""Security audits (promise S5): how the last one came out, and the door through which they are filed.

Who audits is nobody the gateway vouches for; it signs with a key of its own, which opens this door and no other.
"""

from collections import Counter
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Literal
from uuid import UUID

from flask import request
from pydantic import AwareDatetime, BaseModel, Field

from common.answers import Answer
from common.callers import SERVICE_TOKEN, internal_blueprint
from common.clock import Clock
from common.current import Current, CurrentUnit
from common.errors import Unauthenticated
from common.problems import problems
from common.routing import Routes
from common.tokens import TokenVerifier
from privacy.domain.audits import FRESH_FOR, SEVERITIES, Audit, AuditFinding, AuditFromTheFuture, CheckResult, Severity
from privacy.ports import AuditKey
from privacy.repository import Work
from privacy.use_cases import audits

AUDITOR = "audit"
_AUDIENCE = "privacy"
routes = internal_blueprint("audits", __name__)
filing = Routes("filing", __name__, abp_security=[{SERVICE_TOKEN: []}])
unit = CurrentUnit[Work]()
audit_key = Current(AuditKey)

# Postgres keeps no NUL.
Name = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00]*$")]
Text = Annotated[str, Field(max_length=1000, pattern=r"^[^\x00]*$")]


class CheckBody(BaseModel):
    """What one check came to."""

    name: Name
    result: Literal["passed", "findings", "partly examined", "not examined"]


class FindingBody(BaseModel):
    """Something found."""

    check: Name
    kind: Name
    severity: Severity
    sentence: Text
    place: Text


class UnexaminedBody(BaseModel):
    """Something that could not be looked at, and why."""

    check: Name
    what: Text
    why: Text


class AuditBody(BaseModel):
    """An audit, with everything it found and could not look at."""

    id: UUID
    at: AwareDatetime
    by: Literal["schedule", "hand"]
    checks: Annotated[list[CheckBody], Field(min_length=1, max_length=100)]
    findings: Annotated[list[FindingBody], Field(max_length=5000)]
    not_examined: Annotated[list[UnexaminedBody], Field(max_length=1000)]


class FindingsAnswer(BaseModel):
    """How many findings there are: to be mended at once, soon, or some day."""

    high: int
    medium: int
    low: int


class AuditAnswer(Answer):
    """An audit as everybody may know it; `not_examined` are the checks that could not look at everything."""

    id: UUID
    at: datetime
    by: str
    findings: FindingsAnswer
    checks: list[str]
    not_examined: list[str]


class LastAuditAnswer(BaseModel):
    """The last audit; `stale` when there should have been another one by now, or there was none."""

    last: AuditAnswer | None
    stale: bool
    fresh_for_seconds: int


class FiledAnswer(BaseModel):
    """Whether it is new; one that was filed before changes nothing."""

    filed: bool


@routes.get("/v1/audits/latest", responses={200: LastAuditAnswer})
def read_last() -> LastAuditAnswer:
    """How the last audit came out; no finding, and nobody's data."""
    with unit.begin() as work:
        last, stale = audits.read_last_audit(work)
    return LastAuditAnswer(
        last=_answer(last) if last else None, stale=stale, fresh_for_seconds=int(FRESH_FOR.total_seconds())
    )


@filing.before_request
def _require_auditor() -> None:
    key = audit_key().public
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if key is None or scheme.lower() != "bearer":
        raise Unauthenticated
    _verifier(key, unit.clock).verify(token)


@filing.post("/v1/audits", responses={201: FiledAnswer, **problems(Unauthenticated, AuditFromTheFuture)})
def file(body: AuditBody) -> tuple[FiledAnswer, int]:
    """File an audit. Only who audits may, and what is filed cannot be changed."""
    counts = Counter(found.severity for found in body.findings)
    audit = Audit(
        id=body.id,
        at=body.at,
        by=body.by,
        **{severity: counts[severity] for severity in SEVERITIES},
        checks=[CheckResult(name=check.name, result=check.result) for check in body.checks],
    )
    with unit.begin() as work:
        filed = audits.file_audit(work, audit, _findings(body))
    return FiledAnswer(filed=filed), 201


def _findings(body: AuditBody) -> list[AuditFinding]:
    found = [
        AuditFinding(
            check_name=each.check, kind=each.kind, severity=each.severity, sentence=each.sentence, place=each.place
        )
        for each in body.findings
    ]
    blind = [
        AuditFinding(check_name=each.check, kind="not_examined", severity=None, sentence=each.why, place=each.what)
        for each in body.not_examined
    ]
    return [*found, *blind]


def _answer(audit: Audit) -> AuditAnswer:
    return AuditAnswer(
        id=audit.id,
        at=audit.at,
        by=audit.by,
        findings=FindingsAnswer(high=audit.high, medium=audit.medium, low=audit.low),
        checks=[check.name for check in audit.checks],
        not_examined=audit.not_examined,
    )


@lru_cache(maxsize=8)
def _verifier(key: str, clock: Clock) -> TokenVerifier:
    return TokenVerifier(key, _AUDIENCE, issuer=AUDITOR, clock=clock)
