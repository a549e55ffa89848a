"""What a person asks for as her right: which kinds there are, and the states a request goes through. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from common.errors import Conflict, NotFound

# Art. 12(3) GDPR gives a month; the shortest month has 28 days.
DUE_AFTER: Final = timedelta(days=28)
# After so long, whoever has not answered is named.
ANSWER_WITHIN: Final = timedelta(hours=1)
# Every service keeps something about people, so each has to answer.
HOLDERS: Final = ("gateway", "generation", "billing", "privacy", "analytics")
# Identity goes last: whoever is told of the end has to have an address until then.
IDENTITY: Final = "gateway"
# What must be over before privacy forgets whose request it is.
RECORDS: Final = "privacy"


class NoSuchRequest(NotFound):
    """There is no such request, or it is not yours. GET /v1/privacy/requests lists yours."""


class TooLateToCancel(Conflict):
    """This request has begun and cannot be taken back any more."""


class IllegalRequestStep(Exception):
    """A request was moved from a state to one that does not follow it: a fault of ours."""


class Kind(StrEnum):
    """What is asked for."""

    ACCESS = "access"
    PORTABILITY = "portability"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    OBJECTION = "objection"


class RequestState(StrEnum):
    """How far it is."""

    RECEIVED = "received"
    VERIFYING = "verifying"
    WAITING = "waiting"
    FENCED = "fenced"
    EXECUTING = "executing"
    READY = "ready"
    COMPLETED = "completed"
    COMPLETED_WITH_RETENTION = "completed_with_retention"
    PARTIALLY_EXECUTED = "partially_executed"
    CANCELLED = "cancelled"
    REFUSED = "refused"


_S = RequestState
# What may follow what. An erasure cannot be taken back once it has begun.
STEPS: Final[Mapping[RequestState, frozenset[RequestState]]] = {
    _S.RECEIVED: frozenset({_S.WAITING, _S.FENCED, _S.EXECUTING, _S.COMPLETED, _S.CANCELLED, _S.REFUSED}),
    _S.VERIFYING: frozenset({_S.WAITING, _S.FENCED, _S.EXECUTING, _S.CANCELLED, _S.REFUSED}),
    _S.WAITING: frozenset({_S.FENCED, _S.CANCELLED}),
    _S.FENCED: frozenset({_S.EXECUTING, _S.PARTIALLY_EXECUTED}),
    _S.EXECUTING: frozenset({_S.READY, _S.COMPLETED, _S.COMPLETED_WITH_RETENTION, _S.PARTIALLY_EXECUTED, _S.CANCELLED}),
    _S.PARTIALLY_EXECUTED: frozenset({_S.EXECUTING, _S.READY, _S.COMPLETED, _S.COMPLETED_WITH_RETENTION}),
    _S.READY: frozenset({_S.COMPLETED, _S.EXECUTING}),
    _S.COMPLETED: frozenset({_S.CANCELLED}),
    _S.COMPLETED_WITH_RETENTION: frozenset(),
    _S.CANCELLED: frozenset(),
    _S.REFUSED: frozenset(),
}
# Nothing more is done about these.
ENDED: Final = frozenset({_S.COMPLETED, _S.COMPLETED_WITH_RETENTION, _S.CANCELLED, _S.REFUSED})


class PartState(StrEnum):
    """How far one service is: asked, done, or it found that something is left."""

    ASKED = "asked"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One service's share of a request; what it says it did, as it signed it."""

    service: str
    state: PartState
    at: datetime
    statement: str | None = None
    signature: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request and how far it is."""

    id: UUID
    user_id: UUID
    kind: Kind
    state: RequestState
    asked_at: datetime
    due_at: datetime
    policy_version: str
    begins_at: datetime
    answer_by: datetime | None
    ended_at: datetime | None
    parts: Sequence[Part] = field(default=())

    @property
    def missing(self) -> list[str]:
        """The services that have not done their part."""
        return [part.service for part in self.parts if part.state is not PartState.DONE]


def check_step(before: RequestState, after: RequestState) -> None:
    """Raises IllegalRequestStep unless `after` may follow."""
    if after not in STEPS[before]:
        message = f"{after} does not follow {before}"
        raise IllegalRequestStep(message)
