"""What payment providers were told, in the order of the calls."""

from datetime import datetime
from uuid import UUID

from common.clock import Clock
from common.database import Connection


class Disclosures:
    """One row for each call that tells a provider something of a person's; written before the call."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def add(self, user_id: UUID, partner: str, kind: str, *, at: datetime) -> UUID:
        """A provider is about to be told something; returns the id of the disclosure."""
        disclosure_id = self._clock.new_id()
        self._connection.execute(
            "INSERT INTO disclosures (id, user_id, partner, kind, at) VALUES (%s, %s, %s, %s, %s)",
            [disclosure_id, user_id, partner, kind, at],
        )
        return disclosure_id
