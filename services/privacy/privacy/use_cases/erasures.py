"""An erasure from the side of who leads it: who has answered, who is late, when it is over, and the receipt."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import structlog

from common.contracts.privacy import UserDeletionRequested, UserIdentityErasureDue
from common.contracts.rights import UserDataErased
from common.erasure import OutOfReach
from common.erasure.statements import NotSigned, sign, verify
from privacy.domain import IDENTITY, RECORDS, Kind, NoSuchRequest, PartState, Request, RequestState
from privacy.domain.receipts import NoReceiptYet, Receipt, body_of, digest_of
from privacy.ports import ReceiptKeys
from privacy.repository import Work

_log = structlog.get_logger("privacy.erasures")
_CHASED_AT_ONCE: Final = 20


class StatementRefused(Exception):
    """An answer that is not signed by the service it names, or says nothing: it counts as none."""


def note_erased(work: Work, event: UserDataErased, *, keys: ReceiptKeys | None) -> None:
    """A service answered. Go on with what waited for it, and issue the receipt with the last one.

    What it says is looked at, not only that it says something: no answer without kinds and numbers counts.
    """
    if keys is None:
        raise StatementRefused(event.service)
    said = _read(event, keys)
    request = work.requests.lock(event.request_id)
    part = next((part for part in request.parts if part.service == event.service), None) if request else None
    if request is None or part is None:
        # A restored backup is emptied again without anybody asking for it.
        _log.info("an erasure nobody asked for here", request_id=str(event.request_id), service=event.service)
        return
    if part.state is PartState.DONE:
        return
    left = sum(kind["residue"] for kind in said["classes"].values())
    state = PartState.FAILED if left else PartState.DONE
    work.requests.settle_part(request.id, event.service, state, statement=event.statement, signature=event.signature)
    _go_on(work, _again(work, request.id), keys)


def others_are_done(work: Work, _user_id: UUID, request_id: UUID) -> bool:
    """Whether privacy's own records may go: it goes after all others, but for whoever writes the last letter."""
    request = work.requests.find(request_id)
    return request is None or not set(request.missing) - {RECORDS, IDENTITY}


def out_of_reach(work: Work, user_id: UUID) -> Sequence[OutOfReach]:
    """What partners were given and keep for a time that nobody here can shorten."""
    now = work.clock.now()
    kept: dict[tuple[str, str], list[datetime | None]] = {}
    for item in work.disclosures.page(user_id, before=None, limit=10_000):
        if item.expires_at is None or item.expires_at > now:
            kept.setdefault((item.partner_name, item.what), []).append(item.expires_at)
    return [
        OutOfReach(recipient=recipient, what=what, count=len(ends), until=_last(ends))
        for (recipient, what), ends in kept.items()
    ]


def chase(work: Work) -> int:
    """Name who has not answered in time, and ask again; returns how many erasures are late."""
    late = work.requests.late(Kind.ERASURE, limit=_CHASED_AT_ONCE)
    for request in late:
        if request.state is not RequestState.PARTIALLY_EXECUTED:
            work.requests.move(request, RequestState.PARTIALLY_EXECUTED)
        _log.error("erasure is late", request_id=str(request.id), missing=request.missing)
        work.requests.ask(request.id, [])
        if RECORDS in request.missing:
            # Whose it is stands here until privacy has done its own part.
            work.outbox.add(UserDeletionRequested(user_id=request.user_id, request_id=request.id))
        if request.missing == [IDENTITY]:
            work.outbox.add(UserIdentityErasureDue(request_id=request.id))
    return len(late)


def read_erasure(work: Work, request_id: UUID) -> Request:
    """An erasure, for whoever knows its id and holds the key to it. Raises NoSuchRequest."""
    request = work.requests.find(request_id)
    if request is None or request.kind is not Kind.ERASURE:
        raise NoSuchRequest
    return request


def read_receipt(work: Work, request_id: UUID) -> Receipt:
    """The receipt of an erasure. Raises NoReceiptYet."""
    receipt = work.receipts.of(request_id)
    if receipt is None:
        raise NoReceiptYet
    return receipt


def _go_on(work: Work, request: Request, keys: ReceiptKeys) -> None:
    if request.state is RequestState.FENCED:
        work.requests.move(request, RequestState.EXECUTING)
        request = _again(work, request.id)
    if not request.missing:
        _conclude(work, request, keys)
    elif request.missing == [IDENTITY]:
        work.outbox.add(UserIdentityErasureDue(request_id=request.id))


def _conclude(work: Work, request: Request, keys: ReceiptKeys) -> None:
    now = work.clock.now()
    parts = {part.service: (part.statement or "", part.signature or "") for part in request.parts}
    kept = sum(_retained(statement) for statement, _ in parts.values())
    state = RequestState.COMPLETED_WITH_RETENTION if kept else RequestState.COMPLETED
    number, previous = work.receipts.lock_last()
    body = body_of(
        number=number + 1,
        request_id=request.id,
        asked_at=request.asked_at,
        completed_at=now,
        state=state,
        policy_version=request.policy_version,
        previous=previous,
        parts=parts,
    )
    work.receipts.add(
        Receipt(
            number=number + 1,
            request_id=request.id,
            issued_at=now,
            body=body,
            signature=sign(keys.private, body),
            digest=digest_of(body),
        )
    )
    work.requests.move(request, state)


def _last(ends: Sequence[datetime | None]) -> datetime | None:
    """When the last of it expires; None where a partner says of some of it only that the law makes it keep it."""
    known = [end for end in ends if end is not None]
    return max(known) if len(known) == len(ends) else None


def _retained(statement: str) -> int:
    return sum(kind["retained"] for kind in json.loads(statement)["classes"].values())


def _read(event: UserDataErased, keys: ReceiptKeys) -> Mapping[str, Any]:
    try:
        verify(keys.public[event.service], event.statement, event.signature)
    except (KeyError, NotSigned):
        raise StatementRefused(event.service) from None
    said = json.loads(event.statement)
    if (said["service"], said["request_id"]) != (event.service, str(event.request_id)) or not said["classes"]:
        raise StatementRefused(event.service)
    return said


def _again(work: Work, request_id: UUID) -> Request:
    request = work.requests.find(request_id)
    if request is None:
        raise NoSuchRequest
    return request
