"""People: name and address sealed, found by a blind index."""

from typing import Any
from uuid import UUID

from psycopg.rows import kwargs_row

from common.clock import Clock
from common.database import Connection
from common.sealing import Sealer, blind_index
from gateway.domain.people import Account, AddressTaken


class Accounts:
    """One row per person. Only here are names and addresses sealed and opened."""

    def __init__(self, connection: Connection, clock: Clock, sealer: Sealer, index_key: bytes) -> None:
        self._connection = connection
        self._clock = clock
        self._sealer = sealer
        self._index_key = index_key

    def add(self, account: Account, *, policy_version: str) -> None:
        """Write a new account; raises AddressTaken."""
        added = self._connection.execute(
            """
            INSERT INTO accounts (id, email, email_index, name, password_hash, adult, policy_version, created_at)
            VALUES (%(id)s, %(email)s, %(email_index)s, %(name)s, %(password_hash)s, true, %(policy_version)s,
                    %(created_at)s)
            ON CONFLICT (email_index) DO NOTHING
            """,
            {
                "id": account.id,
                "email": self._seal(account.id, "email", account.email),
                "email_index": blind_index(self._index_key, account.email),
                "name": self._seal(account.id, "name", account.name),
                "password_hash": account.password_hash,
                "policy_version": policy_version,
                "created_at": account.created_at,
            },
        )
        if not added.rowcount:
            raise AddressTaken

    def find(self, account_id: UUID) -> Account | None:
        """The account with this id."""
        with self._connection.cursor(row_factory=kwargs_row(self._opened)) as cursor:
            return cursor.execute(
                """
                SELECT id, email, name, password_hash, verified_at, created_at FROM accounts WHERE id = %s
                """,
                [account_id],
            ).fetchone()

    def find_by_address(self, email: str) -> Account | None:
        """The account with this address, however it is capitalised."""
        with self._connection.cursor(row_factory=kwargs_row(self._opened)) as cursor:
            return cursor.execute(
                """
                SELECT id, email, name, password_hash, verified_at, created_at FROM accounts WHERE email_index = %s
                """,
                [blind_index(self._index_key, email)],
            ).fetchone()

    def verify(self, account_id: UUID) -> None:
        """The address is the person's own; the first time counts."""
        self._connection.execute(
            "UPDATE accounts SET verified_at = coalesce(verified_at, %s) WHERE id = %s",
            [self._clock.now(), account_id],
        )

    def rehash(self, account_id: UUID, password_hash: str) -> None:
        """Keep the password under today's parameters."""
        self._connection.execute("UPDATE accounts SET password_hash = %s WHERE id = %s", [password_hash, account_id])

    def _seal(self, account_id: UUID, field: str, value: str) -> bytes:
        return self._sealer.seal(value.encode(), owner=str(account_id), purpose=f"accounts.{field}")

    def _opened(self, *, id: UUID, email: bytes, name: bytes, **columns: Any) -> Account:
        return Account(
            id=id,
            email=self._sealer.open(email, owner=str(id), purpose="accounts.email").decode(),
            name=self._sealer.open(name, owner=str(id), purpose="accounts.name").decode(),
            **columns,
        )
