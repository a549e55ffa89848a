"""The album: photos are copied into it from their uploads, and destroyed when their owners say so."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import islice

import structlog

from common.service import Job
from common.work import UnitOfWork
from generation import use_cases
from generation.domain import AskedPhoto
from generation.jobs.gathering import keys_of
from generation.jobs.rounds import one_of_many
from generation.ports import Develop, PhotoMissing, PhotoStore, PictureBroken, Print, SavedPhotoStore
from generation.repository import DELETE_CHANNEL, SAVE_CHANNEL, Work

log = structlog.get_logger(__name__)

# Every copy has its row before it is stored, so that only what a slow copier left behind is ever a stray.
STRAY_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Album:
    """Where saved photos are kept."""

    unit: UnitOfWork[Work]
    uploads: PhotoStore
    store: SavedPhotoStore
    develop: Develop

    def save_photos(self) -> int:
        """Copy the photos that are to be saved, each before its upload goes."""
        with self.unit.begin() as work:
            asked = work.saved_photos.claim_asked(limit=20)
        for photo in asked:
            one_of_many(partial(self._save, photo), saved_id=photo.id)
        return len(asked)

    def delete_photos(self) -> int:
        """Destroy the photos their owners deleted, and say so."""
        with self.unit.begin() as work:
            leaving = work.saved_photos.claim_leaving(limit=20)
        for photo in leaving:
            one_of_many(partial(self._destroy, photo), saved_id=photo.id)
        return len(leaving)

    def sweep_strays(self) -> int:
        """Destroy copies that no row names: somebody deleted the row while a slow copier was storing them."""
        before = self.unit.clock.now() - STRAY_AFTER
        stored = self.store.stored(older_than=before)
        while some := set(islice(stored, 500)):
            with self.unit.begin() as work:
                known = work.saved_photos.known(some)
            for photo_id in some - known:
                if one_of_many(partial(self.store.delete, photo_id), saved_id=photo_id):
                    log.warning("stray photo deleted", saved_id=str(photo_id))
        return 0

    def _save(self, asked: AskedPhoto) -> None:
        keys = keys_of(self.unit, asked.upload_id)
        try:
            jpeg = self.uploads.read(asked.upload_id, owner=asked.user_id, keys=keys).jpeg
            made = self.develop(jpeg)
        except (PhotoMissing, PictureBroken) as nothing:
            log.warning("not saved", saved_id=str(asked.id), why=type(nothing).__name__)
            self._drop(asked)
            return
        if self._is_there_already(asked, jpeg, made):
            self._drop(asked)
            return
        self.store.put(asked.id, jpeg, made.thumb, owner=asked.user_id)
        with self.unit.begin() as work:
            wanted = use_cases.keep_photo(work, asked, made)
        if not wanted:
            self.store.delete(asked.id)

    def _is_there_already(self, asked: AskedPhoto, jpeg: bytes, made: Print) -> bool:
        """Whether she has saved this very photo before, byte for byte; no digest of it is kept to tell."""
        with self.unit.begin() as work:
            alike = [
                photo.id
                for photo in work.saved_photos.of(asked.user_id)
                if (photo.width, photo.height, photo.bytes) == (made.width, made.height, made.length)
            ]
        return any(self.store.read(photo_id, owner=asked.user_id) == jpeg for photo_id in alike)

    def _drop(self, asked: AskedPhoto) -> None:
        with self.unit.begin() as work:
            use_cases.drop_photo(work, asked)

    def _destroy(self, photo: AskedPhoto) -> None:
        self.store.delete(photo.id)
        with self.unit.begin() as work:
            use_cases.record_photo_gone(work, photo)


def album_jobs(album: Album) -> list[Job]:
    """What the clock asks of the album."""
    often = timedelta(seconds=5)
    return [
        Job(name="save photos", every=often, run=album.save_photos, channel=SAVE_CHANNEL),
        Job(name="delete saved photos", every=often, run=album.delete_photos, channel=DELETE_CHANNEL),
        Job(name="sweep stray photos", every=timedelta(hours=1), run=album.sweep_strays, sweep=True),
    ]
