"""How long an upload may be held, and what proves that it is gone. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

# Promise K1: no upload outlives this.
LONGEST_HOLD = timedelta(hours=24)

# How far back a person is shown what became of her uploads.
PROOFS_SHOWN = timedelta(days=30)


def deadline(*, uploaded_at: datetime, delete_by: datetime) -> datetime:
    """When an upload must be gone: 24 hours after it arrived, or sooner if its owner was told so.

    Promise K1 counts from the end of the figurine, or from arrival if there is none. Nothing
    ends before it arrives, so the clock that starts at arrival keeps all of its clauses.
    """
    return min(delete_by, uploaded_at + LONGEST_HOLD)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionClock:
    """One upload: since when it is held, until when it may be, and when it went."""

    upload_id: UUID
    user_id: UUID
    uploaded_at: datetime
    due_at: datetime
    deleted_at: datetime | None

    def kept_by(self, deleted_at: datetime) -> bool:
        """Whether a deletion at this moment keeps the promise."""
        return deleted_at <= self.due_at

    def held(self, until: datetime) -> timedelta:
        """How long the upload was held; never negative, whatever the clocks of two machines say."""
        return max(until - self.uploaded_at, timedelta(0))


Fact = Mapping[str, str | int]


def deletion(clock: RetentionClock, *, deleted_at: datetime, reason: str) -> Fact:
    """What is filed when an upload is gone."""
    return {
        "uploaded_at": clock.uploaded_at.isoformat(),
        "due_at": clock.due_at.isoformat(),
        "deleted_at": deleted_at.isoformat(),
        "held_seconds": _seconds(clock.held(deleted_at)),
        "reason": reason,
    }


def removal(*, saved_at: datetime, deleted_at: datetime) -> Fact:
    """What is filed when a photo that was saved is gone: it had no deadline but its owner's wish."""
    return {
        "uploaded_at": saved_at.isoformat(),
        "deleted_at": deleted_at.isoformat(),
        "held_seconds": _seconds(max(deleted_at - saved_at, timedelta(0))),
        "reason": "owner",
    }


def delay(clock: RetentionClock, *, noticed_at: datetime) -> Fact:
    """What is filed when an upload is still held after its deadline."""
    return {
        "uploaded_at": clock.uploaded_at.isoformat(),
        "due_at": clock.due_at.isoformat(),
        "noticed_at": noticed_at.isoformat(),
        "late_seconds": _seconds(noticed_at - clock.due_at),
    }


def delay_sentence(clock: RetentionClock, *, noticed_at: datetime) -> str:
    """What operators read about it: ids, and how late."""
    late = _seconds(noticed_at - clock.due_at)
    return f"upload {clock.upload_id} has no proof of deletion {late} s after its deadline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """That an upload is gone: how long it was held, and why it went."""

    id: UUID
    upload_id: UUID
    uploaded_at: datetime
    ended_at: datetime | None  # when its figurine was generated, or failed
    deleted_at: datetime
    held_seconds: int
    reason: str
    kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How promise K1 stands: uploads held, those past their deadline, and the age of the oldest."""

    open: int
    overdue: int
    oldest_seconds: int
    last_deletion_at: datetime | None


def _seconds(duration: timedelta) -> int:
    return int(duration.total_seconds())
