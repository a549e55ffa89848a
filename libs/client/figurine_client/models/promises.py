"""The promises, and what was found of them."""

from datetime import date, datetime

from figurine_client.models.base import Answer


class PromiseView(Answer):
    """What one service found of a promise."""

    service: str
    probe: str
    state: str
    at: datetime | None
    checked: str | None
    finding: int | None
    fresh_for_seconds: int


class PromiseDay(Answer):
    """How often it was found kept, and how often not, in a day."""

    day: date
    kept: int
    broken: int
    stale: int
    not_applicable: int


class Promise(Answer):
    """A promise: `kept` `broken` `stale` or `not_applicable`, when that was last proven, and what was looked at."""

    id: str
    sentence: str
    state: str
    proven_at: datetime | None
    fresh_for_seconds: int
    checked: str
    evidence_url: str
    since: datetime | None
    days: tuple[PromiseDay, ...]
    views: tuple[PromiseView, ...]


class Finding(Answer):
    """What was found once, signed; `body` is what the signature is of, byte for byte."""

    number: int
    promise: str
    state: str
    at: datetime
    body: str
    signature: str
