"""Keys for scripts: one row each, found by a keyed digest; the key itself is never stored."""

from typing import Any
from uuid import UUID

from psycopg.rows import kwargs_row

from common.clock import Clock
from common.database import Connection
from common.sealing import Sealer
from gateway.domain.keys import MOST_KEYS, USE_NOTED_EVERY, ApiKey, Scope, TooManyKeys, in_order, key_digest, prefix_of

_NAME = "api_keys.name"


class ApiKeys:
    """A key that is revoked has no row any more, for all processes at once."""

    def __init__(self, connection: Connection, clock: Clock, sealer: Sealer, secret: bytes) -> None:
        self._connection = connection
        self._clock = clock
        self._sealer = sealer
        self._secret = secret

    def add(self, key: ApiKey, token: str) -> None:
        """Keep a key. Raises TooManyKeys: whoever makes two at once waits for the first."""
        self._connection.execute("SELECT FROM accounts WHERE id = %s FOR NO KEY UPDATE", [key.account_id])
        added = self._connection.execute(
            """
            INSERT INTO api_keys (id, account_id, name, prefix, digest, scopes, rate, created_at, expires_at)
            SELECT %(id)s, %(account)s, %(name)s, %(prefix)s, %(digest)s, %(scopes)s, %(rate)s, %(now)s, %(ends)s
             WHERE (SELECT count(*) FROM api_keys
                     WHERE account_id = %(account)s AND (expires_at IS NULL OR expires_at > %(now)s)) < %(most)s
            """,
            {
                "id": key.id,
                "account": key.account_id,
                "name": self._sealer.seal(key.name.encode(), owner=str(key.account_id), purpose=_NAME),
                "prefix": prefix_of(token),
                "digest": key_digest(self._secret, token),
                "scopes": [str(scope) for scope in in_order(key.scopes)],
                "rate": key.rate,
                "now": key.created_at,
                "ends": key.expires_at,
                "most": MOST_KEYS,
            },
        ).rowcount
        if not added:
            raise TooManyKeys

    def find(self, token: str) -> ApiKey | None:
        """The live key that this is."""
        with self._connection.cursor(row_factory=kwargs_row(self._opened)) as cursor:
            return cursor.execute(
                """
                SELECT id, account_id, name, prefix, scopes, rate, created_at, last_used_at, expires_at
                  FROM api_keys WHERE digest = %s AND (expires_at IS NULL OR expires_at > %s)
                """,
                [key_digest(self._secret, token), self._clock.now()],
            ).fetchone()

    def of(self, account_id: UUID) -> list[ApiKey]:
        """A person's live keys, the latest first."""
        with self._connection.cursor(row_factory=kwargs_row(self._opened)) as cursor:
            return cursor.execute(
                """
                SELECT id, account_id, name, prefix, scopes, rate, created_at, last_used_at, expires_at
                  FROM api_keys WHERE account_id = %s AND (expires_at IS NULL OR expires_at > %s) ORDER BY id DESC
                """,
                [account_id, self._clock.now()],
            ).fetchall()

    def touch(self, key: ApiKey) -> None:
        """The key was used; kept to the minute, and waiting for nobody: of two at once, one writes it."""
        now = self._clock.now()
        if key.last_used_at is not None and key.last_used_at > now - USE_NOTED_EVERY:
            return
        self._connection.execute(
            """
            UPDATE api_keys SET last_used_at = date_trunc('minute', %(now)s::timestamptz)
             WHERE id = (SELECT id FROM api_keys WHERE id = %(id)s FOR NO KEY UPDATE SKIP LOCKED)
            """,
            {"now": now, "id": key.id},
        )

    def revoke(self, account_id: UUID, key_id: UUID) -> bool:
        """End a key; False when the person has no such key."""
        return bool(
            self._connection.execute(
                "DELETE FROM api_keys WHERE id = %s AND account_id = %s", [key_id, account_id]
            ).rowcount
        )

    def revoke_all(self, account_id: UUID) -> int:
        """End every key of a person."""
        return self._connection.execute("DELETE FROM api_keys WHERE account_id = %s", [account_id]).rowcount

    def _opened(self, *, account_id: UUID, name: bytes, scopes: list[str], **row: Any) -> ApiKey:
        return ApiKey(
            account_id=account_id,
            name=self._sealer.open(name, owner=str(account_id), purpose=_NAME).decode(),
            # One that is not known any more allows nothing.
            scopes=frozenset(scope for scope in Scope if scope in scopes),
            **row,
        )
