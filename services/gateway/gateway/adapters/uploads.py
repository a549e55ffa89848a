"""Uploaded photos on their way to generation, sealed in the S3 store."""

import json
from uuid import UUID

from common.sealing import Sealer
from common.storage import ObjectStore, SealedBucket
from gateway.domain.photo import UploadKeys

UPLOADS = "uploads"


class S3Uploads:
    """`<upload id>/photo` and `<upload id>/words`; generation reads and destroys them."""

    def __init__(self, store: ObjectStore, sealer: Sealer, *, bucket: str = UPLOADS) -> None:
        self._photos = SealedBucket(store, bucket, sealer, "upload.photo")
        self._words = SealedBucket(store, bucket, sealer, "upload.words")

    def put(self, upload_id: UUID, jpeg: bytes | None, *, title: str, note: str, owner: UUID) -> UploadKeys:
        """Seal and store the words, and the photo if there is one. Raises Unavailable."""
        said = json.dumps({"title": title, "note": note}).encode()
        words = self._words.put_detached(f"{upload_id}/words", said, owner=str(owner))
        if jpeg is None:
            return UploadKeys(words=words)
        return UploadKeys(words=words, photo=self._photos.put_detached(f"{upload_id}/photo", jpeg, owner=str(owner)))

    def delete(self, upload_id: UUID) -> None:
        """Destroy both, every version."""
        self._photos.delete(f"{upload_id}/photo")
        self._words.delete(f"{upload_id}/words")
