"""Writes a service's parts: recorded by the event's transaction, written by a job outside any, announced in one."""

import base64
import hashlib
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, Protocol, TypeVar

import psycopg
import structlog
from pydantic import SecretStr

from common.contracts.privacy import ExportRequested
from common.contracts.rights import ExportPartFailed, ExportPartReady
from common.errors import Unavailable
from common.outbox import Outbox
from common.parts.contents import Sources
from common.parts.exports import Exports, ExportTask
from common.parts.layout import written
from common.sealing import Keyring, Sealer
from common.service import Job
from common.storage import ObjectStore, SealedBucket
from common.work import UnitOfWork

EXPORTS = "exports"
PURPOSE = "export"
LEASE = timedelta(seconds=60)
RENEW_EVERY = timedelta(seconds=10)
MAX_TRIES = 8
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=10)

log = structlog.stdlib.get_logger("common.parts")


class Work(Protocol):
    """What the rooms of a service that owes parts have."""

    @property
    def exports(self) -> Exports:
        """The parts it owes."""
        ...

    @property
    def outbox(self) -> Outbox:
        """What it tells."""
        ...


W = TypeVar("W", bound=Work)


class Superseded(Exception):
    """Somebody else writes this part by now, or nobody wants it any more."""


def export_channel(service: str) -> str:
    """The LISTEN/NOTIFY channel on which a service's writer of parts waits."""
    return f"{service}.exports"


def export_bucket(store: ObjectStore, keys: SecretStr, *, bucket: str = EXPORTS) -> SealedBucket:
    """Where parts lie, sealed with the keys that all services share for that and nothing else."""
    return SealedBucket(store, bucket, Sealer(Keyring.parse(keys.get_secret_value())), PURPOSE)


def record_export(work: Work, event: ExportRequested, *, service: str) -> None:
    """A person wants a copy: this service owes a part of it, unless only others are asked."""
    if event.only and service not in event.only:
        return
    work.exports.ask(event.request_id, event.user_id, channel=export_channel(service))


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportDesk(Generic[W]):
    """Writes the parts of one service, one after the other, so that no number of requests starves its other work."""

    unit: UnitOfWork[W]
    sources: Sources
    bucket: SealedBucket
    lease: timedelta = LEASE

    def jobs(self) -> list[Job]:
        """What the clock asks of it."""
        return [
            Job(
                name="write export parts",
                every=timedelta(seconds=5),
                run=self.write_next,
                channel=export_channel(self.unit.service),
            )
        ]

    def write_next(self) -> int:
        """Write one part; 0 when none is owed."""
        with self.unit.begin() as work:
            task = work.exports.claim(self.lease)
        if task is None:
            return 0
        if task.tries > MAX_TRIES:
            self._give_up(task)
            return 1
        try:
            self._write(task)
        except Superseded:
            log.info("export part dropped", request_id=str(task.request_id), attempt=task.attempt)
        except (Unavailable, psycopg.OperationalError):
            self._postpone(task)
            raise
        except Exception as error:
            # Once in full: the next tries will fail in the same way, or not at all.
            log.exception(
                "export part failed",
                request_id=str(task.request_id),
                cause=type(error).__name__,
                exc_info=task.tries == 1,
            )
            self._postpone(task)
        return 1

    def key_of(self, task: ExportTask) -> str:
        """Where an attempt writes: nobody else writes there, so that what is announced is what was written."""
        return f"{task.request_id}/{self.unit.service}-{task.attempt}.part"

    def _write(self, task: ExportTask) -> None:
        key, counted = self.key_of(task), _Counted()
        with closing(self.sources.drafts(task.user_id)) as drafts, closing(written(drafts)) as pieces:
            through = self._renewing(task, counted.through(pieces))
            wrapped_key = self.bucket.put_pieces_detached(key, through, owner=str(task.user_id))
        # Whoever lost the lease to another, or the person to an erasure, has written in vain, and takes it away.
        if not self._announce(task, key, counted, wrapped_key):
            self.bucket.delete(key)
            raise Superseded

    def _announce(self, task: ExportTask, key: str, counted: "_Counted", wrapped_key: bytes) -> bool:
        with self.unit.begin() as work:
            if not work.exports.end(task):
                return False
            work.outbox.add(
                ExportPartReady(
                    request_id=task.request_id,
                    service=self.unit.service,
                    object=key,
                    bytes=counted.length,
                    sha256=counted.digest.hexdigest(),
                    wrapped_key=base64.b64encode(wrapped_key).decode(),
                )
            )
            return True

    def _renewing(self, task: ExportTask, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """The same pieces, for as long as the part is this attempt's to write. Raises Superseded."""
        due = self.unit.clock.now() + RENEW_EVERY
        for piece in pieces:
            if self.unit.clock.now() >= due:
                with self.unit.begin() as work:
                    if not work.exports.renew(task, self.lease):
                        raise Superseded
                due = self.unit.clock.now() + RENEW_EVERY
            yield piece

    def _give_up(self, task: ExportTask) -> None:
        with self.unit.begin() as work:
            if work.exports.give_up(task):
                work.outbox.add(ExportPartFailed(request_id=task.request_id, service=self.unit.service))
        log.error("export part given up", request_id=str(task.request_id))

    def _postpone(self, task: ExportTask) -> None:
        with self.unit.begin() as work:
            work.exports.postpone(task, min(FIRST_WAIT * 2 ** (task.tries - 1), LONGEST_WAIT))


def export_jobs(unit: UnitOfWork[W], sources: Sources, store: ObjectStore | None, keys: SecretStr | None) -> list[Job]:
    """What the clock asks of a service's desk; nothing where the settings do not say where parts go."""
    if store is None or keys is None:
        return []
    return ExportDesk(unit=unit, sources=sources, bucket=export_bucket(store, keys)).jobs()


class _Counted:
    """How long what went through was, and what it was."""

    def __init__(self) -> None:
        self.length = 0
        self.digest = hashlib.sha256()

    def through(self, pieces: Generator[bytes]) -> Generator[bytes]:
        for piece in pieces:
            self.length += len(piece)
            self.digest.update(piece)
            yield piece
