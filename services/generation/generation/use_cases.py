"""What generation does: one function per intent, inside the caller's unit of work."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from common.contracts.billing import CreditsHeld, CreditsRefused
from common.contracts.gateway import ImageUploaded
from common.contracts.generation import (
    FigurineFailed,
    FigurineGenerated,
    FigurineRequested,
    FigurineStarted,
    ImageDeleted,
    PictureSize,
)
from common.errors import NotYet
from generation.domain import (
    EXPIRY_MARGIN,
    STORE_PAUSE,
    AlreadyEnded,
    FailureCode,
    Figurine,
    NoSuchFigurine,
    NoSuchPicture,
    QueuePlace,
    State,
    StoredPicture,
    Style,
    Upload,
    after_failure,
    outcome,
    waiting_time,
)
from generation.repository import Work
from generation.repository.attempts import DELIVERED

Catalogue = Mapping[str, Style]


def accept_order(work: Work, event: ImageUploaded, *, catalogue: Catalogue) -> None:
    """A photo has come with an order: price it and ask for its credits."""
    work.uploads.add(
        event.upload_id,
        event.figurine_id,
        event.user_id,
        uploaded_at=event.uploaded_at,
        delete_by=event.delete_by,
    )
    style = catalogue.get(event.style)
    figurine = _priced(event, style)
    if not work.jobs.add(figurine):
        _drop_photo_of_cancelled_order(work, event)
    elif style is None:
        _end(work, figurine, State.FAILED, FailureCode.REFUSED_BY_ENGINE)
    else:
        work.outbox.add(
            FigurineRequested(
                figurine_id=figurine.id,
                user_id=figurine.user_id,
                unit_price=figurine.unit_price,
                variants=figurine.variants,
            )
        )


def queue_job(work: Work, event: CreditsHeld) -> None:
    """The credits are set aside: the job may be painted."""
    figurine = work.jobs.find(event.figurine_id)
    if figurine is None:
        raise NotYet
    if figurine.state is State.PRICED:
        work.jobs.queue(figurine)
        work.wake_renderers()


def reject_job(work: Work, event: CreditsRefused) -> None:
    """There are not enough credits: the order ends here and costs nothing."""
    figurine = work.jobs.find(event.figurine_id)
    if figurine is None:
        raise NotYet
    if figurine.may_become(State.REJECTED):
        _end(work, figurine, State.REJECTED, FailureCode.INSUFFICIENT_CREDITS)


def cancel_figurine(work: Work, user_id: UUID, figurine_id: UUID) -> State:
    """End a job at its owner's wish. A cancellation may overtake the order it cancels."""
    figurine = work.jobs.find(figurine_id)
    if figurine is None:
        figurine = _cancelled_before_arrival(work, user_id, figurine_id)
    if figurine.user_id != user_id:
        raise NoSuchFigurine
    if figurine.state is State.CANCELLED:
        return figurine.state
    if not figurine.may_become(State.CANCELLED):
        raise AlreadyEnded
    _end(work, figurine, State.CANCELLED, FailureCode.CANCELLED)
    return State.CANCELLED


def claim_job(work: Work, *, lease: timedelta) -> Figurine | None:
    """Take the next job and say that painting begins."""
    figurine = work.jobs.claim(lease=lease)
    if figurine is None:
        return None
    work.attempts.start(figurine)
    work.outbox.add(FigurineStarted(figurine_id=figurine.id, user_id=figurine.user_id, attempt=figurine.attempt))
    return figurine


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
        _end(work, figurine, State.FAILED, code)


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
            _end(work, figurine, State.FAILED, FailureCode.ENGINE_TIMEOUT)
    return len(expired)


def expire_uploads(work: Work) -> int:
    """Promise K1: a photo goes before its deadline, whatever became of its job."""
    due = work.uploads.due(before=work.clock.now() + EXPIRY_MARGIN, limit=100)
    for upload in due:
        # The job's row first, as everywhere: a delivery that is just being written is waited for.
        figurine = work.jobs.find(upload.figurine_id)
        if figurine and figurine.may_become(State.FAILED):
            _end(work, figurine, State.FAILED, FailureCode.PHOTO_MISSING)
        work.uploads.dismiss(upload.figurine_id, "expired")
        work.wake_deletion()
    return len(due)


