"""What people allow, as last heard from privacy."""

from datetime import datetime
from uuid import UUID

from common.contracts.consents import UNTIL_WITHDRAWN
from common.contracts.words import Word
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

    def words(self, account_id: UUID) -> dict[str, Word]:
        """A person's last word on each purpose; nothing where she never said any."""
        rows = self._connection.execute(
            "SELECT purpose, granted, changed_at FROM consents WHERE account_id = %s", [account_id]
        ).fetchall()
        return {purpose: Word(granted=granted, changed_at=changed_at) for purpose, granted, changed_at in rows}

    def granted(self, account_id: UUID) -> frozenset[str]:
        """What a person allows: what she said yes to, and what stands until she takes it back."""
        words = self.words(account_id)
        said = {purpose for purpose, word in words.items() if word.granted}
        return frozenset(said | (UNTIL_WITHDRAWN - words.keys()))
