"""Generation's copy of what each person may do, as billing told last."""

from uuid import UUID

from common.contracts.allowances import FREE
from common.contracts.billing import EntitlementsChanged
from common.database import Connection
from generation.domain.allowances import Allowed

EVERYBODY = Allowed(version=0, variants=FREE.variants, resolution=FREE.resolution, shares=FREE.shares)


class Allowances:
    """One row for whoever was told of."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def note(self, event: EntitlementsChanged) -> bool:
        """Keep the later word; False for an older one."""
        return bool(
            self._connection.execute(
                """
                INSERT INTO allowances (user_id, version, variants, resolution, shares)
                VALUES (%(user_id)s, %(version)s, %(variants)s, %(resolution)s, %(shares)s)
                ON CONFLICT (user_id) DO UPDATE
                   SET version = excluded.version, variants = excluded.variants, resolution = excluded.resolution,
                       shares = excluded.shares
                 WHERE allowances.version < excluded.version
                """,
                {
                    "user_id": event.user_id,
                    "version": event.entitlements_version,
                    "variants": event.variants,
                    "resolution": event.resolution,
                    "shares": event.shares,
                },
            ).rowcount
        )

    def of(self, user_id: UUID) -> Allowed:
        """What this person may do; of whom nothing was told, what everybody may."""
        row = self._connection.execute(
            "SELECT version, variants, resolution, shares FROM allowances WHERE user_id = %s", [user_id]
        ).fetchone()
        if row is None:
            return EVERYBODY
        version, variants, resolution, shares = row
        return Allowed(version=version, variants=variants, resolution=resolution, shares=shares)
