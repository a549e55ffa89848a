"""Styles, photos, credits, and one's account."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from figurine_client.models.base import Answer


class Choice(Answer):
    """A choice of an option; `surcharge` in credits, `pixels` of the longer side where it says so (0 elsewhere)."""

    id: str
    name: str
    surcharge: int = 0
    pixels: int = 0


class Option(Answer):
    """What can be chosen in a style."""

    id: str
    name: str
    choices: tuple[Choice, ...]


class Style(Answer):
    """A style; `price` in credits for a picture; where it is not available, `unavailable_because` says why."""

    id: str
    name: str
    description: str
    sample: str | None
    engines: tuple[str, ...]
    subjects: tuple[str, ...]
    options: tuple[Option, ...]
    price: int
    available: bool
    unavailable_because: str | None
    aspect_ratios: tuple[str, ...] = ()
    max_variants: int = 4
    batch: bool = False


class Upload(Answer):
    """A photo that is still held, until when at the latest, and why."""

    id: UUID
    figurine_id: UUID
    state: str
    uploaded_at: datetime
    delete_by: datetime
    sentence: str


class SavedPhoto(Answer):
    """A photo that was saved for more orders."""

    id: UUID
    saved_at: datetime
    width: int
    height: int
    bytes: int


class Proof(Answer):
    """That a photo is gone, and how many seconds it was held."""

    upload_id: UUID
    uploaded_at: datetime
    deleted_at: datetime
    held_seconds: int
    reason: str


class Photos(Answer):
    """Photos that are held, those that were saved (`saved_limit` at most), and proofs of those that went."""

    uploads: tuple[Upload, ...]
    saved: tuple[SavedPhoto, ...]
    saved_limit: int
    proofs: tuple[Proof, ...]


class Hint(Answer):
    """What could be better about a photo."""

    code: str
    sentence: str


class Check(Answer):
    """What a look at a photo found; `complete` when all of it could be looked at."""

    hints: tuple[Hint, ...]
    complete: bool


class Lot(Answer):
    """Credits of one origin, and when they expire."""

    kind: str
    credits: int
    expires_at: datetime | None


class Balance(Answer):
    """Credits that can be spent, that are set aside for figurines on their way, and that are frozen."""

    available: int
    held: int
    frozen: int = 0
    lots: tuple[Lot, ...] = ()


class Movement(Answer):
    """A line of the statement: credits that came or went, and the balance after it."""

    at: datetime
    kind: str
    credits: int
    balance: int
    reason: str
    figurine_id: UUID | None
    lot_kind: str | None = None
    expires_at: datetime | None = None


class Entitlements(Answer):
    """What a plan allows: pixels of the longer side, variants of an order, links at a time, requests a minute."""

    resolution: int
    variants: int
    shares: int
    private_shares: bool
    api_rate: int


class Pack(Answer):
    """Credits to buy once; `amount` in the smallest unit of the currency."""

    price_id: str
    name: str
    credits: int
    amount: int
    currency: str
    expires_after_days: int | None = None


class OfferedPlan(Answer):
    """Credits every month or year; `amount` in the smallest unit of the currency."""

    price_id: str
    name: str
    credits: int
    amount: int
    currency: str
    interval: str
    rollover_cap: int
    entitlements: Entitlements


class Trial(Answer):
    """What everybody gets to begin with."""

    credits: int
    expires_after_days: int | None


class Catalogue(Answer):
    """What can be bought, and what is free."""

    version: str
    packs: tuple[Pack, ...]
    plans: tuple[OfferedPlan, ...]
    free: Entitlements
    trial: Trial


class PolicyStanding(Answer):
    """Which policy is in force, and whether there is one to read."""

    version: str
    acknowledged: bool
    to_read: str | None


class NewAddress(Answer):
    """An address that waits to be verified."""

    email: str
    asked_at: datetime
    expires_at: datetime


class Account(Answer):
    """One's own account."""

    id: UUID
    email: str
    name: str
    contact: str
    verified: bool
    created_at: datetime
    policy: PolicyStanding
    new_address: NewAddress | None = None
    language: Literal["en", "de"] | None = None
    news_paused_at: datetime | None = None


class Count(Answer):
    """Figurines and their pictures."""

    figurines: int
    pictures: int


class Usage(Answer):
    """What was made, by day and by style."""

    figurines: int
    pictures: int
    by_day: dict[date, Count]
    by_style: dict[str, Count]
    seconds: int = 0
    seconds_by_day: dict[date, int] = Field(default_factory=dict[date, int])


class Opened(Answer):
    """A session, and the token it is used with."""

    id: UUID
    token: str
    expires_at: datetime


class Step(Answer):
    """A second factor is asked for; `ways` are those this account has."""

    step: str
    ways: tuple[str, ...]
    expires_at: datetime
