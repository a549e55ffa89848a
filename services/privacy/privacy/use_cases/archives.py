"""Copies of a person's data: asked of every service, put together, announced, and gone after a week."""

import base64
import binascii
from contextlib import suppress
from dataclasses import replace
from uuid import UUID

import structlog

from common.contracts.billing import MailRequested
from common.contracts.privacy import ExportRequested
from common.contracts.rights import ExportPartFailed, ExportPartReady
from common.sealing import Unsealable
from privacy.domain import HOLDERS, Kind, Request, RequestState
from privacy.domain.archives import FRESH_COPY, Archive, ArchiveExpired, ArchiveNotReady, Gathering, GivenPart
from privacy.domain.requests import ANSWER_WITHIN, ENDED, NoSuchRequest, PartState
from privacy.repository import Work

COPIES = frozenset({Kind.ACCESS, Kind.PORTABILITY})
READY_MAIL = "archive-ready"
_AT_ONCE = 50

log = structlog.stdlib.get_logger(__name__)


def begin_copy(work: Work, request: Request) -> None:
    """Ask every service for its part."""
    work.requests.ask(request.id, HOLDERS)
    work.requests.move(request, RequestState.EXECUTING)
    work.archives.open(request.id, request.user_id, gather_until=work.clock.now() + ANSWER_WITHIN)
    work.outbox.add(ExportRequested(user_id=request.user_id, request_id=request.id))


def make_room(work: Work, user_id: UUID, kind: Kind) -> None:
    """Who has a copy that is no longer fresh may ask for another one; the old one goes."""
    found = work.requests.open_of(user_id, kind) if kind in COPIES else None
    request = found and work.requests.lock(found.id)
    archive = request and work.archives.find(request.id)
    if request is None or archive is None or archive.ready_at is None or request.state in ENDED:
        return
    if work.clock.now() - archive.ready_at >= FRESH_COPY:
        work.archives.expire(request.id)
        work.requests.move(request, RequestState.COMPLETED)


def take_part(work: Work, event: ExportPartReady) -> None:
    """A service gave its part. One that nobody waits for any more stays unmentioned, and is swept."""
    archive = work.archives.find(event.request_id)
    if archive is None:
        return
    part = _given(work, archive.user_id, event)
    if part is None:
        # It opens no better when it is told again: the service writes another one, with the key it has then.
        log.error("the key of a part that does not open", service=event.service, request_id=str(event.request_id))
        note_failed_part(work, ExportPartFailed(request_id=event.request_id, service=event.service))
    elif work.archives.take_part(event.request_id, part):
        work.requests.settle_part(event.request_id, event.service, PartState.DONE, statement=None, signature=None)


def note_failed_part(work: Work, event: ExportPartFailed) -> None:
    """A service could not give its part: it is asked again later, and not waited for."""
    request = work.requests.lock(event.request_id)
    if request is None or request.state in ENDED or event.service not in request.missing:
        return
    work.requests.settle_part(event.request_id, event.service, PartState.FAILED, statement=None, signature=None)
    work.archives.wake()


def finish(work: Work, gathering: Gathering, *, length: int) -> bool:
    """The archive is there: say so to its owner. False when it is somebody else's work by now, or nobody's."""
    request = work.requests.lock(gathering.request_id)
    if request is None or not work.archives.finish(gathering, length=length):
        return False
    state = RequestState.PARTIALLY_EXECUTED if gathering.missing else RequestState.READY
    if request.state is not state:
        work.requests.move(request, state)
    archive = work.archives.find(gathering.request_id)
    if archive is not None and not (gathering.missing and request.state is state):
        until = f"{archive.delete_by.day} {archive.delete_by:%B %Y}"
        parameters = {"until": until, "missing": ", ".join(gathering.missing)}
        work.outbox.add(MailRequested(user_id=request.user_id, template=READY_MAIL, parameters=parameters))
    return True


def read_archive(work: Work, user_id: UUID, request_id: UUID) -> Archive:
    """One's own archive, to fetch. Raises NoSuchRequest, ArchiveNotReady, ArchiveExpired."""
    request = work.requests.find(request_id)
    if request is None or request.user_id != user_id or request.kind not in COPIES:
        raise NoSuchRequest
    archive = work.archives.find(request_id)
    if archive is None:
        raise ArchiveExpired if request.state in ENDED else ArchiveNotReady
    if archive.delete_by <= work.clock.now():
        raise ArchiveExpired
    archive.downloadable()
    return archive


def ask_again(work: Work) -> int:
    """Ask those services again that could not give their part; returns for how many archives."""
    incomplete = work.archives.incomplete(limit=_AT_ONCE)
    for request_id, user_id in incomplete:
        request = work.requests.lock(request_id)
        failed = [part.service for part in request.parts if part.state is PartState.FAILED] if request else []
        for service in failed:
            work.requests.settle_part(request_id, service, PartState.ASKED, statement=None, signature=None)
        work.outbox.add(ExportRequested(user_id=user_id, request_id=request_id, only=tuple(failed)))
    return len(incomplete)


def record_gone(work: Work, request_id: UUID) -> None:
    """Nothing of an archive is left: the request is over."""
    request = work.requests.lock(request_id)
    if work.archives.end(request_id) and request is not None:
        _close(work, request)


def close_orphans(work: Work) -> int:
    """End requests whose archive went with an erasure; returns how many."""
    orphans = work.archives.orphans(limit=_AT_ONCE)
    for request_id in orphans:
        request = work.requests.lock(request_id)
        if request is not None:
            _close(work, request)
    return len(orphans)


def _given(work: Work, user_id: UUID, event: ExportPartReady) -> GivenPart | None:
    """The part, its key under its owner's; None for a key that does not open."""
    part = GivenPart(service=event.service, object=event.object, bytes=event.bytes, sha256=event.sha256)
    if not event.wrapped_key:
        return part  # A service of an older release has put it beside the part.
    with suppress(Unsealable, binascii.Error):
        wrapped = base64.b64decode(event.wrapped_key, validate=True)
        return replace(part, wrapped_key=work.part_seals.rewrap(wrapped, owner=str(user_id)))
    return None


def _close(work: Work, request: Request) -> None:
    if request.state not in ENDED:
        never_came = request.state is RequestState.EXECUTING
        work.requests.move(request, RequestState.CANCELLED if never_came else RequestState.COMPLETED)
