"""What generation publishes."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from common.contracts.base import Event
from common.contracts.words import Word


class PictureSize(BaseModel):
    """The size of one picture, in pixels; pictures count from 1."""

    model_config = ConfigDict(frozen=True)

    n: int
    width: int
    height: int
    # Whether a version can be made of it without the photo.
    editable: bool = False


class FigurineRequested(Event):
    """A figurine has a price and asks for its credits."""

    type: ClassVar[str] = "figurine.requested"

    figurine_id: UUID
    user_id: UUID
    unit_price: int
    variants: int


class FigurineStarted(Event):
    """An engine has begun to paint."""

    type: ClassVar[str] = "figurine.started"

    figurine_id: UUID
    user_id: UUID
    attempt: int
    engine: str = ""


class FigurineGenerated(Event):
    """Pictures are stored; each of them, and nothing else, is charged."""

    type: ClassVar[str] = "figurine.generated"

    figurine_id: UUID
    user_id: UUID
    style: str
    engine: str
    requested: int
    pictures: tuple[PictureSize, ...]
    requested_at: datetime
    generated_at: datetime
    rendering_ms: int
    # What the person last said about being counted; it may be newer than the news of it.
    words: dict[str, Word] = Field(default_factory=dict[str, Word])


class FigurineFailed(Event):
    """There will be no picture; `code` is the public reason. It costs nothing."""

    type: ClassVar[str] = "figurine.failed"

    figurine_id: UUID
    user_id: UUID
    style: str
    code: str
    failed_at: datetime
    # As in `figurine.generated`.
    words: dict[str, Word] = Field(default_factory=dict[str, Word])


class FigurineRated(Event):
    """Its owner said how well a figurine turned out, or says something else now; what she wrote stays here.

    Told only of people who agreed that their ratings are looked at; `words` says so.
    """

    type: ClassVar[str] = "figurine.rated"

    figurine_id: UUID
    user_id: UUID
    style: str
    engine: str
    # One to five; 0 once there is no rating any more.
    stars: int
    # When she said it; the later word counts.
    rated_at: datetime
    # What she last said about being counted and about her ratings; it may be newer than the news of it.
    words: dict[str, Word] = Field(default_factory=dict[str, Word])


class FigurineDeleted(Event):
    """A figurine and its pictures are gone."""

    type: ClassVar[str] = "figurine.deleted"

    figurine_id: UUID
    user_id: UUID


class ImageDeleted(Event):
    """An uploaded photo is gone from the store."""

    type: ClassVar[str] = "image.deleted"

    upload_id: UUID
    figurine_id: UUID
    user_id: UUID
    reason: str
    deleted_at: datetime


class SavedPhotoDeleted(Event):
    """A photo that was saved is gone from the store, because its owner deleted it."""

    type: ClassVar[str] = "saved_photo.deleted"

    saved_id: UUID
    user_id: UUID
    saved_at: datetime
    deleted_at: datetime


class PartnerDisclosed(Event):
    """A partner was given something for the task at hand, or may have been: a call without an answer counts.

    Whoever made the call says so: billing and the gateway, too.
    """

    type: ClassVar[str] = "partner.disclosed"

    user_id: UUID
    partner: str
    kind: str
    purpose: str
    disclosed_at: datetime
    # What it was given away for; a mail or a payment is for no figurine.
    figurine_id: UUID | None = None
    # The call; without one, a figurine, partner, kind and moment are one disclosure.
    disclosure_id: UUID | None = None
    # On which terms, as in `paid`; and when the partner has to be rid of it, where its terms say so.
    tier: str = ""
    expires_at: datetime | None = None


EVENTS: tuple[type[Event], ...] = (
    FigurineRequested,
    FigurineStarted,
    FigurineGenerated,
    FigurineFailed,
    FigurineRated,
    FigurineDeleted,
    ImageDeleted,
    SavedPhotoDeleted,
    PartnerDisclosed,
)
