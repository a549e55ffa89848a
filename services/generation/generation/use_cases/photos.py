"""Photos: under their owners' keys as they come, gone when they are no longer needed, and by their deadline anyway."""

import base64
import binascii
from contextlib import suppress
from uuid import UUID

import structlog

from common.contracts.generation import (
    ImageDeleted,
)
from common.sealing import Unsealable
from generation.domain import (
    EXPIRY_MARGIN,
    FailureCode,
    State,
    Upload,
    UploadKeys,
)
from generation.repository import Work
from generation.use_cases.endings import end

log = structlog.get_logger(__name__)


def own_keys(work: Work, user_id: UUID, *, words: str, photo: str = "") -> UploadKeys:
    """The data keys that came with an order, in base64 and under the gateway's keyring, under their owner's key."""
    return UploadKeys(photo=_own_key(work, user_id, photo), words=_own_key(work, user_id, words))


def _own_key(work: Work, user_id: UUID, wrapped: str) -> bytes | None:
    if not wrapped:
        return None  # An older gateway has put it beside the object.
    with suppress(Unsealable, binascii.Error):
        return work.upload_seals.rewrap(base64.b64decode(wrapped, validate=True), owner=user_id)
    # Told again it would open no better. The order ends as one whose photo is missing, which costs nothing.
    log.error("the key of an upload that does not open: has the upload keyring been rotated in two steps?")
    return None


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
