"""The trail of what staff did. Lines are added; the service's role may neither change nor remove them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from common.clock import Clock
from common.database import Connection
from gateway.domain.staff import Act, Colleague


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which lines: by whom, of whose data, which act; all where nothing is said."""

    by: UUID | None = None
    person: UUID | None = None
    act: str | None = None


class StaffActs:
    """One line for each look at somebody's data, and for each change."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def add(self, who: Colleague, act: str, *, thing: str, reason: str) -> UUID:
        """Write down what is done, in the transaction that does it."""
        return self._add(who.account_id, who.handle, who.role, act, thing=thing, reason=reason)

    def add_at_shell(self, handle: str, act: str, *, thing: str) -> UUID:
        """Write down what somebody does who holds the machine's shell; her handle is all that is known of her."""
        return self._add(None, handle, "shell", act, thing=thing, reason="")

    def _add(self, account_id: UUID | None, handle: str, role: str, act: str, *, thing: str, reason: str) -> UUID:
        act_id = self._clock.new_id()
        self._connection.execute(
            """
            INSERT INTO staff_acts (id, at, account_id, handle, role, act, thing, reason)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
            """,
            [act_id, self._clock.now(), account_id, handle, role, act, thing, reason],
        )
        return act_id

    def page(self, wanted: Filter, *, limit: int, before: UUID | None = None) -> list[Act]:
        """Lines, the latest first; whose data it was and why is read where she reads it herself."""
        with self._connection.cursor(row_factory=class_row(Act)) as cursor:
            return cursor.execute(
                """
                SELECT acts.id, acts.at, acts.account_id, acts.handle, acts.role, acts.act, acts.thing,
                       coalesce(told.reason, acts.reason) AS reason, told.account_id AS person
                  FROM staff_acts AS acts LEFT JOIN access_log AS told ON told.act_id = acts.id
                 WHERE (%(before)s::uuid IS NULL OR acts.id < %(before)s)
                   AND (%(by)s::uuid IS NULL OR acts.account_id = %(by)s)
                   AND (%(act)s::text IS NULL OR acts.act = %(act)s)
                   AND (%(person)s::uuid IS NULL OR told.account_id = %(person)s)
                 ORDER BY acts.id DESC LIMIT %(limit)s
                """,
                {"before": before, "by": wanted.by, "act": wanted.act, "person": wanted.person, "limit": limit},
            ).fetchall()

    def count(self, *, since: datetime) -> int:
        """How much was done since then."""
        ((count,),) = self._connection.execute("SELECT count(*) FROM staff_acts WHERE at >= %s", [since]).fetchall()
        return int(count)

    def kinds(self) -> list[str]:
        """Every act that was ever done, by name."""
        rows = self._connection.execute("SELECT DISTINCT act FROM staff_acts ORDER BY act").fetchall()
        return [act for (act,) in rows]

    def end_old(self) -> int:
        """Forget what is three years old, by the database's own clock; returns how much."""
        ((count,),) = self._connection.execute("SELECT end_staff_acts()").fetchall()
        return int(count)
