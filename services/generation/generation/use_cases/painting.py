"""Painting: a renderer claims a job, keeps it, delivers, or fails."""

from collections.abc import Sequence
from datetime import timedelta

from common.contracts.generation import (
    FigurineGenerated,
    FigurineStarted,
    PictureSize,
)
from generation.domain import (
    STORE_PAUSE,
    FailureCode,
    Figurine,
    State,
    StoredPicture,
    after_failure,
    compose,
    outcome,
)
from generation.ports import PaintingFailed, PaintOrder, Photo
from generation.repository import Work
from generation.repository.attempts import DELIVERED
from generation.use_cases.endings import end
from generation.use_cases.orders import Catalogue


def claim_job(work: Work, *, lease: timedelta) -> Figurine | None:
    """Take the next job and say that painting begins."""
    figurine = work.jobs.claim(lease=lease)
    if figurine is None:
        return None
    work.attempts.start(figurine)
    work.outbox.add(FigurineStarted(figurine_id=figurine.id, user_id=figurine.user_id, attempt=figurine.attempt))
    return figurine


def paint_order(claim: Figurine, photo: Photo, *, catalogue: Catalogue) -> PaintOrder:
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
        prompt=compose(style, options, title=photo.title, note=photo.note, aspect_ratio=claim.aspect_ratio),
    )


def deliver(work: Work, claim: Figurine, pictures: Sequence[StoredPicture], *, engine: str, rendering_ms: int) -> bool:
    """The pictures are stored: the job ends well, the photo may go. False when the claim was lost."""
    figurine = _still_claimed(work, claim)
    if figurine is None:
        return False
    work.pictures.add(figurine.id, pictures)
    work.attempts.end(figurine, DELIVERED, rendering_ms=rendering_ms)
    work.jobs.end(figurine, outcome(figurine.variants, len(pictures)), engine=engine)
    work.uploads.dismiss(figurine.id, "generated")
    work.wake_deletion()
    work.outbox.add(
        FigurineGenerated(
            figurine_id=figurine.id,
            user_id=figurine.user_id,
            style=figurine.style,
            engine=engine,
            requested=figurine.variants,
            pictures=tuple(PictureSize(n=p.n, width=p.width, height=p.height) for p in pictures),
            requested_at=figurine.requested_at,
            generated_at=work.clock.now(),
            rendering_ms=rendering_ms,
        )
    )
    return True


def fail_attempt(work: Work, claim: Figurine, code: FailureCode) -> None:
    """An attempt gave no picture: try again later, or end the job."""
    figurine = _still_claimed(work, claim)
    if figurine is None:
        return
    work.attempts.end(figurine, code)
    if after_failure(code, figurine.failures) is State.QUEUED:
        pause = timedelta(seconds=2 ** (figurine.failures + 1))
        work.jobs.queue(figurine, not_before=work.clock.now() + pause, failed=True)
    else:
        end(work, figurine, State.FAILED, code)


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
        work.attempts.end(figurine, "lease_expired")
        if after_failure(FailureCode.ENGINE_TIMEOUT, figurine.failures) is State.QUEUED:
            work.jobs.queue(figurine, failed=True)
            work.wake_renderers()
        else:
            end(work, figurine, State.FAILED, FailureCode.ENGINE_TIMEOUT)
    return len(expired)


def _still_claimed(work: Work, claim: Figurine) -> Figurine | None:
    figurine = work.jobs.find(claim.id)
    if figurine is None or figurine.state is not State.RENDERING or figurine.attempt != claim.attempt:
        return None
    return figurine
