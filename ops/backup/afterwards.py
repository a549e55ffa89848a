"""What a restored database is told before anybody is served: what has happened since, and what cannot be known.

Who left since is erased again by the services themselves, from the tombstones, before they open their doors.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import psycopg

from ops.backup.journal import Journal


def settle(connection: psycopg.Connection[Any], journal: Journal, *, keep_api_keys: bool) -> dict[str, int]:
    """Bring the rows up to the journal; returns how many of each kind were changed."""
    return {
        "figurines deleted since": _delete_figurines(connection, journal.present["figurines"]),
        "photos deleted since": _delete_photos(connection, journal.present["photos"]),
        "copies to be asked for again": _end_copies(connection),
        "API keys ended": 0 if keep_api_keys else _end_api_keys(connection),
    }


def _delete_figurines(connection: psycopg.Connection[Any], present: Collection[UUID]) -> int:
    """As their owners did: the worker finishes it, and tells the other services."""
    gone = connection.execute(
        """
        UPDATE generation.figurines SET deleted_at = now()
         WHERE deleted_at IS NULL AND NOT id = ANY(%s)
           AND EXISTS (SELECT FROM generation.pictures WHERE figurine_id = figurines.id)
     RETURNING id
        """,
        [list(present)],
    ).fetchall()
    ids = [figurine_id for (figurine_id,) in gone]
    connection.execute("DELETE FROM generation.shares WHERE figurine_id = ANY(%s)", [ids])
    connection.execute("DELETE FROM generation.ratings WHERE figurine_id = ANY(%s)", [ids])
    return len(ids)


def _delete_photos(connection: psycopg.Connection[Any], present: Collection[UUID]) -> int:
    return connection.execute(
        """
        UPDATE generation.saved_photos SET state = 'leaving', next_try_at = now()
         WHERE state = 'saved' AND NOT id = ANY(%s)
        """,
        [list(present)],
    ).rowcount


def _end_copies(connection: psycopg.Connection[Any]) -> int:
    """Copies of people's data are in no backup; whoever wants one asks again."""
    return connection.execute(
        "UPDATE privacy.archives SET delete_by = least(delete_by, now()) WHERE state <> 'gone'"
    ).rowcount


def _end_api_keys(connection: psycopg.Connection[Any]) -> int:
    """Which of them were revoked since nobody knows, so none opens anything; sessions are in no backup at all."""
    return connection.execute(
        "UPDATE gateway.api_keys SET expires_at = now() WHERE expires_at IS NULL OR expires_at > now()"
    ).rowcount
