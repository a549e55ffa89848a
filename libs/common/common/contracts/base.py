"""The envelope of every event: CloudEvents 1.0, structured JSON."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

CONTENT_TYPE = "application/cloudevents+json"


class Event(BaseModel):
    """Something that happened. Fields are ids and facts, never personal data.

    `type` is the routing key, a literal: renaming a class never changes the wire.
    A field may be added with a default; anything else is a new type beside the old.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    type: ClassVar[str]
    version: ClassVar[int] = 1

    @property
    def subject(self) -> str | None:
        """The CloudEvents subject: the id this event is about."""
        # Not getattr with a default: on a model that is the slowest way to ask.
        present = vars(self)
        value = present.get("figurine_id") or present.get("user_id")
        return None if value is None else str(value)


class Malformed(Exception):
    """A message that is no event of ours; taking it again will not help."""


class UnknownEvent(Malformed):
    """An event whose type nobody here has heard of."""


class _Wire(BaseModel):
    """The CloudEvents attributes; `data` waits until the type is known."""

    specversion: Literal["1.0"]
    id: UUID
    source: str
    type: str
    time: datetime
    subject: str | None = None
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: str | None = None
    traceparent: Annotated[str | None, Field(max_length=64)] = None
    data: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """An event and what is known about its arrival."""

    id: UUID
    source: str
    time: datetime
    event: Event
    traceparent: str | None = None


def encode(event: Event, *, id: UUID, source: str, time: datetime, traceparent: str | None = None) -> bytes:
    """The event on the wire, UTF-8 JSON.

    Put together by hand, which is cheaper than serialising an envelope: every attribute
    is an id, a time or a literal of ours, so that nothing in it needs escaping.
    """
    attributes = f'"id":"{id}","time":"{time.isoformat()}"'
    if (subject := event.subject) is not None:
        attributes += f',"subject":"{subject}"'
    if traceparent is not None:
        attributes += f',"traceparent":"{traceparent}"'
    return f'{{{_constant_attributes(type(event), source)},{attributes},"data":{event.model_dump_json()}}}'.encode()


@lru_cache
def _constant_attributes(contract: type[Event], source: str) -> str:
    """What is the same for all events of a kind."""
    constant = {
        "specversion": "1.0",
        "source": f"/services/{source}",
        "type": contract.type,
        "datacontenttype": "application/json",
        "dataschema": f"urn:figurine:event:{contract.type}:v{contract.version}",
    }
    return json.dumps(constant, separators=(",", ":"))[1:-1]


def decode(body: bytes, known: dict[str, type[Event]]) -> Envelope:
    """Read an event from the wire; raises Malformed or UnknownEvent."""
    try:
        wire = _Wire.model_validate_json(body)
        contract = known.get(wire.type)
        if contract is None:
            raise UnknownEvent(wire.type)
        event = contract.model_validate(wire.data)
    except ValidationError as error:
        raise Malformed(_without_values(error)) from None
    return Envelope(id=wire.id, source=wire.source, time=wire.time, event=event, traceparent=wire.traceparent)


def _without_values(error: ValidationError) -> str:
    """What is wrong and where, but nothing of what was sent."""
    return "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['type']}" for item in error.errors(include_url=False))
