"""Generation's copy of who agreed to which partner, and the record of what partners were told."""

from datetime import datetime
from uuid import UUID

from common.clock import Clock
from common.contracts.consents import allowed
from common.contracts.words import Word
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

    def of(self, user_id: UUID, purpose: str) -> Word | None:
        """What the person last said; None where she said nothing."""
        row = self._connection.execute(
            "SELECT granted, changed_at FROM consents WHERE user_id = %s AND purpose = %s", [user_id, purpose]
        ).fetchone()
        return None if row is None else Word(granted=row[0], changed_at=row[1])

    def allows(self, user_id: UUID, purpose: str) -> bool:
        """Whether a purpose is allowed, by her word or without one."""
        word = self.of(user_id, purpose)
        return allowed(purpose, said=None if word is None else word.granted)

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

    def add(self, figurine: Figurine, partner: Partner, *, at: datetime) -> UUID:
        """A partner is about to be told about this attempt; returns the id of the disclosure."""
        disclosure_id = self._clock.new_id()
        self._connection.execute(
            """
            INSERT INTO disclosures (id, user_id, figurine_id, attempt, partner, kind, purpose, at)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
            """,
            [
                disclosure_id,
                figurine.user_id,
                figurine.id,
                figurine.attempt,
                partner.name,
                told(partner, goes_on=figurine.goes_on),
                partner.purpose,
                at,
            ],
        )
        return disclosure_id

    def made(self, figurine: Figurine) -> bool:
        """Whether this attempt may have told a partner something."""
        row = self._connection.execute(
            "SELECT 1 FROM disclosures WHERE figurine_id = %s AND attempt = %s", [figurine.id, figurine.attempt]
        ).fetchone()
        return row is not None
