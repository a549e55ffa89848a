"""Live progress: server-sent events (WHATWG HTML, section 9.2), across interruptions."""

import json
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, cast
from uuid import UUID

from figurine_client import routes
from figurine_client.connection import Asked, Connection, answering, is_worth_another_try
from figurine_client.errors import Refused, StudioAway

# A little longer than the studio's heartbeat, of 15 s: a stream that is silent for so long is dead.
SILENCE_SECONDS: Final = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened; `seq` is where a stream resumes."""

    seq: int
    type: str
    data: dict[str, object] = field(default_factory=dict[str, object])

    @property
    def figurine_id(self) -> UUID | None:
        """The figurine it is about, if it is about one."""
        said = self.data.get("figurine_id")
        return UUID(said) if isinstance(said, str) else None


def events(connection: Connection, *, after: int | None = None) -> Iterator[Event]:
    """What happens from now on, or has happened since event `after`; goes on until the caller stops. Raises Refused.

    A stream that breaks is opened again behind the last event: none is lost, and none comes twice.
    """
    failures = 0
    while True:
        try:
            with listening(connection, after=after) as news:
                for event in news:
                    failures = 0
                    if event is not None:
                        after = event.seq
                        yield event
        except (StudioAway, Refused) as error:
            failures += 1
            if failures >= connection.patience.attempts or not is_worth_another_try(
                error, routes.EVENTS, connection.patience
            ):
                raise
            asked_for = error.retry_after if isinstance(error, Refused) else None
            connection.patience.pause(connection.patience.before(failures, asked_for=asked_for))


@contextmanager
def listening(
    connection: Connection, *, after: int | None = None, silence: float = SILENCE_SECONDS
) -> Generator[Iterator[Event | None]]:
    """One stream, until it ends; None is a sign of life. Raises Refused, StudioAway."""
    place = {} if after is None else {"Last-Event-ID": str(after)}
    asked = Asked(route=routes.EVENTS, headers={"Accept": "text/event-stream", "Cache-Control": "no-store", **place})
    with connection.stream(asked, silence=silence) as response, answering(connection.url):
        yield _events(response.iter_lines())


def _events(lines: Iterable[str]) -> Iterator[Event | None]:
    block: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        if name:
            value = value.removeprefix(" ")
            # Several lines of data are one text.
            block[name] = f"{block[name]}\n{value}" if name == "data" and "data" in block else value
        elif line:
            yield None
        else:
            yield _event(block)
            block = {}


def _event(block: dict[str, str]) -> Event | None:
    """The event of a block; None where there is none, as in a heartbeat, or it makes no sense."""
    try:
        data: object = json.loads(block["data"])
        seq = int(block["id"])
    except (KeyError, ValueError):
        return None
    if not isinstance(data, dict):
        return None
    return Event(seq=seq, type=block.get("event", "message"), data=cast("dict[str, object]", data))
