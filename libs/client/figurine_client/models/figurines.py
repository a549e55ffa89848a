"""Figurines: what was ordered, how far it is, and what came of it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from pydantic import Field

from figurine_client.models.base import Answer


class State(StrEnum):
    """How far a figurine is."""

    RECEIVED = "received"
    PRICED = "priced"
    QUEUED = "queued"
    RENDERING = "rendering"
    SUCCEEDED = "succeeded"
    PARTLY_SUCCEEDED = "partly_succeeded"
    FAILED = "failed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class Reason(StrEnum):
    """Why a figurine is not as good as it might be."""

    LIKENESS_LOST = "likeness_lost"
    WRONG_POSE = "wrong_pose"
    ARTEFACTS = "artefacts"
    CUT_OFF = "cut_off"
    STYLE_NOT_MET = "style_not_met"
    OTHER = "other"


# What a later version of the API adds is a word this client does not know, and no reason to fail.
KnownState: TypeAlias = Annotated[State | str, Field(union_mode="left_to_right")]
KnownReason: TypeAlias = Annotated[Reason | str, Field(union_mode="left_to_right")]
ENDED: frozenset[str] = frozenset(
    {State.SUCCEEDED, State.PARTLY_SUCCEEDED, State.FAILED, State.REJECTED, State.CANCELLED}
)

Size: TypeAlias = Literal["full", "preview", "thumb", "original"]
PictureFormat: TypeAlias = Literal["png", "jpeg", "webp"]
ModelFormat: TypeAlias = Literal["glb", "stl", "3mf"]
Delivery: TypeAlias = Literal["now", "batch"]


class Picture(Answer):
    """One picture, in pixels; they count from 1. `editable`: a version can be made of it without the photo."""

    n: int
    width: int
    height: int
    editable: bool = False


class Failure(Answer):
    """Why there is no picture, and what it cost, in credits: nothing."""

    code: str
    sentence: str
    cost: int = 0


class Queue(Answer):
    """The place in the queue (1 is next), and the seconds until the picture."""

    place: int
    estimate_seconds: int


class Version(Answer):
    """A figurine of the same tree."""

    id: UUID
    parent_id: UUID | None
    picture: int | None
    note: str
    state: KnownState
    created_at: datetime


class Figurine(Answer):
    """A figurine; `price` in credits; `ready_by` is when one that may wait is there at the latest."""

    id: UUID
    upload_id: UUID | None
    parent_id: UUID | None = None
    state: KnownState
    style: str
    title: str
    engine: str | None
    variants: int
    aspect_ratio: str
    options: dict[str, str]
    delivery: str = "now"
    ready_by: datetime | None = None
    price: int
    queue: Queue | None = None
    pictures: tuple[Picture, ...]
    versions: tuple[Version, ...]
    failure: Failure | None
    created_at: datetime
    finished_at: datetime | None
    favourite: bool = False

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in ENDED


class Cancelled(Answer):
    """The state a figurine ended in."""

    id: UUID
    state: KnownState


class Rated(Answer):
    """A rating, as it was taken; stars from 1 to 5."""

    stars: int
    reasons: tuple[KnownReason, ...]
    rated_at: datetime


class Rating(Rated):
    """One's own rating, with one's own words."""

    comment: str


class Shared(Answer):
    """The public link of a figurine."""

    url: str


class Measured(Answer):
    """What was measured on a model: millimetres, cubic centimetres, degrees it may be tipped before it falls."""

    width_mm: float
    depth_mm: float
    height_mm: float
    volume_cm3: float
    min_wall_mm: float
    tipping_degrees: float
    triangles: int
    watertight: bool


class ModelFile(Answer):
    """A file of a model, and its size in bytes."""

    format: str
    url: str
    bytes: int


class ModelFailure(Answer):
    """Why there is no model."""

    code: str
    sentence: str


class Model(Answer):
    """A printable model of one picture; `none` was never asked for. `retry_after` in seconds, while it is made."""

    state: str
    picture: int
    height_mm: int
    report: Measured | None
    files: tuple[ModelFile, ...]
    preview: str | None
    failure: ModelFailure | None
    retry_after: int | None


class Making(Answer):
    """A model is being made; ask again after so many seconds."""

    state: str
    retry_after: int


class PictureProvenance(Answer):
    """Where a picture says it comes from, and whether that can be believed: a sentence for people."""

    n: int
    original: bool
    made_with_ai: bool
    made_at: datetime | None
    engine: str | None
    model: str | None
    digital_source_type: str | None
    sentence: str


class Provenance(Answer):
    """The signed origin of a figurine's pictures."""

    figurine_id: UUID
    authority: str | None = None
    items: tuple[PictureProvenance, ...]
