"""Delivered pictures. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from common.errors import NotFound
from generation.domain.provenance import Origin


class NoSuchPicture(NotFound):
    """There is no such picture, or it is not yours."""


class Format(StrEnum):
    """The kinds of file a picture comes as."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"

    @property
    def media_type(self) -> str:
        """Its name on the wire."""
        return f"image/{self}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPicture:
    """A picture of a figurine, sealed in the store in its sizes under one prefix.

    `original_type` is the media type of the engine's own bytes, where they are kept besides. Pictures from before
    provenance was recorded have no `signed_at`. `memo`: its engine can go on from it, and what it needs lies beside it.
    """

    n: int
    prefix: str
    media_type: str
    width: int
    height: int
    engine: str | None = None
    model: str | None = None
    source_type: str | None = None
    signed_at: datetime | None = None
    original_type: str | None = None
    memo: bool = False

    def origin(self, figurine_id: UUID) -> Origin:
        """Where it comes from."""
        return Origin(
            figurine_id=figurine_id, engine=self.engine or "unknown", model=self.model, painted_at=self.signed_at
        )
