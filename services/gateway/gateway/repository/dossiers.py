"""What support reads of one person: states and dates, in literal SQL. Nothing here opens what is sealed."""

from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from common.database import Connection
from gateway.domain.desk import FIGURINES_SHOWN, LETTERS_SHOWN, QUESTIONS_SHOWN, Asked, Letter, Order


class Dossiers:
    """Read by one person's id at a time."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def account(self, account_id: UUID) -> tuple[datetime, datetime | None, str] | None:
        """When the account was opened, when its address was confirmed, and which policy was read."""
        return self._connection.execute(
            "SELECT created_at, verified_at, policy_version FROM accounts WHERE id = %s", [account_id]
        ).fetchone()

    def balance(self, account_id: UUID) -> tuple[int, int]:
        """Credits that can be spent, and those set aside, as last heard."""
        row = self._connection.execute(
            "SELECT available, held FROM balances WHERE account_id = %s", [account_id]
        ).fetchone()
        return row or (0, 0)

    def figurines(self, account_id: UUID) -> list[Order]:
        """The last ones, the latest first."""
        with self._connection.cursor(row_factory=class_row(Order)) as cursor:
            return cursor.execute(
                """
                SELECT id, state, style, price, engine, failure_code, created_at, finished_at
                  FROM figurines WHERE account_id = %s ORDER BY id DESC LIMIT %s
                """,
                [account_id, FIGURINES_SHOWN],
            ).fetchall()

    def letters(self, account_id: UUID) -> list[Letter]:
        """The last ones, the latest first."""
        with self._connection.cursor(row_factory=class_row(Letter)) as cursor:
            return cursor.execute(
                """
                SELECT template, state, created_at, sent_at
                  FROM mails WHERE account_id = %s ORDER BY id DESC LIMIT %s
                """,
                [account_id, LETTERS_SHOWN],
            ).fetchall()

    def questions(self, account_id: UUID) -> list[Asked]:
        """The last ones, the latest first."""
        with self._connection.cursor(row_factory=class_row(Asked)) as cursor:
            return cursor.execute(
                """
                SELECT reference, topic, state, opened_at
                  FROM tickets WHERE account_id = %s ORDER BY id DESC LIMIT %s
                """,
                [account_id, QUESTIONS_SHOWN],
            ).fetchall()
