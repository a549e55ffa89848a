"""Painting: a renderer claims a job, keeps it, delivers, or fails."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from common.contracts.generation import (
    FigurineGenerated,
    FigurineStarted,
    PartnerDisclosed,
    PictureSize,
)
from common.tracing import continued
from generation.domain import (
    PARTNERS,
    STORE_PAUSE,
    UNKNOWN_PAUSE,
    FailureCode,
    Figurine,
    Limits,
    Painters,
    State,
    StoredPicture,
    after_failure,
    after_unknown,
    compose,
    outcome,
    pause_after,
    told,
)
from generation.ports import PaintingFailed, PaintOrder, Photo, Turn
from generation.repository import Work
from generation.repository.attempts import CONSENT_WITHDRAWN, DELIVERED, UNKNOWN
from generation.use_cases.endings import ENDED, end, words_on_counting
from generation.use_cases.orders import Catalogue
from generation.use_cases.queueing import assign_engines


def claim_job(work: Work, *, lease: timedelta, painters: Painters, engines: Iterable[str]) -> Figurine | None:
    """Take the job whose turn it is before one of these engines, and say that painting begins."""
    work.queue.enter()
    assign_engines(work, painters)
    figurine = next((claim for engine in engines if (claim := _claim(work, engine, lease, painters.limits))), None)
    if figurine is None:
        return None
    work.attempts.start(figurine)
    started = FigurineStarted(
        figurine_id=figurine.id, user_id=figurine.user_id, attempt=figurine.attempt, engine=figurine.engine or ""
    )
    with continued(work.jobs.traceparent(figurine.id), "claim"):
        work.outbox.add(started)
    return figurine


def paint_order(claim: Figurine, photo: Photo, *, history: Sequence[Turn] = (), catalogue: Catalogue) -> PaintOrder:
    """What an engine gets to know; raises PaintingFailed for a style that has left the catalogue."""
    style = catalogue.get(claim.style)
    if style is None:
        raise PaintingFailed(FailureCode.REFUSED_BY_ENGINE, f"no style {claim.style!r} any more")
    options = style.settled(claim.options)
    return PaintOrder(
        figurine_id=claim.id,
        style=style.id,
        photo=photo.jpeg,
        title=photo.title,
        note=photo.note,
        variants=claim.variants,
        aspect_ratio=claim.aspect_ratio,
        seed=claim.seed,
        options=options,
        prompt=compose(
            style,
            options,
            title=photo.title,
            note=photo.note,
            aspect_ratio=claim.aspect_ratio,
            goes_on=claim.goes_on,
        ),
        history=history,
    )


def disclose(work: Work, claim: Figurine, *, painters: Painters) -> bool:
    """Record what a partner is about to be told, and on which terms; False when nothing may be told (any more).

    Whoever has withdrawn her consent since the claim finds her job back in the queue, where it costs her nothing.
    """
    partner = PARTNERS.get(claim.engine or "")
    if partner is None:
        return True
    figurine = _still_claimed(work, claim)
    if figurine is None:
        return False
    if not work.consents.given(figurine.user_id, partner.consent):
        work.attempts.end(figurine, CONSENT_WITHDRAWN)
        work.jobs.queue(figurine)
        work.wake_renderers()
        return False
    if figurine.goes_on and not work.pictures.history(figurine):
        # Deleted since its picture was read: it is not to be shown to anybody any more.
        end(work, figurine, State.FAILED, FailureCode.PARENT_MISSING)
        return False
    now = work.clock.now()
    disclosure_id = work.disclosures.add(figurine, partner, at=now)
    work.outbox.add(
        PartnerDisclosed(
            figurine_id=figurine.id,
            user_id=figurine.user_id,
            partner=partner.name,
            kind=told(partner, goes_on=figurine.goes_on),
            purpose=partner.purpose,
            disclosed_at=now,
            disclosure_id=disclosure_id,
            tier=painters.tiers.get(claim.engine or "", ""),
            expires_at=None if partner.keeps is None else now + partner.keeps,
        )
    )
    return True


def deliver(work: Work, claim: Figurine, pictures: Sequence[StoredPicture], *, engine: str, rendering_ms: int) -> bool:
    """The pictures are stored: the job ends well, the photo may go. False when the claim was lost."""
    figurine = _still_claimed(work, claim)
    if figurine is None:
        return False
    work.pictures.add(figurine.id, pictures)
    work.attempts.end(figurine, DELIVERED, rendering_ms=rendering_ms)
    ended = outcome(figurine.variants, len(pictures))
    work.jobs.end(figurine, ended, engine=engine)
    ENDED.labels(ended, "").inc()
    work.uploads.dismiss(figurine.id, "generated")
    work.wake_deletion()
    work.outbox.add(
        FigurineGenerated(
            figurine_id=figurine.id,
            user_id=figurine.user_id,
            style=figurine.style,
            engine=engine,
            requested=figurine.variants,
            pictures=tuple(PictureSize(n=p.n, width=p.width, height=p.height, editable=p.memo) for p in pictures),
            requested_at=figurine.requested_at,
            generated_at=work.clock.now(),
            rendering_ms=rendering_ms,
            words=words_on_counting(work, figurine.user_id),
        )
    )
    return True


def fail_attempt(work: Work, claim: Figurine, code: FailureCode, *, retry_after: timedelta | None = None) -> None:
    """An attempt gave no picture: try again later, or end the job. `retry_after` is what the engine asked for."""
    figurine = _still_claimed(work, claim)
    if figurine is None:
        return
    work.attempts.end(figurine, code)
    if after_failure(code, figurine.failures) is State.QUEUED:
        _try_again(work, figurine, pause_after(figurine.failures, retry_after))
    else:
        end(work, figurine, State.FAILED, code)


def fail_unknown(work: Work, claim: Figurine, *, calls: int) -> None:
    """So many calls to a partner may have been received: one more try, after a pause, and never a third."""
    figurine = _still_claimed(work, claim)
    if figurine is not None:
        _end_unknown(work, figurine, calls=calls)


def note_unknown_calls(work: Work, figurine_id: UUID, calls: int) -> None:
    """Calls without an answer beside others that gave pictures: they cost the person nothing and are counted."""
    work.attempts.note_unknown(figurine_id, calls)


def postpone_attempt(work: Work, claim: Figurine) -> None:
    """The store is away, which is nobody's failure: the job waits for it, until its photo has to go."""
    figurine = _still_claimed(work, claim)
    if figurine is not None:
        work.attempts.end(figurine, "postponed")
        work.jobs.queue(figurine, not_before=work.clock.now() + STORE_PAUSE)