def record_deletion(work: Work, upload: Upload) -> None:
    """The photo is gone from the store: say so, once."""
    reason = work.uploads.mark_deleted(upload.id)
    if reason is not None:
        work.outbox.add(
            ImageDeleted(
                upload_id=upload.id,
                figurine_id=upload.figurine_id,
                user_id=upload.user_id,
                reason=reason,
                deleted_at=work.clock.now(),
            )
        )


def find_picture(work: Work, user_id: UUID, figurine_id: UUID, n: int) -> StoredPicture:
    """One of the person's own pictures; raises NoSuchPicture."""
    picture = work.pictures.find(figurine_id, n, owner=user_id)
    if picture is None:
        raise NoSuchPicture
    return picture


def queue_place(work: Work, user_id: UUID, figurine_id: UUID, *, renderers: int) -> QueuePlace | None:
    """Where the person's job stands and about how long it will take; None when it does not wait."""
    figurine = work.jobs.find(figurine_id)
    if figurine is None or figurine.user_id != user_id:
        raise NoSuchFigurine
    place = work.jobs.place(figurine_id)
    if place is None:
        return None
    estimate = waiting_time(place, work.attempts.recent_durations(), renderers)
    return QueuePlace(place=place, estimate_seconds=estimate)


def _priced(event: ImageUploaded, style: Style | None) -> Figurine:
    return Figurine(
        id=event.figurine_id,
        user_id=event.user_id,
        upload_id=event.upload_id,
        style=event.style,
        variants=event.variants,
        aspect_ratio=event.aspect_ratio,
        seed=event.seed,
        unit_price=_agreed_price(event, style),
        state=State.PRICED,
        attempt=0,
        failures=0,
        requested_at=event.uploaded_at,
    )


def _agreed_price(event: ImageUploaded, style: Style | None) -> int:
    """What the person was shown; the catalogue's price for orders that do not say."""
    if event.unit_price is not None:
        return event.unit_price
    return style.price if style else 0


def _drop_photo_of_cancelled_order(work: Work, event: ImageUploaded) -> None:
    figurine = work.jobs.find(event.figurine_id)
    if figurine and figurine.state is State.CANCELLED:
        work.uploads.dismiss(event.figurine_id, FailureCode.CANCELLED)
        work.wake_deletion()


def _cancelled_before_arrival(work: Work, user_id: UUID, figurine_id: UUID) -> Figurine:
    """A row that the late order will find, as if it had been priced and not yet cancelled."""
    figurine = Figurine(
        id=figurine_id,
        user_id=user_id,
        upload_id=None,
        style="",
        variants=0,
        aspect_ratio="",
        seed=0,
        unit_price=0,
        state=State.PRICED,
        attempt=0,
        failures=0,
        requested_at=work.clock.now(),
    )
    work.jobs.add(figurine)
    return work.jobs.find(figurine_id) or figurine


def _still_claimed(work: Work, claim: Figurine) -> Figurine | None:
    figurine = work.jobs.find(claim.id)
    if figurine is None or figurine.state is not State.RENDERING or figurine.attempt != claim.attempt:
        return None
    return figurine


def _end(work: Work, figurine: Figurine, state: State, code: FailureCode) -> None:
    """Every unhappy end: no charge, no photo kept, and everybody is told why."""
    if figurine.state is State.RENDERING:
        work.attempts.end(figurine, code)
    work.jobs.end(figurine, state, code=code)
    work.uploads.dismiss(figurine.id, code)
    work.wake_deletion()
    work.outbox.add(
        FigurineFailed(
            figurine_id=figurine.id,
            user_id=figurine.user_id,
            style=figurine.style,
            code=code,
            failed_at=work.clock.now(),
        )
    )
