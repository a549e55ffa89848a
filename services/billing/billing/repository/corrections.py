"""What people corrected, and how billing followed: ids and names of fields, never values."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from billing.domain.corrections import Copies, Copy
from common.clock import Clock
from common.corrections import OldValues
from common.database import Connection
from common.inventory import Inventory
from common.inventory.searching import Found, find
from common.inventory.whose import Subject
from common.sealing import Sealer


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A correction that billing has heard of; without an outcome it still has to follow."""

    user_id: UUID
    outcome: Copies | None


class Corrections:
    """One row per correction, whether the event or the gateway's call came first."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def add(self, correction_id: UUID, user_id: UUID, fields: Sequence[str]) -> None:
        """Billing heard of it; the first time counts."""
        self._connection.execute(
            "INSERT INTO corrections (id, user_id, fields, told_at) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            [correction_id, user_id, list(fields), self._clock.now()],
        )

    def find(self, correction_id: UUID) -> Told | None:
        """How it stands."""
        row = self._connection.execute(
            "SELECT user_id, outcome FROM corrections WHERE id = %s FOR UPDATE", [correction_id]
        ).fetchone()
        return None if row is None else Told(user_id=row[0], outcome=_read(row[1]))

    def settle(self, correction_id: UUID, outcome: Copies) -> None:
        """Billing has followed; the first outcome stays."""
        self._connection.execute(
            "UPDATE corrections SET outcome = %s, followed_at = %s WHERE id = %s AND followed_at IS NULL",
            [Jsonb(asdict(outcome)), self._clock.now(), correction_id],
        )

    def waiting(self) -> int:
        """How many have not been followed an hour after billing heard of them."""
        row = self._connection.execute(
            """
            SELECT count(*) FROM corrections WHERE followed_at IS NULL AND told_at < %s::timestamptz - interval '1 hour'
            """,
            [self._clock.now()],
        ).fetchone()
        return int(row[0]) if row else 0

    def places(self, inventory: Inventory, user_id: UUID, old: OldValues, sealer: Sealer) -> list[Found]:
        """Where the old values stand in what billing keeps of this person: every declared column is looked at."""

        def opened(sealed: bytes, place: str) -> bytes:
            return sealer.open(sealed, owner=str(user_id), purpose=place)

        return list(find(self._connection, inventory, Subject(user_id=user_id), old.fields_in, opened))


def _read(outcome: Any) -> Copies | None:
    if outcome is None:
        return None
    return Copies(**{kind: tuple(Copy(**each) for each in outcome[kind]) for kind in ("corrected", "kept")})
