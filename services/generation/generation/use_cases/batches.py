"""Orders that can wait: gathered, handed to a partner together, and settled one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from common.contracts.generation import FigurineStarted
from generation.domain import (
    MAX_UNKNOWN,
    FailureCode,
    Figurine,
    Painters,
    State,
    StoredPicture,
)
from generation.domain.batches import (
    HANDOVER_PATIENCE,
    SEARCH,
    UNKNOWN_PATIENCE,
    Batch,
    BatchState,
    look_again_after,
    rest_after,
)
from generation.repository import Work
from generation.repository.attempts import GROUP_REFUSED, UNKNOWN
from generation.repository.batches import Member
from generation.use_cases.batch_orders import may_go
from generation.use_cases.endings import end
from generation.use_cases.painting import deliver, disclose

# Orders of one group, each by the number of its first picture there.
Group = Mapping[int, Figurine]


def gather(work: Work, painters: Painters, *, engine: str, most: int) -> tuple[Batch, Group] | None:
    """A new group of the orders that wait, of at most so many pictures; None when nothing can be handed over."""
    chosen: list[Figurine] = []
    pictures = 0
    for waiting in work.batches.waiting():
        figurine = work.jobs.find(waiting.id)
        if figurine is None or may_go(work, painters, waiting, figurine) != engine:
            continue
        if chosen and (waiting.alone or pictures + figurine.variants > most):
            break
        chosen.append(figurine)
        pictures += figurine.variants
        if waiting.alone:
            break
    return (batch, _take(work, batch, chosen)) if chosen and (batch := work.batches.begin(engine)) else None


def tell_partner(work: Work, batch: Batch, group: Group, *, painters: Painters) -> set[int]:
    """Record that the partner is about to be told of these; returns those it may be told of (still)."""
    if not group or not work.batches.send(batch):
        return set()
    return {place for place, figurine in group.items() if disclose(work, figurine, painters=painters)}


def note_received(work: Work, batch_id: UUID, name: str) -> None:
    """The partner has the group: its photos are needed no longer, and each order is being made."""
    batch = work.batches.find(batch_id)
    if batch is None or batch.state is not BatchState.SENDING:
        return
    work.batches.move(batch, BatchState.RUNNING, name=name)
    work.batches.look_again(_moved(batch, BatchState.RUNNING), after=look_again_after(0))
    for figurine in _live(work, work.batches.members(batch_id)).values():
        work.uploads.dismiss(figurine.id, "handed_over")
        work.outbox.add(
            FigurineStarted(
                figurine_id=figurine.id,
                user_id=figurine.user_id,
                attempt=figurine.attempt,
                engine=figurine.engine or "",
            )
        )
    work.wake_deletion()


def note_refused(work: Work, batch_id: UUID, code: FailureCode, *, retry_after: timedelta | None = None) -> None:
    """The partner has nothing of the group: each order rests and is handed over again, or ends."""
    batch = work.batches.find(batch_id)
    if batch is None or not batch.may_become(BatchState.ENDED):
        return
    work.batches.move(batch, BatchState.ENDED)
    members = _live(work, work.batches.members(batch_id))
    for figurine in members.values():
        if code is FailureCode.ENGINE_UNAVAILABLE:
            _rest(work, figurine, code, retry_after)
        elif code is FailureCode.NO_PICTURE and len(members) > 1:
            # One of them is meant, and nobody knows which: they go one by one.
            _rest(work, figurine, GROUP_REFUSED, None)
        else:
            end(work, figurine, State.FAILED, code)


def give_back(work: Work, batch_id: UUID) -> None:
    """Whoever prepared the group went silent before the partner was told anything: its orders wait again."""
    batch = work.batches.find(batch_id)
    if batch is None or batch.state is not BatchState.PREPARING:
        return
    work.batches.move(batch, BatchState.ENDED)
    for figurine in _live(work, work.batches.members(batch_id)).values():
        _rest(work, figurine, "lease_expired", None)


def note_not_found(work: Work, batch_id: UUID) -> None:
    """The partner was asked and knows nothing of it: ask again, and after a while count it as lost."""
    batch = work.batches.find(batch_id)
    if batch is None or batch.sent_at is None:
        return
    since = work.clock.now() - batch.sent_at
    if batch.state is BatchState.MISSING and since > SEARCH:
        work.batches.move(batch, BatchState.ENDED)
        return
    if batch.state is BatchState.SENDING and since > UNKNOWN_PATIENCE:
        batch = _lose(work, batch)
    work.batches.look_again(batch, after=look_again_after(batch.looks))


def note_unasked(work: Work, batch_id: UUID) -> None:
    """The partner cannot be asked: what it may have received is waited for no longer than any order waits."""
    batch = work.batches.find(batch_id)
    if batch is None or batch.state is BatchState.ENDED:
        return
    since = work.clock.now() - (batch.sent_at or batch.begun_at)
    if batch.state is BatchState.SENDING and since > HANDOVER_PATIENCE:
        batch = _lose(work, batch)
    work.batches.look_again(batch, after=look_again_after(batch.looks))


def note_found_late(work: Work, batch_id: UUID, name: str) -> None:
    """It came after all, and nobody waits for it: the partner's copy goes."""
    batch = work.batches.find(batch_id)
    if batch is not None and batch.state is BatchState.MISSING:
        work.batches.move(batch, BatchState.LEAVING, name=name)


