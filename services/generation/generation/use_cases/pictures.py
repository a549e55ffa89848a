"""What a person may look at: her pictures."""

from uuid import UUID

from generation.domain import NoSuchFigurine, NoSuchPicture, StoredPicture
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
    if figurine is None or figurine.user_id != user_id or figurine.deleted:
        raise NoSuchFigurine
    return work.pictures.of(figurine_id)
