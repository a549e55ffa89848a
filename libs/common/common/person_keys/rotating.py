"""After a rotation: people's keys move under the keyring's current key; nothing else has to."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

import structlog

from common.database import Database
from common.sealing import Keyring, PersonKey, Unsealable

_log = structlog.stdlib.get_logger("common.person_keys")
AT_ONCE = 500


def rewrap_keys(database: Database, keyring: Keyring, *, limit: int = AT_ONCE) -> int:
    """Wrap keys that are under another than the current one again, at most `limit`; returns how many.

    Those under a version the keyring does not have stay as they are.
    """
    others = [version for version in keyring.versions if version != keyring.current]
    with database.begin() as connection, connection.cursor() as cursor:
        rows = connection.execute(
            """
            SELECT id, user_id, wrapped FROM person_keys WHERE version = ANY(%s) LIMIT %s FOR UPDATE SKIP LOCKED
            """,
            [others, limit],
        ).fetchall()
        opened = list(_opened(rows, keyring))
        cursor.executemany(
            "UPDATE person_keys SET wrapped = %s, version = %s WHERE id = %s",
            [(key.sealed(keyring), keyring.current, key.id) for key in opened],
        )
    return len(opened)


def _opened(rows: Sequence[tuple[UUID, UUID, bytes]], keyring: Keyring) -> Iterator[PersonKey]:
    for id, user_id, wrapped in rows:
        try:
            yield PersonKey.opened(wrapped, keyring, id=id, user_id=user_id)
        except Unsealable:
            # Somebody changed it; what lies under it is lost, and must not hold up the keys of others.
            _log.error("a person's key that does not open", key_id=str(id))


def count_keys(database: Database) -> Mapping[int, int]:
    """How many people's keys need each version of the keyring."""
    with database.begin() as connection:
        return dict(connection.execute("SELECT version, count(*) FROM person_keys GROUP BY 1 ORDER BY 1").fetchall())
