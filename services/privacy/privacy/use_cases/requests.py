"""Requests about one's own data: asked for once, begun when their time has come, taken back while that goes."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

from common.contracts.privacy import UserDeletionRequested
from common.errors import Invalid
from privacy.domain import HOLDERS, Kind, NoSuchRequest, Request, RequestState, TooLateToCancel, check_policy
from privacy.domain.requests import ENDED
from privacy.inventory import REQUESTS_KEPT
from privacy.repository import Work
from privacy.use_cases import archives, restraining

_BEGUN_AT_ONCE = 20


def ask(work: Work, user_id: UUID, kind: Kind, *, policy_version: str, think_again: timedelta) -> Request:
    """Write a request down and begin with it. One that is open already is the answer to the same wish.

    Raises Invalid, UnknownPolicy.
    """
    check_policy(policy_version)
    begin = BEGINS.get(kind)
    if begin is None:
        raise Invalid("This cannot be asked for here.")
    archives.make_room(work, user_id, kind)
    request_id = work.requests.add(
        user_id, kind, policy_version=policy_version, begins_at=work.clock.now() + think_again
    )
    if request_id is None:
        return _there(work.requests.open_of(user_id, kind))
    request = _there(work.requests.lock(request_id))
    if think_again > timedelta(0):
        work.requests.move(request, RequestState.WAITING)
    else:
        begin(work, request)
    return _there(work.requests.find(request_id))


def begin_due(work: Work) -> int:
    """Begin with erasures whose time to think again is over; returns how many."""
    due = work.requests.due(Kind.ERASURE, limit=_BEGUN_AT_ONCE)
    for request in due:
        begin_erasure(work, request)
    return len(due)


def begin_erasure(work: Work, request: Request) -> None:
    """Write down who has to answer, and tell everybody; from here on it cannot be taken back."""
    work.requests.ask(request.id, HOLDERS)
    work.requests.move(request, RequestState.FENCED)
    work.outbox.add(UserDeletionRequested(user_id=request.user_id, request_id=request.id))


def read_requests(work: Work, user_id: UUID, *, before: UUID | None, limit: int) -> list[Request]:
    """A person's requests, the newest first."""
    return work.requests.page(user_id, before=before, limit=limit)


def read_open(work: Work, *, limit: int) -> tuple[list[Request], int]:
    """What nobody has answered yet, the nearest deadline first, and how much there is; a copy to fetch is an answer."""
    return work.requests.open(limit=limit), work.requests.count_open()


def read_request(work: Work, user_id: UUID, request_id: UUID) -> Request:
    """One's own request; raises NoSuchRequest."""
    request = work.requests.find(request_id)
    if request is None or request.user_id != user_id:
        raise NoSuchRequest
    return request


def cancel(work: Work, user_id: UUID, request_id: UUID) -> Request:
    """Take a request back that has not begun, or lift one that is in force until then.

    Raises NoSuchRequest, TooLateToCancel.
    """
    request = work.requests.lock(request_id)
    if request is None or request.user_id != user_id:
        raise NoSuchRequest
    if request.state is RequestState.CANCELLED:
        return request
    lift = LIFTS.get(request.kind)
    if lift is not None and request.state is RequestState.EXECUTING:
        lift(work, request)
        return _there(work.requests.find(request_id))
    if request.state in ENDED or request.state is not RequestState.WAITING:
        raise TooLateToCancel
    work.requests.move(request, RequestState.CANCELLED)
    return _there(work.requests.find(request_id))


# What each kind begins with.
BEGINS: Final[Mapping[Kind, Callable[[Work, Request], None]]] = {
    Kind.ERASURE: begin_erasure,
    Kind.RESTRICTION: restraining.begin_restriction,
    Kind.OBJECTION: restraining.begin_objection,
    Kind.ACCESS: archives.begin_copy,
    Kind.PORTABILITY: archives.begin_copy,
}
# What ends those that are in force until they are lifted.
LIFTS: Final[Mapping[Kind, Callable[[Work, Request], None]]] = {
    Kind.RESTRICTION: restraining.lift_restriction,
    Kind.OBJECTION: restraining.lift_objection,
}


def forget(work: Work, *, limit: int = 500) -> int:
    """Delete requests past their declared period, at most `limit`; the chain of receipts stays, and names nobody."""
    return work.requests.forget(kept=REQUESTS_KEPT.interval, limit=limit)


def _there(request: Request | None) -> Request:
    if request is None:
        raise NoSuchRequest
    return request
