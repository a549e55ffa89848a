"""/v1/audits: when the studio's security was last audited, and how many findings there were (promise S5)."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from common.answers import Answer
from common.errors import Unavailable
from common.problems import problems
from gateway.routes.context import peers, public

routes = public("audits")


class FindingCountsAnswer(Answer):
    """How many findings there are: to be mended at once, soon, or some day."""

    high: int
    medium: int
    low: int


class AuditAnswer(Answer):
    """An audit: when, whether the clock asked for it, how many findings, and which checks could not see everything."""

    id: UUID
    at: datetime
    by: str
    findings: FindingCountsAnswer
    checks: list[str]
    not_examined: list[str]


class AuditsAnswer(BaseModel):
    """The last audit; `stale` when there should have been another one by now, or there was none."""

    last: AuditAnswer | None
    stale: bool
    fresh_for_seconds: int


@routes.get("/v1/audits", responses={200: AuditsAnswer, **problems(Unavailable)})
def read_last_audit() -> AuditsAnswer:
    """The last security audit. What was found is for those who mend it; how much and when is for everybody."""
    return AuditsAnswer(**peers().privacy.get("/v1/audits/latest", user_id=None))
