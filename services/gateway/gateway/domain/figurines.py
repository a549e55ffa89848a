"""What the gateway shows of a figurine: its own picture of the job. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from common.contracts.allowances import MOST_VARIANTS
from common.contracts.pricing import BATCH, NOW
from common.errors import Invalid, NotFound, Refused

MAX_TITLE: Final = 60
MAX_NOTE: Final = 300
# Invisible, and yet a part of Persian and Indic spelling and of many an emoji.
_JOINERS: Final = "\u200c\u200d"
# Promise K1: gone a day after it came at the latest, whatever becomes of the figurine.
UPLOAD_LIFETIME: Final = timedelta(hours=24)
# What is told of an order that can wait.
BATCH_PROMISED: Final = timedelta(hours=24)
ASPECT_RATIOS: Final = ("1:1", "3:4", "4:3", "4:5", "5:4", "2:3", "3:2", "9:16", "16:9", "21:9")


class NoSuchFigurine(NotFound):
    """There is no such figurine, or it is not yours."""


class NoSuchShare(NotFound):
    """This link leads nowhere: it was taken back, or it was never given out."""


class RangeOutside(Refused):
    """The file ends before the range you asked for."""

    code = "range_not_satisfiable"


class InsufficientCredits(Refused):
    """You do not have enough credits for this figurine. Choose fewer pictures or get more credits."""

    code = "insufficient_credits"


class State(StrEnum):
    """The states of the public contract."""

    RECEIVED = "received"
    PRICED = "priced"
    QUEUED = "queued"
    RENDERING = "rendering"
    SUCCEEDED = "succeeded"
    PARTLY_SUCCEEDED = "partly_succeeded"
    FAILED = "failed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


# News only ever moves a figurine forward; what arrives late is dropped.
RANK: Mapping[State, int] = {
    State.RECEIVED: 0,
    State.PRICED: 1,
    State.QUEUED: 2,
    State.RENDERING: 3,
    State.SUCCEEDED: 4,
    State.PARTLY_SUCCEEDED: 4,
    State.FAILED: 4,
    State.REJECTED: 4,
    State.CANCELLED: 4,
}
TERMINAL: Final = 4

# Failure codes that end in a state of their own.
ENDINGS: Mapping[str, State] = {
    "insufficient_credits": State.REJECTED,
    "plan_needed": State.REJECTED,
    "cancelled": State.CANCELLED,
}

# What a person reads, by the public failure code.
FAILURES: Mapping[str, str] = {
    "refused_by_engine": "The engine declined to paint this photo. Try another photo or another style.",
    "no_picture": "The engine gave no picture for this photo. Try again, or try another photo.",
    "engine_unavailable": "The engine was away. Try again in a few minutes.",
    "engine_timeout": "Painting took too long and was stopped. Try again in a few minutes.",
    "model_retired": "The engine's model has been retired. Try another style.",
    "photo_missing": "The photo was gone before painting began. Upload it again.",
    "cancelled": "You cancelled this figurine.",
    "insufficient_credits": "There were not enough credits for this figurine. Get more credits and try again.",
    "plan_needed": "Your plan ended before this order came in, and it asks for more than is allowed without one.",
    "parent_missing": "The figurine this version comes from was deleted before painting began. It cost nothing.",
    "restricted": "You do not allow what this figurine needs, or have restricted the use of your data. "
    "The privacy page shows both.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A delivered picture, in pixels; pictures count from 1."""

    n: int
    width: int
    height: int
    # Whether a version can be made of it without the photo.
    editable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Figurine:
    """A figurine as its owner sees it."""

    id: UUID
    account_id: UUID
    # None: made without a photo, of a picture.
    upload_id: UUID | None
    state: State
    style: str
    variants: int
    aspect_ratio: str
    title: str
    price: int
    engine: str | None
    pictures: tuple[Picture, ...]
    failure_code: str | None
    created_at: datetime
    finished_at: datetime | None
    favourite: bool = False
    options: Mapping[str, str] = field(default_factory=dict[str, str])
    # Of which picture of which figurine it is a version, in which tree, and what was to be different.
    parent_id: UUID | None = None
    parent_picture: int | None = None
    root_id: UUID | None = None
    note: str = ""
    seed: int | None = None
    delivery: str = NOW

    @property
    def root(self) -> UUID:
        """The id of its tree: that of the figurine it began with."""
        return self.root_id or self.id

    @property
    def ready_by(self) -> datetime | None:
        """When it is there at the latest, for who ordered it for within a day."""
        return self.created_at + BATCH_PROMISED if self.delivery == BATCH else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a person asks for, checked."""

    style: str
    variants: int
    aspect_ratio: str
    title: str
    note: str
    options: Mapping[str, str] = field(default_factory=dict[str, str])
    delivery: str = NOW


def check_words(text: str, *, longest: int, what: str) -> str:
    """A person's own words: one line of printable text; raises Invalid."""
    line = " ".join(text.split()).strip(_JOINERS + " ")
    if len(line) > longest:
        raise Invalid(f"The {what} may have at most {longest} characters.")
    if any(not character.isprintable() and character not in _JOINERS for character in line):
        raise Invalid(f"The {what} holds characters that cannot be printed. Remove them and try again.")
    return line


def check_order(
    *,
    style: str,
    variants: int,
    aspect_ratio: str,
    title: str,
    note: str,
    options: Mapping[str, str] | None = None,
    delivery: str = NOW,
) -> Order:
    """An order within the rules; raises Invalid with the sentence that helps."""
    if not 1 <= variants <= MOST_VARIANTS:
        raise Invalid(f"Choose between 1 and {MOST_VARIANTS} pictures.")
    if aspect_ratio not in ASPECT_RATIOS:
        raise Invalid(f"Choose one of these shapes: {', '.join(ASPECT_RATIOS)}.")
    return Order(
        style=style,
        variants=variants,
        aspect_ratio=aspect_ratio,
        title=check_words(title, longest=MAX_TITLE, what="title"),
        note=check_words(note, longest=MAX_NOTE, what="note"),
        options=options or {},
        delivery=delivery,
    )


def failed_state(code: str) -> State:
    """How a figurine ends that gave no picture."""
    return ENDINGS.get(code, State.FAILED)


def failure_sentence(code: str) -> str:
    """What happened and what to do."""
    return FAILURES.get(code, "Something went wrong while painting. Try again.")
