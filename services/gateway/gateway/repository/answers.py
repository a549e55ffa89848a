"""Answers already given, so that a repeated request gets the same one (Idempotency-Key)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from common.clock import Clock
from common.database import Connection
from common.sealing import Sealer
from gateway.domain.idempotency import AnsweredMeanwhile

# Longer than any client goes on retrying.
LIFETIME = timedelta(hours=48)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was answered, to which request (its digest), and about whom."""

    account_id: UUID
    request: bytes
    status: int
    body: bytes


class Answers:
    """One row per key and person; the body is sealed, it may hold personal data."""

    def __init__(self, connection: Connection, clock: Clock, sealer: Sealer) -> None:
        self._connection = connection
        self._clock = clock
        self._sealer = sealer

    def find(self, scope: str, key: str) -> Answer | None:
        """The answer that was given under this key."""
        row = self._connection.execute(
            "SELECT account_id, request, status, answer FROM idempotency WHERE scope = %s AND key = %s", [scope, key]
        ).fetchone()
        if row is None:
            return None
        account_id, request, status, body = row
        return Answer(
            account_id=account_id,
            request=request,
            status=status,
            body=self._sealer.open(body, owner=str(account_id), purpose="idempotency.answer"),
        )

    def keep(self, scope: str, key: str, answer: Answer) -> None:
        """Keep the first answer; raises AnsweredMeanwhile when another request was faster.

        Waits for a transaction that is just writing the same key.
        """
        kept = self._connection.execute(
            """
            INSERT INTO idempotency (scope, key, account_id, request, status, answer, created_at)
            VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
            """,
            [
                scope,
                key,
                answer.account_id,
                answer.request,
                answer.status,
                self._sealer.seal(answer.body, owner=str(answer.account_id), purpose="idempotency.answer"),
                self._clock.now(),
            ],
        ).rowcount
        if not kept:
            raise AnsweredMeanwhile

    def correct(self, account_id: UUID, *, holds: Callable[[str], object], replaced: Callable[[str], str]) -> None:
        """What was answered to this person repeats what she has corrected since, never what it was.

        A key in which her program wrote the old value goes, and its answer with it; an answer too that still holds it.
        """
        rows = self._connection.execute(
            "SELECT scope, key, answer FROM idempotency WHERE account_id = %s FOR UPDATE", [account_id]
        ).fetchall()
        for scope, key, sealed in rows:
            body = self._sealer.open(sealed, owner=str(account_id), purpose="idempotency.answer").decode()
            corrected = replaced(body)
            if holds(key) or holds(corrected):
                self._connection.execute("DELETE FROM idempotency WHERE scope = %s AND key = %s", [scope, key])
            elif corrected != body:
                answer = self._sealer.seal(corrected.encode(), owner=str(account_id), purpose="idempotency.answer")
                self._connection.execute(
                    "UPDATE idempotency SET answer = %s WHERE scope = %s AND key = %s", [answer, scope, key]
                )
