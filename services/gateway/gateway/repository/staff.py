"""Who of the studio may do what."""

from uuid import UUID

from psycopg.rows import class_row

from common.clock import Clock
from common.database import Connection
from gateway.domain.staff import Member, Role


class Staff:
    """One row for each role of somebody; they go with the account."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def add(self, account_id: UUID, role: Role, *, operator: str) -> bool:
        """Give a role; False when it was given before."""
        return bool(
            self._connection.execute(
                """
                INSERT INTO staff (account_id, role, operator, given_at) VALUES (%s, %s, %s, %s)
                ON CONFLICT (account_id, role) DO NOTHING
                """,
                [account_id, role, operator, self._clock.now()],
            ).rowcount
        )

    def remove(self, account_id: UUID, role: Role) -> bool:
        """Take a role away; False when there was none."""
        return bool(
            self._connection.execute(
                "DELETE FROM staff WHERE account_id = %s AND role = %s", [account_id, role]
            ).rowcount
        )

    def roles_of(self, account_id: UUID) -> frozenset[Role]:
        """The roles somebody has at this moment."""
        rows = self._connection.execute("SELECT role FROM staff WHERE account_id = %s", [account_id]).fetchall()
        return frozenset(Role(role) for (role,) in rows)

    def all(self) -> list[Member]:
        """Everybody who has one."""
        with self._connection.cursor(row_factory=class_row(Member)) as cursor:
            return cursor.execute(
                "SELECT account_id, role, operator, given_at FROM staff ORDER BY given_at, account_id, role"
            ).fetchall()
