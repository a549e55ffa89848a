"""Events are rows of the caller's transaction first, messages second."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from common.arrays import array_of
from common.clock import Clock
from common.contracts import Event, encode
from common.database import Connection
from common.tracing import current_traceparent


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """An encoded event that is recorded and not yet published."""

    seq: int
    id: UUID
    type: str
    body: bytes


class Outbox:
    """Collects the events of one transaction and writes them at its end."""

    def __init__(self, *, source: str, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._pending: list[tuple[UUID, str, bytes]] = []
        self._last: list[Callable[[], None]] = []

    def add(self, event: Event) -> None:
        """Record an event; it is published if, and only if, the transaction commits."""
        event_id = self._clock.new_id()
        body = encode(
            event, id=event_id, source=self._source, time=self._clock.now(), traceparent=current_traceparent()
        )
        self._pending.append((event_id, event.type, body))

    def before_flush(self, act: Callable[[], None]) -> None:
        """Do this at the end of the transaction, in it: what it writes and says belongs to it like all the rest.

        For what many events do together, in fewer statements than each on its own.
        """
        self._last.append(act)

    def flush(self, connection: Connection, *, wake_relay: bool = True) -> list[OutboxRow]:
        """Write what was added, in order; wakes the relay when the transaction commits."""
        while self._last:
            self._last.pop(0)()
        if not self._pending:
            return []
        pending, self._pending = self._pending, []
        ids = [event_id for event_id, _, _ in pending]
        types = [event_type for _, event_type, _ in pending]
        bodies = [body for _, _, body in pending]
        # As binary (%b): written out as text, the bodies alone would cost as much as all the rest.
        rows = connection.execute(
            """
            INSERT INTO outbox (id, type, body)
            SELECT id, type, body
              FROM unnest(%(ids)s::uuid[], %(types)b::text[], %(bodies)b::bytea[])
                   WITH ORDINALITY AS event (id, type, body, place)
             ORDER BY place
         RETURNING seq, CASE WHEN %(channel)s::text IS NOT NULL THEN pg_notify(%(channel)s, '')::text END
            """,
            {
                "ids": array_of(ids),
                "types": types,
                "bodies": bodies,
                # In the same statement: another one would be another way to the server in every transaction.
                "channel": relay_channel(self._source) if wake_relay else None,
            },
        ).fetchall()
        return [
            OutboxRow(seq=seq, id=event_id, type=event_type, body=body)
            for (seq, _), (event_id, event_type, body) in zip(rows, pending, strict=True)
        ]


def relay_channel(service: str) -> str:
    """The LISTEN/NOTIFY channel on which a service's relay waits."""
    return f"{service}.outbox"
