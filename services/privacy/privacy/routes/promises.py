"""/v1/promises: how every promise stands, and the findings behind it; the gateway shows them to everybody."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, Field

from common.answers import Answer
from common.callers import internal_blueprint
from common.current import Current, CurrentUnit
from common.problems import problems
from privacy.domain.promises import NoSuchPromise, Proof, Standing, View
from privacy.ports import Pace, ReceiptKeys
from privacy.repository import Work
from privacy.use_cases import promises

routes = internal_blueprint("promises", __name__)
unit = CurrentUnit[Work]()
keys = Current(ReceiptKeys)
pace = Current(Pace)


class PromisePath(BaseModel):
    """Which promise."""

    promise: str


class ProofsQuery(BaseModel):
    """Which page; `cursor` is the number that the page before ended with."""

    limit: Annotated[int, Field(ge=1, le=500)] = 100
    cursor: Annotated[int | None, Field(ge=0, lt=2**63)] = None


class ViewAnswer(BaseModel):
    """One thing that is looked at: who looks, what was seen last, and for how many seconds that counts."""

    probe: str
    service: str
    state: str
    checked: str | None
    at: datetime | None
    finding: int | None
    fresh_for_seconds: int


class DayAnswer(Answer):
    """Minutes of a day, by how the promise was found."""

    day: date
    kept: int
    broken: int
    stale: int
    not_applicable: int


class PromiseAnswer(BaseModel):
    """A promise: how it stands, since when, when all of it was last found kept, and what was seen."""

    id: str
    sentence: str
    state: str
    since: datetime | None
    proven_at: datetime | None
    fresh_for_seconds: int
    checked: str
    views: list[ViewAnswer]
    days: list[DayAnswer]


class PromisesAnswer(BaseModel):
    """Every promise, and where the chain of findings stands: its last number, and the SHA-256 of that one's text."""

    items: list[PromiseAnswer]
    findings: int
    latest: str


class ProofAnswer(Answer):
    """A finding; `body` is the text that was signed (Ed25519, `signature` in base64), itself JSON."""

    number: int
    promise: str
    state: str
    at: datetime
    body: str
    signature: str


class ProofsAnswer(BaseModel):
    """Findings, with the public keys they are checked with; compare those with the published ones."""

    items: list[ProofAnswer]
    next_cursor: int | None
    keys: dict[str, str]


@routes.get("/v1/promises", responses={200: PromisesAnswer})
def read_promises() -> PromisesAnswer:
    """Every promise as it stands at this moment."""
    with unit.begin() as work:
        standings = promises.read_promises(work, pace=pace().of_probes)
        number, digest = work.proofs.last()
    return PromisesAnswer(items=[_answer(each) for each in standings], findings=number, latest=digest.hex())


@routes.get("/v1/promises/<promise>/findings", responses={200: ProofsAnswer, **problems(NoSuchPromise)})
def read_findings_of(path: PromisePath, query: ProofsQuery) -> ProofsAnswer:
    """What was found about one promise, the newest first."""
    with unit.begin() as work:
        found = promises.read_proofs_of(work, path.promise, before=query.cursor, limit=query.limit + 1)
    return _page(found, query.limit)


@routes.get("/v1/findings", responses={200: ProofsAnswer})
def read_chain(query: ProofsQuery) -> ProofsAnswer:
    """The chain in its order; `cursor` is the number to go on after."""
    with unit.begin() as work:
        found = promises.read_chain(work, after=query.cursor or 0, limit=query.limit + 1)
    return _page(list(found), query.limit)


def _page(found: list[Proof], limit: int) -> ProofsAnswer:
    shown = found[:limit]
    return ProofsAnswer(
        items=[ProofAnswer.model_validate(proof) for proof in shown],
        next_cursor=shown[-1].number if len(found) > limit else None,
        keys=dict(keys().public),
    )


def _answer(standing: Standing) -> PromiseAnswer:
    return PromiseAnswer(
        id=standing.promise,
        sentence=standing.sentence,
        state=standing.state,
        since=standing.since,
        proven_at=standing.proven_at,
        fresh_for_seconds=int(standing.fresh_for.total_seconds()),
        checked=standing.checked,
        views=[_view(view) for view in standing.views],
        days=[DayAnswer.model_validate(day) for day in standing.days],
    )


def _view(view: View) -> ViewAnswer:
    seen = view.seen
    return ViewAnswer(
        probe=view.probe,
        service=view.service,
        state=view.state,
        checked=seen.checked if seen else None,
        at=seen.at if seen else None,
        finding=seen.number if seen else None,
        fresh_for_seconds=int(view.fresh_for.total_seconds()),
    )
