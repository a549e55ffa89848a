"""Corrections, what followed them, and the look for what was corrected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg.rows import kwargs_row
from psycopg.types.json import Jsonb

from common.clock import Clock
from common.corrections import OldValues
from common.database import Connection, notify
from common.inventory import Inventory
from common.inventory.searching import Found, find
from common.inventory.whose import Subject
from common.sealing import Sealer
from gateway.domain.corrections import Correction, CorrectionState

# Tried again after 5 s, then ever later, up to every half hour: until every copy has followed.
_LONGEST_WAIT_SECONDS = 1800


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A correction that others still have to follow."""

    id: UUID
    account_id: UUID
    attempts: int
    fields: Sequence[str]
    old: OldValues
    old_index: bytes | None
    outcome: Mapping[str, Any]
    # What she has corrected again since.
    later: Sequence[str] = ()


class Corrections:
    """One row per correction; what was corrected is recognised by digests, until it is proven gone."""

    def __init__(self, connection: Connection, clock: Clock, sealer: Sealer, channel: str) -> None:
        self._connection = connection
        self._clock = clock
        self._sealer = sealer
        self._channel = channel

    def add(
        self,
        correction_id: UUID,
        account_id: UUID,
        fields: Sequence[str],
        *,
        old: OldValues,
        old_index: bytes | None,
        outcome: Mapping[str, Any],
    ) -> None:
        """Write a correction down; the copies follow after this commits."""
        now = self._clock.now()
        key = self._sealer.seal(old.key, owner=str(account_id), purpose="corrections.proof_key")
        self._connection.execute(
            """
            INSERT INTO corrections (id, account_id, fields, corrected_at, state, proof_key, old_digests, old_index,
                                     outcome, next_try_at)
            VALUES (%s, %s, %s, %s, 'following', %s, %s, %s, %s, %s)
            """,
            [correction_id, account_id, list(fields), now, key, Jsonb(old.told()), old_index, Jsonb(outcome), now],
        )
        notify(self._connection, self._channel)

    def made(self, account_id: UUID, correction_id: UUID) -> bool:
        """Whether this was corrected already."""
        return bool(
            self._connection.execute(
                "SELECT 1 FROM corrections WHERE id = %s AND account_id = %s", [correction_id, account_id]
            ).fetchone()
        )

    def of(self, account_id: UUID, *, limit: int) -> list[Correction]:
        """A person's corrections, the latest first."""
        with self._connection.cursor(row_factory=kwargs_row(_correction)) as cursor:
            return cursor.execute(
                """
                SELECT id, account_id, fields, corrected_at, state, outcome, proven_at
                  FROM corrections WHERE account_id = %s ORDER BY corrected_at DESC, id DESC LIMIT %s
                """,
                [account_id, limit],
            ).fetchall()

    def claim(self) -> Errand | None:
        """The next correction to see to; it comes up again, ever later, unless it is settled.

        A person's corrections follow one after the other: a later one waits for the one before.
        """
        row = self._connection.execute(
            """
            UPDATE corrections
               SET attempts = attempts + 1,
                   next_try_at = %(now)s + interval '1 second' * least(5 * 2 ^ least(attempts, 20), %(longest)s)
             WHERE id = (SELECT id FROM corrections AS due
                          WHERE state = 'following' AND next_try_at <= %(now)s
                            AND NOT EXISTS (SELECT 1 FROM corrections AS before
                                             WHERE before.account_id = due.account_id AND before.state = 'following'
                                               AND (before.corrected_at, before.id) < (due.corrected_at, due.id))
                          ORDER BY next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING id, account_id, attempts, fields, proof_key, old_digests, old_index, outcome,
                   ARRAY(SELECT unnest(later.fields) FROM corrections AS later
                          WHERE later.account_id = corrections.account_id
                            AND (later.corrected_at, later.id) > (corrections.corrected_at, corrections.id))
            """,
            {"now": self._clock.now(), "longest": _LONGEST_WAIT_SECONDS},
        ).fetchone()
        if row is None:
            return None
        correction_id, account_id, attempts, fields, sealed, digests, old_index, outcome, later = row
        key = self._sealer.open(sealed, owner=str(account_id), purpose="corrections.proof_key")
        return Errand(
            id=correction_id,
            account_id=account_id,
            attempts=attempts,
            fields=fields,
            old=OldValues.read(key, digests),
            old_index=old_index,
            outcome=outcome,
            later=later,
        )

    def note(self, correction_id: UUID, outcome: Mapping[str, Any]) -> None:
        """What has followed so far."""
        self._connection.execute(
            "UPDATE corrections SET outcome = %s WHERE id = %s AND state = 'following'", [Jsonb(outcome), correction_id]
        )

    def prove(self, correction_id: UUID, outcome: Mapping[str, Any]) -> None:
        """The old value is gone, or it is known what keeps it and why; what recognises it is destroyed."""
        self._connection.execute(
            """
            UPDATE corrections
               SET state = 'proven', proven_at = %s, outcome = %s,
                   proof_key = NULL, old_digests = '{}', old_index = NULL
             WHERE id = %s AND state = 'following'
            """,
            [self._clock.now(), Jsonb(outcome), correction_id],
        )

    def places(self, inventory: Inventory, account_id: UUID, old: OldValues) -> list[Found]:
        """Where the old values stand in what the gateway keeps of this person: every declared column is looked at."""

        def opened(sealed: bytes, place: str) -> bytes:
            return self._sealer.open(sealed, owner=str(account_id), purpose=place)

        return list(find(self._connection, inventory, Subject(user_id=account_id), old.fields_in, opened))


def _correction(*, state: str, **columns: Any) -> Correction:
    return Correction(state=CorrectionState(state), **columns)
