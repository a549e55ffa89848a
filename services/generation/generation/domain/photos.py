"""Photos: how long they may stay. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

# Promise K1: whatever becomes of the job, the photo is gone a day after it came.
UPLOAD_LIFETIME = timedelta(hours=24)
# Deletion begins this long before the deadline, so that an outage does not break the promise.
EXPIRY_MARGIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """An uploaded photo that is still held; or, with `words_only`, what was said without one."""

    id: UUID
    figurine_id: UUID
    user_id: UUID
    state: str
    uploaded_at: datetime
    delete_by: datetime
    words_only: bool = False
