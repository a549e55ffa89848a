"""Receipts: numbered without gaps, each naming the one before, never changed."""

from uuid import UUID

from psycopg.rows import class_row

from common.clock import Clock
from common.database import Connection
from privacy.domain.receipts import GENESIS, Receipt


class Receipts:
    """One row for each erasure that is over."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def lock_last(self) -> tuple[int, bytes]:
        """Number and digest of the latest; nobody issues another until the transaction ends."""
        self._connection.execute("SELECT pg_advisory_xact_lock(hashtext('privacy.receipts'))")
        row = self._connection.execute("SELECT number, digest FROM receipts ORDER BY number DESC LIMIT 1").fetchone()
        return (int(row[0]), bytes(row[1])) if row else (0, GENESIS)

    def add(self, receipt: Receipt) -> None:
        """Issue it."""
        self._connection.execute(
            """
            INSERT INTO receipts (number, request_id, issued_at, body, signature, digest)
            VALUES (%s, %s, %s, %s, %s, %s)
            """,
            [
                receipt.number,
                receipt.request_id,
                receipt.issued_at,
                receipt.body,
                receipt.signature,
                receipt.digest,
            ],
        )

    def of(self, request_id: UUID) -> Receipt | None:
        """The receipt of a request."""
        with self._connection.cursor(row_factory=class_row(Receipt)) as cursor:
            return cursor.execute(
                """
                SELECT number, request_id, issued_at, body, signature, digest FROM receipts WHERE request_id = %s
                """,
                [request_id],
            ).fetchone()

    def last(self) -> Receipt | None:
        """The latest."""
        with self._connection.cursor(row_factory=class_row(Receipt)) as cursor:
            return cursor.execute(
                """
                SELECT number, request_id, issued_at, body, signature, digest
                  FROM receipts ORDER BY number DESC LIMIT 1
                """
            ).fetchone()
