"""Photos: gone when they are no longer needed, and by their deadline in any case."""

from common.contracts.generation import (
    ImageDeleted,
)
from generation.domain import (
    EXPIRY_MARGIN,
    FailureCode,
    State,
    Upload,
)
from generation.repository import Work
from generation.use_cases.endings import end


def expire_uploads(work: Work) -> int:
    """Promise K1: a photo goes before its deadline, whatever became of its job."""
    due = work.uploads.due(before=work.clock.now() + EXPIRY_MARGIN, limit=100)
    for upload in due:
        # The job's row first, as everywhere: a delivery that is just being written is waited for.
        figurine = work.jobs.find(upload.figurine_id)
        if figurine and figurine.may_become(State.FAILED):
            code = FailureCode.ENGINE_UNAVAILABLE if upload.words_only else FailureCode.PHOTO_MISSING
            end(work, figurine, State.FAILED, code)
        work.uploads.dismiss(upload.figurine_id, "expired")
        work.wake_deletion()
    return len(due)


def record_deletion(work: Work, upload: Upload) -> None:
    """The photo is gone from the store: say so, once. Of words alone nobody has heard."""
    reason = work.uploads.mark_deleted(upload.id)
    if reason is not None and not upload.words_only:
        work.outbox.add(
            ImageDeleted(
                upload_id=upload.id,
                figurine_id=upload.figurine_id,
                user_id=upload.user_id,
                reason=reason,
                deleted_at=work.clock.now(),
            )
        )