def keep_claim(work: Work, claim: Figurine, *, lease: timedelta) -> bool:
    """The renderer is still at it; False when the job was taken from it."""
    return work.jobs.extend_lease(claim, lease=lease)


def release_expired_leases(work: Work) -> int:
    """Jobs of renderers that went silent go back to the queue, or end after the last attempt."""
    expired = work.jobs.expired_leases()
    for figurine in expired:
        if work.disclosures.made(figurine):
            # It died in the middle of a call, or just before it: nobody knows.
            _end_unknown(work, figurine, calls=1)
            continue
        work.attempts.end(figurine, "lease_expired")
        if after_failure(FailureCode.ENGINE_TIMEOUT, figurine.failures) is State.QUEUED:
            work.jobs.queue(figurine, failed=True)
            work.wake_renderers()
        else:
            end(work, figurine, State.FAILED, FailureCode.ENGINE_TIMEOUT)
    return len(expired)


def _claim(work: Work, engine: str, lease: timedelta, limits: Limits) -> Figurine | None:
    partner_limit = limits.partners.get(engine)
    if partner_limit is not None and work.queue.painting(engine) >= partner_limit:
        return None
    figurine_id = work.queue.next(engine, person_limit=limits.person)
    return None if figurine_id is None else work.jobs.claim(figurine_id, lease=lease)


def _end_unknown(work: Work, figurine: Figurine, *, calls: int) -> None:
    work.attempts.end(figurine, UNKNOWN, unknown_calls=calls)
    if after_unknown(figurine.failures, work.attempts.count_unknown(figurine.id)) is State.QUEUED:
        _try_again(work, figurine, UNKNOWN_PAUSE)
    else:
        end(work, figurine, State.FAILED, FailureCode.ENGINE_TIMEOUT)


def _try_again(work: Work, figurine: Figurine, pause: timedelta) -> None:
    work.jobs.queue(figurine, not_before=work.clock.now() + pause, failed=True)


def _still_claimed(work: Work, claim: Figurine) -> Figurine | None:
    figurine = work.jobs.find(claim.id)
    if figurine is None or figurine.state is not State.RENDERING or figurine.attempt != claim.attempt:
        return None
    return figurine
