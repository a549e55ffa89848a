"""Where and how accounts were used: address and program are sealed under their owner's key."""

from typing import Any
from uuid import UUID

from psycopg.rows import kwargs_row

from common.clock import Clock
from common.database import Connection
from common.sealing import Sealer
from gateway.domain.security import A_DAY, FAILURES, FAILURES_A_DAY, Kind, Origin, Used

TABLE = "security_log"


class SecurityLog:
    """One row for each thing that happened; nothing is ever changed, and all of it goes after its period."""

    def __init__(self, connection: Connection, clock: Clock, sealer: Sealer) -> None:
        self._connection = connection
        self._clock = clock
        self._sealer = sealer

    def note(self, account_id: UUID, kind: Kind, origin: Origin, *, session_id: UUID | None) -> None:
        """Write it down, unless the account is gone, or there are too many failures already. Raises PersonGone."""
        now = self._clock.now()
        self._connection.execute(
            """
            INSERT INTO security_log (id, account_id, kind, at, session_id, address, agent)
            SELECT %(id)s, id, %(kind)s, %(now)s, %(session)s, %(address)s, %(agent)s FROM accounts
             WHERE id = %(account)s
               AND (%(most)s::int IS NULL OR %(most)s > (
                    SELECT count(*) FROM security_log WHERE account_id = %(account)s AND kind = %(kind)s
                       AND at > %(since)s))
            """,
            {
                "id": self._clock.new_id(),
                "account": account_id,
                "kind": kind,
                "now": now,
                "session": session_id,
                "address": self._sealed(account_id, "address", origin.address),
                "agent": self._sealed(account_id, "agent", origin.agent),
                "most": FAILURES_A_DAY if kind in FAILURES else None,
                "since": now - A_DAY,
            },
        )

    def of(self, account_id: UUID, *, before: UUID | None, limit: int) -> list[Used]:
        """What happened with an account, the latest first."""
        with self._connection.cursor(row_factory=kwargs_row(self._opened)) as cursor:
            return cursor.execute(
                """
                SELECT id, account_id, kind, at, session_id, address, agent FROM security_log
                 WHERE account_id = %(account)s AND (%(before)s::uuid IS NULL OR id < %(before)s)
                 ORDER BY id DESC LIMIT %(limit)s
                """,
                {"account": account_id, "before": before, "limit": limit},
            ).fetchall()

    def sign_ins(self, account_id: UUID, *, limit: int) -> list[Origin]:
        """From where she signed in lately, the latest first."""
        with self._connection.cursor(row_factory=kwargs_row(self._opened)) as cursor:
            found = cursor.execute(
                """
                SELECT id, account_id, kind, at, session_id, address, agent FROM security_log
                 WHERE account_id = %s AND kind = 'signed_in' ORDER BY id DESC LIMIT %s
                """,
                [account_id, limit],
            ).fetchall()
        return [each.origin for each in found]

    def _opened(self, *, account_id: UUID, kind: str, address: bytes | None, agent: bytes | None, **row: Any) -> Used:
        origin = Origin(
            address=self._open(account_id, "address", address), agent=self._open(account_id, "agent", agent)
        )
        return Used(kind=Kind(kind), origin=origin, **row)

    def _sealed(self, account_id: UUID, field: str, value: str) -> bytes | None:
        if not value:
            return None
        return self._sealer.seal(value.encode(), owner=str(account_id), purpose=f"{TABLE}.{field}")

    def _open(self, account_id: UUID, field: str, sealed: bytes | None) -> str:
        if sealed is None:
            return ""
        return self._sealer.open(sealed, owner=str(account_id), purpose=f"{TABLE}.{field}").decode()
