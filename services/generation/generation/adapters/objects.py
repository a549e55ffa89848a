"""Photos and pictures in the S3 store, sealed for their owners."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import structlog

from common.parts import Shelf
from common.sealing import Sealer, Unsealable
from common.storage import ObjectMissing, ObjectStore, OpenedObject, Resealed, SealedBucket
from generation.domain import ModelPart, UploadKeys
from generation.ports import Photo, PhotoMissing, Size

log = structlog.get_logger(__name__)

UPLOADS = "uploads"
FIGURINES = "figurines"
PHOTOS = "photos"


class S3Photos:
    """The bucket the gateway puts photos into: `<upload id>/photo` and `<upload id>/words`."""

    def __init__(self, store: ObjectStore, sealer: Sealer, *, bucket: str = UPLOADS) -> None:
        """`sealer` opens under their owners' keys; keys an older gateway left beside objects, with its keyring."""
        self._store = store
        self._bucket = bucket
        self._photos = SealedBucket(store, bucket, sealer, "upload.photo")
        self._words = SealedBucket(store, bucket, sealer, "upload.words")

    def read(self, upload_id: UUID, *, owner: UUID, keys: UploadKeys) -> Photo:
        """The photo and its words. Raises PhotoMissing, Unavailable."""
        jpeg = _opened(self._photos, f"{upload_id}/photo", owner, keys.photo)
        return replace(self.read_words(upload_id, owner=owner, keys=keys), jpeg=jpeg)

    def read_words(self, upload_id: UUID, *, owner: UUID, keys: UploadKeys) -> Photo:
        """The words alone. Raises as `read` does."""
        words = json.loads(_opened(self._words, f"{upload_id}/words", owner, keys.words))
        return Photo(jpeg=b"", title=words["title"], note=words["note"])

    def delete(self, upload_id: UUID) -> None:
        """Every version of everything below the upload's prefix, broken uploads included."""
        self._store.abort_uploads(self._bucket, f"{upload_id}/")
        for name in ("photo", "words"):
            self._store.delete(self._bucket, f"{upload_id}/{name}")

    def shelf(self, keys_of: Callable[[UUID], UploadKeys]) -> Shelf:
        """For copies: every object, with the seal and the key it has."""

        def wrapped_key(key: str) -> bytes | None:
            upload_id, _, name = key.partition("/")
            keys = keys_of(UUID(upload_id))
            return keys.words if name == "words" else keys.photo

        def sealed(key: str) -> SealedBucket:
            return self._words if key.endswith("/words") else self._photos

        return Shelf(self._store, self._bucket, sealed, wrapped_key)

    def strays(self, *, older_than: datetime) -> Iterator[UUID]:
        """Uploads that came before that time, each once; also those whose storing broke off and was never ended."""
        yield from _stored(self._store, self._bucket, older_than)
        broken_off = {_id_of(key) for key in self._store.unfinished(self._bucket, started_before=older_than)}
        yield from (each for each in broken_off if each is not None)


def _opened(bucket: SealedBucket, key: str, owner: UUID, wrapped_key: bytes | None) -> bytes:
    try:
        return bucket.read(key, owner=str(owner), wrapped_key=wrapped_key)
    except (ObjectMissing, Unsealable) as error:
        log.warning("an upload that cannot be read", upload_id=key.partition("/")[0], why=type(error).__name__)
        raise PhotoMissing from None


class S3SavedPhotos:
    """The bucket of saved photos: `<photo>/photo` and `<photo>/thumb`, sealed as figurines are."""

    def __init__(self, store: ObjectStore, sealer: Sealer, *, bucket: str = PHOTOS) -> None:
        self._store = store
        self._bucket = bucket
        self._sealed = SealedBucket(store, bucket, sealer, "photo.saved")

    def put(self, photo_id: UUID, jpeg: bytes, thumb: bytes, *, owner: UUID) -> None:
        """Seal and store both. Raises Unavailable."""
        self._sealed.put(f"{photo_id}/thumb", thumb, owner=str(owner))
        self._sealed.put(f"{photo_id}/photo", jpeg, owner=str(owner))

    def read(self, photo_id: UUID, *, owner: UUID, thumb: bool = False) -> bytes:
        """The photo, or the small copy. Raises ObjectMissing, Unavailable, Unsealable."""
        return self._sealed.read(f"{photo_id}/{'thumb' if thumb else 'photo'}", owner=str(owner))

    def delete(self, photo_id: UUID) -> None:
        """Every version of both, broken uploads included."""
        self._store.abort_uploads(self._bucket, f"{photo_id}/")
        for name in ("photo", "thumb"):
            self._store.delete(self._bucket, f"{photo_id}/{name}")

    def reseal(self, id: UUID, *, owner: UUID, settled_before: datetime) -> Resealed:
        """Both under the owner's key. Raises Unavailable."""
        return self._sealed.reseal(f"{id}/", owner=str(owner), settled_before=settled_before)

    def destroy(self, id: UUID) -> None:
        """As `delete`."""
        self.delete(id)

    def shelf(self) -> Shelf:
        """For copies: every object, with the seal it has."""
        return Shelf(self._store, self._bucket, lambda _: self._sealed)

    def stored(self, *, older_than: datetime) -> Iterator[UUID]:
        """What was stored before that time, each once."""
        return _stored(self._store, self._bucket, older_than)


