"""Files that were sealed before people had keys move under them, a few at a time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

from prometheus_client import Counter

from common.service import Job
from common.work import UnitOfWork
from generation.ports import FilesOfBefore
from generation.repository import Work

AT_ONCE = 20
# Longer than anybody writes at a file: a slow writer must not have her bytes under another's wrapped key.
SETTLED = timedelta(hours=1)
RESEALED = Counter("person_keys_resealed_objects", "Objects sealed under the keyring, moved under their owner's key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Files of one kind: which bucket, how to go through their owners' rows, and which of those are still wanted."""

    bucket: str
    files: FilesOfBefore
    some: Callable[[Work, UUID], dict[UUID, UUID]]
    wanted: Callable[[Work, Iterable[UUID]], set[UUID]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resealer:
    """Goes through all files once, in the order of their ids, and remembers how far it came."""

    unit: UnitOfWork[Work]
    figurines: FilesOfBefore
    photos: FilesOfBefore

    def step(self) -> int:
        """The next few; returns how many objects were moved or looked at, 0 at the end or when all must wait."""
        return sum(self._step(shelf) for shelf in self._shelves())

    def begin_again(self) -> None:
        """Go through all files once more."""
        with self.unit.begin() as work:
            work.resealing.begin_again()

    def _shelves(self) -> list[Shelf]:
        return [
            Shelf(
                bucket="figurines",
                files=self.figurines,
                some=lambda work, after: work.resealing.figurines(after=after, limit=AT_ONCE),
                wanted=lambda work, ids: work.resealing.figurines_that_stay(ids),
            ),
            Shelf(
                bucket="photos",
                files=self.photos,
                some=lambda work, after: work.resealing.photos(after=after, limit=AT_ONCE),
                wanted=lambda work, ids: work.resealing.photos_that_stay(ids),
            ),
        ]

    def _step(self, shelf: Shelf) -> int:
        with self.unit.begin() as work:
            after = work.resealing.at(shelf.bucket)
            owners = shelf.some(work, after) if after is not None else {}
            if after is not None and not owners:
                work.resealing.end(shelf.bucket)
        looked_at = self._reseal(shelf, owners)
        if looked_at:
            with self.unit.begin() as work:
                work.resealing.go_on(shelf.bucket, looked_at[-1])
        return len(looked_at)

    def _reseal(self, shelf: Shelf, owners: dict[UUID, UUID]) -> list[UUID]:
        """Those that are done, up to the first that has to wait."""
        before = self.unit.clock.now() - SETTLED
        done: list[UUID] = []
        for id, owner in owners.items():
            resealed = shelf.files.reseal(id, owner=owner, settled_before=before)
            RESEALED.inc(resealed.moved)
            if resealed.waiting:
                break
            done.append(id)
        self._destroy_unwanted(shelf, owners)
        return done

    def _destroy_unwanted(self, shelf: Shelf, owners: Iterable[UUID]) -> None:
        # A store may put back what was deleted while it was being copied.
        ids = list(owners)
        with self.unit.begin() as work:
            wanted = shelf.wanted(work, ids)
        for id in ids:
            if id not in wanted:
                shelf.files.destroy(id)


def resealing_jobs(resealer: Resealer) -> list[Job]:
    """What the clock asks of the resealer."""
    return [Job(name="seal files under people's keys", every=timedelta(minutes=10), run=partial(resealer.step))]
