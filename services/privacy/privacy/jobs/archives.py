"""The desk where archives are put together, kept for a week, and destroyed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

import psycopg
import structlog

from common.erasure import PersonGone
from common.errors import Unavailable
from common.service import Job
from common.work import UnitOfWork
from privacy.domain.archives import Gathering
from privacy.ports import ArchiveMaker, ArchiveStore
from privacy.repository import Work
from privacy.repository.archives import ARCHIVE_CHANNEL
from privacy.use_cases import archives

LEASE = timedelta(seconds=60)
RENEW_EVERY = timedelta(seconds=10)
TRY_AGAIN_AFTER = timedelta(seconds=30)
# No upload of a part takes as long.
STALE_AFTER = timedelta(hours=6)
_AT_ONCE = 50
_REQUESTS_AT_ONCE = 500

log = structlog.stdlib.get_logger(__name__)


class Superseded(Exception):
    """Somebody else puts this archive together by now, or nobody wants it any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveDesk:
    """Puts archives together one after the other, so that no number of requests takes the house's breath."""

    unit: UnitOfWork[Work]
    maker: ArchiveMaker
    store: ArchiveStore

    def assemble_next(self) -> int:
        """Put one archive together; 0 when none is due."""
        with self.unit.begin() as work:
            gathering = work.archives.claim(LEASE)
        if gathering is None:
            return 0
        try:
            self._assemble(gathering)
        except (Superseded, PersonGone):
            log.info("archive dropped", request_id=str(gathering.request_id))
        except (Unavailable, psycopg.OperationalError):
            self._postpone(gathering)
            raise
        except Exception:
            # An erasure takes parts and keys away under whoever is reading them, and the archive's row with them.
            if self._postpone(gathering):
                log.exception("archive failed", request_id=str(gathering.request_id))
            else:
                log.info("archive dropped", request_id=str(gathering.request_id))
        return 1

    def expire(self) -> int:
        """Destroy archives whose week is over, and what was gathered for those that never came."""
        with self.unit.begin() as work:
            overdue = work.archives.overdue(limit=_AT_ONCE)
        for request_id in overdue:
            self.store.clear(request_id)
            with self.unit.begin() as work:
                archives.record_gone(work, request_id)
        return len(overdue)

    def sweep_strays(self) -> int:
        """Destroy what no archive owns: parts that came after an erasure, and what broken uploads left."""
        self.store.abort_stale(started_before=self.unit.clock.now() - STALE_AFTER)
        stored = self.store.requests()
        while some := set(islice(stored, _REQUESTS_AT_ONCE)):
            with self.unit.begin() as work:
                living = work.archives.living(list(some))
            for request_id in some - living:
                log.warning("stray parts deleted", request_id=str(request_id), objects=self.store.clear(request_id))
        return 0

    def ask_again(self) -> int:
        """Ask those again that could not give their part, and end what an erasure took the archive of."""
        with self.unit.begin() as work:
            return archives.ask_again(work) + archives.close_orphans(work)

    def _assemble(self, gathering: Gathering) -> None:
        length = self.maker.put(gathering, lambda pieces: self._renewing(gathering, pieces))
        with self.unit.begin() as work:
            finished = archives.finish(work, gathering, length=length)
        if not finished:
            self.store.drop(gathering.object)
            raise Superseded
        # What is missing will need the other parts again.
        self.store.clear(gathering.request_id, keep=gathering.object, parts=not gathering.missing)

    def _renewing(self, gathering: Gathering, pieces: Iterator[bytes]) -> Iterator[bytes]:
        due = self.unit.clock.now() + RENEW_EVERY
        for piece in pieces:
            if self.unit.clock.now() >= due:
                with self.unit.begin() as work:
                    if not work.archives.renew(gathering, LEASE):
                        raise Superseded
                due = self.unit.clock.now() + RENEW_EVERY
            yield piece

    def _postpone(self, gathering: Gathering) -> bool:
        with self.unit.begin() as work:
            return work.archives.postpone(gathering, TRY_AGAIN_AFTER)


def archive_jobs(desk: ArchiveDesk | None) -> list[Job]:
    """What the clock asks of the desk; nothing where the settings name no object store."""
    if desk is None:
        return []
    return [
        Job(name="assemble archives", every=timedelta(seconds=5), run=desk.assemble_next, channel=ARCHIVE_CHANNEL),
        Job(name="expire archives", every=timedelta(minutes=1), run=desk.expire, channel=ARCHIVE_CHANNEL, sweep=True),
        Job(name="sweep stray parts", every=timedelta(minutes=1), run=desk.sweep_strays, sweep=True),
        Job(name="ask again for parts", every=timedelta(minutes=1), run=desk.ask_again),
    ]
