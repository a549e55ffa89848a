"""People: name and address sealed, found by a blind index."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from psycopg.errors import UniqueViolation
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
                "email_index": self.index_of(account.email),
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
                SELECT id, email, name, contact, password_hash, verified_at, created_at, language
                  FROM accounts WHERE id = %s
                """,
                [account_id],
            ).fetchone()

    def lock(self, account_id: UUID) -> Account | None:
        """The account with this id; whoever else corrects it waits until this transaction ends."""
        with self._connection.cursor(row_factory=kwargs_row(self._opened)) as cursor:
            return cursor.execute(
                """
                SELECT id, email, name, contact, password_hash, verified_at, created_at, language
                  FROM accounts WHERE id = %s FOR UPDATE
                """,
                [account_id],
            ).fetchone()

    def find_by_address(self, email: str) -> Account | None:
        """The account with this address, however it is capitalised."""
        return self.find_by_index(self.index_of(email))

    def find_by_index(self, email_index: bytes) -> Account | None:
        """The account whose address has this keyed digest."""
        with self._connection.cursor(row_factory=kwargs_row(self._opened)) as cursor:
            return cursor.execute(
                """
                SELECT id, email, name, contact, password_hash, verified_at, created_at, language
                  FROM accounts WHERE email_index = %s
                """,
                [email_index],
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

    def change_password(self, account: Account, password_hash: str) -> bool:
        """Put another password in the place of the one she has; False when that has changed meanwhile."""
        return bool(
            self._connection.execute(
                "UPDATE accounts SET password_hash = %s WHERE id = %s AND password_hash = %s",
                [password_hash, account.id, account.password_hash],
            ).rowcount
        )

    def correct(self, account_id: UUID, new: Mapping[str, str]) -> None:
        """Put a new name or contact in the place of the old."""
        if "name" in new:
            self._connection.execute(
                "UPDATE accounts SET name = %s WHERE id = %s", [self._seal(account_id, "name", new["name"]), account_id]
            )
        if "contact" in new:
            sealed = self._seal(account_id, "contact", new["contact"]) if new["contact"] else None
            self._connection.execute("UPDATE accounts SET contact = %s WHERE id = %s", [sealed, account_id])

    def language_of(self, account_id: UUID) -> str | None:
        """In which language she is spoken and written to, if she has said so."""
        row = self._connection.execute("SELECT language FROM accounts WHERE id = %s", [account_id]).fetchone()
        return row[0] if row else None

    def say_language(self, account_id: UUID, language: str | None) -> None:
        """She reads that language; None where it is left to the studio."""
        self._connection.execute("UPDATE accounts SET language = %s WHERE id = %s", [language, account_id])

    def correct_address(self, account_id: UUID, email: str) -> None:
        """Put a confirmed address in the place of the old; raises AddressTaken.

        Of several who want the same address at once, the first to commit gets it: the others wait for that here.
        """
        try:
            with self._connection.transaction():
                self._connection.execute(
                    """
                    UPDATE accounts SET email = %(email)s, email_index = %(email_index)s, verified_at = %(now)s
                     WHERE id = %(id)s
                    """,
                    {
                        "id": account_id,
                        "email": self._seal(account_id, "email", email),
                        "email_index": self.index_of(email),
                        "now": self._clock.now(),
                    },
                )
        except UniqueViolation:
            raise AddressTaken from None

    def index_of(self, email: str) -> bytes:
        """The keyed digest by which an address is found."""
        return blind_index(self._index_key, email)

    def has_index(self, account_id: UUID, email_index: bytes) -> bool:
        """Whether this account is found by that digest."""
        return bool(
            self._connection.execute(
                "SELECT 1 FROM accounts WHERE id = %s AND email_index = %s", [account_id, email_index]
            ).fetchone()
        )

    def _seal(self, account_id: UUID, field: str, value: str) -> bytes:
        return self._sealer.seal(value.encode(), owner=str(account_id), purpose=f"accounts.{field}")

    def _opened(self, *, id: UUID, email: bytes, name: bytes, contact: bytes | None, **columns: Any) -> Account:
        return Account(
            id=id,
            email=self._open(id, "email", email),
            name=self._open(id, "name", name),
            contact=self._open(id, "contact", contact) if contact else "",
            **columns,
        )

    def _open(self, account_id: UUID, field: str, sealed: bytes) -> str:
        return self._sealer.open(sealed, owner=str(account_id), purpose=f"accounts.{field}").decode()
