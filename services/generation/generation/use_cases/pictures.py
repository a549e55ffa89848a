"""What a person may look at: her pictures, and her place in the queue."""

from uuid import UUID

from generation.domain import (
    NoSuchFigurine,
    NoSuchPicture,
    QueuePlace,
    StoredPicture,
    waiting_time,
)
from generation.repository import Work


def find_picture(work: Work, user_id: UUID, figurine_id: UUID, n: int) -> StoredPicture:
    """One of the person's own pictures; raises NoSuchPicture."""
    picture = work.pictures.find(figurine_id, n, owner=user_id)
    if picture is None:
        raise NoSuchPicture
    return picture


def find_pictures(work: Work, user_id: UUID, figurine_id: UUID) -> list[StoredPicture]:
    """Every picture of the person's own figurine; raises NoSuchFigurine."""
    figurine = work.jobs.find(figurine_id)
    if figurine is None or figurine.user_id != user_id:
        raise NoSuchFigurine
    return work.pictures.of(figurine_id)


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
