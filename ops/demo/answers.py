"""What the public API answers, as far as the demo reads it."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

ENDED = frozenset({"succeeded", "partly_succeeded", "failed", "rejected", "cancelled"})


class Account(BaseModel):
    """One's own account."""

    id: UUID
    verified: bool


class Session(BaseModel):
    """A fresh session and its token."""

    token: str


class Style(BaseModel):
    """A style of the wall."""

    id: str
    name: str


class Styles(BaseModel):
    """The style wall."""

    items: list[Style]


class Picture(BaseModel):
    """A picture's number and its size in pixels."""

    n: int
    width: int
    height: int


class Failure(BaseModel):
    """Why there is no picture."""

    code: str
    sentence: str


class Figurine(BaseModel):
    """A figurine; the price in credits."""

    id: UUID
    state: str
    title: str
    style: str
    price: int
    engine: str | None
    pictures: list[Picture]
    failure: Failure | None


class Balance(BaseModel):
    """Credits that can be spent, and credits set aside."""

    available: int
    held: int


class Movement(BaseModel):
    """One line of the statement."""

    at: datetime
    kind: str
    credits: int
    balance: int
    reason: str
    figurine_id: UUID | None


class Statement(BaseModel):
    """Every movement, the newest first."""

    items: list[Movement]


class Upload(BaseModel):
    """A photo that is still held."""

    id: UUID
    figurine_id: UUID
    delete_by: datetime


class Proof(BaseModel):
    """A photo that is gone; `held_seconds` from its arrival to its deletion."""

    upload_id: UUID
    uploaded_at: datetime
    deleted_at: datetime
    held_seconds: int
    reason: str


class Photos(BaseModel):
    """Photos held, and proofs of those that went."""

    uploads: list[Upload]
    proofs: list[Proof]


class News(BaseModel):
    """One server-sent event; `seq` is its id, with which a stream resumes."""

    seq: int
    type: str
    figurine_id: UUID | None = None
    state: str | None = None
    available: int | None = None
