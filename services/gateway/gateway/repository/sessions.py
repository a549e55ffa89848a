"""Signed-in devices, and those whose second factor is waited for."""

from uuid import UUID

from psycopg.rows import class_row

from common.clock import Clock
from common.database import Connection
from gateway.domain.factors import STEP_LIFETIME, STEP_TRIES, Step
from gateway.domain.people import SESSION_LIFETIME, Session


class Sessions:
    """One row per device; the token itself is never stored."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def open(self, account_id: UUID, token_digest: bytes, *, device: str) -> Session:
        """Start a session for this device."""
        now = self._clock.now()
        session = Session(
            id=self._clock.new_id(),
            account_id=account_id,
            device=device,
            created_at=now,
            last_seen_at=now,
            expires_at=now + SESSION_LIFETIME,
        )
        self._connection.execute(
            """
            INSERT INTO sessions (id, account_id, token_digest, device, created_at, last_seen_at, expires_at)
            VALUES (%s, %s, %s, %s, %s, %s, %s)
            """,
            [session.id, account_id, token_digest, device, now, now, session.expires_at],
        )
        return session

    def find(self, token_digest: bytes) -> Session | None:
        """The live session of this token."""
        with self._connection.cursor(row_factory=class_row(Session)) as cursor:
            return cursor.execute(
                """
                SELECT id, account_id, device, created_at, last_seen_at, expires_at, proved_at, factor_at
                  FROM sessions WHERE token_digest = %s AND expires_at > %s
                """,
                [token_digest, self._clock.now()],
            ).fetchone()

    def of(self, account_id: UUID) -> list[Session]:
        """All live sessions of a person, the latest first."""
        with self._connection.cursor(row_factory=class_row(Session)) as cursor:
            return cursor.execute(
                """
                SELECT id, account_id, device, created_at, last_seen_at, expires_at, proved_at, factor_at
                  FROM sessions WHERE account_id = %s AND expires_at > %s ORDER BY created_at DESC
                """,
                [account_id, self._clock.now()],
            ).fetchall()

    def touch(self, session_id: UUID) -> None:
        """The device was seen; kept to the minute, so that reads rarely write."""
        self._connection.execute(
            """
            UPDATE sessions SET last_seen_at = %(now)s
             WHERE id = %(id)s AND last_seen_at < %(now)s::timestamptz - interval '1 minute'
            """,
            {"now": self._clock.now(), "id": session_id},
        )

    def close_all(self, account_id: UUID) -> None:
        """Sign every device out, and end what is half signed in."""
        self.drop_steps(account_id)
        self._connection.execute("DELETE FROM sessions WHERE account_id = %s", [account_id])

    def close(self, account_id: UUID, session_id: UUID) -> bool:
        """Sign a device out; False when the person has no such session."""
        return bool(
            self._connection.execute(
                "DELETE FROM sessions WHERE id = %s AND account_id = %s", [session_id, account_id]
            ).rowcount
        )

    def close_others(self, account_id: UUID, kept: UUID | None) -> list[UUID]:
        """Sign out every device but this one, and end what is half signed in; returns which."""
        self.drop_steps(account_id)
        rows = self._connection.execute(
            "DELETE FROM sessions WHERE account_id = %s AND id IS DISTINCT FROM %s RETURNING id", [account_id, kept]
        ).fetchall()
        return [session_id for (session_id,) in rows]

    def prove(self, session_id: UUID) -> None:
        """She has just shown on this device that it is she."""
        self._connection.execute("UPDATE sessions SET proved_at = %s WHERE id = %s", [self._clock.now(), session_id])

    def note_factor(self, session_id: UUID) -> None:
        """A second factor was shown on this device."""
        self._connection.execute("UPDATE sessions SET factor_at = %s WHERE id = %s", [self._clock.now(), session_id])

    def begin_step(self, account_id: UUID, token_digest: bytes) -> Step:
        """The password was right; the second factor is waited for."""
        step = Step(id=self._clock.new_id(), account_id=account_id, expires_at=self._clock.now() + STEP_LIFETIME)
        self._connection.execute(
            "INSERT INTO sign_in_steps (id, account_id, token_digest, expires_at) VALUES (%s, %s, %s, %s)",
            [step.id, account_id, token_digest, step.expires_at],
        )
        return step

    def try_step(self, token_digest: bytes) -> Step | None:
        """The half-done sign-in of this token, while it may be tried; the try counts, whatever becomes of it."""
        with self._connection.cursor(row_factory=class_row(Step)) as cursor:
            return cursor.execute(
                """
                UPDATE sign_in_steps SET tries = tries + 1
                 WHERE token_digest = %s AND expires_at > %s AND tries < %s RETURNING id, account_id, expires_at
                """,
                [token_digest, self._clock.now(), STEP_TRIES],
            ).fetchone()

    def end_step(self, step_id: UUID) -> bool:
        """It is a session from now on; False when it was ended meanwhile."""
        return bool(self._connection.execute("DELETE FROM sign_in_steps WHERE id = %s", [step_id]).rowcount)

    def drop_steps(self, account_id: UUID) -> None:
        """Nobody is half signed in any more."""
        self._connection.execute("DELETE FROM sign_in_steps WHERE account_id = %s", [account_id])
