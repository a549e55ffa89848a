"""The clock's part in the promises: what nobody looked at turns stale, and the chain is anchored and kept short."""

from datetime import timedelta

import structlog
from prometheus_client import Gauge

from common.contracts.promises import PROMISES
from common.service import Job
from common.work import UnitOfWork
from privacy.domain.promises import State
from privacy.ports import Anchor, AnchorForged, Anchors, Pace
from privacy.repository import Work
from privacy.use_cases import promises

STANDING = Gauge("privacy_promises", "How many promises stand like that now", ["state"])
KEPT = Gauge(
    "privacy_promise_kept", "1 while a promise is kept or there is nothing to keep it for, else 0", ["promise"]
)
BROKEN = Gauge(
    "privacy_promise_broken", "1 while the last that was found of a promise is that it is broken", ["promise"]
)

log = structlog.stdlib.get_logger(__name__)


def judge_promises(unit: UnitOfWork[Work], pace: Pace) -> int:
    """Ask of every promise how it stands; each in a transaction of its own, so that findings can come between."""
    states = {promise: _judge(unit, promise, pace) for promise in PROMISES}
    for state in State:
        STANDING.labels(state).set(sum(found is state for found in states.values()))
    for promise, state in states.items():
        KEPT.labels(promise).set(state in {State.KEPT, State.NOT_APPLICABLE})
        BROKEN.labels(promise).set(state is State.BROKEN)
    return 0


def _judge(unit: UnitOfWork[Work], promise: str, pace: Pace) -> State:
    with unit.begin() as work:
        return promises.judge_one(work, promise, pace=pace.of_probes)


def anchor_proofs(unit: UnitOfWork[Work], anchors: Anchors) -> int:
    """Write down where the chain stands, unless it is another than it was: nothing may cover that up."""
    try:
        head = anchors.head()
    except AnchorForged:
        log.exception("the anchor of the chain of findings is not ours")
        return 0
    with unit.begin() as work:
        number, digest = work.proofs.last()
        known = work.proofs.digest_of(head.number) if head else None
    if head is not None and known != head.digest:
        log.error("the chain of findings is not what it was", anchored=head.number, last=number)
        return 0
    if number and (head is None or head.number < number):
        anchors.put(Anchor(number=number, digest=digest, at=unit.clock.now()))
    return 0


def forget_proofs(unit: UnitOfWork[Work]) -> int:
    """Have findings deleted that are past their period; returns how many."""
    with unit.begin() as work:
        return promises.forget_proofs(work)


def promise_jobs(unit: UnitOfWork[Work], pace: Pace, anchors: Anchors | None) -> list[Job]:
    """What the clock asks for."""
    often = timedelta(seconds=max(1, 10 * pace.of_probes))
    jobs = [
        Job(name="judge promises", every=often, run=lambda: judge_promises(unit, pace)),
        Job(name="forget proofs", every=timedelta(minutes=10), run=lambda: forget_proofs(unit), sweep=True),
    ]
    if anchors is not None:
        jobs.append(Job(name="anchor proofs", every=often * 3, run=lambda: anchor_proofs(unit, anchors)))
    return jobs
