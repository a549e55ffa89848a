"""Saved photos: kept because their owner said so, gone when she says so."""

from uuid import UUID

from common.contracts.generation import SavedPhotoDeleted
from generation.domain import AskedPhoto, NoSuchPhoto, SavedPhoto
from generation.ports import Print
from generation.repository import Work


def keep_photo(work: Work, asked: AskedPhoto, made: Print) -> bool:
    """The copy lies in the store; False when nobody wants it any more, and it has to go again."""
    if work.saved_photos.keep(asked.id, width=made.width, height=made.height, length=made.length):
        # Its upload may have waited for this.
        work.wake_deletion()
        return True
    return work.saved_photos.is_kept(asked.id)


def drop_photo(work: Work, asked: AskedPhoto) -> None:
    """There is nothing to save, or it is saved already: the upload need not wait."""
    if work.saved_photos.drop(asked.id):
        work.wake_deletion()


def find_photo(work: Work, user_id: UUID, photo_id: UUID) -> SavedPhoto:
    """One of the person's saved photos; raises NoSuchPhoto."""
    photo = work.saved_photos.find(photo_id, owner=user_id)
    if photo is None:
        raise NoSuchPhoto
    return photo


def delete_photo(work: Work, user_id: UUID, photo_id: UUID) -> None:
    """Out of everybody's sight at once, destroyed right after. Raises NoSuchPhoto, the second time too."""
    if not work.saved_photos.dismiss(photo_id, owner=user_id):
        raise NoSuchPhoto
    work.wake_deletion()


def record_photo_gone(work: Work, asked: AskedPhoto) -> None:
    """Nothing of a deleted photo is left in the store: say so, once."""
    photo = work.saved_photos.end(asked.id)
    if photo is not None:
        work.outbox.add(
            SavedPhotoDeleted(
                saved_id=photo.id, user_id=photo.user_id, saved_at=photo.saved_at, deleted_at=work.clock.now()
            )
        )
