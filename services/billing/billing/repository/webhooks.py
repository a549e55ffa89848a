"""What the providers told, and what is to be looked at: in literal SQL, inside one transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from psycopg.rows import kwargs_row

from billing.domain.payments import ProviderEvent, Subject, SubjectKind
from common.clock import Clock
from common.database import Connection, notify

LOOKS = "billing.looks"
# Longer than all calls of one look take together, their retries included.
LEASE = timedelta(minutes=3)
LONGEST_WAIT = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A thing to look at, claimed for a while; `asked` and `since` tell wishes that come meanwhile apart."""

    provider: str
    subject: Subject
    asked: int
    attempts: int
    since: datetime


class Events:
    """Messages of the providers: once each, and without their bodies, which name people."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def add(self, provider: str, event: ProviderEvent, *, source: str) -> bool:
        """Record a message; False when it came before."""
        now = self._clock.now()
        subject = event.subject
        return bool(
            self._connection.execute(
                """
                INSERT INTO payment_events (provider, event_id, type, source, kind, subject, occurred_at, received_at,
                                            handled_at)
                VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
                """,
                [
                    provider,
                    event.id,
                    event.type,
                    source,
                    subject and subject.kind,
                    subject and subject.reference,
                    event.at,
                    now,
                    None if subject else now,
                ],
            ).rowcount
        )

    def mark_handled(self, look: Look, user_id: UUID | None) -> None:
        """What was told of this thing before the look began is taken care of."""
        self._connection.execute(
            """
            UPDATE payment_events SET handled_at = %s, user_id = %s
             WHERE provider = %s AND kind = %s AND subject = %s AND handled_at IS NULL AND received_at <= %s
            """,
            [self._clock.now(), user_id, look.provider, look.subject.kind, look.subject.reference, look.since],
        )

    def reopen(self, provider: str, event_id: str) -> Subject | None:
        """Take a message as new; what it is about, or None when it is unknown or about nothing of ours."""
        row = self._connection.execute(
            """
            UPDATE payment_events SET handled_at = NULL
             WHERE provider = %s AND event_id = %s AND kind IS NOT NULL RETURNING kind, subject
            """,
            [provider, event_id],
        ).fetchone()
        return None if row is None else Subject(kind=SubjectKind(row[0]), reference=row[1])

    def prune(self, *, after: timedelta, limit: int) -> int:
        """Forget messages that were taken care of long ago."""
        return self._connection.execute(
            """
            DELETE FROM payment_events WHERE (provider, event_id) IN (
                SELECT provider, event_id FROM payment_events WHERE handled_at <= %s LIMIT %s)
            """,
            [self._clock.now() - after, limit],
        ).rowcount

    def swept_until(self, provider: str) -> datetime | None:
        """Up to when the provider was asked for its events."""
        row = self._connection.execute("SELECT events_until FROM sweeps WHERE provider = %s", [provider]).fetchone()
        return None if row is None else row[0]

    def set_swept(self, provider: str, until: datetime) -> None:
        """The provider was asked up to then."""
        self._connection.execute(
            """
            INSERT INTO sweeps (provider, events_until) VALUES (%s, %s)
            ON CONFLICT (provider) DO UPDATE SET events_until = greatest(sweeps.events_until, excluded.events_until)
            """,
            [provider, until],
        )


class Looks:
    """Things to look at, once however often they are asked for."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def ask(self, provider: str, subject: Subject, *, after: timedelta = timedelta()) -> None:
        """Have something looked at, soon; the job is woken when this commits."""
        now = self._clock.now()
        self._connection.execute(
            """
            INSERT INTO looks (provider, kind, subject, first_asked_at, due_at)
            VALUES (%(provider)s, %(kind)s, %(subject)s, %(now)s, %(due)s)
            ON CONFLICT (provider, kind, subject) DO UPDATE
                SET asked = looks.asked + 1, due_at = CASE WHEN looks.attempts = 0
                                                           THEN least(looks.due_at, excluded.due_at)
                                                           ELSE looks.due_at END
            """,
            {
                "provider": provider,
                "kind": subject.kind,
                "subject": subject.reference,
                "now": now,
                "due": now + after,
            },
        )
        notify(self._connection, LOOKS)

    def claim(self) -> Look | None:
        """The next thing to look at; it comes up again after the lease unless it is recorded as seen."""
        now = self._clock.now()
        with self._connection.cursor(row_factory=kwargs_row(_look)) as cursor:
            return cursor.execute(
                """
                UPDATE looks SET attempts = attempts + 1, due_at = %(now)s + %(lease)s
                 WHERE (provider, kind, subject) = (
                       SELECT provider, kind, subject FROM looks WHERE due_at <= %(now)s
                        ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
             RETURNING provider, kind, subject, asked, attempts, %(now)s::timestamptz AS since
                """,
                {"now": now, "lease": LEASE},
            ).fetchone()

    def done(self, look: Look) -> None:
        """It was seen; when it was asked for again meanwhile, it is looked at again."""
        self._connection.execute(
            "DELETE FROM looks WHERE provider = %s AND kind = %s AND subject = %s AND asked = %s",
            [look.provider, look.subject.kind, look.subject.reference, look.asked],
        )
        self._connection.execute(
            "UPDATE looks SET attempts = 0, due_at = %s WHERE provider = %s AND kind = %s AND subject = %s",
            [self._clock.now(), look.provider, look.subject.kind, look.subject.reference],
        )

    def postpone(self, look: Look) -> None:
        """Nothing could be seen now; try again, ever later."""
        wait = min(timedelta(seconds=2) * 2 ** min(look.attempts, 11), LONGEST_WAIT)
        self._connection.execute(
            "UPDATE looks SET due_at = %s WHERE provider = %s AND kind = %s AND subject = %s",
            [self._clock.now() + wait, look.provider, look.subject.kind, look.subject.reference],
        )

    def waiting(self, *, older_than: timedelta) -> int:
        """How many things have been waiting to be seen for longer than that."""
        row = self._connection.execute(
            "SELECT count(*) FROM looks WHERE first_asked_at <= %s", [self._clock.now() - older_than]
        ).fetchone()
        return row[0] if row else 0


def _look(*, provider: str, kind: str, subject: str, asked: int, attempts: int, since: datetime) -> Look:
    return Look(
        provider=provider,
        subject=Subject(kind=SubjectKind(kind), reference=subject),
        asked=asked,
        attempts=attempts,
        since=since,
    )
