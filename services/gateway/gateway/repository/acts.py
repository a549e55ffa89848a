"""The trail of what staff did. Lines are added; the service's role may neither change nor remove them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from common.clock import Clock
from common.database import Connection
from gateway.domain.staff import Act, Actor


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

    def add(self, who: Actor, act: str, *, thing: str, reason: str) -> UUID:
        """Write down what is done, in the transaction that does it."""
        act_id = self._clock.new_id()
        self._connection.execute(
            """
            INSERT INTO staff_acts (id, at, account_id, handle, role, act, thing, reason)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
            """,
            [act_id, self._clock.now(), who.account_id, who.handle, who.role, act, thing, reason],
        )
        return act_id

    def page(self, wanted: Filter, *, limit: int, before: UUID | None = None) -> list[Act]:
        """Lines, the latest first; whose data it was and why is read where she reads it herself.

        Of a look at many at once one is shown, or the one that is asked for.
        """
        with self._connection.cursor(row_factory=class_row(Act)) as cursor:
            return cursor.execute(
                """
                SELECT acts.id, acts.at, acts.account_id, acts.handle, acts.role, acts.act, acts.thing,
                       coalesce(told.reason, acts.reason) AS reason, told.account_id AS person
                  FROM staff_acts AS acts
                  LEFT JOIN LATERAL (
                       SELECT account_id, reason FROM access_log
                        WHERE act_id = acts.id AND (%(person)s::uuid IS NULL OR account_id = %(person)s)
                        LIMIT 1) AS told ON true
                 WHERE (%(before)s::uuid IS NULL OR acts.id < %(before)s)
                   AND (%(by)s::uuid IS NULL OR acts.account_id = %(by)s)
                   AND (%(act)s::text IS NULL OR acts.act = %(act)s)
                   AND (%(person)s::uuid IS NULL
                        OR acts.id IN (SELECT act_id FROM access_log WHERE account_id = %(person)s))
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
        # From one name to the next by the index: there are few names and many lines.
        rows = self._connection.execute(
            """
            WITH RECURSIVE named AS (
                SELECT min(act) AS act FROM staff_acts
                UNION ALL
                SELECT (SELECT min(act) FROM staff_acts WHERE act > named.act) FROM named WHERE act IS NOT NULL)
            SELECT act FROM named WHERE act IS NOT NULL
            """
        ).fetchall()
        return [act for (act,) in rows]

    def end_old(self) -> int:
        """Forget what is three years old, by the database's own clock; returns how much."""
        ((count,),) = self._connection.execute("SELECT end_staff_acts()").fetchall()
        return int(count)