def _stored(store: ObjectStore, bucket: str, older_than: datetime) -> Iterator[UUID]:
    seen: set[UUID] = set()
    for item in store.list(bucket, ""):
        found = _id_of(item.key)
        if found and item.modified_at < older_than and found not in seen:
            seen.add(found)
            yield found


def _id_of(key: str) -> UUID | None:
    """Which photo's part this object is; None for what somebody else left in the bucket."""
    try:
        return UUID(key.partition("/")[0])
    except ValueError:
        log.warning("no photo of ours, left alone")
        return None


class S3Pictures:
    """The bucket of finished pictures: `<figurine>/<attempt>/<n>-<size>`, and `…/<n>-memo` of those to go on from."""

    def __init__(self, store: ObjectStore, sealer: Sealer, *, bucket: str = FIGURINES) -> None:
        self._store = store
        self._bucket = bucket
        self._sealed = SealedBucket(store, bucket, sealer, "figurine.picture")

    def put(self, prefix: str, size: Size, image: bytes, *, owner: UUID) -> None:
        """Seal and store one size."""
        self._sealed.put(f"{prefix}-{size}", image, owner=str(owner))

    def open(self, prefix: str, size: Size, *, owner: UUID, span: tuple[int, int] | None = None) -> OpenedObject:
        """The whole picture, or the bytes of an inclusive span."""
        key = f"{prefix}-{size}"
        if span is None:
            return self._sealed.open(key, owner=str(owner))
        first, last = span
        return self._sealed.open_range(key, owner=str(owner), start=first, length=last - first + 1)

    def length(self, prefix: str, size: Size) -> int:
        """How many plain bytes the picture has."""
        return self._sealed.size(f"{prefix}-{size}")

    def keep_memo(self, prefix: str, memo: bytes, *, owner: UUID) -> None:
        """Seal and store what the engine needs to go on from the picture: no size of it, so that no door serves it."""
        self._sealed.put(f"{prefix}-memo", memo, owner=str(owner))

    def read_memo(self, prefix: str, *, owner: UUID) -> bytes:
        """The memo again. Raises ObjectMissing."""
        return self._sealed.read(f"{prefix}-memo", owner=str(owner))

    def reseal(self, id: UUID, *, owner: UUID, settled_before: datetime) -> Resealed:
        """Everything of a figurine, models and memos included, under the owner's key. Raises Unavailable."""
        return self._sealed.reseal(f"{id}/", owner=str(owner), settled_before=settled_before)

    def destroy(self, id: UUID) -> None:
        """Everything of a figurine."""
        self.sweep(f"{id}/")

    def shelf(self) -> Shelf:
        """For copies: every picture, memo and model, which have one seal."""
        return Shelf(self._store, self._bucket, lambda _: self._sealed)

    def sweep(self, prefix: str) -> int:
        """Destroy everything under the prefix."""
        self._store.abort_uploads(self._bucket, prefix)
        return sum(self._store.delete(self._bucket, item.key) for item in self._store.list(self._bucket, prefix))


class S3Models:
    """Files of models, beside the picture they were made of: `<picture's place>-model-<height>-<attempt>/<part>`.

    Sealed as the pictures are: whoever exports or erases a picture's place finds them without knowing of models.
    """

    def __init__(self, store: ObjectStore, sealer: Sealer, *, bucket: str = FIGURINES) -> None:
        self._store = store
        self._bucket = bucket
        self._sealed = SealedBucket(store, bucket, sealer, "figurine.picture")

    def put_part(self, place: str, part: ModelPart, data: bytes, *, owner: UUID) -> None:
        """Seal and store one file."""
        self._sealed.put(f"{place}/{part}", data, owner=str(owner))

    def open_part(
        self, place: str, part: ModelPart, *, owner: UUID, span: tuple[int, int] | None = None
    ) -> OpenedObject:
        """The whole file, or the bytes of an inclusive span."""
        key = f"{place}/{part}"
        if span is None:
            return self._sealed.open(key, owner=str(owner))
        first, last = span
        return self._sealed.open_range(key, owner=str(owner), start=first, length=last - first + 1)

    def part_length(self, place: str, part: ModelPart) -> int:
        """How many plain bytes the file has."""
        return self._sealed.size(f"{place}/{part}")

    def sweep_parts(self, stem: str, *, keep: str = "") -> int:
        """Destroy the files of every attempt whose place begins with the stem, except those of `keep`."""
        self._store.abort_uploads(self._bucket, stem)
        kept = f"{keep}/" if keep else None
        return sum(
            self._store.delete(self._bucket, item.key)
            for item in self._store.list(self._bucket, stem)
            if kept is None or not item.key.startswith(kept)
        )
