"""Messages in our own words, on their way out and in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Settlement(StrEnum):
    """What became of a published message."""

    CONFIRMED = "confirmed"
    NACKED = "nacked"
    RETURNED = "returned"  # no queue is bound for it
    LOST = "lost"  # the connection went before the answer came; it may have arrived


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message on its way out; persistent, mandatory, confirmed."""

    exchange: str
    routing_key: str
    body: bytes
    message_id: str
    type: str | None = None
    headers: Mapping[str, str | int] = field(default_factory=dict[str, str | int])


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message that arrived and is not acknowledged yet."""

    tag: int
    body: bytes
    message_id: str | None
    type: str | None
    headers: Mapping[str, object]
