"""The promises: what probes found goes into the chain, and from it follows how each promise stands."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from common.contracts.promises import PROMISES, witness_of
from common.contracts.rights import PromiseBroken, PromiseChecked
from common.erasure.statements import NotSigned, sign, verify
from privacy.domain.promises import (
    DAYS_SHOWN,
    Proof,
    Standing,
    State,
    body_of,
    check_known,
    digest_of,
    judge,
)
from privacy.ports import Pace, ReceiptKeys
from privacy.repository import Work

_MINUTE: Final = timedelta(minutes=1)
# A finding that took longer on its way says nothing about now.
_OLDEST: Final = timedelta(days=1)

_log = structlog.stdlib.get_logger("privacy.promises")


class FindingRefused(Exception):
    """A finding that is not signed by the service it names, or is not one it was asked for: it counts as none."""


def file_finding(work: Work, event: PromiseChecked, *, keys: ReceiptKeys | None, pace: Pace) -> None:
    """A service looked: put what it found into the chain, and judge the promise by it."""
    if keys is None:
        raise FindingRefused(event.service)
    said = _read(event, keys)
    at, now = datetime.fromisoformat(said["at"]), work.clock.now()
    if at < now - _OLDEST:
        _log.warning("a finding came too late to say anything", promise=event.promise, probe=event.probe)
        return
    number, previous = work.proofs.lock_last()
    body = body_of(
        number=number + 1,
        filed_at=now,
        previous=previous,
        statement=event.statement,
        signature=event.signature,
    )
    proof = Proof(
        number=number + 1,
        promise=event.promise,
        probe=event.probe,
        service=event.service,
        state=State(said["state"]),
        # One from a clock that runs ahead must not stay the newest for ever.
        at=min(at, now),
        filed_at=now,
        body=body,
        signature=sign(keys.private, body),
        digest=digest_of(body),
    )
    work.proofs.add(proof)
    work.proofs.note(proof, checked=said["checked"])
    judge_one(work, event.promise, pace=pace.of_probes)


def judge_one(work: Work, promise: str, *, pace: float) -> State:
    """How a promise stands now; that it turned red since it was asked last is told to everybody."""
    known = work.standings.lock(promise)
    now = work.clock.now()
    state, views = judge(promise, work.proofs.seen(promise), now=now, pace=pace)
    before, since, judged_at = known or (None, now, now)
    if state is not before:
        since = now
        # A studio that just began has looked at nothing yet, which is shown, and no news.
        if state in {State.BROKEN, State.STALE} and before is not None:
            standing = Standing(promise=promise, sentence=PROMISES[promise], state=state, since=now, views=views)
            detail = standing.checked if state is State.BROKEN else "Nothing has looked at it for too long."
            work.outbox.add(PromiseBroken(promise=promise, detail=detail, noticed_at=now))
    if known is None or now.replace(second=0, microsecond=0) > judged_at:
        work.standings.count_minute(promise, state)
    if state is not before or now - judged_at >= _MINUTE:
        work.standings.put(promise, state, since=since)
    return state


def read_promises(work: Work, *, pace: float) -> list[Standing]:
    """How every promise stands at this moment, with its last 30 days."""
    now = work.clock.now()
    since, days = work.standings.since(), work.standings.days(since=(now - timedelta(days=DAYS_SHOWN)).date())
    standings: list[Standing] = []
    for promise, sentence in PROMISES.items():
        state, views = judge(promise, work.proofs.seen(promise), now=now, pace=pace)
        standings.append(
            Standing(
                promise=promise,
                sentence=sentence,
                state=state,
                since=since.get(promise),
                views=views,
                days=days.get(promise, ()),
            )
        )
    return standings


def read_proofs_of(work: Work, promise: str, *, before: int | None, limit: int) -> list[Proof]:
    """What was found about one promise, the newest first. Raises NoSuchPromise."""
    return work.proofs.page(check_known(promise), before=before, limit=limit)


def read_chain(work: Work, *, after: int, limit: int) -> Sequence[Proof]:
    """All findings in their order, from the number after that."""
    return work.proofs.chain(after=after, limit=limit)


def forget_proofs(work: Work, *, limit: int = 5000) -> int:
    """Have findings deleted that are past their 90 days; returns how many."""
    return work.proofs.forget(limit=limit)


def _read(event: PromiseChecked, keys: ReceiptKeys) -> Mapping[str, Any]:
    try:
        verify(keys.public[event.service], event.statement, event.signature)
        witness = witness_of(event.promise, event.probe)
    except (KeyError, NotSigned, LookupError):
        raise FindingRefused(event.service) from None
    said = json.loads(event.statement)
    named = (said["promise"], said["probe"], said["service"])
    if named != (event.promise, event.probe, event.service) or event.service not in witness.services:
        raise FindingRefused(event.service)
    return said
