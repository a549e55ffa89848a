"""The table of people's keys, in literal SQL."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from common.clock import Clock
from common.database import Connection
from common.erasure.fence import Fence, PersonGone
from common.sealing import Keyring, PersonKey


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundKey:
    """A key as its row has it; `lasts` when the row was there before this transaction began."""

    key: PersonKey
    lasts: bool


def find(connection: Connection, keyring: Keyring, owners: Sequence[UUID]) -> Iterator[FoundKey]:
    """The living keys of these people, in one query. Raises Unsealable."""
    rows = connection.execute(
        "SELECT id, user_id, wrapped, created_at < now() FROM person_keys WHERE user_id = ANY(%s)", [list(owners)]
    ).fetchall()
    for id, user_id, wrapped, lasts in rows:
        yield FoundKey(key=PersonKey.opened(wrapped, keyring, id=id, user_id=user_id), lasts=lasts)


def create(
    connection: Connection, keyring: Keyring, clock: Clock, owners: Sequence[UUID], *, fence: Fence | None
) -> None:
    """Give a key to each of these people who has none. Whoever does so for one of them at the same time waits.

    The one place where a key comes into being, and so where a late writer is stopped: raises PersonGone for whoever
    is gone. Who is not cannot be erased before this transaction ends.
    """
    if fence is not None and fence.gone(connection, owners):
        raise PersonGone
    fresh = [PersonKey.fresh(clock.new_id(), owner) for owner in sorted(owners)]
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            INSERT INTO person_keys (id, user_id, wrapped, version) VALUES (%s, %s, %s, %s)
            ON CONFLICT (user_id) DO NOTHING
            """,
            [(key.id, key.user_id, key.sealed(keyring), keyring.current) for key in fresh],
        )
