"""Findings about the promises: the chain, the newest of each probe, and how each promise stands."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from psycopg.rows import class_row

from common.clock import Clock
from common.database import Connection
from privacy.domain.promises import GENESIS, Day, Proof, Seen, State


class Proofs:
    """The chain, and what follows from it."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def lock_last(self) -> tuple[int, bytes]:
        """Number and digest of the latest; nobody adds another until the transaction ends."""
        self._connection.execute("SELECT pg_advisory_xact_lock(hashtext('privacy.proofs'))")
        return self.last()

    def last(self) -> tuple[int, bytes]:
        """Number and digest of the latest."""
        row = self._connection.execute("SELECT number, digest FROM proofs ORDER BY number DESC LIMIT 1").fetchone()
        return (int(row[0]), bytes(row[1])) if row else (0, GENESIS)

    def add(self, proof: Proof) -> None:
        """Put it at the end of the chain."""
        self._connection.execute(
            """
            INSERT INTO proofs (number, promise, probe, service, state, at, filed_at, body, signature, digest)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
            """,
            [
                proof.number,
                proof.promise,
                proof.probe,
                proof.service,
                proof.state,
                proof.at,
                proof.filed_at,
                proof.body,
                proof.signature,
                proof.digest,
            ],
        )

    def note(self, proof: Proof, *, checked: str) -> None:
        """Remember it as what its probe found last, unless a later one is known already."""
        self._connection.execute(
            """
            INSERT INTO probe_states AS known (promise, probe, service, state, at, checked, number, kept_at)
            VALUES (%(promise)s, %(probe)s, %(service)s, %(state)s, %(at)s, %(checked)s, %(number)s, %(kept_at)s)
                ON CONFLICT (promise, probe, service) DO UPDATE
               SET state = excluded.state, at = excluded.at, checked = excluded.checked, number = excluded.number,
                   kept_at = coalesce(excluded.kept_at, known.kept_at)
             WHERE known.at <= excluded.at
            """,
            {
                "promise": proof.promise,
                "probe": proof.probe,
                "service": proof.service,
                "state": proof.state,
                "at": proof.at,
                "checked": checked,
                "number": proof.number,
                "kept_at": None if proof.state is State.BROKEN else proof.at,
            },
        )

    def seen(self, promise: str) -> Mapping[tuple[str, str], Seen]:
        """What was found last about a promise, by probe and service."""
        with self._connection.cursor(row_factory=class_row(Seen)) as cursor:
            rows = cursor.execute(
                """
                SELECT promise, probe, service, state, at, checked, number, kept_at
                  FROM probe_states WHERE promise = %s
                """,
                [promise],
            ).fetchall()
        return {(row.probe, row.service): _typed(row) for row in rows}

    def page(self, promise: str, *, before: int | None, limit: int) -> list[Proof]:
        """Findings about one promise, the newest first, those before that number."""
        with self._connection.cursor(row_factory=class_row(Proof)) as cursor:
            return cursor.execute(
                """
                SELECT number, promise, probe, service, state, at, filed_at, body, signature, digest FROM proofs
                 WHERE promise = %(promise)s AND (%(before)s::bigint IS NULL OR number < %(before)s)
                 ORDER BY number DESC LIMIT %(limit)s
                """,
                {"promise": promise, "before": before, "limit": limit},
            ).fetchall()

    def chain(self, *, after: int, limit: int) -> list[Proof]:
        """The chain in its order, from the number after that."""
        with self._connection.cursor(row_factory=class_row(Proof)) as cursor:
            return cursor.execute(
                """
                SELECT number, promise, probe, service, state, at, filed_at, body, signature, digest FROM proofs
                 WHERE number > %s ORDER BY number LIMIT %s
                """,
                [after, limit],
            ).fetchall()

    def digest_of(self, number: int) -> bytes | None:
        """The digest of one."""
        row = self._connection.execute("SELECT digest FROM proofs WHERE number = %s", [number]).fetchone()
        return bytes(row[0]) if row else None

    def forget(self, *, limit: int) -> int:
        """Have the oldest deleted that are past their period; returns how many."""
        ((forgotten,),) = self._connection.execute("SELECT forget_proofs(%s)", [limit]).fetchall()
        return int(forgotten)


class Standings:
    """How each promise stood when it was last judged."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def lock(self, promise: str) -> tuple[State, datetime, datetime] | None:
        """State, since when, and when it was last judged; nobody else judges it until the transaction ends."""
        self._connection.execute("SELECT pg_advisory_xact_lock(hashtext('privacy.judge'), hashtext(%s))", [promise])
        row = self._connection.execute(
            "SELECT state, since, judged_at FROM promise_states WHERE promise = %s", [promise]
        ).fetchone()
        return (State(row[0]), row[1], row[2]) if row else None

    def put(self, promise: str, state: State, *, since: datetime) -> None:
        """Remember how it stands."""
        self._connection.execute(
            """
            INSERT INTO promise_states (promise, state, since, judged_at) VALUES (%s, %s, %s, %s)
                ON CONFLICT (promise) DO UPDATE
               SET state = excluded.state, since = excluded.since, judged_at = excluded.judged_at
            """,
            [promise, state, since, self._clock.now()],
        )

    def since(self) -> Mapping[str, datetime]:
        """Since when each stands as it does."""
        return dict(self._connection.execute("SELECT promise, since FROM promise_states").fetchall())

    def count_minute(self, promise: str, state: State) -> None:
        """One more minute of today like that."""
        self._connection.execute(
            """
            INSERT INTO promise_days AS days (promise, day, kept, broken, stale, not_applicable)
            VALUES (%(promise)s, %(day)s, (%(state)s = 'kept')::int, (%(state)s = 'broken')::int,
                    (%(state)s = 'stale')::int, (%(state)s = 'not_applicable')::int)
                ON CONFLICT (promise, day) DO UPDATE
               SET kept = days.kept + excluded.kept, broken = days.broken + excluded.broken,
                   stale = days.stale + excluded.stale,
                   not_applicable = days.not_applicable + excluded.not_applicable
            """,
            {"promise": promise, "day": self._clock.now().date(), "state": state},
        )

    def days(self, *, since: date) -> Mapping[str, Sequence[Day]]:
        """The days of every promise, in their order."""
        rows = self._connection.execute(
            """
            SELECT promise, day, kept, broken, stale, not_applicable FROM promise_days
             WHERE day >= %s ORDER BY promise, day
            """,
            [since],
        ).fetchall()
        days: defaultdict[str, list[Day]] = defaultdict(list)
        for promise, day, kept, broken, stale, not_applicable in rows:
            days[promise].append(Day(day=day, kept=kept, broken=broken, stale=stale, not_applicable=not_applicable))
        return days


def _typed(seen: Seen) -> Seen:
    # Rows come with plain text.
    return Seen(
        promise=seen.promise,
        probe=seen.probe,
        service=seen.service,
        state=State(seen.state),
        at=seen.at,
        checked=seen.checked,
        number=seen.number,
        kept_at=seen.kept_at,
    )
