"""Security audits and their findings, as they were filed, until their period is over."""

from collections.abc import Iterable
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from common.clock import Clock
from common.database import Connection
from privacy.domain.audits import Audit, AuditFinding, CheckResult


class Audits:
    """One row for each audit, and one for each thing it found or could not look at."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def file(self, audit: Audit, findings: Iterable[AuditFinding]) -> bool:
        """Add an audit with its findings; False if it is there already."""
        filed = self._connection.execute(
            """
            INSERT INTO audits (id, at, filed_at, by, high, medium, low, checks)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (id) DO NOTHING
            """,
            [
                *(audit.id, audit.at, self._clock.now(), audit.by, audit.high, audit.medium, audit.low),
                Jsonb([{"name": check.name, "result": check.result} for check in audit.checks]),
            ],
        )
        if not filed.rowcount:
            return False
        with self._connection.cursor() as cursor:
            cursor.executemany(
                """
                INSERT INTO audit_findings (audit_id, number, check_name, kind, severity, sentence, place)
                VALUES (%s, %s, %s, %s, %s, %s, %s)
                """,
                [
                    (audit.id, number, found.check_name, found.kind, found.severity, found.sentence, found.place)
                    for number, found in enumerate(findings, start=1)
                ],
            )
        return True

    def last(self) -> Audit | None:
        """The newest audit by when it began."""
        row = self._connection.execute(
            "SELECT id, at, by, high, medium, low, checks FROM audits ORDER BY at DESC, id DESC LIMIT 1"
        ).fetchone()
        if row is None:
            return None
        number, at, by, high, medium, low, checks = row
        results = [CheckResult(name=check["name"], result=check["result"]) for check in checks]
        return Audit(id=number, at=at, by=by, high=high, medium=medium, low=low, checks=results)

    def findings(self, audit_id: UUID) -> list[AuditFinding]:
        """What an audit found and could not look at, in its order."""
        with self._connection.cursor(row_factory=class_row(AuditFinding)) as cursor:
            return cursor.execute(
                """
                SELECT check_name, kind, severity, sentence, place
                  FROM audit_findings WHERE audit_id = %s ORDER BY number
                """,
                [audit_id],
            ).fetchall()

    def forget(self, *, kept: str, limit: int) -> int:
        """Have audits older than `kept`, an interval, deleted, at most `limit`; returns how many.

        The database refuses what is too young by its own clock; one here that runs ahead waits for it.
        """
        ((forgotten,),) = self._connection.execute(
            "SELECT forget_audits(least(%(now)s - %(kept)s::interval, audit_limit()), %(limit)s)",
            {"now": self._clock.now(), "kept": kept, "limit": limit},
        ).fetchall()
        return int(forgotten)
