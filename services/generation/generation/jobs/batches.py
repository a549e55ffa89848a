"""The post desk: orders that can wait go out in groups, and what comes back is settled one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import structlog
from prometheus_client import Gauge

from common.errors import Unavailable
from common.service import Job
from common.work import UnitOfWork
from generation import use_cases
from generation.domain import MOST_HOPE_FIRST, FailureCode, Figurine, Painters, StoredPicture
from generation.domain.batches import Batch, BatchState
from generation.ports import (
    BatchEngine,
    BatchNews,
    Painting,
    PaintingFailed,
    PaintingUnknown,
    PaintOrder,
    PhotoMissing,
)
from generation.repository import Work
from generation.use_cases import batches

log = structlog.get_logger(__name__)

WITH_PARTNER = Gauge("generation_batches_with_partner", "Groups of orders that a partner has or may have")
LEAVING = Gauge("generation_batches_leaving", "Groups whose copy at the partner is not known to be deleted")


class Bench(Protocol):
    """What is needed of the workshop: the order for a job, and a place for its pictures."""

    def order_for(self, claim: Figurine) -> PaintOrder:
        """Everything an engine gets to know. Raises PhotoMissing, PaintingFailed, Unavailable."""
        ...

    def store(self, claim: Figurine, paintings: Sequence[Painting]) -> Sequence[StoredPicture]:
        """Those that are sound, stored. Raises PaintingFailed when none is, Unavailable."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PostDesk:
    """Hands orders to an engine that paints in groups, and takes the pictures in."""

    unit: UnitOfWork[Work]
    name: str
    engine: BatchEngine
    painters: Painters
    bench: Bench

    def hand_over(self) -> int:
        """Gather one group of orders that wait and hand it over; 0 when nobody waits."""
        with self.unit.begin() as work:
            gathered = batches.gather(work, self.painters, engine=self.name, most=self.engine.most)
        if gathered is None:
            return 0
        batch, group = gathered
        orders = self._orders(group)
        with self.unit.begin() as work:
            told = batches.tell_partner(work, batch, {place: group[place] for place in orders}, painters=self.painters)
        # Only now, and outside: a call must not keep a transaction open.
        self._send(batch, {place: order for place, order in orders.items() if place in told})
        return 1

    def look(self) -> int:
        """See what became of one group; 0 when none is due."""
        with self.unit.begin() as work:
            batch = work.batches.claim()
        if batch is None:
            return 0
        match batch.state:
            case BatchState.PREPARING:
                with self.unit.begin() as work:
                    batches.give_back(work, batch.id)
            case BatchState.RUNNING:
                self._read(batch)
            case BatchState.LEAVING:
                self._delete(batch)
            case _:
                self._ask(batch)
        return 1

    def show(self) -> int:
        """Tell the operator how many groups are out."""
        with self.unit.begin() as work:
            out, leaving = work.batches.lengths()
        WITH_PARTNER.set(out)
        LEAVING.set(leaving)
        return 0

    def _orders(self, group: batches.Group) -> dict[int, PaintOrder]:
        """What the engine gets to know of each; an order that has no photo ends, one whose store is away waits."""
        orders: dict[int, PaintOrder] = {}
        for place, figurine in group.items():
            try:
                orders[place] = self.bench.order_for(figurine)
            except PaintingFailed as failure:
                self._fail(figurine, FailureCode(failure.code))
            except PhotoMissing:
                self._fail(figurine, FailureCode.PHOTO_MISSING)
            except Unavailable:
                with self.unit.begin() as work:
                    use_cases.postpone_attempt(work, figurine)
        return orders

    def _send(self, batch: Batch, orders: Mapping[int, PaintOrder]) -> None:
        if not orders:
            with self.unit.begin() as work:
                batches.note_refused(work, batch.id, FailureCode.ENGINE_UNAVAILABLE)
            return
        try:
            name = self.engine.hand_over(batch.id, orders)
        except PaintingUnknown as unknown:
            log.warning("no answer to a batch", batch=str(batch.id), orders=len(orders), detail=unknown.detail)
            with self.unit.begin() as work:
                batches.note_unasked(work, batch.id)
        except PaintingFailed as failure:
            log.warning("batch not taken", batch=str(batch.id), code=failure.code, detail=failure.detail)
            pause = None if failure.retry_after is None else timedelta(seconds=failure.retry_after)
            with self.unit.begin() as work:
                batches.note_refused(work, batch.id, FailureCode(failure.code), retry_after=pause)
        else:
            log.info("batch handed over", batch=str(batch.id), orders=len(orders))
            with self.unit.begin() as work:
                batches.note_received(work, batch.id, name)

    def _ask(self, batch: Batch) -> None:
        """Whether the partner has a group that nobody knows it has."""
        try:
            name = self.engine.find(batch.id)
        except PaintingFailed as failure:
            log.warning("cannot ask about a batch", batch=str(batch.id), code=failure.code, detail=failure.detail)
            with self.unit.begin() as work:
                batches.note_unasked(work, batch.id)
            return
        if name is not None and batch.state is BatchState.MISSING:
            self._stop(name)
        with self.unit.begin() as work:
            if name is None:
                batches.note_not_found(work, batch.id)
            elif batch.state is BatchState.SENDING:
                batches.note_received(work, batch.id, name)
            else:
                batches.note_found_late(work, batch.id, name)

    def _read(self, batch: Batch) -> None:
        with self.unit.begin() as work:
            group = batches.live_orders(work, batch.id)
            of_one = work.batches.is_of_one(batch.id)
        if not group:
            self._stop(batch.name or "")
        elif not self._settle(batch, group, of_one=of_one):
            with self.unit.begin() as work:
                batches.note_nothing_new(work, batch.id)
            return
        with self.unit.begin() as work:
            settled = batches.note_settled(work, batch.id)
            if not settled:
                batches.note_nothing_new(work, batch.id)

    def _settle(self, batch: Batch, group: batches.Group, *, of_one: bool) -> bool:
        """Whether there was news for these orders; then each of them has ended, or waits for the store."""
        ratios = {
            place + n: figurine.aspect_ratio for place, figurine in group.items() for n in range(figurine.variants)
        }
        try:
            news = self.engine.look(batch.name or "", ratios, of_one=of_one)
        except PaintingFailed as failure:
            log.warning("cannot look at a batch", batch=str(batch.id), code=failure.code, detail=failure.detail)
            return False
        if news.done:
            for place, figurine in group.items():
                self._settle_order(batch, place, figurine, news)
        return news.done

    def _settle_order(self, batch: Batch, place: int, figurine: Figurine, news: BatchNews) -> None:
        came = [news.pictures.get(place + n, news.failure) for n in range(figurine.variants)]
        paintings = [each for each in came if isinstance(each, Painting)]
        failures = [FailureCode(each.code) for each in came if isinstance(each, PaintingFailed)]
        if not paintings:
            self._fail(figurine, min(failures, key=MOST_HOPE_FIRST.index))
            return
        try:
            stored = self.bench.store(figurine, paintings)
        except PaintingFailed as failure:
            self._fail(figurine, FailureCode(failure.code))
        except Unavailable:
            log.warning("object store away, pictures wait with the partner", figurine_id=str(figurine.id))
        else:
            # What is stored for an order that ended meanwhile is swept with its attempt.
            with self.unit.begin() as work:
                batches.deliver_from_batch(work, batch, figurine, stored)

    def _stop(self, name: str) -> None:
        """Nobody waits for it any more. Whether or not it can be stopped, it is deleted."""
        try:
            self.engine.stop(name)
        except PaintingFailed as failure:
            log.warning("batch not stopped", code=failure.code, detail=failure.detail)

    def _delete(self, batch: Batch) -> None:
        try:
            self.engine.delete(batch.name or "")
        except PaintingFailed as failure:
            log.warning("batch not deleted yet", batch=str(batch.id), code=failure.code, detail=failure.detail)
            with self.unit.begin() as work:
                batches.note_nothing_new(work, batch.id)
            return
        with self.unit.begin() as work:
            batches.note_left(work, batch.id)

    def _fail(self, figurine: Figurine, code: FailureCode) -> None:
        log.warning("no picture from a batch", figurine_id=str(figurine.id), attempt=figurine.attempt, code=code)
        with self.unit.begin() as work:
            batches.fail_in_batch(work, figurine, code)


def post_jobs(desk: PostDesk) -> list[Job]:
    """What the clock asks of it."""
    return [
        # Long enough for a group to gather, and short beside a day.
        Job(name="hand over batches", every=timedelta(minutes=2), run=desk.hand_over),
        Job(name="look after batches", every=timedelta(seconds=10), run=desk.look),
        Job(name="show batches", every=timedelta(seconds=30), run=desk.show),
    ]
