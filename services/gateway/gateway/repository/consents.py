"""What people allow, as last heard from privacy."""

from datetime import datetime
from uuid import UUID

from common.database import Connection


class Consents:
    """A copy, so that orders are taken or refused while privacy is away."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def note(self, account_id: UUID, purpose: str, *, granted: bool, changed_at: datetime) -> None:
        """Remember the latest word; an older one changes nothing, and neither does one of somebody who is gone."""
        self._connection.execute(
            """
            INSERT INTO consents (account_id, purpose, granted, changed_at)
            SELECT id, %(purpose)s, %(granted)s, %(changed_at)s FROM accounts WHERE id = %(account_id)s
            ON CONFLICT (account_id, purpose) DO UPDATE
               SET granted = excluded.granted, changed_at = excluded.changed_at
             WHERE consents.changed_at < excluded.changed_at
            """,
            {"account_id": account_id, "purpose": purpose, "granted": granted, "changed_at": changed_at},
        )

    def granted(self, account_id: UUID) -> frozenset[str]:
        """What a person allows."""
        rows = self._connection.execute(
            "SELECT purpose FROM consents WHERE account_id = %s AND granted", [account_id]
        ).fetchall()
        return frozenset(purpose for (purpose,) in rows)
