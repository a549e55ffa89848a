"""Generation's copy of who agreed to which partner, and the record of what partners were told."""

from datetime import datetime
from uuid import UUID

from common.clock import Clock
from common.database import Connection
from generation.domain import Figurine, Partner, told


class Consents:
    """The latest word of each person on each purpose; privacy keeps the history."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def note(self, user_id: UUID, purpose: str, *, granted: bool, changed_at: datetime) -> bool:
        """Keep the later word, and of two at the same moment the no; False when it is old news."""
        return bool(
            self._connection.execute(
                """
                INSERT INTO consents (user_id, purpose, granted, changed_at) VALUES (%s, %s, %s, %s)
                    ON CONFLICT (user_id, purpose) DO UPDATE
                   SET granted = excluded.granted, changed_at = excluded.changed_at
                 WHERE (excluded.changed_at, NOT excluded.granted) > (consents.changed_at, NOT consents.granted)
                """,
                [user_id, purpose, granted, changed_at],
            ).rowcount
        )

    def given(self, user_id: UUID, purpose: str) -> bool:
        """Whether the person agrees now; a withdrawal waits until this transaction has ended."""
        row = self._connection.execute(
            "SELECT granted FROM consents WHERE user_id = %s AND purpose = %s FOR SHARE", [user_id, purpose]
        ).fetchone()
        return row is not None and row[0]


class Disclosures:
    """One row for each time a partner was told something; written before it is told."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def add(self, figurine: Figurine, partner: Partner) -> None:
        """A partner is about to be told about this attempt."""
        self._connection.execute(
            """
            INSERT INTO disclosures (id, user_id, figurine_id, attempt, partner, kind, purpose, at)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
            """,
            [
                self._clock.new_id(),
                figurine.user_id,
                figurine.id,
                figurine.attempt,
                partner.name,
                told(partner, goes_on=figurine.goes_on),
                partner.purpose,
                self._clock.now(),
            ],
        )

    def made(self, figurine: Figurine) -> bool:
        """Whether this attempt may have told a partner something."""
        row = self._connection.execute(
            "SELECT 1 FROM disclosures WHERE figurine_id = %s AND attempt = %s", [figurine.id, figurine.attempt]
        ).fetchone()
        return row is not None
