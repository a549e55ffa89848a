"""What people asked for as their right, and how far it is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import dict_row

from common.clock import Clock
from common.database import Connection
from privacy.domain.requests import (
    ANSWER_WITHIN,
    DUE_AFTER,
    ENDED,
    Kind,
    Part,
    PartState,
    Request,
    RequestState,
    check_step,
)


class Requests:
    """One row for each request, and one for each service that has to answer it."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def add(self, user_id: UUID, kind: Kind, *, policy_version: str, begins_at: datetime) -> UUID | None:
        """Write a request down; None where one of this kind is open already."""
        now = self._clock.now()
        row = self._connection.execute(
            """
            INSERT INTO requests (id, user_id, kind, state, asked_at, due_at, policy_version, begins_at)
            VALUES (%s, %s, %s, 'received', %s, %s, %s, %s)
            ON CONFLICT (user_id, kind) WHERE ended_at IS NULL DO NOTHING
            RETURNING id
            """,
            [self._clock.new_id(), user_id, kind, now, now + DUE_AFTER, policy_version, begins_at],
        ).fetchone()
        return row[0] if row else None

    def ask(self, request_id: UUID, services: Sequence[str]) -> None:
        """Write down who has to answer, for good, and by when."""
        now = self._clock.now()
        self._connection.execute(
            """
            INSERT INTO request_parts (request_id, service, at)
            SELECT %s, service, %s FROM unnest(%s::text[]) AS service
            ON CONFLICT DO NOTHING
            """,
            [request_id, now, list(services)],
        )
        self._connection.execute("UPDATE requests SET answer_by = %s WHERE id = %s", [now + ANSWER_WITHIN, request_id])

    def find(self, request_id: UUID) -> Request | None:
        """A request with its parts."""
        return self._one("WHERE id = %(id)s", {"id": request_id})

    def lock(self, request_id: UUID) -> Request | None:
        """The same; nobody else moves it until the transaction ends."""
        self._connection.execute("SELECT 1 FROM requests WHERE id = %s FOR UPDATE", [request_id])
        return self.find(request_id)

    def open_of(self, user_id: UUID, kind: Kind) -> Request | None:
        """The person's request of this kind that is not over."""
        return self._one(
            "WHERE user_id = %(user_id)s AND kind = %(kind)s AND ended_at IS NULL", {"user_id": user_id, "kind": kind}
        )

    def page(self, user_id: UUID, *, before: UUID | None, limit: int) -> list[Request]:
        """A person's requests, the newest first."""
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(
                """
                SELECT id, user_id, kind, state, asked_at, due_at, policy_version, begins_at, answer_by, ended_at
                  FROM requests
                 WHERE user_id = %(user_id)s AND (%(before)s::uuid IS NULL OR id < %(before)s)
                 ORDER BY id DESC LIMIT %(limit)s
                """,
                {"user_id": user_id, "before": before, "limit": limit},
            ).fetchall()
        return self._with_parts(rows)

    def open(self, *, limit: int) -> list[Request]:
        """Everybody's that are not answered yet, the nearest deadline first."""
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(
                """
                SELECT id, user_id, kind, state, asked_at, due_at, policy_version, begins_at, answer_by, ended_at
                  FROM requests WHERE ended_at IS NULL AND state <> 'ready' ORDER BY due_at, id LIMIT %s
                """,
                [limit],
            ).fetchall()
        return self._with_parts(rows)

    def count_open(self) -> int:
        """How many are not answered yet."""
        ((count,),) = self._connection.execute(
            "SELECT count(*) FROM requests WHERE ended_at IS NULL AND state <> 'ready'"
        ).fetchall()
        return int(count)

    def move(self, request: Request, state: RequestState) -> None:
        """Take the next step; raises IllegalRequestStep. The caller holds the lock."""
        check_step(request.state, state)
        self._connection.execute(
            "UPDATE requests SET state = %s, ended_at = %s WHERE id = %s",
            [state, self._clock.now() if state in ENDED else None, request.id],
        )

    def settle_part(
        self, request_id: UUID, service: str, state: PartState, *, statement: str | None, signature: str | None
    ) -> None:
        """A service answered; its latest answer counts."""
        self._connection.execute(
            """
            UPDATE request_parts SET state = %s, at = %s, statement = %s, signature = %s
             WHERE request_id = %s AND service = %s
            """,
            [state, self._clock.now(), statement, signature, request_id, service],
        )

    def due(self, kind: Kind, *, limit: int) -> list[Request]:
        """Requests of a kind whose time to think again is over, locked; those that others work on are passed over."""
        return self._claimed(
            """
            SELECT id FROM requests WHERE kind = %(kind)s AND state IN ('received', 'waiting') AND begins_at <= %(now)s
             ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
            """,
            kind,
            limit,
        )

    def late(self, kind: Kind, *, limit: int) -> list[Request]:
        """Requests of a kind whose services should have answered by now, locked likewise."""
        return self._claimed(
            """
            SELECT id FROM requests
             WHERE kind = %(kind)s AND state IN ('fenced', 'executing', 'partially_executed')
               AND answer_by <= %(now)s
             ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
            """,
            kind,
            limit,
        )

    def forget(self, *, kept: str, limit: int) -> int:
        """Delete requests that ended longer than `kept`, an interval, ago, at most `limit`; returns how many."""
        return self._connection.execute(
            """
            DELETE FROM requests WHERE id IN (
                SELECT id FROM requests WHERE ended_at <= least(%(now)s, now()) - %(kept)s::interval
                 ORDER BY ended_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
            """,
            {"now": self._clock.now(), "kept": kept, "limit": limit},
        ).rowcount

    def _claimed(self, query: LiteralString, kind: Kind, limit: int) -> list[Request]:
        rows = self._connection.execute(query, {"kind": kind, "now": self._clock.now(), "limit": limit}).fetchall()
        return [request for (request_id,) in rows if (request := self.find(request_id))]

    def _one(self, where: LiteralString, parameters: dict[str, object]) -> Request | None:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(
                """
                SELECT id, user_id, kind, state, asked_at, due_at, policy_version, begins_at, answer_by, ended_at
                  FROM requests
                """  # noqa: S608 - both halves are literals, as the type says
                + where,
                parameters,
            ).fetchall()
        return next(iter(self._with_parts(rows)), None)

    def _with_parts(self, rows: list[dict[str, Any]]) -> list[Request]:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            parts = cursor.execute(
                """
                SELECT request_id, service, state, at, statement, signature
                  FROM request_parts WHERE request_id = ANY(%s) ORDER BY service
                """,
                [[row["id"] for row in rows]],
            ).fetchall()
        of: dict[UUID, list[Part]] = {row["id"]: [] for row in rows}
        for part in parts:
            of[part.pop("request_id")].append(_part(**part))
        return [_request(**row, parts=of[row["id"]]) for row in rows]


def _part(*, state: str, **columns: Any) -> Part:
    return Part(state=PartState(state), **columns)


def _request(*, kind: str, state: str, **columns: Any) -> Request:
    return Request(kind=Kind(kind), state=RequestState(state), **columns)