def live_orders(work: Work, batch_id: UUID) -> Group:
    """The orders of a running group that still wait for their pictures."""
    return _live(work, work.batches.members(batch_id))


def deliver_from_batch(work: Work, batch: Batch, claim: Figurine, pictures: Sequence[StoredPicture]) -> bool:
    """The order's pictures are stored. False when it has ended meanwhile."""
    waited = work.clock.now() - (batch.sent_at or batch.begun_at)
    took = round(waited / timedelta(milliseconds=1))
    return deliver(work, claim, pictures, engine=batch.engine, rendering_ms=took)


def fail_in_batch(work: Work, claim: Figurine, code: FailureCode) -> None:
    """There is no picture for this order. Its photo is gone, so there is no second try; it costs nothing."""
    figurine = work.jobs.find(claim.id)
    if figurine and figurine.state is State.RENDERING and figurine.attempt == claim.attempt:
        end(work, figurine, State.FAILED, code)


def note_settled(work: Work, batch_id: UUID) -> bool:
    """Every order has ended: the partner's copy may go. False while one has not."""
    batch = work.batches.find(batch_id)
    if batch is None or batch.state is not BatchState.RUNNING or work.batches.members(batch_id):
        return False
    return work.batches.move(batch, BatchState.LEAVING)


def note_nothing_new(work: Work, batch_id: UUID) -> None:
    """Look again later."""
    batch = work.batches.find(batch_id)
    if batch is not None:
        work.batches.look_again(batch, after=look_again_after(batch.looks))


def note_left(work: Work, batch_id: UUID) -> None:
    """The partner keeps nothing of it."""
    batch = work.batches.find(batch_id)
    if batch is not None and batch.state is BatchState.LEAVING:
        work.batches.move(batch, BatchState.ENDED)


def _take(work: Work, batch: Batch, chosen: Sequence[Figurine]) -> Group:
    """The orders are the group's, numbered by their pictures from 1."""
    taken: dict[int, Figurine] = {}
    place = 1
    for waiting in chosen:
        figurine = work.jobs.hand_over(waiting.id, engine=batch.engine)
        if figurine is not None:
            work.attempts.start(figurine, batch_id=batch.id, place=place)
            taken[place] = figurine
            place += figurine.variants
    return taken


def _live(work: Work, members: Sequence[Member]) -> Group:
    """Their rows, locked, of those that have not ended since."""
    found = [(member, work.jobs.find(member.figurine_id)) for member in members]
    return {
        member.place: figurine
        for member, figurine in found
        if figurine is not None and figurine.state is State.RENDERING and figurine.attempt == member.attempt
    }


def _rest(work: Work, figurine: Figurine, outcome: str, retry_after: timedelta | None) -> None:
    work.attempts.end(figurine, outcome)
    rest = rest_after(figurine.failures, retry_after)
    work.jobs.queue(figurine, not_before=work.clock.now() + rest, failed=True)


def _lose(work: Work, batch: Batch) -> Batch:
    """It counts as lost: one more try for each order, and never a third; the group is looked for all the same."""
    for figurine in _live(work, work.batches.members(batch.id)).values():
        if work.attempts.count_unknown(figurine.id) + 1 < MAX_UNKNOWN:
            work.attempts.end(figurine, UNKNOWN, unknown_calls=1)
            work.jobs.queue(figurine, failed=True)
        else:
            work.attempts.end(figurine, UNKNOWN, unknown_calls=1)
            end(work, figurine, State.FAILED, FailureCode.ENGINE_TIMEOUT)
    work.batches.move(batch, BatchState.MISSING)
    return _moved(batch, BatchState.MISSING)


def _moved(batch: Batch, state: BatchState) -> Batch:
    return replace(batch, state=state, looks=0)
