"""How every promise stands, and the signed findings behind it, for everybody."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, Field

from common.errors import NotFound, Unavailable
from common.problems import problems
from gateway.routes.context import peers, public

routes = public("promises")

SHORTEST, LONGEST = 1, 500


class NoSuchPromise(NotFound):
    """There is no promise of that name. GET /v1/promises lists them all."""


class PromisePath(BaseModel):
    """Which promise."""

    promise: Annotated[str, Field(pattern=r"^[A-Z][0-9]$")]


class FindingsQuery(BaseModel):
    """Which page; `cursor` is the number that the page before ended with."""

    limit: Annotated[int, Field(ge=SHORTEST, le=LONGEST)] = 100
    cursor: Annotated[int | None, Field(ge=0, lt=2**63)] = None


class PromiseView(BaseModel):
    """One thing that is looked at: who looks, what was seen last, and for how many seconds that counts."""

    probe: str
    service: str
    state: str
    checked: str | None
    at: datetime | None
    finding: int | None
    fresh_for_seconds: int


class PromiseDay(BaseModel):
    """Minutes of a day, by how the promise was found."""

    day: date
    kept: int
    broken: int
    stale: int
    not_applicable: int


class PromiseAnswer(BaseModel):
    """A promise: how it stands (`stale`: nobody looked lately), when it was last proven, and what was seen.

    `proven_at` is when the oldest of all that is looked at for it was last found kept.
    """

    id: str
    sentence: str
    state: str
    since: datetime | None
    proven_at: datetime | None
    fresh_for_seconds: int
    checked: str
    evidence_url: str
    views: list[PromiseView]
    days: list[PromiseDay]


class PromisesAnswer(BaseModel):
    """Every promise, and where the chain of findings stands: its last number, and the SHA-256 of that one's body."""

    items: list[PromiseAnswer]
    findings: int
    latest: str
    next_cursor: None = None


class FindingAnswer(BaseModel):
    """A finding: `body` is the text that was signed (Ed25519, `signature` in base64), itself JSON."""

    number: int
    promise: str
    state: str
    at: datetime
    body: str
    signature: str


class FindingsAnswer(BaseModel):
    """Findings and the keys they are checked with: `python -m privacy verify-findings` does it offline.

    Compare the keys with those of `GET /v1/privacy/keys` that you noted down before.
    """

    items: list[FindingAnswer]
    next_cursor: int | None
    keys: dict[str, str]


@routes.get("/v1/promises", responses={200: PromisesAnswer, **problems(Unavailable)})
def read_promises() -> PromisesAnswer:
    """Every promise of the policy as it stands at this moment."""
    found = peers().privacy.get("/v1/promises", user_id=None)
    return PromisesAnswer(
        items=[PromiseAnswer(**item, evidence_url=f"/v1/promises/{item['id']}/findings") for item in found["items"]],
        findings=found["findings"],
        latest=found["latest"],
    )


@routes.get("/v1/promises/<promise>/findings", responses={200: FindingsAnswer, **problems(NoSuchPromise, Unavailable)})
def read_findings_of(path: PromisePath, query: FindingsQuery) -> FindingsAnswer:
    """What was found about one promise, the newest first."""
    try:
        return _findings(f"/v1/promises/{path.promise}/findings", query)
    except NotFound:
        raise NoSuchPromise from None


@routes.get("/v1/findings", responses={200: FindingsAnswer, **problems(Unavailable)})
def read_findings(query: FindingsQuery) -> FindingsAnswer:
    """The whole chain in its order; `cursor` is the number to go on after."""
    return _findings("/v1/findings", query)


def _findings(path: str, query: FindingsQuery) -> FindingsAnswer:
    params = {"limit": str(query.limit)} | ({} if query.cursor is None else {"cursor": str(query.cursor)})
    return FindingsAnswer(**peers().privacy.get(path, user_id=None, params=params))
