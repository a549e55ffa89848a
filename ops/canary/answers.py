"""What the public API answers, as far as the canary reads it and the demo does not."""

from uuid import UUID

from pydantic import BaseModel


class Own(BaseModel):
    """One's own account."""

    name: str


class Entry(BaseModel):
    """A kind of record, and how many of one's own there are."""

    key: str
    count: int | None = None


class ServiceRecord(BaseModel):
    """What one service stores."""

    service: str
    available: bool
    items: list[Entry]


class Record(BaseModel):
    """What is stored about oneself."""

    services: list[ServiceRecord]


class Disclosure(BaseModel):
    """What a partner got; not of a figurine where it carried a letter."""

    figurine_id: UUID | None


class Given(BaseModel):
    """What partners got of her."""

    items: list[Disclosure]


class Shared(BaseModel):
    """A public link."""

    url: str


class Request(BaseModel):
    """A request of one's rights; `follow` shows an erasure without signing in."""

    id: UUID
    state: str
    missing: list[str]
    follow: str | None = None


class Receipt(BaseModel):
    """The receipt of an erasure."""

    number: int
    body: str
    signature: str


class Keys(BaseModel):
    """The published keys, by whose they are."""

    keys: dict[str, str]
