"""Everything an engine is told about a job, brought together from rows and store."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from common.errors import NotFound
from common.work import UnitOfWork
from generation import use_cases
from generation.domain import FailureCode, Figurine, StoredPicture, UploadKeys
from generation.ports import PaintingFailed, PaintOrder, PhotoMissing, PhotoStore, PictureStore, Size, Turn
from generation.repository import Work


def keys_of(unit: UnitOfWork[Work], upload_id: UUID) -> UploadKeys:
    """What opens an upload, for whoever reads it outside any transaction."""
    with unit.begin() as work:
        return work.uploads.keys(upload_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering:
    """Where the photo, the words and the earlier pictures of a job lie."""

    unit: UnitOfWork[Work]
    photos: PhotoStore
    pictures: PictureStore
    catalogue: use_cases.Catalogue

    def order(self, claim: Figurine) -> PaintOrder:
        """The whole order. Raises PhotoMissing, PaintingFailed, and Unavailable while the store is away."""
        if claim.upload_id is None:
            raise PhotoMissing
        keys = keys_of(self.unit, claim.upload_id)
        if not claim.goes_on:
            photo = self.photos.read(claim.upload_id, owner=claim.user_id, keys=keys)
            return use_cases.paint_order(claim, photo, catalogue=self.catalogue)
        words = self.photos.read_words(claim.upload_id, owner=claim.user_id, keys=keys)
        with self.unit.begin() as work:
            earlier = work.pictures.history(claim)
        turns = self._turns(claim, earlier)
        if not turns:
            raise PaintingFailed(FailureCode.PARENT_MISSING)
        return use_cases.paint_order(claim, words, history=turns, catalogue=self.catalogue)

    def _turns(self, claim: Figurine, earlier: Sequence[StoredPicture]) -> list[Turn]:
        """The latest pictures in a row that are all still there, in the order they were made."""
        turns: list[Turn] = []
        for picture in reversed(earlier):
            try:
                turns.insert(0, self._turn(claim, picture))
            except NotFound:
                break  # its owner is just deleting it
        return turns

    def _turn(self, claim: Figurine, picture: StoredPicture) -> Turn:
        opened = self.pictures.open(picture.prefix, Size.ORIGINAL, owner=claim.user_id)
        try:
            image = b"".join(opened)
        finally:
            opened.close()
        return Turn(
            image=image,
            media_type=picture.original_type or picture.media_type,
            memo=self.pictures.read_memo(picture.prefix, owner=claim.user_id),
        )
